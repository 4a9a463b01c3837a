//! The one place that prints. Stdout is a result: what cannot be written there is an error. Stderr is
//! advice: progress and notes change neither reports nor exit code when they cannot be written. With
//! `--log-format json` every line of stderr is one JSON object.

use std::fmt::Display;
use std::io::{self, Write as _};
use std::panic::PanicHookInfo;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Map, Value, json};

use crate::environment::time_of_day;
use crate::error::UserError;

/// Whether stderr takes JSON objects. A process has one stderr.
static IS_JSON: AtomicBool = AtomicBool::new(false);

/// How much a message matters, in the words of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// How far it is.
    Info,
    /// Something to look into.
    Warn,
    /// What ended the program.
    Error,
}

impl Level {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
        }
    }
}

/// From now on stderr takes JSON objects, also of panics, or text.
pub(crate) fn take_json(is_json: bool) {
    if IS_JSON.swap(is_json, Ordering::Relaxed) != is_json {
        if is_json {
            std::panic::set_hook(Box::new(panicked));
        } else {
            // Back to the standard library's own.
            drop(std::panic::take_hook());
        }
    }
}

/// Whether stderr takes JSON objects.
pub(crate) fn is_json() -> bool {
    IS_JSON.load(Ordering::Relaxed)
}

/// Writes a result to stdout. A reader that has gone, as with `| head`, has what it wanted.
pub(crate) fn result(bytes: &[u8]) -> Result<(), UserError> {
    let mut stdout = io::stdout().lock();
    written(stdout.write_all(bytes).and_then(|()| stdout.flush()))
}

/// What a write to stdout means for the exit code.
pub(crate) fn written(written: io::Result<()>) -> Result<(), UserError> {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(UserError::own(
            format!("the output cannot be written: {error}"),
            "check where stdout goes, and its free space",
        )),
        _ => Ok(()),
    }
}

/// Writes text of several lines to stderr as it is; as JSON it is one message.
pub(crate) fn note(text: &str) {
    if !is_json() {
        write(text);
    } else if !text.trim().is_empty() {
        object(Level::Info, "note", text.trim(), json!({}));
    }
}

/// Writes one line to stderr, with the program's name.
pub(crate) fn line(text: impl Display) {
    say(Level::Info, "note", &text.to_string(), || json!({}));
}

/// Writes one line that begins with "warning".
pub(crate) fn warning(text: impl Display) {
    say(Level::Warn, "warning", &text.to_string(), || json!({}));
}

/// Writes the error that ends the program.
pub(crate) fn error(error: &UserError) {
    let UserError { problem, advice, exit_code } = error;
    let fields = || json!({ "problem": problem, "advice": advice, "exit_code": exit_code });
    say(Level::Error, "error", &error.to_string(), fields);
}

/// Writes one line to stderr; as JSON an object of this kind with further fields.
pub(crate) fn say(level: Level, kind: &str, text: &str, fields: impl FnOnce() -> Value) {
    if is_json() {
        object(level, kind, text, fields());
    } else {
        write(&text_line(level, text));
    }
}

/// A line of text, as a person reads it.
pub(crate) fn text_line(level: Level, text: &str) -> String {
    let mark = if level == Level::Warn { "warning: " } else { "" };
    format!("trailseal: {mark}{text}\n")
}

/// Writes one JSON object with nothing added.
pub(crate) fn json_line(object: &impl Display) {
    write(&format!("{object}\n"));
}

fn object(level: Level, kind: &str, message: &str, fields: Value) {
    let at = format!("{:.3}", time_of_day().now());
    let mut members = Map::new();
    for (name, value) in [
        ("timestamp", at.as_str()),
        ("level", level.as_str()),
        ("type", kind),
        ("message", message),
    ] {
        members.insert(name.to_owned(), value.into());
    }
    if let Value::Object(fields) = fields {
        members.extend(fields);
    }
    json_line(&Value::Object(members));
}

fn write(text: &str) {
    // Nothing is left to say where this cannot be said.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Panics have lines of their own, which would be no objects.
fn panicked(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string);
    let text = panic.payload_as_str().unwrap_or("no message");
    object(Level::Error, "panic", text, json!({ "location": place }));
}
