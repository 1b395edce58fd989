//! Settings: what a person looks after, and what administrators look after.

mod about;
mod accounts;
mod audit;
mod connections;
mod google;
mod health;
mod import;
mod login_page_audit;
mod people;
mod person;
mod places;
mod sessions;
mod sharepoint;
mod sign_in;
mod tokens;
mod trial;
mod works;

use crate::page::{Nav, Page};
use crate::routes::settings as at;
use crate::ui::{self, Tab};
use crate::{Kind, Routes, Who};

pub(super) fn routes() -> Routes {
    Routes::new(Kind::Page)
        .get("/settings", Who::Associate, sessions::show)
        .post("/settings/sessions/end", Who::Associate, sessions::end)
        .post("/settings/sessions/end-others", Who::Associate, sessions::end_others)
        .get("/settings/accounts", Who::Associate, accounts::show)
        .post("/settings/accounts/check", Who::Associate, accounts::check)
        .post("/settings/accounts/opening", Who::Associate, accounts::opening)
        .post("/settings/accounts/disconnect", Who::Associate, accounts::disconnect)
        .get("/settings/tokens", Who::Associate, tokens::show)
        .post("/settings/tokens", Who::Associate, tokens::make)
        .post("/settings/tokens/withdraw", Who::Associate, tokens::withdraw)
        .get("/settings/about", Who::Associate, about::show)
        .get("/settings/people", Who::Administrator, people::show)
        .post("/settings/people/link", Who::Administrator, people::make_link)
        .get("/settings/people/{id}", Who::Administrator, person::show)
        .post("/settings/people/{id}/invite", Who::Administrator, person::invite)
        .post("/settings/people/{id}/uninvite", Who::Administrator, person::uninvite)
        .post("/settings/people/{id}/unbind", Who::Administrator, person::unbind)
        .post("/settings/people/{id}/end", Who::Administrator, person::end)
        .post("/settings/people/{id}/retire", Who::Administrator, person::retire)
        .post("/settings/people/{id}/return", Who::Administrator, person::come_back)
        .get("/settings/sign-in", Who::Administrator, sign_in::show)
        .post("/settings/sign-in/domains", Who::Administrator, sign_in::add_domain)
        .post("/settings/sign-in/domains/remove", Who::Administrator, sign_in::remove_domain)
        .post("/settings/sign-in/matching", Who::Administrator, sign_in::matching)
        .post("/settings/sign-in/tasks/bind", Who::Administrator, sign_in::bind)
        .post("/settings/sign-in/tasks/dismiss", Who::Administrator, sign_in::dismiss)
        .post("/settings/sign-in/key", Who::Administrator, sign_in::rotate_key)
        .get("/settings/connections", Who::Administrator, connections::show)
        .post("/settings/connections/begin", Who::Associate, connections::begin)
        .post("/settings/connections/ask", Who::Administrator, connections::ask)
        .post("/settings/connections/check", Who::Administrator, connections::check)
        .post("/settings/connections/disconnect", Who::Administrator, connections::disconnect)
        .get("/settings/google", Who::Administrator, google::show)
        .post("/settings/google/check", Who::Administrator, google::check)
        .post("/settings/google/connect", Who::Administrator, google::connect)
        .post("/settings/google/pick", Who::Administrator, google::pick)
        .post("/settings/google/place", Who::Administrator, google::place)
        .post("/settings/google/access", Who::Administrator, google::access)
        .post("/settings/google/templates", Who::Administrator, google::templates)
        .post("/settings/google/try", Who::Administrator, google::try_out)
        .post("/settings/google/disconnect", Who::Administrator, google::disconnect)
        .get("/settings/places", Who::Administrator, places::show)
        .post("/settings/places/compare", Who::Administrator, places::compare)
        .post("/settings/places/empty", Who::Administrator, places::empty)
        .post("/settings/works/begin", Who::Administrator, works::begin)
        .post("/settings/works/pause", Who::Administrator, works::pause)
        .post("/settings/works/resume", Who::Administrator, works::resume)
        .post("/settings/works/stop", Who::Administrator, works::stop)
        .post("/settings/places/licences", Who::Administrator, places::licences)
        .get("/settings/sharepoint", Who::Administrator, sharepoint::show)
        .post("/settings/sharepoint/check", Who::Administrator, sharepoint::check)
        .post("/settings/sharepoint/ask", Who::Administrator, sharepoint::ask)
        .post("/settings/sharepoint/site", Who::Administrator, sharepoint::site)
        .post("/settings/sharepoint/forget", Who::Administrator, sharepoint::forget)
        .post("/settings/sharepoint/make-site", Who::Administrator, sharepoint::make_site)
        .post("/settings/sharepoint/look-again", Who::Administrator, sharepoint::go_on)
        .post("/settings/sharepoint/give-up", Who::Administrator, sharepoint::give_up)
        .post("/settings/sharepoint/make-library", Who::Administrator, sharepoint::make_library)
        .post("/settings/sharepoint/preview", Who::Administrator, sharepoint::look_at)
        .post("/settings/sharepoint/place", Who::Administrator, sharepoint::place)
        .post("/settings/sharepoint/properties", Who::Administrator, sharepoint::properties)
        .post("/settings/sharepoint/access", Who::Administrator, sharepoint::access)
        .post("/settings/sharepoint/try", Who::Administrator, sharepoint::try_out)
        .post("/settings/sharepoint/prefer", Who::Administrator, sharepoint::prefer)
        .post("/settings/sharepoint/undo", Who::Administrator, sharepoint::undo)
        .post("/settings/sharepoint/disconnect", Who::Administrator, sharepoint::disconnect)
        .get("/settings/audit", Who::Administrator, audit::show)
        .get("/settings/audit/export", Who::Administrator, audit::take_out)
        .get("/settings/audit/login-page", Who::Administrator, login_page_audit::show)
        .get("/settings/health", Who::Administrator, health::show)
        .get("/settings/import", Who::Administrator, import::show)
        .post("/settings/import", Who::Administrator, import::run)
}

/// The tabs of the settings as this reader sees them.
fn tabs(page: &Page, here: &str) -> Vec<Tab> {
    let mut all =
        vec![("Sessions", at::home()), ("Your accounts", at::accounts()), ("API tokens", at::tokens())];
    if page.is_administrator() {
        all.extend([
            ("People", at::people()),
            ("Sign-in", at::sign_in()),
            ("Connections", at::connections()),
            ("Google Drive", at::google()),
            ("SharePoint", at::sharepoint()),
            ("Places", at::places()),
            ("Import", at::import()),
            ("Audit log", at::audit(None)),
            ("Health", at::health()),
        ]);
    }
    all.push(("About", at::about()));
    all.into_iter().map(|(label, href)| ui::tab(label, &href, label == here)).collect()
}

/// A page of the settings.
fn page(signed: &crate::extract::Signed, title: &str) -> Page {
    Page::new(signed, title).nav(Nav::Settings)
}
