//! A lost answer: the same operation again, and what became of it.

use super::World;
use super::world::{TEXT, early, failure};
use domain::ErrorKind::Unsupported;
use domain::locking::{CheckoutState, LockSemantics};
use domain::plugin::{Body, Call, ExternalRef, Fate, Item, NewItem, Removal, VersionNote};

async fn fate(w: &World, call: &Call, item: Option<&ExternalRef>) -> Fate {
    let operation = call.operation.expect("an operation");
    w.plugin.fate(&w.call(call.associate, &call.name), operation, item).await.expect("the plugin can say")
}

#[track_caller]
fn applied(fate: Fate) -> Item {
    match fate {
        Fate::Applied(item) => *item,
        other => panic!("expected that it was done, and it is {other:?}"),
    }
}

/// The item is derived from, or stamped with, the operation.
pub async fn a_repeated_creation_makes_one_item(w: &World) {
    for level in [LockSemantics::None, LockSemantics::Locking, LockSemantics::Versioning] {
        let call = w.a();
        let new = || NewItem { semantics: level, ..NewItem::document("Once.txt", TEXT) };
        let first = w.plugin.create(&call, new(), Some(Body::from_bytes("once"))).await.unwrap();
        let again = w.plugin.create(&call, new(), Some(Body::from_bytes("once"))).await.unwrap();
        assert_eq!(first, again);
        w.save(&w.a(), &first.reference, b"changed since").await;
        let later = w.plugin.create(&call, new(), Some(Body::from_bytes("once"))).await.unwrap();
        assert_eq!((later.reference, later.name), (first.reference.clone(), first.name));
        assert_eq!(w.read(&w.a(), &first.reference).await, b"changed since");
    }
}

/// The same for copies.
pub async fn a_repeated_copy_makes_one_item(w: &World) {
    let item = w.public(LockSemantics::None, b"original").await.reference;
    let call = w.a();
    let new = || NewItem::document("Copy.txt", TEXT);
    if !w.can.copy {
        assert_eq!(failure(w.plugin.copy(&call, &item, new()).await), Unsupported);
        return;
    }
    let first = w.plugin.copy(&call, &item, new()).await.unwrap();
    w.save(&w.a(), &item, b"original changed").await;
    let again = w.plugin.copy(&call, &item, new()).await.unwrap();
    assert_eq!(first, again);
    assert_eq!(w.read(&w.b(), &first.reference).await, b"original");
}

/// A later save is not undone by an earlier one that arrives twice.
pub async fn a_repeated_save_is_applied_once(w: &World) {
    for level in [LockSemantics::None, LockSemantics::Locking] {
        let item = w.public(level, b"zero").await;
        let r = &item.reference;
        let call = w.a();
        w.plugin.save(&call, r, Some(&item.revision), Body::from_bytes("one")).await.unwrap();
        w.save(&w.a(), r, b"two").await;
        w.plugin.save(&call, r, Some(&item.revision), Body::from_bytes("one")).await.unwrap();
        assert_eq!(w.read(&w.a(), r).await, b"two");
    }
}

/// It was checked in since.
pub async fn a_repeated_check_out_does_not_take_the_lock_again(w: &World) {
    for level in w.locking_levels().await {
        let item = w.public(level, b"public").await.reference;
        let call = w.a();
        w.plugin.check_out(&call, &item).await.unwrap();
        w.plugin.check_in(&w.a(), &item, &VersionNote::default()).await.unwrap();
        w.plugin.check_out(&call, &item).await.unwrap();
        assert_eq!(w.plugin.checkout_state(&w.a(), &item).await.unwrap(), CheckoutState::NotCheckedOut);
    }
}

/// And does not fail because the lock is gone.
pub async fn a_repeated_check_in_adds_one_version(w: &World) {
    for level in w.locking_levels().await {
        let item = w.draft(level, b"draft").await.reference;
        let call = w.a();
        w.plugin.check_in(&call, &item, &VersionNote::text("one")).await.unwrap();
        let versions = w.count_versions(&item).await;
        w.plugin.check_in(&call, &item, &VersionNote::text("one")).await.unwrap();
        assert_eq!(w.count_versions(&item).await, versions);
        w.plugin.check_out(&w.b(), &item).await.unwrap();
        w.plugin.check_in(&call, &item, &VersionNote::text("one")).await.unwrap();
        assert_eq!(w.plugin.checkout_state(&w.b(), &item).await.unwrap(), CheckoutState::Own);
    }
}

/// Work begun after it is safe.
pub async fn a_repeated_undo_does_not_undo_later_work(w: &World) {
    for level in w.locking_levels().await {
        let item = w.public(level, b"public").await.reference;
        w.save(&w.a(), &item, b"regretted").await;
        let call = w.a();
        w.plugin.undo_check_out(&call, &item, false).await.unwrap();
        w.save(&w.a(), &item, b"better").await;
        w.plugin.undo_check_out(&call, &item, false).await.unwrap();
        assert_eq!(w.read(&w.a(), &item).await, b"better");
    }
}

/// A later name stays.
pub async fn a_repeated_rename_does_not_rename_again(w: &World) {
    let item = w.public(LockSemantics::None, b"x").await.reference;
    let call = w.a();
    assert_eq!(w.plugin.rename(&call, &item, "One.txt").await.unwrap().name, "One.txt");
    assert_eq!(w.plugin.rename(&call, &item, "One.txt").await.unwrap().name, "One.txt", "no counter");
    w.plugin.rename(&w.a(), &item, "Two.txt").await.unwrap();
    w.plugin.rename(&call, &item, "One.txt").await.unwrap();
    assert_eq!(w.stat(&w.a(), &item).await.name, "Two.txt");
}

/// It was restored since.
pub async fn a_repeated_trash_does_not_undo_a_restore(w: &World) {
    let item = w.public(LockSemantics::None, b"x").await.reference;
    let call = w.a();
    let outcome = w.plugin.remove(&call, &item, Removal::Trash).await;
    if !w.can.trash {
        assert_eq!(failure(outcome), Unsupported);
        return;
    }
    w.plugin.restore(&w.a(), &item).await.unwrap();
    w.plugin.remove(&call, &item, Removal::Trash).await.unwrap();
    assert!(!w.stat(&w.a(), &item).await.trashed);
}

/// It was trashed again since.
pub async fn a_repeated_restore_does_not_undo_a_trash(w: &World) {
    let item = w.public(LockSemantics::None, b"x").await.reference;
    if !w.can.trash {
        assert_eq!(failure(w.plugin.restore(&w.a(), &item).await), Unsupported);
        return;
    }
    w.plugin.remove(&w.a(), &item, Removal::Trash).await.unwrap();
    let call = w.a();
    w.plugin.restore(&call, &item).await.unwrap();
    w.plugin.remove(&w.a(), &item, Removal::Trash).await.unwrap();
    w.plugin.restore(&call, &item).await.unwrap();
    assert!(w.stat(&w.a(), &item).await.trashed);
}

/// One restoration, one version.
pub async fn a_repeated_restore_of_a_version_adds_one(w: &World) {
    if !w.keeps_versions().await || !w.can.version_notes {
        return;
    }
    let item = w.public(LockSemantics::Versioning, b"one").await.reference;
    w.check_in_new(&item, b"two").await;
    let first = w.plugin.versions(&w.a(), &item).await.unwrap()[0].id.clone();
    let call = w.a();
    w.plugin.restore_version(&call, &item, &first).await.unwrap();
    w.plugin.restore_version(&call, &item, &first).await.unwrap();
    assert_eq!(w.count_versions(&item).await, 3);
    w.check_in_new(&item, b"four").await;
    w.plugin.restore_version(&call, &item, &first).await.unwrap();
    assert_eq!(w.read(&w.b(), &item).await, b"four");
}

/// And a creation that arrives late does not bring it back.
pub async fn a_repeated_destroy_succeeds(w: &World) {
    let made = w.a();
    let new = || NewItem::document("Short life.txt", TEXT);
    let item = w.plugin.create(&made, new(), None).await.unwrap().reference;
    let call = w.a();
    for _ in 0..2 {
        let done = w.plugin.remove(&call, &item, Removal::Destroy).await.unwrap();
        assert_eq!(done.item, None);
    }
    let _ = w.plugin.create(&made, new(), None).await;
    assert_eq!(w.plugin.stat(&w.a(), &item).await.unwrap(), None);
}

/// Every kind that leaves an item.
pub async fn the_fate_of_what_was_done_is_applied(w: &World) {
    let level = w.level(LockSemantics::Versioning);
    let made = w.a();
    let new = NewItem { semantics: level, ..NewItem::document("Fate.txt", TEXT) };
    let item = w.plugin.create(&made, new, Some(Body::from_bytes("one"))).await.unwrap();
    let r = &item.reference;
    assert_eq!(applied(fate(w, &made, None).await), item);
    assert_eq!(applied(fate(w, &made, Some(r)).await), item);
    let (check_in, check_out, save, undo, rename) = (w.a(), w.a(), w.a(), w.a(), w.a());
    w.plugin.check_in(&check_in, r, &VersionNote::default()).await.unwrap();
    w.plugin.check_out(&check_out, r).await.unwrap();
    w.save(&save, r, b"two").await;
    w.plugin.undo_check_out(&undo, r, false).await.unwrap();
    w.plugin.rename(&rename, r, "Fate two.txt").await.unwrap();
    let mut calls = vec![check_in, check_out, save, undo, rename];
    if w.can.version_notes {
        let call = w.a();
        let first = w.plugin.versions(&w.a(), r).await.unwrap()[0].id.clone();
        w.plugin.restore_version(&call, r, &first).await.unwrap();
        calls.push(call);
    }
    if w.can.audience {
        let call = w.a();
        w.plugin.set_audience(&call, r, &domain::plugin::Audience::Inherited).await.unwrap();
        calls.push(call);
    }
    if w.can.trash {
        let (trash, restore) = (w.a(), w.a());
        w.plugin.remove(&trash, r, Removal::Trash).await.unwrap();
        assert!(applied(fate(w, &trash, Some(r)).await).trashed);
        w.plugin.restore(&restore, r).await.unwrap();
        calls.extend([trash, restore]);
    }
    for call in &calls {
        let now = applied(fate(w, call, Some(r)).await);
        assert_eq!(now, w.stat(&w.a(), r).await, "the item as it is now");
    }
    if w.can.copy {
        let call = w.a();
        let copy = w.plugin.copy(&call, r, NewItem::document("Copy.txt", TEXT)).await.unwrap();
        assert_eq!(applied(fate(w, &call, None).await), copy);
    }
}

/// It never arrived.
pub async fn the_fate_of_what_was_not_done_is_not_applied(w: &World) {
    let item = w.public(LockSemantics::None, b"x").await.reference;
    assert_eq!(fate(w, &w.a(), None).await, Fate::NotApplied);
    assert_eq!(fate(w, &w.a(), Some(&item)).await, Fate::NotApplied);
}

/// It arrived and was refused.
pub async fn the_fate_of_a_failed_call_is_not_applied(w: &World) {
    let item = w.public(LockSemantics::Locking, b"public").await.reference;
    w.plugin.check_out(&w.a(), &item).await.unwrap();
    let call = w.b();
    if w.can.locking.locks() {
        w.plugin.check_out(&call, &item).await.expect_err("A holds it");
        assert_eq!(fate(w, &call, Some(&item)).await, Fate::NotApplied);
    }
    let call = w.a();
    w.plugin.save(&call, &item, None, early()).await.expect_err("the body ends early");
    assert_eq!(fate(w, &call, Some(&item)).await, Fate::NotApplied);
    let call = w.a();
    w.plugin.create(&call, NewItem::document("No.txt", TEXT), Some(early())).await.expect_err("the same");
    assert_eq!(fate(w, &call, None).await, Fate::NotApplied);
}

/// Which completes a destruction and withdraws everything else.
pub async fn the_fate_of_a_destroyed_item_is_gone(w: &World) {
    let item = w.public(LockSemantics::None, b"x").await.reference;
    let (save, destroy) = (w.a(), w.a());
    w.save(&save, &item, b"y").await;
    w.plugin.remove(&destroy, &item, Removal::Destroy).await.unwrap();
    for call in [save, destroy, w.a()] {
        assert_eq!(fate(w, &call, Some(&item)).await, Fate::Gone);
    }
}
