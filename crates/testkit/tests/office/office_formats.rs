//! Templates made by real programs, filled, opened by LibreOffice and read back.

use crate::office_package;
use jiff::civil::date;
use merge::{Culture, DateStyle, Format, Limits, Record, Schema, Severity, Template, Value, document_text};
use std::path::{Path, PathBuf};
use std::process::Command;

#[expect(clippy::disallowed_methods, reason = "tests are told by the environment where things are")]
fn told(variable: &str) -> PathBuf {
    let found = std::env::var(variable);
    PathBuf::from(
        found.unwrap_or_else(|_| panic!("{variable} is not set; run the tests with `cargo xtask test`")),
    )
}

fn line(name: &str, price: &str, quantity: i64, kind: &str) -> Record {
    Record::new()
        .with_text("name", name)
        .with("price", Value::Decimal(price.parse().unwrap()))
        .with("quantity", Value::Whole(quantity))
        .with_text("kind", kind)
}

fn sale() -> Record {
    Record::new()
        .with_text("company.name", "Nordlys & <Sønner>")
        .with_text("contact.first_name", "Kari\nAnne")
        .with_text("sale.number", "S-17")
        .with("sale.amount", Value::Decimal("1505.5".parse().unwrap()))
        .with("document.date", Value::Date(date(2026, 12, 24), DateStyle::Short))
        .with_rows(
            "sale.lines",
            [
                line("Bolt", "2.50", 10, "small"),
                line("=1+1", "900", 1, "large"),
                line("Nut", "1", 100, "small"),
            ],
        )
        .with_rows("sale.notes", [])
}

/// Fills a file of the corpus and gives back the document and what LibreOffice reads in it.
fn filled(name: &str, to: &str) -> (Vec<u8>, String) {
    let file = told("CHANCERY_CORPUS").join(name);
    let bytes = std::fs::read(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let format = Format::of(name).unwrap();
    let template = Template::compile(format, bytes, &Limits::default()).unwrap();
    let wrong: Vec<_> = template
        .check(&Schema::default())
        .into_iter()
        .filter(|found| found.severity == Severity::Error)
        .collect();
    assert!(wrong.is_empty(), "{name}: {wrong:?}");
    let document = template.fill(&sale(), &Culture::for_tag("en-GB")).unwrap();
    let mut streamed = Vec::new();
    template.fill_to(&sale(), &Culture::for_tag("en-GB"), &mut streamed).unwrap();
    office_package::validate(name, &document);
    office_package::validate(name, &streamed);
    let text = |bytes: &[u8]| document_text(format, bytes.to_vec(), &Limits::default()).unwrap();
    assert_eq!(text(&document), text(&streamed), "{name}: written at once and as it is made");
    let read = through_libreoffice(&streamed, format.extension(), to);
    (document, read)
}

/// What LibreOffice reads in a file. Its own repair dialog would make the conversion fail.
fn through_libreoffice(bytes: &[u8], extension: &str, to: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(format!("document.{extension}"));
    std::fs::write(&file, bytes).unwrap();
    let profile = format!("-env:UserInstallation=file://{}", folder.path().join("profile").display());
    run(Command::new(told("CHANCERY_SOFFICE"))
        .args([&profile, "--headless", "--convert-to", to, "--outdir"])
        .arg(folder.path())
        .arg(&file));
    let out = file.with_extension(to.split(':').next().unwrap_or(to));
    if to == "pdf" {
        let text = folder.path().join("document.out.txt");
        run(Command::new(told("CHANCERY_PDFTOTEXT")).arg("-layout").arg(&out).arg(&text));
        return std::fs::read_to_string(text).unwrap();
    }
    // A sheet chosen by its number goes into a file with the sheet's name.
    let made = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    read(&made.into_iter().find(|path| path.extension() == out.extension()).unwrap_or(out))
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_else(|e| panic!("LibreOffice made no {}: {e}", file.display()))
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn holds(text: &str, wanted: &[&str]) {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for wanted in wanted {
        assert!(text.contains(wanted), "{wanted:?} is missing in:\n{text}");
    }
    for tag in ["{#", "{/", "{name}", "{price", "{company"] {
        assert!(!text.contains(tag), "{tag:?} is left in:\n{text}");
    }
}

const LETTER: [&str; 12] = [
    "Nordlys & <Sønner>",
    "24 December 2026",
    "Dear Kari",
    "Anne, welcome",
    "A large sale",
    "900.00",
    "Bolt as an item",
    "=1+1 as an item",
    "Kind large:",
    "part Nut",
    "Kind small:",
    "{nosuchcode}",
];

#[test]
fn letters_of_every_program_are_filled_and_open() {
    for name in ["letter.docx", "libreoffice/letter.docx", "letter.odt"] {
        let (_, text) = filled(name, "pdf");
        holds(&text, &LETTER);
        assert!(!text.contains("A small sale"), "{name}: {text}");
        let large = text.find("Kind large:").unwrap();
        assert!(large < text.find("Kind small:").unwrap(), "{name}: groups are sorted");
        assert_eq!(text.matches("as an item").count(), 3, "{name}: {text}");
    }
}

#[test]
fn templates_laid_out_as_other_engines_want_them_are_filled() {
    let (_, text) = filled("peers.docx", "pdf");
    holds(&text, &["Hello Nordlys & <Sønner>!", "Bolt: 2.50", "Nut: 1.00", "No notes", "900.00"]);
}

#[test]
fn workbooks_keep_types_formats_and_references_when_rows_are_repeated() {
    for name in ["offer.xlsx", "libreoffice/offer.xlsx", "offer.ods"] {
        let (_, text) =
            filled(name, "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,false,false,false,1");
        let rows: Vec<&str> = text.lines().collect();
        let at = |number: usize| rows.get(number - 1).copied().unwrap_or_default();
        assert!(at(1).starts_with("Nordlys & <Sønner>"), "{name}: {text}");
        assert!(at(2).starts_with("2026-12-24;Dated 24 December 2026"), "{name}: {text}");
        assert!(at(5).starts_with("Bolt;2.5;10;25"), "{name}: {text}");
        assert!(
            at(6).starts_with("=1+1;900;1;900"),
            "{name}: a value that looks like a formula is text: {text}"
        );
        assert!(at(7).starts_with("Nut;1;100;100"), "{name}: {text}");
        assert!(at(8).starts_with("Total;903.5;;1025"), "{name}: sums reach over the new rows: {text}");
        assert!(at(10).starts_with("after, total 1505.50"), "{name}: {text}");
        assert!(at(11).starts_with("903.5"), "{name}: a reference below follows: {text}");
    }
}

#[test]
fn references_from_another_sheet_and_from_charts_follow_the_rows() {
    let (document, text) =
        filled("offer.xlsx", "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,false,false,false,2");
    assert_eq!(text.lines().collect::<Vec<_>>(), ["903.5", "1025"], "{text}");
    let part = |name: &str| {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&document)).unwrap();
        std::io::read_to_string(archive.by_name(name).unwrap()).unwrap()
    };
    let chart = part("xl/charts/chart1.xml");
    assert!(
        chart.contains("$B$5:$B$7") && chart.contains("Sales of Nordlys &amp; &lt;Sønner&gt;"),
        "{chart}"
    );
    let drawing = part("xl/drawings/drawing1.xml");
    assert!(drawing.contains("row>13</"), "the chart moves down: {drawing}");
    let sheet = part("xl/worksheets/sheet1.xml");
    for merged in ["E5:F5", "E6:F6", "E7:F7"] {
        assert!(sheet.contains(merged), "{merged}: {sheet}");
    }
    assert!(part("xl/workbook.xml").contains("fullCalcOnLoad=\"1\""));
}

#[test]
fn presentations_of_every_program_are_filled_and_open() {
    for name in ["deck.pptx", "libreoffice/deck.pptx", "deck.odp"] {
        let (_, text) = filled(name, "pdf");
        holds(
            &text,
            &[
                "Offer to Nordlys & <Sønner>",
                "Bolt costs 2.50",
                "Nut costs 1.00",
                "Total: 1,505.50",
                "900.00",
            ],
        );
    }
}

#[test]
fn a_slide_is_repeated_for_each_record_with_its_notes_and_left_out_when_there_is_none() {
    for name in ["slides.pptx", "slides.odp", "libreoffice/slides.pptx"] {
        let (document, text) = filled(name, "pdf");
        let pages: Vec<&str> = text.split('\u{c}').filter(|page| !page.trim().is_empty()).collect();
        assert_eq!(pages.len(), 5, "{name}: {text}");
        for (page, wanted) in pages.iter().zip([
            ["Intro for Nordlys & <Sønner>", "first"],
            ["Lot =1+1", "Slide 1: 900.00 of S-17"],
            ["Lot Bolt", "Slide 2: 2.50 of S-17"],
            ["Lot Nut", "Slide 3: 1.00 of S-17"],
            ["Last", "1,505.50"],
        ]) {
            holds(page, &wanted);
        }
        assert!(!text.contains("never shown"), "{name}: {text}");
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&document)).unwrap();
        let mut notes = String::new();
        for at in 0..archive.len() {
            let file = archive.by_index(at).unwrap();
            let part = file.name().unwrap().into_owned();
            if part.contains("notesSlides/notesSlide") || part == "content.xml" {
                notes.push_str(&std::io::read_to_string(file).unwrap());
            }
        }
        for lot in ["=1+1", "Bolt", "Nut"] {
            let own = notes
                .split("Notes of")
                .skip(1)
                .filter(|rest| rest.chars().take(60).collect::<String>().contains(lot));
            assert_eq!(own.count(), 1, "{name}, the notes for {lot}: {notes}");
        }
    }
}

#[test]
fn a_sheet_is_repeated_for_each_record_under_a_name_of_its_own() {
    for name in ["sheets.xlsx", "sheets.ods", "libreoffice/sheets.xlsx"] {
        let sheet = |number: u32| {
            let to = format!(
                "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,false,false,false,{number}"
            );
            filled(name, &to).1
        };
        for (number, wanted) in [
            (1, "Nordlys & <Sønner>"),
            (2, "1\nBolt;2.5;5"),
            (3, "2\n=1+1;900;1800"),
            (4, "3\nNut;1;2"),
            (5, "Nordlys & <Sønner>"),
        ] {
            let text = sheet(number);
            let lines: Vec<_> = text.lines().map(|line| line.trim_end_matches(';')).collect();
            assert_eq!(lines.join("\n").trim_end(), wanted, "{name}, sheet {number}");
        }
    }
}

#[test]
fn the_lists_of_a_workbook_and_a_presentation_name_every_copy_once() {
    let (document, _) = filled("sheets.xlsx", "pdf");
    let part = |document: &[u8], name: &str| {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(document)).unwrap();
        std::io::read_to_string(archive.by_name(name).unwrap()).unwrap()
    };
    let book = part(&document, "xl/workbook.xml");
    let names: Vec<_> =
        book.split("<sheet ").skip(1).filter_map(|s| s.split("name=\"").nth(1)?.split('"').next()).collect();
    assert_eq!(names, ["Summary", "Lot Bolt", "Lot =1+1", "Lot Nut", "After"], "{book}");
    assert!(book.contains("localSheetId=\"4\""), "a name of one sheet follows it: {book}");
    let types = part(&document, "[Content_Types].xml");
    assert!(types.contains("/xl/worksheets/sheet2-r3.xml") && !types.contains("sheet4.xml"), "{types}");
    let (document, _) = filled("slides.pptx", "pdf");
    let deck = part(&document, "ppt/presentation.xml");
    assert_eq!(deck.matches("<p:sldId ").count(), 5, "{deck}");
    let archive = zip::ZipArchive::new(std::io::Cursor::new(&document)).unwrap();
    let slides: Vec<_> = archive
        .file_names()
        .filter(|name| name.as_ref().is_ok_and(|name| name.starts_with("ppt/slides/slide")))
        .collect();
    assert_eq!(slides.len(), 5, "{slides:?}");
    let notes = part(&document, "ppt/notesSlides/_rels/notesSlide2-r2.xml.rels");
    assert!(notes.contains("/ppt/slides/slide2-r2.xml"), "{notes}");
}
