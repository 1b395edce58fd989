//! Drive by hand.

use super::*;

const INGRID: &str = "ingrid@solsiden.example";

fn token(twin: &Twin) -> String {
    let order = TokenOrder::Google {
        user: INGRID.into(),
        client: "412345678901-drive.apps.googleusercontent.example".into(),
        scopes: vec!["https://www.googleapis.com/auth/drive".into()],
    };
    twin.mint(&order).unwrap()
}

async fn call(twin: &Twin, token: &str, method: Method, path: &str, body: Value) -> Value {
    api(twin, Surface::GoogleApis, token, method, &format!("/drive/v3{path}"), body).await
}

async fn get(twin: &Twin, token: &str, path: &str) -> Value {
    call(twin, token, Method::GET, path, Value::Null).await
}

/// A file with the text `one`, uploaded at the page of My Drive.
async fn uploaded(browser: &Browser<'_>) -> Seen {
    let root = open_as(browser, "/drive/my-drive", INGRID).await;
    let root = browser.upload(&root, "New files", &[("Plan.txt", b"one")]).await;
    browser.open(&root.link("Plan.txt")).await
}

#[tokio::test]
async fn a_link_of_the_interface_leads_to_the_page() {
    let twin = browser::twin(|_| {});
    let token = token(&twin);
    let folder = json!({ "name": "Offers", "mimeType": "application/vnd.google-apps.folder" });
    for body in [folder, json!({ "name": "Notes", "mimeType": "text/plain" }), json!({ "name": "A < B & C" })]
    {
        let made = call(&twin, &token, Method::POST, "/files?fields=webViewLink", body.clone()).await;
        let browser = Browser::new(&twin, Surface::GoogleDrive);
        let page =
            open_as(&browser, &inside(&twin, Surface::GoogleDrive, &made["webViewLink"]), INGRID).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        let name = body["name"].as_str().unwrap().replace('&', "&amp;").replace('<', "&lt;");
        assert!(page.text.contains(&format!("<h1>{name}</h1>")), "{}", page.text);
        assert!(page.text.contains("<strong>Simulation</strong>"));
    }
}

// G-18
#[tokio::test]
async fn a_new_version_by_hand_is_a_revision() {
    let twin = browser::twin(|_| {});
    let (token, browser) = (token(&twin), Browser::new(&twin, Surface::GoogleDrive));
    let page = uploaded(&browser).await;
    assert!(page.text.contains("<pre tabindex=\"0\">one</pre>"));
    let fields = "files(id,version,headRevisionId,md5Checksum,lastModifyingUser)";
    let before =
        get(&twin, &token, &format!("/files?q=name='Plan.txt'&fields={fields}")).await["files"][0].clone();
    let page = browser.upload(&page, "New version", &[("other name.txt", b"two")]).await;
    assert!(
        page.text.contains("<pre tabindex=\"0\">two</pre>") && page.text.contains("Version 2"),
        "{}",
        page.text
    );
    let id = before["id"].as_str().unwrap();
    let after = get(
        &twin,
        &token,
        &format!("/files/{id}?fields=id,name,version,headRevisionId,md5Checksum,lastModifyingUser"),
    )
    .await;
    assert_eq!(after["name"], "Plan.txt");
    for member in ["version", "headRevisionId", "md5Checksum"] {
        assert_ne!(after[member], before[member], "{member}");
    }
    assert_eq!(after["lastModifyingUser"]["emailAddress"], INGRID);
}

#[tokio::test]
async fn renaming_moving_trashing_and_restoring_show_in_the_interface() {
    let twin = browser::twin(|_| {});
    let (token, browser) = (token(&twin), Browser::new(&twin, Surface::GoogleDrive));
    let page = uploaded(&browser).await;
    let root = browser.open("/drive/my-drive").await;
    let folder = browser.press(&root, "Make folder", &[("name", "Archive")]).await.link("Archive");
    let page = browser.press(&page, ">Rename<", &[("name", "Plan two.txt")]).await;
    let folder_id = folder.rsplit('/').next().unwrap().to_owned();
    let page = browser.press(&page, ">Move<", &[("folder", &folder_id)]).await;
    let query = "/files?q=name='Plan+two.txt'&fields=files(id,parents,trashed)";
    assert_eq!(get(&twin, &token, query).await["files"][0]["parents"][0], json!(folder_id));
    let above = browser.press(&page, ">Move to trash<", &[]).await;
    assert!(above.text.contains("The folder is empty."), "{}", above.text);
    assert_eq!(get(&twin, &token, query).await["files"][0]["trashed"], true);
    let trash = browser.open("/drive/trash").await;
    let page = browser.press(&trash, ">Restore<", &[]).await;
    assert!(page.text.contains("<h1>Plan two.txt</h1>"));
    assert_eq!(get(&twin, &token, query).await["files"][0]["trashed"], false);
    let page = browser.press(&page, ">Move to trash<", &[]).await;
    assert_eq!(page.status, StatusCode::OK);
    let page = browser.open(&browser.open("/drive/trash").await.link("Plan two.txt")).await;
    browser.press(&page, "Delete for good", &[]).await;
    assert_eq!(get(&twin, &token, query).await["files"], json!([]));
}

#[tokio::test]
async fn an_earlier_version_is_downloaded() {
    let twin = browser::twin(|_| {});
    let browser = Browser::new(&twin, Surface::GoogleDrive);
    let page = uploaded(&browser).await;
    let page = browser.upload(&page, "New version", &[("Plan.txt", b"two")]).await;
    for (link, content) in [("Version 1", "one"), ("Version 2", "two"), ("Download", "two")] {
        let response = browser.once(Method::GET, &page.link(link), "", Vec::new()).await;
        assert_eq!(response.body(), content, "{link}");
        assert!(response.headers()["content-disposition"].to_str().unwrap().starts_with("attachment"));
    }
}

#[tokio::test]
async fn somebody_without_access_sees_and_does_nothing() {
    let twin = browser::twin(|_| {});
    let (ingrid, jonas) =
        (Browser::new(&twin, Surface::GoogleDrive), Browser::new(&twin, Surface::GoogleDrive));
    let page = uploaded(&ingrid).await;
    let link = ingrid.open("/").await.link("Plan.txt");
    let seen = open_as(&jonas, &link, "jonas@solsiden.example").await;
    assert!(seen.status == StatusCode::NOT_FOUND && seen.text.contains("no access"));
    let stolen = jonas.press(&page, ">Move to trash<", &[]).await;
    assert_eq!(stolen.status, StatusCode::BAD_REQUEST, "a form of another browser");
    assert!(ingrid.open(&link).await.text.contains(">Move to trash<"));
}

#[tokio::test]
async fn malformed_requests_are_refused() {
    let twin = browser::twin(|_| {});
    let browser = Browser::new(&twin, Surface::GoogleDrive);
    open_as(&browser, "/", INGRID).await;
    for (path, media_type, body) in [
        ("/drive/folders/root/upload", "multipart/form-data", "x"),
        ("/drive/folders/root/upload", "multipart/form-data; boundary=b", "--b\r\n"),
        ("/drive/folders/root/new", "application/x-www-form-urlencoded", "name=%FF"),
        ("/file/d/%FF/rename", "text/plain", ""),
        ("/nowhere", "", ""),
    ] {
        let seen = browser.send(Method::POST, path, media_type, body.into()).await;
        assert!(seen.status.is_client_error(), "{path} {}", seen.status);
    }
    let away = browser.open("/account?next=https://elsewhere.example/").await;
    let seen = browser.press(&away, "type=\"email\"", &[("person", INGRID)]).await;
    assert!(seen.left.is_none() && seen.text.contains("My Drive"));
}
