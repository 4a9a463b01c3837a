//! Asks each shared question once.

use trailseal_model::{Answers, AnyQuestion, AnyResult, BoxFuture, Operation};

use super::single_flight::SingleFlight;

/// Keeps the answers, and gaps, of questions that several trails ask: about keys and buckets. All other
/// questions pass: over every one of them an organization's answers would take hundreds of megabytes.
///
/// The first asker of a question asks it, and the others wait for that. An asker that is dropped or
/// panics keeps nothing, and one of those that wait asks instead.
#[derive(Debug)]
pub(super) struct Once<A> {
    inner: A,
    kept: SingleFlight<AnyQuestion, AnyResult>,
}

impl<A> Once<A> {
    /// Keeps nothing yet, and asks this.
    pub(super) fn new(inner: A) -> Self {
        Self { inner, kept: SingleFlight::default() }
    }
}

impl<A: Answers> Answers for Once<A> {
    fn answer(&self, question: AnyQuestion) -> BoxFuture<'_, AnyResult> {
        if !question.is_shared() {
            return self.inner.answer(question);
        }
        Box::pin(async move {
            let ask = || self.inner.answer(question.clone());
            self.kept.get(question.clone(), ask).await
        })
    }

    fn ask_once(&self, operation: Operation) {
        self.inner.ask_once(operation);
    }
}

#[cfg(test)]
mod tests {
    use std::panic::AssertUnwindSafe;
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
    use std::task::Poll;

    use futures::FutureExt as _;
    use futures::executor::block_on;
    use futures::future::{join_all, poll_fn, poll_immediate};
    use trailseal_model::question::{GetKeyPolicy, ListBuckets};
    use trailseal_model::{Answer, AnyAnswer, GapClass, Question, Target, ask};

    use super::*;
    use crate::test_support::{account, arn, evidence, region};

    /// Lets others go first before each answer, and counts the questions.
    #[derive(Default)]
    struct Slow {
        asked: AtomicU32,
        asked_once: AtomicU32,
        panics_next: AtomicBool,
        is_denied: bool,
    }

    impl Answers for Slow {
        fn answer(&self, question: AnyQuestion) -> BoxFuture<'_, AnyResult> {
            self.asked.fetch_add(1, Ordering::SeqCst);
            Box::pin(async move {
                let mut has_waited = false;
                poll_fn(|context| {
                    context.waker().wake_by_ref();
                    if std::mem::replace(&mut has_waited, true) {
                        Poll::Ready(())
                    } else {
                        Poll::Pending
                    }
                })
                .await;
                assert!(!self.panics_next.swap(false, Ordering::SeqCst), "injected");
                if self.is_denied {
                    return Err(question.gap(GapClass::Denied));
                }
                let value = match question {
                    AnyQuestion::GetKeyPolicy(_) => GetKeyPolicy::to_any("{}".into()),
                    _ => AnyAnswer::ListBuckets(Vec::new()),
                };
                Ok(Answer { value, evidence: evidence() })
            })
        }

        fn ask_once(&self, _: Operation) {
            self.asked_once.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn policy(number: u32) -> GetKeyPolicy {
        let key = arn(&format!("arn:aws:kms:eu-west-1:000000000001:key/{number}"));
        GetKeyPolicy { key, asked_in: Target { account: account(1), region: region("eu-west-1") } }
    }

    fn count(once: &Once<Slow>) -> u32 {
        once.inner.asked.load(Ordering::SeqCst)
    }

    #[test]
    fn a_shared_question_is_asked_once_however_many_ask() {
        let once = Once::new(Slow::default());
        let answers = block_on(join_all((0..100).map(|number| ask(&once, policy(number % 4)))));
        assert!(answers.iter().all(|answer| &*answer.as_ref().unwrap().value == "{}"));
        block_on(ask(&once, policy(0))).unwrap();
        assert_eq!(count(&once), 4);
    }

    #[test]
    fn a_gap_is_kept_like_an_answer() {
        let once = Once::new(Slow { is_denied: true, ..Slow::default() });
        let gap = block_on(ask(&once, policy(0))).unwrap_err();
        assert_eq!(block_on(ask(&once, policy(0))), Err(gap));
        assert_eq!(count(&once), 1);
    }

    #[test]
    fn what_is_not_shared_is_asked_each_time() {
        let once = Once::new(Slow::default());
        for _ in 0..3 {
            block_on(ask(&once, ListBuckets { account: account(1) })).unwrap();
        }
        assert_eq!(count(&once), 3);
    }

    #[test]
    fn an_asker_that_is_dropped_or_panics_leaves_the_question_to_the_next() {
        let once = Once::new(Slow::default());
        assert!(block_on(poll_immediate(Box::pin(ask(&once, policy(0))))).is_none());
        assert!(block_on(ask(&once, policy(0))).is_ok());

        let slow = Slow::default();
        slow.panics_next.store(true, Ordering::SeqCst);
        let once = Once::new(slow);
        let first = AssertUnwindSafe(ask(&once, policy(0))).catch_unwind();
        let (panicked, other) = block_on(futures::future::join(first, ask(&once, policy(0))));
        assert!(panicked.is_err() && other.is_ok());
        assert_eq!(count(&once), 2);
    }

    #[test]
    fn that_an_operation_is_tried_once_is_passed_on() {
        let once = Once::new(Slow::default());
        once.ask_once(Operation::ListGrants);
        assert_eq!(once.inner.asked_once.load(Ordering::SeqCst), 1);
    }
}
