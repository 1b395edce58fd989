//! Who may do what: an application's permissions and a person's rights, both are needed.

use super::scene::Scene;
use super::state::{Content, Grantee, ItemKey, Site};
use crate::core::env::Env;
use crate::microsoft::Microsoft;
use crate::microsoft::directory::Tenant;
use crate::microsoft::entra::Access;
use crate::microsoft::error::Refusal;

/// What a caller may do with an item.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rights {
    pub read: bool,
    pub write: bool,
    /// Permissions, columns, settings.
    pub manage: bool,
}

impl Rights {
    const ALL: Self = Self { read: true, write: true, manage: true };
    const WRITE: Self = Self { read: true, write: true, manage: false };
    const READ: Self = Self { read: true, write: false, manage: false };

    fn and(self, other: Self) -> Self {
        Self {
            read: self.read && other.read,
            write: self.write && other.write,
            manage: self.manage && other.manage,
        }
    }

    fn or(self, other: Self) -> Self {
        Self {
            read: self.read || other.read,
            write: self.write || other.write,
            manage: self.manage || other.manage,
        }
    }
}

/// 401 for who sends no token, or one that is not valid now.
pub fn unauthenticated(sent: bool) -> Refusal {
    let (code, message) = if sent {
        ("InvalidAuthenticationToken", "Access token has expired or is not yet valid.")
    } else {
        ("InvalidAuthenticationToken", "Access token is empty.")
    };
    let challenge = "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\", client_id=\"00000003-0000-0000-c000-000000000000\"";
    Refusal::new(401, code, message).with("www-authenticate", challenge)
}

/// What an application's permissions allow in a site (microsoft.md 1.6).
fn of_application(access: &Access, site: &Site) -> Rights {
    let any = |names: &[&str]| names.iter().any(|name| access.has(name));
    let mut rights = Rights::default();
    if any(&["Sites.FullControl.All", "Sites.Manage.All"]) {
        rights = Rights::ALL;
    } else if any(&["Sites.ReadWrite.All", "Files.ReadWrite.All"]) {
        // Sharing is a right of who may write files.
        rights = Rights::ALL;
    } else if any(&["Sites.Read.All", "Files.Read.All"]) {
        rights = Rights::READ;
    }
    if any(&["Files.ReadWrite"]) && site.personal.is_some() {
        rights = Rights::ALL;
    }
    if access.has("Sites.Selected")
        && let Some(grant) = site.grants.get(&access.app)
    {
        rights = rights.or(of_roles(&grant.roles));
    }
    rights
}

fn of_roles(roles: &[String]) -> Rights {
    let one = |role: &String| match role.as_str() {
        "owner" | "fullcontrol" | "manage" => Rights::ALL,
        "write" => Rights::WRITE,
        "read" => Rights::READ,
        _ => Rights::default(),
    };
    roles.iter().map(one).fold(Rights::default(), Rights::or)
}

/// What a person may do in a site by membership.
fn of_member(tenant: &Tenant, site: &Site, user: &str) -> Rights {
    if site.personal.as_deref() == Some(user) {
        return Rights::ALL;
    }
    let listed =
        |names: &std::collections::BTreeSet<String>| names.iter().any(|name| stands_for(tenant, name, user));
    let group = site.group.as_ref().and_then(|id| tenant.groups.get(id));
    if listed(&site.owners) || group.is_some_and(|group| group.owners.contains(user)) {
        Rights::ALL
    } else if listed(&site.members) || group.is_some_and(|group| group.members.contains(user)) {
        Rights::WRITE
    } else if listed(&site.visitors) {
        Rights::READ
    } else {
        Rights::default()
    }
}

/// Whether an id is the user's, or a group's that the user is in.
fn stands_for(tenant: &Tenant, id: &str, user: &str) -> bool {
    id == user
        || tenant
            .groups
            .get(id)
            .is_some_and(|group| group.members.contains(user) || group.owners.contains(user))
}

/// What a person may do with an item: by membership, and by permissions on it and above it.
pub fn of_person(content: &Content, tenant: &Tenant, user: &str, item: ItemKey, now: i64) -> Rights {
    let mut rights = Rights::default();
    let mut next = Some(item);
    while let Some(here) = next {
        let at = content.item(here);
        if let Some(more) = &at.more {
            let current = more.permissions.iter().filter(|one| one.expires.is_none_or(|until| until > now));
            for permission in current {
                if reaches(tenant, &permission.to, user) {
                    rights = rights.or(of_roles(&permission.roles));
                }
            }
            if more.inheritance_broken {
                let owner = of_member(tenant, content.site_of(item), user);
                return if owner.manage { Rights::ALL } else { rights };
            }
        }
        next = at.parent;
    }
    rights.or(of_member(tenant, content.site_of(item), user))
}

fn reaches(tenant: &Tenant, to: &Grantee, user: &str) -> bool {
    match to {
        Grantee::User(id) => id == user,
        Grantee::Group(id) => stands_for(tenant, id, user),
        Grantee::Link { users, .. } => users.iter().any(|id| id == user),
        Grantee::Invited(_) | Grantee::Application(_) => false,
    }
}

/// What an application was granted on an item, or on something it lies in. A scope for selected lists, list items or
/// files is needed as well (microsoft.md 1.6).
fn of_grants_below(content: &Content, access: &Access, item: ItemKey) -> Rights {
    let scopes = ["Lists", "ListItems", "Files"].map(|kind| format!("{kind}.SelectedOperations.Selected"));
    if !scopes.iter().any(|scope| access.has(scope)) {
        return Rights::default();
    }
    let mut rights = Rights::default();
    let mut next = Some(item);
    while let Some(here) = next {
        let at = content.item(here);
        for permission in at.more.iter().flat_map(|more| &more.permissions) {
            if matches!(&permission.to, Grantee::Application(app) if *app == access.app) {
                rights = rights.or(of_roles(&permission.roles));
            }
        }
        next = at.parent;
    }
    rights
}

/// What a caller may do with an item.
pub fn rights(state: &Microsoft, access: &Access, item: ItemKey) -> Rights {
    let content = &state.graph.content;
    let site = content.site_of(item);
    if site.tenant != access.tenant {
        return Rights::default();
    }
    let application = of_application(access, site).or(of_grants_below(content, access, item));
    let Some(user) = &access.user else { return application };
    let Some(tenant) = state.directory.tenants.get(&access.tenant) else { return Rights::default() };
    application.and(of_person(content, tenant, user, item, access.issued.as_microsecond()))
}

/// Whether a caller sees a site at all.
pub fn sees_site(state: &Microsoft, access: &Access, site: &Site) -> bool {
    let application = of_application(access, site).read;
    let Some(user) = &access.user else { return application };
    let Some(tenant) = state.directory.tenants.get(&access.tenant) else { return false };
    // The root site of a tenant is everybody's to see.
    application && (site.path.is_empty() || of_member(tenant, site, user).read)
}

/// The refusal to who may not see an item: without any permission of the application 403, otherwise as if it were
/// not there.
pub fn unseen(state: &Microsoft, access: &Access, item: ItemKey) -> Refusal {
    if of_application(access, state.graph.content.site_of(item)).read {
        Refusal::no_item()
    } else {
        Refusal::denied()
    }
}

/// The address that is written in a sharing id.
/// # Errors
/// `invalidRequest` when there is none.
pub fn share_url(share: &str) -> Result<String, Refusal> {
    use base64::Engine as _;
    let coded =
        share.strip_prefix("u!").ok_or_else(|| Refusal::invalid("The sharing address is malformed."))?;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(coded.trim_end_matches('='));
    let url = bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok());
    url.ok_or_else(|| Refusal::invalid("The sharing address is malformed."))
}

/// The item of a sharing address, when the caller may use it. Who asks for it with `Prefer: redeemSharingLink` gets
/// what a link of the organisation or for anybody gives, and keeps it.
/// # Errors
/// `itemNotFound` when it leads nowhere.
pub fn shared(state: &mut Microsoft, env: &Env<'_>, scene: &Scene, share: &str) -> Result<ItemKey, Refusal> {
    let url = share_url(share)?;
    let found = super::view::find_by_url(&state.graph.content, &url).ok_or_else(Refusal::no_item)?;
    let redeems = env.call.header("prefer").is_some_and(|text| text.contains("redeemSharingLink"));
    if redeems && !rights(state, &scene.access, found).read {
        redeem(state, scene, found, &url);
    }
    if rights(state, &scene.access, found).read {
        Ok(found)
    } else {
        Err(unseen(state, &scene.access, found))
    }
}

fn redeem(state: &mut Microsoft, scene: &Scene, item: ItemKey, url: &str) {
    let (Some(word), Some(user)) = (super::view::link_word(url), &scene.access.user) else { return };
    for permission in &mut state.graph.content.more_mut(item).permissions {
        if let Grantee::Link { word: own, scope, users, .. } = &mut permission.to
            && *own == word
            && scope != "users"
        {
            users.push(user.clone());
        }
    }
}
