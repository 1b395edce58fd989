//! The login page: delegates sign-in to Google, Microsoft and others, takes the tokens, and keeps what must be kept
//! secret.
//!
//! - Towards providers it is the one registered application; only it holds the secret and the refresh tokens.
//! - Towards installations it is an OpenID Provider; they get a statement about who signed in, and short-lived access
//!   tokens for their own connections.
//! - Towards people it is one page with one field.
//! - Towards whoever runs it, it is an area of its own, behind links and tokens that commands make.
//!
//! Invariant: it knows no crate of the CRM side; whatever it says to one goes over the protocol.
//! Invariant: time arrives from the clock it was given; handlers look, ask [`House`], and present.

mod house;
mod in_process;
mod installations;
mod limits;
mod manage;
mod op;
mod operator;
mod pages;
mod providers;
pub mod rules;
mod settings;
mod tables;
mod vault;
mod walk;

pub use house::{Clock, Ground, House};
pub use in_process::InProcess;
pub use installations::NewInstallation;
pub use op::{LOGOUT, MANAGE, STATEMENT};
pub use operator::TokenLine;
pub use pages::Peer;
pub use rules::scopes::Dialect;
pub use settings::{
    Credential, Credentials, Lifetimes, Limits, MasterSource, ProviderSettings, SecretBy, Settings,
};
pub use tables::{MIGRATIONS, statements};
pub use vault::{Handed, Refused, Rotated, Unfit};
pub use walk::Adopted;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::IntoResponse as _;
use axum::routing::{delete, get, post, put};
use domain::{Error, ErrorKind};
use http::StatusCode;
use std::sync::Arc;

/// Longest form or document taken, in bytes.
const LONGEST_BODY: usize = 64 * 1024;

/// The service: every route.
pub fn router(house: Arc<House>) -> Router {
    let protocol = Router::new()
        .route("/.well-known/openid-configuration", get(op::configuration))
        .route("/jwks", get(op::jwks))
        .route("/par", post(op::push))
        .route("/token", post(op::token))
        .route("/manage/installation", get(manage::domains))
        .route("/manage/domains", post(manage::put_domain))
        .route("/manage/domains/{provider}/{domain}", delete(manage::remove_domain))
        .route("/manage/keys", put(manage::put_keys))
        .route("/manage/connections", get(manage::list))
        .route("/manage/connections/{id}", get(manage::one))
        .route("/manage/connections/{id}/check", post(manage::check))
        .route("/manage/connections/{id}/disconnect", post(manage::disconnect))
        .route("/manage/consent-links", post(manage::ask_administrator))
        .route("/manage/sign-outs", post(manage::sign_out))
        .route("/manage/audit", get(manage::audit))
        .route("/manage/audit/export", get(manage::export))
        .route("/manage/audit/verification", get(manage::verify));
    let people = Router::new()
        .route("/", get(pages::home))
        .route("/authorize", get(pages::authorize))
        .route("/sign-in", post(pages::sign_in))
        .route("/continue", post(pages::go_on))
        .route("/another", post(pages::another))
        .route("/cancel", post(pages::cancel))
        .route("/callback/{provider}", get(pages::callback))
        .route("/consent/{word}", get(pages::consent).post(pages::consent_go))
        .route("/browser", get(pages::browser))
        .route("/sign-out", get(pages::sign_out_page).post(pages::sign_out))
        .route("/sign-out-everywhere", post(pages::sign_out_everywhere))
        .route("/static/{name}", get(pages::asset));
    let probes =
        Router::new().route("/health/live", get(|| async { "alive" })).route("/health/ready", get(ready));
    let operator = if house.settings.operator_pages { operator::routes() } else { Router::new() };
    protocol
        .merge(people)
        .merge(operator)
        .merge(probes)
        .fallback(nowhere)
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&house), pages::surround))
        .with_state(house)
}

async fn ready(State(house): State<Arc<House>>) -> (StatusCode, &'static str) {
    if house.is_ready().await {
        (StatusCode::OK, "ready")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready")
    }
}

async fn nowhere() -> axum::response::Response {
    let sentence = "There is nothing at this address. Begin at your CRM, or at this page's first address.";
    pages::Failure(Error::new(ErrorKind::NotFound, sentence)).into_response()
}
