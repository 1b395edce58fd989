//! Holds answers to the providers' own descriptions of their interfaces.
//!
//! The descriptions are files that the project keeps outside this crate: Drive's discovery document and the slice of
//! Graph's metadata with their strict JSON Schemas (see their README for sources and licences). A watched twin shows
//! every answer to [`Contracts::judge`]; what does not fit is a finding.

mod coverage;

pub use coverage::{Coverage, Line};

use crate::core::answer::Answer;
use crate::core::call::Call;
use crate::core::env::Note;
use crate::core::surfaces::Surface;
use crate::{Error, Result, Twin};
use http::{Method, StatusCode};
use jsonschema::Validator;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// An operation of a contract: method, and the path with `{}` for each parameter.
type Key = (String, String);

/// The descriptions, read once.
#[derive(Debug)]
pub struct Contracts {
    google: Provider,
    microsoft: Provider,
    /// Templates of the twin's own tables by the operation's name.
    served: BTreeMap<&'static str, Vec<Key>>,
    judged: AtomicU64,
}

#[derive(Debug)]
struct Provider {
    schema: Value,
    /// The type of the answer's body, by operation; nothing where it has none.
    answers: BTreeMap<Key, Option<String>>,
    error: &'static str,
    compiled: Mutex<BTreeMap<String, Arc<Validator>>>,
}

/// An answer that does not fit its contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// `GET /v1.0/me/drive`.
    pub request: String,
    /// The type that was expected, and what is wrong where.
    pub fault: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.request, self.fault)
    }
}

impl Contracts {
    /// Reads the descriptions from their folder.
    /// # Errors
    /// When a file is missing or not what it should be.
    pub fn load(folder: &Path) -> Result<Self> {
        let read = |name: &str| -> Result<Value> {
            let path = folder.join(name);
            let text = std::fs::read_to_string(&path);
            let text = text.map_err(|error| Error(format!("{} cannot be read: {error}", path.display())))?;
            serde_json::from_str(&text).map_err(|error| Error(format!("{}: {error}", path.display())))
        };
        let drive = read("google/drive-v3.schema.json")?;
        let graph = read("microsoft/graph-files.schema.json")?;
        let openapi = read("microsoft/graph-files.openapi.json")?;
        let mut served: BTreeMap<_, Vec<Key>> = BTreeMap::new();
        for line in coverage::served() {
            served.entry(line.operation).or_default().push((line.method.clone(), bare(line.template)));
        }
        Ok(Self {
            google: Provider::new(google_answers(&drive), drive, "Error"),
            microsoft: Provider::new(
                microsoft_answers(&openapi),
                graph,
                "microsoft.graph.ODataErrors.ODataError",
            ),
            served,
            judged: AtomicU64::new(0),
        })
    }

    /// What is wrong with an answer. Answers without JSON, and operations that no contract describes, are passed over.
    pub fn judge(&self, call: &Call, note: &Note, answer: &Answer) -> Vec<Finding> {
        let provider = match call.surface {
            Surface::GoogleApis if crate::google::drive::is_drive(call) => &self.google,
            Surface::Graph => &self.microsoft,
            _ => return Vec::new(),
        };
        let media_type =
            answer.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !media_type.starts_with("application/json") || call.query.get("alt") == Some("media") {
            return Vec::new();
        }
        let finding = |fault: String| Finding { request: format!("{} {}", call.method, call.path), fault };
        let Ok(body) = serde_json::from_slice::<Value>(&answer.small_body()) else {
            return vec![finding("the body is no JSON".to_owned())];
        };
        let expected = if answer.status.is_client_error() || answer.status.is_server_error() {
            Some(provider.error.to_owned())
        } else {
            self.expected(provider, call, note, answer.status)
        };
        let Some(expected) = expected else { return Vec::new() };
        self.judged.fetch_add(1, Ordering::Relaxed);
        provider
            .faults(&expected, &body)
            .into_iter()
            .map(|fault| finding(format!("{expected}: {fault}")))
            .collect()
    }

    /// Watches a twin: every answer is judged, and the list holds what was found.
    pub fn watch(self: &Arc<Self>, twin: &Twin) -> Findings {
        let findings = Findings { found: Arc::default(), contracts: Some(Arc::clone(self)) };
        let (list, contracts) = (findings.clone(), Arc::clone(self));
        twin.observe(move |call, note, answer| {
            let found = contracts.judge(call, note, answer);
            crate::lock(&list.found).extend(found);
        });
        findings
    }

    fn expected(&self, provider: &Provider, call: &Call, note: &Note, status: StatusCode) -> Option<String> {
        if status == StatusCode::NO_CONTENT {
            return None;
        }
        let templates = self.served.get(note.operation)?;
        let method = if call.method == Method::HEAD { "GET" } else { call.method.as_str() };
        templates
            .iter()
            .filter(|(known, _)| known == method)
            .find_map(|key| provider.answers.get(key).cloned().flatten())
    }
}

/// What a watched twin answered wrongly.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    found: Arc<Mutex<Vec<Finding>>>,
    contracts: Option<Arc<Contracts>>,
}

impl Findings {
    /// What was found so far.
    pub fn list(&self) -> Vec<Finding> {
        crate::lock(&self.found).clone()
    }

    /// How many answers a contract was found for.
    pub fn judged(&self) -> u64 {
        self.contracts.as_ref().map_or(0, |contracts| contracts.judged.load(Ordering::Relaxed))
    }
}

impl Provider {
    fn new(answers: BTreeMap<Key, Option<String>>, schema: Value, error: &'static str) -> Self {
        Self { schema, answers, error, compiled: Mutex::default() }
    }

    /// The first few faults of a value of a type, in words.
    fn faults(&self, name: &str, value: &Value) -> Vec<String> {
        match self.validator(name) {
            Ok(validator) => {
                let words = |error: jsonschema::ValidationError<'_>| {
                    let text: String = error.to_string().chars().take(300).collect();
                    format!("at {}: {text}", error.instance_path())
                };
                validator.iter_errors(value).take(5).map(words).collect()
            }
            Err(reason) => vec![reason],
        }
    }

    fn validator(&self, name: &str) -> Result<Arc<Validator>, String> {
        let mut compiled = crate::lock(&self.compiled);
        if let Some(validator) = compiled.get(name) {
            return Ok(Arc::clone(validator));
        }
        let schema = json!({ "$ref": format!("#/$defs/{name}"), "$defs": self.schema["$defs"] });
        let validator =
            jsonschema::validator_for(&schema).map_err(|error| format!("{name} has no schema: {error}"))?;
        let validator = Arc::new(validator);
        compiled.insert(name.to_owned(), Arc::clone(&validator));
        Ok(validator)
    }
}

fn google_answers(schema: &Value) -> BTreeMap<Key, Option<String>> {
    let methods = schema["x-methods"].as_object().into_iter().flatten();
    let one = |(_, method): (&String, &Value)| {
        let path = format!("/{}", method["path"].as_str()?);
        Some((
            (method["httpMethod"].as_str()?.to_owned(), bare(&path)),
            method["response"].as_str().map(str::to_owned),
        ))
    };
    methods.filter_map(one).collect()
}

fn microsoft_answers(openapi: &Value) -> BTreeMap<Key, Option<String>> {
    let mut answers = BTreeMap::new();
    for (path, operations) in openapi["paths"].as_object().into_iter().flatten() {
        for (method, operation) in operations.as_object().into_iter().flatten() {
            let responses = operation["responses"].as_object().into_iter().flatten();
            let name = responses
                .filter(|(status, _)| status.starts_with('2'))
                .find_map(|(_, response)| type_of(&response["content"]["application/json"]["schema"]));
            if operation.get("responses").is_some() {
                answers.insert((method.to_uppercase(), bare(path)), name);
            }
        }
    }
    answers
}

/// The name of a body's type; a list that is written out in place goes by its items' collection.
fn type_of(schema: &Value) -> Option<String> {
    let name = |reference: &Value| Some(reference.as_str()?.rsplit('/').next()?.to_owned());
    name(&schema["$ref"]).or_else(|| {
        Some(format!("{}CollectionResponse", name(&schema["properties"]["value"]["items"]["$ref"])?))
    })
}

/// A template with `{}` for each parameter, so that two spellings of a name are one.
fn bare(template: &str) -> String {
    let mut out = String::with_capacity(template.len());
    let mut inside = false;
    for letter in template.chars() {
        match letter {
            '{' => {
                inside = true;
                out.push_str("{}");
            }
            '}' => inside = false,
            other if !inside => out.push(other),
            _ => {}
        }
    }
    out.trim_end_matches("()").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_of_two_spellings_are_one() {
        assert_eq!(bare("/drives/{drive-id}/root/delta()"), bare("/drives/{drive}/root/delta"));
        assert_eq!(bare("/x/search(q='{q}')"), "/x/search(q='{}')");
    }
}
