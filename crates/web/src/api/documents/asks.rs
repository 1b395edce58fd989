//! What is said about documents that are made or changed.

use super::super::field::Field;
use super::super::wire::{Locking, VisibleFor};
use super::wire::Status;
use domain::documents::Properties;
use domain::{CompanyId, ContactId, ProjectId, Result, SaleId};
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::ToSchema;

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
