//! Finished letters, opened by an office program that is not ours.

#![allow(clippy::print_stdout, reason = "tests tell what they found")]

use app::documents::FromTemplate;
use app::templates::{NewTemplate, Source};
use domain::PluginId;
use domain::plugin::Which;
use domain::templates::TemplateProperties;
use futures_util::StreamExt as _;
use merge::build::{Align, Docx, Paragraph, Row, Run, Style, Table};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use testkit::house::{House, heading};

#[tokio::test(flavor = "multi_thread")]
async fn a_finished_letter_opens_in_libreoffice_with_the_right_words() {
    let house = House::new().await;
    let (company, contact) = house.solsiden().await;
    let ada = house.as_("ada").await;
    let source = Source::Upload { file_name: "Letter.docx".into(), bytes: letter().into() };
    let properties = TemplateProperties { name: "Letter".into(), ..TemplateProperties::default() };
    let new = NewTemplate { properties, kept_in: PluginId::ARCHIVE, source };
    house.app.templates().set_custom_tags(&ada, "memo also").await.unwrap();
    let template = house.app.templates().create(&ada, new).await.unwrap().template.id;
    let mut properties = heading("Terms & <conditions>");
    (properties.company, properties.contact) = (Some(company), Some(contact));
    let hostile = "first line\nsecond line {name} <script> =cmd|' /C calc'!A0";
    let custom = BTreeMap::from([("memo".to_owned(), hostile.to_owned())]);
    let ask = FromTemplate { template, properties, custom, ..FromTemplate::default() };
    let made = house.app.documents().create_from_template(&ada, ask).await.unwrap();

    let reading = house.app.documents().read(&ada, made.document.id, &Which::Latest, None).await.unwrap();
    let mut bytes = Vec::new();
    let mut stream = reading.content.stream;
    while let Some(chunk) = stream.next().await {
        bytes.extend_from_slice(&chunk.unwrap());
    }
    let text = through_libreoffice(&bytes);
    for wanted in [
        "Kari Nord",
        "Solsiden & Sønner AS",
        "Terms & <conditions>",
        "first line",
        "second line {name} <script> =cmd|' /C calc'!A0",
        "Ada Lund",
    ] {
        assert!(text.contains(wanted), "{wanted:?} is missing in:\n{text}");
    }
    assert!(!text.contains("{attn}"), "a known code is left:\n{text}");
    assert!(!text.contains("{also}"), "a custom tag without a value is left:\n{text}");
}

/// A letter with codes in the header, the text, a table and the footer.
fn letter() -> Vec<u8> {
    let plain = |text: &str| Paragraph::new().run(Run::new(text));
    Docx::new()
        .header(plain("{onam}"))
        .paragraph(plain("{name}"))
        .paragraph(plain("{attn}").align(Align::Right))
        .paragraph(Paragraph::styled(Style::Heading1).run(Run::new("{head}").bold()))
        .paragraph(plain("{memo} and {also}"))
        .table(Table::new([80, 80]).row(Row::texts(["Sender", "{auth}"])))
        .footer(plain("{date}"))
        .finish()
}

/// What LibreOffice reads in a file, by way of PDF. Its own repair dialog would make the conversion fail.
fn through_libreoffice(docx: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("letter.docx");
    std::fs::write(&file, docx).unwrap();
    let profile = format!("-env:UserInstallation=file://{}", folder.path().join("profile").display());
    run(Command::new(program("CHANCERY_SOFFICE"))
        .args([&profile, "--headless", "--convert-to", "pdf", "--outdir"])
        .arg(folder.path())
        .arg(&file));
    let pdf = file.with_extension("pdf");
    assert!(pdf.exists(), "LibreOffice made no PDF");
    keep(&pdf);
    let text = folder.path().join("letter.txt");
    run(Command::new(program("CHANCERY_PDFTOTEXT")).arg("-layout").arg(&pdf).arg(&text));
    std::fs::read_to_string(text).unwrap()
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[expect(clippy::disallowed_methods, reason = "tests are told by the environment where programs are")]
fn program(variable: &str) -> PathBuf {
    let found = std::env::var(variable);
    PathBuf::from(
        found.unwrap_or_else(|_| panic!("{variable} is not set; run the tests with `cargo xtask test`")),
    )
}

/// Leaves the PDF where test output is kept.
#[expect(
    clippy::disallowed_methods,
    reason = "tests are told by the environment where to leave their output"
)]
fn keep(pdf: &Path) {
    if let Ok(folder) = std::env::var("CHANCERY_ARTIFACTS") {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::copy(pdf, Path::new(&folder).join("letter.pdf")).unwrap();
    }
}

/// The office program, as the service uses it.
fn room(folder: &Path) -> std::sync::Arc<platform::office::Office> {
    let settings = platform::office::OfficeSettings {
        program: program("CHANCERY_SOFFICE"),
        folder: folder.join("office"),
        patience: std::time::Duration::from_mins(1),
        memory_mib: 4096,
        at_once: 2,
    };
    std::sync::Arc::new(platform::office::Office::new(settings).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_had_as_pdf_and_several_at_the_same_time() {
    let house = House::new().await;
    let ada = house.as_("ada").await;
    let folder = tempfile::tempdir().unwrap();
    let upload = async |name: &str, bytes: Vec<u8>| {
        let ask = app::documents::Upload {
            properties: heading(name),
            file_name: name.to_owned(),
            ..app::documents::Upload::default()
        };
        let body = domain::plugin::Body::from_bytes(bytes);
        house.app.documents().upload(&ada, ask, body).await.unwrap().document.id
    };
    let letter = upload("Letter.docx", letter()).await;
    let refused = house.app.documents().pdf(&ada, letter, &Which::Latest).await.unwrap_err();
    assert!(refused.public().contains("LibreOffice is not installed"), "{refused:?}");
    house.app.connect_office(room(folder.path()));
    let documents = house.app.documents();
    let pdf = || async { documents.pdf(&ada, letter, &Which::Latest).await.unwrap() };
    let made = futures_util::future::join_all((0..3).map(|_| pdf())).await;
    for (name, bytes) in made {
        assert_eq!(name, "Letter.pdf");
        assert!(bytes.starts_with(b"%PDF-"), "{:?}", &bytes[..8]);
    }
    let page = upload("Page.html", b"<p>x</p>".to_vec()).await;
    let refused = documents.pdf(&ada, page, &Which::Latest).await.unwrap_err();
    assert_eq!(refused.kind(), domain::ErrorKind::UnsupportedMedia);
}

#[test]
fn joined_letters_open_in_libreoffice_each_on_a_page_of_its_own() {
    let letter = |name: &str| {
        Docx::new()
            .header(Paragraph::new().run(Run::new(&format!("To {name}"))))
            .footer(Paragraph::new().run(Run::new("Page ")).run(Run::page_number()))
            .paragraph(Paragraph::new().run(Run::new(&format!("Dear {name},"))))
            .finish()
    };
    let letters = ["Ada", "Bo", "Cy"].map(letter).to_vec();
    let joined = merge::join(merge::Format::Docx, letters, &merge::Limits::default()).unwrap();
    let text = through_libreoffice(&joined);
    let pages: Vec<&str> = text.split('\u{c}').filter(|page| !page.trim().is_empty()).collect();
    assert_eq!(pages.len(), 3, "{text}");
    for (page, name) in pages.iter().zip(["Ada", "Bo", "Cy"]) {
        for wanted in [format!("To {name}"), format!("Dear {name},"), "Page 1".to_owned()] {
            assert!(page.contains(&wanted), "{wanted:?} is missing on the page of {name}:\n{text}");
        }
    }
}
