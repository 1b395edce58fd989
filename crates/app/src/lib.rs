//! The use cases: documents, templates, records, getting in, and the reconciler that finishes what was
//! interrupted.
//!
//! Invariant: no HTTP, no SQL text, no provider's wire types. Every front end takes the same walks through here.
//! Invariant: authorization is the first thing a use case does, so no front end can forget it.
//! Invariant: no plugin is called while a transaction is open.

pub mod access;
pub mod admin;
pub mod documents;
pub mod google;
pub mod idempotency;
pub mod imports;
pub mod jobs;
pub mod living;
pub mod mailings;
mod notebook;
pub mod operations;
pub mod preferences;
pub mod reconciler;
pub mod records;
pub mod registry;
pub mod sharepoint;
pub mod sign_in;
pub mod templates;

mod limits;
mod subjects;
mod trial;

pub use limits::within;
pub use notebook::StoreNotebook;
pub use trial::TrialLine;

use domain::plugin::{DocumentPlugin, TemporaryCopies};
use domain::steps::Steps;
use std::sync::Arc;
use std::time::Duration;
use store::Store;

/// What the application is built from.
#[derive(Debug)]
pub struct Parts {
    /// The tables.
    pub store: Store,
    /// The document plugins, wrapped and ready; the archive is among them.
    pub plugins: Vec<Arc<dyn DocumentPlugin>>,
    /// Limits and lifetimes.
    pub settings: Settings,
    /// Who hears of step boundaries.
    pub steps: Arc<dyn Steps>,
}

/// Limits and lifetimes.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The largest content accepted, in bytes.
    pub max_upload: u64,
    /// The largest template file accepted, in bytes. Templates are held in memory while compiled.
    pub max_template: u64,
    /// How long a sign-in link can be used.
    pub link_life: Duration,
    /// How long a session lasts without use.
    pub session_idle: Duration,
    /// How long a session lasts at most.
    pub session_absolute: Duration,
    /// How much memory compiled templates may take, in bytes.
    pub template_cache: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_upload: 2 << 30,
            max_template: 32 << 20,
            link_life: Duration::from_mins(10),
            session_idle: Duration::from_mins(30),
            session_absolute: Duration::from_hours(12),
            template_cache: 12 << 20,
        }
    }
}

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Pass back as `after` for the next page; `None` on the last.
    pub next: Option<String>,
}

impl<T> Page<T> {
    fn of<C: std::fmt::Display>(page: store::Page<T, C>) -> Self {
        Self { items: page.items, next: page.next.map(|c| c.to_string()) }
    }
}

/// The application. Cheap to clone.
#[derive(Debug, Clone)]
pub struct App(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    registry: registry::Registry,
    settings: Settings,
    steps: Arc<dyn Steps>,
    compiled: templates::Compiled,
    running: operations::Running,
    session_touch: access::Touches,
    keys: idempotency::KeysAtWork,
    mailings_wake: tokio::sync::Notify,
    jobs_wake: tokio::sync::Notify,
    login_page: std::sync::OnceLock<sign_in::LoginPage>,
    drive: std::sync::OnceLock<google::Drive>,
    ears: living::Ears,
    copies: std::sync::OnceLock<Arc<dyn TemporaryCopies>>,
    office: std::sync::OnceLock<Arc<platform::office::Office>>,
    sharepoint: std::sync::OnceLock<sharepoint::Sites>,
}

impl App {
    /// The application over these parts.
    pub fn new(parts: Parts) -> Self {
        let compiled = templates::Compiled::new(parts.settings.template_cache);
        Self(Arc::new(Inner {
            store: parts.store,
            registry: registry::Registry::new(parts.plugins),
            settings: parts.settings,
            steps: parts.steps,
            compiled,
            running: operations::Running::default(),
            session_touch: access::Touches::default(),
            keys: idempotency::KeysAtWork::default(),
            mailings_wake: tokio::sync::Notify::new(),
            jobs_wake: tokio::sync::Notify::new(),
            login_page: std::sync::OnceLock::new(),
            drive: std::sync::OnceLock::new(),
            ears: living::Ears::default(),
            copies: std::sync::OnceLock::new(),
            office: std::sync::OnceLock::new(),
            sharepoint: std::sync::OnceLock::new(),
        }))
    }

    /// Lets people sign in through a login page. Done once, at the start; without it there are sign-in links only.
    pub fn connect_login_page(&self, login_page: sign_in::LoginPage) {
        let _ = self.0.login_page.set(login_page);
    }

    /// Lets administrators set up Google Drive. Done once, at the start; the plugin is among the parts.
    pub fn connect_drive(&self, drive: google::Drive) {
        let _ = self.0.drive.set(drive);
    }

    /// Makes the temporary copies of this process known, for those who look after them. Done once, at the start; the
    /// plugins that use them have them already.
    pub fn connect_copies(&self, copies: Arc<dyn TemporaryCopies>) {
        let _ = self.0.copies.set(copies);
    }

    /// The temporary copies of this process; `None` where none are kept.
    pub fn copies(&self) -> Option<&Arc<dyn TemporaryCopies>> {
        self.0.copies.get()
    }

    /// Lets documents be turned into PDF. Done once, at the start; without it there is no PDF.
    pub fn connect_office(&self, office: Arc<platform::office::Office>) {
        let _ = self.0.office.set(office);
    }

    /// Starts the office program once, where there is one, so that the first PDF does not wait for it.
    pub async fn warm_office(&self) {
        if let Some(office) = self.0.office.get()
            && let Err(e) = office.warm().await
        {
            tracing::warn!(error = ?e, "the office program does not work; `chancery doctor` says more");
        }
    }

    /// Setting up Google Drive.
    pub fn google(&self) -> google::Google<'_> {
        google::Google { app: self }
    }

    /// Lets administrators set up SharePoint. Done once, at the start; the plugin is among the parts.
    pub fn connect_sharepoint(&self, sites: sharepoint::Sites) {
        let _ = self.0.sharepoint.set(sites);
    }

    /// Setting up SharePoint.
    pub fn sharepoint(&self) -> sharepoint::SharePoint<'_> {
        sharepoint::SharePoint { app: self }
    }

    /// Signing in through the login page.
    pub fn sign_in(&self) -> sign_in::SignIn<'_> {
        sign_in::SignIn { app: self }
    }

    /// Documents.
    pub fn documents(&self) -> documents::Documents<'_> {
        documents::Documents { app: self }
    }

    /// Templates and headings.
    pub fn templates(&self) -> templates::Templates<'_> {
        templates::Templates { app: self }
    }

    /// Companies, contacts, projects, sales, associates, groups.
    pub fn records(&self) -> records::Records<'_> {
        records::Records { app: self }
    }

    /// Imports of records.
    pub fn imports(&self) -> imports::Imports<'_> {
        imports::Imports { app: self }
    }

    /// What a person prefers.
    pub fn preferences(&self) -> preferences::Preferences<'_> {
        preferences::Preferences { app: self }
    }

    /// Works over everything that a place keeps.
    pub fn jobs(&self) -> jobs::Jobs<'_> {
        jobs::Jobs { app: self }
    }

    /// Mail merges.
    pub fn mailings(&self) -> mailings::Mailings<'_> {
        mailings::Mailings { app: self }
    }

    /// Sign-in links, sessions and API tokens.
    pub fn access(&self) -> access::Access<'_> {
        access::Access { app: self }
    }

    /// What administrators and operators look at.
    pub fn admin(&self) -> admin::Admin<'_> {
        admin::Admin { app: self }
    }

    /// Repeated requests with the same key.
    pub fn idempotency(&self) -> idempotency::Idempotency<'_> {
        idempotency::Idempotency { app: self }
    }

    /// Listening to the places that keep documents.
    pub fn living(&self) -> living::Living<'_> {
        living::Living { app: self }
    }

    /// Finishes what was interrupted.
    pub fn reconciler(&self) -> reconciler::Reconciler<'_> {
        reconciler::Reconciler { app: self }
    }

    /// The document plugins.
    pub fn plugins(&self) -> &registry::Registry {
        &self.0.registry
    }

    /// Limits and lifetimes.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// The tables. For the composition root and tests; front ends go through use cases.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    fn reached(&self, step: &'static str) {
        self.0.steps.reached(step);
    }
}
