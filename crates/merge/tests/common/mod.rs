//! Documents as Word, LibreOffice and hostile hands make them, put together by hand and packed by the `zip` crate.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use merge::{Culture, Format, Limits, Refused, RefusedKind, Template};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

pub const W: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
    xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" \
    xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\" \
    xmlns:wps=\"http://schemas.microsoft.com/office/word/2010/wordprocessingShape\" \
    xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
    xmlns:o=\"urn:schemas-microsoft-com:office:office\" xmlns:v=\"urn:schemas-microsoft-com:vml\" \
    xmlns:w14=\"http://schemas.microsoft.com/office/word/2010/wordml\"";
pub const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";

/// A package being put together.
#[derive(Clone)]
pub struct Pack {
    pub parts: Vec<(String, Vec<u8>)>,
}

impl Pack {
    /// A document whose body holds this, with the least other parts.
    pub fn word(body: &str) -> Self {
        let document = format!("{DECLARATION}<w:document {W}><w:body>{body}</w:body></w:document>");
        Self { parts: Vec::new() }
            .with("[Content_Types].xml", &content_types(""))
            .with("_rels/.rels", &rels("<Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"word/document.xml\"/>"))
            .with("word/document.xml", &document)
    }

    /// Adds or replaces a part.
    pub fn with(mut self, name: &str, content: &str) -> Self {
        self.set(name, content.as_bytes().to_vec());
        self
    }

    pub fn set(&mut self, name: &str, content: Vec<u8>) {
        match self.parts.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = content,
            None => self.parts.push((name.to_owned(), content)),
        }
    }

    /// The packed bytes.
    pub fn bytes(&self) -> Vec<u8> {
        self.packed(CompressionMethod::Deflated)
    }

    pub fn packed(&self, method: CompressionMethod) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let stamp = DateTime::from_date_and_time(2024, 3, 1, 12, 30, 10).expect("a date");
        let options = SimpleFileOptions::default().compression_method(method).last_modified_time(stamp);
        for (name, content) in &self.parts {
            writer.start_file(name.as_str(), options).expect("start");
            writer.write_all(content).expect("write");
        }
        writer.finish().expect("finish").into_inner()
    }

    pub fn template(&self) -> Template {
        compile(self.bytes()).expect("a good template")
    }
}

pub fn content_types(more: &str) -> String {
    format!(
        "{DECLARATION}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/><Default Extension=\"png\" ContentType=\"image/png\"/>\
         <Override PartName=\"/word/document.xml\" ContentType=\"{WORD}.document.main+xml\"/>\
         <Override PartName=\"/word/header1.xml\" ContentType=\"{WORD}.header+xml\"/>\
         <Override PartName=\"/word/footer1.xml\" ContentType=\"{WORD}.footer+xml\"/>\
         <Override PartName=\"/word/footnotes.xml\" ContentType=\"{WORD}.footnotes+xml\"/>\
         <Override PartName=\"/word/endnotes.xml\" ContentType=\"{WORD}.endnotes+xml\"/>\
         <Override PartName=\"/word/comments.xml\" ContentType=\"{WORD}.comments+xml\"/>\
         <Override PartName=\"/word/styles.xml\" ContentType=\"{WORD}.styles+xml\"/>\
         <Override PartName=\"/word/settings.xml\" ContentType=\"{WORD}.settings+xml\"/>\
         <Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>\
         <Override PartName=\"/docProps/custom.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.custom-properties+xml\"/>\
         {more}</Types>"
    )
}

pub fn rels(inside: &str) -> String {
    format!(
        "{DECLARATION}<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{inside}</Relationships>"
    )
}

pub fn external(id: &str, kind: &str, target: &str) -> String {
    format!(
        "<Relationship Id=\"{id}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}\" \
         Target=\"{target}\" TargetMode=\"External\"/>"
    )
}

/// A run with text.
pub fn run(text: &str) -> String {
    format!("<w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r>")
}

/// A paragraph with one run.
pub fn para(text: &str) -> String {
    format!("<w:p>{}</w:p>", run(text))
}

pub fn compile(bytes: Vec<u8>) -> Result<Template, Refused> {
    Template::compile(Format::Docx, bytes, &Limits::default())
}

pub fn refusal(bytes: Vec<u8>) -> RefusedKind {
    let refused = compile(bytes).expect_err("must be refused");
    assert!(refused.message.ends_with('.'), "{}", refused.message);
    refused.kind
}

pub fn values<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    pairs.into_iter().map(|(code, value)| (code.to_owned(), value.to_owned())).collect()
}

pub fn fill(template: &Template, values: &BTreeMap<String, String>) -> Vec<u8> {
    let document = template.fill(values, &Culture::for_tag("en-GB")).expect("filled");
    well_formed(&document);
    document
}

/// A part of a finished document, read by the `zip` crate (which checks size and checksum).
pub fn part(document: &[u8], name: &str) -> String {
    let mut archive = ZipArchive::new(Cursor::new(document)).expect("a package");
    let mut text = String::new();
    archive.by_name(name).expect("the part").read_to_string(&mut text).expect("readable");
    text
}

/// Fills a body and gives the body back.
pub fn body(inside: &str, values: &BTreeMap<String, String>) -> String {
    let document = part(&fill(&Pack::word(inside).template(), values), "word/document.xml");
    let start = document.find("<w:body>").expect("a body") + "<w:body>".len();
    document[start..document.find("</w:body>").expect("its end")].to_owned()
}

/// Reads every part with the `zip` crate and every XML part with quick-xml.
pub fn well_formed(document: &[u8]) {
    let mut archive = ZipArchive::new(Cursor::new(document)).expect("a package");
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).expect("an entry");
        let name = file.name().expect("a name").into_owned();
        let mut content = Vec::new();
        file.read_to_end(&mut content).expect("sound content");
        if !matches!(name.rsplit_once('.'), Some((_, "xml" | "rels"))) {
            continue;
        }
        let text = String::from_utf8(content).expect("UTF-8");
        let mut reader = quick_xml::Reader::from_str(&text);
        loop {
            match reader.read_event() {
                Ok(quick_xml::events::Event::Eof) => break,
                Ok(_) => {}
                Err(error) => panic!("{name}: {error}\n{text}"),
            }
        }
    }
}
