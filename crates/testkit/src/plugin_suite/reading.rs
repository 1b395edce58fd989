//! Reading and describing (contract sections d.1, d.3, d.8; T24, BAD-13).

use super::World;
use super::world::{TEXT, body_of, drain, failure, noise};
use bytes::Bytes;
use domain::ErrorKind::{NotFound, RangeNotSatisfiable};
use domain::locking::LockSemantics;
use domain::plugin::{Body, ByteRange, ExternalRef, Fate, NewItem, Removal, VersionId, VersionNote, Which};
use platform::digest::sha256_hex;

fn from(first: u64, last: Option<u64>) -> ByteRange {
    ByteRange::From { first, last }
}

async fn names_nothing(w: &World, r: &ExternalRef) {
    let p = &w.plugin;
    assert_eq!(p.stat(&w.a(), r).await.unwrap(), None, "{r:?}");
    assert_eq!(failure(p.load(&w.a(), r, &Which::Latest, None).await), NotFound, "{r:?}");
    assert_eq!(failure(p.length(&w.a(), r, &Which::Latest).await), NotFound, "{r:?}");
    assert_eq!(failure(p.save(&w.a(), r, None, Body::from_bytes("x")).await), NotFound, "{r:?}");
    assert_eq!(failure(p.rename(&w.a(), r, "X.txt").await), NotFound, "{r:?}");
    assert_eq!(failure(p.check_out(&w.a(), r).await), NotFound, "{r:?}");
    assert_eq!(failure(p.check_in(&w.a(), r, &VersionNote::default()).await), NotFound, "{r:?}");
    assert_eq!(failure(p.undo_check_out(&w.a(), r, true).await), NotFound, "{r:?}");
    assert_eq!(failure(p.checkout_state(&w.a(), r).await), NotFound, "{r:?}");
    assert_eq!(failure(p.versions(&w.a(), r).await), NotFound, "{r:?}");
    assert_eq!(failure(p.properties(&w.a(), r, &[]).await), NotFound, "{r:?}");
    let operation = w.a().operation.unwrap();
    assert_eq!(p.fate(&w.a(), operation, Some(r)).await.unwrap(), Fate::Gone, "{r:?}");
}

/// An item that was there and is not.
pub async fn an_unknown_reference_is_not_found(w: &World) {
    let item = w.public(LockSemantics::None, b"soon gone").await;
    w.plugin.remove(&w.a(), &item.reference, Removal::Destroy).await.unwrap();
    names_nothing(w, &item.reference).await;
}

/// References arrive from outside and lead nowhere but to items.
pub async fn a_malformed_reference_is_not_found(w: &World) {
    let real = w.public(LockSemantics::None, b"x").await.reference.0;
    let altered = [
        String::new(),
        "../../etc/passwd".into(),
        "/etc/passwd".into(),
        "a\0b".into(),
        "\u{202E}".into(),
        "x".repeat(5000),
        "%2e%2e%2f".into(),
        "1".into(),
        format!("{real} "),
        format!("{real}/../{real}"),
        format!(" {real}"),
    ];
    for text in altered {
        names_nothing(w, &ExternalRef(text)).await;
    }
}

/// Isolation: the same reference means nothing elsewhere, and nothing happens to the item.
pub async fn a_reference_of_another_installation_names_nothing(w: &World) {
    let item = w.public(LockSemantics::Versioning, b"ours").await;
    w.plugin.provision(&w.elsewhere()).await.unwrap();
    let (p, r) = (&w.plugin, &item.reference);
    assert_eq!(p.stat(&w.elsewhere(), r).await.unwrap(), None);
    assert_eq!(failure(p.load(&w.elsewhere(), r, &Which::Latest, None).await), NotFound);
    assert_eq!(failure(p.save(&w.elsewhere(), r, None, Body::from_bytes("x")).await), NotFound);
    assert_eq!(failure(p.check_out(&w.elsewhere(), r).await), NotFound);
    assert_eq!(failure(p.rename(&w.elsewhere(), r, "Taken.txt").await), NotFound);
    // Destroying what does not exist may succeed; it must not reach across.
    let _ = p.remove(&w.elsewhere(), r, Removal::Destroy).await;
    if w.can.copy {
        assert_eq!(failure(p.copy(&w.elsewhere(), r, NewItem::document("C.txt", TEXT)).await), NotFound);
    }
    assert_eq!(w.stat(&w.a(), r).await.name, item.name);
    assert_eq!(w.read(&w.b(), r).await, b"ours");
}

/// Section d.3: the length is cheap and true.
pub async fn the_length_equals_the_stream(w: &World) {
    for size in [0, 1, 4095, 4096, 65_537, 1_048_576, 1_048_577] {
        let bytes = noise(size, 7);
        let item = w.public(LockSemantics::Locking, &bytes).await;
        let length = w.plugin.length(&w.b(), &item.reference, &Which::Latest).await.unwrap();
        let read = w.read(&w.b(), &item.reference).await;
        assert_eq!((length, item.size), (read.len() as u64, size as u64));
        assert!(read == bytes, "{size} bytes come back as they went in");
    }
}

/// BAD-13, what can be satisfied.
pub async fn a_range_delivers_exactly_its_bytes(w: &World) {
    let item = w.public(LockSemantics::None, b"0123456789").await.reference;
    let table = [
        (from(0, None), "0123456789"),
        (from(0, Some(0)), "0"),
        (from(3, Some(5)), "345"),
        (from(9, None), "9"),
        (from(3, Some(99)), "3456789"),
        (from(3, Some(u64::MAX)), "3456789"),
        (ByteRange::Suffix(4), "6789"),
        (ByteRange::Suffix(40), "0123456789"),
        (ByteRange::Suffix(u64::MAX), "0123456789"),
    ];
    for (range, expected) in table {
        let content = w.plugin.load(&w.b(), &item, &Which::Latest, Some(range)).await.unwrap();
        assert_eq!(content.size, 10, "{range:?}");
        assert_eq!(w.read_range(&w.b(), &item, range).await.unwrap(), expected.as_bytes(), "{range:?}");
    }
}

/// BAD-13, what cannot.
pub async fn a_range_beyond_the_end_cannot_be_satisfied(w: &World) {
    let item = w.public(LockSemantics::None, b"0123456789").await.reference;
    let ranges =
        [from(10, None), from(11, Some(20)), from(u64::MAX, None), from(5, Some(3)), ByteRange::Suffix(0)];
    for range in ranges {
        assert_eq!(failure(w.read_range(&w.b(), &item, range).await), RangeNotSatisfiable, "{range:?}");
    }
}

/// Empty content has no first byte to be beyond.
pub async fn a_range_of_empty_content_is_empty(w: &World) {
    let item = w.public(LockSemantics::None, b"").await.reference;
    for range in [from(0, None), from(0, Some(10)), from(5, None), ByteRange::Suffix(3), ByteRange::Suffix(0)]
    {
        assert!(w.read_range(&w.b(), &item, range).await.unwrap().is_empty(), "{range:?}");
    }
}

/// Ranges of content that is stored in pieces.
pub async fn a_range_of_long_content_crosses_inner_borders(w: &World) {
    let bytes = noise(3_000_001, 11);
    let item = w.public(LockSemantics::None, &bytes).await.reference;
    let spans =
        [(0, 1), (262_143, 262_145), (1_048_575, 1_048_577), (100_000, 2_900_000), (2_999_999, 3_000_001)];
    for (begin, end) in spans {
        let read = w.read_range(&w.b(), &item, from(begin, Some(end - 1))).await.unwrap();
        assert!(read == bytes[begin as usize..end as usize], "{begin}..{end}");
    }
    let tail = w.read_range(&w.b(), &item, ByteRange::Suffix(700_000)).await.unwrap();
    assert!(tail == bytes[bytes.len() - 700_000..]);
}

/// The mark by which stale pictures are recognised.
pub async fn the_revision_changes_with_the_content(w: &World) {
    let item = w.public(LockSemantics::Locking, b"one").await;
    let r = &item.reference;
    let read = w.plugin.load(&w.b(), r, &Which::Latest, None).await.unwrap();
    assert_eq!(read.revision, item.revision, "describing and reading agree");
    let renamed = w.plugin.rename(&w.a(), r, "Other.txt").await.unwrap();
    assert_eq!(renamed.revision, item.revision, "a new name is no new content");
    w.check_in_new(r, b"two").await;
    let after = w.stat(&w.b(), r).await;
    assert_ne!(after.revision, item.revision);
    assert_eq!(w.stat(&w.a(), r).await.revision, after.revision, "everybody reads the same");
}

/// Section d.2.
pub async fn a_blank_version_means_the_latest(w: &World) {
    let item = w.public(LockSemantics::Versioning, b"latest").await.reference;
    let blank = Which::Version(VersionId(String::new()));
    assert_eq!(w.read_which(&w.b(), &item, &blank).await, b"latest");
    assert_eq!(w.plugin.length(&w.b(), &item, &blank).await.unwrap(), 6);
}

/// Also where there are no versions at all.
pub async fn an_unknown_version_is_not_found(w: &World) {
    for level in [LockSemantics::None, LockSemantics::Versioning] {
        let item = w.public(level, b"x").await.reference;
        for id in ["99", "0", "-1", "one", "../1", "1 ", "01"] {
            let which = Which::Version(VersionId(id.into()));
            assert_eq!(failure(w.plugin.load(&w.a(), &item, &which, None).await), NotFound, "{id}");
            assert_eq!(failure(w.plugin.length(&w.a(), &item, &which).await), NotFound, "{id}");
        }
    }
}

/// Section d.8.
pub async fn properties_are_told_and_unknown_ones_left_out(w: &World) {
    for level in [LockSemantics::None, LockSemantics::Locking, LockSemantics::Versioning] {
        let item = w.public(level, b"x").await;
        let all = w.plugin.properties(&w.a(), &item.reference, &[]).await.unwrap();
        assert_eq!(all["HasLocking"], item.semantics.locks().to_string());
        assert_eq!(all["HasVersioning"], item.semantics.versions().to_string());
        assert!(all.contains_key("PreferredOpen") && all.contains_key("LastModified"));
        let names = ["PreferredOpen".to_owned(), "NoSuchThing".to_owned()];
        let some = w.plugin.properties(&w.a(), &item.reference, &names).await.unwrap();
        assert_eq!(some.keys().collect::<Vec<_>>(), ["PreferredOpen"]);
    }
}

/// Twenty megabytes in odd parts.
pub async fn long_content_survives_the_way_in_and_out(w: &World) {
    let bytes = noise(20 * 1024 * 1024 + 13, 3);
    let expected = sha256_hex(&bytes);
    let length = bytes.len();
    let bytes = Bytes::from(bytes);
    let parts =
        (0..length).step_by(70_001).map(|at| Ok(bytes.slice(at..(at + 70_001).min(length)))).collect();
    let new = NewItem::document("Film.bin", "application/octet-stream");
    let item = w.plugin.create(&w.a(), new, Some(body_of(None, parts))).await.unwrap();
    assert_eq!(item.size, length as u64);
    let content = w.plugin.load(&w.b(), &item.reference, &Which::Latest, None).await.unwrap();
    assert_eq!(content.size, length as u64);
    assert_eq!(sha256_hex(&drain(content.stream).await.unwrap()), expected);
}
