//! Any arrangement of tags and elements: filling never panics, and what is made is sound and a good template again.
#![allow(
    clippy::expect_used,
    clippy::format_push_string,
    clippy::format_collect,
    reason = "the helpers of tests fail loudly and write plainly"
)]

mod common;

use common::{Pack, well_formed};
use merge::{Culture, Format, Limits, Record, RefusedKind, Schema, Template, Value, document_text};
use proptest::prelude::*;

const TAGS: &[&str] = &[
    "{a}",
    "{b:0.00}",
    "{#each l}",
    "{#each l group by a sort by b desc}",
    "{#each group.rows}",
    "{#each m inline}",
    "{#each l per row}",
    "{#l}",
    "{^m}",
    "{#if a}",
    "{#if not b and a = \"x\"}",
    "{#else}",
    "{/each}",
    "{/if}",
    "{/}",
    "{/l}",
    "{#each zzz}",
    "{#each",
    " l}",
    "text ",
    "{row.number}{group}",
];

fn row(number: i64) -> Record {
    Record::new()
        .with("a", if number == 1 { Value::blank() } else { Value::text("x<&>\n y") })
        .with("b", Value::Whole(number))
}

fn record() -> Record {
    let l = |depth: i64| [row(1), row(depth), row(1)];
    let rows = l(2).map(|row| row.with_rows("l", l(3)).with_rows("m", []));
    row(7).with_rows("l", rows).with_rows("m", [])
}

/// Opens and closes elements by picks, `/` closing the innermost, and closes what is left.
fn arranged(picks: &[usize], pieces: &[&str]) -> String {
    let mut out = String::new();
    let mut open: Vec<&str> = Vec::new();
    for pick in picks {
        let piece = pieces[pick % pieces.len()];
        if piece == "/" {
            if let Some(name) = open.pop() {
                out.extend(["</", name, ">"]);
            }
        } else {
            out.push_str(piece);
            if piece.starts_with('<') && !piece.ends_with("/>") {
                open.push(piece[1..].split([' ', '>']).next().expect("a name"));
            }
        }
    }
    while let Some(name) = open.pop() {
        out.extend(["</", name, ">"]);
    }
    out
}

fn holds(format: Format, bytes: Vec<u8>) {
    let limits = Limits::default();
    let Ok(template) = Template::compile(format, bytes, &limits) else { return };
    let _ = template.check(&Schema::default());
    let culture = Culture::default();
    let filled = template.fill(&record(), &culture).expect("the rows are few");
    let mut streamed = Vec::new();
    template.fill_to(&record(), &culture, &mut streamed).expect("the rows are few");
    if !matches!(format, Format::Html | Format::Text | Format::Eml) {
        well_formed(&filled);
        well_formed(&streamed);
    }
    let text = |bytes: &[u8]| document_text(format, bytes.to_vec(), &limits).expect("readable");
    assert_eq!(text(&filled), text(&streamed));
    match Template::compile(format, filled, &limits) {
        Ok(_) => {}
        Err(refused) => assert_eq!(refused.kind, RefusedKind::RatioTooHigh, "{refused}"),
    }
}

fn with_tags(elements: &[&'static str]) -> Vec<&'static str> {
    // Tags are what this is about: each is offered twice.
    [elements, &["/", "/", "/", "/"], TAGS, TAGS].concat()
}

const SHEET: &str = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
    xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";

fn workbook(sheet: &str) -> Vec<u8> {
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml";
    let types = format!(
        "<Types xmlns=\"t\"><Default Extension=\"xml\" ContentType=\"application/xml\"/>\
         <Override PartName=\"/xl/workbook.xml\" ContentType=\"{kind}.sheet.main+xml\"/>\
         <Override PartName=\"/xl/sheet1.xml\" ContentType=\"{kind}.worksheet+xml\"/></Types>"
    );
    let book = format!(
        "<workbook {SHEET}><sheets><sheet name=\"A\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
    );
    let rels =
        "<Relationships><Relationship Id=\"r1\" Type=\"x/worksheet\" Target=\"sheet1.xml\"/></Relationships>";
    Pack { parts: Vec::new() }
        .with("[Content_Types].xml", &types)
        .with("xl/workbook.xml", &book)
        .with("xl/_rels/workbook.xml.rels", rels)
        .with("xl/sheet1.xml", sheet)
        .bytes()
}

fn open_document(format: Format, inside: &str) -> Vec<u8> {
    let content = format!(
        "<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
         xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" \
         xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\">{inside}</office:document-content>"
    );
    Pack { parts: Vec::new() }.with("mimetype", format.media_type()).with("content.xml", &content).bytes()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn of_word_documents(picks in proptest::collection::vec(any::<usize>(), 0..60)) {
        let pieces = with_tags(&[
            "<w:p>", "<w:p>", "<w:r>", "<w:r>", "<w:t>", "<w:t>", "<w:t>", "<w:tbl>", "<w:tr>", "<w:tc>", "<w:br/>",
            "<w:hyperlink>", "<w:sdtContent>", "<w:txbxContent>", "<w:fldChar w:fldCharType=\"begin\"/>",
            "<w:fldChar w:fldCharType=\"separate\"/>", "<w:fldChar w:fldCharType=\"end\"/>",
            "<w:fldSimple w:instr=\"MERGEFIELD TableStart:l\">", "<w:fldSimple w:instr=\"MERGEFIELD a\">",
            "<w:instrText>", "MERGEFIELD TableEnd:l ",
        ]);
        holds(Format::Docx, Pack::word(&arranged(&picks, &pieces)).bytes());
    }

    #[test]
    fn of_paragraphs_and_tables(picks in proptest::collection::vec(any::<usize>(), 0..40)) {
        let cells: Vec<&str> = picks.iter().map(|pick| TAGS[pick % TAGS.len()]).collect();
        let mut inside = String::new();
        for (at, chunk) in cells.chunks(4).enumerate() {
            let text: Vec<String> = chunk.iter().map(|tag| common::para(tag)).collect();
            match at % 3 {
                0 => inside.push_str(&text.concat()),
                1 => inside.push_str(&common::para(&chunk.concat())),
                _ => {
                    let row: String = text.iter().map(|text| format!("<w:tc>{text}</w:tc>")).collect();
                    inside.push_str(&format!("<w:tbl><w:tr>{row}</w:tr></w:tbl>"));
                }
            }
        }
        holds(Format::Docx, Pack::word(&inside).bytes());
    }

    #[test]
    fn of_workbooks(picks in proptest::collection::vec(any::<usize>(), 0..40), elements in proptest::collection::vec(any::<usize>(), 0..40)) {
        let mut sheet = String::from("<sheetData>");
        for (at, chunk) in picks.chunks(3).enumerate() {
            let number = at * 2 + 1;
            sheet.push_str(&format!("<row r=\"{number}\">"));
            for (column, pick) in chunk.iter().enumerate() {
                let column = char::from(b'A' + column as u8);
                let tag = TAGS[pick % TAGS.len()].replace('"', "&quot;");
                sheet.push_str(&match pick % 5 {
                    0 => format!("<c r=\"{column}{number}\"><f>SUM(A1:A{number})</f><v>1</v></c>"),
                    _ => format!("<c r=\"{column}{number}\" t=\"inlineStr\"><is><t>{tag}</t></is></c>"),
                });
            }
            sheet.push_str("</row>");
        }
        sheet.push_str("</sheetData><mergeCells count=\"1\"><mergeCell ref=\"A3:B3\"/></mergeCells>");
        holds(Format::Xlsx, workbook(&format!("<worksheet {SHEET}>{sheet}</worksheet>")));
        let pieces = with_tags(&["<row r=\"2\">", "<row>", "<c r=\"A2\" t=\"inlineStr\">", "<is>", "<t>", "<f>", "<v>", "A1+B$2"]);
        let loose = arranged(&elements, &pieces).replace("= \"x\"", "= 'x'");
        holds(Format::Xlsx, workbook(&format!("<worksheet {SHEET}><sheetData>{loose}</sheetData></worksheet>")));
    }

    #[test]
    fn of_open_documents(picks in proptest::collection::vec(any::<usize>(), 0..60)) {
        let pieces = with_tags(&[
            "<text:p>", "<text:p>", "<text:span>", "<text:a>", "<text:list>", "<text:list-item>", "<table:table table:name=\"T\">",
            "<table:table-row>", "<table:table-cell office:value-type=\"string\">", "<table:table-cell table:formula=\"of:=[.A1]\">",
            "<text:s/>", "<text:tab/>", "<table:table-rows>",
        ]);
        let inside = arranged(&picks, &pieces);
        holds(Format::Odt, open_document(Format::Odt, &inside));
        holds(Format::Ods, open_document(Format::Ods, &inside));
    }

    #[test]
    fn of_pages_texts_and_mails(picks in proptest::collection::vec(any::<usize>(), 0..60)) {
        let pieces = with_tags(&["<p>", "<ul>", "<li>", "<table>", "<tr>", "<td>", "<div>", "<b>", "<a href=\"{a}{#if a}\">", "\n", "\r\n"]);
        let inside = arranged(&picks, &pieces);
        holds(Format::Html, inside.clone().into_bytes());
        holds(Format::Text, inside.clone().into_bytes());
        let mail = format!("Subject: {}\r\nTo: {{a}} <x@y.no>\r\nContent-Type: text/html\r\n\r\n{inside}", TAGS[picks.len() % TAGS.len()]);
        holds(Format::Eml, mail.into_bytes());
    }

    #[test]
    fn filling_with_its_own_codes_gives_the_template_back(picks in proptest::collection::vec(any::<usize>(), 0..30)) {
        const PIECES: &[&str] = &["{a}", "{attn}", " and ", "æ & b >", "{x.y}", "\n", "{zz?}"];
        let text: String = picks.iter().map(|pick| PIECES[pick % PIECES.len()]).collect();
        let template = Template::compile(Format::Text, text.clone().into_bytes(), &Limits::default()).expect("good");
        let own: std::collections::BTreeMap<String, String> =
            template.codes().map(|code| (code.to_owned(), format!("{{{code}}}"))).collect();
        let filled = template.fill(&own, &Culture::default()).expect("filled");
        prop_assert_eq!(String::from_utf8(filled).expect("UTF-8"), text);
    }
}
