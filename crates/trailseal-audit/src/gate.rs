//! How a run stops: nothing more is asked.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use trailseal_model::{
    Answers, AnyAnswer, AnyQuestion, AnyResult, BoxFuture, Gap, GapClass, Operation,
};

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

/// That a gate is closed.
#[derive(Debug, Clone, Copy)]
struct Closed {
    why: Closing,
    /// How long the answers under way are waited for.
    until: Instant,
}

/// Passes questions on until it is closed. From then on each of them is a gap at once; what is asked
/// already may still be answered within the time that was given for it, and is a gap then.
#[derive(Debug)]
pub struct Gate<A> {
    inner: A,
    closed: watch::Receiver<Option<Closed>>,
}

/// Closes a gate. A gate whose handle is gone stays open.
#[derive(Debug, Clone)]
pub struct GateHandle(watch::Sender<Option<Closed>>);

impl GateHandle {
    /// Closes the gate for good, and gives the answers under way this much time. The first reason
    /// counts.
    pub fn close(&self, why: Closing, grace: Duration) {
        let until = Instant::now() + grace;
        self.0.send_if_modified(|closed| {
            let is_first = closed.is_none();
            closed.get_or_insert(Closed { why, until });
            is_first
        });
    }

    /// Whether the gate is closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.0.borrow().is_some()
    }
}

impl<A> Gate<A> {
    /// An open gate before this, and what closes it.
    pub fn new(inner: A) -> (Self, GateHandle) {
        let (handle, closed) = watch::channel(None);
        (Self { inner, closed }, GateHandle(handle))
    }

    fn closed_by(&self) -> Option<GapClass> {
        self.closed.borrow().map(|closed| closed.why.into())
    }

    /// The same of the one answer that may be a part: where it ends.
    fn named_within(&self, result: AnyResult) -> AnyResult {
        let mut answer = result.map_err(|gap| self.named(gap))?;
        if let AnyAnswer::ListAccounts(listed) = &mut answer.value {
            listed.ended_by = listed.ended_by.take().map(|gap| self.named(gap));
        }
        Ok(answer)
    }

    /// A request that was not sent because the run stops is lost for the reason of the gate.
    fn named(&self, gap: Gap) -> Gap {
        let stopped = self.closed_by().filter(|_| gap.class == GapClass::Cancelled);
        Gap { class: stopped.unwrap_or(gap.class), ..gap }
    }
}

impl<A: Answers> Answers for Gate<A> {
    fn answer(&self, question: AnyQuestion) -> BoxFuture<'_, AnyResult> {
        let gap = question.gap(GapClass::Cancelled);
        Box::pin(async move {
            // A question that is passed on may count, or cost.
            if let Some(class) = self.closed_by() {
                return Err(Gap { class, ..gap });
            }
            tokio::select! {
                biased;
                answer = self.inner.answer(question) => self.named_within(answer),
                class = over(self.closed.clone()) => Err(Gap { class, ..gap }),
            }
        })
    }

    fn ask_once(&self, operation: Operation) {
        self.inner.ask_once(operation);
    }
}

/// Ready when a gate is closed and its time for answers under way is over.
async fn over(mut closed: watch::Receiver<Option<Closed>>) -> GapClass {
    let Ok(Some(Closed { why, until })) =
        closed.wait_for(Option::is_some).await.map(|closed| *closed)
    else {
        return std::future::pending().await;
    };
    tokio::time::sleep_until(until).await;
    why.into()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

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

    const GRACE: Duration = Duration::from_secs(3);

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
            handle.close(why, GRACE);
            handle.close(Closing::Cancelled, GRACE);
            let gap = ask(&gate, question()).await.unwrap_err();
            assert_eq!((gap.class, gap.operation), (class, Operation::ListTrails));
            assert_eq!(gap.account, AccountId::new(1));
            assert_eq!(gate.inner.0.load(Ordering::SeqCst), 0);
        }
    }

    /// What becomes of a question, and when, if the gate closes after a tenth of a second.
    async fn closed_meanwhile(grace: Duration) -> (Result<(), GapClass>, Duration) {
        let (gate, handle) = Gate::new(Slow::default());
        let began = Instant::now();
        let close = async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            handle.close(Closing::Deadline, grace);
        };
        let (answer, ()) = futures::join!(ask(&gate, question()), close);
        (answer.map(drop).map_err(|gap| gap.class), began.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_asked_already_is_waited_for_as_long_as_was_said_and_no_longer() {
        let (answer, took) = closed_meanwhile(GRACE).await;
        assert_eq!((answer, took), (Ok(()), Duration::from_secs(1)));
        let (answer, took) = closed_meanwhile(Duration::from_millis(50)).await;
        assert_eq!((answer, took), (Err(GapClass::Deadline), Duration::from_millis(150)));
    }

    /// Lets every request be cancelled, as a connection does that stops.
    struct Stopping;

    impl Answers for Stopping {
        fn answer(&self, question: AnyQuestion) -> BoxFuture<'_, AnyResult> {
            Box::pin(async move {
                tokio::task::yield_now().await;
                Err(question.gap(GapClass::Cancelled))
            })
        }

        fn ask_once(&self, _: Operation) {}
    }

    #[tokio::test]
    async fn what_was_not_sent_any_more_is_lost_for_the_reason_of_the_gate() {
        let (gate, handle) = Gate::new(Stopping);
        let close = async { handle.close(Closing::Deadline, GRACE) };
        let (answer, ()) = futures::join!(ask(&gate, question()), close);
        assert_eq!(answer.unwrap_err().class, GapClass::Deadline);
    }
}
