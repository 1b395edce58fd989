//! Check-out, check-in, undo: every row of the table in contract section d.4 (T26).

use super::World;
use super::world::{TEXT, failure};
use domain::ErrorKind::Conflict;
use domain::locking::{CheckoutState, LockSemantics};
use domain::plugin::{Body, NewItem, VersionNote};

fn note() -> VersionNote {
    VersionNote::text("done")
}

/// State own; others' save, check-out, check-in fail.
pub async fn a_check_out_excludes_everybody_else(w: &World) {
    for level in w.locking_levels().await {
        let item = w.public(level, b"public").await.reference;
        let done = w.plugin.check_out(&w.a(), &item).await.unwrap();
        assert_eq!(done.item().unwrap().checkout, CheckoutState::Own);
        assert_eq!(failure(w.plugin.check_out(&w.b(), &item).await), Conflict);
        assert_eq!(failure(w.plugin.save(&w.b(), &item, None, Body::from_bytes("x")).await), Conflict);
        assert_eq!(failure(w.plugin.check_in(&w.b(), &item, &note()).await), Conflict);
        assert_eq!(w.plugin.checkout_state(&w.a(), &item).await.unwrap(), CheckoutState::Own);
        assert_eq!(w.read(&w.b(), &item).await, b"public", "reading is free");
    }
}

/// And loses no work.
pub async fn ones_own_check_out_again_succeeds(w: &World) {
    for level in w.locking_levels().await {
        let item = w.public(level, b"public").await.reference;
        w.plugin.check_out(&w.a(), &item).await.unwrap();
        w.save(&w.a(), &item, b"work").await;
        let done = w.plugin.check_out(&w.a(), &item).await.unwrap();
        assert_eq!(done.item().unwrap().checkout, CheckoutState::Own);
        assert_eq!(w.read(&w.a(), &item).await, b"work");
    }
}

/// Section d.9: no action, and no failure.
pub async fn without_locking_check_out_and_check_in_do_nothing(w: &World) {
    let item = w.public(LockSemantics::None, b"public").await.reference;
    let before = w.stat(&w.b(), &item).await;
    w.plugin.check_out(&w.a(), &item).await.unwrap();
    w.plugin.check_out(&w.b(), &item).await.unwrap();
    w.plugin.check_in(&w.b(), &item, &note()).await.unwrap();
    w.plugin.undo_check_out(&w.a(), &item, false).await.unwrap();
    assert_eq!(w.stat(&w.b(), &item).await, before);
    assert_eq!(w.read(&w.b(), &item).await, b"public");
}

/// Section d.9: without locking the state is "not checked out".
pub async fn without_locking_nobody_ever_holds_the_item(w: &World) {
    let new = NewItem { semantics: LockSemantics::None, ..NewItem::document("Free.txt", TEXT) };
    let item = w.plugin.create(&w.a(), new, None).await.unwrap();
    w.save(&w.a(), &item.reference, b"saved").await;
    w.plugin.check_out(&w.a(), &item.reference).await.unwrap();
    for call in [w.a(), w.b()] {
        let state = w.plugin.checkout_state(&call, &item.reference).await.unwrap();
        assert_eq!(state, CheckoutState::NotCheckedOut);
        assert_eq!(w.stat(&call, &item.reference).await.checkout, CheckoutState::NotCheckedOut);
    }
}

/// The last save becomes public, the lock is cleared.
pub async fn a_check_in_publishes_the_last_save(w: &World) {
    for level in w.locking_levels().await {
        let item = w.public(level, b"public").await.reference;
        w.plugin.check_out(&w.a(), &item).await.unwrap();
        w.save(&w.a(), &item, b"first try").await;
        w.save(&w.a(), &item, b"second try").await;
        let done = w.plugin.check_in(&w.a(), &item, &note()).await.unwrap().item().unwrap();
        assert_eq!(done.checkout, CheckoutState::NotCheckedOut);
        assert_eq!(w.read(&w.b(), &item).await, b"second try");
        w.plugin.check_out(&w.b(), &item).await.expect("the item is free for B");
        assert_eq!(w.read(&w.b(), &item).await, b"second try");
    }
}

/// T26.
pub async fn a_foreign_check_in_fails_without_change(w: &World) {
    for level in w.locking_levels().await {
        let item = w.public(level, b"public").await.reference;
        w.save(&w.a(), &item, b"work").await;
        let (mine, theirs) = (w.stat(&w.a(), &item).await, w.stat(&w.b(), &item).await);
        assert_eq!(failure(w.plugin.check_in(&w.b(), &item, &note()).await), Conflict);
        assert_eq!((w.stat(&w.a(), &item).await, w.stat(&w.b(), &item).await), (mine, theirs));
        assert_eq!(w.read(&w.a(), &item).await, b"work");
        assert_eq!(w.read(&w.b(), &item).await, b"public");
    }
}

/// The caller does not hold the lock.
pub async fn a_check_in_of_a_free_item_fails(w: &World) {
    for level in w.locking_levels().await {
        let item = w.public(level, b"public").await.reference;
        let versions = w.count_versions(&item).await;
        assert_eq!(failure(w.plugin.check_in(&w.a(), &item, &note()).await), Conflict);
        assert_eq!(w.count_versions(&item).await, versions);
    }
}

/// Work since check-out is discarded, the lock cleared.
pub async fn an_undo_discards_the_work_and_frees_the_item(w: &World) {
    for level in w.locking_levels().await {
        let item = w.public(level, b"public").await.reference;
        let versions = w.count_versions(&item).await;
        w.plugin.check_out(&w.a(), &item).await.unwrap();
        w.save(&w.a(), &item, b"regretted").await;
        w.plugin.undo_check_out(&w.a(), &item, false).await.unwrap();
        assert_eq!(w.read(&w.a(), &item).await, b"public");
        assert_eq!(w.plugin.checkout_state(&w.a(), &item).await.unwrap(), CheckoutState::NotCheckedOut);
        assert_eq!(w.count_versions(&item).await, versions);
        w.plugin.check_out(&w.b(), &item).await.unwrap();
        assert_eq!(w.read(&w.b(), &item).await, b"public");
    }
}

/// T26.
pub async fn a_foreign_undo_fails_without_change(w: &World) {
    for level in w.locking_levels().await {
        let item = w.public(level, b"public").await.reference;
        w.save(&w.a(), &item, b"work").await;
        let before = w.stat(&w.a(), &item).await;
        assert_eq!(failure(w.plugin.undo_check_out(&w.b(), &item, false).await), Conflict);
        assert_eq!(w.stat(&w.a(), &item).await, before);
        assert_eq!(w.read(&w.a(), &item).await, b"work");
    }
}

/// Unless the caller has the right to force, which the host has checked.
pub async fn a_forced_undo_frees_the_item(w: &World) {
    for level in w.locking_levels().await {
        let item = w.public(level, b"public").await.reference;
        w.save(&w.a(), &item, b"work").await;
        w.plugin.undo_check_out(&w.b(), &item, true).await.unwrap();
        assert_eq!(w.read(&w.a(), &item).await, b"public");
        w.plugin.check_out(&w.b(), &item).await.expect("the item is free");
        assert_eq!(failure(w.plugin.check_in(&w.a(), &item, &note()).await), Conflict);
    }
}

/// Nothing to discard is no failure.
pub async fn an_undo_of_a_free_item_changes_nothing(w: &World) {
    for level in w.locking_levels().await {
        let item = w.public(level, b"public").await.reference;
        let before = w.stat(&w.a(), &item).await;
        w.plugin.undo_check_out(&w.a(), &item, false).await.unwrap();
        assert_eq!(w.stat(&w.a(), &item).await, before);
    }
}

/// T27: giving up a draft does not show it.
pub async fn an_undo_before_the_first_check_in_publishes_nothing(w: &World) {
    for level in w.locking_levels().await {
        let item = w.draft(level, b"draft").await.reference;
        w.plugin.undo_check_out(&w.a(), &item, false).await.unwrap();
        let seen = w.stat(&w.b(), &item).await;
        assert!(!seen.published && seen.size == 0 && seen.version.is_none());
        assert!(w.read(&w.a(), &item).await.is_empty());
    }
}

/// So that one knows whom to ask.
pub async fn the_state_names_the_holder(w: &World) {
    for level in w.locking_levels().await {
        let item = w.public(level, b"public").await.reference;
        let holder = w.a();
        w.plugin.check_out(&holder, &item).await.unwrap();
        let expected = CheckoutState::Other { associate: holder.associate, name: holder.name.to_string() };
        assert_eq!(w.plugin.checkout_state(&w.b(), &item).await.unwrap(), expected);
        assert_eq!(w.stat(&w.b(), &item).await.checkout, expected);
    }
}
