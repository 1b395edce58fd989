//! Who hears of changes.

use super::state::ItemKey;
use crate::core::env::House;
use crate::microsoft::Microsoft;
use jiff::Timestamp;

/// Called after every change of an item, whoever made it.
pub fn changed(_state: &mut Microsoft, _house: &House, _item: ItemKey, _now: Timestamp) {}
