//! Every statement fits the schema and stays inside its installation.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::House;
use domain::{AssociateId, GroupId};
use platform::sql::Statement;
use store::bulk::{Amounts, fill_documents};
use store::{DocumentCursor, DocumentFilter, MIGRATIONS, Viewer};

#[tokio::test]
async fn every_statement_prepares_against_the_migrated_schema() {
    let all = store::statements();
    assert!(all.len() > 100, "only {} statements are registered", all.len());
    let house = House::new().await;
    let failures = house
        .store
        .database()
        .read(move |tx| {
            let own = platform::sql::statements();
            Ok(all
                .into_iter()
                .chain(own.iter().copied())
                .filter_map(|s| tx.check(s.sql).err().map(|e| format!("{}: {e:?}", s.name)))
                .collect::<Vec<_>>())
        })
        .await
        .unwrap();
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn each_statement_has_a_name_of_its_own() {
    let mut names: Vec<_> = store::statements().iter().map(|s| s.name).collect();
    names.sort_unstable();
    let all = names.len();
    names.dedup();
    assert_eq!(names.len(), all);
}

/// Tables whose rows belong to an installation: every one that has the column, read from the schema itself.
fn tenant_tables() -> Vec<&'static str> {
    MIGRATIONS
        .iter()
        .flat_map(|m| m.sql.split("CREATE TABLE ").skip(1))
        .filter(|rest| rest.split(");").next().is_some_and(|table| table.contains("installation_id BIGINT")))
        .filter_map(|rest| rest.split_whitespace().next())
        .collect()
}

/// How often a statement takes rows from, or puts rows into, a tenant's table.
fn uses(statement: &Statement, tables: &[&str]) -> usize {
    let words: Vec<&str> = statement.sql.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    words
        .windows(2)
        .filter(|w| ["FROM", "JOIN", "INTO", "UPDATE"].contains(&w[0]) && tables.contains(&w[1]))
        .count()
}

/// Statements that may run without knowing an installation: they learn it from a secret's hash, or sweep them all.
/// This list may only shrink.
const WITHOUT_INSTALLATION: &[&str] = &[
    "store::api_tokens::BY_HASH",
    "store::everywhere::LEASE",
    "store::everywhere::RELEASE",
    "store::everywhere::UNFINISHED",
    "store::everywhere::PURGE_IDEMPOTENCY",
    "store::everywhere::PURGE_SESSIONS",
    "store::everywhere::PURGE_LINKS",
    "store::everywhere::BLANK_IPS",
    "store::mailings::LEASE",
    "store::jobs::LEASE",
    "store::mailings::RELEASE",
    "store::jobs::RELEASE",
    "store::template_drafts::PURGE",
    "store::sessions::GET",
    "store::sessions::TOUCH",
    "store::sessions::END",
    "store::sign_in_links::CONSUME",
    "store::sign_in_links::GET",
    "store::sign_ins::USE_TRIP",
    "store::sign_ins::OPEN_INVITATION",
    "store::sign_ins::USE_INVITATION",
    "store::sign_ins::OLD_TRIPS",
    "store::sign_ins::OLD_STATEMENTS",
    "store::sign_ins::OLD_INVITATIONS",
    "store::sign_ins::OLD_ORIGINS",
];

#[test]
fn every_statement_on_a_tenants_rows_names_the_installation() {
    let tables = tenant_tables();
    assert!(
        tables.len() > 20 && tables.contains(&"documents") && !tables.contains(&"installations"),
        "{tables:?}"
    );
    for statement in store::statements() {
        let uses = uses(statement, &tables);
        if uses == 0 {
            continue;
        }
        // The column list of an INSERT names it, the condition of everything else does, once for each table.
        let named = statement.sql.matches("installation_id = $1").count()
            + statement.sql.matches("installation_id = d.installation_id").count()
            + statement.sql.matches("installation_id = v.installation_id").count()
            + statement.sql.matches("(installation_id,").count()
            + statement.sql.matches("(token_hash, installation_id,").count()
            + statement.sql.matches("(state_hash, installation_id,").count();
        let excepted = WITHOUT_INSTALLATION.contains(&statement.name);
        assert_eq!(
            named < uses,
            excepted,
            "{} takes rows {uses} times, names it {named} times",
            statement.name
        );
    }
}

#[test]
fn the_list_of_exceptions_names_statements_that_exist() {
    let names: Vec<_> = store::statements().iter().map(|s| s.name).collect();
    for exception in WITHOUT_INSTALLATION {
        assert!(names.contains(exception), "{exception} does not exist any more; take it off the list");
    }
}

/// The main lists run along an index that has their order: they read as many rows as they show, however many there are.
#[tokio::test]
async fn no_list_of_documents_scans_a_table_or_sorts() {
    let house = House::new().await;
    let amounts = Amounts { documents: 3000, of_first_company: 100, companies: 20 };
    let filled = fill_documents(&house.store, amounts, common::at(0)).await.unwrap();
    let all = DocumentFilter::default();
    let lists = [
        ("documents_by_date", all.clone()),
        ("documents_by_date", DocumentFilter { trashed: true, ..all.clone() }),
        ("documents_by_company", DocumentFilter { company: Some(filled.first_company), ..all.clone() }),
        ("documents_by_contact", DocumentFilter { contact: Some(domain::ContactId(1)), ..all.clone() }),
        ("documents_by_project", DocumentFilter { project: Some(domain::ProjectId(1)), ..all.clone() }),
        ("documents_by_sale", DocumentFilter { sale: Some(domain::SaleId(1)), ..all.clone() }),
        ("documents_by_owner", DocumentFilter { owner: Some(AssociateId(1)), ..all.clone() }),
        ("documents_by_template", DocumentFilter { template: Some(domain::TemplateId(1)), ..all.clone() }),
        ("documents_by_holder", DocumentFilter { holder: Some(AssociateId(1)), ..all.clone() }),
        (
            "documents_by_company",
            DocumentFilter {
                company: Some(filled.first_company),
                owner: Some(AssociateId(1)),
                template: Some(domain::TemplateId(1)),
                from: Some(jiff::civil::date(2020, 1, 1)),
                to: Some(jiff::civil::date(2022, 1, 1)),
                ..all.clone()
            },
        ),
    ];
    let viewer = Viewer { associate: AssociateId(3), groups: vec![GroupId(1), GroupId(2)] };
    let cursor = DocumentCursor { date: jiff::civil::date(2021, 1, 1), id: domain::DocumentId(77) };
    for (index, filter) in lists {
        for after in [None, Some(cursor)] {
            let (f, v) = (filter.clone(), viewer.clone());
            let plan =
                house.read(move |tx| tx.documents(filled.installation).plan(&v, &f, after.as_ref())).await;
            let text = plan.join("\n");
            assert!(text.contains(&format!("USING INDEX {index} ")), "{filter:?}\n{text}");
            assert!(!text.contains("SCAN") && !text.contains("TEMP B-TREE"), "{filter:?}\n{text}");
        }
    }
    // With words the page is found from covering indexes alone; what is sorted is one page, or the few that have a
    // rare word.
    for (query, begins) in
        [("document", "COVERING INDEX documents_by_company"), ("17", "search_words USING PRIMARY KEY")]
    {
        let f = DocumentFilter { company: Some(filled.first_company), query: query.into(), ..all.clone() };
        let v = viewer.clone();
        let plan =
            house.read(move |tx| tx.documents(filled.installation).plan(&v, &f, None)).await.join("\n");
        assert!(plan.contains(begins), "{query}\n{plan}");
        let scanned: Vec<_> =
            plan.lines().filter(|l| l.starts_with("SCAN") && !["SCAN w", "SCAN page"].contains(l)).collect();
        assert!(scanned.is_empty(), "{query}\n{plan}");
    }
}

#[tokio::test]
async fn opening_again_applies_nothing_and_the_steps_can_be_read() {
    let house = House::new().await;
    let db = house.store.database().clone();
    store::Store::open(db.clone(), common::at(9)).await.unwrap();
    let steps = store::Store::schema(&db).await.unwrap();
    let first = (1, "first_schema".to_owned(), true);
    let second = (2, "keys_know_their_operation".to_owned(), true);
    let later = [
        (3, "identities"),
        (4, "sign_in_windows"),
        (5, "plugin_notes"),
        (6, "living_links"),
        (7, "template_work"),
        (8, "moves_and_rights"),
    ];
    let later = later.map(|(number, name)| (number, name.to_owned(), true));
    assert_eq!(steps, [vec![first, second], later.to_vec()].concat());
}
