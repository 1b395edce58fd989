//! `GET /settings`: where a person is signed in.

use super::{page, tabs};
use crate::errors::PageResult;
use crate::extract::{CsrfForm, Signed};
use crate::page::{Flash, Page, go_with, show as answer};
use crate::routes;
use crate::ui::Tab;
use app::App;
use askama::Template;
use axum::extract::State;
use serde::Deserialize;

#[derive(Debug, Template)]
#[template(path = "settings/sessions.html")]
struct Sessions {
    page: Page,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    id: String,
    device: String,
    created: String,
    last_seen: String,
    here: bool,
}

/// Lists the own sessions.
pub(super) async fn show(signed: Signed, State(app): State<App>) -> PageResult {
    let sessions = app.access().sessions(&signed.ctx).await?;
    let page = page(&signed, "Sessions");
    let rows = sessions.iter().map(|s| Row {
        here: s.id == signed.session.id,
        id: s.id.clone(),
        device: device(&s.user_agent),
        created: page.when(&s.created),
        last_seen: page.when_short(&s.last_seen),
    });
    let mut rows: Vec<Row> = rows.collect();
    rows.sort_by_key(|row| !row.here);
    answer(&Sessions { tabs: tabs(&page, "Sessions"), rows, page })
}

#[derive(Debug, Deserialize)]
pub(super) struct Which {
    id: String,
}

/// Ends one of the own sessions.
pub(super) async fn end(
    signed: Signed,
    State(app): State<App>,
    CsrfForm(which): CsrfForm<Which>,
) -> PageResult {
    app.access().end_session(&signed.ctx, &which.id).await?;
    go_with(&routes::settings::home(), Flash::done("The session has ended."))
}

#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

/// Ends all of the own sessions but this one.
pub(super) async fn end_others(signed: Signed, State(app): State<App>, _: CsrfForm<Nothing>) -> PageResult {
    let ended = app.access().end_other_sessions(&signed.ctx, &signed.session.id).await?;
    let text = match ended {
        0 => "There was no other session.".to_owned(),
        1 => "The other session has ended.".to_owned(),
        n => format!("{n} other sessions have ended."),
    };
    go_with(&routes::settings::home(), Flash::done(text))
}

/// The browser and the system in a browser's long name of itself.
fn device(user_agent: &str) -> String {
    const BROWSERS: [(&str, &str); 5] = [
        ("Edg/", "Edge"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ];
    let find = |table: &[(&str, &'static str)]| {
        table.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    match (find(&BROWSERS), find(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "Unknown browser".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::check;

    #[test]
    fn the_page_is_well_formed() {
        let page = check::page("Sessions");
        let row = |id: &str, here| Row {
            id: id.into(),
            device: "<Chrome>".into(),
            created: "yesterday".into(),
            last_seen: "now".into(),
            here,
        };
        let sample =
            Sessions { tabs: tabs(&page, "Sessions"), rows: vec![row("a", true), row("b\"", false)], page };
        check::whole_page(&sample.render().unwrap());
    }

    #[test]
    fn a_browser_is_named_shortly() {
        let edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0";
        assert_eq!(device(edge), "Edge on Windows");
        assert_eq!(device(""), "Unknown browser");
    }
}
