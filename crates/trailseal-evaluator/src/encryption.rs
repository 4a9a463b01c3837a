//! Whether objects are encrypted with the key that their trail names. Collecting asks that while it
//! searches, and judging asks it in the end; both ask here, so their answers cannot differ. Pure.

use jiff::{SignedDuration, Timestamp};
use trailseal_model::{Arn, ObjectHead, Region};

/// The key that a trail's objects should be encrypted with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExpectedKey {
    /// Whether the trail names a key at all.
    pub is_named: bool,
    /// Its ARN; `None` without a key, and where an alias could not be resolved.
    pub arn: Option<Arn>,
    /// Whether AWS is known to manage it: nothing encrypted with such a key is sealed.
    pub is_of_aws: bool,
}

/// The headers of one object that tell its encryption, verbatim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct EncryptionHeaders<'a> {
    /// `x-amz-server-side-encryption`.
    pub(crate) algorithm: Option<&'a str>,
    /// `x-amz-server-side-encryption-aws-kms-key-id`.
    pub(crate) kms_key_id: Option<&'a str>,
    /// `x-amz-server-side-encryption-customer-algorithm`.
    pub(crate) customer_algorithm: Option<&'a str>,
}

impl<'a> EncryptionHeaders<'a> {
    /// Those of this object.
    pub(crate) fn of(head: &'a ObjectHead) -> Self {
        Self {
            algorithm: head.algorithm.as_deref(),
            kms_key_id: head.kms_key_id.as_deref(),
            customer_algorithm: head.customer_algorithm.as_deref(),
        }
    }
}

impl ExpectedKey {
    /// Whether an object with these headers is encrypted with the key; `None` where they do not tell.
    pub(crate) fn seals(&self, headers: EncryptionHeaders<'_>) -> Option<bool> {
        match headers.algorithm {
            _ if headers.customer_algorithm.is_some() => Some(false),
            None | Some("AES256") => Some(false),
            Some("aws:kms" | "aws:kms:dsse") => self.is_key(headers.kms_key_id?),
            // A kind of encryption this version does not know is no evidence either way.
            Some(_) => None,
        }
    }

    fn is_key(&self, kms_key_id: &str) -> Option<bool> {
        if !self.is_named {
            // Without a key of the trail's own, no key is the right one.
            return Some(false);
        }
        let expected = self.arn.as_ref()?;
        if is_same_key(expected, kms_key_id) {
            return Some(!self.is_of_aws);
        }
        match alias(kms_key_id) {
            Some(Alias::OfAws) | None => Some(false),
            // It may lead to any key by now.
            Some(Alias::OfCustomer) => None,
        }
    }
}

/// Whose an alias is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alias {
    OfAws,
    OfCustomer,
}

/// Whose alias a key id is, where it is the ARN of one.
pub(crate) fn alias(kms_key_id: &str) -> Option<Alias> {
    let arn = Arn::new(kms_key_id)?;
    let name = arn.resource().strip_prefix("alias/")?;
    Some(if name.starts_with("aws/") { Alias::OfAws } else { Alias::OfCustomer })
}

/// Equal as ARNs, or a bare id of the same key, or the same multi-Region key in the same account.
pub(crate) fn is_same_key(expected: &Arn, key_id: &str) -> bool {
    if expected.as_str() == key_id || expected.resource().strip_prefix("key/") == Some(key_id) {
        return true;
    }
    let Some(found) = Arn::new(key_id) else { return false };
    let is_multi_region = expected.resource().starts_with("key/mrk-");
    is_multi_region
        && found.resource() == expected.resource()
        && found.account() == expected.account()
        && found.partition() == expected.partition()
}

/// One examined object, as the search for a change of encryption or key sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dated {
    /// The time in the object's name.
    pub(crate) at: Timestamp,
    pub(crate) region: Region,
    /// Whether the object is encrypted with the trail's key, where that is known.
    pub(crate) is_sealed: Option<bool>,
}

/// A clean change of encryption or key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KeyChange {
    /// The time of the newest object before the change.
    pub(crate) newest_before: Timestamp,
    /// The time of the oldest object after it.
    pub(crate) oldest_after: Timestamp,
}

/// A change is clean when every object that is not sealed is older than every sealed one. Objects of
/// different Regions overtake each other, so between them there is a tolerance; within one there is
/// none. Anything else is interleaved.
pub(crate) fn key_change(objects: &[Dated], tolerance: SignedDuration) -> Option<KeyChange> {
    let of = |sealed: bool| objects.iter().filter(move |object| object.is_sealed == Some(sealed));
    let newest_before = of(false).map(|object| object.at).max()?;
    let oldest_after = of(true).map(|object| object.at).min()?;
    let is_before = |old: &Dated, new: &Dated| {
        let tolerance = if old.region == new.region { SignedDuration::ZERO } else { tolerance };
        old.at <= new.at + tolerance
    };
    let is_clean = of(false).all(|old| of(true).all(|new| is_before(old, new)));
    is_clean.then_some(KeyChange { newest_before, oldest_after })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{KEY, region, time};

    #[test]
    fn a_multi_region_key_is_the_same_only_within_one_account() {
        let expected = Arn::new("arn:aws:kms:us-east-1:000000000001:key/mrk-1").unwrap();
        assert!(is_same_key(&expected, "arn:aws:kms:eu-west-1:000000000001:key/mrk-1"));
        assert!(!is_same_key(&expected, "arn:aws:kms:eu-west-1:000000000002:key/mrk-1"));
        let single = Arn::new("arn:aws:kms:us-east-1:000000000001:key/1").unwrap();
        assert!(!is_same_key(&single, "arn:aws:kms:eu-west-1:000000000001:key/1"));
    }

    #[test]
    fn yes_no_and_unknown() {
        let key = ExpectedKey { is_named: true, arn: Arn::new(KEY), is_of_aws: false };
        let of_aws = ExpectedKey { is_of_aws: true, ..key.clone() };
        let unresolved = ExpectedKey { arn: None, ..key.clone() };
        let keyless = ExpectedKey::default();
        let headers = |algorithm, kms_key_id| EncryptionHeaders {
            algorithm,
            kms_key_id,
            customer_algorithm: None,
        };
        let under_key = headers(Some("aws:kms"), Some(KEY));
        let aes256 = headers(Some("AES256"), None);
        let untold = headers(Some("aws:kms"), None);
        for (expected, headers, seals) in [
            (&key, under_key, Some(true)),
            (&key, aes256, Some(false)),
            (&key, headers(None, None), Some(false)),
            (&key, headers(Some("aws:other"), Some(KEY)), None),
            (&key, untold, None),
            (
                &key,
                EncryptionHeaders { customer_algorithm: Some("AES256"), ..under_key },
                Some(false),
            ),
            (&of_aws, under_key, Some(false)),
            (&unresolved, under_key, None),
            (&unresolved, aes256, Some(false)),
            (&keyless, under_key, Some(false)),
            (&keyless, untold, None),
        ] {
            assert_eq!(expected.seals(headers), seals, "{expected:?} {headers:?}");
        }
    }

    #[test]
    fn a_change_is_clean_or_it_is_none() {
        let at = |minute: i64| time("2026-11-20T00:00:00Z") + SignedDuration::from_mins(minute);
        let change = |objects: &[(&str, i64, Option<bool>)]| {
            let dated: Vec<Dated> = objects
                .iter()
                .map(|object| Dated {
                    at: at(object.1),
                    region: region(object.0),
                    is_sealed: object.2,
                })
                .collect();
            let found = key_change(&dated, SignedDuration::from_mins(15));
            found.map(|change| (change.newest_before, change.oldest_after))
        };
        let (east, west) = ("us-east-1", "eu-west-1");
        let (no, yes) = (Some(false), Some(true));
        assert_eq!(change(&[(east, 0, no), (east, 9, yes)]), Some((at(0), at(9))));
        assert_eq!(change(&[(east, 0, no), (east, 9, yes), (east, 10, no)]), None);
        // Another Region's objects may be a few minutes late.
        assert_eq!(change(&[(east, 9, yes), (west, 24, no)]), Some((at(24), at(9))));
        assert_eq!(change(&[(east, 9, yes), (west, 25, no)]), None);
        // What is not known says nothing, and one kind alone is no change.
        assert_eq!(change(&[(east, 0, None), (east, 9, yes)]), None);
        assert_eq!(change(&[(east, 0, no), (east, 9, None)]), None);
    }
}
