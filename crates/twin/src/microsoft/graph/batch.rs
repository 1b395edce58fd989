//! Several requests in one (microsoft.md 2.14; M-21).

use super::odata::body;
use super::scene::Scene;
use crate::core::answer::Answer;
use crate::core::blobs::Blob;
use crate::core::call::{Call, Pairs, Received};
use crate::core::env::{Env, Reply};
use crate::core::surfaces::Surface;
use crate::microsoft::Microsoft;
use crate::microsoft::error::Refusal;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

type Handled = Result<Reply<Microsoft>, Refusal>;

/// The most parts of a batch.
const MOST: usize = 20;

/// `POST /$batch`: answers come in no order; a part whose predecessor failed is answered 424.
pub fn batch(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let _ = scene;
    let wanted = body(env)?;
    let parts = wanted["requests"].as_array().ok_or_else(|| bad("The property 'requests' is missing."))?;
    if parts.is_empty() || parts.len() > MOST {
        return Err(bad("A batch has from 1 to 20 requests."));
    }
    let mut done: BTreeMap<String, u16> = BTreeMap::new();
    let mut answers = Vec::new();
    for part in parts {
        let id = part["id"]
            .as_str()
            .filter(|id| !id.is_empty())
            .ok_or_else(|| bad("Every request needs an id."))?;
        if done.contains_key(id) {
            return Err(bad(format!("The id '{id}' stands twice.")));
        }
        let before: Vec<&str> =
            part["dependsOn"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        if let Some(missing) = before.iter().find(|id| !done.contains_key(**id)) {
            return Err(bad(format!(
                "The request '{id}' depends on '{missing}', which does not come before it."
            )));
        }
        let failed = before.iter().any(|id| done.get(*id).is_some_and(|status| *status >= 400));
        let answer = if failed { failed_dependency(env) } else { one(state, env, part) };
        done.insert(id.to_owned(), answer.status.as_u16());
        answers.push(shown(id, &answer));
    }
    // The order is nobody's to rely on.
    answers.reverse();
    Ok(Answer::ok(&json!({ "responses": answers })).into())
}

fn bad(message: impl Into<String>) -> Refusal {
    Refusal::new(400, "BadRequest", message)
}

fn failed_dependency(env: &Env<'_>) -> Answer {
    Refusal::new(424, "failedDependency", "Failed Dependency").answer(env.call)
}

fn one(state: &mut Microsoft, env: &Env<'_>, part: &Value) -> Answer {
    let Some(call) = inner_call(env, part) else { return bad("The request is malformed.").answer(env.call) };
    if call.path.contains("$batch") {
        return bad("A batch cannot hold a batch.").answer(env.call);
    }
    let mut inner = Env::new(&call, env.house);
    inner.note = crate::microsoft::describe(state, &call);
    if let Some(value) = inner.behaves("batch-part-429") {
        let after = value.as_u64().unwrap_or(5).to_string();
        return Refusal::throttled(http::StatusCode::TOO_MANY_REQUESTS)
            .with("retry-after", after)
            .answer(&call);
    }
    match super::routed(state, &mut inner) {
        Ok(Reply::Now(answer)) => answer,
        Ok(Reply::Ask(..)) => bad("Subscriptions cannot be made in a batch.").answer(&call),
        Err(refusal) => refusal.answer(&call),
    }
}

fn inner_call(env: &Env<'_>, part: &Value) -> Option<Call> {
    let method = Method::from_bytes(part["method"].as_str()?.as_bytes()).ok()?;
    let url = part["url"].as_str()?;
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let mut headers = HeaderMap::new();
    if let Some(bearer) = env.call.headers.get("authorization") {
        headers.insert("authorization", bearer.clone());
    }
    for (name, value) in part["headers"].as_object().into_iter().flatten() {
        let (name, value) =
            (HeaderName::try_from(name.as_str()).ok()?, HeaderValue::try_from(value.as_str()?).ok()?);
        headers.insert(name, value);
    }
    let content = match &part["body"] {
        Value::Null => Blob::default(),
        Value::String(text) => {
            Blob::from(STANDARD.decode(text).unwrap_or_else(|_| text.clone().into_bytes()))
        }
        other => Blob::from(other.to_string().into_bytes()),
    };
    Some(Call {
        surface: Surface::Graph,
        method,
        path: format!("/v1.0/{}", path.trim_start_matches('/')),
        query: Pairs::parse(query),
        headers,
        body: Received::whole(content),
        at: env.now,
    })
}

fn shown(id: &str, answer: &Answer) -> Value {
    let mut headers = Map::new();
    for (name, value) in &answer.headers {
        if let Ok(text) = value.to_str() {
            headers.insert(canonical(name.as_str()), json!(text));
        }
    }
    let mut view = json!({ "id": id, "status": answer.status.as_u16(), "headers": headers });
    let bytes = answer.small_body();
    if !bytes.is_empty() {
        view["body"] = serde_json::from_slice(&bytes).unwrap_or_else(|_| json!(STANDARD.encode(&bytes)));
    }
    view
}

/// `Retry-After` instead of `retry-after`: names inside a batch's JSON are compared with regard to case.
fn canonical(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
    };
    name.split('-').map(word).collect::<Vec<_>>().join("-")
}
