//! Who is asking, and what the names in an address stand for.

use super::access::{self, Rights};
use super::address::{Address, DriveName, ItemName, SiteName};
use super::state::{Actor, Content, ItemKey, ListKey, Place, SiteKey};
use crate::core::env::Env;
use crate::microsoft::Microsoft;
use crate::microsoft::entra::Access;
use crate::microsoft::error::Refusal;

/// A call, understood as far as its address and token go.
#[derive(Debug, Clone)]
pub struct Scene {
    pub access: Access,
    pub address: Address,
}

/// What an address with names below an item stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    Item(ItemKey),
    /// Nothing yet: a folder that is there, and a name that is free in it.
    New(ItemKey, String),
}

impl Scene {
    /// The caller's object id; empty for an application.
    pub fn user(&self) -> &str {
        self.access.user.as_deref().unwrap_or_default()
    }

    /// The caller as the author of a change.
    pub fn actor(&self, content: &mut Content) -> u32 {
        let actor = Actor {
            tenant: self.access.tenant.clone(),
            user: self.user().to_owned(),
            app: self.access.app.clone(),
        };
        content.actor(&actor)
    }

    /// The site of the address.
    /// # Errors
    /// `itemNotFound` when there is none, or none of the caller's tenant.
    pub fn site(&self, state: &Microsoft, env: &Env<'_>) -> Result<SiteKey, Refusal> {
        let name = self.address.site.as_ref().ok_or_else(Refusal::no_item)?;
        let tenant = state.directory.tenants.get(&self.access.tenant).ok_or_else(Refusal::no_item)?;
        let sites = &state.graph.content.sites;
        let own = |site: &SiteKey| sites[*site as usize].tenant == tenant.id;
        let mut all = (0..sites.len() as SiteKey).filter(own);
        let found = match name {
            SiteName::Id(id) if id == "root" => all.find(|site| sites[*site as usize].path.is_empty()),
            SiteName::Id(id) => all.find(|site| {
                let site = &sites[*site as usize];
                let composite = site.id();
                id.eq_ignore_ascii_case(&composite)
                    || id.eq_ignore_ascii_case(&site.collection)
                    || (site.path.is_empty() && id.eq_ignore_ascii_case(&site.host))
            }),
            SiteName::Path(host, path) => all.find(|site| {
                let site = &sites[*site as usize];
                site.host.eq_ignore_ascii_case(host)
                    && site.path.eq_ignore_ascii_case(path.trim_end_matches('/'))
            }),
            SiteName::Group(id) => {
                all.find(|site| sites[*site as usize].group.as_deref() == Some(id)).filter(|site| {
                    // A group's site appears some time after the group (M-23).
                    sites[*site as usize].created <= env.now.as_microsecond()
                })
            }
        };
        found.ok_or_else(|| Refusal::new(404, "itemNotFound", "Requested site could not be found"))
    }

    /// The library of the address; a personal one is made when it is first asked for.
    /// # Errors
    /// `itemNotFound` when there is none.
    pub fn drive(&self, state: &mut Microsoft, env: &Env<'_>) -> Result<ListKey, Refusal> {
        let name = self.address.drive.as_ref().ok_or_else(Refusal::no_item)?;
        match name {
            DriveName::Id(id) => {
                let found = state.graph.content.find_drive(id);
                found.filter(|list| self.is_of_tenant(state, *list)).ok_or_else(no_drive)
            }
            DriveName::Me => {
                let user = self.access.user.clone();
                let user = user.ok_or_else(|| {
                    Refusal::new(
                        400,
                        "BadRequest",
                        "/me request is only valid with delegated authentication flow.",
                    )
                })?;
                self.personal(state, env, &user)
            }
            DriveName::User(user) => {
                let tenant = state.directory.tenants.get(&self.access.tenant);
                let id = tenant.and_then(|tenant| tenant.user(user)).map(|user| user.id.clone());
                self.personal(state, env, &id.ok_or_else(Refusal::no_item)?)
            }
            DriveName::OfSite => {
                let site = self.site(state, env)?;
                let lists = &state.graph.content.lists;
                let mut own = (0..lists.len() as ListKey).filter(|list| lists[*list as usize].site == site);
                own.find(|list| lists[*list as usize].is_library()).ok_or_else(no_drive)
            }
            DriveName::OfList(name) => {
                let site = self.site(state, env)?;
                let list = state.graph.content.find_list(site, name).ok_or_else(Refusal::no_item)?;
                Some(list)
                    .filter(|list| state.graph.content.lists[*list as usize].is_library())
                    .ok_or_else(no_drive)
            }
        }
    }

    fn personal(&self, state: &mut Microsoft, env: &Env<'_>, user: &str) -> Result<ListKey, Refusal> {
        let tenant = state.directory.tenants.get(&self.access.tenant).ok_or_else(Refusal::no_item)?;
        let user = tenant.users.get(user).ok_or_else(Refusal::no_item)?;
        Ok(super::seed::personal(&mut state.graph.content, tenant, user, env.house, env.now))
    }

    fn is_of_tenant(&self, state: &Microsoft, list: ListKey) -> bool {
        let content = &state.graph.content;
        content.sites[content.lists[list as usize].site as usize].tenant == self.access.tenant
    }

    /// What the address names: an item, or a place for a new one.
    /// # Errors
    /// `itemNotFound`, also for what the caller may not see.
    pub fn target(&self, state: &mut Microsoft, env: &Env<'_>) -> Result<Target, Refusal> {
        let name = self.address.item.as_ref().ok_or_else(Refusal::no_item)?;
        if let ItemName::Share(share) = name {
            let found = access::shared(state, env, self, share)?;
            return Ok(Target::Item(found));
        }
        let list = match name {
            ItemName::Row(Some(list), _) | ItemName::ListRoot(Some(list)) => {
                let site = self.site(state, env)?;
                state.graph.content.find_list(site, list).ok_or_else(Refusal::no_item)?
            }
            _ => self.drive(state, env)?,
        };
        let target = match name {
            ItemName::Special(name) => {
                Target::Item(super::files::special::folder(state, env, self, list, name)?)
            }
            _ => self.resolve(&state.graph.content, list, name)?,
        };
        let seen = match &target {
            Target::Item(item) | Target::New(item, _) => *item,
        };
        if !access::rights(state, &self.access, seen).read {
            return Err(access::unseen(state, &self.access, seen));
        }
        Ok(target)
    }

    fn resolve(&self, content: &Content, drive: ListKey, name: &ItemName) -> Result<Target, Refusal> {
        match name {
            ItemName::Root | ItemName::ListRoot(_) => Ok(Target::Item(content.lists[drive as usize].root)),
            ItemName::Id(id) => {
                let found = content.find(id).filter(|item| content.item(*item).list == drive);
                let here = found.filter(|item| content.item(*item).place == Place::Here);
                here.map(Target::Item).ok_or_else(Refusal::no_item)
            }
            ItemName::Share(_) | ItemName::Special(_) => Err(Refusal::no_item()),
            ItemName::Row(_, number) => {
                let number = number.parse().map_err(|_| Refusal::no_item())?;
                content.find_number(drive, number).map(Target::Item).ok_or_else(Refusal::no_item)
            }
            ItemName::Child(base, id) => {
                let Target::Item(folder) = self.resolve(content, drive, base)? else {
                    return Err(Refusal::no_item());
                };
                match self.resolve(content, drive, &ItemName::Id(id.clone()))? {
                    Target::Item(item) if content.item(item).parent == Some(folder) => Ok(Target::Item(item)),
                    _ => Err(Refusal::no_item()),
                }
            }
            ItemName::Below(base, names) => {
                let Target::Item(mut at) = self.resolve(content, drive, base)? else {
                    return Err(Refusal::no_item());
                };
                let Some((last, folders)) = names.split_last() else { return Ok(Target::Item(at)) };
                for name in folders {
                    at = content.child(at, name).ok_or_else(Refusal::no_item)?;
                }
                if !content.item(at).is_folder() {
                    return Err(Refusal::no_item());
                }
                match content.child(at, last) {
                    Some(item) if self.sees_draft(content, item) => Ok(Target::Item(item)),
                    // Hidden from the caller, but its name is taken.
                    Some(_) => Err(Refusal::no_item()),
                    None => Ok(Target::New(at, last.clone())),
                }
            }
        }
    }

    /// Whether a file that was never checked in is the caller's own; others do not see it (M-13).
    pub fn sees_draft(&self, content: &Content, item: ItemKey) -> bool {
        let item = content.item(item);
        !item.is_file() || item.content_for(self.user()).is_some() || self.access.user.is_none()
    }

    /// The item of the address.
    /// # Errors
    /// As [`Scene::target`], and when there is nothing yet.
    pub fn item(&self, state: &mut Microsoft, env: &Env<'_>) -> Result<ItemKey, Refusal> {
        match self.target(state, env)? {
            Target::Item(item) if self.sees_draft(&state.graph.content, item) => Ok(item),
            _ => Err(Refusal::no_item()),
        }
    }

    /// The item of the address, which the caller may change.
    /// # Errors
    /// As [`Scene::item`]; `accessDenied` without the right.
    pub fn writable(&self, state: &mut Microsoft, env: &Env<'_>) -> Result<ItemKey, Refusal> {
        let item = self.item(state, env)?;
        self.may_write(state, item)?;
        Ok(item)
    }

    /// Refuses who may not change an item.
    pub fn may_write(&self, state: &Microsoft, item: ItemKey) -> Result<(), Refusal> {
        let rights: Rights = access::rights(state, &self.access, item);
        if !rights.write {
            return Err(Refusal::denied());
        }
        if state.graph.content.site_of(item).read_only {
            return Err(Refusal::new(403, "serviceReadOnly", "The site is read-only."));
        }
        Ok(())
    }
}

fn no_drive() -> Refusal {
    Refusal::new(404, "itemNotFound", "The resource could not be found.")
}
