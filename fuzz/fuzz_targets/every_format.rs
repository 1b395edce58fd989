//! A kind of package and its main part, or a mail: compile, check, fill with rows, read back; a document made must be a
//! good template again.
#![no_main]

use std::io::{Cursor, Write};

use libfuzzer_sys::fuzz_target;
use merge::{Culture, Format, Limits, Record, RefusedKind, Schema, Template, Value, document_text, preview_html};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

fn limits() -> Limits {
    const MB: usize = 1024 * 1024;
    Limits { package: 4 * MB, part: 4 * MB, sum: 8 * MB, output: 8 * MB, text: MB, ..Limits::default() }
}

/// Everything any template asks for, with relations in relations.
fn record(template: &Template, depth: usize) -> Record {
    let mut record = Record::new();
    for (at, code) in template.codes().enumerate() {
        match at % 4 {
            0 => record.set(code, Value::text("a\n<\t&  {b}")),
            1 => record.set(code, Value::Whole(at as i64)),
            2 => record.set(code, Value::Flag(at % 8 == 2)),
            _ => {}
        }
    }
    if depth > 0 {
        for relation in template.relations() {
            let relation = relation.to_owned();
            record.relate(&relation, vec![self::record(template, depth - 1), self::record(template, depth - 1)]);
        }
    }
    record
}

fn everything(format: Format, bytes: &[u8]) {
    let limits = limits();
    let _ = document_text(format, bytes.to_vec(), &limits);
    let _ = preview_html(format, bytes.to_vec(), &limits);
    let Ok(template) = Template::compile(format, bytes.to_vec(), &limits) else { return };
    let _ = template.check(&Schema::default());
    let record = record(&template, 2);
    let mut streamed = Vec::new();
    let filled = template.fill(&record, &Culture::default());
    let handed_on = template.fill_to(&record, &Culture::default(), &mut streamed);
    let Ok(document) = filled else { return };
    assert!(handed_on.is_ok(), "what can be held can be handed on");
    for document in [document, streamed] {
        match Template::compile(format, document, &Limits::default()) {
            Ok(_) => {}
            // Values may have carried it over a cap.
            Err(refused) if matches!(refused.kind, RefusedKind::TooLarge | RefusedKind::RatioTooHigh) => {}
            Err(refused) => panic!("a document made is a good template: {refused:?}"),
        }
    }
}

const OFFICE: &str = "application/vnd.openxmlformats-officedocument.";

fn package(parts: &[(&str, String)]) -> Option<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, content) in parts {
        writer.start_file(*name, stored).ok()?;
        writer.write_all(content.as_bytes()).ok()?;
    }
    Some(writer.finish().ok()?.into_inner())
}

fn types(overrides: &[(&str, &str)]) -> String {
    let each = overrides.iter().map(|(part, kind)| {
        format!("<Override PartName=\"{part}\" ContentType=\"{OFFICE}{kind}+xml\"/>")
    });
    let each: String = each.collect();
    format!("<Types xmlns=\"t\"><Default Extension=\"xml\" ContentType=\"application/xml\"/>{each}</Types>")
}

fn around(format: Format, inside: &str) -> Option<Vec<u8>> {
    let main = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
        xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
    match format {
        Format::Xlsx => package(&[
            ("[Content_Types].xml", types(&[
                ("/xl/workbook.xml", "spreadsheetml.sheet.main"),
                ("/xl/worksheets/sheet1.xml", "spreadsheetml.worksheet"),
            ])),
            ("xl/workbook.xml", format!("<workbook {main}><sheets><sheet name=\"A\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>")),
            ("xl/_rels/workbook.xml.rels", "<Relationships><Relationship Id=\"r1\" Type=\"x/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>".to_owned()),
            ("xl/worksheets/sheet1.xml", format!("<worksheet {main}>{inside}</worksheet>")),
        ]),
        Format::Pptx => package(&[
            ("[Content_Types].xml", types(&[
                ("/ppt/presentation.xml", "presentationml.presentation.main"),
                ("/ppt/slides/slide1.xml", "presentationml.slide"),
            ])),
            ("ppt/presentation.xml", "<p:presentation xmlns:p=\"http://schemas.openxmlformats.org/presentationml/2006/main\" \
                xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><p:sldIdLst><p:sldId id=\"256\" \
                r:id=\"r1\"/></p:sldIdLst></p:presentation>".to_owned()),
            ("ppt/_rels/presentation.xml.rels", "<Relationships><Relationship Id=\"r1\" Type=\"x/slide\" Target=\"slides/slide1.xml\"/></Relationships>".to_owned()),
            ("ppt/slides/slide1.xml", format!("<p:sld xmlns:p=\"p\" xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\">{inside}</p:sld>")),
        ]),
        Format::Odt | Format::Ods => package(&[
            ("mimetype", format.media_type().to_owned()),
            ("content.xml", format!(
                "<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
                 xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" \
                 xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
                 xmlns:draw=\"urn:oasis:names:tc:opendocument:xmlns:drawing:1.0\" \
                 xmlns:xlink=\"http://www.w3.org/1999/xlink\">{inside}</office:document-content>"
            )),
        ]),
        _ => None,
    }
}

fuzz_target!(|input: (u8, String)| {
    let (kind, inside) = input;
    let formats = [Format::Xlsx, Format::Pptx, Format::Odt, Format::Ods];
    let format = formats[usize::from(kind) % formats.len()];
    if let Some(bytes) = around(format, &inside) {
        everything(format, &bytes);
    }
    for format in [Format::Eml, Format::Text, Format::Html] {
        everything(format, inside.as_bytes());
    }
});
