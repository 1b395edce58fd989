//! `/callback/{provider}`: somebody comes back.

use super::authorize::once;
use super::shell::{Browser, set_session};
use super::view::{Failure, Said, page, said};
use crate::house::House;
use crate::providers::Granted;
use crate::rules::situations::{Situation, Trouble};
use crate::rules::upstream::Proven;
use crate::tables::requests::AttemptRow;
use crate::walk::{Answered, Arrived, Callback, Session};
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::connections::Purpose;
use platform::Secret;
use std::sync::Arc;

/// `GET /callback/{provider}`
pub(crate) async fn callback(
    State(house): State<Arc<House>>,
    Path(provider): Path<String>,
    RawQuery(query): RawQuery,
    browser: Browser,
) -> Result<Response, Failure> {
    let mut query = once(query.as_deref().unwrap_or_default())?;
    let callback = Callback {
        state: query.remove("state").unwrap_or_default(),
        code: query.remove("code").filter(|c| !c.is_empty()).map(Secret::new),
        iss: query.remove("iss"),
        error: query.remove("error").filter(|e| !e.is_empty()),
        description: query.remove("error_description").unwrap_or_default().chars().take(2000).collect(),
        admin_consent: query.get("admin_consent").is_some_and(|v| v.eq_ignore_ascii_case("true")),
        tenant: query.remove("tenant"),
        picked: query.remove("picked_file_ids"),
    };
    match house.arrive(&provider.parse()?, callback, &browser.visitor).await? {
        Arrived::On(url) => Ok(Redirect::to(&url).into_response()),
        Arrived::Picked(attempt, ids) => {
            let request = attempt.request.unwrap_or_default();
            let began = house.open_request(&request, &browser.visitor).await?;
            Ok(Redirect::to(&house.hand_on_picked(&began, &ids).await?).into_response())
        }
        Arrived::Failed(attempt, trouble) => failed(&house, &attempt, &trouble, &browser).await,
        Arrived::Proved(all) => {
            let (attempt, proven, granted) = *all;
            proved(&house, &attempt, &proven, &granted, &browser).await
        }
    }
}

async fn proved(
    house: &House,
    attempt: &AttemptRow,
    proven: &Proven,
    granted: &Granted,
    browser: &Browser,
) -> Result<Response, Failure> {
    let connection = if attempt.purpose.makes().is_some() {
        if let Some(situation) = wrong_account(house, attempt, proven, browser).await? {
            let log = "another account".to_owned();
            let trouble = Trouble { situation, pause: None, claims: None, refuses_client: false, log };
            house.record_failure(attempt, &trouble, &browser.visitor).await?;
            return failed(house, attempt, &trouble, browser).await;
        }
        match house.connect(attempt, proven, granted, &browser.visitor).await? {
            Ok(id) => Some(id),
            Err(trouble) => {
                house.record_failure(attempt, &trouble, &browser.visitor).await?;
                return failed(house, attempt, &trouble, browser).await;
            }
        }
    } else {
        None
    };
    // The system account is nobody who works here: connecting it signs nobody in.
    let joins = attempt.purpose != Purpose::SystemUserConnect;
    let (token, session, handle) = house.sign_in_or_note(proven, &browser.visitor, joins).await?;
    let mut response = onward(house, attempt, &session, &handle, connection, browser).await?;
    if let Some(token) = token {
        set_session(house, &mut response, &token);
    }
    Ok(response)
}

/// A request may be for one person only: whoever else connected is turned away before anything is kept.
async fn wrong_account(
    house: &House,
    attempt: &AttemptRow,
    proven: &Proven,
    browser: &Browser,
) -> Result<Option<Situation>, Failure> {
    let Some(id) = &attempt.request else { return Ok(None) };
    let began = house.open_request(id, &browser.visitor).await?;
    if began.request.account.is_empty() {
        return Ok(None);
    }
    let theirs = house.handle_of(&proven.identity.key).await?;
    Ok((theirs.as_deref() != Some(began.request.account.as_str())).then_some(Situation::WrongAccount))
}

/// On from here: back to the installation, or to the choice of one.
async fn onward(
    house: &House,
    attempt: &AttemptRow,
    session: &Session,
    handle: &str,
    connection: Option<String>,
    browser: &Browser,
) -> Result<Response, Failure> {
    let Some(id) = &attempt.request else {
        if attempt.consent_link.is_some() {
            let view = Said {
                title: "Thank you".to_owned(),
                words: "Your organisation has agreed. The CRM has been told; you can close this window."
                    .to_owned(),
                button: None,
                number: String::new(),
            };
            return page(&view, Vec::new());
        }
        return Ok(Redirect::to("/").into_response());
    };
    let began = house.open_request(id, &browser.visitor).await?;
    if attempt.purpose == Purpose::SignIn {
        return match house.answer(&began, session, handle).await? {
            Answered::Go(url) => Ok(Redirect::to(&url).into_response()),
            Answered::Ask => Err(domain::Error::internal("a sign-in was not approved").into()),
        };
    }
    let found = session.people.iter().find(|(p, _)| p.handle == handle);
    let (person, at) = found.ok_or_else(|| domain::Error::internal("a person is not in their session"))?;
    let url = house.issue(&began, session, person, *at, connection).await?;
    Ok(Redirect::to(&url).into_response())
}

/// It did not work out: an installation's own page says so where the person can act on it there; the rest is said here.
async fn failed(
    house: &House,
    attempt: &AttemptRow,
    trouble: &Trouble,
    browser: &Browser,
) -> Result<Response, Failure> {
    if let Some(id) = &attempt.request
        && let Ok(began) = house.open_request(id, &browser.visitor).await
    {
        let url = house.refuse(&began, trouble.situation.oauth(), trouble.situation.code()).await?;
        return Ok(Redirect::to(&url).into_response());
    }
    said(trouble.situation.words(), Some("/".to_owned()))
}
