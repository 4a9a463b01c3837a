//! Answers of the tests.

use jiff::Timestamp;
use trailseal_model::{
    Answer, Answers, AnyAnswer, AnyQuestion, AnyResult, BoxFuture, Evidence, Gap, Operation,
};

/// Answers each question with this function.
pub(crate) struct Fake<F>(pub(crate) F);

impl<F> Answers for Fake<F>
where
    F: Fn(AnyQuestion) -> Result<AnyAnswer, Gap> + Send + Sync,
{
    fn answer(&self, question: AnyQuestion) -> BoxFuture<'_, AnyResult> {
        let kept = question.clone();
        Box::pin(async move { Ok(answered(&kept, (self.0)(question)?)) })
    }

    fn ask_once(&self, _: Operation) {}
}

/// The answer with evidence.
pub(crate) fn answered(question: &AnyQuestion, value: AnyAnswer) -> Answer<AnyAnswer> {
    let evidence = Evidence {
        operation: question.operation(),
        account: None,
        region: None,
        at: Timestamp::UNIX_EPOCH,
        request_id: None,
        attempts: 1,
        throttles: 0,
    };
    Answer { value, evidence }
}
