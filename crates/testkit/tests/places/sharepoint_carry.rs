//! A file goes to another library by a copy, while people work on it and in the folders around it (M-16, T11, T31).

use crate::sharepoint_common::{ANNA, Meddler, OLGA, Stage, read};
use crate::sharepoint_jobs::choose_the_archive;
use domain::locking::LockSemantics;
use domain::plugin::{Body, DocumentPlugin as _, ExternalRef, NewItem, Placement};
use domain::{ErrorKind, Result};
use plugins::sharepoint::Place;
use serde_json::{Value, json};
use twin::core::faults::{Effect, Rule};

/// A document, and the library that it goes to: chosen already.
async fn chosen() -> (Stage, ExternalRef, Place) {
    let stage = Stage::new().await;
    let new = NewItem { semantics: LockSemantics::None, ..NewItem::document("Offer.txt", "text/plain") };
    let made = stage.plugin.create(&stage.a(), new, Some(Body::from_bytes("first"))).await.unwrap();
    let before = stage.place();
    choose_the_archive(&stage, 7).await;
    (stage, made.reference, before)
}

async fn carry(stage: &Stage, item: &ExternalRef) -> Result<()> {
    stage.plugin.place(&stage.a(), item, &Placement::default()).await.map(drop)
}

/// The names below the folder for documents: files, and folders with a stroke.
async fn below(stage: &Stage) -> Vec<String> {
    let library = stage.place().documents;
    let mut folders = vec![library.folder.clone()];
    let mut names = Vec::new();
    while let Some(folder) = folders.pop() {
        let path = format!("/drives/{}/items/{folder}/children?$top=200", library.drive);
        let (_, list) = stage.as_person(OLGA, "GET", &path, Value::Null).await;
        for item in list["value"].as_array().unwrap() {
            let name = item["name"].as_str().unwrap();
            if item.get("folder").is_some() {
                folders.push(item["id"].as_str().unwrap().to_owned());
                names.extend(name.starts_with("chancery-").then(|| format!("{name}/")));
            } else {
                names.push(name.to_owned());
            }
        }
    }
    names.sort();
    names
}

async fn is_there(stage: &Stage, item: &ExternalRef, content: &str) {
    assert_eq!(read(stage, &stage.a(), item).await, content.as_bytes());
    assert_eq!(below(stage).await, ["Offer.txt"]);
}

#[tokio::test]
async fn what_somebody_writes_just_before_the_original_goes_is_kept_and_goes_along_the_next_time() {
    let (stage, item, _) = chosen().await;
    let at = stage.at(&item).await;
    *stage.wire.meddler.lock().unwrap() =
        Some(Meddler { method: "DELETE", path: "", who: ANNA, at, text: "written meanwhile" });
    let refused = carry(&stage, &item).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unavailable, "{refused:?}");
    assert!(refused.public().contains("Somebody changed the file"), "{}", refused.public());
    assert_eq!(read(&stage, &stage.a(), &item).await, b"written meanwhile");
    assert_eq!(below(&stage).await, [""; 0], "nothing is left of the copy");
    carry(&stage, &item).await.unwrap();
    is_there(&stage, &item, "written meanwhile").await;
}

#[tokio::test]
async fn a_file_that_a_program_has_open_stays_and_goes_when_it_is_closed() {
    let (stage, item, _) = chosen().await;
    let open = Effect::Behave { name: "locked".into(), value: json!("plain") };
    stage.twin.house().faults.order(Rule::new(open).at("driveItem.delete"));
    let refused = carry(&stage, &item).await.unwrap_err();
    assert!(refused.public().contains("open"), "{}", refused.public());
    assert_eq!(below(&stage).await, [""; 0]);
    assert_eq!(read(&stage, &stage.a(), &item).await, b"first");
    stage.calm();
    carry(&stage, &item).await.unwrap();
    is_there(&stage, &item, "first").await;
}

#[tokio::test]
async fn a_copy_that_takes_long_is_waited_for_and_no_older_than_the_file() {
    for edited in [false, true] {
        let (stage, item, _) = chosen().await;
        let at = stage.at(&item).await;
        let long = Effect::Behave { name: "copy-seconds".into(), value: json!(4000) };
        stage.twin.house().faults.order(Rule::new(long).at("driveItem.copy"));
        let slow = carry(&stage, &item).await.unwrap_err();
        assert!(slow.public().contains("takes its time"), "{}", slow.public());
        let busy = carry(&stage, &item).await.unwrap_err();
        assert!(busy.public().contains("takes its time"), "it is asked for once: {}", busy.public());
        if edited {
            let path = format!("{at}/content");
            assert_eq!(stage.as_person(ANNA, "PUT", &path, json!("later")).await.0, 200);
        }
        stage.calm();
        stage.pass(5000);
        let restarted = stage.restarted();
        carry(&restarted, &item).await.unwrap();
        is_there(&restarted, &item, if edited { "later" } else { "first" }).await;
    }
}

#[tokio::test]
async fn a_folder_for_a_copy_that_somebody_tidied_away_blocks_nothing() {
    let (stage, item, _) = chosen().await;
    let long = Effect::Behave { name: "copy-seconds".into(), value: json!(4000) };
    stage.twin.house().faults.order(Rule::new(long).at("driveItem.copy"));
    carry(&stage, &item).await.unwrap_err();
    let record = stage.record(&item).await;
    let carry_of = &record["pending"]["deed"]["carry"];
    let path = format!(
        "/drives/{}/items/{}",
        carry_of["drive"].as_str().unwrap(),
        carry_of["landing"].as_str().unwrap()
    );
    assert_eq!(stage.as_person(OLGA, "DELETE", &path, Value::Null).await.0, 204);
    stage.calm();
    stage.pass(5000);
    carry(&stage, &item).await.unwrap();
    is_there(&stage, &item, "first").await;
}

#[tokio::test]
async fn a_name_that_somebody_takes_meanwhile_gives_the_next_one() {
    let (stage, item, before) = chosen().await;
    // The names of the folder are known; then somebody else puts a file of this name there.
    carry(&stage, &item).await.unwrap();
    let after = stage.place();
    stage.set_place(|place| *place = before);
    carry(&stage, &item).await.unwrap();
    stage.set_place(|place| *place = after);
    let library = stage.place().documents;
    let path =
        format!("/drives/{}/items/{}:/Everyone/General/Offer.txt:/content", library.drive, library.folder);
    let (status, told) = stage.as_person(OLGA, "PUT", &path, json!("theirs")).await;
    assert!(status < 300, "{status} {told}");
    carry(&stage, &item).await.unwrap();
    assert_eq!(read(&stage, &stage.a(), &item).await, b"first");
    assert_eq!(below(&stage).await, ["Offer (2).txt", "Offer.txt"]);
}

#[tokio::test]
async fn to_and_fro_within_minutes_finds_its_folders_each_time() {
    let (stage, item, before) = chosen().await;
    let after = stage.place();
    for place in [after.clone(), before.clone(), after.clone(), before, after] {
        stage.set_place(|known| *known = place.clone());
        carry(&stage, &item).await.unwrap();
        is_there(&stage, &item, "first").await;
    }
}
