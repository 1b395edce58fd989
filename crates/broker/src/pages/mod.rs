//! The login page as people see it.
//!
//! Invariant: a change needs a form of ours, sent by the browser it was shown in; a GET only looks, or sets out.
//! Invariant: what a provider says is never shown; every situation has words of ours.

mod authorize;
mod back;
mod consent;
mod forms;
mod places;
mod shell;
mod view;

pub(crate) use authorize::{another, authorize, cancel, go_on, sign_in};
pub(crate) use back::callback;
pub(crate) use consent::{consent, consent_go};
pub(crate) use forms::{Form, check_source, fields};
pub(crate) use places::{agent, minute};
pub(crate) use places::{browser, home, sign_out, sign_out_everywhere, sign_out_page};
pub use shell::Peer;
pub(crate) use shell::{Browser, address, asset, read_cookie, set_cookie, surround};
pub(crate) use view::{Failure, page};
