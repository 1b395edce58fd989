//! Parts that come along with a document: those the first one has, too, are used in common.

use std::collections::{HashMap, HashSet};

use crate::office::Document;
use crate::package::Entry;
use crate::package::opc::{self, ContentTypes, resolve};
use crate::{Limits, Refused, RefusedKind, escape};

/// What came along so far.
#[derive(Debug, Default)]
pub(super) struct Carried {
    /// Name and content of each new part.
    pub parts: Vec<(String, Vec<u8>)>,
    /// Declarations of their types.
    pub types: Vec<(String, String)>,
    /// Names that are taken, in lower case.
    taken: HashSet<String>,
    /// Where a part with this name and content is already.
    known: HashMap<(String, u32, usize, u32), String>,
}

/// The relationship part of a part.
pub(super) fn rels_of(part: &str) -> String {
    let file = part.rsplit('/').next().unwrap_or(part);
    resolve(part, &format!("_rels/{file}.rels"))
}

pub(super) fn entry<'d>(document: &'d Document, name: &str) -> Option<&'d Entry> {
    document.package.find(name).and_then(|at| document.package.entries.get(at))
}

/// What tells parts of one name apart: checksum and size, and the checksum of what it refers to.
fn mark(document: &Document, name: &str) -> (u32, usize, u32) {
    let own = entry(document, name).map_or((0, 0), |entry| (entry.crc, entry.size));
    let rels = entry(document, &rels_of(name)).map_or(0, |entry| entry.crc);
    (own.0, own.1, rels)
}

impl Carried {
    /// Nothing yet, beside the parts of the first document.
    pub fn beside(first: &Document) -> Self {
        let taken = first.package.entries.iter().map(|entry| entry.name.to_ascii_lowercase()).collect();
        Self { taken, ..Self::default() }
    }

    /// The name under which a part of a document stands in the joined one. `depth` ends what refers to itself.
    pub fn part(
        &mut self,
        first: &Document,
        document: &Document,
        types: &ContentTypes,
        name: &str,
        depth: usize,
        limits: &Limits,
    ) -> Result<String, Refused> {
        let Some(found) = entry(document, name) else { return Ok(name.to_owned()) };
        let (crc, size, rels) = mark(document, name);
        if entry(first, name).is_some() && mark(first, name) == (crc, size, rels) {
            return Ok(name.to_owned());
        }
        let key = (name.to_ascii_lowercase(), crc, size, rels);
        if let Some(known) = self.known.get(&key) {
            return Ok(known.clone());
        }
        if depth == 0 {
            return Err(Refused::new(
                RefusedKind::TooDeep,
                "The parts of the document refer to each other in a ring.",
            )
            .at(name));
        }
        let new = self.free_name(name);
        self.known.insert(key, new.clone());
        self.types.push((new.clone(), types.written(name).to_owned()));
        self.parts.push((new.clone(), document.package.read(found)?));
        if let Some(rels) = entry(document, &rels_of(name)) {
            let text = document.decode(rels)?.text;
            let mut edits = Vec::new();
            for relation in opc::relations(&text, limits)?.into_iter().filter(|relation| !relation.external) {
                let target = resolve(name, &relation.target);
                let at = self.part(first, document, types, &target, depth - 1, limits)?;
                edits.push((relation.target_at, absolute(&at)));
            }
            let text = super::body::edited(&text, 0..text.len(), &mut edits);
            self.parts.push((rels_of(&new), text.into_bytes()));
        }
        Ok(new)
    }

    fn free_name(&mut self, name: &str) -> String {
        let (folder, file) = name.rsplit_once('/').map_or(("", name), |(folder, file)| (folder, file));
        let slash = if folder.is_empty() { "" } else { "/" };
        let mut n = self.parts.len() + 1;
        loop {
            let new = format!("{folder}{slash}j{n}-{file}");
            if self.taken.insert(new.to_ascii_lowercase()) {
                return new;
            }
            n += 1;
        }
    }
}

/// A part's name as a target, escaped for an attribute.
pub(super) fn absolute(name: &str) -> String {
    let mut out = String::from("/");
    escape::escape_into(name, &mut out);
    out
}
