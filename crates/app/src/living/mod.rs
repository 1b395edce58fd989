//! Living links: what others do to documents at their places is seen here.
//!
//! A place that can tells of changes at our address; its list of changes is read then, and after a while in any case.
//! Once a day, and whenever the list was lost, everything is compared. Whatever is told, and however often, only the
//! difference between the row and the place counts: a notice that is lost, late or repeated changes nothing, and what
//! we do ourselves leaves no difference.
//!
//! Where reading was left is written down after what was read has been recorded, so a process that is killed reads it
//! again.

mod compare;
mod listen;
mod settle;
mod show;

pub use listen::Run;
pub use show::{AtPlace, CopiesView, History, PlaceView};
pub use store::Happened;

use crate::App;
use domain::living::heard;
use domain::plugin::{Call, Notice};
use domain::{InstallationId, PluginId, Result};
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use tokio::sync::Notify;

/// Use cases of listening to places.
#[derive(Debug, Clone, Copy)]
pub struct Living<'a> {
    pub(crate) app: &'a App,
}

/// What this process knows of its listening.
#[derive(Debug, Default)]
pub(crate) struct Ears {
    told: Notify,
    comparing: Mutex<HashMap<(InstallationId, PluginId), u64>>,
}

impl Ears {
    fn comparing(&self, of: InstallationId, plugin: PluginId) -> Option<u64> {
        self.comparing.lock().unwrap_or_else(PoisonError::into_inner).get(&(of, plugin)).copied()
    }

    fn compares(&self, of: InstallationId, plugin: PluginId, looked_at: Option<u64>) {
        let mut all = self.comparing.lock().unwrap_or_else(PoisonError::into_inner);
        match looked_at {
            Some(count) => all.insert((of, plugin), count),
            None => all.remove(&(of, plugin)),
        };
    }
}

impl Living<'_> {
    /// Waits until a place has told of changes.
    pub async fn told_of_changes(&self) {
        self.app.0.ears.told.notified().await;
    }

    /// What a place wants to hear at the address of a watch before it tells anything there.
    pub fn answer(&self, plugin: PluginId, query: &str) -> Option<String> {
        self.app.plugins().get(plugin).ok()?.watch_answer(query)
    }

    /// Hears what somebody sent to the address of a watch. Gives whether it was the place: anybody else is not even
    /// told whether there is such a watch.
    pub async fn hear(
        &self,
        of: InstallationId,
        plugin: PluginId,
        notice: &Notice,
        now: Timestamp,
    ) -> Result<bool> {
        let Ok(place) = self.app.plugins().get(plugin) else { return Ok(false) };
        let feed = self.app.store().read(move |tx| tx.feeds(of).get(plugin)).await?;
        let Some(watch) = feed.and_then(|feed| feed.watch) else { return Ok(false) };
        let told = place.told(&watch, notice);
        if told.is_empty() {
            return Ok(false);
        }
        let heard = heard(&watch, &told, now);
        self.app
            .store()
            .write(move |tx| {
                let feeds = tx.feeds(of);
                if let Some(watch) = &heard.watch {
                    feeds.watched(plugin, Some(watch))?;
                }
                if heard.compare {
                    feeds.want_comparison(plugin)?;
                }
                feeds.told(plugin, now)
            })
            .await?;
        self.app.0.ears.told.notify_one();
        Ok(true)
    }
}

/// A call of the product itself.
fn system(of: InstallationId, now: Timestamp) -> Call {
    Call {
        installation: of,
        associate: None,
        name: "Chancery".into(),
        operation: None,
        now,
        accepts: Vec::new(),
    }
}
