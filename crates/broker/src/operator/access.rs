//! The operator's ways in: a single-use link that begins a session, and tokens for programs.
//!
//! Invariant: of links, sessions and tokens only hashes are stored; whoever reads the database gets in nowhere.

use crate::house::{House, Who};
use crate::rules::operator;
use crate::tables::hash;
use crate::tables::operators::{self, OperatorSession, OperatorToken};
use crate::vault;
use domain::audit::Entry;
use domain::{Error, ErrorKind, InstallationId, Result};
use jiff::{SignedDuration, Timestamp};
use platform::random;

/// How long a link works.
const LINK: SignedDuration = SignedDuration::from_mins(10);
/// How long a session lasts without use, and in any case.
const IDLE: SignedDuration = SignedDuration::from_mins(30);
const LONGEST: SignedDuration = SignedDuration::from_hours(8);
/// Uses of a session or token are noted to the minute.
const NOTED: SignedDuration = SignedDuration::from_mins(1);

/// What belongs to the login page itself in the audit log.
const OURSELVES: InstallationId = InstallationId(0);

/// A token of a program, as it is listed: never the token itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenLine {
    /// Its id, to withdraw it by.
    pub id: String,
    /// The name it was made for.
    pub name: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it ends.
    pub expires: Timestamp,
    /// When it was last used, to the minute.
    pub used: Option<Timestamp>,
}

impl From<OperatorToken> for TokenLine {
    fn from(token: OperatorToken) -> Self {
        let OperatorToken { id, name, created, expires, used } = token;
        Self { id, name, created, expires, used }
    }
}

impl House {
    /// Makes a link into the operator's area: it works once, within ten minutes. Gives its address, which is a secret.
    /// # Errors
    /// `Invalid` for a name that cannot stand in the audit log; `Conflict` when the area is switched off.
    pub async fn operator_link(&self, name: &str) -> Result<String> {
        let name = self.operator_name(name)?;
        let (word, now) = (vault::word()?, self.now());
        let token_hash = hash(&word);
        self.db
            .write(move |tx| {
                operators::put_link(tx, &token_hash, &name, now, now + LINK)?;
                let entry = Entry::done("operator.link_made", format!("operator:{name}"));
                Who::command().note(tx, OURSELVES, entry, now)
            })
            .await?;
        Ok(format!("{}/operator/enter/{word}", self.issuer()))
    }

    /// Makes a token for a program. Gives its id and the token, which is a secret and shown nowhere again.
    /// # Errors
    /// `Invalid` for a name that cannot stand in the audit log, or days out of 1 to 400; `Conflict` when the area is
    /// switched off.
    pub async fn operator_token(&self, name: &str, days: u32) -> Result<(String, String)> {
        let name = self.operator_name(name)?;
        let days = operator::days(days)?;
        let (word, id, now) = (vault::word()?, random::id()?.hyphenated().to_string(), self.now());
        let expires = now + SignedDuration::from_hours(24 * i64::from(days));
        let (token_hash, new) =
            (hash(&word), OperatorToken { id: id.clone(), name, created: now, expires, used: None });
        self.db
            .write(move |tx| {
                operators::put_token(tx, &new, &token_hash)?;
                let entry = Entry::done("operator.token_made", format!("token:{} {}", new.id, new.name));
                Who::command().note(tx, OURSELVES, entry, now)
            })
            .await?;
        Ok((id, word))
    }

    /// The tokens of programs, the newest first.
    pub async fn operator_tokens(&self) -> Result<Vec<TokenLine>> {
        let rows = self.db.read(operators::tokens).await?;
        Ok(rows.into_iter().map(TokenLine::from).collect())
    }

    /// Withdraws a program's token: it is refused from this moment.
    /// # Errors
    /// `NotFound` for an unknown id.
    pub async fn withdraw_operator_token(&self, id: &str) -> Result<()> {
        self.withdraw_by(id, Who::command()).await
    }

    pub(crate) async fn withdraw_by(&self, id: &str, who: Who) -> Result<()> {
        let (id, now) = (id.to_owned(), self.now());
        self.db
            .write(move |tx| {
                let name = operators::withdraw(tx, &id)?.ok_or_else(|| Error::not_found("token"))?;
                let entry = Entry::done("operator.token_withdrawn", format!("token:{id} {name}"));
                who.note(tx, OURSELVES, entry, now)
            })
            .await
    }

    fn operator_name(&self, name: &str) -> Result<String> {
        if !self.settings.operator_pages {
            return Err(Error::conflict(
                "The operator's area is switched off. Set operator_pages = true under [broker], and start the login page \
                 anew.",
            ));
        }
        operator::name(name)
    }

    /// The name a link was made for, while it works. Looking uses nothing up.
    pub(super) async fn look_at_link(&self, word: &str) -> Result<String> {
        let (token_hash, now) = (hash(word), self.now());
        self.db.read(move |tx| operators::link(tx, &token_hash, now)).await?.ok_or_else(no_link)
    }

    /// Uses a link up and begins a session. Of many who try at once, one gets in. Gives the session's word.
    pub(super) async fn enter(&self, word: &str, ip: String, user_agent: String) -> Result<String> {
        let (token, now) = (random::token()?, self.now());
        let (link_hash, token_hash) = (hash(word), hash(&token));
        let entered = self
            .db
            .write(move |tx| {
                let Some(name) = operators::use_link(tx, &link_hash, now)? else {
                    let who = Who { actor: "browser".to_owned(), ip };
                    who.note(tx, OURSELVES, Entry::refused("operator.refused", "", "operator.link"), now)?;
                    return Ok(false);
                };
                let session = OperatorSession {
                    token_hash,
                    name: name.clone(),
                    created: now,
                    last_seen: now,
                    expires: now + LONGEST,
                    user_agent,
                };
                operators::put_session(tx, &session)?;
                let who = Who { actor: format!("operator:{name}"), ip };
                who.note(tx, OURSELVES, Entry::done("operator.entered", ""), now)?;
                Ok(true)
            })
            .await?;
        if entered { Ok(token) } else { Err(no_link()) }
    }

    /// The live session of a cookie.
    pub(super) async fn operator_session(&self, token: &str) -> Result<Option<OperatorSession>> {
        let (token_hash, now) = (hash(token), self.now());
        let live = move |s: &OperatorSession| now < s.expires && now < s.last_seen + IDLE;
        let found = self.db.read(move |tx| Ok(operators::session(tx, &token_hash)?.filter(live))).await?;
        if let Some(session) = &found
            && session.last_seen + NOTED < now
        {
            let token_hash = session.token_hash.clone();
            self.db.write(move |tx| operators::touch_session(tx, &token_hash, now)).await?;
        }
        Ok(found)
    }

    /// The live sessions, the latest first.
    pub(super) async fn operator_sessions(&self) -> Result<Vec<OperatorSession>> {
        let now = self.now();
        let mut all = self.db.read(operators::sessions).await?;
        all.retain(|s| now < s.expires && now < s.last_seen + IDLE);
        Ok(all)
    }

    pub(super) async fn leave(&self, session: &str, who: Who) -> Result<()> {
        let (token_hash, now) = (session.to_owned(), self.now());
        self.db
            .write(move |tx| {
                operators::end_session(tx, &token_hash)?;
                who.note(tx, OURSELVES, Entry::done("operator.left", ""), now)
            })
            .await
    }

    /// Ends every session but this one.
    pub(super) async fn end_other_sessions(&self, session: &str, who: Who) -> Result<()> {
        let (token_hash, now) = (session.to_owned(), self.now());
        self.db
            .write(move |tx| {
                let ended = operators::end_others(tx, &token_hash)?;
                let entry = Entry::done("operator.sessions_ended", format!("sessions:{ended}"));
                who.note(tx, OURSELVES, entry, now)
            })
            .await
    }

    /// The name of the program whose token this is.
    pub(super) async fn program(&self, token: &str) -> Result<Option<String>> {
        let (token_hash, now) = (hash(token), self.now());
        let found = self.db.read(move |tx| operators::token(tx, &token_hash, now)).await?;
        let Some(found) = found else { return Ok(None) };
        if found.used.is_none_or(|at| at + NOTED < now) {
            let id = found.id.clone();
            self.db.write(move |tx| operators::touch_token(tx, &id, now)).await?;
        }
        Ok(Some(found.name))
    }
}

fn no_link() -> Error {
    Error::new(
        ErrorKind::NotFound,
        "This link does not work: it was used, is older than ten minutes, or is not complete. Make a new one with \
         `chancery broker operator-link`.",
    )
}
