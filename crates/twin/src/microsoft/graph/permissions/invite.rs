//! Invitations and links.

use super::super::odata::{body, collection, read_instant};
use super::super::scene::Scene;
use super::super::sites;
use super::super::state::{Grantee, ItemKey, micros};
use super::super::view::Viewer;
use super::{add, count_scope, given, managed, one, roles, tell};
use crate::core::env::{Env, Reply};
use crate::microsoft::Microsoft;
use crate::microsoft::error::Refusal;
use http::StatusCode;
use serde_json::Value;

type Handled = Result<Reply<Microsoft>, Refusal>;

/// Above so many items inheritance cannot be broken any more.
const MOST_ITEMS: u32 = 100_000;

fn expiry(wanted: &Value, now: i64) -> Result<Option<i64>, Refusal> {
    let Some(value) = wanted.get("expirationDateTime").filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    let until = read_instant(value)?;
    if until <= now { Err(Refusal::invalid("The expiration is in the past.")) } else { Ok(Some(until)) }
}

/// `POST …/invite`: people and groups, with or without what the parents grant.
pub fn invite(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let wanted = body(env)?;
    let item = managed(state, env, scene)?;
    if env.behaves("sharing-limit").is_some() {
        return Err(Refusal::throttled(StatusCode::TOO_MANY_REQUESTS).with("retry-after", "300"));
    }
    let roles = roles(&wanted)?;
    let until = expiry(&wanted, micros(env.now))?;
    let to = recipients(state, scene, &wanted["recipients"])?;
    if wanted["retainInheritedPermissions"].as_bool() == Some(false) {
        break_inheritance(state, item)?;
    }
    count_scope(state, item)?;
    let mut ids = Vec::new();
    for grantee in to {
        ids.push(add(state, env, item, grantee, roles.clone(), until));
    }
    tell(state, env, item);
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let all = given(state, item, micros(env.now));
    let views = all
        .iter()
        .filter(|one| ids.contains(&one.permission.id))
        .map(|one| viewer.permission(one, item))
        .collect();
    Ok(collection(env, "Collection(permission)", views, None).into())
}

/// People and groups by object id, address or alias; an address nobody has is somebody outside.
/// # Errors
/// `noResolvedUsers`; `invalidRequest` when the list is missing or empty.
pub(super) fn recipients(state: &Microsoft, scene: &Scene, wanted: &Value) -> Result<Vec<Grantee>, Refusal> {
    let tenant = state.directory.tenants.get(&scene.access.tenant).ok_or_else(Refusal::denied)?;
    let one = |recipient: &Value| -> Result<Grantee, Refusal> {
        let text = |name: &str| recipient[name].as_str().filter(|text| !text.is_empty());
        if let Some(id) = text("objectId") {
            return match (tenant.users.contains_key(id), tenant.groups.contains_key(id)) {
                (true, _) => Ok(Grantee::User(id.to_owned())),
                (_, true) => Ok(Grantee::Group(id.to_owned())),
                _ => Err(Refusal::new(
                    400,
                    "noResolvedUsers",
                    "None of the provided recipients could be resolved.",
                )),
            };
        }
        let name = text("email")
            .or(text("alias"))
            .ok_or_else(|| Refusal::invalid("A recipient needs email, alias or objectId."))?;
        let group = tenant
            .groups
            .values()
            .find(|group| group.mail.as_ref().is_some_and(|mail| mail.eq_ignore_ascii_case(name)));
        match (sites::recipient(tenant, name), group) {
            (Some(user), _) => Ok(Grantee::User(user)),
            (_, Some(group)) => Ok(Grantee::Group(group.id.clone())),
            _ if name.contains('@') => Ok(Grantee::Invited(name.to_owned())),
            _ => Err(Refusal::new(
                400,
                "noResolvedUsers",
                "None of the provided recipients could be resolved.",
            )),
        }
    };
    let all = wanted.as_array().map(Vec::as_slice).unwrap_or_default();
    if all.is_empty() {
        return Err(Refusal::invalid("The recipients are missing."));
    }
    all.iter().map(one).collect()
}

fn break_inheritance(state: &mut Microsoft, item: ItemKey) -> Result<(), Refusal> {
    if state.graph.content.list_of(item).count > MOST_ITEMS {
        return Err(Refusal::new(
            400,
            "invalidRequest",
            "Inheritance cannot be broken in a list with more than 100,000 items.",
        ));
    }
    count_scope(state, item)?;
    state.graph.content.more_mut(item).inheritance_broken = true;
    Ok(())
}

/// `POST …/createLink`: 201 for a new link, 200 for one that was there.
pub fn create_link(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let wanted = body(env)?;
    let item = managed(state, env, scene)?;
    let kind = wanted["type"].as_str().unwrap_or_default().to_owned();
    let scope = wanted["scope"].as_str().unwrap_or("organization").to_owned();
    if !matches!(kind.as_str(), "view" | "edit")
        || !matches!(scope.as_str(), "anonymous" | "organization" | "users")
    {
        return Err(Refusal::invalid(
            "The type must be view or edit, the scope anonymous, organization or users.",
        ));
    }
    if scope == "anonymous" && env.behaves("anonymous-links-off").is_some() {
        return Err(Refusal::new(403, "accessDenied", "Anonymous links are disabled by the administrator.")
            .inner("sharingDisabled"));
    }
    let until = expiry(&wanted, micros(env.now))?;
    let known = state.graph.content.item(item).more.as_ref().and_then(|more| {
        more.permissions.iter().find(|one| matches!(&one.to, Grantee::Link { kind: own, scope: at, .. } if *own == kind && *at == scope))
    });
    if let Some(known) = known {
        let id = known.id.clone();
        return one(state, env, scene, item, &id, StatusCode::OK);
    }
    count_scope(state, item)?;
    let role = if kind == "edit" { "write" } else { "read" };
    let users = match &wanted["recipients"] {
        Value::Null => Vec::new(),
        wanted => recipients(state, scene, wanted)?,
    };
    let users = users.into_iter().filter_map(|to| match to {
        Grantee::User(id) | Grantee::Group(id) => Some(id),
        _ => None,
    });
    let word = env.house.random.token(32);
    let link = Grantee::Link { kind, scope, word, users: users.collect() };
    let id = add(state, env, item, link, vec![role.to_owned()], until);
    tell(state, env, item);
    one(state, env, scene, item, &id, StatusCode::CREATED)
}
