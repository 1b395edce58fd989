//! `GET /contacts/{id}`.

use super::{Asked, sales};
use crate::errors::PageResult;
use crate::extract::{Id, PageQuery, Signed};
use crate::pages::records::card::Draft;
use crate::pages::records::facts::{Facts, address};
use crate::pages::records::lists::place;
use crate::presenters;
use crate::routes::documents::About;
use crate::routes::records as at;
use crate::ui;
use app::App;
use app::documents::ListDocuments;
use app::records::ContactView;
use axum::extract::State;
use domain::ContactId;
use domain::records::RecordKind;

/// A contact, their sales, their documents.
pub(in crate::pages::records) async fn show(
    signed: Signed,
    State(app): State<App>,
    Id(id): Id<ContactId>,
    PageQuery(asked): PageQuery<Asked>,
) -> PageResult {
    let view = app.records().contact(&signed.ctx, id).await?;
    draft(view, asked).show(&signed, &app).await
}

fn draft(view: ContactView, asked: Asked) -> Draft {
    let c = view.contact;
    let details = Facts::new()
        .linked("Company", view.company_name.clone(), c.company.map(at::company))
        .and("Title", c.title.clone())
        .and("Position", c.position.clone())
        .and("Department", c.department.clone())
        .and("Salutation", place(&[&c.salutation, &c.academic_title]))
        .and("Number", c.number.clone())
        .and("Born", c.born.as_ref().map(presenters::day).unwrap_or_default());
    let reach = Facts::new()
        .phone("Direct", &c.phone)
        .phone("Mobile", &c.mobile)
        .phone("Home", &c.home_phone)
        .phone("Fax", &c.fax)
        .mail("E-mail", &c.email)
        .web("Web", &c.web)
        .and("Own address", address(&c.address, &view.country_name))
        .and("Letters go to", if c.use_as_postal { "the own address" } else { "" });
    Draft {
        kind: RecordKind::Contact,
        title: c.full_name(),
        lead: place(&[&c.title, &view.company_name]),
        badges: if c.retired { vec![ui::badge("Has left")] } else { Vec::new() },
        about: Some(About { company: c.company.map(|id| id.0), contact: Some(c.id.0), ..About::default() }),
        filter: ListDocuments { contact: Some(c.id), ..ListDocuments::default() },
        here: at::contact(c.id),
        after: asked.after,
        sections: vec![sales(&view.sales)],
        groups: vec![details.group("Details"), reach.group("Reach them")],
    }
}
