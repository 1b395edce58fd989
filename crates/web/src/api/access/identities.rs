//! `/api/v1/associates/{id}/…`: how an associate signs in, invitations, leaving, sessions.

use super::super::query::{At, Query};
use super::super::refusals::Refusals;
use super::super::wire::instant;
use crate::errors::Problem;
use crate::extract::AdminCaller;
use crate::{State as Web, routes};
use app::App;
use app::sign_in::BoundIdentity;
use axum::Json;
use axum::extract::State;
use domain::AssociateId;
use domain::identity::IdentityKey;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// An account at a provider, by what never changes about it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Account {
    /// The provider's short word.
    provider: String,
    /// Google and others: the issuer. Microsoft: the tenant's id.
    realm: String,
    /// Google and others: `sub`. Microsoft: the object id.
    subject: String,
}

impl From<&IdentityKey> for Account {
    fn from(key: &IdentityKey) -> Self {
        Self { provider: key.provider.to_string(), realm: key.realm.clone(), subject: key.subject.clone() }
    }
}

/// An account that is bound to an associate.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Identity {
    /// The account.
    #[serde(flatten)]
    account: Account,
    /// Its address at the last sign-in; for reading only.
    address: String,
    /// Its name at the last sign-in; for reading only.
    name: String,
    /// How it came to be bound: `address`, `invitation`, `associate:3`.
    bound_by: String,
    /// When it was bound.
    #[schema(format = DateTime)]
    bound: String,
    /// When it last signed in.
    #[schema(required, format = DateTime)]
    last_sign_in: Option<String>,
}

impl From<&BoundIdentity> for Identity {
    fn from(bound: &BoundIdentity) -> Self {
        Self {
            account: (&bound.key).into(),
            address: bound.address.clone(),
            name: bound.name.clone(),
            bound_by: bound.bound_by.clone(),
            bound: instant(bound.bound),
            last_sign_in: bound.last_sign_in.map(instant),
        }
    }
}

/// An open invitation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpenInvitation {
    /// The one address it is for.
    address: String,
    /// When it stops working.
    #[schema(format = DateTime)]
    expires: String,
}

/// How an associate signs in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignIns {
    /// Their accounts.
    identities: Vec<Identity>,
    /// The open invitation.
    #[schema(required)]
    invitation: Option<OpenInvitation>,
}

/// Read how an associate signs in
#[utoipa::path(get, path = "/api/v1/associates/{id}/identities", tag = "sign-in", operation_id = "list_identities",
    params(("id" = i64, Path, description = "The associate's id", example = 1)),
    responses((status = 200, body = SignIns), Refusals))]
pub(crate) async fn list(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    At((id,)): At<(AssociateId,)>,
) -> Result<Json<SignIns>, Problem> {
    let person = app.sign_in().person(&caller.ctx, id).await?;
    let invitation =
        person.invitation.map(|(address, until)| OpenInvitation { address, expires: instant(until) });
    Ok(Json(SignIns { identities: person.identities.iter().map(Identity::from).collect(), invitation }))
}

/// Which account.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// The provider's short word.
    provider: String,
    /// Google and others: the issuer. Microsoft: the tenant's id.
    realm: String,
    /// Google and others: `sub`. Microsoft: the object id.
    subject: String,
}

/// Unbind an account
///
/// Takes it from the associate and ends their sessions.
#[utoipa::path(delete, path = "/api/v1/associates/{id}/identities", tag = "sign-in",
    operation_id = "unbind_identity",
    params(("id" = i64, Path, description = "The associate's id", example = 1), Which),
    responses((status = 204, description = "It is theirs no more."), Refusals))]
pub(crate) async fn unbind(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    At((id,)): At<(AssociateId,)>,
    query: Query<Which>,
) -> Result<StatusCode, Problem> {
    let Which { provider, realm, subject } = query.ask;
    let key = IdentityKey { provider: provider.parse()?, realm, subject };
    app.sign_in().unbind_from(&caller.ctx, id, &key).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An invitation that has just been made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewInvitation {
    /// The address of its page. Shown this once; whoever has it and the mailbox gets in.
    url: String,
    /// The one address it is for.
    address: String,
    /// When it stops working.
    #[schema(format = DateTime)]
    expires: String,
}

/// Invite an associate
///
/// Whoever signs in with the link and proves the address is bound to them, also from outside the registered domains. An
/// earlier invitation stops working.
#[utoipa::path(post, path = "/api/v1/associates/{id}/invitation", tag = "sign-in", operation_id = "invite",
    params(("id" = i64, Path, description = "The associate's id", example = 1)),
    responses((status = 200, body = NewInvitation), Refusals))]
pub(crate) async fn invite(
    State(web): State<Web>,
    AdminCaller(caller): AdminCaller,
    At((id,)): At<(AssociateId,)>,
) -> Result<Json<NewInvitation>, Problem> {
    let made = web.app.sign_in().invite(&caller.ctx, id).await?;
    Ok(Json(NewInvitation {
        url: web.settings.base.at(&routes::invited(&made.token)),
        address: made.address,
        expires: instant(made.expires),
    }))
}

/// Take an invitation back
///
/// Nothing happens when there is none.
#[utoipa::path(delete, path = "/api/v1/associates/{id}/invitation", tag = "sign-in", operation_id = "uninvite",
    params(("id" = i64, Path, description = "The associate's id", example = 1)),
    responses((status = 204, description = "There is no open invitation."), Refusals))]
pub(crate) async fn uninvite(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    At((id,)): At<(AssociateId,)>,
) -> Result<StatusCode, Problem> {
    app.sign_in().uninvite(&caller.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Retire an associate
///
/// They have left: out at once, everywhere, and nobody comes in as them. Their documents stay.
#[utoipa::path(post, path = "/api/v1/associates/{id}/retire", tag = "sign-in", operation_id = "retire_associate",
    params(("id" = i64, Path, description = "The associate's id", example = 1)),
    responses((status = 204, description = "They have left."), Refusals))]
pub(crate) async fn retire(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    At((id,)): At<(AssociateId,)>,
) -> Result<StatusCode, Problem> {
    app.sign_in().set_retired(&caller.ctx, id, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a retirement back
#[utoipa::path(post, path = "/api/v1/associates/{id}/return", tag = "sign-in", operation_id = "return_associate",
    params(("id" = i64, Path, description = "The associate's id", example = 1)),
    responses((status = 204, description = "They are back."), Refusals))]
pub(crate) async fn come_back(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    At((id,)): At<(AssociateId,)>,
) -> Result<StatusCode, Problem> {
    app.sign_in().set_retired(&caller.ctx, id, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How many sessions ended.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Ended {
    /// The number.
    ended: u64,
}

/// End an associate's sessions
#[utoipa::path(delete, path = "/api/v1/associates/{id}/sessions", tag = "sign-in",
    operation_id = "end_sessions_of_associate",
    params(("id" = i64, Path, description = "The associate's id", example = 1)),
    responses((status = 200, body = Ended), Refusals))]
pub(crate) async fn end_sessions(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    At((id,)): At<(AssociateId,)>,
) -> Result<Json<Ended>, Problem> {
    let ended = app.sign_in().end_sessions_of(&caller.ctx, id).await?;
    Ok(Json(Ended { ended: ended as u64 }))
}
