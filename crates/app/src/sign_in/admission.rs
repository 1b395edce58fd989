//! Coming back from the login page: who is let in, and what a refusal leaves behind.

use super::directory::StoreDirectory;
use super::pipeline::{Admittance, Outcome, authenticate};
use super::{SignIn, hash};
use crate::access::NewSession;
use broker_client::Statement;
use domain::audit::Entry;
use domain::connections::Purpose;
use domain::identity::{Evidence, How, Identity, Refusal, Token, TokenKind};
use domain::records::Admission;
use domain::{AssociateId, Error, ErrorKind, InstallationId, Result};
use jiff::Timestamp;
use store::{NewAudit, Trip, Tx};
use uuid::Uuid;

/// What a browser brings back.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// `state`.
    pub state: String,
    /// `code`; blank when there is none.
    pub code: String,
    /// `picked_file_ids`; blank when there are none.
    pub picked: String,
    /// `iss`.
    pub iss: String,
    /// `error_description` of the login page: a word of its own, such as `cancelled`.
    pub trouble: Option<String>,
    /// The cookie it went away with.
    pub proof: String,
    /// Who is signed in in this browser, if somebody is.
    pub caller: Option<AssociateId>,
    /// The caller's network address.
    pub ip: String,
    /// The browser, as it describes itself.
    pub user_agent: String,
    /// The instant of the request.
    pub now: Timestamp,
    /// The number of the request.
    pub request: Uuid,
}

/// What it comes to.
#[derive(Debug)]
pub enum Arrived {
    /// Somebody is in; go there.
    In(Box<NewSession>, String),
    /// Something was connected; go there.
    Connected(String),
    /// Folders were chosen, by whoever set out for it; go there.
    Picked(Vec<String>, String),
    /// Nothing came of it.
    Not {
        /// What to say.
        sentence: String,
        /// Where to go on, for somebody who is in and wanted to connect something.
        target: Option<String>,
        /// The installation it was about.
        installation: InstallationId,
    },
}

/// What everybody who is not let in reads. The log knows why.
const REFUSED: &str = "This account does not open this CRM. If you work here, ask an administrator of your CRM to look \
                       under Settings, Sign-in; if you have several accounts, begin again with another one.";

impl SignIn<'_> {
    /// Takes somebody back from the login page.
    /// # Errors
    /// `Invalid` when it belongs to no trip of this browser.
    pub async fn arrive(&self, arrival: Arrival) -> Result<Arrived> {
        let page = self.page()?;
        let trip = self.trip(&arrival).await?;
        if arrival.iss != page.client.issuer() {
            return Err(start_again().with("iss", "wrong or missing"));
        }
        if trip.purpose == Purpose::PickFolders && !arrival.picked.is_empty() {
            // Only in the browser and by the person who set out; what they chose is tried before it is used.
            if trip.associate.is_none() || trip.associate != arrival.caller {
                return Err(start_again().with("why", "another session"));
            }
            return Ok(Arrived::Picked(domain::google::picked_ids(&arrival.picked)?, trip.target));
        }
        if arrival.code.is_empty() {
            return self.no_code(&trip, &arrival).await;
        }
        let (verifier, nonce) = arrival.proof.split_at_checked(64).ok_or_else(start_again)?;
        let key = self.key_of(trip.installation).await?;
        let redirect = &page.redirect_uri;
        let token = match page.client.redeem(&key, &arrival.code, verifier, redirect, arrival.now).await {
            Ok(token) => token,
            Err(e) if e.kind() == ErrorKind::Unauthenticated => {
                let installation = trip.installation;
                return Ok(Arrived::Not { sentence: e.public().to_owned(), target: None, installation });
            }
            Err(e) => return Err(e),
        };
        let statement = match page.client.verify(&token, &key, nonce, arrival.now).await? {
            Ok(statement) => statement,
            Err(fault) => return self.turned(&trip, &arrival, &fault.code(), None, None, "").await,
        };
        if statement.purpose != trip.purpose {
            return self.turned(&trip, &arrival, "token.wrong.purpose", None, None, "").await;
        }
        if trip.purpose != Purpose::SignIn {
            return self.connected(&trip, &arrival, &key, &statement).await;
        }
        let evidence = Evidence {
            installation: key,
            tokens: vec![Token { kind: TokenKind::LoginPage, text: token }],
            nonce: nonce.to_owned(),
            invitation: None,
            ip: arrival.ip.clone(),
            now: arrival.now,
        };
        let directory = StoreDirectory {
            sign_in: *self,
            installation: trip.installation,
            invitation: trip.invitation.clone(),
            now: arrival.now,
        };
        match authenticate(&page.plugins, &evidence, &directory).await? {
            Outcome::Admitted(associate, how) => self.admit(trip, arrival, associate, how, statement).await,
            Outcome::Turned(why, identity, associate) => {
                self.turned(&trip, &arrival, &why, identity, associate, &statement.handle).await
            }
        }
    }

    async fn trip(&self, arrival: &Arrival) -> Result<Trip> {
        let (state, proof, now) = (hash(&arrival.state), hash(&arrival.proof), arrival.now);
        let trip = self.app.store().write(move |tx| tx.sign_ins().come_back(&state, &proof, now)).await?;
        trip.ok_or_else(start_again)
    }

    async fn no_code(&self, trip: &Trip, arrival: &Arrival) -> Result<Arrived> {
        let word = arrival.trouble.clone().unwrap_or_default();
        let sentence = sentence_of(&word);
        let plain: String = word.chars().filter(|c| c.is_ascii_lowercase() || *c == '_').take(40).collect();
        self.record(trip, arrival, Entry::refused("sign_in.refused", "", format!("login_page.{plain}")))
            .await?;
        let target = (trip.purpose != Purpose::SignIn).then(|| trip.target.clone());
        Ok(Arrived::Not { sentence: sentence.to_owned(), target, installation: trip.installation })
    }

    /// Lets somebody in: one transaction, in which everything is looked at once more.
    async fn admit(
        &self,
        trip: Trip,
        arrival: Arrival,
        associate: AssociateId,
        how: Admittance,
        statement: Statement,
    ) -> Result<Arrived> {
        let prepared = self.app.access().prepare(&arrival.user_agent, arrival.now)?;
        let of = trip.installation;
        let (now, request, ip) = (arrival.now, arrival.request, arrival.ip.clone());
        let target = trip.target.clone();
        let entered = self
            .app
            .store()
            .write(move |tx| {
                if !tx.sign_ins().use_statement(of, &hash(&statement.id), statement.expires)? {
                    return Ok(Err("token.replayed"));
                }
                if let Err(why) = keep_identity(tx, &trip, associate, &how, &statement, now)? {
                    return Ok(Err(why));
                }
                let Some(session) = prepared.insert(tx, of, associate)? else {
                    return Ok(Err("identity.not_admitted"));
                };
                tx.sign_ins().began(of, &statement.sid, &session.1, now)?;
                let provider = statement.identity.key.provider.as_str();
                let entry = Entry::done("session.begun", format!("associate:{associate} {provider}"));
                let actor = format!("associate:{associate}");
                tx.audit(of).record(&NewAudit { at: now, actor, entry, request, ip })?;
                Ok(Ok(session.0))
            })
            .await?;
        metrics::counter!("chancery_sign_ins_total", "outcome" => if entered.is_ok() { "done" } else { "refused" })
            .increment(1);
        match entered {
            Ok(session) => Ok(Arrived::In(Box::new(session), target)),
            Err(why) => {
                tracing::warn!(why, "somebody was turned away at the last moment");
                Ok(Arrived::Not { sentence: REFUSED.to_owned(), target: None, installation: of })
            }
        }
    }

    /// Turns somebody away: the same words for all, the reason in the audit log, and a task where an administrator has to
    /// do something.
    pub(super) async fn turned(
        &self,
        trip: &Trip,
        arrival: &Arrival,
        why: &str,
        identity: Option<Identity>,
        associate: Option<AssociateId>,
        handle: &str,
    ) -> Result<Arrived> {
        let refusal = refusal_of(why);
        let (of, now, handle) = (trip.installation, arrival.now, handle.to_owned());
        if let (Some(refusal), Some(identity)) = (refusal, identity)
            && refusal.needs_administrator()
        {
            let code = refusal.code();
            self.app
                .store()
                .write(move |tx| tx.sign_in_tasks(of).note(code, associate, &identity, &handle, now))
                .await?;
        }
        let object = associate.map(|a| format!("associate:{a}")).unwrap_or_default();
        self.record(trip, arrival, Entry::refused("session.refused", object, why)).await?;
        metrics::counter!("chancery_sign_ins_total", "outcome" => "refused").increment(1);
        Ok(Arrived::Not { sentence: REFUSED.to_owned(), target: None, installation: trip.installation })
    }

    pub(super) async fn record(&self, trip: &Trip, arrival: &Arrival, entry: Entry) -> Result<()> {
        let of = trip.installation;
        let actor = arrival.caller.map_or_else(|| "login page".to_owned(), |a| format!("associate:{a}"));
        let audit =
            NewAudit { at: arrival.now, actor, entry, request: arrival.request, ip: arrival.ip.clone() };
        self.app.store().write(move |tx| tx.audit(of).record(&audit).map(drop)).await
    }
}

/// Binds a key at its first sign-in, or notes another one. Whoever has bound it in the meantime wins.
fn keep_identity(
    tx: &Tx<'_>,
    trip: &Trip,
    associate: AssociateId,
    how: &Admittance,
    statement: &Statement,
    now: Timestamp,
) -> Result<std::result::Result<(), &'static str>> {
    let identities = tx.identities(trip.installation);
    let admitted = tx
        .associates(trip.installation)
        .get(associate)?
        .is_some_and(|a| a.admission() == Admission::Admitted);
    if !admitted {
        return Ok(Err("identity.not_admitted"));
    }
    match how {
        Admittance::Known(None) => Ok(Ok(())),
        Admittance::Known(Some(identity)) => {
            if identities.get(&identity.key)?.is_none_or(|b| b.associate != associate) {
                return Ok(Err("identity.unbound"));
            }
            identities.seen(identity, &statement.handle, now)?;
            Ok(Ok(()))
        }
        Admittance::First(identity, how) => {
            if identities.get(&identity.key)?.is_some() {
                return Ok(Err("identity.bound_meanwhile"));
            }
            let by = match how {
                How::Address => "address",
                How::Invitation => "invitation",
            };
            if *how == How::Invitation && !tx.sign_ins().use_invitation(&trip.invitation, now)? {
                return Ok(Err("identity.invitation_used"));
            }
            identities.bind(associate, identity, &statement.handle, by, now)?;
            identities.seen(identity, &statement.handle, now)?;
            tx.sign_in_tasks(trip.installation).resolve_key(&identity.key, "system", "bound", now)?;
            Ok(Ok(()))
        }
    }
}

fn refusal_of(code: &str) -> Option<Refusal> {
    Refusal::ALL.iter().copied().find(|r| r.code() == code)
}

pub(super) fn task_sentence(code: &str) -> &'static str {
    refusal_of(code).map_or("Somebody was not let in.", Refusal::task)
}

/// A sign-in that has to be begun anew.
const ANEW: &str = "This sign-in is too old, was used already, or was begun in another window. Begin again; it takes a moment.";

fn start_again() -> Error {
    Error::invalid(ANEW)
}

/// What to say about a word of the login page.
fn sentence_of(word: &str) -> &'static str {
    match word {
        "cancelled" => "You did not sign in. Nothing has changed.",
        "administrator_consent" => {
            "Your organisation lets only its administrators allow applications. An administrator of your CRM can send one a \
             link: Settings, Connections."
        }
        "consent_missing" => "Some of the rights were not given. Begin again and leave every box ticked.",
        "blocked_by_policy" => "A policy of your organisation blocks this. Ask its administrator.",
        "account_disabled" => {
            "The account cannot sign in at the provider. Ask your organisation's administrator."
        }
        "wrong_account" => {
            "That was not the right account: it is another person's, a personal one, or one of another organisation. Begin \
             again and choose your work account."
        }
        "sign_in_again" | "grant_ended" => "The provider wants to see you again. Begin again.",
        "start_again" | "code_redeemed" | "proof_mismatch" => ANEW,
        "operator" => "The provider does not accept the login page. Whoever runs it has been told.",
        _ => "The provider does not answer well at the moment. Wait a minute and begin again.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_login_page_has_a_sentence_and_what_has_to_be_begun_anew_says_so() {
        let later = sentence_of("busy");
        for word in [
            "cancelled",
            "administrator_consent",
            "consent_missing",
            "blocked_by_policy",
            "account_disabled",
            "wrong_account",
            "sign_in_again",
            "grant_ended",
            "operator",
        ] {
            assert_ne!(sentence_of(word), later, "{word}");
        }
        for word in ["start_again", "code_redeemed", "proof_mismatch"] {
            assert_eq!(sentence_of(word), start_again().public(), "{word}");
        }
        assert_eq!(sentence_of("loop"), later);
    }
}
