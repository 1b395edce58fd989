//! Associates and the groups they are in.

use crate::dynamic::{Asked, NameList};
use crate::paging::{NameCursor, Page};
use crate::support::{explain, found};
use crate::words::{self, Kind};
use domain::records::{Associate, Stamps};
use domain::{AssociateId, GroupId, InstallationId, Result, text};
use jiff::Timestamp;
use platform::sql::counters;
use platform::sql::{Columns, Row, Tx, Value};
use platform::{params, statements};

macro_rules! columns {
    () => {
        "x.id, x.external_id, x.login, x.first_name, x.last_name, x.salutation, x.academic_title, x.title,
         x.position, x.email, x.phone, x.mobile, x.fax, x.primary_group, x.administrator, x.retired, x.has_plan,
         x.may_force_undo, x.culture"
    };
}

statements! {
    /// A new associate.
    INSERT = "INSERT INTO associates (installation_id, id, external_id, login, login_sort, first_name, last_name,
        salutation, academic_title, title, position, email, phone, mobile, fax, primary_group, administrator,
        retired, has_plan, may_force_undo, culture, sort, updated_at, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
        $22, $23, $23)";
    /// Everything that can change of an associate.
    UPDATE = "UPDATE associates SET external_id = $3, login = $4, login_sort = $5, first_name = $6, last_name = $7,
        salutation = $8, academic_title = $9, title = $10, position = $11, email = $12, phone = $13, mobile = $14,
        fax = $15, primary_group = $16, administrator = $17, retired = $18, has_plan = $19, may_force_undo = $20,
        culture = $21, sort = $22, updated_at = $23 WHERE installation_id = $1 AND id = $2";
    /// One associate.
    GET = concat!("SELECT ", columns!(), " FROM associates x WHERE x.installation_id = $1 AND x.id = $2");
    /// One associate, by short name without accents in lower case.
    BY_LOGIN = concat!("SELECT ", columns!(), " FROM associates x WHERE x.installation_id = $1 AND x.login_sort = $2");
    /// One associate, by the key of the system it comes from.
    BY_EXTERNAL_ID = concat!("SELECT ", columns!(), " FROM associates x
        WHERE x.installation_id = $1 AND x.external_id = $2");
    /// Every associate with an address, for the comparison that SQL cannot make.
    ADDRESSES = "SELECT id, email FROM associates WHERE installation_id = $1 AND email <> '' ORDER BY id";
    /// Every associate, by name.
    LIST = concat!("SELECT ", columns!(), " FROM associates x WHERE x.installation_id = $1 ORDER BY x.sort, x.id");
    /// When an associate was made and changed.
    STAMPS = "SELECT created_at, updated_at FROM associates WHERE installation_id = $1 AND id = $2";
    /// The further groups of an associate.
    GROUPS = "SELECT group_id FROM associate_groups WHERE installation_id = $1 AND associate_id = $2 ORDER BY group_id";
    /// An associate is in a group.
    ADD_GROUP = "INSERT INTO associate_groups (installation_id, associate_id, group_id) VALUES ($1, $2, $3)
        ON CONFLICT DO NOTHING";
    /// An associate is in no further group.
    CLEAR_GROUPS = "DELETE FROM associate_groups WHERE installation_id = $1 AND associate_id = $2";
}

const LIST_BY_NAME: NameList = NameList {
    kind: Kind::Associate,
    columns: concat!("x.sort, x.id, ", columns!()),
    table: "associates",
    joins: "",
};

const SENTENCES: &[(&str, &str, &str)] = &[
    (
        "unique associates.login_sort",
        "login",
        "There is an associate with this login already. Choose another login.",
    ),
    (
        "unique associates.external_id",
        "external id",
        "Another associate has this external id already. Use another one, or change that associate.",
    ),
    (
        "foreign key",
        "groups",
        "A user group of this associate does not exist. Choose among the groups there are.",
    ),
];

/// The associates of an installation.
#[derive(Debug, Clone, Copy)]
pub struct Associates<'c> {
    pub(crate) tx: Tx<'c>,
    pub(crate) installation: InstallationId,
}

impl Associates<'_> {
    /// Adds an associate and gives the id. The id inside is ignored.
    /// # Errors
    /// `Conflict` when the login or the external id is taken, or a group does not exist.
    pub fn insert(&self, new: &Associate, now: Timestamp) -> Result<AssociateId> {
        let id = AssociateId(counters::next(self.tx, self.installation, "associate")?);
        explain(self.tx.execute(&INSERT, &self.values(id, new, now)), SENTENCES)?;
        self.put_groups(id, new)?;
        words::add(self.tx, self.installation, Kind::Associate, id.0, &searchable(new))?;
        Ok(id)
    }

    /// Changes an associate.
    /// # Errors
    /// As [`Associates::insert`], and `NotFound`.
    pub fn update(&self, changed: &Associate, now: Timestamp) -> Result<()> {
        let id = changed.id;
        found(explain(self.tx.execute(&UPDATE, &self.values(id, changed, now)), SENTENCES)?, "associate")?;
        self.tx.execute(&CLEAR_GROUPS, params![self.installation, id])?;
        self.put_groups(id, changed)?;
        words::replace(self.tx, self.installation, Kind::Associate, id.0, &searchable(changed))
    }

    /// One associate.
    pub fn get(&self, id: AssociateId) -> Result<Option<Associate>> {
        let found = self.tx.one(&GET, params![self.installation, id], read)?;
        found.map(|a| self.with_groups(a)).transpose()
    }

    /// Those of `ids` that exist, in that order.
    pub fn get_many(&self, ids: &[AssociateId]) -> Result<Vec<Associate>> {
        ids.iter().filter_map(|id| self.get(*id).transpose()).collect()
    }

    /// Every associate's address. Whether two are the same, or only look so, is the domain's to say.
    pub fn addresses(&self) -> Result<Vec<(AssociateId, String)>> {
        self.tx.all(&ADDRESSES, params![self.installation], |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// One associate by the short name, without regard to case and accents.
    pub fn by_login(&self, login: &str) -> Result<Option<Associate>> {
        let found = self.tx.one(&BY_LOGIN, params![self.installation, text::fold(login.trim())], read)?;
        found.map(|a| self.with_groups(a)).transpose()
    }

    /// One associate by the key of the system it was imported from.
    pub fn by_external_id(&self, external_id: &str) -> Result<Option<Associate>> {
        let found = self.tx.one(&BY_EXTERNAL_ID, params![self.installation, external_id], read)?;
        found.map(|a| self.with_groups(a)).transpose()
    }

    /// A page of associates by name, those whose words match `query`.
    pub fn browse(
        &self,
        query: &str,
        after: Option<&NameCursor>,
        limit: u32,
    ) -> Result<Page<Associate, NameCursor>> {
        let asked = Asked { conditions: &[], query, after, limit };
        let mut page = LIST_BY_NAME.page(self.tx, self.installation, &asked, read_columns)?;
        for associate in &mut page.items {
            associate.other_groups = self.groups_of(associate.id)?;
        }
        Ok(page)
    }

    /// Every associate, by name.
    pub fn list(&self) -> Result<Vec<Associate>> {
        let all = self.tx.all(&LIST, params![self.installation], read)?;
        all.into_iter().map(|a| self.with_groups(a)).collect()
    }

    /// When an associate was made and last changed.
    pub fn stamps(&self, id: AssociateId) -> Result<Option<Stamps>> {
        self.tx.one(&STAMPS, params![self.installation, id], |row| {
            Ok(Stamps { created: row.get(0)?, updated: row.get(1)? })
        })
    }

    fn groups_of(&self, id: AssociateId) -> Result<Vec<GroupId>> {
        self.tx.all(&GROUPS, params![self.installation, id], |row| row.get(0))
    }

    fn with_groups(&self, mut associate: Associate) -> Result<Associate> {
        associate.other_groups = self.groups_of(associate.id)?;
        Ok(associate)
    }

    fn put_groups(&self, id: AssociateId, associate: &Associate) -> Result<()> {
        for group in associate.groups().skip(1) {
            explain(self.tx.execute(&ADD_GROUP, params![self.installation, id, group]), SENTENCES)?;
        }
        Ok(())
    }

    fn values<'a>(&self, id: AssociateId, a: &'a Associate, now: Timestamp) -> [Value<'a>; 23] {
        [
            self.installation.into(),
            id.into(),
            a.external_id.as_deref().into(),
            (&a.login).into(),
            text::fold(&a.login).into(),
            (&a.first_name).into(),
            (&a.last_name).into(),
            (&a.salutation).into(),
            (&a.academic_title).into(),
            (&a.title).into(),
            (&a.position).into(),
            (&a.email).into(),
            (&a.phone).into(),
            (&a.mobile).into(),
            (&a.fax).into(),
            a.primary_group.into(),
            a.administrator.into(),
            a.retired.into(),
            a.has_plan.into(),
            a.may_force_undo.into(),
            (&a.culture).into(),
            text::fold(&a.full_name()).into(),
            now.into(),
        ]
    }
}

fn searchable(a: &Associate) -> [&str; 4] {
    [&a.first_name, &a.last_name, &a.login, &a.email]
}

fn read(row: &Row<'_>) -> Result<Associate> {
    read_columns(&mut row.columns())
}

fn read_columns(c: &mut Columns<'_>) -> Result<Associate> {
    Ok(Associate {
        id: c.take()?,
        external_id: c.take()?,
        login: c.take()?,
        first_name: c.take()?,
        last_name: c.take()?,
        salutation: c.take()?,
        academic_title: c.take()?,
        title: c.take()?,
        position: c.take()?,
        email: c.take()?,
        phone: c.take()?,
        mobile: c.take()?,
        fax: c.take()?,
        primary_group: c.take()?,
        other_groups: Vec::new(),
        administrator: c.take()?,
        retired: c.take()?,
        has_plan: c.take()?,
        may_force_undo: c.take()?,
        culture: c.take()?,
    })
}
