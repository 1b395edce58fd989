//! The whole application with Google Drive beside the archive, over real tables: every combination of where a template
//! is and where its documents go, and what people do with them.

use crate::acceptance_common;
use crate::acceptance_common::{create, from, kind, named, read as read_document, text};
use crate::drive_common::application::{self, GOOGLE, app};
use crate::drive_common::{ANNA, BRUNO, SYSTEM, Scene, Stage};
use app::App;
use app::templates::{NewTemplate, Source};
use domain::documents::Properties;
use domain::plugin::{Body, Which};
use domain::templates::TemplateProperties;
use domain::visibility::VisibleFor;
use domain::{ErrorKind, PluginId};
use plugins::google_drive::Access;
use serde_json::Value;
use testkit::house::{House, heading};
use twin::core::faults::Effect;

async fn stage() -> Stage {
    let access = Access::Domain { domain: "example.com".into() };
    Scene { access, ..Scene::default() }.build().await
}

#[tokio::test]
async fn bad_22_a_template_in_one_place_makes_documents_in_the_other() {
    let (house, stage) = (House::new().await, stage().await);
    let app = app(&house, &stage);
    let ada = house.as_("ada").await;
    for kept_in in [PluginId::ARCHIVE, GOOGLE] {
        for stored_in in [PluginId::ARCHIVE, GOOGLE] {
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

async fn made(app: &App, house: &House, visible_for: VisibleFor) -> domain::documents::Document {
    application::made(app, house, Properties { visible_for, ..heading("Offer") }, "the offer").await
}

#[tokio::test]
async fn a_private_document_is_private_at_google_from_its_first_moment() {
    let (house, stage) = (House::new().await, stage().await);
    let app = app(&house, &stage);
    let open = async |document: &domain::documents::Document, person: &str| {
        let id = document.reference().unwrap().0.clone();
        stage.as_person(person, "GET", &format!("/drive/v3/files/{id}"), Value::Null).await.0 == 200
    };
    let everybodys = made(&app, &house, VisibleFor::Everyone).await;
    assert!(open(&everybodys, ANNA).await && open(&everybodys, BRUNO).await);
    // Ada is associate 1, whom the workspace knows as Anna.
    let private = made(&app, &house, VisibleFor::Owner).await;
    assert!(open(&private, ANNA).await && !open(&private, BRUNO).await);
    let ada = house.as_("ada").await;
    let copy = app.documents().copy(&ada, private.id, None).await.unwrap().document;
    assert!(open(&copy, ANNA).await && !open(&copy, BRUNO).await);
}

#[tokio::test]
async fn a_creation_whose_answer_is_lost_for_good_is_finished_by_the_reconciler() {
    let (house, stage) = (House::new().await, stage().await);
    let app = app(&house, &stage);
    let ada = house.as_("ada").await;
    made(&app, &house, VisibleFor::Everyone).await;
    stage.fault(Effect::LostResponse, "files.create", 1);
    stage
        .twin
        .house()
        .faults
        .order(twin::core::faults::Rule { skip: 1, ..twin::core::faults::Rule::new(Effect::Refused) });
    let ask = app::documents::Upload {
        properties: heading("Lost"),
        file_name: "Lost.txt".into(),
        stored_in: GOOGLE,
        ..app::documents::Upload::default()
    };
    let lost = app.documents().upload(&ada, ask, Body::from_bytes("not lost")).await;
    assert_eq!(kind(lost), ErrorKind::Unavailable);
    stage.calm();
    let app = application::app(&house, &stage.restarted());
    house.pass(3600);
    app.reconciler().run_once(house.now()).await.unwrap();
    let listed = acceptance_common::listed(&app, &ada, "Lost").await;
    let (_, files) = stage.as_person(SYSTEM, "GET", "/drive/v3/files?q=name%3D'Lost.txt'", Value::Null).await;
    let count = files["files"].as_array().unwrap().len();
    assert_eq!((listed.len(), count), (1, 1), "one document, one file");
    let ask = app::documents::ListDocuments::default();
    let page = app.documents().list(&ada, ask).await.unwrap();
    let row = page.items.iter().find(|row| row.document.properties.heading == "Lost").unwrap();
    assert_eq!(read_document(&app, &ada, row.document.id).await.unwrap(), b"not lost");
}
