//! Flags, environment and configuration; and the exit code.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use trailseal_fanout::RateShare;
use trailseal_model::{Severity, exit_code};

use crate::config::{Config, account};
use crate::error::UserError;
use crate::events::Progress;
use crate::logging::LogFormat;
use crate::scan::ScanSettings;
use crate::window::WindowChoice;
use crate::{explain, logging, report, scan};

/// Proves across an AWS Organization that every CloudTrail log is sealed with a KMS key that you
/// control, shows the delivered objects as evidence, and says where it could not look.
#[derive(Debug, Parser)]
#[command(name = "trailseal", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// How log lines look; TRAILSEAL_LOG sets their level.
    #[arg(long, global = true, env = "TRAILSEAL_LOG_FORMAT", default_value = "text")]
    log_format: LogFormat,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Audits the organization of the caller.
    Scan(Box<ScanArgs>),
    /// Makes every report again, offline, from a scan's record.
    Report(ReportArgs),
    /// Says what a control checks, why it matters and how to fix a failure.
    Explain {
        /// The control's id, such as key-usable.
        control: String,
    },
}

#[derive(Debug, Args)]
#[command(after_help = SCAN_HELP)]
struct ScanArgs {
    /// The folder for the reports; it must not exist, or be empty
    /// [default: trailseal-out/<run id>].
    #[arg(long, env = "TRAILSEAL_OUT")]
    out: Option<PathBuf>,
    /// The role that is assumed in every account but the caller's own [default: TrailsealAudit].
    #[arg(long, env = "TRAILSEAL_ROLE_NAME")]
    role_name: Option<String>,
    /// The external id that the role's trust policy asks for.
    #[arg(long, env = "TRAILSEAL_EXTERNAL_ID", hide_env_values = true)]
    external_id: Option<String>,
    /// An account that may own trails' buckets; can be given several times.
    #[arg(
        long = "log-archive-account",
        env = "TRAILSEAL_LOG_ARCHIVE_ACCOUNT",
        value_delimiter = ',',
        value_name = "ACCOUNT"
    )]
    log_archive_accounts: Vec<String>,
    /// The profile of the AWS configuration to use.
    #[arg(long, env = "TRAILSEAL_PROFILE")]
    profile: Option<String>,
    /// Which log objects count: days such as 7d, or START/END in UTC [default: 7d].
    #[arg(long, env = "TRAILSEAL_WINDOW")]
    window: Option<String>,
    /// The share of every published AWS quota that the scan may use, above 0 to 1 [default: 0.5].
    #[arg(long, env = "TRAILSEAL_RATE_SHARE")]
    rate_share: Option<f64>,
    /// How many targets are read at the same time [default: 256].
    #[arg(long, env = "TRAILSEAL_MAX_IN_FLIGHT")]
    max_in_flight: Option<usize>,
    /// The severity from which on a failure sets the exit code: note, low, medium or high
    /// [default: high].
    #[arg(long, env = "TRAILSEAL_FAIL_ON")]
    fail_on: Option<String>,
    /// A TOML file with the same settings; flags go before it.
    #[arg(long, env = "TRAILSEAL_CONFIG")]
    config: Option<PathBuf>,
    /// Shows no progress, only the summary.
    #[arg(long, short)]
    quiet: bool,
}

const SCAN_HELP: &str = "\
Examples:
  trailseal scan
  trailseal scan --role-name OrganizationAccountAccessRole --log-archive-account 012345678901
  trailseal scan --window 2026-11-01T00:00:00Z/2026-11-08T00:00:00Z --out evidence/november

Exit codes: 0 all read and nothing failed, 1 failures, 2 usage, 3 incomplete, 4 both 1 and 3.
AWS credentials, profiles and AWS_ENDPOINT_URL work as with the AWS CLI. TRAILSEAL_LOG sets the
log level (off, error, warn, info, debug, trace).";

#[derive(Debug, Args)]
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
    run(std::env::args_os())
}

/// Runs a command line; returns the exit code. Errors go to stderr, one line each.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let given = redacted(&arguments);
    let res = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| execute(cli, given)));
    match res {
        Ok(Ok(code)) => code,
        Ok(Err(error)) => {
            eprintln!("trailseal: {error}");
            error.exit_code
        }
        Err(_) => {
            eprintln!("trailseal: internal error; please report it with the message above");
            exit_code::INTERNAL
        }
    }
}

/// Help and version as they are; an error as its first line.
fn usage(error: &clap::Error) -> u8 {
    if error.exit_code() == 0 {
        let _ = error.print();
        return exit_code::CLEAN;
    }
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
    let more: Vec<&str> = text.lines().skip(1).take_while(|it| it.starts_with("  ")).collect();
    let problem =
        format!("{first} {}", more.join(" ")).split_whitespace().collect::<Vec<_>>().join(" ");
    eprintln!("trailseal: {problem}; see `trailseal --help`");
    exit_code::USAGE
}

fn execute(cli: Cli, arguments: Vec<String>) -> Result<u8, UserError> {
    logging::begin(cli.log_format)?;
    match cli.command {
        Command::Report(it) => report::run(&it.from, &it.out).map(|_| exit_code::CLEAN),
        Command::Explain { control } => {
            let text = explain::explanation(&control)?;
            // Nobody is left to tell when the reader has gone, as with `| head`.
            let _ = std::io::stdout().write_all(text.as_bytes());
            Ok(exit_code::CLEAN)
        }
        Command::Scan(it) => {
            let settings = settings(*it, arguments)?;
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
            let runtime = runtime.map_err(|it| {
                UserError::usage(format!("the program cannot start: {it}"), "free some resources")
            })?;
            runtime.block_on(scan::run(settings))
        }
    }
}

/// Flags before the file before the defaults.
fn settings(args: ScanArgs, arguments: Vec<String>) -> Result<ScanSettings, UserError> {
    let config = args.config.as_deref().map(Config::read).transpose()?.unwrap_or_default();
    let wrong = |what: &str, problem: String| {
        UserError::usage(format!("{what}: {problem}"), "see `trailseal scan --help`")
    };
    let window = args.window.or(config.window).map(|it| it.parse()).transpose();
    let rate_share = args.rate_share.or(config.rate_share).unwrap_or(0.5);
    let max_in_flight = args.max_in_flight.or(config.max_in_flight).unwrap_or(256);
    let fail_on = args.fail_on.or(config.fail_on).unwrap_or_else(|| "high".to_owned());
    let mut log_archive = args.log_archive_accounts;
    if log_archive.is_empty() {
        log_archive = config.log_archive_accounts;
    }
    let accounts = |texts: &[String], from: &str| {
        texts.iter().map(|it| account(it, from)).collect::<Result<Vec<_>, _>>()
    };
    let owners = config.bucket_owners.iter();
    let bucket_owners: Result<Vec<_>, UserError> =
        owners.map(|(bucket, id)| Ok((bucket.clone(), account(id, "bucket_owners")?))).collect();
    Ok(ScanSettings {
        out: args.out,
        role_name: args
            .role_name
            .or(config.role_name)
            .unwrap_or_else(|| "TrailsealAudit".to_owned()),
        external_id: args.external_id.or(config.external_id),
        profile: args.profile,
        log_archive_accounts: accounts(&log_archive, "--log-archive-account")?,
        trusted_key_accounts: accounts(&config.trusted_key_accounts, "trusted_key_accounts")?
            .into_iter()
            .collect(),
        bucket_owners: bucket_owners?,
        window: window.map_err(|it| wrong("--window", it))?.unwrap_or(WindowChoice::DEFAULT),
        rate_share: RateShare::new(rate_share).ok_or_else(|| {
            wrong("--rate-share", format!("`{rate_share}` is not above 0 and at most 1"))
        })?,
        max_in_flight: Some(max_in_flight).filter(|it| (1..=4096).contains(it)).ok_or_else(
            || wrong("--max-in-flight", format!("`{max_in_flight}` is not from 1 to 4096")),
        )?,
        fail_on: Severity::from_word(&fail_on).ok_or_else(|| {
            wrong("--fail-on", format!("`{fail_on}` is not note, low, medium or high"))
        })?,
        progress: if args.quiet { Progress::Quiet } else { Progress::Shown },
        arguments,
    })
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
        use clap::CommandFactory as _;
        Cli::command().debug_assert();
    }

    #[test]
    fn the_external_id_is_not_recorded() {
        let given = ["trailseal", "scan", "--external-id", "secret", "--external-id=secret", "-q"];
        let shown = redacted(&given.map(OsString::from));
        assert_eq!(shown, ["scan", "--external-id", "***", "--external-id=***", "-q"]);
    }
}
