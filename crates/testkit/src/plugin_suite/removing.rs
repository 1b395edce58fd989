//! Trash, restore, destroy (contract section d.3; BAD-28).

use super::World;
use super::world::{TEXT, failure};
use domain::ErrorKind::{Conflict, Gone, NotFound, Unsupported};
use domain::locking::{CheckoutState, LockSemantics};
use domain::plugin::{Body, ExternalRef, NewItem, Removal, VersionId, VersionNote, Which};
use std::collections::BTreeMap;

async fn trash(w: &World, item: &ExternalRef) {
    w.plugin.remove(&w.a(), item, Removal::Trash).await.expect("to the trash");
}

/// Whether there is no trash; then it says so.
async fn has_no_trash(w: &World) -> bool {
    if w.can.trash {
        return false;
    }
    let item = w.public(LockSemantics::None, b"x").await.reference;
    assert_eq!(failure(w.plugin.remove(&w.a(), &item, Removal::Trash).await), Unsupported);
    assert_eq!(w.read(&w.a(), &item).await, b"x");
    true
}

/// As it was: name, content, versions, lock and work copy.
pub async fn the_trash_keeps_everything_for_restoring(w: &World) {
    if has_no_trash(w).await {
        return;
    }
    let item = w.public(LockSemantics::Versioning, b"one").await.reference;
    w.check_in_new(&item, b"two").await;
    w.save(&w.a(), &item, b"work").await;
    let (mine, theirs) = (w.stat(&w.a(), &item).await, w.stat(&w.b(), &item).await);
    let versions = w.plugin.versions(&w.b(), &item).await.unwrap();
    trash(w, &item).await;
    assert!(w.stat(&w.b(), &item).await.trashed);
    let taken = w.public_named(&mine.name, LockSemantics::None, b"another of this name").await;
    let restored = w.plugin.restore(&w.a(), &item).await.unwrap();
    assert!(!restored.trashed);
    assert_ne!(restored.name, taken.name);
    assert_eq!((w.stat(&w.a(), &item).await, w.stat(&w.b(), &item).await), (mine, theirs));
    assert_eq!(w.plugin.versions(&w.b(), &item).await.unwrap(), versions);
    assert_eq!(w.read(&w.a(), &item).await, b"work");
}

/// Every other call answers `Gone` and does nothing.
pub async fn in_the_trash_only_looking_restoring_and_destroying_work(w: &World) {
    if has_no_trash(w).await {
        return;
    }
    let item = w.public(LockSemantics::Locking, b"public").await;
    let (p, r, note) = (&w.plugin, &item.reference, VersionNote::default());
    trash(w, r).await;
    let version = VersionId("1".into());
    assert_eq!(failure(p.load(&w.a(), r, &Which::Latest, None).await), Gone);
    assert_eq!(failure(p.length(&w.a(), r, &Which::Latest).await), Gone);
    assert_eq!(failure(p.save(&w.a(), r, None, Body::from_bytes("x")).await), Gone);
    assert_eq!(failure(p.rename(&w.a(), r, "Other.txt").await), Gone);
    assert_eq!(failure(p.check_out(&w.a(), r).await), Gone);
    assert_eq!(failure(p.check_in(&w.a(), r, &note).await), Gone);
    assert_eq!(failure(p.undo_check_out(&w.a(), r, true).await), Gone);
    assert_eq!(failure(p.checkout_state(&w.a(), r).await), Gone);
    assert_eq!(failure(p.versions(&w.a(), r).await), Gone);
    assert_eq!(failure(p.properties(&w.a(), r, &[]).await), Gone);
    if w.can.metadata {
        assert_eq!(failure(p.metadata(&w.a(), r).await), Gone);
        assert_eq!(failure(p.set_metadata(&w.a(), r, &BTreeMap::new()).await), Gone);
    }
    if w.can.copy {
        assert_eq!(failure(p.copy(&w.a(), r, NewItem::document("C.txt", TEXT)).await), Gone);
    }
    if w.can.place {
        assert_eq!(failure(p.place(&w.a(), r, &domain::plugin::Placement::default()).await), Gone);
    }
    if w.can.audience {
        assert_eq!(failure(p.audience(&w.a(), r).await), Gone);
    }
    if w.can.commands {
        assert_eq!(failure(p.commands(&w.a(), r).await), Gone);
    }
    if w.can.version_notes {
        assert_eq!(failure(p.restore_version(&w.a(), r, &version).await), Gone);
        assert_eq!(failure(p.set_version_note(&w.a(), r, &version, &note).await), Gone);
    }
    let seen = w.stat(&w.a(), r).await;
    assert!(seen.trashed && seen.name == item.name && seen.checkout == CheckoutState::NotCheckedOut);
    p.restore(&w.a(), r).await.unwrap();
    assert_eq!(w.read(&w.b(), r).await, b"public");
    trash(w, r).await;
    p.remove(&w.a(), r, Removal::Destroy).await.unwrap();
    assert_eq!(p.stat(&w.a(), r).await.unwrap(), None);
}

/// BAD-28: with operations of their own each time.
pub async fn removing_twice_succeeds(w: &World) {
    let item = w.public(LockSemantics::None, b"x").await.reference;
    if w.can.trash {
        trash(w, &item).await;
        trash(w, &item).await;
        assert!(w.stat(&w.a(), &item).await.trashed);
    }
    let done = w.plugin.remove(&w.a(), &item, Removal::Destroy).await.unwrap();
    assert_eq!(done.item, None);
    let done = w.plugin.remove(&w.a(), &item, Removal::Destroy).await.unwrap();
    assert_eq!(done.item, None);
}

/// Pressing the button twice.
pub async fn restoring_what_is_not_in_the_trash_changes_nothing(w: &World) {
    if has_no_trash(w).await {
        return;
    }
    let item = w.public(LockSemantics::Locking, b"public").await.reference;
    w.save(&w.a(), &item, b"work").await;
    let before = w.stat(&w.a(), &item).await;
    assert_eq!(w.plugin.restore(&w.a(), &item).await.unwrap(), before);
    assert_eq!(w.read(&w.a(), &item).await, b"work");
}

/// Section d.9: all versions and all metadata.
pub async fn a_destroyed_item_is_gone_with_everything(w: &World) {
    let item = w.public(LockSemantics::Versioning, b"one").await.reference;
    w.check_in_new(&item, b"two").await;
    w.plugin.remove(&w.a(), &item, Removal::Destroy).await.unwrap();
    let (p, r) = (&w.plugin, &item);
    assert_eq!(p.stat(&w.a(), r).await.unwrap(), None);
    for which in [Which::Latest, Which::Version(VersionId("1".into()))] {
        assert_eq!(failure(p.load(&w.a(), r, &which, None).await), NotFound);
    }
    assert_eq!(failure(p.versions(&w.a(), r).await), NotFound);
    assert_eq!(failure(p.save(&w.a(), r, None, Body::from_bytes("back?")).await), NotFound);
    if w.can.metadata {
        assert_eq!(failure(p.metadata(&w.a(), r).await), NotFound);
    }
}

/// BAD-28: undelete after the purge.
pub async fn restoring_a_destroyed_item_fails(w: &World) {
    if has_no_trash(w).await {
        return;
    }
    let item = w.public(LockSemantics::None, b"x").await.reference;
    w.plugin.remove(&w.a(), &item, Removal::Destroy).await.unwrap();
    assert_eq!(failure(w.plugin.restore(&w.a(), &item).await), NotFound);
    assert_eq!(failure(w.plugin.remove(&w.a(), &item, Removal::Trash).await), NotFound);
}

/// BAD-28: somebody is working on it.
pub async fn an_item_held_by_another_is_not_removed(w: &World) {
    for level in w.locking_levels().await {
        let item = w.public(level, b"public").await.reference;
        w.save(&w.a(), &item, b"work").await;
        if w.can.trash {
            assert_eq!(failure(w.plugin.remove(&w.b(), &item, Removal::Trash).await), Conflict);
        }
        assert_eq!(failure(w.plugin.remove(&w.b(), &item, Removal::Destroy).await), Conflict);
        assert!(!w.stat(&w.b(), &item).await.trashed);
        assert_eq!(w.read(&w.a(), &item).await, b"work");
    }
}

/// Section d.9: being checked out to oneself is no obstacle.
pub async fn the_holder_may_remove_his_item(w: &World) {
    for level in w.locking_levels().await {
        let item = w.draft(level, b"draft").await.reference;
        if w.can.trash {
            trash(w, &item).await;
        }
        w.plugin.remove(&w.a(), &item, Removal::Destroy).await.unwrap();
        assert_eq!(w.plugin.stat(&w.a(), &item).await.unwrap(), None);
    }
}

/// Equal bytes may be stored once; they are two documents all the same.
pub async fn destroying_a_copy_leaves_the_original(w: &World) {
    let original = w.public(LockSemantics::Versioning, b"the same bytes").await.reference;
    let twin = w.public(LockSemantics::None, b"the same bytes").await.reference;
    w.plugin.remove(&w.a(), &twin, Removal::Destroy).await.unwrap();
    assert_eq!(w.read(&w.b(), &original).await, b"the same bytes");
    assert_eq!(w.plugin.stat(&w.a(), &twin).await.unwrap(), None);
}
