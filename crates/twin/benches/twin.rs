//! How fast the twin starts, how many small requests it answers, and what a large world takes: 1,000 users at both
//! providers, 1,000,000 files in SharePoint and as many in Drive, kept in a state file and taken up again by a process
//! of its own.
//!
//! Prints one JSON object a line: name, value, unit, aim.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on ends")]
#![expect(clippy::print_stdout, reason = "this is the benchmark's output")]
#![expect(clippy::cast_precision_loss, reason = "figures for people")]

use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};
use twin::control::TokenOrder;
use twin::{Options, Running, World};

/// Files of the large world at each provider.
const FILES: u32 = 1_000_000;
/// People of the large world at each provider.
const PEOPLE: usize = 1_000;
/// Clients that ask at the same time.
const CLIENTS: usize = 32;
/// How long they ask.
const FOR: Duration = Duration::from_secs(3);

fn say(name: &str, value: f64, unit: &str, aim: &str) {
    println!(
        "{}",
        json!({ "name": name, "value": (value * 100.0).round() / 100.0, "unit": unit, "aim": aim })
    );
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip_while(|word| word != "load").skip(1);
    if let Some(file) = arguments.next() {
        return load(Path::new(&file));
    }
    let begun = Instant::now();
    let running =
        twin::start(Options { world: World::ready().unwrap(), ..Options::default() }).await.unwrap();
    say("twin: start with the ready world", begun.elapsed().as_secs_f64() * 1000.0, "ms", "under 100 ms");
    small_requests(&running).await;
    drop(running);
    let begun = Instant::now();
    let running = twin::start(Options { world: crowded(), ..Options::default() }).await.unwrap();
    say("twin: start with 1,000 users at each provider", begun.elapsed().as_secs_f64() * 1000.0, "ms", "");
    sharepoint(&running).await;
    drive(&running).await;
    saved(&running);
}

/// The ready world with a thousand people at each provider.
fn crowded() -> World {
    let mut world = World::ready().unwrap();
    for number in world.google.domains[0].users.len()..PEOPLE {
        let entry = json!({
            "email": format!("person{number}@solsiden.example"), "given_name": "Person",
            "family_name": format!("Number {number}"),
        });
        world.google.domains[0].users.push(serde_json::from_value(entry).unwrap());
    }
    for number in world.microsoft.tenants[0].users.len()..PEOPLE {
        let entry = json!({
            "user_principal_name": format!("person{number}@kaffehuset.example"), "given_name": "Person",
            "surname": format!("Number {number}"),
        });
        world.microsoft.tenants[0].users.push(serde_json::from_value(entry).unwrap());
    }
    world
}

/// The world to a file, the state at the control door, and the file read by a process of its own.
fn saved(running: &Running) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("world.twin");
    let before = resident();
    let ((), seconds, peak) = measured(|| running.twin().save(&file).unwrap());
    say("twin: saving 2,000,000 files", seconds, "s", "");
    say("twin: memory that saving takes", peak - before, "MiB", "no second copy");
    say("twin: the state file", std::fs::metadata(&file).unwrap().len() as f64 / 1_048_576.0, "MiB", "");
    let status =
        std::process::Command::new(std::env::current_exe().unwrap()).arg("load").arg(&file).status().unwrap();
    assert!(status.success(), "the world is loaded");
}

fn load(file: &Path) {
    let surfaces = twin::Surfaces::of(|surface| format!("https://{}.test", surface.name()));
    let twin = twin::Twin::new(&World::default(), surfaces, "word".into(), None, twin::Outward::default());
    let ((), seconds, peak) = measured(|| twin.as_ref().unwrap().load(file).unwrap());
    say("twin: loading 2,000,000 files", seconds, "s", "");
    say("twin: memory after loading", resident(), "MiB", "within 2 GB");
    say("twin: peak of memory while loading", peak, "MiB", "");
}

/// What something gives, how many seconds it took, and the peak of memory meanwhile in MiB.
fn measured<T>(work: impl FnOnce() -> T) -> (T, f64, f64) {
    // 5 sets the peak back to what is resident now (proc(5)).
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let begun = Instant::now();
    let result = work();
    (result, begun.elapsed().as_secs_f64(), status("VmHWM:"))
}

/// `files.get` of one small file, over sockets.
async fn small_requests(running: &Running) {
    let token = running.twin().mint(&TokenOrder::Google {
        user: "documents@solsiden.example".into(),
        client: "412345678901-drive.apps.googleusercontent.example".into(),
        scopes: vec!["https://www.googleapis.com/auth/drive".into()],
    });
    let (token, base) = (token.unwrap(), running.surfaces().google_apis.clone());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let made = client
        .post(format!("{base}/drive/v3/files"))
        .bearer_auth(&token)
        .header("content-type", "application/json")
        .body(r#"{"name":"small"}"#)
        .send();
    let made: Value = serde_json::from_slice(&made.await.unwrap().bytes().await.unwrap()).unwrap();
    let url = format!("{base}/drive/v3/files/{}", made["id"].as_str().unwrap());
    let begun = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..CLIENTS {
        let (client, url, token) = (client.clone(), url.clone(), token.clone());
        tasks.spawn(async move {
            let mut answered = 0_u32;
            while begun.elapsed() < FOR {
                let answer = client.get(&url).bearer_auth(&token).send().await.unwrap();
                assert!(answer.status().is_success(), "{}", answer.status());
                answer.bytes().await.unwrap();
                answered += 1;
            }
            answered
        });
    }
    let answered: u32 = tasks.join_all().await.into_iter().sum();
    let rate = f64::from(answered) / begun.elapsed().as_secs_f64();
    say("twin: small requests, client on the same cores", rate, "a second", "5,000 a second on two cores");
}

/// A library with a million files: memory, and the pages of its listing.
async fn sharepoint(running: &Running) {
    let token = running.twin().mint(&TokenOrder::Microsoft {
        tenant: "kaffehuset.example".into(),
        user: Some("solveig@kaffehuset.example".into()),
        app: "6a5f0d3c-92c5-4f6e-b0c7-1d8e3f5a7c03".into(),
        scopes: vec!["Sites.ReadWrite.All".into()],
    });
    let before = resident();
    let begun = Instant::now();
    let drive = running.twin().microsoft(|microsoft, house| {
        let content = &microsoft.graph.content;
        let of_sales =
            |list: &u32| content.sites[content.lists[*list as usize].site as usize].path == "/sites/sales";
        let list = (0..content.lists.len() as u32).find(of_sales).unwrap();
        microsoft.graph.seed_many(list, FILES, house.clock.now());
        microsoft.graph.content.drive_id(list)
    });
    say("twin: making 1,000,000 files in SharePoint", begun.elapsed().as_secs_f64(), "s", "");
    say("twin: memory of 1,000,000 files in SharePoint", resident() - before, "MiB", "within 1 GB");
    let url = format!("{}/v1.0/drives/{drive}/root/children?$top=50", running.surfaces().graph);
    let next = |page: &Value, _: &str| page["@odata.nextLink"].as_str().unwrap().to_owned();
    pages("SharePoint", &token.unwrap(), url, next).await;
}

/// A My Drive with a million files: the same.
async fn drive(running: &Running) {
    let token = running.twin().mint(&TokenOrder::Google {
        user: "documents@solsiden.example".into(),
        client: "412345678901-drive.apps.googleusercontent.example".into(),
        scopes: vec!["https://www.googleapis.com/auth/drive".into()],
    });
    let before = resident();
    let begun = Instant::now();
    running.twin().google(|google, house| {
        let id = google.directory.user("documents@solsiden.example").unwrap().id.clone();
        let person = google.drive.person(&id);
        let root = google.drive.root_of(person, house);
        twin::google::drive::seed::seed_many(&mut google.drive, house, root, FILES as usize);
    });
    say("twin: making 1,000,000 files in Drive", begun.elapsed().as_secs_f64(), "s", "");
    say("twin: memory of 1,000,000 files in Drive", resident() - before, "MiB", "within 1 GB");
    let base = format!(
        "{}/drive/v3/files?pageSize=50&q='root'%20in%20parents&fields=nextPageToken,files(id,name)",
        running.surfaces().google_apis
    );
    let next = |page: &Value, first: &str| {
        let token = page["nextPageToken"].as_str().unwrap();
        format!("{first}&pageToken={}", form_urlencoded::byte_serialize(token.as_bytes()).collect::<String>())
    };
    pages("Drive", &token.unwrap(), base, next).await;
}

/// A hundred pages of a listing, one after the other.
async fn pages(of: &str, token: &str, first: String, next: impl Fn(&Value, &str) -> String) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let (mut times, mut url) = (Vec::new(), first.clone());
    for _ in 0..100 {
        let begun = Instant::now();
        let answer = client.get(&url).bearer_auth(token).send().await.unwrap();
        let page: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        times.push(begun.elapsed());
        url = next(&page, &first);
    }
    times.sort();
    let at = |place: usize| times[place].as_secs_f64() * 1000.0;
    say(&format!("twin: a page of 50 of 1,000,000 in {of}, median"), at(50), "ms", "milliseconds");
    say(&format!("twin: a page of 50 of 1,000,000 in {of}, slowest of 100"), at(99), "ms", "");
}

/// Memory of this process, in MiB.
fn resident() -> f64 {
    status("VmRSS:")
}

fn status(name: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    number.unwrap_or(0) as f64 / 1024.0
}
