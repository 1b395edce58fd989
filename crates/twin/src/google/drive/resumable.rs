//! Resumable uploads (google.md 2.4): a session, chunks with `Content-Range`, 308 until all is there.

use super::actions::{self, Change};
use super::content::{LARGEST_FILE, Upload};
use super::files::change;
use super::meta::{Meta, Purpose};
use super::routes::{Caller, Outcome, Scopes};
use super::state::{App, Key, Person, When};
use super::{mask::Mask, upload, view};
use crate::core::answer::Answer;
use crate::core::blobs::{Blob, BlobWriter};
use crate::core::env::Env;
use crate::google::Google;
use crate::google::error::Refusal;
use http::{Method, StatusCode};
use serde_json::Value;
use std::collections::BTreeMap;

/// Chunks but the last are multiples of this.
const QUANTUM: u64 = 256 << 10;
/// A session lives a week, counted from its last use.
const LIFE: i64 = 7 * 24 * 3_600_000;
/// What the log calls a request to a session.
pub(super) const OPERATION: &str = "files.upload";

/// Sessions by their secret id.
#[derive(Debug, Default)]
pub struct Sessions(BTreeMap<String, Session>);

#[derive(Debug)]
struct Session {
    /// The file that gets new content; nothing when one is made.
    target: Option<Key>,
    change: Change,
    person: Person,
    domain: Option<String>,
    app: App,
    scopes: Scopes,
    all_drives: bool,
    mask: Mask,
    media_type: String,
    keep_forever: bool,
    total: Option<u64>,
    used: When,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    Receiving(BlobWriter),
    /// It is complete; this was the answer.
    Done(Value),
    /// It was complete, and was refused.
    Failed(Refusal),
}

impl Sessions {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Begins a session: 200 without a body, its address in `Location`.
pub(super) fn begin(
    google: &mut Google,
    env: &mut Env<'_>,
    caller: &Caller<'_>,
    target: Option<Key>,
) -> Result<Outcome, Refusal> {
    let purpose = if target.is_some() { Purpose::Update } else { Purpose::Create };
    let meta = Meta::read(&env.call.body.small(), purpose)?;
    upload::need_parents(google, caller, &meta)?;
    upload::fresh_parents(google, env, caller, &meta)?;
    if let Some(key) = target {
        super::access::need(&google.directory, &google.drive, caller, key, super::access::Act::EditContent)?;
    }
    let total = match env.call.header("x-upload-content-length") {
        None => None,
        Some(text) => Some(
            text.trim()
                .parse::<u64>()
                .map_err(|_| Refusal::new(400, "badRequest", "Invalid Upload Request"))?,
        ),
    };
    if total.is_some_and(|total| total > LARGEST_FILE) {
        return Err(upload::too_large());
    }
    let id = env.house.random.token(86);
    let session = Session {
        target,
        change: change(env, meta),
        person: caller.person,
        domain: caller.domain.clone(),
        app: caller.app,
        scopes: caller.scopes,
        all_drives: caller.all_drives,
        mask: caller.mask.clone(),
        media_type: env.call.header("x-upload-content-type").unwrap_or_default().to_owned(),
        keep_forever: env.call.query.flag("keepRevisionForever"),
        total,
        used: caller.now,
        stage: Stage::Receiving(env.house.blobs.writer()),
    };
    let sessions = &mut google.drive.sessions.0;
    sessions.retain(|_, session| session.used.plus(LIFE) > caller.now);
    sessions.insert(id.clone(), session);
    let path = env.call.path.as_str();
    let location = format!("{}{path}?uploadType=resumable&upload_id={id}", env.house.surfaces.google_apis);
    Ok(Answer::empty(StatusCode::OK).with("location", &location).with("x-guploader-uploadid", &id).into())
}

/// Whether a call goes to a session: its address is its right, no token is asked for.
pub(super) fn session_id<'c>(env: &Env<'c>) -> Option<&'c str> {
    let call = env.call;
    let upload = call.path.contains("/upload/drive/v3/");
    call.query.filled("upload_id").filter(|_| upload && call.method != Method::GET)
}

/// PUT or POST to an upload address that names no session.
pub(super) fn refused(
    _google: &mut Google,
    _env: &mut Env<'_>,
    _caller: &Caller<'_>,
) -> Result<Outcome, Refusal> {
    Err(Refusal::new(400, "badRequest", "Bad Request").about("upload_id"))
}

/// `Content-Range` of a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Range {
    /// The whole content, no header.
    Whole,
    /// `bytes a-b/total`, `bytes a-b/*`.
    Part { from: u64, to: u64, total: Option<u64> },
    /// `bytes */total`, `bytes */*`: how far is it?
    Query { total: Option<u64> },
}

fn read_range(text: Option<&str>) -> Option<Range> {
    let Some(text) = text else { return Some(Range::Whole) };
    let rest = text.trim().strip_prefix("bytes")?.trim_start_matches(['=', ' ']);
    let (part, total) = rest.split_once('/')?;
    let total = match total.trim() {
        "*" => None,
        number => Some(number.parse().ok()?),
    };
    if part.trim() == "*" {
        return Some(Range::Query { total });
    }
    let (from, to) = part.split_once('-')?;
    let (from, to) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
    let sound = from <= to && to < u64::MAX && total.is_none_or(|total| to < total);
    sound.then_some(Range::Part { from, to, total })
}

/// Handles a request to a session.
pub(super) fn resume(google: &mut Google, env: &mut Env<'_>, id: &str) -> Answer {
    let now = When::from(env.now);
    // It is taken out while it is worked on, and put back.
    let Some(mut session) = google.drive.sessions.0.remove(id) else { return gone() };
    if session.used.plus(LIFE) <= now || env.behaves("upload-session-lost").is_some() {
        return gone();
    }
    if env.call.method == Method::DELETE {
        return Answer::empty(StatusCode::from_u16(499).unwrap_or(StatusCode::NO_CONTENT));
    }
    session.used = now;
    env.note.user = google.drive.user_id(session.person).to_owned();
    let answer = session.take(google, env);
    google.drive.sessions.0.insert(id.to_owned(), session);
    answer.with("x-guploader-uploadid", id)
}

/// 404: the session is over or never was.
fn gone() -> Answer {
    Answer::bytes(StatusCode::NOT_FOUND, "text/plain; charset=utf-8", "Not Found")
}

fn bad(message: &str) -> Answer {
    Answer::bytes(StatusCode::BAD_REQUEST, "text/plain; charset=utf-8", message.to_owned())
}

impl Session {
    fn take(&mut self, google: &mut Google, env: &mut Env<'_>) -> Answer {
        let held = match &self.stage {
            Stage::Done(shown) => return finished(env, self.target.is_none(), shown),
            Stage::Failed(refusal) => return refusal.clone().into(),
            Stage::Receiving(writer) => writer.size(),
        };
        let Some(range) = read_range(env.call.header("content-range")) else {
            return bad("Failed to parse Content-Range header.");
        };
        let body = &env.call.body;
        let (from, stated_total) = match range {
            Range::Query { total } => {
                if let (Some(known), Some(stated)) = (self.total, total)
                    && known != stated
                {
                    return bad("Invalid request. The total size does not match the session.");
                }
                // A query that tells the total at which everything is there completes the upload.
                if total == Some(held) && env.call.body.complete {
                    self.total = total;
                    return self.finish(google, env);
                }
                return self.so_far();
            }
            Range::Whole => (0, Some(body.content.size())),
            Range::Part { from, to, total } => {
                if body.complete && body.content.size() != to - from + 1 {
                    return bad("Invalid request. The size of the body does not match Content-Range.");
                }
                (from, total)
            }
        };
        if from > held {
            return bad(&format!(
                "Invalid request. According to the Content-Range header, the upload offset is {from} byte(s), which \
                 exceeds already uploaded size of {held} byte(s)."
            ));
        }
        if let (Some(known), Some(stated)) = (self.total, stated_total.filter(|_| body.complete))
            && known != stated
        {
            return bad("Invalid request. The total size does not match the session.");
        }
        if body.complete || range != Range::Whole {
            self.total = self.total.or(stated_total);
        }
        self.store(env, from, held);
        let Stage::Receiving(writer) = &self.stage else { return self.so_far() };
        if body.complete && self.total == Some(writer.size()) && stated_total.is_some() {
            return self.finish(google, env);
        }
        let last = stated_total.is_some_and(|total| from + body.content.size() >= total);
        if body.complete && !last && body.content.size() < QUANTUM {
            return bad(&format!(
                "Invalid request. The number of bytes uploaded is required to be equal or greater than 262144, \
                 except for the final request (it's recommended to be the exact multiple of 262144). The received \
                 request contained {} bytes, which does not meet this requirement.",
                body.content.size()
            ));
        }
        self.so_far()
    }

    /// Keeps what is new of a chunk: all of it when it is the last, else whole multiples of 256 KiB.
    fn store(&mut self, env: &Env<'_>, from: u64, held: u64) {
        let body = &env.call.body;
        let mut end = from + body.content.size();
        let last = body.complete && self.total.is_some_and(|total| end >= total);
        if !last {
            end -= end % QUANTUM;
        }
        if let Some(total) = self.total {
            end = end.min(total);
        }
        if body.complete
            && let Some(value) = env.behaves("upload-keeps-less")
        {
            let kept = from + value.as_u64().unwrap_or(0).min(body.content.size());
            end = end.min(kept - kept % QUANTUM);
        }
        let Stage::Receiving(writer) = &mut self.stage else { return };
        let mut at = held;
        while at < end {
            let piece = (at - from)..(at - from + (end - at).min(QUANTUM));
            let length = piece.end - piece.start;
            let kept = body.content.read(piece).and_then(|bytes| writer.append(&bytes));
            if let Err(error) = kept {
                tracing::error!(%error, "an upload could not be kept");
                return;
            }
            at += length;
        }
    }

    /// 308 with what is there; without `Range` when nothing is.
    fn so_far(&self) -> Answer {
        let answer = Answer::empty(StatusCode::PERMANENT_REDIRECT);
        match &self.stage {
            Stage::Receiving(writer) if writer.size() > 0 => {
                answer.with("range", &format!("bytes=0-{}", writer.size() - 1))
            }
            _ => answer,
        }
    }

    fn finish(&mut self, google: &mut Google, env: &mut Env<'_>) -> Answer {
        let stage = std::mem::replace(&mut self.stage, Stage::Done(Value::Null));
        let content = match stage {
            Stage::Receiving(writer) => writer.finish().unwrap_or_default(),
            other => {
                self.stage = other;
                return self.so_far();
            }
        };
        match self.carry_out(google, env, content) {
            Ok(shown) => {
                self.stage = Stage::Done(shown.clone());
                finished(env, self.target.is_none(), &shown)
            }
            Err(refusal) => {
                self.stage = Stage::Failed(refusal.clone());
                refusal.into()
            }
        }
    }

    fn carry_out(&self, google: &mut Google, env: &Env<'_>, content: Blob) -> Result<Value, Refusal> {
        let caller = Caller {
            house: env.house,
            now: When::from(env.now),
            person: self.person,
            domain: self.domain.clone(),
            app: self.app,
            scopes: self.scopes,
            all_drives: self.all_drives,
            mask: self.mask.clone(),
        };
        let upload = Upload { content, media_type: self.media_type.clone(), keep_forever: self.keep_forever };
        let key = match self.target {
            None => actions::create(google, &caller, &self.change.meta, Some(&upload))?,
            Some(key) => {
                let change = Change { upload: Some(upload), ..self.change.clone() };
                actions::update(google, &caller, key, &change)?;
                key
            }
        };
        Ok(view::file(&google.directory, &google.drive, &caller, key, &caller.mask))
    }
}

/// 200 with the file. Client authors note 201 for new files: by order.
fn finished(env: &Env<'_>, new: bool, shown: &Value) -> Answer {
    let created = new && env.behaves("upload-created-201").is_some();
    Answer::json(if created { StatusCode::CREATED } else { StatusCode::OK }, shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_range_is_read_in_all_its_forms() {
        let part = |from, to, total| Some(Range::Part { from, to, total });
        let cases = [
            (None, Some(Range::Whole)),
            (Some("bytes 0-99/100"), part(0, 99, Some(100))),
            (Some("bytes=0-99/100"), part(0, 99, Some(100))),
            (Some("bytes 5-9/*"), part(5, 9, None)),
            (Some("bytes */100"), Some(Range::Query { total: Some(100) })),
            (Some("bytes */*"), Some(Range::Query { total: None })),
            (Some("bytes 5-4/100"), None),
            (Some("bytes 0-100/100"), None),
            (Some("items 0-1/2"), None),
            (Some("bytes 0-18446744073709551615/*"), None),
            (Some(""), None),
        ];
        for (text, expected) in cases {
            assert_eq!(read_range(text), expected, "{text:?}");
        }
    }
}
