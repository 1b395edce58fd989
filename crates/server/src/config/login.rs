//! The sections of the login page, `[broker]`, and of the CRM side's way to it, `[crm]`.

use super::{Listen, Place, is_https_origin};
use domain::Result;
use domain::connections::Provider;
use serde::Deserialize;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// Google's issuer.
pub const GOOGLE: &str = "https://accounts.google.com";
/// Where Microsoft's tenants are asked.
pub const MICROSOFT: &str = "https://login.microsoftonline.com";

/// The CRM side's way to the login page.
#[derive(Debug, Clone, Deserialize, Default, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct Crm {
    /// The login page's address, when it runs in another process.
    pub broker_url: String,
    /// A private authority (PEM) that vouches for the login page's certificate.
    pub broker_ca_file: Option<PathBuf>,
    /// Google's interface: another address than Google's own is a simulator's.
    pub google_address: String,
    /// Graph: another address than Microsoft's own is a simulator's.
    pub graph_address: String,
    /// The hosts of SharePoint, when they are a simulator's.
    pub sharepoint_address: String,
}

/// The login page.
#[derive(Debug, Clone, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct Broker {
    /// Its own data directory.
    pub directory: PathBuf,
    /// The file of master keys; `master.keys` in the data directory when absent.
    pub master_keys: Option<PathBuf>,
    /// Address and port.
    pub address: SocketAddr,
    /// The address people see.
    pub public_url: String,
    /// The certificate chain (PEM).
    pub certificate: Option<PathBuf>,
    /// The private key (PEM).
    pub key: Option<PathBuf>,
    /// The address of the proxy that ends TLS in front, if there is one.
    pub behind_proxy: Option<IpAddr>,
    /// Origins that may be local: a simulator on this computer, an identity provider inside the house.
    pub private_hosts: Vec<String>,
    /// Authorities (PEM) trusted besides the public ones.
    pub ca_file: Option<PathBuf>,
    /// Whether the operator's area is there, its pages and its interface for programs.
    pub operator_pages: bool,
    /// The application registered at Google.
    pub google: Option<Registered>,
    /// The application registered at Microsoft.
    pub microsoft: Option<Registered>,
    /// Applications registered at other `OpenID` Connect providers.
    pub oidc: Vec<Oidc>,
    /// Where all this stands.
    #[serde(skip)]
    pub place: Place,
}

/// An application registered at Google or Microsoft.
#[derive(Debug, Clone, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Registered {
    /// Its client id.
    pub client_id: String,
    /// A file that holds its secret and nothing else.
    pub secret_file: Option<PathBuf>,
    /// Its certificate (PEM): preferred to the secret when both are there.
    pub certificate: Option<PathBuf>,
    /// The certificate's private key (PEM, RSA).
    pub key: Option<PathBuf>,
    /// A simulator's address instead of the provider's.
    pub issuer: Option<String>,
}

/// An application registered at another provider.
#[derive(Debug, Clone, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Oidc {
    /// A short word for addresses and tables.
    pub name: String,
    /// What the button says; the name when blank.
    #[serde(default)]
    pub title: String,
    /// The issuer, as the provider's discovery document has it.
    pub issuer: String,
    /// Further hosts of the provider, such as that of its token endpoint.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// The application's client id.
    pub client_id: String,
    /// A file that holds its secret and nothing else.
    pub secret_file: Option<PathBuf>,
    /// How the secret is sent; as the provider's discovery document says when absent.
    pub client_authentication: Option<ClientAuthentication>,
    /// Its certificate (PEM).
    pub certificate: Option<PathBuf>,
    /// The certificate's private key (PEM, RSA).
    pub key: Option<PathBuf>,
}

/// How a client secret is sent, in the words of the standard (OpenID Connect Core section 9).
#[derive(Debug, Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthentication {
    /// In the form.
    ClientSecretPost,
    /// In the header.
    ClientSecretBasic,
}

impl From<ClientAuthentication> for broker::SecretBy {
    fn from(by: ClientAuthentication) -> Self {
        match by {
            ClientAuthentication::ClientSecretPost => Self::Post,
            ClientAuthentication::ClientSecretBasic => Self::Basic,
        }
    }
}

/// A registration, whatever the provider: its section, which one of that name, and what proves it.
#[derive(Debug, Clone, Copy)]
pub struct Proof<'c> {
    /// The section.
    pub section: &'static str,
    /// Which section of that name, from 0.
    pub nth: usize,
    /// A file that holds the secret.
    pub secret_file: Option<&'c PathBuf>,
    /// The certificate.
    pub certificate: Option<&'c PathBuf>,
    /// Its key.
    pub key: Option<&'c PathBuf>,
}

impl Default for Broker {
    fn default() -> Self {
        Self {
            directory: "chancery-login".into(),
            master_keys: None,
            address: SocketAddr::from(([127, 0, 0, 1], 8081)),
            public_url: String::new(),
            certificate: None,
            key: None,
            behind_proxy: None,
            private_hosts: Vec::new(),
            ca_file: None,
            operator_pages: true,
            google: None,
            microsoft: None,
            oidc: Vec::new(),
            place: Place::default(),
        }
    }
}

impl Registered {
    /// What proves it.
    pub fn proof(&self, section: &'static str) -> Proof<'_> {
        let Self { secret_file, certificate, key, .. } = self;
        Proof {
            section,
            nth: 0,
            secret_file: secret_file.as_ref(),
            certificate: certificate.as_ref(),
            key: key.as_ref(),
        }
    }
}

impl Oidc {
    /// What proves it, when it is the `nth`.
    pub fn proof(&self, nth: usize) -> Proof<'_> {
        let Self { secret_file, certificate, key, .. } = self;
        Proof {
            section: "broker.oidc",
            nth,
            secret_file: secret_file.as_ref(),
            certificate: certificate.as_ref(),
            key: key.as_ref(),
        }
    }
}

impl Broker {
    /// The address people see: the one that is written, or the one that is listened on.
    pub fn url(&self) -> String {
        match self.public_url.trim_end_matches('/') {
            "" => format!("http://{}", self.address),
            url => url.to_owned(),
        }
    }

    /// The file of master keys.
    pub fn master_keys_file(&self) -> PathBuf {
        self.master_keys.clone().unwrap_or_else(|| self.directory.join("master.keys"))
    }

    /// How it listens.
    pub fn listen(&self) -> Listen {
        Listen {
            address: self.address,
            public_url: self.public_url.clone(),
            certificate: self.certificate.clone(),
            key: self.key.clone(),
            behind_proxy: self.behind_proxy,
            framed_by: Vec::new(),
        }
    }

    /// Refuses what cannot work. Files are looked at when the login page starts.
    /// # Errors
    /// `Invalid`, naming the file, the line and the remedy (BAD-26).
    pub fn check(&self) -> Result<()> {
        super::check_listen("broker", &self.listen(), &self.place)?;
        if !self.public_url.is_empty() && !is_origin(self.public_url.trim_end_matches('/')) {
            return Err(self.place.wrong(
                "broker",
                "public_url",
                format_args!(
                    "{:?} must be the https address people see, without a path, for example https://login.example.com. \
                     Plain http is for 127.0.0.1 and localhost alone.",
                    self.public_url
                ),
            ));
        }
        for host in &self.private_hosts {
            if !is_origin(host) {
                let what = format_args!(
                    "{host:?} must be an origin without a path: https://host:port, or http://127.0.0.1:port."
                );
                return Err(self.place.wrong("broker", "private_hosts", what));
            }
        }
        self.check_providers()
    }

    fn check_providers(&self) -> Result<()> {
        if self.google.is_none() && self.microsoft.is_none() && self.oidc.is_empty() {
            return Err(self.place.wrong(
                "broker",
                "",
                "there is no provider. Add [broker.google], [broker.microsoft] or [[broker.oidc]].",
            ));
        }
        if let Some(google) = &self.google {
            let proof = google.proof("broker.google");
            self.check_registered(google, proof, "Google", GOOGLE)?;
            if google.certificate.is_some() {
                let what = "Google takes no certificate. Name the file of the client secret in secret_file.";
                return Err(self.place.wrong("broker.google", "certificate", what));
            }
        }
        if let Some(microsoft) = &self.microsoft {
            let proof = microsoft.proof("broker.microsoft");
            self.check_registered(microsoft, proof, "Microsoft", MICROSOFT)?;
        }
        let mut names = vec![Provider::google(), Provider::microsoft()];
        for (nth, oidc) in self.oidc.iter().enumerate() {
            let wrong = |key: &str, what: &str| Err(self.place.wrong_in("broker.oidc", nth, key, what));
            match oidc.name.parse::<Provider>() {
                Err(e) => return wrong("name", e.public()),
                Ok(name) if names.contains(&name) => {
                    return wrong("name", "another provider has this name. Choose one of its own.");
                }
                Ok(name) => names.push(name),
            }
            if oidc.client_id.trim().is_empty() {
                return wrong("client_id", "it is blank. Copy it from the registration at the provider.");
            }
            if !self.is_private(&oidc.issuer) && !is_public_issuer(&oidc.issuer) {
                return wrong(
                    "issuer",
                    "it must be an https address on the usual port; list its origin in [broker] private_hosts if it is \
                     inside the house.",
                );
            }
            if let Some(host) = oidc.hosts.iter().find(|h| !is_host(h)) {
                let what = format!("{host:?} must be a host's name alone, such as token.example.com.");
                return wrong("hosts", &what);
            }
            self.check_proof(oidc.proof(nth))?;
        }
        Ok(())
    }

    fn check_registered(&self, at: &Registered, proof: Proof<'_>, who: &str, usual: &str) -> Result<()> {
        if at.client_id.trim().is_empty() {
            let what = format_args!("it is blank. Copy it from the registration at {who}.");
            return Err(self.place.wrong(proof.section, "client_id", what));
        }
        if let Some(issuer) = &at.issuer
            && issuer != usual
            && !self.is_private(issuer)
        {
            let what = format_args!(
                "{issuer:?} is no host of {who}. Leave issuer out; for a simulator, list its origins in [broker] \
                 private_hosts."
            );
            return Err(self.place.wrong(proof.section, "issuer", what));
        }
        self.check_proof(proof)
    }

    /// A certificate has a key, a key has a certificate, and there is one of them or a secret.
    fn check_proof(&self, proof: Proof<'_>) -> Result<()> {
        let Proof { section, nth, secret_file, certificate, key } = proof;
        let wrong = |key: &str, what: &str| Err(self.place.wrong_in(section, nth, key, what));
        match (certificate.is_some(), key.is_some()) {
            (true, false) => wrong("certificate", "its private key is missing. Name the file in key."),
            (false, true) => wrong("key", "its certificate is missing. Name the file in certificate."),
            (false, false) if secret_file.is_none() => wrong(
                "",
                "there is no credential. Name the secret's file in secret_file, or a certificate with its key.",
            ),
            _ => Ok(()),
        }
    }

    /// Whether an address is of an origin that may be local.
    pub fn is_private(&self, address: &str) -> bool {
        self.private_hosts.iter().any(|origin| {
            let origin = origin.trim_end_matches('/');
            address.strip_prefix(origin).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }
}

impl Crm {
    /// Refuses what cannot work.
    /// # Errors
    /// `Invalid`, naming the file, the line and the remedy.
    pub fn check(&self, login_here: bool, place: &Place) -> Result<()> {
        if login_here && !self.broker_url.is_empty() {
            let what = "the login page is in this file too, under [broker]. Leave one of the two out.";
            return Err(place.wrong("crm", "broker_url", what));
        }
        if !self.broker_url.is_empty() && !is_origin(self.broker_url.trim_end_matches('/')) {
            let what = format_args!(
                "{:?} must be the login page's https address without a path, for example https://login.example.com.",
                self.broker_url
            );
            return Err(place.wrong("crm", "broker_url", what));
        }
        if self.broker_ca_file.is_some() && self.broker_url.is_empty() {
            let what = "it is for a login page elsewhere. Name that page's address in broker_url.";
            return Err(place.wrong("crm", "broker_ca_file", what));
        }
        Ok(())
    }
}

/// Https, or plain http on this computer; no path.
pub fn is_origin(url: &str) -> bool {
    let local = url.strip_prefix("http://").is_some_and(|rest| {
        let host = rest.rsplit_once(':').map_or(rest, |(host, _)| host);
        matches!(host, "127.0.0.1" | "127.0.0.2" | "localhost") && !rest.contains(['/', '?', '#', '@', ' '])
    });
    local || is_https_origin(url)
}

fn is_public_issuer(issuer: &str) -> bool {
    let host = host_of(issuer);
    issuer.starts_with("https://") && is_host(host) && !issuer.contains(['?', '#', '@', ' '])
}

/// The host of an address, with its port if it names one.
pub fn host_of(address: &str) -> &str {
    address.split_once("://").map_or("", |(_, rest)| rest.split('/').next().unwrap_or_default())
}

fn is_host(name: &str) -> bool {
    name.contains('.')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-'))
}
