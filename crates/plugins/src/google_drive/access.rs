//! Who can open a file at Google, and by which right: read from its permissions there (google.md, permissions).

use super::audience::Scope;
use super::desk::Desk;
use super::wire::Permission;
use domain::Result;
use domain::plugin::{Access, ExternalRef, Grantee, PlaceRight, Shelf, Way};
use std::collections::BTreeSet;

impl Desk<'_> {
    /// Who can open a file. The system user is the product itself and left out.
    pub async fn access(&self, reference: &ExternalRef) -> Result<Access> {
        let thing = self.find_usable(reference).await?;
        let scope = Scope::of(&thing.marks.audience);
        let documents = thing.marks.shelf == Shelf::Documents;
        let grants = if documents { self.plan(&scope).await?.grants } else { BTreeSet::new() };
        // What the folders above let in is as it should be where nobody is kept out.
        let open = !documents || scope == Scope::Everyone;
        let mut ways = Vec::new();
        for permission in self.line.permissions(thing.id()).await? {
            let ours = &self.line.connected.account;
            let ourselves = permission.email_address.as_deref().is_some_and(|a| a.eq_ignore_ascii_case(ours));
            if ourselves || permission.deleted {
                continue;
            }
            let wanted = grants.iter().any(|grant| grant.is(&permission));
            let above = is_from_above(&permission);
            let expected =
                wanted || right(&permission) == PlaceRight::Manage || (open && above != Some(false));
            let to = self.grantee(&permission).await?;
            let folder = if above == Some(true) || (above.is_none() && wanted) {
                name_of(&scope)
            } else {
                String::new()
            };
            ways.push(Way { to, name: name(&permission), right: right(&permission), folder, expected });
        }
        let misplaced = thing.marks.is_moved(thing.file.parent());
        Ok(Access { ways, yours: None, misplaced })
    }

    async fn grantee(&self, permission: &Permission) -> Result<Grantee> {
        Ok(match permission.kind.as_str() {
            "anyone" => Grantee::Link(None),
            "domain" => Grantee::Organisation,
            "group" => Grantee::Group(None),
            _ => {
                let address = permission.email_address.as_deref().unwrap_or_default();
                Grantee::Person(self.shared.people.by_address(self.call.installation, address).await?)
            }
        })
    }

    /// Takes back what was given by hand on a file that is to be for others. In a drive of a person Google does not tell
    /// what comes from the folders; there nothing is taken.
    pub async fn take_back(&self, file: &str) -> Result<()> {
        for permission in self.line.permissions(file).await? {
            let ours = &self.line.connected.account;
            let ourselves = permission.email_address.as_deref().is_some_and(|a| a.eq_ignore_ascii_case(ours));
            let by_hand =
                is_from_above(&permission) == Some(false) && right(&permission) != PlaceRight::Manage;
            if by_hand && !ourselves && !permission.deleted {
                self.line.forbid(file, &permission.id).await?;
            }
        }
        Ok(())
    }

    /// Who can open a file because somebody gave them a right by hand, in words; blank when nobody did.
    pub async fn shared_by_hand(&self, reference: &ExternalRef) -> Result<String> {
        Ok(self.access(reference).await?.names_by_hand())
    }
}

/// Whether a permission comes from a folder; `None` where Google does not tell: in the drive of a person.
fn is_from_above(permission: &Permission) -> Option<bool> {
    let details = &permission.permission_details;
    if details.is_empty() { None } else { Some(details.iter().all(|detail| detail.inherited)) }
}

fn right(permission: &Permission) -> PlaceRight {
    match permission.role.as_str() {
        "owner" | "organizer" | "fileOrganizer" => PlaceRight::Manage,
        "writer" => PlaceRight::Write,
        _ => PlaceRight::Read,
    }
}

fn name(permission: &Permission) -> String {
    let told = permission.email_address.clone().or_else(|| permission.domain.clone());
    match permission.kind.as_str() {
        "anyone" => "Link for anybody".into(),
        _ => told.unwrap_or_else(|| "Somebody".into()),
    }
}

fn name_of(scope: &Scope) -> String {
    let whose = if *scope == Scope::Everyone { "everybody's documents" } else { "its audience" };
    format!("the folder of {whose}")
}
