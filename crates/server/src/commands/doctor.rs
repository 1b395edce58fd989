//! Looks at the surroundings and says what to do.

use super::say;
use crate::cli::Configured;
use crate::config::{Broker, Config, Listen};
use crate::{login, wiring};
use domain::plugin::{Call, DocumentPlugin as _, Finding, Severity};
use domain::{InstallationId, Result};
use platform::sql::{Database, SqlSettings};
use plugins::archive::ArchivePlugin;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use store::Store;

/// Checks everything and prints each finding; true when nothing is broken.
pub async fn run(at: &Configured) -> Result<bool> {
    let findings = examine(at).await;
    for finding in &findings {
        let mark = match finding.severity {
            Severity::Good => "ok     ",
            Severity::Warning => "look at",
            Severity::Problem => "BROKEN ",
        };
        say(format!("{mark}  {}: {}", finding.what, finding.detail));
    }
    Ok(findings.iter().all(|f| f.severity != Severity::Problem))
}

async fn examine(at: &Configured) -> Vec<Finding> {
    let mut findings = Vec::new();
    match Config::load(at) {
        Ok(config) => {
            findings.push(good("Configuration", "It can be read and makes sense."));
            if let Some(broker) = &config.broker {
                login_page(broker, &mut findings);
            }
            if !config.has_crm() {
                return findings;
            }
            tls(&config.listen, &mut findings);
            data_directory(&config.data.directory, &mut findings);
            office(&config, &mut findings);
            if findings.iter().all(|f| f.severity != Severity::Problem) {
                let installations = database(&config, &mut findings).await;
                archive(&config, &installations, &mut findings).await;
            }
        }
        Err(e) => findings.push(problem("Configuration", e.public())),
    }
    findings
}

/// Looks at the login page's files. Opens nothing, so that it may run beside the service.
fn login_page(broker: &Broker, findings: &mut Vec<Finding>) {
    tls(&broker.listen(), findings);
    data_directory(&broker.directory, findings);
    let what = "Login page";
    match login::settings(broker) {
        Ok(settings) => {
            let names: Vec<_> = settings.providers.iter().map(|p| p.title.as_str()).collect();
            findings.push(good(what, &format!("Its credentials can be used: {}.", names.join(", "))));
        }
        Err(e) => findings.push(problem(what, e.public())),
    }
    if !login::database_file(&broker.directory).exists() {
        findings.push(warning(what, "It has no database yet. `chancery serve` makes it."));
    } else if let Err(e) = login::master_keys(broker, false) {
        findings.push(problem(what, e.public()));
    } else {
        findings.push(good(what, "Its master keys can be read."));
    }
}

fn tls(listen: &Listen, findings: &mut Vec<Finding>) {
    if let (Some(certificate), Some(key)) = (&listen.certificate, &listen.key) {
        match crate::tls::acceptor(certificate, key) {
            Ok(_) => findings.push(good("TLS", "Certificate and key fit together.")),
            Err(e) => findings.push(problem("TLS", e.public())),
        }
    }
}

fn data_directory(directory: &Path, findings: &mut Vec<Finding>) {
    let what = "Data directory";
    match std::fs::metadata(directory) {
        Err(_) => findings.push(warning(
            what,
            &format!("{} is not there yet. `chancery serve` makes it.", directory.display()),
        )),
        Ok(meta) if !meta.is_dir() => {
            findings
                .push(problem(what, &format!("{} is no directory. Name another one.", directory.display())));
        }
        Ok(meta) if meta.permissions().mode() & 0o077 != 0 => findings.push(warning(
            what,
            &format!("Others can look into {0}. Run: chmod 700 {0}", directory.display()),
        )),
        Ok(_) => findings.push(good(what, &directory.display().to_string())),
    }
}

/// Looks at the office program, which is not needed for anything but PDF.
fn office(config: &Config, findings: &mut Vec<Finding>) {
    let what = "PDF";
    let wanted = &config.office;
    match (wanted.pdf, platform::office::Office::find(wanted.program.as_deref())) {
        (false, _) => findings.push(good(what, "It is switched off.")),
        (true, Some(program)) => {
            let network = if platform::office::can_do_without_network() {
                "without a network"
            } else {
                "with the network of this service, because the system allows no other here (user namespaces are off)"
            };
            findings.push(good(what, &format!("{} makes it, {network}.", program.display())));
        }
        (true, None) => {
            let detail = "There is none, because LibreOffice is not there. Install it (on Debian: apt-get install \
                --no-install-recommends libreoffice-writer-nogui libreoffice-calc-nogui libreoffice-impress-nogui), \
                name it under [office], or set pdf = false.";
            findings.push(warning(what, detail));
        }
    }
}

/// Looks at the database. The installations in it, when its schema is the newest.
async fn database(config: &Config, findings: &mut Vec<Finding>) -> Vec<InstallationId> {
    let what = "Database";
    let file = wiring::database_file(&config.data.directory);
    if !file.exists() {
        findings.push(warning(what, "There is none yet. `chancery serve` makes it."));
        return Vec::new();
    }
    let looked = async {
        let database = Database::open(&SqlSettings::at(&file))?;
        let schema = Store::schema(&database).await?;
        let waiting = schema.iter().filter(|(_, _, applied)| !applied).count();
        if waiting > 0 {
            return Ok((schema, waiting, Vec::new()));
        }
        let store = Store::open(database, platform::clock::now()).await?;
        let installations = store.read(|tx| tx.installations().list()).await?;
        Ok((schema, waiting, installations))
    };
    let looked: Result<_> = looked.await;
    match looked {
        Ok((schema, waiting, installations)) => {
            let detail = match waiting {
                0 => format!("It answers; {} schema steps are applied.", schema.len()),
                n => format!(
                    "It answers; {n} schema steps will be applied at the next start. Back it up first."
                ),
            };
            findings.push(good(what, &detail));
            installations.into_iter().map(|i| i.id).collect()
        }
        Err(e) => {
            findings.push(problem(what, e.public()));
            Vec::new()
        }
    }
}

async fn archive(config: &Config, installations: &[InstallationId], findings: &mut Vec<Finding>) {
    let what = "Archive";
    let folder = wiring::archive_folder(&config.data.directory);
    if !folder.exists() {
        findings.push(warning(what, "There is none yet. `chancery serve` makes it."));
        return;
    }
    match ArchivePlugin::open(wiring::archive_settings(config)) {
        Ok(archive) => {
            findings.push(good(what, "It can be opened. `chancery archive verify` reads every file in it."));
            for installation in installations {
                match archive.check(&call(*installation)).await {
                    Ok(found) => {
                        for finding in found {
                            // What is true of the whole archive is said once.
                            if !findings.contains(&finding) {
                                findings.push(finding);
                            }
                        }
                    }
                    Err(e) => findings.push(problem(what, e.public())),
                }
            }
        }
        Err(e) if e.kind() == domain::ErrorKind::Conflict => {
            findings
                .push(good(what, "A running service uses it. `chancery archive verify` can run beside it."));
        }
        Err(e) => findings.push(problem(what, e.public())),
    }
}

/// A question of the product itself.
fn call(installation: InstallationId) -> Call {
    let now = platform::clock::now();
    Call { installation, associate: None, name: "Chancery".into(), operation: None, now, accepts: Vec::new() }
}

fn good(what: &str, detail: &str) -> Finding {
    Finding { what: what.into(), severity: Severity::Good, detail: detail.into() }
}

fn warning(what: &str, detail: &str) -> Finding {
    Finding { what: what.into(), severity: Severity::Warning, detail: detail.into() }
}

fn problem(what: &str, detail: &str) -> Finding {
    Finding { what: what.into(), severity: Severity::Problem, detail: detail.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Admin;
    use std::path::PathBuf;

    fn at(config: &Path) -> Configured {
        Configured { config: config.to_owned(), data: None }
    }

    /// A configuration file over a private data directory.
    fn written(folder: &Path, extra: &str) -> PathBuf {
        let (file, data) = (folder.join("chancery.toml"), folder.join("data"));
        std::fs::write(&file, format!("[data]\ndirectory = {data:?}\n{extra}")).unwrap();
        file
    }

    #[track_caller]
    fn said(findings: &[Finding], severity: Severity, what: &str, detail: &str) {
        let found = findings
            .iter()
            .any(|f| f.severity == severity && f.what.contains(what) && f.detail.contains(detail));
        assert!(found, "{severity:?} {what}: {detail} in {findings:#?}");
    }

    /// Makes an installation.
    async fn installed(file: &Path) {
        let (key, name, administrator) = ("nordlys".to_owned(), "Nordlys".to_owned(), "ada".to_owned());
        let (full_name, culture, time_zone) =
            ("Ada".to_owned(), "en-GB".to_owned(), "Europe/Oslo".to_owned());
        let at = at(file);
        let ask = Admin::AddInstallation { key, name, administrator, full_name, culture, time_zone, at };
        crate::commands::admin::run(ask).await.unwrap();
    }

    #[tokio::test]
    async fn everything_is_looked_at_and_what_is_wrong_comes_with_its_remedy() {
        let folder = tempfile::tempdir().unwrap();
        let missing = examine(&at(&folder.path().join("none.toml"))).await;
        said(&missing, Severity::Problem, "Configuration", "config-reference --sample");

        let file = written(folder.path(), "");
        said(&examine(&at(&file)).await, Severity::Warning, "Data directory", "`chancery serve` makes it");

        let config = Config::load(&at(&file)).unwrap();
        let app = wiring::wire(&config).await.unwrap().app;
        let running = examine(&at(&file)).await;
        said(&running, Severity::Good, "Archive", "A running service uses it");
        drop(app);
        installed(&file).await;
        let whole = examine(&at(&file)).await;
        said(&whole, Severity::Good, "Database", "schema steps are applied");
        said(&whole, Severity::Good, "Archive folder is writable", "archive");
        said(&whole, Severity::Good, "Archive disk has room", "free");

        let greedy = written(folder.path(), "reserve_mib = 1048576\n");
        said(
            &examine(&at(&greedy)).await,
            Severity::Problem,
            "Archive disk has room",
            "Free space on this disk",
        );
    }
}
