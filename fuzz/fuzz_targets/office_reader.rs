//! Bytes as an Office document, through every public operation.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use merge::build::{Docx, Paragraph};
use merge::{Culture, Format, Limits, Template, document_text, preview_html, probe};

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
    let values: BTreeMap<String, String> =
        template.codes().enumerate().filter(|(at, _)| at % 2 == 0).map(|(_, code)| (code.into(), "a\n<\t&".into())).collect();
    let Ok(document) = template.fill(&values, &Culture::default()) else { return };
    let again = Template::compile(format, document, &limits);
    assert!(again.is_ok(), "a document made is a good template: {:?}", again.err());
}

/// A package, uncompressed, whose document part is `inside`: the XML reader is reached without guessing a checksum.
fn around(inside: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(inside).ok()?;
    // The text as the builder escapes it is harmless; what it says is still read for codes.
    Some(Docx::new().title(text).paragraph(Paragraph::new().text(text)).finish())
}

fuzz_target!(|bytes: &[u8]| {
    let _ = probe(bytes);
    everything(Format::Docx, bytes);
    everything(Format::Html, bytes);
    if let Some(package) = around(bytes) {
        everything(Format::Docx, &package);
    }
});
