//! What people see of it: where a document is, what happened to it, and how listening goes.

use super::Living;
use domain::jobs::JobKind;
use domain::living::{Feed, Outside, is_ending, is_watched};
use domain::plugin::{CopiesHeld, DocumentPlugin, Meter, property};
use domain::sharepoint::Licences;
use domain::{Ctx, DocumentId, Error, InstallationId, PluginId, Result};
use jiff::Timestamp;
use std::time::Duration;
use store::{Happened, Viewer};

/// How many happenings a page shows.
const SHOWN: u32 = 20;

/// What others did to a document.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// How it stands.
    pub outside: Outside,
    /// What happened last, the newest first.
    pub happened: Vec<Happened>,
}

/// A document at its place, as the place tells it now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AtPlace {
    /// Folders and name; blank when it is not told.
    pub path: String,
    /// Whether somebody has moved it out of where it was filed.
    pub moved: bool,
    /// Who changed it last at the place itself; blank when it was the product.
    pub editor: String,
    /// When it was last changed.
    pub modified: Option<Timestamp>,
    /// Why it opens in the desktop application only; blank where a browser opens it as well.
    pub opening: String,
    /// When a change was refused a short while ago because somebody had it open.
    pub found_open: Option<Timestamp>,
}

/// How it goes with a place: listening, asking, and copies of what it keeps.
#[derive(Debug, Clone)]
pub struct PlaceView {
    /// The place's number.
    pub plugin: PluginId,
    /// Its name.
    pub name: String,
    /// What is kept about it.
    pub feed: Feed,
    /// Whether the place tells us now.
    pub watched: bool,
    /// Whether that ends soon and could not be renewed.
    pub ending: bool,
    /// How many items a comparison that runs here has looked at.
    pub comparing: Option<u64>,
    /// How many documents cannot be found there.
    pub missing: i64,
    /// How many documents somebody gave others a right to there by hand.
    pub shared: i64,
    /// The works over everything there that can be begun.
    pub works: Vec<JobKind>,
    /// How asking it goes, where it is metered.
    pub meter: Option<Meter>,
    /// How many licences its tenant has, where that decides how often it may be asked.
    pub licences: Option<Licences>,
    /// What is kept of it for a while.
    pub copies: Option<CopiesView>,
}

/// The temporary copies of what a place keeps.
#[derive(Debug, Clone, Copy)]
pub struct CopiesView {
    /// What is there.
    pub held: CopiesHeld,
    /// How much room all copies of this service may take, in bytes.
    pub most: u64,
    /// How long a copy is kept.
    pub life: Duration,
}

impl Living<'_> {
    /// What others did to a document.
    /// # Errors
    /// `NotFound` when it does not exist or the caller may not see it.
    pub async fn history(&self, ctx: &Ctx, id: DocumentId) -> Result<History> {
        let viewer = Viewer::of(ctx.associate()?);
        let of = ctx.installation;
        self.app
            .store()
            .read(move |tx| {
                tx.documents(of).get_visible(id, &viewer)?.ok_or_else(|| Error::not_found("document"))?;
                Ok(History { outside: tx.outside(of).get(id)?, happened: tx.outside(of).last(id, SHOWN)? })
            })
            .await
    }

    /// A document at its place, as the place tells it now; `None` where there is nothing to tell.
    /// # Errors
    /// What the place says.
    pub async fn at_place(&self, ctx: &Ctx, id: DocumentId) -> Result<Option<AtPlace>> {
        let document = self.app.documents().find(ctx, id).await?;
        let plugin = self.app.plugins().get(document.plugin)?;
        if document.must_be_ready().is_err() || !plugin.capabilities().changes {
            return Ok(None);
        }
        let names = [
            property::PATH,
            property::MOVED,
            property::LAST_EDITOR,
            property::LAST_MODIFIED,
            property::OPENING,
            property::FOUND_OPEN,
        ];
        let names = names.map(str::to_owned);
        let call = crate::registry::call(ctx, None);
        let mut told = plugin.properties(&call, document.reference()?, &names).await?;
        Ok(Some(AtPlace {
            path: told.remove(property::PATH).unwrap_or_default(),
            moved: told.get(property::MOVED).is_some_and(|moved| moved == "true"),
            editor: told.remove(property::LAST_EDITOR).unwrap_or_default(),
            modified: told.get(property::LAST_MODIFIED).and_then(|at| at.parse().ok()),
            opening: told.remove(property::OPENING).unwrap_or_default(),
            found_open: told.get(property::FOUND_OPEN).and_then(|at| at.parse().ok()),
        }))
    }

    /// How it goes with the places outside, one by one.
    pub async fn places(&self, ctx: &Ctx) -> Result<Vec<PlaceView>> {
        ctx.require_administrator()?;
        let (of, now) = (ctx.installation, ctx.now);
        let mut all = Vec::new();
        for place in self.app.usable_plugins(of).await? {
            if !place.capabilities().changes {
                continue;
            }
            let info = place.info();
            let plugin = info.id;
            let (feed, missing, shared) = self
                .app
                .store()
                .read(move |tx| {
                    let outside = tx.outside(of);
                    Ok((tx.feeds(of).get(plugin)?, outside.missing(plugin)?, outside.shared(plugin)?))
                })
                .await?;
            let can = place.capabilities();
            let feed = feed.unwrap_or_default();
            all.push(PlaceView {
                plugin,
                name: info.name,
                watched: is_watched(&feed, now),
                ending: is_ending(&feed, now),
                comparing: self.app.0.ears.comparing(of, plugin),
                missing,
                shared,
                works: JobKind::ALL.into_iter().filter(|kind| kind.is_possible(&can)).collect(),
                feed,
                licences: self.licences_of(of, plugin).await?,
                // A place that is not connected is asked nothing.
                meter: place.meter(&crate::registry::call(ctx, None)).await.ok().flatten(),
                copies: self.app.copies().map(|copies| CopiesView {
                    held: copies.held(of, plugin),
                    most: copies.most(),
                    life: copies.life(),
                }),
            });
        }
        Ok(all)
    }

    async fn licences_of(&self, of: InstallationId, plugin: PluginId) -> Result<Option<Licences>> {
        if self.app.0.sharepoint.get().is_none_or(|sites| sites.plugin != plugin) {
            return Ok(None);
        }
        crate::sharepoint::licences(self.app.store(), of).await.map(Some)
    }

    /// Everything at a place is compared as soon as possible.
    /// # Errors
    /// `NotFound` for a place that is not listened to.
    pub async fn compare_soon(&self, ctx: &Ctx, plugin: PluginId) -> Result<()> {
        ctx.require_administrator()?;
        self.must_be_used(ctx, plugin).await?;
        let of = ctx.installation;
        self.app
            .store()
            .write(move |tx| {
                tx.feeds(of).begin(plugin)?;
                tx.feeds(of).want_comparison(plugin)
            })
            .await?;
        self.app.0.ears.told.notify_one();
        Ok(())
    }

    /// Throws away the temporary copies of what a place keeps. Nothing is lost by it.
    /// # Errors
    /// `NotFound` for a place that is not used.
    pub async fn empty_copies(&self, ctx: &Ctx, plugin: PluginId) -> Result<()> {
        ctx.require_administrator()?;
        self.must_be_used(ctx, plugin).await?;
        if let Some(copies) = self.app.copies() {
            copies.empty(ctx.installation, plugin);
        }
        Ok(())
    }

    async fn must_be_used(&self, ctx: &Ctx, plugin: PluginId) -> Result<()> {
        let used = self.app.usable_plugins(ctx.installation).await?;
        let outside =
            |p: &std::sync::Arc<dyn DocumentPlugin>| p.info().id == plugin && p.capabilities().changes;
        if used.iter().any(outside) { Ok(()) } else { Err(Error::not_found("place")) }
    }
}
