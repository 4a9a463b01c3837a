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

/// One line, whatever came from outside.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
