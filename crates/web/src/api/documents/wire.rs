//! Documents on the wire.

use super::super::field::Field;
use super::super::wire::{Answer, Locking, Named, VisibleFor, instant, named};
use app::documents::{Changed, DocumentRow, DocumentView};
use domain::Result;
use domain::documents::Properties;
use domain::{CompanyId, ContactId, ProjectId, SaleId};
use jiff::civil::Date;
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

/// A body with the members everybody writes about a document, in front of its own ones.
macro_rules! describes_a_document {
    ($(#[$meta:meta])* $name:ident { $($(#[$own:meta])* $member:ident: $ty:ty,)* }) => {
        #[derive(Debug, Clone, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        $(#[$meta])*
        pub(crate) struct $name {
            $($(#[$own])* pub $member: $ty,)*
            /// The visible name, at most 220 characters.
            #[serde(default)]
            #[schema(value_type = Option<String>)]
            pub heading: Field<String>,
            /// The recipient's name or salutation line, at most 120 characters.
            #[serde(default)]
            #[schema(value_type = Option<String>)]
            pub attention: Field<String>,
            /// Our reference, at most 80 characters.
            #[serde(default)]
            #[schema(value_type = Option<String>)]
            pub our_reference: Field<String>,
            /// Your reference, at most 80 characters.
            #[serde(default)]
            #[schema(value_type = Option<String>)]
            pub your_reference: Field<String>,
            /// Description, at most 2047 characters.
            #[serde(default)]
            #[schema(value_type = Option<String>)]
            pub description: Field<String>,
            /// The id of the company it is about.
            #[serde(default)]
            #[schema(value_type = Option<i64>)]
            pub company: Field<i64>,
            /// The id of the contact it is to.
            #[serde(default)]
            #[schema(value_type = Option<i64>)]
            pub contact: Field<i64>,
            /// The id of the project it belongs to.
            #[serde(default)]
            #[schema(value_type = Option<i64>)]
            pub project: Field<i64>,
            /// The id of the sale it belongs to.
            #[serde(default)]
            #[schema(value_type = Option<i64>)]
            pub sale: Field<i64>,
            /// How far the work is.
            #[serde(default)]
            #[schema(value_type = Option<Status>)]
            pub status: Field<Status>,
            /// Who may see it.
            #[serde(default)]
            #[schema(value_type = Option<VisibleFor>)]
            pub visible_for: Field<VisibleFor>,
        }

        impl $name {
            /// Puts what was given into `p` and leaves the rest as it is.
            pub fn apply(&self, p: &mut Properties) -> Result<()> {
                let ask = self.clone();
                ask.heading.put(&mut p.heading);
                ask.attention.put(&mut p.attention);
                ask.our_reference.put(&mut p.our_ref);
                ask.your_reference.put(&mut p.your_ref);
                ask.description.put(&mut p.description);
                ask.company.put_option(&mut p.company, CompanyId);
                ask.contact.put_option(&mut p.contact, ContactId);
                ask.project.put_option(&mut p.project, ProjectId);
                ask.sale.put_option(&mut p.sale, SaleId);
                ask.status.put(&mut p.status);
                if let Field::Set(visible_for) = ask.visible_for {
                    p.visible_for = visible_for.try_into()?;
                }
                Ok(())
            }
        }
    };
}

describes_a_document! {
    /// A document to be made from a template. What is left out takes the template's default.
    #[schema(example = json!({
        "template": 1, "company": 1, "contact": 1, "heading": "Offer on smoked salmon",
        "attention": "Dear Ms Hansen", "date": "2026-11-23", "codes": { "delivery": "week 50" }
    }))]
    NewDocument {
        /// The template's id.
        template: i64,
        /// The language of the template's file; left out, the caller's own culture chooses.
        #[serde(default)]
        language: Option<String>,
        /// The planned date; left out, today where the installation is.
        #[serde(default)]
        #[schema(value_type = Option<String>, format = Date)]
        date: Option<Date>,
        /// The file name without extension; left out, the heading.
        #[serde(default)]
        file_name: Option<String>,
        /// Leave it checked out to the caller and invisible to others.
        #[serde(default)]
        keep_checked_out: bool,
        /// Custom codes and what to put in their place; they win over the built-in ones.
        #[serde(default)]
        codes: std::collections::BTreeMap<String, String>,
    }
}

describes_a_document! {
    /// A document to be made from a file. Without a heading it gets the file's name.
    #[schema(example = json!({ "heading": "Signed offer", "company": 1, "locking": "versioning" }))]
    NewUpload {
        /// The planned date; left out, today where the installation is.
        #[serde(default)]
        #[schema(value_type = Option<String>, format = Date)]
        date: Option<Date>,
        /// How strictly it is to be locked and versioned. The plugin's highest level limits it.
        #[serde(default)]
        locking: Option<Locking>,
        /// The plugin that will keep it; left out, the archive.
        #[serde(default)]
        stored_in: Option<i64>,
        /// Leave it checked out to the caller and invisible to others.
        #[serde(default)]
        keep_checked_out: bool,
    }
}

describes_a_document! {
    /// Changes to a document's properties, as a merge patch (RFC 7396): what is left out stays, `null` clears.
    #[schema(example = json!({ "heading": "Offer, second draft", "your_reference": null, "status": "started" }))]
    DocumentPatch {}
}
