//! `GET /`: what somebody works on.

use crate::errors::PageResult;
use crate::extract::Signed;
use crate::page::{self, Nav, Page};
use crate::pages::parts::document_list::DocumentList;
use crate::routes;
use crate::ui;
use app::App;
use app::documents::{DocumentRow, ListDocuments};
use askama::Template;
use axum::extract::State;
use domain::CompanyId;

/// How many of the own documents are shown.
const MINE: u32 = 8;
/// How many of the own documents are looked through for companies.
const LOOKED_THROUGH: u32 = 40;
/// How many companies are shown.
const COMPANIES: usize = 6;

#[derive(Debug, Template)]
#[template(path = "home.html")]
struct Home {
    page: Page,
    first_name: String,
    held: Option<DocumentList>,
    mine: DocumentList,
    more: bool,
    companies: Vec<Neighbour>,
}

/// A company somebody wrote to lately.
#[derive(Debug, PartialEq, Eq)]
struct Neighbour {
    name: String,
    href: String,
    last: String,
    new: String,
}

/// Shows what the person works on.
pub(super) async fn home(signed: Signed, State(app): State<App>) -> PageResult {
    let me = signed.ctx.associate()?;
    let documents = app.documents();
    let held = ListDocuments { mine_checked_out: true, limit: 20, ..ListDocuments::default() };
    let held = documents.list(&signed.ctx, held).await?.items;
    let mine = ListDocuments { owner: Some(me.id), limit: LOOKED_THROUGH, ..ListDocuments::default() };
    let mine = documents.list(&signed.ctx, mine).await?.items;
    page::show(&present(Page::new(&signed, "Home"), me.first_name.clone(), &held, &mine))
}

fn present(page: Page, first_name: String, held: &[DocumentRow], mine: &[DocumentRow]) -> Home {
    let page = page.nav(Nav::Home);
    let shown = mine.get(..MINE as usize).unwrap_or(mine);
    let first = ui::empty(
        "Your first letter is three steps away",
        "Choose a template, say whom it is for, and it is written with the right names and kept.",
    );
    Home {
        held: (!held.is_empty()).then(|| DocumentList::new(&page, held, None).label("Checked out by you")),
        mine: DocumentList::new(&page, shown, None)
            .empty(first.action("New document", page.new_document()))
            .label("Your latest documents")
            .compact(),
        more: mine.len() > shown.len(),
        companies: neighbours(&page, mine),
        first_name,
        page,
    }
}

/// The companies of the latest documents, each once, the latest first.
fn neighbours(page: &Page, mine: &[DocumentRow]) -> Vec<Neighbour> {
    let mut seen: Vec<CompanyId> = Vec::new();
    let mut out = Vec::new();
    for row in mine {
        let Some(id) = row.document.properties.company else { continue };
        if out.len() == COMPANIES || seen.contains(&id) || row.company_name.is_empty() {
            continue;
        }
        seen.push(id);
        let about = routes::documents::About { company: Some(id.0), ..routes::documents::About::default() };
        out.push(Neighbour {
            name: row.company_name.clone(),
            href: routes::records::company(id),
            last: page.when_short(&row.document.updated),
            new: routes::documents::choose(&about),
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::check;

    #[test]
    fn each_home_page_is_well_formed() {
        let none = present(check::page("Home"), "Ada".into(), &[], &[]);
        check::whole_page(&none.render().unwrap());
        let mut some = present(check::page("Home"), "<Ada>".into(), &[], &[]);
        some.held = Some(DocumentList::new(&some.page, &[], None));
        some.more = true;
        some.companies = vec![Neighbour {
            name: "A & B".into(),
            href: "/companies/1".into(),
            last: "now".into(),
            new: "/documents/new?company=1".into(),
        }];
        check::whole_page(&some.render().unwrap());
    }
}
