//! Looks after the login page from the command line.

use super::say;
use crate::cli::{AddClient, Broker, Configured, LoginConfigured};
use crate::config::{self, Config};
use crate::login::{self, Lock, LoginPage};
use ::broker::NewInstallation;
use domain::{Error, InstallationId, Result};
use platform::audit::{Audit, Chain};
use platform::seal::MasterKeys;
use platform::sql::Database;
use serde_json::{Value, json};
use std::path::Path;

/// Runs a command; false when the audit log is not as it was written.
pub async fn run(command: Broker) -> Result<bool> {
    match command {
        Broker::InitKeys { file } => init_keys(&file)?,
        Broker::Installations { at } => list(&at).await?,
        Broker::AddInstallation(ask) => add(ask).await?,
        Broker::DisableInstallation { key, at } => switch(&key, false, &at).await?,
        Broker::EnableInstallation { key, at } => switch(&key, true, &at).await?,
        Broker::OperatorLink { name, at } => {
            say(open(&at).await?.0.house.operator_link(&name).await?);
            say("It works once, within ten minutes. Give it to nobody else.");
        }
        Broker::OperatorToken { name, days, at } => {
            let (id, token) = open(&at).await?.0.house.operator_token(&name, days).await?;
            say(token);
            say(format!("It is shown this once. Its id is {id}; withdraw-operator-token takes it back."));
        }
        Broker::OperatorTokens { at } => tokens(&at).await?,
        Broker::WithdrawOperatorToken { id, at } => {
            open(&at).await?.0.house.withdraw_operator_token(&id).await?;
            say(format!("Token {id} is withdrawn."));
        }
        Broker::RotateSigningKey { withdraw, at } => {
            let kid = open(&at).await?.0.house.rotate_signing_key(withdraw).await?;
            say(format!("Key {kid} signs from now on."));
        }
        Broker::Rewrap { at } => {
            let done = open(&at).await?.0.house.rewrap().await?;
            say(format!("{} data keys were wrapped under the newest master key.", done.rewrapped));
        }
        Broker::Reseal { at } => reseal(&at).await?,
        Broker::VerifyAudit { at } => return verify(&at).await,
    }
    Ok(true)
}

fn init_keys(file: &Path) -> Result<()> {
    MasterKeys::create(file)?;
    say(format!("Made {}. Keep a copy apart from the database: without it nothing opens.", file.display()));
    Ok(())
}

/// The login page of a configuration. Master keys are never made here.
async fn open(at: &LoginConfigured) -> Result<(LoginPage, Database)> {
    login::open(login::ask(&described(at)?, false)?).await
}

fn described(at: &LoginConfigured) -> Result<config::Broker> {
    let config = Config::load(&Configured { config: at.config.clone(), data: None })?;
    config.broker.ok_or_else(|| {
        Error::invalid(format!(
            "{} describes no login page. Add a section [broker], or name another file with --config.",
            at.config.display()
        ))
    })
}

async fn list(at: &LoginConfigured) -> Result<()> {
    for one in open(at).await?.0.house.installations().await? {
        let state = if one.enabled { "enabled" } else { "DISABLED" };
        say(format!("{}\t{state}\t{}\t{}", one.key, one.name, one.redirects.join(" ")));
    }
    Ok(())
}

async fn add(ask: AddClient) -> Result<()> {
    let public_keys = public_keys(&ask.keys)?;
    let (page, _) = open(&ask.at).await?;
    let known = page.house.installations().await?.iter().any(|one| one.key == ask.key);
    let key = ask.key.clone();
    page.house
        .put_installation(NewInstallation {
            key: ask.key,
            name: ask.name,
            public_keys,
            redirects: ask.redirect,
            start_url: ask.start_url,
            logout_url: ask.logout_url,
        })
        .await?;
    say(format!("{} installation {key} at {}.", if known { "Changed" } else { "Registered" }, page.url));
    Ok(())
}

/// Reads a JWK set; a single JWK is taken as a set of one.
fn public_keys(file: &Path) -> Result<Value> {
    let shown = file.display();
    let wrong = |e: &dyn std::fmt::Display| {
        Error::invalid(format!("The public keys {shown} cannot be read: {e}. The file must hold a JWK set."))
    };
    let text = std::fs::read_to_string(file).map_err(|e| wrong(&e))?;
    let value: Value = serde_json::from_str(&text).map_err(|e| wrong(&e))?;
    Ok(if value.get("keys").is_some() { value } else { json!({ "keys": [value] }) })
}

async fn switch(key: &str, enabled: bool, at: &LoginConfigured) -> Result<()> {
    let (page, _) = open(at).await?;
    if !page.house.installations().await?.iter().any(|one| one.key == key) {
        return Err(Error::invalid(format!(
            "There is no installation {key:?}. `chancery broker installations` lists them."
        )));
    }
    page.house.switch_installation(key, enabled).await?;
    let done = if enabled { "is let in again" } else { "is cut off from this moment" };
    say(format!("Installation {key} {done}."));
    Ok(())
}

async fn tokens(at: &LoginConfigured) -> Result<()> {
    for one in open(at).await?.0.house.operator_tokens().await? {
        let used = one.used.map_or_else(|| "never used".to_owned(), |at| format!("last used {at}"));
        say(format!("{}\t{}\tends {}\t{used}", one.id, one.name, one.expires));
    }
    Ok(())
}

async fn reseal(at: &LoginConfigured) -> Result<()> {
    let config = described(at)?;
    let ask = login::ask(&config, false)?;
    crate::wiring::make_private(&ask.directory)?;
    // A service that runs beside us would go on sealing under keys that are dropped here.
    let _lock = Lock::take(&ask.directory)?;
    let (page, _) = login::open(ask).await?;
    let done = page.house.reseal_all(&mut progress_line).await?;
    say(format!("{} values were sealed anew; {} old data keys are gone.", done.resealed, done.dropped));
    Ok(())
}

async fn verify(at: &LoginConfigured) -> Result<bool> {
    let (page, db) = open(at).await?;
    let mut chains = vec![("(the login page itself)".to_owned(), InstallationId(0))];
    chains.extend(page.house.installations().await?.into_iter().map(|one| (one.key, one.id)));
    let mut intact = true;
    for (key, id) in chains {
        match db.read(move |tx| Audit::of(tx, id).verify_chain()).await? {
            Chain::Intact { records, head } => {
                say(format!("{key}: intact; {records} records, head {head}"));
            }
            Chain::Broken { seq } => {
                intact = false;
                say(format!("{key}: BROKEN; record {seq} was changed, removed or moved"));
            }
        }
    }
    Ok(intact)
}

#[expect(clippy::print_stderr, reason = "progress goes beside the command's output")]
fn progress_line(resealed: usize) {
    eprint!("\r{resealed} values sealed anew ");
}
