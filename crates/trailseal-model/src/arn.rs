//! Amazon Resource Names, kept as AWS printed them.

use std::fmt;
use std::sync::Arc;

use crate::account::AccountId;
use crate::region::{Partition, Region};
use crate::serde_text::{schema_of_text, serde_as_text};

/// An ARN: `arn:partition:service:region:account:resource`. Compared and shown as AWS printed it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arn(Arc<str>);

impl Arn {
    /// The ARN in this text; `None` unless it has the six parts and a partition that is known.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let known = parts.next() == Some("arn")
            && parts.next().and_then(|word| word.parse::<Partition>().ok()).is_some()
            && parts.next().is_some_and(|it| !it.is_empty());
        (known && parts.count() == 3).then(|| Self(text.into()))
    }

    /// Sorts before every other ARN: the lower end of a range.
    #[must_use]
    pub fn lowest() -> Self {
        Self("".into())
    }

    fn part(&self, index: usize) -> &str {
        self.0.splitn(6, ':').nth(index).unwrap_or_default()
    }

    /// The partition.
    #[must_use]
    pub fn partition(&self) -> Partition {
        self.part(1).parse().expect("checked when the ARN was made")
    }

    /// The service, such as `kms`.
    #[must_use]
    pub fn service(&self) -> &str {
        self.part(2)
    }

    /// The Region, where the ARN names one.
    #[must_use]
    pub fn region(&self) -> Option<Region> {
        Region::new(self.part(3))
    }

    /// The account, where the ARN names one.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        self.part(4).parse().ok()
    }

    /// What follows the account, such as `trail/main` or `key/1234abcd-…`.
    #[must_use]
    pub fn resource(&self) -> &str {
        self.part(5)
    }

    /// The whole text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl fmt::Debug for Arn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

serde_as_text!(Arn, Arn::new);
schema_of_text!(Arn, "^arn:");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_found() {
        let arn = Arn::new("arn:aws-us-gov:kms:us-gov-west-1:012345678901:key/a:b").unwrap();
        assert_eq!(arn.partition(), Partition::AwsUsGov);
        assert_eq!(arn.service(), "kms");
        assert_eq!(arn.region(), Region::new("us-gov-west-1"));
        assert_eq!(arn.account().unwrap().to_string(), "012345678901");
        assert_eq!(arn.resource(), "key/a:b");
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "alias/x", "arn:aws:kms", "arn:nowhere:kms:r:a:x", "arn:aws::r:a:x"] {
            assert_eq!(Arn::new(text), None, "{text}");
        }
    }
}
