//! Sharing addresses: what they lead to, and the permission behind one.

use super::access;
use super::address::ItemName;
use super::odata::{collection, entity};
use super::permissions;
use super::scene::Scene;
use super::state::ItemKey;
use super::view::{Viewer, link_word};
use crate::core::answer::Answer;
use crate::core::env::{Env, Reply};
use crate::microsoft::Microsoft;
use crate::microsoft::error::Refusal;
use http::StatusCode;
use serde_json::{Value, json};

type Handled = Result<Reply<Microsoft>, Refusal>;

/// `GET /shares/{id}`
pub fn get(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let item = scene.item(state, env)?;
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let Some(ItemName::Share(share)) = &scene.address.item else { return Err(Refusal::no_item()) };
    let at = state.graph.content.item(item);
    let mut view = json!({
        "id": share, "name": at.name, "webUrl": viewer.web_url(item), "owner": viewer.identity(at.created_by),
    });
    for (name, wanted) in [("driveItem", viewer.item(item)), ("root", viewer.item(item))] {
        if super::odata::expands(env, name).is_some() {
            view[name] = wanted;
        }
    }
    Ok(Answer::ok(&entity(env, "shares/$entity", view)).into())
}

/// `GET /shares/{id}/site`
pub fn site(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let item = scene.item(state, env)?;
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let view = viewer.site(state.graph.content.list_of(item).site);
    Ok(Answer::ok(&entity(env, "sites/$entity", view)).into())
}

/// The item of the address and the id of the link's permission on it.
fn link(state: &mut Microsoft, env: &Env<'_>, scene: &Scene) -> Result<(ItemKey, String), Refusal> {
    let item = scene.item(state, env)?;
    let Some(ItemName::Share(share)) = &scene.address.item else { return Err(Refusal::no_item()) };
    let url = access::share_url(share)?;
    let word = link_word(&url).ok_or_else(Refusal::no_item)?;
    let id = permissions::of_link(&state.graph.content, item, &word).ok_or_else(Refusal::no_item)?;
    Ok((item, id))
}

/// `GET /shares/{id}/permission`
pub fn permission(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let (item, id) = link(state, env, scene)?;
    permissions::one(state, env, scene, item, &id, StatusCode::OK)
}

/// `PATCH /shares/{id}/permission`: links cannot be changed.
pub fn change(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    link(state, env, scene)?;
    Err(Refusal::new(400, "notSupported", "Sharing links cannot be changed."))
}

/// `DELETE /shares/{id}/permission`: the link leads nowhere any more.
pub fn remove(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let (item, id) = link(state, env, scene)?;
    permissions::take(state, env, scene, item, &id)?;
    Ok(Answer::empty(StatusCode::NO_CONTENT).into())
}

/// `POST /shares/{id}/permission/grant`
pub fn grant(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let (item, id) = link(state, env, scene)?;
    let view = permissions::grants::give(state, env, scene, item, &id)?;
    Ok(collection(env, "Collection(permission)", vec![view], None).into())
}

/// `POST /shares/{id}/permission/revokeGrants`
pub fn revoke(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let (item, id) = link(state, env, scene)?;
    let view: Value = permissions::grants::withdraw(state, env, scene, item, &id)?;
    Ok(Answer::ok(&entity(env, "permissions/$entity", view)).into())
}
