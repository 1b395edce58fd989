//! `/api/v1/installation`

use super::super::refusals::Refusals;
use crate::errors::Problem;
use crate::extract::Caller;
use app::App;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// The caller's installation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Installation {
    /// A short stable word for command lines and addresses.
    key: String,
    /// The name people read.
    name: String,
    /// The serial number.
    serial: String,
    /// The culture of dates and numbers where a document names none (BCP 47).
    culture: String,
    /// The time zone of dates (IANA).
    time_zone: String,
    /// The company whose letterhead it is.
    #[schema(required)]
    own_company: Option<i64>,
}

/// Read the installation
#[utoipa::path(get, path = "/api/v1/installation", tag = "administration", operation_id = "get_installation",
    responses((status = 200, body = Installation), Refusals))]
pub(crate) async fn get(State(app): State<App>, caller: Caller) -> Result<Json<Installation>, Problem> {
    let i = app.admin().installation(&caller.ctx).await?;
    Ok(Json(Installation {
        key: i.key,
        name: i.name,
        serial: i.serial,
        culture: i.culture,
        time_zone: i.time_zone,
        own_company: i.own_company.map(|c| c.0),
    }))
}
