//! Documents in daily use.

mod content;
mod create;
mod extras;
mod lifecycle;
mod list;
mod locking;
mod openers;
mod prepare;
mod preview;
mod properties;
mod upload;
mod view;

pub use content::{Reading, ReplaceContent};
pub use create::FromTemplate;
pub use list::ListDocuments;
pub use locking::{Changed, CheckIn};
pub use openers::{Opener, Openers, Settled};
pub use prepare::{Destination, Prepare, Prepared};
pub use preview::Preview;
pub use store::DocumentRow;
pub use upload::Upload;
pub use view::DocumentView;

pub(crate) use content::{media_type, opening_address};
pub(crate) use create::{Making, Row, file_name, new_item};
pub(crate) use list::page_size;
pub(crate) use preview::{preview_of, read_small};

use crate::App;
use domain::documents::Document;
use domain::{Ctx, DocumentId, Error, Result};
use store::Viewer;
use tokio::sync::OwnedMutexGuard;

/// Use cases of documents.
#[derive(Debug, Clone, Copy)]
pub struct Documents<'a> {
    pub(crate) app: &'a App,
}

impl Documents<'_> {
    /// A document the caller may see.
    /// # Errors
    /// `NotFound` for one that does not exist, belongs to another installation, or is hidden: the same answer.
    pub(crate) async fn find(&self, ctx: &Ctx, id: DocumentId) -> Result<Document> {
        let viewer = Viewer::of(ctx.associate()?);
        let installation = ctx.installation;
        self.app
            .store()
            .read(move |tx| tx.documents(installation).get_visible(id, &viewer))
            .await?
            .ok_or_else(|| Error::not_found("document"))
    }

    /// Waits for a document's turn, then reads it: what is decided from it stays true until the turn is given up.
    pub(crate) async fn take(&self, ctx: &Ctx, id: DocumentId) -> Result<(Document, OwnedMutexGuard<()>)> {
        let turn = self.app.0.running.turn(ctx.installation, id).await;
        Ok((self.find(ctx, id).await?, turn))
    }
}
