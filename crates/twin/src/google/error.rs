//! Google's two shapes of refusal: Drive's envelope and the token endpoint's.

use crate::core::answer::Answer;
use http::StatusCode;
use serde_json::{Value, json};

/// A refusal by Drive: `{"error":{"code","message","errors":[{"domain","reason","message",…}]}}`
/// (developers.google.com, Drive API, "Resolve errors").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub status: StatusCode,
    pub domain: &'static str,
    pub reason: String,
    pub message: String,
    /// The parameter or header it is about: kind and name, `("parameter", "fields")`.
    pub location: Option<(&'static str, String)>,
}

impl Refusal {
    /// A refusal in the domain `global`.
    pub fn new(status: u16, reason: &str, message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            domain: "global",
            reason: reason.to_owned(),
            message: message.into(),
            location: None,
        }
    }

    /// The same about a parameter.
    #[must_use]
    pub fn about(mut self, parameter: &str) -> Self {
        self.location = Some(("parameter", parameter.to_owned()));
        self
    }

    /// The same in another domain: `usageLimits`, `youtube.…` and the like.
    #[must_use]
    pub fn within(mut self, domain: &'static str) -> Self {
        self.domain = domain;
        self
    }

    /// 404, also for what exists but may not be seen.
    pub fn no_file(id: &str) -> Self {
        Self::new(404, "notFound", format!("File not found: {id}.")).about("fileId")
    }

    /// 400 about a parameter's value.
    pub fn invalid(parameter: &str) -> Self {
        Self::new(400, "invalid", "Invalid Value").about(parameter)
    }

    /// 401: no token, or one that is not valid now.
    pub fn unauthenticated() -> Self {
        let mut refusal = Self::new(401, "authError", "Invalid Credentials");
        refusal.location = Some(("header", "Authorization".to_owned()));
        refusal
    }

    /// 403 or 429 for who asks too often.
    pub fn throttled(status: StatusCode, reason: &str) -> Self {
        let message = match reason {
            "rateLimitExceeded" => "Rate Limit Exceeded",
            "sharingRateLimitExceeded" => {
                "Rate limit exceeded. User message: \"Sorry, you have exceeded your sharing quota.\""
            }
            "dailyLimitExceeded" => "Daily Limit Exceeded",
            _ => "User Rate Limit Exceeded",
        };
        let domain = if reason == "sharingRateLimitExceeded" { "global" } else { "usageLimits" };
        Self { status, ..Self::new(403, reason, message).within(domain) }
    }

    fn body(&self) -> Value {
        let mut detail = json!({ "domain": self.domain, "reason": self.reason, "message": self.message });
        if let Some((kind, name)) = &self.location {
            detail["locationType"] = json!(kind);
            detail["location"] = json!(name);
        }
        let mut error = json!({ "code": self.status.as_u16(), "message": self.message, "errors": [detail] });
        if self.status == StatusCode::UNAUTHORIZED {
            // As recorded in 2023; years before the message was the detail's own.
            let fault = if self.reason == "required" {
                error["details"] = json!([{
                    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                    "reason": "CREDENTIALS_MISSING",
                    "domain": "googleapis.com",
                }]);
                "Request is missing required authentication credential."
            } else {
                "Request had invalid authentication credentials."
            };
            error["status"] = json!("UNAUTHENTICATED");
            error["message"] = json!(format!(
                "{fault} Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
            ));
        }
        json!({ "error": error })
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        let answer = Self::json(refusal.status, &refusal.body());
        if refusal.status == StatusCode::UNAUTHORIZED {
            return answer.with(
                "www-authenticate",
                "Bearer realm=\"https://accounts.google.com/\", error=\"invalid_token\"",
            );
        }
        answer
    }
}
