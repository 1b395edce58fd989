//! Mail merges and their records.

use crate::support::found;
use domain::mailings::{Addressee, MailingState, RecordState};
use domain::{AssociateId, DocumentId, Error, InstallationId, MailingId, Result, TemplateId};
use jiff::Timestamp;
use platform::sql::counters;
use platform::sql::{Columns, Row, Tx};
use platform::{params, statements};

macro_rules! columns {
    () => {
        "id, template_id, name, joined, ask, state, reason, round, document_id, seed, created_by, created_at,
         updated_at, finished_at, fence"
    };
}
macro_rules! record_columns {
    () => {
        "position, kind, record_id, label, state, reason, tries, document_id"
    };
}

statements! {
    /// A mail merge begins.
    INSERT = "INSERT INTO mailings (installation_id, id, template_id, name, joined, ask, seed, created_by,
        created_at, updated_at, state, reason, round, fence)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, 'running', '', 1, 0)";
    /// One of its records.
    INSERT_RECORD = "INSERT INTO mailing_records (installation_id, mailing_id, position, kind, record_id, label,
        state, reason, tries) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)";
    /// One mail merge.
    GET = concat!("SELECT ", columns!(), " FROM mailings WHERE installation_id = $1 AND id = $2");
    /// Those of one person, or of everybody when `$2` is 0; the newest first.
    LIST = concat!("SELECT ", columns!(), " FROM mailings WHERE installation_id = $1
        AND ($2 = 0 OR created_by = $2) ORDER BY id DESC LIMIT $3");
    /// How many records are in each state.
    TALLY = "SELECT state, count(*) FROM mailing_records WHERE installation_id = $1 AND mailing_id = $2
        GROUP BY state";
    /// The records after a position.
    RECORDS = concat!("SELECT ", record_columns!(), " FROM mailing_records WHERE installation_id = $1
        AND mailing_id = $2 AND position > $3 ORDER BY position LIMIT $4");
    /// The records in a state after a position.
    IN_STATE = concat!("SELECT ", record_columns!(), " FROM mailing_records WHERE installation_id = $1
        AND mailing_id = $2 AND state = $3 AND position > $4 ORDER BY position LIMIT $5");
    /// What became of a record.
    SETTLE = "UPDATE mailing_records SET state = $4, reason = $5, document_id = $6
        WHERE installation_id = $1 AND mailing_id = $2 AND position = $3 AND state = 'waiting'";
    /// Its operation was withdrawn: the next one has another id.
    AGAIN = "UPDATE mailing_records SET tries = tries + 1
        WHERE installation_id = $1 AND mailing_id = $2 AND position = $3 AND tries = $4";
    /// The failed ones get another turn.
    RETRY = "UPDATE mailing_records SET state = 'waiting', reason = '', tries = tries + 1
        WHERE installation_id = $1 AND mailing_id = $2 AND state = 'failed'";
    /// Another state, from the one that was seen.
    SET_STATE = "UPDATE mailings SET state = $4, reason = $5, updated_at = $6, lease_until = NULL,
        finished_at = CASE WHEN $4 IN ('finished', 'stopped') THEN $6 ELSE NULL END
        WHERE installation_id = $1 AND id = $2 AND state = $3";
    /// Another round, for the failed ones.
    NEXT_ROUND = "UPDATE mailings SET round = round + 1 WHERE installation_id = $1 AND id = $2";
    /// The one document of all.
    SET_DOCUMENT = "UPDATE mailings SET document_id = $3 WHERE installation_id = $1 AND id = $2";
    /// Why it does not go on just now.
    NOTE = "UPDATE mailings SET reason = $3, updated_at = $4 WHERE installation_id = $1 AND id = $2";
    /// Takes one that runs and that nobody holds.
    LEASE = concat!("UPDATE mailings SET lease_until = $2, fence = fence + 1, updated_at = $1
        WHERE (installation_id, id) IN (SELECT installation_id, id FROM mailings
            WHERE state = 'running' AND (lease_until IS NULL OR lease_until <= $1) ORDER BY updated_at LIMIT 1)
        RETURNING installation_id, ", columns!());
    /// Holds on to one.
    RENEW = "UPDATE mailings SET lease_until = $4, updated_at = $5
        WHERE installation_id = $1 AND id = $2 AND fence = $3 AND state = 'running'";
    /// What a process that is gone held is free again.
    RELEASE = "UPDATE mailings SET lease_until = NULL WHERE state = 'running' AND lease_until IS NOT NULL";
}

/// A mail merge to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMailing {
    /// The template.
    pub template: TemplateId,
    /// What people call it.
    pub name: String,
    /// One document of all, instead of one for each record.
    pub joined: bool,
    /// What was chosen, as JSON.
    pub ask: String,
    /// What operation ids are made from.
    pub seed: u64,
    /// On whose behalf.
    pub by: AssociateId,
}

/// A record of a mail merge to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRecord {
    /// What kind of record it is.
    pub kind: Addressee,
    /// Its id.
    pub record: i64,
    /// Its name.
    pub label: String,
    /// Why it is left out; blank when it is not.
    pub left_out: String,
}

/// A mail merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailing {
    /// Its id.
    pub id: MailingId,
    /// The template.
    pub template: TemplateId,
    /// What people call it.
    pub name: String,
    /// One document of all, instead of one for each record.
    pub joined: bool,
    /// What was chosen, as JSON.
    pub ask: String,
    /// Where it stands.
    pub state: MailingState,
    /// Why, when it is paused by itself.
    pub reason: String,
    /// How often it was begun: 1, and one more each time the failed records were tried again.
    pub round: i64,
    /// The one document of all.
    pub document: Option<DocumentId>,
    /// What operation ids are made from.
    pub seed: u64,
    /// On whose behalf.
    pub by: AssociateId,
    /// Begun at.
    pub created: Timestamp,
    /// Last touched at.
    pub updated: Timestamp,
    /// Ended at.
    pub finished: Option<Timestamp>,
    /// How often it has been taken up: the fence of whoever holds it.
    pub fence: i64,
}

/// A record of a mail merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailingRecord {
    /// Its place, from 1.
    pub position: i64,
    /// What kind of record it is.
    pub kind: Addressee,
    /// Its id.
    pub record: i64,
    /// Its name when the mail merge began.
    pub label: String,
    /// What became of it.
    pub state: RecordState,
    /// Why it failed, or was left out.
    pub reason: String,
    /// How many of its operations were withdrawn.
    pub tries: i64,
    /// Its document.
    pub document: Option<DocumentId>,
}

/// What became of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Its document is there; `None` when it is a part of the one document of all.
    Done(Option<DocumentId>),
    /// It has none, for this reason.
    Failed(String),
    /// It gets none, for this reason.
    LeftOut(String),
}

/// How many records are in each state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Whose turn has not come.
    pub waiting: u64,
    /// Whose documents are there.
    pub done: u64,
    /// Without a document.
    pub failed: u64,
    /// Never meant to get one.
    pub left_out: u64,
}

impl Tally {
    /// All of them.
    pub fn all(&self) -> u64 {
        self.waiting + self.done + self.failed + self.left_out
    }
}

/// The mail merges of an installation.
#[derive(Debug, Clone, Copy)]
pub struct Mailings<'c> {
    pub(crate) tx: Tx<'c>,
    pub(crate) installation: InstallationId,
}

impl Mailings<'_> {
    /// Begins one. It runs from now on.
    pub fn insert(&self, new: &NewMailing, records: &[NewRecord], now: Timestamp) -> Result<MailingId> {
        let id = MailingId(counters::next(self.tx, self.installation, "mailing")?);
        let seed = new.seed.cast_signed();
        let values =
            params![self.installation, id, new.template, &new.name, new.joined, &new.ask, seed, new.by, now];
        self.tx.execute(&INSERT, values)?;
        for (position, record) in (1_i64..).zip(records) {
            let state = if record.left_out.is_empty() { RecordState::Waiting } else { RecordState::LeftOut };
            let values = params![
                self.installation,
                id,
                position,
                record.kind.as_str(),
                record.record,
                &record.label,
                state.as_str(),
                &record.left_out
            ];
            self.tx.execute(&INSERT_RECORD, values)?;
        }
        Ok(id)
    }

    /// One mail merge.
    pub fn get(&self, id: MailingId) -> Result<Option<Mailing>> {
        self.tx.one(&GET, params![self.installation, id], read)
    }

    /// Those begun by one person, or by anybody; the newest first.
    pub fn list(&self, by: Option<AssociateId>, limit: u32) -> Result<Vec<Mailing>> {
        let by = by.map_or(0, |by| by.0);
        self.tx.all(&LIST, params![self.installation, by, limit.clamp(1, 1000)], read)
    }

    /// How many records of one are in each state.
    pub fn tally(&self, id: MailingId) -> Result<Tally> {
        let mut tally = Tally::default();
        let counted = self.tx.all(&TALLY, params![self.installation, id], |row| {
            let mut c = row.columns();
            Ok((c.word(RecordState::from_word)?, c.take::<u64>()?))
        })?;
        for (state, many) in counted {
            match state {
                RecordState::Waiting => tally.waiting = many,
                RecordState::Done => tally.done = many,
                RecordState::Failed => tally.failed = many,
                RecordState::LeftOut => tally.left_out = many,
            }
        }
        Ok(tally)
    }

    /// Records after a position, in their order.
    pub fn records(
        &self,
        id: MailingId,
        state: Option<RecordState>,
        after: i64,
        limit: u32,
    ) -> Result<Vec<MailingRecord>> {
        let limit = limit.clamp(1, 1000);
        match state {
            None => self.tx.all(&RECORDS, params![self.installation, id, after, limit], read_record),
            Some(state) => {
                let values = params![self.installation, id, state.as_str(), after, limit];
                self.tx.all(&IN_STATE, values, read_record)
            }
        }
    }

    /// Writes down what became of a record whose turn it was. Gives `false` when that is known already.
    pub fn settle(&self, id: MailingId, position: i64, outcome: &Outcome) -> Result<bool> {
        let (state, reason, document) = match outcome {
            Outcome::Done(document) => (RecordState::Done, "", *document),
            Outcome::Failed(reason) => (RecordState::Failed, reason.as_str(), None),
            Outcome::LeftOut(reason) => (RecordState::LeftOut, reason.as_str(), None),
        };
        let values = params![self.installation, id, position, state.as_str(), reason, document];
        Ok(self.tx.execute(&SETTLE, values)? == 1)
    }

    /// The operation of a record's `tries` was withdrawn: the next has another id.
    pub fn again(&self, id: MailingId, position: i64, tries: i64) -> Result<()> {
        self.tx.execute(&AGAIN, params![self.installation, id, position, tries]).map(drop)
    }

    /// Another state.
    /// # Errors
    /// `Conflict` when it is in none from which this can be reached, or somebody has changed it meanwhile.
    pub fn set_state(
        &self,
        id: MailingId,
        to: MailingState,
        reason: &str,
        now: Timestamp,
    ) -> Result<Mailing> {
        let is = self.must(id)?;
        let values = params![self.installation, id, is.state.as_str(), to.as_str(), reason, now];
        if !is.state.may_become(to) || self.tx.execute(&SET_STATE, values)? == 0 {
            return Err(Error::conflict(format!(
                "This mail merge is {}. Look at it again, then decide.",
                is.state.as_str()
            )));
        }
        self.must(id)
    }

    /// Gives the failed records of a finished one another turn. Gives how many.
    pub fn retry(&self, id: MailingId, now: Timestamp) -> Result<u64> {
        let many = self.tx.execute(&RETRY, params![self.installation, id])?;
        if many == 0 {
            return Err(Error::conflict(
                "No record of this mail merge has failed; there is nothing to repeat.",
            ));
        }
        self.set_state(id, MailingState::Running, "", now)?;
        found(self.tx.execute(&NEXT_ROUND, params![self.installation, id])?, "mail merge")?;
        Ok(many)
    }

    /// Writes down the one document of all.
    pub fn set_document(&self, id: MailingId, document: DocumentId) -> Result<()> {
        found(self.tx.execute(&SET_DOCUMENT, params![self.installation, id, document])?, "mail merge")
    }

    /// Says why one does not go on just now; blank when it does.
    pub fn note(&self, id: MailingId, reason: &str, now: Timestamp) -> Result<()> {
        self.tx.execute(&NOTE, params![self.installation, id, reason, now]).map(drop)
    }

    /// Holds on to one that was leased. Gives `false` when it is somebody else's, or does not run any more.
    pub fn renew(&self, id: MailingId, fence: i64, until: Timestamp, now: Timestamp) -> Result<bool> {
        Ok(self.tx.execute(&RENEW, params![self.installation, id, fence, until, now])? == 1)
    }

    fn must(&self, id: MailingId) -> Result<Mailing> {
        self.get(id)?.ok_or_else(|| Error::not_found("mail merge"))
    }
}

impl Mailing {
    /// The number that a record's operation id is made from: another for each record and each try.
    pub fn seed_of(&self, position: i64, tries: i64) -> u64 {
        let spread = |n: i64| n.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(31);
        self.seed ^ spread(position) ^ spread(tries.wrapping_add(1)).rotate_left(17)
    }
}

/// Takes one, of whatever installation, that runs and that nobody holds at `now`; holds it until `until`.
pub(crate) fn lease(
    tx: Tx<'_>,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<(InstallationId, Mailing)>> {
    let mut taken = tx.all(&LEASE, params![now, until], |row| {
        let mut c = row.columns();
        Ok((c.take()?, read_columns(&mut c)?))
    })?;
    Ok(taken.pop())
}

/// Frees every one that is held.
pub(crate) fn release(tx: Tx<'_>) -> Result<u64> {
    tx.execute(&RELEASE, params![])
}

fn read(row: &Row<'_>) -> Result<Mailing> {
    read_columns(&mut row.columns())
}

fn read_columns(c: &mut Columns<'_>) -> Result<Mailing> {
    Ok(Mailing {
        id: c.take()?,
        template: c.take()?,
        name: c.take()?,
        joined: c.take()?,
        ask: c.take()?,
        state: c.word(MailingState::from_word)?,
        reason: c.take()?,
        round: c.take()?,
        document: c.take()?,
        seed: c.take::<i64>()?.cast_unsigned(),
        by: c.take()?,
        created: c.take()?,
        updated: c.take()?,
        finished: c.take()?,
        fence: c.take()?,
    })
}

fn read_record(row: &Row<'_>) -> Result<MailingRecord> {
    let mut c = row.columns();
    Ok(MailingRecord {
        position: c.take()?,
        kind: c.word(Addressee::from_word)?,
        record: c.take()?,
        label: c.take()?,
        state: c.word(RecordState::from_word)?,
        reason: c.take()?,
        tries: c.take()?,
        document: c.take()?,
    })
}
