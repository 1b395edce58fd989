//! The login page beside the twin of both providers, with a browser that keeps cookies: sign-ins all the way round in
//! one process, on a clock that the test moves.

mod crm;
mod installation;
mod jar;
mod processes;

pub use crm::Crm;
pub use installation::{Heard, Installation, Pushed, claims};
pub use jar::{Jar, Net, Page};
pub use processes::{Processes, Service};

use async_trait::async_trait;
use axum::Router;
use broker::{Credential, Dialect, Ground, House, MasterSource, ProviderSettings, SecretBy, Settings};
use bytes::Bytes;
use domain::connections::Provider;
use domain::{Error, ErrorKind, Result};
use http::{Request, Response};
use http_body_util::BodyExt as _;
use jiff::{SignedDuration, Timestamp};
use platform::Secret;
use platform::outbound::Transport;
use platform::seal::{MasterKey, MasterKeys};
use platform::sql::{Database, SqlSettings};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tower::ServiceExt as _;
use twin::{Outward, Surface, Surfaces, Twin, World};

/// The login page's address on the stage.
pub const LOGIN: &str = "https://login.test";
/// The Microsoft application of the twin's ready world.
pub const MICROSOFT_APP: &str = "6a5f0d3c-92c5-4f6e-b0c7-1d8e3f5a7c03";
/// The Google client of the twin's ready world.
pub const GOOGLE_CLIENT: &str = "412345678901-signin.apps.googleusercontent.example";
/// Its secret: a canary, as nobody but the login page may ever have it.
pub const GOOGLE_SECRET: &str = "simulated-google-secret";
/// The Microsoft application's secret.
pub const MICROSOFT_SECRET: &str = "simulated-microsoft-secret";
/// The tenant Kaffehuset.
pub const KAFFEHUSET: &str = "0f1b6c2e-7f0a-4a57-9d2e-6f7f4f1c0a01";
/// The tenant Nordlys.
pub const NORDLYS: &str = "5d2c9a44-3b1e-4c8f-8a66-2e9b7d4c0b02";

/// What stands at origins, by host.
pub type Doors = Arc<Mutex<BTreeMap<String, Router>>>;

/// Everything at once.
#[derive(Debug)]
pub struct Stage {
    /// The login page.
    pub house: Arc<House>,
    /// The providers.
    pub twin: Twin,
    /// Every request the login page sent to a provider: method, host and path.
    pub sent: Arc<Mutex<Vec<String>>>,
    /// What stands at further origins, by host: installations, other providers.
    pub doors: Doors,
    /// What the login page told installations: address and body.
    pub told: Arc<Mutex<Vec<(String, String)>>>,
    /// The master key of the login page.
    pub master: MasterKey,
    /// What its file of master keys holds, which a test may change while it runs.
    pub masters: Arc<Masters>,
    /// Its settings.
    pub settings: Settings,
    login: Router,
    pub(crate) folder: tempfile::TempDir,
}

impl Stage {
    /// The ready world, with one installation that has registered the domains of Kaffehuset and Solsiden.
    pub async fn new() -> Self {
        Self::with(|_, _| {}).await
    }

    /// As [`Stage::new`], with the world and the settings changed first.
    pub async fn with(change: impl FnOnce(&mut World, &mut Settings)) -> Self {
        let mut world = World::ready().unwrap();
        world.stopped_at = Some("2026-06-01T12:00:00Z".parse().unwrap());
        for client in world.google.projects.iter_mut().flat_map(|p| &mut p.clients) {
            client.redirect_uris.push(format!("{LOGIN}/callback/google"));
        }
        for app in &mut world.microsoft.apps {
            app.redirect_uris.push(format!("{LOGIN}/callback/microsoft"));
            app.optional_claims = vec!["wids".into(), "xms_edov".into()];
        }
        let mut settings = settings();
        change(&mut world, &mut settings);
        let surfaces = Surfaces::of(|surface| format!("https://{}.test", surface.name()));
        let twin = Twin::new(&world, surfaces, "word".into(), None, Outward::default()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let sent = Arc::<Mutex<Vec<String>>>::default();
        let told = Arc::<Mutex<Vec<(String, String)>>>::default();
        let doors = Doors::default();
        let master = MasterKey::generate(1).unwrap();
        let wire = ToProviders { twin: twin.clone(), sent: Arc::clone(&sent), doors: Arc::clone(&doors) };
        let masters = Arc::new(Masters(Mutex::new(vec![master.clone()])));
        let house = open(&folder, settings.clone(), wire, &told, &masters).await.unwrap();
        let login = broker::router(Arc::clone(&house));
        Self { house, twin, sent, doors, told, master, masters, settings, login, folder }
    }

    /// Opens the login page anew over the same database and these master keys, as another node or after a restart. The
    /// stage itself goes on with the first one.
    /// # Errors
    /// As [`House::open`].
    pub async fn reopen_with(&self, masters: Vec<MasterKey>) -> Result<Arc<House>> {
        let (twin, sent, doors) = (self.twin.clone(), Arc::clone(&self.sent), Arc::clone(&self.doors));
        let wire = ToProviders { twin, sent, doors };
        let masters = Arc::new(Masters(Mutex::new(masters)));
        open(&self.folder, self.settings.clone(), wire, &self.told, &masters).await
    }

    /// Another login page stands at the address from now on.
    pub fn enter(&mut self, house: Arc<House>) {
        self.login = broker::router(Arc::clone(&house));
        self.house = house;
    }

    /// The folder of the login page's database.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// The login page's database, opened beside it.
    /// # Errors
    /// As [`Database::open`].
    pub fn database(&self) -> Result<Database> {
        let mut at = SqlSettings::at(self.folder.path().join("login.db"));
        at.durable = false;
        Database::open(&at)
    }

    /// Moves the clock of the login page and of the providers.
    pub fn advance(&self, seconds: i64) {
        self.twin.house().clock.advance(SignedDuration::from_secs(seconds));
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.twin.house().clock.now()
    }

    /// Requests the login page sent to a provider whose line contains this.
    pub fn count_sent(&self, part: &str) -> usize {
        self.sent.lock().unwrap().iter().filter(|line| line.contains(part)).count()
    }

    /// Sends a request to whatever stands at its origin.
    pub async fn serve(&self, request: Request<Bytes>) -> Response<Bytes> {
        let host = request.uri().host().unwrap_or_default().to_owned();
        if host == "login.test" {
            return ask(&self.login, request).await;
        }
        if let Some(surface) = surface(&host) {
            return call(&self.twin, surface, request).await.unwrap_or_else(|_| {
                Response::builder().status(502).body(Bytes::from_static(b"the connection broke")).unwrap()
            });
        }
        let door = self.doors.lock().unwrap().get(&host).cloned();
        match door {
            Some(door) => ask(&door, request).await,
            // An installation that is only an address: the browser has arrived.
            None => Response::builder().status(299).body(Bytes::new()).unwrap(),
        }
    }
}

/// A file of master keys that is none.
#[derive(Debug)]
pub struct Masters(pub Mutex<Vec<MasterKey>>);

impl MasterSource for Masters {
    fn load(&self) -> Result<MasterKeys> {
        MasterKeys::new(self.0.lock().unwrap().clone())
    }
}

/// The settings of the stage.
pub fn settings() -> Settings {
    let provider = |name: Provider, title: &str, dialect, issuer: &str, client_id: &str, secret: &str| {
        ProviderSettings {
            name,
            title: title.to_owned(),
            dialect,
            issuer: issuer.to_owned(),
            client_id: client_id.to_owned(),
            credentials: Arc::new(vec![Credential::Secret(Secret::new(secret))]),
            secret_by: SecretBy::Discovery,
        }
    };
    let google = "https://google-accounts.test";
    let microsoft = "https://microsoft-login.test";
    Settings {
        public_url: LOGIN.to_owned(),
        providers: vec![
            provider(Provider::google(), "Google", Dialect::Google, google, GOOGLE_CLIENT, GOOGLE_SECRET),
            provider(
                Provider::microsoft(),
                "Microsoft",
                Dialect::Microsoft,
                microsoft,
                MICROSOFT_APP,
                MICROSOFT_SECRET,
            ),
        ],
        lifetimes: broker::Lifetimes::default(),
        limits: broker::Limits {
            starts_per_ip: 10_000,
            starts_per_installation: 10_000,
            failures_per_ip: 10_000,
            tokens_per_installation: 10_000,
        },
        operator_pages: true,
    }
}

async fn open(
    folder: &tempfile::TempDir,
    settings: Settings,
    wire: ToProviders,
    told: &Arc<Mutex<Vec<(String, String)>>>,
    masters: &Arc<Masters>,
) -> Result<Arc<House>> {
    let mut at = SqlSettings::at(folder.path().join("login.db"));
    at.durable = false;
    let clock = wire.twin.clone();
    let ground = Ground {
        db: Database::open(&at)?,
        master: Arc::<Masters>::clone(masters),
        transport: Arc::new(wire),
        outward: Arc::new(ToInstallations(Arc::clone(told))),
        clock: Arc::new(move || {
            let now = clock.house().clock.now();
            Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
        }),
    };
    House::open(settings, ground).await
}

/// The way from the login page to the providers.
#[derive(Debug)]
struct ToProviders {
    twin: Twin,
    sent: Arc<Mutex<Vec<String>>>,
    doors: Doors,
}

#[async_trait]
impl Transport for ToProviders {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        let host = request.uri().host().unwrap_or_default().to_owned();
        self.sent.lock().unwrap().push(format!("{} {host}{}", request.method(), request.uri().path()));
        let door = self.doors.lock().unwrap().get(&host).cloned();
        if let Some(door) = door {
            return Ok(ask(&door, request).await);
        }
        let surface = surface(&host).ok_or_else(|| Error::forbidden("not on the list"))?;
        call(&self.twin, surface, request)
            .await
            .map_err(|_| Error::new(ErrorKind::Unavailable, "the connection broke"))
    }
}

/// The way from the login page to installations: written down.
#[derive(Debug)]
struct ToInstallations(Arc<Mutex<Vec<(String, String)>>>);

#[async_trait]
impl Transport for ToInstallations {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        let body = String::from_utf8_lossy(request.body()).into_owned();
        self.0.lock().unwrap().push((request.uri().to_string(), body));
        Ok(Response::new(Bytes::new()))
    }
}

async fn call(
    twin: &Twin,
    surface: Surface,
    request: Request<Bytes>,
) -> Result<Response<Bytes>, twin::Broken> {
    let (mut head, body) = request.into_parts();
    let path = head.uri.path_and_query().map_or("/", |p| p.as_str()).to_owned();
    head.uri = path.parse().unwrap();
    twin.call(surface, Request::from_parts(head, body.to_vec())).await
}

async fn ask(router: &Router, request: Request<Bytes>) -> Response<Bytes> {
    let (mut head, body) = request.into_parts();
    let path = head.uri.path_and_query().map_or("/", |p| p.as_str()).to_owned();
    head.uri = path.parse().unwrap();
    let request = Request::from_parts(head, axum::body::Body::from(body));
    let (head, body) = router.clone().oneshot(request).await.unwrap().into_parts();
    Response::from_parts(head, body.collect().await.unwrap().to_bytes())
}

fn surface(host: &str) -> Option<Surface> {
    let name = host.strip_suffix(".test")?;
    Surface::ALL.into_iter().find(|s| s.name() == name)
}
