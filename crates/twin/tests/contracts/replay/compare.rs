//! Whether an answer has the shape of an example.

use super::requests::Example;
use super::tables;
use crate::graph::Heard;
use serde_json::Value;

pub struct Shape;

impl Shape {
    /// What is wrong with an answer; nothing when it has the example's shape but for the differences that are meant.
    pub fn of(example: &Example, answer: &Heard) -> Vec<String> {
        let status = answer.status.as_u16();
        let body = String::from_utf8_lossy(&answer.bytes);
        if status / 100 != example.status / 100 {
            return vec![format!("{} is not {}: {body}", status, example.status)];
        }
        let mut missing = Vec::new();
        if !example.answer.is_null() {
            compare(&example.answer, &[&answer.json()], "", &mut missing);
        }
        if matches!(example.status, 302 | 202)
            && example.answer.is_null()
            && !answer.headers.contains_key("location")
        {
            missing.push("the header Location".to_owned());
        }
        missing.retain(|path| !tables::is_meant(&example.name, path));
        missing
            .into_iter()
            .map(|path| format!("{path} is missing or of another type: {}", &body[..body.len().min(900)]))
            .collect()
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

/// Every member of the example must be in one of the values, with the same type. What an example says of one entry of
/// a list may be true of any entry of the other.
fn compare(example: &Value, found: &[&Value], path: &str, missing: &mut Vec<String>) {
    match example {
        Value::Object(members) => {
            for (name, wanted) in members {
                let here: Vec<&Value> = found
                    .iter()
                    .filter_map(|value| value.get(name))
                    .filter(|value| kind(value) == kind(wanted) || wanted.is_null())
                    .collect();
                let path = format!("{path}/{name}");
                if here.is_empty() {
                    missing.push(path);
                } else {
                    compare(wanted, &here, &path, missing);
                }
            }
        }
        Value::Array(entries) => {
            let all: Vec<&Value> = found.iter().filter_map(|value| value.as_array()).flatten().collect();
            if all.is_empty() {
                if !entries.is_empty() {
                    missing.push(format!("{path}/*"));
                }
                return;
            }
            for entry in entries {
                compare(entry, &all, &format!("{path}/*"), missing);
            }
        }
        _ => {}
    }
    missing.sort();
    missing.dedup();
}
