//! Delta and search.

use crate::graph::{Caller, House};
use http::StatusCode;
use serde_json::{Value, json};

async fn follow(caller: &Caller, link: &str) -> Value {
    caller.get(link.split_once("/v1.0").unwrap().1).await.ok()
}

fn ids(page: &Value) -> Vec<&str> {
    page["value"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn delta_shows_everything_once_and_then_what_changed_with_its_folders() {
    // M-18
    let house = House::new();
    let (solveig, drive) = (house.solveig(), house.library().await);
    let folder = solveig.folder(&drive, "F").await;
    let file = solveig.put(&format!("{drive}/root:/F/a.txt:/content"), b"a").await.ok();
    let mut page = solveig.get(&format!("{drive}/root/delta?$top=1")).await.ok();
    let mut all = ids(&page).into_iter().map(str::to_owned).collect::<Vec<_>>();
    while let Some(next) = page["@odata.nextLink"].as_str() {
        page = follow(&solveig, next).await;
        all.extend(ids(&page).into_iter().map(str::to_owned));
    }
    assert!(
        all.contains(&file["id"].as_str().unwrap().to_owned()) && all.len() == 3,
        "root, folder and file: {all:?}"
    );
    let link = page["@odata.deltaLink"].as_str().unwrap();
    assert_eq!(follow(&solveig, link).await["value"], json!([]));
    let log = house.twin.house().journal.find(&twin::core::journal::Query::default());
    let units: Vec<u32> = log.iter().filter(|e| e.operation == "driveItem.delta").map(|e| e.units).collect();
    assert_eq!(units, [2, 1, 1, 1], "from the beginning twice as much as from a token");
    assert!(page["value"][0]["parentReference"].get("path").is_none(), "{page}");
    solveig
        .patch(&format!("{drive}/items/{}", file["id"].as_str().unwrap()), json!({ "name": "b.txt" }))
        .await
        .ok();
    let changed = follow(&solveig, link).await;
    assert!(
        ids(&changed).contains(&file["id"].as_str().unwrap())
            && ids(&changed).contains(&folder["id"].as_str().unwrap())
    );
    let link = changed["@odata.deltaLink"].as_str().unwrap().to_owned();
    solveig.delete(&format!("{drive}/items/{}", file["id"].as_str().unwrap())).await;
    let gone = follow(&solveig, &link).await;
    let entry =
        gone["value"].as_array().unwrap().iter().find(|item| item["id"] == file["id"]).unwrap().clone();
    assert!(entry["deleted"]["state"] == "deleted" && entry.get("name").is_none(), "{entry}");
}

#[tokio::test]
async fn a_cursor_starts_now_or_at_an_instant_and_dies_of_age() {
    // M-18
    let house = House::new();
    let (solveig, drive) = (house.solveig(), house.library().await);
    solveig.folder(&drive, "Before").await;
    let now = solveig.get(&format!("{drive}/root/delta?token=latest")).await.ok();
    assert_eq!(now["value"], json!([]));
    house.pass(60);
    solveig.folder(&drive, "After").await;
    let since = solveig.get(&format!("{drive}/root/delta(token='2026-06-01T12:00:30Z')")).await.ok();
    assert!(since["value"].as_array().unwrap().iter().any(|item| item["name"] == "After"));
    assert!(!since["value"].as_array().unwrap().iter().any(|item| item["name"] == "Before"));
    assert_eq!(
        solveig.get(&format!("{drive}/root/delta?token=nonsense")).await.status,
        StatusCode::BAD_REQUEST
    );
    house.pass(31 * 86_400);
    let solveig = house.solveig();
    let old = solveig.get(now["@odata.deltaLink"].as_str().unwrap().split_once("/v1.0").unwrap().1).await;
    assert_eq!((old.status, old.code()), (StatusCode::GONE, "resyncChangesApplyDifferences".into()));
    assert!(old.headers["location"].to_str().unwrap().ends_with("/root/delta"));
    house.once("delta-resync", json!("resyncChangesUploadDifferences"));
    assert_eq!(solveig.get(&format!("{drive}/root/delta")).await.code(), "resyncChangesUploadDifferences");
    assert_eq!(
        solveig.get(&format!("{drive}/root:/After:/delta")).await.status,
        StatusCode::BAD_REQUEST,
        "only the root"
    );
}

#[tokio::test]
async fn search_finds_words_of_names_after_a_while() {
    let house = House::new();
    let (solveig, drive) = (house.solveig(), house.library().await);
    solveig.put(&format!("{drive}/root:/Annual%20offer.txt:/content"), b"a").await.ok();
    house.once("search-lag-seconds", json!(60));
    assert_eq!(solveig.get(&format!("{drive}/root/search(q='offer')")).await.ok()["value"], json!([]));
    assert_eq!(
        solveig.get(&format!("{drive}/root/search(q='offer')")).await.ok()["value"].as_array().unwrap().len(),
        1
    );
    assert_eq!(solveig.get(&format!("{drive}/search(q='nothing')")).await.ok()["value"], json!([]));
}
