//! Copies, by Google where the caller reads the newest content, through us where it is an older one.

use super::desk::{Desk, Thing, View};
use super::download;
use super::making::Draft;
use super::record::Record;
use super::upload::{Intake, Target, Upload};
use super::wire::File;
use super::{LARGEST, client::Trouble};
use domain::Result;
use domain::plugin::{Body, ExternalRef, Item, NewItem};
use serde_json::Value;

impl Desk<'_> {
    pub async fn copy(&self, reference: &ExternalRef, new: NewItem) -> Result<Item> {
        let operation = self.call.recorded()?;
        let _turn = self.shared.turn(&format!("op/{}", operation.0.simple())).await;
        if let Some(made) = self.made(operation).await? {
            return Ok(made.seen(self.call));
        }
        let original = self.find_usable(reference).await?;
        let known = self.shared.record(self.call.installation, original.id()).await?;
        let record = Record { metadata: known.metadata, ..Record::default() };
        let mut draft = self.draft(operation, new, record).await?;
        let made = if original.view(self.call) == View::Head && !original.file.is_native() {
            draft.media_type.clone_from(&original.file.mime_type);
            draft.marks.wrote(original.file.md5_checksum.clone());
            self.copied_by_google(&draft, &original).await
        } else {
            self.copied_by_us(&mut draft, &original).await
        };
        Ok(self.settle_made(&draft, made).await?.seen(self.call))
    }

    async fn copied_by_google(&self, draft: &Draft, original: &Thing) -> std::result::Result<File, Trouble> {
        self.keep_record(draft).await?;
        let mut meta = draft.meta(self);
        // The original's own marks come along unless they are written over.
        meta["appProperties"] = Value::Object(draft.marks.over(&original.file.app_properties));
        let once = || self.line.duplicate(original.id(), &meta, draft.is_version());
        self.patiently(&draft.folder, once).await
    }

    async fn copied_by_us(&self, draft: &mut Draft, original: &Thing) -> std::result::Result<File, Trouble> {
        let content = match self.content_of(original, None).await {
            Ok(content) => content,
            Err(error) => return Err(Trouble::Other(error)),
        };
        draft.media_type.clone_from(&content.media_type);
        let stream = match content.source {
            Some(source) => download::open(&self.line, source, 0..content.size).await?,
            None => Body::from_bytes(content.bytes).stream,
        };
        let intake = Intake::begin(Some(Body { length: Some(content.size), stream }), LARGEST).await?;
        draft.marks.wrote(intake.md5());
        self.keep_record(draft).await?;
        let upload = Upload {
            target: Target::New,
            meta: draft.meta(self),
            media_type: &draft.media_type,
            keep: draft.is_version(),
        };
        self.line.upload(&upload, intake).await
    }
}
