//! Holds an answer to the OpenAPI document: the status is described, and the body has exactly the described members.

use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::LazyLock;
use testkit::world::Answer;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::to_value(web::api::openapi()).unwrap());

/// The document.
pub fn document() -> &'static Value {
    &DOCUMENT
}

/// Checks an answer to a request. Addresses that are not in the document pass.
pub fn check(method: &str, path: &str, answer: &Answer) -> Result<(), String> {
    let path = path.split('?').next().unwrap_or(path);
    let Some(operation) = operation(method, path) else { return Ok(()) };
    let status = answer.status.as_u16().to_string();
    let response =
        operation["responses"].get(&status).ok_or_else(|| format!("the status {status} is not described"))?;
    let kind = answer.header("content-type").split(';').next().unwrap_or("").to_owned();
    let Some(schema) = response["content"].get(&kind).map(|c| &c["schema"]) else { return Ok(()) };
    if !kind.ends_with("json") {
        return Ok(());
    }
    matches(schema, &answer.json(), "body")
}

fn operation(method: &str, path: &str) -> Option<&'static Value> {
    let paths = DOCUMENT["paths"].as_object()?;
    let fits = |pattern: &str| {
        let (a, b): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), path.split('/').collect());
        a.len() == b.len() && a.iter().zip(&b).all(|(p, t)| p.starts_with('{') || p == t)
    };
    // A literal path wins over one with parameters.
    let found = paths.keys().filter(|p| fits(p)).min_by_key(|p| p.matches('{').count())?;
    paths[found].get(method.to_lowercase())
}

fn resolved(schema: &Value) -> &Value {
    match schema.get("$ref").and_then(Value::as_str) {
        Some(name) => DOCUMENT.pointer(name.trim_start_matches('#')).unwrap_or_else(|| panic!("no {name}")),
        None => schema,
    }
}

fn matches(schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    let schema = resolved(schema);
    if let Some(choices) = schema.get("oneOf").and_then(Value::as_array) {
        let faults: Vec<_> = choices.iter().filter_map(|c| matches(c, value, at).err()).collect();
        return if faults.len() < choices.len() { Ok(()) } else { Err(faults.join(" or ")) };
    }
    if let Some(words) = schema.get("enum").and_then(Value::as_array)
        && !words.contains(value)
    {
        return Err(format!("{at}: {value} is none of {words:?}"));
    }
    if let Some(kind) = schema.get("type") {
        let kinds: Vec<&str> = kind
            .as_array()
            .map_or_else(|| vec![kind.as_str().unwrap()], |a| a.iter().filter_map(Value::as_str).collect());
        if !kinds.iter().any(|k| is(k, value)) {
            return Err(format!("{at}: {value} is not {kinds:?}"));
        }
    }
    if let Some(items) = value.as_array() {
        for (n, item) in items.iter().enumerate() {
            matches(&schema["items"], item, &format!("{at}[{n}]"))?;
        }
    }
    match value.as_object() {
        Some(object) => members(schema, object, at),
        None => Ok(()),
    }
}

fn is(kind: &str, value: &Value) -> bool {
    match kind {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

fn members(schema: &Value, object: &Map<String, Value>, at: &str) -> Result<(), String> {
    let mut described = BTreeMap::new();
    let mut required = Vec::new();
    collect(schema, &mut described, &mut required);
    if described.is_empty() {
        return Ok(());
    }
    for name in &required {
        object.get(*name).ok_or_else(|| format!("{at}: {name} is missing"))?;
    }
    for (name, value) in object {
        let schema = described.get(name.as_str()).ok_or_else(|| format!("{at}: {name} is not described"))?;
        matches(schema, value, &format!("{at}.{name}"))?;
    }
    Ok(())
}

fn collect<'s>(schema: &'s Value, described: &mut BTreeMap<&'s str, &'s Value>, required: &mut Vec<&'s str>) {
    // Everything lives as long as the document, which is a static.
    for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        match part.get("$ref").and_then(Value::as_str) {
            Some(name) => {
                let part: &'static Value = DOCUMENT.pointer(name.trim_start_matches('#')).unwrap();
                collect(part, described, required);
            }
            None => collect(part, described, required),
        }
    }
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        described.extend(properties.iter().map(|(name, schema)| (name.as_str(), schema)));
    }
    required.extend(
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str),
    );
}
