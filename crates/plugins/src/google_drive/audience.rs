//! Who may open documents at Google. A folder has permissions; a document lies in the folder of its audience and has
//! none of its own, so taking something away is one move (T13).

use super::desk::Desk;
use super::folders::Wanted;
use super::ids::short;
use super::place::{Access, Person};
use super::wire::Permission;
use domain::plugin::{Audience, Shelf};
use domain::{AssociateId, Error, GroupId, Result, names};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The folder of an audience.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scope {
    Everyone,
    Person(AssociateId),
    Group(GroupId, AssociateId),
}

/// A permission that a folder should have: kind and address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Grant {
    kind: &'static str,
    to: String,
}

impl Scope {
    pub fn of(audience: &Audience) -> Self {
        match audience {
            Audience::Inherited => Self::Everyone,
            Audience::Person { associate } => Self::Person(*associate),
            Audience::Group { group, owner } => Self::Group(*group, *owner),
        }
    }

    /// A person's and a group's folder keep out whom the folders above let in.
    fn is_closed(&self) -> bool {
        *self != Self::Everyone
    }
}

impl Grant {
    fn body(&self) -> Value {
        let member = if self.kind == "domain" { "domain" } else { "emailAddress" };
        let mut body = json!({ "type": self.kind, "role": "writer", member: self.to });
        if self.kind == "domain" {
            body["allowFileDiscovery"] = json!(false);
        }
        body
    }

    pub fn is(&self, permission: &Permission) -> bool {
        let to = if self.kind == "domain" { &permission.domain } else { &permission.email_address };
        permission.kind == self.kind
            && permission.role == "writer"
            && to.as_ref().is_some_and(|to| to.eq_ignore_ascii_case(&self.to))
    }
}

/// What a folder of an audience is called, what it is, and what it should grant.
pub(crate) struct Plan {
    name: String,
    mark: String,
    pub grants: BTreeSet<Grant>,
}

impl Desk<'_> {
    /// The folder of an audience, with the permissions it should have.
    pub async fn scope(&self, scope: &Scope) -> Result<String> {
        let plan = self.plan(scope).await?;
        let wanted = self.wanted(scope, &plan);
        let folder = self.child(&wanted).await?;
        let as_what = fingerprint(&plan.grants);
        if self.shared.folders.settled(&folder).as_ref() == Some(&as_what) {
            return Ok(folder);
        }
        let _turn = self.shared.turn(&format!("permissions/{folder}")).await;
        if self.shared.folders.settled(&folder).as_ref() != Some(&as_what) {
            self.settle(&folder, &plan.grants, scope).await?;
            self.shared.folders.settle(&folder, &as_what);
        }
        Ok(folder)
    }

    /// Puts the permissions of an audience's folder in order, also when they were a moment ago.
    pub async fn put_in_order(&self, scope: &Scope) -> Result<()> {
        let plan = self.plan(scope).await?;
        let folder = self.child(&self.wanted(scope, &plan)).await?;
        let _turn = self.shared.turn(&format!("permissions/{folder}")).await;
        self.settle(&folder, &plan.grants, scope).await?;
        self.shared.folders.settle(&folder, &fingerprint(&plan.grants));
        Ok(())
    }

    /// Lets somebody into the folder of everybody's documents.
    pub async fn invite(&self, address: &str) -> Result<()> {
        let plan = self.plan(&Scope::Everyone).await?;
        let folder = self.child(&self.wanted(&Scope::Everyone, &plan)).await?;
        let _turn = self.shared.turn(&format!("permissions/{folder}")).await;
        self.line.permit(&folder, &user(address.to_owned()).body(), true).await.map_err(Into::into)
    }

    /// The folder of everybody's documents, when it is there.
    pub async fn existing_scope(&self, scope: &Scope) -> Result<Option<String>> {
        let plan = self.plan(scope).await?;
        self.existing_child(&self.wanted(scope, &plan)).await
    }

    fn wanted(&self, scope: &Scope, plan: &Plan) -> Wanted<'_> {
        Wanted {
            parent: self.root(Shelf::Documents),
            name: plan.name.clone(),
            mark: plan.mark.clone(),
            closed: scope.is_closed(),
        }
    }

    pub async fn plan(&self, scope: &Scope) -> Result<Plan> {
        let plan =
            |name: String, mark: String, grants| Plan { name: names::amend(&name, "Folder"), mark, grants };
        Ok(match scope {
            Scope::Everyone => plan("Everyone".into(), "everyone".into(), self.everybody()),
            Scope::Person(who) => {
                let person = self.person(*who).await?;
                let name = person.as_ref().map_or_else(|| format!("Person {who}"), |p| p.name.clone());
                let grants = person.and_then(|p| p.address).map(user).into_iter().collect();
                plan(format!("Person - {name}"), format!("p{who}"), grants)
            }
            Scope::Group(group, owner) => {
                let (installation, people) = (self.call.installation, &self.shared.people);
                let known = people.group(installation, *group).await?;
                let mut grants = BTreeSet::new();
                let mut name = format!("Group {group}");
                let mut inside = false;
                if let Some(known) = known {
                    name = known.name;
                    inside = known.members.contains(owner);
                    if let Some(to) = known.address {
                        grants.insert(Grant { kind: "group", to });
                    } else {
                        for member in known.members {
                            let person = self.person(member).await?;
                            grants.extend(person.and_then(|p| p.address).map(user));
                        }
                    }
                }
                if inside {
                    return Ok(plan(format!("Group - {name}"), format!("g{group}"), grants));
                }
                // The owner is not of the group: a folder for the group and for them.
                let person = self.person(*owner).await?;
                let with = person.as_ref().map_or_else(|| owner.to_string(), |p| p.name.clone());
                grants.extend(person.and_then(|p| p.address).map(user));
                plan(format!("Group - {name} with {with}"), format!("g{group}.{owner}"), grants)
            }
        })
    }

    async fn person(&self, who: AssociateId) -> Result<Option<Person>> {
        self.shared.people.person(self.call.installation, who).await
    }

    fn everybody(&self) -> BTreeSet<Grant> {
        match &self.line.connected.place.access {
            Access::Inherit => BTreeSet::new(),
            Access::Group { address } => [Grant { kind: "group", to: address.clone() }].into(),
            Access::Domain { domain } => [Grant { kind: "domain", to: domain.clone() }].into(),
        }
    }

    /// Gives what is missing, takes what is not wanted. One writer at a time: Google loses one of two that meet.
    async fn settle(&self, folder: &str, grants: &BTreeSet<Grant>, scope: &Scope) -> Result<()> {
        let closed = scope.is_closed();
        // Whoever was let in on opening stays, while that is what the administrator wants.
        let keeps_people = !closed && self.lets_in_on_opening();
        let present = self.line.permissions(folder).await?;
        let ours = &self.line.connected.account;
        for permission in &present {
            let details = &permission.permission_details;
            let inherited = details.iter().any(|detail| detail.inherited);
            let own_part = details.is_empty() || details.iter().any(|detail| !detail.inherited);
            let ruling = matches!(permission.role.as_str(), "owner" | "organizer" | "fileOrganizer");
            let ourselves = permission.email_address.as_deref().is_some_and(|a| a.eq_ignore_ascii_case(ours));
            if ruling || ourselves || permission.deleted || grants.iter().any(|grant| grant.is(permission)) {
                continue;
            }
            if own_part && !(keeps_people && permission.kind == "user") {
                self.line.forbid(folder, &permission.id).await?;
            }
            if inherited && closed {
                return Err(not_closed());
            }
        }
        for grant in grants {
            if !present.iter().any(|permission| grant.is(permission)) {
                self.line.permit(folder, &grant.body(), grant.kind != "domain").await?;
            }
        }
        Ok(())
    }

    /// Puts the permissions of every audience's folder in order, for what has changed about people and groups.
    pub async fn settle_all(&self) -> Result<usize> {
        let query = format!("'{}' in parents and trashed = false", self.root(Shelf::Documents));
        let mut page = None;
        let mut count = 0;
        loop {
            let list = self.line.list(&query, "id,appProperties", page.as_deref()).await?;
            for folder in list.files {
                let own = folder.app_properties.get("chi") == Some(&self.call.installation.to_string());
                let scope = folder.app_properties.get("chf").and_then(|mark| scope_of(mark));
                if let Some(scope) = scope.filter(|_| own) {
                    let plan = self.plan(&scope).await?;
                    self.settle(&folder.id, &plan.grants, &scope).await?;
                    self.shared.folders.settle(&folder.id, &fingerprint(&plan.grants));
                    count += 1;
                }
            }
            page = list.next_page_token;
            if page.is_none() {
                return Ok(count);
            }
        }
    }
}

fn user(to: String) -> Grant {
    Grant { kind: "user", to }
}

fn fingerprint(grants: &BTreeSet<Grant>) -> String {
    let parts: Vec<String> = grants.iter().map(|grant| format!("{}:{}", grant.kind, grant.to)).collect();
    short(&parts.join(" "))
}

fn scope_of(mark: &str) -> Option<Scope> {
    let id = |text: &str| text.parse::<i64>().ok();
    match mark.split_at_checked(1) {
        _ if mark == "everyone" => Some(Scope::Everyone),
        Some(("p", who)) => Some(Scope::Person(AssociateId(id(who)?))),
        Some(("g", both)) => match both.split_once('.') {
            Some((group, owner)) => Some(Scope::Group(GroupId(id(group)?), AssociateId(id(owner)?))),
            // The owner is one of the group's members, whoever it is.
            None => Some(Scope::Group(GroupId(id(both)?), AssociateId(0))),
        },
        _ => None,
    }
}

fn not_closed() -> Error {
    Error::forbidden(
        "The folder at Google lets in people who may not see this document, and Google does not let this application close \
         a part of it. Nothing was moved; an administrator can give the system user the role Manager, or share the folder \
         with fewer people.",
    )
}
