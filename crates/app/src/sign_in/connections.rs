//! Connections of an installation at providers.

use super::SignIn;
use super::admission::{Arrival, Arrived};
use broker_client::{Connection, ConsentLink, Statement};
use domain::audit::Entry;
use domain::connections::{ConnectionKind, Provider, Purpose};
use domain::{AssociateId, Ctx, Error, InstallationId, Result};
use store::{NewAudit, Trip, Tx};

/// A connection, with whose it is here.
#[derive(Debug, Clone)]
pub struct ConnectionView {
    /// The connection as the login page has it.
    pub connection: Connection,
    /// The associate whose account it is.
    pub associate: Option<AssociateId>,
    /// Their name.
    pub owner: String,
}

impl SignIn<'_> {
    /// What became of a trip that connects something. The session that began it has to be the one that ends it.
    pub(super) async fn connected(
        &self,
        trip: &Trip,
        arrival: &Arrival,
        key: &str,
        statement: &Statement,
    ) -> Result<Arrived> {
        let Some(connection) = &statement.connection else {
            return self.turned(trip, arrival, "connection.missing", None, None, "").await;
        };
        let wrong = match (trip.associate, arrival.caller) {
            (Some(began), Some(caller)) if began == caller => self.not_theirs(trip, statement, began).await?,
            _ => Some("connection.other_session"),
        };
        if let Some(why) = wrong {
            self.page()?.client.disconnect(key, &connection.id, false, arrival.now).await?;
            self.record(trip, arrival, Entry::refused("connection.refused", "", why)).await?;
            let sentence = match why {
                "connection.personal_account" => {
                    "Somebody signs in here with that account, so it was not connected: what it keeps would depend on that \
                     person. Use an account that belongs to nobody, or say that it may be one that somebody signs in with."
                }
                _ => {
                    "That was another account than yours, so it was not connected. Begin again and choose the account you \
                     sign in with."
                }
            };
            let (target, installation) = (Some(trip.target.clone()), trip.installation);
            return Ok(Arrived::Not { sentence: sentence.to_owned(), target, installation });
        }
        let entry = Entry::done(
            "connection.made",
            format!("connection:{} {}", connection.id, connection.kind.as_str()),
        );
        self.record(trip, arrival, entry).await?;
        Ok(Arrived::Connected(trip.target.clone()))
    }

    /// Why an account is not the one that was to be connected.
    async fn not_theirs(
        &self,
        trip: &Trip,
        statement: &Statement,
        who: AssociateId,
    ) -> Result<Option<&'static str>> {
        let (of, key) = (trip.installation, statement.identity.key.clone());
        let bound = self.app.store().read(move |tx| tx.identities(of).get(&key)).await?;
        Ok(match (trip.purpose, bound) {
            (Purpose::UserConnect, Some(bound)) if bound.associate == who => None,
            (Purpose::UserConnect, _) => Some("connection.other_account"),
            // The system account is nobody's own (T16), unless an administrator has said that it may be.
            (Purpose::SystemUserConnect, Some(_)) if !self.app.google().allows_own_account(of).await? => {
                Some("connection.personal_account")
            }
            (Purpose::SystemUserConnect, _) => None,
            (Purpose::SignIn | Purpose::AdminConsent | Purpose::PickFolders, _) => Some("connection.purpose"),
        })
    }

    /// The connections of the installation.
    pub async fn connections(&self, ctx: &Ctx) -> Result<Vec<ConnectionView>> {
        let (client, key) = self.administered(ctx).await?;
        let all = client.connections(&key, ctx.now).await?;
        let of = ctx.installation;
        self.app.store().read(move |tx| all.into_iter().map(|c| view(tx, of, c)).collect()).await
    }

    /// Tries a connection at its provider. How it is afterwards.
    /// # Errors
    /// `NotFound` when it is not the installation's; `Unavailable` when the provider does not answer.
    pub async fn check_connection(&self, ctx: &Ctx, id: &str) -> Result<ConnectionView> {
        let (client, key) = self.administered(ctx).await?;
        let found = client.check(&key, id, ctx.now).await?;
        let of = ctx.installation;
        self.app.store().read(move |tx| view(tx, of, found)).await
    }

    /// Takes a connection back.
    /// # Errors
    /// `NotFound` when it is not the installation's.
    pub async fn disconnect(&self, ctx: &Ctx, id: &str, revoke: bool) -> Result<()> {
        let (client, key) = self.administered(ctx).await?;
        client.disconnect(&key, id, revoke, ctx.now).await?;
        let (of, id) = (ctx.installation, id.to_owned());
        let audit = NewAudit::of(ctx, Entry::done("connection.disconnected", format!("connection:{id}")));
        self.app.store().write(move |tx| tx.audit(of).record(&audit).map(drop)).await
    }

    /// A link that asks an administrator of the customer's tenant to agree.
    pub async fn consent_link(&self, ctx: &Ctx, provider: &Provider) -> Result<ConsentLink> {
        if !provider.is_microsoft() {
            return Err(
                Error::invalid("Only Microsoft 365 asks an administrator for consent.").field("provider")
            );
        }
        let (client, key) = self.administered(ctx).await?;
        let link = client.consent_link(&key, provider, ctx.now).await?;
        let of = ctx.installation;
        let audit =
            NewAudit::of(ctx, Entry::done("consent.asked", format!("connection:{}", link.connection)));
        self.app.store().write(move |tx| tx.audit(of).record(&audit).map(drop)).await?;
        Ok(link)
    }
}

/// A connection with whose it is: a person's own belongs to whoever their account is bound to.
fn view(tx: &Tx<'_>, of: InstallationId, connection: Connection) -> Result<ConnectionView> {
    let key = domain::identity::IdentityKey {
        provider: connection.provider.clone(),
        realm: connection.realm.clone(),
        subject: connection.subject.clone(),
    };
    let bound = match connection.kind {
        ConnectionKind::User => tx.identities(of).get(&key)?,
        ConnectionKind::SystemUser | ConnectionKind::App => None,
    };
    let who = match bound {
        Some(bound) => tx.associates(of).get(bound.associate)?,
        None => None,
    };
    let owner = who.as_ref().map(domain::records::Associate::full_name).unwrap_or_default();
    Ok(ConnectionView { associate: who.map(|a| a.id), owner, connection })
}
