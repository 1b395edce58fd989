//! `GET /associates/{id}`.

use super::Asked;
use crate::errors::PageResult;
use crate::extract::{Id, PageQuery, Signed};
use crate::pages::parts::standing;
use crate::pages::records::card::Draft;
use crate::pages::records::facts::Facts;
use crate::routes::records as at;
use app::App;
use app::documents::ListDocuments;
use app::records::AssociateView;
use axum::extract::State;
use domain::AssociateId;
use domain::records::RecordKind;

/// An associate and the documents they own.
pub(in crate::pages::records) async fn show(
    signed: Signed,
    State(app): State<App>,
    Id(id): Id<AssociateId>,
    PageQuery(asked): PageQuery<Asked>,
) -> PageResult {
    let view = app.records().associate(&signed.ctx, id).await?;
    draft(view, asked).show(&signed, &app).await
}

fn draft(view: AssociateView, asked: Asked) -> Draft {
    let a = view.associate;
    let details = Facts::new()
        .and("Login", a.login.clone())
        .and("Title", a.title.clone())
        .and("Position", a.position.clone())
        .and("Groups", view.group_names.join(", "))
        .and("Language", a.culture.clone());
    let reach = Facts::new()
        .phone("Direct", &a.phone)
        .phone("Mobile", &a.mobile)
        .phone("Fax", &a.fax)
        .mail("E-mail", &a.email);
    Draft {
        kind: RecordKind::Associate,
        title: a.full_name(),
        lead: a.title.clone(),
        badges: standing(&a),
        about: None,
        filter: ListDocuments { owner: Some(a.id), ..ListDocuments::default() },
        here: at::associate(a.id),
        after: asked.after,
        sections: Vec::new(),
        groups: vec![details.group("Details"), reach.group("Reach them")],
    }
}
