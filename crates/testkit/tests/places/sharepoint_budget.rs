//! Documents made in the background, within the budget of the smallest tenant there is: two thousand here, twenty thousand
//! with `CHANCERY_DOCUMENTS=20000`. The forecast is told beside the time that passed in the twin.

#![allow(clippy::print_stdout, reason = "tests tell what they found")]

use crate::sharepoint_common::Scene;
use domain::plugin::{Body, DocumentPlugin, NewItem};
use futures_util::StreamExt as _;
use plugins::budget::BreakerState;

#[expect(clippy::disallowed_methods, reason = "only tests read this variable")]
fn documents() -> u64 {
    std::env::var("CHANCERY_DOCUMENTS").ok().and_then(|text| text.parse().ok()).unwrap_or(2000)
}

#[tokio::test]
async fn documents_in_the_background_exceed_no_budget_and_take_the_time_that_was_forecast() {
    let count = documents();
    let scene = Scene { allowance: (1_250, 600), licences: 50, ..Scene::default() };
    let stage = scene.build().await;
    stage.pass(120);
    let (end, began) = (stage.journal_end(), stage.twin.house().clock.now());
    let made = futures_util::stream::iter(0..count)
        .map(|n| {
            let stage = stage.clone();
            async move {
                let new = NewItem::document(format!("Letter {n}.txt"), "text/plain");
                stage.plugin.create(&stage.system(), new, Some(Body::from_bytes(format!("{n}")))).await.err()
            }
        })
        .buffer_unordered(8)
        .filter_map(async |failed| failed)
        .collect::<Vec<_>>()
        .await;
    assert!(made.is_empty(), "{} failed: {:?}", made.len(), made.first());
    let journal = stage.journal(end);
    let refused = journal.iter().filter(|entry| matches!(entry.status, 429 | 503)).count();
    assert_eq!(refused, 0, "nothing was refused");
    let units: u64 = journal.iter().map(|entry| u64::from(entry.units)).sum();
    assert!(units < count * 6, "{units} units: little more than the 5 that one creation costs");
    assert_eq!(stage.tenants.picture().breaker, BreakerState::Closed);
    // Three quarters of a minute's units flow in over the minute; the rest is kept for people.
    let forecast = units * 60 / 937;
    let took = (stage.twin.house().clock.now() - began).as_secs().unsigned_abs();
    println!("{count} documents, {units} units: forecast {forecast} s, took {took} s of the twin's time");
    assert!(took < forecast * 2 + 120, "forecast {forecast} s, took {took} s");
}
