//! The door of the store: closures over typed repositories.

use crate::{
    ApiTokens, Associates, Audit, Companies, Contacts, Documents, Everywhere, Feeds, Groups, Headings,
    Idempotency, Identities, Installations, Jobs, MIGRATIONS, Mailings, Operations, OutsideOf, PluginNotes,
    Projects, Sales, Sessions, Settings, SignInLinks, SignInTasks, SignIns, TemplateDrafts, Templates,
};
use domain::{InstallationId, Result};
use jiff::Timestamp;
use platform::sql::{self, Database};

/// The store. Clones share one database.
#[derive(Debug, Clone)]
pub struct Store {
    db: Database,
}

impl Store {
    /// Takes a database into use: brings its schema to the newest step first.
    /// # Errors
    /// `Conflict` when a newer release has written the database; `Unavailable` when it cannot be reached.
    pub async fn open(db: Database, now: Timestamp) -> Result<Self> {
        sql::migrate(&db, MIGRATIONS, now).await?;
        Ok(Self { db })
    }

    /// The steps of the schema: number, name, and whether the database has it. Changes nothing.
    pub async fn schema(db: &Database) -> Result<Vec<(i64, String, bool)>> {
        let steps = sql::migrations(db, MIGRATIONS).await?;
        Ok(steps.into_iter().map(|s| (s.version, s.name, s.at.is_some())).collect())
    }

    /// Runs a closure that changes things; answers once its changes are on the disk. All of them take effect, or
    /// none when it errs.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        F: FnOnce(&Tx<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.db.write(move |tx| work(&Tx(tx))).await
    }

    /// Runs a closure that only looks, at one state of the database from beginning to end.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        F: FnOnce(&Tx<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.db.read(move |tx| work(&Tx(tx))).await
    }

    /// The database underneath, for health checks.
    pub fn database(&self) -> &Database {
        &self.db
    }
}

/// One unit of work: makes the repositories.
#[derive(Debug, Clone)]
pub struct Tx<'c>(pub(crate) sql::Tx<'c>);

/// Repositories of one installation.
macro_rules! tenant_repositories {
    ($($(#[$doc:meta])* $method:ident: $repository:ident;)*) => {
        impl<'c> Tx<'c> {$(
            $(#[$doc])*
            pub fn $method(&self, installation: InstallationId) -> $repository<'c> {
                $repository { tx: self.0, installation }
            }
        )*}
    };
}

tenant_repositories! {
    /// User groups.
    groups: Groups;
    /// Associates.
    associates: Associates;
    /// Companies.
    companies: Companies;
    /// Contacts.
    contacts: Contacts;
    /// Projects.
    projects: Projects;
    /// Sales.
    sales: Sales;
    /// Headings of templates.
    headings: Headings;
    /// Templates.
    templates: Templates;
    /// Files that wait to become a template's.
    template_drafts: TemplateDrafts;
    /// Mail merges.
    mailings: Mailings;
    /// Works over everything that a place keeps.
    jobs: Jobs;
    /// Documents.
    documents: Documents;
    /// Listening to places.
    feeds: Feeds;
    /// What others did to documents at their places.
    outside: OutsideOf;
    /// Operations.
    operations: Operations;
    /// Answers to requests that carry an idempotency key.
    idempotency: Idempotency;
    /// Notebooks of document plugins.
    plugin_notes: PluginNotes;
    /// Settings.
    settings: Settings;
    /// Identities bound to associates.
    identities: Identities;
    /// Refused sign-ins that an administrator has to look at.
    sign_in_tasks: SignInTasks;
}

impl<'c> Tx<'c> {
    /// The audit log.
    pub fn audit(&self, installation: InstallationId) -> Audit<'c> {
        Audit::of(self.0, installation)
    }

    /// Installations.
    pub fn installations(&self) -> Installations<'c> {
        Installations { tx: self.0 }
    }

    /// Sessions, found by the hash of their token.
    pub fn sessions(&self) -> Sessions<'c> {
        Sessions { tx: self.0 }
    }

    /// Sign-in links, found by the hash of their token.
    pub fn sign_in_links(&self) -> SignInLinks<'c> {
        SignInLinks { tx: self.0 }
    }

    /// Sign-ins through the login page, found by hashes of what a browser carries.
    pub fn sign_ins(&self) -> SignIns<'c> {
        SignIns { tx: self.0 }
    }

    /// Tokens for the API, found by their hash.
    pub fn api_tokens(&self) -> ApiTokens<'c> {
        ApiTokens { tx: self.0 }
    }

    /// What sweeps all installations: the reconciler, cleaning up, metrics. Never for a request.
    pub fn everywhere(&self) -> Everywhere<'c> {
        Everywhere { tx: self.0 }
    }
}
