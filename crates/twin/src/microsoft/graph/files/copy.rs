//! Copies, made behind the scenes (microsoft.md 2.6; M-16).

use super::super::odata::{body, instant};
use super::super::scene::Scene;
use super::super::seed;
use super::super::state::{Content, ItemKey, Kind, Later, Monitor, Place, micros};
use super::super::view::Viewer;
use super::{Author, Conflict, place_for};
use crate::core::answer::Answer;
use crate::core::env::{Env, House, Reply};
use crate::microsoft::Microsoft;
use crate::microsoft::error::Refusal;
use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

type Handled = Result<Reply<Microsoft>, Refusal>;

/// The most items that one copy takes.
const MOST: usize = 30_000;

/// `POST …/copy`: accepted, and done later. What is copied has the content, not the fields nor the permissions.
pub fn copy(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let wanted = body(env)?;
    let item = scene.item(state, env)?;
    let at = state.graph.content.item(item);
    let source_parent = at.parent.unwrap_or(item);
    let target = match wanted.get("parentReference") {
        Some(reference) => target(state, item, reference)?,
        None => source_parent,
    };
    scene.may_write(state, target)?;
    let name = wanted.get("name").and_then(Value::as_str);
    let renamed = name.is_some();
    let name = name.unwrap_or(&at.name).to_owned();
    if state.graph.content.tree(item).len() > MOST {
        return Err(Refusal::new(400, "invalidRequest", "The copy has more than 30,000 items."));
    }
    let seconds = env.behaves("copy-seconds").and_then(|value| value.as_i64()).unwrap_or(1);
    let now = micros(env.now);
    let monitor = Monitor {
        source: item,
        target,
        name,
        conflict: env.call.query.get("@microsoft.graph.conflictBehavior").unwrap_or("fail").to_owned(),
        // Ignored when a name is given as well.
        with_versions: !renamed
            && wanted.get("includeAllVersionHistory").and_then(Value::as_bool).unwrap_or(false),
        children_only: wanted.get("childrenOnly").and_then(Value::as_bool).unwrap_or(false),
        by: scene.actor(&mut state.graph.content),
        began: now,
        ends: now + seconds * 1_000_000,
        outcome: env
            .behaves("copy-fails")
            .map(|code| Err(code.as_str().unwrap_or("AccessDenied_SensitiveContent").to_owned())),
    };
    Conflict::read(Some(&monitor.conflict), Conflict::Fail)?;
    let word = env.house.random.uuid().to_string();
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let url = format!("{}/_api/v2.0/monitor/{word}", viewer.site_url(state.graph.content.item(item).list));
    let content = &mut state.graph.content;
    content.later.entry(monitor.ends).or_default().push(Later::Copy(word.clone()));
    content.monitors.insert(word, monitor);
    Ok(Answer::empty(StatusCode::ACCEPTED).with("location", &url).into())
}

/// The folder of a `parentReference`; without a drive it is in the item's own.
fn target(state: &Microsoft, item: ItemKey, reference: &Value) -> Result<ItemKey, Refusal> {
    let content = &state.graph.content;
    let text = |name: &str| reference.get(name).and_then(Value::as_str);
    let drive = text("driveId").map(|id| content.find_drive(id).ok_or_else(Refusal::no_item)).transpose()?;
    let drive = drive.or(text("id").is_none().then(|| content.item(item).list));
    let found = match (text("id"), drive) {
        (Some("root"), Some(drive)) => Some(content.lists[drive as usize].root),
        (Some(id), _) => content.find(id),
        (None, Some(drive)) => {
            let path = text("path").unwrap_or_default();
            let below = path.split_once("root:").map_or("", |(_, below)| below);
            let mut names = below.split('/').filter(|name| !name.is_empty()).map(crate::core::call::decode);
            names.try_fold(content.lists[drive as usize].root, |folder, name| content.child(folder, &name))
        }
        _ => None,
    };
    let found = found
        .filter(|folder| content.item(*folder).is_folder() && content.item(*folder).place == Place::Here);
    found
        .filter(|folder| drive.is_none_or(|drive| content.item(*folder).list == drive))
        .ok_or_else(Refusal::no_item)
}

/// Makes the copy when its time has come.
pub fn finish(state: &mut Microsoft, house: &House, word: &str, now: Timestamp) {
    let Some(monitor) = state.graph.content.monitors.get(word).cloned() else { return };
    if monitor.outcome.is_some() {
        return;
    }
    let outcome = carry_out(state, house, &monitor, now).map_err(|refusal| refusal.code);
    if let Some(monitor) = state.graph.content.monitors.get_mut(word) {
        monitor.outcome = Some(outcome);
    }
}

fn carry_out(
    state: &mut Microsoft,
    house: &House,
    monitor: &Monitor,
    now: Timestamp,
) -> Result<String, Refusal> {
    let content = &state.graph.content;
    if content.item(monitor.source).place != Place::Here || content.item(monitor.target).place != Place::Here
    {
        return Err(Refusal::no_item());
    }
    let user = content.actor_of(monitor.by).map(|actor| actor.user.clone()).unwrap_or_default();
    let author = Author { by: monitor.by, user: &user, now };
    let folder = content.item(monitor.source).is_folder();
    let conflict = Conflict::read(Some(&monitor.conflict), Conflict::Fail)?;
    if monitor.children_only {
        let children: Vec<(String, ItemKey)> = content
            .children(monitor.source, None)
            .map(|(_, key)| (content.item(key).name.to_string(), key))
            .collect();
        for (name, child) in children {
            one(state, house, child, monitor.target, &name, monitor.with_versions, author);
        }
        return Ok(state.graph.content.id(monitor.target));
    }
    match place_for(state, monitor.target, &monitor.name, folder, conflict)? {
        Ok(free) => {
            let made =
                one(state, house, monitor.source, monitor.target, &free, monitor.with_versions, author);
            Ok(state.graph.content.id(made))
        }
        Err(known) => {
            let blob = state
                .graph
                .content
                .item(monitor.source)
                .content_for(&user)
                .map(|version| version.content.clone());
            super::put_content(state, house, known, blob.unwrap_or_default(), author)?;
            Ok(state.graph.content.id(known))
        }
    }
}

fn one(
    state: &mut Microsoft,
    house: &House,
    source: ItemKey,
    target: ItemKey,
    name: &str,
    with_versions: bool,
    author: Author<'_>,
) -> ItemKey {
    let content = &mut state.graph.content;
    let item = content.item(source);
    let kind = match &item.kind {
        Kind::File(versions) if with_versions => Kind::File(versions.clone()),
        Kind::File(_) => {
            let blob =
                item.content_for(author.user).map(|version| version.content.clone()).unwrap_or_default();
            Kind::File(vec![seed::first_version(blob, micros(author.now), author.by)])
        }
        _ => Kind::Folder,
    };
    let children: Vec<(String, ItemKey)> =
        content.children(source, None).map(|(_, key)| (content.item(key).name.to_string(), key)).collect();
    let made = seed::put(content, target, name, kind, author.by, micros(author.now));
    super::notify::changed(state, house, made, author.now);
    for (name, child) in children {
        if child != made {
            one(state, house, child, made, &name, with_versions, author);
        }
    }
    made
}

/// A monitor's address, asked without a token.
pub fn monitor(content: &Content, env: &Env<'_>) -> Result<Answer, Refusal> {
    let word = env.call.path.rsplit('/').next().unwrap_or_default();
    let monitor = content.monitors.get(word).ok_or_else(Refusal::no_item)?;
    let (now, span) = (micros(env.now), (monitor.ends - monitor.began).max(1));
    // In tenths of a percent, which a f64 holds exactly.
    let tenths = i32::try_from((now - monitor.began).clamp(0, span) * 1000 / span).unwrap_or(1000);
    let done = f64::from(tenths) / 10.0;
    Ok(match &monitor.outcome {
        Some(Ok(id)) if now >= monitor.ends => {
            let body = json!({ "percentageComplete": 100.0, "resourceId": id, "status": "completed" });
            let status = env.behaves("monitor-status").and_then(|value| value.as_u64()).unwrap_or(200);
            let answer = Answer::json(StatusCode::from_u16(status as u16).unwrap_or(StatusCode::OK), &body);
            if status == 303 {
                answer.with(
                    "location",
                    &format!(
                        "{}/v1.0/drives/{}/items/{id}",
                        env.house.surfaces.graph,
                        content.drive_id(content.item(monitor.target).list)
                    ),
                )
            } else {
                answer
            }
        }
        Some(Err(code)) if now >= monitor.ends => Answer::ok(&json!({
            "status": "failed", "errorCode": code, "percentageComplete": done,
            "error": { "code": code, "message": "The copy failed." },
        })),
        _ => {
            let state = if done < 5.0 { "notStarted" } else { "inProgress" };
            Answer::json(
                StatusCode::ACCEPTED,
                &json!({
                    "operation": "ItemCopy", "percentageComplete": done, "status": state, "createdDateTime": instant(monitor.began),
                }),
            )
        }
    })
}
