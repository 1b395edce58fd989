//! How fast the twin starts, how much memory a large world takes, how many small requests it answers.
//!
//! Prints one JSON object a line: name, value, unit, aim.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on ends")]
#![expect(clippy::print_stdout, reason = "this is the benchmark's output")]
#![expect(clippy::cast_precision_loss, reason = "figures for people")]

use serde_json::json;
use std::time::{Duration, Instant};
use twin::control::TokenOrder;
use twin::{Options, Running, World};

/// Files of the large world.
const FILES: u32 = 1_000_000;
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
    let begun = Instant::now();
    let running =
        twin::start(Options { world: World::ready().unwrap(), ..Options::default() }).await.unwrap();
    say("twin: start with the ready world", begun.elapsed().as_secs_f64() * 1000.0, "ms", "under 100 ms");
    small_requests(&running).await;
    large_world(&running).await;
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
    let made: serde_json::Value =
        serde_json::from_slice(&made.await.unwrap().bytes().await.unwrap()).unwrap();
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
async fn large_world(running: &Running) {
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
    say("twin: making 1,000,000 files", begun.elapsed().as_secs_f64(), "s", "");
    say("twin: memory of 1,000,000 files", resident() - before, "MiB", "within 1 GB");
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut url = format!("{}/v1.0/drives/{drive}/root/children?$top=50", running.surfaces().graph);
    let (mut times, token) = (Vec::new(), token.unwrap());
    for _ in 0..100 {
        let begun = Instant::now();
        let answer = client.get(&url).bearer_auth(&token).send().await.unwrap();
        let page: serde_json::Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        times.push(begun.elapsed());
        page["@odata.nextLink"].as_str().unwrap().clone_into(&mut url);
    }
    times.sort();
    let middle = times[times.len() / 2].as_secs_f64() * 1000.0;
    say("twin: a page of 50 of 1,000,000, median", middle, "ms", "milliseconds");
}

/// Memory of this process, in MiB.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    number.unwrap_or(0) as f64 / 1024.0
}
