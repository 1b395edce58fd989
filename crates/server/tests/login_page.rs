//! The login page alone, in a process of its own, in front of simulated providers on sockets.

#![allow(clippy::unwrap_used, clippy::panic, reason = "test code: a failed expectation is a failed test")]

use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use twin::{Options, Running, World};

const GOOGLE_CLIENT: &str = "412345678901-signin.apps.googleusercontent.example";
const MICROSOFT_APP: &str = "6a5f0d3c-92c5-4f6e-b0c7-1d8e3f5a7c03";

/// A folder with a configuration, its secrets, and the providers it names.
struct Place {
    folder: tempfile::TempDir,
    providers: Running,
    port: u16,
}

impl Place {
    async fn new() -> Self {
        let providers =
            twin::start(Options { world: World::ready().unwrap(), ..Options::default() }).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let place = Self { folder, providers, port };
        place.secret("google.secret", "simulated-google-secret");
        place.secret("microsoft.secret", "simulated-microsoft-secret");
        place.configure("");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn secret(&self, name: &str, word: &str) {
        std::fs::write(self.path(name), word).unwrap();
        chmod(&self.path(name), 0o600);
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Writes the configuration, with more lines under `[broker]`.
    fn configure(&self, more: &str) {
        let at = self.providers.surfaces();
        let (accounts, apis, microsoft) = (&at.google_accounts, &at.google_apis, &at.microsoft_login);
        let text = format!(
            "[log]\nfilter = \"warn\"\n[broker]\ndirectory = {directory:?}\naddress = \"127.0.0.1:{port}\"\n\
             private_hosts = [{accounts:?}, {apis:?}, {microsoft:?}]\n{more}\n\
             [broker.google]\nclient_id = \"{GOOGLE_CLIENT}\"\nsecret_file = {google:?}\nissuer = {accounts:?}\n\
             [broker.microsoft]\nclient_id = \"{MICROSOFT_APP}\"\nsecret_file = {secret:?}\nissuer = {microsoft:?}\n",
            directory = self.path("login").display().to_string(),
            port = self.port,
            google = self.path("google.secret").display().to_string(),
            secret = self.path("microsoft.secret").display().to_string(),
        );
        std::fs::write(self.path("chancery.toml"), text).unwrap();
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chancery"));
        command.args(words).arg("--config").arg(self.path("chancery.toml"));
        command
    }

    /// Runs a command that ends by itself.
    fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// Starts the service and waits until it says that it is ready.
    fn serve(&self) -> Service {
        let child = self.command(&["serve"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut service = Service(child);
        let mut line = String::new();
        BufReader::new(service.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line.trim(), format!("ready: {}/", self.url()));
        service
    }

    /// Starts the service, which must refuse. What it says, in one line.
    fn refused(&self) -> String {
        let mut child =
            self.command(&["serve"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let until = Instant::now() + Duration::from_secs(20);
        while child.try_wait().unwrap().is_none() {
            if Instant::now() > until {
                child.kill().unwrap();
                panic!("it serves although it must not");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(said.lines().count(), 1, "one readable line: {said}");
        said
    }

    /// Status and body of an address of the login page.
    fn get(&self, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        let body = answer.split_once("\r\n\r\n").unwrap().1.to_owned();
        (status, body)
    }
}

/// The service; killed when a test ends early.
struct Service(Child);

impl Service {
    /// Asks it to stop as a supervisor does, and waits until it has.
    fn stop(mut self) {
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert!(self.0.wait().unwrap().success(), "it ends well");
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn chmod(file: &Path, mode: u32) {
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(mode)).unwrap();
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_serves_alone_and_refuses_to_start_without_its_master_key() {
    let place = Place::new().await;
    let service = place.serve();
    assert_eq!(place.get("/health/ready"), (200, "ready".to_owned()));
    assert_eq!(place.get("/health/live").0, 200);
    let (status, document) = place.get("/.well-known/openid-configuration");
    let document: Value = serde_json::from_str(&document).unwrap();
    assert_eq!((status, document["issuer"].as_str()), (200, Some(place.url().as_str())));
    let keys: Value = serde_json::from_str(&place.get("/jwks").1).unwrap();
    assert!(!keys["keys"].as_array().unwrap().is_empty());
    let (status, page) = place.get("/");
    assert!(status == 200 && page.contains("Google") && page.contains("Microsoft"), "{page}");
    assert_eq!(place.get("/login").0, 404, "the CRM side does not run here");
    assert!(place.refused().contains("Another program listens there"));
    service.stop();

    // FLT-37: a missing key refuses to start and changes nothing.
    let keys = place.path("login/master.keys");
    let (kept, before) =
        (std::fs::read(&keys).unwrap(), std::fs::read(place.path("login/login.db")).unwrap());
    assert_eq!(std::fs::metadata(&keys).unwrap().permissions().mode() & 0o777, 0o400);
    std::fs::remove_file(&keys).unwrap();
    let said = place.refused();
    assert!(said.contains("master.keys cannot be read") && said.contains("Nothing was changed"), "{said}");
    assert!(!keys.exists() && std::fs::read(place.path("login/login.db")).unwrap() == before);

    std::fs::write(&keys, kept).unwrap();
    chmod(&keys, 0o400);
    place.serve().stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_configured_badly_is_refused_in_one_line_with_the_place_and_the_remedy() {
    // BAD-26
    let place = Place::new().await;
    place.configure("public_url = \"http://login.example\"");
    let said = place.refused();
    assert!(said.contains("chancery.toml, line 7: [broker] public_url") && said.contains("https"), "{said}");
    place.configure("colour = \"blue\"");
    assert!(place.refused().contains("line 7"));

    place.configure("");
    chmod(&place.path("google.secret"), 0o644);
    let said = place.refused();
    assert!(said.contains("[broker.google] secret_file") && said.contains("chmod 400"), "{said}");
    assert!(!said.contains("simulated-google-secret"), "{said}");
    std::fs::remove_file(place.path("google.secret")).unwrap();
    assert!(place.refused().contains("google.secret cannot be read"));
    place.secret("google.secret", "");
    assert!(place.refused().contains("is empty"));

    place.secret("google.secret", "simulated-google-secret");
    place.configure("master_keys = \"/nowhere/at/all/master.keys\"");
    assert!(place.refused().contains("/nowhere/at/all/master.keys"));
    assert!(!place.path("login/login.db").exists(), "nothing was made");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_registers_installations_turns_them_off_and_changes_keys() {
    let place = Place::new().await;
    let early = place.run(&["broker", "installations"]);
    assert!(!early.status.success() && text(&early.stderr).contains("chancery broker init-keys"));
    place.serve().stop();

    let jwk = platform::jwt::SigningKey::generate().unwrap().public_jwk();
    std::fs::write(place.path("nordlys.jwk"), jwk.to_string()).unwrap();
    let keys = place.path("nordlys.jwk");
    let add = |redirect: &str| {
        let mut command =
            place.command(&["broker", "add-installation", "nordlys", "--name", "Nordlys Trading"]);
        command.args(["--redirect", redirect, "--keys"]).arg(&keys);
        command.output().unwrap()
    };
    let refused = add("http://crm.example/sign-in/return");
    assert!(!refused.status.success() && text(&refused.stderr).contains("https"));
    assert!(
        text(&add("https://crm.example/sign-in/return").stdout)
            .starts_with("Registered installation nordlys")
    );
    assert!(text(&add("https://crm.example/back").stdout).starts_with("Changed installation nordlys"));
    let listed = || text(&place.run(&["broker", "installations"]).stdout);
    assert_eq!(listed(), "nordlys\tenabled\tNordlys Trading\thttps://crm.example/back\n");
    assert!(place.run(&["broker", "disable-installation", "nordlys"]).status.success());
    assert!(listed().contains("\tDISABLED\t"));
    assert!(place.run(&["broker", "enable-installation", "nordlys"]).status.success());
    let unknown = place.run(&["broker", "enable-installation", "nordlyst"]);
    assert!(!unknown.status.success() && text(&unknown.stderr).contains("lists them"));

    let rotated = text(&place.run(&["broker", "rotate-signing-key", "--withdraw"]).stdout);
    assert!(rotated.ends_with("signs from now on.\n"), "{rotated}");
    let service = place.serve();
    let published: Value = serde_json::from_str(&place.get("/jwks").1).unwrap();
    assert!(rotated.contains(published["keys"][0]["kid"].as_str().unwrap()));
    let beside = place.run(&["broker", "reseal"]);
    assert!(!beside.status.success() && text(&beside.stderr).contains("Stop it first"));
    service.stop();

    // A second master key wraps, then the first can go.
    let (first, second) = (place.path("login/master.keys"), place.path("second.keys"));
    let init =
        Command::new(env!("CARGO_BIN_EXE_chancery")).args(["broker", "init-keys"]).arg(&second).output();
    assert!(init.unwrap().status.success());
    let line = |file: &Path| {
        let all = std::fs::read_to_string(file).unwrap();
        all.lines().find(|l| !l.starts_with('#')).unwrap().to_owned()
    };
    let newer = line(&second).replacen('1', "2", 1);
    chmod(&first, 0o600);
    std::fs::write(&first, format!("{}\n{newer}\n", line(&first))).unwrap();
    assert_eq!(
        text(&place.run(&["broker", "rewrap"]).stdout),
        "1 data keys were wrapped under the newest master key.\n"
    );
    std::fs::write(&first, format!("{newer}\n")).unwrap();
    let resealed = place.run(&["broker", "reseal"]);
    assert!(text(&resealed.stdout).contains("1 old data keys are gone"), "{resealed:?}");
    place.serve().stop();

    let audit = place.run(&["broker", "verify-audit"]);
    assert!(audit.status.success(), "{audit:?}");
    assert!(text(&audit.stdout).contains("nordlys: intact; 4 records"), "{}", text(&audit.stdout));
}
