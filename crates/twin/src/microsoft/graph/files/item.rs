//! One item: look, rename, move, describe.

use super::super::odata::{self, body, entity, expands, project, read_instant, selected};
use super::super::scene::Scene;
use super::super::state::{Download, ItemKey, micros};
use super::super::view::{Viewer, ctag, etag};
use super::super::{names, sharepoint};
use super::{Author, relocate};
use crate::core::answer::Answer;
use crate::core::env::{Env, Reply};
use crate::microsoft::Microsoft;
use crate::microsoft::error::Refusal;
use http::StatusCode;
use serde_json::{Value, json};

type Handled = Result<Reply<Microsoft>, Refusal>;

/// An item as this call wants to see it: `$select`, `$expand`, and what is shown only on request.
pub fn shown(state: &mut Microsoft, env: &Env<'_>, scene: &Scene, item: ItemKey) -> Value {
    let names = selected(env);
    let wants = |name: &str| names.as_ref().is_some_and(|names| names.iter().any(|wanted| wanted == name));
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let mut view = viewer.item(item);
    if view.get("deleted").is_some() {
        return view;
    }
    if wants("publication") {
        view["publication"] = viewer.publication(item);
    }
    if wants("sharepointIds") || names.is_none() && env.behaves("sharepoint-ids-by-default").is_some() {
        view["sharepointIds"] = viewer.sharepoint_ids(item);
    }
    if wants("webDavUrl") {
        view["webDavUrl"] = json!(viewer.plain_url(item));
    }
    if expands(env, "children").is_some() {
        let all: Vec<ItemKey> =
            state.graph.content.children(item, None).map(|(_, key)| key).take(odata::PAGE).collect();
        let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
        view["children"] = json!(
            all.into_iter()
                .filter(|key| scene.sees_draft(&state.graph.content, *key))
                .map(|key| viewer.item(key))
                .collect::<Vec<_>>()
        );
    }
    let plain = names.is_none() || wants("@microsoft.graph.downloadUrl") || wants("content.downloadUrl");
    if plain && let Some(url) = offer(state, env, scene, item) {
        view["@microsoft.graph.downloadUrl"] = json!(url);
    }
    let mut keep = names;
    if let Some(names) = keep.as_mut() {
        names.extend(["children", "@microsoft.graph.downloadUrl"].map(str::to_owned));
    }
    project(view, keep.as_deref())
}

/// An address that downloads what the caller reads of a file.
pub fn offer(state: &mut Microsoft, env: &Env<'_>, scene: &Scene, item: ItemKey) -> Option<String> {
    let content = &state.graph.content;
    let blob = content.item(item).content_for(scene.user())?.content.clone();
    let name = content.item(item).name.to_string();
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let (site, guid) = (viewer.site_url(content.item(item).list), content.guid(item));
    let download =
        Download { content: blob, media_type: names::media_type(&name).to_owned(), name, expires: 0 };
    Some(sharepoint::offer(&mut state.graph.content, env, &site, &guid, download))
}

/// The answer that shows an item.
pub fn answer(
    state: &mut Microsoft,
    env: &Env<'_>,
    scene: &Scene,
    item: ItemKey,
    status: StatusCode,
) -> Answer {
    let view = shown(state, env, scene, item);
    Answer::json(status, &entity(env, "drives/$entity/items/$entity", view))
}

/// `GET /drives/{id}/items/{id}`
pub fn get(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let item = scene.item(state, env)?;
    let fresh = micros(env.now) - state.graph.content.item(item).created < 5_000_000;
    if fresh && env.behaves("fresh-item-404").is_some() {
        return Err(Refusal::no_item());
    }
    if matches(env.call.header("if-none-match"), &etag(&state.graph.content, item)) {
        return Ok(Answer::empty(StatusCode::NOT_MODIFIED).into());
    }
    Ok(answer(state, env, scene, item, StatusCode::OK).into())
}

/// Whether a header names a tag; `*` names every one.
pub fn matches(header: Option<&str>, tag: &str) -> bool {
    let bare = |text: &str| text.trim().trim_start_matches("W/").trim_matches('"').to_ascii_uppercase();
    header.is_some_and(|text| text.trim() == "*" || text.split(",\"").any(|one| bare(one) == bare(tag)))
}

/// Refuses a change that was decided from an older state: `If-Match` takes the item's tag or the content's (M-15).
pub fn expect_match(state: &Microsoft, env: &Env<'_>, item: ItemKey) -> Result<(), Refusal> {
    let content = &state.graph.content;
    let stale = |inner: &str| {
        Refusal::new(412, "resourceModified", "ETag does not match current item's value").inner(inner)
    };
    let Some(header) = env.call.header("if-match") else { return Ok(()) };
    if env.behaves("spurious-412").is_some() {
        return Err(stale("entityTagDoesNotMatch"));
    }
    if matches(Some(header), &etag(content, item)) || matches(Some(header), &ctag(content, item)) {
        return Ok(());
    }
    Err(stale("entityTagDoesNotMatch"))
}

/// Refuses what an order locks, in either of the shapes that were seen (M-14).
pub fn expect_unlocked(env: &Env<'_>) -> Result<(), Refusal> {
    match env.behaves("locked") {
        None => Ok(()),
        Some(Value::String(shape)) if shape == "plain" => {
            Err(Refusal::new(423, "resourceLocked", "The resource you are attempting to access is locked"))
        }
        Some(Value::String(shape)) if shape == "token" => {
            Err(Refusal::new(423, "accessDenied", "Lock token does not match existing lock")
                .inner("lockMismatch"))
        }
        Some(_) => Err(super::locked()),
    }
}

/// `PATCH /drives/{id}/items/{id}`: name, folder, description, dates.
pub fn update(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let wanted = body(env)?;
    let item = scene.writable(state, env)?;
    expect_unlocked(env)?;
    expect_match(state, env, item)?;
    let author = Author { by: scene.actor(&mut state.graph.content), user: scene.user(), now: env.now };
    let at = state.graph.content.item(item);
    if at.parent.is_none() && (wanted.get("name").is_some() || wanted.get("parentReference").is_some()) {
        return Err(Refusal::invalid("The root cannot be renamed or moved."));
    }
    let name = match wanted.get("name") {
        Some(Value::String(name)) => name.clone(),
        Some(_) => return Err(Refusal::invalid("The property 'name' is no text.")),
        None => at.name.to_string(),
    };
    let parent = match wanted.get("parentReference") {
        Some(reference) => new_parent(state, scene, item, reference)?,
        None => at.parent.unwrap_or(item),
    };
    if wanted.get("name").is_some() || wanted.get("parentReference").is_some() {
        relocate(state, env.house, item, parent, &name, author)?;
    }
    describe(state, env, item, &wanted, author)?;
    Ok(answer(state, env, scene, item, StatusCode::OK).into())
}

/// The folder of a `parentReference`. Another library is refused: there the item would be another one.
fn new_parent(
    state: &Microsoft,
    scene: &Scene,
    item: ItemKey,
    reference: &Value,
) -> Result<ItemKey, Refusal> {
    let content = &state.graph.content;
    let list = content.item(item).list;
    if let Some(drive) = reference.get("driveId").and_then(Value::as_str)
        && content.find_drive(drive) != Some(list)
    {
        return Err(Refusal::new(400, "invalidRequest", "Moving an item to another drive is not supported."));
    }
    let found = if let Some(id) = reference.get("id").and_then(Value::as_str) {
        content.find(id)
    } else if let Some(path) = reference.get("path").and_then(Value::as_str) {
        let names = path.split_once("root:").map_or("", |(_, below)| below);
        let names = names.split('/').filter(|name| !name.is_empty()).map(crate::core::call::decode);
        names
            .into_iter()
            .try_fold(content.lists[list as usize].root, |folder, name| content.child(folder, &name))
    } else {
        None
    };
    let found =
        found.filter(|folder| content.item(*folder).list == list && content.item(*folder).is_folder());
    let found =
        found.ok_or_else(|| Refusal::new(404, "itemNotFound", "The parent folder could not be found."))?;
    scene.may_write(state, found)?;
    Ok(found)
}

fn describe(
    state: &mut Microsoft,
    env: &Env<'_>,
    item: ItemKey,
    wanted: &Value,
    author: Author<'_>,
) -> Result<(), Refusal> {
    let content = &mut state.graph.content;
    let mut changed = false;
    if let Some(description) = wanted.get("description") {
        content.more_mut(item).description = description.as_str().map(str::to_owned);
        changed = true;
    }
    if let Some(info) = wanted.get("fileSystemInfo") {
        set_dates(state, item, info)?;
        changed = true;
    }
    if changed {
        state.graph.content.touch(item, author.by, micros(author.now));
        super::notify::changed(state, env.house, item, author.now);
    }
    Ok(())
}

/// Dates as a client sets them.
pub fn set_dates(state: &mut Microsoft, item: ItemKey, info: &Value) -> Result<(), Refusal> {
    let content = &mut state.graph.content;
    let known = content.item(item);
    let date = |name: &str, otherwise: i64| {
        info.get(name).filter(|value| !value.is_null()).map_or(Ok(otherwise), read_instant)
    };
    let dates = (date("createdDateTime", known.created)?, date("lastModifiedDateTime", known.modified)?);
    content.more_mut(item).file_system = Some(dates);
    Ok(())
}

/// `POST …/preview`: an address that shows the file for some time.
pub fn preview(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let item = scene.item(state, env)?;
    let url = offer(state, env, scene, item).ok_or_else(|| Refusal::invalid("Folders have no preview."))?;
    let context = odata::context(env, "microsoft.graph.itemPreviewInfo");
    Ok(Answer::ok(&json!({ "@odata.context": context, "getUrl": url })).into())
}

/// `GET …/thumbnails`: none are made.
pub fn thumbnails(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    scene.item(state, env)?;
    Ok(odata::collection(env, "drives/$entity/items/$entity/thumbnails", Vec::new(), None).into())
}

/// `GET …/thumbnails/{id}`: there are none.
pub fn no_thumbnail(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    scene.item(state, env)?;
    Err(Refusal::no_item())
}
