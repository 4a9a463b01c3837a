//! Headers of HeadObject's answer that are missing or not understood.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::serde_text;

/// The name of a header, one of [`HeaderProblem::HEADERS`].
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

impl HeaderProblem {
    /// The headers of HeadObject's answer that are read, in lower case.
    pub const HEADERS: &'static [HeaderName] = &[
        "x-amz-version-id",
        "last-modified",
        "content-length",
        "content-type",
        "etag",
        "x-amz-server-side-encryption",
        "x-amz-server-side-encryption-aws-kms-key-id",
        "x-amz-server-side-encryption-customer-algorithm",
        "x-amz-server-side-encryption-bucket-key-enabled",
        "x-amz-request-id",
        "x-amz-id-2",
        "x-amzn-requestid",
        "x-amz-bucket-region",
        "date",
    ];
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
        HeaderProblem::HEADERS.iter().find(|known| **known == name).copied()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log_object::ObjectHead;

    #[test]
    fn the_headers_of_encryption_are_read() {
        for name in [ObjectHead::ALGORITHM, ObjectHead::KEY_ID] {
            assert!(HeaderProblem::HEADERS.contains(&name), "{name}");
        }
    }
}
