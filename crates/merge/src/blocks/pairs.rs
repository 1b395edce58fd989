//! Which tag ends which, and which blocks lie one inside another.

use super::Placed;
use super::region::Region;
use crate::codes::Codes;
use crate::finding::{Finding, FindingKind};
use crate::lang::Per;
use crate::program::ControlSaid;

/// A block's tags, as places in the list of tags.
pub(super) struct Pair {
    pub(super) block: u32,
    pub(super) per: Option<Per>,
    pub(super) open: usize,
    pub(super) middle: Option<usize>,
    pub(super) close: usize,
}

/// Finds which tag ends which.
pub(super) fn pair(tags: &[Placed], codes: &mut Codes) -> Vec<Pair> {
    let mut open: Vec<Pair> = Vec::new();
    let mut done = Vec::new();
    for (at, tag) in tags.iter().enumerate() {
        let inside = &tag.control.inside;
        match &tag.control.said {
            ControlSaid::Open(block, per) => {
                open.push(Pair { block: *block, per: *per, open: at, middle: None, close: 0 });
            }
            ControlSaid::Else => {
                if let Some(pair) = open.last_mut().filter(|pair| pair.middle.is_none()) {
                    pair.middle = Some(at);
                } else {
                    let sentence = "There is no {#if …} or {#each …} before this {#else}.";
                    codes.note(Finding::error(FindingKind::NotClosed, inside, sentence));
                }
            }
            ControlSaid::End(word) => {
                let ends =
                    |pair: &Pair| codes.blocks.get(pair.block as usize).is_some_and(|b| b.ends_with(word));
                let Some(found) = open.iter().rposition(ends) else {
                    let sentence = format!(
                        "Nothing before it begins what {{{inside}}} ends. Add the beginning or remove it."
                    );
                    codes.note(Finding::error(FindingKind::NotClosed, inside, sentence));
                    continue;
                };
                for lost in open.drain(found + 1..) {
                    unclosed(&lost, tags, codes);
                }
                if let Some(mut pair) = open.pop() {
                    pair.close = at;
                    done.push(pair);
                }
            }
        }
    }
    for lost in open {
        unclosed(&lost, tags, codes);
    }
    done.sort_by_key(|pair| pair.open);
    done
}

fn unclosed(lost: &Pair, tags: &[Placed], codes: &mut Codes) {
    let Some(tag) = tags.get(lost.open) else { return };
    let word = match codes.blocks.get(lost.block as usize) {
        Some(block) => block.label().split(' ').next().unwrap_or_default().to_owned(),
        None => String::new(),
    };
    let sentence = format!("{{{}}} has no end. Write {{/{word}}} where it ends.", tag.control.inside);
    codes.note(Finding::error(FindingKind::NotClosed, &tag.control.inside, sentence));
}

/// The regions that lie one inside another or side by side; others are reported.
pub(super) fn nested(mut regions: Vec<Region>, tags: &[Placed], codes: &mut Codes) -> Vec<Region> {
    regions.sort_by_key(|region| (region.begin.at, region.open));
    let mut good: Vec<Region> = Vec::new();
    let mut stack: Vec<usize> = Vec::new();
    for region in regions {
        while stack
            .last()
            .is_some_and(|&top| good[top].end.at <= region.begin.at && good[top].close < region.open)
        {
            stack.pop();
        }
        let fits = stack.last().is_none_or(|&top| {
            let outer = &good[top];
            let inside =
                region.end.at <= outer.end.at && outer.open < region.open && region.close < outer.close;
            let divides = outer.middle.as_ref().is_some_and(|middle| {
                let half = |tag: usize| tag < outer.middle_tag;
                half(region.open) != half(region.close)
                    || region.begin.at < middle.at && middle.at < region.end.at
            });
            inside && !divides
        });
        if fits {
            stack.push(good.len());
            good.push(region);
        } else if let Some(tag) = tags.get(region.open) {
            let sentence =
                "It overlaps another loop or condition. Let one of them end before the other begins.";
            codes.note(Finding::error(FindingKind::Crossing, &tag.control.inside, sentence));
        }
    }
    good
}
