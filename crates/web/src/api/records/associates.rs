//! `/api/v1/associates` and `/api/v1/me`

use super::super::paging::{Paged, paged};
use super::super::query::{At, Query};
use super::super::refusals::Refusals;
use super::super::wire::Named;
use super::Words;
use crate::errors::Problem;
use crate::extract::Caller;
use app::App;
use app::records::AssociateView;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::AssociateId;
use serde::Serialize;
use utoipa::ToSchema;

/// A person who uses the installation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Associate {
    /// Its id.
    id: i64,
    /// The key of the system it was imported from.
    #[schema(required)]
    external_id: Option<String>,
    /// The short name.
    login: String,
    /// First and last name.
    full_name: String,
    /// Title.
    title: String,
    /// E-mail address.
    email: String,
    /// Direct telephone.
    phone: String,
    /// Mobile telephone.
    mobile: String,
    /// The ids of the person's user groups, the primary one first.
    groups: Vec<i64>,
    /// May administer the installation.
    administrator: bool,
    /// Has left.
    retired: bool,
    /// Has a user plan; without one there is no signing in.
    has_plan: bool,
}

impl From<domain::records::Associate> for Associate {
    fn from(a: domain::records::Associate) -> Self {
        Self {
            id: a.id.0,
            full_name: a.full_name(),
            groups: a.groups().map(|g| g.0).collect(),
            external_id: a.external_id,
            login: a.login,
            title: a.title,
            email: a.email,
            phone: a.phone,
            mobile: a.mobile,
            administrator: a.administrator,
            retired: a.retired,
            has_plan: a.has_plan,
        }
    }
}

/// A person with the names of their groups.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AssociateWithGroups {
    /// What a list shows as well.
    #[serde(flatten)]
    associate: Associate,
    /// The person's user groups with their names, the primary one first.
    named_groups: Vec<Named>,
}

impl From<AssociateView> for AssociateWithGroups {
    fn from(view: AssociateView) -> Self {
        let named_groups =
            view.associate.groups().zip(view.group_names).map(|(g, name)| Named { id: g.0, name }).collect();
        Self { associate: view.associate.into(), named_groups }
    }
}

/// List associates
///
/// By name, also those who have left.
#[utoipa::path(get, path = "/api/v1/associates", tag = "records", operation_id = "list_associates",
    params(Words), responses((status = 200, body = Paged<Associate>), Refusals))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    query: Query<Words>,
) -> Result<Response, Problem> {
    let page = app.records().associates(&caller.ctx, query.ask.browse()?).await?;
    Ok(paged(&query.address, page, Associate::from))
}

/// Read an associate
#[utoipa::path(get, path = "/api/v1/associates/{id}", tag = "records", operation_id = "get_associate",
    params(("id" = i64, Path, description = "The associate's id", example = 1)),
    responses((status = 200, body = AssociateWithGroups), Refusals))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(AssociateId,)>,
) -> Result<Json<AssociateWithGroups>, Problem> {
    Ok(Json(app.records().associate(&caller.ctx, id).await?.into()))
}

/// Who am I
///
/// The person behind the session or token.
#[utoipa::path(get, path = "/api/v1/me", tag = "access", operation_id = "me",
    responses((status = 200, body = AssociateWithGroups), Refusals))]
pub(crate) async fn me(State(app): State<App>, caller: Caller) -> Result<Json<AssociateWithGroups>, Problem> {
    let me = caller.ctx.associate()?.id;
    Ok(Json(app.records().associate(&caller.ctx, me).await?.into()))
}
