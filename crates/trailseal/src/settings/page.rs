//! The page of all settings, docs/configuration.md, from the one declaration.

use std::fmt::Write as _;

use clap::{Arg, ArgAction, Command};

use super::{defaults, has_variable, variable};

/// A file of settings that holds.
const EXAMPLE: &str = include_str!("example.toml");

/// The page, for the command that takes the settings.
pub(crate) fn page(command: &Command) -> String {
    let mut page = String::from(
        "# Settings\n\n\
         `trailseal scan` takes its settings from flags, from variables of the environment and from the TOML\n\
         file of `--config`. Precedence: flag, variable, file, default. A list replaces a list, it is not\n\
         merged. An empty variable counts as unset; an unknown key in the file is an error, and an unknown\n\
         `TRAILSEAL_*` variable a warning.\n",
    );
    let mut headings: Vec<&str> = Vec::new();
    for heading in command.get_arguments().filter_map(Arg::get_help_heading) {
        if !headings.contains(&heading) {
            headings.push(heading);
        }
    }
    for heading in headings {
        let arguments = command.get_arguments().filter(|it| it.get_help_heading() == Some(heading));
        let _ = write!(
            page,
            "\n## {heading}\n\n| Flag | Variable | Key | Default | |\n| --- | --- | --- | --- | --- |\n"
        );
        for argument in arguments {
            page.push_str(&row(argument));
        }
    }
    let _ = write!(
        page,
        "\nFlags and keys that may have several values: repeat the flag, or separate the values by commas, as\n\
         in the variable; in the file give a list, or for `session_tags` and `bucket_owners` a table.\n\n\
         ## Without a key\n\n| Flag | Variable | |\n| --- | --- | --- |\n\
         | `--config` | `TRAILSEAL_CONFIG` | the file of settings |\n\
         | `--resume` | | continue the scan in this folder; settings that are not given are the scan's own |\n\
         | `--ask-again` | | class of gaps that `--resume` asks again |\n\
         | `--keep-journal` | | keep the journal of answers even if everything was read |\n\
         | `--no-journal` | | keep no journal of answers |\n\
         | `--fail-fast` | | stop if the first 20 accounts all refuse the role for the same reason |\n\
         | `--quiet` | | show no progress, only the summary |\n\
         | `--log-format` | `TRAILSEAL_LOG_FORMAT` | `text` or `json`; of every command |\n\
         | | `TRAILSEAL_LOG` | level of the log: `off`, `error`, `warn` (the default), `info`, `debug` or `trace` |\n\n\
         ## A file\n\n```toml\n{EXAMPLE}```\n"
    );
    page
}

fn row(argument: &Arg) -> String {
    let flag = argument.get_long().unwrap_or_default();
    let variable =
        if has_variable(argument) { format!("`{}`", variable(flag)) } else { String::new() };
    let key = argument.get_id().as_str();
    let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    let (what, told) = match help.rsplit_once(" [default: ") {
        Some((what, default)) => (what.to_owned(), default.trim_end_matches(']').to_owned()),
        None => (help, String::new()),
    };
    let default = match defaults().into_iter().find(|it| it.0 == key) {
        Some((_, value)) => format!("`{value}`"),
        None if told.contains('<') => format!("`{told}`"),
        None => told,
    };
    let is_list = matches!(argument.get_action(), ArgAction::Append);
    let several = if is_list { " (several)" } else { "" };
    format!("| `--{flag}`{several} | {variable} | `{key}` | {default} | {what} |\n")
}

#[cfg(test)]
mod tests {
    use clap::Args as _;

    use super::*;
    use crate::settings::file::parse;
    use crate::settings::{Given, KEYS};

    #[test]
    fn every_setting_has_its_row() {
        let page = page(&Given::augment_args(Command::new("scan")));
        for key in KEYS {
            assert!(page.contains(&format!("| `{key}` |")), "{key}");
        }
        assert!(
            page.contains("| `--fail-on` | `TRAILSEAL_FAIL_ON` | `fail_on` | `high` |"),
            "{page}"
        );
    }

    #[test]
    fn the_example_holds() {
        assert!(parse(EXAMPLE).is_ok());
    }
}
