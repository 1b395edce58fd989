//! What applications were granted on a site (`Sites.Selected`; M-24).

use super::super::odata::{body, collection, entity};
use super::super::scene::Scene;
use super::super::state::{Grant, SiteKey};
use crate::core::answer::Answer;
use crate::core::env::{Env, Reply};
use crate::microsoft::Microsoft;
use crate::microsoft::error::Refusal;
use http::StatusCode;
use serde_json::{Value, json};

type Handled = Result<Reply<Microsoft>, Refusal>;

/// Who may hand out rights on a site: an application with full control, or an owner through one.
fn may_grant(scene: &Scene) -> Result<(), Refusal> {
    if scene.access.has("Sites.FullControl.All") { Ok(()) } else { Err(Refusal::denied()) }
}

fn grant_view(app: &str, grant: &Grant) -> Value {
    let identity = json!({ "application": { "id": app, "displayName": grant.name } });
    json!({ "id": grant.id, "roles": grant.roles, "grantedToIdentities": [identity], "grantedToIdentitiesV2": [identity] })
}

/// `GET /sites/{id}/permissions`: what applications were granted (M-24).
pub fn list(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let site = scene.site(state, env)?;
    may_grant(scene)?;
    let views = state.graph.content.sites[site as usize]
        .grants
        .iter()
        .map(|(app, grant)| grant_view(app, grant))
        .collect();
    Ok(collection(env, "sites/$entity/permissions", views, None).into())
}

/// `POST /sites/{id}/permissions`: grants an application a role on the site.
pub fn create(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let wanted = body(env)?;
    let site = scene.site(state, env)?;
    may_grant(scene)?;
    let roles = roles_of(&wanted)?;
    let identity = ["grantedToIdentities", "grantedToIdentitiesV2"]
        .iter()
        .find_map(|name| wanted[*name][0].get("application"));
    let identity = identity.ok_or_else(|| Refusal::invalid("An application identity is missing."))?;
    let app = identity["id"].as_str().unwrap_or_default().to_owned();
    let known =
        state.directory.apps.get(&app).ok_or_else(|| Refusal::invalid("The application does not exist."))?;
    let made = Grant { id: env.house.random.token(60), name: known.name.clone(), roles };
    let view = grant_view(&app, &made);
    state.graph.content.sites[site as usize].grants.insert(app, made);
    Ok(Answer::json(StatusCode::CREATED, &entity(env, "sites/$entity/permissions/$entity", view)).into())
}

fn roles_of(wanted: &Value) -> Result<Vec<String>, Refusal> {
    let roles: Vec<String> = wanted["roles"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|role| role.as_str().map(str::to_owned))
        .collect();
    let known =
        |role: &String| matches!(role.as_str(), "read" | "write" | "owner" | "fullcontrol" | "manage");
    if roles.is_empty() || !roles.iter().all(known) {
        return Err(Refusal::invalid("The roles must be read, write, owner or fullcontrol."));
    }
    Ok(roles)
}

fn find_grant(state: &Microsoft, site: SiteKey, id: &str) -> Result<String, Refusal> {
    let grants = &state.graph.content.sites[site as usize].grants;
    grants.iter().find(|(_, grant)| grant.id == id).map(|(app, _)| app.clone()).ok_or_else(Refusal::no_item)
}

/// `GET /sites/{id}/permissions/{id}`
pub fn get(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let site = scene.site(state, env)?;
    may_grant(scene)?;
    let app = find_grant(state, site, env.param("permission-id"))?;
    let view = grant_view(&app, &state.graph.content.sites[site as usize].grants[&app]);
    Ok(Answer::ok(&entity(env, "sites/$entity/permissions/$entity", view)).into())
}

/// `PATCH /sites/{id}/permissions/{id}`
pub fn change(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let wanted = body(env)?;
    let site = scene.site(state, env)?;
    may_grant(scene)?;
    let app = find_grant(state, site, env.param("permission-id"))?;
    let roles = roles_of(&wanted)?;
    if let Some(grant) = state.graph.content.sites[site as usize].grants.get_mut(&app) {
        grant.roles = roles;
    }
    get(state, env, scene)
}

/// `DELETE /sites/{id}/permissions/{id}`
pub fn withdraw(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let site = scene.site(state, env)?;
    may_grant(scene)?;
    let app = find_grant(state, site, env.param("permission-id"))?;
    state.graph.content.sites[site as usize].grants.remove(&app);
    Ok(Answer::empty(StatusCode::NO_CONTENT).into())
}
