//! Lists, list items, what they once were and what changed.

use crate::graph::{APP, Caller, House};
use http::StatusCode;
use serde_json::{Value, json};

const SITE: &str = "/sites/kaffehuset.sharepoint.example:/sites/sales:";

async fn stock(solveig: &Caller) -> String {
    let columns = json!([{ "name": "Color", "text": {} }, { "name": "Quantity", "number": {} }]);
    let list = solveig
        .post(&format!("{SITE}/lists"), json!({ "displayName": "Stock", "columns": columns }))
        .await
        .ok();
    assert_eq!(list["createdBy"]["user"]["displayName"], "Solveig Dahl");
    format!("{SITE}/lists/{}", list["id"].as_str().unwrap())
}

async fn add(solveig: &Caller, list: &str, color: &str) -> String {
    let made = solveig
        .post(&format!("{list}/items"), json!({ "fields": { "Color": color, "Quantity": 1 } }))
        .await
        .ok();
    format!("{list}/items/{}", made["id"].as_str().unwrap())
}

fn numbers(answer: &Value) -> Vec<&str> {
    answer["value"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_list_item_keeps_its_versions_and_takes_one_back() {
    let house = House::new();
    let solveig = house.solveig();
    let list = stock(&solveig).await;
    let row = add(&solveig, &list, "Red").await;
    solveig.patch(&row, json!({ "fields": { "Color": "Blue" } })).await.ok();
    solveig.patch(&format!("{row}/fields"), json!({ "Quantity": 7 })).await.ok();
    let versions = solveig.get(&format!("{row}/versions?$expand=fields")).await.ok();
    assert_eq!(numbers(&versions), ["3.0", "2.0", "1.0"]);
    let colors: Vec<&Value> =
        versions["value"].as_array().unwrap().iter().map(|one| &one["fields"]["Color"]).collect();
    assert_eq!(colors, ["Blue", "Blue", "Red"]);
    assert_eq!(solveig.get(&format!("{row}/versions/1.0/fields")).await.ok()["Quantity"], 1);
    let restored = solveig.post(&format!("{row}/versions/1.0/restoreVersion"), json!({})).await;
    assert_eq!(restored.status, StatusCode::NO_CONTENT);
    let fields = solveig.get(&format!("{row}/fields")).await.ok();
    assert_eq!((&fields["Color"], &fields["Quantity"]), (&json!("Red"), &json!(1)));
    assert_eq!(fields["_UIVersionString"], "4.0");
    assert_eq!(solveig.get(&format!("{row}/versions/9.0")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_files_fields_have_versions_with_its_contents() {
    let house = House::new();
    let solveig = house.solveig();
    let wanted = json!({ "displayName": "Contracts", "columns": [{ "name": "Case", "text": {} }], "list": { "template": "documentLibrary" } });
    solveig.post(&format!("{SITE}/lists"), wanted).await.ok();
    let drive = solveig.get(&format!("{SITE}/lists/Contracts/drive")).await.ok();
    let drive = format!("/drives/{}", drive["id"].as_str().unwrap());
    solveig.put(&format!("{drive}/root:/a.txt:/content"), b"one").await.ok();
    let row = format!("{drive}/list/items/1");
    solveig.patch(&format!("{row}/fields"), json!({ "Case": "A" })).await.ok();
    solveig.put(&format!("{row}/driveItem/content"), b"two").await.ok();
    solveig.patch(&format!("{row}/fields"), json!({ "Case": "B" })).await.ok();
    let versions = solveig.get(&format!("{row}/versions?$expand=fields")).await.ok();
    assert_eq!(numbers(&versions), ["4.0", "3.0", "2.0", "1.0"]);
    let cases: Vec<&Value> =
        versions["value"].as_array().unwrap().iter().map(|one| &one["fields"]["Case"]).collect();
    assert_eq!(cases, [&json!("B"), &json!("A"), &json!("A"), &Value::Null]);
    solveig.post(&format!("{row}/versions/2.0/restoreVersion"), json!({})).await;
    assert_eq!(solveig.get(&format!("{row}/fields")).await.ok()["Case"], "A");
    assert_eq!(solveig.read(&format!("{row}/driveItem")).await, b"one");
}

#[tokio::test]
async fn delta_of_a_list_tells_what_came_changed_and_went() {
    // M-18
    let house = House::new();
    let solveig = house.solveig();
    let list = stock(&solveig).await;
    let (first, second) = (add(&solveig, &list, "Red").await, add(&solveig, &list, "Blue").await);
    let page = solveig.get(&format!("{list}/items/delta?$top=1")).await.ok();
    assert_eq!(numbers(&page), ["1"]);
    let next = page["@odata.nextLink"].as_str().unwrap().trim_start_matches("https://graph.test/v1.0");
    assert_eq!(numbers(&solveig.get(next).await.ok()), ["2"]);
    let page = solveig.get(&format!("{list}/items/delta")).await.ok();
    let link =
        page["@odata.deltaLink"].as_str().unwrap().trim_start_matches("https://graph.test/v1.0").to_owned();
    assert_eq!(solveig.get(&link).await.ok()["value"], json!([]));
    solveig.patch(&format!("{first}/fields"), json!({ "Color": "Green" })).await.ok();
    solveig.delete(&second).await;
    let changed = solveig.get(&format!("{link}&$expand=fields")).await.ok();
    assert_eq!(numbers(&changed), ["1", "2"]);
    assert_eq!(changed["value"][0]["fields"]["Color"], "Green");
    assert_eq!(changed["value"][1]["deleted"]["state"], "deleted");
    house.once("delta-resync", json!(null));
    let gone = solveig.get(&link).await;
    assert_eq!(gone.status, StatusCode::GONE);
    assert!(gone.headers.contains_key("location"));
}

#[tokio::test]
async fn a_list_has_its_own_content_types_is_renamed_and_deleted() {
    let house = House::new();
    let solveig = house.solveig();
    let list = stock(&solveig).await;
    let row = add(&solveig, &list, "Red").await;
    let types = solveig.get(&format!("{list}/contentTypes")).await.ok();
    let item = &types["value"][0];
    assert_eq!(item["name"], "Item");
    assert_eq!(solveig.get(&row).await.ok()["contentType"]["id"], item["id"]);
    let id = item["id"].as_str().unwrap();
    assert_eq!(solveig.get(&format!("{list}/contentTypes/{id}")).await.ok()["parentId"], "0x01");
    assert_eq!(solveig.get(&format!("{SITE}/contentTypes/0x0101")).await.ok()["name"], "Document");
    let renamed =
        solveig.patch(&list, json!({ "displayName": "Shelf", "description": "what is there" })).await.ok();
    assert_eq!(
        (&renamed["displayName"], &renamed["description"]),
        (&json!("Shelf"), &json!("what is there"))
    );
    assert_eq!(solveig.delete(&list).await.status, StatusCode::NO_CONTENT);
    assert_eq!(solveig.get(&row).await.status, StatusCode::NOT_FOUND);
    assert_eq!(solveig.delete(&format!("{SITE}/lists/Documents")).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_application_reaches_the_one_list_it_was_granted() {
    // M-24, below a site
    let house = House::new();
    let solveig = house.solveig();
    let list = stock(&solveig).await;
    let row = add(&solveig, &list, "Red").await;
    let app = house.caller(None, &["Lists.SelectedOperations.Selected"]);
    assert_eq!(app.get(&row).await.status, StatusCode::FORBIDDEN);
    let wanted = json!({ "roles": ["read"], "grantedToV2": { "application": { "id": APP } } });
    let given = solveig.post(&format!("{list}/permissions"), wanted).await.ok();
    assert_eq!(given["grantedToV2"]["application"]["id"], APP);
    assert_eq!(numbers(&app.get(&format!("{list}/items")).await.ok()), ["1"]);
    app.get(&row).await.ok();
    let refused = app.patch(&format!("{row}/fields"), json!({ "Color": "Blue" })).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(app.get(&format!("{SITE}/lists/Documents/items")).await.status, StatusCode::FORBIDDEN);
    let id = given["id"].as_str().unwrap();
    solveig.delete(&format!("{list}/permissions/{id}")).await;
    assert_eq!(app.get(&row).await.status, StatusCode::FORBIDDEN);
}
