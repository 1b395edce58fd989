//! Altered, shortened, missing and planted files: never delivered, always named (FLT-29).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use common::{INSTALLATION, a, b, bytes, drain, files, files_in, folder, noise, open, public, read};
use domain::ErrorKind::Damaged;
use domain::Result;
use domain::locking::LockSemantics;
use domain::plugin::{Answer, ByteRange, DocumentPlugin, ExternalRef, NewItem, Removal, Which};
use plugins::archive::{ArchivePlugin, Flaw, FlawKind, Known, Progress, Report, verify};
use std::collections::BTreeMap;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

struct Place {
    _folder: tempfile::TempDir,
    root: PathBuf,
    plugin: ArchivePlugin,
}

fn place() -> Place {
    let folder = folder();
    let root = folder.path().join("archive");
    let plugin = open(&root);
    Place { _folder: folder, root, plugin }
}

fn check(root: &Path) -> Report {
    verify(root, INSTALLATION, &Known::NotAsked, &mut |_| {}).expect("the check runs")
}

fn flaws(root: &Path, kind: FlawKind) -> Vec<Flaw> {
    check(root).flaws.into_iter().filter(|flaw| flaw.kind == kind).collect()
}

/// The content file that has this many bytes.
fn content_file(root: &Path, size: usize) -> PathBuf {
    let found = files_in(root, "content").into_iter().find(|f| f.metadata().unwrap().len() == size as u64);
    found.expect("a content file")
}

fn flip(path: &Path, at: usize) {
    let mut content = std::fs::read(path).unwrap();
    content[at] ^= 0x10;
    std::fs::write(path, content).unwrap();
}

/// Reads as far as it goes: what was delivered, and how it ended.
async fn delivered(
    plugin: &ArchivePlugin,
    item: &ExternalRef,
    range: Option<ByteRange>,
) -> (Vec<u8>, Result<()>) {
    use futures_util::StreamExt as _;
    let mut all = Vec::new();
    let mut stream = match plugin.load(&b(), item, &Which::Latest, range).await {
        Ok(content) => content.stream,
        Err(e) => return (all, Err(e)),
    };
    while let Some(part) = stream.next().await {
        match part {
            Ok(part) => all.extend_from_slice(&part),
            Err(e) => {
                assert!(stream.next().await.is_none(), "nothing follows an error");
                return (all, Err(e));
            }
        }
    }
    (all, Ok(()))
}

#[tokio::test]
async fn short_content_with_a_flipped_bit_is_not_delivered() {
    let p = place();
    let content = noise(5000, 1);
    let item = public(&p.plugin, 1, LockSemantics::None, &content).await.reference;
    let file = content_file(&p.root, 5000);
    for at in [0, 2500, 4999] {
        flip(&file, at);
        for range in [None, Some(ByteRange::From { first: 10, last: Some(20) }), Some(ByteRange::Suffix(1))] {
            let (got, end) = delivered(&p.plugin, &item, range).await;
            assert!(got.is_empty());
            let error = end.expect_err("damaged");
            assert_eq!(error.kind(), Damaged);
            assert!(
                error.public().contains("chancery archive verify") && !error.public().contains("content/")
            );
        }
        let found = flaws(&p.root, FlawKind::Damaged);
        assert_eq!(found.len(), 1);
        assert_eq!((&found[0].path, found[0].item.as_ref()), (&file, Some(&item)));
        flip(&file, at);
    }
    assert!(check(&p.root).is_intact());
    assert_eq!(read(&p.plugin, &b(), &item).await.unwrap(), content);
}

#[tokio::test]
async fn long_content_is_delivered_up_to_the_damage_and_no_further() {
    let p = place();
    let content = noise(3_000_000, 2);
    let item = public(&p.plugin, 1, LockSemantics::None, &content).await.reference;
    let file = content_file(&p.root, 3_000_000);
    for at in [0, 262_143, 262_144, 1_500_000, 2_999_999] {
        flip(&file, at);
        let (got, end) = delivered(&p.plugin, &item, None).await;
        assert_eq!(end.expect_err("damaged").kind(), Damaged, "bit at {at}");
        assert!(
            got.len() <= at && content.starts_with(&got),
            "{} bytes were delivered, bit at {at}",
            got.len()
        );
        let at = at as u64;
        let range = ByteRange::From { first: at.saturating_sub(5), last: Some(at + 5) };
        let (got, end) = delivered(&p.plugin, &item, Some(range)).await;
        assert_eq!(end.expect_err("damaged").kind(), Damaged, "a range over the bit at {at}");
        assert!(content[at.saturating_sub(5) as usize..].starts_with(&got) && got.len() <= 5);
        assert_eq!(flaws(&p.root, FlawKind::Damaged).len(), 1, "bit at {at}");
        flip(&file, at as usize);
    }
    assert_eq!(read(&p.plugin, &b(), &item).await.unwrap(), content);
}

#[tokio::test]
async fn a_range_beside_the_damage_is_still_delivered() {
    let p = place();
    let content = noise(3_000_000, 3);
    let item = public(&p.plugin, 1, LockSemantics::None, &content).await.reference;
    flip(&content_file(&p.root, 3_000_000), 2_900_000);
    let range = ByteRange::From { first: 1_000_000, last: Some(1_999_999) };
    let (got, end) = delivered(&p.plugin, &item, Some(range)).await;
    end.expect("these chunks are intact");
    assert!(got == content[1_000_000..2_000_000]);
}

#[tokio::test]
async fn shortened_lengthened_and_missing_content_is_not_delivered() {
    for size in [4000, 2_000_000] {
        let p = place();
        let content = noise(size, 4);
        let item = public(&p.plugin, 1, LockSemantics::None, &content).await.reference;
        let file = content_file(&p.root, size);
        for altered in [&content[..size - 1], &[content.as_slice(), b"x"].concat(), b""] {
            std::fs::write(&file, altered).unwrap();
            let (got, end) = delivered(&p.plugin, &item, None).await;
            assert_eq!((got.len(), end.expect_err("damaged").kind()), (0, Damaged));
            assert_eq!(flaws(&p.root, FlawKind::Damaged)[0].path, file);
        }
        std::fs::remove_file(&file).unwrap();
        let (_, end) = delivered(&p.plugin, &item, None).await;
        assert_eq!(end.expect_err("missing").kind(), Damaged);
        let found = flaws(&p.root, FlawKind::Missing);
        assert_eq!((found.len(), &found[0].path, found[0].item.as_ref()), (1, &file, Some(&item)));
        assert!(!check(&p.root).is_intact());
    }
}

#[tokio::test]
async fn without_its_chunk_hashes_long_content_is_checked_as_a_whole() {
    for damage in ["missing", "altered", "exchanged"] {
        let p = place();
        let content = noise(2_000_000, 5);
        let item = public(&p.plugin, 1, LockSemantics::None, &content).await.reference;
        let file = content_file(&p.root, 2_000_000);
        let list = file.with_extension("chunks");
        match damage {
            "missing" => std::fs::remove_file(&list).unwrap(),
            "altered" => flip(&list, 40),
            _ => std::fs::write(&list, noise(256, 9)).unwrap(),
        }
        assert_eq!(read(&p.plugin, &b(), &item).await.unwrap(), content, "{damage}");
        let kind = if damage == "missing" { FlawKind::Missing } else { FlawKind::Damaged };
        assert_eq!(flaws(&p.root, kind)[0].path, list);
        flip(&file, 1_999_999);
        let (got, end) = delivered(&p.plugin, &item, None).await;
        assert_eq!((got.len(), end.expect_err("damaged").kind()), (0, Damaged), "{damage}");
        flip(&file, 1_999_999);
        // Saving the same bytes again writes the list anew.
        p.plugin.save(&a(2), &item, None, bytes(&content)).await.unwrap();
        assert!(check(&p.root).flaws.is_empty(), "{damage}: {:?}", check(&p.root).flaws);
    }
}

#[tokio::test]
async fn storing_the_same_bytes_again_heals_damaged_content() {
    let p = place();
    let item = public(&p.plugin, 1, LockSemantics::None, b"the same bytes").await.reference;
    flip(&content_file(&p.root, 14), 3);
    public(&p.plugin, 2, LockSemantics::None, b"the same bytes").await;
    assert_eq!(read(&p.plugin, &b(), &item).await.unwrap(), b"the same bytes");
    assert!(check(&p.root).flaws.is_empty());
}

#[tokio::test]
async fn a_damaged_item_is_reported_at_every_bit() {
    let p = place();
    let item = public(&p.plugin, 1, LockSemantics::Versioning, b"content").await.reference;
    let file = files_in(&p.root, "items").remove(0);
    let length = std::fs::metadata(&file).unwrap().len() as usize;
    for at in (0..length).step_by(7) {
        flip(&file, at);
        assert_eq!(p.plugin.stat(&b(), &item).await.expect_err("damaged").kind(), Damaged, "bit at {at}");
        flip(&file, at);
    }
    let whole = std::fs::read(&file).unwrap();
    for cut in [0, 1, 70, length / 2, length - 1] {
        std::fs::write(&file, &whole[..cut]).unwrap();
        assert_eq!(read(&p.plugin, &b(), &item).await.expect_err("damaged").kind(), Damaged, "cut at {cut}");
        let operation = a(1).operation.unwrap();
        p.plugin.fate(&a(2), operation, Some(&item)).await.expect_err("the plugin cannot say now");
        let found = flaws(&p.root, FlawKind::Damaged);
        assert_eq!((&found[0].path, found[0].item.as_ref()), (&file, Some(&item)));
    }
}

#[tokio::test]
async fn an_item_moved_into_the_place_of_another_is_not_believed() {
    let p = place();
    let first = public(&p.plugin, 1, LockSemantics::None, b"first").await.reference;
    let second = public(&p.plugin, 2, LockSemantics::None, b"second").await.reference;
    let path = |r: &ExternalRef| {
        let id = r.0.rsplit('-').next().unwrap().to_owned();
        files_in(&p.root, "items").into_iter().find(|f| f.to_string_lossy().contains(&id)).unwrap()
    };
    std::fs::copy(path(&first), path(&second)).unwrap();
    assert_eq!(read(&p.plugin, &b(), &second).await.expect_err("damaged").kind(), Damaged);
    assert_eq!(read(&p.plugin, &b(), &first).await.unwrap(), b"first");
}

#[tokio::test]
async fn a_planted_link_is_not_followed() {
    let p = place();
    let outside = p.root.parent().unwrap().join("secret.txt");
    std::fs::write(&outside, b"content").unwrap();
    let item = public(&p.plugin, 1, LockSemantics::None, b"content").await.reference;
    let file = content_file(&p.root, 7);
    std::fs::remove_file(&file).unwrap();
    symlink(&outside, &file).unwrap();
    let (got, end) = delivered(&p.plugin, &item, None).await;
    assert_eq!((got.len(), end.expect_err("a link").kind()), (0, Damaged));
    assert_eq!(flaws(&p.root, FlawKind::Damaged)[0].path, file);

    // A whole folder replaced by a link to elsewhere: neither read nor written through.
    let fan = file.parent().unwrap().to_path_buf();
    let elsewhere = p.root.parent().unwrap().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    std::fs::remove_file(&file).unwrap();
    std::fs::remove_dir(&fan).unwrap();
    symlink(&elsewhere, &fan).unwrap();
    std::fs::write(elsewhere.join(file.file_name().unwrap()), b"content").unwrap();
    let (got, end) = delivered(&p.plugin, &item, None).await;
    assert_eq!((got.len(), end.expect_err("a link").kind()), (0, Damaged));
    p.plugin
        .save(&a(2), &item, None, bytes(b"content"))
        .await
        .expect_err("nothing is written through a link");
    assert_eq!(files(&elsewhere).len(), 1);
    assert!(flaws(&p.root, FlawKind::Foreign).iter().any(|flaw| flaw.path == fan));

    // An item's file replaced by a link to a copy of itself.
    let own = files_in(&p.root, "items").remove(0);
    let copy = elsewhere.join("copy.json");
    std::fs::rename(&own, &copy).unwrap();
    symlink(&copy, &own).unwrap();
    assert_eq!(p.plugin.stat(&b(), &item).await.expect_err("a link").kind(), Damaged);
}

#[tokio::test]
async fn the_check_names_orphans_strays_and_foreign_files_and_changes_nothing() {
    let p = place();
    let kept = public(&p.plugin, 1, LockSemantics::Versioning, b"kept").await.reference;
    let gone = public(&p.plugin, 2, LockSemantics::None, b"orphaned content").await.reference;
    let unknown = public(&p.plugin, 3, LockSemantics::None, b"").await.reference;
    p.plugin.remove(&a(4), &gone, Removal::Destroy).await.unwrap();
    let home = p.root.join("1");
    std::fs::write(home.join("tmp/abc-1"), b"left").unwrap();
    std::fs::write(home.join("notes.txt"), b"mine").unwrap();
    std::fs::write(home.join("content/readme"), b"mine").unwrap();
    std::fs::create_dir_all(home.join("names/00")).unwrap();
    symlink("0".repeat(32), home.join("names/00").join("0".repeat(64))).unwrap();
    let before: Vec<_> = files(&p.root).into_iter().map(|f| (std::fs::read(&f).ok(), f)).collect();

    let lost = ExternalRef(format!("arc1-{}", "f".repeat(32)));
    let known = Known::exactly([kept.clone(), lost.clone(), ExternalRef("drive:xyz".into())]);
    let mut steps = Vec::new();
    let report =
        verify(&p.root, INSTALLATION, &known, &mut |progress: Progress| steps.push(progress)).unwrap();

    let named = |kind| report.flaws.iter().filter(|f| f.kind == kind).collect::<Vec<_>>();
    let orphans = named(FlawKind::Orphaned);
    assert_eq!(orphans.len(), 2, "{orphans:?}");
    assert!(orphans.iter().any(|f| f.item.as_ref() == Some(&unknown)));
    assert!(orphans.iter().any(|f| f.path == content_file(&p.root, 16)));
    assert_eq!(named(FlawKind::Stray)[0].path, home.join("tmp/abc-1"));
    let foreign: Vec<_> = named(FlawKind::Foreign).into_iter().map(|f| f.path.clone()).collect();
    assert!(foreign.contains(&home.join("notes.txt")) && foreign.contains(&home.join("content/readme")));
    let missing = named(FlawKind::Missing);
    assert_eq!(missing.len(), 2);
    assert!(missing.iter().any(|f| f.item.as_ref() == Some(&lost)));
    assert_eq!(named(FlawKind::Name).len(), 1);
    assert!(report.flaws.iter().all(|f| f.explanation.ends_with('.')));
    assert_eq!((report.items, report.contents, report.bytes), (2, 1, 4));
    assert_eq!(steps.last().map(|s| (s.items, s.contents, s.contents_in_all)), Some((2, 1, Some(1))));
    let after: Vec<_> = files(&p.root).into_iter().map(|f| (std::fs::read(&f).ok(), f)).collect();
    assert_eq!(before, after, "the check changes nothing");
}

#[tokio::test]
async fn an_archive_in_order_has_no_flaws() {
    let p = place();
    for n in 0..10 {
        let item =
            public(&p.plugin, n * 10, LockSemantics::Versioning, &noise(200_000 * n as usize, n)).await;
        p.plugin.save(&a(n * 10 + 1), &item.reference, None, bytes(b"work")).await.unwrap();
    }
    assert_eq!(check(&p.root).flaws, []);
    let elsewhere = domain::InstallationId(99);
    let report = verify(&p.root, elsewhere, &Known::NotAsked, &mut |_| {}).unwrap();
    assert_eq!(report, Report::default(), "an installation that has nothing");
}

#[tokio::test]
async fn the_command_tells_which_version_is_damaged() {
    let p = place();
    let item = public(&p.plugin, 1, LockSemantics::Versioning, b"version one").await.reference;
    p.plugin.save(&a(2), &item, None, bytes(b"version two!")).await.unwrap();
    p.plugin.check_in(&a(3), &item, &domain::plugin::VersionNote::default()).await.unwrap();
    let run = || async {
        let none = BTreeMap::new();
        let done = p.plugin.execute(&a(4), &item, &Which::Latest, "archive.verify", &none).await.unwrap();
        match done.answer {
            Answer::Message(text) => text,
            other => panic!("expected a message and got {other:?}"),
        }
    };
    assert!(run().await.contains("is intact"));
    flip(&content_file(&p.root, 11), 0);
    let text = run().await;
    assert!(text.contains("version 1 is damaged") && !text.contains("version 2"), "{text}");
    assert!(text.contains("backup"));
    assert_eq!(read(&p.plugin, &b(), &item).await.unwrap(), b"version two!");
    let old = Which::Version(domain::plugin::VersionId("1".into()));
    assert_eq!(p.plugin.load(&b(), &item, &old, None).await.expect_err("damaged").kind(), Damaged);
}

#[tokio::test]
async fn a_copy_of_missing_content_is_refused() {
    let p = place();
    let item = public(&p.plugin, 1, LockSemantics::None, b"content").await.reference;
    std::fs::remove_file(content_file(&p.root, 7)).unwrap();
    let copy = p.plugin.copy(&a(2), &item, NewItem::document("Copy.txt", "text/plain")).await;
    assert_eq!(copy.expect_err("nothing to copy").kind(), Damaged);
    let fate = p.plugin.fate(&a(3), a(2).operation.unwrap(), None).await.unwrap();
    assert_eq!(fate, domain::plugin::Fate::NotApplied);
}

#[tokio::test]
async fn content_opened_before_it_is_replaced_is_read_to_its_end() {
    let p = place();
    let content = noise(2_000_000, 6);
    let item = public(&p.plugin, 1, LockSemantics::None, &content).await.reference;
    let opened = p.plugin.load(&b(), &item, &Which::Latest, None).await.unwrap();
    p.plugin.save(&a(2), &item, None, bytes(b"new")).await.unwrap();
    p.plugin.sweep(INSTALLATION, jiff::Timestamp::from_second(32_503_680_000).unwrap()).await.unwrap();
    assert!(drain(opened.stream).await.unwrap() == content);
}
