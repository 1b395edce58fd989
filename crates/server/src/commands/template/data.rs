//! JSON as a record: what each kind of value becomes, and what is refused in which words.

use domain::{Error, Result};
use merge::{DateStyle, Field, FieldKind, Picture, Record, Relation, Schema, TimeStyle, Value};
use serde_json::{Map, Value as Json};
use std::borrow::Cow;
use std::path::Path;

/// Objects in objects deeper than this are a mistake.
const DEEPEST: usize = 16;

/// Reads a file of JSON.
pub fn record(file: &Path) -> Result<Record> {
    let bytes = std::fs::read(file)
        .map_err(|e| Error::invalid(format!("{} cannot be read: {e}.", file.display())))?;
    let json: Json = serde_json::from_slice(&bytes).map_err(|e| {
        let (line, column) = (e.line(), e.column());
        Error::invalid(format!("{} is not JSON: line {line}, column {column}: {e}.", file.display()))
    })?;
    let Json::Object(fields) = json else {
        return Err(Error::invalid(format!(
            "{} must hold one object: {{\"company\": {{\"name\": \"…\"}}}}.",
            file.display()
        )));
    };
    let mut record = Record::new();
    let folder = file.parent().unwrap_or(Path::new("."));
    object(&mut record, "", fields, folder, 0)?;
    Ok(record)
}

fn object(
    record: &mut Record,
    prefix: &str,
    fields: Map<String, Json>,
    folder: &Path,
    depth: usize,
) -> Result<()> {
    if depth > DEEPEST {
        return Err(Error::invalid(format!(
            "{prefix:?} nests more than {DEEPEST} objects. Make it flatter."
        )));
    }
    for (name, json) in fields {
        let name = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
        match json {
            Json::Null => record.set(&name, Value::blank()),
            Json::Bool(yes) => record.set(&name, Value::Flag(yes)),
            Json::Number(number) => record.set(&name, figure(&name, &number.to_string())?),
            Json::String(text) => record.set(&name, words(text)),
            Json::Object(inner) if inner.contains_key("picture") => {
                record.set(&name, picture(&name, &inner, folder)?);
            }
            Json::Object(inner) => object(record, &name, inner, folder, depth + 1)?,
            Json::Array(items) => {
                let mut rows = Vec::with_capacity(items.len());
                for (number, item) in items.into_iter().enumerate() {
                    let mut row = Record::new();
                    match item {
                        Json::Object(inner) => object(&mut row, "", inner, folder, depth + 1)?,
                        Json::Array(_) => {
                            let what = format!(
                                "Entry {} of {name:?} is a list in a list. Make it an object.",
                                number + 1
                            );
                            return Err(Error::invalid(what));
                        }
                        // A list of plain values: each is `{value}`.
                        plain => {
                            let inner = Map::from_iter([("value".to_owned(), plain)]);
                            object(&mut row, "", inner, folder, depth + 1)?;
                        }
                    }
                    rows.push(row);
                }
                record.relate(&name, rows);
            }
        }
    }
    Ok(())
}

fn figure(name: &str, text: &str) -> Result<Value<'static>> {
    if let Ok(whole) = text.parse::<i64>() {
        return Ok(Value::Whole(whole));
    }
    let decimal = rust_decimal::Decimal::from_scientific(text).or_else(|_| text.parse());
    decimal.map(Value::Decimal).map_err(|_| {
        Error::invalid(format!(
            "{name:?} is {text}, which is larger or finer than a number may be (28 digits)."
        ))
    })
}

/// Text, or a date, a time, or both, when it is written as ISO 8601 says.
fn words(text: String) -> Value<'static> {
    let digits = text.as_bytes().first().is_some_and(u8::is_ascii_digit);
    if digits
        && text.len() == 10
        && let Ok(date) = text.parse()
    {
        return Value::Date(date, DateStyle::Short);
    }
    if digits
        && (16..=35).contains(&text.len())
        && let Ok(moment) = text.trim_end_matches('Z').parse()
    {
        return Value::Moment(moment, DateStyle::Short, TimeStyle::Short);
    }
    if digits
        && (text.len() == 5 || text.len() == 8)
        && text.contains(':')
        && let Ok(time) = text.parse()
    {
        return Value::Time(time, TimeStyle::Short);
    }
    Value::text(text)
}

/// `{"picture": "logo.png", "description": "…"}`: a file beside the data.
fn picture(name: &str, inner: &Map<String, Json>, folder: &Path) -> Result<Value<'static>> {
    let file = inner.get("picture").and_then(Json::as_str).unwrap_or_default();
    let path = folder.join(file);
    let bytes = std::fs::read(&path).map_err(|e| {
        Error::invalid(format!("The picture of {name:?}, {}, cannot be read: {e}.", path.display()))
    })?;
    let description = inner.get("description").and_then(Json::as_str).unwrap_or_default().to_owned();
    Ok(Value::Picture(Cow::Owned(Picture { bytes, description })))
}

/// What a record has, as what a template may ask. Rows of one relation may have different fields: all of them count.
pub fn schema(record: &Record) -> Schema {
    let mut schema = Schema::default();
    add(&mut schema, record);
    schema
}

fn add(schema: &mut Schema, record: &Record) {
    for (name, value) in record.fields() {
        if schema.field(name).is_none() {
            let kind = match value {
                Value::Whole(_) | Value::Decimal(_) => FieldKind::Number,
                Value::Date(..) | Value::Time(..) | Value::Moment(..) => FieldKind::Date,
                Value::Flag(_) => FieldKind::Flag,
                Value::Picture(_) => FieldKind::Picture,
                Value::Text(_) => FieldKind::Text,
            };
            schema.fields.push(Field::text(name, name).kind(kind));
        }
    }
    for (name, rows) in record.relations() {
        let at = schema.relations.iter().position(|known| known.name == name).unwrap_or_else(|| {
            let row = Schema::default();
            schema.relations.push(Relation { name: name.to_owned(), label: name.to_owned(), row });
            schema.relations.len() - 1
        });
        if let Some(relation) = schema.relations.get_mut(at) {
            for row in rows {
                add(&mut relation.row, row);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use merge::Values as _;

    fn of(json: &str) -> Result<Record> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data.json");
        std::fs::write(&file, json).unwrap();
        record(&file)
    }

    #[test]
    fn json_becomes_fields_with_dots_and_rows() {
        let made = of(
            r#"{"company": {"name": "A"}, "n": 1.50, "d": "2026-12-24", "ok": true, "lines": [{"x": 1}, "y"]}"#,
        );
        let made = made.unwrap();
        assert_eq!(made.get("company.name"), Some(Value::text("A")));
        assert!(matches!(made.get("n"), Some(Value::Decimal(_))));
        assert!(matches!(made.get("d"), Some(Value::Date(..))));
        let found = schema(&made);
        let row = &found.relation("lines").unwrap().row;
        assert!(row.field("x").is_some() && row.field("value").is_some());
    }

    #[test]
    fn what_cannot_be_read_is_said_with_its_place() {
        for (json, wanted) in [
            ("[1]", "must hold one object"),
            ("{\"a\": ", "line 1"),
            ("{\"a\": [[1]]}", "Entry 1 of \"a\""),
            ("{\"a\": {\"picture\": \"nowhere.png\"}}", "cannot be read"),
        ] {
            let error = of(json).unwrap_err().to_string();
            assert!(error.contains(wanted), "{error}");
        }
    }
}
