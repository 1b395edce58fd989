//! The walks of a browser: what was asked for, a trip to a provider, what came back, and the answer.

mod adopt;
mod arrive;
mod begin;
mod connect;
mod finish;
mod people;

pub use adopt::Adopted;
pub(crate) use arrive::{Arrived, Callback};
pub(crate) use begin::{Ask, Began, TripAsk};
pub(crate) use finish::Answered;

use crate::tables::people::Person;
use crate::tables::sessions::SessionRow;
use jiff::Timestamp;
use std::net::IpAddr;

/// Whoever stands before us: what a request says about its browser.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    /// The hash of the browser's word; trips are bound to it.
    pub browser: String,
    /// The browser's session, when it is signed in here.
    pub session: Option<Session>,
    pub ip: IpAddr,
    pub user_agent: String,
}

/// A live session with its people, the latest first.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub row: SessionRow,
    pub people: Vec<(Person, Timestamp)>,
}
