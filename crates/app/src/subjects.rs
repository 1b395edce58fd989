//! What a document is about: gathered in one read, asked by the codes.

use crate::documents::Row;
use domain::codes::{self, DateForm, DocumentFacts, FieldValue, Names, Subjects, SystemFacts, TimeForm};
use domain::documents::Properties;
use domain::plugin::Placement;
use domain::records::{Associate, Company, Contact, Installation, Project, Sale};
use domain::{AssociateId, CompanyId, ContactId, Error, InstallationId, ProjectId, Result, SaleId};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use merge::{DateStyle, TimeStyle, Value};
use std::collections::BTreeMap;
use store::Tx;

/// Which records are wanted.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wanted {
    pub company: Option<CompanyId>,
    pub contact: Option<ContactId>,
    pub project: Option<ProjectId>,
    pub sale: Option<SaleId>,
}

impl Wanted {
    pub fn of(p: &Properties) -> Self {
        Self { company: p.company, contact: p.contact, project: p.project, sale: p.sale }
    }
}

/// The records a document is about, read together so that they agree with each other.
#[derive(Debug, Clone)]
pub(crate) struct Material {
    installation: Installation,
    own_company: Option<Company>,
    company: Option<Company>,
    contact: Option<Contact>,
    project: Option<Project>,
    sale: Option<Sale>,
    our_contact: String,
    project_leader: String,
    sale_owner: String,
    groups: Vec<domain::records::Group>,
    culture: String,
}

impl Material {
    /// Reads what is wanted.
    pub fn gather(tx: &Tx<'_>, id: InstallationId, wanted: &Wanted) -> Result<Self> {
        let installation =
            tx.installations().by_id(id)?.ok_or_else(|| Error::internal("the installation is gone"))?;
        let company = |id: Option<CompanyId>, tx: &Tx<'_>| match id {
            Some(c) => tx.companies(id_of(&installation)).get(c),
            None => Ok(None),
        };
        let own_company = company(installation.own_company, tx)?;
        let wanted_company = company(wanted.company, tx)?;
        let contact = wanted.contact.map(|c| tx.contacts(id).get(c)).transpose()?.flatten();
        let project = wanted.project.map(|p| tx.projects(id).get(p)).transpose()?.flatten();
        let sale = wanted.sale.map(|s| tx.sales(id).get(s)).transpose()?.flatten();
        let name = |who: Option<AssociateId>| -> Result<String> {
            let found = who.map(|a| tx.associates(id).get(a)).transpose()?.flatten();
            Ok(found.map(|a| a.full_name()).unwrap_or_default())
        };
        Ok(Self {
            our_contact: name(wanted_company.as_ref().and_then(|c| c.our_contact))?,
            project_leader: name(project.as_ref().and_then(|p| p.leader))?,
            sale_owner: name(sale.as_ref().and_then(|s| s.owner))?,
            groups: tx.groups(id).list()?,
            culture: installation.culture.clone(),
            own_company,
            company: wanted_company,
            contact,
            project,
            sale,
            installation,
        })
    }

    /// The same material, with this language for the codes that depend on one.
    pub fn speaking(mut self, culture: &str) -> Self {
        culture.clone_into(&mut self.culture);
        self
    }

    /// A person's own culture, else the installation's.
    pub fn culture_of(&self, who: &Associate) -> String {
        if who.culture.is_empty() { self.installation.culture.clone() } else { who.culture.clone() }
    }

    /// The contact's full name, blank without one.
    pub fn contact_name(&self) -> String {
        self.contact.as_ref().map(Contact::full_name).unwrap_or_default()
    }

    /// Today in the installation's time zone.
    pub fn today(&self, now: Timestamp) -> Date {
        self.zone().to_datetime(now).date()
    }

    fn zone(&self) -> TimeZone {
        TimeZone::get(&self.installation.time_zone).unwrap_or(TimeZone::UTC)
    }

    /// Refuses a subject that is not there, naming it.
    pub fn must_have(&self, wanted: &Wanted) -> Result<()> {
        let subjects = [
            ("company", wanted.company.is_some(), self.company.is_some()),
            ("contact", wanted.contact.is_some(), self.contact.is_some()),
            ("project", wanted.project.is_some(), self.project.is_some()),
            ("sale", wanted.sale.is_some(), self.sale.is_some()),
        ];
        match subjects.into_iter().find(|(_, wanted, found)| *wanted && !found) {
            Some((what, _, _)) => Err(no_such(what)),
            None => Ok(()),
        }
    }

    /// The facts a plugin may file an item by. The year is the one it is made in, as the form showed it, whatever
    /// date is written on it (T02).
    pub fn placement(&self, owner: &Associate, template: Option<String>, now: Timestamp) -> Placement {
        let group = self.groups.iter().find(|g| g.id == owner.primary_group);
        Placement {
            owner: Some(owner.full_name()),
            group: group.map(|g| g.name.clone()),
            company: self.company.as_ref().map(|c| c.name.clone()),
            company_id: self.company.as_ref().map(|c| c.id),
            project: self.project.as_ref().map(|p| p.name.clone()),
            project_id: self.project.as_ref().map(|p| p.id),
            template,
            year: Some(self.today(now).year()),
            order: Vec::new(),
            retired: false,
        }
    }

    /// Replaces the codes in a short text such as "our reference". The answer is the pieces between the places
    /// where the counter stands, which is not known yet: a value that looks like it stays the text it is.
    pub fn expand(&self, pattern: &str, sender: &Associate) -> Vec<String> {
        let subjects = self.subjects(DocumentFacts::default(), sender, None);
        let culture = merge::Culture::for_tag(&self.culture);
        let mut pieces = Vec::new();
        let mut out = String::new();
        let mut rest = pattern;
        while let Some(open) = rest.find('{') {
            let (before, tail) = rest.split_at(open);
            out.push_str(before);
            let Some(close) = tail.find('}') else {
                rest = tail;
                break;
            };
            let (code, after) = (tail[1..close].to_lowercase(), &tail[close + 1..]);
            if code == "snum" {
                pieces.push(std::mem::take(&mut out));
            } else if let Some(value) = codes::value(&code, &subjects) {
                out.push_str(&merge_value(value).into_text(&culture));
            } else {
                out.push_str(&tail[..=close]);
            }
            rest = after;
        }
        out.push_str(rest);
        pieces.push(out);
        pieces
    }

    /// Answers codes about a document that is being made.
    pub fn answering<'a>(
        &'a self,
        row: &'a Row,
        sender: &'a Associate,
        date: Date,
        now: Timestamp,
        custom: &'a BTreeMap<String, String>,
    ) -> Answers<'a> {
        let time: Time = self.zone().to_datetime(now).time();
        let facts = DocumentFacts {
            id: Some(row.id.0),
            heading: &row.properties.heading,
            description: &row.properties.description,
            file_name: &row.file_name,
            our_ref: &row.properties.our_ref,
            your_ref: &row.properties.your_ref,
            snum: row.snum,
            date: Some(date),
            time: Some(time),
            attention: &row.properties.attention,
            salutation: "",
        };
        Answers(self.subjects(facts, sender, Some(custom)))
    }

    /// The culture values are written in.
    pub fn culture(&self) -> merge::Culture {
        merge::Culture::for_tag(&self.culture)
    }

    fn subjects<'a>(
        &'a self,
        document: DocumentFacts<'a>,
        sender: &'a Associate,
        custom: Option<&'a BTreeMap<String, String>>,
    ) -> Subjects<'a> {
        Subjects {
            document,
            system: SystemFacts {
                language: &self.culture,
                serial: &self.installation.serial,
                version: env!("CARGO_PKG_VERSION"),
                server_name: "Chancery",
                platform: std::env::consts::OS,
            },
            company: self.company.as_ref(),
            contact: self.contact.as_ref(),
            sender: Some(sender),
            own_company: self.own_company.as_ref(),
            project: self.project.as_ref(),
            sale: self.sale.as_ref(),
            names: Names {
                our_contact: &self.our_contact,
                project_leader: &self.project_leader,
                sale_owner: &self.sale_owner,
            },
            custom,
        }
    }
}

/// A subject that does not exist in this installation.
pub(crate) fn no_such(what: &'static str) -> Error {
    Error::invalid(format!("There is no such {what}. Choose one from the list.")).field(what)
}

fn id_of(installation: &Installation) -> InstallationId {
    installation.id
}

/// Answers the codes of one document.
#[derive(Debug)]
pub(crate) struct Answers<'a>(Subjects<'a>);

impl merge::Values for Answers<'_> {
    fn get(&self, code: &str) -> Option<Value<'_>> {
        codes::value(code, &self.0).map(merge_value)
    }
}

fn merge_value(value: FieldValue) -> Value<'static> {
    match value {
        FieldValue::Text(text) => Value::text(text),
        FieldValue::Whole(n) => Value::Whole(n),
        FieldValue::Decimal(n) => Value::Decimal(n),
        FieldValue::Date(date, form) => Value::Date(
            date,
            match form {
                DateForm::Short => DateStyle::Short,
                DateForm::SemiLong => DateStyle::SemiLong,
                DateForm::Long => DateStyle::Long,
            },
        ),
        FieldValue::Time(time, form) => Value::Time(
            time,
            match form {
                TimeForm::Short => TimeStyle::Short,
                TimeForm::Long => TimeStyle::Long,
            },
        ),
    }
}
