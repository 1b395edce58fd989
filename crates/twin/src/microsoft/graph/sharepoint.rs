//! Requests to the SharePoint hosts: downloads, upload sessions and monitors, none of which wants a token.

use super::files::{copy, session};
use super::state::{Content, micros};
use crate::core::answer::Answer;
use crate::core::call::Call;
use crate::core::env::{Env, Reply};
use crate::microsoft::Microsoft;
use crate::microsoft::error::Refusal;
use http::Method;

/// How long a download's address is good, in microseconds: an hour.
const DOWNLOAD_LIFE: i64 = 3_600_000_000;

/// The operation of a call.
pub(super) fn operation(call: &Call) -> (&'static str, u32) {
    if call.path.ends_with("/_layouts/15/download.aspx") {
        ("sharepoint.download", 0)
    } else if call.path.contains("/_api/v2.0/") && call.path.ends_with("/uploadSession") {
        ("sharepoint.upload", 0)
    } else if call.path.contains("/_api/v2.0/monitor/") {
        ("sharepoint.monitor", 0)
    } else {
        ("sharepoint.page", 0)
    }
}

/// Handles a call.
pub(super) fn serve(state: &mut Microsoft, env: &mut Env<'_>) -> Reply<Microsoft> {
    let answer = match operation(env.call).0 {
        "sharepoint.download" => download(&state.graph.content, env),
        "sharepoint.upload" => session::receive(state, env),
        "sharepoint.monitor" => copy::monitor(&state.graph.content, env),
        _ => return super::super::pages::serve(state, env),
    };
    answer.unwrap_or_else(|refusal: Refusal| refusal.answer(env.call)).into()
}

/// Makes an address that downloads a content.
pub(super) fn offer(
    content: &mut Content,
    env: &Env<'_>,
    site_url: &str,
    guid: &str,
    download: super::state::Download,
) -> String {
    let now = micros(env.now);
    if content.downloads.len() > 10_000 {
        content.downloads.retain(|_, known| known.expires > now);
    }
    let (url, word) = super::view::download_url(site_url, guid, &env.house.random);
    content.downloads.insert(word, super::state::Download { expires: now + DOWNLOAD_LIFE, ..download });
    url
}

/// A download: the address is the permission, and a token that comes with it is refused (M-12).
fn download(content: &Content, env: &Env<'_>) -> Result<Answer, Refusal> {
    if env.call.headers.contains_key("authorization") {
        return Err(Refusal::new(401, "unauthenticated", "The request must not carry a token."));
    }
    if !matches!(env.call.method, Method::GET | Method::HEAD) {
        return Err(Refusal::new(405, "methodNotAllowed", "Only GET and HEAD."));
    }
    let word = env.call.query.get("tempauth").unwrap_or_default();
    let found = content.downloads.get(word).filter(|known| known.expires > micros(env.now));
    let found = found.ok_or_else(|| {
        Refusal::new(401, "unauthenticated", "The download address has expired.").inner("expiredToken")
    })?;
    let disposition = format!("attachment;filename*=UTF-8''{}", super::view::encode(&found.name));
    let answer = Answer::content(found.content.clone(), &found.media_type, env.call.header("range"));
    Ok(answer.with("content-disposition", &disposition).with("cache-control", "private"))
}
