//! SharePoint is set up by hand, step by step, through the pages of a CRM that is a process of its own; then documents go
//! there as the person, SharePoint becomes the preferred place and no more, and is switched off and on.

use crate::setup_common::{Program, appoint, gist};
use http::Method;
use serde_json::json;
use testkit::login::{Jar, KAFFEHUSET, MICROSOFT_APP, Page, Processes};

pub const SOLVEIG: &str = "solveig@kaffehuset.example";
pub const PEOPLE: &str = "e1,erik,Erik,erik@kaffehuset.example,true,Everyone\ne2,kim,Kim,,true,Everyone\n";

pub async fn step(ada: &mut Jar, place: &Processes, wanted: &str, fields: &[(&str, &str)]) -> Page {
    let page = ada.go(place, &place.at("/settings/sharepoint")).await;
    assert_eq!(page.status, 200, "{}", gist(&page));
    ada.press(place, &page, wanted, fields).await
}

/// The tenant's administrator agrees, and grants the application the site of the sales team (M-24).
async fn agreed(place: &Processes, page: &Page) {
    give(place, "Sites.Selected");
    grant(place, "/sites/sales");
    agrees(place, page).await;
}

/// The tenant's administrator agrees.
async fn agrees(place: &Processes, page: &Page) {
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
}

/// The application has a right of its own in the tenant.
fn give(place: &Processes, right: &str) {
    place.providers.twin().microsoft(|microsoft, _| {
        let tenant = microsoft.directory.tenants.get_mut(KAFFEHUSET).unwrap();
        tenant.consents.entry(MICROSOFT_APP.into()).or_default().roles.insert(right.into());
    });
}

/// An administrator of the tenant gives the application a site.
pub fn grant(place: &Processes, path: &str) {
    use twin::microsoft::graph::state::Grant;
    place.providers.twin().microsoft(|microsoft, _| {
        let sites = &mut microsoft.graph.content.sites;
        let site = sites.iter_mut().find(|s| s.tenant == KAFFEHUSET && s.path == path).unwrap();
        let grant = Grant { id: "g".into(), name: "Chancery".into(), roles: vec!["owner".into()] };
        site.grants.insert(MICROSOFT_APP.into(), grant);
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

pub fn library(page: &Page) -> String {
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
    for words in
        ["Kim", "has never signed in with Microsoft", "Not asked yet", "Sites.Selected", "Group.Create"]
    {
        assert!(page.text.contains(words), "{words}: {}", gist(&page));
    }
    for words in ["kaffehuset.example: its tenant is known once", "No domain is"] {
        let shown = page.text.contains(words);
        assert_eq!(shown, words.starts_with("kaffehuset"), "{words}: {}", gist(&page));
    }
    let to_erik = "href=\"mailto:erik@kaffehuset.example?subject=";
    assert!(page.text.contains(to_erik) && page.text.contains("settings%2Faccounts"), "{}", page.text);
    assert!(page.text.contains("has no e-mail address"), "Kim: {}", gist(&page));
    assert!(page.text.contains("href=\"mailto:?bcc=erik@kaffehuset.example"), "{}", page.text);
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
    step(&mut ada, place, "/settings/sharepoint/properties", &[("columns", "company")]).await;
    let page = step(
        &mut ada,
        place,
        "/settings/sharepoint/access",
        &[("access", "visible_for"), ("object", "sales")],
    )
    .await;
    assert!(page.text.contains("not the object id of a group"), "{}", gist(&page));
    step(&mut ada, place, "/settings/sharepoint/access", &[("access", "visible_for"), ("object", "")]).await;

    // 5: told item by item, then tried as herself.
    let page = ada.go(place, &place.at("/settings/sharepoint")).await;
    for words in ["The column “Chancery id” in “Documents”", "The column “Company” in", "comes into use"]
    {
        assert!(page.text.contains(words), "{words}: {}", gist(&page));
    }
    let page = step(&mut ada, place, "Switch on and try", &[]).await;
    assert!(page.text.contains("Made: Chancery id, Company."), "{}", gist(&page));
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

    // Another manner, run again: what is there is not made again, and what changes is told.
    let page = step(&mut ada, place, "/settings/sharepoint/properties", &[("columns", "moon")]).await;
    assert!(page.text.contains("no such property"), "{}", gist(&page));
    let named = [&wish[..], &[("naming", "heading_and_company")]].concat();
    let page = step(&mut ada, place, "Use these", &named).await;
    assert!(page.text.contains("called by their heading and company"), "{}", gist(&page));
    let page = step(&mut ada, place, "/settings/sharepoint/try", &[]).await;
    assert!(page.text.contains("All are there."), "{}", gist(&page));

    // Switched off: unavailable. On again: everything is back.
    step(&mut ada, place, "/settings/sharepoint/disconnect", &[]).await;
    let (status, body) = mine.ask(Method::GET, &content, None).await;
    assert!(status == 503 && body["detail"].as_str().unwrap().contains("not connected"), "{status} {body}");
    let page = step(&mut ada, place, "/settings/sharepoint/try", &[]).await;
    assert!(!page.text.contains("Does not work"), "{}", gist(&page));
    assert_eq!(mine.ask(Method::GET, &content, None).await.0, 200, "everything is back");
    drop(crm);
}

/// The administrator has agreed to these rights, and Solveig does the set-up as herself.
pub async fn begun(place: &Processes, rights: &[&str]) -> Jar {
    let mut ada = place.ada().await;
    let page = ada.go(place, &place.at("/settings/sign-in")).await;
    let fields = [("domain", "kaffehuset.example"), ("provider", "microsoft")];
    ada.press(place, &page, "name=\"domain\"", &fields).await;
    step(&mut ada, place, "/settings/sharepoint/check", &[]).await;
    let page = step(&mut ada, place, "/settings/sharepoint/ask", &[]).await;
    for right in rights {
        give(place, right);
    }
    agrees(place, &page).await;
    as_herself(place).await
}

/// How many groups have an alias.
fn groups(place: &Processes, alias: &str) -> usize {
    place.providers.twin().microsoft(|microsoft, _| {
        let all = microsoft.directory.tenants[KAFFEHUSET].groups.values();
        all.filter(|group| group.mail_nickname == alias).count()
    })
}

/// Changes the library of a site that has this title.
fn in_library(
    place: &Processes,
    site: &str,
    title: &str,
    change: impl FnOnce(&mut twin::microsoft::graph::state::List),
) {
    place.providers.twin().microsoft(|microsoft, _| {
        let content = &mut microsoft.graph.content;
        let at = content.sites.iter().position(|s| s.tenant == KAFFEHUSET && s.path == site).unwrap();
        let mut all = content.lists.iter_mut().filter(|list| list.site as usize == at);
        change(all.find(|list| list.title == title).unwrap());
    });
}

/// A column of the customer's own.
fn must_be_filled_in() -> twin::microsoft::graph::state::Column {
    twin::microsoft::graph::state::Column {
        id: "c".into(),
        name: "Case".into(),
        title: "Case number".into(),
        kind: "text".into(),
        facet: json!({}),
        indexed: false,
        hidden: false,
        required: true,
        read_only: false,
    }
}

fn library_of(page: &Page, name: &str) -> String {
    let options = page.text.split("id=\"documents\"").nth(1).unwrap().split("</select>").next().unwrap();
    let option =
        options.split("<option value=\"").skip(1).find(|option| option.contains(&format!(">{name}<")));
    option
        .unwrap_or_else(|| panic!("no library {name}: {}", gist(page)))
        .split('"')
        .next()
        .unwrap()
        .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_and_a_library_are_made_and_waited_for_also_over_a_restart() {
    let (place, _login, crm) = Processes::running(false, "", PEOPLE).await;
    let place = &place;
    let mut solveig = begun(place, &["Sites.Selected", "Group.Create", "GroupMember.Read.All"]).await;

    // What cannot be a site, and what somebody else has.
    let page =
        step(&mut solveig, place, "Make the site", &[("site_name", "CRM"), ("site_alias", "a b")]).await;
    assert!(page.text.contains("The end of the address can have"), "{}", gist(&page));
    let page = step(&mut solveig, place, "Make the site", &[("site_name", " ")]).await;
    assert!(page.text.contains("name of the site is missing"), "{}", gist(&page));
    let page =
        step(&mut solveig, place, "Make the site", &[("site_name", "CRM"), ("site_alias", "sales")]).await;
    assert!(page.text.contains("“sales” is taken: the group"), "{}", gist(&page));
    assert!(page.text.contains("Make a new site"), "another end can be chosen: {}", gist(&page));

    // Made, waited for, also when the page is left and the service restarted; pressed twice it is one group.
    let wish = [("site_name", "CRM documents"), ("site_alias", "")];
    let form = solveig.go(place, &place.at("/settings/sharepoint")).await;
    let page = solveig.press(place, &form, "Make the site", &wish).await;
    assert!(page.text.contains("three quarters of an hour"), "{}", gist(&page));
    let page = solveig.press(place, &form, "Make the site", &wish).await;
    assert!(page.text.contains("three quarters of an hour"), "{}", gist(&page));
    let page = solveig.press(place, &form, "Make the site", &[("site_name", "Another")]).await;
    assert!(page.text.contains("is being made already"), "{}", gist(&page));
    drop(crm);
    let _crm = place.start("crm.toml");
    let page = step(&mut solveig, place, "Look again", &[]).await;
    assert!(page.text.contains("Being made ready"), "{}", gist(&page));
    assert_eq!(groups(place, "crm-documents"), 1);

    // Ready, and not given to the application yet; then it is the site.
    place.providers.twin().microsoft(|microsoft, _| {
        let groups = &mut microsoft.directory.tenants.get_mut(KAFFEHUSET).unwrap().groups;
        groups.values_mut().find(|group| group.mail_nickname == "crm-documents").unwrap().created -=
            60_000_000;
    });
    let page = step(&mut solveig, place, "Look again", &[]).await;
    assert!(
        page.text.contains("Sites.FullControl.All") && page.text.contains("/permissions"),
        "{}",
        gist(&page)
    );
    grant(place, "/sites/crm-documents");
    let page = step(&mut solveig, place, "Look again", &[]).await;
    assert!(page.text.contains("The site is “CRM documents”"), "{}", gist(&page));
    assert!(!page.text.contains("Look again"), "{}", gist(&page));

    // A library is made in it, once.
    for _ in 0..2 {
        let page = step(&mut solveig, place, "Make the library", &[("library_name", "Contracts")]).await;
        assert!(page.text.contains("The library “Contracts” is there"), "{}", gist(&page));
        assert_eq!(page.text.matches(">Contracts</option>").count(), 2, "one in each list: {}", gist(&page));
    }
    let page = step(&mut solveig, place, "Make the library", &[("library_name", " ")]).await;
    assert!(page.text.contains("name of the library is missing"), "{}", gist(&page));

    // A column of the customer's own that must be filled in is told before anything is put there.
    in_library(place, "/sites/crm-documents", "Contracts", |list| list.columns.push(must_be_filled_in()));
    let (contracts, documents) = (library_of(&page, "Contracts"), library_of(&page, "Documents"));
    let both = |drive: &str| [("documents", drive.to_owned()), ("templates", drive.to_owned())];
    let chosen = both(&contracts);
    let wish: Vec<_> = chosen.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let page = step(&mut solveig, place, "Make the folders", &wish).await;
    assert!(
        page.text.contains("Case number") && page.text.contains("An owner of the site can"),
        "{}",
        gist(&page)
    );
    in_library(place, "/sites/crm-documents", "Contracts", |list| {
        assert_eq!(list.count, 1, "the root alone");
    });

    // Required check-out is told, and works.
    in_library(place, "/sites/crm-documents", "Documents", |list| list.requires_checkout = true);
    let chosen = both(&documents);
    let wish: Vec<_> = chosen.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let page = step(&mut solveig, place, "Make the folders", &wish).await;
    assert!(page.text.contains("Both folders can be used"), "{}", gist(&page));
    assert!(page.text.contains("requires files to be checked out"), "{}", gist(&page));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_right_to_make_a_site_it_is_said_who_can_give_it_and_the_site_can_be_given_up() {
    let (place, _login, _crm) = Processes::running(false, "", PEOPLE).await;
    let place = &place;
    let mut solveig = begun(place, &["Sites.Selected"]).await;
    let page = step(&mut solveig, place, "Make the site", &[("site_name", "CRM documents")]).await;
    for words in ["Group.Create and GroupMember.Read.All", "an administrator of Microsoft 365 agrees again"] {
        assert!(page.text.contains(words), "{words}: {}", gist(&page));
    }
    assert_eq!(groups(place, "crm-documents"), 0);
    let waiting = page;
    let page = step(&mut solveig, place, "Give up", &[]).await;
    assert!(page.text.contains("Given up here") && page.text.contains("Make a new site"), "{}", gist(&page));
    let page = solveig.press(place, &waiting, "Look again", &[]).await;
    assert!(page.text.contains("No site is being made"), "{}", gist(&page));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_files_would_be_called_is_shown_with_the_documents_there_are_before_it_is_decided() {
    let (place, _login, _crm) = Processes::running(false, "", PEOPLE).await;
    let place = &place;
    let mut solveig = begun(place, &["Sites.Selected"]).await;
    grant(place, "/sites/sales");
    let companies = place.path("companies.csv");
    std::fs::write(&companies, "external_id,name\nc1,Fjord A/S\n").unwrap();
    place.run("crm.toml", &["import", "companies", &companies.display().to_string()]);
    let mine = Program::of(place, &mut solveig).await;
    let template = mine.letter().await;
    let (_, found) = mine.ask(Method::GET, "/companies", None).await;
    let fjord = found["items"].as_array().unwrap().iter().find(|company| company["name"] == "Fjord A/S");
    let company = fjord.unwrap()["id"].clone();
    for heading in ["Offer: now?", "Offer: now?", "CON"] {
        let wanted = json!({ "template": template, "heading": heading, "company": company });
        assert_eq!(mine.ask(Method::POST, "/documents", Some(wanted)).await.0, 201);
    }
    let sharepoint = place.providers.surfaces().sharepoint.clone();
    let address = format!("{sharepoint}/kaffehuset.sharepoint.example/sites/sales");
    let page = step(&mut solveig, place, "Find the site", &[("address", &address)]).await;
    for words in
        ["Offer_ now_.docx", "Offer_ now_ (2).docx", "“_” stands for “:”, “?”", "CON_.docx", "a counter"]
    {
        assert!(page.text.contains(words), "{words}: {}", gist(&page));
    }

    // Looked at, with what is chosen and not decided.
    let drive = library(&page);
    let looked = Page {
        text: page
            .text
            .replace("action=\"/settings/sharepoint/place\"", "action=\"/settings/sharepoint/preview\""),
        ..page.clone()
    };
    let wish = [
        ("documents", drive.as_str()),
        ("templates", drive.as_str()),
        ("documents_folder", "Letters"),
        ("order", "year"),
        ("naming", "heading_and_company"),
    ];
    let page = solveig.press(place, &looked, "Make the folders", &wish).await;
    assert!(page.text.contains("CON - Fjord A_S.docx"), "{}", gist(&page));
    assert!(page.text.contains("value=\"Letters\""), "what was typed is still there");
    let page = solveig.press(place, &looked, "Make the folders", &[("naming", "moon")]).await;
    assert!(page.text.contains("by heading, or by heading and company"), "{}", gist(&page));
    let page = solveig.go(place, &place.at("/settings/sharepoint")).await;
    assert!(!page.text.contains("CON - Fjord"), "nothing was decided: {}", gist(&page));

    // Decided: what goes to SharePoint is called so, and what goes elsewhere is called as before.
    let page = solveig.press(place, &page, "Make the folders", &wish).await;
    assert!(page.text.contains("Both folders can be used"), "{}", gist(&page));
    step(&mut solveig, place, "/settings/sharepoint/properties", &[]).await;
    step(&mut solveig, place, "/settings/sharepoint/access", &[("access", "library"), ("object", "")]).await;
    let page = step(&mut solveig, place, "Switch on and try", &[]).await;
    assert!(!page.text.contains("Does not work"), "{}", gist(&page));
    let make = async || {
        let wanted = json!({ "template": template, "heading": "Reply", "company": company });
        mine.ask(Method::POST, "/documents", Some(wanted)).await.1["file_name"].clone()
    };
    assert_eq!(make().await, "Reply.docx", "in the archive");
    step(&mut solveig, place, "Make it the preferred place", &[]).await;
    assert_eq!(make().await, "Reply - Fjord A_S.docx");
    let named = json!({ "template": template, "heading": "Reply", "company": company, "file_name": "Mine" });
    let (_, made) = mine.ask(Method::POST, "/documents", Some(named)).await;
    assert_eq!(made["file_name"], "Mine.docx", "what somebody writes stays");
}
