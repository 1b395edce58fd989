//! What others did in SharePoint: delta, and being told that there is something (microsoft.md 2.12, 2.13).
//!
//! Delta tells of our own writes too. They are recognised by what we left: name, folder and content as they are now are
//! those we left last, and are marked. So there is no feedback, also after a restart.

use super::client::Trouble;
use super::desk::{Desk, Thing};
use super::record::Record;
use super::refusals::Class;
use super::wire::DriveItem;
use domain::plugin::{Change, ChangePage, Cursor, ExternalRef, Told, Watch};
use domain::{Error, ErrorKind, Result};
use jiff::SignedDuration;
use platform::{digest, random};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashSet;

/// How long a subscription lives: a little less than the 42,300 minutes that Graph allows (microsoft.md 2.13).
const LIFE: SignedDuration = SignedDuration::from_mins(42_000);
/// Between the parts of a watch's id.
const BETWEEN: char = '|';

impl Desk<'_> {
    /// The libraries of the place, each once.
    pub fn drives(&self) -> Vec<&str> {
        let mut drives = vec![self.place.documents.drive.as_str()];
        if self.place.templates.drive != self.place.documents.drive {
            drives.push(&self.place.templates.drive);
        }
        drives
    }

    pub async fn changes(&self, cursor: Option<&Cursor>) -> Result<ChangePage> {
        let known: Vec<Option<String>> = match cursor {
            None => self.drives().iter().map(|_| None).collect(),
            Some(cursor) => {
                let links: Vec<String> = serde_json::from_str(&cursor.0).map_err(|_| out_of_date())?;
                // Another place has been chosen since.
                if links.len() != self.drives().len()
                    || !links.iter().all(|link| link.starts_with("/drives/"))
                {
                    return Err(out_of_date());
                }
                links.into_iter().map(Some).collect()
            }
        };
        let (mut changes, mut next, mut more, mut compare) = (Vec::new(), Vec::new(), false, false);
        for (drive, from) in self.drives().into_iter().zip(known) {
            let page =
                self.app.delta(drive, from.as_deref()).await.map_err(|trouble| {
                    if is_forgotten(&trouble) { anew(&trouble) } else { trouble.into() }
                })?;
            more |= page.next_link.is_some();
            let link = page.next_link.or(page.delta_link).ok_or_else(out_of_date)?;
            next.push(self.app.path_of(&link).ok_or_else(out_of_date)?);
            // A folder in the recycle bin takes its files with it, and only the folder is told.
            compare |= page.value.iter().any(|entry| entry.folder.is_some() && entry.deleted.is_some());
            // The last entry about an item is the one that counts; entries may be repeated (M-18).
            let mut seen = HashSet::new();
            let mut told = Vec::new();
            for entry in page.value.into_iter().rev().filter(|entry| entry.folder.is_none()) {
                if seen.insert(entry.id.clone()) {
                    told.extend(Box::pin(self.change(entry)).await?);
                }
            }
            changes.extend(told.into_iter().rev());
        }
        let next =
            serde_json::to_string(&next).map_err(|e| Error::internal("a cursor has no form").caused_by(e))?;
        Ok(ChangePage { changes, next: Cursor(next), more, compare })
    }

    /// What an entry tells, when it is about a file of ours.
    async fn change(&self, entry: DriveItem) -> Result<Option<Change>> {
        let Some(reference) = self.shared.pointed(self.call.installation, &entry.id).await? else {
            return Ok(None);
        };
        let Some(record) = self.shared.record(self.call.installation, &reference).await? else {
            return Ok(None);
        };
        // Under way, or another item by now.
        if record.gone || record.pending.is_some() || record.item != entry.id {
            return Ok(None);
        }
        let item = ExternalRef(reference);
        if entry.deleted.is_some() {
            return Ok(Some(Change { item, now: None, as_left: false, sharing: false }));
        }
        let sharing = entry.shared_changed.is_some();
        if is_as_left(&record, &entry) {
            return Ok(Some(Change { item, now: None, as_left: true, sharing }));
        }
        // A list that was begun before all members were asked for does not tell who holds a file.
        let now = if entry.publication.is_some() {
            Some(Box::pin(self.thing(&item.0, record, entry, false)).await?)
        } else {
            Box::pin(self.look(&item)).await?
        };
        // SharePoint itself may have rewritten it.
        Ok(now.map(|thing| {
            let as_left = !is_foreign(&thing);
            Change { item, now: Some(thing.seen(self.call)), as_left, sharing }
        }))
    }

    pub async fn watch(&self, address: &str) -> Result<Watch> {
        if !address.starts_with("https://") && !address.starts_with("http://127.0.0.1") {
            return Err(Error::invalid(
                "Microsoft tells of changes only at an address that begins with https://. Correct the public address.",
            ));
        }
        let until = self.call.now + LIFE;
        let secret = random::token()?;
        let (mut ids, mut ends) = (Vec::new(), until);
        for drive in self.drives() {
            let made = self
                .app
                .subscribe(&json!({
                    "changeType": "updated",
                    "notificationUrl": address,
                    "lifecycleNotificationUrl": address,
                    "resource": format!("/drives/{drive}/root"),
                    "expirationDateTime": until.to_string(),
                    "clientState": secret,
                }))
                .await?;
            ends = ends.min(made.expiration_date_time.unwrap_or(until));
            ids.push(made.id);
        }
        ids.push(secret);
        Ok(Watch { id: ids.join(&BETWEEN.to_string()), until: ends })
    }

    /// Prolongs each subscription of a watch.
    pub async fn prolong(&self, watch: &Watch) -> Result<Watch> {
        let (ids, _) = parts(watch).ok_or_else(|| Error::not_found("watch"))?;
        let until = self.call.now + LIFE;
        let mut ends = until;
        for id in ids {
            ends = ends.min(self.app.prolong(id, until).await?.expiration_date_time.unwrap_or(until));
        }
        Ok(Watch { until: ends, ..watch.clone() })
    }

    pub async fn unwatch(&self, watch: &Watch) -> Result<()> {
        let (ids, _) = parts(watch).ok_or_else(|| Error::not_found("watch"))?;
        for id in ids {
            self.app.unsubscribe(id).await?;
        }
        Ok(())
    }
}

/// Whether an entry of delta shows a file as we left it. The content of a held file is its holder's; what is public
/// stays.
fn is_as_left(record: &Record, entry: &DriveItem) -> bool {
    entry.name == record.name && entry.parent() == record.folder && entry.hash() == record.public.hash
}

/// Whether a file is otherwise than we left it.
fn is_foreign(thing: &Thing) -> bool {
    let record = &thing.record;
    let moved = thing.item.name != record.name || thing.item.parent() != record.folder;
    moved || !thing.is_known()
}

fn parts(watch: &Watch) -> Option<(Vec<&str>, &str)> {
    let mut all: Vec<&str> = watch.id.split(BETWEEN).collect();
    let secret = all.pop().filter(|secret| !secret.is_empty())?;
    (!all.is_empty()).then_some((all, secret))
}

/// What an address answers to Microsoft's question whether it is wanted there: the token as it came, as plain text, within
/// ten seconds (microsoft.md 2.13, M-19). `query` is what stands behind the question mark. Nothing when it is no question.
pub fn validation_answer(query: &str) -> Option<String> {
    let token = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "validationToken")?.1;
    (!token.is_empty() && token.len() <= 2000 && !token.contains(['\r', '\n'])).then(|| token.into_owned())
}

#[derive(Deserialize)]
struct Letter {
    value: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    subscription_id: String,
    client_state: Option<String>,
    tenant_id: Option<String>,
    lifecycle_event: Option<Value>,
}

/// What a letter of notifications says about a watch, of a tenant where one is known. Entries of other subscriptions and
/// with a wrong secret are passed over; secrets are compared in constant time (M-19).
pub fn told_by(watch: &Watch, tenant: Option<&str>, letter: &[u8]) -> Vec<Told> {
    let Some((ids, secret)) = parts(watch) else { return Vec::new() };
    let Ok(letter) = serde_json::from_slice::<Letter>(letter) else { return Vec::new() };
    let ours = |entry: &Entry| {
        let state = entry.client_state.as_deref().unwrap_or_default();
        let right = digest::equal(state.as_bytes(), secret.as_bytes());
        let named = tenant.zip(entry.tenant_id.as_deref());
        let of_tenant = named.is_none_or(|(tenant, id)| id.eq_ignore_ascii_case(tenant));
        right & ids.contains(&entry.subscription_id.as_str()) & of_tenant
    };
    let told = letter.value.iter().filter(|entry| ours(entry)).map(|entry| {
        match entry.lifecycle_event.as_ref().and_then(Value::as_str) {
            None => Told::Changed,
            Some("reauthorizationRequired") => Told::Prolong,
            Some("subscriptionRemoved") => Told::Ended,
            // "missed", and what is not known yet.
            Some(_) => Told::Missed,
        }
    });
    told.collect()
}

/// Whether Graph does not know any more where a list was left. It says so in several forms.
pub(crate) fn is_forgotten(trouble: &Trouble) -> bool {
    [Class::OutOfDate, Class::Bug, Class::Missing].iter().any(|class| trouble.is(*class))
}

fn anew(trouble: &Trouble) -> Error {
    let at = match trouble {
        Trouble::Refused(refused) => refused.location.clone().unwrap_or_default(),
        Trouble::Unsure(_) | Trouble::Other(_) => String::new(),
    };
    out_of_date().with("graph_location", at)
}

pub(crate) fn out_of_date() -> Error {
    Error::new(
        ErrorKind::Gone,
        "SharePoint does not know any more where the list of changes was left. Begin again from now and compare everything.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    #[test]
    fn the_question_whether_an_address_is_wanted_is_answered_with_its_token() {
        // M-19
        assert_eq!(
            validation_answer("validationToken=Validation%3A%20a%2Bb").as_deref(),
            Some("Validation: a+b")
        );
        assert_eq!(validation_answer("x=1&validationToken=%3Cb%3E").as_deref(), Some("<b>"));
        for none in ["", "validationToken=", "other=1", "validationToken=a%0D%0Ab"] {
            assert_eq!(validation_answer(none), None, "{none}");
        }
    }

    #[test]
    fn a_letter_counts_only_for_its_own_subscription_secret_and_tenant() {
        // M-19
        let watch = Watch { id: "one|two|secret".into(), until: Timestamp::UNIX_EPOCH };
        let entry = |id: &str, state: &str, tenant: &str| json!({ "subscriptionId": id, "clientState": state, "tenantId": tenant });
        let letter = |entries: &[Value]| {
            told_by(&watch, Some("t"), json!({ "value": entries }).to_string().as_bytes())
        };
        assert_eq!(letter(&[entry("one", "secret", "t")]), [Told::Changed]);
        assert_eq!(letter(&[entry("three", "secret", "t"), entry("two", "secret", "T")]), [Told::Changed]);
        for wrong in
            [entry("one", "forged", "t"), entry("one", "", "t"), entry("one", "secret", "other"), json!({})]
        {
            assert_eq!(letter(&[wrong]), []);
        }
        let mut renew = entry("one", "secret", "t");
        renew["lifecycleEvent"] = json!("reauthorizationRequired");
        assert_eq!(letter(&[renew]), [Told::Prolong]);
        let mut missed = entry("one", "secret", "t");
        missed["lifecycleEvent"] = json!("missed");
        assert_eq!(letter(&[missed]), [Told::Missed]);
        let mut removed = entry("two", "secret", "t");
        removed["lifecycleEvent"] = json!("subscriptionRemoved");
        assert_eq!(letter(&[entry("one", "secret", "t"), removed]), [Told::Changed, Told::Ended]);
        assert_eq!(told_by(&watch, Some("t"), b"<html>"), []);
        let torn = Watch { id: "one".into(), ..watch.clone() };
        assert_eq!(told_by(&torn, None, b"{\"value\":[]}"), []);
    }
}
