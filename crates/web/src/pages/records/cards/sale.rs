//! `GET /sales/{id}`.

use super::Asked;
use crate::errors::PageResult;
use crate::extract::{Id, PageQuery, Signed};
use crate::pages::records::card::Draft;
use crate::pages::records::facts::Facts;
use crate::pages::records::lists::place;
use crate::presenters;
use crate::routes::documents::About;
use crate::routes::records as at;
use crate::ui;
use app::App;
use app::documents::ListDocuments;
use app::records::SaleView;
use axum::extract::State;
use domain::SaleId;
use domain::records::{RecordKind, Sale};

/// A sale and its documents.
pub(in crate::pages::records) async fn show(
    signed: Signed,
    State(app): State<App>,
    Id(id): Id<SaleId>,
    PageQuery(asked): PageQuery<Asked>,
) -> PageResult {
    let view = app.records().sale(&signed.ctx, id).await?;
    draft(view, asked).show(&signed, &app).await
}

fn draft(view: SaleView, asked: Asked) -> Draft {
    let parties = Facts::new()
        .linked("Company", view.company_name.clone(), view.sale.company.map(at::company))
        .linked("Contact", view.contact_name, view.sale.contact.map(at::contact))
        .linked("Project", view.project_name, view.sale.project.map(at::project))
        .linked("Owner", view.owner_name, view.sale.owner.map(at::associate));
    let s = view.sale;
    Draft {
        kind: RecordKind::Sale,
        lead: place(&[&view.company_name, &presenters::money(&s.amount, &s.currency)]),
        badges: if s.status.is_empty() { Vec::new() } else { vec![ui::badge(&s.status)] },
        about: Some(About {
            company: s.company.map(|id| id.0),
            contact: s.contact.map(|id| id.0),
            project: s.project.map(|id| id.0),
            sale: Some(s.id.0),
        }),
        filter: ListDocuments { sale: Some(s.id), ..ListDocuments::default() },
        here: at::sale(s.id),
        after: asked.after,
        sections: Vec::new(),
        groups: vec![parties.group("Who"), terms(&s).group("Terms")],
        title: s.title,
    }
}

fn terms(s: &Sale) -> Facts {
    let money = |amount: &rust_decimal::Decimal| {
        if amount.is_zero() { String::new() } else { presenters::money(amount, &s.currency) }
    };
    Facts::new()
        .and("Amount", money(&s.amount))
        .and("Cost", money(&s.cost))
        .and("Probability", format!("{} %", s.probability))
        .and("Number", s.number.clone())
        .and("Type", s.kind.clone())
        .and("Stage", s.stage.clone())
        .and("Sale date", s.date.as_ref().map(presenters::day).unwrap_or_default())
        .and("Next due", s.next_due.as_ref().map(presenters::day).unwrap_or_default())
        .and("Reason", s.reason.clone())
        .and("Source", s.source.clone())
        .and("Competitor", s.competitor.clone())
        .and("Credited to", s.credited_to.clone())
}
