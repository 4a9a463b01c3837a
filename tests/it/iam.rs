//! `trailseal iam` as a person meets it. What its policies allow is in `simulation/permissions.rs`.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use crate::program::command;

const CALLER: &str = "arn:aws:iam::111122223333:role/TrailsealCaller";

/// What a run printed, what it said, and its exit code.
struct Ran {
    printed: String,
    said: String,
    exit_code: Option<i32>,
}

fn ran(folder: &TempDir, variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
    let arguments = [&["iam"], arguments].concat();
    let mut command = command(folder.path(), &arguments);
    let output = command.envs(variables.iter().copied()).output().unwrap();
    Ran {
        printed: String::from_utf8(output.stdout).unwrap(),
        said: String::from_utf8(output.stderr).unwrap(),
        exit_code: output.status.code(),
    }
}

fn printed(folder: &TempDir, variables: &[(&str, &str)], arguments: &[&str]) -> String {
    let ran = ran(folder, variables, arguments);
    assert_eq!((&*ran.said, ran.exit_code), ("", Some(0)));
    ran.printed
}

#[test]
fn settings_come_from_flags_variables_and_the_file_of_a_scan() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("trailseal.toml"),
        "role_name = \"Audit\"\nexternal_id = \"an/id:1\"\nskip_controls = [\"key-readers-limited\"]\n\
         sample_size = 10\n[session_tags]\nteam = \"audit\"\n",
    )
    .unwrap();
    let member = ["--for", "member", "--caller", CALLER];
    let typed = [
        "--role-name",
        "Audit",
        "--external-id",
        "an/id:1",
        "--skip-control",
        "key-readers-limited",
        "--session-tag",
        "team=audit",
    ];
    for format in ["json", "cloudformation", "terraform"] {
        let of = |more: &[&'static str]| [&member[..], &["--format", format], more].concat();
        let by_flags = printed(&folder, &[], &of(&typed));
        assert_eq!(by_flags, printed(&folder, &[], &of(&typed)), "the same bytes");
        assert_eq!(by_flags, printed(&folder, &[], &of(&["--config", "trailseal.toml"])));
        let variables = [
            ("TRAILSEAL_ROLE_NAME", "Audit"),
            ("TRAILSEAL_EXTERNAL_ID", "an/id:1"),
            ("TRAILSEAL_SKIP_CONTROL", "key-readers-limited"),
            ("TRAILSEAL_SESSION_TAG", "team=audit"),
        ];
        assert_eq!(by_flags, printed(&folder, &variables, &of(&[])));
        assert_eq!(by_flags.contains("an/id:1"), format == "json", "{by_flags}");
        assert!(by_flags.contains("sts:TagSession") && !by_flags.contains("kms:ListGrants"));
        assert!(!by_flags.contains("TrailsealAudit"));
    }
}

#[test]
fn every_setting_of_a_scan_is_taken_and_those_that_change_no_policy_have_no_effect() {
    let folder = tempfile::tempdir().unwrap();
    let member = ["--for", "member", "--caller", CALLER];
    let further = [
        "--regions",
        "us-east-1",
        "--ou",
        "ou-ab12-cdef3456",
        "--log-archive-account",
        "210987654321",
        "--bucket-owner",
        "logs=210987654321",
        "--member-status",
        "all",
        "--deadline",
        "50m",
    ];
    let whole = [&member[..], &further].concat();
    assert_eq!(printed(&folder, &[], &whole), printed(&folder, &[], &member));
}

#[test]
fn a_session_counts_as_its_role_and_that_is_said_beside_the_result() {
    let folder = tempfile::tempdir().unwrap();
    let session = "arn:aws:sts::111122223333:assumed-role/TrailsealCaller/i-0123";
    let of_session = ran(&folder, &[], &["--for", "log-archive", "--caller", session]);
    let of_role = printed(&folder, &[], &["--for", "log-archive", "--caller", CALLER]);
    assert_eq!(of_session.printed, of_role);
    assert!(of_session.said.contains(CALLER), "{}", of_session.said);
    let document: Value = serde_json::from_str(&of_role).unwrap();
    assert!(document["TrustPolicy"].is_object());
}

#[test]
fn what_cannot_be_printed_is_said_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let buckets: Vec<String> =
        (0..200).map(|it| format!("--bucket=bucket-{it:03}/x{it}")).collect();
    let many: Vec<&str> = buckets.iter().map(String::as_str).collect();
    let root = ["--for", "member", "--caller", "arn:aws:iam::111122223333:root"];
    let good = ["--for", "member", "--caller", CALLER];
    let with = |more: &[&'static str]| [&good[..], more].concat();
    for (arguments, part) in [
        (vec!["--for", "member"], "--caller <ARN>"),
        (vec!["--for", "everybody", "--caller", CALLER], "everybody"),
        (root.to_vec(), "root user"),
        (with(&["--organization", "acme"]), "`acme` is not the id of an organization"),
        (with(&["--bucket", "logs/AWSLogs"]), "before AWSLogs/"),
        (with(&["--skip-control", "key-usble"]), "key-usable"),
        (with(&["--external-id", "a secret"]), "2 to 1,224 letters"),
        ([&good[..], &many].concat(), "IAM takes 10240"),
    ] {
        let ran = ran(&folder, &[], &arguments);
        assert_eq!(ran.exit_code, Some(2), "{arguments:?}: {}", ran.said);
        assert_eq!((&*ran.printed, ran.said.lines().count()), ("", 1), "{}", ran.said);
        assert!(ran.said.contains(part), "{}", ran.said);
        assert!(!ran.said.contains("a secret"));
    }
}
