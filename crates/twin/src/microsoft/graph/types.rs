//! Content types: the few that every site has, and a list's own of them.

use super::lists::named;
use super::odata::{collection, entity};
use super::scene::Scene;
use super::sites::visible;
use super::state::List;
use crate::core::answer::Answer;
use crate::core::env::{Env, Reply};
use crate::microsoft::Microsoft;
use crate::microsoft::error::Refusal;
use serde_json::{Value, json};

type Handled = Result<Reply<Microsoft>, Refusal>;

/// Id, name, group, what it inherits.
const BUILT_IN: &[(&str, &str, &str, &str)] = &[
    ("0x01", "Item", "List Content Types", "0x"),
    ("0x0101", "Document", "Document Content Types", "0x01"),
    ("0x0120", "Folder", "Folder Content Types", "0x01"),
];

/// The id of a list's own child of a site's content type: `00` and 32 hexadecimal digits behind it.
pub fn in_list(list: &List, base: &str) -> String {
    format!("{base}00{}", list.id.replace('-', "").to_uppercase())
}

fn view(id: &str, name: &str, group: &str, parent: &str) -> Value {
    json!({
        "id": id, "name": name, "description": "", "group": group, "hidden": false, "isBuiltIn": true,
        "parentId": parent, "readOnly": false, "sealed": false,
    })
}

fn site_types() -> Vec<Value> {
    BUILT_IN.iter().map(|(id, name, group, parent)| view(id, name, group, parent)).collect()
}

fn list_types(list: &List) -> Vec<Value> {
    let own = |(_, name, ..): &&(&str, &str, &str, &str)| {
        *name == "Folder" || (*name == "Document") == list.library
    };
    let one = |(id, name, group, _): &(&str, &str, &str, &str)| view(&in_list(list, id), name, group, id);
    BUILT_IN.iter().filter(own).map(one).collect()
}

fn find(all: Vec<Value>, env: &Env<'_>, what: &str) -> Handled {
    let id = env.param("contentType-id");
    let found = all.into_iter().find(|one| one["id"] == id || one["name"] == id);
    Ok(Answer::ok(&entity(env, what, found.ok_or_else(Refusal::no_item)?)).into())
}

/// `GET /sites/{id}/contentTypes`
pub fn of_site(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    visible(state, env, scene)?;
    Ok(collection(env, "sites/$entity/contentTypes", site_types(), None).into())
}

/// `GET /sites/{id}/contentTypes/{id}`
pub fn of_site_by_id(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    visible(state, env, scene)?;
    find(site_types(), env, "sites/$entity/contentTypes/$entity")
}

/// `GET …/lists/{id}/contentTypes`
pub fn of_list(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let list = named(state, env, scene)?;
    let views = list_types(&state.graph.content.lists[list as usize]);
    Ok(collection(env, "sites/$entity/lists/$entity/contentTypes", views, None).into())
}

/// `GET …/lists/{id}/contentTypes/{id}`
pub fn of_list_by_id(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let list = named(state, env, scene)?;
    let views = list_types(&state.graph.content.lists[list as usize]);
    find(views, env, "sites/$entity/lists/$entity/contentTypes/$entity")
}
