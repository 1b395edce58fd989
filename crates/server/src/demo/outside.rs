//! What lies outside the demo's CRM: Google and Microsoft in a box, and the login page in front of them.

use crate::listen::{self, Manner};
use crate::login::{self, Serving};
use crate::wiring::make_private;
use broker::{Credential, Dialect, ProviderSettings, Settings};
use domain::connections::Provider;
use domain::{Error, Result};
use platform::Secret;
use platform::outbound::Host;
use platform::seal::MasterKeys;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use twin::google::identity::grants::Grant;
use twin::google::world::{DomainEntry, UserEntry as Account};
use twin::microsoft::graph::state::Grant as SiteGrant;
use twin::microsoft::world::{ConsentEntry, LibraryEntry, SiteEntry, TenantEntry, UserEntry as Member};
use twin::{Options, Running, Surfaces, Twin, World};

/// The Microsoft 365 domain of the sample's people in sales and management.
pub const MICROSOFT_DOMAIN: &str = "nordlystrading.example";
/// The Workspace domain of the sample's people in purchasing and in the warehouse.
pub const GOOGLE_DOMAIN: &str = "nordlyskaffe.example";

/// The applications of the ready world.
const GOOGLE_CLIENT: &str = "412345678901-signin.apps.googleusercontent.example";
const MICROSOFT_APP: &str = "6a5f0d3c-92c5-4f6e-b0c7-1d8e3f5a7c03";
const GOOGLE_SECRET: &str = "simulated-google-secret";
const MICROSOFT_SECRET: &str = "simulated-microsoft-secret";
/// The tenant of [`MICROSOFT_DOMAIN`].
const TENANT: &str = "7c40e1b2-5f83-4d19-9a6c-3b2e8d7f1a05";
/// The site that SharePoint can be set up in.
const SITE: &str = "/sites/crm";

/// Lets the sample installation use the login page: its domains are registered, and its tenant is the sample's own.
/// # Errors
/// As registering an installation.
pub async fn connect(
    app: &app::App,
    page: &login::LoginPage,
    installation: &domain::records::Installation,
    base: &web::Base,
    data: &Path,
) -> Result<()> {
    login::connect::in_process(app, page, base, data).await?;
    let ctx = crate::wiring::system(installation)?;
    for (domain, provider) in [(MICROSOFT_DOMAIN, Provider::microsoft()), (GOOGLE_DOMAIN, Provider::google())]
    {
        app.sign_in().put_domain(&ctx, domain, &provider, false).await?;
    }
    page.house.vouch_for_tenant(&installation.key, TENANT).await
}

/// How often the providers' state is saved, so that a demo that is killed loses little.
const SAVE_EVERY: Duration = Duration::from_mins(1);
/// Ports tried for the providers before giving up, ten apart.
const TRIES: u16 = 40;

/// Ports, kept so that addresses stay the same when the demo starts again: an identity at Google carries its issuer's
/// address.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Ports {
    login: u16,
    /// The first of six.
    twin: u16,
}

/// The providers and the login page, listening.
pub struct Outside {
    /// The login page.
    pub login: Serving,
    /// The providers.
    pub providers: Providers,
}

/// What an account granted.
#[derive(Debug)]
pub struct Granted {
    /// Who vouches for the account.
    pub issuer: String,
    /// The account.
    pub subject: String,
    /// What was granted.
    pub scopes: String,
    /// The grant.
    pub refresh_token: Secret,
}

/// The providers, kept in a file.
pub struct Providers {
    running: Running,
    file: PathBuf,
    saving: tokio::task::JoinHandle<()>,
}

/// Starts the providers and the login page of a demo.
/// # Errors
/// `Invalid` when no port can be had, or what an earlier demo left cannot be read.
pub async fn start(data: &Path, crm_port: u16) -> Result<Outside> {
    let known = remembered(data);
    let wished = known
        .unwrap_or(Ports { login: crm_port.checked_add(1).unwrap_or(0), twin: crm_port.saturating_add(10) });
    let (listener, login) = listener(wished.login).await?;
    let url = format!("http://127.0.0.1:{login}");
    let (running, twin) = providers(&url, wished.twin).await?;
    let file = data.join("providers.zip");
    if file.exists() {
        running.twin().load(&file).map_err(|e| {
            Error::invalid(format!("{e}. `chancery demo --fresh` starts over, without what the demo kept."))
        })?;
        know_login_page(running.twin(), &url);
    }
    grant_site(running.twin());
    remember(data, Ports { login, twin })?;
    let directory = data.join("login");
    let ask = login::Ask {
        settings: settings(url, running.surfaces()),
        master: Arc::new(master_keys(&directory)?),
        directory,
        hosts: hosts(running.surfaces()),
        roots: Vec::new(),
    };
    let login = Serving::on(listener, Manner { tls: None, proxy: None }, ask).await?;
    let saving = tokio::spawn(save_often(running.twin().clone(), file.clone()));
    Ok(Outside { login, providers: Providers { running, file, saving } })
}

impl Providers {
    /// Where people see what they keep at Google, and at Microsoft.
    pub fn surfaces(&self) -> &Surfaces {
        self.running.surfaces()
    }

    /// What an account has granted at the simulated Google, as if somebody had agreed in a browser.
    /// # Errors
    /// `Internal` for an account that the world does not have.
    pub fn grant_at_google(&self, address: &str) -> Result<Granted> {
        let scopes = ["openid", "email", "https://www.googleapis.com/auth/drive.file"].map(str::to_owned);
        let issuer = self.running.surfaces().google_accounts.clone();
        self.running.twin().google(|google, house| {
            let user = google.directory.user(address).map(|user| user.id.clone());
            let subject = user.ok_or_else(|| Error::internal("the world has no such account"))?;
            let now = house.clock.now();
            let project = GOOGLE_CLIENT.split('-').next().unwrap_or_default().to_owned();
            google.identity.consent(&subject, &project, &scopes.iter().cloned().collect());
            let grant = Grant {
                user: subject.clone(),
                client: GOOGLE_CLIENT.into(),
                project,
                scopes: scopes.iter().cloned().collect(),
                issued: now,
                used: now,
                ends: None,
                time_based: false,
            };
            let refresh_token = Secret::new(google.identity.issue_grant(grant, &house.random));
            Ok(Granted { issuer, subject, scopes: scopes.join(" "), refresh_token })
        })
    }

    /// Saves the providers' state; they stop listening.
    /// # Errors
    /// `Invalid` when the file cannot be written.
    pub async fn stop(self) -> Result<()> {
        self.saving.abort();
        save(self.running.twin().clone(), self.file).await
    }
}

fn remembered(data: &Path) -> Option<Ports> {
    let text = std::fs::read_to_string(data.join("ports.json")).ok()?;
    serde_json::from_str(&text).ok()
}

fn remember(data: &Path, ports: Ports) -> Result<()> {
    let file = data.join("ports.json");
    let text =
        serde_json::to_string(&ports).map_err(|e| Error::internal("ports have no form").caused_by(e))?;
    std::fs::write(&file, text)
        .map_err(|e| Error::invalid(format!("{} cannot be written: {e}.", file.display())))
}

/// The wished port, or any free one.
async fn listener(port: u16) -> Result<(TcpListener, u16)> {
    let at = |port| SocketAddr::from(([127, 0, 0, 1], port));
    let listener = match listen::bind(at(port)).await {
        Ok(listener) => listener,
        Err(_) => listen::bind(at(0)).await?,
    };
    let address = listener.local_addr();
    let port = address.map_err(|e| Error::internal("the listener has no address").caused_by(e))?.port();
    Ok((listener, port))
}

/// The providers on the first six ports in a row that are free, from the wished one on.
async fn providers(login: &str, wished: u16) -> Result<(Running, u16)> {
    let told = |e: twin::Error| Error::invalid(format!("Google and Microsoft cannot be simulated: {e}"));
    let world = world(login).map_err(told)?;
    let mut last = None;
    for n in 0..TRIES {
        let port = 1024 + (wished.saturating_sub(1024).saturating_add(n * 10)) % (u16::MAX - 1024 - 6);
        match twin::start(Options { world: world.clone(), port, ..Options::default() }).await {
            Ok(running) => return Ok((running, port)),
            Err(e) => last = Some(e),
        }
    }
    Err(last.map_or_else(|| Error::internal("no port was tried"), told))
}

/// The ready world with the sample's people in it, and the login page among the applications' addresses.
fn world(login: &str) -> twin::Result<World> {
    let mut world = World::ready()?;
    world.google.domains.push(workspace());
    world.microsoft.tenants.push(tenant());
    for client in world.google.projects.iter_mut().flat_map(|p| &mut p.clients) {
        client.redirect_uris.push(format!("{login}/callback/google"));
    }
    for app in &mut world.microsoft.apps {
        app.redirect_uris.push(format!("{login}/callback/microsoft"));
        app.optional_claims = vec!["wids".into(), "xms_edov".into()];
        app.consents.push(ConsentEntry {
            tenant: MICROSOFT_DOMAIN.into(),
            scopes: ["openid", "profile", "email", "User.Read"].map(str::to_owned).to_vec(),
            roles: ["Sites.Selected", "Group.Create", "GroupMember.Read.All"].map(str::to_owned).to_vec(),
        });
    }
    Ok(world)
}

fn workspace() -> DomainEntry {
    let account = |name: &str, given: &str, family: &str, id: u64| Account {
        email: format!("{name}@{GOOGLE_DOMAIN}"),
        given_name: given.into(),
        family_name: family.into(),
        id: Some(format!("1084420000000000000{id:02}")),
        administrator: name == "amina",
        suspended: false,
        storage_limit: None,
    };
    DomainEntry {
        name: GOOGLE_DOMAIN.into(),
        pooled_storage: None,
        blocked_projects: Vec::new(),
        external_sharing: true,
        users: vec![
            account("documents", "Document", "Keeper", 1),
            account("amina", "Amina", "Yusuf", 2),
            account("mikkel", "Mikkel", "Østby", 3),
            account("camille", "Camille", "Laurent-Dahl", 4),
            account("sunniva", "Sunniva", "Eide", 5),
            account("warehouse", "Warehouse", "Nordlys", 6),
        ],
        groups: Vec::new(),
        shared_drives: Vec::new(),
    }
}

fn tenant() -> TenantEntry {
    let member = |name: &str, given: &str, family: &str, id: u64| Member {
        user_principal_name: format!("{name}@{MICROSOFT_DOMAIN}"),
        given_name: given.into(),
        surname: family.into(),
        id: Some(format!("2f7d5c10-84a3-4e6b-b1d0-0000000000{id:02}")),
        mail: None,
        job_title: None,
        administrator: name == "henrik",
        enabled: true,
        second_factor: false,
    };
    TenantEntry {
        name: "Nordlys Trading".into(),
        id: Some(TENANT.into()),
        domains: vec![MICROSOFT_DOMAIN.into(), "nordlystrading.onmicrosoft.example".into()],
        sharepoint_host: Some("nordlystrading.sharepoint.example".into()),
        licences: 25,
        users_may_consent: false,
        users: vec![
            member("henrik", "Henrik", "Falch", 1),
            member("solveig", "Solveig", "Aas", 2),
            member("jonas", "Jonas", "Bergersen", 3),
            member("ingrid", "Ingrid", "Nygård", 4),
            member("bjarne", "Bjarne", "Kvam", 5),
            // Somebody who is no associate.
            member("trainee", "Vilde", "Ness", 6),
        ],
        guests: Vec::new(),
        groups: Vec::new(),
        sites: vec![site()],
    }
}

/// The site that SharePoint can be set up in.
fn site() -> SiteEntry {
    let library =
        |title: &str| LibraryEntry { title: title.into(), requires_checkout: false, entries: Vec::new() };
    let people = |names: &[&str]| names.iter().map(|name| format!("{name}@{MICROSOFT_DOMAIN}")).collect();
    SiteEntry {
        path: SITE.into(),
        title: "CRM".into(),
        owners: people(&["henrik"]),
        members: people(&["solveig", "jonas", "ingrid", "bjarne"]),
        visitors: Vec::new(),
        quota: None,
        libraries: vec![library("CRM documents"), library("CRM templates")],
    }
}

/// The tenant's administrator has granted the application that one site (`Sites.Selected`).
fn grant_site(twin: &Twin) {
    twin.microsoft(|microsoft, _| {
        let apps: Vec<(String, String)> =
            microsoft.directory.apps.iter().map(|(id, app)| (id.clone(), app.name.clone())).collect();
        let sites = microsoft.graph.content.sites.iter_mut();
        for site in sites.filter(|site| site.tenant == TENANT && site.path == SITE) {
            for (id, name) in &apps {
                let roles = vec!["owner".into()];
                site.grants.entry(id.clone()).or_insert(SiteGrant {
                    id: format!("grant-{id}"),
                    name: name.clone(),
                    roles,
                });
            }
        }
    });
}

/// A world that was saved knows the login page at the address it had then.
fn know_login_page(twin: &Twin, login: &str) {
    let add = |known: &mut Vec<String>, provider: &str| {
        let callback = format!("{login}/callback/{provider}");
        if !known.contains(&callback) {
            known.push(callback);
        }
    };
    twin.google(|google, _| {
        google.directory.clients.values_mut().for_each(|client| add(&mut client.redirect_uris, "google"));
    });
    twin.microsoft(|microsoft, _| {
        microsoft.directory.apps.values_mut().for_each(|app| add(&mut app.redirect_uris, "microsoft"));
    });
}

fn settings(public_url: String, at: &Surfaces) -> Settings {
    let provider = |name: Provider, dialect, issuer: &str, client_id: &str, secret: &str| ProviderSettings {
        title: name.title().to_owned(),
        name,
        dialect,
        issuer: issuer.to_owned(),
        client_id: client_id.to_owned(),
        credentials: Arc::new(vec![Credential::Secret(Secret::new(secret))]),
        secret_by: broker::SecretBy::Post,
    };
    let google =
        provider(Provider::google(), Dialect::Google, &at.google_accounts, GOOGLE_CLIENT, GOOGLE_SECRET);
    let microsoft = provider(
        Provider::microsoft(),
        Dialect::Microsoft,
        &at.microsoft_login,
        MICROSOFT_APP,
        MICROSOFT_SECRET,
    );
    Settings {
        public_url,
        providers: vec![google, microsoft],
        lifetimes: broker::Lifetimes::default(),
        limits: broker::Limits::default(),
        operator_pages: true,
    }
}

fn hosts(at: &Surfaces) -> Vec<Host> {
    [&at.google_accounts, &at.google_apis, &at.microsoft_login]
        .into_iter()
        .map(|origin| Host::Simulated(origin.clone()))
        .collect()
}

fn master_keys(directory: &Path) -> Result<MasterKeys> {
    let file = directory.join("master.keys");
    if file.exists() || login::database_file(directory).exists() {
        return MasterKeys::read(&file);
    }
    make_private(directory)?;
    MasterKeys::create(&file)
}

async fn save_often(twin: Twin, file: PathBuf) {
    loop {
        tokio::time::sleep(SAVE_EVERY).await;
        if let Err(e) = save(twin.clone(), file.clone()).await {
            tracing::warn!(error = ?e, "what is at the providers could not be saved; tried again in a minute");
        }
    }
}

async fn save(twin: Twin, file: PathBuf) -> Result<()> {
    let saving = tokio::task::spawn_blocking(move || twin.save(&file));
    let saved = saving.await.map_err(|e| Error::internal("saving broke off").caused_by(e))?;
    saved.map_err(|e| Error::invalid(format!("{e}.")))
}

#[cfg(test)]
mod tests;
