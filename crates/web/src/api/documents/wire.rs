//! Documents on the wire.

use super::super::wire::{Answer, Locking, Named, VisibleFor, instant, named};
use app::documents::{Changed, DocumentRow, DocumentView};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How far the work on a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// Not begun.
    NotStarted,
    /// Being worked on.
    Started,
    /// Finished: its content cannot be changed until this is taken back.
    Completed,
}

impl From<domain::documents::Status> for Status {
    fn from(status: domain::documents::Status) -> Self {
        match status {
            domain::documents::Status::NotStarted => Self::NotStarted,
            domain::documents::Status::Started => Self::Started,
            domain::documents::Status::Completed => Self::Completed,
        }
    }
}

impl From<Status> for domain::documents::Status {
    fn from(status: Status) -> Self {
        match status {
            Status::NotStarted => Self::NotStarted,
            Status::Started => Self::Started,
            Status::Completed => Self::Completed,
        }
    }
}

/// Where a document stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// Its content is on the way.
    Creating,
    /// It can be opened.
    Ready,
    /// It lies in the trash and can be restored.
    Trashed,
    /// It has been removed for good.
    Destroyed,
    /// Making it was given up.
    Withdrawn,
}

impl From<domain::documents::DocumentState> for State {
    fn from(state: domain::documents::DocumentState) -> Self {
        use domain::documents::DocumentState as S;
        match state {
            S::Creating => Self::Creating,
            S::Ready => Self::Ready,
            S::Trashed => Self::Trashed,
            S::Destroyed => Self::Destroyed,
            S::Withdrawn => Self::Withdrawn,
        }
    }
}

/// A document in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DocumentSummary {
    /// Its id.
    pub id: i64,
    /// Counts every change; the same number as its `ETag`.
    pub row_version: i64,
    /// The visible name.
    pub heading: String,
    /// The recipient's name or salutation line.
    pub attention: String,
    /// Our reference.
    pub our_reference: String,
    /// Your reference.
    pub your_reference: String,
    /// Description.
    pub description: String,
    /// The company it is about.
    #[schema(required)]
    pub company: Option<Named>,
    /// The contact it is to.
    #[schema(required)]
    pub contact: Option<Named>,
    /// The project it belongs to.
    #[schema(required)]
    pub project: Option<Named>,
    /// The sale it belongs to.
    #[schema(required)]
    pub sale: Option<Named>,
    /// How far the work is.
    pub status: Status,
    /// Who may see it.
    pub visible_for: VisibleFor,
    /// Its file name.
    pub file_name: String,
    /// Its media type, decided here and not by the sender.
    pub media_type: String,
    /// The size of the public content in bytes.
    pub size: u64,
    /// The planned date.
    #[schema(format = Date)]
    pub date: String,
    /// The template it was made from.
    #[schema(required)]
    pub template: Option<Named>,
    /// The language of the template's file it was made from, blank for the neutral one.
    pub language: String,
    /// The number the template gave it.
    #[schema(required)]
    pub number: Option<i64>,
    /// Its owner.
    pub owner: Named,
    /// Who has it checked out; null when it is free.
    #[schema(required)]
    pub checked_out_by: Option<Named>,
    /// How strictly it is locked and versioned.
    pub locking: Locking,
    /// Whether a first check-in has happened.
    pub published: bool,
    /// Where it stands.
    pub state: State,
    /// Made at.
    #[schema(format = DateTime)]
    pub created: String,
    /// Last changed at.
    #[schema(format = DateTime)]
    pub updated: String,
}

impl From<DocumentRow> for DocumentSummary {
    fn from(row: DocumentRow) -> Self {
        let d = row.document;
        let p = d.properties;
        Self {
            id: d.id.0,
            row_version: d.row_version,
            heading: p.heading,
            attention: p.attention,
            our_reference: p.our_ref,
            your_reference: p.your_ref,
            description: p.description,
            company: named(p.company.map(|c| c.0), row.company_name),
            contact: named(p.contact.map(|c| c.0), row.contact_name),
            project: named(p.project.map(|c| c.0), row.project_name),
            sale: named(p.sale.map(|c| c.0), row.sale_title),
            status: p.status.into(),
            visible_for: p.visible_for.into(),
            file_name: d.file_name,
            media_type: d.media_type,
            size: d.size,
            date: d.date.to_string(),
            template: named(d.template.map(|t| t.0), row.template_name),
            language: d.language,
            number: d.snum,
            owner: Named { id: d.owner.0, name: row.owner_name },
            checked_out_by: named(d.held_by.map(|a| a.0), row.holder_name),
            locking: d.semantics.into(),
            published: d.published,
            state: d.state.into(),
            created: instant(d.created),
            updated: instant(d.updated),
        }
    }
}

/// A document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Document {
    /// What a list shows as well.
    #[serde(flatten)]
    pub summary: DocumentSummary,
    /// The plugin that keeps it.
    pub stored_in: Named,
    /// The entity tag of its content as the caller would read it, for `If-Match` when replacing it.
    #[schema(required)]
    pub content_etag: Option<String>,
    /// What the caller may do to it now.
    pub may: May,
}

/// What the caller may do to a document now: rights and state together.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct May {
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

impl From<domain::rights::May> for May {
    fn from(m: domain::rights::May) -> Self {
        Self {
            change_properties: m.change_properties,
            change_visibility: m.change_visibility,
            change_content: m.change_content,
            check_out: m.check_out,
            check_in: m.check_in,
            undo: m.undo,
            force_undo: m.force_undo,
            rename: m.rename,
            complete: m.complete,
            trash: m.trash,
            restore: m.restore,
            destroy: m.destroy,
            copy: m.copy,
            read_only_because: m.read_only_because,
        }
    }
}

impl From<DocumentView> for Document {
    fn from(view: DocumentView) -> Self {
        let stored_in = Named { id: view.document.plugin.0, name: view.plugin_name };
        let content_etag = view.document.revision.as_ref().map(crate::content_response::entity_tag);
        let summary = DocumentSummary::from(DocumentRow {
            document: view.document,
            company_name: view.company_name.unwrap_or_default(),
            contact_name: view.contact_name.unwrap_or_default(),
            project_name: view.project_name.unwrap_or_default(),
            sale_title: view.sale_title.unwrap_or_default(),
            owner_name: view.owner_name,
            holder_name: view.holder_name.unwrap_or_default(),
            template_name: view.template_name.unwrap_or_default(),
        });
        Self { summary, stored_in, content_etag, may: view.may.into() }
    }
}

/// A document after a change, with what the plugin wants done next.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangedDocument {
    /// The document as it is now.
    pub document: Document,
    /// What to do next.
    pub answer: Answer,
}

impl From<Changed> for ChangedDocument {
    fn from(changed: Changed) -> Self {
        Self { document: changed.view.into(), answer: changed.answer.into() }
    }
}
