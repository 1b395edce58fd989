//! Pages for people.

#[cfg(test)]
pub(crate) mod check;
pub mod documents;
mod entrance;
mod home;
mod mailings;
pub mod parts;
mod probes;
mod records;
mod search;
mod settings;
pub mod templates;

pub(crate) use entrance::Attempts;
pub(crate) use probes::Readiness;

use crate::Routes;
use crate::route::{Kind, Who};

/// The routes of all pages, and of the probes.
pub(crate) fn routes() -> Routes {
    Routes::new(Kind::Page)
        .get("/", Who::Associate, home::home)
        .get("/search", Who::Associate, search::search)
        .merge(entrance::routes())
        .merge(records::routes())
        .merge(settings::routes())
        .merge(documents::routes())
        .merge(mailings::routes())
        .merge(templates::routes())
        .merge(probes::routes())
}
