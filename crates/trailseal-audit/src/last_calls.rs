//! Notes when each account and Region last answered a call that CloudTrail records.

use std::sync::{Mutex, PoisonError};

use trailseal_model::{Answers, AnyQuestion, AnyResult, BoxFuture, LastCalls, Operation};

/// Passes questions on, and notes the times that their answers show. An answer that was kept from an
/// earlier process has the time of then, which is when AWS recorded the call.
pub(crate) struct NotesLastCalls<'a> {
    inner: &'a dyn Answers,
    calls: Mutex<LastCalls>,
}

impl<'a> NotesLastCalls<'a> {
    /// Nothing noted yet of what these answer.
    pub(crate) fn new(inner: &'a dyn Answers) -> Self {
        Self { inner, calls: Mutex::default() }
    }

    /// What was noted.
    pub(crate) fn into_calls(self) -> LastCalls {
        self.calls.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Answers for NotesLastCalls<'_> {
    fn answer(&self, question: AnyQuestion) -> BoxFuture<'_, AnyResult> {
        if !LastCalls::counts(question.operation()) {
            return self.inner.answer(question);
        }
        Box::pin(async move {
            let answer = self.inner.answer(question).await?;
            let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
            calls.note(&answer.value, &answer.evidence);
            drop(calls);
            Ok(answer)
        })
    }

    fn ask_once(&self, operation: Operation) {
        self.inner.ask_once(operation);
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use trailseal_model::question::{DescribeTrails, HeadObject, ListTrails};
    use trailseal_model::{
        AccountId, Answer, AnyAnswer, Gap, GapClass, Partition, Reader, Target, ask,
    };

    use super::*;
    use crate::test_support::answered;

    /// Answers in one target at one time, and denies ListTrails.
    struct One(Target, Timestamp);

    impl Answers for One {
        fn answer(&self, question: AnyQuestion) -> BoxFuture<'_, AnyResult> {
            let answer = match &question {
                AnyQuestion::DescribeTrails(_) => AnyAnswer::DescribeTrails(Vec::new()),
                AnyQuestion::HeadObject(_) => AnyAnswer::HeadObject(None),
                _ => {
                    let gap = question.gap(GapClass::Denied);
                    return Box::pin(async move { Err::<Answer<AnyAnswer>, Gap>(gap) });
                }
            };
            let mut answer = answered(&question, answer);
            let evidence = &mut answer.evidence;
            (evidence.account, evidence.region) = (Some(self.0.account), Some(self.0.region));
            evidence.at = self.1;
            Box::pin(async move { Ok(answer) })
        }

        fn ask_once(&self, _: Operation) {}
    }

    #[tokio::test]
    async fn the_time_of_the_answer_counts_and_a_denied_or_data_call_does_not() {
        let account = AccountId::new(7).unwrap();
        let target = Target { account, region: Partition::Aws.default_region() };
        let at: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let one = One(target, at);
        let notes = NotesLastCalls::new(&one);
        ask(&notes, ListTrails { account }).await.unwrap_err();
        let reader = Reader { target, expected_owner: None };
        let object = HeadObject { reader, bucket: "b".to_owned(), key: "k".to_owned() };
        ask(&notes, object).await.unwrap();
        assert_eq!(*notes.calls.lock().unwrap(), LastCalls::default());
        ask(&notes, DescribeTrails { target }).await.unwrap();
        assert_eq!(notes.into_calls().of_target(target), Some(at));
    }
}
