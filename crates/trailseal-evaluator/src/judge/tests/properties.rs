//! What holds for any facts at all, consistent or not.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use trailseal_model::{
    Answer, Arn, BucketFacts, Coverage, CoverageRow, DecryptGrant, Delivery, Deviating,
    DigestSample, HistorySample, KeyFacts, KeyRotation, LogsSealed, ManagementEvents,
    MemberDelivery, ObjectFacts, OrganizationFacts, Outcome, PopulationSource, RegionSet, Sample,
    Scope, Sightings, StoreFacts, SubjectKind, Target, Thresholds, TrailAnswers, TrailDescription,
    TrailFacts,
};

use super::*;
use crate::collect::key_arn;
use crate::delivery;
use crate::judge::account_sealing;
use crate::test_support::{answers, everything, key, sealed_history, store, store_facts, trail};

mod recorded;
mod skipped;

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
/// Members that may be listed, have targets and show trails.
const MEMBERS: std::ops::Range<u64> = 1..4;

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
    let kind = (option::weighted(0.8, select(KEYS)), a_bool(), a_bool(), a_bool());
    (place, kind).prop_map(move |(place, kind)| {
        let (bucket, prefix, home_region, owner) = place;
        let (kms_key_id, is_multi_region, is_organization_trail, log_file_validation) = kind;
        TrailDescription {
            bucket: bucket.map(str::to_owned),
            prefix: prefix.map(str::to_owned),
            home_region,
            owner: account(owner),
            kms_key_id: kms_key_id.map(str::to_owned),
            is_multi_region,
            is_organization_trail,
            log_file_validation,
            ..trail(&format!("trail{index}"))
        }
    })
}

fn a_status() -> impl Strategy<Value = TrailStatus> {
    let minutes_ago = || option::weighted(0.9, -100..3000i64);
    let times = (minutes_ago(), minutes_ago(), minutes_ago());
    let error = option::weighted(0.1, Just("AccessDenied"));
    (prop::bool::weighted(0.9), times, error).prop_map(|(is_logging, times, error)| {
        let time = |ago: Option<i64>| ago.and_then(|it| delivered(it).latest_delivery);
        TrailStatus {
            is_logging,
            latest_delivery: time(times.0),
            latest_delivery_error: error.map(Into::into),
            latest_attempt: time(times.1),
            latest_success: time(times.2),
        }
    })
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
    let counts = (0..62u32, 0..5u32, 0..200u64, prop::bool::weighted(0.8), 0..100u64);
    let objects = (an_object(SampleResult::Deviation), an_object(SampleResult::Pass));
    let odd = (methods, counts, objects).prop_map(|(method, counts, (worst, newest))| {
        let (sealed, unreadable, listed, is_counted, more) = counts;
        let population =
            if is_counted { Population::Counted(listed) } else { Population::AtLeast(listed) };
        let newest = newest.or_else(|| worst.clone());
        let deviating = worst.map(|newest| Deviating {
            class: newest.deviation.unwrap_or(DeviationClass::None),
            kms_key_id: newest.kms_key_id.clone(),
            count: 1,
            drawn: 0,
            newest,
        });
        LogSample {
            method,
            population,
            eligible: u64::from(sealed + unreadable) + more,
            deviating: deviating.into_iter().collect(),
            newest,
            ..examined(sealed, unreadable)
        }
    });
    prop_oneof![Just(examined(3, 0)), odd]
}

fn a_history() -> impl Strategy<Value = HistorySample> {
    let deviating = an_object(SampleResult::Deviation);
    let odd = (deviating, a_bool(), a_bool(), a_bool(), 0..3u32).prop_map(
        |(worst, is_read, is_listed, has_gap, unreadable)| {
            let deviating = worst.map(|newest| Deviating {
                class: newest.deviation.unwrap_or(DeviationClass::None),
                kms_key_id: None,
                count: 1,
                drawn: 0,
                newest,
            });
            HistorySample {
                deviating: deviating.into_iter().collect(),
                oldest_read_by: is_read.then(evidence),
                listed_by: is_listed.then(evidence),
                gaps: has_gap.then(|| gap(2)).into_iter().collect(),
                unreadable,
                ..sealed_history()
            }
        },
    );
    prop_oneof![Just(sealed_history()), odd]
}

fn a_digest() -> impl Strategy<Value = DigestSample> {
    let result = select(SampleResult::ALL);
    (result.prop_flat_map(an_object), a_bool(), a_bool()).prop_map(
        |(newest, is_listed, has_gap)| DigestSample {
            newest,
            listed_by: is_listed.then(evidence),
            is_cut: false,
            gaps: has_gap.then(|| gap(3)).into_iter().collect(),
        },
    )
}

fn a_trail(index: usize) -> impl Strategy<Value = TrailFacts> {
    let statuses = subsequence(REGIONS, 0..=3).prop_flat_map(|regions| {
        let one = |name| observed(a_status()).prop_map(move |it| (region(name), it));
        regions.into_iter().map(one).collect::<Vec<_>>()
    });
    let described_from = prop_oneof![
        4 => Just(DescribedFrom::Home),
        1 => Just(DescribedFrom::AgreeingShadows),
        1 => Just(DescribedFrom::DelegatedAdministrator),
        1 => Just(DescribedFrom::DisagreeingShadows),
    ];
    let events =
        (prop::bool::weighted(0.9), prop::bool::weighted(0.9)).prop_map(|(read, write)| {
            ManagementEvents::Recorded { read, write, excluded_sources: Vec::new() }
        });
    let not_understood = Just(ManagementEvents::NotUnderstood("eventName".to_owned()));
    let events = prop_oneof![4 => Just(everything()), 2 => events, 1 => not_understood];
    let recorded = (observed(events), prop::bool::weighted(0.8));
    // A key that does not belong to `KmsKeyId` cannot be collected; judging survives it.
    let odd_key = option::weighted(0.1, option::of(select(KEYS)));
    let seen = (a_sample(), recorded, a_history(), a_digest(), some_members());
    (a_description(index), described_from, statuses, seen, odd_key).prop_map(
        |(description, described_from, status, seen, odd_key)| {
            let (sample, recorded, history, digest, members) = seen;
            let (management_events, is_shown) = recorded;
            let seen_from = if is_shown { everywhere() } else { Vec::new() };
            let key = match odd_key {
                Some(odd) => odd.and_then(Arn::new),
                None => key_arn(&description),
            };
            let answers = TrailAnswers {
                described_from,
                status,
                key,
                management_events: Some(management_events),
                ..answers(description)
            };
            let sightings = Sightings { seen_from, differing: Vec::new() };
            let objects = ObjectFacts { sample, history, digest };
            TrailFacts::assemble(answers, sightings, members, objects)
        },
    )
}

/// What some members are told.
fn some_members() -> impl Strategy<Value = MemberDelivery> {
    let told = (MEMBERS, a_region(), observed(a_status()));
    prop::collection::vec(told, 0..2).prop_map(|told| {
        let mut members = MemberDelivery::default();
        for (number, region, status) in told {
            let said = delivery(&status, &Thresholds::DEFAULT);
            members.add(Target { account: account(number), region }, said, status);
        }
        members
    })
}

/// Every target that there can be.
fn everywhere() -> Vec<(trailseal_model::AccountId, RegionSet)> {
    let mut regions = RegionSet::default();
    for name in REGIONS {
        regions.insert(region(name));
    }
    MEMBERS.map(|it| (account(it), regions)).collect()
}

fn a_store(index: usize) -> impl Strategy<Value = StoreFacts> {
    let described = option::weighted(0.8, select(KEYS))
        .prop_flat_map(|named| (Just(named), observed(Just(store(named)))));
    // As for trails: a key that does not belong to what the store says.
    let odd_key = option::weighted(0.1, option::of(select(KEYS)));
    (described, odd_key).prop_map(move |((named, description), odd_key)| {
        let arn = format!("arn:aws:cloudtrail:us-east-1:000000000001:eventdatastore/{index}");
        let key = match odd_key {
            Some(odd) => odd.and_then(Arn::new),
            None => named.and_then(resolved),
        };
        StoreFacts { description, key, ..store_facts(&arn, None) }
    })
}

/// What the key is called among the keys of the facts.
fn resolved(named: &str) -> Option<Arn> {
    key_arn(&TrailDescription { kms_key_id: Some(named.to_owned()), ..trail("any") })
}

fn a_rotation() -> impl Strategy<Value = KeyRotation> {
    (a_bool(), option::of(90..2560u32))
        .prop_map(|(is_enabled, period_days)| KeyRotation { is_enabled, period_days })
}

fn a_row() -> impl Strategy<Value = CoverageRow> {
    let outcome = prop_oneof![4 => Just(Outcome::Evaluated), 3 => select(Outcome::ALL)];
    (a_region(), outcome, a_bool(), option::of(0..4usize)).prop_map(
        |(region, outcome, lists_trails, of_gap)| {
            let mut row = CoverageRow::with(region, outcome, None);
            row.trails_listed |= outcome == Outcome::Partial && lists_trails;
            row.gap = of_gap.map(gap);
            row
        },
    )
}

fn a_coverage() -> impl Strategy<Value = Coverage> {
    let rows = || prop::collection::vec(a_row(), 0..4);
    prop::collection::vec(rows(), MEMBERS.count()).prop_map(|accounts| {
        let mut coverage = Coverage::default();
        for (number, rows) in MEMBERS.zip(accounts) {
            coverage.plan(account(number), rows);
        }
        coverage
    })
}

fn a_scope() -> impl Strategy<Value = Scope> {
    let numbers = MEMBERS.collect::<Vec<_>>();
    let accounts = |it: Vec<u64>| it.into_iter().map(account).collect();
    let limited = (subsequence(numbers.clone(), 0..=2), subsequence(numbers, 0..=1), a_bool());
    let limited = limited.prop_map(move |(only, excluded, has_unit)| Scope {
        accounts: accounts(only),
        excluded_accounts: accounts(excluded),
        organizational_units: has_unit.then(|| "ou-x".to_owned()).into_iter().collect(),
        ..Scope::default()
    });
    prop_oneof![2 => Just(Scope::default()), 1 => limited]
}

fn a_key() -> impl Strategy<Value = KeyPresence> {
    let state = select(&["Enabled", "Enabled", "Disabled", "PendingDeletion"][..]);
    let spec = select(&["SYMMETRIC_DEFAULT", "SYMMETRIC_DEFAULT", "RSA_2048"][..]);
    let resolved = select(&[KEY, KEY, FOREIGN_KEY, FAR_KEY][..]);
    let origin = select(&["AWS_KMS", "AWS_KMS", "EXTERNAL"][..]);
    let kind = (prop::bool::weighted(0.2), prop::bool::weighted(0.1), origin);
    (state, spec, resolved, kind).prop_map(|(state, spec, resolved, (is_aws, is_gone, origin))| {
        let manager = if is_aws { KeyManager::Aws } else { KeyManager::Customer };
        let (state, spec) = (state.to_owned(), spec.to_owned());
        let origin = Some(origin.to_owned());
        let facts = KeyFacts { state, spec, manager, origin, ..key(resolved) };
        if is_gone { KeyPresence::Gone } else { KeyPresence::Exists(facts) }
    })
}

fn a_policy() -> impl Strategy<Value = Arc<str>> {
    let everybody = |condition: &str| {
        let statement = format!(
            r#"{{"Effect": "Allow", "Principal": {{"AWS": "*"}}, "Action": "kms:Decrypt",
                "Resource": "*", "Condition": {condition}}}"#
        );
        let all = POLICY.replace("\"Statement\": {", &format!("\"Statement\": [{statement}, {{"));
        let (all, _) = all.rsplit_once('}').expect("the policy's end");
        format!("{all}] }}")
    };
    let policies = [
        POLICY.to_owned(),
        POLICY.replace("Allow", "Deny"),
        "{".to_owned(),
        everybody("{}"),
        everybody(r#"{"StringEquals": {"kms:CallerAccount": "000000000001"}}"#),
        everybody(r#"{"StringEquals": {"aws:PrincipalOrgID": "o-a"}}"#),
        everybody(r#"{"StringEquals": {"aws:PrincipalArn": "arn:aws:iam::000000000003:role/a"}}"#),
    ];
    select(policies.map(Arc::from).to_vec())
}

fn some_grants() -> impl Strategy<Value = Arc<[DecryptGrant]>> {
    let grantees = &["s3.amazonaws.com", "arn:aws:iam::000000000002:role/a", "000000000077"][..];
    let grant = select(grantees).prop_map(|grantee| DecryptGrant {
        id: "1".to_owned(),
        grantee: grantee.to_owned(),
        gives_decrypt: true,
        gives_re_encrypt: false,
        context_equals: None,
        context_includes: None,
    });
    prop::collection::vec(grant, 0..3).prop_map(Arc::from)
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
        BucketFacts {
            name: "logs".to_owned(),
            presence,
            owner,
            configured_owner,
            search: trailseal_model::OwnerSearch::default(),
        }
    })
}

prop_compose! {
    pub(crate) fn some_facts()(
        trails in (0..4usize).prop_flat_map(|count| (0..count).map(a_trail).collect::<Vec<_>>()),
        keys in prop::collection::vec(option::weighted(0.9, observed(a_key())), KEYS.len()),
        policies in prop::collection::vec(option::weighted(0.9, observed(a_policy())), KEYS.len()),
        grants in prop::collection::vec(option::weighted(0.9, observed(some_grants())), KEYS.len()),
        rotations in prop::collection::vec(option::weighted(0.9, observed(a_rotation())), KEYS.len()),
        stores in (0..3usize).prop_flat_map(|count| (0..count).map(a_store).collect::<Vec<_>>()),
        buckets in prop::collection::vec(a_bucket(), 2),
        coverage in a_coverage(),
        scope in a_scope(),
        states in prop::collection::vec(select(AccountState::ALL), 0..4),
        is_population_read in prop::bool::weighted(0.8),
        trusts_stranger in a_bool(),
        lets_stranger_read in a_bool(),
    ) -> OrganizationFacts {
        let named = KEYS.iter().copied().filter_map(resolved);
        let population = if is_population_read { Observed::Known(()) } else { Observed::Unread(gap(0)) };
        let trusted = trusts_stranger.then(|| account(77));
        OrganizationFacts {
            organization: None,
            unit_names: BTreeMap::new(),
            account_tags: BTreeMap::new(),
            population_source: PopulationSource::Organizations,
            scope,
            coverage,
            listed_trails: BTreeMap::new(),
            accounts: (1..).zip(states).map(|(number, state)| member(number, state)).collect(),
            population,
            trails,
            key_policies: named.clone().zip(policies).filter_map(|(key, it)| Some((key, it?))).collect(),
            key_grants: named.clone().zip(grants).filter_map(|(key, it)| Some((key, it?))).collect(),
            key_rotations: named.clone().zip(rotations).filter_map(|(key, it)| Some((key, it?))).collect(),
            stores,
            keys: named.zip(keys).filter_map(|(key, it)| Some((key, it?))).collect(),
            buckets: BUCKETS.iter().map(|it| (*it).to_owned()).zip(buckets).collect(),
            trusted_key_accounts: trusted.into_iter().collect::<BTreeSet<_>>(),
            trusted_readers: lets_stranger_read.then(|| account(77)).into_iter().collect(),
            gap_kinds: trailseal_model::GapKinds::default(),
            thresholds: Thresholds::DEFAULT,
            as_of: now(),
        }
    }
}

prop_compose! {
    /// An organization trail of which everything is right, over any targets, perhaps beside others.
    pub(crate) fn nearly_sealed_facts()(
        others in (0..2usize).prop_flat_map(|count| (0..count).map(a_trail).collect::<Vec<_>>()),
        coverage in a_coverage(),
        scope in a_scope(),
        stops in prop::bool::weighted(0.2),
        unread in option::weighted(0.2, 0..LEGS),
    ) -> OrganizationFacts {
        let mut facts = Facts::sealed().build();
        facts.accounts.push(member(3, AccountState::Active));
        let main = &mut facts.trails[0];
        (main.description.is_multi_region, main.description.is_organization_trail) = (true, true);
        main.seen_from = everywhere();
        let status = TrailStatus { is_logging: !stops, ..delivered(5) };
        main.status.insert(0, (region("eu-west-1"), known(status)));
        facts.trails.extend(others);
        (facts.coverage, facts.scope) = (coverage, scope);
        match unread {
            Some(leg) => without_leg(facts, leg),
            None => facts,
        }
    }
}

/// What passes, of every subject.
fn passes(findings: &[Finding]) -> BTreeSet<(ControlId, Subject)> {
    let passing = findings.iter().filter(|it| it.status() == Status::Pass);
    passing.map(|it| (it.control(), it.subject().clone())).collect()
}

/// The controls of one subject that pass.
fn passes_of(findings: &[Finding], subject: &Subject) -> BTreeSet<ControlId> {
    let passes = passes(findings).into_iter().filter(|it| it.1 == *subject);
    passes.map(|it| it.0).collect()
}

fn subject_of(trail: &TrailFacts) -> Subject {
    Subject::Trail(trail.description.arn.clone())
}

const OF_POLICY: [ControlId; 4] = [
    ControlId::KeyPolicyAllowsCloudtrail,
    ControlId::KeyPolicyDescribeKey,
    ControlId::KeyPolicyScoped,
    ControlId::KeyReadersLimited,
];

/// Which controls need something of this trail that was not read.
fn lacking(facts: &OrganizationFacts, trail: &TrailFacts) -> BTreeSet<ControlId> {
    let key = trail.key.as_ref().and_then(|it| facts.keys.get(it)).and_then(|it| it.known());
    let named = trail.description.bucket.as_ref();
    let bucket = named.and_then(|it| facts.buckets.get(it));
    let is_owner_known = bucket.is_some_and(|it| it.owner.account().is_some());
    let is_presence_known = bucket.is_some_and(|it| it.presence.known().is_some());
    let is_delivery_known = !trail.status.is_empty()
        && trail.status.iter().all(|(_, it)| it.known().is_some())
        && trail.members.count(Delivery::Unread) == 0;
    let sample = &trail.sample;
    let is_counted = matches!(sample.population, Population::Counted(_));
    let bound = sample.upper_bound(facts.thresholds.confidence);
    let is_window_examined = (is_counted || sample.method == SampleMethod::Clusters)
        && bound.is_some_and(|it| it <= facts.thresholds.tolerable_rate)
        && sample.deviating.is_empty()
        && sample.sealed > 0;
    let is_everybody_listed =
        facts.population.known().is_some() || !trail.description.is_organization_trail;
    let of_key = [ControlId::KeyCustomerManaged, ControlId::KeyUsable];
    let mut lacking = BTreeSet::new();
    lacking.extend(of_key.into_iter().filter(|_| key.is_none()));
    // What a policy is read with: the key's own ARN, which an alias is not.
    let is_key_named = trail.key.as_ref().is_some_and(|it| it.resource().starts_with("key/"));
    lacking.extend(OF_POLICY.into_iter().filter(|_| key.is_none() && !is_key_named));
    let policy = trail.key.as_ref().and_then(|it| facts.key_policies.get(it));
    let is_policy_known = policy.is_some_and(|it| it.known().is_some());
    lacking.extend(OF_POLICY.into_iter().filter(|_| !is_policy_known));
    let grants = trail.key.as_ref().and_then(|it| facts.key_grants.get(it));
    let are_grants_known = grants.is_some_and(|it| it.known().is_some());
    lacking.extend((!are_grants_known).then_some(ControlId::KeyReadersLimited));
    let rotation = trail.key.as_ref().and_then(|it| facts.key_rotations.get(it));
    let is_rotation_known = rotation.is_some_and(|it| it.known().is_some());
    lacking.extend((!is_rotation_known).then_some(ControlId::KeyRotationEnabled));
    lacking.extend((!is_presence_known).then_some(ControlId::KeyUsable));
    lacking.extend((!is_owner_known || !is_delivery_known).then_some(ControlId::TrailDelivering));
    let is_sampled = is_window_examined && is_everybody_listed;
    lacking.extend((!is_sampled).then_some(ControlId::LogObjectsSealed));
    let history = &trail.history;
    let is_history_read = history.oldest_read_by.is_some()
        && history.gaps.is_empty()
        && history.deviating.is_empty()
        && history.unreadable == 0;
    lacking.extend((!is_history_read).then_some(ControlId::HistorySealed));
    let digest = trail.digest.newest.as_ref().and_then(|it| it.evidence.as_ref());
    lacking.extend(digest.is_none().then_some(ControlId::DigestObjectsSealed));
    if trail.described_from == DescribedFrom::DisagreeingShadows {
        lacking.extend(ControlId::ALL);
    }
    lacking
}

/// Whether the store and its key were read.
fn is_read(facts: &OrganizationFacts, store: &StoreFacts) -> bool {
    let key = store.key.as_ref().and_then(|it| facts.keys.get(it));
    store.description.known().is_some() && key.is_some_and(|it| it.known().is_some())
}

/// Whether something that was read shows that the target is recorded.
fn is_recorded(facts: &OrganizationFacts, target: Target) -> bool {
    facts.trails.iter().any(|trail| {
        let description = &trail.description;
        let mut statuses = trail.status.iter().filter_map(|it| it.1.known());
        let events = trail.recorded_events().map(|it| &it.value);
        (description.is_organization_trail || description.owner == target.account)
            && (description.is_multi_region || description.home_region == target.region)
            && events == Some(&everything())
            && statuses.any(|it| it.value.is_logging)
            && trail.described_from != DescribedFrom::DisagreeingShadows
    })
}

/// How many kinds of facts [`without_leg`] knows.
const LEGS: usize = 12;

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
        6 => {
            let rotations = facts.key_rotations.values_mut();
            rotations.for_each(|it| *it = Observed::Unread(gap(9)));
        }
        7 => {
            let stores = facts.stores.iter_mut();
            stores.for_each(|it| it.description = Observed::Unread(gap(9)));
        }
        8 => {
            let trails = facts.trails.iter_mut();
            trails.for_each(|it| it.management_events = Some(Observed::Unread(gap(9))));
        }
        9 => {
            let grants = facts.key_grants.values_mut();
            grants.for_each(|it| *it = Observed::Unread(gap(9)));
        }
        10 => {
            let target = Target { account: account(2), region: region("us-east-1") };
            let members = facts.trails.iter_mut().map(|it| &mut it.members);
            members.for_each(|it| it.add(target, Delivery::Unread, Observed::Unread(gap(9))));
        }
        _ => facts.trails.iter_mut().for_each(|it| it.sample = LogSample::nothing(window())),
    }
    facts
}

/// The facts as far as what KMS says of one key in several answers must fit together: the key of an
/// ARN is that key, one that is to be deleted does not rotate, and what lies under AWS's deviates.
fn as_kms_answers(mut facts: OrganizationFacts) -> OrganizationFacts {
    let OrganizationFacts { keys, key_rotations, trails, .. } = &mut facts;
    for (named, key) in keys {
        let Observed::Known(Answer { value: KeyPresence::Exists(key), .. }) = key else { continue };
        if named.resource().starts_with("key/") {
            key.arn = named.clone();
        }
        if let Some(Observed::Known(rotation)) = key_rotations.get_mut(named) {
            rotation.value.is_enabled &= !key.state.starts_with("Pending");
        }
        if key.manager == KeyManager::Aws {
            let under_it = trails.iter_mut().filter(|it| it.key.as_ref() == Some(named));
            under_it.for_each(|it| it.sample = deviating(DeviationClass::AwsManagedKey));
        }
    }
    facts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_same_facts_give_the_same_answers_in_any_order_of_subjects(facts in some_facts()) {
        let findings = judge(&facts);
        prop_assert_eq!(&findings, &judge(&facts));
        let mut reversed = facts.clone();
        reversed.trails.reverse();
        reversed.stores.reverse();
        let answers = account_sealing(&facts, &findings);
        prop_assert_eq!(answers, account_sealing(&reversed, &judge(&reversed)));
        // Trails stand in the order of their ARNs. Of several that leave an account unproven, the
        // first gives the reason.
        let by_id = |findings: Vec<Finding>| -> BTreeMap<String, (Status, Option<Finding>)> {
            let kept = |it: Finding| {
                let id = (it.stable_id(), it.status());
                let is_account = matches!(it.subject(), Subject::Account(_));
                (id.0, (id.1, (!is_account).then_some(it)))
            };
            findings.into_iter().map(kept).collect()
        };
        prop_assert_eq!(by_id(findings), by_id(judge(&reversed)));
    }

    #[test]
    fn every_control_has_exactly_one_finding_per_subject(facts in some_facts()) {
        let mut counts: BTreeMap<(ControlId, Subject), usize> = BTreeMap::new();
        for finding in judge(&facts) {
            *counts.entry((finding.control(), finding.subject().clone())).or_default() += 1;
        }
        prop_assert!(counts.values().all(|it| *it == 1), "{counts:?}");
        let trails = facts.trails.iter().map(|it| Subject::Trail(it.description.arn.clone()));
        let accounts = facts.accounts.iter().map(|it| Subject::Account(it.id));
        let stores = facts.stores.iter().map(|it| Subject::EventDataStore(it.arn.clone()));
        for subject in trails.chain(accounts).chain(stores) {
            let kind = match subject {
                Subject::Trail(_) => SubjectKind::Trail,
                Subject::Account(_) => SubjectKind::Account,
                Subject::EventDataStore(_) => SubjectKind::EventDataStore,
            };
            let is_due = |it: &&trailseal_model::Control| it.subject == kind;
            for control in CONTROLS.iter().filter(is_due) {
                prop_assert!(counts.contains_key(&(control.id, subject.clone())), "{}", control.id);
            }
        }
    }

    #[test]
    fn what_was_not_read_is_never_a_pass(facts in some_facts()) {
        let findings = judge(&facts);
        for trail in &facts.trails {
            let passes = passes_of(&findings, &subject_of(trail));
            let lacking = lacking(&facts, trail);
            prop_assert!(passes.is_disjoint(&lacking), "{passes:?} in spite of {lacking:?}");
        }
        for store in &facts.stores {
            let subject = Subject::EventDataStore(store.arn.clone());
            prop_assert!(is_read(&facts, store) || passes_of(&findings, &subject).is_empty());
        }
        for account in &facts.accounts {
            let rows = facts.coverage.of_account(account.id).iter();
            let mut judged = rows.filter(|it| !it.outcome.is_left_out()).peekable();
            let is_recorded = judged.peek().is_some()
                && judged.all(|it| {
                    is_recorded(&facts, Target { account: account.id, region: it.region })
                });
            let subject = Subject::Account(account.id);
            prop_assert!(is_recorded || passes_of(&findings, &subject).is_empty());
        }
    }

    #[test]
    fn an_account_is_called_sealed_only_where_everything_was_read(
        facts in prop_oneof![some_facts(), nearly_sealed_facts()],
    ) {
        let findings = judge(&facts);
        let answers = account_sealing(&facts, &findings);
        prop_assert!(answers.iter().map(|it| it.account).eq(facts.accounts.iter().map(|it| it.id)));
        for answer in answers {
            let account = facts.account(answer.account).unwrap();
            let is_judged = account.state.is_audited() && facts.scope.includes(account);
            prop_assert!(is_judged || answer.logs_sealed.is_none());
            prop_assert!(is_judged || answer.recorded_by.is_empty());
            if answer.logs_sealed != Some(LogsSealed::Sealed) {
                continue;
            }
            let covered = passes_of(&findings, &Subject::Account(answer.account));
            prop_assert!(covered.contains(&ControlId::AccountCovered));
            let rows = facts.coverage.of_account(answer.account);
            prop_assert!(rows.iter().all(|it| it.outcome.is_left_out() || it.trails_listed));
            prop_assert!(!answer.recorded_by.is_empty());
            for arn in answer.recorded_by {
                let subject = Subject::Trail(arn);
                let of_trail = findings.iter().filter(|it| *it.subject() == subject);
                prop_assert_eq!(verdict(of_trail), Verdict::Sealed);
            }
        }
    }

    #[test]
    fn reading_less_never_passes_more(facts in some_facts(), leg in 0..LEGS) {
        let facts = as_kms_answers(facts);
        let before = judge(&facts);
        let mut after = passes(&judge(&without_leg(facts, leg)));
        // A key that is not described may be one whose policy and rotation are AWS's: what is read of
        // them is judged, where the control does not apply to a key that is.
        if leg == 0 {
            let of_others = before.iter().filter(|it| {
                it.status() == Status::NotApplicable && it.control() != ControlId::KeyCustomerManaged
            });
            for it in of_others {
                after.remove(&(it.control(), it.subject().clone()));
            }
        }
        let before = passes(&before);
        prop_assert!(after.is_subset(&before), "{after:?} where there was {before:?}");
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
            let sample = &trail.sample;
            let read = [sample.newest_deviation(), sample.newest.as_deref()];
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
        let passes = passes_of(&judge(&facts), &subject_of(&facts.trails[0]));
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

proptest! {
    // Each fix is carried out and judged again.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn every_open_finding_has_a_fix_that_does_what_it_says(facts in some_facts()) {
        crate::fixes::tests::check_all(&facts);
    }

    #[test]
    fn so_it_is_where_little_is_wrong(facts in nearly_sealed_facts()) {
        crate::fixes::tests::check_all(&facts);
    }
}
