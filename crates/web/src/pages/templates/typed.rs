//! What somebody typed into the form of a template's properties, and what it means.

use crate::pages::documents::fields::Line;
use domain::locking::LockSemantics;
use domain::templates::{DefaultVisibility, Direction, Numbering, TemplateProperties};
use domain::{Error, GroupId, HeadingId, PluginId, Result};
use serde::Deserialize;
use std::str::FromStr;

/// The fields as they were typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    pub name: String,
    pub description: String,
    pub headings: Vec<String>,
    pub groups: Vec<String>,
    pub document_stored_in: String,
    pub direction: String,
    pub our_reference: String,
    pub counts: String,
    pub next_number: String,
    pub read_only: String,
    pub allow_blank: String,
    pub default_visible_for: String,
    pub locking: String,
    pub rank: String,
    /// The row's version when the form was opened.
    pub row_version: String,
}

impl Typed {
    /// The form fields of properties that exist already.
    pub fn of(properties: &TemplateProperties) -> Self {
        let ticked = |yes: bool| if yes { "1".to_owned() } else { String::new() };
        let numbering = &properties.numbering;
        Self {
            name: properties.name.clone(),
            description: properties.description.clone(),
            headings: properties.headings.iter().map(ToString::to_string).collect(),
            groups: properties.groups.iter().map(ToString::to_string).collect(),
            document_stored_in: properties.stored_in.to_string(),
            direction: properties.direction.number().to_string(),
            our_reference: numbering.pattern.clone(),
            counts: ticked(numbering.counts),
            next_number: numbering.next.max(1).to_string(),
            read_only: ticked(numbering.read_only),
            allow_blank: ticked(numbering.allow_blank),
            default_visible_for: properties.default_visible_for.number().to_string(),
            locking: properties.semantics.number().to_string(),
            rank: properties.rank.to_string(),
            row_version: String::new(),
        }
    }

    /// What is written about the template.
    /// # Errors
    /// `Invalid`, naming the field.
    pub fn properties(&self) -> Result<TemplateProperties> {
        Ok(TemplateProperties {
            name: self.name.clone(),
            description: self.description.clone(),
            headings: ids::<HeadingId>("headings", &self.headings)?,
            groups: ids::<GroupId>("groups", &self.groups)?,
            stored_in: plugin("document stored in", &self.document_stored_in)?,
            direction: Direction::from_number(whole("direction", &self.direction, 0)?),
            numbering: Numbering {
                pattern: self.our_reference.clone(),
                counts: !self.counts.is_empty(),
                next: whole("next number", &self.next_number, 1)?,
                read_only: !self.read_only.is_empty(),
                allow_blank: !self.allow_blank.is_empty(),
            },
            default_visible_for: DefaultVisibility::from_number(whole(
                "default visible for",
                &self.default_visible_for,
                0,
            )?),
            semantics: LockSemantics::from_number(whole("locking", &self.locking, 2)?)
                .ok_or_else(|| Error::invalid("Choose the locking from the list.").field("locking"))?,
            rank: whole("rank", &self.rank, 0)?,
        })
    }

    /// The version of the row the form was opened with.
    pub fn row_version(&self) -> Option<i64> {
        self.row_version.trim().parse().ok()
    }
}

fn ids<T: FromStr>(field: &'static str, typed: &[String]) -> Result<Vec<T>> {
    let wrong = || Error::invalid(format!("Choose the {field} from the list.")).field(field);
    typed.iter().map(|id| id.parse().map_err(|_| wrong())).collect()
}

/// A plugin chosen in a list; blank means the archive.
pub(crate) fn plugin(field: &'static str, typed: &str) -> Result<PluginId> {
    whole(field, typed, PluginId::ARCHIVE.0).map(PluginId)
}

/// A whole number; `blank` for nothing typed.
pub(crate) fn whole(field: &'static str, typed: &str, blank: i64) -> Result<i64> {
    match typed.trim() {
        "" => Ok(blank),
        text => text.parse().map_err(|_| {
            Error::invalid(format!("“{text}” is no whole number. Write digits only, for example 10."))
                .field(field)
        }),
    }
}

/// The directions to choose from.
pub(crate) fn directions(chosen: &str) -> Vec<Line> {
    lines(chosen, &[("0", "Not said"), ("1", "Incoming"), ("2", "Outgoing")])
}

/// Who sees new documents by default.
pub(crate) fn visibilities(chosen: &str) -> Vec<Line> {
    lines(chosen, &[("0", "Everyone"), ("1", "Only their owner"), ("2", "Their owner’s user group")])
}

/// The levels of locking.
pub(crate) fn lockings(chosen: &str) -> Vec<Line> {
    lines(
        chosen,
        &[
            ("0", "None: each save replaces the file"),
            ("1", "Locking: one person at a time"),
            ("2", "Versioning: every check-in is kept"),
        ],
    )
}

fn lines(chosen: &str, all: &[(&str, &str)]) -> Vec<Line> {
    all.iter().map(|(value, label)| Line::new(*value, *label, *value == chosen)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_survive_the_way_through_a_form() {
        let properties = TemplateProperties {
            name: "Offer".into(),
            headings: vec![HeadingId(2), HeadingId(3)],
            groups: vec![GroupId(1)],
            stored_in: PluginId(4),
            direction: Direction::Outgoing,
            numbering: Numbering {
                pattern: "OF-{snum}".into(),
                counts: true,
                next: 7,
                read_only: true,
                allow_blank: false,
            },
            default_visible_for: DefaultVisibility::OwnersGroup,
            semantics: LockSemantics::Locking,
            rank: -3,
            ..TemplateProperties::default()
        };
        assert_eq!(Typed::of(&properties).properties().unwrap(), properties);
    }

    #[test]
    fn what_cannot_be_meant_names_its_field() {
        let table = [
            ("headings", Typed { headings: vec!["x".into()], ..Typed::default() }),
            ("groups", Typed { groups: vec!["0".into()], ..Typed::default() }),
            ("document stored in", Typed { document_stored_in: "archive".into(), ..Typed::default() }),
            ("next number", Typed { next_number: "1.5".into(), ..Typed::default() }),
            ("locking", Typed { locking: "9".into(), ..Typed::default() }),
            ("rank", Typed { rank: "first".into(), ..Typed::default() }),
        ];
        for (field, typed) in table {
            assert_eq!(typed.properties().unwrap_err().field_name(), Some(field));
        }
    }
}
