//! Previews with the places of findings marked.

use super::Templates;
use super::codes::Found;
use crate::documents::Preview;
use domain::{Ctx, Result, TemplateId};
use merge::Mark;

impl Templates<'_> {
    /// A file as it looks, with the places of its findings marked.
    pub async fn checked_preview(&self, ctx: &Ctx, id: TemplateId, language: &str) -> Result<Preview> {
        let preview = self.preview(ctx, id, language).await?;
        // A preview is worth showing also where the check cannot be made.
        let findings = self.check(ctx, id, language).await.unwrap_or_default();
        Ok(marked(preview, &findings).0)
    }
}

/// A preview with marks, and for each finding the id of the mark it is at.
pub(crate) fn marked(preview: Preview, findings: &[Found]) -> (Preview, Vec<Option<String>>) {
    let Preview::Html(html) = preview else { return (preview, vec![None; findings.len()]) };
    let marks: Vec<_> = findings
        .iter()
        .map(|found| Mark { place: &found.words, error: found.error, note: &found.sentence })
        .collect();
    let marked = merge::mark_places(&html, &marks);
    (Preview::Html(marked.html), marked.anchors)
}
