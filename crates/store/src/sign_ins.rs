//! Sign-ins through the login page: trips under way, invitations, statements that were used, origins of sessions.

use domain::connections::Purpose;
use domain::{AssociateId, InstallationId, Result};
use jiff::Timestamp;
use platform::sql::Tx;
use platform::{params, statements};

statements! {
    /// A browser sets out.
    INSERT_TRIP = "INSERT INTO sign_in_trips (state_hash, installation_id, proof_hash, purpose, invitation, associate_id,
        target, created_at, expires_at, used_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL)";
    /// A browser comes back, with its own proof, once; this is how the installation is learned.
    USE_TRIP = "UPDATE sign_in_trips SET used_at = $3 WHERE state_hash = $1 AND proof_hash = $2 AND used_at IS NULL
        AND expires_at > $3 RETURNING installation_id, purpose, invitation, associate_id, target";
    /// An invitation.
    INSERT_INVITATION = "INSERT INTO invitations (token_hash, installation_id, associate_id, address, made_by, created_at,
        expires_at, used_at) VALUES ($1, $2, $3, $4, $5, $6, $7, NULL)";
    /// An invitation that can be used; this is how the installation is learned.
    OPEN_INVITATION = "SELECT installation_id, associate_id, address FROM invitations
        WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2";
    /// An invitation has done its work.
    USE_INVITATION = "UPDATE invitations SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL";
    /// The open invitations of an installation.
    INVITATIONS = "SELECT associate_id, address, expires_at FROM invitations
        WHERE installation_id = $1 AND used_at IS NULL AND expires_at > $2 ORDER BY associate_id, expires_at DESC";
    /// Invitations that are taken back.
    REMOVE_INVITATIONS = "DELETE FROM invitations WHERE installation_id = $1 AND associate_id = $2 AND used_at IS NULL";
    /// A statement is used, once.
    USE_STATEMENT = "INSERT INTO used_statements (installation_id, id_hash, expires_at) VALUES ($1, $2, $3)
        ON CONFLICT (installation_id, id_hash) DO NOTHING";
    /// A session began from one of the login page's.
    INSERT_ORIGIN = "INSERT INTO session_origins (installation_id, sid, token_hash, created_at) VALUES ($1, $2, $3, $4)";
    /// Our sessions that began from one of the login page's.
    ORIGIN = "SELECT token_hash FROM session_origins WHERE installation_id = $1 AND sid = $2";
    /// A session waits for the page that opened the window.
    INSERT_WINDOW = "INSERT INTO sign_in_windows (code_hash, token_hash, expires_at, used_at) VALUES ($1, $2, $3, NULL)";
    /// It is taken over, once; this is how the session is learned.
    USE_WINDOW = "UPDATE sign_in_windows SET used_at = $2 WHERE code_hash = $1 AND used_at IS NULL AND expires_at > $2
        RETURNING token_hash";
    /// A session goes on under another token.
    MOVE_ORIGIN = "UPDATE session_origins SET token_hash = $3 WHERE installation_id = $1 AND token_hash = $2";
    /// Sessions that were not taken over.
    OLD_WINDOWS = "DELETE FROM sign_in_windows WHERE expires_at < $1";
    /// Trips nobody will come back from.
    OLD_TRIPS = "DELETE FROM sign_in_trips WHERE expires_at < $1";
    /// Statements that have expired.
    OLD_STATEMENTS = "DELETE FROM used_statements WHERE expires_at < $1";
    /// Invitations nobody used.
    OLD_INVITATIONS = "DELETE FROM invitations WHERE expires_at < $1";
    /// Origins of sessions that are long over.
    OLD_ORIGINS = "DELETE FROM session_origins WHERE created_at < $1";
}

/// A browser on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trip {
    /// For which installation.
    pub installation: InstallationId,
    /// Why.
    pub purpose: Purpose,
    /// The secret of the invitation it began with, hashed; blank for none.
    pub invitation: String,
    /// Who connects something; none for a sign-in.
    pub associate: Option<AssociateId>,
    /// Where to go afterwards: a path of ours.
    pub target: String,
}

/// An invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// For which installation.
    pub installation: InstallationId,
    /// For whom.
    pub associate: AssociateId,
    /// To which address.
    pub address: String,
}

/// Sign-ins of all installations.
#[derive(Debug, Clone, Copy)]
pub struct SignIns<'c> {
    pub(crate) tx: Tx<'c>,
}

impl SignIns<'_> {
    /// Keeps a trip.
    pub fn set_out(
        &self,
        state_hash: &str,
        proof_hash: &str,
        trip: &Trip,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<()> {
        let values = params![
            state_hash,
            trip.installation,
            proof_hash,
            trip.purpose.as_str(),
            &trip.invitation,
            trip.associate,
            &trip.target,
            now,
            until
        ];
        self.tx.execute(&INSERT_TRIP, values).map(drop)
    }

    /// Ends a trip, if it is this browser's, young enough and not over yet.
    pub fn come_back(&self, state_hash: &str, proof_hash: &str, now: Timestamp) -> Result<Option<Trip>> {
        self.tx.one(&USE_TRIP, params![state_hash, proof_hash, now], |row| {
            let mut c = row.columns();
            Ok(Trip {
                installation: c.take()?,
                purpose: c.word(|w| w.parse().ok())?,
                invitation: c.take()?,
                associate: c.take()?,
                target: c.take()?,
            })
        })
    }

    /// Keeps an invitation. Earlier ones to the same associate are taken back.
    pub fn invite(
        &self,
        token_hash: &str,
        new: &Invitation,
        by: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<()> {
        self.uninvite(new.installation, new.associate)?;
        let values = params![token_hash, new.installation, new.associate, &new.address, by, now, until];
        self.tx.execute(&INSERT_INVITATION, values).map(drop)
    }

    /// An invitation that can be used.
    pub fn invitation(&self, token_hash: &str, now: Timestamp) -> Result<Option<Invitation>> {
        self.tx.one(&OPEN_INVITATION, params![token_hash, now], |row| {
            Ok(Invitation { installation: row.get(0)?, associate: row.get(1)?, address: row.get(2)? })
        })
    }

    /// An invitation has done its work.
    pub fn use_invitation(&self, token_hash: &str, now: Timestamp) -> Result<bool> {
        Ok(self.tx.execute(&USE_INVITATION, params![token_hash, now])? == 1)
    }

    /// Open invitations: for whom, to which address, until when.
    pub fn invitations(
        &self,
        of: InstallationId,
        now: Timestamp,
    ) -> Result<Vec<(AssociateId, String, Timestamp)>> {
        self.tx.all(&INVITATIONS, params![of, now], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
    }

    /// Takes back what was not used.
    pub fn uninvite(&self, of: InstallationId, associate: AssociateId) -> Result<()> {
        self.tx.execute(&REMOVE_INVITATIONS, params![of, associate]).map(drop)
    }

    /// Uses a statement. `false` when it was used before.
    pub fn use_statement(&self, of: InstallationId, id_hash: &str, until: Timestamp) -> Result<bool> {
        Ok(self.tx.execute(&USE_STATEMENT, params![of, id_hash, until])? == 1)
    }

    /// A session began from one of the login page's.
    pub fn began(&self, of: InstallationId, sid: &str, token_hash: &str, now: Timestamp) -> Result<()> {
        self.tx.execute(&INSERT_ORIGIN, params![of, sid, token_hash, now]).map(drop)
    }

    /// A session waits, for the page that opened the window it began in.
    pub fn hand_over(&self, code_hash: &str, token_hash: &str, until: Timestamp) -> Result<()> {
        self.tx.execute(&INSERT_WINDOW, params![code_hash, token_hash, until]).map(drop)
    }

    /// Which session is taken over by this code, once.
    pub fn take_over(&self, code_hash: &str, now: Timestamp) -> Result<Option<String>> {
        self.tx.one(&USE_WINDOW, params![code_hash, now], |row| row.get(0))
    }

    /// A session that began at the login page goes on under another token.
    pub fn moved(&self, of: InstallationId, from_token_hash: &str, to_token_hash: &str) -> Result<()> {
        self.tx.execute(&MOVE_ORIGIN, params![of, from_token_hash, to_token_hash]).map(drop)
    }

    /// Our sessions that began from one of the login page's.
    pub fn sessions_of(&self, of: InstallationId, sid: &str) -> Result<Vec<String>> {
        self.tx.all(&ORIGIN, params![of, sid], |row| row.get(0))
    }

    /// Clears away what has expired before this instant.
    pub fn purge(&self, before: Timestamp) -> Result<()> {
        for statement in [&OLD_TRIPS, &OLD_STATEMENTS, &OLD_INVITATIONS, &OLD_ORIGINS, &OLD_WINDOWS] {
            self.tx.execute(statement, params![before])?;
        }
        Ok(())
    }
}
