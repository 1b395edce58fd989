//! The conventions of Office packages: what type each part has, and what it refers to outside.

use std::collections::HashMap;
use std::ops::Range;

use super::Package;
use crate::encoding;
use crate::refused::shown;
use crate::xml::{Scanner, Token, XML_SPACE, unescape};
use crate::{Limits, Refused, RefusedKind};

/// Where a package declares the types of its parts.
pub(crate) const CONTENT_TYPES: &str = "[Content_Types].xml";

/// The declared type of every part.
#[derive(Debug, Default)]
pub(crate) struct ContentTypes {
    by_extension: HashMap<String, String>,
    by_name: HashMap<String, String>,
    /// The types as they are written, by the same in lower case.
    written: HashMap<String, String>,
}

impl ContentTypes {
    /// Reads the declaration of a package.
    pub(crate) fn read(package: &Package, limits: &Limits) -> Result<Self, Refused> {
        let entry = package.find(CONTENT_TYPES).and_then(|at| package.entries.get(at)).ok_or_else(|| {
            let what = format!(
                "The file is a zip archive, but not an Office document ({CONTENT_TYPES} is missing)."
            );
            Refused::new(RefusedKind::NotAPackage, what)
        })?;
        let decoded = encoding::decode(package.read(entry)?).map_err(|refused| refused.at(CONTENT_TYPES))?;
        Self::parse(&decoded.text, limits).map_err(|refused| refused.at(CONTENT_TYPES))
    }

    fn parse(text: &str, limits: &Limits) -> Result<Self, Refused> {
        let mut types = Self::default();
        let mut scanner = Scanner::new(text, limits)?;
        while let Some((_, token)) = scanner.next()? {
            let Token::Open(open) = token else { continue };
            let Some(kind) = scanner.attr("ContentType") else { continue };
            let written = unescape(kind).trim_matches(XML_SPACE).to_owned();
            let kind = written.to_ascii_lowercase();
            types.written.entry(kind.clone()).or_insert(written);
            match open.local {
                "Default" => {
                    if let Some(extension) = scanner.attr("Extension") {
                        types.by_extension.entry(unescape(extension).to_ascii_lowercase()).or_insert(kind);
                    }
                }
                "Override" => {
                    if let Some(name) = scanner.attr("PartName") {
                        let name = unescape(name).trim_start_matches('/').to_ascii_lowercase();
                        types.by_name.entry(name).or_insert(kind);
                    }
                }
                _ => {}
            }
        }
        Ok(types)
    }

    /// The type of a part in lower case, empty where none is declared.
    pub(crate) fn of(&self, name: &str) -> &str {
        let name = name.to_ascii_lowercase();
        let by_extension = || self.by_extension.get(name.rsplit_once('.')?.1);
        self.by_name.get(&name).or_else(by_extension).map_or("", String::as_str)
    }

    /// The type of a part as it is written: some programs mind the case.
    pub(crate) fn written(&self, name: &str) -> &str {
        self.written.get(self.of(name)).map_or("", String::as_str)
    }

    /// Every type declared.
    pub(crate) fn all(&self) -> impl Iterator<Item = &str> {
        self.by_extension.values().chain(self.by_name.values()).map(String::as_str)
    }
}

/// True for parts that hold XML, by type or extension.
pub(crate) fn is_xml(name: &str, kind: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    kind.ends_with("+xml")
        || kind.ends_with("/xml")
        || extension.eq_ignore_ascii_case("xml")
        || extension.eq_ignore_ascii_case("rels")
}

/// The part whose references a relationship part holds: `word/_rels/document.xml.rels` gives `word/document.xml`.
/// Empty for the relationships of the package itself; `None` when the name is not one of a relationship part.
pub(crate) fn source_of(rels: &str) -> Option<String> {
    let stem = rels.len().checked_sub(5).filter(|&at| rels.is_char_boundary(at)).map(|at| rels.split_at(at));
    let (stem, ".rels") = stem? else { return None };
    let (folder, file) = stem.rsplit_once('/')?;
    let parent = folder.strip_suffix("_rels")?;
    (parent.is_empty() || parent.ends_with('/')).then(|| format!("{parent}{file}"))
}

/// One reference of a part.
#[derive(Debug)]
pub(crate) struct Relation {
    pub(crate) id: String,
    /// The last step of the type: `image`, `hyperlink`, `attachedTemplate`.
    pub(crate) kind: String,
    pub(crate) target: String,
    /// Leads out of the package, whatever it claims.
    pub(crate) external: bool,
    /// Where the target stands, without its quotation marks.
    pub(crate) target_at: Range<usize>,
    /// The element in the relationship part.
    pub(crate) range: Range<usize>,
}

/// Reads a relationship part.
pub(crate) fn relations(text: &str, limits: &Limits) -> Result<Vec<Relation>, Refused> {
    let mut found = Vec::new();
    let mut started: Option<Relation> = None;
    let mut scanner = Scanner::new(text, limits)?;
    while let Some((range, token)) = scanner.next()? {
        match token {
            Token::Open(open) if open.local == "Relationship" => {
                let value = |name| {
                    unescape(scanner.attr(name).unwrap_or_default()).trim_matches(XML_SPACE).to_owned()
                };
                let target = value("Target");
                let kind = value("Type");
                let relation = Relation {
                    id: value("Id"),
                    kind: kind.rsplit('/').next().unwrap_or_default().to_owned(),
                    external: value("TargetMode").eq_ignore_ascii_case("external") || leaves(&target),
                    target,
                    target_at: scanner.value_range("Target").unwrap_or_default(),
                    range,
                };
                if open.empty {
                    found.push(relation);
                } else {
                    started = Some(relation);
                }
            }
            Token::Close { local: "Relationship", .. } => {
                if let Some(mut relation) = started.take() {
                    relation.range.end = range.end;
                    found.push(relation);
                }
            }
            _ => {}
        }
    }
    Ok(found)
}

/// The same for a part that may not be there.
pub(crate) fn relations_or_none(text: &str, limits: &Limits) -> Result<Vec<Relation>, Refused> {
    if text.is_empty() { Ok(Vec::new()) } else { relations(text, limits) }
}

/// The part a target names, seen from another part.
pub(crate) fn resolve(from: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut steps: Vec<&str> = from.split('/').collect();
    steps.pop();
    for step in target.split('/') {
        match step {
            ".." => {
                steps.pop();
            }
            "." => {}
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// Whether a target names something that cannot be a part: a scheme, a drive, a share.
pub(crate) fn leaves(target: &str) -> bool {
    target.contains(':') || target.contains('\\') || target.starts_with("//")
}

/// What is done about a reference that leads out of the package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Followed only when a person clicks; stays.
    Keep,
    /// The attribute that uses it is dropped, the element stays (a linked picture shows nothing).
    Attribute,
    /// The element that uses it is dropped.
    Element,
    /// The mail-merge set-up around it is dropped.
    MailMerge,
}

/// What is done about an external reference of this kind; refused where nothing clean is known.
pub(crate) fn cut(relation: &Relation) -> Result<Cut, Refused> {
    match relation.kind.as_str() {
        "hyperlink" => Ok(Cut::Keep),
        "image" | "hdphoto" => Ok(Cut::Attribute),
        "attachedTemplate" | "oleObject" | "package" | "subDocument" | "aFChunk" | "frame" | "transform"
        | "video" | "audio" | "media" | "control" => Ok(Cut::Element),
        "mailMergeSource" | "mailMergeHeaderSource" | "recipientData" => Ok(Cut::MailMerge),
        other => {
            let what = format!(
                "The file loads something of the kind {:?} from outside: {:?}.",
                shown(other),
                shown(&relation.target)
            );
            Err(Refused::new(RefusedKind::ExternalLink, what))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relationship_parts_name_their_source() {
        assert_eq!(source_of("word/_rels/document.xml.rels").as_deref(), Some("word/document.xml"));
        assert_eq!(source_of("_rels/.rels").as_deref(), Some(""));
        assert_eq!(source_of("word/document.xml"), None);
        assert_eq!(source_of("x_rels/a.rels"), None);
        assert_eq!(source_of("é"), None);
    }

    #[test]
    fn a_target_that_leaves_the_package_is_external_whatever_it_claims() {
        for target in ["http://a/b", "file:///c", "C:\\x.dotm", "\\\\host\\share", "//host/x"] {
            assert!(leaves(target), "{target}");
        }
        assert!(!leaves("media/image1.png") && !leaves("../customXml/item1.xml") && !leaves("/word/x.xml"));
    }
}
