//! Contacts.

use crate::dynamic::{Asked, Condition, NameList};
use crate::paging::{NameCursor, Page};
use crate::support::{address_text, explain, found, take_address};
use crate::words::{self, Kind};
use domain::records::{Contact, Stamps, join_names};
use domain::{CompanyId, ContactId, InstallationId, Result, text};
use jiff::Timestamp;
use platform::sql::counters;
use platform::sql::{Columns, Row, Tx, Value};
use platform::{params, statements};

macro_rules! columns {
    () => {
        "x.id, x.external_id, x.company_id, x.first_name, x.middle_name, x.last_name, x.salutation,
         x.academic_title, x.title, x.position, x.department, x.number, x.email, x.phone, x.mobile, x.home_phone,
         x.fax, x.web, x.address, x.country, x.use_as_postal, x.born, x.retired"
    };
}

statements! {
    /// A new contact.
    INSERT = "INSERT INTO contacts (installation_id, id, external_id, company_id, first_name, middle_name, last_name,
        salutation, academic_title, title, position, department, number, email, phone, mobile, home_phone, fax, web,
        address, country, use_as_postal, born, retired, sort, updated_at, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
        $23, $24, $25, $26, $26)";
    /// Everything that can change of a contact.
    UPDATE = "UPDATE contacts SET external_id = $3, company_id = $4, first_name = $5, middle_name = $6,
        last_name = $7, salutation = $8, academic_title = $9, title = $10, position = $11, department = $12,
        number = $13, email = $14, phone = $15, mobile = $16, home_phone = $17, fax = $18, web = $19, address = $20,
        country = $21, use_as_postal = $22, born = $23, retired = $24, sort = $25, updated_at = $26
        WHERE installation_id = $1 AND id = $2";
    /// One contact.
    GET = concat!("SELECT ", columns!(), " FROM contacts x WHERE x.installation_id = $1 AND x.id = $2");
    /// One contact, by the key of the system it comes from.
    BY_EXTERNAL_ID = concat!("SELECT ", columns!(), " FROM contacts x
        WHERE x.installation_id = $1 AND x.external_id = $2");
    /// The first contact of a company, of those who have not left.
    FIRST_OF_COMPANY = "SELECT id FROM contacts WHERE installation_id = $1 AND company_id = $2 AND retired = 0
        ORDER BY id LIMIT 1";
    /// When a contact was made and changed.
    STAMPS = "SELECT created_at, updated_at FROM contacts WHERE installation_id = $1 AND id = $2";
}

const LIST_BY_NAME: NameList = NameList {
    kind: Kind::Contact,
    columns: concat!("x.sort, x.id, ", columns!(), ", COALESCE(co.name, '')"),
    table: "contacts",
    joins: " LEFT JOIN companies co ON co.installation_id = x.installation_id AND co.id = x.company_id",
};

const SENTENCES: &[(&str, &str, &str)] = &[
    (
        "unique contacts.external_id",
        "external id",
        "Another contact has this external id already. Use another one, or change that contact.",
    ),
    (
        "foreign key",
        "company",
        "The company of this contact does not exist. Choose among the companies there are.",
    ),
];

/// Which contacts are listed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContactFilter {
    /// What was typed; every word must match the start of a word. Blank for no filter.
    pub query: String,
    /// Those of one company.
    pub company: Option<CompanyId>,
    /// Also those who have left.
    pub retired: bool,
}

/// A contact in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactRow {
    /// The contact.
    pub contact: Contact,
    /// The name of the company, blank without one.
    pub company_name: String,
}

/// The contacts of an installation.
#[derive(Debug, Clone, Copy)]
pub struct Contacts<'c> {
    pub(crate) tx: Tx<'c>,
    pub(crate) installation: InstallationId,
}

impl Contacts<'_> {
    /// Adds a contact and gives its id. The id inside is ignored.
    /// # Errors
    /// `Conflict` when the external id is taken, or the company does not exist.
    pub fn insert(&self, new: &Contact, now: Timestamp) -> Result<ContactId> {
        let id = ContactId(counters::next(self.tx, self.installation, "contact")?);
        explain(self.tx.execute(&INSERT, &self.values(id, new, now)?), SENTENCES)?;
        words::add(self.tx, self.installation, Kind::Contact, id.0, &searchable(new))?;
        Ok(id)
    }

    /// Changes a contact.
    /// # Errors
    /// As [`Contacts::insert`], and `NotFound`.
    pub fn update(&self, changed: &Contact, now: Timestamp) -> Result<()> {
        let id = changed.id;
        found(explain(self.tx.execute(&UPDATE, &self.values(id, changed, now)?), SENTENCES)?, "contact")?;
        words::replace(self.tx, self.installation, Kind::Contact, id.0, &searchable(changed))
    }

    /// One contact.
    pub fn get(&self, id: ContactId) -> Result<Option<Contact>> {
        self.tx.one(&GET, params![self.installation, id], read)
    }

    /// Those of `ids` that exist, in that order.
    pub fn get_many(&self, ids: &[ContactId]) -> Result<Vec<Contact>> {
        ids.iter().filter_map(|id| self.get(*id).transpose()).collect()
    }

    /// One contact by the key of the system it was imported from.
    pub fn by_external_id(&self, external_id: &str) -> Result<Option<Contact>> {
        self.tx.one(&BY_EXTERNAL_ID, params![self.installation, external_id], read)
    }

    /// The first contact that was made at a company, of those who have not left.
    pub fn first_of_company(&self, company: CompanyId) -> Result<Option<ContactId>> {
        self.tx.one(&FIRST_OF_COMPANY, params![self.installation, company], |row| row.get(0))
    }

    /// When a contact was made and last changed.
    pub fn stamps(&self, id: ContactId) -> Result<Option<Stamps>> {
        self.tx.one(&STAMPS, params![self.installation, id], |row| {
            Ok(Stamps { created: row.get(0)?, updated: row.get(1)? })
        })
    }

    /// A page of contacts by last name.
    pub fn browse(
        &self,
        filter: &ContactFilter,
        after: Option<&NameCursor>,
        limit: u32,
    ) -> Result<Page<ContactRow, NameCursor>> {
        let mut conditions = Vec::new();
        if let Some(company) = filter.company {
            conditions.push(Condition("x.company_id = ", Some(company.0)));
        }
        if !filter.retired {
            conditions.push(Condition("x.retired = 0", None));
        }
        let asked = Asked { conditions: &conditions, query: &filter.query, after, limit };
        LIST_BY_NAME.page(self.tx, self.installation, &asked, |c| {
            Ok(ContactRow { contact: read_columns(c)?, company_name: c.take()? })
        })
    }

    fn values<'a>(&self, id: ContactId, c: &'a Contact, now: Timestamp) -> Result<[Value<'a>; 26]> {
        Ok([
            self.installation.into(),
            id.into(),
            c.external_id.as_deref().into(),
            c.company.into(),
            (&c.first_name).into(),
            (&c.middle_name).into(),
            (&c.last_name).into(),
            (&c.salutation).into(),
            (&c.academic_title).into(),
            (&c.title).into(),
            (&c.position).into(),
            (&c.department).into(),
            (&c.number).into(),
            (&c.email).into(),
            (&c.phone).into(),
            (&c.mobile).into(),
            (&c.home_phone).into(),
            (&c.fax).into(),
            (&c.web).into(),
            address_text(&c.address)?.into(),
            (&c.country).into(),
            c.use_as_postal.into(),
            c.born.into(),
            c.retired.into(),
            text::fold(&join_names(&[&c.last_name, &c.first_name, &c.middle_name])).into(),
            now.into(),
        ])
    }
}

fn searchable(c: &Contact) -> [&str; 5] {
    [&c.first_name, &c.middle_name, &c.last_name, &c.number, &c.email]
}

fn read(row: &Row<'_>) -> Result<Contact> {
    read_columns(&mut row.columns())
}

fn read_columns(c: &mut Columns<'_>) -> Result<Contact> {
    Ok(Contact {
        id: c.take()?,
        external_id: c.take()?,
        company: c.take()?,
        first_name: c.take()?,
        middle_name: c.take()?,
        last_name: c.take()?,
        salutation: c.take()?,
        academic_title: c.take()?,
        title: c.take()?,
        position: c.take()?,
        department: c.take()?,
        number: c.take()?,
        email: c.take()?,
        phone: c.take()?,
        mobile: c.take()?,
        home_phone: c.take()?,
        fax: c.take()?,
        web: c.take()?,
        address: take_address(c)?,
        country: c.take()?,
        use_as_postal: c.take()?,
        born: c.take()?,
        retired: c.take()?,
    })
}
