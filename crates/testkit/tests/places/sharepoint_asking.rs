//! How Graph is asked: tokens that are refused before their end, and waits that are asked for.

use crate::sharepoint_common;
use crate::sharepoint_common::Stage;
use domain::connections::TokenRefused;
use domain::plugin::{Body, DocumentPlugin, ExternalRef, NewItem};
use domain::{ErrorKind, Retry};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use std::time::Duration;
use twin::core::faults::Effect;

async fn made(stage: &Stage) -> ExternalRef {
    let new = NewItem::document("Letter.txt", "text/plain");
    stage.plugin.create(&stage.a(), new, Some(Body::from_bytes("text"))).await.unwrap().reference
}

/// A stage whose tokens are those of a client that understands challenges, and a document.
async fn continuous() -> (Stage, ExternalRef) {
    let stage = Stage::new().await.restarted();
    stage.tokens.continuous.store(true, Ordering::SeqCst);
    // Those of before are not.
    stage.twin.microsoft(|microsoft, house| microsoft.entra.expire_tokens(house.clock.now()));
    stage.pass(1);
    let item = made(&stage).await;
    stage.tokens.refused.lock().unwrap().clear();
    (stage, item)
}

fn told(stage: &Stage) -> Vec<TokenRefused> {
    stage.tokens.refused.lock().unwrap().clone()
}

#[tokio::test]
async fn m_07_a_challenge_is_met_with_a_token_that_was_got_with_its_claims() {
    let (stage, item) = continuous().await;
    stage.behave("cae-challenge", json!("c1"), None);
    let calls = (0..20).map(|_| {
        let (stage, item) = (stage.clone(), item.clone());
        async move { stage.plugin.stat(&stage.a(), &item).await }
    });
    for outcome in futures_util::future::join_all(calls).await {
        outcome.unwrap();
    }
    let told = told(&stage);
    assert_eq!(told.len(), 1, "the source hears of it once");
    let claims = told[0].claims.as_ref().unwrap().as_str();
    assert_eq!(claims, r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#);
    let end = stage.journal_end();
    stage.plugin.stat(&stage.a(), &item).await.unwrap();
    assert!(stage.journal(end).iter().all(|entry| entry.status != 401), "the new token is kept");
}

#[tokio::test]
async fn m_07_a_challenge_that_no_token_meets_ends_with_what_the_person_can_do() {
    let (stage, item) = continuous().await;
    // Without a context the order stands for whatever token there is.
    stage.behave("cae-challenge", Value::Null, None);
    let end = stage.journal_end();
    let refused = stage.plugin.stat(&stage.a(), &item).await.unwrap_err();
    assert_eq!((refused.kind(), refused.retry_hint()), (ErrorKind::Unavailable, Retry::Never));
    assert!(refused.public().contains("Connect Microsoft 365 again"), "{refused:?}");
    assert_eq!(stage.journal(end).len(), 2, "tried with another token, once");
}

#[tokio::test]
async fn m_07_a_token_refused_without_a_reason_is_not_used_again() {
    let stage = Stage::new().await;
    let item = made(&stage).await;
    stage.twin.microsoft(|microsoft, house| microsoft.entra.expire_tokens(house.clock.now()));
    stage.pass(1);
    stage.tokens.refused.lock().unwrap().clear();
    // The source hands out what it has stored, until it hears that it was refused.
    stage.plugin.stat(&stage.a(), &item).await.unwrap();
    let told = told(&stage);
    assert_eq!((told.len(), told[0].claims.clone()), (1, None));
}

#[tokio::test]
async fn m_07_claims_that_cannot_be_read_are_not_passed_on() {
    let stage = Stage::new().await;
    let item = made(&stage).await;
    let body = json!({ "error": { "code": "InvalidAuthenticationToken", "message": "m" } });
    for claims in ["%%%", "bm90IGpzb24=", "WzFd"] {
        let challenge = format!(r#"Bearer realm="", error="insufficient_claims", claims="{claims}""#);
        let headers = vec![("www-authenticate".to_owned(), challenge)];
        let effect = Effect::Answer { status: 401, headers, body: body.clone() };
        stage.fault(effect, "driveItem.get", 1);
        stage.plugin.stat(&stage.a(), &item).await.unwrap();
        assert_eq!(told(&stage).last().unwrap().claims, None, "{claims}");
    }
}

#[tokio::test]
async fn m_20_a_wait_until_a_date_is_kept_and_an_absurd_one_is_told_and_not_believed() {
    let stage = Stage::new().await;
    let item = made(&stage).await;
    let body = json!({ "error": { "code": "activityLimitReached", "message": "m" } });
    let now = || stage.twin.house().clock.now();
    let throttle = |date: &str, after: &str| {
        let headers =
            vec![("date".to_owned(), date.to_owned()), ("retry-after".to_owned(), after.to_owned())];
        stage.fault(Effect::Answer { status: 429, headers, body: body.clone() }, "driveItem.get", 1);
    };
    throttle("Mon, 01 Jun 2026 12:00:00 GMT", "Mon, 01 Jun 2026 12:00:25 GMT");
    let began = now();
    stage.plugin.stat(&stage.a(), &item).await.unwrap();
    let waited = (now() - began).as_secs();
    assert!((25..60).contains(&waited), "{waited} s");
    throttle("Mon, 01 Jun 2026 12:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT");
    let refused = stage.plugin.stat(&stage.a(), &item).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Throttled);
    let Retry::After(wait) = refused.retry_hint() else { panic!("{refused:?}") };
    assert!(wait <= Duration::from_hours(1) && wait > Duration::from_mins(59), "{wait:?}");
}

#[tokio::test]
async fn what_an_installation_says_of_its_tenant_decides_how_often_it_is_asked() {
    use plugins::budget::Share;
    let stage = Stage::new().await.restarted();
    let item = made(&stage).await;
    assert_eq!(stage.tenants.meter(sharepoint_common::TENANT).today_most, None);
    let share = Share { minute: 1_250, day: 40 };
    let connected = plugins::sharepoint::Connected { share: Some(share), ..stage.tenant.connected(7) };
    stage.tenant.connect(7, connected);
    let mut asked = 0;
    let refused = loop {
        match stage.plugin.stat(&stage.system(), &item).await {
            Ok(_) => asked += 1,
            Err(refused) => break refused,
        }
    };
    assert_eq!(refused.kind(), ErrorKind::Throttled);
    assert!(refused.public().contains("in a day is used up"), "{refused:?}");
    // What was spent before counts as well; a tenth is kept for people.
    assert!(asked < 36, "{asked}");
    let meter = stage.tenants.meter(sharepoint_common::TENANT);
    assert_eq!((meter.today, meter.today_most), (36, Some(40)));
    stage.plugin.stat(&stage.a(), &item).await.unwrap();
}
