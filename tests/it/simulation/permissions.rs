//! The policies exactly as `trailseal iam` prints them, in a simulator that evaluates them: they are
//! enough, and each of their actions is needed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};
use trailseal_model::Operation;
use trailseal_sim::Simulator;
use trailseal_sim::scenario::{Policies, Scenario};
use trailseal_sim::world::account::AccountId;
use trailseal_tests::sim::{access_flags, scan};

use super::{of_text, rows};
use crate::program::command;

/// Actions of a statement without which nothing of a scan of these scenarios is missing, and why not.
/// `docs/operations/permissions.md` says the same.
const QUIET: [(&str, &str); 2] = [
    // Every Region of the partition is probed.
    ("ListRegions", "account:ListRegions"),
    // S3 tells a bucket's Region where it refuses HeadBucket; no object here is gone once it is listed.
    ("SeeWhetherBucketsAndObjectsExist", "s3:ListBucket"),
];

/// As AWS Control Tower lays out an organization: the caller is in the audit account.
fn landing_zone(case: &str) -> Scenario {
    let accounts = organization("delegated", case);
    of_text(&format!(
        "{accounts}[[organization_trail]]\ncase = \"organization-sealed\"\ncontrol_tower = true\n"
    ))
}

/// The accounts of a landing zone, each with what the case says, so that each is asked for everything.
fn accounts(case: &str) -> Scenario {
    of_text(&organization("delegated", case))
}

fn organization(caller: &str, case: &str) -> String {
    format!(
        "seed = 31\ncaller = \"{caller}\"\nexternal_id = \"trailseal-landing-zone\"\n\
         organization.paths = false\n\
         [[unit]]\nname = \"Security\"\n\
         [[account]]\nname = \"Management\"\nduty = \"management\"\ncase = \"{case}\"\n\
         [[account]]\nname = \"Log Archive\"\nduty = \"log-archive\"\nunit = \"Security\"\ncase = \"{case}\"\n\
         [[account]]\nname = \"Audit\"\nduty = \"audit\"\nunit = \"Security\"\ncase = \"{case}\"\n\
         tags = {{ owner = \"security\" }}\n"
    )
}

/// An organization in another partition, without a trail of its own, scanned from the management
/// account.
fn simple() -> Scenario {
    of_text(
        "seed = 7\npartition = \"aws-cn\"\n\
         [[account]]\nname = \"Management\"\nduty = \"management\"\ncase = \"store-with-key\"\n\
         [[account]]\nname = \"shop\"\ncase = \"trail-every-region\"\n",
    )
}

/// The ARN of the user that calls.
fn caller_of(scenario: &Scenario) -> String {
    let user = scenario.parts.users.first().unwrap();
    format!("arn:{}:iam::{}:user/{}", scenario.parts.partition, user.account, user.name)
}

/// Buckets in the log archive, each with the prefix of a trail that delivers there.
fn archived(scenario: &Scenario) -> Vec<String> {
    let archive = scenario.access.log_archive;
    let is_there = |name: &str| {
        let bucket = scenario.parts.buckets.iter().find(|it| *it.name == *name);
        bucket.is_some_and(|it| Some(it.owner) == archive)
    };
    let trails = scenario.parts.trails.iter().filter(|it| is_there(&it.bucket));
    let named = trails.map(|it| format!("{}/{}", it.bucket, it.prefix.as_deref().unwrap_or("")));
    named.collect::<BTreeSet<_>>().into_iter().collect()
}

/// What the command prints as JSON for this recipient of a scenario.
fn printed(scenario: &Scenario, recipient: &str, flags: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let caller = caller_of(scenario);
    let organization = scenario.parts.organization.as_ref().map(|it| it.id.to_string());
    let access = access_flags(scenario);
    let mut arguments = vec!["iam", "--for", recipient, "--caller", &caller];
    // The archive is a setting that changes no policy.
    let kept = access.chunks(2).filter(|it| it[0] != "--log-archive-account").flatten();
    arguments.extend(kept.map(String::as_str));
    arguments.extend(organization.iter().flat_map(|it| ["--organization", it]));
    arguments.extend(flags);
    let output = command(folder.path(), &arguments).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && said.is_empty(), "{arguments:?}: {said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Who has which policies.
#[derive(Clone)]
struct Printed {
    caller: Value,
    member: Value,
    archive: Option<Value>,
}

impl Printed {
    fn of(scenario: &Scenario, flags: &[&str]) -> Self {
        let buckets = archived(scenario);
        let named: Vec<&str> = buckets.iter().flat_map(|it| ["--bucket", it]).collect();
        let archive = [flags, &named].concat();
        Self {
            caller: printed(scenario, "caller", flags),
            member: printed(scenario, "member", flags),
            archive: (!buckets.is_empty()).then(|| printed(scenario, "log-archive", &archive)),
        }
    }

    fn policies(&self, scenario: &Scenario) -> Policies {
        let policies = Policies::default()
            .caller(&self.caller["Policy"].to_string())
            .and_then(|it| it.role(&self.member["Policy"].to_string()))
            .and_then(|it| it.trust(&self.member["TrustPolicy"].to_string()))
            .unwrap();
        match (&self.archive, scenario.access.log_archive) {
            (Some(archive), Some(account)) => {
                policies.role_in(account, &archive["Policy"].to_string()).unwrap()
            }
            _ => policies,
        }
    }
}

/// What a scan found, as far as it does not change from run to run.
#[derive(Debug, PartialEq, Eq)]
struct ScanResult {
    /// Operation, account, Region, subject and class of each gap.
    gaps: BTreeSet<[String; 5]>,
    /// Control, subject, account, status and reason of each finding.
    findings: BTreeSet<[String; 5]>,
    exit_code: u8,
}

fn column_values<const N: usize>(
    row: &BTreeMap<String, String>,
    columns: [&str; N],
) -> [String; N] {
    columns.map(|column| row[column].clone())
}

/// A scan under these policies; `None` if there is none, with the line that it ends with.
async fn seen(
    scenario: &Scenario,
    policies: Option<&Policies>,
    flags: &[&str],
) -> Result<ScanResult, String> {
    let mut scenario = scenario.clone();
    if let Some(policies) = policies {
        scenario.apply(policies).unwrap();
    }
    let simulator = Arc::new(Simulator::of(&scenario));
    let folder = tempfile::tempdir().unwrap();
    let access = access_flags(&scenario);
    let flags: Vec<&str> = access.iter().map(String::as_str).chain(flags.iter().copied()).collect();
    let scanned = scan(&simulator, &flags, &folder.path().join("out")).await;
    let scanned = scanned.map_err(|error| error.to_string())?;
    let gaps = rows(&scanned.folder, "gaps.csv");
    let findings = rows(&scanned.folder, "findings.csv");
    let of_gap = ["operation", "account_id", "region", "subject", "class"];
    let of_finding = ["control_id", "resource_arn", "account_id", "status", "status_reason"];
    Ok(ScanResult {
        gaps: gaps.iter().map(|row| column_values(row, of_gap)).collect(),
        findings: findings.iter().map(|row| column_values(row, of_finding)).collect(),
        exit_code: scanned.exit_code,
    })
}

/// A scan under the printed policies, which must find what a scan finds that may do everything.
async fn as_without_policies(scenario: &Scenario, printed: &[&str], scan: &[&str]) -> ScanResult {
    let scan = [scan, &QUICK[..4]].concat();
    let expected = seen(scenario, None, &scan).await.unwrap();
    let policies = Printed::of(scenario, printed).policies(scenario);
    let seen = seen(scenario, Some(&policies), &scan).await.unwrap();
    assert_eq!(seen.gaps, expected.gaps);
    assert_eq!(seen, expected);
    seen
}

const TAGS: [&str; 2] = ["--account-tag", "owner"];

/// A scan that asks for little of each kind.
const QUICK: [&str; 6] =
    ["--sample-size", "2", "--tolerable-rate", "0.9", "--regions", "us-east-1"];

#[tokio::test(start_paused = true)]
async fn the_printed_policies_are_enough() {
    for scenario in [landing_zone("key-ok"), accounts("store-with-key"), simple()] {
        let seen = as_without_policies(&scenario, &TAGS, &TAGS).await;
        assert_eq!(seen.gaps, BTreeSet::new());
    }
}

/// Every allowed action with its statement's number and Sid.
fn allowed(document: &Value) -> Vec<(usize, String, String)> {
    let statements = document["Policy"]["Statement"].as_array().unwrap();
    let allowed = statements.iter().enumerate().filter(|it| it.1["Effect"] == "Allow");
    let actions = allowed.flat_map(|(number, statement)| {
        let actions = statement["Action"].as_array().unwrap().iter();
        let sid = statement["Sid"].as_str().unwrap();
        actions.map(move |it| (number, sid.to_owned(), it.as_str().unwrap().to_owned()))
    });
    actions.collect()
}

/// The document without one action of one statement; a statement without actions goes too.
fn without(document: &Value, (number, _, action): &(usize, String, String)) -> Value {
    let mut document = document.clone();
    let statements = document["Policy"]["Statement"].as_array_mut().unwrap();
    let actions = statements[*number]["Action"].as_array_mut().unwrap();
    actions.retain(|it| it != action.as_str());
    if actions.is_empty() {
        statements.remove(*number);
    }
    document
}

/// The operations that an action allows, by their names.
fn operations_of(action: &str) -> BTreeSet<&'static str> {
    let operations = Operation::ALL.iter().filter(|it| it.iam_action() == Some(action));
    operations.map(|it| it.as_str()).collect()
}

/// Whether a scan says that it misses the action.
async fn is_missed(scenario: &Scenario, printed: &Printed, action: &str) -> bool {
    let named = operations_of(action);
    let quick = [&TAGS[..], &QUICK].concat();
    match seen(scenario, Some(&printed.policies(scenario)), &quick).await {
        Ok(seen) => {
            // Other gaps may follow: of Regions that are probed, of trails that no Region shows.
            let mut denied = seen.gaps.iter().filter(|gap| gap[4].starts_with("denied")).peekable();
            let is_missed = denied.peek().is_some();
            assert!(denied.all(|gap| named.contains(&*gap[0])), "{action}: {:?}", seen.gaps);
            is_missed
        }
        // Without a population there is no scan, and the error says why.
        Err(error) => named.iter().any(|it| error.contains(it)),
    }
}

/// The actions of a policy whose absence no scan of these scenarios shows.
async fn quiet(
    scenarios: &[(Scenario, Printed)],
    policy: fn(&mut Printed) -> &mut Value,
    wanted: fn(&str) -> bool,
) -> Vec<(String, String)> {
    let (_, first) = &scenarios[0];
    let mut quiet = Vec::new();
    for entry in allowed(policy(&mut first.clone())) {
        if !wanted(&entry.1) {
            continue;
        }
        let mut is_shown = false;
        for (scenario, printed) in scenarios {
            let mut fewer = printed.clone();
            let document = policy(&mut fewer);
            *document = without(document, &entry);
            is_shown = is_missed(scenario, &fewer, &entry.2).await;
            if is_shown {
                break;
            }
        }
        if !is_shown {
            quiet.push((entry.1, entry.2));
        }
    }
    quiet
}

fn scenarios() -> Vec<(Scenario, Printed)> {
    let scenarios = ["key-ok", "store-with-key"].map(accounts);
    scenarios.into_iter().map(|it| (it.clone(), Printed::of(&it, &TAGS))).collect()
}

fn quiet_by(sids: &[&str]) -> Vec<(String, String)> {
    let quiet = QUIET.iter().filter(|it| sids.contains(&it.0));
    quiet.map(|it| (it.0.to_owned(), it.1.to_owned())).collect()
}

#[tokio::test(start_paused = true)]
async fn every_action_of_the_caller_is_needed() {
    let quiet = quiet(&scenarios(), |it| &mut it.caller, |_| true).await;
    assert_eq!(quiet, quiet_by(&["ListRegions"]));
}

#[tokio::test(start_paused = true)]
async fn every_action_of_the_audit_role_is_needed() {
    let scenarios = scenarios();
    let (scenario, printed) = &scenarios[0];
    assert_eq!(printed.member, self::printed(scenario, "management", &TAGS));
    let quiet = quiet(&scenarios, |it| &mut it.member, |_| true).await;
    assert_eq!(quiet, quiet_by(&["ListRegions"]));
}

#[tokio::test(start_paused = true)]
async fn every_action_in_the_log_archive_is_needed() {
    let scenarios = scenarios();
    let (_, printed) = &scenarios[0];
    let is_of_s3 = |sid: &str| sid.contains("Objects");
    // All else is what other accounts have.
    let rest = |document: &Value| {
        let statements = document["Policy"]["Statement"].as_array().unwrap().iter();
        let rest = statements.filter(|it| !is_of_s3(it["Sid"].as_str().unwrap()));
        rest.cloned().collect::<Vec<_>>()
    };
    assert_eq!(rest(printed.archive.as_ref().unwrap()), rest(&printed.member));
    let quiet = quiet(&scenarios[..1], |it| it.archive.as_mut().unwrap(), is_of_s3).await;
    assert_eq!(quiet, quiet_by(&["SeeWhetherBucketsAndObjectsExist"]));
}

#[tokio::test(start_paused = true)]
async fn what_is_printed_for_other_settings_is_enough_for_these() {
    let scenario = accounts("key-ok");
    let marked =
        ["--session-tag", "team=audit", "--source-identity", "jo.doe", "--role-fallback", "Other"];
    as_without_policies(&scenario, &marked, &marked).await;
    for skipped in [
        &["key-readers-limited", "key-rotation-enabled"][..],
        &["digest-objects-sealed"],
        &["log-objects-sealed", "digest-objects-sealed", "history-sealed"],
        &["event-data-store-kms-encrypted", "account-covered", "trail-delivering"],
    ] {
        let skipped = ["--skip-control", &skipped.join(",")];
        as_without_policies(&scenario, &skipped, &skipped).await;
    }
}

#[tokio::test(start_paused = true)]
async fn with_a_file_of_accounts_the_caller_may_ask_for_the_organization_s_id() {
    let text = organization("member", "no-trail");
    let trail = "[[organization_trail]]\ncase = \"organization-sealed\"\n";
    let scenario = of_text(&(text + trail));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("accounts.txt");
    let accounts = scenario.parts.accounts.iter().map(|it| format!("{}\n", it.id));
    std::fs::write(&file, accounts.collect::<String>()).unwrap();
    let flags = ["--accounts-file", file.to_str().unwrap()];
    let seen = as_without_policies(&scenario, &flags, &flags).await;
    let operations: BTreeSet<&str> = seen.gaps.iter().map(|gap| &*gap[0]).collect();
    assert_eq!(
        operations,
        BTreeSet::from(["ListAccounts"]),
        "which only an administrator may call"
    );

    let policies = Printed::of(&scenario, &[]).policies(&scenario);
    let seen = self::seen(&scenario, Some(&policies), &flags).await.unwrap();
    assert!(seen.gaps.iter().any(|gap| gap[0] == "DescribeOrganization"), "{:?}", seen.gaps);
}

/// What became of opening accounts where these differ from what is printed.
async fn opened(flags: &[&str], change: impl Fn(&mut Printed)) -> BTreeSet<(String, String)> {
    let scenario = accounts("no-trail");
    let mut printed = Printed::of(&scenario, flags);
    change(&mut printed);
    let seen = seen(&scenario, Some(&printed.policies(&scenario)), flags).await.unwrap();
    let of_opening = seen.gaps.into_iter().filter(|gap| gap[0] == "AssumeRole");
    of_opening.map(|[_, account, _, _, class]| (account, class)).collect()
}

#[tokio::test(start_paused = true)]
async fn the_trust_lets_in_the_caller_of_the_organization_with_the_external_id_alone() {
    let scenario = accounts("no-trail");
    let others: BTreeSet<AccountId> = scenario.parts.accounts.iter().map(|it| it.id).collect();
    let refused = |class: &str| -> BTreeSet<(String, String)> {
        let others = others.iter().filter(|it| **it != scenario.access.caller);
        others.map(|it| (it.to_string(), class.to_owned())).collect()
    };
    assert_eq!(opened(&[], |_| {}).await, BTreeSet::new());
    for (pointer, value) in [
        ("StringEquals/sts:ExternalId", json!("another")),
        ("StringEquals/aws:PrincipalOrgID", json!("o-zzzzzzzzzz")),
        ("ArnEquals/aws:PrincipalArn", json!("arn:aws:iam::111122223333:role/Another")),
    ] {
        let pointer = format!("/TrustPolicy/Statement/0/Condition/{pointer}");
        let opened = opened(&[], |it| *it.member.pointer_mut(&pointer).unwrap() = value.clone());
        assert_eq!(opened.await, refused("role_not_assumable"), "{pointer}");
    }

    let marked = ["--session-tag", "team=audit", "--source-identity", "jo.doe"];
    assert_eq!(opened(&marked, |_| {}).await, BTreeSet::new());
    for action in ["sts:TagSession", "sts:SetSourceIdentity"] {
        let drop = |document: &mut Value| {
            for statement in document["Statement"].as_array_mut().unwrap() {
                statement["Action"].as_array_mut().unwrap().retain(|it| it != action);
            }
        };
        let trust = opened(&marked, |it| drop(&mut it.member["TrustPolicy"])).await;
        assert_eq!(trust, refused("role_not_assumable"), "{action}");
        let own = opened(&marked, |it| drop(&mut it.caller["Policy"])).await;
        assert_eq!(own, refused("denied_by_identity_policy"), "{action}");
    }
}
