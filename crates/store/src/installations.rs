//! Installations.

use crate::support::{explain, found};
use domain::records::Installation;
use domain::{CompanyId, InstallationId, Result};
use jiff::Timestamp;
use platform::sql::counters;
use platform::sql::{Row, Tx};
use platform::{params, statements};

macro_rules! columns {
    () => {
        "id, key, name, serial, culture, time_zone, own_company_id"
    };
}

statements! {
    /// A new installation.
    INSERT = "INSERT INTO installations (id, key, name, serial, culture, time_zone, own_company_id, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    /// What can change of an installation.
    UPDATE = "UPDATE installations SET key = $2, name = $3, serial = $4, culture = $5, time_zone = $6,
        own_company_id = $7 WHERE id = $1";
    /// The company of the letterhead.
    SET_OWN_COMPANY = "UPDATE installations SET own_company_id = $2 WHERE id = $1";
    /// One installation.
    BY_ID = concat!("SELECT ", columns!(), " FROM installations WHERE id = $1");
    /// One installation, by the word for command lines and addresses.
    BY_KEY = concat!("SELECT ", columns!(), " FROM installations WHERE key = $1");
    /// Every installation.
    LIST = concat!("SELECT ", columns!(), " FROM installations ORDER BY id");
}

const SENTENCES: &[(&str, &str, &str)] = &[(
    "unique installations.key",
    "key",
    "There is an installation with this key already. Choose another key.",
)];

/// Installations.
#[derive(Debug, Clone, Copy)]
pub struct Installations<'c> {
    pub(crate) tx: Tx<'c>,
}

impl Installations<'_> {
    /// Adds an installation and gives its id. The id inside is ignored.
    /// # Errors
    /// `Conflict` when the key is taken.
    pub fn insert(&self, new: &Installation, now: Timestamp) -> Result<InstallationId> {
        let id = InstallationId(counters::next(self.tx, InstallationId(0), "installation")?);
        let Installation { key, name, serial, culture, time_zone, own_company, .. } = new;
        explain(
            self.tx.execute(&INSERT, params![id, key, name, serial, culture, time_zone, *own_company, now]),
            SENTENCES,
        )?;
        Ok(id)
    }

    /// Changes an installation.
    pub fn update(&self, changed: &Installation) -> Result<()> {
        let Installation { id, key, name, serial, culture, time_zone, own_company } = changed;
        let rows = explain(
            self.tx.execute(&UPDATE, params![*id, key, name, serial, culture, time_zone, *own_company]),
            SENTENCES,
        )?;
        found(rows, "installation")
    }

    /// Names the company of the letterhead.
    pub fn set_own_company(&self, id: InstallationId, company: Option<CompanyId>) -> Result<()> {
        found(self.tx.execute(&SET_OWN_COMPANY, params![id, company])?, "installation")
    }

    /// One installation.
    pub fn by_id(&self, id: InstallationId) -> Result<Option<Installation>> {
        self.tx.one(&BY_ID, params![id], read)
    }

    /// One installation, by its key.
    pub fn by_key(&self, key: &str) -> Result<Option<Installation>> {
        self.tx.one(&BY_KEY, params![key], read)
    }

    /// Every installation, in order of id.
    pub fn list(&self) -> Result<Vec<Installation>> {
        self.tx.all(&LIST, &[], read)
    }
}

fn read(row: &Row<'_>) -> Result<Installation> {
    let mut c = row.columns();
    Ok(Installation {
        id: c.take()?,
        key: c.take()?,
        name: c.take()?,
        serial: c.take()?,
        culture: c.take()?,
        time_zone: c.take()?,
        own_company: c.take()?,
    })
}
