//! A SharePoint library by hand.

use super::*;

const HOST: &str = "/kaffehuset.sharepoint.example";
const SOLVEIG: &str = "solveig@kaffehuset.example";

fn token(twin: &Twin) -> String {
    let order = TokenOrder::Microsoft {
        tenant: "kaffehuset.example".into(),
        user: Some(SOLVEIG.into()),
        app: "6a5f0d3c-92c5-4f6e-b0c7-1d8e3f5a7c03".into(),
        scopes: vec!["Files.ReadWrite.All".into(), "Sites.ReadWrite.All".into()],
    };
    twin.mint(&order).unwrap()
}

async fn get(twin: &Twin, token: &str, path: &str) -> Value {
    api(twin, Surface::Graph, token, Method::GET, &format!("/v1.0{path}"), Value::Null).await
}

/// The library of the sales site at its address, and its drive at Graph.
async fn library(twin: &Twin, browser: &Browser<'_>) -> (Seen, String) {
    let drive = get(twin, &token(twin), &format!("/sites{HOST}:/sites/sales:/drive")).await;
    let page = open_as(browser, &inside(twin, Surface::Sharepoint, &drive["webUrl"]), SOLVEIG).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    (page, format!("/drives/{}", drive["id"].as_str().unwrap()))
}

#[tokio::test]
async fn sites_lead_to_libraries_and_libraries_to_files() {
    let twin = browser::twin(|_| {});
    let browser = Browser::new(&twin, Surface::Sharepoint);
    let (page, _) = library(&twin, &browser).await;
    browser.upload(&page, "New files", &[("Plan.txt", b"one"), ("Costs.docx", b"PK")]).await;
    let sites = browser.open(HOST).await;
    let site = browser.open(&sites.link("Sales")).await;
    let library = browser.open(&site.link("Documents")).await;
    let file = browser.open(&library.link("Plan.txt")).await;
    assert!(file.text.contains("<pre tabindex=\"0\">one</pre>"), "{}", file.text);
    assert!(file.text.contains("<strong>Simulation</strong>"));
}

#[tokio::test]
async fn web_addresses_of_the_interface_lead_to_the_page() {
    let twin = browser::twin(|_| {});
    let browser = Browser::new(&twin, Surface::Sharepoint);
    let (page, drive) = library(&twin, &browser).await;
    browser.upload(&page, "New files", &[("Plan & more.txt", b"one"), ("Costs.docx", b"PK")]).await;
    let page = browser.open(&page_of(&twin, &drive).await).await;
    browser.press(&page, "Make folder", &[("name", "Offers #1")]).await;
    let children = get(&twin, &token(&twin), &format!("{drive}/root/children")).await;
    let items = children["value"].as_array().unwrap();
    for name in ["Plan & more.txt", "Costs.docx", "Offers #1"] {
        let item = items.iter().find(|item| item["name"] == name).unwrap();
        let page = browser.open(&inside(&twin, Surface::Sharepoint, &item["webUrl"])).await;
        assert!(
            page.text.contains(&format!("<h1>{}</h1>", name.replace('&', "&amp;"))),
            "{name}: {}",
            page.text
        );
    }
}

async fn page_of(twin: &Twin, drive: &str) -> String {
    inside(twin, Surface::Sharepoint, &get(twin, &token(twin), drive).await["webUrl"])
}

#[tokio::test]
async fn a_new_version_by_hand_changes_tags_and_shows_in_delta() {
    let twin = browser::twin(|_| {});
    let (token, browser) = (token(&twin), Browser::new(&twin, Surface::Sharepoint));
    let (page, drive) = library(&twin, &browser).await;
    let page = browser.upload(&page, "New files", &[("Plan.txt", b"one")]).await;
    let before = get(&twin, &token, &format!("{drive}/root:/Plan.txt")).await;
    let delta = get(&twin, &token, &format!("{drive}/root/delta?token=latest")).await;
    let link = inside(&twin, Surface::Graph, &delta["@odata.deltaLink"]);
    let page = browser.open(&page.link("Plan.txt")).await;
    let page = browser.upload(&page, "New version", &[("other.txt", b"two")]).await;
    assert!(
        page.text.contains("<pre tabindex=\"0\">two</pre>") && page.text.contains("Version 2.0"),
        "{}",
        page.text
    );
    let after = get(&twin, &token, &format!("{drive}/root:/Plan.txt")).await;
    assert!(after["eTag"] != before["eTag"] && after["cTag"] != before["cTag"]);
    assert_eq!(after["lastModifiedBy"]["user"]["displayName"], "Solveig Dahl");
    let changed = api(&twin, Surface::Graph, &token, Method::GET, &link, Value::Null).await;
    assert!(changed["value"].as_array().unwrap().iter().any(|item| item["id"] == after["id"]), "{changed}");
    for (link, content) in [("Version 1.0", "one"), ("Version 2.0", "two"), ("Download", "two")] {
        let response = browser.once(Method::GET, &page.link(link), "", Vec::new()).await;
        assert_eq!(response.body(), content, "{link}");
    }
}

#[tokio::test]
async fn renaming_moving_deleting_and_restoring_show_in_the_interface() {
    let twin = browser::twin(|_| {});
    let (token, browser) = (token(&twin), Browser::new(&twin, Surface::Sharepoint));
    let (page, drive) = library(&twin, &browser).await;
    let page = browser.upload(&page, "New files", &[("Plan.txt", b"one")]).await;
    let page = browser.press(&page, "Make folder", &[("name", "Archive")]).await;
    let page = browser.open(&page.link("Plan.txt")).await;
    let page = browser.press(&page, ">Rename<", &[("name", "Plan two.txt")]).await;
    let folder = page.text.split("<option value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let page = browser.press(&page, ">Move<", &[("folder", &folder)]).await;
    let item = get(&twin, &token, &format!("{drive}/root:/Archive/Plan%20two.txt")).await;
    assert_eq!(item["name"], "Plan two.txt");
    let above = browser.press(&page, ">Delete<", &[]).await;
    assert!(above.text.contains("The folder is empty."), "{}", above.text);
    let bin = browser.open(&above.link("Recycle bin")).await;
    assert!(bin.text.contains("Plan two.txt"));
    let bin = browser.press(&bin, ">Restore<", &[]).await;
    assert!(bin.text.contains("The recycle bin is empty."), "{}", bin.text);
    let back = get(&twin, &token, &format!("{drive}/root:/Archive/Plan%20two.txt")).await;
    assert_eq!(back["id"], item["id"]);
}

// M-13
#[tokio::test]
async fn what_somebody_checked_out_others_cannot_change() {
    let twin = browser::twin(|_| {});
    let (solveig, erik) =
        (Browser::new(&twin, Surface::Sharepoint), Browser::new(&twin, Surface::Sharepoint));
    let (page, _) = library(&twin, &solveig).await;
    let link = solveig.upload(&page, "New files", &[("Plan.txt", b"one")]).await.link("Plan.txt");
    let page = solveig.open(&link).await;
    let page = solveig.press(&page, ">Check out<", &[]).await;
    let page = solveig.upload(&page, "New version", &[("Plan.txt", b"two")]).await;
    let others = open_as(&erik, &link, "erik@kaffehuset.example").await;
    assert!(others.text.contains("<pre tabindex=\"0\">one</pre>") && others.text.contains("Checked out by"));
    let refused = erik.upload(&others, "New version", &[("Plan.txt", b"three")]).await;
    assert_eq!(refused.status, StatusCode::LOCKED);
    solveig.press(&page, ">Check in<", &[("comment", "done")]).await;
    assert!(erik.open(&link).await.text.contains("<pre tabindex=\"0\">two</pre>"));
}

#[tokio::test]
async fn somebody_without_access_sees_and_does_nothing() {
    let twin = browser::twin(|_| {});
    let (solveig, nora) =
        (Browser::new(&twin, Surface::Sharepoint), Browser::new(&twin, Surface::Sharepoint));
    let (page, drive) = library(&twin, &solveig).await;
    let link = page_of(&twin, &drive).await;
    let seen = open_as(&nora, &link, "nora@kaffehuset.example").await;
    assert!(seen.status == StatusCode::FORBIDDEN && seen.text.contains("no access"), "{}", seen.text);
    let stolen = nora.press(&page, "Make folder", &[("name", "Mine")]).await;
    assert!(stolen.status.is_client_error());
}

#[tokio::test]
async fn unknown_addresses_and_malformed_forms_are_refused() {
    let twin = browser::twin(|_| {});
    let browser = Browser::new(&twin, Surface::Sharepoint);
    let (_, drive) = library(&twin, &browser).await;
    let library = page_of(&twin, &drive).await;
    for path in
        ["/", "/%FF/", "/nowhere.example/x", &format!("{HOST}/sites/none"), &format!("{library}/none.txt")]
    {
        assert!(browser.open(path).await.status.is_client_error(), "{path}");
    }
    for (deed, body) in [("upload", ""), ("rename", "form=x&name=y"), ("explode", "")] {
        let path = format!("{library}?deed={deed}");
        let seen = browser.send(Method::POST, &path, "application/x-www-form-urlencoded", body.into()).await;
        assert!(seen.status.is_client_error(), "{deed}");
    }
    let strange = browser.open(&format!("{HOST}/_layouts/15/Doc.aspx?sourcedoc=%7Bnothing%7D")).await;
    assert_eq!(strange.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_administrator_lets_an_application_into_one_site_by_hand_and_nobody_else_does() {
    let twin = browser::twin(|_| {});
    let site = format!("{HOST}/sites/sales");
    let app = "6a5f0d3c-92c5-4f6e-b0c7-1d8e3f5a7c03";
    let granted = || {
        twin.microsoft(|microsoft, _| {
            let site = microsoft.graph.content.sites.iter().find(|site| site.path == "/sites/sales").unwrap();
            site.grants.get(app).map(|grant| grant.roles.clone())
        })
    };
    let browser = Browser::new(&twin, Surface::Sharepoint);
    let page = open_as(&browser, &site, "erik@kaffehuset.example").await;
    assert!(!page.text.contains("Applications"), "{}", page.text);
    let browser = Browser::new(&twin, Surface::Sharepoint);
    let page = open_as(&browser, &site, SOLVEIG).await;
    assert_eq!(granted(), None);
    let page = browser.press(&page, "Give it the role owner", &[("app", "nothing")]).await;
    assert!(page.text.contains("There is no such application"), "{}", page.text);
    let page = browser.open(&site).await;
    let page = browser.press(&page, "Give it the role owner", &[("app", app)]).await;
    assert!(page.text.contains(": owner</p>"), "{}", page.text);
    assert_eq!(granted(), Some(vec!["owner".to_owned()]));
}
