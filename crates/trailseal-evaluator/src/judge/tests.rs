//! Each control by itself, then what follows from what, then the properties of judging.

mod account_covered;
mod account_scope;
mod account_sealing;
mod beside_the_window;
mod by_gaps_alone;
mod cited;
mod event_data_store;
mod key_not_told;
mod key_policies;
mod key_policy_describe_key;
mod key_policy_scoped;
mod key_readers;
mod key_rotation;
mod members;
pub(crate) mod properties;
mod recorded;
mod what_follows;
mod words;

use std::sync::Arc;

use jiff::SignedDuration;
use trailseal_model::controls::CONTROLS;
use trailseal_model::{
    AccountState, Answer, BucketOwner, BucketPresence, ClusterFrame, ControlId, DescribedFrom,
    DeviationClass, Finding, KeyManager, KeyPresence, LogSample, Observed, OrganizationFacts,
    Population, PopulationSource, SampleMethod, SampleResult, Status, Subject, TrailStatus,
    Verdict, verdict,
};

use super::judge;
use crate::test_support::{
    Facts, KEY, POLICY, account, answer, arn, delivered, deviating, evidence, examined, gap, known,
    member, now, object, region, trail_facts, window,
};

/// A key of an account that is not of the organization.
const FOREIGN_KEY: &str = "arn:aws:kms:us-east-1:000000000077:key/7";
/// A key of the organization in another Region than the bucket.
const FAR_KEY: &str = "arn:aws:kms:eu-west-1:000000000001:key/11111111-2222";

/// Judges, and expects of the trail `main` the control, status and reason that this line names.
#[track_caller]
fn check(facts: Facts, expected: &str) -> Finding {
    let control = expected.split(' ').next().expect("a control");
    let mut findings = of_main(facts);
    findings.retain(|it| it.control().as_str() == control);
    assert_eq!(findings.len(), 1, "{control} has exactly one finding");
    let finding = findings.remove(0);
    assert_eq!(line(&finding), expected, "{}: {}", finding.message(), finding.observed());
    assert!(finding.message().contains("main"), "{}", finding.message());
    finding
}

fn of_main(facts: Facts) -> Vec<Finding> {
    let facts = facts.build();
    let main = Subject::Trail(facts.trails[0].description.arn.clone());
    judge(&facts).into_iter().filter(|it| *it.subject() == main).collect()
}

fn policy(text: &str) -> Observed<Answer<Arc<str>>> {
    known(text.into())
}

/// The policy that lets CloudTrail seal, under this condition instead.
fn under(condition: &str) -> String {
    let (before, _) = POLICY.split_once("\"Condition\"").unwrap();
    format!("{before} \"Condition\": {condition} }} }}")
}

fn line(finding: &Finding) -> String {
    format!("{} {} {}", finding.control(), finding.status(), finding.reason())
}

mod trail_kms_encrypted {
    use super::*;

    #[test]
    fn a_key_on_the_trail_passes_and_none_fails() {
        check(Facts::sealed(), "trail-kms-encrypted pass kms_key_set");
        check(Facts::sealed().names_key(None), "trail-kms-encrypted fail no_kms_key");
    }

    #[test]
    fn shadows_that_agree_are_as_good_as_the_owner() {
        let agreeing =
            |it: Facts| it.trail(|it| it.described_from = DescribedFrom::AgreeingShadows);
        check(agreeing(Facts::sealed()), "trail-kms-encrypted pass kms_key_set");
        let keyless = Facts::sealed().names_key(None);
        check(agreeing(keyless), "trail-kms-encrypted fail no_kms_key");
    }
}

mod key_customer_managed {
    use super::*;

    #[test]
    fn the_manager_decides() {
        check(Facts::sealed(), "key-customer-managed pass customer_managed");
        let aws = Facts::sealed().key(|it| it.manager = KeyManager::Aws);
        check(aws, "key-customer-managed fail aws_managed");
    }

    #[test]
    fn an_unread_key_is_not_proven_with_its_gap() {
        let unread = Facts::sealed().key_is(Observed::Unread(gap(3)));
        let finding = check(unread, "key-customer-managed not_proven unread");
        assert_eq!(finding.gaps(), [gap(3)]);
        let never_asked = Facts::sealed().names_key(Some(KEY));
        check(never_asked, "key-customer-managed not_proven unread");
    }

    #[test]
    fn a_key_of_a_stranger_is_not_proven_whether_read_or_not() {
        let named = || Facts::sealed().names_key(Some(FOREIGN_KEY));
        let read =
            check(named().key(|_| ()), "key-customer-managed not_proven outside_organization");
        // The trail, which names the key, and DescribeKey.
        assert_eq!(read.evidence(), [evidence(), evidence()]);
        let unread = named().key_is(Observed::Unread(gap(0)));
        let unread = check(unread, "key-customer-managed not_proven outside_organization");
        assert_eq!(unread.gaps(), [gap(0)]);
    }

    #[test]
    fn a_key_of_a_trusted_account_is_judged_like_our_own() {
        let named = || {
            Facts::sealed()
                .with(|it| it.trusted_key_accounts.extend([account(77)]))
                .names_key(Some(FOREIGN_KEY))
        };
        check(named().key(|_| ()), "key-customer-managed pass customer_managed");
        let unread = named().key_is(Observed::Unread(gap(0)));
        check(unread, "key-customer-managed not_proven unread");
    }

    #[test]
    fn a_stranger_may_be_a_member_that_was_not_listed() {
        let facts = Facts::sealed()
            .with(|it| it.population = Observed::Unread(gap(1)))
            .names_key(Some(FOREIGN_KEY))
            .key(|_| ());
        let finding = check(facts, "key-customer-managed not_proven unread");
        assert_eq!(finding.gaps(), [gap(1)]);
    }

    #[test]
    fn a_key_of_another_member_is_our_own() {
        let facts = Facts::sealed().names_key(Some("arn:aws:kms:us-east-1:000000000002:key/2"));
        check(facts.key(|_| ()), "key-customer-managed pass customer_managed");
    }

    #[test]
    fn the_account_of_the_resolved_key_counts_not_the_alias_s() {
        let facts =
            Facts::sealed().names_key(Some("alias/logs")).key(|it| it.arn = arn(FOREIGN_KEY));
        check(facts, "key-customer-managed not_proven outside_organization");
    }

    #[test]
    fn an_id_that_became_no_arn_is_unread_and_not_absent() {
        let facts = Facts::sealed().trail(|it| it.key = None);
        check(facts, "key-customer-managed not_proven unread");
    }
}

mod key_usable {
    use super::*;

    #[test]
    fn the_state_decides() {
        for (state, outcome) in [
            ("Enabled", "pass usable"),
            ("Updating", "pass usable"),
            ("Disabled", "fail disabled"),
            ("PendingDeletion", "fail pending_deletion"),
            ("PendingReplicaDeletion", "fail pending_deletion"),
            ("PendingImport", "fail pending_import"),
            ("Unavailable", "fail unavailable"),
            ("Creating", "fail not_enabled"),
            ("SomethingNew", "not_proven key_state_unknown"),
        ] {
            let facts = Facts::sealed().key(|it| state.clone_into(&mut it.state));
            check(facts, &format!("key-usable {outcome}"));
        }
    }

    #[test]
    fn a_deletion_date_counts_whatever_the_state() {
        let facts = Facts::sealed().key(|it| it.deletion_date = Some(now()));
        check(facts, "key-usable fail pending_deletion");
    }

    #[test]
    fn only_symmetric_encryption_keys_will_do() {
        for (spec, usage) in [
            ("RSA_2048", "ENCRYPT_DECRYPT"),
            ("HMAC_256", "GENERATE_VERIFY_MAC"),
            ("SYMMETRIC_DEFAULT", "SIGN_VERIFY"),
        ] {
            let facts = Facts::sealed().key(|it| {
                spec.clone_into(&mut it.spec);
                usage.clone_into(&mut it.usage);
            });
            check(facts, "key-usable fail not_symmetric");
        }
    }

    #[test]
    fn imported_material_is_good_until_it_expires() {
        let valid_to = |at| Facts::sealed().key(|it| it.valid_to = Some(at));
        let second = SignedDuration::from_secs(1);
        check(valid_to(now() + second), "key-usable pass usable");
        check(valid_to(now()), "key-usable fail material_expired");
        check(valid_to(now() - second), "key-usable fail material_expired");
        // It expired after the run began and before KMS answered.
        let read_later = valid_to(now() + second).with(|facts| {
            let Some(Observed::Known(answer)) = facts.keys.get_mut(&arn(KEY)) else {
                panic!("read")
            };
            answer.evidence.at += second;
        });
        check(read_later, "key-usable fail material_expired");
    }

    #[test]
    fn its_own_account_calls_it_gone() {
        let facts = Facts::sealed().key_is(known(KeyPresence::Gone));
        check(facts, "key-usable fail key_gone");
    }

    #[test]
    fn an_unread_key_is_not_proven_with_its_gap() {
        let facts = Facts::sealed().key_is(Observed::Unread(gap(2)));
        let finding = check(facts, "key-usable not_proven unread");
        assert_eq!(finding.gaps(), [gap(2)]);
    }

    #[test]
    fn a_key_in_another_region_fails_even_unread() {
        let named = || Facts::sealed().names_key(Some(FAR_KEY));
        check(named().key(|_| ()), "key-usable fail wrong_region");
        let unread = named().key_is(Observed::Unread(gap(0)));
        let finding = check(unread, "key-usable fail wrong_region");
        // The trail's description and HeadBucket show it.
        assert_eq!(finding.evidence().len(), 2);
        let foreign = "arn:aws:kms:eu-west-1:000000000077:key/7";
        let stranger = Facts::sealed().names_key(Some(foreign)).key_is(Observed::Unread(gap(0)));
        check(stranger, "key-usable fail wrong_region");
    }

    #[test]
    fn a_bare_id_says_nothing_of_the_region_until_it_is_read() {
        let in_frankfurt = |it: Facts| {
            it.bucket(|it| {
                let there = BucketPresence::Exists(Some(region("eu-central-1")));
                it.presence = known(there);
            })
        };
        let unread = Facts::sealed().names_key(Some("1111")).key_is(Observed::Unread(gap(0)));
        check(in_frankfurt(unread), "key-usable not_proven unread");
        let read = Facts::sealed().names_key(Some("1111")).key(|_| ());
        check(in_frankfurt(read), "key-usable fail wrong_region");
    }

    #[test]
    fn without_the_bucket_s_region_a_good_key_is_not_proven_and_a_bad_one_fails() {
        let unread = |it: Facts| it.bucket(|it| it.presence = Observed::Unread(gap(4)));
        let finding = check(unread(Facts::sealed()), "key-usable not_proven bucket_region_unknown");
        assert_eq!(finding.gaps(), [gap(4)]);
        for presence in [BucketPresence::Exists(None), BucketPresence::Gone] {
            let facts = Facts::sealed().bucket(|it| it.presence = known(presence));
            check(facts, "key-usable not_proven bucket_region_unknown");
        }
        let without = Facts::sealed().trail(|it| it.description.bucket = None);
        check(without, "key-usable not_proven bucket_region_unknown");
        let disabled = Facts::sealed().key(|it| it.state = "Disabled".to_owned());
        check(unread(disabled), "key-usable fail disabled");
        let gone = Facts::sealed().key_is(known(KeyPresence::Gone));
        check(unread(gone), "key-usable fail key_gone");
    }

    #[test]
    fn a_stranger_s_key_that_was_read_is_judged() {
        let facts = Facts::sealed().names_key(Some(FOREIGN_KEY)).key(|_| ());
        check(facts, "key-usable pass usable");
    }
}

mod key_policy {
    use super::*;

    fn delivered_long_ago(facts: Facts) -> Facts {
        facts.trail(|it| {
            it.sample.newest.as_mut().unwrap().named_at = now() - SignedDuration::from_mins(60);
        })
    }

    #[track_caller]
    fn check_policy(text: &str, just_delivered: &str, long_ago: &str) {
        let facts = || Facts::sealed().policy_is(Some(policy(text)));
        check(facts(), &format!("key-policy-allows-cloudtrail {just_delivered}"));
        let facts = delivered_long_ago(facts());
        check(facts, &format!("key-policy-allows-cloudtrail {long_ago}"));
    }

    #[test]
    fn a_policy_that_allows_passes_and_the_trail_is_sealed() {
        check_policy(POLICY, "pass policy_allows", "pass policy_allows");
        assert_eq!(verdict(&of_main(Facts::sealed())), Verdict::Sealed);
    }

    #[test]
    fn a_policy_that_grants_nothing_fails_unless_a_delivery_contradicts_it() {
        let other = POLICY.replace("trail/main", "trail/other");
        check_policy(&other, "not_proven contradiction", "fail not_granted");
        let deny = POLICY.replace("Allow", "Deny");
        check_policy(&deny, "not_proven contradiction", "fail policy_denies");
    }

    #[test]
    fn what_hangs_on_the_unknown_passes_only_by_a_delivery() {
        let unknown = under(r#"{"StringEquals": {"kms:CallerAccount": "000000000001"}}"#);
        check_policy(&unknown, "pass observed_delivery", "not_proven policy_unknown");
    }

    /// The policy was read so many minutes after the newest log object, which was ten minutes old.
    fn read_apart(text: &str, minutes: i64) -> Facts {
        let mut read = answer(Arc::from(text));
        read.evidence.at += SignedDuration::from_mins(minutes);
        Facts::sealed().policy_is(Some(Observed::Known(read)))
    }

    #[test]
    fn only_answers_less_than_an_hour_apart_corroborate_each_other() {
        let unknown = under(r#"{"StringEquals": {"kms:CallerAccount": "000000000001"}}"#);
        for (minutes, outcome) in [
            (0, "pass observed_delivery"),
            (59, "pass observed_delivery"),
            (60, "not_proven policy_unknown"),
            (-59, "pass observed_delivery"),
            (-60, "not_proven policy_unknown"),
            (-23 * 60, "not_proven policy_unknown"),
        ] {
            let facts = read_apart(&unknown, minutes);
            check(facts, &format!("key-policy-allows-cloudtrail {outcome}"));
        }
        let deny = POLICY.replace("Allow", "Deny");
        for (minutes, outcome) in [
            (59, "not_proven contradiction"),
            // The object is older than what the policy says now.
            (60, "fail policy_denies"),
            // The object is newer than the policy that was read, which may have been changed since.
            (-60, "not_proven contradiction"),
        ] {
            let facts = read_apart(&deny, minutes);
            check(facts, &format!("key-policy-allows-cloudtrail {outcome}"));
        }
    }

    #[test]
    fn an_object_s_age_is_measured_at_the_answer_that_shows_it() {
        let unknown = under(r#"{"StringEquals": {"kms:CallerAccount": "000000000001"}}"#);
        for (named, read, outcome) in [
            (-10, 0, "pass observed_delivery"),
            (-10, 50, "not_proven policy_unknown"),
            (20, 30, "pass observed_delivery"),
            (20, 0, "not_proven policy_unknown"),
        ] {
            let facts = Facts::sealed().policy_is(Some(policy(&unknown))).trail(|it| {
                let newest = it.sample.newest.as_mut().unwrap();
                newest.named_at = now() + SignedDuration::from_mins(named);
                let evidence = newest.evidence.as_mut().unwrap();
                evidence.at = now() + SignedDuration::from_mins(read);
            });
            check(facts, &format!("key-policy-allows-cloudtrail {outcome}"));
        }
    }

    #[test]
    fn an_object_that_may_be_another_trails_shows_nothing() {
        let unknown = under(r#"{"StringEquals": {"kms:CallerAccount": "000000000001"}}"#);
        let facts = Facts::sealed().policy_is(Some(policy(&unknown))).and_trail("other", |_| ());
        check(facts, "key-policy-allows-cloudtrail not_proven policy_unknown");
    }

    #[test]
    fn a_malformed_policy_is_not_proven() {
        for text in ["", "{", "[]", r#"{"Statement": [{"Effect": "Perhaps"}]}"#] {
            check_policy(text, "not_proven policy_malformed", "not_proven policy_malformed");
        }
    }

    #[test]
    fn an_unread_policy_stays_not_proven_whatever_was_delivered() {
        let unread = Facts::sealed().policy_is(Some(Observed::Unread(gap(3))));
        let finding = check(unread, "key-policy-allows-cloudtrail not_proven unread");
        assert_eq!(finding.gaps(), [gap(3)]);
        let missing = Facts::sealed().policy_is(None);
        check(missing, "key-policy-allows-cloudtrail not_proven unread");
        let key_unread = Facts::sealed().key_is(Observed::Unread(gap(0))).policy_is(None);
        let finding = check(key_unread, "key-policy-allows-cloudtrail not_proven unread");
        assert_eq!(finding.gaps(), [gap(0)]);
    }

    #[test]
    fn a_strangers_policy_cannot_be_read() {
        let stranger = || Facts::sealed().names_key(Some(FOREIGN_KEY)).policy_is(None);
        let expected = "key-policy-allows-cloudtrail not_proven outside_organization";
        check(stranger().key(|_| ()), expected);
        check(stranger().key_is(Observed::Unread(gap(0))), expected);
    }
}

mod trail_delivering {
    use super::*;

    fn failing(error: &str, minutes_ago: Option<i64>) -> TrailStatus {
        TrailStatus {
            latest_delivery: minutes_ago.map(|it| now() - SignedDuration::from_mins(it)),
            latest_delivery_error: Some(error.into()),
            ..delivered(0)
        }
    }

    /// One Region with this status, beside a good one before and after it.
    #[track_caller]
    fn check_status(status: TrailStatus, expected: &str) -> Finding {
        let facts = Facts::sealed().status([
            ("ap-south-1", known(delivered(5))),
            ("eu-west-1", known(status)),
            ("us-east-1", known(delivered(5))),
        ]);
        check(facts, &format!("trail-delivering {expected}"))
    }

    fn stopped() -> TrailStatus {
        TrailStatus { is_logging: false, ..delivered(5) }
    }

    #[test]
    fn logging_and_a_delivery_within_a_day_pass() {
        let finding = check_status(delivered(5), "pass delivering");
        // Three Regions and the bucket's owner.
        assert_eq!(finding.evidence().len(), 4);
        check_status(delivered(24 * 60), "pass delivering");
    }

    /// A status of so many minutes ago, read this long after the run began.
    fn read_later(minutes: i64, status: TrailStatus) -> Observed<Answer<TrailStatus>> {
        let mut read = answer(status);
        read.evidence.at += SignedDuration::from_mins(minutes);
        Observed::Known(read)
    }

    #[track_caller]
    fn check_read(status: Observed<Answer<TrailStatus>>, expected: &str) -> Finding {
        let facts = Facts::sealed().status([("us-east-1", status)]);
        check(facts, &format!("trail-delivering {expected}"))
    }

    #[test]
    fn an_age_is_measured_at_the_answer_and_not_at_the_start_of_the_run() {
        // Delivered five minutes before the run began, and read 23 hours into it.
        check_read(read_later(23 * 60, delivered(5)), "pass delivering");
        check_read(read_later(24 * 60, delivered(5)), "not_proven delivery_stale");
        check_read(read_later(50, failing("x", Some(5))), "not_proven delivery_error_contradicted");
        check_read(read_later(55, failing("x", Some(5))), "fail delivery_error");
        // Delivered after the run began.
        check_read(read_later(20, delivered(-15)), "pass delivering");
    }

    #[test]
    fn a_time_in_the_future_is_not_fresh() {
        let finding = check_read(known(delivered(-5)), "not_proven delivery_stale");
        assert!(finding.observed().contains("after AWS's answer"), "{}", finding.observed());
        check_read(known(failing("AccessDenied", Some(-5))), "fail delivery_error");
    }

    /// An error with a delivery, an attempt and a success so many minutes ago.
    fn attempted(delivery: i64, attempt: Option<i64>, success: Option<i64>) -> TrailStatus {
        let ago = |it: i64| now() - SignedDuration::from_mins(it);
        TrailStatus {
            latest_attempt: attempt.map(ago),
            latest_success: success.map(ago),
            ..failing("AccessDenied", Some(delivery))
        }
    }

    #[test]
    fn an_error_of_an_attempt_that_is_newer_than_any_delivery_is_certain_within_the_hour_too() {
        for (delivery, attempt, success) in
            [(7, Some(1), Some(7)), (59, Some(58), Some(59)), (7, Some(1), None)]
        {
            let finding =
                check_status(attempted(delivery, attempt, success), "fail delivery_error");
            assert!(finding.observed().contains("the attempt at"), "{}", finding.observed());
        }
        for (delivery, attempt, success) in [
            (7, Some(7), Some(7)),
            (7, None, Some(7)),
            (7, None, None),
            (7, Some(30), Some(40)),
            // The later of the two fields is the last delivery.
            (7, Some(8), Some(9)),
            (9, Some(8), Some(7)),
        ] {
            let status = attempted(delivery, attempt, success);
            check_status(status, "not_proven delivery_error_contradicted");
        }
        // Without an error the times say nothing against it.
        let quiet = TrailStatus { latest_delivery_error: None, ..attempted(7, Some(1), Some(7)) };
        check_status(quiet, "pass delivering");
    }

    #[test]
    fn logging_that_is_off_in_one_region_fails() {
        let finding = check_status(stopped(), "fail not_logging");
        assert!(finding.observed().contains("eu-west-1"), "{}", finding.observed());
    }

    #[test]
    fn an_error_in_one_region_is_shown_with_the_region() {
        for ago in [None, Some(60), Some(61), Some(3000)] {
            let finding = check_status(failing("AccessDenied", ago), "fail delivery_error");
            let observed = finding.observed();
            assert!(
                observed.contains("AccessDenied") && observed.contains("eu-west-1"),
                "{observed}"
            );
        }
    }

    #[test]
    fn an_error_beside_a_delivery_under_an_hour_old_is_a_contradiction_with_both_shown() {
        for ago in [0, 59] {
            let finding = check_status(
                failing("AccessDenied", Some(ago)),
                "not_proven delivery_error_contradicted",
            );
            let observed = finding.observed();
            assert!(
                observed.contains("AccessDenied") && observed.contains("delivery"),
                "{observed}"
            );
        }
    }

    #[test]
    fn nothing_delivered_or_not_for_a_day_is_not_proven() {
        let never = TrailStatus { latest_delivery: None, ..delivered(0) };
        check_status(never, "not_proven never_delivered");
        check_status(delivered(24 * 60 + 1), "not_proven delivery_stale");
    }

    #[test]
    fn the_worst_region_wins() {
        let never = TrailStatus { latest_delivery: None, ..delivered(0) };
        for (one, other, expected) in [
            (known(delivered(5)), known(never), "not_proven never_delivered"),
            (known(delivered(5)), Observed::Unread(gap(0)), "not_proven unread"),
            (Observed::Unread(gap(0)), known(stopped()), "fail not_logging"),
            (known(delivered(9999)), known(failing("NoSuchBucket", None)), "fail delivery_error"),
        ] {
            let expected = format!("trail-delivering {expected}");
            let forwards = [("eu-west-1", one.clone()), ("us-east-1", other.clone())];
            check(Facts::sealed().status(forwards), &expected);
            check(Facts::sealed().status([("eu-west-1", other), ("us-east-1", one)]), &expected);
        }
    }

    #[test]
    fn every_gap_is_named() {
        let facts = Facts::sealed()
            .status([
                ("eu-west-1", Observed::Unread(gap(0))),
                ("us-east-1", Observed::Unread(gap(1))),
            ])
            .bucket(|it| it.owner = BucketOwner::Unread(gap(2)));
        let finding = check(facts, "trail-delivering not_proven bucket_owner_unknown");
        let mut gaps = finding.gaps().to_vec();
        gaps.sort_unstable();
        assert_eq!(gaps, [gap(0), gap(1), gap(2)]);
    }

    #[test]
    fn a_trail_that_was_asked_for_nowhere_is_not_proven() {
        check(Facts::sealed().status([]), "trail-delivering not_proven unread");
    }

    #[test]
    fn a_bucket_that_is_gone_fails() {
        let facts = Facts::sealed().bucket(|it| it.presence = known(BucketPresence::Gone));
        check(facts, "trail-delivering fail bucket_gone");
    }

    #[test]
    fn a_bucket_of_another_than_the_configured_owner_fails() {
        let owner = |number, configured| {
            Facts::sealed().bucket(|it| {
                it.owner = BucketOwner::Account(account(number), evidence());
                it.configured_owner = Some(account(configured));
            })
        };
        check(owner(1, 1), "trail-delivering pass delivering");
        check(owner(1, 2), "trail-delivering fail bucket_owner_mismatch");
    }

    #[test]
    fn a_bucket_whose_owner_is_found_nowhere_is_not_proven() {
        let unknown = "trail-delivering not_proven bucket_owner_unknown";
        let not_found = Facts::sealed().bucket(|it| it.owner = BucketOwner::NotFound);
        assert_eq!(check(not_found, unknown).gaps(), []);
        let unread = Facts::sealed().bucket(|it| it.owner = BucketOwner::Unread(gap(1)));
        assert_eq!(check(unread, unknown).gaps(), [gap(1)]);
        let none = Facts::sealed().trail(|it| it.description.bucket = None);
        check(none, unknown);
        check(Facts::sealed().with(|it| it.buckets.clear()), unknown);
    }

    #[test]
    fn an_owner_that_lists_the_bucket_shows_that_it_exists() {
        let facts = Facts::sealed().bucket(|it| it.presence = Observed::Unread(gap(0)));
        check(facts, "trail-delivering pass delivering");
    }

    #[test]
    fn a_failure_of_the_status_is_shown_even_without_the_owner() {
        let facts = Facts::sealed()
            .status([("us-east-1", known(stopped()))])
            .bucket(|it| it.owner = BucketOwner::Unread(gap(0)));
        check(facts, "trail-delivering fail not_logging");
    }
}

mod log_objects_sealed {
    use super::*;

    #[track_caller]
    fn check_objects(sample: LogSample, expected: &str) -> Finding {
        check(Facts::sealed().objects(sample), &format!("log-objects-sealed {expected}"))
    }

    #[test]
    fn every_object_of_the_window_sealed_passes() {
        let finding = check_objects(examined(59, 0), "pass all_sealed");
        // The newest object and the listing.
        assert_eq!(finding.evidence().len(), 2);
    }

    #[test]
    fn unreadable_objects_count_as_deviations_against_the_tolerable_rate() {
        check_objects(examined(57, 2), "pass all_sealed");
        check_objects(examined(56, 3), "not_proven unreadable_objects");
        // Exactly the rate is within it.
        check_objects(examined(19, 1), "pass all_sealed");
        check_objects(examined(18, 1), "not_proven unreadable_objects");
        check_objects(examined(0, 1), "not_proven unreadable_objects");
    }

    #[test]
    fn the_gaps_of_unreadable_objects_are_named() {
        let sample = LogSample { gaps: vec![gap(5)], ..examined(0, 3) };
        let finding = check_objects(sample, "not_proven unreadable_objects");
        assert_eq!(finding.gaps(), [gap(5)]);
    }

    #[test]
    fn each_class_of_deviation_has_its_reason() {
        for (class, reason) in [
            (DeviationClass::None, "unencrypted"),
            (DeviationClass::SseC, "sse_c"),
            (DeviationClass::SseS3, "sse_s3"),
            (DeviationClass::AwsManagedKey, "aws_managed_key"),
            (DeviationClass::ForeignKey, "foreign_key"),
            (DeviationClass::PreviousKey, "previous_key"),
            (DeviationClass::WrongKey, "wrong_key"),
        ] {
            let finding = check_objects(deviating(class), &format!("fail {reason}"));
            assert!(finding.message().contains("1 of 3"), "{}", finding.message());
        }
    }

    #[test]
    fn a_deviation_fails_wherever_it_was_found() {
        for method in SampleMethod::ALL {
            let sample = LogSample { method: *method, ..deviating(DeviationClass::SseS3) };
            check_objects(sample, "fail sse_s3");
        }
        let refused = LogSample { gaps: vec![gap(0)], ..deviating(DeviationClass::SseS3) };
        check_objects(refused, "fail sse_s3");
    }

    /// So many of this population, all sealed but for those that could not be read.
    fn random(eligible: u64, sealed: u32, unreadable: u32) -> LogSample {
        let population = Population::Counted(eligible);
        let method = SampleMethod::Random;
        LogSample { method, population, eligible, ..examined(sealed, unreadable) }
    }

    #[test]
    fn a_random_sample_passes_where_what_may_deviate_is_tolerable() {
        let finding = check_objects(random(100, 59, 0), "pass sample_sealed");
        assert!(finding.message().contains("at most 3 % of all deviate"), "{}", finding.message());
        check_objects(random(250_000, 59, 0), "pass sample_sealed");
        check_objects(random(100, 58, 1), "pass sample_sealed");
        check_objects(random(250_000, 58, 0), "not_proven sample_too_small");
        check_objects(random(250_000, 58, 1), "not_proven unreadable_objects");
        check_objects(random(100, 0, 59), "not_proven unreadable_objects");
    }

    #[test]
    fn a_sample_of_clusters_passes_by_the_cluster_weighted_rate_and_says_so() {
        let cells = |sealed, unreadable| {
            let population = Population::AtLeast(1000);
            LogSample { method: SampleMethod::Clusters, population, ..examined(sealed, unreadable) }
        };
        let finding = check_objects(cells(59, 0), "pass cluster_sample_sealed");
        let message = finding.message();
        assert!(
            message.contains("cluster-weighted rate of deviations is at most 4.96 %"),
            "{message}"
        );
        check_objects(cells(58, 0), "not_proven sample_too_small");
        check_objects(cells(58, 1), "not_proven unreadable_objects");
        let empty = LogSample {
            frame: ClusterFrame { clusters: 8, drawn: 2000, empty: 2000 },
            ..LogSample::nothing(window())
        };
        check_objects(empty, "not_proven no_objects");
    }

    #[test]
    fn other_numbers_give_other_verdicts() {
        let of = |tolerable_rate, sample| {
            let facts = Facts::sealed().objects(sample);
            facts.with(|it| it.thresholds.tolerable_rate = tolerable_rate)
        };
        check(of(0.01, random(250_000, 59, 0)), "log-objects-sealed not_proven sample_too_small");
        check(of(0.01, random(250_000, 299, 0)), "log-objects-sealed pass sample_sealed");
        check(of(0.1, random(250_000, 29, 0)), "log-objects-sealed pass sample_sealed");
    }

    #[test]
    fn what_could_not_be_listed_to_its_end_proves_nothing() {
        let partial = LogSample {
            method: SampleMethod::Partial,
            population: Population::AtLeast(60),
            ..examined(0, 0)
        };
        check_objects(partial, "not_proven unread");
        for method in [SampleMethod::All, SampleMethod::Random] {
            let population = Population::AtLeast(60);
            let sample = LogSample { method, population, ..examined(59, 0) };
            check_objects(sample, "not_proven unread");
        }
    }

    #[test]
    fn without_an_object_nothing_is_proven() {
        let empty =
            LogSample { population: Population::Counted(0), ..LogSample::nothing(window()) };
        check_objects(empty, "not_proven no_objects");
        check_objects(examined(0, 0), "not_proven no_objects");
        check_objects(LogSample::nothing(window()), "not_proven unread");
        let refused = LogSample { gaps: vec![gap(1)], ..LogSample::nothing(window()) };
        let finding = check_objects(refused, "not_proven unread");
        assert_eq!(finding.gaps(), [gap(1)]);
    }

    #[test]
    fn objects_older_than_the_switch_do_not_count() {
        let sample = LogSample { left_population: 7, ..examined(3, 0) };
        check_objects(sample, "pass all_sealed");
        let only_older = LogSample { left_population: 7, ..examined(0, 0) };
        check_objects(only_older, "not_proven no_objects");
    }

    #[test]
    fn a_bucket_that_is_gone_holds_nothing() {
        let facts = Facts::sealed()
            .bucket(|it| it.presence = known(BucketPresence::Gone))
            .objects(LogSample::nothing(window()));
        check(facts, "log-objects-sealed not_proven bucket_gone");
    }

    #[test]
    fn a_keyless_trail_fails_on_the_first_object_and_is_not_proven_without() {
        let keyless = |sample| Facts::sealed().names_key(None).objects(sample);
        for class in [DeviationClass::SseS3, DeviationClass::None, DeviationClass::WrongKey] {
            check(keyless(deviating(class)), "log-objects-sealed fail no_kms_key");
        }
        let empty =
            LogSample { population: Population::Counted(0), ..LogSample::nothing(window()) };
        check(keyless(empty), "log-objects-sealed not_proven no_objects");
        check(keyless(LogSample::nothing(window())), "log-objects-sealed not_proven unread");
        let unreadable = LogSample { gaps: vec![gap(0)], ..examined(0, 3) };
        check(keyless(unreadable), "log-objects-sealed not_proven unreadable_objects");
    }

    #[test]
    fn a_keyless_trail_never_passes() {
        let facts = Facts::sealed().names_key(None).objects(examined(59, 0));
        check(facts, "log-objects-sealed fail no_kms_key");
    }

    #[test]
    fn an_organization_trail_of_members_by_the_users_word_is_not_proven() {
        let of = |source, is_organization| {
            let trail = Facts::sealed().trail(|it| {
                it.description.is_organization_trail = is_organization;
            });
            trail.with(|it| it.population_source = source)
        };
        let declared = PopulationSource::AccountsFile;
        check(of(declared, true), "log-objects-sealed not_proven population_declared");
        check(of(declared, false), "log-objects-sealed pass all_sealed");
        check(of(PopulationSource::Organizations, true), "log-objects-sealed pass all_sealed");
    }

    #[test]
    fn an_organization_trail_of_members_that_were_not_all_listed_is_not_proven() {
        let facts = |is_organization| {
            Facts::sealed()
                .with(|it| it.population = Observed::Unread(gap(6)))
                .trail(|it| it.description.is_organization_trail = is_organization)
        };
        let finding = check(facts(true), "log-objects-sealed not_proven unread");
        assert_eq!(finding.gaps(), [gap(6)]);
        check(facts(false), "log-objects-sealed pass all_sealed");
        let deviating = facts(true).objects(deviating(DeviationClass::SseS3));
        check(deviating, "log-objects-sealed fail sse_s3");
    }
}

mod shared_prefix {
    use super::*;

    const SHARED: &str = "log-objects-sealed not_proven shared_prefix";

    fn deviating_main() -> Facts {
        Facts::sealed().objects(deviating(DeviationClass::WrongKey))
    }

    #[test]
    fn a_deviation_may_be_the_sibling_s() {
        check(deviating_main().and_trail("sibling", |_| ()), SHARED);
    }

    #[test]
    fn siblings_share_bucket_prefix_and_account() {
        let fails = "log-objects-sealed fail wrong_key";
        let check = |change: fn(&mut trailseal_model::TrailDescription), expected| {
            check(deviating_main().and_trail("other", change), expected);
        };
        check(|it| it.bucket = Some("other".to_owned()), fails);
        check(|it| it.bucket = None, fails);
        check(|it| it.prefix = Some("other".to_owned()), fails);
        check(|it| it.owner = account(2), fails);
        check(|it| it.is_organization_trail = true, fails);
        check(|it| it.is_multi_region = true, SHARED);
        check(|it| it.kms_key_id = None, SHARED);
    }

    #[test]
    fn single_region_trails_of_different_home_regions_are_no_siblings() {
        let far = |it: &mut trailseal_model::TrailDescription| it.home_region = region("eu-west-1");
        check(deviating_main().and_trail("far", far), "log-objects-sealed fail wrong_key");
        let far_and_wide = |it: &mut trailseal_model::TrailDescription| {
            it.home_region = region("eu-west-1");
            it.is_multi_region = true;
        };
        check(deviating_main().and_trail("far", far_and_wide), SHARED);
    }

    #[test]
    fn organization_trails_share_whoever_owns_them() {
        let facts = deviating_main()
            .trail(|it| it.description.is_organization_trail = true)
            .and_trail("other", |it| {
                it.is_organization_trail = true;
                it.owner = account(2);
            });
        check(facts, SHARED);
    }

    #[test]
    fn trails_without_a_bucket_share_nothing() {
        let facts = deviating_main()
            .trail(|it| it.description.bucket = None)
            .and_trail("other", |it| it.bucket = None);
        check(facts, "log-objects-sealed fail wrong_key");
    }

    #[test]
    fn a_sibling_does_not_spoil_what_is_sealed() {
        check(Facts::sealed().and_trail("sibling", |_| ()), "log-objects-sealed pass all_sealed");
    }

    #[test]
    fn an_object_of_s3_s_own_key_is_the_keyless_trail_s() {
        let keyless = |class| {
            Facts::sealed()
                .names_key(None)
                .objects(deviating(class))
                .and_trail("sibling", |it| it.kms_key_id = Some(KEY.to_owned()))
        };
        check(keyless(DeviationClass::SseS3), "log-objects-sealed fail no_kms_key");
        check(keyless(DeviationClass::WrongKey), SHARED);
        check(keyless(DeviationClass::None), SHARED);
    }

    #[test]
    fn an_object_of_s3_s_own_key_leaves_a_keyed_sibling_unproven() {
        let facts = Facts::sealed()
            .objects(deviating(DeviationClass::SseS3))
            .and_trail("keyless", |it| it.kms_key_id = None);
        check(facts, SHARED);
    }
}

#[test]
fn an_empty_organization_has_no_findings() {
    let facts = Facts::sealed().with(|it| {
        it.trails.clear();
        it.accounts.clear();
    });
    assert_eq!(judge(&facts.build()), []);
}

#[test]
fn a_finding_s_proof_is_the_call_that_showed_it() {
    let facts = Facts::sealed().key(|_| ()).with(|it| {
        let mut described = answer(KeyPresence::Exists(crate::test_support::key(KEY)));
        described.evidence.request_id = Some("describe-key".into());
        it.keys.insert(arn(KEY), Observed::Known(described));
    });
    let finding = check(facts, "key-customer-managed pass customer_managed");
    assert_eq!(finding.evidence()[0].request_id.as_deref(), Some("describe-key"));
}
