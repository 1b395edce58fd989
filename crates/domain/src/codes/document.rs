//! Codes that ask the document and the system.

use super::{
    CodeInfo, DateForm, Entity, FieldValue, Subjects, TimeForm, code, date, first_of, silent, whole,
};
use crate::records::join_names;

pub(super) const DOCUMENT: &[CodeInfo] = &[
    code("doid", Entity::Document, "Document id", "4711", |s| whole(s.document.id)),
    silent("apid", Entity::Document, "Appointment id", "Documents have no appointment behind them here."),
    code("head", Entity::Document, "Heading", "Offer, espresso machines", |s| s.document.heading.into()),
    code("desc", Entity::Document, "Description", "Revised after the meeting", |s| {
        s.document.description.into()
    }),
    code("file", Entity::Document, "File name", "Offer OF-1042.docx", |s| s.document.file_name.into()),
    code("oref", Entity::Document, "Our reference", "OF-1042", |s| s.document.our_ref.into()),
    code("yref", Entity::Document, "Your reference", "PO 77-120", |s| s.document.your_ref.into()),
    code("snum", Entity::Document, "The template's counter", "1042", |s| whole(s.document.snum)),
    code("sdat", Entity::Document, "Date, short", "24/12/2026", |s| date(s.document.date, DateForm::Short)),
    code("date", Entity::Document, "Date, long", "24 December 2026", |s| {
        date(s.document.date, DateForm::Long)
    }),
    code("dat1", Entity::Document, "Date, semi-long", "24 Dec 2026", |s| {
        date(s.document.date, DateForm::SemiLong)
    }),
    code("time", Entity::Document, "Time, short", "14:05", |s| time(s, TimeForm::Short)),
    code("ltim", Entity::Document, "Time, long", "14:05:00", |s| time(s, TimeForm::Long)),
    code(
        "attn",
        Entity::Document,
        "Recipient: the attention line, else the contact's full name",
        "Ada Holm",
        |s| {
            let full_name = s.contact.map(crate::records::Contact::full_name).unwrap_or_default();
            first_of(&[s.document.attention, &full_name])
        },
    ),
    code(
        "salu",
        Entity::Document,
        "Salutation: as given, else Mr or Ms and last name, else whom the letter is to",
        "Ms Holm",
        salutation,
    ),
    silent("dops", Entity::Document, "Published from", "Documents are not published to the web yet."),
    silent("dope", Entity::Document, "Published until", "Documents are not published to the web yet."),
    code("dsug", Entity::Document, "Suggested guide item, 0 if none", "0", |_| FieldValue::Whole(0)),
];

pub(super) const SYSTEM: &[CodeInfo] = &[
    code("lang", Entity::System, "Language of the document, in English", "Norwegian", |s| {
        known_language(s.system.language).map_or(s.system.language, |(_, name, _)| name).into()
    }),
    code("lanc", Entity::System, "Language of the document, ISO code", "nb-NO", |s| s.system.language.into()),
    code("lanx", Entity::System, "Language of the document, legacy code", "NO", |s| {
        known_language(s.system.language)
            .map_or_else(|| base(s.system.language).to_ascii_uppercase(), |(_, _, legacy)| legacy.to_owned())
            .into()
    }),
    code("ser#", Entity::System, "Serial number", "1000200300", |s| s.system.serial.into()),
    code("ver#", Entity::System, "Version", "0.1.0", |s| s.system.version.into()),
    code("vern", Entity::System, "Server name", "crm-1", |s| s.system.server_name.into()),
    code("pltf", Entity::System, "Platform", "linux", |s| s.system.platform.into()),
    silent("diid", Entity::System, "Diary owner", "There is no diary yet."),
    silent("dday", Entity::System, "Diary day", "There is no diary yet."),
];

fn time(s: &Subjects<'_>, form: TimeForm) -> FieldValue {
    s.document.time.map_or_else(FieldValue::blank, |time| FieldValue::Time(time, form))
}

/// As given; else the contact's Mr or Ms with the last name; else the full name, so that "Dear {salu}," never
/// greets a bare surname. A letter to nobody in particular greets the attention line, else the company, else whoever
/// reads it, so that it never says "Dear ,".
fn salutation(s: &Subjects<'_>) -> FieldValue {
    let formal = s.contact.map(|contact| {
        if contact.salutation.is_empty() || contact.last_name.is_empty() {
            contact.full_name()
        } else {
            join_names(&[&contact.salutation, &contact.last_name])
        }
    });
    first_of(&[
        s.document.salutation,
        formal.as_deref().unwrap_or(""),
        s.document.attention,
        s.company.map_or("", |company| &company.name),
        whoever_reads(s.system.language),
    ])
}

/// What a letter calls its reader when nothing is known of them, after that language's "Dear"; blank in languages
/// that have no such word here.
fn whoever_reads(language: &str) -> &'static str {
    match base(language) {
        "en" => "Sir or Madam",
        "nb" | "no" => "mottaker",
        "nn" => "mottakar",
        "sv" => "mottagare",
        "da" => "modtager",
        "de" => "Damen und Herren",
        "fr" => "Madame, Monsieur",
        "nl" => "heer of mevrouw",
        "es" => "señor o señora",
        "pl" => "Państwo",
        _ => "",
    }
}

/// Base language, name in English, and the two-letter code of older installations.
const LANGUAGES: &[(&str, &str, &str)] = &[
    ("en", "English", "US"),
    ("nb", "Norwegian", "NO"),
    ("no", "Norwegian", "NO"),
    ("nn", "Norwegian (Nynorsk)", "NN"),
    ("sv", "Swedish", "SW"),
    ("da", "Danish", "DA"),
    ("de", "German", "GE"),
    ("fr", "French", "FR"),
    ("nl", "Dutch", "NL"),
    ("fi", "Finnish", "FI"),
    ("es", "Spanish", "ES"),
    ("it", "Italian", "IT"),
    ("pt", "Portuguese", "PT"),
    ("pl", "Polish", "PL"),
    ("el", "Greek", "EL"),
    ("uk", "Ukrainian", "UK"),
    ("ja", "Japanese", "JA"),
    ("zh", "Chinese", "ZH"),
];

fn known_language(tag: &str) -> Option<(&'static str, &'static str, &'static str)> {
    LANGUAGES.iter().copied().find(|(language, ..)| language.eq_ignore_ascii_case(base(tag)))
}

/// The language of a tag without its region.
fn base(tag: &str) -> &str {
    tag.split(['-', '_']).next().unwrap_or("")
}
