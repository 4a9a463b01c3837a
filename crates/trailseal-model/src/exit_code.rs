//! Exit codes: public API.

/// None of the others: everything was read, everything passed.
pub const CLEAN: u8 = 0;
/// An unexcepted failure at or above `--fail-on`.
pub const FAILURES: u8 = 1;
/// What the user typed or configured is wrong; also when AWS refuses the caller's identity or the
/// first page of accounts.
pub const USAGE: u8 = 2;
/// Something was not read: a target, an essential control, or the population.
pub const INCOMPLETE: u8 = 3;
/// Both failures and something not read.
pub const FAILURES_AND_INCOMPLETE: u8 = 4;
/// A bug of this program.
pub const INTERNAL: u8 = 70;
/// The run's own disk, output or network failed.
pub const OWN_MACHINE: u8 = 74;
/// The scan was interrupted; it can be continued if it kept a journal.
pub const INTERRUPTED: u8 = 75;

/// Every exit code with its meaning, for the generated page.
pub const ALL: &[(u8, &str)] = &[
    (CLEAN, "everything was read and nothing failed, but for what exceptions accept"),
    (FAILURES, "an unexcepted finding at or above `--fail-on` failed"),
    (
        USAGE,
        "wrong usage or configuration; also when AWS refuses the caller's identity or the first page of accounts",
    ),
    (
        INCOMPLETE,
        "incomplete: a target was not read or an essential control is not proven, and no exception accepts that, or the population is not known to be complete",
    ),
    (FAILURES_AND_INCOMPLETE, "failures found, and the audit is incomplete"),
    (INTERNAL, "internal error: a bug of this program"),
    (
        OWN_MACHINE,
        "the run's own disk, output or network failed: reports that cannot be written, or no answer from AWS at all",
    ),
    (
        INTERRUPTED,
        "interrupted by a signal, or by a deadline that came before the accounts were listed; `trailseal scan --resume` continues the scan if it kept a journal",
    ),
];

/// What an exit code says; nothing for a code that this program does not have.
#[must_use]
pub fn meaning(code: u8) -> &'static str {
    ALL.iter().find(|known| known.0 == code).map_or("", |known| known.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_ordered() {
        assert!(ALL.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn a_code_has_its_meaning() {
        assert_eq!(meaning(INTERNAL), "internal error: a bug of this program");
        assert_eq!(meaning(9), "");
    }
}
