//! Many callers at the same time.

use super::World;
use super::world::{TEXT, noise};
use domain::locking::{CheckoutState, LockSemantics};
use domain::names;
use domain::plugin::{Body, NewItem};
use futures_util::future::join_all;
use std::collections::BTreeSet;

/// One of them wins, and its body is whole.
pub async fn parallel_saves_leave_one_of_the_bodies_whole(w: &World) {
    let item = w.public(LockSemantics::None, b"before").await.reference;
    let bodies: Vec<_> = (0..20u64).map(|n| noise(1000 + usize::try_from(n).unwrap() * 30_000, n)).collect();
    let saves = bodies.iter().map(|bytes| {
        let (call, item) = (w.a(), item.clone());
        async move { w.plugin.save(&call, &item, None, Body::from_bytes(bytes.clone())).await }
    });
    for outcome in join_all(saves).await {
        outcome.expect("without locking each save succeeds");
    }
    let read = w.read(&w.b(), &item).await;
    assert!(bodies.contains(&read), "{} bytes that nobody saved", read.len());
    let seen = w.stat(&w.b(), &item).await;
    assert_eq!(seen.size, read.len() as u64);
}

/// BAD-08, all at once.
pub async fn parallel_creations_of_one_name_get_distinct_names(w: &World) {
    let made = join_all((0..50u8).map(|n| async move {
        let body = Body::from_bytes(vec![n; 10]);
        let item = w.plugin.create(&w.a(), NewItem::document("Offer.txt", TEXT), Some(body)).await.unwrap();
        (n, item)
    }));
    let made = made.await;
    let folded: BTreeSet<_> = made.iter().map(|(_, item)| names::folded(&item.name)).collect();
    assert_eq!(folded.len(), 50, "{folded:?}");
    assert!(folded.contains("offer.txt") && folded.contains("offer (2).txt"));
    for (n, item) in made {
        assert_eq!(w.read(&w.b(), &item.reference).await, [n; 10]);
    }
}

/// Exactly one.
pub async fn parallel_check_outs_have_one_winner(w: &World) {
    for level in w.locking_levels().await {
        let item = w.public(level, b"public").await.reference;
        let tries = join_all((0..10).map(|n| {
            let item = item.clone();
            async move {
                let call = w.call(Some(domain::AssociateId(100 + n)), "Somebody");
                (call.clone(), w.plugin.check_out(&call, &item).await)
            }
        }));
        let winners: Vec<_> = tries.await.into_iter().filter(|(_, outcome)| outcome.is_ok()).collect();
        assert_eq!(winners.len(), 1);
        let state = w.plugin.checkout_state(&winners[0].0, &item).await.unwrap();
        assert_eq!(state, CheckoutState::Own);
    }
}

/// A browser that sends twice, a proxy that repeats.
pub async fn parallel_repetitions_of_one_creation_make_one_item(w: &World) {
    let call = w.a();
    let made = join_all((0..8).map(|_| {
        let call = call.clone();
        async move {
            let body = Body::from_bytes("once");
            w.plugin.create(&call, NewItem::document("Once.txt", TEXT), Some(body)).await.unwrap()
        }
    }));
    let made: BTreeSet<_> = made.await.into_iter().map(|item| (item.reference, item.name)).collect();
    assert_eq!(made.len(), 1, "{made:?}");
    let next = w.public_named("Once.txt", LockSemantics::None, b"").await;
    assert_eq!(next.name, "Once (2).txt", "one name was used, and one only");
}

/// Never a mixture.
pub async fn a_reader_sees_one_content_while_another_saves(w: &World) {
    let contents: Vec<_> = (0..4u64).map(|n| noise(1_500_000, n)).collect();
    let item = w.public(LockSemantics::None, &contents[0]).await.reference;
    let saving = async {
        for round in 0..8 {
            w.save(&w.a(), &item, &contents[round % contents.len()]).await;
        }
    };
    let reading = async {
        for _ in 0..12 {
            let read = w.read(&w.b(), &item).await;
            assert!(contents.contains(&read), "a mixture of {} bytes", read.len());
        }
    };
    futures_util::future::join(saving, reading).await;
}
