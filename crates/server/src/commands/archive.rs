//! Looks after the archive from the command line.

use super::say;
use crate::cli::Archive;
use crate::config::Config;
use crate::wiring;
use domain::plugin::ExternalRef;
use domain::{InstallationId, PluginId, Result};
use plugins::archive::{Known, Progress, Report, verify};
use std::collections::HashSet;
use store::Store;

/// Runs a command; true when everything is intact.
pub async fn run(command: Archive) -> Result<bool> {
    let Archive::Verify { installation, at } = command;
    let config = Config::load(&at)?;
    let app = wiring::wire_tables(&config).await?;
    let mut chosen = app.store().read(|tx| tx.installations().list()).await?;
    if installation.is_some() {
        chosen = vec![wiring::installation(&app, installation.as_deref()).await?];
    }
    let root = wiring::archive_folder(&config.data.directory);
    let mut intact = true;
    for installation in chosen {
        let known = known(app.store(), installation.id).await?;
        let (root, id) = (root.clone(), installation.id);
        let checking = tokio::task::spawn_blocking(move || {
            verify(&root, id, &Known::exactly(known), &mut progress_line)
        });
        let report =
            checking.await.map_err(|e| domain::Error::internal("the check broke off").caused_by(e))??;
        print(&installation.key, &report);
        intact &= report.is_intact();
    }
    Ok(intact)
}

/// Every item the tables know of.
async fn known(store: &Store, i: InstallationId) -> Result<HashSet<ExternalRef>> {
    store
        .read(move |tx| {
            let mut all: HashSet<_> =
                tx.templates(i).references(PluginId::ARCHIVE)?.into_iter().map(|(_, _, r)| r).collect();
            let mut after = None;
            loop {
                let page = tx.documents(i).references(PluginId::ARCHIVE, after, 1000)?;
                let Some((last, _)) = page.last() else {
                    return Ok(all);
                };
                after = Some(*last);
                all.extend(page.into_iter().map(|(_, r)| r));
            }
        })
        .await
}

fn print(key: &str, report: &Report) {
    for flaw in &report.flaws {
        say(format!("{key}: {:?} {}: {}", flaw.kind, flaw.path.display(), flaw.explanation));
    }
    let verdict = if report.is_intact() { "intact" } else { "DAMAGED" };
    say(format!(
        "{key}: {verdict}; {} items, {} contents, {} bytes read, {} remarks",
        report.items,
        report.contents,
        report.bytes,
        report.flaws.len()
    ));
}

#[expect(clippy::print_stderr, reason = "progress goes beside the command's output")]
fn progress_line(progress: Progress) {
    use std::io::IsTerminal as _;
    if std::io::stderr().is_terminal() {
        let all = progress.contents_in_all.map_or_else(String::new, |n| format!(" of {n}"));
        eprint!(
            "\r{} items, {}{all} contents, {} MiB read ",
            progress.items,
            progress.contents,
            progress.bytes >> 20
        );
    }
}
