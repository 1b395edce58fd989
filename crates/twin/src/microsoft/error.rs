//! Graph's shape of refusal.

use crate::core::answer::Answer;
use crate::core::call::Call;
use http::StatusCode;
use serde_json::{Value, json};

/// A refusal by Graph: `{"error":{"code","message","innerError":{…}}}` (learn.microsoft.com, "Microsoft Graph error
/// responses and resource types"; microsoft.md 2.16).
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    pub status: StatusCode,
    pub code: String,
    pub message: String,
    /// A code that says more, in `innerError`.
    pub inner_code: Option<String>,
    /// What else stands in `innerError`.
    pub told: &'static [(&'static str, &'static str)],
    pub headers: Vec<(String, String)>,
    /// Spells it `innererror`, as some services do (M-27).
    pub lower_case_inner: bool,
}

impl Refusal {
    /// A refusal.
    pub fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            code: code.to_owned(),
            message: message.into(),
            inner_code: None,
            told: &[],
            headers: Vec::new(),
            lower_case_inner: false,
        }
    }

    /// The same with a code that says more.
    #[must_use]
    pub fn inner(mut self, code: &str) -> Self {
        self.inner_code = Some(code.to_owned());
        self
    }

    /// The same with more members in `innerError`.
    #[must_use]
    pub fn telling(mut self, members: &'static [(&'static str, &'static str)]) -> Self {
        self.told = members;
        self
    }

    /// The same with a header.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// 404, also for what exists but may not be seen.
    pub fn no_item() -> Self {
        Self::new(404, "itemNotFound", "The resource could not be found.")
    }

    /// 403.
    pub fn denied() -> Self {
        Self::new(403, "accessDenied", "Access denied")
    }

    /// 400.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "invalidRequest", message)
    }

    /// 429 or 503 for who asks too often.
    pub fn throttled(status: StatusCode) -> Self {
        let (code, message) = if status == StatusCode::SERVICE_UNAVAILABLE {
            ("serviceNotAvailable", "The service is temporarily unavailable.")
        } else {
            ("activityLimitReached", "The app or user has been throttled.")
        };
        Self { status, ..Self::new(429, code, message) }
    }

    /// The body, with the ids of the request in it.
    pub fn body(&self, call: &Call, request_id: &str) -> Value {
        let client_id = call.header("client-request-id").unwrap_or(request_id);
        let date = call.at.strftime("%Y-%m-%dT%H:%M:%S").to_string();
        let mut inner = json!({ "date": date, "request-id": request_id, "client-request-id": client_id });
        if let Some(code) = &self.inner_code {
            inner["code"] = json!(code);
        }
        for (name, value) in self.told {
            inner[*name] = json!(value);
        }
        let spelled = if self.lower_case_inner { "innererror" } else { "innerError" };
        json!({ "error": { "code": self.code, "message": self.message, spelled: inner } })
    }

    /// The answer to a call.
    pub fn answer(&self, call: &Call) -> Answer {
        let request_id = Self::request_id(call);
        let client_id = call.header("client-request-id").unwrap_or(&request_id);
        let answer = Answer::json(self.status, &self.body(call, &request_id))
            .with("request-id", &request_id)
            .with("client-request-id", client_id);
        self.headers.iter().fold(answer, |answer, (name, value)| answer.with(name, value))
    }

    /// The id of a request. It repeats itself for the same request at the same instant; nobody needs more of it.
    pub fn request_id(call: &Call) -> String {
        let seed = format!("{}{}{}", call.method, call.path, call.at);
        let digest = crate::core::digest::sha256(seed.as_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }
}
