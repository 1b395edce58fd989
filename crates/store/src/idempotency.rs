//! The first answer to a request that carries an idempotency key, kept to be given again.

use domain::{AssociateId, Error, InstallationId, OperationId, Result};
use jiff::Timestamp;
use platform::sql::Tx;
use platform::{params, statements};

statements! {
    /// The first request with a key.
    BEGIN = "INSERT INTO idempotency (installation_id, associate_id, route, key, body_hash, state, status, response,
        created_at, operation) VALUES ($1, $2, $3, $4, $5, 'running', 0, '', $6, $7)
        ON CONFLICT (installation_id, associate_id, route, key) DO NOTHING";
    /// What is known about a key.
    GET = "SELECT body_hash, state, status, response, operation FROM idempotency
        WHERE installation_id = $1 AND associate_id = $2 AND route = $3 AND key = $4";
    /// Takes over what was begun and left, if nobody else has.
    TAKE_OVER = "UPDATE idempotency SET created_at = $5, operation = $7
        WHERE installation_id = $1 AND associate_id = $2 AND route = $3 AND key = $4 AND operation = $6
        AND state = 'running'";
    /// The answer.
    FINISH = "UPDATE idempotency SET state = 'done', status = $6, response = $7
        WHERE installation_id = $1 AND associate_id = $2 AND route = $3 AND key = $4 AND body_hash = $5
        AND state = 'running'";
    /// There was no answer worth keeping; the key may be used again.
    ABANDON = "DELETE FROM idempotency WHERE installation_id = $1 AND associate_id = $2 AND route = $3 AND key = $4
        AND body_hash = $5 AND state = 'running'";
}

/// A key with what it belongs to: keys of different people and routes never meet.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    /// Who sent it.
    pub associate: AssociateId,
    /// To which route: `POST /api/v1/documents`.
    pub route: String,
    /// The key.
    pub key: String,
    /// The SHA-256 of the body, 64 hexadecimal digits.
    pub body_hash: String,
}

/// What is known about a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// Nothing: the caller does the work, then finishes or abandons the key.
    Fresh,
    /// Another request with it was begun and has no answer: it is being worked on, or was interrupted.
    Unanswered {
        /// The operation that it stands for, recorded or not.
        operation: OperationId,
    },
    /// It was answered.
    Done {
        /// With this status.
        status: u16,
        /// And this response, as given to [`Idempotency::finish`].
        response: String,
    },
    /// It came with another body before.
    Mismatch,
}

/// The keys of an installation.
#[derive(Debug, Clone, Copy)]
pub struct Idempotency<'c> {
    pub(crate) tx: Tx<'c>,
    pub(crate) installation: InstallationId,
}

impl Idempotency<'_> {
    /// Begins a request that will record its change under `operation`. However many begin with one key, one of them
    /// is told [`Begun::Fresh`].
    pub fn begin(&self, key: &Key, operation: OperationId, now: Timestamp) -> Result<Begun> {
        let Key { associate, route, key: name, body_hash } = key;
        let values = params![self.installation, *associate, route, name, body_hash, now, operation];
        if self.tx.execute(&BEGIN, values)? == 1 {
            return Ok(Begun::Fresh);
        }
        let known = self.tx.one(&GET, params![self.installation, *associate, route, name], |row| {
            let mut c = row.columns();
            Ok(Known {
                body_hash: c.take()?,
                done: c.take::<String>()? == "done",
                status: c.take()?,
                response: c.take()?,
                operation: c.take()?,
            })
        })?;
        match known {
            None => Err(Error::internal("an idempotency key exists and cannot be read")),
            Some(k) if k.body_hash != *body_hash => Ok(Begun::Mismatch),
            Some(k) if k.done => Ok(Begun::Done { status: k.status, response: k.response }),
            Some(k) => Ok(Begun::Unanswered { operation: k.operation }),
        }
    }

    /// Takes over a request that was interrupted under the operation `left`, to do it again under another.
    /// Gives `false` when somebody else has taken it over meanwhile.
    pub fn take_over(
        &self,
        key: &Key,
        left: OperationId,
        operation: OperationId,
        now: Timestamp,
    ) -> Result<bool> {
        let Key { associate, route, key, .. } = key;
        let values = params![self.installation, *associate, route, key, now, left, operation];
        Ok(self.tx.execute(&TAKE_OVER, values)? == 1)
    }

    /// Keeps the answer.
    /// # Errors
    /// `Conflict` when the key is not being worked on.
    pub fn finish(&self, key: &Key, status: u16, response: &str) -> Result<()> {
        let Key { associate, route, key, body_hash } = key;
        let status = i64::from(status);
        let values = params![self.installation, *associate, route, key, body_hash, status, response];
        if self.tx.execute(&FINISH, values)? == 1 {
            Ok(())
        } else {
            Err(Error::conflict(
                "This request has been taken over by a repetition of it. Look at that one's result.",
            ))
        }
    }

    /// Forgets a key that is being worked on, so that it may be used again.
    pub fn abandon(&self, key: &Key) -> Result<()> {
        let Key { associate, route, key, body_hash } = key;
        self.tx.execute(&ABANDON, params![self.installation, *associate, route, key, body_hash]).map(drop)
    }
}

struct Known {
    body_hash: String,
    done: bool,
    status: u16,
    response: String,
    operation: OperationId,
}
