//! The session cookie and the flash cookie.
//!
//! Behind TLS the names carry the `__Host-` prefix, so that no sibling domain and no plain connection can set
//! them (ATT-19). Browsers refuse that prefix without `Secure`, and `Secure` over plain http, so on the loopback
//! interface the name is plain and carries the port: cookies do not tell ports apart.

use crate::state::Base;
use domain::{Error, Result};
use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};
use std::fmt::Write as _;

/// The name of the session cookie.
pub fn session_name(base: &Base) -> String {
    name(base, "chancery")
}

/// The name of the cookie that carries one message to the next page.
pub fn flash_name(base: &Base) -> String {
    name(base, "chancery-flash")
}

/// The name of the cookie that a browser takes along to the login page: one for each trip, so that two windows do not
/// disturb each other. Named after the trip's state, of which only hexadecimal digits count.
pub fn trip_name(base: &Base, state: &str) -> String {
    let digits: String = state.chars().filter(char::is_ascii_hexdigit).take(12).collect();
    name(base, &format!("chancery-trip-{digits}"))
}

fn name(base: &Base, word: &str) -> String {
    match base.port() {
        _ if base.is_secure() => format!("__Host-{word}"),
        Some(port) => format!("{word}-{port}"),
        None => format!("{word}-80"),
    }
}

/// The value of the cookie with this name, if it was sent.
/// # Errors
/// `Invalid` when it was sent twice: one of the two was planted, and nobody can say which.
pub fn read<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>> {
    let mut values = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| value.trim_matches('"'));
    let first = values.next();
    if values.next().is_some() {
        return Err(Error::invalid(
            "Your browser sent two session cookies, and one of them is not ours. \
             Delete the cookies of this site in your browser, then sign in again.",
        ));
    }
    Ok(first.filter(|value| !value.is_empty()))
}

/// Sets a cookie that scripts cannot read and that foreign pages cannot send along with a change.
/// It ends with the browser's session unless `seconds` is given.
///
/// Where our pages may stand in another site's frame, a browser keeps such a cookie for that site and ours together
/// (`Partitioned`): nothing that stands elsewhere shares it. What it protects a change against is then the token alone.
pub fn set(headers: &mut HeaderMap, base: &Base, name: &str, value: &str, seconds: Option<u32>) {
    let manner = if base.frames().is_empty() { "SameSite=Lax" } else { "SameSite=None; Partitioned" };
    set_as(headers, base, name, value, seconds, manner);
}

/// Sets the cookie of a trip to the login page, which never leads through a frame.
pub fn set_for_trip(headers: &mut HeaderMap, base: &Base, name: &str, value: &str, seconds: u32) {
    set_as(headers, base, name, value, Some(seconds), "SameSite=Lax");
}

fn set_as(headers: &mut HeaderMap, base: &Base, name: &str, value: &str, seconds: Option<u32>, manner: &str) {
    let mut line = format!("{name}={value}; Path=/; HttpOnly; {manner}");
    // Browsers want `Secure` with `Partitioned`, and take it on this machine without TLS.
    if base.is_secure() || manner.contains("Partitioned") {
        line.push_str("; Secure");
    }
    if let Some(seconds) = seconds {
        let _ = write!(line, "; Max-Age={seconds}");
    }
    // A value of ours is hexadecimal or percent-encoded, so it always fits a header.
    if let Ok(line) = HeaderValue::try_from(line) {
        headers.append(SET_COOKIE, line);
    }
}

/// Removes a cookie.
pub fn clear(headers: &mut HeaderMap, base: &Base, name: &str) {
    set(headers, base, name, "", Some(0));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(lines: &[&'static str]) -> HeaderMap {
        lines.iter().map(|l| (COOKIE, HeaderValue::from_static(l))).collect()
    }

    #[test]
    fn two_cookies_of_one_name_are_refused_wherever_they_stand() {
        assert_eq!(read(&sent(&["a=1; s=2"]), "s").unwrap(), Some("2"));
        assert_eq!(read(&sent(&["a=1", "ss=2"]), "s").unwrap(), None);
        assert_eq!(read(&sent(&["s="]), "s").unwrap(), None);
        assert!(read(&sent(&["s=1; a=2; s=1"]), "s").is_err());
        assert!(read(&sent(&["s=1", "s=2"]), "s").is_err());
    }

    #[test]
    fn behind_tls_the_cookie_is_locked_to_the_host() {
        let base = Base::parse("https://crm.example.com").unwrap();
        let mut headers = HeaderMap::new();
        set(&mut headers, &base, &session_name(&base), "abc", None);
        let line = headers.get(SET_COOKIE).unwrap().to_str().unwrap();
        assert_eq!(line, "__Host-chancery=abc; Path=/; HttpOnly; SameSite=Lax; Secure");
        assert_eq!(session_name(&Base::parse("http://127.0.0.1:8080").unwrap()), "chancery-8080");
    }

    #[test]
    fn in_a_frame_the_cookie_belongs_to_both_sites_together_and_a_trip_never_does() {
        let base = Base::parse("https://crm.example.com").unwrap();
        let base = base.framed_by(&["https://portal.example".into()]).unwrap();
        let mut headers = HeaderMap::new();
        set(&mut headers, &base, "s", "abc", None);
        set_for_trip(&mut headers, &base, "t", "abc", 600);
        let lines: Vec<_> = headers.get_all(SET_COOKIE).iter().map(|v| v.to_str().unwrap()).collect();
        assert_eq!(lines[0], "s=abc; Path=/; HttpOnly; SameSite=None; Partitioned; Secure");
        assert_eq!(lines[1], "t=abc; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=600");
    }
}
