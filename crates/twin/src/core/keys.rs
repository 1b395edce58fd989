//! Signing keys and JSON Web Tokens (RFC 7515, 7517, 7519), RS256 only, as both providers do.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rustls_pki_types::PrivatePkcs8KeyDer;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};
use std::sync::{Arc, OnceLock};

/// An RSA key of 2,048 bits. It is made when it is first needed, which takes a tenth of a second.
#[derive(Clone)]
pub struct SigningKey {
    kid: Arc<OnceLock<String>>,
    certificate: Arc<OnceLock<Vec<u8>>>,
    pair: Arc<OnceLock<KeyPair>>,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.kid.get().map_or("not made yet", String::as_str))
    }
}

impl SigningKey {
    /// A key of a name, not made yet.
    pub fn new(kid: String) -> Self {
        Self { kid: Arc::new(OnceLock::from(kid)), certificate: Arc::default(), pair: Arc::default() }
    }

    /// A key whose name is the thumbprint of its certificate, as at Entra.
    pub fn named_by_certificate() -> Self {
        Self { kid: Arc::default(), certificate: Arc::default(), pair: Arc::default() }
    }

    /// Its name in `kid`. Makes the key when its certificate names it.
    pub fn kid(&self) -> &str {
        self.kid.get_or_init(|| self.thumbprint())
    }

    /// Its self-signed certificate in DER: the same whenever it is asked for, also after the key was kept.
    pub fn certificate(&self) -> &[u8] {
        self.certificate.get_or_init(|| {
            let made = self.self_signed();
            made.inspect_err(|error| tracing::error!(%error, "a certificate could not be made"))
                .unwrap_or_default()
        })
    }

    /// `x5t`: the SHA-1 of the certificate in base64url (RFC 7517, section 4.8).
    pub fn thumbprint(&self) -> String {
        let digest = digest(&SHA1_FOR_LEGACY_USE_ONLY, self.certificate());
        URL_SAFE_NO_PAD.encode(digest.as_ref())
    }

    fn self_signed(&self) -> Result<Vec<u8>, String> {
        let der: Pkcs8V1Der<'static> = self.pair().as_der().map_err(|error| error.to_string())?;
        let der = PrivatePkcs8KeyDer::from(der.as_ref().to_vec());
        let text = |error: rcgen::Error| error.to_string();
        let pair =
            rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&der, &rcgen::PKCS_RSA_SHA256).map_err(text)?;
        let mut params = rcgen::CertificateParams::new(Vec::new()).map_err(text)?;
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(rcgen::DnType::CommonName, "Token signing (simulation)");
        Ok(params.self_signed(&pair).map_err(text)?.der().to_vec())
    }

    #[expect(clippy::expect_used, reason = "the library makes RSA keys of this size or has no memory left")]
    fn pair(&self) -> &KeyPair {
        self.pair.get_or_init(|| KeyPair::generate(KeySize::Rsa2048).expect("an RSA key of 2,048 bits"))
    }

    /// Makes it now.
    pub fn prepare(&self) {
        self.pair();
    }

    /// The public half as a JWK, with `use` and `alg`.
    pub fn jwk(&self) -> Value {
        let (modulus, exponent) = numbers(self.pair().public_key().as_ref()).unwrap_or_default();
        json!({
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid(),
            "n": URL_SAFE_NO_PAD.encode(modulus), "e": URL_SAFE_NO_PAD.encode(exponent),
        })
    }

    /// A signed token with these claims.
    pub fn sign(&self, claims: &Value) -> String {
        let header = json!({ "alg": "RS256", "kid": self.kid(), "typ": "JWT" });
        let head = URL_SAFE_NO_PAD.encode(header.to_string());
        let mut token = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
        let pair = self.pair();
        let mut signature = vec![0; pair.public_modulus_len()];
        if pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), token.as_bytes(), &mut signature).is_err() {
            tracing::error!("a token could not be signed");
        }
        token.push('.');
        token.push_str(&URL_SAFE_NO_PAD.encode(signature));
        token
    }
}

/// Modulus and exponent of a PKCS #1 `RSAPublicKey` (RFC 8017, appendix A.1.1).
fn numbers(der: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (sequence, _) = element(der, 0x30)?;
    let (modulus, rest) = element(sequence, 0x02)?;
    let (exponent, _) = element(rest, 0x02)?;
    let bare = |number: &[u8]| number.iter().copied().skip_while(|byte| *byte == 0).collect();
    Some((bare(modulus), bare(exponent)))
}

/// The content of the DER element that a text begins with, and what follows it.
pub(crate) fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (first, rest) = der.split_first()?;
    let (length, rest) = rest.split_first()?;
    let (length, rest) = if length & 0x80 == 0 {
        (usize::from(*length), rest)
    } else {
        let (digits, rest) = rest.split_at_checked(usize::from(length & 0x7f))?;
        (
            digits
                .iter()
                .try_fold(0_usize, |sum, digit| sum.checked_mul(256)?.checked_add(usize::from(*digit)))?,
            rest,
        )
    };
    (*first == tag).then(|| rest.split_at_checked(length)).flatten()
}

/// The two halves of a token's content, unverified: header and claims.
pub fn peek(token: &str) -> Option<(Value, Value)> {
    let mut parts = token.split('.');
    let mut part = || serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts.next()?).ok()?).ok();
    Some((part()?, part()?))
}

#[derive(Serialize, Deserialize)]
struct Kept {
    kid: String,
    pkcs8: String,
}

impl Serialize for SigningKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let der: Pkcs8V1Der<'static> = self.pair().as_der().map_err(serde::ser::Error::custom)?;
        Kept { kid: self.kid().to_owned(), pkcs8: STANDARD.encode(der.as_ref()) }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for SigningKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let kept = Kept::deserialize(deserializer)?;
        let der = STANDARD.decode(kept.pkcs8).map_err(serde::de::Error::custom)?;
        let pair = KeyPair::from_pkcs8(&der).map_err(serde::de::Error::custom)?;
        let kid = Arc::new(OnceLock::from(kept.kid));
        Ok(Self { kid, certificate: Arc::default(), pair: Arc::new(OnceLock::from(pair)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};

    #[test]
    fn a_token_verifies_against_the_published_key_also_after_the_key_was_kept() {
        let key = SigningKey::new("one".into());
        let kept = serde_json::to_string(&key).unwrap();
        let back: SigningKey = serde_json::from_str(&kept).unwrap();
        let token = back.sign(&json!({ "sub": "1" }));
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let jwk = key.jwk();
        let number = |name: &str| URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap();
        let public = RsaPublicKeyComponents { n: number("n"), e: number("e") };
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        public.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature).unwrap();
        assert_eq!(peek(&token).unwrap().1["sub"], "1");
    }

    #[test]
    fn a_key_named_by_its_certificate_keeps_name_and_certificate() {
        let key = SigningKey::named_by_certificate();
        let kept = serde_json::to_string(&key).unwrap();
        let back: SigningKey = serde_json::from_str(&kept).unwrap();
        assert_eq!(key.kid().len(), 27);
        assert_eq!((back.kid(), back.certificate()), (key.kid(), key.certificate()));
        assert_eq!(back.kid(), back.thumbprint());
        // The public key stands in the certificate as it is.
        let public = key.pair().public_key().as_ref();
        assert!(key.certificate().windows(public.len()).any(|part| part == public));
    }
}
