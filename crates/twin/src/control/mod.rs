//! The control door: seeds, reads and moves the world, and orders faults.

use crate::Twin;
use crate::core::answer::Answer;
use crate::core::call::Call;
use crate::core::faults::RetryAfter;
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

/// Serves a request to the control door.
pub(crate) async fn serve(twin: &Twin, call: &Call) -> Answer {
    if call.bearer() != Some(twin.0.control_token.as_str()) {
        return Answer::json(StatusCode::UNAUTHORIZED, &json!({ "error": "send the control token as Authorization: Bearer" }));
    }
    Answer::json(StatusCode::NOT_FOUND, &json!({ "error": "the control door has no such address" }))
}

/// The value of a `Retry-After` header in the form that was ordered.
pub(crate) fn retry_after_text(form: &RetryAfter, now: Timestamp) -> Option<String> {
    match form {
        RetryAfter::Absent => None,
        RetryAfter::Seconds(seconds) => Some(seconds.to_string()),
        RetryAfter::Fraction(seconds) => Some(seconds.to_string()),
        RetryAfter::Date(ahead) => {
            let at = now.checked_add(SignedDuration::from_secs(*ahead as i64)).unwrap_or(now);
            Some(at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
        }
        RetryAfter::Text(text) => Some(text.clone()),
    }
}
