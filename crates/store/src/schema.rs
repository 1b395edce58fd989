//! The schema's steps, and the list of every statement.

use platform::sql::{Migration, Statement};

/// The steps of the schema, oldest first.
pub static MIGRATIONS: &[Migration] = &[
    Migration { version: 1, name: "first_schema", sql: include_str!("migrations/0001_first_schema.sql") },
    Migration {
        version: 2,
        name: "keys_know_their_operation",
        sql: include_str!("migrations/0002_keys_know_their_operation.sql"),
    },
    Migration { version: 3, name: "identities", sql: include_str!("migrations/0003_identities.sql") },
    Migration {
        version: 4,
        name: "sign_in_windows",
        sql: include_str!("migrations/0004_sign_in_windows.sql"),
    },
    Migration { version: 5, name: "plugin_notes", sql: include_str!("migrations/0005_plugin_notes.sql") },
    Migration { version: 6, name: "living_links", sql: include_str!("migrations/0006_living_links.sql") },
    Migration { version: 7, name: "template_work", sql: include_str!("migrations/0007_template_work.sql") },
    Migration {
        version: 8,
        name: "moves_and_rights",
        sql: include_str!("migrations/0008_moves_and_rights.sql"),
    },
];

/// Every registered statement of the store.
pub fn statements() -> Vec<&'static Statement> {
    [
        crate::api_tokens::ALL,
        crate::associates::ALL,
        crate::companies::ALL,
        crate::contacts::ALL,
        crate::documents::ALL,
        crate::documents::CHANGES,
        crate::everywhere::ALL,
        crate::feeds::ALL,
        crate::groups::ALL,
        crate::headings::ALL,
        crate::idempotency::ALL,
        crate::identities::ALL,
        crate::installations::ALL,
        crate::jobs::ALL,
        crate::mailings::ALL,
        crate::operations::ALL,
        crate::outside::ALL,
        crate::plugin_notes::ALL,
        crate::projects::ALL,
        crate::sales::ALL,
        crate::sessions::ALL,
        crate::settings::ALL,
        crate::sign_in_links::ALL,
        crate::sign_in_tasks::ALL,
        crate::sign_ins::ALL,
        crate::template_drafts::ALL,
        crate::templates::ALL,
        crate::templates::LINKS,
        crate::words::ALL,
    ]
    .concat()
}
