//! What an installation administers about itself: domains, connections, keys, sign-outs, its audit log.
//!
//! Invariant: the installation comes from the token and from nowhere else.

mod connections;
mod domains;
mod log;

pub(crate) use connections::{ask_administrator, check, disconnect, list, one, sign_out};
pub(crate) use domains::{domains, put_domain, put_keys, remove_domain};
pub(crate) use log::{audit, export, verify};

use crate::house::House;
use crate::op::OauthError;
use crate::tables::installations::Installation;
use axum::extract::FromRequestParts;
use http::header::AUTHORIZATION;
use http::request::Parts;
use std::sync::Arc;

/// The installation whose token it is.
#[derive(Debug)]
pub(crate) struct Own(pub Installation);

impl FromRequestParts<Arc<House>> for Own {
    type Rejection = OauthError;

    async fn from_request_parts(parts: &mut Parts, house: &Arc<House>) -> Result<Self, OauthError> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let bearer = header.strip_prefix("Bearer ").unwrap_or_default();
        house.managed(bearer).await.map(Own)
    }
}
