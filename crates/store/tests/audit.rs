//! ATT-54: a record of the audit log that is altered, removed or moved is named.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{House, at};
use domain::audit::Entry;
use domain::{Actor, Ctx, InstallationId};
use platform::sql::{Database, SqlSettings};
use store::{Chain, NewAudit, Store};
use uuid::Uuid;

fn entry(i: InstallationId, n: i64) -> NewAudit {
    let ctx = Ctx::new(i, Actor::System, at(n), Uuid::from_u128(n as u128), 1);
    NewAudit::of(&ctx, Entry::refused("document.opened", format!("document:{n}"), "not_visible"))
        .ip("192.0.2.7")
}

async fn filled(house: &House, records: i64) -> InstallationId {
    let i = house.installation("nordlys").await;
    house
        .write(move |tx| {
            for n in 1..=records {
                assert_eq!(tx.audit(i).record(&entry(i, n))?, n);
            }
            Ok(i)
        })
        .await
}

async fn check(store: &Store, i: InstallationId) -> Chain {
    store.read(move |tx| tx.audit(i).verify_chain()).await.unwrap()
}

/// Does what somebody with the database file could do, past the triggers.
async fn tamper(house: &House, script: &'static str) {
    house
        .store
        .database()
        .write(move |tx| {
            tx.script("DROP TRIGGER IF EXISTS audit_keeps_every_record; DROP TRIGGER IF EXISTS audit_changes_no_record;")?;
            tx.script(script)
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn att_54_the_first_record_that_was_tampered_with_is_named() {
    let table = [
        ("UPDATE audit SET reason = '' WHERE seq = 7", 7),
        ("UPDATE audit SET at = at + 1 WHERE seq = 1", 1),
        ("UPDATE audit SET actor = 'associate:1' WHERE seq IN (9, 4)", 4),
        ("UPDATE audit SET action = 'document.opened:', object = 'x' WHERE seq = 3", 3),
        ("UPDATE audit SET object = 'document:1' WHERE seq = 3", 3),
        ("UPDATE audit SET outcome = 'done' WHERE seq = 3", 3),
        ("UPDATE audit SET action = 'document.closed' WHERE seq = 3", 3),
        ("UPDATE audit SET request_id = '00000000-0000-0000-0000-000000000000' WHERE seq = 8", 8),
        ("UPDATE audit SET hash = prev_hash WHERE seq = 5", 5),
        ("DELETE FROM audit WHERE seq = 6", 6),
        ("DELETE FROM audit WHERE seq = 1", 1),
        ("DELETE FROM audit WHERE seq > 10", 11),
        ("DELETE FROM audit", 1),
        (
            "UPDATE audit SET seq = 100 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 4; UPDATE audit SET seq = 4 WHERE seq = 100",
            3,
        ),
        ("DELETE FROM audit WHERE seq = 3; UPDATE audit SET seq = seq - 1 WHERE seq > 3", 3),
        (
            "INSERT INTO audit SELECT installation_id, 13, at, actor, action, object, outcome, reason, request_id, ip, prev_hash, hash FROM audit WHERE seq = 12",
            13,
        ),
    ];
    for (script, first) in table {
        let house = House::new().await;
        let i = filled(&house, 12).await;
        assert!(matches!(check(&house.store, i).await, Chain::Intact { records: 12, .. }));
        tamper(&house, script).await;
        assert_eq!(check(&house.store, i).await, Chain::Broken { seq: first }, "{script}");
    }
}

#[tokio::test]
async fn the_log_can_only_grow() {
    let house = House::new().await;
    let i = filled(&house, 3).await;
    for script in [
        "DELETE FROM audit WHERE seq = 2",
        "UPDATE audit SET reason = '' WHERE seq = 2",
        "UPDATE audit SET hash = ''",
    ] {
        assert!(house.store.database().write(move |tx| tx.script(script)).await.is_err(), "{script}");
    }
    assert!(matches!(check(&house.store, i).await, Chain::Intact { records: 3, .. }));
}

#[tokio::test]
async fn blanking_addresses_leaves_the_chain_whole() {
    let house = House::new().await;
    let i = filled(&house, 5).await;
    assert_eq!(house.write(|tx| tx.everywhere().blank_audit_ips(at(3))).await, 2);
    let records = house.read(move |tx| tx.audit(i).list(None, 10)).await;
    let ips: Vec<_> = records.iter().map(|r| (r.seq, r.ip.as_str())).collect();
    assert_eq!(ips, [(5, "192.0.2.7"), (4, "192.0.2.7"), (3, "192.0.2.7"), (2, ""), (1, "")]);
    assert!(matches!(check(&house.store, i).await, Chain::Intact { records: 5, .. }));
}

#[tokio::test]
async fn a_record_belongs_to_what_it_records_and_each_installation_has_its_own_chain() {
    let house = House::new().await;
    let i = filled(&house, 2).await;
    let other = house.installation("other").await;
    let undone = house.store.write(move |tx| {
        tx.audit(i).record(&entry(i, 3))?;
        Err::<(), _>(domain::Error::conflict("no"))
    });
    assert!(undone.await.is_err());
    house.write(move |tx| tx.audit(other).record(&entry(other, 1))).await;
    house.write(move |tx| tx.audit(i).record(&entry(i, 3))).await;
    let (Chain::Intact { records: 3, head: a }, Chain::Intact { records: 1, head: b }) =
        (check(&house.store, i).await, check(&house.store, other).await)
    else {
        panic!("a chain is broken");
    };
    assert!(a.len() == 64 && b.len() == 64 && a != b);
    let newest = house.read(move |tx| tx.audit(i).list(Some(3), 1)).await.remove(0);
    assert_eq!((newest.seq, newest.at, newest.actor.as_str()), (2, at(2), "system"));
    assert_eq!((newest.action.as_str(), newest.object.as_str()), ("document.opened", "document:2"));
    assert_eq!((newest.outcome.as_str(), newest.reason.as_str()), ("refused", "not_visible"));
    assert_eq!(newest.request, Uuid::from_u128(2));
}

#[tokio::test]
async fn a_long_chain_is_checked_in_pieces_and_survives_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let settings = SqlSettings { durable: false, ..SqlSettings::at(dir.path().join("log.db")) };
    let i = {
        let store = Store::open(Database::open(&settings).unwrap(), at(0)).await.unwrap();
        store
            .write(|tx| {
                let i = tx.installations().insert(&common::installation("long"), at(0))?;
                for n in 1..=2500 {
                    tx.audit(i).record(&entry(i, n))?;
                }
                Ok(i)
            })
            .await
            .unwrap()
    };
    let store = Store::open(Database::open(&settings).unwrap(), at(9)).await.unwrap();
    assert!(matches!(check(&store, i).await, Chain::Intact { records: 2500, .. }));
    store.write(move |tx| tx.audit(i).record(&entry(i, 2501))).await.unwrap();
    assert!(matches!(check(&store, i).await, Chain::Intact { records: 2501, .. }));
}
