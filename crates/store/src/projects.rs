//! Projects.

use crate::dynamic::{Asked, Condition, NameList};
use crate::paging::{NameCursor, Page};
use crate::support::{explain, found};
use crate::words::{self, Kind};
use domain::records::{Project, Stamps, join_names};
use domain::{CompanyId, InstallationId, ProjectId, Result, text};
use jiff::Timestamp;
use platform::sql::counters;
use platform::sql::{Columns, Row, Tx, Value};
use platform::{params, statements};

macro_rules! columns {
    () => {
        "x.id, x.external_id, x.name, x.number, x.kind, x.status, x.leader, x.company_id, x.ends,
         x.next_milestone, x.description, x.web"
    };
}

statements! {
    /// A new project.
    INSERT = "INSERT INTO projects (installation_id, id, external_id, name, number, kind, status, leader, company_id,
        ends, next_milestone, description, web, sort, updated_at, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15)";
    /// Everything that can change of a project.
    UPDATE = "UPDATE projects SET external_id = $3, name = $4, number = $5, kind = $6, status = $7, leader = $8,
        company_id = $9, ends = $10, next_milestone = $11, description = $12, web = $13, sort = $14, updated_at = $15
        WHERE installation_id = $1 AND id = $2";
    /// One project.
    GET = concat!("SELECT ", columns!(), " FROM projects x WHERE x.installation_id = $1 AND x.id = $2");
    /// One project, by the key of the system it comes from.
    BY_EXTERNAL_ID = concat!("SELECT ", columns!(), " FROM projects x
        WHERE x.installation_id = $1 AND x.external_id = $2");
    /// When a project was made and changed.
    STAMPS = "SELECT created_at, updated_at FROM projects WHERE installation_id = $1 AND id = $2";
}

const LIST_BY_NAME: NameList = NameList {
    kind: Kind::Project,
    columns: concat!(
        "x.sort, x.id, ",
        columns!(),
        ", COALESCE(co.name, ''), COALESCE(a.first_name, ''), COALESCE(a.last_name, '')"
    ),
    table: "projects",
    joins: " LEFT JOIN companies co ON co.installation_id = x.installation_id AND co.id = x.company_id
         LEFT JOIN associates a ON a.installation_id = x.installation_id AND a.id = x.leader",
};

const SENTENCES: &[(&str, &str, &str)] = &[
    (
        "unique projects.external_id",
        "external id",
        "Another project has this external id already. Use another one, or change that project.",
    ),
    (
        "foreign key",
        "company",
        "The company or the leader of this project does not exist. Choose among those there are.",
    ),
];

/// Which projects are listed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProjectFilter {
    /// What was typed; every word must match the start of a word. Blank for no filter.
    pub query: String,
    /// Those for one company.
    pub company: Option<CompanyId>,
}

/// A project in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectRow {
    /// The project.
    pub project: Project,
    /// The name of the company, blank without one.
    pub company_name: String,
    /// The name of the project manager, blank without one.
    pub leader_name: String,
}

/// The projects of an installation.
#[derive(Debug, Clone, Copy)]
pub struct Projects<'c> {
    pub(crate) tx: Tx<'c>,
    pub(crate) installation: InstallationId,
}

impl Projects<'_> {
    /// Adds a project and gives its id. The id inside is ignored.
    /// # Errors
    /// `Conflict` when the external id is taken, or what it refers to does not exist.
    pub fn insert(&self, new: &Project, now: Timestamp) -> Result<ProjectId> {
        let id = ProjectId(counters::next(self.tx, self.installation, "project")?);
        explain(self.tx.execute(&INSERT, &self.values(id, new, now)), SENTENCES)?;
        words::add(self.tx, self.installation, Kind::Project, id.0, &searchable(new))?;
        Ok(id)
    }

    /// Changes a project.
    /// # Errors
    /// As [`Projects::insert`], and `NotFound`.
    pub fn update(&self, changed: &Project, now: Timestamp) -> Result<()> {
        let id = changed.id;
        found(explain(self.tx.execute(&UPDATE, &self.values(id, changed, now)), SENTENCES)?, "project")?;
        words::replace(self.tx, self.installation, Kind::Project, id.0, &searchable(changed))
    }

    /// One project.
    pub fn get(&self, id: ProjectId) -> Result<Option<Project>> {
        self.tx.one(&GET, params![self.installation, id], read)
    }

    /// Those of `ids` that exist, in that order.
    pub fn get_many(&self, ids: &[ProjectId]) -> Result<Vec<Project>> {
        ids.iter().filter_map(|id| self.get(*id).transpose()).collect()
    }

    /// One project by the key of the system it was imported from.
    pub fn by_external_id(&self, external_id: &str) -> Result<Option<Project>> {
        self.tx.one(&BY_EXTERNAL_ID, params![self.installation, external_id], read)
    }

    /// When a project was made and last changed.
    pub fn stamps(&self, id: ProjectId) -> Result<Option<Stamps>> {
        self.tx.one(&STAMPS, params![self.installation, id], |row| {
            Ok(Stamps { created: row.get(0)?, updated: row.get(1)? })
        })
    }

    /// A page of projects by name.
    pub fn browse(
        &self,
        filter: &ProjectFilter,
        after: Option<&NameCursor>,
        limit: u32,
    ) -> Result<Page<ProjectRow, NameCursor>> {
        let conditions: Vec<_> =
            filter.company.iter().map(|company| Condition("x.company_id = ", Some(company.0))).collect();
        let asked = Asked { conditions: &conditions, query: &filter.query, after, limit };
        LIST_BY_NAME.page(self.tx, self.installation, &asked, |c| {
            Ok(ProjectRow {
                project: read_columns(c)?,
                company_name: c.take()?,
                leader_name: join_names(&[&c.take::<String>()?, &c.take::<String>()?]),
            })
        })
    }

    fn values<'a>(&self, id: ProjectId, p: &'a Project, now: Timestamp) -> [Value<'a>; 15] {
        [
            self.installation.into(),
            id.into(),
            p.external_id.as_deref().into(),
            (&p.name).into(),
            (&p.number).into(),
            (&p.kind).into(),
            (&p.status).into(),
            p.leader.into(),
            p.company.into(),
            p.ends.into(),
            p.next_milestone.into(),
            (&p.description).into(),
            (&p.web).into(),
            text::fold(&p.name).into(),
            now.into(),
        ]
    }
}

fn searchable(p: &Project) -> [&str; 2] {
    [&p.name, &p.number]
}

fn read(row: &Row<'_>) -> Result<Project> {
    read_columns(&mut row.columns())
}

fn read_columns(c: &mut Columns<'_>) -> Result<Project> {
    Ok(Project {
        id: c.take()?,
        external_id: c.take()?,
        name: c.take()?,
        number: c.take()?,
        kind: c.take()?,
        status: c.take()?,
        leader: c.take()?,
        company: c.take()?,
        ends: c.take()?,
        next_milestone: c.take()?,
        description: c.take()?,
        web: c.take()?,
    })
}
