//! The tables obey what follows from what.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::super::{READY_MADE, Scenario};
use super::{Control, ready, truth};
use crate::world::account::AccountId;
use crate::world::key::{Key, KeyState};
use crate::world::trail::Trail;

const KEY_CONTROLS: [Control; 7] = [
    Control::KeyCustomerManaged,
    Control::KeyUsable,
    Control::KeyPolicyAllowsCloudtrail,
    Control::KeyPolicyDescribeKey,
    Control::KeyPolicyScoped,
    Control::KeyReadersLimited,
    Control::KeyRotationEnabled,
];

/// A trail with its key and what an audit must say of it.
struct Judged<'a> {
    trail: &'a Trail,
    key: Option<&'a Key>,
    arn: String,
    statuses: BTreeMap<&'a str, &'a str>,
    inside: &'a HashSet<AccountId>,
}

impl Judged<'_> {
    fn is(&self, control: Control, expected: &str) -> bool {
        self.statuses[control.id()] == expected
    }

    fn must(&self, control: Control, expected: &str) {
        let status = self.statuses[control.id()];
        assert_eq!(status, expected, "{} {control:?}", self.arn);
    }

    /// The account of the key that the trail names.
    fn key_account(&self) -> Option<AccountId> {
        self.trail.key.as_ref()?.split(':').nth(4)?.parse().ok()
    }
}

/// Looks at every trail that an audit must say something of, in every ready-made scenario.
fn each(check: impl Fn(&Judged<'_>)) {
    for (name, _) in READY_MADE.iter().filter(|it| !it.0.starts_with("bench")) {
        let scenario = ready(name);
        let truth = truth(&scenario);
        let inside = scenario.parts.accounts.iter().map(|it| it.id).collect();
        let keys: HashMap<_, _> = scenario.parts.keys.iter().map(|it| (it.arn(), it)).collect();
        for trail in &scenario.parts.trails {
            let arn = trail.arn();
            let of_trail = truth.range((&*arn, "")..).take_while(|it| it.0.0 == arn);
            let statuses: BTreeMap<_, _> = of_trail.map(|it| (it.0.1, *it.1)).collect();
            if statuses.is_empty() {
                continue;
            }
            assert_eq!(statuses.len(), 12, "{arn}");
            let key = trail.key.as_ref().and_then(|it| keys.get(&**it).copied());
            check(&Judged { trail, key, arn, statuses, inside: &inside });
        }
    }
}

#[test]
fn without_a_key_nothing_of_the_key_applies() {
    each(|it| {
        let is_keyless = it.trail.key.is_none();
        it.must(Control::TrailKmsEncrypted, if is_keyless { "fail" } else { "pass" });
        if is_keyless {
            for control in KEY_CONTROLS {
                it.must(control, "not_applicable");
            }
            it.must(Control::DigestObjectsSealed, "not_applicable");
            it.must(Control::HistorySealed, "not_applicable");
            assert!(!it.is(Control::LogObjectsSealed, "pass"), "{}", it.arn);
        }
    });
}

#[test]
fn a_key_that_aws_manages_fails_and_has_no_policy_to_judge() {
    each(|it| {
        if it.key.is_some_and(|it| it.is_aws_managed) {
            it.must(Control::KeyCustomerManaged, "fail");
            it.must(Control::LogObjectsSealed, "fail");
            for control in &KEY_CONTROLS[2..] {
                it.must(*control, "not_applicable");
            }
        } else {
            assert!(!it.is(Control::KeyCustomerManaged, "fail"), "{}", it.arn);
        }
    });
}

#[test]
fn a_key_that_is_gone_is_not_usable_and_nothing_else() {
    each(|it| {
        let lives_inside = it.key_account().is_some_and(|id| it.inside.contains(&id));
        if lives_inside && it.key.is_none() {
            it.must(Control::KeyUsable, "fail");
            for control in KEY_CONTROLS.into_iter().filter(|it| *it != Control::KeyUsable) {
                it.must(control, "not_applicable");
            }
        }
    });
}

#[test]
fn a_key_outside_the_organization_is_never_proven_to_be_the_customers() {
    each(|it| {
        if it.key_account().is_some_and(|id| !it.inside.contains(&id)) {
            it.must(Control::KeyCustomerManaged, "not_proven");
            it.must(Control::KeyPolicyAllowsCloudtrail, "not_proven");
        }
    });
}

#[test]
fn only_a_key_that_can_seal_is_usable() {
    each(|it| {
        let Some(key) = it.key else { return };
        let can_seal = matches!(key.state, KeyState::Enabled | KeyState::Updating)
            && &*key.spec == "SYMMETRIC_DEFAULT"
            && &*key.usage == "ENCRYPT_DECRYPT"
            && key.region == it.trail.home;
        if it.is(Control::KeyUsable, "pass") {
            assert!(can_seal, "{}", it.arn);
        } else if it.is(Control::KeyUsable, "fail") {
            assert!(!can_seal, "{}", it.arn);
        }
    });
}

#[test]
fn where_nothing_is_granted_there_is_nothing_to_be_scoped() {
    each(|it| {
        if it.is(Control::KeyPolicyAllowsCloudtrail, "fail") {
            it.must(Control::KeyPolicyScoped, "not_applicable");
            // What cannot be sealed cannot be delivered: else the two would contradict each other.
            it.must(Control::TrailDelivering, "fail");
        }
    });
}

#[test]
fn without_digests_validation_decides() {
    each(|it| {
        if it.trail.key.is_some() && it.trail.deliveries.digest_phases.is_empty() {
            let expected =
                if it.trail.validates_log_files { "not_proven" } else { "not_applicable" };
            it.must(Control::DigestObjectsSealed, expected);
        }
    });
}

#[test]
fn what_was_never_delivered_is_not_proven_to_be_sealed() {
    each(|it| {
        if it.trail.deliveries.per_day == 0 {
            it.must(Control::LogObjectsSealed, "not_proven");
            assert!(!it.is(Control::TrailDelivering, "pass"), "{}", it.arn);
        }
        if !it.trail.logging.is_on {
            it.must(Control::TrailDelivering, "fail");
        }
    });
}

#[test]
fn deviations_in_logs_are_deviations_in_history_too() {
    each(|it| {
        if it.is(Control::LogObjectsSealed, "fail") && it.trail.key.is_some() {
            it.must(Control::HistorySealed, "fail");
        }
    });
}

#[test]
fn rows_speak_of_what_there_is_and_each_account_in_use_has_one() {
    for (name, _) in READY_MADE {
        let scenario = ready(name);
        let truth = truth(&scenario);
        for account in &scenario.parts.accounts {
            let id = account.id.to_string();
            let is_said = truth[&(&*id, "account-covered")] != "not_applicable";
            assert_eq!(is_said, account.state.is_usable(), "{name} {id}");
        }
        let subjects = subjects(&scenario);
        for row in &scenario.expected {
            assert!(subjects.contains(&*row.subject), "{name}: {}", row.subject);
            let about_store = row.control == "event-data-store-kms-encrypted";
            assert_eq!(row.subject.contains(":eventdatastore/"), about_store, "{}", row.subject);
        }
    }
}

/// Everything that a row may speak of.
fn subjects(scenario: &Scenario) -> HashSet<String> {
    let parts = &scenario.parts;
    let accounts = parts.accounts.iter().map(|it| it.id.to_string());
    let trails: Vec<_> = parts.trails.iter().map(Trail::arn).collect();
    let stores: Vec<_> =
        parts.stores.iter().map(crate::world::trail::EventDataStore::arn).collect();
    let count = parts.accounts.len() + trails.len() + stores.len();
    let subjects: HashSet<_> = accounts.chain(trails).chain(stores).collect();
    assert_eq!(subjects.len(), count, "two subjects have one name");
    subjects
}

#[test]
fn phases_begin_with_the_deliveries_and_follow_each_other() {
    each(|it| {
        let deliveries = &it.trail.deliveries;
        for phases in [&deliveries.phases, &deliveries.digest_phases] {
            assert!(phases.is_sorted_by(|a, b| a.from < b.from), "{}", it.arn);
            assert!(phases.first().is_none_or(|phase| phase.from <= deliveries.from), "{}", it.arn);
        }
        assert!(!deliveries.phases.is_empty(), "{}", it.arn);
    });
}
