//! SharePoint: documents and templates in libraries of a site, reached as each person.
//!
//! An item is a file. Its reference is our own, because Graph's id changes when a file moves to another library; the
//! notebook knows which file it is (`record`). Every change is written into the record before it is asked for and after
//! it was done, so what an interruption left is found out and settled (`settle`).
//!
//! # As whom
//! Whatever a person can do is asked with the person's own token. The application itself asks for the rest: what nobody
//! waits for, folders for audiences and their permissions, forced undo, and looking whether a file that a person may not
//! see is there. `docs/sharepoint-behaviours.md` has the table.
//!
//! # Locking
//! A check-out is SharePoint's own: what its holder writes is a draft that nobody else reads. A new file that is not
//! published yet is an empty file, checked out.
//!
//! # Budget
//! Every request spends units of the tenant's budget and one of the person's ([`crate::budget`]). Retrying and metering
//! are done by request and not by call, because a call is several requests.

mod access;
mod audience;
mod calls;
mod changing;
mod checks;
mod client;
mod columns;
mod copying;
mod desk;
mod download;
mod facts;
mod fault;
mod feed;
mod fingerprint;
mod folders;
mod founding;
mod handmade;
mod holding;
mod ids;
mod inventory;
mod letting;
mod making;
mod moving;
mod place;
mod plugin;
mod reading;
mod record;
mod refusals;
mod saving;
mod settle;
mod shelf;
mod sites;
mod telling;
mod upload;
mod versions;
mod wire;

pub use feed::{told_by, validation_answer};
pub use founding::{Founder, LibraryChoice, SiteChoice};
pub use place::{Connected, Group, Library, People, Person, Place, Places};
pub use refusals::{Class, Line as RefusalLine, TABLE as REFUSALS, classify};

use crate::budget::{Budget, Pace, Urgency};
use crate::listing::Names;
use crate::turns::Turns;
use client::{Access, Client, Line};
use domain::locking::LockSemantics;
use domain::plugin::{Call, Notebook};
use domain::{PluginId, Result};
use folders::Folders;
use platform::outbound::{Host, Transport};
use std::sync::Arc;
use tokio::sync::OwnedMutexGuard;

/// The largest file SharePoint takes, in bytes: 250 GB (microsoft.md 2.18).
pub const LARGEST: u64 = 250_000_000_000;

/// The hosts that may be met: Graph, and the hosts of SharePoint that it sends a client to.
pub fn hosts() -> Vec<Host> {
    vec![Host::Exactly("graph.microsoft.com".into()), Host::Below("sharepoint.com".into())]
}

/// How the plugin is set up. One plugin serves all installations.
#[derive(Debug, Clone)]
pub struct SharePointSettings {
    /// Its number.
    pub id: PluginId,
    /// Graph's address: `https://graph.microsoft.com`, or a simulator's origin. No slash at the end.
    pub address: String,
    /// The highest level of locking offered.
    pub locking: LockSemantics,
    /// The way out. Its list of hosts must hold the address and the hosts of SharePoint.
    pub transport: Arc<dyn Transport>,
    /// Units by tenant, shared by all installations of a tenant (FLT-16).
    pub tenants: Arc<Budget>,
    /// Requests by person.
    pub persons: Arc<Budget>,
    /// Time that passes, and chance.
    pub pace: Arc<dyn Pace>,
    /// Where files are written down.
    pub notebook: Arc<dyn Notebook>,
    /// Knows where each installation's files lie.
    pub places: Arc<dyn Places>,
    /// Knows who people and groups are at Microsoft.
    pub people: Arc<dyn People>,
}

/// The document plugin for SharePoint: kind `sharepoint`.
#[derive(Debug, Clone)]
pub struct SharePoint {
    shared: Arc<Shared>,
}

impl SharePoint {
    /// The plugin. Nothing is asked of Microsoft yet.
    pub fn new(settings: SharePointSettings) -> Self {
        let SharePointSettings {
            id,
            address,
            locking,
            transport,
            tenants,
            persons,
            pace,
            notebook,
            places,
            people,
        } = settings;
        let client = Arc::new(Client::new(transport, format!("{address}/v1.0"), tenants, persons, pace));
        let (turns, names, folders) = (Turns::default(), Names::default(), Folders::default());
        Self {
            shared: Arc::new(Shared { id, locking, client, notebook, places, people, turns, names, folders }),
        }
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
    turns: Turns,
    pub names: Names,
    pub folders: Folders,
}

impl Shared {
    /// How asking goes for a tenant.
    pub fn meter(&self, tenant: &str) -> domain::plugin::Meter {
        self.client.tenants.meter(tenant)
    }

    /// Waits for the turn of a file, an operation or a folder: one change at a time in this process.
    pub async fn turn(&self, of: &str) -> OwnedMutexGuard<()> {
        self.turns.turn(of).await
    }

    /// The work place of one call.
    pub async fn desk<'a>(&'a self, call: &'a Call) -> Result<desk::Desk<'a>> {
        let connected = self.places.of(call.installation).await?;
        self.desk_at(call, connected).await
    }

    /// The same at a place in particular.
    pub async fn desk_at<'a>(&'a self, call: &'a Call, connected: Connected) -> Result<desk::Desk<'a>> {
        if let Some(share) = connected.share {
            self.client.tenants.allow(&connected.place.tenant, call.installation, share);
        }
        let urgency = if call.associate.is_some() { Urgency::Interactive } else { Urgency::Background };
        let access = |connection: String, object: String| Access {
            installation: call.installation,
            tenant: connected.place.tenant.as_str().into(),
            connection,
            object,
            tokens: Arc::clone(&connected.tokens),
        };
        let line = |access| Line::new(&self.client, access, urgency, call.now);
        let app = line(access(connected.app.clone(), String::new()));
        let mine = match call.associate {
            None => app.clone(),
            Some(who) => {
                let person = self.people.person(call.installation, &connected.place.tenant, who).await?;
                let known = person.as_ref().and_then(|p| p.connection.clone().zip(p.object.clone()));
                let (connection, object) = known.ok_or_else(|| fault::not_connected(&call.name))?;
                line(access(connection, object))
            }
        };
        Ok(desk::Desk { shared: self, place: connected.place, mine, app, call })
    }
}
