//! The login page in the same process: one protocol, served from memory by the same router.

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use domain::{Error, ErrorKind, Result};
use http::{Request, Response};
use platform::outbound::Transport;
use std::fmt;
use tower::ServiceExt as _;

/// Longest answer taken from a router, in bytes.
const LONGEST: usize = 8 << 20;

/// A way to a router that takes no network. Requests for another origin are refused.
#[derive(Clone)]
pub struct InProcess {
    origin: String,
    router: Router,
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InProcess").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl InProcess {
    /// The way to a router that stands at this origin.
    pub fn new(origin: impl Into<String>, router: Router) -> Self {
        Self { origin: origin.into(), router }
    }
}

#[async_trait]
impl Transport for InProcess {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        let (mut head, body) = request.into_parts();
        let address = head.uri.to_string();
        let path = address.strip_prefix(&self.origin).filter(|rest| rest.starts_with('/'));
        let path = path.ok_or_else(|| {
            Error::forbidden("An address of another service was refused. Nothing was sent.")
        })?;
        head.uri = path.parse().map_err(|e| Error::internal("a path cannot be read").caused_by(e))?;
        // A router never fails; its error type says so.
        let Ok(answer) = self.router.clone().oneshot(Request::from_parts(head, Body::from(body))).await;
        let (head, body) = answer.into_parts();
        let body = axum::body::to_bytes(body, LONGEST).await.map_err(|e| {
            Error::new(ErrorKind::Unavailable, "An answer broke off. Nothing was changed; try again.")
                .caused_by(e)
        })?;
        Ok(Response::from_parts(head, body))
    }
}
