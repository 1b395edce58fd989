//! Records: browsing, searching, one page each.

mod search;
mod views;

pub use search::{Hit, HitKind};
pub use store::{CompanyRow, ContactRow, ProjectRow, SaleRow};
pub use views::{AssociateView, CompanyView, ContactView, ProjectView, SaleView};

use crate::documents::page_size;
use crate::{App, Page};
use domain::records::{Associate, Group};
use domain::{CompanyId, Ctx, Error, Result};
use store::{ContactFilter, NameCursor, ProjectFilter, SaleFilter, Tx};

/// Use cases of records.
#[derive(Debug, Clone, Copy)]
pub struct Records<'a> {
    pub(crate) app: &'a App,
}

/// Which records, and where to go on.
#[derive(Debug, Clone, Default)]
pub struct Browse {
    /// Every word must begin a word of the record.
    pub text: String,
    /// Only those of this company, where records belong to companies.
    pub company: Option<CompanyId>,
    /// Where to go on; see [`Page::next`].
    pub after: Option<String>,
    /// How many, 1 to 200; 0 means 50.
    pub limit: u32,
}

impl Browse {
    fn cursor(&self) -> Result<Option<NameCursor>> {
        self.after.as_deref().map(str::parse).transpose()
    }
}

impl Records<'_> {
    /// Companies, by name.
    pub async fn companies(&self, ctx: &Ctx, ask: Browse) -> Result<Page<CompanyRow>> {
        let (installation, after, limit) = (ctx.installation, ask.cursor()?, page_size(ask.limit));
        let browse = move |tx: &Tx<'_>| tx.companies(installation).browse(&ask.text, after.as_ref(), limit);
        Ok(Page::of(self.app.store().read(browse).await?))
    }

    /// Contacts, by name.
    pub async fn contacts(&self, ctx: &Ctx, ask: Browse) -> Result<Page<ContactRow>> {
        let (installation, after, limit) = (ctx.installation, ask.cursor()?, page_size(ask.limit));
        let filter = ContactFilter { query: ask.text, company: ask.company, ..ContactFilter::default() };
        let browse = move |tx: &Tx<'_>| tx.contacts(installation).browse(&filter, after.as_ref(), limit);
        Ok(Page::of(self.app.store().read(browse).await?))
    }

    /// Projects, by name.
    pub async fn projects(&self, ctx: &Ctx, ask: Browse) -> Result<Page<ProjectRow>> {
        let (installation, after, limit) = (ctx.installation, ask.cursor()?, page_size(ask.limit));
        let filter = ProjectFilter { query: ask.text, company: ask.company };
        let browse = move |tx: &Tx<'_>| tx.projects(installation).browse(&filter, after.as_ref(), limit);
        Ok(Page::of(self.app.store().read(browse).await?))
    }

    /// Sales, by title.
    pub async fn sales(&self, ctx: &Ctx, ask: Browse) -> Result<Page<SaleRow>> {
        let (installation, after, limit) = (ctx.installation, ask.cursor()?, page_size(ask.limit));
        let filter = SaleFilter { query: ask.text, company: ask.company, ..SaleFilter::default() };
        let browse = move |tx: &Tx<'_>| tx.sales(installation).browse(&filter, after.as_ref(), limit);
        Ok(Page::of(self.app.store().read(browse).await?))
    }

    /// Associates, by name, also retired ones: documents keep naming them.
    pub async fn associates(&self, ctx: &Ctx, ask: Browse) -> Result<Page<Associate>> {
        let (installation, after, limit) = (ctx.installation, ask.cursor()?, page_size(ask.limit));
        let browse = move |tx: &Tx<'_>| tx.associates(installation).browse(&ask.text, after.as_ref(), limit);
        Ok(Page::of(self.app.store().read(browse).await?))
    }

    /// User groups, by name.
    pub async fn groups(&self, ctx: &Ctx) -> Result<Vec<Group>> {
        let installation = ctx.installation;
        self.app.store().read(move |tx| tx.groups(installation).list()).await
    }

    /// Makes a user group.
    /// # Errors
    /// `Conflict` when there is one of that name.
    pub async fn add_group(&self, ctx: &Ctx, name: &str, external_id: Option<String>) -> Result<Group> {
        ctx.require_administrator()?;
        let name = domain::text::required_line("name", name, 80)?;
        let installation = ctx.installation;
        self.app
            .store()
            .write(move |tx| {
                let mut group = Group { id: domain::GroupId::default(), external_id, name };
                group.id = tx.groups(installation).insert(&group)?;
                Ok(group)
            })
            .await
    }
}

fn found<T>(record: Option<T>, what: &'static str) -> Result<T> {
    record.ok_or_else(|| Error::not_found(what))
}
