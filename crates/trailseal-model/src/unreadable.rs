//! Why the encryption of an object that was selected is not known.

use crate::sample::{Sample, SampleResult};
use crate::word_enum::word_enum;

word_enum! {
    /// Why the encryption of a selected object is not known.
    pub enum UnreadableCause {
        /// HeadObject did not answer, or its answer could not be read; the gap says why.
        Refused = "refused",
        /// S3 named an algorithm of KMS's, and no key.
        NoKeyHeader = "no_key_header",
        /// S3 named an alias, which can point to another key by now.
        AliasInHeader = "alias_in_header",
        /// S3 named an algorithm that is none of those it documents.
        UnknownAlgorithm = "unknown_algorithm",
        /// The trail names its key by an alias that was not resolved: nothing compares with it.
        KeyUnresolved = "key_unresolved",
    }
}

impl Sample {
    /// Why its encryption is not known; `None` where it is, or the object is gone.
    #[must_use]
    pub fn unreadable_cause(&self) -> Option<UnreadableCause> {
        if self.result != SampleResult::Unreadable {
            return None;
        }
        let key = self.kms_key_id.as_deref();
        Some(match (self.algorithm.as_deref(), key) {
            (None, _) => UnreadableCause::Refused,
            (Some("aws:kms" | "aws:kms:dsse"), None) => UnreadableCause::NoKeyHeader,
            (Some("aws:kms" | "aws:kms:dsse"), Some(key)) if key.contains("alias/") => {
                UnreadableCause::AliasInHeader
            }
            (Some("aws:kms" | "aws:kms:dsse"), Some(_)) => UnreadableCause::KeyUnresolved,
            (Some(_), _) => UnreadableCause::UnknownAlgorithm,
        })
    }
}

/// Objects whose encryption is not known for the same cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Why.
    pub cause: UnreadableCause,
    /// How many objects.
    pub count: u32,
    /// The newest of them.
    pub newest: Box<Sample>,
}
