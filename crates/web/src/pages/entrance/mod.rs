//! Getting in and out.

mod attempts;
mod enter;
mod invited;
mod login;
mod sign_in;
mod sign_out;
mod window;

pub(crate) use attempts::Attempts;
pub(crate) use login::away;
pub(crate) use sign_in::is_framed;

use crate::{Kind, Routes, Who};

pub(super) fn routes() -> Routes {
    Routes::new(Kind::Page)
        .get("/sign-in", Who::Anonymous, sign_in::show)
        .get("/sign-in/start", Who::Anonymous, login::start)
        .get("/sign-in/return", Who::Anonymous, login::back)
        .post("/sign-in/window", Who::Anonymous, window::take_over)
        .get("/invited/{token}", Who::Anonymous, invited::show)
        .get("/enter/{token}", Who::Anonymous, enter::ask)
        .post("/enter/{token}", Who::Anonymous, enter::enter)
        .post("/sign-out", Who::Associate, sign_out::sign_out)
        .merge(Routes::new(Kind::Plain).post("/sign-in/logout", Who::Anonymous, login::logged_out))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::check;
    use askama::Template as _;

    #[test]
    fn each_page_is_well_formed() {
        for page in sign_in::SignIn::samples() {
            check::whole_page(&page.render().unwrap());
        }
        check::whole_page(&window::Window::sample().render().unwrap());
        check::whole_page(&invited::Invited::sample().render().unwrap());
        for page in enter::Enter::samples() {
            check::whole_page(&page.render().unwrap());
        }
        for page in enter::NoEntry::samples() {
            check::whole_page(&page.render().unwrap());
        }
    }
}
