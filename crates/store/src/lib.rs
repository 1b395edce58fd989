//! The record of everything: typed repositories over one SQL text for every engine.
//!
//! Invariant: every statement on a tenant's rows names their installation; the few that look for it by a secret's
//! hash, or sweep all installations, are listed by name in the tests.
//! Invariant: what happens inside one closure takes effect whole or not at all.
//! Invariant: no rule of the product is decided here except those that must hold under concurrency: counters,
//! expected versions, single use.

mod api_tokens;
mod associates;
#[cfg(feature = "bench-support")]
pub mod bulk;
mod companies;
mod contacts;
mod documents;
mod dynamic;
mod everywhere;
mod feeds;
mod groups;
mod headings;
mod idempotency;
mod identities;
mod installations;
mod jobs;
mod mailings;
mod operations;
mod outside;
mod paging;
mod plugin_notes;
mod projects;
mod sales;
mod schema;
mod sessions;
mod settings;
mod sign_in_links;
mod sign_in_tasks;
mod sign_ins;
mod support;
mod template_drafts;
mod templates;
mod tx;
mod words;

pub use api_tokens::{ApiToken, ApiTokenId, ApiTokens, NewApiToken};
pub use associates::Associates;
pub use companies::{Companies, CompanyRow};
pub use contacts::{ContactFilter, ContactRow, Contacts};
pub use documents::{DocumentFilter, DocumentRow, Documents, ItemFacts, NewDocument, Viewer};
pub use everywhere::Everywhere;
pub use feeds::Feeds;
pub use groups::Groups;
pub use headings::Headings;
pub use idempotency::{Begun, Idempotency, Key};
pub use identities::{BoundIdentity, Identities};
pub use installations::Installations;
pub use jobs::{Job, JobFinding, Jobs, NewJob, Settled};
pub use mailings::{Mailing, MailingRecord, Mailings, NewMailing, NewRecord, Outcome, Tally};
pub use operations::{NewOperation, Operation, Operations};
pub use outside::{Happened, OutsideOf};
pub use paging::{DocumentCursor, NameCursor, Page};
pub use platform::audit::{Audit, AuditRecord, Chain, NewAudit};
pub use plugin_notes::PluginNotes;
pub use projects::{ProjectFilter, ProjectRow, Projects};
pub use sales::{SaleFilter, SaleRow, Sales};
pub use schema::{MIGRATIONS, statements};
pub use sessions::{Session, Sessions};
pub use settings::Settings;
pub use sign_in_links::{LinkUse, SignInLink, SignInLinks};
pub use sign_in_tasks::{SignInTask, SignInTasks};
pub use sign_ins::{Invitation, SignIns, Trip};
pub use template_drafts::{Draft, NewDraft, TemplateDrafts};
pub use templates::Templates;
pub use tx::{Store, Tx};
