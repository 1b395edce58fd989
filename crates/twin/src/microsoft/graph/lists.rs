//! Lists and their columns (microsoft.md 2.10).

#![expect(clippy::unnecessary_wraps, reason = "handlers of one table share a type")]

use super::access;
use super::odata::{body, collection, entity, instant, project, selected};
use super::scene::Scene;
use super::seed;
use super::sites::visible;
use super::state::{Column, ListKey, SiteKey};
use super::view::{Viewer, encode};
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
    /// A list.
    pub fn list(&self, key: ListKey) -> Value {
        let content = &self.state.graph.content;
        let list = &content.lists[key as usize];
        let site = &content.sites[list.site as usize];
        json!({
            "id": list.id,
            "name": list.name,
            "displayName": list.title,
            "description": "",
            "createdDateTime": instant(list.created),
            "lastModifiedDateTime": instant(list.modified),
            "eTag": format!("\"{},{}\"", list.id, list.changes.len()),
            "webUrl": format!("{}/{}", self.site_url(key), encode(&list.name)),
            "parentReference": { "siteId": site.id() },
            "list": { "contentTypesEnabled": false, "hidden": false, "template": if list.library { "documentLibrary" } else { "genericList" } },
        })
    }

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

/// The list of the address, which the caller may see.
/// # Errors
/// 404 when there is none; 403 without the right.
pub fn named(state: &mut Microsoft, env: &Env<'_>, scene: &Scene) -> Result<ListKey, Refusal> {
    if scene.address.drive.is_some() {
        return scene.drive(state, env);
    }
    let site = visible(state, env, scene)?;
    state
        .graph
        .content
        .find_list(site, env.param("list-id"))
        .ok_or_else(|| Refusal::new(404, "itemNotFound", "The specified list was not found"))
}

fn manages(state: &Microsoft, scene: &Scene, site: SiteKey) -> Result<(), Refusal> {
    let content = &state.graph.content;
    let any = (0..content.lists.len()).find(|list| content.lists[*list].site == site);
    let root = any.map(|list| content.lists[list].root).ok_or_else(Refusal::denied)?;
    let scope = ["Sites.Manage.All", "Sites.FullControl.All"].iter().any(|name| scene.access.has(name))
        || content.sites[site as usize]
            .grants
            .get(&scene.access.app)
            .is_some_and(|grant| grant.roles.iter().any(|role| role == "owner" || role == "fullcontrol"));
    if scope && access::rights(state, &scene.access, root).write { Ok(()) } else { Err(Refusal::denied()) }
}

/// `GET /sites/{id}/lists`
pub fn all(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let site = visible(state, env, scene)?;
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let lists = &state.graph.content.lists;
    let names = selected(env);
    let own = (0..lists.len() as ListKey).filter(|key| lists[*key as usize].site == site);
    let views = own.map(|key| project(viewer.list(key), names.as_deref())).collect();
    Ok(collection(env, "sites/$entity/lists", views, None).into())
}

fn shown(state: &Microsoft, env: &Env<'_>, scene: &Scene, list: ListKey, status: StatusCode) -> Handled {
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let mut view = viewer.list(list);
    if super::odata::expands(env, "columns").is_some() {
        view["columns"] = json!(
            state.graph.content.lists[list as usize]
                .columns
                .iter()
                .map(|column| viewer.column(column))
                .collect::<Vec<_>>()
        );
    }
    if super::odata::expands(env, "drive").is_some() && state.graph.content.lists[list as usize].library {
        view["drive"] = viewer.drive(list);
    }
    let mut names = selected(env);
    if let Some(names) = names.as_mut() {
        names.extend(["columns", "drive"].map(str::to_owned));
    }
    Ok(Answer::json(status, &entity(env, "sites/$entity/lists/$entity", project(view, names.as_deref())))
        .into())
}

/// `GET /sites/{id}/lists/{id}`, `GET /drives/{id}/list`
pub fn get(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let list = named(state, env, scene)?;
    shown(state, env, scene, list, StatusCode::OK)
}

/// `POST /sites/{id}/lists`: a library or a plain list, with columns.
pub fn create(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let wanted = body(env)?;
    let site = visible(state, env, scene)?;
    manages(state, scene, site)?;
    let title =
        wanted["displayName"].as_str().or(wanted["name"].as_str()).unwrap_or_default().trim().to_owned();
    if title.is_empty() {
        return Err(Refusal::invalid("The property 'displayName' is missing."));
    }
    if state.graph.content.find_list(site, &title).is_some() {
        return Err(Refusal::new(
            409,
            "nameAlreadyExists",
            "A list, survey, discussion board, or document library with the specified title already exists in this Web site.",
        ));
    }
    let template = wanted["list"]["template"].as_str().unwrap_or("genericList");
    if !matches!(template, "documentLibrary" | "genericList") {
        return Err(Refusal::invalid(format!("The list template '{template}' is not supported.")));
    }
    let columns = wanted["columns"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|column| read_column(column, &env.house.random));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let list = seed::add_list(
        &mut state.graph.content,
        site,
        &title,
        &title,
        template == "documentLibrary",
        env.house,
        env.now,
    );
    state.graph.content.lists[list as usize].columns = columns;
    shown(state, env, scene, list, StatusCode::CREATED)
}

/// Reads a column that is to be made.
fn read_column(wanted: &Value, random: &Random) -> Result<Column, Refusal> {
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
        facet: wanted[*kind].clone(),
        indexed: flag("indexed"),
        hidden: flag("hidden"),
        required: flag("required"),
        read_only: flag("readOnly"),
        name,
    })
}

/// `GET …/columns`
pub fn columns(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let list = named(state, env, scene)?;
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let views =
        state.graph.content.lists[list as usize].columns.iter().map(|column| viewer.column(column)).collect();
    Ok(collection(env, "sites/$entity/lists/$entity/columns", views, None).into())
}

fn column_answer(
    state: &Microsoft,
    env: &Env<'_>,
    scene: &Scene,
    column: &Column,
    status: StatusCode,
) -> Handled {
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let view = entity(env, "sites/$entity/lists/$entity/columns/$entity", viewer.column(column));
    Ok(Answer::json(status, &view).into())
}

/// `POST …/columns`
pub fn add_column(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let wanted = body(env)?;
    let list = named(state, env, scene)?;
    let site = state.graph.content.lists[list as usize].site;
    manages(state, scene, site)?;
    let column = read_column(&wanted, &env.house.random)?;
    let columns = &mut state.graph.content.lists[list as usize].columns;
    if columns.iter().any(|known| known.name.eq_ignore_ascii_case(&column.name)) {
        return Err(Refusal::new(409, "nameAlreadyExists", "A column with this name already exists."));
    }
    columns.push(column.clone());
    column_answer(state, env, scene, &column, StatusCode::CREATED)
}

fn find_column(state: &Microsoft, list: ListKey, id: &str) -> Result<usize, Refusal> {
    let columns = &state.graph.content.lists[list as usize].columns;
    columns.iter().position(|column| column.id == id || column.name == id).ok_or_else(Refusal::no_item)
}

/// `GET …/columns/{id}`
pub fn get_column(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let list = named(state, env, scene)?;
    let at = find_column(state, list, env.param("column-id"))?;
    let column = state.graph.content.lists[list as usize].columns[at].clone();
    column_answer(state, env, scene, &column, StatusCode::OK)
}

/// `PATCH …/columns/{id}`
pub fn change_column(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let wanted = body(env)?;
    let list = named(state, env, scene)?;
    manages(state, scene, state.graph.content.lists[list as usize].site)?;
    let at = find_column(state, list, env.param("column-id"))?;
    let column = &mut state.graph.content.lists[list as usize].columns[at];
    let flag = |member: &str, known: bool| wanted[member].as_bool().unwrap_or(known);
    column.indexed = flag("indexed", column.indexed);
    column.hidden = flag("hidden", column.hidden);
    column.required = flag("required", column.required);
    if let Some(title) = wanted["displayName"].as_str() {
        title.clone_into(&mut column.title);
    }
    let column = column.clone();
    column_answer(state, env, scene, &column, StatusCode::OK)
}

/// `DELETE …/columns/{id}`
pub fn remove_column(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let list = named(state, env, scene)?;
    manages(state, scene, state.graph.content.lists[list as usize].site)?;
    let at = find_column(state, list, env.param("column-id"))?;
    state.graph.content.lists[list as usize].columns.remove(at);
    Ok(Answer::empty(StatusCode::NO_CONTENT).into())
}
