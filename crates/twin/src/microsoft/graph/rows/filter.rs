//! `$filter` of list items, and which columns it may name.

use super::super::state::ListKey;
use crate::core::env::Env;
use crate::microsoft::Microsoft;
use crate::microsoft::error::Refusal;
use serde_json::{Value, json};

/// Above this many items a filter needs an index.
const VIEW_THRESHOLD: u32 = 5_000;
/// Fields that every item has, which nobody sets.
const BUILT_IN: &[&str] = &[
    "id",
    "ContentType",
    "Modified",
    "Created",
    "AuthorLookupId",
    "EditorLookupId",
    "_UIVersionString",
    "CheckoutUserLookupId",
    "FileLeafRef",
    "FileSizeDisplay",
    "DocIcon",
];

/// A comparison of a field with a value: `fields/Name eq 'text'`, several with `and`.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    pub field: String,
    pub operator: String,
    pub value: Value,
}

/// Reads `$filter`.
/// # Errors
/// `invalidRequest` when it is not understood.
pub fn read_filter(text: &str) -> Result<Vec<Comparison>, Refusal> {
    let bad = || Refusal::new(400, "invalidRequest", format!("Invalid filter clause: {text}"));
    let mut rest = text.trim();
    let mut all = Vec::new();
    loop {
        if let Some(inner) = rest.strip_prefix("startswith(") {
            let (field, after) = inner.split_once(',').ok_or_else(bad)?;
            let (value, after) = literal(after.trim()).ok_or_else(bad)?;
            rest = after.trim().strip_prefix(')').ok_or_else(bad)?;
            all.push(Comparison {
                field: field_name(field).ok_or_else(bad)?,
                operator: "startswith".into(),
                value,
            });
        } else {
            let (field, after) = rest.split_once(' ').ok_or_else(bad)?;
            let (operator, after) = after.trim().split_once(' ').ok_or_else(bad)?;
            if !matches!(operator, "eq" | "ne" | "lt" | "gt" | "le" | "ge") {
                return Err(bad());
            }
            let (value, after) = literal(after.trim()).ok_or_else(bad)?;
            rest = after;
            all.push(Comparison {
                field: field_name(field).ok_or_else(bad)?,
                operator: operator.into(),
                value,
            });
        }
        rest = rest.trim();
        if rest.is_empty() {
            return Ok(all);
        }
        rest = rest.strip_prefix("and ").ok_or_else(bad)?.trim();
    }
}

fn field_name(text: &str) -> Option<String> {
    let name = text.trim().strip_prefix("fields/")?;
    name.chars().all(|letter| letter.is_alphanumeric() || letter == '_').then(|| name.to_owned())
}

/// A text in apostrophes (doubled inside), a number, `true`, `false` or `null`; and what follows.
fn literal(text: &str) -> Option<(Value, &str)> {
    if let Some(inner) = text.strip_prefix('\'') {
        let mut value = String::new();
        let mut letters = inner.char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            if letter != '\'' {
                value.push(letter);
            } else if letters.peek().is_some_and(|(_, next)| *next == '\'') {
                letters.next();
                value.push('\'');
            } else {
                return Some((json!(value), &inner[at + 1..]));
            }
        }
        return None;
    }
    let end = text.find([' ', ')']).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    Some((serde_json::from_str(word).ok()?, rest))
}

impl Comparison {
    /// Whether a field's value fits.
    pub fn fits(&self, found: Option<&Value>) -> bool {
        use std::cmp::Ordering::{Equal, Greater, Less};
        let text =
            |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned).to_lowercase();
        let order = match (found, &self.value) {
            (None | Some(Value::Null), wanted) => {
                return (self.operator == "eq") == wanted.is_null()
                    && matches!(self.operator.as_str(), "eq" | "ne");
            }
            (Some(found), wanted) => match (found.as_f64(), wanted.as_f64()) {
                (Some(one), Some(two)) => one.partial_cmp(&two).unwrap_or(Equal),
                _ if self.operator == "startswith" => return text(found).starts_with(&text(wanted)),
                _ => text(found).cmp(&text(wanted)),
            },
        };
        match self.operator.as_str() {
            "eq" => order == Equal,
            "ne" => order != Equal,
            "lt" => order == Less,
            "gt" => order == Greater,
            "le" => order != Greater,
            _ => order != Less,
        }
    }
}

/// A column that is not indexed cannot be filtered by, unless the client accepts that it may fail.
/// # Errors
/// `invalidRequest` for such a column; `generalException` beyond the list view threshold.
pub fn indexed(
    state: &Microsoft,
    env: &Env<'_>,
    list: ListKey,
    filter: &[Comparison],
) -> Result<(), Refusal> {
    let known = &state.graph.content.lists[list as usize];
    let accepts = env
        .call
        .header("prefer")
        .is_some_and(|text| text.contains("HonorNonIndexedQueriesWarningMayFailRandomly"));
    for comparison in filter {
        let column = known.columns.iter().find(|column| column.name == comparison.field);
        let built_in = BUILT_IN.contains(&comparison.field.as_str());
        if column.is_none() && !built_in {
            return Err(Refusal::invalid(format!("Field '{}' is not recognized", comparison.field)));
        }
        if column.is_some_and(|column| !column.indexed) {
            if !accepts {
                return Err(Refusal::invalid(format!(
                    "Field '{}' cannot be referenced in filter or orderby as it is not indexed. Provide the 'Prefer: HonorNonIndexedQueriesWarningMayFailRandomly' header to allow this, but be warned that such queries may fail on large lists.",
                    comparison.field
                )));
            }
            if known.count > VIEW_THRESHOLD {
                return Err(Refusal::new(
                    500,
                    "generalException",
                    "The attempted operation is prohibited because it exceeds the list view threshold.",
                ));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_read_with_its_quotes() {
        let filter = read_filter("fields/Name eq 'O''Brien' and fields/Size gt 3").unwrap();
        assert_eq!(
            filter[0],
            Comparison { field: "Name".into(), operator: "eq".into(), value: json!("O'Brien") }
        );
        assert_eq!(filter[1].value, json!(3));
        assert_eq!(read_filter("startswith(fields/Name,'a')").unwrap()[0].operator, "startswith");
        for bad in [
            "",
            "Name eq 'a'",
            "fields/Name eq",
            "fields/Name eq 'a",
            "fields/Name like 'a'",
            "fields/A eq 'a' or fields/B eq 'b'",
        ] {
            assert!(read_filter(bad).is_err(), "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_filter_makes_it_panic(text in "\\PC{0,60}") {
            let _ = read_filter(&text);
        }
    }
}
