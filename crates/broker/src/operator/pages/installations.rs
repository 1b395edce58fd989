//! Installations: found, registered, changed, cut off and let in again; their keys.

use super::view::{Confirm, Facts, Installations, OneInstallation, PublicKeys};
use super::{Done, Frame, INSTALLATIONS, then};
use crate::house::House;
use crate::installations::{Known, NewInstallation};
use crate::operator::door::{Desk, DeskForm};
use crate::operator::look::InstallationView;
use crate::pages::{Failure, page};
use crate::rules::operator;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use domain::{Error, ErrorKind};
use http::StatusCode;
use serde::Deserialize;
use std::sync::Arc;

/// What is searched.
#[derive(Debug, Deserialize)]
pub(super) struct Find {
    #[serde(default)]
    q: String,
    #[serde(default)]
    after: String,
}

/// `GET /operator/installations`
pub(super) async fn list(
    State(house): State<Arc<House>>,
    desk: Desk,
    Query(Find { q, after }): Query<Find>,
) -> Result<Response, Failure> {
    let list = house.find_installations(&q, &after).await?;
    let next = list.next.as_ref().map(|after| {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("q", &q)
            .append_pair("after", after)
            .finish();
        format!("{INSTALLATIONS}?{query}")
    });
    page(&Installations { frame: Frame::plain(&desk, INSTALLATIONS), q, list, next }, Vec::new())
}

/// `GET /operator/installations/{key}`
pub(super) async fn one(
    State(house): State<Arc<House>>,
    desk: Desk,
    Path(key): Path<String>,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let one = house.view_installation(&key).await?;
    page(&OneInstallation { frame: Frame::of(&desk, INSTALLATIONS, &done), one }, Vec::new())
}

/// `GET /operator/register`
pub(super) async fn new(desk: Desk) -> Result<Response, Failure> {
    page(&blank(&desk), Vec::new())
}

fn blank(desk: &Desk) -> Facts {
    Facts {
        frame: Frame::plain(desk, INSTALLATIONS),
        title: "Register an installation".to_owned(),
        back: INSTALLATIONS.to_owned(),
        action: "/operator/register".to_owned(),
        button: "Register",
        is_new: true,
        trouble: None,
        key: String::new(),
        name: String::new(),
        redirects: String::new(),
        start_url: String::new(),
        logout_url: String::new(),
        keys: String::new(),
    }
}

/// `POST /operator/register`
pub(super) async fn register(State(house): State<Arc<House>>, form: DeskForm) -> Result<Response, Failure> {
    let key = form.get("key").trim().to_owned();
    let kept = match operator::key_set(form.get("keys")) {
        Ok(public_keys) => {
            let new = NewInstallation { key: key.clone(), ..typed(&form, public_keys) };
            house.keep_installation(new, Known::No, form.desk.who()).await
        }
        Err(e) => Err(e),
    };
    match kept {
        Ok(()) => Ok(then(&at(&key), "registered")),
        Err(e) => again(blank(&form.desk), &form, e),
    }
}

fn at(key: &str) -> String {
    format!("{INSTALLATIONS}/{key}")
}

/// An installation as a form says it.
fn typed(form: &DeskForm, public_keys: serde_json::Value) -> NewInstallation {
    NewInstallation {
        key: String::new(),
        name: form.get("name").trim().to_owned(),
        public_keys,
        redirects: operator::lines(form.get("redirects")),
        start_url: form.get("start_url").trim().to_owned(),
        logout_url: form.get("logout_url").trim().to_owned(),
    }
}

/// The form once more, with what was typed and what is wrong with it.
fn again(blank: Facts, form: &DeskForm, e: Error) -> Result<Response, Failure> {
    if !matches!(e.kind(), ErrorKind::Invalid | ErrorKind::Conflict) {
        return Err(e.into());
    }
    let text = |name: &str| form.get(name).to_owned();
    // A private key that was pasted by mistake is not shown again.
    let keys = if operator::may_be_private(form.get("keys")) { String::new() } else { text("keys") };
    let facts = Facts {
        trouble: Some(e.public().to_owned()),
        key: text("key"),
        name: text("name"),
        redirects: text("redirects"),
        start_url: text("start_url"),
        logout_url: text("logout_url"),
        keys,
        ..blank
    };
    Ok((StatusCode::BAD_REQUEST, page(&facts, Vec::new())?).into_response())
}

/// `GET /operator/installations/{key}/change`
pub(super) async fn facts(
    State(house): State<Arc<House>>,
    desk: Desk,
    Path(key): Path<String>,
) -> Result<Response, Failure> {
    page(&known(&desk, house.view_installation(&key).await?), Vec::new())
}

fn known(desk: &Desk, one: InstallationView) -> Facts {
    Facts {
        title: format!("Change {}", one.name),
        back: at(&one.key),
        action: format!("{}/change", at(&one.key)),
        button: "Change",
        is_new: false,
        name: one.name,
        redirects: one.redirects.join("\n"),
        start_url: one.start_url,
        logout_url: one.logout_url,
        ..blank(desk)
    }
}

/// `POST /operator/installations/{key}/change`
pub(super) async fn change(
    State(house): State<Arc<House>>,
    Path(key): Path<String>,
    form: DeskForm,
) -> Result<Response, Failure> {
    let one = house.view_installation(&key).await?;
    let new = NewInstallation { key: key.clone(), ..typed(&form, one.public_keys.clone()) };
    match house.keep_installation(new, Known::Yes, form.desk.who()).await {
        Ok(()) => Ok(then(&at(&key), "changed")),
        Err(e) => again(known(&form.desk, one), &form, e),
    }
}

/// `GET /operator/installations/{key}/switch`: what the switch means, before it is turned.
pub(super) async fn confirm(
    State(house): State<Arc<House>>,
    desk: Desk,
    Path(key): Path<String>,
) -> Result<Response, Failure> {
    let one = house.view_installation(&key).await?;
    let off = one.enabled;
    let (title, lines, button) = if off {
        (
            format!("Cut off {}?", one.name),
            vec![
                "From that moment it gets no sign-in, no token and no administration, whatever it still holds of ours.",
                "Access tokens of providers that it has been given work until they end: at Google within an hour, at \
                 Microsoft within 28 hours.",
                "Nothing is removed. When it is let in again, its people and connections are as they were.",
            ],
            "Cut off",
        )
    } else {
        (
            format!("Let {} in again?", one.name),
            vec![
                "It gets sign-ins and tokens again, with the keys, domains and connections it had.",
                "If its private keys may be in other hands, replace its keys first.",
            ],
            "Let in again",
        )
    };
    let view = Confirm {
        frame: Frame::plain(&desk, INSTALLATIONS),
        title,
        lines,
        action: format!("{}/switch", at(&key)),
        fields: vec![("enabled", if off { "no" } else { "yes" })],
        button,
        back: at(&key),
        danger: off,
    };
    page(&view, Vec::new())
}

/// `POST /operator/installations/{key}/switch`
pub(super) async fn switch(
    State(house): State<Arc<House>>,
    Path(key): Path<String>,
    form: DeskForm,
) -> Result<Response, Failure> {
    let enabled = match form.get("enabled") {
        "yes" => true,
        "no" => false,
        _ => return Err(Error::invalid("The form does not say which way to turn the switch.").into()),
    };
    house.switch(&key, enabled, form.desk.who()).await?;
    Ok(then(&at(&key), if enabled { "on" } else { "off" }))
}

/// `GET /operator/installations/{key}/keys`
pub(super) async fn keys(
    State(house): State<Arc<House>>,
    desk: Desk,
    Path(key): Path<String>,
) -> Result<Response, Failure> {
    let one = house.view_installation(&key).await?;
    let keys = serde_json::to_string_pretty(&one.public_keys).unwrap_or_default();
    let frame = Frame::plain(&desk, INSTALLATIONS);
    page(&PublicKeys { frame, key, name: one.name, keys, trouble: None }, Vec::new())
}

/// `POST /operator/installations/{key}/keys`
pub(super) async fn replace_keys(
    State(house): State<Arc<House>>,
    Path(key): Path<String>,
    form: DeskForm,
) -> Result<Response, Failure> {
    let pasted = form.get("keys");
    let changed = match operator::key_set(pasted) {
        Ok(set) => house.change_keys(&key, move |_| Ok(set), form.desk.who()).await,
        Err(e) => Err(e),
    };
    match changed {
        Ok(()) => Ok(then(&at(&key), "keys")),
        Err(e) if e.kind() == ErrorKind::Invalid => {
            let one = house.view_installation(&key).await?;
            let keys = if operator::may_be_private(pasted) { String::new() } else { pasted.to_owned() };
            let trouble = Some(e.public().to_owned());
            let frame = Frame::plain(&form.desk, INSTALLATIONS);
            let view = PublicKeys { frame, key, name: one.name, keys, trouble };
            Ok((StatusCode::BAD_REQUEST, page(&view, Vec::new())?).into_response())
        }
        Err(e) => Err(e.into()),
    }
}

/// `POST /operator/installations/{key}/keys/remove`
pub(super) async fn remove_key(
    State(house): State<Arc<House>>,
    Path(key): Path<String>,
    form: DeskForm,
) -> Result<Response, Failure> {
    let kid = form.get("kid").to_owned();
    house.change_keys(&key, move |set| operator::without(set, &kid), form.desk.who()).await?;
    Ok(then(&at(&key), "keys"))
}
