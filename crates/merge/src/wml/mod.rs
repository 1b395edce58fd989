//! Word documents: which parts hold text, how a document becomes a template, and its text.

mod links;
mod part;
pub(crate) mod text;

use std::collections::HashMap;

use crate::code::Codes;
use crate::encoding::{self, Decoded};
use crate::package::opc::{self, CONTENT_TYPES, ContentTypes};
use crate::package::{Entry, Package};
use crate::program::{Edit, Program};
use crate::{Limits, Refused, RefusedKind};
use links::Cuts;

const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.";

/// What a part is to the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// Text of the document, in the order a reader wants it.
    Header,
    Body,
    Footnotes,
    Endnotes,
    Comments,
    Footer,
    /// XML whose character data may hold codes: document properties and the data behind content controls.
    Data,
    /// XML that is only checked.
    Xml,
    /// Anything else, only checked for damage.
    Bytes,
}

impl Role {
    fn of(name: &str, kind: &str) -> Self {
        let word = kind.strip_prefix(WORD).and_then(|rest| rest.strip_suffix("+xml"));
        match word {
            Some("header") => Self::Header,
            Some("document.main") => Self::Body,
            Some("footnotes") => Self::Footnotes,
            Some("endnotes") => Self::Endnotes,
            Some("comments") => Self::Comments,
            Some("footer") => Self::Footer,
            _ if holds_data(name, kind) => Self::Data,
            _ if opc::is_xml(name, kind) => Self::Xml,
            _ => Self::Bytes,
        }
    }

    /// Whether the part is written in WordprocessingML paragraphs.
    pub(crate) fn is_story(self) -> bool {
        self <= Self::Footer
    }
}

/// Properties (title, company, custom ones), and the XML that data-bound content controls show: Word fills such a
/// control from there when it opens the document, so a code has to be replaced in both places.
fn holds_data(name: &str, kind: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let item = name.strip_prefix("customxml/item").and_then(|rest| rest.strip_suffix(".xml"));
    kind == "application/vnd.openxmlformats-package.core-properties+xml"
        || kind == "application/vnd.openxmlformats-officedocument.extended-properties+xml"
        || kind == "application/vnd.openxmlformats-officedocument.custom-properties+xml"
        || item.is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()))
}

/// A Word document whose package and types have been found good.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) package: Package,
    pub(crate) roles: Vec<Role>,
}

impl Document {
    /// Opens a document: a sound package that says it is an ordinary Word document.
    pub(crate) fn open(bytes: Vec<u8>, limits: &Limits) -> Result<Self, Refused> {
        let package = Package::open(bytes, limits)?;
        let types = ContentTypes::read(&package, limits)?;
        refuse_macros(&package, &types)?;
        let roles: Vec<Role> =
            package.entries.iter().map(|entry| Role::of(&entry.name, types.of(&entry.name))).collect();
        match roles.iter().filter(|&&role| role == Role::Body).count() {
            1 => Ok(Self { package, roles }),
            0 => Err(Refused::new(RefusedKind::WrongKind, wrong_kind(&types))),
            _ => {
                Err(Refused::new(RefusedKind::WrongKind, "The file holds two Word documents in one package."))
            }
        }
    }

    /// The parts with text, in the order a reader wants them.
    pub(crate) fn stories(&self) -> Vec<(Role, &Entry)> {
        let pairs = self.roles.iter().copied().zip(&self.package.entries);
        let mut stories: Vec<_> = pairs.filter(|(role, _)| role.is_story()).collect();
        stories.sort_by_key(|(role, _)| *role);
        stories
    }

    /// The decoded text of a part.
    pub(crate) fn decode(&self, entry: &Entry) -> Result<Decoded, Refused> {
        encoding::decode(self.package.read(entry)?).map_err(|refused| refused.at(&entry.name))
    }
}

fn refuse_macros(package: &Package, types: &ContentTypes) -> Result<(), Refused> {
    let by_name = package.entries.iter().find(|entry| {
        let file = entry.name.rsplit('/').next().unwrap_or_default();
        file.eq_ignore_ascii_case("vbaProject.bin") || file.eq_ignore_ascii_case("vbaData.xml")
    });
    let by_type = types.all().any(|kind| kind.contains("vbaproject") || kind.contains("macroenabled"));
    if by_name.is_some() || by_type {
        let refused = Refused::new(RefusedKind::Macros, "The document holds macros.");
        return Err(by_name.map_or(refused.clone(), |entry| refused.at(&entry.name)));
    }
    Ok(())
}

fn wrong_kind(types: &ContentTypes) -> &'static str {
    let has = |what: &str| types.all().any(|kind| kind.contains(what));
    if has("wordprocessingml.template") {
        "The file is a Word template (.dotx), not a document."
    } else if has("spreadsheetml") {
        "The file is an Excel workbook."
    } else if has("presentationml") {
        "The file is a PowerPoint presentation."
    } else {
        "The package holds no Word document."
    }
}

/// A compiled document: for each entry its program, or `None` where it is copied.
#[derive(Debug)]
pub(crate) struct WordTemplate {
    pub(crate) document: Document,
    pub(crate) programs: Vec<Option<Program>>,
}

impl WordTemplate {
    /// Compiles a document. Every part is expanded once, its checksum proved and its XML checked, whether it holds a
    /// code or not.
    pub(crate) fn compile(bytes: Vec<u8>, codes: &mut Codes, limits: &Limits) -> Result<Self, Refused> {
        let document = Document::open(bytes, limits)?;
        let entries = &document.package.entries;
        let mut programs: Vec<Option<Program>> = Vec::with_capacity(entries.len());
        let mut cuts = HashMap::new();
        for entry in entries {
            let program = compile_relations(&document, entry, &mut cuts, limits);
            programs.push(program.map_err(|refused| refused.at(&entry.name))?);
        }
        for (at, entry) in entries.iter().enumerate() {
            if opc::source_of(&entry.name).is_some() || entry.name.eq_ignore_ascii_case(CONTENT_TYPES) {
                continue;
            }
            let role = document.roles.get(at).copied().unwrap_or(Role::Bytes);
            let cut = cuts.get(&entry.name.to_ascii_lowercase());
            let program = compile_part(&document, entry, role, cut, codes, limits);
            if let Some(slot) = programs.get_mut(at) {
                *slot = program.map_err(|refused| refused.at(&entry.name))?;
            }
        }
        Ok(Self { document, programs })
    }
}

/// A relationship part: references that lead outside are taken out, and remembered for their source.
fn compile_relations(
    document: &Document,
    entry: &Entry,
    cuts: &mut HashMap<String, Cuts>,
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
        if cut != opc::Cut::Keep {
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
    let mut edits = match role {
        Role::Data => part::data(&decoded.text, codes, limits)?,
        role if role.is_story() => part::story(&decoded.text, codes, limits)?,
        _ => {
            part::check(&decoded.text, limits)?;
            Vec::new()
        }
    };
    // A part that is only checked may be anything; what it links to is looked at where Word would.
    edits.append(&mut links::edits(&decoded.text, cut, limits)?);
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
