//! Rights that follow people: when somebody joins or leaves a group, leaves altogether, or signs in with another account,
//! the folders at the places are put in order by themselves.
//!
//! What was true when that was done last is kept as a digest, so looking costs two readings of the tables while nothing
//! changes, and a run that was cut off is done anew.

use super::Jobs;
use super::work::system;
use domain::jobs::Followed;
use domain::plugin::{DocumentPlugin, Severity};
use domain::{Ctx, InstallationId, PluginId, Result};
use jiff::Timestamp;
use std::sync::Arc;

/// The setting that holds what was true when the rights of a place were put in order.
fn setting(place: PluginId) -> String {
    format!("rights.followed.{place}")
}

impl Jobs<'_> {
    /// Puts the folders of each place in order where who is in which group, who has left, or who has which account has
    /// changed since that was done. Gives at how many places it was. Safe to call at any time and by several nodes.
    pub async fn follow_people(&self, now: Timestamp) -> Result<u64> {
        let mut followed = 0;
        for installation in self.app.store().read(|tx| tx.installations().list()).await? {
            let of = installation.id;
            for place in self.app.usable_plugins(of).await? {
                if place.capabilities().rights() {
                    let ctx = system(of, now)?;
                    followed += u64::from(self.follow_at(&ctx, &place).await?);
                }
            }
        }
        Ok(followed)
    }

    async fn follow_at(&self, ctx: &Ctx, place: &Arc<dyn DocumentPlugin>) -> Result<bool> {
        let (of, plugin, now) = (ctx.installation, place.info().id, ctx.now);
        let (digest, before, used) = self.who_is_who(of, plugin).await?;
        if !used || !before.is_due(&digest, now) {
            return Ok(false);
        }
        let call = crate::registry::call(ctx, Some(ctx.new_operation()));
        let after = match place.provision(&call).await {
            Ok(findings) => {
                for found in findings.iter().filter(|found| found.severity != Severity::Good) {
                    tracing::info!(installation = of.0, what = found.what, detail = found.detail, "rights");
                }
                before.done(digest)
            }
            Err(error) => {
                tracing::warn!(installation = of.0, ?error, "rights do not follow people just now");
                before.failed(now)
            }
        };
        let text = serde_json::to_string(&after)
            .map_err(|e| domain::Error::internal("a setting has no form").caused_by(e))?;
        self.app.store().write(move |tx| tx.settings(of).put(&setting(plugin), &text)).await?;
        Ok(after.fails() == 0)
    }

    /// A digest of everything that folders' permissions follow from, what was kept the last time, and whether anything lies
    /// at the place.
    async fn who_is_who(&self, of: InstallationId, plugin: PluginId) -> Result<(String, Followed, bool)> {
        let (text, kept, used) = self
            .app
            .store()
            .read(move |tx| {
                let people: Vec<_> = tx.associates(of).list()?;
                let people = people.iter().map(|one| {
                    let groups: Vec<i64> = one.groups().map(|group| group.0).collect();
                    (one.id.0, one.retired, one.administrator, groups, &one.email)
                });
                let bound = tx.identities(of).all()?;
                let mut bound: Vec<_> =
                    bound.iter().map(|one| (one.associate.0, &one.key, &one.address)).collect();
                bound.sort_by(|a, b| (a.0, &a.1.subject).cmp(&(b.0, &b.1.subject)));
                let groups: Vec<i64> = tx.groups(of).list()?.iter().map(|group| group.id.0).collect();
                let active = [crate::sharepoint::ACTIVE, crate::google::ACTIVE]
                    .map(|name| tx.settings(of).get(name))
                    .into_iter()
                    .collect::<Result<Vec<_>>>()?;
                let all = (people.collect::<Vec<_>>(), bound, groups, active);
                let text = serde_json::to_string(&all)
                    .map_err(|e| domain::Error::internal("people have no form").caused_by(e))?;
                let used = tx.documents(of).count_at(plugin)? > 0
                    || !tx.templates(of).references(plugin)?.is_empty();
                Ok((text, tx.settings(of).get(&setting(plugin))?, used))
            })
            .await?;
        // What cannot be read is as good as nothing: the rights are put in order once more.
        let kept = kept.and_then(|kept| serde_json::from_str(&kept).ok()).unwrap_or_default();
        Ok((platform::digest::sha256_hex(text.as_bytes()), kept, used))
    }
}
