//! Fields from text.

use super::Refs;
use domain::records::Address;
use domain::{AssociateId, CompanyId, ContactId, Error, GroupId, ProjectId, Result, text};
use jiff::civil::Date;
use rust_decimal::Decimal;

/// The longest text of an ordinary field, in characters.
const MAX: usize = 200;

pub(super) fn line(column: &'static str, text: &str) -> Result<String> {
    text::line(column, text, MAX)
}

pub(super) fn paragraph(column: &'static str, text: &str) -> Result<String> {
    text::paragraph(column, text, 4000)
}

pub(super) fn boolean(column: &'static str, text: &str) -> Result<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Ok(true),
        "false" | "no" | "0" | "" => Ok(false),
        other => Err(Error::invalid(format!(
            "{other:?} in {column} is neither true nor false. Write true or false."
        ))),
    }
}

pub(super) fn date(column: &'static str, text: &str) -> Result<Option<Date>> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|e| {
        Error::invalid(format!("{text:?} in {column} is no date. Write it as 2026-12-31.")).caused_by(e)
    })
}

pub(super) fn decimal(column: &'static str, text: &str) -> Result<Decimal> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Decimal::ZERO);
    }
    text.parse().map_err(|e: rust_decimal::Error| {
        Error::invalid(format!("{text:?} in {column} is no number. Write it as 1234.50.")).caused_by(e)
    })
}

pub(super) fn percent(column: &'static str, text: &str) -> Result<i64> {
    match text.trim() {
        "" => Ok(0),
        text => text.parse().ok().filter(|n| (0..=100).contains(n)).ok_or_else(|| {
            Error::invalid(format!(
                "{text:?} in {column} is no percentage. Write a whole number from 0 to 100."
            ))
        }),
    }
}

/// An ISO code of so many letters, in upper case; blank is allowed.
pub(super) fn letters(column: &'static str, text: &str, count: usize, example: &str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() || (text.len() == count && text.chars().all(|c| c.is_ascii_alphabetic())) {
        return Ok(text.to_ascii_uppercase());
    }
    Err(Error::invalid(format!(
        "{text:?} in {column} is no code of {count} letters. Write one like {example}."
    )))
}

/// Sets a part of an address: `line1` to `line3`, `zip`, `city`, `state`, `county`.
pub(super) fn address(address: &mut Address, part: &str, column: &'static str, text: &str) -> Result<()> {
    let text = line(column, text)?;
    match part {
        "line1" => address.lines[0] = text,
        "line2" => address.lines[1] = text,
        "line3" => address.lines[2] = text,
        "zip" => address.zip = text,
        "city" => address.city = text,
        "state" => address.state = text,
        _ => address.county = text,
    }
    Ok(())
}

impl Refs<'_, '_> {
    pub fn associate(&self, column: &'static str, text: &str) -> Result<Option<AssociateId>> {
        Self::by(column, text, |id| {
            Ok(self.tx.associates(self.installation).by_external_id(id)?.map(|a| a.id))
        })
    }

    pub fn company(&self, column: &'static str, text: &str) -> Result<Option<CompanyId>> {
        Self::by(column, text, |id| {
            Ok(self.tx.companies(self.installation).by_external_id(id)?.map(|c| c.id))
        })
    }

    pub fn contact(&self, column: &'static str, text: &str) -> Result<Option<ContactId>> {
        Self::by(column, text, |id| Ok(self.tx.contacts(self.installation).by_external_id(id)?.map(|c| c.id)))
    }

    pub fn project(&self, column: &'static str, text: &str) -> Result<Option<ProjectId>> {
        Self::by(column, text, |id| Ok(self.tx.projects(self.installation).by_external_id(id)?.map(|p| p.id)))
    }

    /// A user group by external id or by name.
    pub fn group(&self, column: &'static str, text: &str) -> Result<Option<GroupId>> {
        let groups = self.tx.groups(self.installation);
        Self::by(column, text, |id| {
            let found = match groups.by_external_id(id)? {
                Some(group) => Some(group),
                None => groups.by_name(id)?,
            };
            Ok(found.map(|g| g.id))
        })
    }

    fn by<T>(column: &str, text: &str, find: impl FnOnce(&str) -> Result<Option<T>>) -> Result<Option<T>> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        find(text)?.map(Some).ok_or_else(|| {
            Error::invalid(format!(
                "{column} refers to {:?}, which is not here. Import it first, or mend the reference.",
                text.chars().take(60).collect::<String>()
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_or_refused_with_the_form_expected() {
        assert!(boolean("x", "YES").unwrap() && !boolean("x", "").unwrap());
        assert!(boolean("x", "maybe").unwrap_err().public().contains("true or false"));
        assert_eq!(date("x", "2026-02-28").unwrap().unwrap().to_string(), "2026-02-28");
        assert!(date("x", "2026-02-30").is_err() && date("x", "28.02.2026").is_err());
        assert_eq!(decimal("x", "1234.50").unwrap().to_string(), "1234.50");
        assert!(decimal("x", "1.234,50").is_err());
        assert!(percent("x", "101").is_err() && percent("x", "-1").is_err());
        assert_eq!(letters("x", "no", 2, "NO").unwrap(), "NO");
        assert!(letters("x", "NOR", 2, "NO").is_err());
    }
}
