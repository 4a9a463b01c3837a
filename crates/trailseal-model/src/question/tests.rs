use std::task::{Context, Poll, Waker};

use super::*;
use crate::answers::{Answers, ask};
use crate::evidence::Evidence;
use crate::operation::Purpose;
use crate::region::Region;

fn account() -> AccountId {
    AccountId::new(1).unwrap()
}

fn target() -> Target {
    Target { account: account(), region: Region::new("eu-west-1").unwrap() }
}

fn arn() -> Arn {
    Arn::new("arn:aws:kms:eu-west-1:000000000001:key/1").unwrap()
}

fn reader() -> Reader {
    Reader { target: target(), expected_owner: None }
}

#[test]
fn every_operation_of_an_audit_has_one_question_and_every_question_one_operation() {
    for operation in Operation::ALL {
        // Who the caller is is known before the audit begins; publishing asks nothing.
        let is_asked =
            operation.purpose() == Purpose::Audit && *operation != Operation::GetCallerIdentity;
        let count = AnyQuestion::OPERATIONS.iter().filter(|asked| *asked == operation).count();
        assert_eq!(count, usize::from(is_asked), "{operation}");
    }
}

#[test]
fn a_gap_is_placed_where_its_question_is_asked() {
    let at = |question: AnyQuestion| {
        let gap = question.gap(GapClass::Cancelled);
        assert_eq!((gap.class, gap.operation), (GapClass::Cancelled, question.operation()));
        (gap.account, gap.region.map(Region::name), gap.subject.map(String::from))
    };
    let (account, region) = (Some(account()), Some("eu-west-1"));
    assert_eq!(at(ListAccounts.into()), (None, None, None));
    let status = GetTrailStatus { trail: arn(), asked_in: target() };
    assert_eq!(at(status.into()), (account, region, Some(arn().as_str().to_owned())));
    let head = HeadObject { reader: reader(), bucket: "logs".to_owned(), key: "a/b".to_owned() };
    assert_eq!(at(head.into()), (account, region, Some("logs/a/b".to_owned())));
    let tags = ListTagsForResource { account: account.unwrap() };
    assert_eq!(at(tags.into()), (None, None, Some("000000000001".to_owned())));
}

#[test]
fn what_is_asked_by_several_trails_is_shared() {
    assert!(AnyQuestion::from(GetKeyPolicy { key: arn(), asked_in: target() }).is_shared());
    let bucket = "logs".to_owned();
    assert!(AnyQuestion::from(HeadBucket { bucket, account: account() }).is_shared());
    assert!(!AnyQuestion::from(ListBuckets { account: account() }).is_shared());
    assert!(!AnyQuestion::from(DescribeTrails { target: target() }).is_shared());
}

/// Gives the same answer to everything.
struct Always(AnyAnswer);

impl Answers for Always {
    fn answer(&self, question: AnyQuestion) -> BoxFuture<'_, AnyResult> {
        let evidence = Evidence {
            operation: question.operation(),
            account: Some(account()),
            region: None,
            at: jiff::Timestamp::UNIX_EPOCH,
            request_id: None,
            attempts: 1,
            throttles: 0,
        };
        let value = self.0.clone();
        Box::pin(async move { Ok(Answer { value, evidence }) })
    }

    fn ask_once(&self, _: Operation) {}
}

fn asked<Q: Question>(answers: &dyn Answers, question: Q) -> Result<Q::Answer, Gap> {
    let mut asking = std::pin::pin!(ask(answers, question));
    match asking.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(res) => res.map(|answer| answer.value),
        Poll::Pending => panic!("it waits for nothing"),
    }
}

#[test]
fn an_answer_comes_back_as_its_own_type() {
    let policy: Arc<str> = "{}".into();
    let answers = Always(GetKeyPolicy::to_any(Arc::clone(&policy)));
    let question = GetKeyPolicy { key: arn(), asked_in: target() };
    assert_eq!(asked(&answers, question), Ok(policy));
}

#[test]
fn an_answer_to_another_question_is_a_gap() {
    let answers = Always(AnyAnswer::ListBuckets(Vec::new()));
    let gap = asked(&answers, ListTrails { account: account() }).unwrap_err();
    assert_eq!((gap.class, gap.operation), (GapClass::MalformedAnswer, Operation::ListTrails));
    assert_eq!(gap.account, Some(account()));
}
