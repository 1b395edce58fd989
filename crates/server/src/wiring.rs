//! Puts the application together from a configuration.

use crate::config::Config;
use crate::google::GoogleHere;
use crate::sharepoint::{MicrosoftAt, SharePointHere};
use app::{App, Parts};
use domain::plugin::DocumentPlugin;
use domain::records::Installation;
use domain::steps::{Steps, Unwatched};
use domain::{Actor, Ctx, Error, Result};
use platform::office::{Office, OfficeSettings};
use platform::sql::{Database, SqlSettings};
use plugins::archive::{ArchivePlugin, ArchiveSettings};
use plugins::copies::{Copies, CopiesSettings};
use plugins::guard::Guarded;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use store::Store;

/// Where the database lies in a data directory.
pub fn database_file(directory: &Path) -> PathBuf {
    directory.join("chancery.db")
}

/// Where the archive lies in a data directory.
pub fn archive_folder(directory: &Path) -> PathBuf {
    directory.join("archive")
}

/// The application with its tables and its archive, which this process then holds for itself.
pub struct Wired {
    /// The application.
    pub app: App,
    /// The archive, for maintenance.
    pub archive: ArchivePlugin,
    /// Google Drive, where there is a login page.
    pub google: Option<GoogleHere>,
    /// SharePoint, where there is a login page.
    pub sharepoint: Option<SharePointHere>,
}

/// Where the interfaces of the providers are.
#[derive(Debug, Clone)]
pub struct Clouds {
    /// Google's.
    pub google: String,
    /// Microsoft's.
    pub microsoft: MicrosoftAt,
}

/// Opens the database of a data directory, bringing its tables up to date.
/// # Errors
/// `Invalid` when the directory cannot be made; what opening the database says.
pub async fn open_store(directory: &Path) -> Result<Store> {
    make_private(directory)?;
    let database = Database::open(&SqlSettings::at(database_file(directory)))?;
    Store::open(database, platform::clock::now()).await
}

/// The application as the configuration describes it.
pub async fn wire(config: &Config) -> Result<Wired> {
    let login_page = config.broker.is_some() || config.login_page().is_some();
    let clouds = login_page
        .then(|| Clouds { google: config.google_address(), microsoft: config.microsoft_addresses() });
    wire_with(config, clouds.as_ref()).await
}

/// The same, with the providers at these addresses.
pub async fn wire_with(config: &Config, clouds: Option<&Clouds>) -> Result<Wired> {
    let steps: Arc<dyn Steps> = Arc::new(Unwatched);
    let store = open_store(&config.data.directory).await?;
    let settings = ArchiveSettings { steps: Arc::clone(&steps), ..archive_settings(config) };
    let archive = ArchivePlugin::open(settings)?;
    let google = clouds.map(|clouds| GoogleHere::new(&store, &clouds.google)).transpose()?;
    let sharepoint = clouds.map(|clouds| SharePointHere::new(&store, &clouds.microsoft)).transpose()?;
    let copies = if clouds.is_some() { copies(config)? } else { None };
    let mut plugins: Vec<Arc<dyn DocumentPlugin>> = vec![Arc::new(Guarded::new(Arc::new(archive.clone())))];
    plugins.extend(google.iter().map(|g| outside(g.plugin(), copies.as_ref())));
    plugins.extend(sharepoint.iter().map(|s| outside(s.plugin(), copies.as_ref())));
    let app = App::new(Parts { store, plugins, settings: config.settings(), steps });
    if let Some(copies) = copies {
        app.connect_copies(copies);
    }
    if let Some(office) = office(config)? {
        app.connect_office(Arc::new(office));
    }
    Ok(Wired { app, archive, google, sharepoint })
}

/// A place outside, read with copies where they are kept.
fn outside(plugin: Arc<dyn DocumentPlugin>, copies: Option<&Arc<Copies>>) -> Arc<dyn DocumentPlugin> {
    let guarded = Guarded::new(plugin);
    Arc::new(match copies {
        Some(copies) => guarded.with_copies(Arc::clone(copies)),
        None => guarded,
    })
}

/// The temporary copies that the configuration allows.
fn copies(config: &Config) -> Result<Option<Arc<Copies>>> {
    if config.data.copies_mib == 0 {
        return Ok(None);
    }
    let copies = Copies::open(CopiesSettings {
        directory: config.data.directory.join("copies"),
        most: config.data.copies_mib << 20,
        life: Duration::from_secs(config.data.copies_hours * 3600),
    })?;
    Ok(Some(Arc::new(copies)))
}

/// The office program, where there is one and it is wanted.
pub fn office(config: &Config) -> Result<Option<Office>> {
    let Some(settings) = office_settings(config) else { return Ok(None) };
    Office::new(settings).map(Some)
}

/// How the office program is used, where there is one and it is wanted.
pub fn office_settings(config: &Config) -> Option<OfficeSettings> {
    let wanted = &config.office;
    let program = Office::find(wanted.program.as_deref()).filter(|_| wanted.pdf)?;
    let directory = &config.data.directory;
    Some(OfficeSettings {
        program,
        folder: std::path::absolute(directory).unwrap_or_else(|_| directory.clone()).join("office"),
        patience: Duration::from_secs(wanted.seconds),
        memory_mib: wanted.memory_mib,
        at_once: usize::try_from(wanted.at_once).unwrap_or(1),
    })
}

/// The archive as the configuration describes it.
pub fn archive_settings(config: &Config) -> ArchiveSettings {
    ArchiveSettings {
        reserve_bytes: config.data.reserve_mib << 20,
        max_content: config.limits.document_mib << 20,
        ..ArchiveSettings::new(archive_folder(&config.data.directory))
    }
}

/// The application without plugins: for commands that only touch tables and may run beside a server.
pub async fn wire_tables(config: &Config) -> Result<App> {
    let file = database_file(&config.data.directory);
    if !file.exists() {
        return Err(Error::invalid(format!(
            "There is no database in {}. Name the data directory with --data or a configuration with --config; \
             `chancery doctor` tells what is where.",
            config.data.directory.display()
        )));
    }
    let store = open_store(&config.data.directory).await?;
    Ok(App::new(Parts {
        store,
        plugins: Vec::new(),
        settings: config.settings(),
        steps: Arc::new(Unwatched),
    }))
}

/// The installation with this key, or the only one there is.
pub async fn installation(app: &App, key: Option<&str>) -> Result<Installation> {
    let all = app.store().read(|tx| tx.installations().list()).await?;
    let keys: Vec<_> = all.iter().map(|i| i.key.clone()).collect();
    let chosen = match key {
        Some(key) => all.into_iter().find(|i| i.key == key),
        None if all.len() == 1 => all.into_iter().next(),
        None => None,
    };
    chosen.ok_or_else(|| {
        Error::invalid(if keys.is_empty() {
            "There is no installation yet. Make one with `chancery admin add-installation`.".to_owned()
        } else {
            format!("Name one of the installations with --installation: {}.", keys.join(", "))
        })
    })
}

/// The product's own context in an installation.
pub fn system(installation: &Installation) -> Result<Ctx> {
    let (request, seed) = (platform::random::id()?, platform::random::seed()?);
    Ok(Ctx::new(installation.id, Actor::System, platform::clock::now(), request, seed))
}

/// Makes a directory that only its owner can read.
pub fn make_private(directory: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(|e| {
        Error::invalid(format!(
            "The data directory {} cannot be made: {e}. Choose another one, or give this user the right to it.",
            directory.display()
        ))
    })
}
