//! What each examined object shows, and the change of encryption or key among them. Pure.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use trailseal_model::{
    AccountId, Arn, DeviationClass, HeaderProblem, Sample, SampleResult, Selection,
};

use super::is_of_window;
use crate::encryption::{
    Alias, Dated, EncryptionHeaders, ExpectedKey, alias, is_same_key, key_change,
};
use crate::examined_object::{ExaminedObject, HeadAnswer};
use crate::judge::groups::Group;
use trailseal_model::ObjectHead;

/// What one object shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectClass {
    /// The result.
    pub result: SampleResult,
    /// How it deviates.
    pub deviation: Option<DeviationClass>,
}

impl ObjectClass {
    const fn of(result: SampleResult) -> Self {
        Self { result, deviation: None }
    }
}

/// What the objects of one trail are compared with.
pub(super) struct Classifier<'a> {
    pub(super) owner: AccountId,
    pub(super) expected: &'a ExpectedKey,
    pub(super) group: &'a Group,
    /// Whether an account is among those that were listed.
    pub(super) is_listed: &'a dyn Fn(AccountId) -> bool,
}

impl Classifier<'_> {
    /// Classifies every object, and sets aside those of the window that are older than a clean change
    /// to the present key.
    pub(super) fn classify(
        &self,
        objects: &[ExaminedObject],
        tolerance: SignedDuration,
    ) -> Vec<ObjectClass> {
        let mut classes: Vec<ObjectClass> =
            objects.iter().map(|object| self.alone(object)).collect();
        let is_in = |object: &&ExaminedObject| is_of_window(object.selection);
        let dated: Vec<Dated> =
            objects.iter().filter(is_in).map(|object| object.dated(self.expected)).collect();
        let first_sealed = dated
            .iter()
            .filter(|object| object.is_sealed == Some(true))
            .map(|object| object.at)
            .min();
        let Some(first_sealed) = first_sealed else { return classes };
        let of_window = || objects.iter().filter(is_in);
        let rows = classes.iter_mut().zip(objects).filter(|row| is_of_window(row.1.selection));
        if key_change(&dated, tolerance).is_some() {
            for (class, _) in rows {
                set_aside(class);
            }
        } else {
            let earlier = keys_before(of_window(), first_sealed);
            let newer = rows.filter(|row| row.1.named_at > first_sealed);
            for (class, object) in newer {
                name_previous_key(class, object, &earlier);
            }
        }
        classes
    }

    /// What one object shows by itself.
    fn alone(&self, object: &ExaminedObject) -> ObjectClass {
        match &object.answer {
            HeadAnswer::Gone(_) => ObjectClass::of(SampleResult::Replaced),
            HeadAnswer::Unread(_) => ObjectClass::of(SampleResult::Unreadable),
            // A digest's name tells its trail, so no other trail's key is right.
            HeadAnswer::Found(head, _) if object.selection == Selection::Digest => {
                self.by_own_key(EncryptionHeaders::of(head))
            }
            HeadAnswer::Found(head, _) => self.of_log(EncryptionHeaders::of(head)),
        }
    }

    /// What these headers of a log show: a log's name does not tell its trail.
    pub(super) fn of_log(&self, headers: EncryptionHeaders<'_>) -> ObjectClass {
        let class = self.by_own_key(headers);
        let is_of_key =
            matches!(class.deviation, Some(DeviationClass::WrongKey | DeviationClass::ForeignKey));
        if is_of_key && headers.kms_key_id.is_some_and(|key_id| self.group.holds(key_id)) {
            return ObjectClass::of(SampleResult::SharedPrefixKey);
        }
        class
    }

    fn by_own_key(&self, headers: EncryptionHeaders<'_>) -> ObjectClass {
        match self.expected.seals(headers) {
            Some(true) => ObjectClass::of(SampleResult::Pass),
            None => ObjectClass::of(SampleResult::Unreadable),
            Some(false) => ObjectClass {
                result: SampleResult::Deviation,
                deviation: Some(self.deviation(headers)),
            },
        }
    }

    /// How an object deviates that is not encrypted with the trail's key: the first class that fits.
    fn deviation(&self, headers: EncryptionHeaders<'_>) -> DeviationClass {
        match (headers.customer_algorithm, headers.algorithm, headers.kms_key_id) {
            (Some(_), ..) => DeviationClass::SseC,
            (None, None, _) => DeviationClass::None,
            (None, Some("aws:kms" | "aws:kms:dsse"), Some(key_id)) => self.other_key(key_id),
            (None, Some(_), _) => DeviationClass::SseS3,
        }
    }

    fn other_key(&self, key_id: &str) -> DeviationClass {
        if !self.expected.is_named {
            return DeviationClass::WrongKey;
        }
        let expected = self.expected.arn.as_ref();
        // The trail's own key deviates only where AWS manages it.
        let is_own = expected.is_some_and(|expected| is_same_key(expected, key_id));
        if is_own || alias(key_id) == Some(Alias::OfAws) {
            return DeviationClass::AwsManagedKey;
        }
        let is_foreign = Arn::new(key_id).and_then(|arn| arn.account()).is_some_and(|account| {
            account != self.owner
                && Some(account) != expected.and_then(Arn::account)
                && !(self.is_listed)(account)
        });
        if is_foreign { DeviationClass::ForeignKey } else { DeviationClass::WrongKey }
    }
}

/// What deviates and is older than a clean change left the population.
const fn set_aside(class: &mut ObjectClass) {
    if !matches!(class.result, SampleResult::Deviation) {
        return;
    }
    class.result = match class.deviation {
        Some(DeviationClass::WrongKey | DeviationClass::ForeignKey) => SampleResult::PreviousKey,
        _ => SampleResult::PreEnablement,
    };
}

fn key_id(object: &ExaminedObject) -> Option<&str> {
    object.answer.head()?.kms_key_id.as_deref()
}

/// The keys that were in use before this time.
fn keys_before<'a>(
    objects: impl Iterator<Item = &'a ExaminedObject>,
    time: Timestamp,
) -> HashSet<&'a str> {
    objects.filter(|object| object.named_at < time).filter_map(key_id).collect()
}

/// An object under a key that was in use before the present one, but newer than that: the old key
/// came back in between.
fn name_previous_key(class: &mut ObjectClass, object: &ExaminedObject, earlier: &HashSet<&str>) {
    let was_used = key_id(object).is_some_and(|key| earlier.contains(key));
    if was_used && class.deviation == Some(DeviationClass::WrongKey) {
        class.deviation = Some(DeviationClass::PreviousKey);
    }
}

/// The header that keeps an object's encryption from being known, or one that could not be parsed.
fn header_problem(head: &ObjectHead, result: SampleResult) -> Option<HeaderProblem> {
    let value = |text: &Option<String>| text.clone().unwrap_or_default();
    let of_encryption = match head.algorithm.as_deref() {
        _ if result != SampleResult::Unreadable => None,
        Some("aws:kms" | "aws:kms:dsse") => match head.kms_key_id.as_deref() {
            None => Some(HeaderProblem::Missing(ObjectHead::KEY_ID)),
            Some(key) if names_alias(key) => {
                Some(HeaderProblem::IsAlias(ObjectHead::KEY_ID, key.to_owned()))
            }
            Some(_) => None,
        },
        Some(_) => {
            Some(HeaderProblem::NotUnderstood(ObjectHead::ALGORITHM, value(&head.algorithm)))
        }
        None => None,
    };
    of_encryption.or_else(|| head.not_understood.clone())
}

fn names_alias(key: &str) -> bool {
    Arn::new(key).is_some_and(|arn| arn.resource().starts_with("alias/"))
}

/// An examined object with its class, as the record shows it; `number` is its place in the order of
/// selection, from 0.
#[must_use]
pub fn sample(bucket: &str, object: ExaminedObject, class: ObjectClass, number: u32) -> Sample {
    let ExaminedObject { key, named_at, selection, answer, .. } = object;
    let problem = answer.head().and_then(|head| header_problem(head, class.result));
    let (head, evidence, gap) = match answer {
        HeadAnswer::Found(head, evidence) => (*head, Some(evidence), None),
        HeadAnswer::Gone(evidence) => (ObjectHead::default(), Some(evidence), None),
        HeadAnswer::Unread(gap) => (ObjectHead::default(), None, Some(gap)),
    };
    Sample {
        bucket: bucket.to_owned(),
        key,
        named_at,
        version_id: head.version_id,
        last_modified: head.last_modified,
        size: head.size,
        etag: head.etag,
        algorithm: head.algorithm,
        kms_key_id: head.kms_key_id,
        bucket_key: head.bucket_key,
        result: class.result,
        deviation: class.deviation,
        selection,
        index: number,
        evidence,
        gap,
        header_problem: problem,
    }
}
