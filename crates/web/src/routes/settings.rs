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
