//! What a plugin offers beyond the common ground: commands and properties.

use super::{Changed, Documents};
use domain::plugin::{CommandInfo, Which};
use domain::{Ctx, DocumentId, Result};
use std::collections::BTreeMap;

impl Documents<'_> {
    /// The commands the plugin offers for a document now.
    pub async fn commands(&self, ctx: &Ctx, id: DocumentId) -> Result<Vec<CommandInfo>> {
        let document = self.find(ctx, id).await?;
        let plugin = self.app.plugins().get(document.plugin)?;
        if document.must_be_ready().is_err() || !plugin.capabilities().commands {
            return Ok(Vec::new());
        }
        plugin.commands(&crate::registry::call(ctx, None), document.reference()?).await
    }

    /// Runs a command of the plugin.
    /// # Errors
    /// `NotFound` for a command the plugin does not know.
    pub async fn execute(
        &self,
        ctx: &Ctx,
        id: DocumentId,
        command: &str,
        arguments: &BTreeMap<String, String>,
    ) -> Result<Changed> {
        let (document, _turn) = self.take(ctx, id).await?;
        document.must_be_ready()?;
        let plugin = self.app.plugins().get(document.plugin)?;
        let call = crate::registry::call(ctx, Some(ctx.new_operation()));
        let done = plugin.execute(&call, document.reference()?, &Which::Latest, command, arguments).await?;
        self.changed(ctx, id, done).await
    }

    /// The plugin's properties of a document. An empty list asks for all.
    pub async fn plugin_properties(
        &self,
        ctx: &Ctx,
        id: DocumentId,
        names: &[String],
    ) -> Result<BTreeMap<String, String>> {
        let document = self.find(ctx, id).await?;
        let plugin = self.app.plugins().get(document.plugin)?;
        plugin.properties(&crate::registry::call(ctx, None), document.reference()?, names).await
    }
}
