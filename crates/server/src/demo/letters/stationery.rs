//! How the sample templates look: the letterhead, the footer and the pieces between.

use super::spec::{Block, Paper, Words};
use merge::build::{Align, Borders, Cell, Docx, Paragraph, Row, Run, Style, Table};

/// A deep northern green: names, titles, headings.
const INK: [u8; 3] = [0x0B, 0x5D, 0x5E];
/// Roasted coffee: the rule under the letterhead.
const RULE: [u8; 3] = [0xC9, 0x7B, 0x2D];
/// Behind the heads of tables.
const SHADE: [u8; 3] = [0xE6, 0xF0, 0xEF];
/// A line to sign on.
const LINE: [u8; 3] = [0x59, 0x63, 0x6E];
/// The width of the text between the margins, in millimetres.
const WIDTH: u16 = 163;

/// Writes a paper as a Word document.
pub(super) fn write(paper: &Paper) -> Vec<u8> {
    let words = paper.words;
    let mut docx = Docx::new()
        .language(words.language)
        .title("{head}")
        .author("{auth}")
        .accent(INK)
        .first_header(letterhead())
        .header(running_head());
    for line in footer(words) {
        docx = docx.footer(line);
    }
    for (place, block) in paper.blocks.iter().enumerate() {
        docx = add(docx, block, paper.blocks.get(place + 1), words);
    }
    docx.finish()
}

fn letterhead() -> Paragraph {
    Paragraph::new()
        .right_tab(WIDTH)
        .space_after(14)
        .rule_below(RULE)
        .run(Run::new("{onam}").bold().size(22).colour(INK))
        .run(Run::new("\t{owww}").size(9).colour(LINE))
}

fn running_head() -> Paragraph {
    Paragraph::styled(Style::Small)
        .right_tab(WIDTH)
        .rule_below(RULE)
        .run(Run::new("{onam}").bold().colour(INK))
        .text("\t{head}")
}

fn footer(words: &Words) -> [Paragraph; 3] {
    let (telephone, number) = (words.telephone, words.organization_number);
    [
        Paragraph::styled(Style::Small).space_after(4).rule_below(SHADE),
        Paragraph::styled(Style::Small)
            .right_tab(WIDTH)
            .run(Run::new("{onam}").bold().colour(INK))
            .text("  ·  {opad}, {ozip} {ocit}, {ocnr}")
            .text(&format!("\t{} ", words.page))
            .run(Run::page_number())
            .text(&format!(" {} ", words.of))
            .run(Run::page_count()),
        Paragraph::styled(Style::Small)
            .text(&format!("{telephone} {{opho}}  ·  {{oema}}  ·  {{owww}}  ·  {number} {{oorg}}")),
    ]
}

/// Adds a block; what follows it decides about the air in between and about page breaks.
fn add(docx: Docx, block: &Block, next: Option<&Block>, words: &Words) -> Docx {
    let spaced = |docx: Docx, table| {
        let docx = docx.table(table);
        let has_air = matches!(next, Some(Block::Heading(_) | Block::HeadingOnNewPage(_)));
        if has_air { docx } else { docx.paragraph(gap()) }
    };
    match block {
        Block::Opening => docx.table(opening(words)).paragraph(Paragraph::styled(Style::Small)),
        Block::Title(text) => docx.paragraph(Paragraph::styled(Style::Title).text(text)),
        Block::Subtitle(text) => {
            docx.paragraph(Paragraph::new().space_after(12).run(Run::new(text).size(12).colour(LINE)))
        }
        Block::Heading(text) => docx.paragraph(Paragraph::styled(Style::Heading1).text(text)),
        Block::HeadingOnNewPage(text) => {
            docx.paragraph(Paragraph::styled(Style::Heading1).page_break_before().text(text))
        }
        Block::Para(text) => {
            let paragraph = marked(Paragraph::new(), text);
            let signed = matches!(next, Some(Block::Signatures { .. } | Block::Closing(_)));
            docx.paragraph(if signed { paragraph.keep_with_next() } else { paragraph })
        }
        Block::Lines(lines) => docx.paragraph(marked(Paragraph::new().space_before(8), &lines.join("\n"))),
        Block::Bullets(items) => spaced(docx, hanging(6, items.iter().map(|item| ("•", *item)))),
        Block::Clauses(clauses) => spaced(docx, hanging(13, clauses.iter().copied())),
        Block::Facts(facts) => spaced(docx, facts_table(facts)),
        Block::Table { widths, head, rows } => spaced(docx, table(widths, head, rows)),
        Block::Closing(greeting) => closing(docx, greeting),
        Block::Signatures { ours, theirs } => docx.table(signatures(ours, theirs, words)),
    }
}

/// A paragraph with the words between double asterisks in bold.
fn marked(paragraph: Paragraph, text: &str) -> Paragraph {
    let pieces = text.split("**").enumerate().filter(|(_, piece)| !piece.is_empty());
    pieces.fold(paragraph, |paragraph, (place, piece)| {
        let run = Run::new(piece);
        paragraph.run(if place % 2 == 1 { run.bold() } else { run })
    })
}

/// A little air after a table, where no heading brings its own; without a paragraph in between, Word joins two tables into one.
fn gap() -> Paragraph {
    Paragraph::styled(Style::Small).space_after(2)
}

/// The recipient at the left, where the window of an envelope is; date and references at the right.
fn opening(words: &Words) -> Table {
    let fact = |label: &str, value: &str| {
        Paragraph::styled(Style::Small).run(Run::new(&format!("{label}: "))).run(Run::new(value).colour(INK))
    };
    let recipient =
        Cell::with(Paragraph::new().space_after(0).text("{name}\n{attn}\n{addr}\n{zici}\n{cnt?}"));
    let references = Cell::with(fact(words.date, "{ocit}, {date}"))
        .and(fact(words.our_reference, "{oref}"))
        .and(fact(words.your_reference, "{yref}"));
    Table::new([98, WIDTH - 98]).borders(Borders::None).row(Row::new([recipient, references]))
}

/// Marks in a narrow column, text beside them.
fn hanging<'a>(mark_width: u16, items: impl Iterator<Item = (&'a str, &'a str)>) -> Table {
    let text = |text| marked(Paragraph::styled(Style::Normal).space_after(4), text);
    items.fold(Table::new([mark_width, WIDTH - mark_width]).borders(Borders::None), |table, (mark, item)| {
        table.row(Row::new([Cell::with(text(mark)), Cell::with(text(item))]))
    })
}

fn facts_table(facts: &[(&str, &str)]) -> Table {
    facts.iter().fold(Table::new([48, WIDTH - 48]).borders(Borders::None), |table, (label, value)| {
        let label = label.replace("**", "");
        let label = Paragraph::new().run(Run::new(&label).bold().colour(INK));
        table.row(Row::new([Cell::with(label), Cell::with(marked(Paragraph::new(), value))]))
    })
}

fn table(widths: &[u16], head: &[&str], rows: &[&[&str]]) -> Table {
    let at_right: Vec<bool> = head.iter().map(|text| text.starts_with('>')).collect();
    let cell = |(column, text): (usize, &&str)| {
        let right = at_right.get(column).copied().unwrap_or(false);
        let text = text.strip_prefix('>').unwrap_or(text);
        Cell::with(marked(Paragraph::new().align(if right { Align::Right } else { Align::Left }), text))
    };
    let heading = Row::new(head.iter().enumerate().map(cell)).heading().shade(SHADE);
    let table = Table::new(widths.iter().map(|percent| percent * WIDTH / 100)).row(heading);
    rows.iter().fold(table, |table, row| table.row(Row::new(row.iter().enumerate().map(cell))))
}

fn closing(docx: Docx, greeting: &str) -> Docx {
    docx.paragraph(Paragraph::new().space_before(14).space_after(34).keep_with_next().text(greeting))
        .paragraph(Paragraph::new().run(Run::new("{auth}").bold()).text("\n{atit}\n{onam}"))
}

fn signatures(ours: &[&str], theirs: &[&str], words: &Words) -> Table {
    let party = |lines: &[&str]| {
        let line = |air| Paragraph::new().space_before(air).rule_below(LINE);
        let small = |text| Paragraph::styled(Style::Small).text(text);
        let cell = Cell::with(line(18)).and(small(words.place_and_date)).and(line(30));
        let (first, rest) = lines.split_first().map_or(("", &[][..]), |(first, rest)| (*first, rest));
        let name = Paragraph::new().run(Run::new(first).bold());
        rest.iter().fold(cell.and(name), |cell, line| cell.and(small(line)))
    };
    Table::new([76, WIDTH - 2 * 76, 76]).borders(Borders::None).row(Row::new([
        party(ours),
        Cell::text(""),
        party(theirs),
    ]))
}
