//! What was not assessed.

use trailseal_model::hash::short_hash;
use trailseal_model::{CauseKind, ControlId, GapClass, Operation, Outcome, Reason, Status};
use trailseal_record::fixture;
use trailseal_record::v1::{CauseLine, GapLine, Line};

use super::record::*;

fn of(cause: &CauseLine, gap: GapLine) -> Line {
    Line::Gap(Box::new(GapLine { cause_id: Some(cause.cause_id.clone()), ..gap }))
}

fn denied(number: u64, region: &str, operation: Operation) -> GapLine {
    gap(Some(number), Some(region), operation, GapClass::DeniedByScp)
}

fn alone(gap: GapLine) -> Line {
    Line::Gap(Box::new(gap))
}

#[test]
fn what_was_not_read_is_one_alert_for_each_cause() {
    let policy = fixture::region_deny();
    let role = fixture::role();
    let lists = cause(CauseKind::Api, "ListAccounts", "server_error", "ListAccounts fails");
    let results = results(vec![
        account(1, "Payments"),
        boxed(&policy),
        boxed(&role),
        boxed(&lists),
        of(&policy, denied(1, "eu-west-1", Operation::DescribeTrails)),
        of(&policy, denied(1, "eu-west-2", Operation::DescribeTrails)),
        of(&policy, denied(2, "eu-west-2", Operation::DescribeTrails)),
        of(&role, gap(Some(5), None, Operation::AssumeRole, GapClass::RoleNotAssumable)),
        of(&lists, gap(None, Some("us-east-1"), Operation::ListAccounts, GapClass::ServerError)),
        alone(gap(Some(1), Some("ap-east-1"), Operation::DescribeTrails, GapClass::RegionDisabled)),
        alone(gap(Some(3), None, Operation::AssumeRole, GapClass::AccountNotActive)),
        alone(gap(Some(1), None, Operation::ListRegions, GapClass::Denied)),
        alone(gap(Some(1), Some("us-east-1"), Operation::GetTrailStatus, GapClass::NotTold)),
    ]);
    assert_eq!(rules_of(&results), ["scope-not-assessed"; 3]);
    let find = |cause: &CauseLine| {
        let id = cause.cause_id.as_str();
        results.iter().find(|result| result["properties"]["causeId"] == id).unwrap()
    };
    let of_policy = find(&policy);
    assert_eq!(of_policy["properties"]["reason"], "denied_by_scp");
    assert_eq!(uri(of_policy), "aws/o-example0001/organization.json");
    let text = message(of_policy);
    let middle = "In '2 accounts': 'Payments (000000000001), 000000000002'. In '2 Regions': 'eu-west-1, eu-west-2'. Without an answer: '3 requests' of 'DescribeTrails'.";
    assert!(text.contains(middle), "{text}");
    let statement = " Add '[\"cloudtrail:DescribeTrails\",";
    assert!(text.contains(statement) && text.contains("' to 'the NotAction list of the statement that denies'. causes.csv has '1 more step'."), "{text}");
    let markdown = of_policy["message"]["markdown"].as_str().unwrap();
    assert!(
        markdown.contains("[[gap]]\nclass = \"denied\\_by\\_scp\"")
            || markdown.contains("[[gap]]\nclass = \"denied_by_scp\""),
        "{markdown}"
    );
    let of_role = find(&role);
    assert_eq!(uri(of_role), "aws/000000000005/account.json");
    assert!(
        message(of_role)
            .contains(" Account: '000000000005'. Without an answer: '1 request' of 'AssumeRole'.")
    );
    let of_lists = find(&lists);
    assert!(
        message(of_lists).contains(" Organization: 'o-example0001'. In '1 Region': 'us-east-1'."),
        "{}",
        message(of_lists)
    );
}

#[test]
fn what_identifies_it_is_its_cause_alone() {
    let policy = fixture::region_deny();
    let fingerprint = |accounts: std::ops::RangeInclusive<u64>| {
        let mut lines = vec![boxed(&policy)];
        lines.extend(
            accounts.map(|it| of(&policy, denied(it, "eu-west-1", Operation::DescribeTrails))),
        );
        results(lines)[0]["partialFingerprints"]["primaryLocationLineHash"].clone()
    };
    assert_eq!(fingerprint(1..=1), fingerprint(2..=9));
    let expected = short_hash(&["scope-not-assessed", &policy.cause_id]);
    assert_eq!(fingerprint(1..=1), format!("{expected}:1"));
}

#[test]
fn what_is_not_proven_is_one_alert_for_each_cause() {
    let young = cause(CauseKind::Time, "deliveries", "no_objects", "Nothing was delivered yet");
    let unproven = |control, reason| finding(control, Status::NotProven, reason, "main");
    let results = results(
        vec![
            boxed(&young),
            because(unproven(ControlId::LogObjectsSealed, Reason::NoObjects), &young),
            because(unproven(ControlId::DigestObjectsSealed, Reason::NoObjects), &young),
            line(unproven(ControlId::TrailDelivering, Reason::DeliveryStale)),
            line(unproven(ControlId::AccountCovered, Reason::NotBuilt)),
            // No verdict depends on it.
            line(unproven(ControlId::KeyPolicyScoped, Reason::PolicyUnknown)),
        ]
        .into_iter()
        .filter(
            |line| !matches!(line, Line::Finding(it) if it.control_id == ControlId::AccountCovered),
        )
        .collect(),
    );
    assert_eq!(rules_of(&results), ["scope-not-assessed"; 2]);
    let both =
        results.iter().find(|result| result["properties"]["reason"] == "no_objects").unwrap();
    let text = message(both);
    assert!(
        text.starts_with("Not proven: 'Nothing was delivered yet'. Account: '000000000001'. "),
        "{text}"
    );
    assert!(
        text.contains("Findings not proven: '2' of 'log-objects-sealed, digest-objects-sealed'."),
        "{text}"
    );
    // Without a cause in the record, the reason is what is known.
    let stale = results.iter().find(|result| result["properties"]["reason"] == "delivery_stale");
    let text = message(stale.unwrap());
    assert!(
        text.starts_with("Not proven: 'delivery_stale'. ") && text.contains(" Fix: '"),
        "{text}"
    );
}

#[test]
fn a_target_that_nothing_settled_is_not_forgotten() {
    let target = |outcome, gap_id: Option<&str>| {
        let mut line = coverage(outcome);
        line.gap_id = gap_id.map(str::to_owned);
        Line::Coverage(Box::new(line))
    };
    assert!(results(vec![target(Outcome::Evaluated, None)]).is_empty());
    assert!(results(vec![target(Outcome::RegionDisabled, None)]).is_empty());
    assert!(results(vec![target(Outcome::Excluded, None)]).is_empty());
    assert!(results(vec![target(Outcome::NotEvaluated, Some("g1"))]).is_empty());
    for outcome in [Outcome::NotEvaluated, Outcome::Partial] {
        let results = results(vec![target(outcome, None)]);
        assert_eq!(rules_of(&results), ["scope-not-assessed"]);
        assert_eq!(results[0]["properties"]["reason"], "cancelled");
        assert!(message(&results[0]).contains(" Not listed: '1 Region of an account'. "));
    }
    let run = cause(CauseKind::Run, "run", "cancelled", "The run was ended early");
    let results = results(vec![boxed(&run), target(Outcome::NotEvaluated, None)]);
    assert_eq!(results[0]["properties"]["causeId"], run.cause_id.as_str());
    assert!(message(&results[0]).starts_with("Not assessed: 'The run was ended early'. "));
}

#[test]
fn a_gap_that_nothing_depends_on_is_no_alert() {
    for operation in [
        Operation::ListRegions,
        Operation::PutObject,
        Operation::ListRoots,
        Operation::ListOrganizationalUnitsForParent,
        Operation::ListAccountsForParent,
        Operation::ListTagsForResource,
        Operation::ListTrails,
    ] {
        let results = results(vec![alone(gap(Some(1), None, operation, GapClass::Denied))]);
        assert!(results.is_empty(), "{operation}");
    }
    for operation in [
        Operation::ListEventDataStores,
        Operation::GetEventDataStore,
        Operation::GetKeyRotationStatus,
        Operation::ListGrants,
    ] {
        let results = results(vec![alone(gap(Some(1), None, operation, GapClass::Denied))]);
        assert_eq!(rules_of(&results), ["scope-not-assessed"], "{operation}");
    }
}

#[test]
fn a_trail_that_no_region_showed_is_not_assessed() {
    let run = document(vec![
        account(1, "Payments"),
        alone(gap(Some(1), Some("eu-west-1"), Operation::ListTrails, GapClass::NotShown)),
    ]);
    let results = results_of(&run);
    assert_eq!(rules_of(&results), ["scope-not-assessed"]);
    let start = "Not assessed: 'not_shown'. Account: 'Payments (000000000001)'. In '1 Region': 'eu-west-1'. Named by ListTrails and shown by no Region: '1 trail'. Alerts that depend on this are missing here, not fixed. Fix: '";
    assert!(message(&results[0]).starts_with(start), "{}", message(&results[0]));
    let notification = &run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
    let text = notification.as_str().unwrap();
    assert!(text.starts_with("'ListTrails' names a trail that no Region showed, "), "{text}");
}
