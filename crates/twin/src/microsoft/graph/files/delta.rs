//! Changes since a cursor (microsoft.md 2.12; M-18).

use super::super::access;
use super::super::odata::{self, top};
use super::super::scene::Scene;
use super::super::state::{ItemKey, ListKey, Place, micros};
use super::item::shown;
use crate::core::answer::Answer;
use crate::core::env::{Env, Reply};
use crate::microsoft::Microsoft;
use crate::microsoft::error::Refusal;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;

type Handled = Result<Reply<Microsoft>, Refusal>;

/// A cursor dies after this many microseconds: 30 days.
const LIFE: i64 = 30 * 24 * 3600 * 1_000_000;

/// Where a client stands. It is opaque to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Cursor {
    list: ListKey,
    /// The place in the library's log that is taken as read when this walk ends.
    until: usize,
    /// Where this page begins: an item's number in a first walk, a place in the log later.
    at: usize,
    first: bool,
    made: i64,
}

impl Cursor {
    fn write(self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&self).unwrap_or_default())
    }

    fn read(text: &str) -> Option<Self> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    }
}

/// What a walk shows.
#[derive(Debug)]
pub struct Walked {
    /// The type of its entries, for the context.
    pub what: &'static str,
    /// Whether the root, and the folders of what changed, are entries as well.
    pub folders: bool,
    pub view: fn(&mut Microsoft, &Env<'_>, &Scene, ItemKey) -> Value,
}

/// `GET /drives/{id}/root/delta`
pub fn delta(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let item = scene.item(state, env)?;
    let list = state.graph.content.item(item).list;
    if state.graph.content.lists[list as usize].root != item {
        return Err(Refusal::invalid("Delta is only supported on the root of a drive."));
    }
    walk_list(
        state,
        env,
        scene,
        list,
        &Walked { what: "Collection(driveItem)", folders: true, view: without_path },
    )
}

/// An item without the path of where it lies: renaming a folder tells nothing of what is in it, so delta leaves it out
/// (learn.microsoft.com, "driveItem: delta").
fn without_path(state: &mut Microsoft, env: &Env<'_>, scene: &Scene, item: ItemKey) -> Value {
    let mut view = shown(state, env, scene, item);
    if let Some(parent) = view.get_mut("parentReference").and_then(Value::as_object_mut) {
        parent.remove("path");
    }
    view
}

/// One page of a list's changes.
/// # Errors
/// 410 when the client must begin again; `invalidRequest` for a token that was not made here.
pub fn walk_list(
    state: &mut Microsoft,
    env: &Env<'_>,
    scene: &Scene,
    list: ListKey,
    walked: &Walked,
) -> Handled {
    let given = Some(env.param("token")).filter(|token| !token.is_empty()).or(env.call.query.filled("token"));
    let now = micros(env.now);
    let end = state.graph.content.lists[list as usize].changes.len();
    let fresh = Cursor { list, until: end, at: 0, first: true, made: now };
    let cursor = match given {
        None => fresh,
        Some("latest") => {
            return Ok(page(env, walked.what, Vec::new(), None, Cursor { at: end, first: false, ..fresh }));
        }
        Some(token) => match Cursor::read(token) {
            Some(cursor) => cursor,
            None => since(state, token, list, now)?,
        },
    };
    if let Some(code) = env.behaves("delta-resync") {
        return Err(resync(env, code.as_str().unwrap_or("resyncChangesApplyDifferences")));
    }
    if cursor.list != list || cursor.until > end || now - cursor.made > LIFE {
        return Err(resync(env, "resyncChangesApplyDifferences"));
    }
    let size = top(env, odata::PAGE)?;
    // Without being asked for, changes of permissions alone are not told.
    let sharing = env.call.header("prefer").is_some_and(|text| text.contains("deltashowsharingchanges"));
    let (items, next) = if cursor.first {
        walk(state, &cursor, size, walked.folders)
    } else {
        let told = Told { folders: walked.folders, sharing };
        changes(state, &cursor, size, end, told)
    };
    let shared =
        if sharing && !cursor.first { shared_since(state, &cursor, size, end) } else { BTreeSet::new() };
    let root = state.graph.content.lists[list as usize].root;
    let mut views = Vec::new();
    for key in items.into_iter().filter(|key| walked.folders || *key != root) {
        let content = &state.graph.content;
        let seen = content.item(key).place != Place::Here
            || (access::rights(state, &scene.access, key).read && scene.sees_draft(content, key));
        if seen {
            let mut view = (walked.view)(state, env, scene, key);
            // Files only: folders are told without it, as SharePoint does.
            if shared.contains(&key) && view.get("file").is_some() {
                view["@microsoft.graph.sharedChanged"] = json!("True");
            }
            views.push(view);
        }
    }
    if env.behaves("delta-duplicates").is_some() {
        views.extend(views.last().cloned());
    }
    let at = cursor.until.max(if cursor.first { 0 } else { end });
    let following = Cursor { at, first: false, until: end, list, made: now };
    Ok(page(env, walked.what, views, next, following))
}

/// Everything there is: the root when it is wanted, then the items in the order of their numbers.
fn walk(state: &Microsoft, cursor: &Cursor, size: usize, with_root: bool) -> (Vec<ItemKey>, Option<Cursor>) {
    let content = &state.graph.content;
    let root = (cursor.at == 0 && with_root).then_some((0, content.lists[cursor.list as usize].root));
    let from = u32::try_from(cursor.at).unwrap_or(u32::MAX).max(1);
    let numbered = (from..).map_while(|number| Some((number, content.numbered(cursor.list, number)?)));
    let numbered = numbered.filter_map(|(number, key)| Some((number, key?)));
    let here = |(_, key): &(u32, ItemKey)| content.item(*key).place == Place::Here;
    let mut items: Vec<(u32, ItemKey)> =
        root.into_iter().chain(numbered).filter(here).take(size + 1).collect();
    let next = (items.len() > size).then(|| items.pop()).flatten();
    let next = next.map(|(number, _)| Cursor { at: number as usize, ..*cursor });
    (items.into_iter().map(|(_, key)| key).collect(), next)
}

/// Which changes are told.
#[derive(Debug, Clone, Copy)]
struct Told {
    /// The folders of what changed as well.
    folders: bool,
    /// Changes of permissions alone as well.
    sharing: bool,
}

/// The places of the log that a page is about.
fn part(cursor: &Cursor, size: usize, end: usize) -> std::ops::Range<usize> {
    let stop = end.min(cursor.at.saturating_add(size));
    cursor.at.min(stop)..stop
}

/// The items of a page whose permissions changed.
fn shared_since(state: &Microsoft, cursor: &Cursor, size: usize, end: usize) -> BTreeSet<ItemKey> {
    let list = &state.graph.content.lists[cursor.list as usize];
    list.sharing.range(part(cursor, size, end)).map(|at| list.changes[*at]).collect()
}

/// What the log names since the cursor: every item once, and the folders it is in when they are wanted.
fn changes(
    state: &Microsoft,
    cursor: &Cursor,
    size: usize,
    end: usize,
    told: Told,
) -> (Vec<ItemKey>, Option<Cursor>) {
    let content = &state.graph.content;
    let list = &content.lists[cursor.list as usize];
    let part = part(cursor, size, end);
    let stop = part.end;
    let (mut seen, mut items) = (BTreeSet::new(), Vec::new());
    for at in part.filter(|at| told.sharing || !list.sharing.contains(at)) {
        let mut chain = vec![list.changes[at]];
        while let Some(parent) =
            chain.last().filter(|_| told.folders).and_then(|last| content.item(*last).parent)
        {
            chain.push(parent);
        }
        for key in chain.into_iter().rev() {
            if seen.insert(key) {
                items.push(key);
            }
        }
    }
    (items, (stop < end).then_some(Cursor { at: stop, until: end, ..*cursor }))
}

/// A cursor from an instant: changes after it.
fn since(state: &Microsoft, token: &str, list: ListKey, now: i64) -> Result<Cursor, Refusal> {
    let bad = || Refusal::new(400, "invalidRequest", "The delta token is malformed.");
    let from = micros(token.parse::<Timestamp>().map_err(|_| bad())?);
    let content = &state.graph.content;
    let log = &content.lists[list as usize].changes;
    let at = log.iter().position(|key| content.item(*key).modified >= from).unwrap_or(log.len());
    Ok(Cursor { list, until: log.len(), at, first: false, made: now })
}

/// 410: the client begins again at the address in `Location`.
fn resync(env: &Env<'_>, code: &str) -> Refusal {
    let address = format!("{}{}", env.house.surfaces.graph, bare_path(env));
    Refusal::new(410, code, "Resync required. Replace any local items with the server's version.")
        .with("location", address)
}

/// The path without a token in brackets.
fn bare_path(env: &Env<'_>) -> String {
    match env.call.path.find("delta(") {
        Some(at) => format!("{}delta", &env.call.path[..at]),
        None => env.call.path.clone(),
    }
}

fn page(
    env: &Env<'_>,
    what: &str,
    views: Vec<Value>,
    next: Option<Cursor>,
    following: Cursor,
) -> Reply<Microsoft> {
    let address = |cursor: Cursor| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in env.call.query.0.iter().filter(|(name, _)| name != "token") {
            query.append_pair(name, value);
        }
        query.append_pair("token", &cursor.write());
        format!("{}{}?{}", env.house.surfaces.graph, bare_path(env), query.finish())
    };
    let mut body = json!({ "@odata.context": odata::context(env, what), "value": views });
    match next {
        Some(cursor) => body["@odata.nextLink"] = json!(address(cursor)),
        None => body["@odata.deltaLink"] = json!(address(following)),
    }
    Answer::ok(&body).into()
}
