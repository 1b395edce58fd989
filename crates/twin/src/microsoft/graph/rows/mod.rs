//! List items and their fields (microsoft.md 2.10).

#![expect(clippy::unnecessary_wraps, reason = "handlers of one table share a type")]

pub mod delta;
mod filter;
pub mod versions;
mod view;

use super::access;
use super::files::item::{expect_match, expect_unlocked};
use super::files::{Author, free_to_change, set_fields};
use super::lists::named;
use super::odata::{body, collection, entity, expands, option, skip_token, top};
use super::scene::Scene;
use super::seed;
use super::state::{ItemKey, Kind, ListKey, Place, micros};
use super::view::Viewer;
use crate::core::answer::Answer;
use crate::core::env::{Env, Reply};
use crate::microsoft::Microsoft;
use crate::microsoft::error::Refusal;
use filter::{indexed, read_filter};
use http::StatusCode;
use serde_json::{Value, json};

type Handled = Result<Reply<Microsoft>, Refusal>;

/// The row of the address, in its list.
fn row(state: &mut Microsoft, env: &Env<'_>, scene: &Scene) -> Result<ItemKey, Refusal> {
    scene.item(state, env)
}

fn answer(state: &Microsoft, env: &Env<'_>, scene: &Scene, item: ItemKey, status: StatusCode) -> Handled {
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let fields = expands(env, "fields");
    let mut view = viewer.row(item, fields.as_deref());
    if expands(env, "driveItem").is_some() {
        view["driveItem"] = viewer.item(item);
    }
    Ok(Answer::json(status, &entity(env, "sites/$entity/lists/$entity/items/$entity", view)).into())
}

/// `GET …/items/{id}/listItem` of a drive item. It may not be there for a moment after an upload.
pub fn of_drive_item(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let item = scene.item(state, env)?;
    let young = micros(env.now) - state.graph.content.item(item).created < 5_000_000;
    if state.graph.content.item(item).parent.is_none()
        || (young && env.behaves("fresh-list-item-404").is_some())
    {
        return Err(Refusal::no_item());
    }
    answer(state, env, scene, item, StatusCode::OK)
}

/// `GET …/lists/{id}/items/{id}`
pub fn get(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let item = row(state, env, scene)?;
    answer(state, env, scene, item, StatusCode::OK)
}

/// `GET …/lists/{id}/items/{id}/driveItem`
pub fn drive_item(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let item = row(state, env, scene)?;
    let view = super::files::item::shown(state, env, scene, item);
    Ok(Answer::ok(&entity(env, "drives/$entity/items/$entity", view)).into())
}

/// `GET …/lists/{id}/items`
pub fn all(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let list = named(state, env, scene)?;
    let filter = option(env, "$filter").map(read_filter).transpose()?.unwrap_or_default();
    indexed(state, env, list, &filter)?;
    let size = top(env, super::odata::PAGE)?;
    let after: u32 = skip_token(env)?.and_then(|text| text.parse().ok()).unwrap_or(0);
    let content = &state.graph.content;
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let options = expands(env, "fields");
    let (mut views, mut last, mut more) = (Vec::new(), after, false);
    for number in after + 1.. {
        let Some(known) = content.numbered(list, number) else { break };
        let Some(item) = known.filter(|item| content.item(*item).place == Place::Here) else { continue };
        let seen = access::rights(state, &scene.access, item).read && scene.sees_draft(content, item);
        let fields = viewer.fields(
            item,
            &format!("$select={}", filter.iter().map(|one| one.field.as_str()).collect::<Vec<_>>().join(",")),
        );
        if !seen || !filter.iter().all(|one| one.fits(fields.get(&one.field))) {
            continue;
        }
        if views.len() == size {
            more = true;
            break;
        }
        last = number;
        views.push(viewer.row(item, options.as_deref()));
    }
    Ok(collection(env, "sites/$entity/lists/$entity/items", views, more.then(|| last.to_string()).as_deref())
        .into())
}

/// `POST …/lists/{id}/items`: a row of a list that is no library.
pub fn create(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let wanted = body(env)?;
    let list = named(state, env, scene)?;
    let root = state.graph.content.lists[list as usize].root;
    scene.may_write(state, root)?;
    if state.graph.content.lists[list as usize].library {
        return Err(Refusal::invalid("Items of a library are made by uploading files."));
    }
    let fields = checked(state, list, &wanted["fields"])?;
    let author = Author { by: scene.actor(&mut state.graph.content), user: scene.user(), now: env.now };
    let name = format!("{}_.000", env.house.random.uuid());
    let item = seed::put(&mut state.graph.content, root, &name, Kind::Row, author.by, micros(env.now));
    state.graph.content.more_mut(item).fields.extend(fields);
    super::notify::changed(state, env.house, item, env.now);
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let view = viewer.row(item, Some(""));
    Ok(Answer::json(StatusCode::CREATED, &entity(env, "sites/$entity/lists/$entity/items/$entity", view))
        .into())
}

/// `DELETE …/lists/{id}/items/{id}`
pub fn remove(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let item = row(state, env, scene)?;
    scene.may_write(state, item)?;
    let author = Author { by: scene.actor(&mut state.graph.content), user: scene.user(), now: env.now };
    super::files::bin(state, env.house, item, author)?;
    Ok(Answer::empty(StatusCode::NO_CONTENT).into())
}

/// `GET …/fields`
pub fn fields(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let item = row(state, env, scene)?;
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let options = option(env, "$select").map_or_else(String::new, |names| format!("$select={names}"));
    Ok(Answer::ok(&entity(
        env,
        "sites/$entity/lists/$entity/items/$entity/fields",
        viewer.fields(item, &options),
    ))
    .into())
}

/// `PATCH …/fields`: adds a version to files of a library, as SharePoint does.
pub fn set(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let wanted = body(env)?;
    let item = row(state, env, scene)?;
    write(state, env, scene, item, &wanted)?;
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    Ok(Answer::ok(&entity(
        env,
        "sites/$entity/lists/$entity/items/$entity/fields/$entity",
        viewer.fields(item, ""),
    ))
    .into())
}

/// `PATCH …/items/{id}`: its fields, as part of the item.
pub fn change(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let wanted = body(env)?;
    let item = row(state, env, scene)?;
    let fields = wanted.get("fields").cloned().unwrap_or_else(|| json!({}));
    write(state, env, scene, item, &fields)?;
    answer(state, env, scene, item, StatusCode::OK)
}

/// Writes values into the fields of an item that the caller may change.
fn write(
    state: &mut Microsoft,
    env: &Env<'_>,
    scene: &Scene,
    item: ItemKey,
    wanted: &Value,
) -> Result<(), Refusal> {
    scene.may_write(state, item)?;
    expect_unlocked(env)?;
    expect_match(state, env, item)?;
    let list = state.graph.content.item(item).list;
    let fields = checked(state, list, wanted)?;
    let author = Author { by: scene.actor(&mut state.graph.content), user: scene.user(), now: env.now };
    free_to_change(state, item, author)?;
    set_fields(state, env.house, item, fields, author);
    versions::follow(state, item, author);
    Ok(())
}

/// Values by the columns they are for.
fn checked(state: &Microsoft, list: ListKey, wanted: &Value) -> Result<Vec<(String, Value)>, Refusal> {
    let columns = &state.graph.content.lists[list as usize].columns;
    let mut all = Vec::new();
    for (name, value) in wanted.as_object().into_iter().flatten().filter(|(name, _)| !name.starts_with('@')) {
        let bare = name.strip_suffix("LookupId").unwrap_or(name);
        let column = columns.iter().find(|column| {
            column.name == *name
                || (column.name == bare && matches!(column.kind.as_str(), "lookup" | "personOrGroup"))
        });
        if name == "Title" {
            all.push((name.clone(), value.clone()));
            continue;
        }
        let column = column.ok_or_else(|| Refusal::invalid(format!("Field '{name}' is not recognized")))?;
        if column.read_only {
            return Err(Refusal::invalid(format!("Field '{name}' is read-only")));
        }
        let fits = match column.kind.as_str() {
            "text" | "choice" => value.is_string() || value.is_null(),
            "number" | "currency" => value.is_number() || value.is_null(),
            "boolean" => value.is_boolean() || value.is_null(),
            "dateTime" => {
                value.is_null()
                    || super::odata::read_instant(value).is_ok()
                    || value.as_str().is_some_and(|text| text.parse::<jiff::civil::Date>().is_ok())
            }
            _ => true,
        };
        if !fits {
            return Err(Refusal::invalid(format!("The value of field '{name}' is of the wrong type")));
        }
        all.push((name.clone(), value.clone()));
    }
    Ok(all)
}
