//! A record held in memory: what the command line reads from JSON, and what tests and small callers build by hand.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::{Culture, Refused, Rows, SortKey, Value, Values};

/// A record with its fields and its related records. Names are kept in lower case.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Record {
    fields: BTreeMap<String, Value<'static>>,
    relations: BTreeMap<String, Vec<Record>>,
}

impl Record {
    /// A record without anything.
    pub fn new() -> Self {
        Self::default()
    }

    /// The record with one more field; a field that is there already is replaced.
    pub fn with(mut self, name: &str, value: Value<'static>) -> Self {
        self.set(name, value);
        self
    }

    /// The record with one more text field.
    pub fn with_text(self, name: &str, text: &str) -> Self {
        self.with(name, Value::text(text.to_owned()))
    }

    /// The record with related records.
    pub fn with_rows(mut self, relation: &str, rows: impl IntoIterator<Item = Self>) -> Self {
        self.relate(relation, rows.into_iter().collect());
        self
    }

    /// Sets a field.
    pub fn set(&mut self, name: &str, value: Value<'static>) {
        self.fields.insert(name.to_lowercase(), value);
    }

    /// Sets the records of a relation.
    pub fn relate(&mut self, relation: &str, rows: Vec<Self>) {
        self.relations.insert(relation.to_lowercase(), rows);
    }

    /// The names of its fields, sorted.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &Value<'static>)> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Its relations, sorted by name.
    pub fn relations(&self) -> impl Iterator<Item = (&str, &[Self])> {
        self.relations.iter().map(|(name, rows)| (name.as_str(), rows.as_slice()))
    }
}

impl Values for Record {
    fn get(&self, code: &str) -> Option<Value<'_>> {
        Some(match self.fields.get(code)? {
            Value::Text(text) => Value::text(text.as_ref()),
            Value::Picture(picture) => Value::Picture(std::borrow::Cow::Borrowed(picture.as_ref())),
            other => other.clone(),
        })
    }

    fn rows(&self, relation: &str, sort: &[SortKey]) -> Result<Option<Box<dyn Rows + '_>>, Refused> {
        let Some(records) = self.relations.get(relation) else { return Ok(None) };
        let mut order: Vec<&Self> = records.iter().collect();
        if !sort.is_empty() {
            order.sort_by(|a, b| compare(a, b, sort));
        }
        Ok(Some(Box::new(Walk { order, at: None })))
    }
}

/// The order of two records by the keys of a template.
fn compare(a: &Record, b: &Record, sort: &[SortKey]) -> Ordering {
    for key in sort {
        let order = match (a.fields.get(&key.field), b.fields.get(&key.field)) {
            (Some(a), Some(b)) => compare_values(a, b),
            (a, b) => a.is_some().cmp(&b.is_some()),
        };
        let order = if key.descending { order.reverse() } else { order };
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

/// Puts records in the order of a template's keys; equal ones stay in the order they have.
pub fn sort_records(records: &mut [Record], keys: &[SortKey]) {
    records.sort_by(|a, b| compare(a, b, keys));
}

/// The order of two values: numbers by size, dates by time, anything else as text without regard to case.
pub(crate) fn compare_values(a: &Value<'_>, b: &Value<'_>) -> Ordering {
    use rust_decimal::Decimal;
    let number = |value: &Value<'_>| match value {
        Value::Whole(number) => Some(Decimal::from(*number)),
        Value::Decimal(number) => Some(*number),
        _ => None,
    };
    if let (Some(a), Some(b)) = (number(a), number(b)) {
        return a.cmp(&b);
    }
    let moment = |value: &Value<'_>| match value {
        Value::Date(date, _) => Some(date.at(0, 0, 0, 0)),
        Value::Moment(moment, ..) => Some(*moment),
        _ => None,
    };
    if let (Some(a), Some(b)) = (moment(a), moment(b)) {
        return a.cmp(&b);
    }
    if let (Value::Time(a, _), Value::Time(b, _)) = (a, b) {
        return a.cmp(b);
    }
    let culture = Culture::default();
    a.to_text(&culture).to_lowercase().cmp(&b.to_text(&culture).to_lowercase())
}

struct Walk<'a> {
    order: Vec<&'a Record>,
    at: Option<usize>,
}

impl Rows for Walk<'_> {
    fn advance(&mut self) -> Result<bool, Refused> {
        let next = self.at.map_or(0, |at| at + 1);
        self.at = Some(next);
        Ok(next < self.order.len())
    }

    fn row(&self) -> &dyn Values {
        static NOTHING: Record = Record { fields: BTreeMap::new(), relations: BTreeMap::new() };
        match self.at.and_then(|at| self.order.get(at)) {
            Some(record) => *record,
            None => &NOTHING,
        }
    }
}
