//! Lists with optional filters: a text put together from constant fragments, with every value bound.

use crate::paging::{NameCursor, Page, clamp};
use crate::words::{Kind, Wanted};
use domain::{InstallationId, Result};
use platform::sql::{Columns, Tx, Value};

/// A statement in the making. `$1` is always the installation.
#[derive(Debug)]
pub(crate) struct Dynamic {
    pub(crate) sql: String,
    pub(crate) params: Vec<Value<'static>>,
}

impl Dynamic {
    pub(crate) fn new(installation: InstallationId) -> Self {
        Self { sql: String::with_capacity(2048), params: vec![installation.into()] }
    }

    /// Adds a constant fragment. Only literals can be passed, so no value can become part of the text.
    pub(crate) fn push(&mut self, fragment: &'static str) -> &mut Self {
        self.sql.push_str(fragment);
        self
    }

    /// Adds the marker of a value.
    pub(crate) fn bind(&mut self, value: impl Into<Value<'static>>) -> &mut Self {
        self.params.push(value.into());
        self.sql.push('$');
        self.sql.push_str(&self.params.len().to_string());
        self
    }
}

/// A list ordered by name.
pub(crate) struct NameList {
    pub(crate) kind: Kind,
    /// The columns, beginning with `x.sort, x.id`; everything the reader takes follows.
    pub(crate) columns: &'static str,
    /// The table under the alias `x`.
    pub(crate) table: &'static str,
    /// The joins to what is shown beside it.
    pub(crate) joins: &'static str,
}

/// A condition of a list: a fragment that ends where a value belongs, or stands alone.
pub(crate) struct Condition(pub(crate) &'static str, pub(crate) Option<i64>);

/// Which page of a list is asked for.
pub(crate) struct Asked<'a> {
    pub(crate) conditions: &'a [Condition],
    pub(crate) query: &'a str,
    pub(crate) after: Option<&'a NameCursor>,
    pub(crate) limit: u32,
}

impl NameList {
    /// One page: the conditions hold, every word of the query matches, after the cursor, in order of name.
    pub(crate) fn page<T>(
        &self,
        tx: Tx<'_>,
        installation: InstallationId,
        asked: &Asked<'_>,
        mut read: impl FnMut(&mut Columns<'_>) -> Result<T>,
    ) -> Result<Page<T, NameCursor>> {
        let limit = clamp(asked.limit);
        let wanted = Wanted::look(tx, installation, self.kind, asked.query)?;
        let dynamic = self.text(installation, asked, &wanted);
        let rows = tx.all_dynamic(&dynamic.sql, &dynamic.params, |row| {
            let mut columns = row.columns();
            let cursor = NameCursor { sort: columns.take()?, id: columns.take()? };
            Ok((read(&mut columns)?, cursor))
        })?;
        Ok(Page::of(rows, limit))
    }

    fn text(&self, installation: InstallationId, asked: &Asked<'_>, wanted: &Wanted) -> Dynamic {
        let mut d = Dynamic::new(installation);
        d.push("SELECT ").push(self.columns).push(" FROM ");
        if wanted.is_nothing() {
            d.push(self.table).push(" AS x").push(self.joins).push(" WHERE x.installation_id = $1");
            narrow(&mut d, asked);
            return d;
        }
        // The page is found first and joined to the names afterwards, so that what does not match joins nothing.
        d.push("(SELECT x.id AS id FROM ");
        let rare = wanted.begin(&mut d);
        d.push(self.table).push(" AS x WHERE x.installation_id = $1");
        if rare {
            d.push(" AND x.id = w.record_id");
        }
        wanted.conditions(&mut d, "x.id");
        narrow(&mut d, asked);
        d.push(") AS page CROSS JOIN ").push(self.table).push(" AS x").push(self.joins);
        d.push(" WHERE x.installation_id = $1 AND x.id = page.id ORDER BY x.sort, x.id");
        d
    }
}

fn narrow(d: &mut Dynamic, asked: &Asked<'_>) {
    for Condition(fragment, value) in asked.conditions {
        d.push(" AND ").push(fragment);
        if let Some(value) = value {
            d.bind(*value);
        }
    }
    if let Some(after) = asked.after {
        d.push(" AND (x.sort, x.id) > (").bind(after.sort.clone()).push(", ").bind(after.id).push(")");
    }
    d.push(" ORDER BY x.sort, x.id LIMIT ").bind(clamp(asked.limit) + 1);
}
