//! Which endpoints answered a scan is in run.json, the record, the HTML page, both SARIF files and on the
//! terminal, not in each row of the tables.
#![cfg(unix)]

use std::fs;
use std::path::Path;

use serde_json::Value;
use trailseal_tests::audit::files;

use crate::program::{Sim, command};

/// Scans the simulator with these variables in place of its own endpoint; returns stderr.
fn scan(folder: &Path, sim: &Sim, endpoints: &[(&str, String)]) -> String {
    let flags = ["scan", "--quiet", "--out", "out", "--role-name", &sim.told("role_name")];
    let mut command = command(folder, &flags);
    command.envs(sim.environment()).env_remove("AWS_ENDPOINT_URL");
    let output = command.envs(endpoints.iter().cloned()).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    stderr
}

/// The files that are to name the endpoint do, and none has what may be secret of the URL.
fn check(folder: &Path, stderr: &str, endpoint: &str, services: &[&str]) {
    assert!(stderr.contains("  ENDPOINTS: ") && stderr.contains(endpoint), "{stderr}");
    for (name, bytes) in files(&folder.join("out")).unwrap() {
        let content = String::from_utf8_lossy(&bytes).into_owned();
        assert!(!content.contains("canary"), "{name} has a secret of the URL");
        match name.as_str() {
            "report.html" => {
                assert!(
                    content.contains("ENDPOINTS: not all answers came from endpoints of AWS"),
                    "{name}"
                );
                assert!(content.contains(endpoint), "{name}");
            }
            "trailseal.sarif" | "trailseal.full.sarif" => {
                assert!(content.contains("\"id\":\"trailseal/other-endpoints/"), "{name}");
                assert!(content.contains("endpoints-not-aws"), "{name}");
            }
            "run.json" => {
                let run: Value = serde_json::from_str(&content).unwrap();
                let entry = |service: &&str| serde_json::json!({ "service": service, "url": endpoint, "is_aws": false });
                let expected: Vec<Value> = services.iter().map(entry).collect();
                assert_eq!(run["endpoints"], Value::Array(expected));
                assert_eq!(run["simulation"], Value::Null);
            }
            "record.jsonl" => assert!(content.lines().next().unwrap().contains(endpoint)),
            _ => {}
        }
    }
    fs::remove_dir_all(folder.join("out")).unwrap();
}

#[test]
fn endpoints_of_an_emulator_are_in_every_report() {
    let folder = tempfile::tempdir().unwrap();
    let sim = Sim::begin(folder.path(), &[], &["--json"]);
    let endpoint = sim.told("endpoint");
    let all = ["account", "cloudtrail", "kms", "organizations", "s3", "sts"];
    let with_user = endpoint.replace("http://", "http://canary:canary@");
    let stderr = scan(folder.path(), &sim, &[("AWS_ENDPOINT_URL", with_user)]);
    check(folder.path(), &stderr, &endpoint, &all);
    let of_services =
        ["ACCOUNT", "CLOUDTRAIL", "KMS", "ORGANIZATIONS", "S3", "STS"].map(|service| {
            let name: &str = Box::leak(format!("AWS_ENDPOINT_URL_{service}").into_boxed_str());
            (name, endpoint.clone())
        });
    let stderr = scan(folder.path(), &sim, &of_services);
    check(folder.path(), &stderr, &endpoint, &all);
    let config = format!(
        "[default]\nendpoint_url = {endpoint}\nservices = local\n[services local]\ns3 =\n  endpoint_url = {endpoint}\n"
    );
    fs::write(folder.path().join("config"), config).unwrap();
    let file = folder.path().join("config").display().to_string();
    let stderr = scan(folder.path(), &sim, &[("AWS_CONFIG_FILE", file)]);
    check(folder.path(), &stderr, &endpoint, &all);
}

#[test]
fn the_version_names_the_commit() {
    let folder = tempfile::tempdir().unwrap();
    let output = command(folder.path(), &["--version"]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let version = text.trim().strip_prefix("trailseal ").unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let (package, commit) = version.split_once('+').unwrap_or((version, ""));
    assert_eq!(package, env!("CARGO_PKG_VERSION"));
    // Only sources with a repository have a commit.
    let has_repository = root.join(".git").exists();
    let digits = commit.strip_suffix(".dirty").unwrap_or(commit);
    assert_eq!(digits.len(), if has_repository { 12 } else { 0 }, "{version}");
    assert!(digits.bytes().all(|it| it.is_ascii_hexdigit()), "{version}");
}
