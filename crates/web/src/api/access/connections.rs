//! `/api/v1/connections`: what the installation may do at providers.

use super::super::json::Json as Body;
use super::super::query::{At, Query, Word};
use super::super::refusals::Refusals;
use super::super::wire::instant;
use crate::errors::Problem;
use crate::extract::AdminCaller;
use app::App;
use app::sign_in::Connection as AtLoginPage;
use axum::Json;
use axum::extract::State;
use domain::connections::Attention;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// An installation's consented access at a provider. Never a token.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Connection {
    /// Its id.
    id: String,
    /// Whose access it is: `user`, `system_user`, `app`.
    kind: String,
    /// The provider's short word.
    provider: String,
    /// Microsoft: the tenant. Google: the Workspace domain.
    realm: String,
    /// The account's address; blank for the application's own access.
    address: String,
    /// `none`, `waiting_for_administrator`, `active`, `needs_attention`, `disconnected`.
    state: String,
    /// What is the matter, as a stable word; null when nothing is.
    #[schema(required)]
    attention: Option<String>,
    /// What to do about it; null when nothing is the matter.
    #[schema(required)]
    repair: Option<String>,
    /// When it was given.
    #[schema(format = DateTime)]
    granted: String,
    /// When it last worked.
    #[schema(format = DateTime)]
    renewed: String,
    /// The associate whose account it is; null for the others.
    #[schema(required)]
    associate: Option<i64>,
}

impl Connection {
    pub(super) fn new(c: &AtLoginPage, associate: Option<i64>) -> Self {
        Self {
            id: c.id.clone(),
            kind: c.kind.as_str().to_owned(),
            provider: c.provider.to_string(),
            realm: c.realm.clone(),
            address: c.address.clone(),
            state: c.state.as_str().to_owned(),
            attention: c.attention.map(|a| Attention::as_str(a).to_owned()),
            repair: c.attention.map(|a| a.repair().sentence.to_owned()),
            granted: instant(c.granted),
            renewed: instant(c.renewed),
            associate,
        }
    }
}

/// The connections.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Connections {
    /// All of them.
    items: Vec<Connection>,
}

/// List connections
///
/// Those of the installation and those of its people.
#[utoipa::path(get, path = "/api/v1/connections", tag = "sign-in", operation_id = "list_connections",
    responses((status = 200, body = Connections), Refusals))]
pub(crate) async fn list(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
) -> Result<Json<Connections>, Problem> {
    let all = app.sign_in().connections(&caller.ctx).await?;
    let items = all.iter().map(|v| Connection::new(&v.connection, v.associate.map(|a| a.0))).collect();
    Ok(Json(Connections { items }))
}

/// Check a connection
///
/// Uses its grant at the provider now, at most every ten seconds, and gives how it is afterwards.
#[utoipa::path(post, path = "/api/v1/connections/{id}/check", tag = "sign-in", operation_id = "check_connection",
    params(("id" = String, Path, description = "The connection's id", example = "c-1")),
    responses((status = 200, body = Connection), Refusals))]
pub(crate) async fn check(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    At((id,)): At<(Word,)>,
) -> Result<Json<Connection>, Problem> {
    let now = app.sign_in().check_connection(&caller.ctx, &id.0).await?;
    Ok(Json(Connection::new(&now.connection, now.associate.map(|a| a.0))))
}

/// How to disconnect.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Disconnect {
    /// Whether the provider is told too, so that the grant ends there. Google then ends the account's other grants to the
    /// application as well.
    #[serde(default)]
    revoke: bool,
}

/// Disconnect
///
/// Documents kept there are unavailable until it is connected again. Nothing is deleted.
#[utoipa::path(delete, path = "/api/v1/connections/{id}", tag = "sign-in", operation_id = "disconnect",
    params(("id" = String, Path, description = "The connection's id", example = "c-1"), Disconnect),
    responses((status = 204, description = "It is disconnected."), Refusals))]
pub(crate) async fn disconnect(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    At((id,)): At<(Word,)>,
    query: Query<Disconnect>,
) -> Result<StatusCode, Problem> {
    app.sign_in().disconnect(&caller.ctx, &id.0, query.ask.revoke).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whom to ask.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "provider": "microsoft" }))]
pub(crate) struct ConsentRequest {
    /// The provider's short word.
    provider: String,
}

/// A link for an administrator of the customer's organisation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConsentLink {
    /// Its address. They need no access to the CRM.
    url: String,
    /// When it stops working.
    #[schema(format = DateTime)]
    expires: String,
    /// The connection that waits.
    connection: String,
}

/// Make a link for an administrator
///
/// Somebody who may agree for everybody in Microsoft 365. Making another one is harmless.
#[utoipa::path(post, path = "/api/v1/connections/consent-link", tag = "sign-in", operation_id = "make_consent_link",
    request_body = ConsentRequest, responses((status = 200, body = ConsentLink), Refusals))]
pub(crate) async fn consent_link(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    body: Body<ConsentRequest>,
) -> Result<Json<ConsentLink>, Problem> {
    let provider = body.ask.provider.parse()?;
    let made = app.sign_in().consent_link(&caller.ctx, &provider).await?;
    Ok(Json(ConsentLink { url: made.url, expires: instant(made.expires), connection: made.connection }))
}
