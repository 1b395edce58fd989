//! The configuration file: typed sections, defaults that start a working service, errors that name the line.

mod reference;

pub use reference::{reference, sample};

use crate::cli::Configured;
use domain::{Error, Result};
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The whole configuration.
#[derive(Debug, Clone, Deserialize, Default, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where data is kept.
    pub data: Data,
    /// Where to listen.
    pub listen: Listen,
    /// How much is accepted.
    pub limits: Limits,
    /// How long people stay in.
    pub sessions: Sessions,
    /// What is written to the log.
    pub log: Log,
}

/// Where data is kept.
#[derive(Debug, Clone, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct Data {
    /// The data directory: database and archive.
    pub directory: PathBuf,
    /// Below this much free space the archive takes nothing new, in MiB.
    pub reserve_mib: u64,
}

/// Where to listen.
#[derive(Debug, Clone, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct Listen {
    /// Address and port.
    pub address: SocketAddr,
    /// The address people type, with https: `https://letters.example.com`. Needed behind a proxy and with TLS.
    pub public_url: String,
    /// The certificate chain (PEM). With `key` TLS is served here.
    pub certificate: Option<PathBuf>,
    /// The private key (PEM).
    pub key: Option<PathBuf>,
    /// The address of the proxy that ends TLS in front of this service, if there is one.
    pub behind_proxy: Option<std::net::IpAddr>,
}

/// How much is accepted.
#[derive(Debug, Clone, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// The largest document, in MiB.
    pub document_mib: u64,
    /// The largest template file, in MiB.
    pub template_mib: u64,
}

/// How long people stay in.
#[derive(Debug, Clone, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct Sessions {
    /// A session ends after so many minutes without use.
    pub idle_minutes: u64,
    /// A session ends after so many hours in any case.
    pub longest_hours: u64,
}

/// What is written to the log.
#[derive(Debug, Clone, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// `text` or `json`.
    pub format: LogFormat,
    /// What is logged: `error`, `warn`, `info`, `debug`, or a filter such as `info,store=debug`.
    pub filter: String,
}

/// The form of log lines.
#[derive(Debug, Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Default for Data {
    fn default() -> Self {
        Self { directory: "chancery-data".into(), reserve_mib: 256 }
    }
}

impl Default for Listen {
    fn default() -> Self {
        Self {
            address: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: String::new(),
            certificate: None,
            key: None,
            behind_proxy: None,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { document_mib: 2048, template_mib: 32 }
    }
}

impl Default for Sessions {
    fn default() -> Self {
        Self { idle_minutes: 30, longest_hours: 12 }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Text, filter: "info".into() }
    }
}

impl Config {
    /// The configuration a command line names.
    pub fn load(at: &Configured) -> Result<Self> {
        if let Some(directory) = &at.data {
            let data = Data { directory: directory.clone(), ..Data::default() };
            return Ok(Self { data, ..Self::default() });
        }
        let text = std::fs::read_to_string(&at.config).map_err(|e| {
            Error::invalid(format!(
                "The configuration file {} cannot be read: {e}. Make one with \
                 `chancery config-reference --sample > chancery.toml`, or name another with --config.",
                at.config.display()
            ))
        })?;
        Self::parse(&text, &at.config)
    }

    /// Reads and checks a configuration.
    /// # Errors
    /// `Invalid`, naming the file, the line and the remedy.
    pub fn parse(text: &str, file: &Path) -> Result<Self> {
        let config: Self = toml::from_str(text).map_err(|e| {
            let line =
                e.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            Error::invalid(format!(
                "{}, line {line}: {}. See docs/configuration.md for every key.",
                file.display(),
                e.message().trim_end_matches('.')
            ))
        })?;
        config.check(file)?;
        Ok(config)
    }

    fn check(&self, file: &Path) -> Result<()> {
        let wrong = |what: String| Err(Error::invalid(format!("{}: {what}", file.display())));
        let listen = &self.listen;
        if listen.certificate.is_some() != listen.key.is_some() {
            return wrong("[listen] needs both certificate and key, or neither.".into());
        }
        let tls = listen.certificate.is_some();
        if !listen.address.ip().is_loopback() && !tls && listen.behind_proxy.is_none() {
            return wrong(format!(
                "[listen] address {} can be reached from other computers, but there is no TLS. \
                 Set certificate and key, or name the proxy that ends TLS in behind_proxy.",
                listen.address
            ));
        }
        let url = listen.public_url.trim_end_matches('/');
        if (tls || listen.behind_proxy.is_some()) && !is_https_origin(url) {
            return wrong(format!(
                "[listen] public_url {url:?} must be the https address people type, without a path, for example \
                 https://letters.example.com."
            ));
        }
        if self.data.reserve_mib > 1 << 20 {
            return wrong("[data] reserve_mib must be a whole number from 0 to 1048576.".into());
        }
        if let Err(e) = crate::logging::filter(&self.log) {
            return wrong(e.public().to_owned());
        }
        for (what, value) in [
            ("[limits] document_mib", self.limits.document_mib),
            ("[limits] template_mib", self.limits.template_mib),
            ("[sessions] idle_minutes", self.sessions.idle_minutes),
            ("[sessions] longest_hours", self.sessions.longest_hours),
        ] {
            if value == 0 || value > 1 << 20 {
                return wrong(format!("{what} must be a whole number from 1 to 1048576."));
            }
        }
        Ok(())
    }

    /// The limits and lifetimes of the application.
    pub fn settings(&self) -> app::Settings {
        app::Settings {
            max_upload: self.limits.document_mib << 20,
            max_template: self.limits.template_mib << 20,
            session_idle: Duration::from_secs(self.sessions.idle_minutes * 60),
            session_absolute: Duration::from_secs(self.sessions.longest_hours * 3600),
            ..app::Settings::default()
        }
    }
}

fn is_https_origin(url: &str) -> bool {
    url.strip_prefix("https://").is_some_and(|host| {
        !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']) && host.chars().all(|c| !c.is_control())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config> {
        Config::parse(text, Path::new("chancery.toml"))
    }

    #[test]
    fn an_empty_file_starts_a_working_service() {
        assert_eq!(parse("").unwrap(), Config::default());
    }

    #[test]
    fn the_sample_file_says_the_defaults() {
        let sample = sample();
        assert_eq!(parse(&sample).unwrap(), Config::default());
        let uncommented: String =
            sample.lines().map(|l| l.strip_prefix("#: ").unwrap_or(l)).collect::<Vec<_>>().join("\n");
        assert_eq!(parse(&uncommented).unwrap(), Config::default(), "{uncommented}");
    }

    #[test]
    fn faults_name_the_file_the_line_and_the_remedy() {
        let table = [
            ("[listen]\nadress = \"127.0.0.1:1\"\n", "line 2", "`address`"),
            ("\n\n[limits]\ndocument_mib = \"big\"\n", "line 4", "expected u64"),
            ("[listen]\naddress = \"0.0.0.0:80\"\n", "chancery.toml", "behind_proxy"),
            ("[listen]\ncertificate = \"a\"\n", "chancery.toml", "both"),
            ("[limits]\ndocument_mib = 0\n", "chancery.toml", "from 1"),
            (
                "[listen]\nbehind_proxy = \"10.0.0.1\"\npublic_url = \"http://x\"\n",
                "chancery.toml",
                "https address",
            ),
            ("[data]\nreserve_mib = 17592186044416\n", "chancery.toml", "from 0"),
            ("[log]\nfilter = \"store=loud=very\"\n", "chancery.toml", "[log] filter"),
            ("nonsense", "line 1", ""),
        ];
        for (text, place, remedy) in table {
            let e = parse(text).unwrap_err();
            assert!(e.public().contains(place) && e.public().contains(remedy), "{text:?}: {}", e.public());
        }
    }
}
