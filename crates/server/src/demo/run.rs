//! Runs everything with sample data on this computer.

use super::outside::{self, GOOGLE_DOMAIN, MICROSOFT_DOMAIN, Outside};
use super::{load, second};
use crate::cli::Demo;
use crate::config::{Config, Data, Listen};
use crate::listen::{self, Manner, Stop};
use crate::serve::{self, announce};
use crate::sharepoint::MicrosoftAt;
use crate::wiring;
use domain::{Error, Result};
use std::net::SocketAddr;
use std::path::Path;
use web::Base;

/// What marks a directory as a demo's, so that `--fresh` never removes anything else.
const MARK: &str = "this-is-a-chancery-demo";
/// Who the printed link admits: the sample installation's administrator.
const LOGIN: &str = "solveig";

/// Runs the demo until it is told to stop.
pub async fn run(ask: Demo) -> Result<()> {
    if ask.fresh {
        start_over(&ask.data)?;
    }
    wiring::make_private(&ask.data)?;
    mark(&ask.data)?;
    let address = SocketAddr::from(([127, 0, 0, 1], ask.port));
    let listener = listen::bind(address).await?;
    let port = listener
        .local_addr()
        .map_err(|e| Error::internal("the listener has no address").caused_by(e))?
        .port();
    let config = Config {
        data: Data { directory: ask.data.clone(), ..Data::default() },
        listen: Listen { address: SocketAddr::from(([127, 0, 0, 1], port)), ..Listen::default() },
        ..Config::default()
    };
    let stop = Stop::on_signal();
    let Outside { login, providers } = outside::start(&ask.data, port).await?;
    let at = providers.surfaces();
    let microsoft = MicrosoftAt { graph: at.graph.clone(), sharepoint: at.sharepoint.clone() };
    let clouds = wiring::Clouds { google: at.google_apis.clone(), microsoft };
    let wired = wiring::wire_with(&config, Some(&clouds)).await?;
    let installation = load::ensure(&wired.app, &load::NORDLYS).await?;
    let connected = load::ensure(&wired.app, &second::SOLSIDEN).await?;
    let link = wired.app.access().make_link(&wiring::system(&installation)?, LOGIN).await?;
    let base = Base::parse(&format!("http://127.0.0.1:{port}"))?;
    serve::note_address(&ask.data, &base);
    outside::connect(&wired.app, &login.page, &installation, &base, &ask.data).await?;
    if let Some(google) = &wired.google {
        google.connect(&wired.app);
        second::connect(&wired.app, &login.page, &providers, &connected).await?;
    }
    let other = wired.app.access().make_link(&wiring::system(&connected)?, second::LOGIN).await?;
    announce(&format!("ready: {}/enter/{}", base.origin(), link.token));
    hint(&ask, &link.associate.full_name());
    hint_second(&format!("{}/enter/{}", base.origin(), other.token), &other.associate.full_name());
    hint_outside(&login.page.url, providers.surfaces());
    let manner = Manner { tls: None, proxy: None };
    let crm = serve::run_on(listener, manner, base, wired, stop.clone().told());
    let served = serve::beside(login, crm, stop).await;
    providers.stop().await?;
    served
}

/// Removes what an earlier demo left, and nothing that is not a demo's.
fn start_over(directory: &Path) -> Result<()> {
    if !directory.exists() {
        return Ok(());
    }
    let empty = std::fs::read_dir(directory).is_ok_and(|mut entries| entries.next().is_none());
    if !empty && !directory.join(MARK).exists() {
        return Err(Error::invalid(format!(
            "{} was not made by a demo, so --fresh does not remove it. Name another directory with --data.",
            directory.display()
        )));
    }
    std::fs::remove_dir_all(directory)
        .map_err(|e| Error::invalid(format!("{} cannot be removed: {e}.", directory.display())))
}

fn mark(directory: &Path) -> Result<()> {
    let file = directory.join(MARK);
    if !file.exists() && wiring::database_file(directory).exists() {
        return Err(Error::invalid(format!(
            "{} holds a real service's data. Name another directory with --data.",
            directory.display()
        )));
    }
    std::fs::write(&file, "`chancery demo --fresh` removes this folder.\n")
        .map_err(|e| Error::invalid(format!("{} cannot be written: {e}.", file.display())))
}

#[expect(clippy::print_stderr, reason = "a hint beside the command's one line of output")]
fn hint(ask: &Demo, name: &str) {
    let data = ask.data.display();
    eprintln!("Open it in a browser within ten minutes: it signs you in as {name}, once.");
    let key = load::NORDLYS.key;
    eprintln!("A new link: chancery admin sign-in-link {LOGIN} --installation {key} --data {data}");
    eprintln!("Everything is kept in {data}. Ctrl-C stops.");
}

#[expect(clippy::print_stderr, reason = "a hint beside the command's one line of output")]
fn hint_second(address: &str, name: &str) {
    eprintln!("A second installation keeps its documents in Google Drive already: {address} ({name}).");
}

#[expect(clippy::print_stderr, reason = "a hint beside the command's one line of output")]
fn hint_outside(login: &str, at: &twin::Surfaces) {
    eprintln!(
        "The login page: {login}/ for *@{MICROSOFT_DOMAIN} (Microsoft) and *@{GOOGLE_DOMAIN} (Google). The CRM's short \
         name is nordlys."
    );
    eprintln!("Both providers are simulated: {}/ and {}/", at.google_drive, at.sharepoint);
}
