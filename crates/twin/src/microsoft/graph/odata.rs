//! OData's query options, as far as Graph's files and sites know them.

use super::state::micros;
use crate::core::answer::Answer;
use crate::core::env::Env;
use crate::microsoft::error::Refusal;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// How many entries a page has when nothing is said.
pub const PAGE: usize = 200;
/// How many it has at most.
pub const LARGEST_PAGE: usize = 999;

/// A query option; the dollar in front may be left out.
pub fn option<'a>(env: &'a Env<'_>, name: &str) -> Option<&'a str> {
    let query = &env.call.query;
    query.filled(name).or_else(|| query.filled(name.trim_start_matches('$')))
}

/// The names in a `select=` inside the brackets of `$expand`.
pub fn inner_select(options: &str) -> Option<Vec<String>> {
    let (_, names) = options.split_once("select=")?;
    let names = names.split([';', ')', '(']).next().unwrap_or_default();
    Some(names.split(',').map(|name| name.trim().to_owned()).collect())
}

/// The number in `$top`, within bounds.
/// # Errors
/// `invalidRequest` when it is no number.
pub fn top(env: &Env<'_>, default: usize) -> Result<usize, Refusal> {
    let Some(text) = option(env, "$top") else { return Ok(default) };
    let number: usize = text
        .parse()
        .map_err(|_| Refusal::invalid(format!("Invalid value '{text}' for $top query option found.")))?;
    if number == 0 {
        return Err(Refusal::invalid("Invalid value '0' for $top query option found."));
    }
    Ok(number.min(LARGEST_PAGE))
}

/// What `$skiptoken` carries; it is opaque to a client.
/// # Errors
/// `invalidRequest` when it was not made here.
pub fn skip_token(env: &Env<'_>) -> Result<Option<String>, Refusal> {
    let Some(text) = env.call.query.get("$skiptoken") else { return Ok(None) };
    let bad = || Refusal::invalid("The skip token is malformed.");
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| bad())?;
    String::from_utf8(bytes).map(Some).map_err(|_| bad())
}

/// The address of the next page: this one's with another `$skiptoken`.
pub fn next_link(env: &Env<'_>, position: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in env.call.query.0.iter().filter(|(name, _)| name != "$skiptoken") {
        query.append_pair(name, value);
    }
    query.append_pair("$skiptoken", &URL_SAFE_NO_PAD.encode(position));
    format!("{}{}?{}", env.house.surfaces.graph, env.call.path, query.finish())
}

/// The names in `$select`, or nothing when all are wanted.
pub fn selected(env: &Env<'_>) -> Option<Vec<String>> {
    let text = option(env, "$select")?;
    Some(text.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect())
}

/// Whether `$expand` names a navigation property, and the options in its brackets.
pub fn expands(env: &Env<'_>, name: &str) -> Option<String> {
    let text = option(env, "$expand")?;
    let mut depth = 0;
    let parts = text.split(|letter| {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        letter == ',' && depth == 0
    });
    for part in parts {
        let (word, options) = part.split_once('(').unwrap_or((part, ""));
        if word.trim() == name {
            return Some(options.trim_end_matches(')').to_owned());
        }
    }
    None
}

/// Leaves only what was selected; annotations and the id of what was expanded stay.
pub fn project(value: Value, names: Option<&[String]>) -> Value {
    let (Value::Object(all), Some(names)) = (&value, names) else { return value };
    let wanted = |name: &String| {
        name.starts_with("@odata") || names.iter().any(|wanted| wanted == name || wanted == "*")
    };
    Value::Object(
        all.iter()
            .filter(|(name, _)| wanted(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
    )
}

/// The address of the metadata that an answer names.
pub fn context(env: &Env<'_>, what: &str) -> String {
    format!("{}/v1.0/$metadata#{what}", env.house.surfaces.graph)
}

/// An entity with its context first.
pub fn entity(env: &Env<'_>, what: &str, value: Value) -> Value {
    let mut all = Map::new();
    all.insert("@odata.context".to_owned(), json!(context(env, what)));
    if let Value::Object(members) = value {
        all.extend(members);
    }
    Value::Object(all)
}

/// A list with its context, and the next page's address when there is one.
pub fn collection(env: &Env<'_>, what: &str, values: Vec<Value>, next: Option<&str>) -> Answer {
    let mut body = json!({ "@odata.context": context(env, what), "value": values });
    if let Some(position) = next {
        body["@odata.nextLink"] = json!(next_link(env, position));
    }
    Answer::ok(&body)
}

/// An instant as Graph writes it: whole seconds.
pub fn instant(at: i64) -> String {
    let at = Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Reads an instant that a client sends.
/// # Errors
/// `invalidRequest`.
pub fn read_instant(value: &Value) -> Result<i64, Refusal> {
    let text = value.as_str().unwrap_or_default();
    text.parse::<Timestamp>()
        .map(micros)
        .map_err(|_| Refusal::invalid(format!("'{text}' is no date and time.")))
}

/// The body as a JSON object; an empty body is an empty object.
/// # Errors
/// `BadRequest` when it is none.
pub fn body(env: &Env<'_>) -> Result<Value, Refusal> {
    if env.call.body.content.size() == 0 {
        return Ok(json!({}));
    }
    let value: Value = env.call.body.json().map_err(|_| {
        Refusal::new(400, "BadRequest", "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
    })?;
    if value.is_object() {
        Ok(value)
    } else {
        Err(Refusal::new(400, "BadRequest", "The payload is not an object."))
    }
}
