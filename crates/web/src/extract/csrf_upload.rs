//! Files sent by our own pages, streamed.

use super::Signed;
use crate::State;
use crate::csrf;
use crate::errors::PageError;
use crate::incoming::{Incoming, IncomingFile};
use axum::extract::{FromRequest, FromRequestParts, Request};
use domain::{Error, Result};
use std::collections::BTreeMap;

/// A form with files from somebody who has signed in. The source has been checked; the token is checked in the
/// header, or in the field `csrf` before the first file is handed out.
#[derive(Debug)]
pub struct CsrfUpload {
    form: Incoming,
    session_token: String,
    proven: bool,
}

impl FromRequest<State> for CsrfUpload {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &State) -> Result<Self, PageError> {
        let (mut parts, body) = request.into_parts();
        let signed = Signed::from_request_parts(&mut parts, state).await?;
        csrf::check_source(&parts.headers, &state.settings.base)?;
        let session_token = signed.session.csrf.clone();
        let header = parts.headers.get(csrf::HEADER).map(|v| v.to_str().unwrap_or_default().to_owned());
        if let Some(header) = &header {
            csrf::check_token(&session_token, header)?;
        }
        let form = Incoming::new(Request::from_parts(parts, body))?;
        Ok(Self { form, session_token, proven: header.is_some() })
    }
}

impl CsrfUpload {
    /// Reads on to the next file; `None` at the end of the form. The fields that stand before it can be read
    /// afterwards.
    /// # Errors
    /// `Forbidden` when the token did not come before the first file; what [`Incoming::next_file`] says.
    pub async fn next_file(&mut self) -> Result<Option<IncomingFile>> {
        let file = self.form.next_file().await?;
        if !self.proven {
            csrf::check_token(&self.session_token, self.form.field(csrf::FIELD))?;
            self.proven = true;
        }
        Ok(file)
    }

    /// The next file, which must be there.
    /// # Errors
    /// `Invalid` when no file was chosen.
    pub async fn require_file(&mut self) -> Result<IncomingFile> {
        self.next_file()
            .await?
            .ok_or_else(|| Error::invalid("No file was chosen. Choose one and try again.").field("file"))
    }

    /// A text field that stands before the files; blank when it was not sent.
    pub fn field(&self, name: &str) -> &str {
        self.form.field(name)
    }

    /// All text fields that stand before the files.
    pub fn fields(&self) -> &BTreeMap<String, String> {
        self.form.fields()
    }
}
