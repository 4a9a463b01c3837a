//! Why the encryption of an object that was selected is not known.

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

impl UnreadableCause {
    /// Why, by the algorithm and the key that S3 named for an object that could not be classified.
    pub(crate) fn of(algorithm: Option<&str>, key: Option<&str>) -> Self {
        match (algorithm, key) {
            (None, _) => Self::Refused,
            (Some("aws:kms" | "aws:kms:dsse"), None) => Self::NoKeyHeader,
            (Some("aws:kms" | "aws:kms:dsse"), Some(key)) if key.contains("alias/") => {
                Self::AliasInHeader
            }
            (Some("aws:kms" | "aws:kms:dsse"), Some(_)) => Self::KeyUnresolved,
            (Some(_), _) => Self::UnknownAlgorithm,
        }
    }
}
