use crate::drive::{Desk, FOLDER};
use jiff::SignedDuration;
use serde_json::{Value, json};

fn names(list: &Value) -> Vec<&str> {
    list["files"].as_array().unwrap().iter().map(|file| file["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn every_term_finds_what_it_says() {
    let desk = Desk::new();
    let folder = desk.folder("Offers", "root").await;
    let made = json!({ "name": "It's \\ here.txt", "parents": [folder], "description": "about whales", "properties": { "k": "v" } });
    let id =
        desk.upload(made, "text/plain", b"Call me Ishmael").await.ok()["id"].as_str().unwrap().to_owned();
    desk.patch(&format!("/files/{id}"), json!({ "starred": true, "viewedByMeTime": "2026-05-01T00:00:00Z" }))
        .await
        .ok();
    let file = vec!["It's \\ here.txt".to_owned()];
    let cases = [
        r"name = 'It\'s \\ here.txt'".to_owned(),
        r"name = 'IT\'S \\ HERE.TXT'".to_owned(),
        "name contains 'her'".to_owned(),
        "name != 'Offers'".to_owned(),
        "fullText contains 'ishmael'".to_owned(),
        "fullText contains '\"call me\"'".to_owned(),
        "fullText contains 'whales'".to_owned(),
        "mimeType = 'text/plain'".to_owned(),
        "mimeType contains 'text/'".to_owned(),
        format!("mimeType != '{FOLDER}'"),
        "modifiedTime > '2026-01-01T00:00:00' and not mimeType contains 'application/'".to_owned(),
        "viewedByMeTime < '2026-05-02'".to_owned(),
        "starred = true and trashed = false".to_owned(),
        format!("'{folder}' in parents"),
        format!("'{folder}' in parents or '{id}' in parents"),
        "'me' in owners and starred = true".to_owned(),
        "'ada@example.com' in writers and starred = true".to_owned(),
        "properties has { key='k' and value='v' }".to_owned(),
        "visibility = 'limited' and starred=true".to_owned(),
    ];
    for q in cases {
        assert_eq!(desk.names(&q).await, file, "{q}");
    }
    for q in [
        "name contains 'ere'",
        "sharedWithMe",
        "starred = false and trashed = true",
        "fullText contains 'whale'",
        "'nobody' in parents",
        "'x@y.z' in owners",
        "createdTime < '2026-01-01'",
    ] {
        assert_eq!(desk.names(q).await.len(), 0, "{q}");
    }
    assert_eq!(desk.names("'root' in parents").await, ["Offers"]);
}

#[tokio::test]
async fn a_query_that_cannot_be_read_is_refused() {
    let desk = Desk::new();
    for q in ["title='x'", "name='it's'", "name", "trashed='x'"] {
        let q: String = form_urlencoded::byte_serialize(q.as_bytes()).collect();
        let refused = desk.get(&format!("/files?q={q}")).await;
        assert_eq!(refused.reason(), (400, "invalid".into()));
        assert_eq!(refused.json()["error"]["errors"][0]["location"], "q");
    }
    let sorted = desk.get("/files?q=fullText+contains+'x'&orderBy=name").await;
    assert_eq!(sorted.reason(), (400, "badRequest".into()));
    assert_eq!(sorted.json()["error"]["errors"][0]["location"], "orderBy");
}

#[tokio::test]
async fn pages_go_on_by_token_and_tokens_grow_old() {
    let mut desk = Desk::new();
    let folder = desk.folder("f", "root").await;
    for number in 0..5 {
        desk.text(&format!("n{number}"), &folder, "").await;
    }
    for order in ["", "&orderBy=name+desc"] {
        let base = format!("/files?q='{folder}'+in+parents&pageSize=2{order}");
        let (mut seen, mut token) = (Vec::new(), String::new());
        loop {
            let page = desk.get(&format!("{base}&pageToken={token}")).await.ok();
            seen.extend(names(&page).into_iter().map(str::to_owned));
            match page["nextPageToken"].as_str() {
                Some(next) => token = form_urlencoded::byte_serialize(next.as_bytes()).collect(),
                None => break,
            }
        }
        assert_eq!(seen.len(), 5);
        if !order.is_empty() {
            assert_eq!(seen, ["n4", "n3", "n2", "n1", "n0"]);
        }
        // Another query does not go with it, and four hours later nothing does.
        assert_eq!(
            desk.get(&format!("/files?pageSize=2&pageToken={token}")).await.reason(),
            (400, "invalid".into())
        );
        assert_eq!(desk.get(&format!("{base}&pageToken={token}")).await.status, 200);
        desk.later(SignedDuration::from_hours(5));
        assert_eq!(desk.get(&format!("{base}&pageToken={token}")).await.reason(), (400, "invalid".into()));
    }
    let coerced = desk.get("/files?pageSize=5000").await.ok();
    assert_eq!(coerced["files"].as_array().unwrap().len(), 6);
    assert_eq!((&coerced["kind"], &coerced["incompleteSearch"]), (&json!("drive#fileList"), &json!(false)));
}

#[tokio::test]
async fn pages_may_be_short_or_empty_before_the_end() {
    let desk = Desk::new();
    desk.text("a", "root", "").await;
    desk.text("b", "root", "").await;
    desk.behave("short-pages", json!(0), Some(1));
    let empty = desk.get("/files").await.ok();
    assert_eq!(names(&empty).len(), 0);
    let token: String =
        form_urlencoded::byte_serialize(empty["nextPageToken"].as_str().unwrap().as_bytes()).collect();
    desk.behave("short-pages", json!(1), Some(1));
    let one = desk.get(&format!("/files?pageToken={token}")).await.ok();
    assert_eq!(names(&one), ["a"]);
    let token: String =
        form_urlencoded::byte_serialize(one["nextPageToken"].as_str().unwrap().as_bytes()).collect();
    assert_eq!(names(&desk.get(&format!("/files?pageToken={token}")).await.ok()), ["b"]);
}

#[tokio::test]
async fn a_new_name_is_found_later_but_read_at_once() {
    // G-03
    let desk = Desk::new();
    let id = desk.text("fresh", "root", "").await;
    desk.behave("name-search-lag", json!(30), None);
    assert_eq!(desk.names("name = 'fresh'").await.len(), 0);
    assert_eq!(desk.names("'root' in parents").await, ["fresh"]);
    desk.get(&format!("/files/{id}")).await.ok();
    desk.twin.house().clock.advance(SignedDuration::from_secs(31));
    assert_eq!(desk.names("name = 'fresh'").await, ["fresh"]);
}

#[tokio::test]
async fn every_order_is_kept() {
    let mut desk = Desk::new();
    desk.folder("b 10", "root").await;
    for (name, text) in [("a", "333"), ("b 9", "1"), ("C", "22")] {
        desk.later(SignedDuration::from_secs(1));
        desk.text(name, "root", text).await;
    }
    let cases = [
        ("name", ["a", "b 10", "b 9", "C"]),
        ("name_natural", ["a", "b 9", "b 10", "C"]),
        ("folder,name desc", ["b 10", "C", "b 9", "a"]),
        ("modifiedTime desc", ["C", "b 9", "a", "b 10"]),
        ("createdTime", ["b 10", "a", "b 9", "C"]),
        ("quotaBytesUsed desc", ["a", "C", "b 9", "b 10"]),
    ];
    for (order, expected) in cases {
        let order = order.replace(' ', "+");
        assert_eq!(names(&desk.get(&format!("/files?orderBy={order}")).await.ok()), expected, "{order}");
    }
    assert_eq!(desk.get("/files?orderBy=size").await.reason(), (400, "invalid".into()));
}
