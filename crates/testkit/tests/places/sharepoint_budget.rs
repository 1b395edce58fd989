//! Documents made in the background, within the budget of the smallest tenant there is: a folder for each company, facts in
//! columns. Two thousand here, twenty thousand with `CHANCERY_DOCUMENTS=20000`.
//!
//! The forecast is made before the first request, of the committed costs (`docs/sharepoint-calls.md`) and the budget, and
//! told beside what it took in the twin.

#![allow(clippy::print_stdout, reason = "tests tell what they found")]

use crate::sharepoint_common::{Scene, Stage};
use domain::plugin::{Body, DocumentPlugin, NewItem, Placement};
use futures_util::StreamExt as _;
use plugins::budget::BreakerState;

/// Documents of one company.
const EACH: u64 = 20;
/// What an application may spend in a minute in a tenant of up to 1,000 licences.
const MINUTE: u64 = 1_250;

#[expect(clippy::disallowed_methods, reason = "only tests read this variable")]
fn documents() -> u64 {
    std::env::var("CHANCERY_DOCUMENTS").ok().and_then(|text| text.parse().ok()).unwrap_or(2000)
}

/// The units of a row of the committed table.
fn committed(operation: &str) -> u64 {
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/sharepoint-calls.md");
    let page = std::fs::read_to_string(page).unwrap();
    let row = page.lines().find_map(|line| line.strip_prefix(&format!("| {operation} |")));
    let cells = row.unwrap_or_else(|| panic!("no row “{operation}”")).split('|');
    cells.map(str::trim).nth(1).unwrap().parse().unwrap()
}

/// Units and seconds.
#[derive(Debug, Clone, Copy)]
struct Cost {
    units: u64,
    seconds: u64,
}

/// What that many documents will cost. Background work has three quarters of a minute's units; the rest is kept for people.
fn forecast(count: u64) -> Cost {
    let companies = count.div_ceil(EACH);
    let first = committed("create the first document of a company where there are columns");
    let next = committed("create the next document where there are columns");
    let units = companies * first + (count - companies) * next;
    Cost { units, seconds: units * 60 / (MINUTE * 3 / 4) }
}

fn said(seconds: u64) -> String {
    format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60)
}

async fn make(stage: &Stage, n: u64) -> Option<domain::Error> {
    let company = format!("Company {}", n / EACH);
    let place = Placement { company: Some(company), ..Placement::default() };
    let new = NewItem { place, ..NewItem::document(format!("Letter {n}.txt"), "text/plain") };
    stage.plugin.create(&stage.system(), new, Some(Body::from_bytes(format!("{n}")))).await.err()
}

#[tokio::test]
async fn documents_in_the_background_exceed_no_budget_and_take_the_time_that_was_forecast() {
    let count = documents();
    let forecast = forecast(count);
    println!(
        "forecast: {count} documents, a folder for every {EACH}, facts in columns: {} units, {}",
        forecast.units,
        said(forecast.seconds)
    );
    let scene = Scene { allowance: (MINUTE, 600), licences: 50, columns: true, ..Scene::default() };
    let stage = scene.build().await;
    stage.pass(120);
    let (end, began) = (stage.journal_end(), stage.twin.house().clock.now());
    let made = futures_util::stream::iter(0..count)
        .map(|n| {
            let stage = stage.clone();
            async move { make(&stage, n).await }
        })
        .buffer_unordered(8)
        .filter_map(async |failed| failed)
        .collect::<Vec<_>>()
        .await;
    assert!(made.is_empty(), "{} failed: {:?}", made.len(), made.first());
    let journal = stage.journal(end);
    let refused = journal.iter().filter(|entry| matches!(entry.status, 429 | 503)).count();
    let units: u64 = journal.iter().map(|entry| u64::from(entry.units)).sum();
    let seconds = (stage.twin.house().clock.now() - began).as_secs().unsigned_abs();
    println!("actual:   {units} units, {} of the twin's time, {refused} requests refused", said(seconds));
    assert_eq!(refused, 0, "nothing was refused");
    assert_eq!(stage.tenants.picture().breaker, BreakerState::Closed);
    let off = units.abs_diff(forecast.units) * 100 / forecast.units;
    assert!(off <= 10, "{units} units instead of {}: {off} per cent off", forecast.units);
    let longest = forecast.seconds * 3 / 2 + 120;
    assert!(seconds < longest, "forecast {} s, took {seconds} s", forecast.seconds);
}
