//! What KMS does not tell of a key leaves open what depends on it, and nothing else.

use trailseal_model::{KeyManager, KeyPresence};

use super::check;
use crate::test_support::{Facts, gap, known};

const REFUSED: &str = "KMSInvalidStateException: the key is creating";

fn without(field: &str, value: &str) -> Facts {
    Facts::sealed().key(|key| match field {
        "state" => value.clone_into(&mut key.state),
        "spec" => value.clone_into(&mut key.spec),
        "usage" => value.clone_into(&mut key.usage),
        _ => key.manager = KeyManager::Unknown,
    })
}

#[test]
fn an_unknown_kind_never_passes_and_the_rest_is_judged() {
    for (field, value) in
        [("spec", ""), ("usage", ""), ("spec", "SYMMETRIC_NEW"), ("usage", "SOMETHING_NEW")]
    {
        check(without(field, value), "key-usable not_proven key_kind_unknown");
        check(without(field, value), "key-customer-managed pass customer_managed");
        check(without(field, value), "key-rotation-enabled pass rotation_on");
        let disabled = Facts::sealed().key(|key| {
            "Disabled".clone_into(&mut key.state);
            key.spec.clear();
        });
        check(disabled, "key-usable fail disabled");
    }
    let with_other_usage = Facts::sealed().key(|key| {
        key.spec.clear();
        "SIGN_VERIFY".clone_into(&mut key.usage);
    });
    check(with_other_usage, "key-usable fail not_symmetric");
}

#[test]
fn an_unknown_state_is_neither_usable_nor_unusable() {
    for state in ["", "SomethingNew"] {
        check(without("state", state), "key-usable not_proven key_state_unknown");
        check(without("state", state), "key-customer-managed pass customer_managed");
    }
}

#[test]
fn an_unknown_manager_is_no_customer() {
    let finding = check(without("manager", ""), "key-customer-managed not_proven key_kind_unknown");
    assert_eq!(finding.gaps(), []);
    check(without("manager", ""), "key-usable pass usable");
}

#[test]
fn rotation_that_is_off_fails_only_a_key_of_a_known_kind() {
    let off = |facts: Facts| {
        facts.rotation_is(Some(known(trailseal_model::KeyRotation {
            is_enabled: false,
            period_days: None,
        })))
    };
    check(off(Facts::sealed()), "key-rotation-enabled fail rotation_off");
    check(off(without("spec", "")), "key-rotation-enabled not_proven key_kind_unknown");
}

#[test]
fn a_key_that_kms_does_not_describe_in_its_state_is_not_usable_now() {
    let facts = || Facts::sealed().key_is(known(KeyPresence::InvalidState(REFUSED.to_owned())));
    let finding = check(facts(), "key-usable fail unavailable");
    assert!(finding.message().contains(REFUSED), "{}", finding.message());
    let finding = check(facts(), "key-customer-managed not_proven key_kind_unknown");
    assert!(finding.message().contains(REFUSED), "{}", finding.message());
    // Its policy and rotation were read, and are judged.
    check(facts(), "key-policy-allows-cloudtrail pass policy_allows");
    check(facts(), "key-rotation-enabled pass rotation_on");
}

#[test]
fn a_key_is_not_usable_while_kms_refuses_other_requests_for_its_state() {
    let refused = || Facts::sealed().key(|key| key.refused_for_state = Some(gap(3)));
    let finding = check(refused(), "key-usable not_proven key_state_unknown");
    assert_eq!(finding.gaps(), [gap(3)]);
    let disabled = Facts::sealed().key(|key| {
        key.refused_for_state = Some(gap(3));
        "Disabled".clone_into(&mut key.state);
    });
    check(disabled, "key-usable fail disabled");
}

#[test]
fn a_store_under_a_key_that_is_not_told_is_not_proven() {
    use trailseal_model::{Reason, Status};

    use super::judge;
    use crate::test_support::{KEY, arn, key};
    let mut unknown = key(KEY);
    unknown.manager = KeyManager::Unknown;
    for presence in [KeyPresence::Exists(unknown), KeyPresence::InvalidState(REFUSED.to_owned())] {
        let facts = Facts::sealed().and_store(Some(KEY)).with(|facts| {
            facts.keys.insert(arn(KEY), known(presence));
        });
        let mut findings = judge(&facts.build());
        findings.retain(|it| it.control().as_str() == "event-data-store-kms-encrypted");
        let found: Vec<_> = findings.iter().map(|it| (it.status(), it.reason())).collect();
        assert_eq!(found, [(Status::NotProven, Reason::KeyKindUnknown)]);
    }
}
