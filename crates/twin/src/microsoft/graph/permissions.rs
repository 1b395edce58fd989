//! Permissions on items: inherited and own, invitations, links (microsoft.md 2.11).

use super::access;
use super::odata::{body, collection, entity, instant, read_instant};
use super::scene::Scene;
use super::state::{Grantee, ItemKey, Permission, micros};
use super::view::Viewer;
use super::{notify, sites};
use crate::core::answer::Answer;
use crate::core::env::{Env, Reply};
use crate::microsoft::Microsoft;
use crate::microsoft::directory::Tenant;
use crate::microsoft::error::Refusal;
use http::StatusCode;
use serde_json::{Value, json};

type Handled = Result<Reply<Microsoft>, Refusal>;

/// Items with permissions of their own that a library takes (hard limit).
const MOST_SCOPES: u32 = 50_000;
/// Above so many items inheritance cannot be broken any more.
const MOST_ITEMS: u32 = 100_000;

/// A permission and the item it was given on.
struct Given<'a> {
    permission: &'a Permission,
    on: ItemKey,
}

/// Own and inherited permissions, nearest first.
fn given(state: &Microsoft, item: ItemKey, now: i64) -> Vec<Given<'_>> {
    let content = &state.graph.content;
    let mut all = Vec::new();
    let mut next = Some(item);
    while let Some(here) = next {
        let at = content.item(here);
        let more = at.more.as_deref();
        let current = more.map(|more| more.permissions.as_slice()).unwrap_or_default().iter();
        all.extend(
            current
                .filter(|one| one.expires.is_none_or(|until| until > now))
                .map(|permission| Given { permission, on: here }),
        );
        if more.is_some_and(|more| more.inheritance_broken) {
            return all;
        }
        next = at.parent;
    }
    all
}

impl Viewer<'_> {
    /// A permission, seen from an item.
    fn permission(&self, given: &Given<'_>, from: ItemKey) -> Value {
        let permission = given.permission;
        let content = &self.state.graph.content;
        let tenant = self.state.directory.tenants.get(&content.site_of(from).tenant);
        let mut view = json!({ "id": permission.id, "roles": permission.roles });
        let (kind, identity) = self.grantee(tenant, &permission.to);
        match &permission.to {
            Grantee::Link { kind: link, scope, word, users } => {
                let people: Vec<Value> = users
                    .iter()
                    .map(|user| json!({ "user": self.grantee(tenant, &Grantee::User(user.clone())).1 }))
                    .collect();
                view["link"] = json!({ "type": link, "scope": scope, "webUrl": self.link_url(from, word), "preventsDownload": false });
                view["grantedToIdentitiesV2"] = json!(people);
                view["hasPassword"] = json!(false);
            }
            Grantee::Invited(email) => view["invitation"] = json!({ "email": email, "signInRequired": true }),
            _ => {
                view["grantedToV2"] = json!({ kind: identity });
                view["grantedTo"] =
                    json!({ (if kind == "application" { "application" } else { "user" }): identity });
            }
        }
        if let Some(until) = permission.expires {
            view["expirationDateTime"] = json!(instant(until));
        }
        if given.on != from {
            let drive = content.drive_id(content.item(given.on).list);
            view["inheritedFrom"] = json!({ "driveId": drive, "id": content.id(given.on) });
        }
        view
    }

    fn grantee(&self, tenant: Option<&Tenant>, to: &Grantee) -> (&'static str, Value) {
        let name = |found: Option<&str>| found.unwrap_or("(gone)").to_owned();
        match to {
            Grantee::User(id) => {
                let user = tenant.and_then(|tenant| tenant.users.get(id));
                let mut identity =
                    json!({ "id": id, "displayName": name(user.map(|user| user.display_name.as_str())) });
                if let Some(mail) = user.and_then(|user| user.mail.as_ref()) {
                    identity["email"] = json!(mail);
                }
                ("user", identity)
            }
            Grantee::Group(id) => {
                let group = tenant.and_then(|tenant| tenant.groups.get(id));
                (
                    "group",
                    json!({ "id": id, "displayName": name(group.map(|group| group.display_name.as_str())) }),
                )
            }
            Grantee::Application(id) => {
                let app = self.state.directory.apps.get(id);
                ("application", json!({ "id": id, "displayName": name(app.map(|app| app.name.as_str())) }))
            }
            Grantee::Invited(email) => ("user", json!({ "displayName": email, "email": email })),
            Grantee::Link { .. } => ("user", Value::Null),
        }
    }

    fn link_url(&self, item: ItemKey, word: &str) -> String {
        let content = &self.state.graph.content;
        let kind = if content.item(item).is_folder() { ":f:" } else { ":u:" };
        format!("{}/{}/{kind}/s/{word}", self.surfaces.sharepoint, content.site_of(item).host)
    }
}

/// `GET …/permissions`
pub fn list(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let item = scene.item(state, env)?;
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let views = given(state, item, micros(env.now)).iter().map(|one| viewer.permission(one, item)).collect();
    Ok(collection(env, "drives/$entity/items/$entity/permissions", views, None).into())
}

fn one(
    state: &Microsoft,
    env: &Env<'_>,
    scene: &Scene,
    item: ItemKey,
    id: &str,
    status: StatusCode,
) -> Handled {
    let all = given(state, item, micros(env.now));
    let found = all.iter().find(|one| one.permission.id == id).ok_or_else(Refusal::no_item)?;
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    Ok(Answer::json(
        status,
        &entity(env, "drives/$entity/items/$entity/permissions/$entity", viewer.permission(found, item)),
    )
    .into())
}

/// `GET …/permissions/{id}`
pub fn get(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let item = scene.item(state, env)?;
    one(state, env, scene, item, env.param("permission-id"), StatusCode::OK)
}

/// The item of the address, whose permissions the caller may change.
fn managed(state: &mut Microsoft, env: &Env<'_>, scene: &Scene) -> Result<ItemKey, Refusal> {
    let item = scene.item(state, env)?;
    let rights = access::rights(state, &scene.access, item);
    // Members may share what they may write; SharePoint allows it unless a site forbids it.
    if rights.manage || rights.write { Ok(item) } else { Err(Refusal::denied()) }
}

fn roles(wanted: &Value) -> Result<Vec<String>, Refusal> {
    let all: Vec<String> = wanted["roles"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|role| role.as_str().map(str::to_owned))
        .collect();
    let known = |role: &String| matches!(role.as_str(), "read" | "write" | "owner");
    if all.is_empty() || !all.iter().all(known) {
        return Err(Refusal::invalid("The roles must be read or write."));
    }
    Ok(all)
}

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
    let to = recipients(state, scene, &wanted)?;
    if wanted["retainInheritedPermissions"].as_bool() == Some(false) {
        break_inheritance(state, item)?;
    }
    count_scope(state, item)?;
    let mut ids = Vec::new();
    for grantee in to {
        ids.push(add(state, env, item, grantee, roles.clone(), until));
    }
    let by = scene.actor(&mut state.graph.content);
    state.graph.content.touch(item, by, micros(env.now));
    notify::changed(state, env.house, item, env.now);
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let all = given(state, item, micros(env.now));
    let views = all
        .iter()
        .filter(|one| ids.contains(&one.permission.id))
        .map(|one| viewer.permission(one, item))
        .collect();
    Ok(collection(env, "Collection(permission)", views, None).into())
}

fn recipients(state: &Microsoft, scene: &Scene, wanted: &Value) -> Result<Vec<Grantee>, Refusal> {
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
    let all = wanted["recipients"].as_array().map(Vec::as_slice).unwrap_or_default();
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

/// Counts an item that gets permissions of its own.
fn count_scope(state: &mut Microsoft, item: ItemKey) -> Result<(), Refusal> {
    let content = &mut state.graph.content;
    let unique = content
        .item(item)
        .more
        .as_ref()
        .is_some_and(|more| more.inheritance_broken || !more.permissions.is_empty());
    if unique {
        return Ok(());
    }
    let list = content.item(item).list as usize;
    if content.lists[list].unique_scopes >= MOST_SCOPES {
        return Err(Refusal::new(
            400,
            "invalidRequest",
            "The list has reached its limit of unique permission scopes.",
        ));
    }
    content.lists[list].unique_scopes += 1;
    Ok(())
}

/// Adds a permission, or widens the one its holder has.
fn add(
    state: &mut Microsoft,
    env: &Env<'_>,
    item: ItemKey,
    to: Grantee,
    roles: Vec<String>,
    expires: Option<i64>,
) -> String {
    let more = state.graph.content.more_mut(item);
    if let Some(known) = more.permissions.iter_mut().find(|known| known.to == to) {
        known.roles = roles;
        known.expires = expires;
        return known.id.clone();
    }
    let id = env.house.random.token(48);
    more.permissions.push(Permission { id: id.clone(), roles, to, expires });
    id
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
    let link = Grantee::Link { kind, scope, word: env.house.random.token(32), users: Vec::new() };
    let id = add(state, env, item, link, vec![role.to_owned()], until);
    notify::changed(state, env.house, item, env.now);
    one(state, env, scene, item, &id, StatusCode::CREATED)
}

/// Where a permission that may be changed stands; inherited ones are changed where they were given.
fn own(state: &Microsoft, env: &Env<'_>, item: ItemKey) -> Result<usize, Refusal> {
    let id = env.param("permission-id");
    let all = given(state, item, micros(env.now));
    let found = all.iter().find(|one| one.permission.id == id).ok_or_else(Refusal::no_item)?;
    if found.on != item {
        return Err(Refusal::new(
            403,
            "accessDenied",
            "Inherited permissions can only be changed where they were given.",
        ));
    }
    let more = state.graph.content.item(item).more.as_ref();
    more.and_then(|more| more.permissions.iter().position(|one| one.id == id)).ok_or_else(Refusal::no_item)
}

/// `PATCH …/permissions/{id}`: roles of people and groups; links of the organisation cannot be changed.
pub fn change(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let wanted = body(env)?;
    let item = managed(state, env, scene)?;
    let at = own(state, env, item)?;
    let roles = roles(&wanted)?;
    let permission = &mut state.graph.content.more_mut(item).permissions[at];
    if matches!(permission.to, Grantee::Link { .. }) {
        return Err(Refusal::new(400, "notSupported", "Sharing links cannot be changed."));
    }
    permission.roles = roles;
    let id = permission.id.clone();
    notify::changed(state, env.house, item, env.now);
    one(state, env, scene, item, &id, StatusCode::OK)
}

/// `DELETE …/permissions/{id}`
pub fn remove(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let item = managed(state, env, scene)?;
    let at = own(state, env, item)?;
    let more = state.graph.content.more_mut(item);
    more.permissions.remove(at);
    if more.permissions.is_empty() && !more.inheritance_broken {
        let list = state.graph.content.item(item).list as usize;
        let scopes = &mut state.graph.content.lists[list].unique_scopes;
        *scopes = scopes.saturating_sub(1);
    }
    notify::changed(state, env.house, item, env.now);
    Ok(Answer::empty(StatusCode::NO_CONTENT).into())
}
