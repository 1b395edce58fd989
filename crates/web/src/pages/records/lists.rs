//! `GET /companies` and the lists of the other kinds.

use super::list::{Asked, Cell, List, Row, Words};
use crate::errors::PageResult;
use crate::extract::{PageQuery, Signed};
use crate::page::{self, Page};
use crate::pages::parts::standing;
use crate::presenters;
use crate::routes::records as at;
use crate::ui;
use app::App;
use app::records::{Browse, CompanyRow, ContactRow, ProjectRow, SaleRow};
use axum::extract::State;
use domain::codes::country_name;
use domain::records::{Associate, RecordKind};

fn browse(asked: &Asked) -> Browse {
    Browse { text: asked.q.clone(), after: asked.after.clone(), ..Browse::default() }
}

const COMPANIES: Words = Words {
    kind: RecordKind::Company,
    heading: "Companies",
    lead: "Whom you trade with.",
    find: "Find a company",
    columns: &["Company", "Category", "Our contact", "Telephone"],
};

/// The companies.
pub(super) async fn companies(
    signed: Signed,
    State(app): State<App>,
    PageQuery(asked): PageQuery<Asked>,
) -> PageResult {
    let found = app.records().companies(&signed.ctx, browse(&asked)).await?;
    let rows = found.items.iter().map(company).collect();
    page::show(&List::new(Page::new(&signed, COMPANIES.heading), &COMPANIES, asked, rows, found.next))
}

fn company(row: &CompanyRow) -> Row {
    let c = &row.company;
    Row {
        href: at::company(c.id),
        title: c.name.clone(),
        sub: place(&[&c.department, &c.postal.city, &country_name(&c.country, "en")]),
        badges: Vec::new(),
        cells: vec![
            Cell::text(c.category.clone()),
            Cell::link(row.our_contact_name.clone(), c.our_contact.map(at::associate)),
            Cell::line(c.phone.clone()),
        ],
    }
}

const CONTACTS: Words = Words {
    kind: RecordKind::Contact,
    heading: "Contacts",
    lead: "The people you write to.",
    find: "Find a contact",
    columns: &["Contact", "Company", "E-mail", "Telephone"],
};

/// The contacts.
pub(super) async fn contacts(
    signed: Signed,
    State(app): State<App>,
    PageQuery(asked): PageQuery<Asked>,
) -> PageResult {
    let found = app.records().contacts(&signed.ctx, browse(&asked)).await?;
    let rows = found.items.iter().map(contact).collect();
    page::show(&List::new(Page::new(&signed, CONTACTS.heading), &CONTACTS, asked, rows, found.next))
}

fn contact(row: &ContactRow) -> Row {
    let c = &row.contact;
    let phone = if c.phone.is_empty() { &c.mobile } else { &c.phone };
    Row {
        href: at::contact(c.id),
        title: c.full_name(),
        sub: c.title.clone(),
        badges: if c.retired { vec![ui::badge("Has left")] } else { Vec::new() },
        cells: vec![
            Cell::link(row.company_name.clone(), c.company.map(at::company)),
            Cell::text(c.email.clone()),
            Cell::line(phone.clone()),
        ],
    }
}

const PROJECTS: Words = Words {
    kind: RecordKind::Project,
    heading: "Projects",
    lead: "What you work on for them.",
    find: "Find a project",
    columns: &["Project", "Company", "Manager", "Status", "Ends"],
};

/// The projects.
pub(super) async fn projects(
    signed: Signed,
    State(app): State<App>,
    PageQuery(asked): PageQuery<Asked>,
) -> PageResult {
    let found = app.records().projects(&signed.ctx, browse(&asked)).await?;
    let rows = found.items.iter().map(project).collect();
    page::show(&List::new(Page::new(&signed, PROJECTS.heading), &PROJECTS, asked, rows, found.next))
}

fn project(row: &ProjectRow) -> Row {
    let p = &row.project;
    Row {
        href: at::project(p.id),
        title: p.name.clone(),
        sub: place(&[&p.number, &p.kind]),
        badges: Vec::new(),
        cells: vec![
            Cell::link(row.company_name.clone(), p.company.map(at::company)),
            Cell::link(row.leader_name.clone(), p.leader.map(at::associate)),
            Cell::text(p.status.clone()),
            Cell::line(p.ends.as_ref().map(presenters::day).unwrap_or_default()),
        ],
    }
}

const SALES: Words = Words {
    kind: RecordKind::Sale,
    heading: "Sales",
    lead: "What you hope to sell, and what you sold.",
    find: "Find a sale",
    columns: &["Sale", "Company", "Owner", "Status", "Amount"],
};

/// The sales.
pub(super) async fn sales(
    signed: Signed,
    State(app): State<App>,
    PageQuery(asked): PageQuery<Asked>,
) -> PageResult {
    let found = app.records().sales(&signed.ctx, browse(&asked)).await?;
    let rows = found.items.iter().map(sale).collect();
    page::show(&List::new(Page::new(&signed, SALES.heading), &SALES, asked, rows, found.next))
}

fn sale(row: &SaleRow) -> Row {
    let s = &row.sale;
    Row {
        href: at::sale(s.id),
        title: s.title.clone(),
        sub: place(&[&s.number, &row.contact_name]),
        badges: Vec::new(),
        cells: vec![
            Cell::link(row.company_name.clone(), s.company.map(at::company)),
            Cell::link(row.owner_name.clone(), s.owner.map(at::associate)),
            Cell::text(place(&[&s.status, &s.stage])),
            Cell::number(presenters::money(&s.amount, &s.currency)),
        ],
    }
}

const ASSOCIATES: Words = Words {
    kind: RecordKind::Associate,
    heading: "Associates",
    lead: "The people of your installation.",
    find: "Find an associate",
    columns: &["Associate", "Login", "E-mail", "Telephone"],
};

/// The associates.
pub(super) async fn associates(
    signed: Signed,
    State(app): State<App>,
    PageQuery(asked): PageQuery<Asked>,
) -> PageResult {
    let found = app.records().associates(&signed.ctx, browse(&asked)).await?;
    let rows = found.items.iter().map(associate).collect();
    page::show(&List::new(Page::new(&signed, ASSOCIATES.heading), &ASSOCIATES, asked, rows, found.next))
}

fn associate(a: &Associate) -> Row {
    let phone = if a.phone.is_empty() { &a.mobile } else { &a.phone };
    Row {
        href: at::associate(a.id),
        title: a.full_name(),
        sub: a.title.clone(),
        badges: standing(a),
        cells: vec![Cell::text(a.login.clone()), Cell::text(a.email.clone()), Cell::line(phone.clone())],
    }
}

/// What is not blank, with dots between.
pub(super) fn place(parts: &[&str]) -> String {
    let parts: Vec<&str> = parts.iter().map(|p| p.trim()).filter(|p| !p.is_empty()).collect();
    parts.join(" · ")
}
