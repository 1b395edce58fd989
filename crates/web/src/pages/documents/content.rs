//! `GET` and `POST /documents/{id}/content`: opening, and replacing.

use super::upload::{told, wants_json};
use crate::content_response::deliver;
use crate::errors::{PageError, PageResult, Problem};
use crate::extract::{CsrfUpload, Id, PageQuery, Signed};
use crate::page::{self, Flash};
use crate::{State as Doors, routes};
use app::App;
use app::documents::{DocumentView, ReplaceContent};
use axum::body::Body;
use axum::extract::{FromRequest as _, Request, State};
use axum::response::{IntoResponse as _, Response};
use domain::plugin::{Revision, VersionId, Which};
use domain::{DocumentId, Result};
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Deserialize;

/// Which content.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Version {
    version: String,
}

/// Delivers the content, or that of a version, whole or in part.
pub(crate) async fn content(
    signed: Signed,
    State(app): State<App>,
    Id(id): Id<DocumentId>,
    PageQuery(query): PageQuery<Version>,
    headers: HeaderMap,
) -> PageResult {
    let which = which(query.version);
    Ok(deliver(&headers, async |range| app.documents().read(&signed.ctx, id, &which, range).await).await?)
}

/// The content a query names.
pub(crate) fn which(version: String) -> Which {
    if version.is_empty() { Which::Latest } else { Which::Version(VersionId(version)) }
}

/// Replaces the content with a file.
pub(crate) async fn replace(
    signed: Signed,
    State(doors): State<Doors>,
    Id(id): Id<DocumentId>,
    request: Request,
) -> Response {
    let json = wants_json(request.headers());
    match (put(&signed, &doors, id, request).await, json) {
        (Ok(view), true) => told_and_said(&view).into_response(),
        (Err(error), true) => Problem(error).into_response(),
        (Ok(view), false) => {
            page::go_with(&routes::documents::show(id), Flash::done(sentence(&view))).into_response()
        }
        (Err(error), false) => super::refused(id, error).into_response(),
    }
}

/// What our script is told; the message stands on the page it goes to then.
fn told_and_said(view: &DocumentView) -> PageResult {
    let mut response =
        page::go_with(&routes::documents::show(view.document.id), Flash::done(sentence(view)))?;
    *response.status_mut() = StatusCode::OK;
    response.headers_mut().remove(LOCATION);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    *response.body_mut() = Body::from(told(view).to_string());
    Ok(response)
}

async fn put(signed: &Signed, doors: &Doors, id: DocumentId, request: Request) -> Result<DocumentView> {
    let mut form = CsrfUpload::from_request(request, doors).await.map_err(|PageError(error)| error)?;
    let file = form.require_file().await?;
    let expected = Some(form.field("revision").to_owned()).filter(|r| !r.is_empty()).map(Revision);
    let ask = ReplaceContent { expected, file_name: Some(file.name.clone()) };
    doors.app.documents().replace(&signed.ctx, id, ask, file.stream()).await
}

fn sentence(view: &DocumentView) -> &'static str {
    if view.may.check_in {
        "Your file is in place. Others see it after you check it in."
    } else {
        "The content was replaced."
    }
}
