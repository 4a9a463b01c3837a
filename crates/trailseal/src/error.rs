//! What went wrong, in one line for the person who ran it.

use trailseal_model::exit_code;

/// An error with its exit code and what to do about it. Shown as one line on stderr.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}; {advice}")]
pub struct UserError {
    /// What happened, where.
    pub problem: String,
    /// What to do.
    pub advice: String,
    /// The exit code.
    pub exit_code: u8,
}

impl UserError {
    /// Wrong usage, configuration or surroundings.
    pub fn usage(problem: impl Into<String>, advice: impl Into<String>) -> Self {
        let (problem, advice) = (one_line(&problem.into()), one_line(&advice.into()));
        Self { problem, advice, exit_code: exit_code::USAGE }
    }
}

/// One line that a person can read, whatever came from outside: nothing that steers a terminal, and
/// no more than AWS's longest messages.
fn one_line(text: &str) -> String {
    const LONGEST: usize = 2000;
    let text: String = text.chars().take(LONGEST).collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.replace(char::is_control, "\u{fffd}")
}
