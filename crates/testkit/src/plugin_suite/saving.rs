//! Saving (contract sections d.4, d.5; T25).

use super::World;
use super::world::{body_of, early, failing, failure, noise, over};
use bytes::Bytes;
use domain::ErrorKind::{Conflict, Stale};
use domain::locking::{CheckoutState, LockSemantics};
use domain::plugin::{Body, Fate, Revision};
use futures_util::StreamExt as _;
use std::time::Duration;

/// Section d.5.
pub async fn without_locking_a_save_is_visible_at_once(w: &World) {
    let item = w.public(LockSemantics::None, b"old").await.reference;
    w.save(&w.a(), &item, b"new and longer").await;
    assert_eq!(w.read(&w.b(), &item).await, b"new and longer");
    w.save(&w.a(), &item, b"s").await;
    assert_eq!(w.read(&w.b(), &item).await, b"s", "nothing of the longer content is left");
}

/// Rights are decided before the plugin is called.
pub async fn without_locking_anybody_may_save(w: &World) {
    let item = w.public(LockSemantics::None, b"by A").await.reference;
    w.save(&w.b(), &item, b"by B").await;
    assert_eq!(w.read(&w.a(), &item).await, b"by B");
}

/// The holder reads the newest, others the last checked-in.
pub async fn a_save_by_the_holder_is_seen_by_the_holder_only(w: &World) {
    for level in w.locking_levels().await {
        let item = w.public(level, b"public").await.reference;
        w.plugin.check_out(&w.a(), &item).await.unwrap();
        assert_eq!(w.read(&w.a(), &item).await, b"public", "before a save the holder reads what is public");
        w.save(&w.a(), &item, b"work").await;
        w.save(&w.a(), &item, b"more work").await;
        assert_eq!(w.read(&w.a(), &item).await, b"more work");
        assert_eq!(w.read(&w.b(), &item).await, b"public");
        assert_eq!(w.stat(&w.b(), &item).await.size, 6);
        assert_eq!(w.stat(&w.a(), &item).await.size, 9);
    }
}

/// A failure message, and nothing else.
pub async fn a_save_by_another_fails_without_change(w: &World) {
    for level in w.locking_levels().await {
        let item = w.public(level, b"public").await.reference;
        w.plugin.check_out(&w.a(), &item).await.unwrap();
        w.save(&w.a(), &item, b"work").await;
        assert_eq!(failure(w.plugin.save(&w.b(), &item, None, Body::from_bytes("theirs")).await), Conflict);
        assert_eq!(w.read(&w.a(), &item).await, b"work");
        assert_eq!(w.read(&w.b(), &item).await, b"public");
        assert_eq!(w.plugin.checkout_state(&w.a(), &item).await.unwrap(), CheckoutState::Own);
    }
}

/// As if checked out first.
pub async fn a_save_of_a_free_item_takes_the_lock(w: &World) {
    for level in w.locking_levels().await {
        let item = w.public(level, b"public").await.reference;
        let done = w.plugin.save(&w.a(), &item, None, Body::from_bytes("work")).await.unwrap();
        assert_eq!(done.item().unwrap().checkout, CheckoutState::Own);
        assert_eq!(w.read(&w.b(), &item).await, b"public");
        assert_eq!(failure(w.plugin.check_out(&w.b(), &item).await), Conflict);
    }
}

/// BAD-12.
pub async fn saving_zero_bytes_empties_the_content(w: &World) {
    for level in [LockSemantics::None, LockSemantics::Versioning] {
        let item = w.public(level, b"something").await.reference;
        w.check_in_new(&item, b"").await;
        assert!(w.read(&w.b(), &item).await.is_empty());
        assert_eq!(w.stat(&w.b(), &item).await.size, 0);
    }
}

async fn leaves_what_was_there(w: &World, bad: fn() -> Body) {
    let levels = [LockSemantics::None, LockSemantics::Locking, LockSemantics::Versioning];
    for level in levels {
        let item = w.public(level, b"what was there").await;
        let before = w.stat(&w.a(), &item.reference).await;
        let call = w.a();
        w.plugin.save(&call, &item.reference, None, bad()).await.expect_err("the body is bad");
        assert_eq!(w.read(&w.a(), &item.reference).await, b"what was there");
        assert_eq!(w.stat(&w.a(), &item.reference).await, before);
        let fate = w.plugin.fate(&w.a(), call.operation.unwrap(), Some(&item.reference)).await.unwrap();
        assert_eq!(fate, Fate::NotApplied);
    }
}

/// T25.
pub async fn a_save_that_ends_early_leaves_what_was_there(w: &World) {
    leaves_what_was_there(w, early).await;
}

/// T25.
pub async fn a_save_that_runs_over_leaves_what_was_there(w: &World) {
    leaves_what_was_there(w, over).await;
}

/// T25.
pub async fn a_save_that_fails_midway_leaves_what_was_there(w: &World) {
    leaves_what_was_there(w, failing).await;
}

/// T25, for the work copy.
pub async fn a_failed_save_of_a_work_copy_keeps_the_work_copy(w: &World) {
    for level in w.locking_levels().await {
        let item = w.public(level, b"public").await.reference;
        w.save(&w.a(), &item, b"work").await;
        for bad in [early, over, failing] {
            w.plugin.save(&w.a(), &item, None, bad()).await.expect_err("the body is bad");
        }
        assert_eq!(w.read(&w.a(), &item).await, b"work");
        assert_eq!(w.read(&w.b(), &item).await, b"public");
    }
}

/// Nobody is overwritten unseen.
pub async fn a_stale_revision_is_refused_without_change(w: &World) {
    let item = w.public(LockSemantics::None, b"one").await;
    w.save(&w.b(), &item.reference, b"two, by B").await;
    let outcome =
        w.plugin.save(&w.a(), &item.reference, Some(&item.revision), Body::from_bytes("three")).await;
    assert_eq!(failure(outcome), Stale);
    let nonsense = Revision("nonsense".into());
    let outcome = w.plugin.save(&w.a(), &item.reference, Some(&nonsense), Body::from_bytes("three")).await;
    assert_eq!(failure(outcome), Stale);
    assert_eq!(w.read(&w.a(), &item.reference).await, b"two, by B");
}

/// The other direction.
pub async fn the_present_revision_is_accepted(w: &World) {
    for level in [LockSemantics::None, LockSemantics::Locking, LockSemantics::Versioning] {
        let item = w.public(level, b"one").await;
        let done = w
            .plugin
            .save(&w.a(), &item.reference, Some(&item.revision), Body::from_bytes("two"))
            .await
            .unwrap();
        let revision = done.item().unwrap().revision;
        w.plugin.save(&w.a(), &item.reference, Some(&revision), Body::from_bytes("three")).await.unwrap();
        assert_eq!(w.read(&w.a(), &item.reference).await, b"three");
    }
}

/// What the caller would read now, not what others read.
pub async fn the_revision_of_the_work_copy_is_the_one_compared(w: &World) {
    for level in w.locking_levels().await {
        let item = w.public(level, b"public").await;
        w.save(&w.a(), &item.reference, b"work").await;
        let outcome =
            w.plugin.save(&w.a(), &item.reference, Some(&item.revision), Body::from_bytes("x")).await;
        assert_eq!(failure(outcome), Stale);
        assert_eq!(w.read(&w.a(), &item.reference).await, b"work");
    }
}

/// A caller who goes away leaves no mixture, at whatever point he goes.
pub async fn a_cancelled_save_leaves_old_or_new(w: &World) {
    let (old, new) = (noise(400_000, 1), noise(700_000, 2));
    let item = w.public(LockSemantics::None, &old).await.reference;
    for patience in [0, 1, 2, 4, 8, 16] {
        let parts: Vec<_> = new.chunks(50_000).map(Bytes::copy_from_slice).collect();
        let slow = futures_util::stream::iter(parts).then(|part| async {
            tokio::time::sleep(Duration::from_millis(1)).await;
            Ok(part)
        });
        let body = Body { length: None, stream: Box::pin(slow) };
        let call = w.a();
        let saving = w.plugin.save(&call, &item, None, body);
        let _ = tokio::time::timeout(Duration::from_millis(patience), saving).await;
        let read = w.read(&w.b(), &item).await;
        assert!(read == old || read == new, "{} bytes that are neither", read.len());
    }
    let body = body_of(Some(5), vec![Ok(Bytes::from_static(b"final"))]);
    w.plugin.save(&w.a(), &item, None, body).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let read = w.read(&w.b(), &item).await;
    assert!(read == b"final" || read == new, "a cancelled save may still finish, whole");
}
