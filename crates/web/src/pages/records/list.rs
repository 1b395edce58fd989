//! The page that lists records of one kind.

use crate::page::{Nav, Page};
use crate::routes;
use crate::ui::{self, Badge, Empty};
use askama::Template;
use domain::records::RecordKind;
use serde::Deserialize;

/// What is asked for, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    pub q: String,
    pub after: Option<String>,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "records/list.html")]
pub(super) struct List {
    pub page: Page,
    pub heading: &'static str,
    pub lead: &'static str,
    pub text: String,
    pub action: String,
    pub find: &'static str,
    pub columns: &'static [&'static str],
    pub rows: Vec<Row>,
    pub next: String,
    pub empty: Empty,
    /// Where a mail merge to what is shown begins; blank for kinds nobody writes to.
    pub mail_merge: String,
}

/// A record of the list.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    pub href: String,
    pub title: String,
    pub sub: String,
    pub badges: Vec<Badge>,
    pub cells: Vec<Cell>,
}

/// One more thing about a record.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    pub text: String,
    pub href: String,
    pub class: &'static str,
}

impl Cell {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// A text that leads somewhere, where there is somewhere to lead.
    pub fn link(text: impl Into<String>, href: Option<String>) -> Self {
        Self { text: text.into(), href: href.unwrap_or_default(), class: "" }
    }

    /// A number.
    pub fn number(text: impl Into<String>) -> Self {
        Self { text: text.into(), class: "num", ..Self::default() }
    }

    /// A text that stays on one line.
    pub fn line(text: impl Into<String>) -> Self {
        Self { text: text.into(), class: "nowrap", ..Self::default() }
    }
}

/// What differs between the lists.
pub(super) struct Words {
    pub kind: RecordKind,
    pub heading: &'static str,
    pub lead: &'static str,
    pub find: &'static str,
    pub columns: &'static [&'static str],
}

impl List {
    /// The page for one page of rows.
    pub fn new(page: Page, words: &Words, asked: Asked, rows: Vec<Row>, next: Option<String>) -> Self {
        let next = next.map(|after| routes::records::list_from(words.kind, &asked.q, Some(&after)));
        let empty = if asked.q.trim().is_empty() {
            let import = ui::empty(
                format!("No {} yet", words.kind.plural()),
                "An administrator brings them in from a CSV or JSON file under Settings, Import.",
            );
            if page.is_administrator() { import.action("Import", routes::settings::import()) } else { import }
        } else {
            ui::empty(
                format!("Nothing begins with “{}”", asked.q.trim()),
                "Every word you type must begin a word of the record. Try fewer letters.",
            )
            .icon("search")
        };
        let mail_merge = match words.kind {
            RecordKind::Company => routes::mailings::new("company", &asked.q),
            RecordKind::Contact => routes::mailings::new("contact", &asked.q),
            _ => String::new(),
        };
        Self {
            mail_merge,
            page: page.nav(Nav::Records(words.kind)),
            heading: words.heading,
            lead: words.lead,
            text: asked.q,
            action: routes::records::list(words.kind),
            find: words.find,
            columns: words.columns,
            rows,
            next: next.unwrap_or_default(),
            empty,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::check;

    const WORDS: Words = Words {
        kind: RecordKind::Company,
        heading: "Companies",
        lead: "Whom we trade with.",
        find: "Find a company",
        columns: &["Company", "Contact", "Sum"],
    };

    #[test]
    fn each_list_is_well_formed() {
        let row = Row {
            href: "/companies/1".into(),
            title: "Fjord <b> & co".into(),
            sub: "\"Oslo\"".into(),
            badges: vec![ui::badge("New")],
            cells: vec![Cell::link("Ada <L>", Some("/contacts/1".into())), Cell::number("1")],
        };
        let asked = |q: &str| Asked { q: q.into(), after: None };
        let samples = [
            List::new(check::page("Companies"), &WORDS, asked(""), Vec::new(), None),
            List::new(check::page("Companies"), &WORDS, asked("<x>\""), Vec::new(), None),
            List::new(
                check::page("Companies"),
                &WORDS,
                asked("f"),
                vec![row.clone(), row],
                Some("a b&c".into()),
            ),
        ];
        for sample in samples {
            check::whole_page(&sample.render().unwrap());
        }
    }
}
