//! FLT-01, FLT-02: the connection breaks at every request of every operation, before Google has carried it out and
//! after; the process ends there and starts again. What is found then is one thing whole, and one file or none.

use crate::drive_common;
use crate::drive_common::{SYSTEM, Scene, Stage, read};
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

const DEEDS: [Deed; 19] = [
    Deed::Create,
    Deed::CreateInNewFolder,
    Deed::CreateLong,
    Deed::CreateVersion,
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
                | Self::Copy
                | Self::CopyOfPublic
        )
    }

    fn level(self) -> LockSemantics {
        match self {
            Self::Save | Self::SaveLong | Self::Copy | Self::Rename | Self::Place => LockSemantics::None,
            _ => LockSemantics::Versioning,
        }
    }
}

fn long() -> Vec<u8> {
    (0..9_500_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
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

/// Files and folders that the system user has: how many of each, and no two folders of one name in one place.
async fn count(stage: &Stage) -> (usize, usize) {
    let path = "/drive/v3/files?pageSize=1000&supportsAllDrives=true&includeItemsFromAllDrives=true&corpora=allDrives&fields=files(id,name,mimeType,parents)";
    let (status, list) = stage.as_person(SYSTEM, "GET", path, Value::Null).await;
    assert_eq!(status, 200, "{list}");
    let all = list["files"].as_array().unwrap();
    let folder = |file: &&Value| file["mimeType"] == "application/vnd.google-apps.folder";
    let mut places: Vec<_> =
        all.iter().filter(folder).map(|f| (f["parents"].clone(), f["name"].clone())).collect();
    let folders = places.len();
    places.sort_by_key(|(parents, name)| format!("{parents}{name}"));
    places.dedup();
    assert_eq!(places.len(), folders, "two folders of one name in one place");
    (all.len() - folders, folders)
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
            Deed::CreateLong => assert!(read == long()),
            Deed::Copy => assert_eq!(read, b"one"),
            Deed::CopyOfPublic => assert_eq!(read, b"two", "the holder copies the work copy"),
            _ => assert_eq!(read, b"made"),
        }
        if deed == Deed::CreateVersion {
            let versions = p.versions(&stage.a(), &made.reference).await.unwrap();
            assert_eq!((versions.len(), versions[0].size), (1, 4));
            let which = domain::plugin::Which::Version(versions[0].id.clone());
            let content = p.load(&stage.b(), &made.reference, &which, None).await.unwrap();
            assert_eq!(drive_common::read_all(content).await.unwrap(), b"made");
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
    let before = count(stage).await.0;
    let n = stage.journal_end() as usize;
    let stage = &stage.restarted();
    let faults = &stage.twin.house().faults;
    let (hit, dead) = (Rule::new(effect.clone()), Rule::new(Effect::Refused));
    let first = faults.order(Rule { skip: at as u64, times: Some(1), ..hit });
    // The process has ended there: nothing else reaches Google.
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
    let change = count(stage).await.0 as i64 - before as i64;
    let expected = match (&fate, deed) {
        (Fate::Applied(_), deed) if deed.makes() => 1,
        (Fate::Gone, Deed::Destroy) => -1,
        _ => 0,
    };
    assert_eq!(change, expected, "{deed:?} broken at {at} by {effect:?} left {change} files");
    run(stage, deed, &call, &item, n).await.unwrap_or_else(|e| panic!("{deed:?} again after {at}: {e:?}"));
    check_done(stage, deed, &call, &item, n).await;
    let change = count(stage).await.0 as i64 - before as i64;
    let expected = if deed.makes() { 1 } else { -i64::from(deed == Deed::Destroy) };
    assert_eq!(change, expected, "{deed:?} done twice after a break at {at}");
    true
}

async fn breaks_at_every_request(scene: Scene, effect: Effect) {
    let stage = scene.build().await;
    let mut tried = 0;
    for deed in DEEDS {
        let mut at = 0;
        while broken_at(&stage, deed, at, &effect).await {
            at += 1;
            assert!(at < 40, "{deed:?} has no end");
        }
        assert!(at > 0, "{deed:?} asks nothing of Google");
        tried += at;
    }
    assert!(tried > 80, "only {tried} requests were broken");
}

#[tokio::test]
async fn an_answer_lost_at_any_request_of_any_operation_never_makes_a_second_file() {
    breaks_at_every_request(Scene::default(), Effect::LostResponse).await;
}

#[tokio::test]
async fn a_request_that_never_arrives_leaves_one_thing_whole() {
    breaks_at_every_request(Scene::default(), Effect::Refused).await;
}

#[tokio::test]
async fn the_same_holds_in_a_shared_drive_with_check_outs_shown() {
    let scene = Scene { show_check_out: true, ..Scene::in_shared_drive() };
    breaks_at_every_request(scene, Effect::LostResponse).await;
}

/// FLT-02, without a restart: the client repeats what may be repeated and finds out about the rest.
#[tokio::test]
async fn a_lost_answer_is_made_good_without_anybody_noticing() {
    let stage = Stage::new().await;
    let new = || NewItem::document("Once.txt", TEXT);
    stage.fault(Effect::LostResponse, "files.create", 2);
    let item =
        stage.plugin.create(&stage.a(), new(), Some(Body::from_bytes("once"))).await.unwrap().reference;
    assert_eq!(count(&stage).await.0, 1);
    stage.fault(Effect::LostResponse, "files.update", 2);
    let end = stage.journal_end();
    stage.plugin.save(&stage.a(), &item, None, Body::from_bytes("twice")).await.unwrap();
    assert_eq!(read(&stage, &stage.b(), &item).await, b"twice");
    let updates = stage.journal(end).iter().filter(|entry| entry.operation == "files.update").count();
    assert_eq!(updates, 1, "what has arrived is not sent again");
    let (_, revisions) =
        stage.as_person(SYSTEM, "GET", &format!("/drive/v3/files/{}/revisions", item.0), Value::Null).await;
    assert_eq!(revisions["revisions"].as_array().unwrap().len(), 2, "{revisions}");
}
