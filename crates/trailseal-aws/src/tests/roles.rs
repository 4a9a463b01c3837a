//! Which role opens an account, and what is sent with AssumeRole.

use std::collections::BTreeMap;
use std::sync::Arc;

use trailseal_model::question::{DescribeTrails, OpenAccount};
use trailseal_model::{AccountId, GapClass, ask};

use super::{Fake, Reply, SentRequest, advance, aws, connect_with, member, settings, target};
use crate::Aws;

async fn with_fallbacks(fake: &Arc<Fake>) -> Aws {
    let role_fallbacks = vec!["Second".to_owned(), "Third".to_owned()];
    connect_with(crate::Settings { role_fallbacks, ..settings(fake) }).await.unwrap().0
}

/// Only these roles are there; a role that is not is refused in these words.
fn with_roles(roles: &'static [&'static str], why: &'static str) -> Arc<Fake> {
    Fake::new(move |seen, _| {
        let is_there = roles.iter().any(|it| assumes(seen, it));
        let message = format!(
            "User: x is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/y {why}"
        );
        match seen.operation.as_str() {
            "AssumeRole" if !is_there => Some(Reply::query_error(403, "AccessDenied", &message)),
            "DescribeTrails" => Some(Reply::new(200, r#"{"trailList":[]}"#)),
            _ => None,
        }
    })
}

fn assumes(seen: &SentRequest, role: &str) -> bool {
    seen.body.contains(&format!("role%2F{role}&"))
}

#[tokio::test(start_paused = true)]
async fn the_first_role_that_is_there_opens_the_account() {
    for (roles, calls, opened_by) in [
        (&["TrailsealAudit", "Second"][..], 1, None),
        (&["Second", "Third"], 2, Some("Second")),
        (&["Third"], 3, Some("Third")),
    ] {
        let fake = with_roles(roles, "");
        let aws = with_fallbacks(&fake).await;
        ask(&aws, OpenAccount { account: member() }).await.unwrap();
        ask(&aws, DescribeTrails { target: target("eu-west-1") }).await.unwrap();
        assert_eq!(fake.count("AssumeRole"), calls, "{roles:?}");
        let expected: BTreeMap<AccountId, String> =
            opened_by.into_iter().map(|it| (member(), it.to_owned())).collect();
        assert_eq!(aws.other_roles(), expected);
        // It is renewed with the role that opened it.
        advance(3500);
        ask(&aws, OpenAccount { account: member() }).await.unwrap();
        assert_eq!(fake.count("AssumeRole"), calls + 1, "{roles:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_that_no_role_opens_is_the_gap_of_the_first() {
    let fake = with_roles(&[], "");
    let gap =
        ask(&with_fallbacks(&fake).await, OpenAccount { account: member() }).await.unwrap_err();
    assert_eq!((gap.class, gap.attempts), (GapClass::RoleNotAssumable, 1));
    assert_eq!(gap.subject.as_deref(), Some("arn:aws:iam::111122223333:role/TrailsealAudit"));
    let message = gap.message.unwrap();
    assert!(message.starts_with("User: x is not authorized"), "{message}");
    let tail = "; nor can arn:aws:iam::111122223333:role/Second be assumed; nor can arn:aws:iam::111122223333:role/Third be assumed";
    assert!(message.ends_with(tail), "{message}");
    assert_eq!(fake.count("AssumeRole"), 3);
}

#[tokio::test(start_paused = true)]
async fn a_denial_that_no_other_role_can_help_is_asked_once() {
    let fake = with_roles(&["Second"], "with an explicit deny in a service control policy");
    let gap =
        ask(&with_fallbacks(&fake).await, OpenAccount { account: member() }).await.unwrap_err();
    assert_eq!((gap.class, fake.count("AssumeRole")), (GapClass::DeniedByScp, 1));
}

#[tokio::test(start_paused = true)]
async fn identity_and_tags_are_sent_where_they_are_given_and_a_duration_never_is() {
    let fake = Fake::new(|_, _| None);
    ask(&aws(&fake).await, OpenAccount { account: member() }).await.unwrap();
    for part in ["SourceIdentity", "Tags", "DurationSeconds"] {
        assert!(!fake.last().body.contains(part), "{part}");
    }
    let settings = crate::Settings {
        source_identity: Some("auditor@example.com".to_owned()),
        session_tags: vec![("team".to_owned(), "security".to_owned())],
        external_id: None,
        ..settings(&fake)
    };
    ask(&connect_with(settings).await.unwrap().0, OpenAccount { account: member() }).await.unwrap();
    let body = fake.last().body;
    for part in [
        "SourceIdentity=auditor%40example.com",
        "Tags.member.1.Key=team",
        "Tags.member.1.Value=security",
    ] {
        assert!(body.contains(part), "{part}: {body}");
    }
    // An hour is AWS's default, and the most that an assumed role may ask for.
    assert!(!body.contains("DurationSeconds") && !body.contains("ExternalId"), "{body}");
}

#[tokio::test(start_paused = true)]
async fn where_sts_is_off_the_region_that_the_user_chose_is_asked() {
    let fake = Fake::new(|seen, _| {
        let is_off = seen.operation == "AssumeRole" && seen.uri.contains("sts.us-east-1.");
        let words = "STS is not activated in this region for account:999900001111.";
        is_off.then(|| Reply::query_error(403, "RegionDisabledException", words))
    });
    let gap = ask(&aws(&fake).await, OpenAccount { account: member() }).await.unwrap_err();
    assert_eq!((gap.class, fake.count("AssumeRole")), (GapClass::StsNotActive, 1));
    let mut settings = settings(&fake);
    settings.substitutes.region = trailseal_model::Region::new("eu-west-1");
    ask(&connect_with(settings).await.unwrap().0, OpenAccount { account: member() }).await.unwrap();
    assert!(fake.last().uri.contains("sts.eu-west-1."), "{}", fake.last().uri);
}
