//! Google Drive: documents and templates in a folder of a My Drive or a shared drive, reached as one system user.
//!
//! An item is a file, and its reference is the file's id. The id is fetched from Google and written into the notebook
//! before the file is made, so a lost answer never makes a second one. What an operation did is written on the file in
//! the same request that does it (`marks`). What does not fit there is in the notebook (`record`).
//!
//! # Locking
//! The head of a file is its work copy: who edits at Google edits there. While somebody holds a file, everybody else
//! reads the revision that was the head before, which Google keeps for good meanwhile. A lock is a property of its own
//! name: Google merges properties, so of two who take it at the same moment the second sees the first.
//!
//! # Rights
//! The system user reaches every file. Who may do what is decided before this plugin is called (ATT-45); a file that
//! does not carry the installation's mark is not found. Who may open a file at Google is decided by the folder it lies
//! in (`audience`); no file has permissions of its own.
//!
//! # Budget
//! Every request spends units of the project's budget first ([`crate::budget`]). Retrying and metering are done by
//! request and not by call, because a call is several requests.

mod access;
mod audience;
mod calls;
mod changing;
mod checks;
mod client;
mod copying;
mod desk;
mod download;
mod fault;
mod feed;
mod folders;
mod founding;
mod holding;
mod ids;
mod making;
mod marks;
mod names;
mod opening;
mod place;
mod plugin;
mod reading;
mod record;
mod refusals;
mod saving;
mod telling;
mod upload;
mod versions;
mod wire;

pub use feed::is_notice_of;
pub use founding::Founder;
pub use place::{Access, Connected, DriveKind, Group, People, Person, Place, Places};
pub use refusals::{Class, Line as RefusalLine, TABLE as REFUSALS, classify};

use crate::budget::{Budget, Pace};
use crate::listing::Names;
use crate::turns::Turns;
use client::Client;
use domain::locking::LockSemantics;
use domain::plugin::{Call, Notebook};
use domain::{PluginId, Result};
use folders::Folders;
use ids::IdPool;
use platform::outbound::{Host, Transport};
use std::sync::{Arc, Mutex};
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

/// The largest file Google takes, in bytes: 5 TB (google.md 3.2).
pub const LARGEST: u64 = 5_000_000_000_000;

/// The hosts that may be met.
pub fn hosts() -> Vec<Host> {
    vec![Host::Exactly("www.googleapis.com".into())]
}

/// How the plugin is set up. One plugin serves all installations.
#[derive(Debug, Clone)]
pub struct GoogleDriveSettings {
    /// Its number.
    pub id: PluginId,
    /// Google's address: `https://www.googleapis.com`, or a simulator's origin. No slash at the end.
    pub address: String,
    /// The highest level of locking offered.
    pub locking: LockSemantics,
    /// The way out. Its list of hosts must hold the address.
    pub transport: Arc<dyn Transport>,
    /// The project's budget, shared by all that use the project.
    pub budget: Arc<Budget>,
    /// Time that passes, and chance.
    pub pace: Arc<dyn Pace>,
    /// Where ids are written down before they are used.
    pub notebook: Arc<dyn Notebook>,
    /// Knows where each installation's files lie.
    pub places: Arc<dyn Places>,
    /// Knows who people and groups are at Google.
    pub people: Arc<dyn People>,
}

/// The document plugin for Google Drive: kind `google_drive`.
#[derive(Debug, Clone)]
pub struct GoogleDrive {
    shared: Arc<Shared>,
}

impl GoogleDrive {
    /// The plugin. Nothing is asked of Google yet.
    pub fn new(settings: GoogleDriveSettings) -> Self {
        let GoogleDriveSettings { id, address, locking, transport, budget, pace, notebook, places, people } =
            settings;
        let client = Arc::new(Client::new(transport, address, budget, pace));
        let shared = Shared {
            id,
            locking,
            client,
            notebook,
            places,
            people,
            ids: Mutex::default(),
            ids_turn: AsyncMutex::default(),
            turns: Turns::default(),
            names: Names::default(),
            folders: Folders::default(),
        };
        Self { shared: Arc::new(shared) }
    }
}

/// What all calls share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub id: PluginId,
    pub locking: LockSemantics,
    pub client: Arc<Client>,
    pub notebook: Arc<dyn Notebook>,
    pub places: Arc<dyn Places>,
    pub people: Arc<dyn People>,
    pub ids: Mutex<IdPool>,
    pub ids_turn: AsyncMutex<()>,
    turns: Turns,
    pub names: Names,
    pub folders: Folders,
}

impl Shared {
    /// Waits for the turn of a file, an operation or a folder: one change at a time in this process.
    pub async fn turn(&self, of: &str) -> OwnedMutexGuard<()> {
        self.turns.turn(of).await
    }

    /// The work place of one call.
    pub async fn desk<'a>(&'a self, call: &'a Call) -> Result<desk::Desk<'a>> {
        let connected = self.places.of(call.installation).await?;
        Ok(self.desk_at(call, connected))
    }

    /// The same, as somebody in particular.
    pub fn desk_at<'a>(&'a self, call: &'a Call, connected: Connected) -> desk::Desk<'a> {
        desk::Desk { shared: self, line: self.client.line(call, connected), call }
    }
}
