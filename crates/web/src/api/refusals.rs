//! The refusals every operation can give, described once.

use std::collections::BTreeMap;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::{ContentBuilder, Ref, RefOr};
use utoipa::{IntoResponses, ToSchema};

/// A refusal (RFC 9457). `detail` says what is wrong and what to do, and may be shown to a person as it stands.
#[derive(Debug, ToSchema)]
#[schema(as = Problem, example = json!({
    "type": "urn:chancery:problem:invalid",
    "title": "This cannot be used as it is",
    "status": 422,
    "detail": "\"company\" is missing. Add it; the API's description says what it holds.",
    "field": "company",
    "request_id": "0193a1b2-0000-7000-8000-000000000000"
}))]
#[expect(dead_code, reason = "describes what crate::errors writes")]
pub(super) struct ProblemBody {
    /// What kind of problem it is, as a stable name: `urn:chancery:problem:stale`.
    r#type: String,
    /// What happened, in a word or two.
    title: String,
    /// The status code again.
    status: u16,
    /// What is wrong and what to do about it.
    detail: String,
    /// The member, parameter or header it is about, when there is one.
    #[schema(nullable = false)]
    field: Option<String>,
    /// The id of the request, to be given to an administrator.
    request_id: String,
}

/// What any operation may answer.
#[derive(Debug)]
pub(super) struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        described(&[
            ("401", "No session and no token, or one that works no longer."),
            (
                "403",
                "The caller may see it and may not do this, or the request does not come from our own pages.",
            ),
            ("404", "There is no such thing, or the caller may not know that there is."),
            ("409", "The present state forbids it: a lock, a clash, a finished document."),
            ("410", "It was here and has been removed for good."),
            (
                "422",
                "Something that was sent is malformed or cannot be used; `field` names it. Also the answer to an \
                `Idempotency-Key` that was used before with another request.",
            ),
            ("429", "Too many requests; `Retry-After` says when to try again."),
            ("500", "A defect of ours. Give your administrator the request id."),
            ("501", "The plugin that keeps it cannot do this."),
            ("503", "Something we depend on does not answer now; try again later."),
        ])
    }
}

/// What an operation with a JSON body may answer as well.
#[derive(Debug)]
pub(super) struct Writing;

impl IntoResponses for Writing {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        described(&[
            ("413", "The body is larger than 1 MB."),
            ("415", "The body is not `application/json`, or is compressed."),
        ])
    }
}

/// What an operation that takes content may answer as well.
#[derive(Debug)]
pub(super) struct Receiving;

impl IntoResponses for Receiving {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        described(&[
            ("413", "The content is larger than allowed. Nothing of it was kept."),
            ("415", "The body is of another kind than this address takes, or is compressed."),
        ])
    }
}

/// What an operation behind `If-Match` may answer as well.
#[derive(Debug)]
pub(super) struct Guarded;

impl IntoResponses for Guarded {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        described(&[
            ("412", "`If-Match` does not name what is there: somebody has changed it."),
            ("428", "`If-Match` is missing."),
        ])
    }
}

/// What an operation that understands `Range` may answer as well.
#[derive(Debug)]
pub(super) struct Ranged;

impl IntoResponses for Ranged {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let text = ResponseBuilder::new().description("The range lies outside the content.").build();
        BTreeMap::from([("416".to_owned(), RefOr::T(text))])
    }
}

fn described(table: &[(&str, &str)]) -> BTreeMap<String, RefOr<Response>> {
    let problem = || ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    table
        .iter()
        .map(|(status, description)| {
            let response = ResponseBuilder::new()
                .description(*description)
                .content("application/problem+json", problem());
            ((*status).to_owned(), RefOr::T(response.build()))
        })
        .collect()
}
