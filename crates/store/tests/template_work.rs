//! Files that wait to become a template's, and mail merges.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{House, at};
use domain::mailings::{Addressee, MailingState, RecordState};
use domain::templates::TemplateProperties;
use domain::{AssociateId, DraftId, ErrorKind, InstallationId, MailingId, PluginId, TemplateId};
use store::{NewDraft, NewMailing, NewRecord, Outcome, Tally};

async fn with_template(house: &House) -> (InstallationId, TemplateId, AssociateId) {
    let i = common::full::filled(house).await;
    let template = house
        .write(move |tx| {
            let properties = TemplateProperties { name: "T".into(), ..TemplateProperties::default() };
            tx.templates(i).insert(&properties, PluginId(0), at(1))
        })
        .await;
    (i, template, common::ASSOCIATE)
}

fn draft(template: Option<TemplateId>, content: &str, by: AssociateId) -> NewDraft {
    NewDraft {
        template,
        language: "nb-NO".into(),
        file_name: "Brev.docx".into(),
        about: "{}".into(),
        content: content.as_bytes().to_vec(),
        by,
    }
}

#[tokio::test]
async fn a_draft_comes_back_whole_and_the_newest_of_a_person_takes_the_place_of_the_one_before() {
    let house = House::new().await;
    let (i, template, by) = with_template(&house).await;
    let (first, second, loose) = house
        .write(move |tx| {
            let drafts = tx.template_drafts(i);
            Ok((
                drafts.keep(&draft(Some(template), "one", by), at(5))?,
                drafts.keep(&draft(Some(template), "two", by), at(6))?,
                drafts.keep(&draft(None, "three", by), at(7))?,
            ))
        })
        .await;
    let (kept, content, of_template, of_none) = house
        .read(move |tx| {
            let drafts = tx.template_drafts(i);
            assert_eq!(drafts.get(first)?, None);
            let kept = drafts.get(second)?.unwrap();
            Ok((kept, drafts.content(second)?, drafts.of(Some(template))?, drafts.of(None)?))
        })
        .await;
    assert_eq!(content.unwrap(), b"two");
    assert_eq!(
        (kept.language.as_str(), kept.file_name.as_str(), kept.about.as_str()),
        ("nb-NO", "Brev.docx", "{}")
    );
    assert_eq!((kept.size, kept.by, kept.created, kept.template), (3, by, at(6), Some(template)));
    assert_eq!(of_template, [kept]);
    assert_eq!(of_none.iter().map(|d| d.id).collect::<Vec<_>>(), [loose]);
    let gone = house.write(move |tx| tx.everywhere().purge_template_drafts(at(7))).await;
    assert_eq!(gone, 1);
    let e = house.store.write(move |tx| tx.template_drafts(i).remove(second)).await.unwrap_err();
    assert_eq!(e.kind(), ErrorKind::NotFound);
}

fn mailing(template: TemplateId, by: AssociateId) -> (NewMailing, Vec<NewRecord>) {
    let new = NewMailing {
        template,
        name: "Invitation".into(),
        joined: false,
        ask: "{}".into(),
        seed: u64::MAX - 7,
        by,
    };
    let record = |record: i64, left_out: &str| NewRecord {
        kind: Addressee::Contact,
        record,
        label: format!("Reader {record}"),
        left_out: left_out.into(),
    };
    (new, vec![record(4, ""), record(5, "Has left."), record(6, ""), record(7, "")])
}

#[tokio::test]
async fn a_mail_merge_keeps_what_became_of_each_record_and_gives_the_failed_another_turn() {
    let house = House::new().await;
    let (i, template, by) = with_template(&house).await;
    let (new, records) = mailing(template, by);
    let id = house.write(move |tx| tx.mailings(i).insert(&new, &records, at(5))).await;
    house
        .write(move |tx| {
            let mailings = tx.mailings(i);
            assert!(mailings.settle(id, 1, &Outcome::Done(None))?);
            assert!(!mailings.settle(id, 1, &Outcome::Failed("late".into()))?, "what is settled stays");
            assert!(!mailings.settle(id, 2, &Outcome::Done(None))?, "what is left out stays");
            assert!(mailings.settle(id, 3, &Outcome::Failed("no title".into()))?);
            mailings.again(id, 4, 0)?;
            mailings.again(id, 4, 0)
        })
        .await;
    let (seen, tally, all) = house
        .read(move |tx| {
            let mailings = tx.mailings(i);
            Ok((mailings.get(id)?.unwrap(), mailings.tally(id)?, mailings.records(id, None, 0, 10)?))
        })
        .await;
    assert_eq!(tally, Tally { waiting: 1, done: 1, failed: 1, left_out: 1 });
    assert_eq!((seen.seed, seen.round, seen.state, seen.by), (u64::MAX - 7, 1, MailingState::Running, by));
    assert_eq!(
        all.iter().map(|r| r.state).collect::<Vec<_>>(),
        [RecordState::Done, RecordState::LeftOut, RecordState::Failed, RecordState::Waiting]
    );
    assert_eq!((all[2].reason.as_str(), all[3].tries, all[1].reason.as_str()), ("no title", 1, "Has left."));

    let early = house.store.write(move |tx| tx.mailings(i).retry(id, at(6))).await.unwrap_err();
    assert_eq!(early.kind(), ErrorKind::Conflict, "it still runs");
    let again = house
        .write(move |tx| {
            tx.mailings(i).set_state(id, MailingState::Finished, "", at(7))?;
            tx.mailings(i).retry(id, at(8))
        })
        .await;
    assert_eq!(again, 1);
    let (seen, failed) = house
        .read(move |tx| Ok((tx.mailings(i).get(id)?.unwrap(), tx.mailings(i).records(id, None, 2, 1)?)))
        .await;
    assert_eq!((seen.state, seen.round, seen.finished), (MailingState::Running, 2, None));
    assert_eq!((failed[0].state, failed[0].tries), (RecordState::Waiting, 1));
    let stopped = house.write(move |tx| tx.mailings(i).set_state(id, MailingState::Stopped, "", at(9))).await;
    assert_eq!(stopped.finished, Some(at(9)));
    let e = house.store.write(move |tx| tx.mailings(i).set_state(id, MailingState::Running, "", at(9))).await;
    assert_eq!(e.unwrap_err().kind(), ErrorKind::Conflict);
}

#[tokio::test]
async fn one_worker_at_a_time_holds_a_mail_merge_and_one_that_was_taken_over_knows_it() {
    let house = House::new().await;
    let (i, template, by) = with_template(&house).await;
    let (new, records) = mailing(template, by);
    let id = house.write(move |tx| tx.mailings(i).insert(&new, &records, at(5))).await;
    let lease =
        async |now, until| house.write(move |tx| tx.everywhere().lease_mailing(at(now), at(until))).await;
    let (of, first) = lease(10, 20).await.unwrap();
    assert_eq!((of, first.id, first.fence), (i, id, 1));
    assert!(lease(15, 25).await.is_none(), "somebody holds it");
    let (_, second) = lease(20, 30).await.unwrap();
    assert_eq!(second.fence, 2);
    let renew = async |fence| house.write(move |tx| tx.mailings(i).renew(id, fence, at(40), at(21))).await;
    assert!(!renew(first.fence).await && renew(second.fence).await);
    assert_eq!(house.write(|tx| tx.everywhere().release_mailings()).await, 1);
    assert!(lease(22, 30).await.is_some());
    house.write(move |tx| tx.mailings(i).set_state(id, MailingState::Paused, "why", at(23))).await;
    assert!(lease(99, 199).await.is_none(), "a paused one is left alone");
    assert!(!renew(3).await);
}

#[tokio::test]
async fn nothing_of_another_installation_is_found() {
    let house = House::new().await;
    let (a, template, by) = with_template(&house).await;
    let b = house.installation("empty").await;
    let (new, records) = mailing(template, by);
    house
        .write(move |tx| {
            tx.mailings(a).insert(&new, &records, at(5))?;
            tx.template_drafts(a).keep(&draft(Some(template), "x", by), at(5))
        })
        .await;
    house
        .read(move |tx| {
            assert_eq!(tx.mailings(b).get(MailingId(1))?, None);
            assert!(tx.mailings(b).list(None, 10)?.is_empty());
            assert!(tx.mailings(b).records(MailingId(1), None, 0, 10)?.is_empty());
            assert_eq!(tx.mailings(b).tally(MailingId(1))?.all(), 0);
            assert_eq!(tx.template_drafts(b).get(DraftId(1))?, None);
            assert_eq!(tx.template_drafts(b).content(DraftId(1))?, None);
            assert!(tx.template_drafts(b).of(Some(template))?.is_empty());
            Ok(())
        })
        .await;
    let settled = house.write(move |tx| tx.mailings(b).settle(MailingId(1), 1, &Outcome::Done(None))).await;
    assert!(!settled);
}
