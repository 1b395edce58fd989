//! Names in the archive, given out to many at the same time.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use common::{a, bytes, folder, open};
use domain::plugin::{DocumentPlugin as _, NewItem};
use std::collections::BTreeSet;
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread", worker_threads = 16)]
async fn many_at_once_get_the_counters_without_a_gap() {
    const MANY: u64 = 60;
    for _ in 0..3 {
        let root = folder();
        let plugin = Arc::new(open(root.path()));
        let made = (0..MANY).map(|n| {
            let plugin = Arc::clone(&plugin);
            tokio::spawn(async move {
                let new = NewItem::document("Offer.txt", "text/plain");
                plugin.create(&a(n), new, Some(bytes(b"x"))).await.unwrap().name
            })
        });
        let mut names = BTreeSet::new();
        for one in made.collect::<Vec<_>>() {
            names.insert(one.await.unwrap());
        }
        let counted = (2..=MANY).map(|n| format!("Offer ({n}).txt"));
        assert_eq!(names, counted.chain(["Offer.txt".to_owned()]).collect());
    }
}
