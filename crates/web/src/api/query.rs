//! Queries and paths, read strictly.

use super::json::describe;
use crate::errors::Problem;
use axum::extract::{FromRequestParts, OriginalUri, RawPathParams};
use domain::{Error, Result};
use http::request::Parts;
use serde::de::DeserializeOwned;
use std::str::FromStr;

/// A query of type `T` with the address it came in.
#[derive(Debug)]
pub(super) struct Query<T> {
    /// What was asked for.
    pub ask: T,
    /// Path and query as they arrived, for the link to the next page.
    pub address: String,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |o| &o.0);
        let ask = axum::extract::Query::<T>::try_from_uri(uri).map_err(|e| explain(&e.body_text()))?;
        let address = uri.path_and_query().map_or("/", |p| p.as_str()).to_owned();
        Ok(Self { ask: ask.0, address })
    }
}

fn explain(text: &str) -> Error {
    let reason = text.split_once("query string: ").map_or(text, |(_, reason)| reason);
    match reason.split_once(": ") {
        Some((path, reason)) if !path.contains(' ') => describe(path, reason),
        _ => describe("", reason),
    }
}

/// The variable parts of a path.
#[derive(Debug)]
pub(super) struct At<T>(pub T);

impl<T: FromPath, S: Send + Sync> FromRequestParts<S> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let raw = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| Error::invalid("The address is not valid text. Check how it was encoded."))?;
        let texts: Vec<&str> = raw.iter().map(|(_, value)| value).collect();
        Ok(Self(T::read(&texts)?))
    }
}

/// What can be read from the variable parts of a path.
pub(super) trait FromPath: Sized {
    /// Reads the parts, in their order.
    fn read(parts: &[&str]) -> Result<Self>;
}

impl<A: FromStr<Err = Error>> FromPath for (A,) {
    fn read(parts: &[&str]) -> Result<Self> {
        Ok((part(parts, 0)?,))
    }
}

impl<A: FromStr<Err = Error>, B: FromStr<Err = Error>> FromPath for (A, B) {
    fn read(parts: &[&str]) -> Result<Self> {
        Ok((part(parts, 0)?, part(parts, 1)?))
    }
}

impl<A: FromStr<Err = Error>, B: FromStr<Err = Error>, C: FromStr<Err = Error>> FromPath for (A, B, C) {
    fn read(parts: &[&str]) -> Result<Self> {
        Ok((part(parts, 0)?, part(parts, 1)?, part(parts, 2)?))
    }
}

fn part<T: FromStr<Err = Error>>(parts: &[&str], at: usize) -> Result<T> {
    parts.get(at).ok_or_else(|| Error::internal("a route has fewer parts than its handler reads"))?.parse()
}

/// A word in a path that is looked up and not interpreted: a version, a command, a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word(pub String);

impl FromStr for Word {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let plain = !text.is_empty() && text.len() <= 200 && !text.chars().any(char::is_control);
        if plain {
            Ok(Self(text.to_owned()))
        } else {
            Err(Error::invalid(
                "A part of the address is blank, too long or unreadable. Check the address you used.",
            ))
        }
    }
}

/// A language in a path: `neutral` for the neutral file, a tag such as `nb-NO` otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Language(pub String);

impl FromStr for Language {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if text == "neutral" {
            return Ok(Self(String::new()));
        }
        domain::templates::language_tag(text).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the errors matter here")]
    struct Sample {
        limit: Option<u32>,
        trashed: Option<bool>,
    }

    fn fault(query: &str) -> Error {
        let uri = format!("/x?{query}").parse().unwrap();
        explain(&axum::extract::Query::<Sample>::try_from_uri(&uri).unwrap_err().body_text())
    }

    #[test]
    fn every_fault_in_a_query_is_named_with_its_field() {
        for (query, field) in [("limit=ten", "limit"), ("trashed=yes", "trashed"), ("limt=1", "limt")] {
            let error = fault(query);
            assert_eq!(error.field_name(), Some(field), "{query}: {}", error.public());
        }
    }

    #[test]
    fn neutral_is_the_word_for_no_language() {
        assert_eq!("neutral".parse::<Language>().unwrap().0, "");
        assert_eq!("nb_no".parse::<Language>().unwrap().0, "nb-NO");
        assert!("../x".parse::<Language>().is_err());
    }
}
