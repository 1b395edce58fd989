//! Changing keys: master keys rewrap data keys, data keys reseal values. Both can be stopped and begun again at any
//! point, and everything can be read meanwhile.

use super::refresh_place;
use crate::house::House;
use crate::tables::{connections, installations, keys};
use domain::{InstallationId, Result};

/// Values resealed in one transaction.
const BATCH: u32 = 100;

/// What a rotation has done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rotated {
    /// Data keys that were wrapped anew.
    pub rewrapped: usize,
    /// Values that were sealed anew.
    pub resealed: usize,
    /// Data keys that seal nothing any more and are gone.
    pub dropped: usize,
}

impl House {
    /// Wraps every data key under the newest master key. Old master keys can be taken out of the file afterwards.
    pub async fn rewrap(&self) -> Result<Rotated> {
        let keys = self.keys.clone();
        let rewrapped = self
            .db
            .write(move |tx| {
                let mut count = 0;
                let master = keys.master();
                for mut row in keys::all_data_keys(tx)? {
                    if master.is_old(&row.wrapped)? {
                        let key = master.unwrap(row.installation.0, row.number, &row.wrapped)?;
                        row.wrapped = master.wrap(row.installation.0, &key)?;
                        keys::rewrap(tx, &row)?;
                        count += 1;
                    }
                }
                Ok(count)
            })
            .await?;
        Ok(Rotated { rewrapped, ..Rotated::default() })
    }

    /// Gives an installation a new data key and seals everything of it anew, `report`ing as it goes.
    pub async fn reseal(
        &self,
        of: InstallationId,
        report: &mut (dyn FnMut(usize) + Send),
    ) -> Result<Rotated> {
        let (keys, now) = (self.keys.clone(), self.now());
        let newest = self.db.write(move |tx| keys.add(tx, of, now)).await?.number();
        let mut done = Rotated::default();
        let mut after = String::new();
        loop {
            let (keys, from, now) = (self.keys.clone(), after.clone(), self.now());
            let batch = self
                .db
                .write(move |tx| {
                    let ids = connections::sealed(tx, of, &from, BATCH)?;
                    for id in &ids {
                        reseal_one(tx, &keys, of, id, now)?;
                    }
                    Ok(ids)
                })
                .await?;
            let Some(last) = batch.last() else { break };
            after.clone_from(last);
            done.resealed += batch.len();
            report(done.resealed);
        }
        if of == InstallationId(0) {
            done.resealed += self.reseal_signing_keys().await?;
        }
        done.dropped = self.drop_old_keys(of, newest).await?;
        Ok(done)
    }

    /// Every installation's key, and our own.
    pub async fn reseal_all(&self, report: &mut (dyn FnMut(usize) + Send)) -> Result<Rotated> {
        let mut all: Vec<InstallationId> =
            self.db.read(|tx| Ok(installations::list(tx)?.into_iter().map(|i| i.id).collect())).await?;
        all.push(InstallationId(0));
        let mut sum = Rotated::default();
        for of in all {
            let before = sum.resealed;
            let one = self.reseal(of, &mut |n| report(before + n)).await?;
            sum.resealed += one.resealed;
            sum.dropped += one.dropped;
        }
        Ok(sum)
    }

    async fn reseal_signing_keys(&self) -> Result<usize> {
        let (keys, now) = (self.keys.clone(), self.now());
        self.db
            .write(move |tx| {
                let rows = keys::signing_keys(tx)?;
                for row in &rows {
                    let place = super::signing_place(&row.kid);
                    let plain = keys.open(tx, place, &row.private_key)?;
                    keys::reseal_signing_key(tx, &row.kid, &keys.seal(tx, place, &plain, now)?)?;
                }
                Ok(rows.len())
            })
            .await
    }

    /// Data keys before `newest` seal nothing any more, once what lives only minutes has gone too.
    async fn drop_old_keys(&self, of: InstallationId, newest: u32) -> Result<usize> {
        let (keys, now) = (self.keys.clone(), self.now());
        self.db
            .write(move |tx| {
                // Trips under way carry a sealed verifier; their people begin again.
                crate::tables::end_attempts(tx, of, now)?;
                connections::drop_all_access(tx, of)?;
                let old: Vec<_> =
                    keys::data_keys(tx, of)?.into_iter().filter(|k| k.number < newest).collect();
                for key in &old {
                    keys::drop_data_key(tx, of, key.number)?;
                }
                keys.forget(of);
                Ok(old.len())
            })
            .await
    }
}

fn reseal_one(
    tx: platform::sql::Tx<'_>,
    keys: &super::DataKeys,
    of: InstallationId,
    id: &str,
    now: jiff::Timestamp,
) -> Result<()> {
    let Some(row) = connections::get(tx, of, id)? else { return Ok(()) };
    let place = refresh_place(of, id);
    let again = |sealed: Option<&[u8]>| {
        sealed.map(|s| keys.seal(tx, place, &keys.open(tx, place, s)?, now)).transpose()
    };
    let (refresh, previous) = (again(row.refresh_token.as_deref())?, again(row.previous_token.as_deref())?);
    connections::reseal(tx, &row, refresh.as_deref(), previous.as_deref())?;
    // Access tokens live an hour; they are fetched anew rather than sealed anew.
    connections::drop_access(tx, id)
}
