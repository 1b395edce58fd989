//! The document: the CRM's row. Its bytes live in exactly one plugin under an opaque reference.

use crate::locking::LockSemantics;
use crate::plugin::{ExternalRef, Revision};
use crate::visibility::{Seen, VisibleFor};
use crate::{
    AssociateId, CompanyId, ContactId, DocumentId, Error, OperationId, PluginId, ProjectId, Result, SaleId,
    TemplateId, text,
};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The longest description kept, in characters (contract section g.1).
pub const MAX_DESCRIPTION: usize = 2047;
/// The longest heading kept, in characters.
pub const MAX_HEADING: usize = 220;
/// The longest reference (our, your) kept, in characters.
pub const MAX_REFERENCE: usize = 80;
/// The longest attention line kept, in characters.
pub const MAX_ATTENTION: usize = 120;

/// Where a document stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentState {
    /// Its content is on the way to the plugin. Nobody sees it.
    Creating,
    /// It can be opened.
    Ready,
    /// It lies in the trash and can be restored.
    Trashed,
    /// It has been removed for good; the row remains for the audit.
    Destroyed,
    /// Creating it was withdrawn; nothing was kept.
    Withdrawn,
}

impl DocumentState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Creating, Self::Ready, Self::Trashed, Self::Destroyed, Self::Withdrawn];

    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Creating => "creating",
            Self::Ready => "ready",
            Self::Trashed => "trashed",
            Self::Destroyed => "destroyed",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state with this stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == word)
    }

    /// The table of allowed edges.
    pub fn may_become(self, next: Self) -> bool {
        use DocumentState::{Creating, Destroyed, Ready, Trashed, Withdrawn};
        matches!(
            (self, next),
            (Creating, Ready | Withdrawn) | (Ready, Trashed) | (Trashed, Ready | Destroyed)
        )
    }
}

/// How far the work on a document is (contract section g.1, `completed`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Not begun.
    NotStarted,
    /// Being worked on.
    #[default]
    Started,
    /// Finished: its content cannot be changed until this is taken back (T34).
    Completed,
}

impl Status {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotStarted => "not_started",
            Self::Started => "started",
            Self::Completed => "completed",
        }
    }

    /// The status with this stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::NotStarted, Self::Started, Self::Completed].into_iter().find(|s| s.as_str() == word)
    }
}

/// The facts about a document that people write (contract section g.1).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Properties {
    /// The visible name.
    pub heading: String,
    /// The recipient's name or salutation line.
    pub attention: String,
    /// Our reference.
    pub our_ref: String,
    /// Your reference.
    pub your_ref: String,
    /// Description, at most [`MAX_DESCRIPTION`] characters.
    pub description: String,
    /// The company it is about.
    pub company: Option<CompanyId>,
    /// The contact it is to.
    pub contact: Option<ContactId>,
    /// The project it belongs to.
    pub project: Option<ProjectId>,
    /// The sale it belongs to.
    pub sale: Option<SaleId>,
    /// How far the work is.
    pub status: Status,
    /// Who may see it.
    pub visible_for: VisibleFor,
}

impl Properties {
    /// The same properties with their texts trimmed and checked.
    /// # Errors
    /// `Invalid`, naming the field, for a missing heading, control characters or a text that is too long.
    pub fn checked(mut self) -> Result<Self> {
        self.heading = text::required_line("heading", &self.heading, MAX_HEADING)?;
        self.attention = text::line("attention", &self.attention, MAX_ATTENTION)?;
        self.our_ref = text::line("our reference", &self.our_ref, MAX_REFERENCE)?;
        self.your_ref = text::line("your reference", &self.your_ref, MAX_REFERENCE)?;
        self.description = text::paragraph("description", &self.description, MAX_DESCRIPTION)?;
        Ok(self)
    }
}

/// A document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its id.
    pub id: DocumentId,
    /// What people wrote about it.
    pub properties: Properties,
    /// The file name in use at the plugin.
    pub file_name: String,
    /// The media type, decided by us.
    pub media_type: String,
    /// The size of the public content in bytes.
    pub size: u64,
    /// The planned date; fixed at creation.
    pub date: Date,
    /// The template it was made from.
    pub template: Option<TemplateId>,
    /// The language of the variant it was made from; blank for the neutral one.
    pub language: String,
    /// The template's counter at creation, for the code `snum`.
    pub snum: Option<i64>,
    /// Who owns it.
    pub owner: AssociateId,
    /// The plugin that holds its bytes.
    pub plugin: PluginId,
    /// The plugin's key. `None` while it is being created.
    pub reference: Option<ExternalRef>,
    /// The plugin's revision of the newest content.
    pub revision: Option<Revision>,
    /// The level of locking in force, fixed at creation.
    pub semantics: LockSemantics,
    /// Whether a first check-in has happened.
    pub published: bool,
    /// Who has it checked out, mirrored from the plugin for lists.
    pub held_by: Option<AssociateId>,
    /// Where it stands.
    pub state: DocumentState,
    /// The operation that made it.
    pub made_by: OperationId,
    /// Made at.
    pub created: Timestamp,
    /// Made by.
    pub created_by: Option<AssociateId>,
    /// Last changed at.
    pub updated: Timestamp,
    /// Last changed by.
    pub updated_by: Option<AssociateId>,
    /// Counts every change of this row, for `ETag` and `If-Match`.
    pub row_version: i64,
}

impl Document {
    /// What decides who may see it.
    pub fn seen(&self) -> Seen {
        Seen {
            visible_for: self.properties.visible_for,
            owner: self.owner,
            published: self.published,
            held_by: self.held_by,
        }
    }

    /// Refuses a change of content that the present state forbids.
    /// # Errors
    /// `Conflict` when the document is completed (T34) or in the trash.
    pub fn may_change_content(&self) -> Result<()> {
        self.must_be_ready()?;
        if self.properties.status == Status::Completed {
            return Err(Error::conflict(
                "This document is marked as completed, so its content cannot be changed. \
                 Take the mark away in its properties first.",
            ));
        }
        Ok(())
    }

    /// Refuses anything but restoring while the document is not ready.
    pub fn must_be_ready(&self) -> Result<()> {
        match self.state {
            DocumentState::Ready => Ok(()),
            DocumentState::Trashed => {
                Err(Error::conflict("This document is in the trash. Restore it first, then try again."))
            }
            DocumentState::Destroyed => {
                Err(Error::new(crate::ErrorKind::Gone, "This document has been removed for good."))
            }
            DocumentState::Creating | DocumentState::Withdrawn => Err(Error::not_found("document")),
        }
    }

    /// The plugin's key.
    /// # Errors
    /// `NotFound` while the document has no content at a plugin.
    pub fn reference(&self) -> Result<&ExternalRef> {
        self.reference.as_ref().ok_or_else(|| Error::not_found("document"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_life_of_a_document_follows_its_edges() {
        use DocumentState::{Creating, Destroyed, Ready, Trashed, Withdrawn};
        let allowed = [
            (Creating, Ready),
            (Creating, Withdrawn),
            (Ready, Trashed),
            (Trashed, Ready),
            (Trashed, Destroyed),
        ];
        for from in DocumentState::ALL {
            for to in DocumentState::ALL {
                assert_eq!(from.may_become(to), allowed.contains(&(from, to)), "{from:?} to {to:?}");
            }
            assert_eq!(DocumentState::from_word(from.as_str()), Some(from));
        }
    }

    #[test]
    fn properties_are_trimmed_and_each_fault_names_its_field() {
        let good = Properties { heading: "  Offer  ".into(), ..Properties::default() };
        assert_eq!(good.clone().checked().unwrap().heading, "Offer");
        let faults: [(&str, Properties); 4] = [
            ("heading", Properties { heading: " ".into(), ..good.clone() }),
            ("your reference", Properties { your_ref: "x".repeat(81), ..good.clone() }),
            ("attention", Properties { attention: "a\nb".into(), ..good.clone() }),
            ("description", Properties { description: "x".repeat(2048), ..good }),
        ];
        for (field, properties) in faults {
            assert_eq!(properties.checked().unwrap_err().field_name(), Some(field));
        }
    }
}
