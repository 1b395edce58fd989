//! Files that are zip archives: office files, books and zipped pages, with a text in them.

use super::office::{escaped, html, joined};
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

pub(super) const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
pub(super) const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// An archive of parts; the first is not compressed.
pub(super) fn archive(parts: &[(&str, String)]) -> Option<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (number, (name, text)) in parts.iter().enumerate() {
        let method = if number == 0 { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).ok()?;
        writer.write_all(text.as_bytes()).ok()?;
    }
    Some(writer.finish().ok()?.into_inner())
}

pub(super) fn types(parts: &[(&str, &str)]) -> String {
    let mut overrides = String::new();
    for (name, kind) in parts {
        let _ = write!(overrides, "<Override PartName=\"/{name}\" ContentType=\"{kind}\"/>");
    }
    format!(
        "{HEAD}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/>{overrides}</Types>"
    )
}

pub(super) fn relation(kind: &str, target: &str) -> String {
    relations(&[(kind, target)])
}

/// Relations `rId1`, `rId2` and so on: what each is, and where.
pub(super) fn relations(all: &[(&str, &str)]) -> String {
    let mut inner = String::new();
    for (number, (kind, target)) in all.iter().enumerate() {
        let number = number + 1;
        let _ =
            write!(inner, "<Relationship Id=\"rId{number}\" Type=\"{OFFICE}/{kind}\" Target=\"{target}\"/>");
    }
    format!("{HEAD}<Relationships xmlns=\"{RELATIONS}\">{inner}</Relationships>")
}

/// A text document with a paragraph for each line.
pub(super) fn docx(text: &str) -> Option<Vec<u8>> {
    let lines = joined(text.lines(), "<w:p><w:r><w:t xml:space=\"preserve\">", "</w:t></w:r></w:p>");
    let body = format!(
        "{HEAD}<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>{lines}</w:body></w:document>"
    );
    let kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
    archive(&[
        ("[Content_Types].xml", types(&[("word/document.xml", kind)])),
        ("_rels/.rels", relation("officeDocument", "word/document.xml")),
        ("word/document.xml", body),
    ])
}

/// A workbook with one sheet of CSV's rows.
pub(super) fn xlsx(text: &str) -> Option<Vec<u8>> {
    let cell = |value: &str| {
        let value = escaped(value.trim_matches('"'));
        format!("<c t=\"inlineStr\"><is><t>{value}</t></is></c>")
    };
    let row = |line: &str| format!("<row>{}</row>", line.split(',').map(cell).collect::<String>());
    let rows: String = text.lines().map(row).collect();
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let sheet = format!("{HEAD}<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>");
    let book = format!(
        "{HEAD}<workbook xmlns=\"{main}\" xmlns:r=\"{OFFICE}\"><sheets><sheet name=\"Sheet1\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
    );
    let kinds = [
        ("xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"),
        (
            "xl/worksheets/sheet1.xml",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml",
        ),
    ];
    archive(&[
        ("[Content_Types].xml", types(&kinds)),
        ("_rels/.rels", relation("officeDocument", "xl/workbook.xml")),
        ("xl/workbook.xml", book),
        ("xl/_rels/workbook.xml.rels", relation("worksheet", "worksheets/sheet1.xml")),
        ("xl/worksheets/sheet1.xml", sheet),
    ])
}

/// An OpenDocument file of a type.
pub(super) fn open_document(mime: &str, text: &str) -> Option<Vec<u8>> {
    let space = |name: &str| format!("xmlns:{name}=\"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0\"");
    let line = |line: &str| format!("<text:p>{}</text:p>", escaped(line));
    let body = if mime.ends_with("spreadsheet") {
        let cell = |value: &str| {
            format!("<table:table-cell office:value-type=\"string\">{}</table:table-cell>", line(value))
        };
        let row = |text: &str| {
            format!("<table:table-row>{}</table:table-row>", text.split(',').map(cell).collect::<String>())
        };
        let rows: String = text.lines().map(row).collect();
        format!(
            "<office:spreadsheet><table:table table:name=\"Sheet1\">{rows}</table:table></office:spreadsheet>"
        )
    } else {
        let lines: String = text.lines().map(line).collect();
        if mime.ends_with("presentation") {
            format!(
                "<office:presentation><draw:page draw:name=\"page1\"><draw:frame><draw:text-box>{lines}</draw:text-box></draw:frame></draw:page></office:presentation>"
            )
        } else {
            format!("<office:text>{lines}</office:text>")
        }
    };
    let content = format!(
        "{HEAD}<office:document-content {} {} {} {} office:version=\"1.2\"><office:body>{body}</office:body></office:document-content>",
        space("office"),
        space("text"),
        space("table"),
        "xmlns:draw=\"urn:oasis:names:tc:opendocument:xmlns:drawing:1.0\""
    );
    let manifest = format!(
        "{HEAD}<manifest:manifest {} manifest:version=\"1.2\"><manifest:file-entry manifest:full-path=\"/\" manifest:media-type=\"{mime}\"/><manifest:file-entry manifest:full-path=\"content.xml\" manifest:media-type=\"text/xml\"/></manifest:manifest>",
        space("manifest")
    );
    archive(&[("mimetype", mime.to_owned()), ("content.xml", content), ("META-INF/manifest.xml", manifest)])
}

/// A book with one chapter.
pub(super) fn epub(title: &str, text: &str) -> Option<Vec<u8>> {
    let container = format!(
        "{HEAD}<container version=\"1.0\" xmlns=\"urn:oasis:names:tc:opendocument:xmlns:container\"><rootfiles><rootfile full-path=\"book.opf\" media-type=\"application/oebps-package+xml\"/></rootfiles></container>"
    );
    let package = format!(
        "{HEAD}<package xmlns=\"http://www.idpf.org/2007/opf\" version=\"3.0\" unique-identifier=\"id\"><metadata xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:identifier id=\"id\">simulation</dc:identifier><dc:title>{}</dc:title><dc:language>en</dc:language></metadata><manifest><item id=\"text\" href=\"text.xhtml\" media-type=\"application/xhtml+xml\"/></manifest><spine><itemref idref=\"text\"/></spine></package>",
        escaped(title)
    );
    archive(&[
        ("mimetype", "application/epub+zip".to_owned()),
        ("META-INF/container.xml", container),
        ("book.opf", package),
        ("text.xhtml", html(title, text)),
    ])
}

/// A page in an archive.
pub(super) fn zipped_html(title: &str, text: &str) -> Option<Vec<u8>> {
    archive(&[("page.html", html(title, text))])
}
