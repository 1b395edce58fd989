//! The sweep removes what nothing refers to, and nothing else, whatever happens meanwhile (FLT-30).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use common::{INSTALLATION, a, b, bytes, files_in, folder, noise, open, public, read};
use domain::locking::LockSemantics;
use domain::plugin::{Body, DocumentPlugin, NewItem, Removal};
use domain::{Error, ErrorKind};
use futures_util::StreamExt as _;
use jiff::Timestamp;
use plugins::archive::{ArchivePlugin, Known, Swept, verify};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

fn far() -> Timestamp {
    Timestamp::from_second(32_503_680_000).unwrap()
}

fn place() -> (tempfile::TempDir, PathBuf, ArchivePlugin) {
    let folder = folder();
    let root = folder.path().join("archive");
    let plugin = open(&root);
    (folder, root, plugin)
}

fn assert_intact(root: &std::path::Path) {
    let report = verify(root, INSTALLATION, &Known::NotAsked, &mut |_| {}).unwrap();
    assert!(report.is_intact(), "{:?}", report.flaws);
}

#[tokio::test]
async fn what_nothing_refers_to_is_removed_and_counted() {
    let (_folder, root, plugin) = place();
    let kept = public(&plugin, 1, LockSemantics::Versioning, b"version one").await.reference;
    plugin.save(&a(2), &kept, None, bytes(b"work")).await.unwrap();
    let long = noise(1_500_000, 1);
    let gone = public(&plugin, 3, LockSemantics::None, &long).await.reference;
    plugin.remove(&a(4), &gone, Removal::Destroy).await.unwrap();
    std::fs::write(root.join("1/tmp/left-1"), b"left").unwrap();
    std::fs::create_dir_all(root.join("1/names/00")).unwrap();
    std::os::unix::fs::symlink("0".repeat(32), root.join("1/names/00").join("0".repeat(64))).unwrap();
    let swept = plugin.sweep(INSTALLATION, far()).await.unwrap();
    let expected = Swept { temps: 1, contents: 1, bytes: 1_500_000, names: 1, traces: 1, unreadable: 0 };
    assert_eq!(swept, expected);
    assert_eq!(files_in(&root, "content").len(), 2, "{:?}", files_in(&root, "content"));
    assert_eq!(verify(&root, INSTALLATION, &Known::NotAsked, &mut |_| {}).unwrap().flaws, []);
    assert_eq!(plugin.sweep(INSTALLATION, far()).await.unwrap(), Swept::default(), "nothing is left to do");
    assert_eq!(read(&plugin, &a(5), &kept).await.unwrap(), b"work");
    assert_eq!(read(&plugin, &b(), &kept).await.unwrap(), b"version one");
}

#[tokio::test]
async fn what_is_younger_than_the_cutoff_stays() {
    let (_folder, root, plugin) = place();
    let gone = public(&plugin, 1, LockSemantics::None, b"orphan").await.reference;
    plugin.remove(&a(2), &gone, Removal::Destroy).await.unwrap();
    std::fs::write(root.join("1/tmp/left-1"), b"left").unwrap();
    let past = Timestamp::from_second(1_000_000_000).unwrap();
    assert_eq!(plugin.sweep(INSTALLATION, past).await.unwrap(), Swept::default());
    assert_eq!(files_in(&root, "content").len(), 1);
}

#[tokio::test]
async fn an_installation_without_archive_has_nothing_to_sweep() {
    let (_folder, _root, plugin) = place();
    assert_eq!(plugin.sweep(INSTALLATION, far()).await.unwrap(), Swept::default());
}

#[tokio::test]
async fn while_an_item_cannot_be_read_no_content_is_removed() {
    let (_folder, root, plugin) = place();
    public(&plugin, 1, LockSemantics::None, b"of the damaged item").await;
    let item = files_in(&root, "items").remove(0);
    let whole = std::fs::read(&item).unwrap();
    std::fs::write(&item, &whole[..whole.len() / 2]).unwrap();
    let swept = plugin.sweep(INSTALLATION, far()).await.unwrap();
    assert_eq!((swept.unreadable, swept.contents), (1, 0));
    std::fs::write(&item, whole).unwrap();
    assert_intact(&root);
}

#[tokio::test]
async fn foreign_files_are_left_alone() {
    let (_folder, root, plugin) = place();
    public(&plugin, 1, LockSemantics::None, b"x").await;
    let foreign =
        ["1/content/readme", "1/notes.txt", "1/items/backup.json", "1/names/x"].map(|f| root.join(f));
    for file in &foreign {
        std::fs::write(file, b"mine").unwrap();
    }
    plugin.sweep(INSTALLATION, far()).await.unwrap();
    assert!(foreign.iter().all(|file| file.exists()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_upload_is_not_swept_away() {
    let (_folder, root, plugin) = place();
    let content = noise(2_000_000, 3);
    let parts: Vec<_> = content.chunks(100_000).map(bytes::Bytes::copy_from_slice).collect();
    let slow = futures_util::stream::iter(parts).then(|part| async {
        tokio::time::sleep(Duration::from_millis(5)).await;
        Ok(part)
    });
    let body = Body { length: None, stream: Box::pin(slow) };
    let call = a(1);
    let upload = plugin.create(&call, NewItem::document("Slow.bin", "application/octet-stream"), Some(body));
    let sweeping = async {
        for _ in 0..20 {
            plugin.sweep(INSTALLATION, far()).await.unwrap();
            tokio::time::sleep(Duration::from_millis(4)).await;
        }
    };
    let (made, ()) = futures_util::future::join(upload, sweeping).await;
    assert!(read(&plugin, &b(), &made.unwrap().reference).await.unwrap() == content);
    assert_intact(&root);
}

/// Documents with the same bytes come and go and are copied, while the sweep runs all the time and everything
/// counts as old.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn content_in_use_survives_a_sweep_at_any_moment() {
    let (_folder, root, plugin) = place();
    let done = Arc::new(AtomicBool::new(false));
    let sweeper = {
        let (plugin, done) = (plugin.clone(), Arc::clone(&done));
        tokio::spawn(async move {
            let mut removed = 0;
            while !done.load(Ordering::SeqCst) {
                removed += plugin.sweep(INSTALLATION, far()).await?.contents;
            }
            Ok::<_, Error>(removed)
        })
    };
    let workers = (0..4u64).map(|worker| {
        let plugin = plugin.clone();
        tokio::spawn(async move {
            for round in 0..60u64 {
                let n = worker * 100_000 + round * 10;
                // Long content every now and then: it has a list of chunk hashes that must stay with it.
                let content = if round % 10 == 0 { noise(1_100_000, 1) } else { noise(100, round % 3) };
                let item = public(&plugin, n, LockSemantics::None, &content).await.reference;
                assert!(read(&plugin, &b(), &item).await.unwrap() == content);
                let copy =
                    plugin.copy(&a(n + 1), &item, NewItem::document("Copy.txt", "text/plain")).await.unwrap();
                plugin.remove(&a(n + 2), &item, Removal::Destroy).await.unwrap();
                assert!(read(&plugin, &b(), &copy.reference).await.unwrap() == content, "{worker} {round}");
                plugin.save(&a(n + 3), &copy.reference, None, bytes(&content[..50])).await.unwrap();
                assert!(read(&plugin, &b(), &copy.reference).await.unwrap() == content[..50]);
                if round % 2 == 0 {
                    plugin.remove(&a(n + 4), &copy.reference, Removal::Destroy).await.unwrap();
                }
            }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.unwrap();
    }
    done.store(true, Ordering::SeqCst);
    let removed = sweeper.await.unwrap().unwrap();
    assert!(removed > 0, "the sweep never met the others");
    assert_intact(&root);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_sweeps_at_once_are_refused() {
    let (_folder, _root, plugin) = place();
    for n in 0..30 {
        public(&plugin, n, LockSemantics::None, b"x").await;
    }
    let sweeps = (0..8).map(|_| plugin.sweep(INSTALLATION, far()));
    let outcomes = futures_util::future::join_all(sweeps).await;
    let refused = outcomes.iter().filter_map(|o| o.as_ref().err()).all(|e| e.kind() == ErrorKind::Conflict);
    assert!(outcomes.iter().any(Result::is_ok) && refused);
    plugin.sweep(INSTALLATION, far()).await.expect("and afterwards it runs again");
}
