//! What holds for any facts at all, consistent or not.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use trailseal_model::{
    Answer, Arn, BucketFacts, Coverage, KeyFacts, OrganizationFacts, Sample, SubjectKind,
    Thresholds, TrailDescription, TrailFacts,
};

use super::*;
use crate::collect::key_arn;
use crate::test_support::{key, trail};

/// What trails of these tests name as their key: own, another member's, a stranger's, far away,
/// alias, bare id.
const KEYS: &[&str] = &[
    KEY,
    "arn:aws:kms:us-east-1:000000000002:key/2",
    FOREIGN_KEY,
    FAR_KEY,
    "alias/logs",
    "bare-id",
    "arn:aws:kms:us-east-1::key/without-account",
];
const BUCKETS: &[&str] = &["logs", "archive", "unheard-of"];
const REGIONS: &[&str] = &["eu-west-1", "us-east-1", "us-west-2"];

fn a_bool() -> impl Strategy<Value = bool> {
    any::<bool>()
}

fn observed<T: Clone + std::fmt::Debug>(
    value: impl Strategy<Value = T>,
) -> impl Strategy<Value = Observed<Answer<T>>> {
    prop_oneof![3 => value.prop_map(known), 1 => (0..4usize).prop_map(|it| Observed::Unread(gap(it)))]
}

fn a_region() -> impl Strategy<Value = trailseal_model::Region> {
    select(REGIONS).prop_map(region)
}

fn a_description(index: usize) -> impl Strategy<Value = TrailDescription> {
    let place = (
        option::weighted(0.9, select(BUCKETS)),
        option::weighted(0.2, Just("prefix")),
        a_region(),
        1..4u64,
    );
    let kind = (option::weighted(0.8, select(KEYS)), a_bool(), a_bool());
    (place, kind).prop_map(move |(place, kind)| {
        let (bucket, prefix, home_region, owner) = place;
        let (kms_key_id, is_multi_region, is_organization_trail) = kind;
        TrailDescription {
            bucket: bucket.map(str::to_owned),
            prefix: prefix.map(str::to_owned),
            home_region,
            owner: account(owner),
            kms_key_id: kms_key_id.map(str::to_owned),
            is_multi_region,
            is_organization_trail,
            ..trail(&format!("trail{index}"))
        }
    })
}

fn a_status() -> impl Strategy<Value = TrailStatus> {
    let minutes_ago = option::weighted(0.9, -100..3000i64);
    (prop::bool::weighted(0.9), minutes_ago, option::weighted(0.1, Just("AccessDenied"))).prop_map(
        |(is_logging, minutes_ago, error)| TrailStatus {
            is_logging,
            latest_delivery: minutes_ago.and_then(|it| delivered(it).latest_delivery),
            latest_delivery_error: error.map(Into::into),
        },
    )
}

fn an_object(result: SampleResult) -> impl Strategy<Value = Option<Box<Sample>>> {
    let class = select(DeviationClass::ALL);
    (option::weighted(0.8, class), prop::bool::weighted(0.8), a_bool()).prop_map(
        move |(class, has_evidence, is_there)| {
            let mut object = object(result, class);
            object.evidence = object.evidence.filter(|_| has_evidence);
            is_there.then(|| Box::new(object))
        },
    )
}

fn a_sample() -> impl Strategy<Value = LogSample> {
    let methods = select(SampleMethod::ALL);
    let counts = (0..62u32, 0..5u32, 0..62u64, prop::bool::weighted(0.8));
    let objects = (an_object(SampleResult::Deviation), an_object(SampleResult::Pass));
    let odd = (methods, counts, objects).prop_map(|(method, counts, (worst, newest))| {
        let (sealed, unreadable, listed, is_counted) = counts;
        let population =
            if is_counted { Population::Counted(listed) } else { Population::AtLeast(listed) };
        let newest = newest.or_else(|| worst.clone());
        LogSample {
            method,
            population,
            newest_deviation: worst,
            newest,
            ..examined(sealed, unreadable)
        }
    });
    prop_oneof![Just(examined(3, 0)), odd]
}

fn a_trail(index: usize) -> impl Strategy<Value = TrailFacts> {
    let statuses = subsequence(REGIONS, 0..=3).prop_flat_map(|regions| {
        let one = |name| observed(a_status()).prop_map(move |it| (region(name), it));
        regions.into_iter().map(one).collect::<Vec<_>>()
    });
    let described_from = prop_oneof![
        4 => Just(DescribedFrom::Home),
        1 => Just(DescribedFrom::AgreeingShadows),
        1 => Just(DescribedFrom::DisagreeingShadows),
    ];
    // A key that does not belong to `KmsKeyId` cannot be collected; judging survives it.
    let odd_key = option::weighted(0.1, option::of(select(KEYS)));
    (a_description(index), described_from, statuses, a_sample(), odd_key).prop_map(
        |(description, described_from, status, sample, odd_key)| {
            let key = match odd_key {
                Some(odd) => odd.and_then(Arn::new),
                None => key_arn(&description),
            };
            TrailFacts { described_from, status, key, sample, ..trail_facts(description) }
        },
    )
}

fn a_key() -> impl Strategy<Value = KeyPresence> {
    let state = select(&["Enabled", "Enabled", "Disabled", "PendingDeletion"][..]);
    let spec = select(&["SYMMETRIC_DEFAULT", "SYMMETRIC_DEFAULT", "RSA_2048"][..]);
    let resolved = select(&[KEY, KEY, FOREIGN_KEY, FAR_KEY][..]);
    (state, spec, resolved, prop::bool::weighted(0.2), prop::bool::weighted(0.1)).prop_map(
        |(state, spec, resolved, is_aws, is_gone)| {
            let manager = if is_aws { KeyManager::Aws } else { KeyManager::Customer };
            let (state, spec) = (state.to_owned(), spec.to_owned());
            let facts = KeyFacts { state, spec, manager, ..key(resolved) };
            if is_gone { KeyPresence::Gone } else { KeyPresence::Exists(facts) }
        },
    )
}

fn a_policy() -> impl Strategy<Value = Arc<str>> {
    let policies = [POLICY.to_owned(), POLICY.replace("Allow", "Deny"), "{".to_owned()];
    select(policies.map(Arc::from).to_vec())
}

fn a_bucket() -> impl Strategy<Value = BucketFacts> {
    let presence = prop_oneof![
        6 => a_region().prop_map(|it| BucketPresence::Exists(Some(it))),
        1 => Just(BucketPresence::Exists(None)),
        1 => Just(BucketPresence::Gone),
    ];
    let owner = prop_oneof![
        4 => (1..3u64).prop_map(|it| BucketOwner::Account(account(it), evidence())),
        1 => Just(BucketOwner::NotFound),
        1 => Just(BucketOwner::Unread(gap(1))),
    ];
    let configured = option::weighted(0.2, (1..3u64).prop_map(account));
    (observed(presence), owner, configured).prop_map(|(presence, owner, configured_owner)| {
        BucketFacts { name: "logs".to_owned(), presence, owner, configured_owner }
    })
}

prop_compose! {
    fn some_facts()(
        trails in (0..4usize).prop_flat_map(|count| (0..count).map(a_trail).collect::<Vec<_>>()),
        keys in prop::collection::vec(option::weighted(0.9, observed(a_key())), KEYS.len()),
        policies in prop::collection::vec(option::weighted(0.9, observed(a_policy())), KEYS.len()),
        buckets in prop::collection::vec(a_bucket(), 2),
        states in prop::collection::vec(select(AccountState::ALL), 0..4),
        is_population_read in prop::bool::weighted(0.8),
        trusts_stranger in a_bool(),
    ) -> OrganizationFacts {
        let named = KEYS.iter().filter_map(|it| {
            key_arn(&TrailDescription { kms_key_id: Some((*it).to_owned()), ..trail("any") })
        });
        let population = if is_population_read { Observed::Known(()) } else { Observed::Unread(gap(0)) };
        let trusted = trusts_stranger.then(|| account(77));
        OrganizationFacts {
            organization: None,
            coverage: Coverage::default(),
            accounts: (1..).zip(states).map(|(number, state)| member(number, state)).collect(),
            population,
            trails,
            key_policies: named.clone().zip(policies).filter_map(|(key, it)| Some((key, it?))).collect(),
            keys: named.zip(keys).filter_map(|(key, it)| Some((key, it?))).collect(),
            buckets: BUCKETS.iter().map(|it| (*it).to_owned()).zip(buckets).collect(),
            trusted_key_accounts: trusted.into_iter().collect::<BTreeSet<_>>(),
            thresholds: Thresholds::DEFAULT,
            as_of: now(),
        }
    }
}

/// The controls of one trail that pass.
fn passes(findings: &[Finding], trail: &TrailFacts) -> BTreeSet<ControlId> {
    let subject = Subject::Trail(trail.description.arn.clone());
    let of_trail = findings.iter().filter(|it| *it.subject() == subject);
    of_trail.filter(|it| it.status() == Status::Pass).map(Finding::control).collect()
}

/// Which controls need something of this trail that was not read.
fn lacking(facts: &OrganizationFacts, trail: &TrailFacts) -> BTreeSet<ControlId> {
    let key = trail.key.as_ref().and_then(|it| facts.keys.get(it)).and_then(|it| it.known());
    let named = trail.description.bucket.as_ref();
    let bucket = named.and_then(|it| facts.buckets.get(it));
    let is_owner_known = bucket.is_some_and(|it| it.owner.account().is_some());
    let is_presence_known = bucket.is_some_and(|it| it.presence.known().is_some());
    let is_delivery_known =
        !trail.status.is_empty() && trail.status.iter().all(|(_, it)| it.known().is_some());
    let is_window_examined = trail.sample.method == SampleMethod::All
        && matches!(trail.sample.population, Population::Counted(_))
        && trail.sample.sealed > 0;
    let is_everybody_listed =
        facts.population.known().is_some() || !trail.description.is_organization_trail;
    let of_key =
        [ControlId::KeyCustomerManaged, ControlId::KeyUsable, ControlId::KeyPolicyAllowsCloudtrail];
    let mut lacking = BTreeSet::new();
    lacking.extend(of_key.into_iter().filter(|_| key.is_none()));
    let policy = trail.key.as_ref().and_then(|it| facts.key_policies.get(it));
    let is_policy_known = policy.is_some_and(|it| it.known().is_some());
    lacking.extend((!is_policy_known).then_some(ControlId::KeyPolicyAllowsCloudtrail));
    lacking.extend((!is_presence_known).then_some(ControlId::KeyUsable));
    lacking.extend((!is_owner_known || !is_delivery_known).then_some(ControlId::TrailDelivering));
    let is_sampled = is_window_examined && is_everybody_listed;
    lacking.extend((!is_sampled).then_some(ControlId::LogObjectsSealed));
    if trail.described_from == DescribedFrom::DisagreeingShadows {
        lacking.extend(ControlId::ALL);
    }
    lacking
}

/// The facts with everything of one kind unread, by number.
fn without_leg(mut facts: OrganizationFacts, leg: usize) -> OrganizationFacts {
    match leg {
        0 => facts.keys.values_mut().for_each(|it| *it = Observed::Unread(gap(9))),
        1 => {
            let statuses = facts.trails.iter_mut().flat_map(|it| &mut it.status);
            statuses.for_each(|(_, it)| *it = Observed::Unread(gap(9)));
        }
        2 => facts.buckets.values_mut().for_each(|it| it.owner = BucketOwner::Unread(gap(9))),
        3 => {
            let buckets = facts.buckets.values_mut().filter(|it| !it.is_gone());
            buckets.for_each(|it| it.presence = Observed::Unread(gap(9)));
        }
        4 => facts.population = Observed::Unread(gap(9)),
        5 => {
            let policies = facts.key_policies.values_mut();
            policies.for_each(|it| *it = Observed::Unread(gap(9)));
        }
        _ => facts.trails.iter_mut().for_each(|it| it.sample = LogSample::nothing(window())),
    }
    facts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_same_facts_give_the_same_findings_in_any_order_of_trails(facts in some_facts()) {
        let findings = judge(&facts);
        prop_assert_eq!(&findings, &judge(&facts));
        let mut reversed = facts;
        reversed.trails.reverse();
        let by_id = |findings: Vec<Finding>| -> BTreeMap<String, Finding> {
            findings.into_iter().map(|it| (it.stable_id(), it)).collect()
        };
        prop_assert_eq!(by_id(findings), by_id(judge(&reversed)));
    }

    #[test]
    fn every_essential_control_has_exactly_one_finding_per_subject(facts in some_facts()) {
        let mut counts: BTreeMap<(ControlId, Subject), usize> = BTreeMap::new();
        for finding in judge(&facts) {
            *counts.entry((finding.control(), finding.subject().clone())).or_default() += 1;
        }
        prop_assert!(counts.values().all(|it| *it == 1), "{counts:?}");
        let trails = facts.trails.iter().map(|it| Subject::Trail(it.description.arn.clone()));
        let accounts = facts.accounts.iter().map(|it| Subject::Account(it.id));
        for subject in trails.chain(accounts) {
            let kind = match subject {
                Subject::Trail(_) => SubjectKind::Trail,
                Subject::Account(_) => SubjectKind::Account,
            };
            for control in CONTROLS.iter().filter(|it| it.essential && it.subject == kind) {
                prop_assert!(counts.contains_key(&(control.id, subject.clone())), "{}", control.id);
            }
        }
    }

    #[test]
    fn what_was_not_read_is_never_a_pass(facts in some_facts()) {
        let findings = judge(&facts);
        for trail in &facts.trails {
            let (passes, lacking) = (passes(&findings, trail), lacking(&facts, trail));
            prop_assert!(passes.is_disjoint(&lacking), "{passes:?} in spite of {lacking:?}");
        }
    }

    #[test]
    fn reading_less_never_passes_more(facts in some_facts(), leg in 0..7usize) {
        let before = judge(&facts);
        let facts = without_leg(facts, leg);
        let after = judge(&facts);
        for trail in &facts.trails {
            let (before, after) = (passes(&before, trail), passes(&after, trail));
            prop_assert!(after.is_subset(&before), "{after:?} where there was {before:?}");
        }
    }

    #[test]
    fn a_pass_or_a_fail_has_its_proof_and_every_finding_its_sentence(facts in some_facts()) {
        for finding in judge(&facts) {
            let is_shown = matches!(finding.status(), Status::Pass | Status::Fail);
            prop_assert!(!is_shown || !finding.evidence().is_empty(), "{}", line(&finding));
            prop_assert!(finding.message().ends_with('.'), "{}", finding.message());
        }
    }

    #[test]
    fn no_object_that_was_not_read_is_called_unsealed(facts in some_facts()) {
        let findings = judge(&facts);
        for trail in &facts.trails {
            let read = [&trail.sample.newest_deviation, &trail.sample.newest];
            let is_read = read.into_iter().flatten().any(|it| it.evidence.is_some());
            let subject = Subject::Trail(trail.description.arn.clone());
            let is_failed = findings.iter().any(|it| {
                *it.subject() == subject
                    && it.control() == ControlId::LogObjectsSealed
                    && it.status() == Status::Fail
            });
            prop_assert!(is_read || !is_failed);
        }
    }

    #[test]
    fn too_many_unreadable_objects_never_pass(sealed in 0..60u32, unreadable in 0..60u32) {
        let facts = Facts::sealed().objects(examined(sealed, unreadable)).build();
        let passes = passes(&judge(&facts), &facts.trails[0]);
        let is_tolerable = sealed > 0 && unreadable * 20 <= sealed + unreadable;
        prop_assert_eq!(passes.contains(&ControlId::LogObjectsSealed), is_tolerable);
    }

    #[test]
    fn nothing_is_called_sealed_while_an_essential_control_is_not_built(facts in some_facts()) {
        let of_trails = |it: &&trailseal_model::Control| {
            it.essential && it.subject == SubjectKind::Trail
        };
        let is_complete = CONTROLS.iter().filter(of_trails).all(|it| it.is_built);
        let findings = judge(&facts);
        for trail in &facts.trails {
            let subject = Subject::Trail(trail.description.arn.clone());
            let verdict = verdict(findings.iter().filter(|it| *it.subject() == subject));
            prop_assert!(is_complete || verdict != Verdict::Sealed);
        }
    }

    #[test]
    fn finding_ids_are_unique(facts in some_facts()) {
        let findings = judge(&facts);
        let ids: HashSet<String> = findings.iter().map(Finding::stable_id).collect();
        prop_assert_eq!(ids.len(), findings.len());
    }
}
