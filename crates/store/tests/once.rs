//! What must happen once happens once, however many try.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{ASSOCIATE, House, at, group, operation};
use domain::operations::{OperationKind, OperationState};
use domain::templates::{Numbering, TemplateProperties};
use domain::{ErrorKind, InstallationId, PluginId, Result};
use std::collections::BTreeSet;
use store::{Begun, Key, LinkUse, NewOperation, SignInLink, Store, Tx};

/// Runs a change fifty times at once.
async fn fifty<T: Send + 'static>(
    store: &Store,
    work: impl Fn(&Tx<'_>) -> Result<T> + Clone + Send + 'static,
) -> Vec<T> {
    let calls: Vec<_> = (0..50)
        .map(|_| {
            let (store, work) = (store.clone(), work.clone());
            tokio::spawn(async move { store.write(move |tx| work(tx)).await })
        })
        .collect();
    let mut answers = Vec::new();
    for call in calls {
        answers.push(call.await.unwrap().unwrap());
    }
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_sign_in_link_opens_the_door_once() {
    let house = House::new().await;
    let i = house.installation("nordlys").await;
    let link = SignInLink {
        token_hash: "ab".repeat(32),
        installation: i,
        associate: ASSOCIATE,
        created: at(0),
        expires: at(600),
        used: None,
        made_by: "demo".into(),
    };
    house.write(move |tx| tx.sign_in_links().insert(&link)).await;
    let uses = fifty(&house.store, |tx| tx.sign_in_links().consume(&"ab".repeat(32), at(5))).await;
    assert_eq!(uses.iter().filter(|u| matches!(u, LinkUse::Consumed(_))).count(), 1);
    assert_eq!(uses.iter().filter(|u| matches!(u, LinkUse::Used(_))).count(), 49);
}

fn key(name: &str, body: &str) -> Key {
    Key { associate: ASSOCIATE, route: "POST /documents".into(), key: name.into(), body_hash: body.into() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_request_with_a_key_is_worked_on_once_and_answered_alike() {
    let house = House::new().await;
    let i = house.installation("nordlys").await;
    let begun =
        fifty(&house.store, move |tx| tx.idempotency(i).begin(&key("k", "body"), operation(1), at(5))).await;
    assert_eq!(begun.iter().filter(|b| **b == Begun::Fresh).count(), 1);
    assert_eq!(begun.iter().filter(|b| **b == Begun::Unanswered { operation: operation(1) }).count(), 49);
    house
        .write(move |tx| {
            let keys = tx.idempotency(i);
            assert_eq!(keys.begin(&key("k", "another body"), operation(1), at(6))?, Begun::Mismatch);
            keys.finish(&key("k", "body"), 201, "{\"id\":7}")?;
            let done = Begun::Done { status: 201, response: "{\"id\":7}".into() };
            assert_eq!(keys.begin(&key("k", "body"), operation(1), at(7))?, done);
            assert_eq!(keys.finish(&key("k", "body"), 500, "").unwrap_err().kind(), ErrorKind::Conflict);
            keys.abandon(&key("k", "body"))?;
            assert_eq!(
                keys.begin(&key("k", "body"), operation(1), at(7))?,
                done,
                "what is done is not abandoned"
            );

            // The same key on another route, by another person, in another installation, is another key.
            let other_route = Key { route: "POST /templates".into(), ..key("k", "body") };
            assert_eq!(keys.begin(&other_route, operation(1), at(8))?, Begun::Fresh);
            let other_person = Key { associate: domain::AssociateId(2), ..key("k", "body") };
            assert_eq!(keys.begin(&other_person, operation(1), at(8))?, Begun::Fresh);
            let elsewhere = tx.idempotency(InstallationId(i.0 + 1));
            assert_eq!(elsewhere.begin(&key("k", "body"), operation(1), at(8))?, Begun::Fresh);
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn a_request_that_was_interrupted_can_be_repeated() {
    let house = House::new().await;
    let i = house.installation("nordlys").await;
    house
        .write(move |tx| {
            let keys = tx.idempotency(i);
            assert_eq!(keys.begin(&key("a", "x"), operation(1), at(0))?, Begun::Fresh);
            keys.abandon(&key("a", "x"))?;
            assert_eq!(keys.begin(&key("a", "x"), operation(1), at(1))?, Begun::Fresh, "abandoned");
            let left = Begun::Unanswered { operation: operation(1) };
            assert_eq!(keys.begin(&key("a", "x"), operation(2), at(30))?, left);
            assert!(keys.take_over(&key("a", "x"), operation(1), operation(2), at(90))?);
            assert!(!keys.take_over(&key("a", "x"), operation(1), operation(3), at(91))?, "taken over once");
            keys.finish(&key("a", "x"), 200, "late")?;
            assert_eq!(tx.everywhere().purge_idempotency(at(90))?, 0);
            assert_eq!(tx.everywhere().purge_idempotency(at(91))?, 1);
            assert_eq!(
                keys.begin(&key("a", "x"), operation(1), at(99))?,
                Begun::Fresh,
                "forgotten after a day"
            );
            Ok(())
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_template_gives_each_number_out_once() {
    let house = House::new().await;
    let i = house.installation("nordlys").await;
    let counting = TemplateProperties {
        numbering: Numbering { counts: true, next: 100, ..Numbering::default() },
        ..TemplateProperties::default()
    };
    let properties = counting.clone();
    let id = house.write(move |tx| tx.templates(i).insert(&properties, PluginId::ARCHIVE, at(0))).await;
    let numbers: BTreeSet<i64> =
        fifty(&house.store, move |tx| tx.templates(i).allocate_number(id)).await.into_iter().collect();
    assert_eq!(numbers, (100..150).collect());
    house
        .write(move |tx| {
            let t = tx.templates(i);
            assert_eq!(t.get(id)?.unwrap().row_version, 1, "giving out numbers disturbs nobody who edits");
            // Somebody who edits with the old number in the form takes none back.
            assert_eq!(t.update_properties(id, 1, &counting, at(1))?.properties.numbering.next, 150);
            assert_eq!(t.allocate_number(id)?, 150);
            let plain = t.insert(&TemplateProperties::default(), PluginId::ARCHIVE, at(1))?;
            assert_eq!(t.allocate_number(plain).unwrap_err().kind(), ErrorKind::Conflict);
            assert_eq!(t.allocate_number(domain::TemplateId(99)).unwrap_err().kind(), ErrorKind::NotFound);
            Ok(())
        })
        .await;
}

fn intent(n: u64) -> NewOperation {
    NewOperation {
        id: operation(n),
        kind: OperationKind::Create,
        plugin: PluginId::ARCHIVE,
        document: None,
        template: None,
        language: String::new(),
        payload: serde_json::Value::Null,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_unfinished_operation_is_taken_up_by_one() {
    let house = House::new().await;
    let (a, b) = (house.installation("a").await, house.installation("b").await);
    house
        .write(move |tx| {
            for n in 0..20 {
                tx.operations(if n % 2 == 0 { a } else { b }).insert(&intent(n), at(n as i64))?;
            }
            tx.operations(a).finish(operation(0), 0, OperationState::Completed, "", at(30)).map(drop)
        })
        .await;
    let taken = fifty(&house.store, |tx| tx.everywhere().lease_unfinished(at(15), at(40), at(100), 3)).await;
    let mut ids: Vec<_> = taken.iter().flatten().map(|o| o.id).collect();
    ids.sort();
    assert_eq!(
        ids,
        (1..15).map(operation).collect::<Vec<_>>(),
        "each once; not what is done, not what is recent"
    );
    assert!(taken.iter().flatten().all(|o| o.attempts == 1 && o.lease_until == Some(at(100))));
    assert!(taken.iter().all(|t| t.len() <= 3 && t.is_sorted_by_key(|o| o.created)));
}

#[tokio::test]
async fn whoever_has_lost_an_operation_cannot_finish_it() {
    let house = House::new().await;
    let i = house.installation("nordlys").await;
    house
        .write(move |tx| {
            let (o, all) = (tx.operations(i), tx.everywhere());
            o.insert(&intent(1), at(0))?;
            let lease = |now, until| all.lease_unfinished(at(1), at(now), at(until), 9);
            assert_eq!(lease(10, 20)?.len(), 1);
            assert!(lease(19, 30)?.is_empty(), "held");
            assert!(
                !o.finish(operation(1), 0, OperationState::Completed, "", at(19))?,
                "the request that made it is late"
            );
            assert_eq!(lease(20, 30)?.remove(0).attempts, 2, "the first holder has stopped");
            assert!(!o.finish(operation(1), 1, OperationState::Completed, "", at(21))?);
            assert!(o.park(operation(1), 2, at(60), "the plugin does not answer", at(22))?);
            let parked = o.get(operation(1))?.unwrap();
            assert_eq!((parked.state, parked.lease_until), (OperationState::Parked, Some(at(60))));
            assert_eq!(parked.reason, "the plugin does not answer");
            assert_eq!(
                all.operations_by_state()?,
                [(OperationState::Intended, 0), (OperationState::Parked, 1)]
            );
            assert!(lease(59, 70)?.is_empty(), "not before its time");
            assert_eq!(lease(60, 70)?.len(), 1);
            assert!(o.finish(operation(1), 3, OperationState::Withdrawn, "never arrived", at(61))?);
            assert!(!o.finish(operation(1), 3, OperationState::Completed, "", at(62))?, "a result is final");
            assert!(lease(999, 1000)?.is_empty());
            assert!(
                o.finish(operation(1), 3, OperationState::Parked, "", at(62)).is_err(),
                "that is no result"
            );
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn what_a_killed_process_held_is_free_after_the_start() {
    let house = House::new().await;
    let i = house.installation("nordlys").await;
    house
        .write(move |tx| {
            tx.operations(i).insert(&intent(1), at(0))?;
            tx.operations(i).insert(&intent(2), at(0))?;
            let all = tx.everywhere();
            assert_eq!(all.lease_unfinished(at(1), at(2), at(500), 9)?.len(), 2);
            tx.operations(i).park(operation(2), 1, at(400), "later", at(3))?;
            assert_eq!(all.release_leases(at(4))?, 1);
            let free = all.lease_unfinished(at(1), at(5), at(500), 9)?;
            assert_eq!(
                free.iter().map(|o| o.id).collect::<Vec<_>>(),
                [operation(1)],
                "what is parked keeps its time"
            );
            Ok(())
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ids_that_are_given_out_at_once_differ() {
    let house = House::new().await;
    let i = house.installation("nordlys").await;
    let names = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
    let ids = fifty(&house.store, move |tx| {
        let n = names.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        tx.groups(i).insert(&group(&format!("Group {n}")))
    })
    .await;
    let distinct: BTreeSet<i64> = ids.iter().map(|g| g.0).collect();
    assert_eq!(distinct, (2..52).collect());
}
