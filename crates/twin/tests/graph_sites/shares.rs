//! Sharing addresses and who may use them; what is followed.

use crate::graph::House;
use base64::Engine as _;
use http::StatusCode;
use serde_json::{Value, json};

fn share(url: &str) -> String {
    format!("/shares/u!{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(url))
}

/// A file of Solveig's own, and a link to it.
async fn linked(house: &House, scope: &str) -> (Value, String) {
    let solveig = house.solveig();
    let made = solveig.put("/me/drive/root:/plan.docx:/content", b"plan").await.ok();
    let path = format!("/me/drive/items/{}/createLink", made["id"].as_str().unwrap());
    let link = solveig.post(&path, json!({ "type": "view", "scope": scope })).await.ok();
    (made, link["link"]["webUrl"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_link_is_granted_to_people_and_taken_from_them() {
    let house = House::new();
    let (made, url) = linked(&house, "users").await;
    let (solveig, erik, share) = (house.solveig(), house.erik(), share(&url));
    assert_eq!(erik.get(&format!("{share}/driveItem")).await.status, StatusCode::NOT_FOUND);
    let people = json!([{ "email": "erik@kaffehuset.example" }]);
    let granted = solveig
        .post(&format!("{share}/permission/grant"), json!({ "recipients": people, "roles": ["read"] }))
        .await
        .ok();
    assert_eq!(granted["value"][0]["grantedToIdentitiesV2"][0]["user"]["displayName"], "Erik Holm");
    assert_eq!(erik.get(&format!("{share}/driveItem")).await.ok()["id"], made["id"]);
    let seen = erik.get(&share).await.ok();
    assert_eq!(
        (&seen["name"], &seen["owner"]["user"]["displayName"]),
        (&json!("plan.docx"), &json!("Solveig Dahl"))
    );
    assert_eq!(
        erik.post(&format!("{share}/permission/grant"), json!({ "recipients": people, "roles": ["read"] }))
            .await
            .status,
        StatusCode::FORBIDDEN
    );
    solveig.post(&format!("{share}/permission/revokeGrants"), json!({ "grantees": people })).await.ok();
    assert_eq!(erik.get(&format!("{share}/driveItem")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(solveig.delete(&format!("{share}/permission")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(solveig.get(&share).await.status, StatusCode::NOT_FOUND, "the link leads nowhere");
}

#[tokio::test]
async fn a_link_of_the_organisation_is_redeemed_only_by_who_asks_for_it() {
    let house = House::new();
    let (made, url) = linked(&house, "organization").await;
    let (erik, share) = (house.erik(), share(&url));
    let path = format!("{share}/driveItem");
    assert_eq!(erik.get(&path).await.status, StatusCode::NOT_FOUND);
    let redeems = [("prefer", "redeemSharingLink")];
    let redeemed = erik.send(http::Method::GET, &path, &redeems, b"").await.ok();
    assert_eq!(redeemed["id"], made["id"]);
    erik.get(&path).await.ok();
}

#[tokio::test]
async fn an_address_of_a_document_leads_to_it_as_well() {
    let house = House::new();
    let (made, _) = linked(&house, "users").await;
    let solveig = house.solveig();
    assert!(made["webUrl"].as_str().unwrap().contains("sourcedoc="));
    let found = solveig.get(&format!("{}/driveItem", share(made["webUrl"].as_str().unwrap()))).await.ok();
    assert_eq!(found["id"], made["id"]);
    let nowhere = "https://sharepoint.test/kaffehuset.sharepoint.example/_layouts/15/Doc.aspx?sourcedoc=%7B00000000-0000-4000-8000-000000000000%7D";
    assert_eq!(solveig.get(&format!("{}/driveItem", share(nowhere))).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_was_shared_by_name_is_listed_until_it_is_taken_back() {
    let house = House::new();
    let (made, _) = linked(&house, "users").await;
    let (solveig, erik) = (house.solveig(), house.erik());
    let item = format!("/me/drive/items/{}", made["id"].as_str().unwrap());
    let wanted = json!({ "recipients": [{ "email": "erik@kaffehuset.example" }], "roles": ["read"] });
    let given = solveig.post(&format!("{item}/invite"), wanted).await.ok();
    let shared = erik.get("/me/drive/sharedWithMe").await.ok();
    assert_eq!(shared["value"][0]["remoteItem"]["id"], made["id"]);
    let permission = given["value"][0]["id"].as_str().unwrap();
    solveig.delete(&format!("{item}/permissions/{permission}")).await;
    assert_eq!(erik.get("/me/drive/sharedWithMe").await.ok()["value"], json!([]));
}

#[tokio::test]
async fn sites_are_followed_and_new_ones_are_told() {
    let house = House::new();
    let erik = house.erik();
    let site = erik.get("/sites/kaffehuset.sharepoint.example:/sites/sales").await.ok();
    let wanted = json!({ "value": [{ "id": site["id"] }] });
    erik.post("/sites/add", wanted.clone()).await.ok();
    assert_eq!(erik.get("/me/followedSites").await.ok()["value"][0]["id"], site["id"]);
    erik.post("/sites/remove", wanted).await.ok();
    assert_eq!(erik.get("/me/followedSites").await.ok()["value"], json!([]));
    let solveig = house.caller(Some("solveig"), &["Sites.Read.All", "Group.ReadWrite.All"]);
    let all = solveig.get("/sites/delta").await.ok();
    assert!(all["value"].as_array().unwrap().iter().any(|one| one["id"] == site["id"]));
    let link =
        all["@odata.deltaLink"].as_str().unwrap().trim_start_matches("https://graph.test/v1.0").to_owned();
    assert_eq!(solveig.get(&link).await.ok()["value"], json!([]));
    assert_eq!(
        solveig.get("/sites/getAllSites").await.status,
        StatusCode::FORBIDDEN,
        "for applications alone"
    );
}
