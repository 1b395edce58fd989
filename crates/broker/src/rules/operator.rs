//! What an operator may write, and how keys are shown.

use super::signing::Dates;
use domain::{Error, Result};
use jiff::Timestamp;
use platform::jwt::strict_value;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Longest a token of a program may live, in days.
pub const LONGEST_TOKEN: u32 = 400;

/// The name of an operator or a program, as it stands in the audit log.
/// # Errors
/// `Invalid` for a blank one, one of more than 60 characters, or one with other signs than letters, digits, spaces and
/// `. _ - @ +`.
pub fn name(text: &str) -> Result<String> {
    let text = text.trim();
    let plain = |c: char| c.is_alphanumeric() || " ._-@+".contains(c);
    if text.is_empty() || text.chars().count() > 60 || !text.chars().all(plain) {
        return Err(Error::invalid(
            "A name has 1 to 60 letters, digits, spaces and the signs . _ - @ + so that it can be read in the audit log.",
        )
        .field("name"));
    }
    Ok(text.to_owned())
}

/// How many days a program's token lives.
/// # Errors
/// `Invalid` for none, or more than [`LONGEST_TOKEN`].
pub fn days(days: u32) -> Result<u32> {
    if (1..=LONGEST_TOKEN).contains(&days) {
        return Ok(days);
    }
    Err(Error::invalid(format!("A token lives 1 to {LONGEST_TOKEN} days.")).field("days"))
}

/// Addresses as somebody types them: one a line.
pub fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// A key set as somebody pastes it. A single key is taken as a set of one.
/// # Errors
/// `Invalid` for what is no JSON, or names a member twice.
pub fn key_set(text: &str) -> Result<Value> {
    let value = strict_value(text.as_bytes())
        .filter(Value::is_object)
        .ok_or_else(|| Error::invalid("The keys cannot be read. Paste a JWK set, in JSON.").field("keys"))?;
    Ok(if value.get("keys").is_some() { value } else { json!({ "keys": [value] }) })
}

/// Whether a text may hold private keys, so that it is never shown again.
pub fn may_be_private(text: &str) -> bool {
    let value = strict_value(text.as_bytes()).unwrap_or(Value::Null);
    let private = |key: &Value| {
        ["d", "k", "p", "q", "dp", "dq", "qi", "oth"].iter().any(|member| key.get(member).is_some())
    };
    let keys = value.get("keys").and_then(Value::as_array);
    text.contains("PRIVATE KEY") || private(&value) || keys.is_some_and(|keys| keys.iter().any(private))
}

/// The set without one of its keys.
/// # Errors
/// `NotFound` when it has no such key; `Conflict` when it is the only one.
pub fn without(set: &Value, kid: &str) -> Result<Value> {
    let keys = set.get("keys").and_then(Value::as_array).cloned().unwrap_or_default();
    let rest: Vec<Value> = keys.iter().filter(|key| text(key, "kid") != kid).cloned().collect();
    if rest.len() == keys.len() {
        return Err(Error::not_found("key"));
    }
    if rest.is_empty() {
        return Err(Error::conflict(
            "This is the installation's only key. Put another one in first, or cut the installation off.",
        ));
    }
    Ok(json!({ "keys": rest }))
}

/// A key as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShownKey {
    /// Its id; blank when it has none.
    pub kid: String,
    /// What kind it is: `EC P-256`, `RSA`, `OKP Ed25519`.
    pub kind: String,
    /// When an installation last proved itself with it.
    pub last_used: Option<Timestamp>,
}

/// The keys of a set, with when each was used.
pub fn shown(set: &Value, used: &BTreeMap<String, Timestamp>) -> Vec<ShownKey> {
    let keys = set.get("keys").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    keys.iter()
        .map(|key| {
            let kid = text(key, "kid");
            let kind = format!("{} {}", text(key, "kty"), text(key, "crv")).trim().to_owned();
            ShownKey { last_used: used.get(kid).copied(), kid: kid.to_owned(), kind }
        })
        .collect()
}

fn text<'v>(key: &'v Value, name: &str) -> &'v str {
    key.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// How one of our own signing keys stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is published, and will sign later.
    Coming,
    /// It signs.
    Signs,
    /// It signs no more and is still published, so that what it has signed can be verified.
    Published,
    /// It is published no more.
    Gone,
}

impl Standing {
    /// What an operator reads.
    pub fn words(self) -> &'static str {
        match self {
            Self::Coming => "will sign",
            Self::Signs => "signs",
            Self::Published => "signs no more, still believed",
            Self::Gone => "believed no more",
        }
    }
}

/// How the key of this index stands, when `signs` is the one that signs.
pub fn standing(key: Dates, is_signing: bool, now: Timestamp) -> Standing {
    if key.until.is_some_and(|until| until <= now) {
        Standing::Gone
    } else if is_signing {
        Standing::Signs
    } else if key.from > now {
        Standing::Coming
    } else {
        Standing::Published
    }
}

/// A pattern of `LIKE` for whatever has this word in it, in lower case.
pub fn pattern(word: &str) -> String {
    let plain = word.trim().to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{plain}%")
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ErrorKind;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn a_name_can_be_read_in_one_line_of_the_log() {
        for good in ["ada", " Ada Lovelace ", "night-shift_2", "ada@example.org", "Bjørn"] {
            assert_eq!(name(good).unwrap(), good.trim());
        }
        for bad in ["", "  ", "a\nb", "a:b", "<b>", "a\u{202e}b", &"x".repeat(61)] {
            assert_eq!(name(bad).unwrap_err().kind(), ErrorKind::Invalid, "{bad:?}");
        }
        assert!(days(1).is_ok() && days(400).is_ok() && days(0).is_err() && days(401).is_err());
    }

    #[test]
    fn a_pasted_key_or_set_is_read_and_a_private_one_is_known_as_such() {
        let one = r#"{"kty":"EC","kid":"a"}"#;
        assert_eq!(key_set(one).unwrap(), json!({"keys": [{"kty": "EC", "kid": "a"}]}));
        assert_eq!(key_set(&format!(r#"{{"keys":[{one}]}}"#)).unwrap(), key_set(one).unwrap());
        for bad in ["", "[]", "7", "{", r#"{"kid":"a","kid":"b"}"#] {
            assert_eq!(key_set(bad).unwrap_err().field_name(), Some("keys"), "{bad}");
        }
        for private in [
            r#"{"kty":"EC","d":"x"}"#,
            r#"{"keys":[{"kty":"RSA","p":"x"}]}"#,
            r#"{"keys":[{"kty":"oct","k":"x"}]}"#,
            "-----BEGIN PRIVATE KEY-----",
        ] {
            assert!(may_be_private(private), "{private}");
        }
        assert!(!may_be_private(one) && !may_be_private("{"));
    }

    #[test]
    fn the_last_key_stays_and_others_go() {
        let two = json!({"keys": [{"kid": "a", "kty": "EC", "crv": "P-256"}, {"kid": "b", "kty": "RSA"}]});
        let one = without(&two, "a").unwrap();
        assert_eq!(one, json!({"keys": [{"kid": "b", "kty": "RSA"}]}));
        assert_eq!(without(&two, "c").unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(without(&one, "b").unwrap_err().kind(), ErrorKind::Conflict);
        let shown = shown(&two, &BTreeMap::from([("b".to_owned(), at(0))]));
        assert_eq!((shown[0].kind.as_str(), shown[0].last_used), ("EC P-256", None));
        assert_eq!((shown[1].kind.as_str(), shown[1].last_used), ("RSA", Some(at(0))));
    }

    #[test]
    fn a_signing_key_is_published_before_and_after_it_signs() {
        let key = |from, until: Option<i64>| Dates { from: at(from), until: until.map(at) };
        assert_eq!(standing(key(10, None), false, at(0)), Standing::Coming);
        assert_eq!(standing(key(-10, None), true, at(0)), Standing::Signs);
        assert_eq!(standing(key(-10, Some(5)), false, at(0)), Standing::Published);
        assert_eq!(standing(key(-10, Some(5)), true, at(5)), Standing::Gone);
    }

    #[test]
    fn a_searched_word_is_text_and_no_pattern() {
        assert_eq!(pattern(" Nord%_\\ "), "%nord\\%\\_\\\\%");
    }
}
