//! Fills a database with a great many documents, for benchmarks and for tests of query plans.
//!
//! The rows are made by the engine itself, and the indexes afterwards, so that a million documents take seconds.
//! What they contain follows from their number alone: two fills are the same.

use crate::{Store, Tx};
use domain::plugin::{ExternalRef, Revision};
use domain::records::{Associate, Company, Contact, Group, Installation};
use domain::templates::TemplateProperties;
use domain::{CompanyId, GroupId, InstallationId, PluginId, Result};
use jiff::Timestamp;
use platform::params;

/// How much is made.
#[derive(Debug, Clone, Copy)]
pub struct Amounts {
    /// Documents in all.
    pub documents: i64,
    /// Of which the first company has this many.
    pub of_first_company: i64,
    /// Companies, two contacts each.
    pub companies: i64,
}

/// What was made.
#[derive(Debug, Clone, Copy)]
pub struct Filled {
    /// The installation.
    pub installation: InstallationId,
    /// The company with many documents.
    pub first_company: CompanyId,
}

const ASSOCIATES: i64 = 20;
const GROUPS: i64 = 4;
const TEMPLATES: i64 = 12;
const KINDS: [&str; 8] = ["offer", "letter", "contract", "invoice", "minutes", "memo", "report", "order"];
const SYLLABLES: [&str; 12] =
    ["ba", "del", "fo", "gri", "ken", "lum", "mar", "nos", "per", "ril", "sto", "vik"];

/// Makes an installation with this many documents. Nobody else may use the database meanwhile.
pub async fn fill_documents(store: &Store, amounts: Amounts, now: Timestamp) -> Result<Filled> {
    let filled = store.write(move |tx| records(tx, amounts, now)).await?;
    let indexes = store.write(drop_indexes).await?;
    store.write(move |tx| documents(tx, filled.installation, amounts, now)).await?;
    store.write(move |tx| words(tx, filled.installation)).await?;
    for index in indexes {
        store.write(move |tx| tx.0.script(&index)).await?;
    }
    Ok(filled)
}

fn records(tx: &Tx<'_>, amounts: Amounts, now: Timestamp) -> Result<Filled> {
    let installation = tx.installations().insert(
        &Installation {
            id: InstallationId(0),
            key: "bulk".into(),
            name: "Bulk Trading".into(),
            serial: "0".into(),
            culture: "en-GB".into(),
            time_zone: "Europe/Oslo".into(),
            own_company: None,
        },
        now,
    )?;
    let mut groups = Vec::new();
    for n in 0..GROUPS {
        groups.push(tx.groups(installation).insert(&Group {
            id: GroupId(0),
            external_id: None,
            name: format!("Group {n}"),
        })?);
    }
    for (n, group) in (0..ASSOCIATES).zip(groups.iter().cycle()) {
        let associate = Associate {
            login: format!("user{n}"),
            first_name: word(n),
            last_name: word(n + 31),
            primary_group: *group,
            has_plan: true,
            ..Associate::default()
        };
        tx.associates(installation).insert(&associate, now)?;
    }
    for n in 0..TEMPLATES {
        let properties =
            TemplateProperties { name: format!("Template {n}"), ..TemplateProperties::default() };
        tx.templates(installation).insert(&properties, PluginId::ARCHIVE, now)?;
    }
    let mut first_company = None;
    for n in 0..amounts.companies {
        let company = Company { name: format!("{} {} {n}", word(n), word(n * 7 + 3)), ..Company::default() };
        let id = tx.companies(installation).insert(&company, now)?;
        first_company.get_or_insert(id);
        for m in 0..2 {
            let (first_name, last_name) = (word(n + m * 5), word(n * 3 + m));
            let contact = Contact { company: Some(id), first_name, last_name, ..Contact::default() };
            tx.contacts(installation).insert(&contact, now)?;
        }
    }
    Ok(Filled { installation, first_company: first_company.unwrap_or_default() })
}

/// A word of three syllables, one of 1728.
fn word(n: i64) -> String {
    let syllable = |n: i64| SYLLABLES.get(n.rem_euclid(12) as usize).copied().unwrap_or("xy");
    [syllable(n), syllable(n / 12), syllable(n / 144)].concat()
}

/// Takes the indexes off the two large tables and gives the statements that make them again.
fn drop_indexes(tx: &Tx<'_>) -> Result<Vec<String>> {
    let list = "SELECT name, sql FROM sqlite_schema
        WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ('documents', 'search_words')";
    let indexes = tx.0.all_dynamic(list, &[], |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)))?;
    for (name, _) in &indexes {
        tx.0.script(&format!("DROP INDEX {name}"))?;
    }
    Ok(indexes.into_iter().map(|(_, sql)| sql).collect())
}

/// Scatters a number: 24 middle bits of its product with a prime (Knuth's multiplicative hash).
macro_rules! scattered {
    ($number:literal, $prime:literal) => {
        concat!("(", $number, " * ", $prime, " % 4294967296 / 256)")
    };
}
/// The keys of a document's kind and two words.
macro_rules! keys {
    ($number:literal) => {
        concat!(
            scattered!($number, "2654435761"),
            " % 8 AS k0, ",
            scattered!($number, "2654435761"),
            " / 8 % 1728 AS k1, ",
            scattered!($number, "2246822519"),
            " % 1728 AS k2"
        )
    };
}

/// Document number i. The dates go up with the numbers, over ten years.
const DOCUMENTS: &str = concat!("
    WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < $2),
        n AS (SELECT i, ", scattered!("i", "3266489917"), " AS h, ", keys!("i"), " FROM c)
    INSERT INTO documents SELECT $1, i,
        (SELECT word FROM bulk_kinds WHERE k = k0) || ' ' || (SELECT word FROM bulk_words WHERE k = k1)
            || ' ' || (SELECT word FROM bulk_words WHERE k = k2),
        '', 'OF-' || i, '', 'Bulk document ' || i,
        CASE WHEN i % ($2 / $3) = 0 THEN 1 ELSE 2 + h % ($4 - 1) END,
        CASE WHEN i % ($2 / $3) = 0 THEN 1 + i % 2 ELSE 1 + (1 + h % ($4 - 1)) * 2 + i % 2 END,
        NULL, NULL, 'started',
        CASE h % 10 WHEN 8 THEN 1 WHEN 9 THEN 2 ELSE 0 END, CASE h % 10 WHEN 9 THEN 1 + h / 10 % 4 END,
        'document ' || i || '.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', 20000,
        date('2016-01-01', (i * 3650 / $2) || ' days'), 1 + h / 64 % 12, '', NULL, 1 + h / 1024 % 20, 0,
        'bulk-' || i, $5, 0, 1, NULL, CASE WHEN i % 101 = 0 THEN 'trashed' ELSE 'ready' END,
        '01900000-0000-7000-8000-000000000000', $6, 1, $6, 1, 2
    FROM n");

fn documents(tx: &Tx<'_>, installation: InstallationId, amounts: Amounts, now: Timestamp) -> Result<()> {
    let tx = tx.0;
    for table in ["bulk_kinds", "bulk_words"] {
        tx.script(&format!("CREATE TABLE {table} (k INTEGER PRIMARY KEY, word TEXT NOT NULL)"))?;
    }
    for (k, kind) in (0_i64..).zip(KINDS) {
        tx.all_dynamic("INSERT INTO bulk_kinds VALUES ($1, $2)", params![k, kind], |_| Ok(()))?;
    }
    for k in 0..1728 {
        tx.all_dynamic("INSERT INTO bulk_words VALUES ($1, $2)", params![k, word(k)], |_| Ok(()))?;
    }
    let revision = Revision("1".into());
    let share = amounts.of_first_company.max(1);
    let values = params![installation, amounts.documents, share, amounts.companies.max(2), &revision, now];
    tx.all_dynamic(DOCUMENTS, values, |_| Ok(()))?;
    let counter = "UPDATE counters SET next = $2 + 1 WHERE installation_id = $1 AND name = 'document'";
    let first = "INSERT INTO counters (installation_id, name, next) VALUES ($1, 'document', 1) ON CONFLICT DO NOTHING";
    tx.all_dynamic(first, params![installation], |_| Ok(()))?;
    tx.all_dynamic(counter, params![installation, amounts.documents], |_| Ok(()))?;
    Ok(())
}

/// The same words that [`crate::words`] would record: kind, two words, the parts of the reference and the file name.
const WORDS: &str = concat!(
    "
    WITH d AS (SELECT id, ",
    keys!("id"),
    " FROM documents WHERE installation_id = $1)
    INSERT OR IGNORE INTO search_words (installation_id, kind, word, record_id)
    SELECT $1, 6, word, id FROM (
        SELECT k.word AS word, d.id AS id FROM d JOIN bulk_kinds k ON k.k = d.k0
        UNION ALL SELECT w.word, d.id FROM d JOIN bulk_words w ON w.k = d.k1
        UNION ALL SELECT w.word, d.id FROM d JOIN bulk_words w ON w.k = d.k2
        UNION ALL SELECT f.word, d.id FROM d
            CROSS JOIN (SELECT 'of' AS word UNION SELECT 'bulk' UNION SELECT 'document' UNION SELECT 'docx') f
        UNION ALL SELECT CAST(d.id AS TEXT), d.id FROM d
    ) ORDER BY word, id"
);

fn words(tx: &Tx<'_>, installation: InstallationId) -> Result<()> {
    tx.0.all_dynamic(WORDS, params![installation], |_| Ok(()))?;
    tx.0.script("DROP TABLE bulk_kinds; DROP TABLE bulk_words")
}

/// The key of the document with this number.
pub fn reference(number: i64) -> ExternalRef {
    ExternalRef(format!("bulk-{number}"))
}
