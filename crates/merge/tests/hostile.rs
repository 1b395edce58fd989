//! Files made to harm, and values made to harm (BAD-01 to BAD-06).
#![allow(clippy::expect_used, reason = "the helpers of tests fail loudly")]

mod common;

use std::time::{Duration, Instant};

use common::{DECLARATION, Pack, W, body, content_types, external, fill, para, part, refusal, rels, values};
use merge::{Format, Limits, RefusedKind, Template, document_text, preview_html};
use zip::CompressionMethod;

/// Far above what a refusal takes on a slow machine, far below what expanding would take.
const PROMPT: Duration = Duration::from_secs(10);

/// A package written field by field, so that it can lie.
struct Liar {
    out: Vec<u8>,
    directory: Vec<u8>,
    count: u16,
}

struct Claim<'a> {
    name: &'a [u8],
    data: &'a [u8],
    method: u16,
    flags: u16,
    crc: u32,
    size: u32,
}

impl Liar {
    fn new() -> Self {
        Self { out: Vec::new(), directory: Vec::new(), count: 0 }
    }

    fn stored(name: &str) -> Claim<'_> {
        Claim { name: name.as_bytes(), data: b"data", method: 0, flags: 0, crc: 0xadf3_f363, size: 4 }
    }

    fn common(claim: &Claim<'_>) -> Vec<u8> {
        let mut out = Vec::new();
        for short in [20, claim.flags, claim.method, 0, 0x21] {
            out.extend_from_slice(&u16::to_le_bytes(short));
        }
        for long in [claim.crc, claim.data.len() as u32, claim.size] {
            out.extend_from_slice(&long.to_le_bytes());
        }
        out.extend_from_slice(&(claim.name.len() as u16).to_le_bytes());
        out.extend_from_slice(&[0; 2]);
        out
    }

    fn local(&mut self, claim: &Claim<'_>) -> u32 {
        let offset = self.out.len() as u32;
        self.out.extend_from_slice(b"PK\x03\x04");
        self.out.extend(Self::common(claim));
        self.out.extend_from_slice(claim.name);
        self.out.extend_from_slice(claim.data);
        offset
    }

    fn central(&mut self, claim: &Claim<'_>, offset: u32) {
        self.directory.extend_from_slice(b"PK\x01\x02\x14\0");
        self.directory.extend(Self::common(claim));
        self.directory.extend_from_slice(&[0; 10]);
        self.directory.extend_from_slice(&offset.to_le_bytes());
        self.directory.extend_from_slice(claim.name);
        self.count += 1;
    }

    fn both(&mut self, claim: &Claim<'_>) {
        let offset = self.local(claim);
        self.central(claim, offset);
    }

    fn end(mut self) -> Vec<u8> {
        let (start, size) = (self.out.len() as u32, self.directory.len() as u32);
        self.out.append(&mut self.directory);
        self.out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
        self.out.extend_from_slice(&self.count.to_le_bytes());
        self.out.extend_from_slice(&self.count.to_le_bytes());
        self.out.extend_from_slice(&size.to_le_bytes());
        self.out.extend_from_slice(&start.to_le_bytes());
        self.out.extend_from_slice(&[0; 2]);
        self.out
    }
}

#[test]
fn bad_01_zip_bombs_are_refused_before_they_expand() {
    let started = Instant::now();
    // 100 MB of zeros: allowed in size, implausible in ratio.
    let mut zeros = Pack::word(&para("x"));
    zeros.set("word/media/a.bin", vec![0; 100 * 1024 * 1024]);
    assert_eq!(refusal(zeros.bytes()), RefusedKind::RatioTooHigh);
    // A part that claims 4 GB, and one that claims little but expands to much.
    let mut claims = Liar::new();
    claims.both(&Claim { method: 8, size: u32::MAX - 1, ..Liar::stored("word/document.xml") });
    assert_eq!(refusal(claims.end()), RefusedKind::TooLarge);
    let (zeros, deflated) = (vec![0; 100 * 1024 * 1024], deflate(&vec![0; 100 * 1024 * 1024]));
    let mut understated = Liar::new();
    for (name, text) in Pack::word(&para("x")).parts {
        understated.both(&Claim {
            name: name.as_bytes(),
            data: &text,
            crc: crc(&text),
            size: text.len() as u32,
            ..Liar::stored("")
        });
    }
    let claim = Claim {
        name: b"word/media/a.bin",
        data: &deflated,
        method: 8,
        flags: 0,
        crc: crc(&zeros),
        size: 1000,
    };
    understated.both(&claim);
    assert_eq!(refusal(understated.end()), RefusedKind::Damaged);
    assert!(started.elapsed() < PROMPT * 3, "{:?}", started.elapsed());
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn crc(bytes: &[u8]) -> u32 {
    crc32fast::hash(bytes)
}

#[test]
fn bad_01_overlapping_entries_are_refused() {
    let mut overlapping = Liar::new();
    let first = Liar::stored("word/a.bin");
    let offset = overlapping.local(&first);
    overlapping.central(&first, offset);
    overlapping.central(&Liar::stored("word/b.bin"), offset);
    assert_eq!(refusal(overlapping.end()), RefusedKind::HeaderMismatch, "another name at the same place");
    let mut quoted = Liar::new();
    let inner = {
        let mut inner = Liar::new();
        inner.local(&Liar::stored("word/b.bin"));
        inner.out
    };
    let outer =
        Claim { data: &inner, size: inner.len() as u32, crc: crc(&inner), ..Liar::stored("word/a.bin") };
    let offset = quoted.local(&outer);
    quoted.central(&outer, offset);
    quoted.central(&Liar::stored("word/b.bin"), offset + 30 + 10);
    assert_eq!(refusal(quoted.end()), RefusedKind::OverlappingEntries, "an entry quoted inside another");
}

#[test]
fn bad_01_a_sum_of_parts_beyond_the_cap_is_refused() {
    let limits = Limits { sum: 10_000, ..Limits::default() };
    let pack = Pack::word(&para("x")).with("customXml/a.bin", &"x".repeat(9_000));
    let refused = Template::compile(Format::Docx, pack.bytes(), &limits).expect_err("too large");
    assert_eq!(refused.kind, RefusedKind::TooLarge);
    let small = Limits { package: 100, ..Limits::default() };
    let refused = Template::compile(Format::Docx, pack.bytes(), &small).expect_err("too large");
    assert_eq!(refused.kind, RefusedKind::TooLarge);
}

#[test]
fn bad_01_an_archive_inside_is_carried_and_never_opened() {
    let mut pack = Pack::word(&para("{name}"));
    let bomb = Pack { parts: vec![("a".into(), vec![0; 5_000_000])] }.bytes();
    pack.set("word/embeddings/a.zip", bomb);
    fill(&pack.template(), &values([("name", "x")]));
}

#[test]
fn bad_02_too_many_entries_are_refused() {
    let mut many = Liar::new();
    for number in 0..2_001 {
        many.both(&Liar::stored(&format!("word/{number}")));
    }
    assert_eq!(refusal(many.end()), RefusedKind::TooManyEntries);
}

#[test]
fn bad_02_names_that_leave_or_clash_are_refused() {
    for name in [
        "../evil",
        "word/../../evil",
        "/etc/passwd",
        "C:/x",
        "word\\document.xml",
        "word//x",
        "./x",
        "..",
        "",
        "a\0b",
        "word/./x",
        "a\nb",
    ] {
        let mut package = Liar::new();
        package.both(&Liar::stored(name));
        assert_eq!(refusal(package.end()), RefusedKind::BadEntryName, "{name:?}");
    }
    for (one, two) in [("word/a.xml", "word/a.xml"), ("word/a.xml", "WORD/A.XML"), ("word/Å", "word/å")] {
        let mut package = Liar::new();
        package.both(&Liar::stored(one));
        package.both(&Liar::stored(two));
        assert_eq!(refusal(package.end()), RefusedKind::BadEntryName, "{one} {two}");
    }
}

#[test]
fn bad_02_headers_that_contradict_each_other_are_refused() {
    let good = Liar::stored("word/a.bin");
    for lie in [
        Claim { name: b"word/b.bin", ..Liar::stored("") },
        Claim { crc: 1, ..Liar::stored("word/a.bin") },
        Claim { method: 8, ..Liar::stored("word/a.bin") },
        Claim { size: 5, ..Liar::stored("word/a.bin") },
        Claim { flags: 1, ..Liar::stored("word/a.bin") },
    ] {
        let mut package = Liar::new();
        let offset = package.local(&lie);
        package.central(&good, offset);
        assert_eq!(refusal(package.end()), RefusedKind::HeaderMismatch);
    }
    let mut package = Liar::new();
    package.both(&Claim { method: 9, ..Liar::stored("word/a.bin") });
    assert_eq!(refusal(package.end()), RefusedKind::UnsupportedCompression);
    let mut package = Liar::new();
    package.both(&Claim { flags: 1, ..Liar::stored("word/a.bin") });
    assert_eq!(refusal(package.end()), RefusedKind::Encrypted);
    let mut package = Liar::new();
    package.central(&good, u32::MAX - 1);
    assert_eq!(refusal(package.end()), RefusedKind::HeaderMismatch);
}

#[test]
fn bad_03_document_types_and_entities_are_refused_in_every_xml_part() {
    let laughs = "<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;\">]><lolz>&lol2;</lolz>";
    let outside = "<!DOCTYPE x SYSTEM \"http://127.0.0.1:1/x.dtd\"><x/>";
    for dtd in [laughs, outside] {
        for name in [
            "word/document.xml",
            "word/styles.xml",
            "customXml/item1.xml",
            "docProps/core.xml",
            "_rels/.rels",
            "[Content_Types].xml",
        ] {
            assert_eq!(refusal(Pack::word("").with(name, dtd).bytes()), RefusedKind::Dtd, "{name}");
        }
    }
}

#[test]
fn bad_03_foreign_encodings_and_deep_xml_are_refused() {
    let utf7 = format!("<?xml version='1.0' encoding='UTF-7'?><w:document {W}>+ADw-</w:document>");
    assert_eq!(refusal(Pack::word("").with("word/document.xml", &utf7).bytes()), RefusedKind::BadEncoding);
    let deep = format!("{}{}", "<w:sdt>".repeat(10_000), "</w:sdt>".repeat(10_000));
    assert_eq!(refusal(Pack::word(&deep).bytes()), RefusedKind::TooDeep);
    let long = format!("<w:p w:rsidR=\"{}\"/>", "x".repeat(1024 * 1024 + 1));
    assert_eq!(refusal(Pack::word(&long).packed(CompressionMethod::Stored)), RefusedKind::BadXml);
    assert_eq!(refusal(Pack::word("<w:p>").bytes()), RefusedKind::BadXml);
}

#[test]
fn bad_04_what_loads_from_outside_is_taken_out() {
    for target in ["https://evil.example/x", "file:///c:/x.dotm", "\\\\evil\\share\\x.dotm"] {
        let settings = format!(
            "<w:settings {W}><w:attachedTemplate r:id=\"rId1\"/><w:zoom w:percent=\"100\"/></w:settings>"
        );
        let inside = format!(
            "<w:p><w:r><w:drawing><a:blip r:embed=\"rId7\" r:link=\"rId1\"/></w:drawing></w:r><w:r><w:object><v:shape/>\
             <o:OLEObject Type=\"Link\" r:id=\"rId2\"><o:LinkType>Picture</o:LinkType></o:OLEObject></w:object></w:r></w:p>\
             <w:subDoc r:id=\"rId3\"/><w:pict><v:imagedata src=\"{target}\"/></w:pict>{}",
            para("{name}")
        );
        let links = [
            external("rId1", "image", target),
            external("rId2", "oleObject", target),
            external("rId3", "subDocument", target),
        ];
        let pack = Pack::word(&inside)
            .with("word/settings.xml", &settings)
            .with("word/_rels/settings.xml.rels", &rels(&external("rId1", "attachedTemplate", target)))
            .with("word/_rels/document.xml.rels", &rels(&links.concat()));
        for values in [values([("name", "X")]), values([])] {
            let filled = fill(&pack.template(), &values);
            let document = part(&filled, "word/document.xml");
            assert!(document.contains("<a:blip r:embed=\"rId7\"/>"), "{document}");
            assert!(document.contains("<w:object><v:shape/></w:object>"), "{document}");
            assert!(document.contains("<v:imagedata/>") && !document.contains("subDoc"), "{document}");
            assert_eq!(
                part(&filled, "word/settings.xml"),
                format!("<w:settings {W}><w:zoom w:percent=\"100\"/></w:settings>")
            );
            assert_eq!(part(&filled, "word/_rels/settings.xml.rels"), rels(""));
            assert_eq!(part(&filled, "word/_rels/document.xml.rels"), rels(""));
        }
    }
}

#[test]
fn bad_04_an_external_reference_that_hides_its_mode_is_taken_out_too() {
    let hidden =
        external("rId1", "image", "https://evil.example/x.png").replace(" TargetMode=\"External\"", "");
    let pack = Pack::word(&format!("<w:p><a:blip r:link=\"rId1\"/></w:p>{}", para("x")))
        .with("word/_rels/document.xml.rels", &rels(&hidden));
    let filled = fill(&pack.template(), &values([]));
    assert_eq!(part(&filled, "word/_rels/document.xml.rels"), rels(""));
}

#[test]
fn bad_04_an_unknown_kind_of_external_reference_is_refused() {
    let pack = Pack::word(&para("x"))
        .with("word/_rels/document.xml.rels", &rels(&external("rId1", "newThing", "https://x/")));
    assert_eq!(refusal(pack.bytes()), RefusedKind::ExternalLink);
}

#[test]
fn bad_05_macros_and_other_kinds_are_refused_by_name() {
    let mut macros = Pack::word(&para("x"));
    macros.set("word/vbaProject.bin", b"x".to_vec());
    assert_eq!(refusal(macros.bytes()), RefusedKind::Macros);
    let types = content_types("").replace("wordprocessingml.document.main+xml", "x+xml");
    let typed = types.replace(
        "application/vnd.openxmlformats-officedocument.x+xml",
        "application/vnd.ms-word.document.macroEnabled.main+xml",
    );
    assert_eq!(refusal(Pack::word("").with("[Content_Types].xml", &typed).bytes()), RefusedKind::Macros);
    let sheet = types.replace("wordprocessingml", "spreadsheetml");
    assert_eq!(refusal(Pack::word("").with("[Content_Types].xml", &sheet).bytes()), RefusedKind::WrongKind);
    let no_types = Pack { parts: vec![("a.txt".into(), b"x".to_vec())] };
    assert_eq!(refusal(no_types.bytes()), RefusedKind::NotAPackage);
}

#[test]
fn bad_05_encrypted_old_and_foreign_files_are_told_apart() {
    let mut ole = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    ole.resize(2048, 0);
    assert_eq!(refusal(ole.clone()), RefusedKind::OldFormat);
    ole.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(refusal(ole), RefusedKind::Encrypted);
    for other in [b"".as_slice(), b"%PDF-1.7", b"hello", b"<html>"] {
        assert_eq!(refusal(other.to_vec()), RefusedKind::NotAPackage);
    }
}

#[test]
fn bad_05_truncation_anywhere_and_a_wrong_checksum_are_refused() {
    let good = Pack::word(&para(&"text ".repeat(500))).bytes();
    for cut in (4..good.len()).step_by(7) {
        assert_eq!(refusal(good[..cut].to_vec()), RefusedKind::Damaged, "cut at {cut}");
    }
    let mut package = Liar::new();
    for (name, text) in Pack::word(&para("x")).parts {
        let wrong = u32::from(name == "word/document.xml");
        package.both(&Claim {
            name: name.as_bytes(),
            data: &text,
            crc: crc(&text) ^ wrong,
            size: text.len() as u32,
            ..Liar::stored("")
        });
    }
    let refused = common::compile(package.end()).expect_err("wrong checksum");
    assert_eq!((refused.kind, refused.part.as_deref()), (RefusedKind::Damaged, Some("word/document.xml")));
}

#[test]
fn bad_06_hostile_values_stay_text() {
    for value in [
        "<w:p/>&\"'>]]>",
        "</w:t></w:r><w:r><w:fldChar w:fldCharType=\"begin\"/>",
        "\u{202E}gnp.exe \u{1F600} שלום",
        "=cmd|'/c calc'!A1",
        "{ DDEAUTO c:\\\\x } INCLUDETEXT HYPERLINK",
    ] {
        let pack = Pack::word(&para("[{name}]"));
        let filled = fill(&pack.template(), &values([("name", value)]));
        let text = document_text(Format::Docx, filled.clone(), &Limits::default()).expect("readable");
        assert_eq!(text, format!("[{value}]\n"));
        let document = part(&filled, "word/document.xml");
        assert!(!document.contains("<w:fldChar") && !document.contains("instrText"));
        let html = preview_html(Format::Docx, filled, &Limits::default()).expect("readable");
        assert!(
            html.starts_with("<p>[") && html.ends_with("]</p>") && html.matches('<').count() == 2,
            "{html}"
        );
    }
    let controls = body(&para("{name}"), &values([("name", "a\u{0}\u{8}\u{B}\u{1F}\u{FFFE}b")]));
    assert_eq!(controls, para("ab"));
}

#[test]
fn bad_06_a_megabyte_is_merged_and_more_than_the_cap_refused() {
    let template = Pack::word(&para("{name}")).template();
    let long = "x".repeat(1024 * 1024);
    assert!(part(&fill(&template, &values([("name", &long)])), "word/document.xml").contains(&long));
    let refused = template
        .fill(&values([("name", &long.repeat(5))]), &merge::Culture::default())
        .expect_err("too long");
    assert_eq!((refused.kind, refused.part.as_deref()), (RefusedKind::ValueTooLong, Some("name")));
    let many = Pack::word(&para("{name}").repeat(200)).template();
    let refused = many.fill(&values([("name", &long)]), &merge::Culture::default()).expect_err("too large");
    assert_eq!(refused.kind, RefusedKind::OutputTooLarge);
}

#[test]
fn a_template_of_nothing_but_codes_is_refused_at_the_cap() {
    assert_eq!(refusal(Pack::word(&para("{a}{b}").repeat(30_000)).bytes()), RefusedKind::TooManyCodes);
}

#[test]
fn a_large_plain_part_is_checked_in_reasonable_time() {
    let started = Instant::now();
    let inside = format!("{DECLARATION}<x>{}</x>", "<a b='c'/>{".repeat(500_000));
    let pack = Pack::word(&para("{name}")).with("customXml/item1.xml", &inside);
    common::compile(pack.packed(CompressionMethod::Stored)).expect("large, but good");
    assert!(started.elapsed() < PROMPT * 2, "{:?}", started.elapsed());
}

/// A workbook and an OpenDocument text with this in their main part.
fn other_formats(inside: &str) -> [(Format, Vec<u8>); 2] {
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml";
    let types = format!(
        "<Types xmlns=\"t\"><Default Extension=\"xml\" ContentType=\"application/xml\"/>\
         <Override PartName=\"/xl/workbook.xml\" ContentType=\"{kind}.sheet.main+xml\"/>\
         <Override PartName=\"/xl/sheet1.xml\" ContentType=\"{kind}.worksheet+xml\"/></Types>"
    );
    let main = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
        xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
    let rels =
        "<Relationships><Relationship Id=\"r1\" Type=\"x/worksheet\" Target=\"sheet1.xml\"/></Relationships>";
    let book =
        format!("<workbook {main}><sheets><sheet name=\"A\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>");
    let workbook = Pack { parts: Vec::new() }
        .with("[Content_Types].xml", &types)
        .with("xl/workbook.xml", &book)
        .with("xl/_rels/workbook.xml.rels", rels)
        .with("xl/sheet1.xml", inside);
    let text =
        Pack { parts: Vec::new() }.with("mimetype", Format::Odt.media_type()).with("content.xml", inside);
    [(Format::Xlsx, workbook.bytes()), (Format::Odt, text.bytes())]
}

#[test]
fn bad_03_other_formats_refuse_document_types_and_deep_xml_as_well() {
    let deep = format!("{}{}", "<a>".repeat(300), "</a>".repeat(300));
    let bomb = "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>".to_owned();
    for (inside, kind) in
        [(bomb, RefusedKind::Dtd), (deep, RefusedKind::TooDeep), ("<a>".into(), RefusedKind::BadXml)]
    {
        for (format, bytes) in other_formats(&inside) {
            let refused = Template::compile(format, bytes, &Limits::default()).expect_err("must be refused");
            assert_eq!(refused.kind, kind, "{format:?}");
            assert!(refused.part.is_some(), "{refused:?}");
        }
    }
}

#[test]
fn bad_06_values_create_no_formula_and_no_field_in_other_formats() {
    let hostile = "=cmd|' /C calc'!A0 <f>1</f> {name}\u{1} \"&";
    let sheet = "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData><row r=\"1\">\
        <c r=\"A1\" t=\"inlineStr\"><is><t>{name}</t></is></c></row></sheetData></worksheet>";
    let text = "<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
        xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\"><text:p>{name}</text:p></office:document-content>";
    let [(xlsx, workbook), _] = other_formats(sheet);
    let [_, (odt, document)] = other_formats(text);
    for (format, bytes) in [(xlsx, workbook), (odt, document)] {
        let template = Template::compile(format, bytes, &Limits::default()).expect("good");
        let filled = fill(&template, &values([("name", hostile)]));
        let text = document_text(format, filled.clone(), &Limits::default()).expect("readable");
        assert_eq!(text.trim_end(), hostile.replace('\u{1}', ""), "{format:?}");
        if format == Format::Xlsx {
            assert!(!part(&filled, "xl/sheet1.xml").contains("<f>"));
        }
    }
}
