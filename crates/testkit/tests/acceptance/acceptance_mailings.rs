//! Mail merges: who is written to, what is made, what is told beforehand and afterwards.

use crate::acceptance_common::{kind, listed, make_template, named, read, template, text};
use app::mailings::{Left, MailingAsk, MailingView, Selection};
use domain::mailings::{Addressee, MailingState, RecordState};
use domain::records::Contact;
use domain::templates::{Numbering, TemplateProperties};
use domain::{Ctx, ErrorKind, TemplateId};
use merge::build::{Docx, Paragraph};
use std::collections::BTreeMap;
use testkit::house::House;

/// Contacts to write to: `many` called Reader, the last of whom has left.
async fn readers(house: &House, many: usize) {
    let (i, now) = (house.installation.id, house.now());
    house
        .app
        .store()
        .write(move |tx| {
            for n in 1..=many {
                let contact = Contact {
                    first_name: format!("Reader{n:03}"),
                    last_name: "Lie".into(),
                    retired: n == many,
                    title: if n == 2 { String::new() } else { "Editor".into() },
                    ..Contact::default()
                };
                tx.contacts(i).insert(&contact, now)?;
            }
            Ok(())
        })
        .await
        .unwrap();
}

fn to_readers(template: TemplateId) -> MailingAsk {
    MailingAsk {
        template,
        selection: Selection::All { kind: Addressee::Contact, words: "reader".into() },
        joined: false,
        heading: "Invitation".into(),
        language: None,
        visible_for: None,
        date: None,
        custom: BTreeMap::new(),
    }
}

async fn run(house: &House) {
    while house.app.mailings().work(house.now()).await.unwrap() == Left::More {}
}

async fn finished(house: &House, ctx: &Ctx, ask: MailingAsk) -> MailingView {
    let begun = house.app.mailings().start(ctx, ask).await.unwrap();
    run(house).await;
    house.app.mailings().get(ctx, begun.mailing.id).await.unwrap()
}

#[tokio::test]
async fn each_record_gets_a_document_of_its_own_and_the_forecast_said_so() {
    let house = House::new().await;
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    readers(&house, 120).await;
    let letter = template(&house.app, &ada, "Letter", "Dear {attn}").await;
    let mailings = house.app.mailings();
    let forecast = mailings.forecast(&bo, &to_readers(letter)).await.unwrap();
    assert_eq!((forecast.documents, forecast.records, forecast.left_out_count), (119, 119, 1));
    assert_eq!(forecast.left_out, [("Reader120 Lie".to_owned(), "Has left the company.".to_owned())]);
    assert_eq!(forecast.destination, "Archive");
    assert!(forecast.bytes >= 119 * 18 && forecast.tried.iter().all(|(_, wrong)| wrong.is_empty()));
    assert!(listed(&house.app, &bo, "").await.is_empty(), "a forecast makes nothing");

    let view = finished(&house, &bo, to_readers(letter)).await;
    assert_eq!(view.mailing.state, MailingState::Finished);
    assert_eq!((view.tally.done, view.tally.left_out, view.tally.waiting), (119, 1, 0));
    let records = mailings.records(&bo, view.mailing.id, Some(RecordState::Done), 0).await.unwrap();
    let first = records[0].document.unwrap();
    assert_eq!(text(&house.app, &bo, first).await, "Dear Reader001 Lie");
    let document = house.app.documents().get(&bo, first).await.unwrap().document;
    assert_eq!(document.properties.heading, "Invitation");
    assert_eq!(document.properties.contact.map(|id| id.0), Some(records[0].record));
    let report = String::from_utf8(mailings.report(&bo, view.mailing.id).await.unwrap()).unwrap();
    assert_eq!(report.lines().count(), 121);
    assert!(report.contains("contact,121,Reader120 Lie,left_out,Has left the company.,"), "{report}");
}

#[tokio::test]
async fn a_record_that_fails_is_told_with_its_reason_and_gets_another_turn() {
    let house = House::new().await;
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    readers(&house, 4).await;
    let letter = template(&house.app, &ada, "Letter", "Dear {contact.title:required} {attn}").await;
    let view = finished(&house, &bo, to_readers(letter)).await;
    assert_eq!((view.tally.done, view.tally.failed, view.tally.left_out), (2, 1, 1));
    let mailings = house.app.mailings();
    let failed = mailings.records(&bo, view.mailing.id, Some(RecordState::Failed), 0).await.unwrap();
    assert_eq!(failed[0].label, "Reader002 Lie");
    assert!(failed[0].reason.contains("Fill the field in on the record"), "{}", failed[0].reason);

    let (i, now, id) = (house.installation.id, house.now(), domain::ContactId(failed[0].record));
    house
        .app
        .store()
        .write(move |tx| {
            let contact = tx.contacts(i).get(id)?.unwrap();
            tx.contacts(i).update(&Contact { title: "Critic".into(), ..contact }, now)
        })
        .await
        .unwrap();
    mailings.retry(&bo, view.mailing.id).await.unwrap();
    run(&house).await;
    let after = mailings.get(&bo, view.mailing.id).await.unwrap();
    assert_eq!((after.tally.done, after.tally.failed, after.mailing.round), (3, 0, 2));
    assert_eq!(listed(&house.app, &bo, "").await.len(), 3, "the others are not made again");
    assert_eq!(kind(mailings.retry(&bo, view.mailing.id).await), ErrorKind::Conflict);
}

#[tokio::test]
async fn it_is_paused_resumed_and_stopped_and_what_was_made_stays() {
    let house = House::new().await;
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    readers(&house, 101).await;
    let letter = template(&house.app, &ada, "Letter", "Dear {attn}").await;
    let mailings = house.app.mailings();
    let id = mailings.start(&bo, to_readers(letter)).await.unwrap().mailing.id;
    assert_eq!(mailings.work(house.now()).await.unwrap(), Left::More);
    let paused = mailings.pause(&bo, id).await.unwrap();
    let made = paused.tally.done;
    assert!(made > 0 && made < 100, "{paused:?}");
    run(&house).await;
    assert_eq!(mailings.get(&bo, id).await.unwrap().tally.done, made, "nothing is made while it is paused");
    mailings.resume(&bo, id).await.unwrap();
    mailings.work(house.now()).await.unwrap();
    let stopped = mailings.stop(&bo, id).await.unwrap();
    assert!(stopped.tally.done > made && stopped.tally.waiting > 0);
    run(&house).await;
    assert_eq!(listed(&house.app, &bo, "reader").await.len().min(50), 50.min(stopped.tally.done as usize));
    assert_eq!(kind(mailings.resume(&bo, id).await), ErrorKind::Conflict, "a stopped one stays so");
}

#[tokio::test]
async fn only_whoever_began_it_and_administrators_see_it() {
    let house = House::new().await;
    let (ada, bo, cy) = (house.as_("ada").await, house.as_("bo").await, house.as_("cy").await);
    readers(&house, 2).await;
    let letter = template(&house.app, &ada, "Letter", "Dear {attn}").await;
    let id = finished(&house, &bo, to_readers(letter)).await.mailing.id;
    let mailings = house.app.mailings();
    assert_eq!(kind(mailings.get(&cy, id).await), ErrorKind::NotFound);
    assert_eq!(kind(mailings.stop(&cy, id).await), ErrorKind::NotFound);
    assert!(mailings.list(&cy).await.unwrap().is_empty());
    assert_eq!(mailings.list(&ada).await.unwrap().len(), 1);
}

#[tokio::test]
async fn it_pauses_by_itself_when_its_template_or_its_person_is_gone() {
    let house = House::new().await;
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    readers(&house, 3).await;
    let letter = template(&house.app, &ada, "Letter", "Dear {attn}").await;
    let mailings = house.app.mailings();
    let id = mailings.start(&bo, to_readers(letter)).await.unwrap().mailing.id;
    house.app.templates().retire(&ada, letter).await.unwrap();
    run(&house).await;
    let view = mailings.get(&bo, id).await.unwrap();
    assert_eq!(view.mailing.state, MailingState::Paused);
    assert!(view.mailing.reason.contains("no such template"), "{}", view.mailing.reason);
    house.app.templates().bring_back(&ada, letter).await.unwrap();
    mailings.resume(&bo, id).await.unwrap();
    run(&house).await;
    assert_eq!(mailings.get(&bo, id).await.unwrap().tally.done, 2);
}

#[tokio::test]
async fn a_selection_nobody_can_be_written_to_is_refused_and_twice_is_once() {
    let house = House::new().await;
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    readers(&house, 2).await;
    let letter = template(&house.app, &ada, "Letter", "Dear {attn}").await;
    let mailings = house.app.mailings();
    let picked = |ids: Vec<i64>| MailingAsk {
        selection: Selection::Records(ids.into_iter().map(|id| (Addressee::Contact, id)).collect()),
        ..to_readers(letter)
    };
    // Contact 1 is Kari of Solsiden.
    for ids in [vec![], vec![3], vec![4711]] {
        assert_eq!(kind(mailings.start(&bo, picked(ids.clone())).await), ErrorKind::Invalid, "{ids:?}");
    }
    let view = finished(&house, &bo, picked(vec![2, 2, 3])).await;
    assert_eq!((view.tally.done, view.tally.left_out), (1, 2));
}

#[tokio::test]
async fn letters_are_joined_into_one_document_with_each_on_a_page_of_its_own() {
    let house = House::new().await;
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    readers(&house, 4).await;
    let page = |text: &str| Paragraph::new().text(text);
    let bytes = Docx::new().header(page("To {attn}")).paragraph(page("Dear {attn}")).finish();
    let letter =
        make_template(&house.app, &ada, named("Letter"), "Letter.docx", bytes.into()).await.template.id;
    let view = finished(&house, &bo, MailingAsk { joined: true, ..to_readers(letter) }).await;
    assert_eq!((view.tally.done, view.tally.left_out), (3, 1));
    let document = view.mailing.document.unwrap();
    let joined = read(&house.app, &bo, document).await.unwrap();
    let said = merge::document_text(merge::Format::Docx, joined, &merge::Limits::default()).unwrap();
    for n in 1..=3 {
        assert_eq!(said.matches(&format!("Dear Reader00{n} Lie")).count(), 1, "{said}");
        assert_eq!(said.matches(&format!("To Reader00{n} Lie")).count(), 1, "{said}");
    }
    assert_eq!(listed(&house.app, &bo, "").await, ["Invitation"]);

    let mailings = house.app.mailings();
    let counts = Numbering { pattern: "L-{snum}".into(), counts: true, next: 1, ..Numbering::default() };
    let numbered = TemplateProperties { numbering: counts, ..named("Numbered") };
    let numbered = make_template(&house.app, &ada, numbered, "N.txt", "x".into()).await.template.id;
    let page = make_template(&house.app, &ada, named("Page"), "P.html", "<p>x</p>".into()).await.template.id;
    for template in [numbered, page] {
        let refused = mailings.start(&bo, MailingAsk { joined: true, ..to_readers(template) }).await;
        let refused = refused.unwrap_err();
        assert_eq!(refused.field_name(), Some("joined"));
        assert!(
            refused.public().contains("one document for each record")
                || refused.public().contains("Make one document"),
            "{refused:?}"
        );
    }
}
