//! Reading claims without surprises.

use super::Fault;
use jiff::Timestamp;
use serde_json::{Map, Value};
use std::time::Duration;

/// The claims of a token.
#[derive(Debug, Clone, Copy)]
pub struct Claims<'c>(&'c Map<String, Value>);

/// When a token is accepted.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// Now.
    pub now: Timestamp,
    /// The allowed difference of clocks.
    pub skew: Duration,
    /// The longest a token may be valid from `iat` to `exp`, if that is limited.
    pub longest: Option<Duration>,
}

impl<'c> Claims<'c> {
    /// The claims in this object.
    pub fn of(map: &'c Map<String, Value>) -> Self {
        Self(map)
    }

    /// A claim as it stands.
    pub fn get(&self, name: &str) -> Option<&'c Value> {
        self.0.get(name)
    }

    /// A text that must be there and not blank.
    pub fn text(&self, name: &'static str) -> Result<&'c str, Fault> {
        self.0.get(name).and_then(Value::as_str).filter(|t| !t.is_empty()).ok_or(Fault::Missing(name))
    }

    /// A text that may be missing.
    /// # Errors
    /// `Wrong` when it is there and no text.
    pub fn optional(&self, name: &'static str) -> Result<Option<&'c str>, Fault> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Fault::Wrong(name)),
        }
    }

    /// A truth value; missing is false. Some providers write it as text.
    pub fn flag(&self, name: &str) -> bool {
        match self.0.get(name) {
            Some(Value::Bool(b)) => *b,
            Some(Value::String(text)) => text == "true" || text == "1",
            Some(Value::Number(n)) => n.as_i64() == Some(1),
            _ => false,
        }
    }

    /// An instant: a JSON number of seconds since 1970, whole or with a fraction (RFC 7519 section 2, `NumericDate`).
    pub fn instant(&self, name: &'static str) -> Result<Timestamp, Fault> {
        let value = self.0.get(name).and_then(Value::as_f64).ok_or(Fault::Missing(name))?;
        // Up to the year 9999, whole seconds are exact in a double; what is beyond is no instant of ours.
        if !(0.0..=253_402_300_799.0).contains(&value) {
            return Err(Fault::Wrong(name));
        }
        Timestamp::from_second(value as i64).map_err(|_| Fault::Wrong(name))
    }

    /// Refuses a token that is not for `expected` alone: a text, or an array of that one text.
    pub fn audience(&self, expected: &str) -> Result<(), Fault> {
        match self.0.get("aud") {
            None => Err(Fault::Missing("aud")),
            Some(Value::String(aud)) if aud == expected => Ok(()),
            Some(Value::Array(all)) if matches!(all.as_slice(), [Value::String(one)] if one == expected) => {
                Ok(())
            }
            Some(_) => Err(Fault::Wrong("aud")),
        }
    }

    /// As [`Claims::audience`], and an array is refused even with one member (audience injection).
    pub fn single_audience(&self, expected: &[&str]) -> Result<(), Fault> {
        match self.0.get("aud") {
            None => Err(Fault::Missing("aud")),
            Some(Value::String(aud)) if expected.contains(&aud.as_str()) => Ok(()),
            Some(_) => Err(Fault::Wrong("aud")),
        }
    }

    /// Checks `exp`, `iat` and, when it is there, `nbf`.
    pub fn times(&self, window: Window) -> Result<(), Fault> {
        let (exp, iat) = (self.instant("exp")?, self.instant("iat")?);
        if window.now >= exp + window.skew {
            return Err(Fault::Time("exp"));
        }
        if iat > window.now + window.skew {
            return Err(Fault::Time("iat"));
        }
        if self.get("nbf").is_some() && self.instant("nbf")? > window.now + window.skew {
            return Err(Fault::Time("nbf"));
        }
        if let Some(longest) = window.longest
            && exp > iat + longest
        {
            return Err(Fault::Wrong("exp"));
        }
        Ok(())
    }
}
