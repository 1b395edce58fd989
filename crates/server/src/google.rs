//! Google Drive in this process: the plugin, and what it and its set-up know of the installations.

use crate::tokens::TokenSources;
use app::{App, StoreNotebook};
use async_trait::async_trait;
use domain::google::{Access, Active, DriveKind, Folder, Ground, Place, SystemUser};
use domain::locking::LockSemantics;
use domain::plugin::{Call, DocumentPlugin, Finding, Severity};
use domain::{AssociateId, Error, ErrorKind, GroupId, InstallationId, PluginId, Result};
use platform::outbound::{Host, Outbound, OutboundSettings};
use plugins::budget::{Allowance, Budget, RealPace};
use plugins::google_drive::{
    self, Connected, Founder, GoogleDrive, GoogleDriveSettings, Group, People, Person, Places,
};
use std::sync::Arc;
use store::Store;

/// The plugin's number, on documents and templates.
pub const GOOGLE_DRIVE: PluginId = PluginId(1);
/// Where Google's interface is.
pub const GOOGLE: &str = "https://www.googleapis.com";

/// The plugin, before the login page is known.
#[derive(Debug)]
pub struct GoogleHere {
    plugin: GoogleDrive,
    known: Arc<Known>,
}

impl GoogleHere {
    /// The plugin over these tables, for Google or a simulator at `address`.
    /// # Errors
    /// `Internal` when the way out cannot be made.
    pub fn new(store: &Store, address: &str) -> Result<Self> {
        let hosts =
            if address == GOOGLE { google_drive::hosts() } else { vec![Host::Simulated(address.to_owned())] };
        let transport = Arc::new(Outbound::new(OutboundSettings { hosts, ..OutboundSettings::default() })?);
        let pace = Arc::new(RealPace::default());
        let known = Arc::new(Known { store: store.clone(), tokens: TokenSources::new(store.clone()) });
        let plugin = GoogleDrive::new(GoogleDriveSettings {
            id: GOOGLE_DRIVE,
            address: address.trim_end_matches('/').to_owned(),
            locking: LockSemantics::Versioning,
            transport,
            budget: Arc::new(Budget::new(Allowance::GOOGLE, pace.clone())),
            pace,
            notebook: Arc::new(StoreNotebook::new(store.clone())),
            places: known.clone(),
            people: known.clone(),
        });
        Ok(Self { plugin, known })
    }

    /// The plugin.
    pub fn plugin(&self) -> Arc<dyn DocumentPlugin> {
        Arc::new(self.plugin.clone())
    }

    /// Lets administrators set it up, once the application has a login page. Without one nothing happens.
    pub fn connect(&self, app: &App) {
        let Some(client) = app.sign_in().client() else { return };
        self.known.tokens.connect(client);
        let ground = Arc::new(Founding { plugin: self.plugin.clone(), known: Arc::clone(&self.known) });
        app.connect_drive(app::google::Drive { plugin: GOOGLE_DRIVE, ground });
    }
}

/// What is known of the installations.
#[derive(Debug)]
struct Known {
    store: Store,
    tokens: TokenSources,
}

impl Known {
    async fn as_system_user(&self, of: InstallationId, who: &SystemUser, place: Place) -> Result<Connected> {
        Ok(Connected {
            place,
            connection: who.connection.clone(),
            account: who.account.as_str().into(),
            tokens: self.tokens.of(of, not_connected).await?.1,
        })
    }
}

fn not_connected() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "Google Drive is not connected at the moment. Nothing is lost; an administrator connects it under Settings, \
         Google Drive.",
    )
}

#[async_trait]
impl Places for Known {
    async fn of(&self, installation: InstallationId) -> Result<Connected> {
        let text = self.store.read(move |tx| tx.settings(installation).get(app::google::ACTIVE)).await?;
        let text = text.filter(|t| !t.is_empty()).ok_or_else(not_connected)?;
        let active: Active = serde_json::from_str(&text)
            .map_err(|e| Error::internal("the setting of Google Drive cannot be read").caused_by(e))?;
        let who = SystemUser { connection: active.connection, account: active.account };
        self.as_system_user(installation, &who, active.place).await
    }
}

#[async_trait]
impl People for Known {
    async fn person(&self, installation: InstallationId, who: AssociateId) -> Result<Option<Person>> {
        self.store
            .read(move |tx| {
                let Some(associate) = tx.associates(installation).get(who)? else { return Ok(None) };
                let bound = tx.identities(installation).of(who)?;
                let theirs = bound.into_iter().find(|i| i.key.provider.is_google()).map(|i| i.address);
                let address = theirs.unwrap_or_else(|| associate.email.clone());
                let name = associate.full_name();
                Ok(Some(Person { name, address: Some(address).filter(|a| !a.is_empty()) }))
            })
            .await
    }

    async fn group(&self, installation: InstallationId, group: GroupId) -> Result<Option<Group>> {
        self.store
            .read(move |tx| {
                let Some(found) = tx.groups(installation).get(group)? else { return Ok(None) };
                let people = tx.associates(installation).list()?;
                let members = people
                    .into_iter()
                    .filter(|a| !a.retired && a.groups().any(|g| g == group))
                    .map(|a| a.id)
                    .collect();
                Ok(Some(Group { name: found.name, address: None, members }))
            })
            .await
    }

    async fn by_address(&self, installation: InstallationId, address: &str) -> Result<Option<AssociateId>> {
        let address = address.to_owned();
        self.store
            .read(move |tx| {
                let bound = tx.identities(installation).all()?.into_iter();
                let theirs = bound.filter(|i| i.key.provider.is_google());
                let known: Vec<_> = theirs.map(|i| (i.associate, i.address)).collect();
                if let Some((who, _)) = known.iter().find(|(_, own)| own.eq_ignore_ascii_case(&address)) {
                    return Ok(Some(*who));
                }
                let people = tx.associates(installation).list()?.into_iter();
                let unbound = people.filter(|a| !known.iter().any(|(who, _)| *who == a.id));
                Ok(unbound.into_iter().find(|a| a.email.eq_ignore_ascii_case(&address)).map(|a| a.id))
            })
            .await
    }
}

/// What the set-up asks before there is a place.
#[derive(Debug)]
struct Founding {
    plugin: GoogleDrive,
    known: Arc<Known>,
}

#[async_trait]
impl Ground for Founding {
    async fn found(
        &self,
        call: &Call,
        who: &SystemUser,
        drive: DriveKind,
        documents: &str,
        templates: &str,
    ) -> Result<Place> {
        let founder = Founder {
            connection: who.connection.clone(),
            account: who.account.as_str().into(),
            tokens: self.known.tokens.of(call.installation, not_connected).await?.1,
        };
        self.plugin.found(call, founder, drive, documents, templates).await
    }

    async fn folder(&self, call: &Call, who: &SystemUser, id: &str) -> Result<Option<Folder>> {
        // The place says nothing but which drive, and a file is found in any.
        let nowhere = Place {
            drive: DriveKind::MyDrive,
            documents: id.to_owned(),
            templates: id.to_owned(),
            access: Access::Inherit,
            show_check_out: false,
            let_in: false,
        };
        let connected = self.known.as_system_user(call.installation, who, nowhere).await?;
        self.plugin.folder(call, connected, id).await
    }

    async fn examine(&self, call: &Call, who: &SystemUser, place: &Place) -> Vec<Finding> {
        match self.known.as_system_user(call.installation, who, place.clone()).await {
            Ok(connected) => self.plugin.examine(call, connected).await,
            Err(e) => vec![Finding {
                what: "Connection to Google".into(),
                severity: Severity::Problem,
                detail: e.public().to_owned(),
            }],
        }
    }
}
