//! Associates and contacts from lines.

use super::fields::{address, boolean, date, letters, line};
use super::{Importable, Refs};
use domain::records::{Associate, Contact};
use domain::{Error, InstallationId, Result};
use jiff::Timestamp;
use store::Tx;

impl Importable for Associate {
    const COLUMNS: &'static [&'static str] = &[
        "external_id",
        "login",
        "first_name",
        "last_name",
        "salutation",
        "academic_title",
        "title",
        "position",
        "email",
        "phone",
        "mobile",
        "fax",
        "primary_group",
        "other_groups",
        "administrator",
        "retired",
        "has_plan",
        "may_force_undo",
        "culture",
    ];

    fn set(&mut self, column: &'static str, text: &str, refs: &Refs<'_, '_>) -> Result<()> {
        match column {
            "login" => self.login = line(column, text)?,
            "first_name" => self.first_name = line(column, text)?,
            "last_name" => self.last_name = line(column, text)?,
            "salutation" => self.salutation = line(column, text)?,
            "academic_title" => self.academic_title = line(column, text)?,
            "title" => self.title = line(column, text)?,
            "position" => self.position = line(column, text)?,
            "email" => self.email = line(column, text)?,
            "phone" => self.phone = line(column, text)?,
            "mobile" => self.mobile = line(column, text)?,
            "fax" => self.fax = line(column, text)?,
            "primary_group" => self.primary_group = refs.group(column, text)?.unwrap_or_default(),
            "other_groups" => {
                let groups =
                    text.split(';').map(|name| refs.group(column, name)).collect::<Result<Vec<_>>>()?;
                self.other_groups = groups.into_iter().flatten().collect();
                self.other_groups.sort();
                self.other_groups.dedup();
            }
            "administrator" => self.administrator = boolean(column, text)?,
            "retired" => self.retired = boolean(column, text)?,
            "has_plan" => self.has_plan = boolean(column, text)?,
            "may_force_undo" => self.may_force_undo = boolean(column, text)?,
            _ if text.trim().is_empty() => self.culture = String::new(),
            _ => self.culture = domain::templates::language_tag(text)?,
        }
        Ok(())
    }

    fn check(&self) -> Result<()> {
        if self.login.is_empty() {
            return Err(Error::invalid(
                "The login is missing. Every associate needs a short name of their own.",
            ));
        }
        if self.last_name.is_empty() && self.first_name.is_empty() {
            return Err(Error::invalid("The name is missing. Fill in first_name or last_name."));
        }
        if self.primary_group.0 == 0 {
            return Err(Error::invalid("The primary_group is missing. Every associate belongs to one."));
        }
        Ok(())
    }

    fn find(tx: &Tx<'_>, i: InstallationId, external_id: &str) -> Result<Option<Self>> {
        let mut found = tx.associates(i).by_external_id(external_id)?;
        if let Some(who) = &mut found {
            who.other_groups.sort();
        }
        Ok(found)
    }

    fn fresh(external_id: &str) -> Self {
        Self { external_id: Some(external_id.to_owned()), has_plan: true, ..Self::default() }
    }

    fn insert(&self, tx: &Tx<'_>, i: InstallationId, now: Timestamp) -> Result<()> {
        tx.associates(i).insert(self, now).map(|_| ())
    }

    fn update(&self, tx: &Tx<'_>, i: InstallationId, now: Timestamp) -> Result<()> {
        tx.associates(i).update(self, now)
    }
}

impl Importable for Contact {
    const COLUMNS: &'static [&'static str] = &[
        "external_id",
        "company",
        "first_name",
        "middle_name",
        "last_name",
        "salutation",
        "academic_title",
        "title",
        "position",
        "department",
        "number",
        "email",
        "phone",
        "mobile",
        "home_phone",
        "fax",
        "web",
        "address_line1",
        "address_line2",
        "address_line3",
        "address_zip",
        "address_city",
        "address_state",
        "address_county",
        "country",
        "use_as_postal",
        "born",
        "retired",
    ];

    fn set(&mut self, column: &'static str, text: &str, refs: &Refs<'_, '_>) -> Result<()> {
        if let Some(part) = column.strip_prefix("address_") {
            return address(&mut self.address, part, column, text);
        }
        match column {
            "company" => self.company = refs.company(column, text)?,
            "first_name" => self.first_name = line(column, text)?,
            "middle_name" => self.middle_name = line(column, text)?,
            "last_name" => self.last_name = line(column, text)?,
            "salutation" => self.salutation = line(column, text)?,
            "academic_title" => self.academic_title = line(column, text)?,
            "title" => self.title = line(column, text)?,
            "position" => self.position = line(column, text)?,
            "department" => self.department = line(column, text)?,
            "number" => self.number = line(column, text)?,
            "email" => self.email = line(column, text)?,
            "phone" => self.phone = line(column, text)?,
            "mobile" => self.mobile = line(column, text)?,
            "home_phone" => self.home_phone = line(column, text)?,
            "fax" => self.fax = line(column, text)?,
            "web" => self.web = line(column, text)?,
            "country" => self.country = letters(column, text, 2, "NO")?,
            "use_as_postal" => self.use_as_postal = boolean(column, text)?,
            "born" => self.born = date(column, text)?,
            _ => self.retired = boolean(column, text)?,
        }
        Ok(())
    }

    fn check(&self) -> Result<()> {
        if self.full_name().is_empty() {
            return Err(Error::invalid("The name is missing. Fill in first_name or last_name."));
        }
        Ok(())
    }

    fn find(tx: &Tx<'_>, i: InstallationId, external_id: &str) -> Result<Option<Self>> {
        tx.contacts(i).by_external_id(external_id)
    }

    fn fresh(external_id: &str) -> Self {
        Self { external_id: Some(external_id.to_owned()), ..Self::default() }
    }

    fn insert(&self, tx: &Tx<'_>, i: InstallationId, now: Timestamp) -> Result<()> {
        tx.contacts(i).insert(self, now).map(|_| ())
    }

    fn update(&self, tx: &Tx<'_>, i: InstallationId, now: Timestamp) -> Result<()> {
        tx.contacts(i).update(self, now)
    }
}
