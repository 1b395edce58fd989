//! Everything is listed page by page, and the daily comparison lists instead of asking for each document.

use crate::sharepoint_common::{BRUNO, OLGA, Stage};
use app::documents::Upload;
use app::{App, Parts, Settings, StoreNotebook};
use domain::locking::LockSemantics;
use domain::plugin::{Body, Call, Cursor, DocumentPlugin, ExternalRef, Item, NewItem, Removal, VersionNote};
use domain::steps::Unwatched;
use domain::{ErrorKind, InstallationId, PluginId};
use plugins::guard::Guarded;
use plugins::sharepoint::Library;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use testkit::house::{House, heading};
use twin::core::faults::{Effect, Rule};

/// Everything that is listed, and how many pages there were.
async fn listed(stage: &Stage, installation: i64) -> (Vec<Item>, usize) {
    let (mut all, mut pages, mut after) = (Vec::new(), 0, None);
    loop {
        let call = Call { installation: InstallationId(installation), ..stage.system() };
        let page = stage.plugin.inventory(&call, after.as_ref()).await.unwrap();
        all.extend(page.items);
        pages += 1;
        after = page.next;
        if after.is_none() {
            return (all, pages);
        }
    }
}

async fn make(stage: &Stage, installation: i64, name: &str) -> ExternalRef {
    let call = Call { installation: InstallationId(installation), ..stage.a() };
    let new = NewItem::document(name, "text/plain");
    stage.plugin.create(&call, new, Some(Body::from_bytes("text"))).await.unwrap().reference
}

fn names(items: &[Item]) -> BTreeSet<&ExternalRef> {
    items.iter().map(|item| &item.reference).collect()
}

#[tokio::test]
async fn a_listing_has_what_is_ours_and_as_we_left_it_and_nothing_else() {
    let stage = Stage::new().await;
    let [kept, trashed, stray] = [
        make(&stage, 7, "Kept.txt").await,
        make(&stage, 7, "Old.txt").await,
        make(&stage, 7, "Stray.txt").await,
    ];
    stage.plugin.remove(&stage.a(), &trashed, Removal::Trash).await.unwrap();
    // Somebody else's installation in the same library, a draft, and a file that Bruno put beside ours.
    let theirs = make(&stage, 8, "Theirs.txt").await;
    let draft =
        NewItem { semantics: LockSemantics::Versioning, ..NewItem::document("Draft.txt", "text/plain") };
    stage.plugin.create(&stage.a(), draft, Some(Body::from_bytes("d"))).await.unwrap();
    let drive = stage.tenant.connected(7).place.documents.drive;
    let path = format!("/drives/{drive}/root:/Bruno's own.txt:/content").replace(' ', "%20");
    assert!(stage.as_person(BRUNO, "PUT", &path, json!("his")).await.0 < 300);
    let (items, _) = listed(&stage, 7).await;
    assert_eq!(names(&items), BTreeSet::from([&kept, &trashed, &stray]));
    assert_eq!(names(&listed(&stage, 8).await.0), BTreeSet::from([&theirs]));
    assert!(items.iter().all(|item| item.trashed == (item.reference == trashed)));
    // What was moved by hand is not where we left it: the host asks where it is.
    let root = json!({ "parentReference": { "id": root(&stage, &drive).await } });
    assert_eq!(stage.as_person(BRUNO, "PATCH", &stage.at(&stray).await, root).await.0, 200);
    stage.behave("delta-duplicates", Value::Null, None);
    let (items, _) = listed(&stage, 7).await;
    assert_eq!((names(&items), items.len()), (BTreeSet::from([&kept, &trashed]), 2), "each once (M-18)");
}

async fn root(stage: &Stage, drive: &str) -> String {
    let (_, root) = stage.as_person(OLGA, "GET", &format!("/drives/{drive}/root"), Value::Null).await;
    root["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_second_library_is_listed_after_the_first() {
    let stage = Stage::new().await;
    let first = make(&stage, 7, "First.txt").await;
    let (call, address) = (stage.system(), "https://kaffehuset.sharepoint.example/sites/crm");
    let site = stage.plugin.site(&call, stage.founder(), address).await.unwrap();
    let archive = site.libraries.iter().find(|library| library.name == "Archive").unwrap().drive.clone();
    let folder = root(&stage, &archive).await;
    stage.set_place(|place| place.templates = Library { drive: archive.clone(), folder: folder.clone() });
    let template = NewItem {
        shelf: domain::plugin::Shelf::Templates,
        check_in: Some(VersionNote::text("first")),
        ..NewItem::document("Template.txt", "text/plain")
    };
    let body = Some(Body::from_bytes("t"));
    let template = stage.plugin.create(&stage.a(), template, body).await.unwrap().reference;
    let (items, pages) = listed(&stage, 7).await;
    assert_eq!((names(&items), pages), (BTreeSet::from([&first, &template]), 2));
}

#[tokio::test]
async fn m_18_a_listing_whose_place_is_forgotten_asks_for_a_new_beginning_in_both_forms() {
    let stage = Stage::new().await;
    make(&stage, 7, "Letter.txt").await;
    let drive = stage.tenant.connected(7).place.documents.drive;
    let cursor = |page: &str| Cursor(json!({ "drive": drive, "page": page }).to_string());
    let page = format!("/drives/{drive}/root/delta?token=latest");
    for code in ["resyncChangesApplyDifferences", "resyncChangesUploadDifferences"] {
        stage.behave("delta-resync", json!(code), Some(1));
        // `latest` is answered before the order is looked at; an instant is not.
        let page = page.replace("latest", "2026-06-01T12:00:00Z");
        let refused = stage.plugin.inventory(&stage.system(), Some(&cursor(&page))).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Gone, "{code}");
    }
    let nonsense =
        [cursor("https://evil.example"), cursor(&page.replace("latest", "nonsense")), Cursor("[]".into())];
    for cursor in nonsense {
        let refused = stage.plugin.inventory(&stage.system(), Some(&cursor)).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Gone, "{cursor:?}");
    }
    assert!(stage.plugin.inventory(&stage.system(), Some(&cursor(&page))).await.is_ok());
}

const SHAREPOINT: PluginId = PluginId(3);

fn app(house: &House, stage: &Stage) -> App {
    let store = house.app.store().clone();
    let notebook = Arc::new(StoreNotebook::new(store.clone()));
    let plugins: Vec<Arc<dyn DocumentPlugin>> = vec![
        Arc::new(Guarded::new(Arc::new(house.archive.clone()))),
        Arc::new(Guarded::new(Arc::new(stage.in_house(notebook, house.installation.id, SHAREPOINT)))),
    ];
    App::new(Parts { store, plugins, settings: Settings::default(), steps: Arc::new(Unwatched) })
}

/// A house with so many documents in SharePoint.
async fn housed(documents: usize) -> (House, Stage, App) {
    let (house, stage) = (House::new().await, Stage::new().await);
    let app = app(&house, &stage);
    let ada = house.as_("ada").await;
    for n in 0..documents {
        let ask = Upload {
            properties: heading(&format!("Offer {n}")),
            file_name: format!("Offer {n}.txt"),
            stored_in: SHAREPOINT,
            ..Upload::default()
        };
        app.documents().upload(&ada, ask, Body::from_bytes("the offer")).await.unwrap();
    }
    (house, stage, app)
}

#[tokio::test]
async fn the_daily_comparison_of_many_documents_is_a_few_requests() {
    let (house, stage, app) = housed(60).await;
    app.living().run_due(house.now(), None).await.unwrap();
    for _ in 0..2 {
        house.pass(24 * 3600);
        stage.pass(24 * 3600);
        let end = stage.journal_end();
        app.living().run_due(house.now(), None).await.unwrap();
        let journal = stage.journal(end);
        let asked: Vec<_> = journal.iter().map(|entry| entry.operation.as_str()).collect();
        // One by one it were 120: a look and its properties for each.
        assert!(asked.len() <= 4, "{asked:?}");
        assert!(asked.iter().all(|operation| *operation == "driveItem.delta"), "{asked:?}");
    }
}

#[tokio::test]
async fn a_comparison_whose_listing_is_forgotten_begins_again_once_and_finds_what_differs() {
    let (house, stage, app) = housed(2).await;
    let ada = house.as_("ada").await;
    let page = app.documents().list(&ada, app::documents::ListDocuments::default()).await.unwrap();
    let (id, reference) = (page.items[0].document.id, page.items[0].document.reference.clone().unwrap());
    let (of, key) = (house.installation.id, format!("item/{}", reference.0));
    let record = app.store().read(move |tx| tx.plugin_notes(of).get(SHAREPOINT, &key)).await.unwrap();
    let record: Value = serde_json::from_str(&record.unwrap()).unwrap();
    let at =
        format!("/drives/{}/items/{}", record["drive"].as_str().unwrap(), record["item"].as_str().unwrap());
    assert_eq!(stage.as_person(BRUNO, "DELETE", &at, Value::Null).await.0, 204);
    // Files of others fill the first page; the second is asked for too late.
    stage.twin.microsoft(|microsoft, house| {
        let graph = &mut microsoft.graph;
        let library =
            (0..100).find(|list| graph.content.drive_id(*list) == record["drive"].as_str().unwrap());
        graph.seed_many(library.unwrap(), 1_200, house.clock.now());
    });
    let effect =
        Effect::Behave { name: "delta-resync".into(), value: json!("resyncChangesUploadDifferences") };
    stage.twin.house().faults.order(Rule { skip: 1, times: Some(1), ..Rule::new(effect) });
    let end = stage.journal_end();
    app.living().run_due(house.now(), None).await.unwrap();
    let gone = stage.journal(end).iter().filter(|entry| entry.status == 410).count();
    assert_eq!(gone, 1, "the listing was forgotten");
    assert!(app.living().history(&ada, id).await.unwrap().outside.missing.is_some());
}
