//! Plain text and HTML through the public door.
#![allow(clippy::expect_used, reason = "the helpers of tests fail loudly")]

use merge::{Culture, Format, Limits, RefusedKind, Template, document_text, preview_html};

fn fill(format: Format, text: &[u8], pairs: &[(&str, &str)]) -> Vec<u8> {
    let values = pairs
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect::<std::collections::BTreeMap<_, _>>();
    let template = Template::compile(format, text.to_vec(), &Limits::default()).expect("good");
    template.fill(&values, &Culture::default()).expect("filled")
}

#[test]
fn text_is_filled_in_both_brackets_and_nothing_is_escaped() {
    let filled = fill(Format::Text, b"{name} <name> {none} <none>", &[("name", "A & <B>")]);
    assert_eq!(filled, b"A & <B> A & <B> {none} <none>");
}

#[test]
fn text_keeps_its_line_ends() {
    assert_eq!(fill(Format::Text, b"x\r\n{addr}", &[("addr", "1\n2\r\n3")]), b"x\r\n1\r\n2\r\n3");
    assert_eq!(fill(Format::Text, b"x\n{addr}", &[("addr", "1\r\n2")]), b"x\n1\n2");
}

#[test]
fn padding_fills_codes_up_until_it_is_switched_off() {
    let text = b"{padd6}{name}|{none}|{long}|{padd0}{name}|";
    assert_eq!(
        fill(Format::Text, text, &[("name", "ab"), ("long", "abcdefgh")]),
        b"ab    |{none}|abcdefgh|ab|"
    );
    let wide = "{padd4}{name}|".as_bytes();
    assert_eq!(fill(Format::Text, wide, &[("name", "å")]), "å   |".as_bytes(), "characters count, not bytes");
}

#[test]
fn the_encoding_of_a_text_is_kept() {
    let marked = fill(Format::Text, "\u{FEFF}{name}".as_bytes(), &[("name", "ø")]);
    assert_eq!(marked, "\u{FEFF}ø".as_bytes());
    for unit in [u16::to_le_bytes, u16::to_be_bytes] {
        let wide =
            |text: &str| [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(unit).collect::<Vec<u8>>();
        assert_eq!(fill(Format::Text, &wide("{name}!"), &[("name", "\u{1F600}")]), wide("\u{1F600}!"));
    }
}

#[test]
fn what_is_not_text_is_refused() {
    for (bytes, kind) in [
        (b"caf\xE9".as_slice(), RefusedKind::BadEncoding),
        (b"a\0b", RefusedKind::NotAPackage),
        (b"\xFF\xFEx", RefusedKind::BadEncoding),
    ] {
        let refused =
            Template::compile(Format::Text, bytes.to_vec(), &Limits::default()).expect_err("not text");
        assert_eq!(refused.kind, kind);
    }
}

#[test]
fn previews_and_texts_of_flat_files_are_safe() {
    let limits = Limits::default();
    assert_eq!(
        preview_html(Format::Text, b"<b>&".to_vec(), &limits).as_deref(),
        Ok("<pre>&lt;b&gt;&amp;</pre>")
    );
    let page = b"<h1 onclick=x>A</h1><script>x</script>".to_vec();
    assert_eq!(preview_html(Format::Html, page.clone(), &limits).as_deref(), Ok("<h1>A</h1>"));
    assert_eq!(document_text(Format::Html, page, &limits).as_deref(), Ok("A"));
    let short = Limits { text: 2, ..limits };
    assert_eq!(
        document_text(Format::Text, "aåb".into(), &short).as_deref(),
        Ok("a"),
        "cut between characters"
    );
}

#[test]
fn formats_are_known_by_name_and_extension() {
    assert_eq!(Format::of("Letter.DOCX"), Some(Format::Docx));
    assert_eq!(Format::of("docx"), Some(Format::Docx));
    assert_eq!(Format::of("page.htm"), Some(Format::Html));
    assert_eq!(Format::of("notes.txt"), Some(Format::Text));
    for other in ["a.dotm", "a.xltx", "", "a.", "docx.exe"] {
        assert_eq!(Format::of(other), None, "{other}");
    }
    for format in Format::ALL {
        assert_eq!(Format::of(format.extension()), Some(format));
    }
}
