//! What findings say beside status and reason, where nothing else would notice.

use super::*;
use crate::test_support::digest;

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
        assert_eq!(message.ends_with("is not under its key, but under S3's own."), says_s3);
        assert_eq!(message.ends_with("is not under its key."), !says_s3);
    }
}

#[test]
fn a_sample_is_shown_by_its_counts() {
    let sample = LogSample { left_population: 4, ..examined(56, 3) };
    let finding =
        check(Facts::sealed().objects(sample), "log-objects-sealed not_proven unreadable_objects");
    let counts =
        "59 listed, 59 selected, 56 read, 56 sealed, 3 unreadable, 4 older than the switch";
    assert!(finding.observed().starts_with(counts), "{}", finding.observed());
    assert!(finding.observed().ends_with(" may deviate"), "{}", finding.observed());
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
    let frame = CellFrame { cells: 8, drawn: 2, empty: 2 };
    for sample in [
        LogSample { frame, ..nothing.clone() },
        LogSample { population: Population::Counted(0), ..nothing },
    ] {
        let empty = Facts::sealed().objects(sample.clone());
        check(empty, "log-objects-sealed not_proven no_objects");
        let facts = Facts::sealed().objects(refused(sample));
        let finding = check(facts, "log-objects-sealed not_proven unread");
        assert_eq!(finding.gaps(), [gap(3)]);
        assert!(finding.message().contains("could not be listed"), "{}", finding.message());
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
