//! Permissions on items: inherited and own, invitations, links (microsoft.md 2.11).

pub mod grants;
mod invite;

pub use grants::{create, grant, revoke, validate};
pub use invite::{create_link, invite};

use super::access;
use super::notify;
use super::odata::{body, collection, entity, instant};
use super::scene::Scene;
use super::state::{Content, Grantee, ItemKey, Permission, micros};
use super::view::Viewer;
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
            let names: Vec<String> = content.path(given.on).into_iter().map(super::view::encode).collect();
            let path = format!("/drives/{drive}/root:/{}", names.join("/"));
            view["inheritedFrom"] =
                json!({ "driveId": drive, "id": content.id(given.on), "path": path.trim_end_matches('/') });
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

/// The groups of the site that reach an item by membership: all of them where nothing above is closed, otherwise the
/// owners. SharePoint tells their names and not who is in them; what is inherited has an empty `inheritedFrom`.
fn site_groups(state: &Microsoft, item: ItemKey) -> Vec<Value> {
    let content = &state.graph.content;
    let site = content.site_of(item);
    if site.personal.is_some() {
        return Vec::new();
    }
    let mut closed_at = None;
    let mut next = Some(item);
    while let (Some(here), None) = (next, closed_at) {
        closed_at = content.item(here).more.as_ref().filter(|more| more.inheritance_broken).map(|_| here);
        next = content.item(here).parent;
    }
    let grouped = site.group.is_some();
    let kinds = [
        ("Owners", "owner", 3, grouped || !site.owners.is_empty()),
        ("Members", "write", 5, grouped || !site.members.is_empty()),
        ("Visitors", "read", 4, !site.visitors.is_empty()),
    ];
    let there =
        kinds.into_iter().filter(|(name, .., any)| *any && (closed_at.is_none() || *name == "Owners"));
    let view = |(name, role, number, _): (&str, &str, u8, bool)| {
        let title = format!("{} {name}", site.title);
        let mut view = json!({
            "id": format!("site-{}-{number}", site.web),
            "roles": [role],
            "grantedToV2": { "siteGroup": { "id": number.to_string(), "displayName": title, "loginName": title } },
            "grantedTo": { "user": { "displayName": title } },
        });
        if closed_at != Some(item) {
            view["inheritedFrom"] = json!({});
        }
        view
    };
    there.map(view).collect()
}

/// `GET …/permissions`
pub fn list(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let item = scene.item(state, env)?;
    let viewer = Viewer { state, surfaces: &env.house.surfaces, user: scene.user() };
    let mut views: Vec<Value> =
        given(state, item, micros(env.now)).iter().map(|one| viewer.permission(one, item)).collect();
    views.extend(site_groups(state, item));
    Ok(collection(env, "drives/$entity/items/$entity/permissions", views, None).into())
}

/// The answer that shows one permission.
/// # Errors
/// `itemNotFound` when there is none of this id.
pub(super) fn one(
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
    let content = &mut state.graph.content;
    match &to {
        Grantee::User(user) => {
            content.shared.entry(user.clone()).or_default().insert(item);
        }
        Grantee::Link { word, .. } => {
            content.links.insert(word.clone(), item);
        }
        _ => {}
    }
    content.more_mut(item).permissions.push(Permission { id: id.clone(), roles, to, expires });
    id
}

/// The id of the permission that a link's word stands for.
pub(super) fn of_link(content: &Content, item: ItemKey, word: &str) -> Option<String> {
    let permissions = &content.item(item).more.as_ref()?.permissions;
    let own = |one: &&Permission| matches!(&one.to, Grantee::Link { word: own, .. } if own == word);
    permissions.iter().find(own).map(|one| one.id.clone())
}

/// A change of permissions is in the list of changes, for who asks for such changes, and whoever subscribed hears of it.
fn tell(state: &mut Microsoft, env: &Env<'_>, item: ItemKey) {
    state.graph.content.touch_sharing(item);
    notify::changed(state, env.house, item, env.now);
}

/// Where a permission that may be changed stands; inherited ones are changed where they were given.
fn own(state: &Microsoft, env: &Env<'_>, item: ItemKey, id: &str) -> Result<usize, Refusal> {
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
    let at = own(state, env, item, env.param("permission-id"))?;
    let roles = roles(&wanted)?;
    let permission = &mut state.graph.content.more_mut(item).permissions[at];
    if matches!(permission.to, Grantee::Link { .. }) {
        return Err(Refusal::new(400, "notSupported", "Sharing links cannot be changed."));
    }
    permission.roles = roles;
    let id = permission.id.clone();
    tell(state, env, item);
    one(state, env, scene, item, &id, StatusCode::OK)
}

/// `DELETE …/permissions/{id}`
pub fn remove(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let item = managed(state, env, scene)?;
    take(state, env, scene, item, env.param("permission-id"))?;
    Ok(Answer::empty(StatusCode::NO_CONTENT).into())
}

/// Takes a permission back.
/// # Errors
/// `itemNotFound`; `accessDenied` for an inherited one and without the right.
pub(super) fn take(
    state: &mut Microsoft,
    env: &Env<'_>,
    scene: &Scene,
    item: ItemKey,
    id: &str,
) -> Result<(), Refusal> {
    scene.may_write(state, item)?;
    let at = own(state, env, item, id)?;
    let content = &mut state.graph.content;
    let more = content.more_mut(item);
    let gone = more.permissions.remove(at);
    let inherits = more.permissions.is_empty() && !more.inheritance_broken;
    match &gone.to {
        Grantee::User(user) => {
            if let Some(shared) = content.shared.get_mut(user) {
                shared.remove(&item);
            }
        }
        Grantee::Link { word, .. } => {
            content.links.remove(word);
        }
        _ => {}
    }
    if inherits {
        let list = content.item(item).list as usize;
        let scopes = &mut content.lists[list].unique_scopes;
        *scopes = scopes.saturating_sub(1);
    }
    tell(state, env, item);
    Ok(())
}
