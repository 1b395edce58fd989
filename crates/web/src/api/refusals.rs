//! The refusals every operation can give, described once.

use std::collections::BTreeMap;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::{ContentBuilder, Header, ObjectBuilder, Ref, RefOr, Type};
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

/// Every refusal: its name in the document, its status, when it is given.
const TABLE: [(&str, &str, &str); 17] = [
    ("Unauthenticated", "401", "No session and no token, or one that works no longer."),
    (
        "Forbidden",
        "403",
        "The caller may see it and may not do this, or the request does not come from our own pages.",
    ),
    ("NotFound", "404", "There is no such thing, or the caller may not know that there is."),
    ("Conflict", "409", "The present state forbids it: a lock, a clash, a finished document."),
    ("Gone", "410", "It was here and has been removed for good."),
    ("Stale", "412", "`If-Match` does not name what is there: somebody has changed it."),
    ("LargeJson", "413", "The body is larger than 1 MB."),
    ("LargeContent", "413", "The content is larger than allowed. Nothing of it was kept."),
    ("NotJson", "415", "The body is not `application/json`, or is compressed."),
    ("OtherContent", "415", "The body is of another kind than this address takes, or is compressed."),
    ("OutOfRange", "416", "The range lies outside the content."),
    (
        "Invalid",
        "422",
        "Something that was sent is malformed or cannot be used; `field` names it. Also the answer to an \
         `Idempotency-Key` that was used before with another request.",
    ),
    ("PreconditionRequired", "428", "`If-Match` is missing."),
    ("Throttled", "429", "Too many requests; `Retry-After` says when to try again."),
    ("Internal", "500", "A defect of ours. Give your administrator the request id."),
    ("Unsupported", "501", "The plugin that keeps it cannot do this."),
    ("Unavailable", "503", "Something we depend on does not answer now; try again later."),
];

/// The refusals as components of the document, by name.
pub(super) fn components() -> Vec<(&'static str, Response)> {
    let problem = || ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let component = |(name, status, description): &(&'static str, &str, &str)| {
        let mut response = ResponseBuilder::new().description(*description);
        response = match *status {
            "416" => response.header("Content-Range", text("The size of the content: `bytes */10`")),
            _ => response.content("application/problem+json", problem()),
        };
        if ["409", "429", "503"].contains(status) {
            response =
                response.header("Retry-After", text("Seconds to wait before the next try, when known"));
        }
        (*name, response.build())
    };
    TABLE.iter().map(component).collect()
}

fn text(description: &str) -> Header {
    let schema = ObjectBuilder::new().schema_type(Type::String);
    HeaderBuilder::new().schema(Some(schema)).description(Some(description)).build()
}

/// Refers to the refusals with these names.
fn named(names: &[&str]) -> BTreeMap<String, RefOr<Response>> {
    let referred = |(name, status, _): &(&str, &str, &str)| {
        ((*status).to_owned(), RefOr::Ref(Ref::from_response_name(*name)))
    };
    TABLE.iter().filter(|(name, _, _)| names.contains(name)).map(referred).collect()
}

/// Declares groups of refusals that operations name in their descriptions.
macro_rules! groups {
    ($($(#[$doc:meta])* $group:ident: $($name:literal)*;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub(super) struct $group;

        impl IntoResponses for $group {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                named(&[$($name),*])
            }
        }
    )*};
}

groups! {
    /// What any operation may answer.
    Refusals: "Unauthenticated" "Forbidden" "NotFound" "Conflict" "Gone" "Invalid" "Throttled" "Internal"
        "Unsupported" "Unavailable";
    /// What an operation with a JSON body may answer as well.
    Writing: "LargeJson" "NotJson";
    /// What an operation that takes content may answer as well.
    Receiving: "LargeContent" "OtherContent";
    /// What an operation behind `If-Match` may answer as well.
    Guarded: "Stale" "PreconditionRequired";
    /// What an operation that understands `Range` may answer as well.
    Ranged: "OutOfRange";
}
