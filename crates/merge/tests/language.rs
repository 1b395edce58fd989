//! The language of templates: conditions, loops, groups, formats, pictures; in text, pages and Word.
#![allow(clippy::expect_used, reason = "the helpers of tests fail loudly")]

mod common;

use std::borrow::Cow;
use std::cell::Cell;

use common::{Pack, para, part, run, well_formed};
use merge::{
    Culture, DateStyle, FindingKind, Format, Limits, Picture, Record, Refused, RefusedKind, Rows, SortKey,
    Template, Value, Values, document_text,
};

fn line(name: &str, price: &str, kind: &str) -> Record {
    Record::new()
        .with_text("name", name)
        .with("price", Value::Decimal(price.parse().expect("a number")))
        .with_text("kind", kind)
}

fn sale() -> Record {
    Record::new()
        .with_text("company.name", "Nordlys AS")
        .with_text("yref", "")
        .with("sale.amount", Value::Decimal("1234.5".parse().expect("a number")))
        .with("document.date", Value::Date(jiff::civil::date(2026, 12, 24), DateStyle::Short))
        .with_rows(
            "sale.lines",
            [line("Bolt", "2.50", "small"), line("Anvil", "900", "large"), line("Nut", "1", "small")],
        )
        .with_rows("sale.notes", [])
}

fn text(template: &str) -> String {
    let template = Template::compile(Format::Text, template.into(), &Limits::default()).expect("good");
    let filled = template.fill(&sale(), &Culture::for_tag("nb-NO")).expect("filled");
    String::from_utf8(filled).expect("UTF-8")
}

fn page(template: &str) -> String {
    let template = Template::compile(Format::Html, template.into(), &Limits::default()).expect("good");
    let filled = template.fill(&sale(), &Culture::for_tag("en-GB")).expect("filled");
    String::from_utf8(filled).expect("UTF-8")
}

fn word(inside: &str) -> String {
    let template = Pack::word(inside).template();
    let filled = template.fill(&sale(), &Culture::for_tag("en-GB")).expect("filled");
    well_formed(&filled);
    let document = part(&filled, "word/document.xml");
    let start = document.find("<w:body>").expect("a body") + "<w:body>".len();
    document[start..document.find("</w:body>").expect("its end")].replace(" xml:space=\"preserve\"", "")
}

fn says(inside: &str) -> String {
    let filled = Pack::word(inside).template().fill(&sale(), &Culture::for_tag("en-GB")).expect("filled");
    well_formed(&filled);
    document_text(Format::Docx, filled, &Limits::default()).expect("readable")
}

#[test]
fn values_are_written_by_their_format_and_the_culture() {
    assert_eq!(
        text(
            "{sale.amount:0.00} {sale.amount:2} {document.date:long} {document.date:yyyy-MM-dd} {company.name:upper}"
        ),
        "1234,50 1\u{a0}234,50 24. desember 2026 2026-12-24 NORDLYS AS"
    );
    assert_eq!(text("{culture:de-CH}{sale.amount:2}"), "1\u{2019}234.50");
    assert_eq!(text("{sale.amount:nonsense} {sale.amount:%%}"), "{sale.amount:nonsense} {sale.amount:%%}");
}

#[test]
fn conditions_choose_and_a_line_that_holds_only_a_tag_disappears() {
    assert_eq!(text("a\n{#if yref}\nYour ref {yref}\n{/if}\nb\n"), "a\nb\n");
    assert_eq!(text("a\n{#if not yref}\nNo ref\n{#else}\nRef\n{/if}\nb"), "a\nNo ref\nb");
    assert_eq!(text("Dear {#if company.name}{company.name}{#else}friend{/if},"), "Dear Nordlys AS,");
    assert_eq!(text("{#if sale.amount > 1000 and company.name = \"nordlys as\"}big{/if}"), "big");
    assert_eq!(text("{#if sale.lines}has lines{/if}{#if sale.notes}has notes{/if}"), "has lines");
    assert_eq!(text("{#if x}kept{/if} {#if yref}gone{/if}."), "{#if x}kept{/if} .");
}

#[test]
fn loops_repeat_lines_and_know_their_number_and_what_is_outside() {
    assert_eq!(
        text("{#each sale.lines}\n{row.number}. {name} {price:0.00} {company.name}\n{/each}\n"),
        "1. Bolt 2,50 Nordlys AS\n2. Anvil 900,00 Nordlys AS\n3. Nut 1,00 Nordlys AS\n"
    );
    assert_eq!(text("{#each sale.lines as line sort by price desc}{line.name} {/each}"), "Anvil Bolt Nut ");
    assert_eq!(text("{#each sale.lines}{lines.name};{/each}"), "Bolt;Anvil;Nut;");
    assert_eq!(text("{#each sale.notes}x{#else}none{/each}"), "none");
    assert_eq!(text("{#sale.lines}{name} {/sale.lines}{^sale.notes}no notes{/}"), "Bolt Anvil Nut no notes");
    assert_eq!(text("{#each nothing}{name}{/each}"), "{#each nothing}{name}{/each}");
}

#[test]
fn groups_are_sorted_and_their_rows_stay_together() {
    let template = "{#each sale.lines group by kind sort by price}\n{row.number} {group}:\n\
        {#each group.rows}\n- {name}{#if price > 2} !{/if}\n{/each}\nend {group} {kind}\n{/each}\n";
    assert_eq!(
        text(template),
        "1 large:\n- Anvil !\nend large large\n2 small:\n- Nut\n- Bolt !\nend small small\n"
    );
    assert_eq!(
        text("{#each sale.lines group by kind}{group},{/each}"),
        "large,small,",
        "rows nobody shows are passed over"
    );
}

#[test]
fn merge_fields_of_quotes_group_and_order() {
    let simple = |name: &str| {
        format!("<w:fldSimple w:instr=\" MERGEFIELD {name} \">{}</w:fldSimple>", run(&format!("«{name}»")))
    };
    let fields =
        |names: &[&str]| format!("<w:p>{}</w:p>", names.iter().map(|name| simple(name)).collect::<String>());
    let inside = format!(
        "{}{}{}{}{}",
        fields(&["TableStart:Group", "GroupBy:Kind", "OrderBy:Price"]),
        fields(&["Kind"]),
        fields(&["TableStart:Line", "Name", "TableEnd:Line"]),
        fields(&["TableEnd:Group"]),
        para("after"),
    );
    let quote = Record::new()
        .with_rows("line", [line("Bolt", "2.5", "b"), line("Anvil", "9", "a"), line("Nut", "1", "b")]);
    let template = Pack::word(&inside).template();
    let filled = template.fill(&quote, &Culture::default()).expect("filled");
    well_formed(&filled);
    let text = document_text(Format::Docx, filled, &Limits::default()).expect("readable");
    assert_eq!(text, "a\nAnvil\nb\nNut\nBolt\nafter\n");
}

#[test]
fn a_loop_over_the_cells_of_a_row_repeats_the_row() {
    let cell = |text: &str| format!("<w:tc>{}</w:tc>", para(text));
    let row = |cells: &[&str]| format!("<w:tr>{}</w:tr>", cells.iter().map(|c| cell(c)).collect::<String>());
    let head = row(&["Name", "Price"]);
    let table = format!("<w:tbl>{head}{}</w:tbl>", row(&["{#each sale.lines}{name}", "{price:2}{/each}"]));
    let want = format!(
        "<w:tbl>{head}{}{}{}</w:tbl>",
        row(&["Bolt", "2.50"]),
        row(&["Anvil", "900.00"]),
        row(&["Nut", "1.00"])
    );
    assert_eq!(word(&table), want.replace(" xml:space=\"preserve\"", ""));
    let own = format!(
        "<w:tbl>{head}{}{}{}</w:tbl>",
        row(&["{#each sale.lines}", ""]),
        row(&["{name}", "{price:2}"]),
        row(&["{/each}", ""])
    );
    assert_eq!(
        word(&own),
        want.replace(" xml:space=\"preserve\"", ""),
        "rows that hold only a tag disappear"
    );
    let per_row = format!("<w:tbl>{head}{}</w:tbl>", row(&["{#each sale.lines per row}{name}{/each}", "x"]));
    assert_eq!(word(&per_row).matches("<w:tr>").count(), 4);
    let none = format!("<w:tbl>{}</w:tbl>", row(&["{#each sale.notes}{name}", "{/each}"]));
    assert_eq!(word(&none), "<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>", "a table keeps a row");
}

#[test]
fn a_loop_around_paragraphs_repeats_them_and_its_own_paragraphs_disappear() {
    let inside = [para("{#each sale.lines}"), para("{name}"), para("{/each}"), para("end")].concat();
    assert_eq!(says(&inside), "Bolt\nAnvil\nNut\nend\n");
    let whole = format!("{}{}", para("{#each sale.lines}* {name}{/each}"), para("end"));
    assert_eq!(says(&whole), "* Bolt\n* Anvil\n* Nut\nend\n", "a paragraph that is one loop is repeated");
    let words = format!("{}{}", para("Items: {#each sale.lines}{name}, {/each}."), para("end"));
    assert_eq!(says(&words), "Items: Bolt, Anvil, Nut, .\nend\n");
    let asked = format!("{}{}", para("{#each sale.lines inline}{name} {/each}"), para("end"));
    assert_eq!(says(&asked), "Bolt Anvil Nut \nend\n");
    let gone = [para("a"), para("{#if yref}Your reference {yref}{/if}"), para("b")].concat();
    assert_eq!(says(&gone), "a\nb\n", "no empty paragraph is left behind");
}

#[test]
fn tags_cut_up_by_formatting_are_still_tags() {
    let cut = format!(
        "<w:p>{}<w:proofErr w:type=\"spellStart\"/>{}{}<w:r><w:rPr><w:b/></w:rPr><w:t>{{na</w:t></w:r>{}{}</w:p>",
        run("Items: {#ea"),
        run("ch sale."),
        run("lines}"),
        run("me} {/e"),
        run("ach}.")
    );
    assert_eq!(says(&cut), "Items: Bolt Anvil Nut .\n");
}

#[test]
fn what_crosses_the_structure_stays_and_is_reported() {
    let table = format!("<w:tbl><w:tr><w:tc>{}</w:tc></w:tr></w:tbl>", para("{/each}"));
    let crossing = format!("{}{table}", para("{#each sale.lines}"));
    let template = Pack::word(&crossing).template();
    let found = template.check(&merge::Schema::default());
    assert!(found.iter().any(|finding| finding.kind == FindingKind::Crossing), "{found:?}");
    assert!(says(&crossing).contains("{#each sale.lines}"));
    for open in ["{#each sale.lines}", "{#if yref}", "{/each}", "{#else}"] {
        let found = Pack::word(&para(open)).template().check(&merge::Schema::default());
        assert_eq!(found.first().map(|finding| finding.kind), Some(FindingKind::NotClosed), "{open}");
    }
    let overlap = "{#if yref}a{#each sale.lines}b{/if}c{/each}";
    let found = Pack::word(&para(overlap)).template().check(&merge::Schema::default());
    assert!(!found.is_empty());
    says(&para(overlap));
}

#[test]
fn pages_repeat_rows_and_items_and_a_value_gains_no_power() {
    assert_eq!(
        page("<ul><li>{#each sale.lines}{name}{/each}</li></ul>"),
        "<ul><li>Bolt</li><li>Anvil</li><li>Nut</li></ul>"
    );
    assert_eq!(
        page("<table><tr><th>N<th>P<tr><td>{#each sale.lines}{name}<td>{price:2}{/each}</table>"),
        "<table><tr><th>N<th>P<tr><td>Bolt<td>2.50<tr><td>Anvil<td>900.00<tr><td>Nut<td>1.00</table>"
    );
    assert_eq!(
        page("<div>{#each sale.lines}<p>{name}</p>{/each}</div>"),
        "<div><p>Bolt</p><p>Anvil</p><p>Nut</p></div>"
    );
    assert_eq!(page("<p>{#if yref}x{/if}</p><p>y</p>"), "<p>y</p>");
    assert_eq!(page("<p>a {#if sale.amount &gt; 2000}x{#else}<b>y</b>{/if}</p>"), "<p>a <b>y</b></p>");
}

#[test]
fn loops_that_are_not_whole_cost_nothing_but_their_tags() {
    assert_eq!(text("{#if yref}a\n{#each sale.lines}x"), "{#if yref}a\n{#each sale.lines}x");
    assert_eq!(text("a {/if} b {#} {#for x in y} c"), "a {/if} b {#} {#for x in y} c");
}

#[test]
fn a_required_value_that_is_missing_stops_the_document() {
    let template =
        Template::compile(Format::Text, b"{yref:required}".to_vec(), &Limits::default()).expect("good");
    let refused = template.fill(&sale(), &Culture::default()).expect_err("must be refused");
    assert_eq!((refused.kind, refused.part.as_deref()), (RefusedKind::MissingValue, Some("yref")));
}

/// Rows that count how many of them are alive.
struct Counting<'a> {
    left: u32,
    row: Record,
    most: &'a Cell<usize>,
}

struct Many(u32, Cell<usize>);

impl Values for Many {
    fn get(&self, _code: &str) -> Option<Value<'_>> {
        None
    }
    fn rows(&self, _relation: &str, _sort: &[SortKey]) -> Result<Option<Box<dyn Rows + '_>>, Refused> {
        Ok(Some(Box::new(Counting { left: self.0, row: Record::new(), most: &self.1 })))
    }
}

impl Rows for Counting<'_> {
    fn advance(&mut self) -> Result<bool, Refused> {
        self.row.set("name", Value::text(format!("Row {}", self.left)));
        self.left = self.left.saturating_sub(1);
        self.most.set(self.most.get() + 1);
        Ok(self.left > 0)
    }
    fn row(&self) -> &dyn Values {
        &self.row
    }
}

/// A sink that remembers only how much it was given at once.
#[derive(Default)]
struct Sink(usize, usize, Vec<u8>);

impl std::io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 = self.0.max(bytes.len());
        self.1 += bytes.len();
        self.2.extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn rows_are_streamed_and_what_is_handed_on_at_once_does_not_grow() {
    let row =
        format!("<w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr>", para("{#each lines}{name}"), para("x{/each}"));
    let template = Pack::word(&format!("<w:tbl>{row}</w:tbl>")).template();
    let filled = |rows: u32| {
        let mut sink = Sink::default();
        template.fill_to(&Many(rows + 1, Cell::default()), &Culture::default(), &mut sink).expect("filled");
        sink
    };
    let (few, many) = (filled(5_000), filled(50_000));
    assert!(many.1 > 5 * few.1, "more rows make a larger document");
    assert!(many.0 < 200_000, "{} bytes at once", many.0);
    well_formed(&few.2);
    let text = document_text(Format::Docx, few.2, &Limits::default()).expect("our own reader reads it");
    assert!(text.starts_with("Row 5001\tx\nRow 5000\tx\n") && text.lines().count() == 5_000);
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x08\x08\x06\0\0\0";

#[test]
fn a_picture_from_a_field_is_put_in_or_takes_the_place_of_another() {
    let picture = Picture { bytes: PNG.to_vec(), description: "A <logo>".into() };
    let record = Record::new().with("logo", Value::Picture(Cow::Owned(picture))).with_text("name", "X");
    let drawn = "<w:p><w:r><w:drawing><wp:inline xmlns:wp=\"wp\"><wp:docPr id=\"1\" name=\"P\" descr=\"{logo}\"/>\
        <a:graphic><a:blip r:embed=\"rId5\"/></a:graphic></wp:inline></w:drawing></w:r></w:p>";
    let pack = Pack::word(&format!("{}{drawn}", para("[{logo}] {name}")));
    let filled = pack.template().fill(&record, &Culture::default()).expect("filled");
    well_formed(&filled);
    let document = part(&filled, "word/document.xml");
    assert!(
        document.contains("descr=\"A &lt;logo&gt;\"") && document.contains("cx=\"152400\""),
        "{document}"
    );
    assert_eq!(document.matches("r:embed=\"rIdFilled1\"").count(), 2, "{document}");
    assert!(part(&filled, "word/_rels/document.xml.rels").contains("Target=\"/word/media/filled1.png\""));
    assert!(part(&filled, "[Content_Types].xml").contains("/word/media/filled1.png"));
    // Without a picture the words stand, and the old picture stays.
    let plain = Record::new().with_text("logo", "words").with_text("name", "X");
    let document =
        part(&pack.template().fill(&plain, &Culture::default()).expect("filled"), "word/document.xml");
    assert!(document.contains("[words]") && document.contains("r:embed=\"rId5\""), "{document}");
}
