//! `--config`: the settings in a TOML file.

use std::path::Path;

use toml::de::DeTable;
use trailseal_model::hash;

use super::{Given, KEYS};
use crate::error::UserError;
use crate::suggest::did_you_mean;

/// What a file of settings holds.
#[derive(Debug, Default)]
pub(crate) struct ConfigFile {
    pub(crate) given: Given,
    /// The SHA-256 of its bytes; `None` where no file is used.
    pub(crate) sha256: Option<String>,
}

/// Reads the file.
pub(crate) fn read(path: &Path) -> Result<ConfigFile, UserError> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|it| {
        UserError::usage(
            format!("the configuration `{shown}` cannot be read: {it}"),
            "check the path given with --config",
        )
    })?;
    let given = parse(&text).map_err(|Problem { at, what }| {
        let (line, column) = position(&text, at);
        UserError::usage(
            format!("the configuration `{shown}`, line {line}, column {column}: {what}"),
            "correct the file; `trailseal settings` lists the keys",
        )
    })?;
    Ok(ConfigFile { given, sha256: Some(hash::sha256(text.as_bytes())) })
}

/// What is wrong with a file, and at which byte.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) at: usize,
    pub(super) what: String,
}

impl Problem {
    pub(super) fn new(at: usize, what: impl Into<String>) -> Self {
        Self { at, what: what.into() }
    }

    /// Of TOML, or of a value in it.
    pub(super) fn of(error: &toml::de::Error) -> Self {
        Self::new(error.span().map_or(0, |it| it.start), error.message())
    }
}

/// Line and column of a byte, from 1.
pub(super) fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |it| it + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

pub(super) fn parse(text: &str) -> Result<Given, Problem> {
    let text = text.trim_start_matches('\u{feff}');
    let table = DeTable::parse(text).map_err(|it| Problem::of(&it))?;
    let unknown = table.get_ref().iter().find(|it| !KEYS.contains(&&**it.0.get_ref()));
    if let Some((key, _)) = unknown {
        let near = did_you_mean(key.get_ref(), KEYS.iter().copied());
        let what = format!("unknown key `{}`{near}", key.get_ref());
        return Err(Problem::new(key.span().start, what));
    }
    toml::from_str(text).map_err(|it| {
        let Problem { at, what } = Problem::of(&it);
        let entries = table.get_ref().iter();
        let around =
            entries.filter(|it| it.0.span().start <= at).max_by_key(|it| it.0.span().start);
        let key = around.map(|it| format!("`{}`: ", it.0.get_ref())).unwrap_or_default();
        Problem::new(at, format!("{key}{what}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_whatever_their_form() {
        let given = parse(
            "\u{feff}role_name = 'Audit'\nsample_size = 10\ntolerable_rate = 0.1\nseed = 7\n\
             accounts = ['000000000001']\n[session_tags]\nteam = 'security'\n\
             [bucket_owners]\nlogs = '000000000002'\n",
        )
        .unwrap();
        let settings = given.in_force();
        assert_eq!(settings.role_name.0, "Audit");
        assert_eq!((settings.sample_size.0, settings.seed), (10, Some(7)));
        assert_eq!(settings.accounts.len(), 1);
        assert_eq!(settings.recorded()["session_tags"], "team=security");
        assert_eq!(settings.recorded()["bucket_owners"], "logs=000000000002");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line_and_column() {
        let check = |text: &str, expected: (usize, usize), part: &str| {
            let Problem { at, what } = parse(text).unwrap_err();
            assert_eq!(position(text, at), expected, "{text}: {what}");
            assert!(what.contains(part), "{what}");
        };
        check("a = \n", (1, 5), "");
        check("role_nam = 'x'\n", (1, 1), "unknown key `role_nam`; did you mean `role_name`?");
        check("seed = 1\nregions = ['us-east-1', 'mars']\n", (2, 25), "`regions`: `mars`");
        check("seed = 1\nseed = 2\n", (2, 1), "");
        check("sample_size = 0\n", (1, 15), "`sample_size`: `0` is not from 1 to 10000");
        check("accounts = 'x'\n", (1, 12), "a list");
        check("[session_tags]\n'aws:a' = 'b'\n", (2, 11), "`aws:a` is not a key");
        check("[accounts]\na = 'b'\n", (2, 5), "not a table");
    }
}
