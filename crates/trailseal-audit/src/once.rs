//! Asks each shared question once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;
use trailseal_model::{Answers, AnyQuestion, AnyResult, BoxFuture, Operation};

/// Keeps the answers, and gaps, of questions that several trails ask: about keys and buckets. All other
/// questions pass: over every one of them an organization's answers would take hundreds of megabytes.
///
/// The first asker of a question asks it, and the others wait for that. An asker that is dropped or
/// panics keeps nothing, and one of those that wait asks in its place.
#[derive(Debug)]
pub struct Once<A> {
    inner: A,
    kept: Mutex<HashMap<AnyQuestion, Arc<OnceCell<AnyResult>>>>,
}

impl<A> Once<A> {
    /// Keeps nothing yet, and asks this.
    pub fn new(inner: A) -> Self {
        Self { inner, kept: Mutex::default() }
    }

    fn kept(&self, question: &AnyQuestion) -> Arc<OnceCell<AnyResult>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        match kept.get(question) {
            Some(answer) => Arc::clone(answer),
            None => Arc::clone(kept.entry(question.clone()).or_default()),
        }
    }
}

impl<A: Answers> Answers for Once<A> {
    fn answer(&self, question: AnyQuestion) -> BoxFuture<'_, AnyResult> {
        if !question.is_shared() {
            return self.inner.answer(question);
        }
        let kept = self.kept(&question);
        Box::pin(async move { kept.get_or_init(|| self.inner.answer(question)).await.clone() })
    }

    fn ask_once(&self, operation: Operation) {
        self.inner.ask_once(operation);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use futures::FutureExt as _;
    use futures::future::join_all;
    use trailseal_model::question::{GetKeyPolicy, ListBuckets};
    use trailseal_model::{AccountId, Arn, GapClass, Region, Target, ask};

    use super::*;
    use crate::test_support::answered;

    /// Takes a second for each answer, and counts the questions.
    #[derive(Default)]
    struct Slow {
        asked: AtomicU32,
        asked_once: AtomicU32,
        panics_first: bool,
        is_denied: bool,
    }

    impl Answers for Slow {
        fn answer(&self, question: AnyQuestion) -> BoxFuture<'_, AnyResult> {
            Box::pin(async move {
                let before = self.asked.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_secs(1)).await;
                assert!(!(self.panics_first && before == 0), "injected");
                if self.is_denied {
                    return Err(question.gap(GapClass::Denied));
                }
                Ok(answered(
                    &question,
                    match &question {
                        AnyQuestion::GetKeyPolicy(_) => {
                            trailseal_model::AnyAnswer::GetKeyPolicy("{}".into())
                        }
                        _ => trailseal_model::AnyAnswer::ListBuckets(Vec::new()),
                    },
                ))
            })
        }

        fn ask_once(&self, _: Operation) {
            self.asked_once.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn account() -> AccountId {
        AccountId::new(1).unwrap()
    }

    fn policy(id: u32) -> GetKeyPolicy {
        let key = Arn::new(&format!("arn:aws:kms:eu-west-1:000000000001:key/{id}")).unwrap();
        let region = Region::new("eu-west-1").unwrap();
        GetKeyPolicy { key, asked_in: Target { account: account(), region } }
    }

    #[tokio::test(start_paused = true)]
    async fn a_shared_question_is_asked_once_however_many_ask() {
        let once = Once::new(Slow::default());
        let answers = join_all((0..100).map(|number| ask(&once, policy(number % 4)))).await;
        assert!(answers.iter().all(|answer| &*answer.as_ref().unwrap().value == "{}"));
        ask(&once, policy(0)).await.unwrap();
        assert_eq!(once.inner.asked.load(Ordering::SeqCst), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn a_gap_is_kept_like_an_answer() {
        let once = Once::new(Slow { is_denied: true, ..Slow::default() });
        let gap = ask(&once, policy(0)).await.unwrap_err();
        assert_eq!(ask(&once, policy(0)).await, Err(gap));
        assert_eq!(once.inner.asked.load(Ordering::SeqCst), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_shared_is_asked_each_time() {
        let once = Once::new(Slow::default());
        for _ in 0..3 {
            ask(&once, ListBuckets { account: account() }).await.unwrap();
        }
        assert_eq!(once.inner.asked.load(Ordering::SeqCst), 3);
        assert!(once.kept.lock().unwrap().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn an_asker_that_is_dropped_or_panics_leaves_the_question_to_the_next() {
        let once = Once::new(Slow::default());
        let half = tokio::time::timeout(Duration::from_millis(500), ask(&once, policy(0)));
        let (dropped, other) = futures::join!(half, ask(&once, policy(0)));
        assert!(dropped.is_err() && other.is_ok());

        let once = Once::new(Slow { panics_first: true, ..Slow::default() });
        let first = std::panic::AssertUnwindSafe(ask(&once, policy(0))).catch_unwind();
        let (panicked, other) = futures::join!(first, ask(&once, policy(0)));
        assert!(panicked.is_err() && other.is_ok());
        assert_eq!(once.inner.asked.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn that_an_operation_is_tried_once_is_passed_on() {
        let once = Once::new(Slow::default());
        once.ask_once(Operation::ListGrants);
        assert_eq!(once.inner.asked_once.load(Ordering::SeqCst), 1);
    }
}
