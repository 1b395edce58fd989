//! `GET /projects/{id}`.

use super::{Asked, sales};
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
use app::records::ProjectView;
use axum::extract::State;
use domain::ProjectId;
use domain::records::RecordKind;

/// A project, its sales, its documents.
pub(in crate::pages::records) async fn show(
    signed: Signed,
    State(app): State<App>,
    Id(id): Id<ProjectId>,
    PageQuery(asked): PageQuery<Asked>,
) -> PageResult {
    let view = app.records().project(&signed.ctx, id).await?;
    draft(view, asked).show(&signed, &app).await
}

fn draft(view: ProjectView, asked: Asked) -> Draft {
    let p = view.project;
    let day = |date: &Option<_>| date.as_ref().map(presenters::day).unwrap_or_default();
    let details = Facts::new()
        .linked("Company", view.company_name.clone(), p.company.map(at::company))
        .linked("Manager", view.leader_name, p.leader.map(at::associate))
        .and("Number", p.number.clone())
        .and("Type", p.kind)
        .and("Status", p.status.clone())
        .and("Next milestone", day(&p.next_milestone))
        .and("Ends", day(&p.ends))
        .web("Web", &p.web);
    Draft {
        kind: RecordKind::Project,
        lead: place(&[&p.number, &view.company_name]),
        badges: if p.status.is_empty() { Vec::new() } else { vec![ui::badge(&p.status)] },
        about: Some(About { company: p.company.map(|id| id.0), project: Some(p.id.0), ..About::default() }),
        filter: ListDocuments { project: Some(p.id), ..ListDocuments::default() },
        here: at::project(p.id),
        after: asked.after,
        sections: vec![sales(&view.sales)],
        groups: vec![
            details.group("Details"),
            Facts::new().and("What it is", p.description).group("Description"),
        ],
        title: p.name,
    }
}
