//! The login page and a CRM as two processes with two databases, in front of providers on sockets.

use super::{GOOGLE_CLIENT, GOOGLE_SECRET, Jar, MICROSOFT_APP, MICROSOFT_SECRET, Net, Page};
use bytes::Bytes;
use http::{Request, Response};
use platform::outbound::{Host, Outbound, OutboundSettings, Transport as _};
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use twin::{Options, Running, World};

/// Two services on ports of their own, and the providers.
#[derive(Debug)]
pub struct Processes {
    /// The providers.
    pub providers: Running,
    /// Where the login page is.
    pub login: String,
    /// Where the CRM is.
    pub crm: String,
    folder: tempfile::TempDir,
    net: Outbound,
    tls: bool,
}

/// Real sockets.
impl Net for Processes {
    async fn serve(&self, request: Request<Bytes>) -> Response<Bytes> {
        self.net.send(request).await.unwrap()
    }
}

/// A service; killed when it is dropped.
#[derive(Debug)]
pub struct Service(Child);

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn port() -> u16 {
    // Below the ports that the system gives out by itself, so that nobody gets it between now and the start of whoever it
    // is for.
    loop {
        let wish = 12_000 + platform::random::seed().unwrap() % 18_000;
        let port = u16::try_from(wish).unwrap();
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "tests are told by the environment where the program is")]
fn program() -> String {
    std::env::var("CHANCERY_BIN").expect("CHANCERY_BIN is set by `cargo xtask test`")
}

impl Processes {
    /// Configured and not started yet. With TLS both stand at `https://localhost`, otherwise at `http://127.0.0.1`; `more`
    /// is added to the CRM's section `[listen]`.
    pub async fn configured(tls: bool, more: &str) -> Self {
        let origin = |port: u16| {
            if tls { format!("https://localhost:{port}") } else { format!("http://127.0.0.1:{port}") }
        };
        let (login, crm) = (origin(port()), origin(port()));
        let mut world = World::ready().unwrap();
        for client in world.google.projects.iter_mut().flat_map(|p| &mut p.clients) {
            client.redirect_uris.push(format!("{login}/callback/google"));
        }
        for app in &mut world.microsoft.apps {
            app.redirect_uris.push(format!("{login}/callback/microsoft"));
            app.optional_claims = vec!["wids".into(), "xms_edov".into()];
        }
        let providers = twin::start(Options { world, ..Options::default() }).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let at = providers.surfaces();
        let hosts = [&login, &crm, &at.microsoft_login, &at.google_accounts, &at.google_drive]
            .map(|o| Host::Simulated(o.clone()));
        let net = Outbound::new(OutboundSettings {
            hosts: hosts.to_vec(),
            extra_roots: vec![made.cert.pem().into_bytes()],
            ..OutboundSettings::default()
        })
        .unwrap();
        let place = Self { providers, login, crm, folder, net, tls };
        place.write("chain.pem", &made.cert.pem());
        place.write("key.pem", &made.signing_key.serialize_pem());
        place.write("google.secret", GOOGLE_SECRET);
        place.write("microsoft.secret", MICROSOFT_SECRET);
        place.configure(more);
        place
    }

    /// Both started, with an installation `nordlys`, its administrator `ada`, and these people: lines of
    /// `external_id,login,last_name,email,has_plan,primary_group`.
    pub async fn running(tls: bool, more: &str, people: &str) -> (Self, Service, Service) {
        let place = Self::configured(tls, more).await;
        let login = place.start("login.toml");
        let made =
            ["admin", "add-installation", "nordlys", "--name", "Nordlys Trading", "--administrator", "ada"];
        place.run("crm.toml", &[&made[..], &["--full-name", "Ada Lind"]].concat());
        place.write(
            "people.csv",
            &format!("external_id,login,last_name,email,has_plan,primary_group\n{people}"),
        );
        let people = place.path("people.csv").display().to_string();
        place.run("crm.toml", &["import", "associates", &people]);
        place.write("nordlys.json", &place.run("crm.toml", &["admin", "public-keys"]));
        let keys = place.path("nordlys.json").display().to_string();
        let (back, start, out) = (
            place.at("/sign-in/return"),
            place.at("/sign-in/start?installation=nordlys"),
            place.at("/sign-in/logout"),
        );
        let add = ["broker", "add-installation", "nordlys", "--name", "Nordlys Trading", "--redirect", &back];
        let more = ["--start-url", &start, "--logout-url", &out, "--keys", &keys];
        place.run("login.toml", &[&add[..], &more[..]].concat());
        let crm = place.start("crm.toml");
        (place, login, crm)
    }

    /// A file of the place.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// An address of the CRM.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.crm)
    }

    fn shown(&self, name: &str) -> String {
        format!("{:?}", self.path(name).display().to_string())
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
        std::fs::set_permissions(self.path(name), std::fs::Permissions::from_mode(0o600)).unwrap();
    }

    fn configure(&self, more: &str) {
        let at = self.providers.surfaces();
        let (accounts, apis, microsoft) = (&at.google_accounts, &at.google_apis, &at.microsoft_login);
        let (graph, sharepoint) = (&at.graph, &at.sharepoint);
        let (login, crm) = (&self.login, &self.crm);
        let listens = |origin: &str| {
            let port = origin.rsplit(':').next().unwrap_or_default();
            let mut text = format!("address = \"127.0.0.1:{port}\"\npublic_url = {origin:?}\n");
            if self.tls {
                let (chain, key) = (self.shown("chain.pem"), self.shown("key.pem"));
                text = format!("{text}certificate = {chain}\nkey = {key}\n");
            }
            text
        };
        let authority = |name: &str| {
            if self.tls { format!("{name} = {}\n", self.shown("chain.pem")) } else { String::new() }
        };
        self.write(
            "login.toml",
            &format!(
                "[log]\nfilter = \"warn\"\n[broker]\ndirectory = {}\n{}{}\
                 private_hosts = [{accounts:?}, {apis:?}, {microsoft:?}, {crm:?}]\n\
                 [broker.google]\nclient_id = \"{GOOGLE_CLIENT}\"\nsecret_file = {}\nissuer = {accounts:?}\n\
                 [broker.microsoft]\nclient_id = \"{MICROSOFT_APP}\"\nsecret_file = {}\nissuer = {microsoft:?}\n",
                self.shown("login-data"),
                listens(login),
                authority("ca_file"),
                self.shown("google.secret"),
                self.shown("microsoft.secret"),
            ),
        );
        self.write(
            "crm.toml",
            &format!(
                "[log]\nfilter = \"warn\"\n[data]\ndirectory = {}\nreserve_mib = 1\n[listen]\n{}{more}\n[crm]\n\
                 broker_url = {login:?}\ngoogle_address = {apis:?}\ngraph_address = {graph:?}\n\
                 sharepoint_address = {sharepoint:?}\n{}",
                self.shown("crm-data"),
                listens(crm),
                authority("broker_ca_file"),
            ),
        );
    }

    /// Runs a command with one of the configurations. What it prints.
    pub fn run(&self, config: &str, words: &[&str]) -> String {
        let output =
            Command::new(program()).args(words).arg("--config").arg(self.path(config)).output().unwrap();
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Starts the service of a configuration, `login.toml` or `crm.toml`, and waits until it is ready.
    pub fn start(&self, config: &str) -> Service {
        let mut command = Command::new(program());
        command.arg("serve").arg("--config").arg(self.path(config)).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("ready: "), "{line:?}");
        Service(child)
    }

    /// Goes through whatever Microsoft asks.
    pub async fn through(&self, jar: &mut Jar, mut page: Page, address: &str) -> Page {
        for _ in 0..8 {
            if !page.url.starts_with(&self.providers.surfaces().microsoft_login) {
                return page;
            }
            page = jar.press(self, &page, "<button", &[("login", address)]).await;
        }
        panic!("still at {}:\n{}", page.url, page.text);
    }

    /// Goes through whatever Google asks; everything is granted.
    pub async fn through_google(&self, jar: &mut Jar, mut page: Page, address: &str) -> Page {
        for _ in 0..8 {
            if !page.url.starts_with(&self.providers.surfaces().google_accounts) {
                return page;
            }
            page = if page.text.contains("name=\"decision\"") {
                jar.press(self, &page, "name=\"decision\"", &[("decision", "allow")]).await
            } else {
                jar.press(self, &page, "name=\"email\"", &[("email", address)]).await
            };
        }
        panic!("still at {}:\n{}", page.url, page.text);
    }

    /// An administrator's browser that is in.
    pub async fn ada(&self) -> Jar {
        let link = self.run("crm.toml", &["admin", "sign-in-link", "ada"]);
        let mut ada = Jar::default();
        let page = ada.go(self, &link).await;
        ada.press(self, &page, "<button", &[]).await;
        ada
    }
}
