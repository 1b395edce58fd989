//! Records come out as they went in, are found by what was typed, and refuse what is taken.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::full::*;
use common::{GROUP, House, associate, at, company, group};
use domain::records::{Associate, Company, Contact, Project, Sale};
use domain::{AssociateId, CompanyId, ContactId, ErrorKind, ProjectId, SaleId};
use store::{ContactFilter, ProjectFilter, SaleFilter};

#[tokio::test]
async fn records_come_out_as_they_went_in() {
    let house = House::new().await;
    let i = filled(&house).await;
    house
        .read(move |tx| {
            let associate = Associate { id: AssociateId(2), ..full_associate() };
            assert_eq!(tx.associates(i).get(AssociateId(2))?, Some(associate.clone()));
            assert_eq!(tx.associates(i).by_login("SOREN")?, Some(associate.clone()));
            assert_eq!(tx.associates(i).by_external_id("a-1")?, Some(associate.clone()));
            assert_eq!(
                tx.associates(i).get_many(&[AssociateId(9), AssociateId(2)])?,
                std::slice::from_ref(&associate)
            );
            assert!(tx.associates(i).list()?.contains(&associate));
            assert_eq!(tx.associates(i).browse("soren last", None, 10)?.items, [associate]);

            let company = Company { id: CompanyId(1), ..full_company() };
            assert_eq!(tx.companies(i).get(CompanyId(1))?, Some(company.clone()));
            assert_eq!(tx.companies(i).by_external_id("c-1")?, Some(company.clone()));
            assert_eq!(tx.companies(i).browse("", None, 10)?.items[0].company, company);

            let contact = Contact { id: ContactId(1), ..full_contact() };
            assert_eq!(tx.contacts(i).get(ContactId(1))?, Some(contact.clone()));
            assert_eq!(tx.contacts(i).by_external_id("p-1")?, Some(contact.clone()));
            let row = &tx.contacts(i).browse(&ContactFilter::default(), None, 10)?.items[0];
            assert_eq!((&row.contact, row.company_name.as_str()), (&contact, company.name.as_str()));

            let project = Project { id: ProjectId(1), ..full_project() };
            assert_eq!(tx.projects(i).get(ProjectId(1))?, Some(project.clone()));
            assert_eq!(tx.projects(i).by_external_id("j-1")?, Some(project.clone()));
            let row = &tx.projects(i).browse(&ProjectFilter::default(), None, 10)?.items[0];
            assert_eq!((&row.project, row.company_name.as_str()), (&project, company.name.as_str()));

            let sale = Sale { id: SaleId(1), ..full_sale() };
            assert_eq!(tx.sales(i).get(SaleId(1))?, Some(sale.clone()));
            assert_eq!(tx.sales(i).by_external_id("s-1")?, Some(sale.clone()));
            let row = &tx.sales(i).browse(&SaleFilter::default(), None, 10)?.items[0];
            assert_eq!((&row.sale, &row.company_name), (&sale, &company.name));
            assert_eq!(row.contact_name, contact.full_name());

            let stamps = tx.sales(i).stamps(SaleId(1))?.unwrap();
            assert_eq!((stamps.created, stamps.updated), (at(5), at(5)));
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn every_field_of_a_record_can_be_changed() {
    let house = House::new().await;
    let i = filled(&house).await;
    house
        .write(move |tx| {
            let associate = Associate {
                id: AssociateId(2),
                login: "s".into(),
                primary_group: GROUP,
                ..Associate::default()
            };
            tx.associates(i).update(&associate, at(9))?;
            assert_eq!(tx.associates(i).get(AssociateId(2))?, Some(associate));
            let company = Company { id: CompanyId(1), ..Company::default() };
            tx.companies(i).update(&company, at(9))?;
            assert_eq!(tx.companies(i).get(CompanyId(1))?, Some(company));
            let contact = Contact { id: ContactId(1), ..Contact::default() };
            tx.contacts(i).update(&contact, at(9))?;
            assert_eq!(tx.contacts(i).get(ContactId(1))?, Some(contact));
            let project = Project { id: ProjectId(1), ..Project::default() };
            tx.projects(i).update(&project, at(9))?;
            assert_eq!(tx.projects(i).get(ProjectId(1))?, Some(project));
            let sale = Sale { id: SaleId(1), ..Sale::default() };
            tx.sales(i).update(&sale, at(9))?;
            assert_eq!(tx.sales(i).get(SaleId(1))?, Some(sale));
            let stamps = tx.companies(i).stamps(CompanyId(1))?.unwrap();
            assert_eq!((stamps.created, stamps.updated), (at(2), at(9)));
            // The words of before find nothing any more.
            assert!(tx.companies(i).browse("department", None, 10)?.items.is_empty());
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn what_is_taken_is_refused_with_the_field_and_nothing_is_left_behind() {
    let house = House::new().await;
    let i = filled(&house).await;
    let e = house.store.write(move |tx| tx.companies(i).insert(&full_company(), at(6))).await.unwrap_err();
    assert_eq!((e.kind(), e.field_name()), (ErrorKind::Conflict, Some("external id")));
    let same_login = Associate { external_id: None, login: "SØREN".into(), ..full_associate() };
    let e = house.store.write(move |tx| tx.associates(i).insert(&same_login, at(6))).await.unwrap_err();
    assert_eq!((e.kind(), e.field_name()), (ErrorKind::Conflict, Some("login")));
    let nowhere = Contact { external_id: None, company: Some(CompanyId(99)), ..full_contact() };
    let e = house.store.write(move |tx| tx.contacts(i).insert(&nowhere, at(6))).await.unwrap_err();
    assert_eq!((e.kind(), e.field_name()), (ErrorKind::Conflict, Some("company")));
    let e = house.store.write(move |tx| tx.groups(i).insert(&group("ØST"))).await.unwrap_err();
    assert_eq!((e.kind(), e.field_name()), (ErrorKind::Conflict, Some("name")));
    let again = common::installation("nordlys");
    let e = house.store.write(move |tx| tx.installations().insert(&again, at(6))).await.unwrap_err();
    assert_eq!((e.kind(), e.field_name()), (ErrorKind::Conflict, Some("key")));
    let e = house
        .store
        .write(move |tx| tx.sales(i).update(&Sale { id: SaleId(9), ..Sale::default() }, at(6)))
        .await;
    assert_eq!(e.unwrap_err().kind(), ErrorKind::NotFound);
    // A number that was given out inside a change that failed is given out again: ids have no gaps.
    assert_eq!(house.write(move |tx| tx.companies(i).insert(&company("next"), at(7))).await, CompanyId(2));
}

#[tokio::test]
async fn a_page_address_leads_through_all_names_in_order() {
    let house = House::new().await;
    let i = house.installation("nordlys").await;
    house
        .write(move |tx| {
            for n in 0..53 {
                // Twelve names, so that many are equal and the id decides.
                tx.companies(i).insert(&company(&format!("Å{:02} Works", n % 12)), at(n))?;
            }
            Ok(())
        })
        .await;
    house
        .read(move |tx| {
            for query in ["", "works", "wo a"] {
                let (mut seen, mut after) = (Vec::new(), None);
                loop {
                    let page = tx.companies(i).browse(query, after.as_ref(), 7)?;
                    assert!(page.items.len() <= 7);
                    seen.extend(page.items.into_iter().map(|r| (r.company.name, r.company.id)));
                    match page.next {
                        Some(next) => after = Some(next.to_string().parse::<store::NameCursor>()?),
                        None => break,
                    }
                }
                assert_eq!(seen.len(), 53, "{query}");
                assert!(seen.is_sorted() && seen.windows(2).all(|w| w[0] != w[1]), "{query}: {seen:?}");
            }
            assert!(tx.companies(i).browse("works nothing", None, 7)?.items.is_empty());
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn contacts_projects_and_sales_are_found_by_what_they_belong_to() {
    let house = House::new().await;
    let i = filled(&house).await;
    house
        .write(move |tx| {
            let about = tx.companies(i).insert(&company("Other"), at(1))?;
            let contact = Contact {
                company: Some(about),
                last_name: "Gone".into(),
                retired: true,
                ..Contact::default()
            };
            let person = tx.contacts(i).insert(&contact, at(1))?;
            let bridge =
                tx.projects(i).insert(&Project { company: Some(about), ..Project::default() }, at(1))?;
            let sale = Sale {
                company: Some(about),
                contact: Some(person),
                project: Some(bridge),
                ..Sale::default()
            };
            let deal = tx.sales(i).insert(&sale, at(1))?;
            let of = ContactFilter { company: Some(about), ..ContactFilter::default() };
            assert!(tx.contacts(i).browse(&of, None, 9)?.items.is_empty(), "retired");
            let of = ContactFilter { retired: true, query: "go".into(), ..of };
            assert_eq!(tx.contacts(i).browse(&of, None, 9)?.items[0].contact.id, person);
            let of = ProjectFilter { company: Some(about), ..ProjectFilter::default() };
            assert_eq!(tx.projects(i).browse(&of, None, 9)?.items[0].project.id, bridge);
            for of in [
                SaleFilter { company: Some(about), ..SaleFilter::default() },
                SaleFilter { contact: Some(person), ..SaleFilter::default() },
                SaleFilter { project: Some(bridge), company: Some(about), ..SaleFilter::default() },
            ] {
                let found = tx.sales(i).browse(&of, None, 9)?.items;
                assert_eq!(found.iter().map(|r| r.sale.id).collect::<Vec<_>>(), [deal], "{of:?}");
            }
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn an_associates_groups_are_kept_once_each() {
    let house = House::new().await;
    let i = house.installation("nordlys").await;
    house
        .write(move |tx| {
            let two = tx.groups(i).insert(&group("Two"))?;
            let many = Associate { other_groups: vec![two, GROUP, two], ..associate("many", GROUP) };
            let id = tx.associates(i).insert(&many, at(1))?;
            assert_eq!(tx.associates(i).get(id)?.unwrap().other_groups, [two]);
            Ok(())
        })
        .await;
}
