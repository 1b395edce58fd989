//! A document with everything its page shows.

use super::Documents;
use domain::documents::Document;
use domain::locking::CheckoutState;
use domain::rights::{May, may};
use domain::visibility::VisibleFor;
use domain::{AssociateId, Ctx, DocumentId, Error, Result};
use store::{DocumentRow, Viewer};

/// A document with the names it refers to and what the caller may do to it.
#[derive(Debug, Clone)]
pub struct DocumentView {
    /// The document.
    pub document: Document,
    /// What the caller may do to it now.
    pub may: May,
    /// Who holds it, seen by the caller.
    pub checkout: CheckoutState,
    /// Its owner's name.
    pub owner_name: String,
    /// The name of whoever holds it.
    pub holder_name: Option<String>,
    /// The template's name.
    pub template_name: Option<String>,
    /// The company's name.
    pub company_name: Option<String>,
    /// The contact's name.
    pub contact_name: Option<String>,
    /// The project's name.
    pub project_name: Option<String>,
    /// The sale's title.
    pub sale_title: Option<String>,
    /// The name of the group it is visible for.
    pub group_name: Option<String>,
    /// The name of the plugin that keeps it.
    pub plugin_name: String,
    /// Whether it is opened at its place, by an address.
    pub opens_there: bool,
    /// Whether also in a desktop application.
    pub opens_on_desktop: bool,
}

impl Documents<'_> {
    /// One document.
    /// # Errors
    /// `NotFound` when it does not exist or the caller may not see it.
    pub async fn get(&self, ctx: &Ctx, id: DocumentId) -> Result<DocumentView> {
        let viewer = Viewer::of(ctx.associate()?);
        let installation = ctx.installation;
        let (row, group_name) = self
            .app
            .store()
            .read(move |tx| {
                let row = tx
                    .documents(installation)
                    .row_visible(id, &viewer)?
                    .ok_or_else(|| Error::not_found("document"))?;
                let group = match row.document.properties.visible_for {
                    VisibleFor::Group(g) => tx.groups(installation).get(g)?.map(|g| g.name),
                    VisibleFor::Everyone | VisibleFor::Owner => None,
                };
                Ok((row, group))
            })
            .await?;
        self.view(ctx, row, group_name)
    }

    fn view(self, ctx: &Ctx, row: DocumentRow, group_name: Option<String>) -> Result<DocumentView> {
        let who = ctx.associate()?;
        Ok(DocumentView {
            may: may(&row.document, who, &row.holder_name),
            checkout: checkout(&row.document, who.id, &row.holder_name),
            opens_on_desktop: self
                .app
                .plugins()
                .get(row.document.plugin)
                .is_ok_and(|p| p.capabilities().open_desktop),
            opens_there: self.app.plugins().get(row.document.plugin).is_ok_and(|p| p.capabilities().open_url),
            plugin_name: self.app.plugins().name(row.document.plugin),
            owner_name: row.owner_name,
            holder_name: present(row.holder_name),
            template_name: present(row.template_name),
            company_name: present(row.company_name),
            contact_name: present(row.contact_name),
            project_name: present(row.project_name),
            sale_title: present(row.sale_title),
            group_name,
            document: row.document,
        })
    }
}

fn present(name: String) -> Option<String> {
    if name.is_empty() { None } else { Some(name) }
}

fn checkout(document: &Document, who: AssociateId, holder: &str) -> CheckoutState {
    match document.held_by {
        _ if !document.semantics.locks() => CheckoutState::LockingNotSupported,
        None => CheckoutState::NotCheckedOut,
        Some(by) if by == who => CheckoutState::Own,
        Some(by) => CheckoutState::Other { associate: Some(by), name: holder.to_owned() },
    }
}
