//! The CRM's records: who uses an installation, and whom they write to.

use crate::{AssociateId, CompanyId, ContactId, GroupId, InstallationId, ProjectId, SaleId};
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// One customer's CRM.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installation {
    /// Its id in this database.
    pub id: InstallationId,
    /// A short stable word for command lines and addresses: `nordlys`.
    pub key: String,
    /// The name people read.
    pub name: String,
    /// The serial number, for the code `ser#`.
    pub serial: String,
    /// The culture of dates and numbers where a document names none (BCP 47): `en-GB`.
    pub culture: String,
    /// The time zone of dates (IANA): `Europe/Oslo`.
    pub time_zone: String,
    /// The company whose letterhead it is: the "own company" of the codes.
    pub own_company: Option<CompanyId>,
}

/// A user group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// The key of the system it was imported from, if any.
    pub external_id: Option<String>,
    /// Its name, unique in the installation.
    pub name: String,
}

/// A person who uses an installation.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Associate {
    /// Its id.
    pub id: AssociateId,
    /// The key of the system it was imported from, if any.
    pub external_id: Option<String>,
    /// The short name: `solveig`. Unique in the installation, compared folded.
    pub login: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Mr, Ms and the like, as written in a letter.
    pub salutation: String,
    /// Academic title.
    pub academic_title: String,
    /// Title: "Sales manager".
    pub title: String,
    /// Position.
    pub position: String,
    /// E-mail address.
    pub email: String,
    /// Direct telephone.
    pub phone: String,
    /// Mobile telephone.
    pub mobile: String,
    /// Direct fax.
    pub fax: String,
    /// The group documents are filed under.
    pub primary_group: GroupId,
    /// Further groups.
    pub other_groups: Vec<GroupId>,
    /// May administer the installation.
    pub administrator: bool,
    /// Has left; may not sign in, stays on documents.
    pub retired: bool,
    /// Has a user plan; without one there is no signing in.
    pub has_plan: bool,
    /// May undo somebody else's check-out.
    pub may_force_undo: bool,
    /// The person's own culture; blank means the installation's.
    pub culture: String,
}

impl Associate {
    /// First and last name.
    pub fn full_name(&self) -> String {
        join_names(&[&self.first_name, &self.last_name])
    }

    /// The primary group, then the others.
    pub fn groups(&self) -> impl Iterator<Item = GroupId> + '_ {
        std::iter::once(self.primary_group)
            .chain(self.other_groups.iter().copied().filter(|g| *g != self.primary_group))
    }

    /// Whether the person may sign in; the reason when not.
    pub fn admission(&self) -> Admission {
        if self.retired {
            Admission::Retired
        } else if self.has_plan {
            Admission::Admitted
        } else {
            Admission::NoPlan
        }
    }
}

/// Whether an associate may sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// May sign in.
    Admitted,
    /// Has left.
    Retired,
    /// Has no user plan.
    NoPlan,
}

/// An address.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Address {
    /// Up to three lines, without town.
    pub lines: [String; 3],
    /// Postcode.
    pub zip: String,
    /// Town.
    pub city: String,
    /// State.
    pub state: String,
    /// County.
    pub county: String,
}

impl Address {
    /// Whether nothing is filled in.
    pub fn is_blank(&self) -> bool {
        self.zip.is_empty() && self.city.is_empty() && self.lines.iter().all(String::is_empty)
    }
}

/// A company.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Company {
    /// Its id.
    pub id: CompanyId,
    /// The key of the system it was imported from, if any.
    pub external_id: Option<String>,
    /// Name.
    pub name: String,
    /// Department.
    pub department: String,
    /// Customer number.
    pub number: String,
    /// Code.
    pub code: String,
    /// Organization number.
    pub org_number: String,
    /// Line of business.
    pub business: String,
    /// Category: customer, supplier, partner.
    pub category: String,
    /// The associate who looks after it.
    pub our_contact: Option<AssociateId>,
    /// Postal address.
    pub postal: Address,
    /// Street address.
    pub street: Address,
    /// ISO 3166-1 alpha-2 country: `NO`.
    pub country: String,
    /// Telephone.
    pub phone: String,
    /// Fax.
    pub fax: String,
    /// E-mail address.
    pub email: String,
    /// Web address.
    pub web: String,
}

/// A contact: a person at a company.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// The key of the system it was imported from, if any.
    pub external_id: Option<String>,
    /// The company the person works for.
    pub company: Option<CompanyId>,
    /// First name.
    pub first_name: String,
    /// Middle name.
    pub middle_name: String,
    /// Last name.
    pub last_name: String,
    /// Mr, Ms and the like.
    pub salutation: String,
    /// Academic title.
    pub academic_title: String,
    /// Title: "Head of purchasing".
    pub title: String,
    /// Position.
    pub position: String,
    /// Department.
    pub department: String,
    /// Number.
    pub number: String,
    /// E-mail address.
    pub email: String,
    /// Direct telephone.
    pub phone: String,
    /// Mobile telephone.
    pub mobile: String,
    /// Telephone at home.
    pub home_phone: String,
    /// Direct fax.
    pub fax: String,
    /// Web address.
    pub web: String,
    /// Own address.
    pub address: Address,
    /// Country of the own address (ISO 3166-1 alpha-2).
    pub country: String,
    /// Letters go to the own address instead of the company's.
    pub use_as_postal: bool,
    /// Date of birth.
    pub born: Option<Date>,
    /// Has left the company.
    pub retired: bool,
}

impl Contact {
    /// First, middle and last name.
    pub fn full_name(&self) -> String {
        join_names(&[&self.first_name, &self.middle_name, &self.last_name])
    }
}

/// A project.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// The key of the system it was imported from, if any.
    pub external_id: Option<String>,
    /// Name.
    pub name: String,
    /// Number.
    pub number: String,
    /// Type.
    pub kind: String,
    /// Status.
    pub status: String,
    /// Project manager.
    pub leader: Option<AssociateId>,
    /// The company it is for.
    pub company: Option<CompanyId>,
    /// End date.
    pub ends: Option<Date>,
    /// Next milestone.
    pub next_milestone: Option<Date>,
    /// Description.
    pub description: String,
    /// Web address.
    pub web: String,
}

/// A sale.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Sale {
    /// Its id.
    pub id: SaleId,
    /// The key of the system it was imported from, if any.
    pub external_id: Option<String>,
    /// Title.
    pub title: String,
    /// Number.
    pub number: String,
    /// The company it is to.
    pub company: Option<CompanyId>,
    /// The contact it is with.
    pub contact: Option<ContactId>,
    /// The project it belongs to.
    pub project: Option<ProjectId>,
    /// The associate who owns it.
    pub owner: Option<AssociateId>,
    /// Amount.
    pub amount: Decimal,
    /// ISO 4217 currency: `NOK`.
    pub currency: String,
    /// Cost.
    pub cost: Decimal,
    /// Type.
    pub kind: String,
    /// Stage.
    pub stage: String,
    /// Status: open, sold, lost.
    pub status: String,
    /// Probability in percent, 0 to 100.
    pub probability: i64,
    /// Reason.
    pub reason: String,
    /// Source.
    pub source: String,
    /// Competitor.
    pub competitor: String,
    /// Credited to.
    pub credited_to: String,
    /// Sale date.
    pub date: Option<Date>,
    /// Next due date.
    pub next_due: Option<Date>,
}

/// Joins what is not blank with single spaces.
pub fn join_names(parts: &[&str]) -> String {
    let mut out = String::new();
    for part in parts.iter().map(|p| p.trim()).filter(|p| !p.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(part);
    }
    out
}

/// The kinds of record that are browsed, searched and imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordKind {
    /// Companies.
    Company,
    /// Contacts.
    Contact,
    /// Projects.
    Project,
    /// Sales.
    Sale,
    /// Associates.
    Associate,
}

impl RecordKind {
    /// Every kind, in the order an import must run: what is referred to first.
    pub const ALL: [Self; 5] = [Self::Associate, Self::Company, Self::Contact, Self::Project, Self::Sale];

    /// The stored word, singular.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Contact => "contact",
            Self::Project => "project",
            Self::Sale => "sale",
            Self::Associate => "associate",
        }
    }

    /// The plural, as in addresses and on the command line.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Company => "companies",
            Self::Contact => "contacts",
            Self::Project => "projects",
            Self::Sale => "sales",
            Self::Associate => "associates",
        }
    }

    /// The kind with this singular or plural word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.as_str() == word || k.plural() == word)
    }
}

/// When a record was made and last changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamps {
    /// Made at.
    pub created: Timestamp,
    /// Last changed at.
    pub updated: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_join_without_stray_spaces() {
        assert_eq!(join_names(&["Ada", "", " Lovelace "]), "Ada Lovelace");
        assert_eq!(join_names(&["", ""]), "");
    }

    #[test]
    fn only_an_active_associate_with_a_plan_is_admitted() {
        let with = |retired, has_plan| Associate { retired, has_plan, ..Associate::default() }.admission();
        assert_eq!(with(false, true), Admission::Admitted);
        assert_eq!(with(true, true), Admission::Retired);
        assert_eq!(with(true, false), Admission::Retired);
        assert_eq!(with(false, false), Admission::NoPlan);
    }

    #[test]
    fn an_associate_is_in_each_group_once() {
        let a = Associate {
            primary_group: GroupId(1),
            other_groups: vec![GroupId(2), GroupId(1)],
            ..Associate::default()
        };
        assert_eq!(a.groups().collect::<Vec<_>>(), [GroupId(1), GroupId(2)]);
    }
}
