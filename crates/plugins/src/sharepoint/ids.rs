//! References, marks and addresses.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::plugin::ExternalRef;
use domain::{Error, OperationId, Result};
use platform::digest::sha256;
use std::fmt::Write as _;

/// The reference of what an operation makes. It is our own and not Graph's id, because an id changes when a file moves
/// to another library.
pub(crate) fn reference_of(operation: OperationId) -> ExternalRef {
    ExternalRef(format!("s{}", operation.0.simple()))
}

/// Whether a text can be a reference of ours.
pub(crate) fn is_reference(text: &str) -> bool {
    let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    text.len() == 33 && text.strip_prefix('s').is_some_and(|rest| rest.bytes().all(hex))
}

/// A reference that can be one.
/// # Errors
/// `NotFound`.
pub(crate) fn checked(reference: &ExternalRef) -> Result<&str> {
    if is_reference(&reference.0) { Ok(&reference.0) } else { Err(missing()) }
}

pub(crate) fn missing() -> Error {
    Error::not_found("file")
}

/// Twelve letters that stand for something longer: 72 bits of its SHA-256.
pub(crate) fn short(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(&sha256(text.as_bytes())[..9])
}

/// The mark of an operation in a record.
pub(crate) fn mark(operation: OperationId) -> String {
    short(&operation.0.simple().to_string())
}

/// A name as a segment of a path: everything but letters, digits and a few marks is encoded (RFC 3986, section 2.1).
pub(crate) fn segment(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_references_name_a_file() {
        let reference = reference_of(OperationId(uuid::Uuid::from_u128(7)));
        assert!(is_reference(&reference.0));
        for text in ["", "s", "01ABCDEFGH", "../../etc/passwd", &"s".repeat(33), &reference.0.to_uppercase()]
        {
            assert!(!is_reference(text), "{text:?}");
        }
    }

    #[test]
    fn a_name_in_an_address_cannot_leave_its_place() {
        assert_eq!(segment("Offer #1 50%.docx"), "Offer%20%231%2050%25.docx");
        assert_eq!(segment("a/b:c"), "a%2Fb%3Ac");
        assert_eq!(segment("æ"), "%C3%A6");
    }
}
