//! Entra's refusals: `error`, an AADSTS number, and the ids of the request (microsoft.md 1.7).

use super::pages;
use crate::core::answer::Answer;
use crate::core::env::Env;
use http::StatusCode;
use serde_json::{Value, json};

/// A refusal, for the token endpoint, a redirect or a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub status: u16,
    pub error: &'static str,
    pub code: u32,
    pub message: String,
    pub suberror: Option<&'static str>,
    pub claims: Option<String>,
    /// Shown on a page instead of being answered as JSON.
    pub page: bool,
}

/// What a number means: `error`, `suberror`, status and text.
const KNOWN: &[(u32, &str, &str, u16, &str)] = &[
    (
        50011,
        "invalid_request",
        "",
        400,
        "The redirect URI specified in the request does not match the redirect URIs configured for the application.",
    ),
    (
        50020,
        "invalid_grant",
        "",
        400,
        "User account from another identity provider does not exist in this tenant and cannot access the application.",
    ),
    (50034, "invalid_grant", "", 400, "The user account does not exist in this directory."),
    (50053, "invalid_grant", "", 400, "The account is locked."),
    (50055, "invalid_grant", "", 400, "The password is expired."),
    (50057, "invalid_grant", "", 400, "The user account is disabled."),
    (50058, "login_required", "", 400, "A silent sign-in request was sent but no user is signed in."),
    (
        50072,
        "interaction_required",
        "basic_action",
        400,
        "Due to a configuration change made by your administrator, you must enroll in multi-factor authentication.",
    ),
    (50074, "interaction_required", "basic_action", 400, "Strong authentication is required."),
    (
        50076,
        "invalid_grant",
        "basic_action",
        400,
        "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access the resource.",
    ),
    (
        50079,
        "interaction_required",
        "basic_action",
        400,
        "Due to a configuration change made by your administrator, you must enroll in multi-factor authentication to access the resource.",
    ),
    (50105, "invalid_grant", "", 400, "The signed in user is not assigned to a role for the application."),
    (50147, "invalid_request", "", 400, "Invalid size of Code_Challenge parameter."),
    (50158, "interaction_required", "basic_action", 400, "External security challenge was not satisfied."),
    (
        50173,
        "invalid_grant",
        "bad_token",
        400,
        "The provided grant has expired due to it being revoked, a fresh auth token is needed.",
    ),
    (
        50194,
        "invalid_request",
        "",
        400,
        "The application is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for such apps.",
    ),
    (
        50196,
        "invalid_request",
        "",
        400,
        "The server terminated an operation because it encountered a loop while processing a request.",
    ),
    (
        53000,
        "interaction_required",
        "message_only",
        400,
        "Device is not in required device state: compliant.",
    ),
    (
        53003,
        "invalid_grant",
        "message_only",
        400,
        "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
    ),
    (
        54005,
        "invalid_grant",
        "",
        400,
        "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.",
    ),
    (
        65001,
        "invalid_grant",
        "consent_required",
        400,
        "The user or administrator has not consented to use the application.",
    ),
    (65004, "access_denied", "", 400, "User declined to consent to access the app."),
    (70000, "invalid_grant", "bad_token", 400, "The provided value for the input parameter is not valid."),
    (70002, "invalid_client", "", 401, "Error validating credentials."),
    (70003, "unsupported_grant_type", "", 400, "The app requested an unsupported grant type."),
    (
        70008,
        "invalid_grant",
        "bad_token",
        400,
        "The provided authorization code or refresh token has expired due to inactivity.",
    ),
    (70011, "invalid_scope", "", 400, "The provided value for the input parameter 'scope' is not valid."),
    (
        70043,
        "invalid_grant",
        "bad_token",
        400,
        "The refresh token has expired or is invalid due to sign-in frequency checks by Conditional Access.",
    ),
    (
        90002,
        "invalid_request",
        "",
        400,
        "Tenant not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.",
    ),
    (
        90010,
        "invalid_request",
        "",
        400,
        "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.",
    ),
    (90014, "invalid_request", "", 400, "The required field is missing from the credential."),
    (90094, "access_denied", "", 400, "Administrator consent is required."),
    (90055, "temporarily_unavailable", "", 429, "The tenant has been throttled."),
    (90033, "temporarily_unavailable", "", 503, "A transient error has occurred. Please try again."),
    (500_011, "invalid_resource", "", 400, "The resource principal was not found in the tenant."),
    (
        501_481,
        "invalid_grant",
        "",
        400,
        "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
    ),
    (
        700_005,
        "invalid_grant",
        "",
        400,
        "The provided Authorization Code is intended to use against other tenant, thus rejected.",
    ),
    (700_016, "unauthorized_client", "", 400, "Application was not found in the directory."),
    (
        700_025,
        "invalid_client",
        "",
        401,
        "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
    ),
    (
        700_027,
        "invalid_client",
        "",
        401,
        "The certificate with identifier used to sign the client assertion is not registered on the application, or the signature is not valid.",
    ),
    (700_024, "invalid_client", "", 401, "Client assertion is not within its valid time range."),
    (700_023, "invalid_client", "", 401, "Client assertion audience claim does not match Realm issuer."),
    (
        700_054,
        "unsupported_response_type",
        "",
        400,
        "response_type 'id_token' is not enabled for the application.",
    ),
    (700_082, "invalid_grant", "bad_token", 400, "The refresh token has expired due to inactivity."),
    (
        700_084,
        "invalid_grant",
        "bad_token",
        400,
        "The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime.",
    ),
    (7_000_112, "unauthorized_client", "", 400, "Application is disabled."),
    (
        7_000_215,
        "invalid_client",
        "",
        401,
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.",
    ),
    (
        7_000_218,
        "invalid_client",
        "",
        401,
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    ),
    (7_000_222, "invalid_client", "", 401, "The provided client secret keys are expired."),
    (9_002_313, "invalid_request", "", 400, "Invalid request. Request is malformed or invalid."),
];

impl Problem {
    /// The refusal of a number; an unknown one is a malformed request.
    pub fn of(code: u32) -> Self {
        let known = KNOWN.iter().find(|known| known.0 == code);
        let (_, error, suberror, status, message) =
            known.copied().unwrap_or((code, "invalid_request", "", 400, "Invalid request."));
        Self {
            status,
            error,
            code,
            message: message.to_owned(),
            suberror: (!suberror.is_empty()).then_some(suberror),
            claims: None,
            page: false,
        }
    }

    /// The same, shown to the person on a page.
    #[must_use]
    pub fn on_page(mut self) -> Self {
        self.page = true;
        self
    }

    /// The same with more said.
    #[must_use]
    pub fn saying(mut self, more: &str) -> Self {
        self.message = format!("{} {more}", self.message);
        self
    }

    /// The same with claims for the next interactive sign-in.
    #[must_use]
    pub fn with_claims(mut self, claims: impl Into<String>) -> Self {
        self.claims = Some(claims.into());
        self
    }

    /// `AADSTS50076: … Trace ID: … Correlation ID: … Timestamp: …`
    pub fn description(&self, env: &Env<'_>) -> String {
        let (trace, correlation, at) = Self::ids(env);
        format!(
            "AADSTS{}: {} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {at}",
            self.code, self.message
        )
    }

    fn ids(env: &Env<'_>) -> (String, String, String) {
        let trace = super::super::error::Refusal::request_id(env.call);
        let correlation = env.call.header("client-request-id").map_or_else(|| trace.clone(), str::to_owned);
        (trace, correlation, env.now.strftime("%Y-%m-%d %H:%M:%SZ").to_string())
    }

    /// The answer: JSON for a client, a page for a person.
    pub fn answer(&self, env: &Env<'_>) -> Answer {
        if self.page {
            return pages::problem(self, env);
        }
        let (trace, correlation, at) = Self::ids(env);
        let mut body: Value = json!({
            "error": self.error,
            "error_description": self.description(env),
            "error_codes": [self.code],
            "timestamp": at,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": format!("{}/error?code={}", env.house.surfaces.microsoft_login, self.code),
        });
        if let Some(suberror) = self.suberror {
            body["suberror"] = json!(suberror);
        }
        if let Some(claims) = &self.claims {
            body["claims"] = json!(claims);
        }
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        Answer::json(status, &body).with("cache-control", "no-store, no-cache").with("pragma", "no-cache")
    }
}

/// The refusal that an order asks for by its number (M-05).
pub fn ordered(env: &Env<'_>) -> Result<(), Problem> {
    let Some(value) = env.behaves("entra-error") else { return Ok(()) };
    let problem = Problem::of(value.as_u64().unwrap_or(50076) as u32);
    let needs_claims = matches!(problem.code, 50076 | 50079 | 50074 | 50158);
    let claims = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
    Err(if needs_claims { problem.with_claims(claims) } else { problem })
}
