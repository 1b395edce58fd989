//! Templates, their files, and the numbers they give out.

mod links;

pub(crate) use links::ALL as LINKS;

use crate::dynamic::{Asked, Condition, NameList};
use crate::paging::MAX_LIMIT;
use crate::support::{explain, found, returned};
use crate::words::{self, Kind};
use domain::locking::LockSemantics;
use domain::plugin::ExternalRef;
use domain::templates::{DefaultVisibility, Direction, Numbering, Template, TemplateProperties, Variant};
use domain::{Error, ErrorKind, GroupId, InstallationId, PluginId, Result, TemplateId};
use jiff::Timestamp;
use platform::sql::counters;
use platform::sql::{Columns, Row, Tx, Value};
use platform::{params, statements};

macro_rules! columns {
    () => {
        "x.id, x.name, x.description, x.stored_in, x.direction, x.pattern, x.counts, x.next_number,
         x.ref_read_only, x.ref_allow_blank, x.default_visible_for, x.semantics, x.rank, x.kept_in, x.retired,
         x.created_at, x.updated_at, x.row_version"
    };
}

statements! {
    /// A new template.
    INSERT = "INSERT INTO templates (installation_id, id, name, description, stored_in, direction, pattern, counts,
        next_number, ref_read_only, ref_allow_blank, default_visible_for, semantics, rank, updated_at, created_at,
        kept_in, retired, row_version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, $16, 0, 1)";
    /// What people write about a template. The next number only grows, so that none is given out twice.
    UPDATE = "UPDATE templates SET name = $3, description = $4, stored_in = $5, direction = $6, pattern = $7,
        counts = $8, next_number = CASE WHEN next_number > $9 THEN next_number ELSE $9 END, ref_read_only = $10,
        ref_allow_blank = $11, default_visible_for = $12, semantics = $13, rank = $14, updated_at = $15,
        row_version = row_version + 1 WHERE installation_id = $1 AND id = $2 AND row_version = $16";
    /// Out of use, or back in use.
    SET_RETIRED = "UPDATE templates SET retired = $3, updated_at = $4, row_version = row_version + 1
        WHERE installation_id = $1 AND id = $2";
    /// Something that hangs on a template has changed.
    TOUCH = "UPDATE templates SET updated_at = $3, row_version = row_version + 1
        WHERE installation_id = $1 AND id = $2";
    /// Gives out a number.
    ALLOCATE = "UPDATE templates SET next_number = next_number + 1
        WHERE installation_id = $1 AND id = $2 AND counts = 1 RETURNING next_number - 1";
    /// One template.
    GET = concat!("SELECT ", columns!(), " FROM templates x WHERE x.installation_id = $1 AND x.id = $2");
    /// Every template, with the retired ones when `$2` is 1.
    LIST = concat!("SELECT ", columns!(), " FROM templates x
        WHERE x.installation_id = $1 AND (x.retired = 0 OR $2 = 1) ORDER BY x.rank, x.name, x.id");
}

/// Templates are few, so their list is ordered by what they are sorted by without an index.
const SEARCH: NameList = NameList {
    kind: Kind::Template,
    columns: concat!("x.name AS sort, x.id, ", columns!()),
    table: "(SELECT t.*, t.name AS sort FROM templates t)",
    joins: "",
};

const SENTENCES: &[(&str, &str, &str)] = &[(
    "foreign key",
    "headings",
    "A heading or user group of this template does not exist. Choose among those there are.",
)];

/// The templates of an installation.
#[derive(Debug, Clone, Copy)]
pub struct Templates<'c> {
    pub(crate) tx: Tx<'c>,
    pub(crate) installation: InstallationId,
}

impl Templates<'_> {
    /// Adds a template without files and gives its id.
    /// # Errors
    /// `Conflict` when a heading or a group does not exist.
    pub fn insert(&self, new: &TemplateProperties, kept_in: PluginId, now: Timestamp) -> Result<TemplateId> {
        let id = TemplateId(counters::next(self.tx, self.installation, "template")?);
        let mut values = self.values(id, new, now).to_vec();
        values.push(kept_in.into());
        self.tx.execute(&INSERT, &values)?;
        explain(links::put(self.tx, self.installation, id, new), SENTENCES)?;
        words::add(self.tx, self.installation, Kind::Template, id.0, &[&new.name, &new.description])?;
        Ok(id)
    }

    /// Changes what people write about a template. Its next number becomes the higher of the two.
    /// # Errors
    /// `Stale` when the row is not at `expected_row_version`.
    pub fn update_properties(
        &self,
        id: TemplateId,
        expected_row_version: i64,
        changed: &TemplateProperties,
        now: Timestamp,
    ) -> Result<Template> {
        let mut values = self.values(id, changed, now).to_vec();
        values.push(expected_row_version.into());
        if self.tx.execute(&UPDATE, &values)? == 0 {
            self.must(id)?;
            return Err(Error::new(
                ErrorKind::Stale,
                "Somebody else has changed this template in the meantime. Load it again and repeat your change.",
            ));
        }
        explain(links::put(self.tx, self.installation, id, changed), SENTENCES)?;
        words::replace(
            self.tx,
            self.installation,
            Kind::Template,
            id.0,
            &[&changed.name, &changed.description],
        )?;
        self.must(id)
    }

    /// Adds a file, or replaces the one of the same language.
    pub fn put_variant(&self, id: TemplateId, variant: &Variant, now: Timestamp) -> Result<Template> {
        found(self.tx.execute(&TOUCH, params![self.installation, id, now])?, "template")?;
        links::put_variant(self.tx, self.installation, id, variant, now)?;
        self.must(id)
    }

    /// Takes the file of a language away; a blank language means the neutral one.
    pub fn remove_variant(&self, id: TemplateId, language: &str, now: Timestamp) -> Result<Template> {
        found(links::remove_variant(self.tx, self.installation, id, language)?, "language variant")?;
        found(self.tx.execute(&TOUCH, params![self.installation, id, now])?, "template")?;
        self.must(id)
    }

    /// Takes a template out of use, or back into it.
    pub fn set_retired(&self, id: TemplateId, retired: bool, now: Timestamp) -> Result<Template> {
        found(self.tx.execute(&SET_RETIRED, params![self.installation, id, retired, now])?, "template")?;
        self.must(id)
    }

    /// Gives out the template's next number. It is given back only when the transaction is undone. The row's
    /// version stays: giving out numbers disturbs nobody who edits the template.
    /// # Errors
    /// `Conflict` when the template does not count.
    pub fn allocate_number(&self, id: TemplateId) -> Result<i64> {
        let number = self.tx.one(&ALLOCATE, params![self.installation, id], |row| row.get(0))?;
        if number.is_none() {
            self.must(id)?;
        }
        number.ok_or_else(|| {
            Error::conflict(
                "This template gives out no numbers. Switch its counter on, or remove {snum} from it.",
            )
        })
    }

    /// One template.
    pub fn get(&self, id: TemplateId) -> Result<Option<Template>> {
        let Some(mut template) = self.tx.one(&GET, params![self.installation, id], read)? else {
            return Ok(None);
        };
        links::fill_one(self.tx, self.installation, &mut template)?;
        Ok(Some(template))
    }

    /// One template, unless it is retired or not for somebody in `groups`.
    pub fn get_visible(&self, id: TemplateId, groups: &[GroupId]) -> Result<Option<Template>> {
        Ok(self.get(id)?.filter(|t| !t.retired && t.is_visible_to(groups)))
    }

    /// What somebody in `groups` sees, by rank and name.
    pub fn list_visible(&self, groups: &[GroupId], include_retired: bool) -> Result<Vec<Template>> {
        let mut all = self.list_all(include_retired)?;
        all.retain(|t| t.is_visible_to(groups));
        Ok(all)
    }

    /// Every template, by rank and name.
    pub fn list_all(&self, include_retired: bool) -> Result<Vec<Template>> {
        let mut all = self.tx.all(&LIST, params![self.installation, include_retired], read)?;
        links::fill_all(self.tx, self.installation, &mut all)?;
        Ok(all)
    }

    /// Up to `limit` templates in use that somebody in `groups` sees and whose words match.
    pub fn search(&self, query: &str, groups: &[GroupId], limit: u32) -> Result<Vec<Template>> {
        let in_use = [Condition("x.retired = 0", None)];
        let asked = Asked { conditions: &in_use, query, after: None, limit: MAX_LIMIT };
        let page = SEARCH.page(self.tx, self.installation, &asked, read_columns)?;
        let mut matching = page.items;
        links::fill_all(self.tx, self.installation, &mut matching)?;
        matching.retain(|t| t.is_visible_to(groups));
        matching.truncate(limit as usize);
        Ok(matching)
    }

    /// The keys of every file a plugin holds: template, language, key.
    pub fn references(&self, plugin: PluginId) -> Result<Vec<(TemplateId, String, ExternalRef)>> {
        links::references(self.tx, self.installation, plugin)
    }

    fn must(&self, id: TemplateId) -> Result<Template> {
        self.get(id)?.ok_or_else(|| Error::not_found("template"))
    }

    fn values<'a>(&self, id: TemplateId, p: &'a TemplateProperties, now: Timestamp) -> [Value<'a>; 15] {
        [
            self.installation.into(),
            id.into(),
            (&p.name).into(),
            (&p.description).into(),
            p.stored_in.into(),
            p.direction.number().into(),
            (&p.numbering.pattern).into(),
            p.numbering.counts.into(),
            p.numbering.next.max(1).into(),
            p.numbering.read_only.into(),
            p.numbering.allow_blank.into(),
            p.default_visible_for.number().into(),
            p.semantics.number().into(),
            p.rank.into(),
            now.into(),
        ]
    }
}

fn read(row: &Row<'_>) -> Result<Template> {
    read_columns(&mut row.columns())
}

fn read_columns(c: &mut Columns<'_>) -> Result<Template> {
    Ok(Template {
        id: c.take()?,
        properties: TemplateProperties {
            name: c.take()?,
            description: c.take()?,
            headings: Vec::new(),
            groups: Vec::new(),
            stored_in: c.take()?,
            direction: Direction::from_number(c.take()?),
            numbering: Numbering {
                pattern: c.take()?,
                counts: c.take()?,
                next: c.take()?,
                read_only: c.take()?,
                allow_blank: c.take()?,
            },
            default_visible_for: DefaultVisibility::from_number(c.take()?),
            semantics: returned(LockSemantics::from_number(c.take()?))?,
            rank: c.take()?,
        },
        kept_in: c.take()?,
        variants: Vec::new(),
        retired: c.take()?,
        created: c.take()?,
        updated: c.take()?,
        row_version: c.take()?,
    })
}
