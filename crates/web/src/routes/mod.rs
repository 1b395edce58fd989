//! The addresses of everything: functions that build them, so that a link cannot point at nothing.

pub mod documents;
pub mod mailings;
pub mod records;
pub mod settings;
pub mod templates;

use serde::Serialize;
use std::fmt::{Display, Write as _};

/// The home page.
pub fn home() -> String {
    "/".into()
}

/// Where people read how to get in.
pub fn sign_in() -> String {
    "/sign-in".into()
}

/// Where the way to the login page begins.
pub fn sign_in_start() -> String {
    "/sign-in/start".into()
}

/// Where a sign-in in a window of its own ends, and is taken over by the page that opened the window.
pub fn sign_in_window() -> String {
    "/sign-in/window".into()
}

/// Where the login page sends people back to.
pub fn sign_in_return() -> String {
    "/sign-in/return".into()
}

/// Where an invitation leads.
pub fn invited(token: &str) -> String {
    format!("/invited/{}", encode(token))
}

/// Where signing out is posted to.
pub fn sign_out() -> String {
    "/sign-out".into()
}

/// Where a sign-in link leads.
pub fn enter(token: &str) -> String {
    format!("/enter/{}", encode(token))
}

/// The search page, with what is looked for.
pub fn search(text: &str) -> String {
    Query::at("/search").and("q", text).into()
}

/// Percent-encodes everything but the unreserved characters of RFC 3986.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// A path with what `query` holds as its query; blank fields are left out by the type itself.
pub fn with_query<Q: Serialize + ?Sized>(path: &str, query: &Q) -> String {
    // Types of ours are flat, so they always serialize; one that did not would lead to the bare page.
    let query = serde_html_form::to_string(query).unwrap_or_default();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// An address with a query in the making.
#[derive(Debug, Clone)]
pub struct Query(String);

impl Query {
    /// A path without a query yet.
    pub fn at(path: impl Into<String>) -> Self {
        Self(path.into())
    }

    /// Adds a parameter, unless its value is blank.
    pub fn and(mut self, name: &str, value: impl Display) -> Self {
        let value = value.to_string();
        if !value.is_empty() {
            self.0.push(if self.0.contains('?') { '&' } else { '?' });
            self.0.push_str(name);
            self.0.push('=');
            self.0.push_str(&encode(&value));
        }
        self
    }

    /// Adds a parameter where there is a value.
    pub fn maybe(self, name: &str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.and(name, value),
            None => self,
        }
    }
}

impl From<Query> for String {
    fn from(query: Query) -> Self {
        query.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_encoded_and_blank_parameters_left_out() {
        let address: String = Query::at("/x")
            .and("a", "1 & ü/?")
            .and("b", "")
            .maybe("c", Some(7))
            .maybe("d", None::<i64>)
            .into();
        assert_eq!(address, "/x?a=1%20%26%20%C3%BC%2F%3F&c=7");
    }
}
