//! The document plugins of this process, by number.

use domain::plugin::{Call, DocumentPlugin, PluginInfo};
use domain::{Ctx, Error, OperationId, PluginId, Result};
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
