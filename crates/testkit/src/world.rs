//! A whole service in one process: tables, an archive, the use cases, the router, and two installations with people.
//!
//! Nothing listens on a port and no time passes unless a test says so. Everything is removed with the value.

mod client;
mod people;

pub use client::{Answer, Client, Request};
pub use people::Place;

use app::{App, Parts, Settings};
use domain::plugin::DocumentPlugin;
use domain::records::Associate;
use domain::steps::Unwatched;
use domain::{Actor, Ctx, InstallationId};
use jiff::Timestamp;
use platform::sql::{Database, SqlSettings};
use plugins::archive::{ArchivePlugin, ArchiveSettings};
use plugins::guard::Guarded;
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::Store;
use tempfile::TempDir;
use uuid::Uuid;

/// The instant at which every world begins: a Monday morning.
pub const MORNING: &str = "2026-11-23T09:00:00Z";
/// Where the service of a world is found, as browsers and cookies see it.
pub const BASE: &str = "https://crm.test";
/// The largest content a world accepts, in bytes. Small, so that tests of the limit are quick.
pub const MAX_UPLOAD: u64 = 1 << 20;

/// A clock that stands until it is moved.
#[derive(Debug, Clone)]
pub struct Clock(Arc<AtomicI64>);

impl Clock {
    fn at(start: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(start.as_second())))
    }

    /// What it shows.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }

    /// Moves it on.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(by.as_secs() as i64, Ordering::SeqCst);
    }
}

/// A whole service in one process.
#[derive(Debug)]
pub struct World {
    /// The tables.
    pub store: Store,
    /// The time it is for everything in the world.
    pub clock: Clock,
    /// `nordlys`: where most tests take place.
    pub first: Place,
    /// `fjord`: somebody else's installation.
    pub second: Place,
    app: App,
    router: axum::Router,
    plugin: Arc<dyn DocumentPlugin>,
    tokens: Mutex<HashMap<(InstallationId, String), String>>,
    seeds: AtomicU64,
    // Last, so that it is removed after everything that has files in it.
    folder: TempDir,
}

impl World {
    /// A world in which nothing has happened yet.
    pub async fn new() -> Self {
        Self::with(Settings { max_upload: MAX_UPLOAD, ..Settings::default() }).await
    }

    /// A world with other limits and lifetimes.
    pub async fn with(settings: Settings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::at(MORNING.parse().unwrap());
        let sql =
            SqlSettings { durable: false, readers: 2, ..SqlSettings::at(folder.path().join("world.db")) };
        let store = Store::open(Database::open(&sql).unwrap(), clock.now()).await.unwrap();
        let archive =
            ArchiveSettings { reserve_bytes: 0, ..ArchiveSettings::new(folder.path().join("archive")) };
        let plugin: Arc<dyn DocumentPlugin> =
            Arc::new(Guarded::new(Arc::new(ArchivePlugin::open(archive).unwrap())));
        let app = application(&store, &plugin, settings);
        let first = people::nordlys(&app, clock.now()).await;
        let second = people::fjord(&app, clock.now()).await;
        let router = doors(&app, &clock);
        let (tokens, seeds) = (Mutex::default(), AtomicU64::new(1));
        Self { store, clock, first, second, app, router, plugin, tokens, seeds, folder }
    }

    /// The same tables and files under a process that has just started and remembers nothing.
    pub fn restart(&mut self) {
        self.app = application(&self.store, &self.plugin, self.app.settings().clone());
        self.router = doors(&self.app, &self.clock);
    }

    /// The use cases.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Every route with its handler and everything around it.
    pub fn router(&self) -> &axum::Router {
        &self.router
    }

    /// The files of the archive below its folder, without locks and marks: what a refused upload must not leave.
    pub fn content_files(&self) -> usize {
        fn count(folder: &std::path::Path) -> usize {
            let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
            let each = |e: std::fs::DirEntry| if e.path().is_dir() { count(&e.path()) } else { 1 };
            entries.filter_map(Result::ok).map(each).sum()
        }
        count(&self.folder.path().join("archive"))
    }

    /// The context of a request by somebody of `nordlys`.
    pub async fn ctx(&self, login: &str) -> Ctx {
        self.ctx_in(&self.first, login).await
    }

    /// The context of a request by somebody of a place.
    pub async fn ctx_in(&self, place: &Place, login: &str) -> Ctx {
        let (installation, wanted) = (place.installation, login.to_owned());
        let found: Option<Associate> =
            self.store.read(move |tx| tx.associates(installation).by_login(&wanted)).await.unwrap();
        let who = found.unwrap_or_else(|| panic!("nobody in {} is called {login}", place.key));
        let seed = self.seeds.fetch_add(1, Ordering::SeqCst);
        let request = Uuid::from_u64_pair(0, seed);
        Ctx::new(installation, Actor::Associate(Arc::new(who)), self.clock.now(), request, seed)
    }

    /// Somebody who has not signed in.
    pub fn anonymous(&self) -> Client<'_> {
        Client::new(self)
    }

    /// A program with an API token of somebody of `nordlys`.
    pub async fn as_(&self, login: &str) -> Client<'_> {
        self.as_in(&self.first, login).await
    }

    /// A program with an API token of somebody of a place.
    pub async fn as_in(&self, place: &Place, login: &str) -> Client<'_> {
        let key = (place.installation, login.to_owned());
        let known = self.tokens.lock().unwrap().get(&key).cloned();
        let token = if let Some(token) = known {
            token
        } else {
            let ctx = self.ctx_in(place, login).await;
            let made = self.app.access().make_token(&ctx, "a program of a test", None).await.unwrap().secret;
            self.tokens.lock().unwrap().insert(key, made.clone());
            made
        };
        self.anonymous().with_bearer(token)
    }

    /// A browser in which somebody of `nordlys` has signed in.
    pub async fn browser(&self, login: &str) -> Client<'_> {
        self.browser_in(&self.first, login).await
    }

    /// A browser in which somebody of a place has signed in.
    pub async fn browser_in(&self, place: &Place, login: &str) -> Client<'_> {
        let system = Ctx::new(place.installation, Actor::System, self.clock.now(), Uuid::nil(), 1);
        let link = self.app.access().make_link(&system, login).await.unwrap();
        let entered = self
            .app
            .access()
            .enter(&link.token, self.clock.now(), Uuid::nil(), "a browser of a test", "127.0.0.1")
            .await
            .unwrap();
        self.anonymous().with_session(&entered.token, &entered.session.csrf)
    }
}

fn application(store: &Store, plugin: &Arc<dyn DocumentPlugin>, settings: Settings) -> App {
    let plugins = vec![Arc::clone(plugin)];
    App::new(Parts { store: store.clone(), plugins, settings, steps: Arc::new(Unwatched) })
}

fn doors(app: &App, clock: &Clock) -> axum::Router {
    let clock = clock.clone();
    let settings = web::Settings {
        base: web::Base::parse(BASE).unwrap(),
        now: Arc::new(move || clock.now()),
        metrics: Arc::new(String::new),
        open_metrics: false,
    };
    web::router(web::State { app: app.clone(), settings: Arc::new(settings) })
}
