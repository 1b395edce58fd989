//! What somebody typed into a document form, and what it means.

use crate::routes::documents::About;
use domain::documents::{Properties, Status};
use domain::visibility::VisibleFor;
use domain::{Error, GroupId, Result};
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::str::FromStr;

/// The fields of the document forms as they were typed. Fields that a form does not have stay blank.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    pub heading: String,
    pub company: String,
    pub contact: String,
    pub project: String,
    pub sale: String,
    pub attention: String,
    pub language: String,
    pub our_reference: String,
    pub your_reference: String,
    pub description: String,
    pub date: String,
    pub visible_for: String,
    pub status: String,
    pub file_name: String,
    pub keep_checked_out: String,
    /// The row's version when the form was opened.
    pub row_version: String,
    /// Which record is looked for by name: `company`, `contact`, `project`, `sale`; blank when the form is sent.
    pub find: String,
    pub company_find: String,
    pub contact_find: String,
    pub project_find: String,
    pub sale_find: String,
}

impl Typed {
    /// The form fields of properties that exist already.
    pub fn of(properties: &Properties) -> Self {
        Self {
            heading: properties.heading.clone(),
            company: id_text(properties.company.map(|i| i.0)),
            contact: id_text(properties.contact.map(|i| i.0)),
            project: id_text(properties.project.map(|i| i.0)),
            sale: id_text(properties.sale.map(|i| i.0)),
            attention: properties.attention.clone(),
            our_reference: properties.our_ref.clone(),
            your_reference: properties.your_ref.clone(),
            description: properties.description.clone(),
            visible_for: visibility_text(properties.visible_for),
            status: properties.status.as_str().to_owned(),
            ..Self::default()
        }
    }

    /// The text fields of a form with files.
    pub fn from_fields(fields: &BTreeMap<String, String>) -> Self {
        let get = |name: &str| fields.get(name).cloned().unwrap_or_default();
        Self {
            heading: get("heading"),
            company: get("company"),
            contact: get("contact"),
            project: get("project"),
            sale: get("sale"),
            attention: get("attention"),
            our_reference: get("our_reference"),
            your_reference: get("your_reference"),
            description: get("description"),
            date: get("date"),
            visible_for: get("visible_for"),
            keep_checked_out: get("keep_checked_out"),
            ..Self::default()
        }
    }

    /// What is written about the document, on top of `before` for what the form does not have.
    /// # Errors
    /// `Invalid`, naming the field.
    pub fn properties(&self, before: Properties) -> Result<Properties> {
        Ok(Properties {
            heading: self.heading.clone(),
            attention: self.attention.clone(),
            our_ref: self.our_reference.clone(),
            your_ref: self.your_reference.clone(),
            description: self.description.clone(),
            company: chosen("company", &self.company)?,
            contact: chosen("contact", &self.contact)?,
            project: chosen("project", &self.project)?,
            sale: chosen("sale", &self.sale)?,
            status: self.status(before.status)?,
            visible_for: self.visible_for()?.unwrap_or(before.visible_for),
        })
    }

    /// Who shall see it; `None` when the form does not say.
    pub fn visible_for(&self) -> Result<Option<VisibleFor>> {
        let typed = self.visible_for.trim();
        let group = typed.strip_prefix("group:").and_then(|id| id.parse::<i64>().ok());
        match (typed, group) {
            ("", _) => Ok(None),
            ("everyone", _) => Ok(Some(VisibleFor::Everyone)),
            ("owner", _) => Ok(Some(VisibleFor::Owner)),
            (_, Some(id)) => Ok(Some(VisibleFor::Group(GroupId(id)))),
            (_, None) => {
                Err(Error::invalid("Choose who shall see the document from the list.").field("visible for"))
            }
        }
    }

    fn status(&self, before: Status) -> Result<Status> {
        match self.status.trim() {
            "" => Ok(before),
            word => Status::from_word(word)
                .ok_or_else(|| Error::invalid("Choose the status from the list.").field("status")),
        }
    }

    /// The planned date; `None` for today.
    pub fn date(&self) -> Result<Option<Date>> {
        day("date", &self.date)
    }

    /// The version of the row the form was opened with.
    pub fn row_version(&self) -> Option<i64> {
        self.row_version.trim().parse().ok()
    }

    /// Whether the box was ticked.
    pub fn keep_checked_out(&self) -> bool {
        !self.keep_checked_out.is_empty()
    }

    /// What the document is about, as far as it can be read.
    pub fn about(&self) -> About {
        let id = |text: &str| text.trim().parse::<i64>().ok().filter(|n| *n > 0);
        About {
            company: id(&self.company),
            contact: id(&self.contact),
            project: id(&self.project),
            sale: id(&self.sale),
        }
    }
}

/// A record chosen in a list; blank means none.
pub(crate) fn chosen<T: FromStr>(field: &'static str, typed: &str) -> Result<Option<T>> {
    match typed.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| {
            Error::invalid(format!("“{text}” is no {field}. Choose one from the list, or none.")).field(field)
        }),
    }
}

/// A day as browsers send it: `2026-03-31`; blank means none.
pub(crate) fn day(field: &'static str, typed: &str) -> Result<Option<Date>> {
    match typed.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|e: jiff::Error| {
            let sentence = format!("“{text}” is no date. Write year, month and day, for example 2026-03-31.");
            Error::invalid(sentence).field(field).caused_by(e)
        }),
    }
}

/// The form's word for a visibility.
pub(crate) fn visibility_text(visible_for: VisibleFor) -> String {
    match visible_for {
        VisibleFor::Everyone => "everyone".into(),
        VisibleFor::Owner => "owner".into(),
        VisibleFor::Group(group) => format!("group:{group}"),
    }
}

fn id_text(id: Option<i64>) -> String {
    id.map(|n| n.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::CompanyId;

    #[test]
    fn properties_survive_the_way_through_a_form() {
        let properties = Properties {
            heading: "Offer".into(),
            our_ref: "OF-1".into(),
            company: Some(CompanyId(5)),
            status: Status::Completed,
            visible_for: VisibleFor::Group(GroupId(3)),
            ..Properties::default()
        };
        assert_eq!(Typed::of(&properties).properties(Properties::default()).unwrap(), properties);
    }

    #[test]
    fn what_cannot_be_meant_names_its_field() {
        let table = [
            ("company", Typed { company: "x".into(), ..Typed::default() }),
            ("contact", Typed { contact: "-1".into(), ..Typed::default() }),
            ("project", Typed { project: "99999999999999999999".into(), ..Typed::default() }),
            ("visible for", Typed { visible_for: "group:".into(), ..Typed::default() }),
            ("status", Typed { status: "done".into(), ..Typed::default() }),
        ];
        for (field, typed) in table {
            assert_eq!(typed.properties(Properties::default()).unwrap_err().field_name(), Some(field));
        }
        let typed = Typed { date: "31.3.2026".into(), ..Typed::default() };
        assert_eq!(typed.date().unwrap_err().field_name(), Some("date"));
    }

    #[test]
    fn a_form_without_a_field_leaves_it_as_it_was() {
        let before =
            Properties { status: Status::Completed, visible_for: VisibleFor::Owner, ..Properties::default() };
        let after = Typed::default().properties(before.clone()).unwrap();
        assert_eq!((after.status, after.visible_for), (before.status, before.visible_for));
    }
}
