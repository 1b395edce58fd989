//! Who stands at the operator's door: a browser with a session, or a program with a token.

use crate::house::{House, Who};
use crate::pages::{Failure, address, check_source, fields, read_cookie, set_cookie};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::Response;
use domain::{Error, ErrorKind};
use http::header::AUTHORIZATION;
use http::request::Parts;
use platform::digest;
use std::collections::HashMap;
use std::sync::Arc;

use super::problem::Problem;

/// The cookie of an operator's session.
const COOKIE: &str = "chancery-operator";

/// An operator in a browser.
#[derive(Debug)]
pub(crate) struct Desk {
    /// The name the link was made for.
    pub name: String,
    /// The session, as it is stored.
    pub session: String,
    /// What forms of this session carry.
    pub form: String,
    pub ip: String,
}

impl Desk {
    pub fn who(&self) -> Who {
        Who { actor: format!("operator:{}", self.name), ip: self.ip.clone() }
    }
}

/// Gives the browser its session's word, or takes the cookie away with a blank one.
pub(super) fn set_desk(house: &House, response: &mut Response, word: &str) {
    set_cookie(response.headers_mut(), house, COOKIE, word, "Strict");
}

impl FromRequestParts<Arc<House>> for Desk {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, house: &Arc<House>) -> Result<Self, Failure> {
        // Whoever never was in here learns no more than at any other address where nothing is.
        let Some(word) = read_cookie(&parts.headers, house, COOKIE)? else { return Err(nothing().into()) };
        let Some(session) = house.operator_session(&word).await? else { return Err(ended().into()) };
        let ip = address(parts).to_string();
        let form = digest::sha256_hex(format!("operator form {word}").as_bytes());
        Ok(Self { name: session.name, session: session.token_hash, form, ip })
    }
}

/// A form of a page of the operator's area, sent by the session it was shown in.
#[derive(Debug)]
pub(crate) struct DeskForm {
    pub desk: Desk,
    fields: HashMap<String, String>,
}

impl DeskForm {
    /// A field; blank when it is not there.
    pub fn get(&self, name: &str) -> &str {
        self.fields.get(name).map(String::as_str).unwrap_or_default()
    }
}

impl FromRequest<Arc<House>> for DeskForm {
    type Rejection = Failure;

    async fn from_request(request: Request, house: &Arc<House>) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let desk = Desk::from_request_parts(&mut parts, house).await?;
        check_source(&parts.headers, house)?;
        let fields = fields(Request::from_parts(parts, body), house).await?;
        let form = Self { desk, fields };
        if !digest::equal(form.get("form").as_bytes(), form.desk.form.as_bytes()) {
            return Err(Error::forbidden(
                "Nothing was done, because this could not be matched to a page shown in this session. Go back, reload the \
                 page and try again.",
            )
            .into());
        }
        Ok(form)
    }
}

pub(super) fn nothing() -> Error {
    let sentence = "There is nothing at this address. Begin at your CRM, or at this page's first address.";
    Error::new(ErrorKind::NotFound, sentence)
}

fn ended() -> Error {
    Error::forbidden(
        "Your session in the operator's area has ended. Make a new link with `chancery broker operator-link`.",
    )
}

/// A program with a token. Cookies mean nothing here, so a browser cannot be made to ask.
#[derive(Debug)]
pub(crate) struct Program(pub Who);

impl FromRequestParts<Arc<House>> for Program {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, house: &Arc<House>) -> Result<Self, Problem> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let token = header.strip_prefix("Bearer ").unwrap_or_default().to_owned();
        let ip = address(parts);
        let name = if token.is_empty() { None } else { house.program(&token).await? };
        if let Some(name) = name {
            return Ok(Self(Who { actor: format!("operator-token:{name}"), ip: ip.to_string() }));
        }
        house.limits.failure(ip)?;
        let sentence = "Show a token in the header Authorization: Bearer. Make one with `chancery broker operator-token`.";
        Err(Error::new(ErrorKind::Unauthenticated, sentence).into())
    }
}
