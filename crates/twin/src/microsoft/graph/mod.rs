//! Graph v1.0, and the SharePoint hosts that it sends a client to.

pub mod access;
pub mod address;
pub mod batch;
pub mod bins;
pub mod budget;
pub mod files;
pub mod lists;
pub mod names;
pub mod notify;
pub mod odata;
pub mod people;
pub mod permissions;
pub mod routes;
pub mod rows;
pub mod scene;
mod seed;
pub mod sharepoint;
pub mod shares;
pub mod sites;
pub mod state;
pub mod subscriptions;
pub mod types;
pub mod view;

use super::Microsoft;
use super::directory::Directory;
use super::error::Refusal;
use super::world::MicrosoftWorld;
use crate::core::answer::Answer;
use crate::core::budget::Meter;
use crate::core::call::Call;
use crate::core::env::{Env, House, Note, Reply};
use crate::core::routes::Met;
use crate::core::surfaces::Surface;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use state::Content;
use std::collections::BTreeSet;

/// Where the version stands in a path.
const VERSION: &str = "/v1.0";

/// OpenID Connect's user info, which has no version.
const USER_INFO: &str = "/oidc/userinfo";

/// Sites, libraries, items and what belongs to them.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Graph {
    pub content: Content,
    pub subscriptions: Vec<subscriptions::Subscription>,
    pub(crate) meter: Meter,
    /// Who asked too often for too long, by [`budget::app_key`].
    #[serde(default)]
    pub blocked: BTreeSet<String>,
}

impl Graph {
    /// Makes what lies in SharePoint at the beginning.
    /// # Errors
    /// When a site or file names what does not exist.
    pub fn seed(world: &MicrosoftWorld, directory: &Directory, house: &House) -> crate::Result<Self> {
        let mut graph = Self { content: Content::new(&house.random), ..Self::default() };
        seed::sites(&mut graph.content, world, directory, house)?;
        Ok(graph)
    }

    /// Puts `count` small files that share one content into a library's root: for trials of speed and memory.
    pub fn seed_many(&mut self, library: state::ListKey, count: u32, now: Timestamp) {
        let root = self.content.lists[library as usize].root;
        seed::many(&mut self.content, root, count, state::micros(now));
    }

    /// Books the units of a call that was refused before it was looked at.
    pub fn charge(&mut self, note: &Note, now: Timestamp) {
        budget::book(&mut self.meter, note, now);
    }
}

/// The operation of a call and its cost; nothing when Graph has no such route.
pub(crate) fn operation(call: &Call) -> Option<(&'static str, u32)> {
    if call.surface == Surface::Sharepoint {
        return Some(sharepoint::operation(call));
    }
    if call.path == USER_INFO {
        return Some(("oidc.userinfo", 0));
    }
    let address = address::parse(call.path.strip_prefix(VERSION)?)?;
    match routes::table().find(&call.method, &address.canonical) {
        Met::Route(route, _) if is_whole_delta(route.operation, call) => Some((route.operation, 2)),
        Met::Route(route, _) => Some((route.operation, route.units)),
        _ => None,
    }
}

/// Whether a call asks for a library's changes from its beginning, which costs twice as much as from a token
/// (microsoft.md 2.12).
fn is_whole_delta(operation: &str, call: &Call) -> bool {
    operation == "driveItem.delta" && !call.path.contains("token=") && call.query.filled("token").is_none()
}

/// Handles a call to Graph or to a SharePoint host.
pub(crate) fn serve(state: &mut Microsoft, env: &mut Env<'_>) -> Reply<Microsoft> {
    files::settle(state, env.house, env.now);
    if env.call.surface == Surface::Sharepoint {
        return sharepoint::serve(state, env);
    }
    if env.call.path == USER_INFO {
        let answer = super::entra::user_info(state, env);
        return answer.unwrap_or_else(|refusal| refusal.answer(env.call)).into();
    }
    match routed(state, env) {
        Ok(Reply::Now(answer)) => Reply::Now(stamped(answer, env.call)),
        Ok(ask) => ask,
        Err(refusal) => refusal.answer(env.call).into(),
    }
}

/// Finds the handler of a call and runs it, when the caller may call at all.
pub(crate) fn routed(state: &mut Microsoft, env: &mut Env<'_>) -> Result<Reply<Microsoft>, Refusal> {
    let Some(access) = env.call.bearer().and_then(|token| state.entra.access(token, env.call.at)).cloned()
    else {
        return Err(access::unauthenticated(env.call.bearer().is_some()));
    };
    if let Some(challenge) = state.entra.challenge(&state.directory, &access, env) {
        return Err(challenge);
    }
    let budget = budget::spend(state, &access, env)?;
    let path = env.call.path.strip_prefix(VERSION).ok_or_else(unknown_version)?;
    let address = address::parse(path).ok_or_else(|| Refusal::invalid("The path is malformed."))?;
    let (route, params) = match routes::table().find(&env.call.method, &address.canonical) {
        Met::Route(route, params) => (route, params),
        Met::WrongMethod => {
            return Err(Refusal::new(
                405,
                "methodNotAllowed",
                "The HTTP method is not allowed for this resource.",
            ));
        }
        Met::Nothing => {
            let segment = address.canonical.rsplit('/').next().unwrap_or_default().to_owned();
            return Err(Refusal::new(
                400,
                "BadRequest",
                format!("Resource not found for the segment '{segment}'."),
            ));
        }
    };
    env.params = params;
    let scene = scene::Scene { access, address };
    let reply = (route.handler)(state, env, &scene)?;
    Ok(match reply {
        Reply::Now(answer) => Reply::Now(budget::announce(answer, budget)),
        ask @ Reply::Ask(..) => ask,
    })
}

fn unknown_version() -> Refusal {
    Refusal::new(400, "BadRequest", "Invalid version. Use v1.0.")
}

/// The headers that come with every answer.
fn stamped(answer: Answer, call: &Call) -> Answer {
    let id = Refusal::request_id(call);
    let client = call.header("client-request-id").unwrap_or(&id).to_owned();
    let mut answer = answer.with("request-id", &id).with("client-request-id", &client);
    if answer.status.is_success() && !answer.headers.contains_key("odata-version") {
        answer = answer.with("odata-version", "4.0");
    }
    answer
}
