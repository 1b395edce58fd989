//! Lists of documents.

use super::Documents;
use crate::Page;
use domain::{AssociateId, CompanyId, ContactId, Ctx, ProjectId, Result, SaleId, TemplateId};
use jiff::civil::Date;
use store::{DocumentCursor, DocumentFilter, DocumentRow, Viewer};

/// Which documents, and where to go on.
#[derive(Debug, Clone, Default)]
pub struct ListDocuments {
    /// Of this company.
    pub company: Option<CompanyId>,
    /// To this contact.
    pub contact: Option<ContactId>,
    /// Of this project.
    pub project: Option<ProjectId>,
    /// Of this sale.
    pub sale: Option<SaleId>,
    /// Owned by this associate.
    pub owner: Option<AssociateId>,
    /// Made from this template.
    pub template: Option<TemplateId>,
    /// Dated on or after this day.
    pub from: Option<Date>,
    /// Dated on or before this day.
    pub to: Option<Date>,
    /// Every word must begin a word of the heading, file name, references, description or names.
    pub text: String,
    /// Those in the trash instead of the others.
    pub trashed: bool,
    /// Those the caller has checked out.
    pub mine_checked_out: bool,
    /// Where to go on; see [`Page::next`].
    pub after: Option<String>,
    /// How many, 1 to 200; 0 means 50.
    pub limit: u32,
}

impl Documents<'_> {
    /// The documents the caller may see, newest first.
    /// # Errors
    /// `Invalid` for a cursor that is none of ours.
    pub async fn list(&self, ctx: &Ctx, ask: ListDocuments) -> Result<Page<DocumentRow>> {
        let who = ctx.associate()?;
        let viewer = Viewer::of(who);
        let filter = DocumentFilter {
            company: ask.company,
            contact: ask.contact,
            project: ask.project,
            sale: ask.sale,
            owner: ask.owner,
            template: ask.template,
            holder: ask.mine_checked_out.then_some(who.id),
            from: ask.from,
            to: ask.to,
            query: ask.text,
            trashed: ask.trashed,
        };
        let after = ask.after.as_deref().map(str::parse::<DocumentCursor>).transpose()?;
        let limit = page_size(ask.limit);
        let installation = ctx.installation;
        let page = self
            .app
            .store()
            .read(move |tx| tx.documents(installation).list(&viewer, &filter, after.as_ref(), limit))
            .await?;
        Ok(Page::of(page))
    }
}

/// The number of rows on a page: 1 to 200, 50 when nothing was asked.
pub(crate) fn page_size(asked: u32) -> u32 {
    if asked == 0 { 50 } else { asked.min(200) }
}
