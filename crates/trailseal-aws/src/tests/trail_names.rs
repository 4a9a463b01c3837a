//! The names of an account's trails.

use trailseal_model::question::ListTrails;
use trailseal_model::{GapClass, Operation, Region, ask};

use super::{Fake, Reply, aws, member};

#[tokio::test(start_paused = true)]
async fn trails_are_listed_to_the_last_page_in_the_members_session() {
    let fake = Fake::in_turn(&[
        r#"{"Trails":[{"TrailARN":"arn:aws:cloudtrail:eu-west-1:111122223333:trail/main","Name":"main","HomeRegion":"eu-west-1"}],"NextToken":"one"}"#,
        r#"{"Trails":[],"NextToken":"two"}"#,
        r#"{"Trails":[{"TrailARN":"arn:aws:cloudtrail:ap-east-1:999900001111:trail/org","HomeRegion":""}]}"#,
    ]);
    let trails = ask(&aws(&fake).await, ListTrails { account: member() }).await.unwrap().value;
    let found: Vec<(&str, &str)> =
        trails.iter().map(|it| (it.arn.as_str(), it.home_region.name())).collect();
    let expected = [
        ("arn:aws:cloudtrail:eu-west-1:111122223333:trail/main", "eu-west-1"),
        ("arn:aws:cloudtrail:ap-east-1:999900001111:trail/org", "ap-east-1"),
    ];
    assert_eq!(found, expected);
    assert_eq!((fake.count("ListTrails"), fake.count("AssumeRole")), (3, 1));
    let seen = fake.last();
    assert!(seen.header("x-amz-target").unwrap().ends_with("CloudTrail_20131101.ListTrails"));
    assert_eq!(seen.body, r#"{"NextToken":"two"}"#);
    assert_eq!(seen.signer(), "member-key");
    assert_eq!(seen.header("x-amz-security-token"), Some("member-token"));
    assert!(seen.uri.starts_with("https://cloudtrail.us-east-1.amazonaws.com"), "{}", seen.uri);
}

#[tokio::test(start_paused = true)]
async fn an_account_may_have_no_trail() {
    let fake = Fake::in_turn(&[r#"{"Trails":[]}"#]);
    assert!(
        ask(&aws(&fake).await, ListTrails { account: member() }).await.unwrap().value.is_empty()
    );
    assert_eq!(fake.last().body, "{}");
}

#[tokio::test(start_paused = true)]
async fn a_trail_that_cannot_be_identified_is_not_dropped() {
    for (trail, problem) in [
        (r#"{"Name":"main"}"#, "a trail without TrailARN"),
        (r#"{"TrailARN":"main"}"#, "`main` is not a trail's ARN"),
        (
            r#"{"TrailARN":"arn:aws:cloudtrail:eu-west-1::trail/main"}"#,
            "arn:aws:cloudtrail:eu-west-1::trail/main has no owner",
        ),
        (
            r#"{"TrailARN":"arn:aws:cloudtrail::111122223333:trail/main"}"#,
            "arn:aws:cloudtrail::111122223333:trail/main has no home Region",
        ),
    ] {
        let fake = Fake::saying(Reply::new(200, format!(r#"{{"Trails":[{trail}]}}"#)));
        let gap = ask(&aws(&fake).await, ListTrails { account: member() }).await.unwrap_err();
        assert_eq!((gap.class, gap.operation), (GapClass::MalformedAnswer, Operation::ListTrails));
        assert_eq!(gap.message.as_deref(), Some(problem));
        assert_eq!((gap.account, gap.region), (Some(member()), Region::new("us-east-1")));
    }
}

#[tokio::test(start_paused = true)]
async fn a_listing_that_goes_round_in_a_circle_is_a_gap() {
    let fake = Fake::in_turn(&[
        r#"{"Trails":[],"NextToken":"one"}"#,
        r#"{"Trails":[],"NextToken":"two"}"#,
        r#"{"Trails":[],"NextToken":"one"}"#,
    ]);
    let gap = ask(&aws(&fake).await, ListTrails { account: member() }).await.unwrap_err();
    assert_eq!((gap.class, fake.count("ListTrails")), (GapClass::MalformedAnswer, 3));
}

#[tokio::test(start_paused = true)]
async fn a_listing_that_is_refused_is_asked_for_once() {
    for code in ["AccessDeniedException", "UnsupportedOperationException"] {
        let fake = Fake::saying(Reply::json_error(400, code, "no"));
        let gap = ask(&aws(&fake).await, ListTrails { account: member() }).await.unwrap_err();
        assert_eq!((gap.class, gap.attempts), (GapClass::Denied, 1));
        assert_eq!(fake.count("ListTrails"), 1);
    }
}
