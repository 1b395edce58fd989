//! The doors: pages for people, a JSON API for programs, and the presenters of errors.
//!
//! Invariant: no rule of the product lives here. A handler parses, makes one call into `app`, and presents.
//! Invariant: every address is built by [`mod@routes`]; no other module puts one together from text.
//! Invariant: a request that changes something proves that it comes from our own pages, or carries a token.

pub mod api;
pub mod assets;
pub mod content_response;
pub mod cookies;
pub mod csrf;
pub mod errors;
mod export;
pub mod extract;
pub mod forms;
pub mod incoming;
mod notices;
pub mod page;
pub mod pages;
pub mod presenters;
pub mod route;
pub mod routes;
pub mod state;
mod surround;
pub mod ui;

pub use route::{Kind, Route, Routes, Who};
pub use state::{Base, Peer, Settings, State};

use axum::extract::OriginalUri;
use axum::{Extension, Router};
use domain::{Error, ErrorKind};
use tower_http::compression::CompressionLayer;

/// Every route of every door with its handler.
fn everything() -> Routes {
    Routes::new(Kind::Page)
        .merge(pages::routes())
        .merge(api::routes())
        .merge(assets::routes())
        .merge(notices::routes())
}

/// Every route there is: what the walks over all routes walk.
pub fn routes() -> Vec<Route> {
    everything().list().to_vec()
}

/// The service: every route, and around them what no handler decides (request ids, limits of time, security
/// headers, compression, the presentation of errors, metrics, logs).
pub fn router(state: State) -> Router {
    everything()
        .into_router()
        .fallback(nowhere)
        .method_not_allowed_fallback(wrong_method)
        .layer(Extension(pages::Attempts::default()))
        .layer(Extension(pages::Readiness::default()))
        .layer(CompressionLayer::new().compress_when(surround::worth_compressing()))
        .layer(axum::middleware::from_fn_with_state(state.clone(), surround::surround))
        .with_state(state)
}

/// The answer at an address where there is nothing.
async fn nowhere(OriginalUri(uri): OriginalUri) -> axum::response::Response {
    let sentence = "There is nothing at this address. Check it, or start from the home page.";
    errors::at(uri.path(), Error::new(ErrorKind::NotFound, sentence))
}

/// The answer to a method that an address does not know.
async fn wrong_method(OriginalUri(uri): OriginalUri) -> axum::response::Response {
    errors::wrong_method(uri.path())
}
