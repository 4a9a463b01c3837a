//! `key-rotation-enabled`: whether the key rotates by itself, where it can.

use trailseal_model::{KeyFacts, KeyRotation};

use super::*;
use crate::test_support::ROTATING;

const OFF: KeyRotation = KeyRotation { is_enabled: false, period_days: None };

#[track_caller]
fn check(facts: Facts, expected: &str) -> Finding {
    super::check(facts, &format!("key-rotation-enabled {expected}"))
}

/// The trail's key with this change, which rotates.
fn with_key(change: impl FnOnce(&mut KeyFacts)) -> Facts {
    Facts::sealed().key(change)
}

#[test]
fn rotation_that_is_on_passes_with_its_period() {
    let finding = check(Facts::sealed(), "pass rotation_on");
    assert_eq!(finding.observed(), "on, every 365 days");
    // GetKeyRotationStatus and DescribeKey.
    assert_eq!(finding.evidence().len(), 2);
    let without_period = KeyRotation { period_days: None, ..ROTATING };
    let facts = Facts::sealed().rotation_is(Some(known(without_period)));
    assert_eq!(check(facts, "pass rotation_on").observed(), "on");
}

#[test]
fn rotation_that_is_off_fails_and_leaves_the_verdict_as_it_is() {
    let off = || Facts::sealed().rotation_is(Some(known(OFF)));
    let finding = check(off(), "fail rotation_off");
    assert_eq!((finding.observed(), finding.evidence().len()), ("off", 2));
    assert_eq!(verdict(&of_main(off())), Verdict::Sealed);
}

#[test]
fn rotation_that_was_not_read_is_not_proven() {
    let unread = Facts::sealed().rotation_is(Some(Observed::Unread(gap(3))));
    assert_eq!(check(unread, "not_proven unread").gaps(), [gap(3)]);
    let never_asked = Facts::sealed().rotation_is(None);
    assert_eq!(check(never_asked, "not_proven unread").gaps(), []);
}

/// DescribeKey failed.
fn undescribed() -> Facts {
    Facts::sealed().key_is(Observed::Unread(gap(2)))
}

#[test]
fn of_a_key_that_was_not_read_nothing_is_proven() {
    let unread = || undescribed().rotation_is(None);
    assert_eq!(check(unread(), "not_proven unread").gaps(), [gap(2)]);
    let both = unread().rotation_is(Some(Observed::Unread(gap(3))));
    assert_eq!(check(both, "not_proven unread").gaps(), [gap(3), gap(2)]);
    let never_asked = unread().with(|it| it.keys.clear());
    assert_eq!(check(never_asked, "not_proven unread").gaps(), []);
    check(unread().trail(|it| it.key = None), "not_proven unread");
}

#[test]
fn a_key_that_was_not_described_rotates_where_kms_says_so_and_never_fails() {
    let finding = check(undescribed(), "pass rotation_on");
    assert_eq!(finding.evidence().len(), 1);
    let finding = check(undescribed().rotation_is(Some(known(OFF))), "not_proven unread");
    assert_eq!((finding.observed(), finding.gaps()), ("off", &[gap(2)][..]));
}

#[test]
fn without_a_key_of_the_customer_s_there_is_nothing_to_rotate() {
    check(Facts::sealed().names_key(None), "not_applicable no_kms_key");
    check(with_key(|it| it.manager = KeyManager::Aws), "not_applicable aws_managed");
    let gone = Facts::sealed().key_is(known(KeyPresence::Gone));
    check(gone, "not_applicable key_gone");
}

#[test]
fn only_symmetric_keys_whose_material_kms_made_rotate_by_themselves() {
    let with_origin = |it: Option<&str>| with_key(|key| key.origin = it.map(str::to_owned));
    let unsupported = "not_applicable rotation_not_supported";
    for origin in ["EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE", "SOMETHING_NEW"] {
        check(with_origin(Some(origin)), unsupported);
    }
    check(with_origin(Some("AWS_KMS")), "pass rotation_on");
    check(with_origin(None), "pass rotation_on");
    check(with_key(|it| it.spec = "RSA_2048".to_owned()), unsupported);
    check(with_key(|it| it.usage = "GENERATE_VERIFY_MAC".to_owned()), unsupported);
}

#[test]
fn what_kms_says_of_a_key_that_is_to_be_deleted_proves_nothing() {
    for state in ["PendingDeletion", "PendingReplicaDeletion"] {
        let pending = || with_key(|it| state.clone_into(&mut it.state));
        let finding = check(pending(), "not_proven pending_deletion");
        assert_eq!(finding.observed(), state);
        check(pending().rotation_is(Some(known(OFF))), "not_proven pending_deletion");
    }
    check(with_key(|it| it.deletion_date = Some(now())), "not_proven pending_deletion");
    check(with_key(|it| it.state = "Disabled".to_owned()), "pass rotation_on");
}

#[test]
fn an_imported_key_that_is_to_be_deleted_does_not_rotate_either_way() {
    let imported = with_key(|it| {
        it.origin = Some("EXTERNAL".to_owned());
        it.state = "PendingImport".to_owned();
    });
    check(imported, "not_applicable rotation_not_supported");
}
