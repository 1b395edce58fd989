//! Who may open documents in SharePoint. A folder has permissions; a document lies in the folder of its audience and has
//! none of its own, so taking something away is one move, and a library has a few scopes and never one for each
//! document (microsoft.md 2.11; T05, T20).

use super::calls::At;
use super::desk::{Desk, Thing};
use super::folders::{Wanted, folder_name};
use super::ids::short;
use super::letting::{listed, not_let_in};
use super::place::Person;
use super::wire::{DriveItem, Permission};
use crate::notes;
use domain::plugin::{Audience, Finding, Severity, Shelf};
use domain::sharepoint::AudienceFolder;
use domain::{AssociateId, Error, ErrorKind, GroupId, Result};
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
    /// Those of them, by name, who have no account in the tenant.
    without: Vec<String>,
    /// Somebody it was for has left; it is closed to everybody else all the same.
    left: bool,
}

impl Plan {
    /// For nobody yet.
    fn of(folder: AudienceFolder<'_>, mark: String) -> Self {
        Self { name: folder.name(), mark, grants: Some(BTreeSet::new()), without: Vec::new(), left: false }
    }

    /// Lets somebody in, unless they have left.
    fn add(&mut self, person: Person) {
        match person.object {
            _ if person.retired => self.left = true,
            Some(object) => self.grants.get_or_insert_default().extend([object]),
            None => self.without.push(person.name),
        }
    }
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
            self.put_in_order(&folder, grants, plan.left).await?;
            self.shared.folders.settle(&folder, &as_what);
        }
        Ok(folder)
    }

    /// The folder of everybody's documents, when it is there.
    pub async fn existing_scope(&self, scope: &Scope) -> Result<Option<String>> {
        let plan = self.plan(scope).await?;
        self.existing_child(&self.wanted(&plan)).await
    }

    /// The folder of a plan as it is in SharePoint now, when it is there.
    pub async fn folder_of_plan(&self, plan: &Plan) -> Result<Option<DriveItem>> {
        let Some(id) = self.existing_child(&self.wanted(plan)).await? else { return Ok(None) };
        let at = At { drive: &self.place.documents.drive, item: &id };
        Ok(self.app.item(at).await?)
    }

    fn wanted(&self, plan: &Plan) -> Wanted<'_> {
        Wanted { parent: self.root(Shelf::Documents), name: folder_name(&plan.name), mark: plan.mark.clone() }
    }

    pub async fn plan(&self, scope: &Scope) -> Result<Plan> {
        match scope {
            Scope::Everyone => {
                Ok(Plan { grants: None, ..Plan::of(AudienceFolder::Everyone, "everyone".into()) })
            }
            Scope::Person(who) => self.plan_of_person(*who).await,
            Scope::Group(group, owner) => {
                let known = self.shared.people.group(self.call.installation, *group).await?;
                let inside = known.is_some_and(|known| known.members.contains(owner));
                self.plan_of_group(*group, Some(*owner).filter(|_| !inside)).await
            }
        }
    }

    async fn plan_of_person(&self, who: AssociateId) -> Result<Plan> {
        let person = self.person(who).await?;
        let mut plan = Plan::of(AudienceFolder::Person(&person.name, who), format!("p{who}"));
        plan.add(person);
        Ok(plan)
    }

    /// A group, and an owner who is not one of it.
    async fn plan_of_group(&self, group: GroupId, with: Option<AssociateId>) -> Result<Plan> {
        let known = self.shared.people.group(self.call.installation, group).await?;
        let title = known.as_ref().map(|known| known.name.as_str());
        let mut plan = match with {
            None => Plan::of(AudienceFolder::Group(title, group, None), format!("g{group}")),
            Some(owner) => {
                let with = self.person(owner).await?;
                let folder = AudienceFolder::Group(title, group, Some((&with.name, owner)));
                let mut plan = Plan::of(folder, format!("g{group}.{owner}"));
                plan.add(with);
                plan
            }
        };
        let Some(known) = known else { return Ok(plan) };
        match known.object {
            Some(object) => plan.grants.get_or_insert_default().extend([object]),
            None => {
                for member in known.members {
                    plan.add(self.person(member).await?);
                }
            }
        }
        Ok(plan)
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

    /// A person as the place's tenant knows them.
    pub async fn person(&self, who: AssociateId) -> Result<Person> {
        let person = self.shared.people.person(self.call.installation, &self.place.tenant, who).await?;
        Ok(person.unwrap_or_else(|| Person { name: "Person".into(), ..Person::default() }))
    }

    /// How the permissions of a folder differ from what they should be.
    async fn drift(&self, at: At<'_>, grants: &BTreeSet<String>) -> Result<Drift> {
        Ok(differences(grants, &self.app.permissions(at).await?))
    }

    /// Gives what is missing, takes what is not wanted. Links and people whom somebody added by hand go, too: who may
    /// open is decided in one place. One writer at a time.
    async fn put_in_order(&self, folder: &str, grants: &BTreeSet<String>, left: bool) -> Result<()> {
        let at = At { drive: &self.place.documents.drive, item: folder };
        let drift = self.drift(at, grants).await?;
        if grants.is_empty() && !drift.closed {
            return if left { self.close(at).await } else { Err(nobody()) };
        }
        // Whoever has another role loses it first: an invitation widens and does not narrow.
        for permission in drift.over {
            self.app.revoke(at, &permission).await?;
        }
        let let_in = self.let_in(at, &drift.missing, "write").await?;
        if let_in == 0 && !drift.closed { Err(strangers()) } else { Ok(()) }
    }

    /// Closes an empty folder of somebody who has left. Only an invitation closes a folder, so somebody who maintains
    /// templates is let in for the moment that it takes.
    async fn close(&self, at: At<'_>) -> Result<()> {
        let people = self.shared.people.of_templates(self.call.installation, &self.place.tenant).await?;
        for (object, _) in people.into_iter().filter(|(_, edits)| *edits) {
            if self.let_in(at, &[object], "read").await? > 0 {
                for permission in self.drift(at, &BTreeSet::new()).await?.over {
                    self.app.revoke(at, &permission).await?;
                }
                return Ok(());
            }
        }
        Err(nobody())
    }

    /// Takes back what was given by hand on a file, and on the folders it lies in: links and people. What the folder of its
    /// audience and the library let in stays. Gives whether somebody has closed the file to what comes from above; then
    /// nothing is taken, because that does not open it again: it has to be carried.
    pub async fn take_back(&self, thing: &Thing) -> Result<bool> {
        let at = thing.at();
        let present = self.app.permissions(at).await?;
        if is_closed(&present) {
            return Ok(true);
        }
        let own = present.iter().filter(|permission| permission.inherited_from.is_none());
        for permission in own.filter(|permission| !is_keeper(permission)) {
            self.app.revoke(at, &permission.id).await?;
        }
        Box::pin(self.take_back_above(thing, &present)).await?;
        Ok(false)
    }

    /// The folders whose permissions are not what they should be, by name; not more than `most` are looked at. Whom
    /// Microsoft does not know is told elsewhere.
    pub async fn drifted(&self, most: usize) -> Result<Vec<String>> {
        let mut drifted = self.open_folders_drifted().await?;
        let unknown = self.unknown().await?;
        for mark in self.known_marks().await?.into_iter().take(most) {
            let Some(plan) = self.plan_of_mark(&mark).await? else { continue };
            let (Some(grants), Some(folder)) =
                (&plan.grants, self.existing_child(&self.wanted(&plan)).await?)
            else {
                continue;
            };
            let at = At { drive: &self.place.documents.drive, item: &folder };
            let drift = self.drift(at, grants).await?;
            let missing = drift.missing.iter().any(|object| !unknown.contains(object));
            if missing || !drift.over.is_empty() {
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

    /// Puts the permissions of every audience's folder in order, and tells what came of it. A folder that cannot be, because
    /// nobody it is for has an account, stops no other.
    pub async fn settle_all(&self) -> Result<Vec<Finding>> {
        self.shared.folders.forget();
        Box::pin(self.settle_open_folders()).await?;
        let (mut count, mut without, mut kept) = (0, BTreeSet::new(), Vec::new());
        let marks = if self.place.visible_for { self.known_marks().await? } else { BTreeSet::new() };
        for mark in marks {
            let Some(mut plan) = self.plan_of_mark(&mark).await? else { continue };
            without.extend(std::mem::take(&mut plan.without));
            match Box::pin(self.carried_out(&plan)).await {
                Ok(_) => count += 1,
                Err(error) if error.kind() == ErrorKind::Conflict => kept.push(plan.name),
                Err(error) => return Err(error),
            }
        }
        let text = match count {
            0 => "The folder is there; nobody has documents of their own yet.".to_owned(),
            1 => "One folder has the permissions it should have.".to_owned(),
            count => format!("{count} folders have the permissions they should have."),
        };
        let what = "Folders and permissions".to_owned();
        let mut found = vec![Finding { what, severity: Severity::Good, detail: text }];
        if !without.is_empty() {
            found.push(not_let_in(format!(
                "No account of this organisation at Microsoft is known of {}; everybody else is let in. They can sign in with \
                 one; until then they work in the CRM.",
                listed(without)
            )));
        }
        if !kept.is_empty() {
            found.push(not_let_in(format!(
                "Nobody whom these folders are for has an account that Microsoft knows, so nothing is put there yet: {}. \
                 Those people can sign in with their account of this organisation.",
                listed(kept)
            )));
        }
        Ok(found)
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

/// The owners' group of the site is in every folder, and so is the application; that is theirs and not ours. A person who
/// was made an owner of a folder is neither.
pub(crate) fn is_keeper(permission: &Permission) -> bool {
    let owner = permission.roles.iter().any(|role| role == "owner");
    let to = permission.granted_to_v2.as_ref();
    to.is_some_and(|to| to.application.is_some() || (owner && to.site_group.is_some()))
}

/// How the permissions of a folder differ from those that let in these people and nobody else.
fn differences(grants: &BTreeSet<String>, present: &[Permission]) -> Drift {
    let closed = is_closed(present);
    let (mut given, mut over) = (BTreeSet::new(), Vec::new());
    for permission in present.iter().filter(|one| one.inherited_from.is_none() && !is_keeper(one)) {
        let writes = permission.roles.iter().all(|role| role == "write");
        match object_of(permission).filter(|object| writes && grants.contains(object)) {
            Some(object) => drop(given.insert(object)),
            None => over.push(permission.id.clone()),
        }
    }
    // The first invitation closes the folder; it is empty until this is done.
    let missing =
        if closed { grants.difference(&given).cloned().collect() } else { grants.iter().cloned().collect() };
    Drift { closed, missing, over }
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

/// The same, where they have signed in with accounts that are not there any more.
fn strangers() -> Error {
    Error::conflict(
        "Microsoft knows the account of nobody who may see this document any more, so no folder can be made for them. They \
         can sign in again with their account of this organisation; an administrator can see who is missing under Settings, \
         SharePoint.",
    )
}
