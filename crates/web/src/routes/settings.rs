//! Addresses of the settings.

use super::Query;

/// The settings' front page: the own sessions.
pub fn home() -> String {
    "/settings".into()
}

/// Where ending one session is posted to.
pub fn end_session() -> String {
    "/settings/sessions/end".into()
}

/// Where ending all other sessions is posted to.
pub fn end_other_sessions() -> String {
    "/settings/sessions/end-others".into()
}

/// The API tokens.
pub fn tokens() -> String {
    "/settings/tokens".into()
}

/// Where withdrawing a token is posted to.
pub fn withdraw_token() -> String {
    "/settings/tokens/withdraw".into()
}

/// The people and their groups.
pub fn people() -> String {
    "/settings/people".into()
}

/// Where a sign-in link for somebody is made.
pub fn make_link() -> String {
    "/settings/people/link".into()
}

/// The audit log, from a place on.
pub fn audit(after: Option<&str>) -> String {
    Query::at("/settings/audit").maybe("after", after).into()
}

/// Health: plugins, checks, operations.
pub fn health() -> String {
    "/settings/health".into()
}

/// Import of records.
pub fn import() -> String {
    "/settings/import".into()
}

/// About the product.
pub fn about() -> String {
    "/settings/about".into()
}

/// How people sign in: domains, the first sign-in, what has to be decided.
pub fn sign_in() -> String {
    "/settings/sign-in".into()
}

/// Where something about signing in is posted to: `domains`, `domains/remove`, `matching`, `tasks/bind`, `tasks/dismiss`.
pub fn sign_in_change(what: &str) -> String {
    format!("/settings/sign-in/{what}")
}

/// The connections at providers.
pub fn connections() -> String {
    "/settings/connections".into()
}

/// Where something about connections is posted to: `begin`, `ask`, `disconnect`.
pub fn connections_change(what: &str) -> String {
    format!("/settings/connections/{what}")
}

/// How one associate signs in.
pub fn person(id: domain::AssociateId) -> String {
    format!("/settings/people/{id}")
}

/// Where something about one associate is posted to: `invite`, `uninvite`, `unbind`, `end`, `retire`, `return`.
pub fn person_change(id: domain::AssociateId, what: &str) -> String {
    format!("/settings/people/{id}/{what}")
}

/// One's own accounts.
pub fn accounts() -> String {
    "/settings/accounts".into()
}

/// Where something about one's own documents is posted to: `check`, `disconnect`.
pub fn accounts_change(what: &str) -> String {
    format!("/settings/accounts/{what}")
}

/// The audit log as a file; the login page's when `login_page`.
pub fn export_audit(login_page: bool) -> String {
    Query::at("/settings/audit/export").maybe("log", login_page.then_some("login_page")).into()
}

/// What the login page wrote down about the installation, from a place on.
pub fn login_page_audit(before: Option<i64>) -> String {
    Query::at("/settings/audit/login-page").maybe("before", before.map(|b| b.to_string()).as_deref()).into()
}

/// Connecting Google Drive.
pub fn google() -> String {
    "/settings/google".into()
}

/// Where a step of it is posted to: `check`, `connect`, `pick`, `place`, `access`, `templates`, `try`, `disconnect`.
pub fn google_change(what: &str) -> String {
    format!("/settings/google/{what}")
}

/// How it goes with the places outside.
pub fn places() -> String {
    "/settings/places".into()
}

/// Where something about a place is posted to: `compare`, `empty`.
pub fn places_change(what: &str) -> String {
    format!("/settings/places/{what}")
}

/// Where works over a whole place are begun and changed: `begin`, `pause`, `resume`, `stop`.
pub fn works(what: &str) -> String {
    format!("/settings/works/{what}")
}

/// Connecting SharePoint.
pub fn sharepoint() -> String {
    "/settings/sharepoint".into()
}

/// Where a step of it is posted to: `check`, `ask`, `site`, `place`, `properties`, `access`, `try`, `prefer`, `undo`,
/// `disconnect`.
pub fn sharepoint_change(what: &str) -> String {
    format!("/settings/sharepoint/{what}")
}
