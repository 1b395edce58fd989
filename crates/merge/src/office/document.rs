//! Opening an office document: a sound package of the kind its name says, and what each of its parts is.

use crate::encoding::{self, Decoded};
use crate::format::Family;
use crate::package::opc::{self, ContentTypes};
use crate::package::{Entry, Package};
use crate::{Format, Limits, Refused, RefusedKind};

const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.";
const SHEET: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.";
const SLIDES: &str = "application/vnd.openxmlformats-officedocument.presentationml.";

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
    /// A slide, and what slides share.
    Slide,
    SlideNotes,
    SlideMaster,
    /// The content, and the styles (with headers and footers), of an OpenDocument file.
    Content,
    Styles,
    /// The parts of a workbook.
    Workbook,
    Strings,
    Sheet,
    SheetTable,
    SheetComments,
    /// Drawings, charts and diagrams: text in shapes and titles.
    Drawing,
    /// XML whose character data may hold codes: document properties and the data behind content controls.
    Data,
    /// XML that is only checked.
    Xml,
    /// Anything else, only checked for damage.
    Bytes,
}

impl Role {
    fn of(name: &str, kind: &str) -> Self {
        if let Some(rest) = kind.strip_prefix(WORD).and_then(|rest| rest.strip_suffix("+xml")) {
            match rest {
                "header" => return Self::Header,
                "document.main" => return Self::Body,
                "footnotes" => return Self::Footnotes,
                "endnotes" => return Self::Endnotes,
                "comments" => return Self::Comments,
                "footer" => return Self::Footer,
                _ => {}
            }
        }
        match kind {
            "application/vnd.ms-word.document.macroenabled.main+xml" => return Self::Body,
            "application/vnd.ms-excel.sheet.macroenabled.main+xml"
            | "application/vnd.ms-powerpoint.presentation.macroenabled.main+xml" => return Self::Workbook,
            _ => {}
        }
        let within = |family: &str| kind.strip_prefix(family).and_then(|rest| rest.strip_suffix("+xml"));
        match (within(SHEET), within(SLIDES)) {
            (Some("sheet.main"), _) | (_, Some("presentation.main")) => Self::Workbook,
            (Some("worksheet"), _) => Self::Sheet,
            (Some("sharedstrings"), _) => Self::Strings,
            (Some("table"), _) => Self::SheetTable,
            (Some("comments"), _) => Self::SheetComments,
            (_, Some("slide")) => Self::Slide,
            (_, Some("notesslide" | "comments")) => Self::SlideNotes,
            (_, Some("slidemaster" | "slidelayout" | "notesmaster" | "handoutmaster")) => Self::SlideMaster,
            _ if is_drawing(kind) => Self::Drawing,
            _ if holds_data(name, kind) => Self::Data,
            _ if opc::is_xml(name, kind) => Self::Xml,
            _ => Self::Bytes,
        }
    }

    fn of_open_document(name: &str) -> Self {
        let file = name.rsplit('/').next().unwrap_or_default();
        match file {
            // An embedded chart or formula has its own content in its own folder.
            "content.xml" => Self::Content,
            "styles.xml" if name == file => Self::Styles,
            "meta.xml" if name == file => Self::Data,
            _ if opc::is_xml(name, "") => Self::Xml,
            _ => Self::Bytes,
        }
    }

    /// Whether the part is written in WordprocessingML paragraphs.
    pub(crate) fn is_story(self) -> bool {
        self <= Self::Footer
    }
}

fn is_drawing(kind: &str) -> bool {
    kind == "application/vnd.openxmlformats-officedocument.drawing+xml"
        || kind.starts_with("application/vnd.openxmlformats-officedocument.drawingml.chart+xml")
        || kind.starts_with("application/vnd.openxmlformats-officedocument.drawingml.diagramdata+xml")
        || kind.starts_with("application/vnd.ms-office.drawingml.diagramdrawing+xml")
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

/// A document whose package and types have been found good.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) format: Format,
    pub(crate) package: Package,
    pub(crate) roles: Vec<Role>,
    pub(crate) macros: bool,
}

impl Document {
    /// Opens a document: a sound package that says it is what `format` says.
    pub(crate) fn open(format: Format, bytes: Vec<u8>, limits: &Limits) -> Result<Self, Refused> {
        let package = Package::open(bytes, limits)?;
        if format.family() == Family::OpenDocument {
            return Self::open_document(format, package);
        }
        let types = ContentTypes::read(&package, limits)?;
        let macros = macros(&package, &types);
        if let (Some(place), false) = (&macros, format.allows_macros()) {
            let refused = Refused::new(RefusedKind::Macros, "The document holds macros.");
            return Err(if place.is_empty() { refused } else { refused.at(place) });
        }
        let roles: Vec<Role> =
            package.entries.iter().map(|entry| Role::of(&entry.name, types.of(&entry.name))).collect();
        let wanted = match format.family() {
            Family::Word => "wordprocessingml.document.main",
            Family::Excel => "spreadsheetml.sheet.main",
            _ => "presentationml.presentation.main",
        };
        let program = match format.family() {
            Family::Word => "ms-word.document.macroenabled.main",
            Family::Excel => "ms-excel.sheet.macroenabled.main",
            _ => "ms-powerpoint.presentation.macroenabled.main",
        };
        let main = package.entries.iter().filter(|entry| {
            let kind = types.of(&entry.name);
            kind.contains(wanted) || kind.contains(program)
        });
        match main.count() {
            1 => Ok(Self { format, package, roles, macros: macros.is_some() }),
            0 => Err(Refused::new(RefusedKind::WrongKind, wrong_kind(format, &types))),
            _ => Err(Refused::new(RefusedKind::WrongKind, "The file holds two documents in one package.")),
        }
    }

    fn open_document(format: Format, package: Package) -> Result<Self, Refused> {
        let kind = if let Some(entry) = package.find("mimetype").and_then(|at| package.entries.get(at)) {
            String::from_utf8(package.read(entry)?).unwrap_or_default()
        } else {
            let what = "The file is a zip archive, but not an OpenDocument file (mimetype is missing).";
            return Err(Refused::new(RefusedKind::NotAPackage, what));
        };
        if kind.trim() != format.media_type() {
            let what = format!(
                "The file is not an {}; it says it is {:?}.",
                format.label(),
                crate::refused::shown(kind.trim())
            );
            return Err(Refused::new(RefusedKind::WrongKind, what));
        }
        if let Some(at) = package.find("META-INF/manifest.xml").and_then(|at| package.entries.get(at)) {
            let manifest = package.read(at)?;
            if memchr::memmem::find(&manifest, b"encryption-data").is_some() {
                return Err(Refused::new(RefusedKind::Encrypted, "The document is protected by a password."));
            }
        }
        let roles: Vec<Role> =
            package.entries.iter().map(|entry| Role::of_open_document(&entry.name)).collect();
        if !package.entries.iter().any(|entry| entry.name == "content.xml") {
            return Err(Refused::new(RefusedKind::WrongKind, "The package holds no content.xml."));
        }
        let macros = package
            .entries
            .iter()
            .any(|entry| entry.name.starts_with("Basic/") || entry.name.starts_with("Scripts/"));
        Ok(Self { format, package, roles, macros })
    }

    /// The parts with one of the given roles, in the order of the roles and then by name.
    pub(crate) fn parts(&self, wanted: &[Role]) -> Vec<(Role, &Entry)> {
        let pairs = self.roles.iter().copied().zip(&self.package.entries);
        let mut parts: Vec<_> = pairs.filter(|(role, _)| wanted.contains(role)).collect();
        parts.sort_by_key(|(role, entry)| (*role, entry.name.len(), entry.name.clone()));
        parts
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

/// The part that holds macros, or an empty name when only a type says so.
fn macros(package: &Package, types: &ContentTypes) -> Option<String> {
    let by_name = package.entries.iter().find(|entry| {
        let file = entry.name.rsplit('/').next().unwrap_or_default();
        file.eq_ignore_ascii_case("vbaProject.bin") || file.eq_ignore_ascii_case("vbaData.xml")
    });
    let by_type = || types.all().any(|kind| kind.contains("vbaproject") || kind.contains("macroenabled"));
    by_name.map(|entry| entry.name.clone()).or_else(|| by_type().then(String::new))
}

/// Filling a signed document breaks its signature, and the reader would see a broken one.
pub(super) fn refuse_signed(package: &Package) -> Result<(), Refused> {
    let signed = package.entries.iter().find(|entry| {
        let name = entry.name.to_ascii_lowercase();
        name.starts_with("_xmlsignatures/") || name == "meta-inf/documentsignatures.xml"
    });
    match signed {
        Some(entry) => {
            Err(Refused::new(RefusedKind::Signed, "The document is digitally signed.").at(&entry.name))
        }
        None => Ok(()),
    }
}

fn wrong_kind(format: Format, types: &ContentTypes) -> String {
    let has = |what: &str| types.all().any(|kind| kind.contains(what));
    let found = if has("wordprocessingml.template") || has("word.template") {
        "a Word template (.dotx)"
    } else if has("spreadsheetml.template") || has("excel.template") {
        "an Excel template (.xltx)"
    } else if has("presentationml.template") || has("powerpoint.template") {
        "a PowerPoint template (.potx)"
    } else if has("wordprocessingml.document.main") {
        "a Word document"
    } else if has("spreadsheetml") {
        "an Excel workbook"
    } else if has("presentationml") {
        "a PowerPoint presentation"
    } else {
        return format!("The package holds no {}.", format.label());
    };
    format!("The file is {found}, not what its name says ({}).", format.label())
}
