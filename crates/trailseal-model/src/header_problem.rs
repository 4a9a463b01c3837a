//! Headers of HeadObject's answer that are missing or not understood.

use std::fmt;

/// A header of HeadObject's answer that keeps an object's encryption from being known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum HeaderProblem {
    /// S3 sends it with this kind of encryption, and it is missing.
    Missing(&'static str),
    /// Its value, verbatim, is none that this version understands.
    NotUnderstood(&'static str, String),
    /// It names an alias, verbatim, which may lead to any key.
    IsAlias(&'static str, String),
}

impl fmt::Display for HeaderProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(name) => write!(formatter, "the header {name} is missing"),
            Self::NotUnderstood(name, value) => {
                write!(formatter, "the header {name} has a value that is not known: '{value}'")
            }
            Self::IsAlias(name, value) => {
                write!(formatter, "the header {name} names an alias and not a key: '{value}'")
            }
        }
    }
}
