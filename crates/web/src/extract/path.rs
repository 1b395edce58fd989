//! Ids in addresses. A malformed one answers exactly like an unknown one.

use crate::errors::{PageError, Problem};
use axum::extract::{FromRequestParts, RawPathParams};
use domain::{
    AssociateId, CompanyId, ContactId, DocumentId, DraftId, Error, GroupId, HeadingId, MailingId, ProjectId,
    Result, SaleId, TemplateId,
};
use http::request::Parts;
use std::str::FromStr;

/// An id that stands in addresses.
pub trait PathId: FromStr + Send {
    /// What it is the id of, as in "There is no such document".
    const NOUN: &'static str;
}

macro_rules! path_ids {
    ($($id:ty = $noun:literal),* $(,)?) => {$(
        impl PathId for $id { const NOUN: &'static str = $noun; }
    )*};
}

path_ids! {
    DocumentId = "document", TemplateId = "template", CompanyId = "company", ContactId = "contact",
    ProjectId = "project", SaleId = "sale", AssociateId = "associate", GroupId = "user group",
    HeadingId = "heading", DraftId = "draft", MailingId = "mail merge",
}

/// The path parameter `{id}`, for pages.
#[derive(Debug, Clone, Copy)]
pub struct Id<T>(pub T);

/// The path parameter `{id}`, for the API.
#[derive(Debug, Clone, Copy)]
pub struct ApiId<T>(pub T);

/// An id from text in an address. Only the way ids are written by us is an id: `+7` and `007` are not.
/// # Errors
/// `NotFound`, as for an id that nothing has.
pub fn path_id<T: PathId>(text: &str) -> Result<T> {
    let canonical = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    let parsed = if canonical { text.parse().ok() } else { None };
    parsed.ok_or_else(|| Error::not_found(T::NOUN))
}

async fn read<T: PathId, S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<T> {
    let params =
        RawPathParams::from_request_parts(parts, state).await.map_err(|_| Error::not_found(T::NOUN))?;
    let text = params.iter().find(|(name, _)| *name == "id").map(|(_, value)| value).unwrap_or_default();
    path_id(text)
}

impl<T: PathId, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        Ok(Self(read(parts, state).await?))
    }
}

impl<T: PathId, S: Send + Sync> FromRequestParts<S> for ApiId<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Ok(Self(read(parts, state).await?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ErrorKind;

    #[test]
    fn whatever_is_no_id_answers_like_an_unknown_id() {
        assert_eq!(path_id::<DocumentId>("17").unwrap(), DocumentId(17));
        for wrong in ["", "0", "-1", "+7", "007", "1.0", "9999999999999999999", "../1", "x", "１"] {
            let error = path_id::<DocumentId>(wrong).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::NotFound, "{wrong}");
            assert_eq!(error.public(), Error::not_found("document").public());
        }
    }
}
