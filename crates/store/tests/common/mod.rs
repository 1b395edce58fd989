//! A store in a folder of its own, and things to put into it.
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test file uses a part of this; what fails here fails the test"
)]

pub mod full;

use domain::documents::Properties;
use domain::locking::LockSemantics;
use domain::plugin::{ExternalRef, Revision};
use domain::records::{Associate, Company, Group, Installation};
use domain::{AssociateId, GroupId, InstallationId, OperationId, PluginId, Result};
use jiff::Timestamp;
use jiff::civil::date;
use platform::clock;
use platform::sql::{Database, SqlSettings};
use store::{ItemFacts, NewDocument, Store, Tx};
use tempfile::TempDir;
use uuid::Uuid;

/// A store that lives as long as this.
pub struct House {
    pub store: Store,
    _dir: TempDir,
}

impl House {
    /// An empty store.
    pub async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let settings = SqlSettings { durable: false, ..SqlSettings::at(dir.path().join("test.db")) };
        let store = Store::open(Database::open(&settings).unwrap(), clock::now()).await.unwrap();
        Self { store, _dir: dir }
    }

    /// A change that succeeds.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Tx<'_>) -> Result<T> + Send + 'static,
    ) -> T {
        self.store.write(work).await.unwrap()
    }

    /// A look that succeeds.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Tx<'_>) -> Result<T> + Send + 'static,
    ) -> T {
        self.store.read(work).await.unwrap()
    }

    /// An installation with a group and an associate.
    pub async fn installation(&self, key: &str) -> InstallationId {
        let new = installation(key);
        self.write(move |tx| {
            let id = tx.installations().insert(&new, at(0))?;
            let group = tx.groups(id).insert(&group("Sales"))?;
            tx.associates(id).insert(&associate("first", group), at(0))?;
            Ok(id)
        })
        .await
    }
}

/// The only group and associate of an installation made by [`House::installation`].
pub const GROUP: GroupId = GroupId(1);
pub const ASSOCIATE: AssociateId = AssociateId(1);

/// Some seconds after a fixed instant.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_770_000_000 + seconds).unwrap()
}

pub fn operation(n: u64) -> OperationId {
    OperationId(Uuid::from_u64_pair(0x0190_0000_0000_7000, 0x8000_0000_0000_0000 | n))
}

pub fn installation(key: &str) -> Installation {
    Installation {
        id: InstallationId(0),
        key: key.into(),
        name: format!("{key} Trading"),
        serial: "4711".into(),
        culture: "en-GB".into(),
        time_zone: "Europe/Oslo".into(),
        own_company: None,
    }
}

pub fn group(name: &str) -> Group {
    Group { id: GroupId(0), external_id: None, name: name.into() }
}

pub fn associate(login: &str, group: GroupId) -> Associate {
    Associate { login: login.into(), primary_group: group, has_plan: true, ..Associate::default() }
}

pub fn company(name: &str) -> Company {
    Company { name: name.into(), ..Company::default() }
}

pub fn properties(heading: &str) -> Properties {
    Properties { heading: heading.into(), ..Properties::default() }
}

pub fn document(heading: &str) -> NewDocument {
    NewDocument {
        properties: properties(heading),
        file_name: format!("{heading}.docx"),
        media_type: "text/plain".into(),
        date: date(2026, 3, 31),
        template: None,
        language: String::new(),
        snum: None,
        owner: ASSOCIATE,
        plugin: PluginId::ARCHIVE,
        semantics: LockSemantics::None,
        made_by: operation(1),
        created_by: Some(ASSOCIATE),
    }
}

/// What the plugin says about an item that everybody may see.
pub fn facts(reference: &str) -> ItemFacts {
    ItemFacts {
        reference: ExternalRef(reference.into()),
        file_name: format!("{reference}.docx"),
        media_type: "text/plain".into(),
        size: 12,
        revision: Revision("1".into()),
        semantics: LockSemantics::None,
        published: true,
        held_by: None,
    }
}
