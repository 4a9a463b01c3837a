//! What the rows of causes show, and how other rows point to them.

use trailseal_record::fixture;
use trailseal_record::v1::FixStepLine;

use super::pack::{check, pack, row, rows, with};
use crate::{CELL_LIMIT, Table};

#[test]
fn a_cause_shows_what_it_affects_and_what_to_change() {
    let files = pack(fixture::lines());
    let id = fixture::disabled_key().cause_id;
    let key = fixture::key_arn(2);
    check(
        &row(&files, Table::Causes, "cause_id", &id),
        &[
            ("severity", "high"),
            ("kind", "key"),
            ("aspect", "disabled"),
            ("title", "KMS key 1234abcd-12ab-34cd-56ef-000000000002 is disabled"),
            ("subject", key.as_str()),
            ("account_id", "000000000002"),
            ("account_name", "</script><script>alert(1)</script>"),
            ("region", "us-east-1"),
            ("fact", "KeyState: Disabled"),
            ("failed", "2"),
            ("not_proven", "1"),
            ("gaps", "0"),
            ("mended", "2"),
            ("also_blocks", "0"),
            ("accounts_affected", "1"),
            ("accounts", "000000000002"),
            ("regions", "us-east-1"),
            ("controls", "key-usable;trail-delivering;log-objects-sealed"),
            ("resources", fixture::trail_arn(2, "old").as_str()),
            ("operations", ""),
            ("fix_change", &format!("Enable the key {key}")),
            ("fix_actor", "account_administrator"),
            ("fix_account_id", "000000000002"),
            ("fix_region", "us-east-1"),
            ("fix_resource", key.as_str()),
            ("fix_first", "Find out why the key was disabled"),
            ("fix_steps", &format!("aws kms enable-key --region us-east-1 --key-id '{key}'")),
            ("fix_brings", "CloudTrail delivers the logs of trail 'old' again"),
            ("fix_risks", ""),
        ],
    );
}

#[test]
fn statements_and_settings_say_where_they_go() {
    let files = pack(fixture::lines());
    let cause = row(&files, Table::Causes, "kind", "denying_policy");
    let statement = "Review, then add to the NotAction list of the statement that denies:\n[\n  \
                     \"cloudtrail:DescribeTrails\",\n";
    assert!(cause["fix_steps"].starts_with(statement), "{}", cause["fix_steps"]);
    let setting = "]\nAdd to exceptions.toml:\n[[gap]]\nclass = \"denied_by_scp\"\n\
                   regions = [\"ap-south-2\"]";
    assert!(cause["fix_steps"].ends_with(setting), "{}", cause["fix_steps"]);
    let flag = FixStepLine::Setting {
        file: "command line".to_owned(),
        text: "--role-name Audit".to_owned(),
    };
    let files = pack(with!(Cause, |cause| cause.fix.steps = vec![flag.clone()]));
    assert_eq!(
        rows(&files, Table::Causes)[0]["fix_steps"],
        "On the command line:\n--role-name Audit"
    );
}

#[test]
fn a_step_that_a_cell_cannot_hold_is_left_out_whole_and_counted() {
    let command = |text: String| FixStepLine::Command { command: text };
    let steps = vec![command("aws sts".to_owned()), command("x".repeat(CELL_LIMIT))];
    let files = pack(with!(Cause, |cause| cause.fix.steps = steps.clone()));
    let cell = &rows(&files, Table::Causes)[0]["fix_steps"];
    assert_eq!(cell, "aws sts\nand 1 more in record.jsonl");
}

#[test]
fn all_accounts_count_where_the_list_of_them_is_cut() {
    let accounts: Vec<_> = (1..=10_031).map(fixture::id).collect();
    let files = pack(with!(Cause, |cause| cause.effect.accounts = accounts.clone()));
    let cause = &rows(&files, Table::Causes)[0];
    assert_eq!(cause["accounts_affected"], "10031");
    assert!(cause["accounts"].len() <= CELL_LIMIT);
    let (kept, rest) = cause["accounts"].rsplit_once(';').unwrap();
    let kept = kept.split(';').count();
    assert_eq!(rest, format!("and {} more in record.jsonl", 10_031 - kept));
}

#[test]
fn a_finding_has_its_causes_and_the_fix_of_the_first() {
    let (key, role) = (fixture::disabled_key(), fixture::role().cause_id);
    let lines = with!(Finding, |finding| if finding.cause_id.is_some() {
        finding.further_cause_ids = vec![role.clone(), "another".to_owned()];
    });
    let files = pack(lines);
    let findings = rows(&files, Table::Findings);
    let usable = findings.iter().find(|row| row["cause_id"] == key.cause_id).unwrap();
    check(
        usable,
        &[
            ("further_cause_ids", &format!("{role};another")),
            ("fix", &key.fix.change),
            ("fix_command", key.fix.commands().next().unwrap()),
        ],
    );
    let pass = findings.iter().find(|row| row["status"] == "pass").unwrap();
    for column in ["cause_id", "further_cause_ids", "fix", "fix_command"] {
        assert_eq!(pass[column], "", "{column}");
    }
}

#[test]
fn the_commands_of_a_fix_are_a_list() {
    let steps = ["aws kms cancel-key-deletion", "aws kms enable-key"];
    let steps = steps.map(|text| FixStepLine::Command { command: text.to_owned() });
    let files = pack(with!(Cause, |cause| cause.fix.steps = steps.to_vec()));
    let findings = rows(&files, Table::Findings);
    let commands = "aws kms cancel-key-deletion;aws kms enable-key";
    assert!(findings.iter().all(|row| row["cause_id"].is_empty() == row["fix_command"].is_empty()));
    assert_eq!(findings[0]["fix_command"], commands);
}

#[test]
fn a_gap_has_its_cause() {
    let files = pack(fixture::lines());
    let gap = row(&files, Table::Gaps, "account_id", "000000000004");
    assert_eq!(gap["cause_id"], fixture::region_deny().cause_id);
}

#[test]
fn accounts_trails_and_stores_have_the_fix_of_their_gravest_cause() {
    let (key, role) = (fixture::disabled_key(), fixture::role());
    let ids = vec![key.cause_id.clone(), role.cause_id.clone()];
    let joined = ids.join(";");
    let expected = [("cause_ids", joined.as_str()), ("fix", key.fix.change.as_str())];
    let files = pack(with!(Account, |account| account.cause_ids.clone_from(&ids)));
    check(&rows(&files, Table::Accounts)[0], &expected);
    let files = pack(with!(Trail, |trail| trail.cause_ids.clone_from(&ids)));
    check(&rows(&files, Table::Trails)[0], &expected);
    let files = pack(with!(EventDataStore, |store| store.cause_ids.clone_from(&ids)));
    check(&rows(&files, Table::EventDataStores)[0], &expected);
}
