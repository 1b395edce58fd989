//! In whose folder a document lies, by *Visible for* (T02).

use super::SharePoint;
use domain::plugin::Audience;
use domain::records::{Associate, Group};
use domain::sharepoint::{AudienceFolder, folder_name};
use domain::visibility::VisibleFor;
use domain::{AssociateId, GroupId, InstallationId, PluginId, Result};
use std::collections::BTreeMap;

/// The people and user groups of an installation.
#[derive(Debug, Clone, Default)]
pub(super) struct Rooms {
    people: BTreeMap<AssociateId, Associate>,
    groups: BTreeMap<GroupId, String>,
}

impl Rooms {
    pub fn of(people: Vec<Associate>, groups: Vec<Group>) -> Self {
        Self {
            people: people.into_iter().map(|person| (person.id, person)).collect(),
            groups: groups.into_iter().map(|group| (group.id, group.name)).collect(),
        }
    }

    /// What the primary user group of somebody is called.
    pub fn primary_group(&self, who: AssociateId) -> Option<String> {
        self.groups.get(&self.people.get(&who)?.primary_group).cloned()
    }

    /// What the folder of a document is called.
    pub fn folder(&self, visible_for: VisibleFor, owner: AssociateId) -> String {
        match Audience::of(visible_for, owner) {
            Audience::Inherited => AudienceFolder::Everyone.name(),
            Audience::Person { associate } => self.of_person(associate),
            Audience::Group { group, owner } => self.of_group(group, owner),
        }
    }

    fn name(&self, who: AssociateId) -> String {
        self.people.get(&who).map_or_else(|| "Person".to_owned(), Associate::full_name)
    }

    fn of_person(&self, who: AssociateId) -> String {
        folder_name(&AudienceFolder::Person(&self.name(who), who).name())
    }

    fn of_group(&self, group: GroupId, owner: AssociateId) -> String {
        let title = self.groups.get(&group).map(String::as_str);
        // Whoever has left belongs to no group.
        let inside = self
            .people
            .get(&owner)
            .is_some_and(|person| !person.retired && person.groups().any(|of| of == group));
        let name = self.name(owner);
        let with = Some((name.as_str(), owner)).filter(|_| !inside);
        folder_name(&AudienceFolder::Group(title, group, with).name())
    }

    /// How long the name of such a folder can be, in characters: that of each group and each person counts.
    pub fn longest(&self) -> usize {
        let groups = self
            .groups
            .keys()
            .flat_map(|group| self.people.keys().map(move |who| self.of_group(*group, *who).chars().count()));
        let people = self.people.keys().map(|who| self.of_person(*who).chars().count());
        groups.chain(people).chain([AudienceFolder::Everyone.name().len()]).max().unwrap_or_default()
    }
}

impl SharePoint<'_> {
    /// The people and user groups of an installation.
    pub(super) async fn rooms(&self, of: InstallationId) -> Result<Rooms> {
        let read = self.app.store().read(move |tx| Ok((tx.associates(of).list()?, tx.groups(of).list()?)));
        let (people, groups) = read.await?;
        Ok(Rooms::of(people, groups))
    }

    /// The folder below that of all documents in which a new document lies at a plugin; nothing at one that has no such
    /// folders.
    pub(crate) async fn room(
        &self,
        of: InstallationId,
        plugin: PluginId,
        visible_for: VisibleFor,
        owner: AssociateId,
    ) -> Result<Option<String>> {
        if !self.site().is_ok_and(|site| site.plugin == plugin) {
            return Ok(None);
        }
        let Some(active) = self.active(of).await? else { return Ok(None) };
        let visible_for = if active.place.visible_for { visible_for } else { VisibleFor::Everyone };
        let read = self.app.store().read(move |tx| {
            let group = match visible_for {
                VisibleFor::Group(group) => tx.groups(of).get(group)?,
                VisibleFor::Everyone | VisibleFor::Owner => None,
            };
            let owner = tx.associates(of).get(owner)?;
            Ok(Rooms::of(owner.into_iter().collect(), group.into_iter().collect()))
        });
        Ok(Some(read.await?.folder(visible_for, owner)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rooms() -> Rooms {
        let person = |id: i64, name: &str, group: i64| Associate {
            id: AssociateId(id),
            first_name: name.into(),
            primary_group: GroupId(group),
            ..Associate::default()
        };
        let group = |id: i64, name: &str| Group { id: GroupId(id), external_id: None, name: name.into() };
        let left = Associate { retired: true, ..person(9, "Old", 3) };
        Rooms::of(
            vec![person(7, "Anna", 3), person(8, "Ben", 4), left],
            vec![group(3, "Sales"), group(4, "It")],
        )
    }

    #[test]
    fn a_document_lies_in_the_folder_of_whoever_may_see_it() {
        let rooms = rooms();
        let sales = VisibleFor::Group(GroupId(3));
        for (visible_for, owner, folder) in [
            (VisibleFor::Everyone, 7, "Everyone"),
            (VisibleFor::Owner, 7, "Anna (7)"),
            (sales, 7, "Sales [3]"),
            (sales, 8, "Sales [3] and Ben (8)"),
            (sales, 9, "Sales [3] and Old (9)"),
            (VisibleFor::Group(GroupId(5)), 7, "Group [5] and Anna (7)"),
        ] {
            assert_eq!(rooms.folder(visible_for, AssociateId(owner)), folder, "{visible_for:?} {owner}");
        }
        assert_eq!(rooms.primary_group(AssociateId(8)).as_deref(), Some("It"));
        assert_eq!(rooms.longest(), "Sales [3] and Old (9)".len());
        assert_eq!(Rooms::default().longest(), "Everyone".len());
    }
}
