//! Signed tokens (RFC 7519 in JWS compact form, RFC 7515), read more strictly than the standard asks.
//!
//! Signatures are the crypto library's; this module decides what may be a token at all: size, alphabet, unique
//! member names, an allowed algorithm, no `crit`, and a key that is ours to trust. `jku`, `x5u`, `x5c` and `jwk` in a
//! header are never looked at (RFC 8725 section 3.10). What a token must *say* is the business of whoever asked
//! for it; [`Claims`] helps to read it without surprises.

mod claims;
mod expiry;
mod keys;
mod sign;
mod strict;

pub use claims::{Claims, Window};
pub use keys::{KeySet, PublicKey};
pub use sign::{CertificateKey, SigningKey};
pub use strict::{object as strict_object, value as strict_value};

use crate::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

/// Longest token read, in bytes.
pub const LONGEST: usize = 16 * 1024;

/// A signature algorithm (RFC 7518 section 3.1, RFC 8037). Symmetric ones and `none` do not exist here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Alg {
    /// RSA PKCS #1 v1.5 with SHA-256.
    Rs256,
    /// RSA PKCS #1 v1.5 with SHA-384.
    Rs384,
    /// RSA PKCS #1 v1.5 with SHA-512.
    Rs512,
    /// RSA-PSS with SHA-256.
    Ps256,
    /// RSA-PSS with SHA-384.
    Ps384,
    /// RSA-PSS with SHA-512.
    Ps512,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// ECDSA on P-521 with SHA-512.
    Es512,
    /// Ed25519.
    EdDsa,
}

impl Alg {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Es256,
        Self::Es384,
        Self::Es512,
        Self::EdDsa,
    ];

    /// The registered name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
            Self::EdDsa => "EdDSA",
        }
    }

    /// What `at_hash` and `c_hash` say about a text in a token signed so: the left half of its digest in base64url
    /// (OpenID Connect Core section 3.1.3.6). The digest is the one the algorithm uses; Ed25519's is SHA-512 (RFC 8032).
    pub fn half_hash(self, text: &[u8]) -> String {
        let half = |whole: &[u8]| base64url(whole.get(..whole.len() / 2).unwrap_or_default());
        match self {
            Self::Rs256 | Self::Ps256 | Self::Es256 => half(&digest::sha256(text)),
            Self::Rs384 | Self::Ps384 | Self::Es384 => half(&digest::sha384(text)),
            Self::Rs512 | Self::Ps512 | Self::Es512 | Self::EdDsa => half(&digest::sha512(text)),
        }
    }

    fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|a| a.name() == name)
    }
}

/// Why a token was refused: a stable word for the log, never shown to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// Longer than [`LONGEST`].
    TooLarge,
    /// Not three parts of base64url without padding, or not JSON objects with unique names.
    Malformed,
    /// The algorithm is not one that is allowed here.
    Algorithm,
    /// The header says `crit`: something we do not know must be understood.
    Critical,
    /// The type in the header is another one.
    Type,
    /// No key of that id is known.
    UnknownKey,
    /// No key id, and more than one key could be meant.
    AmbiguousKey,
    /// The signature does not fit.
    Signature,
    /// A claim is missing or of the wrong type.
    Missing(&'static str),
    /// A claim has a value that is not accepted.
    Wrong(&'static str),
    /// It has expired, or is not valid yet, beyond the allowed difference of clocks.
    Time(&'static str),
}

impl Fault {
    /// A stable reason code for logs and audit records.
    pub fn code(self) -> String {
        match self {
            Self::TooLarge => "token.too_large".into(),
            Self::Malformed => "token.malformed".into(),
            Self::Algorithm => "token.algorithm".into(),
            Self::Critical => "token.critical".into(),
            Self::Type => "token.type".into(),
            Self::UnknownKey => "token.unknown_key".into(),
            Self::AmbiguousKey => "token.ambiguous_key".into(),
            Self::Signature => "token.signature".into(),
            Self::Missing(claim) => format!("token.missing.{claim}"),
            Self::Wrong(claim) => format!("token.wrong.{claim}"),
            Self::Time(claim) => format!("token.time.{claim}"),
        }
    }
}

/// A token that has been taken apart. Nothing in it may be believed before [`Unverified::verify`].
#[derive(Debug)]
pub struct Unverified<'t> {
    alg: Alg,
    kid: Option<String>,
    typ: Option<String>,
    claims: Map<String, Value>,
    signed: &'t str,
    signature: Vec<u8>,
}

impl<'t> Unverified<'t> {
    /// Takes a token apart.
    pub fn read(token: &'t str, allowed: &[Alg]) -> Result<Self, Fault> {
        if token.len() > LONGEST {
            return Err(Fault::TooLarge);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Fault::Malformed)?;
        let (header, claims) = signed.split_once('.').ok_or(Fault::Malformed)?;
        if claims.contains('.') {
            return Err(Fault::Malformed);
        }
        let header = part(header)?;
        let alg = header.get("alg").and_then(Value::as_str).ok_or(Fault::Malformed)?;
        let alg = Alg::of(alg).filter(|a| allowed.contains(a)).ok_or(Fault::Algorithm)?;
        if header.contains_key("crit") {
            return Err(Fault::Critical);
        }
        let text = |name: &str| match header.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(Fault::Malformed),
        };
        Ok(Self {
            alg,
            kid: text("kid")?,
            typ: text("typ")?,
            claims: part(claims)?,
            signed,
            signature: URL_SAFE_NO_PAD.decode(signature).map_err(|_| Fault::Malformed)?,
        })
    }

    /// The algorithm it says to be signed with.
    pub fn alg(&self) -> Alg {
        self.alg
    }

    /// The id of the key it says to be signed with.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The claims, only to find out whose keys to try. They are not to be believed.
    pub fn unproven(&self) -> Claims<'_> {
        Claims::of(&self.claims)
    }

    /// Refuses a token of another type (RFC 8725 section 3.11). Compared without case and without `application/`.
    pub fn is_type(&self, expected: &str) -> Result<(), Fault> {
        let typ = self.typ.as_deref().unwrap_or_default().to_ascii_lowercase();
        let typ = typ.strip_prefix("application/").unwrap_or(&typ);
        if typ == expected { Ok(()) } else { Err(Fault::Type) }
    }

    /// Checks the signature with the one key of the set that is meant, and gives the claims and that key.
    pub fn verify(self, keys: &KeySet) -> Result<(Map<String, Value>, PublicKey), Fault> {
        let key = keys.pick(self.kid.as_deref(), self.alg)?;
        if !key.verifies(self.alg, self.signed.as_bytes(), &self.signature) {
            return Err(Fault::Signature);
        }
        let key = key.clone();
        Ok((self.claims, key))
    }
}

fn part(encoded: &str) -> Result<Map<String, Value>, Fault> {
    let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| Fault::Malformed)?;
    strict::object(&bytes).ok_or(Fault::Malformed)
}

/// Base64url without padding (RFC 7515 section 2).
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The reverse of [`base64url`]; `None` for anything not canonical.
pub fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

#[cfg(test)]
mod tests;
