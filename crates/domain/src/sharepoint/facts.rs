//! Which facts of a document stand in columns of the library, so that people can sort and search by them in SharePoint.

use crate::plugin::Placement;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The longest text of a column, in characters (microsoft.md 2.10: a column of one line).
pub const LONGEST_VALUE: usize = 255;

/// A fact of a document that can stand in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// The company's name.
    Company,
    /// The company's number.
    CompanyId,
    /// The project's name.
    Project,
    /// The project's number.
    ProjectId,
    /// The owner's name.
    Owner,
    /// The owner's primary user group.
    Group,
    /// The template's name.
    Template,
    /// The year.
    Year,
}

impl Fact {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 8] = [
        Self::Company,
        Self::Project,
        Self::Owner,
        Self::Group,
        Self::Template,
        Self::Year,
        Self::CompanyId,
        Self::ProjectId,
    ];

    /// Its word in forms.
    pub fn word(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::CompanyId => "company_id",
            Self::Project => "project",
            Self::ProjectId => "project_id",
            Self::Owner => "owner",
            Self::Group => "group",
            Self::Template => "template",
            Self::Year => "year",
        }
    }

    /// The column's name in SharePoint. It is never changed, whatever people call the column.
    pub fn column(self) -> &'static str {
        match self {
            Self::Company => "ChanceryCompany",
            Self::CompanyId => "ChanceryCompanyId",
            Self::Project => "ChanceryProject",
            Self::ProjectId => "ChanceryProjectId",
            Self::Owner => "ChanceryOwner",
            Self::Group => "ChanceryGroup",
            Self::Template => "ChanceryTemplate",
            Self::Year => "ChanceryYear",
        }
    }

    /// What people read above the column.
    pub fn title(self) -> &'static str {
        match self {
            Self::Company => "Company",
            Self::CompanyId => "Company number",
            Self::Project => "Project",
            Self::ProjectId => "Project number",
            Self::Owner => "Owner",
            Self::Group => "User group",
            Self::Template => "Template",
            Self::Year => "Year",
        }
    }

    /// Whether it is a number for programs: its column is hidden from people, and indexed so that large libraries can
    /// be searched by it.
    pub fn is_id(self) -> bool {
        matches!(self, Self::CompanyId | Self::ProjectId)
    }

    /// What it is for a document, not longer than a column takes; nothing where the document has none.
    pub fn of(self, place: &Placement) -> Option<String> {
        let text = match self {
            Self::Company => place.company.clone(),
            Self::CompanyId => place.company_id.map(|id| id.to_string()),
            Self::Project => place.project.clone(),
            Self::ProjectId => place.project_id.map(|id| id.to_string()),
            Self::Owner => place.owner.clone(),
            Self::Group => place.group.clone(),
            Self::Template => place.template.clone(),
            Self::Year => place.year.map(|year| year.to_string()),
        };
        text.map(|text| text.chars().take(LONGEST_VALUE).collect())
    }
}

/// The facts that were chosen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "Written")]
pub struct Facts(BTreeSet<Fact>);

/// As they are read back: from before each could be chosen it was all of that time, or none.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    AllOrNone(bool),
    These(BTreeSet<Fact>),
}

impl From<Written> for Facts {
    fn from(written: Written) -> Self {
        match written {
            Written::AllOrNone(true) => Self::usual(),
            Written::AllOrNone(false) => Self::default(),
            Written::These(facts) => Self(facts),
        }
    }
}

impl Facts {
    /// Whether all of them are among these.
    pub fn are_among(&self, others: &Self) -> bool {
        self.0.is_subset(&others.0)
    }
}

impl FromIterator<Fact> for Facts {
    fn from_iter<I: IntoIterator<Item = Fact>>(facts: I) -> Self {
        Self(facts.into_iter().collect())
    }
}

impl Facts {
    /// The ones that are suggested: company, project, owner, template and year.
    pub fn usual() -> Self {
        [Fact::Company, Fact::Project, Fact::Owner, Fact::Template, Fact::Year].into_iter().collect()
    }

    /// Whether none was chosen: then no columns are made and nothing is written into any.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one was chosen.
    pub fn has(&self, fact: Fact) -> bool {
        self.0.contains(&fact)
    }

    /// Each that was chosen, in the order in which they are offered.
    pub fn iter(&self) -> impl Iterator<Item = Fact> + '_ {
        Fact::ALL.into_iter().filter(|fact| self.has(*fact))
    }

    /// From the words of a form.
    /// # Errors
    /// `Invalid` for a word that is none.
    pub fn from_words(words: &[String]) -> Result<Self> {
        let fact = |word: &String| {
            Fact::ALL.into_iter().find(|fact| fact.word() == word.trim()).ok_or_else(|| {
                Error::invalid(
                    "There is no such property to make a column of. Choose among those of the list.",
                )
                .field("columns")
            })
        };
        words.iter().map(fact).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CompanyId;

    #[test]
    fn a_fact_is_what_the_document_has_and_not_longer_than_a_column_takes() {
        let place = Placement {
            company: Some("å".repeat(300)),
            company_id: Some(CompanyId(7)),
            year: Some(2026),
            ..Placement::default()
        };
        assert_eq!(Fact::Company.of(&place).unwrap().chars().count(), LONGEST_VALUE);
        assert_eq!(Fact::CompanyId.of(&place).as_deref(), Some("7"));
        assert_eq!(Fact::Year.of(&place).as_deref(), Some("2026"));
        assert_eq!(Fact::Project.of(&place), None);
    }

    #[test]
    fn each_fact_has_a_word_a_column_and_a_title_of_its_own() {
        for name in [Fact::word, Fact::column, Fact::title] {
            let all: BTreeSet<_> = Fact::ALL.into_iter().map(name).collect();
            assert_eq!(all.len(), Fact::ALL.len());
        }
        let ids: Vec<_> = Fact::ALL.into_iter().filter(|fact| fact.is_id()).collect();
        assert_eq!(ids, [Fact::CompanyId, Fact::ProjectId]);
    }

    #[test]
    fn what_was_chosen_before_each_could_be_is_understood() {
        let read = |text: &str| serde_json::from_str::<Facts>(text).unwrap();
        assert_eq!(read("true"), Facts::usual());
        assert!(read("false").is_empty());
        assert_eq!(read("[\"year\",\"company\"]").iter().collect::<Vec<_>>(), [Fact::Company, Fact::Year]);
        let text = serde_json::to_string(&Facts::usual()).unwrap();
        assert_eq!(read(&text), Facts::usual());
    }

    #[test]
    fn facts_are_read_from_the_words_of_a_form() {
        let words = |all: &[&str]| all.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let facts = Facts::from_words(&words(&["year", "company_id", "year"])).unwrap();
        assert!(facts.has(Fact::Year) && facts.has(Fact::CompanyId) && !facts.has(Fact::Company));
        assert_eq!(Facts::from_words(&words(&["moon"])).unwrap_err().field_name(), Some("columns"));
        assert!(Facts::from_words(&[]).unwrap().is_empty());
    }
}
