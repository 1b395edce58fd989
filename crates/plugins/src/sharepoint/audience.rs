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
    fn of(audience: &Audience) -> Self {
        match audience {
            Audience::Inherited => Self::Everyone,
            Audience::Person { associate } => Self::Person(*associate),
            Audience::Group { group, owner } => Self::Group(*group, *owner),
        }
    }
}

/// What a folder of an audience is called, what it is, and whom it lets in by object id; nothing for "whoever the
/// library lets in".
pub(crate) struct Plan {
    pub name: String,
    mark: String,
    pub grants: Option<BTreeSet<String>>,
}

/// How the permissions of a folder differ from what they should be.
struct Drift {
    /// Whether nothing comes from above.
    closed: bool,
    /// Whom to let in.
    missing: Vec<String>,
    /// What to take back.
    over: Vec<String>,
}

/// The scopes that were made, in the notebook.
const SCOPES: &str = "scopes";

impl Desk<'_> {
    /// Whose folder a document of an audience lies in. Where *Visible for* is off there is one only.
    pub fn scope_of(&self, audience: &Audience) -> Scope {
        if self.place.visible_for { Scope::of(audience) } else { Scope::Everyone }
    }

    /// The folder of an audience, with the permissions it should have.
    pub async fn scope(&self, scope: &Scope) -> Result<String> {
        let plan = self.plan(scope).await?;
        self.carried_out(&plan).await
    }

    async fn carried_out(&self, plan: &Plan) -> Result<String> {
        let folder = self.child(&self.wanted(plan), &self.app).await?;
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

    /// What the folder of a plan is called in SharePoint now, when it is there.
    pub async fn folder_of_plan(&self, plan: &Plan) -> Result<Option<String>> {
        let Some(id) = self.existing_child(&self.wanted(plan)).await? else { return Ok(None) };
        let at = At { drive: &self.place.documents.drive, item: &id };
        Ok(self.app.item(at).await?.map(|folder| folder.name))
    }

    fn wanted(&self, plan: &Plan) -> Wanted<'_> {
        Wanted { parent: self.root(Shelf::Documents), name: folder_name(&plan.name), mark: plan.mark.clone() }
    }

    pub async fn plan(&self, scope: &Scope) -> Result<Plan> {
        match scope {
            Scope::Everyone => Ok(Plan { name: "Everyone".into(), mark: "everyone".into(), grants: None }),
            Scope::Person(who) => self.plan_of_person(*who).await,
            Scope::Group(group, owner) => {
                let known = self.shared.people.group(self.call.installation, *group).await?;
                let inside = known.is_some_and(|known| known.members.contains(owner));
                self.plan_of_group(*group, Some(*owner).filter(|_| !inside)).await
            }
        }
    }

    async fn plan_of_person(&self, who: AssociateId) -> Result<Plan> {
        let (name, object) = self.person(who).await?;
        // The number keeps two people of one name apart.
        let grants = Some(object.into_iter().collect());
        Ok(Plan { name: format!("{name} ({who})"), mark: format!("p{who}"), grants })
    }

    /// A group, and an owner who is not one of it.
    async fn plan_of_group(&self, group: GroupId, with: Option<AssociateId>) -> Result<Plan> {
        let mut grants = BTreeSet::new();
        let mut name = format!("Group [{group}]");
        if let Some(known) = self.shared.people.group(self.call.installation, group).await? {
            name = format!("{} [{group}]", known.name);
            if let Some(object) = known.object {
                grants.insert(object);
            } else {
                for member in known.members {
                    grants.extend(self.person(member).await?.1);
                }
            }
        }
        let Some(owner) = with else {
            return Ok(Plan { name, mark: format!("g{group}"), grants: Some(grants) });
        };
        let (with, object) = self.person(owner).await?;
        grants.extend(object);
        Ok(Plan {
            name: format!("{name} and {with} ({owner})"),
            mark: format!("g{group}.{owner}"),
            grants: Some(grants),
        })
    }

    /// What a folder that was made should be now, whoever has joined and left since; nothing for a mark that is none.
    async fn plan_of_mark(&self, mark: &str) -> Result<Option<Plan>> {
        let number = |text: &str| text.parse::<i64>().ok();
        if let Some(who) = mark.strip_prefix('p').and_then(number) {
            return self.plan_of_person(AssociateId(who)).await.map(Some);
        }
        let Some(group) = mark.strip_prefix('g') else { return Ok(None) };
        let (group, owner) =
            group.split_once('.').map_or((group, None), |(group, owner)| (group, Some(owner)));
        let Some(group) = number(group).map(GroupId) else { return Ok(None) };
        self.plan_of_group(group, owner.and_then(number).map(AssociateId)).await.map(Some)
    }

    async fn person(&self, who: AssociateId) -> Result<(String, Option<String>)> {
        let person = self.shared.people.person(self.call.installation, who).await?;
        Ok(person.map_or_else(|| ("Person".to_owned(), None), |person| (person.name, person.object)))
    }

    /// How the permissions of a folder, or of a closed file, differ from what they should be.
    async fn drift(&self, at: At<'_>, grants: &BTreeSet<String>) -> Result<Drift> {
        let present = self.app.permissions(at).await?;
        let closed = is_closed(&present);
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
        let missing = if closed {
            grants.difference(&given).cloned().collect()
        } else {
            grants.iter().cloned().collect()
        };
        Ok(Drift { closed, missing, over })
    }

    /// Gives what is missing, takes what is not wanted. Links and people whom somebody added by hand go, too: who may
    /// open is decided in one place. One writer at a time.
    async fn put_in_order(&self, folder: &str, grants: &BTreeSet<String>) -> Result<()> {
        let at = At { drive: &self.place.documents.drive, item: folder };
        let drift = self.drift(at, grants).await?;
        if grants.is_empty() && !drift.closed {
            return Err(nobody());
        }
        if !drift.missing.is_empty() {
            self.app.invite(at, &drift.missing, "write").await?;
        }
        for permission in drift.over {
            self.app.revoke(at, &permission).await?;
        }
        Ok(())
    }

    /// Takes back what was given by hand on a file: links and people. What comes from the folders above stays. Gives
    /// whether somebody has closed the file to what comes from above; then nothing is taken, because that does not open it
    /// again: it has to be carried.
    pub async fn take_back(&self, at: At<'_>) -> Result<bool> {
        let present = self.app.permissions(at).await?;
        if is_closed(&present) {
            return Ok(true);
        }
        for permission in present.iter().filter(|permission| permission.inherited_from.is_none()) {
            if !is_owner(permission) {
                self.app.revoke(at, &permission.id).await?;
            }
        }
        Ok(false)
    }

    /// The folders whose permissions are not what they should be, by name; not more than `most` are looked at.
    pub async fn drifted(&self, most: usize) -> Result<Vec<String>> {
        let mut drifted = Vec::new();
        for mark in self.known_marks().await?.into_iter().take(most) {
            let Some(plan) = self.plan_of_mark(&mark).await? else { continue };
            let (Some(grants), Some(folder)) =
                (&plan.grants, self.existing_child(&self.wanted(&plan)).await?)
            else {
                continue;
            };
            let at = At { drive: &self.place.documents.drive, item: &folder };
            let drift = self.drift(at, grants).await?;
            if !drift.missing.is_empty() || !drift.over.is_empty() {
                drifted.push(plan.name);
            }
        }
        Ok(drifted)
    }

    /// The folders of audiences that were made.
    pub async fn known_marks(&self) -> Result<BTreeSet<String>> {
        let of = (self.call.installation, self.shared.id);
        Ok(notes::read(self.shared.notebook.as_ref(), of, SCOPES).await?.unwrap_or_default())
    }

    pub async fn note_scope(&self, mark: &str) -> Result<()> {
        let of = (self.call.installation, self.shared.id);
        let add = |known: &mut BTreeSet<String>| {
            known.insert(mark.to_owned());
        };
        notes::change::<BTreeSet<String>>(self.shared.notebook.as_ref(), of, SCOPES, add).await.map(drop)
    }

    /// Puts the permissions of every audience's folder in order; how many there are.
    pub async fn settle_all(&self) -> Result<usize> {
        self.shared.folders.forget();
        if !self.place.visible_for {
            return Ok(0);
        }
        let mut count = 0;
        for mark in self.known_marks().await? {
            if let Some(plan) = self.plan_of_mark(&mark).await? {
                Box::pin(self.carried_out(&plan)).await?;
                count += 1;
            }
        }
        Ok(count)
    }
}

/// Whether nothing comes from above.
pub(crate) fn is_closed(present: &[Permission]) -> bool {
    !present.is_empty() && present.iter().all(|permission| permission.inherited_from.is_none())
}

/// The person or group of a permission.
pub(crate) fn object_of(permission: &Permission) -> Option<String> {
    if permission.link.is_some() {
        return None;
    }
    let to = permission.granted_to_v2.as_ref()?;
    to.user.as_ref().or(to.group.as_ref())?.id.clone()
}

/// Owners of the site are in every folder; that is theirs and not ours.
pub(crate) fn is_owner(permission: &Permission) -> bool {
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
