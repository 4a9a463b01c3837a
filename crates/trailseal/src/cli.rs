//! The command line, its help, and the exit code.

mod help;
mod scan_args;
mod sim_args;

use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, CommandFactory as _, Parser, Subcommand};
use clap_complete::Shell;
use tokio::runtime::Runtime;
use trailseal_model::exit_code;

use crate::error::UserError;
use crate::events::Progress;
use crate::logging::LogFormat;
use crate::outside::Outside;
use crate::scan::{ScanSettings, Scanned};
use crate::summary::meaning;
use crate::version::VERSION;
use crate::{demo, environment, explain, logging, report, scan, sim};
use scan_args::ScanArgs;
pub(crate) use scan_args::is_unit;
use sim_args::{DemoArgs, SimArgs};

/// Proves across an AWS Organization that every CloudTrail log is sealed with a KMS key that you
/// control, shows the delivered objects as evidence, and says where it could not look.
#[derive(Debug, Parser)]
#[command(name = "trailseal", version = VERSION, max_term_width = 100, after_long_help = help::PROGRAM)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// How log lines look; TRAILSEAL_LOG sets their level.
    #[arg(
        long,
        global = true,
        env = "TRAILSEAL_LOG_FORMAT",
        default_value = "text",
        display_order = 900
    )]
    log_format: LogFormat,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Audits the organization of the caller.
    ///
    /// Lists the accounts and their Regions, finds every trail and event data store, reads keys, key
    /// policies, buckets and delivered log objects, judges them, and writes one folder of reports.
    /// Every call only reads.
    Scan(Box<ScanArgs>),
    /// Scans a simulated organization: nothing is needed, and no AWS account is asked.
    Demo(DemoArgs),
    /// Plays AWS on a local port: a simulated organization for `scan`, the SDKs and the AWS CLI.
    Sim(SimArgs),
    /// Makes every report again, offline, from a scan's record.
    ///
    /// The folder then holds the same bytes as the scan's own.
    Report(ReportArgs),
    /// Says what a control checks, why it matters and how to fix a failure.
    #[command(after_long_help = help::EXPLAIN)]
    Explain {
        /// The control's id, such as key-usable.
        control: String,
    },
    /// Prints a script that completes this program's commands and flags in a shell.
    #[command(after_long_help = help::COMPLETIONS)]
    Completions {
        /// The shell.
        shell: Shell,
    },
}

#[derive(Debug, Args)]
#[command(after_long_help = help::REPORT)]
struct ReportArgs {
    /// The record.jsonl of a scan.
    #[arg(long)]
    from: PathBuf,
    /// The folder for the reports; it must not exist, or be empty.
    #[arg(long)]
    out: PathBuf,
}

/// Runs the command line of this process; returns the exit code.
#[must_use]
pub fn main() -> u8 {
    environment::leave_out_empty_variables();
    run(std::env::args_os())
}

/// Runs a command line; returns the exit code. Errors go to stderr, one line each.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) if error.exit_code() == 0 => {
            let _ = error.print();
            return exit_code::CLEAN;
        }
        Err(error) => return failed(&usage(&error)),
    };
    let given = redacted(&arguments);
    let res = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| execute(cli, given)));
    match res {
        Ok(Ok(code)) => code,
        Ok(Err(error)) => failed(&error),
        Err(_) => {
            eprintln!("trailseal: internal error; please report it with the message above");
            exit_code::INTERNAL
        }
    }
}

fn failed(error: &UserError) -> u8 {
    eprintln!("trailseal: {error}");
    error.exit_code
}

/// What is wrong with a command line, in one line.
fn usage(error: &clap::Error) -> UserError {
    if error.kind() == clap::error::ErrorKind::InvalidUtf8
        && let Some(name) = environment::unreadable_variable()
    {
        return UserError::usage(
            format!("{name} is not UTF-8 text"),
            format!("set it again, or unset {name}"),
        );
    }
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
    let more: Vec<&str> = text.lines().skip(1).take_while(|it| it.starts_with("  ")).collect();
    UserError::usage(format!("{first} {}", more.join(" ")), "see `trailseal --help`")
}

fn execute(cli: Cli, arguments: Vec<String>) -> Result<u8, UserError> {
    logging::begin(cli.log_format)?;
    match cli.command {
        Command::Report(it) => report::run(&it.from, &it.out).map(|_| exit_code::CLEAN),
        Command::Explain { control } => {
            print(explain::explanation(&control)?.as_bytes());
            Ok(exit_code::CLEAN)
        }
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "trailseal", &mut script);
            print(&script);
            Ok(exit_code::CLEAN)
        }
        Command::Scan(it) => {
            let settings = it.settings(arguments)?;
            let scanned = runtime()?.block_on(scan::run(settings, Outside::real()))?;
            let Scanned { exit_code, folder, summary } = scanned;
            eprint!("{summary}\nReports: {}\n", folder.display());
            eprintln!("Exit code {exit_code}: {}", meaning(exit_code));
            Ok(exit_code)
        }
        Command::Demo(it) => {
            let demo = demo::run(it.settings(arguments));
            runtime()?.block_on(demo).map(|()| exit_code::CLEAN)
        }
        Command::Sim(it) => {
            runtime()?.block_on(sim::run(it.settings(), print)).map(|()| exit_code::CLEAN)
        }
    }
}

fn runtime() -> Result<Runtime, UserError> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|it| {
        UserError::usage(format!("the program cannot start: {it}"), "free some resources")
    })
}

/// Scans what is outside with the flags of `scan`, in the caller's runtime and without a word on
/// stderr.
///
/// # Errors
/// As the command would end: with the one line that it would print, and its exit code.
pub async fn scan_in(
    flags: impl IntoIterator<Item = OsString>,
    outside: Outside,
) -> Result<Scanned, UserError> {
    let arguments: Vec<OsString> =
        ["trailseal", "scan"].map(OsString::from).into_iter().chain(flags).collect();
    let cli = Cli::try_parse_from(&arguments).map_err(|it| usage(&it))?;
    let Command::Scan(it) = cli.command else { unreachable!("the words above say `scan`") };
    let settings = it.settings(redacted(&arguments))?;
    let settings = ScanSettings { progress: Progress::Quiet, ..settings };
    Box::pin(scan::run(settings, outside)).await
}

/// To stdout. Nobody is left to tell when the reader has gone, as with `| head`.
fn print(bytes: &[u8]) {
    let _ = std::io::stdout().write_all(bytes);
}

/// The command line for the record, without what is secret.
fn redacted(arguments: &[OsString]) -> Vec<String> {
    let mut hide_next = false;
    let shown = arguments.iter().skip(1).map(|it| {
        let text = it.to_string_lossy().into_owned();
        let hidden = std::mem::replace(&mut hide_next, text == "--external-id");
        if hidden {
            "***".to_owned()
        } else if text.starts_with("--external-id=") {
            "--external-id=***".to_owned()
        } else {
            text
        }
    });
    shown.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_external_id_is_not_recorded() {
        let given = ["trailseal", "scan", "--external-id", "secret", "--external-id=secret", "-q"];
        let shown = redacted(&given.map(OsString::from));
        assert_eq!(shown, ["scan", "--external-id", "***", "--external-id=***", "-q"]);
    }
}
