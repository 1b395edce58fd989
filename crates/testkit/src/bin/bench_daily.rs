//! Benchmarks over HTTP against the real program: creating, listing, large files, starting, idling.
//!
//! Prints one JSON object a line: `{"name", "value", "unit", "aim"}`. See `cargo xtask bench`.

#![allow(
    clippy::expect_used,
    clippy::cast_precision_loss,
    clippy::print_stdout,
    reason = "test code: a failed expectation is a failed run, and output is for people"
)]

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use ureq::Agent;

/// How many people create letters at once.
const WRITERS: u64 = 16;
/// How many letters they create in all.
const LETTERS: u64 = 2000;
/// The size of the large file, in bytes.
const LARGE: u64 = 1 << 30;

fn main() {
    build();
    let folder = tempfile::tempdir_in("target").expect("the target folder can be written");
    let data = folder.path().join("demo");
    disk(folder.path());
    drop(Server::start(&data));
    let server = Server::start(&data);
    report("start-up until ready, data present", millis(server.started_in), "ms", "under 150 ms");
    std::thread::sleep(Duration::from_secs(3));
    report("memory when idle", mib(server.memory("VmRSS")), "MiB", "under 40 MiB");
    let person = Person::of(&server, &data, "solveig");
    letters(&person);
    large(&person, &server);
    drop(server);
    lists(folder.path());
}

fn build() {
    let cargo = Command::new(env!("CARGO")).args(["build", "--release", "-p", "server", "--quiet"]).status();
    assert!(cargo.expect("cargo runs").success(), "the program builds");
}

/// How often this disk makes a small append durable.
fn disk(folder: &Path) {
    let mut file = std::fs::File::create(folder.join("probe")).expect("the folder can be written");
    let begun = Instant::now();
    let mut count = 0_u32;
    while begun.elapsed() < Duration::from_secs(2) {
        file.write_all(&[0; 4096]).expect("the disk takes it");
        file.sync_data().expect("the disk keeps it");
        count += 1;
    }
    report(
        "durable 4 KiB appends, one after another",
        rate(u64::from(count), begun.elapsed()),
        "a second",
        "",
    );
}

fn letters(person: &Person) {
    let template = person.first_template();
    let next = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| {
            let (person, next) = (person.clone(), Arc::clone(&next));
            std::thread::spawn(move || {
                let mut times = Vec::new();
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= LETTERS {
                        return times;
                    }
                    let begun = Instant::now();
                    person.create(template, n);
                    times.push(begun.elapsed());
                }
            })
        })
        .collect();
    let mut times: Vec<_> = writers.into_iter().flat_map(|w| w.join().expect("a writer finishes")).collect();
    report(
        "letters created over HTTP, 16 at a time",
        rate(LETTERS, begun.elapsed()),
        "a second",
        "the disk's commit rate",
    );
    times.sort();
    report("creating a letter, 16 at a time, median", millis(times[times.len() / 2]), "ms", "");
    report(
        "creating a letter, 16 at a time, 99th percentile",
        millis(times[times.len() * 99 / 100]),
        "ms",
        "",
    );
    let mut alone: Vec<_> = (0..100)
        .map(|n| {
            let begun = Instant::now();
            person.create(template, LETTERS + n);
            begun.elapsed()
        })
        .collect();
    alone.sort();
    report("creating a letter, one person, median", millis(alone[50]), "ms", "");
}

fn large(person: &Person, server: &Server) {
    let begun = Instant::now();
    let id = person.upload_large();
    report("uploading 1 GiB", rate(LARGE >> 20, begun.elapsed()), "MiB/s", "");
    let begun = Instant::now();
    let read = person.download(id);
    assert_eq!(read, LARGE, "every byte comes back");
    report("downloading 1 GiB", rate(LARGE >> 20, begun.elapsed()), "MiB/s", "");
    report(
        "most memory used, 1 GiB up and down included",
        mib(server.memory("VmHWM")),
        "MiB",
        "under 64 MiB",
    );
}

/// The first page of a company's 10,000 documents among 10,000, 100,000 and 1,000,000.
fn lists(folder: &Path) {
    for documents in [10_000_i64, 100_000, 1_000_000] {
        let data = folder.join(format!("list-{documents}"));
        std::fs::create_dir_all(&data).expect("the folder can be made");
        let filled = runtime().block_on(async {
            let store = open(&data).await;
            let amounts =
                store::bulk::Amounts { documents, of_first_company: 10_000, companies: documents / 500 };
            store::bulk::fill_documents(&store, amounts, platform::clock::now())
                .await
                .expect("it can be filled")
        });
        let server = Server::serve(&data);
        let person = Person::first_of(&server, &data);
        for (what, query) in [("", ""), (" searched by text", "&q=off")] {
            let path = format!("/api/v1/documents?company={}&limit=50{query}", filled.first_company.0);
            person.get(&path);
            let mut times: Vec<_> = (0..50)
                .map(|_| {
                    let begun = Instant::now();
                    person.get(&path);
                    begun.elapsed()
                })
                .collect();
            times.sort();
            let name = format!("first page of a company's 10,000 documents{what}, {documents} in all");
            report(&name, millis(times[25]), "ms", "under 10 ms, flat");
        }
        drop(server);
        std::fs::remove_dir_all(&data).expect("the folder can be removed");
    }
}

/// The program, running.
struct Server {
    child: Child,
    base: String,
    started_in: Duration,
}

impl Server {
    fn start(data: &Path) -> Self {
        Self::run(&["demo", "--port", "0", "--data", &data.display().to_string()])
    }

    fn serve(data: &Path) -> Self {
        let config = data.join("chancery.toml");
        let text = format!(
            "[data]\ndirectory = {:?}\n[listen]\naddress = \"127.0.0.1:18431\"\n",
            data.display().to_string()
        );
        std::fs::write(&config, text).expect("the folder can be written");
        Self::run(&["serve", "--config", &config.display().to_string()])
    }

    fn run(arguments: &[&str]) -> Self {
        let program = PathBuf::from("target/release/chancery");
        let begun = Instant::now();
        let child =
            Command::new(program).args(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = child.expect("the program starts");
        let mut line = String::new();
        let out = child.stdout.take().expect("its output is piped");
        BufReader::new(out).read_line(&mut line).expect("it prints a line");
        let started_in = begun.elapsed();
        let address = line.trim().strip_prefix("ready: ").expect("it says where it is");
        let end = address.match_indices('/').nth(2).map_or(address.len(), |(at, _)| at);
        Self { child, base: address[..end].to_owned(), started_in }
    }

    /// A line of the process's status, in KiB.
    fn memory(&self, what: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it runs");
        let line = status.lines().find(|l| l.starts_with(what)).expect("the kernel tells");
        line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).expect("a number")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

/// Somebody with an API token.
#[derive(Clone)]
struct Person {
    agent: Agent,
    base: String,
    token: String,
}

impl Person {
    fn of(server: &Server, data: &Path, login: &'static str) -> Self {
        Self::with(server, data, Some(login))
    }

    fn first_of(server: &Server, data: &Path) -> Self {
        Self::with(server, data, None)
    }

    fn with(server: &Server, data: &Path, login: Option<&'static str>) -> Self {
        let token = runtime().block_on(token(data, login));
        let config =
            Agent::config_builder().http_status_as_error(true).max_idle_connections_per_host(64).build();
        Self { agent: config.into(), base: server.base.clone(), token: format!("Bearer {token}") }
    }

    fn get(&self, path: &str) -> String {
        let answer =
            self.agent.get(format!("{}{path}", self.base)).header("authorization", &self.token).call();
        answer.expect("the server answers").body_mut().read_to_string().expect("the answer is text")
    }

    fn first_template(&self) -> i64 {
        let answer: serde_json::Value = serde_json::from_str(&self.get("/api/v1/templates")).expect("JSON");
        let letter =
            find(&answer, &|v| v["name"] == "Letter").expect("the demo has a template called Letter");
        letter["id"].as_i64().expect("an id")
    }

    fn create(&self, template: i64, n: u64) {
        let body = serde_json::json!({
            "template": template, "heading": format!("Letter {n}"), "company": 2 + n % 40,
        });
        self.agent
            .post(format!("{}/api/v1/documents", self.base))
            .header("authorization", &self.token)
            .header("content-type", "application/json")
            .header("idempotency-key", &format!("bench-{n}"))
            .send(body.to_string())
            .expect("a letter is made")
            .body_mut()
            .read_to_vec()
            .expect("the answer comes");
    }

    fn upload_large(&self) -> i64 {
        const EDGE: &str = "bench-boundary-7d1f";
        let head = format!(
            "--{EDGE}\r\nContent-Disposition: form-data; name=\"properties\"\r\nContent-Type: application/json\r\n\r\n\
             {{\"heading\":\"Large\"}}\r\n--{EDGE}\r\nContent-Disposition: form-data; name=\"file\"; \
             filename=\"large.bin\"\r\nContent-Type: application/octet-stream\r\n\r\n"
        );
        let tail = format!("\r\n--{EDGE}--\r\n");
        let length = head.len() as u64 + LARGE + tail.len() as u64;
        let mut body = std::io::Cursor::new(head).chain(Pattern(LARGE)).chain(std::io::Cursor::new(tail));
        let mut answer = self
            .agent
            .post(format!("{}/api/v1/documents/upload", self.base))
            .header("authorization", &self.token)
            .header("content-type", &format!("multipart/form-data; boundary={EDGE}"))
            .header("content-length", &length.to_string())
            .header("idempotency-key", "bench-large")
            .send(ureq::SendBody::from_reader(&mut body))
            .expect("the file is taken");
        let text = answer.body_mut().read_to_string().expect("the answer is text");
        let made: serde_json::Value = serde_json::from_str(&text).expect("the answer is JSON");
        made["id"].as_i64().expect("an id")
    }

    fn download(&self, id: i64) -> u64 {
        let path = format!("{}/api/v1/documents/{id}/content", self.base);
        let mut answer =
            self.agent.get(path).header("authorization", &self.token).call().expect("it is there");
        let mut reader = answer.body_mut().with_config().limit(2 * LARGE).reader();
        let mut buffer = vec![0; 1 << 16];
        let mut read = 0;
        loop {
            match reader.read(&mut buffer).expect("the bytes come") {
                0 => return read,
                n => read += n as u64,
            }
        }
    }
}

/// Bytes that do not compress and cost nothing to make.
struct Pattern(u64);

impl Read for Pattern {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = buffer.len().min(usize::try_from(self.0).unwrap_or(usize::MAX));
        for (i, byte) in buffer[..n].iter_mut().enumerate() {
            *byte = (self.0.wrapping_sub(i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8;
        }
        self.0 -= n as u64;
        Ok(n)
    }
}

fn find<'v>(
    value: &'v serde_json::Value,
    test: &dyn Fn(&serde_json::Value) -> bool,
) -> Option<&'v serde_json::Value> {
    if test(value) {
        return Some(value);
    }
    match value {
        serde_json::Value::Array(items) => items.iter().find_map(|v| find(v, test)),
        serde_json::Value::Object(members) => members.values().find_map(|v| find(v, test)),
        _ => None,
    }
}

/// An API token, made in the tables beside the running server.
async fn token(data: &Path, login: Option<&'static str>) -> String {
    let store = open(data).await;
    let (installation, who) = store
        .read(move |tx| {
            let installation = tx.installations().list()?.remove(0);
            let all = tx.associates(installation.id).list()?;
            let who =
                all.into_iter().find(|a| login.is_none_or(|l| a.login == l) && a.has_plan && !a.retired);
            Ok((installation, who.expect("somebody is there")))
        })
        .await
        .expect("the tables can be read");
    let app = app::App::new(app::Parts {
        store,
        plugins: Vec::new(),
        settings: app::Settings::default(),
        steps: Arc::new(domain::steps::Unwatched),
    });
    let actor = domain::Actor::Associate(Arc::new(who));
    let (request, seed) =
        (platform::random::id().expect("randomness"), platform::random::seed().expect("randomness"));
    let ctx = domain::Ctx::new(installation.id, actor, platform::clock::now(), request, seed);
    app.access().make_token(&ctx, "benchmark", Some(1)).await.expect("a token can be made").secret
}

async fn open(data: &Path) -> store::Store {
    let database = platform::sql::Database::open(&platform::sql::SqlSettings::at(data.join("chancery.db")));
    store::Store::open(database.expect("the database opens"), platform::clock::now())
        .await
        .expect("it is usable")
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts")
}

fn report(name: &str, value: f64, unit: &str, aim: &str) {
    let value = (value * 100.0).round() / 100.0;
    println!("{}", serde_json::json!({ "name": name, "value": value, "unit": unit, "aim": aim }));
}

fn rate(count: u64, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}
