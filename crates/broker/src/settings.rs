//! What the login page is told at its start.

use crate::rules::scopes::Dialect;
use domain::connections::Provider;
use domain::{Error, Result};
use platform::Secret;
use platform::jwt::CertificateKey;
use platform::seal::MasterKeys;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Everything but the database and the clock.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address people see, without a path: `https://login.example.com`. It is the issuer of our tokens.
    pub public_url: String,
    /// Where people can sign in.
    pub providers: Vec<ProviderSettings>,
    /// How long things live.
    pub lifetimes: Lifetimes,
    /// How often a stranger may try.
    pub limits: Limits,
    /// Whether the operator's area is there, its pages and its interface for programs. The commands always are.
    pub operator_pages: bool,
}

/// A provider and our registration there.
#[derive(Debug, Clone)]
pub struct ProviderSettings {
    /// The name in addresses and tables.
    pub name: Provider,
    /// What the button says.
    pub title: String,
    /// How it speaks.
    pub dialect: Dialect,
    /// Google and others: the issuer. Microsoft: the authority's base, such as `https://login.microsoftonline.com`.
    pub issuer: String,
    /// The client id of our one registered application.
    pub client_id: String,
    /// What proves that we are that application; read anew when it changes.
    pub credentials: Arc<dyn Credentials>,
    /// How a secret is sent, at providers other than Google and Microsoft.
    pub secret_by: SecretBy,
}

/// How a client secret is sent to a token endpoint (RFC 6749 section 2.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SecretBy {
    /// As the provider's discovery document says: in the form where it lists `client_secret_post`, otherwise in the
    /// header, which is the standard's default (OpenID Connect Discovery section 3).
    #[default]
    Discovery,
    /// In the form (`client_secret_post`).
    Post,
    /// In the header (`client_secret_basic`).
    Basic,
}

/// What proves who we are, in the order to try.
#[derive(Debug, Clone)]
pub enum Credential {
    /// A certificate and its key: the preferred way (RFC 7523).
    Certificate(CertificateKey),
    /// A shared secret.
    Secret(Secret),
}

/// Where credentials come from. Asked again from time to time, so that they can be rotated without a restart.
pub trait Credentials: Send + Sync + fmt::Debug {
    /// All that are valid now, the preferred one first.
    /// # Errors
    /// `Invalid` when one cannot be read; what was read last stays in use.
    fn load(&self) -> Result<Vec<Credential>>;
}

/// Where the master keys come from. Asked again from time to time, so that one can be added without a restart.
pub trait MasterSource: Send + Sync + fmt::Debug {
    /// All master keys, the one that wraps last.
    /// # Errors
    /// `Invalid` when they cannot be read; what was read last stays in use.
    fn load(&self) -> Result<MasterKeys>;
}

impl MasterSource for MasterKeys {
    fn load(&self) -> Result<MasterKeys> {
        Ok(self.clone())
    }
}

impl Credentials for Vec<Credential> {
    fn load(&self) -> Result<Vec<Credential>> {
        Ok(self.clone())
    }
}

/// How long things live.
#[derive(Debug, Clone, Copy)]
pub struct Lifetimes {
    /// A pushed request, until a browser takes it up.
    pub pushed: Duration,
    /// A request in a browser, and a trip to a provider.
    pub attempt: Duration,
    /// A one-time code.
    pub code: Duration,
    /// Our statement about who signed in.
    pub statement: Duration,
    /// A browser's session without use.
    pub idle: Duration,
    /// A browser's session in any case.
    pub absolute: Duration,
    /// A link for an administrator.
    pub consent_link: Duration,
    /// A token for the installation's own administration.
    pub manage: Duration,
}

impl Default for Lifetimes {
    fn default() -> Self {
        let minutes = |n: u64| Duration::from_secs(n * 60);
        Self {
            pushed: Duration::from_secs(90),
            attempt: minutes(10),
            code: Duration::from_mins(1),
            statement: Duration::from_mins(2),
            idle: minutes(30),
            absolute: minutes(12 * 60),
            consent_link: minutes(7 * 24 * 60),
            manage: minutes(5),
        }
    }
}

/// How often, per minute.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Sign-ins begun from one address (an IPv6 address counts by its /64).
    pub starts_per_ip: u32,
    /// Sign-ins begun for one installation.
    pub starts_per_installation: u32,
    /// Callbacks that failed, from one address.
    pub failures_per_ip: u32,
    /// Tokens handed out to one installation.
    pub tokens_per_installation: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            starts_per_ip: 30,
            starts_per_installation: 300,
            failures_per_ip: 10,
            tokens_per_installation: 600,
        }
    }
}

impl Settings {
    /// Refuses settings with which nobody could sign in.
    /// # Errors
    /// `Invalid`, in one readable line.
    pub fn check(&self) -> Result<()> {
        let url = &self.public_url;
        if !crate::rules::targets::may_be_registered(&format!("{url}/")) || url.matches('/').count() != 2 {
            return Err(Error::invalid(format!(
                "The login page's address {url:?} must be https and have no path, for example https://login.example.com."
            )));
        }
        if self.providers.is_empty() {
            return Err(Error::invalid(
                "The login page has no provider. Configure Google, Microsoft or another one.",
            ));
        }
        for provider in &self.providers {
            let name = provider.name.as_str();
            if provider.client_id.trim().is_empty() {
                return Err(Error::invalid(format!("The provider {name} has no client id.")));
            }
            let credentials = provider.credentials.load()?;
            if credentials.is_empty() {
                return Err(Error::invalid(format!(
                    "The provider {name} has neither a certificate nor a secret; one of the two is needed."
                )));
            }
            if self.providers.iter().filter(|p| p.name == provider.name).count() > 1 {
                return Err(Error::invalid(format!("The provider {name} is configured twice.")));
            }
        }
        Ok(())
    }

    /// A provider by its name.
    pub fn provider(&self, name: &Provider) -> Option<&ProviderSettings> {
        self.providers.iter().find(|p| p.name == *name)
    }

    /// Whether it is served over TLS; only then can cookies be locked to the host.
    pub fn is_secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}
