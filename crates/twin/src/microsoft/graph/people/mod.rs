//! The directory through Graph: me, users, groups and their members (M-23).

mod groups;
mod users;

use super::routes::{Handler, line};
use super::scene::Scene;
use crate::core::routes::Route;
use crate::microsoft::Microsoft;
use crate::microsoft::directory::Tenant;
use crate::microsoft::error::Refusal;
use http::Method as M;

/// The table's lines about people.
pub(super) fn lines() -> Vec<Route<Handler>> {
    vec![
        line(M::GET, "/me", "me.get", 1, users::me),
        line(M::GET, "/users", "user.list", 2, users::list),
        line(M::GET, "/users/{user-id}", "user.get", 1, users::get),
        line(M::GET, "/me/memberOf", "me.memberOf", 2, users::my_groups),
        line(M::GET, "/me/transitiveMemberOf", "me.transitiveMemberOf", 2, users::my_groups),
        line(M::GET, "/users/{user-id}/memberOf", "user.memberOf", 2, users::groups_of),
        line(M::GET, "/users/{user-id}/transitiveMemberOf", "user.transitiveMemberOf", 2, users::groups_of),
        line(M::POST, "/me/checkMemberGroups", "me.checkMemberGroups", 2, users::check_my_groups),
        line(M::GET, "/organization", "organization.list", 1, users::organization),
        line(M::GET, "/domains", "domain.list", 1, users::domains),
        line(M::GET, "/groups", "group.list", 2, groups::list),
        line(M::POST, "/groups", "group.create", 2, groups::create),
        line(M::GET, "/groups/{group-id}", "group.get", 1, groups::get),
        line(M::PATCH, "/groups/{group-id}", "group.update", 2, groups::change),
        line(M::DELETE, "/groups/{group-id}", "group.delete", 2, groups::remove),
        line(M::GET, "/groups/{group-id}/members", "group.members.list", 2, groups::members),
        // There are no groups within groups here.
        line(
            M::GET,
            "/groups/{group-id}/transitiveMembers",
            "group.transitiveMembers.list",
            2,
            groups::members,
        ),
        line(M::POST, "/groups/{group-id}/members/$ref", "group.members.add", 2, groups::add_member),
        line(
            M::DELETE,
            "/groups/{group-id}/members/{user-id}/$ref",
            "group.members.remove",
            2,
            groups::remove_member,
        ),
        line(M::GET, "/groups/{group-id}/owners", "group.owners.list", 2, groups::owners),
        line(M::POST, "/groups/{group-id}/owners/$ref", "group.owners.add", 2, groups::add_owner),
        line(
            M::DELETE,
            "/groups/{group-id}/owners/{user-id}/$ref",
            "group.owners.remove",
            2,
            groups::remove_owner,
        ),
    ]
}

/// Refuses a token without any of these rights.
fn needs(scene: &Scene, rights: &[&str]) -> Result<(), Refusal> {
    if rights.iter().any(|right| scene.access.has(right)) {
        return Ok(());
    }
    Err(Refusal::new(
        403,
        "Authorization_RequestDenied",
        "Insufficient privileges to complete the operation.",
    ))
}

fn tenant<'a>(state: &'a Microsoft, scene: &Scene) -> Result<&'a Tenant, Refusal> {
    state.directory.tenants.get(&scene.access.tenant).ok_or_else(|| missing("tenant"))
}

fn missing(id: &str) -> Refusal {
    let message = format!(
        "Resource '{id}' does not exist or one of its queried reference-property objects are not present."
    );
    Refusal::new(404, "Request_ResourceNotFound", message)
}

fn bad(message: impl Into<String>) -> Refusal {
    Refusal::new(400, "Request_BadRequest", message)
}

/// A comparison: the property, whether the value only begins it, the value.
type Clause = (String, bool, String);

/// A simple `$filter` of the directory: `name eq 'text'` and `startswith(name,'text')`, several with `and` or `or`.
/// # Errors
/// `Request_UnsupportedQuery` when it is not understood.
fn filter(text: &str) -> Result<Vec<Vec<Clause>>, Refusal> {
    let bad = || {
        Refusal::new(400, "Request_UnsupportedQuery", "Unsupported or invalid query filter clause specified.")
    };
    let one = |clause: &str| -> Result<Clause, Refusal> {
        let clause = clause.trim();
        let unquote = |text: &str| -> Option<String> {
            Some(text.trim().strip_prefix('\'')?.strip_suffix('\'')?.replace("''", "'"))
        };
        let lower = clause.to_ascii_lowercase();
        if lower.starts_with("startswith(") && clause.ends_with(')') {
            let inner = &clause["startswith(".len()..clause.len() - 1];
            let (name, value) = inner.split_once(',').ok_or_else(bad)?;
            return Ok((name.trim().to_owned(), true, unquote(value).ok_or_else(bad)?));
        }
        let (name, value) = clause.split_once(" eq ").ok_or_else(bad)?;
        let value =
            unquote(value).or_else(|| Some(value.trim().to_owned()).filter(|word| !word.contains('\'')));
        Ok((name.trim().to_owned(), false, value.ok_or_else(bad)?))
    };
    text.split(" or ").map(|part| part.split(" and ").map(one).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::filter;

    #[test]
    fn filters_of_the_directory_are_read() {
        assert_eq!(
            filter("displayName eq 'O''Brien'").unwrap(),
            [[("displayName".into(), false, "O'Brien".into())]]
        );
        assert_eq!(filter("startswith(mail,'a') or accountEnabled eq true").unwrap().len(), 2);
        assert!(filter("displayName lt 'a'").is_err());
    }
}
