//! Public keys (RFC 7517), and which one a token means.

use super::{Alg, Fault, from_base64url, strict};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, ED25519,
    EcdsaVerificationAlgorithm, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512,
    RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde_json::{Map, Value};
use std::sync::Arc;

/// A key that signatures are checked with.
#[derive(Debug, Clone)]
pub struct PublicKey {
    kid: Option<String>,
    /// Entra says per key whose tokens it signs; `{tenantid}` stands for any tenant.
    issuer: Option<String>,
    alg: Option<Alg>,
    material: Material,
}

#[derive(Debug, Clone)]
enum Material {
    Rsa { n: Arc<[u8]>, e: Arc<[u8]> },
    Elliptic { curve: Curve, point: Arc<[u8]> },
    Ed25519(Arc<[u8]>),
}

/// A curve of NIST's (RFC 7518 section 6.2.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Curve {
    P256,
    P384,
    P521,
}

impl Curve {
    fn of(name: &str) -> Option<Self> {
        match name {
            "P-256" => Some(Self::P256),
            "P-384" => Some(Self::P384),
            "P-521" => Some(Self::P521),
            _ => None,
        }
    }

    /// Bytes of a coordinate.
    fn length(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    /// The one algorithm that signs on it (RFC 7518 section 3.4).
    fn alg(self) -> Alg {
        match self {
            Self::P256 => Alg::Es256,
            Self::P384 => Alg::Es384,
            Self::P521 => Alg::Es512,
        }
    }

    fn verification(self) -> &'static EcdsaVerificationAlgorithm {
        match self {
            Self::P256 => &ECDSA_P256_SHA256_FIXED,
            Self::P384 => &ECDSA_P384_SHA384_FIXED,
            Self::P521 => &ECDSA_P521_SHA512_FIXED,
        }
    }
}

fn rsa(alg: Alg) -> Option<&'static RsaParameters> {
    match alg {
        Alg::Rs256 => Some(&RSA_PKCS1_2048_8192_SHA256),
        Alg::Rs384 => Some(&RSA_PKCS1_2048_8192_SHA384),
        Alg::Rs512 => Some(&RSA_PKCS1_2048_8192_SHA512),
        Alg::Ps256 => Some(&RSA_PSS_2048_8192_SHA256),
        Alg::Ps384 => Some(&RSA_PSS_2048_8192_SHA384),
        Alg::Ps512 => Some(&RSA_PSS_2048_8192_SHA512),
        Alg::Es256 | Alg::Es384 | Alg::Es512 | Alg::EdDsa => None,
    }
}

impl PublicKey {
    /// Its id.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The issuer it may sign for, when the set says so.
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// Whether it checks signatures of this algorithm.
    pub fn fits(&self, alg: Alg) -> bool {
        let family = match &self.material {
            Material::Rsa { .. } => rsa(alg).is_some(),
            Material::Elliptic { curve, .. } => curve.alg() == alg,
            Material::Ed25519(_) => alg == Alg::EdDsa,
        };
        family && self.alg.is_none_or(|only| only == alg)
    }

    pub(super) fn verifies(&self, alg: Alg, message: &[u8], signature: &[u8]) -> bool {
        if !self.fits(alg) {
            return false;
        }
        match &self.material {
            Material::Rsa { n, e } => rsa(alg).is_some_and(|parameters| {
                RsaPublicKeyComponents { n, e }.verify(parameters, message, signature).is_ok()
            }),
            Material::Elliptic { curve, point } => {
                UnparsedPublicKey::new(curve.verification(), point).verify(message, signature).is_ok()
            }
            Material::Ed25519(point) => {
                UnparsedPublicKey::new(&ED25519, point).verify(message, signature).is_ok()
            }
        }
    }

    /// Reads a key that is for signatures and strong enough: RSA of 2,048 bits or more, P-256,
    /// P-384, P-521, Ed25519.
    fn read(jwk: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let bytes = |name: &str| text(name).and_then(from_base64url);
        if text("use").is_some_and(|u| u != "sig") {
            return None;
        }
        let material = match (text("kty")?, text("crv")) {
            ("RSA", None) => {
                let (n, e) = (bytes("n")?, bytes("e")?);
                let bits = n.iter().position(|b| *b != 0).map_or(0, |at| (n.len() - at) * 8);
                (bits >= 2048).then_some(())?;
                Material::Rsa { n: n.into(), e: e.into() }
            }
            ("EC", Some(name)) => {
                let curve = Curve::of(name)?;
                let (x, y) = (bytes("x")?, bytes("y")?);
                (x.len() == curve.length() && y.len() == curve.length()).then_some(())?;
                let point: Vec<u8> = [vec![4], x, y].concat();
                ParsedPublicKey::new(curve.verification(), &point).ok()?;
                Material::Elliptic { curve, point: point.into() }
            }
            ("OKP", Some("Ed25519")) => {
                let x = bytes("x")?;
                (x.len() == 32).then_some(())?;
                Material::Ed25519(x.into())
            }
            _ => return None,
        };
        let alg = match text("alg") {
            None => None,
            Some(name) => Some(Alg::of(name)?),
        };
        Some(Self {
            kid: text("kid").map(str::to_owned),
            issuer: text("issuer").map(str::to_owned),
            alg,
            material,
        })
    }
}

/// The keys of one issuer.
#[derive(Debug, Clone, Default)]
pub struct KeySet(Vec<PublicKey>);

impl KeySet {
    /// Reads a key set document. Keys of unknown kinds, for other uses, or too weak are left out (RFC 7517 section 5);
    /// one that carries private parts makes the whole set unusable.
    pub fn read(document: &[u8]) -> Option<Self> {
        Self::from_value(&Value::Object(strict::object(document)?))
    }

    /// As [`KeySet::read`], of a value that has been read.
    pub fn from_value(document: &Value) -> Option<Self> {
        let keys = document.get("keys")?.as_array()?;
        let mut out = Vec::new();
        for key in keys {
            let key = key.as_object()?;
            if key.contains_key("d") || key.get("kty").and_then(Value::as_str) == Some("oct") {
                return None;
            }
            out.extend(PublicKey::read(key));
        }
        Some(Self(out))
    }

    /// Whether a key of this id is among them.
    pub fn knows(&self, kid: &str) -> bool {
        self.0.iter().any(|k| k.kid() == Some(kid))
    }

    /// The keys, in the order of the document.
    pub fn iter(&self) -> impl Iterator<Item = &PublicKey> {
        self.0.iter()
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn pick(&self, kid: Option<&str>, alg: Alg) -> Result<&PublicKey, Fault> {
        let Some(kid) = kid else {
            // Without an id, a token can only mean the one key there is.
            return match self.0.as_slice() {
                [only] if only.fits(alg) => Ok(only),
                [_] => Err(Fault::Algorithm),
                _ => Err(Fault::AmbiguousKey),
            };
        };
        let mut named = self.0.iter().filter(|k| k.kid() == Some(kid));
        let key = named.next().ok_or(Fault::UnknownKey)?;
        if named.next().is_some() {
            return Err(Fault::AmbiguousKey);
        }
        if key.fits(alg) { Ok(key) } else { Err(Fault::Algorithm) }
    }
}
