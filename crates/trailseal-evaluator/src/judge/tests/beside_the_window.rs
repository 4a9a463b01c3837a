//! What lies beside the window: the newest digest, and older logs.

use trailseal_model::{DigestSample, GapId, HistorySample};

use super::*;
use crate::test_support::{digest, sealed_history};

mod digests {
    use super::*;

    fn of(digest: DigestSample) -> Facts {
        Facts::sealed().trail(|it| {
            it.description.log_file_validation = true;
            it.digest = digest;
        })
    }

    #[track_caller]
    fn check_digest(digest: DigestSample, expected: &str) -> Finding {
        check(of(digest), &format!("digest-objects-sealed {expected}"))
    }

    fn none() -> DigestSample {
        DigestSample { newest: None, ..digest(SampleResult::Pass, None) }
    }

    #[test]
    fn the_newest_digest_decides() {
        let finding = check_digest(digest(SampleResult::Pass, None), "pass digest_sealed");
        // The digest and the listing.
        assert_eq!(finding.evidence().len(), 2);
        for (class, reason) in [
            (DeviationClass::SseS3, "sse_s3"),
            (DeviationClass::WrongKey, "wrong_key"),
            (DeviationClass::AwsManagedKey, "aws_managed_key"),
        ] {
            let deviating = digest(SampleResult::Deviation, Some(class));
            check_digest(deviating, &format!("fail {reason}"));
        }
    }

    #[test]
    fn a_name_tells_whose_it_is_so_a_sibling_changes_nothing() {
        let deviating = digest(SampleResult::Deviation, Some(DeviationClass::SseS3));
        let facts = of(deviating).and_trail("sibling", |_| ());
        check(facts, "digest-objects-sealed fail sse_s3");
    }

    #[test]
    fn without_a_digest_nothing_is_proven_unless_the_trail_writes_none() {
        check_digest(none(), "not_proven no_digest");
        let gone = digest(SampleResult::Replaced, None);
        check_digest(gone, "not_proven no_digest");
        let facts = of(none()).trail(|it| it.description.log_file_validation = false);
        check(facts, "digest-objects-sealed not_applicable no_validation");
        let facts = of(none()).names_key(None);
        check(facts, "digest-objects-sealed not_applicable no_kms_key");
        let gone = of(none()).bucket(|it| it.presence = known(BucketPresence::Gone));
        check(gone, "digest-objects-sealed not_proven bucket_gone");
    }

    #[test]
    fn what_could_not_be_listed_or_read_proves_nothing() {
        let unread = DigestSample { gaps: vec![gap(3)], ..none() };
        assert_eq!(check_digest(unread, "not_proven unread").gaps(), [gap(3)]);
        check_digest(DigestSample::default(), "not_proven unread");
        let unreadable = digest(SampleResult::Unreadable, None);
        check_digest(unreadable, "not_proven unreadable_objects");
    }
}

mod history {
    use super::*;

    #[track_caller]
    fn check_history(history: HistorySample, expected: &str) -> Finding {
        let facts = Facts::sealed().trail(|it| it.history = history);
        check(facts, &format!("history-sealed {expected}"))
    }

    fn with_gaps(gaps: Vec<GapId>) -> HistorySample {
        HistorySample { gaps, ..sealed_history() }
    }

    #[test]
    fn all_that_was_looked_at_sealed_passes_and_says_since_when() {
        let finding = check_history(sealed_history(), "pass history_sealed");
        assert!(finding.message().contains("2025-11-20T00:00:00Z"), "{}", finding.message());
        assert!(finding.message().ends_with("as of this run."), "{}", finding.message());
    }

    #[test]
    fn one_of_any_age_that_deviates_fails() {
        for (class, reason) in
            [(DeviationClass::SseS3, "sse_s3"), (DeviationClass::WrongKey, "wrong_key")]
        {
            let deviating = deviating(class).deviating;
            let history = HistorySample { deviating: deviating.clone(), ..sealed_history() };
            let finding = check_history(history, &format!("fail {reason}"));
            assert!(
                finding.message().contains("every examined log since"),
                "{}",
                finding.message()
            );
            let history = HistorySample { deviating, sealed_since: None, ..sealed_history() };
            let finding = check_history(history, &format!("fail {reason}"));
            assert!(finding.message().contains("is not known"), "{}", finding.message());
        }
    }

    #[test]
    fn what_could_not_be_listed_or_read_proves_nothing() {
        let finding = check_history(with_gaps(vec![gap(2)]), "not_proven unread");
        assert_eq!(finding.gaps(), [gap(2)]);
        let unreadable = HistorySample { unreadable: 1, ..sealed_history() };
        check_history(unreadable, "not_proven unreadable_objects");
        check_history(HistorySample::default(), "not_proven unread");
        let listed = HistorySample { listed_by: Some(evidence()), ..HistorySample::default() };
        check_history(listed, "not_proven no_objects");
        let of_window = LogSample { gaps: vec![gap(4)], ..examined(3, 0) };
        let finding = check(Facts::sealed().objects(of_window), "history-sealed not_proven unread");
        assert_eq!(finding.gaps(), [gap(4)]);
        let gone = Facts::sealed().bucket(|it| it.presence = known(BucketPresence::Gone));
        check(gone, "history-sealed not_proven bucket_gone");
    }

    #[test]
    fn a_trail_without_a_key_has_no_history_to_judge() {
        check(Facts::sealed().names_key(None), "history-sealed not_applicable no_kms_key");
    }
}
