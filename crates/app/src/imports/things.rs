//! Companies, projects and sales from lines.

use super::fields::{address, date, decimal, letters, line, paragraph, percent};
use super::{Importable, Refs};
use domain::records::{Company, Project, Sale};
use domain::{Error, InstallationId, Result};
use jiff::Timestamp;
use store::Tx;

impl Importable for Company {
    const COLUMNS: &'static [&'static str] = &[
        "external_id",
        "name",
        "department",
        "number",
        "code",
        "org_number",
        "business",
        "category",
        "our_contact",
        "postal_line1",
        "postal_line2",
        "postal_line3",
        "postal_zip",
        "postal_city",
        "postal_state",
        "postal_county",
        "street_line1",
        "street_line2",
        "street_line3",
        "street_zip",
        "street_city",
        "street_state",
        "street_county",
        "country",
        "phone",
        "fax",
        "email",
        "web",
    ];

    fn set(&mut self, column: &'static str, text: &str, refs: &Refs<'_, '_>) -> Result<()> {
        if let Some(part) = column.strip_prefix("postal_") {
            return address(&mut self.postal, part, column, text);
        }
        if let Some(part) = column.strip_prefix("street_") {
            return address(&mut self.street, part, column, text);
        }
        match column {
            "name" => self.name = line(column, text)?,
            "department" => self.department = line(column, text)?,
            "number" => self.number = line(column, text)?,
            "code" => self.code = line(column, text)?,
            "org_number" => self.org_number = line(column, text)?,
            "business" => self.business = line(column, text)?,
            "category" => self.category = line(column, text)?,
            "our_contact" => self.our_contact = refs.associate(column, text)?,
            "country" => self.country = letters(column, text, 2, "NO")?,
            "phone" => self.phone = line(column, text)?,
            "fax" => self.fax = line(column, text)?,
            "email" => self.email = line(column, text)?,
            _ => self.web = line(column, text)?,
        }
        Ok(())
    }

    fn check(&self) -> Result<()> {
        needs(&self.name, "name")
    }

    fn find(tx: &Tx<'_>, i: InstallationId, external_id: &str) -> Result<Option<Self>> {
        tx.companies(i).by_external_id(external_id)
    }

    fn fresh(external_id: &str) -> Self {
        Self { external_id: Some(external_id.to_owned()), ..Self::default() }
    }

    fn insert(&self, tx: &Tx<'_>, i: InstallationId, now: Timestamp) -> Result<()> {
        tx.companies(i).insert(self, now).map(|_| ())
    }

    fn update(&self, tx: &Tx<'_>, i: InstallationId, now: Timestamp) -> Result<()> {
        tx.companies(i).update(self, now)
    }
}

impl Importable for Project {
    const COLUMNS: &'static [&'static str] = &[
        "external_id",
        "name",
        "number",
        "kind",
        "status",
        "leader",
        "company",
        "ends",
        "next_milestone",
        "description",
        "web",
    ];

    fn set(&mut self, column: &'static str, text: &str, refs: &Refs<'_, '_>) -> Result<()> {
        match column {
            "name" => self.name = line(column, text)?,
            "number" => self.number = line(column, text)?,
            "kind" => self.kind = line(column, text)?,
            "status" => self.status = line(column, text)?,
            "leader" => self.leader = refs.associate(column, text)?,
            "company" => self.company = refs.company(column, text)?,
            "ends" => self.ends = date(column, text)?,
            "next_milestone" => self.next_milestone = date(column, text)?,
            "description" => self.description = paragraph(column, text)?,
            _ => self.web = line(column, text)?,
        }
        Ok(())
    }

    fn check(&self) -> Result<()> {
        needs(&self.name, "name")
    }

    fn find(tx: &Tx<'_>, i: InstallationId, external_id: &str) -> Result<Option<Self>> {
        tx.projects(i).by_external_id(external_id)
    }

    fn fresh(external_id: &str) -> Self {
        Self { external_id: Some(external_id.to_owned()), ..Self::default() }
    }

    fn insert(&self, tx: &Tx<'_>, i: InstallationId, now: Timestamp) -> Result<()> {
        tx.projects(i).insert(self, now).map(|_| ())
    }

    fn update(&self, tx: &Tx<'_>, i: InstallationId, now: Timestamp) -> Result<()> {
        tx.projects(i).update(self, now)
    }
}

impl Importable for Sale {
    const COLUMNS: &'static [&'static str] = &[
        "external_id",
        "title",
        "number",
        "company",
        "contact",
        "project",
        "owner",
        "amount",
        "currency",
        "cost",
        "kind",
        "stage",
        "status",
        "probability",
        "reason",
        "source",
        "competitor",
        "credited_to",
        "date",
        "next_due",
    ];

    fn set(&mut self, column: &'static str, text: &str, refs: &Refs<'_, '_>) -> Result<()> {
        match column {
            "title" => self.title = line(column, text)?,
            "number" => self.number = line(column, text)?,
            "company" => self.company = refs.company(column, text)?,
            "contact" => self.contact = refs.contact(column, text)?,
            "project" => self.project = refs.project(column, text)?,
            "owner" => self.owner = refs.associate(column, text)?,
            "amount" => self.amount = decimal(column, text)?,
            "currency" => self.currency = letters(column, text, 3, "NOK")?,
            "cost" => self.cost = decimal(column, text)?,
            "kind" => self.kind = line(column, text)?,
            "stage" => self.stage = line(column, text)?,
            "status" => self.status = line(column, text)?,
            "probability" => self.probability = percent(column, text)?,
            "reason" => self.reason = line(column, text)?,
            "source" => self.source = line(column, text)?,
            "competitor" => self.competitor = line(column, text)?,
            "credited_to" => self.credited_to = line(column, text)?,
            "date" => self.date = date(column, text)?,
            _ => self.next_due = date(column, text)?,
        }
        Ok(())
    }

    fn check(&self) -> Result<()> {
        needs(&self.title, "title")
    }

    fn find(tx: &Tx<'_>, i: InstallationId, external_id: &str) -> Result<Option<Self>> {
        tx.sales(i).by_external_id(external_id)
    }

    fn fresh(external_id: &str) -> Self {
        Self { external_id: Some(external_id.to_owned()), ..Self::default() }
    }

    fn insert(&self, tx: &Tx<'_>, i: InstallationId, now: Timestamp) -> Result<()> {
        tx.sales(i).insert(self, now).map(|_| ())
    }

    fn update(&self, tx: &Tx<'_>, i: InstallationId, now: Timestamp) -> Result<()> {
        tx.sales(i).update(self, now)
    }
}

fn needs(text: &str, column: &str) -> Result<()> {
    if text.is_empty() {
        return Err(Error::invalid(format!("The {column} is missing. Fill it in on this line.")));
    }
    Ok(())
}
