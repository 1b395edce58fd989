//! Changes of a list's items since a cursor.

use super::super::files::delta::{Walked, walk_list};
use super::super::lists::named;
use super::super::odata::expands;
use super::super::scene::Scene;
use super::super::state::ItemKey;
use super::super::view::Viewer;
use crate::core::env::{Env, Reply};
use crate::microsoft::Microsoft;
use crate::microsoft::error::Refusal;
use serde_json::Value;

/// `GET …/lists/{id}/items/delta`
pub fn delta(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Result<Reply<Microsoft>, Refusal> {
    let list = named(state, env, scene)?;
    walk_list(state, env, scene, list, &Walked { what: "Collection(listItem)", folders: false, view: row })
}

fn row(state: &mut Microsoft, env: &Env<'_>, scene: &Scene, item: ItemKey) -> Value {
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    viewer.row(item, expands(env, "fields").as_deref())
}
