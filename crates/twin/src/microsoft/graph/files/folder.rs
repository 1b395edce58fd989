//! Children of a folder.

use super::super::odata::{self, body, collection, skip_token, top};
use super::super::scene::Scene;
use super::super::state::ItemKey;
use super::item::{answer, shown};
use super::{Author, Conflict, make_folder, place_for};
use crate::core::env::{Env, Reply};
use crate::microsoft::Microsoft;
use crate::microsoft::error::Refusal;
use http::StatusCode;
use serde_json::Value;

type Handled = Result<Reply<Microsoft>, Refusal>;

/// `GET …/children`: in the order of the names, a page at a time. Pages are no snapshot.
pub fn children(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let folder = scene.item(state, env)?;
    if !state.graph.content.item(folder).is_folder() {
        return Err(Refusal::invalid("The item is no folder."));
    }
    let size = top(env, odata::PAGE)?;
    let after = skip_token(env)?;
    let page: Vec<(String, ItemKey)> = state
        .graph
        .content
        .children(folder, after.as_deref())
        .filter(|(_, key)| scene.sees_draft(&state.graph.content, *key))
        .take(size + 1)
        .map(|(name, key)| (name.to_owned(), key))
        .collect();
    let next = (page.len() > size).then(|| page[size - 1].0.clone());
    let views = page.iter().take(size).map(|(_, key)| shown(state, env, scene, *key)).collect();
    Ok(collection(env, "drives/$entity/items/$entity/children", views, next.as_deref()).into())
}

/// `POST …/children`: a folder, or an empty file.
pub fn create(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let wanted = body(env)?;
    let parent = scene.writable(state, env)?;
    if !state.graph.content.item(parent).is_folder() {
        return Err(Refusal::invalid("The item is no folder."));
    }
    let name = wanted.get("name").and_then(Value::as_str);
    let name = name.ok_or_else(|| Refusal::invalid("The property 'name' is missing."))?.to_owned();
    let conflict = wanted.get("@microsoft.graph.conflictBehavior").and_then(Value::as_str);
    let conflict = Conflict::read(conflict, Conflict::Fail)?;
    let folder = wanted.get("folder").is_some();
    if !folder && wanted.get("file").is_none() {
        return Err(Refusal::invalid("The resource needs either a folder or a file facet."));
    }
    let author = Author { by: scene.actor(&mut state.graph.content), user: scene.user(), now: env.now };
    let made = match place_for(state, parent, &name, folder, conflict)? {
        Ok(free) if folder => make_folder(state, env.house, parent, &free, author),
        Ok(free) => {
            super::make_file(state, env.house, parent, &free, crate::core::blobs::Blob::default(), author)?
        }
        Err(known) => known,
    };
    Ok(answer(state, env, scene, made, StatusCode::CREATED).into())
}
