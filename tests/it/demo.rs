//! `trailseal demo` and `trailseal sim` as a person meets them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Output;
use std::sync::OnceLock;

use serde_json::Value;
use trailseal::report_files;
use trailseal_tests::audit::{audit_into, files, is};
use trailseal_tests::compare::{blanked, has_columns};
use trailseal_tests::plan::Plan;
use trailseal_tests::world::World;

use crate::program::{Sim, command};

/// What surrounds the program is wrong all over, and must not matter.
const WRONG: [(&str, &str); 5] = [
    ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
    ("AWS_PROFILE", "missing"),
    ("AWS_REGION", "nowhere"),
    ("HTTPS_PROXY", "http://127.0.0.1:9"),
    ("TRAILSEAL_REGIONS", "mars"),
];

fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).envs(WRONG).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// One line that has these parts, exit code 2, and nothing on stdout.
fn check_refused(folder: &Path, arguments: &[&str], expected: &[&str]) {
    let output = run(folder, arguments);
    let stderr = text(&output.stderr);
    let problem = stderr.lines().last().unwrap_or_default();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
    assert_eq!(
        stderr.lines().filter(|it| !it.contains("this is a simulation")).count(),
        1,
        "{arguments:?}: {stderr}"
    );
    for part in expected {
        assert!(problem.contains(part), "{arguments:?}: `{part}` is not in {problem}");
    }
    assert!(output.stdout.is_empty());
}

/// What a demonstration printed, and its files.
struct Demonstration {
    output: Output,
    files: BTreeMap<String, Vec<u8>>,
}

/// Two demonstrations, each in a folder of its own.
fn demonstrations() -> &'static [Demonstration; 2] {
    static BOTH: OnceLock<[Demonstration; 2]> = OnceLock::new();
    BOTH.get_or_init(|| {
        let demonstrate = || {
            let folder = tempfile::tempdir().unwrap();
            let output = run(folder.path(), &["demo"]);
            let files = files(&folder.path().join("trailseal-out/demo"));
            Demonstration { output, files: files.unwrap_or_default() }
        };
        std::thread::scope(|it| {
            let other = it.spawn(demonstrate);
            [demonstrate(), other.join().unwrap()]
        })
    })
}

#[test]
fn a_demonstration_needs_nothing_and_says_what_it_is() {
    let Demonstration { output, .. } = &demonstrations()[0];
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(output.stdout.is_empty());
    let first = stderr.lines().next().unwrap();
    assert!(first.contains("simulation") && first.contains("no AWS account is asked"), "{first}");
    for part in [
        "SIMULATION: ",
        "Reports: trailseal-out/demo\n",
        "report.html",
        "would now end with exit code 4",
    ] {
        assert!(stderr.contains(part), "`{part}` is not in {stderr}");
    }
}

#[test]
fn every_report_of_a_demonstration_says_what_it_is() {
    let Demonstration { files, .. } = &demonstrations()[0];
    // The record, and what says that all is there.
    assert_eq!(files.len(), report_files().count() + 2);
    for (name, bytes) in files {
        let content = text(bytes);
        let holds = match name.as_str() {
            ".complete" => true,
            "report.html" => content.contains("SIMULATION: nothing here is about real accounts"),
            "trailseal.sarif" | "trailseal.full.sarif" => {
                content.contains("\"id\":\"trailseal/simulation/")
            }
            "summary.md" | "summary.txt" => {
                content.contains("SIMULATION: no AWS account was asked")
            }
            "metrics.prom" => {
                let mut samples = content.lines().filter(|line| !line.starts_with('#'));
                samples.all(|line| line.starts_with("trailseal_simulation_"))
            }
            "run.json" => serde_json::from_str::<Value>(&content).unwrap()["simulation"] == "demo",
            "record.jsonl" => content.lines().next().unwrap().contains("\"simulation\":\"demo\""),
            name if is(name, "csv") => {
                let mut rows = csv::Reader::from_reader(bytes.as_slice());
                rows.records().all(|it| it.unwrap()[0].starts_with("simulation-"))
            }
            _ => content.contains("SIMULATION") || content.contains("simulation-"),
        };
        assert!(holds, "{name} does not say that it is a simulation");
    }
}

#[test]
fn two_demonstrations_show_the_same() {
    let [one, other] = demonstrations();
    assert!(one.files.keys().eq(other.files.keys()));
    for (name, bytes) in one.files.iter().filter(|(name, _)| has_columns(name)) {
        let (one, other) =
            (blanked(name, bytes).unwrap(), blanked(name, &other.files[name]).unwrap());
        assert!(one == other, "{name} differs");
    }
}

#[tokio::test]
async fn only_an_earlier_simulation_gives_way_to_a_demonstration() {
    let folder = tempfile::tempdir().unwrap();
    let demo = ["demo", "--scenario", "small", "--quiet", "--out", "out"];
    let out = folder.path().join("out");
    assert_eq!(run(folder.path(), &demo).status.code(), Some(0));
    fs::remove_file(out.join("gaps.csv")).unwrap();
    assert_eq!(run(folder.path(), &demo).status.code(), Some(0));
    assert!(out.join("gaps.csv").exists(), "it was not made anew");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    let refused = || check_refused(folder.path(), &demo, &["`out`", "not empty", "--out"]);
    fs::write(out.join("notes.txt"), "mine").unwrap();
    refused();
    assert_eq!(fs::read(out.join("notes.txt")).unwrap(), b"mine");
    fs::remove_file(out.join("notes.txt")).unwrap();
    fs::remove_file(out.join(".complete")).unwrap();
    refused();
    fs::remove_dir_all(&out).unwrap();
    audit_into(&World::new(Plan::small()), &out).await.unwrap();
    let before = files(&out).unwrap();
    refused();
    assert_eq!(files(&out).unwrap(), before);
}

#[test]
fn a_wrong_scenario_is_one_line() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("wrong.toml"), "seed = 1\nnonsense = 2\n").unwrap();
    fs::write(folder.path().join("text.toml"), "once upon a time").unwrap();
    for command in ["demo", "sim"] {
        let check = |given: &str, expected: &[&str]| {
            check_refused(folder.path(), &[command, "--scenario", given], expected);
        };
        check("missing", &["`missing`", "one of", "small"]);
        check("wrong.toml", &["`wrong.toml`", "line 2", "nonsense"]);
        check("text.toml", &["`text.toml`", "line 1"]);
    }
}

#[test]
fn a_simulator_listens_on_this_machine_only() {
    let folder = tempfile::tempdir().unwrap();
    let check = |arguments: &[&str], expected: &[&str]| {
        check_refused(folder.path(), &[["sim"].as_slice(), arguments].concat(), expected);
    };
    check(&["--host", "0.0.0.0"], &["--host", "`0.0.0.0`", "loopback", "127.0.0.1"]);
    check(&["--host", "example.com"], &["--host", "`example.com`"]);
    check(&["--port", "99999"], &["--port", "99999"]);
    check(&["--start", "tomorrow"], &["--start", "tomorrow"]);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    check(&["--scenario", "small", "--port", &port], &["127.0.0.1", &port, "--port"]);
}

#[cfg(unix)]
#[test]
fn a_scan_of_the_simulator_over_a_socket_finds_what_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let sim = Sim::begin(folder.path(), &WRONG, &["--json", "--verify-signatures", "--seed", "7"]);
    let told = |name: &str| sim.told(name);
    assert_eq!((told("scenario"), told("seed")), ("small".to_owned(), "7".to_owned()));
    assert_eq!(told("control_endpoint"), format!("{}/_sim/", told("endpoint")));
    let flags = ["scan", "--quiet", "--out", "out", "--role-name", &told("role_name")];
    let output = command(folder.path(), &flags).envs(sim.environment()).output().unwrap();
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("2 trails: 1 sealed, 1 unsealed, 0 unproven."), "{stderr}");
    assert_eq!(sim.end("TERM"), (String::new(), Some(0)));
}

#[cfg(unix)]
#[test]
fn a_simulator_says_how_to_use_it_until_it_is_interrupted() {
    let folder = tempfile::tempdir().unwrap();
    let sim = Sim::begin(folder.path(), &WRONG, &["--start", "2026-11-20T12:02:30Z"]);
    assert!(sim.first_line.starts_with("A simulated organization of 5 accounts (scenario `small`"));
    let (_, endpoint) = sim.first_line.trim_end().rsplit_once(' ').unwrap();
    let endpoint = format!("export AWS_ENDPOINT_URL={endpoint}\n");
    let (rest, code) = sim.end("INT");
    assert_eq!(code, Some(0));
    for part in [
        endpoint.as_str(),
        "export AWS_ACCESS_KEY_ID=AKIA",
        "export AWS_SECRET_ACCESS_KEY=",
        "export AWS_REGION=us-east-1\n",
        "trailseal scan --role-name TrailsealAudit",
        "/_sim/\n",
        "2026-11-20T12:02:30Z",
    ] {
        assert!(rest.contains(part), "`{part}` is not in {rest}");
    }
}
