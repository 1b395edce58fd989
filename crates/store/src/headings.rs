//! Headings that group templates.

use crate::support::{explain, found};
use domain::templates::Heading;
use domain::{HeadingId, InstallationId, Result, text};
use platform::sql::counters;
use platform::sql::{Row, Tx};
use platform::{params, statements};

statements! {
    /// A new heading.
    INSERT = "INSERT INTO headings (installation_id, id, name, sort, rank) VALUES ($1, $2, $3, $4, $5)";
    /// What can change of a heading.
    UPDATE = "UPDATE headings SET name = $3, sort = $4, rank = $5 WHERE installation_id = $1 AND id = $2";
    /// A heading is no more.
    DELETE = "DELETE FROM headings WHERE installation_id = $1 AND id = $2";
    /// One heading.
    GET = "SELECT id, name, rank FROM headings WHERE installation_id = $1 AND id = $2";
    /// Every heading in its order.
    LIST = "SELECT id, name, rank FROM headings WHERE installation_id = $1 ORDER BY rank, sort";
}

const SENTENCES: &[(&str, &str, &str)] = &[
    ("unique headings.sort", "name", "There is a heading with this name already. Choose another name."),
    (
        "foreign key",
        "heading",
        "Templates stand under this heading. Take them out of it first, then remove the heading.",
    ),
];

/// The headings of an installation.
#[derive(Debug, Clone, Copy)]
pub struct Headings<'c> {
    pub(crate) tx: Tx<'c>,
    pub(crate) installation: InstallationId,
}

impl Headings<'_> {
    /// Adds a heading and gives its id.
    /// # Errors
    /// `Conflict` when the name is taken.
    pub fn insert(&self, name: &str, rank: i64) -> Result<HeadingId> {
        let id = HeadingId(counters::next(self.tx, self.installation, "heading")?);
        let values = params![self.installation, id, name, text::fold(name), rank];
        explain(self.tx.execute(&INSERT, values), SENTENCES)?;
        Ok(id)
    }

    /// Changes a heading.
    pub fn update(&self, changed: &Heading) -> Result<()> {
        let Heading { id, name, rank } = changed;
        let values = params![self.installation, *id, name, text::fold(name), *rank];
        found(explain(self.tx.execute(&UPDATE, values), SENTENCES)?, "heading")
    }

    /// Removes a heading.
    /// # Errors
    /// `Conflict` while templates stand under it.
    pub fn delete(&self, id: HeadingId) -> Result<()> {
        found(explain(self.tx.execute(&DELETE, params![self.installation, id]), SENTENCES)?, "heading")
    }

    /// One heading.
    pub fn get(&self, id: HeadingId) -> Result<Option<Heading>> {
        self.tx.one(&GET, params![self.installation, id], read)
    }

    /// Every heading, by rank and name.
    pub fn list(&self) -> Result<Vec<Heading>> {
        self.tx.all(&LIST, params![self.installation], read)
    }
}

fn read(row: &Row<'_>) -> Result<Heading> {
    let mut c = row.columns();
    Ok(Heading { id: c.take()?, name: c.take()?, rank: c.take()? })
}
