//! A fixed number of threads behind a queue with a fixed number of places.
//!
//! Handing each hash to a pool that grows bounds neither its threads nor their memory. Here both
//! are given at start: a thread keeps what it works with, and who finds no place hears it at once.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use tokio::{sync::oneshot, time::timeout};

use super::queue::{Job, Queue};

/// Threads that each turn a `T` into an `A`, one at a time.
pub(crate) struct Crew<T, A> {
    queue: Arc<Queue<T, A>>,
    wait: Duration,
    threads: Vec<JoinHandle<()>>,
}

/// Why a crew gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// No place in the queue, or no thread within the wait.
    Overloaded,
    /// The work panicked; the thread goes on with the next.
    Panicked,
}

impl<T: Send + 'static, A: Send + 'static> Crew<T, A> {
    /// Starts `size` threads. Each works with what `equip` gives it, and is equipped anew after a
    /// panic. At most `places` tasks wait, each for at most `wait`.
    pub(crate) fn start<W>(
        size: usize,
        places: usize,
        wait: Duration,
        equip: impl Fn() -> W + Clone + Send + 'static,
    ) -> io::Result<Self>
    where
        W: FnMut(T) -> A,
    {
        let mut crew = Self {
            queue: Arc::new(Queue::new(size, places)),
            wait,
            threads: Vec::new(),
        };
        for number in 0..size {
            let (queue, equip) = (Arc::clone(&crew.queue), equip.clone());
            let thread = thread::Builder::new()
                .name(format!("hash-{number}"))
                .spawn(move || work_through(&queue, equip))?;
            crew.threads.push(thread);
        }
        Ok(crew)
    }

    /// Has `task` done. Dropping the future before a thread takes the task gives its place back.
    pub(crate) async fn ask(&self, task: T) -> Result<A, Refused> {
        let (started, start) = oneshot::channel();
        let (answer, answered) = oneshot::channel();
        self.queue
            .push(Job {
                task,
                started,
                answer,
            })
            .map_err(|_full| Refused::Overloaded)?;
        match timeout(self.wait, start).await {
            Ok(Ok(())) => answered.await.map_err(|_dropped| Refused::Panicked),
            // Dropped unstarted: only a closed queue does that, and none is closed while asked.
            Ok(Err(_)) | Err(_) => Err(Refused::Overloaded),
        }
    }
}

impl<T, A> Drop for Crew<T, A> {
    /// Nobody waits any more: whoever asks borrows the crew. The tasks in hand are finished.
    fn drop(&mut self) {
        self.queue.close();
        for thread in self.threads.drain(..) {
            // A thread cannot have panicked outside its work, and there is nobody left to tell.
            let _ended = thread.join();
        }
    }
}

fn work_through<T, A, W: FnMut(T) -> A>(queue: &Queue<T, A>, equip: impl Fn() -> W) {
    let mut work = equip();
    while let Some(job) = queue.next() {
        if let Err(Panicked) = serve(job, &mut work) {
            tracing::error!("a hashing thread panicked; it goes on with fresh memory");
            work = equip();
        }
        queue.done();
    }
}

struct Panicked;

/// Does the task, unless its caller has gone.
fn serve<T, A>(job: Job<T, A>, work: &mut impl FnMut(T) -> A) -> Result<(), Panicked> {
    let Job {
        task,
        started,
        answer,
    } = job;
    if started.send(()).is_err() {
        return Ok(());
    }
    // The panic hook has told the place; the payload is dropped, for it could quote what was hashed.
    let done = catch_unwind(AssertUnwindSafe(|| work(task))).map_err(|_payload| Panicked)?;
    // A caller gone meanwhile needs no answer.
    let _heard = answer.send(done);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    };

    use super::*;

    const LONG: Duration = Duration::from_mins(1);
    const SHORT: Duration = Duration::from_millis(1);

    /// Work that says when it began and ends when it is told to.
    struct Gate {
        crew: Crew<u32, u32>,
        begun: mpsc::Receiver<u32>,
        open: mpsc::Sender<()>,
        done: Arc<AtomicUsize>,
    }

    fn gate(places: usize, wait: Duration) -> Gate {
        let (begin, begun) = mpsc::channel();
        let (open, opened) = mpsc::channel();
        let opened = Arc::new(Mutex::new(opened));
        let done = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&done);
        let equip = move || {
            let (begin, opened, count) = (begin.clone(), opened.clone(), count.clone());
            move |task| {
                begin.send(task).unwrap();
                opened
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .recv()
                    .unwrap();
                count.fetch_add(1, Ordering::SeqCst);
                task + 100
            }
        };
        Gate {
            crew: Crew::start(1, places, wait, equip).unwrap(),
            begun,
            open,
            done,
        }
    }

    #[tokio::test]
    async fn while_the_threads_are_busy_a_caller_without_a_place_hears_it_at_once() {
        let gate = gate(0, LONG);
        let first = gate.crew.ask(1);
        let second = async {
            gate.begun.recv().unwrap();
            let refused = gate.crew.ask(2).await;
            gate.open.send(()).unwrap();
            refused
        };
        let (first, second) = tokio::join!(first, second);
        assert_eq!((first, second), (Ok(101), Err(Refused::Overloaded)));
    }

    #[tokio::test]
    async fn the_wait_ends_a_task_that_is_queued_and_none_that_is_in_hand() {
        let gate = gate(8, SHORT);
        let first = gate.crew.ask(1);
        let second = async {
            gate.begun.recv().unwrap();
            let refused = gate.crew.ask(2).await;
            gate.open.send(()).unwrap();
            refused
        };
        let (first, second) = tokio::join!(first, second);
        assert_eq!((first, second), (Ok(101), Err(Refused::Overloaded)));
        let done = Arc::clone(&gate.done);
        drop(gate);
        assert_eq!(done.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_caller_gone_while_queued_is_skipped_and_gives_its_place_back() {
        let gate = gate(1, LONG);
        let first = gate.crew.ask(1);
        let others = async {
            gate.begun.recv().unwrap();
            tokio::select! {
                biased;
                answer = gate.crew.ask(2) => panic!("answered while the thread is busy: {answer:?}"),
                () = std::future::ready(()) => {}
            }
            let opened = async {
                gate.open.send(()).unwrap();
                gate.open.send(()).unwrap();
            };
            tokio::join!(gate.crew.ask(3), opened).0
        };
        let (first, third) = tokio::join!(first, others);
        assert_eq!((first, third), (Ok(101), Ok(103)));
        assert_eq!(gate.begun.recv().unwrap(), 3, "the second was never begun");
    }

    #[tokio::test]
    async fn a_panic_is_told_to_its_caller_and_the_thread_goes_on() {
        let equipped = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&equipped);
        let equip = move || {
            count.fetch_add(1, Ordering::SeqCst);
            |task: u32| {
                100_u32
                    .checked_div(task)
                    .expect("a test divides by zero on purpose")
            }
        };
        let crew = Crew::start(1, 8, LONG, equip).unwrap();
        assert_eq!(crew.ask(0).await, Err(Refused::Panicked));
        assert_eq!(crew.ask(4).await, Ok(25));
        assert_eq!(equipped.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn the_threads_end_with_the_crew() {
        let equipment = Arc::new(());
        let held = Arc::clone(&equipment);
        let equip = move || {
            let held = Arc::clone(&held);
            move |(): ()| drop(Arc::clone(&held))
        };
        drop(Crew::start(3, 8, LONG, equip).unwrap());
        assert_eq!(Arc::strong_count(&equipment), 1);
    }
}
