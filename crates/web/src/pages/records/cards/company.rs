//! `GET /companies/{id}`.

use super::{Asked, sales};
use crate::errors::PageResult;
use crate::extract::{Id, PageQuery, Signed};
use crate::pages::records::card::{Draft, Section, Tile};
use crate::pages::records::facts::{Facts, address};
use crate::pages::records::lists::place;
use crate::routes::documents::About;
use crate::routes::records as at;
use crate::ui;
use app::App;
use app::documents::ListDocuments;
use app::records::{CompanyView, ContactRow, ProjectRow};
use axum::extract::State;
use domain::CompanyId;
use domain::records::RecordKind;

/// A company, its people, its projects, its sales, its documents.
pub(in crate::pages::records) async fn show(
    signed: Signed,
    State(app): State<App>,
    Id(id): Id<CompanyId>,
    PageQuery(asked): PageQuery<Asked>,
) -> PageResult {
    let view = app.records().company(&signed.ctx, id).await?;
    draft(view, asked).show(&signed, &app).await
}

fn draft(view: CompanyView, asked: Asked) -> Draft {
    let c = view.company;
    let details = Facts::new()
        .linked("Our contact", view.our_contact_name, c.our_contact.map(at::associate))
        .and("Category", c.category.clone())
        .and("Business", c.business)
        .and("Number", c.number)
        .and("Code", c.code)
        .and("Org. no.", c.org_number);
    let reach = Facts::new()
        .phone("Telephone", &c.phone)
        .phone("Fax", &c.fax)
        .mail("E-mail", &c.email)
        .web("Web", &c.web)
        .and("Postal", address(&c.postal, &view.country_name))
        .and("Street", address(&c.street, &view.country_name));
    Draft {
        kind: RecordKind::Company,
        lead: place(&[&c.department, &c.postal.city, &view.country_name]),
        badges: if c.category.is_empty() { Vec::new() } else { vec![ui::badge(&c.category)] },
        about: Some(About { company: Some(c.id.0), ..About::default() }),
        filter: ListDocuments { company: Some(c.id), ..ListDocuments::default() },
        here: at::company(c.id),
        after: asked.after,
        sections: vec![contacts(&view.contacts), projects(&view.projects), sales(&view.sales)],
        groups: vec![details.group("Details"), reach.group("Reach them")],
        title: c.name,
    }
}

fn contacts(rows: &[ContactRow]) -> Section {
    let tile = |row: &ContactRow| Tile {
        title: row.contact.full_name(),
        sub: if row.contact.retired { "Has left".into() } else { row.contact.title.clone() },
        side: row.contact.phone.clone(),
        href: at::contact(row.contact.id),
        face: true,
        icon: "contact",
    };
    Section { title: "Contacts", id: "contacts", tiles: rows.iter().map(tile).collect() }
}

fn projects(rows: &[ProjectRow]) -> Section {
    let tile = |row: &ProjectRow| Tile {
        title: row.project.name.clone(),
        sub: place(&[&row.project.number, &row.leader_name]),
        side: row.project.status.clone(),
        href: at::project(row.project.id),
        face: false,
        icon: "project",
    };
    Section { title: "Projects", id: "projects", tiles: rows.iter().map(tile).collect() }
}
