//! How a run stops: nothing more is asked.

use tokio::sync::watch;
use trailseal_model::{Answers, AnyQuestion, AnyResult, BoxFuture, Gap, GapClass, Operation};

/// Why a run stops before everything is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// Its deadline has come.
    Deadline,
    /// It was interrupted.
    Cancelled,
}

impl From<Closing> for GapClass {
    fn from(why: Closing) -> Self {
        match why {
            Closing::Deadline => Self::Deadline,
            Closing::Cancelled => Self::Cancelled,
        }
    }
}

/// Passes questions on until it is closed. From then on each of them is a gap, and so is one that waits
/// for its answer: a request can wait for its permit for minutes.
#[derive(Debug)]
pub struct Gate<A> {
    inner: A,
    closed: watch::Receiver<Option<Closing>>,
}

/// Closes a gate. A gate whose handle is gone stays open.
#[derive(Debug, Clone)]
pub struct GateHandle(watch::Sender<Option<Closing>>);

impl GateHandle {
    /// Closes the gate for good; the first reason counts.
    pub fn close(&self, why: Closing) {
        self.0.send_if_modified(|closed| {
            let is_first = closed.is_none();
            closed.get_or_insert(why);
            is_first
        });
    }
}

impl<A> Gate<A> {
    /// An open gate before this, and what closes it.
    pub fn new(inner: A) -> (Self, GateHandle) {
        let (handle, closed) = watch::channel(None);
        (Self { inner, closed }, GateHandle(handle))
    }
}

impl<A: Answers> Answers for Gate<A> {
    fn answer(&self, question: AnyQuestion) -> BoxFuture<'_, AnyResult> {
        let mut closed = self.closed.clone();
        let gap = question.gap(GapClass::Cancelled);
        // Only after the gate was checked: a question that is asked may count, or cost.
        let asked = async { self.inner.answer(question).await };
        Box::pin(async move {
            tokio::select! {
                biased;
                class = closing(&mut closed) => Err(Gap { class, ..gap }),
                answer = asked => answer,
            }
        })
    }

    fn ask_once(&self, operation: Operation) {
        self.inner.ask_once(operation);
    }
}

async fn closing(closed: &mut watch::Receiver<Option<Closing>>) -> GapClass {
    match closed.wait_for(Option::is_some).await.map(|why| *why) {
        Ok(Some(why)) => why.into(),
        Ok(None) | Err(_) => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use trailseal_model::question::ListTrails;
    use trailseal_model::{AccountId, AnyAnswer, ask};

    use super::*;
    use crate::test_support::answered;

    /// Takes a second for each answer, and counts the questions.
    #[derive(Default)]
    struct Slow(AtomicU32);

    impl Answers for Slow {
        fn answer(&self, question: AnyQuestion) -> BoxFuture<'_, AnyResult> {
            self.0.fetch_add(1, Ordering::SeqCst);
            Box::pin(async move {
                tokio::time::sleep(Duration::from_secs(1)).await;
                Ok(answered(&question, AnyAnswer::ListTrails(Vec::new())))
            })
        }

        fn ask_once(&self, _: Operation) {}
    }

    fn question() -> ListTrails {
        ListTrails { account: AccountId::new(1).unwrap() }
    }

    #[tokio::test(start_paused = true)]
    async fn an_open_gate_passes_questions_also_without_its_handle() {
        let (gate, handle) = Gate::new(Slow::default());
        ask(&gate, question()).await.unwrap();
        drop(handle);
        ask(&gate, question()).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_closed_gate_asks_nothing_and_says_why_and_where() {
        for (why, class) in
            [(Closing::Deadline, GapClass::Deadline), (Closing::Cancelled, GapClass::Cancelled)]
        {
            let (gate, handle) = Gate::new(Slow::default());
            handle.close(why);
            handle.close(Closing::Cancelled);
            let gap = ask(&gate, question()).await.unwrap_err();
            assert_eq!((gap.class, gap.operation), (class, Operation::ListTrails));
            assert_eq!(gap.account, AccountId::new(1));
            assert_eq!(gate.inner.0.load(Ordering::SeqCst), 0);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_waits_for_its_answer_when_the_gate_closes_is_a_gap_at_once() {
        let (gate, handle) = Gate::new(Slow::default());
        let began = tokio::time::Instant::now();
        let close = async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            handle.close(Closing::Deadline);
        };
        let (answer, ()) = futures::join!(ask(&gate, question()), close);
        assert_eq!(answer.unwrap_err().class, GapClass::Deadline);
        assert_eq!(began.elapsed(), Duration::from_millis(100));
    }
}
