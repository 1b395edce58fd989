//! `GET /companies/{id}` and the cards of the other kinds.

pub(super) mod associate;
pub(super) mod company;
pub(super) mod contact;
pub(super) mod project;
pub(super) mod sale;

use super::card::{Section, Tile};
use super::lists::place;
use crate::presenters;
use crate::routes::records as at;
use app::records::SaleRow;
use serde::Deserialize;

/// What can stand in the address of a card.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages::records) struct Asked {
    pub after: Option<String>,
}

/// The sales that belong to a record.
fn sales(rows: &[SaleRow]) -> Section {
    let tile = |row: &SaleRow| Tile {
        title: row.sale.title.clone(),
        sub: place(&[&row.sale.status, &row.sale.stage, &row.owner_name]),
        side: presenters::money(&row.sale.amount, &row.sale.currency),
        href: at::sale(row.sale.id),
        face: false,
        icon: "sale",
    };
    Section { title: "Sales", id: "sales", tiles: rows.iter().map(tile).collect() }
}
