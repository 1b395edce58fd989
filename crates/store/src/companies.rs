//! Companies.

use crate::dynamic::{Asked, NameList};
use crate::paging::{NameCursor, Page};
use crate::support::{address_text, explain, found, take_address};
use crate::words::{self, Kind};
use domain::records::{Company, Stamps, join_names};
use domain::{CompanyId, InstallationId, Result, text};
use jiff::Timestamp;
use platform::sql::counters;
use platform::sql::{Columns, Row, Tx, Value};
use platform::{params, statements};

macro_rules! columns {
    () => {
        "x.id, x.external_id, x.name, x.department, x.number, x.code, x.org_number, x.business, x.category,
         x.our_contact, x.postal, x.street, x.country, x.phone, x.fax, x.email, x.web"
    };
}

statements! {
    /// A new company.
    INSERT = "INSERT INTO companies (installation_id, id, external_id, name, department, number, code, org_number,
        business, category, our_contact, postal, street, country, phone, fax, email, web, sort, updated_at, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $20)";
    /// Everything that can change of a company.
    UPDATE = "UPDATE companies SET external_id = $3, name = $4, department = $5, number = $6, code = $7,
        org_number = $8, business = $9, category = $10, our_contact = $11, postal = $12, street = $13, country = $14,
        phone = $15, fax = $16, email = $17, web = $18, sort = $19, updated_at = $20
        WHERE installation_id = $1 AND id = $2";
    /// One company.
    GET = concat!("SELECT ", columns!(), " FROM companies x WHERE x.installation_id = $1 AND x.id = $2");
    /// One company, by the key of the system it comes from.
    BY_EXTERNAL_ID = concat!("SELECT ", columns!(), " FROM companies x
        WHERE x.installation_id = $1 AND x.external_id = $2");
    /// When a company was made and changed.
    STAMPS = "SELECT created_at, updated_at FROM companies WHERE installation_id = $1 AND id = $2";
}

const LIST_BY_NAME: NameList = NameList {
    kind: Kind::Company,
    columns: concat!("x.sort, x.id, ", columns!(), ", COALESCE(a.first_name, ''), COALESCE(a.last_name, '')"),
    table: "companies",
    joins: " LEFT JOIN associates a ON a.installation_id = x.installation_id AND a.id = x.our_contact",
};

const SENTENCES: &[(&str, &str, &str)] = &[
    (
        "unique companies.external_id",
        "external id",
        "Another company has this external id already. Use another one, or change that company.",
    ),
    (
        "foreign key",
        "our contact",
        "Our contact of this company does not exist. Choose among the associates there are.",
    ),
];

/// A company in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompanyRow {
    /// The company.
    pub company: Company,
    /// The name of the associate who looks after it, blank without one.
    pub our_contact_name: String,
}

/// The companies of an installation.
#[derive(Debug, Clone, Copy)]
pub struct Companies<'c> {
    pub(crate) tx: Tx<'c>,
    pub(crate) installation: InstallationId,
}

impl Companies<'_> {
    /// Adds a company and gives its id. The id inside is ignored.
    /// # Errors
    /// `Conflict` when the external id is taken, or what it refers to does not exist.
    pub fn insert(&self, new: &Company, now: Timestamp) -> Result<CompanyId> {
        let id = CompanyId(counters::next(self.tx, self.installation, "company")?);
        explain(self.tx.execute(&INSERT, &self.values(id, new, now)?), SENTENCES)?;
        words::add(self.tx, self.installation, Kind::Company, id.0, &searchable(new))?;
        Ok(id)
    }

    /// Changes a company.
    /// # Errors
    /// As [`Companies::insert`], and `NotFound`.
    pub fn update(&self, changed: &Company, now: Timestamp) -> Result<()> {
        let id = changed.id;
        found(explain(self.tx.execute(&UPDATE, &self.values(id, changed, now)?), SENTENCES)?, "company")?;
        words::replace(self.tx, self.installation, Kind::Company, id.0, &searchable(changed))
    }

    /// One company.
    pub fn get(&self, id: CompanyId) -> Result<Option<Company>> {
        self.tx.one(&GET, params![self.installation, id], read)
    }

    /// Those of `ids` that exist, in that order.
    pub fn get_many(&self, ids: &[CompanyId]) -> Result<Vec<Company>> {
        ids.iter().filter_map(|id| self.get(*id).transpose()).collect()
    }

    /// One company by the key of the system it was imported from.
    pub fn by_external_id(&self, external_id: &str) -> Result<Option<Company>> {
        self.tx.one(&BY_EXTERNAL_ID, params![self.installation, external_id], read)
    }

    /// When a company was made and last changed.
    pub fn stamps(&self, id: CompanyId) -> Result<Option<Stamps>> {
        self.tx.one(&STAMPS, params![self.installation, id], |row| {
            Ok(Stamps { created: row.get(0)?, updated: row.get(1)? })
        })
    }

    /// A page of companies by name, those whose words match `query`.
    pub fn browse(
        &self,
        query: &str,
        after: Option<&NameCursor>,
        limit: u32,
    ) -> Result<Page<CompanyRow, NameCursor>> {
        let asked = Asked { conditions: &[], query, after, limit };
        LIST_BY_NAME.page(self.tx, self.installation, &asked, |c| {
            Ok(CompanyRow {
                company: read_columns(c)?,
                our_contact_name: join_names(&[&c.take::<String>()?, &c.take::<String>()?]),
            })
        })
    }

    fn values<'a>(&self, id: CompanyId, c: &'a Company, now: Timestamp) -> Result<[Value<'a>; 20]> {
        Ok([
            self.installation.into(),
            id.into(),
            c.external_id.as_deref().into(),
            (&c.name).into(),
            (&c.department).into(),
            (&c.number).into(),
            (&c.code).into(),
            (&c.org_number).into(),
            (&c.business).into(),
            (&c.category).into(),
            c.our_contact.into(),
            address_text(&c.postal)?.into(),
            address_text(&c.street)?.into(),
            (&c.country).into(),
            (&c.phone).into(),
            (&c.fax).into(),
            (&c.email).into(),
            (&c.web).into(),
            text::fold(&join_names(&[&c.name, &c.department])).into(),
            now.into(),
        ])
    }
}

fn searchable(c: &Company) -> [&str; 8] {
    [&c.name, &c.department, &c.number, &c.code, &c.org_number, &c.postal.city, &c.street.city, &c.email]
}

fn read(row: &Row<'_>) -> Result<Company> {
    read_columns(&mut row.columns())
}

fn read_columns(c: &mut Columns<'_>) -> Result<Company> {
    Ok(Company {
        id: c.take()?,
        external_id: c.take()?,
        name: c.take()?,
        department: c.take()?,
        number: c.take()?,
        code: c.take()?,
        org_number: c.take()?,
        business: c.take()?,
        category: c.take()?,
        our_contact: c.take()?,
        postal: take_address(c)?,
        street: take_address(c)?,
        country: c.take()?,
        phone: c.take()?,
        fax: c.take()?,
        email: c.take()?,
        web: c.take()?,
    })
}
