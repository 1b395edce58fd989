//! `GET /documents`: the list, searched and filtered.

use super::fields::{Line, choices};
use super::subjects::{Picker, pickers};
use super::typed::{Typed, chosen, day};
use crate::errors::PageResult;
use crate::extract::{PageQuery, Signed};
use crate::forms::Faults;
use crate::page::{self, Nav, Page};
use crate::pages::parts::document_list::DocumentList;
use crate::routes;
use crate::routes::documents::About;
use crate::ui;
use app::App;
use app::documents::ListDocuments;
use app::records::Browse;
use askama::Template;
use axum::extract::State;
use domain::{Ctx, Error, Result};
use serde::{Deserialize, Serialize};

/// What is asked for, as it stands in the address.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Asked {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub q: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub company: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub owner: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub template: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub from: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub to: String,
    /// `mine` for those checked out by the caller, `trash` for the trash, blank for all others.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub view: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub after: String,
    /// `company` when a company is looked for by name.
    #[serde(skip_serializing)]
    pub find: String,
    #[serde(skip_serializing)]
    pub company_find: String,
}

impl Asked {
    /// The query of the list.
    /// # Errors
    /// `Invalid`, naming the field.
    fn query(&self) -> Result<ListDocuments> {
        let (from, to) = (day("from", &self.from)?, day("to", &self.to)?);
        if let (Some(from), Some(to)) = (from, to)
            && from > to
        {
            return Err(Error::invalid("The first day is after the last. Exchange the two.").field("from"));
        }
        Ok(ListDocuments {
            company: chosen("company", &self.company)?,
            owner: chosen("owner", &self.owner)?,
            template: chosen("template", &self.template)?,
            from,
            to,
            text: self.q.trim().to_owned(),
            trashed: self.view == "trash",
            mine_checked_out: self.view == "mine",
            after: Some(self.after.clone()).filter(|a| !a.is_empty()),
            ..ListDocuments::default()
        })
    }

    fn filters(&self) -> usize {
        [&self.company, &self.owner, &self.template, &self.from, &self.to]
            .iter()
            .filter(|f| !f.is_empty())
            .count()
    }

    fn is_plain(&self) -> bool {
        self.q.trim().is_empty() && self.filters() == 0
    }

    fn viewed(&self, view: &str) -> String {
        routes::documents::list_with(&Self { view: view.into(), after: String::new(), ..self.clone() })
    }
}

/// One of the three views.
#[derive(Debug, Clone)]
pub(crate) struct View {
    label: &'static str,
    href: String,
    here: bool,
}

#[derive(Debug, Template)]
#[template(path = "documents/list.html")]
pub(crate) struct List {
    page: Page,
    asked: Asked,
    views: Vec<View>,
    owners: Vec<Line>,
    templates: Vec<Line>,
    company: Picker,
    /// How many filters are set besides the words.
    filters: usize,
    faults: Faults,
    clear: String,
    new: String,
    upload: String,
    /// Where dropped files are sent.
    upload_action: String,
    /// Files can be dropped here.
    drops: bool,
    max_upload: u64,
    list: DocumentList,
}

/// The page.
pub(crate) async fn list(
    signed: Signed,
    State(app): State<App>,
    PageQuery(mut asked): PageQuery<Asked>,
) -> PageResult {
    let mut typed = Typed {
        company: asked.company.clone(),
        find: asked.find.clone(),
        company_find: asked.company_find.clone(),
        ..Typed::default()
    };
    let mut company = pickers(&app, &signed.ctx, &mut typed).await?.0.into_iter().next().unwrap_or_default();
    company.none = "Any company";
    if !asked.find.is_empty() {
        asked.company.clone_from(&typed.company);
    }
    let (query, faults) = match asked.query() {
        Ok(query) => (query, Faults::none()),
        Err(error) => (
            ListDocuments { trashed: asked.view == "trash", ..ListDocuments::default() },
            Faults::of(&error).unwrap_or_default(),
        ),
    };
    let documents = app.documents().list(&signed.ctx, query).await?;
    let more = documents.next.map(|after| routes::documents::list_with(&Asked { after, ..asked.clone() }));
    let about = About { company: company.chosen.as_ref().map(|c| c.id), ..About::default() };
    let (title, text) = nothing(&asked);
    let page = Page::new(&signed, "Documents").nav(Nav::Documents).wide();
    let mut empty = ui::empty(title, text);
    if asked.view.is_empty() && asked.is_plain() {
        empty = empty.action("New document", routes::documents::choose(&about));
    }
    page::show(&List {
        views: views(&asked),
        owners: owners(&app, &signed.ctx, &asked.owner).await?,
        templates: templates(&app, &signed.ctx, &asked.template).await?,
        filters: asked.filters(),
        clear: routes::documents::list_with(&Asked { view: asked.view.clone(), ..Asked::default() }),
        new: routes::documents::choose(&about),
        upload: routes::documents::upload(&about),
        upload_action: routes::documents::upload(&About::default()),
        drops: asked.view.is_empty(),
        max_upload: app.settings().max_upload,
        list: DocumentList::new(&page, &documents.items, more).empty(empty),
        page,
        company,
        faults,
        asked,
    })
}

fn views(asked: &Asked) -> Vec<View> {
    let view = |label, word: &str| View { label, href: asked.viewed(word), here: asked.view == word };
    vec![view("All", ""), view("Checked out by me", "mine"), view("Trash", "trash")]
}

/// What stands where the list would be.
fn nothing(asked: &Asked) -> (&'static str, &'static str) {
    match (asked.view.as_str(), asked.is_plain()) {
        (_, false) => {
            ("Nothing fits", "No document fits what you asked for. Try fewer words or take a filter away.")
        }
        ("trash", _) => {
            ("The trash is empty", "Documents that are deleted lie here until they are removed for good.")
        }
        ("mine", _) => {
            ("Nothing is checked out", "Documents you have checked out stand here until you check them in.")
        }
        _ => ("No documents yet", "Make the first one from a template, or drop files here to keep them."),
    }
}

async fn owners(app: &App, ctx: &Ctx, asked: &str) -> Result<Vec<Line>> {
    let all = app.records().associates(ctx, Browse { limit: 200, ..Browse::default() }).await?;
    let line = |a: domain::records::Associate| {
        let id = a.id.to_string();
        let name = if a.retired { format!("{} (has left)", a.full_name()) } else { a.full_name() };
        let here = id == asked;
        Line::new(id, name, here)
    };
    Ok(all.items.into_iter().map(line).collect())
}

async fn templates(app: &App, ctx: &Ctx, asked: &str) -> Result<Vec<Line>> {
    let mut lines: Vec<Line> = Vec::new();
    for view in app.templates().choose(ctx).await?.into_iter().flat_map(|g| g.templates) {
        let id = view.template.id.to_string();
        if lines.iter().all(|l| l.value != id) {
            let here = id == asked;
            lines.push(Line::new(id, view.template.properties.name, here));
        }
    }
    Ok(lines)
}

impl List {
    fn view_tabs(&self) -> impl askama::filters::HtmlSafe + use<> {
        let tabs: Vec<ui::Tab> = self.views.iter().map(|v| ui::tab(v.label, &v.href, v.here)).collect();
        ui::tabs(&tabs)
    }

    #[expect(clippy::unused_self, reason = "templates call methods of their page")]
    fn new_label(&self, company: &super::subjects::Choice) -> String {
        format!("New document for {}", company.title)
    }

    fn owner_field(&self) -> ui::Field {
        let field = ui::select("owner", "Owner").choice("", "Anybody", self.asked.owner.is_empty());
        choices(field, &self.owners).fault(&self.faults)
    }

    fn template_field(&self) -> ui::Field {
        let field =
            ui::select("template", "Template").choice("", "Any template", self.asked.template.is_empty());
        choices(field, &self.templates).fault(&self.faults)
    }
}

#[cfg(test)]
impl List {
    pub fn samples() -> Vec<Self> {
        use super::samples;
        let sample = |asked: Asked, list: DocumentList, faults: Faults| Self {
            page: samples::page("Documents"),
            views: views(&asked),
            owners: vec![Line::new("1", "Ada <Lovelace>", true)],
            templates: vec![Line::new("1", "Offer & letter", false)],
            company: super::subjects::Pickers::sample().0.remove(0),
            filters: asked.filters(),
            faults,
            clear: "/documents".into(),
            new: "/documents/new".into(),
            upload: "/documents/upload".into(),
            upload_action: "/documents/upload".into(),
            drops: asked.view.is_empty(),
            max_upload: 1 << 30,
            asked,
            list,
        };
        let trash = Asked { view: "trash".into(), q: "\"><script>".into(), ..Asked::default() };
        let full = || {
            DocumentList::new(
                &samples::page("Documents"),
                &samples::rows(),
                Some("/documents?after=x".into()),
            )
        };
        let none = DocumentList::new(&samples::page("Documents"), &[], None);
        vec![
            sample(Asked::default(), none, Faults::none()),
            sample(Asked::default(), full(), Faults::none()),
            sample(trash, full(), Faults::at("from", "No <date>.")),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_in_the_address_names_its_field() {
        let table = [
            ("from", Asked { from: "soon".into(), ..Asked::default() }),
            ("to", Asked { to: "2026-13-01".into(), ..Asked::default() }),
            ("from", Asked { from: "2026-02-01".into(), to: "2026-01-01".into(), ..Asked::default() }),
            ("owner", Asked { owner: "me".into(), ..Asked::default() }),
            ("template", Asked { template: "0".into(), ..Asked::default() }),
        ];
        for (field, asked) in table {
            assert_eq!(asked.query().unwrap_err().field_name(), Some(field));
        }
    }

    #[test]
    fn an_address_keeps_what_was_asked_for_and_another_view_begins_at_its_start() {
        let asked = Asked { q: "tea".into(), view: "trash".into(), after: "x".into(), ..Asked::default() };
        assert_eq!(routes::documents::list_with(&asked), "/documents?q=tea&view=trash&after=x");
        assert_eq!(asked.viewed(""), "/documents?q=tea");
    }
}
