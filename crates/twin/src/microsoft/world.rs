//! Microsoft's part of a world's file.

use serde::{Deserialize, Serialize};

/// Tenants and applications.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MicrosoftWorld {
    #[serde(default)]
    pub tenants: Vec<TenantEntry>,
    #[serde(default)]
    pub apps: Vec<AppEntry>,
}

/// A tenant.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TenantEntry {
    pub name: String,
    pub id: Option<String>,
    pub domains: Vec<String>,
    pub sharepoint_host: Option<String>,
    #[serde(default = "some_licences")]
    pub licences: u64,
    #[serde(default)]
    pub users_may_consent: bool,
    #[serde(default)]
    pub users: Vec<UserEntry>,
    /// Sign-in names of users of other tenants.
    #[serde(default)]
    pub guests: Vec<String>,
    #[serde(default)]
    pub groups: Vec<GroupEntry>,
    /// Sites beside the root site and those of Microsoft 365 groups; a group's own site may be named to fill it.
    #[serde(default)]
    pub sites: Vec<SiteEntry>,
}

/// A site.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteEntry {
    /// Server-relative: `/sites/sales`.
    pub path: String,
    pub title: String,
    /// Sign-in names, or names of groups.
    #[serde(default)]
    pub owners: Vec<String>,
    #[serde(default)]
    pub members: Vec<String>,
    #[serde(default)]
    pub visitors: Vec<String>,
    /// In bytes.
    pub quota: Option<u64>,
    #[serde(default)]
    pub libraries: Vec<LibraryEntry>,
}

/// A library with what lies in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LibraryEntry {
    pub title: String,
    /// Whether new files stay checked out until they are checked in.
    #[serde(default)]
    pub requires_checkout: bool,
    #[serde(default)]
    pub entries: Vec<EntryEntry>,
}

/// A file when it has text, a folder otherwise.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryEntry {
    pub name: String,
    pub text: Option<String>,
    #[serde(default)]
    pub entries: Vec<EntryEntry>,
}

/// A user.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserEntry {
    pub user_principal_name: String,
    pub given_name: String,
    pub surname: String,
    pub id: Option<String>,
    /// The sign-in name when absent.
    pub mail: Option<String>,
    pub job_title: Option<String>,
    #[serde(default)]
    pub administrator: bool,
    #[serde(default = "yes")]
    pub enabled: bool,
    #[serde(default)]
    pub second_factor: bool,
}

/// A group.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupEntry {
    pub display_name: String,
    pub mail_nickname: String,
    pub id: Option<String>,
    /// A Microsoft 365 group; a security group otherwise.
    #[serde(default)]
    pub unified: bool,
    #[serde(default)]
    pub members: Vec<String>,
    #[serde(default)]
    pub owners: Vec<String>,
}

/// An application registration.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppEntry {
    pub client_id: String,
    pub name: String,
    /// The id or a domain of the tenant it is registered in.
    pub tenant: String,
    #[serde(default = "yes")]
    pub multi_tenant: bool,
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    #[serde(default)]
    pub secrets: Vec<String>,
    #[serde(default)]
    pub certificates: Vec<String>,
    /// Claims of id tokens that the registration asks for: `wids` (the directory roles of the person) and `xms_edov`
    /// (whether the owner of the mail address's domain was verified).
    #[serde(default)]
    pub optional_claims: Vec<String>,
    /// Delegated permissions of the registration: what `.default` stands for.
    #[serde(default)]
    pub permissions: Vec<String>,
    /// What tenants have consented to already.
    #[serde(default)]
    pub consents: Vec<ConsentEntry>,
}

/// A consent that was given already, by an administrator and for everyone.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentEntry {
    /// The id or a domain.
    pub tenant: String,
    #[serde(default)]
    pub scopes: Vec<String>,
    #[serde(default)]
    pub roles: Vec<String>,
}

fn yes() -> bool {
    true
}

fn some_licences() -> u64 {
    50
}
