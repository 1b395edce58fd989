//! The step listener that kills.

use domain::steps::Steps;
use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

/// Ends this process with SIGKILL at the n-th step boundary, after printing its name.
#[derive(Debug)]
pub struct KillAt {
    n: u64,
    seen: AtomicU64,
}

impl KillAt {
    /// Kills at the n-th boundary, counted from 1. 0 never kills.
    pub fn new(n: u64) -> Self {
        Self { n, seen: AtomicU64::new(0) }
    }
}

impl Steps for KillAt {
    fn reached(&self, step: &'static str) {
        if self.seen.fetch_add(1, Ordering::SeqCst) + 1 != self.n {
            return;
        }
        let mut out = std::io::stdout().lock();
        let _ = writeln!(out, "{step}");
        let _ = out.flush();
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
        loop {
            // The signal cannot be caught; it only has to arrive.
            std::thread::park();
        }
    }
}
