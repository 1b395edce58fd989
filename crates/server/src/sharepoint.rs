//! SharePoint in this process: the plugin, and what it and its set-up know of the installations.

use crate::tokens::TokenSources;
use app::{App, StoreNotebook};
use async_trait::async_trait;
use domain::connections::ConnectionState;
use domain::identity::IdentityKey;
use domain::locking::LockSemantics;
use domain::plugin::{Call, DocumentPlugin, Finding, Severity};
use domain::sharepoint::{
    Active, Consent, Ground, GroupFound, Library, LibraryFound, Missing, NewSite, Place, Site, SiteAt,
    SiteFound, Wish,
};
use domain::{AssociateId, Error, ErrorKind, GroupId, InstallationId, PluginId, Result};
use platform::outbound::{Host, Outbound, OutboundSettings};
use plugins::budget::{Allowance, Budget, RealPace, Share};
use plugins::sharepoint::{
    self, Connected, Founder, Group, People, Person, Places, SharePoint, SharePointSettings,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use store::Store;

/// The plugin's number, on documents and templates.
pub const SHAREPOINT: PluginId = PluginId(2);
/// Where Graph is.
pub const GRAPH: &str = "https://graph.microsoft.com";
/// How long a person's connection is believed to be as it was.
const BELIEVED: Duration = Duration::from_mins(1);

/// Where Microsoft's interfaces are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MicrosoftAt {
    /// Graph.
    pub graph: String,
    /// The hosts of SharePoint, when they are a simulator's.
    pub sharepoint: String,
}

/// The plugin, before the login page is known.
#[derive(Debug)]
pub struct SharePointHere {
    plugin: SharePoint,
    known: Arc<Known>,
    simulated: String,
}

impl SharePointHere {
    /// The plugin over these tables, for Microsoft or a simulator.
    /// # Errors
    /// `Internal` when the way out cannot be made.
    pub fn new(store: &Store, at: &MicrosoftAt) -> Result<Self> {
        let simulated = [&at.graph, &at.sharepoint].map(|origin| Host::Simulated(origin.clone()));
        let hosts = if at.graph == GRAPH { sharepoint::hosts() } else { simulated.to_vec() };
        let transport = Arc::new(Outbound::new(OutboundSettings { hosts, ..OutboundSettings::default() })?);
        let pace = Arc::new(RealPace::default());
        let known = Arc::new(Known {
            store: store.clone(),
            tokens: TokenSources::new(store.clone()),
            connections: Mutex::default(),
        });
        let plugin = SharePoint::new(SharePointSettings {
            id: SHAREPOINT,
            address: at.graph.trim_end_matches('/').to_owned(),
            locking: LockSemantics::Versioning,
            transport,
            tenants: Arc::new(Budget::at_microsoft(Allowance::SHAREPOINT, pace.clone())),
            persons: Arc::new(Budget::at_microsoft(Allowance::SHAREPOINT_PERSON, pace.clone())),
            pace,
            notebook: Arc::new(StoreNotebook::new(store.clone())),
            places: known.clone(),
            people: known.clone(),
        });
        Ok(Self { plugin, known, simulated: at.sharepoint.clone() })
    }

    /// The plugin.
    pub fn plugin(&self) -> Arc<dyn DocumentPlugin> {
        Arc::new(self.plugin.clone())
    }

    /// Lets administrators set it up, once the application has a login page. Without one nothing happens.
    pub fn connect(&self, app: &App) {
        let Some(client) = app.sign_in().client() else { return };
        self.known.tokens.connect(client);
        let (plugin, known) = (self.plugin.clone(), Arc::clone(&self.known));
        let ground = Arc::new(Founding { plugin, known, simulated: self.simulated.clone() });
        app.connect_sharepoint(app::sharepoint::Sites { plugin: SHAREPOINT, ground });
    }
}

type Found = HashMap<(InstallationId, IdentityKey), (Option<String>, Instant)>;

/// What is known of the installations.
#[derive(Debug)]
struct Known {
    store: Store,
    tokens: TokenSources,
    /// The connections of people, as the login page had them a moment ago.
    connections: Mutex<Found>,
}

impl Known {
    async fn active(&self, of: InstallationId) -> Result<Active> {
        let text = self.store.read(move |tx| tx.settings(of).get(app::sharepoint::ACTIVE)).await?;
        let text = text.filter(|t| !t.is_empty()).ok_or_else(not_connected)?;
        serde_json::from_str(&text)
            .map_err(|e| Error::internal("the setting of SharePoint cannot be read").caused_by(e))
    }

    async fn connected(&self, of: InstallationId, place: Place, app: String) -> Result<Connected> {
        let tokens = self.tokens.of(of, not_connected).await?.1;
        let allowed = app::sharepoint::licences(&self.store, of).await?.allowed();
        let share = Some(Share { minute: allowed.minute, day: allowed.day });
        Ok(Connected { place, app, tokens, share })
    }

    /// The connection of a person's own account; nothing when they have none that works.
    async fn connection_of(&self, of: InstallationId, key: &IdentityKey) -> Result<Option<String>> {
        let slot = (of, key.clone());
        let known = self.connections.lock().unwrap_or_else(PoisonError::into_inner).get(&slot).cloned();
        if let Some((Some(connection), at)) = known
            && at.elapsed() < BELIEVED
        {
            return Ok(Some(connection));
        }
        let (installation, _) = self.tokens.of(of, not_connected).await?;
        let client = self.tokens.client().ok_or_else(not_connected)?;
        let found = client.user_connection(&installation, key, platform::clock::now()).await?;
        let live = found
            .filter(|found| matches!(found.state, ConnectionState::Active | ConnectionState::NeedsAttention));
        let id = live.map(|found| found.id);
        let mut all = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, (_, at)| at.elapsed() < BELIEVED);
        all.insert(slot, (id.clone(), Instant::now()));
        Ok(id)
    }
}

fn not_connected() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "SharePoint is not connected at the moment. Nothing is lost; an administrator connects it under Settings, \
         SharePoint.",
    )
}

/// Whether an identity is an account of a tenant. A guest's is one of another.
fn is_of(key: &IdentityKey, tenant: &str) -> bool {
    key.provider.is_microsoft() && key.realm.eq_ignore_ascii_case(tenant)
}

#[async_trait]
impl Places for Known {
    async fn of(&self, installation: InstallationId) -> Result<Connected> {
        let active = self.active(installation).await?;
        self.connected(installation, active.place, active.connection).await
    }
}

#[async_trait]
impl People for Known {
    async fn person(
        &self,
        installation: InstallationId,
        tenant: &str,
        who: AssociateId,
    ) -> Result<Option<Person>> {
        let tenant = tenant.to_owned();
        let found = self
            .store
            .read(move |tx| {
                let Some(associate) = tx.associates(installation).get(who)? else { return Ok(None) };
                let bound = tx.identities(installation).of(who)?;
                let key = bound.into_iter().map(|i| i.key).find(|key| is_of(key, &tenant));
                Ok(Some((associate.full_name(), associate.retired, key)))
            })
            .await?;
        let Some((name, retired, key)) = found else { return Ok(None) };
        let connection = match &key {
            Some(key) => self.connection_of(installation, key).await?,
            None => None,
        };
        Ok(Some(Person { name, object: key.map(|key| key.subject), connection, retired }))
    }

    async fn by_objects(
        &self,
        installation: InstallationId,
        tenant: &str,
        objects: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, AssociateId>> {
        let (objects, tenant) = (objects.clone(), tenant.to_owned());
        self.store
            .read(move |tx| {
                let all = tx.identities(installation).all()?.into_iter();
                let asked =
                    all.filter(|bound| is_of(&bound.key, &tenant) && objects.contains(&bound.key.subject));
                Ok(asked.map(|bound| (bound.key.subject, bound.associate)).collect())
            })
            .await
    }

    async fn group(&self, installation: InstallationId, group: GroupId) -> Result<Option<Group>> {
        // Without a place in use there are no groups of its own yet.
        let mapped =
            self.active(installation).await.ok().and_then(|active| active.groups.get(&group).cloned());
        self.store
            .read(move |tx| {
                let Some(found) = tx.groups(installation).get(group)? else { return Ok(None) };
                let people = tx.associates(installation).list()?;
                let members = people
                    .into_iter()
                    .filter(|a| !a.retired && a.groups().any(|g| g == group))
                    .map(|a| a.id)
                    .collect();
                Ok(Some(Group { name: found.name, object: mapped, members }))
            })
            .await
    }

    async fn of_templates(
        &self,
        installation: InstallationId,
        tenant: &str,
    ) -> Result<BTreeMap<String, bool>> {
        let (people, bound) = self
            .store
            .read(move |tx| Ok((tx.associates(installation).list()?, tx.identities(installation).all()?)))
            .await?;
        let edits: HashMap<_, _> =
            people.into_iter().filter(|a| !a.retired).map(|a| (a.id, a.administrator)).collect();
        let theirs = bound.into_iter().filter(|bound| is_of(&bound.key, tenant));
        Ok(theirs.filter_map(|bound| Some((bound.key.subject, *edits.get(&bound.associate)?))).collect())
    }
}

/// What the set-up asks before there is a place.
#[derive(Debug)]
struct Founding {
    plugin: SharePoint,
    known: Arc<Known>,
    simulated: String,
}

impl Founding {
    async fn founder(&self, call: &Call, consent: &Consent) -> Result<Founder> {
        let tokens = self.known.tokens.of(call.installation, not_connected).await?.1;
        let (tenant, app) = (consent.tenant.clone(), consent.connection.clone());
        Ok(Founder { tenant, app, tokens })
    }
}

fn library_found(library: sharepoint::LibraryChoice) -> LibraryFound {
    let sharepoint::LibraryChoice { drive, name, address } = library;
    LibraryFound { drive, name, address, ..LibraryFound::default() }
}

/// As the application itself.
fn alone(call: &Call) -> Call {
    Call { associate: None, ..call.clone() }
}

#[async_trait]
impl Ground for Founding {
    async fn site(&self, call: &Call, consent: &Consent, address: &str) -> Result<SiteFound> {
        // A simulator shows its hosts behind its own address.
        let address = match address.trim().strip_prefix(&format!("{}/", self.simulated)) {
            Some(rest) if !self.simulated.is_empty() => format!("https://{rest}"),
            _ => address.trim().to_owned(),
        };
        let founder = self.founder(call, consent).await?;
        let found = match self.plugin.site(&alone(call), founder.clone(), &address).await {
            // Closed to the application, and perhaps not to the person.
            Err(e) if matches!(e.kind(), ErrorKind::Forbidden | ErrorKind::Invalid) => {
                let closed = self.plugin.closed_site(call, founder, &address).await?;
                return closed.map(SiteFound::Ungranted).ok_or(e);
            }
            other => other?,
        };
        let libraries = found.libraries.into_iter().map(library_found).collect();
        Ok(SiteFound::Open(Site { id: found.id, name: found.name, libraries }))
    }

    async fn directory_group(&self, call: &Call, consent: &Consent, object: &str) -> Result<GroupFound> {
        self.plugin.directory_group(&alone(call), self.founder(call, consent).await?, object).await
    }

    async fn found(
        &self,
        call: &Call,
        consent: &Consent,
        site: &str,
        documents: &Wish,
        templates: &Wish,
    ) -> Result<Place> {
        let founder = self.founder(call, consent).await?;
        let of = |wish: &Wish| (wish.drive.clone(), wish.folder.clone());
        let (documents, templates) = (of(documents), of(templates));
        let places =
            ((documents.0.as_str(), documents.1.as_str()), (templates.0.as_str(), templates.1.as_str()));
        self.plugin.found(&alone(call), founder, site, places.0, places.1).await
    }

    async fn group(&self, call: &Call, consent: &Consent, wish: &NewSite) -> Result<String> {
        self.plugin.group(call, self.founder(call, consent).await?, wish).await
    }

    async fn site_of(&self, call: &Call, consent: &Consent, group: &str) -> Result<Option<SiteAt>> {
        self.plugin.site_of(call, self.founder(call, consent).await?, group).await
    }

    async fn library(&self, call: &Call, consent: &Consent, site: &str, name: &str) -> Result<LibraryFound> {
        let founder = self.founder(call, consent).await?;
        Ok(library_found(self.plugin.library_named(&alone(call), founder, site, name).await?))
    }

    async fn required(&self, call: &Call, consent: &Consent, drive: &str) -> Result<Vec<String>> {
        self.plugin.required(&alone(call), self.founder(call, consent).await?, drive).await
    }

    async fn keeps_checked_out(&self, call: &Call, consent: &Consent, library: &Library) -> Result<bool> {
        self.plugin.keeps_checked_out(&alone(call), self.founder(call, consent).await?, library).await
    }

    async fn missing_columns(&self, call: &Call, consent: &Consent, place: &Place) -> Result<Vec<Missing>> {
        let connected =
            self.known.connected(call.installation, place.clone(), consent.connection.clone()).await?;
        self.plugin.missing_columns(&alone(call), connected).await
    }

    async fn make_columns(&self, call: &Call, consent: &Consent, place: &Place) -> Result<Vec<String>> {
        let connected =
            self.known.connected(call.installation, place.clone(), consent.connection.clone()).await?;
        self.plugin.make_columns(&alone(call), connected).await
    }

    async fn examine(&self, call: &Call, consent: &Consent, place: &Place) -> Vec<Finding> {
        let connected =
            self.known.connected(call.installation, place.clone(), consent.connection.clone()).await;
        let found = match connected {
            Ok(connected) => self.plugin.examine(call, connected).await,
            Err(e) => Err(e),
        };
        found.unwrap_or_else(|e| {
            vec![Finding {
                what: "Connection to Microsoft 365".into(),
                severity: Severity::Problem,
                detail: e.public().to_owned(),
            }]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::connections::Provider;
    use domain::identity::{AddressTrust, Identity};
    use domain::records::{Associate, Group as UserGroup, Installation};
    use platform::sql::{Database, SqlSettings};

    const OURS: &str = "0f1b6c2e-7f0a-4a57-9d2e-6f7f4f1c0a01";
    const THEIRS: &str = "0f1b6c2e-7f0a-4a57-9d2e-6f7f4f1c0a99";

    fn account(realm: &str, subject: &str) -> Identity {
        let key =
            IdentityKey { provider: Provider::microsoft(), realm: realm.into(), subject: subject.into() };
        Identity { key, address: None, trust: AddressTrust::Claimed, name: String::new(), workspace: None }
    }

    #[tokio::test]
    async fn an_account_of_another_tenant_is_nobody_in_the_place() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&SqlSettings::at(folder.path().join("chancery.db"))).unwrap();
        let now = platform::clock::now();
        let store = Store::open(database, now).await.unwrap();
        let (of, guest, ours) = store
            .write(move |tx| {
                let installation = Installation {
                    id: InstallationId::default(),
                    key: "nordlys".into(),
                    name: "Nordlys".into(),
                    serial: "1".into(),
                    culture: "en-GB".into(),
                    time_zone: "Europe/Oslo".into(),
                    own_company: None,
                };
                let of = tx.installations().insert(&installation, now)?;
                let sales = UserGroup { id: GroupId::default(), external_id: None, name: "Sales".into() };
                let group = tx.groups(of).insert(&sales)?;
                let person = |login: &str| Associate {
                    login: login.into(),
                    last_name: login.into(),
                    primary_group: group,
                    ..Associate::default()
                };
                let guest = tx.associates(of).insert(&person("guest"), now)?;
                let ours = tx.associates(of).insert(&person("ours"), now)?;
                tx.identities(of).bind(guest, &account(THEIRS, "object-1"), "h1", "test", now)?;
                tx.identities(of).bind(
                    ours,
                    &account(&OURS.to_uppercase(), "object-2"),
                    "h2",
                    "test",
                    now,
                )?;
                Ok((of, guest, ours))
            })
            .await
            .unwrap();
        let known =
            Known { store: store.clone(), tokens: TokenSources::new(store), connections: Mutex::default() };
        let all = BTreeSet::from(["object-1".to_owned(), "object-2".to_owned()]);
        let found = known.by_objects(of, OURS, &all).await.unwrap();
        assert_eq!(found, BTreeMap::from([("object-2".to_owned(), ours)]));
        let templates = known.of_templates(of, OURS).await.unwrap();
        assert_eq!(templates.into_keys().collect::<Vec<_>>(), ["object-2"]);
        let person = known.person(of, OURS, guest).await.unwrap().unwrap();
        assert_eq!((person.name.as_str(), person.object, person.connection), ("guest", None, None));
    }
}
