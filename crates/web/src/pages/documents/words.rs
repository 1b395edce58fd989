//! Words for what the domain knows by other names.

use domain::documents::{Document, DocumentState, Status};
use domain::locking::LockSemantics;

/// The name of a language a template is likely to have, with its tag: "Norwegian (nb-NO)". The tag itself for others;
/// the neutral file is the standard one.
pub(crate) fn language(tag: &str) -> String {
    match language_name(tag) {
        name if name == tag || tag.is_empty() => name,
        name => format!("{name} ({tag})"),
    }
}

/// The name of a language without its region: "Norwegian".
pub(crate) fn language_name(tag: &str) -> String {
    const LANGUAGES: [(&str, &str); 16] = [
        ("da", "Danish"),
        ("de", "German"),
        ("en", "English"),
        ("es", "Spanish"),
        ("fi", "Finnish"),
        ("fr", "French"),
        ("is", "Icelandic"),
        ("it", "Italian"),
        ("nb", "Norwegian"),
        ("nl", "Dutch"),
        ("nn", "Norwegian Nynorsk"),
        ("no", "Norwegian"),
        ("pl", "Polish"),
        ("pt", "Portuguese"),
        ("se", "Northern Sami"),
        ("sv", "Swedish"),
    ];
    if tag.is_empty() {
        return "Standard".into();
    }
    let base = tag.split(['-', '_']).next().unwrap_or(tag);
    match LANGUAGES.iter().find(|(code, _)| code.eq_ignore_ascii_case(base)) {
        Some((_, name)) => (*name).to_owned(),
        None => tag.to_owned(),
    }
}

/// The short name of a status, with the tone of its badge.
pub(crate) fn status(document: &Document) -> (&'static str, &'static str) {
    match (document.state, document.properties.status) {
        (DocumentState::Trashed, _) => ("In the trash", "bad"),
        (_, Status::Completed) => ("Completed", "good"),
        (_, Status::NotStarted) => ("Not started", ""),
        (_, Status::Started) => ("In progress", ""),
    }
}

/// What a level of locking means for the person.
pub(crate) fn locking(semantics: LockSemantics) -> &'static str {
    match semantics {
        LockSemantics::None => "Each save replaces the file",
        LockSemantics::Locking => "One person at a time",
        LockSemantics::Versioning => "One person at a time, every version kept",
    }
}

#[cfg(test)]
mod tests {
    use super::language;

    #[test]
    fn languages_have_names_and_unknown_ones_keep_their_tag() {
        let table =
            [("nb-NO", "Norwegian (nb-NO)"), ("EN", "English (EN)"), ("gsw-CH", "gsw-CH"), ("", "Standard")];
        for (tag, name) in table {
            assert_eq!(language(tag), name);
        }
    }
}
