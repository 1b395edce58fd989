//! Repeating whole slides and sheets: what may not be, and is said so.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod common;

use common::Pack;
use merge::{FindingKind, Format, Limits, Schema, Template};

fn found(format: Format, bytes: Vec<u8>) -> Vec<String> {
    let template = Template::compile(format, bytes, &Limits::default()).unwrap();
    let found = template.check(&Schema::default()).into_iter();
    found
        .filter(|finding| matches!(finding.kind, FindingKind::Crossing | FindingKind::NotUnderstood))
        .map(|finding| finding.sentence)
        .collect()
}

#[test]
fn only_slides_and_sheets_are_repeated_as_a_whole() {
    let text = found(Format::Text, b"{#each lines per slide}{name}".to_vec());
    assert!(text[0].contains("Only a slide of a presentation or a sheet"), "{text:?}");
    let word = Pack::word("<w:p><w:r><w:t>{#each lines per sheet}{name}</w:t></w:r></w:p>").bytes();
    let word = found(Format::Docx, word);
    assert!(word[0].contains("Only a slide of a presentation or a sheet"), "{word:?}");
}

#[test]
fn a_condition_or_a_group_over_a_whole_slide_is_not_understood() {
    let said = found(Format::Text, b"{#if lines per slide}x".to_vec());
    assert!(said[0].contains("not for a whole slide or sheet"), "{said:?}");
    let said = found(Format::Text, b"{#each lines group by kind per sheet}x".to_vec());
    assert!(said[0].contains("Leave `group by` out"), "{said:?}");
}
