//! Companies, contacts, projects, sales and associates: a list of each kind, and a card of each record.

mod card;
mod cards;
mod facts;
mod list;
mod lists;

use crate::{Kind, Routes, Who};

pub(super) fn routes() -> Routes {
    Routes::new(Kind::Page)
        .get("/companies", Who::Associate, lists::companies)
        .get("/contacts", Who::Associate, lists::contacts)
        .get("/projects", Who::Associate, lists::projects)
        .get("/sales", Who::Associate, lists::sales)
        .get("/associates", Who::Associate, lists::associates)
        .get("/companies/{id}", Who::Associate, cards::company::show)
        .get("/contacts/{id}", Who::Associate, cards::contact::show)
        .get("/projects/{id}", Who::Associate, cards::project::show)
        .get("/sales/{id}", Who::Associate, cards::sale::show)
        .get("/associates/{id}", Who::Associate, cards::associate::show)
}
