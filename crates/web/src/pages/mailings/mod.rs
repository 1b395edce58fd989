//! Pages of mail merges: choosing, the forecast, and the work with its report.

mod new;
mod show;

use crate::route::Kind;
use crate::{Routes, Who};

/// The routes of these pages.
pub(crate) fn routes() -> Routes {
    use Who::Associate;
    Routes::new(Kind::Page)
        .get("/mailings", Associate, show::list)
        .post("/mailings", Associate, new::start)
        .get("/mailings/new", Associate, new::form)
        .post("/mailings/forecast", Associate, new::forecast)
        .get("/mailings/{id}", Associate, show::show)
        .get("/mailings/{id}/report", Associate, show::report)
        .post("/mailings/{id}/pause", Associate, show::pause)
        .post("/mailings/{id}/resume", Associate, show::resume)
        .get("/mailings/{id}/stop", Associate, show::ask_stop)
        .post("/mailings/{id}/stop", Associate, show::stop)
        .post("/mailings/{id}/retry", Associate, show::retry)
}

/// The link back to the list.
fn crumb() -> (&'static str, String) {
    ("Mail merges", crate::routes::mailings::list())
}

#[cfg(test)]
#[test]
fn every_page_of_mail_merges_is_whole_with_every_sample() {
    use askama::Template as _;
    let mut pages: Vec<String> = Vec::new();
    pages.extend(new::New::samples().iter().map(|p| p.render().unwrap()));
    pages.extend(new::Forecasted::samples().iter().map(|p| p.render().unwrap()));
    pages.extend(show::List::samples().iter().map(|p| p.render().unwrap()));
    pages.extend(show::Show::samples().iter().map(|p| p.render().unwrap()));
    for html in &pages {
        super::check::whole_page(html);
    }
}
