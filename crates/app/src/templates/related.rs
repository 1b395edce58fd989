//! The related records a template repeats over, read for one document.

use domain::documents::Properties;
use domain::records::{Contact, Project, Sale};
use domain::{CompanyId, Ctx, Result};
use merge::{DateStyle, Record, Value};
use store::{ContactFilter, ProjectFilter, SaleFilter};

use crate::App;

/// How many rows are read at once.
const PAGE: u32 = 200;

/// Reads what a template asks for, and nothing for a document without a company. A page of rows at a time, so that no
/// reader holds the database for long.
pub(crate) async fn related(app: &App, ctx: &Ctx, about: &Properties, asked: &[String]) -> Result<Record> {
    let mut record = Record::new();
    let asks = |name: &str| asked.iter().any(|asked| asked == name);
    if asks("company.contacts") {
        record.relate("company.contacts", contacts(app, ctx, about.company).await?);
    }
    if asks("company.sales") {
        record.relate("company.sales", sales(app, ctx, about.company).await?);
    }
    if asks("company.projects") {
        record.relate("company.projects", projects(app, ctx, about.company).await?);
    }
    Ok(record)
}

async fn contacts(app: &App, ctx: &Ctx, company: Option<CompanyId>) -> Result<Vec<Record>> {
    let (mut rows, mut after, installation) = (Vec::new(), None, ctx.installation);
    while company.is_some() {
        let filter = ContactFilter { company, ..ContactFilter::default() };
        let read = move |tx: &store::Tx<'_>| tx.contacts(installation).browse(&filter, after.as_ref(), PAGE);
        let page = app.store().read(read).await?;
        rows.extend(page.items.iter().map(|row| contact(&row.contact)));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    Ok(rows)
}

async fn sales(app: &App, ctx: &Ctx, company: Option<CompanyId>) -> Result<Vec<Record>> {
    let (mut rows, mut after, installation) = (Vec::new(), None, ctx.installation);
    while company.is_some() {
        let filter = SaleFilter { company, ..SaleFilter::default() };
        let read = move |tx: &store::Tx<'_>| tx.sales(installation).browse(&filter, after.as_ref(), PAGE);
        let page = app.store().read(read).await?;
        rows.extend(page.items.iter().map(|row| sale(&row.sale)));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    Ok(rows)
}

async fn projects(app: &App, ctx: &Ctx, company: Option<CompanyId>) -> Result<Vec<Record>> {
    let (mut rows, mut after, installation) = (Vec::new(), None, ctx.installation);
    while company.is_some() {
        let filter = ProjectFilter { company, ..ProjectFilter::default() };
        let read = move |tx: &store::Tx<'_>| tx.projects(installation).browse(&filter, after.as_ref(), PAGE);
        let page = app.store().read(read).await?;
        rows.extend(page.items.iter().map(|row| project(&row.project)));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    Ok(rows)
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
