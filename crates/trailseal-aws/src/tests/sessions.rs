//! Sessions: opened once, renewed in time, remembered when they cannot be opened.

use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use futures::future::join_all;
use trailseal_model::question::{DescribeTrails, OpenAccount};
use trailseal_model::{AccountId, GapClass, Operation, ask};

use super::{CALLER, Fake, Reply, SECRET, advance, assumed, aws, member, now, target};
use crate::Clock;
use crate::credentials::OwnCredentials;

const EMPTY: &str = r#"{"trailList":[]}"#;
const INVALID: &str = "The security token included in the request is invalid.";

#[tokio::test(start_paused = true)]
async fn a_hundred_that_come_at_once_share_one_assume_role() {
    let fake = Fake::saying(Reply::new(200, EMPTY));
    let aws = aws(&fake).await;
    let opened = join_all((0..100).map(|_| ask(&aws, OpenAccount { account: member() }))).await;
    assert!(opened.iter().all(Result::is_ok));
    assert_eq!(fake.count("AssumeRole"), 1);
    let seen = fake.last();
    assert!(seen.uri.starts_with("https://sts.us-east-1.amazonaws.com"), "{}", seen.uri);
    for part in [
        "RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2FTrailsealAudit",
        "RoleSessionName=trailseal-test",
        "ExternalId=external",
    ] {
        assert!(seen.body.contains(part), "{}", seen.body);
    }
}

#[tokio::test(start_paused = true)]
async fn the_callers_account_needs_no_role() {
    let fake = Fake::saying(Reply::new(200, EMPTY));
    let aws = aws(&fake).await;
    let caller: AccountId = CALLER.parse().unwrap();
    assert_eq!(aws.caller().account, caller);
    ask(&aws, OpenAccount { account: caller }).await.unwrap();
    let own = trailseal_model::Target { account: caller, ..target("us-east-1") };
    ask(&aws, DescribeTrails { target: own }).await.unwrap();
    assert_eq!(fake.count("AssumeRole"), 0);
    assert!(fake.last().header("authorization").unwrap().contains("AKIACALLER"));
}

#[tokio::test(start_paused = true)]
async fn a_session_is_renewed_five_minutes_before_its_end() {
    let fake = Fake::saying(Reply::new(200, EMPTY));
    let aws = aws(&fake).await;
    ask(&aws, OpenAccount { account: member() }).await.unwrap();
    advance(3600 - 301);
    ask(&aws, OpenAccount { account: member() }).await.unwrap();
    assert_eq!(fake.count("AssumeRole"), 1);
    advance(2);
    ask(&aws, OpenAccount { account: member() }).await.unwrap();
    assert_eq!(fake.count("AssumeRole"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_short_session_is_renewed_in_the_last_fifth_of_its_life() {
    let fake = Fake::new(|seen, _| {
        (seen.operation == "AssumeRole")
            .then(|| Reply::new(200, assumed("short", now().as_second() + 900)))
    });
    let aws = aws(&fake).await;
    for (seconds, expected) in [(0, 1), (719, 1), (2, 2)] {
        advance(seconds);
        ask(&aws, OpenAccount { account: member() }).await.unwrap();
        assert_eq!(fake.count("AssumeRole"), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_that_cannot_be_renewed_yet_is_used_to_its_end() {
    let fake = Fake::new(|seen, before| {
        (seen.operation == "AssumeRole" && before > 0)
            .then(|| Reply::query_error(503, "ServiceUnavailable", "later"))
    });
    let aws = aws(&fake).await;
    ask(&aws, OpenAccount { account: member() }).await.unwrap();
    advance(3400);
    ask(&aws, OpenAccount { account: member() }).await.unwrap();
    advance(300);
    // The circuit lets a probe through by then.
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    assert_eq!(
        ask(&aws, OpenAccount { account: member() }).await.unwrap_err().class,
        GapClass::ServerError
    );
}

#[tokio::test(start_paused = true)]
async fn a_role_that_cannot_be_assumed_is_asked_for_once() {
    let message = "User: arn:aws:sts::1:assumed-role/a/b is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/TrailsealAudit";
    let fake = Fake::new(move |seen, _| {
        (seen.operation == "AssumeRole").then(|| Reply::query_error(403, "AccessDenied", message))
    });
    let aws = aws(&fake).await;
    let first = ask(&aws, OpenAccount { account: member() }).await.unwrap_err();
    assert_eq!(first.class, GapClass::RoleNotAssumable);
    assert_eq!(first.operation, Operation::AssumeRole);
    assert_eq!(first.account, Some(member()));
    assert_eq!(first.subject.as_deref(), Some("arn:aws:iam::111122223333:role/TrailsealAudit"));
    assert_eq!(ask(&aws, OpenAccount { account: member() }).await.unwrap_err(), first);
    assert_eq!(ask(&aws, DescribeTrails { target: target("eu-west-1") }).await.unwrap_err(), first);
    assert_eq!(fake.count("AssumeRole"), 1);
    assert_eq!(fake.count("DescribeTrails"), 0);
}

#[tokio::test(start_paused = true)]
async fn the_callers_provider_is_asked_once() {
    #[derive(Debug)]
    struct Counting(Arc<std::sync::atomic::AtomicUsize>);
    impl ProvideCredentials for Counting {
        fn provide_credentials<'a>(
            &'a self,
        ) -> aws_credential_types::provider::future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let given = aws_credential_types::Credentials::new("AKIA", SECRET, None, None, "test");
            aws_credential_types::provider::future::ProvideCredentials::ready(Ok(given))
        }
    }
    let asked = Arc::default();
    let provider = SharedCredentialsProvider::new(Counting(Arc::clone(&asked)));
    let own = OwnCredentials::new(provider);
    for _ in 0..100 {
        own.session(&Clock::new(now)).await.unwrap();
    }
    assert_eq!(asked.load(std::sync::atomic::Ordering::Relaxed), 1);
}

/// AWS calls the first session expired, and others only if they are not `survived`.
fn expiring(is_survived: bool) -> Arc<Fake> {
    let message = "The security token included in the request is expired";
    Fake::new(move |seen, before| match seen.operation.as_str() {
        "AssumeRole" => {
            Some(Reply::new(200, assumed(&format!("session{before}"), now().as_second() + 3600)))
        }
        "DescribeTrails" if is_survived && seen.signer() != "session0-key" => {
            Some(Reply::new(200, EMPTY))
        }
        "DescribeTrails" => Some(Reply::json_error(400, "ExpiredTokenException", message)),
        _ => None,
    })
}

#[tokio::test(start_paused = true)]
async fn a_session_that_expires_early_is_renewed_once_for_all_and_the_calls_are_repeated() {
    let fake = expiring(true);
    let aws = aws(&fake).await;
    ask(&aws, OpenAccount { account: member() }).await.unwrap();
    let regions = ["us-east-1", "eu-west-1", "ap-east-1", "eu-central-1"];
    let listed = join_all(regions.map(|it| ask(&aws, DescribeTrails { target: target(it) }))).await;
    for answer in listed {
        assert_eq!(answer.unwrap().evidence.attempts, 2);
    }
    assert_eq!((fake.count("AssumeRole"), fake.count("DescribeTrails")), (2, 8));
}

#[tokio::test(start_paused = true)]
async fn a_renewed_session_that_is_expired_too_is_a_gap() {
    let fake = expiring(false);
    let aws = aws(&fake).await;
    ask(&aws, OpenAccount { account: member() }).await.unwrap();
    let gap = ask(&aws, DescribeTrails { target: target("ap-east-1") }).await.unwrap_err();
    assert_eq!((gap.class, gap.attempts), (GapClass::ExpiredCredentials, 2));
    assert_eq!(gap.code.as_deref(), Some("ExpiredTokenException"));
    // The new one was opened just now: it is not thrown away for every call that comes.
    let gap = ask(&aws, DescribeTrails { target: target("us-east-1") }).await.unwrap_err();
    assert_eq!((gap.class, gap.attempts), (GapClass::ExpiredCredentials, 1));
    assert_eq!(fake.count("AssumeRole"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_session_that_could_not_be_renewed_is_tried_again_with_the_next_call() {
    let fake = Fake::new(|seen, before| match (seen.operation.as_str(), before) {
        ("AssumeRole", 1..=5) => Some(Reply::query_error(503, "ServiceUnavailable", "later")),
        ("DescribeTrails", _) => Some(Reply::new(200, EMPTY)),
        _ => None,
    });
    let aws = aws(&fake).await;
    ask(&aws, OpenAccount { account: member() }).await.unwrap();
    advance(3700);
    let gap = ask(&aws, DescribeTrails { target: target("us-east-1") }).await.unwrap_err();
    assert_eq!((gap.class, gap.operation), (GapClass::ServerError, Operation::AssumeRole));
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    ask(&aws, DescribeTrails { target: target("us-east-1") }).await.unwrap();
    assert_eq!(fake.count("AssumeRole"), 7);
}

#[tokio::test(start_paused = true)]
async fn the_callers_own_credentials_are_asked_for_again_when_they_expire_early() {
    let message = "The security token included in the request is expired";
    let fake = Fake::new(move |seen, before| {
        (seen.operation == "AssumeRole" && before == 0)
            .then(|| Reply::query_error(403, "ExpiredToken", message))
    });
    let aws = aws(&fake).await;
    ask(&aws, OpenAccount { account: member() }).await.unwrap();
    assert_eq!(fake.count("AssumeRole"), 2);
}

fn refusing(in_regions: &'static str, identity: Option<Reply>) -> Arc<Fake> {
    Fake::new(move |seen, before| match seen.operation.as_str() {
        "DescribeTrails" if seen.uri.contains(in_regions) => {
            Some(Reply::json_error(400, "UnrecognizedClientException", INVALID))
        }
        "DescribeTrails" => Some(Reply::new(200, EMPTY)),
        // The first one is connect's.
        "GetCallerIdentity" if before > 0 => identity.clone(),
        _ => None,
    })
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_in_an_opt_in_region_is_probed_once_per_session() {
    let fake = refusing("", None);
    let aws = aws(&fake).await;
    for region in ["ap-east-1", "me-south-1", "eu-south-2"] {
        let gap = ask(&aws, DescribeTrails { target: target(region) }).await.unwrap_err();
        assert_eq!((gap.class, gap.attempts), (GapClass::RegionDisabled, 1), "{region}");
    }
    assert_eq!(fake.count("GetCallerIdentity"), 2);
    assert!(fake.last().uri.contains("eu-south-2"), "the probe came first");
}

#[tokio::test(start_paused = true)]
async fn an_answer_in_a_default_region_saves_the_probe() {
    let fake = refusing("ap-east-1", None);
    let aws = aws(&fake).await;
    ask(&aws, DescribeTrails { target: target("eu-west-1") }).await.unwrap();
    let gap = ask(&aws, DescribeTrails { target: target("ap-east-1") }).await.unwrap_err();
    assert_eq!(gap.class, GapClass::RegionDisabled);
    assert_eq!(fake.count("GetCallerIdentity"), 1);
}

#[tokio::test(start_paused = true)]
async fn while_the_probe_gives_no_answer_nothing_is_said_of_region_or_session() {
    let fake = Fake::new(|seen, before| match seen.operation.as_str() {
        "DescribeTrails" => Some(Reply::json_error(400, "UnrecognizedClientException", INVALID)),
        // The first one is connect's, five are the first probe's.
        "GetCallerIdentity" if (1..6).contains(&before) => {
            Some(Reply::query_error(500, "InternalFailure", ""))
        }
        _ => None,
    });
    let aws = aws(&fake).await;
    for (region, class) in
        [("ap-east-1", GapClass::ServerError), ("me-south-1", GapClass::CircuitOpen)]
    {
        let gap = ask(&aws, DescribeTrails { target: target(region) }).await.unwrap_err();
        let message = gap.message.unwrap();
        assert_eq!(gap.class, class, "{message}");
        assert!(message.starts_with(INVALID) && message.contains("GetCallerIdentity"), "{message}");
    }
    tokio::time::sleep(Duration::from_secs(30)).await;
    let gap = ask(&aws, DescribeTrails { target: target("ap-east-1") }).await.unwrap_err();
    assert_eq!(gap.class, GapClass::RegionDisabled);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_works_nowhere_is_no_disabled_region() {
    let refused = Reply::query_error(403, "InvalidClientTokenId", INVALID);
    let fake = refusing("", Some(refused));
    let aws = aws(&fake).await;
    for region in ["ap-east-1", "us-east-1", "me-south-1"] {
        let gap = ask(&aws, DescribeTrails { target: target(region) }).await.unwrap_err();
        assert_eq!(gap.class, GapClass::ExpiredCredentials, "{region}");
    }
    assert_eq!(fake.count("GetCallerIdentity"), 2);
}
