//! The query of an address, for pages.

use crate::errors::PageError;
use axum::extract::FromRequestParts;
use domain::Error;
use http::request::Parts;
use serde::de::DeserializeOwned;

/// The query, read into a type whose fields all have defaults.
#[derive(Debug, Clone)]
pub struct PageQuery<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for PageQuery<T> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        let query = parts.uri.query().unwrap_or_default();
        let read = serde_html_form::from_str(query).map_err(|e| {
            Error::invalid("What stands behind the question mark of this address cannot be read. Start from the list again.")
                .caused_by(e)
        })?;
        Ok(Self(read))
    }
}
