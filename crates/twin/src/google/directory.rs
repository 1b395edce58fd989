//! Workspace domains, accounts, groups, Cloud projects and OAuth clients.

use super::world::GoogleWorld;
use crate::core::env::House;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Who exists.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Directory {
    /// By name, lower case.
    pub domains: BTreeMap<String, Domain>,
    /// By id, which is the `sub` of tokens.
    pub users: BTreeMap<String, User>,
    /// By address, lower case.
    pub groups: BTreeMap<String, Group>,
    /// By number.
    pub projects: BTreeMap<String, Project>,
    /// By client id.
    pub clients: BTreeMap<String, Client>,
}

/// A Workspace domain.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Domain {
    pub name: String,
    /// Storage for all accounts together in bytes; without it each account has its own limit or none.
    pub pooled_storage: Option<u64>,
    /// Projects that the administrator blocks: `admin_policy_enforced`.
    pub blocked_projects: BTreeSet<String>,
    /// Whether files may be shared with people outside.
    pub external_sharing: bool,
}

/// An account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct User {
    /// 21 digits; never used again.
    pub id: String,
    pub email: String,
    pub email_verified: bool,
    pub given_name: String,
    pub family_name: String,
    /// Absent for personal accounts.
    pub domain: Option<String>,
    pub administrator: bool,
    pub suspended: bool,
    /// In bytes; absent is unlimited.
    pub storage_limit: Option<u64>,
}

impl User {
    /// Given and family name.
    pub fn name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name).trim().to_owned()
    }
}

/// A group of people.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Group {
    pub email: String,
    pub name: String,
    /// Addresses of users and groups, lower case.
    pub members: BTreeSet<String>,
}

/// How far an application's consent screen is (google.md 1.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Publishing {
    /// External, "Testing": grants die after 7 days.
    Testing,
    /// External, in production.
    Production,
    /// Only accounts of the owner's domain.
    Internal,
}

/// A Cloud project: scopes are granted to it, and quota is counted for it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Project {
    pub number: String,
    pub name: String,
    pub publishing: Publishing,
    /// The domain that owns it.
    pub owner: Option<String>,
    /// Addresses of those whom an application in testing lets in; without a list, everybody.
    #[serde(default)]
    pub test_users: Option<Vec<String>>,
    pub drive_api_enabled: bool,
    pub units_per_minute: u64,
    pub units_per_minute_and_user: u64,
}

/// An OAuth client of a project.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Client {
    pub id: String,
    pub secret: String,
    pub project: String,
    pub redirect_uris: Vec<String>,
    pub deleted: bool,
    /// Whether `iss` comes with the callback: it is rolled out in phases.
    pub iss_in_callback: bool,
}

impl Directory {
    /// Makes the people and clients of a world.
    /// # Errors
    /// When an address stands twice, or something names what does not exist.
    pub fn seed(world: &GoogleWorld, house: &House) -> Result<Self> {
        let mut directory = Self::default();
        for domain in &world.domains {
            directory.add_domain(domain, house)?;
        }
        for person in &world.personal_accounts {
            directory.add_user(person, None, house)?;
        }
        for project in &world.projects {
            directory.add_project(project, house)?;
        }
        directory.check_members()?;
        Ok(directory)
    }

    /// The account of an address or id.
    pub fn user(&self, address_or_id: &str) -> Option<&User> {
        self.users
            .get(address_or_id)
            .or_else(|| self.users.values().find(|user| user.email.eq_ignore_ascii_case(address_or_id)))
    }

    /// Whether a user is in a group, directly or through other groups.
    pub fn is_member(&self, group: &str, email: &str) -> bool {
        let (mut waiting, mut seen) = (vec![group.to_lowercase()], BTreeSet::new());
        while let Some(next) = waiting.pop() {
            if !seen.insert(next.clone()) {
                continue;
            }
            let Some(group) = self.groups.get(&next) else { continue };
            if group.members.contains(&email.to_lowercase()) {
                return true;
            }
            waiting.extend(group.members.iter().cloned());
        }
        false
    }

    fn add_domain(&mut self, domain: &super::world::DomainEntry, house: &House) -> Result<()> {
        let name = domain.name.to_lowercase();
        let entry = Domain {
            name: name.clone(),
            pooled_storage: domain.pooled_storage,
            blocked_projects: domain.blocked_projects.iter().cloned().collect(),
            external_sharing: domain.external_sharing,
        };
        if self.domains.insert(name.clone(), entry).is_some() {
            return Err(Error(format!("google: the domain {name} stands twice")));
        }
        for user in &domain.users {
            self.add_user(user, Some(&name), house)?;
        }
        for group in &domain.groups {
            let email = group.email.to_lowercase();
            let members = group.members.iter().map(|member| member.to_lowercase()).collect();
            let entry = Group { email: email.clone(), name: group.name.clone(), members };
            if self.groups.insert(email.clone(), entry).is_some() {
                return Err(Error(format!("google: the group {email} stands twice")));
            }
        }
        Ok(())
    }

    fn add_user(
        &mut self,
        entry: &super::world::UserEntry,
        domain: Option<&str>,
        house: &House,
    ) -> Result<()> {
        if self.user(&entry.email).is_some() {
            return Err(Error(format!("google: the account {} stands twice", entry.email)));
        }
        let id = entry.id.clone().unwrap_or_else(|| format!("1{}", house.random.word(20, "0123456789")));
        let user = User {
            id: id.clone(),
            email: entry.email.clone(),
            email_verified: true,
            given_name: entry.given_name.clone(),
            family_name: entry.family_name.clone(),
            domain: domain.map(str::to_owned),
            administrator: entry.administrator,
            suspended: entry.suspended,
            storage_limit: entry.storage_limit,
        };
        match self.users.insert(id.clone(), user) {
            None => Ok(()),
            Some(_) => Err(Error(format!("google: the id {id} stands twice"))),
        }
    }

    fn add_project(&mut self, entry: &super::world::ProjectEntry, house: &House) -> Result<()> {
        let number = entry.number.clone().unwrap_or_else(|| house.random.word(12, "123456789"));
        for client in &entry.clients {
            let made = Client {
                id: client.id.clone(),
                secret: client.secret.clone(),
                project: number.clone(),
                redirect_uris: client.redirect_uris.clone(),
                deleted: false,
                iss_in_callback: client.iss_in_callback,
            };
            if self.clients.insert(client.id.clone(), made).is_some() {
                return Err(Error(format!("google: the client {} stands twice", client.id)));
            }
        }
        let project = Project {
            number: number.clone(),
            name: entry.name.clone(),
            publishing: entry.publishing,
            owner: entry.owner.clone(),
            test_users: entry.test_users.clone(),
            drive_api_enabled: entry.drive_api_enabled,
            units_per_minute: entry.units_per_minute,
            units_per_minute_and_user: entry.units_per_minute_and_user,
        };
        match self.projects.insert(number.clone(), project) {
            None => Ok(()),
            Some(_) => Err(Error(format!("google: the project {number} stands twice"))),
        }
    }

    fn check_members(&self) -> Result<()> {
        for group in self.groups.values() {
            for member in &group.members {
                if self.user(member).is_none() && !self.groups.contains_key(member) {
                    return Err(Error(format!(
                        "google: {} has the member {member}, who does not exist",
                        group.email
                    )));
                }
            }
        }
        Ok(())
    }
}
