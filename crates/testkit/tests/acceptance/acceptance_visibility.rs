//! *Visible for*, enforced on every way to a document; and nothing of another installation is ever seen
//! (ATT-44, ATT-45, ATT-46).

use crate::acceptance_common::{create, from, kind, listed, read, template, text, upload, upload_for};
use app::documents::{CheckIn, ListDocuments, Prepare, ReplaceContent};
use app::records::Browse;
use domain::documents::Properties;
use domain::plugin::{Body, VersionId, Which};
use domain::records::Associate;
use domain::visibility::VisibleFor;
use domain::{Ctx, DocumentId, ErrorKind};
use std::collections::BTreeMap;
use testkit::house::{House, heading};

/// What every use case answers somebody who must not know of a document; lists are checked apart.
async fn answers(house: &House, who: &Ctx, id: DocumentId) -> Vec<(&'static str, ErrorKind)> {
    let d = house.app.documents();
    let none = BTreeMap::new();
    let body = || Body::from_bytes("x");
    vec![
        ("get", kind(d.get(who, id).await)),
        ("read", kind(d.read(who, id, &Which::Latest, None).await)),
        ("read a version", kind(d.read(who, id, &Which::Version(VersionId("1".into())), None).await)),
        ("preview", kind(d.preview(who, id, &Which::Latest).await)),
        ("versions", kind(d.versions(who, id).await)),
        ("commands", kind(d.commands(who, id).await)),
        ("execute", kind(d.execute(who, id, "archive.verify", &none).await)),
        ("plugin properties", kind(d.plugin_properties(who, id, &[]).await)),
        ("replace", kind(d.replace(who, id, ReplaceContent::default(), body()).await)),
        ("check out", kind(d.check_out(who, id).await)),
        ("check in", kind(d.check_in(who, id, CheckIn::default()).await)),
        ("undo", kind(d.undo_check_out(who, id, false).await)),
        ("force undo", kind(d.undo_check_out(who, id, true).await)),
        ("restore a version", kind(d.restore_version(who, id, VersionId("1".into())).await)),
        ("update", kind(d.update(who, id, None, heading("x")).await)),
        ("rename", kind(d.rename(who, id, None, "x").await)),
        ("copy", kind(d.copy(who, id, None).await)),
        ("trash", kind(d.trash(who, id).await)),
        ("restore", kind(d.restore(who, id).await)),
        ("destroy", kind(d.destroy(who, id).await)),
    ]
}

async fn is_hidden(house: &House, who: &Ctx, id: DocumentId, word: &str) {
    for (use_case, answer) in answers(house, who, id).await {
        assert_eq!(answer, ErrorKind::NotFound, "{use_case}");
    }
    assert!(listed(&house.app, who, "").await.is_empty());
    assert!(listed(&house.app, who, word).await.is_empty());
    assert!(house.app.records().search(who, word, 20).await.unwrap().is_empty());
    let trash = ListDocuments { trashed: true, ..ListDocuments::default() };
    assert!(house.app.documents().list(who, trash).await.unwrap().items.is_empty());
}

async fn is_seen(house: &House, who: &Ctx, id: DocumentId, word: &str) {
    assert_eq!(text(&house.app, who, id).await, "confidential");
    assert_eq!(listed(&house.app, who, word).await.len(), 1);
    assert_eq!(house.app.records().search(who, word, 20).await.unwrap().len(), 1);
    let documents = house.app.documents();
    assert_eq!(documents.versions(who, id).await.unwrap().len(), 1);
    documents.check_out(who, id).await.unwrap();
    documents.undo_check_out(who, id, false).await.unwrap();
}

#[tokio::test]
async fn a_document_for_everyone_is_seen_by_everyone() {
    let house = House::new().await;
    let (bo, di) = (house.as_("bo").await, house.as_("di").await);
    let id = upload_for(&house.app, &bo, "Zebra", VisibleFor::Everyone).await.document.id;
    for who in [&bo, &di, &house.as_("ada").await] {
        is_seen(&house, who, id, "zebra").await;
    }
}

#[tokio::test]
async fn a_private_document_is_seen_by_its_owner_and_by_no_administrator() {
    let house = House::new().await;
    let bo = house.as_("bo").await;
    let id = upload_for(&house.app, &bo, "Zebra", VisibleFor::Owner).await.document.id;
    is_seen(&house, &bo, id, "zebra").await;
    for nosy in ["ada", "cy", "di"] {
        is_hidden(&house, &house.as_(nosy).await, id, "zebra").await;
    }
    house.app.documents().trash(&bo, id).await.unwrap();
    is_hidden(&house, &house.as_("ada").await, id, "zebra").await;
}

#[tokio::test]
async fn a_groups_document_is_seen_by_its_members_and_its_owner() {
    let house = House::new().await;
    let (ada, bo, cy, di) =
        (house.as_("ada").await, house.as_("bo").await, house.as_("cy").await, house.as_("di").await);
    let sales = VisibleFor::Group(bo.associate().unwrap().primary_group);
    let id = upload_for(&house.app, &bo, "Zebra", sales).await.document.id;
    for member in [&ada, &bo, &cy] {
        is_seen(&house, member, id, "zebra").await;
    }
    is_hidden(&house, &di, id, "zebra").await;
}

/// Moves somebody to another group, or gives them further ones.
async fn change(house: &House, who: &Ctx, edit: impl FnOnce(&mut Associate)) {
    let mut changed = who.associate().unwrap().clone();
    edit(&mut changed);
    let (i, now) = (house.installation.id, house.now());
    house.app.store().write(move |tx| tx.associates(i).update(&changed, now)).await.unwrap();
}

#[tokio::test]
async fn what_somebody_sees_follows_their_groups_and_owners_keep_what_is_theirs() {
    let house = House::new().await;
    let (bo, di) = (house.as_("bo").await, house.as_("di").await);
    let sales = bo.associate().unwrap().primary_group;
    let purchasing = di.associate().unwrap().primary_group;
    let id = upload_for(&house.app, &bo, "Zebra", VisibleFor::Group(sales)).await.document.id;

    change(&house, &di, |a| a.other_groups = vec![sales]).await;
    is_seen(&house, &house.as_("di").await, id, "zebra").await;
    change(&house, &di, |a| a.other_groups.clear()).await;
    is_hidden(&house, &house.as_("di").await, id, "zebra").await;

    change(&house, &bo, |a| a.primary_group = purchasing).await;
    is_seen(&house, &house.as_("bo").await, id, "zebra").await;
}

#[tokio::test]
async fn who_sees_a_document_is_changed_by_its_owner_and_never_to_a_group_of_others() {
    let house = House::new().await;
    let (bo, cy, di) = (house.as_("bo").await, house.as_("cy").await, house.as_("di").await);
    let purchasing = VisibleFor::Group(di.associate().unwrap().primary_group);
    let documents = house.app.documents();
    let view = upload(&house.app, &bo, "Zebra", "confidential").await;
    let (id, open) = (view.document.id, view.document.properties);
    let closed = |visible_for| Properties { visible_for, ..open.clone() };

    assert_eq!(kind(documents.update(&cy, id, None, closed(VisibleFor::Owner)).await), ErrorKind::Forbidden);
    assert_eq!(kind(documents.update(&bo, id, None, closed(purchasing)).await), ErrorKind::Invalid);
    is_seen(&house, &di, id, "zebra").await;

    documents.update(&bo, id, None, closed(VisibleFor::Owner)).await.unwrap();
    is_hidden(&house, &di, id, "zebra").await;
    documents.update(&bo, id, None, open.clone()).await.unwrap();
    is_seen(&house, &di, id, "zebra").await;
}

#[tokio::test]
async fn a_copy_is_never_seen_by_more_people_than_its_original() {
    let house = House::new().await;
    let (bo, cy, di) = (house.as_("bo").await, house.as_("cy").await, house.as_("di").await);
    let sales = bo.associate().unwrap().primary_group;
    let id = upload_for(&house.app, &bo, "Zebra", VisibleFor::Group(sales)).await.document.id;
    let copy = house.app.documents().copy(&cy, id, None).await.unwrap().document;
    assert_eq!(copy.properties.visible_for, VisibleFor::Group(sales));
    assert_eq!(kind(read(&house.app, &di, copy.id).await), ErrorKind::NotFound);
    // An owner who has left the group still sees the original; the copy cannot be for a group they are not in.
    change(&house, &bo, |a| a.primary_group = di.associate().unwrap().primary_group).await;
    let bo = house.as_("bo").await;
    let copy = house.app.documents().copy(&bo, id, None).await.unwrap().document;
    assert_eq!(copy.properties.visible_for, VisibleFor::Owner);
}

#[tokio::test]
async fn ids_of_another_installation_answer_exactly_as_unknown_ones() {
    let house = House::new().await;
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    let letter = template(&house.app, &ada, "Zebra letter", "Dear {attn}").await;
    let ours = create(&house.app, &bo, from(letter, heading("Zebra"))).await.document.id;
    let (company, contact) = house.solsiden().await;

    let sydlys = house.second_installation().await;
    let stranger = house.as_in(sydlys, "ada").await;
    let unknown = answers(&house, &stranger, DocumentId(4_711)).await;
    assert_eq!(answers(&house, &stranger, ours).await, unknown);
    is_hidden(&house, &stranger, ours, "zebra").await;

    let templates = house.app.templates();
    assert_eq!(kind(templates.get(&stranger, letter).await), ErrorKind::NotFound);
    assert_eq!(kind(templates.read(&stranger, letter, "", &Which::Latest).await), ErrorKind::NotFound);
    assert_eq!(
        kind(templates.put_file(&stranger, letter, "", "a.txt", "x".into()).await),
        ErrorKind::NotFound
    );
    assert_eq!(kind(templates.retire(&stranger, letter).await), ErrorKind::NotFound);
    assert!(templates.choose(&stranger).await.unwrap().is_empty());
    let ask = Prepare { template: Some(letter), ..Prepare::default() };
    assert_eq!(kind(house.app.documents().prepare(&stranger, ask).await), ErrorKind::NotFound);
    let ask = from(letter, heading("x"));
    assert_eq!(kind(house.app.documents().create_from_template(&stranger, ask).await), ErrorKind::NotFound);

    // Both installations have a company and a contact of their own under the first numbers; ours has one more.
    let more = domain::records::Company { name: "Ours alone".into(), ..Default::default() };
    let (i, now) = (house.installation.id, house.now());
    let more = house.app.store().write(move |tx| tx.companies(i).insert(&more, now)).await.unwrap();
    let records = house.app.records();
    assert_eq!(kind(records.company(&stranger, more).await), ErrorKind::NotFound);
    let theirs = records.company(&stranger, company).await.map(|v| v.company.name);
    assert_ne!(theirs.unwrap_or_default(), "Ours alone");
    let found =
        records.companies(&stranger, Browse { text: "ours".into(), ..Browse::default() }).await.unwrap();
    assert!(found.items.is_empty());
    assert!(records.contact(&stranger, contact).await.is_ok(), "their own contact of the same number");
    let about = Properties { company: Some(more), ..heading("x") };
    let ask = app::documents::Upload { properties: about, file_name: "x.txt".into(), ..Default::default() };
    let uploaded = house.app.documents().upload(&stranger, ask, Body::from_bytes("x")).await;
    assert_eq!(kind(uploaded), ErrorKind::Invalid, "a document cannot be about somebody else's company");
}
