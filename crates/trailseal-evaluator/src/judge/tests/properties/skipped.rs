//! What a run says without some controls: never more than with them.

use trailseal_model::{DigestSample, HistorySample, MemberDelivery, Reading, verdicts};

use super::*;

fn some_controls() -> impl Strategy<Value = BTreeSet<ControlId>> {
    let all = ControlId::ALL.to_vec();
    let few = subsequence(all.clone(), 1..=4);
    let most = subsequence(all, 8..=13);
    prop_oneof![3 => few, 1 => most].prop_map(|controls| controls.into_iter().collect())
}

fn any_facts() -> impl Strategy<Value = OrganizationFacts> {
    prop_oneof![some_facts(), nearly_sealed_facts()].prop_map(|mut facts| {
        facts.scope.skipped_controls.clear();
        facts
    })
}

fn skipping(facts: &OrganizationFacts, skipped: &BTreeSet<ControlId>) -> OrganizationFacts {
    let mut facts = facts.clone();
    facts.scope.skipped_controls.clone_from(skipped);
    facts
}

/// The facts as a run has them that does not ask what only these controls need.
fn as_asked(mut facts: OrganizationFacts, skipped: &BTreeSet<ControlId>) -> OrganizationFacts {
    let leaves_out = |reading: Reading| !reading.is_asked(skipped);
    let of_stores: BTreeSet<Arn> =
        facts.stores.iter().filter_map(|store| store.key.clone()).collect();
    if leaves_out(Reading::TrailKeys) {
        facts.keys.retain(|key, _| of_stores.contains(key));
    }
    if leaves_out(Reading::KeyPolicies) {
        facts.key_policies.clear();
    }
    if leaves_out(Reading::KeyGrants) {
        facts.key_grants.clear();
    }
    if leaves_out(Reading::KeyRotation) {
        facts.key_rotations.clear();
    }
    if leaves_out(Reading::Buckets) {
        facts.buckets.clear();
    }
    if leaves_out(Reading::Stores) {
        facts.stores.clear();
    }
    for trail in &mut facts.trails {
        if leaves_out(Reading::TrailStatus) {
            trail.status.clear();
        }
        if leaves_out(Reading::MemberStatus) {
            trail.members = MemberDelivery::default();
        }
        if leaves_out(Reading::EventSelectors) {
            trail.management_events = None;
        }
        if leaves_out(Reading::LogObjects) {
            trail.sample = LogSample::nothing(window());
        }
        if leaves_out(Reading::OlderLogs) {
            trail.history = HistorySample::default();
        }
        if leaves_out(Reading::Digests) {
            trail.digest = DigestSample::default();
        }
    }
    facts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn each_finding_of_a_skipped_control_is_skipped_and_every_other_stays(
        facts in any_facts(),
        skipped in some_controls(),
    ) {
        let (before, after) = (judge(&facts), judge(&skipping(&facts, &skipped)));
        prop_assert_eq!(before.len(), after.len());
        for (before, after) in before.iter().zip(&after) {
            if skipped.contains(&before.control()) {
                prop_assert_eq!(before.subject(), after.subject());
                prop_assert_eq!(before.control(), after.control());
                prop_assert_eq!(after.status(), Status::NotApplicable);
                prop_assert!(after.is_skipped() && after.message().ends_with('.'));
            } else {
                prop_assert_eq!(before, after);
            }
        }
    }

    #[test]
    fn skipping_improves_no_verdict_and_no_answer(facts in any_facts(), skipped in some_controls()) {
        let less = as_asked(skipping(&facts, &skipped), &skipped);
        let (before, after) = (judge(&facts), judge(&less));
        let of_trails = |id: &ControlId| {
            id.entry().essential && id.entry().subject == SubjectKind::Trail
        };
        let lacks_essential = skipped.iter().any(of_trails);
        let known = verdicts(&before);
        for (trail, verdict) in verdicts(&after) {
            if verdict == Verdict::Sealed {
                prop_assert!(!lacks_essential && known[trail] == Verdict::Sealed, "{skipped:?}");
            }
        }
        let known: BTreeMap<_, _> =
            account_sealing(&facts, &before).into_iter().map(|it| (it.account, it)).collect();
        for answer in account_sealing(&less, &after) {
            let before = &known[&answer.account];
            prop_assert_eq!(before.logs_sealed.is_some(), answer.logs_sealed.is_some());
            if answer.logs_sealed == Some(LogsSealed::Sealed) {
                prop_assert!(!lacks_essential && !skipped.contains(&ControlId::AccountCovered));
                prop_assert_eq!(before.logs_sealed, Some(LogsSealed::Sealed));
            }
        }
    }

    /// The table of what is asked for what is right: what is left out changes no control that is
    /// judged, but for what an observed delivery helps to say of a key policy.
    #[test]
    fn what_is_not_asked_is_not_needed(facts in any_facts(), skipped in some_controls()) {
        let less = skipping(&facts, &skipped);
        let is_judged = |finding: &&Finding| !finding.is_skipped();
        let helps_policies = !Reading::LogObjects.is_asked(&skipped);
        let is_kept = |finding: &&Finding| !helps_policies || !OF_POLICY.contains(&finding.control());
        let before = judge(&less);
        let after = judge(&as_asked(less, &skipped));
        let of = |findings: &[Finding]| -> Vec<Finding> {
            findings.iter().filter(is_judged).filter(is_kept).cloned().collect()
        };
        prop_assert_eq!(of(&before), of(&after));
        let (before, after) = (passes(&before), passes(&after));
        prop_assert!(after.is_subset(&before), "{after:?} where there was {before:?}");
    }
}
