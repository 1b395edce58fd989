//! The card of a record: what it is, what belongs to it, its documents.

use super::facts::{Group, kind_label};
use crate::errors::PageResult;
use crate::extract::Signed;
use crate::page::{self, Nav, Page};
use crate::pages::parts::document_list::DocumentList;
use crate::routes;
use crate::routes::documents::About;
use crate::ui::{self, Badge};
use app::App;
use app::documents::ListDocuments;
use askama::Template;
use domain::records::RecordKind;

/// How many documents a card shows at once.
const SHOWN: u32 = 25;

/// The page.
#[derive(Debug, Template)]
#[template(path = "records/card.html")]
pub(super) struct Card {
    pub page: Page,
    pub kind: RecordKind,
    pub title: String,
    pub lead: String,
    pub badges: Vec<Badge>,
    /// Where a document about this record begins; blank where none is about such a record.
    pub new: String,
    pub documents: DocumentList,
    pub sections: Vec<Section>,
    pub groups: Vec<Group>,
}

/// Records that belong to this one.
#[derive(Debug, Clone)]
pub(super) struct Section {
    pub title: &'static str,
    pub id: &'static str,
    pub tiles: Vec<Tile>,
}

/// A record that belongs to this one.
#[derive(Debug, Clone)]
pub(super) struct Tile {
    pub title: String,
    pub sub: String,
    pub side: String,
    pub href: String,
    pub face: bool,
    pub icon: &'static str,
}

/// A card before its documents are known.
#[derive(Debug)]
pub(super) struct Draft {
    pub kind: RecordKind,
    pub title: String,
    pub lead: String,
    pub badges: Vec<Badge>,
    pub about: Option<About>,
    pub filter: ListDocuments,
    pub here: String,
    pub after: Option<String>,
    pub sections: Vec<Section>,
    pub groups: Vec<Option<Group>>,
}

impl Draft {
    /// Fetches the documents and answers with the page.
    pub async fn show(self, signed: &Signed, app: &App) -> PageResult {
        let filter = ListDocuments { limit: SHOWN, after: self.after.clone(), ..self.filter.clone() };
        let found = app.documents().list(&signed.ctx, filter).await?;
        let page = Page::new(signed, &self.title);
        let more = found.next.map(|after| routes::Query::at(&self.here).and("after", after).into());
        let documents = DocumentList::new(&page, &found.items, more);
        page::show(&self.card(page, documents))
    }

    fn card(self, page: Page, documents: DocumentList) -> Card {
        let new = self.about.map(|about| routes::documents::choose(&about)).unwrap_or_default();
        let empty = ui::empty("No documents yet", "What is written to or about this record is listed here.");
        let empty = if new.is_empty() { empty } else { empty.action("New document", &new) };
        let documents = documents.empty(empty).label(format!("Documents of {}", self.title)).compact();
        let documents =
            if self.kind == RecordKind::Company { documents.without_company() } else { documents };
        Card {
            page: page
                .nav(Nav::Records(self.kind))
                .about(self.about.unwrap_or_default())
                .crumb(heading(self.kind), routes::records::list(self.kind)),
            kind: self.kind,
            title: self.title,
            lead: self.lead,
            badges: self.badges,
            new,
            documents,
            sections: self.sections.into_iter().filter(|s| !s.tiles.is_empty()).collect(),
            groups: self.groups.into_iter().flatten().collect(),
        }
    }
}

impl Card {
    /// The word for the kind.
    fn word(&self) -> &'static str {
        kind_label(self.kind)
    }

    /// Where files about this record are uploaded to; blank where none are.
    fn upload(&self) -> String {
        self.new
            .strip_prefix(&routes::documents::choose(&About::default()))
            .map_or_else(String::new, |query| {
                format!("{}{query}", routes::documents::upload(&About::default()))
            })
    }
}

/// What the list of a kind is called.
fn heading(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Company => "Companies",
        RecordKind::Contact => "Contacts",
        RecordKind::Project => "Projects",
        RecordKind::Sale => "Sales",
        RecordKind::Associate => "Associates",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::check;
    use crate::pages::records::facts::Facts;

    #[test]
    fn each_card_is_well_formed() {
        for kind in RecordKind::ALL {
            let tile = Tile {
                title: "Ada <L>".into(),
                sub: "\"Head\"".into(),
                side: "1 & 2".into(),
                href: "/contacts/1".into(),
                face: true,
                icon: "contact",
            };
            let full = kind == RecordKind::Company;
            let draft = Draft {
                kind,
                title: "Fjord <b> & co".into(),
                lead: "Oslo".into(),
                badges: vec![ui::badge("Customer")],
                about: full.then(About::default),
                filter: ListDocuments::default(),
                here: "/companies/1".into(),
                after: None,
                sections: vec![Section {
                    title: "Contacts",
                    id: "contacts",
                    tiles: if full { vec![tile] } else { Vec::new() },
                }],
                groups: vec![
                    Facts::new().mail("E-mail", "a@b.example").and("Note", "<x>\ny").group("Details"),
                    None,
                ],
            };
            let page = check::page("Card");
            let documents = DocumentList::new(&page, &[], None);
            check::whole_page(&draft.card(page, documents).render().unwrap());
        }
    }
}
