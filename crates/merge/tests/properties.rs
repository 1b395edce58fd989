//! What holds for every input.
#![allow(clippy::expect_used, reason = "the helpers of tests fail loudly")]

mod common;

use common::{Pack, compile, fill, part, values, well_formed};
use merge::{Culture, Format, Limits, Template, document_text, preview_html, probe};
use proptest::prelude::*;

/// Values as documents show them: illegal characters gone, line breaks alike.
fn shown(value: &str) -> String {
    let value = value.replace("\r\n", "\n").replace('\r', "\n");
    value.chars().filter(|&c| matches!(c, '\t' | '\n' | ' '..='\u{FFFD}' | '\u{10000}'..)).collect()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A paragraph whose text is cut into runs at the given places, with what Word puts in between.
fn cut_up(text: &str, cuts: &[usize]) -> String {
    const BETWEEN: [&str; 4] = [
        "",
        "<w:proofErr w:type=\"spellStart\"/>",
        "<w:bookmarkStart w:id=\"1\" w:name=\"b\"/><w:bookmarkEnd w:id=\"1\"/>",
        "<w:r><w:rPr><w:b/></w:rPr><w:lastRenderedPageBreak/></w:r>",
    ];
    let chars: Vec<char> = text.chars().collect();
    let mut cuts: Vec<usize> =
        cuts.iter().map(|cut| cut % (chars.len() + 1)).chain([0, chars.len()]).collect();
    cuts.sort_unstable();
    let pieces = cuts.windows(2).map(|pair| chars[pair[0]..pair[1]].iter().collect::<String>());
    let runs =
        pieces.enumerate().map(|(at, piece)| format!("{}{}", BETWEEN[at % 4], common::run(&escape(&piece))));
    format!("<w:p>{}</w:p>", runs.collect::<String>())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn splitting_over_runs_changes_nothing_in_the_text(
        cuts in proptest::collection::vec(any::<usize>(), 0..30),
        name in "[a-zæøå <>&{}]{0,20}",
    ) {
        let text = "Dear {attn}, <NAME> and {zzzz} of {{name}} {a b} <na{me}";
        let values = values([("attn", "Kari"), ("name", &name)]);
        let whole = fill(&Pack::word(&cut_up(text, &[])).template(), &values);
        let split = fill(&Pack::word(&cut_up(text, &cuts)).template(), &values);
        let read = |bytes| document_text(Format::Docx, bytes, &Limits::default()).expect("readable");
        let want = format!("Dear Kari, {name} and {{zzzz}} of {{{name}}} {{a b}} <na{{me}}\n");
        prop_assert_eq!(read(whole), want.clone());
        prop_assert_eq!(read(split), want);
    }

    #[test]
    fn any_value_gives_a_sound_document_and_reads_back(value in any::<String>(), other in "\\PC{0,3000}") {
        let inside = format!("{}{}", common::para("{name}|{o}"), common::para(&"filler ".repeat(600)));
        let filled = fill(&Pack::word(&inside).template(), &values([("name", &value), ("o", &other)]));
        let text = document_text(Format::Docx, filled, &Limits::default()).expect("readable");
        let want = format!("{}|{}\n", shown(&value), shown(&other));
        prop_assert!(text.starts_with(&want), "{text:?} does not start with {want:?}");
    }

    #[test]
    fn any_value_stays_text_in_html_and_text(value in any::<String>()) {
        let values = values([("name", &value)]);
        let culture = Culture::default();
        let page = Template::compile(Format::Html, b"<p>[{name}]</p>".to_vec(), &Limits::default()).expect("good");
        let page = String::from_utf8(page.fill(&values, &culture).expect("filled")).expect("UTF-8");
        prop_assert_eq!(page.replace("<br>", "").matches('<').count(), 2, "{}", page);
        let text = Template::compile(Format::Text, b"[{name}]".to_vec(), &Limits::default()).expect("good");
        let text = String::from_utf8(text.fill(&values, &culture).expect("filled")).expect("UTF-8");
        prop_assert_eq!(text, format!("[{}]", shown(&value)));
    }

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = probe(&bytes);
        for format in Format::ALL {
            everything(format, &bytes);
        }
        let mut package = b"PK\x03\x04".to_vec();
        package.extend(&bytes);
        everything(Format::Docx, &package);
    }

    #[test]
    fn damaged_packages_never_panic_and_never_pass_damaged(
        changes in proptest::collection::vec((any::<usize>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = Pack::word(&common::para("{name} text")).bytes();
        for (at, byte) in changes {
            let len = bytes.len();
            bytes[at % len] = byte;
        }
        everything(Format::Docx, &bytes);
    }

    #[test]
    fn any_arrangement_of_elements_never_panics(picks in proptest::collection::vec(0..PIECES.len(), 0..60)) {
        let mut open = Vec::new();
        let mut inside = String::new();
        for pick in picks {
            match PIECES[pick] {
                "/" => if let Some(name) = open.pop() {
                    inside.extend(["</", name, ">"]);
                },
                text if !text.starts_with('<') => inside.push_str(text),
                tag => {
                    inside.push_str(tag);
                    if !tag.ends_with("/>") {
                        open.push(tag[1..].split([' ', '>']).next().expect("a name"));
                    }
                }
            }
        }
        while let Some(name) = open.pop() {
            inside.extend(["</", name, ">"]);
        }
        everything(Format::Docx, &Pack::word(&inside).bytes());
        everything(Format::Html, inside.replace("w:", "").as_bytes());
    }

    #[test]
    fn any_page_is_reduced_to_a_balanced_fragment(page in "([<>/a-z =\"'!&;-]|<p>|</p>|<script>|<b>|<td>|<!--|-->|<svg>){0,60}") {
        let safe = preview_html(Format::Html, page.clone().into_bytes(), &Limits::default()).expect("text");
        balanced(&safe);
        prop_assert!(!safe.contains("<script") && !safe.contains("<svg"), "{safe}");
        everything(Format::Html, page.as_bytes());
    }
}

const PIECES: [&str; 24] = [
    "/",
    "/",
    "/",
    "/",
    "<w:p>",
    "<w:r>",
    "<w:t>",
    "<w:tbl>",
    "<w:tr>",
    "<w:tc>",
    "<w:txbxContent>",
    "<mc:AlternateContent>",
    "<mc:Fallback>",
    "<w:fldChar w:fldCharType=\"begin\"/>",
    "<w:fldChar w:fldCharType=\"separate\"/>",
    "<w:fldChar w:fldCharType=\"end\"/>",
    "<w:br/>",
    "<w:rPr>",
    "<w:b/>",
    "{na",
    "me}",
    "{name}",
    "&lt;name&gt;",
    "<w:gridSpan w:val=\"3\"/>",
];

/// Every public operation; results are checked where there are any.
fn everything(format: Format, bytes: &[u8]) {
    let limits = Limits::default();
    if let Ok(template) = Template::compile(format, bytes.to_vec(), &limits) {
        let filled =
            template.fill(&values([("name", "a\nb\tc<")]), &Culture::default()).expect("small values fit");
        if format == Format::Docx {
            well_formed(&filled);
            compile(filled).expect("a document made is a good template");
        }
        template.text();
    }
    let _ = document_text(format, bytes.to_vec(), &limits);
    if let Ok(html) = preview_html(format, bytes.to_vec(), &limits) {
        balanced(&html);
    }
}

/// Every element of a fragment is closed, in order.
fn balanced(html: &str) {
    let mut open = Vec::new();
    for tag in html.split('<').skip(1) {
        let tag = tag.split('>').next().expect("a tag");
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{html}"),
            None if matches!(tag, "br" | "hr") => {}
            None => open.push(tag.split(' ').next().expect("a name")),
        }
    }
    assert!(open.is_empty(), "{html}");
}

#[test]
fn a_filled_part_is_the_original_with_the_codes_replaced() {
    let inside = common::para("{name}");
    let pack = Pack::word(&inside);
    let (before, after) =
        (part(&pack.bytes(), "word/document.xml"), fill(&pack.template(), &values([("name", "X")])));
    assert_eq!(part(&after, "word/document.xml"), before.replace("{name}", "X"));
}
