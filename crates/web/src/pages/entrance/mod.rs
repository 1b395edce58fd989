//! Getting in and out.

mod attempts;
mod enter;
mod sign_in;
mod sign_out;

pub(crate) use attempts::Attempts;

use crate::{Kind, Routes, Who};

pub(super) fn routes() -> Routes {
    Routes::new(Kind::Page)
        .get("/sign-in", Who::Anonymous, sign_in::show)
        .get("/enter/{token}", Who::Anonymous, enter::ask)
        .post("/enter/{token}", Who::Anonymous, enter::enter)
        .post("/sign-out", Who::Associate, sign_out::sign_out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::check;
    use askama::Template as _;

    #[test]
    fn each_page_is_well_formed() {
        check::whole_page(&sign_in::SignIn { page: crate::page::Page::outside("Sign in") }.render().unwrap());
        for page in enter::Enter::samples() {
            check::whole_page(&page.render().unwrap());
        }
        for page in enter::NoEntry::samples() {
            check::whole_page(&page.render().unwrap());
        }
    }
}
