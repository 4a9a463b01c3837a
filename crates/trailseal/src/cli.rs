//! The command line: its commands, its errors, and the exit code of the process.

pub(crate) mod help;

use std::ffi::{OsStr, OsString};

use clap::builder::Resettable;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use trailseal_model::exit_code;

use crate::commands::completions::CompletionsArgs;
use crate::commands::demo::DemoArgs;
use crate::commands::explain::ExplainArgs;
use crate::commands::iam::IamArgs;
use crate::commands::plan::PlanArgs;
use crate::commands::replay::ReplayArgs;
use crate::commands::report::ReportArgs;
use crate::commands::scan::ScanArgs;
use crate::commands::sim::SimArgs;
use crate::commands::{self, Outcome};
use crate::environment::Environment;
use crate::error::UserError;
use crate::logging::{self, LogFormat};
use crate::plan::{self, Planned};
use crate::run::heartbeat::Heartbeat;
use crate::run::progress::Progress;
use crate::run::{self, Scan, Scanned};
use crate::suggest::did_you_mean;
use crate::version::VERSION;
use crate::{empty_variables, settings, terminal};

/// Prove across an AWS Organization that every CloudTrail log is encrypted with a KMS key that you
/// control, from the delivered log objects, and list everything that could not be read.
#[derive(Debug, Parser)]
#[command(
    name = "trailseal",
    version = VERSION,
    max_term_width = 100,
    arg_required_else_help = true,
    after_long_help = help::PROGRAM
)]
struct Cli {
    #[command(subcommand)]
    command: Chosen,
    /// Format of stderr: text, or one JSON object a line; TRAILSEAL_LOG sets the level of the log
    #[arg(
        long,
        global = true,
        env = logging::FORMAT_VARIABLE,
        hide_env_values = true,
        default_value = "text",
        display_order = 900
    )]
    log_format: LogFormat,
}

#[derive(Debug, Subcommand)]
enum Chosen {
    /// Audit every account of the organization
    ///
    /// Lists the accounts and their Regions, finds every trail and event data store, reads keys, key
    /// policies, buckets and delivered log objects, judges them, and writes one folder of reports.
    /// Every call only reads.
    Scan(Box<ScanArgs>),
    /// Estimate what a scan will read and cost, and list what it lacks, before it runs
    ///
    /// Takes the flags, variables and file of `scan`. Makes at most 6 calls for each account, and prints
    /// the population, each missing permission with the statement to paste, and the calls, minutes and
    /// price of requests to S3. Every call only reads, and no file is written.
    Plan(Box<PlanArgs>),
    /// Scan a simulated organization, without AWS
    Demo(DemoArgs),
    /// Serve a simulated AWS organization on a local port
    Sim(SimArgs),
    /// Rebuild every report offline from a scan's record
    ///
    /// The folder then holds the same bytes as the scan's own.
    Report(ReportArgs),
    /// Judge the answers in a scan's journal again, without AWS
    ///
    /// With the scan's own settings, the reports are the scan's. Settings that change how answers are
    /// judged may differ; each report then names them and is called re-judged.
    Replay(Box<ReplayArgs>),
    /// Explain a control: what it checks, why it matters, how to fix a failure
    Explain(ExplainArgs),
    /// Print the IAM policies and the trust that a scan needs
    ///
    /// Takes the flags, variables and file of `scan`: the policies allow what a scan with these settings
    /// needs. AWS is not called.
    Iam(Box<IamArgs>),
    /// Print a script that completes commands and flags in a shell
    Completions(CompletionsArgs),
    /// Print every setting of `scan`: its flag, variable, key in the file and default
    Settings,
}

/// The whole command line, with the variables of its settings.
fn command() -> Command {
    let command = Cli::command()
        .mut_subcommand("scan", settings::with_variables)
        .mut_subcommand("plan", settings::with_variables)
        .mut_subcommand("iam", settings::with_variables)
        .mut_subcommand("replay", settings::for_judging);
    match std::env::var_os(logging::FORMAT_VARIABLE) {
        Some(format) if format.is_empty() => {
            command.mut_arg("log_format", |it| it.env(Resettable::Reset))
        }
        _ => command,
    }
}

fn parsed(arguments: &[OsString]) -> Result<Cli, clap::Error> {
    let matches = command().try_get_matches_from(arguments)?;
    Cli::from_arg_matches(&matches)
}

/// Runs the command line of this process; returns the exit code.
#[must_use]
pub fn main() -> u8 {
    empty_variables::leave_out_empty_variables();
    run(std::env::args_os())
}

/// Runs a command line; returns the exit code. Errors go to stderr, one line each.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    terminal::take_json(logging::wanted(&arguments) == LogFormat::Json);
    let cli = match parsed(&arguments) {
        Ok(cli) => cli,
        Err(error) => return unparsed(&error, &arguments),
    };
    let given = redacted(&arguments);
    let heartbeat = Heartbeat::default();
    let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        execute(cli, given, &heartbeat).and_then(|outcome| shown(&outcome, &heartbeat))
    }));
    let ended = ended.unwrap_or_else(|_| Err(UserError::internal()));
    let code = ended.as_ref().map_or_else(failed, |code| *code);
    if terminal::is_json()
        && let Some(line) = heartbeat.summary_line(code, ended.as_ref().err())
    {
        terminal::json_line(&line);
    }
    code
}

/// Help is a result; without a command it is advice; everything else is an error of one line.
fn unparsed(error: &clap::Error, arguments: &[OsString]) -> u8 {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            terminal::written(error.print()).map_or_else(|it| failed(&it), |()| exit_code::CLEAN)
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            if terminal::is_json() {
                return failed(&UserError::usage("no command is given", "see `trailseal --help`"));
            }
            terminal::note(&error.render().to_string());
            exit_code::USAGE
        }
        _ => failed(&usage(error, arguments)),
    }
}

fn failed(error: &UserError) -> u8 {
    terminal::error(error);
    error.exit_code
}

/// Prints the outcome of a command. As JSON the summary object takes the place of a scan's notes.
fn shown(outcome: &Outcome, heartbeat: &Heartbeat) -> Result<u8, UserError> {
    if !outcome.result.is_empty() {
        terminal::result(&outcome.result)?;
    }
    if !terminal::is_json() || !heartbeat.has_begun() {
        terminal::note(&outcome.notes);
    }
    Ok(outcome.exit_code)
}

/// What is wrong with a command line, in one line: the problem, the word that was probably meant, and
/// whose help to read.
fn usage(error: &clap::Error, arguments: &[OsString]) -> UserError {
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
    let more: Vec<&str> = text.lines().skip(1).take_while(|it| it.starts_with("  ")).collect();
    let mut problem = format!("{first} {}", more.join(" ")).trim().to_owned();
    if error.kind() == ErrorKind::InvalidUtf8 {
        problem = not_utf8(arguments);
    }
    // clap quotes the value as it is: it may be secret, long or of several lines.
    if error.kind() == ErrorKind::ValueValidation
        && let Some(ContextValue::String(flag)) = error.get(ContextKind::InvalidArg)
        && let Some(why) = std::error::Error::source(error)
    {
        problem = format!("'{flag}': {}", with_value(error, flag, &why.to_string()));
    }
    if let Some((flag, variable)) = from_variable(error, arguments) {
        problem = problem.replace(&format!("'{flag}'"), &format!("the variable {variable}"));
    }
    let suggested =
        [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    let suggested = suggested.into_iter().find_map(|it| match error.get(it)? {
        ContextValue::String(one) => Some(one.clone()),
        ContextValue::Strings(some) => some.first().cloned(),
        _ => None,
    });
    if let Some(suggested) = suggested {
        problem = format!("{problem}; did you mean `{suggested}`?");
    }
    let of_command = subcommand(arguments).map(|it| format!(" {it}")).unwrap_or_default();
    UserError::usage(problem, format!("see `trailseal{of_command} --help`"))
}

/// Why a value is refused, with the value, unless it is there already or the flag's is secret.
fn with_value(error: &clap::Error, flag: &str, why: &str) -> String {
    match error.get(ContextKind::InvalidValue) {
        Some(ContextValue::String(value)) if !why.contains('`') && !settings::is_secret(flag) => {
            format!("{} is refused: {why}", settings::quoted(value))
        }
        _ => why.to_owned(),
    }
}

/// What is not UTF-8: a word of the command line, else a variable.
fn not_utf8(arguments: &[OsString]) -> String {
    if let Some(word) = arguments.iter().find(|it| it.to_str().is_none()) {
        return format!("the argument `{}` is not UTF-8", word.to_string_lossy());
    }
    let is_ours = |name: &OsString| name.to_str().is_some_and(|it| it.starts_with("TRAILSEAL_"));
    let wrong = std::env::vars_os().find(|it| is_ours(&it.0) && it.1.to_str().is_none());
    let name = wrong.map(|it| it.0.to_string_lossy().into_owned()).unwrap_or_default();
    format!("the variable {name} is not UTF-8")
}

/// The flag that an error names, as it names it, and the variable that its value came from.
fn from_variable(error: &clap::Error, arguments: &[OsString]) -> Option<(String, String)> {
    let Some(ContextValue::String(shown)) = error.get(ContextKind::InvalidArg) else { return None };
    let flag = shown.split_whitespace().next()?.strip_prefix("--")?;
    let is_typed = arguments.iter().any(|it| {
        let text = it.to_string_lossy();
        text.strip_prefix("--").is_some_and(|it| it.split('=').next() == Some(flag))
    });
    let variable = settings::variable(flag);
    let is_set = std::env::var_os(&variable).is_some();
    (!is_typed && is_set).then(|| (shown.clone(), variable))
}

/// The command among the words of a command line.
fn subcommand(arguments: &[OsString]) -> Option<String> {
    let known = command();
    let mut words = arguments.iter().skip(1).filter_map(|it| it.to_str());
    words.find(|word| known.find_subcommand(word).is_some()).map(str::to_owned)
}

fn execute(cli: Cli, arguments: Vec<String>, heartbeat: &Heartbeat) -> Result<Outcome, UserError> {
    logging::begin(cli.log_format)?;
    match cli.command {
        Chosen::Scan(args) => {
            warn_of_unknown_variables();
            commands::scan::run(*args, arguments, heartbeat.clone())
        }
        Chosen::Plan(args) => {
            warn_of_unknown_variables();
            commands::plan::run(*args, arguments)
        }
        Chosen::Demo(args) => commands::demo::run(args, arguments, heartbeat.clone()),
        Chosen::Sim(args) => commands::sim::run(&args),
        Chosen::Replay(args) => commands::replay::run(*args, arguments),
        Chosen::Report(args) => commands::report::run(&args),
        Chosen::Explain(args) => commands::explain::run(&args),
        Chosen::Iam(args) => commands::iam::run(*args),
        Chosen::Completions(args) => Ok(commands::completions::run(&args, command())),
        Chosen::Settings => Ok(commands::settings::run(&command())),
    }
}

fn warn_of_unknown_variables() {
    for warning in unknown_variables(std::env::vars_os().map(|it| it.0)) {
        terminal::warning(warning);
    }
}

/// A warning for each variable that looks like a setting and is none: a typing error would be silence.
fn unknown_variables(names: impl Iterator<Item = OsString>) -> Vec<String> {
    let command = command();
    let scan = command.find_subcommand("scan").into_iter().flat_map(Command::get_arguments);
    let flags = scan.filter(|it| settings::has_variable(it)).filter_map(|it| it.get_long());
    let mut known: Vec<String> = flags.map(settings::variable).collect();
    known.extend([logging::VARIABLE, logging::FORMAT_VARIABLE].map(str::to_owned));
    let unknown = names
        .filter_map(|it| it.into_string().ok())
        .filter(|name| name.starts_with("TRAILSEAL_") && !known.contains(name));
    let mut warnings: Vec<String> = unknown
        .map(|name| {
            let near = did_you_mean(&name.to_lowercase(), known.iter().map(String::as_str));
            format!("the variable {name} is not a setting and has no effect{near}")
        })
        .collect();
    warnings.sort();
    warnings
}

/// Scans what is outside with the flags of `scan`, in the caller's runtime and without a word on
/// stderr.
///
/// # Errors
/// As the command would end: with the one line that it would print, and its exit code.
pub async fn scan_in(
    flags: impl IntoIterator<Item = OsString>,
    outside: Environment,
) -> Result<Scanned, UserError> {
    let arguments: Vec<OsString> =
        ["trailseal", "scan"].map(OsString::from).into_iter().chain(flags).collect();
    let cli = parsed(&arguments).map_err(|it| usage(&it, &arguments))?;
    let Chosen::Scan(args) = cli.command else { unreachable!("the words above say `scan`") };
    let scan = args.scan(redacted(&arguments))?;
    Box::pin(run::scan(Scan { progress: Progress::Quiet, ..scan }, outside)).await
}

/// Plans a scan of what is outside with the flags of `plan`, in the caller's runtime and without a word
/// on stderr.
///
/// # Errors
/// As the command would end: with the one line that it would print, and its exit code.
pub async fn plan_in(
    flags: impl IntoIterator<Item = OsString>,
    outside: Environment,
) -> Result<Planned, UserError> {
    let arguments: Vec<OsString> =
        ["trailseal", "plan"].map(OsString::from).into_iter().chain(flags).collect();
    let cli = parsed(&arguments).map_err(|it| usage(&it, &arguments))?;
    let Chosen::Plan(args) = cli.command else { unreachable!("the words above say `plan`") };
    let scan = args.scan(redacted(&arguments))?;
    Box::pin(plan::plan(Scan { progress: Progress::Quiet, ..scan }, outside)).await
}

/// The command line for the record, without what is secret.
fn redacted(arguments: &[OsString]) -> Vec<String> {
    let mut hide_next = false;
    let shown = arguments.iter().skip(1).map(|argument: &OsString| {
        let text = OsStr::to_string_lossy(argument).into_owned();
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
        command().debug_assert();
    }

    #[test]
    fn the_external_id_is_not_recorded() {
        let given = ["trailseal", "scan", "--external-id", "secret", "--external-id=secret", "-q"];
        let shown = redacted(&given.map(OsString::from));
        assert_eq!(shown, ["scan", "--external-id", "***", "--external-id=***", "-q"]);
    }

    #[test]
    fn variables_that_are_no_settings_are_named() {
        let names = ["TRAILSEAL_ROLE_NAM", "TRAILSEAL_ROLE_NAME", "TRAILSEAL_LOG", "HOME"];
        let warnings = unknown_variables(names.into_iter().map(OsString::from));
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(warnings[0].contains("did you mean `TRAILSEAL_ROLE_NAME`?"), "{warnings:?}");
    }
}
