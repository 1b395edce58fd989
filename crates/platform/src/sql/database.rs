//! The database threads: one writer that commits waiting closures as a group, a few readers beside it.

use super::engine::{Connection, Role, Tx};
use super::queue::{Queue, Refused};
use domain::{Error, ErrorKind, Result};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Where the database is and how it is used.
#[derive(Debug, Clone)]
pub struct SqlSettings {
    /// The database file. Its folder must exist; the file is made when it is missing.
    pub path: PathBuf,
    /// Threads that read, each with its own connection: 1 to 16.
    pub readers: usize,
    /// Closures that may wait, for the writer and for the readers; further ones are refused as `Unavailable`.
    pub queue: usize,
    /// Whether a commit waits until the disk has it. `false` is for tests only: a power cut may lose commits.
    pub durable: bool,
}

impl SqlSettings {
    /// A durable database in this file, with three readers and room for 1024 waiting closures.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), readers: 3, queue: 1024, durable: true }
    }
}

/// The most closures committed together, and the longest time spent gathering them: bounds how long the first
/// one waits for its answer.
const GROUP: usize = 512;
const GROUP_TIME: Duration = Duration::from_millis(5);
/// A closure that takes longer than this is logged: it holds everybody else up.
const SLOW: Duration = Duration::from_secs(1);

/// A database that is open. Clones share it; it closes when the last one is dropped.
#[derive(Clone)]
pub struct Database(Arc<Shared>);

struct Shared {
    writes: Arc<Queue<Box<dyn Work>>>,
    reads: Arc<Queue<Box<dyn Work>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").field("waiting", &self.waiting()).finish_non_exhaustive()
    }
}

impl Database {
    /// Opens the database and starts its threads.
    /// # Errors
    /// `Unavailable` when the file or a thread cannot be had, `Damaged` when the file is no database.
    pub fn open(settings: &SqlSettings) -> Result<Self> {
        let room = settings.queue.max(1);
        let shared = Shared {
            writes: Arc::new(Queue::with_room_for(room)),
            reads: Arc::new(Queue::with_room_for(room)),
            threads: Mutex::default(),
        };
        let writer = Connection::open(settings, Role::Writer)?;
        let queue = Arc::clone(&shared.writes);
        shared.start("sql-writer".into(), move || serve_writes(&writer, &queue))?;
        for n in 1..=settings.readers.clamp(1, 16) {
            let reader = Connection::open(settings, Role::Reader)?;
            let queue = Arc::clone(&shared.reads);
            shared.start(format!("sql-reader-{n}"), move || serve_reads(&reader, &queue))?;
        }
        Ok(Self(Arc::new(shared)))
    }

    /// Runs a closure that changes things, and answers once its changes are on the disk.
    ///
    /// Closures that wait at the same time are committed together, each inside a savepoint of its own: one that
    /// errs or panics is undone alone. A closure that has been queued is carried out even when the caller stops
    /// waiting for it.
    /// # Errors
    /// The closure's own error; `Unavailable` when too many are waiting or the commit fails (nothing is kept then).
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        F: FnOnce(Tx<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        queue(&self.0.writes, work).await
    }

    /// Runs a closure that only looks. It sees one state of the database from beginning to end.
    /// # Errors
    /// The closure's own error; `Unavailable` when too many are waiting.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        F: FnOnce(Tx<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        queue(&self.0.reads, work).await
    }

    /// How many closures wait for the writer and the readers now.
    pub fn waiting(&self) -> usize {
        self.0.writes.len() + self.0.reads.len()
    }
}

impl Shared {
    fn start(&self, name: String, run: impl FnOnce() + Send + 'static) -> Result<()> {
        let thread = std::thread::Builder::new().name(name).spawn(run).map_err(|e| {
            Error::new(ErrorKind::Unavailable, "The operating system gives no thread for the database.")
                .caused_by(e)
        })?;
        self.threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        Ok(())
    }
}

impl Drop for Shared {
    /// Lets what waits be finished, then closes the connections.
    fn drop(&mut self) {
        let mut threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        let readers = threads.split_off(threads.len().min(1));
        // The writer closes last and alone: only then can it fold the log into the file.
        for (queue, threads) in [(&self.reads, readers), (&self.writes, threads)] {
            queue.close();
            for thread in threads {
                // The last handle may be dropped inside a closure; a thread cannot wait for itself.
                if thread.thread().id() != std::thread::current().id() {
                    let _ = thread.join();
                }
            }
        }
    }
}

/// A closure with the place its answer goes to.
trait Work: Send {
    /// Runs the closure, once. `true` when it succeeded.
    fn run(&mut self, tx: Tx<'_>) -> bool;
    /// Sends the answer. `lost` says why a success could not be kept.
    fn answer(self: Box<Self>, lost: Option<&Error>);
}

struct Task<F, T> {
    work: Option<F>,
    result: Result<T>,
    caller: oneshot::Sender<Result<T>>,
}

impl<T, F> Work for Task<F, T>
where
    F: FnOnce(Tx<'_>) -> Result<T> + Send,
    T: Send,
{
    fn run(&mut self, tx: Tx<'_>) -> bool {
        if let Some(work) = self.work.take() {
            // What a panicking closure has touched is the transaction, which is rolled back, and its own captures,
            // which are dropped.
            self.result = catch_unwind(AssertUnwindSafe(|| work(tx)))
                .unwrap_or_else(|_| Err(Error::internal("a database closure panicked")));
        }
        self.result.is_ok()
    }

    fn answer(self: Box<Self>, lost: Option<&Error>) {
        let result = match lost {
            Some(e) if self.result.is_ok() => Err(Error::new(e.kind(), e.public().to_owned())
                .retry(e.retry_hint())
                .with("commit", format!("{e:?}"))),
            _ => self.result,
        };
        // A caller that has gone away needs no answer.
        let _ = self.caller.send(result);
    }
}

async fn queue<T, F>(to: &Queue<Box<dyn Work>>, work: F) -> Result<T>
where
    F: FnOnce(Tx<'_>) -> Result<T> + Send + 'static,
    T: Send + 'static,
{
    let (caller, answer) = oneshot::channel();
    let task = Task { work: Some(work), result: Err(stopped()), caller };
    to.push(Box::new(task)).map_err(|refused| match refused {
        Refused::Closed => stopped(),
        Refused::Full => {
            metrics::counter!("sql_refused_total").increment(1);
            Error::new(
                ErrorKind::Unavailable,
                "Too much is going on right now. Nothing was changed; try again shortly.",
            )
        }
    })?;
    answer.await.unwrap_or_else(|_| Err(stopped()))
}

fn stopped() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "Chancery is shutting down. Nothing was changed; try again in a minute.",
    )
}

fn serve_reads(connection: &Connection, queue: &Queue<Box<dyn Work>>) {
    while let Some(mut task) = queue.pop() {
        let begun = Instant::now();
        let lost = match connection.begin(Role::Reader) {
            Ok(()) => {
                task.run(connection.tx());
                connection.roll_back().err()
            }
            Err(e) => Some(e),
        };
        note_time("read", begun);
        task.answer(lost.as_ref());
    }
}

fn serve_writes(connection: &Connection, queue: &Queue<Box<dyn Work>>) {
    while let Some(first) = queue.pop() {
        let mut group = Vec::new();
        let lost = match connection.begin(Role::Writer) {
            Ok(()) => run_group(connection, queue, first, &mut group).or_else(|| connection.commit().err()),
            Err(e) => {
                group.push(first);
                Some(e)
            }
        };
        if let Some(e) = &lost {
            tracing::error!(error = ?e, closures = group.len(), "a group of changes could not be committed");
            if connection.in_transaction() {
                let _ = connection.roll_back();
            }
        }
        metrics::counter!("sql_commits_total").increment(1);
        metrics::counter!("sql_writes_total").increment(group.len() as u64);
        for task in group {
            task.answer(lost.as_ref());
        }
    }
}

/// Runs `first` and whatever waits behind it inside the open transaction. Gives the reason when the transaction
/// has been lost and nothing of the group can be kept.
fn run_group(
    connection: &Connection,
    queue: &Queue<Box<dyn Work>>,
    first: Box<dyn Work>,
    group: &mut Vec<Box<dyn Work>>,
) -> Option<Error> {
    let begun = Instant::now();
    let mut next = Some(first);
    while let Some(mut task) = next {
        let outcome = run_in_savepoint(connection, task.as_mut());
        group.push(task);
        if outcome.is_err() || !connection.in_transaction() {
            return Some(outcome.err().unwrap_or_else(|| {
                Error::new(
                    ErrorKind::Unavailable,
                    "The database could not write to its disk. Nothing was changed; check the free space and try again.",
                )
            }));
        }
        next = (group.len() < GROUP && begun.elapsed() < GROUP_TIME).then(|| queue.try_pop()).flatten();
    }
    None
}

fn run_in_savepoint(connection: &Connection, task: &mut dyn Work) -> Result<()> {
    let begun = Instant::now();
    connection.savepoint()?;
    let succeeded = task.run(connection.tx());
    note_time("write", begun);
    if succeeded {
        connection.release()
    } else if connection.in_transaction() {
        connection.roll_back_to_savepoint()
    } else {
        // The failure ended the whole transaction; the caller sees that and gives up the group.
        Ok(())
    }
}

fn note_time(what: &'static str, begun: Instant) {
    let taken = begun.elapsed();
    metrics::histogram!("sql_closure_seconds", "kind" => what).record(taken.as_secs_f64());
    if taken > SLOW {
        tracing::warn!(kind = what, seconds = taken.as_secs_f64(), "a database closure was slow");
    }
}
