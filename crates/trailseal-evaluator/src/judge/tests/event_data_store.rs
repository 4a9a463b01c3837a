//! `event-data-store-kms-encrypted`: under whose key a CloudTrail Lake store lies.

use super::*;
use crate::test_support::{STORE, key};

/// Judges, and expects of the store the status and reason that this line names.
#[track_caller]
fn check(facts: Facts, expected: &str) -> Finding {
    let store = Subject::EventDataStore(arn(STORE));
    let mut findings = judge(&facts.build());
    findings.retain(|it| *it.subject() == store);
    assert_eq!(findings.len(), 1, "one finding for the store");
    let finding = findings.remove(0);
    assert_eq!(line(&finding), format!("event-data-store-kms-encrypted {expected}"));
    assert!(finding.message().contains("'lake'"), "{}", finding.message());
    finding
}

/// A store under this key, which DescribeKey finds.
fn under(named: &str) -> Facts {
    let described = known(KeyPresence::Exists(key(named)));
    Facts::sealed().and_store(Some(named)).with(|it| {
        it.keys.insert(arn(named), described);
    })
}

/// A store of which DescribeKey came to this for its key.
fn with_key(presence: Observed<Answer<KeyPresence>>) -> Facts {
    under(KEY).with(|it| {
        it.keys.insert(arn(KEY), presence);
    })
}

fn unread_population(facts: Facts) -> Facts {
    facts.with(|it| it.population = Observed::Unread(gap(1)))
}

#[test]
fn a_store_without_a_key_fails() {
    let finding = check(Facts::sealed().and_store(None), "fail no_kms_key");
    assert_eq!(finding.evidence(), [evidence()]);
}

#[test]
fn a_key_of_the_customer_passes() {
    let finding = check(under(KEY), "pass customer_managed");
    // GetEventDataStore and DescribeKey.
    assert_eq!(finding.evidence().len(), 2);
    check(under("arn:aws:kms:us-east-1:000000000002:key/2"), "pass customer_managed");
}

#[test]
fn a_key_of_aws_fails() {
    let mut aws_managed = key(KEY);
    aws_managed.manager = KeyManager::Aws;
    check(with_key(known(KeyPresence::Exists(aws_managed))), "fail aws_managed");
}

#[test]
fn a_key_that_its_own_account_calls_gone_fails() {
    check(with_key(known(KeyPresence::Gone)), "fail key_gone");
}

#[test]
fn a_key_of_a_stranger_is_not_proven() {
    let finding = check(under(FOREIGN_KEY), "not_proven outside_organization");
    assert_eq!(finding.evidence(), [evidence()]);
    assert_eq!(finding.gaps(), []);
    let nobody_s = "arn:aws:kms:us-east-1::key/without-account";
    check(under(nobody_s), "not_proven outside_organization");
}

#[test]
fn a_stranger_may_be_a_member_that_was_not_listed() {
    let finding = check(unread_population(under(FOREIGN_KEY)), "not_proven unread");
    assert_eq!(finding.gaps(), [gap(1)]);
    check(unread_population(under(KEY)), "pass customer_managed");
}

#[test]
fn a_key_of_a_trusted_account_is_judged_like_our_own() {
    let trusting = |it: Facts| it.with(|it| it.trusted_key_accounts.extend([account(77)]));
    check(trusting(under(FOREIGN_KEY)), "pass customer_managed");
    let mut aws_managed = key(FOREIGN_KEY);
    aws_managed.manager = KeyManager::Aws;
    let facts = trusting(under(FOREIGN_KEY)).with(|it| {
        it.keys.insert(arn(FOREIGN_KEY), known(KeyPresence::Exists(aws_managed)));
    });
    check(facts, "fail aws_managed");
}

#[test]
fn the_account_of_the_resolved_key_counts_not_the_alias_s() {
    let alias = "arn:aws:kms:us-east-1:000000000001:alias/lake";
    let resolved = known(KeyPresence::Exists(key(FOREIGN_KEY)));
    let facts = under(alias).with(|it| {
        it.keys.insert(arn(alias), resolved);
    });
    check(facts, "not_proven outside_organization");
}

#[test]
fn a_store_that_was_not_read_is_not_proven_whatever_is_known_of_its_key() {
    let facts = under(KEY).with(|it| it.stores[0].description = Observed::Unread(gap(2)));
    assert_eq!(check(facts, "not_proven unread").gaps(), [gap(2)]);
}

#[test]
fn a_key_that_was_not_read_is_not_proven_and_not_absent() {
    let unread = with_key(Observed::Unread(gap(3)));
    assert_eq!(check(unread, "not_proven unread").gaps(), [gap(3)]);
    let never_asked = under(KEY).with(|it| it.keys.clear());
    assert_eq!(check(never_asked, "not_proven unread").gaps(), []);
    let no_arn = under(KEY).with(|it| it.stores[0].key = None);
    check(no_arn, "not_proven unread");
}

#[test]
fn no_verdict_of_a_trail_hangs_on_a_store() {
    assert_eq!(of_main(Facts::sealed().and_store(None)), of_main(Facts::sealed()));
}
