//! Scopes: their long forms, and what a consent page says of them.

use std::collections::BTreeSet;

const PREFIX: &str = "https://www.googleapis.com/auth/";

/// Scopes beside sign-in that can be asked for, with what a person reads (google.md 1.8 and Google's list of scopes).
const KNOWN: &[(&str, &str)] = &[
    ("drive", "See, edit, create and delete all of your Drive files"),
    ("drive.readonly", "See and download all your Drive files"),
    ("drive.file", "See, edit, create and delete only the specific Drive files that you use with this app"),
    ("drive.appdata", "See, create and delete this app's own configuration data in your Drive"),
    ("drive.install", "Connect itself to your Drive"),
    ("drive.apps.readonly", "See which apps you use with Drive"),
    ("drive.metadata", "See and manage information about your Drive files"),
    ("drive.metadata.readonly", "See information about your Drive files"),
    ("drive.activity", "See and add to the activity record of your Drive files"),
    ("drive.activity.readonly", "See the activity record of your Drive files"),
    ("drive.meet.readonly", "See and download Drive files that Meet created or edited"),
    ("drive.scripts", "Change the behaviour of your scripts"),
    ("documents", "See, edit, create and delete all your documents"),
    ("documents.readonly", "See all your documents"),
    ("spreadsheets", "See, edit, create and delete all your spreadsheets"),
    ("spreadsheets.readonly", "See all your spreadsheets"),
    ("presentations", "See, edit, create and delete all your presentations"),
    ("presentations.readonly", "See all your presentations"),
    ("calendar", "See, edit, share and delete all your calendars"),
    ("calendar.readonly", "See and download your calendars"),
    ("contacts", "See, edit, download and delete your contacts"),
    ("contacts.readonly", "See and download your contacts"),
    ("gmail.readonly", "See your messages and settings"),
    ("gmail.send", "Send messages on your behalf"),
    ("admin.directory.user.readonly", "See information about users of your domain"),
    ("admin.directory.group.readonly", "See the groups of your domain"),
    ("cloud-platform", "See and change your Cloud data"),
];

/// The long form of a scope: `email` and `profile` become addresses.
pub fn long(scope: &str) -> String {
    match scope {
        "email" | "profile" => format!("{PREFIX}userinfo.{scope}"),
        other => other.to_owned(),
    }
}

/// Whether it only says who somebody is.
pub fn is_login(scope: &str) -> bool {
    scope == "openid"
        || scope
            .strip_prefix(PREFIX)
            .is_some_and(|name| matches!(name, "userinfo.email" | "userinfo.profile"))
}

/// Whether an application can ask for it.
pub fn is_known(scope: &str) -> bool {
    is_login(scope) || described(scope).is_some()
}

/// What a person reads of it.
pub fn description(scope: &str) -> String {
    described(scope).unwrap_or(scope).to_owned()
}

fn described(scope: &str) -> Option<&'static str> {
    let name = scope.strip_prefix(PREFIX)?;
    KNOWN.iter().find(|(known, _)| *known == name).map(|(_, words)| *words)
}

/// Reads a list with spaces between, each in its long form.
pub fn read(list: &str) -> BTreeSet<String> {
    list.split_whitespace().map(long).collect()
}

/// Writes a list with spaces between.
pub fn write(scopes: &BTreeSet<String>) -> String {
    scopes.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// Whether the set has the right to see the address.
pub fn has_email(scopes: &BTreeSet<String>) -> bool {
    scopes.contains(&long("email"))
}

/// Whether the set has the right to see the name.
pub fn has_profile(scopes: &BTreeSet<String>) -> bool {
    scopes.contains(&long("profile"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_told_apart() {
        for (scope, login, known) in [
            ("openid", true, true),
            ("email", true, true),
            ("profile", true, true),
            ("https://www.googleapis.com/auth/drive.file", false, true),
            ("https://www.googleapis.com/auth/drive.everything", false, false),
            ("drive", false, false),
        ] {
            let scope = long(scope);
            assert_eq!((is_login(&scope), is_known(&scope)), (login, known), "{scope}");
        }
        assert_eq!(write(&read("openid  email")), "https://www.googleapis.com/auth/userinfo.email openid");
    }
}
