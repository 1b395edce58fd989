//! `/consent/{word}`: a link that asks an administrator of a tenant to agree, sent to somebody who may not use the CRM.

use super::authorize::targets;
use super::forms::Form;
use super::shell::Browser;
use super::view::{Connect, Failure, page};
use crate::house::House;
use crate::tables::hash;
use crate::tables::requests::Leg;
use crate::walk::TripAsk;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::connections::{Provider, Purpose};
use std::sync::Arc;

/// `GET /consent/{word}`
pub(crate) async fn consent(
    State(house): State<Arc<House>>,
    Path(word): Path<String>,
    browser: Browser,
) -> Result<Response, Failure> {
    let installation = house.consent_link(&word).await?;
    let view = Connect {
        title: format!("Allow {} for your organisation", installation.name),
        words: format!(
            "{} keeps its documents in Microsoft 365 and asks you, as an administrator of your organisation, to agree.",
            installation.name
        ),
        lines: vec![
            "You will be shown what is asked for, and then asked to sign in once more.",
            "The second sign-in proves that it was an administrator who agreed.",
            "Nothing changes if you close this page.",
        ],
        action: format!("/consent/{word}"),
        request: String::new(),
        token: browser.token(),
        provider: "Microsoft".to_owned(),
    };
    let response = page(&view, targets(&house, None).await)?;
    Ok(browser.keep(&house, response))
}

/// `POST /consent/{word}`
pub(crate) async fn consent_go(
    State(house): State<Arc<House>>,
    Path(word): Path<String>,
    form: Form,
) -> Result<Response, Failure> {
    let installation = house.consent_link(&word).await?;
    house.limits.start(form.browser.visitor.ip, installation.id)?;
    let ask = TripAsk {
        provider: Provider::microsoft(),
        purpose: Purpose::AdminConsent,
        installation: installation.id,
        request: None,
        consent_link: Some(hash(&word)),
        tenant: None,
        leg: Leg::Consent,
        login_hint: String::new(),
        claims: None,
        choose: false,
        fresh: false,
    };
    let url = house.set_out(ask, &form.browser.visitor).await?;
    Ok(form.browser.keep(&house, Redirect::to(&url).into_response()))
}
