//! The login page in this process: opened as the configuration says, tended, served.
//!
//! Invariant: it has a database, a directory and an address of its own; nothing of the CRM side is in reach of it.

pub(crate) mod connect;
mod credentials;
mod outward;

use crate::config::{Broker, GOOGLE, MICROSOFT, host_of};
use crate::listen::{self, Manner, Stop};
use crate::wiring::make_private;
use axum::Router;
use broker::{Dialect, Ground, House, MasterSource, ProviderSettings, SecretBy, Settings};
use credentials::FromFiles;
use domain::connections::Provider;
use domain::{Error, Result};
use outward::ToInstallations;
use platform::outbound::{Host, Outbound, OutboundSettings};
use platform::seal::MasterKeys;
use platform::sql::{Database, SqlSettings};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// How often the login page is tended.
const TEND_EVERY: Duration = Duration::from_mins(1);
/// How long tending may take to finish after the listener has closed.
const TENDED_WITHIN: Duration = Duration::from_secs(10);

/// The login page, for whoever speaks to it in this process.
#[derive(Debug, Clone)]
pub(crate) struct LoginPage {
    /// Everything it consists of.
    pub house: Arc<House>,
    /// Its routes.
    pub router: Router,
    /// Its address, without a slash at the end: the issuer of its tokens.
    pub url: String,
}

/// What a login page is opened with.
#[derive(Debug)]
pub(crate) struct Ask {
    /// Address, providers, lifetimes, limits.
    pub settings: Settings,
    /// Where its database lies.
    pub directory: PathBuf,
    /// Where the master keys come from.
    pub master: Arc<dyn MasterSource>,
    /// The hosts it may meet.
    pub hosts: Vec<Host>,
    /// Authorities (PEM) trusted besides the public ones.
    pub roots: Vec<Vec<u8>>,
}

/// Where the database lies in the login page's directory.
pub fn database_file(directory: &Path) -> PathBuf {
    directory.join("login.db")
}

/// Opens a login page.
/// # Errors
/// As [`House::open`]; `Invalid` when its directory or a certificate cannot be had.
pub(crate) async fn open(ask: Ask) -> Result<(LoginPage, Database)> {
    make_private(&ask.directory)?;
    let db = Database::open(&SqlSettings::at(database_file(&ask.directory)))?;
    let transport = Outbound::new(OutboundSettings {
        hosts: ask.hosts,
        extra_roots: ask.roots.clone(),
        ..OutboundSettings::default()
    })?;
    let ground = Ground {
        db: db.clone(),
        master: ask.master,
        transport: Arc::new(transport),
        outward: Arc::new(ToInstallations::new(ask.roots)),
        clock: Arc::new(platform::clock::now),
    };
    let url = ask.settings.public_url.clone();
    let house = House::open(ask.settings, ground).await?;
    Ok((LoginPage { router: broker::router(Arc::clone(&house)), house, url }, db))
}

/// What a configuration says about the login page. Every file it names is looked at.
/// # Errors
/// `Invalid`, in one line that names the configuration's line and the remedy (BAD-26).
pub fn settings(config: &Broker) -> Result<Settings> {
    let mut providers = Vec::new();
    let usual = |issuer: &Option<String>, usual: &str| {
        issuer.as_deref().unwrap_or(usual).trim_end_matches('/').to_owned()
    };
    if let Some(google) = &config.google {
        providers.push(ProviderSettings {
            name: Provider::google(),
            title: "Google".to_owned(),
            dialect: Dialect::Google,
            issuer: usual(&google.issuer, GOOGLE),
            client_id: google.client_id.trim().to_owned(),
            credentials: Arc::new(FromFiles::checked(config, google.proof("broker.google"))?),
            secret_by: SecretBy::Post,
        });
    }
    if let Some(microsoft) = &config.microsoft {
        providers.push(ProviderSettings {
            name: Provider::microsoft(),
            title: "Microsoft".to_owned(),
            dialect: Dialect::Microsoft,
            issuer: usual(&microsoft.issuer, MICROSOFT),
            client_id: microsoft.client_id.trim().to_owned(),
            credentials: Arc::new(FromFiles::checked(config, microsoft.proof("broker.microsoft"))?),
            secret_by: SecretBy::Post,
        });
    }
    for (nth, oidc) in config.oidc.iter().enumerate() {
        let title = if oidc.title.trim().is_empty() { &oidc.name } else { &oidc.title };
        providers.push(ProviderSettings {
            name: oidc.name.parse()?,
            title: title.trim().to_owned(),
            dialect: Dialect::OpenId,
            issuer: oidc.issuer.clone(),
            client_id: oidc.client_id.trim().to_owned(),
            credentials: Arc::new(FromFiles::checked(config, oidc.proof(nth))?),
            secret_by: oidc.client_authentication.map_or(SecretBy::Discovery, SecretBy::from),
        });
    }
    let settings = Settings {
        public_url: config.url(),
        providers,
        lifetimes: broker::Lifetimes::default(),
        limits: broker::Limits::default(),
        operator_pages: config.operator_pages,
    };
    settings.check()?;
    Ok(settings)
}

/// The hosts of the configured providers, and no others.
fn hosts(config: &Broker) -> Vec<Host> {
    let mut names: Vec<&str> = Vec::new();
    if config.google.is_some() {
        names.extend([
            "accounts.google.com",
            "oauth2.googleapis.com",
            "www.googleapis.com",
            "openidconnect.googleapis.com",
        ]);
    }
    if config.microsoft.is_some() {
        names.push("login.microsoftonline.com");
    }
    for oidc in &config.oidc {
        if !config.is_private(&oidc.issuer) {
            names.push(host_of(&oidc.issuer));
        }
        names.extend(oidc.hosts.iter().map(String::as_str));
    }
    let known = names.into_iter().map(|name| Host::Exactly(name.to_owned()));
    known.chain(config.private_hosts.iter().map(|origin| Host::Simulated(origin.clone()))).collect()
}

/// The master keys. They are made only where nothing could have been sealed yet: in an empty directory.
/// # Errors
/// `Invalid`, naming the file and the remedy.
pub fn master_keys(config: &Broker, may_be_made: bool) -> Result<MasterKeys> {
    let file = config.master_keys_file();
    if !file.exists() && may_be_made && is_empty(&config.directory) {
        make_private(&config.directory)?;
        return MasterKeys::create(&file);
    }
    MasterKeys::read(&file).map_err(|e| {
        let made = if file.exists() || database_file(&config.directory).exists() {
            String::new()
        } else {
            format!(" For a new login page, run: chancery broker init-keys {}", file.display())
        };
        config.place.wrong("broker", "master_keys", format_args!("{}{made}", e.public()))
    })
}

/// The file of master keys, read again from time to time.
#[derive(Debug)]
struct MasterFile(PathBuf);

impl MasterSource for MasterFile {
    fn load(&self) -> Result<MasterKeys> {
        MasterKeys::read(&self.0)
    }
}

fn is_empty(directory: &Path) -> bool {
    std::fs::read_dir(directory).map_or(true, |mut entries| entries.next().is_none())
}

/// What a configuration says, ready to be opened.
/// # Errors
/// As [`settings`] and [`master_keys`].
pub(crate) fn ask(config: &Broker, may_make_keys: bool) -> Result<Ask> {
    let settings = settings(config)?;
    let roots = match &config.ca_file {
        Some(file) => vec![std::fs::read(file).map_err(|e| {
            let what = format_args!("{} cannot be read: {e}. It must be a PEM file.", file.display());
            config.place.wrong("broker", "ca_file", what)
        })?],
        None => Vec::new(),
    };
    master_keys(config, may_make_keys)?;
    let master = Arc::new(MasterFile(config.master_keys_file()));
    Ok(Ask { settings, directory: config.directory.clone(), master, hosts: hosts(config), roots })
}

/// One process at a time serves a login page's directory, or seals everything in it anew.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "the file is locked as long as it is open")] File);

impl Lock {
    /// Takes the directory.
    /// # Errors
    /// `Conflict` when another process has it.
    pub fn take(directory: &Path) -> Result<Self> {
        let file = directory.join("login.lock");
        let failed = |e: std::io::Error| {
            Error::invalid(format!("{} cannot be locked: {e}. Check who owns the directory.", file.display()))
        };
        let opened = File::options().create(true).append(true).open(&file).map_err(failed)?;
        match opened.try_lock() {
            Ok(()) => Ok(Self(opened)),
            Err(TryLockError::WouldBlock) => Err(Error::conflict(format!(
                "Another process serves the login page in {}. Stop it first.",
                directory.display()
            ))),
            Err(TryLockError::Error(e)) => Err(failed(e)),
        }
    }
}

/// A login page that is about to be served.
pub(crate) struct Serving {
    /// The page.
    pub page: LoginPage,
    listener: TcpListener,
    manner: Manner,
    _lock: Lock,
}

impl Serving {
    /// Opens the login page and its address.
    /// # Errors
    /// `Invalid`, in one line, when something is missing or wrong.
    pub async fn start(config: &Broker) -> Result<Self> {
        let tls = match (&config.certificate, &config.key) {
            (Some(certificate), Some(key)) => Some(crate::tls::acceptor(certificate, key)?),
            _ => None,
        };
        let listener = listen::bind(config.address).await?;
        let manner = Manner { tls, proxy: config.behind_proxy };
        Self::on(listener, manner, ask(config, true)?).await
    }

    /// Opens the login page behind a listener that is open already.
    /// # Errors
    /// As [`open`]; `Conflict` when another process serves it.
    pub async fn on(listener: TcpListener, manner: Manner, ask: Ask) -> Result<Self> {
        make_private(&ask.directory)?;
        let lock = Lock::take(&ask.directory)?;
        let (page, _) = open(ask).await?;
        Ok(Self { page, listener, manner, _lock: lock })
    }

    /// Serves until it is told to stop, then lets requests finish.
    pub async fn run(self, stop: Stop) {
        let tending = tokio::spawn(tend(Arc::clone(&self.page.house), stop.clone()));
        listen::serve(self.listener, self.manner, self.page.router, stop.told()).await;
        // A grant that is being renewed is stored before we go.
        if tokio::time::timeout(TENDED_WITHIN, tending).await.is_err() {
            tracing::warn!(
                "the login page was still being tended; what was begun is finished at the next start"
            );
        }
    }
}

/// Tends the login page at once and then every minute.
async fn tend(house: Arc<House>, stop: Stop) {
    loop {
        if let Err(e) = house.tend().await {
            tracing::error!(error = ?e, "the login page could not be tended; tried again in a minute");
        }
        tokio::select! {
            () = stop.clone().told() => return,
            () = tokio::time::sleep(TEND_EVERY) => {}
        }
    }
}

#[cfg(test)]
mod tests;
