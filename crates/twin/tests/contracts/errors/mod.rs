//! Every refusal of the collected error bodies is brought about in the twin and compared: status, headers, codes,
//! members.

mod entra;
mod google;
mod microsoft;

use http::{HeaderMap, StatusCode};
use serde_json::Value;

/// What the twin said.
pub struct Said {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl From<crate::graph::Heard> for Said {
    fn from(heard: crate::graph::Heard) -> Self {
        let body = heard.json();
        Self { status: heard.status, headers: heard.headers, body }
    }
}

/// The entries of a part of `errors.json`.
fn entries(provider: &str, part: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(super::contracts().join(provider).join("errors.json")).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    all[part].as_array().unwrap().clone()
}

/// Members whose values are codes, and must be the same.
const CODES: &[&str] =
    &["code", "reason", "domain", "location", "locationType", "error", "error_codes", "status"];

/// What differs between an entry and what the twin said.
fn differences(entry: &Value, said: &Said) -> Vec<String> {
    let mut all = Vec::new();
    if said.status.as_u16() != entry["status"].as_u64().unwrap() as u16 {
        all.push(format!("status {}", said.status));
    }
    for name in entry["headers"].as_object().into_iter().flatten().map(|(name, _)| name) {
        if !said.headers.contains_key(name.as_str()) {
            all.push(format!("no header {name}"));
        }
    }
    if let Some(body) = entry.get("body") {
        members(body, &said.body, "", &mut all);
    }
    all
}

fn members(expected: &Value, found: &Value, path: &str, all: &mut Vec<String>) {
    match (expected, found) {
        (Value::Object(wanted), Value::Object(known)) => {
            for (name, wanted) in wanted {
                let path = format!("{path}/{name}");
                match known.get(name) {
                    None => all.push(format!("no {path}")),
                    Some(known)
                        if CODES.contains(&name.as_str()) && !wanted.is_object() && wanted != known =>
                    {
                        all.push(format!("{path} is {known} instead of {wanted}"));
                    }
                    Some(known) => members(wanted, known, &path, all),
                }
            }
        }
        (Value::Array(wanted), Value::Array(known)) => {
            for (at, wanted) in wanted.iter().enumerate() {
                match known.get(at) {
                    None => all.push(format!("no {path}/{at}")),
                    Some(known) => members(wanted, known, &format!("{path}/{at}"), all),
                }
            }
        }
        (wanted, known) if std::mem::discriminant(wanted) != std::mem::discriminant(known) => {
            all.push(format!("{path} is {known}, another type than {wanted}"));
        }
        _ => {}
    }
}

/// Fails with what differs, but for what a table says is meant: entry, difference, why.
fn judge(found: Vec<(String, String)>, meant: &[(&str, &str, &str)]) {
    let left: Vec<String> = found
        .into_iter()
        .filter(|(name, fault)| !meant.iter().any(|(own, known, _)| own == name && fault == known))
        .map(|(name, fault)| format!("{name}: {fault}"))
        .collect();
    assert!(left.is_empty(), "{left:#?}");
}
