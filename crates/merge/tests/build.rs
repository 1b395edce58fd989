//! The writer of documents, and previews of what it writes.
#![allow(clippy::expect_used, reason = "the helpers of tests fail loudly")]

mod common;

use common::{compile, fill, part, values, well_formed};
use merge::build::{Align, Borders, Cell, Docx, Margins, Paragraph, Row, Run, Style, Table, blank_docx};
use merge::{Format, Limits, preview_html};

fn letter() -> Docx {
    Docx::new()
        .language("nb-NO")
        .title("Tilbud {numb}")
        .author("Nordlys AS")
        .margins(Margins { left: 30, ..Margins::default() })
        .first_header(
            Paragraph::new()
                .run(Run::new("{onam}").bold().size(16).colour([10, 20, 30]))
                .rule_below([1, 2, 3]),
        )
        .header(Paragraph::styled(Style::Small).text("{onam}"))
        .footer(
            Paragraph::styled(Style::Small)
                .right_tab(160)
                .text("{oorg}\tSide ")
                .run(Run::page_number())
                .text(" av ")
                .run(Run::page_count()),
        )
        .paragraph(Paragraph::styled(Style::Heading1).text("Tilbud til {name}"))
        .paragraph(
            Paragraph::new().align(Align::Justified).space_after(12).text("Hei {attn} & co,\nlinje to"),
        )
        .table(
            Table::new([80, 40, 40])
                .borders(Borders::All)
                .row(Row::texts(["Vare", "Antall", "Pris"]).heading().shade([230, 235, 240]))
                .row(Row::new([Cell::text("Bolt"), Cell::figure("2"), Cell::figure("10,00")]))
                .row(Row::new([Cell::text("Sum").columns(2)])),
        )
}

#[test]
fn what_is_built_is_a_good_template() {
    let bytes = letter().finish();
    well_formed(&bytes);
    let template = compile(bytes).expect("good");
    assert_eq!(template.codes().collect::<Vec<_>>(), ["name", "attn", "onam", "oorg", "numb"]);
    let filled = fill(&template, &values([("onam", "Vi & Co"), ("numb", "7")]));
    assert!(part(&filled, "word/header2.xml").contains("Vi &amp; Co"));
    assert!(part(&filled, "docProps/core.xml").contains("<dc:title>Tilbud 7</dc:title>"));
    assert!(
        part(&filled, "word/footer1.xml")
            .contains("<w:instrText xml:space=\"preserve\"> NUMPAGES </w:instrText>")
    );
}

#[test]
fn equal_calls_build_equal_bytes() {
    assert_eq!(letter().finish(), letter().finish());
}

#[test]
fn a_blank_document_carries_its_language() {
    let blank = blank_docx("sv-SE");
    well_formed(&blank);
    assert!(part(&blank, "word/styles.xml").contains("<w:lang w:val=\"sv-SE\""));
    assert_eq!(compile(blank).expect("good").text().trim(), "");
}

#[test]
fn the_content_types_come_first_and_every_part_is_declared_and_referred_to() {
    let bytes = letter().finish();
    let archive = zip::ZipArchive::new(std::io::Cursor::new(&bytes)).expect("a package");
    let names: Vec<String> = archive.file_names().map(|name| name.expect("a name").into_owned()).collect();
    assert_eq!(names[0], "[Content_Types].xml");
    let (types, rels) = (part(&bytes, "[Content_Types].xml"), part(&bytes, "word/_rels/document.xml.rels"));
    for name in names.iter().filter(|name| name.starts_with("word/") && !name.contains("_rels")) {
        assert!(types.contains(&format!("PartName=\"/{name}\"")), "{name}");
        let target = name.trim_start_matches("word/");
        assert!(target == "document.xml" || rels.contains(&format!("Target=\"{target}\"")), "{name}");
    }
}

#[test]
fn a_preview_shows_headings_tables_and_emphasis() {
    let document = letter()
        .paragraph(Paragraph::new().run(Run::new("fet").bold()).run(Run::new(" og <b>kursiv</b>").italic()))
        .finish();
    let html = preview_html(Format::Docx, document, &Limits::default()).expect("good");
    assert!(
        html.starts_with("<header class=\"preview-header\"><p>{onam}</p></header><h2>Tilbud til {name}</h2>"),
        "{html}"
    );
    assert!(html.contains("<p>Hei {attn} &amp; co,<br>linje to</p>"), "{html}");
    assert!(
        html.contains("<tr><td><p><b>Vare</b></p></td>")
            && html.contains("<td colspan=\"2\"><p>Sum</p></td>"),
        "{html}"
    );
    assert!(html.contains("<p><b>fet</b><i> og &lt;b&gt;kursiv&lt;/b&gt;</i></p>"), "{html}");
    assert!(html.ends_with("</footer>") && html.contains("Side 1 av 1"), "{html}");
}
