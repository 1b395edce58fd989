//! Columns of a list.

#![expect(clippy::unnecessary_wraps, reason = "handlers of one table share a type")]

use super::super::odata::{body, collection, entity};
use super::super::scene::Scene;
use super::super::state::{Column, ListKey};
use super::super::view::Viewer;
use super::{manages, named};
use crate::core::answer::Answer;
use crate::core::env::{Env, Reply};
use crate::core::random::Random;
use crate::microsoft::Microsoft;
use crate::microsoft::error::Refusal;
use http::StatusCode;
use serde_json::{Value, json};

type Handled = Result<Reply<Microsoft>, Refusal>;

/// The facets of columns that can be made.
const KINDS: &[&str] = &[
    "text",
    "number",
    "choice",
    "dateTime",
    "boolean",
    "personOrGroup",
    "lookup",
    "currency",
    "hyperlinkOrPicture",
];

impl Viewer<'_> {
    /// A column.
    pub fn column(&self, column: &Column) -> Value {
        let mut view = json!({
            "id": column.id, "name": column.name, "displayName": column.title, "description": "",
            "columnGroup": "Custom Columns", "enforceUniqueValues": false, "hidden": column.hidden,
            "indexed": column.indexed, "readOnly": column.read_only, "required": column.required,
        });
        view[&column.kind] = column.facet.clone();
        view
    }
}

/// Reads a column that is to be made.
pub(super) fn read(wanted: &Value, random: &Random) -> Result<Column, Refusal> {
    let kind = KINDS.iter().find(|kind| wanted.get(**kind).is_some());
    let kind = kind.ok_or_else(|| Refusal::invalid("The column has no type."))?;
    let name = wanted["name"].as_str().unwrap_or_default().to_owned();
    if name.is_empty() || !name.chars().all(|letter| letter.is_alphanumeric() || letter == '_') {
        return Err(Refusal::invalid("The column's name is missing or malformed."));
    }
    let flag = |member: &str| wanted[member].as_bool().unwrap_or(false);
    Ok(Column {
        id: random.uuid().to_string(),
        title: wanted["displayName"].as_str().unwrap_or(&name).to_owned(),
        kind: (*kind).to_owned(),
        facet: facet(kind, &wanted[*kind]),
        indexed: flag("indexed"),
        hidden: flag("hidden"),
        required: flag("required"),
        read_only: flag("readOnly"),
        name,
    })
}

/// The facet of a column with what a text column is otherwise.
fn facet(kind: &str, wanted: &Value) -> Value {
    let mut facet = match kind {
        "text" => json!({
            "allowMultipleLines": false, "appendChangesToExistingText": false, "linesForEditing": 0, "maxLength": 255,
        }),
        _ => json!({}),
    };
    for (name, value) in wanted.as_object().into_iter().flatten() {
        facet[name] = value.clone();
    }
    facet
}

/// `GET …/columns`
pub fn all(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let list = named(state, env, scene)?;
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let views =
        state.graph.content.lists[list as usize].columns.iter().map(|column| viewer.column(column)).collect();
    Ok(collection(env, "sites/$entity/lists/$entity/columns", views, None).into())
}

fn answer(state: &Microsoft, env: &Env<'_>, scene: &Scene, column: &Column, status: StatusCode) -> Handled {
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let view = entity(env, "sites/$entity/lists/$entity/columns/$entity", viewer.column(column));
    Ok(Answer::json(status, &view).into())
}

/// `POST …/columns`
pub fn add(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let wanted = body(env)?;
    let list = named(state, env, scene)?;
    let site = state.graph.content.lists[list as usize].site;
    manages(state, scene, site)?;
    let column = read(&wanted, &env.house.random)?;
    let columns = &mut state.graph.content.lists[list as usize].columns;
    if columns.iter().any(|known| known.name.eq_ignore_ascii_case(&column.name)) {
        return Err(Refusal::new(409, "nameAlreadyExists", "A column with this name already exists."));
    }
    columns.push(column.clone());
    answer(state, env, scene, &column, StatusCode::CREATED)
}

fn find(state: &Microsoft, list: ListKey, id: &str) -> Result<usize, Refusal> {
    let columns = &state.graph.content.lists[list as usize].columns;
    columns.iter().position(|column| column.id == id || column.name == id).ok_or_else(Refusal::no_item)
}

/// `GET …/columns/{id}`
pub fn get(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let list = named(state, env, scene)?;
    let at = find(state, list, env.param("column-id"))?;
    let column = state.graph.content.lists[list as usize].columns[at].clone();
    answer(state, env, scene, &column, StatusCode::OK)
}

/// `PATCH …/columns/{id}`
pub fn change(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let wanted = body(env)?;
    let list = named(state, env, scene)?;
    manages(state, scene, state.graph.content.lists[list as usize].site)?;
    let at = find(state, list, env.param("column-id"))?;
    let column = &mut state.graph.content.lists[list as usize].columns[at];
    let flag = |member: &str, known: bool| wanted[member].as_bool().unwrap_or(known);
    column.indexed = flag("indexed", column.indexed);
    column.hidden = flag("hidden", column.hidden);
    column.required = flag("required", column.required);
    if let Some(title) = wanted["displayName"].as_str() {
        title.clone_into(&mut column.title);
    }
    let column = column.clone();
    answer(state, env, scene, &column, StatusCode::OK)
}

/// `DELETE …/columns/{id}`
pub fn remove(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let list = named(state, env, scene)?;
    manages(state, scene, state.graph.content.lists[list as usize].site)?;
    let at = find(state, list, env.param("column-id"))?;
    state.graph.content.lists[list as usize].columns.remove(at);
    Ok(Answer::empty(StatusCode::NO_CONTENT).into())
}
