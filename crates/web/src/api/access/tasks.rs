//! `/api/v1/sign-in/tasks`: refused sign-ins that only an administrator can put right.

use super::super::json::Json as Body;
use super::super::query::At;
use super::super::refusals::Refusals;
use super::super::wire::instant;
use super::identities::Account;
use crate::errors::Problem;
use crate::extract::AdminCaller;
use app::App;
use axum::Json;
use axum::extract::State;
use domain::{AssociateId, Error};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use utoipa::ToSchema;

/// A refused sign-in that waits for a decision.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignInTask {
    /// Its id.
    id: i64,
    /// Why it was refused, as a stable word.
    reason: String,
    /// What it means and what can be done.
    sentence: String,
    /// The account that asked to get in.
    account: Account,
    /// The address the provider named; not proof of anything.
    address: String,
    /// The name the provider gave.
    name: String,
    /// The associate it may be; null when nobody fits.
    #[schema(required)]
    associate: Option<i64>,
    /// How often it was tried.
    times: i64,
    /// When it was tried last.
    #[schema(format = DateTime)]
    last: String,
}

/// What waits.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignInTasks {
    /// The latest first, at most 100.
    items: Vec<SignInTask>,
}

/// List refused sign-ins that wait
#[utoipa::path(get, path = "/api/v1/sign-in/tasks", tag = "sign-in", operation_id = "list_sign_in_tasks",
    responses((status = 200, body = SignInTasks), Refusals))]
pub(crate) async fn list(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
) -> Result<Json<SignInTasks>, Problem> {
    let tasks = app.sign_in().tasks(&caller.ctx).await?;
    let items = tasks
        .into_iter()
        .map(|view| SignInTask {
            id: view.task.id,
            sentence: view.sentence.to_owned(),
            account: (&view.task.key).into(),
            reason: view.task.reason,
            address: view.task.address,
            name: view.task.name,
            associate: view.task.associate.map(|a| a.0),
            times: view.task.times,
            last: instant(view.task.last),
        })
        .collect();
    Ok(Json(SignInTasks { items }))
}

/// A task's number in a path.
#[derive(Debug)]
pub(crate) struct TaskNumber(i64);

impl FromStr for TaskNumber {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        text.parse::<i64>().ok().filter(|n| *n > 0).map(Self).ok_or_else(|| Error::not_found("task"))
    }
}

/// Whose account it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "associate": 7 }))]
pub(crate) struct Binding {
    /// The associate's id.
    associate: i64,
}

/// Bind the account of a refused sign-in
///
/// From then on whoever holds the account is that associate here.
#[utoipa::path(post, path = "/api/v1/sign-in/tasks/{id}/bind", tag = "sign-in", operation_id = "bind_sign_in_task",
    params(("id" = i64, Path, description = "The task's id", example = 1)), request_body = Binding,
    responses((status = 204, description = "It is bound; the task is done."), Refusals))]
pub(crate) async fn bind(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    At((TaskNumber(id),)): At<(TaskNumber,)>,
    body: Body<Binding>,
) -> Result<StatusCode, Problem> {
    app.sign_in().bind_task(&caller.ctx, id, AssociateId(body.ask.associate)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Put a refused sign-in away
///
/// Nobody is let in by it. The next try makes a new task.
#[utoipa::path(delete, path = "/api/v1/sign-in/tasks/{id}", tag = "sign-in", operation_id = "dismiss_sign_in_task",
    params(("id" = i64, Path, description = "The task's id", example = 1)),
    responses((status = 204, description = "It is put away."), Refusals))]
pub(crate) async fn dismiss(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    At((TaskNumber(id),)): At<(TaskNumber,)>,
) -> Result<StatusCode, Problem> {
    app.sign_in().dismiss_task(&caller.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
