//! Lists and their columns (microsoft.md 2.10).

#![expect(clippy::unnecessary_wraps, reason = "handlers of one table share a type")]

pub mod columns;

use super::access;
use super::odata::{body, collection, entity, expands, inner_select, instant, project, selected};
use super::scene::Scene;
use super::seed;
use super::sites::visible;
use super::state::{ItemKey, ListKey, Place, SiteKey};
use super::view::{Viewer, encode};
use crate::core::answer::Answer;
use crate::core::env::{Env, Reply};
use crate::microsoft::Microsoft;
use crate::microsoft::error::Refusal;
use http::StatusCode;
use serde_json::{Value, json};

type Handled = Result<Reply<Microsoft>, Refusal>;

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
            "description": list.description,
            "createdBy": self.identity(list.created_by),
            "lastModifiedBy": self.identity(list.created_by),
            "createdDateTime": instant(list.created),
            "lastModifiedDateTime": instant(list.modified),
            "eTag": format!("\"{},{}\"", list.id, list.changes.len()),
            "webUrl": format!("{}/{}", self.site_url(key), encode(&list.name)),
            "parentReference": { "siteId": site.id() },
            "list": { "contentTypesEnabled": false, "hidden": false, "template": if list.is_library() { "documentLibrary" } else { "genericList" } },
        })
    }
}

/// The list of the address, which the caller may see.
/// # Errors
/// 404 when there is none; 403 without the right.
pub fn named(state: &mut Microsoft, env: &Env<'_>, scene: &Scene) -> Result<ListKey, Refusal> {
    if scene.address.drive.is_some() {
        return scene.drive(state, env);
    }
    let site = scene.site(state, env)?;
    let content = &state.graph.content;
    let seen = access::sees_site(state, &scene.access, &content.sites[site as usize]);
    let found = content.find_list(site, env.param("list-id"));
    // An application may have been granted the list alone.
    let granted =
        |list: &ListKey| access::rights(state, &scene.access, content.lists[*list as usize].root).read;
    match found {
        Some(list) if seen || granted(&list) => Ok(list),
        _ if !seen => Err(Refusal::denied()),
        _ => Err(Refusal::new(404, "itemNotFound", "The specified list was not found")),
    }
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
    let own = (0..lists.len() as ListKey)
        .filter(|key| lists[*key as usize].site == site && !lists[*key as usize].removed);
    let views = own.map(|key| project(viewer.list(key), names.as_deref())).collect();
    Ok(collection(env, "sites/$entity/lists", views, None).into())
}

fn shown(state: &Microsoft, env: &Env<'_>, scene: &Scene, list: ListKey, status: StatusCode) -> Handled {
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let known = &state.graph.content.lists[list as usize];
    let mut view = viewer.list(list);
    if let Some(options) = expands(env, "columns") {
        let names = inner_select(&options);
        let columns = known.columns.iter().map(|column| project(viewer.column(column), names.as_deref()));
        view["columns"] = json!(columns.collect::<Vec<_>>());
    }
    if expands(env, "drive").is_some() && known.is_library() {
        view["drive"] = viewer.drive(list);
    }
    if let Some(options) = expands(env, "items") {
        view["items"] = json!(rows_of(state, scene, &viewer, list, &options));
    }
    let mut names = selected(env);
    if let Some(names) = names.as_mut() {
        names.extend(["columns", "drive", "items"].map(str::to_owned));
    }
    Ok(Answer::json(status, &entity(env, "sites/$entity/lists/$entity", project(view, names.as_deref())))
        .into())
}

/// The first page of a list's items, for `$expand=items(expand=fields(select=…))`.
fn rows_of(
    state: &Microsoft,
    scene: &Scene,
    viewer: &Viewer<'_>,
    list: ListKey,
    options: &str,
) -> Vec<Value> {
    let content = &state.graph.content;
    let fields = options.split_once("fields").map(|(_, rest)| rest.trim_start_matches('(').to_owned());
    let here = |item: &ItemKey| {
        content.item(*item).place == Place::Here
            && access::rights(state, &scene.access, *item).read
            && scene.sees_draft(content, *item)
    };
    let all = (1..).map_while(|number| content.numbered(list, number)).flatten();
    all.filter(here).take(super::odata::PAGE).map(|item| viewer.row(item, fields.as_deref())).collect()
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
        .map(|column| columns::read(column, &env.house.random));
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
    let by = scene.actor(&mut state.graph.content);
    let made = &mut state.graph.content.lists[list as usize];
    made.columns = columns;
    made.created_by = by;
    wanted["description"].as_str().unwrap_or_default().clone_into(&mut made.description);
    shown(state, env, scene, list, StatusCode::CREATED)
}

/// `PATCH …/lists/{id}`: its name for people, its description.
pub fn change(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let wanted = body(env)?;
    let list = named(state, env, scene)?;
    let site = state.graph.content.lists[list as usize].site;
    manages(state, scene, site)?;
    if let Some(title) = wanted["displayName"].as_str() {
        if title.trim().is_empty() {
            return Err(Refusal::invalid("The property 'displayName' is empty."));
        }
        if state.graph.content.find_list(site, title).is_some_and(|known| known != list) {
            return Err(Refusal::new(409, "nameAlreadyExists", "A list with this name already exists."));
        }
        title.clone_into(&mut state.graph.content.lists[list as usize].title);
    }
    let known = &mut state.graph.content.lists[list as usize];
    if let Some(text) = wanted["description"].as_str() {
        text.clone_into(&mut known.description);
    }
    known.modified = env.now.as_microsecond();
    shown(state, env, scene, list, StatusCode::OK)
}

/// `DELETE …/lists/{id}`: the site's default library stays.
pub fn remove(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let list = named(state, env, scene)?;
    let lists = &state.graph.content.lists;
    let site = lists[list as usize].site;
    manages(state, scene, site)?;
    let first = lists.iter().position(|known| known.site == site && known.is_library());
    if first == Some(list as usize) {
        return Err(Refusal::denied());
    }
    for item in state.graph.content.tree(state.graph.content.lists[list as usize].root) {
        state.graph.content.item_mut(item).place = Place::Gone;
    }
    state.graph.content.lists[list as usize].removed = true;
    Ok(Answer::empty(StatusCode::NO_CONTENT).into())
}
