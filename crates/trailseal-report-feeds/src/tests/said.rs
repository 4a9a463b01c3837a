//! What each text says of the fixture.

use trailseal_model::PopulationSource;
use trailseal_record::fixture;
use trailseal_record::v1::{ChangedSettingLine, EndpointLine, Line, RejudgedLine};

use super::{made, made_of_run, sample, sum};

#[test]
fn the_terminal_has_the_answers_first_and_each_cause_with_its_fix() {
    let made = made(&fixture::lines());
    let expected = "
3 of 4 accounts in use are recorded by a sealed trail; 1 is unproven.
  2 trails: 1 sealed, 1 unsealed, 0 unproven. Other trails that record 4 accounts: 1 unsealed, 2
    unknown, 1 none.
  Organization o-example0001: 5 accounts, 4 in use.
  10 targets (account x Region): 5 evaluated, 3 not evaluated, 2 account not active.
  Findings: 4 failed (2 high), 3 not proven, 5 passed, 1 not applicable.
  Exceptions: 1 of 1 in force; 0 findings, 1 gap and 1 target are accepted: they stay in every
    report and leave the exit code.

Unsealed trails: 1
  old of </script><script>alert(1)</script> (000000000002) in us-east-1, which records 0 accounts

What to change: 3 causes, the gravest first
  [high] 2 failed, 1 not proven: KMS key 1234abcd-12ab-34cd-56ef-000000000002 is disabled
    Fix: Enable the key arn:aws:kms:us-east-1:000000000002:key/1234abcd-12ab-34cd-56ef-000000000002
  [high] 1 not proven, 1 call without an answer, 1 of these accepted: Service control policy
    p-deny0001 denies cloudtrail:DescribeTrails
    Fix: Exempt cloudtrail:DescribeTrails from policy p-deny0001
  [high] 1 not proven, 1 call without an answer: Role TrailsealAudit of account 000000000005 cannot
    be assumed
    Fix: Create role TrailsealAudit in account 000000000005

Throttled: 3 requests; lower --rate-share, or scan at a quieter time
";
    assert_eq!(made.terminal, expected);
}

#[test]
fn the_page_says_what_to_change_where_and_how() {
    let summary = made(&fixture::lines()).summary;
    for part in [
        "# Trailseal: 3 of 4 accounts in use are recorded by a sealed trail; 1 is unproven\n",
        "- Exit code 4: failures found, and the audit is incomplete.\n",
        "3 causes, the gravest first.",
        "### 1. KMS key 1234abcd-12ab-34cd-56ef-000000000002 is disabled · high\n",
        "**Affects:** 2 failed, 1 not proven; controls `key-usable`",
        "```text\nKeyState: Disabled\n```\n",
        "**First:** Find out why the key was disabled.\n",
        "**Fix:** Enable the key arn:aws:kms:us-east-1:000000000002:key/",
        "**Who and where:** an administrator of account &lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt; (000000000002), Region us-east-1, ",
        "Run:\n\n```sh\naws kms enable-key --region us-east-1 --key-id 'arn:",
        "**Brings:** CloudTrail delivers the logs of trail 'old' again. Alone, it settles 2 of 3 findings.\n",
        "Add to the NotAction list of the statement that denies:\n\n```json\n[\n",
        "**Risks:** every principal may then read the names of trails there.\n",
        "2 calls without an answer, 1 of them accepted.",
        "cloudtrail:DescribeTrails | high | 1 | 1 | 1 | 1 | DescribeTrails |\n",
        "## Exceptions\n\nExceptions: 1 of 1 in force; 0 findings, 1 gap and 1 target are accepted",
        "| in force | gaps: denied by scp | platform@\u{2060}example.com |",
        "## How to read on\n",
        "Run 20261120T000000Z-5eal of Trailseal 0.1.0, from 2026-11-20T00:00:00.000Z",
    ] {
        assert!(summary.contains(part), "{part}\n\n{summary}");
    }
    assert!(!summary.contains("> **"), "{summary}");
}

#[test]
fn every_text_says_what_limits_it() {
    let made = made_of_run(|run| {
        run.simulation = Some("demo".to_owned());
        run.endpoints = vec![EndpointLine {
            service: "kms".to_owned(),
            url: "http://127.0.0.1:5000".to_owned(),
            is_aws: false,
        }];
        run.rejudged = Some(RejudgedLine {
            answers_tool_version: "0.1.0".to_owned(),
            changed_settings: vec![ChangedSettingLine {
                key: "fail_on".to_owned(),
                before: "high".to_owned(),
                now: "low".to_owned(),
            }],
        });
        run.scope.is_limited = true;
        run.scope.regions = vec![fixture::region("us-east-1")];
        run.population_source = PopulationSource::AccountsFile;
        run.population_complete = false;
    });
    for text in [&made.terminal, &made.summary] {
        let text: Vec<&str> = text.split_whitespace().collect();
        let text = text.join(" ").replace('\\', "");
        for part in [
            "SIMULATION: no AWS account was asked; the scenario `demo` is made up.",
            "ENDPOINTS: requests went to http://127.0.0.1:5000 (kms), which are not AWS's own",
            "RE-JUDGED: The answers of the scan were judged again, with fail_on low instead of high.",
            "SCOPED: this run judged only a part: --regions (1).",
            "SELF-DECLARED: the accounts come from a file",
            "INCOMPLETE LIST: not every page",
        ] {
            assert!(text.contains(part), "{part}\n\n{text}");
        }
    }
    let info = made.metrics.lines().find(|line| line.contains("run_info{")).unwrap();
    for part in [
        "trailseal_simulation_run_info{",
        "simulation=\"demo\"",
        "scope=\"scoped\"",
        "population_source=\"accounts_file\"",
        "foreign_endpoints=\"http://127.0.0.1:5000 (kms)\"",
    ] {
        assert!(info.contains(part), "{info}");
    }
    assert!(!made.metrics.contains("\ntrailseal_findings"), "{}", made.metrics);
}

#[test]
fn the_metrics_count_what_the_record_has() {
    let lines = fixture::lines();
    let metrics = made(&lines).metrics;
    let counted = |kind: &str| lines.iter().filter(|line| line.kind() == kind).count();
    for (family, kind) in [
        ("trailseal_findings", "finding"),
        ("trailseal_causes", "cause"),
        ("trailseal_accounts", "account"),
        ("trailseal_trails", "trail"),
        ("trailseal_targets", "coverage"),
        ("trailseal_gaps", "gap"),
        ("trailseal_examined_objects", "sample"),
        ("trailseal_exceptions", "exception"),
    ] {
        assert_eq!(sum(&metrics, family), counted(kind), "{family}: {metrics}");
    }
    for (name, value) in [
        ("trailseal_run_duration_seconds", "600.000"),
        ("trailseal_run_start_timestamp_seconds", "1795132800.000"),
        ("trailseal_run_exit_code", "4"),
        ("trailseal_throttled_requests", "3"),
        ("trailseal_requests{operation=\"DescribeTrails\"}", "5"),
        ("trailseal_accounts_recorded_by_sealed_trail{answer=\"yes\"}", "3"),
        ("trailseal_accounts_recorded_by_sealed_trail{answer=\"not_judged\"}", "0"),
        ("trailseal_gaps{class=\"denied_by_scp\",accepted=\"true\"}", "1"),
    ] {
        assert_eq!(sample(&metrics, name), value, "{name}: {metrics}");
    }
}

#[test]
fn what_is_accepted_comes_last_and_is_marked() {
    let mut lines = fixture::lines();
    for line in &mut lines {
        if let Line::Finding(finding) = line {
            finding.exception_ids = vec!["0123456789abcdef".to_owned()];
        }
    }
    let made = made(&lines);
    let order = |text: &str| -> Vec<usize> {
        ["cannot be assumed", "is disabled"].map(|part| text.find(part).unwrap()).to_vec()
    };
    // The gap of the role is open, so only the key and the policy are accepted as a whole.
    let at = made.summary.find("## What to change").unwrap();
    assert!(order(&made.summary[at..]).is_sorted(), "{}", made.summary);
    assert!(made.summary.contains("ACCEPTED KMS key"), "{}", made.summary);
    assert!(made.terminal.contains("  ACCEPTED [high] 2 failed"), "{}", made.terminal);
    assert!(made.terminal.contains("failed (2 high"), "{}", made.terminal);
}

#[test]
fn a_record_without_anything_is_said_to_be_empty() {
    let made = made(&[Line::Run(Box::new(fixture::run()))]);
    assert!(made.terminal.contains("No account in use was seen."), "{}", made.terminal);
    assert!(made.summary.contains("Nothing failed, and everything was read."), "{}", made.summary);
    assert!(made.summary.contains("Every call was answered."), "{}", made.summary);
    assert_eq!(sum(&made.metrics, "trailseal_findings"), 0);
}
