//! The way to a connected SharePoint: five steps, each open when the one before has been shown to work.

use super::{Active, Facts, LibraryFound, Naming, NewSite, Place, SiteAt};
use crate::plugin::FolderPart;
use crate::{Error, GroupId, PluginId, Result, TemplateId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A step of the set-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Who can sign in with Microsoft, and the tenant's consent.
    Check,
    /// Site, libraries and folders.
    Sites,
    /// Which facts become columns.
    Properties,
    /// Who may open documents, and which groups stand for which.
    Access,
    /// Everything at a glance, then a trial.
    Review,
    /// It works.
    Done,
}

/// A site that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// `host,collection,web`.
    pub id: String,
    /// What people read.
    pub name: String,
    /// Its libraries.
    pub libraries: Vec<LibraryFound>,
}

/// What has been decided so far. Kept after every step, so that the set-up goes on where it was left.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// The people were looked at.
    pub checked: bool,
    /// A site that is being made.
    pub making: Option<NewSite>,
    /// A site that was asked for and that the application has not been given.
    pub ungranted: Option<SiteAt>,
    /// The site.
    pub site: Option<Site>,
    /// Where files lie.
    pub place: Option<Place>,
    /// The names of the folders for documents and for templates, as they were chosen.
    pub folders: Option<(String, String)>,
    /// The folders documents are filed under.
    pub order: Vec<FolderPart>,
    /// What files are called.
    pub naming: Naming,
    /// The columns were decided; with the place.
    pub columns: Option<Facts>,
    /// Who may open documents was decided; with the place.
    pub visible_for: Option<bool>,
    /// Groups that stand for user groups.
    pub groups: BTreeMap<GroupId, String>,
    /// What these groups are called at Microsoft, by object id; those that could not be looked at are missing.
    pub group_names: BTreeMap<String, String>,
    /// The trial has passed.
    pub tried: bool,
    /// Where each template sent its documents before SharePoint became the preferred place; `None` when it is not.
    pub before: Option<Vec<(TemplateId, PluginId)>>,
}

impl Draft {
    /// Where files lie, when that is in the site that is chosen.
    pub fn placed(&self) -> Option<&Place> {
        self.place.as_ref().filter(|place| self.site.as_ref().is_none_or(|site| site.id == place.site))
    }

    /// The site is this one from now on. In another one than before the folders are chosen anew; what was decided about
    /// columns and access stays.
    pub fn choose(&mut self, site: Site) {
        self.site = Some(site);
        self.place = self.placed().cloned();
        self.ungranted = None;
        self.tried = false;
    }

    /// What becomes different for documents when *Visible for* is switched on or off, against what is in use.
    pub fn switched(&self, active: Option<&Active>) -> Option<Switched> {
        match (active?.place.visible_for, self.visible_for?) {
            (false, true) => Some(Switched::On),
            (true, false) => Some(Switched::Off),
            _ => None,
        }
    }
}

/// *Visible for* is switched on or off while documents are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switched {
    /// From now on it decides.
    On,
    /// From now on whoever the library lets in may open documents.
    Off,
}

impl Switched {
    /// What it means for documents, in sentences.
    pub fn words(self) -> &'static str {
        match self {
            Self::On => {
                "“Visible for” decides who may open new documents in SharePoint. Documents that exist stay as open as they \
                 are, for whoever the library lets in, until you say “Bring everything to where it belongs” under \
                 Settings, Places."
            }
            Self::Off => {
                "“Visible for” decides no more who may open new documents in SharePoint: whoever the library lets in may. \
                 Documents that exist stay as closed as they are, in the folders of their groups and people, until you say \
                 “Bring everything to where it belongs” under Settings, Places."
            }
        }
    }
}

/// The step that is open: the first that is not done. Without the tenant's consent nothing behind it counts.
pub fn next_step(draft: &Draft, consented: bool) -> Step {
    match draft {
        _ if !draft.checked || !consented => Step::Check,
        _ if draft.placed().is_none() => Step::Sites,
        _ if draft.columns.is_none() => Step::Properties,
        _ if draft.visible_for.is_none() => Step::Access,
        _ if !draft.tried => Step::Review,
        _ => Step::Done,
    }
}

/// The order of folders in the words of a form, each once.
/// # Errors
/// `Invalid` for a word that is none.
pub fn order_in(words: &[String]) -> Result<Vec<FolderPart>> {
    let mut order = Vec::new();
    for word in words.iter().map(|word| word.trim()).filter(|word| !word.is_empty()) {
        let part = FolderPart::ALL.into_iter().find(|part| part.word() == word).ok_or_else(|| {
            Error::invalid(
                "A folder can be group, owner, template, company, project or year. Choose one of these.",
            )
            .field("order")
        })?;
        if !order.contains(&part) {
            order.push(part);
        }
    }
    Ok(order)
}

#[cfg(test)]
mod tests {
    use super::super::Library;
    use super::*;

    fn place() -> Place {
        let library = |folder: &str| Library { drive: "b!abcdefghijk".into(), folder: folder.into() };
        Place {
            tenant: "6a5f0d3c-92c5-4f6e-b0c7-1d8e3f5a7c03".into(),
            site: "h.example,a,b".into(),
            documents: library("01ABCDEFGHIJK"),
            templates: library("01BBCDEFGHIJK"),
            visible_for: false,
            columns: Facts::default(),
        }
    }

    #[test]
    fn the_first_step_that_is_not_done_is_open() {
        let mut draft = Draft::default();
        assert_eq!(next_step(&draft, true), Step::Check);
        draft.checked = true;
        assert_eq!(next_step(&draft, false), Step::Check, "waiting for the administrator of the tenant");
        assert_eq!(next_step(&draft, true), Step::Sites);
        draft.place = Some(place());
        assert_eq!(next_step(&draft, true), Step::Properties);
        draft.columns = Some(Facts::default());
        assert_eq!(next_step(&draft, true), Step::Access);
        draft.visible_for = Some(true);
        assert_eq!(next_step(&draft, true), Step::Review);
        draft.tried = true;
        assert_eq!(next_step(&draft, true), Step::Done);
        assert_eq!(next_step(&draft, false), Step::Check, "a consent that is gone comes first");
    }

    fn site(id: &str) -> Site {
        Site { id: id.into(), name: "Site".into(), libraries: Vec::new() }
    }

    #[test]
    fn another_site_takes_the_folders_back_and_the_same_site_keeps_them() {
        let whole = Draft {
            checked: true,
            site: Some(site("h.example,a,b")),
            place: Some(place()),
            columns: Some(Facts::usual()),
            visible_for: Some(true),
            tried: true,
            ..Draft::default()
        };
        for (id, step) in [("h.example,a,b", Step::Review), ("h.example,c,d", Step::Sites)] {
            let mut draft = whole.clone();
            draft.choose(site(id));
            assert_eq!(next_step(&draft, true), step, "{id}");
            assert_eq!(
                (draft.visible_for, draft.columns.clone()),
                (Some(true), Some(Facts::usual())),
                "{id}"
            );
        }
        let kept_earlier = Draft { site: Some(site("h.example,c,d")), ..whole };
        assert_eq!(next_step(&kept_earlier, true), Step::Sites, "a place of another site counts for nothing");
        assert_eq!(kept_earlier.placed(), None);
    }

    #[test]
    fn switching_visible_for_says_what_becomes_of_documents_that_exist() {
        let active = |visible_for| Active {
            place: Place { visible_for, ..place() },
            connection: "c".into(),
            groups: BTreeMap::new(),
            order: Vec::new(),
            naming: Naming::default(),
        };
        for (before, now, switched) in [
            (false, Some(true), Some(Switched::On)),
            (true, Some(false), Some(Switched::Off)),
            (true, Some(true), None),
            (false, Some(false), None),
            (true, None, None),
        ] {
            let draft = Draft { visible_for: now, ..Draft::default() };
            assert_eq!(draft.switched(Some(&active(before))), switched, "{before} {now:?}");
            assert_eq!(draft.switched(None), None, "nothing is in use");
        }
        for words in [Switched::On.words(), Switched::Off.words()] {
            assert!(words.contains("Documents that exist stay") && words.contains("Settings, Places"));
        }
    }

    #[test]
    fn a_draft_is_read_back_also_from_before_something_was_added() {
        let before = Some(vec![(TemplateId(7), PluginId::ARCHIVE)]);
        let groups = BTreeMap::from([(GroupId(3), "id".to_owned())]);
        let draft = Draft { checked: true, place: Some(place()), before, groups, ..Draft::default() };
        let text = serde_json::to_string(&draft).unwrap();
        assert_eq!(serde_json::from_str::<Draft>(&text).unwrap(), draft);
        assert_eq!(serde_json::from_str::<Draft>("{\"checked\":true}").unwrap().order, []);
        let before = serde_json::from_str::<Draft>("{\"columns\":true}").unwrap();
        assert_eq!(before.columns, Some(Facts::usual()), "when all columns were made or none");
    }

    #[test]
    fn the_order_of_folders_is_read_from_words() {
        let words = |all: &[&str]| all.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let order = order_in(&words(&["group", "", "year", "group"])).unwrap();
        assert_eq!(order, [FolderPart::Group, FolderPart::Year]);
        assert_eq!(order_in(&words(&["moon"])).unwrap_err().field_name(), Some("order"));
    }
}
