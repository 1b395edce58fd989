//! Graph's resources, as far as they are read (microsoft.md 2.2).

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// The hash of nothing.
pub(crate) const EMPTY_HASH: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// The members of an item that are asked for with every look at one. Some are shown only to who selects them.
pub(crate) const ITEM_FIELDS: &str = "id,name,size,eTag,cTag,file,folder,package,malware,parentReference,createdDateTime,lastModifiedDateTime,lastModifiedBy,webUrl,webDavUrl,publication,sharepointIds";

/// A file or folder.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct DriveItem {
    pub id: String,
    pub name: String,
    pub size: u64,
    pub c_tag: Option<String>,
    pub file: Option<File>,
    pub folder: Option<Value>,
    pub package: Option<Value>,
    pub deleted: Option<Value>,
    /// Told by delta where somebody has changed who may open a file.
    #[serde(rename = "@microsoft.graph.sharedChanged")]
    pub shared_changed: Option<Value>,
    pub parent_reference: Parent,
    pub last_modified_date_time: Option<Timestamp>,
    pub last_modified_by: IdentitySet,
    pub web_url: Option<String>,
    pub web_dav_url: Option<String>,
    pub publication: Option<Publication>,
    pub sharepoint_ids: Option<SharepointIds>,
}

impl DriveItem {
    /// The hash of its content as the caller reads it. It may be missing until SharePoint has computed it; the tag of
    /// the content stands for it then.
    pub fn hash(&self) -> String {
        let hash = self.file.as_ref().and_then(|file| file.hashes.quick_xor_hash.clone());
        match hash {
            Some(hash) => hash,
            None if self.size == 0 => EMPTY_HASH.to_owned(),
            None => format!("tag {}", self.c_tag.as_deref().unwrap_or_default()),
        }
    }

    /// Whether somebody has it checked out.
    pub fn is_checked_out(&self) -> bool {
        self.publication.as_ref().is_some_and(|publication| publication.level == "checkout")
    }

    /// SharePoint's name of its last version that was checked in.
    pub fn version(&self) -> &str {
        self.publication.as_ref().map_or("", |publication| publication.version_id.as_str())
    }

    /// The names of the folders it lies in, outermost first; `None` when Graph does not tell.
    pub fn folders(&self) -> Option<Vec<String>> {
        names_in(self.parent_reference.path.as_deref()?)
    }

    /// The folder it lies in.
    pub fn parent(&self) -> &str {
        self.parent_reference.id.as_deref().unwrap_or_default()
    }
}

/// The names of the folders in a path as Graph writes it, outermost first.
pub(crate) fn names_in(path: &str) -> Option<Vec<String>> {
    let inside = path.split_once("root:")?.1;
    let plain = |part: &str| {
        let query = format!("x={}", part.replace('+', "%2B").replace('&', "%26"));
        form_urlencoded::parse(query.as_bytes()).next().map(|(_, name)| name.into_owned())
    };
    Some(inside.split('/').filter(|part| !part.is_empty()).filter_map(plain).collect())
}

/// What a file has.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct File {
    pub hashes: Hashes,
}

/// See [`File`].
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Hashes {
    pub quick_xor_hash: Option<String>,
}

/// Where an item lies.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Parent {
    pub id: Option<String>,
    pub drive_id: Option<String>,
    /// `/drives/{id}/root:/A/B`, with escapes as in an address.
    pub path: Option<String>,
}

/// Who did something.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct IdentitySet {
    pub user: Option<Identity>,
    pub application: Option<Identity>,
    pub group: Option<Identity>,
    /// A group of the site: its owners, members, visitors.
    pub site_group: Option<Identity>,
}

/// See [`IdentitySet`].
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Identity {
    pub id: Option<String>,
    pub display_name: Option<String>,
}

/// Whether it is checked out, and what others read.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Publication {
    pub level: String,
    pub version_id: String,
    pub checked_out_by: Option<IdentitySet>,
}

/// How SharePoint itself names it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct SharepointIds {
    pub list_item_id: Option<String>,
}

/// A page of items, or of changes.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Items {
    pub value: Vec<DriveItem>,
    #[serde(rename = "@odata.nextLink")]
    pub next_link: Option<String>,
    #[serde(rename = "@odata.deltaLink")]
    pub delta_link: Option<String>,
}

/// An upload that goes on in pieces.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Session {
    pub upload_url: String,
    pub next_expected_ranges: Vec<String>,
}

impl Session {
    /// Where Graph wants the next byte; it may list several gaps, and the first is where to go on.
    pub fn next(&self) -> Option<u64> {
        let starts =
            self.next_expected_ranges.iter().filter_map(|range| range.split('-').next()?.trim().parse().ok());
        starts.min()
    }
}

/// Who may do what.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Permission {
    pub id: String,
    pub roles: Vec<String>,
    pub granted_to_v2: Option<IdentitySet>,
    /// Whom a link for certain people lets in.
    pub granted_to_identities_v2: Vec<IdentitySet>,
    pub link: Option<SharingLink>,
    pub invitation: Option<Invitation>,
    /// There for what comes from a folder above, often with nothing in it.
    pub inherited_from: Option<Parent>,
}

/// A list of anything.
#[derive(Debug, Clone, Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
pub(crate) struct Listed<T> {
    #[serde(default = "Vec::new")]
    pub value: Vec<T>,
    #[serde(rename = "@odata.nextLink", default)]
    pub next_link: Option<String>,
}

/// A column of a library.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Column {
    pub name: String,
    pub display_name: String,
    pub required: bool,
    pub read_only: bool,
    pub hidden: bool,
    pub default_value: Option<Value>,
}

/// A library.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Drive {
    pub id: String,
    pub name: String,
    pub web_url: Option<String>,
    pub quota: Option<Quota>,
}

/// The room of a library.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Quota {
    pub remaining: Option<u64>,
    pub total: Option<u64>,
}

/// A subscription.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Subscription {
    pub id: String,
    pub expiration_date_time: Option<Timestamp>,
}

/// How far a copy has come.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Monitor {
    pub status: String,
    pub resource_id: Option<String>,
    pub error_code: Option<String>,
}

/// A site.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Site {
    pub id: String,
    pub display_name: String,
    pub web_url: String,
}

/// A group.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Group {
    pub id: String,
    pub display_name: String,
    pub description: Option<String>,
    pub mail_nickname: Option<String>,
}

/// A link that lets people in (microsoft.md 2.11).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SharingLink {
    /// `anonymous`, `organization` or `users`.
    pub scope: String,
}

/// Somebody outside who was invited by address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Invitation {
    pub email: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folders_of_an_item_are_read_from_its_path() {
        let at = |path: Option<&str>| {
            let parent_reference = Parent { path: path.map(str::to_owned), ..Parent::default() };
            DriveItem { parent_reference, ..DriveItem::default() }.folders()
        };
        let some = |names: &[&str]| Some(names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>());
        assert_eq!(at(Some("/drives/b!1/root:/A/B%20%26%20C+D")), some(&["A", "B & C+D"]));
        assert_eq!(at(Some("/drives/b!1/root:")), some(&[]));
        assert_eq!(at(Some("/drives/b!1")), None);
        assert_eq!(at(None), None);
    }
}
