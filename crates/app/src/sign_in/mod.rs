//! Signing in through the login page: who somebody is there, and which associate that makes them here.
//!
//! Invariant: nobody gets in but through the authentication plugins; the login page's word is examined like anybody's.
//! Invariant: a key is bound to at most one associate, and by address at most once.

mod admission;
mod connections;
mod directory;
mod domains;
mod invitations;
mod login_page;
mod own;
mod people;
mod pipeline;
mod shipped;
mod trips;
mod windows;

pub use admission::{Arrival, Arrived};
pub use connections::ConnectionView;
pub use domains::DomainView;
pub use invitations::NewInvitation;
pub use own::OwnAccount;
pub use people::{PersonSignIns, TaskView};
pub use shipped::LoginPagePlugin;
pub use trips::{Begun, Wish, inside};

pub use broker_client::{AuditLine, BrokerClient, Connection, InstallationTokens};
pub use store::BoundIdentity;

use crate::App;
use domain::identity::AuthenticationPlugin;
use domain::{Ctx, Error, ErrorKind, InstallationId, Result};
use std::sync::Arc;

/// The login page this CRM side uses, and the plugins that look at what it says.
#[derive(Debug)]
pub struct LoginPage {
    /// How it is talked to.
    pub client: BrokerClient,
    /// Where it sends people back to: registered there for every installation.
    pub redirect_uri: String,
    /// By rank, the lowest first. [`LoginPagePlugin`] is usually among them.
    pub plugins: Vec<Arc<dyn AuthenticationPlugin>>,
}

impl LoginPage {
    /// A login page with the shipped plugin and further ones.
    pub fn new(
        client: BrokerClient,
        redirect_uri: impl Into<String>,
        more: Vec<Arc<dyn AuthenticationPlugin>>,
    ) -> Self {
        let mut plugins: Vec<Arc<dyn AuthenticationPlugin>> =
            vec![Arc::new(LoginPagePlugin::new(client.clone()))];
        plugins.extend(more);
        plugins.sort_by_key(|p| p.info().rank);
        Self { client, redirect_uri: redirect_uri.into(), plugins }
    }
}

/// Use cases of signing in through the login page.
#[derive(Debug, Clone, Copy)]
pub struct SignIn<'a> {
    pub(crate) app: &'a App,
}

impl SignIn<'_> {
    /// Whether there is a login page.
    pub fn is_connected(&self) -> bool {
        self.app.0.login_page.get().is_some()
    }

    /// Whether this is our login page's issuer identifier.
    pub fn is_login_page(&self, issuer: &str) -> bool {
        self.app.0.login_page.get().is_some_and(|p| p.client.issuer() == issuer)
    }

    /// The login page's origin, where there is one.
    pub fn origin(&self) -> Option<String> {
        self.app.0.login_page.get().map(|p| p.client.issuer().to_owned())
    }

    /// How the login page is talked to. For the composition root.
    pub fn client(&self) -> Option<BrokerClient> {
        self.app.0.login_page.get().map(|page| page.client.clone())
    }

    /// Whether there is one installation only, so that nobody has to name it.
    pub async fn is_one_installation(&self) -> Result<bool> {
        Ok(self.app.store().read(|tx| tx.installations().list()).await?.len() == 1)
    }

    pub(crate) fn page(&self) -> Result<&LoginPage> {
        self.app.0.login_page.get().ok_or_else(|| {
            Error::new(
                ErrorKind::NotFound,
                "This service has no login page. Whoever runs it can configure one; sign-in links work meanwhile.",
            )
        })
    }

    /// The short word of an installation, which is its client id at the login page.
    pub async fn key_of(&self, installation: InstallationId) -> Result<String> {
        let found = self.app.store().read(move |tx| tx.installations().by_id(installation)).await?;
        found.map(|i| i.key).ok_or_else(|| Error::internal("the installation is gone"))
    }

    /// For an administrator: the login page's client and the installation's word there.
    pub(super) async fn administered(&self, ctx: &Ctx) -> Result<(&BrokerClient, String)> {
        ctx.require_administrator()?;
        let key = self.key_of(ctx.installation).await?;
        Ok((&self.page()?.client, key))
    }
}

fn hash(secret: &str) -> String {
    platform::digest::sha256_hex(secret.as_bytes())
}
