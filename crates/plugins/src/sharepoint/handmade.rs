//! Rights that somebody gave by hand on the folders that we made: which they are, and taking them back. What comes from the
//! library or the site is the library's own.

use super::audience::{Scope, is_closed, is_keeper, object_of};
use super::calls::At;
use super::desk::{Desk, Thing};
use super::wire::{Permission, names_in};
use domain::Result;
use domain::plugin::Shelf;
use std::collections::BTreeSet;

/// What the folder for documents is called where its rights are told.
const DOCUMENTS: &str = "the folder for documents";

/// Where a right was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// On the file itself.
    Itself,
    /// On a folder in the folder of an audience.
    Within,
    /// On the folder of an audience.
    Scope,
    /// On the folder for documents.
    Documents,
    /// Above: on the library or the site.
    Above,
    /// SharePoint does not tell.
    Untold,
}

impl Source {
    /// Where a right was given. `root` is the folder for documents; `above` the names on the way to it, itself last, where
    /// they are known.
    pub fn of(permission: &Permission, root: &str, above: Option<&[String]>) -> Self {
        let Some(from) = &permission.inherited_from else { return Self::Itself };
        if from.id.as_deref() == Some(root) {
            return Self::Documents;
        }
        if permission.granted_to_v2.as_ref().is_some_and(|to| to.site_group.is_some()) {
            return Self::Above;
        }
        let Some(names) = from.path.as_deref().and_then(names_in) else { return Self::Untold };
        let Some(above) = above.filter(|_| !names.is_empty()) else {
            return if names.is_empty() { Self::Above } else { Self::Untold };
        };
        match names.strip_prefix(above) {
            None => Self::Above,
            Some([]) if above.is_empty() => Self::Above,
            Some([]) => Self::Documents,
            Some([_]) => Self::Scope,
            Some(_) => Self::Within,
        }
    }
}

/// What of a folder's own permissions somebody gave by hand and is taken back. `keep`: whom the folder's audience lets in.
/// On a folder that somebody has closed, taking people away would shut them out: only links go, and who is a stranger to
/// the audience. Where the library decides, people are its own.
pub(crate) fn by_hand(
    present: &[Permission],
    keep: Option<&BTreeSet<String>>,
    library_decides: bool,
) -> Vec<String> {
    let closed = is_closed(present);
    let kept = |one: &Permission| {
        keep.is_none_or(|keep| object_of(one).is_some_and(|object| keep.contains(&object)))
    };
    let stays = |one: &Permission| one.link.is_none() && (library_decides || (closed && kept(one)));
    let own = present.iter().filter(|one| one.inherited_from.is_none() && !is_keeper(one));
    own.filter(|one| !stays(one)).map(|one| one.id.clone()).collect()
}

impl Desk<'_> {
    /// The folders that let in whoever the library lets in: the one for documents, and *Everyone* in it.
    async fn open_folders(&self) -> Result<Vec<(String, &'static str)>> {
        let mut folders = vec![(self.root(Shelf::Documents).item.to_owned(), DOCUMENTS)];
        folders.extend(self.existing_scope(&Scope::Everyone).await?.map(|id| (id, "Everyone")));
        Ok(folders)
    }

    /// Takes back what was given by hand on the folders that let in whoever the library lets in.
    pub async fn settle_open_folders(&self) -> Result<()> {
        for (folder, _) in self.open_folders().await? {
            self.take_back_on(&folder, None).await?;
        }
        Ok(())
    }

    /// Those of them on which something was given by hand.
    pub async fn open_folders_drifted(&self) -> Result<Vec<String>> {
        let mut drifted = Vec::new();
        for (folder, name) in self.open_folders().await? {
            let at = At { drive: &self.place.documents.drive, item: &folder };
            if !by_hand(&self.app.permissions(at).await?, None, !self.place.visible_for).is_empty() {
                drifted.push(name.to_owned());
            }
        }
        Ok(drifted)
    }

    async fn take_back_on(&self, folder: &str, keep: Option<&BTreeSet<String>>) -> Result<()> {
        let _turn = self.shared.turn(&format!("permissions/{folder}")).await;
        let at = At { drive: &self.place.documents.drive, item: folder };
        for permission in by_hand(&self.app.permissions(at).await?, keep, !self.place.visible_for) {
            self.app.revoke(at, &permission).await?;
        }
        Ok(())
    }

    /// Takes back what was given by hand on the folders that a file lies in, as far as its permissions tell. A folder of an
    /// audience is put in order by [`Desk::scope`].
    pub async fn take_back_above(&self, thing: &Thing, present: &[Permission]) -> Result<()> {
        if thing.record.drive != self.place.documents.drive {
            return Ok(());
        }
        let scope = self.scope_of(&thing.record.audience);
        let folder = self.existing_scope(&scope).await?;
        let is_scope = |from: &String| Some(from) == folder.as_ref();
        let given = |one: &&Permission| !is_keeper(one) && (scope == Scope::Everyone || one.link.is_some());
        let from = |one: &Permission| one.inherited_from.as_ref().and_then(|from| from.id.clone());
        let mut above: BTreeSet<String> = present.iter().filter(given).filter_map(from).collect();
        above
            .extend(present.iter().filter(|one| !is_keeper(one)).filter_map(from).filter(|id| !is_scope(id)));
        if above.is_empty() {
            return Ok(());
        }
        let should = self.should(thing).await?;
        let root = self.root(Shelf::Documents).item;
        let all = present.iter().filter(|one| from(one).is_some_and(|id| above.contains(&id)));
        let sources: BTreeSet<(String, bool)> = all
            .filter_map(|one| match Source::of(one, root, should.above.as_deref()) {
                Source::Documents => Some((from(one)?, false)),
                Source::Within => Some((from(one)?, true)),
                Source::Scope if scope == Scope::Everyone => from(one).filter(is_scope).map(|id| (id, false)),
                Source::Scope => {
                    from(one).filter(is_scope).iter().for_each(|id| self.shared.folders.unsettle(id));
                    None
                }
                Source::Itself | Source::Above | Source::Untold => None,
            })
            .collect();
        for (folder, within) in sources {
            let keep = should.grants.as_ref().filter(|_| within);
            self.take_back_on(&folder, keep).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::wire::{Identity, IdentitySet, Parent, SharingLink};
    use super::*;

    fn to(object: &str, role: &str) -> Permission {
        let user = Identity { id: Some(object.into()), ..Identity::default() };
        Permission {
            id: format!("{object}-{role}"),
            roles: vec![role.into()],
            granted_to_v2: Some(IdentitySet { user: Some(user), ..IdentitySet::default() }),
            ..Permission::default()
        }
    }

    fn link() -> Permission {
        Permission {
            id: "link".into(),
            link: Some(SharingLink { scope: "anonymous".into() }),
            ..to("", "read")
        }
    }

    fn site(role: &str) -> Permission {
        let group = Identity { id: Some("5".into()), ..Identity::default() };
        let to = IdentitySet { site_group: Some(group), ..IdentitySet::default() };
        Permission {
            id: "site".into(),
            roles: vec![role.into()],
            granted_to_v2: Some(to),
            ..Permission::default()
        }
    }

    fn inherited(permission: Permission, path: &str) -> Permission {
        let from = Parent { path: Some(path.into()), ..Parent::default() };
        Permission { inherited_from: Some(from), ..permission }
    }

    #[test]
    fn what_was_given_by_hand_on_a_folder_is_told_from_what_keeps_it_open() {
        let open = || inherited(site("write"), "");
        let keep: BTreeSet<String> = ["ada".to_owned()].into();
        let table = [
            (vec![], None, false, ""),
            (vec![open(), site("owner")], None, false, ""),
            (vec![open(), to("ada", "write"), link()], None, false, "ada-write link"),
            (vec![open(), to("ada", "owner")], None, false, "ada-owner"),
            (vec![open(), to("ada", "write"), link()], None, true, "link"),
            (vec![to("ada", "write"), site("owner"), link()], None, false, "link"),
            (vec![to("ada", "write"), to("ben", "read"), link()], Some(&keep), false, "ben-read link"),
            (vec![inherited(to("ben", "write"), "x"), to("ada", "read")], Some(&keep), false, "ada-read"),
        ];
        for (n, (present, keep, library, expected)) in table.into_iter().enumerate() {
            assert_eq!(by_hand(&present, keep, library).join(" "), expected, "row {n}");
        }
    }

    #[test]
    fn where_a_right_was_given_is_read_from_its_path() {
        let above = ["Documents 7".to_owned()];
        let table = [
            ("/drives/b/root:", Source::Above),
            ("/drives/b/root:/Other", Source::Above),
            ("/drives/b/root:/Documents%207", Source::Documents),
            ("/drives/b/root:/Documents%207/Everyone", Source::Scope),
            ("/drives/b/root:/Documents%207/Everyone/Fjord", Source::Within),
            ("", Source::Untold),
        ];
        for (path, expected) in table {
            let given = inherited(to("ada", "write"), path);
            assert_eq!(Source::of(&given, "root", Some(&above)), expected, "{path}");
        }
        assert_eq!(Source::of(&to("ada", "write"), "root", None), Source::Itself);
        assert_eq!(Source::of(&inherited(link(), "/drives/b/root:/A"), "root", None), Source::Untold);
        assert_eq!(Source::of(&inherited(site("write"), ""), "root", None), Source::Above);
    }
}
