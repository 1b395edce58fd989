//! Items and libraries as Graph shows them.

use super::names;
use super::odata::instant;
use super::state::{Content, Item, ItemKey, Kind, ListKey, Place, Version};
use crate::core::random::Random;
use crate::core::surfaces::Surfaces;
use crate::microsoft::Microsoft;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use serde_json::{Value, json};

/// What is encoded in a segment of a path.
const SEGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b']')
    .add(b'`')
    .add(b'{')
    .add(b'}')
    .add(b'/')
    .add(b'\\')
    .add(b'^')
    .add(b'|');

/// A name as a segment of an address.
pub fn encode(name: &str) -> String {
    utf8_percent_encode(name, SEGMENT).to_string()
}

/// Who sees what.
#[derive(Debug, Clone, Copy)]
pub struct Viewer<'a> {
    pub state: &'a Microsoft,
    pub surfaces: &'a Surfaces,
    /// The caller's object id; empty for an application.
    pub user: &'a str,
}

impl Viewer<'_> {
    fn content(&self) -> &Content {
        &self.state.graph.content
    }

    /// The address of a site: the twin's SharePoint surface with the site's host as the first segment.
    pub fn site_url(&self, item_list: ListKey) -> String {
        let content = self.content();
        let site = &content.sites[content.lists[item_list as usize].site as usize];
        format!("{}/{}{}", self.surfaces.sharepoint, site.host, encode_path(&site.path))
    }

    /// The plain address of an item's file, as Office opens it.
    pub fn plain_url(&self, key: ItemKey) -> String {
        let content = self.content();
        let list = content.item(key).list;
        let mut url = format!("{}/{}", self.site_url(list), encode(&content.lists[list as usize].name));
        for name in content.path(key) {
            url.push('/');
            url.push_str(&encode(name));
        }
        url
    }

    /// Where a browser opens an item: Office files by their GUID, others by their address (microsoft.md 2.19).
    pub fn web_url(&self, key: ItemKey) -> String {
        let content = self.content();
        let item = content.item(key);
        if item.is_file() && names::is_office(&item.name) {
            let guid = content.guid(key);
            return format!(
                "{}/_layouts/15/Doc.aspx?sourcedoc=%7B{guid}%7D&file={}&action=default&mobileredirect=true",
                self.site_url(item.list),
                encode(&item.name)
            );
        }
        self.plain_url(key)
    }

    /// Somebody as an identity set.
    pub fn identity(&self, actor: u32) -> Value {
        let Some(actor) = self.content().actor_of(actor) else {
            return json!({ "user": { "displayName": "System Account" } });
        };
        let mut set = json!({});
        if let Some(app) = self.state.directory.apps.get(&actor.app) {
            set["application"] = json!({ "id": actor.app, "displayName": app.name });
        }
        let tenant = self.state.directory.tenants.get(&actor.tenant);
        match tenant.and_then(|tenant| tenant.users.get(&actor.user)) {
            Some(user) => {
                let mut identity = json!({ "id": user.id, "displayName": user.display_name });
                if let Some(mail) = &user.mail {
                    identity["email"] = json!(mail);
                }
                set["user"] = identity;
            }
            None if actor.app.is_empty() => set["user"] = json!({ "displayName": "System Account" }),
            None => {}
        }
        set
    }

    /// The whole `driveItem`.
    pub fn item(&self, key: ItemKey) -> Value {
        let content = self.content();
        let item = content.item(key);
        if item.place != Place::Here {
            return self.deleted(key);
        }
        let shown = item.content_for(self.user);
        let (created, modified) =
            item.more.as_ref().and_then(|more| more.file_system).unwrap_or((item.created, item.modified));
        let is_root = item.parent.is_none();
        let mut view = json!({
            "id": content.id(key),
            "name": item.name,
            "createdDateTime": instant(item.created),
            "lastModifiedDateTime": instant(item.modified),
            "createdBy": self.identity(item.created_by),
            "lastModifiedBy": self.identity(item.modified_by),
            "webUrl": self.web_url(key),
            "eTag": etag(content, key),
            "parentReference": self.parent(key),
            "fileSystemInfo": { "createdDateTime": instant(created), "lastModifiedDateTime": instant(modified) },
            "size": self.size(key, shown),
        });
        match &item.kind {
            Kind::File(_) => self.file(key, item, shown, &mut view),
            _ => view["folder"] = json!({ "childCount": content.child_count(key) }),
        }
        if is_root {
            view["root"] = json!({});
        }
        if let Some(name) = super::files::special::name_of(content, key) {
            view["specialFolder"] = json!({ "name": name });
        }
        if let Some(more) = &item.more {
            if let Some(description) = &more.description {
                view["description"] = json!(description);
            }
            if !more.permissions.is_empty() {
                view["shared"] = json!({ "scope": "users" });
            }
            if more.malware {
                view["malware"] = json!({ "description": "Virus: simulated" });
            }
        }
        view
    }

    fn file(&self, key: ItemKey, item: &Item, shown: Option<&Version>, view: &mut Value) {
        view["cTag"] = json!(ctag(self.content(), key));
        let mut file = json!({ "mimeType": names::media_type(&item.name) });
        if let Some(version) = shown {
            file["hashes"] = json!({ "quickXorHash": version.content.digests().quick_xor_base64() });
        }
        view["file"] = file;
    }

    fn size(&self, key: ItemKey, shown: Option<&Version>) -> u64 {
        let content = self.content();
        let item = content.item(key);
        match (&item.kind, item.parent) {
            (Kind::File(_), _) => shown.map_or(0, |version| version.content.size()),
            // The sum of a root is kept; sums of folders would cost a walk and SharePoint shows what it last counted.
            (_, None) => content.list_of(key).used,
            _ => 0,
        }
    }

    /// What is left to see of an item that is in the bin or gone.
    pub fn deleted(&self, key: ItemKey) -> Value {
        let content = self.content();
        let mut view = json!({
            "id": content.id(key),
            "deleted": { "state": "deleted" },
            "parentReference": { "driveId": content.drive_id(content.item(key).list), "driveType": "documentLibrary" },
        });
        if let Some(parent) = content.item(key).parent {
            view["parentReference"]["id"] = json!(content.id(parent));
        }
        view
    }

    fn parent(&self, key: ItemKey) -> Value {
        let content = self.content();
        let item = content.item(key);
        let drive = content.drive_id(item.list);
        let kind = if content.site_of(key).personal.is_some() { "business" } else { "documentLibrary" };
        let mut reference =
            json!({ "driveId": drive, "driveType": kind, "siteId": content.site_of(key).collection });
        if let Some(parent) = item.parent {
            let path: Vec<String> = content.path(parent).into_iter().map(encode).collect();
            let below = if path.is_empty() { String::new() } else { format!("/{}", path.join("/")) };
            reference["id"] = json!(content.id(parent));
            reference["name"] = json!(if path.is_empty() {
                content.list_of(key).title.as_str()
            } else {
                &content.item(parent).name
            });
            reference["path"] = json!(format!("/drives/{drive}/root:{below}"));
        }
        reference
    }

    /// The ids by which SharePoint itself knows an item.
    pub fn sharepoint_ids(&self, key: ItemKey) -> Value {
        let content = self.content();
        let (list, site) = (content.list_of(key), content.site_of(key));
        json!({
            "listId": list.id,
            "listItemId": content.item(key).number.to_string(),
            "listItemUniqueId": content.guid(key).to_lowercase(),
            "siteId": site.collection,
            "siteUrl": self.site_url(content.item(key).list),
            "webId": site.web,
            "tenantId": site.tenant,
        })
    }

    /// The publication facet; it is shown only to who selects it.
    pub fn publication(&self, key: ItemKey) -> Value {
        let item = self.content().item(key);
        let version = item.versions().last().map_or_else(|| "0.1".to_owned(), Version::id);
        match item.checkout() {
            Some(checkout) => {
                json!({ "level": "checkout", "versionId": version, "checkedOutBy": self.identity(checkout.by) })
            }
            None => json!({ "level": "published", "versionId": version }),
        }
    }

    /// A library.
    pub fn drive(&self, list: ListKey) -> Value {
        let content = self.content();
        let library = &content.lists[list as usize];
        let site = &content.sites[library.site as usize];
        let total = site.quota.unwrap_or(1 << 40);
        let deleted: u64 = site
            .bin
            .iter()
            .map(|binned| self.size(binned.item, content.item(binned.item).versions().last()))
            .sum();
        let owner = match (&site.personal, &site.group) {
            (Some(user), _) => {
                let tenant = self.state.directory.tenants.get(&site.tenant);
                let known = tenant.and_then(|tenant| tenant.users.get(user));
                let name = known.map(|user| user.display_name.clone());
                let mut owner = json!({ "user": { "id": user, "displayName": name } });
                if let Some(mail) = known.and_then(|user| user.mail.as_ref()) {
                    owner["user"]["email"] = json!(mail);
                }
                owner
            }
            (None, Some(group)) => json!({ "group": { "id": group, "displayName": site.title } }),
            _ => json!({ "user": { "displayName": "System Account" } }),
        };
        json!({
            "id": content.drive_id(list),
            "name": library.title,
            "description": "",
            "driveType": if site.personal.is_some() { "business" } else { "documentLibrary" },
            "createdDateTime": instant(library.created),
            "lastModifiedDateTime": instant(library.modified),
            "webUrl": format!("{}/{}", self.site_url(list), encode(&library.name)),
            "owner": owner,
            "createdBy": self.identity(library.created_by),
            "lastModifiedBy": self.identity(content.item(library.root).modified_by),
            "quota": {
                "total": total, "used": library.used, "deleted": deleted,
                "remaining": total.saturating_sub(library.used),
                "state": if library.used >= total { "exceeded" } else { "normal" },
            },
        })
    }

    /// A version of a file.
    pub fn version(&self, version: &Version) -> Value {
        let mut view = json!({
            "id": version.id(),
            "lastModifiedDateTime": instant(version.at),
            "lastModifiedBy": self.identity(version.by),
            "size": version.content.size(),
        });
        view["publication"] = json!({ "level": "published", "versionId": version.id() });
        view
    }
}

impl Version {
    /// `3.0`.
    pub fn id(&self) -> String {
        format!("{}.{}", self.major, self.minor)
    }
}

/// The tag of the whole item: `"{GUID},7"`, quoted.
pub fn etag(content: &Content, key: ItemKey) -> String {
    format!("\"{{{}}},{}\"", content.guid(key), content.item(key).changes)
}

/// The tag of the content.
pub fn ctag(content: &Content, key: ItemKey) -> String {
    format!("\"c:{{{}}},{}\"", content.guid(key), content.item(key).content_changes)
}

/// An address that downloads a content without a token for some time.
pub fn download_url(viewer_url: &str, guid: &str, random: &Random) -> (String, String) {
    let word = format!("v1.{}", random.token(90));
    (
        format!(
            "{viewer_url}/_layouts/15/download.aspx?UniqueId={}&Translate=false&tempauth={word}",
            guid.to_lowercase()
        ),
        word,
    )
}

fn encode_path(path: &str) -> String {
    path.split('/').map(encode).collect::<Vec<_>>().join("/")
}

/// The word of a sharing link's address.
pub fn link_word(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("/:f:/s/").or_else(|| url.split_once("/:u:/s/"))?;
    rest.split(['?', '/']).next().filter(|word| !word.is_empty()).map(str::to_owned)
}

/// The item of a web address, plain or `Doc.aspx` or of a sharing link.
pub fn find_by_url(content: &Content, url: &str) -> Option<ItemKey> {
    let (_, rest) = url.split_once("://")?;
    let (_, rest) = rest.split_once('/')?;
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let decoded = percent_decode_str(path).decode_utf8().ok()?;
    let (host, path) = decoded.split_once('/')?;
    if let Some(word) = link_word(url) {
        return content.links.get(&word).copied();
    }
    if let Some(source) = crate::core::call::Pairs::parse(query).get("sourcedoc") {
        return content.find_guid(source.trim_matches(['{', '}']));
    }
    let wanted = format!("/{path}");
    for (at, list) in content.lists.iter().enumerate().filter(|(_, list)| list.is_library()) {
        let site = &content.sites[list.site as usize];
        let start = format!("{}/{}", site.path, list.name);
        if site.host != host || !wanted.to_lowercase().starts_with(&start.to_lowercase()) {
            continue;
        }
        let names = wanted.get(start.len()..)?.split('/').filter(|name| !name.is_empty());
        let found = names.into_iter().try_fold(list.root, |folder, name| content.child(folder, name));
        if found.is_some() {
            debug_assert_eq!(content.item(list.root).list as usize, at, "a root is in its own list");
            return found;
        }
    }
    None
}
