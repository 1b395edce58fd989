//! Templates: who sees which, what files they have, and filling them.

mod bundle;
mod codes;
mod create;
mod drafts;
mod files;
mod filling;
mod headings;
mod marked;
mod properties;
mod related;
mod schema;
mod streamed;
mod tags;
mod tried;
mod view;
mod weigh;

pub use bundle::{BundlePlan, Change, Planned};
pub use codes::{Found, UsedCode};
pub(crate) use create::variant_of;
pub use create::{NewTemplate, Source};
pub use drafts::{DraftView, Offered};
pub(crate) use filling::{Compiled, Filling};
pub(crate) use related::Related;
pub use schema::schema;
pub use store::Draft;
pub(crate) use streamed::Writing;
pub(crate) use tried::Said;
pub use tried::{Trial, Tried};
pub use view::{HeadingGroup, TemplateView};

use crate::App;
use domain::templates::Template;
use domain::{Ctx, Error, Result, TemplateId};

/// Use cases of templates.
#[derive(Debug, Clone, Copy)]
pub struct Templates<'a> {
    pub(crate) app: &'a App,
}

impl Templates<'_> {
    /// A template the caller may make documents from.
    /// # Errors
    /// `NotFound` for one that does not exist, is hidden from the caller's groups, or is retired.
    pub(crate) async fn usable(&self, ctx: &Ctx, id: TemplateId) -> Result<Template> {
        let (installation, groups) = (ctx.installation, ctx.groups());
        self.app
            .store()
            .read(move |tx| tx.templates(installation).get_visible(id, &groups))
            .await?
            .ok_or_else(|| Error::not_found("template"))
    }

    /// A template for somebody who maintains it, in any state.
    pub(crate) async fn maintained(&self, ctx: &Ctx, id: TemplateId) -> Result<Template> {
        ctx.require_administrator()?;
        self.any(ctx, id).await
    }

    /// A template for looking at: administrators see all, others what they may use.
    pub(crate) async fn seen(&self, ctx: &Ctx, id: TemplateId) -> Result<Template> {
        if ctx.require_administrator().is_ok() { self.any(ctx, id).await } else { self.usable(ctx, id).await }
    }

    async fn any(&self, ctx: &Ctx, id: TemplateId) -> Result<Template> {
        let installation = ctx.installation;
        self.app
            .store()
            .read(move |tx| tx.templates(installation).get(id))
            .await?
            .ok_or_else(|| Error::not_found("template"))
    }
}

/// A template as the audit log names it.
pub(crate) fn object(id: TemplateId) -> String {
    format!("template:{id}")
}
