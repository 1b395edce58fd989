//! The pages of sign-in.

use super::super::Google;
use super::super::directory::User;
use super::authorize::{Ask, Shown};
use super::interact::{Browser, in_domain};
use super::scopes;
use crate::core::answer::{Answer, escape};
use crate::core::page;
use http::StatusCode;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// How many accounts of the world a chooser offers beside those that are signed in.
const OFFERED: usize = 12;

fn page(status: u16, title: &str, body: &str) -> Answer {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    Answer::html(status, page::page("Google sign-in", title, body)).with("referrer-policy", "no-referrer")
}

/// A refusal that stays here.
pub(super) fn shown(shown: &Shown) -> Answer {
    let body = format!(
        "<h1>Access blocked</h1><p class=\"problem\" role=\"alert\">{}</p><p class=\"code\">Error {}: {}</p>",
        escape(&shown.words),
        shown.status,
        shown.error
    );
    page(shown.status, "Access blocked", &body)
}

/// What Google's hosts say where nothing is.
pub(super) fn nothing_here(status: u16, words: &str) -> Answer {
    let body =
        format!("<h1>{status}. That is an error.</h1><p>{words}. Sign-in begins at an application.</p>");
    page(status, &format!("Error {status} ({words})"), &body)
}

/// A form that was not made for this browser.
pub(super) fn stale_form() -> Answer {
    page(
        400,
        "Start again",
        "<h1>Start again</h1><p class=\"problem\" role=\"alert\">This page is too old. Go back to the application and start again.</p>",
    )
}

/// After signing out.
pub(super) fn signed_out() -> Answer {
    page(200, "Signed out", "<h1>Signed out</h1><p>Nobody is signed in in this browser.</p>")
}

fn hidden(name: &str, value: &str) -> String {
    format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value))
}

/// Who signs in: those who are signed in, some others of the world, or an address typed in.
pub(super) fn chooser(state: &Google, ask: &Ask, browser: &Browser, request: &str, problem: &str) -> Answer {
    let project = state.directory.projects.get(&ask.client.project);
    let name = project.map(|project| escape(&project.name)).unwrap_or_default();
    let fields = hidden("form", &browser.form_token()) + &hidden("request", request);
    let mut body = format!("<h1>Choose an account</h1><p>to continue to <strong>{name}</strong></p>");
    if !problem.is_empty() {
        let _ = write!(body, "<p class=\"problem\" role=\"alert\">{}</p>", escape(problem));
    }
    let hd = ask.hd.as_deref();
    let signed_in: Vec<&User> = browser
        .accounts
        .iter()
        .filter_map(|id| state.directory.users.get(id))
        .filter(|user| in_domain(user, hd))
        .collect();
    if !signed_in.is_empty() {
        body += "<h2>Signed in</h2>";
        body += &buttons(&signed_in, &fields);
    }
    let hint = ask.login_hint.as_deref().unwrap_or_default();
    let typed = state.directory.user(hint).map_or(hint, |user| user.email.as_str());
    let _ = write!(
        body,
        "<h2>Another account</h2><form method=\"post\" action=\"/signin/account\">{fields}\
         <label for=\"email\">Address</label>\
         <input id=\"email\" type=\"email\" name=\"email\" value=\"{}\" autocomplete=\"off\" required>\
         <button type=\"submit\">Next</button></form>",
        escape(typed)
    );
    let others = state.directory.users.values();
    let others: Vec<&User> = others
        .filter(|user| !browser.accounts.contains(&user.id) && in_domain(user, hd))
        .take(OFFERED)
        .collect();
    if !others.is_empty() {
        body += "<h2>People of this world</h2>";
        body += &buttons(&others, &fields);
    }
    page(200, "Choose an account", &body)
}

fn buttons(users: &[&User], fields: &str) -> String {
    users.iter().fold(String::from("<ul class=\"choices\">"), |mut list, user| {
        let _ = write!(
            list,
            "<li><form method=\"post\" action=\"/signin/account\">{fields}\
             <button type=\"submit\" name=\"account\" value=\"{email}\">{} <span>{email}</span></button></form></li>",
            escape(&user.name()),
            email = escape(&user.email),
        );
        list
    }) + "</ul>"
}

/// An application in testing is not vouched for.
pub(super) fn warning(app: &str, user: &User, further: &str, back: &str) -> Answer {
    let (_, query) = further.split_once('?').unwrap_or((further, ""));
    let fields: String =
        form_urlencoded::parse(query.as_bytes()).map(|(name, value)| hidden(&name, &value)).collect();
    let body = format!(
        "<h1>This app has not been verified</h1>\
         <p>You, {}, have been given access to <strong>{}</strong>, which is being tested. \
         Continue only if you know the developer who invited you.</p>\
         <form method=\"get\" action=\"/signin/consent\">{fields}\
         <p class=\"actions\"><button type=\"submit\">Continue</button> <a href=\"{}\">Back to safety</a></p></form>",
        escape(&user.email),
        escape(app),
        escape(back),
    );
    page(200, "This app has not been verified", &body)
}

/// What an application asks for, with a box to tick for each scope beside sign-in (G-23).
pub(super) fn consent(
    app: &str,
    ask: &Ask,
    user: &User,
    before: &BTreeSet<String>,
    browser: &Browser,
    request: &str,
    folders: &[(String, String)],
) -> Answer {
    let mut body = format!(
        "<h1>{app} wants access to your account</h1><p>{}</p>\
         <form method=\"post\" action=\"/signin/consent\">{}{}{}",
        escape(&user.email),
        hidden("form", &browser.form_token()),
        hidden("account", &user.id),
        hidden("request", request),
        app = escape(app),
    );
    if ask.scopes.iter().any(|scope| scopes::is_login(scope)) {
        let _ = write!(body, "<p>{} will learn {}.</p>", escape(app), learns(&ask.scopes));
    }
    let beyond: Vec<&String> = ask.scopes.iter().filter(|scope| !scopes::is_login(scope)).collect();
    if !beyond.is_empty() {
        body += "<fieldset><legend>Choose what it can do</legend>";
        for (number, scope) in beyond.iter().enumerate() {
            let known = if before.contains(*scope) { " (granted before)" } else { "" };
            let _ = write!(
                body,
                "<p><input type=\"checkbox\" id=\"scope{number}\" name=\"scope\" value=\"{}\" checked> \
                 <label for=\"scope{number}\">{}{known}</label></p>",
                escape(scope),
                escape(&scopes::description(scope)),
            );
        }
        body += "</fieldset><p><label for=\"duration\">For how long</label> \
                 <select id=\"duration\" name=\"duration\"><option value=\"\">until I take it back</option>\
                 <option value=\"3600\">one hour</option><option value=\"86400\">one day</option>\
                 <option value=\"604800\">one week</option></select></p>";
    }
    if ask.picks {
        body += "<fieldset><legend>Choose folders</legend>";
        for (number, (id, name)) in folders.iter().enumerate() {
            let _ = write!(
                body,
                "<p><input type=\"checkbox\" id=\"pick{number}\" name=\"pick\" value=\"{}\"> \
                 <label for=\"pick{number}\">{}</label></p>",
                escape(id),
                escape(name),
            );
        }
        body += if folders.is_empty() { "<p>You have no folders yet.</p></fieldset>" } else { "</fieldset>" };
    }
    body += "<p class=\"actions\"><button type=\"submit\" name=\"decision\" value=\"allow\">Continue</button> \
             <button type=\"submit\" class=\"quiet\" name=\"decision\" value=\"deny\">Cancel</button></p></form>";
    page(200, &format!("{app} wants access"), &body)
}

fn learns(scopes: &BTreeSet<String>) -> String {
    let mut parts = vec!["who you are"];
    if scopes::has_profile(scopes) {
        parts.push("your name and picture");
    }
    if scopes::has_email(scopes) {
        parts.push("your address");
    }
    match parts.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, first)) => format!("{} and {last}", first.join(", ")),
        None => String::new(),
    }
}
