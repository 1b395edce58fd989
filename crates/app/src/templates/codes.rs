//! Which codes a template uses, and which of them are known.

use super::Templates;
use domain::codes;
use domain::{Ctx, Result, TemplateId};

/// A code met in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedCode {
    /// The code, in lower case.
    pub code: String,
    /// What it stands for; `None` when it is unknown and will be left as it stands.
    pub label: Option<String>,
}

impl Templates<'_> {
    /// The codes in a file, in the order they are met.
    pub async fn codes(&self, ctx: &Ctx, id: TemplateId, language: &str) -> Result<Vec<UsedCode>> {
        let template = self.seen(ctx, id).await?;
        let variant = template.variant(language)?;
        let filling = self.filling(ctx, &template, variant).await?;
        let used = filling.codes().map(|code| UsedCode {
            label: codes::find(code).map(|info| format!("{}: {}", info.entity.label(), info.label)),
            code: code.to_owned(),
        });
        Ok(used.collect())
    }
}
