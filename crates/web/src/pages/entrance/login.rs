//! `/sign-in/start` and `/sign-in/return`: the way to the login page and back.

use super::enter::NoEntry;
use super::window;
use crate::cookies;
use crate::errors::{self, PageResult};
use crate::extract::{Arrival, Client, PageQuery, Signed};
use crate::page::{self, Flash, Page};
use crate::surround::keep_opener;
use crate::{State, routes};
use app::sign_in::{Arrived, Begun, Wish};
use axum::extract::{OriginalUri, Request};
use axum::response::Response;
use domain::{Error, ErrorKind, Result};
use http::header::LOCATION;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Deserialize;

/// How long a browser may stay away, in seconds.
const AWAY: u32 = 600;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Start {
    installation: String,
    login_hint: String,
    invitation: String,
    target: String,
    /// Who asks us to begin (OpenID Connect Core section 4); only our own login page may.
    iss: String,
    again: bool,
    /// Whether it stands in a window that a framed page has opened.
    window: bool,
}

/// Sets out for the login page. It only makes a trip for this very browser.
pub(super) async fn start(
    axum::extract::State(state): axum::extract::State<State>,
    PageQuery(start): PageQuery<Start>,
    request: Request,
) -> PageResult {
    let (mut parts, _) = request.into_parts();
    let arrival = Arrival::of(&mut parts, || (state.settings.now)());
    if !start.iss.is_empty() && !state.app.sign_in().is_login_page(&start.iss) {
        return Err(Error::invalid(
            "This sign-in was begun by a login page that is not ours. Begin here instead.",
        )
        .into());
    }
    let target = if start.window {
        routes::Query::at(routes::sign_in_window()).and("target", &start.target).into()
    } else {
        start.target
    };
    let wish = Wish {
        installation: start.installation,
        login_hint: start.login_hint,
        invitation: start.invitation,
        target,
        ask_again: start.again,
    };
    let begun = state.app.sign_in().begin(&wish, arrival.now).await?;
    let mut response = away(&state, &begun)?;
    if start.window {
        keep_opener(&mut response);
    }
    Ok(response)
}

/// Leads to the login page, with the cookie the browser has to come back with.
pub(crate) fn away(state: &State, begun: &Begun) -> PageResult {
    let location = HeaderValue::try_from(&begun.url)
        .map_err(|e| Error::internal("the login page's address is none").caused_by(e))?;
    let mut response = Response::new(axum::body::Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    response.headers_mut().insert(LOCATION, location);
    let name = cookies::trip_name(&state.settings.base, &begun.state);
    cookies::set_for_trip(response.headers_mut(), &state.settings.base, &name, &begun.proof, AWAY);
    Ok(response)
}

/// Takes somebody back from the login page.
pub(super) async fn back(
    axum::extract::State(state): axum::extract::State<State>,
    client: Client,
    OriginalUri(uri): OriginalUri,
    request: Request,
) -> PageResult {
    let (mut parts, _) = request.into_parts();
    let arrival = Arrival::of(&mut parts, || (state.settings.now)());
    let before = Signed::find(&mut parts, &state).await.ok().flatten();
    let came = came(&state, &parts.headers, uri.query().unwrap_or_default())?;
    let asked = app::sign_in::Arrival {
        state: came.state.clone(),
        code: came.code,
        picked: came.picked,
        iss: came.iss,
        trouble: came.trouble,
        proof: came.proof,
        caller: before.as_ref().and_then(|s| s.ctx.associate_id()),
        ip: client.ip,
        user_agent: client.user_agent,
        now: arrival.now,
        request: arrival.request,
    };
    let base = &state.settings.base;
    let mut response = match state.app.sign_in().arrive(asked).await? {
        Arrived::In(new, target) if window::is_window(&target) => {
            window::show(&state, &new.token, &target, &arrival).await?
        }
        Arrived::In(new, target) => {
            if let Some(before) = before {
                // Ids change at every step that gives more rights (ATT-18).
                state.app.access().end_session(&before.ctx, &before.session.id).await?;
            }
            let mut response = page::go(&target);
            cookies::set(response.headers_mut(), base, &cookies::session_name(base), &new.token, None);
            response
        }
        Arrived::Picked(ids, target) => {
            let signed = before.ok_or_else(|| Error::new(ErrorKind::Unauthenticated, "Sign in first."))?;
            let flash = match state.app.google().picked(&signed.ctx, &ids).await {
                Ok(_) => Flash::done("Chosen. Say which folder is for what."),
                Err(e) => Flash::failed(&e),
            };
            page::go_with(&target, flash)?
        }
        Arrived::Connected(target) => page::go_with(&target, Flash::done("Connected."))?,
        Arrived::Not { sentence, target: Some(target), .. } => {
            page::go_with(&target, Flash::failed(&Error::invalid(sentence)))?
        }
        Arrived::Not { sentence, target: None, installation } => {
            // The login page remembers the account that was refused: without asking again it would be taken again.
            let start = routes::Query::at(routes::sign_in_start());
            let start = if state.app.sign_in().is_one_installation().await? {
                start
            } else {
                start.and("installation", state.app.sign_in().key_of(installation).await?)
            };
            let again = start.and("again", true).into();
            let page = NoEntry { page: Page::outside("You are not signed in"), sentence, again };
            page::show_with(errors::status(ErrorKind::Forbidden), &page)?
        }
    };
    cookies::clear(response.headers_mut(), base, &cookies::trip_name(base, &came.state));
    Ok(response)
}

struct Came {
    state: String,
    code: String,
    picked: String,
    iss: String,
    trouble: Option<String>,
    proof: String,
}

/// Reads what came back, each parameter at most once (ATT-17).
fn came(state: &State, headers: &HeaderMap, query: &str) -> Result<Came> {
    let pairs: Vec<(String, String)> = serde_html_form::from_str(query)
        .map_err(|e| Error::invalid("The address cannot be read. Begin again.").caused_by(e))?;
    let one = |name: &str| {
        let mut all = pairs.iter().filter(|(n, _)| n == name).map(|(_, v)| v.clone());
        let first = all.next().unwrap_or_default();
        if all.next().is_some() {
            return Err(Error::invalid("The address names something twice. Begin again."));
        }
        Ok(first)
    };
    let word = one("state")?;
    let proof = cookies::read(headers, &cookies::trip_name(&state.settings.base, &word))?.unwrap_or_default();
    let trouble = match one("error")?.as_str() {
        "" => None,
        _ => Some(one("error_description")?),
    };
    Ok(Came {
        code: one("code")?,
        picked: one("picked_file_ids")?,
        iss: one("iss")?,
        trouble,
        proof: proof.to_owned(),
        state: word,
    })
}

#[derive(Debug, Deserialize)]
pub(super) struct Logout {
    logout_token: String,
}

/// `POST /sign-in/logout`: the login page says that a session is over (Back-Channel Logout 1.0 section 2.5).
pub(super) async fn logged_out(
    axum::extract::State(state): axum::extract::State<State>,
    body: axum::body::Bytes,
) -> Response {
    let read = serde_html_form::from_bytes::<Logout>(&body);
    let ended = match read {
        Ok(logout) => state.app.sign_in().logged_out(&logout.logout_token, (state.settings.now)()).await,
        Err(e) => Err(Error::invalid("A logout token is missing.").caused_by(e)),
    };
    let status = match ended {
        Ok(_) => StatusCode::OK,
        Err(e) => {
            tracing::warn!(error = ?e, "a logout token was not accepted");
            StatusCode::BAD_REQUEST
        }
    };
    let mut response = Response::new(axum::body::Body::empty());
    *response.status_mut() = status;
    response
}
