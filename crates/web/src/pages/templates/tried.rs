//! Trying a template on a record, beside its preview: the same for a file in use and for a draft.

use crate::errors::PageResult;
use crate::extract::Signed;
use crate::pages::documents::preview::framed;
use crate::pages::documents::subjects::{Pickers, pickers};
use crate::pages::documents::typed::Typed;
use crate::routes::documents::About;
use app::App;
use app::documents::{Preview, Reading};
use app::templates::{Trial, Tried};
use domain::ErrorKind::{Gone, NotFound, Unauthenticated};
use domain::plugin::{Body, Content, Revision};
use domain::{CompanyId, ContactId, ProjectId, Result, SaleId};
use http::HeaderMap;

/// The panel beside a preview.
#[derive(Debug, Clone, Default)]
pub(crate) struct TryOn {
    /// The page it stands on.
    pub action: String,
    /// The file's language, where the page needs it.
    pub language: Option<String>,
    pub pickers: Pickers,
    /// Whom it is tried on; blank when it is not.
    pub on: String,
    /// Where the document that would be made can be downloaded.
    pub download: String,
    /// Where the trial is ended.
    pub back: String,
}

impl TryOn {
    /// The panel, with what is chosen in it.
    pub async fn load(app: &App, signed: &Signed, typed: &mut Typed) -> Result<Self> {
        let pickers = pickers(app, &signed.ctx, typed).await?;
        let chosen =
            ["contact", "company", "project", "sale"].into_iter().find_map(|word| pickers.title(word));
        Ok(Self { on: chosen.unwrap_or_default().to_owned(), pickers, ..Self::default() })
    }
}

/// What was chosen, for the use case.
pub(crate) fn trial(about: &About) -> Option<Trial> {
    let trial = Trial {
        company: about.company.map(CompanyId),
        contact: about.contact.map(ContactId),
        project: about.project.map(ProjectId),
        sale: about.sale.map(SaleId),
    };
    (*about != About::default()).then_some(trial)
}

/// The frame with the document that would be made.
pub(crate) fn shown(tried: Result<Tried>) -> PageResult {
    let preview = match tried {
        Ok(tried) => tried.preview(),
        Err(error) if matches!(error.kind(), NotFound | Gone | Unauthenticated) => return Err(error.into()),
        // The frame is part of a page that stands already: it says why it is empty.
        Err(error) => Preview::NotAvailable(error.public().to_owned()),
    };
    Ok(framed(preview)?)
}

/// A file of ours that is in memory, for downloading.
pub(crate) fn download(file_name: String, bytes: Vec<u8>) -> axum::response::Response {
    let size = bytes.len() as u64;
    let content = Content {
        size,
        span: 0..size,
        media_type: "application/octet-stream".into(),
        revision: Revision(String::new()),
        stream: Body::from_bytes(bytes).stream,
    };
    crate::content_response::content_response(Reading { file_name, content }, &HeaderMap::new())
}
