//! Finding items by a word, the recent ones, and those shared with somebody.

#![expect(clippy::unnecessary_wraps, reason = "handlers of one table share a type")]

use super::super::access;
use super::super::odata::{collection, top};
use super::super::scene::Scene;
use super::super::state::{Grantee, ItemKey, ListKey, Place, micros};
use super::item::shown;
use crate::core::env::{Env, Reply};
use crate::microsoft::Microsoft;
use crate::microsoft::error::Refusal;

type Handled = Result<Reply<Microsoft>, Refusal>;

/// `GET …/search(q='…')`: every word begins a word of the name. The index lags behind by as many seconds as are
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
    let content = &state.graph.content;
    let fits = |key: &ItemKey| {
        let item = content.item(*key);
        let name = item.name.to_lowercase();
        let begins = |word: &String| {
            name.split(|letter: char| !letter.is_alphanumeric()).any(|part| part.starts_with(word.as_str()))
                || name.contains(word.as_str())
        };
        item.modified <= indexed
            && item.parent.is_some()
            && words.iter().all(begins)
            && content.is_within(*key, folder)
    };
    let found = of_list(state, scene, drive).into_iter().filter(fits).take(top(env, 200)?).collect();
    views(state, env, scene, found)
}

/// `GET /drives/{id}/recent`: what the caller changed last.
pub fn recent(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let drive = scene.drive(state, env)?;
    let by = scene.actor(&mut state.graph.content);
    let content = &state.graph.content;
    let mut own: Vec<ItemKey> = of_list(state, scene, drive)
        .into_iter()
        .filter(|key| content.item(*key).is_file() && content.item(*key).modified_by == by)
        .collect();
    own.sort_by_key(|key| std::cmp::Reverse(content.item(*key).modified));
    own.truncate(top(env, 200)?);
    views(state, env, scene, own)
}

/// `GET /drives/{id}/sharedWithMe`: items elsewhere that somebody shared with the caller.
pub fn shared_with_me(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let content = &state.graph.content;
    let to_caller = |key: &ItemKey| {
        let item = content.item(*key);
        item.place == Place::Here
            && item.more.as_ref().is_some_and(|more| {
                more.permissions
                    .iter()
                    .any(|permission| matches!(&permission.to, Grantee::User(user) if user == scene.user()))
            })
    };
    let found = (0..content.len() as ItemKey).filter(to_caller).take(top(env, 200)?).collect();
    views(state, env, scene, found)
}

fn of_list(state: &Microsoft, scene: &Scene, list: ListKey) -> Vec<ItemKey> {
    let content = &state.graph.content;
    let seen = |key: &ItemKey| {
        content.item(*key).list == list
            && content.item(*key).place == Place::Here
            && scene.sees_draft(content, *key)
            && access::rights(state, &scene.access, *key).read
    };
    (0..content.len() as ItemKey).filter(seen).collect()
}

fn views(state: &mut Microsoft, env: &Env<'_>, scene: &Scene, found: Vec<ItemKey>) -> Handled {
    let views = found.into_iter().map(|key| shown(state, env, scene, key)).collect();
    Ok(collection(env, "Collection(driveItem)", views, None).into())
}
