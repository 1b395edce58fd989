//! Word documents, one after the other.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use super::body::{self, Body, edited};
use super::carry::{Carried, absolute, entry, rels_of};
use crate::office::{Document, Role};
use crate::package::Writer;
use crate::package::deflate::Packed;
use crate::package::opc::{self, CONTENT_TYPES, ContentTypes, Relation, resolve};
use crate::xml::{Ns, Scanner, Token, split_name, unescape};
use crate::{Format, Limits, Refused, RefusedKind, escape};

/// How deep parts may refer to each other.
const DEPTH: usize = 8;
/// Ids of each document's bookmarks begin this far from those of the one before.
const APART: u64 = 100_000;

/// The joined document in the making.
struct Joining<'l> {
    limits: &'l Limits,
    first: Document,
    /// The name of the main part.
    main: String,
    carried: Carried,
    /// Relationships of the main part that came along.
    relations: Vec<String>,
    relation_ids: HashMap<String, String>,
    /// Parts of the first document with more in them than before: notes, lists.
    grown: BTreeMap<String, Grown>,
    /// The body so far, without the properties of the last section.
    out: String,
    section: String,
}

/// A part that takes up elements of other documents.
struct Grown {
    text: String,
    /// Where they go.
    at: usize,
    added: String,
    next: u64,
}

/// Joins documents of one template.
pub(super) fn join(format: Format, documents: Vec<Vec<u8>>, limits: &Limits) -> Result<Vec<u8>, Refused> {
    let mut rest = documents.into_iter();
    let Some(first) = rest.next() else {
        return Err(Refused::new(RefusedKind::Damaged, "There is no document to join."));
    };
    let first = Document::open(format, first, limits)?;
    let main = main_part(&first)?;
    let text = decoded(&first, &main)?;
    let begun = body::read(&text, limits).map_err(|refused| refused.at(&main))?;
    let (content, section) = divided(&text, &begun, &mut []);
    let mut joining = Joining {
        limits,
        carried: Carried::beside(&first),
        first,
        main,
        relations: Vec::new(),
        relation_ids: HashMap::new(),
        grown: BTreeMap::new(),
        out: content,
        section,
    };
    for (number, bytes) in rest.enumerate() {
        let document = Document::open(format, bytes, limits)?;
        joining.add(&document, number + 1, &begun.prefix)?;
        if joining.out.len() > limits.output {
            let what = "The joined document would be too large.";
            return Err(Refused::new(RefusedKind::OutputTooLarge, what));
        }
    }
    let whole = [
        text.get(..begun.inside.start).unwrap_or_default(),
        &joining.out,
        &joining.section,
        text.get(begun.inside.end..).unwrap_or_default(),
    ]
    .concat();
    joining.written(whole)
}

/// Writing to a text cannot fail.
fn put(out: &mut String, words: std::fmt::Arguments<'_>) {
    let _ = std::fmt::Write::write_fmt(out, words);
}

fn main_part(document: &Document) -> Result<String, Refused> {
    let found = document.stories().into_iter().find(|(role, _)| *role == Role::Body);
    let found = found.map(|(_, entry)| entry.name.clone());
    found.ok_or_else(|| Refused::new(RefusedKind::Damaged, "The document has no main part."))
}

fn decoded(document: &Document, name: &str) -> Result<String, Refused> {
    match entry(document, name) {
        Some(entry) => Ok(document.decode(entry)?.text),
        None => Ok(String::new()),
    }
}

/// A body's content, and the properties of its last section, with changes made.
fn divided(text: &str, body: &Body, edits: &mut [(Range<usize>, String)]) -> (String, String) {
    match &body.last_section {
        Some(section) => {
            let content = edited(text, body.inside.start..section.start, edits);
            (content, edited(text, section.clone(), edits))
        }
        None => (edited(text, body.inside.clone(), edits), body::blank(&body.prefix)),
    }
}

impl Joining<'_> {
    /// Adds a document behind those that are there.
    fn add(&mut self, document: &Document, number: usize, prefix: &str) -> Result<(), Refused> {
        let main = main_part(document)?;
        let text = decoded(document, &main)?;
        let body = body::read(&text, self.limits).map_err(|refused| refused.at(&main))?;
        let mut edits = body.fresh.clone();
        self.relations_of(document, &main, &body, &mut edits)?;
        self.lists_of(&body, &mut edits)?;
        self.notes_of(document, &main, &body, &mut edits)?;
        let apart = APART * number as u64;
        for place in &body.bookmarks {
            let id = place.value.parse::<u64>().unwrap_or_default() + apart;
            edits.push((place.range.clone(), id.to_string()));
        }
        for place in body.names.iter().filter(|place| !place.value.starts_with('_')) {
            let mut name = String::new();
            escape::escape_into(&format!("{}_{number}", place.value), &mut name);
            edits.push((place.range.clone(), name));
        }
        let (content, section) = divided(&text, &body, &mut edits);
        // The section before ends in a paragraph of its own, a point high.
        put(
            &mut self.out,
            format_args!(
                "<{prefix}p><{prefix}pPr><{prefix}spacing {prefix}before=\"0\" {prefix}after=\"0\" {prefix}line=\"20\" \
             {prefix}lineRule=\"exact\"/>"
            ),
        );
        self.out.push_str(&self.section);
        put(&mut self.out, format_args!("</{prefix}pPr></{prefix}p>"));
        self.out.push_str(&content);
        self.section = section;
        Ok(())
    }

    /// Brings along what the body refers to.
    fn relations_of(
        &mut self,
        document: &Document,
        main: &str,
        body: &Body,
        edits: &mut Vec<(Range<usize>, String)>,
    ) -> Result<(), Refused> {
        let own = self.read_relations(document, main)?;
        let firsts = self.read_relations(&self.first, &self.main)?;
        let types = ContentTypes::read(&document.package, self.limits)?;
        for place in &body.relations {
            let Some(relation) = own.iter().find(|relation| relation.id == place.value) else { continue };
            let target = if relation.external {
                relation.target.clone()
            } else {
                let part = resolve(main, &relation.target);
                self.carried.part(&self.first, document, &types, &part, DEPTH, self.limits)?
            };
            let same = firsts.iter().find(|known| {
                known.id == relation.id
                    && known.kind == relation.kind
                    && known.external == relation.external
                    && (known.target == target || resolve(&self.main, &known.target) == target)
            });
            if same.is_none() {
                edits.push((place.range.clone(), self.relation(relation, &target)));
            }
        }
        Ok(())
    }

    fn read_relations(&self, document: &Document, part: &str) -> Result<Vec<Relation>, Refused> {
        let name = rels_of(part);
        match entry(document, &name) {
            Some(entry) => opc::relations(&document.decode(entry)?.text, self.limits)
                .map_err(|refused| refused.at(&name)),
            None => Ok(Vec::new()),
        }
    }

    /// The id of a relationship that came along.
    fn relation(&mut self, relation: &Relation, target: &str) -> String {
        let key = format!("{} {} {target}", relation.kind, relation.external);
        if let Some(id) = self.relation_ids.get(&key) {
            return id.clone();
        }
        let id = format!("rIdJoined{}", self.relations.len() + 1);
        let mut escaped = String::new();
        if relation.external {
            escape::escape_into(target, &mut escaped);
        } else {
            escaped = absolute(target);
        }
        let (base, mode) = (
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            if relation.external { " TargetMode=\"External\"" } else { "" },
        );
        self.relations.push(format!(
            "Relationship Id=\"{id}\" Type=\"{base}/{}\" Target=\"{escaped}\"{mode}/>",
            relation.kind
        ));
        self.relation_ids.insert(key, id.clone());
        id
    }

    /// Lets numbered lists begin anew: each gets a number of its own.
    fn lists_of(&mut self, body: &Body, edits: &mut Vec<(Range<usize>, String)>) -> Result<(), Refused> {
        let mut renumbered: HashMap<&str, Option<u64>> = HashMap::new();
        for place in &body.lists {
            let new = if let Some(known) = renumbered.get(place.value.as_str()) {
                *known
            } else {
                let new = self.list_like(&place.value)?;
                renumbered.insert(&place.value, new);
                new
            };
            edits.extend(new.map(|new| (place.range.clone(), new.to_string())));
        }
        Ok(())
    }

    /// Another list like one of the first document; `None` where that has none of this number.
    fn list_like(&mut self, number: &str) -> Result<Option<u64>, Refused> {
        let Some(part) = self.target_of("numbering")? else { return Ok(None) };
        let grown = match self.grown.remove(&part) {
            Some(grown) => grown,
            None => numbering(decoded(&self.first, &part)?, self.limits)?,
        };
        let (grown, new) = grown.list(number, self.limits)?;
        self.grown.insert(part, grown);
        Ok(new)
    }

    /// The part of the first document that its main part refers to in this way.
    fn target_of(&self, kind: &str) -> Result<Option<String>, Refused> {
        let found = self.read_relations(&self.first, &self.main)?;
        let found = found.into_iter().find(|relation| relation.kind == kind && !relation.external);
        Ok(found.map(|relation| resolve(&self.main, &relation.target)))
    }

    /// Takes up the notes that the body refers to.
    fn notes_of(
        &mut self,
        document: &Document,
        main: &str,
        body: &Body,
        edits: &mut Vec<(Range<usize>, String)>,
    ) -> Result<(), Refused> {
        for kind in ["footnotes", "endnotes", "comments"] {
            let used: Vec<_> =
                body.notes.iter().filter(|(of, _)| *of == kind).map(|(_, place)| place).collect();
            if used.is_empty() {
                continue;
            }
            let own =
                self.read_relations(document, main)?.into_iter().find(|r| r.kind == kind && !r.external);
            let (Some(own), Some(part)) = (own, self.target_of(kind)?) else { continue };
            let own = resolve(main, &own.target);
            if rels_differ(&self.first, &part, document, &own) {
                let what = format!("The {kind} of the documents refer to different pictures or addresses.");
                return Err(Refused::new(RefusedKind::WrongKind, what).at(&own));
            }
            let notes = notes(&decoded(document, &own)?, self.limits)?;
            let mut grown = match self.grown.remove(&part) {
                Some(grown) => grown,
                None => Grown::of_notes(decoded(&self.first, &part)?, self.limits)?,
            };
            let mut renumbered: HashMap<&str, u64> = HashMap::new();
            for place in used {
                let new = *renumbered.entry(&place.value).or_insert_with(|| {
                    let new = grown.next;
                    grown.next += 1;
                    if let Some(note) = notes.iter().find(|note| note.id == place.value) {
                        let at = note.id_at.clone();
                        grown.added.push_str(note.text.get(..at.start).unwrap_or_default());
                        grown.added.push_str(&new.to_string());
                        grown.added.push_str(note.text.get(at.end..).unwrap_or_default());
                    }
                    new
                });
                edits.push((place.range.clone(), new.to_string()));
            }
            self.grown.insert(part, grown);
        }
        Ok(())
    }

    /// The finished package.
    fn written(self, whole: String) -> Result<Vec<u8>, Refused> {
        let rels = rels_of(&self.main);
        let mut changed: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        changed.insert(self.main.clone(), whole.into_bytes());
        for (name, grown) in self.grown {
            let Grown { text, at, added, .. } = grown;
            changed.insert(name, edited(&text, 0..text.len(), &mut [(at..at, added)]).into_bytes());
        }
        let had_rels = entry(&self.first, &rels).is_some();
        if !self.relations.is_empty() {
            let text = if had_rels { decoded(&self.first, &rels)? } else { NO_RELATIONS.to_owned() };
            changed.insert(rels.clone(), before_the_end(&text, &self.relations).into_bytes());
        }
        if !self.carried.types.is_empty() {
            let overrides: Vec<String> = self.carried.types.iter().map(declared).collect();
            let text = decoded(&self.first, CONTENT_TYPES)?;
            changed.insert(CONTENT_TYPES.to_owned(), before_the_end(&text, &overrides).into_bytes());
        }
        let package = &self.first.package;
        let mut writer = Writer::with_capacity(package.bytes.len());
        for entry in &package.entries {
            match changed.get(&entry.name) {
                Some(content) => writer.replace(package, entry, &Packed::stored_well(content))?,
                None => writer.copy(package, entry)?,
            }
        }
        if let Some(content) = changed.get(&rels).filter(|_| !had_rels) {
            writer.add(&rels, &Packed::stored_well(content))?;
        }
        for (name, content) in &self.carried.parts {
            writer.add(name, &Packed::stored_well(content))?;
        }
        writer.finish()
    }
}

const NO_RELATIONS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Relationships \
     xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"></Relationships>";

fn declared((name, kind): &(String, String)) -> String {
    let (part, mut typed) = (absolute(name), String::new());
    escape::escape_into(kind, &mut typed);
    format!("Override PartName=\"{part}\" ContentType=\"{typed}\"/>")
}

/// Elements put in before the end tag of the root, with its prefix. An empty root is opened.
fn before_the_end(text: &str, elements: &[String]) -> String {
    let Some(at) = text.rfind("</") else {
        let Some(end) = text.rfind("/>") else { return text.to_owned() };
        let root = text.rfind('<').and_then(|start| text.get(start + 1..)).unwrap_or_default();
        let root = root.split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default();
        let opened = format!("{}></{root}>", text.get(..end).unwrap_or_default());
        return before_the_end(&opened, elements);
    };
    let name = text.get(at + 2..).unwrap_or_default();
    let prefix = name.split_once(':').map_or(String::new(), |(prefix, _)| format!("{prefix}:"));
    let mut out = text.get(..at).unwrap_or_default().to_owned();
    for element in elements {
        out.push('<');
        out.push_str(&prefix);
        out.push_str(element);
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

fn rels_differ(first: &Document, part: &str, document: &Document, own: &str) -> bool {
    let crc = |document: &Document, part: &str| entry(document, &rels_of(part)).map(|entry| entry.crc);
    crc(first, part) != crc(document, own)
}

/// A footnote, an endnote or a comment.
struct Note {
    id: String,
    text: String,
    /// Where its id stands in its text.
    id_at: Range<usize>,
}

/// The notes of a part, without the lines that divide them from the text.
fn notes(text: &str, limits: &Limits) -> Result<Vec<Note>, Refused> {
    let mut found = Vec::new();
    let mut scanner = Scanner::new(text, limits)?;
    let (mut depth, mut open_note): (usize, Option<(String, Range<usize>, usize)>) = (0, None);
    while let Some((range, token)) = scanner.next()? {
        match token {
            Token::Open(open) => {
                depth += usize::from(!open.empty);
                let is_note = matches!(open.local, "footnote" | "endnote" | "comment");
                if is_note
                    && depth == 2
                    && !open.empty
                    && scanner.attr("type").is_none_or(|kind| kind == "normal")
                {
                    let at = scanner.value_range("id").unwrap_or_default();
                    let id = unescape(scanner.attr("id").unwrap_or_default()).into_owned();
                    open_note = Some((id, at, range.start));
                }
            }
            Token::Close { .. } => {
                depth = depth.saturating_sub(1);
                if depth == 1
                    && let Some((id, at, start)) = open_note.take()
                {
                    let text = text.get(start..range.end).unwrap_or_default().to_owned();
                    found.push(Note { id, text, id_at: at.start - start..at.end - start });
                }
            }
            _ => {}
        }
    }
    Ok(found)
}

impl Grown {
    /// A part of notes: more go before its end, with ids after the largest.
    fn of_notes(text: String, limits: &Limits) -> Result<Self, Refused> {
        let mut scanner = Scanner::new(&text, limits)?;
        let mut next = 1;
        while let Some((_, token)) = scanner.next()? {
            if let Token::Open(open) = token
                && matches!(open.local, "footnote" | "endnote" | "comment")
            {
                let id = scanner.attr("id").and_then(|id| id.parse::<u64>().ok());
                next = next.max(id.map_or(1, |id| id.saturating_add(1)));
            }
        }
        let at = text.rfind("</").unwrap_or(text.len());
        Ok(Self { text, at, added: String::new(), next })
    }

    /// Another list like the one of a number.
    fn list(mut self, number: &str, limits: &Limits) -> Result<(Self, Option<u64>), Refused> {
        let mut scanner = Scanner::new(&self.text, limits)?;
        let (mut here, mut like) = (false, None);
        while let Some((_, token)) = scanner.next()? {
            let Token::Open(open) = token else { continue };
            if open.ns != Ns::Word {
                continue;
            }
            match open.local {
                "num" => here = scanner.attr("numId") == Some(number),
                "abstractNumId" if here => {
                    let prefix = split_name(open.name).0;
                    let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}:") };
                    like = scanner.attr("val").map(|of| (of.to_owned(), prefix));
                }
                _ => {}
            }
        }
        let Some((of, w)) = like else { return Ok((self, None)) };
        let new = self.next;
        self.next += 1;
        put(
            &mut self.added,
            format_args!(
                "<{w}num {w}numId=\"{new}\"><{w}abstractNumId {w}val=\"{of}\"/><{w}lvlOverride {w}ilvl=\"0\">\
             <{w}startOverride {w}val=\"1\"/></{w}lvlOverride></{w}num>"
            ),
        );
        Ok((self, Some(new)))
    }
}

/// The part of numbered lists: more go behind the last one.
fn numbering(text: String, limits: &Limits) -> Result<Grown, Refused> {
    let mut scanner = Scanner::new(&text, limits)?;
    let (mut next, mut at) = (1, None);
    while let Some((range, token)) = scanner.next()? {
        match token {
            Token::Open(open) if open.ns == Ns::Word && open.local == "num" => {
                let id = scanner.attr("numId").and_then(|id| id.parse::<u64>().ok());
                next = next.max(id.map_or(1, |id| id.saturating_add(1)));
                if open.empty {
                    at = Some(range.end);
                }
            }
            Token::Close { ns: Ns::Word, local: "num" } => at = Some(range.end),
            _ => {}
        }
    }
    let at = at.unwrap_or_else(|| text.rfind("</").unwrap_or(text.len()));
    Ok(Grown { text, at, added: String::new(), next })
}
