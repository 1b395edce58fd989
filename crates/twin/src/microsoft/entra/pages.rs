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

/// Who may be chosen, and how.
#[derive(Debug, Default)]
pub struct Chooser<'a> {
    /// Those who are signed in in this browser.
    pub accounts: &'a [User],
    /// Others of the world, offered beside the field for a name.
    pub others: Vec<User>,
    /// Why the page is shown again.
    pub message: &'a str,
    /// Whether somebody else is wanted than those who are signed in.
    pub another: bool,
}

impl Chooser<'_> {
    fn show(&self, at: &str, browser: &Browser, request: &str, more: &str, hint: &str) -> String {
        let mut body = String::new();
        if !self.message.is_empty() {
            let _ = write!(body, "<p class=\"problem\" role=\"alert\">{}</p>", escape(self.message));
        }
        let buttons = |users: &[User]| {
            users.iter().fold(String::from("<ul class=\"choices\">"), |mut list, user| {
                let inside = format!(
                    "{more}{}<button type=\"submit\">{} <span>{}</span></button>",
                    hidden("login", &user.user_principal_name),
                    escape(&user.display_name),
                    escape(&user.user_principal_name)
                );
                let _ = write!(list, "<li>{}</li>", form(at, browser, request, &inside));
                list
            }) + "</ul>"
        };
        let typed = self.another || self.accounts.is_empty() || !self.message.is_empty();
        if !self.accounts.is_empty() && !self.another {
            body += "<h2>Signed in</h2>";
            body += &buttons(self.accounts);
        }
        if !typed {
            let inside = format!(
                "{more}{}<button type=\"submit\" class=\"quiet\">Use another account</button>",
                hidden("another", "1")
            );
            let _ = write!(body, "<div class=\"actions\">{}</div>", form(at, browser, request, &inside));
            return body;
        }
        if !self.accounts.is_empty() {
            body += "<h2>Another account</h2>";
        }
        let inside = format!(
            "{more}<label for=\"login\">Account</label> <input id=\"login\" type=\"email\" name=\"login\" required \
             autocomplete=\"off\" value=\"{}\" placeholder=\"name@example.com\"><button type=\"submit\">Next</button>",
            escape(hint)
        );
        body += &form(at, browser, request, &inside);
        if !self.others.is_empty() {
            body += "<h2>People of this world</h2>";
            body += &buttons(&self.others);
        }
        body
    }
}

/// Who is it?
pub fn account(ask: &Ask, browser: &Browser, request: &str, chooser: &Chooser<'_>) -> Answer {
    let hint = ask.login_hint.clone().or_else(|| {
        ask.domain_hint.as_ref().filter(|hint| hint.contains('.')).map(|domain| format!("@{domain}"))
    });
    let title = if chooser.accounts.is_empty() || chooser.another { "Sign in" } else { "Pick an account" };
    let body = format!(
        "<h1>{title}</h1><p>to continue to <strong>{}</strong></p>{}",
        escape(&ask.app.name),
        chooser.show(&ask.at, browser, request, "", &hint.unwrap_or_default())
    );
    show(StatusCode::OK, title, &body)
}

/// Which administrator is it?
pub fn admin_account(at: &str, browser: &Browser, request: &str, chooser: &Chooser<'_>) -> Answer {
    let more = hidden("purpose", "adminconsent");
    let body = format!(
        "<h1>Administrator sign-in</h1><p>An application asks for the consent of an administrator.</p>{}",
        chooser.show(at, browser, request, &more, "")
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
        "<h1>Approve sign-in</h1><p>{} signs in with a second factor. In this simulation pressing the button is the second factor.</p><div class=\"actions\">{}</div>",
        escape(&user.display_name),
        form(&ask.at, browser, request, &inside)
    );
    show(StatusCode::OK, "Approve sign-in", &body)
}

fn scope_list(scopes: &BTreeSet<String>) -> String {
    let mut list = String::from("<ul class=\"scopes\">");
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
            "Files.Read" => "Read your files",
            "Files.ReadWrite" => "Read and change your files",
            "Files.Read.All" => "Read all files you can reach",
            "Sites.Read.All" => "Read items in all sites you can reach",
            "User.Read.All" | "User.ReadBasic.All" => "Read the profiles of all users",
            "Group.Read.All" | "GroupMember.Read.All" => "Read groups and who belongs to them",
            "https://graph.microsoft.com/.default" | ".default" => "Everything that it is registered for",
            "Sites.Selected" => "Reach the sites that are granted to it",
            _ => "",
        };
        let _ = write!(
            list,
            "<li>{} <code class=\"code\">{}</code></li>",
            if words.is_empty() { "Use the permission" } else { words },
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
            "{who}{}<button type=\"submit\" class=\"quiet\">Back without consent</button>",
            hidden("consent", "declined")
        ),
    );
    if blocked && !user.administrator {
        let body = format!(
            "<h1>Need admin approval</h1><p><strong>{}</strong> needs permissions that only an administrator of {} can grant.</p><p class=\"code\">AADSTS90094</p>{}<div class=\"actions\">{decline}</div>",
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
                "{who}{}<button type=\"submit\" class=\"quiet\">Accept on behalf of {}</button>",
                hidden("consent", "everybody"),
                escape(&tenant.name)
            ),
        )
    } else {
        String::new()
    };
    let shown = if missing.is_empty() { &ask.scopes } else { missing };
    let body = format!(
        "<h1>Permissions requested</h1><p>{}</p><p><strong>{}</strong> would like to:</p>{}<div class=\"actions\">{accept}{everybody}{decline}</div>",
        escape(&user.user_principal_name),
        escape(&ask.app.name),
        scope_list(shown)
    );
    show(StatusCode::OK, "Permissions requested", &body)
}

/// May the application, for everybody?
pub fn admin_consent(ask: &Ask, browser: &Browser, request: &str, tenant: &Tenant, user: &User) -> Answer {
    let who = format!("{}{}", hidden("login", &user.user_principal_name), hidden("purpose", "adminconsent"));
    let button = |consent: &str, class: &str, words: &str| {
        let button = format!("<button type=\"submit\"{class}>{words}</button>");
        form(&ask.at, browser, request, &format!("{who}{}{button}", hidden("consent", consent)))
    };
    let body = format!(
        "<h1>Permissions requested</h1><p>Review for <strong>{}</strong>: <strong>{}</strong> would like to, for everybody:</p>{}<div class=\"actions\">{}{}</div>",
        escape(&tenant.name),
        escape(&ask.app.name),
        scope_list(&ask.scopes),
        button("everybody", "", "Accept"),
        button("declined", " class=\"quiet\"", "Cancel")
    );
    show(StatusCode::OK, "Permissions requested", &body)
}

/// The answer as a form that a browser sends on (M-08).
pub fn form_post(to: &str, pairs: &[(&str, &str)]) -> Answer {
    let fields: String = pairs.iter().map(|(name, value)| hidden(name, value)).collect();
    let body = format!(
        "<h1>Going back</h1><p>You go back to the application.</p><form method=\"post\" action=\"{}\">{fields}<button type=\"submit\">Continue</button></form><script>document.forms[0].submit()</script>",
        escape(to)
    );
    show(StatusCode::OK, "Going back", &body)
}

/// What is wrong, for a person.
pub fn problem(problem: &Problem, env: &Env<'_>) -> Answer {
    let body = format!(
        "<h1>Sorry, but we are having trouble signing you in</h1><p class=\"problem\" role=\"alert\">{}</p>\
         <p>Go back to the application and begin again, or ask whoever looks after it.</p>",
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
    show(
        StatusCode::NOT_FOUND,
        "Not found",
        "<h1>Nothing here</h1><p>There is no such page. Sign-in begins at an application.</p>",
    )
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
                "<li>{} <span class=\"soft\">{}</span></li>",
                escape(&user.display_name),
                escape(&user.user_principal_name)
            );
        }
        body.push_str("</ul><p class=\"actions\"><a class=\"button\" href=\"/common/oauth2/v2.0/logout\">Sign out</a></p>");
    }
    show(StatusCode::OK, "Accounts", &body)
}
