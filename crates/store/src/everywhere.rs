//! What sweeps all installations: the reconciler, cleaning up, metrics. Never used for a request.

use crate::operations::{self, Operation, operation_columns};
use domain::Result;
use domain::operations::OperationState;
use jiff::Timestamp;
use platform::sql::Tx;
use platform::{params, statements};

statements! {
    /// Takes unfinished operations that nobody holds.
    LEASE = concat!("UPDATE operations SET lease_until = $3, attempts = attempts + 1, updated_at = $2
        WHERE (installation_id, id) IN (SELECT installation_id, id FROM operations
            WHERE state IN ('intended', 'parked') AND created_at < $1 AND (lease_until IS NULL OR lease_until <= $2)
            ORDER BY created_at LIMIT $4)
        RETURNING ", operation_columns!());
    /// What a process that is gone held is free again. What is parked keeps its time. The first condition is the
    /// one of the index, the second says what is meant.
    RELEASE = "UPDATE operations SET lease_until = NULL, updated_at = $1
        WHERE state IN ('intended', 'parked') AND state = 'intended' AND lease_until IS NOT NULL";
    /// How many unfinished operations there are.
    UNFINISHED = "SELECT state, count(*) FROM operations WHERE state IN ('intended', 'parked') GROUP BY state";
    /// Answers nobody will ask for again.
    PURGE_IDEMPOTENCY = "DELETE FROM idempotency WHERE created_at < $1";
    /// Sessions that ended long ago.
    PURGE_SESSIONS = "DELETE FROM sessions WHERE expires_at < $1";
    /// Links that ended long ago.
    PURGE_LINKS = "DELETE FROM sign_in_links WHERE expires_at < $1";
    /// Addresses are personal data and are kept for a while only.
    BLANK_IPS = "UPDATE audit SET ip = '' WHERE ip <> '' AND at < $1";
}

/// All installations at once.
#[derive(Debug, Clone, Copy)]
pub struct Everywhere<'c> {
    pub(crate) tx: Tx<'c>,
}

impl Everywhere<'_> {
    /// Takes up to `limit` unfinished operations recorded before `created_before` that nobody holds at `now`, and
    /// holds them until `until`. Their attempts, the caller's fence, are one more than before.
    pub fn lease_unfinished(
        &self,
        created_before: Timestamp,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Operation>> {
        let mut taken = self.tx.all(&LEASE, params![created_before, now, until, limit], operations::read)?;
        taken.sort_by_key(|o| (o.created, o.id));
        Ok(taken)
    }

    /// Frees every operation that is held. Only where this process is the one that reconciles, before it begins:
    /// what a process that was killed held need not wait for its lease to end.
    pub fn release_leases(&self, now: Timestamp) -> Result<u64> {
        self.tx.execute(&RELEASE, params![now])
    }

    /// How many operations are intended, and how many are parked.
    pub fn operations_by_state(&self) -> Result<Vec<(OperationState, i64)>> {
        let counted = self.tx.all(&UNFINISHED, &[], |row| {
            let mut c = row.columns();
            Ok((c.word(OperationState::from_word)?, c.take()?))
        })?;
        Ok([OperationState::Intended, OperationState::Parked]
            .map(|state| (state, counted.iter().find(|(s, _)| *s == state).map_or(0, |(_, n)| *n)))
            .to_vec())
    }

    /// Forgets answers to requests made before an instant. Gives how many.
    pub fn purge_idempotency(&self, created_before: Timestamp) -> Result<u64> {
        self.tx.execute(&PURGE_IDEMPOTENCY, params![created_before])
    }

    /// Forgets sessions that expired before an instant. Gives how many.
    pub fn purge_sessions(&self, expired_before: Timestamp) -> Result<u64> {
        self.tx.execute(&PURGE_SESSIONS, params![expired_before])
    }

    /// Forgets sign-in links that expired before an instant. Gives how many.
    pub fn purge_sign_in_links(&self, expired_before: Timestamp) -> Result<u64> {
        self.tx.execute(&PURGE_LINKS, params![expired_before])
    }

    /// Forgets files that nobody published since an instant. Gives how many.
    pub fn purge_template_drafts(&self, made_before: Timestamp) -> Result<u64> {
        crate::template_drafts::purge(self.tx, made_before)
    }

    /// Takes a mail merge that is running and that nobody holds at `now`, and holds it until `until`.
    pub fn lease_mailing(
        &self,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<(domain::InstallationId, crate::Mailing)>> {
        crate::mailings::lease(self.tx, now, until)
    }

    /// Frees every mail merge that is held. Only at the start of the only node.
    pub fn release_mailings(&self) -> Result<u64> {
        crate::mailings::release(self.tx)
    }

    /// Takes a job that is running and that nobody holds at `now`, and holds it until `until`.
    pub fn lease_job(
        &self,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<(domain::InstallationId, crate::Job)>> {
        crate::jobs::lease(self.tx, now, until)
    }

    /// Frees every job that is held. Only at the start of the only node.
    pub fn release_jobs(&self) -> Result<u64> {
        crate::jobs::release(self.tx)
    }

    /// Blanks the addresses in audit records made before an instant. Gives how many.
    pub fn blank_audit_ips(&self, before: Timestamp) -> Result<u64> {
        self.tx.execute(&BLANK_IPS, params![before])
    }
}
