//! How a run ends without reports, and how it can be continued.

use std::path::Path;

use trailseal_model::exit_code;

use crate::error::UserError;
use crate::settings::Settings;
use crate::settings::value::Value as _;

/// The command that continues a scan. The external id is kept nowhere, so it has to be given again.
pub(super) fn resume_command(folder: &Path, settings: &Settings) -> String {
    let shown = folder.display().to_string();
    let is_plain = |it: char| it.is_alphanumeric() || "/._-+=:@%,".contains(it);
    let folder = if shown.chars().all(is_plain) {
        shown
    } else {
        format!("'{}'", shown.replace('\'', r"'\''"))
    };
    let external_id = if settings.external_id.is_some() { " --external-id ID" } else { "" };
    format!("trailseal scan --resume {folder}{external_id}")
}

/// The error of a run that was asked to stop.
pub(super) fn interrupted(signal: &str, command: Option<&str>) -> UserError {
    UserError::interrupted(format!("interrupted by {signal}"), how_to_go_on(command))
}

/// The error of a run whose deadline came before it was known what there is to read.
pub(super) fn too_late(settings: &Settings, command: Option<&str>) -> UserError {
    let deadline = settings.deadline.map(|deadline| deadline.shown()).unwrap_or_default();
    UserError::interrupted(
        format!("the deadline of {deadline} came before the accounts were listed"),
        format!("allow more time; {}", how_to_go_on(command)),
    )
}

fn how_to_go_on(command: Option<&str>) -> String {
    match command {
        Some(command) => format!("continue with `{command}`"),
        None => "no answer was kept; start the scan again".to_owned(),
    }
}

/// The same error of the run's own machine, with how to go on once that is mended.
pub(super) fn resumable(error: UserError, command: Option<&str>) -> UserError {
    match command.filter(|_| error.exit_code == exit_code::OWN_MACHINE) {
        Some(command) => UserError::own(
            error.problem,
            format!("{}, then continue with `{command}`", error.advice),
        ),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::value::Secret;

    #[test]
    fn the_command_can_be_pasted_and_shows_no_secret() {
        let mut settings = Settings::default();
        let command = resume_command(Path::new("trailseal-out/20261201T000000Z-1a2b"), &settings);
        assert_eq!(command, "trailseal scan --resume trailseal-out/20261201T000000Z-1a2b");
        settings.external_id = Some(Secret("canary".to_owned()));
        let command = resume_command(Path::new("my scans/it's"), &settings);
        assert_eq!(command, r"trailseal scan --resume 'my scans/it'\''s' --external-id ID");
    }
}
