//! Sales.

use crate::dynamic::{Asked, Condition, NameList};
use crate::paging::{NameCursor, Page};
use crate::support::{explain, found};
use crate::words::{self, Kind};
use domain::records::{Sale, Stamps, join_names};
use domain::{CompanyId, ContactId, InstallationId, ProjectId, Result, SaleId, text};
use jiff::Timestamp;
use platform::sql::counters;
use platform::sql::{Columns, Row, Tx, Value};
use platform::{params, statements};

macro_rules! columns {
    () => {
        "x.id, x.external_id, x.title, x.number, x.company_id, x.contact_id, x.project_id, x.owner_id, x.amount,
         x.currency, x.cost, x.kind, x.stage, x.status, x.probability, x.reason, x.source, x.competitor,
         x.credited_to, x.date, x.next_due"
    };
}

statements! {
    /// A new sale.
    INSERT = "INSERT INTO sales (installation_id, id, external_id, title, number, company_id, contact_id, project_id,
        owner_id, amount, currency, cost, kind, stage, status, probability, reason, source, competitor, credited_to,
        date, next_due, sort, updated_at, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
        $23, $24, $24)";
    /// Everything that can change of a sale.
    UPDATE = "UPDATE sales SET external_id = $3, title = $4, number = $5, company_id = $6, contact_id = $7,
        project_id = $8, owner_id = $9, amount = $10, currency = $11, cost = $12, kind = $13, stage = $14,
        status = $15, probability = $16, reason = $17, source = $18, competitor = $19, credited_to = $20, date = $21,
        next_due = $22, sort = $23, updated_at = $24 WHERE installation_id = $1 AND id = $2";
    /// One sale.
    GET = concat!("SELECT ", columns!(), " FROM sales x WHERE x.installation_id = $1 AND x.id = $2");
    /// One sale, by the key of the system it comes from.
    BY_EXTERNAL_ID = concat!("SELECT ", columns!(), " FROM sales x
        WHERE x.installation_id = $1 AND x.external_id = $2");
    /// When a sale was made and changed.
    STAMPS = "SELECT created_at, updated_at FROM sales WHERE installation_id = $1 AND id = $2";
}

const LIST_BY_NAME: NameList = NameList {
    kind: Kind::Sale,
    columns: concat!(
        "x.sort, x.id, ",
        columns!(),
        ", COALESCE(co.name, ''), COALESCE(ct.first_name, ''), COALESCE(ct.middle_name, ''),
           COALESCE(ct.last_name, ''), COALESCE(a.first_name, ''), COALESCE(a.last_name, '')"
    ),
    table: "sales",
    joins: " LEFT JOIN companies co ON co.installation_id = x.installation_id AND co.id = x.company_id
         LEFT JOIN contacts ct ON ct.installation_id = x.installation_id AND ct.id = x.contact_id
         LEFT JOIN associates a ON a.installation_id = x.installation_id AND a.id = x.owner_id",
};

const SENTENCES: &[(&str, &str, &str)] = &[
    (
        "unique sales.external_id",
        "external id",
        "Another sale has this external id already. Use another one, or change that sale.",
    ),
    (
        "foreign key",
        "company",
        "The company, contact, project or owner of this sale does not exist. Choose among those there are.",
    ),
];

/// Which sales are listed. Several conditions must all hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SaleFilter {
    /// What was typed; every word must match the start of a word. Blank for no filter.
    pub query: String,
    /// Those to one company.
    pub company: Option<CompanyId>,
    /// Those with one contact.
    pub contact: Option<ContactId>,
    /// Those of one project.
    pub project: Option<ProjectId>,
}

/// A sale in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaleRow {
    /// The sale.
    pub sale: Sale,
    /// The name of the company, blank without one.
    pub company_name: String,
    /// The name of the contact, blank without one.
    pub contact_name: String,
    /// The name of the owner, blank without one.
    pub owner_name: String,
}

/// The sales of an installation.
#[derive(Debug, Clone, Copy)]
pub struct Sales<'c> {
    pub(crate) tx: Tx<'c>,
    pub(crate) installation: InstallationId,
}

impl Sales<'_> {
    /// Adds a sale and gives its id. The id inside is ignored.
    /// # Errors
    /// `Conflict` when the external id is taken, or what it refers to does not exist.
    pub fn insert(&self, new: &Sale, now: Timestamp) -> Result<SaleId> {
        let id = SaleId(counters::next(self.tx, self.installation, "sale")?);
        explain(self.tx.execute(&INSERT, &self.values(id, new, now)), SENTENCES)?;
        words::add(self.tx, self.installation, Kind::Sale, id.0, &searchable(new))?;
        Ok(id)
    }

    /// Changes a sale.
    /// # Errors
    /// As [`Sales::insert`], and `NotFound`.
    pub fn update(&self, changed: &Sale, now: Timestamp) -> Result<()> {
        let id = changed.id;
        found(explain(self.tx.execute(&UPDATE, &self.values(id, changed, now)), SENTENCES)?, "sale")?;
        words::replace(self.tx, self.installation, Kind::Sale, id.0, &searchable(changed))
    }

    /// One sale.
    pub fn get(&self, id: SaleId) -> Result<Option<Sale>> {
        self.tx.one(&GET, params![self.installation, id], read)
    }

    /// Those of `ids` that exist, in that order.
    pub fn get_many(&self, ids: &[SaleId]) -> Result<Vec<Sale>> {
        ids.iter().filter_map(|id| self.get(*id).transpose()).collect()
    }

    /// One sale by the key of the system it was imported from.
    pub fn by_external_id(&self, external_id: &str) -> Result<Option<Sale>> {
        self.tx.one(&BY_EXTERNAL_ID, params![self.installation, external_id], read)
    }

    /// When a sale was made and last changed.
    pub fn stamps(&self, id: SaleId) -> Result<Option<Stamps>> {
        self.tx.one(&STAMPS, params![self.installation, id], |row| {
            Ok(Stamps { created: row.get(0)?, updated: row.get(1)? })
        })
    }

    /// A page of sales by title.
    pub fn browse(
        &self,
        filter: &SaleFilter,
        after: Option<&NameCursor>,
        limit: u32,
    ) -> Result<Page<SaleRow, NameCursor>> {
        let conditions: Vec<_> = [
            ("x.company_id = ", filter.company.map(|id| id.0)),
            ("x.contact_id = ", filter.contact.map(|id| id.0)),
            ("x.project_id = ", filter.project.map(|id| id.0)),
        ]
        .into_iter()
        .filter(|(_, id)| id.is_some())
        .map(|(fragment, id)| Condition(fragment, id))
        .collect();
        let asked = Asked { conditions: &conditions, query: &filter.query, after, limit };
        LIST_BY_NAME.page(self.tx, self.installation, &asked, |c| {
            Ok(SaleRow {
                sale: read_columns(c)?,
                company_name: c.take()?,
                contact_name: join_names(&[&c.take::<String>()?, &c.take::<String>()?, &c.take::<String>()?]),
                owner_name: join_names(&[&c.take::<String>()?, &c.take::<String>()?]),
            })
        })
    }

    fn values<'a>(&self, id: SaleId, s: &'a Sale, now: Timestamp) -> [Value<'a>; 24] {
        [
            self.installation.into(),
            id.into(),
            s.external_id.as_deref().into(),
            (&s.title).into(),
            (&s.number).into(),
            s.company.into(),
            s.contact.into(),
            s.project.into(),
            s.owner.into(),
            s.amount.into(),
            (&s.currency).into(),
            s.cost.into(),
            (&s.kind).into(),
            (&s.stage).into(),
            (&s.status).into(),
            s.probability.into(),
            (&s.reason).into(),
            (&s.source).into(),
            (&s.competitor).into(),
            (&s.credited_to).into(),
            s.date.into(),
            s.next_due.into(),
            text::fold(&s.title).into(),
            now.into(),
        ]
    }
}

fn searchable(s: &Sale) -> [&str; 2] {
    [&s.title, &s.number]
}

fn read(row: &Row<'_>) -> Result<Sale> {
    read_columns(&mut row.columns())
}

fn read_columns(c: &mut Columns<'_>) -> Result<Sale> {
    Ok(Sale {
        id: c.take()?,
        external_id: c.take()?,
        title: c.take()?,
        number: c.take()?,
        company: c.take()?,
        contact: c.take()?,
        project: c.take()?,
        owner: c.take()?,
        amount: c.take()?,
        currency: c.take()?,
        cost: c.take()?,
        kind: c.take()?,
        stage: c.take()?,
        status: c.take()?,
        probability: c.take()?,
        reason: c.take()?,
        source: c.take()?,
        competitor: c.take()?,
        credited_to: c.take()?,
        date: c.take()?,
        next_due: c.take()?,
    })
}
