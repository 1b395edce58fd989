//! Disks that fail: full, broken, once or for good, at every effect of every step (FLT-26, FLT-28).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;
#[path = "common/story.rs"]
mod story;

use common::{INSTALLATION, a, b, bytes, files_in, folder, public, read, settings};
use domain::ErrorKind;
use domain::locking::LockSemantics;
use domain::plugin::{DocumentPlugin, NewItem, Removal, Severity};
use jiff::Timestamp;
use plugins::archive::{ArchivePlugin, ArchiveSettings, DiskWatch, Effect};
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

#[derive(Debug, Clone, Copy)]
struct Fault {
    kind: io::ErrorKind,
    /// Only this effect fails, or everything from it on.
    once: bool,
}

/// Makes the n-th effect fail.
#[derive(Debug, Default)]
struct Failing {
    fault: Mutex<Option<Fault>>,
    left: AtomicU64,
    hit: AtomicU64,
}

impl Failing {
    fn arm(&self, nth: u64, fault: Option<Fault>) {
        *self.fault.lock().unwrap() = fault;
        self.left.store(nth, Ordering::SeqCst);
        self.hit.store(0, Ordering::SeqCst);
    }
}

impl DiskWatch for Failing {
    fn before(&self, effect: &Effect) -> io::Result<()> {
        let fault = *self.fault.lock().unwrap();
        let Some(fault) = fault else { return Ok(()) };
        let left = self.left.load(Ordering::SeqCst);
        self.left.store(left.saturating_sub(1), Ordering::SeqCst);
        if left == 1 || (left == 0 && !fault.once) {
            self.hit.fetch_add(1, Ordering::SeqCst);
            return Err(io::Error::new(fault.kind, format!("injected at {effect:?}")));
        }
        Ok(())
    }

    fn after(&self, _: &Effect) {}
}

fn watched(root: &Path) -> (ArchivePlugin, Arc<Failing>) {
    let failing = Arc::new(Failing::default());
    let watch: Arc<dyn DiskWatch> = Arc::clone(&failing) as _;
    (ArchivePlugin::open(ArchiveSettings { watch: Some(watch), ..settings(root) }).unwrap(), failing)
}

fn far() -> Timestamp {
    Timestamp::from_second(32_503_680_000).unwrap()
}

/// Lets step `n` meet a fault at its first, second, … effect, until it meets none any more.
async fn every_effect_may_fail(n: u64, fault: Fault) {
    for nth in 1.. {
        let place = folder();
        let root = place.path().join("archive");
        let (plugin, failing) = watched(&root);
        let mut made = Vec::new();
        for before in 0..n {
            story::step(&plugin, &mut made, before).await.unwrap();
        }
        let before =
            if n == 0 { String::new() } else { story::observe(&plugin, &root, &made).await.unwrap() };
        failing.arm(nth, Some(fault));
        let outcome = story::step(&plugin, &mut made.clone(), n).await;
        let hit = failing.hit.load(Ordering::SeqCst) > 0;
        failing.arm(0, None);
        let context = format!("step {n}, effect {nth}, {fault:?}: {outcome:?}");
        let done = story::was_done(&plugin, &made, n).await.unwrap();
        if let Err(error) = &outcome {
            assert_eq!(error.kind(), ErrorKind::Unavailable, "{context}");
            // With a disk that stays broken, taking back may fail too; then the fate says which it is.
            assert!(!done || !fault.once, "{context}: reported as failed, and done");
        }
        if !done && n > 0 {
            assert_eq!(story::observe(&plugin, &root, &made).await.unwrap(), before, "{context}");
        }
        story::step(&plugin, &mut made, n).await.unwrap_or_else(|e| panic!("{context}: no recovery: {e:?}"));
        assert!(story::was_done(&plugin, &made, n).await.unwrap(), "{context}");
        plugin.sweep(INSTALLATION, far()).await.unwrap();
        assert!(files_in(&root, "tmp").is_empty(), "{context}: temporary files are left");
        story::observe(&plugin, &root, &made).await.unwrap_or_else(|e| panic!("{context}: {e:?}"));
        if !hit {
            assert!(outcome.is_ok() && nth > 3, "{context}");
            return;
        }
    }
}

async fn every_step_survives(fault: Fault) {
    for n in 0..story::STEPS {
        every_effect_may_fail(n, fault).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_failing_effect_fails_the_step_and_changes_nothing() {
    every_step_survives(Fault { kind: io::ErrorKind::Other, once: true }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_stays_full_fails_cleanly_and_recovers() {
    every_step_survives(Fault { kind: io::ErrorKind::StorageFull, once: false }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_below_its_reserve_takes_no_content_and_gives_all_it_has() {
    let place = folder();
    let root = place.path().join("archive");
    let plugin = common::open(&root);
    let item = public(&plugin, 1, LockSemantics::Locking, b"kept").await.reference;
    drop(plugin);
    let full = ArchiveSettings { reserve_bytes: u64::MAX, ..settings(&root) };
    let plugin = ArchivePlugin::open(full).unwrap();
    let made = plugin.create(&a(2), NewItem::document("No.txt", "text/plain"), Some(bytes(b"x"))).await;
    let error = made.expect_err("there is no room");
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.public().contains("full") && error.public().contains("free space"), "{}", error.public());
    let saved = plugin.save(&a(3), &item, None, bytes(b"more")).await;
    assert_eq!(saved.expect_err("there is no room").kind(), ErrorKind::Unavailable);
    assert_eq!(read(&plugin, &b(), &item).await.unwrap(), b"kept");
    plugin.check_out(&a(4), &item).await.expect("locks need no room");
    plugin.remove(&a(5), &item, Removal::Destroy).await.expect("making room is always possible");
    let findings = plugin.check(&a(6)).await.unwrap();
    assert!(findings.iter().any(|f| f.severity == Severity::Problem && f.detail.contains("Free space")));
}

#[tokio::test]
async fn content_over_the_limit_is_refused_announced_or_not() {
    let place = folder();
    let small = ArchiveSettings { max_content: 10, ..settings(&place.path().join("archive")) };
    let plugin = ArchivePlugin::open(small).unwrap();
    let new = || NewItem::document("Large.txt", "text/plain");
    let announced = plugin.create(&a(1), new(), Some(bytes(b"eleven byte"))).await;
    assert_eq!(announced.expect_err("too large").kind(), ErrorKind::TooLarge);
    let mut silent = bytes(b"eleven byte");
    silent.length = None;
    assert_eq!(
        plugin.create(&a(2), new(), Some(silent)).await.expect_err("too large").kind(),
        ErrorKind::TooLarge
    );
    plugin.create(&a(3), new(), Some(bytes(b"ten bytes!"))).await.expect("the limit itself fits");
}
