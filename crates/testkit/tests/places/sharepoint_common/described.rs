//! Requests held to Graph's own description (the OpenAPI slice), and answers too.
//!
//! The descriptions are files outside the repository; where they are not, nothing is checked and nothing is claimed.

use super::Sent;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Mutex;
use twin::Twin;

/// The description, when it is there.
#[derive(Debug)]
pub struct Contract {
    operations: Vec<Operation>,
    schemas: Value,
    sent: Mutex<Vec<Sent>>,
    #[cfg(feature = "contracts")]
    findings: Option<twin::contracts::Findings>,
}

#[derive(Debug)]
struct Operation {
    verb: String,
    path: String,
    parameters: BTreeSet<String>,
    body: Value,
}

#[expect(clippy::disallowed_methods, reason = "only tests read this variable")]
fn folder() -> Option<std::path::PathBuf> {
    std::env::var_os("CHANCERY_CONTRACTS").map(Into::into)
}

/// Query options that Graph's description leaves to OData, and conflict behaviour, which stands in no description.
fn is_general(parameter: &str) -> bool {
    matches!(parameter, "%24select" | "$select" | "%24top" | "$top" | "$expand" | "%24skiptoken" | "token")
        || parameter.ends_with("conflictBehavior")
}

impl Contract {
    /// Reads the description and watches a twin's answers.
    pub fn watch(twin: &Twin) -> Self {
        let none = Self {
            operations: Vec::new(),
            schemas: Value::Null,
            sent: Mutex::default(),
            #[cfg(feature = "contracts")]
            findings: None,
        };
        let Some(folder) = folder() else {
            let _ = twin;
            return none;
        };
        let text = std::fs::read(folder.join("microsoft/graph-files.openapi.json")).unwrap();
        let all: Value = serde_json::from_slice(&text).unwrap();
        let mut operations = Vec::new();
        for (path, verbs) in all["paths"].as_object().unwrap() {
            for (verb, operation) in verbs.as_object().unwrap() {
                let lists = [&verbs["parameters"], &operation["parameters"]];
                let named = lists.iter().filter_map(|list| list.as_array()).flatten();
                let parameters = named.filter_map(|one| one["name"].as_str()).map(str::to_owned).collect();
                let body = operation["requestBody"]["content"]["application/json"]["schema"].clone();
                operations.push(Operation {
                    verb: verb.to_uppercase(),
                    path: path.clone(),
                    parameters,
                    body,
                });
            }
        }
        assert!(operations.len() > 150, "{} operations", operations.len());
        #[cfg(feature = "contracts")]
        let findings = {
            let contracts = twin::contracts::Contracts::load(&folder).unwrap();
            Some(std::sync::Arc::new(contracts).watch(twin))
        };
        Self {
            operations,
            schemas: all["components"]["schemas"].clone(),
            sent: Mutex::default(),
            #[cfg(feature = "contracts")]
            findings,
        }
    }

    /// Remembers requests until the end.
    pub fn keep(&self, sent: &[Sent]) {
        if !self.operations.is_empty() {
            self.sent.lock().unwrap().extend_from_slice(sent);
        }
    }

    /// Fails when a request or an answer did not fit.
    pub fn settle(&self) {
        let sent = self.sent.lock().unwrap();
        let wrong: BTreeSet<String> = sent
            .iter()
            .filter(|sent| sent.host == "graph.test")
            .filter_map(|sent| self.fault(sent))
            .collect();
        assert!(wrong.is_empty(), "requests that the description does not know: {wrong:#?}");
        #[cfg(feature = "contracts")]
        if let Some(findings) = &self.findings {
            assert!(findings.list().is_empty(), "{:#?}", findings.list());
        }
    }

    fn fault(&self, sent: &Sent) -> Option<String> {
        let path = canonical(sent.path.strip_prefix("/v1.0").unwrap());
        let name = format!("{} {path}", sent.method);
        // Columns of a library's list and groups are left out of the slice; they stand in Microsoft's metadata.
        if path.ends_with("/list/columns") || path == "/groups" || path.starts_with("/groups/") {
            return None;
        }
        let fits = |one: &&Operation| one.verb == sent.method && fits(&one.path, &path);
        let Some(operation) = self.operations.iter().find(fits) else {
            return Some(format!("{name}: no such operation"));
        };
        for (parameter, _) in &sent.query {
            if !operation.parameters.contains(parameter) && !is_general(parameter) {
                return Some(format!("{name} has no parameter {parameter}"));
            }
        }
        if !sent.content_type.starts_with("application/json") || operation.body.is_null() {
            return None;
        }
        // The values of columns are an open type: their names are the library's.
        if path.ends_with("/fields") {
            return None;
        }
        let body: Value = serde_json::from_slice(&sent.body).unwrap();
        let members = self.members(&operation.body)?;
        let unknown: Vec<_> = body
            .as_object()
            .into_iter()
            .flat_map(|all| all.keys())
            .filter(|member| !member.contains('@') && !members.contains(*member))
            .collect();
        (!unknown.is_empty()).then(|| format!("{name}: the body has no members {unknown:?}"))
    }

    /// The members of a schema; nothing for one that is open.
    fn members(&self, schema: &Value) -> Option<BTreeSet<String>> {
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
            return self.members(&self.schemas[name]);
        }
        if schema["additionalProperties"] == true {
            return None;
        }
        let mut all: BTreeSet<String> =
            schema["properties"].as_object().into_iter().flat_map(|own| own.keys().cloned()).collect();
        for part in schema["allOf"].as_array().into_iter().flatten() {
            all.extend(self.members(part).unwrap_or_default());
        }
        (!all.is_empty()).then_some(all)
    }
}

/// A path without names in it: `/drives/d/items/p:/a.txt:/content` is the content of an item (microsoft.md 2.1).
fn canonical(path: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut inside = false;
    for part in path.split('/') {
        match (inside, part.strip_suffix(':')) {
            (false, Some(first)) => {
                inside = true;
                parts.push(first.to_owned());
            }
            (true, Some(_)) => inside = false,
            (true, None) => {}
            (false, None) => parts.push(part.to_owned()),
        }
    }
    let joined = parts.join("/");
    match joined.strip_suffix("/root/delta") {
        Some(drive) => format!("{drive}/items/root/delta()"),
        None => joined,
    }
}

fn fits(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template.iter().zip(&path).all(|(wanted, got)| wanted.starts_with('{') || wanted == got)
}
