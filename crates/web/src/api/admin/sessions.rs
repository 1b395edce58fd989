//! `/api/v1/sessions`

use super::super::query::{At, Word};
use super::super::refusals::Refusals;
use super::super::wire::instant;
use crate::errors::Problem;
use crate::extract::Caller;
use app::App;
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

/// A session in a browser.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Session {
    /// Its public name, which is not its secret.
    id: String,
    /// Begun at.
    #[schema(format = DateTime)]
    created: String,
    /// Last used at.
    #[schema(format = DateTime)]
    last_seen: String,
    /// The browser, as it described itself.
    user_agent: String,
    /// Whether this request came in it.
    current: bool,
}

/// The caller's sessions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Sessions {
    /// The live ones.
    items: Vec<Session>,
}

/// List one's own sessions
#[utoipa::path(get, path = "/api/v1/sessions", tag = "access", operation_id = "list_sessions",
    responses((status = 200, body = Sessions), Refusals))]
pub(crate) async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Sessions>, Problem> {
    let sessions = app.access().sessions(&caller.ctx).await?;
    let items = sessions
        .into_iter()
        .map(|s| Session {
            current: s.id == caller.session.id,
            id: s.id,
            created: instant(s.created),
            last_seen: instant(s.last_seen),
            user_agent: s.user_agent,
        })
        .collect();
    Ok(Json(Sessions { items }))
}

/// End one of one's own sessions
///
/// Naming one that is over, or somebody else's, changes nothing.
#[utoipa::path(delete, path = "/api/v1/sessions/{id}", tag = "access", operation_id = "end_session",
    params(("id" = String, Path, description = "The session's public name", example = "3f2a")),
    responses((status = 204, description = "It has ended."), Refusals))]
pub(crate) async fn end(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(Word,)>,
) -> Result<StatusCode, Problem> {
    app.access().end_session(&caller.ctx, &id.0).await?;
    Ok(StatusCode::NO_CONTENT)
}
