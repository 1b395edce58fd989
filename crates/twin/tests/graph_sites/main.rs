//! Sites, lists, permissions, subscriptions, batches and budgets of Graph. Each test names the behaviour it shows.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code: a failed expectation is a failed test"
)]

#[path = "../common/graph.rs"]
mod graph;

mod limits;
mod rows;
mod shares;

use graph::{APP, House, receiver};
use http::{Method, StatusCode};
use serde_json::json;

/// A file of the sales library: its drive and item paths.
async fn file(house: &House, name: &str) -> (String, String) {
    let drive = house.library().await;
    let made = house.solveig().put(&format!("{drive}/root:/{name}:/content"), b"content").await.ok();
    let item = format!("{drive}/items/{}", made["id"].as_str().unwrap());
    (drive, item)
}

#[tokio::test]
async fn a_site_is_found_by_path_by_id_by_a_word_and_through_its_group() {
    let house = House::new();
    let solveig = house.caller(Some("solveig"), &["Sites.Read.All", "Group.Read.All"]);
    let site = solveig.get("/sites/kaffehuset.sharepoint.example:/sites/sales").await.ok();
    let id = site["id"].as_str().unwrap();
    assert_eq!(id.split(',').count(), 3);
    assert_eq!(solveig.get(&format!("/sites/{id}")).await.ok()["id"], id);
    assert!(
        solveig.get("/sites?search=sales").await.ok()["value"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["id"] == id)
    );
    let group =
        solveig.get("/groups?$filter=mailNickname%20eq%20'sales'").await.ok()["value"][0]["id"].clone();
    assert_eq!(solveig.get(&format!("/groups/{}/sites/root", group.as_str().unwrap())).await.ok()["id"], id);
    assert_eq!(
        solveig.get("/sites/kaffehuset.sharepoint.example:/sites/nothing").await.code(),
        "itemNotFound"
    );
}

#[tokio::test]
async fn a_groups_site_is_there_some_time_after_the_group() {
    // M-23
    let house = House::new();
    let solveig = house.caller(Some("solveig"), &["Group.ReadWrite.All", "Sites.ReadWrite.All"]);
    let wanted = json!({ "displayName": "Archive", "mailNickname": "archive", "mailEnabled": true, "securityEnabled": false, "groupTypes": ["Unified"] });
    let group = solveig.post("/groups", wanted.clone()).await.ok();
    let path = format!("/groups/{}/sites/root", group["id"].as_str().unwrap());
    assert_eq!(solveig.get(&path).await.status, StatusCode::NOT_FOUND);
    house.pass(6);
    let site = solveig.get(&path).await.ok();
    assert!(site["webUrl"].as_str().unwrap().ends_with("/sites/archive"));
    assert_eq!(solveig.post("/groups", wanted).await.code(), "Request_BadRequest");
    let drive = solveig.get(&format!("/sites/{}/drive", site["id"].as_str().unwrap())).await.ok();
    assert_eq!(drive["driveType"], "documentLibrary");
}

#[tokio::test]
async fn an_application_that_may_make_groups_and_nothing_else_makes_one_and_reads_none() {
    let house = House::new();
    let wanted = |alias: &str| json!({ "displayName": alias, "mailNickname": alias, "mailEnabled": true, "securityEnabled": false, "groupTypes": ["Unified"] });
    let alone = house.caller(None, &["Group.Create"]);
    let group = alone.post("/groups", wanted("archive")).await.ok();
    let path = format!("/groups/{}", group["id"].as_str().unwrap());
    assert_eq!(alone.get(&path).await.status, StatusCode::FORBIDDEN);
    assert_eq!(alone.delete(&path).await.status, StatusCode::FORBIDDEN);
    let reads = house.caller(None, &["GroupMember.Read.All"]);
    assert_eq!(reads.get(&path).await.ok()["mailNickname"], "archive");
    assert_eq!(reads.post("/groups", wanted("other")).await.status, StatusCode::FORBIDDEN);
    // It is a right of applications: a person's token cannot have it.
    let person = house.caller(Some("solveig"), &["Group.Create"]);
    assert_eq!(person.post("/groups", wanted("other")).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_selected_site_needs_scope_grant_and_the_persons_right() {
    // M-24
    let house = House::new();
    let (_, item) = file(&house, "a.txt").await;
    let narrow = house.caller(Some("solveig"), &["Sites.Selected"]);
    assert_eq!(narrow.get(&item).await.status, StatusCode::FORBIDDEN);
    let owner = house.caller(Some("solveig"), &["Sites.FullControl.All"]);
    let site = "/sites/kaffehuset.sharepoint.example:/sites/sales:";
    let grant = json!({ "roles": ["write"], "grantedToIdentities": [{ "application": { "id": APP, "displayName": "x" } }] });
    assert_eq!(
        house.solveig().post(&format!("{site}/permissions"), grant.clone()).await.status,
        StatusCode::FORBIDDEN
    );
    let made = owner.post(&format!("{site}/permissions"), grant).await.ok();
    narrow.get(&item).await.ok();
    narrow.put(&format!("{item}/content"), b"new").await.ok();
    house.caller(None, &["Sites.Selected"]).get(&item).await.ok();
    let nora = house.caller(Some("nora"), &["Sites.Selected"]);
    assert_eq!(nora.get(&item).await.status, StatusCode::NOT_FOUND, "the person has no right");
    owner.delete(&format!("{site}/permissions/{}", made["id"].as_str().unwrap())).await;
    assert_eq!(narrow.get(&item).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_somebody_may_not_see_is_not_there() {
    let house = House::new();
    let (drive, item) = file(&house, "a.txt").await;
    let nora = house.caller(Some("nora"), &["Files.ReadWrite.All"]);
    assert_eq!(nora.get(&item).await.status, StatusCode::NOT_FOUND);
    assert_eq!(nora.get(&format!("{drive}/root/children")).await.status, StatusCode::NOT_FOUND);
    let invited = house.solveig().post(&format!("{item}/invite"), json!({ "recipients": [{ "email": "nora@kaffehuset.example" }], "roles": ["read"], "requireSignIn": true, "sendInvitation": false })).await.ok();
    nora.get(&item).await.ok();
    assert_eq!(nora.put(&format!("{item}/content"), b"x").await.status, StatusCode::FORBIDDEN);
    let id = invited["value"][0]["id"].as_str().unwrap();
    assert_eq!(
        house.solveig().delete(&format!("{item}/permissions/{id}")).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(nora.get(&item).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn permissions_are_inherited_and_changed_where_they_were_given() {
    let house = House::new();
    let (solveig, drive) = (house.solveig(), house.library().await);
    let folder = solveig.folder(&drive, "F").await;
    let folder = format!("{drive}/items/{}", folder["id"].as_str().unwrap());
    let child = solveig.put(&format!("{drive}/root:/F/a.txt:/content"), b"a").await.ok();
    let child = format!("{drive}/items/{}", child["id"].as_str().unwrap());
    let given = solveig
        .post(
            &format!("{folder}/invite"),
            json!({ "recipients": [{ "alias": "nora@kaffehuset.example" }], "roles": ["read"] }),
        )
        .await
        .ok();
    let id = given["value"][0]["id"].as_str().unwrap();
    let seen = solveig.get(&format!("{child}/permissions/{id}")).await.ok();
    assert!(seen["inheritedFrom"]["id"].is_string());
    assert_eq!(solveig.delete(&format!("{child}/permissions/{id}")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(
        solveig.patch(&format!("{folder}/permissions/{id}"), json!({ "roles": ["write"] })).await.ok()["roles"],
        json!(["write"])
    );
    let alone = json!({ "recipients": [{ "email": "erik@kaffehuset.example" }], "roles": ["read"], "retainInheritedPermissions": false });
    solveig.post(&format!("{child}/invite"), alone).await.ok();
    let nora = house.caller(Some("nora"), &["Files.ReadWrite.All"]);
    assert_eq!(nora.get(&child).await.status, StatusCode::NOT_FOUND, "inheritance is broken");
    assert_eq!(
        house.erik().put(&format!("{child}/content"), b"x").await.status,
        StatusCode::FORBIDDEN,
        "only what was given here"
    );
}

#[tokio::test]
async fn a_link_is_made_once_and_leads_to_its_item() {
    let house = House::new();
    let (_, item) = file(&house, "a.txt").await;
    let link = json!({ "type": "view", "scope": "organization" });
    let first = house.solveig().post(&format!("{item}/createLink"), link.clone()).await;
    let second = house.solveig().post(&format!("{item}/createLink"), link).await;
    assert_eq!((first.status, second.status), (StatusCode::CREATED, StatusCode::OK));
    let url = first.json()["link"]["webUrl"].as_str().unwrap().to_owned();
    let share = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, url);
    let found = house.solveig().get(&format!("/shares/u!{share}/driveItem")).await.ok();
    assert!(item.ends_with(found["id"].as_str().unwrap()));
    let id = first.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(
        house
            .solveig()
            .patch(&format!("{item}/permissions/{id}"), json!({ "roles": ["write"] }))
            .await
            .status,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        house.solveig().post(&format!("{item}/createLink"), json!({ "type": "embed" })).await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn fields_follow_their_columns_and_a_filter_needs_an_index() {
    let house = House::new();
    let (_, item) = file(&house, "a.txt").await;
    let solveig = house.solveig();
    let list = "/sites/kaffehuset.sharepoint.example:/sites/sales:/lists/Documents";
    for (name, column) in [
        ("Key", json!({ "name": "Key", "text": {}, "indexed": true })),
        ("Sum", json!({ "name": "Sum", "number": {} })),
        ("Secret", json!({ "name": "Secret", "text": {}, "hidden": true })),
    ] {
        assert_eq!(solveig.post(&format!("{list}/columns"), column).await.ok()["name"], name);
    }
    let row = solveig.get(&format!("{item}/listItem")).await.ok();
    let path = format!("{list}/items/{}", row["id"].as_str().unwrap());
    let before = solveig.get(&item).await.ok();
    solveig.patch(&format!("{path}/fields"), json!({ "Key": "O'Brien", "Sum": 3, "Secret": "s" })).await.ok();
    assert_ne!(solveig.get(&item).await.ok()["eTag"], before["eTag"]);
    assert_eq!(
        solveig.get(&format!("{item}/versions")).await.ok()["value"].as_array().unwrap().len(),
        2,
        "fields make versions"
    );
    let shown = solveig.get(&format!("{path}?$expand=fields")).await.ok();
    assert!(shown["fields"]["Key"] == "O'Brien" && shown["fields"].get("Secret").is_none());
    let secret = solveig.get(&format!("{path}?$expand=fields($select=Secret)")).await.ok();
    assert_eq!(secret["fields"]["Secret"], "s");
    let found = solveig.get(&format!("{list}/items?$filter=fields/Key%20eq%20'O''Brien'")).await.ok();
    assert_eq!(found["value"].as_array().unwrap().len(), 1);
    let slow = format!("{list}/items?$filter=fields/Sum%20eq%203");
    assert_eq!(solveig.get(&slow).await.status, StatusCode::BAD_REQUEST);
    let accepted = [("prefer", "HonorNonIndexedQueriesWarningMayFailRandomly")];
    assert_eq!(
        solveig.send(Method::GET, &slow, &accepted, b"").await.ok()["value"].as_array().unwrap().len(),
        1
    );
    for wrong in [json!({ "Colour": "red" }), json!({ "Sum": "three" })] {
        assert_eq!(solveig.patch(&format!("{path}/fields"), wrong).await.code(), "invalidRequest");
    }
}

#[tokio::test]
async fn a_required_column_without_a_value_stops_a_check_in() {
    let house = House::new();
    let (_, item) = file(&house, "a.txt").await;
    let solveig = house.solveig();
    let list = "/sites/kaffehuset.sharepoint.example:/sites/sales:/lists/Documents";
    solveig
        .post(&format!("{list}/columns"), json!({ "name": "Case", "text": {}, "required": true }))
        .await
        .ok();
    solveig.post(&format!("{item}/checkout"), json!({})).await;
    assert_eq!(
        solveig.post(&format!("{item}/checkin"), json!({ "comment": "x" })).await.status,
        StatusCode::BAD_REQUEST
    );
    let row = solveig.get(&format!("{item}/listItem")).await.ok();
    solveig
        .patch(&format!("{list}/items/{}/fields", row["id"].as_str().unwrap()), json!({ "Case": "1" }))
        .await
        .ok();
    assert!(solveig.post(&format!("{item}/checkin"), json!({ "comment": "x" })).await.status.is_success());
}

#[tokio::test]
async fn a_library_is_made_once() {
    let house = House::new();
    let solveig = house.solveig();
    let lists = "/sites/kaffehuset.sharepoint.example:/sites/sales:/lists";
    let wanted = json!({ "displayName": "Templates", "list": { "template": "documentLibrary" }, "columns": [{ "name": "Key", "text": {} }] });
    let made = solveig.post(lists, wanted.clone()).await.ok();
    assert_eq!(made["list"]["template"], "documentLibrary");
    assert_eq!(solveig.post(lists, wanted).await.status, StatusCode::CONFLICT);
    let drive = solveig.get(&format!("{lists}/Templates/drive")).await.ok();
    solveig.put(&format!("/drives/{}/root:/a.txt:/content", drive["id"].as_str().unwrap()), b"a").await.ok();
    assert_eq!(
        house
            .caller(Some("solveig"), &["Sites.ReadWrite.All"])
            .post(lists, json!({ "displayName": "X" }))
            .await
            .status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn a_batch_answers_in_no_order_and_stops_what_depends_on_a_failure() {
    // M-21
    let house = House::new();
    let (drive, item) = file(&house, "a.txt").await;
    let part = |id: &str, url: &str, before: &[&str]| json!({ "id": id, "method": "GET", "url": url, "dependsOn": before });
    let batch = json!({ "requests": [part("1", &item, &[]), part("2", &format!("{drive}/items/none"), &["1"]), part("3", &item, &["2"]), part("4", &format!("{item}/content"), &[])] });
    house.once("batch-part-429", json!(7));
    let answers = house.solveig().post("/$batch", batch).await.ok();
    let answer = |id: &str| {
        answers["responses"].as_array().unwrap().iter().find(|part| part["id"] == id).unwrap().clone()
    };
    assert_eq!((&answer("1")["status"], &answer("1")["headers"]["Retry-After"]), (&json!(429), &json!("7")));
    assert_eq!(
        (&answer("2")["status"], &answer("3")["status"], &answer("4")["status"]),
        (&json!(424), &json!(424), &json!(302))
    );
    assert!(answer("4")["headers"]["Location"].is_string());
    assert_ne!(answers["responses"][0]["id"], "1");
    for bad in [
        json!({ "requests": [] }),
        json!({}),
        json!({ "requests": vec![part("1", "/me", &[]); 2] }),
        json!({ "requests": (0..21).map(|n| part(&n.to_string(), "/me", &[])).collect::<Vec<_>>() }),
    ] {
        assert_eq!(house.solveig().post("/$batch", bad).await.status, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn who_spends_too_much_is_told_when_to_come_back_and_throttled_calls_count() {
    // M-20
    let house = House::new();
    let (_, item) = file(&house, "a.txt").await;
    let solveig = house.solveig();
    let mut announced = false;
    let refused = loop {
        let answer = solveig.get(&item).await;
        announced |= answer.headers.contains_key("ratelimit-remaining");
        if answer.status != StatusCode::OK {
            break answer;
        }
    };
    assert!(announced && refused.status == StatusCode::TOO_MANY_REQUESTS, "{}", refused.status);
    let seconds: i64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds) && refused.headers.contains_key("ratelimit-reset"));
    house.once("throttle-503", json!(null));
    assert_eq!(solveig.get(&item).await.status, StatusCode::SERVICE_UNAVAILABLE);
    let minute = twin::core::journal::Query { app: Some(APP.into()), ..Default::default() };
    assert!(house.twin.house().journal.units(&minute) > 1250);
    house.pass(seconds);
    solveig.get(&item).await.ok();
}

#[tokio::test]
async fn a_subscription_proves_its_address_and_hears_of_every_change() {
    // M-19
    let running = twin::start(twin::Options { world: twin::World::ready().unwrap(), ..Default::default() })
        .await
        .unwrap();
    let house = House::of(running.twin().clone());
    let (drive, item) = file(&house, "a.txt").await;
    let solveig = house.solveig();
    let (url, mut received) = receiver(true).await;
    let (liar, _kept) = receiver(false).await;
    let until = |seconds: i64| {
        (running.twin().house().clock.now() + jiff::SignedDuration::from_secs(seconds)).to_string()
    };
    let wanted = |url: &str, until: String, resource: &str| json!({ "changeType": "updated", "notificationUrl": url, "lifecycleNotificationUrl": url, "resource": resource, "expirationDateTime": until, "clientState": "secret" });
    let root = format!("{drive}/root");
    assert_eq!(
        solveig.post("/subscriptions", wanted(&liar, until(3600), &root)).await.code(),
        "ValidationError"
    );
    for (until, resource) in
        [(until(43_000 * 60), root.clone()), (until(-5), root.clone()), (until(3600), item.clone())]
    {
        assert_eq!(
            solveig.post("/subscriptions", wanted(&url, until, &resource)).await.status,
            StatusCode::BAD_REQUEST
        );
    }
    let made = solveig.post("/subscriptions", wanted(&url, until(3600), &root)).await.ok();
    let id = made["id"].as_str().unwrap();
    solveig.patch(&item, json!({ "name": "b.txt" })).await.ok();
    let notice = received.recv().await.unwrap();
    assert_eq!(
        (
            &notice["value"][0]["subscriptionId"],
            &notice["value"][0]["clientState"],
            &notice["value"][0]["resource"]
        ),
        (&json!(id), &json!("secret"), &json!(root))
    );
    running.twin().microsoft(|microsoft, house| {
        assert!(twin::microsoft::graph::subscriptions::remind(microsoft, house, id));
    });
    assert_eq!(received.recv().await.unwrap()["value"][0]["lifecycleEvent"], "reauthorizationRequired");
    assert!(
        solveig
            .patch(&format!("/subscriptions/{id}"), json!({ "expirationDateTime": until(7200) }))
            .await
            .status
            .is_success()
    );
    assert_eq!(
        house.erik().get(&format!("/subscriptions/{id}")).await.status,
        StatusCode::OK,
        "it is the application's"
    );
    assert_eq!(solveig.delete(&format!("/subscriptions/{id}")).await.status, StatusCode::NO_CONTENT);
    solveig.patch(&item, json!({ "name": "c.txt" })).await.ok();
    running.twin().idle().await;
    assert!(received.try_recv().is_err());
}

#[tokio::test]
async fn the_directory_asks_for_its_own_rights() {
    let house = House::new();
    let narrow = house.caller(Some("erik"), &["User.Read"]);
    assert_eq!(narrow.get("/me").await.ok()["userPrincipalName"], "erik@kaffehuset.example");
    assert_eq!(narrow.get("/users").await.code(), "Authorization_RequestDenied");
    let wide = house.caller(Some("erik"), &["User.Read.All", "GroupMember.Read.All"]);
    let found = wide.get("/users?$filter=startswith(displayName,'Sol')").await.ok();
    assert_eq!(found["value"].as_array().unwrap().len(), 1);
    let guest = wide.get("/users?$filter=userType%20eq%20'Guest'&$select=userType,mail").await.ok();
    assert_eq!(guest["value"], json!([{ "userType": "Guest", "mail": "harald@nordlys.example" }]));
    assert_eq!(wide.get("/me/memberOf").await.ok()["value"][0]["displayName"], "Sales");
    assert_eq!(wide.get("/users/nobody@kaffehuset.example").await.code(), "Request_ResourceNotFound");
    assert_eq!(house.caller(None, &["User.Read.All"]).get("/me").await.status, StatusCode::BAD_REQUEST);
}
