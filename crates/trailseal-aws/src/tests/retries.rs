//! Asking again, and knowing when not to.

use std::time::Duration;

use futures::future::{Either, join_all};
use trailseal_model::question::{DescribeTrails, ListEventDataStores};
use trailseal_model::{AccountId, Answers, GapClass, Operation, Region, ask};

use super::{
    Fake, Reply, aws, connect_with, member, now, settings, target, target_of, try_connect,
};
use crate::ask::Ask;
use crate::call::Unread;
use crate::{Settings, TransportErrorKind};

const EMPTY: &str = r#"{"trailList":[]}"#;

#[tokio::test(start_paused = true)]
async fn a_failure_that_passes_is_one_answer() {
    let fake = Fake::new(|seen, before| match (seen.operation.as_str(), before) {
        ("DescribeTrails", 0) => Some(Reply::json_error(500, "InternalFailure", "oops")),
        ("DescribeTrails", _) => Some(Reply::new(200, EMPTY)),
        _ => None,
    });
    let (aws, events) = try_connect(&fake).await.unwrap();
    let answer = ask(&aws, DescribeTrails { target: target("us-east-1") }).await.unwrap();
    assert!(answer.value.is_empty());
    let evidence = answer.evidence;
    assert_eq!((evidence.attempts, evidence.throttles, evidence.at), (2, 0, now()));
    assert_eq!(evidence.request_id.as_deref(), Some("request-1"));
    assert_eq!(evidence.account, Some(member()));
    let seen = events.0.lock().unwrap().clone();
    assert_eq!(
        seen,
        [
            (Operation::GetCallerIdentity, 1, None),
            (Operation::AssumeRole, 1, None),
            (Operation::DescribeTrails, 1, Some(GapClass::ServerError)),
            (Operation::DescribeTrails, 2, None),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_permanent_denial_costs_one_request() {
    let fake = Fake::saying(Reply::json_error(400, "AccessDeniedException", "no"));
    let gap =
        ask(&aws(&fake).await, DescribeTrails { target: target("eu-west-1") }).await.unwrap_err();
    assert_eq!(fake.count("DescribeTrails"), 1);
    assert_eq!(gap.class, GapClass::Denied);
    assert_eq!((gap.attempts, gap.throttles, gap.http_status), (1, 0, Some(400)));
    assert_eq!(gap.code.as_deref(), Some("AccessDeniedException"));
    assert_eq!(gap.message.as_deref(), Some("no"));
    assert_eq!(gap.request_id.as_deref(), Some("request-1"));
    assert_eq!((gap.account, gap.region), (Some(member()), Region::new("eu-west-1")));
}

#[tokio::test(start_paused = true)]
async fn throttles_are_counted_until_it_is_enough() {
    let fake = Fake::saying(Reply::json_error(400, "ThrottlingException", "Rate exceeded"));
    let start = tokio::time::Instant::now();
    let gap =
        ask(&aws(&fake).await, DescribeTrails { target: target("us-east-1") }).await.unwrap_err();
    assert_eq!(gap.class, GapClass::ThrottledOut);
    assert_eq!((gap.attempts, gap.throttles), (5, 5));
    assert_eq!(fake.count("DescribeTrails"), 5);
    // Half of 0.5 + 1 + 2 + 4 s at least, all of it and a little at most.
    let waited = start.elapsed().as_secs_f64();
    assert!((3.75..8.0).contains(&waited), "{waited}");
}

#[tokio::test(start_paused = true)]
async fn a_throttle_makes_the_next_requests_of_its_key_wait() {
    let throttled = Reply::json_error(400, "ThrottlingException", "Rate exceeded");
    let fake = Fake::new(move |seen, before| match (seen.operation.as_str(), before) {
        ("DescribeTrails", 0) => Some(throttled.clone()),
        ("DescribeTrails", _) => Some(Reply::new(200, EMPTY)),
        _ => None,
    });
    let aws = aws(&fake).await;
    ask(&aws, DescribeTrails { target: target("us-east-1") }).await.unwrap();
    let time_for_five = async |region| {
        let start = tokio::time::Instant::now();
        for _ in 0..5 {
            ask(&aws, DescribeTrails { target: target(region) }).await.unwrap();
        }
        start.elapsed().as_secs_f64()
    };
    // At about 5 a second, where the burst would be 10 at once.
    let slowed = time_for_five("us-east-1").await;
    assert!((0.7..1.1).contains(&slowed), "{slowed}");
    assert!(time_for_five("eu-west-1").await < 0.1);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_fails_everywhere_cannot_double_the_calls() {
    let fake = Fake::saying(Reply::json_error(500, "InternalFailure", "oops"));
    let aws = aws(&fake).await;
    let accounts: Vec<AccountId> = (1..=1000).filter_map(AccountId::new).collect();
    let mut last = None;
    for account in &accounts {
        last = ask(&aws, DescribeTrails { target: target_of(*account, "eu-west-1") }).await.err();
    }
    // 500 retries; the sessions, which opened, earn none for another operation.
    assert_eq!(fake.count("DescribeTrails"), 1500);
    let gap = last.unwrap();
    assert_eq!((gap.class, gap.attempts), (GapClass::ServerError, 1));
    let message = gap.message.unwrap();
    assert_eq!(&*message, "oops (not tried again: the retries of this operation are used up)");
}

#[tokio::test(start_paused = true)]
async fn what_fails_everywhere_uses_up_no_other_operations_retries() {
    for (status, code) in [(500, "InternalFailure"), (400, "ThrottlingException")] {
        let failed = Reply::json_error(status, code, "oops");
        let fake = Fake::new(move |seen, before| match seen.operation.as_str() {
            "ListEventDataStores" => Some(failed.clone()),
            // Each is answered at the last attempt.
            "DescribeTrails" if before % 5 < 4 => Some(failed.clone()),
            "DescribeTrails" => Some(Reply::new(200, EMPTY)),
            _ => None,
        });
        let aws = aws(&fake).await;
        for account in (1..=300).filter_map(AccountId::new) {
            ask(&aws, ListEventDataStores { target: target_of(account, "eu-west-1") })
                .await
                .unwrap_err();
        }
        // Half as many as for what an essential control needs.
        assert_eq!(fake.count("ListEventDataStores"), 300 + 250);
        for account in (1..=100).filter_map(AccountId::new) {
            ask(&aws, DescribeTrails { target: target_of(account, "eu-west-1") }).await.unwrap();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_is_to_be_asked_once_is_not_tried_again_and_says_why() {
    let fake = Fake::new(|seen, before| match seen.operation.as_str() {
        "ListEventDataStores" => Some(Reply::json_error(500, "InternalFailure", "oops")),
        "DescribeTrails" if before == 0 => Some(Reply::json_error(500, "InternalFailure", "oops")),
        "DescribeTrails" => Some(Reply::new(200, EMPTY)),
        _ => None,
    });
    let aws = aws(&fake).await;
    aws.ask_once(Operation::ListEventDataStores);
    let gap = ask(&aws, ListEventDataStores { target: target("eu-west-1") }).await.unwrap_err();
    assert_eq!((gap.class, gap.attempts), (GapClass::ServerError, 1));
    let message = gap.message.unwrap();
    assert!(message.contains("in the five accounts with the lowest ids"), "{message}");
    assert_eq!(fake.count("ListEventDataStores"), 1);
    ask(&aws, DescribeTrails { target: target("eu-west-1") }).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn answers_that_never_come_leave_half_of_the_places_to_what_is_needed() {
    for (max_in_flight, most) in [(1, 1), (2, 1), (7, 3), (40, 20)] {
        let fake = Fake::new(|seen, _| match seen.operation.as_str() {
            "ListEventDataStores" => Some(Reply::Silence),
            "DescribeTrails" => Some(Reply::new(200, EMPTY)),
            _ => None,
        });
        let settings = Settings { max_in_flight, ..settings(&fake) };
        let (aws, _) = connect_with(settings).await.unwrap();
        let accounts: Vec<AccountId> = (1..=60).filter_map(AccountId::new).collect();
        let hang = join_all(accounts.iter().map(|account| {
            ask(&aws, ListEventDataStores { target: target_of(*account, "eu-west-1") })
        }));
        let needed = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            assert_eq!(fake.count("ListEventDataStores"), most, "{max_in_flight}");
            let start = tokio::time::Instant::now();
            for account in &accounts {
                ask(&aws, DescribeTrails { target: target_of(*account, "eu-west-1") })
                    .await
                    .unwrap();
            }
            start.elapsed()
        };
        let took = match futures::future::select(Box::pin(hang), Box::pin(needed)).await {
            Either::Left(_) => panic!("what hangs came first"),
            Either::Right((took, _)) => took,
        };
        // A single place is taken for as long as an answer may take.
        assert!(max_in_flight == 1 || took < Duration::from_secs(1), "{max_in_flight}: {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_never_comes_is_a_timeout() {
    let fake = Fake::saying(Reply::Silence);
    let gap =
        ask(&aws(&fake).await, DescribeTrails { target: target("us-east-1") }).await.unwrap_err();
    assert_eq!((gap.class, gap.attempts, gap.http_status), (GapClass::Timeout, 5, None));
}

#[tokio::test(start_paused = true)]
async fn publishing_is_refused_before_anything_is_sent() {
    let fake = Fake::saying(Reply::new(200, ""));
    let aws = aws(&fake).await;
    let region = Region::new("us-east-1").unwrap();
    let ask = Ask::new(Operation::PutObject, member(), region).on("bucket/key");
    let client = aws.clients.s3(region);
    let send = |_| client.put_object().bucket("bucket").key("key").send();
    let before = fake.seen.lock().unwrap().len();
    let gap = aws.call(&ask, send, |it| it.map(drop).map_err(Unread::from)).await.unwrap_err();
    assert_eq!(gap.class, GapClass::Denied);
    assert!(gap.message.unwrap().contains("nothing was sent"));
    assert_eq!(fake.seen.lock().unwrap().len(), before);
}

fn refused() -> Reply {
    Reply::Broken(TransportErrorKind::Connection, "tcp connect error: Connection refused")
}

#[tokio::test(start_paused = true)]
async fn what_a_stand_in_says_of_itself_is_believed() {
    for (kind, expected) in [
        (TransportErrorKind::Timeout, GapClass::Timeout),
        (TransportErrorKind::Dns, GapClass::Dns),
        (TransportErrorKind::Tls, GapClass::Tls),
        (TransportErrorKind::Proxy, GapClass::Proxy),
        (TransportErrorKind::Connection, GapClass::Connection),
        (TransportErrorKind::Unreadable, GapClass::MalformedAnswer),
    ] {
        // The text alone would tell of another kind.
        let fake = Fake::saying(Reply::Broken(kind, "connect timeout, says the proxy"));
        let gap = ask(&aws(&fake).await, DescribeTrails { target: target("us-east-1") })
            .await
            .unwrap_err();
        assert_eq!((gap.class, gap.http_status), (expected, None), "{kind:?}");
        assert!(gap.message.unwrap().contains("says the proxy"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_stand_in_keeps_the_time_that_an_answer_may_take() {
    let fake = Fake::saying(Reply::Silence);
    let start = tokio::time::Instant::now();
    let gap =
        ask(&aws(&fake).await, DescribeTrails { target: target("us-east-1") }).await.unwrap_err();
    assert!(gap.message.unwrap().contains("within 10 seconds"));
    // Five times 10 s, and what was waited in between.
    assert!((50.0..60.0).contains(&start.elapsed().as_secs_f64()));
}

#[tokio::test(start_paused = true)]
async fn requests_are_signed_at_the_time_of_the_given_clock() {
    let fake = Fake::saying(Reply::new(200, EMPTY));
    ask(&aws(&fake).await, DescribeTrails { target: target("us-east-1") }).await.unwrap();
    let signed_at = fake.last().header("x-amz-date").map(str::to_owned);
    assert_eq!(signed_at, Some(now().strftime("%Y%m%dT%H%M%SZ").to_string()));
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_is_not_there_is_tried_twice_at_the_start_and_five_times_later() {
    let fake = Fake::new(|_, _| Some(refused()));
    let error = try_connect(&fake).await.err().unwrap();
    let crate::ConnectError::Caller(gap) = error else { panic!("{error}") };
    assert_eq!((gap.class, gap.attempts), (GapClass::Connection, 2));

    let fake = Fake::saying(refused());
    let gap =
        ask(&aws(&fake).await, DescribeTrails { target: target("us-east-1") }).await.unwrap_err();
    assert_eq!((gap.class, gap.attempts), (GapClass::Connection, 5));
}

#[tokio::test(start_paused = true)]
async fn when_the_run_stops_nothing_more_is_sent_and_what_waits_is_cancelled_at_once() {
    let fake = Fake::saying(Reply::json_error(400, "ThrottlingException", "Rate exceeded"));
    let aws = aws(&fake).await;
    let began = tokio::time::Instant::now();
    let stop = async {
        // The first request has failed by now, and the second waits for its turn.
        tokio::time::sleep(Duration::from_millis(1)).await;
        aws.channel.limits.close();
    };
    let asked = ask(&aws, DescribeTrails { target: target("us-east-1") });
    let (answer, ()) = futures::join!(asked, stop);
    assert_eq!(answer.unwrap_err().class, GapClass::Cancelled);
    assert!(began.elapsed() < Duration::from_millis(10), "{:?}", began.elapsed());
    assert_eq!(fake.count("DescribeTrails"), 1);
    let next = ask(&aws, DescribeTrails { target: target("eu-west-1") }).await;
    assert_eq!(next.unwrap_err().class, GapClass::Cancelled);
    assert_eq!(fake.count("DescribeTrails"), 1);
}
