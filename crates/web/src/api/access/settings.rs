//! `/api/v1/sign-in` and the installation's key at the login page.

use super::super::json::Json as Body;
use super::super::refusals::Refusals;
use crate::errors::Problem;
use crate::extract::AdminCaller;
use app::App;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A provider people can sign in at.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProviderName {
    /// Its short word: `google`, `microsoft`, or the name of another one.
    name: String,
    /// What its button says.
    title: String,
}

/// How people get in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignInSettings {
    /// The login page's address; null when this service has none.
    #[schema(required)]
    login_page: Option<String>,
    /// Where people can sign in.
    providers: Vec<ProviderName>,
    /// Whether a first sign-in is matched by an address the provider vouches for.
    match_by_address: bool,
    /// The id of the key the installation proves itself with; null when there is no login page.
    #[schema(required)]
    key: Option<String>,
}

/// Read how people get in
#[utoipa::path(get, path = "/api/v1/sign-in", tag = "sign-in", operation_id = "get_sign_in",
    responses((status = 200, body = SignInSettings), Refusals))]
pub(crate) async fn get(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
) -> Result<Json<SignInSettings>, Problem> {
    let (sign_in, ctx) = (app.sign_in(), &caller.ctx);
    let match_by_address = sign_in.matches_by_address(ctx).await?;
    let Some(login_page) = sign_in.origin() else {
        let nothing = SignInSettings { login_page: None, providers: Vec::new(), match_by_address, key: None };
        return Ok(Json(nothing));
    };
    let (_, providers) = sign_in.domains(ctx).await?;
    Ok(Json(SignInSettings {
        login_page: Some(login_page),
        providers: providers
            .into_iter()
            .map(|p| ProviderName { name: p.name.to_string(), title: p.title })
            .collect(),
        match_by_address,
        key: Some(sign_in.key_id(ctx).await?),
    }))
}

/// What can be changed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "match_by_address": false }))]
pub(crate) struct SignInChange {
    /// Whether a first sign-in is matched by an address the provider vouches for.
    match_by_address: bool,
}

/// Change how people get in
#[utoipa::path(patch, path = "/api/v1/sign-in", tag = "sign-in", operation_id = "change_sign_in",
    request_body = SignInChange, responses((status = 200, body = SignInSettings), Refusals))]
pub(crate) async fn change(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    body: Body<SignInChange>,
) -> Result<Json<SignInSettings>, Problem> {
    app.sign_in().match_by_address(&caller.ctx, body.ask.match_by_address).await?;
    get(State(app), AdminCaller(caller)).await
}

/// A key that is in use now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewKey {
    /// Its id, the SHA-256 thumbprint of RFC 7638.
    key: String,
}

/// Change the installation's key
///
/// The key it proves itself with at the login page. The old one stops working; nobody is signed out. Interrupted, it is
/// finished by asking again.
#[utoipa::path(post, path = "/api/v1/sign-in/key", tag = "sign-in", operation_id = "rotate_key",
    responses((status = 200, body = NewKey), Refusals))]
pub(crate) async fn rotate(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
) -> Result<Json<NewKey>, Problem> {
    Ok(Json(NewKey { key: app.sign_in().rotate_key(&caller.ctx).await? }))
}
