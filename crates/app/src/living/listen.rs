//! Listening: watches, reading what changed, comparing when it is time.

use super::{Living, system};
use domain::living::{Feed, can_be_prolonged, due};
use domain::plugin::{Cursor, DocumentPlugin};
use domain::{ErrorKind, InstallationId, PluginId, Result};
use jiff::Timestamp;
use std::sync::Arc;

/// How many pages of changes are read in one go; the rest follows with the next.
const PAGES: usize = 50;

/// What one run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Run {
    /// Places that were asked.
    pub asked: u64,
    /// Documents that were otherwise than known.
    pub changed: u64,
    /// Places that did not answer as they should.
    pub failed: u64,
}

/// A place of an installation that is listened to.
pub(super) struct Ear<'a> {
    pub of: InstallationId,
    pub plugin: PluginId,
    pub place: &'a Arc<dyn DocumentPlugin>,
}

impl Living<'_> {
    /// Does what is due at every place of every installation. `origin` is where places reach us:
    /// `https://crm.example.com`, or nothing where they cannot.
    /// # Errors
    /// As the tables fail. A place that fails is noted with its feed and asked again later.
    pub async fn run_due(&self, now: Timestamp, origin: Option<&str>) -> Result<Run> {
        let mut run = Run::default();
        for installation in self.app.store().read(|tx| tx.installations().list()).await? {
            let of = installation.id;
            for place in self.app.usable_plugins(of).await? {
                if !place.capabilities().changes {
                    continue;
                }
                let ear = Ear { of, plugin: place.info().id, place: &place };
                match self.attend(&ear, now, origin).await {
                    Ok(None) => {}
                    Ok(Some(changed)) => {
                        run.asked += 1;
                        run.changed += changed;
                    }
                    Err(e) => {
                        run.failed += 1;
                        tracing::warn!(installation = of.0, plugin = ear.plugin.0, error = ?e, "a place was not heard");
                        let (why, plugin) = (e.public().to_owned(), ear.plugin);
                        self.app.store().write(move |tx| tx.feeds(of).troubled(plugin, &why, now)).await?;
                    }
                }
            }
        }
        Ok(run)
    }

    /// Does what is due at one place. `None` when nothing was.
    async fn attend(&self, ear: &Ear<'_>, now: Timestamp, origin: Option<&str>) -> Result<Option<u64>> {
        let (of, plugin) = (ear.of, ear.plugin);
        let known = self.app.store().read(move |tx| tx.feeds(of).get(plugin)).await?;
        let origin = origin.filter(|_| ear.place.capabilities().watch);
        let due = due(&known.clone().unwrap_or_default(), now, origin.is_some());
        if !due.is_any() {
            return Ok(None);
        }
        let mut feed = match known {
            Some(feed) => feed,
            None => self.app.store().write(move |tx| tx.feeds(of).begin(plugin)).await?,
        };
        // A watch that cannot be had costs a minute, not the changes.
        if let (true, Some(origin)) = (due.watch, origin)
            && let Err(e) = self.renew(ear, &feed, origin, now).await
        {
            tracing::warn!(installation = of.0, plugin = plugin.0, error = ?e, "no watch");
        }
        let mut changed = 0;
        let mut compare = due.compare;
        if due.read {
            let read = self.read_changes(ear, &mut feed, now).await?;
            changed += read.changed;
            compare |= read.compare;
        }
        if compare {
            changed += self.compare(ear, now).await?;
        }
        Ok(Some(changed))
    }

    /// Asks to be told, then ends the watch of before: there is always one. A watch that has just told something is
    /// prolonged where the place can do that.
    async fn renew(&self, ear: &Ear<'_>, feed: &Feed, origin: &str, now: Timestamp) -> Result<()> {
        let (of, plugin) = (ear.of, ear.plugin);
        let call = system(of, now);
        if let Some(running) = can_be_prolonged(feed, now) {
            match ear.place.prolong(&call, running).await {
                Ok(watch) => {
                    return self
                        .app
                        .store()
                        .write(move |tx| tx.feeds(of).watched(plugin, Some(&watch)))
                        .await;
                }
                Err(e) if e.kind() == ErrorKind::Unsupported => {}
                // It has ended, and nobody said so.
                Err(e) if e.kind() == ErrorKind::NotFound => {
                    self.app.store().write(move |tx| tx.feeds(of).want_comparison(plugin)).await?;
                }
                Err(e) => return Err(e),
            }
        }
        let watch = ear.place.watch(&call, &address(origin, of, plugin)).await?;
        let old = feed.watch.clone();
        self.app.store().write(move |tx| tx.feeds(of).watched(plugin, Some(&watch))).await?;
        if let Some(old) = old
            && let Err(e) = ear.place.unwatch(&call, &old).await
        {
            // It ends by itself.
            tracing::debug!(error = ?e, "an old watch runs to its end");
        }
        Ok(())
    }

    /// Reads what changed since the last time.
    async fn read_changes(&self, ear: &Ear<'_>, feed: &mut Feed, now: Timestamp) -> Result<Read> {
        let call = system(ear.of, now);
        let mut read = Read::default();
        for _ in 0..PAGES {
            let page = match ear.place.changes(&call, feed.cursor.as_ref()).await {
                Ok(page) => page,
                // It does not know any more where we were: from now on, and everything is compared.
                Err(e) if e.kind() == ErrorKind::Gone && feed.cursor.is_some() => {
                    let page = ear.place.changes(&call, None).await?;
                    tracing::info!(installation = ear.of.0, plugin = ear.plugin.0, "begun again");
                    self.go_on(ear, feed, &page.next, true, true, now).await?;
                    read.compare = true;
                    return Ok(read);
                }
                Err(e) => return Err(e),
            };
            // Nobody knows what happened before the first reading.
            let everything = page.compare || feed.cursor.is_none();
            read.compare |= everything;
            let (shared, rest): (Vec<_>, Vec<_>) = page.changes.into_iter().partition(|c| c.sharing);
            for change in shared {
                read.changed += u64::from(self.settle(ear, &change.item, true, now).await?);
            }
            let (ours, others): (Vec<_>, Vec<_>) = rest.into_iter().partition(|c| c.as_left);
            // What is as we left it matters only where it was otherwise before.
            let (looked_at, unseen): (Vec<_>, Vec<_>) = ours.into_iter().partition(|c| c.now.is_some());
            let looked_at = looked_at.into_iter().filter_map(|change| change.now).collect();
            let back = self.that_differ(ear, looked_at, true).await?;
            let unseen = unseen.into_iter().map(|change| change.item).collect();
            let stray = self.that_stand_otherwise(ear, unseen).await?;
            for item in others.into_iter().map(|change| change.item).chain(back).chain(stray) {
                read.changed += u64::from(self.settle(ear, &item, false, now).await?);
            }
            if !self.go_on(ear, feed, &page.next, !page.more, everything, now).await? || !page.more {
                break;
            }
        }
        Ok(read)
    }

    /// Writes down where reading is. Gives whether it was still ours to go on.
    async fn go_on(
        &self,
        ear: &Ear<'_>,
        feed: &mut Feed,
        to: &Cursor,
        ended: bool,
        compare: bool,
        now: Timestamp,
    ) -> Result<bool> {
        let (of, plugin, from, next) = (ear.of, ear.plugin, feed.cursor.clone(), to.clone());
        let ours = self
            .app
            .store()
            .write(move |tx| {
                let feeds = tx.feeds(of);
                if compare {
                    feeds.want_comparison(plugin)?;
                }
                feeds.advance(plugin, from.as_ref(), &next, ended, now)
            })
            .await?;
        feed.cursor = Some(to.clone());
        Ok(ours)
    }

    /// Listens to a place no more, asks it to be quiet, and throws away the copies of what it keeps. A place that does
    /// not answer is quiet in the end.
    pub(crate) async fn leave(&self, of: InstallationId, plugin: PluginId, now: Timestamp) -> Result<()> {
        let feed = self.app.store().read(move |tx| tx.feeds(of).get(plugin)).await?;
        if let (Some(watch), Ok(place)) = (feed.and_then(|f| f.watch), self.app.plugins().get(plugin))
            && let Err(e) = place.unwatch(&system(of, now), &watch).await
        {
            tracing::info!(error = ?e, "a watch could not be ended");
        }
        if let Some(copies) = self.app.copies() {
            copies.empty(of, plugin);
        }
        self.app.store().write(move |tx| tx.feeds(of).remove(plugin)).await
    }
}

/// What reading gave.
#[derive(Debug, Default)]
struct Read {
    changed: u64,
    /// Everything is to be compared.
    compare: bool,
}

/// Where a place tells of changes.
fn address(origin: &str, of: InstallationId, plugin: PluginId) -> String {
    format!("{}/notices/{of}/{plugin}", origin.trim_end_matches('/'))
}
