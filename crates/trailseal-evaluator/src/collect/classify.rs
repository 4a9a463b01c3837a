//! What each looked-at object comes to, and the switch of encryption or key among them. Pure.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use trailseal_model::{
    Answer, Arn, DeviationClass, Evidence, GapId, HeaderProblem, KeyManager, KeyPresence, Observed,
    Region, Sample, SampleResult, Selection, TrailDescription,
};

use super::Members;
use crate::ports::ObjectHead;

/// One selected object before it is judged.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) at: Timestamp,
    pub(super) region: Region,
    pub(super) head: Option<ObjectHead>,
    pub(super) evidence: Option<Evidence>,
    pub(super) gap: Option<GapId>,
    pub(super) is_vanished: bool,
    pub(super) selection: Selection,
}

/// The key that a trail's objects should lie under.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<'a> {
    /// What DescribeKey said.
    pub(super) key: Option<&'a Observed<Answer<KeyPresence>>>,
    /// Its ARN; `None` without a key, and where an alias could not be resolved.
    pub(super) arn: Option<&'a Arn>,
}

/// What an object is compared with.
pub(super) struct Context<'a> {
    pub(super) description: &'a TrailDescription,
    pub(super) expected: &'a Expected<'a>,
    /// Complete where an object lies under a key of another account than the trail's.
    pub(super) members: &'a Members,
}

type Class = (SampleResult, Option<DeviationClass>);

impl Context<'_> {
    /// Whether an object lies under the trail's key, where that can be said.
    pub(super) fn is_sealed(&self, seen: &Seen) -> Option<bool> {
        match self.classify(seen).0 {
            SampleResult::Pass => Some(true),
            SampleResult::Deviation => Some(false),
            _ => None,
        }
    }

    /// Judges objects each by itself, numbered from here on.
    pub(super) fn judge_alone(&self, seen: Vec<Seen>, first: usize) -> Vec<Sample> {
        let numbers = u32::try_from(first).unwrap_or(u32::MAX)..;
        let of = |(seen, number): (Seen, u32)| {
            let class = self.classify(&seen);
            sample(seen, class, number)
        };
        seen.into_iter().zip(numbers).map(of).collect()
    }

    fn classify(&self, seen: &Seen) -> Class {
        match &seen.head {
            _ if seen.is_vanished => (SampleResult::Replaced, None),
            None => (SampleResult::Unreadable, None),
            Some(head) => self.classify_head(head),
        }
    }

    /// Deviation classes in their order, the first that matches.
    fn classify_head(&self, head: &ObjectHead) -> Class {
        let deviation = |it| (SampleResult::Deviation, Some(it));
        match head.algorithm.as_deref() {
            _ if head.customer_algorithm.is_some() => deviation(DeviationClass::SseC),
            None => deviation(DeviationClass::None),
            Some("aws:kms" | "aws:kms:dsse") => self.classify_key(head.kms_key_id.as_deref()),
            Some("AES256") => deviation(DeviationClass::SseS3),
            // A kind of encryption this version does not know is no evidence either way.
            Some(_) => (SampleResult::Unreadable, None),
        }
    }

    fn classify_key(&self, key_id: Option<&str>) -> Class {
        let deviation = |it| (SampleResult::Deviation, Some(it));
        let named_key = &self.description.kms_key_id;
        let (Some(key_id), Some(_)) = (key_id, named_key) else {
            return match (key_id, named_key) {
                // Without a key of the trail's own, no key is the right one.
                (Some(_), None) => deviation(DeviationClass::WrongKey),
                _ => (SampleResult::Unreadable, None),
            };
        };
        let Some(expected) = self.expected.arn else { return (SampleResult::Unreadable, None) };
        if is_same_key(expected, key_id) {
            return if self.is_aws_managed() {
                deviation(DeviationClass::AwsManagedKey)
            } else {
                (SampleResult::Pass, None)
            };
        }
        let arn = Arn::new(key_id);
        if arn.as_ref().is_some_and(|it| it.resource().starts_with("alias/")) {
            let is_aws = arn.is_some_and(|it| it.resource().starts_with("alias/aws/"));
            return if is_aws {
                deviation(DeviationClass::AwsManagedKey)
            } else {
                (SampleResult::Unreadable, None)
            };
        }
        let account = arn.and_then(|it| it.account());
        let is_foreign = account.is_some_and(|it| {
            it != self.description.owner
                && Some(it) != expected.account()
                && !self.members.all.contains(&it)
        });
        deviation(if is_foreign { DeviationClass::ForeignKey } else { DeviationClass::WrongKey })
    }

    fn is_aws_managed(&self) -> bool {
        match self.expected.key.and_then(|it| it.known()).map(|it| &it.value) {
            Some(KeyPresence::Exists(facts)) => facts.manager == KeyManager::Aws,
            Some(KeyPresence::InvalidState(_) | KeyPresence::Gone) | None => false,
        }
    }
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

/// Judges every selected object, and sets aside those that are older than a clean switch to the
/// present key.
pub(super) fn judge_all(
    context: &Context<'_>,
    seen: Vec<Seen>,
    tolerance: SignedDuration,
) -> Vec<Sample> {
    let classes = classes(context, &seen, tolerance);
    let rows = seen.into_iter().zip(classes).zip(0u32..);
    rows.map(|((seen, class), index)| sample(seen, class, index)).collect()
}

fn classes(context: &Context<'_>, seen: &[Seen], tolerance: SignedDuration) -> Vec<Class> {
    let mut classes: Vec<Class> = seen.iter().map(|it| context.classify(it)).collect();
    set_aside_before_switch(&mut classes, seen, tolerance);
    classes
}

/// The newest object before a clean switch, and the oldest one under the present key.
pub(super) fn switch<'a>(
    context: &Context<'_>,
    seen: &'a [Seen],
    tolerance: SignedDuration,
) -> Option<(&'a Seen, &'a Seen)> {
    let classes = classes(context, seen, tolerance);
    let of = |wanted: &'static [SampleResult]| {
        let both = classes.iter().zip(seen);
        both.filter(|(class, _)| wanted.contains(&class.0)).map(|(_, it)| it)
    };
    let old = of(&[SampleResult::PreEnablement, SampleResult::PreviousKey]);
    let (old, new) = (old.max_by_key(|it| it.at), of(&[SampleResult::Pass]).min_by_key(|it| it.at));
    old.zip(new)
}

/// A switch is clean when every deviation is older than every sealed object. Objects of different
/// Regions overtake each other, so between them there is a tolerance; within one there is none.
/// Anything else is interleaved.
fn set_aside_before_switch(classes: &mut [Class], seen: &[Seen], tolerance: SignedDuration) {
    let of = |wanted: SampleResult| -> Vec<&Seen> {
        let both = classes.iter().zip(seen);
        both.filter(|(class, _)| class.0 == wanted).map(|(_, it)| it).collect()
    };
    let (sealed, deviating) = (of(SampleResult::Pass), of(SampleResult::Deviation));
    let Some(first_sealed) = sealed.iter().map(|it| it.at).min() else { return };
    let is_before = |old: &Seen, new: &Seen| {
        let tolerance = if old.region == new.region { SignedDuration::ZERO } else { tolerance };
        old.at <= new.at + tolerance
    };
    let is_clean = deviating.iter().all(|old| sealed.iter().all(|new| is_before(old, new)));
    if !is_clean {
        name_previous_keys(classes, seen, first_sealed);
        return;
    }
    for class in classes.iter_mut().filter(|it| it.0 == SampleResult::Deviation) {
        class.0 = match class.1 {
            Some(DeviationClass::WrongKey | DeviationClass::ForeignKey) => {
                SampleResult::PreviousKey
            }
            _ => SampleResult::PreEnablement,
        };
    }
}

/// An object under a key that was in use before the present one, but newer than that: the old key
/// came back in between.
fn name_previous_keys(classes: &mut [Class], seen: &[Seen], first_sealed: Timestamp) {
    let key_of = |it: &Seen| it.head.as_ref().and_then(|head| head.kms_key_id.clone());
    let earlier: HashSet<String> =
        seen.iter().filter(|it| it.at < first_sealed).filter_map(key_of).collect();
    for (class, it) in classes.iter_mut().zip(seen).filter(|(_, it)| it.at > first_sealed) {
        let was_used = key_of(it).is_some_and(|key| earlier.contains(&key));
        if was_used && class.1 == Some(DeviationClass::WrongKey) {
            class.1 = Some(DeviationClass::PreviousKey);
        }
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

fn sample(seen: Seen, class: Class, index: u32) -> Sample {
    let problem = seen.head.as_ref().and_then(|head| header_problem(head, class.0));
    let head = seen.head.unwrap_or_default();
    let (result, deviation) = class;
    Sample {
        bucket: seen.bucket,
        key: seen.key,
        named_at: seen.at,
        version_id: head.version_id,
        last_modified: head.last_modified,
        size: head.size,
        etag: head.etag,
        algorithm: head.algorithm,
        kms_key_id: head.kms_key_id,
        bucket_key: head.bucket_key,
        result,
        deviation,
        selection: seen.selection,
        index,
        evidence: seen.evidence,
        gap: seen.gap,
        header_problem: problem,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::test_support::{KEY, account, evidence, region, time, trail};

    const OTHER: &str = "arn:aws:kms:us-east-1:000000000001:key/99999999-0000";

    fn members() -> Members {
        Members { all: BTreeSet::from([account(1), account(2)]), ..Members::default() }
    }

    fn kms(key: &str) -> ObjectHead {
        let (algorithm, kms_key_id) = (Some("aws:kms".to_owned()), Some(key.to_owned()));
        ObjectHead { algorithm, kms_key_id, ..ObjectHead::default() }
    }

    fn aes256() -> ObjectHead {
        ObjectHead { algorithm: Some("AES256".to_owned()), ..ObjectHead::default() }
    }

    fn seen(minute: i64, head: ObjectHead) -> Seen {
        seen_in("us-east-1", minute, head)
    }

    fn seen_in(name: &str, minute: i64, head: ObjectHead) -> Seen {
        Seen {
            region: region(name),
            bucket: "logs".to_owned(),
            key: format!("{minute}"),
            at: time("2026-11-20T00:00:00Z") + SignedDuration::from_mins(minute),
            head: Some(head),
            evidence: Some(evidence()),
            gap: None,
            is_vanished: false,
            selection: Selection::All,
        }
    }

    /// Objects oldest first, as people think of them; their order does not matter.
    fn check(heads: &[(i64, ObjectHead)], expected: &[Class]) {
        check_seen(heads.iter().map(|(minute, head)| seen(*minute, head.clone())), expected);
    }

    fn check_seen(seen: impl DoubleEndedIterator<Item = Seen>, expected: &[Class]) {
        let arn = Arn::new(KEY).unwrap();
        let (description, members) = (trail("main"), members());
        let expected_key = Expected { key: None, arn: Some(&arn) };
        let context =
            Context { description: &description, expected: &expected_key, members: &members };
        let newest_first = seen.rev().collect();
        let mut samples = judge_all(&context, newest_first, SignedDuration::from_mins(15));
        samples.reverse();
        let got: Vec<Class> = samples.iter().map(|it| (it.result, it.deviation)).collect();
        assert_eq!(got, expected);
    }

    const PASS: Class = (SampleResult::Pass, None);

    fn deviation(class: DeviationClass) -> Class {
        (SampleResult::Deviation, Some(class))
    }

    #[test]
    fn each_kind_of_encryption_has_its_class() {
        let with = |algorithm: Option<&str>| ObjectHead {
            algorithm: algorithm.map(str::to_owned),
            ..ObjectHead::default()
        };
        let customer =
            ObjectHead { customer_algorithm: Some("AES256".to_owned()), ..ObjectHead::default() };
        let dsse = ObjectHead { algorithm: Some("aws:kms:dsse".to_owned()), ..kms(KEY) };
        let foreign = "arn:aws:kms:us-east-1:000000000077:key/1";
        let managed = "arn:aws:kms:us-east-1:000000000001:alias/aws/s3";
        check(&[(0, kms(KEY))], &[PASS]);
        check(&[(0, kms("11111111-2222"))], &[PASS]);
        check(&[(0, dsse)], &[PASS]);
        check(&[(0, with(None))], &[deviation(DeviationClass::None)]);
        check(&[(0, customer)], &[deviation(DeviationClass::SseC)]);
        check(&[(0, aes256())], &[deviation(DeviationClass::SseS3)]);
        check(&[(0, kms(managed))], &[deviation(DeviationClass::AwsManagedKey)]);
        check(&[(0, kms(foreign))], &[deviation(DeviationClass::ForeignKey)]);
        check(&[(0, kms(OTHER))], &[deviation(DeviationClass::WrongKey)]);
        check(&[(0, with(Some("aws:kms")))], &[(SampleResult::Unreadable, None)]);
        check(&[(0, with(Some("aws:new")))], &[(SampleResult::Unreadable, None)]);
    }

    #[test]
    fn an_unreadable_object_names_the_header_that_keeps_it_so() {
        let with = |algorithm: &str, key: Option<&str>| ObjectHead {
            algorithm: Some(algorithm.to_owned()),
            kms_key_id: key.map(str::to_owned),
            ..ObjectHead::default()
        };
        let alias = "arn:aws:kms:us-east-1:000000000001:alias/logs";
        let date = HeaderProblem::NotUnderstood("last-modified", "yesterday".to_owned());
        let dated = ObjectHead { not_understood: Some(date.clone()), ..kms(KEY) };
        let other = |value: &str| {
            HeaderProblem::NotUnderstood("x-amz-server-side-encryption", value.to_owned())
        };
        let key = "x-amz-server-side-encryption-aws-kms-key-id";
        let unreadable = SampleResult::Unreadable;
        let arn = Arn::new(KEY).unwrap();
        let (description, members) = (trail("main"), members());
        let expected = Expected { key: None, arn: Some(&arn) };
        let context = Context { description: &description, expected: &expected, members: &members };
        for (head, result, problem) in [
            (with("aws:kms", None), unreadable, Some(HeaderProblem::Missing(key))),
            (with("aws:kms:dsse", None), unreadable, Some(HeaderProblem::Missing(key))),
            (
                with("aws:kms", Some(alias)),
                unreadable,
                Some(HeaderProblem::IsAlias(key, alias.to_owned())),
            ),
            (with("AWS:KMS", Some(KEY)), unreadable, Some(other("AWS:KMS"))),
            (with("aes256", None), unreadable, Some(other("aes256"))),
            (with("aws:fsx-new", None), unreadable, Some(other("aws:fsx-new"))),
            (dated, SampleResult::Pass, Some(date)),
            (kms(KEY), SampleResult::Pass, None),
            (aes256(), SampleResult::Deviation, None),
        ] {
            let found = context.judge_alone(vec![seen(0, head.clone())], 0).remove(0);
            assert_eq!((found.result, &found.header_problem), (result, &problem), "{head:?}");
        }
        let shown = HeaderProblem::Missing(key).to_string();
        assert_eq!(shown, format!("the header {key} is missing"));
    }

    #[test]
    fn objects_before_a_clean_switch_leave_the_population() {
        check(
            &[(0, aes256()), (10, aes256()), (60, kms(KEY)), (70, kms(KEY))],
            &[
                (SampleResult::PreEnablement, Some(DeviationClass::SseS3)),
                (SampleResult::PreEnablement, Some(DeviationClass::SseS3)),
                PASS,
                PASS,
            ],
        );
        check(
            &[(0, kms(OTHER)), (60, kms(KEY))],
            &[(SampleResult::PreviousKey, Some(DeviationClass::WrongKey)), PASS],
        );
    }

    #[test]
    fn objects_of_another_region_may_be_a_few_minutes_late_and_those_of_the_same_may_not() {
        let late = |name, minute| {
            let east = "us-east-1";
            let seen = [
                seen_in(name, 0, aes256()),
                seen_in(east, 60, kms(KEY)),
                seen_in(name, minute, aes256()),
                seen_in(east, 80, kms(KEY)),
            ];
            seen.into_iter()
        };
        let before = (SampleResult::PreEnablement, Some(DeviationClass::SseS3));
        let wrong = deviation(DeviationClass::SseS3);
        check_seen(late("eu-west-1", 75), &[before, PASS, before, PASS]);
        check_seen(late("eu-west-1", 76), &[wrong, PASS, wrong, PASS]);
        check_seen(late("us-east-1", 61), &[wrong, PASS, wrong, PASS]);
    }

    #[test]
    fn interleaved_or_newer_objects_are_deviations() {
        check(&[(0, kms(KEY)), (60, aes256())], &[PASS, deviation(DeviationClass::SseS3)]);
        check(
            &[(0, aes256()), (60, kms(KEY)), (120, aes256()), (180, kms(KEY))],
            &[deviation(DeviationClass::SseS3), PASS, deviation(DeviationClass::SseS3), PASS],
        );
        check(
            &[(0, kms(KEY)), (60, kms(OTHER)), (120, kms(KEY))],
            &[PASS, deviation(DeviationClass::WrongKey), PASS],
        );
        check(
            &[(0, kms(OTHER)), (60, kms(KEY)), (120, kms(OTHER))],
            &[deviation(DeviationClass::WrongKey), PASS, deviation(DeviationClass::PreviousKey)],
        );
        check(&[(0, aes256()), (60, aes256())], &[deviation(DeviationClass::SseS3); 2]);
    }

    #[test]
    fn without_a_resolved_key_a_sealed_object_proves_nothing() {
        let kms_key_id = Some("alias/unread".to_owned());
        let description = TrailDescription { kms_key_id, ..trail("main") };
        let (members, expected) = (members(), Expected { key: None, arn: None });
        let context = Context { description: &description, expected: &expected, members: &members };
        assert_eq!(context.classify(&seen(0, kms(KEY))).0, SampleResult::Unreadable);
        assert_eq!(context.classify(&seen(0, aes256())).0, SampleResult::Deviation);
    }

    #[test]
    fn a_multi_region_key_is_the_same_only_within_one_account() {
        let expected = Arn::new("arn:aws:kms:us-east-1:000000000001:key/mrk-1").unwrap();
        assert!(is_same_key(&expected, "arn:aws:kms:eu-west-1:000000000001:key/mrk-1"));
        assert!(!is_same_key(&expected, "arn:aws:kms:eu-west-1:000000000002:key/mrk-1"));
        let single = Arn::new("arn:aws:kms:us-east-1:000000000001:key/1").unwrap();
        assert!(!is_same_key(&single, "arn:aws:kms:eu-west-1:000000000001:key/1"));
    }
}
