//! The log, call by call.

use std::sync::LazyLock;

use super::*;
use crate::world::region::Region;

static REQUEST: LazyLock<Request<Bytes>> =
    LazyLock::new(|| Request::new(Bytes::from_static(b"Action=GetCallerIdentity")));

fn noted(outcome: Outcome<'static>, identity: u64) -> Noted<'static> {
    let facts = Facts {
        service: Service::Sts,
        operation: "GetCallerIdentity",
        account: "333333333333".parse().unwrap(),
        region: Region::new("eu-west-1").unwrap(),
        resource: "something",
    };
    Noted {
        facts,
        identity: Draw::new(identity),
        now: "2026-11-20T12:00:00Z".parse().unwrap(),
        outcome,
        request: &REQUEST,
        is_to_unusable: false,
    }
}

#[test]
fn outcomes_are_counted_by_their_kind() {
    let log = CallLog::default();
    for (identity, outcome) in [
        Outcome::Answered,
        Outcome::Answered,
        Outcome::Failed(400, "Throttling"),
        Outcome::Failed(503, "SlowDown"),
        Outcome::Failed(400, "AccessDeniedException"),
        Outcome::Failed(404, "NoSuchKey"),
        Outcome::Broken,
    ]
    .into_iter()
    .enumerate()
    {
        log.note(&noted(outcome, identity as u64));
    }
    log.refuse();
    log.misunderstand("InvalidAction");
    let report = log.report();
    let [row] = &report.operations[..] else { panic!("{report:?}") };
    assert_eq!((row.service, row.operation, row.is_read), ("sts", "GetCallerIdentity", true));
    assert_eq!((row.calls, row.throttled, row.denied, row.failed, row.broken), (7, 2, 1, 1, 1));
    assert_eq!((report.calls, report.writes, report.refused), (7, 0, 1));
    assert_eq!(report.not_understood["InvalidAction"], 1);
    assert_eq!(log.accounts()[&noted(Outcome::Broken, 0).facts.account]["GetCallerIdentity"], 7);
    log.clear();
    assert_eq!(log.report(), CallLog::default().report());
    assert!(log.accounts().is_empty());
}

#[test]
fn a_denial_that_is_asked_for_again_is_remarked() {
    let log = CallLog::default();
    let denied = Outcome::Failed(403, "AccessDenied");
    for identity in [1, 2, 3, 2] {
        log.note(&noted(denied, identity));
    }
    let repeated = log.report().repeated_denials;
    assert_eq!(repeated.count, 1);
    assert_eq!(repeated.first, ["GetCallerIdentity 333333333333 eu-west-1 something"]);
    for _ in 0..2 {
        log.note(&noted(Outcome::Failed(400, "Throttling"), 9));
    }
    assert_eq!(log.report().repeated_denials.count, 1, "a throttle may be asked again");
}

#[test]
fn calls_to_unusable_accounts_are_remarked_a_few_of_them_in_words() {
    let log = CallLog::default();
    for _ in 0..50 {
        log.note(&Noted { is_to_unusable: true, ..noted(Outcome::Answered, 1) });
    }
    let remarks = log.report().unusable_accounts;
    assert_eq!((remarks.count, remarks.first.len()), (50, FIRST));
}

#[test]
fn concurrency_counts_what_is_in_flight() {
    let log = CallLog::default();
    let three: Vec<_> = (0..3).map(|_| log.begin()).collect();
    assert_eq!(log.in_flight(), 3);
    drop(three);
    let one = log.begin();
    assert_eq!((log.in_flight(), log.report().highest_concurrency), (1, 3));
    log.clear();
    assert_eq!(log.report().highest_concurrency, 1);
    drop(one);
    assert_eq!(log.in_flight(), 0);
}

#[test]
fn the_last_calls_are_kept_in_full_on_request() {
    let log = CallLog::default();
    log.note(&noted(Outcome::Answered, 1));
    assert!(log.calls().is_empty());
    log.keep(2);
    for outcome in [Outcome::Answered, Outcome::Failed(404, "NoSuchKey"), Outcome::Broken] {
        log.note(&noted(outcome, 1));
    }
    let calls: Vec<_> = log.calls().into_iter().map(|it| (it.status, it.code)).collect();
    assert_eq!(calls, [(404, "NoSuchKey".to_owned()), (0, String::new())]);
    assert_eq!(log.calls()[0].input, "Action=GetCallerIdentity");
    log.keep(1);
    assert_eq!(log.calls().len(), 1);
    log.keep(0);
    log.note(&noted(Outcome::Answered, 1));
    assert!(log.calls().is_empty());
}

#[test]
fn one_call_in_so_many_is_kept_and_always_the_same() {
    let log = CallLog::default();
    log.keep(100);
    log.keep_one_in(10.try_into().unwrap());
    for identity in (0..100).chain(0..100) {
        log.note(&noted(Outcome::Answered, identity));
    }
    assert_eq!((log.calls().len(), log.report().calls), (20, 200));
}
