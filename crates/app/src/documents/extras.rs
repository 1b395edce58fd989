//! What a plugin offers beyond the common ground: commands and properties.

use super::{Changed, Documents};
use crate::operations::Change;
use domain::documents::Document;
use domain::operations::OperationKind;
use domain::plugin::{CommandInfo, DocumentPlugin, Which};
use domain::{Ctx, DocumentId, Error, Result, text};
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

    /// Runs a command of the plugin. Unless the plugin lists it as one that only reads, it is recorded as an operation
    /// first, as every change is.
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
        text::required_line("command", command, 200).map_err(|_| Error::not_found("command"))?;
        let plugin = self.app.plugins().get(document.plugin)?;
        if reads_only(ctx, &document, plugin.as_ref(), command).await? {
            let call = crate::registry::call(ctx, Some(ctx.new_operation()));
            let done =
                plugin.execute(&call, document.reference()?, &Which::Latest, command, arguments).await?;
            return self.changed(ctx, id, done).await;
        }
        let change = Change {
            kind: OperationKind::Command,
            document: &document,
            action: "document.command_run",
            payload: serde_json::json!({ "command": command }),
        };
        let (_, done) = self
            .app
            .change(ctx, change, |plugin, call, item| async move {
                plugin.execute(&call, &item, &Which::Latest, command, arguments).await
            })
            .await?;
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

/// Whether the plugin says now that a command changes nothing. One that it does not list may do anything.
async fn reads_only(
    ctx: &Ctx,
    document: &Document,
    plugin: &dyn DocumentPlugin,
    command: &str,
) -> Result<bool> {
    let listed = plugin.commands(&crate::registry::call(ctx, None), document.reference()?).await?;
    Ok(listed.iter().any(|c| c.name == command && c.reads_only))
}
