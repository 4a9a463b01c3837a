//! What was not assessed.

use trailseal_model::record::v1::Line;

use super::record::*;

#[test]
fn what_was_not_read_is_one_alert_for_each_account_and_class() {
    let results = results(vec![
        run(),
        account("Payments"),
        gap(None, Some("us-east-1"), "ListAccounts", "throttled_out"),
        gap(Some(ACCOUNT), Some("eu-west-1"), "DescribeTrails", "denied_by_scp"),
        gap(Some(ACCOUNT), Some("eu-west-2"), "DescribeTrails", "denied_by_scp"),
        gap(Some(ACCOUNT), Some("eu-west-2"), "DescribeKey", "denied"),
        gap(Some(ACCOUNT), Some("ap-east-1"), "DescribeTrails", "region_disabled"),
        gap(Some(ACCOUNT), None, "AssumeRole", "account_not_active"),
        gap(Some(ACCOUNT), None, "ListRegions", "denied"),
        gap(Some(ACCOUNT), Some("us-east-1"), "GetTrailStatus", "not_told"),
    ]);
    assert_eq!(rules_of(&results), ["scope-not-assessed"; 3]);
    let reasons: Vec<&str> =
        results.iter().map(|it| it["properties"]["reason"].as_str().unwrap()).collect();
    for reason in ["denied", "denied_by_scp", "throttled_out"] {
        assert!(reasons.contains(&reason), "{reasons:?}");
    }
    let scp = &results[reasons.iter().position(|it| *it == "denied_by_scp").unwrap()];
    assert!(message(scp).contains("account Payments (000000000001)"), "{}", message(scp));
    assert!(message(scp).contains("'2' failed call(s) of 'DescribeTrails'"));
    assert!(message(scp).contains("'eu-west-1, eu-west-2'"));
    let organization = &results[reasons.iter().position(|it| *it == "throttled_out").unwrap()];
    let uri = &organization["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "aws/o-1/organization.json");
    assert!(message(organization).contains("'organization o-1'"));
}

#[test]
fn what_is_not_proven_is_one_alert_for_each_account_and_reason() {
    let changed = |control: &str, reason: &str, gaps: &[&str]| {
        let Line::Finding(mut it) = finding(control, "not_proven", "main", "Not proven.") else {
            unreachable!("a finding");
        };
        it.status_reason = reason.to_owned();
        it.gap_ids = gaps.iter().map(ToString::to_string).collect();
        Line::Finding(it)
    };
    let results = results(vec![
        run(),
        changed("trail-delivering", "delivery_stale", &[]),
        changed("log-objects-sealed", "no_objects", &[]),
        changed("trail-kms-encrypted", "no_objects", &[]),
        changed("key-usable", "unread", &["g1"]),
        changed("account-covered", "not_built", &[]),
        changed("key-policy-scoped", "no_objects", &[]),
    ]);
    assert_eq!(rules_of(&results), ["scope-not-assessed"; 2]);
    let both = results.iter().find(|it| it["properties"]["reason"] == "no_objects").unwrap();
    assert!(message(both).contains("'2' essential finding(s)"), "{}", message(both));
    assert!(message(both).contains("'log-objects-sealed, trail-kms-encrypted'"));
}

#[test]
fn a_target_that_nothing_settled_is_not_forgotten() {
    assert!(results(vec![run(), coverage("evaluated", None)]).is_empty());
    assert!(results(vec![run(), coverage("region_disabled", None)]).is_empty());
    assert!(results(vec![run(), coverage("not_evaluated", Some("g1"))]).is_empty());
    let results = results(vec![run(), coverage("not_evaluated", None)]);
    assert_eq!(rules_of(&results), ["scope-not-assessed"]);
    assert_eq!(results[0]["properties"]["reason"], "cancelled");
}

#[test]
fn a_gap_of_what_nothing_hangs_on_is_no_alert() {
    for operation in [
        "ListRegions",
        "PutObject",
        "ListRoots",
        "ListOrganizationalUnitsForParent",
        "ListAccountsForParent",
        "ListTagsForResource",
        "ListTrails",
    ] {
        let results = results(vec![run(), gap(Some(ACCOUNT), None, operation, "denied")]);
        assert!(results.is_empty(), "{operation}");
    }
    for operation in
        ["ListEventDataStores", "GetEventDataStore", "GetKeyRotationStatus", "ListGrants", "New"]
    {
        let results = results(vec![run(), gap(Some(ACCOUNT), None, operation, "denied")]);
        assert_eq!(rules_of(&results), ["scope-not-assessed"], "{operation}");
    }
}

#[test]
fn a_trail_that_no_region_showed_is_not_assessed() {
    let run = document(vec![
        run(),
        account("Payments"),
        gap(Some(ACCOUNT), Some("eu-west-1"), "ListTrails", "not_shown"),
    ]);
    let results = run["results"].as_array().unwrap();
    assert_eq!(rules_of(results), ["scope-not-assessed"]);
    assert_eq!(
        message(&results[0]),
        "Not assessed in 'account Payments (000000000001)', because of 'not_shown': '1' trail(s) that 'ListTrails' names and no Region showed, in 'eu-west-1'. Alerts that depend on them are missing here, not fixed. To do: 'scan again; if no Region shows the trail, check what denies cloudtrail:DescribeTrails in its home Region'."
    );
    let notification = &run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
    let text = notification.as_str().unwrap();
    assert!(text.starts_with("'ListTrails' names a trail that no Region showed, "), "{text}");
}

#[test]
fn an_alert_names_what_denies_each_action() {
    let denied = |region: &str, operation: &str, policy: &str| {
        let Line::Gap(mut gap) = gap(Some(ACCOUNT), Some(region), operation, "denied_by_scp")
        else {
            unreachable!("a gap")
        };
        gap.message = Some(format!(
            "User: x is not authorized to perform: cloudtrail:{operation} with an explicit deny in a service control policy: arn:aws:organizations::000000000009:policy/o-a/service_control_policy/{policy}"
        ));
        Line::Gap(gap)
    };
    let results = results(vec![
        run(),
        denied("eu-west-1", "DescribeTrails", "p-one"),
        denied("eu-west-2", "DescribeTrails", "p-one"),
        denied("eu-west-1", "ListEventDataStores", "p-two"),
    ]);
    assert_eq!(rules_of(&results), ["scope-not-assessed"]);
    let text = message(&results[0]);
    let advice = "To do: 'exempt cloudtrail:DescribeTrails from service control policy p-one, which denies it; exempt cloudtrail:ListEventDataStores from service control policy p-two, which denies it'";
    assert!(text.contains(advice), "{text}");
}

#[test]
fn what_the_user_left_out_is_no_news_and_what_is_partial_is() {
    let excluded = |scoped: bool| {
        let Line::Run(mut run) = run() else { unreachable!("a run") };
        run.scope.is_limited = scoped;
        vec![Line::Run(run), coverage("excluded", None)]
    };
    assert!(results(excluded(true)).is_empty());
    assert!(results(excluded(false)).is_empty());
    let mut lines = excluded(true);
    lines.push(coverage("partial", None));
    assert_eq!(rules_of(&results(lines)), ["scope-not-assessed"]);
    // Its gap says so already.
    let mut lines = excluded(true);
    lines.insert(1, gap(Some(ACCOUNT), Some("eu-west-1"), "ListEventDataStores", "denied_by_scp"));
    lines.push(coverage("partial", Some("g1")));
    let results = results(lines);
    assert_eq!(rules_of(&results), ["scope-not-assessed"]);
    assert_eq!(results[0]["properties"]["reason"], "denied_by_scp");
}
