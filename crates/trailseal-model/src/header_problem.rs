//! Headers of HeadObject's answer that are missing or not understood.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::log_object::ObjectHead;
use crate::serde_text;

/// The name of a header, one of [`ObjectHead::HEADERS`].
pub type HeaderName = &'static str;

/// A header of HeadObject's answer that keeps an object's encryption from being known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum HeaderProblem {
    /// S3 sends it with this kind of encryption, and it is missing.
    Missing(#[serde(deserialize_with = "header")] HeaderName),
    /// Its value, verbatim, is none that this version understands.
    NotUnderstood(#[serde(deserialize_with = "header")] HeaderName, String),
    /// It names an alias, verbatim, which may lead to any key.
    IsAlias(#[serde(deserialize_with = "header")] HeaderName, String),
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

/// The name of a header that is read.
fn header<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'static str, D::Error> {
    serde_text::read(deserializer, |name| {
        ObjectHead::HEADERS.iter().find(|known| **known == name).copied()
    })
}
