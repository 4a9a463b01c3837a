//! Answers of the tests.

use jiff::Timestamp;
use trailseal_model::{Answer, AnyAnswer, AnyQuestion, Evidence};

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
