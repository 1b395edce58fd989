//! Versions of list items: what their fields once were (microsoft.md 2.9, 2.10).

use super::super::files::{Author, add_version, free_to_change, next_version, put_content, set_fields};
use super::super::odata::{collection, entity, expands, instant};
use super::super::scene::Scene;
use super::super::state::{Item, ItemKey, micros};
use super::super::view::Viewer;
use crate::core::answer::Answer;
use crate::core::env::{Env, Reply};
use crate::microsoft::Microsoft;
use crate::microsoft::error::Refusal;
use http::StatusCode;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

type Handled = Result<Reply<Microsoft>, Refusal>;

/// The number of an item's current version. Files count their contents, rows their fields.
pub fn major(item: &Item) -> u32 {
    let past = item.more.as_ref().and_then(|more| more.past.last());
    item.versions().last().map_or_else(|| past.map_or(1, |past| past.major + 1), |version| version.major)
}

/// Versions of an item, newest first: number, when, by whom.
fn all(item: &Item) -> Vec<(u32, i64, u32)> {
    if item.is_file() {
        return item.versions().iter().rev().map(|one| (one.major, one.at, one.by)).collect();
    }
    let past = item.more.as_ref().map(|more| more.past.as_slice()).unwrap_or_default();
    let current = (major(item), item.modified, item.modified_by);
    std::iter::once(current).chain(past.iter().rev().map(|past| (past.major, past.at, past.by))).collect()
}

/// The fields of a version: those from before the next change of them, or today's.
fn fields_of(item: &Item, major: u32) -> BTreeMap<String, Value> {
    let Some(more) = &item.more else { return BTreeMap::new() };
    let past = more.past.iter().find(|past| past.major >= major);
    past.map_or_else(|| more.fields.clone(), |past| past.fields.clone())
}

/// A new version of a file whose fields were changed; while it is checked out there is none.
pub fn follow(state: &mut Microsoft, item: ItemKey, author: Author<'_>) {
    let at = state.graph.content.item(item);
    if at.checkout().is_some() {
        return;
    }
    if let Some(last) = at.versions().last().cloned() {
        let version = next_version(at.versions(), last.content, micros(author.now), author.by);
        add_version(state, item, version);
    }
}

impl Viewer<'_> {
    fn row_version(&self, item: &Item, (major, at, by): (u32, i64, u32), fields: bool) -> Value {
        let id = format!("{major}.0");
        let mut view = json!({
            "id": id,
            "lastModifiedDateTime": instant(at),
            "lastModifiedBy": self.identity(by),
            "publication": { "level": "published", "versionId": id },
        });
        if fields {
            view["fields"] = json!(fields_of(item, major));
        }
        view
    }
}

/// `GET …/items/{id}/versions`: newest first.
pub fn list(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let key = super::row(state, env, scene)?;
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let item = state.graph.content.item(key);
    let fields = expands(env, "fields").is_some();
    let views = all(item).into_iter().map(|one| viewer.row_version(item, one, fields)).collect();
    Ok(collection(env, "sites/$entity/lists/$entity/items/$entity/versions", views, None).into())
}

fn find(item: &Item, id: &str) -> Result<(u32, i64, u32), Refusal> {
    let mut known = all(item).into_iter();
    let found =
        if id == "current" { known.next() } else { known.find(|(major, ..)| format!("{major}.0") == id) };
    found.ok_or_else(|| Refusal::new(404, "itemNotFound", "The version could not be found."))
}

/// `GET …/items/{id}/versions/{id}`
pub fn get(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let key = super::row(state, env, scene)?;
    let item = state.graph.content.item(key);
    let found = find(item, env.param("listItemVersion-id"))?;
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let view = viewer.row_version(item, found, expands(env, "fields").is_some());
    Ok(Answer::ok(&entity(env, "sites/$entity/lists/$entity/items/$entity/versions/$entity", view)).into())
}

/// `GET …/items/{id}/versions/{id}/fields`
pub fn fields(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let key = super::row(state, env, scene)?;
    let item = state.graph.content.item(key);
    let (major, ..) = find(item, env.param("listItemVersion-id"))?;
    let values: Map<String, Value> = fields_of(item, major).into_iter().collect();
    let what = "sites/$entity/lists/$entity/items/$entity/versions/$entity/fields/$entity";
    Ok(Answer::ok(&entity(env, what, Value::Object(values))).into())
}

/// `POST …/items/{id}/versions/{id}/restoreVersion`: as a new version.
pub fn restore(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let key = super::row(state, env, scene)?;
    scene.may_write(state, key)?;
    let author = Author { by: scene.actor(&mut state.graph.content), user: scene.user(), now: env.now };
    free_to_change(state, key, author)?;
    let item = state.graph.content.item(key);
    let (major, ..) = find(item, env.param("listItemVersion-id"))?;
    let fields = fields_of(item, major);
    let content = item.versions().iter().find(|version| version.major == major);
    let content = content.map(|version| version.content.clone());
    let empty: Vec<(String, Value)> = item
        .more
        .iter()
        .flat_map(|more| more.fields.keys())
        .filter(|name| !fields.contains_key(*name))
        .map(|name| (name.clone(), Value::Null))
        .collect();
    set_fields(state, env.house, key, empty.into_iter().chain(fields), author);
    if let Some(content) = content {
        put_content(state, env.house, key, content, author)?;
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT).into())
}
