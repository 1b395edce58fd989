//! People.

use super::super::odata::{body, collection, entity, project, selected, skip_token, top};
use super::super::scene::Scene;
use super::{Clause, bad, filter, missing, needs, tenant};
use crate::core::answer::Answer;
use crate::core::env::{Env, Reply};
use crate::microsoft::Microsoft;
use crate::microsoft::directory::{Group, Tenant, User};
use crate::microsoft::error::Refusal;
use serde_json::{Value, json};

type Handled = Result<Reply<Microsoft>, Refusal>;

/// What a user has when nothing is selected.
const DEFAULT: &[&str] = &[
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
];
const READ_ALL: &[&str] = &[
    "User.ReadBasic.All",
    "User.Read.All",
    "User.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const GROUPS: &[&str] = &[
    "GroupMember.Read.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];

/// A user with everything that may be selected.
pub fn view(user: &User) -> Value {
    json!({
        "businessPhones": [], "displayName": user.display_name, "givenName": user.given_name, "jobTitle": user.job_title,
        "mail": user.mail, "mobilePhone": null, "officeLocation": null, "preferredLanguage": null, "surname": user.surname,
        "userPrincipalName": user.user_principal_name, "id": user.id,
        "accountEnabled": user.enabled, "userType": if user.home.is_some() { "Guest" } else { "Member" },
        "externalUserState": user.home.as_ref().map(|_| "Accepted"),
    })
}

/// What the caller selected of a user, or what is shown without.
pub fn shown(env: &Env<'_>, user: &User) -> Value {
    let names = selected(env).unwrap_or_else(|| DEFAULT.iter().map(|name| (*name).to_owned()).collect());
    project(view(user), Some(&names))
}

fn caller<'a>(state: &'a Microsoft, scene: &Scene) -> Result<&'a User, Refusal> {
    let id = scene
        .access
        .user
        .as_ref()
        .ok_or_else(|| bad("/me request is only valid with delegated authentication flow."))?;
    tenant(state, scene)?.users.get(id).ok_or_else(|| missing(id))
}

/// `GET /me`
pub fn me(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let user = caller(state, scene)?;
    needs(scene, &[&["User.Read", "User.ReadWrite"], READ_ALL].concat())?;
    Ok(Answer::ok(&entity(env, "users/$entity", shown(env, user))).into())
}

/// `GET /users/{id or name}`
pub fn get(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    let own = scene.access.user.as_deref() == Some(env.param("user-id"));
    if !own {
        needs(scene, READ_ALL)?;
    }
    let user =
        tenant(state, scene)?.user(env.param("user-id")).ok_or_else(|| missing(env.param("user-id")))?;
    Ok(Answer::ok(&entity(env, "users/$entity", shown(env, user))).into())
}

/// Whether a user fits `$filter` and `$search`.
fn fits(user: &User, clauses: &[Vec<Clause>], words: &str) -> bool {
    let all = view(user);
    let text = |name: &str| match &all[name] {
        Value::String(text) => text.to_lowercase(),
        other => other.to_string(),
    };
    let one = |(name, starts, value): &Clause| {
        let (found, value) = (text(name), value.to_lowercase());
        if *starts { found.starts_with(&value) } else { found == value }
    };
    let named = clauses.is_empty() || clauses.iter().any(|all| all.iter().all(one));
    let (word, name) = (
        words.rsplit(':').next().unwrap_or_default().to_lowercase(),
        words.split(':').next().unwrap_or_default(),
    );
    let searched =
        words.is_empty() || text(if words.contains(':') { name } else { "displayName" }).contains(&word);
    named && searched
}

/// `GET /users`
pub fn list(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    needs(scene, READ_ALL)?;
    let clauses = env.call.query.filled("$filter").map(filter).transpose()?.unwrap_or_default();
    let words = env.call.query.get("$search").unwrap_or_default().trim_matches('"').to_owned();
    if !words.is_empty() && env.call.header("consistencylevel") != Some("eventual") {
        return Err(Refusal::new(
            400,
            "Request_UnsupportedQuery",
            "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
        ));
    }
    let size = top(env, 100)?;
    let after = skip_token(env)?;
    let users = tenant(state, scene)?.users.values();
    let mut page: Vec<&User> = users
        .filter(|user| after.as_ref().is_none_or(|after| user.id > *after) && fits(user, &clauses, &words))
        .take(size + 1)
        .collect();
    let more = page.len() > size;
    page.truncate(size);
    let next = page.last().filter(|_| more).map(|user| user.id.clone());
    let views = page.into_iter().map(|user| shown(env, user)).collect();
    Ok(collection(env, "users", views, next.as_deref()).into())
}

fn groups_with<'a>(tenant: &'a Tenant, user: &str) -> Vec<&'a Group> {
    tenant.groups.values().filter(|group| group.members.contains(user)).collect()
}

fn memberships(state: &Microsoft, env: &Env<'_>, scene: &Scene, user: &str) -> Handled {
    let groups = groups_with(tenant(state, scene)?, user);
    let names = selected(env);
    let one = |group: &&Group| {
        let mut view = project(super::groups::view(group), names.as_deref());
        view["@odata.type"] = json!("#microsoft.graph.group");
        view
    };
    Ok(collection(env, "directoryObjects", groups.iter().map(one).collect(), None).into())
}

/// `GET /me/memberOf`
pub fn my_groups(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    needs(scene, &[&["User.Read"], GROUPS].concat())?;
    let id = caller(state, scene)?.id.clone();
    memberships(state, env, scene, &id)
}

/// `GET /users/{id}/memberOf`
pub fn groups_of(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    needs(scene, GROUPS)?;
    let user =
        tenant(state, scene)?.user(env.param("user-id")).ok_or_else(|| missing(env.param("user-id")))?;
    let id = user.id.clone();
    memberships(state, env, scene, &id)
}

/// `POST /me/checkMemberGroups`
pub fn check_my_groups(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    needs(scene, &[&["User.Read"], GROUPS].concat())?;
    let wanted = body(env)?;
    let id = caller(state, scene)?.id.clone();
    let asked: Vec<&str> =
        wanted["groupIds"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if asked.len() > 20 {
        return Err(bad("At most 20 groups can be checked."));
    }
    let own: Vec<&str> = groups_with(tenant(state, scene)?, &id)
        .iter()
        .map(|group| group.id.as_str())
        .filter(|id| asked.contains(id))
        .collect();
    Ok(Answer::ok(&json!({ "@odata.context": super::super::odata::context(env, "Collection(Edm.String)"), "value": own })).into())
}

/// `GET /organization`
pub fn organization(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    needs(scene, &[&["User.Read", "Organization.Read.All"], READ_ALL].concat())?;
    let tenant = tenant(state, scene)?;
    let domain = |(at, name): (usize, &String)| json!({ "name": name, "isDefault": at == 0, "isInitial": name.contains("onmicrosoft"), "type": "Managed", "capabilities": "Email, OfficeCommunicationsOnline" });
    let view = json!({ "id": tenant.id, "displayName": tenant.name, "verifiedDomains": tenant.domains.iter().enumerate().map(domain).collect::<Vec<_>>() });
    Ok(collection(env, "organization", vec![view], None).into())
}

/// `GET /domains`
pub fn domains(state: &mut Microsoft, env: &mut Env<'_>, scene: &Scene) -> Handled {
    needs(scene, &["Domain.Read.All", "Directory.Read.All", "Directory.ReadWrite.All"])?;
    let tenant = tenant(state, scene)?;
    let domain = |(at, name): (usize, &String)| json!({ "id": name, "isDefault": at == 0, "isVerified": true, "authenticationType": "Managed" });
    Ok(collection(env, "domains", tenant.domains.iter().enumerate().map(domain).collect(), None).into())
}
