//! Who may use a link, and permissions of applications (`Lists.SelectedOperations.Selected` and the like).

use super::super::odata::{body, collection, entity};
use super::super::scene::Scene;
use super::super::state::{Grantee, ItemKey};
use super::super::view::Viewer;
use super::invite::recipients;
use super::{add, count_scope, given, managed, one, roles, tell};
use crate::core::answer::Answer;
use crate::core::env::{Env, Reply};
use crate::microsoft::Microsoft;
use crate::microsoft::error::Refusal;
use http::StatusCode;
use serde_json::Value;

type Handled = Result<Reply<Microsoft>, Refusal>;

/// `POST …/permissions`: gives an application, a person or a group a role.
pub fn create(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let wanted = body(env)?;
    let item = managed(state, env, scene)?;
    let roles = roles(&wanted)?;
    let tenant = state.directory.tenants.get(&scene.access.tenant).ok_or_else(Refusal::denied)?;
    let id = |kind: &str| {
        ["grantedToV2", "grantedTo"]
            .iter()
            .find_map(|name| wanted[*name][kind]["id"].as_str())
            .map(str::to_owned)
    };
    let to = match (id("application"), id("user"), id("group")) {
        (Some(app), ..) if state.directory.apps.contains_key(&app) => Grantee::Application(app),
        (None, Some(user), _) if tenant.users.contains_key(&user) => Grantee::User(user),
        (None, None, Some(group)) if tenant.groups.contains_key(&group) => Grantee::Group(group),
        _ => return Err(Refusal::invalid("grantedToV2 names nobody who is known.")),
    };
    count_scope(state, item)?;
    let id = add(state, env, item, to, roles, None);
    tell(state, env, item);
    one(state, env, scene, item, &id, StatusCode::CREATED)
}

/// `POST …/validatePermission`: whoever may read the item may use it.
pub fn validate(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    body(env)?;
    scene.item(state, env)?;
    Ok(Answer::empty(StatusCode::NO_CONTENT).into())
}

/// The people who may use a link, to be changed. It must have been given on the item itself.
fn users<'a>(state: &'a mut Microsoft, item: ItemKey, id: &str) -> Result<&'a mut Vec<String>, Refusal> {
    let permissions = &mut state.graph.content.more_mut(item).permissions;
    let found = permissions.iter_mut().find(|one| one.id == id).ok_or_else(Refusal::no_item)?;
    match &mut found.to {
        Grantee::Link { users, .. } => Ok(users),
        _ => Err(Refusal::invalid("The permission is no sharing link.")),
    }
}

fn people(all: Vec<Grantee>) -> Vec<String> {
    let id = |grantee| match grantee {
        Grantee::User(id) | Grantee::Group(id) => Some(id),
        _ => None,
    };
    all.into_iter().filter_map(id).collect()
}

fn shown(state: &Microsoft, env: &Env<'_>, scene: &Scene, item: ItemKey, id: &str) -> Result<Value, Refusal> {
    let all = given(state, item, env.now.as_microsecond());
    let found = all.iter().find(|one| one.permission.id == id).ok_or_else(Refusal::no_item)?;
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    Ok(viewer.permission(found, item))
}

/// Lets more people use a link. Roles are the link's own and are looked at only for being roles.
/// # Errors
/// `itemNotFound`, `invalidRequest` for what is no link, `accessDenied`.
pub fn give(
    state: &mut Microsoft,
    env: &Env<'_>,
    scene: &Scene,
    item: ItemKey,
    id: &str,
) -> Result<Value, Refusal> {
    let wanted = body(env)?;
    scene.may_write(state, item)?;
    roles(&wanted)?;
    let more = people(recipients(state, scene, &wanted["recipients"])?);
    let known = users(state, item, id)?;
    for user in more {
        if !known.contains(&user) {
            known.push(user);
        }
    }
    tell(state, env, item);
    shown(state, env, scene, item, id)
}

/// Takes the use of a link from people.
/// # Errors
/// As [`give`].
pub fn withdraw(
    state: &mut Microsoft,
    env: &Env<'_>,
    scene: &Scene,
    item: ItemKey,
    id: &str,
) -> Result<Value, Refusal> {
    let wanted = body(env)?;
    scene.may_write(state, item)?;
    let less = people(recipients(state, scene, &wanted["grantees"])?);
    users(state, item, id)?.retain(|user| !less.contains(user));
    tell(state, env, item);
    shown(state, env, scene, item, id)
}

/// `POST …/permissions/{id}/grant`
pub fn grant(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let item = managed(state, env, scene)?;
    let view = give(state, env, scene, item, env.param("permission-id"))?;
    Ok(collection(env, "Collection(permission)", vec![view], None).into())
}

/// `POST …/permissions/{id}/revokeGrants`
pub fn revoke(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let item = managed(state, env, scene)?;
    let view = withdraw(state, env, scene, item, env.param("permission-id"))?;
    Ok(Answer::ok(&entity(env, "permissions/$entity", view)).into())
}
