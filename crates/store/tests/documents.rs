//! The life of a document's row, who sees it, and how it is found.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{
    ASSOCIATE, GROUP, House, associate, at, company, document, facts, group, operation, properties,
};
use domain::documents::{Document, DocumentState, Properties, Status};
use domain::locking::{CheckoutState, LockSemantics};
use domain::plugin::{ExternalRef, Item, Revision};
use domain::records::{Contact, Project, Sale};
use domain::templates::TemplateProperties;
use domain::visibility::{Seen, VisibleFor, may_see};
use domain::{AssociateId, DocumentId, ErrorKind, GroupId, InstallationId, PluginId};
use jiff::civil::date;
use proptest::prelude::*;
use store::{DocumentCursor, DocumentFilter, ItemFacts, NewDocument, Tx, Viewer};

fn me() -> Viewer {
    Viewer { associate: ASSOCIATE, groups: vec![GROUP] }
}

fn ready(tx: &Tx<'_>, i: InstallationId, new: &NewDocument, reference: &str) -> domain::Result<DocumentId> {
    let id = tx.documents(i).insert_creating(new, at(1))?;
    tx.documents(i).mark_ready(id, &facts(reference), None, at(2)).map(|d| d.id)
}

#[tokio::test]
async fn a_document_comes_out_as_it_went_in_with_the_names_beside_it() {
    let house = House::new().await;
    let i = house.installation("nordlys").await;
    house
        .write(move |tx| {
            let company = tx.companies(i).insert(&company("Aker Works"), at(0))?;
            let person =
                Contact { first_name: "Ada".into(), last_name: "Lovelace".into(), ..Contact::default() };
            let contact = tx.contacts(i).insert(&person, at(0))?;
            let project =
                tx.projects(i).insert(&Project { name: "Bridge".into(), ..Project::default() }, at(0))?;
            let sale = tx.sales(i).insert(&Sale { title: "Bolts".into(), ..Sale::default() }, at(0))?;
            let properties_of_template =
                TemplateProperties { name: "Offer".into(), ..TemplateProperties::default() };
            let template = tx.templates(i).insert(&properties_of_template, PluginId::ARCHIVE, at(0))?;
            let holder = domain::records::Associate { first_name: "Holger".into(), ..associate("h", GROUP) };
            let holder = tx.associates(i).insert(&holder, at(0))?;
            let new = NewDocument {
                properties: Properties {
                    heading: "heading".into(),
                    attention: "attention".into(),
                    our_ref: "our".into(),
                    your_ref: "your".into(),
                    description: "description\nof two lines".into(),
                    company: Some(company),
                    contact: Some(contact),
                    project: Some(project),
                    sale: Some(sale),
                    status: Status::NotStarted,
                    visible_for: VisibleFor::Group(GROUP),
                },
                file_name: "name.docx".into(),
                media_type: "media/type".into(),
                date: date(2026, 3, 31),
                template: Some(template),
                language: "nb-NO".into(),
                snum: Some(77),
                owner: ASSOCIATE,
                plugin: PluginId(5),
                semantics: LockSemantics::Locking,
                made_by: operation(9),
                created_by: Some(ASSOCIATE),
            };
            let id = tx.documents(i).insert_creating(&new, at(1))?;
            let creating = Document {
                id,
                properties: new.properties.clone(),
                file_name: "name.docx".into(),
                media_type: "media/type".into(),
                size: 0,
                date: date(2026, 3, 31),
                template: Some(template),
                language: "nb-NO".into(),
                snum: Some(77),
                owner: ASSOCIATE,
                plugin: PluginId(5),
                reference: None,
                revision: None,
                semantics: LockSemantics::Locking,
                published: false,
                held_by: None,
                state: DocumentState::Creating,
                made_by: operation(9),
                created: at(1),
                created_by: Some(ASSOCIATE),
                updated: at(1),
                updated_by: Some(ASSOCIATE),
                row_version: 1,
            };
            assert_eq!(tx.documents(i).get(id)?, Some(creating.clone()));
            let item = Item {
                reference: ExternalRef("key".into()),
                name: "name (2).docx".into(),
                media_type: "media/amended".into(),
                revision: Revision("r2".into()),
                size: 6_000_000_000,
                sha256: None,
                semantics: LockSemantics::Versioning,
                published: true,
                checkout: CheckoutState::Own,
                version: None,
                trashed: false,
                modified: at(2),
            };
            let now_ready =
                tx.documents(i).mark_ready(id, &ItemFacts::of(&item, Some(holder)), Some(holder), at(3))?;
            let expected = Document {
                file_name: "name (2).docx".into(),
                media_type: "media/amended".into(),
                size: 6_000_000_000,
                reference: Some(item.reference.clone()),
                revision: Some(item.revision.clone()),
                semantics: LockSemantics::Versioning,
                published: true,
                held_by: Some(holder),
                state: DocumentState::Ready,
                updated: at(3),
                updated_by: Some(holder),
                row_version: 2,
                ..creating
            };
            assert_eq!(now_ready, expected);
            assert_eq!(tx.documents(i).by_reference(PluginId(5), &item.reference)?, Some(expected.clone()));
            let row = tx.documents(i).row_visible(id, &me())?.unwrap();
            assert_eq!(row.document, expected);
            assert_eq!(
                [
                    &row.company_name,
                    &row.contact_name,
                    &row.project_name,
                    &row.sale_title,
                    &row.holder_name,
                    &row.template_name
                ],
                ["Aker Works", "Ada Lovelace", "Bridge", "Bolts", "Holger", "Offer"]
            );
            assert_eq!(tx.documents(i).list(&me(), &DocumentFilter::default(), None, 9)?.items, [row]);
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn the_life_of_a_row_follows_the_edges_and_nothing_else() {
    let house = House::new().await;
    let i = house.installation("nordlys").await;
    house
        .write(move |tx| {
            use DocumentState::{Creating, Destroyed, Ready, Trashed, Withdrawn};
            let d = tx.documents(i);
            let id = d.insert_creating(&document("Life"), at(1))?;
            let conflict = |r: domain::Result<Document>| r.unwrap_err().kind() == ErrorKind::Conflict;
            assert!(conflict(d.record_item(id, &facts("k"), None, at(2))), "not while it is being created");
            assert!(conflict(d.set_state(id, Ready, Trashed, None, at(2))));
            d.mark_ready(id, &facts("k"), None, at(2))?;
            assert!(conflict(d.mark_ready(id, &facts("k"), None, at(3))), "ready once");
            assert_eq!(d.withdraw(id, at(3)).unwrap_err().kind(), ErrorKind::Conflict);
            assert!(conflict(d.set_state(id, Ready, Destroyed, None, at(3))), "no such edge");
            assert_eq!(d.set_state(id, Ready, Trashed, Some(ASSOCIATE), at(4))?.state, Trashed);
            assert!(conflict(d.set_state(id, Ready, Trashed, None, at(5))), "it has been");
            assert_eq!(d.set_state(id, Trashed, Ready, None, at(5))?.row_version, 4);
            d.set_state(id, Ready, Trashed, None, at(6))?;
            assert_eq!(d.references(PluginId::ARCHIVE, None, 9)?, [(id, ExternalRef("k".into()))]);
            d.set_state(id, Trashed, Destroyed, None, at(7))?;
            assert!(d.references(PluginId::ARCHIVE, None, 9)?.is_empty());
            assert!(d.get_visible(id, &me())?.is_none());

            let other = d.insert_creating(&document("Given up"), at(8))?;
            d.withdraw(other, at(9))?;
            d.withdraw(other, at(10))?;
            assert_eq!(d.get(other)?.unwrap().state, Withdrawn);
            assert_eq!((d.count(Creating)?, d.count(Withdrawn)?), (0, 1));
            assert_eq!(d.withdraw(DocumentId(99), at(9)).unwrap_err().kind(), ErrorKind::NotFound);
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn properties_change_only_from_the_version_the_person_saw() {
    let house = House::new().await;
    let i = house.installation("nordlys").await;
    house
        .write(move |tx| {
            let id = ready(tx, i, &document("Before"), "k")?;
            let d = tx.documents(i);
            let changed = Properties {
                heading: "After".into(),
                attention: "a".into(),
                our_ref: "o".into(),
                your_ref: "y".into(),
                description: "d".into(),
                status: Status::Completed,
                visible_for: VisibleFor::Owner,
                ..Properties::default()
            };
            let after = d.update_properties(id, 2, &changed, Some(ASSOCIATE), at(5))?;
            assert_eq!((&after.properties, after.row_version, after.updated), (&changed, 3, at(5)));
            let e = d.update_properties(id, 2, &properties("Late"), None, at(6)).unwrap_err();
            assert_eq!(e.kind(), ErrorKind::Stale);
            let e = d.update_properties(DocumentId(99), 1, &changed, None, at(6)).unwrap_err();
            assert_eq!(e.kind(), ErrorKind::NotFound);
            let found = |query: &str| {
                let filter = DocumentFilter { query: query.into(), ..DocumentFilter::default() };
                Ok::<_, domain::Error>(tx.documents(i).list(&me(), &filter, None, 9)?.items.len())
            };
            assert_eq!((found("after")?, found("before")?, found("k docx")?), (1, 0, 1));
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn documents_are_found_by_each_filter() {
    let house = House::new().await;
    let i = house.installation("nordlys").await;
    house
        .write(move |tx| {
            let about = tx.companies(i).insert(&company("C"), at(0))?;
            let person = tx.contacts(i).insert(&Contact::default(), at(0))?;
            let bridge = tx.projects(i).insert(&Project::default(), at(0))?;
            let deal = tx.sales(i).insert(&Sale::default(), at(0))?;
            let letter = tx.templates(i).insert(&TemplateProperties::default(), PluginId::ARCHIVE, at(0))?;
            let other = tx.associates(i).insert(&associate("other", GROUP), at(0))?;
            // Two that differ from each other in everything.
            let mut one = document("Offer of pumps");
            one.properties.company = Some(about);
            one.properties.contact = Some(person);
            one.properties.project = Some(bridge);
            one.properties.sale = Some(deal);
            one.template = Some(letter);
            one.owner = other;
            one.date = date(2025, 1, 1);
            let one = ready(tx, i, &one, "one")?;
            tx.documents(i).record_item(
                one,
                &ItemFacts { held_by: Some(other), ..facts("one") },
                None,
                at(3),
            )?;
            let two = ready(tx, i, &document("Minutes"), "two")?;
            let gone = ready(tx, i, &document("Gone"), "gone")?;
            tx.documents(i).set_state(gone, DocumentState::Ready, DocumentState::Trashed, None, at(4))?;
            tx.documents(i).insert_creating(&document("Coming"), at(5))?;

            let all = DocumentFilter::default();
            let ids = |f: &DocumentFilter| {
                let page = tx.documents(i).list(&me(), f, None, 9)?;
                Ok::<Vec<DocumentId>, domain::Error>(page.items.iter().map(|r| r.document.id).collect())
            };
            assert_eq!(ids(&all)?, [two, one], "newest first; neither what is coming nor what is gone");
            for only_one in [
                DocumentFilter { company: Some(about), ..all.clone() },
                DocumentFilter { contact: Some(person), ..all.clone() },
                DocumentFilter { project: Some(bridge), ..all.clone() },
                DocumentFilter { sale: Some(deal), ..all.clone() },
                DocumentFilter { template: Some(letter), ..all.clone() },
                DocumentFilter { owner: Some(other), ..all.clone() },
                DocumentFilter { holder: Some(other), ..all.clone() },
                DocumentFilter { to: Some(date(2025, 1, 1)), ..all.clone() },
                DocumentFilter { query: "PUMP off".into(), ..all.clone() },
                DocumentFilter {
                    company: Some(about),
                    owner: Some(other),
                    query: "of".into(),
                    ..all.clone()
                },
            ] {
                assert_eq!(ids(&only_one)?, [one], "{only_one:?}");
            }
            assert_eq!(ids(&DocumentFilter { from: Some(date(2025, 1, 2)), ..all.clone() })?, [two]);
            assert_eq!(ids(&DocumentFilter { trashed: true, ..all.clone() })?, [gone]);
            assert!(
                ids(&DocumentFilter { company: Some(about), owner: Some(ASSOCIATE), ..all.clone() })?
                    .is_empty()
            );
            assert!(ids(&DocumentFilter { query: "pumps minutes".into(), ..all })?.is_empty());
            Ok(())
        })
        .await;
}

#[derive(Debug, Clone)]
struct Made {
    visible_for: VisibleFor,
    owner: i64,
    published: bool,
    held_by: Option<i64>,
    day: i8,
}

fn made() -> impl Strategy<Value = Made> {
    let visible = prop_oneof![
        Just(VisibleFor::Everyone),
        Just(VisibleFor::Owner),
        (1_i64..=3).prop_map(|g| VisibleFor::Group(GroupId(g))),
    ];
    (visible, 1_i64..=3, any::<bool>(), prop::option::of(1_i64..=3), 1_i8..=5).prop_map(
        |(visible_for, owner, published, held_by, day)| Made { visible_for, owner, published, held_by, day },
    )
}

/// An installation with three groups and three associates.
async fn crowd(house: &House) -> InstallationId {
    let i = house.installation("crowd").await;
    house
        .write(move |tx| {
            for n in [2, 3] {
                let group = tx.groups(i).insert(&group(&format!("G{n}")))?;
                tx.associates(i).insert(&associate(&format!("a{n}"), group), at(0))?;
            }
            Ok(i)
        })
        .await
}

fn put(tx: &Tx<'_>, i: InstallationId, n: usize, m: &Made) -> domain::Result<DocumentId> {
    let mut new = document("Common words");
    new.owner = AssociateId(m.owner);
    new.properties.visible_for = m.visible_for;
    new.date = date(2026, 1, m.day);
    let id = tx.documents(i).insert_creating(&new, at(1))?;
    let facts = ItemFacts {
        published: m.published,
        held_by: m.held_by.map(AssociateId),
        ..facts(&format!("ref {n} {}", id.0))
    };
    tx.documents(i).mark_ready(id, &facts, None, at(2)).map(|d| d.id)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// The list and the single look agree with the rule, for every viewer, with and without words.
    #[test]
    fn a_list_shows_exactly_what_the_rule_allows(all in prop::collection::vec(made(), 1..40), groups in prop::collection::vec(1_i64..=3, 0..6)) {
        run(async {
            let house = House::new().await;
            let i = crowd(&house).await;
            let docs = all.clone();
            let ids = house
                .write(move |tx| docs.iter().enumerate().map(|(n, m)| put(tx, i, n, m)).collect::<domain::Result<Vec<_>>>())
                .await;
            for who in 1..=3 {
                let viewer = Viewer { associate: AssociateId(who), groups: groups.iter().map(|g| GroupId(*g)).collect() };
                let mut expected: Vec<DocumentId> = all
                    .iter()
                    .zip(&ids)
                    .filter(|(m, _)| {
                        let seen = Seen {
                            visible_for: m.visible_for,
                            owner: AssociateId(m.owner),
                            published: m.published,
                            held_by: m.held_by.map(AssociateId),
                        };
                        may_see(seen, viewer.associate, &viewer.groups)
                    })
                    .map(|(_, id)| *id)
                    .collect();
                expected.sort();
                for query in ["", "common"] {
                    let (v, f) = (viewer.clone(), DocumentFilter { query: query.into(), ..DocumentFilter::default() });
                    let page = house.read(move |tx| tx.documents(i).list(&v, &f, None, 100)).await;
                    let mut listed: Vec<_> = page.items.iter().map(|r| r.document.id).collect();
                    listed.sort();
                    assert_eq!(listed, expected);
                }
                let (v, asked) = (viewer.clone(), ids.clone());
                let got = house
                    .read(move |tx| {
                        let mut got = Vec::new();
                        for id in asked {
                            let one = tx.documents(i).get_visible(id, &v)?.is_some();
                            assert_eq!(one, tx.documents(i).row_visible(id, &v)?.is_some());
                            got.extend(one.then_some(id));
                        }
                        Ok(got)
                    })
                    .await;
                assert_eq!(got, expected);
            }
        });
    }

    /// However long the pages, and whatever is added between them, every document that was there is seen once.
    #[test]
    fn paging_loses_and_doubles_nothing(days in prop::collection::vec(1_i8..=5, 1..60), limits in prop::collection::vec(1_u32..9, 1..9), between in prop::collection::vec(1_i8..=5, 0..9), words in any::<bool>()) {
        run(async {
            let house = House::new().await;
            let i = crowd(&house).await;
            let plain = |day| Made { visible_for: VisibleFor::Everyone, owner: 1, published: true, held_by: None, day };
            let mut expected = Vec::new();
            for (n, day) in days.iter().enumerate() {
                let m = plain(*day);
                expected.push((m.day, house.write(move |tx| put(tx, i, n, &m)).await));
            }
            expected.sort_by(|a, b| b.cmp(a));
            let (mut seen, mut after, mut n) = (Vec::new(), None::<DocumentCursor>, 0);
            loop {
                let limit = limits[n % limits.len()];
                let query = if words { "common" } else { "" };
                let filter = DocumentFilter { to: Some(date(2026, 1, 5)), query: query.into(), ..DocumentFilter::default() };
                let page = house.read(move |tx| tx.documents(i).list(&me(), &filter, after.as_ref(), limit)).await;
                assert!(page.items.len() <= limit as usize);
                seen.extend(page.items.into_iter().map(|r| (r.document.date.day(), r.document.id)));
                let Some(next) = page.next else { break };
                after = Some(next.to_string().parse().unwrap());
                if let Some(day) = between.get(n) {
                    let m = plain(*day);
                    house.write(move |tx| put(tx, i, 1000 + n, &m)).await;
                }
                n += 1;
                assert!(n < 200, "the pages do not end");
            }
            assert!(seen.windows(2).all(|w| w[0] > w[1]), "out of order or doubled: {seen:?}");
            seen.retain(|s| expected.contains(s));
            assert_eq!(seen, expected);
        });
    }
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

/// Past the point where a word is no longer rare, the same documents are found along the other way.
#[tokio::test]
async fn a_frequent_word_finds_what_a_rare_one_would() {
    let house = House::new().await;
    let amounts = store::bulk::Amounts { documents: 2600, of_first_company: 300, companies: 10 };
    let filled = store::bulk::fill_documents(&house.store, amounts, at(0)).await.unwrap();
    let (i, company) = (filled.installation, filled.first_company);
    let viewer = Viewer { associate: AssociateId(1), groups: vec![GroupId(1)] };
    let v = viewer.clone();
    let count = move |query: &'static str| {
        let (v, store) = (v.clone(), house.store.clone());
        async move {
            let (mut ids, mut after) = (Vec::new(), None);
            loop {
                let (v, f) = (
                    v.clone(),
                    DocumentFilter {
                        company: Some(company),
                        query: query.into(),
                        ..DocumentFilter::default()
                    },
                );
                let page =
                    store.read(move |tx| tx.documents(i).list(&v, &f, after.as_ref(), 37)).await.unwrap();
                ids.extend(
                    page.items
                        .iter()
                        .map(|r| (r.document.date, r.document.id, r.document.properties.heading.clone())),
                );
                match page.next {
                    Some(next) => after = Some(next),
                    None => break ids,
                }
            }
        }
    };
    let all = count("").await;
    assert!(all.len() > 200);
    assert_eq!(count("document").await, all, "every document has this word, so it is frequent");
    let offers: Vec<_> =
        all.iter().filter(|(.., h)| h.split(' ').any(|w| w.starts_with("offer"))).cloned().collect();
    assert!(!offers.is_empty());
    assert_eq!(count("offer").await, offers, "few have this one, so it is rare");
    assert_eq!(count("offer document bulk").await, offers);
}
