//! Distinct types for ids, so that one kind cannot be passed for another.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

macro_rules! whole_number_ids {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {$(
        $(#[$doc])*
        ///
        /// A positive whole number, counted per installation from 1 (the installation's own id: per database).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }

        impl FromStr for $name {
            type Err = crate::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text.parse::<i64>() {
                    Ok(n) if n > 0 => Ok(Self(n)),
                    _ => Err(crate::Error::invalid(concat!(
                        "The id of a ", $word, " is a positive whole number. Check the address you used."
                    ))),
                }
            }
        }
    )*};
}

whole_number_ids! {
    /// One customer's CRM.
    InstallationId = "installation";
    /// A person who uses an installation.
    AssociateId = "associate";
    /// A user group of an installation.
    GroupId = "user group";
    /// A company.
    CompanyId = "company";
    /// A contact: a person at a company.
    ContactId = "contact";
    /// A project.
    ProjectId = "project";
    /// A sale.
    SaleId = "sale";
    /// A document's row. Its bytes live in a document plugin.
    DocumentId = "document";
    /// A template.
    TemplateId = "template";
    /// A heading that groups templates.
    HeadingId = "heading";
    /// A file that waits to become a template's.
    DraftId = "draft";
    /// A mail merge.
    MailingId = "mail merge";
    /// A work over everything that a place keeps.
    JobId = "work";
}

/// A recorded intent to change something at a plugin. A version 7 UUID: ordered by time of making.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OperationId(pub Uuid);

impl fmt::Display for OperationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl FromStr for OperationId {
    type Err = crate::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::parse_str(text).map(Self).map_err(|e| {
            crate::Error::invalid("The id of an operation is a UUID. Check the address you used.")
                .caused_by(e)
        })
    }
}

/// The number a document plugin is registered under. `0` is the built-in archive, and the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct PluginId(pub i64);

impl PluginId {
    /// The built-in archive.
    pub const ARCHIVE: Self = Self(0);
}

impl fmt::Display for PluginId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
