//! Grants die of disuse: Microsoft's after 90 days, Google's after six months. They are used before.

use crate::house::House;
use crate::tables::connections::{self, ConnectionRow};
use domain::Result;
use domain::connections::{ConnectionKind, Need};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// After how long without use a grant is used.
const MICROSOFT: SignedDuration = SignedDuration::from_hours(24 * 30);
const GOOGLE: SignedDuration = SignedDuration::from_hours(24 * 60);
/// Grants kept alive in one round.
const ROUND: u32 = 50;

/// When a connection that was used now has to be used again.
pub(crate) fn next(row: &ConnectionRow, now: Timestamp) -> Option<Timestamp> {
    if row.kind == ConnectionKind::App {
        return None;
    }
    Some(now + if row.provider.is_microsoft() { MICROSOFT } else { GOOGLE })
}

impl House {
    /// Uses the grants that have lain idle, a round at a time. Gives how many were used.
    pub async fn keep_alive(self: &Arc<Self>) -> Result<usize> {
        let now = self.now();
        let due = self.db.read(move |tx| connections::due(tx, now, ROUND)).await?;
        let mut used = 0;
        for (installation, connection) in due {
            // Asked a day later again should it not work now; a broken one is not asked at all.
            let (id, again) = (connection.clone(), now + SignedDuration::from_hours(24));
            self.db.write(move |tx| connections::keep_alive_at(tx, installation, &id, Some(again))).await?;
            match self.access_token(installation, &connection, Need::Documents, Some(now)).await? {
                Ok(_) => used += 1,
                Err(super::Refused::Broken(_) | super::Refused::Absent) => {
                    let id = connection.clone();
                    self.db.write(move |tx| connections::keep_alive_at(tx, installation, &id, None)).await?;
                }
                Err(why) => {
                    tracing::info!(%connection, ?why, "an idle grant could not be used; tomorrow again");
                }
            }
        }
        Ok(used)
    }
}
