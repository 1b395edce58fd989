//! Finding items by a word, the recent ones, and those shared with somebody.

#![expect(clippy::unnecessary_wraps, reason = "handlers of one table share a type")]

use super::super::access;
use super::super::odata::{collection, skip_token, top};
use super::super::scene::Scene;
use super::super::state::{ItemKey, ListKey, Place, micros};
use super::item::shown;
use crate::core::env::{Env, Reply};
use crate::microsoft::Microsoft;
use crate::microsoft::error::Refusal;
use serde_json::{Map, Value};

type Handled = Result<Reply<Microsoft>, Refusal>;

/// `GET …/search(q='…')`: every word is in the name. The index lags behind by as many seconds as are
/// ordered.
pub fn search(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let drive = scene.drive(state, env)?;
    let folder = match scene.address.item {
        Some(_) => scene.item(state, env)?,
        None => state.graph.content.lists[drive as usize].root,
    };
    let words: Vec<String> = env.param("q").to_lowercase().split_whitespace().map(str::to_owned).collect();
    let lag = env.behaves("search-lag-seconds").and_then(|value| value.as_i64()).unwrap_or(0);
    let indexed = micros(env.now) - lag * 1_000_000;
    let size = top(env, 200)?;
    let after = skip_token(env)?.and_then(|text| text.parse().ok()).unwrap_or(0);
    let content = &state.graph.content;
    let fits = |key: &ItemKey| {
        let item = content.item(*key);
        let name = item.name.to_lowercase();
        item.modified <= indexed
            && item.parent.is_some()
            && words.iter().all(|word| name.contains(word.as_str()))
            && content.is_within(*key, folder)
    };
    let mut found: Vec<ItemKey> = of_list(state, scene, drive, after).filter(fits).take(size + 1).collect();
    let more = found.len() > size;
    found.truncate(size);
    let next = found.last().filter(|_| more).map(|last| content.item(*last).number.to_string());
    views(state, env, scene, found, next.as_deref())
}

/// `GET /drives/{id}/recent`: what the caller changed last.
pub fn recent(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let drive = scene.drive(state, env)?;
    let by = scene.actor(&mut state.graph.content);
    let content = &state.graph.content;
    let mut own: Vec<ItemKey> = of_list(state, scene, drive, 0)
        .filter(|key| content.item(*key).is_file() && content.item(*key).modified_by == by)
        .collect();
    own.sort_by_key(|key| std::cmp::Reverse(content.item(*key).modified));
    own.truncate(top(env, 200)?);
    views(state, env, scene, own, None)
}

/// `GET /drives/{id}/sharedWithMe`: items elsewhere that somebody shared with the caller by name.
pub fn shared_with_me(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let content = &state.graph.content;
    let shared = content.shared.get(scene.user()).into_iter().flatten().copied();
    let here = shared.filter(|key| content.item(*key).place == Place::Here);
    let found: Vec<ItemKey> = here.take(top(env, 200)?).collect();
    let views = found.into_iter().map(|key| remote(shown(state, env, scene, key))).collect();
    Ok(collection(env, "Collection(driveItem)", views, None).into())
}

/// An item as it is seen from another drive: itself once more, as `remoteItem`.
fn remote(mut view: Value) -> Value {
    const KEPT: &[&str] = &[
        "id",
        "name",
        "size",
        "file",
        "folder",
        "webUrl",
        "parentReference",
        "fileSystemInfo",
        "createdBy",
        "createdDateTime",
        "lastModifiedBy",
        "lastModifiedDateTime",
        "shared",
    ];
    let kept = KEPT.iter().filter_map(|name| Some(((*name).to_owned(), view.get(*name)?.clone())));
    let there: Map<String, Value> = kept.collect();
    view["remoteItem"] = Value::Object(there);
    view
}

/// What the caller sees in a library, in the order of the items' numbers, from behind one.
fn of_list<'a>(
    state: &'a Microsoft,
    scene: &'a Scene,
    list: ListKey,
    after: u32,
) -> impl Iterator<Item = ItemKey> + 'a {
    let content = &state.graph.content;
    let seen = move |key: &ItemKey| {
        content.item(*key).place == Place::Here
            && scene.sees_draft(content, *key)
            && access::rights(state, &scene.access, *key).read
    };
    (after.saturating_add(1)..).map_while(move |number| content.numbered(list, number)).flatten().filter(seen)
}

fn views(
    state: &mut Microsoft,
    env: &Env<'_>,
    scene: &Scene,
    found: Vec<ItemKey>,
    next: Option<&str>,
) -> Handled {
    let views = found.into_iter().map(|key| shown(state, env, scene, key)).collect();
    Ok(collection(env, "Collection(driveItem)", views, next).into())
}
