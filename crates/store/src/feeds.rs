//! Listening to places: where reading was left, and the watch that tells of changes.

use domain::living::Feed;
use domain::plugin::{Cursor, Watch};
use domain::{InstallationId, PluginId, Result};
use jiff::Timestamp;
use platform::sql::{Row, Tx};
use platform::{params, statements};

statements! {
    /// One feed.
    GET = "SELECT cursor, watch, watch_until, read_at, told_at, compared_at, compare, trouble, troubled_at, failures
        FROM feeds WHERE installation_id = $1 AND plugin = $2";
    /// A feed nobody has listened to yet.
    ADD = "INSERT INTO feeds (installation_id, plugin) VALUES ($1, $2)
        ON CONFLICT (installation_id, plugin) DO NOTHING";
    /// Reading went on from where the caller began; `$6` says whether it has come to the end.
    ADVANCE = "UPDATE feeds SET cursor = $4, read_at = CASE WHEN $6 = 1 THEN $5 ELSE read_at END, trouble = '',
        troubled_at = NULL, failures = 0
        WHERE installation_id = $1 AND plugin = $2 AND coalesce(cursor, '') = $3";
    /// Everything is to be compared.
    WANT = "UPDATE feeds SET compare = 1 WHERE installation_id = $1 AND plugin = $2";
    /// Everything was compared, as it stood at `$3`.
    COMPARED = "UPDATE feeds SET compare = 0, compared_at = $3, trouble = '', troubled_at = NULL, failures = 0
        WHERE installation_id = $1 AND plugin = $2";
    /// A watch, or none.
    WATCHED = "UPDATE feeds SET watch = $3, watch_until = $4 WHERE installation_id = $1 AND plugin = $2";
    /// The place has told that there are changes.
    TOLD = "UPDATE feeds SET told_at = $3 WHERE installation_id = $1 AND plugin = $2";
    /// It did not work.
    TROUBLED = "UPDATE feeds SET trouble = $3, troubled_at = $4, failures = failures + 1
        WHERE installation_id = $1 AND plugin = $2";
    /// Nothing is listened to any more.
    REMOVE = "DELETE FROM feeds WHERE installation_id = $1 AND plugin = $2";
}

/// The feeds of an installation.
#[derive(Debug, Clone, Copy)]
pub struct Feeds<'c> {
    pub(crate) tx: Tx<'c>,
    pub(crate) installation: InstallationId,
}

impl Feeds<'_> {
    /// One feed; `None` where nobody has listened yet.
    pub fn get(&self, plugin: PluginId) -> Result<Option<Feed>> {
        self.tx.one(&GET, params![self.installation, plugin], read)
    }

    /// Begins to listen. Doing so twice changes nothing.
    pub fn begin(&self, plugin: PluginId) -> Result<Feed> {
        self.tx.execute(&ADD, params![self.installation, plugin])?;
        Ok(self.get(plugin)?.unwrap_or_default())
    }

    /// Goes on from `from` to `to`, unless somebody else has gone on from there; gives whether. `ended`: there was
    /// nothing behind it at `now`.
    pub fn advance(
        &self,
        plugin: PluginId,
        from: Option<&Cursor>,
        to: &Cursor,
        ended: bool,
        now: Timestamp,
    ) -> Result<bool> {
        let from = from.map_or("", |cursor| cursor.0.as_str());
        let values = params![self.installation, plugin, from, to.0.as_str(), now, ended];
        Ok(self.tx.execute(&ADVANCE, values)? == 1)
    }

    /// Everything is to be compared as soon as possible.
    pub fn want_comparison(&self, plugin: PluginId) -> Result<()> {
        self.tx.execute(&WANT, params![self.installation, plugin]).map(drop)
    }

    /// Everything was compared, as it stood at `as_of`.
    pub fn compared(&self, plugin: PluginId, as_of: Timestamp) -> Result<()> {
        self.tx.execute(&COMPARED, params![self.installation, plugin, as_of]).map(drop)
    }

    /// The watch that runs from now on.
    pub fn watched(&self, plugin: PluginId, watch: Option<&Watch>) -> Result<()> {
        let (id, until) = (watch.map(|w| w.id.as_str()), watch.map(|w| w.until));
        self.tx.execute(&WATCHED, params![self.installation, plugin, id, until]).map(drop)
    }

    /// The place has told that there are changes.
    pub fn told(&self, plugin: PluginId, now: Timestamp) -> Result<()> {
        self.tx.execute(&TOLD, params![self.installation, plugin, now]).map(drop)
    }

    /// It did not work, and why.
    pub fn troubled(&self, plugin: PluginId, why: &str, now: Timestamp) -> Result<()> {
        self.tx.execute(&TROUBLED, params![self.installation, plugin, why, now]).map(drop)
    }

    /// Listens no more, and forgets where it was.
    pub fn remove(&self, plugin: PluginId) -> Result<()> {
        self.tx.execute(&REMOVE, params![self.installation, plugin]).map(drop)
    }
}

fn read(row: &Row<'_>) -> Result<Feed> {
    let mut c = row.columns();
    let cursor: Option<String> = c.take()?;
    let watch: Option<String> = c.take()?;
    let until: Option<Timestamp> = c.take()?;
    Ok(Feed {
        cursor: cursor.map(Cursor),
        watch: watch.zip(until).map(|(id, until)| Watch { id, until }),
        read: c.take()?,
        told: c.take()?,
        compared: c.take()?,
        compare: c.take()?,
        trouble: c.take()?,
        troubled: c.take()?,
        failures: u32::try_from(c.take::<i64>()?).unwrap_or(u32::MAX),
    })
}
