//! The program on machines as they are: variables set and empty, disks and pipes full or gone, files
//! as people make them.
#![cfg(unix)]

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use trailseal_tests::audit::audit_into;
use trailseal_tests::plan::Plan;
use trailseal_tests::world::World;

use crate::program::{Sim, command};

/// A simulator in a process of its own.
fn simulator(folder: &Path) -> Sim {
    Sim::begin(folder, &[], &["--json"])
}

/// A scan of the simulator with these flags, into the folder `out`.
fn scan(folder: &Path, sim: &Sim, flags: &[&str]) -> Command {
    let mut command = command(folder, &[&["scan", "--out", "out"], flags].concat());
    command.envs(sim.environment());
    command
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The settings in force, as the scan recorded them.
fn recorded(folder: &Path) -> Value {
    let run = fs::read(folder.join("out/run.json")).unwrap();
    serde_json::from_slice(&run).unwrap()
}

#[test]
fn a_flag_precedes_a_variable_that_precedes_the_file_and_a_list_replaces_a_list() {
    let folder = tempfile::tempdir().unwrap();
    let sim = simulator(folder.path());
    let file = "rate_share = 0.3\nmax_in_flight = 10\nmember_status = 'off'\n\
                account_tags = ['a', 'b']\nlog_archive_accounts = ['000000000001', '000000000002']\n";
    fs::write(folder.path().join("settings.toml"), file).unwrap();
    let flags = ["-q", "--config", "settings.toml", "--member-status", "home"];
    let output = scan(folder.path(), &sim, &flags)
        .env("TRAILSEAL_MEMBER_STATUS", "all")
        .env("TRAILSEAL_MAX_IN_FLIGHT", "20")
        .env("TRAILSEAL_LOG_ARCHIVE_ACCOUNT", sim.told("log_archive_account_id"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let settings = recorded(folder.path())["settings"].clone();
    assert_eq!(settings["rate_share"], "0.3");
    assert_eq!(settings["max_in_flight"], "20");
    assert_eq!(settings["member_status"], "home");
    assert_eq!(settings["log_archive_accounts"], sim.told("log_archive_account_id"));
    assert_eq!(settings["account_tags"], "a;b");
}

#[test]
fn a_log_archive_that_is_no_member_ends_the_scan_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let sim = simulator(folder.path());
    let flags = ["-q", "--log-archive-account", "000000000003"];
    let output = scan(folder.path(), &sim, &flags).output().unwrap();
    let text = stderr(&output);
    assert_eq!((output.status.code(), text.lines().count()), (Some(2), 1), "{text}");
    assert!(text.contains("no account 000000000003; correct --log-archive-account"), "{text}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn an_empty_variable_counts_as_unset_and_an_unknown_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let sim = simulator(folder.path());
    let page = command(folder.path(), &["settings"]).output().unwrap().stdout;
    let page = String::from_utf8(page).unwrap();
    let names: Vec<&str> = page.split('`').filter(|it| it.starts_with("TRAILSEAL_")).collect();
    assert!(names.len() > 25, "{page}");
    let mut command = scan(folder.path(), &sim, &[]);
    let empty = names.iter().filter(|it| !it.contains('*')).map(|it| (*it, ""));
    let output = command.envs(empty).env("TRAILSEAL_ROLENAME", "x").output().unwrap();
    let text = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    let warnings: Vec<&str> = text.lines().filter(|it| it.contains("warning: ")).collect();
    assert_eq!(warnings.len(), 1, "{text}");
    assert!(warnings[0].contains("did you mean `TRAILSEAL_ROLE_NAME`?"), "{text}");
}

#[test]
fn who_asks_whom_is_said_before_any_member_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let sim = simulator(folder.path());
    let text = stderr(&scan(folder.path(), &sim, &["--external-id", "canary"]).output().unwrap());
    let before: Vec<&str> = text.lines().take_while(|it| !it.contains(" targets, ")).collect();
    let before = before.join("\n");
    for part in [
        "caller arn:aws:iam::",
        "role TrailsealAudit in every other account, with an external id",
        &sim.told("endpoint"),
        "trailseal: organization o-",
        ", 5 accounts listed",
    ] {
        assert!(before.contains(part), "`{part}` is not in {before}");
    }
    assert!(!text.contains("canary"), "{text}");
}

#[test]
fn a_closed_or_full_stderr_changes_neither_reports_nor_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let sim = simulator(folder.path());
    let logs = ("TRAILSEAL_LOG", "trace");
    let full = File::options().write(true).open("/dev/full").unwrap();
    let status = scan(folder.path(), &sim, &[]).envs([logs]).stderr(full).status().unwrap();
    assert_eq!(status.code(), Some(1));
    let of_full = fs::read_dir(folder.path().join("out")).unwrap().count();
    fs::remove_dir_all(folder.path().join("out")).unwrap();
    let mut child =
        scan(folder.path(), &sim, &[]).envs([logs]).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let of_closed = fs::read_dir(folder.path().join("out")).unwrap().count();
    assert_eq!((of_full, of_closed), (22, 22));
}

#[test]
fn a_result_that_cannot_be_written_is_an_error_and_a_reader_that_has_gone_is_none() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        &["explain", "key-usable"][..],
        &["completions", "bash"],
        &["--help"],
        &["scan", "--help"],
        &["--version"],
        &["settings"],
    ] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = command(folder.path(), arguments).stdout(full).output().unwrap();
        let text = stderr(&output);
        assert_eq!(output.status.code(), Some(74), "{arguments:?}: {text}");
        assert_eq!(text.lines().count(), 1, "{text}");
        let mut command = command(folder.path(), arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), stderr(&output)), (Some(0), String::new()));
    }
}

#[test]
fn no_color_means_no_color() {
    let folder = tempfile::tempdir().unwrap();
    let forced = ("CLICOLOR_FORCE", "1");
    let help = |environment: &[(&str, &str)]| {
        let mut command = command(folder.path(), &["--help"]);
        command.envs(environment.iter().copied()).output().unwrap().stdout
    };
    assert!(help(&[forced]).contains(&0x1b));
    assert!(!help(&[forced, ("NO_COLOR", "1")]).contains(&0x1b));
}

/// The program where no file may be larger than 4 KiB, as on a disk that is nearly full.
pub(crate) fn with_small_files(folder: &Path, arguments: &[&str]) -> Command {
    let program = env!("CARGO_BIN_EXE_trailseal-under-test");
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\"", program]);
    command.args(arguments).current_dir(folder).env_clear().env("HOME", folder);
    command
}

#[tokio::test]
async fn a_full_disk_is_exit_code_74_and_never_blamed_on_the_record() {
    let folder = tempfile::tempdir().unwrap();
    let sim = simulator(folder.path());
    audit_into(&World::new(Plan::small()), &folder.path().join("run")).await.unwrap();
    let again = ["report", "--from", "run", "--out", "again"];
    let output = with_small_files(folder.path(), &again).output().unwrap();
    let text = stderr(&output);
    assert_eq!(output.status.code(), Some(74), "{text}");
    assert!(text.contains("cannot be written") && !text.contains("record.jsonl"), "{text}");
    let mut limited = with_small_files(folder.path(), &["scan", "-q", "--out", "full"]);
    let output = limited.envs(sim.environment()).output().unwrap();
    let text = stderr(&output);
    assert_eq!(output.status.code(), Some(74), "{text}");
    assert!(text.contains("cannot be written"), "{text}");
    assert!(text.contains("then continue with `trailseal scan --resume full`"), "{text}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "something is left behind");
    // The folder is as good as the record in it.
    let output = command(folder.path(), &again).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn files_of_accounts_in_other_encodings_are_named_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let sim = simulator(folder.path());
    let wide: Vec<u8> =
        "\u{feff}012345678901\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let western = b"account_id;name\r\n012345678901;B\xfcro\r\n".to_vec();
    for (bytes, expected) in [(wide, "UTF-16"), (western, "Windows-1252")] {
        fs::write(folder.path().join("accounts.csv"), bytes).unwrap();
        let flags = ["--accounts-file", "accounts.csv"];
        let output = scan(folder.path(), &sim, &flags).output().unwrap();
        let text = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains(expected) && text.contains("save it as UTF-8"), "{text}");
    }
    let exported = b"\xef\xbb\xbfName;Account Id;Email\r\n\"A; \"\"B\"\"\";\"012345678901\";x\r\n";
    fs::write(folder.path().join("accounts.csv"), exported).unwrap();
    let output =
        scan(folder.path(), &sim, &["-q", "--accounts-file", "accounts.csv"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
}

#[test]
fn a_role_that_every_account_refuses_is_said_at_once_and_ends_a_scan_that_fails_fast() {
    let folder = tempfile::tempdir().unwrap();
    let sim = Sim::begin(folder.path(), &[], &["--json", "--scenario", "demo"]);
    let flags = ["--role-name", "Misspelt", "--regions", "us-east-1"];
    let output = scan(folder.path(), &sim, &flags).output().unwrap();
    let text = stderr(&output);
    assert!(matches!(output.status.code(), Some(3 | 4)), "{text}");
    let warning = text.lines().find(|it| it.contains("warning: ")).unwrap_or_default();
    for part in ["the first 20 accounts", "role `Misspelt`", "--external-id (not set)"] {
        assert!(warning.contains(part), "`{part}` is not in {text}");
    }
    fs::remove_dir_all(folder.path().join("out")).unwrap();
    let flags = [&flags[..], &["-q", "--fail-fast"]].concat();
    let output = scan(folder.path(), &sim, &flags).output().unwrap();
    let text = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("the first 20 accounts") && text.contains("--role-name"), "{text}");
    assert!(!folder.path().join("out").exists());
}

#[test]
fn a_plan_takes_the_settings_of_a_scan_and_only_its_result_goes_to_stdout() {
    let folder = tempfile::tempdir().unwrap();
    let sim = simulator(folder.path());
    // What only the run itself uses is in the file, too.
    let file = "out = 'reports'\nseed = 7\nmax_in_flight = 10\n";
    fs::write(folder.path().join("settings.toml"), file).unwrap();
    let plan = |flags: &[&str]| {
        let arguments = [&["plan", "--config", "settings.toml", "--fail-fast"], flags].concat();
        let mut command = command(folder.path(), &arguments);
        command.envs(sim.environment()).env("TRAILSEAL_RATE_SHARE", "0.25").output().unwrap()
    };
    let output = plan(&[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(text.contains("5 accounts, 5 active, 5 roles ok, about "), "{text}");
    assert!(text.contains("at 0.25 of the published quotas"), "{text}");
    assert!(stderr(&output).contains("trailseal: caller "), "{}", stderr(&output));
    assert!(stderr(&output).contains(", 5 accounts listed\n"), "{}", stderr(&output));
    let output = plan(&["--json", "--quiet"]);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&json["max_in_flight"], &json["exit_code"]), (&10.into(), &0.into()));
    assert_eq!(stderr(&output), "");
    assert!(!folder.path().join("reports").exists(), "a plan writes nothing");
    let secret = sim.told("secret_access_key");
    assert!(!text.contains(&secret) && !json.to_string().contains(&secret));
    let output = plan(&["--rate-shar", "1"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("see `trailseal plan --help`"), "{}", stderr(&output));
}
