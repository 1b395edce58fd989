//! `GET /documents/{id}/preview`: what the content looks like, in a frame without any powers.

use super::content::which;
use crate::errors::PageResult;
use crate::extract::{Id, PageQuery, Signed};
use crate::page::{self, Flash};
use crate::routes;
use app::App;
use app::documents::Preview;
use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use domain::ErrorKind::{Gone, NotFound, Unauthenticated};
use domain::plugin::Which;
use domain::{DocumentId, Error, Result};
use http::HeaderValue;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use serde::Deserialize;

/// Nothing runs, nothing is loaded, nothing is sent; only our own pages may frame it.
const POLICY: HeaderValue = HeaderValue::from_static(
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'self'",
);

/// Which content.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Version {
    version: String,
}

/// A preview as it stands in the frame: a sheet of paper.
#[derive(Debug, Template)]
#[template(path = "documents/preview.html")]
pub(crate) struct Sheet {
    html: String,
}

/// What stands in the frame where there is no preview.
#[derive(Debug, Template)]
#[template(path = "documents/no_preview.html")]
pub(crate) struct NoPreview {
    reason: String,
}

/// The preview.
pub(crate) async fn preview(
    signed: Signed,
    State(app): State<App>,
    Id(id): Id<DocumentId>,
    PageQuery(query): PageQuery<Version>,
) -> PageResult {
    let preview = match app.documents().preview(&signed.ctx, id, &which(query.version)).await {
        Ok(preview) => preview,
        Err(error) if matches!(error.kind(), NotFound | Gone | Unauthenticated) => return Err(error.into()),
        // The frame is part of a page that stands already: it says why it is empty.
        Err(error) => Preview::NotAvailable(error.public().to_owned()),
    };
    Ok(framed(preview)?)
}

/// `GET /documents/{id}/pdf`: the content as PDF, for downloading.
pub(crate) async fn pdf(signed: Signed, State(app): State<App>, Id(id): Id<DocumentId>) -> PageResult {
    use domain::ErrorKind::{Conflict, Invalid, TooLarge, Unavailable, UnsupportedMedia};
    match app.documents().pdf(&signed.ctx, id, &Which::Latest).await {
        Ok((name, bytes)) => Ok(crate::pages::templates::download(name, bytes)),
        Err(error)
            if matches!(error.kind(), Conflict | Invalid | TooLarge | Unavailable | UnsupportedMedia) =>
        {
            page::go_with(&routes::documents::show(id), Flash::failed(&error))
        }
        Err(error) => Err(error.into()),
    }
}

/// The answer that stands in the frame.
pub(crate) fn framed(preview: Preview) -> Result<Response> {
    let html = match preview {
        Preview::Html(html) => Sheet { html }.render(),
        Preview::NotAvailable(reason) => NoPreview { reason }.render(),
    };
    let html = html.map_err(|e| Error::internal("a page could not be rendered").caused_by(e))?;
    let mut response = Response::new(Body::from(html));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    Ok(response)
}

#[cfg(test)]
impl NoPreview {
    pub fn samples() -> Vec<Self> {
        vec![Self { reason: "The file is <empty> so far.".into() }]
    }
}
