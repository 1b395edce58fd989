//! The standard letter: five pages, thirty codes, a table of two hundred rows without codes. Aim: under a millisecond.
#![allow(clippy::expect_used, reason = "the helpers of tests fail loudly")]

use std::collections::BTreeMap;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use merge::build::{Align, Borders, Cell, Docx, Paragraph, Row, Run, Style, Table};
use merge::{Culture, Format, Limits, Template};

const PROSE: &str = "We thank you for the good conversation and are pleased to set out below what we agreed, what it costs \
    and when it can be delivered. Prices are firm for the period stated and include delivery to the address above. ";

/// The letter as a template.
fn letter() -> Vec<u8> {
    let mut docx = Docx::new()
        .language("en-GB")
        .title("{head}")
        .header(
            Paragraph::styled(Style::Small)
                .align(Align::Right)
                .text("{onam}\n{opad}\n{ozip} {ocit}\n{opho}\n{oema}\n{owww}"),
        )
        .footer(Paragraph::styled(Style::Small).text("{onam}, {oorg}\tPage ").run(Run::page_number()))
        .paragraph(Paragraph::new().text("{name}\n{addr}\n{zipc} {city}\n{cntr}"))
        .paragraph(Paragraph::new().text("Our reference {oref}, your reference {yref}, {date}"))
        .paragraph(Paragraph::styled(Style::Heading1).text("{head}"))
        .paragraph(Paragraph::new().text("Dear {attn},"));
    for code in ["pnam", "pnum", "sati", "saam", "sacu", "sada", "plea", "pend"] {
        docx = docx.paragraph(Paragraph::new().text(&format!("{PROSE}{PROSE}{{{code}}} {PROSE}")));
    }
    let mut table = Table::new([20, 90, 25, 30])
        .borders(Borders::Rows)
        .row(Row::texts(["No", "Item", "Qty", "Price"]).heading());
    for number in 0..200 {
        table = table.row(Row::new([
            Cell::text(&number.to_string()),
            Cell::text(&format!("Galvanised bracket type {} with fixings", number * 37 % 101)),
            Cell::figure(&(number * 7 % 40 + 1).to_string()),
            Cell::figure(&format!("{}.{:02}", number * 13 % 900, number * 31 % 100)),
        ]));
    }
    docx.table(table)
        .paragraph(Paragraph::new().text(PROSE))
        .paragraph(Paragraph::new().text("Yours sincerely\n\n{auth}\n{atit}\n{audp}\n{auem}"))
        .finish()
}

fn values(template: &Template) -> BTreeMap<String, String> {
    template.codes().map(|code| (code.to_owned(), format!("Value & text of {code}"))).collect()
}

fn bench(criterion: &mut Criterion) {
    let bytes = letter();
    let template =
        Template::compile(Format::Docx, bytes.clone(), &Limits::default()).expect("the letter is good");
    let values = values(&template);
    assert!(template.codes().count() >= 30, "{}", template.codes().count());
    let culture = Culture::for_tag("en-GB");
    criterion.bench_function("letter/fill", |b| {
        b.iter(|| black_box(template.fill(&values, &culture)).expect("filled"));
    });
    criterion.bench_function("letter/compile", |b| {
        b.iter(|| {
            Template::compile(Format::Docx, black_box(bytes.clone()), &Limits::default()).expect("good")
        });
    });
    criterion.bench_function("letter/text", |b| b.iter(|| black_box(template.text())));
}

criterion_group!(benches, bench);
criterion_main!(benches);
