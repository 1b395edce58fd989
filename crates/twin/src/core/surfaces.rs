//! The addresses at which a client meets the providers.

use serde::{Deserialize, Serialize};

/// One of the hosts that the twin stands for. Each has an origin of its own, as in the world outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Surface {
    /// `accounts.google.com`: discovery, authorize, consent.
    GoogleAccounts,
    /// `oauth2.googleapis.com`, `openidconnect.googleapis.com` and `www.googleapis.com`: token, keys, Drive.
    GoogleApis,
    /// `drive.google.com` and `docs.google.com`: the pages where a person opens a file.
    GoogleDrive,
    /// `login.microsoftonline.com`: Entra ID.
    MicrosoftLogin,
    /// `graph.microsoft.com`.
    Graph,
    /// `{tenant}.sharepoint.com`: library pages, downloads, uploads and monitors. The first segment of a path is
    /// the tenant's host name, since all tenants share one port here.
    Sharepoint,
    /// The twin's own control door.
    Control,
}

impl Surface {
    /// All of them, in the order of their ports.
    pub const ALL: [Self; 7] = [
        Self::GoogleAccounts,
        Self::GoogleApis,
        Self::GoogleDrive,
        Self::MicrosoftLogin,
        Self::Graph,
        Self::Sharepoint,
        Self::Control,
    ];

    /// Its name in JSON, the same as serde's.
    pub fn name(self) -> &'static str {
        match self {
            Self::GoogleAccounts => "google-accounts",
            Self::GoogleApis => "google-apis",
            Self::GoogleDrive => "google-drive",
            Self::MicrosoftLogin => "microsoft-login",
            Self::Graph => "graph",
            Self::Sharepoint => "sharepoint",
            Self::Control => "control",
        }
    }
}

/// The base address of each surface, without a slash at the end: `http://127.0.0.1:4001`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Surfaces {
    pub google_accounts: String,
    pub google_apis: String,
    pub google_drive: String,
    pub microsoft_login: String,
    pub graph: String,
    pub sharepoint: String,
    pub control: String,
}

impl Surfaces {
    /// Makes the addresses from a function of each surface.
    pub fn of(address: impl Fn(Surface) -> String) -> Self {
        Self {
            google_accounts: address(Surface::GoogleAccounts),
            google_apis: address(Surface::GoogleApis),
            google_drive: address(Surface::GoogleDrive),
            microsoft_login: address(Surface::MicrosoftLogin),
            graph: address(Surface::Graph),
            sharepoint: address(Surface::Sharepoint),
            control: address(Surface::Control),
        }
    }

    /// The base address of one surface.
    pub fn base(&self, surface: Surface) -> &str {
        match surface {
            Surface::GoogleAccounts => &self.google_accounts,
            Surface::GoogleApis => &self.google_apis,
            Surface::GoogleDrive => &self.google_drive,
            Surface::MicrosoftLogin => &self.microsoft_login,
            Surface::Graph => &self.graph,
            Surface::Sharepoint => &self.sharepoint,
            Surface::Control => &self.control,
        }
    }
}
