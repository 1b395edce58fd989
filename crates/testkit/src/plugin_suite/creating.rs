//! Making items (contract sections d.1, d.3, d.4; T04, T25, T27).

use super::World;
use super::world::{TEXT, early, failing, failure, over};
use domain::ErrorKind;
use domain::locking::{CheckoutState, LockSemantics};
use domain::plugin::{Body, Fate, NewItem, Shelf, VersionNote, Which};
use std::collections::BTreeSet;

const LEVELS: [LockSemantics; 3] = [LockSemantics::None, LockSemantics::Locking, LockSemantics::Versioning];

fn asked(level: LockSemantics) -> NewItem {
    NewItem { semantics: level, ..NewItem::document("Document.txt", TEXT) }
}

/// Creation makes an instance without content.
pub async fn an_item_without_a_body_has_zero_length(w: &World) {
    for level in LEVELS {
        let item = w.plugin.create(&w.a(), asked(level), None).await.unwrap();
        assert_eq!(item.size, 0);
        assert_eq!(w.plugin.length(&w.a(), &item.reference, &Which::Latest).await.unwrap(), 0);
        assert!(w.read(&w.a(), &item.reference).await.is_empty());
    }
}

/// What goes in comes out.
pub async fn an_item_with_a_body_is_read_back_whole(w: &World) {
    for level in LEVELS {
        let item = w.draft(level, b"Dear Ms Berg").await;
        assert_eq!(item.size, 12);
        assert_eq!(w.read(&w.a(), &item.reference).await, b"Dear Ms Berg");
        let expected = platform::digest::sha256_hex(b"Dear Ms Berg");
        assert!(item.sha256.is_none_or(|sha256| sha256 == expected));
    }
}

/// Section d.4: the minimum of requested and supported.
pub async fn the_level_in_force_is_the_lower_of_asked_and_supported(w: &World) {
    for level in LEVELS {
        let item = w.plugin.create(&w.a(), asked(level), None).await.unwrap();
        assert_eq!(item.semantics, level.min(w.can.locking), "asked for {level:?}");
        assert_eq!(w.stat(&w.b(), &item.reference).await.semantics, item.semantics);
    }
}

/// Fixed at creation, whatever happens to the item.
pub async fn the_level_in_force_never_changes(w: &World) {
    for level in LEVELS {
        let item = w.public(level, b"one").await;
        w.check_in_new(&item.reference, b"two").await;
        w.plugin.rename(&w.a(), &item.reference, "Renamed.txt").await.unwrap();
        assert_eq!(w.stat(&w.a(), &item.reference).await.semantics, item.semantics);
    }
}

/// Without locking there is no draft.
pub async fn without_locking_an_item_is_public_at_once(w: &World) {
    let item = w.draft(LockSemantics::None, b"for all").await;
    assert!(item.published);
    assert_eq!(w.read(&w.b(), &item.reference).await, b"for all");
}

/// Section d.9: the maker holds the lock, not just a name and a path.
pub async fn with_locking_a_new_item_is_checked_out_to_its_maker(w: &World) {
    for level in w.locking_levels().await {
        let item = w.draft(level, b"mine").await;
        assert_eq!(item.checkout, CheckoutState::Own);
        assert_eq!(w.plugin.checkout_state(&w.a(), &item.reference).await.unwrap(), CheckoutState::Own);
        let seen = w.plugin.checkout_state(&w.b(), &item.reference).await.unwrap();
        assert!(matches!(seen, CheckoutState::Other { .. }), "{seen:?}");
        assert_eq!(failure(w.plugin.check_out(&w.b(), &item.reference).await), ErrorKind::Conflict);
    }
}

/// T27: nothing is visible to others before the first check-in.
pub async fn with_locking_a_new_item_is_unpublished_until_the_first_check_in(w: &World) {
    for level in w.locking_levels().await {
        let item = w.draft(level, b"draft").await;
        let seen = w.stat(&w.b(), &item.reference).await;
        assert!(!item.published && !seen.published && seen.size == 0 && seen.version.is_none());
        w.plugin.check_in(&w.a(), &item.reference, &VersionNote::text("ready")).await.unwrap();
        let seen = w.stat(&w.b(), &item.reference).await;
        assert!(seen.published && seen.size == 5);
        assert_eq!(w.read(&w.b(), &item.reference).await, b"draft");
    }
}

/// T27: empty, not an error and not the draft.
pub async fn before_the_first_check_in_others_read_an_empty_stream(w: &World) {
    for level in w.locking_levels().await {
        let item = w.draft(level, b"draft").await;
        assert!(w.read(&w.b(), &item.reference).await.is_empty());
        assert_eq!(w.plugin.length(&w.b(), &item.reference, &Which::Latest).await.unwrap(), 0);
        assert_eq!(w.read(&w.a(), &item.reference).await, b"draft");
    }
}

/// A letter from a template is public in one step.
pub async fn publishing_at_creation_releases_the_lock(w: &World) {
    for level in LEVELS {
        let item = w.public(level, b"ready").await;
        assert!(item.published);
        assert_eq!(item.checkout, CheckoutState::NotCheckedOut);
        assert_eq!(w.read(&w.b(), &item.reference).await, b"ready");
        assert_eq!(item.version.is_some(), item.semantics.versions());
    }
}

/// T04, BAD-12: zero bytes are content like any other.
pub async fn a_zero_byte_body_is_a_document(w: &World) {
    for level in LEVELS {
        let item = w.public(level, b"").await;
        assert_eq!(item.size, 0);
        assert!(w.read(&w.b(), &item.reference).await.is_empty());
        w.check_in_new(&item.reference, b"uploaded later").await;
        assert_eq!(w.read(&w.b(), &item.reference).await, b"uploaded later");
    }
}

async fn makes_nothing(w: &World, body: Body) {
    let call = w.a();
    w.plugin.create(&call, asked(LockSemantics::None), Some(body)).await.expect_err("the body is bad");
    let operation = call.operation.expect("an operation");
    assert_eq!(w.plugin.fate(&w.a(), operation, None).await.unwrap(), Fate::NotApplied);
    let made =
        w.plugin.create(&call, asked(LockSemantics::None), Some(Body::from_bytes("good"))).await.unwrap();
    assert_eq!(w.read(&w.a(), &made.reference).await, b"good");
    assert_eq!(made.name, "Document.txt", "the failed one keeps no name");
}

/// T25.
pub async fn a_body_that_ends_early_makes_nothing(w: &World) {
    makes_nothing(w, early()).await;
}

/// T25.
pub async fn a_body_that_runs_over_makes_nothing(w: &World) {
    makes_nothing(w, over()).await;
}

/// T25.
pub async fn a_body_that_fails_midway_makes_nothing(w: &World) {
    makes_nothing(w, failing()).await;
}

/// Refused before a byte is read.
pub async fn a_body_announced_too_large_is_refused(w: &World) {
    let Some(length) = w.can.max_content.checked_add(1) else { return };
    let body = super::world::body_of(Some(length), vec![Ok(bytes::Bytes::from_static(b"x"))]);
    let outcome = w.plugin.create(&w.a(), asked(LockSemantics::None), Some(body)).await;
    assert_eq!(failure(outcome), ErrorKind::TooLarge);
}

/// One name on two shelves is no clash.
pub async fn templates_and_documents_are_kept_apart(w: &World) {
    if !w.can.templates {
        let new = NewItem { shelf: Shelf::Templates, ..asked(LockSemantics::None) };
        assert_eq!(failure(w.plugin.create(&w.a(), new, None).await), ErrorKind::Unsupported);
        return;
    }
    let mut made = Vec::new();
    for shelf in [Shelf::Documents, Shelf::Templates] {
        let new = NewItem { shelf, ..NewItem::document("Letter.txt", TEXT) };
        let body = Body::from_bytes(format!("{shelf:?}"));
        made.push((shelf, w.plugin.create(&w.a(), new, Some(body)).await.unwrap()));
    }
    for (shelf, item) in made {
        assert_eq!(item.name, "Letter.txt");
        assert_eq!(w.read(&w.b(), &item.reference).await, format!("{shelf:?}").into_bytes());
    }
}

/// Section d.9: what was saved for a language is found again.
pub async fn a_template_variant_is_an_item_of_its_own(w: &World) {
    let shelf = if w.can.templates { Shelf::Templates } else { Shelf::Documents };
    let mut made = BTreeSet::new();
    for language in [None, Some("de"), Some("nb-NO")] {
        let new =
            NewItem { shelf, language: language.map(Into::into), ..NewItem::document("Offer.txt", TEXT) };
        let body = Body::from_bytes(format!("{language:?}"));
        let item = w.plugin.create(&w.a(), new, Some(body)).await.unwrap();
        assert_eq!(w.read(&w.a(), &item.reference).await, format!("{language:?}").into_bytes());
        made.insert(item.reference);
    }
    assert_eq!(made.len(), 3);
}

/// The host decided it; it is neither guessed nor lost.
pub async fn the_media_type_is_kept(w: &World) {
    let new = NewItem::document("Drawing.bin", "application/x-drawing");
    let item = w.plugin.create(&w.a(), new, Some(Body::from_bytes("lines"))).await.unwrap();
    assert_eq!(item.media_type, "application/x-drawing");
    let content = w.plugin.load(&w.b(), &item.reference, &Which::Latest, None).await.unwrap();
    assert_eq!(content.media_type, "application/x-drawing");
}
