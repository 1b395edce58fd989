//! Templates with the names they refer to, grouped by heading.

use super::Templates;
use domain::templates::{Heading, Template};
use domain::{Ctx, Result, TemplateId};

/// A template with the names it refers to.
#[derive(Debug, Clone)]
pub struct TemplateView {
    /// The template.
    pub template: Template,
    /// *Store template in*.
    pub kept_in_name: String,
    /// *Document stored in*.
    pub stored_in_name: String,
    /// Its headings.
    pub heading_names: Vec<String>,
    /// The groups that see it; empty means everybody.
    pub group_names: Vec<String>,
}

/// Templates under one heading.
#[derive(Debug, Clone)]
pub struct HeadingGroup {
    /// The heading; `None` for templates without one, which come last.
    pub heading: Option<Heading>,
    /// The templates, in their order. A template under two headings stands in both.
    pub templates: Vec<TemplateView>,
}

/// The names of an installation's headings and groups.
struct Named {
    headings: Vec<Heading>,
    groups: Vec<domain::records::Group>,
}

impl Templates<'_> {
    /// What the caller may make documents from, by heading.
    pub async fn choose(&self, ctx: &Ctx) -> Result<Vec<HeadingGroup>> {
        ctx.associate()?;
        let (installation, groups) = (ctx.installation, ctx.groups());
        let (templates, named) = self
            .app
            .store()
            .read(move |tx| {
                let templates = tx.templates(installation).list_visible(&groups, false)?;
                let headings = tx.headings(installation).list()?;
                Ok((templates, Named { headings, groups: tx.groups(installation).list()? }))
            })
            .await?;
        Ok(self.by_heading(templates, &named))
    }

    /// All templates, by heading, for administrators.
    pub async fn all(&self, ctx: &Ctx, include_retired: bool) -> Result<Vec<HeadingGroup>> {
        ctx.require_administrator()?;
        let installation = ctx.installation;
        let (templates, named) = self
            .app
            .store()
            .read(move |tx| {
                let templates = tx.templates(installation).list_all(include_retired)?;
                let headings = tx.headings(installation).list()?;
                Ok((templates, Named { headings, groups: tx.groups(installation).list()? }))
            })
            .await?;
        Ok(self.by_heading(templates, &named))
    }

    /// One template.
    pub async fn get(&self, ctx: &Ctx, id: TemplateId) -> Result<TemplateView> {
        let template = self.seen(ctx, id).await?;
        let installation = ctx.installation;
        let named = self
            .app
            .store()
            .read(move |tx| {
                Ok(Named {
                    headings: tx.headings(installation).list()?,
                    groups: tx.groups(installation).list()?,
                })
            })
            .await?;
        Ok(self.view(template, &named))
    }

    fn by_heading(self, templates: Vec<Template>, named: &Named) -> Vec<HeadingGroup> {
        let views: Vec<_> = templates.into_iter().map(|t| self.view(t, named)).collect();
        let mut out: Vec<_> = named
            .headings
            .iter()
            .map(|heading| HeadingGroup {
                templates: views
                    .iter()
                    .filter(|v| v.template.properties.headings.contains(&heading.id))
                    .cloned()
                    .collect(),
                heading: Some(heading.clone()),
            })
            .filter(|g| !g.templates.is_empty())
            .collect();
        let loose: Vec<_> = views.into_iter().filter(|v| v.template.properties.headings.is_empty()).collect();
        if !loose.is_empty() {
            out.push(HeadingGroup { heading: None, templates: loose });
        }
        out
    }

    fn view(self, template: Template, named: &Named) -> TemplateView {
        let p = &template.properties;
        TemplateView {
            kept_in_name: self.app.plugins().name(template.kept_in),
            stored_in_name: self.app.plugins().name(p.stored_in),
            heading_names: named
                .headings
                .iter()
                .filter(|h| p.headings.contains(&h.id))
                .map(|h| h.name.clone())
                .collect(),
            group_names: named
                .groups
                .iter()
                .filter(|g| p.groups.contains(&g.id))
                .map(|g| g.name.clone())
                .collect(),
            template,
        }
    }
}
