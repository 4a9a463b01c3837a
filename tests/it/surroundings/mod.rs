//! The program and what surrounds it: credentials, network, environment. The real binary scans a
//! simulator over TCP, with nothing of this machine's own AWS configuration.

mod credentials;
mod environment;
mod network;
mod servers;

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// Keys that no world knows, and whose secrets must never be shown.
const WRONG_KEYS: [(&str, &str); 3] = [
    ("AWS_ACCESS_KEY_ID", "AKIACANARYCANARY0001"),
    ("AWS_SECRET_ACCESS_KEY", "canary-secret-key"),
    ("AWS_SESSION_TOKEN", "canary-session-token"),
];

/// What no output may hold.
const CANARY: &str = "canary-";

/// Instance metadata would be waited for on every machine that has none.
const NO_METADATA: (&str, &str) = ("AWS_EC2_METADATA_DISABLED", "true");

/// A simulated organization on a port, until it is dropped.
struct Sim {
    child: Child,
    endpoint: String,
    access_key_id: String,
    secret_access_key: String,
}

impl Sim {
    fn begin() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trailseal-under-test"));
        command.args(["sim", "--scenario", "small", "--json", "--verify-signatures"]).env_clear();
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let stdout = child.stdout.as_mut().unwrap();
        BufReader::with_capacity(1, stdout).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        let said = |name: &str| said[name].as_str().unwrap().to_owned();
        Self {
            endpoint: said("endpoint"),
            access_key_id: said("access_key_id"),
            secret_access_key: said("secret_access_key"),
            child,
        }
    }

    /// Host and port.
    fn address(&self) -> &str {
        self.endpoint.trim_start_matches("http://")
    }

    fn keys(&self) -> [(&str, &str); 2] {
        [
            ("AWS_ACCESS_KEY_ID", self.access_key_id.as_str()),
            ("AWS_SECRET_ACCESS_KEY", self.secret_access_key.as_str()),
        ]
    }

    /// Its keys as lines of a profile.
    fn profile(&self) -> String {
        let (id, secret) = (&self.access_key_id, &self.secret_access_key);
        format!("aws_access_key_id = {id}\naws_secret_access_key = {secret}\n")
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A home directory to run in.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    /// The program with this environment and no other.
    fn run<V: AsRef<OsStr>>(&self, arguments: &[&str], environment: &[(&str, V)]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trailseal-under-test"));
        command.args(arguments).current_dir(self.path()).env_clear();
        command.env("HOME", self.path()).env(NO_METADATA.0, NO_METADATA.1);
        for (name, value) in environment {
            command.env(name, value);
        }
        command.output().unwrap()
    }

    /// A quick scan with these further flags.
    fn scan<V: AsRef<OsStr>>(&self, flags: &[&str], environment: &[(&str, V)]) -> Output {
        let quick = ["scan", "--quiet", "--regions", "us-east-1", "--sample-size", "1"];
        self.run(&[quick.as_slice(), flags].concat(), environment)
    }

    /// The scan is refused in one line that has these parts and no secret.
    fn refuses(&self, flags: &[&str], environment: &[(&str, &str)], expected: &[&str]) {
        let output = self.scan(flags, environment);
        let text = stderr(&output);
        // Where AWS gave no answer at all, the network may be to blame and not the settings.
        let is_asked = text.contains("GetCallerIdentity");
        let code = output.status.code();
        assert!(code == Some(2) || (code == Some(74) && is_asked), "{environment:?}: {text}");
        check_line(&text);
        for part in expected {
            assert!(text.contains(part), "{environment:?}: `{part}` is not in {text}");
        }
        assert!(!self.path().join("trailseal-out").exists(), "{text}");
    }

    /// The scan reaches the organization and writes its reports.
    fn scans(&self, flags: &[&str], environment: &[(&str, &str)]) {
        let output = self.scan(flags, environment);
        assert!(is_scanned(&output), "{environment:?}: {}", stderr(&output));
        fs::remove_dir_all(self.path().join("trailseal-out")).unwrap();
    }
}

/// Whether the scan wrote its reports, whatever they say.
fn is_scanned(output: &Output) -> bool {
    matches!(output.status.code(), Some(0 | 1 | 3 | 4))
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// One line for a person: no panic, no `Debug` form, no secret.
fn check_line(text: &str) {
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.starts_with("trailseal: "), "{text}");
    for part in ["panicked", CANARY, "Error {", "Error(", "Some(", "None", "\u{1b}", " { "] {
        assert!(!text.contains(part), "`{part}` in {text}");
    }
}

/// Environments in one.
fn with<'a>(parts: &[&[(&'a str, &'a str)]]) -> Vec<(&'a str, &'a str)> {
    parts.concat()
}
