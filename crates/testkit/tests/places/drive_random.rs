//! FLT-48: people work while everything goes wrong at random. Whatever is told to have been done is there, whatever is not
//! is not, there is one file for each document, and a seed that fails can be run again, request by request.

use crate::drive_common::{SYSTEM, Scene, Stage, read};
use domain::OperationId;
use domain::locking::{CheckoutState, LockSemantics};
use domain::plugin::{Body, Call, DocumentPlugin, ExternalRef, Fate, NewItem, Removal, VersionNote};
use plugins::budget::Pace as _;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;
use twin::core::faults::{Effect, RetryAfter, Rule};

/// Seeds in a run of the tests; each is an own world with an own course of events.
const SEEDS: u64 = 60;
/// What people do in each.
const DEEDS: usize = 25;

/// Numbers from a seed (SplitMix64, Steele and others 2014).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }
}

/// What must be true of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    work: String,
    public: String,
    held: Option<i64>,
    trashed: bool,
    name: String,
    versions: usize,
}

#[derive(Debug, Clone)]
enum Deed {
    Create(String),
    Save(ExternalRef, String),
    CheckOut(ExternalRef),
    CheckIn(ExternalRef),
    Undo(ExternalRef),
    Rename(ExternalRef, String),
    Trash(ExternalRef),
    Restore(ExternalRef),
    Destroy(ExternalRef),
}

impl Deed {
    fn about(&self) -> Option<&ExternalRef> {
        match self {
            Self::Create(_) => None,
            Self::Save(item, _)
            | Self::CheckOut(item)
            | Self::CheckIn(item)
            | Self::Undo(item)
            | Self::Rename(item, _)
            | Self::Trash(item)
            | Self::Restore(item)
            | Self::Destroy(item) => Some(item),
        }
    }
}

/// Something to do that is allowed now.
fn choose(dice: &mut Dice, known: &BTreeMap<ExternalRef, Known>, who: i64, n: usize) -> Deed {
    let mine: Vec<_> =
        known.iter().filter(|(_, k)| k.held.is_none_or(|h| h == who)).map(|(r, k)| (r.clone(), k)).collect();
    if mine.is_empty() || dice.roll(4) == 0 {
        return Deed::Create(format!("made {n}"));
    }
    let (item, now) = mine[usize::try_from(dice.roll(mine.len() as u64)).unwrap()].clone();
    if now.trashed {
        return if dice.roll(3) == 0 { Deed::Destroy(item) } else { Deed::Restore(item) };
    }
    match (now.held.is_some(), dice.roll(6)) {
        (_, 0) => Deed::Rename(item, format!("Renamed {n}.txt")),
        (true, 1 | 2) => Deed::CheckIn(item),
        (true, 3) => Deed::Undo(item),
        (false, 1 | 2) => Deed::CheckOut(item),
        (false, 3) => Deed::Trash(item),
        _ => Deed::Save(item, format!("saved {n}")),
    }
}

async fn run(stage: &Stage, call: &Call, deed: &Deed) -> domain::Result<Option<ExternalRef>> {
    let p = &stage.plugin;
    let note = VersionNote::default();
    match deed {
        Deed::Create(text) => {
            let new = NewItem {
                semantics: LockSemantics::Versioning,
                check_in: Some(note),
                ..NewItem::document(format!("{text}.txt"), "text/plain")
            };
            p.create(call, new, Some(Body::from_bytes(text.clone()))).await.map(|i| Some(i.reference))
        }
        Deed::Save(item, text) => {
            p.save(call, item, None, Body::from_bytes(text.clone())).await.map(|_| None)
        }
        Deed::CheckOut(item) => p.check_out(call, item).await.map(|_| None),
        Deed::CheckIn(item) => p.check_in(call, item, &note).await.map(|_| None),
        Deed::Undo(item) => p.undo_check_out(call, item, false).await.map(|_| None),
        Deed::Rename(item, name) => p.rename(call, item, name).await.map(|_| None),
        Deed::Trash(item) => p.remove(call, item, Removal::Trash).await.map(|_| None),
        Deed::Restore(item) => p.restore(call, item).await.map(|_| None),
        Deed::Destroy(item) => p.remove(call, item, Removal::Destroy).await.map(|_| None),
    }
}

/// What is true once a deed is done.
fn apply(known: &mut BTreeMap<ExternalRef, Known>, deed: &Deed, who: i64, made: Option<ExternalRef>) {
    if let (Deed::Create(text), Some(item)) = (deed, made) {
        let fresh = Known {
            work: text.clone(),
            public: text.clone(),
            held: None,
            trashed: false,
            name: format!("{text}.txt"),
            versions: 1,
        };
        known.insert(item, fresh);
        return;
    }
    let item = deed.about().unwrap();
    if matches!(deed, Deed::Destroy(_)) {
        known.remove(item);
        return;
    }
    let now = known.get_mut(item).unwrap();
    match deed {
        Deed::Save(_, text) => (now.held, now.work) = (Some(who), text.clone()),
        Deed::CheckOut(_) => now.held = Some(who),
        Deed::CheckIn(_) => {
            (now.held, now.public) = (None, now.work.clone());
            now.versions += 1;
        }
        Deed::Undo(_) => (now.held, now.work) = (None, now.public.clone()),
        Deed::Rename(_, name) => now.name.clone_from(name),
        Deed::Trash(_) => now.trashed = true,
        Deed::Restore(_) => now.trashed = false,
        Deed::Create(_) | Deed::Destroy(_) => {}
    }
}

/// What may go wrong, anywhere.
fn misfortune(dice: &mut Dice) -> Rule {
    let effect = match dice.roll(7) {
        0 => Effect::LostResponse,
        1 => Effect::Refused,
        2 => Effect::BadGateway,
        3 => Effect::Malformed,
        4 => Effect::Throttle { status: 403, retry_after: RetryAfter::default(), reason: None },
        5 => Effect::CutBody { after: dice.roll(200) },
        _ => Effect::CutUpload { after: dice.roll(200) },
    };
    let probability = Some([0.05, 0.2, 0.6][usize::try_from(dice.roll(3)).unwrap()]);
    Rule { probability, ..Rule::new(effect) }
}

/// What became of a deed whose answer was an error, once all is well.
async fn fate(stage: &Stage, operation: OperationId, deed: &Deed, told: &mut String) -> Fate {
    stage.calm();
    // The breaker has had its peace.
    stage.pace.sleep(Duration::from_secs(31)).await;
    let fate = stage.plugin.fate(&stage.a(), operation, deed.about()).await;
    let fate = fate.expect("it is known when all is well");
    write!(told, ", then {fate:?}").unwrap();
    fate
}

/// `after` says in a message which deed of which seed came before.
async fn check(stage: &Stage, known: &BTreeMap<ExternalRef, Known>, after: &str) {
    for (item, expected) in known {
        let holder = expected.held.unwrap_or(1);
        let other = 3 - holder;
        let call = |who: i64| stage.call(Some(who), if who == 1 { "Anna Berg" } else { "Bruno Keller" });
        let seen = stage.plugin.stat(&call(holder), item).await.unwrap().expect("it is there");
        let held = match seen.checkout {
            CheckoutState::Own => Some(holder),
            CheckoutState::Other { associate, .. } => associate.map(|a| a.0),
            _ => None,
        };
        let now = (held, seen.trashed, &seen.name);
        assert_eq!(now, (expected.held, expected.trashed, &expected.name), "{after}");
        if !expected.trashed {
            assert_eq!(read(stage, &call(holder), item).await, expected.work.as_bytes(), "{after}");
            assert_eq!(read(stage, &call(other), item).await, expected.public.as_bytes(), "{after}");
            let versions = stage.plugin.versions(&call(holder), item).await.unwrap();
            assert_eq!(versions.len(), expected.versions, "{after}");
        }
    }
    let path = "/drive/v3/files?pageSize=1000&supportsAllDrives=true&includeItemsFromAllDrives=true&corpora=allDrives\
                &q=mimeType%3D'text%2Fplain'&fields=files(id)";
    let (_, list) = stage.as_person(SYSTEM, "GET", path, Value::Null).await;
    assert_eq!(list["files"].as_array().unwrap().len(), known.len(), "one file for each document: {after}");
}

/// One course of events. The requests that left, in their order.
async fn course(seed: u64) -> Vec<String> {
    let stage = Scene { shared: seed.is_multiple_of(3), ..Scene::default() }.build().await;
    let mut dice = Dice(seed);
    let mut known = BTreeMap::new();
    let mut running = stage.clone();
    for n in 0..DEEDS {
        let who = 1 + i64::try_from(dice.roll(2)).unwrap();
        let deed = choose(&mut dice, &known, who, n);
        for _ in 0..dice.roll(3) {
            stage.twin.house().faults.order(misfortune(&mut dice));
        }
        let call = running.call(Some(who), "Somebody");
        let faults = stage.twin.house().faults.list();
        let done = run(&running, &call, &deed).await;
        stage.calm();
        // Some of those who get an error are a process that ends.
        if done.is_err() && dice.roll(2) == 0 {
            running = running.restarted();
        }
        let mut told =
            format!("{:?}, before {:?}", done.as_ref().err(), deed.about().map(|item| &known[item]));
        match done {
            Ok(made) => apply(&mut known, &deed, who, made),
            Err(_) => match fate(&running, call.operation.unwrap(), &deed, &mut told).await {
                Fate::Applied(item) => apply(&mut known, &deed, who, Some(item.reference)),
                Fate::Gone => {
                    assert!(matches!(deed, Deed::Destroy(_)), "{seed}: {deed:?}");
                    apply(&mut known, &deed, who, None);
                }
                Fate::NotApplied => {}
            },
        }
        running.pace.sleep(Duration::from_secs(31)).await;
        let after = format!("seed {seed}, deed {n} by {who}: {deed:?}, {told}; {faults:?}");
        check(&running, &known, &after).await;
    }
    stage.journal(0).into_iter().map(|e| format!("{} {} {}", e.operation, e.status, e.units)).collect()
}

#[tokio::test]
async fn flt_48_whatever_goes_wrong_what_was_told_is_true() {
    for seed in 0..SEEDS {
        course(seed).await;
    }
}

#[tokio::test]
async fn flt_48_a_seed_runs_the_same_way_again_request_by_request() {
    for seed in [3, 7, 11] {
        let (first, second) = (course(seed).await, course(seed).await);
        assert!(first.len() > 100, "seed {seed}: {} requests", first.len());
        assert_eq!(first, second, "seed {seed}");
    }
}
