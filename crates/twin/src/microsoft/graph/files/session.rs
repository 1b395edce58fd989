//! Upload sessions (microsoft.md 2.4; M-09, M-10).

use super::super::odata::{body, instant};
use super::super::scene::{Scene, Target};
use super::super::state::{ItemKey, fold, micros};
use super::super::view::Viewer;
use super::{Author, Conflict, make_file, place_for, put_content, taken};
use crate::core::answer::Answer;
use crate::core::blobs::BlobWriter;
use crate::core::env::{Env, Reply};
use crate::microsoft::Microsoft;
use crate::microsoft::entra::Access;
use crate::microsoft::error::Refusal;
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

type Handled = Result<Reply<Microsoft>, Refusal>;

/// Every fragment but the last is a multiple of this many bytes.
const FRAGMENT: u64 = 327_680;
/// The largest fragment.
const LARGEST: u64 = 60 << 20;
/// A session dies so long after its last fragment, in microseconds: 15 minutes.
const IDLE: i64 = 15 * 60 * 1_000_000;
/// And so long after it began: a day.
const LIFE: i64 = 24 * 3600 * 1_000_000;

/// A large file on its way. It goes on after the state was saved and loaded.
#[derive(Debug, Serialize, Deserialize)]
pub struct Session {
    access: Access,
    parent: ItemKey,
    name: String,
    /// The file whose content is replaced, when the session was made for an item.
    replaces: Option<ItemKey>,
    conflict: Conflict,
    total: Option<u64>,
    writer: BlobWriter,
    began: i64,
    touched: i64,
    deferred: bool,
    dates: Option<Value>,
    by: u32,
}

impl Session {
    fn ends(&self) -> i64 {
        (self.touched + IDLE).min(self.began + LIFE)
    }

    fn is_open(&self, now: i64) -> bool {
        self.ends() > now
    }
}

/// `POST …/createUploadSession`
pub fn create(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let wanted = body(env)?;
    let asked = wanted.get("item").cloned().unwrap_or_else(|| json!({}));
    let target = scene.target(state, env)?;
    super::item::expect_unlocked(env)?;
    let conflict = Conflict::read(
        asked.get("@microsoft.graph.conflictBehavior").and_then(Value::as_str),
        Conflict::Fail,
    )?;
    let by = scene.actor(&mut state.graph.content);
    let (parent, name, replaces) = match target {
        Target::Item(item) => for_item(state, env, scene, item, conflict, by)?,
        Target::New(parent, name) => {
            scene.may_write(state, parent)?;
            (parent, name, None)
        }
    };
    let name = match asked.get("name").and_then(Value::as_str) {
        Some(other) if replaces.is_none() => other.to_owned(),
        _ => name,
    };
    if replaces.is_none() {
        drop(place_for(state, parent, &name, false, conflict)?);
    }
    refuse_blocked(state, env, parent, &name)?;
    let total = asked.get("fileSize").and_then(Value::as_u64);
    if let Some(total) = total {
        super::room_for(state, parent, total)?;
    }
    let now = micros(env.now);
    let session = Session {
        access: scene.access.clone(),
        parent,
        name,
        replaces,
        conflict,
        total,
        writer: env.house.blobs.writer(),
        began: now,
        touched: now,
        deferred: wanted.get("deferCommit").and_then(Value::as_bool).unwrap_or(false),
        dates: asked.get("fileSystemInfo").cloned(),
        by,
    };
    let word = format!("{}-{}", env.house.random.uuid(), env.house.random.token(40));
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let site = viewer.site_url(state.graph.content.item(parent).list);
    let url = format!(
        "{site}/_api/v2.0/drive/items/uploadSession?guid='{word}'&tempauth={}",
        env.house.random.token(60)
    )
    .replace("/items/uploadSession", &format!("/items/{}/uploadSession", state.graph.content.id(parent)));
    let expires = instant(session.ends());
    state.graph.content.sessions.insert(word, session);
    let context = super::super::odata::context(env, "microsoft.graph.uploadSession");
    Ok(Answer::ok(&json!({
        "@odata.context": context,
        "uploadUrl": url,
        "expirationDateTime": expires,
        "nextExpectedRanges": ["0-"],
    }))
    .into())
}

/// A session for an item that is there: its content is replaced. By path the conflict behaviour decides; a bare
/// folder is no place for a file.
fn for_item(
    state: &Microsoft,
    env: &Env<'_>,
    scene: &Scene,
    item: ItemKey,
    conflict: Conflict,
    by: u32,
) -> Result<(ItemKey, String, Option<ItemKey>), Refusal> {
    let at = state.graph.content.item(item);
    if at.is_folder() {
        return Err(Refusal::invalid("A valid path must be provided."));
    }
    scene.may_write(state, item)?;
    super::item::expect_match(state, env, item)?;
    super::free_to_change(state, item, Author { by, user: scene.user(), now: env.now })?;
    let by_path = matches!(scene.address.item, Some(super::super::address::ItemName::Below(..)));
    let (parent, name) = (at.parent.unwrap_or_default(), at.name.to_string());
    match conflict {
        Conflict::Fail if by_path => Err(taken()),
        Conflict::Rename if by_path => Ok((parent, name, None)),
        _ => Ok((parent, name, Some(item))),
    }
}

/// An open session blocks its name for everybody else, also when whoever opened it has forgotten it (M-10).
pub fn refuse_blocked(state: &Microsoft, env: &Env<'_>, parent: ItemKey, name: &str) -> Result<(), Refusal> {
    let now = micros(env.now);
    let folded = fold(name);
    let blocked = state.graph.content.sessions.values().any(|session| {
        session.parent == parent
            && session.is_open(now)
            && session.writer.size() > 0
            && fold(&session.name) == folded
    });
    if blocked {
        return Err(Refusal::new(
            409,
            "nameAlreadyExists",
            "An upload session already exists for this file.",
        ));
    }
    Ok(())
}

/// A request to a session's address: the address is the permission, and a token that comes with it is refused.
pub fn receive(state: &mut Microsoft, env: &mut Env<'_>) -> Result<Answer, Refusal> {
    if env.call.headers.contains_key("authorization") {
        return Err(Refusal::new(401, "unauthenticated", "The request must not carry a token."));
    }
    let word = env.call.query.get("guid").unwrap_or_default().trim_matches('\'').to_owned();
    let now = micros(env.now);
    let session = state.graph.content.sessions.get(&word);
    let session =
        session.ok_or_else(|| Refusal::new(404, "itemNotFound", "The upload session was not found"))?;
    if now >= session.began + LIFE {
        return Err(
            Refusal::new(401, "unauthenticated", "The upload session has expired.").inner("expiredToken")
        );
    }
    if !session.is_open(now) {
        state.graph.content.sessions.remove(&word);
        return Err(Refusal::new(404, "itemNotFound", "The upload session was not found"));
    }
    match env.call.method {
        Method::GET => Ok(progress(session, StatusCode::OK)),
        Method::DELETE => {
            state.graph.content.sessions.remove(&word);
            Ok(Answer::empty(StatusCode::NO_CONTENT))
        }
        Method::PUT => fragment(state, env, &word),
        Method::POST if session.deferred => commit(state, env, &word),
        _ => Err(Refusal::new(405, "methodNotAllowed", "Send fragments with PUT.")),
    }
}

fn progress(session: &Session, status: StatusCode) -> Answer {
    let size = session.writer.size();
    let ranges = if session.total == Some(size) { json!([]) } else { json!([format!("{size}-")]) };
    Answer::json(
        status,
        &json!({ "expirationDateTime": instant(session.ends()), "nextExpectedRanges": ranges }),
    )
}

/// One fragment, in order.
fn fragment(state: &mut Microsoft, env: &Env<'_>, word: &str) -> Result<Answer, Refusal> {
    let Some(session) = state.graph.content.sessions.get_mut(word) else { return Err(Refusal::no_item()) };
    let header = env.call.header("content-range").unwrap_or_default();
    let (from, to, total) =
        range(header).ok_or_else(|| Refusal::invalid("The Content-Range header is missing or malformed."))?;
    if !env.call.body.complete {
        // What a broken connection carried is thrown away whole.
        return Err(Refusal::invalid("The request ended early."));
    }
    let length = env.call.body.content.size();
    if length != to - from + 1 {
        return Err(Refusal::invalid("Content-Range does not fit the length of the body."));
    }
    if session.total.is_some_and(|known| known != total) {
        return Err(Refusal::invalid("The declared total has changed."));
    }
    if length >= LARGEST {
        return Err(Refusal::new(413, "invalidRequest", "The fragment is too large."));
    }
    let size = session.writer.size();
    if from < size {
        return Err(Refusal {
            lower_case_inner: true,
            ..Refusal::new(416, "invalidRange", "Uploaded fragment overlaps with existing data.")
                .inner("fragmentOverlap")
        });
    }
    if from > size {
        return Err(Refusal::new(
            416,
            "invalidRange",
            "The fragment does not begin where the last one ended.",
        )
        .inner("fragmentOutOfOrder"));
    }
    let last = to + 1 == total;
    if !last && !length.is_multiple_of(FRAGMENT) {
        return Err(Refusal::invalid("Fragments must be a multiple of 320 KiB."));
    }
    session.total = Some(total);
    if let Err(error) = session.writer.append_blob(&env.call.body.content) {
        return Err(Refusal::new(500, "generalException", error.to_string()));
    }
    session.touched = micros(env.now);
    if last && !session.deferred {
        commit(state, env, word)
    } else {
        Ok(progress(session, StatusCode::ACCEPTED))
    }
}

/// Makes the file of what has arrived. When its name was taken meanwhile the session survives.
fn commit(state: &mut Microsoft, env: &Env<'_>, word: &str) -> Result<Answer, Refusal> {
    let Some(session) = state.graph.content.sessions.get(word) else { return Err(Refusal::no_item()) };
    if session.total != Some(session.writer.size()) {
        return Err(Refusal::new(400, "invalidRequest", "Not all fragments have arrived."));
    }
    super::content::refuse_malware(env)?;
    let (parent, name, conflict) = (session.parent, session.name.clone(), session.conflict);
    let place = match session.replaces {
        Some(item) => Err(item),
        None => match place_for(state, parent, &name, false, conflict) {
            Ok(place) => place,
            Err(refusal) if refusal.code == "nameAlreadyExists" => {
                return Err(Refusal::new(
                    409,
                    "upload_name_conflict",
                    "Another file exists with the same name as the uploaded session. You can redirect the upload session to use a new filename by calling PUT with the new metadata and @microsoft.graph.sourceUrl attribute.",
                ));
            }
            Err(refusal) => return Err(refusal),
        },
    };
    let Some(session) = state.graph.content.sessions.remove(word) else { return Err(Refusal::no_item()) };
    let blob =
        session.writer.finish().map_err(|error| Refusal::new(500, "generalException", error.to_string()))?;
    let user = session.access.user.clone().unwrap_or_default();
    let author = Author { by: session.by, user: &user, now: env.now };
    let (item, status) = match place {
        Ok(free) => (make_file(state, env.house, parent, &free, blob, author)?, StatusCode::CREATED),
        Err(known) => {
            put_content(state, env.house, known, blob, author)?;
            (known, StatusCode::OK)
        }
    };
    if let Some(dates) = &session.dates {
        super::item::set_dates(state, item, dates)?;
    }
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: &user };
    Ok(Answer::json(status, &viewer.item(item)))
}

/// Reads `bytes a-b/total`.
fn range(header: &str) -> Option<(u64, u64, u64)> {
    let (span, total) = header.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (from, to) = span.split_once('-')?;
    let (from, to, total): (u64, u64, u64) =
        (from.trim().parse().ok()?, to.trim().parse().ok()?, total.trim().parse().ok()?);
    (from <= to && to < total).then_some((from, to, total))
}

#[cfg(test)]
mod tests {
    use super::range;

    #[test]
    fn a_range_is_read_or_refused() {
        for (header, expected) in [
            ("bytes 0-25/128", Some((0, 25, 128))),
            ("bytes 0-127/128", Some((0, 127, 128))),
            ("bytes 0-128/128", None),
            ("bytes 5-4/128", None),
            ("bytes */128", None),
            ("0-25/128", None),
            ("", None),
        ] {
            assert_eq!(range(header), expected, "{header}");
        }
    }
}
