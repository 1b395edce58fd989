//! Our own signing keys: made ahead, published, used, published for a while longer, gone.

use crate::house::{House, Who, note};
use crate::rules::signing::{self, Dates};
use crate::tables::keys::{self, SigningKeyRow};
use crate::vault::signing_place;
use domain::audit::Entry;
use domain::{Error, InstallationId, Result};
use jiff::Timestamp;
use platform::jwt::{KeySet, SigningKey};
use serde_json::{Value, json};

impl House {
    /// Makes, publishes and withdraws keys as the schedule says.
    pub(crate) async fn tend_signing_keys(&self) -> Result<()> {
        let fresh = SigningKey::generate()?;
        let (sealing, now) = (self.keys.clone(), self.now());
        self.db
            .write(move |tx| {
                let rows = keys::signing_keys(tx)?;
                let dates: Vec<Dates> =
                    rows.iter().map(|k| Dates { from: k.signs_from, until: k.listed_until }).collect();
                let plan = signing::plan(&dates, now);
                if let Some(from) = plan.make {
                    let place = signing_place(fresh.kid());
                    let private_key = sealing.seal(tx, place, &fresh.to_pkcs8()?, now)?;
                    let row = SigningKeyRow {
                        kid: fresh.kid().to_owned(),
                        public_jwk: fresh.public_jwk().to_string(),
                        private_key,
                        signs_from: from,
                        listed_until: None,
                    };
                    keys::add_signing_key(tx, &row, now)?;
                    let entry = Entry::done("signing_key.made", format!("key:{}", row.kid));
                    note(tx, InstallationId(0), "system", entry, now)?;
                }
                for (at, row) in rows.iter().enumerate() {
                    match row.listed_until {
                        Some(until) if until <= now => keys::drop_signing_key(tx, &row.kid)?,
                        None if plan.signs.is_some_and(|signs| at < signs) => {
                            keys::list_until(tx, &row.kid, now + signing::AFTER)?;
                        }
                        _ => {}
                    }
                }
                Ok(())
            })
            .await
    }

    /// Begins a new key at once; with `withdraw`, nothing that an older key has signed is believed from now on.
    pub async fn rotate_signing_key(&self, withdraw: bool) -> Result<String> {
        self.rotate_by(withdraw, Who::command()).await
    }

    /// As [`House::rotate_signing_key`], by somebody.
    pub(crate) async fn rotate_by(&self, withdraw: bool, who: Who) -> Result<String> {
        let fresh = SigningKey::generate()?;
        let (sealing, now) = (self.keys.clone(), self.now());
        self.db
            .write(move |tx| {
                let until = if withdraw { now } else { now + signing::AFTER };
                for row in keys::signing_keys(tx)? {
                    if withdraw {
                        keys::drop_signing_key(tx, &row.kid)?;
                    } else {
                        keys::list_until(tx, &row.kid, row.listed_until.map_or(until, |u| u.min(until)))?;
                    }
                }
                let private_key = sealing.seal(tx, signing_place(fresh.kid()), &fresh.to_pkcs8()?, now)?;
                let kid = fresh.kid().to_owned();
                let public_jwk = fresh.public_jwk().to_string();
                let row = SigningKeyRow {
                    kid: kid.clone(),
                    public_jwk,
                    private_key,
                    signs_from: now,
                    listed_until: None,
                };
                keys::add_signing_key(tx, &row, now)?;
                let what = if withdraw { "signing_key.replaced" } else { "signing_key.rotated" };
                who.note(tx, InstallationId(0), Entry::done(what, format!("key:{kid}")), now)?;
                Ok(kid)
            })
            .await
    }

    /// Signs claims with the key whose time it is.
    pub(crate) async fn sign(&self, typ: &'static str, claims: &Value) -> Result<String> {
        let (sealing, now) = (self.keys.clone(), self.now());
        let key = self
            .db
            .read(move |tx| {
                let rows = keys::signing_keys(tx)?;
                let dates: Vec<Dates> =
                    rows.iter().map(|k| Dates { from: k.signs_from, until: k.listed_until }).collect();
                let row = signing::plan(&dates, now).signs.and_then(|at| rows.get(at));
                let row = row.ok_or_else(|| Error::internal("no signing key is valid now"))?;
                SigningKey::from_pkcs8(&sealing.open(tx, signing_place(&row.kid), &row.private_key)?)
            })
            .await?;
        key.sign(typ, claims)
    }

    /// The key set document.
    pub(crate) async fn key_set(&self) -> Result<Value> {
        let now = self.now();
        let listed = move |k: &SigningKeyRow| k.listed_until.is_none_or(|until: Timestamp| now < until);
        let rows = self.db.read(keys::signing_keys).await?;
        let all: Vec<Value> = rows
            .iter()
            .filter(|k| listed(k))
            .filter_map(|k| serde_json::from_str(&k.public_jwk).ok())
            .collect();
        Ok(json!({ "keys": all }))
    }

    pub(crate) async fn published_keys(&self) -> Result<KeySet> {
        KeySet::from_value(&self.key_set().await?)
            .ok_or_else(|| Error::internal("our own key set cannot be read"))
    }
}
