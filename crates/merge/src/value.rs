//! What is put in the place of a code.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use jiff::civil::{Date, Time};
use rust_decimal::Decimal;

use crate::Culture;

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
            Self::Whole(number) => Cow::Owned(culture.format_whole(number)),
            Self::Decimal(number) => Cow::Owned(culture.format_decimal(number)),
            Self::Date(date, style) => Cow::Owned(culture.format_date(date, style)),
            Self::Time(time, style) => Cow::Owned(culture.format_time(time, style)),
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

/// Where values come from.
///
/// A code that is not known (`None`) is left in the document as it stands; a known code without a value
/// (blank text) is replaced by nothing. Codes are asked for in lower case.
pub trait Values {
    /// The value of `code`, or `None` when the code is not known.
    fn get(&self, code: &str) -> Option<Value<'_>>;
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

/// Several sources, the first that knows a code wins: custom tags before the built-in ones.
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
}
