//! The steps.

use super::Google;
use crate::sign_in::Begun;
use crate::templates::TemplateView;
use broker_client::Connection;
use domain::connections::{ConnectionKind, ConnectionState, Provider, Purpose};
use domain::google::{
    Access, Active, Draft, DriveKind, Fit, Place, Step, SystemUser, fits, id_in, next_step,
};
use domain::plugin::{Finding, Severity};
use domain::{Ctx, Error, Result, TemplateId};
use std::collections::BTreeSet;

/// Somebody whose address does not fit.
#[derive(Debug, Clone)]
pub struct PersonFit {
    /// Their name.
    pub name: String,
    /// Their address; blank for none.
    pub address: String,
    /// How it fits.
    pub fit: Fit,
}

/// The set-up as it stands.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The step that is open.
    pub step: Step,
    /// What has been decided.
    pub draft: Draft,
    /// The system account, when one was connected.
    pub connection: Option<Connection>,
    /// Whether it is in use.
    pub active: bool,
    /// The domains that sign in at Google.
    pub domains: Vec<String>,
    /// How many people fit, and everybody who does not.
    pub fitting: usize,
    /// Everybody who does not.
    pub others: Vec<PersonFit>,
    /// The templates that can be chosen.
    pub templates: Vec<TemplateView>,
}

/// Where files are to lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WherePlaced {
    /// In folders the application makes: at the top of My Drive, or of a shared drive when its address is given.
    New {
        /// The address of a shared drive; blank for My Drive.
        drive: String,
        /// The name of the folder for documents.
        documents: String,
        /// The name of the folder for templates.
        templates: String,
    },
    /// In folders there are.
    Existing {
        /// The address of a shared drive; blank for My Drive.
        drive: String,
        /// The address of the folder for documents.
        documents: String,
        /// The address of the folder for templates.
        templates: String,
    },
    /// In folders that were chosen at Google.
    Picked {
        /// The id of the folder for documents.
        documents: String,
        /// The id of the folder for templates.
        templates: String,
    },
}

impl Google<'_> {
    /// The set-up as it stands.
    /// # Errors
    /// `Unavailable` when the login page does not answer.
    pub async fn setup(&self, ctx: &Ctx) -> Result<Setup> {
        ctx.require_administrator()?;
        self.drive()?;
        let draft = self.draft(ctx.installation).await?;
        let connection = self.connection(ctx).await?;
        let (domains, _) = self.app.sign_in().domains(ctx).await?;
        let domains: Vec<_> = domains.into_iter().map(|d| d.registration).collect();
        let people = self.app.sign_in().people(ctx).await?;
        let here: Vec<_> = people.iter().map(|p| &p.associate).filter(|a| !a.retired).collect();
        let found = fits(here.iter().map(|a| (a.id, a.email.as_str())), &domains);
        let others = here
            .iter()
            .zip(&found)
            .filter(|(_, (_, fit))| *fit != Fit::Fits)
            .map(|(a, (_, fit))| PersonFit {
                name: a.full_name(),
                address: a.email.clone(),
                fit: fit.clone(),
            })
            .collect::<Vec<_>>();
        let works = connection.as_ref().is_some_and(|c| c.state == ConnectionState::Active);
        let templates = self.each_template(ctx).await?;
        Ok(Setup {
            step: next_step(&draft, works),
            draft,
            connection,
            active: self.active(ctx.installation).await?.is_some(),
            domains: domains.into_iter().filter(|d| d.provider.is_google()).map(|d| d.domain).collect(),
            fitting: found.len() - others.len(),
            others,
            templates,
        })
    }

    /// Every template once, also one that stands under two headings.
    pub(super) async fn each_template(&self, ctx: &Ctx) -> Result<Vec<TemplateView>> {
        let groups = self.app.templates().all(ctx, false).await?;
        let mut seen = BTreeSet::new();
        let all = groups.into_iter().flat_map(|g| g.templates);
        Ok(all.filter(|t| seen.insert(t.template.id)).collect())
    }

    /// The people were looked at.
    pub async fn checked(&self, ctx: &Ctx) -> Result<()> {
        self.decide(ctx, "checked", |draft| draft.checked = true).await
    }

    /// Sets out to connect the system account.
    /// # Errors
    /// As beginning to connect.
    pub async fn connect(&self, ctx: &Ctx, own_account: bool, target: &str) -> Result<Begun> {
        self.decide(ctx, "account", move |draft| draft.own_account = own_account).await?;
        self.app
            .sign_in()
            .begin_connection(ctx, Purpose::SystemUserConnect, &Provider::google(), target)
            .await
    }

    /// Sets out to choose folders at Google.
    /// # Errors
    /// `Conflict` before the system account is connected.
    pub async fn pick(&self, ctx: &Ctx, target: &str) -> Result<Begun> {
        self.app.sign_in().begin_connection(ctx, Purpose::PickFolders, &Provider::google(), target).await
    }

    /// Keeps the folders that were chosen at Google, as far as the system account reaches them. Gives how many.
    /// # Errors
    /// `Conflict` when it reaches none: somebody else chose them.
    pub async fn picked(&self, ctx: &Ctx, ids: &[String]) -> Result<usize> {
        let who = self.system_user(ctx).await?;
        let call = crate::registry::call(ctx, None);
        let mut found = Vec::new();
        for id in ids {
            found.extend(self.drive()?.ground.folder(&call, &who, id).await?);
        }
        if found.is_empty() {
            return Err(Error::conflict(format!(
                "{} does not reach what was chosen. Choose folders while signed in at Google with that account.",
                who.account
            )));
        }
        let count = found.len();
        self.decide(ctx, "picked", move |draft| draft.picked = found).await?;
        Ok(count)
    }

    /// Chooses where files lie: makes the folders, or tests those there are. The place of a Drive that is in use can be
    /// changed as well; documents stay where they are and keep their links.
    /// # Errors
    /// `Invalid` for what is no place; what Google refuses, with the sentence that says who can mend it.
    pub async fn choose_place(&self, ctx: &Ctx, wish: WherePlaced) -> Result<Vec<Finding>> {
        let who = self.system_user(ctx).await?;
        let ground = &self.drive()?.ground;
        let call = crate::registry::call(ctx, None);
        let kind = |drive: &str| match drive.trim() {
            "" => Ok(DriveKind::MyDrive),
            given => id_in(given).map(|id| DriveKind::SharedDrive { id }).map_err(|e| e.field("drive")),
        };
        let place = match wish {
            WherePlaced::New { drive, documents, templates } => {
                let documents = domain::text::required_line("documents", &documents, 100)?;
                let templates = domain::text::required_line("templates", &templates, 100)?;
                if documents == templates {
                    return Err(Error::invalid(
                        "Documents and templates need folders of their own. Give one of them another name.",
                    )
                    .field("templates"));
                }
                ground.found(&call, &who, kind(&drive)?, &documents, &templates).await?
            }
            WherePlaced::Picked { documents, templates } => {
                let picked = self.draft(ctx.installation).await?.picked;
                let find = |id: &str, field: &'static str| {
                    picked.iter().find(|f| f.id == id).cloned().ok_or_else(|| {
                        Error::invalid("Choose one of the folders you picked at Google.").field(field)
                    })
                };
                let (documents, templates) = (find(&documents, "documents")?, find(&templates, "templates")?);
                if documents.drive != templates.drive {
                    let words = "Both folders have to lie in the same drive. Choose others at Google.";
                    return Err(Error::invalid(words).field("templates"));
                }
                Place {
                    drive: documents.drive.map_or(DriveKind::MyDrive, |id| DriveKind::SharedDrive { id }),
                    documents: documents.id,
                    templates: templates.id,
                    access: Access::Inherit,
                    show_check_out: false,
                    let_in: false,
                }
                .validated()?
            }
            WherePlaced::Existing { drive, documents, templates } => Place {
                drive: kind(&drive)?,
                documents: id_in(&documents).map_err(|e| e.field("documents"))?,
                templates: id_in(&templates).map_err(|e| e.field("templates"))?,
                access: Access::Inherit,
                show_check_out: false,
                let_in: false,
            }
            .validated()?,
        };
        let findings = ground.examine(&call, &who, &place).await;
        if let Some(bad) = findings.iter().find(|f| f.severity == Severity::Problem) {
            return Err(Error::conflict(format!("{}: {}", bad.what, bad.detail)));
        }
        self.decide(ctx, "place", move |draft| {
            draft.place = Some(place);
            draft.tried = false;
        })
        .await?;
        Ok(findings)
    }

    /// Chooses who may open files.
    /// # Errors
    /// `Invalid` for an address or domain that is none.
    pub async fn choose_access(
        &self,
        ctx: &Ctx,
        access: Access,
        let_in: bool,
        show_check_out: bool,
    ) -> Result<()> {
        let draft = self.draft(ctx.installation).await?;
        let place = draft.place.ok_or_else(|| Error::conflict("Choose first where the files lie."))?;
        let let_in = let_in && access == Access::Inherit;
        let place = Place { access: access.clone(), show_check_out, let_in, ..place }.validated()?;
        self.decide(ctx, "access", move |draft| {
            draft.place = Some(place);
            draft.access = Some(access);
            draft.tried = false;
        })
        .await
    }

    /// Chooses templates: whose documents go to Google, and which are copied there. Nothing is changed yet.
    pub async fn choose_templates(
        &self,
        ctx: &Ctx,
        produce: Vec<TemplateId>,
        copy: Vec<TemplateId>,
    ) -> Result<()> {
        // What is named twice is done once.
        let once = |ids: Vec<TemplateId>| ids.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
        let (produce, copy) = (once(produce), once(copy));
        self.decide(ctx, "templates", move |draft| {
            (draft.templates, draft.produce, draft.copy, draft.tried) = (true, produce, copy, false);
        })
        .await
    }

    /// Takes Google Drive back. Documents kept there are unavailable until it is connected again; nothing is deleted.
    pub async fn disconnect(&self, ctx: &Ctx) -> Result<()> {
        ctx.require_administrator()?;
        if self.active(ctx.installation).await?.is_some() {
            self.app.living().leave(ctx.installation, self.drive()?.plugin, ctx.now).await?;
        }
        if let Some(connection) = self.connection(ctx).await? {
            self.app.sign_in().disconnect(ctx, &connection.id, false).await?;
        }
        self.keep_active(ctx.installation, None).await?;
        self.app.sign_in().noted(ctx, "google_drive.disconnected", String::new()).await
    }

    /// The system account's connection, as the login page has it.
    async fn connection(&self, ctx: &Ctx) -> Result<Option<Connection>> {
        let all = self.app.sign_in().connections(ctx).await?;
        let google = all.into_iter().map(|v| v.connection);
        let mut ours: Vec<_> =
            google.filter(|c| c.kind == ConnectionKind::SystemUser && c.provider.is_google()).collect();
        // The one that works before those that do not, the newest first.
        ours.sort_by_key(|c| (c.state != ConnectionState::Active, std::cmp::Reverse(c.granted)));
        Ok(ours.into_iter().next())
    }

    pub(crate) async fn system_user(&self, ctx: &Ctx) -> Result<SystemUser> {
        ctx.require_administrator()?;
        let connection = self.connection(ctx).await?.filter(|c| c.state == ConnectionState::Active);
        let c = connection.ok_or_else(|| Error::conflict("Connect the system account first."))?;
        Ok(SystemUser { connection: c.id, account: c.address })
    }

    /// What works from now on: the draft's place, as this account.
    pub(super) async fn switch_on(&self, ctx: &Ctx, draft: &Draft, who: SystemUser) -> Result<()> {
        let place =
            draft.place.clone().ok_or_else(|| Error::conflict("Choose first where the files lie."))?;
        let SystemUser { connection, account } = who;
        let active = Active { place, connection, account };
        // Another account, and another drive, have another list of changes.
        let same =
            |old: &Active| old.connection == active.connection && old.place.drive == active.place.drive;
        if self.active(ctx.installation).await?.is_some_and(|old| !same(&old)) {
            self.app.living().leave(ctx.installation, self.drive()?.plugin, ctx.now).await?;
        }
        self.keep_active(ctx.installation, Some(&active)).await?;
        self.app.sign_in().noted(ctx, "google_drive.switched_on", format!("account:{}", active.account)).await
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
        self.app.sign_in().noted(ctx, "google_drive.decided", what.to_owned()).await
    }
}
