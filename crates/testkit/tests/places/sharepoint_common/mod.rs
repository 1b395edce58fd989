//! A tenant, its people, a site and the SharePoint plugin, in one process.

pub mod described;

pub use crate::twin_common::{MemoryNotebook, TwinPace, asked_of, form_pairs, hold_page, read_all};

use async_trait::async_trait;
use bytes::Bytes;
use domain::connections::{AccessToken, Claims, Need, TokenRefused, TokenSource};
use domain::locking::LockSemantics;
use domain::plugin::{Call, DocumentPlugin, ExternalRef, Notebook};
use domain::sharepoint::Facts;
use domain::{AssociateId, Error, ErrorKind, GroupId, InstallationId, OperationId, PluginId, Result};
use http::{Request, Response};
use jiff::{SignedDuration, Timestamp};
use platform::outbound::{Host, Outbound, OutboundSettings, Transport};
use plugins::budget::{Allowance, Budget, Pace};
use plugins::sharepoint::{
    Connected, Founder, Group, People, Person, Place, Places, SharePoint, SharePointSettings,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use twin::core::faults::{Effect, Rule};
use twin::{Outward, Surface, Surfaces, Twin, World};
use uuid::Uuid;

pub const TENANT: &str = "0f1b6c2e-7f0a-4a57-9d2e-6f7f4f1c0a01";
pub const APP: &str = "6a5f0d3c-92c5-4f6e-b0c7-1d8e3f5a7c03";
pub const ANNA: i64 = 1;
pub const BRUNO: i64 = 2;
pub const CARLA: i64 = 3;
/// Owner of the site, and nobody in the CRM.
pub const OLGA: i64 = 9;
pub const SALES: &str = "0f1b6c2e-0000-4000-8000-00000000aaaa";

const WORLD: &str = r#"
seed = 5
stopped_at = "2026-06-01T12:00:00Z"
[[microsoft.tenants]]
name = "Kaffehuset"
id = "0f1b6c2e-7f0a-4a57-9d2e-6f7f4f1c0a01"
domains = ["kaffehuset.example"]
sharepoint_host = "kaffehuset.sharepoint.example"
licences = 100000
USERS
[[microsoft.tenants.groups]]
display_name = "Sales"
mail_nickname = "salesteam"
id = "0f1b6c2e-0000-4000-8000-00000000aaaa"
members = ["p2@kaffehuset.example"]
[[microsoft.tenants.sites]]
path = "/sites/crm"
title = "CRM"
owners = ["p9@kaffehuset.example"]
members = [MEMBERS]
[[microsoft.tenants.sites.libraries]]
title = "Documents"
requires_checkout = REQUIRES
[[microsoft.tenants.sites.libraries]]
title = "Archive"
[[microsoft.apps]]
client_id = "6a5f0d3c-92c5-4f6e-b0c7-1d8e3f5a7c03"
name = "Chancery"
tenant = "kaffehuset.example"
"#;

/// Everybody who has an account: Anna, Bruno, Carla, Olga and the hundred and something of the conformance suite.
pub fn everybody() -> impl Iterator<Item = i64> {
    [ANNA, BRUNO, CARLA, OLGA].into_iter().chain(100..112)
}

/// Somebody's object id.
pub fn object(who: i64) -> String {
    format!("0f1b6c2e-0000-4000-8000-{who:012}")
}

pub fn name_of(who: i64) -> String {
    match who {
        ANNA => "Anna Berg".into(),
        BRUNO => "Bruno Keller".into(),
        CARLA => "Carla Dahl".into(),
        OLGA => "Olga Lind".into(),
        other => format!("Person {other}"),
    }
}

/// A request as it left.
#[derive(Debug, Clone)]
pub struct Sent {
    pub method: String,
    pub host: String,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub body: Bytes,
    pub content_type: String,
}

/// Somebody does something in SharePoint just before a request of ours arrives.
#[derive(Debug, Clone)]
pub struct Meddler {
    pub method: &'static str,
    /// What the request's path ends with.
    pub path: &'static str,
    pub who: i64,
    pub at: String,
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
            let now = meddler.as_ref().is_some_and(|m| m.method == method && path.ends_with(m.path));
            if now { meddler.take() } else { None }
        };
        if let Some(Meddler { who, at, text, .. }) = meddler {
            let path = format!("{at}/content");
            let (status, body) = ask(&self.twin, Some(who), "PUT", &path, json!(text)).await;
            assert_eq!(status, 200, "{body}");
        }
    }
}

#[async_trait]
impl Transport for IntoTwin {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        let (mut head, body) = request.into_parts();
        let host = head.uri.host().unwrap_or_default().to_owned();
        let surface = match host.as_str() {
            "graph.test" => Surface::Graph,
            "sharepoint.test" => Surface::Sharepoint,
            other => panic!("nothing else is met: {other}"),
        };
        let with_token = head.headers.contains_key("authorization");
        assert_eq!(with_token, surface == Surface::Graph, "a token goes to Graph and to nobody else (M-12)");
        let path = head.uri.path_and_query().unwrap().as_str().to_owned();
        let content_type = head.headers.get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default();
        self.sent.lock().unwrap().push(Sent {
            method: head.method.to_string(),
            host,
            path: head.uri.path().to_owned(),
            query: form_pairs(head.uri.query().unwrap_or_default()),
            body: body.clone(),
            content_type: content_type.to_owned(),
        });
        self.meddle(head.method.as_str(), head.uri.path()).await;
        head.uri = path.parse().unwrap();
        let request = Request::from_parts(head, body.to_vec());
        let broken = |_| Error::new(ErrorKind::Unavailable, "The connection broke. Try again.");
        self.twin.call(surface, request).await.map_err(broken)
    }
}

fn mint(twin: &Twin, who: Option<i64>, rights: &[&str]) -> String {
    let user = who.map(object);
    twin.microsoft(|microsoft, house| {
        microsoft.entra.mint(TENANT, user.as_deref(), APP, rights, house.clock.now(), &house.random)
    })
}

/// Somebody asks Graph by themselves, with every right of an application; nobody stands for an application.
pub async fn ask(twin: &Twin, who: Option<i64>, method: &str, path: &str, body: Value) -> (u16, Value) {
    let rights = ["Sites.FullControl.All", "Files.ReadWrite.All", "Sites.Manage.All"];
    let token = mint(twin, who, &rights);
    let bytes = match body {
        Value::Null => Vec::new(),
        Value::String(text) if path.ends_with("/content") => text.into_bytes(),
        other => other.to_string().into_bytes(),
    };
    let kind = if path.ends_with("/content") { "text/plain" } else { "application/json" };
    let request = Request::builder()
        .method(method)
        .uri(format!("/v1.0{path}"))
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", kind)
        .body(bytes)
        .unwrap();
    let answer = twin.call(Surface::Graph, request).await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_slice(answer.body()).unwrap_or(Value::Null))
}

/// Tokens: `app`, or `person-7`.
#[derive(Debug)]
pub struct Tokens {
    twin: Twin,
    pub asked: AtomicU64,
    /// Rights beside the usual one, of the application itself and of people. A token that is there keeps those it has.
    more: Mutex<(Vec<&'static str>, Vec<&'static str>)>,
    /// Those that are handed out until they are refused, as the login page does.
    stored: Mutex<BTreeMap<String, AccessToken>>,
    /// Tokens that were refused.
    pub refused: Mutex<Vec<TokenRefused>>,
    /// Whether new tokens are those of a client that understands claims challenges.
    pub continuous: AtomicBool,
    /// Connections that their owner has to repair.
    pub broken: Mutex<Vec<String>>,
}

impl Tokens {
    /// An administrator agrees to more for the application itself, and for people. New tokens have it.
    pub fn consent(&self, application: Vec<&'static str>, people: Vec<&'static str>) {
        *self.more.lock().unwrap() = (application, people);
        self.stored.lock().unwrap().clear();
    }
}

#[async_trait]
impl TokenSource for Tokens {
    async fn access_token(
        &self,
        connection: &str,
        need: Need,
        refused: Option<&TokenRefused>,
    ) -> Result<AccessToken> {
        assert_eq!(need, Need::Documents);
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.refused.lock().unwrap().extend(refused.cloned());
        if self.broken.lock().unwrap().iter().any(|broken| broken == connection) {
            return Err(Error::new(
                ErrorKind::Unavailable,
                "Your connection needs attention. Connect again.",
            ));
        }
        let mut stored = self.stored.lock().unwrap();
        let kept = stored.get(connection).filter(|token| refused.is_none_or(|r| r.token != **token));
        if let Some(token) = kept {
            return Ok(token.clone());
        }
        let who = connection.strip_prefix("person-").map(|id| id.parse().unwrap());
        // The least there is: the site that was granted, and what the person may do there.
        let mut rights = vec!["Sites.Selected"];
        {
            let more = self.more.lock().unwrap();
            rights.extend(if who.is_some() { &more.1 } else { &more.0 });
        }
        let token = mint(&self.twin, who, &rights);
        if self.continuous.load(Ordering::SeqCst) {
            let claims = refused.and_then(|refused| refused.claims.as_ref()).map_or("{}", Claims::as_str);
            self.twin.microsoft(|microsoft, _| microsoft.entra.declare(&token, claims));
        }
        // Kept as long as it works: it is the twin that says when it has ended.
        let token = AccessToken::new(token, Timestamp::MAX);
        stored.insert(connection.to_owned(), token.clone());
        Ok(token)
    }
}

#[derive(Debug, Default)]
pub struct Tenant {
    places: Mutex<BTreeMap<InstallationId, Connected>>,
    pub groups: Mutex<BTreeMap<GroupId, Group>>,
    /// People who have not connected Microsoft 365.
    pub without: Mutex<Vec<i64>>,
    /// People who have left.
    pub retired: Mutex<Vec<i64>>,
}

impl Tenant {
    pub fn connected(&self, installation: i64) -> Connected {
        self.places.lock().unwrap()[&InstallationId(installation)].clone()
    }

    pub fn connect(&self, installation: i64, connected: Connected) {
        self.places.lock().unwrap().insert(InstallationId(installation), connected);
    }
}

#[async_trait]
impl Places for Tenant {
    async fn of(&self, installation: InstallationId) -> Result<Connected> {
        let found = self.places.lock().unwrap().get(&installation).cloned();
        found.ok_or_else(|| {
            Error::new(ErrorKind::Unavailable, "SharePoint is not connected. Connect it in Settings.")
        })
    }
}

#[async_trait]
impl People for Tenant {
    async fn person(&self, _: InstallationId, _: &str, who: AssociateId) -> Result<Option<Person>> {
        let known = everybody().any(|id| id == who.0);
        let connected = !self.without.lock().unwrap().contains(&who.0);
        Ok(known.then(|| Person {
            name: name_of(who.0),
            object: connected.then(|| object(who.0)),
            connection: connected.then(|| format!("person-{}", who.0)),
            retired: self.retired.lock().unwrap().contains(&who.0),
        }))
    }

    async fn by_objects(
        &self,
        _: InstallationId,
        _: &str,
        wanted: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, AssociateId>> {
        let all = everybody().filter(|who| *who != OLGA).map(|who| (object(who), AssociateId(who)));
        Ok(all.filter(|(object, _)| wanted.contains(object)).collect())
    }

    async fn group(&self, _: InstallationId, group: GroupId) -> Result<Option<Group>> {
        Ok(self.groups.lock().unwrap().get(&group).cloned())
    }

    async fn of_templates(&self, _: InstallationId, _: &str) -> Result<BTreeMap<String, bool>> {
        Ok(everybody().filter(|who| *who != OLGA).map(|who| (object(who), who == ANNA)).collect())
    }
}

/// The plugin, and everything around it.
#[derive(Clone)]
pub struct Stage {
    pub twin: Twin,
    pub plugin: Arc<SharePoint>,
    pub tenants: Arc<Budget>,
    pub persons: Arc<Budget>,
    pub pace: Arc<TwinPace>,
    pub notebook: Arc<MemoryNotebook>,
    pub tenant: Arc<Tenant>,
    pub wire: Arc<IntoTwin>,
    pub tokens: Arc<Tokens>,
    pub settings: SharePointSettings,
    calls: Arc<AtomicU64>,
    contract: Arc<described::Contract>,
}

/// What a stage begins with.
#[derive(Debug, Clone)]
pub struct Scene {
    pub locking: LockSemantics,
    /// The library keeps new files checked out.
    pub requires_checkout: bool,
    pub visible_for: bool,
    pub columns: bool,
    /// Units a minute of the tenant and requests a minute of a person, as we count.
    pub allowance: (u64, u64),
    /// As the twin counts: by the tenant's licences.
    pub licences: u64,
    /// What the tenant has consented to beyond the least there is.
    pub consented: Vec<&'static str>,
}

impl Default for Scene {
    fn default() -> Self {
        Self {
            locking: LockSemantics::Versioning,
            requires_checkout: false,
            visible_for: true,
            columns: false,
            allowance: (100_000_000, 100_000_000),
            licences: 100_000,
            consented: Vec::new(),
        }
    }
}

impl Scene {
    /// The world around it.
    pub fn world(&self) -> World {
        let user = |who: i64| {
            let name = name_of(who);
            let (given, surname) = name.split_once(' ').unwrap();
            format!(
                "[[microsoft.tenants.users]]\nuser_principal_name = \"p{who}@kaffehuset.example\"\ngiven_name = \
                 \"{given}\"\nsurname = \"{surname}\"\nid = \"{}\"\nadministrator = {}\n",
                object(who),
                who == OLGA
            )
        };
        let users: String = everybody().map(user).collect();
        // Carla is no member of the site.
        let members: Vec<String> = everybody()
            .filter(|who| ![CARLA, OLGA].contains(who))
            .map(|who| format!("\"p{who}@kaffehuset.example\""))
            .collect();
        let world = WORLD
            .replace("USERS", &users)
            .replace("MEMBERS", &members.join(", "))
            .replace("REQUIRES", &self.requires_checkout.to_string())
            .replace("licences = 100000", &format!("licences = {}", self.licences));
        World::from_toml(&world, "the stage's world").unwrap()
    }

    /// Builds it up. Installations 7 and 8 have places of their own in one library.
    pub async fn build(self) -> Stage {
        let surfaces = Surfaces::of(|surface| format!("http://{}.test", surface.name()));
        let twin = Twin::new(&self.world(), surfaces, "word".into(), None, Outward::default()).unwrap();
        let wire =
            Arc::new(IntoTwin { twin: twin.clone(), sent: Mutex::default(), meddler: Mutex::default() });
        let way = (Arc::clone(&wire) as Arc<dyn Transport>, "http://graph.test".to_owned());
        self.around(twin, wire, way).await
    }

    /// The same around a twin that listens: over its real door.
    pub async fn over_http(self, twin: Twin) -> Stage {
        let surfaces = twin.house().surfaces.clone();
        let hosts =
            [&surfaces.graph, &surfaces.sharepoint].map(|origin| Host::Simulated(origin.clone())).to_vec();
        let outbound = Outbound::new(OutboundSettings { hosts, ..OutboundSettings::default() }).unwrap();
        let wire =
            Arc::new(IntoTwin { twin: twin.clone(), sent: Mutex::default(), meddler: Mutex::default() });
        self.around(twin, wire, (Arc::new(outbound), surfaces.graph)).await
    }

    async fn around(
        self,
        twin: Twin,
        wire: Arc<IntoTwin>,
        (transport, address): (Arc<dyn Transport>, String),
    ) -> Stage {
        let contract = Arc::new(described::Contract::watch(&twin));
        let pace = Arc::new(TwinPace::new(twin.clone()));
        let budget = |account| {
            let allowance = Allowance { project: u64::MAX >> 12, account };
            Arc::new(Budget::at_microsoft(allowance, Arc::clone(&pace) as Arc<dyn Pace>))
        };
        let (tenants, persons) = (budget(self.allowance.0), budget(self.allowance.1));
        let tokens = Arc::new(Tokens {
            twin: twin.clone(),
            asked: AtomicU64::new(0),
            more: Mutex::new((self.consented.clone(), Vec::new())),
            stored: Mutex::default(),
            refused: Mutex::default(),
            continuous: AtomicBool::new(false),
            broken: Mutex::default(),
        });
        let (notebook, tenant) = (Arc::new(MemoryNotebook::default()), Arc::new(Tenant::default()));
        let sales =
            Group { name: "Sales".into(), object: Some(SALES.into()), members: vec![AssociateId(BRUNO)] };
        tenant.groups.lock().unwrap().insert(GroupId(3), sales);
        let settings = SharePointSettings {
            id: PluginId(2),
            address,
            locking: self.locking,
            transport,
            tenants: Arc::clone(&tenants),
            persons: Arc::clone(&persons),
            pace: Arc::clone(&pace) as Arc<dyn Pace>,
            notebook: Arc::clone(&notebook) as Arc<dyn Notebook>,
            places: Arc::clone(&tenant) as Arc<dyn Places>,
            people: Arc::clone(&tenant) as Arc<dyn People>,
        };
        let plugin = Arc::new(SharePoint::new(settings.clone()));
        let calls = Arc::new(AtomicU64::new(1));
        let stage = Stage {
            twin,
            plugin,
            tenants,
            persons,
            pace,
            notebook,
            tenant,
            wire,
            tokens,
            settings,
            calls,
            contract,
        };
        for installation in [7, 8] {
            stage.connect(&self, installation).await;
        }
        stage.take_sent();
        stage
    }
}

impl Stage {
    pub async fn new() -> Self {
        Scene::default().build().await
    }

    pub fn founder(&self) -> Founder {
        Founder {
            tenant: TENANT.into(),
            app: "app".into(),
            tokens: Arc::clone(&self.tokens) as Arc<dyn TokenSource>,
        }
    }

    /// The administrator of the tenant grants the site, then the place is founded.
    async fn connect(&self, scene: &Scene, installation: i64) {
        self.grant("owner").await;
        let call = Call { installation: InstallationId(installation), ..self.system() };
        let address = "https://kaffehuset.sharepoint.example/sites/crm";
        let site = self.plugin.site(&call, self.founder(), address).await.unwrap();
        let library = site.libraries.iter().find(|library| library.name == "Documents").unwrap();
        let names = [format!("Documents {installation}"), format!("Templates {installation}")];
        let place = self
            .plugin
            .found(&call, self.founder(), &site.id, (&library.drive, &names[0]), (&library.drive, &names[1]))
            .await
            .unwrap();
        let columns = if scene.columns { Facts::usual() } else { Facts::default() };
        let place = Place { visible_for: scene.visible_for, columns, ..place };
        let connected = Connected {
            place,
            app: "app".into(),
            tokens: Arc::clone(&self.tokens) as Arc<dyn TokenSource>,
            share: None,
        };
        self.tenant.connect(installation, connected.clone());
        if scene.columns {
            self.plugin.prepare(&call, connected).await.unwrap();
        }
    }

    /// Gives the application a role on the site (M-24).
    pub async fn grant(&self, role: &str) {
        let site = "/sites/kaffehuset.sharepoint.example:/sites/crm";
        let (status, site) = ask(&self.twin, Some(OLGA), "GET", site, Value::Null).await;
        assert_eq!(status, 200, "{site}");
        let body = json!({
            "roles": [role],
            "grantedToIdentities": [{ "application": { "id": APP, "displayName": "Chancery" } }],
        });
        let path = format!("/sites/{}/permissions", site["id"].as_str().unwrap());
        let (status, body) = ask(&self.twin, Some(OLGA), "POST", &path, body).await;
        assert_eq!(status, 201, "{body}");
    }

    /// The same place after a restart: nothing is remembered but what was written down.
    pub fn restarted(&self) -> Self {
        let mut again = self.clone();
        let allowance = Allowance { project: u64::MAX >> 12, account: 100_000_000 };
        let budget = || Arc::new(Budget::at_microsoft(allowance, Arc::clone(&self.pace) as Arc<dyn Pace>));
        (again.tenants, again.persons) = (budget(), budget());
        again.settings.tenants = Arc::clone(&again.tenants);
        again.settings.persons = Arc::clone(&again.persons);
        again.plugin = Arc::new(SharePoint::new(again.settings.clone()));
        again
    }

    /// The same plugin with another notebook and number, for an installation of a host's own.
    pub fn in_house(&self, notebook: Arc<dyn Notebook>, of: InstallationId, id: PluginId) -> SharePoint {
        let known = self.tenant.places.lock().unwrap().contains_key(&of);
        if !known {
            self.tenant.connect(of.0, self.tenant.connected(7));
        }
        SharePoint::new(SharePointSettings { id, notebook, ..self.settings.clone() })
    }

    pub fn place(&self) -> Place {
        self.tenant.connected(7).place
    }

    pub fn set_place(&self, change: impl FnOnce(&mut Place)) {
        let mut connected = self.tenant.connected(7);
        change(&mut connected.place);
        self.tenant.connect(7, connected);
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
        self.call(Some(ANNA), "Anna Berg")
    }

    pub fn b(&self) -> Call {
        self.call(Some(BRUNO), "Bruno Keller")
    }

    pub fn c(&self) -> Call {
        self.call(Some(CARLA), "Carla Dahl")
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
    pub fn behave(&self, name: &str, value: Value, times: Option<u64>) {
        let mut rule = Rule::new(Effect::Behave { name: name.into(), value });
        rule.times = times;
        self.twin.house().faults.order(rule);
    }

    /// All is well again.
    pub fn calm(&self) {
        self.twin.house().faults.clear();
    }

    /// Time passes in the twin.
    pub fn pass(&self, seconds: i64) {
        self.twin.house().clock.advance(SignedDuration::from_secs(seconds));
    }

    /// Somebody asks Graph by themselves.
    pub async fn as_person(&self, who: i64, method: &str, path: &str, body: Value) -> (u16, Value) {
        ask(&self.twin, Some(who), method, path, body).await
    }

    /// Where a file is at Graph: `/drives/…/items/…`.
    pub async fn at(&self, item: &ExternalRef) -> String {
        let record = self.record(item).await;
        format!("/drives/{}/items/{}", record["drive"].as_str().unwrap(), record["item"].as_str().unwrap())
    }

    /// What the plugin has written down about a file.
    pub async fn record(&self, item: &ExternalRef) -> Value {
        let text =
            self.notebook.read(InstallationId(7), PluginId(2), &format!("item/{}", item.0)).await.unwrap();
        serde_json::from_str(&text.expect("the file is known")).unwrap()
    }

    /// A file as somebody sees it at Graph.
    pub async fn file(&self, who: i64, item: &ExternalRef) -> (u16, Value) {
        self.as_person(who, "GET", &self.at(item).await, Value::Null).await
    }

    /// Somebody edits a file in SharePoint.
    pub async fn edit(&self, who: i64, item: &ExternalRef, text: &str) {
        let path = format!("{}/content", self.at(item).await);
        let (status, body) = self.as_person(who, "PUT", &path, json!(text)).await;
        assert_eq!(status, 200, "{body}");
    }

    /// The requests that left since the last time.
    pub fn take_sent(&self) -> Vec<Sent> {
        let mut sent = self.wire.sent.lock().unwrap();
        self.contract.keep(&sent);
        std::mem::take(&mut *sent)
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
            self.take_sent();
            self.contract.settle();
        }
    }
}

/// What somebody reads of an item.
pub async fn read(stage: &Stage, call: &Call, item: &ExternalRef) -> Vec<u8> {
    let content = stage.plugin.load(call, item, &domain::plugin::Which::Latest, None).await.unwrap();
    read_all(content).await.unwrap()
}
