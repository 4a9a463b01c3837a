//! The Python that judges run in, and the commands that they run: on this machine only, without
//! anything that is the caller's.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::workspace;

/// How many lines of a log are shown when something fails.
const SHOWN_LINES: usize = 40;

/// Python with everything that the judges need, and an empty home for what is run.
pub(crate) struct Python {
    requirements: PathBuf,
    venv: PathBuf,
    /// So that nobody's `~/.aws` has a say.
    home: PathBuf,
}

impl Python {
    /// With this folder as home, which must exist when something is run.
    pub(crate) fn new(home: PathBuf) -> Self {
        let requirements = workspace::root().join("tests").join("requirements.txt");
        Self { requirements, venv: workspace::judges().join("python"), home }
    }

    /// Installs it under `target/`, unless exactly these requirements are installed already.
    pub(crate) fn install(&self) -> Result<()> {
        let file = &self.requirements;
        let requirements = fs::read_to_string(file)
            .with_context(|| format!("failed to read {}", file.display()))?;
        let stamp = self.venv.join("requirements.stamp");
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed == requirements) {
            return Ok(());
        }
        let venv = shown(&self.venv).display();
        eprintln!(
            "Installing moto, the AWS CLI and cfn-lint into {venv} with python3 and pip (once, 400 MB)."
        );
        remove(&self.venv)?;
        let mut make = self.command("python3");
        make.args(["-m", "venv"]).arg(&self.venv);
        output(
            &mut make,
            "python3 -m venv (Debian and Ubuntu have it in the package python3-venv)",
        )?;
        // pip keeps the user's home: its settings say where packages come from.
        let mut pip = scrubbed(self.program("python"));
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]);
        pip.arg("--requirement").arg(file);
        output(&mut pip, "pip install")?;
        fs::write(&stamp, requirements)
            .with_context(|| format!("failed to write {}", stamp.display()))
    }

    /// One of the installed programs.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.venv.join("bin").join(name)
    }

    /// A command for this Python.
    pub(crate) fn python(&self) -> Command {
        self.command(self.program("python"))
    }

    /// A script, run by this Python.
    pub(crate) fn script(&self, file: &Path) -> Command {
        let mut command = self.python();
        command.arg(file);
        command
    }

    /// A command that goes to this machine only, and knows nothing of the caller's AWS.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = scrubbed(program);
        command.env("HOME", &self.home).env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");
        command
    }
}

/// A command without the caller's settings for AWS, the product, moto and Python.
fn scrubbed(program: impl AsRef<OsStr>) -> Command {
    let mut command = workspace::command(program);
    for (name, _) in env::vars_os() {
        if ["MOTO_", "PYTHON"].iter().any(|it| name.to_string_lossy().starts_with(it)) {
            command.env_remove(name);
        }
    }
    // The scripts lie among the sources.
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// What a command prints; if it fails, the error holds all that it said.
pub(crate) fn output(command: &mut Command, name: &str) -> Result<String> {
    let output =
        command.stdin(Stdio::null()).output().with_context(|| format!("failed to start {name}"))?;
    let printed = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() {
        return Ok(printed);
    }
    let complaint = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    bail!("{name}: {}\n{printed}\n{complaint}", output.status)
}

/// A path as a reader of the terminal wants it.
pub(crate) fn shown(path: &Path) -> &Path {
    path.strip_prefix(workspace::root()).unwrap_or(path)
}

/// Removes a folder, if there is one.
pub(crate) fn remove(folder: &Path) -> Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    fs::remove_dir_all(folder).with_context(|| format!("failed to remove {}", folder.display()))
}

/// The last lines of a log.
pub(crate) fn tail(log: &Path) -> String {
    let bytes = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_script_says_all_it_said() {
        let mut shell = workspace::command("sh");
        shell.args(["-c", "echo difference; echo complaint >&2; exit 1"]);
        let error = output(&mut shell, "judge").unwrap_err().to_string();
        assert!(error.contains("difference") && error.contains("complaint"), "{error}");
    }
}
