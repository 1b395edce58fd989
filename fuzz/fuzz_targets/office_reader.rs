//! Bytes as an Office document, through every public operation.
#![no_main]

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use libfuzzer_sys::fuzz_target;
use merge::{Culture, Format, Limits, RefusedKind, Template, document_text, preview_html, probe};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Caps small enough that a run is quick, large enough that every branch is reached.
fn limits() -> Limits {
    const MB: usize = 1024 * 1024;
    Limits { package: 4 * MB, part: 4 * MB, sum: 8 * MB, output: 8 * MB, text: MB, ..Limits::default() }
}

fn everything(format: Format, bytes: &[u8]) {
    let limits = limits();
    let _ = document_text(format, bytes.to_vec(), &limits);
    let _ = preview_html(format, bytes.to_vec(), &limits);
    let Ok(template) = Template::compile(format, bytes.to_vec(), &limits) else { return };
    let values: BTreeMap<String, String> = template
        .codes()
        .enumerate()
        .filter(|(at, _)| at % 2 == 0)
        .map(|(_, code)| (code.into(), "a\n<\t&".into()))
        .collect();
    let Ok(document) = template.fill(&values, &Culture::default()) else { return };
    match Template::compile(format, document, &Limits::default()) {
        Ok(_) => {}
        // Values may have carried it over a cap.
        Err(refused) if matches!(refused.kind, RefusedKind::TooLarge | RefusedKind::RatioTooHigh) => {}
        Err(refused) => panic!("a document made is a good template: {refused:?}"),
    }
}

const TYPES: &str = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"#;
const SPACES: &str = r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006""#;

/// A package, uncompressed, whose body is `inside`: the readers of parts are reached without guessing a checksum. What
/// comes before the first zero byte is the body, what comes after it the relationships.
fn around(inside: &[u8]) -> Option<Vec<u8>> {
    let (body, relations) = match inside.iter().position(|&byte| byte == 0) {
        Some(at) => (&inside[..at], &inside[at + 1..]),
        None => (inside, &b""[..]),
    };
    let parts = [
        ("[Content_Types].xml", TYPES.as_bytes().to_vec()),
        ("word/document.xml", [b"<w:document ", SPACES.as_bytes(), b">", body, b"</w:document>"].concat()),
        ("word/_rels/document.xml.rels", [b"<Relationships>", relations, b"</Relationships>"].concat()),
    ];
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, content) in parts {
        writer.start_file(name, stored).ok()?;
        writer.write_all(&content).ok()?;
    }
    Some(writer.finish().ok()?.into_inner())
}

fuzz_target!(|bytes: &[u8]| {
    let _ = probe(bytes);
    everything(Format::Docx, bytes);
    everything(Format::Html, bytes);
    if let Some(package) = around(bytes) {
        everything(Format::Docx, &package);
    }
});
