//! An application over a folder of its own: tables, archive, one installation with people, and a clock that moves
//! only when it is told.

use app::{App, Parts, Settings};
use domain::documents::Properties;
use domain::plugin::DocumentPlugin;
use domain::records::{Associate, Company, Contact, Group, Installation};
use domain::steps::{Steps, Unwatched};
use domain::{Actor, CompanyId, ContactId, Ctx, GroupId, InstallationId, Result};
use jiff::Timestamp;
use platform::sql::{Database, SqlSettings};
use plugins::archive::{ArchivePlugin, ArchiveSettings};
use plugins::guard::Guarded;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use store::Store;
use uuid::Uuid;

/// Where every house's clock begins: 2026-11-23 10:00 UTC.
pub const BEGINNING: i64 = 1_795_428_000;

/// An application over a folder.
#[derive(Debug)]
pub struct House {
    /// The application.
    pub app: App,
    /// The archive behind it.
    pub archive: ArchivePlugin,
    /// The installation with people in it, once [`House::people`] has run.
    pub installation: Installation,
    directory: PathBuf,
    seconds: AtomicI64,
    requests: AtomicU64,
    /// Kept so that the folder goes when the house goes.
    temporary: Option<tempfile::TempDir>,
}

impl House {
    /// A house in a temporary folder, with people.
    pub async fn new() -> Self {
        let temporary = tempfile::tempdir().expect("a temporary folder can be made");
        let path = temporary.path().to_owned();
        let mut house = Self::at(&path, Arc::new(Unwatched)).await.expect("a house can be opened");
        house.temporary = Some(temporary);
        house.people().await.expect("people can move in");
        house
    }

    /// A house over an existing folder, as another process left it.
    pub async fn at(directory: &Path, steps: Arc<dyn Steps>) -> Result<Self> {
        let database = Database::open(&SqlSettings::at(directory.join("chancery.db")))?;
        let beginning = instant(BEGINNING);
        let store = Store::open(database, beginning).await?;
        let settings = ArchiveSettings {
            steps: Arc::clone(&steps),
            reserve_bytes: 0,
            ..ArchiveSettings::new(directory.join("archive"))
        };
        let archive = ArchivePlugin::open(settings)?;
        let plugin: Arc<dyn DocumentPlugin> = Arc::new(Guarded::new(Arc::new(archive.clone())));
        let app = App::new(Parts { store, plugins: vec![plugin], settings: Settings::default(), steps });
        let installations = app.store().read(|tx| tx.installations().list()).await?;
        let installation = installations.into_iter().next().unwrap_or_else(unnamed);
        Ok(Self {
            app,
            archive,
            installation,
            directory: directory.to_owned(),
            seconds: AtomicI64::new(BEGINNING),
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
        instant(self.seconds.load(Ordering::Relaxed))
    }

    /// Lets time pass.
    pub fn pass(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::Relaxed);
    }

    /// A request of the person with this login.
    pub async fn as_(&self, login: &'static str) -> Ctx {
        self.as_in(self.installation.id, login).await
    }

    /// A request of a person of another installation.
    pub async fn as_in(&self, i: InstallationId, login: &'static str) -> Ctx {
        let who = self.app.store().read(move |tx| tx.associates(i).by_login(login)).await;
        let who = who.expect("the table can be read").expect("somebody has this login");
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
