//! Keys of our own that sign.

use super::expiry::ending;
use super::{Alg, base64url};
use crate::digest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PSS_SHA256};
use domain::{Error, Result};
use jiff::Timestamp;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::{Value, json};
use std::fmt;
use std::sync::Arc;
use zeroize::Zeroizing;

/// An ES256 key pair. Its id is the RFC 7638 thumbprint of its public half.
#[derive(Clone)]
pub struct SigningKey {
    pair: Arc<EcdsaKeyPair>,
    kid: String,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.kid)
    }
}

impl SigningKey {
    /// A new random key.
    pub fn generate() -> Result<Self> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
            .map_err(|_| Error::internal("a signing key could not be made"))?;
        Ok(Self::of(pair))
    }

    /// Reads a key in PKCS #8 form.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self> {
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der).map(Self::of).map_err(|_| {
            Error::invalid("A signing key cannot be read; it must be a P-256 key in PKCS #8 form.")
        })
    }

    /// The key in PKCS #8 form, to be sealed.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>> {
        let der =
            self.pair.to_pkcs8v1().map_err(|_| Error::internal("a signing key could not be written"))?;
        Ok(Zeroizing::new(der.as_ref().to_vec()))
    }

    fn of(pair: EcdsaKeyPair) -> Self {
        let (x, y) = coordinates(&pair);
        // RFC 7638 section 3.2: the required members in lexical order, without white space.
        let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        Self { kid: base64url(&digest::sha256(canonical.as_bytes())), pair: Arc::new(pair) }
    }

    /// Its id.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Its public half as a JWK.
    pub fn public_jwk(&self) -> Value {
        let (x, y) = coordinates(&self.pair);
        json!({"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.kid, "x": x, "y": y})
    }

    /// Signs claims into a token of this type.
    pub fn sign(&self, typ: &str, claims: &Value) -> Result<String> {
        let header = json!({"alg": Alg::Es256.name(), "kid": self.kid, "typ": typ});
        compact(&header, claims, |message| {
            self.pair.sign(&SystemRandom::new(), message).ok().map(|s| s.as_ref().to_vec())
        })
    }
}

fn coordinates(pair: &EcdsaKeyPair) -> (String, String) {
    // An uncompressed point is 0x04, 32 bytes of x, 32 bytes of y (SEC 1 section 2.3.3).
    let point = pair.public_key().as_ref();
    (base64url(point.get(1..33).unwrap_or_default()), base64url(point.get(33..65).unwrap_or_default()))
}

/// A certificate with its RSA key, for `private_key_jwt` at Entra: PS256, named by `x5t#S256`.
#[derive(Clone)]
pub struct CertificateKey {
    pair: Arc<RsaKeyPair>,
    thumbprint: String,
    ends: Option<Timestamp>,
}

impl fmt::Debug for CertificateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CertificateKey({})", self.thumbprint)
    }
}

impl CertificateKey {
    /// Reads a certificate and its key, both PEM.
    /// # Errors
    /// `Invalid` when one is unreadable, or the key is no RSA key of 2,048 bits or more.
    pub fn from_pem(certificate: &[u8], key: &[u8]) -> Result<Self> {
        let certificate = CertificateDer::from_pem_slice(certificate).map_err(|e| {
            Error::invalid(format!("The client certificate cannot be read: {e}. It must be PEM."))
        })?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|e| {
            Error::invalid(format!("The client certificate's key cannot be read: {e}. It must be PEM."))
        })?;
        let pair = match &key {
            PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
            _ => return Err(Error::invalid("The client certificate's key must be an RSA key.")),
        };
        let pair = pair.map_err(|e| {
            Error::invalid(format!(
                "The client certificate's key must be an RSA key of 2,048 bits or more: {e}."
            ))
        })?;
        let thumbprint = base64url(&digest::sha256(&certificate));
        let ends = ending(&certificate);
        Ok(Self { pair: Arc::new(pair), thumbprint, ends })
    }

    /// The SHA-256 of the certificate in base64url: what it is registered under.
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// When the certificate ends, where it could be read (RFC 5280 section 4.1.2.5).
    pub fn ends(&self) -> Option<Timestamp> {
        self.ends
    }

    /// Signs claims as a client assertion.
    pub fn sign(&self, claims: &Value) -> Result<String> {
        let header = json!({"alg": Alg::Ps256.name(), "typ": "JWT", "x5t#S256": self.thumbprint});
        compact(&header, claims, |message| {
            let mut signature = vec![0; self.pair.public_modulus_len()];
            self.pair.sign(&RSA_PSS_SHA256, &SystemRandom::new(), message, &mut signature).ok()?;
            Some(signature)
        })
    }
}

fn compact(header: &Value, claims: &Value, sign: impl Fn(&[u8]) -> Option<Vec<u8>>) -> Result<String> {
    let message =
        format!("{}.{}", base64url(header.to_string().as_bytes()), base64url(claims.to_string().as_bytes()));
    let signature = sign(message.as_bytes()).ok_or_else(|| Error::internal("a token could not be signed"))?;
    Ok(format!("{message}.{}", base64url(&signature)))
}

/// A signature of our own over anything, for tests of what a header may say.
#[cfg(test)]
pub(super) fn raw(key: &SigningKey, message: &[u8]) -> Vec<u8> {
    key.pair.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec()
}
