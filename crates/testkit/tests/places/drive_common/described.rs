//! Requests held to Google's own description of the interface (the discovery document), and answers too.
//!
//! The descriptions are files outside the repository; where they are not, nothing is checked and nothing is claimed.

use super::Sent;
use serde_json::Value;
use std::collections::BTreeSet;
use twin::Twin;

/// The description, when it is there.
#[derive(Debug)]
pub struct Contract {
    methods: Vec<Method>,
    common: BTreeSet<String>,
    file_members: BTreeSet<String>,
    #[cfg(feature = "contracts")]
    findings: Option<twin::contracts::Findings>,
}

#[derive(Debug)]
struct Method {
    id: String,
    verb: String,
    paths: Vec<String>,
    parameters: BTreeSet<String>,
    body: Option<String>,
}

#[expect(clippy::disallowed_methods, reason = "only tests read this variable")]
fn folder() -> Option<std::path::PathBuf> {
    std::env::var_os("CHANCERY_CONTRACTS").map(Into::into)
}

fn keys(value: &Value) -> BTreeSet<String> {
    value.as_object().map(|members| members.keys().cloned().collect()).unwrap_or_default()
}

impl Contract {
    /// Reads the description and watches a twin's answers.
    pub fn watch(twin: &Twin) -> Self {
        let none = Self {
            methods: Vec::new(),
            common: BTreeSet::new(),
            file_members: BTreeSet::new(),
            #[cfg(feature = "contracts")]
            findings: None,
        };
        let Some(folder) = folder() else {
            let _ = twin;
            return none;
        };
        let text = std::fs::read(folder.join("google/drive-v3.discovery.json")).unwrap();
        let all: Value = serde_json::from_slice(&text).unwrap();
        let mut methods = Vec::new();
        collect(&all["resources"], &mut methods);
        assert!(methods.len() > 40, "{} methods", methods.len());
        #[cfg(feature = "contracts")]
        let findings = {
            let contracts = twin::contracts::Contracts::load(&folder).unwrap();
            Some(std::sync::Arc::new(contracts).watch(twin))
        };
        Self {
            methods,
            common: keys(&all["parameters"]),
            file_members: keys(&all["schemas"]["File"]["properties"]),
            #[cfg(feature = "contracts")]
            findings,
        }
    }

    /// Fails when a request or an answer did not fit.
    pub fn settle(&self, sent: &[Sent]) {
        if self.methods.is_empty() {
            return;
        }
        let wrong: Vec<String> = sent.iter().filter_map(|sent| self.fault(sent)).collect();
        assert!(wrong.is_empty(), "requests that the description does not know: {wrong:#?}");
        #[cfg(feature = "contracts")]
        if let Some(findings) = &self.findings {
            assert!(findings.list().is_empty(), "{:#?}", findings.list());
        }
    }

    fn fault(&self, sent: &Sent) -> Option<String> {
        // A session's address is Google's to make.
        if sent.query.iter().any(|(name, _)| name == "upload_id") {
            return None;
        }
        let name = format!("{} {}", sent.method, sent.path);
        let Some(method) = self
            .methods
            .iter()
            .find(|m| m.verb == sent.method && m.paths.iter().any(|template| fits(template, &sent.path)))
        else {
            return Some(format!("{name}: no such method"));
        };
        let upload = sent.path.starts_with("/upload/");
        for (parameter, _) in &sent.query {
            let known = method.parameters.contains(parameter)
                || self.common.contains(parameter)
                || (upload && parameter == "uploadType");
            if !known {
                return Some(format!("{name}: {} has no parameter {parameter}", method.id));
            }
        }
        if method.body.as_deref() == Some("File") && sent.content_type.starts_with("application/json") {
            let body: Value = serde_json::from_slice(&sent.body).ok()?;
            let unknown: Vec<_> =
                keys(&body).into_iter().filter(|member| !self.file_members.contains(member)).collect();
            if !unknown.is_empty() {
                return Some(format!("{name}: a file has no members {unknown:?}"));
            }
        }
        None
    }
}

fn collect(resources: &Value, into: &mut Vec<Method>) {
    for resource in resources.as_object().into_iter().flat_map(|all| all.values()) {
        for method in resource["methods"].as_object().into_iter().flat_map(|all| all.values()) {
            let mut paths = vec![format!("/drive/v3/{}", method["path"].as_str().unwrap())];
            if let Some(path) = method["mediaUpload"]["protocols"]["simple"]["path"].as_str() {
                paths.push(path.to_owned());
            }
            into.push(Method {
                id: method["id"].as_str().unwrap().to_owned(),
                verb: method["httpMethod"].as_str().unwrap().to_owned(),
                paths,
                parameters: keys(&method["parameters"]),
                body: method["request"]["$ref"].as_str().map(str::to_owned),
            });
        }
        collect(&resource["resources"], into);
    }
}

fn fits(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    // `generateIds` is no file's id.
    let fixed = |part: &str| matches!(part, "generateIds" | "trash");
    template.len() == path.len()
        && template.iter().zip(&path).all(
            |(wanted, got)| {
                if wanted.starts_with('{') { !fixed(got) } else { wanted == got }
            },
        )
}
