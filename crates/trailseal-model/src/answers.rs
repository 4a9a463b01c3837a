//! Who answers the questions, and how one is asked.

use crate::evidence::Answer;
use crate::gap::Gap;
use crate::gap_class::GapClass;
use crate::operation::Operation;
use crate::question::{AnyQuestion, AnyResult, BoxFuture, Question};

/// Answers questions: AWS, a world of the tests, and whatever stands between them and the asker, each
/// with one implementation for all questions.
pub trait Answers: Send + Sync {
    /// The answer to a question, which is of the question's own kind; or why there is none, after
    /// everything that may be retried was retried.
    fn answer(&self, question: AnyQuestion) -> BoxFuture<'_, AnyResult>;

    /// From now on this operation is tried once: it failed in the same way in the accounts that were
    /// asked first. What only passes questions on passes this on too.
    fn ask_once(&self, operation: Operation);
}

impl<A: Answers + ?Sized> Answers for &A {
    fn answer(&self, question: AnyQuestion) -> BoxFuture<'_, AnyResult> {
        (**self).answer(question)
    }

    fn ask_once(&self, operation: Operation) {
        (**self).ask_once(operation);
    }
}

/// Asks one question.
///
/// # Errors
/// The gap. An answer of another kind than the question's is one too: it is a bug of whatever
/// answers, and shows nothing.
pub async fn ask<Q: Question>(
    answers: &(impl Answers + ?Sized),
    question: Q,
) -> Result<Answer<Q::Answer>, Gap> {
    let Answer { value, evidence } = answers.answer(question.into()).await?;
    match Q::from_any(value) {
        Some(value) => Ok(Answer { value, evidence }),
        None => Err(Gap {
            account: evidence.account,
            region: evidence.region,
            request_id: evidence.request_id,
            ..Gap::new(GapClass::MalformedAnswer, Q::OPERATION)
        }
        .saying("the answer is one to another question")),
    }
}
