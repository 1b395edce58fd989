//! What is kept about it, in the installation's settings.

use super::SharePoint;
use domain::audit::Entry;
use domain::sharepoint::{Active, Draft, Licences};
use domain::{Ctx, Error, InstallationId, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{NewAudit, Store, Tx};

/// The setting that holds what has been decided so far.
pub const DRAFT: &str = "sharepoint.draft";
/// The setting that holds what works; blank when it was taken back.
pub const ACTIVE: &str = "sharepoint.active";

/// The setting that holds how many licences the tenant has; blank while nobody has stated it.
const LICENCES: &str = "sharepoint.licences";

/// How many licences an installation's tenant has, as its administrator has stated.
pub async fn licences(store: &Store, of: InstallationId) -> Result<Licences> {
    let text = store.read(move |tx| tx.settings(of).get(LICENCES)).await?;
    text.unwrap_or_default().parse()
}

fn read<T: DeserializeOwned>(tx: &Tx<'_>, of: InstallationId, name: &'static str) -> Result<Option<T>> {
    let Some(text) = tx.settings(of).get(name)?.filter(|t| !t.is_empty()) else { return Ok(None) };
    serde_json::from_str(&text)
        .map(Some)
        .map_err(|e| Error::internal("a setting of SharePoint cannot be read").caused_by(e))
}

pub(super) fn written(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|e| Error::internal("a setting of SharePoint has no form").caused_by(e))
}

impl SharePoint<'_> {
    /// What has been decided so far.
    pub(super) async fn draft(&self, of: InstallationId) -> Result<Draft> {
        Ok(self.app.store().read(move |tx| read(tx, of, DRAFT)).await?.unwrap_or_default())
    }

    /// Changes what has been decided, in one transaction: of two who decide at once, the second sees what the first did.
    pub(super) async fn change_draft(
        &self,
        of: InstallationId,
        change: impl FnOnce(&mut Draft) -> Result<()> + Send + 'static,
    ) -> Result<()> {
        self.app
            .store()
            .write(move |tx| {
                let mut draft = read(tx, of, DRAFT)?.unwrap_or_default();
                change(&mut draft)?;
                tx.settings(of).put(DRAFT, &written(&draft)?)
            })
            .await
    }

    /// What works for an installation; `None` when SharePoint is not set up, or was taken back.
    pub async fn active(&self, of: InstallationId) -> Result<Option<Active>> {
        self.app.store().read(move |tx| read(tx, of, ACTIVE)).await
    }

    pub(super) async fn keep_active(&self, of: InstallationId, active: Option<&Active>) -> Result<()> {
        let text = active.map(written).transpose()?.unwrap_or_default();
        self.app.store().write(move |tx| tx.settings(of).put(ACTIVE, &text)).await
    }
}

impl SharePoint<'_> {
    /// States how many licences the tenant has, on which it depends how often SharePoint may be asked.
    /// # Errors
    /// `Forbidden` for who is no administrator.
    pub async fn state_licences(&self, ctx: &Ctx, licences: Licences) -> Result<()> {
        ctx.require_administrator()?;
        let (of, text) = (ctx.installation, licences.to_string());
        let audit = NewAudit::of(ctx, Entry::done("sharepoint.licences_stated", "setting:sharepoint"));
        self.app
            .store()
            .write(move |tx| {
                tx.settings(of).put(LICENCES, &text)?;
                tx.audit(of).record(&audit).map(drop)
            })
            .await
    }
}
