//! What surrounds the program: environment variables, the AWS configuration, certificates and
//! proxies, checked before anything is done with them.
//!
//! The SDK passes over most of what it cannot use: it logs a warning and takes AWS's own endpoint,
//! no proxy, or the next credentials. An audit that silently asks another organization than the one
//! that was meant is worse than none, so each of these is an error here, in one line.

mod container;
mod profiles;
mod proxy;
mod sources;
mod trust;
mod variables;

use std::ffi::OsString;

pub(crate) use profiles::Profiles;
pub(crate) use proxy::{EndpointFlags, check_proxies};
pub(crate) use sources::Sources;
pub(crate) use trust::Trust;
pub(crate) use variables::check_variables;
pub use variables::{Form, VARIABLES, Variable};

/// Something around the program that it cannot work with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}; {advice}")]
pub struct Misconfigured {
    /// What is wrong, and where: it names the variable, flag or file.
    pub problem: String,
    /// What to do.
    pub advice: String,
}

impl Misconfigured {
    /// A problem and its remedy.
    pub(crate) fn new(problem: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { problem: problem.into(), advice: advice.into() }
    }
}

/// The value of a variable as the operating system has it. An empty one counts as unset.
pub(crate) fn raw(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The value of a variable as text. What is not text was refused before.
pub(crate) fn variable(name: &str) -> Option<String> {
    raw(name)?.into_string().ok()
}

/// The first of these variables that is set, with its value.
pub(crate) fn first_of(names: &[&'static str]) -> Option<(&'static str, String)> {
    names.iter().find_map(|name| Some((*name, variable(name)?)))
}

/// A value for a message: short, in one line, and without characters that steer a terminal.
pub(crate) fn shown(text: &str) -> String {
    const LONGEST: usize = 80;
    let clean = |letter: char| if letter.is_control() { '\u{fffd}' } else { letter };
    let mut short: String = text.chars().take(LONGEST).map(clean).collect();
    if text.chars().count() > LONGEST {
        short.push('…');
    }
    short
}

/// A URL for a message; nothing of one that may hold a password or a token.
pub(crate) fn shown_url(text: &str) -> String {
    if text.contains(['@', '?']) { "(not shown)".to_owned() } else { format!("`{}`", shown(text)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_short_and_in_one_line() {
        assert_eq!(shown("one\ntwo\u{1b}[31m"), "one\u{fffd}two\u{fffd}[31m");
        assert_eq!(shown(&"x".repeat(100)).chars().count(), 81);
        assert_eq!(shown("größe"), "größe");
    }
}
