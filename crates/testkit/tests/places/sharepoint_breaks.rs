//! FLT-01, FLT-02: the connection breaks at every request of every operation, before SharePoint has carried it out and
//! after; the process ends there and starts again. What is found then is one thing whole, and one file or none.

use crate::sharepoint_common;
use crate::sharepoint_common::{OLGA, Scene, Stage, read, read_all};
use bytes::Bytes;
use domain::Result;
use domain::locking::LockSemantics;
use domain::plugin::{
    Audience, Body, Call, DocumentPlugin, ExternalRef, Fate, NewItem, Placement, Removal, VersionId,
    VersionNote,
};
use domain::{AssociateId, CompanyId};
use serde_json::Value;
use twin::core::faults::{Effect, Rule};

const TEXT: &str = "text/plain";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Create,
    CreateInNewFolder,
    CreateLong,
    CreateVersion,
    CreateDraft,
    CreateDraftLong,
    Copy,
    CopyOfPublic,
    Save,
    SaveLong,
    SaveOfFree,
    CheckOut,
    CheckIn,
    Undo,
    Rename,
    Place,
    SetAudience,
    Trash,
    Restore,
    Destroy,
    RestoreVersion,
}

const DEEDS: [Deed; 21] = [
    Deed::Create,
    Deed::CreateInNewFolder,
    Deed::CreateLong,
    Deed::CreateVersion,
    Deed::CreateDraft,
    Deed::CreateDraftLong,
    Deed::Copy,
    Deed::CopyOfPublic,
    Deed::Save,
    Deed::SaveLong,
    Deed::SaveOfFree,
    Deed::CheckOut,
    Deed::CheckIn,
    Deed::Undo,
    Deed::Rename,
    Deed::Place,
    Deed::SetAudience,
    Deed::Trash,
    Deed::Restore,
    Deed::Destroy,
    Deed::RestoreVersion,
];

impl Deed {
    fn makes(self) -> bool {
        matches!(
            self,
            Self::Create
                | Self::CreateInNewFolder
                | Self::CreateLong
                | Self::CreateVersion
                | Self::CreateDraft
                | Self::CreateDraftLong
                | Self::Copy
                | Self::CopyOfPublic
        )
    }

    /// Sent in several requests.
    fn is_long(self) -> bool {
        matches!(self, Self::CreateLong | Self::CreateDraftLong | Self::SaveLong)
    }

    fn makes_short(self) -> bool {
        self.makes() && !self.is_long()
    }

    fn changes_short(self) -> bool {
        !self.makes() && !self.is_long()
    }

    fn level(self) -> LockSemantics {
        match self {
            Self::Save | Self::SaveLong | Self::Copy | Self::Rename | Self::Place => LockSemantics::None,
            _ => LockSemantics::Versioning,
        }
    }
}

fn long() -> Vec<u8> {
    (0..6_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

fn company(n: usize) -> Placement {
    Placement {
        company: Some(format!("Company {n}")),
        company_id: Some(CompanyId(n as i64 + 1)),
        ..Placement::default()
    }
}

/// What is there before the deed.
async fn prepare(stage: &Stage, deed: Deed) -> ExternalRef {
    let new = NewItem {
        semantics: deed.level(),
        check_in: Some(VersionNote::text("first")),
        ..NewItem::document("Original.txt", TEXT)
    };
    let p = &stage.plugin;
    let item = p.create(&stage.a(), new, Some(Body::from_bytes("one"))).await.unwrap().reference;
    let save = async |text: &'static str| {
        p.save(&stage.a(), &item, None, Body::from_bytes(text)).await.unwrap();
    };
    match deed {
        Deed::CheckIn | Deed::Undo | Deed::CopyOfPublic => save("two").await,
        Deed::RestoreVersion => {
            save("two").await;
            p.check_in(&stage.a(), &item, &VersionNote::text("second")).await.unwrap();
        }
        Deed::Restore => {
            p.remove(&stage.a(), &item, Removal::Trash).await.unwrap();
        }
        _ => {}
    }
    item
}

async fn run(stage: &Stage, deed: Deed, call: &Call, item: &ExternalRef, n: usize) -> Result<()> {
    let p = &stage.plugin;
    let new = |place| NewItem { place, ..NewItem::document("Made.txt", TEXT) };
    let short = || Body::from_bytes("made");
    let version = NewItem {
        semantics: LockSemantics::Versioning,
        check_in: Some(VersionNote::text("made")),
        ..new(Placement::default())
    };
    match deed {
        Deed::Create => p.create(call, new(Placement::default()), Some(short())).await.map(drop),
        Deed::CreateInNewFolder => p.create(call, new(company(n)), Some(short())).await.map(drop),
        Deed::CreateLong => {
            p.create(call, new(Placement::default()), Some(Body::from_bytes(long()))).await.map(drop)
        }
        Deed::CreateDraft | Deed::CreateDraftLong => {
            let draft = NewItem { semantics: LockSemantics::Versioning, ..new(Placement::default()) };
            let body = if deed == Deed::CreateDraft { short() } else { Body::from_bytes(long()) };
            p.create(call, draft, Some(body)).await.map(drop)
        }
        Deed::CreateVersion => p.create(call, version, Some(short())).await.map(drop),
        Deed::Copy | Deed::CopyOfPublic => p.copy(call, item, new(Placement::default())).await.map(drop),
        Deed::Save | Deed::SaveOfFree => p.save(call, item, None, Body::from_bytes("saved")).await.map(drop),
        Deed::SaveLong => p.save(call, item, None, Body::from_bytes(Bytes::from(long()))).await.map(drop),
        Deed::CheckOut => p.check_out(call, item).await.map(drop),
        Deed::CheckIn => p.check_in(call, item, &VersionNote::text("second")).await.map(drop),
        Deed::Undo => p.undo_check_out(call, item, false).await.map(drop),
        Deed::Rename => p.rename(call, item, &format!("Renamed {n}.txt")).await.map(drop),
        Deed::Place => p.place(call, item, &company(n)).await.map(drop),
        Deed::SetAudience => {
            p.set_audience(call, item, &Audience::Person { associate: AssociateId(1) }).await
        }
        Deed::Trash => p.remove(call, item, Removal::Trash).await.map(drop),
        Deed::Restore => p.restore(call, item).await.map(drop),
        Deed::Destroy => p.remove(call, item, Removal::Destroy).await.map(drop),
        Deed::RestoreVersion => p.restore_version(call, item, &VersionId("1".into())).await.map(drop),
    }
}

/// Files in the library, wherever they lie, and no half-made one is left.
async fn count(stage: &Stage) -> i64 {
    let drive = stage.place().documents.drive;
    let mut folders = vec!["root".to_owned()];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        let mut next = Some(format!("/drives/{drive}/items/{folder}/children?$top=200"));
        while let Some(path) = next {
            let (status, list) = stage.as_person(OLGA, "GET", &path, Value::Null).await;
            assert_eq!(status, 200, "{list}");
            for item in list["value"].as_array().unwrap() {
                if item.get("folder").is_some() {
                    folders.push(item["id"].as_str().unwrap().to_owned());
                } else {
                    files += 1;
                }
            }
            let link = list["@odata.nextLink"].as_str();
            next = link.map(|link| link.split("/v1.0").nth(1).unwrap().to_owned());
        }
    }
    files
}

/// What is there when the deed is done.
async fn check_done(stage: &Stage, deed: Deed, call: &Call, item: &ExternalRef, n: usize) {
    let p = &stage.plugin;
    if deed.makes() {
        let Fate::Applied(made) = p.fate(&stage.a(), call.operation.unwrap(), None).await.unwrap() else {
            panic!("{deed:?} was done")
        };
        let read = read(stage, &stage.a(), &made.reference).await;
        match deed {
            Deed::CreateLong | Deed::CreateDraftLong => assert!(read == long()),
            Deed::Copy => assert_eq!(read, b"one"),
            Deed::CopyOfPublic => assert_eq!(read, b"two", "the holder copies the work copy"),
            _ => assert_eq!(read, b"made"),
        }
        if matches!(deed, Deed::CreateDraft | Deed::CreateDraftLong) {
            assert!(
                sharepoint_common::read(stage, &stage.b(), &made.reference).await.is_empty(),
                "nothing is public"
            );
            assert!(!made.published && made.version.is_none());
        }
        if deed == Deed::CreateVersion {
            let versions = p.versions(&stage.a(), &made.reference).await.unwrap();
            assert_eq!((versions.len(), versions[0].size), (1, 4));
            let which = domain::plugin::Which::Version(versions[0].id.clone());
            let content = p.load(&stage.b(), &made.reference, &which, None).await.unwrap();
            assert_eq!(read_all(content).await.unwrap(), b"made");
        }
        return;
    }
    let now = p.stat(&stage.a(), item).await.unwrap();
    if deed == Deed::Destroy {
        assert_eq!(now, None);
        return;
    }
    let now = now.unwrap();
    let versions = async || p.versions(&stage.a(), item).await.unwrap().len();
    match deed {
        Deed::Save => assert_eq!(read(stage, &stage.b(), item).await, b"saved"),
        Deed::SaveLong => assert!(read(stage, &stage.b(), item).await == long()),
        Deed::SaveOfFree => {
            assert_eq!(read(stage, &stage.a(), item).await, b"saved");
            assert_eq!(read(stage, &stage.b(), item).await, b"one");
        }
        Deed::CheckOut => assert_eq!(now.checkout, domain::locking::CheckoutState::Own),
        Deed::CheckIn => {
            assert_eq!(read(stage, &stage.b(), item).await, b"two");
            assert_eq!(versions().await, 2);
        }
        Deed::Undo => {
            assert_eq!(read(stage, &stage.a(), item).await, b"one");
            assert_eq!(now.checkout, domain::locking::CheckoutState::NotCheckedOut);
            assert_eq!(versions().await, 1);
        }
        Deed::Rename => assert_eq!(now.name, format!("Renamed {n}.txt")),
        Deed::SetAudience => assert_eq!(
            p.audience(&stage.a(), item).await.unwrap(),
            Audience::Person { associate: AssociateId(1) }
        ),
        Deed::Trash => assert!(now.trashed),
        Deed::Restore => assert!(!now.trashed),
        Deed::RestoreVersion => {
            assert_eq!(read(stage, &stage.b(), item).await, b"one");
            assert_eq!(versions().await, 3);
        }
        _ => assert_eq!(read(stage, &stage.b(), item).await, b"one"),
    }
}

/// Breaks a deed at its n-th request. False when it has fewer.
async fn broken_at(stage: &Stage, deed: Deed, at: usize, effect: &Effect) -> bool {
    let item = prepare(stage, deed).await;
    let before = count(stage).await;
    let n = stage.journal_end() as usize;
    let stage = &stage.restarted();
    let faults = &stage.twin.house().faults;
    let (hit, dead) = (Rule::new(effect.clone()), Rule::new(Effect::Refused));
    let first = faults.order(Rule { skip: at as u64, times: Some(1), ..hit });
    // The process has ended there: nothing else reaches SharePoint.
    faults.order(Rule { skip: at as u64 + 1, ..dead });
    let call = stage.a();
    let outcome = run(stage, deed, &call, &item, n).await;
    let was_hit = faults.list().iter().any(|rule| rule.id == first && rule.hits > 0);
    stage.calm();
    if !was_hit {
        outcome.unwrap_or_else(|e| panic!("{deed:?} undisturbed: {e:?}"));
        check_done(stage, deed, &call, &item, n).await;
        return false;
    }
    // It starts again, asks what became of it, and does it again.
    let stage = &stage.restarted();
    let operation = call.operation.unwrap();
    let about = (!deed.makes()).then_some(&item);
    let fate = stage.plugin.fate(&stage.a(), operation, about).await.unwrap();
    let gone = deed == Deed::Destroy && fate == Fate::Gone;
    assert!(gone || matches!(fate, Fate::Applied(_) | Fate::NotApplied), "{deed:?} at {at}: {fate:?}");
    let change = count(stage).await - before;
    let expected = match (&fate, deed) {
        (Fate::Applied(_), deed) if deed.makes() => 1,
        (Fate::Gone, Deed::Destroy) => -1,
        _ => 0,
    };
    assert_eq!(change, expected, "{deed:?} broken at {at} by {effect:?} left {change} files");
    run(stage, deed, &call, &item, n).await.unwrap_or_else(|e| panic!("{deed:?} again after {at}: {e:?}"));
    check_done(stage, deed, &call, &item, n).await;
    let change = count(stage).await - before;
    let expected = if deed.makes() { 1 } else { -i64::from(deed == Deed::Destroy) };
    assert_eq!(change, expected, "{deed:?} done twice after a break at {at}");
    true
}

async fn breaks_at_every_request(scene: Scene, effect: Effect, which: impl Fn(Deed) -> bool) {
    let mut tried = 0;
    for deed in DEEDS.into_iter().filter(|deed| which(*deed)) {
        // A library of its own, for every file in it is counted after every break.
        let stage = scene.clone().build().await;
        let mut at = 0;
        while broken_at(&stage, deed, at, &effect).await {
            at += 1;
            assert!(at < 40, "{deed:?} has no end");
        }
        assert!(at > 0, "{deed:?} asks nothing of SharePoint");
        tried += at;
    }
    assert!(tried > 10, "only {tried} requests were broken");
}

fn strict() -> Scene {
    Scene { requires_checkout: true, columns: true, ..Scene::default() }
}

#[tokio::test]
async fn an_answer_lost_while_making_a_file_leaves_one_or_none() {
    breaks_at_every_request(Scene::default(), Effect::LostResponse, Deed::makes_short).await;
}

#[tokio::test]
async fn an_answer_lost_while_changing_a_file_leaves_it_as_it_was_or_as_it_shall_be() {
    breaks_at_every_request(Scene::default(), Effect::LostResponse, Deed::changes_short).await;
}

#[tokio::test]
async fn a_request_that_never_arrives_while_making_a_file_leaves_one_or_none() {
    breaks_at_every_request(Scene::default(), Effect::Refused, Deed::makes_short).await;
}

#[tokio::test]
async fn a_request_that_never_arrives_while_changing_a_file_leaves_it_as_it_was_or_as_it_shall_be() {
    breaks_at_every_request(Scene::default(), Effect::Refused, Deed::changes_short).await;
}

#[tokio::test]
async fn in_a_strict_library_an_answer_lost_while_making_a_file_leaves_one_or_none() {
    breaks_at_every_request(strict(), Effect::LostResponse, Deed::makes_short).await;
}

#[tokio::test]
async fn in_a_strict_library_an_answer_lost_while_changing_a_file_leaves_it_as_it_was_or_as_it_shall_be() {
    breaks_at_every_request(strict(), Effect::LostResponse, Deed::changes_short).await;
}

#[tokio::test]
async fn in_a_strict_library_a_request_that_never_arrives_while_making_a_file_leaves_one_or_none() {
    breaks_at_every_request(strict(), Effect::Refused, Deed::makes_short).await;
}

#[tokio::test]
async fn in_a_strict_library_a_request_that_never_arrives_while_changing_a_file_leaves_it_as_it_was_or_as_it_shall_be()
 {
    breaks_at_every_request(strict(), Effect::Refused, Deed::changes_short).await;
}

#[tokio::test]
async fn an_answer_lost_while_sending_a_long_file_leaves_nothing_half_written() {
    breaks_at_every_request(Scene::default(), Effect::LostResponse, Deed::is_long).await;
}

#[tokio::test]
async fn a_request_that_never_arrives_while_sending_a_long_file_leaves_nothing_half_written() {
    breaks_at_every_request(Scene::default(), Effect::Refused, Deed::is_long).await;
}

#[tokio::test]
async fn in_a_strict_library_an_answer_lost_while_sending_a_long_file_leaves_nothing_half_written() {
    breaks_at_every_request(strict(), Effect::LostResponse, Deed::is_long).await;
}

#[tokio::test]
async fn in_a_strict_library_a_request_that_never_arrives_while_sending_a_long_file_leaves_nothing_half_written()
 {
    breaks_at_every_request(strict(), Effect::Refused, Deed::is_long).await;
}

/// FLT-02, without a restart: the client repeats what may be repeated and finds out about the rest.
#[tokio::test]
async fn a_lost_answer_is_made_good_without_anybody_noticing() {
    let stage = Stage::new().await;
    let new = || NewItem::document("Once.txt", TEXT);
    stage.fault(Effect::LostResponse, "driveItem.content.put", 2);
    let item =
        stage.plugin.create(&stage.a(), new(), Some(Body::from_bytes("once"))).await.unwrap().reference;
    assert_eq!(count(&stage).await, 1);
    stage.calm();
    stage.fault(Effect::LostResponse, "driveItem.content.put", 1);
    let end = stage.journal_end();
    stage.plugin.save(&stage.a(), &item, None, Body::from_bytes("twice")).await.unwrap();
    assert_eq!(read(&stage, &stage.b(), &item).await, b"twice");
    let written =
        stage.journal(end).iter().filter(|entry| entry.operation == "driveItem.content.put").count();
    assert_eq!(written, 1, "what has arrived is not sent again");
}
