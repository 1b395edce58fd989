//! What the checker says, what changed between versions, and what is refused in each format.
#![allow(clippy::expect_used, reason = "the helpers of tests fail loudly")]

mod common;

use common::{Pack, content_types, external, para, part, rels, run};
use merge::{
    Culture, Field, FieldKind, Finding, FindingKind, Format, Limits, Record, RefusedKind, Relation, Schema,
    Severity, Template, Value, differences, document_text, missing_in_language,
};

fn schema() -> Schema {
    let row = Schema {
        fields: vec![Field::text("title", "Title"), Field::text("price", "Price").kind(FieldKind::Number)],
        relations: Vec::new(),
    };
    Schema {
        fields: vec![
            Field::text("company.name", "Name").short("name").always(),
            Field::text("contact.first_name", "First name").short("atfn"),
            Field::text("sale.amount", "Amount").kind(FieldKind::Number),
        ],
        relations: vec![Relation { name: "sale.lines".into(), label: "Lines".into(), row }],
    }
}

fn text(template: &str) -> Template {
    Template::compile_for(Format::Text, template.into(), &Limits::default(), &schema()).expect("good")
}

fn found(template: &str) -> Vec<Finding> {
    text(template).check(&schema())
}

fn only(template: &str) -> Finding {
    let mut found = found(template);
    assert_eq!(found.len(), 1, "{template}: {found:?}");
    let finding = found.remove(0);
    assert!(finding.sentence.ends_with(['.', '?']), "{}", finding.sentence);
    finding
}

#[test]
fn a_slip_is_named_with_what_was_meant() {
    for (slip, meant) in [
        ("{nmae}", "{name}"),
        ("{contact.frist_name}", "{contact.first_name}"),
        ("{#each sale.lines as line}{line.prise}{/each}", "{line.price}"),
        ("{#each sale.lines}{tilte}{/each}", "{title}"),
        ("{#each sale.line}{name}{/each}", "sale.lines"),
    ] {
        let finding = only(slip);
        assert_eq!(finding.severity, Severity::Error);
        assert!(finding.sentence.contains(meant), "{slip}: {}", finding.sentence);
    }
    assert!(
        found("{name} {company.name} {atfn} {#each sale.lines}{title} {lines.price:2} {name}{/each}")
            .is_empty()
    );
    assert!(found("{#if sale.lines}{#sale.lines}{title}{/}{/if}{#each sale.lines group by title}{group}{#each group.rows}{price}{/each}{/each}").is_empty());
}

#[test]
fn conditions_that_always_hold_and_formats_that_do_not_fit_are_warned_about() {
    for (template, kind) in [
        ("{#if company.name}x{/if}", FindingKind::AlwaysTrue),
        ("{sale.amount:long}", FindingKind::FormatMismatch),
        ("{atfn:0.00}", FindingKind::FormatMismatch),
    ] {
        let finding = only(template);
        assert_eq!((finding.severity, finding.kind), (Severity::Warning, kind), "{template}");
    }
    assert!(found("{#if company.name = \"A\"}x{/if}{sale.amount:0.00}{atfn:upper}").is_empty());
}

#[test]
fn what_is_not_understood_is_an_error_with_its_words() {
    for template in ["{#for x in y}", "{name:%%}", "{#each}", "{#if name >}x{/if}"] {
        let found = found(template);
        assert!(
            found.iter().any(|f| f.kind == FindingKind::NotUnderstood && f.place.starts_with('{')),
            "{template}: {found:?}"
        );
    }
}

#[test]
fn pictures_without_words_links_to_outside_and_broken_codes_are_found_with_their_part() {
    let picture = "<w:p><w:r><w:drawing><wp:docPr xmlns:wp=\"wp\" id=\"1\" name=\"P\"/><a:blip r:embed=\"rId1\"/></w:drawing></w:r></w:p>";
    let broken = format!("<w:p>{}<w:r><w:tab/></w:r>{}</w:p>", run("{na"), run("me}"));
    let pack = Pack::word(&format!("{picture}{broken}"))
        .with("word/_rels/document.xml.rels", &rels(&external("rId7", "image", "https://x.example/p.png")));
    let pack = pack.with(
        "word/header1.xml",
        &format!("<w:hdr {}>{}</w:hdr>", common::W, para("{nmae}{#each x}{/each}")),
    );
    let mut found = pack.template().check(&Schema::default());
    let known = pack.template().check(&schema());
    for kind in [FindingKind::UnknownCode, FindingKind::UnknownRelation] {
        let named = known.iter().find(|finding| finding.kind == kind);
        assert_eq!(named.and_then(|finding| finding.part.as_deref()), Some("word/header1.xml"), "{known:?}");
    }
    found.retain(|finding| finding.severity == Severity::Warning);
    for kind in [FindingKind::NoAlternativeText, FindingKind::ExternalLink, FindingKind::BrokenCode] {
        let finding = found
            .iter()
            .find(|finding| finding.kind == kind)
            .unwrap_or_else(|| panic!("{kind:?}: {found:?}"));
        assert_eq!(finding.severity, Severity::Warning);
        assert!(finding.part.as_deref().is_some_and(|part| part.starts_with("word/")), "{finding:?}");
    }
}

#[test]
fn changes_are_told_as_a_person_would() {
    let old = text("Dear {atfn},\n\nWe offer {name}.\nRegards\n");
    let new = text("Dear {company.name},\n\nWe offer {name}.\nPrices:\n{#each sale.lines}{title}{/each}\n");
    let said = differences(&old, &new);
    for wanted in [
        "The code {title} is new.",
        "The code {atfn} is gone.",
        "The repetition over sale.lines is new.",
        "“Dear {atfn},” became “Dear {company.name},”.",
        "“Regards” became “Prices:”.",
        "“{#each sale.lines}{title}{/each}” was added.",
    ] {
        assert!(said.iter().any(|sentence| sentence == wanted), "{wanted}: {said:?}");
    }
    assert!(differences(&old, &old).is_empty());
    let missing = missing_in_language(&old, &text("Kjære {atfn}"), "nb-NO");
    assert!(missing.len() == 1 && missing[0].sentence.contains("{name}"), "{missing:?}");
}

#[test]
fn signed_documents_are_refused_and_macros_are_kept_where_the_name_allows_them() {
    let mut signed = Pack::word(&para("x"));
    signed.set("_xmlsignatures/sig1.xml", b"<a/>".to_vec());
    assert_eq!(common::refusal(signed.bytes()), RefusedKind::Signed);
    let text = document_text(Format::Docx, signed.bytes(), &Limits::default());
    assert_eq!(text.expect("a signed document can be looked at"), "x\n");

    let kind = "application/vnd.ms-word.document.macroEnabled.main+xml";
    let types = content_types("")
        .replace("application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml", kind);
    let mut pack = Pack::word(&para("{name}")).with("[Content_Types].xml", &types);
    pack.set("word/vbaProject.bin", b"macro bytes".to_vec());
    assert_eq!(common::refusal(pack.bytes()), RefusedKind::Macros);
    let template = Template::compile(Format::Docm, pack.bytes(), &Limits::default()).expect("kept");
    assert!(template.check(&Schema::default()).iter().any(|f| f.kind == FindingKind::Macros));
    let filled = template.fill(&common::values([("name", "X")]), &Culture::default()).expect("filled");
    assert_eq!(part(&filled, "word/vbaProject.bin"), "macro bytes");
    assert_eq!(document_text(Format::Docm, filled, &Limits::default()).expect("readable"), "X\n");
}

#[test]
fn a_file_of_another_kind_than_its_name_says_is_refused_in_every_format() {
    let word = Pack::word(&para("x")).bytes();
    for format in Format::ALL {
        let kind = Template::compile(format, word.clone(), &Limits::default()).map_err(|refused| {
            assert!(refused.message.ends_with('.'), "{}", refused.message);
            refused.kind
        });
        match format {
            Format::Docx | Format::Docm => assert!(kind.is_ok()),
            Format::Xlsx | Format::Xlsm | Format::Pptx | Format::Pptm => {
                assert_eq!(kind.err(), Some(RefusedKind::WrongKind));
            }
            Format::Odt | Format::Ods | Format::Odp | Format::Eml => {
                assert_eq!(kind.err(), Some(RefusedKind::NotAPackage));
            }
            _ => assert!(kind.is_err(), "{format:?}"),
        }
    }
}

const MAIL: &str = "From: {auth} <{auem}>\r\nTo: {name} <{mail}>\r\nSubject: =?utf-8?Q?Tilbud_p=C3=A5_{head}?=\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\
    Content-Transfer-Encoding: quoted-printable\r\n\r\nHei {name}, bl=E5b=E6r\r\n{#each lines}\r\n- {title}\r\n{/each}\r\n--b\r\n\
    Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nPHA+e25hbWV9PC9wPg==\r\n--b\r\n\
    Content-Type: application/pdf\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\ne25hbWV9\r\n--b--\r\n";

#[test]
fn mails_are_filled_in_headers_and_texts_and_attachments_stay() {
    let record = Record::new()
        .with_text("name", "Kåre & <Co>\r\nBcc: evil@x.example")
        .with_text("mail", "kare@x.example>, <evil@x.example")
        .with_text("auth", "Ada")
        .with_text("auem", "ada@n.example")
        .with_text("head", "bøker")
        .with_rows(
            "lines",
            [
                Record::new().with("title", Value::text("Én\n--b--\nevil")),
                Record::new().with_text("title", "To"),
            ],
        );
    let template = Template::compile(Format::Eml, MAIL.into(), &Limits::default()).expect("a mail");
    let filled = template.fill(&record, &Culture::default()).expect("filled");
    let mail = String::from_utf8(filled.clone()).expect("ASCII");
    assert!(mail.is_ascii() && mail.contains("From: Ada <ada@n.example>\r\n"), "{mail}");
    let (head, _) = mail.split_once("\r\n\r\n").expect("a head");
    assert!(
        !head.contains("Bcc:") && !head.contains("<evil") && !head.contains(", <"),
        "no header, no address: {mail}"
    );
    assert!(mail.contains("\r\n\r\ne25hbWV9\r\n--b--"), "the attachment stays: {mail}");
    let text = document_text(Format::Eml, filled, &Limits::default()).expect("readable");
    for wanted in
        ["Tilbud på bøker", "Hei Kåre & <Co>", "blåbær", "- Én\r\n--b--\r\nevil\r\n- To\r\n", "Kåre & <Co>"]
    {
        assert!(text.contains(wanted), "{wanted:?} is missing in {text:?}");
    }
    let untouched = MAIL.replace(['{', '}'], "").replace("PHA+e25hbWV9PC9wPg==", "PHA+eDwvcD4=");
    let template =
        Template::compile(Format::Eml, untouched.clone().into(), &Limits::default()).expect("a mail");
    assert_eq!(template.fill(&record, &Culture::default()).expect("filled"), untouched.into_bytes());
}

#[test]
fn a_document_in_opendocument_loads_nothing_from_outside() {
    let spaces = "xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" \
        xmlns:draw=\"urn:oasis:names:tc:opendocument:xmlns:drawing:1.0\" xmlns:xlink=\"http://www.w3.org/1999/xlink\"";
    let inside = "<text:p><draw:frame><draw:image xlink:href=\"https://x.example/p.png\"/></draw:frame>\
        <text:a xlink:href=\"https://x.example/{name}\">a</text:a><draw:object xlink:href=\"file:///etc/x\"><text:p/></draw:object></text:p>";
    let content = format!("<office:document-content {spaces}>{inside}</office:document-content>");
    let pack =
        Pack { parts: Vec::new() }.with("mimetype", Format::Odt.media_type()).with("content.xml", &content);
    let template = Template::compile(Format::Odt, pack.bytes(), &Limits::default()).expect("good");
    assert_eq!(
        template.check(&Schema::default()).iter().filter(|f| f.kind == FindingKind::ExternalLink).count(),
        2
    );
    let filled = template.fill(&common::values([("name", "a b")]), &Culture::default()).expect("filled");
    let content = part(&filled, "content.xml");
    assert!(
        content.contains("https://x.example/a%20b")
            && !content.contains("p.png")
            && !content.contains("file:"),
        "{content}"
    );
}
