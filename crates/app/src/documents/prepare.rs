//! What the *New document* form shows before anything is made.

use super::Documents;
use crate::subjects::Wanted;
use domain::documents::Properties;
use domain::locking::LockSemantics;
use domain::plugin::Shelf;
use domain::rights::may_set_visibility;
use domain::templates::Numbering;
use domain::visibility::VisibleFor;
use domain::{CompanyId, ContactId, Ctx, PluginId, ProjectId, Result, SaleId, TemplateId, codes, names};

/// What is known when the form opens.
#[derive(Debug, Clone, Copy, Default)]
pub struct Prepare {
    /// The template chosen; `None` for an upload.
    pub template: Option<TemplateId>,
    /// The company it will be about.
    pub company: Option<CompanyId>,
    /// The contact it will be to.
    pub contact: Option<ContactId>,
    /// The project it will belong to.
    pub project: Option<ProjectId>,
    /// The sale it will belong to.
    pub sale: Option<SaleId>,
    /// Who shall see it; `None` for what the template presets.
    pub visible_for: Option<VisibleFor>,
}

/// Where a document will be filed (T02).
#[derive(Debug, Clone)]
pub struct Destination {
    /// The plugin.
    pub plugin: PluginId,
    /// Its name.
    pub plugin_name: String,
    /// The folders, outermost first.
    pub path: Vec<String>,
}

/// What the form is filled with.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// Properties with their defaults. A contact brings their company, a sale its company, contact and project.
    pub properties: Properties,
    /// The languages there are variants for, without the neutral file.
    pub languages: Vec<String>,
    /// The language of the variant that would be used.
    pub suggested_language: String,
    /// How our reference is made.
    pub numbering: Numbering,
    /// Where it will be filed.
    pub destination: Destination,
    /// The file name it would get.
    pub file_name: String,
    /// The level of locking it would get.
    pub semantics: LockSemantics,
}

impl Documents<'_> {
    /// Fills the *New document* form.
    /// # Errors
    /// `NotFound` for a template the caller may not use; `Invalid` for a subject that does not exist.
    pub async fn prepare(&self, ctx: &Ctx, ask: Prepare) -> Result<Prepared> {
        let who = ctx.associate()?;
        let template = match ask.template {
            Some(id) => Some(self.app.templates().usable(ctx, id).await?),
            None => None,
        };
        let mut properties = Properties {
            company: ask.company,
            contact: ask.contact,
            project: ask.project,
            sale: ask.sale,
            ..Properties::default()
        };
        self.check_subjects(ctx, &properties).await?;
        self.infer(ctx, &mut properties).await?;
        let material = self.material(ctx, Wanted::of(&properties)).await?;
        properties.attention = material.contact_name();
        let mut prepared = Prepared {
            languages: Vec::new(),
            suggested_language: String::new(),
            numbering: Numbering::default(),
            destination: self.destination(PluginId::ARCHIVE),
            file_name: String::new(),
            semantics: LockSemantics::Versioning,
            properties,
        };
        if let Some(template) = template {
            let variant = template.variant(&material.culture_of(who))?;
            prepared.properties.heading.clone_from(&template.properties.name);
            prepared.properties.visible_for =
                template.properties.default_visible_for.resolve(who.primary_group);
            // What they may not choose is refused when the document is made.
            let chosen = ask.visible_for.filter(|chosen| may_set_visibility(*chosen, true, who).is_ok());
            let preset = prepared.properties.visible_for;
            prepared.properties.visible_for = chosen.unwrap_or(preset);
            prepared.properties.our_ref.clone_from(&template.properties.numbering.pattern);
            prepared.suggested_language.clone_from(&variant.language);
            prepared.languages = template.languages().into_iter().map(str::to_owned).collect();
            prepared.numbering = template.properties.numbering.clone();
            prepared.destination = self.destination(template.properties.stored_in);
            prepared.semantics = template.properties.semantics;
            let extension = names::extension(&variant.file_name);
            prepared.file_name = extension;
        }
        let name = ask.template.map(|_| prepared.properties.heading.clone());
        let place = material.placement(who, name, ctx.now);
        if ask.template.is_some() {
            let (heading, company) = (&prepared.properties.heading, place.company.as_deref());
            let stem = self.app.stem(ctx.installation, prepared.destination.plugin, heading, company).await?;
            prepared.file_name = super::create::file_name(None, &stem, &prepared.file_name);
        }
        if let Ok(plugin) = self.app.plugins().get(prepared.destination.plugin) {
            let (of, id) = (ctx.installation, prepared.destination.plugin);
            let place = self.app.filed(of, id, place).await?;
            let room = self.app.room(of, id, prepared.properties.visible_for, who.id).await?;
            prepared.destination.path =
                room.into_iter().chain(plugin.folder_of(Shelf::Documents, &place)).collect();
        }
        Ok(prepared)
    }

    /// Somebody at the company whom the document could be to: the first contact there, when the template speaks of a
    /// person. A suggestion only: a document may be to nobody in particular, and without a company there is none.
    /// # Errors
    /// `NotFound` for a template the caller may not use.
    pub async fn suggest_contact(
        &self,
        ctx: &Ctx,
        template: TemplateId,
        company: Option<CompanyId>,
    ) -> Result<Option<ContactId>> {
        let template = self.app.templates().usable(ctx, template).await?;
        let Some(company) = company else { return Ok(None) };
        let material = self.material(ctx, Wanted::default()).await?;
        let variant = template.variant(&material.culture_of(ctx.associate()?))?;
        // A file that cannot be read now is no reason to keep the form from somebody.
        let speaks_of_a_person = (self.app.templates().filling(ctx, &template, variant).await)
            .is_ok_and(|filling| filling.codes().any(codes::asks_recipient));
        if !speaks_of_a_person {
            return Ok(None);
        }
        let installation = ctx.installation;
        self.app.store().read(move |tx| tx.contacts(installation).first_of_company(company)).await
    }

    fn destination(self, plugin: PluginId) -> Destination {
        Destination { plugin, plugin_name: self.app.plugins().name(plugin), path: Vec::new() }
    }

    /// A contact brings their company; a sale brings its company, contact and project; a project its company.
    pub(crate) async fn infer(&self, ctx: &Ctx, properties: &mut Properties) -> Result<()> {
        let installation = ctx.installation;
        let mut inferred = properties.clone();
        *properties = self
            .app
            .store()
            .read(move |tx| {
                if let Some(id) = inferred.sale
                    && let Some(sale) = tx.sales(installation).get(id)?
                {
                    inferred.company = inferred.company.or(sale.company);
                    inferred.contact = inferred.contact.or(sale.contact);
                    inferred.project = inferred.project.or(sale.project);
                }
                if let Some(id) = inferred.contact
                    && let Some(contact) = tx.contacts(installation).get(id)?
                {
                    inferred.company = inferred.company.or(contact.company);
                }
                if let Some(id) = inferred.project
                    && let Some(project) = tx.projects(installation).get(id)?
                {
                    inferred.company = inferred.company.or(project.company);
                }
                Ok(inferred)
            })
            .await?;
        Ok(())
    }
}
