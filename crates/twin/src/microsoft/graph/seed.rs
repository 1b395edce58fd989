//! What lies in SharePoint at the beginning, and sites that come later.

use super::state::{
    Actor, Content, Item, ItemKey, Kind, List, ListKey, Place, Site, SiteKey, Version, micros,
};
use crate::core::blobs::Blob;
use crate::core::env::House;
use crate::microsoft::directory::{Directory, Tenant, User};
use crate::microsoft::world::{EntryEntry, LibraryEntry, MicrosoftWorld, SiteEntry};
use crate::{Error, Result};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Makes the sites of a world: a root site for each tenant, a site for each Microsoft 365 group, and those named.
pub(super) fn sites(
    content: &mut Content,
    world: &MicrosoftWorld,
    directory: &Directory,
    house: &House,
) -> Result<()> {
    let now = house.clock.now();
    for entry in &world.tenants {
        let Some(tenant) = directory.tenants.values().find(|tenant| tenant.name == entry.name) else {
            continue;
        };
        let title = format!("{} team site", tenant.name);
        let root = add_site(content, tenant, "", &title, house, now);
        add_library(content, root, "Shared Documents", "Documents", house, now);
        for group in tenant.groups.values().filter(|group| group.unified) {
            let path = format!("/sites/{}", group.mail_nickname);
            let site = add_site(content, tenant, &path, &group.display_name, house, now);
            content.sites[site as usize].group = Some(group.id.clone());
            add_library(content, site, "Shared Documents", "Documents", house, now);
        }
        for wanted in &entry.sites {
            named(content, tenant, wanted, house, now)?;
        }
    }
    Ok(())
}

fn named(
    content: &mut Content,
    tenant: &Tenant,
    wanted: &SiteEntry,
    house: &House,
    now: Timestamp,
) -> Result<()> {
    let wrong = |what: &str| {
        Error(format!(
            "microsoft: the site {} of {} names {what}, who does not exist",
            wanted.path, tenant.name
        ))
    };
    let known = (0..content.sites.len())
        .find(|at| content.sites[*at].tenant == tenant.id && content.sites[*at].path == wanted.path);
    let site = match known {
        Some(at) => at as SiteKey,
        None => add_site(content, tenant, &wanted.path, &wanted.title, house, now),
    };
    let ids = |names: &[String]| -> Result<BTreeSet<String>> {
        let id = |name: &String| {
            let group = tenant
                .groups
                .values()
                .find(|group| group.display_name == *name || group.mail_nickname == *name);
            tenant
                .user(name)
                .map(|user| user.id.clone())
                .or_else(|| group.map(|group| group.id.clone()))
                .ok_or_else(|| wrong(name))
        };
        names.iter().map(id).collect()
    };
    let (owners, members, visitors) = (ids(&wanted.owners)?, ids(&wanted.members)?, ids(&wanted.visitors)?);
    let made = &mut content.sites[site as usize];
    made.owners.extend(owners);
    made.members.extend(members);
    made.visitors.extend(visitors);
    made.quota = wanted.quota;
    for library in &wanted.libraries {
        fill(content, tenant, site, library, house, now)?;
    }
    Ok(())
}

fn fill(
    content: &mut Content,
    tenant: &Tenant,
    site: SiteKey,
    library: &LibraryEntry,
    house: &House,
    now: Timestamp,
) -> Result<()> {
    let list = match content.find_list(site, &library.title) {
        Some(list) => list,
        None => add_library(content, site, &library.title, &library.title, house, now),
    };
    content.lists[list as usize].requires_checkout = library.requires_checkout;
    let by = system(content, tenant);
    let root = content.lists[list as usize].root;
    entries(content, root, &library.entries, by, micros(now))
}

fn entries(content: &mut Content, parent: ItemKey, all: &[EntryEntry], by: u32, at: i64) -> Result<()> {
    for entry in all {
        if content.child(parent, &entry.name).is_some() {
            return Err(Error(format!("microsoft: {} stands twice in one folder", entry.name)));
        }
        if entry.text.is_some() && !entry.entries.is_empty() {
            return Err(Error(format!("microsoft: {} has both text and entries", entry.name)));
        }
        let kind = match &entry.text {
            Some(text) => Kind::File(vec![first_version(Blob::from(text.clone().into_bytes()), at, by)]),
            None => Kind::Folder,
        };
        let key = put(content, parent, &entry.name, kind, by, at);
        entries(content, key, &entry.entries, by, at)?;
    }
    Ok(())
}

/// The first version of a file.
pub fn first_version(content: Blob, at: i64, by: u32) -> Version {
    Version { major: 1, minor: 0, content, at, by, comment: None }
}

/// Puts a new item under a folder, without asking anybody. The name is free.
pub fn put(content: &mut Content, parent: ItemKey, name: &str, kind: Kind, by: u32, at: i64) -> ItemKey {
    let list = content.item(parent).list;
    let size: u64 = match &kind {
        Kind::File(versions) => versions.iter().map(|version| version.content.size()).sum(),
        _ => 0,
    };
    let item = Item {
        list,
        parent: Some(parent),
        name: name.into(),
        kind,
        created: at,
        modified: at,
        created_by: by,
        modified_by: by,
        changes: 1,
        content_changes: 1,
        number: 0,
        place: Place::Here,
        more: None,
    };
    let key = content.add(item);
    let library = &mut content.lists[list as usize];
    library.used += size;
    library.changes.push(key);
    key
}

fn system(content: &mut Content, tenant: &Tenant) -> u32 {
    content.actor(&Actor { tenant: tenant.id.clone(), user: String::new(), app: String::new() })
}

/// Adds an empty site.
pub fn add_site(
    content: &mut Content,
    tenant: &Tenant,
    path: &str,
    title: &str,
    house: &House,
    now: Timestamp,
) -> SiteKey {
    content.sites.push(Site {
        tenant: tenant.id.clone(),
        host: tenant.sharepoint_host.clone(),
        path: path.to_owned(),
        title: title.to_owned(),
        collection: house.random.uuid().to_string(),
        web: house.random.uuid().to_string(),
        created: micros(now),
        group: None,
        personal: None,
        owners: BTreeSet::new(),
        members: BTreeSet::new(),
        visitors: BTreeSet::new(),
        grants: BTreeMap::new(),
        bin: Vec::new(),
        quota: None,
        read_only: false,
    });
    (content.sites.len() - 1) as SiteKey
}

/// Adds an empty library.
pub fn add_library(
    content: &mut Content,
    site: SiteKey,
    name: &str,
    title: &str,
    house: &House,
    now: Timestamp,
) -> ListKey {
    add_list(content, site, name, title, true, house, now)
}

/// Adds an empty list or library.
pub fn add_list(
    content: &mut Content,
    site: SiteKey,
    name: &str,
    title: &str,
    library: bool,
    house: &House,
    now: Timestamp,
) -> ListKey {
    let at = micros(now);
    let list = content.lists.len() as ListKey;
    let tenant = content.sites[site as usize].tenant.clone();
    let by = content.actor(&Actor { tenant, user: String::new(), app: String::new() });
    content.lists.push(List {
        site,
        id: house.random.uuid().to_string(),
        name: name.to_owned(),
        title: title.to_owned(),
        library,
        root: 0,
        created: at,
        modified: at,
        requires_checkout: false,
        columns: Vec::new(),
        changes: Vec::new(),
        sharing: BTreeSet::new(),
        unique_scopes: 0,
        count: 0,
        used: 0,
        version_limit: 500,
        grants: BTreeMap::new(),
        created_by: by,
        description: String::new(),
        removed: false,
    });
    let root = content.add(Item {
        list,
        parent: None,
        name: "root".into(),
        kind: Kind::Folder,
        created: at,
        modified: at,
        created_by: by,
        modified_by: by,
        changes: 1,
        content_changes: 0,
        number: 0,
        place: Place::Here,
        more: None,
    });
    content.lists[list as usize].root = root;
    list
}

/// The library of somebody's personal site; made when it is first asked for, as at Microsoft.
pub(super) fn personal(
    content: &mut Content,
    tenant: &Tenant,
    user: &User,
    house: &House,
    now: Timestamp,
) -> ListKey {
    let own = (0..content.sites.len()).find(|at| {
        content.sites[*at].tenant == tenant.id && content.sites[*at].personal.as_deref() == Some(&user.id)
    });
    if let Some(list) = own.and_then(|site| content.find_list(site as SiteKey, "Documents")) {
        return list;
    }
    let path = format!("/personal/{}", user.user_principal_name.replace(['@', '.'], "_"));
    let site = add_site(content, tenant, &path, &user.display_name, house, now);
    content.sites[site as usize].personal = Some(user.id.clone());
    let list = add_library(content, site, "Documents", "Documents", house, now);
    let by = content.actor(&Actor { tenant: tenant.id.clone(), user: user.id.clone(), app: String::new() });
    let root = content.lists[list as usize].root;
    content.lists[list as usize].created_by = by;
    let root = content.item_mut(root);
    (root.created_by, root.modified_by) = (by, by);
    list
}

/// Puts `count` small files that share one content into a folder: a large library for trials of speed and memory.
pub fn many(content: &mut Content, folder: ItemKey, count: u32, at: i64) {
    let by = content.item(folder).created_by;
    let shared = Blob::from(b"the same small content".to_vec());
    for number in 0..count {
        let name = format!("Document {number:07}.txt");
        put(content, folder, &name, Kind::File(vec![first_version(shared.clone(), at, by)]), by, at);
    }
}
