//! SharePoint is set up by hand, step by step, through the pages of a CRM that is a process of its own; then documents go
//! there as the person, SharePoint becomes the preferred place and no more, and is switched off and on.

#![allow(clippy::unwrap_used, clippy::panic, reason = "test code: a failed expectation is a failed test")]

mod setup_common;

use http::Method;
use serde_json::json;
use setup_common::{Program, appoint, gist};
use testkit::login::{Jar, KAFFEHUSET, MICROSOFT_APP, Page, Processes};

const SOLVEIG: &str = "solveig@kaffehuset.example";
const PEOPLE: &str = "e1,erik,Erik,erik@kaffehuset.example,true,Everyone\ne2,kim,Kim,,true,Everyone\n";

async fn step(ada: &mut Jar, place: &Processes, wanted: &str, fields: &[(&str, &str)]) -> Page {
    let page = ada.go(place, &place.at("/settings/sharepoint")).await;
    assert_eq!(page.status, 200, "{}", gist(&page));
    ada.press(place, &page, wanted, fields).await
}

/// The tenant's administrator agrees, and grants the application the site of the sales team (M-24).
async fn agreed(place: &Processes, page: &Page) {
    let link = page.text.split("id=\"consent-link\"").nth(1).unwrap();
    let link = link
        .split("value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .replace("&amp;", "&")
        .replace("&#38;", "&");
    let mut solveig = Jar::default();
    let page = solveig.go(place, &link).await;
    let page = solveig.press(place, &page, "/consent/", &[]).await;
    let page = place.through(&mut solveig, page, SOLVEIG).await;
    assert!(page.text.contains("Your organisation has agreed"), "{}", gist(&page));
    grant(place);
}

fn grant(place: &Processes) {
    use twin::microsoft::graph::state::Grant;
    place.providers.twin().microsoft(|microsoft, _| {
        let tenant = microsoft.directory.tenants.get_mut(KAFFEHUSET).unwrap();
        tenant.consents.entry(MICROSOFT_APP.into()).or_default().roles.insert("Sites.Selected".into());
        let sites = &mut microsoft.graph.content.sites;
        let sales = sites.iter_mut().find(|s| s.tenant == KAFFEHUSET && s.path == "/sites/sales").unwrap();
        let grant = Grant { id: "g".into(), name: "Chancery".into(), roles: vec!["owner".into()] };
        sales.grants.insert(MICROSOFT_APP.into(), grant);
    });
}

/// Another administrator, who signs in with Microsoft and connects her documents.
async fn as_herself(place: &Processes) -> Jar {
    appoint(place);
    let mut solveig = Jar::default();
    let page = solveig.go(place, &place.at("/sign-in/start")).await;
    let page = solveig.press(place, &page, "name=\"email\"", &[("email", SOLVEIG)]).await;
    let page = place.through(&mut solveig, page, SOLVEIG).await;
    assert_eq!(page.url, place.at("/"), "{}", gist(&page));
    let page = solveig.go(place, &place.at("/settings/accounts")).await;
    let page = solveig.press(place, &page, "user_connect", &[]).await;
    let page = solveig.press(place, &page, "Go on at", &[]).await;
    let page = place.through(&mut solveig, page, SOLVEIG).await;
    assert!(page.text.contains("as yourself"), "{}", gist(&page));
    solveig
}

fn library(page: &Page) -> String {
    let select = page.text.split("id=\"documents\"").nth(1).unwrap();
    select.split("<option value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_connects_sharepoint_step_by_step_and_prefers_it_and_takes_it_back() {
    let (place, _login, crm) = Processes::running(false, "", PEOPLE).await;
    let place = &place;
    let mut ada = place.ada().await;
    let api = Program::of(place, &mut ada).await;
    let page = ada.go(place, &place.at("/settings/sign-in")).await;
    let fields = [("domain", "kaffehuset.example"), ("provider", "microsoft")];
    ada.press(place, &page, "name=\"domain\"", &fields).await;

    // 1: who cannot yet is named; the tenant's consent is asked for by link, and waited for.
    let page = ada.go(place, &place.at("/settings/sharepoint")).await;
    for words in ["Kim", "has never signed in with Microsoft", "Not asked yet", "Sites.Selected"] {
        assert!(page.text.contains(words), "{words}: {}", gist(&page));
    }
    step(&mut ada, place, "/settings/sharepoint/check", &[]).await;
    let page = step(&mut ada, place, "/settings/sharepoint/ask", &[]).await;
    let waiting = ada.go(place, &place.at("/settings/sharepoint")).await;
    assert!(waiting.text.contains("Waiting for an administrator"), "{}", gist(&waiting));
    assert!(!waiting.text.contains("/settings/sharepoint/site"), "the next step is closed");
    agreed(place, &page).await;
    let page = ada.go(place, &place.at("/settings/sharepoint")).await;
    assert!(page.text.contains("Find the site"), "{}", gist(&page));

    // 2: a site that is none, another tenant's, the right one; folders with a preview of real paths.
    let page = step(&mut ada, place, "Find the site", &[("address", "https://nowhere")]).await;
    assert!(page.text.contains("no address of a site"), "{}", gist(&page));
    let sharepoint = place.providers.surfaces().sharepoint.clone();
    let address = format!("{sharepoint}/kaffehuset.sharepoint.example/sites/none");
    let page = step(&mut ada, place, "Find the site", &[("address", &address)]).await;
    assert!(page.text.contains("There is no site at this address"), "{}", gist(&page));
    let address = format!("{sharepoint}/kaffehuset.sharepoint.example/sites/sales");
    let page = step(&mut ada, place, "Find the site", &[("address", &address)]).await;
    assert!(page.text.contains("The site was found"), "{}", gist(&page));
    let drive = library(&page);
    let same = [
        ("documents", drive.as_str()),
        ("templates", drive.as_str()),
        ("documents_folder", "Same"),
        ("templates_folder", "Same"),
    ];
    let page = step(&mut ada, place, "Make the folders", &same).await;
    assert!(page.text.contains("need folders of their own"), "{}", gist(&page));
    let wish = [("documents", drive.as_str()), ("templates", drive.as_str()), ("order", "company")];
    let page = step(&mut ada, place, "Make the folders", &wish).await;
    assert!(
        page.text.contains("not connected Microsoft 365"),
        "as herself, and she has not: {}",
        gist(&page)
    );
    let mut ada = as_herself(place).await;
    let page = step(&mut ada, place, "Make the folders", &wish).await;
    assert!(page.text.contains("Both folders can be used"), "{}", gist(&page));
    assert!(page.text.contains("Everyone / General / Offer.docx"), "a real path: {}", gist(&page));

    // 3, 4: what cannot be is refused with its sentence.
    step(&mut ada, place, "/settings/sharepoint/properties", &[("columns", "yes")]).await;
    let page = step(
        &mut ada,
        place,
        "/settings/sharepoint/access",
        &[("access", "visible_for"), ("object", "sales")],
    )
    .await;
    assert!(page.text.contains("not the object id of a group"), "{}", gist(&page));
    step(&mut ada, place, "/settings/sharepoint/access", &[("access", "visible_for"), ("object", "")]).await;

    // 5: tried as herself.
    let page = step(&mut ada, place, "Switch on and try", &[]).await;
    assert!(
        !page.text.contains("Does not work") && page.text.contains("nothing of the trial is left"),
        "{}",
        gist(&page)
    );
    assert!(page.text.contains("In use"), "{}", gist(&page));

    // The preferred place: every template at once, and undone.
    let template = api.letter().await;
    let page = step(&mut ada, place, "Make it the preferred place", &[]).await;
    assert!(page.text.contains("New documents of every template go to SharePoint"), "{}", gist(&page));
    let wanted = json!({ "template": template, "heading": "Offer" });
    let mine = Program::of(place, &mut ada).await;
    let (status, made) = mine.ask(Method::POST, "/documents", Some(wanted)).await;
    assert_eq!((status, made["stored_in"]["id"].as_i64()), (201, Some(2)), "{made}");
    let content = format!("/documents/{}/content", made["id"].as_i64().unwrap());
    assert_eq!(mine.ask(Method::GET, &content, None).await.0, 200);
    let page = step(&mut ada, place, "/settings/sharepoint/undo", &[]).await;
    assert!(page.text.contains("where it did before"), "{}", gist(&page));
    let (_, after) = mine.ask(Method::GET, &format!("/templates/{template}"), None).await;
    assert_eq!(after["stored_in"]["id"], 0, "{after}");

    // Switched off: unavailable. On again: everything is back.
    step(&mut ada, place, "/settings/sharepoint/disconnect", &[]).await;
    let (status, body) = mine.ask(Method::GET, &content, None).await;
    assert!(status == 503 && body["detail"].as_str().unwrap().contains("not connected"), "{status} {body}");
    let page = step(&mut ada, place, "/settings/sharepoint/try", &[]).await;
    assert!(!page.text.contains("Does not work"), "{}", gist(&page));
    assert_eq!(mine.ask(Method::GET, &content, None).await.0, 200, "everything is back");
    drop(crm);
}
