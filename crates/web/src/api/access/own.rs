//! `/api/v1/me/accounts`: one's own accounts and what is connected with them.

use super::super::query::{At, Word};
use super::super::refusals::Refusals;
use super::connections::Connection;
use super::identities::Identity;
use crate::errors::Problem;
use crate::extract::Caller;
use app::App;
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

/// One of one's own accounts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnAccount {
    /// The account one signs in with.
    identity: Identity,
    /// One's own documents there; null when they were never connected.
    #[schema(required)]
    connection: Option<Connection>,
    /// Whether people connect their own documents at this provider.
    can_connect: bool,
}

/// One's own accounts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnAccounts {
    /// All of them.
    items: Vec<OwnAccount>,
}

/// List one's own accounts
#[utoipa::path(get, path = "/api/v1/me/accounts", tag = "sign-in", operation_id = "list_own_accounts",
    responses((status = 200, body = OwnAccounts), Refusals))]
pub(crate) async fn list(State(app): State<App>, caller: Caller) -> Result<Json<OwnAccounts>, Problem> {
    let me = caller.ctx.associate()?.id.0;
    let accounts = app.sign_in().accounts(&caller.ctx).await?;
    let items = accounts
        .iter()
        .map(|a| OwnAccount {
            identity: (&a.identity).into(),
            connection: a.connection.as_ref().map(|c| Connection::new(c, Some(me))),
            can_connect: a.can_connect,
        })
        .collect();
    Ok(Json(OwnAccounts { items }))
}

/// Check one's own connection
///
/// Uses its grant at the provider now, at most every ten seconds, and gives how it is afterwards.
#[utoipa::path(post, path = "/api/v1/me/connections/{id}/check", tag = "sign-in", operation_id = "check_own",
    params(("id" = String, Path, description = "The connection's id", example = "c-1")),
    responses((status = 200, body = Connection), Refusals))]
pub(crate) async fn check(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(Word,)>,
) -> Result<Json<Connection>, Problem> {
    let now = app.sign_in().check_own(&caller.ctx, &id.0).await?;
    Ok(Json(Connection::new(&now, caller.ctx.associate_id().map(|a| a.0))))
}

/// Disconnect one's own documents
#[utoipa::path(delete, path = "/api/v1/me/connections/{id}", tag = "sign-in", operation_id = "disconnect_own",
    params(("id" = String, Path, description = "The connection's id", example = "c-1")),
    responses((status = 204, description = "They are disconnected."), Refusals))]
pub(crate) async fn disconnect(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(Word,)>,
) -> Result<StatusCode, Problem> {
    app.sign_in().disconnect_own(&caller.ctx, &id.0).await?;
    Ok(StatusCode::NO_CONTENT)
}
