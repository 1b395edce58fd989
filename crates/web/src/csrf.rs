//! Proof that a change was asked for by one of our own pages.
//!
//! Two proofs are wanted: the browser's word about where the request comes from, and a token that only our pages
//! of this session contain. The token is masked differently in every answer, so that compressing an answer
//! which also repeats foreign input gives nothing away about it (the BREACH attack).

use crate::state::Base;
use domain::{Error, Result};
use http::HeaderMap;
use http::header::ORIGIN;
use platform::digest::{equal, hex, sha256};
use platform::random;

/// The header that carries the token where there is no form.
pub const HEADER: &str = "x-csrf-token";
/// The form field that carries the token.
pub const FIELD: &str = "csrf";

/// The session's token as it is written into one answer: 128 hexadecimal digits.
///
/// Blank when the operating system gives no randomness; a blank token proves nothing, so changes are refused.
pub fn mask(token: &str) -> String {
    let Ok(pad) = random::bytes::<32>() else {
        return String::new();
    };
    hex(&pad) + &hex(&xor(pad, sha256(token.as_bytes())))
}

/// Checks a token that came back.
/// # Errors
/// `Forbidden` when it is missing, malformed, or of another session.
pub fn check_token(token: &str, masked: &str) -> Result<()> {
    let good =
        !token.is_empty() && unmask(masked).is_some_and(|sent| equal(&sent, &sha256(token.as_bytes())));
    if good { Ok(()) } else { Err(refused()) }
}

/// Checks what the browser says about where the request comes from.
///
/// `Sec-Fetch-Site` decides where it is sent. Our pages ask for no referrer, which turns `Origin` into `null` on
/// form posts (Fetch standard, "append a request Origin header"), so `null` alone proves nothing either way.
/// # Errors
/// `Forbidden` when it comes from elsewhere, or when the browser says nothing.
pub fn check_source(headers: &HeaderMap, base: &Base) -> Result<()> {
    let text = |name: &str| headers.get(name).map(|v| v.to_str().unwrap_or("?"));
    let origin = text(ORIGIN.as_str());
    let foreign = origin.is_some_and(|o| o != "null" && !base.is_own_origin(o));
    let good = match text("sec-fetch-site") {
        Some(site) => site == "same-origin" && !foreign,
        None => origin.is_some_and(|o| base.is_own_origin(o)),
    };
    if good { Ok(()) } else { Err(refused()) }
}

fn refused() -> Error {
    Error::forbidden(
        "Nothing was changed, because this request could not be matched to a page of yours. \
         Go back, reload the page and try again.",
    )
}

fn xor(a: [u8; 32], b: [u8; 32]) -> [u8; 32] {
    let mut out = [0; 32];
    for (out, (a, b)) in out.iter_mut().zip(a.iter().zip(b)) {
        *out = a ^ b;
    }
    out
}

fn unmask(masked: &str) -> Option<[u8; 32]> {
    let (pad, rest) = masked.split_at_checked(64)?;
    Some(xor(bytes(pad)?, bytes(rest)?))
}

fn bytes(digits: &str) -> Option<[u8; 32]> {
    let mut out = [0; 32];
    if digits.len() != 64 || !digits.is_ascii() {
        return None;
    }
    for (at, byte) in out.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(at * 2..at * 2 + 2)?, 16).ok()?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn a_token_comes_back_only_to_its_session() {
        let (one, two) = (mask("session"), mask("session"));
        assert_ne!(one, two, "each answer has its own mask");
        assert!(check_token("session", &one).is_ok() && check_token("session", &two).is_ok());
        assert!(check_token("another", &one).is_err());
        for wrong in ["", "session", &one[1..], &"g".repeat(128), &"é".repeat(64), &"0".repeat(128)] {
            assert!(check_token("session", wrong).is_err(), "{wrong}");
        }
        assert!(check_token("", &mask("")).is_err(), "a session without a token accepts none");
    }

    #[test]
    fn only_our_own_pages_may_ask_for_changes() {
        let base = Base::parse("https://crm.example.com").unwrap();
        let own = "https://crm.example.com";
        let table = [
            (Some(own), None, true),
            (Some(own), Some("same-origin"), true),
            (Some("null"), Some("same-origin"), true),
            (None, Some("same-origin"), true),
            (Some("null"), None, false),
            (None, None, false),
            (Some("https://evil.test"), Some("same-origin"), false),
            (Some("https://evil.test"), None, false),
            (Some(own), Some("cross-site"), false),
            (None, Some("same-site"), false),
            (None, Some("none"), false),
        ];
        for (origin, site, good) in table {
            let mut headers = HeaderMap::new();
            if let Some(origin) = origin {
                headers.insert(ORIGIN, HeaderValue::from_static(origin));
            }
            if let Some(site) = site {
                headers.insert("sec-fetch-site", HeaderValue::from_static(site));
            }
            assert_eq!(check_source(&headers, &base).is_ok(), good, "{origin:?} {site:?}");
        }
    }
}
