//! Libraries.

#![expect(clippy::unnecessary_wraps, reason = "handlers of one table share a type")]

use super::super::access;
use super::super::odata::{collection, entity, project, selected};
use super::super::scene::Scene;
use super::super::state::ListKey;
use super::super::view::Viewer;
use crate::core::answer::Answer;
use crate::core::env::{Env, Reply};
use crate::microsoft::Microsoft;
use crate::microsoft::error::Refusal;

type Handled = Result<Reply<Microsoft>, Refusal>;

fn one(state: &Microsoft, env: &Env<'_>, scene: &Scene, list: ListKey) -> Handled {
    let root = state.graph.content.lists[list as usize].root;
    if !access::rights(state, &scene.access, root).read {
        return Err(access::unseen(state, &scene.access, root));
    }
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let names = selected(env);
    Ok(Answer::ok(&entity(env, "drives/$entity", project(viewer.drive(list), names.as_deref()))).into())
}

/// `GET /drives/{id}`, `GET /me/drive` and the like.
pub fn get(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let list = scene.drive(state, env)?;
    one(state, env, scene, list)
}

/// `GET /sites/{id}/drive`
pub fn default_of_site(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let all = libraries(state, env, scene)?;
    let first = all.first().copied().ok_or_else(Refusal::no_item)?;
    one(state, env, scene, first)
}

/// `GET /sites/{id}/drives/{id}`
pub fn of_site_by_id(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let all = libraries(state, env, scene)?;
    let found = state.graph.content.find_drive(env.param("drive-id")).filter(|list| all.contains(list));
    one(state, env, scene, found.ok_or_else(Refusal::no_item)?)
}

/// `GET /sites/{id}/drives`
pub fn of_site(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let all = libraries(state, env, scene)?;
    list(state, env, scene, &all)
}

/// `GET /sites/{id}/lists/{id}/drive`
pub fn of_list(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let all = libraries(state, env, scene)?;
    let site = scene.site(state, env)?;
    let found = state.graph.content.find_list(site, env.param("list-id")).filter(|list| all.contains(list));
    one(state, env, scene, found.ok_or_else(Refusal::no_item)?)
}

/// `GET /me/drives`
pub fn mine(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let own = Scene {
        address: super::super::address::Address {
            drive: Some(super::super::address::DriveName::Me),
            ..scene.address.clone()
        },
        ..scene.clone()
    };
    let drive = own.drive(state, env)?;
    list(state, env, scene, &[drive])
}

fn list(state: &Microsoft, env: &Env<'_>, scene: &Scene, all: &[ListKey]) -> Handled {
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let names = selected(env);
    let views = all.iter().map(|list| project(viewer.drive(*list), names.as_deref())).collect();
    Ok(collection(env, "drives", views, None).into())
}

fn libraries(state: &Microsoft, env: &Env<'_>, scene: &Scene) -> Result<Vec<ListKey>, Refusal> {
    let site = scene.site(state, env)?;
    let content = &state.graph.content;
    if !access::sees_site(state, &scene.access, &content.sites[site as usize]) {
        return Err(Refusal::denied());
    }
    let own = |list: &ListKey| {
        content.lists[*list as usize].site == site && content.lists[*list as usize].is_library()
    };
    Ok((0..content.lists.len() as ListKey).filter(own).collect())
}
