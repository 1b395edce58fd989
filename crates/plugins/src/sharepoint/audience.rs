//! Who may open documents in SharePoint. A folder has permissions; a document lies in the folder of its audience and has
//! none of its own, so taking something away is one move, and a library has a few scopes and never one for each
//! document (microsoft.md 2.11; T05, T20).

use super::calls::At;
use super::desk::Desk;
use super::folders::{Wanted, folder_name};
use super::ids::short;
use super::wire::Permission;
use crate::notes;
use domain::plugin::{Audience, Shelf};
use domain::{AssociateId, Error, GroupId, Result};
use std::collections::BTreeSet;

/// The folder of an audience.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scope {
    Everyone,
    Person(AssociateId),
    Group(GroupId, AssociateId),
}

impl Scope {
    pub fn of(audience: &Audience) -> Self {
        match audience {
            Audience::Inherited => Self::Everyone,
            Audience::Person { associate } => Self::Person(*associate),
            Audience::Group { group, owner } => Self::Group(*group, *owner),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        if let Some(person) = text.strip_prefix('p') {
            return Some(Self::Person(AssociateId(person.parse().ok()?)));
        }
        let (group, owner) = text.strip_prefix('g')?.split_once('.')?;
        Some(Self::Group(GroupId(group.parse().ok()?), AssociateId(owner.parse().ok()?)))
    }
}

/// What a folder of an audience is called, what it is, and whom it lets in by object id; nothing for "whoever the
/// library lets in".
struct Plan {
    name: String,
    mark: String,
    grants: Option<BTreeSet<String>>,
}

/// How the permissions of a folder differ from what they should be.
struct Drift {
    /// Whom to let in.
    missing: Vec<String>,
    /// What to take back.
    over: Vec<String>,
}

/// The scopes that were made, in the notebook.
const SCOPES: &str = "scopes";

impl Desk<'_> {
    /// The folder of an audience, with the permissions it should have. Where *Visible for* is off there is one only.
    pub async fn scope(&self, scope: &Scope) -> Result<String> {
        let scope = if self.place.visible_for { scope.clone() } else { Scope::Everyone };
        let plan = self.plan(&scope).await?;
        let folder = self.child(&self.wanted(&plan), &self.app).await?;
        let Some(grants) = &plan.grants else { return Ok(folder) };
        let as_what = fingerprint(grants);
        if self.shared.folders.settled(&folder).as_ref() == Some(&as_what) {
            return Ok(folder);
        }
        let _turn = self.shared.turn(&format!("permissions/{folder}")).await;
        if self.shared.folders.settled(&folder).as_ref() != Some(&as_what) {
            self.note_scope(&plan.mark).await?;
            self.put_in_order(&folder, grants).await?;
            self.shared.folders.settle(&folder, &as_what);
        }
        Ok(folder)
    }

    /// The folder of everybody's documents, when it is there.
    pub async fn existing_scope(&self, scope: &Scope) -> Result<Option<String>> {
        let plan = self.plan(scope).await?;
        self.existing_child(&self.wanted(&plan)).await
    }

    fn wanted(&self, plan: &Plan) -> Wanted<'_> {
        Wanted { parent: self.root(Shelf::Documents), name: folder_name(&plan.name), mark: plan.mark.clone() }
    }

    async fn plan(&self, scope: &Scope) -> Result<Plan> {
        let plan = |name: String, mark: String, grants| Plan { name, mark, grants: Some(grants) };
        Ok(match scope {
            Scope::Everyone => Plan { name: "Everyone".into(), mark: "everyone".into(), grants: None },
            Scope::Person(who) => {
                let (name, object) = self.person(*who).await?;
                // The number keeps two people of one name apart.
                plan(format!("{name} ({who})"), format!("p{who}"), object.into_iter().collect())
            }
            Scope::Group(group, owner) => {
                let known = self.shared.people.group(self.call.installation, *group).await?;
                let mut grants = BTreeSet::new();
                let mut name = "Group".to_owned();
                let mut inside = false;
                if let Some(known) = known {
                    name = known.name;
                    inside = known.members.contains(owner);
                    if let Some(object) = known.object {
                        grants.insert(object);
                    } else {
                        for member in known.members {
                            grants.extend(self.person(member).await?.1);
                        }
                    }
                }
                if inside {
                    return Ok(plan(format!("{name} [{group}]"), format!("g{group}"), grants));
                }
                // The owner is not of the group: a folder for the group and for them.
                let (with, object) = self.person(*owner).await?;
                grants.extend(object);
                plan(format!("{name} [{group}] and {with} ({owner})"), format!("g{group}.{owner}"), grants)
            }
        })
    }

    async fn person(&self, who: AssociateId) -> Result<(String, Option<String>)> {
        let person = self.shared.people.person(self.call.installation, who).await?;
        Ok(person.map_or_else(|| ("Person".to_owned(), None), |person| (person.name, person.object)))
    }

    /// How the permissions of a folder differ from what they should be.
    async fn drift(&self, folder: &str, grants: &BTreeSet<String>) -> Result<Drift> {
        let at = At { drive: &self.place.documents.drive, item: folder };
        let present = self.app.permissions(at).await?;
        let inherits =
            present.is_empty() || present.iter().any(|permission| permission.inherited_from.is_some());
        let (mut given, mut over) = (BTreeSet::new(), Vec::new());
        for permission in present.iter().filter(|permission| permission.inherited_from.is_none()) {
            match object_of(permission).filter(|object| grants.contains(object)) {
                Some(object) if permission.roles.iter().any(|role| role == "write") => {
                    given.insert(object);
                }
                _ if is_owner(permission) => {}
                _ => over.push(permission.id.clone()),
            }
        }
        // The first invitation closes the folder; it is empty until this is done.
        let missing = if inherits {
            grants.iter().cloned().collect()
        } else {
            grants.difference(&given).cloned().collect()
        };
        Ok(Drift { missing, over })
    }

    /// Gives what is missing, takes what is not wanted. Links and people whom somebody added by hand go, too: who may
    /// open is decided in one place. One writer at a time.
    async fn put_in_order(&self, folder: &str, grants: &BTreeSet<String>) -> Result<()> {
        if grants.is_empty() {
            return Err(nobody());
        }
        let at = At { drive: &self.place.documents.drive, item: folder };
        let drift = self.drift(folder, grants).await?;
        if !drift.missing.is_empty() {
            self.app.invite(at, &drift.missing).await?;
        }
        for permission in drift.over {
            self.app.revoke(at, &permission).await?;
        }
        Ok(())
    }

    /// The folders whose permissions are not what they should be, by name; not more than `most` are looked at.
    pub async fn drifted(&self, most: usize) -> Result<Vec<String>> {
        let mut drifted = Vec::new();
        for scope in self.known_scopes().await?.into_iter().take(most) {
            let plan = self.plan(&scope).await?;
            let (Some(grants), Some(folder)) =
                (&plan.grants, self.existing_child(&self.wanted(&plan)).await?)
            else {
                continue;
            };
            let drift = self.drift(&folder, grants).await?;
            if !drift.missing.is_empty() || !drift.over.is_empty() {
                drifted.push(plan.name);
            }
        }
        Ok(drifted)
    }

    /// The audiences that have a folder.
    async fn known_scopes(&self) -> Result<Vec<Scope>> {
        let of = (self.call.installation, self.shared.id);
        let known: Option<BTreeSet<String>> = notes::read(self.shared.notebook.as_ref(), of, SCOPES).await?;
        let mut scopes = Vec::new();
        for mark in known.unwrap_or_default() {
            match Scope::parse(&mark) {
                Some(scope) => scopes.push(scope),
                // A group with its members: any of them stands for the owner.
                None => scopes.extend(self.of_group(&mark).await?),
            }
        }
        Ok(scopes)
    }

    async fn note_scope(&self, mark: &str) -> Result<()> {
        let of = (self.call.installation, self.shared.id);
        let add = |known: &mut BTreeSet<String>| {
            known.insert(mark.to_owned());
        };
        notes::change::<BTreeSet<String>>(self.shared.notebook.as_ref(), of, SCOPES, add).await.map(drop)
    }

    /// Puts the permissions of every audience's folder in order; how many there are.
    pub async fn settle_all(&self) -> Result<usize> {
        self.shared.folders.forget();
        let known = self.known_scopes().await?;
        for scope in &known {
            Box::pin(self.scope(scope)).await?;
        }
        Ok(known.len())
    }

    async fn of_group(&self, mark: &str) -> Result<Option<Scope>> {
        let Some(group) = mark.strip_prefix('g').and_then(|id| id.parse().ok()).map(GroupId) else {
            return Ok(None);
        };
        let known = self.shared.people.group(self.call.installation, group).await?;
        let first = known.and_then(|known| known.members.first().copied());
        Ok(first.map(|owner| Scope::Group(group, owner)))
    }
}

/// The person or group of a permission.
fn object_of(permission: &Permission) -> Option<String> {
    if permission.link.is_some() {
        return None;
    }
    let to = permission.granted_to_v2.as_ref()?;
    to.user.as_ref().or(to.group.as_ref())?.id.clone()
}

/// Owners of the site are in every folder; that is theirs and not ours.
fn is_owner(permission: &Permission) -> bool {
    let app = permission.granted_to_v2.as_ref().is_some_and(|to| to.application.is_some());
    app || permission.roles.iter().any(|role| role == "owner")
}

fn fingerprint(grants: &BTreeSet<String>) -> String {
    short(&grants.iter().cloned().collect::<Vec<_>>().join("\n"))
}

/// A folder that lets nobody in cannot be made by inviting.
fn nobody() -> Error {
    Error::conflict(
        "Nobody of those who may see this document has signed in with Microsoft, so no folder can be made for them. Ask \
         them to connect Microsoft 365; an administrator can see who is missing under Settings, SharePoint.",
    )
}
