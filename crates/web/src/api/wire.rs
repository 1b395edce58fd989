//! Shapes that several resources share. Never the domain's own types: those may change freely.

use domain::locking::LockSemantics;
use domain::visibility::VisibleFor as Visibility;
use domain::{Error, GroupId, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Something referred to, with the name people read.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({ "id": 7, "name": "Fjordland Seafood AS" }))]
pub(super) struct Named {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
}

/// A reference with a name, where there is one.
pub(super) fn named(id: Option<i64>, name: impl Into<String>) -> Option<Named> {
    id.map(|id| Named { id, name: name.into() })
}

/// An amount of money.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({ "amount": "125000.50", "currency": "NOK" }))]
pub(super) struct Money {
    /// The amount as a decimal number in a string: JSON numbers lose digits.
    pub amount: String,
    /// ISO 4217 currency, blank when unknown.
    pub currency: String,
}

/// An address.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Address {
    /// Up to three lines, without town.
    pub lines: Vec<String>,
    /// Postcode.
    pub zip: String,
    /// Town.
    pub city: String,
    /// State.
    pub state: String,
    /// County.
    pub county: String,
}

impl From<domain::records::Address> for Address {
    fn from(a: domain::records::Address) -> Self {
        let lines = a.lines.into_iter().filter(|l| !l.is_empty()).collect();
        Self { lines, zip: a.zip, city: a.city, state: a.state, county: a.county }
    }
}

/// How strictly a document is locked and versioned. Fixed when it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Locking {
    /// Each save replaces the content at once.
    None,
    /// One person at a time; a save becomes public at check-in.
    Locking,
    /// Locking, and each check-in keeps a version.
    Versioning,
}

impl From<LockSemantics> for Locking {
    fn from(level: LockSemantics) -> Self {
        match level {
            LockSemantics::None => Self::None,
            LockSemantics::Locking => Self::Locking,
            LockSemantics::Versioning => Self::Versioning,
        }
    }
}

impl From<Locking> for LockSemantics {
    fn from(level: Locking) -> Self {
        match level {
            Locking::None => Self::None,
            Locking::Locking => Self::Locking,
            Locking::Versioning => Self::Versioning,
        }
    }
}

/// Who may see a document.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "kind": "everyone" }))]
pub(super) struct VisibleFor {
    /// Everybody, the owner only, or a user group and the owner.
    pub kind: Audience,
    /// The user group's id, with `kind` group only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<i64>,
}

/// The kinds of audience.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Audience {
    /// Everybody in the installation.
    Everyone,
    /// Its owner only.
    Owner,
    /// The members of one user group, and the owner.
    Group,
}

impl From<Visibility> for VisibleFor {
    fn from(v: Visibility) -> Self {
        match v {
            Visibility::Everyone => Self { kind: Audience::Everyone, group: None },
            Visibility::Owner => Self { kind: Audience::Owner, group: None },
            Visibility::Group(g) => Self { kind: Audience::Group, group: Some(g.0) },
        }
    }
}

impl TryFrom<VisibleFor> for Visibility {
    type Error = Error;

    fn try_from(v: VisibleFor) -> Result<Self> {
        match (v.kind, v.group) {
            (Audience::Everyone, None) => Ok(Self::Everyone),
            (Audience::Owner, None) => Ok(Self::Owner),
            (Audience::Group, Some(g)) => Ok(Self::Group(GroupId(g))),
            (Audience::Group, None) => {
                Err(Error::invalid("Visible for a group needs the group's id in \"group\".")
                    .field("visible_for.group"))
            }
            (_, Some(_)) => Err(Error::invalid("\"group\" goes with the kind \"group\" only. Leave it out.")
                .field("visible_for.group")),
        }
    }
}

/// A committed version of a document or a template's file.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Version {
    /// Its id, for its address.
    pub id: String,
    /// Its number, from 1.
    pub number: u32,
    /// When it was checked in.
    #[schema(format = DateTime)]
    pub at: String,
    /// Who checked it in; null when that is no associate.
    #[schema(required)]
    pub by: Option<Named>,
    /// What it is about.
    pub comment: String,
    /// Extra fields kept with it.
    pub extra: std::collections::BTreeMap<String, String>,
    /// Its size in bytes.
    pub size: u64,
    /// The SHA-256 of its content in hexadecimal, when the place knows it.
    #[schema(required)]
    pub sha256: Option<String>,
}

impl From<domain::plugin::VersionInfo> for Version {
    fn from(v: domain::plugin::VersionInfo) -> Self {
        Self {
            id: v.id.0,
            number: v.number,
            at: v.at.to_string(),
            by: named(v.by.map(|a| a.0), v.by_name),
            comment: v.note.description,
            extra: v.note.extra,
            size: v.size,
            sha256: v.sha256,
        }
    }
}

/// What a plugin wants done next.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Answer {
    /// What kind of thing it is.
    pub kind: AnswerKind,
    /// The text, place or address; null when there is nothing to do.
    #[schema(required)]
    pub value: Option<String>,
}

/// The kinds of answer a plugin can give.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum AnswerKind {
    /// Nothing to do.
    Nothing,
    /// Show a text.
    Message,
    /// Go to a place inside the CRM.
    Navigate,
    /// Open a dialog of the plugin's own.
    CustomGui,
    /// Needs a client component.
    Other,
    /// Open an address in a new window.
    Url,
}

impl From<domain::plugin::AnswerKind> for AnswerKind {
    fn from(kind: domain::plugin::AnswerKind) -> Self {
        use domain::plugin::AnswerKind as Kind;
        match kind {
            Kind::Nothing => Self::Nothing,
            Kind::Message => Self::Message,
            Kind::Navigate => Self::Navigate,
            Kind::CustomGui => Self::CustomGui,
            Kind::Other => Self::Other,
            Kind::Url => Self::Url,
        }
    }
}

impl From<domain::plugin::Answer> for Answer {
    fn from(answer: domain::plugin::Answer) -> Self {
        use domain::plugin::Answer as Given;
        let kind = answer.kind().into();
        let value = match answer {
            Given::Nothing => None,
            Given::Message(v)
            | Given::Navigate(v)
            | Given::CustomGui(v)
            | Given::Other(v)
            | Given::Url(v) => Some(v),
        };
        Self { kind, value }
    }
}

/// A preview.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Preview {
    /// HTML without script and without anything loaded from elsewhere; null when there is no preview.
    #[schema(required)]
    pub html: Option<String>,
    /// Why there is no preview; null when there is one.
    #[schema(required)]
    pub reason: Option<String>,
}

impl From<app::documents::Preview> for Preview {
    fn from(preview: app::documents::Preview) -> Self {
        match preview {
            app::documents::Preview::Html(html) => Self { html: Some(html), reason: None },
            app::documents::Preview::NotAvailable(reason) => Self { html: None, reason: Some(reason) },
        }
    }
}

/// An instant on the wire: RFC 3339 in UTC.
pub(super) fn instant(at: jiff::Timestamp) -> String {
    at.to_string()
}
