//! Joined documents: what each brings along, and that nothing of one gets into another.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod common;

use common::{Pack, W, rels, well_formed};
use merge::build::{Docx, Paragraph, Run};
use merge::{Format, Limits, RefusedKind, can_join, document_text, join};
use proptest::prelude::*;

const BASE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

fn part(bytes: &[u8], name: &str) -> String {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut file = zip.by_name(name).unwrap_or_else(|_| panic!("{name} is missing"));
    let mut text = String::new();
    std::io::Read::read_to_string(&mut file, &mut text).unwrap();
    text
}

fn joined(documents: Vec<Vec<u8>>) -> Vec<u8> {
    join(Format::Docx, documents, &Limits::default()).unwrap()
}

fn said(bytes: Vec<u8>) -> String {
    document_text(Format::Docx, bytes, &Limits::default()).unwrap()
}

#[test]
fn each_document_keeps_its_own_header_and_begins_on_page_one() {
    let letter = |name: &str| {
        Docx::new()
            .header(Paragraph::new().text(&format!("To {name}")))
            .footer(Paragraph::new().run(Run::page_number()))
            .paragraph(Paragraph::new().text(&format!("Dear {name}")))
            .finish()
    };
    let whole = joined(["Ada", "Bo", "Cy"].map(letter).to_vec());
    let body = part(&whole, "word/document.xml");
    assert_eq!(body.matches("<w:sectPr").count(), 3, "{body}");
    assert_eq!(body.matches("w:start=\"1\"").count(), 2, "{body}");
    assert_eq!(body.matches("w:val=\"nextPage\"").count(), 2, "{body}");
    let said = said(whole.clone());
    for name in ["Ada", "Bo", "Cy"] {
        assert_eq!(said.matches(&format!("To {name}")).count(), 1, "{said}");
        assert_eq!(said.matches(&format!("Dear {name}")).count(), 1, "{said}");
    }
    // What is alike in all is there once: the footer, the styles.
    let zip = zip::ZipArchive::new(std::io::Cursor::new(&whole)).unwrap();
    let names: Vec<_> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
    assert_eq!(names.iter().filter(|name| name.contains("footer")).count(), 1, "{names:?}");
    assert_eq!(names.iter().filter(|name| name.contains("header")).count(), 3, "{names:?}");
}

#[test]
fn one_document_joined_is_itself() {
    let letter = Docx::new().paragraph(Paragraph::new().text("Dear Ada")).finish();
    assert_eq!(part(&joined(vec![letter.clone()]), "word/document.xml"), part(&letter, "word/document.xml"));
}

/// A document with a picture, a link, a list, a bookmark and a footnote, each with its own content.
fn rich(n: u8) -> Vec<u8> {
    let body = format!(
        "<w:p><w:bookmarkStart w:id=\"1\" w:name=\"here\"/><w:r><w:t>Part {n}</w:t></w:r><w:bookmarkEnd w:id=\"1\"/></w:p>\
         <w:p><w:pPr><w:numPr><w:ilvl w:val=\"0\"/><w:numId w:val=\"4\"/></w:numPr></w:pPr><w:r><w:t>Item {n}</w:t></w:r></w:p>\
         <w:p><w:hyperlink r:id=\"rId9\"><w:r><w:t>Link</w:t></w:r></w:hyperlink>\
         <w:r><w:footnoteReference w:id=\"2\"/></w:r><w:r><w:pict><v:shape><v:imagedata r:id=\"rId8\"/></v:shape></w:pict></w:r></w:p>\
         <w:sectPr><w:pgSz w:w=\"1\" w:h=\"2\"/><w:cols w:space=\"7\"/></w:sectPr>"
    );
    let notes = format!(
        "<w:footnotes {W}><w:footnote w:type=\"separator\" w:id=\"0\"><w:p/></w:footnote>\
         <w:footnote w:id=\"2\"><w:p><w:r><w:t>Note {n}</w:t></w:r></w:p></w:footnote></w:footnotes>"
    );
    let numbering = format!(
        "<w:numbering {W}><w:abstractNum w:abstractNumId=\"3\"/><w:num w:numId=\"4\"><w:abstractNumId w:val=\"3\"/></w:num></w:numbering>"
    );
    let relations = rels(&format!(
        "<Relationship Id=\"rId7\" Type=\"{BASE}/footnotes\" Target=\"footnotes.xml\"/>\
         <Relationship Id=\"rId6\" Type=\"{BASE}/numbering\" Target=\"numbering.xml\"/>\
         <Relationship Id=\"rId8\" Type=\"{BASE}/image\" Target=\"media/image1.png\"/>\
         <Relationship Id=\"rId9\" Type=\"{BASE}/hyperlink\" Target=\"https://example.com/{n}\" TargetMode=\"External\"/>"
    ));
    let mut pack = Pack::word(&body)
        .with("word/_rels/document.xml.rels", &relations)
        .with("word/footnotes.xml", &notes)
        .with("word/numbering.xml", &numbering);
    pack.set("word/media/image1.png", vec![n; 40]);
    pack.bytes()
}

#[test]
fn pictures_links_lists_notes_and_bookmarks_of_each_stay_its_own() {
    let whole = joined(vec![rich(1), rich(2)]);
    let body = part(&whole, "word/document.xml");
    let relations = part(&whole, "word/_rels/document.xml.rels");
    assert!(relations.contains("https://example.com/1") && relations.contains("https://example.com/2"));
    assert!(body.contains("r:id=\"rId9\"") && body.contains("r:id=\"rIdJoined1\""), "{body}");
    assert!(relations.contains("/word/media/j1-image1.png"), "{relations}");
    assert!(part(&whole, "[Content_Types].xml").contains("/word/media/j1-image1.png"));
    let notes = part(&whole, "word/footnotes.xml");
    assert!(notes.contains("Note 1") && notes.contains("Note 2") && notes.contains("w:id=\"3\""), "{notes}");
    assert!(
        body.contains("<w:footnoteReference w:id=\"2\"/>")
            && body.contains("<w:footnoteReference w:id=\"3\"/>")
    );
    let numbering = part(&whole, "word/numbering.xml");
    assert!(numbering.contains("<w:num w:numId=\"5\"><w:abstractNumId w:val=\"3\"/>"), "{numbering}");
    assert!(numbering.contains("<w:startOverride w:val=\"1\"/>") && body.contains("<w:numId w:val=\"5\"/>"));
    assert!(
        body.contains("w:id=\"100001\" w:name=\"here_1\"")
            && body.contains("<w:bookmarkEnd w:id=\"100001\"/>")
    );
    // In the order the schema wants: type before the size of the page, numbering before columns.
    let section = "<w:sectPr><w:type w:val=\"nextPage\"/><w:pgSz w:w=\"1\" w:h=\"2\"/><w:pgNumType w:start=\"1\"/><w:cols w:space=\"7\"/></w:sectPr>";
    assert!(body.contains(section), "{body}");
}

#[test]
fn a_document_without_sections_and_one_with_several_are_divided_all_the_same() {
    let plain = |n: u8| Pack::word(&format!("<w:p><w:r><w:t>Part {n}</w:t></w:r></w:p>")).bytes();
    let body = part(&joined(vec![plain(1), plain(2)]), "word/document.xml");
    assert_eq!(body.matches("<w:sectPr>").count(), 2, "{body}");
    let several = |n: u8| {
        Pack::word(&format!(
            "<w:p><w:pPr><w:sectPr><w:type w:val=\"continuous\"/><w:pgNumType w:start=\"9\"/></w:sectPr></w:pPr></w:p>\
             <w:p><w:r><w:t>Part {n}</w:t></w:r></w:p><w:sectPr><w:type w:val=\"evenPage\"/></w:sectPr>"
        ))
        .bytes()
    };
    let body = part(&joined(vec![several(1), several(2)]), "word/document.xml");
    assert_eq!(
        body.matches("w:val=\"continuous\"").count(),
        1,
        "the first section of the second begins a page"
    );
    assert_eq!(body.matches("w:val=\"evenPage\"").count(), 2, "its second stays as it is");
    assert_eq!(body.matches("w:start=\"9\"").count(), 1);
}

#[test]
fn texts_are_joined_and_other_formats_are_refused() {
    let texts = vec![b"one".to_vec(), b"two".to_vec()];
    assert_eq!(join(Format::Text, texts, &Limits::default()).unwrap(), b"one\n\x0c\ntwo");
    assert!(!can_join(Format::Xlsx));
    let refused = join(Format::Xlsx, vec![Vec::new()], &Limits::default()).unwrap_err();
    assert_eq!(refused.kind, RefusedKind::WrongKind);
    assert!(join(Format::Docx, vec![b"no package".to_vec()], &Limits::default()).is_err());
    assert!(join(Format::Docx, Vec::new(), &Limits::default()).is_err());
}

/// Pieces a body is put together from, whole and broken.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<w:p/>"),
        Just("<w:p><w:pPr><w:sectPr/></w:pPr></w:p>"),
        Just("<w:sectPr><w:pgNumType/></w:sectPr>"),
        Just("<w:sectPr><w:pgNumType w:fmt=\"decimal\"></w:pgNumType><w:cols/></w:sectPr>"),
        Just("<w:sectPr><w:type/><w:titlePg/></w:sectPr>"),
        Just("<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>"),
        Just("<w:p><w:r><w:footnoteReference w:id=\"9\"/></w:r></w:p>"),
        Just("<w:p><w:pPr><w:numPr><w:numId w:val=\"77\"/></w:numPr></w:pPr></w:p>"),
        Just("<w:bookmarkStart w:id=\"x\" w:name=\"a&amp;b\"/>"),
        Just("<w:p><w:hyperlink r:id=\"rId99\" w:anchor=\"_top\"/></w:p>"),
        Just("<w:body><w:sectPr/></w:body>"),
        Just("text"),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn whatever_is_joined_is_well_formed_or_refused(bodies in prop::collection::vec(pieces(), 1..4)) {
        let documents: Vec<_> = bodies.iter().map(|body| Pack::word(body).bytes()).collect();
        if let Ok(whole) = join(Format::Docx, documents, &Limits::default()) {
            well_formed(&whole);
            let alone = bodies.first().map(|body| Pack::word(body).bytes()).unwrap_or_default();
            let _ = said(alone);
        }
    }

    #[test]
    fn torn_documents_are_refused_and_nothing_panics(cut in 0_usize..3_000, byte in any::<u8>()) {
        let mut second = rich(2);
        let at = cut % second.len();
        second[at] = byte;
        let _ = join(Format::Docx, vec![rich(1), second.clone()], &Limits::default());
        second.truncate(at);
        prop_assert!(join(Format::Docx, vec![rich(1), second], &Limits::default()).is_err());
    }
}
