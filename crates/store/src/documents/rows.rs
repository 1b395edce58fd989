//! Reading documents from rows.

use crate::support::returned;
use domain::Result;
use domain::documents::{Document, DocumentState, Properties, Status};
use domain::locking::LockSemantics;
use domain::records::join_names;
use domain::visibility::VisibleFor;
use platform::sql::Columns;

/// The columns of a document, in the order [`read`] takes them, each with a prefix: `d.` or nothing.
macro_rules! document_columns {
    ($p:literal) => {
        concat!(
            $p,
            "id, ",
            $p,
            "heading, ",
            $p,
            "attention, ",
            $p,
            "our_ref, ",
            $p,
            "your_ref, ",
            $p,
            "description, ",
            $p,
            "company_id, ",
            $p,
            "contact_id, ",
            $p,
            "project_id, ",
            $p,
            "sale_id, ",
            $p,
            "status, ",
            $p,
            "visible_kind, ",
            $p,
            "visible_group, ",
            $p,
            "file_name, ",
            $p,
            "media_type, ",
            $p,
            "size, ",
            $p,
            "date, ",
            $p,
            "template_id, ",
            $p,
            "language, ",
            $p,
            "snum, ",
            $p,
            "owner_id, ",
            $p,
            "plugin_id, ",
            $p,
            "reference, ",
            $p,
            "revision, ",
            $p,
            "semantics, ",
            $p,
            "published, ",
            $p,
            "held_by, ",
            $p,
            "state, ",
            $p,
            "made_by, ",
            $p,
            "created_at, ",
            $p,
            "created_by, ",
            $p,
            "updated_at, ",
            $p,
            "updated_by, ",
            $p,
            "row_version"
        )
    };
}

/// The names beside a document, in the order [`read_row`] takes them.
macro_rules! name_columns {
    () => {
        "COALESCE(co.name, ''), COALESCE(ct.first_name, ''), COALESCE(ct.middle_name, ''),
         COALESCE(ct.last_name, ''), COALESCE(pr.name, ''), COALESCE(sa.title, ''), COALESCE(ow.first_name, ''),
         COALESCE(ow.last_name, ''), COALESCE(ho.first_name, ''), COALESCE(ho.last_name, ''), COALESCE(te.name, '')"
    };
}

macro_rules! name_joins {
    () => {
        " LEFT JOIN companies co ON co.installation_id = d.installation_id AND co.id = d.company_id
          LEFT JOIN contacts ct ON ct.installation_id = d.installation_id AND ct.id = d.contact_id
          LEFT JOIN projects pr ON pr.installation_id = d.installation_id AND pr.id = d.project_id
          LEFT JOIN sales sa ON sa.installation_id = d.installation_id AND sa.id = d.sale_id
          LEFT JOIN associates ow ON ow.installation_id = d.installation_id AND ow.id = d.owner_id
          LEFT JOIN associates ho ON ho.installation_id = d.installation_id AND ho.id = d.held_by
          LEFT JOIN templates te ON te.installation_id = d.installation_id AND te.id = d.template_id"
    };
}

pub(super) use {document_columns, name_columns, name_joins};

/// A document in a list, with the names of what it refers to; blank where there is nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentRow {
    /// The document.
    pub document: Document,
    /// The company.
    pub company_name: String,
    /// The contact.
    pub contact_name: String,
    /// The project.
    pub project_name: String,
    /// The sale.
    pub sale_title: String,
    /// The owner.
    pub owner_name: String,
    /// Who has it checked out.
    pub holder_name: String,
    /// The template it was made from.
    pub template_name: String,
}

pub(super) fn read(c: &mut Columns<'_>) -> Result<Document> {
    Ok(Document {
        id: c.take()?,
        properties: Properties {
            heading: c.take()?,
            attention: c.take()?,
            our_ref: c.take()?,
            your_ref: c.take()?,
            description: c.take()?,
            company: c.take()?,
            contact: c.take()?,
            project: c.take()?,
            sale: c.take()?,
            status: c.word(Status::from_word)?,
            visible_for: VisibleFor::from_numbers(c.take()?, c.take()?),
        },
        file_name: c.take()?,
        media_type: c.take()?,
        size: c.take()?,
        date: c.take()?,
        template: c.take()?,
        language: c.take()?,
        snum: c.take()?,
        owner: c.take()?,
        plugin: c.take()?,
        reference: c.take()?,
        revision: c.take()?,
        semantics: returned(LockSemantics::from_number(c.take()?))?,
        published: c.take()?,
        held_by: c.take()?,
        state: c.word(DocumentState::from_word)?,
        made_by: c.take()?,
        created: c.take()?,
        created_by: c.take()?,
        updated: c.take()?,
        updated_by: c.take()?,
        row_version: c.take()?,
    })
}

pub(super) fn read_row(c: &mut Columns<'_>) -> Result<DocumentRow> {
    let document = read(c)?;
    let mut text = || c.take::<String>();
    Ok(DocumentRow {
        document,
        company_name: text()?,
        contact_name: join_names(&[&text()?, &text()?, &text()?]),
        project_name: text()?,
        sale_title: text()?,
        owner_name: join_names(&[&text()?, &text()?]),
        holder_name: join_names(&[&text()?, &text()?]),
        template_name: text()?,
    })
}
