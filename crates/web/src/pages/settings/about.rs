//! `GET /settings/about`.

use super::{page, tabs};
use crate::errors::PageResult;
use crate::extract::Signed;
use crate::page::{Page, show as answer};
use crate::ui::Tab;
use askama::Template;

#[derive(Debug, Template)]
#[template(path = "settings/about.html")]
struct About {
    page: Page,
    tabs: Vec<Tab>,
    version: &'static str,
    installation: String,
    serial: String,
    culture: String,
    time_zone: String,
}

/// What this is, and which.
pub(super) async fn show(signed: Signed) -> PageResult {
    let page = page(&signed, "About");
    let here = &signed.session.installation;
    answer(&About {
        tabs: tabs(&page, "About"),
        version: env!("CARGO_PKG_VERSION"),
        installation: here.name.clone(),
        serial: here.serial.clone(),
        culture: here.culture.clone(),
        time_zone: here.time_zone.clone(),
        page,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::check;

    #[test]
    fn the_page_is_well_formed() {
        let page = check::page("About");
        let sample = About {
            tabs: tabs(&page, "About"),
            version: "0",
            installation: "<b>".into(),
            serial: "&".into(),
            culture: "en-GB".into(),
            time_zone: "Europe/Oslo".into(),
            page,
        };
        check::whole_page(&sample.render().unwrap());
    }
}
