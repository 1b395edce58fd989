//! Two thousand documents made in the background, within the budget of the twin.

use crate::drive_common::Scene;
use domain::plugin::{Body, DocumentPlugin, NewItem};
use futures_util::StreamExt as _;
use plugins::budget::{Allowance, BreakerState};

#[tokio::test]
async fn two_thousand_documents_in_the_background_exceed_no_budget_and_show_no_error() {
    // A project made in 2026, and a twin that refuses whoever exceeds it.
    let scene = Scene {
        allowance: Allowance { project: 40_000, account: 20_000 },
        units: Some((40_000, 20_000)),
        ..Scene::default()
    };
    let stage = scene.build().await;
    let end = stage.journal_end();
    let numbers: Vec<usize> = (0..2000).collect();
    let made = futures_util::stream::iter(numbers)
        .map(|n| {
            let stage = stage.clone();
            async move {
                let new = NewItem::document(format!("Letter {n}.txt"), "text/plain");
                stage.plugin.create(&stage.system(), new, Some(Body::from_bytes(format!("{n}")))).await
            }
        })
        .buffer_unordered(16)
        .collect::<Vec<_>>()
        .await;
    let failed: Vec<_> = made.iter().filter_map(|made| made.as_ref().err()).collect();
    assert!(failed.is_empty(), "{} failed: {:?}", failed.len(), failed.first());
    let journal = stage.journal(end);
    let refused: Vec<_> = journal.iter().filter(|e| matches!(e.status, 403 | 429)).collect();
    assert!(refused.is_empty(), "{} refusals: {:?}", refused.len(), refused.first());
    let units: u64 = journal.iter().map(|entry| u64::from(entry.units)).sum();
    assert!(units < 2000 * 52, "{units} units: little more than the 50 that one creation costs");
    let picture = stage.budget.picture();
    assert_eq!((picture.refusals, picture.breaker), (0, BreakerState::Closed));
}

#[tokio::test]
async fn a_budget_spent_by_somebody_else_is_met_by_going_slower_and_nobody_sees_an_error() {
    // G-04: the twin allows less than we think, because another process uses the same account.
    let scene = Scene {
        allowance: Allowance { project: 1_000_000, account: 325_000 },
        units: Some((1_000_000, 3_000)),
        ..Scene::default()
    };
    let stage = scene.build().await;
    for n in 0..150 {
        let new = NewItem::document(format!("Letter {n}.txt"), "text/plain");
        let made = stage.plugin.create(&stage.system(), new, Some(Body::from_bytes("x"))).await;
        made.unwrap_or_else(|e| panic!("document {n}: {e:?}"));
    }
    assert!(stage.budget.picture().refusals > 0, "the twin did refuse");
}
