//! The program in processes of its own, with nothing of the surrounding environment.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// The command in this folder, which is its home too.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trailseal-under-test"));
    command.args(arguments).current_dir(folder).env_clear().env("HOME", folder);
    command
}

/// A simulator in a process of its own, which ends with the test.
pub(crate) struct Sim {
    child: Child,
    pub(crate) first_line: String,
}

impl Sim {
    pub(crate) fn begin(folder: &Path, environment: &[(&str, &str)], arguments: &[&str]) -> Self {
        let scenario = ["--scenario", "small"];
        let is_named = arguments.contains(&scenario[0]);
        let scenario = if is_named { &[][..] } else { &scenario[..] };
        let arguments = [&["sim"], scenario, arguments].concat();
        let mut command = command(folder, &arguments);
        let mut child =
            command.envs(environment.iter().copied()).stdout(Stdio::piped()).spawn().unwrap();
        let mut first_line = String::new();
        let stdout = child.stdout.as_mut().unwrap();
        BufReader::with_capacity(1, stdout).read_line(&mut first_line).unwrap();
        Self { child, first_line }
    }

    /// A field of what it printed with `--json`.
    pub(crate) fn told(&self, name: &str) -> String {
        let told: Value = serde_json::from_str(&self.first_line).unwrap();
        told[name].to_string().trim_matches('"').to_owned()
    }

    /// What leads a scan to it, with `--json`.
    pub(crate) fn environment(&self) -> [(&'static str, String); 4] {
        [
            ("AWS_ENDPOINT_URL", self.told("endpoint")),
            ("AWS_ACCESS_KEY_ID", self.told("access_key_id")),
            ("AWS_SECRET_ACCESS_KEY", self.told("secret_access_key")),
            ("AWS_REGION", self.told("region")),
        ]
    }

    /// What else it printed, once it was asked to end, and its exit code.
    pub(crate) fn end(mut self, signal: &str) -> (String, Option<i32>) {
        let process = self.child.id().to_string();
        Command::new("kill").args(["-s", signal, &process]).status().unwrap();
        let mut rest = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut rest).unwrap();
        (rest, self.child.wait().unwrap().code())
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        // It has ended already where all went well.
        let _ = self.child.kill();
    }
}
