//! The standard letter with a repeated table, beside what it costs merely to deflate what changes; and the sizes that
//! matter: a short letter, a very long one, compiling. Prints one JSON object a line, as `cargo xtask bench` reads them.
//!
//! `--write FOLDER` only writes the inputs, for the scripts in `benches/peers/` that drive other engines with them.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    reason = "a benchmark fails loudly, speaks on its stream, and looks at the clock"
)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use flate2::{Compression, write::DeflateEncoder};
use merge::build::{Borders, Docx, Paragraph, Row, Style, Table};
use merge::{Culture, Format, Limits, Record, Template};

const PROSE: &str = "We thank you for the good conversation and are pleased to set out below what we agreed, what it costs \
    and when it can be delivered. Prices are firm for the period stated and include delivery to the address above. ";
const ROWS: usize = 200;
const CODES: usize = 30;

/// How tags are written.
#[derive(Clone, Copy, PartialEq)]
enum Dialect {
    /// `{code}` and `{#lines}` … `{/lines}`: ours, docxtemplater's and easy-template-x's.
    Braces,
    /// `{{ code }}` and `{%tr for … %}`: docxtpl's.
    Jinja,
}

/// Five pages, so many codes, a table with one repeated row.
fn letter(dialect: Dialect, codes: usize, prose: usize) -> Vec<u8> {
    let tag = |number: usize| match dialect {
        Dialect::Braces => format!("{{code{number}}}"),
        Dialect::Jinja => format!("{{{{ code{number} }}}}"),
    };
    let mut docx =
        Docx::new().language("en-GB").paragraph(Paragraph::styled(Style::Heading1).text("An offer"));
    for number in 0..codes {
        let text = format!("{} {} {PROSE}", PROSE.repeat(prose), tag(number));
        docx = docx.paragraph(Paragraph::new().text(&text));
    }
    let mut table = Table::new([20, 90, 25, 30])
        .borders(Borders::Rows)
        .row(Row::texts(["No", "Item", "Qty", "Price"]).heading());
    table = match dialect {
        Dialect::Braces => {
            table.row(Row::texts(["{#lines}{number}", "{item}", "{quantity}", "{price}{/lines}"]))
        }
        Dialect::Jinja => table
            .row(Row::texts(["{%tr for line in lines %}", "", "", ""]))
            .row(Row::texts([
                "{{ line.number }}",
                "{{ line.item }}",
                "{{ line.quantity }}",
                "{{ line.price }}",
            ]))
            .row(Row::texts(["{%tr endfor %}", "", "", ""])),
    };
    docx.table(table).paragraph(Paragraph::new().text(PROSE)).finish()
}

fn cells(number: usize) -> [(&'static str, String); 4] {
    [
        ("number", number.to_string()),
        ("item", format!("Galvanised bracket type {} with fixings", number * 37 % 101)),
        ("quantity", (number * 7 % 40 + 1).to_string()),
        ("price", format!("{}.{:02}", number * 13 % 900, number * 31 % 100)),
    ]
}

fn record(codes: usize, rows: usize) -> Record {
    let mut record = Record::new();
    for number in 0..codes {
        record.set(&format!("code{number}"), merge::Value::text(format!("Value and text of code {number}")));
    }
    let line =
        |number| cells(number).iter().fold(Record::new(), |row, (name, text)| row.with_text(name, text));
    record.with_rows("lines", (0..rows).map(line))
}

/// The same data as JSON.
fn json(codes: usize, rows: usize) -> String {
    let mut out = String::from("{");
    for number in 0..codes {
        let _ = write!(out, "\"code{number}\":\"Value and text of code {number}\",");
    }
    out.push_str("\"lines\":[");
    for number in 0..rows {
        let fields: Vec<String> =
            cells(number).iter().map(|(name, text)| format!("\"{name}\":\"{text}\"")).collect();
        let _ = write!(out, "{}{{{}}}", if number == 0 { "" } else { "," }, fields.join(","));
    }
    out + "]}"
}

/// The median time of one call, over at least a second.
fn median(mut call: impl FnMut()) -> Duration {
    for _ in 0..3 {
        call();
    }
    let mut times = Vec::new();
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(1) || times.len() < 5 {
        let one = Instant::now();
        call();
        times.push(one.elapsed());
    }
    times.sort();
    times[times.len() / 2]
}

fn say(name: &str, value: f64, unit: &str, aim: &str) {
    let value = if value >= 100.0 { format!("{value:.0}") } else { format!("{value:.2}") };
    println!(
        "{{\"name\": \"templates: {name}\", \"value\": \"{value}\", \"unit\": \"{unit}\", \"aim\": \"{aim}\"}}"
    );
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// The most memory this process has held, in MB.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
    let kb: f64 = line.split_whitespace().nth(1).and_then(|kb| kb.parse().ok()).unwrap_or(0.0);
    kb / 1024.0
}

fn compile(bytes: Vec<u8>) -> Template {
    Template::compile(Format::Docx, bytes, &Limits::default()).expect("the letter is good")
}

fn fill(template: &Template, record: &Record) -> Vec<u8> {
    template.fill(record, &Culture::default()).expect("filled")
}

/// What it costs to deflate the part that changes, at the fast level, and nothing else.
fn deflate(document: &[u8]) -> Duration {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(document)).expect("a package");
    let mut part = Vec::new();
    std::io::copy(&mut archive.by_name("word/document.xml").expect("the body"), &mut part).expect("readable");
    median(|| {
        let mut encoder = DeflateEncoder::new(Vec::with_capacity(part.len() / 4), Compression::fast());
        encoder.write_all(black_box(&part)).expect("memory takes it");
        black_box(encoder.finish().expect("memory takes it"));
    })
}

fn write_inputs(folder: &Path) {
    std::fs::create_dir_all(folder).expect("the folder");
    let put = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).expect("written");
    put("letter.docx", &letter(Dialect::Braces, CODES, 3));
    put("letter-jinja.docx", &letter(Dialect::Jinja, CODES, 3));
    put("letter.json", json(CODES, ROWS).as_bytes());
}

fn measure() {
    let bytes = letter(Dialect::Braces, CODES, 3);
    let template = compile(bytes.clone());
    let record_of_200 = record(CODES, ROWS);
    let document = fill(&template, &record_of_200);
    let text = merge::document_text(Format::Docx, document.clone(), &Limits::default()).expect("readable");
    assert!(text.contains("199\tGalvanised") && !text.contains('{'), "the letter is filled");
    let before = peak();
    let time = median(|| {
        black_box(fill(&template, black_box(&record_of_200)));
    });
    say("standard letter (5 pages, 30 codes, 200 rows)", micros(time), "µs", "500 or less, 250 wanted");
    say("standard letter, most memory of the process", peak().max(before), "MB", "a twentieth of the peers'");
    say(
        "standard letter, deflating what changes and nothing else",
        micros(deflate(&document)),
        "µs",
        "half the fill",
    );
    let time = median(|| {
        black_box(compile(black_box(bytes.clone())));
    });
    say("standard letter, compiled cold", micros(time) / 1000.0, "ms", "under 5");
    let short = compile(letter(Dialect::Braces, 10, 1));
    let ten = record(10, 1);
    let time = median(|| {
        black_box(fill(&short, black_box(&ten)));
    });
    say("letter with 10 codes, on one core", 1.0 / time.as_secs_f64(), "a second", "above 15,000");
    let long = compile(letter(Dialect::Braces, 12_000, 0));
    let many = record(12_000, 10_000);
    let time = median(|| {
        black_box(fill(&long, black_box(&many)));
    });
    say("12,000 codes and 10,000 rows", micros(time) / 1000.0, "ms", "well under 1,000");
    let mut sink = std::io::sink();
    let time = median(|| template.fill_to(&many, &Culture::default(), &mut sink).expect("filled"));
    say("10,000 rows written as they are made", micros(time) / 1000.0, "ms", "");
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().position(|argument| argument == "--write").and_then(|at| arguments.get(at + 1)) {
        Some(folder) => write_inputs(Path::new(folder)),
        None => measure(),
    }
}
