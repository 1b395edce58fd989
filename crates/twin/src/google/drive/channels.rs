//! Notifications: channels that are watched, and what is sent to them (google.md 2.12; developers.google.com,
//! "Notifications for resource changes").

use super::changes::{self, What};
use super::routes::{Caller, Handler, Outcome, line, reach_file};
use super::state::{App, File, Id, Key, Person, When};
use super::{Drive, access};
use crate::core::answer::Answer;
use crate::core::digest::{hex, sha256};
use crate::core::env::{Env, House};
use crate::core::faults::Subject;
use crate::core::outbox::{Delivery, Outbound, RetryOn};
use crate::core::routes::Route;
use crate::core::surfaces::Surface;
use crate::google::Google;
use crate::google::directory::Directory;
use crate::google::error::Refusal;
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How long a channel lives without a wish, in seconds.
const LIFE: i64 = 3_600;
/// How long channels live at most, in seconds: for files, and for changes.
const FILE_LIFE: i64 = 86_400;
const CHANGES_LIFE: i64 = 604_800;

/// Channels by id, those that ran out too: ids are used once.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Channels(BTreeMap<String, Channel>);

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Channel {
    resource_id: String,
    resource_uri: String,
    address: String,
    token: Option<String>,
    expires: When,
    stopped: bool,
    person: Person,
    app: App,
    /// Whether its application reaches files of others: more than `drive.file`.
    everything: bool,
    target: Target,
    /// The number of the last message.
    sent: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Target {
    /// Of a person, or of one shared drive.
    Changes {
        drive: Option<Key>,
        all_drives: bool,
    },
    File(Id),
}

/// Routes below `/drive/v3`.
pub(super) fn lines() -> Vec<Route<Handler>> {
    vec![
        line(Method::POST, "/changes/watch", "changes.watch", 5, (watch_changes, "Channel", "")),
        line(Method::POST, "/files/{fileId}/watch", "files.watch", 5, (watch_file, "Channel", "")),
        line(Method::POST, "/channels/stop", "channels.stop", 5, (stop, "", "")),
    ]
}

fn watch_changes(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    changes::token(google, env)?;
    let drive = changes::named_drive(google, env, caller)?;
    let query = &env.call.query;
    let all_drives = query.flag("includeItemsFromAllDrives") || query.flag("includeTeamDriveItems");
    let place = match drive.and_then(|root| google.drive.files.get(root)) {
        Some(root) => format!("changes of {}", root.id),
        None => format!("changes of {}", google.drive.user_id(caller.person)),
    };
    let pairs: Vec<String> = query.0.iter().map(|(name, value)| encoded(name, value)).collect();
    let uri = format!("{}/drive/v3/changes?alt=json&{}", env.house.surfaces.google_apis, pairs.join("&"));
    watch(google, env, caller, Target::Changes { drive, all_drives }, &place, uri)
}

fn encoded(name: &str, value: &str) -> String {
    form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish()
}

fn watch_file(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let key = reach_file(google, env, caller)?;
    let Some(id) = google.drive.files.get(key).map(|file| file.id) else { return Err(Refusal::no_file("")) };
    let uri = format!("{}/drive/v3/files/{id}?alt=json&null", env.house.surfaces.google_apis);
    watch(google, env, caller, Target::File(id), &format!("file {id}"), uri)
}

/// A number or a text with one.
fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str().and_then(|text| text.parse().ok()))
}

fn refuse(reason: &str, message: &str) -> Refusal {
    Refusal::new(400, reason, message)
}

/// The channel that a call asks for.
struct Wish {
    id: String,
    address: String,
    token: Option<String>,
    expires: When,
}

/// Reads a channel and refuses one that cannot be.
fn read_wish(env: &Env<'_>, caller: &Caller<'_>, target: Target) -> Result<Wish, Refusal> {
    let body: Value = env.call.body.json().map_err(|_| refuse("parseError", "Parse Error"))?;
    let id = body["id"].as_str().filter(|id| !id.is_empty()).ok_or_else(|| refuse("required", "Required"))?;
    let good = id.len() <= 64 && id.chars().all(|one| one.is_ascii_alphanumeric() || "-_+/=".contains(one));
    if !good {
        let message = format!("Channel id must match the following pattern: [A-Za-z0-9\\-_\\+/=]+: {id}");
        return Err(refuse("channelIdInvalid", &message));
    }
    if !matches!(body["type"].as_str(), Some("web_hook" | "webhook")) {
        return Err(refuse("channelTypeInvalid", "Channel type not supported. Use 'web_hook'."));
    }
    let address = body["address"].as_str().unwrap_or_default();
    let plain = address.starts_with("http://");
    let usable = address.starts_with("https://") || (plain && env.behaves("plain-http-channel").is_some());
    if !usable {
        let message = format!("WebHook callback must be HTTPS: {address}");
        return Err(refuse("push.webhookUrlNotHttps", &message));
    }
    let token = body["token"].as_str().map(str::to_owned);
    if token.as_ref().is_some_and(|token| token.len() > 256) {
        return Err(refuse("channelTokenTooLong", "Channel token is too long; at most 256 characters."));
    }
    let expires = expiry(&body, caller.now, target)?;
    Ok(Wish { id: id.to_owned(), address: address.to_owned(), token, expires })
}

/// When a channel ends: as it was asked for, but not later than its kind may live.
fn expiry(body: &Value, now: When, target: Target) -> Result<When, Refusal> {
    let longest = if matches!(target, Target::File(_)) { FILE_LIFE } else { CHANGES_LIFE };
    let wish = number(&body["expiration"]).filter(|at| *at > 0).map(When);
    let wish = wish.or_else(|| {
        let seconds = body["params"]["ttl"].as_str().and_then(|text| text.parse::<i64>().ok())?;
        Some(now.plus(seconds.max(1).saturating_mul(1000)))
    });
    let expires = wish.unwrap_or(now.plus(LIFE * 1000)).min(now.plus(longest * 1000));
    if expires <= now {
        return Err(refuse("channelExpirationInvalid", "The channel's expiration is in the past."));
    }
    Ok(expires)
}

fn watch(
    google: &mut Google,
    env: &mut Env<'_>,
    caller: &Caller<'_>,
    target: Target,
    place: &str,
    resource_uri: String,
) -> Result<Outcome, Refusal> {
    let wish = read_wish(env, caller, target)?;
    if google.drive.changes.channels.0.contains_key(&wish.id) {
        return Err(refuse("channelIdNotUnique", &format!("Channel id {} not unique", wish.id)));
    }
    let Wish { id, address, token, expires } = wish;
    let resource_id = hex(&sha256(place.as_bytes())[..14]);
    let mut channel = Channel {
        resource_id: resource_id.clone(),
        resource_uri: resource_uri.clone(),
        address,
        token: token.clone(),
        expires,
        stopped: false,
        person: caller.person,
        app: caller.app,
        everything: caller.scopes.everything(),
        target,
        sent: 0,
    };
    channel.send(env.house, &id, google.drive.user_id(caller.person), "sync", &[]);
    google.drive.changes.channels.0.insert(id.clone(), channel);
    let mut answer = json!({
        "kind": "api#channel",
        "id": id,
        "resourceId": resource_id,
        "resourceUri": resource_uri,
        "expiration": expires.0.to_string(),
    });
    if let Some(token) = token {
        answer["token"] = json!(token);
    }
    Ok(answer.into())
}

fn stop(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let body: Value = env.call.body.json().map_err(|_| refuse("parseError", "Parse Error"))?;
    let (Some(id), Some(resource)) = (body["id"].as_str(), body["resourceId"].as_str()) else {
        return Err(refuse("required", "Required"));
    };
    let found = google.drive.changes.channels.0.get_mut(id).filter(|channel| {
        channel.resource_id == resource
            && channel.person == caller.person
            && channel.app == caller.app
            && !channel.stopped
    });
    let Some(channel) = found else {
        let project = google.drive.apps.text(caller.app.0);
        let message = format!("Channel '{id}' not found for project '{project}'");
        return Err(Refusal::new(404, "notFound", message).about("entity.channel_id"));
    };
    channel.stopped = true;
    Ok(Answer::empty(StatusCode::NO_CONTENT).into())
}

fn ordered(house: &House, user: &str, name: &str) -> Option<Value> {
    let subject = Subject {
        surface: Some(Surface::GoogleApis),
        method: "POST",
        path: "",
        operation: "channels.notify",
        tenant: "",
        user,
        app: "",
    };
    house.faults.take(name, subject, &house.random)
}

impl Channel {
    fn is_live(&self, now: When) -> bool {
        !self.stopped && self.expires > now
    }

    /// Puts a message into the outbox. By order (G-16) it comes twice, late, with a wrong token, or not at all.
    fn send(&mut self, house: &House, id: &str, user: &str, state: &str, changed: &[&str]) {
        self.sent += 1;
        let mut headers = vec![
            ("X-Goog-Channel-ID".to_owned(), id.to_owned()),
            ("X-Goog-Channel-Expiration".to_owned(), http_date(self.expires)),
            ("X-Goog-Resource-ID".to_owned(), self.resource_id.clone()),
            ("X-Goog-Resource-URI".to_owned(), self.resource_uri.clone()),
            ("X-Goog-Resource-State".to_owned(), state.to_owned()),
            ("X-Goog-Message-Number".to_owned(), self.sent.to_string()),
            ("User-Agent".to_owned(), "APIs-Google; (+simulation)".to_owned()),
        ];
        let wrong = ordered(house, user, "notification-wrong-token").is_some();
        if let Some(token) = &self.token {
            let token = if wrong { format!("{token}-wrong") } else { token.clone() };
            headers.push(("X-Goog-Channel-Token".to_owned(), token));
        }
        if !changed.is_empty() {
            headers.push(("X-Goog-Changed".to_owned(), changed.join(",")));
        }
        if ordered(house, user, "notification-lost").is_some() {
            return;
        }
        let late = ordered(house, user, "notification-late").map(|value| value.as_u64().unwrap_or(3));
        let times = 1 + usize::from(ordered(house, user, "notification-twice").is_some());
        for _ in 0..times {
            house.outbox.send(Delivery {
                about: id.to_owned(),
                request: Outbound {
                    url: self.address.clone(),
                    headers: headers.clone(),
                    body: bytes::Bytes::new(),
                    within: Duration::from_secs(10),
                },
                after: Duration::from_secs(late.unwrap_or(0)),
                retry_on: RetryOn::ServerErrors,
                retries: 5,
                pause: Duration::from_secs(1),
            });
        }
    }

    /// Whether its person and application see a file.
    fn sees(&self, directory: &Directory, drive: &Drive, now: When, key: Key) -> bool {
        let domain = directory.users.get(drive.user_id(self.person)).and_then(|user| user.domain.clone());
        let Some(file) = drive.files.get(key) else { return false };
        let app = self.everything || access::is_authorized(file, self.app, self.person);
        app && access::role_of(directory, drive, (self.person, domain.as_deref()), now, key).is_some()
    }
}

/// RFC 9110: `Tue, 29 Oct 2026 20:32:02 GMT`.
fn http_date(at: When) -> String {
    at.timestamp().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// What a file's channel says of a change: the state, and what changed.
fn words(what: What) -> (&'static str, &'static [&'static str]) {
    match what {
        What::Created => ("add", &[]),
        What::Metadata => ("update", &["properties"]),
        What::Content => ("update", &["content", "properties"]),
        What::Moved { .. } => ("update", &["parents"]),
        What::Trashed => ("trash", &[]),
        What::Untrashed => ("untrash", &[]),
        What::Deleting => ("remove", &[]),
        What::Permissions => ("update", &["permissions"]),
    }
}

/// What a channel says of a change of a file; nothing when it is not about it. `gone`: its person lost the file.
fn message(
    drive: &Drive,
    file: &File,
    target: Target,
    what: What,
    gone: bool,
) -> Option<(&'static str, &'static [&'static str])> {
    match target {
        Target::Changes { drive: wanted, all_drives } => {
            let shared = drive.shared_drive_of(file).map(|(root, _)| root);
            let fits = match wanted {
                Some(root) => file.space == Some(root),
                None => all_drives || shared.is_none(),
            };
            fits.then_some(("change", &[]))
        }
        Target::File(watched) if watched == file.id => Some(if gone { ("remove", &[]) } else { words(what) }),
        Target::File(watched) => {
            let is = |folder: Option<Key>| {
                folder.and_then(|folder| drive.files.get(folder)).is_some_and(|folder| folder.id == watched)
            };
            let from = if let What::Moved { from } = what { from } else { None };
            let children = matches!(
                what,
                What::Created | What::Moved { .. } | What::Trashed | What::Untrashed | What::Deleting
            );
            (children && (is(file.parent) || is(from))).then_some(("update", &["children"]))
        }
    }
}

/// Tells the channels that a file changed; `lost` are those who do not reach it any more.
pub(super) fn notify(
    drive: &mut Drive,
    directory: &Directory,
    caller: &Caller<'_>,
    key: Key,
    what: What,
    lost: &BTreeSet<Person>,
) {
    if drive.changes.channels.0.is_empty() {
        return;
    }
    let mut channels = std::mem::take(&mut drive.changes.channels);
    for (id, channel) in &mut channels.0 {
        let user = drive.user_id(channel.person).to_owned();
        if channel.stopped
            || (channel.expires <= caller.now
                && ordered(caller.house, &user, "notification-after-expiry").is_none())
        {
            continue;
        }
        let concerned = lost.contains(&channel.person) || channel.sees(directory, drive, caller.now, key);
        if !concerned {
            continue;
        }
        let Some(file) = drive.files.get(key) else { continue };
        let gone = lost.contains(&channel.person) && what != What::Deleting;
        if let Some((state, changed)) = message(drive, file, channel.target, what, gone) {
            channel.send(caller.house, id, &user, state, changed);
        }
    }
    drive.changes.channels = channels;
}

/// Tells the channels that a shared drive itself changed.
pub(super) fn drive_changed(drive: &mut Drive, directory: &Directory, caller: &Caller<'_>, root: Key) {
    let mut channels = std::mem::take(&mut drive.changes.channels);
    for (id, channel) in &mut channels.0 {
        let user = drive.user_id(channel.person).to_owned();
        let Target::Changes { drive: wanted, all_drives } = channel.target else { continue };
        let fits = wanted == Some(root) || wanted.is_none() && all_drives;
        if fits && channel.is_live(caller.now) && channel.sees(directory, drive, caller.now, root) {
            channel.send(caller.house, id, &user, "change", &[]);
        }
    }
    drive.changes.channels = channels;
}
