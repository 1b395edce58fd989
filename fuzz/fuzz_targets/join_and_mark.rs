//! Bodies of Word documents joined into one, and previews with marks: what comes out is well-formed, or refused.
#![no_main]

use std::io::{Cursor, Write};

use libfuzzer_sys::fuzz_target;
use merge::{Format, Limits, Mark, document_text, join, mark_places, preview_html, unpack};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";

fn limits() -> Limits {
    const MB: usize = 1024 * 1024;
    Limits { package: 4 * MB, part: 4 * MB, sum: 8 * MB, output: 8 * MB, text: MB, ..Limits::default() }
}

fn document(body: &str, numbering: &str, notes: &str) -> Option<Vec<u8>> {
    let w = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
        xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
    let base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let parts = [
        ("[Content_Types].xml", format!("<Types><Default Extension=\"xml\" ContentType=\"application/xml\"/>\
            <Override PartName=\"/word/document.xml\" ContentType=\"{WORD}.document.main+xml\"/></Types>")),
        ("word/document.xml", format!("<w:document {w}><w:body>{body}</w:body></w:document>")),
        ("word/_rels/document.xml.rels", format!("<Relationships>\
            <Relationship Id=\"r1\" Type=\"{base}/numbering\" Target=\"numbering.xml\"/>\
            <Relationship Id=\"r2\" Type=\"{base}/footnotes\" Target=\"footnotes.xml\"/>\
            <Relationship Id=\"r3\" Type=\"{base}/header\" Target=\"header1.xml\"/></Relationships>")),
        ("word/numbering.xml", format!("<w:numbering {w}>{numbering}</w:numbering>")),
        ("word/footnotes.xml", format!("<w:footnotes {w}>{notes}</w:footnotes>")),
        ("word/header1.xml", format!("<w:hdr {w}>{notes}</w:hdr>")),
    ];
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, content) in parts {
        writer.start_file(name, stored).ok()?;
        writer.write_all(content.as_bytes()).ok()?;
    }
    Some(writer.finish().ok()?.into_inner())
}

fuzz_target!(|input: (String, String, String, String)| {
    let (first, second, numbering, notes) = input;
    let limits = limits();
    let _ = unpack(first.as_bytes().to_vec(), &limits);
    let (Some(one), Some(two)) = (document(&first, &numbering, &notes), document(&second, &notes, &numbering)) else {
        return;
    };
    if let Ok(html) = preview_html(Format::Docx, one.clone(), &limits) {
        let marks = [&second, &notes].map(|place| Mark { place, error: true, note: &numbering });
        let marked = mark_places(&html, &marks);
        assert_eq!(marked.html.matches("<mark ").count(), marked.html.matches("</mark>").count());
    }
    if let Ok(whole) = join(Format::Docx, vec![one.clone(), two, one], &limits) {
        assert!(document_text(Format::Docx, whole, &Limits::default()).is_ok(), "what was joined can be read");
    }
});
