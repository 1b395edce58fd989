//! Entra's pages, as a simulation shows them.

use super::authorize::Ask;
use super::problem::Problem;
use super::walk::Browser;
use crate::core::answer::{Answer, escape};
use crate::core::env::Env;
use crate::core::page::page;
use crate::microsoft::directory::{Tenant, User};
use http::StatusCode;
use std::collections::BTreeSet;
use std::fmt::Write as _;

const PRODUCT: &str = "Microsoft sign-in";

fn show(status: StatusCode, title: &str, body: &str) -> Answer {
    Answer::html(status, page(PRODUCT, title, body))
}

/// A form that goes on with a sign-in.
fn form(at: &str, browser: &Browser, request: &str, inside: &str) -> String {
    format!(
        "<form method=\"post\" action=\"/{}/signin\"><input type=\"hidden\" name=\"token\" value=\"{}\"><input type=\"hidden\" name=\"request\" value=\"{}\">{inside}</form>",
        escape(at),
        escape(&browser.form_token()),
        escape(request)
    )
}

fn hidden(name: &str, value: &str) -> String {
    format!("<input type=\"hidden\" name=\"{}\" value=\"{}\">", escape(name), escape(value))
}

fn chooser(
    at: &str,
    browser: &Browser,
    request: &str,
    more: &str,
    accounts: &[User],
    message: &str,
    hint: &str,
) -> String {
    let mut body = String::new();
    if !message.is_empty() {
        let _ = write!(body, "<p role=\"alert\">{}</p>", escape(message));
    }
    for user in accounts {
        let inside = format!(
            "{more}{}<button type=\"submit\">{}<br><small>{}</small></button>",
            hidden("login", &user.user_principal_name),
            escape(&user.display_name),
            escape(&user.user_principal_name)
        );
        body.push_str(&form(at, browser, request, &inside));
    }
    let inside = format!(
        "{more}<label>Account <input type=\"email\" name=\"login\" required autocomplete=\"username\" value=\"{}\" placeholder=\"name@example.com\"></label><button type=\"submit\">Next</button>",
        escape(hint)
    );
    body.push_str(&form(at, browser, request, &inside));
    body
}

/// Who is it?
pub fn account(ask: &Ask, browser: &Browser, request: &str, accounts: &[User], message: &str) -> Answer {
    let hint = ask.login_hint.clone().or_else(|| {
        ask.domain_hint.as_ref().filter(|hint| hint.contains('.')).map(|domain| format!("@{domain}"))
    });
    let body = format!(
        "<h1>Sign in</h1><p>to continue to <strong>{}</strong></p>{}",
        escape(&ask.app.name),
        chooser(&ask.at, browser, request, "", accounts, message, &hint.unwrap_or_default())
    );
    show(StatusCode::OK, "Sign in", &body)
}

/// Which administrator is it?
pub fn admin_account(at: &str, browser: &Browser, request: &str, accounts: &[User], message: &str) -> Answer {
    let more = hidden("purpose", "adminconsent");
    let body = format!(
        "<h1>Administrator sign-in</h1><p>An application asks for the consent of an administrator.</p>{}",
        chooser(at, browser, request, &more, accounts, message, "")
    );
    show(StatusCode::OK, "Administrator sign-in", &body)
}

/// Is it really them?
pub fn second_factor(ask: &Ask, browser: &Browser, request: &str, user: &User, login: &str) -> Answer {
    let inside = format!(
        "{}{}<button type=\"submit\">Approve and continue</button>",
        hidden("login", login),
        hidden("second_factor", "done")
    );
    let body = format!(
        "<h1>Approve sign-in</h1><p>{} signs in with a second factor. In this simulation pressing the button is the second factor.</p>{}",
        escape(&user.display_name),
        form(&ask.at, browser, request, &inside)
    );
    show(StatusCode::OK, "Approve sign-in", &body)
}

fn scope_list(scopes: &BTreeSet<String>) -> String {
    let mut list = String::from("<ul>");
    for scope in scopes {
        let words = match scope.as_str() {
            "openid" => "Sign you in",
            "profile" => "View your basic profile",
            "email" => "View your e-mail address",
            "offline_access" => "Keep access to what you have given it access to",
            "User.Read" => "Read your profile",
            "Files.ReadWrite.All" => "Read and change all files you can reach",
            "Sites.ReadWrite.All" => "Read and change items in all sites you can reach",
            "Sites.Manage.All" => "Create, change and delete lists and libraries",
            "Sites.Selected" => "Reach the sites that are granted to it",
            _ => "",
        };
        let _ = write!(
            list,
            "<li>{}<code>{}</code></li>",
            if words.is_empty() { String::new() } else { format!("{words} ") },
            escape(scope)
        );
    }
    list.push_str("</ul>");
    list
}

/// May the application?
pub fn consent(
    ask: &Ask,
    browser: &Browser,
    request: &str,
    tenant: &Tenant,
    user: &User,
    missing: &BTreeSet<String>,
    login: &str,
) -> Answer {
    let blocked = missing.iter().any(|scope| super::authorize::needs_administrator(tenant, scope));
    let who = format!("{}{}", hidden("login", login), hidden("second_factor", "done"));
    let decline = form(
        &ask.at,
        browser,
        request,
        &format!(
            "{who}{}<button type=\"submit\">Back without consent</button>",
            hidden("consent", "declined")
        ),
    );
    if blocked && !user.administrator {
        let body = format!(
            "<h1>Need admin approval</h1><p><strong>{}</strong> needs permissions that only an administrator of {} can grant. (AADSTS90094)</p>{}{decline}",
            escape(&ask.app.name),
            escape(&tenant.name),
            scope_list(missing)
        );
        return show(StatusCode::OK, "Need admin approval", &body);
    }
    let accept = form(
        &ask.at,
        browser,
        request,
        &format!("{who}{}<button type=\"submit\">Accept</button>", hidden("consent", "mine")),
    );
    let everybody = if user.administrator {
        form(
            &ask.at,
            browser,
            request,
            &format!(
                "{who}{}<button type=\"submit\">Accept on behalf of {}</button>",
                hidden("consent", "everybody"),
                escape(&tenant.name)
            ),
        )
    } else {
        String::new()
    };
    let shown = if missing.is_empty() { &ask.scopes } else { missing };
    let body = format!(
        "<h1>Permissions requested</h1><p><strong>{}</strong> would like to:</p>{}{accept}{everybody}{decline}",
        escape(&ask.app.name),
        scope_list(shown)
    );
    show(StatusCode::OK, "Permissions requested", &body)
}

/// May the application, for everybody?
pub fn admin_consent(ask: &Ask, browser: &Browser, request: &str, tenant: &Tenant, user: &User) -> Answer {
    let who = format!("{}{}", hidden("login", &user.user_principal_name), hidden("purpose", "adminconsent"));
    let button = |consent: &str, words: &str| {
        form(
            &ask.at,
            browser,
            request,
            &format!("{who}{}<button type=\"submit\">{words}</button>", hidden("consent", consent)),
        )
    };
    let body = format!(
        "<h1>Permissions requested</h1><p>Review for <strong>{}</strong>: <strong>{}</strong> would like to, for everybody:</p>{}{}{}",
        escape(&tenant.name),
        escape(&ask.app.name),
        scope_list(&ask.scopes),
        button("everybody", "Accept"),
        button("declined", "Cancel")
    );
    show(StatusCode::OK, "Permissions requested", &body)
}

/// The answer as a form that a browser sends on (M-08).
pub fn form_post(to: &str, pairs: &[(&str, &str)]) -> Answer {
    let fields: String = pairs.iter().map(|(name, value)| hidden(name, value)).collect();
    let body = format!(
        "<h1>Going back</h1><form method=\"post\" action=\"{}\">{fields}<button type=\"submit\">Continue</button></form><script>document.forms[0].submit()</script>",
        escape(to)
    );
    show(StatusCode::OK, "Going back", &body)
}

/// What is wrong, for a person.
pub fn problem(problem: &Problem, env: &Env<'_>) -> Answer {
    let body = format!(
        "<h1>Sorry, but we are having trouble signing you in</h1><p role=\"alert\">{}</p>",
        escape(&problem.description(env))
    );
    show(StatusCode::BAD_REQUEST, "Sign-in failed", &body)
}

/// Signed out.
pub fn signed_out() -> Answer {
    show(
        StatusCode::OK,
        "Signed out",
        "<h1>You are signed out</h1><p>Close this window, or go back to the application.</p>",
    )
}

/// Nothing here.
pub fn nothing() -> Answer {
    show(StatusCode::NOT_FOUND, "Not found", "<h1>Nothing here</h1><p>There is no such page.</p>")
}

/// Who is signed in.
pub fn home(accounts: &[User]) -> Answer {
    let mut body = String::from("<h1>Accounts in this browser</h1>");
    if accounts.is_empty() {
        body.push_str("<p>Nobody is signed in. Begin at an application.</p>");
    } else {
        body.push_str("<ul>");
        for user in accounts {
            let _ = write!(
                body,
                "<li>{} ({})</li>",
                escape(&user.display_name),
                escape(&user.user_principal_name)
            );
        }
        body.push_str("</ul><p><a href=\"/common/oauth2/v2.0/logout\">Sign out</a></p>");
    }
    show(StatusCode::OK, "Accounts", &body)
}
