//! User groups.

use crate::support::{explain, found};
use domain::records::Group;
use domain::{GroupId, InstallationId, Result, text};
use platform::sql::counters;
use platform::sql::{Row, Tx};
use platform::{params, statements};

statements! {
    /// A new group.
    INSERT = "INSERT INTO user_groups (installation_id, id, external_id, name, sort) VALUES ($1, $2, $3, $4, $5)";
    /// What can change of a group.
    UPDATE = "UPDATE user_groups SET external_id = $3, name = $4, sort = $5 WHERE installation_id = $1 AND id = $2";
    /// One group.
    GET = "SELECT id, external_id, name FROM user_groups WHERE installation_id = $1 AND id = $2";
    /// One group, by its name without accents in lower case.
    BY_NAME = "SELECT id, external_id, name FROM user_groups WHERE installation_id = $1 AND sort = $2";
    /// One group, by the key of the system it comes from.
    BY_EXTERNAL_ID = "SELECT id, external_id, name FROM user_groups WHERE installation_id = $1 AND external_id = $2";
    /// Every group, by name.
    LIST = "SELECT id, external_id, name FROM user_groups WHERE installation_id = $1 ORDER BY sort";
}

const SENTENCES: &[(&str, &str, &str)] = &[
    ("unique user_groups.sort", "name", "There is a user group with this name already. Choose another name."),
    (
        "unique user_groups.external_id",
        "external id",
        "Another user group has this external id already. Use another one, or change that group.",
    ),
];

/// The user groups of an installation.
#[derive(Debug, Clone, Copy)]
pub struct Groups<'c> {
    pub(crate) tx: Tx<'c>,
    pub(crate) installation: InstallationId,
}

impl Groups<'_> {
    /// Adds a group and gives its id. The id inside is ignored.
    /// # Errors
    /// `Conflict` when the name or the external id is taken.
    pub fn insert(&self, new: &Group) -> Result<GroupId> {
        let id = GroupId(counters::next(self.tx, self.installation, "group")?);
        let values =
            params![self.installation, id, new.external_id.as_deref(), &new.name, text::fold(&new.name)];
        explain(self.tx.execute(&INSERT, values), SENTENCES)?;
        Ok(id)
    }

    /// Changes a group.
    pub fn update(&self, changed: &Group) -> Result<()> {
        let Group { id, external_id, name } = changed;
        let values = params![self.installation, *id, external_id.as_deref(), name, text::fold(name)];
        found(explain(self.tx.execute(&UPDATE, values), SENTENCES)?, "user group")
    }

    /// One group.
    pub fn get(&self, id: GroupId) -> Result<Option<Group>> {
        self.tx.one(&GET, params![self.installation, id], read)
    }

    /// One group by its name, without regard to case and accents.
    pub fn by_name(&self, name: &str) -> Result<Option<Group>> {
        self.tx.one(&BY_NAME, params![self.installation, text::fold(name)], read)
    }

    /// One group by the key of the system it was imported from.
    pub fn by_external_id(&self, external_id: &str) -> Result<Option<Group>> {
        self.tx.one(&BY_EXTERNAL_ID, params![self.installation, external_id], read)
    }

    /// Every group, by name.
    pub fn list(&self) -> Result<Vec<Group>> {
        self.tx.all(&LIST, params![self.installation], read)
    }
}

fn read(row: &Row<'_>) -> Result<Group> {
    let mut c = row.columns();
    Ok(Group { id: c.take()?, external_id: c.take()?, name: c.take()? })
}
