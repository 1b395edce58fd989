//! Drive's resources, as far as they are read (google.md 2.1; discovery document, revision 20261106).

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

/// The type of a folder.
pub(crate) const FOLDER: &str = "application/vnd.google-apps.folder";
/// What the names of Google's own types begin with.
pub(crate) const NATIVE: &str = "application/vnd.google-apps.";
/// MD5 of nothing.
pub(crate) const EMPTY_MD5: &str = "d41d8cd98f00b204e9800998ecf8427e";
/// SHA-256 of nothing.
pub(crate) const EMPTY_SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// The members of a file that are asked for with every call that shows one.
pub(crate) const FILE_FIELDS: &str = "id,name,mimeType,parents,driveId,size,md5Checksum,sha256Checksum,headRevisionId,version,modifiedTime,trashed,appProperties,contentRestrictions(readOnly,reason),webViewLink,lastModifyingUser(displayName,me),capabilities(canEdit,canAddChildren,canTrash,canDelete,canShare)";

/// Numbers of 64 bits are texts on the wire.
fn number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Text(String),
        Number(u64),
    }
    Ok(match Option::<Either>::deserialize(from)? {
        None => None,
        Some(Either::Number(n)) => Some(n),
        Some(Either::Text(text)) => Some(text.parse().map_err(serde::de::Error::custom)?),
    })
}

/// A file or a folder.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct File {
    pub id: String,
    pub name: String,
    pub mime_type: String,
    pub parents: Vec<String>,
    pub drive_id: Option<String>,
    #[serde(deserialize_with = "number")]
    pub size: Option<u64>,
    pub md5_checksum: Option<String>,
    pub sha256_checksum: Option<String>,
    pub head_revision_id: Option<String>,
    #[serde(deserialize_with = "number")]
    pub version: Option<u64>,
    pub modified_time: Option<Timestamp>,
    pub trashed: bool,
    pub app_properties: BTreeMap<String, String>,
    pub content_restrictions: Vec<Restriction>,
    pub web_view_link: Option<String>,
    pub last_modifying_user: Option<User>,
    pub capabilities: Capabilities,
}

impl File {
    /// Whether it is of one of Google's own types, which have no bytes.
    pub fn is_native(&self) -> bool {
        self.mime_type.starts_with(NATIVE)
    }

    /// The folder it lies in.
    pub fn parent(&self) -> &str {
        self.parents.first().map_or("", String::as_str)
    }

    /// The MD5 of its bytes, blank for Google's own types.
    pub fn md5(&self) -> &str {
        self.md5_checksum.as_deref().unwrap_or_default()
    }
}

/// A lock that people see (google.md 2.14).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Restriction {
    pub read_only: bool,
    pub reason: Option<String>,
}

/// Who changed something.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct User {
    pub display_name: String,
    pub email_address: Option<String>,
    pub me: bool,
}

/// What the account may do with a file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Capabilities {
    pub can_edit: bool,
    pub can_add_children: bool,
    pub can_trash: bool,
    pub can_delete: bool,
    pub can_share: bool,
}

/// A page of files.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct FileList {
    pub files: Vec<File>,
    pub next_page_token: Option<String>,
    pub incomplete_search: bool,
}

/// Ids that may be used once each.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct GeneratedIds {
    pub ids: Vec<String>,
}

/// A revision of a blob's content.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Revision {
    pub id: String,
    #[serde(deserialize_with = "number")]
    pub size: Option<u64>,
    pub md5_checksum: Option<String>,
    pub keep_forever: bool,
    pub last_modifying_user: Option<User>,
}

/// A page of revisions, oldest first.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct RevisionList {
    pub revisions: Vec<Revision>,
    pub next_page_token: Option<String>,
}

/// Who may do what with a file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Permission {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub role: String,
    pub email_address: Option<String>,
    pub domain: Option<String>,
    pub deleted: bool,
    pub permission_details: Vec<PermissionDetail>,
}

/// Where a permission comes from.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct PermissionDetail {
    pub inherited: bool,
}

/// A page of permissions.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct PermissionList {
    pub permissions: Vec<Permission>,
    pub next_page_token: Option<String>,
}

/// The account and its storage.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct About {
    pub user: User,
    pub storage_quota: StorageQuota,
}

/// Bytes of an account. No limit means unlimited.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct StorageQuota {
    #[serde(deserialize_with = "number")]
    pub limit: Option<u64>,
    #[serde(deserialize_with = "number")]
    pub usage: Option<u64>,
}

/// Where the log of changes ends now.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct StartPageToken {
    pub start_page_token: String,
}

/// A page of changes.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ChangeList {
    pub changes: Vec<Change>,
    pub next_page_token: Option<String>,
    pub new_start_page_token: Option<String>,
}

/// A file that changed, or is gone.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Change {
    pub removed: bool,
    pub file_id: Option<String>,
    pub file: Option<File>,
}

/// A notification channel.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Channel {
    pub id: String,
    pub resource_id: String,
    #[serde(deserialize_with = "number")]
    pub expiration: Option<u64>,
}

/// The envelope of a refusal (google.md 2): `error.errors[0].reason` decides.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Envelope {
    pub error: EnvelopeError,
}

/// See [`Envelope`].
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct EnvelopeError {
    pub message: String,
    pub errors: Vec<Detail>,
}

/// See [`Envelope`].
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Detail {
    pub reason: String,
    pub message: String,
}
