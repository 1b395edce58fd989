//! The steps.

use super::SharePoint;
use super::people::{Domains, GroupLine, PersonFit};
use super::plan::Planned;
use super::preview::{Manner, Preview};
use broker_client::{Connection, ConsentLink};
use domain::connections::{ConnectionKind, ConnectionState, Provider};
use domain::plugin::{Finding, Severity};
use domain::sharepoint::{
    Active, Consent, Draft, Facts, GroupFound, LibraryFound, Place, Site, Step, Switched, Wish, is_guid,
    next_step,
};
use domain::{Ctx, Error, GroupId, PluginId, Result, TemplateId};
use std::collections::BTreeMap;

/// The set-up as it stands.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The step that is open.
    pub step: Step,
    /// What has been decided.
    pub draft: Draft,
    /// The tenant's consent, as the login page has it.
    pub consent: Option<Connection>,
    /// What is in use.
    pub active: Option<Active>,
    /// The domains, who is outside them, and the application at Microsoft.
    pub domains: Domains,
    /// How many people can work in SharePoint, and everybody who cannot yet.
    pub connected: usize,
    /// Everybody who cannot yet.
    pub others: Vec<PersonFit>,
    /// The user groups.
    pub groups: Vec<GroupLine>,
    /// Where the installation's own documents would lie, and what they would be called.
    pub preview: Preview,
    /// What the last step would make and change, item by item; blank while an earlier step is open.
    pub plan: Vec<Planned>,
    /// How many templates send their documents to SharePoint, and how many there are.
    pub templates: (usize, usize),
}

/// What came of choosing who may open documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chosen {
    /// *Visible for* is switched on or off, against what is in use.
    pub switched: Option<Switched>,
    /// How many groups could not be looked at.
    pub unchecked: usize,
}

impl SharePoint<'_> {
    /// The set-up as it stands.
    /// # Errors
    /// `Unavailable` when the login page does not answer.
    pub async fn setup(&self, ctx: &Ctx) -> Result<Setup> {
        ctx.require_administrator()?;
        let number = self.site()?.plugin;
        let draft = self.draft(ctx.installation).await?;
        let all = self.app.sign_in().connections(ctx).await?;
        let consent = newest(all.iter().map(|view| &view.connection));
        let (connected, others) = self.people(ctx, consent.as_ref()).await?;
        let works = consent.as_ref().is_some_and(|c| c.state == ConnectionState::Active);
        let stored: Vec<PluginId> =
            self.templates(ctx).await?.into_iter().map(|(_, stored_in)| stored_in).collect();
        let step = next_step(&draft, works);
        Ok(Setup {
            step,
            plan: if step == Step::Review { self.plan(ctx, &draft).await? } else { Vec::new() },
            active: self.active(ctx.installation).await?,
            domains: self.domains(ctx).await?,
            consent,
            connected,
            others,
            groups: self.groups(ctx, &draft).await?,
            preview: self.preview(ctx, &Manner::of(&draft)).await?,
            templates: (stored.iter().filter(|place| **place == number).count(), stored.len()),
            draft,
        })
    }

    /// Each template once, with where its documents go.
    pub(super) async fn templates(&self, ctx: &Ctx) -> Result<Vec<(TemplateId, PluginId)>> {
        let groups = self.app.templates().all(ctx, false).await?;
        let all = groups.into_iter().flat_map(|group| group.templates);
        let each: BTreeMap<_, _> =
            all.map(|view| (view.template.id, view.template.properties.stored_in)).collect();
        Ok(each.into_iter().collect())
    }

    /// A link that asks an administrator of the tenant to agree.
    /// # Errors
    /// `Unavailable` when the login page does not answer.
    pub async fn ask_consent(&self, ctx: &Ctx) -> Result<ConsentLink> {
        self.site()?;
        self.app.sign_in().consent_link(ctx, &Provider::microsoft()).await
    }

    /// The people were looked at.
    /// # Errors
    /// `Forbidden` for who is no administrator.
    pub async fn checked(&self, ctx: &Ctx) -> Result<()> {
        self.decide(ctx, "checked", |draft| draft.checked = true).await
    }

    /// Chooses libraries and folders: makes the folders and tests them. Documents that are there stay where they are and
    /// keep their links.
    /// # Errors
    /// `Invalid` for what is no place; what Microsoft refuses.
    pub async fn choose_place(
        &self,
        ctx: &Ctx,
        documents: Wish,
        templates: Wish,
        manner: Manner,
    ) -> Result<Vec<Finding>> {
        let consent = self.consent(ctx).await?;
        let draft = self.draft(ctx.installation).await?;
        let site = draft.site.ok_or_else(|| Error::conflict("Choose the site first."))?;
        let (documents, templates) = wishes(&site, documents, templates)?;
        let manner = Manner { drive: documents.drive.clone(), folder: documents.folder.clone(), ..manner };
        self.has_room(ctx, &manner, draft.visible_for != Some(false)).await?;
        let call = crate::registry::call(ctx, None);
        let ground = &self.site()?.ground;
        let mut libraries: Vec<LibraryFound> = site.libraries;
        libraries.retain(|library| [&documents.drive, &templates.drive].contains(&&library.drive));
        // Before anything is put there.
        for library in &mut libraries {
            library.required = ground.required(&call, &consent, &library.drive).await?;
            self.note_library(ctx, library).await?;
        }
        if let Some(obstacle) = libraries.iter().find_map(LibraryFound::obstacle) {
            return Err(Error::conflict(obstacle).field("documents"));
        }
        let place = ground.found(&call, &consent, &site.id, &documents, &templates).await?;
        for library in &mut libraries {
            let is_for_documents = library.drive == place.documents.drive;
            let folder = if is_for_documents { &place.documents } else { &place.templates };
            library.keeps_checked_out = ground.keeps_checked_out(&call, &consent, folder).await?;
            self.note_library(ctx, library).await?;
        }
        let place = Place {
            columns: draft.columns.unwrap_or_default(),
            visible_for: draft.visible_for.unwrap_or(false),
            ..place
        };
        let mut findings = self.examined(ctx, &consent, &place).await?;
        self.decide(ctx, "place", move |draft| {
            draft.place = Some(place);
            draft.folders = Some((documents.folder, templates.folder));
            (draft.order, draft.naming) = (manner.order, manner.naming);
            draft.tried = false;
        })
        .await?;
        let advice = libraries.iter().filter_map(|l| Some((l.name.clone(), l.advice()?)));
        findings.extend(advice.map(|(what, detail)| Finding { what, severity: Severity::Warning, detail }));
        Ok(findings)
    }

    /// What a test of a place finds, when it can be used. Its columns may be missing: they are made with the trial.
    async fn examined(&self, ctx: &Ctx, consent: &Consent, place: &Place) -> Result<Vec<Finding>> {
        let bare = Place { columns: Facts::default(), ..place.clone() };
        let call = crate::registry::call(ctx, None);
        let findings = self.site()?.ground.examine(&call, consent, &bare).await;
        match findings.iter().find(|f| f.severity == Severity::Problem) {
            Some(bad) => Err(Error::conflict(format!("{}: {}", bad.what, bad.detail))),
            None => Ok(findings),
        }
    }

    /// Chooses which facts of documents become columns.
    /// # Errors
    /// `Conflict` while an earlier step is open.
    pub async fn choose_columns(&self, ctx: &Ctx, columns: Facts) -> Result<()> {
        self.with_place(ctx, "columns", move |draft, place| {
            draft.columns = Some(columns.clone());
            Place { columns, ..place }
        })
        .await
    }

    /// Chooses who may open documents in SharePoint, and which groups stand for which.
    /// # Errors
    /// `Invalid` for an object id that is none, or that no group has; `Conflict` while an earlier step is open.
    pub async fn choose_access(
        &self,
        ctx: &Ctx,
        visible_for: bool,
        groups: BTreeMap<GroupId, String>,
    ) -> Result<Chosen> {
        let groups: BTreeMap<_, _> = groups
            .into_iter()
            .map(|(id, object)| (id, object.trim().to_lowercase()))
            .filter(|(_, object)| !object.is_empty())
            .collect();
        if let Some((id, _)) = groups.iter().find(|(_, object)| !is_guid(object)) {
            return Err(Error::invalid(
                "This is not the object id of a group. Open the group in the Microsoft Entra admin center and copy its \
                 object id, or leave the field blank.",
            )
            .field(format!("group {id}")));
        }
        let draft = self.draft(ctx.installation).await?;
        if visible_for && draft.placed().is_some() {
            self.has_room(ctx, &Manner::of(&draft), true).await?;
        }
        let names = self.names_of(ctx, &groups).await?;
        let unchecked = groups.values().filter(|object| !names.contains_key(*object)).count();
        self.with_place(ctx, "access", move |draft, place| {
            draft.visible_for = Some(visible_for);
            draft.groups = groups;
            draft.group_names = names;
            Place { visible_for, ..place }
        })
        .await?;
        let active = self.active(ctx.installation).await?;
        let switched = self.draft(ctx.installation).await?.switched(active.as_ref());
        Ok(Chosen { switched, unchecked })
    }

    /// What groups are called at Microsoft, by object id; those that the application may not read are missing.
    async fn names_of(
        &self,
        ctx: &Ctx,
        groups: &BTreeMap<GroupId, String>,
    ) -> Result<BTreeMap<String, String>> {
        let mut names = BTreeMap::new();
        if groups.is_empty() {
            return Ok(names);
        }
        let consent = self.consent(ctx).await?;
        let call = crate::registry::call(ctx, None);
        for (id, object) in groups {
            match self.site()?.ground.directory_group(&call, &consent, object).await? {
                GroupFound::Called(name) => {
                    names.insert(object.clone(), name);
                }
                GroupFound::Unreadable => {}
                GroupFound::Missing => {
                    return Err(Error::invalid(format!(
                        "Microsoft 365 has no group with the object id {object}. It may be the id of a person or of an \
                         application, or the group was removed. Open the group in the Microsoft Entra admin center and copy \
                         its object id, or leave the field blank.",
                    ))
                    .field(format!("group {id}")));
                }
            }
        }
        Ok(names)
    }

    async fn with_place(
        &self,
        ctx: &Ctx,
        what: &'static str,
        change: impl FnOnce(&mut Draft, Place) -> Place + Send + 'static,
    ) -> Result<()> {
        self.decide_if(ctx, what, move |draft| {
            let place = draft.placed().cloned();
            let place = place.ok_or_else(|| Error::conflict("Choose first where the files lie."))?;
            let place = change(draft, place);
            draft.place = Some(place);
            draft.tried = false;
            Ok(())
        })
        .await
    }

    /// Takes SharePoint back. Documents kept there are unavailable until it is switched on again; nothing is deleted, and
    /// people's connections stay.
    /// # Errors
    /// `Forbidden` for who is no administrator.
    pub async fn disconnect(&self, ctx: &Ctx) -> Result<()> {
        ctx.require_administrator()?;
        if self.active(ctx.installation).await?.is_some() {
            self.app.living().leave(ctx.installation, self.site()?.plugin, ctx.now).await?;
        }
        self.keep_active(ctx.installation, None).await?;
        self.decide(ctx, "switched off", |draft| draft.tried = false).await?;
        self.app.sign_in().noted(ctx, "sharepoint.switched_off", String::new()).await
    }

    pub(super) async fn consent(&self, ctx: &Ctx) -> Result<Consent> {
        ctx.require_administrator()?;
        let all = self.app.sign_in().connections(ctx).await?;
        let consent = newest(all.iter().map(|view| &view.connection));
        let consent = consent.filter(|consent| consent.state == ConnectionState::Active).ok_or_else(|| {
            Error::conflict("An administrator of your Microsoft 365 has not agreed yet. Send them the link of the first step.")
        })?;
        Ok(Consent { tenant: consent.realm, connection: consent.id })
    }

    /// What works from now on.
    pub(super) async fn switch_on(&self, ctx: &Ctx, draft: &Draft, consent: Consent) -> Result<()> {
        let place =
            draft.placed().cloned().ok_or_else(|| Error::conflict("Choose first where the files lie."))?;
        let active = Active {
            place,
            connection: consent.connection,
            groups: draft.groups.clone(),
            order: draft.order.clone(),
            naming: draft.naming,
        };
        // Other libraries have other lists of changes.
        if self.active(ctx.installation).await?.is_some_and(|old| old.place != active.place) {
            self.app.living().leave(ctx.installation, self.site()?.plugin, ctx.now).await?;
        }
        self.keep_active(ctx.installation, Some(&active)).await?;
        self.app
            .sign_in()
            .noted(ctx, "sharepoint.switched_on", format!("tenant:{}", active.place.tenant))
            .await
    }

    /// Keeps a decision.
    pub(super) async fn decide(
        &self,
        ctx: &Ctx,
        what: &'static str,
        change: impl FnOnce(&mut Draft) + Send + 'static,
    ) -> Result<()> {
        self.decide_if(ctx, what, move |draft| {
            change(draft);
            Ok(())
        })
        .await
    }

    /// The same where it may turn out that it cannot be decided so.
    pub(super) async fn decide_if(
        &self,
        ctx: &Ctx,
        what: &'static str,
        change: impl FnOnce(&mut Draft) -> Result<()> + Send + 'static,
    ) -> Result<()> {
        ctx.require_administrator()?;
        self.change_draft(ctx.installation, change).await?;
        self.app.sign_in().noted(ctx, "sharepoint.decided", what.to_owned()).await
    }
}

/// Both wishes, each with a folder of its own in a library of the site.
fn wishes(site: &Site, documents: Wish, templates: Wish) -> Result<(Wish, Wish)> {
    let checked = |wish: Wish, library: &'static str, field: &'static str| {
        if !site.libraries.iter().any(|known| known.drive == wish.drive) {
            return Err(Error::invalid("Choose one of the libraries of the site.").field(library));
        }
        let folder = domain::text::required_line(field, &wish.folder, 100)?;
        Ok(Wish { folder: domain::names::amend(&folder, "Documents"), ..wish })
    };
    let documents = checked(documents, "documents", "documents folder")?;
    let templates = checked(templates, "templates", "templates folder")?;
    if documents == templates {
        return Err(Error::invalid(
            "Documents and templates need folders of their own. Give one of them another name.",
        )
        .field("templates folder"));
    }
    Ok((documents, templates))
}

/// The tenant's consent: the one that works before those that do not, the newest first.
fn newest<'c>(all: impl Iterator<Item = &'c Connection>) -> Option<Connection> {
    let ours = all.filter(|c| c.kind == ConnectionKind::App && c.provider.is_microsoft());
    ours.min_by_key(|c| (c.state != ConnectionState::Active, std::cmp::Reverse(c.granted))).cloned()
}
