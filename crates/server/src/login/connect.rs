//! Lets the CRM side use a login page: in this process by the same router, elsewhere over the network.

use super::LoginPage;
use app::App;
use app::sign_in;
use broker::{InProcess, NewInstallation};
use broker_client::{BrokerClient, ClientKeys, FolderKeys};
use domain::records::Installation;
use domain::{Error, Result};
use platform::outbound::{Host, Outbound, OutboundSettings, Transport};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use web::Base;

/// Uses the login page of this process, and registers every installation there.
/// # Errors
/// `Invalid` when a key cannot be made or read.
pub(crate) async fn in_process(app: &App, page: &LoginPage, base: &Base, data: &Path) -> Result<()> {
    let keys = Arc::new(keys(data)?);
    let wire = Arc::new(InProcess::new(page.url.clone(), page.router.clone()));
    for installation in app.store().read(|tx| tx.installations().list()).await? {
        page.house.put_installation(registration(&installation, base, &*keys)?).await?;
    }
    connect(app, &page.url, wire, keys, base);
    Ok(())
}

/// Uses a login page that runs elsewhere. Its operator has registered the installations.
/// # Errors
/// `Invalid` when the authority's file cannot be read.
pub(crate) fn elsewhere(
    app: &App,
    url: &str,
    ca_file: Option<&Path>,
    base: &Base,
    data: &Path,
) -> Result<()> {
    let url = url.trim_end_matches('/');
    let extra_roots = match ca_file {
        Some(file) => vec![std::fs::read(file).map_err(|e| {
            Error::invalid(format!(
                "[crm] broker_ca_file: {} cannot be read: {e}. It must be a PEM file.",
                file.display()
            ))
        })?],
        None => Vec::new(),
    };
    // One service, named by whoever runs this one; it may stand inside the house.
    let hosts = vec![Host::Simulated(url.to_owned())];
    let wire = Outbound::new(OutboundSettings { hosts, extra_roots, ..OutboundSettings::default() })?;
    connect(app, url, Arc::new(wire), Arc::new(keys(data)?), base);
    Ok(())
}

/// The keys the installations prove themselves with.
pub(crate) fn keys(data: &Path) -> Result<FolderKeys> {
    FolderKeys::at(data.join("keys"))
}

/// What a login page has to know of an installation.
pub(crate) fn registration(of: &Installation, base: &Base, keys: &dyn ClientKeys) -> Result<NewInstallation> {
    let key = keys.of(&of.key)?;
    Ok(NewInstallation {
        key: of.key.clone(),
        name: of.name.clone(),
        public_keys: json!({"keys": [key.signing.public_jwk()]}),
        redirects: vec![base.at(&web::routes::sign_in_return())],
        start_url: base.at(&format!("{}?installation={}", web::routes::sign_in_start(), of.key)),
        logout_url: base.at("/sign-in/logout"),
    })
}

fn connect(app: &App, url: &str, wire: Arc<dyn Transport>, keys: Arc<FolderKeys>, base: &Base) {
    let client = BrokerClient::new(url, wire, keys);
    let redirect = base.at(&web::routes::sign_in_return());
    app.connect_login_page(sign_in::LoginPage::new(client, redirect, Vec::new()));
}
