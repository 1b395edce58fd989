//! A Workspace, a system user and the Google Drive plugin, in one process.

pub mod application;
pub mod described;

pub use crate::twin_common::{MemoryNotebook, TwinPace, asked_of, form_pairs, hold_page, read_all};

use async_trait::async_trait;
use bytes::Bytes;
use domain::connections::{AccessToken, Need, TokenRefused, TokenSource};
use domain::locking::LockSemantics;
use domain::plugin::{Call, DocumentPlugin, Notebook};
use domain::{AssociateId, Error, ErrorKind, GroupId, InstallationId, OperationId, PluginId, Result};
use http::{Request, Response};
use jiff::{SignedDuration, Timestamp};
use platform::outbound::{Host, Outbound, OutboundSettings, Transport};
use plugins::budget::{Allowance, Budget, Pace};
use plugins::google_drive::{
    Access, Connected, DriveKind, Founder, GoogleDrive, GoogleDriveSettings, Group, People, Person, Place,
    Places,
};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use twin::core::faults::{Effect, Rule};
use twin::{Outward, Surface, Surfaces, Twin, World};
use uuid::Uuid;

pub const SYSTEM: &str = "100000000000000000009";
pub const ANNA: &str = "100000000000000000001";
pub const BRUNO: &str = "100000000000000000002";
pub const CARLA: &str = "100000000000000000003";
pub const ACCOUNT: &str = "documents@example.com";
pub const SHARED: &str = "0AShared0000000Uk9PVA";
const DRIVE_FILE: &str = "https://www.googleapis.com/auth/drive.file";
const ALL_OF_DRIVE: &str = "https://www.googleapis.com/auth/drive";

const WORLD: &str = r#"
seed = 5
stopped_at = "2026-06-01T12:00:00Z"
[[google.domains]]
name = "example.com"
[[google.domains.users]]
email = "documents@example.com"
given_name = "Documents"
family_name = "System"
id = "100000000000000000009"
[[google.domains.users]]
email = "anna@example.com"
given_name = "Anna"
family_name = "Berg"
id = "100000000000000000001"
[[google.domains.users]]
email = "bruno@example.com"
given_name = "Bruno"
family_name = "Keller"
id = "100000000000000000002"
[[google.domains.users]]
email = "carla@example.com"
given_name = "Carla"
family_name = "Dahl"
id = "100000000000000000003"
[[google.domains.groups]]
email = "sales@example.com"
name = "Sales"
members = ["bruno@example.com"]
[[google.domains.groups]]
email = "everybody@example.com"
name = "Everybody"
members = ["anna@example.com", "bruno@example.com"]
[[google.domains.shared_drives]]
name = "Company"
id = "0AShared0000000Uk9PVA"
[[google.domains.shared_drives.members]]
email = "documents@example.com"
role = "organizer"
[[google.domains.shared_drives.members]]
email = "carla@example.com"
role = "writer"
[[google.projects]]
name = "Chancery"
number = "700000000001"
[[google.projects.clients]]
id = "chancery"
secret = "s"
"#;

/// A request as it left.
#[derive(Debug, Clone)]
pub struct Sent {
    pub method: String,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub body: Bytes,
    pub content_type: String,
}

/// Somebody edits a file at Google just before a request of ours arrives.
#[derive(Debug, Clone)]
pub struct Meddler {
    pub method: &'static str,
    /// What the request's path begins with.
    pub path: &'static str,
    pub user: &'static str,
    pub file: String,
    pub text: &'static str,
}

/// The way into the twin, without sockets.
#[derive(Debug)]
pub struct IntoTwin {
    pub twin: Twin,
    pub sent: Mutex<Vec<Sent>>,
    pub meddler: Mutex<Option<Meddler>>,
}

impl IntoTwin {
    async fn meddle(&self, method: &str, path: &str) {
        let meddler = {
            let mut meddler = self.meddler.lock().unwrap();
            let now = meddler.as_ref().is_some_and(|m| m.method == method && path.starts_with(m.path));
            if now { meddler.take() } else { None }
        };
        if let Some(Meddler { user, file, text, .. }) = meddler {
            edit(&self.twin, user, &file, text).await;
        }
    }
}

/// Somebody asks Drive by themselves, with all of Drive's rights for the application.
pub async fn ask(
    twin: &Twin,
    user: &str,
    method: &str,
    path: &str,
    body: serde_json::Value,
) -> (u16, serde_json::Value) {
    let token = twin.google(|google, house| {
        let now = house.clock.now();
        google.identity.mint(user, "chancery", "700000000001", &[ALL_OF_DRIVE], now, &house.random)
    });
    let upload = path.contains("uploadType=media");
    let bytes = match body {
        serde_json::Value::Null => Vec::new(),
        serde_json::Value::String(text) if upload => text.into_bytes(),
        other => other.to_string().into_bytes(),
    };
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", if upload { "text/plain" } else { "application/json" })
        .body(bytes)
        .unwrap();
    let answer = twin.call(Surface::GoogleApis, request).await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_slice(answer.body()).unwrap_or(serde_json::Value::Null))
}

/// Somebody edits a file at Google.
pub async fn edit(twin: &Twin, user: &str, id: &str, text: &str) {
    let path = format!("/upload/drive/v3/files/{id}?uploadType=media&supportsAllDrives=true");
    let (status, body) = ask(twin, user, "PATCH", &path, serde_json::json!(text)).await;
    assert_eq!(status, 200, "{body}");
}

#[async_trait]
impl Transport for IntoTwin {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        let (mut head, body) = request.into_parts();
        assert_eq!(head.uri.host(), Some("google-apis.test"), "nothing else is met");
        let path = head.uri.path_and_query().unwrap().as_str().to_owned();
        let content_type = head.headers.get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default();
        self.sent.lock().unwrap().push(Sent {
            method: head.method.to_string(),
            path: head.uri.path().to_owned(),
            query: form_pairs(head.uri.query().unwrap_or_default()),
            body: body.clone(),
            content_type: content_type.to_owned(),
        });
        self.meddle(head.method.as_str(), head.uri.path()).await;
        head.uri = path.parse().unwrap();
        let request = Request::from_parts(head, body.to_vec());
        let broken = |_| Error::new(ErrorKind::Unavailable, "The connection broke. Try again.");
        self.twin.call(Surface::GoogleApis, request).await.map_err(broken)
    }
}

/// Tokens of the system user.
#[derive(Debug)]
pub struct Tokens {
    twin: Twin,
    user: String,
    scope: Mutex<String>,
    pub asked: AtomicU64,
    /// Handed out until it is refused, as the login page does.
    stored: Mutex<Option<AccessToken>>,
}

#[async_trait]
impl TokenSource for Tokens {
    async fn access_token(
        &self,
        connection: &str,
        need: Need,
        refused: Option<&TokenRefused>,
    ) -> Result<AccessToken> {
        assert_eq!((connection, need), ("system", Need::Documents));
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut stored = self.stored.lock().unwrap();
        if let Some(token) = stored.as_ref().filter(|token| refused.is_none_or(|r| r.token != **token)) {
            return Ok(token.clone());
        }
        let scope = self.scope.lock().unwrap().clone();
        let token = self.twin.google(|google, house| {
            let now = house.clock.now();
            google.identity.mint(&self.user, "chancery", "700000000001", &[&scope], now, &house.random)
        });
        // Kept as long as it works: it is the twin that says when it has ended.
        let token = AccessToken::new(token, Timestamp::MAX);
        *stored = Some(token.clone());
        Ok(token)
    }
}

#[derive(Debug, Default)]
pub struct Workspace {
    places: Mutex<BTreeMap<InstallationId, Connected>>,
    pub groups: Mutex<BTreeMap<GroupId, Group>>,
}

impl Workspace {
    pub fn connected(&self, installation: i64) -> Connected {
        self.places.lock().unwrap()[&InstallationId(installation)].clone()
    }

    /// Takes an installation's connection away, and gives it back.
    pub fn disconnect(&self, installation: i64) -> Connected {
        self.places.lock().unwrap().remove(&InstallationId(installation)).unwrap()
    }

    pub fn connect(&self, installation: i64, connected: Connected) {
        self.places.lock().unwrap().insert(InstallationId(installation), connected);
    }
}

#[async_trait]
impl Places for Workspace {
    async fn of(&self, installation: InstallationId) -> Result<Connected> {
        let found = self.places.lock().unwrap().get(&installation).cloned();
        found.ok_or_else(|| {
            Error::new(ErrorKind::Unavailable, "Google is not connected. Connect it in Settings.")
        })
    }
}

#[async_trait]
impl People for Workspace {
    async fn person(&self, _: InstallationId, who: AssociateId) -> Result<Option<Person>> {
        let known = |name: &str, address: &str| {
            Some(Person { name: name.into(), address: Some(format!("{address}@example.com")) })
        };
        Ok(match who.0 {
            1 => known("Anna Berg", "anna"),
            2 => known("Bruno Keller", "bruno"),
            3 => known("Carla Dahl", "carla"),
            _ => None,
        })
    }

    async fn group(&self, _: InstallationId, group: GroupId) -> Result<Option<Group>> {
        Ok(self.groups.lock().unwrap().get(&group).cloned())
    }

    async fn by_address(&self, _: InstallationId, address: &str) -> Result<Option<AssociateId>> {
        let known = ["anna", "bruno", "carla"].iter().zip(1..);
        Ok(known
            .into_iter()
            .find(|(name, _)| address == format!("{name}@example.com"))
            .map(|(_, id)| AssociateId(id)))
    }
}

/// The plugin, and everything around it.
#[derive(Clone)]
pub struct Stage {
    pub twin: Twin,
    pub plugin: Arc<GoogleDrive>,
    pub budget: Arc<Budget>,
    pub pace: Arc<TwinPace>,
    pub workspace: Arc<Workspace>,
    pub wire: Arc<IntoTwin>,
    pub tokens: Arc<Tokens>,
    settings: GoogleDriveSettings,
    calls: Arc<AtomicU64>,
    contract: Arc<described::Contract>,
}

/// What a stage begins with.
#[derive(Debug, Clone)]
pub struct Scene {
    pub shared: bool,
    pub locking: LockSemantics,
    pub access: Access,
    pub show_check_out: bool,
    pub allowance: Allowance,
    /// Units a minute that the twin allows, of the project and of the account; as good as none are counted otherwise.
    pub units: Option<(u64, u64)>,
}

impl Default for Scene {
    fn default() -> Self {
        Self {
            shared: false,
            locking: LockSemantics::Versioning,
            access: Access::Inherit,
            show_check_out: false,
            allowance: Allowance { project: 100_000_000, account: 100_000_000 },
            units: None,
        }
    }
}

impl Scene {
    pub fn in_shared_drive() -> Self {
        Self { shared: true, ..Self::default() }
    }

    /// The world around it.
    pub fn world(&self) -> World {
        let (project, account) = self.units.unwrap_or((4_000_000_000, 4_000_000_000));
        let units = format!(
            "units_per_minute = {project}\nunits_per_minute_and_user = {account}\n[[google.projects.clients]]"
        );
        let world = WORLD.replace("[[google.projects.clients]]", &units);
        World::from_toml(&world, "the stage's world").unwrap()
    }

    /// Builds it up. Installations 7 and 8 have places of their own, of one system user.
    pub async fn build(self) -> Stage {
        let world = self.world();
        let surfaces = Surfaces::of(|surface| format!("http://{}.test", surface.name()));
        let twin = Twin::new(&world, surfaces, "word".into(), None, Outward::default()).unwrap();
        let wire =
            Arc::new(IntoTwin { twin: twin.clone(), sent: Mutex::default(), meddler: Mutex::default() });
        let way = (Arc::clone(&wire) as Arc<dyn Transport>, "http://google-apis.test".to_owned());
        self.around(twin, wire, way).await
    }

    /// The same around a twin that listens: over its real door.
    pub async fn over_http(self, twin: Twin) -> Stage {
        let address = twin.house().surfaces.google_apis.clone();
        let hosts = vec![Host::Simulated(address.clone())];
        let outbound = Outbound::new(OutboundSettings { hosts, ..OutboundSettings::default() }).unwrap();
        let wire =
            Arc::new(IntoTwin { twin: twin.clone(), sent: Mutex::default(), meddler: Mutex::default() });
        self.around(twin, wire, (Arc::new(outbound), address)).await
    }

    async fn around(
        self,
        twin: Twin,
        wire: Arc<IntoTwin>,
        (transport, address): (Arc<dyn Transport>, String),
    ) -> Stage {
        let contract = Arc::new(described::Contract::watch(&twin));
        let pace = Arc::new(TwinPace::new(twin.clone()));
        let budget = Arc::new(Budget::new(self.allowance, Arc::clone(&pace) as Arc<dyn Pace>));
        let tokens = Arc::new(Tokens {
            twin: twin.clone(),
            user: SYSTEM.into(),
            scope: Mutex::new(DRIVE_FILE.into()),
            asked: AtomicU64::new(0),
            stored: Mutex::default(),
        });
        let workspace = Arc::new(Workspace::default());
        let sales = Group {
            name: "Sales".into(),
            address: Some("sales@example.com".into()),
            members: vec![AssociateId(2)],
        };
        workspace.groups.lock().unwrap().insert(GroupId(3), sales);
        let settings = GoogleDriveSettings {
            id: PluginId(2),
            address,
            locking: self.locking,
            transport,
            budget: Arc::clone(&budget),
            pace: Arc::clone(&pace) as Arc<dyn Pace>,
            notebook: Arc::new(MemoryNotebook::default()) as Arc<dyn Notebook>,
            places: Arc::clone(&workspace) as Arc<dyn Places>,
            people: Arc::clone(&workspace) as Arc<dyn People>,
        };
        let plugin = Arc::new(GoogleDrive::new(settings.clone()));
        let calls = Arc::new(AtomicU64::new(1));
        let stage = Stage { twin, plugin, budget, pace, workspace, wire, tokens, settings, calls, contract };
        for installation in [7, 8] {
            stage.connect(&self, installation).await;
        }
        stage
    }
}

impl Stage {
    pub async fn new() -> Self {
        Scene::default().build().await
    }

    async fn connect(&self, scene: &Scene, installation: i64) {
        let call = Call { installation: InstallationId(installation), ..self.system() };
        let founder = Founder {
            connection: "system".into(),
            account: ACCOUNT.into(),
            tokens: Arc::clone(&self.tokens) as Arc<dyn TokenSource>,
        };
        let drive =
            if scene.shared { DriveKind::SharedDrive { id: SHARED.into() } } else { DriveKind::MyDrive };
        let names = [format!("Documents {installation}"), format!("Templates {installation}")];
        let place = self.plugin.found(&call, founder.clone(), drive, &names[0], &names[1]).await.unwrap();
        let place = Place { access: scene.access.clone(), show_check_out: scene.show_check_out, ..place };
        let Founder { connection, account, tokens } = founder;
        let connected = Connected { place, connection, account, tokens };
        self.workspace.places.lock().unwrap().insert(InstallationId(installation), connected);
    }

    /// The same place after a restart: nothing is remembered but what was written down.
    pub fn restarted(&self) -> Self {
        let mut again = self.clone();
        let allowance = Allowance { project: 100_000_000, account: 100_000_000 };
        again.budget = Arc::new(Budget::new(allowance, Arc::clone(&self.pace) as Arc<dyn Pace>));
        again.settings.budget = Arc::clone(&again.budget);
        again.plugin = Arc::new(GoogleDrive::new(again.settings.clone()));
        again
    }

    /// Tokens of somebody else.
    pub fn tokens_of(&self, user: &str) -> Arc<dyn TokenSource> {
        Arc::new(Tokens {
            twin: self.twin.clone(),
            user: user.into(),
            scope: Mutex::new(DRIVE_FILE.into()),
            asked: AtomicU64::new(0),
            stored: Mutex::default(),
        })
    }

    /// The same plugin with another notebook, for an installation of a host's own.
    pub fn in_house(&self, notebook: Arc<dyn Notebook>, installation: InstallationId) -> GoogleDrive {
        self.workspace.connect(installation.0, self.workspace.connected(7));
        GoogleDrive::new(GoogleDriveSettings { notebook, ..self.settings.clone() })
    }

    pub fn place(&self) -> Place {
        self.workspace.places.lock().unwrap()[&InstallationId(7)].place.clone()
    }

    pub fn set_place(&self, change: impl FnOnce(&mut Place)) {
        let mut places = self.workspace.places.lock().unwrap();
        change(&mut places.get_mut(&InstallationId(7)).unwrap().place);
    }

    pub fn disconnect(&self) {
        self.workspace.places.lock().unwrap().remove(&InstallationId(7));
    }

    /// A call by an associate, with an operation and an instant of its own.
    pub fn call(&self, associate: Option<i64>, name: &str) -> Call {
        let n = self.calls.fetch_add(1, Ordering::Relaxed);
        let start = Timestamp::from_second(1_767_225_600).unwrap();
        Call {
            installation: InstallationId(7),
            associate: associate.map(AssociateId),
            name: name.into(),
            operation: Some(OperationId(Uuid::from_u64_pair(
                0x019b_0000_0000_7001,
                0x8000_0000_0000_0000 | n,
            ))),
            now: start + SignedDuration::from_secs(i64::try_from(n).unwrap()),
            accepts: Vec::new(),
        }
    }

    pub fn a(&self) -> Call {
        self.call(Some(1), "Anna Berg")
    }

    pub fn b(&self) -> Call {
        self.call(Some(2), "Bruno Keller")
    }

    /// The product itself: background work.
    pub fn system(&self) -> Call {
        self.call(None, "Chancery")
    }

    /// The same call at the twin's present.
    pub fn now(&self, call: Call) -> Call {
        Call { now: self.twin.house().clock.now(), ..call }
    }

    /// Orders a common fault for calls of an operation.
    pub fn fault(&self, effect: Effect, operation: &str, times: u64) {
        self.twin.house().faults.order(Rule::new(effect).at(operation).times(times));
    }

    /// Orders a behaviour by name.
    pub fn behave(&self, name: &str, value: serde_json::Value, times: Option<u64>) {
        let mut rule = Rule::new(Effect::Behave { name: name.into(), value });
        rule.times = times;
        self.twin.house().faults.order(rule);
    }

    /// All is well again.
    pub fn calm(&self) {
        self.twin.house().faults.clear();
    }

    /// Somebody asks Drive by themselves.
    pub async fn as_person(
        &self,
        user: &str,
        method: &str,
        path: &str,
        body: serde_json::Value,
    ) -> (u16, serde_json::Value) {
        ask(&self.twin, user, method, path, body).await
    }

    /// A file as the system user sees it.
    pub async fn file(&self, id: &str) -> serde_json::Value {
        self.as_person(
            SYSTEM,
            "GET",
            &format!("/drive/v3/files/{id}?supportsAllDrives=true&fields=*"),
            serde_json::Value::Null,
        )
        .await
        .1
    }

    /// Somebody edits a file at Google.
    pub async fn edit(&self, user: &str, id: &str, text: &str) {
        edit(&self.twin, user, id, text).await;
    }

    /// The requests that left since the last time.
    pub fn take_sent(&self) -> Vec<Sent> {
        std::mem::take(&mut *self.wire.sent.lock().unwrap())
    }

    /// Operation and units of every request that the twin answered, since a number of the log.
    pub fn journal(&self, after: u64) -> Vec<twin::core::journal::Entry> {
        let query = twin::core::journal::Query { after_number: Some(after), ..Default::default() };
        self.twin.house().journal.find(&query)
    }

    pub fn journal_end(&self) -> u64 {
        self.journal(0).last().map_or(0, |entry| entry.number)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if Arc::strong_count(&self.contract) == 1 && !std::thread::panicking() {
            let sent = self.wire.sent.lock().unwrap();
            self.contract.settle(&sent);
        }
    }
}

/// What somebody reads of an item.
pub async fn read(stage: &Stage, call: &Call, item: &domain::plugin::ExternalRef) -> Vec<u8> {
    let content = stage.plugin.load(call, item, &domain::plugin::Which::Latest, None).await.unwrap();
    read_all(content).await.unwrap()
}
