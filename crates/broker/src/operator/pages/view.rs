//! Templates of the operator's area.

use super::Frame;
use crate::operator::log::{RecordList, Verified};
use crate::operator::look::{
    Health, InstallationList, InstallationView, ProviderView, Sealing, SigningKeyView,
};
use askama::Template;

#[derive(Debug, Template)]
#[template(path = "operator/enter.html")]
pub(super) struct Enter {
    pub name: String,
    pub action: String,
    pub token: String,
}

#[derive(Debug, Template)]
#[template(path = "operator/overview.html")]
pub(super) struct Overview {
    pub frame: Frame,
    pub health: Health,
}

#[derive(Debug, Template)]
#[template(path = "operator/installations.html")]
pub(super) struct Installations {
    pub frame: Frame,
    pub q: String,
    pub list: InstallationList,
    pub next: Option<String>,
}

#[derive(Debug, Template)]
#[template(path = "operator/installation.html")]
pub(super) struct OneInstallation {
    pub frame: Frame,
    pub one: InstallationView,
}

/// The form of what is known about an installation.
#[derive(Debug, Template)]
#[template(path = "operator/facts.html")]
pub(super) struct Facts {
    pub frame: Frame,
    pub title: String,
    pub back: String,
    pub action: String,
    pub button: &'static str,
    pub is_new: bool,
    pub trouble: Option<String>,
    pub key: String,
    pub name: String,
    pub redirects: String,
    pub start_url: String,
    pub logout_url: String,
    pub keys: String,
}

#[derive(Debug, Template)]
#[template(path = "operator/public_keys.html")]
pub(super) struct PublicKeys {
    pub frame: Frame,
    pub key: String,
    pub name: String,
    pub keys: String,
    pub trouble: Option<String>,
}

/// A page that says what a button means.
#[derive(Debug, Template)]
#[template(path = "operator/confirm.html")]
pub(super) struct Confirm {
    pub frame: Frame,
    pub title: String,
    pub lines: Vec<&'static str>,
    pub action: String,
    pub fields: Vec<(&'static str, &'static str)>,
    pub button: &'static str,
    pub back: String,
    pub danger: bool,
}

#[derive(Debug, Template)]
#[template(path = "operator/keys.html")]
pub(super) struct Keys {
    pub frame: Frame,
    pub signing: Vec<SigningKeyView>,
    pub sealing: Sealing,
}

#[derive(Debug, Template)]
#[template(path = "operator/providers.html")]
pub(super) struct Providers {
    pub frame: Frame,
    pub providers: Vec<ProviderView>,
}

#[derive(Debug, Template)]
#[template(path = "operator/audit.html")]
pub(super) struct Log {
    pub frame: Frame,
    pub key: String,
    pub action: String,
    pub list: RecordList,
    pub next: Option<String>,
    pub verified: Option<Verified>,
    pub trouble: Option<String>,
}

#[derive(Debug)]
pub(super) struct SessionRow {
    pub name: String,
    pub agent: String,
    pub begun: String,
    pub last: String,
    pub this: bool,
}

#[derive(Debug)]
pub(super) struct TokenRow {
    pub id: String,
    pub name: String,
    pub made: String,
    pub ends: String,
    pub ended: bool,
    pub used: String,
}

#[derive(Debug, Template)]
#[template(path = "operator/access.html")]
pub(super) struct Access {
    pub frame: Frame,
    pub sessions: Vec<SessionRow>,
    pub tokens: Vec<TokenRow>,
}
