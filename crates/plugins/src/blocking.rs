//! Work that waits for the disk, beside everything else.

use domain::{Error, Result};

/// Runs work on a thread that may wait.
/// # Errors
/// As the work; `Internal` when it ended early.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(e) => Err(Error::internal("a task that waits for the disk ended early").caused_by(e)),
    }
}
