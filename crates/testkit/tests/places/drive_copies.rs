//! Temporary copies of what Google keeps: fetched once, never old, never damaged, never in the way (FLT-45).

use crate::acceptance_common;
use crate::drive_common;

use crate::acceptance_common::{kind, text};
use crate::drive_common::application::{GOOGLE, app_with, made};
use crate::drive_common::{SYSTEM, Stage};
use app::App;
use app::documents::{CheckIn, ReplaceContent};
use domain::documents::{Document, Properties};
use domain::plugin::{Body, ByteRange, Removal, TemporaryCopies as _, VersionId, Which};
use domain::visibility::VisibleFor;
use domain::{Ctx, ErrorKind};
use plugins::copies::{Copies, CopiesSettings};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use testkit::house::{House, heading};

struct Scene {
    house: House,
    stage: Stage,
    copies: Arc<Copies>,
    app: App,
}

fn open(house: &House, most: u64) -> Arc<Copies> {
    let directory = house.directory().join("copies");
    let settings = CopiesSettings { directory, most, life: Duration::from_hours(24) };
    Arc::new(Copies::open(settings).unwrap())
}

/// Eight bytes for each number, so that every place in it can be told from every other.
fn numbers(count: usize) -> String {
    let mut text = String::with_capacity(count * 8);
    for n in 0..count {
        write!(text, "{n:07},").unwrap();
    }
    text
}

impl Scene {
    async fn new() -> Self {
        Self::with_room(64 << 20).await
    }

    async fn with_room(most: u64) -> Self {
        let (house, stage) = (House::new().await, Stage::new().await);
        let copies = open(&house, most);
        let app = app_with(&house, &stage, Some(Arc::clone(&copies)));
        Self { house, stage, copies, app }
    }

    async fn made(&self, name: &str, content: &str) -> Document {
        made(&self.app, &self.house, heading(name), content).await
    }

    async fn ada(&self) -> Ctx {
        self.house.as_("ada").await
    }

    /// Reads a document and counts how often its content was fetched from Google for it.
    async fn read(&self, document: &Document) -> (String, usize) {
        self.stage.take_sent();
        let read = text(&self.app, &self.ada().await, document.id).await;
        let media = |sent: &drive_common::Sent| sent.query.iter().any(|(n, v)| n == "alt" && v == "media");
        (read, self.stage.take_sent().iter().filter(|sent| media(sent)).count())
    }

    fn held(&self) -> (u64, u64) {
        let held = self.copies.held(self.house.installation.id, GOOGLE);
        (held.copies, held.bytes)
    }

    fn files(&self, ending: &str) -> Vec<PathBuf> {
        let all = std::fs::read_dir(self.house.directory().join("copies")).unwrap();
        let path = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().path();
        all.map(path).filter(|path| path.extension().is_some_and(|e| e == ending)).collect()
    }
}

#[tokio::test]
async fn what_is_read_often_is_fetched_once_and_a_change_is_seen_at_once() {
    let scene = Scene::new().await;
    let document = scene.made("Offer", "the offer").await;
    assert_eq!(scene.read(&document).await, ("the offer".into(), 1));
    assert_eq!(scene.read(&document).await, ("the offer".into(), 0));
    assert_eq!(scene.held(), (1, 9));
    scene.stage.edit(SYSTEM, &document.reference().unwrap().0, "changed at Google").await;
    assert_eq!(scene.read(&document).await, ("changed at Google".into(), 1));
    assert_eq!(scene.read(&document).await, ("changed at Google".into(), 0));
}

#[tokio::test]
async fn a_holder_reads_their_work_and_everybody_else_what_is_public() {
    let scene = Scene::new().await;
    let document = scene.made("Offer", "public").await;
    let (ada, bo) = (scene.ada().await, scene.house.as_("bo").await);
    scene.app.documents().check_out(&ada, document.id).await.unwrap();
    let work = Body::from_bytes("work");
    scene.app.documents().replace(&ada, document.id, ReplaceContent::default(), work).await.unwrap();
    for _ in 0..2 {
        assert_eq!(text(&scene.app, &ada, document.id).await, "work");
        assert_eq!(text(&scene.app, &bo, document.id).await, "public");
    }
    scene.app.documents().check_in(&ada, document.id, CheckIn::default()).await.unwrap();
    assert_eq!(text(&scene.app, &bo, document.id).await, "work");
    let version = Which::Version(VersionId("1".into()));
    for _ in 0..2 {
        let read = scene.app.documents().read(&bo, document.id, &version, None).await.unwrap();
        assert_eq!(acceptance_common::collect(read.content.stream).await.unwrap(), b"public");
    }
}

#[tokio::test]
async fn a_part_is_read_from_a_copy_of_the_whole() {
    let scene = Scene::new().await;
    let long = numbers(200_000);
    let document = scene.made("Long", &long).await;
    assert_eq!(scene.read(&document).await, (long.clone(), 1));
    let ada = scene.ada().await;
    scene.stage.take_sent();
    for (first, last) in [(0, 9), (262_140, 262_150), (1_599_990, 1_599_999), (100, 1_000_000)] {
        let range = Some(ByteRange::From { first, last: Some(last) });
        let read = scene.app.documents().read(&ada, document.id, &Which::Latest, range).await.unwrap();
        let span = usize::try_from(first).unwrap()..=usize::try_from(last).unwrap();
        assert_eq!(read.content.span, first..last + 1);
        assert_eq!(acceptance_common::collect(read.content.stream).await.unwrap(), long[span].as_bytes());
    }
    let beyond = Some(ByteRange::From { first: 5_000_000, last: None });
    let refused = scene.app.documents().read(&ada, document.id, &Which::Latest, beyond).await;
    assert_eq!(kind(refused), ErrorKind::RangeNotSatisfiable);
    assert!(scene.stage.take_sent().iter().all(|sent| sent.query.iter().all(|(name, _)| name != "alt")));
}

#[tokio::test]
async fn flt_45_copies_that_are_wiped_damaged_or_cut_short_cost_a_request_and_nothing_else() {
    let scene = Scene::new().await;
    let long = numbers(100_000);
    let document = scene.made("Long", &long).await;
    scene.read(&document).await;
    let wipe =
        |ending: &'static str| scene.files(ending).into_iter().for_each(|p| std::fs::remove_file(p).unwrap());
    let damage = |at: usize| {
        let path = scene.files("copy").remove(0);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[at] ^= 1;
        std::fs::write(path, bytes).unwrap();
    };
    let cut = || {
        let file = std::fs::OpenOptions::new().write(true).open(scene.files("copy").remove(0)).unwrap();
        file.set_len(300_000).unwrap();
    };
    let ways: [&dyn Fn(); 7] = [
        &|| wipe("copy"),
        &|| wipe("sums"),
        &|| damage(0),
        &|| damage(300_000),
        &|| damage(799_999),
        &cut,
        &|| std::fs::write(scene.files("sums").remove(0), "{").unwrap(),
    ];
    for (n, harm) in ways.into_iter().enumerate() {
        assert_eq!(scene.read(&document).await.1, 0, "{n}: there is a copy");
        harm();
        assert_eq!(scene.read(&document).await, (long.clone(), 1), "{n}");
        // A copy that turned out damaged half way is gone, and made again by the next reading.
        assert_eq!(scene.read(&document).await.0, long, "{n}");
    }
}

#[tokio::test]
async fn a_reader_who_leaves_half_way_leaves_no_copy_and_no_rest() {
    let scene = Scene::new().await;
    let document = scene.made("Long", &"x".repeat(1 << 20)).await;
    let ada = scene.ada().await;
    let read = scene.app.documents().read(&ada, document.id, &Which::Latest, None).await.unwrap();
    let mut stream = read.content.stream;
    futures_util::StreamExt::next(&mut stream).await.unwrap().unwrap();
    drop(stream);
    assert_eq!(scene.held(), (0, 0));
    assert_eq!(std::fs::read_dir(scene.copies.directory()).unwrap().count(), 0);
}

#[tokio::test]
async fn room_is_made_for_what_is_read_by_throwing_away_what_was_used_longest_ago() {
    let scene = Scene::with_room(1000).await;
    let content = "x".repeat(240);
    let mut all = Vec::new();
    for n in 0..5 {
        all.push(scene.made(&format!("D{n}"), &content).await);
    }
    for document in &all[..4] {
        scene.read(document).await;
    }
    assert_eq!(scene.held(), (4, 960));
    scene.read(&all[0]).await;
    scene.read(&all[4]).await;
    assert_eq!(scene.held(), (4, 960), "never more than there is room for");
    assert_eq!(scene.read(&all[0]).await.1, 0, "it was used a moment ago");
    assert_eq!(scene.read(&all[1]).await.1, 1, "it had to go");
    let large = scene.made("Large", &"y".repeat(251)).await;
    assert_eq!((scene.read(&large).await.1, scene.read(&large).await.1), (1, 1), "too large to be kept");
}

#[tokio::test]
async fn copies_outlive_a_restart_and_end_with_their_time() {
    let scene = Scene::new().await;
    let document = scene.made("Offer", "the offer").await;
    scene.read(&document).await;
    std::fs::write(scene.copies.directory().join("left.part"), "half").unwrap();
    let again = open(&scene.house, 64 << 20);
    assert_eq!(again.held(scene.house.installation.id, GOOGLE).copies, 1);
    assert!(!again.directory().join("left.part").exists(), "what was not finished is cleared away");
    let scene =
        Scene { app: app_with(&scene.house, &scene.stage, Some(Arc::clone(&again))), copies: again, ..scene };
    assert_eq!(scene.read(&document).await.1, 0);
    scene.house.pass(86_400);
    assert_eq!(scene.read(&document).await.1, 1, "after a day it is fetched again");
    scene.house.pass(86_400);
    assert_eq!(scene.copies.sweep(scene.house.now()), 1);
    assert_eq!((scene.held(), scene.files("copy").len()), ((0, 0), 0));
}

#[tokio::test]
async fn what_is_gone_or_out_of_reach_is_kept_no_longer() {
    let scene = Scene::new().await;
    let documents = [scene.made("A", "a").await, scene.made("B", "b").await, scene.made("C", "c").await];
    for document in &documents {
        scene.read(document).await;
    }
    let ada = scene.ada().await;
    let path = format!("/drive/v3/files/{}", documents[0].reference().unwrap().0);
    scene.stage.as_person(SYSTEM, "DELETE", &path, serde_json::Value::Null).await;
    let refused = scene.app.documents().read(&ada, documents[0].id, &Which::Latest, None).await;
    assert_eq!(kind(refused), ErrorKind::NotFound);
    assert_eq!(scene.held().0, 2, "gone at Google is gone here");
    // Seen by listening, before anybody reads.
    let plugin = scene.app.plugins().get(GOOGLE).unwrap();
    let call = acceptance_common::call(&ada);
    plugin.remove(&call, documents[1].reference().unwrap(), Removal::Destroy).await.unwrap();
    scene.house.pass(60);
    scene.app.living().run_due(scene.house.now(), None).await.unwrap();
    assert_eq!(scene.held().0, 1);
    let of = scene.house.installation.id;
    scene.app.living().empty_copies(&ada, GOOGLE).await.unwrap();
    assert_eq!(scene.held(), (0, 0));
    assert_eq!(scene.read(&documents[2]).await.1, 1);
    scene.copies.empty(domain::InstallationId(of.0 + 1), GOOGLE);
    assert_eq!(scene.held().0, 1, "another installation's copies are another matter");
}

#[tokio::test]
async fn rights_come_before_copies() {
    let scene = Scene::new().await;
    let properties = Properties { visible_for: VisibleFor::Owner, ..heading("Private") };
    let private = made(&scene.app, &scene.house, properties, "mine").await;
    scene.read(&private).await;
    let bo = scene.house.as_("bo").await;
    let refused = scene.app.documents().read(&bo, private.id, &Which::Latest, None).await;
    assert_eq!(kind(refused), ErrorKind::NotFound);
    // Whoever lost the connection reads nothing, copy or not.
    let connected = scene.stage.workspace.disconnect(scene.house.installation.id.0);
    let refused = scene.app.documents().read(&scene.ada().await, private.id, &Which::Latest, None).await;
    assert_eq!(kind(refused), ErrorKind::Unavailable);
    scene.stage.workspace.connect(scene.house.installation.id.0, connected);
    assert_eq!(scene.read(&private).await.0, "mine");
}
