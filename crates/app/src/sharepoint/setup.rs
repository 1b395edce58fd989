//! The steps.

use super::SharePoint;
use broker_client::{Connection, ConsentLink};
use domain::connections::{ConnectionKind, ConnectionState, Provider};
use domain::plugin::{Finding, FolderPart, Placement, Severity, Shelf};
use domain::sharepoint::{Active, Consent, Draft, Fit, Place, Site, Step, Wish, next_step};
use domain::{Ctx, Error, GroupId, PluginId, Result, TemplateId};
use std::collections::{BTreeMap, BTreeSet};

/// The longest path that SharePoint takes, in characters (microsoft.md 2.17).
const LONGEST: usize = 400;
/// How many companies are shown in the preview of folders.
const SHOWN: u32 = 3;

/// Somebody who cannot work in SharePoint yet.
#[derive(Debug, Clone)]
pub struct PersonFit {
    /// Their name.
    pub name: String,
    /// How it stands.
    pub fit: Fit,
}

/// A user group, and what stands for it.
#[derive(Debug, Clone)]
pub struct GroupLine {
    /// The group.
    pub id: GroupId,
    /// Its name.
    pub name: String,
    /// The object id of a group at Microsoft; blank when its members are named one by one.
    pub object: String,
}

/// The set-up as it stands.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The step that is open.
    pub step: Step,
    /// What has been decided.
    pub draft: Draft,
    /// The tenant's consent, as the login page has it.
    pub consent: Option<Connection>,
    /// Whether it is in use.
    pub active: bool,
    /// How many people can work in SharePoint, and everybody who cannot yet.
    pub connected: usize,
    /// Everybody who cannot yet.
    pub others: Vec<PersonFit>,
    /// The user groups.
    pub groups: Vec<GroupLine>,
    /// Where documents of the installation's own companies would lie.
    pub preview: Vec<String>,
    /// How many templates send their documents to SharePoint, and how many there are.
    pub templates: (usize, usize),
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
        Ok(Setup {
            step: next_step(&draft, works),
            active: self.active(ctx.installation).await?.is_some(),
            consent,
            connected,
            others,
            groups: self.groups(ctx, &draft).await?,
            preview: self.preview(ctx, &draft.order).await?,
            templates: (stored.iter().filter(|place| **place == number).count(), stored.len()),
            draft,
        })
    }

    /// Who can work in SharePoint, counted, and who cannot yet (T09, T17, T18).
    async fn people(&self, ctx: &Ctx, consent: Option<&Connection>) -> Result<(usize, Vec<PersonFit>)> {
        let connections = self.app.sign_in().connections(ctx).await?;
        let live: BTreeSet<_> = connections
            .iter()
            .filter(|view| {
                view.connection.kind == ConnectionKind::User && view.connection.provider.is_microsoft()
            })
            .filter(|view| view.connection.state == ConnectionState::Active)
            .filter_map(|view| view.associate)
            .collect();
        let tenant = consent.map(|consent| consent.realm.clone());
        let (mut connected, mut others) = (0, Vec::new());
        for person in self.app.sign_in().people(ctx).await? {
            if person.associate.retired {
                continue;
            }
            let own = person.identities.iter().find(|identity| identity.key.provider.is_microsoft());
            let fit = match own {
                Some(_) if live.contains(&person.associate.id) => Fit::Connected,
                Some(own) if tenant.as_ref().is_some_and(|tenant| *tenant != own.key.realm) => Fit::Guest,
                Some(_) => Fit::SignsIn,
                None => Fit::Never,
            };
            if fit == Fit::Connected {
                connected += 1;
            } else {
                others.push(PersonFit { name: person.associate.full_name(), fit });
            }
        }
        Ok((connected, others))
    }

    async fn groups(&self, ctx: &Ctx, draft: &Draft) -> Result<Vec<GroupLine>> {
        let of = ctx.installation;
        let known = draft.groups.clone();
        let all = self.app.store().read(move |tx| tx.groups(of).list()).await?;
        let line = |group: domain::records::Group| GroupLine {
            object: known.get(&group.id).cloned().unwrap_or_default(),
            id: group.id,
            name: group.name,
        };
        Ok(all.into_iter().map(line).collect())
    }

    /// Where documents would lie, with the installation's own people, companies and projects (T02).
    /// # Errors
    /// `Unavailable` when the tables cannot be read.
    pub async fn preview(&self, ctx: &Ctx, order: &[FolderPart]) -> Result<Vec<String>> {
        let plugin = self.app.plugins().get(self.site()?.plugin)?;
        let of = ctx.installation;
        let owner = ctx.associate()?.clone();
        let (companies, group) = self
            .app
            .store()
            .read(move |tx| {
                let group = tx.groups(of).get(owner.primary_group)?;
                Ok((
                    tx.companies(of)
                        .browse("", None, SHOWN)?
                        .items
                        .into_iter()
                        .map(|row| row.company.name)
                        .collect::<Vec<_>>(),
                    group.map(|group| group.name),
                ))
            })
            .await?;
        let year = i16::try_from(ctx.now.strftime("%Y").to_string().parse::<i32>().unwrap_or(2026)).ok();
        let mut names: Vec<Option<String>> = companies.into_iter().map(Some).collect();
        if names.is_empty() {
            names.push(None);
        }
        let paths = names.into_iter().map(|company| {
            let place = Placement {
                owner: ctx.associate().ok().map(domain::records::Associate::full_name),
                group: group.clone(),
                company,
                template: Some("Offer".into()),
                year,
                order: order.to_vec(),
                ..Placement::default()
            };
            let mut path = vec!["Everyone".to_owned()];
            path.extend(plugin.folder_of(Shelf::Documents, &place));
            path.push("Offer.docx".into());
            path.join(" / ")
        });
        Ok(paths.collect())
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

    /// Finds the site.
    /// # Errors
    /// `Invalid` for an address that is no site's; what Microsoft refuses, with the sentence that says who can mend it.
    pub async fn choose_site(&self, ctx: &Ctx, address: &str) -> Result<Site> {
        let consent = self.consent(ctx).await?;
        let call = crate::registry::call(ctx, None);
        let site = self.site()?.ground.site(&call, &consent, address).await?;
        let found = site.clone();
        self.decide(ctx, "site", move |draft| {
            draft.site = Some(found);
            draft.tried = false;
        })
        .await?;
        Ok(site)
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
        order: Vec<FolderPart>,
    ) -> Result<Vec<Finding>> {
        let consent = self.consent(ctx).await?;
        let draft = self.draft(ctx.installation).await?;
        let site = draft.site.ok_or_else(|| Error::conflict("Choose the site first."))?;
        let known = |drive: &str| site.libraries.iter().any(|library| library.drive == drive);
        if !known(&documents.drive) {
            return Err(Error::invalid("Choose one of the libraries of the site.").field("documents"));
        }
        if !known(&templates.drive) {
            return Err(Error::invalid("Choose one of the libraries of the site.").field("templates"));
        }
        let folder = |wish: Wish, field: &'static str| {
            let folder = domain::text::required_line(field, &wish.folder, 100)?;
            Ok::<_, Error>(Wish { folder: domain::names::amend(&folder, "Documents"), ..wish })
        };
        let documents = folder(documents, "documents folder")?;
        let templates = folder(templates, "templates folder")?;
        if documents == templates {
            return Err(Error::invalid(
                "Documents and templates need folders of their own. Give one of them another name.",
            )
            .field("templates folder"));
        }
        let longest = self.preview(ctx, &order).await?.iter().map(|path| path.chars().count()).max();
        if longest.is_some_and(|length| length + documents.folder.chars().count() + 40 > LONGEST) {
            return Err(Error::invalid(
                "With these folders a document's path would be longer than the 400 characters that SharePoint takes. \
                 Choose fewer folders.",
            )
            .field("order"));
        }
        let call = crate::registry::call(ctx, None);
        let ground = &self.site()?.ground;
        let place = ground.found(&call, &consent, &site.id, &documents, &templates).await?;
        let place = Place {
            columns: draft.columns.unwrap_or(false),
            visible_for: draft.visible_for.unwrap_or(false),
            ..place
        };
        let findings = ground.examine(&call, &consent, &place).await;
        if let Some(bad) = findings.iter().find(|f| f.severity == Severity::Problem) {
            return Err(Error::conflict(format!("{}: {}", bad.what, bad.detail)));
        }
        self.decide(ctx, "place", move |draft| {
            draft.place = Some(place);
            draft.order = order;
            draft.tried = false;
        })
        .await?;
        Ok(findings)
    }

    /// Chooses whether the facts of documents become columns.
    /// # Errors
    /// `Conflict` while an earlier step is open.
    pub async fn choose_columns(&self, ctx: &Ctx, columns: bool) -> Result<()> {
        self.with_place(ctx, "columns", move |draft, place| {
            draft.columns = Some(columns);
            Place { columns, ..place }
        })
        .await
    }

    /// Chooses who may open documents in SharePoint, and which groups stand for which.
    /// # Errors
    /// `Invalid` for an object id that is none; `Conflict` while an earlier step is open.
    pub async fn choose_access(
        &self,
        ctx: &Ctx,
        visible_for: bool,
        groups: BTreeMap<GroupId, String>,
    ) -> Result<()> {
        let is_guid =
            |text: &str| text.len() == 36 && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
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
        self.with_place(ctx, "access", move |draft, place| {
            draft.visible_for = Some(visible_for);
            draft.groups = groups;
            Place { visible_for, ..place }
        })
        .await
    }

    async fn with_place(
        &self,
        ctx: &Ctx,
        what: &'static str,
        change: impl FnOnce(&mut Draft, Place) -> Place + Send,
    ) -> Result<()> {
        let draft = self.draft(ctx.installation).await?;
        let place = draft.place.ok_or_else(|| Error::conflict("Choose first where the files lie."))?;
        self.decide(ctx, what, move |draft| {
            let place = change(draft, place);
            draft.place = Some(place);
            draft.tried = false;
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
            draft.place.clone().ok_or_else(|| Error::conflict("Choose first where the files lie."))?;
        let active = Active {
            place,
            connection: consent.connection,
            groups: draft.groups.clone(),
            order: draft.order.clone(),
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
        change: impl FnOnce(&mut Draft) + Send,
    ) -> Result<()> {
        ctx.require_administrator()?;
        let mut draft = self.draft(ctx.installation).await?;
        change(&mut draft);
        self.keep_draft(ctx.installation, &draft).await?;
        self.app.sign_in().noted(ctx, "sharepoint.decided", what.to_owned()).await
    }
}

/// The tenant's consent: the one that works before those that do not, the newest first.
fn newest<'c>(all: impl Iterator<Item = &'c Connection>) -> Option<Connection> {
    let ours = all.filter(|c| c.kind == ConnectionKind::App && c.provider.is_microsoft());
    ours.min_by_key(|c| (c.state != ConnectionState::Active, std::cmp::Reverse(c.granted))).cloned()
}
