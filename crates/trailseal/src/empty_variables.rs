//! The environment as the program wants it.

use std::ffi::{OsStr, OsString};
use std::process::Command;

/// Starts the program again without its empty variables, where there are any: a container's
/// definition or a CI file often sets what it has no value for, and that counts as unset.
///
/// clap, the AWS SDK and the HTTP stack read the environment by themselves, at some fifty places,
/// and take an empty endpoint, file or Region for one. Taking variables out of the process that runs
/// is not safe Rust, so another one takes its place: on Unix with the same process id. Where that
/// fails the run goes on, and names the variable if it matters.
pub(crate) fn leave_out_empty_variables() {
    let is_empty_one = |(name, value): &(OsString, OsString)| value.is_empty() && is_ours(name);
    let empty: Vec<OsString> = std::env::vars_os().filter(is_empty_one).map(|it| it.0).collect();
    if empty.is_empty() {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    let mut command = Command::new(program);
    command.args(std::env::args_os().skip(1));
    for name in &empty {
        command.env_remove(name);
    }
    take_over(command);
}

#[cfg(unix)]
fn take_over(mut command: Command) {
    use std::os::unix::process::CommandExt as _;
    if let Some(name) = std::env::args_os().next() {
        command.arg0(name);
    }
    // It only returns where it failed.
    let _ = command.exec();
}

#[cfg(not(unix))]
fn take_over(mut command: Command) {
    if let Ok(status) = command.status() {
        std::process::exit(status.code().unwrap_or(70));
    }
}

fn is_ours(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    ["AWS_", "TRAILSEAL_", "SSL_CERT_"].iter().any(|start| name.starts_with(start))
        || ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"].iter().any(|it| name.eq_ignore_ascii_case(it))
}
