//! Nothing of one installation is reached from another.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::full::*;
use common::{ASSOCIATE, GROUP, House, at, company, operation};
use domain::operations::{OperationKind, OperationState};
use domain::plugin::ExternalRef;
use domain::records::Contact;
use domain::templates::TemplateProperties;
use domain::{
    AssociateId, CompanyId, ContactId, ErrorKind, GroupId, HeadingId, InstallationId, PluginId, ProjectId,
    SaleId, TemplateId,
};
use store::{ContactFilter, NewApiToken, NewOperation, ProjectFilter, SaleFilter, Viewer};

#[tokio::test]
async fn ids_count_from_one_in_each_installation() {
    let house = House::new().await;
    let (a, b) = (house.installation("a").await, house.installation("b").await);
    assert_eq!((a, b), (InstallationId(1), InstallationId(2)));
    for i in [a, b] {
        let ids = house
            .write(move |tx| {
                Ok([
                    tx.companies(i).insert(&company("x"), at(1))?,
                    tx.companies(i).insert(&company("y"), at(1))?,
                ])
            })
            .await;
        assert_eq!(ids, [CompanyId(1), CompanyId(2)]);
    }
}

#[tokio::test]
async fn a_record_cannot_refer_to_another_installations() {
    let house = House::new().await;
    let (a, b) = (house.installation("a").await, house.installation("b").await);
    house
        .write(move |tx| {
            tx.companies(a).insert(&company("one"), at(1))?;
            tx.companies(a).insert(&company("two"), at(1))?;
            tx.companies(b).insert(&company("one"), at(1))
        })
        .await;
    let stray = Contact { company: Some(CompanyId(2)), ..Contact::default() };
    let e = house.store.write(move |tx| tx.contacts(b).insert(&stray, at(2))).await.unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Conflict);
    let e = house
        .store
        .write(move |tx| tx.installations().set_own_company(b, Some(CompanyId(2))))
        .await
        .unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Conflict);
    let mut new = common::document("stray");
    new.properties.company = Some(CompanyId(2));
    let e = house.store.write(move |tx| tx.documents(b).insert_creating(&new, at(2))).await.unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Conflict);
}

#[tokio::test]
async fn a_foreign_installations_id_finds_nothing_in_any_repository() {
    let house = House::new().await;
    let a = filled(&house).await;
    let b = house.installation("empty").await;
    house
        .write(move |tx| {
            tx.headings(a).insert("Letters", 1)?;
            tx.templates(a).insert(
                &TemplateProperties { name: "T".into(), ..TemplateProperties::default() },
                PluginId(0),
                at(1),
            )?;
            let doc = tx.documents(a).insert_creating(&common::document("Secret"), at(1))?;
            tx.documents(a).mark_ready(doc, &common::facts("key-1"), None, at(2))?;
            tx.settings(a).put("colour", "green")?;
            tx.plugin_notes(a).swap(PluginId(2), "op/1", None, Some("id"))?;
            let token = NewApiToken {
                name: "t".into(),
                token_hash: "dd".repeat(32),
                associate: ASSOCIATE,
                expires: None,
                made_by: ASSOCIATE,
            };
            let token = tx.api_tokens().insert(a, &token, at(1))?;
            let op = NewOperation {
                id: operation(5),
                kind: OperationKind::Save,
                plugin: PluginId(0),
                document: Some(doc),
                template: None,
                language: String::new(),
                payload: serde_json::Value::Null,
            };
            tx.operations(a).insert(&op, at(1))?;

            assert!(tx.groups(b).get(GroupId(2))?.is_none() && tx.groups(b).by_external_id("g-1")?.is_none());
            assert!(tx.groups(b).by_name("Øst")?.is_none());
            assert!(
                tx.associates(b).get(AssociateId(2))?.is_none()
                    && tx.associates(b).by_login("soren")?.is_none()
            );
            assert!(tx.associates(b).by_external_id("a-1")?.is_none());
            assert!(tx.associates(b).browse("soren", None, 9)?.items.is_empty());
            assert!(
                tx.companies(b).get(CompanyId(1))?.is_none()
                    && tx.companies(b).by_external_id("c-1")?.is_none()
            );
            assert!(tx.companies(b).browse("", None, 9)?.items.is_empty());
            assert!(tx.companies(b).browse("name", None, 9)?.items.is_empty());
            assert!(tx.companies(b).stamps(CompanyId(1))?.is_none());
            assert!(
                tx.contacts(b).get(ContactId(1))?.is_none()
                    && tx.contacts(b).by_external_id("p-1")?.is_none()
            );
            assert!(tx.contacts(b).browse(&ContactFilter::default(), None, 9)?.items.is_empty());
            assert!(
                tx.projects(b).get(ProjectId(1))?.is_none()
                    && tx.projects(b).by_external_id("j-1")?.is_none()
            );
            assert!(tx.projects(b).browse(&ProjectFilter::default(), None, 9)?.items.is_empty());
            assert!(tx.sales(b).get(SaleId(1))?.is_none() && tx.sales(b).by_external_id("s-1")?.is_none());
            assert!(tx.sales(b).browse(&SaleFilter::default(), None, 9)?.items.is_empty());
            assert!(tx.headings(b).get(HeadingId(1))?.is_none() && tx.headings(b).list()?.is_empty());
            assert!(
                tx.templates(b).get(TemplateId(1))?.is_none() && tx.templates(b).list_all(true)?.is_empty()
            );
            assert!(tx.templates(b).references(PluginId(0))?.is_empty());
            let viewer = Viewer { associate: ASSOCIATE, groups: vec![GROUP] };
            let d = tx.documents(b);
            assert!(d.get(doc)?.is_none() && d.get_visible(doc, &viewer)?.is_none());
            assert!(d.row_visible(doc, &viewer)?.is_none());
            assert!(d.by_reference(PluginId(0), &ExternalRef("key-1".into()))?.is_none());
            assert!(d.list(&viewer, &store::DocumentFilter::default(), None, 9)?.items.is_empty());
            assert!(d.references(PluginId(0), None, 9)?.is_empty());
            assert_eq!(d.count(domain::documents::DocumentState::Ready)?, 0);
            assert_eq!(
                d.record_item(doc, &common::facts("key-1"), None, at(3)).unwrap_err().kind(),
                ErrorKind::NotFound
            );
            assert!(tx.operations(b).get(operation(5))?.is_none() && tx.operations(b).recent(9)?.is_empty());
            assert!(!tx.operations(b).finish(operation(5), 0, OperationState::Completed, "", at(3))?);
            assert!(tx.api_tokens().list(b)?.is_empty() && !tx.api_tokens().revoke(b, token, at(3))?);
            assert_eq!(tx.sessions().end_all_of(b, ASSOCIATE, at(3))?, 0);
            assert_eq!(tx.plugin_notes(b).get(PluginId(2), "op/1")?, None);
            assert_eq!(tx.plugin_notes(b).swap(PluginId(2), "op/1", Some("id"), None)?, None);
            assert_eq!(tx.plugin_notes(a).get(PluginId(2), "op/1")?.as_deref(), Some("id"));
            assert!(tx.settings(b).get("colour")?.is_none() && !tx.settings(b).remove("colour")?);
            assert!(tx.audit(b).list(None, 9)?.is_empty());
            // And A is as it was.
            assert!(tx.documents(a).get_visible(doc, &viewer)?.is_some());
            assert!(tx.api_tokens().by_hash(&"dd".repeat(32))?.unwrap().is_live(at(4)));
            Ok(())
        })
        .await;
}
