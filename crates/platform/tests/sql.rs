//! The database through its public door.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use domain::{Error, ErrorKind, Result};
use platform::sql::{Database, Migration, SqlSettings, Tx, constraint, migrate, migrations};
use platform::{clock, params};
use proptest::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use tempfile::TempDir;

platform::statements! {
    ADD = "INSERT INTO things (installation_id, id, name) VALUES ($1, $2, $3)";
    /// The markers stand in another order than their numbers.
    RENAME = "UPDATE things SET name = $2 WHERE installation_id = 1 AND id = $1";
    NAME = "SELECT name FROM things WHERE id = $1";
    COUNT = "SELECT count(*) FROM things";
    COUNT_UP = "INSERT INTO numbers (name, next) VALUES ($1, 2) ON CONFLICT (name) DO UPDATE SET next = numbers.next + 1
        RETURNING next - 1";
    POINT = "INSERT INTO parts (installation_id, id, thing_id) VALUES (1, $1, $2)";
}

static SCHEMA: &[Migration] = &[Migration {
    version: 1,
    name: "things",
    sql: "CREATE TABLE things (installation_id BIGINT NOT NULL, id BIGINT NOT NULL, name TEXT NOT NULL,
              PRIMARY KEY (installation_id, id), UNIQUE (installation_id, name));
          CREATE TABLE parts (installation_id BIGINT NOT NULL, id BIGINT NOT NULL, thing_id BIGINT,
              PRIMARY KEY (installation_id, id),
              FOREIGN KEY (installation_id, thing_id) REFERENCES things (installation_id, id));
          CREATE TABLE numbers (name TEXT NOT NULL PRIMARY KEY, next BIGINT NOT NULL);",
}];

struct Place {
    db: Database,
    settings: SqlSettings,
    _dir: TempDir,
}

async fn place(queue: usize) -> Place {
    let dir = tempfile::tempdir().unwrap();
    let settings = SqlSettings { queue, durable: false, ..SqlSettings::at(dir.path().join("test.db")) };
    let db = Database::open(&settings).unwrap();
    migrate(&db, SCHEMA, clock::now()).await.unwrap();
    Place { db, settings, _dir: dir }
}

fn add(tx: Tx<'_>, id: i64, name: &str) -> Result<u64> {
    tx.execute(&ADD, params![1_i64, id, name])
}

async fn names(db: &Database) -> i64 {
    db.read(|tx| tx.one(&COUNT, &[], |r| r.get(0))).await.unwrap().unwrap()
}

/// Keeps the writer busy until the sender is used or dropped.
async fn block_writer(db: &Database) -> (mpsc::Sender<()>, tokio::task::JoinHandle<Result<()>>) {
    let (go, wait) = mpsc::channel::<()>();
    let (started, has_started) = tokio::sync::oneshot::channel();
    let other = db.clone();
    let task = tokio::spawn(async move {
        other
            .write(move |_| {
                let _ = started.send(());
                let _ = wait.recv();
                Ok(())
            })
            .await
    });
    has_started.await.unwrap();
    (go, task)
}

#[tokio::test]
async fn a_closure_that_errs_is_undone_and_its_neighbours_in_the_group_are_kept() {
    let p = place(64).await;
    let (go, blocker) = block_writer(&p.db).await;
    let calls: Vec<_> = (1..=9)
        .map(|id| {
            let db = p.db.clone();
            tokio::spawn(async move {
                db.write(move |tx| {
                    add(tx, id, &format!("thing {id}"))?;
                    if id % 3 == 0 { Err(Error::conflict("no")) } else { Ok(id) }
                })
                .await
            })
        })
        .collect();
    while p.db.waiting() < 9 {
        tokio::task::yield_now().await;
    }
    go.send(()).unwrap();
    blocker.await.unwrap().unwrap();
    for (n, call) in calls.into_iter().enumerate() {
        let answer = call.await.unwrap();
        if (n + 1) % 3 == 0 {
            assert_eq!(answer.unwrap_err().public(), "no");
        } else {
            assert_eq!(answer.unwrap(), n as i64 + 1);
        }
    }
    assert_eq!(names(&p.db).await, 6);
}

#[tokio::test]
async fn a_panic_in_a_closure_is_an_answer_and_the_threads_live_on() {
    let p = place(64).await;
    let e =
        p.db.write(|tx| -> Result<()> {
            add(tx, 1, "half")?;
            panic!("a defect")
        })
        .await
        .unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Internal);
    for _ in 0..8 {
        let e = p.db.read(|_| -> Result<()> { panic!("a defect") }).await.unwrap_err();
        assert_eq!(e.kind(), ErrorKind::Internal);
    }
    assert_eq!(names(&p.db).await, 0);
    p.db.write(|tx| add(tx, 1, "whole")).await.unwrap();
    assert_eq!(names(&p.db).await, 1);
}

#[tokio::test]
async fn waiting_closures_share_commits() {
    let p = place(256).await;
    let (go, blocker) = block_writer(&p.db).await;
    let order = Arc::new(AtomicUsize::new(0));
    let calls: Vec<_> = (1..=100)
        .map(|id| {
            let (db, order) = (p.db.clone(), Arc::clone(&order));
            tokio::spawn(async move {
                db.write(move |tx| add(tx, id, &id.to_string())).await.unwrap();
                order.fetch_add(1, Ordering::Relaxed);
            })
        })
        .collect();
    while p.db.waiting() < 100 {
        tokio::task::yield_now().await;
    }
    // Nobody is answered before the group is committed, and a reader sees none of it either.
    assert_eq!((order.load(Ordering::Relaxed), names(&p.db).await), (0, 0));
    let before = wal_commits(&p);
    go.send(()).unwrap();
    blocker.await.unwrap().unwrap();
    for call in calls {
        call.await.unwrap();
    }
    assert_eq!(names(&p.db).await, 100);
    // One commit writes each changed page once; a hundred commits would write each page a hundred times.
    assert!(wal_commits(&p) - before < 60, "{before} to {} pages", wal_commits(&p));
}

/// Pages in the write-ahead log.
fn wal_commits(p: &Place) -> u64 {
    let mut wal = p.settings.path.clone().into_os_string();
    wal.push("-wal");
    std::fs::metadata(wal).unwrap().len() / 4120
}

#[tokio::test]
async fn a_read_sees_one_state_from_beginning_to_end_and_may_not_write() {
    let p = place(64).await;
    let (db, (first, first_done), (go, wait)) =
        (p.db.clone(), tokio::sync::oneshot::channel(), mpsc::channel::<()>());
    let read = tokio::spawn(async move {
        db.read(move |tx| {
            let count = || tx.one(&COUNT, &[], |r| r.get::<i64>(0)).map(Option::unwrap);
            let before = count()?;
            let _ = first.send(());
            let _ = wait.recv();
            Ok((before, count()?))
        })
        .await
    });
    first_done.await.unwrap();
    p.db.write(|tx| add(tx, 1, "new")).await.unwrap();
    go.send(()).unwrap();
    assert_eq!(read.await.unwrap().unwrap(), (0, 0));
    assert_eq!(names(&p.db).await, 1);
    assert!(p.db.read(|tx| add(tx, 2, "sneaked in")).await.is_err());
    assert_eq!(names(&p.db).await, 1);
}

#[tokio::test]
async fn a_full_queue_refuses_at_once_and_invites_another_try() {
    let p = place(4).await;
    let (go, blocker) = block_writer(&p.db).await;
    let waiting: Vec<_> = (1..=4)
        .map(|id| {
            let db = p.db.clone();
            tokio::spawn(async move { db.write(move |tx| add(tx, id, &id.to_string())).await })
        })
        .collect();
    while p.db.waiting() < 4 {
        tokio::task::yield_now().await;
    }
    let e = p.db.write(|tx| add(tx, 5, "5")).await.unwrap_err();
    assert_eq!((e.kind(), e.retry_hint()), (ErrorKind::Unavailable, domain::Retry::Later));
    go.send(()).unwrap();
    blocker.await.unwrap().unwrap();
    for w in waiting {
        w.await.unwrap().unwrap();
    }
    p.db.write(|tx| add(tx, 5, "5")).await.unwrap();
}

#[tokio::test]
async fn a_broken_constraint_is_a_conflict_that_names_it_without_the_installation() {
    let p = place(64).await;
    p.db.write(|tx| add(tx, 1, "one")).await.unwrap();
    let same_name = p.db.write(|tx| add(tx, 2, "one")).await.unwrap_err();
    assert_eq!((same_name.kind(), constraint(&same_name)), (ErrorKind::Conflict, Some("unique things.name")));
    let same_id = p.db.write(|tx| add(tx, 1, "two")).await.unwrap_err();
    assert_eq!(constraint(&same_id), Some("unique things.id"));
    let nowhere = p.db.write(|tx| tx.execute(&POINT, params![1_i64, 77_i64])).await.unwrap_err();
    assert_eq!((nowhere.kind(), constraint(&nowhere)), (ErrorKind::Conflict, Some("foreign key")));
    assert!(!same_name.public().contains("things"), "table names are no text for people");
}

#[tokio::test]
async fn parameters_are_bound_by_their_number_not_by_their_place() {
    let p = place(64).await;
    let name =
        p.db.write(|tx| {
            add(tx, 7, "old")?;
            assert_eq!(tx.execute(&RENAME, params![7_i64, "new"])?, 1);
            assert!(tx.execute(&RENAME, params![7_i64]).is_err(), "a missing value is an error, not NULL");
            tx.one(&NAME, params![7_i64], |r| r.get::<String>(0))
        })
        .await
        .unwrap();
    assert_eq!(name.as_deref(), Some("new"));
}

#[tokio::test]
async fn a_cell_of_another_kind_is_an_error_that_names_the_statement() {
    let p = place(64).await;
    let e =
        p.db.write(|tx| {
            add(tx, 1, "no number")?;
            tx.one(&NAME, params![1_i64], |r| r.get::<i64>(0))
        })
        .await
        .unwrap_err();
    assert!(format!("{e:?}").contains("NAME"), "{e:?}");
}

#[tokio::test]
async fn what_was_committed_is_there_after_reopening_and_the_file_is_private() {
    let p = place(64).await;
    p.db.write(|tx| add(tx, 1, "kept")).await.unwrap();
    let Place { db, settings, _dir } = p;
    drop(db);
    assert!(!settings.path.with_extension("db-wal").exists(), "closing folds the log into the file");
    let db = Database::open(&settings).unwrap();
    assert_eq!(names(&db).await, 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&settings.path).unwrap().permissions().mode() & 0o077, 0);
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_with_a_remedy() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("letter.db");
    std::fs::write(&path, "Dear Sir or Madam, ".repeat(500)).unwrap();
    let e = Database::open(&SqlSettings::at(&path)).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Damaged);
    assert!(e.public().contains("backup"));
    let e = Database::open(&SqlSettings::at(dir.path().join("missing/x.db"))).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Unavailable);
}

static NEWER: &[Migration] = &[
    Migration { version: 1, name: "things", sql: SCHEMA[0].sql },
    Migration {
        version: 2,
        name: "colour",
        sql: "ALTER TABLE things ADD COLUMN colour TEXT NOT NULL DEFAULT ''",
    },
];
static CHANGED: &[Migration] =
    &[Migration { version: 1, name: "things", sql: "CREATE TABLE things (id BIGINT)" }];
static TORN: &[Migration] = &[
    Migration { version: 1, name: "things", sql: SCHEMA[0].sql },
    Migration {
        version: 2,
        name: "torn",
        sql: "CREATE TABLE half (id BIGINT); CREATE TABLE things (id BIGINT);",
    },
];

#[tokio::test]
async fn migrations_run_once_in_order_and_a_foreign_history_is_refused() {
    let p = place(64).await;
    let now = clock::now();
    assert_eq!(migrate(&p.db, SCHEMA, now).await.unwrap(), 0);
    let (a, b) = tokio::join!(migrate(&p.db, NEWER, now), migrate(&p.db, NEWER, now));
    assert_eq!(a.unwrap() + b.unwrap(), 1);
    let state = migrations(&p.db, NEWER).await.unwrap();
    assert!(state.len() == 2 && state[1].at == Some(now) && state[1].name == "colour");
    let newer = migrate(&p.db, SCHEMA, now).await.unwrap_err();
    assert!(newer.public().contains("newer release"), "{newer:?}");
    let changed = migrate(&p.db, CHANGED, now).await.unwrap_err();
    assert_eq!(changed.kind(), ErrorKind::Conflict);
}

#[tokio::test]
async fn a_migration_that_fails_leaves_nothing_of_itself() {
    let p = place(64).await;
    assert!(migrate(&p.db, TORN, clock::now()).await.is_err());
    let half = p.db.read(|tx| Ok(tx.check("SELECT * FROM half").is_ok())).await.unwrap();
    assert!(!half);
    assert_eq!(migrations(&p.db, TORN).await.unwrap()[1].at, None);
}

#[tokio::test]
async fn a_write_that_was_queued_happens_even_if_its_caller_has_gone() {
    let p = place(64).await;
    let (go, blocker) = block_writer(&p.db).await;
    {
        let call = p.db.write(|tx| add(tx, 1, "left behind"));
        let gone = tokio::time::timeout(std::time::Duration::from_millis(1), call).await;
        assert!(gone.is_err());
    }
    go.send(()).unwrap();
    blocker.await.unwrap().unwrap();
    p.db.write(|_| Ok(())).await.unwrap();
    assert_eq!(names(&p.db).await, 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// Any mix of callers, some of which fail after counting: each success has a number of its own, and there are no gaps.
    #[test]
    fn concurrent_counters_lose_nothing_and_repeat_nothing(fails in prop::collection::vec(any::<bool>(), 1..120)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let p = place(256).await;
            let calls: Vec<_> = fails
                .iter()
                .map(|&fail| {
                    let db = p.db.clone();
                    tokio::spawn(async move {
                        db.write(move |tx| {
                            let n = tx.one(&COUNT_UP, params!["c"], |r| r.get::<i64>(0))?.unwrap();
                            if fail { Err(Error::conflict("no")) } else { Ok(n) }
                        })
                        .await
                    })
                })
                .collect();
            let mut numbers = Vec::new();
            for call in calls {
                numbers.extend(call.await.unwrap().ok());
            }
            numbers.sort_unstable();
            let expected: Vec<i64> = (1..=fails.iter().filter(|f| !**f).count() as i64).collect();
            assert_eq!(numbers, expected);
        });
    }
}
