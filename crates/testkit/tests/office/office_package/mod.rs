//! Holds a made file to the rules of its package: ECMA-376 part 2 (types, relationships) and ODF 1.3 part 2 (mimetype, manifest).
//!
//! It reads with `zip` and `quick-xml` and shares no line with the engine that wrote the file.

use quick_xml::events::Event;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read as _};

type Parts = BTreeMap<String, Vec<u8>>;

struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
}

impl Element {
    fn get(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }
}

/// Panics with the first rule that is broken.
pub fn validate(name: &str, document: &[u8]) {
    let (parts, first) = parts(name, document);
    if parts.contains_key("[Content_Types].xml") {
        types(name, &parts);
        relationships(name, &parts);
    } else {
        manifest(name, &parts, &first);
    }
}

/// The parts, each name once, and the first one's name when it is stored without compression.
fn parts(name: &str, document: &[u8]) -> (Parts, String) {
    let mut archive = zip::ZipArchive::new(Cursor::new(document)).unwrap();
    let (mut parts, mut first) = (Parts::new(), String::new());
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let part = file.name().unwrap().into_owned();
        if at == 0 && file.compression() == zip::CompressionMethod::Stored {
            first.clone_from(&part);
        }
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        if !part.ends_with('/') {
            assert!(parts.insert(part.clone(), content).is_none(), "{name}: {part} is there twice");
        }
    }
    (parts, first)
}

/// Every element of a part, which must be well-formed to its end.
fn elements(name: &str, part: &str, content: &[u8]) -> Vec<Element> {
    let text = std::str::from_utf8(content).unwrap_or_else(|e| panic!("{name}, {part}: {e}"));
    let (mut reader, mut found, mut open) = (quick_xml::Reader::from_str(text), Vec::new(), 0_usize);
    loop {
        let event = reader.read_event().unwrap_or_else(|e| panic!("{name}, {part}: {e}"));
        match &event {
            Event::Eof => break,
            Event::Start(_) => open += 1,
            Event::End(_) => open -= 1,
            _ => {}
        }
        if let Event::Start(start) | Event::Empty(start) = event {
            let attributes = start.attributes().map(|attribute| {
                let attribute = attribute.unwrap_or_else(|e| panic!("{name}, {part}: {e}"));
                let value = quick_xml::escape::unescape(&attribute.value);
                let value = value.unwrap_or_else(|e| panic!("{name}, {part}: {e}"));
                (attribute.key.as_ref().to_owned(), value.into_owned())
            });
            let local = start.local_name().as_ref().to_owned();
            found.push(Element { name: local, attributes: attributes.collect() });
        }
    }
    assert_eq!(open, 0, "{name}, {part}: an element is not closed");
    found
}

fn is_xml(part: &str) -> bool {
    matches!(part.rsplit_once('.'), Some((_, "xml" | "rels")))
}

fn is_relations(part: &str) -> bool {
    matches!(part.rsplit_once('.'), Some((_, "rels")))
}

/// Every part has one type, and every type that is told of a part has its part.
fn types(name: &str, parts: &Parts) {
    let part = "[Content_Types].xml";
    let (mut extensions, mut told) = (BTreeSet::new(), BTreeSet::new());
    for element in elements(name, part, &parts[part]) {
        match element.name.as_str() {
            "Default" => {
                let extension = element.get("Extension").to_ascii_lowercase();
                assert!(extensions.insert(extension.clone()), "{name}: two types for .{extension}");
            }
            "Override" => {
                let of = element.get("PartName").trim_start_matches('/').to_owned();
                assert!(parts.contains_key(&of), "{name}: a type is told of {of}, which is not there");
                assert!(told.insert(of.clone()), "{name}: two types for {of}");
            }
            _ => {}
        }
    }
    for of in parts.keys().filter(|of| *of != part) {
        let extension = of.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        let known = told.contains(of) || extension.is_some_and(|extension| extensions.contains(&extension));
        assert!(known, "{name}: {of} has no type");
    }
}

/// Every relationship has an id of its own and leads to a part, and every id that a part uses is there.
fn relationships(name: &str, parts: &Parts) {
    let mut ids: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (part, content) in parts.iter().filter(|(part, _)| is_relations(part)) {
        let (folder, file) = part.split_once("_rels/").unwrap();
        let source = format!("{folder}{}", file.trim_end_matches(".rels"));
        assert!(source.is_empty() || parts.contains_key(&source), "{name}: {part} is of no part");
        let own = ids.entry(source).or_default();
        for element in elements(name, part, content).iter().filter(|e| e.name == "Relationship") {
            assert!(own.insert(element.get("Id").to_owned()), "{name}, {part}: {} twice", element.get("Id"));
            if element.get("TargetMode") != "External" {
                let target = resolved(folder, element.get("Target"));
                assert!(parts.contains_key(&target), "{name}, {part}: {target} is not there");
            }
        }
    }
    for (part, content) in parts.iter().filter(|(part, _)| is_xml(part) && !is_relations(part)) {
        for element in elements(name, part, content) {
            for at in ["r:id", "r:embed", "r:link", "r:pict", "r:dm", "r:lo", "r:qs", "r:cs"] {
                let used = element.get(at);
                let known = ids.get(part).is_some_and(|own| own.contains(used));
                assert!(used.is_empty() || known, "{name}, {part}: {used} of {} leads nowhere", element.name);
            }
        }
    }
}

/// A relationship's target as a part's name (ECMA-376 part 2, 8.3): from the root, or from the source's folder.
fn resolved(folder: &str, target: &str) -> String {
    let target = target.split('#').next().unwrap_or_default();
    let whole = if target.starts_with('/') { target.to_owned() } else { format!("{folder}{target}") };
    let mut path: Vec<&str> = Vec::new();
    for step in whole.split('/').filter(|step| !step.is_empty() && *step != ".") {
        if step == ".." {
            path.pop();
        } else {
            path.push(step);
        }
    }
    path.join("/")
}

/// The mimetype is first and stored; the manifest names each file, and only those.
fn manifest(name: &str, parts: &Parts, first: &str) {
    assert_eq!(first, "mimetype", "{name}: the mimetype is first and not compressed");
    let kind = std::str::from_utf8(&parts["mimetype"]).unwrap();
    let part = "META-INF/manifest.xml";
    let mut told = BTreeSet::new();
    for element in elements(name, part, &parts[part]).iter().filter(|e| e.name == "file-entry") {
        let path = element.get("manifest:full-path");
        if path == "/" {
            assert_eq!(element.get("manifest:media-type"), kind, "{name}: the root's type");
        } else if !path.ends_with('/') {
            assert!(parts.contains_key(path), "{name}: the manifest names {path}, which is not there");
            assert!(told.insert(path.to_owned()), "{name}: the manifest names {path} twice");
        }
    }
    for (file, content) in parts.iter().filter(|(file, _)| *file != "mimetype" && *file != part) {
        assert!(told.contains(file), "{name}: the manifest does not name {file}");
        if is_xml(file) {
            elements(name, file, content);
        }
    }
}
