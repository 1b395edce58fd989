//! Versions (microsoft.md 2.9).

use super::super::names;
use super::super::odata::{collection, entity};
use super::super::scene::Scene;
use super::super::sharepoint;
use super::super::state::{Download, ItemKey, Kind, Version};
use super::super::view::Viewer;
use super::item::expect_unlocked;
use super::{Author, put_content};
use crate::core::answer::Answer;
use crate::core::env::{Env, Reply};
use crate::microsoft::Microsoft;
use crate::microsoft::error::Refusal;
use http::StatusCode;

type Handled = Result<Reply<Microsoft>, Refusal>;

/// `GET …/versions`: newest first.
pub fn list(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let item = scene.item(state, env)?;
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let versions = state.graph.content.item(item).versions();
    let views = versions.iter().rev().map(|version| viewer.version(version)).collect();
    Ok(collection(env, "drives/$entity/items/$entity/versions", views, None).into())
}

fn find(state: &Microsoft, item: ItemKey, id: &str) -> Result<Version, Refusal> {
    let versions = state.graph.content.item(item).versions();
    let found =
        if id == "current" { versions.last() } else { versions.iter().find(|version| version.id() == id) };
    found.cloned().ok_or_else(|| Refusal::new(404, "itemNotFound", "The version could not be found."))
}

/// `GET …/versions/{id}`
pub fn get(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let item = scene.item(state, env)?;
    let version = find(state, item, env.param("driveItemVersion-id"))?;
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    Ok(Answer::ok(&entity(env, "drives/$entity/items/$entity/versions/$entity", viewer.version(&version)))
        .into())
}

/// `GET …/versions/{id}/content`: of older versions only.
pub fn content(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let item = scene.item(state, env)?;
    let version = find(state, item, env.param("driveItemVersion-id"))?;
    let content = &state.graph.content;
    if content.item(item).versions().last().is_some_and(|last| last.id() == version.id()) {
        return Err(Refusal::invalid("You cannot get the content of the current version."));
    }
    let name = content.item(item).name.to_string();
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let (site, guid) = (viewer.site_url(content.item(item).list), content.guid(item));
    let download = Download {
        content: version.content,
        media_type: names::media_type(&name).to_owned(),
        name,
        expires: 0,
    };
    let url = sharepoint::offer(&mut state.graph.content, env, &site, &guid, download);
    Ok(Answer::redirect(&url).into())
}

/// `POST …/versions/{id}/restoreVersion`: the old content as a new version.
pub fn restore(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let item = scene.writable(state, env)?;
    expect_unlocked(env)?;
    let version = find(state, item, env.param("driveItemVersion-id"))?;
    let author = Author { by: scene.actor(&mut state.graph.content), user: scene.user(), now: env.now };
    put_content(state, env.house, item, version.content, author)?;
    Ok(Answer::empty(StatusCode::NO_CONTENT).into())
}

/// `DELETE …/versions/{id}`: of older versions only.
pub fn remove(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let item = scene.writable(state, env)?;
    expect_unlocked(env)?;
    let id = find(state, item, env.param("driveItemVersion-id"))?.id();
    let content = &mut state.graph.content;
    let list = content.item(item).list as usize;
    if let Kind::File(versions) = &mut content.item_mut(item).kind {
        if versions.last().is_some_and(|last| last.id() == id) {
            return Err(Refusal::invalid("The current version cannot be deleted."));
        }
        let at = versions.iter().position(|version| version.id() == id);
        let size = at.map_or(0, |at| versions.remove(at).content.size());
        content.lists[list].used = content.lists[list].used.saturating_sub(size);
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT).into())
}
