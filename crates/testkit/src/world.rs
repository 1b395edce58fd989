//! A whole service in one process: a house with a router, and two installations with people.
//!
//! Nothing listens on a port and no time passes unless a test says so. Everything is removed with the value.

mod client;
mod people;

pub use client::{Answer, Client, Request};
pub use people::Place;

use crate::clock::Clock;
use crate::house::{Ground, House};
use app::{App, Settings};
use domain::steps::{Steps, Unwatched};
use domain::{Actor, Ctx, InstallationId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use store::Store;
use uuid::Uuid;

/// The instant at which every world begins: a Monday morning.
pub const MORNING: &str = "2026-11-23T09:00:00Z";
/// Where the service of a world is found, as browsers and cookies see it.
pub const BASE: &str = "https://crm.test";
/// The largest content a world accepts, in bytes. Small, so that tests of the limit are quick.
pub const MAX_UPLOAD: u64 = 1 << 20;

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
    router: axum::Router,
    tokens: Mutex<HashMap<(InstallationId, String), String>>,
    // Last, so that its folder is removed after everything that has files in it.
    house: House,
}

impl World {
    /// A world in which nothing has happened yet.
    pub async fn new() -> Self {
        Self::watched(Arc::new(Unwatched)).await
    }

    /// A world whose step boundaries somebody hears of, until it is restarted.
    pub async fn watched(steps: Arc<dyn Steps>) -> Self {
        Self::on(Settings { max_upload: MAX_UPLOAD, ..Settings::default() }, steps).await
    }

    /// A world with other limits and lifetimes.
    pub async fn with(settings: Settings) -> Self {
        Self::on(settings, Arc::new(Unwatched)).await
    }

    async fn on(settings: Settings, steps: Arc<dyn Steps>) -> Self {
        let beginning = MORNING.parse().unwrap();
        let house = House::empty(Ground { beginning, settings, durable: false, steps }).await;
        let (store, clock) = (house.app.store().clone(), house.clock.clone());
        let first = people::nordlys(&house.app, clock.now()).await;
        let second = people::fjord(&house.app, clock.now()).await;
        let router = doors(&house.app, &clock);
        Self { store, clock, first, second, router, tokens: Mutex::default(), house }
    }

    /// The same tables and files under a process that has just started and remembers nothing.
    pub fn restart(&mut self) {
        self.house.restart();
        self.router = doors(&self.house.app, &self.clock);
    }

    /// The use cases.
    pub fn app(&self) -> &App {
        &self.house.app
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
        count(&self.house.directory().join("archive"))
    }

    /// The context of a request by somebody of `nordlys`.
    pub async fn ctx(&self, login: &str) -> Ctx {
        self.ctx_in(&self.first, login).await
    }

    /// The context of a request by somebody of a place.
    pub async fn ctx_in(&self, place: &Place, login: &str) -> Ctx {
        self.house.as_in(place.installation, login).await
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
            let made =
                self.app().access().make_token(&ctx, "a program of a test", None).await.unwrap().secret;
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
        let link = self.app().access().make_link(&system, login).await.unwrap();
        let entered = self
            .app()
            .access()
            .enter(&link.token, self.clock.now(), Uuid::nil(), "a browser of a test", "127.0.0.1")
            .await
            .unwrap();
        self.anonymous().with_session(&entered.token, &entered.session.csrf)
    }
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
