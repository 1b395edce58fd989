//! The configuration file: typed sections, defaults that start a working service, errors that name the line.

mod login;
mod place;
mod reference;
#[cfg(test)]
mod tests;

pub use login::{Broker, Crm, GOOGLE, MICROSOFT, Proof, host_of};
pub use place::Place;
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
    /// The office program that makes PDF.
    pub office: Office,
    /// What is written to the log.
    pub log: Log,
    /// The CRM side's way to the login page.
    pub crm: Option<Crm>,
    /// The login page, when it is to run here.
    pub broker: Option<Broker>,
}

/// Where data is kept.
#[derive(Debug, Clone, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct Data {
    /// The data directory: database and archive.
    pub directory: PathBuf,
    /// Below this much free space the archive takes nothing new, in MiB.
    pub reserve_mib: u64,
    /// How much room temporary copies of cloud documents may take, in MiB. 0 keeps none.
    pub copies_mib: u64,
    /// How long a copy is kept, in hours.
    pub copies_hours: u64,
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
    /// Origins whose pages may hold ours in a frame: `https://portal.example.com`.
    pub framed_by: Vec<String>,
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

/// The office program that makes PDF.
#[derive(Debug, Clone, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct Office {
    /// The program; without it one is looked for where office programs usually are.
    pub program: Option<PathBuf>,
    /// Whether PDF is made at all.
    pub pdf: bool,
    /// How long one document may take, in seconds.
    pub seconds: u64,
    /// How much address space the program may have, in MiB.
    pub memory_mib: u64,
    /// How many documents are converted at the same time.
    pub at_once: u64,
}

impl Default for Office {
    fn default() -> Self {
        Self { program: None, pdf: true, seconds: 60, memory_mib: 4096, at_once: 2 }
    }
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
        Self { directory: "chancery-data".into(), reserve_mib: 256, copies_mib: 512, copies_hours: 24 }
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
            framed_by: Vec::new(),
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
        let mut config: Self = toml::from_str(text).map_err(|e| {
            let line =
                e.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            Error::invalid(format!(
                "{}, line {line}: {}. See docs/configuration.md for every key.",
                file.display(),
                e.message().trim_end_matches('.')
            ))
        })?;
        let place = Place { file: file.to_owned(), text: text.to_owned() };
        if let Some(broker) = &mut config.broker {
            broker.place = place.clone();
        }
        config.check(&place)?;
        Ok(config)
    }

    /// Whether the CRM side runs here: always, but for a file that describes only the login page.
    pub fn has_crm(&self) -> bool {
        self.crm.is_some() || self.broker.is_none()
    }

    /// Where Google's interface is.
    pub fn google_address(&self) -> String {
        let given = self.crm.as_ref().map(|crm| crm.google_address.trim_end_matches('/')).unwrap_or_default();
        if given.is_empty() { crate::google::GOOGLE.to_owned() } else { given.to_owned() }
    }

    /// Where Microsoft's interfaces are.
    pub fn microsoft_addresses(&self) -> crate::sharepoint::MicrosoftAt {
        let given = |what: fn(&Crm) -> &String| {
            self.crm.as_ref().map(|crm| what(crm).trim_end_matches('/').to_owned()).unwrap_or_default()
        };
        let graph = Some(given(|crm| &crm.graph_address)).filter(|at| !at.is_empty());
        crate::sharepoint::MicrosoftAt {
            graph: graph.unwrap_or_else(|| crate::sharepoint::GRAPH.to_owned()),
            sharepoint: given(|crm| &crm.sharepoint_address),
        }
    }

    /// The login page's address, when it runs elsewhere.
    pub fn login_page(&self) -> Option<&str> {
        self.crm.as_ref().map(|crm| crm.broker_url.as_str()).filter(|url| !url.is_empty())
    }

    /// The private authority that vouches for that login page.
    pub fn login_page_authority(&self) -> Option<&Path> {
        self.crm.as_ref()?.broker_ca_file.as_deref()
    }

    fn check(&self, place: &Place) -> Result<()> {
        check_listen("listen", &self.listen, place)?;
        if self.data.reserve_mib > 1 << 20 {
            return Err(place.wrong("data", "reserve_mib", "it must be a whole number from 0 to 1048576."));
        }
        if self.data.copies_mib > 1 << 20 {
            return Err(place.wrong("data", "copies_mib", "it must be a whole number from 0 to 1048576."));
        }
        if let Err(e) = crate::logging::filter(&self.log) {
            return Err(Error::invalid(format!("{}: {}", place.file.display(), e.public())));
        }
        for (section, key, value) in [
            ("data", "copies_hours", self.data.copies_hours),
            ("limits", "document_mib", self.limits.document_mib),
            ("limits", "template_mib", self.limits.template_mib),
            ("sessions", "idle_minutes", self.sessions.idle_minutes),
            ("sessions", "longest_hours", self.sessions.longest_hours),
            ("office", "seconds", self.office.seconds),
            ("office", "memory_mib", self.office.memory_mib),
            ("office", "at_once", self.office.at_once),
        ] {
            if value == 0 || value > 1 << 20 {
                return Err(place.wrong(section, key, "it must be a whole number from 1 to 1048576."));
            }
        }
        if let Some(crm) = &self.crm {
            crm.check(self.broker.is_some(), place)?;
        }
        let Some(broker) = &self.broker else { return Ok(()) };
        if self.has_crm() {
            if broker.address == self.listen.address {
                let what = "the CRM side listens there, under [listen]. Give each an address of its own.";
                return Err(place.wrong("broker", "address", what));
            }
            if broker.directory == self.data.directory {
                let what = "the CRM side keeps its data there. Give the login page a directory of its own.";
                return Err(place.wrong("broker", "directory", what));
            }
        } else {
            self.only_login(place)?;
        }
        broker.check()
    }

    /// Beside `[broker]` alone, settings of the CRM side would be read by nobody.
    fn only_login(&self, place: &Place) -> Result<()> {
        let unread = [
            ("data", self.data != Data::default()),
            ("listen", self.listen != Listen::default()),
            ("limits", self.limits != Limits::default()),
            ("sessions", self.sessions != Sessions::default()),
            ("office", self.office != Office::default()),
        ];
        match unread.into_iter().find(|(_, is_set)| *is_set) {
            Some((section, _)) => {
                let what = "it is of the CRM side, which does not run with [broker] alone. Add a line [crm] to run \
                            both here, or leave this section out.";
                Err(place.wrong(section, "", what))
            }
            None => Ok(()),
        }
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

/// Refuses a listener that other computers could reach without TLS.
fn check_listen(section: &str, listen: &Listen, place: &Place) -> Result<()> {
    let wrong = |key: &str, what: String| Err(place.wrong(section, key, what));
    if listen.certificate.is_some() != listen.key.is_some() {
        let key = if listen.key.is_some() { "key" } else { "certificate" };
        return wrong(key, "TLS needs both certificate and key, or neither.".into());
    }
    let tls = listen.certificate.is_some();
    if !listen.address.ip().is_loopback() && !tls && listen.behind_proxy.is_none() {
        return wrong(
            "address",
            format!(
                "{} can be reached from other computers, but there is no TLS. \
                 Set certificate and key, or name the proxy that ends TLS in behind_proxy.",
                listen.address
            ),
        );
    }
    let url = listen.public_url.trim_end_matches('/');
    if (tls || listen.behind_proxy.is_some()) && !is_https_origin(url) {
        return wrong(
            "public_url",
            format!(
                "{url:?} must be the https address people type, without a path, for example \
                 https://letters.example.com."
            ),
        );
    }
    if let Some(bad) = listen.framed_by.iter().find(|o| web::Base::parse(o).is_err()) {
        return wrong(
            "framed_by",
            format!("{bad:?} is no origin. Write https://portal.example.com, without a path."),
        );
    }
    Ok(())
}
