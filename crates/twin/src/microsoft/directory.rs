//! Entra tenants: users, guests, groups, and the applications they know.

use super::world::{AppEntry, GroupEntry, MicrosoftWorld, TenantEntry, UserEntry};
use crate::core::env::House;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The tenant of personal accounts.
pub const CONSUMERS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// Who exists.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Directory {
    /// By id.
    pub tenants: BTreeMap<String, Tenant>,
    /// Application registrations by client id. Each belongs to a tenant and may be known in others.
    pub apps: BTreeMap<String, App>,
}

/// A tenant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Tenant {
    pub id: String,
    pub name: String,
    /// Verified domains; the first is the default.
    pub domains: Vec<String>,
    /// `contoso.sharepoint.com`.
    pub sharepoint_host: String,
    /// Licences, which decide the throttling limits (microsoft.md 2.15).
    pub licences: u64,
    /// Whether users may consent to scopes that an administrator need not grant. Off is Microsoft's default since
    /// 2025 for files and sites.
    pub users_may_consent: bool,
    /// By object id.
    pub users: BTreeMap<String, User>,
    /// By object id.
    pub groups: BTreeMap<String, Group>,
    /// What was consented to: by client id.
    pub consents: BTreeMap<String, Consent>,
}

/// A user of a tenant; guests live in another tenant as well.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct User {
    /// The object id.
    pub id: String,
    pub user_principal_name: String,
    pub display_name: String,
    pub given_name: String,
    pub surname: String,
    pub mail: Option<String>,
    pub job_title: Option<String>,
    pub administrator: bool,
    pub enabled: bool,
    /// The tenant and object id at home, for guests.
    pub home: Option<(String, String)>,
    /// Whether signing in asks for a second factor.
    pub second_factor: bool,
    /// Tokens issued before this instant (microseconds) are dead: sessions were revoked.
    pub valid_from: i64,
}

/// A group.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Group {
    pub id: String,
    pub display_name: String,
    pub description: Option<String>,
    pub mail_nickname: String,
    pub mail: Option<String>,
    /// A Microsoft 365 group has a site; a security group has none.
    pub unified: bool,
    pub security: bool,
    /// Object ids of users.
    pub members: BTreeSet<String>,
    pub owners: BTreeSet<String>,
    /// When it was made, in microseconds; its site comes later.
    pub created: i64,
    pub visibility: Option<String>,
}

/// An application registration.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct App {
    pub client_id: String,
    pub name: String,
    /// The tenant it is registered in.
    pub tenant: String,
    /// Whether other tenants may use it.
    pub multi_tenant: bool,
    pub personal_accounts: bool,
    pub redirect_uris: Vec<String>,
    pub secrets: Vec<Secret>,
    /// Certificates in PEM that may sign client assertions.
    pub certificates: Vec<String>,
    /// Claims of id tokens beyond the usual ones.
    #[serde(default)]
    pub optional_claims: Vec<String>,
    /// Delegated permissions that `.default` stands for.
    #[serde(default)]
    pub permissions: Vec<String>,
    pub enabled: bool,
}

/// A client secret.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Secret {
    pub value: String,
    pub expires: Option<jiff::Timestamp>,
}

/// What a tenant has granted to an application.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Consent {
    /// Delegated scopes for everyone, granted by an administrator.
    pub for_all: BTreeSet<String>,
    /// Delegated scopes by user.
    pub by_user: BTreeMap<String, BTreeSet<String>>,
    /// Application permissions.
    pub roles: BTreeSet<String>,
}

impl Directory {
    /// Makes the tenants and applications of a world.
    /// # Errors
    /// When something stands twice or names what does not exist.
    pub fn seed(world: &MicrosoftWorld, house: &House) -> Result<Self> {
        let mut directory = Self::default();
        for entry in &world.tenants {
            let tenant = Tenant::seed(entry, house)?;
            let name = tenant.name.clone();
            if directory.tenants.insert(tenant.id.clone(), tenant).is_some() {
                return Err(Error(format!("microsoft: the tenant {name} stands twice")));
            }
        }
        directory.invite_guests(world, house)?;
        for entry in &world.apps {
            directory.add_app(entry)?;
        }
        Ok(directory)
    }

    /// The tenant of an id or a verified domain.
    pub fn tenant(&self, id_or_domain: &str) -> Option<&Tenant> {
        let wanted = id_or_domain.to_lowercase();
        self.tenants
            .get(&wanted)
            .or_else(|| self.tenants.values().find(|tenant| tenant.domains.contains(&wanted)))
    }

    /// The home tenant and user of a sign-in name.
    pub fn find_user(&self, name: &str) -> Option<(&Tenant, &User)> {
        let own = |tenant: &'_ Tenant| {
            tenant.users.values().any(|user| user.home.is_none() && user.is_called(name))
        };
        let tenant = self.tenants.values().find(|tenant| own(tenant))?;
        let user = tenant.users.values().find(|user| user.home.is_none() && user.is_called(name))?;
        Some((tenant, user))
    }

    fn invite_guests(&mut self, world: &MicrosoftWorld, house: &House) -> Result<()> {
        for entry in &world.tenants {
            for address in &entry.guests {
                let found = self.find_user(address);
                let (home, user) = found.ok_or_else(|| {
                    Error(format!("microsoft: the guest {address} of {} is nobody's user", entry.name))
                })?;
                let outside = address.replace('@', "_");
                let guest = User {
                    id: house.random.uuid().to_string(),
                    user_principal_name: format!(
                        "{outside}#EXT#@{}",
                        entry.domains.first().map_or("", String::as_str)
                    ),
                    administrator: false,
                    home: Some((home.id.clone(), user.id.clone())),
                    ..user.clone()
                };
                let Some(tenant) = self.tenants.values_mut().find(|tenant| tenant.name == entry.name) else {
                    continue;
                };
                tenant.users.insert(guest.id.clone(), guest);
            }
        }
        Ok(())
    }

    fn add_app(&mut self, entry: &AppEntry) -> Result<()> {
        let home = self.tenant(&entry.tenant).map(|tenant| tenant.id.clone());
        let app = App {
            client_id: entry.client_id.clone(),
            name: entry.name.clone(),
            tenant: home
                .ok_or_else(|| Error(format!("microsoft: the app {} names no tenant", entry.name)))?,
            multi_tenant: entry.multi_tenant,
            personal_accounts: false,
            redirect_uris: entry.redirect_uris.clone(),
            secrets: entry
                .secrets
                .iter()
                .map(|value| Secret { value: value.clone(), expires: None })
                .collect(),
            certificates: entry.certificates.clone(),
            optional_claims: entry.optional_claims.clone(),
            permissions: entry.permissions.clone(),
            enabled: true,
        };
        for consent in &entry.consents {
            let id = self.tenant(&consent.tenant).map(|tenant| tenant.id.clone());
            let tenant = id.and_then(|id| self.tenants.get_mut(&id));
            let tenant = tenant
                .ok_or_else(|| Error(format!("microsoft: a consent names no tenant: {}", consent.tenant)))?;
            let granted = tenant.consents.entry(entry.client_id.clone()).or_default();
            granted.for_all.extend(consent.scopes.iter().cloned());
            granted.roles.extend(consent.roles.iter().cloned());
        }
        match self.apps.insert(entry.client_id.clone(), app) {
            None => Ok(()),
            Some(_) => Err(Error(format!("microsoft: the app {} stands twice", entry.client_id))),
        }
    }
}

impl User {
    /// Whether a sign-in name or address is this user's.
    pub fn is_called(&self, name: &str) -> bool {
        self.user_principal_name.eq_ignore_ascii_case(name)
            || self.mail.as_ref().is_some_and(|mail| mail.eq_ignore_ascii_case(name))
    }
}

impl Tenant {
    fn seed(entry: &TenantEntry, house: &House) -> Result<Self> {
        let first = entry.domains.first().cloned();
        let first =
            first.ok_or_else(|| Error(format!("microsoft: the tenant {} has no domain", entry.name)))?;
        let short = first.split('.').next().unwrap_or_default().to_lowercase();
        let mut tenant = Self {
            id: entry.id.clone().unwrap_or_else(|| house.random.uuid().to_string()),
            name: entry.name.clone(),
            domains: entry.domains.iter().map(|domain| domain.to_lowercase()).collect(),
            sharepoint_host: entry
                .sharepoint_host
                .clone()
                .unwrap_or_else(|| format!("{short}.sharepoint.com")),
            licences: entry.licences,
            users_may_consent: entry.users_may_consent,
            users: BTreeMap::new(),
            groups: BTreeMap::new(),
            consents: BTreeMap::new(),
        };
        for user in &entry.users {
            tenant.add_user(user, house)?;
        }
        for group in &entry.groups {
            tenant.add_group(group, house)?;
        }
        Ok(tenant)
    }

    /// The user of an object id or sign-in name.
    pub fn user(&self, id_or_name: &str) -> Option<&User> {
        self.users.get(id_or_name).or_else(|| self.users.values().find(|user| user.is_called(id_or_name)))
    }

    fn add_user(&mut self, entry: &UserEntry, house: &House) -> Result<()> {
        if self.users.values().any(|user| user.is_called(&entry.user_principal_name)) {
            return Err(Error(format!("microsoft: the user {} stands twice", entry.user_principal_name)));
        }
        let id = entry.id.clone().unwrap_or_else(|| house.random.uuid().to_string());
        let user = User {
            id: id.clone(),
            user_principal_name: entry.user_principal_name.clone(),
            display_name: format!("{} {}", entry.given_name, entry.surname),
            given_name: entry.given_name.clone(),
            surname: entry.surname.clone(),
            mail: Some(entry.mail.clone().unwrap_or_else(|| entry.user_principal_name.clone())),
            job_title: entry.job_title.clone(),
            administrator: entry.administrator,
            enabled: entry.enabled,
            home: None,
            second_factor: entry.second_factor,
            valid_from: 0,
        };
        self.users.insert(id, user);
        Ok(())
    }

    fn add_group(&mut self, entry: &GroupEntry, house: &House) -> Result<()> {
        let ids = |names: &[String]| -> Result<BTreeSet<String>> {
            let id = |name: &String| match self.user(name) {
                Some(user) => Ok(user.id.clone()),
                None => {
                    Err(Error(format!("microsoft: {} names {name}, who does not exist", entry.display_name)))
                }
            };
            names.iter().map(id).collect()
        };
        let (members, owners) = (ids(&entry.members)?, ids(&entry.owners)?);
        let id = entry.id.clone().unwrap_or_else(|| house.random.uuid().to_string());
        let domain = self.domains.first().cloned().unwrap_or_default();
        let group = Group {
            id: id.clone(),
            display_name: entry.display_name.clone(),
            description: None,
            mail_nickname: entry.mail_nickname.clone(),
            mail: entry.unified.then(|| format!("{}@{domain}", entry.mail_nickname)),
            unified: entry.unified,
            security: !entry.unified,
            members,
            owners,
            created: 0,
            visibility: entry.unified.then(|| "Private".to_owned()),
        };
        self.groups.insert(id, group);
        Ok(())
    }
}
