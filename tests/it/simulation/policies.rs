//! Scans under identity and trust policies: what they allow is enough, and what one of them lacks is
//! a gap with AWS's words.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use tempfile::TempDir;
use trailseal::Scanned;
use trailseal_sim::Simulator;
use trailseal_sim::scenario::{Policies, Scenario};

use super::{of_text, rows, scanned_in};

const ROLE: &[&str] = &[
    "account:ListRegions",
    "cloudtrail:DescribeTrails",
    "cloudtrail:GetEventDataStore",
    "cloudtrail:GetEventSelectors",
    "cloudtrail:GetTrailStatus",
    "cloudtrail:ListEventDataStores",
    "cloudtrail:ListTrails",
    "kms:DescribeKey",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "s3:GetObject",
    "s3:ListAllMyBuckets",
    "s3:ListBucket",
];
const CALLER: &[&str] = &[
    "organizations:DescribeOrganization",
    "organizations:ListAccounts",
    "organizations:ListAccountsForParent",
    "organizations:ListOrganizationalUnitsForParent",
    "organizations:ListRoots",
    "organizations:ListTagsForResource",
    "sts:AssumeRole",
];

/// The organization that every failure is tried on, whose role asks for an external id.
fn scenario() -> Scenario {
    let text = include_str!("matrix.toml");
    of_text(&text.replace("seed = 23\n", "seed = 23\nexternal_id = \"ours\"\n"))
}

/// A policy that allows these actions without one of them, and never to decrypt.
fn policy(actions: &[&[&str]], without: &str) -> String {
    let allowed = actions.iter().copied().flatten().filter(|action| **action != without);
    let allowed: Vec<&str> = allowed.copied().collect();
    json!({
        "Version": "2012-10-17",
        "Statement": [
            { "Effect": "Allow", "Action": allowed, "Resource": "*" },
            { "Effect": "Deny", "Action": "kms:Decrypt", "Resource": "*" },
        ],
    })
    .to_string()
}

/// A trust policy of the caller's user under an external id.
fn trust(scenario: &Scenario, external_id: &str) -> String {
    let principal = format!("arn:aws:iam::{}:user/auditor", scenario.access.caller);
    json!({
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": { "AWS": principal },
            "Action": "sts:AssumeRole",
            "Condition": { "StringEquals": { "sts:ExternalId": external_id } },
        },
    })
    .to_string()
}

/// Everything that a scan needs, without one action of the caller and one of the role.
fn policies(scenario: &Scenario, of_caller: &str, of_role: &str) -> Policies {
    let policies = Policies::default().caller(&policy(&[CALLER, ROLE], of_caller)).unwrap();
    let policies = policies.role(&policy(&[ROLE], of_role)).unwrap();
    policies.trust(&trust(scenario, "ours")).unwrap()
}

async fn scan_under(scenario: &Scenario, policies: &Policies) -> (TempDir, Scanned) {
    let mut scenario = scenario.clone();
    scenario.apply(policies).unwrap();
    scanned_in(&Arc::new(Simulator::of(&scenario)), &scenario, &[]).await
}

/// The findings' statuses by subject and control.
fn statuses(scanned: &Scanned) -> BTreeMap<(String, String), String> {
    let findings = rows(&scanned.folder, "findings.csv");
    let status = |mut row: BTreeMap<String, String>| {
        let mut take = |column: &str| row.remove(column).unwrap();
        ((take("resource_arn"), take("control_id")), take("status"))
    };
    findings.into_iter().map(status).collect()
}

#[tokio::test(start_paused = true)]
async fn policies_of_what_a_scan_calls_lose_nothing() {
    let scenario = scenario();
    let (_free, unbound) = scanned_in(&Arc::new(Simulator::of(&scenario)), &scenario, &[]).await;
    let (_bound, bound) = scan_under(&scenario, &policies(&scenario, "", "")).await;
    assert_eq!(rows(&bound.folder, "gaps.csv"), []);
    assert_eq!(statuses(&bound), statuses(&unbound));
    assert_eq!(bound.exit_code, unbound.exit_code);
}

#[tokio::test(start_paused = true)]
async fn an_action_that_the_role_lacks_is_a_gap_with_principal_and_action() {
    let scenario = scenario();
    for action in ["cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus", "kms:DescribeKey"] {
        let (_guard, scanned) = scan_under(&scenario, &policies(&scenario, "", action)).await;
        let mut gaps = rows(&scanned.folder, "gaps.csv");
        // A trail that ListTrails alone names is a gap of its own, without a word of AWS.
        gaps.retain(|gap| !gap["aws_code"].is_empty());
        assert!(!gaps.is_empty(), "{action}");
        for gap in gaps {
            assert_eq!(gap["class"], "denied_by_identity_policy", "{action} {gap:?}");
            let text = Value::from_iter(gap).to_string();
            let end = format!("because no identity-based policy allows the {action} action");
            assert!(text.contains(&end), "{text}");
            assert!(text.contains(":assumed-role/TrailsealAudit/"), "{text}");
            assert!(text.contains(&format!("is not authorized to perform: {action}")), "{text}");
        }
        assert!([3, 4].contains(&scanned.exit_code));
    }
}

#[tokio::test(start_paused = true)]
async fn objects_that_the_role_may_not_head_are_no_findings_about_encryption() {
    let scenario = scenario();
    let (_all, all) = scan_under(&scenario, &policies(&scenario, "", "")).await;
    let (_guard, scanned) = scan_under(&scenario, &policies(&scenario, "", "s3:GetObject")).await;
    let gaps = rows(&scanned.folder, "gaps.csv");
    assert!(gaps.iter().any(|gap| gap["operation"] == "HeadObject"), "{gaps:?}");
    let changed = statuses(&scanned);
    for (place, status) in statuses(&all) {
        let now = &changed[&place];
        assert!(*now == status || now == "not_proven", "{place:?}: {status}, then {now}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_or_a_role_that_does_not_let_the_audit_in_is_told_apart() {
    let scenario = scenario();
    let wrong_id = trust(&scenario, "another");
    let closed = policies(&scenario, "", "").trust(&wrong_id).unwrap();
    for (policies, class) in [
        (policies(&scenario, "sts:AssumeRole", ""), "denied_by_identity_policy"),
        (closed, "role_not_assumable"),
    ] {
        let (_guard, scanned) = scan_under(&scenario, &policies).await;
        let mut gaps = rows(&scanned.folder, "gaps.csv");
        gaps.retain(|gap| gap["operation"] == "AssumeRole");
        assert_eq!(gaps.len(), scenario.parts.accounts.len() - 1);
        assert!(gaps.iter().all(|gap| gap["class"] == class), "{gaps:?}");
    }
}
