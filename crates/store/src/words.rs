//! Search words: every word of what was typed must match the beginning of a word of the record.

use crate::dynamic::Dynamic;
use domain::{InstallationId, Result, text};
use platform::sql::Tx;
use platform::{params, statements};
use std::collections::HashSet;

/// The kinds of record that have search words, as stored.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Company = 1,
    Contact = 2,
    Project = 3,
    Sale = 4,
    Associate = 5,
    Document = 6,
    Template = 7,
}

statements! {
    /// The words of one record.
    OF_RECORD = "SELECT word FROM search_words WHERE installation_id = $1 AND kind = $2 AND record_id = $3";
    /// A word of a record.
    ADD = "INSERT INTO search_words (installation_id, kind, record_id, word) VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING";
    /// A record has a word no more.
    REMOVE = "DELETE FROM search_words WHERE installation_id = $1 AND kind = $2 AND record_id = $3 AND word = $4";
    /// How many entries begin with a prefix, counted up to a limit.
    PROBE = "SELECT count(*) FROM (SELECT 1 FROM search_words
        WHERE installation_id = $1 AND kind = $2 AND word >= $3 AND word < $4 LIMIT $5) AS probe";
}

/// The most words of a query that are looked at; nobody types more to find something.
const MAX_WORDS: usize = 8;

/// Up to this many entries, a word is rare: its records are looked up and sorted. Beyond it, records are taken in
/// the order of the list and asked for the word, which finds a page soon because so many have it.
const RARE: i64 = 2000;

/// Records the words of a record that is new.
pub(crate) fn add(
    tx: Tx<'_>,
    installation: InstallationId,
    kind: Kind,
    id: i64,
    texts: &[&str],
) -> Result<()> {
    for word in text::words(&texts.join(" ")) {
        tx.execute(&ADD, params![installation, kind as i64, id, word])?;
    }
    Ok(())
}

/// Records the words of a record that may have others from before.
pub(crate) fn replace(
    tx: Tx<'_>,
    installation: InstallationId,
    kind: Kind,
    id: i64,
    texts: &[&str],
) -> Result<()> {
    let before: HashSet<String> =
        tx.all(&OF_RECORD, params![installation, kind as i64, id], |row| row.get(0))?.into_iter().collect();
    let now = text::words(&texts.join(" "));
    for word in now.iter().filter(|w| !before.contains(*w)) {
        tx.execute(&ADD, params![installation, kind as i64, id, word])?;
    }
    for word in before.iter().filter(|w| !now.contains(w)) {
        tx.execute(&REMOVE, params![installation, kind as i64, id, word])?;
    }
    Ok(())
}

/// A query that has been looked at: its words, and which of them to begin with.
#[derive(Debug)]
pub(crate) struct Wanted {
    kind: Kind,
    words: Vec<String>,
    rare: Option<usize>,
}

impl Wanted {
    /// Splits a query into words and finds the rarest of them.
    pub(crate) fn look(tx: Tx<'_>, installation: InstallationId, kind: Kind, query: &str) -> Result<Self> {
        let mut words = text::words(query);
        words.truncate(MAX_WORDS);
        let mut rarest = (RARE + 1, None);
        for (index, word) in words.iter().enumerate() {
            let end = text::prefix_end(word);
            let entries = tx
                .one(&PROBE, params![installation, kind as i64, word, end, rarest.0], |row| {
                    row.get::<i64>(0)
                })?
                .unwrap_or(0);
            if entries < rarest.0 {
                rarest = (entries, Some(index));
            }
        }
        Ok(Self { kind, words, rare: rarest.1 })
    }

    /// Whether nothing was typed.
    pub(crate) fn is_nothing(&self) -> bool {
        self.words.is_empty()
    }

    /// Where there is a rare word, writes its records as a table to begin with: `(SELECT .. record_id ..) AS w`. A
    /// cross join keeps it first where the engine would reorder the two. Gives whether it wrote anything.
    pub(crate) fn begin(&self, to: &mut Dynamic) -> bool {
        let Some(word) = self.rare.and_then(|i| self.words.get(i)) else { return false };
        to.push("(SELECT DISTINCT record_id FROM search_words WHERE installation_id = $1 AND kind = ")
            .bind(self.kind as i64)
            .push(" AND word >= ")
            .bind(word.clone())
            .push(" AND word < ")
            .bind(text::prefix_end(word))
            .push(") AS w CROSS JOIN ");
        true
    }

    /// Adds the condition that the record with the id in column `id` has every other word.
    pub(crate) fn conditions(&self, to: &mut Dynamic, id: &'static str) {
        for word in self.words.iter().enumerate().filter(|(i, _)| Some(*i) != self.rare).map(|(_, w)| w) {
            to.push(" AND EXISTS (SELECT 1 FROM search_words WHERE installation_id = $1 AND kind = ")
                .bind(self.kind as i64)
                .push(" AND record_id = ")
                .push(id)
                .push(" AND word >= ")
                .bind(word.clone())
                .push(" AND word < ")
                .bind(text::prefix_end(word))
                .push(")");
        }
    }
}
