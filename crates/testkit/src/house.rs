//! An application over a folder of its own: tables, archive, one installation with people, and a clock that moves
//! only when it is told.

use crate::clock::Clock;
use app::{App, Parts, Settings};
use domain::documents::Properties;
use domain::plugin::DocumentPlugin;
use domain::records::{Associate, Company, Contact, Group, Installation};
use domain::steps::{Steps, Unwatched};
use domain::{Actor, CompanyId, ContactId, Ctx, GroupId, InstallationId, PluginId, Result};
use jiff::Timestamp;
use platform::sql::{Database, SqlSettings};
use plugins::archive::{ArchivePlugin, ArchiveSettings};
use plugins::guard::Guarded;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use store::Store;
use uuid::Uuid;

/// Where every house's clock begins: 2026-11-23 10:00 UTC.
pub const BEGINNING: i64 = 1_795_428_000;

/// What a house is built on.
#[derive(Debug)]
pub struct Ground {
    /// When its clock begins.
    pub beginning: Timestamp,
    /// Limits and lifetimes of the application.
    pub settings: Settings,
    /// Whether a commit waits for the disk, as in daily use.
    pub durable: bool,
    /// Who is told of each step at the archive.
    pub steps: Arc<dyn Steps>,
}

impl Default for Ground {
    fn default() -> Self {
        Self {
            beginning: instant(BEGINNING),
            settings: Settings::default(),
            durable: true,
            steps: Arc::new(Unwatched),
        }
    }
}

/// An application over a folder.
#[derive(Debug)]
pub struct House {
    /// The application.
    pub app: App,
    /// The archive behind it.
    pub archive: ArchivePlugin,
    /// The installation with people in it, once [`House::people`] has run.
    pub installation: Installation,
    /// The time it is in the house.
    pub clock: Clock,
    directory: PathBuf,
    requests: AtomicU64,
    /// Kept so that the folder goes when the house goes.
    temporary: Option<tempfile::TempDir>,
}

impl House {
    /// A house in a temporary folder, with people.
    pub async fn new() -> Self {
        let mut house = Self::empty(Ground::default()).await;
        house.people().await.expect("people can move in");
        house
    }

    /// A house in a temporary folder, in which nobody lives.
    pub async fn empty(ground: Ground) -> Self {
        let temporary = tempfile::tempdir().expect("a temporary folder can be made");
        let path = temporary.path().to_owned();
        let mut house = Self::on(&path, ground).await.expect("a house can be opened");
        house.temporary = Some(temporary);
        house
    }

    /// A house over an existing folder, as another process left it.
    pub async fn at(directory: &Path, steps: Arc<dyn Steps>) -> Result<Self> {
        Self::on(directory, Ground { steps, ..Ground::default() }).await
    }

    async fn on(directory: &Path, ground: Ground) -> Result<Self> {
        let Ground { beginning, settings, durable, steps } = ground;
        let sql = SqlSettings { durable, ..SqlSettings::at(directory.join("chancery.db")) };
        let store = Store::open(Database::open(&sql)?, beginning).await?;
        let archive = ArchiveSettings {
            steps: Arc::clone(&steps),
            reserve_bytes: 0,
            ..ArchiveSettings::new(directory.join("archive"))
        };
        let archive = ArchivePlugin::open(archive)?;
        let plugin: Arc<dyn DocumentPlugin> = Arc::new(Guarded::new(Arc::new(archive.clone())));
        let app = App::new(Parts { store, plugins: vec![plugin], settings, steps });
        let installations = app.store().read(|tx| tx.installations().list()).await?;
        let installation = installations.into_iter().next().unwrap_or_else(unnamed);
        Ok(Self {
            app,
            archive,
            installation,
            clock: Clock::at(beginning),
            directory: directory.to_owned(),
            requests: AtomicU64::new(1),
            temporary: None,
        })
    }

    /// Makes the installation: groups Sales and Purchasing; ada (administrator, may force), bo and cy (Sales), di
    /// (Purchasing), ed (retired), fi (without a plan); company Solsiden with contact Kari Nord.
    pub async fn people(&mut self) -> Result<()> {
        let now = self.now();
        let installation =
            Installation { name: "Nordlys".into(), key: "nordlys".into(), ..self.installation.clone() };
        let id = add_installation(&self.app, installation, now).await?;
        let found = self.app.store().read(move |tx| tx.installations().by_id(id)).await?;
        self.installation = found.expect("the installation was just made");
        Ok(())
    }

    /// The folder.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Now, by the house's clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Lets time pass.
    pub fn pass(&self, seconds: i64) {
        self.clock.pass(seconds);
    }

    /// The same tables and files under a process that has just started and remembers nothing.
    pub fn restart(&mut self) {
        let plugin = self.app.plugins().get(PluginId::ARCHIVE).expect("the archive is there");
        self.app = App::new(Parts {
            store: self.app.store().clone(),
            plugins: vec![plugin],
            settings: self.app.settings().clone(),
            steps: Arc::new(Unwatched),
        });
    }

    /// A request of the person with this login.
    pub async fn as_(&self, login: &str) -> Ctx {
        self.as_in(self.installation.id, login).await
    }

    /// A request of a person of another installation.
    pub async fn as_in(&self, i: InstallationId, login: &str) -> Ctx {
        let wanted = login.to_owned();
        let who = self.app.store().read(move |tx| tx.associates(i).by_login(&wanted)).await;
        let who = who.expect("the table can be read");
        let who = who.unwrap_or_else(|| panic!("nobody in installation {i} is called {login}"));
        self.request(i, Actor::Associate(Arc::new(who)))
    }

    /// A request of the product itself.
    pub fn system(&self) -> Ctx {
        self.request(self.installation.id, Actor::System)
    }

    fn request(&self, i: InstallationId, actor: Actor) -> Ctx {
        let n = self.requests.fetch_add(1, Ordering::Relaxed);
        // Houses over copies of one folder must not repeat each other's operation ids.
        let seed = platform::random::seed().expect("there is randomness");
        Ctx::new(i, actor, self.now(), Uuid::from_u64_pair(7, n), seed)
    }

    /// Another installation with the same people and no documents.
    pub async fn second_installation(&self) -> InstallationId {
        let other = Installation { key: "sydlys".into(), name: "Sydlys".into(), ..unnamed() };
        add_installation(&self.app, other, self.now()).await.expect("a second installation can be made")
    }

    /// The company Solsiden and its contact.
    pub async fn solsiden(&self) -> (CompanyId, ContactId) {
        let i = self.installation.id;
        let read = self.app.store().read(move |tx| {
            let company = tx.companies(i).by_external_id("C-1")?.expect("Solsiden is there");
            let contact = tx.contacts(i).by_external_id("P-1")?.expect("Kari is there");
            Ok((company.id, contact.id))
        });
        read.await.expect("the tables can be read")
    }
}

/// Properties with this heading and everything else blank.
pub fn heading(text: &str) -> Properties {
    Properties { heading: text.to_owned(), ..Properties::default() }
}

fn unnamed() -> Installation {
    Installation {
        id: InstallationId::default(),
        key: String::new(),
        name: String::new(),
        serial: "0000000042".into(),
        culture: "en-GB".into(),
        time_zone: "UTC".into(),
        own_company: None,
    }
}

fn instant(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).expect("the clock stays within the calendar")
}

async fn add_installation(app: &App, installation: Installation, now: Timestamp) -> Result<InstallationId> {
    app.store()
        .write(move |tx| {
            let i = tx.installations().insert(&installation, now)?;
            let group = |name: &str| {
                tx.groups(i).insert(&Group {
                    id: GroupId::default(),
                    external_id: None,
                    name: name.to_owned(),
                })
            };
            let (sales, purchasing) = (group("Sales")?, group("Purchasing")?);
            for who in staff(sales, purchasing) {
                tx.associates(i).insert(&who, now)?;
            }
            let company = Company {
                external_id: Some("C-1".into()),
                name: "Solsiden & Sønner AS".into(),
                country: "NO".into(),
                ..Company::default()
            };
            let company = tx.companies(i).insert(&company, now)?;
            let own = Company { name: format!("{} AS", installation.name), ..Company::default() };
            let own = tx.companies(i).insert(&own, now)?;
            tx.installations().set_own_company(i, Some(own))?;
            let contact = Contact {
                external_id: Some("P-1".into()),
                company: Some(company),
                first_name: "Kari".into(),
                last_name: "Nord".into(),
                ..Contact::default()
            };
            tx.contacts(i).insert(&contact, now)?;
            Ok(i)
        })
        .await
}

fn staff(sales: GroupId, purchasing: GroupId) -> Vec<Associate> {
    let person = |login: &str, name: &str, group: GroupId| Associate {
        login: login.to_owned(),
        first_name: name.to_owned(),
        last_name: "Lund".to_owned(),
        primary_group: group,
        has_plan: true,
        ..Associate::default()
    };
    vec![
        Associate { administrator: true, may_force_undo: true, ..person("ada", "Ada", sales) },
        person("bo", "Bo", sales),
        person("cy", "Cy", sales),
        person("di", "Di", purchasing),
        Associate { retired: true, ..person("ed", "Ed", sales) },
        Associate { has_plan: false, ..person("fi", "Fi", purchasing) },
    ]
}

/// Puts a file in the place of a template's neutral one as a release has done that published whatever it was given.
pub async fn published_before(app: &App, ctx: &Ctx, id: domain::TemplateId, content: &str) {
    use domain::plugin::{Body, Call, VersionNote};
    let template = app.templates().get(ctx, id).await.expect("the template is there").template;
    let variant = template.variants.into_iter().next().expect("it has a file");
    let plugin = app.plugins().get(template.kept_in).expect("its place is there");
    let call = || Call {
        installation: ctx.installation,
        associate: ctx.associate_id(),
        name: "before".into(),
        operation: Some(ctx.new_operation()),
        now: ctx.now,
        accepts: Vec::new(),
    };
    let body = Body::from_bytes(content.to_owned());
    plugin.save(&call(), &variant.reference, None, body).await.expect("it can be saved");
    let note = VersionNote::text("Before");
    let done = plugin.check_in(&call(), &variant.reference, &note).await.expect("it can be checked in");
    let item = done.item().expect("there is an item");
    let (installation, now) = (ctx.installation, ctx.now);
    let changed =
        domain::templates::Variant { size: item.size, sha256: item.sha256.clone(), updated: now, ..variant };
    app.store()
        .write(move |tx| tx.templates(installation).put_variant(id, &changed, now))
        .await
        .expect("it can be recorded");
}
