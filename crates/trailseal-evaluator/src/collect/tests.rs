//! Collecting against a small AWS in memory: what is asked, how often, of whom, and what comes of it.

mod beside_the_window;
mod fake;
mod judged;
mod owners;
mod prefixes;
mod rotation;
mod sampling;
mod skipped;
mod stand_in;
mod store;

use std::collections::BTreeSet;

use futures::executor::block_on;
use futures::future::{join, join_all};
use trailseal_model::{
    BucketOwner, BucketPresence, DescribedFrom, DeviationClass, GapClass, KeyManager, LogSample,
    NewestLog, Operation, Population, SampleMethod, SampleResult, Selection, TrailFacts,
};

use super::*;
use crate::test_support::{KEY, account, arn, evidence, now, region, time, trail, window};
use fake::{
    Call, Object, World, aes256, log_object, log_object_of, of_organization, sealed, under,
};
use judged::{JudgedTrail, judged};
use trailseal_model::{ObjectHead, Reader};

/// An account that keeps the logs.
const ARCHIVE: u64 = 9;
const FOREIGN_KEY: &str = "arn:aws:kms:eu-west-1:000000000002:key/2";

fn settings() -> CollectSettings {
    CollectSettings {
        window: window(),
        thresholds: Thresholds::DEFAULT,
        seed: 7,
        log_archive_accounts: vec![account(ARCHIVE)],
        bucket_owners: Vec::new(),
    }
}

/// The accounts 1 and 2 of the organization `o-1`.
fn members() -> Members {
    Members {
        organization: Some(Organization { id: "o-1".to_owned(), management_account: account(1) }),
        audited: vec![account(1), account(2)],
        all: BTreeSet::from([account(1), account(2)]),
        delegated_administrator: None,
    }
}

/// Every account may have every Region.
fn anywhere() -> EnabledRegions {
    EnabledRegions::default()
}

fn work(description: TrailDescription) -> TrailWork {
    let trail =
        FoldedTrail { description, described_from: DescribedFrom::Home, described_by: evidence() };
    let owner_regions = vec![region("eu-west-1"), region("us-east-1")];
    TrailWork { trail, owner_regions, are_regions_listed: false }
}

/// Collects one trail of this world; its gaps come with it.
fn collect_with(
    world: &World,
    settings: CollectSettings,
    members: &Members,
    description: TrailDescription,
) -> (JudgedTrail, Vec<Gap>) {
    let gaps = GapLedger::default();
    let collector = Collector::new(world, &gaps, settings);
    let collected =
        block_on(collect_whole(&collector, &gaps, members, &anywhere(), work(description)));
    drop(collector);
    (judged(collected, members), gaps.into_gaps().iter().cloned().collect())
}

fn collect(world: &World, description: TrailDescription) -> JudgedTrail {
    collect_with(world, settings(), &members(), description).0
}

/// Collects these trails side by side.
fn collect_all(world: &World, trails: Vec<TrailDescription>) -> Vec<JudgedTrail> {
    let gaps = GapLedger::default();
    let collector = Collector::new(world, &gaps, settings());
    let (members, enabled) = (members(), anywhere());
    let collect = |trail| collect_whole(&collector, &gaps, &members, &enabled, work(trail));
    let collected = block_on(join_all(trails.into_iter().map(collect)));
    collected.into_iter().map(|trail| judged(trail, &members)).collect()
}

/// A trail with everything that is read of its key, its bucket and its objects. Its owner and the
/// accounts that the settings name are asked for the bucket.
async fn collect_whole(
    collector: &Collector<'_, World>,
    gaps: &GapLedger,
    members: &Members,
    enabled: &EnabledRegions,
    work: TrailWork,
) -> CollectedTrail {
    let description = work.trail.description.clone();
    let read = collector.read_trail(&work, members).await;
    let bucket = match &description.bucket {
        Some(bucket) => Some(bucket_of(collector, gaps, bucket, description.owner).await),
        None => None,
    };
    let is_in_doubt = work.trail.described_from == DescribedFrom::DisagreeingShadows;
    let examined = if let Some(bucket) = bucket.as_ref().filter(|_| !is_in_doubt) {
        collector.examine(&work, &read, bucket, members, enabled).await
    } else {
        let window = collector.settings.window;
        ReadObjects::nothing(read.expected_key.clone(), window, Vec::new())
    };
    let key = read.key_work(&description);
    let mut collected = CollectedTrail::new(work, read, bucket, examined);
    if let Some(key) = key {
        let grants = collector.grants(&key, members).await;
        let rotation = collector.rotation(&key, members).await;
        add_details(gaps, &mut collected, grants, rotation);
    }
    collected
}

async fn bucket_of(
    collector: &Collector<'_, World>,
    gaps: &GapLedger,
    bucket: &str,
    trail_owner: AccountId,
) -> BucketFacts {
    let configured = collector.settings.bucket_owners.iter().find(|entry| entry.0 == bucket);
    let configured_owner = configured.map(|entry| entry.1);
    let archives = collector.settings.log_archive_accounts.iter().copied();
    let mut accounts: Vec<AccountId> = Vec::new();
    for account in configured_owner.into_iter().chain([trail_owner]).chain(archives) {
        if !accounts.contains(&account) {
            accounts.push(account);
        }
    }
    let answers = collector.owner_among(bucket, &accounts, None).await;
    let refused = answers.others.iter().find_map(|(_, owned)| match owned {
        BucketsOwned::Refused(gap) => Some(gaps.record(Gap::clone(gap))),
        BucketsOwned::Listed(_) => None,
    });
    let owner = match answers.owner {
        Some((account, evidence)) => BucketOwner::Account(account, evidence),
        None => refused.map_or(BucketOwner::NotFound, BucketOwner::Unread),
    };
    let reader = owner.account().unwrap_or(trail_owner);
    let presence = match collector.head_bucket(reader, bucket).await {
        Ok(answer) => Observed::Known(answer),
        Err(gap) => Observed::Unread(gaps.record(Gap::clone(&gap))),
    };
    let search = trailseal_model::OwnerSearch::default();
    BucketFacts { name: bucket.to_owned(), presence, owner, configured_owner, search }
}

fn keyless() -> TrailDescription {
    TrailDescription { kms_key_id: None, ..trail("main") }
}

fn naming(key: &str) -> TrailDescription {
    TrailDescription { kms_key_id: Some(key.to_owned()), ..trail("main") }
}

fn multi_region() -> TrailDescription {
    TrailDescription { is_multi_region: true, ..trail("main") }
}

fn in_account(number: u64, name: &str) -> Target {
    Target { account: account(number), region: region(name) }
}

fn results(collected: &JudgedTrail) -> Vec<SampleResult> {
    collected.samples.iter().map(|it| it.result).collect()
}

mod status {
    use super::*;

    /// Where GetTrailStatus was asked, by account and Region.
    fn asked(description: TrailDescription) -> Vec<(AccountId, String)> {
        let world = World::new();
        collect(&world, description);
        let targets = world.calls_of(Operation::GetTrailStatus).into_iter().filter_map(|it| {
            let Call::Status(_, target) = it else { return None };
            Some((target.account, target.region.to_string()))
        });
        targets.collect()
    }

    #[test]
    fn a_multi_region_trail_is_asked_for_in_every_region_of_its_owner() {
        let owner = account(1);
        let multi = multi_region();
        let both = [(owner, "eu-west-1".to_owned()), (owner, "us-east-1".to_owned())];
        assert_eq!(asked(multi.clone()), both);
        // The home Region is asked even where the owner's Regions do not list it.
        let far = TrailDescription { home_region: region("ap-south-1"), ..multi };
        assert_eq!(asked(far).len(), 3);
    }

    #[test]
    fn a_single_region_trail_is_asked_for_at_home_only() {
        assert_eq!(asked(trail("main")), [(account(1), "us-east-1".to_owned())]);
    }

    #[test]
    fn a_refusal_in_one_region_is_a_gap_there_only() {
        let world = World::new().refusing(|it| match it {
            Call::Status(_, target) => target.region == region("eu-west-1"),
            _ => false,
        });
        let collected = collect(&world, multi_region());
        let unread: Vec<_> =
            collected.facts.status.iter().map(|(name, it)| (*name, it.gap().is_some())).collect();
        assert_eq!(unread, [(region("eu-west-1"), true), (region("us-east-1"), false)]);
    }

    /// The Regions with a status, and how many gaps there are, where GetTrailStatus fails so there.
    #[track_caller]
    fn check_failing(name: &str, class: GapClass, expected: (&[&str], usize)) {
        let there = region(name);
        let world = World::new().failing(move |it| match it {
            Call::Status(_, target) if target.region == there => Some(class),
            _ => None,
        });
        let (collected, gaps) = collect_with(&world, settings(), &members(), multi_region());
        let regions: Vec<&str> = collected.facts.status.iter().map(|it| it.0.name()).collect();
        assert_eq!((regions.as_slice(), gaps.len()), expected);
    }

    #[test]
    fn a_region_that_turns_out_to_be_disabled_is_left_out_without_a_gap_but_not_the_home_region() {
        let both: &[&str] = &["eu-west-1", "us-east-1"];
        check_failing("eu-west-1", GapClass::RegionDisabled, (&["us-east-1"], 0));
        check_failing("eu-west-1", GapClass::ExpiredCredentials, (both, 1));
        check_failing("us-east-1", GapClass::RegionDisabled, (both, 1));
    }

    #[test]
    fn a_region_that_the_owner_calls_enabled_is_not_left_out() {
        let world = World::new().failing(|it| match it {
            Call::Status(_, it) if it.region == region("eu-west-1") => {
                Some(GapClass::RegionDisabled)
            }
            _ => None,
        });
        let work = TrailWork { are_regions_listed: true, ..work(multi_region()) };
        let gaps = GapLedger::default();
        let collector = Collector::new(&world, &gaps, settings());
        let read = block_on(collector.read_trail(&work, &members()));
        let unread = read.status.iter().filter(|it| it.1.known().is_none());
        assert!(unread.map(|it| it.0).eq([region("eu-west-1")]));
    }
}

mod key {
    use super::*;

    fn asked(world: &World) -> Vec<Call> {
        world.calls_of(Operation::DescribeKey)
    }

    #[test]
    fn a_trail_without_a_key_asks_kms_nothing() {
        let world = World::new();
        assert!(collect(&world, keyless()).key.is_none());
        assert_eq!(asked(&world), []);
    }

    #[test]
    fn the_key_of_two_trails_is_described_once_in_its_own_account_and_region() {
        let world = World::new();
        let trails = vec![
            naming(FOREIGN_KEY),
            TrailDescription { owner: account(2), ..naming(FOREIGN_KEY) },
        ];
        let collected = collect_all(&world, trails);
        let there = in_account(2, "eu-west-1");
        assert_eq!(asked(&world), [Call::DescribeKey(arn(FOREIGN_KEY), there)]);
        assert_eq!(collected[0].key, collected[1].key);
    }

    #[test]
    fn a_policy_is_read_once_in_the_keys_own_account() {
        let mut world = World::new();
        world.keys.insert(arn(FOREIGN_KEY), crate::test_support::key(FOREIGN_KEY));
        let trails = vec![naming(FOREIGN_KEY), naming(FOREIGN_KEY), trail("own")];
        let collected = collect_all(&world, trails);
        for (operation, call) in [
            (Operation::GetKeyPolicy, Call::GetKeyPolicy as fn(Arn, Target) -> Call),
            (Operation::ListGrants, Call::ListGrants),
        ] {
            let mut asked = world.calls_of(operation);
            asked.sort_by_key(|it| format!("{it:?}"));
            let own = call(arn(KEY), in_account(1, "us-east-1"));
            let foreign = call(arn(FOREIGN_KEY), in_account(2, "eu-west-1"));
            assert_eq!(asked, [foreign, own]);
        }
        assert!(collected.iter().all(|it| it.key_policy.as_ref().unwrap().known().is_some()));
        assert!(collected.iter().all(|it| it.key_grants.as_ref().unwrap().known().is_some()));
    }

    #[test]
    fn there_is_no_policy_to_read_of_a_key_that_is_gone_or_managed_by_aws() {
        let mut aws_managed = World::new();
        aws_managed.keys.get_mut(&arn(KEY)).unwrap().manager = KeyManager::Aws;
        let mut gone = World::new();
        gone.keys.clear();
        for world in [aws_managed, gone] {
            let collected = collect(&world, trail("main"));
            assert!(collected.key_policy.is_none() && collected.key_grants.is_none());
            let asked = [Operation::GetKeyPolicy, Operation::ListGrants];
            assert_eq!(asked.map(|it| world.count(it)), [0, 0]);
        }
    }

    #[test]
    fn a_key_that_could_not_be_described_is_read_by_its_arn_where_it_lives() {
        let check = |description: TrailDescription, expected: Option<(&str, u64)>| {
            let world = World::new().refusing(|it| matches!(it, Call::DescribeKey(..)));
            let collected = collect_all(&world, vec![description]).remove(0);
            let is_read = [
                collected.key_policy.is_some_and(|it| it.known().is_some()),
                collected.key_grants.is_some_and(|it| it.known().is_some()),
            ];
            assert_eq!(is_read, [expected.is_some(); 2]);
            let asked = expected.map(|(key, owner)| {
                let key = arn(key);
                let region = key.region().unwrap();
                Call::GetKeyPolicy(key, Target { account: account(owner), region })
            });
            assert_eq!(world.calls_of(Operation::GetKeyPolicy), Vec::from_iter(asked));
        };
        check(trail("main"), Some((KEY, 1)));
        check(naming("11111111-2222"), Some((KEY, 1)));
        check(naming(FOREIGN_KEY), Some((FOREIGN_KEY, 2)));
        // KMS takes no alias here, and nobody but the owner.
        check(naming("alias/logs"), None);
        check(naming("arn:aws:kms:eu-west-1:000000000077:key/7"), None);
    }

    #[test]
    fn a_policy_that_may_not_be_read_is_a_gap() {
        let world = World::new().refusing(|it| matches!(it, Call::GetKeyPolicy(..)));
        let collected = collect(&world, trail("main"));
        assert!(collected.key_policy.unwrap().gap().is_some());
        assert!(collected.key_grants.unwrap().known().is_some());
        let world = World::new().refusing(|it| matches!(it, Call::ListGrants(..)));
        let collected = collect(&world, trail("main"));
        assert!(collected.key_policy.unwrap().known().is_some());
        assert!(collected.key_grants.unwrap().gap().is_some());
    }

    #[test]
    fn a_key_outside_the_organization_is_asked_for_by_the_trail_s_owner() {
        let world = World::new();
        let foreign = "arn:aws:kms:eu-west-1:000000000077:key/7";
        collect(&world, naming(foreign));
        let there = in_account(1, "eu-west-1");
        assert_eq!(asked(&world), [Call::DescribeKey(arn(foreign), there)]);
    }

    #[test]
    fn gone_in_its_own_account_is_gone() {
        let mut world = World::new();
        world.keys.clear();
        let collected = collect(&world, trail("main"));
        assert_eq!(collected.key.unwrap().known().unwrap().value, KeyPresence::Gone);
    }

    #[test]
    fn not_found_by_another_account_is_a_gap_and_not_gone() {
        let foreign = "arn:aws:kms:eu-west-1:000000000077:key/7";
        let (collected, gaps) =
            collect_with(&World::new(), settings(), &members(), naming(foreign));
        assert!(collected.key.unwrap().gap().is_some());
        let gap = gaps.iter().find(|it| it.operation == Operation::DescribeKey).unwrap();
        assert_eq!((gap.class, gap.subject.as_deref()), (GapClass::NotFound, Some(foreign)));
    }

    #[test]
    fn an_alias_is_resolved_by_describe_key() {
        let alias = arn("arn:aws:kms:us-east-1:000000000001:alias/logs");
        let mut world = World::holding([log_object(5)]);
        world.keys.insert(alias.clone(), crate::test_support::key(KEY));
        let collected = collect(&world, naming("alias/logs"));
        assert_eq!(collected.facts.key, Some(alias));
        assert_eq!(collected.expected_key, Some(arn(KEY)));
        assert_eq!(results(&collected), [SampleResult::Pass]);
    }

    #[test]
    fn an_alias_that_was_not_resolved_proves_no_object() {
        let world =
            World::holding([log_object(5)]).refusing(|it| it.operation() == Operation::DescribeKey);
        let collected = collect(&world, naming("alias/logs"));
        assert_eq!(collected.expected_key, None);
        assert_eq!(results(&collected), [SampleResult::Unreadable]);
    }

    #[test]
    fn an_unread_key_is_judged_by_its_arn() {
        let world =
            World::holding([log_object(5)]).refusing(|it| it.operation() == Operation::DescribeKey);
        let collected = collect(&world, trail("main"));
        assert_eq!(collected.expected_key, Some(arn(KEY)));
        assert_eq!(results(&collected), [SampleResult::Pass]);
    }

    #[test]
    fn an_object_under_the_trail_s_own_aws_managed_key_deviates() {
        let mut world = World::holding([log_object(5)]);
        let manager = trailseal_model::KeyManager::Aws;
        world.keys.values_mut().for_each(|it| it.manager = manager);
        let collected = collect(&world, trail("main"));
        assert_eq!(
            collected.facts.sample.by_class().into_keys().collect::<Vec<_>>(),
            [DeviationClass::AwsManagedKey]
        );
    }
}

mod bucket {
    use super::*;

    fn archived() -> World {
        let mut world = World::holding([log_object(5)]);
        world.buckets_of = [(account(ARCHIVE), vec!["logs".to_owned()])].into();
        world
    }

    fn asked(world: &World) -> Vec<AccountId> {
        let calls = world.calls_of(Operation::ListBuckets).into_iter().filter_map(|it| match it {
            Call::ListBuckets(account) => Some(account),
            _ => None,
        });
        calls.collect()
    }

    #[test]
    fn the_owner_in_the_log_archive_reads_the_bucket_and_is_expected_to_own_it() {
        let mut world = archived();
        world.presence = BucketPresence::Exists(Some(region("eu-west-1")));
        let collected = collect(&world, trail("main"));
        assert_eq!(asked(&world), [account(1), account(ARCHIVE)]);
        assert_eq!(collected.bucket.unwrap().owner.account(), Some(account(ARCHIVE)));
        assert_eq!(world.calls_of(Operation::HeadBucket), [Call::HeadBucket(account(ARCHIVE))]);
        let target = Target { account: account(ARCHIVE), region: region("eu-west-1") };
        let expected = Reader { target, expected_owner: Some(account(ARCHIVE)) };
        let readers = world.calls().into_iter().filter_map(|it| match it {
            Call::List(reader, _) | Call::Head(reader, _) => Some(reader),
            _ => None,
        });
        let readers: Vec<Reader> = readers.collect();
        // The listing of the window, its object, and the listing of the oldest one.
        assert_eq!(readers, [expected; 3]);
    }

    #[test]
    fn the_configured_owner_is_asked_first_and_nobody_twice() {
        let world = World::new();
        let bucket_owners =
            vec![("other".to_owned(), account(2)), ("logs".to_owned(), account(ARCHIVE))];
        let settings = CollectSettings { bucket_owners, ..settings() };
        let (collected, _) = collect_with(&world, settings, &members(), trail("main"));
        assert_eq!(asked(&world), [account(ARCHIVE), account(1)]);
        assert_eq!(collected.bucket.unwrap().configured_owner, Some(account(ARCHIVE)));
    }

    #[test]
    fn buckets_are_listed_once_per_account_however_many_trails_there_are() {
        let world = archived();
        let trails = (0..5).map(|it| trail(&format!("trail{it}"))).collect();
        let collected = collect_all(&world, trails);
        assert_eq!(asked(&world), [account(1), account(ARCHIVE)]);
        let owners = collected.iter().map(|it| it.bucket.as_ref().unwrap().owner.account());
        assert!(owners.eq([Some(account(ARCHIVE)); 5]));
    }

    #[test]
    fn a_refused_listing_of_buckets_is_asked_once_too() {
        let world = archived().refusing(|it| it.operation() == Operation::ListBuckets);
        collect_all(&world, vec![trail("one"), trail("two")]);
        assert_eq!(asked(&world), [account(1), account(ARCHIVE)]);
    }

    #[test]
    fn an_owner_found_elsewhere_heals_a_refusal() {
        let world = archived().refusing(|it| *it == Call::ListBuckets(account(1)));
        let owner = collect(&world, trail("main")).bucket.unwrap().owner;
        assert_eq!(owner.account(), Some(account(ARCHIVE)));
    }

    #[test]
    fn found_nowhere_differs_from_not_asked_everywhere() {
        let nowhere = || {
            let mut world = World::new();
            world.buckets_of.clear();
            world
        };
        let collected = collect(&nowhere(), trail("main"));
        assert_eq!(collected.bucket.unwrap().owner, BucketOwner::NotFound);
        let refused = nowhere().refusing(|it| *it == Call::ListBuckets(account(1)));
        let collected = collect(&refused, trail("main"));
        assert!(matches!(collected.bucket.unwrap().owner, BucketOwner::Unread(_)));
    }

    #[test]
    fn without_an_owner_the_trail_s_owner_reads_and_expects_nobody() {
        let mut world = World::holding([log_object(5)]);
        world.buckets_of.clear();
        collect(&world, trail("main"));
        let home = Target { account: account(1), region: region("us-east-1") };
        let reader = Reader { target: home, expected_owner: None };
        assert_eq!(world.calls_of(Operation::HeadObject), [Call::Head(reader, log_object(5))]);
    }

    #[test]
    fn a_bucket_without_a_known_region_is_read_in_the_home_region() {
        let world =
            World::holding([log_object(5)]).refusing(|it| it.operation() == Operation::HeadBucket);
        let collected = collect(&world, trail("main"));
        assert!(collected.bucket.unwrap().presence.gap().is_some());
        let home = Target { account: account(1), region: region("us-east-1") };
        let reader = Reader { target: home, expected_owner: Some(account(1)) };
        assert_eq!(world.calls_of(Operation::HeadObject), [Call::Head(reader, log_object(5))]);
    }

    #[test]
    fn in_a_bucket_that_is_gone_nothing_is_listed() {
        let mut world = World::holding([log_object(5)]);
        world.presence = BucketPresence::Gone;
        let collected = collect(&world, trail("main"));
        assert_eq!(world.count(Operation::ListObjectsV2), 0);
        assert_eq!(collected.facts.sample, LogSample::nothing(window()));
        assert_eq!(collected.samples, []);
    }

    #[test]
    fn a_trail_without_a_bucket_asks_s3_nothing() {
        let world = World::new();
        let collected = collect(&world, TrailDescription { bucket: None, ..trail("main") });
        assert!(collected.bucket.is_none());
        assert!(world.calls().iter().all(|it| it.operation().service() != "s3"));
    }
}

mod listing {
    use super::*;

    fn prefixes(world: &World) -> Vec<String> {
        let calls =
            world.calls_of(Operation::ListObjectsV2).into_iter().filter_map(|it| match it {
                Call::List(_, prefix) => Some(prefix),
                _ => None,
            });
        calls.collect()
    }

    #[test]
    fn a_cell_is_listed_over_the_whole_window_in_one_go() {
        let world = World::new();
        let sample = collect(&world, trail("main")).facts.sample;
        // The second one looks for the oldest object.
        assert_eq!(prefixes(&world), ["AWSLogs/000000000001/CloudTrail/us-east-1/"; 2]);
        assert_eq!(sample.population, Population::Counted(0));
        assert_eq!((sample.method, sample.lists), (SampleMethod::Nothing, 1));
        assert!(sample.listed_by.is_some());
    }

    #[test]
    fn what_lies_before_the_window_is_not_listed() {
        let mut world = World::holding((1..=30).map(|it| log_object(8 * 24 * 60 + it)));
        world.page_size = 10;
        let sample = collect(&world, trail("main")).facts.sample;
        assert_eq!((sample.lists, sample.population), (1, Population::Counted(0)));
    }

    #[test]
    fn a_trail_s_prefix_comes_first() {
        let object = log_object_of("a b/c/", account(1), "us-east-1", 5);
        let world = World::holding([object, log_object(6)]);
        let prefix = Some("a b/c".to_owned());
        let collected = collect(&world, TrailDescription { prefix, ..trail("main") });
        assert_eq!(collected.facts.sample.population, Population::Counted(1));
    }

    #[test]
    fn all_pages_of_a_cell_are_followed() {
        let mut world = World::holding((1..=25).map(log_object));
        world.page_size = 10;
        let sample = collect(&world, trail("main")).facts.sample;
        assert_eq!((sample.population, sample.sealed), (Population::Counted(25), 25));
        assert_eq!(sample.lists, 3);
    }

    #[test]
    fn listing_ends_with_the_budget_and_the_population_is_at_least_what_was_listed() {
        let junk =
            |it: u32| format!("AWSLogs/000000000001/CloudTrail/us-east-1/2026/11/19/a{it:04}");
        let mut world = World::holding((0..600).map(junk));
        world.page_size = 1;
        let sample = collect(&world, trail("main")).facts.sample;
        assert!(world.count(Operation::ListObjectsV2) <= 500);
        assert_eq!(sample.population, Population::AtLeast(0));
        // The day that was drawn could not be listed to its first log object.
        assert_eq!((sample.selected(), sample.unreadable), (1, 1));
    }

    #[test]
    fn many_cells_share_the_budget() {
        let everywhere =
            of_organization(TrailDescription { is_multi_region: true, ..trail("main") });
        let audited: Vec<AccountId> = (1..=30).map(account).collect();
        for (page_size, budget) in [(1000, 500), (1, 500), (1, 7), (1000, 0)] {
            let mut world = World::holding((1..=30).map(|it| {
                log_object_of("", account(it), "us-east-1", 5).replacen('/', "/o-1/", 1)
            }));
            world.page_size = page_size;
            let thresholds = Thresholds { listing_budget: budget, ..Thresholds::DEFAULT };
            let settings = CollectSettings { thresholds, ..settings() };
            let members = Members { audited: audited.clone(), ..members() };
            let (collected, _) = collect_with(&world, settings, &members, everywhere.clone());
            let sample = &collected.facts.sample;
            assert!(sample.lists <= budget);
            // The census, which is not of the budget, finds those thirty of 1,020 that hold any.
            assert_eq!(sample.census_lists, 30 * 34);
            let listed = world.count(Operation::ListObjectsV2);
            let others = collected.facts.history.lists + collected.facts.prefixes.unwrap().lists;
            assert_eq!(listed, (sample.lists + sample.census_lists + others) as usize);
            let is_counted = sample.population == Population::Counted(30);
            assert_eq!(is_counted, budget == 500, "{page_size} {budget}");
        }
    }

    #[test]
    fn a_denied_listing_is_asked_once() {
        let multi = TrailDescription { is_multi_region: true, ..trail("main") };
        for description in [trail("main"), multi.clone(), of_organization(multi)] {
            let world = World::holding([log_object(5)])
                .refusing(|it| it.operation() == Operation::ListObjectsV2);
            let collected = collect(&world, description);
            assert_eq!(world.count(Operation::ListObjectsV2), 1);
            assert_eq!(world.count(Operation::HeadObject), 0);
            let sample = collected.facts.sample;
            assert_eq!((sample.gaps.len(), sample.population), (1, Population::AtLeast(0)));
            assert_eq!(sample.method, SampleMethod::Nothing);
        }
    }

    #[test]
    fn what_was_listed_before_a_refusal_is_still_examined_and_proves_nothing() {
        let world = World::holding([log_object(5)]).refusing(|it| match it {
            Call::List(_, prefix) => prefix.contains("/eu-west-1/"),
            _ => false,
        });
        let sample = collect(&world, multi_region()).facts.sample;
        assert_eq!((sample.lists, sample.examined, sample.selected()), (2, 1, 0));
        assert_eq!((sample.population, sample.gaps.len()), (Population::AtLeast(1), 1));
        assert_eq!(sample.method, SampleMethod::Partial);
    }

    #[test]
    fn digests_folders_and_strangers_do_not_count() {
        let day = "AWSLogs/000000000001/CloudTrail/us-east-1/2026/11/19/";
        let digest = "AWSLogs/000000000001/CloudTrail-Digest/us-east-1/2026/11/19/x.json.gz";
        let copied = log_object(5).replace("/2026/11/19/", "/2026/11/19/copy/");
        let of_another = log_object_of("", account(2), "us-east-1", 5);
        let world = World::holding([
            day.to_owned(),
            format!("{day}readme.txt"),
            format!("{day}000000000001_CloudTrail_us-east-1_20261119T2355Z_short.json.gz"),
            format!(
                "{day}000000000001_CloudTrail-Insight_us-east-1_20261119T2355Z_abcdefgh00000005.json.gz"
            ),
            digest.to_owned(),
            copied,
            of_another.clone(),
            of_another.replace("AWSLogs/000000000002", "AWSLogs/000000000001"),
        ]);
        let sample = collect(&world, trail("main")).facts.sample;
        assert_eq!(sample.population, Population::Counted(0));
        assert_eq!(world.count(Operation::HeadObject), 0);
    }

    #[test]
    fn the_window_includes_its_start_and_excludes_its_end() {
        let window = Window { start: time("2026-11-19T10:00:00Z"), end: now() - minutes(60) };
        let start = 14 * 60;
        for (minutes_ago, expected) in
            [(start, 1), (start + 1, 0), (start - 1, 1), (60, 0), (61, 1), (59, 0)]
        {
            let world = World::holding([log_object(minutes_ago)]);
            let settings = CollectSettings { window, ..settings() };
            let (collected, _) = collect_with(&world, settings, &members(), trail("main"));
            let population = collected.facts.sample.population;
            assert_eq!(population, Population::Counted(expected), "{minutes_ago}");
            assert_eq!(collected.facts.sample.lists, 1);
        }
    }

    fn minutes(count: i64) -> jiff::SignedDuration {
        jiff::SignedDuration::from_mins(count)
    }

    #[test]
    fn a_single_region_trail_is_listed_at_home_a_multi_region_one_in_the_owner_s_regions() {
        let world = World::new();
        collect(&world, TrailDescription { is_multi_region: true, ..trail("main") });
        let regions = prefixes(&world).into_iter().map(|it| it.contains("/us-east-1/"));
        // The home Region goes ahead.
        assert!(regions.take(2).eq([true, false]));
    }

    #[test]
    fn an_organization_trail_is_listed_below_the_organization_for_every_member() {
        let below = |it| log_object_of("", account(it), "us-east-1", 5).replacen('/', "/o-1/", 1);
        // The last one lies where a trail of the account alone would deliver.
        let world = World::holding([below(1), below(2), below(3), log_object(5)]);
        let collected = collect(&world, of_organization(trail("main")));
        let found: Vec<&str> = collected.samples.iter().map(|it| it.key.as_str()).collect();
        assert_eq!(found, [below(1), below(2)]);
        assert_eq!(collected.facts.sample.population, Population::Counted(2));
    }

    #[test]
    fn an_organization_trail_without_the_organization_s_id_is_a_gap() {
        let world = World::holding([log_object(5)]);
        let members = Members { organization: None, ..members() };
        let (collected, gaps) =
            collect_with(&world, settings(), &members, of_organization(trail("main")));
        assert_eq!(world.count(Operation::ListObjectsV2), 0);
        let sample = collected.facts.sample;
        assert_eq!((sample.method, sample.gaps.len()), (SampleMethod::Nothing, 1));
        assert_eq!(gaps[0].operation, Operation::ListAccounts);
    }
}

mod objects {
    use super::*;

    fn heads(world: &World) -> Vec<String> {
        let calls = world.calls_of(Operation::HeadObject).into_iter().filter_map(|it| match it {
            Call::Head(_, key) => Some(key),
            _ => None,
        });
        calls.collect()
    }

    #[test]
    fn a_small_population_is_examined_whole() {
        let world = World::holding((1..=59).map(log_object));
        let collected = collect(&world, trail("main"));
        assert_eq!(heads(&world).len(), 59);
        let sample = collected.facts.sample;
        assert_eq!((sample.tested, sample.sealed), (59, 59));
        assert_eq!(
            (sample.method, sample.population),
            (SampleMethod::All, Population::Counted(59))
        );
        assert!(collected.samples.iter().all(|it| it.selection == Selection::All));
        assert!(collected.samples.iter().map(|it| it.index).eq(0..59));
    }

    #[test]
    fn a_trail_without_a_key_looks_at_one_object_only() {
        let mut world = World::holding((1..=5).map(log_object));
        world.objects.values_mut().for_each(|it| *it = Object::Found(aes256()));
        let collected = collect(&world, keyless());
        assert_eq!(heads(&world), [log_object(1)]);
        let sample = collected.facts.sample;
        assert_eq!((sample.examined, sample.selected(), sample.sealed), (1, 0, 0));
        assert_eq!(sample.newest.unwrap().deviation, Some(DeviationClass::SseS3));
        assert_eq!(sample.population, Population::Counted(5));
    }

    #[test]
    fn a_trail_without_a_key_goes_on_where_an_object_vanished() {
        let mut world = World::holding((1..=5).map(log_object));
        world.objects.values_mut().for_each(|it| *it = Object::Found(aes256()));
        world.objects.insert(log_object(1), Object::Vanished);
        let collected = collect(&world, keyless());
        assert_eq!(heads(&world), [log_object(1), log_object(2)]);
        assert_eq!(results(&collected), [SampleResult::Replaced, SampleResult::Deviation]);
    }

    #[test]
    fn a_trail_without_a_key_looks_for_what_only_such_a_trail_writes() {
        // What lies under a key may be another trail's that delivers under the same prefix.
        let mut world = World::holding((1..=5).map(log_object));
        world.objects.insert(log_object(3), Object::Found(aes256()));
        let collected = collect(&world, keyless());
        assert_eq!(heads(&world), [log_object(1), log_object(2), log_object(3)]);
        assert_eq!(collected.facts.sample.by_class()[&DeviationClass::SseS3], 1);
    }

    #[test]
    fn a_denied_head_is_asked_once_and_the_rest_count_as_unreadable_by_the_same_gap() {
        let world = World::holding((1..=5).map(log_object))
            .refusing(|it| it.operation() == Operation::HeadObject);
        let (collected, gaps) = collect_with(&world, settings(), &members(), trail("main"));
        assert_eq!(heads(&world), [log_object(1)]);
        let sample = collected.facts.sample;
        assert_eq!((sample.unreadable, sample.tested, sample.newest), (5, 0, None));
        assert_eq!((sample.gaps.len(), gaps.len()), (1, 1));
        assert!(collected.samples.iter().all(|it| it.gap == Some(sample.gaps[0])));
        assert!(collected.samples.iter().all(|it| it.evidence.is_none()));
    }

    #[test]
    fn an_answer_about_one_object_alone_hides_no_other() {
        let newest = Call::Head(reader_at_home(), log_object(1));
        let odd = GapClass::MalformedAnswer;
        let mut world = World::holding((1..=3).map(log_object))
            .failing(move |it| (*it == newest).then_some(odd));
        let collected = collect(&world, trail("main"));
        let (unreadable, pass) = (SampleResult::Unreadable, SampleResult::Pass);
        assert_eq!(results(&collected), [unreadable, pass, pass]);
        world.objects.values_mut().for_each(|it| *it = Object::Found(aes256()));
        let collected = collect(&world, keyless());
        assert_eq!(results(&collected), [unreadable, SampleResult::Deviation]);
    }

    fn reader_at_home() -> Reader {
        let target = Target { account: account(1), region: region("us-east-1") };
        Reader { target, expected_owner: Some(account(1)) }
    }

    #[test]
    fn after_one_could_be_read_each_refusal_counts_by_itself() {
        let world = World::holding((1..=59).map(log_object)).refusing(|it| match it {
            Call::Head(_, key) => *key == log_object(7) || *key == log_object(30),
            _ => false,
        });
        let collected = collect(&world, trail("main"));
        assert_eq!(heads(&world).len(), 59);
        let sample = collected.facts.sample;
        assert_eq!((sample.sealed, sample.unreadable, sample.gaps.len()), (57, 2, 2));
    }

    #[test]
    fn an_object_gone_since_it_was_listed_is_logged_and_out_of_the_count() {
        let mut world = World::holding((1..=3).map(log_object));
        world.objects.insert(log_object(2), Object::Vanished);
        let collected = collect(&world, trail("main"));
        assert_eq!(
            results(&collected),
            [SampleResult::Pass, SampleResult::Replaced, SampleResult::Pass]
        );
        let sample = collected.facts.sample;
        assert_eq!((sample.tested, sample.sealed, sample.unreadable), (2, 2, 0));
        assert_eq!(sample.gaps, []);
    }

    #[test]
    fn the_newest_deviation_is_the_worst_and_every_one_is_counted() {
        let hours_ago = |it: i64| log_object(it * 60);
        let mut world = World::holding((1..=5).map(hours_ago));
        for it in [1, 4] {
            world.objects.insert(hours_ago(it), Object::Found(aes256()));
        }
        let sample = collect(&world, trail("main")).facts.sample;
        assert_eq!((sample.tested, sample.sealed), (5, 3));
        assert_eq!(sample.by_class().get(&DeviationClass::SseS3), Some(&2));
        assert_eq!(sample.newest_deviation().unwrap().key, hours_ago(1));
    }

    #[test]
    fn objects_before_a_clean_switch_leave_the_population() {
        let mut world = World::holding((1..=5).map(log_object));
        let earlier = log_object(3 * 60);
        world.objects.insert(earlier.clone(), Object::Found(aes256()));
        let collected = collect(&world, trail("main"));
        let sample = &collected.facts.sample;
        assert_eq!((sample.tested, sample.sealed, sample.left_population), (5, 5, 1));
        assert_eq!(sample.newest_deviation(), None);
        assert_eq!(collected.samples[5].result, SampleResult::PreEnablement);
        assert_eq!(collected.samples[5].key, earlier);
    }

    #[test]
    fn a_key_of_a_member_is_wrong_and_a_stranger_s_is_foreign() {
        let class = |key: &str| {
            let mut world = World::new();
            world.objects.insert(log_object(1), Object::Found(under(key)));
            let sample = collect(&world, trail("main")).facts.sample;
            sample.newest_deviation().unwrap().deviation.unwrap()
        };
        assert_eq!(class(FOREIGN_KEY), DeviationClass::WrongKey);
        let stranger = "arn:aws:kms:us-east-1:000000000077:key/7";
        assert_eq!(class(stranger), DeviationClass::ForeignKey);
    }

    #[test]
    fn what_head_object_says_stands_in_the_sample() {
        let mut world = World::new();
        let head = ObjectHead {
            version_id: Some("v1".to_owned()),
            last_modified: Some(now()),
            size: Some(7),
            etag: Some("tag".to_owned()),
            bucket_key: Some(true),
            ..sealed()
        };
        world.objects.insert(log_object(5), Object::Found(head));
        let collected = collect(&world, trail("main"));
        let sample = &collected.samples[0];
        assert_eq!((sample.bucket.as_str(), sample.key.as_str()), ("logs", &*log_object(5)));
        assert_eq!((sample.version_id.as_deref(), sample.size), (Some("v1"), Some(7)));
        assert_eq!((sample.etag.as_deref(), sample.bucket_key), (Some("tag"), Some(true)));
        assert_eq!(sample.last_modified, Some(now()));
        assert_eq!(sample.kms_key_id.as_deref(), Some(KEY));
        assert_eq!(collected.facts.sample.newest.as_deref(), Some(sample));
    }

    #[test]
    fn what_is_collected_does_not_depend_on_who_else_is() {
        let world = World::holding((1..=30).map(log_object));
        let alone = collect(&world, trail("main"));
        let together = collect_all(&world, vec![keyless(), trail("main"), naming(FOREIGN_KEY)]);
        assert_eq!(together[1].facts, alone.facts);
        assert_eq!(together[1].samples, alone.samples);
    }
}

#[test]
fn two_that_ask_at_the_same_time_are_answered_by_one_read() {
    let flight = SingleFlight::default();
    let reads = std::sync::atomic::AtomicUsize::new(0);
    let read = || async {
        reads.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        7
    };
    let both = block_on(join(flight.get("key", read), flight.get("key", read)));
    assert_eq!(both, (7, 7));
    assert_eq!(reads.into_inner(), 1);
}
