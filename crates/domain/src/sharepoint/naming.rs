//! What files are called in SharePoint, and what its rules make of a name (microsoft.md 2.17).

use crate::names;
use crate::{AssociateId, Error, GroupId, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The longest path that SharePoint takes, in characters: from the site on, the file's name included.
pub const LONGEST_PATH: usize = 400;

/// What a document's file is called when nobody has written a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Naming {
    /// As its heading.
    #[default]
    Heading,
    /// Its heading, then the company's name.
    HeadingAndCompany,
}

impl Naming {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Heading, Self::HeadingAndCompany];

    /// Its word in forms.
    pub fn word(self) -> &'static str {
        match self {
            Self::Heading => "heading",
            Self::HeadingAndCompany => "heading_and_company",
        }
    }

    /// From the word of a form; blank is by heading.
    /// # Errors
    /// `Invalid` for a word that is none.
    pub fn from_word(word: &str) -> Result<Self> {
        if word.trim().is_empty() {
            return Ok(Self::default());
        }
        Self::ALL.into_iter().find(|naming| naming.word() == word.trim()).ok_or_else(|| {
            Error::invalid("Files are named by heading, or by heading and company. Choose one of these.")
                .field("naming")
        })
    }

    /// The name before SharePoint's rules, without an ending. A document of no company is named by its heading, and a
    /// company that the heading ends with is not named twice.
    pub fn stem(self, heading: &str, company: Option<&str>) -> String {
        let heading = heading.trim();
        let company = company.map(str::trim).filter(|company| !company.is_empty());
        match (self, company) {
            (Self::HeadingAndCompany, Some(company))
                if !names::folded(heading).ends_with(&names::folded(company)) =>
            {
                // A stroke in a company's name divides no folders.
                format!("{heading} - {}", company.replace(['/', '\\'], "_"))
            }
            _ => heading.to_owned(),
        }
    }
}

/// Whose documents lie in a folder, below the folder of all documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AudienceFolder<'a> {
    /// Everybody's.
    Everyone,
    /// One person's. The number keeps two people of one name apart.
    Person(&'a str, AssociateId),
    /// A group's, and those of an owner who is not one of it. A group that is gone has no name.
    Group(Option<&'a str>, GroupId, Option<(&'a str, AssociateId)>),
}

impl AudienceFolder<'_> {
    /// What the folder is called before SharePoint's rules.
    pub fn name(self) -> String {
        match self {
            Self::Everyone => "Everyone".to_owned(),
            Self::Person(name, who) => format!("{name} ({who})"),
            Self::Group(group, id, with) => {
                let group = format!("{} [{id}]", group.unwrap_or("Group"));
                with.map_or_else(|| group.clone(), |(name, who)| format!("{group} and {name} ({who})"))
            }
        }
    }
}

/// A name that SharePoint takes for a folder.
pub fn folder_name(part: &str) -> String {
    let name = names::amend(part, "_");
    match name.strip_prefix('~') {
        Some(rest) => format!("_{rest}"),
        None => name,
    }
}

/// A file as it would be called, and why it is called otherwise than it was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The folders it lies in, from the library on, outermost first.
    pub folders: Vec<String>,
    /// What it is called.
    pub name: String,
    /// What SharePoint's rules changed about it, in sentences.
    pub notes: Vec<String>,
}

impl Named {
    /// What becomes of a stem and an ending (`.docx`) in these folders. `before` is how many characters stand in front of
    /// the library's folder: the path of the site and the library.
    pub fn of(folders: Vec<String>, stem: &str, extension: &str, before: usize) -> Self {
        let wanted = format!("{}{extension}", stem.trim());
        let name = names::amend(&wanted, "Document");
        let mut notes = remarks(&wanted, &name);
        let length = before
            + folders.iter().map(|folder| folder.chars().count() + 1).sum::<usize>()
            + name.chars().count();
        if length > LONGEST_PATH {
            notes.push(format!(
                "The path is {length} characters long and SharePoint takes {LONGEST_PATH}: the name is cut. Fewer folders, or \
                 shorter ones, leave room for it."
            ));
        }
        Self { folders, name, notes }
    }

    /// Folders and name, as people read them.
    pub fn path(&self) -> String {
        let all = self.folders.iter().chain(std::iter::once(&self.name));
        all.map(String::as_str).collect::<Vec<_>>().join(" / ")
    }
}

/// What was changed about a name, by rule.
fn remarks(wanted: &str, name: &str) -> Vec<String> {
    let mut notes = Vec::new();
    if wanted == name {
        return notes;
    }
    let last = wanted.rsplit(['/', '\\']).find(|part| !part.trim().is_empty()).unwrap_or("");
    if last != wanted {
        notes.push("What stands before a stroke falls away, as the folders of a path do.".to_owned());
    }
    let forbidden: BTreeSet<char> =
        last.chars().filter(|c| matches!(c, '"' | '*' | ':' | '<' | '>' | '?' | '|')).collect();
    if !forbidden.is_empty() {
        let all: Vec<_> = forbidden.iter().map(|c| format!("“{c}”")).collect();
        notes.push(format!("“_” stands for {}, which a name cannot have.", all.join(", ")));
    }
    let (stem, extension) = names::split(last);
    let kept = names::split(name).0;
    if last.starts_with("~$") {
        notes.push("No name begins with “~$”: Office's own lock files do.".to_owned());
    }
    if stem.to_ascii_lowercase().contains("_vti_") {
        notes.push("“_vti_” is SharePoint's own and cannot be in a name.".to_owned());
    }
    if kept.strip_suffix('_').is_some_and(|word| word.eq_ignore_ascii_case(stem.trim())) {
        notes.push(format!("“{}” is a name that is kept for the system; “_” is added.", stem.trim()));
    }
    if wanted.chars().count() > names::MAX_CHARS && name.chars().count() + 8 > names::MAX_CHARS
        || wanted.len() > names::MAX_BYTES
    {
        notes.push(format!("It is cut to {} characters, the ending stays.", name.chars().count()));
    }
    if stem.ends_with([' ', '.']) && !extension.is_empty() || last.ends_with([' ', '.']) {
        notes.push("Blanks and full stops at the end fall away.".to_owned());
    }
    if notes.is_empty() {
        notes.push("Characters that cannot be seen fall away.".to_owned());
    }
    notes
}

/// Gives files of one name in one folder a counter, as SharePoint would be asked to, and says so. Names count as equal
/// without regard to capitals.
pub fn settle_clashes(all: &mut [Named]) {
    let mut taken = BTreeSet::new();
    let key = |folders: &[String], name: &str| {
        let folders: Vec<_> = folders.iter().map(|folder| names::folded(folder)).collect();
        (folders, names::folded(name))
    };
    for one in all {
        let free = names::free_name(&one.name, |name| taken.contains(&key(&one.folders, name)));
        if free != one.name {
            one.notes.push(format!(
                "Another document lies in this folder as “{}”: a counter tells them apart.",
                one.name
            ));
            one.name = free;
        }
        taken.insert(key(&one.folders, &one.name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_by_its_heading_or_with_the_company_behind_it() {
        use Naming::{Heading, HeadingAndCompany};
        let table = [
            (Heading, "Offer", Some("Fjord A/S"), "Offer"),
            (HeadingAndCompany, "Offer", Some("Fjord A/S"), "Offer - Fjord A_S"),
            (HeadingAndCompany, " Offer ", Some(" Tide Ltd "), "Offer - Tide Ltd"),
            (HeadingAndCompany, "Offer", Some("  "), "Offer"),
            (HeadingAndCompany, "Offer", None, "Offer"),
            (HeadingAndCompany, "Letter to TIDE Ltd", Some("Tide Ltd"), "Letter to TIDE Ltd"),
        ];
        for (naming, heading, company, stem) in table {
            assert_eq!(naming.stem(heading, company), stem, "{naming:?} {heading} {company:?}");
        }
        assert_eq!(Naming::from_word("heading_and_company").unwrap(), HeadingAndCompany);
        assert_eq!(Naming::from_word(" ").unwrap(), Heading);
        assert_eq!(Naming::from_word("moon").unwrap_err().field_name(), Some("naming"));
    }

    #[test]
    fn a_folder_is_called_by_whose_documents_lie_in_it() {
        let (anna, sales) = (AssociateId(7), GroupId(3));
        for (folder, name) in [
            (AudienceFolder::Everyone, "Everyone"),
            (AudienceFolder::Person("Anna <A>", anna), "Anna _A_ (7)"),
            (AudienceFolder::Group(Some("Sales"), sales, None), "Sales [3]"),
            (AudienceFolder::Group(Some("~Sales"), sales, Some(("Anna", anna))), "_Sales [3] and Anna (7)"),
            (AudienceFolder::Group(None, sales, None), "Group [3]"),
        ] {
            assert_eq!(folder_name(&folder.name()), name, "{folder:?}");
        }
    }

    fn named(stem: &str) -> Named {
        Named::of(vec!["Everyone".into()], stem, ".docx", 30)
    }

    #[test]
    fn what_sharepoint_does_not_take_is_told_with_what_becomes_of_it() {
        let table = [
            ("Offer", "Offer.docx", ""),
            ("Offer #1, 50%", "Offer #1, 50%.docx", ""),
            ("What? Now: \"yes\"", "What_ Now_ _yes_.docx", "“_” stands for “\"”, “:”, “?”"),
            ("CON", "CON_.docx", "“CON” is a name that is kept for the system"),
            ("lpt1", "lpt1_.docx", "“lpt1” is a name that is kept for the system"),
            (".lock", ".lock_.docx", "“.lock” is a name that is kept for the system"),
            ("~$Offer", "_Offer.docx", "begins with “~$”"),
            ("a_vti_b", "a_vti-b.docx", "“_vti_” is SharePoint's own"),
            ("Offer 3/4 inch", "4 inch.docx", "before a stroke falls away"),
            ("Offer...", "Offer.docx", "full stops at the end"),
            ("Of\u{200B}fer", "Offer.docx", "cannot be seen"),
        ];
        for (stem, name, note) in table {
            let found = named(stem);
            assert_eq!(found.name, name, "{stem}");
            assert!(found.notes.join(" ").contains(note), "{stem}: {:?}", found.notes);
            assert_eq!(found.notes.is_empty(), note.is_empty(), "{stem}: {:?}", found.notes);
        }
        let long = named(&"long ".repeat(60));
        assert!(long.name.chars().count() <= names::MAX_CHARS && names::extension(&long.name) == ".docx");
        assert!(long.notes.join(" ").contains("It is cut to"), "{:?}", long.notes);
    }

    #[test]
    fn a_path_of_more_than_400_characters_is_told() {
        let folders = |n: usize| vec!["x".repeat(99); n];
        let short = Named::of(folders(3), "Offer", ".docx", 90);
        assert!(short.notes.is_empty(), "{:?}", short.notes);
        let exactly = Named::of(folders(3), "Offer", ".docx", LONGEST_PATH - 310);
        assert!(exactly.notes.is_empty(), "400 are taken: {:?}", exactly.notes);
        let over = Named::of(folders(3), "Offer", ".docx", LONGEST_PATH - 309);
        assert!(over.notes.join(" ").contains("401 characters"), "{:?}", over.notes);
    }

    #[test]
    fn files_of_one_name_in_one_folder_are_counted_and_told() {
        let in_folder = |folder: &str, stem: &str| Named::of(vec![folder.into()], stem, ".docx", 0);
        let mut all = [
            in_folder("Fjord", "Offer"),
            in_folder("fjord", "OFFER"),
            in_folder("Tide", "Offer"),
            in_folder("Fjord", "Offer"),
        ];
        settle_clashes(&mut all);
        let names: Vec<_> = all.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["Offer.docx", "OFFER (2).docx", "Offer.docx", "Offer (3).docx"]);
        assert_eq!(all.each_ref().map(|one| one.notes.len()), [0, 1, 0, 1]);
        assert_eq!(all[1].path(), "fjord / OFFER (2).docx");
    }
}
