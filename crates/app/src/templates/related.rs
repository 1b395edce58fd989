//! The related records a template repeats over, read a page at a time while a document is written.

use crate::App;
use domain::documents::Properties;
use domain::records::{Contact, Project, Sale};
use domain::{CompanyId, Ctx, InstallationId, Result};
use merge::{DateStyle, Record, Refused, Rows, SortKey, Value, Values};
use std::collections::VecDeque;
use store::{ContactFilter, NameCursor, Page, ProjectFilter, SaleFilter, Store};
use tokio::runtime::Handle;

/// How many rows are read at once, so that no reader holds the database for long.
const PAGE: u32 = 200;

/// What a template may repeat over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    Contacts,
    Sales,
    Projects,
}

impl Relation {
    fn named(name: &str) -> Option<Self> {
        match name {
            "company.contacts" => Some(Self::Contacts),
            "company.sales" => Some(Self::Sales),
            "company.projects" => Some(Self::Projects),
            _ => None,
        }
    }
}

/// The records related to the company of one document. Asked only on a thread that may wait.
#[derive(Debug, Clone)]
pub(crate) struct Related {
    store: Store,
    installation: InstallationId,
    company: Option<CompanyId>,
    runtime: Handle,
}

impl Related {
    /// Those of a document about this. Nothing is read yet.
    pub fn of(app: &App, ctx: &Ctx, about: &Properties) -> Self {
        Self {
            store: app.store().clone(),
            installation: ctx.installation,
            company: about.company,
            runtime: Handle::current(),
        }
    }

    /// The next page, and where to go on; nothing for a document without a company.
    fn page(&self, relation: Relation, after: Option<NameCursor>) -> Result<Page<Record, NameCursor>> {
        let (i, company) = (self.installation, self.company);
        if company.is_none() {
            return Ok(Page { items: Vec::new(), next: None });
        }
        self.runtime.block_on(self.store.read(move |tx| {
            let after = after.as_ref();
            Ok(match relation {
                Relation::Contacts => {
                    let filter = ContactFilter { company, ..ContactFilter::default() };
                    mapped(tx.contacts(i).browse(&filter, after, PAGE)?, |row| contact(&row.contact))
                }
                Relation::Sales => {
                    let filter = SaleFilter { company, ..SaleFilter::default() };
                    mapped(tx.sales(i).browse(&filter, after, PAGE)?, |row| sale(&row.sale))
                }
                Relation::Projects => {
                    let filter = ProjectFilter { company, ..ProjectFilter::default() };
                    mapped(tx.projects(i).browse(&filter, after, PAGE)?, |row| project(&row.project))
                }
            })
        }))
    }
}

fn mapped<T>(page: Page<T, NameCursor>, record: impl Fn(&T) -> Record) -> Page<Record, NameCursor> {
    Page { items: page.items.iter().map(record).collect(), next: page.next }
}

impl Values for Related {
    fn get(&self, _: &str) -> Option<Value<'_>> {
        None
    }

    fn rows(
        &self,
        relation: &str,
        sort: &[SortKey],
    ) -> std::result::Result<Option<Box<dyn Rows + '_>>, Refused> {
        let Some(relation) = Relation::named(relation) else { return Ok(None) };
        let mut walk =
            Walk { of: self, relation, page: VecDeque::new(), next: None, begun: false, at: Record::new() };
        if !sort.is_empty() {
            // An order of the template's own needs all of them at once.
            let mut all = Vec::new();
            while walk.advance()? {
                all.push(std::mem::take(&mut walk.at));
            }
            merge::sort_records(&mut all, sort);
            walk.page = all.into();
        }
        Ok(Some(Box::new(walk)))
    }
}

/// A walk over related records, a page in memory.
struct Walk<'a> {
    of: &'a Related,
    relation: Relation,
    page: VecDeque<Record>,
    next: Option<NameCursor>,
    begun: bool,
    at: Record,
}

impl Rows for Walk<'_> {
    fn advance(&mut self) -> std::result::Result<bool, Refused> {
        while self.page.is_empty() {
            if self.begun && self.next.is_none() {
                return Ok(false);
            }
            let page = self.of.page(self.relation, self.next.take()).map_err(|e| {
                tracing::warn!(error = ?e, "related records could not be read");
                Refused::rows(e.public())
            })?;
            (self.page, self.next, self.begun) = (page.items.into(), page.next, true);
        }
        self.at = self.page.pop_front().unwrap_or_default();
        Ok(true)
    }

    fn row(&self) -> &dyn Values {
        &self.at
    }
}

fn date(date: Option<jiff::civil::Date>) -> Value<'static> {
    date.map_or(Value::blank(), |date| Value::Date(date, DateStyle::Short))
}

fn contact(c: &Contact) -> Record {
    Record::new()
        .with_text("name", &c.full_name())
        .with_text("first_name", &c.first_name)
        .with_text("last_name", &c.last_name)
        .with_text("title", &c.title)
        .with_text("position", &c.position)
        .with_text("email", &c.email)
        .with_text("phone", &c.phone)
        .with_text("mobile", &c.mobile)
}

fn sale(s: &Sale) -> Record {
    Record::new()
        .with_text("title", &s.title)
        .with_text("number", &s.number)
        .with("amount", Value::Decimal(s.amount))
        .with_text("currency", &s.currency)
        .with_text("stage", &s.stage)
        .with_text("status", &s.status)
        .with_text("type", &s.kind)
        .with("date", date(s.date))
}

fn project(p: &Project) -> Record {
    Record::new()
        .with_text("name", &p.name)
        .with_text("number", &p.number)
        .with_text("type", &p.kind)
        .with_text("status", &p.status)
        .with("end_date", date(p.ends))
}
