//! What may be spent, and letters to subscribers that go wrong.

use crate::graph::{APP, House, receiver};
use http::StatusCode;
use serde_json::{Value, json};
use twin::control::MicrosoftOrder;
use twin::core::env::Note;
use twin::core::faults::{Effect, Rule};

const TENANT: &str = "0f1b6c2e-7f0a-4a57-9d2e-6f7f4f1c0a01";

fn spend(house: &House, app: &str, units: u32) {
    let note = Note { tenant: TENANT.into(), app: app.into(), units, ..Note::default() };
    house.twin.microsoft(|microsoft, shared| microsoft.graph.charge(&note, shared.clock.now()));
}

#[tokio::test]
async fn a_day_and_a_whole_tenant_have_limits_of_their_own() {
    // M-20
    let house = House::new();
    let drive = house.library().await;
    let solveig = house.solveig();
    spend(&house, APP, 1_199_990);
    house.pass(61);
    for _ in 0..5 {
        solveig.get(&drive).await;
    }
    house.pass(301);
    let refused = solveig.get(&format!("{drive}/root/permissions")).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    let seconds: i64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((80_000..86_400).contains(&seconds), "{seconds}");
    let other = House::new();
    let (drive, solveig) = (other.library().await, other.solveig());
    spend(&other, "another application", 18_750);
    let refused = solveig.get(&drive).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "all applications of a tenant share a limit");
    assert_eq!(refused.headers["ratelimit-limit"], "18750");
    other.pass(301);
    solveig.get(&drive).await.ok();
}

#[tokio::test]
async fn who_goes_on_asking_is_blocked_for_good() {
    // M-20
    let house = House::new();
    let (drive, solveig) = (house.library().await, house.solveig());
    let path = format!("{drive}/root/permissions");
    let mut last = solveig.get(&path).await;
    for _ in 0..3_000 {
        if last.status == StatusCode::SERVICE_UNAVAILABLE {
            break;
        }
        last = solveig.get(&path).await;
    }
    assert_eq!((last.status, last.code()), (StatusCode::SERVICE_UNAVAILABLE, "serviceNotAvailable".into()));
    assert!(!last.headers.contains_key("retry-after"), "nothing to wait for");
    house.pass(3_000);
    assert_eq!(solveig.get(&path).await.status, StatusCode::SERVICE_UNAVAILABLE);
    let order = MicrosoftOrder::Unblock { tenant: "kaffehuset.example".into(), app: APP.into() };
    house.twin.order_microsoft(&order).unwrap();
    solveig.get(&path).await.ok();
    assert!(house.twin.order_microsoft(&order).is_err(), "it is not blocked any more");
}

#[tokio::test]
async fn sharing_has_a_limit_of_its_own() {
    let house = House::new();
    let (drive, solveig) = (house.library().await, house.solveig());
    let wanted = json!({ "type": "view", "scope": "organization" });
    let mut answers = Vec::new();
    for at in 0..301 {
        // Two hundred links cost a minute's units.
        if at == 200 {
            house.pass(61);
        }
        answers.push(solveig.post(&format!("{drive}/root/createLink"), wanted.clone()).await.status);
    }
    assert!(answers[..300].iter().all(StatusCode::is_success));
    assert_eq!(answers[300], StatusCode::TOO_MANY_REQUESTS);
}

/// The next letter; a test that waits for one in vain fails.
async fn letter(received: &mut tokio::sync::mpsc::UnboundedReceiver<Value>) -> Value {
    let waiting = tokio::time::timeout(std::time::Duration::from_secs(10), received.recv());
    waiting.await.expect("a letter").unwrap()
}

#[tokio::test]
async fn letters_to_subscribers_go_wrong_by_order_and_are_shared_by_address() {
    // M-19
    let running = twin::start(twin::Options { world: twin::World::ready().unwrap(), ..Default::default() })
        .await
        .unwrap();
    let house = House::of(running.twin().clone());
    let (drive, solveig) = (house.library().await, house.solveig());
    let made = solveig.put(&format!("{drive}/root:/a.txt:/content"), b"one").await.ok();
    let item = format!("{drive}/items/{}", made["id"].as_str().unwrap());
    let (url, mut received) = receiver(true).await;
    let until = (running.twin().house().clock.now() + jiff::SignedDuration::from_secs(3600)).to_string();
    for state in ["one", "two"] {
        let wanted = json!({ "changeType": "updated", "notificationUrl": url, "resource": format!("{drive}/root"), "expirationDateTime": until, "clientState": state });
        solveig.post("/subscriptions", wanted).await.ok();
    }
    assert_eq!(
        solveig.get(&format!("{drive}/root/subscriptions")).await.ok()["value"].as_array().unwrap().len(),
        2
    );
    let states = |letter: &Value| -> Vec<String> {
        letter["value"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["clientState"].as_str().unwrap().to_owned())
            .collect()
    };
    let touch = |name: &'static str| {
        let (solveig, item) = (solveig.clone(), item.clone());
        async move { solveig.patch(&item, json!({ "description": name })).await.ok() }
    };
    touch("first").await;
    assert_eq!(states(&letter(&mut received).await), ["one", "two"], "one letter, two client states");
    let order = |name: &str, times: u64| {
        let effect = Effect::Behave { name: name.into(), value: Value::Null };
        house.twin.house().faults.order(Rule::new(effect).times(times));
    };
    order("notification-twice", 2);
    touch("second").await;
    assert_eq!(states(&letter(&mut received).await), states(&letter(&mut received).await));
    order("notification-lost", 1);
    touch("third").await;
    assert_eq!(states(&letter(&mut received).await), ["two"]);
    order("notification-mixed", 1);
    order("notification-wrong-client-state", 1);
    touch("fourth").await;
    assert_eq!(states(&letter(&mut received).await), ["of another subscription", "forged", "two"]);
    running.twin().house().clock.advance(jiff::SignedDuration::from_secs(4000));
    let solveig = house.solveig();
    solveig.patch(&item, json!({ "description": "fifth" })).await.ok();
    running.twin().idle().await;
    assert!(received.try_recv().is_err(), "they have expired");
    order("notification-after-expiry", 2);
    solveig.patch(&item, json!({ "description": "sixth" })).await.ok();
    assert_eq!(states(&letter(&mut received).await), ["one", "two"]);
}
