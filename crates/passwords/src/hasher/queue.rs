//! The places where tasks wait for a thread.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

/// A task and the two ways back to who asked it.
pub(super) struct Job<T, A> {
    pub(super) task: T,
    /// Told when a thread takes the task; closed when the caller has gone.
    pub(super) started: oneshot::Sender<()>,
    pub(super) answer: oneshot::Sender<A>,
}

/// First come, first served, up to a number of places.
pub(super) struct Queue<T, A> {
    places: usize,
    state: Mutex<State<T, A>>,
    changed: Condvar,
}

struct State<T, A> {
    waiting: VecDeque<Job<T, A>>,
    /// Threads with nothing in hand: a task for one of them takes no place.
    free: usize,
    closed: bool,
}

/// Every place is taken.
#[derive(Debug)]
pub(super) struct Full;

impl<T, A> Queue<T, A> {
    /// `places` for the tasks of `threads` threads.
    pub(super) fn new(threads: usize, places: usize) -> Self {
        let state = State {
            waiting: VecDeque::new(),
            free: threads,
            closed: false,
        };
        Self {
            places,
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    /// Takes a place for `job`. Places held by callers who have gone are given back first.
    pub(super) fn push(&self, job: Job<T, A>) -> Result<(), Full> {
        let mut state = self.lock();
        let room = self.places + state.free;
        if state.waiting.len() >= room {
            state.waiting.retain(|job| !job.started.is_closed());
        }
        if state.waiting.len() >= room {
            return Err(Full);
        }
        state.waiting.push_back(job);
        self.changed.notify_one();
        Ok(())
    }

    /// The next task, waiting for one; `None` once the queue is closed. The thread has it in hand
    /// until it calls [`Self::done`].
    pub(super) fn next(&self) -> Option<Job<T, A>> {
        let mut state = self
            .changed
            .wait_while(self.lock(), |state| {
                state.waiting.is_empty() && !state.closed
            })
            .unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            return None;
        }
        state.free -= 1;
        state.waiting.pop_front()
    }

    /// A thread has nothing in hand any more.
    pub(super) fn done(&self) {
        self.lock().free += 1;
    }

    /// Sends every thread home; what still waits is dropped with the queue.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// Nothing under this lock can leave the state half changed, so a poisoned one is sound.
    fn lock(&self) -> MutexGuard<'_, State<T, A>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
