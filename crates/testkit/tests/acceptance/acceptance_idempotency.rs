//! Requests that arrive twice are done once (FLT-31).

use crate::acceptance_common::{kind, listed, upload};
use app::App;
use app::idempotency::{Kept, Thing};
use domain::steps::{Steps, Unwatched};
use domain::{Ctx, Error, ErrorKind, Result, Retry};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use testkit::house::House;

const ROUTE: &str = "POST /api/v1/documents";

/// Uploads a document under a key, as the API does it.
async fn once(app: &App, ctx: &Ctx, key: &str, name: &str) -> Result<Kept> {
    let hash = platform::digest::sha256(name.as_bytes());
    let work = || async {
        let id = upload(app, ctx, name, "x").await.document.id;
        Ok((201, format!("{{\"id\":{id}}}")))
    };
    app.idempotency().run(ctx, ROUTE, key, hash, work, again).await
}

/// The answer for a document that an interrupted request has made.
async fn again(thing: Thing) -> Result<(u16, String)> {
    let Thing::Document(id) = thing else { panic!("a document was made") };
    Ok((201, format!("{{\"id\":{id}}}")))
}

#[tokio::test]
async fn the_same_request_again_gets_the_same_answer_and_does_nothing() {
    let house = House::new().await;
    let bo = house.as_("bo").await;
    let first = once(&house.app, &bo, "key-1", "Offer").await.unwrap();
    assert_eq!((first.status, first.replayed), (201, false));
    for _ in 0..3 {
        let again = once(&house.app, &bo, "key-1", "Offer").await.unwrap();
        assert_eq!(again, Kept { replayed: true, ..first.clone() });
    }
    assert_eq!(listed(&house.app, &bo, "").await, ["Offer"]);
    let other = once(&house.app, &bo, "key-2", "Offer").await.unwrap();
    assert!(!other.replayed && other.body != first.body, "another key is another request");
}

#[tokio::test]
async fn a_key_with_another_body_is_refused() {
    let house = House::new().await;
    let bo = house.as_("bo").await;
    once(&house.app, &bo, "key", "Offer").await.unwrap();
    let refused = once(&house.app, &bo, "key", "Order").await.unwrap_err();
    assert_eq!((refused.kind(), refused.field_name()), (ErrorKind::KeyReused, Some("Idempotency-Key")));
    assert_eq!(listed(&house.app, &bo, "").await, ["Offer"]);
    for malformed in ["", "   ", &"k".repeat(201), "line\nbreak"] {
        assert_eq!(
            kind(once(&house.app, &bo, malformed, "Offer").await),
            ErrorKind::Invalid,
            "{malformed:?}"
        );
    }
}

#[tokio::test]
async fn keys_of_different_people_routes_and_installations_never_meet() {
    let house = House::new().await;
    let (bo, cy) = (house.as_("bo").await, house.as_("cy").await);
    let sydlys = house.second_installation().await;
    let stranger = house.as_in(sydlys, "bo").await;
    for who in [&bo, &cy, &stranger] {
        assert!(!once(&house.app, who, "key", "Offer").await.unwrap().replayed);
    }
    let hash = platform::digest::sha256(b"Offer");
    let other = || async { Ok((200, String::new())) };
    let elsewhere =
        house.app.idempotency().run(&bo, "POST /api/v1/templates", "key", hash, other, again).await;
    assert!(!elsewhere.unwrap().replayed);
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_at_once_make_one_document() {
    let house = House::new().await;
    let bo = house.as_("bo").await;
    let done = Arc::new(AtomicUsize::new(0));
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (app, ctx, done) = (house.app.clone(), house.as_("bo").await, Arc::clone(&done));
        running.spawn(async move {
            let kept = once(&app, &ctx, "key", "Offer").await;
            done.fetch_add(usize::from(kept.as_ref().is_ok_and(|k| !k.replayed)), Ordering::SeqCst);
            kept
        });
    }
    let answers = running.join_all().await;
    assert_eq!(done.load(Ordering::SeqCst), 1);
    let first = once(&house.app, &bo, "key", "Offer").await.unwrap();
    for answer in answers {
        match answer {
            Ok(kept) => assert_eq!(kept.body, first.body),
            Err(e) => {
                assert_eq!(e.kind(), ErrorKind::Conflict, "{e:?}");
                assert!(matches!(e.retry_hint(), Retry::After(_)), "it says when to try again");
            }
        }
    }
    assert_eq!(listed(&house.app, &bo, "").await, ["Offer"]);
}

#[tokio::test]
async fn a_failure_is_not_kept() {
    let house = House::new().await;
    let bo = house.as_("bo").await;
    let hash = platform::digest::sha256(b"Offer");
    let fails = || async { Err::<(u16, String), _>(Error::conflict("Not now.")) };
    for _ in 0..2 {
        let failed = house.app.idempotency().run(&bo, ROUTE, "key", hash, fails, again).await;
        assert_eq!(kind(failed), ErrorKind::Conflict);
    }
    assert!(!once(&house.app, &bo, "key", "Offer").await.unwrap().replayed);
    assert!(once(&house.app, &bo, "key", "Offer").await.unwrap().replayed);
}

#[tokio::test]
async fn a_key_is_remembered_across_a_restart_and_for_a_day() {
    let folder = tempfile::tempdir().unwrap();
    let first = {
        let mut house = House::at(folder.path(), Arc::new(Unwatched)).await.unwrap();
        house.people().await.unwrap();
        let bo = house.as_("bo").await;
        once(&house.app, &bo, "key", "Offer").await.unwrap()
    };
    let house = House::at(folder.path(), Arc::new(Unwatched)).await.unwrap();
    house.pass(3600);
    let bo = house.as_("bo").await;
    let again = once(&house.app, &bo, "key", "Offer").await.unwrap();
    assert_eq!(again, Kept { replayed: true, ..first });
    assert_eq!(listed(&house.app, &bo, "").await, ["Offer"]);
    house.pass(24 * 3600);
    let day_ago = house.now() - std::time::Duration::from_hours(24);
    house.app.store().write(move |tx| tx.everywhere().purge_idempotency(day_ago)).await.unwrap();
    assert!(!once(&house.app, &house.as_("bo").await, "key", "Offer").await.unwrap().replayed);
}

#[tokio::test]
async fn a_request_that_was_cut_off_before_it_did_anything_is_done_when_it_comes_again() {
    let house = House::new().await;
    let bo = house.as_("bo").await;
    let hash = platform::digest::sha256(b"Offer");
    {
        let idempotency = house.app.idempotency();
        let never = idempotency.run(&bo, ROUTE, "key", hash, std::future::pending, again);
        let given_up = tokio::time::timeout(std::time::Duration::from_millis(200), never).await;
        assert!(given_up.is_err(), "it was cut off in the middle");
    }
    assert!(!once(&house.app, &house.as_("bo").await, "key", "Offer").await.unwrap().replayed);
    assert_eq!(listed(&house.app, &bo, "").await, ["Offer"]);
}

/// Stops a request for good when it reaches a step, as a killed process does.
#[derive(Debug)]
struct StopsAt(&'static str);

impl Steps for StopsAt {
    fn reached(&self, step: &'static str) {
        assert!(step != self.0, "cut off at {step}");
    }
}

#[tokio::test]
async fn a_request_that_was_cut_off_at_any_step_makes_one_document_when_it_comes_again() {
    for (step, made_by_the_first) in
        [("make.intended", false), ("make.called", true), ("make.recorded", true)]
    {
        let folder = tempfile::tempdir().unwrap();
        {
            let mut house = House::at(folder.path(), Arc::new(StopsAt(step))).await.unwrap();
            house.people().await.unwrap();
            let (app, bo) = (house.app.clone(), house.as_("bo").await);
            let cut = tokio::spawn(async move { once(&app, &bo, "key", "Offer").await.map(drop) }).await;
            assert!(cut.unwrap_err().is_panic(), "cut off at {step}");
        }
        let house = House::at(folder.path(), Arc::new(Unwatched)).await.unwrap();
        let bo = house.as_("bo").await;
        if step != "make.recorded" {
            let early = once(&house.app, &bo, "key", "Offer").await.unwrap_err();
            assert_eq!(early.kind(), ErrorKind::Conflict, "nobody knows yet what became of it");
        }
        house.pass(180);
        house.app.reconciler().run_once(house.now()).await.unwrap();
        let kept = once(&house.app, &house.as_("bo").await, "key", "Offer").await.unwrap();
        assert_eq!(kept.replayed, made_by_the_first, "{step}");
        let again = once(&house.app, &house.as_("bo").await, "key", "Offer").await.unwrap();
        assert_eq!(again, Kept { replayed: true, ..kept });
        assert_eq!(listed(&house.app, &house.as_("bo").await, "").await, ["Offer"], "{step}");
    }
}

#[tokio::test]
async fn a_failure_after_the_document_was_made_does_not_free_the_key() {
    let house = House::new().await;
    let bo = house.as_("bo").await;
    let hash = platform::digest::sha256(b"Offer");
    let work = || async {
        upload(&house.app, &bo, "Offer", "x").await;
        Err::<(u16, String), _>(Error::internal("the answer could not be written"))
    };
    let failed = house.app.idempotency().run(&bo, ROUTE, "key", hash, work, again).await;
    assert_eq!(kind(failed), ErrorKind::Internal);
    assert!(once(&house.app, &house.as_("bo").await, "key", "Offer").await.unwrap().replayed);
    assert_eq!(listed(&house.app, &bo, "").await, ["Offer"]);
}
