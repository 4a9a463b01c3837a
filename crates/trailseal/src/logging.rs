//! Logs on stderr. Only this program's own events are logged: the SDK's could hold what was sent.

use std::ffi::OsString;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::error::UserError;
use crate::terminal;

/// The variable that sets the level: `off`, `error`, `warn`, `info`, `debug` or `trace`.
pub(crate) const VARIABLE: &str = "TRAILSEAL_LOG";

/// The variable that sets the form of log lines.
pub(crate) const FORMAT_VARIABLE: &str = "TRAILSEAL_LOG_FORMAT";

/// How stderr looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for machines; a scan ends with its summary.
    Json,
}

/// The format that a command line asks for, before it is known whether it can be read: its errors are
/// written in it too.
pub(crate) fn wanted(arguments: &[OsString]) -> LogFormat {
    let mut format = std::env::var(FORMAT_VARIABLE).unwrap_or_default();
    let mut words = arguments.iter().map(|word| word.to_string_lossy());
    while let Some(word) = words.next() {
        match word.strip_prefix("--log-format") {
            Some("") => format = words.next().unwrap_or_default().into_owned(),
            Some(value) if value.starts_with('=') => value[1..].clone_into(&mut format),
            _ => {}
        }
    }
    if format == "json" { LogFormat::Json } else { LogFormat::Text }
}

/// Begins logging at the level that [`VARIABLE`] names; without it, warnings.
pub(crate) fn begin(format: LogFormat) -> Result<(), UserError> {
    terminal::take_json(format == LogFormat::Json);
    let level = match std::env::var_os(VARIABLE).map(|it| it.to_string_lossy().into_owned()) {
        Some(level) if !level.is_empty() => level.parse::<LevelFilter>().map_err(|_| {
            UserError::usage(
                format!("{VARIABLE} is `{level}`"),
                "use off, error, warn, info, debug or trace",
            )
        })?,
        _ => LevelFilter::WARN,
    };
    // Whatever the level: nothing of the SDK or of the HTTP stack below it.
    let own = Targets::new().with_target("trailseal", level).with_default(LevelFilter::OFF);
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        // It would complain on stderr that stderr cannot be written, and panic.
        .log_internal_errors(false);
    let registry = tracing_subscriber::registry().with(own);
    // A second call in one process keeps the first one's logs.
    let _ = match format {
        LogFormat::Text => registry.with(lines).try_init(),
        LogFormat::Json => registry.with(lines.json().flatten_event(true)).try_init(),
    };
    Ok(())
}
