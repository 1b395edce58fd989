//! Who hears of changes.

use super::state::ItemKey;
use super::subscriptions;
use crate::core::env::House;
use crate::microsoft::Microsoft;
use jiff::Timestamp;

/// Called after every change of an item, whoever made it.
pub fn changed(state: &mut Microsoft, house: &House, item: ItemKey, now: Timestamp) {
    subscriptions::tell(state, house, item, now);
}
