//! The parts that list slides and sheets, once it is known which there are.

use super::OfficeTemplate;
use super::repeat::{Copies, rels_of};
use crate::escape;
use crate::format::Family;
use crate::package::deflate::Packed;
use crate::package::opc::{self, CONTENT_TYPES, ContentTypes, resolve};
use crate::package::{Entry, Writer};
use crate::pictures::Pictures;
use crate::program::{Edit, Filling, Program, Run};
use crate::xml::{Ns, Scanner, Token, unescape};
use crate::{Limits, Refused};
use std::collections::HashMap;
use std::ops::Range;

/// Ids of slides begin here (ECMA-376, `ST_SlideId`).
const FIRST_SLIDE: u64 = 256;

impl OfficeTemplate {
    /// Writes a part that lists others: with the copies, and without what was repeated no times.
    #[expect(clippy::too_many_arguments, reason = "one part of one document being written")]
    pub(super) fn relisted(
        &self,
        at: usize,
        entry: &Entry,
        filling: &Filling<'_>,
        pictures: &Pictures,
        copies: &Copies,
        writer: &mut Writer<'_>,
        limits: &Limits,
    ) -> Result<(), Refused> {
        // The relations of a slide that was repeated no times go with it.
        if let Some(source) =
            opc::source_of(&entry.name).and_then(|source| self.document.package.find(&source))
        {
            let gone = |at: usize| copies.of.contains(&at) && copies.made_from(at).next().is_none();
            let notes_gone = self.comes_with_a_slide(source)
                && self.repeated.iter().any(|repeated| repeated.has_notes(source) && gone(repeated.at));
            if gone(source) || notes_gone {
                return Ok(());
            }
        }
        let text = match self.programs.get(at).and_then(Option::as_ref) {
            Some(program) => Run::new(program, filling).into_text(limits.output)?,
            None => self.document.decode(entry)?.text,
        };
        let more = self.listed(entry, pictures);
        let text = match self.edits(at, entry, &text, copies, &more, limits)? {
            edits if edits.is_empty() => text,
            edits => Run::new(&Program::build(&text, edits, false), filling).into_text(limits.output)?,
        };
        writer.replace(&self.document.package, entry, &Packed::stored_well(text.as_bytes()))
    }

    fn edits(
        &self,
        at: usize,
        entry: &Entry,
        text: &str,
        copies: &Copies,
        more: &str,
        limits: &Limits,
    ) -> Result<Vec<Edit>, Refused> {
        let mut edits = Vec::new();
        let mut more = more.to_owned();
        if entry.name.eq_ignore_ascii_case(CONTENT_TYPES) {
            self.types(text, copies, &mut more, &mut edits, limits)?;
        } else if self.lists_copies(at) {
            self.main_part(entry, text, copies, &mut edits, limits)?;
        } else if opc::source_of(&entry.name)
            .and_then(|source| self.document.package.find(&source))
            .is_some_and(|source| self.lists_copies(source))
        {
            let ids = Self::ids(copies);
            for relation in opc::relations(text, limits)? {
                let target = resolve(&opc::source_of(&entry.name).unwrap_or_default(), &relation.target);
                let of = self.document.package.find(&target);
                if of.is_some_and(|at| copies.of.contains(&at) && copies.made_from(at).next().is_none()) {
                    edits.push(Edit::drop(relation.range));
                }
            }
            let kind = if self.document.format.family() == Family::Excel { "worksheet" } else { "slide" };
            for copy in copies.all.iter().filter(|copy| copy.number > 0) {
                let Some(id) = ids.get(copy.part.as_str()) else { continue };
                let mut part = String::new();
                escape::escape_into(&copy.part, &mut part);
                put(
                    &mut more,
                    format_args!(
                        "<Relationship Id=\"{id}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}\" \
                     Target=\"/{part}\"/>"
                    ),
                );
            }
        }
        if !more.is_empty()
            && let Some(end) = text.rfind("</")
        {
            edits.push(Edit::put(end..end, more));
        }
        Ok(edits)
    }

    /// The relationship ids of the copies, by the names of their parts.
    fn ids(copies: &Copies) -> HashMap<&str, String> {
        let new = copies.all.iter().filter(|copy| copy.number > 0).enumerate();
        new.map(|(n, copy)| (copy.part.as_str(), format!("rIdRepeated{}", n + 1))).collect()
    }

    /// Declarations of types: as the first one's, for its copies and their notes.
    fn types(
        &self,
        text: &str,
        copies: &Copies,
        more: &mut String,
        edits: &mut Vec<Edit>,
        limits: &Limits,
    ) -> Result<(), Refused> {
        let types = ContentTypes::read(&self.document.package, limits)?;
        let package = &self.document.package;
        for copy in copies.all.iter().filter(|copy| copy.number > 0) {
            let slide = package.entries.get(copy.of).map(|entry| (copy.part.as_str(), entry.name.as_str()));
            let notes = self.repeated.iter().find(|repeated| repeated.at == copy.of);
            let notes =
                notes.and_then(super::repeat::Repeated::notes_entry).and_then(|at| package.entries.get(at));
            let notes = copy.notes.as_deref().zip(notes.map(|entry| entry.name.as_str()));
            for (part, like) in [slide, notes].into_iter().flatten() {
                let (mut name, mut kind) = (String::new(), String::new());
                escape::escape_into(part, &mut name);
                escape::escape_into(types.written(like), &mut kind);
                put(more, format_args!("<Override PartName=\"/{name}\" ContentType=\"{kind}\"/>"));
            }
        }
        let mut scanner = Scanner::new(text, limits)?;
        while let Some((range, token)) = scanner.next()? {
            let Token::Open(open) = token else { continue };
            let name = scanner.attr("PartName").map(|name| unescape(name).trim_start_matches('/').to_owned());
            // A part's references have a type of their own in what LibreOffice writes, and go with it.
            let at = name.and_then(|name| package.find(&opc::source_of(&name).unwrap_or(name)));
            let gone = |at: usize| copies.of.contains(&at) && copies.made_from(at).next().is_none();
            let goes =
                at.is_some_and(|at| gone(at) || self.repeated.iter().any(|r| r.has_notes(at) && gone(r.at)));
            if open.empty && goes {
                edits.push(Edit::drop(range));
            }
        }
        Ok(())
    }

    /// The presentation's or workbook's own list.
    fn main_part(
        &self,
        entry: &Entry,
        text: &str,
        copies: &Copies,
        edits: &mut Vec<Edit>,
        limits: &Limits,
    ) -> Result<(), Refused> {
        let package = &self.document.package;
        let rels = package.find(&rels_of(&entry.name)).and_then(|at| package.entries.get(at));
        let Some(rels) = rels else { return Ok(()) };
        let relations = opc::relations(&self.document.decode(rels)?.text, limits)?;
        let entry_of = |id: &str| {
            let relation = relations.iter().find(|relation| relation.id == id)?;
            package.find(&resolve(&entry.name, &relation.target))
        };
        let listed = listed(text, limits)?;
        let ids = Self::ids(copies);
        let mut next = listed.iter().filter_map(|item| item.id.1.parse::<u64>().ok()).max().unwrap_or(0);
        next = next.max(if self.document.format.family() == Family::PowerPoint { FIRST_SLIDE } else { 1 });
        // Where each of the list stood, and how many stand there now: what counts places has to follow.
        let mut places: Vec<usize> = Vec::new();
        let mut new_ids: HashMap<String, Vec<String>> = HashMap::new();
        for item in listed.iter().filter(|item| item.relation.is_some()) {
            let relation = item.relation.as_ref().map(|(_, id)| id.as_str()).unwrap_or_default();
            let at = entry_of(relation).filter(|at| copies.of.contains(at));
            let Some(at) = at else {
                places.push(1);
                continue;
            };
            let made: Vec<_> = copies.made_from(at).collect();
            places.push(made.len());
            if made.is_empty() {
                edits.push(Edit::drop(item.range.clone()));
                new_ids.insert(item.id.1.clone(), Vec::new());
                continue;
            }
            let mut follow = String::new();
            let mut new = Vec::new();
            for copy in made {
                let mut changes: Vec<(Range<usize>, String)> = Vec::new();
                if let Some(name) = &item.name
                    && !copy.sheet.is_empty()
                {
                    changes.push((name.clone(), copy.sheet.clone()));
                }
                if copy.number == 0 {
                    edits.extend(changes.into_iter().map(|(at, text)| Edit::put(at, text)));
                    continue;
                }
                next += 1;
                new.push(next.to_string());
                changes.push((item.id.0.clone(), next.to_string()));
                if let (Some((at, _)), Some(id)) = (&item.relation, ids.get(copy.part.as_str())) {
                    changes.push((at.clone(), id.clone()));
                }
                follow.push_str(&changed(text, &item.range, changes));
            }
            edits.push(Edit::put(item.range.end..item.range.end, follow));
            new_ids.insert(item.id.1.clone(), new);
        }
        // Sections of a presentation name their slides by the same ids.
        for item in listed.iter().filter(|item| item.relation.is_none()) {
            match new_ids.get(&item.id.1) {
                Some(new) if new.is_empty() && !copies_keep(copies, &listed, &item.id.1, entry_of) => {
                    edits.push(Edit::drop(item.range.clone()));
                }
                Some(new) => {
                    let follow = new
                        .iter()
                        .map(|id| changed(text, &item.range, vec![(item.id.0.clone(), id.clone())]));
                    edits.push(Edit::put(item.range.end..item.range.end, follow.collect::<String>()));
                }
                None => {}
            }
        }
        places_follow(text, &places, edits, limits)
    }

    /// The relations of the copies themselves: the first one's, with the notes and pictures of each.
    pub(super) fn add_relations_of_copies(
        &self,
        filling: &Filling<'_>,
        pictures: &Pictures,
        copies: &Copies,
        writer: &mut Writer<'_>,
        limits: &Limits,
    ) -> Result<(), Refused> {
        let package = &self.document.package;
        for copy in copies.all.iter().filter(|copy| copy.number > 0) {
            let Some(entry) = package.entries.get(copy.of) else { continue };
            let mut text = match package.find(&rels_of(&entry.name)) {
                Some(at) => match (self.programs.get(at).and_then(Option::as_ref), package.entries.get(at)) {
                    (Some(program), _) => Run::new(program, filling).into_text(limits.output)?,
                    (None, Some(rels)) => self.document.decode(rels)?.text,
                    (None, None) => String::new(),
                },
                None => String::new(),
            };
            let mut changes: Vec<(Range<usize>, String)> = Vec::new();
            for relation in opc::relations_or_none(&text, limits)? {
                if relation.kind == "notesSlide"
                    && let Some(notes) = &copy.notes
                {
                    changes.push((relation.target_at, format!("/{notes}")));
                } else if self.document.format.family() == Family::Excel && !stays_with_a_copy(&relation.kind)
                    || relation.kind == "comments"
                {
                    changes.push((relation.range, String::new()));
                }
            }
            text = changed(&text, &(0..text.len()), changes);
            let files = pictures.uses.iter().filter(|(part, _)| *part == copy.pictures);
            let more: String = files
                .filter_map(|(_, file)| Some(self.relation(*file, &pictures.files.get(*file)?.0)))
                .collect();
            if text.is_empty() && more.is_empty() {
                continue;
            }
            if text.is_empty() {
                text = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"></Relationships>".into();
            }
            let end = text.rfind("</").unwrap_or(text.len());
            text.insert_str(end, &more);
            writer.add(&rels_of(&copy.part), &Packed::stored_well(text.as_bytes()))?;
            self.add_notes_relations(copy, writer, limits)?;
        }
        Ok(())
    }

    /// The relations of a copy's notes: as the first one's, but for the slide they belong to.
    fn add_notes_relations(
        &self,
        copy: &super::repeat::Copy,
        writer: &mut Writer<'_>,
        limits: &Limits,
    ) -> Result<(), Refused> {
        let package = &self.document.package;
        let repeated = self.repeated.iter().find(|repeated| repeated.at == copy.of);
        let notes =
            repeated.and_then(super::repeat::Repeated::notes_entry).and_then(|at| package.entries.get(at));
        let (Some(notes), Some(name)) = (notes, &copy.notes) else { return Ok(()) };
        let Some(rels) = package.find(&rels_of(&notes.name)).and_then(|at| package.entries.get(at)) else {
            return Ok(());
        };
        let text = self.document.decode(rels)?.text;
        let slides = opc::relations(&text, limits)?.into_iter().filter(|relation| relation.kind == "slide");
        let changes = slides.map(|relation| (relation.target_at, format!("/{}", copy.part))).collect();
        let text = changed(&text, &(0..text.len()), changes);
        writer.add(&rels_of(name), &Packed::stored_well(text.as_bytes()))
    }
}

/// Writing to a text cannot fail.
fn put(out: &mut String, words: std::fmt::Arguments<'_>) {
    let _ = std::fmt::Write::write_fmt(out, words);
}

/// Whether a slide stays with at least its first copy, so that what names it stays.
fn copies_keep(
    copies: &Copies,
    listed: &[Listed],
    id: &str,
    entry_of: impl Fn(&str) -> Option<usize>,
) -> bool {
    let item = listed.iter().find(|item| item.id.1 == id && item.relation.is_some());
    let at = item.and_then(|item| item.relation.as_ref()).and_then(|(_, relation)| entry_of(relation));
    at.is_some_and(|at| copies.made_from(at).next().is_some())
}

/// What a copy of a sheet may refer to as its first one does.
fn stays_with_a_copy(kind: &str) -> bool {
    matches!(kind, "hyperlink" | "printerSettings")
}

/// A slide or sheet in a list.
struct Listed {
    range: Range<usize>,
    /// Where its id stands, and what it is.
    id: (Range<usize>, String),
    /// The same of its relationship id; none where a section names a slide.
    relation: Option<(Range<usize>, String)>,
    /// Where the name of a sheet stands.
    name: Option<Range<usize>>,
}

fn listed(text: &str, limits: &Limits) -> Result<Vec<Listed>, Refused> {
    let mut found = Vec::new();
    let mut scanner = Scanner::new(text, limits)?;
    while let Some((range, token)) = scanner.next()? {
        let Token::Open(open) = token else { continue };
        if !open.empty || !matches!(open.local, "sldId" | "sheet") {
            continue;
        }
        let related = scanner.attrs().iter().find(|attr| scanner.attr_ns(attr) == Ns::Relation);
        let relation = related.map(|attr| (attr.value(), unescape(attr.raw).into_owned()));
        let own = if open.local == "sheet" { "sheetId" } else { "id" };
        let id = scanner.attrs().iter().find(|attr| attr.name == own);
        let Some(id) = id.map(|attr| (attr.value(), attr.raw.to_owned())) else { continue };
        let name = if open.local == "sheet" { scanner.value_range("name") } else { None };
        found.push(Listed { range, id, relation, name });
    }
    Ok(found)
}

/// What names a sheet by its place in the list: names that hold on one sheet only, and the tab in front.
fn places_follow(
    text: &str,
    places: &[usize],
    edits: &mut Vec<Edit>,
    limits: &Limits,
) -> Result<(), Refused> {
    let mut scanner = Scanner::new(text, limits)?;
    let place = |old: usize| places.iter().take(old).sum::<usize>();
    while let Some((_, token)) = scanner.next()? {
        let Token::Open(open) = token else { continue };
        let attr = match open.local {
            "definedName" => "localSheetId",
            "workbookView" => "activeTab",
            _ => continue,
        };
        let old = scanner.attr(attr).and_then(|value| value.parse::<usize>().ok());
        if let (Some(old), Some(at)) = (old, scanner.value_range(attr)) {
            edits.push(Edit::put(at, place(old).to_string()));
        }
    }
    Ok(())
}

/// A stretch of a text with changes made to it.
fn changed(text: &str, part: &Range<usize>, mut changes: Vec<(Range<usize>, String)>) -> String {
    changes.sort_by_key(|(at, _)| at.start);
    let mut out = String::with_capacity(part.len() + 32);
    let mut done = part.start;
    for (at, new) in changes {
        out.push_str(text.get(done..at.start).unwrap_or_default());
        out.push_str(&new);
        done = at.end;
    }
    out.push_str(text.get(done..part.end).unwrap_or_default());
    out
}

/// A copy of a sheet without what belongs to one sheet only: drawings, comments, tables, and being the chosen tab.
pub(super) fn without_what_belongs_to_one(text: &str, limits: &Limits) -> Result<String, Refused> {
    const GO: [&str; 6] =
        ["drawing", "legacyDrawing", "legacyDrawingHF", "picture", "oleObjects", "tableParts"];
    let mut changes: Vec<(Range<usize>, String)> = Vec::new();
    let mut scanner = Scanner::new(text, limits)?;
    let mut going: Option<(usize, usize)> = None;
    while let Some((range, token)) = scanner.next()? {
        match token {
            Token::Open(open) if going.is_none() && open.ns == Ns::Sheet => {
                if GO.contains(&open.local) {
                    if open.empty {
                        changes.push((range, String::new()));
                    } else {
                        going = Some((range.start, scanner.depth()));
                    }
                } else if open.local == "sheetView"
                    && let Some(attr) = scanner.attrs().iter().find(|attr| attr.name == "tabSelected")
                {
                    changes.push((attr.range.clone(), String::new()));
                }
            }
            Token::Close { .. } if going.is_some_and(|(_, depth)| scanner.depth() + 1 == depth) => {
                if let Some((start, _)) = going.take() {
                    changes.push((start..range.end, String::new()));
                }
            }
            _ => {}
        }
    }
    Ok(changed(text, &(0..text.len()), changes))
}
