//! Which organization is simulated: a ready-made scenario, or one in a file.

use std::path::Path;

use jiff::Timestamp;
use trailseal_sim::scenario::{READY_MADE, Scenario};

use crate::error::UserError;

/// The scenario that is taken if none is named.
pub(crate) const DEFAULT: &str = "demo";

/// A scenario, and what it is called in reports.
#[derive(Debug)]
pub(crate) struct Simulation {
    pub(crate) name: String,
    pub(crate) scenario: Scenario,
}

/// Reads a scenario by its name or from its file, for this time; another seed makes another
/// organization of it.
pub(crate) fn read(
    given: &str,
    seed: Option<u64>,
    start: Timestamp,
) -> Result<Simulation, UserError> {
    let text = text(given)?;
    let wrong = |it: &dyn std::fmt::Display| {
        UserError::usage(format!("the scenario `{given}`: {it}"), "correct the file")
    };
    let mut scenario = Scenario::from_toml(&text, start).map_err(|it| wrong(&it))?;
    if let Some(seed) = seed {
        let text = with_seed(&text, seed).map_err(|it| wrong(&it))?;
        scenario = Scenario::from_toml(&text, start).map_err(|it| wrong(&it))?;
    }
    let name = Path::new(given).file_name().map_or(given.into(), |it| it.to_string_lossy());
    Ok(Simulation { name: name.into_owned(), scenario })
}

fn text(given: &str) -> Result<String, UserError> {
    if let Some(text) = ready_made(given) {
        return Ok(text.to_owned());
    }
    let path = Path::new(given);
    std::fs::read_to_string(path).map_err(|it| {
        let names = names().collect::<Vec<_>>().join(", ");
        UserError::usage(
            format!("the scenario `{given}` cannot be read: {it}"),
            format!("give a file, or one of {names}"),
        )
    })
}

fn ready_made(name: &str) -> Option<&'static str> {
    READY_MADE.iter().find(|it| it.0 == name).map(|it| it.1)
}

fn names() -> impl Iterator<Item = &'static str> {
    READY_MADE.iter().map(|it| it.0)
}

/// The text has been read as a scenario already, so it is TOML.
fn with_seed(text: &str, seed: u64) -> Result<String, toml::de::Error> {
    let mut table: toml::Table = toml::from_str(text)?;
    let seed = i64::try_from(seed).unwrap_or(i64::MAX);
    table.insert("seed".to_owned(), toml::Value::Integer(seed));
    Ok(table.to_string())
}
