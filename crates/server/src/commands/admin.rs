//! Installations, and the way back in.

use super::say;
use crate::cli::{Admin, Configured};
use crate::config::Config;
use crate::wiring;
use domain::records::{Associate, Group, Installation};
use domain::{Error, Result, text};

/// Runs a command for administrators of the service.
pub async fn run(command: Admin) -> Result<()> {
    match command {
        Admin::SignInLink { login, installation, at } => {
            sign_in_link(&login, installation.as_deref(), &at).await
        }
        Admin::Installations { at } => list(&at).await,
        Admin::PublicKeys { installation, at } => public_keys(installation.as_deref(), &at).await,
        Admin::AddInstallation { key, name, administrator, full_name, culture, time_zone, at } => {
            let installation = Installation {
                id: domain::InstallationId::default(),
                serial: serial(&key),
                key: checked_key(&key)?,
                name: text::required_line("name", &name, 120)?,
                culture: domain::templates::language_tag(&culture)?,
                time_zone: checked_zone(time_zone)?,
                own_company: None,
            };
            add(installation, &administrator, &full_name, &at).await
        }
    }
}

async fn sign_in_link(login: &str, key: Option<&str>, at: &Configured) -> Result<()> {
    let config = Config::load(at)?;
    let app = wiring::wire_tables(&config).await?;
    let installation = wiring::installation(&app, key).await?;
    let link = app.access().make_link(&wiring::system(&installation)?, login).await?;
    let base = public_base(&config);
    say(format!("{base}/enter/{}", link.token));
    eprint(&format!("For {}, once, until {}.", link.associate.full_name(), link.expires));
    Ok(())
}

/// The private half is made here when there is none, and never leaves.
async fn public_keys(key: Option<&str>, at: &Configured) -> Result<()> {
    let config = Config::load(at)?;
    let app = wiring::wire_tables(&config).await?;
    let installation = wiring::installation(&app, key).await?;
    let base = public_base(&config);
    let base = web::Base::parse(&base)?;
    let keys = crate::login::connect::keys(&config.data.directory)?;
    let new = crate::login::connect::registration(&installation, &base, &keys)?;
    say(new.public_keys.to_string());
    eprint("Next, where the login page runs, with this output in a file:");
    eprint(&format!(
        "chancery broker add-installation {} --name {:?} --redirect {} --start-url {:?} --logout-url {} --keys FILE",
        new.key,
        new.name,
        new.redirects.join(" --redirect "),
        new.start_url,
        new.logout_url
    ));
    Ok(())
}

/// The address people type.
fn public_base(config: &Config) -> String {
    match config.listen.public_url.as_str() {
        "" => crate::serve::last_address(&config.data.directory)
            .unwrap_or_else(|| format!("http://{}", config.listen.address)),
        url => url.trim_end_matches('/').to_owned(),
    }
}

async fn list(at: &Configured) -> Result<()> {
    let app = wiring::wire_tables(&Config::load(at)?).await?;
    let all = app.store().read(|tx| tx.installations().list()).await?;
    for installation in all {
        say(format!("{}\t{}", installation.key, installation.name));
    }
    Ok(())
}

async fn add(installation: Installation, login: &str, full_name: &str, at: &Configured) -> Result<()> {
    let config = Config::load(at)?;
    let store = wiring::open_store(&config.data.directory).await?;
    let now = platform::clock::now();
    let login = text::required_line("login", login, 60)?;
    let full_name = text::required_line("name", full_name, 120)?;
    let (first, last) = full_name.rsplit_once(' ').unwrap_or(("", &full_name));
    let mut first_administrator = Associate {
        login: login.clone(),
        first_name: first.to_owned(),
        last_name: last.to_owned(),
        administrator: true,
        has_plan: true,
        may_force_undo: true,
        ..Associate::default()
    };
    let key = installation.key.clone();
    store
        .write(move |tx| {
            if tx.installations().by_key(&installation.key)?.is_some() {
                return Err(Error::conflict(format!(
                    "There is an installation {} already. Choose another key.",
                    installation.key
                )));
            }
            let id = tx.installations().insert(&installation, now)?;
            let everyone =
                Group { id: domain::GroupId::default(), external_id: None, name: "Everyone".to_owned() };
            first_administrator.primary_group = tx.groups(id).insert(&everyone)?;
            tx.associates(id).insert(&first_administrator, now)?;
            Ok(())
        })
        .await?;
    say(format!("Made installation {key} with administrator {login}."));
    eprint(&format!("Next: chancery admin sign-in-link {login} --installation {key}"));
    Ok(())
}

fn checked_key(key: &str) -> Result<String> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if (2..=40).contains(&key.len()) && key.chars().all(fits) && !key.starts_with('-') && !key.ends_with('-')
    {
        return Ok(key.to_owned());
    }
    Err(Error::invalid(format!(
        "{key:?} cannot be a key. Use 2 to 40 lower-case letters, digits and hyphens, for example nordlys."
    )))
}

fn checked_zone(name: String) -> Result<String> {
    match jiff::tz::TimeZone::get(&name) {
        Ok(_) => Ok(name),
        Err(e) => Err(Error::invalid(format!(
            "{name:?} is no time zone known here. Write one like Europe/Oslo or UTC."
        ))
        .caused_by(e)),
    }
}

/// A ten-digit serial number that stays the same for a key.
pub fn serial(key: &str) -> String {
    let digest = platform::digest::sha256(key.as_bytes());
    let number = digest.iter().take(8).fold(0_u64, |n, b| (n << 8) | u64::from(*b));
    format!("{:010}", number % 10_000_000_000)
}

#[expect(clippy::print_stderr, reason = "a hint beside the command's output")]
fn eprint(line: &str) {
    eprintln!("{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_short_plain_words() {
        assert!(checked_key("nordlys-2").is_ok());
        for bad in ["", "a", "-ab", "ab-", "Nordlys", "nord lys", "nørd", &"x".repeat(41)] {
            assert!(checked_key(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_serial_number_has_ten_digits_and_stays_the_same() {
        assert_eq!(serial("nordlys"), serial("nordlys"));
        assert!(serial("nordlys").len() == 10 && serial("nordlys").chars().all(|c| c.is_ascii_digit()));
    }
}
