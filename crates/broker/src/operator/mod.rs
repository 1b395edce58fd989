//! The operator's area: whoever runs the login page looks after it, in pages and in an interface for programs.
//!
//! Invariant: nobody gets in but by a link or a token that a command has made; what is done here is written down with
//! who did it. Nothing secret is on a page or in an answer: keys are known by their ids, tokens by their names.

mod access;
mod api;
mod door;
mod log;
mod look;
mod pages;
mod problem;

pub use access::TokenLine;

use crate::house::{House, Who};
use axum::Router;
use domain::audit::Entry;
use domain::{InstallationId, Result};
use std::sync::Arc;

/// Every route of the area.
pub(crate) fn routes() -> Router<Arc<House>> {
    pages::routes().nest("/operator/api/v1", api::routes())
}

impl House {
    /// Fetches what every provider publishes now, unless that was tried within the last minute.
    pub(crate) async fn check_providers(&self, who: Who) -> Result<()> {
        let now = self.now();
        self.db
            .write(move |tx| who.note(tx, InstallationId(0), Entry::done("providers.checked", ""), now))
            .await?;
        for upstream in self.upstreams() {
            upstream.check(now).await;
        }
        Ok(())
    }
}
