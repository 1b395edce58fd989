//! Google's part of a world's file.

use super::directory::Publishing;
use serde::{Deserialize, Serialize};

/// Domains, personal accounts, projects, and what lies in Drive.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoogleWorld {
    #[serde(default)]
    pub domains: Vec<DomainEntry>,
    /// `@gmail.com` and the like.
    #[serde(default)]
    pub personal_accounts: Vec<UserEntry>,
    #[serde(default)]
    pub projects: Vec<ProjectEntry>,
    /// What lies in people's My Drives: at the top of their owners' roots.
    #[serde(default)]
    pub files: Vec<FileEntry>,
}

/// A file, or a folder with what lies in it. Without text, size and type it is a folder.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    pub name: String,
    /// The owner's address; inside a folder it may be left out and is then the folder's. Shared drives have none.
    pub owner: Option<String>,
    /// By chance when absent; up to 47 letters, digits, `-` and `_`.
    pub id: Option<String>,
    /// From the name and the content when absent.
    pub mime_type: Option<String>,
    /// The content.
    pub text: Option<String>,
    /// The content's length in bytes, filled with something, when there is no text; up to 1 TiB.
    pub size: Option<u64>,
    /// When it was made and changed last; now when absent.
    pub modified: Option<jiff::Timestamp>,
    /// The number of the project that made it: `drive.file` reaches it then.
    pub made_by_project: Option<String>,
    /// What lies in a folder.
    #[serde(default)]
    pub children: Vec<FileEntry>,
}

/// A Workspace domain.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DomainEntry {
    pub name: String,
    pub pooled_storage: Option<u64>,
    #[serde(default)]
    pub blocked_projects: Vec<String>,
    #[serde(default = "yes")]
    pub external_sharing: bool,
    #[serde(default)]
    pub users: Vec<UserEntry>,
    #[serde(default)]
    pub groups: Vec<GroupEntry>,
    #[serde(default)]
    pub shared_drives: Vec<SharedDriveEntry>,
}

/// A shared drive.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SharedDriveEntry {
    pub name: String,
    /// By chance when absent.
    pub id: Option<String>,
    #[serde(default)]
    pub members: Vec<MemberEntry>,
    #[serde(default)]
    pub domain_users_only: bool,
    #[serde(default)]
    pub drive_members_only: bool,
    /// What lies in it.
    #[serde(default)]
    pub files: Vec<FileEntry>,
}

/// A member of a shared drive.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberEntry {
    /// Of a user or a group.
    pub email: String,
    /// `organizer`, `fileOrganizer`, `writer`, `commenter` or `reader`.
    pub role: super::drive::state::Role,
}

/// An account.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserEntry {
    pub email: String,
    pub given_name: String,
    pub family_name: String,
    /// 21 digits; by chance when absent.
    pub id: Option<String>,
    #[serde(default)]
    pub administrator: bool,
    #[serde(default)]
    pub suspended: bool,
    pub storage_limit: Option<u64>,
}

/// A group.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupEntry {
    pub email: String,
    pub name: String,
    #[serde(default)]
    pub members: Vec<String>,
}

/// A Cloud project with its clients.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProjectEntry {
    pub name: String,
    pub number: Option<String>,
    #[serde(default = "production")]
    pub publishing: Publishing,
    pub owner: Option<String>,
    /// Addresses of those whom an application in testing lets in; without a list, everybody.
    pub test_users: Option<Vec<String>>,
    #[serde(default = "yes")]
    pub drive_api_enabled: bool,
    /// google.md 3.1.
    #[serde(default = "project_units")]
    pub units_per_minute: u64,
    #[serde(default = "user_units")]
    pub units_per_minute_and_user: u64,
    #[serde(default)]
    pub clients: Vec<ClientEntry>,
}

/// An OAuth client.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientEntry {
    pub id: String,
    pub secret: String,
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    #[serde(default)]
    pub iss_in_callback: bool,
}

fn yes() -> bool {
    true
}

fn production() -> Publishing {
    Publishing::Production
}

fn project_units() -> u64 {
    1_000_000
}

fn user_units() -> u64 {
    325_000
}
