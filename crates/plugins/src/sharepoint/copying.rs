//! Copies: what the caller reads, as a file of its own. The bytes pass through us piece by piece, because Graph's copy
//! keeps neither columns nor drafts and says late when it is done (microsoft.md 2.6).

use super::desk::Desk;
use domain::Result;
use domain::plugin::{ExternalRef, Item, NewItem};

impl Desk<'_> {
    pub async fn copy(&self, reference: &ExternalRef, mut new: NewItem) -> Result<Item> {
        let operation = self.call.recorded()?;
        {
            let own = super::ids::reference_of(operation);
            let _turn = self.shared.turn(&own.0).await;
            if let Some(made) = Box::pin(self.made(operation, true)).await? {
                return Ok(made.seen(self.call));
            }
        }
        let original = Box::pin(self.find_open(reference)).await?;
        let readable = Box::pin(self.content_of(&original, None)).await?;
        new.media_type.clone_from(&original.record.media_type);
        let mut metadata = original.record.metadata.clone();
        metadata.extend(std::mem::take(&mut new.metadata));
        new.metadata = metadata;
        let body = self.body_of(readable).await?;
        Box::pin(self.create(new, Some(body))).await
    }
}
