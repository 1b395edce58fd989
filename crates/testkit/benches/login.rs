//! How many people the login page signs in, how many tokens it hands out and renews, and what a million stored
//! connections take.
//!
//! The rates are per second of processor time of the whole process: the browser, the installation's signatures and the
//! providers' twin are in it, so the login page alone is faster. Prints one JSON object a line: name, value, unit, aim.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark that cannot go on ends"
)]
#![allow(dead_code, reason = "the steps are shared with the tests")]
#![allow(clippy::cast_precision_loss, reason = "figures for people")]
#![expect(clippy::print_stdout, reason = "this is the benchmark's output")]

#[path = "../tests/login/steps.rs"]
mod steps;

use async_trait::async_trait;
use broker::{Ground, House};
use bytes::Bytes;
use domain::connections::Need;
use domain::{Error, InstallationId, Result};
use http::{Request, Response};
use platform::outbound::Transport;
use platform::seal::MasterKeys;
use platform::sql::{Database, SqlSettings};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use testkit::login::{Installation, Jar, Stage};

/// Connections on disk.
const STORED: u32 = 1_000_000;

fn say(name: &str, value: f64, unit: &str, aim: &str) {
    println!("{}", json!({"name": name, "value": (value * 10.0).round() / 10.0, "unit": unit, "aim": aim}));
}

/// Seconds of processor time this process has used (proc(5): fields 14 and 15, in ticks of 10 ms).
fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let after = stat.rsplit_once(')').unwrap().1;
    after.split_whitespace().skip(11).take(2).map(|n| n.parse::<f64>().unwrap()).sum::<f64>() / 100.0
}

/// A figure of `/proc/self/status` in MiB.
fn memory(name: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}

async fn rate(name: &str, aim: &str, times: u32, mut work: impl AsyncFnMut()) {
    let (begun, clock) = (processor(), Instant::now());
    for _ in 0..times {
        work().await;
    }
    let (used, whole) = (processor() - begun, clock.elapsed().as_secs_f64());
    say(name, f64::from(times) / used, "a second of one core", aim);
    say(&format!("{name}, one after the other"), f64::from(times) / whole, "a second", "");
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = std::env::args().skip_while(|word| word != "load").skip(1);
    if let Some(file) = arguments.next() {
        return load(Path::new(&file)).await;
    }
    let stage = Stage::with(|_, settings| settings.limits.tokens_per_installation = u32::MAX).await;
    let crm = Installation::ready(&stage, "nordlys").await;
    steps::register(&stage, &crm, "nordlys.example", "microsoft").await;
    for (title, address) in [("Google", "ingrid@solsiden.example"), ("Microsoft", "liv@nordlys.example")] {
        let name = format!("login: whole sign-ins at {title}");
        rate(&name, "", 300, async || drop(steps::sign_in(&stage, &crm, &mut Jar::default(), address).await))
            .await;
    }
    let (user, _) = steps::user(&stage, &crm, &mut Jar::default()).await;
    rate("login: tokens handed out over the protocol", "", 3000, async || {
        assert!(crm.exchange(&stage, &user, "documents").await.status.is_success());
    })
    .await;
    let of = stage.house.installations().await.unwrap()[0].id;
    rate("login: grants renewed at Microsoft", "120 a second of one core", 2000, async || {
        stage.advance(1);
        let asked = stage.house.access_token(of, &user, Need::Documents, Some(stage.now())).await;
        assert!(asked.unwrap().is_ok());
    })
    .await;
    stored();
}

/// A million rows in a database, opened by a process of its own.
fn stored() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("login.db");
    let runtime = std::thread::spawn({
        let file = file.clone();
        move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let house = open(&file).await;
                drop(house);
                let db = Database::open(&SqlSettings::at(&file)).unwrap();
                let rows = format!(
                    "INSERT INTO installations VALUES (1, 'nordlys', 'Nordlys', '{{}}', '[]', '', '', 1, 0);
                     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {STORED})
                     INSERT INTO connections SELECT printf('%08x-0000-7000-8000-%012x', i, i), 1, 'user', 'microsoft',
                     '5d2c9a44-3b1e-4c8f-8a66-2e9b7d4c0b02', printf('subject-%d', i), printf('kim%d@nordlys.example', i),
                     'Kim', 'needs_attention', 'grant_ended', 'Files.ReadWrite.All', randomblob(600), NULL, 1, 1, NULL,
                     NULL, NULL, 0, 0, NULL FROM n;"
                );
                db.write(move |tx| tx.script(&rows)).await.unwrap();
            });
        }
    });
    runtime.join().unwrap();
    let size = std::fs::metadata(&file).unwrap().len() as f64 / 1_048_576.0;
    say("login: the file of 1,000,000 connections", size, "MiB", "");
    let program = std::env::current_exe().unwrap();
    let status = std::process::Command::new(program).arg("load").arg(&file).status().unwrap();
    assert!(status.success(), "the database is opened");
}

#[derive(Debug)]
struct Nowhere;

#[async_trait]
impl Transport for Nowhere {
    async fn send(&self, _: Request<Bytes>) -> Result<Response<Bytes>> {
        Err(Error::forbidden("there is nobody"))
    }
}

async fn open(file: &Path) -> Arc<House> {
    let now = "2026-06-01T12:00:00Z".parse().unwrap();
    let ground = Ground {
        db: Database::open(&SqlSettings::at(file)).unwrap(),
        master: Arc::new(keys(file)),
        transport: Arc::new(Nowhere),
        outward: Arc::new(Nowhere),
        clock: Arc::new(move || now),
    };
    House::open(testkit::login::settings(), ground).await.unwrap()
}

/// The master keys beside the database.
fn keys(file: &Path) -> MasterKeys {
    let beside = file.with_extension("keys");
    if beside.exists() { MasterKeys::read(&beside).unwrap() } else { MasterKeys::create(&beside).unwrap() }
}

async fn load(file: &Path) {
    let begun = Instant::now();
    let house = open(file).await;
    say("login: opening with 1,000,000 connections", begun.elapsed().as_secs_f64() * 1000.0, "ms", "");
    for n in 0..20_000_u32 {
        let i = n.wrapping_mul(2_654_435_761) % STORED + 1;
        let id = format!("{i:08x}-0000-7000-8000-{i:012x}");
        let asked = house
            .access_token(InstallationId(1), &id, Need::Documents, broker::Unfit::default())
            .await
            .unwrap();
        assert!(matches!(asked, Err(broker::Refused::Broken(_))), "{id}: {asked:?}");
    }
    house.keep_alive().await.unwrap();
    say("login: memory with 1,000,000 connections on disk", memory("VmRSS:"), "MiB", "under 60 MiB");
    say("login: peak of that memory", memory("VmHWM:"), "MiB", "");
}
