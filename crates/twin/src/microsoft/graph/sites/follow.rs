//! Sites that somebody follows, and which sites are new.

use super::super::odata::{self, body, collection};
use super::super::scene::Scene;
use super::super::state::SiteKey;
use super::super::view::Viewer;
use super::{all_of_tenant, appear};
use crate::core::answer::Answer;
use crate::core::env::{Env, Reply};
use crate::microsoft::Microsoft;
use crate::microsoft::error::Refusal;
use serde_json::{Value, json};

type Handled = Result<Reply<Microsoft>, Refusal>;

fn person(env: &Env<'_>, scene: &Scene) -> Result<String, Refusal> {
    let own = scene.access.user.clone().ok_or_else(|| {
        Refusal::new(400, "BadRequest", "/me request is only valid with delegated authentication flow.")
    })?;
    // Nobody follows for somebody else.
    match env.param("user-id") {
        "" => Ok(own),
        other if other == own => Ok(own),
        _ => Err(Refusal::denied()),
    }
}

fn named(state: &Microsoft, scene: &Scene, wanted: &Value) -> Result<Vec<SiteKey>, Refusal> {
    let entries = wanted["value"].as_array().filter(|entries| !entries.is_empty());
    let entries = entries.ok_or_else(|| Refusal::invalid("The property 'value' is missing."))?;
    let sites = &state.graph.content.sites;
    let one = |entry: &Value| {
        let id = entry["id"].as_str().unwrap_or_default();
        all_of_tenant(state, scene)
            .find(|site| sites[*site as usize].id().eq_ignore_ascii_case(id))
            .ok_or_else(|| Refusal::new(404, "itemNotFound", "Requested site could not be found"))
    };
    entries.iter().map(one).collect()
}

fn answer(state: &Microsoft, env: &Env<'_>, scene: &Scene, sites: &[SiteKey]) -> Reply<Microsoft> {
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let views = sites.iter().map(|site| viewer.site(*site)).collect();
    collection(env, "sites", views, None).into()
}

/// `POST /sites/add`, `POST /users/{id}/followedSites/add`
pub fn add(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let user = person(env, scene)?;
    let sites = named(state, scene, &body(env)?)?;
    state.graph.content.followed_sites.entry(user).or_default().extend(&sites);
    Ok(answer(state, env, scene, &sites))
}

/// `POST /sites/remove`, `POST /users/{id}/followedSites/remove`
pub fn remove(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let user = person(env, scene)?;
    let sites = named(state, scene, &body(env)?)?;
    let known = state.graph.content.followed_sites.entry(user).or_default();
    known.retain(|site| !sites.contains(site));
    Ok(answer(state, env, scene, &sites))
}

/// `GET /me/followedSites`
pub fn list(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let user = person(env, scene)?;
    let followed = state.graph.content.followed_sites.get(&user).cloned().unwrap_or_default();
    let seen: Vec<SiteKey> = all_of_tenant(state, scene).filter(|site| followed.contains(site)).collect();
    Ok(answer(state, env, scene, &seen))
}

/// `GET /sites/delta`: sites that appeared since. The twin's sites do not change once they are there, so a cursor is
/// how many there were.
pub fn delta(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    appear(state, env.house, env.now);
    let end = state.graph.content.sites.len() as SiteKey;
    let from = match env.call.query.filled("token") {
        None => 0,
        Some("latest") => end,
        Some(token) => token
            .strip_prefix('s')
            .and_then(|number| number.parse().ok())
            .filter(|from| *from <= end)
            .ok_or_else(|| Refusal::new(400, "invalidRequest", "The delta token is malformed."))?,
    };
    let size = odata::top(env, odata::PAGE)?;
    let mut page: Vec<SiteKey> =
        all_of_tenant(state, scene).filter(|site| *site >= from).take(size + 1).collect();
    let more = (page.len() > size).then(|| page.pop()).flatten();
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let views: Vec<Value> = page.into_iter().map(|site| viewer.site(site)).collect();
    let address = |token: SiteKey| format!("{}/v1.0/sites/delta?token=s{token}", env.house.surfaces.graph);
    let (link, token) = more.map_or(("@odata.deltaLink", end), |next| ("@odata.nextLink", next));
    let body =
        json!({ "@odata.context": odata::context(env, "sites"), "value": views, link: address(token) });
    Ok(Answer::ok(&body).into())
}
