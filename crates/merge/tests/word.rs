//! Word documents as people really make them.
#![allow(clippy::expect_used, reason = "the helpers of tests fail loudly")]

mod common;

use std::io::Cursor;

use common::{Pack, W, body, external, fill, para, part, rels, run, values};
use merge::{Culture, DateStyle, Layered, Value, Values, document_text};

const PRESERVED: &str = "<w:t xml:space=\"preserve\">";

#[test]
fn a_code_in_curly_or_angle_brackets_is_replaced() {
    let values = values([("name", "Nordlys AS"), ("attn", "Kari")]);
    assert_eq!(
        body(&para("To {name}, &lt;attn&gt; and &lt;attn>!"), &values),
        para("To Nordlys AS, Kari and Kari!")
    );
    assert_eq!(body(&para("&#123;NAME&#x7D;"), &values), para("Nordlys AS"));
}

#[test]
fn a_known_code_without_a_value_becomes_blank_and_an_unknown_one_stays() {
    let values = values([("yref", "")]);
    let kept = para("[] {zzzz} {not a code} &lt;b&gt; { {} }");
    assert_eq!(body(&para("[{yref}] {zzzz} {not a code} &lt;b&gt; { {} }"), &values), kept);
}

#[test]
fn a_code_split_over_runs_takes_the_formatting_of_its_opening_bracket() {
    let split = "<w:p w:rsidR=\"00A\"><w:r><w:rPr><w:b/></w:rPr><w:t>Dear {at</w:t></w:r><w:proofErr w:type=\"spellStart\"/>\
        <w:bookmarkStart w:id=\"0\" w:name=\"x\"/><w:r w:rsidRPr=\"00B\"><w:rPr><w:i/></w:rPr><w:t>t</w:t></w:r>\
        <w:bookmarkEnd w:id=\"0\"/><w:r><w:lastRenderedPageBreak/><w:t>n</w:t></w:r>\
        <w:proofErr w:type=\"spellEnd\"/><w:r><w:t xml:space=\"preserve\">}, welcome</w:t></w:r></w:p>";
    let want = "<w:p w:rsidR=\"00A\"><w:r><w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\">Dear Kari</w:t></w:r><w:proofErr w:type=\"spellStart\"/>\
        <w:bookmarkStart w:id=\"0\" w:name=\"x\"/><w:r w:rsidRPr=\"00B\"><w:rPr><w:i/></w:rPr><w:t xml:space=\"preserve\"></w:t></w:r>\
        <w:bookmarkEnd w:id=\"0\"/><w:r><w:lastRenderedPageBreak/><w:t xml:space=\"preserve\"></w:t></w:r>\
        <w:proofErr w:type=\"spellEnd\"/><w:r><w:t xml:space=\"preserve\">, welcome</w:t></w:r></w:p>";
    assert_eq!(body(split, &values([("attn", "Kari")])), want);
}

#[test]
fn an_unknown_code_split_over_runs_keeps_its_text() {
    let split = format!("<w:p>{}{}{}</w:p>", run("{zz"), run("zz"), run("} {attn}"));
    let want = format!("<w:p>{}{}{}</w:p>", run("{zz"), run("zz"), run("} Kari"));
    assert_eq!(body(&split, &values([("attn", "Kari")])), want);
}

#[test]
fn a_code_runs_through_hyperlinks_insertions_deletions_and_content_controls() {
    let mixed = format!(
        "<w:p><w:hyperlink r:id=\"rId9\">{}</w:hyperlink><w:del w:id=\"1\"><w:r><w:delText>old {{attn}}</w:delText></w:r></w:del>\
         <w:ins w:id=\"2\">{}</w:ins><w:sdt><w:sdtContent>{}</w:sdtContent></w:sdt></w:p>",
        run("{at"),
        run("t"),
        run("n}")
    );
    let filled = body(&mixed, &values([("attn", "Kari")]));
    assert!(filled.contains(&format!("{PRESERVED}Kari</w:t>")), "{filled}");
    assert!(filled.contains("old {attn}"), "deleted text stays: {filled}");
}

#[test]
fn a_code_does_not_reach_over_paragraphs_breaks_or_pictures() {
    let values = values([("attn", "Kari")]);
    for apart in [
        format!("{}{}", para("{at"), para("tn}")),
        "<w:p><w:r><w:t>{at</w:t><w:br/><w:t>tn}</w:t></w:r></w:p>".to_owned(),
        "<w:p><w:r><w:t>{at</w:t><w:tab/><w:t>tn}</w:t></w:r></w:p>".to_owned(),
        "<w:p><w:r><w:t>{at</w:t><w:drawing/><w:t>tn}</w:t></w:r></w:p>".to_owned(),
    ] {
        assert_eq!(body(&apart, &values), apart);
    }
}

#[test]
fn codes_in_headers_footers_notes_comments_and_properties_are_replaced() {
    let story = |root: &str, inside: &str| format!("<w:{root} {W}>{inside}</w:{root}>");
    let note = |kind: &str| format!("<w:{kind} w:id=\"1\">{}</w:{kind}>", para("{name}"));
    let pack = Pack::word(&para("x"))
        .with("word/header1.xml", &story("hdr", &para("{name}")))
        .with("word/footer1.xml", &story("ftr", &para("{name}")))
        .with("word/footnotes.xml", &story("footnotes", &note("footnote")))
        .with("word/endnotes.xml", &story("endnotes", &note("endnote")))
        .with("word/comments.xml", &story("comments", &note("comment")))
        .with("word/styles.xml", &story("styles", "<w:style><w:name w:val=\"{name}\"/>{name}</w:style>"))
        .with("docProps/core.xml", "<c xmlns:dc='d'><dc:title>For {name}</dc:title></c>")
        .with("docProps/custom.xml", "<p><v>&lt;name&gt;</v><v>{na</v><v>me}</v></p>")
        .with("customXml/item1.xml", "<data><name>{name}</name></data>");
    let filled = fill(&pack.template(), &values([("name", "A & B\nC")]));
    for name in ["header1", "footer1", "footnotes", "endnotes", "comments"] {
        let text = part(&filled, &format!("word/{name}.xml"));
        assert!(text.contains("A &amp; B</w:t><w:br/>"), "{name}: {text}");
    }
    assert!(part(&filled, "docProps/core.xml").contains("<dc:title>For A &amp; B C</dc:title>"));
    assert_eq!(part(&filled, "docProps/custom.xml"), "<p><v>A &amp; B C</v><v>{na</v><v>me}</v></p>");
    assert_eq!(part(&filled, "customXml/item1.xml"), "<data><name>A &amp; B C</name></data>");
    assert!(part(&filled, "word/styles.xml").contains(">{name}</w:style>"), "not text of the document");
}

#[test]
fn text_boxes_are_filled_in_both_their_forms_and_tables_in_every_cell() {
    let boxed = format!(
        "<w:p>{}<w:r><mc:AlternateContent><mc:Choice Requires=\"wps\"><w:drawing><wps:txbx><w:txbxContent>{}</w:txbxContent>\
         </wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent>{}</w:txbxContent></v:textbox>\
         </w:pict></mc:Fallback></mc:AlternateContent></w:r>{}</w:p>",
        run("{na"),
        para("{name}"),
        para("{name}"),
        run("me}")
    );
    let filled = body(&boxed, &values([("name", "X")]));
    assert_eq!(filled.matches(&para("X")).count(), 2, "{filled}");
    assert!(filled.contains("{na") && filled.contains("me}"), "a code does not reach over a picture");
    let table = format!(
        "<w:tbl><w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr></w:tbl>",
        para("{name}"),
        para("b {name}")
    );
    assert_eq!(body(&table, &values([("name", "X")])), table.replace("{name}", "X"));
}

#[test]
fn field_instructions_are_never_touched_but_results_are() {
    let mark = |kind: &str| format!("<w:r><w:fldChar w:fldCharType=\"{kind}\"/></w:r>");
    let field = format!(
        "<w:p>{b}<w:r><w:instrText> INCLUDETEXT \"{{name}}\" </w:instrText></w:r>{b}<w:r><w:instrText>MERGEFIELD x</w:instrText></w:r>\
         {s}{nested}{e}{s}{result}{e}</w:p>",
        b = mark("begin"),
        s = mark("separate"),
        e = mark("end"),
        nested = run("{name}"),
        result = run("[{name}]"),
    );
    let filled = body(&field, &values([("name", "C:\\secret")]));
    assert_eq!(
        filled,
        field.replace("[{name}]", "[C:\\secret]"),
        "a nested result is part of the outer instruction"
    );
}

#[test]
fn merge_fields_give_way_to_their_value_and_unknown_ones_stay() {
    let simple =
        "<w:p><w:fldSimple w:instr=\" MERGEFIELD name \"><w:r><w:t>«name»</w:t></w:r></w:fldSimple></w:p>";
    let values = values([("name", "X")]);
    assert_eq!(body(simple, &values), "<w:p><w:r><w:t xml:space=\"preserve\">X</w:t></w:r></w:p>");
    let mark = |kind: &str| format!("<w:r><w:fldChar w:fldCharType=\"{kind}\"/></w:r>");
    let field = |name: &str| {
        format!(
            "<w:p>{}<w:r><w:instrText xml:space=\"preserve\"> MERGEFIELD {name} \\* Upper </w:instrText></w:r>{}{}{}{}</w:p>",
            mark("begin"),
            mark("separate"),
            run("«na"),
            run("me»"),
            mark("end")
        )
    };
    let filled = body(&field("name"), &values);
    assert!(filled.contains(">X</w:t>") && !filled.contains("fldChar") && !filled.contains('«'), "{filled}");
    assert_eq!(body(&field("zzzz"), &values), field("zzzz"));
}

#[test]
fn a_value_keeps_its_outer_spaces_and_the_old_ones_stay_meaningless() {
    let values = values([("name", " X ")]);
    assert_eq!(body("<w:p><w:r><w:t>\n {name} </w:t></w:r></w:p>", &values), para(" X "));
    let default = "<w:p><w:r><w:t xml:space=\"default\"> a {name}</w:t></w:r></w:p>";
    assert_eq!(body(default, &values), para("a  X "));
}

#[test]
fn a_value_is_never_read_for_codes_again() {
    let values = values([("name", "{attn} &lt;attn&gt; <attn>"), ("attn", "Kari")]);
    let want = para("{attn} &amp;lt;attn&amp;gt; &lt;attn&gt;Kari");
    assert_eq!(body(&para("{name}{attn}"), &values), want);
}

#[test]
fn padding_codes_disappear_from_word_documents() {
    let template = Pack::word(&para("a{padd31}b{padd0}{name}")).template();
    let filled = fill(&template, &values([("name", "x")]));
    assert!(part(&filled, "word/document.xml").contains(&para("abx")));
    assert_eq!(template.codes().collect::<Vec<_>>(), ["name"]);
}

#[test]
fn other_prefixes_and_the_strict_vocabulary_are_understood() {
    for uri in [
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    ] {
        for (prefix, name) in [("", "xmlns"), ("x:", "xmlns:x")] {
            let document = format!(
                "<{prefix}document {name}=\"{uri}\"><{prefix}body><{prefix}p><{prefix}r><{prefix}t>{{name}}</{prefix}t>\
                 </{prefix}r></{prefix}p></{prefix}body></{prefix}document>"
            );
            let filled = fill(
                &Pack::word("").with("word/document.xml", &document).template(),
                &values([("name", "a\nb")]),
            );
            let want = format!("a</{prefix}t><{prefix}br/><{prefix}t xml:space=\"preserve\">b</{prefix}t>");
            assert!(part(&filled, "word/document.xml").contains(&want));
        }
    }
}

#[test]
fn parts_in_utf16_are_filled_and_written_as_utf8() {
    let document = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-16\"?><w:document {W}><w:body>{}</w:body></w:document>",
        para("ø {name}")
    );
    let wide: Vec<u8> =
        [0xFEFF].into_iter().chain(document.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let mut pack = Pack::word("");
    pack.set("word/document.xml", wide);
    let filled = part(&fill(&pack.template(), &values([("name", "å")])), "word/document.xml");
    assert!(filled.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"), "{filled}");
    assert!(filled.contains(&para("ø å")));
}

#[test]
fn parts_without_known_codes_are_copied_byte_for_byte_in_their_order() {
    let table: String = (0..400)
        .map(|i| ["<w:tbl><w:tr><w:tc>", &para(&format!("row {i}")), "</w:tc></w:tr></w:tbl>"].concat())
        .collect();
    let mut pack = Pack::word(&format!("{}{table}{}", para("{name}"), para("{zzzz}")))
        .with("word/header1.xml", &format!("<w:hdr {W}>{}</w:hdr>", para("{zzzz}")));
    pack.set(
        "word/media/image1.png",
        (0..100_000_u32).flat_map(|i| i.wrapping_mul(i).to_le_bytes()).collect(),
    );
    for method in [zip::CompressionMethod::Deflated, zip::CompressionMethod::Stored] {
        let original = pack.packed(method);
        let template = common::compile(original.clone()).expect("good");
        let filled = fill(&template, &values([("name", "X")]));
        let open = |bytes: &[u8]| zip::ZipArchive::new(Cursor::new(bytes.to_vec())).expect("a package");
        let (mut before, mut after) = (open(&original), open(&filled));
        assert_eq!(before.len(), after.len());
        for at in 0..before.len() {
            let (a, b) = (before.by_index_raw(at).expect("entry"), after.by_index_raw(at).expect("entry"));
            let name = a.name().expect("a name").into_owned();
            assert_eq!(name, b.name().expect("a name"));
            assert_eq!(a.last_modified(), b.last_modified());
            assert_eq!(a.unix_mode(), b.unix_mode());
            if name == "word/document.xml" {
                continue;
            }
            assert_eq!(
                (a.compression(), a.crc32(), a.size()),
                (b.compression(), b.crc32(), b.size()),
                "{name}"
            );
            let raw = |bytes: &[u8], entry: &zip::read::ZipFile<'_, Cursor<Vec<u8>>>| {
                let start = entry.data_start().expect("placed") as usize;
                bytes[start..start + entry.compressed_size() as usize].to_vec()
            };
            assert!(raw(&original, &a) == raw(&filled, &b), "{name} is copied packed");
        }
        assert_eq!(
            part(&filled, "word/document.xml"),
            part(&original, "word/document.xml").replace("{name}", "X")
        );
        let untouched = fill(&template, &values([]));
        assert_eq!(part(&untouched, "word/document.xml"), part(&original, "word/document.xml"));
    }
}

#[test]
fn equal_fillings_give_equal_bytes_from_every_thread() {
    let template = std::sync::Arc::new(Pack::word(&para("{name}").repeat(200)).template());
    let first = fill(&template, &values([("name", "X")]));
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let template = template.clone();
            std::thread::spawn(move || {
                (0..20).map(|_| fill(&template, &values([("name", "X")]))).collect::<Vec<_>>()
            })
        })
        .collect();
    for thread in threads {
        assert!(thread.join().expect("no panic").iter().all(|again| *again == first));
    }
}

#[test]
fn packages_with_data_descriptors_and_folders_are_read() {
    // A writer that cannot seek puts sizes after the data.
    let mut writer = zip::ZipWriter::new_stream(Vec::new());
    writer.add_directory("word/", zip::write::SimpleFileOptions::default()).expect("folder");
    for (name, content) in &Pack::word(&para("{name}")).parts {
        writer.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).expect("start");
        std::io::Write::write_all(&mut writer, content).expect("write");
    }
    let bytes = writer.finish().expect("finish").into_inner();
    let filled = fill(&common::compile(bytes).expect("good"), &values([("name", "X")]));
    assert!(part(&filled, "word/document.xml").contains(&para("X")));
}

#[test]
fn custom_tags_override_and_every_code_is_asked_for_once() {
    struct Once(std::sync::Mutex<Vec<String>>);
    impl Values for Once {
        fn get(&self, code: &str) -> Option<Value<'_>> {
            self.0.lock().expect("lock").push(code.to_owned());
            Some(match code {
                "sdat" => Value::Date(jiff::civil::date(2026, 12, 24), DateStyle::Short),
                "saam" => Value::Decimal(rust_decimal::Decimal::new(-123_456_789, 2)),
                "doid" => Value::Whole(12345),
                "ltim" => Value::Time(jiff::civil::time(9, 5, 7, 0), merge::TimeStyle::Long),
                _ => Value::blank(),
            })
        }
    }
    let source = Once(std::sync::Mutex::new(Vec::new()));
    let custom = values([("doid", "own")]);
    let template = Pack::word(&para("{sdat}|{saam}|{doid}|{ltim}|{SDAT}")).template();
    let filled = template.fill(&Layered(&[&custom, &source]), &Culture::for_tag("nb-NO")).expect("filled");
    let want = para("24.12.2026|\u{2212}1\u{a0}234\u{a0}567,89|own|09:05:07|24.12.2026");
    assert!(part(&filled, "word/document.xml").contains(&want));
    assert_eq!(*source.0.lock().expect("lock"), ["sdat", "saam", "ltim"]);
    assert_eq!(template.codes().collect::<Vec<_>>(), ["sdat", "saam", "doid", "ltim"]);
}

#[test]
fn the_text_reads_as_the_page_does() {
    let pack = Pack::word(&format!(
        "<w:p><w:pPr><w:tabs><w:tab w:val=\"left\" w:pos=\"100\"/></w:tabs></w:pPr><w:r><w:t>a &amp; {{name}}</w:t><w:tab/><w:t>b</w:t>\
         <w:br/><w:t>c</w:t></w:r></w:p><w:tbl><w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr></w:tbl>{}",
        para("1"),
        para("2"),
        para("end")
    ))
    .with("word/header1.xml", &format!("<w:hdr {W}>{}</w:hdr>", para("head")));
    assert_eq!(pack.template().text(), "head\na & {name}\tb\nc\n1\t2\nend\n");
    let text = document_text(merge::Format::Docx, pack.bytes(), &merge::Limits::default());
    assert_eq!(text.as_deref(), Ok(pack.template().text().as_str()));
}

#[test]
fn a_hyperlink_that_leads_outside_stays_and_its_address_is_filled() {
    let link = external("rId5", "hyperlink", "https://example.org/{name}");
    let pack = Pack::word(&format!("<w:p><w:hyperlink r:id=\"rId5\">{}</w:hyperlink></w:p>", run("{name}")))
        .with("word/_rels/document.xml.rels", &rels(&link));
    let filled = fill(&pack.template(), &values([("name", "X")]));
    assert_eq!(part(&filled, "word/_rels/document.xml.rels"), rels(&link.replace("{name}", "X")));
    let coded = external("rId5", "hyperlink", "https://example.org/%7Bname%7D?q={zzzz}");
    let pack = pack.with("word/_rels/document.xml.rels", &rels(&coded));
    let filled = fill(&pack.template(), &values([("name", "a b&\"")]));
    let wanted = rels(&coded.replace("%7Bname%7D", "a%20b&amp;%22"));
    assert_eq!(part(&filled, "word/_rels/document.xml.rels"), wanted);
    let leads = external("rId5", "hyperlink", "%7Bname%7D");
    let pack = pack.with("word/_rels/document.xml.rels", &rels(&leads));
    let filled = fill(&pack.template(), &values([("name", "javascript:alert(1)")]));
    assert!(
        part(&filled, "word/_rels/document.xml.rels").contains("Target=\"\""),
        "a value never becomes a script"
    );
}
