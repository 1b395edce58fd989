//! What there is to see: the same values for pages and for programs. Nothing secret is in any of them.

use crate::house::House;
use crate::providers::Shown;
use crate::rules::operator::{self, ShownKey, Standing};
use crate::rules::signing::{self, Dates};
use crate::tables::installations::{self, Installation};
use crate::tables::{keys, overview};
use domain::identity::Registration;
use domain::{Error, InstallationId, Result};
use jiff::Timestamp;
use platform::seal::number_of;
use platform::sql::Tx;
use serde::Serialize;
use std::collections::BTreeMap;

/// Installations in one answer.
pub(super) const PAGE: u32 = 50;
/// Installations named on the overview.
const NAMED: u32 = 20;

/// An installation in a list.
#[derive(Debug, Serialize)]
pub(crate) struct InstallationLine {
    pub key: String,
    pub name: String,
    pub enabled: bool,
    pub created: Timestamp,
    pub domains: i64,
    /// Connections by state.
    pub connections: overview::Counts,
}

/// A list, and the key behind which it goes on.
#[derive(Debug, Serialize)]
pub(crate) struct InstallationList {
    pub installations: Vec<InstallationLine>,
    pub next: Option<String>,
}

/// Everything about an installation.
#[derive(Debug, Serialize)]
pub(crate) struct InstallationView {
    pub key: String,
    pub name: String,
    pub enabled: bool,
    pub created: Timestamp,
    pub redirects: Vec<String>,
    pub start_url: String,
    pub logout_url: String,
    pub domains: Vec<Registration>,
    pub connections: overview::Counts,
    pub keys: Vec<ShownKey>,
    /// The public keys as they were given.
    pub public_keys: serde_json::Value,
}

/// One of our own signing keys.
#[derive(Debug, Serialize)]
pub(crate) struct SigningKeyView {
    pub kid: String,
    pub standing: Standing,
    pub signs_from: Timestamp,
    pub published_until: Option<Timestamp>,
}

/// A provider.
#[derive(Debug, Serialize)]
pub(crate) struct ProviderView {
    pub name: String,
    pub title: String,
    pub issuer: String,
    pub client_id: String,
    pub callback: String,
    /// Whether its discovery document is there and nothing refuses us.
    pub works: bool,
    pub fetched: Option<Timestamp>,
    pub next_fetch: Option<Timestamp>,
    pub failed: Option<Timestamp>,
    pub refused_until: Option<Timestamp>,
    pub published_keys: usize,
    pub authorization_endpoint: Option<String>,
    pub credentials: Vec<CredentialView>,
}

/// What proves us at a provider, without what is secret.
#[derive(Debug, Serialize)]
pub(crate) struct CredentialView {
    /// `certificate` or `secret`.
    pub kind: &'static str,
    pub thumbprint: Option<String>,
    pub ends: Option<Timestamp>,
}

/// What is sealed under which key, by numbers alone.
#[derive(Debug, Serialize)]
pub(crate) struct Sealing {
    pub master_keys: Vec<MasterView>,
    pub data_keys: Vec<DataKeyView>,
    /// Behind which installation the list goes on.
    pub next: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct MasterView {
    pub number: u32,
    /// Whether new data keys are wrapped under it.
    pub wraps: bool,
    /// How many data keys are wrapped under it.
    pub data_keys: usize,
}

#[derive(Debug, Serialize)]
pub(crate) struct DataKeyView {
    /// The installation; blank for the login page's own.
    pub installation: String,
    pub number: u32,
    pub master_key: u32,
    /// How many values are sealed under it.
    pub values: i64,
}

/// How the login page is.
#[derive(Debug, Serialize)]
pub(crate) struct Health {
    pub installations: i64,
    pub cut_off: i64,
    /// Connections by state.
    pub connections: overview::Counts,
    /// Idle grants that are due to be used.
    pub renewals_due: i64,
    /// Grants that wait because a provider did not answer well.
    pub renewals_waiting: i64,
    /// Where connections need attention, those with the most first.
    pub needs_attention: Vec<AttentionLine>,
    /// Providers that nobody can be sent to at the moment.
    pub providers_away: Vec<String>,
    /// Data keys that wait to be wrapped under the newest master key.
    pub to_rewrap: usize,
}

#[derive(Debug, Serialize)]
pub(crate) struct AttentionLine {
    pub key: String,
    pub name: String,
    pub connections: i64,
}

impl House {
    /// Installations that have a word in key or name, those behind the key `after`.
    pub(super) async fn find_installations(&self, word: &str, after: &str) -> Result<InstallationList> {
        let (pattern, after) = (operator::pattern(word), after.to_owned());
        self.db
            .read(move |tx| {
                let mut rows = overview::find(tx, &pattern, &after, PAGE + 1)?;
                let more = rows.len() > PAGE as usize;
                rows.truncate(PAGE as usize);
                let next = rows.last().filter(|_| more).map(|row| row.key.clone());
                let lines = rows.into_iter().map(|row| line(tx, row)).collect::<Result<_>>()?;
                Ok(InstallationList { installations: lines, next })
            })
            .await
    }

    /// Everything about an installation.
    /// # Errors
    /// `NotFound` for an unknown key.
    pub(super) async fn view_installation(&self, key: &str) -> Result<InstallationView> {
        let key = key.to_owned();
        self.db
            .read(move |tx| {
                let row = installations::by_key(tx, &key)?.ok_or_else(|| Error::not_found("installation"))?;
                let keys = operator::shown(&row.public_keys, &overview::keys(tx, row.id)?);
                Ok(InstallationView {
                    domains: installations::domains(tx, row.id)?,
                    connections: overview::states(tx, Some(row.id))?,
                    keys,
                    key: row.key,
                    name: row.name,
                    enabled: row.enabled,
                    created: row.created,
                    redirects: row.redirects,
                    start_url: row.start_url,
                    logout_url: row.logout_url,
                    public_keys: row.public_keys,
                })
            })
            .await
    }

    /// The installation a word means: a key, or nothing for the login page itself.
    /// # Errors
    /// `NotFound` for an unknown key.
    pub(super) async fn id_of(&self, key: &str) -> Result<InstallationId> {
        if key.is_empty() {
            return Ok(InstallationId(0));
        }
        let key = key.to_owned();
        let row = self.db.read(move |tx| installations::by_key(tx, &key)).await?;
        row.map(|row| row.id).ok_or_else(|| Error::not_found("installation"))
    }

    /// Our own signing keys, the oldest first.
    pub(super) async fn signing_key_views(&self) -> Result<Vec<SigningKeyView>> {
        let now = self.now();
        let rows = self.db.read(keys::signing_keys).await?;
        let dates: Vec<Dates> =
            rows.iter().map(|k| Dates { from: k.signs_from, until: k.listed_until }).collect();
        let signs = signing::plan(&dates, now).signs;
        let views = rows.into_iter().zip(dates).enumerate().map(|(at, (row, dates))| SigningKeyView {
            kid: row.kid,
            standing: operator::standing(dates, signs == Some(at), now),
            signs_from: row.signs_from,
            published_until: row.listed_until,
        });
        Ok(views.collect())
    }

    /// The configured providers, and how they stand.
    pub(super) fn provider_views(&self) -> Vec<ProviderView> {
        let now = self.now();
        let view = |upstream: &std::sync::Arc<crate::providers::Upstream>| {
            let (settings, look) = (&upstream.settings, upstream.look(now));
            let refused_until = look.refused_until.filter(|until| now < *until);
            ProviderView {
                name: settings.name.to_string(),
                title: settings.title.clone(),
                issuer: settings.issuer.clone(),
                client_id: settings.client_id.clone(),
                callback: self.callback(&settings.name),
                works: look.fetched.is_some() && look.failed.is_none() && refused_until.is_none(),
                fetched: look.fetched,
                next_fetch: look.next,
                failed: look.failed,
                refused_until,
                published_keys: look.keys,
                authorization_endpoint: look.authorization_endpoint,
                credentials: look.credentials.into_iter().map(credential).collect(),
            }
        };
        self.upstreams().iter().map(view).collect()
    }

    /// What is sealed under which key: our own values, and those of the installations behind the key `after`.
    pub(super) async fn sealing(&self, after: &str) -> Result<Sealing> {
        let (after, master) = (after.to_owned(), self.keys.master());
        self.db
            .read(move |tx| {
                let all = keys::all_data_keys(tx)?;
                let mut wrapped: BTreeMap<u32, usize> = BTreeMap::new();
                for row in &all {
                    *wrapped.entry(number_of(&row.wrapped)?).or_default() += 1;
                }
                let view = |number| MasterView {
                    number,
                    wraps: number == master.current(),
                    data_keys: wrapped.get(&number).copied().unwrap_or_default(),
                };
                let master_keys = master.numbers().into_iter().map(view).collect();
                let mut rows = overview::find(tx, "%", &after, PAGE + 1)?;
                let more = rows.len() > PAGE as usize;
                rows.truncate(PAGE as usize);
                let next = rows.last().filter(|_| more).map(|row| row.key.clone());
                let mut named = rows.into_iter().map(|row| (row.id, row.key)).collect::<Vec<_>>();
                if after.is_empty() {
                    named.insert(0, (InstallationId(0), String::new()));
                }
                let mut data_keys = Vec::new();
                for (id, installation) in named {
                    let values = overview::sealed(tx, id)?;
                    for row in all.iter().filter(|row| row.installation == id) {
                        data_keys.push(DataKeyView {
                            installation: installation.clone(),
                            number: row.number,
                            master_key: number_of(&row.wrapped)?,
                            values: values.get(&row.number).copied().unwrap_or_default(),
                        });
                    }
                }
                Ok(Sealing { master_keys, data_keys, next })
            })
            .await
    }

    /// How the login page is.
    pub(super) async fn health(&self) -> Result<Health> {
        let away = self.provider_views().into_iter().filter(|p| !p.works).map(|p| p.title).collect();
        let (now, master) = (self.now(), self.keys.master());
        self.db
            .read(move |tx| {
                let (installations, cut_off) = overview::installations(tx)?;
                let (renewals_due, renewals_waiting) = overview::waiting(tx, now)?;
                let needs_attention = overview::in_state(tx, "needs_attention", NAMED)?;
                let mut to_rewrap = 0;
                for row in keys::all_data_keys(tx)? {
                    to_rewrap += usize::from(master.is_old(&row.wrapped)?);
                }
                Ok(Health {
                    installations,
                    cut_off,
                    connections: overview::states(tx, None)?,
                    renewals_due,
                    renewals_waiting,
                    needs_attention: needs_attention
                        .into_iter()
                        .map(|(key, name, connections)| AttentionLine { key, name, connections })
                        .collect(),
                    providers_away: away,
                    to_rewrap,
                })
            })
            .await
    }
}

fn line(tx: Tx<'_>, row: Installation) -> Result<InstallationLine> {
    Ok(InstallationLine {
        domains: overview::domains(tx, row.id)?,
        connections: overview::states(tx, Some(row.id))?,
        key: row.key,
        name: row.name,
        enabled: row.enabled,
        created: row.created,
    })
}

fn credential(shown: Shown) -> CredentialView {
    match shown {
        Shown::Certificate { thumbprint, ends } => {
            CredentialView { kind: "certificate", thumbprint: Some(thumbprint), ends }
        }
        Shown::Secret => CredentialView { kind: "secret", thumbprint: None, ends: None },
    }
}
