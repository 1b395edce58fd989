//! What was interrupted is completed or withdrawn; what cannot be decided waits; what runs is left alone.

use crate::acceptance_common::elsewhere::{ELSEWHERE, Elsewhere, Mood, STAMP};
use crate::acceptance_common::{from, kind, listed, make_template, named, read, text, upload, upload_of};
use app::App;
use app::documents::{CheckIn, ReplaceContent, Upload};
use app::reconciler::ReconcileReport;
use bytes::Bytes;
use domain::documents::DocumentState;
use domain::locking::LockSemantics;
use domain::operations::{OperationKind, OperationState};
use domain::plugin::Body;
use domain::templates::TemplateProperties;
use domain::{Ctx, DocumentId, ErrorKind, OperationId, PluginId, TemplateId};
use futures_util::StreamExt as _;
use std::collections::BTreeMap;
use store::{NewDocument, NewOperation, Operation};
use testkit::house::{House, heading};
use tokio::sync::mpsc;

fn report(completed: u64, withdrawn: u64, parked: u64) -> ReconcileReport {
    ReconcileReport { completed, withdrawn, parked }
}

async fn reconcile(house: &House, app: &App) -> ReconcileReport {
    app.reconciler().run_once(house.now()).await.expect("the tables can be read")
}

/// Records an intent as a process does that is gone the next moment.
async fn intend(
    house: &House,
    kind: OperationKind,
    plugin: PluginId,
    document: Option<DocumentId>,
) -> OperationId {
    let (i, now, id) = (house.installation.id, house.now(), house.system().new_operation());
    let new = NewOperation {
        id,
        kind,
        plugin,
        document,
        template: None,
        language: String::new(),
        payload: serde_json::Value::Null,
    };
    house.app.store().write(move |tx| tx.operations(i).insert(&new, now)).await.unwrap();
    id
}

async fn operation(house: &House, id: OperationId) -> Operation {
    let i = house.installation.id;
    house.app.store().read(move |tx| tx.operations(i).get(id)).await.unwrap().unwrap()
}

async fn state(house: &House, id: OperationId) -> OperationState {
    operation(house, id).await.state
}

/// The newest operation.
async fn newest(house: &House) -> OperationId {
    let i = house.installation.id;
    house
        .app
        .store()
        .read(move |tx| tx.operations(i).recent(50))
        .await
        .unwrap()
        .iter()
        .max_by_key(|o| o.created)
        .unwrap()
        .id
}

async fn order(app: &App, ada: &Ctx) -> TemplateId {
    let properties = TemplateProperties { stored_in: ELSEWHERE, ..named("Order") };
    make_template(app, ada, properties, "Order.txt", "order {head}".into()).await.template.id
}

#[tokio::test]
async fn an_intended_change_that_was_never_made_is_withdrawn() {
    let house = House::new().await;
    let bo = house.as_("bo").await;
    let id = upload(&house.app, &bo, "Offer", "as it was").await.document.id;
    let before = house.app.documents().get(&bo, id).await.unwrap().document;
    for kind in [OperationKind::Save, OperationKind::CheckOut, OperationKind::Rename, OperationKind::Trash] {
        let operation = intend(&house, kind, PluginId::ARCHIVE, Some(id)).await;
        assert_eq!(
            reconcile(&house, &house.app).await,
            report(0, 0, 0),
            "it may be running in another process"
        );
        house.pass(121);
        assert_eq!(reconcile(&house, &house.app).await, report(0, 1, 0), "{kind:?}");
        assert_eq!(state(&house, operation).await, OperationState::Withdrawn);
        assert_eq!(reconcile(&house, &house.app).await, report(0, 0, 0), "once is enough");
    }
    assert_eq!(house.app.documents().get(&bo, id).await.unwrap().document, before);
    assert_eq!(text(&house.app, &bo, id).await, "as it was");
}

#[tokio::test]
async fn a_document_whose_content_never_arrived_is_withdrawn_and_never_seen() {
    let house = House::new().await;
    let bo = house.as_("bo").await;
    let (i, now, owner) = (house.installation.id, house.now(), bo.associate_id().unwrap());
    let made_by = bo.new_operation();
    let row = NewDocument {
        properties: heading("Half a letter"),
        file_name: "Half.txt".into(),
        media_type: "text/plain".into(),
        date: jiff::civil::date(2026, 11, 23),
        template: None,
        language: String::new(),
        snum: None,
        owner,
        plugin: PluginId::ARCHIVE,
        semantics: LockSemantics::Versioning,
        made_by,
        created_by: Some(owner),
    };
    let id = house.app.store().write(move |tx| {
        let id = tx.documents(i).insert_creating(&row, now)?;
        let new = NewOperation {
            id: made_by,
            kind: OperationKind::Create,
            plugin: PluginId::ARCHIVE,
            document: Some(id),
            template: None,
            language: String::new(),
            payload: serde_json::Value::Null,
        };
        tx.operations(i).insert(&new, now)?;
        Ok(id)
    });
    let id = id.await.unwrap();
    assert_eq!(kind(house.app.documents().get(&bo, id).await), ErrorKind::NotFound, "not while it is made");
    house.pass(121);
    assert_eq!(reconcile(&house, &house.app).await, report(0, 1, 0));
    assert_eq!(kind(house.app.documents().get(&bo, id).await), ErrorKind::NotFound);
    assert!(listed(&house.app, &bo, "").await.is_empty() && listed(&house.app, &bo, "half").await.is_empty());
    let document = house.app.store().read(move |tx| tx.documents(i).get(id)).await.unwrap().unwrap();
    assert_eq!(document.state, DocumentState::Withdrawn);
}

#[tokio::test]
async fn a_document_that_was_made_and_whose_answer_was_lost_is_completed() {
    let house = House::new().await;
    let elsewhere = Elsewhere::beside(&house);
    let app = elsewhere.app(&house);
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    let order = order(&app, &ada).await;
    elsewhere.be(Mood::LosesAnswers);
    let lost = app.documents().create_from_template(&bo, from(order, heading("Beans"))).await;
    assert_eq!(kind(lost), ErrorKind::Unavailable);
    assert!(listed(&app, &bo, "").await.is_empty(), "nobody sees what is not decided");
    elsewhere.be(Mood::Well);
    house.pass(121);
    assert_eq!(reconcile(&house, &app).await, report(1, 0, 0));
    let found = app.documents().list(&bo, app::documents::ListDocuments::default()).await.unwrap().items;
    assert_eq!(found.len(), 1);
    assert_eq!(text(&app, &bo, found[0].document.id).await, "order Beans");
}

#[tokio::test]
async fn what_a_silent_place_cannot_tell_waits_longer_each_time_and_is_decided_when_it_speaks() {
    let house = House::new().await;
    let elsewhere = Elsewhere::beside(&house);
    let app = elsewhere.app(&house);
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    let order = order(&app, &ada).await;
    let view = app.documents().create_from_template(&bo, from(order, heading("Beans"))).await.unwrap();
    let id = view.document.id;
    app.documents().check_out(&bo, id).await.unwrap();
    house.pass(1);
    elsewhere.be(Mood::LosesAnswers);
    let bo = house.as_("bo").await;
    let body = Body::from_bytes("changed after all");
    let lost = app.documents().replace(&bo, id, ReplaceContent::default(), body).await;
    assert_eq!(kind(lost), ErrorKind::Unavailable);
    let operation_id = newest(&house).await;
    assert_eq!(state(&house, operation_id).await, OperationState::Intended);

    house.pass(121);
    let mut waits = Vec::new();
    for _ in 0..10 {
        assert_eq!(reconcile(&house, &app).await, report(0, 0, 1));
        let parked = operation(&house, operation_id).await;
        assert_eq!(parked.state, OperationState::Parked);
        let wait = parked.lease_until.unwrap().duration_since(house.now()).as_secs();
        waits.push(wait);
        house.pass(wait - 1);
        assert_eq!(reconcile(&house, &app).await, report(0, 0, 0), "not before its time");
        house.pass(1);
    }
    assert!(waits.windows(2).all(|w| w[1] >= w[0]) && waits[1] > waits[0], "{waits:?}");
    assert!(waits.iter().all(|w| (30..=3600).contains(w)), "{waits:?}");

    elsewhere.be(Mood::Well);
    assert_eq!(reconcile(&house, &app).await, report(1, 0, 0));
    assert_eq!(state(&house, operation_id).await, OperationState::Completed);
    assert_eq!(text(&app, &bo, id).await, "changed after all");
    let document = app.documents().get(&bo, id).await.unwrap().document;
    assert_eq!(document.size, "changed after all".len() as u64, "the row says what the place has");
}

#[tokio::test]
async fn a_place_that_is_not_connected_keeps_its_operations_waiting() {
    let house = House::new().await;
    let bo = house.as_("bo").await;
    let id = upload(&house.app, &bo, "Offer", "x").await.document.id;
    let waiting = intend(&house, OperationKind::Save, PluginId(99), Some(id)).await;
    let about_nothing = intend(&house, OperationKind::Save, PluginId::ARCHIVE, None).await;
    house.pass(121);
    assert_eq!(reconcile(&house, &house.app).await, report(0, 1, 1));
    assert_eq!(state(&house, waiting).await, OperationState::Parked);
    assert_eq!(state(&house, about_nothing).await, OperationState::Withdrawn);
    assert_eq!(house.app.admin().health(house.now()).await.unfinished, 1, "and the operator is told");
}

#[tokio::test]
async fn undoing_a_first_check_out_whose_answer_was_lost_still_leaves_the_draft_to_its_holder() {
    let house = House::new().await;
    let elsewhere = Elsewhere::beside(&house);
    let app = elsewhere.app(&house);
    let bo = house.as_("bo").await;
    let ask = Upload {
        keep_checked_out: true,
        stored_in: ELSEWHERE,
        ..upload_of("Draft", LockSemantics::Versioning)
    };
    let id = app.documents().upload(&bo, ask, Body::from_bytes("first try")).await.unwrap().document.id;
    elsewhere.be(Mood::LosesAnswers);
    assert_eq!(kind(app.documents().undo_check_out(&bo, id, false).await), ErrorKind::Unavailable);
    elsewhere.be(Mood::Well);
    house.pass(121);
    assert_eq!(reconcile(&house, &app).await, report(1, 0, 0));
    assert_eq!(read(&app, &bo, id).await.unwrap(), b"");
    app.documents()
        .replace(&bo, id, ReplaceContent::default(), Body::from_bytes("second try"))
        .await
        .unwrap();
    app.documents().check_in(&bo, id, CheckIn::default()).await.unwrap();
    assert_eq!(text(&app, &house.as_("cy").await, id).await, "second try");
}

/// How many operations there have been.
async fn operations(house: &House) -> usize {
    let i = house.installation.id;
    house.app.store().read(move |tx| tx.operations(i).recent(1000)).await.unwrap().len()
}

#[tokio::test]
async fn a_command_that_changes_something_is_recorded_first_and_one_that_reads_is_not() {
    let house = House::new().await;
    let elsewhere = Elsewhere::beside(&house);
    let app = elsewhere.app(&house);
    let (bo, none) = (house.as_("bo").await, BTreeMap::new());
    let ask = Upload { stored_in: ELSEWHERE, ..upload_of("Form", LockSemantics::None) };
    let id = app.documents().upload(&bo, ask, Body::from_bytes("blank form")).await.unwrap().document.id;

    let before = operations(&house).await;
    app.documents().execute(&bo, id, "archive.verify", &none).await.unwrap();
    for malformed in ["", "two\nlines", &"x".repeat(201)] {
        let refused = app.documents().execute(&bo, id, malformed, &none).await;
        assert_eq!(kind(refused), ErrorKind::NotFound, "{malformed:?}");
    }
    assert_eq!(operations(&house).await, before, "reading, and nothing, leave no operation");

    house.pass(1);
    elsewhere.be(Mood::Full);
    let bo = house.as_("bo").await;
    assert_eq!(kind(app.documents().execute(&bo, id, STAMP, &none).await), ErrorKind::Forbidden);
    let refused = operation(&house, newest(&house).await).await;
    assert_eq!((refused.kind, refused.state), (OperationKind::Command, OperationState::Withdrawn));

    house.pass(1);
    elsewhere.be(Mood::LosesAnswers);
    let bo = house.as_("bo").await;
    assert_eq!(kind(app.documents().execute(&bo, id, STAMP, &none).await), ErrorKind::Unavailable);
    let lost = newest(&house).await;
    assert_eq!(operation(&house, lost).await.kind, OperationKind::Command);
    assert_eq!(state(&house, lost).await, OperationState::Intended, "nobody knows what became of it");

    elsewhere.be(Mood::Well);
    house.pass(121);
    assert_eq!(reconcile(&house, &app).await, report(1, 0, 0));
    assert_eq!(state(&house, lost).await, OperationState::Completed);
    assert_eq!(text(&app, &bo, id).await, "stamped");
    let document = app.documents().get(&bo, id).await.unwrap().document;
    assert_eq!(document.size, "stamped".len() as u64, "the row says what the place has");
}

/// A body that is sent piece by piece, and its sender.
fn slow() -> (mpsc::Sender<Bytes>, Body) {
    let (send, receive) = mpsc::channel::<Bytes>(1);
    let stream = futures_util::stream::unfold(receive, |mut receive| async {
        receive.recv().await.map(|chunk| (chunk, receive))
    });
    (send, Body { length: None, stream: Box::pin(stream.map(Ok)) })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_runs_here_is_left_alone_however_long_it_takes() {
    let house = House::new().await;
    let (bo, cy) = (house.as_("bo").await, house.as_("cy").await);
    let id = upload(&house.app, &cy, "Kept", "old").await.document.id;
    let ((send_new, new), (send_saved, saved)) = (slow(), slow());
    let (app, ctx) = (house.app.clone(), bo.clone());
    let uploading = tokio::spawn(async move {
        app.documents().upload(&ctx, upload_of("Long", LockSemantics::None), new).await
    });
    let (app, ctx) = (house.app.clone(), cy.clone());
    let saving =
        tokio::spawn(
            async move { app.documents().replace(&ctx, id, ReplaceContent::default(), saved).await },
        );
    // More than is looked at before the intent is recorded.
    send_new.send(Bytes::from(vec![b'a'; 5000])).await.unwrap();
    send_saved.send(Bytes::from(vec![b'b'; 5000])).await.unwrap();
    let i = house.installation.id;
    while house.app.store().read(move |tx| tx.operations(i).count(OperationState::Intended)).await.unwrap()
        < 2
    {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    for _ in 0..3 {
        house.pass(600);
        assert_eq!(reconcile(&house, &house.app).await, report(0, 0, 0));
    }
    let moment = std::time::Duration::from_millis(50);
    assert!(!house.app.drain(moment).await, "whoever stops the service is told that something still runs");
    send_new.send(Bytes::from(vec![b'a'; 5000])).await.unwrap();
    send_saved.send(Bytes::from(vec![b'b'; 5000])).await.unwrap();
    drop((send_new, send_saved));
    let uploaded = uploading.await.unwrap().expect("the upload was not disturbed");
    saving.await.unwrap().expect("the save was not disturbed");
    assert_eq!(read(&house.app, &bo, uploaded.document.id).await.unwrap(), vec![b'a'; 10_000]);
    assert_eq!(read(&house.app, &cy, id).await.unwrap(), vec![b'b'; 10_000]);
    assert!(house.app.drain(moment).await);
    house.pass(600);
    assert_eq!(reconcile(&house, &house.app).await, report(0, 0, 0), "nothing is left to finish");
}
