//! Looks at the surroundings and says what to do.

use super::say;
use crate::cli::Configured;
use crate::config::Config;
use crate::wiring;
use domain::Result;
use domain::plugin::{Finding, Severity};
use platform::sql::{Database, SqlSettings};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use store::Store;

/// Checks everything and prints each finding; true when nothing is broken.
pub async fn run(at: &Configured) -> Result<bool> {
    let mut findings = Vec::new();
    match Config::load(at) {
        Ok(config) => {
            findings.push(good("Configuration", "It can be read and makes sense."));
            tls(&config, &mut findings);
            data_directory(&config.data.directory, &mut findings);
            if findings.iter().all(|f| f.severity != Severity::Problem) {
                database(&config, &mut findings).await;
                archive(&config, &mut findings);
            }
        }
        Err(e) => findings.push(problem("Configuration", e.public())),
    }
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

fn tls(config: &Config, findings: &mut Vec<Finding>) {
    if let (Some(certificate), Some(key)) = (&config.listen.certificate, &config.listen.key) {
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

async fn database(config: &Config, findings: &mut Vec<Finding>) {
    let what = "Database";
    let file = wiring::database_file(&config.data.directory);
    if !file.exists() {
        findings.push(warning(what, "There is none yet. `chancery serve` makes it."));
        return;
    }
    let looked = async {
        let database = Database::open(&SqlSettings::at(&file))?;
        Store::schema(&database).await
    };
    match looked.await {
        Ok(schema) => {
            let waiting = schema.iter().filter(|(_, _, applied)| !applied).count();
            let detail = match waiting {
                0 => format!("It answers; {} schema steps are applied.", schema.len()),
                n => format!(
                    "It answers; {n} schema steps will be applied at the next start. Back it up first."
                ),
            };
            findings.push(good(what, &detail));
        }
        Err(e) => findings.push(problem(what, e.public())),
    }
}

fn archive(config: &Config, findings: &mut Vec<Finding>) {
    let what = "Archive";
    let folder = wiring::archive_folder(&config.data.directory);
    if !folder.exists() {
        findings.push(warning(what, "There is none yet. `chancery serve` makes it."));
        return;
    }
    let opened = plugins::archive::ArchivePlugin::open(plugins::archive::ArchiveSettings::new(&folder));
    match opened {
        Ok(_) => {
            findings.push(good(what, "It can be opened. `chancery archive verify` reads every file in it."));
        }
        Err(e) if e.kind() == domain::ErrorKind::Conflict => {
            findings
                .push(good(what, "A running service uses it. `chancery archive verify` can run beside it."));
        }
        Err(e) => findings.push(problem(what, e.public())),
    }
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
