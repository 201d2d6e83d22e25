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
        let done = do_unless_abandoned(job.task, job.started, &mut work);
        if matches!(done, Done::Panicked) {
            tracing::error!("a hashing thread panicked; it goes on with fresh memory");
            work = equip();
        }
        // Before the answer: who asks again on receiving it finds the thread free.
        queue.done();
        if let Done::Answer(answer) = done {
            // A caller gone meanwhile needs none.
            let _heard = job.answer.send(answer);
        }
    }
}

enum Done<A> {
    Answer(A),
    Abandoned,
    Panicked,
}

fn do_unless_abandoned<T, A>(
    task: T,
    started: oneshot::Sender<()>,
    work: &mut impl FnMut(T) -> A,
) -> Done<A> {
    if started.send(()).is_err() {
        return Done::Abandoned;
    }
    catch_unwind(AssertUnwindSafe(|| work(task))).map_or(Done::Panicked, Done::Answer)
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
        /// Dropped first, which lets go a thread that nobody opened to.
        open: mpsc::Sender<()>,
        begun: mpsc::Receiver<u32>,
        crew: Crew<u32, u32>,
    }

    fn gate(places: usize, wait: Duration) -> Gate {
        let (begin, begun) = mpsc::channel();
        let (open, opened) = mpsc::channel();
        let opened = Arc::new(Mutex::new(opened));
        let equip = move || {
            let (begin, opened) = (begin.clone(), opened.clone());
            move |task| {
                begin.send(task).unwrap();
                opened
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .recv()
                    .unwrap();
                task + 100
            }
        };
        Gate {
            open,
            begun,
            crew: Crew::start(1, places, wait, equip).unwrap(),
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
    }

    /// The first is in hand, the second goes away while queued, the third asks: what began.
    async fn begun_after_one_has_gone(places: usize) -> Vec<u32> {
        let gate = gate(places, LONG);
        let first = gate.crew.ask(1);
        let others = async {
            let mut begun = vec![gate.begun.recv().unwrap()];
            tokio::select! {
                biased;
                answer = gate.crew.ask(2) => panic!("answered while the thread is busy: {answer:?}"),
                () = std::future::ready(()) => {}
            }
            let opened = async { (0..3).for_each(|_turn| gate.open.send(()).unwrap()) };
            let (third, ()) = tokio::join!(gate.crew.ask(3), opened);
            assert_eq!(third, Ok(103));
            begun.extend(gate.begun.try_iter());
            begun
        };
        let (first, begun) = tokio::join!(first, others);
        assert_eq!(first, Ok(101));
        begun
    }

    #[tokio::test]
    async fn a_caller_gone_while_queued_is_skipped() {
        assert_eq!(begun_after_one_has_gone(2).await, [1, 3]);
    }

    #[tokio::test]
    async fn a_caller_gone_while_queued_gives_its_place_back() {
        assert_eq!(begun_after_one_has_gone(1).await, [1, 3]);
    }

    #[tokio::test]
    async fn without_places_a_free_thread_still_takes_one_task_after_the_other() {
        let crew = Crew::start(1, 0, LONG, || |task: u32| task + 1).unwrap();
        for task in 0..100 {
            assert_eq!(crew.ask(task).await, Ok(task + 1));
        }
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
