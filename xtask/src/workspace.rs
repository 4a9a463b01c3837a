//! The repository and the programs that are run in it.

use std::env;
use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// How a program is built.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Profile {
    /// Fast to build.
    Dev,
    /// Fast to run.
    Release,
}

/// The repository's root.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in a folder of the workspace")
}

/// Where other people's programs that judge ours are installed.
pub(crate) fn judges() -> PathBuf {
    root().join("target").join("judges")
}

/// A command that starts in the root and sees none of the caller's AWS credentials and endpoints,
/// nor the variables that mirror our flags.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    for (name, _) in env::vars_os().filter(|it| belongs_to_the_caller(&it.0)) {
        command.env_remove(name);
    }
    command
}

fn belongs_to_the_caller(variable: &OsStr) -> bool {
    let name = variable.to_string_lossy();
    name.starts_with("AWS_") || name.starts_with("TRAILSEAL_")
}

/// The cargo that runs us.
pub(crate) fn cargo() -> Command {
    command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs a command, whose output goes where ours goes.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("failed to start {command:?}"))?;
    if status.success() { Ok(()) } else { bail!("{command:?}: {status}") }
}

/// Runs a command and returns what it wrote on stdout.
pub(crate) fn stdout(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("failed to start {command:?}"))?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        bail!("{command:?}: {}\n{stderr}", output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("{command:?}: not UTF-8"))
}

/// Runs a command to its end and returns whether it succeeded and all it wrote, in order.
pub(crate) fn captured(mut command: Command) -> Result<(bool, Vec<u8>)> {
    let (mut reader, writer) = std::io::pipe()?;
    command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn().with_context(|| format!("failed to start {command:?}"))?;
    // The command holds the pipe's writing ends: while it lives, reading would never end.
    drop(command);
    let mut output = Vec::new();
    reader.read_to_end(&mut output)?;
    Ok((child.wait()?.success(), output))
}

/// Builds one of the workspace's programs and returns its path.
///
/// In the dev profile everything is built, tests included, because then cargo takes the same
/// features as `cargo test --workspace` and builds the AWS SDK once instead of twice.
pub(crate) fn program(package: &str, name: &str, profile: Profile) -> Result<PathBuf> {
    Ok(build(profile, &["--package", package, "--bin", name])?.join(name))
}

/// Builds the programs that a bench sets side by side, with the same features, and returns their
/// paths.
pub(crate) fn programs<const N: usize>(names: [&str; N], profile: Profile) -> Result<[PathBuf; N]> {
    let packages = ["-p", "trailseal", "-p", "trailseal-aws", "-p", "trailseal-tests", "--bins"];
    let folder = build(profile, &packages)?;
    Ok(names.map(|it| folder.join(it)))
}

/// Builds everything, or in the release profile what is named, and returns where it is.
fn build(profile: Profile, in_release: &[&str]) -> Result<PathBuf> {
    let mut build = cargo();
    build.args(["build", "--quiet"]);
    let folder = match profile {
        Profile::Dev => {
            build.args(["--workspace", "--all-targets"]);
            "debug"
        }
        Profile::Release => {
            build.arg("--release").args(in_release);
            "release"
        }
    };
    run(&mut build)?;
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), Into::into);
    Ok(target.join(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_callers_variables_are_known() {
        for name in ["AWS_PROFILE", "AWS_ENDPOINT_URL_S3", "TRAILSEAL_ROLE_NAME"] {
            assert!(belongs_to_the_caller(OsStr::new(name)), "{name}");
        }
        for name in ["PATH", "CARGO", "NO_AWS_"] {
            assert!(!belongs_to_the_caller(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn output_is_captured_with_the_outcome() {
        let mut command = cargo();
        command.arg("--version");
        let (passed, output) = captured(command).unwrap();
        assert!(passed && output.starts_with(b"cargo "));
        let mut command = cargo();
        command.arg("no-such-command");
        let (passed, output) = captured(command).unwrap();
        assert!(!passed && !output.is_empty());
    }

    #[test]
    fn a_failed_command_says_why() {
        let error = stdout(cargo().arg("no-such-command")).unwrap_err().to_string();
        assert!(error.contains("no-such-command") && error.contains("exit status"), "{error}");
        assert!(run(&mut command("no-such-program-anywhere")).is_err());
    }
}
