//! An organization of 1,000 accounts whose policy denies Regions: one thing to change.

use trailseal_model::{
    ControlId, GapClass, LogsSealed, Operation, OtherTrailsAnswer, Outcome, Reason,
    RecordedBySealed, Status,
};
use trailseal_record::fixture::{self, id, region};
use trailseal_record::v1::{CoverageLine, FindingLine, GapLine, Line};

use super::{made, sample, sum};

/// How many accounts there are.
const ACCOUNTS: u64 = 1_000;

/// The Regions that the policy denies.
const DENIED: [&str; 26] = [
    "af-south-1",
    "ap-east-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "sa-east-1",
    "us-west-1",
];

/// The record of such an organization.
fn lines() -> Vec<Line> {
    let mut cause = fixture::region_deny();
    cause.effect.failed = 0;
    cause.effect.not_proven = ACCOUNTS;
    cause.effect.mended = ACCOUNTS;
    cause.effect.gaps = ACCOUNTS * DENIED.len() as u64;
    cause.effect.accounts = (1..=ACCOUNTS).map(id).collect();
    cause.effect.regions = DENIED.map(region).to_vec();
    let trail = fixture::trail(1, "audit");
    let mut lines = vec![Line::Run(Box::new(fixture::run()))];
    for number in 1..=ACCOUNTS {
        let mut account = fixture::account(1);
        account.account_id = id(number);
        account.name = format!("Workload {number}");
        account.recorded_by_sealed_trail = Some(RecordedBySealed::Yes);
        account.other_trails = Some(OtherTrailsAnswer::Unknown);
        account.logs_sealed = Some(LogsSealed::Unproven);
        lines.push(Line::Account(Box::new(account)));
        let subject = id(number).to_string();
        lines.push(Line::Finding(Box::new(FindingLine {
            cause_id: Some(cause.cause_id.clone()),
            ..fixture::finding(
                ControlId::AccountCovered,
                &subject,
                Status::NotProven,
                Reason::CoverageUnread,
            )
        })));
        for name in DENIED {
            let (operation, class) = (Operation::DescribeTrails, GapClass::DeniedByScp);
            lines.push(Line::Gap(Box::new(GapLine {
                cause_id: Some(cause.cause_id.clone()),
                exception_id: None,
                ..fixture::gap(number, Some(name), operation, class)
            })));
            lines.push(Line::Coverage(Box::new(CoverageLine {
                account_id: id(number),
                region: region(name),
                outcome: Outcome::NotEvaluated,
                ..fixture::coverage(1, "us-east-1")
            })));
        }
    }
    lines.push(Line::Cause(Box::new(cause)));
    lines.push(Line::Trail(Box::new(trail)));
    fixture::settled(lines)
}

#[test]
fn one_policy_is_one_thing_to_change() {
    let made = made(&lines());
    let headline = "1,000 of 1,000 accounts in use are recorded by a sealed trail.";
    for text in [&made.summary, &made.terminal] {
        for part in [
            &headline[..headline.len() - 1],
            "1 cause, the gravest first",
            "p-deny0001",
            "cloudtrail:DescribeTrails",
            "1,000 not proven, 26,000 calls without an answer, 1,000 accounts",
            "26,000 targets (account x Region): 26,000 not evaluated.",
        ] {
            let text: Vec<&str> = text.split_whitespace().collect();
            assert!(text.join(" ").contains(part), "{part}: {}", text.join(" "));
        }
    }
    assert!(made.summary.len() < 20_000, "{} bytes", made.summary.len());
    assert!(made.terminal.lines().count() < 20, "{}", made.terminal);
    for part in ["exceptions.toml:\n\n```toml\n[[gap]]", "NotAction", "and 990 more", "and 16 more"]
    {
        assert!(made.summary.contains(part), "{part}: {}", made.summary);
    }
    assert_eq!(sum(&made.metrics, "trailseal_gaps"), 26_000);
    let name = "trailseal_causes{kind=\"denying_policy\",severity=\"high\"}";
    assert_eq!(sample(&made.metrics, name), "1");
}
