//! The whole application with Google Drive and SharePoint beside the archive, over real tables: every combination of where
//! a template is and where its documents go.

use crate::acceptance_common;
use crate::drive_common;
use crate::sharepoint_common;

use crate::acceptance_common::{create, from, kind, named, text};
use app::templates::{NewTemplate, Source};
use app::{App, Parts, Settings, StoreNotebook};
use domain::plugin::{Body, DocumentPlugin, Which};
use domain::steps::Unwatched;
use domain::templates::TemplateProperties;
use domain::{ErrorKind, PluginId};
use plugins::guard::Guarded;
use std::sync::Arc;
use testkit::house::{House, heading};
use twin::core::faults::{Effect, Rule};

/// As the stage of Google Drive has it.
const GOOGLE: PluginId = PluginId(2);
const SHAREPOINT: PluginId = PluginId(3);

/// An application over the tables of a house, with its archive and both clouds.
fn app(house: &House, drive: &drive_common::Stage, sharepoint: &sharepoint_common::Stage) -> App {
    let store = house.app.store().clone();
    let notebook = || Arc::new(StoreNotebook::new(store.clone()));
    let of = house.installation.id;
    let plugins: Vec<Arc<dyn DocumentPlugin>> = vec![
        Arc::new(Guarded::new(Arc::new(house.archive.clone()))),
        Arc::new(Guarded::new(Arc::new(drive.in_house(notebook(), of)))),
        Arc::new(Guarded::new(Arc::new(sharepoint.in_house(notebook(), of, SHAREPOINT)))),
    ];
    App::new(Parts { store, plugins, settings: Settings::default(), steps: Arc::new(Unwatched) })
}

#[tokio::test]
async fn bad_22_a_template_in_one_place_makes_documents_in_any_other() {
    let house = House::new().await;
    let (drive, sharepoint) = (drive_common::Stage::new().await, sharepoint_common::Stage::new().await);
    let app = app(&house, &drive, &sharepoint);
    let ada = house.as_("ada").await;
    let places = [PluginId::ARCHIVE, GOOGLE, SHAREPOINT];
    for kept_in in places {
        for stored_in in places {
            let name = format!("From {kept_in} to {stored_in}");
            let properties = TemplateProperties { stored_in, ..named(&name) };
            let file_name = format!("{name}.txt");
            let source = Source::Upload { file_name, bytes: "Written from a template.".into() };
            let new = NewTemplate { properties, kept_in, source };
            let template = app.templates().create(&ada, new).await.unwrap().template.id;
            let made = create(&app, &ada, from(template, heading(&name))).await;
            assert_eq!(made.document.plugin, stored_in);
            assert_eq!(text(&app, &ada, made.document.id).await, "Written from a template.");
            let reread = app.templates().read(&ada, template, "", &Which::Latest).await;
            assert!(reread.is_ok(), "the template is where it was: {kept_in}");
        }
    }
}

#[tokio::test]
async fn a_creation_whose_answer_is_lost_for_good_is_finished_by_the_reconciler() {
    let house = House::new().await;
    let (drive, sharepoint) = (drive_common::Stage::new().await, sharepoint_common::Stage::new().await);
    let app = app(&house, &drive, &sharepoint);
    let ada = house.as_("ada").await;
    let ask = || app::documents::Upload {
        properties: heading("Lost"),
        file_name: "Lost.txt".into(),
        stored_in: SHAREPOINT,
        ..app::documents::Upload::default()
    };
    let faults = &sharepoint.twin.house().faults;
    faults.order(Rule::new(Effect::LostResponse).at("driveItem.content.put").times(1));
    faults.order(Rule { skip: 1, ..Rule::new(Effect::Refused).at("driveItem.content.put") });
    faults.order(Rule { skip: 5, ..Rule::new(Effect::Refused).at("driveItem.get") });
    faults.order(Rule::new(Effect::Refused).at("driveItem.update"));
    let lost = app.documents().upload(&ada, ask(), Body::from_bytes("not lost")).await;
    assert_eq!(kind(lost), ErrorKind::Unavailable);
    sharepoint.calm();
    let app = self::app(&house, &drive, &sharepoint.restarted());
    house.pass(3600);
    app.reconciler().run_once(house.now()).await.unwrap();
    let listed = acceptance_common::listed(&app, &ada, "Lost").await;
    let page = app.documents().list(&ada, app::documents::ListDocuments::default()).await.unwrap();
    let row = page.items.iter().find(|row| row.document.properties.heading == "Lost");
    match row {
        Some(row) => assert_eq!(text(&app, &ada, row.document.id).await, "not lost"),
        // Withdrawn whole: then nothing of it is in the library.
        None => assert!(listed.is_empty()),
    }
    assert!(listed.len() < 2, "one document or none");
}

#[tokio::test]
async fn columns_in_sharepoint_follow_when_the_company_of_a_document_changes() {
    use app::documents::Upload;
    use domain::documents::Properties;
    use serde_json::{Value, json};

    let house = House::new().await;
    let drive = drive_common::Stage::new().await;
    let scene = sharepoint_common::Scene { columns: true, ..sharepoint_common::Scene::default() };
    let sharepoint = scene.build().await;
    let app = app(&house, &drive, &sharepoint);
    let ada = house.as_("ada").await;
    let (company, _) = house.solsiden().await;
    for (stored_in, told) in [(SHAREPOINT, Some("Solsiden & Sønner AS")), (PluginId::ARCHIVE, None)] {
        let ask = Upload {
            properties: heading("Offer"),
            file_name: "Offer.txt".into(),
            stored_in,
            ..Upload::default()
        };
        let made = app.documents().upload(&ada, ask, Body::from_bytes("x")).await.unwrap().document;
        let about = Properties { company: Some(company), ..made.properties.clone() };
        let changed = app.documents().update(&ada, made.id, None, about).await.unwrap().document;
        assert_eq!(changed.properties.company, Some(company), "whatever the place shows");
        let Some(told) = told else { continue };
        let (of, key) = (house.installation.id, format!("item/{}", changed.reference.unwrap().0));
        let record = app.store().read(move |tx| tx.plugin_notes(of).get(SHAREPOINT, &key)).await.unwrap();
        let record: Value = serde_json::from_str(&record.unwrap()).unwrap();
        let [drive, item] = ["drive", "item"].map(|name| record[name].as_str().unwrap());
        let path = format!("/drives/{drive}/items/{item}/listItem?$expand=fields($select=ChanceryCompany)");
        let (status, row) = sharepoint.as_person(sharepoint_common::OLGA, "GET", &path, Value::Null).await;
        assert_eq!((status, &row["fields"]["ChanceryCompany"]), (200, &json!(told)), "{row}");
    }
}

#[tokio::test]
async fn renamed_edited_removed_and_restored_in_sharepoint_is_seen_and_nothing_of_ours_is_removed() {
    use app::documents::Upload;
    use domain::documents::DocumentState;
    use domain::living::Happening;
    use serde_json::{Value, json};
    use sharepoint_common::BRUNO;

    let house = House::new().await;
    let (drive, sharepoint) = (drive_common::Stage::new().await, sharepoint_common::Stage::new().await);
    let app = app(&house, &drive, &sharepoint);
    let ada = house.as_("ada").await;
    let ask = Upload {
        properties: heading("Offer"),
        file_name: "Offer.txt".into(),
        stored_in: SHAREPOINT,
        ..Upload::default()
    };
    let id = app.documents().upload(&ada, ask, Body::from_bytes("the offer")).await.unwrap().document.id;
    let listen = async || {
        house.pass(60);
        sharepoint.pass(60);
        app.living().run_due(house.now(), None).await.unwrap()
    };
    listen().await;
    let reference = app.documents().get(&ada, id).await.unwrap().document.reference.unwrap();
    let (of, key) = (house.installation.id, format!("item/{}", reference.0));
    let record = app.store().read(move |tx| tx.plugin_notes(of).get(SHAREPOINT, &key)).await.unwrap();
    let record: Value = serde_json::from_str(&record.unwrap()).unwrap();
    let at =
        format!("/drives/{}/items/{}", record["drive"].as_str().unwrap(), record["item"].as_str().unwrap());

    assert_eq!(sharepoint.as_person(BRUNO, "PATCH", &at, json!({ "name": "By hand.txt" })).await.0, 200);
    listen().await;
    assert_eq!(app.documents().get(&ada, id).await.unwrap().document.file_name, "By hand.txt");
    let content = format!("{at}/content");
    assert_eq!(sharepoint.as_person(BRUNO, "PUT", &content, json!("edited there")).await.0, 200);
    listen().await;
    assert_eq!(text(&app, &ada, id).await, "edited there");
    assert_eq!(sharepoint.as_person(BRUNO, "DELETE", &at, Value::Null).await.0, 204);
    listen().await;
    let history = app.living().history(&ada, id).await.unwrap();
    assert!(history.outside.missing.is_some());
    assert_eq!(app.documents().get(&ada, id).await.unwrap().document.state, DocumentState::Ready);
    sharepoint.twin.microsoft(|microsoft, house| {
        use twin::microsoft::graph::files::{Author, restore};
        let binned = microsoft.graph.content.sites.iter().find_map(|site| site.bin.last().cloned()).unwrap();
        let author = Author { by: 0, user: "", now: house.clock.now() };
        restore(microsoft, house, binned.item, author).unwrap();
    });
    listen().await;
    let happened: Vec<Happening> = app
        .living()
        .history(&ada, id)
        .await
        .unwrap()
        .happened
        .into_iter()
        .rev()
        .map(|one| one.what)
        .collect();
    let renamed = Happening::Renamed { from: "Offer.txt".into(), to: "By hand.txt".into() };
    assert_eq!(happened, [renamed, Happening::Edited, Happening::Missing, Happening::Found]);
    assert_eq!(text(&app, &ada, id).await, "edited there", "it is there again as it was");
    let meter = app.living().places(&ada).await.unwrap();
    assert!(meter.iter().all(|place| place.meter.is_some()), "both are metered");
    let answer = app.living().answer(SHAREPOINT, "validationToken=Validation%3A+x");
    assert_eq!(answer.as_deref(), Some("Validation: x"), "M-19");
    assert_eq!(app.living().answer(GOOGLE, "validationToken=x"), None);
}

/// An address that answers whether it is wanted, and hears nothing else.
async fn listener() -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let door = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", door.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut line, _)) = door.accept().await {
            let mut asked = vec![0; 8192];
            let length = line.read(&mut asked).await.unwrap_or(0);
            let head = String::from_utf8_lossy(&asked[..length]).into_owned();
            let query = head.split_once('?').and_then(|(_, rest)| rest.split(' ').next()).unwrap_or_default();
            let word = plugins::sharepoint::validation_answer(query).unwrap_or_default();
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{word}",
                word.len()
            );
            let _ = line.write_all(answer.as_bytes()).await;
        }
    });
    origin
}

#[tokio::test]
async fn m_19_what_microsoft_says_about_a_watch_is_done_and_a_forged_word_is_not() {
    use domain::plugin::Notice;
    use serde_json::json;

    let house = House::new().await;
    let (drive, sharepoint) = (drive_common::Stage::new().await, sharepoint_common::Stage::new().await);
    let app = app(&house, &drive, &sharepoint);
    let (of, origin) = (house.installation.id, listener().await);
    let run = async |seconds: i64| {
        house.pass(seconds);
        sharepoint.twin.house().clock.stop_at(house.now());
        let end = sharepoint.journal_end();
        app.living().run_due(house.now(), Some(&origin)).await.unwrap();
        // A token that has ended by the twin's clock is replaced on the way.
        let answered = sharepoint.journal(end).into_iter().filter(|entry| entry.status != 401);
        let asked = answered.map(|entry| entry.operation);
        asked.filter(|operation| operation.starts_with("subscription")).collect::<Vec<_>>()
    };
    let feed = async || app.store().read(move |tx| tx.feeds(of).get(SHAREPOINT)).await.unwrap().unwrap();
    let say = async |event: &str, secret: Option<&str>| {
        let watch = feed().await.watch.unwrap().id;
        let (id, known) = watch.split_once('|').unwrap();
        let entry = json!({
            "subscriptionId": id, "clientState": secret.unwrap_or(known), "lifecycleEvent": event,
            "tenantId": sharepoint_common::TENANT,
        });
        let body = json!({ "value": [entry] }).to_string().into();
        let notice = Notice { body, ..Notice::default() };
        app.living().hear(of, SHAREPOINT, &notice, house.now()).await.unwrap()
    };
    assert_eq!(run(60).await, ["subscription.create"]);
    assert!(run(3600).await.is_empty(), "it runs for weeks");
    let first = feed().await;

    assert!(!say("reauthorizationRequired", Some("forged")).await);
    assert!(run(60).await.is_empty());
    assert!(say("reauthorizationRequired", None).await);
    assert_eq!(run(60).await, ["subscription.update"], "prolonged, and authorised again by that");
    let second = feed().await;
    let (before, after) = (first.watch.unwrap(), second.watch.unwrap());
    assert_eq!(before.id, after.id);
    assert!(after.until > before.until);
    assert_eq!(second.compared, first.compared, "nothing was missed");

    assert!(say("missed", None).await);
    assert!(run(60).await.is_empty());
    assert_eq!(feed().await.compared, Some(house.now()), "everything was compared");

    sharepoint.twin.microsoft(|microsoft, _| microsoft.graph.subscriptions.clear());
    assert!(say("subscriptionRemoved", None).await);
    assert_eq!(run(60).await, ["subscription.create", "subscription.delete"]);
    let third = feed().await;
    assert_ne!(third.watch.unwrap().id, after.id);
    assert_eq!(third.compared, Some(house.now()));

    // One that Microsoft has forgotten without a word is found when it is to be prolonged.
    sharepoint.twin.microsoft(|microsoft, _| microsoft.graph.subscriptions.clear());
    assert!(say("reauthorizationRequired", None).await);
    assert_eq!(run(60).await, ["subscription.update", "subscription.create", "subscription.delete"]);
    run(60).await;
    assert_eq!(feed().await.compared, Some(house.now()), "something may have been missed");
}
