//! The one table from kinds of error to statuses.

use domain::ErrorKind;
use http::StatusCode;

/// The status of an answer about this kind of error.
pub fn status(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::Invalid | ErrorKind::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorKind::Forbidden => StatusCode::FORBIDDEN,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Gone => StatusCode::GONE,
        ErrorKind::Conflict => StatusCode::CONFLICT,
        ErrorKind::Stale => StatusCode::PRECONDITION_FAILED,
        ErrorKind::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
        ErrorKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorKind::UnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ErrorKind::RangeNotSatisfiable => StatusCode::RANGE_NOT_SATISFIABLE,
        ErrorKind::Unsupported => StatusCode::NOT_IMPLEMENTED,
        ErrorKind::Throttled => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Damaged | ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// What an answer about this kind of error is headed.
pub(super) fn title(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Invalid => "This cannot be used as it is",
        ErrorKind::Unauthenticated => "Sign in first",
        ErrorKind::Forbidden => "This is not allowed",
        ErrorKind::NotFound => "Not found",
        ErrorKind::Gone => "Removed for good",
        ErrorKind::Conflict => "Not possible now",
        ErrorKind::Stale => "Changed in the meantime",
        ErrorKind::PreconditionRequired => "A precondition is missing",
        ErrorKind::KeyReused => "The idempotency key was used before",
        ErrorKind::TooLarge => "Too large",
        ErrorKind::UnsupportedMedia => "This kind of content is not accepted",
        ErrorKind::RangeNotSatisfiable => "There is no such part",
        ErrorKind::Unsupported => "Not supported here",
        ErrorKind::Throttled => "Too many requests",
        ErrorKind::Unavailable => "Not available at the moment",
        ErrorKind::Damaged => "The stored content is damaged",
        ErrorKind::Internal => "Something went wrong",
    }
}

/// The stable word of the kind, for programs.
pub(super) fn word(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Invalid => "invalid",
        ErrorKind::Unauthenticated => "unauthenticated",
        ErrorKind::Forbidden => "forbidden",
        ErrorKind::NotFound => "not-found",
        ErrorKind::Gone => "gone",
        ErrorKind::Conflict => "conflict",
        ErrorKind::Stale => "stale",
        ErrorKind::PreconditionRequired => "precondition-required",
        ErrorKind::KeyReused => "key-reused",
        ErrorKind::TooLarge => "too-large",
        ErrorKind::UnsupportedMedia => "unsupported-media",
        ErrorKind::RangeNotSatisfiable => "range-not-satisfiable",
        ErrorKind::Unsupported => "unsupported",
        ErrorKind::Throttled => "throttled",
        ErrorKind::Unavailable => "unavailable",
        ErrorKind::Damaged => "damaged",
        ErrorKind::Internal => "internal",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_refusal_looks_like_a_success_and_only_our_faults_are_server_errors() {
        use ErrorKind::{Conflict, Damaged, Internal, Invalid, NotFound, Unavailable, Unsupported};
        for kind in [Invalid, NotFound, Conflict] {
            assert!(status(kind).is_client_error(), "{kind:?}");
        }
        for kind in [Unavailable, Unsupported, Damaged, Internal] {
            assert!(status(kind).is_server_error(), "{kind:?}");
        }
    }
}
