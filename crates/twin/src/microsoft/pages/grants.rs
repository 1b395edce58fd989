//! Which applications may use a site (`Sites.Selected`). At Microsoft an administrator sends a request to
//! `/sites/{id}/permissions`; here they may press a button, for a world that nobody sends requests to.

use super::super::Microsoft;
use super::super::error::Refusal;
use super::super::graph::state::{Grant, SiteKey};
use super::{Person, base};
use crate::core::answer::{Answer, escape};
use crate::core::browse::{self, Frame};
use crate::core::visit::Form;
use std::fmt::Write as _;

/// Whether the person administers the tenant of the site.
pub(super) fn administers(state: &Microsoft, person: &Person, key: SiteKey) -> bool {
    let own = state.graph.content.sites[key as usize].tenant == person.tenant;
    let user = state.directory.tenants.get(&person.tenant).and_then(|tenant| tenant.users.get(&person.user));
    own && user.is_some_and(|user| user.administrator)
}

/// The applications that have a role on the site, and the choice of another one.
pub(super) fn section(state: &Microsoft, frame: &Frame<'_>, key: SiteKey) -> String {
    let site = &state.graph.content.sites[key as usize];
    let mut html = "<h2>Applications</h2>".to_owned();
    for grant in site.grants.values() {
        let _ = write!(html, "<p>{}: {}</p>", escape(&grant.name), escape(&grant.roles.join(", ")));
    }
    let apps = state.directory.apps.iter().map(|(id, app)| (id.clone(), app.name.clone()));
    let choice = browse::choice("Application", "app", &apps.collect::<Vec<_>>());
    html + &frame.act(&format!("{}?deed=grant", base(site)), "Give it the role owner", &choice)
}

/// Gives an application the role *owner* of the site.
pub(super) fn give(
    state: &mut Microsoft,
    person: &Person,
    form: &Form,
    key: SiteKey,
) -> Result<Answer, Refusal> {
    if !administers(state, person, key) {
        return Err(Refusal::denied());
    }
    let id = form.get("app").to_owned();
    let name = state.directory.apps.get(&id).map(|app| app.name.clone());
    let name = name.ok_or_else(|| Refusal::invalid("There is no such application."))?;
    let site = &mut state.graph.content.sites[key as usize];
    let grant = Grant { id: format!("grant-{id}"), name, roles: vec!["owner".into()] };
    site.grants.insert(id, grant);
    Ok(Answer::see_other(&base(site)))
}
