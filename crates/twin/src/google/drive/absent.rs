//! Where the twin's world has nothing: requests for access, approvals and labels. Nobody makes them there, so the
//! lists are empty, no id is found, and beginning something is refused as it is where a domain's edition has none.
//! Also the applications of an account.

use super::access::{self, Act};
use super::routes::{Caller, Handler, Outcome, Run, insufficient_scopes, line, reach_file};
use super::state::Key;
use crate::core::env::Env;
use crate::core::routes::Route;
use crate::google::Google;
use crate::google::directory::Project;
use crate::google::error::Refusal;
use http::Method;
use serde_json::{Value, json};

/// Routes below `/drive/v3`.
pub(super) fn lines() -> Vec<Route<Handler>> {
    const ACCESS: &str = "/files/{fileId}/accessproposals";
    const ONE_ACCESS: &str = "/files/{fileId}/accessproposals/{proposalId}";
    const RESOLVE: &str = "/files/{fileId}/accessproposals/{proposalId}:resolve";
    const APPROVALS: &str = "/files/{fileId}/approvals";
    const APPROVAL: &str = "/files/{fileId}/approvals/{approvalId}";
    const START: &str = "/files/{fileId}/approvals:start";
    let (get, post) = (Method::GET, Method::POST);
    let deed = |template, operation| {
        line(Method::POST, template, operation, 50, (no_approval as Run, "Approval", ""))
    };
    vec![
        line(get.clone(), "/apps", "apps.list", 5, (apps, "AppList", "")),
        line(get.clone(), "/apps/{appId}", "apps.get", 5, (app, "App", "")),
        line(
            get.clone(),
            ACCESS,
            "accessproposals.list",
            100,
            (access_proposals, "ListAccessProposalsResponse", ""),
        ),
        line(post.clone(), RESOLVE, "accessproposals.resolve", 50, (no_proposal, "", "")),
        line(get.clone(), ONE_ACCESS, "accessproposals.get", 5, (no_proposal, "AccessProposal", "")),
        line(get.clone(), APPROVALS, "approvals.list", 100, (approvals, "ApprovalList", "")),
        deed("/files/{fileId}/approvals/{approvalId}:approve", "approvals.approve"),
        deed("/files/{fileId}/approvals/{approvalId}:cancel", "approvals.cancel"),
        deed("/files/{fileId}/approvals/{approvalId}:comment", "approvals.comment"),
        deed("/files/{fileId}/approvals/{approvalId}:decline", "approvals.decline"),
        deed("/files/{fileId}/approvals/{approvalId}:reassign", "approvals.reassign"),
        line(get.clone(), APPROVAL, "approvals.get", 5, (no_approval, "Approval", "")),
        line(post.clone(), START, "approvals.start", 50, (start_approval, "Approval", "")),
        line(get, "/files/{fileId}/listLabels", "files.listLabels", 5, (labels, "LabelList", "")),
        line(
            post,
            "/files/{fileId}/modifyLabels",
            "files.modifyLabels",
            50,
            (modify_labels, "ModifyLabelsResponse", ""),
        ),
    ]
}

fn reach(google: &Google, env: &Env<'_>, caller: &Caller<'_>, act: Act) -> Result<Key, Refusal> {
    let all = Caller { all_drives: true, ..caller.clone() };
    let key = reach_file(google, env, &all)?;
    access::need(&google.directory, &google.drive, &all, key, act)?;
    Ok(key)
}

fn missing(kind: &str, parameter: &str, id: &str) -> Refusal {
    Refusal::new(404, "notFound", format!("{kind} not found: {id}.")).about(parameter)
}

/// Those who may share a file see who asks for access.
fn access_proposals(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    reach(google, env, caller, Act::Share)?;
    Ok(json!({ "accessProposals": [] }).into())
}

fn no_proposal(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    reach(google, env, caller, Act::Share)?;
    Err(missing("Access proposal", "proposalId", env.param("proposalId")))
}

fn approvals(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    reach(google, env, caller, Act::Read)?;
    Ok(json!({ "kind": "drive#approvalList", "items": [] }).into())
}

fn no_approval(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    reach(google, env, caller, Act::Read)?;
    Err(missing("Approval", "approvalId", env.param("approvalId")))
}

/// `capabilities.canStartApproval` is false everywhere.
fn start_approval(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    reach(google, env, caller, Act::Read)?;
    Err(access::insufficient(env.param("fileId")))
}

fn labels(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    reach(google, env, caller, Act::Read)?;
    Ok(json!({ "kind": "drive#labelList", "labels": [] }).into())
}

/// `capabilities.canModifyLabels` is false everywhere; changing nothing is not refused.
fn modify_labels(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    reach(google, env, caller, Act::Edit)?;
    let body: Value = env.call.body.json().map_err(|_| Refusal::new(400, "parseError", "Parse Error"))?;
    if body["labelModifications"].as_array().is_some_and(|all| !all.is_empty()) {
        return Err(access::insufficient(env.param("fileId")));
    }
    Ok(json!({ "kind": "drive#modifyLabels", "modifiedLabels": [] }).into())
}

/// An application as somebody sees it who has let it in.
fn shown(google: &Google, caller: &Caller<'_>, project: &Project) -> Option<Value> {
    let user = google.drive.user_id(caller.person);
    let granted = google.identity.consented(user, &project.number);
    let own = google.drive.apps.text(caller.app.0) == project.number;
    if granted.is_empty() && !own {
        return None;
    }
    let wide = ["", ".readonly"]
        .iter()
        .any(|end| granted.contains(&format!("https://www.googleapis.com/auth/drive{end}")));
    Some(json!({
        "kind": "drive#app", "id": project.number, "name": project.name, "objectType": "file",
        "productId": project.number, "installed": true, "authorized": true, "hasDriveWideScope": wide,
        "supportsCreate": false, "supportsImport": false, "supportsMultiOpen": false,
        "supportsOfflineCreate": false, "useByDefault": false, "primaryMimeTypes": [],
        "secondaryMimeTypes": [], "primaryFileExtensions": [], "secondaryFileExtensions": [], "icons": [],
    }))
}

/// The applications that an account has let in. Only `drive.apps.readonly` shows the list.
fn apps(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    if !caller.scopes.apps {
        return Err(insufficient_scopes());
    }
    let all = google.directory.projects.values();
    let items: Vec<Value> = all.filter_map(|project| shown(google, caller, project)).collect();
    let own = format!("{}/drive/v3/apps", env.house.surfaces.google_apis);
    Ok(json!({ "kind": "drive#appList", "selfLink": own, "items": items, "defaultAppIds": [] }).into())
}

fn app(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let id = env.param("appId");
    let found = google.directory.projects.get(id).and_then(|project| shown(google, caller, project));
    Ok(found.ok_or_else(|| missing("App", "appId", id))?.into())
}
