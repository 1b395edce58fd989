//! What is decided about SharePoint is changed later, through the pages: another site, who may open documents, which groups
//! stand for which; and what stands in the way of a site that is there.

use crate::setup_common::{Program, gist};
use crate::sharepoint_setup::{PEOPLE, begun, grant, library, step};
use http::Method;
use serde_json::{Value, json};
use testkit::login::{Jar, KAFFEHUSET, MICROSOFT_APP, Page, Processes};

/// Where a site of the tenant is.
fn address(place: &Processes, path: &str) -> String {
    format!("{}/kaffehuset.sharepoint.example{path}", place.providers.surfaces().sharepoint)
}

/// Chooses the site of the sales team and makes folders in it.
async fn placed(place: &Processes, solveig: &mut Jar) {
    let page = step(solveig, place, "Find the site", &[("address", &address(place, "/sites/sales"))]).await;
    folders(place, solveig, &page, "Make the folders").await;
}

async fn folders(place: &Processes, solveig: &mut Jar, page: &Page, button: &str) -> Page {
    let drive = library(page);
    let wish = [("documents", drive.as_str()), ("templates", drive.as_str()), ("order", "company")];
    let page = step(solveig, place, button, &wish).await;
    assert!(page.text.contains("Both folders can be used"), "{}", gist(&page));
    page
}

/// The whole set-up, with this choice of who may open documents, up to a trial that has passed.
async fn in_use(place: &Processes, solveig: &mut Jar, access: &str) {
    grant(place, "/sites/sales");
    placed(place, solveig).await;
    step(solveig, place, "/settings/sharepoint/properties", &[("columns", "company")]).await;
    opened(place, solveig, access).await;
    tried(place, solveig).await;
}

async fn opened(place: &Processes, solveig: &mut Jar, access: &str) -> Page {
    step(solveig, place, "/settings/sharepoint/access", &[("access", access), ("object", "")]).await
}

async fn tried(place: &Processes, solveig: &mut Jar) {
    let page = step(solveig, place, "/settings/sharepoint/try", &[]).await;
    assert!(!page.text.contains("Does not work") && page.text.contains("In use"), "{}", gist(&page));
}

/// Makes a document, and reads it.
async fn made(api: &Program<'_>, template: i64, heading: &str) -> String {
    let wanted = json!({ "template": template, "heading": heading });
    let (status, made) = api.ask(Method::POST, "/documents", Some(wanted)).await;
    assert_eq!((status, made["stored_in"]["id"].as_i64()), (201, Some(2)), "{made}");
    let content = format!("/documents/{}/content", made["id"]);
    assert_eq!(api.ask(Method::GET, &content, None).await.0, 200);
    content
}

#[tokio::test(flavor = "multi_thread")]
async fn another_site_takes_the_set_up_back_to_its_folders_and_what_is_in_use_stays_in_use() {
    let (place, _login, _crm) = Processes::running(false, "", PEOPLE).await;
    let place = &place;
    let mut solveig = begun(place, &["Sites.Selected", "Group.Create", "GroupMember.Read.All"]).await;
    in_use(place, &mut solveig, "visible_for").await;
    let api = Program::of(place, &mut solveig).await;
    let template = api.letter().await;
    step(&mut solveig, place, "Make it the preferred place", &[]).await;
    let before = made(&api, template, "Before").await;

    // The same site again keeps its folders.
    let same = address(place, "/sites/sales");
    let page = step(&mut solveig, place, "Use another site", &[("address", &same)]).await;
    assert!(page.text.contains("The site was found") && page.text.contains("Use these"), "{}", gist(&page));

    // A site of its own is made, ready and given; from then on it is the site, and has no folders.
    step(&mut solveig, place, "Make the site", &[("site_name", "Archive of letters")]).await;
    place.providers.twin().microsoft(|microsoft, _| {
        let groups = &mut microsoft.directory.tenants.get_mut(KAFFEHUSET).unwrap().groups;
        groups.values_mut().find(|group| group.mail_nickname == "archive-of-letters").unwrap().created -=
            60_000_000;
    });
    step(&mut solveig, place, "Look again", &[]).await;
    grant(place, "/sites/archive-of-letters");
    let reviewed = solveig.go(place, &place.at("/settings/sharepoint")).await;
    assert!(reviewed.text.contains("/settings/sharepoint/try"), "{}", gist(&reviewed));
    let other = address(place, "/sites/archive-of-letters");
    let page = step(&mut solveig, place, "Use another site", &[("address", &other)]).await;
    for words in ["Make the folders", "stays in use until the trial has passed"] {
        assert!(page.text.contains(words), "{words}: {}", gist(&page));
    }
    assert!(!page.text.contains("/settings/sharepoint/try"), "the trial is closed: {}", gist(&page));
    let refused = solveig.press(place, &reviewed, "/settings/sharepoint/try", &[]).await;
    assert!(refused.text.contains("An earlier step is still open"), "{}", gist(&refused));
    let refused = solveig.press(place, &reviewed, "/settings/sharepoint/access", &[]).await;
    assert!(refused.text.contains("Choose first where the files lie"), "{}", gist(&refused));
    let between = made(&api, template, "Between").await;

    // Its folders, then the trial: everything is told as it is.
    let page = folders(place, &mut solveig, &page, "Make the folders").await;
    for words in ["Documents in “Documents”", "New documents and templates go to the new folders"] {
        assert!(page.text.contains(words), "{words}: {}", gist(&page));
    }
    tried(place, &mut solveig).await;
    made(&api, template, "After").await;
    for content in [before, between] {
        assert_eq!(api.ask(Method::GET, &content, None).await.0, 200, "documents keep their links");
    }
    place.providers.twin().microsoft(|microsoft, _| {
        let content = &microsoft.graph.content;
        let at = content.sites.iter().position(|site| site.path == "/sites/archive-of-letters").unwrap();
        let list = content.lists.iter().find(|list| list.site as usize == at && list.title == "Documents");
        assert!(list.unwrap().count > 5, "both folders, those of the audience and company, and a document");
    });
}

/// The fragment that says where a new document would be stored.
async fn destination(place: &Processes, jar: &mut Jar, template: i64, query: &str) -> String {
    let page = jar.go(place, &place.at(&format!("/documents/new/{template}/destination{query}"))).await;
    assert_eq!(page.status, 200, "{}", gist(&page));
    page.text
}

#[tokio::test(flavor = "multi_thread")]
async fn switching_visible_for_is_told_with_what_it_means_and_new_documents_say_whose_folder_they_go_to() {
    let (place, _login, _crm) = Processes::running(false, "", PEOPLE).await;
    let place = &place;
    let mut solveig = begun(place, &["Sites.Selected"]).await;
    in_use(place, &mut solveig, "library").await;
    let api = Program::of(place, &mut solveig).await;
    let template = api.letter().await;
    step(&mut solveig, place, "Make it the preferred place", &[]).await;
    let owner = destination(place, &mut solveig, template, "?visible_for=owner").await;
    assert!(owner.contains("Everyone") && !owner.contains("Dahl ("), "Visible for is off: {owner}");

    // On: the answer, the page and the plan.
    let page = opened(place, &mut solveig, "visible_for").await;
    let words = "Documents that exist stay as open as they are";
    assert_eq!(page.text.matches(words).count(), 3, "answer, page, plan: {}", gist(&page));
    assert!(page.text.contains("Bring everything to where it belongs"), "{}", gist(&page));
    tried(place, &mut solveig).await;
    let page = solveig.go(place, &place.at("/settings/sharepoint")).await;
    assert!(!page.text.contains(words), "it is so now: {}", gist(&page));

    // T02: whose folder it goes to, as it is chosen and as the template presets it.
    let owner = destination(place, &mut solveig, template, "?visible_for=owner").await;
    assert!(owner.contains("Dahl (") && owner.contains("SharePoint"), "{owner}");
    let everyone = destination(place, &mut solveig, template, "?visible_for=everyone").await;
    assert!(everyone.contains("Everyone") && !everyone.contains("Dahl ("), "{everyone}");
    let preset = destination(place, &mut solveig, template, "").await;
    assert_eq!(preset, everyone, "a template presets everyone here");

    // Off again.
    let page = opened(place, &mut solveig, "library").await;
    let words = "Documents that exist stay as closed as they are";
    assert_eq!(page.text.matches(words).count(), 3, "answer, page, plan: {}", gist(&page));
    tried(place, &mut solveig).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_preview_is_the_path_that_a_document_gets_by_its_audience_and_its_owners_group() {
    let (place, _login, _crm) = Processes::running(false, "", PEOPLE).await;
    let place = &place;
    let mut solveig = begun(place, &["Sites.Selected"]).await;
    let link = place.run("crm.toml", &["admin", "sign-in-link", "erik"]);
    let mut erik = Jar::default();
    let page = erik.go(place, &link).await;
    erik.press(place, &page, "<button", &[]).await;
    let (mine, his) = (Program::of(place, &mut solveig).await, Program::of(place, &mut erik).await);
    let template = mine.letter().await;
    let make = async |api: &Program<'_>, heading: &str, visible_for: Value| {
        let wanted = json!({ "template": template, "heading": heading, "visible_for": visible_for });
        let (status, made) = api.ask(Method::POST, "/documents", Some(wanted)).await;
        assert_eq!(status, 201, "{made}");
    };
    make(&his, "Of Erik", json!({ "kind": "everyone" })).await;
    make(&mine, "Of Solveig", json!({ "kind": "owner" })).await;
    grant(place, "/sites/sales");
    let page =
        step(&mut solveig, place, "Find the site", &[("address", &address(place, "/sites/sales"))]).await;
    assert!(page.text.contains("Dahl (") && page.text.contains(" / Of Solveig.docx"), "{}", gist(&page));
    let drive = library(&page);
    let wish = [("documents", drive.as_str()), ("templates", drive.as_str()), ("order", "group")];
    let page = step(&mut solveig, place, "Make the folders", &wish).await;
    assert!(page.text.contains("Everyone / Everyone / Of Erik.docx"), "{}", gist(&page));

    // Off: one folder for all.
    step(&mut solveig, place, "/settings/sharepoint/properties", &[]).await;
    let page = opened(place, &mut solveig, "library").await;
    assert!(
        !page.text.contains("Dahl (") && page.text.contains("Everyone / Everyone / Of Solveig.docx"),
        "{}",
        gist(&page)
    );
}

/// The id of a site as Graph writes it.
fn id_of(place: &Processes, path: &str) -> String {
    place.providers.twin().microsoft(|microsoft, _| {
        let mut all = microsoft.graph.content.sites.iter();
        let site = all.find(|site| site.tenant == KAFFEHUSET && site.path == path).unwrap();
        format!("{},{},{}", site.host, site.collection, site.web)
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_that_the_application_has_not_been_given_is_shown_with_the_request_that_gives_it() {
    let (place, _login, _crm) = Processes::running(false, "", PEOPLE).await;
    let place = &place;
    let mut solveig = begun(place, &["Sites.Selected"]).await;
    let wish = address(place, "/sites/sales");
    let page = step(&mut solveig, place, "Find the site", &[("address", &wish)]).await;
    let request = format!("/v1.0/sites/{}/permissions", id_of(place, "/sites/sales"));
    for words in [request.as_str(), MICROSOFT_APP, "Sites.FullControl.All", "has not been given this site"] {
        assert!(page.text.contains(words), "{words}: {}", gist(&page));
    }
    assert!(!page.text.contains("Library for documents"), "it is not chosen: {}", gist(&page));

    // Not yet; then it is given, and chosen.
    let page = step(&mut solveig, place, "Look at it again", &[]).await;
    assert!(page.text.contains(&request), "{}", gist(&page));
    grant(place, "/sites/sales");
    let page = step(&mut solveig, place, "Look at it again", &[]).await;
    assert!(page.text.contains("The site was found") && !page.text.contains(&request), "{}", gist(&page));

    // Another one that is not given leaves the chosen one alone, and can be forgotten.
    place.providers.twin().microsoft(|microsoft, _| {
        microsoft.graph.content.sites.iter_mut().for_each(|site| site.grants.clear());
    });
    let page = step(&mut solveig, place, "Use another site", &[("address", &wish)]).await;
    assert!(page.text.contains(&request) && page.text.contains("The site is “"), "{}", gist(&page));
    let page = step(&mut solveig, place, "Forget it", &[]).await;
    assert!(page.text.contains("Forgotten") && !page.text.contains(&request), "{}", gist(&page));
}

/// A place is chosen with these rights of the application, and the next step asks who may open documents.
async fn asked_who_may_open(place: &Processes, rights: &[&str]) -> Jar {
    let mut solveig = begun(place, rights).await;
    grant(place, "/sites/sales");
    placed(place, &mut solveig).await;
    step(&mut solveig, place, "/settings/sharepoint/properties", &[]).await;
    solveig
}

/// The object ids of the finance group and of somebody.
fn objects(place: &Processes) -> (String, String) {
    place.providers.twin().microsoft(|microsoft, _| {
        let tenant = &microsoft.directory.tenants[KAFFEHUSET];
        let group = tenant.groups.values().find(|group| group.mail_nickname == "finance").unwrap();
        (group.id.clone(), tenant.users.keys().next().unwrap().clone())
    })
}

async fn stands_for(place: &Processes, solveig: &mut Jar, object: &str) -> Page {
    let fields = [("access", "visible_for"), ("object", object)];
    step(solveig, place, "/settings/sharepoint/access", &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_at_microsoft_is_looked_up_when_it_is_saved() {
    let (place, _login, _crm) = Processes::running(false, "", PEOPLE).await;
    let place = &place;
    let mut solveig = asked_who_may_open(place, &["Sites.Selected", "GroupMember.Read.All"]).await;
    let (finance, person) = objects(place);
    let hyphens = "-".repeat(36);
    for (object, words) in [
        (hyphens.as_str(), "not the object id of a group"),
        ("6a5f0d3c-92c5-4f6e-b0c7-1d8e3f5a7c03", "has no group with the object id"),
        (person.as_str(), "has no group with the object id"),
    ] {
        let page = stands_for(place, &mut solveig, object).await;
        assert!(page.text.contains(words), "{object}: {}", gist(&page));
        assert!(!page.text.contains("/settings/sharepoint/try"), "nothing was decided: {}", gist(&page));
    }
    let page = stands_for(place, &mut solveig, &finance.to_uppercase()).await;
    for words in ["At Microsoft it is called “Finance”", "The group “Finance” at Microsoft stands for"]
    {
        assert!(page.text.contains(words), "{words}: {}", gist(&page));
    }
    assert!(!page.text.contains("could not be checked"), "{}", gist(&page));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_the_application_may_not_look_up_is_kept_and_the_right_for_it_is_named() {
    let (place, _login, _crm) = Processes::running(false, "", PEOPLE).await;
    let place = &place;
    let mut solveig = asked_who_may_open(place, &["Sites.Selected"]).await;
    let (finance, _) = objects(place);
    let page = stands_for(place, &mut solveig, &finance).await;
    for words in ["could not be checked", "GroupMember.Read.All would allow it", "(not checked)", &finance] {
        assert!(page.text.contains(words), "{words}: {}", gist(&page));
    }
}
