//! What keeps failing is left alone, said so, and asked again later.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::future::join_all;
use trailseal_model::question::{
    DescribeTrails, GetKeyPolicy, HeadObject, ListAccounts, ListEventDataStores, OpenAccount,
};
use trailseal_model::{Arn, Gap, GapClass, Operation, Reader, ask};

use super::{Fake, Reply, aws, member, target};
use crate::Aws;

const EMPTY: &str = r#"{"trailList":[]}"#;

/// CloudTrail fails in eu-west-1 for as long as it is down.
fn failing(is_down: &Arc<AtomicBool>) -> Arc<Fake> {
    let is_down = Arc::clone(is_down);
    Fake::new(move |seen, _| match seen.operation.as_str() {
        "DescribeTrails" if seen.uri.contains("eu-west-1") && is_down.load(Ordering::Relaxed) => {
            Some(Reply::json_error(500, "InternalFailure", "oops"))
        }
        "DescribeTrails" => Some(Reply::new(200, EMPTY)),
        "ListEventDataStores" => Some(Reply::new(200, r#"{"EventDataStores":[]}"#)),
        "GetKeyPolicy" => Some(Reply::json_error(400, "AccessDeniedException", "no")),
        _ => None,
    })
}

async fn gap(aws: &Aws) -> Gap {
    ask(&aws, DescribeTrails { target: target("eu-west-1") }).await.unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn after_five_failures_nothing_is_sent_until_a_probe_succeeds() {
    let is_down = Arc::new(AtomicBool::new(true));
    let fake = failing(&is_down);
    let aws = aws(&fake).await;
    let first = gap(&aws).await;
    assert_eq!((first.class, first.attempts), (GapClass::ServerError, 5));
    assert_eq!(first.message.as_deref(), Some("oops"));

    let kept_back = gap(&aws).await;
    assert_eq!((kept_back.class, kept_back.attempts), (GapClass::CircuitOpen, 0));
    assert_eq!((kept_back.account, kept_back.operation), (first.account, first.operation));
    let message =
        "not asked: DescribeTrails kept failing in this account and Region (server_error)";
    assert_eq!(kept_back.message.as_deref(), Some(message));
    assert_eq!((kept_back.code, kept_back.http_status, kept_back.request_id), (None, None, None));
    assert_eq!(fake.count("DescribeTrails"), 5);

    // Other Regions, operations and services are asked as ever.
    ask(&aws, DescribeTrails { target: target("us-east-1") }).await.unwrap();
    ask(&aws, ListEventDataStores { target: target("eu-west-1") }).await.unwrap();
    let key = Arn::new("arn:aws:kms:eu-west-1:111122223333:key/a").unwrap();
    let policy = ask(&aws, GetKeyPolicy { key: key.clone(), asked_in: target("eu-west-1") }).await;
    assert_eq!(policy.unwrap_err().class, GapClass::Denied);

    // A probe that fails is one request, and not tried again.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let probe = gap(&aws).await;
    assert_eq!((probe.class, probe.attempts), (GapClass::ServerError, 1));
    assert!(probe.message.unwrap().contains("oops (not tried again: the operation kept failing"));
    is_down.store(false, Ordering::Relaxed);
    assert_eq!(gap(&aws).await.class, GapClass::CircuitOpen);

    tokio::time::sleep(Duration::from_secs(10)).await;
    ask(&aws, DescribeTrails { target: target("eu-west-1") }).await.unwrap();
    assert_eq!(fake.count("DescribeTrails"), 8);
}

#[tokio::test(start_paused = true)]
async fn a_hiccup_under_many_requests_opens_nothing() {
    let fake = Fake::new(|seen, before| match seen.operation.as_str() {
        "HEAD s3" if before < 100 => Some(Reply::s3_error(500, "InternalError", "")),
        "HEAD s3" => Some(Reply::new(200, "")),
        _ => None,
    });
    let aws = aws(&fake).await;
    let reader = Reader { target: target("us-east-1"), expected_owner: None };
    let heads = (0..200).map(|_| {
        ask(
            &aws,
            HeadObject { reader, bucket: "logs".to_owned(), key: "AWSLogs/x.json.gz".to_owned() },
        )
    });
    assert!(join_all(heads).await.iter().all(Result::is_ok));
}

#[tokio::test(start_paused = true)]
async fn calls_that_wait_for_a_permit_are_kept_back_too() {
    let fake = failing(&Arc::new(AtomicBool::new(true)));
    let aws = aws(&fake).await;
    let listed = join_all((0..100).map(|_| gap(&aws))).await;
    assert!(listed.iter().any(|it| it.class == GapClass::CircuitOpen));
    for gap in listed {
        let is_asked = gap.attempts > 0;
        let expected = if is_asked { GapClass::ServerError } else { GapClass::CircuitOpen };
        assert_eq!(gap.class, expected, "{gap:?}");
    }
    // 10 at once, and as many as the quota allows until the row has lasted long enough.
    let calls = fake.count("DescribeTrails");
    assert!(calls < 30, "{calls}");
}

#[tokio::test(start_paused = true)]
async fn the_callers_own_calls_have_no_circuit() {
    let fake = Fake::saying(Reply::json_error(500, "InternalFailure", "oops"));
    let aws = aws(&fake).await;
    for _ in 0..3 {
        let gap = ask(&aws, ListAccounts).await.unwrap_err();
        assert_eq!((gap.class, gap.attempts), (GapClass::ServerError, 5));
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_is_used_to_its_end_while_the_circuit_of_its_renewal_is_open() {
    let fake = Fake::new(|seen, before| match seen.operation.as_str() {
        "AssumeRole" if before > 0 => Some(Reply::query_error(503, "ServiceUnavailable", "later")),
        _ => None,
    });
    let aws = aws(&fake).await;
    ask(&aws, OpenAccount { account: member() }).await.unwrap();
    super::advance(3400);
    for _ in 0..3 {
        ask(&aws, OpenAccount { account: member() }).await.unwrap();
    }
    assert_eq!(fake.count("AssumeRole"), 6);
    super::advance(300);
    let gap = ask(&aws, OpenAccount { account: member() }).await.unwrap_err();
    assert_eq!((gap.class, gap.operation), (GapClass::CircuitOpen, Operation::AssumeRole));
}
