//! Public keys (RFC 7517), and which one a token means.

use super::{Alg, Fault, from_base64url, strict};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    RsaPublicKeyComponents, UnparsedPublicKey,
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
    P256(Arc<[u8]>),
    Ed25519(Arc<[u8]>),
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

    fn fits(&self, alg: Alg) -> bool {
        let family = match self.material {
            Material::Rsa { .. } => matches!(alg, Alg::Rs256 | Alg::Ps256),
            Material::P256(_) => alg == Alg::Es256,
            Material::Ed25519(_) => alg == Alg::EdDsa,
        };
        family && self.alg.is_none_or(|only| only == alg)
    }

    pub(super) fn verifies(&self, alg: Alg, message: &[u8], signature: &[u8]) -> bool {
        match (&self.material, alg) {
            (Material::Rsa { n, e }, Alg::Rs256) => RsaPublicKeyComponents { n, e }
                .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
                .is_ok(),
            (Material::Rsa { n, e }, Alg::Ps256) => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PSS_2048_8192_SHA256, message, signature).is_ok()
            }
            (Material::P256(point), Alg::Es256) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).is_ok()
            }
            (Material::Ed25519(point), Alg::EdDsa) => {
                UnparsedPublicKey::new(&ED25519, point).verify(message, signature).is_ok()
            }
            _ => false,
        }
    }

    /// Reads a key that is for signatures and strong enough: RSA of 2,048 bits or more, P-256, Ed25519.
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
            ("EC", Some("P-256")) => {
                let (x, y) = (bytes("x")?, bytes("y")?);
                (x.len() == 32 && y.len() == 32).then_some(())?;
                let point: Vec<u8> = [vec![4], x, y].concat();
                ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point).ok()?;
                Material::P256(point.into())
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
