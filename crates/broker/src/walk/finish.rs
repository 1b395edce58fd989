//! The answer to an installation: a one-time code, or an error, at a registered address.

use super::begin::{Began, start_again};
use super::{Session, Visitor};
use crate::house::{House, note_of};
use crate::rules::situations::Situation;
use crate::tables::codes::{self, CodeRow};
use crate::tables::people::Person;
use crate::tables::requests;
use crate::tables::sessions::{self, Visit};
use crate::tables::{hash, installations};
use crate::vault;
use domain::Result;
use domain::audit::Entry;
use domain::connections::Purpose;
use domain::identity::Registration;
use jiff::Timestamp;

/// What to do with somebody who is known in this browser.
#[derive(Debug)]
pub(crate) enum Answered {
    /// Go there: the installation's address with a code or an error.
    Go(String),
    /// Ask first: the person is signed in here, and has not agreed to go to this installation from this browser.
    Ask,
}

impl House {
    /// Answers a sign-in with somebody of this browser's session. Without their agreement, in this browser and for this
    /// installation, nobody is sent anywhere.
    pub(crate) async fn answer(&self, began: &Began, session: &Session, handle: &str) -> Result<Answered> {
        let Some((person, signed_in)) = session.people.iter().find(|(p, _)| p.handle == handle).cloned()
        else {
            return Err(start_again());
        };
        let (id, of) = (began.request.id.clone(), began.installation.id);
        let (token, handle) = (session.row.token_hash.clone(), person.handle.clone());
        let agreed = self
            .db
            .read(move |tx| {
                let approved = requests::get(tx, &id)?.is_some_and(|r| r.approved);
                let visited =
                    sessions::visits(tx, &token)?.iter().any(|v| v.installation == of && v.handle == handle);
                Ok(approved || visited)
            })
            .await?;
        if !agreed {
            return Ok(Answered::Ask);
        }
        if let Some(situation) = self.bars(of, &person).await? {
            return Ok(Answered::Go(self.refuse(began, situation.oauth(), situation.code()).await?));
        }
        Ok(Answered::Go(self.issue(began, session, &person, signed_in, None).await?))
    }

    /// Why somebody may not go to an installation whatever its own rules are: their account's kind is none that its
    /// administrators have registered.
    async fn bars(&self, of: domain::InstallationId, person: &Person) -> Result<Option<Situation>> {
        let domains: Vec<Registration> = self.db.read(move |tx| installations::domains(tx, of)).await?;
        let provider = &person.identity.key.provider;
        // An installation that has registered domains of this provider is for work accounts only (ATT-34). One that has
        // none takes whom it has invited.
        let theirs: Vec<_> = domains.iter().filter(|d| d.provider == *provider).collect();
        if theirs.is_empty() || !provider.is_google() {
            return Ok(None);
        }
        Ok(person.identity.workspace.is_none().then_some(Situation::WrongAccount))
    }

    /// Makes a code for an installation and gives the address to go to. A request is answered once.
    pub(crate) async fn issue(
        &self,
        began: &Began,
        session: &Session,
        person: &Person,
        signed_in: Timestamp,
        connection: Option<String>,
    ) -> Result<String> {
        let (code, fresh_sid) = (vault::word()?, vault::word()?);
        let (request, now) = (began.request.clone(), self.now());
        let expires = now + self.settings.lifetimes.code;
        let (token, handle, code_hash) = (session.row.token_hash.clone(), person.handle.clone(), hash(&code));
        let issued = self
            .db
            .write(move |tx| {
                if !requests::done(tx, &request.id, now)? {
                    return Ok(false);
                }
                let visit = Visit {
                    installation: request.installation,
                    handle: handle.clone(),
                    sid: fresh_sid,
                    last: now,
                };
                let sid = sessions::put_visit(tx, &token, &visit)?;
                let code = CodeRow {
                    code_hash,
                    installation: request.installation,
                    purpose: request.purpose,
                    redirect_uri: request.redirect_uri.clone(),
                    challenge: request.challenge.clone(),
                    nonce: request.nonce.clone(),
                    handle: handle.clone(),
                    signed_in,
                    sid,
                    connection,
                    expires,
                    used: None,
                };
                codes::insert(tx, &code, now)?;
                let entry = Entry::done("login.answered", format!("person:{handle}"));
                note_of(tx, request.installation, "browser", entry, now, "")?;
                Ok(true)
            })
            .await?;
        if !issued {
            return Err(start_again());
        }
        metrics::counter!("broker_codes_total", "purpose" => began.request.purpose.as_str()).increment(1);
        Ok(self.back(began, &[("code", &code)]))
    }

    /// Answers a request with the folders that somebody chose. Once.
    pub(crate) async fn hand_on_picked(&self, began: &Began, ids: &str) -> Result<String> {
        let (request, now) = (began.request.clone(), self.now());
        let first = self
            .db
            .write(move |tx| {
                let entry = Entry::done("folders.picked", "");
                note_of(tx, request.installation, "browser", entry, now, "")?;
                requests::done(tx, &request.id, now)
            })
            .await?;
        if !first {
            return Err(start_again());
        }
        Ok(self.back(began, &[("picked_file_ids", ids)]))
    }

    /// Answers a request with an error. The description is a word of ours, never the provider's text.
    pub(crate) async fn refuse(&self, began: &Began, error: &str, description: &str) -> Result<String> {
        let (id, now) = (began.request.id.clone(), self.now());
        self.db.write(move |tx| requests::done(tx, &id, now)).await?;
        Ok(self.back(began, &[("error", error), ("error_description", description)]))
    }

    /// The installation's registered address with these, `state` and `iss` (RFC 9207).
    fn back(&self, began: &Began, pairs: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(pairs);
        if !began.request.state.is_empty() {
            query.append_pair("state", &began.request.state);
        }
        query.append_pair("iss", self.issuer());
        let join = if began.request.redirect_uri.contains('?') { '&' } else { '?' };
        format!("{}{join}{}", began.request.redirect_uri, query.finish())
    }

    /// Whether a request can be answered without showing anything, and with whom.
    pub(crate) fn silent(began: &Began, visitor: &Visitor) -> Option<String> {
        let request = &began.request;
        let session = visitor.session.as_ref()?;
        if request.purpose != Purpose::SignIn
            || matches!(request.prompt.as_str(), "login" | "select_account" | "consent")
        {
            return None;
        }
        let fits = |p: &&(Person, Timestamp)| {
            let hint = request.login_hint.as_str();
            let address = p.0.identity.address.as_deref().unwrap_or_default();
            (hint.is_empty()
                || domain::identity::fold_address(hint) == domain::identity::fold_address(address))
                && (request.account.is_empty() || request.account == p.0.handle)
                && request.provider.as_ref().is_none_or(|only| *only == p.0.identity.key.provider)
        };
        let mut fitting = session.people.iter().filter(fits);
        match (fitting.next(), fitting.next()) {
            (Some((only, _)), None) => Some(only.handle.clone()),
            _ => None,
        }
    }
}
