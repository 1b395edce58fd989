//! Forms of ours that come back.

use super::shell::Browser;
use super::view::Failure;
use crate::house::House;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts as _, Request};
use domain::{Error, ErrorKind};
use http::HeaderMap;
use http::header::{CONTENT_TYPE, ORIGIN};
use platform::digest;
use std::collections::HashMap;
use std::sync::Arc;

/// A form that was shown in this browser and is sent by it.
#[derive(Debug)]
pub(crate) struct Form {
    pub browser: Browser,
    fields: HashMap<String, String>,
}

impl Form {
    /// A field; blank when it is not there.
    pub fn get(&self, name: &str) -> &str {
        self.fields.get(name).map(String::as_str).unwrap_or_default()
    }
}

impl FromRequest<Arc<House>> for Form {
    type Rejection = Failure;

    async fn from_request(request: Request, house: &Arc<House>) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let browser = Browser::from_request_parts(&mut parts, house).await?;
        check_source(&parts.headers, house)?;
        let fields = fields(Request::from_parts(parts, body), house).await?;
        let form = Self { browser, fields };
        if !digest::equal(form.get("form").as_bytes(), form.browser.token().as_bytes()) {
            return Err(foreign().into());
        }
        Ok(form)
    }
}

/// The fields of a form, each at most once.
pub(crate) async fn fields(request: Request, house: &Arc<House>) -> Result<HashMap<String, String>, Error> {
    let plain = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !plain.starts_with("application/x-www-form-urlencoded") {
        return Err(Error::new(ErrorKind::UnsupportedMedia, "This page takes forms only."));
    }
    let bytes = Bytes::from_request(request, house)
        .await
        .map_err(|_| Error::new(ErrorKind::TooLarge, "The form is too long."))?;
    let mut fields = HashMap::new();
    for (name, value) in form_urlencoded::parse(&bytes) {
        if fields.insert(name.into_owned(), value.into_owned()).is_some() {
            return Err(Error::invalid("A field was sent twice. Go back and try again."));
        }
    }
    Ok(fields)
}

/// What the browser says about where a form comes from. Our pages send no referrer, so `Origin` may be `null`.
pub(crate) fn check_source(headers: &HeaderMap, house: &House) -> Result<(), Error> {
    let text = |name: &str| headers.get(name).map(|v| v.to_str().unwrap_or("?"));
    let foreign_origin = text(ORIGIN.as_str()).is_some_and(|o| o != "null" && o != house.settings.public_url);
    let good = match text("sec-fetch-site") {
        Some(site) => site == "same-origin" && !foreign_origin,
        None => text(ORIGIN.as_str()) == Some(&house.settings.public_url),
    };
    if good { Ok(()) } else { Err(foreign()) }
}

fn foreign() -> Error {
    Error::forbidden(
        "Nothing was done, because this could not be matched to a page shown in this browser. Go back, reload the page \
         and try again.",
    )
}
