//! Killed processes and power cuts: at every effect on the disk, the archive is as it was or as it was to
//! become, and doing the step again completes it (FLT-27).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;
#[path = "common/story.rs"]
mod story;

use common::{files, folder, open, settings};
use domain::steps::Steps;
use plugins::archive::{ArchivePlugin, ArchiveSettings, DiskWatch, Effect, STEPS};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// What survives of changes that were not made durable.
#[derive(Debug, Clone, Copy)]
enum Survives {
    /// Everything: the process was killed, the machine runs on.
    All,
    /// Nothing: the worst power cut.
    Nothing,
    /// Each change or not, by the toss of this coin.
    Some(u64),
}

#[derive(Debug, Clone, PartialEq)]
enum Entry {
    Folder,
    /// The path under which the file was made.
    File(PathBuf),
    Mark(String),
}

#[derive(Debug, Clone, Default)]
struct Bytes {
    written: Vec<u8>,
    durable: bool,
}

type Entries = BTreeMap<PathBuf, BTreeMap<PathBuf, Entry>>;

/// A model of the disk: what is there, and what is sure to be there after a power cut.
#[derive(Debug, Default)]
struct Disk {
    live: Entries,
    durable: Entries,
    files: BTreeMap<PathBuf, Bytes>,
}

/// A state of the disk after some effect of a step.
struct Cut {
    step: u64,
    effect: String,
    live: Entries,
    durable: Entries,
    files: BTreeMap<PathBuf, Bytes>,
}

#[derive(Debug, Default)]
struct Recorder {
    disk: Mutex<Disk>,
    cuts: Mutex<Vec<Cut>>,
    step: Mutex<Option<u64>>,
}

impl std::fmt::Debug for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "step {} after {}", self.step, self.effect)
    }
}

fn parent(path: &Path) -> PathBuf {
    path.parent().expect("a path below the root").to_path_buf()
}

impl Disk {
    fn put(&mut self, path: &Path, entry: Entry) {
        self.live.entry(parent(path)).or_default().insert(path.to_path_buf(), entry);
    }

    fn take(&mut self, path: &Path) -> Option<Entry> {
        self.live.get_mut(&parent(path))?.remove(path)
    }

    fn apply(&mut self, effect: &Effect) {
        match effect {
            Effect::MakeFolder(path) => {
                if self.live.get(&parent(path)).is_none_or(|entries| !entries.contains_key(path)) {
                    self.put(path, Entry::Folder);
                }
            }
            Effect::CreateFile(path) => {
                self.put(path, Entry::File(path.clone()));
                self.files.insert(path.clone(), Bytes::default());
            }
            Effect::Write(path, _) => {
                // Everything is written before the first move, so the file is where it was made.
                let written = std::fs::read(path).expect("a file being written");
                self.files.insert(path.clone(), Bytes { written, durable: false });
            }
            Effect::SyncFile(path) => self.files.get_mut(path).expect("a known file").durable = true,
            Effect::SyncFolder(path) => {
                let now = self.live.get(path).cloned().unwrap_or_default();
                self.durable.insert(path.clone(), now);
            }
            Effect::Move(from, to) => {
                let entry = self.take(from).expect("an entry to move");
                self.put(to, entry);
            }
            Effect::Mark(path, text) => self.put(path, Entry::Mark(text.clone())),
            Effect::Remove(path) => drop(self.take(path)),
        }
    }
}

impl DiskWatch for Recorder {
    fn before(&self, _: &Effect) -> io::Result<()> {
        Ok(())
    }

    fn after(&self, effect: &Effect) {
        let mut disk = self.disk.lock().unwrap();
        disk.apply(effect);
        if let Some(step) = *self.step.lock().unwrap() {
            let (live, durable, files) = (disk.live.clone(), disk.durable.clone(), disk.files.clone());
            let effect = format!("{effect:?}");
            self.cuts.lock().unwrap().push(Cut { step, effect, live, durable, files });
        }
    }
}

/// A coin that falls the same way for the same seed and path.
fn coin(seed: u64, path: &Path) -> u64 {
    let digest = platform::digest::sha256(format!("{seed}{}", path.display()).as_bytes());
    u64::from(digest[0])
}

impl Cut {
    fn entries(&self, folder: &Path, survives: Survives) -> BTreeMap<PathBuf, Entry> {
        let of = |all: &Entries| all.get(folder).cloned().unwrap_or_default();
        let (live, durable) = (of(&self.live), of(&self.durable));
        let seed = match survives {
            Survives::All => return live,
            Survives::Nothing => return durable,
            Survives::Some(seed) => seed,
        };
        let names: BTreeSet<_> = live.keys().chain(durable.keys()).cloned().collect();
        let chosen = names.into_iter().filter_map(|name| {
            let from = if coin(seed, &name).is_multiple_of(2) { &live } else { &durable };
            from.get(&name).map(|entry| (name.clone(), entry.clone()))
        });
        chosen.collect()
    }

    fn bytes(&self, made_as: &Path, survives: Survives) -> Vec<u8> {
        let file = &self.files[made_as];
        let kept = match survives {
            _ if file.durable => file.written.len(),
            Survives::All => file.written.len(),
            Survives::Nothing => 0,
            Survives::Some(seed) => file.written.len() * (coin(seed, made_as) % 3) as usize / 2,
        };
        file.written[..kept].to_vec()
    }

    /// Writes this state below `to`.
    fn restore(&self, root: &Path, folder: &Path, to: &Path, survives: Survives) {
        for (path, entry) in self.entries(folder, survives) {
            let target = to.join(path.strip_prefix(root).expect("below the root"));
            match entry {
                Entry::Folder => {
                    std::fs::create_dir(&target).unwrap();
                    self.restore(root, &path, to, survives);
                }
                Entry::File(made_as) => std::fs::write(&target, self.bytes(&made_as, survives)).unwrap(),
                Entry::Mark(text) => symlink(text, &target).unwrap(),
            }
        }
    }
}

struct Told {
    root: PathBuf,
    recorder: Arc<Recorder>,
    made: story::Made,
    /// What is seen before step n; the last one is the end.
    seen: Vec<String>,
    _folder: tempfile::TempDir,
}

/// Tells the whole story on a watched disk.
async fn told() -> Told {
    let folder = folder();
    let root = folder.path().join("archive");
    let recorder = Arc::new(Recorder::default());
    let watch: Arc<dyn DiskWatch> = Arc::clone(&recorder) as _;
    let plugin = ArchivePlugin::open(ArchiveSettings { watch: Some(watch), ..settings(&root) }).unwrap();
    let (mut made, mut seen) = (Vec::new(), Vec::new());
    let mut after = Vec::new();
    for n in 0..story::STEPS {
        *recorder.step.lock().unwrap() = Some(n);
        story::step(&plugin, &mut made, n).await.unwrap();
        *recorder.step.lock().unwrap() = None;
        after.push(made.len());
    }
    drop(plugin);
    // The states between the steps, told again without a watch, with all references known from the start.
    let plain = common::folder();
    let plain_root = plain.path().join("archive");
    let plugin = open(&plain_root);
    let mut again = Vec::new();
    for n in 0..story::STEPS {
        domain::plugin::DocumentPlugin::provision(&plugin, &common::a(400_000)).await.unwrap();
        seen.push(story::observe(&plugin, &plain_root, &made).await.unwrap());
        story::step(&plugin, &mut again, n).await.unwrap();
    }
    seen.push(story::observe(&plugin, &plain_root, &made).await.unwrap());
    assert_eq!(made, again, "references come from operations alone");
    Told { root, recorder, made, seen, _folder: folder }
}

async fn holds(told: &Told, cut: &Cut, survives: Survives) {
    let place = folder();
    let root = place.path().join("archive");
    std::fs::create_dir(&root).unwrap();
    cut.restore(&told.root, &told.root, &root, survives);
    let plugin = open(&root);
    let at = usize::try_from(cut.step).unwrap();
    let (before, after) = (&told.seen[at], &told.seen[at + 1]);
    let seen = story::observe(&plugin, &root, &told.made).await;
    let seen = seen.unwrap_or_else(|e| panic!("{cut:?}, {survives:?}: {e:?}"));
    assert!(
        seen == *before || seen == *after,
        "{cut:?}, {survives:?}: a mixture:\n{seen}\nbefore:\n{before}\nafter:\n{after}"
    );
    let done = story::was_done(&plugin, &told.made, cut.step).await.unwrap();
    assert_eq!(done, seen == *after, "{cut:?}, {survives:?}: the plugin must know what became of it");
    let mut made = told.made.clone();
    story::step(&plugin, &mut made, cut.step).await.unwrap_or_else(|e| panic!("{cut:?}: again: {e:?}"));
    let seen = story::observe(&plugin, &root, &told.made).await.unwrap();
    assert!(seen == *after, "{cut:?}, {survives:?}: doing it again must complete it:\n{seen}\nnot:\n{after}");
}

async fn every_cut_holds(survives: Survives) {
    let told = told().await;
    let cuts = told.recorder.cuts.lock().unwrap().drain(..).collect::<Vec<_>>();
    assert!(cuts.len() > 100, "only {} effects were seen", cuts.len());
    for cut in &cuts {
        holds(&told, cut, survives).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_after_any_effect_leaves_old_or_new() {
    every_cut_holds(Survives::All).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_power_cut_that_loses_everything_not_durable_leaves_old_or_new() {
    every_cut_holds(Survives::Nothing).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_power_cut_that_loses_some_leaves_old_or_new() {
    every_cut_holds(Survives::Some(1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_power_cut_that_loses_others_leaves_old_or_new() {
    every_cut_holds(Survives::Some(2)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_survives_every_power_cut() {
    let told = told().await;
    let cuts = told.recorder.cuts.lock().unwrap().drain(..).collect::<Vec<_>>();
    for n in 0..story::STEPS {
        let last = cuts.iter().rfind(|cut| cut.step == n).expect("each step has effects");
        for survives in [Survives::Nothing, Survives::Some(3), Survives::Some(4)] {
            let place = folder();
            let root = place.path().join("archive");
            std::fs::create_dir(&root).unwrap();
            last.restore(&told.root, &told.root, &root, survives);
            let seen = story::observe(&open(&root), &root, &told.made).await.unwrap();
            let expected = &told.seen[usize::try_from(n).unwrap() + 1];
            assert!(seen == *expected, "step {n}, {survives:?}: lost:\n{seen}\nnot:\n{expected}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_model_of_the_disk_is_true() {
    let told = told().await;
    let cuts = told.recorder.cuts.lock().unwrap().drain(..).collect::<Vec<_>>();
    let place = folder();
    cuts.last().expect("effects").restore(&told.root, &told.root, place.path(), Survives::All);
    let relative = |root: &Path| -> Vec<PathBuf> {
        let all = files(root).into_iter().map(|f| f.strip_prefix(root).unwrap().to_path_buf());
        all.filter(|f| f != Path::new("lock")).collect()
    };
    assert_eq!(relative(place.path()), relative(&told.root));
}

#[derive(Debug, Default)]
struct Heard(Mutex<Vec<&'static str>>);

impl Steps for Heard {
    fn reached(&self, step: &'static str) {
        self.0.lock().unwrap().push(step);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_announced_step_is_reached_and_no_other() {
    let place = folder();
    let heard = Arc::new(Heard::default());
    let steps: Arc<dyn Steps> = Arc::clone(&heard) as _;
    let plugin =
        ArchivePlugin::open(ArchiveSettings { steps, ..settings(&place.path().join("archive")) }).unwrap();
    let mut made = Vec::new();
    for n in 0..story::STEPS {
        story::step(&plugin, &mut made, n).await.unwrap();
    }
    let heard: BTreeSet<_> = heard.0.lock().unwrap().iter().copied().collect();
    assert_eq!(heard, BTreeSet::from(STEPS));
}
