//! `files.list` (google.md 2.7).

use super::access;
use super::mask::Mask;
use super::matching::{Seeker, Source};
use super::order::{self, Order};
use super::query::{self, Query, Term};
use super::routes::{Caller, Outcome};
use super::state::{File, Grantee, Key, Person, When};
use super::view;
use crate::core::env::Env;
use crate::google::Google;
use crate::google::error::Refusal;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A page token is good for four hours.
const LIFE: i64 = 4 * 3_600_000;
/// So many listings are remembered; the oldest are forgotten.
const REMEMBERED: usize = 2_000;

/// Listings under way.
#[derive(Debug, Default)]
pub struct Cursors {
    held: BTreeMap<String, Cursor>,
    /// How many files listings have looked at, for tests of their cost.
    pub examined: u64,
}

#[derive(Debug, Clone)]
struct Cursor {
    person: Person,
    /// The parameters that must stay the same.
    about: String,
    issued: When,
    place: Place,
}

/// How far a listing is.
#[derive(Debug, Clone)]
enum Place {
    /// In the order of keys, after this one.
    After(Option<Key>),
    /// What is left of a sorted listing.
    Rest(Vec<Key>),
}

/// What a listing asks for.
struct Asked {
    query: Option<Query>,
    order: Vec<(Order, bool)>,
    size: usize,
    corpora: Corpora,
    shared_drives: bool,
    /// Files with names younger than this are not found by name.
    names_until: When,
    /// Files younger than this are not listed.
    files_until: When,
    about: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Corpora {
    User,
    Domain,
    Drive(Key),
    AllDrives,
}

/// `files.list`.
pub(super) fn list(google: &mut Google, env: &mut Env<'_>, caller: &Caller<'_>) -> Result<Outcome, Refusal> {
    let asked = read(google, env, caller)?;
    if env.call.query.get("spaces") == Some("appDataFolder") {
        return Ok(json!({ "kind": "drive#fileList", "incompleteSearch": false, "files": [] }).into());
    }
    let place = begin(google, env, caller, &asked)?;
    let most = env.behaves("short-pages").and_then(|value| value.as_u64());
    let size = most.map_or(asked.size, |most| asked.size.min(most as usize));
    let (keys, next, examined) = page(google, caller, &asked, place, size);
    let mask = caller.mask.inside("files");
    let one =
        |key: &Key| view::file(&google.directory, &google.drive, caller, *key, mask.unwrap_or(&Mask::All));
    let files: Vec<Value> = if mask.is_some() { keys.iter().map(one).collect() } else { Vec::new() };
    let incomplete = asked.corpora == Corpora::AllDrives && env.behaves("incomplete-search").is_some();
    let mut answer = json!({ "kind": "drive#fileList", "incompleteSearch": incomplete, "files": files });
    let cursors = &mut google.drive.cursors;
    cursors.examined += examined;
    if let Some(place) = next {
        let token = format!("~!!~{}", env.house.random.token(80));
        let cursor = Cursor { person: caller.person, about: asked.about, issued: caller.now, place };
        cursors.remember(token.clone(), cursor);
        answer["nextPageToken"] = json!(token);
    }
    Ok(answer.into())
}

impl Cursors {
    fn remember(&mut self, token: String, cursor: Cursor) {
        if self.held.len() >= REMEMBERED {
            let mut ages: Vec<When> = self.held.values().map(|cursor| cursor.issued).collect();
            ages.sort_unstable();
            let limit = ages[REMEMBERED / 2];
            self.held.retain(|_, cursor| cursor.issued > limit);
        }
        self.held.insert(token, cursor);
    }
}

fn read(google: &Google, env: &Env<'_>, caller: &Caller<'_>) -> Result<Asked, Refusal> {
    let call = &env.call.query;
    let query = match call.filled("q") {
        None => None,
        Some(text) => Some(query::parse(text).map_err(|_| Refusal::invalid("q"))?),
    };
    let order = order::read(call.filled("orderBy").unwrap_or_default())?;
    let full_text = query.as_ref().is_some_and(|query| query.any(&|term| matches!(term, Term::FullText(_))));
    if full_text && !order.is_empty() {
        let message = "Sorting is not supported for queries with fullText terms. Results are always in descending relevance order.";
        return Err(Refusal::new(400, "badRequest", message).about("orderBy"));
    }
    let size = match call.filled("pageSize") {
        None => 100,
        Some(text) => match text.parse::<i64>() {
            Ok(size) if size > 0 => size.min(1000) as usize,
            _ => {
                let message = format!("Invalid value '{text}'. Values must be within the range: [1, 1000]");
                return Err(Refusal::new(400, "invalidParameter", message).about("pageSize"));
            }
        },
    };
    if let Some(spaces) = call.filled("spaces")
        && !spaces.split(',').all(|space| matches!(space.trim(), "drive" | "appDataFolder"))
    {
        return Err(Refusal::invalid("spaces"));
    }
    let shared_drives =
        (call.flag("includeItemsFromAllDrives") || call.flag("includeTeamDriveItems")) && caller.all_drives;
    let seconds = |name: &str| env.behaves(name).map_or(-1, |value| value.as_i64().unwrap_or(60));
    let by_name = query
        .as_ref()
        .is_some_and(|query| query.any(&|term| matches!(term, Term::Name(..) | Term::FullText(_))));
    let names_lag = if by_name { seconds("name-search-lag") } else { -1 };
    let until = |lag: i64| if lag < 0 { When(i64::MAX) } else { caller.now.plus(-lag * 1000) };
    let watched =
        ["q", "orderBy", "corpora", "driveId", "spaces", "includeItemsFromAllDrives", "supportsAllDrives"];
    let about = watched.map(|name| call.get(name).unwrap_or_default()).join("\u{0}");
    Ok(Asked {
        query,
        order,
        size,
        corpora: corpora(google, env, caller, shared_drives)?,
        shared_drives,
        names_until: until(names_lag),
        files_until: until(seconds("list-lag")),
        about,
    })
}

fn corpora(
    google: &Google,
    env: &Env<'_>,
    caller: &Caller<'_>,
    shared_drives: bool,
) -> Result<Corpora, Refusal> {
    let call = &env.call.query;
    let drive_id = call.filled("driveId").or_else(|| call.filled("teamDriveId"));
    let named = call.filled("corpora").unwrap_or(if drive_id.is_some() { "drive" } else { "user" });
    match (named, drive_id) {
        ("drive" | "teamDrive", Some(id)) => {
            if !shared_drives {
                let message = "The includeItemsFromAllDrives and supportsAllDrives parameters must be set to true when searching a shared drive.";
                return Err(Refusal::new(403, "teamDrivesParamsRequired", message).about("corpora"));
            }
            let missing =
                || Refusal::new(404, "notFound", format!("Shared drive not found: {id}")).about("driveId");
            let root = access::reach(&google.directory, &google.drive, caller, id).map_err(|_| missing())?;
            Some(root)
                .filter(|root| google.drive.shared_drives.contains_key(root))
                .map(Corpora::Drive)
                .ok_or_else(missing)
        }
        ("drive" | "teamDrive", None) => {
            Err(Refusal::new(400, "required", "The driveId parameter is required when corpora is drive.")
                .about("driveId"))
        }
        (_, Some(_)) => {
            let message = "The driveId must be specified if and only if corpora is set to drive.";
            Err(Refusal::new(400, "invalid", message).about("driveId"))
        }
        ("user", None) => Ok(Corpora::User),
        ("domain", None) => Ok(Corpora::Domain),
        ("allDrives" | "allTeamDrives", None) => Ok(Corpora::AllDrives),
        _ => Err(Refusal::invalid("corpora")),
    }
}

/// Where to go on: at the beginning, or where a page token says.
fn begin(google: &mut Google, env: &Env<'_>, caller: &Caller<'_>, asked: &Asked) -> Result<Place, Refusal> {
    if let Some(token) = env.call.query.filled("pageToken") {
        let known = google.drive.cursors.held.get(token).filter(|cursor| {
            let fresh = cursor.issued.plus(LIFE) > caller.now;
            fresh && cursor.person == caller.person && cursor.about == asked.about
        });
        let rejected = env.behaves("page-token-rejected").is_some();
        return known
            .filter(|_| !rejected)
            .map(|cursor| cursor.place.clone())
            .ok_or_else(|| Refusal::invalid("pageToken"));
    }
    let seeker = Seeker { directory: &google.directory, drive: &google.drive, caller };
    let narrow = asked.query.as_ref().and_then(|query| seeker.sources(query));
    // With about a million files Drive does not sort.
    if asked.order.is_empty() || (narrow.is_none() && google.drive.files.len() >= 1_000_000) {
        return Ok(Place::After(None));
    }
    let (mut keys, _, examined) = walk(&seeker, asked, None, usize::MAX);
    order::sort(&seeker, &mut keys, &asked.order);
    google.drive.cursors.examined += examined;
    Ok(Place::Rest(keys))
}

/// The files of a page, where the next begins, and how many files were looked at.
fn page(
    google: &Google,
    caller: &Caller<'_>,
    asked: &Asked,
    place: Place,
    size: usize,
) -> (Vec<Key>, Option<Place>, u64) {
    let seeker = Seeker { directory: &google.directory, drive: &google.drive, caller };
    match place {
        Place::After(after) => {
            let (mut keys, more, examined) = walk(&seeker, asked, after, size.saturating_add(1));
            let next = (keys.len() > size).then(|| {
                keys.truncate(size);
                Place::After(keys.last().copied().or(after))
            });
            (
                keys,
                next.filter(|_| more || size > 0).or((size == 0 && more).then_some(Place::After(after))),
                examined,
            )
        }
        Place::Rest(mut keys) => {
            let rest = keys.split_off(size.min(keys.len()));
            let examined = keys.len() as u64;
            // What changed since the listing began is left out; pages may be short.
            keys.retain(|key| is_wanted(&seeker, asked, *key));
            (keys, (!rest.is_empty()).then_some(Place::Rest(rest)), examined)
        }
    }
}

/// Files that fit, in the order of their keys, after a key, at most so many; whether there may be more; how many
/// were looked at.
fn walk(seeker: &Seeker<'_>, asked: &Asked, after: Option<Key>, most: usize) -> (Vec<Key>, bool, u64) {
    let narrow = asked.query.as_ref().and_then(|query| seeker.sources(query));
    let sources = narrow.unwrap_or_else(|| match asked.corpora {
        Corpora::Drive(root) => vec![Source::Space(root)],
        // What a person made or changed in shared drives is found under `user` as well.
        Corpora::AllDrives | Corpora::User => seeker.everywhere(asked.shared_drives),
        Corpora::Domain => {
            let shared = seeker.drive.files.shared();
            vec![Source::These(
                shared.flat_map(|key| [vec![key], seeker.drive.files.below(key)].concat()).collect(),
            )]
        }
    });
    let sources: Vec<Source> = sources.into_iter().map(sorted).collect();
    let mut walks: Vec<_> = sources.iter().map(|source| source.keys(seeker, after).peekable()).collect();
    let (mut found, mut examined) = (Vec::new(), 0);
    while let Some(next) = walks.iter_mut().filter_map(|walk| walk.peek().copied()).min() {
        if found.len() >= most {
            return (found, true, examined);
        }
        for walk in &mut walks {
            if walk.peek() == Some(&next) {
                walk.next();
            }
        }
        examined += 1;
        if is_wanted(seeker, asked, next) {
            found.push(next);
        }
    }
    let more = found.len() >= most;
    (found, more, examined)
}

fn sorted(source: Source) -> Source {
    match source {
        Source::These(mut keys) => {
            keys.sort_unstable();
            keys.dedup();
            Source::These(keys)
        }
        other => other,
    }
}

fn is_wanted(seeker: &Seeker<'_>, asked: &Asked, key: Key) -> bool {
    let Some(file) = seeker.drive.files.get(key) else { return false };
    if seeker.drive.is_root(key) || file.named > asked.names_until || file.created > asked.files_until {
        return false;
    }
    if !in_corpora(seeker, asked, key, file) {
        return false;
    }
    asked.query.as_ref().is_none_or(|query| seeker.fits(query, key))
        && access::may_see(seeker.directory, seeker.drive, seeker.caller, key)
}

fn in_corpora(seeker: &Seeker<'_>, asked: &Asked, key: Key, file: &File) -> bool {
    let shared_drive = seeker.drive.shared_drive_of(file).map(|(root, _)| root);
    if shared_drive.is_some() && !asked.shared_drives {
        return false;
    }
    match asked.corpora {
        Corpora::Drive(root) => shared_drive == Some(root),
        Corpora::AllDrives => true,
        Corpora::User => {
            let by_folder = || {
                asked.query.as_ref().is_some_and(|query| query.any(&|term| matches!(term, Term::Parent(_))))
            };
            shared_drive.is_none()
                || by_folder()
                || file.modified_by == seeker.caller.person
                || seeker.drive.mine.contains_key(&(key, seeker.caller.person))
        }
        Corpora::Domain => {
            let to_domain = |file: &File| {
                let domain = seeker.caller.domain.as_deref();
                file.permissions
                    .iter()
                    .any(|given| matches!(&given.grantee, Grantee::Domain(name) if Some(&**name) == domain))
            };
            to_domain(file) || seeker.drive.files.above(key).any(|(_, folder)| to_domain(folder))
        }
    }
}
