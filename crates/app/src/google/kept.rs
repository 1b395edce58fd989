//! What is kept about it, in the installation's settings.

use super::Google;
use domain::google::{Active, Draft};
use domain::{Error, InstallationId, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::Tx;

/// The setting that holds what has been decided so far.
pub const DRAFT: &str = "google_drive.draft";
/// The setting that holds what works; blank when it was taken back.
pub const ACTIVE: &str = "google_drive.active";

fn read<T: DeserializeOwned>(tx: &Tx<'_>, of: InstallationId, name: &'static str) -> Result<Option<T>> {
    let Some(text) = tx.settings(of).get(name)?.filter(|t| !t.is_empty()) else { return Ok(None) };
    serde_json::from_str(&text)
        .map(Some)
        .map_err(|e| Error::internal("a setting of Google Drive cannot be read").caused_by(e))
}

pub(super) fn written(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|e| Error::internal("a setting of Google Drive has no form").caused_by(e))
}

impl Google<'_> {
    /// What has been decided so far.
    pub(super) async fn draft(&self, of: InstallationId) -> Result<Draft> {
        Ok(self.app.store().read(move |tx| read(tx, of, DRAFT)).await?.unwrap_or_default())
    }

    pub(super) async fn keep_draft(&self, of: InstallationId, draft: &Draft) -> Result<()> {
        let text = written(draft)?;
        self.app.store().write(move |tx| tx.settings(of).put(DRAFT, &text)).await
    }

    /// What works for an installation; `None` when Google Drive is not set up, or was taken back.
    pub async fn active(&self, of: InstallationId) -> Result<Option<Active>> {
        self.app.store().read(move |tx| read(tx, of, ACTIVE)).await
    }

    pub(super) async fn keep_active(&self, of: InstallationId, active: Option<&Active>) -> Result<()> {
        let text = active.map(written).transpose()?.unwrap_or_default();
        self.app.store().write(move |tx| tx.settings(of).put(ACTIVE, &text)).await
    }

    /// Whether somebody's own account may be the system account.
    pub(crate) async fn allows_own_account(&self, of: InstallationId) -> Result<bool> {
        Ok(self.draft(of).await?.own_account)
    }
}
