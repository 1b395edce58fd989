//! Office documents: which parts hold text, how a document becomes a template, and its text.

mod data;
mod document;
mod external;
mod fields;
mod fill;
mod links;
mod ods;
mod open_document;
mod relist;
mod repeat;
mod shared;
mod sheet;
mod story;
pub(crate) mod text;
mod workbook;

use std::collections::HashMap;

use crate::codes::Codes;
use crate::encoding::Decoded;
use crate::finding::{Finding, FindingKind, Severity};
use crate::format::Family;
use crate::package::Entry;
use crate::package::opc::{self, CONTENT_TYPES};
use crate::program::{Edit, Program};
use crate::{Format, Limits, Refused};
pub(crate) use document::{Document, Role};
pub(crate) use fill::Target;
use links::Cuts;
use story::Dialect;

/// A compiled document: for each entry its program, or `None` where it is copied.
#[derive(Debug)]
pub(crate) struct OfficeTemplate {
    pub(crate) document: Document,
    pub(crate) programs: Vec<Option<Program>>,
    /// For each sheet of a workbook, in the order of its tabs: its name and the entry that holds it.
    pub(crate) sheets: Vec<(String, usize)>,
    /// Entries left out of every document made.
    pub(crate) dropped: Vec<usize>,
    /// Slides and sheets that are repeated as a whole.
    pub(crate) repeated: Vec<repeat::Repeated>,
}

impl OfficeTemplate {
    /// Compiles a document. Every part is expanded once, its checksum proved and its XML checked, whether it holds a
    /// code or not.
    pub(crate) fn compile(
        format: Format,
        bytes: Vec<u8>,
        codes: &mut Codes,
        limits: &Limits,
    ) -> Result<Self, Refused> {
        let document = Document::open(format, bytes, limits)?;
        document::refuse_signed(&document.package)?;
        if document.macros {
            let sentence =
                "The file holds macros. They are kept in every document made from it and never run here.";
            codes.note(Finding::new(Severity::Note, FindingKind::Macros, "", sentence));
        }
        let entries = &document.package.entries;
        let mut programs: Vec<Option<Program>> = Vec::with_capacity(entries.len());
        let mut cuts = HashMap::new();
        for entry in entries {
            let before = codes.findings.len();
            let program = compile_relations(&document, entry, &mut cuts, codes, limits);
            codes.locate(before, &entry.name);
            programs.push(program.map_err(|refused| refused.at(&entry.name))?);
        }
        let mut template =
            Self { document, programs, sheets: Vec::new(), dropped: Vec::new(), repeated: Vec::new() };
        if format.family() == Family::Excel {
            workbook::compile(&mut template, &cuts, codes, limits)?;
        }
        template.compile_parts(&cuts, codes, limits)?;
        if format == Format::Ods
            && let Some(at) = template.document.package.find("content.xml")
            && template.programs.get(at).is_some_and(Option::is_some)
            && let Some(entry) = template.document.package.entries.get(at)
        {
            let names = ods::sheets(&template.document.decode(entry)?.text, limits)?;
            template.sheets = names.into_iter().map(|name| (name, at)).collect();
        }
        Ok(template)
    }

    fn compile_parts(
        &mut self,
        cuts: &HashMap<String, Cuts>,
        codes: &mut Codes,
        limits: &Limits,
    ) -> Result<(), Refused> {
        let document = &self.document;
        for (at, entry) in document.package.entries.iter().enumerate() {
            let role = document.roles.get(at).copied().unwrap_or(Role::Bytes);
            let elsewhere = opc::source_of(&entry.name).is_some()
                || entry.name.eq_ignore_ascii_case(CONTENT_TYPES)
                || document.format.family() == Family::Excel && workbook::handles(role);
            if elsewhere {
                continue;
            }
            let before = codes.findings.len();
            let cut = cuts.get(&entry.name.to_ascii_lowercase());
            let program = compile_part(document, entry, role, cut, codes, limits);
            if role == Role::Slide {
                if let Some(block) = codes.take_whole() {
                    self.repeated.push(repeat::Repeated::slide(document, at, block, limits)?);
                }
            } else {
                codes.nothing_whole();
            }
            codes.locate(before, &entry.name);
            if let Some(slot) = self.programs.get_mut(at) {
                *slot = program.map_err(|refused| refused.at(&entry.name))?;
            }
        }
        Ok(())
    }

    /// Bytes held.
    pub(crate) fn size(&self) -> usize {
        let entries: usize = self.document.package.entries.iter().map(|entry| entry.name.len() + 160).sum();
        let programs: usize = self.programs.iter().flatten().map(Program::size).sum();
        self.document.package.bytes.len() + entries + programs
    }
}

/// A relationship part: references that lead outside are taken out, and remembered for their source; codes in the
/// addresses of hyperlinks are found.
fn compile_relations(
    document: &Document,
    entry: &Entry,
    cuts: &mut HashMap<String, Cuts>,
    codes: &mut Codes,
    limits: &Limits,
) -> Result<Option<Program>, Refused> {
    let Some(source) = opc::source_of(&entry.name) else { return Ok(None) };
    let decoded = document.decode(entry)?;
    let mut edits = Vec::new();
    for relation in opc::relations(&decoded.text, limits)? {
        if !relation.external {
            continue;
        }
        let cut = opc::cut(&relation)?;
        if cut == opc::Cut::Keep {
            external::address(&decoded.text, relation.target_at.clone(), codes, &mut edits)?;
        } else {
            let sentence = format!(
                "It loads something from outside ({}). The link is taken out of every document made from it.",
                relation.kind
            );
            let place = crate::refused::shown(&relation.target);
            codes.note(Finding::new(Severity::Warning, FindingKind::ExternalLink, &place, sentence));
            edits.push(Edit::drop(relation.range));
            cuts.entry(source.to_ascii_lowercase()).or_default().add(relation.id, cut);
        }
    }
    Ok(finish(&decoded, edits))
}

/// Any other part.
fn compile_part(
    document: &Document,
    entry: &Entry,
    role: Role,
    cut: Option<&Cuts>,
    codes: &mut Codes,
    limits: &Limits,
) -> Result<Option<Program>, Refused> {
    if role == Role::Bytes {
        return document.package.read(entry).map(|_| None);
    }
    if entry.name.ends_with('/') {
        return Ok(None);
    }
    let decoded = document.decode(entry)?;
    let text = &decoded.text;
    let mut edits = match role {
        Role::Data => data::data(text, codes, limits)?,
        Role::Slide | Role::SlideNotes | Role::SlideMaster | Role::Drawing => {
            story::story(text, Dialect::Drawing, codes, limits)?
        }
        Role::Content if document.format == Format::Ods => ods::content(text, codes, limits)?,
        Role::Content | Role::Styles => open_document::content(text, codes, limits)?,
        role if role.is_story() => story::story(text, Dialect::Word, codes, limits)?,
        _ => {
            data::check(text, limits)?;
            Vec::new()
        }
    };
    if document.format.family() != Family::OpenDocument {
        // A part that is only checked may be anything; what it links to is looked at where the program would.
        edits.append(&mut links::edits(text, cut, limits)?);
    }
    Ok(finish(&decoded, edits))
}

/// The program of a part, if there is anything to do. A part that came as UTF-16 is written as UTF-8 then.
fn finish(decoded: &Decoded, mut edits: Vec<Edit>) -> Option<Program> {
    if edits.is_empty() {
        return None;
    }
    if let Some(declared) = decoded.declared.clone() {
        edits.push(Edit::put(declared, "UTF-8"));
    }
    Some(Program::build(&decoded.text, edits, true))
}
