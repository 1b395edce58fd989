//! Google Drive is set up by hand, step by step, through the pages of a CRM that is a process of its own; then documents
//! go there, are unavailable while it is disconnected, and come back.

use crate::setup_common::{Program, gist};
use http::Method;
use serde_json::{Value, json};
use testkit::login::{Jar, Page, Processes};

const PERSON: &str = "ingrid@solsiden.example";
const PEOPLE: &str = "e1,ingrid,Ingrid,ingrid@solsiden.example,true,Everyone\n\
    e2,liv,Liv,liv@nordlys.example,true,Everyone\ne3,kim,Kim,,true,Everyone\n";
const SYSTEM: &str = "documents@solsiden.example";

async fn step(ada: &mut Jar, place: &Processes, wanted: &str, fields: &[(&str, &str)]) -> Page {
    let page = ada.go(place, &place.at("/settings/google")).await;
    assert_eq!(page.status, 200, "{}", gist(&page));
    ada.press(place, &page, wanted, fields).await
}

/// Goes to the page and connects the system account. Where it ends.
async fn connect(ada: &mut Jar, place: &Processes, address: &str, fields: &[(&str, &str)]) -> Page {
    let page = step(ada, place, "/settings/google/connect", fields).await;
    let page = ada.press(place, &page, "Go on at", &[]).await;
    place.through_google(ada, page, address).await
}

/// Every template of an answer, wherever it stands: its id and where it is kept.
fn kept(value: &Value, found: &mut Vec<(i64, i64)>) {
    match value {
        Value::Array(all) => all.iter().for_each(|v| kept(v, found)),
        Value::Object(map) => {
            if let (Some(id), Some(place)) = (map.get("id"), map.get("kept_in")) {
                found.push((id.as_i64().unwrap(), place["id"].as_i64().unwrap()));
            }
            map.values().for_each(|v| kept(v, found));
        }
        _ => {}
    }
}

/// The first template, under two headings. Its documents cannot go where nothing is set up.
async fn letter(api: &Program<'_>) -> i64 {
    let mut headings = Vec::new();
    for name in ["Letters", "Offers"] {
        headings
            .push(api.ask(Method::POST, "/headings", Some(json!({ "name": name }))).await.1["id"].clone());
    }
    let mut new =
        json!({ "from": { "blank": "docx" }, "name": "Letter", "headings": headings, "stored_in": 1 });
    let (status, refused) = api.ask(Method::POST, "/templates", Some(new.clone())).await;
    assert!(
        status == 422 && refused["detail"].as_str().unwrap().contains("not set up"),
        "{status} {refused}"
    );
    new["stored_in"] = json!(0);
    let (status, made) = api.ask(Method::POST, "/templates", Some(new)).await;
    assert_eq!(status, 201, "{made}");
    made["id"].as_i64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_connects_google_drive_step_by_step_and_documents_go_there_and_come_back() {
    let (place, _login, crm) = Processes::running(false, "", PEOPLE).await;
    let place = &place;
    let mut ada = place.ada().await;
    let api = Program::of(place, &mut ada).await;
    let template = letter(&api).await;
    let page = ada.go(place, &place.at("/settings/sign-in")).await;
    ada.press(place, &page, "name=\"domain\"", &[("domain", "solsiden.example"), ("provider", "google")])
        .await;

    // Whoever does not fit is named, and nobody is kept out.
    let page = ada.go(place, &place.at("/settings/google")).await;
    for words in ["Liv", "signs in elsewhere", "Kim", "has no e-mail address", "1 person in solsiden.example"]
    {
        assert!(page.text.contains(words), "{words}: {}", gist(&page));
    }
    assert!(!page.text.contains("/settings/google/connect"), "the next step is closed");
    step(&mut ada, place, "/settings/google/check", &[]).await;

    // An account that somebody signs in with is refused, unless the administrator says so.
    let mut ingrid = Jar::default();
    let page = ingrid.go(place, &place.at("/sign-in/start")).await;
    let page = ingrid.press(place, &page, "name=\"email\"", &[("email", PERSON)]).await;
    let page = place.through_google(&mut ingrid, page, PERSON).await;
    assert_eq!((page.url.as_str(), page.status.as_u16()), (place.at("/").as_str(), 200));
    let page = connect(&mut ada, place, PERSON, &[]).await;
    assert!(page.text.contains("Somebody signs in here with that account"), "{}", gist(&page));
    assert!(!page.text.contains("/settings/google/place"), "the next step is closed");

    let page = connect(&mut ada, place, SYSTEM, &[]).await;
    assert!(
        page.text.contains(SYSTEM) && page.text.contains("Where files lie"),
        "{}\n{}",
        page.url,
        page.text
    );

    // What cannot be a place is refused with its field's sentence, and nothing is lost.
    let bad = [("documents", "Same"), ("templates", "Same")];
    let page = step(&mut ada, place, "Make the folders", &bad).await;
    assert!(page.text.contains("need folders of their own"), "{}", gist(&page));
    let page =
        step(&mut ada, place, "Make the folders", &[("drive", "https://drive.google.com/nothing/here")])
            .await;
    assert!(page.text.contains("no address of a folder"), "{}", gist(&page));
    let page = step(&mut ada, place, "Make the folders", &[]).await;
    assert!(page.text.contains("Both folders can be used"), "{}", gist(&page));

    // Left and taken up again: another browser goes on where the first was.
    let mut ada = place.ada().await;
    let page =
        step(&mut ada, place, "/settings/google/access", &[("access", "group"), ("group", "nobody")]).await;
    assert!(page.text.contains("whole address of the group"), "{}", gist(&page));
    step(&mut ada, place, "/settings/google/access", &[("access", "inherit")]).await;
    let chosen = template.to_string();
    let page = step(
        &mut ada,
        place,
        "/settings/google/templates",
        &[("produce", chosen.as_str()), ("copy", chosen.as_str())],
    )
    .await;
    assert!(page.text.contains("Switch on and try"), "{}", gist(&page));
    let page = step(&mut ada, place, "/settings/google/try", &[]).await;
    assert!(
        !page.text.contains("Does not work") && page.text.contains("nothing of the trial is left"),
        "{}",
        page.text
    );
    assert!(page.text.contains("In use"), "{}", gist(&page));

    // A copy of the template lies at Google, the original where it was; documents of both go to Google.
    let (_, all) = api.ask(Method::GET, "/templates", None).await;
    let mut ids: Vec<(i64, i64)> = Vec::new();
    kept(&all, &mut ids);
    ids.sort_unstable();
    ids.dedup();
    let places: Vec<i64> = ids.iter().map(|(_, place)| *place).collect();
    assert_eq!((places.len(), ids[0]), (2, (template, 0)), "one copy, and the original where it was: {all}");
    assert!(places.contains(&1), "{all}");
    let (status, made) =
        api.ask(Method::POST, "/documents", Some(json!({ "template": template, "heading": "Offer" }))).await;
    assert_eq!(status, 201, "{made}");
    assert_eq!(made["stored_in"]["id"], 1, "{made}");
    let id = made["id"].as_i64().unwrap();
    let content = format!("/documents/{id}/content");
    assert_eq!(api.ask(Method::GET, &content, None).await.0, 200);

    // T11: place and access are changed while it is in use; the document keeps its link and its content.
    let page = step(&mut ada, place, "Use other folders", &[("documents", "Elsewhere")]).await;
    assert!(page.text.contains("Both folders can be used"), "{}", gist(&page));
    let domain = [("access", "domain"), ("domain", "solsiden.example")];
    step(&mut ada, place, "/settings/google/access", &domain).await;
    let page = step(&mut ada, place, "/settings/google/try", &[]).await;
    assert!(!page.text.contains("Does not work") && page.text.contains("In use"), "{}", gist(&page));
    assert_eq!(api.ask(Method::GET, &content, None).await.0, 200, "its link stays");
    let (_, again) =
        api.ask(Method::POST, "/documents", Some(json!({ "template": template, "heading": "Later" }))).await;
    let later = format!("/documents/{}/content", again["id"]);
    assert_eq!(api.ask(Method::GET, &later, None).await.0, 200, "the next one lies in the new place");

    // Disconnected: unavailable, and nothing is made anew. Connected again: everything is back.
    step(&mut ada, place, "/settings/google/disconnect", &[]).await;
    let (status, body) = api.ask(Method::GET, &content, None).await;
    assert!(status == 503 && body["detail"].as_str().unwrap().contains("not connected"), "{status} {body}");
    let page = connect(&mut ada, place, SYSTEM, &[]).await;
    assert!(page.text.contains("Try again"), "{}", gist(&page));
    let page = step(&mut ada, place, "/settings/google/try", &[]).await;
    assert!(!page.text.contains("Does not work"), "{}", gist(&page));
    assert_eq!(api.ask(Method::GET, &content, None).await.0, 200, "everything is back");
    drop(crm);
}

/// Somebody makes a folder by hand, on Drive's own page.
async fn folder_by_hand(jar: &mut Jar, place: &Processes, name: &str) {
    let drive = format!("{}/drive/my-drive", place.providers.surfaces().google_drive);
    let mut page = jar.go(place, &drive).await;
    if page.text.contains("name=\"person\"") {
        page = jar.press(place, &page, "type=\"email\"", &[("person", SYSTEM)]).await;
    }
    let page = jar.press(place, &page, "Make folder", &[("name", name)]).await;
    assert!(page.text.contains(name), "{}", gist(&page));
}

/// The id of a folder on a page that offers it for choice.
fn offered(page: &Page, name: &str) -> String {
    let before = page.text.split(&format!(">{name}<")).next().unwrap();
    before.rsplit("value=\"").next().unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_that_are_there_are_chosen_at_google_and_used() {
    let (place, _login, crm) = Processes::running(false, "", PEOPLE).await;
    let place = &place;
    let mut ada = place.ada().await;
    let page = ada.go(place, &place.at("/settings/sign-in")).await;
    ada.press(place, &page, "name=\"domain\"", &[("domain", "solsiden.example"), ("provider", "google")])
        .await;
    step(&mut ada, place, "/settings/google/check", &[]).await;
    connect(&mut ada, place, SYSTEM, &[]).await;
    let mut keeper = Jar::default();
    for name in ["Contracts", "Forms", "Secrets"] {
        folder_by_hand(&mut keeper, place, name).await;
    }

    // Nothing was chosen: nothing is changed, and the reason is told.
    let set_out = async |ada: &mut Jar| {
        let page = step(ada, place, "/settings/google/pick", &[]).await;
        assert!(page.text.contains("Choose folders for"), "{}", gist(&page));
        ada.press(place, &page, "Go on at", &[]).await
    };
    let page = set_out(&mut ada).await;
    let page = place.through_google(&mut ada, page, SYSTEM).await;
    assert!(
        page.url.ends_with("/settings/google") && !page.text.contains("Use these folders"),
        "{}",
        gist(&page)
    );

    // Somebody else's folders are none that the system account reaches.
    let page = set_out(&mut ada).await;
    assert!(page.text.contains("Contracts") && page.text.contains("Choose folders"), "{}", gist(&page));
    let (contracts, forms, secrets) =
        (offered(&page, "Contracts"), offered(&page, "Forms"), offered(&page, "Secrets"));
    let chosen = [("decision", "allow"), ("pick", contracts.as_str()), ("pick", forms.as_str())];
    let page = ada.press(place, &page, "name=\"decision\"", &chosen).await;
    assert!(page.text.contains("Say which folder is for what"), "{}", gist(&page));
    assert!(!page.text.contains("Secrets"), "what was not chosen is not known");

    // One that was not chosen is refused, whoever writes it into the form.
    let forged = [("documents", secrets.as_str()), ("templates", forms.as_str())];
    let page = step(&mut ada, place, "Use these folders", &forged).await;
    assert!(page.text.contains("Choose one of the folders you picked"), "{}", gist(&page));
    let good = [("documents", contracts.as_str()), ("templates", forms.as_str())];
    let page = step(&mut ada, place, "Use these folders", &good).await;
    assert!(page.text.contains("Both folders can be used"), "{}", gist(&page));
    step(&mut ada, place, "/settings/google/access", &[("access", "inherit")]).await;
    step(&mut ada, place, "/settings/google/templates", &[]).await;
    let page = step(&mut ada, place, "/settings/google/try", &[]).await;
    assert!(!page.text.contains("Does not work") && page.text.contains("In use"), "{}", gist(&page));

    // An answer that nobody set out for is worth nothing.
    let page = ada.go(place, &place.at("/sign-in/return?state=x&iss=y&picked_file_ids=abcdefghijk")).await;
    assert!(page.status.is_client_error(), "{}", gist(&page));
    drop(crm);
}
