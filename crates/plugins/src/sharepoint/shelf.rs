//! Who may open template files in SharePoint: whoever maintains templates changes them, everybody else reads. Where whoever
//! the library lets in may open documents, the same holds for templates.

use super::audience::{is_closed, is_keeper, object_of};
use super::desk::Desk;
use super::wire::Permission;
use domain::Result;
use domain::plugin::Shelf;
use std::collections::{BTreeMap, BTreeSet};

/// What the folder is called among those whose permissions were put in order.
const MARK: &str = "templates";

/// How the permissions of the folder of templates differ from what they should be.
#[derive(Debug, Default)]
struct Difference {
    readers: Vec<String>,
    editors: Vec<String>,
    /// Permissions to be taken back.
    over: Vec<String>,
}

impl Difference {
    fn is_none(&self) -> bool {
        self.readers.is_empty() && self.editors.is_empty() && self.over.is_empty()
    }
}

impl Desk<'_> {
    /// Puts the permissions of the folder of templates in order; how many people may change templates there, and how many
    /// may read them. Nothing where the library decides, or nobody who may change them has connected yet.
    pub async fn settle_templates(&self) -> Result<Option<(usize, usize)>> {
        let wanted = self.wanted_of_templates().await?;
        let editors = wanted.values().filter(|edits| **edits).count();
        if !self.place.visible_for || editors == 0 {
            return Ok(None);
        }
        let at = self.root(Shelf::Templates);
        self.note_scope(MARK).await?;
        let _turn = self.shared.turn(&format!("permissions/{}", at.item)).await;
        let difference = differences(&wanted, &self.app.permissions(at).await?);
        // Whoever changes role loses the old one first: an invitation widens and does not narrow.
        for permission in &difference.over {
            self.app.revoke(at, permission).await?;
        }
        let (editing, reading) = (difference.editors.len(), difference.readers.len());
        let missing = editing - self.let_in(at, &difference.editors, "write").await?;
        let missing_too = reading - self.let_in(at, &difference.readers, "read").await?;
        Ok(Some((editors - missing, wanted.len() - editors - missing_too)))
    }

    /// Whether the permissions of the folder of templates are other than they should be.
    pub async fn templates_drifted(&self) -> Result<bool> {
        // Before it was put in order for the first time there is nothing that it should be.
        if !self.place.visible_for || !self.known_marks().await?.contains(MARK) {
            return Ok(false);
        }
        let unknown = self.unknown().await?;
        let mut wanted = self.wanted_of_templates().await?;
        wanted.retain(|object, _| !unknown.contains(object));
        let present = self.app.permissions(self.root(Shelf::Templates)).await?;
        Ok(!differences(&wanted, &present).is_none())
    }

    async fn wanted_of_templates(&self) -> Result<BTreeMap<String, bool>> {
        self.shared.people.of_templates(self.call.installation, &self.place.tenant).await
    }
}

fn differences(wanted: &BTreeMap<String, bool>, present: &[Permission]) -> Difference {
    let mut difference = Difference::default();
    let mut right = BTreeSet::new();
    // What comes from above ends with the first invitation.
    let closed = is_closed(present);
    for permission in present.iter().filter(|permission| permission.inherited_from.is_none()) {
        if is_keeper(permission) {
            continue;
        }
        let edits = permission.roles.iter().any(|role| role == "write");
        let owns = permission.roles.iter().any(|role| role == "owner");
        match object_of(permission).filter(|object| !owns && wanted.get(object) == Some(&edits)) {
            Some(object) if closed => {
                right.insert(object);
            }
            Some(_) => {}
            None => difference.over.push(permission.id.clone()),
        }
    }
    for (object, edits) in wanted.iter().filter(|(object, _)| !right.contains(*object)) {
        let list = if *edits { &mut difference.editors } else { &mut difference.readers };
        list.push(object.clone());
    }
    difference
}

#[cfg(test)]
mod tests {
    use super::super::wire::{Identity, IdentitySet, Parent};
    use super::*;

    fn permission(object: &str, role: &str, inherited: bool) -> Permission {
        let user = Identity { id: Some(object.into()), ..Identity::default() };
        Permission {
            id: format!("p-{object}"),
            roles: vec![role.into()],
            granted_to_v2: Some(IdentitySet { user: Some(user), ..IdentitySet::default() }),
            inherited_from: inherited.then(Parent::default),
            ..Permission::default()
        }
    }

    #[test]
    fn editors_write_everybody_else_reads_and_nobody_else_is_let_in() {
        let wanted = BTreeMap::from([("ada".to_owned(), true), ("ben".to_owned(), false)]);
        let told = |present: &[Permission]| {
            let found = differences(&wanted, present);
            (found.editors.join(" "), found.readers.join(" "), found.over.join(" "))
        };
        let said = |editors: &str, readers: &str, over: &str| {
            (editors.to_owned(), readers.to_owned(), over.to_owned())
        };
        let (ada, ben) = (permission("ada", "write", false), permission("ben", "read", false));
        assert_eq!(told(&[]), said("ada", "ben", ""));
        assert_eq!(told(&[ada.clone(), ben.clone()]), said("", "", ""));
        assert_eq!(told(std::slice::from_ref(&ada)), said("", "ben", ""));
        let promoted = permission("ben", "write", false);
        assert_eq!(told(&[ada.clone(), promoted]), said("", "ben", "p-ben"));
        let gone = permission("cy", "read", false);
        assert_eq!(told(&[ada.clone(), ben.clone(), gone]), said("", "", "p-cy"));
        let owner = permission("olga", "owner", false);
        assert_eq!(told(&[ada.clone(), ben.clone(), owner]), said("", "", "p-olga"), "somebody made her one");
        let above = permission("all", "write", true);
        assert_eq!(told(&[above, ada, ben]), said("ada", "ben", ""), "it is not closed yet");
    }
}
