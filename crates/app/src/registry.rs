//! The document plugins of this process, by number.

use crate::App;
use domain::plugin::{Call, DocumentPlugin, Placement, PluginInfo};
use domain::visibility::VisibleFor;
use domain::{AssociateId, Ctx, Error, InstallationId, OperationId, PluginId, Result};
use std::sync::Arc;

/// The document plugins of this process.
#[derive(Debug)]
pub struct Registry {
    plugins: Vec<Arc<dyn DocumentPlugin>>,
}

impl Registry {
    pub(crate) fn new(mut plugins: Vec<Arc<dyn DocumentPlugin>>) -> Self {
        plugins.sort_by_key(|p| p.info().id);
        Self { plugins }
    }

    /// The plugin with this number.
    /// # Errors
    /// `Unavailable` when a document or template names a plugin that is not running here.
    pub fn get(&self, id: PluginId) -> Result<Arc<dyn DocumentPlugin>> {
        self.plugins.iter().find(|p| p.info().id == id).cloned().ok_or_else(|| {
            Error::new(
                domain::ErrorKind::Unavailable,
                "The place where this is kept is not connected at the moment. \
                 Nothing is lost; ask your administrator to connect it again.",
            )
            .with("plugin", id.to_string())
        })
    }

    /// The plugin with this number, for somebody who chose it in a form.
    /// # Errors
    /// `Invalid`, naming the field.
    pub fn chosen(&self, id: PluginId, field: &'static str) -> Result<Arc<dyn DocumentPlugin>> {
        self.get(id).map_err(|_| {
            let names: Vec<_> = self.list().into_iter().map(|p| format!("{} ({})", p.name, p.id)).collect();
            Error::invalid(format!("There is no document plugin {id}. Choose one of: {}.", names.join(", ")))
                .field(field)
        })
    }

    /// The name of a plugin, also of one that is not running here.
    pub fn name(&self, id: PluginId) -> String {
        self.get(id).map_or_else(|_| format!("plugin {id} (not connected)"), |p| p.info().name)
    }

    /// All plugins, by number.
    pub fn list(&self) -> Vec<PluginInfo> {
        self.plugins.iter().map(|p| p.info()).collect()
    }

    /// All plugins, by number.
    pub fn all(&self) -> &[Arc<dyn DocumentPlugin>] {
        &self.plugins
    }
}

impl App {
    /// The numbers of plugins that each installation sets up for itself.
    pub(crate) fn clouds(&self) -> Vec<PluginId> {
        let drive = self.google().drive().map(|drive| drive.plugin).ok();
        let sharepoint = self.sharepoint().site().map(|site| site.plugin).ok();
        drive.into_iter().chain(sharepoint).collect()
    }

    /// The document plugins an installation can use: all of this process but those it has not set up.
    /// # Errors
    /// `Unavailable` when the settings cannot be read.
    pub async fn usable_plugins(&self, of: InstallationId) -> Result<Vec<Arc<dyn DocumentPlugin>>> {
        let mut without = Vec::new();
        if let Ok(drive) = self.google().drive()
            && self.google().active(of).await?.is_none()
        {
            without.push(drive.plugin);
        }
        if let Ok(site) = self.sharepoint().site()
            && self.sharepoint().active(of).await?.is_none()
        {
            without.push(site.plugin);
        }
        Ok(self.plugins().all().iter().filter(|p| !without.contains(&p.info().id)).cloned().collect())
    }

    /// The plugin with this number, for somebody who chose it in a form.
    /// # Errors
    /// `Invalid`, naming the field.
    pub(crate) async fn chosen(
        &self,
        of: InstallationId,
        id: PluginId,
        field: &'static str,
    ) -> Result<Arc<dyn DocumentPlugin>> {
        let plugin = self.plugins().chosen(id, field)?;
        if self.usable_plugins(of).await?.iter().any(|p| p.info().id == id) {
            return Ok(plugin);
        }
        let name = plugin.info().name;
        let words =
            format!("{name} is not set up here. Set it up under Settings, {name}, or choose another place.");
        Err(Error::invalid(words).field(field))
    }

    /// Where an item is filed at a plugin: with the order of folders that the installation has chosen there.
    /// # Errors
    /// `Unavailable` when the settings cannot be read.
    pub(crate) async fn filed(
        &self,
        of: InstallationId,
        plugin: PluginId,
        place: Placement,
    ) -> Result<Placement> {
        if !self.sharepoint().site().is_ok_and(|site| site.plugin == plugin) {
            return Ok(place);
        }
        let order = self.sharepoint().active(of).await?.map(|active| active.order).unwrap_or_default();
        Ok(Placement { order, ..place })
    }

    /// The folder of those whom a document is for, outermost in what [`Self::filed`] gives; nothing at a place without such.
    /// # Errors
    /// `Unavailable` when the settings cannot be read.
    pub(crate) async fn room(
        &self,
        of: InstallationId,
        plugin: PluginId,
        visible_for: VisibleFor,
        owner: AssociateId,
    ) -> Result<Option<String>> {
        self.sharepoint().room(of, plugin, visible_for, owner).await
    }

    /// What the file of a document is called when nobody has written a name, without its ending: the heading, and in
    /// SharePoint what its administrator chose.
    pub(crate) async fn stem(
        &self,
        of: InstallationId,
        plugin: PluginId,
        heading: &str,
        company: Option<&str>,
    ) -> Result<String> {
        if !self.sharepoint().site().is_ok_and(|site| site.plugin == plugin) {
            return Ok(heading.to_owned());
        }
        let naming = self.sharepoint().active(of).await?.map(|active| active.naming).unwrap_or_default();
        Ok(naming.stem(heading, company))
    }
}

/// A call on behalf of whoever asks.
pub(crate) fn call(ctx: &Ctx, operation: Option<OperationId>) -> Call {
    let (associate, name) = match &ctx.actor {
        domain::Actor::Associate(a) => (Some(a.id), a.full_name()),
        domain::Actor::System => (None, "Chancery".to_owned()),
    };
    Call {
        installation: ctx.installation,
        associate,
        name: name.into(),
        operation,
        now: ctx.now,
        accepts: Vec::new(),
    }
}
