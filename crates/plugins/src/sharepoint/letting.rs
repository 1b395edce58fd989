//! Letting people in, those whom Microsoft knows. An account that is not there any more stops nobody else: it is written
//! down, and told by name until it is known again or nobody's.

use super::calls::At;
use super::desk::Desk;
use crate::notes;
use domain::plugin::{Finding, Severity};
use domain::{GroupId, Result};
use std::collections::BTreeSet;

/// How many people are invited with one request.
const AT_ONCE: usize = 50;
/// The object ids that Microsoft did not know, in the notebook.
const UNKNOWN: &str = "unknown";

impl Desk<'_> {
    /// Lets people and groups in; how many were. Where Microsoft does not know one of them, the others are invited one by
    /// one.
    pub async fn let_in(&self, at: At<'_>, objects: &[String], role: &str) -> Result<usize> {
        let mut unknown = BTreeSet::new();
        for some in objects.chunks(AT_ONCE) {
            if self.app.invite(at, some, role).await? {
                continue;
            }
            for one in some {
                if some.len() == 1 || !self.app.invite(at, std::slice::from_ref(one), role).await? {
                    unknown.insert(one.clone());
                }
            }
        }
        self.note_unknown(objects, &unknown).await?;
        Ok(objects.len() - unknown.len())
    }

    async fn note_unknown(&self, asked: &[String], unknown: &BTreeSet<String>) -> Result<()> {
        let known = self.unknown().await?;
        if unknown.is_subset(&known) && !asked.iter().any(|one| known.contains(one) && !unknown.contains(one))
        {
            return Ok(());
        }
        let of = (self.call.installation, self.shared.id);
        let set = |all: &mut BTreeSet<String>| {
            all.retain(|one| !asked.contains(one));
            all.extend(unknown.iter().cloned());
        };
        notes::change::<BTreeSet<String>>(self.shared.notebook.as_ref(), of, UNKNOWN, set).await.map(drop)
    }

    /// Whom Microsoft did not know when they were to be let in.
    pub async fn unknown(&self) -> Result<BTreeSet<String>> {
        let of = (self.call.installation, self.shared.id);
        Ok(notes::read(self.shared.notebook.as_ref(), of, UNKNOWN).await?.unwrap_or_default())
    }

    /// Who could not be let in, by name, and who can do what about it; nothing when everybody could.
    pub async fn told_unknown(&self) -> Result<Vec<Finding>> {
        let unknown = self.unknown().await?;
        let mut told = Vec::new();
        if unknown.is_empty() {
            return Ok(told);
        }
        let mut people = BTreeSet::new();
        for who in self.known(unknown.iter().cloned()).await? {
            let person = self.person(who).await?;
            // Whoever has left, or has another account by now, is not waited for.
            if !person.retired && person.object.is_some_and(|object| unknown.contains(&object)) {
                people.insert(person.name);
            }
        }
        if !people.is_empty() {
            told.push(not_let_in(format!(
                "Microsoft does not know the account of {} any more; everybody else is let in. They can sign in again with \
                 their account of this organisation, or an administrator can take the identity away under Settings, People.",
                listed(people)
            )));
        }
        let mut groups = BTreeSet::new();
        for mark in self.known_marks().await? {
            let number = mark.strip_prefix('g').and_then(|rest| rest.split('.').next()?.parse().ok());
            let Some(group) = number.map(GroupId) else { continue };
            let found = self.shared.people.group(self.call.installation, group).await?;
            let gone = |found: &super::Group| found.object.as_ref().is_some_and(|one| unknown.contains(one));
            groups.extend(found.filter(gone).map(|found| format!("“{}”", found.name)));
        }
        if !groups.is_empty() {
            told.push(not_let_in(format!(
                "The group at Microsoft that stands for {} is not there any more. An administrator can choose another one \
                 under Settings, SharePoint.",
                listed(groups)
            )));
        }
        Ok(told)
    }
}

pub(super) fn not_let_in(detail: String) -> Finding {
    Finding { what: "Who could not be let in".into(), severity: Severity::Warning, detail }
}

pub(super) fn listed(names: impl IntoIterator<Item = String>) -> String {
    names.into_iter().collect::<Vec<_>>().join(", ")
}
