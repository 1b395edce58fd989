//! Comments on a file and the replies to them (Drive API, "Manage comments and replies").

use super::access::{self, Act};
use super::routes::{Caller, Handler, Outcome, insufficient_scopes, line, reach_file};
use super::state::{Id, Key, Person, Role, When};
use super::{Drive, view};
use crate::core::answer::{Answer, escape};
use crate::core::env::Env;
use crate::core::routes::Route;
use crate::google::Google;
use crate::google::error::Refusal;
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Comments by their file, oldest first. Deleted ones stay without their content.
pub type Comments = BTreeMap<Id, Vec<Comment>>;

/// A comment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Comment {
    said: Said,
    anchor: Option<Box<str>>,
    /// Media type and text of the content it is about.
    quoted: Option<(Box<str>, Box<str>)>,
    resolved: bool,
    replies: Vec<Said>,
}

/// What a comment and a reply have in common.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Said {
    id: Box<str>,
    author: Person,
    created: When,
    modified: When,
    content: Box<str>,
    /// Of a reply: `resolve` or `reopen`.
    action: Option<Box<str>>,
    deleted: bool,
}

/// Routes below `/drive/v3`. All but the deletions ask for `fields`.
pub(super) fn lines() -> Vec<Route<Handler>> {
    const ALL: &str = "/files/{fileId}/comments";
    const ONE: &str = "/files/{fileId}/comments/{commentId}";
    const REPLIES: &str = "/files/{fileId}/comments/{commentId}/replies";
    const REPLY: &str = "/files/{fileId}/comments/{commentId}/replies/{replyId}";
    let (get, post, patch, delete) = (Method::GET, Method::POST, Method::PATCH, Method::DELETE);
    vec![
        line(get.clone(), ALL, "comments.list", 100, (list, "CommentList", "!")),
        line(post.clone(), ALL, "comments.create", 50, (create, "Comment", "!")),
        line(get.clone(), ONE, "comments.get", 5, (show, "Comment", "!")),
        line(patch.clone(), ONE, "comments.update", 50, (update, "Comment", "!")),
        line(delete.clone(), ONE, "comments.delete", 50, (remove, "", "")),
        line(get.clone(), REPLIES, "replies.list", 100, (list_replies, "ReplyList", "!")),
        line(post, REPLIES, "replies.create", 50, (create_reply, "Reply", "!")),
        line(get, REPLY, "replies.get", 5, (show_reply, "Reply", "!")),
        line(patch, REPLY, "replies.update", 50, (update_reply, "Reply", "!")),
        line(delete, REPLY, "replies.delete", 50, (remove_reply, "", "")),
    ]
}

/// The file of a route; these methods know no `supportsAllDrives`.
fn reach(google: &Google, env: &Env<'_>, caller: &Caller<'_>, act: Act) -> Result<(Key, Id), Refusal> {
    if !caller.scopes.reads_content() {
        return Err(insufficient_scopes());
    }
    let key = reach_file(google, env, &Caller { all_drives: true, ..caller.clone() })?;
    access::need(&google.directory, &google.drive, caller, key, act)?;
    let file = google.drive.files.get(key).ok_or_else(|| Refusal::no_file(env.param("fileId")))?;
    Ok((key, file.id))
}

fn missing(kind: &str, id: &str) -> Refusal {
    Refusal::new(404, "notFound", format!("{kind} not found: {id}.")).about(if kind == "Reply" {
        "replyId"
    } else {
        "commentId"
    })
}

fn found<'g>(google: &'g Google, env: &Env<'_>, file: Id, deleted: bool) -> Result<&'g Comment, Refusal> {
    let id = env.param("commentId");
    let all = google.drive.comments.get(&file).map(Vec::as_slice).unwrap_or_default();
    let found = all.iter().find(|comment| &*comment.said.id == id && (deleted || !comment.said.deleted));
    found.ok_or_else(|| missing("Comment", id))
}

fn found_mut<'d>(drive: &'d mut Drive, env: &Env<'_>, file: Id) -> Result<&'d mut Comment, Refusal> {
    let id = env.param("commentId");
    let all = drive.comments.get_mut(&file).map(Vec::as_mut_slice).unwrap_or_default();
    let found = all.iter_mut().find(|comment| &*comment.said.id == id && !comment.said.deleted);
    found.ok_or_else(|| missing("Comment", id))
}

fn reply_mut<'c>(comment: &'c mut Comment, env: &Env<'_>) -> Result<&'c mut Said, Refusal> {
    let id = env.param("replyId");
    let found = comment.replies.iter_mut().find(|reply| &*reply.id == id && !reply.deleted);
    found.ok_or_else(|| missing("Reply", id))
}

/// The author's address and permission id are not shown, as documented.
fn said(google: &Google, caller: &Caller<'_>, kind: &str, said: &Said) -> Value {
    let mut author = view::user(&google.directory, &google.drive, caller, said.author);
    if let Some(members) = author.as_object_mut() {
        members.remove("emailAddress");
        members.remove("permissionId");
    }
    let mut shown = json!({
        "kind": kind, "id": said.id, "author": author, "deleted": said.deleted,
        "createdTime": said.created.to_string(), "modifiedTime": said.modified.to_string(),
    });
    if !said.deleted {
        if !said.content.is_empty() {
            shown["content"] = json!(said.content);
            shown["htmlContent"] = json!(escape(&said.content));
        }
        if let Some(action) = &said.action {
            shown["action"] = json!(action);
        }
    }
    shown
}

fn reply(google: &Google, caller: &Caller<'_>, of: &Said) -> Value {
    said(google, caller, "drive#reply", of)
}

fn comment(google: &Google, caller: &Caller<'_>, of: &Comment) -> Value {
    let mut shown = said(google, caller, "drive#comment", &of.said);
    let replies = of.replies.iter().filter(|reply| !reply.deleted);
    shown["replies"] = replies.map(|one| reply(google, caller, one)).collect();
    shown["resolved"] = json!(of.resolved);
    if of.said.deleted {
        return shown;
    }
    if let Some(anchor) = &of.anchor {
        shown["anchor"] = json!(anchor);
    }
    if let Some((mime, value)) = &of.quoted {
        shown["quotedFileContent"] = json!({ "mimeType": mime, "value": value });
    }
    shown
}

/// A part of a list: what is shown, and the token of what follows. The token is the place.
fn paged(env: &Env<'_>, all: Vec<Value>) -> Result<(Vec<Value>, Option<String>), Refusal> {
    let query = &env.call.query;
    let size = match query.filled("pageSize") {
        None => 20,
        Some(text) => {
            text.parse::<usize>().ok().filter(|size| *size > 0).map(|size| size.min(100)).ok_or_else(
                || {
                    let message =
                        format!("Invalid value '{text}'. Values must be within the range: [1, 100]");
                    Refusal::new(400, "invalidParameter", message).about("pageSize")
                },
            )?
        }
    };
    let from = match query.filled("pageToken") {
        None => 0,
        Some(token) => token
            .strip_prefix("~c")
            .and_then(|place| place.parse::<usize>().ok())
            .filter(|place| *place <= all.len())
            .ok_or_else(|| Refusal::invalid("pageToken"))?,
    };
    let next = (from + size < all.len()).then(|| format!("~c{}", from + size));
    Ok((all.into_iter().skip(from).take(size).collect(), next))
}

fn body(env: &Env<'_>) -> Result<Value, Refusal> {
    match env.call.body.json::<Value>() {
        Ok(value @ Value::Object(_)) => Ok(value),
        _ => Err(Refusal::new(400, "parseError", "Parse Error")),
    }
}

fn content(body: &Value) -> Result<&str, Refusal> {
    let text = body["content"].as_str().filter(|text| !text.trim().is_empty());
    text.ok_or_else(|| Refusal::new(400, "required", "The comment must have content.").about("content"))
}

fn fresh(env: &Env<'_>, caller: &Caller<'_>, content: &str, action: Option<&str>) -> Said {
    Said {
        id: format!("AAAA{}", env.house.random.token(7)).into(),
        author: caller.person,
        created: caller.now,
        modified: caller.now,
        content: content.into(),
        action: action.map(Box::from),
        deleted: false,
    }
}

/// The newest change first.
fn list(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let (_, file) = reach(google, env, caller, Act::Read)?;
    let deleted = env.call.query.flag("includeDeleted");
    let since = match env.call.query.filled("startModifiedTime") {
        None => When(i64::MIN),
        Some(text) => {
            When::from(text.parse::<jiff::Timestamp>().map_err(|_| Refusal::invalid("startModifiedTime"))?)
        }
    };
    let all = google.drive.comments.get(&file).map(Vec::as_slice).unwrap_or_default();
    let mut all: Vec<&Comment> = all
        .iter()
        .filter(|comment| (deleted || !comment.said.deleted) && comment.said.modified >= since)
        .collect();
    all.sort_by_key(|comment| std::cmp::Reverse(comment.said.modified));
    let all = all.into_iter().map(|one| comment(google, caller, one)).collect();
    let (comments, next) = paged(env, all)?;
    let mut answer = json!({ "kind": "drive#commentList", "comments": comments });
    if let Some(next) = next {
        answer["nextPageToken"] = json!(next);
    }
    Ok(answer.into())
}

fn create(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let (_, file) = reach(google, env, caller, Act::Comment)?;
    let body = body(env)?;
    let quoted = &body["quotedFileContent"];
    let text = |value: &Value| value.as_str().map(Box::<str>::from);
    let made = Comment {
        said: fresh(env, caller, content(&body)?, None),
        anchor: text(&body["anchor"]),
        quoted: text(&quoted["value"])
            .map(|value| (text(&quoted["mimeType"]).unwrap_or_else(|| "text/plain".into()), value)),
        resolved: false,
        replies: Vec::new(),
    };
    let shown = comment(google, caller, &made);
    google.drive.comments.entry(file).or_default().push(made);
    Ok(shown.into())
}

fn show(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let (_, file) = reach(google, env, caller, Act::Read)?;
    let of = found(google, env, file, env.call.query.flag("includeDeleted"))?;
    Ok(comment(google, caller, of).into())
}

/// Nobody changes what another has said.
fn need_author(said: &Said, caller: &Caller<'_>, file: Id) -> Result<(), Refusal> {
    if said.author == caller.person { Ok(()) } else { Err(access::insufficient(file.as_str())) }
}

/// The author deletes, and who owns the file or manages its shared drive.
fn need_deleter(
    google: &Google,
    caller: &Caller<'_>,
    key: Key,
    said: &Said,
    file: Id,
) -> Result<(), Refusal> {
    let role = access::role(&google.directory, &google.drive, caller, key);
    if role >= Some(Role::Organizer) { Ok(()) } else { need_author(said, caller, file) }
}

fn update(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let (_, file) = reach(google, env, caller, Act::Comment)?;
    let body = body(env)?;
    let text = content(&body)?;
    let of = found_mut(&mut google.drive, env, file)?;
    need_author(&of.said, caller, file)?;
    (of.said.content, of.said.modified) = (text.into(), caller.now);
    let of = found(google, env, file, false)?;
    Ok(comment(google, caller, of).into())
}

fn remove(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let (key, file) = reach(google, env, caller, Act::Comment)?;
    need_deleter(google, caller, key, &found(google, env, file, false)?.said, file)?;
    let of = found_mut(&mut google.drive, env, file)?;
    (of.said.deleted, of.said.modified, of.said.content) = (true, caller.now, Box::default());
    Ok(Answer::empty(StatusCode::NO_CONTENT).into())
}

fn list_replies(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let (_, file) = reach(google, env, caller, Act::Read)?;
    let deleted = env.call.query.flag("includeDeleted");
    let of = found(google, env, file, deleted)?;
    let all = of.replies.iter().filter(|one| deleted || !one.deleted);
    let (replies, next) = paged(env, all.map(|one| reply(google, caller, one)).collect())?;
    let mut answer = json!({ "kind": "drive#replyList", "replies": replies });
    if let Some(next) = next {
        answer["nextPageToken"] = json!(next);
    }
    Ok(answer.into())
}

/// A reply says something, or resolves or reopens its comment, or both.
fn create_reply(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let (_, file) = reach(google, env, caller, Act::Comment)?;
    let body = body(env)?;
    let action = body["action"].as_str();
    if action.is_some_and(|action| !matches!(action, "resolve" | "reopen")) {
        return Err(Refusal::invalid("action"));
    }
    let text = match (action, body["content"].as_str()) {
        (Some(_), None) => "",
        _ => content(&body)?,
    };
    let made = fresh(env, caller, text, action);
    let of = found_mut(&mut google.drive, env, file)?;
    if let Some(action) = action {
        of.resolved = action == "resolve";
    }
    of.said.modified = caller.now;
    of.replies.push(made.clone());
    Ok(reply(google, caller, &made).into())
}

fn show_reply(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let (_, file) = reach(google, env, caller, Act::Read)?;
    let deleted = env.call.query.flag("includeDeleted");
    let id = env.param("replyId");
    let of = found(google, env, file, deleted)?;
    let one = of.replies.iter().find(|one| &*one.id == id && (deleted || !one.deleted));
    Ok(reply(google, caller, one.ok_or_else(|| missing("Reply", id))?).into())
}

fn update_reply(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let (_, file) = reach(google, env, caller, Act::Comment)?;
    let body = body(env)?;
    let text = content(&body)?;
    let of = found_mut(&mut google.drive, env, file)?;
    let one = reply_mut(of, env)?;
    need_author(one, caller, file)?;
    (one.content, one.modified) = (text.into(), caller.now);
    let shown = one.clone();
    of.said.modified = caller.now;
    Ok(reply(google, caller, &shown).into())
}

fn remove_reply(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let (key, file) = reach(google, env, caller, Act::Comment)?;
    let one = reply_mut(found_mut(&mut google.drive, env, file)?, env)?.clone();
    need_deleter(google, caller, key, &one, file)?;
    let one = reply_mut(found_mut(&mut google.drive, env, file)?, env)?;
    (one.deleted, one.modified, one.content) = (true, caller.now, Box::default());
    Ok(Answer::empty(StatusCode::NO_CONTENT).into())
}
