//! What is sent to those who subscribed.

use super::super::odata::instant;
use super::super::state::{ItemKey, micros};
use super::Subscription;
use crate::core::env::House;
use crate::core::faults::Subject;
use crate::core::outbox::{Delivery, Outbound, RetryOn};
use crate::core::surfaces::Surface;
use crate::microsoft::Microsoft;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::time::Duration;

/// How long it may take to acknowledge a notification.
const ACKNOWLEDGE: Duration = Duration::from_secs(3);

/// What is sent to one address at once.
struct Letter {
    url: String,
    about: String,
    entries: Vec<Value>,
    after: Duration,
    twice: bool,
}

/// Tells everybody who wants to know that an item changed. No content is sent; the client asks delta. Subscriptions
/// with one address hear of it in one letter, whatever their client states are. By order (M-19) a letter comes twice,
/// late, with another client state, with somebody else's entry in it, not at all, or after the end.
pub fn tell(state: &mut Microsoft, house: &House, item: ItemKey, now: Timestamp) {
    let list = state.graph.content.item(item).list;
    let at = micros(now);
    let directory = &state.directory;
    let mut letters: Vec<Letter> = Vec::new();
    for subscription in state.graph.subscriptions.iter_mut().filter(|one| one.list == list) {
        let orders = Orders { house, subscription };
        if orders.subscription.expires <= at && orders.given("notification-after-expiry").is_none() {
            continue;
        }
        let tenant = directory.tenants.get(&orders.subscription.tenant);
        let user = tenant.and_then(|tenant| tenant.users.get(&orders.subscription.user));
        if !orders.subscription.user.is_empty() && !user.is_some_and(|user| user.enabled) {
            // A subscription dies with the grant it lives by, and nobody says so.
            continue;
        }
        orders.write(&mut letters);
    }
    for letter in letters {
        let body = json!({ "value": letter.entries });
        for _ in 0..=usize::from(letter.twice) {
            let mut delivery = delivery(&letter.about, &letter.url, &body);
            delivery.after = letter.after;
            house.outbox.send(delivery);
        }
    }
}

/// A subscription, and what was ordered to go wrong with its letters.
struct Orders<'a> {
    house: &'a House,
    subscription: &'a mut Subscription,
}

impl Orders<'_> {
    fn given(&self, name: &str) -> Option<Value> {
        let subject = Subject {
            surface: Some(Surface::Graph),
            method: "POST",
            operation: "subscription.notify",
            tenant: &self.subscription.tenant,
            user: &self.subscription.user,
            app: &self.subscription.app,
            ..Subject::default()
        };
        self.house.faults.take(name, subject, &self.house.random)
    }

    /// Adds to the letter for its address, or begins one.
    fn write(self, letters: &mut Vec<Letter>) {
        self.subscription.sent += 1;
        if self.given("notification-lost").is_some() {
            return;
        }
        let mut entry = entry(self.subscription);
        if let Some(state) = self.given("notification-wrong-client-state") {
            entry["clientState"] = json!(state.as_str().unwrap_or("forged"));
        }
        let mut entries = vec![entry];
        if self.given("notification-mixed").is_some() {
            let mut other = entries[0].clone();
            other["subscriptionId"] = json!(self.house.random.uuid().to_string());
            other["clientState"] = json!("of another subscription");
            entries.insert(0, other);
        }
        let late = self.given("notification-late").map(|value| value.as_u64().unwrap_or(3));
        let after = Duration::from_secs(late.unwrap_or(0));
        let twice = self.given("notification-twice").is_some();
        let url = &self.subscription.url;
        let same =
            |letter: &&mut Letter| letter.url == *url && letter.after == after && letter.twice == twice;
        match letters.iter_mut().find(same) {
            Some(letter) => letter.entries.append(&mut entries),
            None => letters.push(Letter {
                url: url.clone(),
                about: self.subscription.id.clone(),
                entries,
                after,
                twice,
            }),
        }
    }
}

fn entry(subscription: &Subscription) -> Value {
    json!({
        "subscriptionId": subscription.id,
        "clientState": subscription.client_state,
        "changeType": "updated",
        "resource": subscription.resource,
        "tenantId": subscription.tenant,
        "subscriptionExpirationDateTime": instant(subscription.expires),
        "siteUrl": "", "webId": "",
        "resourceData": null,
    })
}

/// Reminds the client to renew: `reauthorizationRequired` is the only lifecycle notice that libraries send.
pub fn remind(state: &mut Microsoft, house: &House, id: &str) -> bool {
    let Some(subscription) = state.graph.subscriptions.iter_mut().find(|one| one.id == id) else {
        return false;
    };
    let Some(url) = subscription.lifecycle_url.clone() else { return false };
    subscription.reminded = true;
    let body = json!({ "value": [{
        "subscriptionId": subscription.id,
        "clientState": subscription.client_state,
        "lifecycleEvent": "reauthorizationRequired",
        "tenantId": subscription.tenant,
        "resource": subscription.resource,
        "subscriptionExpirationDateTime": instant(subscription.expires),
    }] });
    house.outbox.send(delivery(&subscription.id, &url, &body));
    true
}

fn delivery(about: &str, url: &str, body: &Value) -> Delivery {
    Delivery {
        about: about.to_owned(),
        request: Outbound {
            url: url.to_owned(),
            headers: vec![("content-type".into(), "application/json; charset=utf-8".into())],
            body: body.to_string().into(),
            within: ACKNOWLEDGE,
        },
        after: Duration::ZERO,
        retry_on: RetryOn::AnyFailure,
        retries: 3,
        pause: Duration::from_millis(500),
    }
}
