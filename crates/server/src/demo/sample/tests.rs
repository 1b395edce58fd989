use super::*;
use domain::codes::{self, DateForm, DocumentFacts, FieldValue, Names, Subjects, SystemFacts, TimeForm};
use domain::records::{Address, Associate, Company, Contact, Project, Sale};
use merge::{Culture, DateStyle, Format, Limits, Template, TimeStyle, Value, Values};
use std::collections::{BTreeMap, BTreeSet, HashMap};

type Line = BTreeMap<String, String>;

fn read(text: &str) -> Vec<Line> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    reader
        .records()
        .map(|record| head.iter().cloned().zip(record.unwrap().iter().map(str::to_owned)).collect())
        .collect()
}

fn records(kind: RecordKind) -> Vec<Line> {
    read(csv(kind))
}

fn ids(kind: RecordKind) -> BTreeSet<String> {
    records(kind).into_iter().map(|line| line["external_id"].clone()).collect()
}

fn format_of(file_name: &str) -> Format {
    match file_name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("docx") => Format::Docx,
        Some("html") => Format::Html,
        Some("txt") => Format::Text,
        other => panic!("{file_name}: {other:?}"),
    }
}

/// Every file of every template: its label in a failure, its language, and the compiled template.
fn compiled() -> Vec<(String, &'static str, Template)> {
    let mut out = Vec::new();
    for template in sample_templates() {
        for (language, file_name, bytes) in template.variants {
            let compiled = Template::compile(format_of(&file_name), bytes, &Limits::default()).unwrap();
            out.push((format!("{} {language:?}", template.key), language, compiled));
        }
    }
    out
}

#[test]
fn every_template_compiles_and_asks_only_known_codes() {
    let files = compiled();
    assert_eq!(files.len(), 25);
    for (label, _, template) in &files {
        let unknown: Vec<&str> = template.codes().filter(|code| codes::find(code).is_none()).collect();
        assert!(unknown.is_empty(), "{label}: {unknown:?}");
        assert!(template.codes().count() >= 8, "{label} is hardly a template");
        let silent: Vec<&str> = template
            .codes()
            .filter(|code| codes::find(code).is_some_and(|info| info.note.is_some()))
            .collect();
        assert!(silent.is_empty(), "{label} asks codes with nothing behind them: {silent:?}");
    }
}

struct Answers<'a>(Subjects<'a>);

impl Values for Answers<'_> {
    fn get(&self, code: &str) -> Option<Value<'_>> {
        Some(match codes::value(code, &self.0)? {
            FieldValue::Text(text) => Value::text(text),
            FieldValue::Whole(number) => Value::Whole(number),
            FieldValue::Decimal(number) => Value::Decimal(number),
            FieldValue::Date(date, DateForm::Short) => Value::Date(date, DateStyle::Short),
            FieldValue::Date(date, DateForm::SemiLong) => Value::Date(date, DateStyle::SemiLong),
            FieldValue::Date(date, DateForm::Long) => Value::Date(date, DateStyle::Long),
            FieldValue::Time(time, TimeForm::Short) => Value::Time(time, TimeStyle::Short),
            FieldValue::Time(time, TimeForm::Long) => Value::Time(time, TimeStyle::Long),
        })
    }
}

fn address(line: &str, zip: &str, city: &str) -> Address {
    Address {
        lines: [line.into(), String::new(), String::new()],
        zip: zip.into(),
        city: city.into(),
        ..Address::default()
    }
}

/// The visible text of a template filled for a company and, or not, a contact.
fn filled(
    template: &Template,
    language: &str,
    company: Option<&Company>,
    contact: Option<&Contact>,
) -> String {
    let language = if language.is_empty() { "en-GB" } else { language };
    let own = Company {
        name: "Nordlys Trading AS".into(),
        postal: address("Postboks 118", "5803", "Bergen"),
        country: "NO".into(),
        ..Company::default()
    };
    let sender = Associate { first_name: "Solveig".into(), last_name: "Aas".into(), ..Associate::default() };
    let (project, sale) = (Project::default(), Sale::default());
    let answers = Answers(Subjects {
        document: DocumentFacts { heading: "Two words", ..DocumentFacts::default() },
        system: SystemFacts { language, ..SystemFacts::default() },
        company,
        contact,
        sender: Some(&sender),
        own_company: Some(&own),
        project: Some(&project),
        sale: Some(&sale),
        names: Names::default(),
        custom: None,
    });
    let bytes = template.fill(&answers, &Culture::for_tag(language)).unwrap();
    merge::document_text(template.format(), bytes, &Limits::default()).unwrap()
}

fn tea() -> Company {
    Company {
        name: "O'Leary & Finch <Tea>".into(),
        street: address("27 Corn Street", "BS1 1HT", "Bristol"),
        country: "GB".into(),
        ..Company::default()
    }
}

#[test]
fn a_filled_template_shows_the_records_and_no_code() {
    let contact = Contact { first_name: "Harriet".into(), last_name: "Finch".into(), ..Contact::default() };
    for (label, language, template) in compiled() {
        let text = filled(&template, language, Some(&tea()), Some(&contact));
        assert!(!text.contains(['{', '}']), "{label}: {text}");
        for expected in ["O'Leary & Finch <Tea>", "Solveig Aas", "Nordlys Trading AS"] {
            assert!(text.contains(expected), "{label} lacks {expected}: {text}");
        }
        assert!(!text.contains("**"), "{label} shows a mark");
    }
}

#[test]
fn a_letter_to_nobody_in_particular_greets_without_a_hole() {
    let mut greetings = 0;
    for (label, language, template) in compiled() {
        for company in [Some(&tea()), None] {
            let text = filled(&template, language, company, None);
            let greeting = |line: &&str| ["Dear", "Hei", "Kjære"].iter().any(|word| line.starts_with(word));
            for line in text.lines().filter(greeting) {
                assert!(line.trim() == "Hei" || line.len() > "Dear ,".len(), "{label}: {line}");
                assert!(!line.contains(" ,"), "{label}: {line}");
                greetings += 1;
            }
        }
    }
    assert!(greetings > 20, "{greetings}");
}

#[test]
fn templates_are_described_well_enough_to_be_stored() {
    let groups: BTreeSet<String> = read(GROUPS).into_iter().map(|line| line["name"].clone()).collect();
    let (mut keys, mut names, mut used) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for template in sample_templates() {
        let key = template.key;
        assert!(keys.insert(key) && names.insert(template.name_en), "{key} is there twice");
        assert!(
            !template.headings.is_empty() && template.headings.iter().all(|h| HEADINGS.contains(h)),
            "{key}"
        );
        used.extend(template.headings);
        assert!(template.groups.iter().all(|group| groups.contains(*group)), "{key}");
        assert!(
            template.numbering.is_none_or(|(pattern, start)| pattern.contains("{snum}") && start > 0),
            "{key}"
        );
        assert_eq!(template.variants.first().map(|v| v.0), Some(""), "{key} has its neutral file first");
        for (language, file_name, _) in &template.variants {
            assert!(language.is_empty() || domain::templates::language_tag(language).unwrap() == *language);
            assert_eq!(file_name, &template.variants[0].1, "{key}: variants share a file name");
        }
    }
    assert_eq!(used.len(), HEADINGS.len(), "a heading is empty");
}

/// The columns of a record: its fields, with addresses taken apart and without the ids only a database knows.
fn columns(record: serde_json::Value) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for (field, value) in record.as_object().unwrap() {
        match value.as_object() {
            None if field == "id" => {}
            None => {
                out.insert(field.clone());
            }
            Some(address) => {
                for part in address.keys().filter(|part| *part != "lines") {
                    out.insert(format!("{field}_{part}"));
                }
                out.extend((1..=3).map(|n| format!("{field}_line{n}")));
            }
        }
    }
    out
}

#[test]
fn the_columns_of_each_file_are_the_fields_of_its_record() {
    let table = [
        (RecordKind::Associate, serde_json::to_value(Associate::default())),
        (RecordKind::Company, serde_json::to_value(Company::default())),
        (RecordKind::Contact, serde_json::to_value(Contact::default())),
        (RecordKind::Project, serde_json::to_value(Project::default())),
        (RecordKind::Sale, serde_json::to_value(Sale::default())),
    ];
    for (kind, record) in table {
        let head = csv(kind).lines().next().unwrap();
        assert!(head.starts_with("external_id,"), "{kind:?}");
        let in_file: BTreeSet<String> = head.split(',').map(str::to_owned).collect();
        assert_eq!(in_file, columns(record.unwrap()), "{kind:?}");
    }
    assert_eq!(GROUPS.lines().next(), Some("external_id,name"));
}

#[test]
fn there_are_as_many_records_as_promised_each_with_an_id_of_its_own() {
    let table = [
        (RecordKind::Associate, 11),
        (RecordKind::Company, 62),
        (RecordKind::Contact, 150),
        (RecordKind::Project, 20),
        (RecordKind::Sale, 40),
    ];
    for (kind, expected) in table {
        assert_eq!(records(kind).len(), expected, "{kind:?}");
        assert_eq!(ids(kind).len(), expected, "{kind:?}: an external id is there twice");
    }
    assert!(ids(RecordKind::Company).contains(OWN_COMPANY));
}

#[test]
fn every_reference_leads_to_a_record() {
    let groups: BTreeSet<String> = read(GROUPS).into_iter().map(|line| line["external_id"].clone()).collect();
    let [associates, companies, contacts, projects, _] = [
        RecordKind::Associate,
        RecordKind::Company,
        RecordKind::Contact,
        RecordKind::Project,
        RecordKind::Sale,
    ]
    .map(ids);
    let references = [
        (RecordKind::Associate, "primary_group", &groups),
        (RecordKind::Associate, "other_groups", &groups),
        (RecordKind::Company, "our_contact", &associates),
        (RecordKind::Contact, "company", &companies),
        (RecordKind::Project, "leader", &associates),
        (RecordKind::Project, "company", &companies),
        (RecordKind::Sale, "company", &companies),
        (RecordKind::Sale, "contact", &contacts),
        (RecordKind::Sale, "project", &projects),
        (RecordKind::Sale, "owner", &associates),
    ];
    for (kind, column, known) in references {
        for line in records(kind) {
            for id in line[column].split(';').filter(|id| !id.is_empty()) {
                assert!(known.contains(id), "{kind:?} {}: {column} {id}", line["external_id"]);
            }
        }
    }
}

#[test]
fn a_sale_its_contact_and_its_project_belong_to_one_company() {
    let company_of = |kind| -> HashMap<String, String> {
        records(kind).into_iter().map(|l| (l["external_id"].clone(), l["company"].clone())).collect()
    };
    let (contacts, projects) = (company_of(RecordKind::Contact), company_of(RecordKind::Project));
    for sale in records(RecordKind::Sale) {
        assert_eq!(contacts[&sale["contact"]], sale["company"], "{}", sale["external_id"]);
        if !sale["project"].is_empty() {
            assert_eq!(projects[&sale["project"]], sale["company"], "{}", sale["external_id"]);
        }
    }
}

#[test]
fn every_value_can_be_read_as_what_it_is() {
    for kind in RecordKind::ALL {
        for line in records(kind) {
            let label = format!("{kind:?} {}", line["external_id"]);
            for (column, value) in line.iter().filter(|(_, value)| !value.is_empty()) {
                let good = match column.as_str() {
                    "administrator" | "retired" | "has_plan" | "may_force_undo" | "use_as_postal" => {
                        value.parse::<bool>().is_ok()
                    }
                    "ends" | "next_milestone" | "born" | "date" | "next_due" => {
                        value.parse::<jiff::civil::Date>().is_ok()
                    }
                    "amount" | "cost" => value.parse::<f64>().is_ok_and(|amount| amount > 0.0),
                    "probability" => value.parse::<u8>().is_ok_and(|percent| percent <= 100),
                    "country" => codes::country_name(value, "en") != *value,
                    "email" => value.is_ascii() && value.ends_with(".example") && value.contains('@'),
                    "web" => value.starts_with("https://"),
                    _ => value.trim() == value && !value.contains(char::is_control),
                };
                assert!(good, "{label}: {column} {value:?}");
            }
        }
    }
}

#[test]
fn the_associates_show_every_way_to_be_admitted_or_not() {
    let count = |column: &str, value: &str| {
        records(RecordKind::Associate).iter().filter(|line| line[column] == value).count()
    };
    assert_eq!(
        (count("retired", "true"), count("has_plan", "false"), count("administrator", "true")),
        (1, 1, 2)
    );
    for group in read(GROUPS) {
        assert!(count("primary_group", &group["external_id"]) > 0, "{} is empty", group["name"]);
    }
}
