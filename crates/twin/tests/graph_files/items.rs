//! Folders, names, moves, removal, locks.

use crate::graph::House;
use http::{Method, StatusCode};
use serde_json::json;

#[tokio::test]
async fn without_a_token_nobody_is_let_in() {
    let house = House::new();
    let request = http::Request::builder().uri("/v1.0/me/drive").body(Vec::new()).unwrap();
    let answer = house.twin.call(twin::Surface::Graph, request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    assert!(answer.headers().contains_key("www-authenticate") && answer.headers().contains_key("request-id"));
}

#[tokio::test]
async fn an_item_has_one_id_by_every_way_to_it() {
    let house = House::new();
    let (solveig, drive) = (house.solveig(), house.library().await);
    let folder = solveig.folder(&drive, "Letters").await;
    let id = folder["id"].as_str().unwrap();
    for path in [
        format!("{drive}/items/{id}"),
        format!("{drive}/root:/Letters"),
        format!("{drive}/root:/LETTERS"),
        "/sites/kaffehuset.sharepoint.example:/sites/sales:/drive/root:/Letters".to_owned(),
        "/sites/kaffehuset.sharepoint.example:/sites/sales:/lists/Documents/drive/root:/Letters".to_owned(),
    ] {
        assert_eq!(solveig.get(&path).await.ok()["id"], id, "{path}");
    }
}

#[tokio::test]
async fn names_are_unique_without_regard_to_case_and_keep_theirs() {
    // M-22
    let house = House::new();
    let (solveig, drive) = (house.solveig(), house.library().await);
    solveig.folder(&drive, "Letters").await;
    let again = json!({ "name": "lETTERS", "folder": {}, "@microsoft.graph.conflictBehavior": "fail" });
    let refused = solveig.post(&format!("{drive}/root/children"), again).await;
    assert_eq!((refused.status, refused.code()), (StatusCode::CONFLICT, "nameAlreadyExists".into()));
    let rename = json!({ "name": "letters", "folder": {}, "@microsoft.graph.conflictBehavior": "rename" });
    assert_eq!(solveig.post(&format!("{drive}/root/children"), rename).await.ok()["name"], "letters 1");
}

#[tokio::test]
async fn forbidden_names_and_long_paths_are_refused() {
    // M-22
    let house = House::new();
    let (solveig, drive) = (house.solveig(), house.library().await);
    for name in ["a|b", "CON", "x_vti_y", " lead", "trail.", "~$lock"] {
        let refused =
            solveig.post(&format!("{drive}/root/children"), json!({ "name": name, "folder": {} })).await;
        assert_eq!(
            (refused.status, refused.code()),
            (StatusCode::BAD_REQUEST, "invalidRequest".into()),
            "{name}"
        );
    }
    let long = "x".repeat(200);
    let folder = solveig.folder(&drive, &long).await;
    let below = format!("{drive}/items/{}/children", folder["id"].as_str().unwrap());
    let refused = solveig.post(&below, json!({ "name": long, "folder": {} })).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(refused.json()["error"]["innerError"]["code"], "pathIsTooLong");
}

#[tokio::test]
async fn a_move_keeps_the_id_and_does_not_leave_the_library() {
    let house = House::new();
    let (solveig, drive) = (house.solveig(), house.library().await);
    let (from, to) = (solveig.folder(&drive, "From").await, solveig.folder(&drive, "To").await);
    let file = solveig.put(&format!("{drive}/root:/From/a.txt:/content"), b"a").await.ok();
    let item = format!("{drive}/items/{}", file["id"].as_str().unwrap());
    let moved =
        solveig.patch(&item, json!({ "name": "b.txt", "parentReference": { "id": to["id"] } })).await.ok();
    assert_eq!((&moved["id"], &moved["name"]), (&file["id"], &json!("b.txt")));
    assert_ne!(moved["eTag"], file["eTag"]);
    let inside = solveig
        .patch(
            &format!("{drive}/items/{}", to["id"].as_str().unwrap()),
            json!({ "parentReference": { "id": from["id"] } }),
        )
        .await
        .ok();
    let round = solveig
        .patch(
            &format!("{drive}/items/{}", from["id"].as_str().unwrap()),
            json!({ "parentReference": { "id": inside["id"] } }),
        )
        .await;
    assert_eq!(round.status, StatusCode::BAD_REQUEST, "a folder is not moved into itself");
    let other = solveig.get("/me/drive").await.ok();
    let away =
        solveig.patch(&item, json!({ "parentReference": { "driveId": other["id"], "id": "x" } })).await;
    assert_eq!(away.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_stale_tag_is_refused_and_so_is_a_good_one_when_ordered() {
    // M-15
    let house = House::new();
    let (solveig, drive) = (house.solveig(), house.library().await);
    let file = solveig.put(&format!("{drive}/root:/a.txt:/content"), b"a").await.ok();
    let item = format!("{drive}/items/{}", file["id"].as_str().unwrap());
    let tag = file["eTag"].as_str().unwrap();
    let rename = |name: &str| json!({ "name": name }).to_string().into_bytes();
    house.once("spurious-412", json!(null));
    let spurious = solveig.send(Method::PATCH, &item, &[("if-match", tag)], &rename("b.txt")).await;
    assert_eq!(spurious.status, StatusCode::PRECONDITION_FAILED);
    assert!(
        solveig.send(Method::PATCH, &item, &[("if-match", tag)], &rename("b.txt")).await.status.is_success()
    );
    let stale = solveig.send(Method::PATCH, &item, &[("if-match", tag)], &rename("c.txt")).await;
    assert_eq!((stale.status, stale.code()), (StatusCode::PRECONDITION_FAILED, "resourceModified".into()));
}

#[tokio::test]
async fn what_is_deleted_lies_in_the_bin_and_its_name_is_free() {
    // M-17
    let house = House::new();
    let (solveig, drive) = (house.solveig(), house.library().await);
    let file = solveig.put(&format!("{drive}/root:/a.txt:/content"), b"a").await.ok();
    let item = format!("{drive}/items/{}", file["id"].as_str().unwrap());
    assert_eq!(solveig.delete(&item).await.status, StatusCode::NO_CONTENT);
    assert_eq!(solveig.get(&item).await.status, StatusCode::NOT_FOUND);
    assert_eq!(solveig.delete(&item).await.status, StatusCode::NOT_FOUND);
    let second = solveig.put(&format!("{drive}/root:/a.txt:/content"), b"b").await.ok();
    assert_ne!(second["id"], file["id"]);
    let binned = house.twin.microsoft(|microsoft, _| {
        microsoft.graph.content.sites.iter().map(|site| site.bin.len()).sum::<usize>()
    });
    assert_eq!(binned, 1);
    assert_eq!(solveig.post(&format!("{item}/restore"), json!({})).await.status, StatusCode::NOT_IMPLEMENTED);
}

#[tokio::test]
async fn a_check_out_by_somebody_else_locks_and_the_draft_is_the_holders_alone() {
    // M-13
    let house = House::new();
    let (solveig, erik, drive) = (house.solveig(), house.erik(), house.library().await);
    let file = solveig.put(&format!("{drive}/root:/a.txt:/content"), b"first").await.ok();
    let item = format!("{drive}/items/{}", file["id"].as_str().unwrap());
    assert_eq!(
        solveig.post(&format!("{item}/discardCheckout"), json!({})).await.status,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(solveig.post(&format!("{item}/checkout"), json!({})).await.status, StatusCode::NO_CONTENT);
    solveig.put(&format!("{item}/content"), b"draft").await.ok();
    assert_eq!((solveig.read(&item).await, erik.read(&item).await), (b"draft".to_vec(), b"first".to_vec()));
    for refused in [
        erik.put(&format!("{item}/content"), b"mine").await,
        erik.post(&format!("{item}/checkout"), json!({})).await,
        erik.post(&format!("{item}/discardCheckout"), json!({})).await,
        erik.patch(&item, json!({ "name": "b.txt" })).await,
        erik.delete(&item).await,
    ] {
        assert_eq!((refused.status, refused.code()), (StatusCode::LOCKED, "accessDenied".into()));
    }
    let state = solveig.get(&format!("{item}?$select=publication")).await.ok();
    assert_eq!(state["publication"]["level"], "checkout");
    assert!(solveig.post(&format!("{item}/checkin"), json!({ "comment": "done" })).await.status.is_success());
    assert_eq!(erik.read(&item).await, b"draft");
    assert_eq!(solveig.get(&format!("{item}/versions")).await.ok()["value"][0]["id"], "2.0");
}

#[tokio::test]
async fn an_application_for_itself_may_discard_anybodys_check_out() {
    // M-13
    let house = House::new();
    let (solveig, drive) = (house.solveig(), house.library().await);
    let file = solveig.put(&format!("{drive}/root:/a.txt:/content"), b"first").await.ok();
    let item = format!("{drive}/items/{}", file["id"].as_str().unwrap());
    solveig.post(&format!("{item}/checkout"), json!({})).await;
    let app = house.caller(None, &["Sites.ReadWrite.All"]);
    assert_eq!(app.post(&format!("{item}/discardCheckout"), json!({})).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_new_file_is_its_authors_alone_where_check_out_is_required() {
    // M-13
    let house = House::new();
    let (solveig, erik, drive) = (house.solveig(), house.erik(), house.library().await);
    house.twin.microsoft(|microsoft, _| {
        microsoft.graph.content.lists.iter_mut().for_each(|list| list.requires_checkout = true);
    });
    let file = solveig.put(&format!("{drive}/root:/a.txt:/content"), b"first").await.ok();
    let item = format!("{drive}/items/{}", file["id"].as_str().unwrap());
    assert_eq!(erik.get(&item).await.status, StatusCode::NOT_FOUND);
    assert_eq!(erik.get(&format!("{drive}/root/children")).await.ok()["value"], json!([]));
    solveig.post(&format!("{item}/checkin"), json!({ "comment": "" })).await;
    assert_eq!(erik.read(&item).await, b"first");
    let refused = solveig.put(&format!("{item}/content"), b"second").await;
    assert_eq!(refused.status, StatusCode::LOCKED, "it has to be checked out first");
}

#[tokio::test]
async fn a_lock_has_more_than_one_shape_and_may_have_no_holder() {
    // M-14
    let house = House::new();
    let (solveig, drive) = (house.solveig(), house.library().await);
    let file = solveig.put(&format!("{drive}/root:/a.txt:/content"), b"a").await.ok();
    let item = format!("{drive}/items/{}", file["id"].as_str().unwrap());
    for (value, code) in
        [(json!(null), "notAllowed"), (json!("plain"), "resourceLocked"), (json!("token"), "accessDenied")]
    {
        house.once("locked", value);
        let refused = solveig.patch(&item, json!({ "name": "b.txt" })).await;
        assert_eq!((refused.status, refused.code().as_str()), (StatusCode::LOCKED, code));
    }
    let key = house
        .twin
        .microsoft(|microsoft, _| microsoft.graph.content.find(file["id"].as_str().unwrap()).unwrap());
    house.twin.microsoft(|microsoft, house| {
        let until = house.clock.now() + jiff::SignedDuration::from_mins(10);
        twin::microsoft::graph::files::lock(microsoft, key, None, Some(until));
    });
    assert_eq!(solveig.put(&format!("{item}/content"), b"b").await.status, StatusCode::LOCKED);
    house.pass(601);
    solveig.put(&format!("{item}/content"), b"b").await.ok();
}

#[tokio::test]
async fn what_is_malformed_is_refused_and_what_is_unknown_has_graphs_shape() {
    let house = House::new();
    let (solveig, drive) = (house.solveig(), house.library().await);
    let bad = solveig.send(Method::POST, &format!("{drive}/root/children"), &[], b"{").await;
    assert_eq!((bad.status, bad.code()), (StatusCode::BAD_REQUEST, "BadRequest".into()));
    for path in ["/nowhere", "/drives", "/me/drive/nothing"] {
        let unknown = solveig.get(path).await;
        assert_eq!(
            (unknown.status, unknown.code()),
            (StatusCode::BAD_REQUEST, "BadRequest".into()),
            "{path}"
        );
    }
    for path in ["?$top=x", "?$top=0", "?$skiptoken=%21"] {
        assert_eq!(
            solveig.get(&format!("{drive}/root/children{path}")).await.status,
            StatusCode::BAD_REQUEST,
            "{path}"
        );
    }
    assert!(house.twin.house().journal.unknown() >= 3);
}

#[tokio::test]
async fn a_fresh_item_may_not_be_found_for_a_moment() {
    // M-25
    let house = House::new();
    let (solveig, drive) = (house.solveig(), house.library().await);
    let file = solveig.put(&format!("{drive}/root:/a.txt:/content"), b"a").await.ok();
    house.once("fresh-item-404", json!(null));
    let item = format!("{drive}/items/{}", file["id"].as_str().unwrap());
    assert_eq!(solveig.get(&item).await.status, StatusCode::NOT_FOUND);
    solveig.get(&item).await.ok();
}

#[tokio::test]
async fn a_listing_of_many_is_paged_in_the_order_of_names() {
    let house = House::new();
    let (solveig, drive) = (house.solveig(), house.library().await);
    house.twin.microsoft(|microsoft, house| {
        let list = microsoft.graph.content.find_drive(drive.trim_start_matches("/drives/")).unwrap();
        microsoft.graph.seed_many(list, 20_000, house.clock.now());
    });
    let first = solveig.get(&format!("{drive}/root/children?$top=50")).await.ok();
    assert_eq!(first["value"].as_array().unwrap().len(), 50);
    let next = first["@odata.nextLink"].as_str().unwrap();
    let path = next.split_once("/v1.0").unwrap().1;
    let second = solveig.get(path).await.ok();
    assert_eq!(second["value"][0]["name"], "Document 0000050.txt");
    let last = solveig.get(&format!("{drive}/root:/document%200019999.TXT")).await.ok();
    assert_eq!(last["name"], "Document 0019999.txt");
}
