//! Groups.

use super::super::odata::{body, collection, entity, instant, project, selected, skip_token, top};
use super::super::scene::Scene;
use super::super::state::micros;
use super::{Clause, bad, filter, missing, needs, tenant};
use crate::core::answer::Answer;
use crate::core::env::{Env, Reply};
use crate::microsoft::Microsoft;
use crate::microsoft::directory::Group;
use crate::microsoft::error::Refusal;
use http::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeSet;

type Handled = Result<Reply<Microsoft>, Refusal>;

const READ: &[&str] = &[
    "GroupMember.Read.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const WRITE: &[&str] = &["Group.ReadWrite.All", "Directory.ReadWrite.All"];
/// What an application that acts for itself needs to make groups, and to do nothing else with any.
const CREATE: &str = "Group.Create";
const MEMBERS: &[&str] = &["GroupMember.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All"];

/// A group.
pub fn view(group: &Group) -> Value {
    json!({
        "id": group.id, "displayName": group.display_name, "description": group.description,
        "mail": group.mail, "mailNickname": group.mail_nickname, "mailEnabled": group.unified,
        "securityEnabled": group.security, "groupTypes": if group.unified { vec!["Unified"] } else { vec![] },
        "visibility": group.visibility, "createdDateTime": instant(group.created),
    })
}

fn fits(group: &Group, clauses: &[Vec<Clause>]) -> bool {
    let all = view(group);
    let text = |name: &str| match &all[name] {
        Value::String(text) => text.to_lowercase(),
        other => other.to_string(),
    };
    let one = |(name, starts, value): &Clause| {
        if let Some(list) = name.strip_prefix("groupTypes/any(") {
            return list.contains("Unified") == group.unified;
        }
        let (found, value) = (text(name), value.to_lowercase());
        if *starts { found.starts_with(&value) } else { found == value }
    };
    clauses.is_empty() || clauses.iter().any(|all| all.iter().all(one))
}

/// `GET /groups`
pub fn list(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    needs(scene, READ)?;
    let text = env.call.query.filled("$filter");
    let unified = "groupTypes/any(c:c eq 'Unified')";
    let only_unified = text.is_some_and(|text| text.contains(unified));
    let rest = text.map(|text| {
        text.replace(&format!("{unified} and "), "")
            .replace(&format!(" and {unified}"), "")
            .replace(unified, "")
    });
    let clauses = rest
        .as_deref()
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .map(filter)
        .transpose()?
        .unwrap_or_default();
    let (size, after) = (top(env, 100)?, skip_token(env)?);
    let groups = tenant(state, scene)?.groups.values();
    let hidden = env.behaves("fresh-group-404").is_some();
    let mut page: Vec<&Group> = groups
        .filter(|group| {
            !(hidden && is_fresh(group, env))
                && after.as_ref().is_none_or(|after| group.id > *after)
                && (!only_unified || group.unified)
                && fits(group, &clauses)
        })
        .take(size + 1)
        .collect();
    let more = page.len() > size;
    page.truncate(size);
    let next = page.last().filter(|_| more).map(|group| group.id.clone());
    let names = selected(env);
    let views = page.into_iter().map(|group| project(view(group), names.as_deref())).collect();
    Ok(collection(env, "groups", views, next.as_deref()).into())
}

/// `POST /groups`: a Microsoft 365 group gets its site some time later (M-23).
pub fn create(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let alone = scene.access.user.is_none() && scene.access.has(CREATE);
    if !alone {
        needs(scene, WRITE)?;
    }
    let wanted = body(env)?;
    let text = |name: &str| wanted[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let required = |name: &str| {
        text(name)
            .ok_or_else(|| bad(format!("A value is required for property '{name}' of resource 'Group'.")))
    };
    let (display_name, nickname) = (required("displayName")?, required("mailNickname")?);
    let unified =
        wanted["groupTypes"].as_array().is_some_and(|types| types.iter().any(|kind| kind == "Unified"));
    let tenant = state.directory.tenants.get_mut(&scene.access.tenant).ok_or_else(|| missing("tenant"))?;
    if tenant.groups.values().any(|group| group.mail_nickname.eq_ignore_ascii_case(&nickname)) {
        return Err(bad("Another object with the same value for property mailNickname already exists."));
    }
    let bound = |name: &str| -> Result<BTreeSet<String>, Refusal> {
        let ids = wanted[name].as_array().into_iter().flatten().filter_map(Value::as_str);
        ids.map(|address| referred(address, |id| tenant.users.contains_key(id))).collect()
    };
    let (mut owners, mut members) = (bound("owners@odata.bind")?, bound("members@odata.bind")?);
    if let Some(user) = &scene.access.user {
        owners.insert(user.clone());
        members.insert(user.clone());
    }
    let domain = tenant.domains.first().cloned().unwrap_or_default();
    let group = Group {
        id: env.house.random.uuid().to_string(),
        display_name,
        description: text("description"),
        mail: unified.then(|| format!("{nickname}@{domain}")),
        mail_nickname: nickname,
        unified,
        security: wanted["securityEnabled"].as_bool().unwrap_or(!unified),
        members,
        owners,
        created: micros(env.now),
        visibility: unified.then(|| text("visibility").unwrap_or_else(|| "Public".to_owned())),
    };
    let shown = entity(env, "groups/$entity", view(&group));
    tenant.groups.insert(group.id.clone(), group);
    Ok(Answer::json(StatusCode::CREATED, &shown).into())
}

/// The id at the end of an address of a directory object.
fn referred(address: &str, known: impl Fn(&str) -> bool) -> Result<String, Refusal> {
    let id = address.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    if known(id) { Ok(id.to_owned()) } else { Err(missing(id)) }
}

/// Whether a part of the directory may not know a group yet.
fn is_fresh(group: &Group, env: &Env<'_>) -> bool {
    micros(env.now) - group.created < 5_000_000
}

fn found<'a>(state: &'a Microsoft, env: &Env<'_>, scene: &Scene) -> Result<&'a Group, Refusal> {
    let id = env.param("group-id");
    let group = tenant(state, scene)?.groups.get(id).ok_or_else(|| missing(id))?;
    if is_fresh(group, env) && env.behaves("fresh-group-404").is_some() {
        return Err(missing(id));
    }
    Ok(group)
}

fn changed<'a>(state: &'a mut Microsoft, env: &Env<'_>, scene: &Scene) -> Result<&'a mut Group, Refusal> {
    let id = env.param("group-id");
    let tenant = state.directory.tenants.get_mut(&scene.access.tenant).ok_or_else(|| missing("tenant"))?;
    tenant.groups.get_mut(id).ok_or_else(|| missing(id))
}

/// `GET /groups/{id}`
pub fn get(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    needs(scene, READ)?;
    let names = selected(env);
    Ok(Answer::ok(&entity(env, "groups/$entity", project(view(found(state, env, scene)?), names.as_deref())))
        .into())
}

/// `PATCH /groups/{id}`
pub fn change(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    needs(scene, WRITE)?;
    let wanted = body(env)?;
    let group = changed(state, env, scene)?;
    if let Some(name) = wanted["displayName"].as_str() {
        name.clone_into(&mut group.display_name);
    }
    if let Some(description) = wanted.get("description") {
        group.description = description.as_str().map(str::to_owned);
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT).into())
}

/// `DELETE /groups/{id}`
pub fn remove(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    needs(scene, WRITE)?;
    let id = changed(state, env, scene)?.id.clone();
    if let Some(tenant) = state.directory.tenants.get_mut(&scene.access.tenant) {
        tenant.groups.remove(&id);
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT).into())
}

fn people(state: &Microsoft, env: &Env<'_>, scene: &Scene, ids: &BTreeSet<String>) -> Handled {
    let tenant = tenant(state, scene)?;
    let one = |user: &crate::microsoft::directory::User| {
        let mut view = super::users::shown(env, user);
        view["@odata.type"] = json!("#microsoft.graph.user");
        view
    };
    let views = ids.iter().filter_map(|id| tenant.users.get(id)).map(one).collect();
    Ok(collection(env, "directoryObjects", views, None).into())
}

/// `GET /groups/{id}/members`
pub fn members(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    needs(scene, READ)?;
    let ids = found(state, env, scene)?.members.clone();
    people(state, env, scene, &ids)
}

/// `GET /groups/{id}/owners`
pub fn owners(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    needs(scene, READ)?;
    let ids = found(state, env, scene)?.owners.clone();
    people(state, env, scene, &ids)
}

fn add(
    state: &mut Microsoft,
    env: &Env<'_>,
    scene: &Scene,
    set: fn(&mut Group) -> &mut BTreeSet<String>,
) -> Handled {
    needs(scene, MEMBERS)?;
    let wanted = body(env)?;
    let users: BTreeSet<String> = tenant(state, scene)?.users.keys().cloned().collect();
    let id = referred(wanted["@odata.id"].as_str().unwrap_or_default(), |id| users.contains(id))?;
    if !set(changed(state, env, scene)?).insert(id) {
        return Err(bad(
            "One or more added object references already exist for the following modified properties: 'members'.",
        ));
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT).into())
}

fn take(
    state: &mut Microsoft,
    env: &Env<'_>,
    scene: &Scene,
    set: fn(&mut Group) -> &mut BTreeSet<String>,
) -> Handled {
    needs(scene, MEMBERS)?;
    if !set(changed(state, env, scene)?).remove(env.param("user-id")) {
        return Err(missing(env.param("user-id")));
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT).into())
}

/// `POST /groups/{id}/members/$ref`
pub fn add_member(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    add(state, env, scene, |group| &mut group.members)
}

/// `DELETE /groups/{id}/members/{id}/$ref`
pub fn remove_member(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    take(state, env, scene, |group| &mut group.members)
}

/// `POST /groups/{id}/owners/$ref`
pub fn add_owner(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    add(state, env, scene, |group| &mut group.owners)
}

/// `DELETE /groups/{id}/owners/{id}/$ref`
pub fn remove_owner(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    take(state, env, scene, |group| &mut group.owners)
}
