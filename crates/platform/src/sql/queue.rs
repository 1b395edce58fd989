//! A bounded queue between callers and database threads.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Why something could not be queued.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// As many are waiting as there is room for.
    Full,
    /// The threads have ended.
    Closed,
}

/// First in, first out; many may put in, many may take out.
pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    arrived: Condvar,
    room: usize,
}

struct State<T> {
    waiting: VecDeque<T>,
    closed: bool,
}

impl<T> Queue<T> {
    pub(super) fn with_room_for(room: usize) -> Self {
        let state = State { waiting: VecDeque::new(), closed: false };
        Self { state: Mutex::new(state), arrived: Condvar::new(), room }
    }

    // A panic cannot happen while the lock is held: nothing foreign runs there. Going on is right even so.
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn push(&self, item: T) -> Result<(), Refused> {
        let mut state = self.state();
        if state.closed {
            return Err(Refused::Closed);
        }
        if state.waiting.len() >= self.room {
            return Err(Refused::Full);
        }
        state.waiting.push_back(item);
        drop(state);
        self.arrived.notify_one();
        Ok(())
    }

    /// Waits for the next one; `None` once the queue is closed and empty.
    pub(super) fn pop(&self) -> Option<T> {
        let mut state = self.state();
        loop {
            if let Some(item) = state.waiting.pop_front() {
                return Some(item);
            }
            if state.closed {
                return None;
            }
            state = self.arrived.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The next one, if one is waiting.
    pub(super) fn try_pop(&self) -> Option<T> {
        self.state().waiting.pop_front()
    }

    pub(super) fn len(&self) -> usize {
        self.state().waiting.len()
    }

    /// Takes no more; what waits is still delivered.
    pub(super) fn close(&self) {
        self.state().closed = true;
        self.arrived.notify_all();
    }
}
