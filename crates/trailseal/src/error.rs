//! What went wrong, in one line for the person who ran it.

use std::io;

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
    /// What the user typed or configured is wrong.
    pub fn usage(problem: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(problem, advice, exit_code::USAGE)
    }

    /// The run's own disk, output or network failed.
    pub fn own(problem: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(problem, advice, exit_code::OWN_MACHINE)
    }

    /// The run was asked to stop.
    pub(crate) fn interrupted(problem: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(problem, advice, exit_code::INTERRUPTED)
    }

    /// A panic, whose message is on stderr already.
    pub(crate) fn internal() -> Self {
        Self::new("internal error", "please report it with the message above", exit_code::INTERNAL)
    }

    /// A path that cannot be used: the user's mistake, unless the disk behind it fails.
    pub(crate) fn of_path(
        error: &io::Error,
        problem: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        if is_of_disk(error) { Self::own(problem, advice) } else { Self::usage(problem, advice) }
    }

    fn new(problem: impl Into<String>, advice: impl Into<String>, exit_code: u8) -> Self {
        let (problem, advice) = (one_line(&problem.into()), one_line(&advice.into()));
        Self { problem, advice, exit_code }
    }
}

/// Whether another path would not have helped.
fn is_of_disk(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    !matches!(
        error.kind(),
        Kind::NotFound
            | Kind::PermissionDenied
            | Kind::AlreadyExists
            | Kind::NotADirectory
            | Kind::IsADirectory
            | Kind::DirectoryNotEmpty
            | Kind::ReadOnlyFilesystem
            | Kind::InvalidInput
            | Kind::InvalidFilename
            | Kind::CrossesDevices
            | Kind::Unsupported
    )
}

/// One line that a person can read, whatever came from outside: nothing that steers a terminal, and
/// no more than AWS's longest messages.
fn one_line(text: &str) -> String {
    const LONGEST: usize = 2000;
    let text: String = text.chars().take(LONGEST).collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.replace(char::is_control, "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_no_mistake_of_the_user() {
        for (kind, expected) in [
            (io::ErrorKind::StorageFull, exit_code::OWN_MACHINE),
            (io::ErrorKind::QuotaExceeded, exit_code::OWN_MACHINE),
            (io::ErrorKind::Other, exit_code::OWN_MACHINE),
            (io::ErrorKind::NotFound, exit_code::USAGE),
            (io::ErrorKind::PermissionDenied, exit_code::USAGE),
        ] {
            let error = UserError::of_path(&io::Error::from(kind), "a", "b");
            assert_eq!(error.exit_code, expected, "{kind}");
        }
    }
}
