//! Who may do what to a document that they can see.

use crate::documents::{Document, DocumentState, Status};
use crate::records::Associate;
use crate::visibility::VisibleFor;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};

/// What one person may do to one document now: rights and state together. Pages show exactly these actions, and
/// use cases refuse everything else.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct May {
    /// Change heading, references and the like.
    pub change_properties: bool,
    /// Change who sees it.
    pub change_visibility: bool,
    /// Replace its content or bring back an earlier version.
    pub change_content: bool,
    /// Take the lock.
    pub check_out: bool,
    /// Publish one's work.
    pub check_in: bool,
    /// Discard one's work.
    pub undo: bool,
    /// Discard somebody else's work.
    pub force_undo: bool,
    /// Change the file name.
    pub rename: bool,
    /// Mark it as completed, or take the mark away.
    pub complete: bool,
    /// Move it to the trash.
    pub trash: bool,
    /// Bring it back from the trash.
    pub restore: bool,
    /// Remove it for good from the trash.
    pub destroy: bool,
    /// Make a copy.
    pub copy: bool,
    /// Why its content cannot be changed, as a sentence; blank when it can.
    pub read_only_because: String,
}

/// What `who` may do to `doc`, which they can see. `holder` is the name of whoever has it checked out.
pub fn may(doc: &Document, who: &Associate, holder: &str) -> May {
    let ready = doc.state == DocumentState::Ready;
    let trashed = doc.state == DocumentState::Trashed;
    let completed = doc.properties.status == Status::Completed;
    let mine = doc.held_by == Some(who.id);
    let others = doc.held_by.is_some() && !mine;
    let master = doc.owner == who.id || who.administrator;
    let content = ready && !completed && !others;
    May {
        change_properties: ready,
        change_visibility: ready && master,
        change_content: content,
        check_out: content && doc.semantics.locks() && !mine,
        check_in: ready && mine,
        undo: ready && mine,
        force_undo: ready && others && who.may_force_undo,
        rename: content,
        complete: ready && doc.held_by.is_none(),
        trash: ready && master && !others,
        restore: trashed && master,
        destroy: trashed && master,
        copy: ready && doc.published,
        read_only_because: read_only_because(doc, trashed, completed, others, holder),
    }
}

fn read_only_because(doc: &Document, trashed: bool, completed: bool, others: bool, holder: &str) -> String {
    if trashed {
        "It is in the trash. Restore it to work on it.".into()
    } else if completed {
        "It is marked as completed. Take the mark away in its properties to change it.".into()
    } else if others && holder.is_empty() {
        "Somebody has it checked out.".into()
    } else if others {
        format!("{holder} has it checked out.")
    } else if doc.state == DocumentState::Ready {
        String::new()
    } else {
        "It cannot be opened.".into()
    }
}

/// Refuses an action that [`May`] does not allow.
/// # Errors
/// `Conflict` when the state forbids it (the sentence says which), `Forbidden` when the person lacks the right.
pub fn require(allowed: bool, may: &May, action: &str) -> Result<()> {
    if allowed {
        Ok(())
    } else if may.read_only_because.is_empty() {
        Err(Error::forbidden(format!(
            "You may not {action}. Its owner or an administrator can; ask one of them."
        )))
    } else {
        Err(Error::conflict(format!("You cannot {action} now. {}", may.read_only_because)))
    }
}

/// Refuses a visibility that `who` may not set: a group they do not belong to, or hiding a document from
/// themselves.
pub fn may_set_visibility(new: VisibleFor, owner_is_me: bool, who: &Associate) -> Result<()> {
    match new {
        VisibleFor::Everyone => Ok(()),
        VisibleFor::Owner if owner_is_me => Ok(()),
        VisibleFor::Owner => Err(Error::forbidden(
            "Only the owner can make this document private. Choose everyone or one of your groups.",
        )
        .field("visible for")),
        VisibleFor::Group(g) if who.groups().any(|mine| mine == g) => Ok(()),
        VisibleFor::Group(_) => {
            Err(Error::invalid("You do not belong to that user group. Choose one of your own groups.")
                .field("visible for"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::Properties;
    use crate::locking::LockSemantics;
    use crate::{AssociateId, DocumentId, GroupId, OperationId, PluginId};
    use jiff::Timestamp;
    use jiff::civil::date;
    use uuid::Uuid;

    const ME: AssociateId = AssociateId(1);
    const OTHER: AssociateId = AssociateId(2);

    fn person(id: AssociateId, administrator: bool, may_force_undo: bool) -> Associate {
        Associate { id, primary_group: GroupId(1), administrator, may_force_undo, ..Associate::default() }
    }

    fn doc(held_by: Option<AssociateId>, status: Status, state: DocumentState) -> Document {
        Document {
            id: DocumentId(1),
            properties: Properties { status, ..Properties::default() },
            file_name: "a.docx".into(),
            media_type: String::new(),
            size: 0,
            date: date(2026, 1, 1),
            template: None,
            language: String::new(),
            snum: None,
            owner: ME,
            plugin: PluginId::ARCHIVE,
            reference: None,
            revision: None,
            semantics: LockSemantics::Versioning,
            published: true,
            held_by,
            state,
            made_by: OperationId(Uuid::nil()),
            created: Timestamp::UNIX_EPOCH,
            created_by: None,
            updated: Timestamp::UNIX_EPOCH,
            updated_by: None,
            row_version: 1,
        }
    }

    /// The actions allowed, as a word list that reads like a sentence in the table below.
    fn allowed(m: &May) -> String {
        let all = [
            (m.change_properties, "properties"),
            (m.change_visibility, "visibility"),
            (m.change_content, "content"),
            (m.check_out, "out"),
            (m.check_in, "in"),
            (m.undo, "undo"),
            (m.force_undo, "force"),
            (m.rename, "rename"),
            (m.complete, "complete"),
            (m.trash, "trash"),
            (m.restore, "restore"),
            (m.destroy, "destroy"),
            (m.copy, "copy"),
        ];
        all.iter().filter(|(yes, _)| *yes).map(|(_, word)| *word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn actions_follow_the_table() {
        use DocumentState::{Ready, Trashed};
        use Status::{Completed, Started};
        let me = person(ME, false, false);
        let colleague = person(OTHER, false, false);
        let forcer = person(OTHER, false, true);
        let admin = person(OTHER, true, false);
        let table = [
            (
                "own free document",
                &me,
                doc(None, Started, Ready),
                "properties visibility content out rename complete trash copy",
            ),
            (
                "own, held by me",
                &me,
                doc(Some(ME), Started, Ready),
                "properties visibility content in undo rename trash copy",
            ),
            ("own, held by another", &me, doc(Some(OTHER), Started, Ready), "properties visibility copy"),
            (
                "colleague's free document",
                &colleague,
                doc(None, Started, Ready),
                "properties content out rename complete copy",
            ),
            ("colleague's, held by its owner", &colleague, doc(Some(ME), Started, Ready), "properties copy"),
            (
                "the same with the right to force",
                &forcer,
                doc(Some(ME), Started, Ready),
                "properties force copy",
            ),
            (
                "an administrator",
                &admin,
                doc(None, Started, Ready),
                "properties visibility content out rename complete trash copy",
            ),
            (
                "own completed document",
                &me,
                doc(None, Completed, Ready),
                "properties visibility complete trash copy",
            ),
            ("own trashed document", &me, doc(None, Started, Trashed), "restore destroy"),
            ("colleague's trashed document", &colleague, doc(None, Started, Trashed), ""),
        ];
        for (name, who, document, expected) in table {
            assert_eq!(allowed(&may(&document, who, "Ada")), expected, "{name}");
        }
    }

    #[test]
    fn a_refusal_names_the_holder_or_the_missing_right() {
        let held =
            may(&doc(Some(OTHER), Status::Started, DocumentState::Ready), &person(ME, false, false), "Ada");
        let e = require(held.change_content, &held, "replace its content").unwrap_err();
        assert_eq!(e.public(), "You cannot replace its content now. Ada has it checked out.");
        let foreign =
            may(&doc(None, Status::Started, DocumentState::Ready), &person(OTHER, false, false), "");
        assert_eq!(
            require(foreign.trash, &foreign, "delete it").unwrap_err().kind(),
            crate::ErrorKind::Forbidden
        );
    }

    #[test]
    fn nobody_hides_a_document_from_themselves_or_gives_it_to_a_foreign_group() {
        let who = person(ME, false, false);
        assert!(may_set_visibility(VisibleFor::Group(GroupId(1)), false, &who).is_ok());
        assert!(may_set_visibility(VisibleFor::Group(GroupId(9)), true, &who).is_err());
        assert!(may_set_visibility(VisibleFor::Owner, false, &who).is_err());
        assert!(may_set_visibility(VisibleFor::Owner, true, &who).is_ok());
    }
}
