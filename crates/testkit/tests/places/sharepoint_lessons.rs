//! Lessons of the original that the plugin itself has to have learnt (T08, T10, T21, T30), and what is told of a file that
//! somebody has open.

use crate::sharepoint_common::{OLGA, Stage};
use crate::sharepoint_jobs as jobs;
use domain::ErrorKind;
use domain::jobs::{JobKind, JobState};
use domain::living::Happening;
use domain::locking::LockSemantics;
use domain::plugin::{
    Audience, Body, Call, DocumentPlugin, ExternalRef, NewItem, OpenAs, Severity, VersionNote, Which,
    property,
};
use domain::visibility::VisibleFor;
use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::house::House;

async fn made(stage: &Stage, name: &str) -> ExternalRef {
    let new = NewItem {
        semantics: LockSemantics::Versioning,
        check_in: Some(VersionNote::text("first")),
        ..NewItem::document(name, "application/octet-stream")
    };
    stage.plugin.create(&stage.a(), new, Some(Body::from_bytes("text"))).await.unwrap().reference
}

async fn told(stage: &Stage, call: &Call, item: &ExternalRef, name: &str) -> Option<String> {
    let names = [name.to_owned()];
    stage.plugin.properties(call, item, &names).await.unwrap().remove(name)
}

#[tokio::test]
async fn t08_a_name_that_is_taken_where_a_document_goes_gets_a_number_and_that_is_told() {
    let house = House::new().await;
    let stage = Stage::new().await;
    let app = jobs::app(&house, &stage);
    let ada = house.as_("ada").await;
    let of = house.installation.id.0;
    let offer = jobs::upload(&app, &ada, "Offer", VisibleFor::Everyone).await;
    jobs::choose_the_archive(&stage, of).await;
    // Somebody's own file lies where it goes, under its name in other capitals.
    let neighbour = jobs::upload(&app, &ada, "Neighbour", VisibleFor::Everyone).await;
    let (_, there) =
        stage.as_person(OLGA, "GET", &jobs::at(&app, &house, &ada, neighbour).await, Value::Null).await;
    let parent = &there["parentReference"];
    let theirs = format!(
        "/drives/{}/items/{}:/OFFER.txt:/content",
        parent["driveId"].as_str().unwrap(),
        parent["id"].as_str().unwrap()
    );
    assert_eq!(stage.as_person(OLGA, "PUT", &theirs, json!("theirs")).await.0, 201);
    app.jobs().begin(&ada, JobKind::Relocate, jobs::SHAREPOINT).await.unwrap();
    jobs::work(&app, &house).await;
    let job = jobs::last(&app, &ada).await;
    assert_eq!(
        (job.job.state, job.job.failed),
        (JobState::Finished, 0),
        "nobody has to do it by hand: {job:?}"
    );
    let (status, file) =
        stage.as_person(OLGA, "GET", &jobs::at(&app, &house, &ada, offer).await, Value::Null).await;
    assert_eq!((status, file["name"].as_str()), (200, Some("Offer (2).txt")), "{file}");
    let view = app.documents().get(&ada, offer).await.unwrap();
    assert_eq!(view.document.file_name, "Offer (2).txt", "the document's page says what it is called now");
    let kept = stage.as_person(OLGA, "GET", &theirs.replace(":/content", ""), Value::Null).await.1;
    assert_eq!((&kept["name"], kept["size"].as_u64()), (&json!("OFFER.txt"), Some(6)), "theirs is as it was");
    let history = app.living().history(&ada, offer).await.unwrap();
    let by_hand = history.happened.iter().any(|one| matches!(one.what, Happening::Edited));
    assert!(!by_hand, "what we do is nobody's edit: {history:?}");
}

#[tokio::test]
async fn t10_an_old_format_opens_in_the_desktop_application_and_the_place_says_so() {
    let stage = Stage::new().await;
    let browser = OpenAs { desktop: false, write: true };
    for (name, scheme) in [("A.doc", "ms-word"), ("A.xls", "ms-excel"), ("A.ppt", "ms-powerpoint")] {
        let item = made(&stage, name).await;
        let url = stage.plugin.open_url(&stage.a(), &item, &Which::Latest, browser).await.unwrap().unwrap();
        assert!(url.starts_with(&format!("{scheme}:ofe|u|http")), "{url}");
        let said = told(&stage, &stage.a(), &item, property::OPENING).await.unwrap();
        assert!(said.contains("opens in the desktop application") && said.contains("convert"), "{said}");
    }
    for name in ["A.docx", "A.xlsx", "A.pdf"] {
        let item = made(&stage, name).await;
        assert_eq!(told(&stage, &stage.a(), &item, property::OPENING).await, None, "{name}");
    }
}

#[tokio::test]
async fn a_file_that_was_found_open_is_told_so_for_ten_minutes_or_until_a_change_succeeds() {
    let stage = Stage::new().await;
    let item = made(&stage, "Letter.txt").await;
    let name = property::FOUND_OPEN;
    let now = || stage.now(stage.a());
    assert_eq!(told(&stage, &now(), &item, name).await, None);
    // Bruno has it open in Word: a change is refused, whatever it is.
    let locked = async || {
        stage.behave("locked", Value::Null, Some(1));
        let refused = stage.plugin.rename(&now(), &item, "Other.txt").await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Conflict);
        stage.calm();
    };
    locked().await;
    let at: jiff::Timestamp = told(&stage, &now(), &item, name).await.unwrap().parse().unwrap();
    assert!(stage.twin.house().clock.now().duration_since(at) < SignedDuration::from_mins(1));
    // It is told to others and after a restart as well, and not for long.
    let stage = stage.restarted();
    assert!(told(&stage, &stage.now(stage.b()), &item, name).await.is_some());
    stage.pass(601);
    assert_eq!(told(&stage, &stage.now(stage.a()), &item, name).await, None);
    locked().await;
    stage.plugin.rename(&stage.now(stage.a()), &item, "Other.txt").await.unwrap();
    assert_eq!(
        told(&stage, &stage.now(stage.a()), &item, name).await,
        None,
        "whoever had it open has closed it"
    );
}

#[tokio::test]
async fn t21_everything_works_with_the_least_rights_and_without_them_it_is_said_who_can_give_them() {
    let stage = Stage::new().await;
    // The stage's tokens carry `Sites.Selected` and nothing else, for people and for the application.
    let item = made(&stage, "Letter.txt").await;
    stage.plugin.set_audience(&stage.a(), &item, &Audience::Inherited).await.unwrap();
    assert!(stage.plugin.check(&stage.a()).await.unwrap().iter().all(|f| f.severity == Severity::Good));
    let grants = stage.twin.microsoft(|microsoft, _| {
        let site = microsoft.graph.content.sites.iter_mut().find(|site| site.path == "/sites/crm").unwrap();
        std::mem::take(&mut site.grants)
    });
    assert_eq!(grants.len(), 1, "one site, granted by itself: {grants:?}");
    let findings = stage.plugin.check(&stage.a()).await.unwrap();
    let said = findings.iter().find(|finding| finding.severity == Severity::Problem).unwrap();
    assert!(said.detail.contains("An administrator of Microsoft 365 can grant the site"), "{said:?}");
}

#[tokio::test]
async fn t30_a_library_that_is_gone_shows_in_the_check_with_where_it_can_be_got_back() {
    let stage = Stage::new().await;
    made(&stage, "Letter.txt").await;
    let library = stage.place().documents;
    let folder = format!("/drives/{}/items/{}", library.drive, library.folder);
    assert_eq!(stage.as_person(OLGA, "DELETE", &folder, Value::Null).await.0, 204);
    let findings = stage.plugin.check(&stage.a()).await.unwrap();
    let said = findings.iter().find(|finding| finding.severity == Severity::Problem).unwrap();
    assert!(said.detail.contains("recycle bin of the site"), "{said:?}");
}

/// The function of a name in the page, and whether it is the beginning only.
fn is_there(sources: &[(String, String)], module: &str, name: &str) -> bool {
    let (begins, exact) = (name.trim_end_matches('…'), !name.ends_with('…'));
    let mut files = sources.iter().filter(|(path, _)| {
        path.ends_with(&format!("/{module}.rs")) || path.ends_with(&format!("/{module}/mod.rs"))
    });
    files.any(|(_, text)| {
        let wanted =
            |keyword: &str| format!("{keyword} {begins}{}", if exact && keyword == "fn" { "(" } else { "" });
        text.contains(&wanted("fn")) || text.contains(&wanted("mod"))
    })
}

fn sources(folder: &std::path::Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push((
                path.display().to_string().replace('\\', "/"),
                std::fs::read_to_string(&path).unwrap(),
            ));
        }
    }
}

#[test]
fn every_row_of_the_page_of_behaviours_names_tests_that_there_are() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = std::fs::read_to_string(root.join("docs/sharepoint-behaviours.md")).unwrap();
    let mut all = Vec::new();
    sources(&root.join("crates"), &mut all);
    let mut numbers = Vec::new();
    let rows = page
        .lines()
        .filter(|line| line.starts_with("| M-") || line.starts_with("| T") || line.starts_with("| 4"));
    for row in rows {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        numbers.push(cells[0].to_owned());
        let named: Vec<_> = cells[cells.len() - 1].split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "no test: {row}");
        for name in named {
            let (module, function) =
                name.split_once("::").unwrap_or_else(|| panic!("no module: {name} in {row}"));
            assert!(is_there(&all, module, function), "there is no test {name}: {row}");
        }
    }
    let wanted = (1..=28).map(|n| format!("M-{n:02}"));
    let wanted = wanted.chain((1..=11).chain(17..=21).chain([30, 31]).map(|n| format!("T{n:02}")));
    let missing: Vec<_> = wanted.filter(|number| !numbers.contains(number)).collect();
    assert!(missing.is_empty(), "no row for {missing:?}");
}
