//! What a person sees who types something wrong, or whose surroundings are wrong: one clear line,
//! exit code 2, and nothing half done.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use trailseal_model::ControlId;
use trailseal_tests::audit::audit_into;
use trailseal_tests::plan::Plan;
use trailseal_tests::world::World;

const CANARIES: [&str; 3] = ["AKIACANARYCANARY0001", "canary-secret-key", "canary-session-token"];

/// The command in an empty folder, with nothing of the surrounding AWS configuration.
fn trailseal(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trailseal-under-test"));
    command.args(arguments).current_dir(folder).env_clear();
    command.env("HOME", folder).env("AWS_EC2_METADATA_DISABLED", "true");
    command.envs(environment.iter().copied()).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Who accepted an exception, and until when.
const APPROVED: &str =
    "owner = 'o'\napprover = 'a'\nreason = 'r'\nticket = 't'\nexpiry = 2027-03-31\n";

/// One line, exit code 2, no panic, and no folder that looks like a report.
fn check(arguments: &[&str], environment: &[(&str, &str)], expected: &[&str]) {
    check_code(2, arguments, environment, expected);
}

/// The same with another exit code.
fn check_code(code: i32, arguments: &[&str], environment: &[(&str, &str)], expected: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("wrong.toml"), "role_name = 'x'\nrole_nam = 'y'\n").unwrap();
    fs::write(folder.path().join("account.toml"), "trusted_key_accounts = ['12']\n").unwrap();
    fs::write(folder.path().join("readers.toml"), "trusted_readers = ['o-abc']\n").unwrap();
    fs::write(folder.path().join("scope.toml"), "regions = ['nowhere']\n").unwrap();
    fs::write(folder.path().join("skip.toml"), "skip_controls = ['key-usble']\n").unwrap();
    fs::write(folder.path().join("empty"), "# nobody\n").unwrap();
    fs::write(folder.path().join("twice"), "account_id\n000000000001,a\n000000000001,b\n").unwrap();
    fs::write(folder.path().join("broad"), format!("[[gaps]]\nclass = 'denied'\n{APPROVED}"))
        .unwrap();
    fs::write(folder.path().join("misspelt"), "[[gaps]]\nclas = 'denied'\n").unwrap();
    fs::write(folder.path().join("broad.toml"), "exceptions = 'broad'\n").unwrap();
    fs::write(folder.path().join("a-file"), "x").unwrap();
    fs::write(folder.path().join("not-a-record"), "{}\n").unwrap();
    fs::create_dir(folder.path().join("in-use")).unwrap();
    fs::write(folder.path().join("in-use/file"), "x").unwrap();
    let entries = || fs::read_dir(folder.path()).unwrap().count();
    let before = entries();
    let output = trailseal(folder.path(), arguments, environment);
    let text = stderr(&output);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
    assert_eq!(text.lines().count(), 1, "{arguments:?}: {text}");
    assert!(text.starts_with("trailseal: "), "{text}");
    for part in expected {
        assert!(text.contains(part), "{arguments:?}: `{part}` is not in {text}");
    }
    assert!(!text.contains("panicked"), "{text}");
    assert!(output.stdout.is_empty());
    assert_eq!(entries(), before, "{arguments:?} left something behind");
}

const KEYS: [(&str, &str); 4] = [
    ("AWS_ACCESS_KEY_ID", CANARIES[0]),
    ("AWS_SECRET_ACCESS_KEY", CANARIES[1]),
    ("AWS_SESSION_TOKEN", CANARIES[2]),
    ("AWS_REGION", "us-east-1"),
];

/// Nothing listens there.
const NOWHERE: (&str, &str) = ("AWS_ENDPOINT_URL", "http://127.0.0.1:9");

#[test]
fn wrong_flags_are_one_line() {
    check(&["scan", "--nonsense"], &[], &["--nonsense", "--help"]);
    check(&["nonsense"], &[], &["nonsense"]);
    check(&["report"], &[], &["--from"]);
    check(&["scan", "--log-archive-account", "123"], &KEYS, &["`123`", "12 digits"]);
    check(&["scan", "--window", "soon"], &KEYS, &["--window", "`soon`"]);
    check(&["scan", "--rate-share", "2"], &KEYS, &["--rate-share", "`2`"]);
    check(&["scan", "--max-in-flight", "0"], &KEYS, &["--max-in-flight"]);
    check(&["scan", "--fail-on", "never"], &KEYS, &["--fail-on", "`never`"]);
    let role = "arn:aws:iam::000000000001:role/Audit";
    check(&["scan", "--role-name", role], &KEYS, &["--role-name", "is an ARN", "`Audit`"]);
    let long = "2026-01-01T00:00:00Z/2026-11-01T00:00:00Z";
    check(&["scan", "--window", long], &KEYS, &["--window", "90 days"]);
    check(&["scan"], &[("TRAILSEAL_LOG", "loud")], &["TRAILSEAL_LOG", "loud"]);
}

#[test]
fn what_was_probably_meant_is_named_and_whose_help_to_read() {
    check(&["scna"], &[], &["did you mean `scan`?", "see `trailseal --help`"]);
    let expected = ["did you mean `--role-name`?", "see `trailseal scan --help`"];
    check(&["scan", "--rol-name", "x"], &[], &expected);
    check(&["explain", "key-usble"], &[], &["did you mean `key-usable`?"]);
    let expected = ["unknown control `key-usble`; did you mean `key-usable`?", "--skip-control"];
    check(&["scan", "--skip-control", "key-usble"], &[], &expected);
    let variable = ("TRAILSEAL_SKIP_CONTROL", "key-usable,histroy-sealed");
    check(&["scan"], &[variable], &["`histroy-sealed`; did you mean `history-sealed`?"]);
    check(
        &["scan", "--config", "skip.toml"],
        &[],
        &["`skip_controls`", "did you mean `key-usable`?"],
    );
    let all: Vec<&str> = ControlId::ALL.iter().map(|control| control.as_str()).collect();
    let expected = ["every control is skipped, so nothing is left to judge", "--skip-control"];
    check(&["scan", "--skip-control", &all.join(",")], &[], &expected);
    check(&["scan", "--config", "wrong.toml"], &[], &["did you mean `role_name`?", "column 1"]);
    check(&["demo", "--scenarios", "x"], &[], &["see `trailseal demo --help`"]);
}

#[test]
fn a_wrong_value_of_a_variable_names_the_variable() {
    let share = [("TRAILSEAL_RATE_SHARE", "2")];
    check(&["scan"], &share, &["the variable TRAILSEAL_RATE_SHARE", "`2`"]);
    check(&["scan", "--rate-share", "3"], &share, &["--rate-share", "`3`"]);
}

#[test]
fn without_a_command_there_is_a_short_help() {
    let folder = tempfile::tempdir().unwrap();
    let output = trailseal(folder.path(), &[], &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let text = stderr(&output);
    assert!(
        text.contains("Usage: ") && text.contains("scan") && !text.contains("Examples"),
        "{text}"
    );
}

#[test]
fn a_wrong_scope_is_one_line() {
    check(&["scan", "--accounts", "12"], &KEYS, &["--accounts", "`12`", "12 digits"]);
    check(&["scan", "--exclude-account", "x"], &KEYS, &["--exclude-account", "`x`"]);
    check(&["scan", "--ou", "Sandbox"], &KEYS, &["--ou", "`Sandbox`", "ou-"]);
    check(&["scan", "--regions", "us-east-1,mars-1"], &KEYS, &["--regions", "`mars-1`"]);
    check(&["scan", "--config", "scope.toml"], &KEYS, &["`regions`", "`nowhere`"]);
}

#[test]
fn a_wrong_accounts_file_is_named_with_its_line() {
    let check_file = |name: &str, expected: &[&str]| {
        check(&["scan", "--accounts-file", name], &KEYS, &[&[name], expected].concat());
    };
    check_file("missing", &["cannot be read"]);
    check_file("a-file", &["line 1", "`x`", "12 digits"]);
    check_file("empty", &["names no account"]);
    check_file("twice", &["line 3", "000000000001", "twice"]);
}

#[test]
fn a_wrong_exceptions_file_is_named_with_its_line_and_entry() {
    let check_file = |name: &str, expected: &[&str]| {
        check(&["scan", "--exceptions", name], &KEYS, &[&[name], expected].concat());
    };
    check_file("missing", &["cannot be read"]);
    check_file("a-file", &["line 1"]);
    let broad = ["`broad`", "line 1", "[[gaps]] entry 1", "covers too much"];
    check_file("broad", &broad);
    check_file("misspelt", &["line 2", "[[gaps]] entry 1", "unknown key `clas`"]);
    check(&["scan", "--config", "broad.toml"], &KEYS, &broad);
    let environment: Vec<(&str, &str)> =
        KEYS.into_iter().chain([("TRAILSEAL_EXCEPTIONS", "broad")]).collect();
    check(&["scan"], &environment, &broad);
    // The flag goes before the variable, and that before the file.
    check(&["scan", "--exceptions", "misspelt"], &environment, &["`misspelt`"]);
    check(&["scan", "--config", "broad.toml", "--exceptions", "misspelt"], &KEYS, &["`misspelt`"]);
}

#[test]
fn a_wrong_configuration_is_named_with_its_line() {
    check(&["scan", "--config", "missing.toml"], &KEYS, &["missing.toml"]);
    check(&["scan", "--config", "wrong.toml"], &KEYS, &["wrong.toml", "line 2", "role_nam"]);
    check(&["scan", "--config", "account.toml"], &KEYS, &["trusted_key_accounts", "`12`"]);
    check(&["scan", "--config", "readers.toml"], &KEYS, &["trusted_readers", "`o-abc`"]);
}

#[test]
fn an_output_folder_that_cannot_be_used_is_found_out_before_any_call() {
    check(&["scan", "--out", "in-use"], &KEYS, &["in-use", "not empty", "--out"]);
    check(&["scan", "--out", "a-file"], &KEYS, &["a-file", "--out"]);
    check(&["scan", "--out", "a-file/below"], &KEYS, &["a-file/below", "--out"]);
    check(&["scan", "--out", "/proc/nowhere/out"], &KEYS, &["/proc/nowhere/out"]);
}

#[test]
fn no_credentials_and_no_endpoint_are_one_line() {
    check(&["scan"], &[], &["credentials"]);
    check(&["scan", "--profile", "missing"], &[], &["missing"]);
    let nowhere: Vec<(&str, &str)> = KEYS.into_iter().chain([NOWHERE]).collect();
    let expected = ["GetCallerIdentity", "connection", "AWS_ENDPOINT_URL"];
    check_code(74, &["scan"], &nowhere, &expected);
    let elsewhere: Vec<(&str, &str)> =
        nowhere.into_iter().chain([("AWS_REGION", "us-esat-1")]).collect();
    check(&["scan"], &elsewhere, &["`us-esat-1`", "AWS_REGION"]);
}

#[test]
fn traces_show_no_credentials() {
    let folder = tempfile::tempdir().unwrap();
    let trace =
        [NOWHERE, ("TRAILSEAL_LOG", "trace"), ("RUST_LOG", "trace"), ("RUST_BACKTRACE", "1")];
    let environment: Vec<(&str, &str)> = KEYS.into_iter().chain(trace).collect();
    let output = trailseal(folder.path(), &["scan", "--external-id", "canary-id"], &environment);
    let text = stderr(&output);
    assert!(text.contains("TRACE"), "there is a trace: {text}");
    for canary in CANARIES.into_iter().chain(["canary-id"]) {
        assert!(!text.contains(canary), "{canary} in {text}");
    }
}

#[test]
fn logs_for_machines_are_json() {
    let folder = tempfile::tempdir().unwrap();
    let trace = [NOWHERE, ("TRAILSEAL_LOG", "trace"), ("TRAILSEAL_LOG_FORMAT", "json")];
    let environment: Vec<(&str, &str)> = KEYS.into_iter().chain(trace).collect();
    let text = stderr(&trailseal(folder.path(), &["scan"], &environment));
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (logs, said): (Vec<_>, Vec<_>) = lines.iter().partition(|line| line["type"].is_null());
    let kinds: Vec<_> = said.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["error", "summary"], "{text}");
    assert!(!logs.is_empty());
    for line in logs {
        assert_eq!(line["operation"], "GetCallerIdentity");
        assert_eq!((&line["level"], &line["message"]), (&"TRACE".into(), &"request".into()));
    }
}

#[test]
fn a_control_is_explained_on_stdout() {
    let folder = tempfile::tempdir().unwrap();
    let output = trailseal(folder.path(), &["explain", "key-usable"], &[]);
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stdout).contains("key-usable"));
    check(&["explain", "nonsense"], &[], &["`nonsense`", "key-usable"]);
}

#[test]
fn completions_know_commands_and_flags() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = trailseal(folder.path(), &["completions", shell], &[]);
        let script = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{shell}");
        assert!(script.contains("explain") && script.contains("exclude-account"), "{shell}");
    }
    check(&["completions", "dos"], &[], &["dos"]);
}

#[test]
fn the_long_help_of_every_command_has_an_example() {
    let folder = tempfile::tempdir().unwrap();
    for command in ["", "scan", "demo", "sim", "report", "explain", "completions"] {
        let arguments: Vec<&str> =
            [command, "--help"].into_iter().filter(|it| !it.is_empty()).collect();
        let text = trailseal(folder.path(), &arguments, &[]).stdout;
        let text = String::from_utf8_lossy(&text).into_owned();
        assert!(text.contains("Examples:\n  "), "{command}: {text}");
    }
}

#[tokio::test]
async fn a_record_that_was_cut_short_makes_no_report() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    audit_into(&World::new(Plan::small()), &out).await.unwrap();
    let record = fs::read(out.join("record.jsonl")).unwrap();
    let cut = folder.path().join("cut.jsonl");
    fs::write(&cut, &record[..record.len() / 2]).unwrap();
    let arguments = ["report", "--from", "cut.jsonl", "--out", "again"];
    let output = trailseal(folder.path(), &arguments, &[]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
    assert!(!folder.path().join("again").exists());
    check(&["report", "--from", "not-a-record", "--out", "x"], &[], &["not-a-record", "line 1"]);
    check(
        &["report", "--from", "missing", "--out", "x"],
        &[],
        &["missing", "the file does not exist"],
    );
}

#[test]
fn help_goes_to_stdout_and_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [["scan", "--help"].as_slice(), &["--help"], &["--version"]] {
        let output = trailseal(folder.path(), arguments, &[]);
        assert_eq!(output.status.code(), Some(0));
        assert!(!output.stdout.is_empty());
        assert!(output.stderr.is_empty());
    }
}
