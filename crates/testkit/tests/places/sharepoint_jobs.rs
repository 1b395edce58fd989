//! Works over everything in SharePoint: another library is chosen and everything goes there with its links (T11, T31), cut
//! off at every request; and rights are looked at and put in order (T05).

use crate::acceptance_common;
use crate::acceptance_common::{from, kind, named, text, upload_of};
use crate::sharepoint_common::{ANNA, OLGA, Scene, Stage, object};
use app::documents::{ReplaceContent, Upload};
use app::jobs::{JobView, Left};
use app::templates::{NewTemplate, Source};
use app::{App, Parts, Settings, StoreNotebook};
use domain::documents::Properties;
use domain::jobs::{JobKind, JobState};
use domain::living::Happening;
use domain::locking::LockSemantics;
use domain::openers::Verdict;
use domain::plugin::{Body, DocumentPlugin, Which};
use domain::records::Associate;
use domain::steps::Unwatched;
use domain::templates::TemplateProperties;
use domain::visibility::VisibleFor;
use domain::{Ctx, DocumentId, ErrorKind, PluginId, TemplateId};
use plugins::budget::Pace as _;
use plugins::guard::Guarded;
use plugins::sharepoint::Library;
use serde_json::{Value, json};
use std::sync::Arc;
use testkit::house::{House, heading};
use twin::core::faults::{Effect, Rule};

pub const SHAREPOINT: PluginId = PluginId(3);

/// An application over the tables of a house, with its archive and SharePoint.
pub fn app(house: &House, sharepoint: &Stage) -> App {
    let store = house.app.store().clone();
    let notebook = Arc::new(StoreNotebook::new(store.clone()));
    let of = house.installation.id;
    let plugins: Vec<Arc<dyn DocumentPlugin>> = vec![
        Arc::new(Guarded::new(Arc::new(house.archive.clone()))),
        Arc::new(Guarded::new(Arc::new(sharepoint.in_house(notebook, of, SHAREPOINT)))),
    ];
    App::new(Parts { store, plugins, settings: Settings::default(), steps: Arc::new(Unwatched) })
}

pub async fn upload(app: &App, ctx: &Ctx, name: &str, visible_for: VisibleFor) -> DocumentId {
    let ask = Upload {
        stored_in: SHAREPOINT,
        properties: Properties { visible_for, ..heading(name) },
        ..upload_of(name, LockSemantics::Versioning)
    };
    app.documents().upload(ctx, ask, Body::from_bytes(name.to_owned())).await.unwrap().document.id
}

async fn template(app: &App, ada: &Ctx, name: &str) -> TemplateId {
    let properties = TemplateProperties { stored_in: SHAREPOINT, ..named(name) };
    let source = Source::Upload { file_name: format!("{name}.txt"), bytes: "Dear all,".into() };
    let new = NewTemplate { properties, kept_in: SHAREPOINT, source };
    app.templates().create(ada, new).await.unwrap().template.id
}

/// The administrator chooses a folder of another library; files that are there stay where they are.
pub async fn choose_the_archive(stage: &Stage, of: i64) {
    let call = stage.system();
    let site = stage
        .plugin
        .site(&call, stage.founder(), "https://kaffehuset.sharepoint.example/sites/crm")
        .await
        .unwrap();
    let library = site.libraries.iter().find(|library| library.name == "Archive").unwrap();
    let (documents, templates) = ((library.drive.as_str(), "CRM"), (library.drive.as_str(), "CRM templates"));
    let place = stage.plugin.found(&call, stage.founder(), &site.id, documents, templates).await.unwrap();
    let mut connected = stage.tenant.connected(of);
    let visible_for = connected.place.visible_for;
    connected.place = plugins::sharepoint::Place { visible_for, ..place };
    stage.tenant.connect(of, connected);
}

/// Works until nothing is left to do, or it waits.
pub async fn work(app: &App, house: &House) {
    for _ in 0..200 {
        house.pass(1);
        if app.jobs().work(house.now()).await.unwrap() == Left::Nothing {
            return;
        }
    }
    panic!("it does not come to an end");
}

/// From the request with this number on nothing arrives any more; the process ends, starts again an hour later and works to
/// the end. Gives what runs then, and whether there was such a request.
pub async fn cut_off(house: &House, stage: &Stage, here: App, at: u64) -> (App, bool) {
    let rule = stage.twin.house().faults.order(Rule { skip: at, ..Rule::new(Effect::Refused) });
    for _ in 0..4 {
        house.pass(1);
        here.jobs().work(house.now()).await.unwrap();
    }
    let hit = stage.twin.house().faults.list().iter().any(|one| one.id == rule && one.hits > 0);
    stage.calm();
    drop(here);
    let here = app(house, &stage.restarted());
    house.pass(3600);
    stage.pass(3600);
    here.reconciler().run_once(house.now()).await.unwrap();
    here.jobs().run_at_start().await.unwrap();
    work(&here, house).await;
    (here, hit)
}

pub async fn last(app: &App, ada: &Ctx) -> JobView {
    app.jobs().last(ada, SHAREPOINT).await.unwrap().unwrap()
}

/// The names of all files in a library.
async fn files(stage: &Stage, library: &Library) -> Vec<String> {
    let mut folders = vec!["root".to_owned()];
    let mut names = Vec::new();
    while let Some(folder) = folders.pop() {
        let path = format!("/drives/{}/items/{folder}/children?$top=200", library.drive);
        let (status, list) = stage.as_person(OLGA, "GET", &path, Value::Null).await;
        assert_eq!(status, 200, "{list}");
        for item in list["value"].as_array().unwrap() {
            match item.get("folder") {
                Some(_) => folders.push(item["id"].as_str().unwrap().to_owned()),
                None => names.push(item["name"].as_str().unwrap().to_owned()),
            }
        }
    }
    names.sort();
    names
}

/// Where a document's file is at Graph.
pub async fn at(app: &App, house: &House, ctx: &Ctx, id: DocumentId) -> String {
    let reference = app.documents().get(ctx, id).await.unwrap().document.reference.unwrap();
    let (of, key) = (house.installation.id, format!("item/{}", reference.0));
    let record = app.store().read(move |tx| tx.plugin_notes(of).get(SHAREPOINT, &key)).await.unwrap();
    let record: Value = serde_json::from_str(&record.unwrap()).unwrap();
    format!("/drives/{}/items/{}", record["drive"].as_str().unwrap(), record["item"].as_str().unwrap())
}

#[tokio::test]
async fn t11_t31_another_library_is_chosen_and_everything_goes_there_with_its_links() {
    let house = House::new().await;
    let stage = Stage::new().await;
    let app = app(&house, &stage);
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    let of = house.installation.id.0;
    let before = stage.tenant.connected(of).place;
    let public = upload(&app, &ada, "Offer", VisibleFor::Everyone).await;
    let private = upload(&app, &bo, "Private", VisibleFor::Owner).await;
    let letter = template(&app, &ada, "Letter").await;
    let made = acceptance_common::create(&app, &ada, from(letter, heading("Made"))).await.document;
    app.documents().check_out(&ada, public).await.unwrap();
    let body = Body::from_bytes("Offer, second");
    app.documents().replace(&ada, public, ReplaceContent::default(), body).await.unwrap();
    app.documents().check_in(&ada, public, app::documents::CheckIn::default()).await.unwrap();
    let held = upload(&app, &bo, "Held", VisibleFor::Everyone).await;
    app.documents().check_out(&bo, held).await.unwrap();

    choose_the_archive(&stage, of).await;
    let after = stage.tenant.connected(of).place;
    assert_eq!(text(&app, &ada, public).await, "Offer, second", "before anything is moved");
    app.jobs().begin(&ada, JobKind::Relocate, SHAREPOINT).await.unwrap();
    work(&app, &house).await;
    let job = last(&app, &ada).await;
    assert_eq!((job.job.state, job.job.done, job.job.failed), (JobState::Finished, 5, 1), "{job:?}");
    let finding = &job.findings[0];
    assert_eq!((finding.document, finding.label.as_str()), (Some(held), "Held"));
    assert!(
        finding.detail.contains("Check it in first") || finding.detail.contains("checked out"),
        "{finding:?}"
    );

    let names = files(&stage, &after.documents).await;
    assert_eq!(names, ["Letter.txt", "Made.txt", "Offer.txt", "Private.txt"]);
    assert_eq!(
        files(&stage, &before.documents).await,
        ["Held.txt"],
        "nothing is left behind but what is held"
    );
    assert_eq!(text(&app, &ada, public).await, "Offer, second");
    let versions = app.documents().versions(&ada, public).await.unwrap();
    assert_eq!(versions.len(), 2, "its history came along");
    let first = Which::Version(versions[0].id.clone());
    let content = app.documents().read(&ada, public, &first, None).await.unwrap();
    assert_eq!(acceptance_common::collect(content.content.stream).await.unwrap(), b"Offer");
    assert_eq!(text(&app, &bo, private).await, "Private");
    assert_eq!(stage.as_person(ANNA, "GET", &at(&app, &house, &bo, private).await, Value::Null).await.0, 404);
    assert_eq!(text(&app, &ada, made.id).await, "Dear all,");
    let again = acceptance_common::create(&app, &ada, from(letter, heading("Again"))).await.document;
    assert_eq!(text(&app, &ada, again.id).await, "Dear all,", "the template works from its new place");

    // The one that was held comes along with the next.
    app.documents().undo_check_out(&bo, held, false).await.unwrap();
    app.jobs().begin(&ada, JobKind::Relocate, SHAREPOINT).await.unwrap();
    work(&app, &house).await;
    let job = last(&app, &ada).await;
    assert_eq!((job.job.state, job.job.failed), (JobState::Finished, 0), "{job:?}");
    assert_eq!(files(&stage, &before.documents).await, [""; 0]);
}

#[tokio::test]
async fn a_relocation_cut_off_at_any_request_goes_on_and_brings_each_file_once() {
    let (mut cuts, mut at) = (0, 0);
    loop {
        let house = House::new().await;
        let stage = Stage::new().await;
        let here = app(&house, &stage);
        let ada = house.as_("ada").await;
        let of = house.installation.id.0;
        let before = stage.tenant.connected(of).place;
        let mut ids = Vec::new();
        for name in ["One", "Two", "Three"] {
            ids.push((upload(&here, &ada, name, VisibleFor::Everyone).await, name));
        }
        template(&here, &ada, "Letter").await;
        choose_the_archive(&stage, of).await;
        let after = stage.tenant.connected(of).place;
        here.jobs().begin(&ada, JobKind::Relocate, SHAREPOINT).await.unwrap();
        let (here, hit) = cut_off(&house, &stage, here, at).await;
        let job = last(&here, &ada).await;
        let told = format!("cut off at request {at}: {job:?}");
        assert_eq!((job.job.state, job.job.failed), (JobState::Finished, 0), "{told}");
        assert_eq!(
            files(&stage, &after.documents).await,
            ["Letter.txt", "One.txt", "Three.txt", "Two.txt"],
            "{told}"
        );
        assert_eq!(files(&stage, &before.documents).await, [""; 0], "{told}");
        for (id, name) in ids {
            assert_eq!(text(&here, &ada, id).await, name, "{told}");
        }
        cuts += u64::from(hit);
        if !hit {
            break;
        }
        at += 1;
    }
    assert!(cuts > 30, "there was something to cut off: {cuts}");
}

#[tokio::test]
async fn a_work_is_paused_and_goes_on_waits_while_the_place_is_away_and_is_alone() {
    let house = House::new().await;
    let stage = Stage::new().await;
    let app = app(&house, &stage);
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    for n in 0..30 {
        upload(&app, &ada, &format!("Letter {n}"), VisibleFor::Everyone).await;
    }
    choose_the_archive(&stage, house.installation.id.0).await;
    assert_eq!(kind(app.jobs().begin(&bo, JobKind::Relocate, SHAREPOINT).await), ErrorKind::Forbidden);
    assert_eq!(
        kind(app.jobs().begin(&ada, JobKind::CheckRights, PluginId::ARCHIVE).await),
        ErrorKind::Unsupported
    );
    assert_eq!(kind(app.jobs().begin(&ada, JobKind::Relocate, PluginId(77)).await), ErrorKind::NotFound);
    let id = app.jobs().begin(&ada, JobKind::Relocate, SHAREPOINT).await.unwrap();
    let other = app.jobs().begin(&ada, JobKind::CheckRights, SHAREPOINT).await;
    assert_eq!(kind(other), ErrorKind::Conflict, "one at a time");
    house.pass(1);
    assert_eq!(app.jobs().work(house.now()).await.unwrap(), Left::More);
    let job = last(&app, &ada).await;
    assert!((1..30).contains(&job.job.done) && job.seconds_left.is_some(), "{job:?}");

    app.jobs().pause(&ada, id).await.unwrap();
    let done = last(&app, &ada).await.job.done;
    work(&app, &house).await;
    assert_eq!(last(&app, &ada).await.job.done, done, "paused");
    app.jobs().resume(&ada, id).await.unwrap();
    stage.twin.house().faults.order(Rule::new(Effect::Refused));
    work(&app, &house).await;
    let waiting = last(&app, &ada).await;
    assert!(waiting.job.state == JobState::Running && !waiting.job.reason.is_empty(), "{waiting:?}");
    assert_eq!(waiting.job.done, done, "nothing is passed over");
    stage.calm();
    house.pass(3600);
    stage.pass(3600);
    app.reconciler().run_once(house.now()).await.unwrap();
    // One request is let through to see whether it works again; then all.
    for _ in 0..5 {
        work(&app, &house).await;
        stage.pace.sleep(std::time::Duration::from_mins(1)).await;
        house.pass(60);
        stage.pass(60);
    }
    let job = last(&app, &ada).await;
    assert_eq!((job.job.state, job.job.done, job.job.failed), (JobState::Finished, 30, 0), "{job:?}");
    assert_eq!(kind(app.jobs().resume(&ada, id).await), ErrorKind::Conflict, "what has ended has ended");
}

#[tokio::test]
async fn t05_rights_are_looked_at_told_beside_the_document_and_put_in_order() {
    let house = House::new().await;
    let stage = Scene { consented: vec!["GroupMember.Read.All"], ..Scene::default() }.build().await;
    let app = app(&house, &stage);
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    let private = upload(&app, &bo, "Private", VisibleFor::Owner).await;
    let open = upload(&app, &ada, "Open", VisibleFor::Everyone).await;
    let link = json!({ "type": "view", "scope": "anonymous" });
    for (ctx, id) in [(&bo, private), (&ada, open)] {
        let path = format!("{}/createLink", at(&app, &house, ctx, id).await);
        assert_eq!(stage.as_person(OLGA, "POST", &path, link.clone()).await.0, 201);
    }
    app.jobs().begin(&ada, JobKind::CheckRights, SHAREPOINT).await.unwrap();
    work(&app, &house).await;
    let job = last(&app, &ada).await;
    assert_eq!((job.job.state, job.job.done, job.job.changed), (JobState::Finished, 2, 2), "{job:?}");
    let labels: Vec<&str> = job.findings.iter().map(|found| found.label.as_str()).collect();
    assert_eq!(labels, ["", "Open"], "what is not for her is counted and not named");
    assert!(job.findings.iter().all(|found| found.detail.contains("Link for anybody")), "{job:?}");
    let history = app.living().history(&bo, private).await.unwrap();
    assert_eq!(history.outside.shared.as_deref(), Some("Link for anybody"));
    assert_eq!(app.living().places(&ada).await.unwrap()[0].shared, 2);

    app.jobs().begin(&ada, JobKind::SettleRights, SHAREPOINT).await.unwrap();
    work(&app, &house).await;
    let job = last(&app, &ada).await;
    assert_eq!((job.job.state, job.job.changed, job.findings.len()), (JobState::Finished, 2, 0), "{job:?}");
    let history = app.living().history(&bo, private).await.unwrap();
    let what: Vec<_> = history.happened.into_iter().map(|one| one.what).collect();
    assert_eq!(what, [Happening::Unshared, Happening::Shared { with: "Link for anybody".into() }]);
    assert_eq!(app.living().places(&ada).await.unwrap()[0].shared, 0);
    let openers = app.documents().openers(&bo, private).await.unwrap();
    assert!(openers.access.unwrap().by_hand().next().is_none());
}

#[tokio::test]
async fn rights_are_looked_at_by_themselves_once_a_week() {
    let house = House::new().await;
    let stage = Stage::new().await;
    let app = app(&house, &stage);
    let ada = house.as_("ada").await;
    assert_eq!(app.jobs().begin_due(house.now()).await.unwrap(), 0, "there is nothing there");
    upload(&app, &ada, "Open", VisibleFor::Everyone).await;
    assert_eq!(app.jobs().begin_due(house.now()).await.unwrap(), 1);
    assert_eq!(app.jobs().begin_due(house.now()).await.unwrap(), 0, "one runs");
    work(&app, &house).await;
    house.pass(6 * 24 * 3600);
    assert_eq!(app.jobs().begin_due(house.now()).await.unwrap(), 0);
    house.pass(24 * 3600);
    assert_eq!(app.jobs().begin_due(house.now()).await.unwrap(), 1);
    assert_eq!(last(&app, &ada).await.by_name, "", "by itself");
}

#[tokio::test]
async fn who_can_open_a_document_is_told_person_by_person_and_put_in_order_by_its_owner() {
    let house = House::new().await;
    let stage = Scene { consented: vec!["GroupMember.Read.All"], ..Scene::default() }.build().await;
    let app = app(&house, &stage);
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    let id = upload(&app, &bo, "Private", VisibleFor::Owner).await;
    let verdicts = async |ctx: &Ctx| {
        let found = app.documents().openers(ctx, id).await.unwrap();
        found.people.into_iter().map(|who| (who.associate.0, who.here, who.verdict)).collect::<Vec<_>>()
    };
    let me = bo.associate_id().unwrap();
    assert!(verdicts(&bo).await.iter().all(|(.., verdict)| *verdict == Verdict::Agreed));
    // Somebody lets a colleague in by hand.
    let colleague = ada.associate_id().unwrap();
    let ask = json!({ "recipients": [{ "objectId": object(colleague.0) }], "roles": ["write"], "requireSignIn": true });
    let path = format!("{}/invite", at(&app, &house, &bo, id).await);
    assert_eq!(stage.as_person(OLGA, "POST", &path, ask).await.0, 200);
    let told = verdicts(&bo).await;
    assert_eq!(told[0], (colleague.0, false, Verdict::Beyond), "the difference comes first: {told:?}");
    assert!(told.contains(&(me.0, true, Verdict::Agreed)), "{told:?}");
    assert_eq!(kind(app.documents().openers(&ada, id).await), ErrorKind::NotFound, "it is not for her here");
    let settled = app.documents().settle_access(&bo, id).await.unwrap();
    assert_eq!(settled.still, None);
    assert!(verdicts(&bo).await.iter().all(|(.., verdict)| *verdict == Verdict::Agreed));
    // A place that does not answer leaves what holds here.
    stage.twin.house().faults.order(Rule::new(Effect::Refused));
    let found = app.documents().openers(&bo, id).await.unwrap();
    assert!(!found.untold.is_empty() && found.access.is_none() && !found.may_settle);
}

/// The path of a template's file, as a person reads it.
async fn path_of(app: &App, ada: &Ctx, id: TemplateId) -> String {
    let template = app.templates().get(ada, id).await.unwrap().template;
    let place = app.plugins().get(SHAREPOINT).unwrap();
    let call = domain::plugin::Call {
        installation: ada.installation,
        associate: ada.associate_id(),
        name: "Ada".into(),
        operation: None,
        now: ada.now,
        accepts: Vec::new(),
    };
    let names = [domain::plugin::property::PATH.to_owned()];
    let told = place.properties(&call, &template.variants[0].reference, &names).await.unwrap();
    told[domain::plugin::property::PATH].clone()
}

#[tokio::test]
async fn t03_a_retired_template_goes_to_a_folder_of_its_own_and_comes_back() {
    let house = House::new().await;
    let stage = Stage::new().await;
    let app = app(&house, &stage);
    let ada = house.as_("ada").await;
    let letter = template(&app, &ada, "Letter").await;
    assert!(path_of(&app, &ada, letter).await.ends_with("Templates 7/Letter.txt"));
    app.templates().retire(&ada, letter).await.unwrap();
    assert!(path_of(&app, &ada, letter).await.ends_with("Templates 7/Retired/Letter.txt"));
    // Another of its name takes its place meanwhile; neither is renamed by the other.
    let other = template(&app, &ada, "Letter").await;
    assert!(path_of(&app, &ada, other).await.ends_with("Templates 7/Letter.txt"));
    app.templates().retire(&ada, other).await.unwrap();
    app.templates().bring_back(&ada, letter).await.unwrap();
    assert!(path_of(&app, &ada, letter).await.ends_with("Templates 7/Letter.txt"));
    let made = acceptance_common::create(&app, &ada, from(letter, heading("Made"))).await.document;
    assert_eq!(text(&app, &ada, made.id).await, "Dear all,");

    // A place that does not answer does not keep a template in use; the next work tidies up.
    stage.twin.house().faults.order(Rule::new(Effect::Refused));
    let retired = app.templates().retire(&ada, letter).await.unwrap();
    assert!(retired.template.retired);
    stage.calm();
    house.pass(3600);
    stage.pass(3600);
    app.reconciler().run_once(house.now()).await.unwrap();
    app.jobs().begin(&ada, JobKind::Relocate, SHAREPOINT).await.unwrap();
    for _ in 0..5 {
        work(&app, &house).await;
        house.pass(60);
        stage.pass(60);
    }
    assert_eq!(last(&app, &ada).await.job.state, JobState::Finished);
    assert!(path_of(&app, &ada, letter).await.contains("/Retired/Letter"));
}

#[tokio::test]
async fn t06_a_revised_template_of_the_same_name_is_a_new_version_and_no_renamed_twin() {
    use app::templates::Offered;

    let house = House::new().await;
    let stage = Stage::new().await;
    let app = app(&house, &stage);
    let ada = house.as_("ada").await;
    let letter = template(&app, &ada, "Letter").await;
    let offer = |content: &'static str| NewTemplate {
        properties: TemplateProperties { stored_in: SHAREPOINT, ..named("Letter, new") },
        kept_in: SHAREPOINT,
        source: Source::Upload { file_name: "letter.TXT".into(), bytes: content.into() },
    };
    let Offered::Kept(draft) = app.templates().offer_new(&ada, offer("Dear friends,")).await.unwrap() else {
        panic!("somebody has to say what is meant");
    };
    let view = app.templates().draft(&ada, draft).await.unwrap();
    assert_eq!(view.same.map(|same| same.id), Some(letter));
    let Offered::Published(revised) = app.templates().revise(&ada, draft).await.unwrap() else {
        panic!("nothing is wrong with it");
    };
    assert_eq!(revised.template.id, letter);
    assert!(path_of(&app, &ada, letter).await.ends_with("Templates 7/Letter.txt"), "under its name");
    let versions = app.templates().versions(&ada, letter, "").await.unwrap();
    assert_eq!(versions.len(), 2, "the one before is kept");
    let made = acceptance_common::create(&app, &ada, from(letter, heading("Made"))).await.document;
    assert_eq!(text(&app, &ada, made.id).await, "Dear friends,");
    assert_eq!(kind(app.templates().draft(&ada, draft).await), ErrorKind::NotFound, "the draft is used up");

    // Meant as another template, it becomes one.
    let Offered::Kept(draft) = app.templates().offer_new(&ada, offer("Dear others,")).await.unwrap() else {
        panic!("asked again");
    };
    let other = app.templates().publish_draft(&ada, draft, false).await.unwrap();
    assert_ne!(other.template.id, letter);
    assert_eq!(app.templates().versions(&ada, letter, "").await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_template_edited_in_office_is_used_within_a_minute() {
    let house = House::new().await;
    let stage = Stage::new().await;
    let app = app(&house, &stage);
    let ada = house.as_("ada").await;
    let letter = template(&app, &ada, "Letter").await;
    let made = acceptance_common::create(&app, &ada, from(letter, heading("Before"))).await.document;
    assert_eq!(text(&app, &ada, made.id).await, "Dear all,");
    let reference = app.templates().get(&ada, letter).await.unwrap().template.variants[0].reference.clone();
    let (of, key) = (house.installation.id, format!("item/{}", reference.0));
    let record = app.store().read(move |tx| tx.plugin_notes(of).get(SHAREPOINT, &key)).await.unwrap();
    let record: Value = serde_json::from_str(&record.unwrap()).unwrap();
    let path = format!(
        "/drives/{}/items/{}/content",
        record["drive"].as_str().unwrap(),
        record["item"].as_str().unwrap()
    );
    assert_eq!(stage.as_person(ANNA, "PUT", &path, json!("Dear readers,")).await.0, 200);
    house.pass(60);
    stage.pass(60);
    let ada = house.as_("ada").await;
    let made = acceptance_common::create(&app, &ada, from(letter, heading("After"))).await.document;
    assert_eq!(text(&app, &ada, made.id).await, "Dear readers,");
}

#[tokio::test]
async fn what_only_an_owner_of_the_site_can_mend_is_told_after_the_rights_were_put_in_order() {
    let house = House::new().await;
    let stage = Scene { consented: vec!["GroupMember.Read.All"], ..Scene::default() }.build().await;
    let app = app(&house, &stage);
    let bo = house.as_("bo").await;
    let id = upload(&app, &bo, "Open", VisibleFor::Everyone).await;
    let file = at(&app, &house, &bo, id).await;
    let (_, item) = stage.as_person(OLGA, "GET", &file, Value::Null).await;
    let parent = &item["parentReference"];
    let path = format!(
        "/drives/{}/items/{}/invite",
        parent["driveId"].as_str().unwrap(),
        parent["id"].as_str().unwrap()
    );
    let me = bo.associate_id().unwrap().0;
    let ask = json!({
        "recipients": [{ "objectId": object(me) }], "roles": ["write"], "requireSignIn": true,
        "retainInheritedPermissions": false,
    });
    assert_eq!(stage.as_person(OLGA, "POST", &path, ask).await.0, 200);
    let still = app.documents().settle_access(&bo, id).await.unwrap().still.unwrap();
    assert!(still.contains("It does not let in: Ada"), "{still}");
    assert!(still.contains("A person who owns the site can mend that"), "{still}");
}

/// Somebody joins or leaves a group, in the tables and as the place reads them.
async fn set_groups(house: &House, stage: &Stage, login: &'static str, change: impl Fn(&mut Associate)) {
    let (of, now) = (house.installation.id, house.now());
    let store = house.app.store();
    let found = store.read(move |tx| tx.associates(of).by_login(login)).await.unwrap();
    let mut changed = found.unwrap();
    change(&mut changed);
    let (group, people) = store
        .write(move |tx| {
            tx.associates(of).update(&changed, now)?;
            let group = tx.groups(of).list()?.into_iter().find(|group| group.name == "Purchasing");
            Ok((group.unwrap().id, tx.associates(of).list()?))
        })
        .await
        .unwrap();
    let inside = people.iter().filter(|a| !a.retired && a.groups().any(|g| g == group)).map(|a| a.id);
    let known =
        plugins::sharepoint::Group { name: "Purchasing".into(), object: None, members: inside.collect() };
    stage.tenant.groups.lock().unwrap().insert(group, known);
    *stage.tenant.retired.lock().unwrap() = people.iter().filter(|a| a.retired).map(|a| a.id.0).collect();
}

#[tokio::test]
async fn t05_who_leaves_a_group_is_shut_out_and_who_joins_is_let_in_by_itself() {
    let house = House::new().await;
    let stage = Stage::new().await;
    let app = app(&house, &stage);
    let (ada, bo, cy) = (house.as_("ada").await, house.as_("bo").await, house.as_("cy").await);
    let purchasing = house.as_("di").await.associate().unwrap().primary_group;
    set_groups(&house, &stage, "ada", |ada| ada.other_groups = vec![purchasing]).await;
    set_groups(&house, &stage, "cy", |cy| cy.other_groups = vec![purchasing]).await;
    assert_eq!(app.jobs().follow_people(house.now()).await.unwrap(), 0, "nothing lies there");
    let ada = house.as_in(ada.installation, "ada").await;
    let id = upload(&app, &ada, "Prices", VisibleFor::Group(purchasing)).await;
    let file = at(&app, &house, &ada, id).await;
    let [one, two, three] = [&ada, &bo, &cy].map(|ctx| ctx.associate_id().unwrap().0);
    let opens = async || {
        let mut can = [false; 3];
        for (can, who) in can.iter_mut().zip([one, two, three]) {
            *can = stage.as_person(who, "GET", &file, Value::Null).await.0 == 200;
        }
        can
    };
    assert_eq!(opens().await, [true, false, true]);
    assert_eq!(app.jobs().follow_people(house.now()).await.unwrap(), 1);
    let before = stage.journal_end();
    assert_eq!(app.jobs().follow_people(house.now()).await.unwrap(), 0);
    assert_eq!(stage.journal(before).len(), 0, "nothing is asked while nothing changes");

    set_groups(&house, &stage, "cy", |cy| cy.other_groups.clear()).await;
    set_groups(&house, &stage, "bo", |bo| bo.other_groups = vec![purchasing]).await;
    // The place is away: it is tried again, by another process as well.
    stage.twin.house().faults.order(Rule::new(Effect::Refused));
    assert_eq!(app.jobs().follow_people(house.now()).await.unwrap(), 0);
    stage.calm();
    assert_eq!(app.jobs().follow_people(house.now()).await.unwrap(), 0, "it is left in peace for a while");
    house.pass(3600);
    stage.pass(3600);
    let app = self::app(&house, &stage.restarted());
    assert_eq!(app.jobs().follow_people(house.now()).await.unwrap(), 1);
    assert_eq!(opens().await, [true, true, false]);

    // Whoever leaves the company is shut out, too.
    set_groups(&house, &stage, "bo", |bo| bo.retired = true).await;
    assert_eq!(app.jobs().follow_people(house.now()).await.unwrap(), 1);
    assert_eq!(opens().await, [true, false, false]);
}
