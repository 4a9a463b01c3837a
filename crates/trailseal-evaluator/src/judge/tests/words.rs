//! What findings say beside status and reason, where nothing else would notice.

use trailseal_model::{
    DigestSample, Gap, GapClass, GapKind, HistorySample, Operation, Sample, Unreadable,
    UnreadableCause,
};

use super::*;
use crate::test_support::{digest, sealed_history};

#[test]
fn a_digest_under_s3_s_own_key_is_called_so() {
    for (class, says_s3) in [(DeviationClass::SseS3, true), (DeviationClass::WrongKey, false)] {
        let facts = Facts::sealed().trail(|it| {
            it.description.log_file_validation = true;
            it.digest = digest(SampleResult::Deviation, Some(class));
        });
        let found = of_main(facts);
        let digest = found.iter().find(|it| it.control() == ControlId::DigestObjectsSealed);
        let message = digest.unwrap().message();
        assert_eq!(message.ends_with("is encrypted with S3's own key (SSE-S3)."), says_s3);
        assert_eq!(
            message.ends_with("is encrypted with another KMS key than the trail's."),
            !says_s3
        );
    }
}

#[test]
fn a_sample_is_shown_by_its_counts() {
    let sample = LogSample { left_population: 4, ..examined(56, 3) };
    let finding =
        check(Facts::sealed().objects(sample), "log-objects-sealed not_proven unreadable_objects");
    let counts =
        "59 listed, 59 selected, 56 read, 56 sealed, 3 unreadable, 4 older than the key change";
    assert!(finding.observed().starts_with(counts), "{}", finding.observed());
    assert!(finding.observed().ends_with(" deviate"), "{}", finding.observed());
    let part = LogSample {
        method: SampleMethod::Partial,
        population: Population::AtLeast(59),
        ..examined(59, 0)
    };
    let finding = check(Facts::sealed().objects(part), "log-objects-sealed not_proven unread");
    assert!(finding.observed().starts_with("at least 59 listed, "), "{}", finding.observed());
}

#[test]
fn a_listing_that_was_refused_is_unread_whatever_it_listed_before() {
    let refused = |sample: LogSample| LogSample { gaps: vec![gap(3)], ..sample };
    let nothing = LogSample::nothing(window());
    let frame = ClusterFrame { clusters: 8, drawn: 2, empty: 2 };
    for sample in [
        LogSample { frame, ..nothing.clone() },
        LogSample { population: Population::Counted(0), ..nothing },
    ] {
        let empty = Facts::sealed().objects(sample.clone());
        check(empty, "log-objects-sealed not_proven no_objects");
        let facts = Facts::sealed().objects(refused(sample));
        let finding = check(facts, "log-objects-sealed not_proven unread");
        assert_eq!(finding.gaps(), [gap(3)]);
    }
}

#[test]
fn a_deviating_object_is_named_by_its_file() {
    let sample = deviating(DeviationClass::SseS3);
    let (folder, file) = sample.deviating[0].newest.key.rsplit_once('/').unwrap();
    let (folder, file) = (folder.to_owned(), format!("'{file}'"));
    let finding = check(Facts::sealed().objects(sample), "log-objects-sealed fail sse_s3");
    assert!(finding.message().contains(&file), "{}", finding.message());
    assert!(!finding.message().contains(&folder), "{}", finding.message());
}

impl Facts {
    /// The first gaps are of these operations, each with its class.
    fn gaps_are(self, kinds: &[(Operation, GapClass)]) -> Self {
        let kind = |it: &(Operation, GapClass)| GapKind::from(&Gap::new(it.1, it.0));
        self.with(|facts| facts.gap_kinds = kinds.iter().map(kind).collect())
    }
}

/// The message of one control of the trail `main`.
fn message(facts: Facts, control: ControlId) -> String {
    let found = of_main(facts);
    found.iter().find(|it| it.control() == control).unwrap().message().to_owned()
}

#[track_caller]
fn says(message: &str, parts: &[&str], not: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "`{part}` is not in: {message}");
    }
    for part in not {
        assert!(!message.contains(part), "`{part}` is in: {message}");
    }
}

#[test]
fn what_was_listed_and_could_not_be_read_is_never_called_unlisted() {
    let gaps = || vec![gap(0)];
    let unread = |operation| {
        let facts = Facts::sealed().gaps_are(&[(operation, GapClass::DeniedByResourcePolicy)]);
        facts.trail(|it| {
            it.description.log_file_validation = true;
            it.sample = LogSample { gaps: gaps(), ..LogSample::nothing(window()) };
            it.history = HistorySample { gaps: gaps(), ..HistorySample::default() };
            it.digest = DigestSample { gaps: gaps(), ..DigestSample::default() };
        })
    };
    for control in
        [ControlId::LogObjectsSealed, ControlId::HistorySealed, ControlId::DigestObjectsSealed]
    {
        let head = message(unread(Operation::HeadObject), control);
        says(&head, &["HeadObject was denied"], &["list", "List"]);
        let list = message(unread(Operation::ListObjectsV2), control);
        says(&list, &["ListObjectsV2 was denied"], &["HeadObject"]);
    }
}

/// An object whose encryption is not known, by its headers.
fn unreadable(algorithm: Option<&str>, key: Option<&str>) -> Sample {
    let (algorithm, kms_key_id) = (algorithm.map(str::to_owned), key.map(str::to_owned));
    Sample { algorithm, kms_key_id, ..object(SampleResult::Unreadable, None) }
}

#[test]
fn an_object_that_cannot_be_judged_says_why() {
    let denied = Sample { gap: Some(gap(0)), evidence: None, ..unreadable(None, None) };
    for (object, cause, parts) in [
        (unreadable(Some("aws:kms"), None), UnreadableCause::NoKeyHeader, ["no key", "is missing"]),
        (
            unreadable(Some("aws:kms:dsse"), None),
            UnreadableCause::NoKeyHeader,
            ["'aws:kms:dsse'", "is missing"],
        ),
        (
            unreadable(Some("aws:kms"), Some("arn:aws:kms:us-east-1:000000000001:alias/logs")),
            UnreadableCause::AliasInHeader,
            ["alias/logs", "does not identify the key"],
        ),
        (
            unreadable(Some("AWS:KMS"), Some(KEY)),
            UnreadableCause::UnknownAlgorithm,
            ["'AWS:KMS'", "not among those"],
        ),
        (
            unreadable(Some("aws:kms"), Some(KEY)),
            UnreadableCause::KeyUnresolved,
            ["alias or id", "not resolved"],
        ),
        (denied, UnreadableCause::Refused, ["HeadObject was denied", "object"]),
    ] {
        assert_eq!(object.unreadable_cause(), Some(cause));
        let objects = || vec![Unreadable { cause, count: 3, newest: Box::new(object.clone()) }];
        let gaps: Vec<_> = object.gap.into_iter().collect();
        let facts = Facts::sealed().gaps_are(&[(Operation::HeadObject, GapClass::Denied)]);
        let facts = facts.trail(|it| {
            it.description.log_file_validation = true;
            it.sample = LogSample { unreadable_objects: objects(), gaps, ..examined(0, 3) };
            it.history =
                HistorySample { unreadable: 3, unreadable_objects: objects(), ..sealed_history() };
            it.digest = digest(SampleResult::Unreadable, None);
            it.digest.newest = Some(Box::new(object.clone()));
        });
        let found = of_main(facts);
        for control in
            [ControlId::LogObjectsSealed, ControlId::HistorySealed, ControlId::DigestObjectsSealed]
        {
            let finding = found.iter().find(|it| it.control() == control).unwrap();
            assert!(line(finding).ends_with("not_proven unreadable_objects"), "{}", line(finding));
            says(finding.message(), &parts, &["listed"]);
        }
    }
}

#[test]
fn no_object_names_where_it_was_looked_for() {
    let empty = |prefix: Option<&str>| {
        let nothing = LogSample::nothing(window());
        let sample = LogSample { population: Population::Counted(0), ..nothing };
        Facts::sealed().objects(sample).trail(|it| {
            it.description.prefix = prefix.map(str::to_owned);
            it.description.log_file_validation = true;
            it.history = HistorySample { listed_by: Some(evidence()), ..HistorySample::default() };
            it.digest = DigestSample { listed_by: Some(evidence()), ..DigestSample::default() };
        })
    };
    let plain = "s3://logs/AWSLogs/000000000001/CloudTrail/";
    says(&message(empty(None), ControlId::LogObjectsSealed), &[plain], &[]);
    says(&message(empty(None), ControlId::HistorySealed), &[plain], &[]);
    let prefixed = "s3://logs/my logs/AWSLogs/000000000001/CloudTrail/";
    says(&message(empty(Some("my logs")), ControlId::LogObjectsSealed), &[prefixed], &[]);
    let digest = "s3://logs/AWSLogs/000000000001/CloudTrail-Digest/";
    says(&message(empty(None), ControlId::DigestObjectsSealed), &[digest, "the window"], &["part"]);
    let cut = empty(None).trail(|it| it.digest.is_cut = true);
    says(&message(cut, ControlId::DigestObjectsSealed), &["the part of the window"], &[]);
}

#[test]
fn a_trail_that_names_no_bucket_is_called_so_and_nothing_else() {
    let facts = || {
        Facts::sealed().trail(|it| {
            it.description.bucket = None;
            it.description.log_file_validation = true;
            it.sample = LogSample::nothing(window());
            (it.history, it.digest) = (HistorySample::default(), DigestSample::default());
        })
    };
    for control in [
        ControlId::TrailDelivering,
        ControlId::LogObjectsSealed,
        ControlId::HistorySealed,
        ControlId::DigestObjectsSealed,
    ] {
        says(&message(facts(), control), &["names no bucket"], &["listed", "window"]);
    }
    let unexamined = Facts::sealed().with(|it| it.buckets.clear());
    let message = message(unexamined, ControlId::TrailDelivering);
    says(&message, &["'logs' was not examined"], &["names no bucket"]);
}

#[test]
fn what_is_not_known_of_a_window_is_said_where_it_passes() {
    let sample = LogSample { left_population: 4, ..examined(57, 2) };
    let finding = check(Facts::sealed().objects(sample), "log-objects-sealed pass all_sealed");
    says(finding.message(), &["57 log objects", "2 could not be read", "4 older"], &["All"]);
    let finding =
        check(Facts::sealed().objects(examined(3, 0)), "log-objects-sealed pass all_sealed");
    says(finding.message(), &["All 3 log objects"], &["of the others"]);
}

#[test]
fn objects_that_are_gone_or_older_are_not_called_missing() {
    let left = |replaced, left_population| {
        let sample = LogSample { replaced, left_population, ..examined(0, 0) };
        message(Facts::sealed().objects(sample), ControlId::LogObjectsSealed)
    };
    says(&left(2, 0), &["2 listed", "gone"], &["older", "holds no"]);
    says(&left(0, 7), &["7 log objects", "older than"], &["gone", "holds no"]);
    says(&left(2, 7), &["gone", "older than"], &["holds no"]);
    let vanished = HistorySample { sealed_since: None, oldest_read_by: None, ..sealed_history() };
    let facts = Facts::sealed().trail(|it| it.history = vanished);
    says(&message(facts, ControlId::HistorySealed), &["gone when it was read"], &["no log object"]);
}

#[test]
fn the_encryption_of_a_deviating_object_is_told_as_it_is() {
    for (class, part) in [
        (DeviationClass::None, "is not encrypted"),
        (DeviationClass::SseC, "SSE-C"),
        (DeviationClass::SseS3, "SSE-S3"),
        (DeviationClass::AwsManagedKey, "an AWS managed KMS key"),
        (DeviationClass::WrongKey, "another KMS key than the trail's"),
    ] {
        let finding = of_main(Facts::sealed().objects(deviating(class)));
        let finding = finding.iter().find(|it| it.control() == ControlId::LogObjectsSealed);
        says(finding.unwrap().message(), &[part, "1 of 3"], &["not under its key"]);
    }
    let keyless = |sample| Facts::sealed().names_key(None).objects(sample);
    let mut plain = deviating(DeviationClass::SseS3);
    plain.deviating[0].newest.kms_key_id = None;
    let plain = message(keyless(plain), ControlId::LogObjectsSealed);
    says(&plain, &["has no KMS key", "without SSE-KMS"], &[]);
    let under = message(keyless(examined(3, 0)), ControlId::LogObjectsSealed);
    says(&under, &["has no KMS key", "a key that is not the trail's"], &["without SSE-KMS"]);
}
