//! What is put in the place of a code, and where it comes from.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use jiff::civil::{Date, DateTime, Time};
use rust_decimal::Decimal;

use crate::{Culture, Picture, Refused};

/// The value of one code. Everything becomes text by the document's culture; nothing is ever interpreted.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// Text, used as it stands; a line break in it becomes a line break in the document.
    Text(Cow<'a, str>),
    /// A whole number, written without grouping because ids and counters are the usual ones.
    Whole(i64),
    /// A decimal number with grouping, keeping the number of decimals it has.
    Decimal(Decimal),
    /// A date.
    Date(Date, DateStyle),
    /// A time of day.
    Time(Time, TimeStyle),
    /// A date with a time of day.
    Moment(DateTime, DateStyle, TimeStyle),
    /// Yes or no.
    Flag(bool),
    /// A picture; where only text can stand, the words that describe it.
    Picture(Cow<'a, Picture>),
}

impl<'a> Value<'a> {
    /// A text value.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }

    /// The value that replaces a code by nothing.
    pub const fn blank() -> Self {
        Self::Text(Cow::Borrowed(""))
    }

    /// The value as text in a culture.
    pub fn into_text(self, culture: &Culture) -> Cow<'a, str> {
        match self {
            Self::Text(text) => text,
            Self::Picture(Cow::Borrowed(picture)) => Cow::Borrowed(&picture.description),
            other => Cow::Owned(other.to_text(culture).into_owned()),
        }
    }

    /// The value as text in a culture, borrowed where it is text already.
    pub fn to_text(&self, culture: &Culture) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Whole(number) => Cow::Owned(culture.format_whole(*number)),
            Self::Decimal(number) => Cow::Owned(culture.format_decimal(*number)),
            Self::Date(date, style) => Cow::Owned(culture.format_date(*date, *style)),
            Self::Time(time, style) => Cow::Owned(culture.format_time(*time, *style)),
            Self::Moment(moment, date, time) => {
                let (day, hour) = (moment.date(), moment.time());
                Cow::Owned(format!(
                    "{} {}",
                    culture.format_date(day, *date),
                    culture.format_time(hour, *time)
                ))
            }
            Self::Flag(yes) => Cow::Borrowed(culture.yes_or_no(*yes)),
            Self::Picture(picture) => Cow::Borrowed(&picture.description),
        }
    }

    /// Whether a condition takes it for nothing: no text, zero, no.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.trim().is_empty(),
            Self::Whole(number) => *number == 0,
            Self::Decimal(number) => number.is_zero(),
            Self::Flag(yes) => !yes,
            Self::Picture(picture) => picture.bytes.is_empty(),
            Self::Date(..) | Self::Time(..) | Self::Moment(..) => false,
        }
    }

    /// The same value, holding on to nothing.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Self::Whole(number) => Value::Whole(number),
            Self::Decimal(number) => Value::Decimal(number),
            Self::Date(date, style) => Value::Date(date, style),
            Self::Time(time, style) => Value::Time(time, style),
            Self::Moment(moment, date, time) => Value::Moment(moment, date, time),
            Self::Flag(yes) => Value::Flag(yes),
            Self::Picture(picture) => Value::Picture(Cow::Owned(picture.into_owned())),
        }
    }
}

/// How much of a date is spelled out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DateStyle {
    /// Figures only: `24.12.2026`.
    Short,
    /// A short month name where the language has one: `24. des. 2026`.
    SemiLong,
    /// The month in full: `24. desember 2026`.
    Long,
}

/// How much of a time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeStyle {
    /// Hours and minutes.
    Short,
    /// Hours, minutes and seconds.
    Long,
}

/// One key a template wants rows sorted by, the most important first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortKey {
    /// A field of the rows, in lower case.
    pub field: String,
    /// From the largest to the smallest.
    pub descending: bool,
}

/// Where values come from: one record with its fields and its related records.
///
/// A code that is not known (`None`) is left in the document as it stands; a known code without a value
/// (blank text) is replaced by nothing. Codes are asked for in lower case.
pub trait Values {
    /// The value of `code`, or `None` when the code is not known.
    fn get(&self, code: &str) -> Option<Value<'_>>;

    /// Opens the records related under a name, or `None` when there is no such relation.
    ///
    /// They come in the order of `sort`, whose keys may name fields the rows do not have: those count as equal. Without
    /// keys the order is the source's own. A workbook asks twice: first to count, then to write.
    fn rows(&self, _relation: &str, _sort: &[SortKey]) -> Result<Option<Box<dyn Rows + '_>>, Refused> {
        Ok(None)
    }
}

/// Related records, delivered one at a time: however many there are, only one has to be held.
pub trait Rows {
    /// Moves to the next record; false after the last.
    fn advance(&mut self) -> Result<bool, Refused>;

    /// The record moved to. Asked only after `advance` answered true.
    fn row(&self) -> &dyn Values;
}

impl Values for BTreeMap<String, String> {
    fn get(&self, code: &str) -> Option<Value<'_>> {
        BTreeMap::get(self, code).map(|text| Value::text(text.as_str()))
    }
}

impl<S: std::hash::BuildHasher> Values for HashMap<String, String, S> {
    fn get(&self, code: &str) -> Option<Value<'_>> {
        HashMap::get(self, code).map(|text| Value::text(text.as_str()))
    }
}

/// Several sources, the first that knows a code or a relation wins: custom tags before the built-in ones.
#[derive(Clone, Copy)]
pub struct Layered<'a>(pub &'a [&'a dyn Values]);

impl std::fmt::Debug for Layered<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Layered").field(&self.0.len()).finish()
    }
}

impl Values for Layered<'_> {
    fn get(&self, code: &str) -> Option<Value<'_>> {
        self.0.iter().find_map(|layer| layer.get(code))
    }

    fn rows(&self, relation: &str, sort: &[SortKey]) -> Result<Option<Box<dyn Rows + '_>>, Refused> {
        for layer in self.0 {
            if let Some(rows) = layer.rows(relation, sort)? {
                return Ok(Some(rows));
            }
        }
        Ok(None)
    }
}
