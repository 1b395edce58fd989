//! Getting in: links that work once, sessions that end, tokens shown once, and the log of it all (ATT-37, ATT-42,
//! ATT-54).

use crate::acceptance_common::{kind, stands_on_disk};
use app::App;
use app::access::{NewSession, Via};
use domain::audit::Entry;
use domain::records::Associate;
use domain::steps::Unwatched;
use domain::{Ctx, ErrorKind, Result};
use jiff::Timestamp;
use platform::digest::sha256_hex;
use platform::sql::{Database, SqlSettings};
use std::sync::Arc;
use store::{Chain, NewAudit};
use testkit::house::House;
use uuid::Uuid;

async fn link(house: &House, login: &str) -> String {
    house.app.access().make_link(&house.system(), login).await.expect("a link can be made").token
}

async fn enter(app: &App, token: &str, now: Timestamp) -> Result<NewSession> {
    app.access().enter(token, now, Uuid::from_u64_pair(9, 9), "Browser 1.0", "192.0.2.7").await
}

async fn session(house: &House, login: &str) -> NewSession {
    enter(&house.app, &link(house, login).await, house.now()).await.expect("the link admits")
}

async fn is_in(house: &House, session: &NewSession) -> bool {
    house.app.access().resume(&session.token, house.now()).await.expect("sessions can be read").is_some()
}

/// Changes somebody's record.
async fn change(house: &House, login: &'static str, edit: impl FnOnce(&mut Associate)) {
    let mut changed = house.as_(login).await.associate().unwrap().clone();
    edit(&mut changed);
    let (i, now) = (house.installation.id, house.now());
    house.app.store().write(move |tx| tx.associates(i).update(&changed, now)).await.unwrap();
}

fn ctx_of(house: &House, session: &NewSession) -> Ctx {
    session.session.ctx(house.now(), Uuid::from_u64_pair(8, 8), 1)
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_who_use_one_link_at_once_one_gets_in() {
    let house = House::new().await;
    let token = link(&house, "bo").await;
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (app, token, now) = (house.app.clone(), token.clone(), house.now());
        running.spawn(async move { enter(&app, &token, now).await });
    }
    let (entered, refused): (Vec<_>, Vec<_>) = running.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!((entered.len(), refused.len()), (1, 49));
    for e in refused {
        let e = e.unwrap_err();
        assert_eq!(e.kind(), ErrorKind::Unauthenticated);
        assert!(e.public().contains("used already"), "{}", e.public());
    }
}

#[tokio::test]
async fn a_link_is_good_for_ten_minutes_and_every_one_made_up_is_refused() {
    let house = House::new().await;
    let (early, late) = (link(&house, "bo").await, link(&house, "bo").await);
    house.pass(10 * 60 - 1);
    enter(&house.app, &early, house.now()).await.expect("a second before the end");
    house.pass(1);
    let e = enter(&house.app, &late, house.now()).await.unwrap_err();
    assert!(e.kind() == ErrorKind::Unauthenticated && e.public().contains("too old"), "{}", e.public());
    for made_up in ["", "x", &"0".repeat(64), &early.to_uppercase(), &early[1..]] {
        assert_eq!(
            kind(enter(&house.app, made_up, house.now()).await),
            ErrorKind::Unauthenticated,
            "{made_up}"
        );
    }
}

#[tokio::test]
async fn who_has_left_or_has_no_plan_gets_no_link_and_cannot_use_one() {
    let house = House::new().await;
    let access = house.app.access();
    for (login, expected) in
        [("ed", ErrorKind::Conflict), ("fi", ErrorKind::Conflict), ("nobody", ErrorKind::NotFound)]
    {
        assert_eq!(kind(access.make_link(&house.system(), login).await), expected, "{login}");
    }
    let bo = house.as_("bo").await;
    assert_eq!(kind(access.make_link(&bo, "cy").await), ErrorKind::Forbidden, "people cannot let others in");

    let (before, unplanned) = (link(&house, "bo").await, link(&house, "cy").await);
    change(&house, "bo", |a| a.retired = true).await;
    change(&house, "cy", |a| a.has_plan = false).await;
    let answers = [
        enter(&house.app, &before, house.now()).await.unwrap_err(),
        enter(&house.app, &unplanned, house.now()).await.unwrap_err(),
    ];
    assert_eq!(answers[0].public(), answers[1].public(), "why is between them and their administrator");
    assert!(answers.iter().all(|e| e.kind() == ErrorKind::Unauthenticated));
}

#[tokio::test]
async fn a_session_ends_when_its_owner_leaves() {
    let house = House::new().await;
    let session = session(&house, "bo").await;
    let token = house.app.access().make_token(&ctx_of(&house, &session), "Script", None).await.unwrap();
    assert!(is_in(&house, &session).await);
    change(&house, "bo", |a| a.retired = true).await;
    assert!(!is_in(&house, &session).await);
    assert!(house.app.access().bearer(&token.secret, house.now()).await.unwrap().is_none());
}

#[tokio::test]
async fn a_session_ends_after_half_an_hour_without_use() {
    let house = House::new().await;
    let session = session(&house, "bo").await;
    house.pass(30 * 60 - 1);
    assert!(is_in(&house, &session).await, "and begins its half hour again");
    house.pass(30 * 60 - 1);
    assert!(is_in(&house, &session).await);
    house.pass(30 * 60);
    assert!(!is_in(&house, &session).await);
}

#[tokio::test]
async fn a_session_ends_after_twelve_hours_however_busy() {
    let house = House::new().await;
    let session = session(&house, "bo").await;
    for _ in 0..(12 * 60 / 20 - 1) {
        house.pass(20 * 60);
        assert!(is_in(&house, &session).await);
    }
    house.pass(20 * 60 - 1);
    assert!(is_in(&house, &session).await);
    house.pass(1);
    assert!(!is_in(&house, &session).await);
}

#[tokio::test]
async fn the_list_of_sessions_holds_those_that_still_let_somebody_in() {
    let house = House::new().await;
    let forgotten = session(&house, "bo").await;
    house.pass(29 * 60);
    assert!(is_in(&house, &forgotten).await);
    let here = session(&house, "bo").await;
    let bo = ctx_of(&house, &here);
    let shown = house.app.access().sessions(&bo).await.unwrap();
    assert_eq!(shown.len(), 2);
    assert_eq!(shown[0].user_agent, "Browser 1.0");
    house.pass(29 * 60);
    assert!(is_in(&house, &here).await);
    house.pass(60);
    assert!(!is_in(&house, &forgotten).await, "unused for half an hour");
    let shown = house.app.access().sessions(&ctx_of(&house, &here)).await.unwrap();
    assert_eq!(shown.iter().map(|s| s.id.as_str()).collect::<Vec<_>>(), [here.session.id.as_str()]);
}

#[tokio::test]
async fn ending_sessions_ends_ones_own_and_nobody_elses() {
    let house = House::new().await;
    let access = house.app.access();
    let (here, there, further) =
        (session(&house, "bo").await, session(&house, "bo").await, session(&house, "bo").await);
    let cys = session(&house, "cy").await;
    let (bo, cy) = (ctx_of(&house, &here), ctx_of(&house, &cys));
    access.end_session(&cy, &here.session.id).await.unwrap();
    assert!(is_in(&house, &here).await, "cy cannot end bo's session");
    access.end_session(&bo, &there.session.id).await.unwrap();
    assert_eq!((is_in(&house, &there).await, is_in(&house, &further).await), (false, true));
    assert_eq!(access.end_other_sessions(&bo, &here.session.id).await.unwrap(), 1);
    assert_eq!((is_in(&house, &here).await, is_in(&house, &further).await), (true, false));
    assert!(is_in(&house, &cys).await);
}

#[tokio::test]
async fn a_token_works_until_it_is_withdrawn_or_over() {
    let house = House::new().await;
    let access = house.app.access();
    let (bo, cy) = (house.as_("bo").await, house.as_("cy").await);
    let lasting = access.make_token(&bo, "Lasting", None).await.unwrap();
    let short = access.make_token(&bo, "Short", Some(1)).await.unwrap();
    let works = async |secret: &str| access.bearer(secret, house.now()).await.unwrap().is_some();
    let session = access.bearer(&lasting.secret, house.now()).await.unwrap().unwrap();
    assert_eq!((session.associate.login.as_str(), session.via), ("bo", Via::Bearer("Lasting".into())));
    house.pass(86_399);
    assert!(works(&short.secret).await);
    house.pass(1);
    assert!(!works(&short.secret).await && works(&lasting.secret).await);

    assert_eq!(kind(access.withdraw_token(&cy, lasting.row.id).await), ErrorKind::NotFound);
    assert!(works(&lasting.secret).await && access.tokens(&cy).await.unwrap().is_empty());
    access.withdraw_token(&bo, lasting.row.id).await.unwrap();
    assert!(!works(&lasting.secret).await);
    for wrong in ["", "chy_", &lasting.secret.to_uppercase(), &lasting.secret[4..]] {
        assert!(!works(wrong).await, "{wrong}");
    }
    for days in [0, 731, u32::MAX] {
        assert_eq!(kind(access.make_token(&bo, "x", Some(days)).await), ErrorKind::Invalid);
    }
}

#[tokio::test]
async fn no_secret_stands_in_the_data_directory() {
    let house = House::new().await;
    let link = link(&house, "bo").await;
    let session = enter(&house.app, &link, house.now()).await.unwrap();
    let unused = house.app.access().make_link(&house.system(), "cy").await.unwrap().token;
    let token =
        house.app.access().make_token(&ctx_of(&house, &session), "Planted control", None).await.unwrap();
    let folder = house.directory();
    for control in ["Planted control", &sha256_hex(token.secret.as_bytes()), &sha256_hex(unused.as_bytes())] {
        assert!(stands_on_disk(folder, control), "the search finds what is there: {control}");
    }
    let random = token.secret.trim_start_matches("chy_");
    for (what, secret) in [
        ("link", &link),
        ("unused link", &unused),
        ("session", &session.token),
        ("token", &random.to_owned()),
    ] {
        assert!(!stands_on_disk(folder, secret), "the {what} is stored as it is");
    }
}

#[tokio::test]
async fn the_log_tells_who_came_in_and_what_was_refused() {
    let house = House::new().await;
    let ada = house.as_("ada").await;
    let access = house.app.access();
    let used = link(&house, "bo").await;
    let session = enter(&house.app, &used, house.now()).await.unwrap();
    let _ = enter(&house.app, &used, house.now()).await.unwrap_err();
    let old = link(&house, "bo").await;
    house.pass(601);
    let _ = enter(&house.app, &old, house.now()).await.unwrap_err();
    let bo = ctx_of(&house, &session);
    let token = access.make_token(&bo, "Script", None).await.unwrap();
    access.withdraw_token(&bo, token.row.id).await.unwrap();
    access.end_session(&bo, &session.session.id).await.unwrap();

    let records = house.app.admin().audit(&ada, None, 100).await.unwrap().items;
    let lines: Vec<_> = records
        .iter()
        .rev()
        .map(|r| format!("{} {} {}", r.action, r.outcome, r.reason).trim().to_owned())
        .collect();
    let expected = [
        "sign_in_link.made done",
        "session.begun done",
        "session.refused refused used",
        "sign_in_link.made done",
        "session.refused refused expired",
        "api_token.made done",
        "api_token.withdrawn done",
        "session.ended done",
    ];
    assert_eq!(lines, expected);
    let begun = records.iter().find(|r| r.action == "session.begun").unwrap();
    assert_eq!((begun.actor.as_str(), begun.ip.as_str()), (begun.object.as_str(), "192.0.2.7"));
    let chain = house.app.admin().audit_chain(&ada).await.unwrap();
    assert!(matches!(chain, Chain::Intact { records: 8, .. }), "{chain:?}");
    assert_eq!(kind(house.app.admin().audit(&bo, None, 10).await), ErrorKind::Forbidden);
}

#[tokio::test]
async fn a_log_that_was_tampered_with_names_the_first_wrong_record() {
    for (statement, expected) in [
        ("UPDATE audit SET actor = 'associate:77' WHERE seq = 4", 4),
        ("DELETE FROM audit WHERE seq = 3", 3),
        ("UPDATE audit SET seq = 99 WHERE seq = 5", 5),
    ] {
        let house = House::new().await;
        let ada = house.as_("ada").await;
        for n in 0..8 {
            let audit = NewAudit::of(&ada, Entry::done("test.happened", format!("thing:{n}")));
            let i = house.installation.id;
            house.app.store().write(move |tx| tx.audit(i).record(&audit)).await.unwrap();
        }
        assert!(matches!(
            house.app.admin().audit_chain(&ada).await.unwrap(),
            Chain::Intact { records: 8, .. }
        ));
        assert!(tamper(&house, statement).await.is_err(), "the database itself keeps the log as it is");
        let unlocked = format!(
            "DROP TRIGGER audit_keeps_every_record; DROP TRIGGER audit_changes_no_record; {statement}"
        );
        tamper(&house, &unlocked).await.unwrap();
        let chain = house.app.admin().audit_chain(&ada).await.unwrap();
        assert_eq!(chain, Chain::Broken { seq: expected }, "{statement}");
    }
}

/// Changes the database behind the program's back.
async fn tamper(house: &House, statements: &str) -> Result<()> {
    let database = Database::open(&SqlSettings::at(house.directory().join("chancery.db"))).unwrap();
    let statements = statements.to_owned();
    database.write(move |tx| tx.script(&statements)).await
}

#[tokio::test]
async fn sessions_and_links_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (token, unused, now) = {
        let mut house = House::at(folder.path(), Arc::new(Unwatched)).await.unwrap();
        house.people().await.unwrap();
        (session(&house, "bo").await, link(&house, "cy").await, house.now())
    };
    let house = House::at(folder.path(), Arc::new(Unwatched)).await.unwrap();
    let resumed = house.app.access().resume(&token.token, now).await.unwrap().unwrap();
    assert_eq!((resumed.id, resumed.csrf), (token.session.id, token.session.csrf));
    assert_eq!(enter(&house.app, &unused, now).await.unwrap().session.associate.login, "cy");
}
