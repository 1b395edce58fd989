//! The codes of templates and the values behind them (contract section f.8).
//!
//! A code is a short word between braces in a template: `{name}` is the company's name. Every code is one row of a
//! table: the word, the record it asks, a label for people, and the function that answers, so a code cannot be
//! listed without an answer or answered without being listed.
//!
//! Three outcomes are kept apart. Unknown codes have no value and are left in the document as they stand. Known
//! codes are replaced, by nothing when the record or the field is missing. Custom tags given by the caller win
//! over both.

mod address;
mod companies;
mod countries;
mod document;
mod later;
mod people;
mod readable;
mod work;

pub use address::{letter_address, town_line};
pub use countries::country_name;
pub use readable::readable;

use crate::records::{Associate, Company, Contact, Project, Sale};
use jiff::civil::{Date, Time};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

/// The value of a code before a culture has turned it into text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldValue {
    /// Text; a line break in it is a line break in the document.
    Text(String),
    /// A whole number: an id, a counter.
    Whole(i64),
    /// A decimal number: an amount, a percentage.
    Decimal(Decimal),
    /// A date.
    Date(Date, DateForm),
    /// A time of day.
    Time(Time, TimeForm),
}

impl FieldValue {
    /// The value that replaces a code by nothing.
    pub const fn blank() -> Self {
        Self::Text(String::new())
    }

    /// Whether the code is replaced by nothing.
    pub fn is_blank(&self) -> bool {
        matches!(self, Self::Text(text) if text.is_empty())
    }
}

impl From<&str> for FieldValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for FieldValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// How much of a date is spelled out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DateForm {
    /// Figures only.
    Short,
    /// A short month name.
    SemiLong,
    /// The month in full.
    Long,
}

/// How much of a time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeForm {
    /// Hours and minutes.
    Short,
    /// Hours, minutes and seconds.
    Long,
}

/// What a code asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Entity {
    /// The document being made.
    Document,
    /// The installation and the program.
    System,
    /// The company the document is to.
    Company,
    /// The contact the document is to.
    Contact,
    /// The associate who sends it.
    Sender,
    /// The company the associates work for.
    OwnCompany,
    /// The project.
    Project,
    /// The sale.
    Sale,
    /// A follow-up.
    FollowUp,
    /// A quote.
    Quote,
}

impl Entity {
    /// Every entity, in the order people look for them.
    pub const ALL: [Self; 10] = [
        Self::Document,
        Self::System,
        Self::Company,
        Self::Contact,
        Self::Sender,
        Self::OwnCompany,
        Self::Project,
        Self::Sale,
        Self::FollowUp,
        Self::Quote,
    ];

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Document => "Document",
            Self::System => "System",
            Self::Company => "Company",
            Self::Contact => "Contact",
            Self::Sender => "Sender",
            Self::OwnCompany => "Own company",
            Self::Project => "Project",
            Self::Sale => "Sale",
            Self::FollowUp => "Follow-up",
            Self::Quote => "Quote",
        }
    }
}

/// Facts about the document being made. Blank text and `None` mean the fact is missing.
#[derive(Debug, Clone, Copy, Default)]
pub struct DocumentFacts<'a> {
    /// Its id.
    pub id: Option<i64>,
    /// The visible name.
    pub heading: &'a str,
    /// Description.
    pub description: &'a str,
    /// The file name without a path.
    pub file_name: &'a str,
    /// Our reference.
    pub our_ref: &'a str,
    /// Your reference.
    pub your_ref: &'a str,
    /// The template's counter.
    pub snum: Option<i64>,
    /// Its date.
    pub date: Option<Date>,
    /// Its time of day, in the installation's time zone.
    pub time: Option<Time>,
    /// The attention line; blank means the contact's full name.
    pub attention: &'a str,
    /// The salutation; blank means the contact's Mr or Ms and last name.
    pub salutation: &'a str,
}

/// Facts about the installation and the program.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemFacts<'a> {
    /// The language of the document (BCP 47): `nb-NO`. Decides the names of countries.
    pub language: &'a str,
    /// The installation's serial number.
    pub serial: &'a str,
    /// The program's version.
    pub version: &'a str,
    /// The server's name.
    pub server_name: &'a str,
    /// The platform the program runs on.
    pub platform: &'a str,
}

/// The full names of the associates other records refer to; blank when there is none.
#[derive(Debug, Clone, Copy, Default)]
pub struct Names<'a> {
    /// The associate who looks after the company.
    pub our_contact: &'a str,
    /// The project manager.
    pub project_leader: &'a str,
    /// The owner of the sale.
    pub sale_owner: &'a str,
}

/// Everything the codes of one document may ask.
#[derive(Debug, Clone, Copy, Default)]
pub struct Subjects<'a> {
    /// The document being made.
    pub document: DocumentFacts<'a>,
    /// The installation and the program.
    pub system: SystemFacts<'a>,
    /// The company the document is to.
    pub company: Option<&'a Company>,
    /// The contact the document is to.
    pub contact: Option<&'a Contact>,
    /// The associate who sends it.
    pub sender: Option<&'a Associate>,
    /// The company the associates work for.
    pub own_company: Option<&'a Company>,
    /// The project.
    pub project: Option<&'a Project>,
    /// The sale.
    pub sale: Option<&'a Sale>,
    /// Names of associates the records refer to.
    pub names: Names<'a>,
    /// Values given by the caller, by code in lower case. They win over the built-in codes.
    pub custom: Option<&'a BTreeMap<String, String>>,
}

/// One code, or one numbered family of codes.
#[derive(Debug, Clone, Copy)]
pub struct CodeInfo {
    /// The word between the braces, lower case; for a family the first and last: `cf01-cf10`.
    pub code: &'static str,
    /// What it asks.
    pub entity: Entity,
    /// What it stands for, in a few words.
    pub label: &'static str,
    /// What it may look like in a document made in British English; blank where it is always replaced by nothing.
    pub sample: &'static str,
    /// Why it is replaced by nothing, where it always is.
    pub note: Option<&'static str>,
    answer: fn(&Subjects<'_>) -> FieldValue,
}

/// A code that is answered.
const fn code(
    code: &'static str,
    entity: Entity,
    label: &'static str,
    sample: &'static str,
    answer: fn(&Subjects<'_>) -> FieldValue,
) -> CodeInfo {
    CodeInfo { code, entity, label, sample, note: None, answer }
}

/// A code that is known, so that it does not stay visible in letters, but has nothing behind it.
const fn silent(code: &'static str, entity: Entity, label: &'static str, note: &'static str) -> CodeInfo {
    CodeInfo { code, entity, label, sample: "", note: Some(note), answer: |_| FieldValue::blank() }
}

static ALL: LazyLock<Vec<CodeInfo>> = LazyLock::new(|| {
    [
        document::DOCUMENT,
        document::SYSTEM,
        companies::COMPANY,
        people::CONTACT,
        people::SENDER,
        companies::OWN_COMPANY,
        work::PROJECT,
        work::SALE,
        later::FOLLOW_UP,
        later::QUOTE,
    ]
    .concat()
});

static BY_CODE: LazyLock<HashMap<&'static str, usize>> =
    LazyLock::new(|| ALL.iter().enumerate().map(|(place, info)| (info.code, place)).collect());

/// Every code that stands alone, grouped by entity in the order of [`Entity::ALL`]. Numbered families are in
/// [`families`].
pub fn all() -> &'static [CodeInfo] {
    &ALL
}

/// The numbered families of user-defined fields (`cf01` to `cf10` and so on), one row per family. They are known and
/// replaced by nothing.
pub fn families() -> &'static [CodeInfo] {
    later::families()
}

/// The row for a code or its readable name, or for the family it belongs to; `None` when the code is unknown.
pub fn find(code: &str) -> Option<&'static CodeInfo> {
    let found = BY_CODE.get(code).and_then(|place| ALL.get(*place)).or_else(|| later::family_of(code));
    found.or_else(|| readable::by_name(code))
}

/// The value of a code (lower case). `None` means the code is unknown and stays as it stands; blank text means it is
/// known and replaced by nothing.
pub fn value(code: &str, subjects: &Subjects<'_>) -> Option<FieldValue> {
    if let Some(text) = subjects.custom.and_then(|custom| custom.get(code)) {
        return Some(FieldValue::Text(text.clone()));
    }
    find(code).map(|info| (info.answer)(subjects))
}

/// Whether a code speaks of the person a document is to, so that a template with it wants a contact.
pub fn asks_recipient(code: &str) -> bool {
    matches!(code, "attn" | "salu") || find(code).is_some_and(|info| info.entity == Entity::Contact)
}

/// A number where there is one, else nothing.
fn whole(number: Option<i64>) -> FieldValue {
    number.map_or_else(FieldValue::blank, FieldValue::Whole)
}

/// A date where there is one, else nothing.
fn date(date: Option<Date>, form: DateForm) -> FieldValue {
    date.map_or_else(FieldValue::blank, |date| FieldValue::Date(date, form))
}

/// The first text that is not blank.
fn first_of(texts: &[&str]) -> FieldValue {
    texts.iter().map(|text| text.trim()).find(|text| !text.is_empty()).unwrap_or("").into()
}

#[cfg(test)]
mod tests;
