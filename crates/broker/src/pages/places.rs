//! `/`, `/browser` and signing out.

use super::authorize::{once, sign_in_page};
use super::forms::Form;
use super::shell::{Browser, set_session};
use super::view::{BrowserPage, BrowserRow, Failure, PersonRow, PlaceRow, Places, page, title};
use crate::house::House;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderName, HeaderValue};
use jiff::Timestamp;
use std::sync::Arc;

/// `GET /`: sign in, or choose where to go.
pub(crate) async fn home(State(house): State<Arc<House>>, browser: Browser) -> Result<Response, Failure> {
    let people = browser.visitor.session.as_ref().map(|s| s.people.clone()).unwrap_or_default();
    if people.is_empty() {
        let response = sign_in_page(&house, None, &browser, "", None, Vec::new()).await?;
        return Ok(browser.keep(&house, response));
    }
    let mut rows = Vec::new();
    for (person, _) in &people {
        let places = house.places(person).await?;
        let places = places
            .into_iter()
            .map(|p| PlaceRow { href: start(&p.start_url, house.issuer()), name: p.name, known: p.known })
            .collect();
        rows.push(PersonRow {
            handle: person.handle.clone(),
            title: title(&person.identity),
            places,
            browsers: Vec::new(),
        });
    }
    let response = page(&Places { token: browser.token(), people: rows }, Vec::new())?;
    Ok(browser.keep(&house, response))
}

/// An installation begins the sign-in itself (OpenID Connect Core section 4): it is only told by whom it was called.
fn start(url: &str, issuer: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("iss", issuer).finish();
    let join = if url.contains('?') { '&' } else { '?' };
    format!("{url}{join}{query}")
}

/// `GET /browser`: who is signed in here, and where else they are.
pub(crate) async fn browser(State(house): State<Arc<House>>, browser: Browser) -> Result<Response, Failure> {
    let mut rows = Vec::new();
    if let Some(session) = &browser.visitor.session {
        for (person, _) in &session.people {
            let browsers = house.browsers(&person.handle, &session.row.token_hash).await?;
            let browsers = browsers
                .into_iter()
                .map(|b| BrowserRow {
                    agent: agent(&b.user_agent),
                    begun: minute(b.begun),
                    last: minute(b.last),
                    this: b.this,
                })
                .collect();
            rows.push(PersonRow {
                handle: person.handle.clone(),
                title: title(&person.identity),
                places: Vec::new(),
                browsers,
            });
        }
    }
    let response = page(&BrowserPage { token: browser.token(), people: rows }, Vec::new())?;
    Ok(browser.keep(&house, response))
}

/// `GET /sign-out` (RP-initiated logout): shows the page with the button; looking at it signs nobody out.
pub(crate) async fn sign_out_page(RawQuery(query): RawQuery) -> Result<Response, Failure> {
    once(query.as_deref().unwrap_or_default())?;
    Ok(Redirect::to("/browser").into_response())
}

/// `POST /sign-out`: everybody leaves this browser.
pub(crate) async fn sign_out(State(house): State<Arc<House>>, form: Form) -> Result<Response, Failure> {
    if let Some(session) = &form.browser.visitor.session {
        house.sign_out(session).await?;
    }
    let mut response = Redirect::to("/browser").into_response();
    set_session(&house, &mut response, "");
    let data = HeaderValue::from_static("\"cache\", \"storage\"");
    response.headers_mut().insert(HeaderName::from_static("clear-site-data"), data);
    Ok(response)
}

/// `POST /sign-out-everywhere`: one person leaves every browser. They must be signed in in this one.
pub(crate) async fn sign_out_everywhere(
    State(house): State<Arc<House>>,
    form: Form,
) -> Result<Response, Failure> {
    let person = form.get("person");
    let here = form.browser.visitor.session.iter().flat_map(|s| &s.people).any(|(p, _)| p.handle == person);
    if here {
        house.sign_out_everywhere(person).await?;
    }
    Ok(Redirect::to("/browser").into_response())
}

pub(crate) fn minute(at: Timestamp) -> String {
    at.strftime("%-d %B %Y, %H:%M UTC").to_string()
}

/// The first words of what a browser says about itself that a person may recognise.
pub(crate) fn agent(user_agent: &str) -> String {
    let known = ["Edg/", "OPR/", "Firefox/", "Chrome/", "Safari/"];
    let names = ["Edge", "Opera", "Firefox", "Chrome", "Safari"];
    let system =
        ["Windows", "Mac OS X", "Android", "iPhone", "Linux"].iter().find(|s| user_agent.contains(**s));
    let browser = known.iter().zip(names).find(|(mark, _)| user_agent.contains(**mark)).map(|(_, name)| name);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        _ if user_agent.is_empty() => "A browser".to_owned(),
        _ => user_agent.chars().take(40).collect(),
    }
}
