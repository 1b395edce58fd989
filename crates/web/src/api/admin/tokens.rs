//! `/api/v1/tokens`

use super::super::json::Json;
use super::super::once::{Made, Once, written};
use super::super::query::At;
use super::super::refusals::{Refusals, Writing};
use super::super::wire::instant;
use crate::errors::Problem;
use crate::extract::Caller;
use app::App;
use app::access::TokenRow;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::Error;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use std::sync::{Arc, Mutex};
use utoipa::ToSchema;

/// A token of the API, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Token {
    /// Its id.
    id: i64,
    /// The name its maker gave it.
    name: String,
    /// Made at.
    #[schema(format = DateTime)]
    created: String,
    /// Ends at; null for one without an end.
    #[schema(required, format = DateTime)]
    expires: Option<String>,
    /// Last used at, to the minute.
    #[schema(required, format = DateTime)]
    last_used: Option<String>,
    /// Withdrawn at.
    #[schema(required, format = DateTime)]
    withdrawn: Option<String>,
}

impl From<TokenRow> for Token {
    fn from(row: TokenRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            created: instant(row.created),
            expires: row.expires.map(instant),
            last_used: row.last_used.map(instant),
            withdrawn: row.revoked.map(instant),
        }
    }
}

/// A token that has just been made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewToken {
    /// The token.
    #[serde(flatten)]
    token: Token,
    /// The secret, for `Authorization: Bearer`. Shown this once; null when the request is repeated.
    #[schema(required)]
    secret: Option<String>,
}

/// The caller's tokens.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Tokens {
    /// Newest first.
    items: Vec<Token>,
}

/// List one's own API tokens
#[utoipa::path(get, path = "/api/v1/tokens", tag = "access", operation_id = "list_tokens",
    responses((status = 200, body = Tokens), Refusals))]
pub(crate) async fn list(State(app): State<App>, caller: Caller) -> Result<axum::Json<Tokens>, Problem> {
    let tokens = app.access().tokens(&caller.ctx).await?;
    Ok(axum::Json(Tokens { items: tokens.into_iter().map(Token::from).collect() }))
}

/// A token to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "Nightly import", "days": 90 }))]
pub(crate) struct TokenRequest {
    /// What it is for, at most 80 characters.
    name: String,
    /// How long it lasts, 1 to 730 days; left out, until it is withdrawn.
    #[serde(default)]
    days: Option<u32>,
}

/// Make an API token
///
/// It may do what the caller may do. The secret is shown in this answer and never again; only its hash is kept, so a
/// repetition with the same `Idempotency-Key` makes no second token and carries no secret.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "access", operation_id = "make_token",
    request_body = TokenRequest, responses((status = 201, body = NewToken), Refusals, Writing))]
pub(crate) async fn make(
    State(app): State<App>,
    caller: Caller,
    once: Once,
    body: Json<TokenRequest>,
) -> Result<Response, Problem> {
    let fresh = Arc::new(Mutex::new(None));
    let (work, ctx, ask, hand_over) = (app.clone(), caller.ctx.clone(), body.ask, Arc::clone(&fresh));
    let made = async move {
        let new = work.access().make_token(&ctx, &ask.name, ask.days).await?;
        // What is kept for repetitions has no secret in it.
        let kept = NewToken { token: new.row.clone().into(), secret: None };
        let made = Made::at(super::super::links::token(new.row.id), &kept)?;
        if let Ok(mut slot) = hand_over.lock() {
            *slot = Some(new);
        }
        Ok(made)
    };
    let mut outcome = once.run(&app, &caller.ctx, "make_token", &body.bytes, made).await?;
    if let Some(new) = fresh.lock().ok().and_then(|mut slot| slot.take()) {
        outcome.made.body = written(&NewToken { token: new.row.into(), secret: Some(new.secret) })?;
    }
    Ok(outcome.into_response())
}

/// A token's number in a path.
#[derive(Debug)]
pub(crate) struct TokenNumber(i64);

impl FromStr for TokenNumber {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || {
            Error::invalid("The id of an API token is a positive whole number. Check the address you used.")
        };
        text.parse::<i64>().ok().filter(|n| *n > 0).map(Self).ok_or_else(wrong)
    }
}

/// Withdraw an API token
///
/// One of the caller's own. It stops working at once.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "access", operation_id = "withdraw_token",
    params(("id" = i64, Path, description = "The token's id", example = 1)),
    responses((status = 204, description = "It works no longer."), Refusals))]
pub(crate) async fn withdraw(
    State(app): State<App>,
    caller: Caller,
    At((TokenNumber(id),)): At<(TokenNumber,)>,
) -> Result<StatusCode, Problem> {
    app.access().withdraw_token(&caller.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
