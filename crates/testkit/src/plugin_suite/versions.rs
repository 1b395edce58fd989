//! Versions (contract sections d.3, d.4).

use super::World;
use super::world::failure;
use domain::ErrorKind::{Conflict, NotFound};
use domain::locking::{CheckoutState, LockSemantics};
use domain::plugin::{Body, VersionId, VersionInfo, VersionNote, Which};
use std::collections::BTreeMap;

async fn listed(w: &World, item: &domain::plugin::ExternalRef) -> Vec<VersionInfo> {
    w.plugin.versions(&w.b(), item).await.unwrap()
}

/// T27: also when the draft was saved many times before.
pub async fn the_first_check_in_is_version_one(w: &World) {
    if !w.keeps_versions().await {
        return;
    }
    let item = w.draft(LockSemantics::Versioning, b"draft").await.reference;
    assert!(listed(w, &item).await.is_empty());
    w.save(&w.a(), &item, b"better draft").await;
    let call = w.a();
    let done = w.plugin.check_in(&call, &item, &VersionNote::text("the first")).await.unwrap();
    let versions = listed(w, &item).await;
    assert_eq!(versions.len(), 1);
    let first = &versions[0];
    assert_eq!((first.number, first.note.description.as_str(), first.size), (1, "the first", 12));
    assert_eq!((first.at, first.by, first.by_name.as_str()), (call.now, call.associate, &*call.name));
    assert_eq!(done.item().unwrap().version.as_ref(), Some(&first.id));
}

/// Oldest first, with description and fields.
pub async fn each_check_in_adds_a_version_with_its_note(w: &World) {
    if !w.keeps_versions().await {
        return;
    }
    let item = w.public(LockSemantics::Versioning, b"one").await.reference;
    w.save(&w.a(), &item, b"two").await;
    let extra = BTreeMap::from([("reason".to_owned(), "a=1&b=2".to_owned())]);
    let note = VersionNote { description: "second".into(), extra: extra.clone() };
    w.plugin.check_in(&w.a(), &item, &note).await.unwrap();
    let versions = listed(w, &item).await;
    assert_eq!(versions.iter().map(|v| v.number).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(versions[1].note, VersionNote { description: "second".into(), extra });
    assert!(versions[1].display.contains('2') && versions[1].display.contains("second"));
    assert!(versions[0].at < versions[1].at && versions[0].id != versions[1].id);
}

/// Empty, not an error.
pub async fn a_level_without_versions_lists_none(w: &World) {
    for level in [LockSemantics::None, LockSemantics::Locking] {
        let item = w.public(level, b"one").await;
        w.check_in_new(&item.reference, b"two").await;
        assert!(listed(w, &item.reference).await.is_empty());
        assert_eq!(w.stat(&w.a(), &item.reference).await.version, None);
    }
    w.keeps_versions().await;
}

/// Committed versions only.
pub async fn work_in_progress_is_not_a_version(w: &World) {
    if !w.keeps_versions().await {
        return;
    }
    let item = w.public(LockSemantics::Versioning, b"one").await.reference;
    w.plugin.check_out(&w.a(), &item).await.unwrap();
    w.save(&w.a(), &item, b"work").await;
    for call in [w.a(), w.b()] {
        assert_eq!(w.plugin.versions(&call, &item).await.unwrap().len(), 1);
    }
    w.plugin.undo_check_out(&w.a(), &item, false).await.unwrap();
    assert_eq!(w.count_versions(&item).await, 1);
}

/// By everybody, whoever holds the item.
pub async fn an_earlier_version_is_read_by_its_id(w: &World) {
    if !w.keeps_versions().await {
        return;
    }
    let item = w.public(LockSemantics::Versioning, b"one").await.reference;
    w.check_in_new(&item, b"two!").await;
    w.save(&w.a(), &item, b"work").await;
    let versions = listed(w, &item).await;
    for (version, expected) in versions.iter().zip([b"one".as_slice(), b"two!"]) {
        let which = Which::Version(version.id.clone());
        assert_eq!(w.read_which(&w.b(), &item, &which).await, expected);
        assert_eq!(w.read_which(&w.a(), &item, &which).await, expected);
        assert_eq!(w.plugin.length(&w.b(), &item, &which).await.unwrap(), expected.len() as u64);
        assert_eq!(version.size, expected.len() as u64);
    }
    assert_eq!(w.read(&w.a(), &item).await, b"work");
}

/// Document metadata and version metadata are separate; absent fields stay.
pub async fn a_version_note_is_changed_and_absent_fields_stay(w: &World) {
    if !w.keeps_versions().await || !w.can.version_notes {
        return;
    }
    let item = w.public(LockSemantics::Versioning, b"one").await.reference;
    w.check_in_new(&item, b"two").await;
    let id = listed(w, &item).await[0].id.clone();
    let fields = |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect();
    let note =
        |text: &str, pairs: &[(&str, &str)]| VersionNote { description: text.into(), extra: fields(pairs) };
    w.plugin.set_version_note(&w.a(), &item, &id, &note("one", &[("x", "1"), ("y", "2")])).await.unwrap();
    let changed = w.plugin.set_version_note(&w.b(), &item, &id, &note("uno", &[("y", "3")])).await.unwrap();
    assert_eq!(changed.note, note("uno", &[("x", "1"), ("y", "3")]));
    let versions = listed(w, &item).await;
    assert_eq!(versions[0], changed);
    assert_eq!(versions[1].note.description, "two", "the other version is as it was");
    let unknown = VersionId("99".into());
    assert_eq!(failure(w.plugin.set_version_note(&w.a(), &item, &unknown, &note("x", &[])).await), NotFound);
}

/// Nothing is removed.
pub async fn restoring_a_version_makes_it_the_newest(w: &World) {
    if !w.keeps_versions().await || !w.can.version_notes {
        return;
    }
    let item = w.public(LockSemantics::Versioning, b"one").await.reference;
    w.check_in_new(&item, b"two").await;
    let before = listed(w, &item).await;
    w.plugin.restore_version(&w.b(), &item, &before[0].id).await.unwrap();
    assert_eq!(w.read(&w.a(), &item).await, b"one");
    let after = listed(w, &item).await;
    assert_eq!(after.len(), 3);
    assert_eq!(after[..2], before[..]);
    assert_eq!((after[2].number, after[2].size), (3, 3));
    assert_eq!(w.plugin.checkout_state(&w.b(), &item).await.unwrap(), CheckoutState::NotCheckedOut);
    let unknown = VersionId("99".into());
    assert_eq!(failure(w.plugin.restore_version(&w.a(), &item, &unknown).await), NotFound);
}

/// A lock holds for this as well.
pub async fn restoring_a_version_held_by_another_fails(w: &World) {
    if !w.keeps_versions().await || !w.can.version_notes {
        return;
    }
    let item = w.public(LockSemantics::Versioning, b"one").await.reference;
    w.check_in_new(&item, b"two").await;
    w.save(&w.a(), &item, b"work").await;
    let first = listed(w, &item).await[0].id.clone();
    assert_eq!(failure(w.plugin.restore_version(&w.b(), &item, &first).await), Conflict);
    assert_eq!(w.read(&w.a(), &item).await, b"work");
    assert_eq!(w.read(&w.b(), &item).await, b"two");
    assert_eq!(w.count_versions(&item).await, 2);
}

/// Whether it becomes the work copy or a version at once, the holder reads it, and check-in shows it to all.
pub async fn restoring_as_the_holder_is_published_by_check_in(w: &World) {
    if !w.keeps_versions().await || !w.can.version_notes {
        return;
    }
    let item = w.public(LockSemantics::Versioning, b"one").await.reference;
    w.check_in_new(&item, b"two").await;
    w.save(&w.a(), &item, b"work").await;
    let before = listed(w, &item).await;
    w.plugin.restore_version(&w.a(), &item, &before[0].id).await.unwrap();
    assert_eq!(w.read(&w.a(), &item).await, b"one");
    if w.plugin.checkout_state(&w.a(), &item).await.unwrap() == CheckoutState::Own {
        w.plugin.check_in(&w.a(), &item, &VersionNote::text("back to one")).await.unwrap();
    }
    assert_eq!(w.read(&w.b(), &item).await, b"one");
    let after = listed(w, &item).await;
    assert!(after.len() > 2 && after[..2] == before[..], "nothing is removed");
    let outcome = w.plugin.save(&w.b(), &item, None, Body::from_bytes("free again")).await;
    outcome.expect("the lock is released");
}
