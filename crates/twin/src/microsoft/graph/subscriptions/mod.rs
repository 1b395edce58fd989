//! Subscriptions to changes of a library or list (microsoft.md 2.13; M-19).

mod letters;

pub use letters::{remind, tell};

use super::access;
use super::address::{self, Address};
use super::odata::{body, collection, entity, instant, read_instant};
use super::scene::Scene;
use super::state::{ListKey, micros};
use crate::core::answer::Answer;
use crate::core::env::{Env, Reply};
use crate::core::outbox::{Delivered, Outbound};
use crate::microsoft::Microsoft;
use crate::microsoft::error::Refusal;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;

type Handled = Result<Reply<Microsoft>, Refusal>;

/// The longest life, in microseconds: 42,300 minutes.
const LONGEST: i64 = 42_300 * 60 * 1_000_000;
/// How long an address may take to prove itself.
const VALIDATION: Duration = Duration::from_secs(10);
/// A subscription.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Subscription {
    pub id: String,
    pub list: ListKey,
    /// As the client named it.
    pub resource: String,
    pub url: String,
    pub lifecycle_url: Option<String>,
    pub client_state: Option<String>,
    pub expires: i64,
    pub tenant: String,
    /// The object id of whose grant it lives by; empty for an application.
    pub user: String,
    pub app: String,
    /// Notifications so far.
    pub sent: u64,
    /// Whether the reminder to renew was sent.
    pub reminded: bool,
}

fn view(subscription: &Subscription) -> Value {
    json!({
        "id": subscription.id,
        "resource": subscription.resource,
        "applicationId": subscription.app,
        "changeType": "updated",
        "clientState": subscription.client_state,
        "notificationUrl": subscription.url,
        "lifecycleNotificationUrl": subscription.lifecycle_url,
        "expirationDateTime": instant(subscription.expires),
        "creatorId": if subscription.user.is_empty() { &subscription.app } else { &subscription.user },
        "latestSupportedTlsVersion": "v1_2",
        "encryptionCertificate": null,
        "encryptionCertificateId": null,
        "notificationQueryOptions": null,
        "notificationUrlAppId": null,
        "includeResourceData": false,
    })
}

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new(400, "InvalidRequest", message)
}

/// `POST /subscriptions`: both addresses must prove themselves first.
pub fn create(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let wanted = body(env)?;
    let text = |name: &str| wanted[name].as_str().map(str::to_owned);
    let resource = text("resource").ok_or_else(|| invalid("The property 'resource' is missing."))?;
    let url = text("notificationUrl").ok_or_else(|| invalid("The property 'notificationUrl' is missing."))?;
    if wanted["changeType"].as_str() != Some("updated") {
        return Err(invalid("Only the change type 'updated' is supported for this resource."));
    }
    let client_state = text("clientState");
    if client_state.as_ref().is_some_and(|text| text.chars().count() > 128) {
        return Err(invalid("clientState is longer than 128 characters."));
    }
    let expires = expiry(&wanted, micros(env.now))?;
    let list = subject(state, env, scene, &resource)?;
    let lifecycle_url = text("lifecycleNotificationUrl");
    for address in [Some(&url), lifecycle_url.as_ref()].into_iter().flatten() {
        if !(address.starts_with("https://")
            || address.starts_with("http://127.0.0.1")
            || address.starts_with("http://localhost"))
        {
            return Err(invalid("The notification address must be https."));
        }
    }
    let made = Subscription {
        id: env.house.random.uuid().to_string(),
        list,
        resource,
        url: url.clone(),
        lifecycle_url: lifecycle_url.clone(),
        client_state,
        expires,
        tenant: scene.access.tenant.clone(),
        user: scene.user().to_owned(),
        app: scene.access.app.clone(),
        sent: 0,
        reminded: false,
    };
    let word = format!("Validation: {}", env.house.random.token(24));
    let questions =
        [Some(url), lifecycle_url].into_iter().flatten().map(|url| question(&url, &word)).collect();
    Ok(Reply::Ask(
        questions,
        Box::new(move |state, env, answers| {
            if let Some(answer) = answers.iter().find(|answer| !proves(answer, &word)) {
                failed(answer).answer(env.call)
            } else {
                let view = entity(env, "subscriptions/$entity", view(&made));
                state.graph.subscriptions.push(made);
                Answer::json(StatusCode::CREATED, &view)
            }
        }),
    ))
}

fn question(url: &str, word: &str) -> Outbound {
    let joint = if url.contains('?') { '&' } else { '?' };
    let coded: String = form_urlencoded::byte_serialize(word.as_bytes()).collect();
    Outbound {
        url: format!("{url}{joint}validationToken={}", coded.replace('+', "%20")),
        headers: vec![("content-type".into(), "text/plain; charset=utf-8".into())],
        body: bytes::Bytes::new(),
        within: VALIDATION,
    }
}

/// Whether an address answered as it must: 200, plain text, the word as it was before it was encoded.
fn proves(answer: &Delivered, word: &str) -> bool {
    matches!(answer, Delivered::Answered { status, media_type, body }
        if *status == StatusCode::OK && media_type.starts_with("text/plain") && body.as_ref() == word.as_bytes())
}

fn failed(answer: &Delivered) -> Refusal {
    let why = match answer {
        Delivered::Failed(_) => "The operation has timed out or the connection failed.".to_owned(),
        Delivered::Answered { status, .. } if *status != StatusCode::OK => format!(
            "Notification endpoint must respond with 200 OK to validation request. It responded {}.",
            status.as_u16()
        ),
        Delivered::Answered { .. } => "Validation response does not match the token.".to_owned(),
    };
    Refusal::new(400, "ValidationError", format!("Subscription validation request failed. {why}"))
}

fn expiry(wanted: &Value, now: i64) -> Result<i64, Refusal> {
    let until = read_instant(&wanted["expirationDateTime"])
        .map_err(|_| invalid("The property 'expirationDateTime' is missing or malformed."))?;
    if until <= now {
        return Err(invalid("Subscription expiration can not be in the past."));
    }
    if until > now + LONGEST {
        return Err(invalid("Subscription expiration can only be 42300 minutes in the future."));
    }
    Ok(until)
}

/// The library or list of a resource, which the caller may read.
fn subject(state: &mut Microsoft, env: &Env<'_>, scene: &Scene, resource: &str) -> Result<ListKey, Refusal> {
    let path = if resource.starts_with('/') { resource.to_owned() } else { format!("/{resource}") };
    let address: Address = address::parse(&path).ok_or_else(|| invalid("The resource is malformed."))?;
    let at = Scene { address, ..scene.clone() };
    let list = match at.address.canonical.as_str() {
        "/drives/-/root" => at.drive(state, env).map_err(|_| unknown())?,
        other => {
            let Some(name) = other.strip_prefix("/sites/-/lists/").filter(|name| !name.contains('/')) else {
                return Err(invalid("Only the root of a drive and a list can be subscribed to."));
            };
            let site = at.site(state, env).map_err(|_| unknown())?;
            state.graph.content.find_list(site, &crate::core::call::decode(name)).ok_or_else(unknown)?
        }
    };
    let root = state.graph.content.lists[list as usize].root;
    if access::rights(state, &scene.access, root).read { Ok(list) } else { Err(Refusal::denied()) }
}

fn unknown() -> Refusal {
    Refusal::new(404, "ResourceNotFound", "The resource of the subscription was not found.")
}

fn live(state: &mut Microsoft, now: i64) {
    state.graph.subscriptions.retain(|one| one.expires > now);
}

/// `GET /subscriptions`
pub fn list(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    live(state, micros(env.now));
    let own = state.graph.subscriptions.iter().filter(|one| {
        one.app == scene.access.app && one.tenant == scene.access.tenant && one.user == scene.user()
    });
    Ok(collection(env, "subscriptions", own.map(view).collect(), None).into())
}

/// `GET /drives/{id}/root/subscriptions`, `GET …/lists/{id}/subscriptions`
pub fn list_here(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    live(state, micros(env.now));
    let here = match &scene.address.item {
        Some(_) => {
            let item = scene.item(state, env)?;
            let list = state.graph.content.item(item).list;
            // Only a root can be subscribed to.
            Some(list).filter(|list| state.graph.content.lists[*list as usize].root == item)
        }
        None => Some(super::lists::named(state, env, scene)?),
    };
    let own = state.graph.subscriptions.iter().filter(|one| {
        Some(one.list) == here && one.app == scene.access.app && one.tenant == scene.access.tenant
    });
    Ok(collection(env, "subscriptions", own.map(view).collect(), None).into())
}

fn find(state: &mut Microsoft, env: &Env<'_>, scene: &Scene) -> Result<usize, Refusal> {
    live(state, micros(env.now));
    let id = env.param("subscription-id");
    let own =
        |one: &Subscription| one.id == id && one.app == scene.access.app && one.tenant == scene.access.tenant;
    state
        .graph
        .subscriptions
        .iter()
        .position(own)
        .ok_or_else(|| Refusal::new(404, "ResourceNotFound", "The object was not found."))
}

/// `GET /subscriptions/{id}`
pub fn get(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let at = find(state, env, scene)?;
    Ok(Answer::ok(&entity(env, "subscriptions/$entity", view(&state.graph.subscriptions[at]))).into())
}

/// `PATCH /subscriptions/{id}`: renews it.
pub fn renew(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let wanted = body(env)?;
    let at = find(state, env, scene)?;
    if wanted.get("lifecycleNotificationUrl").is_some() {
        return Err(invalid("lifecycleNotificationUrl cannot be changed."));
    }
    let expires = expiry(&wanted, micros(env.now))?;
    let subscription = &mut state.graph.subscriptions[at];
    subscription.expires = expires;
    subscription.reminded = false;
    get(state, env, scene)
}

/// `POST /subscriptions/{id}/reauthorize`
pub fn reauthorize(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let at = find(state, env, scene)?;
    state.graph.subscriptions[at].reminded = false;
    Ok(Answer::empty(StatusCode::NO_CONTENT).into())
}

/// `DELETE /subscriptions/{id}`
pub fn remove(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let at = find(state, env, scene)?;
    state.graph.subscriptions.remove(at);
    Ok(Answer::empty(StatusCode::NO_CONTENT).into())
}
