//! Who can open a file in SharePoint, and by which right: read from its permissions there (microsoft.md 2.11).

use super::audience::{is_keeper, object_of};
use super::desk::{Desk, Thing};
use super::handmade::Source;
use super::wire::{Identity, IdentitySet, Permission, SharingLink};
use domain::plugin::{Access, ExternalRef, Grantee, PlaceRight, Shelf, Way};
use domain::{AssociateId, Result};
use std::collections::BTreeSet;

/// How many members of a group are looked at.
const MEMBERS: usize = 2000;

/// What should be: whom the folder of the file's audience lets in, and its name.
pub(crate) struct Should {
    folder: String,
    pub grants: Option<BTreeSet<String>>,
    /// The file does not lie in that folder.
    misplaced: bool,
    /// The names on the way to the folder for documents, itself last, where they are known.
    pub above: Option<Vec<String>>,
    /// Whoever the library lets in may open it, people on our folders included.
    library_decides: bool,
}

impl Desk<'_> {
    /// Who can open a file.
    pub async fn access(&self, reference: &ExternalRef) -> Result<Access> {
        let thing = Box::pin(self.find_usable(reference)).await?;
        let should = self.should(&thing).await?;
        let mut ways = Vec::new();
        let present = self.app.permissions(thing.at()).await?;
        // Where the folder for documents is closed, those who were let in there stand for the library.
        let from_above = present.iter().any(|one| {
            let source = Source::of(one, self.root(Shelf::Documents).item, should.above.as_deref());
            matches!(source, Source::Above | Source::Untold) && !is_keeper(one)
        });
        for permission in &present {
            // The application's own access is nobody's.
            let to = permission.granted_to_v2.as_ref();
            if to.is_some_and(|to| to.application.is_some()) {
                continue;
            }
            ways.push(self.way_in(permission, &should, from_above).await?);
        }
        let person = !self.mine.access.object.is_empty();
        Ok(Access { ways, yours: person.then_some(!thing.hidden), misplaced: should.misplaced })
    }

    pub async fn should(&self, thing: &Thing) -> Result<Should> {
        let record = &thing.record;
        if record.shelf() == Shelf::Templates {
            return Ok(Should {
                folder: "the library".into(),
                grants: None,
                misplaced: false,
                above: None,
                library_decides: true,
            });
        }
        let plan = self.plan(&self.scope_of(&record.audience)).await?;
        let folder = self.folder_of_plan(&plan).await?;
        // Graph tells the names of the folders above, outermost first.
        let lies_in = |name: &String| thing.item.folders().is_none_or(|above| above.contains(name));
        let misplaced = !folder.as_ref().is_some_and(|folder| lies_in(&folder.name));
        let above = folder.and_then(|folder| folder.folders());
        let library_decides = !self.place.visible_for;
        Ok(Should { folder: plan.name, grants: plan.grants, misplaced, above, library_decides })
    }

    async fn way_in(&self, permission: &Permission, should: &Should, from_above: bool) -> Result<Way> {
        let inherited = permission.inherited_from.is_some();
        let (to, name) = self.grantee(permission).await?;
        let site = permission.granted_to_v2.as_ref().is_some_and(|to| to.site_group.is_some());
        let folder = match inherited {
            false => String::new(),
            true if site => "the site".to_owned(),
            true => folder_of(permission).unwrap_or_else(|| should.folder.clone()),
        };
        let source = Source::of(permission, self.root(Shelf::Documents).item, should.above.as_deref());
        let expected = is_keeper(permission) || should.expects(permission, source, from_above);
        Ok(Way { to, name, right: right(permission), folder, expected })
    }

    async fn grantee(&self, permission: &Permission) -> Result<(Grantee, String)> {
        if let Some(link) = &permission.link {
            let people = if link.scope == "users" {
                Some(self.known(permission.granted_to_identities_v2.iter().filter_map(object_in)).await?)
            } else {
                None
            };
            return Ok((Grantee::Link(people), link_name(link)));
        }
        let invited = permission.invitation.as_ref().and_then(|invitation| invitation.email.clone());
        let Some(to) = &permission.granted_to_v2 else {
            return Ok((Grantee::Person(None), invited.unwrap_or_else(|| "Somebody".into())));
        };
        let name = |who: &Identity| who.display_name.clone().unwrap_or_default();
        match (&to.user, &to.group, &to.site_group) {
            (Some(user), ..) => {
                let known = match &user.id {
                    Some(object) => self.known([object.clone()]).await?.pop_first(),
                    None => None,
                };
                Ok((Grantee::Person(known), invited.unwrap_or_else(|| name(user))))
            }
            (None, Some(group), _) => {
                let members = match &group.id {
                    Some(object) => self.app.group_members(object, MEMBERS).await?,
                    None => None,
                };
                let members = match members {
                    Some(members) => Some(self.known(members).await?),
                    None => None,
                };
                Ok((Grantee::Group(members), name(group)))
            }
            (None, None, Some(group)) if is_keeper(permission) => Ok((Grantee::Keepers, name(group))),
            (None, None, Some(group)) => Ok((Grantee::Group(None), name(group))),
            (None, None, None) => Ok((Grantee::Person(None), "Somebody".into())),
        }
    }

    /// Those of the object ids that are people of the installation.
    pub async fn known(&self, objects: impl IntoIterator<Item = String>) -> Result<BTreeSet<AssociateId>> {
        let objects = objects.into_iter().collect();
        let known =
            self.shared.people.by_objects(self.call.installation, &self.place.tenant, &objects).await?;
        Ok(known.into_values().collect())
    }

    /// Who can open a file because somebody gave them a right by hand, in words; blank when nobody did.
    pub async fn shared_by_hand(&self, reference: &ExternalRef) -> Result<String> {
        Ok(Box::pin(self.access(reference)).await?.names_by_hand())
    }
}

impl Should {
    /// Whether a right is as it should be. A link never is, unless it comes with the library.
    fn expects(&self, permission: &Permission, source: Source, from_above: bool) -> bool {
        if permission.link.is_some() {
            return source == Source::Above;
        }
        let Some(grants) = &self.grants else {
            return match source {
                Source::Itself => false,
                Source::Above | Source::Untold => true,
                Source::Documents => self.library_decides || !from_above,
                // What another audience's folder lets in is that folder's own; the file is misplaced.
                Source::Scope | Source::Within => self.library_decides || self.misplaced,
            };
        };
        let named = object_of(permission).is_some_and(|object| grants.contains(&object));
        let owner = permission.roles.iter().any(|role| role == "owner");
        named && !owner && !matches!(source, Source::Itself | Source::Within)
    }
}

fn object_in(to: &IdentitySet) -> Option<String> {
    to.user.as_ref().or(to.group.as_ref())?.id.clone()
}

fn link_name(link: &SharingLink) -> String {
    match link.scope.as_str() {
        "anonymous" => "Link for anybody",
        "organization" => "Link for everybody in the organisation",
        _ => "Link for certain people",
    }
    .to_owned()
}

/// The name of the folder that a permission comes from; `None` where SharePoint does not tell.
fn folder_of(permission: &Permission) -> Option<String> {
    let path = permission.inherited_from.as_ref()?.path.as_deref()?;
    let last = super::wire::names_in(path)?.pop();
    Some(last.unwrap_or_else(|| "the library".to_owned()))
}

fn right(permission: &Permission) -> PlaceRight {
    let has = |wanted: &str| permission.roles.iter().any(|role| role == wanted);
    if has("owner") {
        PlaceRight::Manage
    } else if has("write") {
        PlaceRight::Write
    } else {
        PlaceRight::Read
    }
}
