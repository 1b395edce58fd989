//! The elements of a page as far as loops need them: what a browser would close by itself is closed.

use std::ops::Range;

use super::tokens::Tag;
use crate::blocks::{Kind, Structure};

/// Elements with a meaning of their own here, and what they are to loops.
const KNOWN: [(&str, Kind); 32] = [
    ("p", Kind::Para),
    ("h1", Kind::Para),
    ("h2", Kind::Para),
    ("h3", Kind::Para),
    ("h4", Kind::Para),
    ("h5", Kind::Para),
    ("h6", Kind::Para),
    ("li", Kind::Para),
    ("dt", Kind::Para),
    ("dd", Kind::Para),
    ("option", Kind::Para),
    ("pre", Kind::Para),
    ("table", Kind::Table),
    ("thead", Kind::Table),
    ("tbody", Kind::Table),
    ("tfoot", Kind::Table),
    ("tr", Kind::Row),
    ("td", Kind::Cell),
    ("th", Kind::Cell),
    ("ul", Kind::Body),
    ("ol", Kind::Body),
    ("dl", Kind::Body),
    ("div", Kind::Body),
    ("body", Kind::Body),
    ("section", Kind::Body),
    ("article", Kind::Body),
    ("blockquote", Kind::Body),
    ("main", Kind::Body),
    ("header", Kind::Body),
    ("footer", Kind::Body),
    ("form", Kind::Body),
    ("select", Kind::Body),
];

const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr",
];

/// Deeper than this, elements are no longer told apart.
const DEEPEST: usize = 512;

/// The elements open.
pub(super) struct Tree {
    pub(super) structure: Structure<'static>,
}

impl Tree {
    pub(super) fn new() -> Self {
        let mut structure = Structure::default();
        structure.open(Kind::Body, "page", 0);
        Self { structure }
    }

    /// Notes a tag.
    pub(super) fn tag(&mut self, tag: &Tag, range: Range<usize>) {
        let name = tag.name.as_str();
        if VOID.contains(&name) {
            if name == "img" {
                self.structure.count(1);
            }
            return;
        }
        let (name, kind) = match KNOWN.iter().find(|(known, _)| *known == name) {
            Some((known, kind)) => (*known, *kind),
            None => {
                (super::INLINE.iter().find(|known| **known == name).copied().unwrap_or("other"), Kind::Other)
            }
        };
        if tag.closing {
            let open = self.structure.kinds().position(|(_, open)| open == name);
            let Some(open) = open.filter(|at| *at + 1 < self.structure.depth()) else { return };
            for _ in 0..open {
                self.structure.close(range.start);
            }
            self.structure.close(range.end);
            return;
        }
        self.close_implied(name, kind, range.start);
        if self.structure.depth() < DEEPEST {
            self.structure.open(kind, name, range.start);
        }
    }

    /// Closes what the new element cannot stand in.
    fn close_implied(&mut self, name: &str, kind: Kind, at: usize) {
        let (closed, within): (&[&str], &[&str]) = match name {
            "li" => (&["li"], &["ul", "ol"]),
            "dt" | "dd" => (&["dt", "dd"], &["dl"]),
            "option" => (&["option"], &["select"]),
            "td" | "th" => (&["td", "th"], &["tr", "table"]),
            "tr" => (&["tr"], &["table", "tbody", "thead", "tfoot"]),
            "tbody" | "thead" | "tfoot" => (&["tbody", "thead", "tfoot"], &["table"]),
            _ if kind != Kind::Other => (&["p"], &["table", "td", "th", "li", "div", "body", "section"]),
            _ => return,
        };
        let mut found = None;
        for (depth, (_, open)) in self.structure.kinds().enumerate() {
            if within.contains(&open) {
                break;
            }
            if closed.contains(&open) {
                found = Some(depth);
            }
        }
        for _ in 0..found.map_or(0, |depth| depth + 1) {
            self.structure.close(at);
        }
    }

    /// The end of the page closes everything.
    pub(super) fn finish(mut self, end: usize) -> Structure<'static> {
        while self.structure.depth() > 0 {
            self.structure.close(end);
        }
        self.structure
    }
}
