//! Random samples: of a counted population, of random cells, and around a switch.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use proptest::prelude::*;
use trailseal_model::hash::KeysDigest;
use trailseal_model::{ClusterUse, Sample};

use super::*;

fn heads(world: &World) -> usize {
    world.count(Operation::HeadObject)
}

/// Keys of the objects that were selected so, in their order.
fn selected(collected: &JudgedTrail, selection: Selection) -> Vec<&str> {
    let of = |it: &&Sample| it.selection == selection;
    collected.samples.iter().filter(of).map(|it| it.key.as_str()).collect()
}

fn collect_by(world: &World, settings: CollectSettings) -> JudgedTrail {
    collect_with(world, settings, &members(), trail("main")).0
}

mod counted {
    use super::*;

    #[test]
    fn a_larger_population_is_sampled_at_random_without_replacement() {
        let world = World::holding((1..=500).map(log_object));
        let collected = collect(&world, trail("main"));
        let random = selected(&collected, Selection::Random);
        assert_eq!(random.iter().collect::<BTreeSet<_>>().len(), 59);
        // The newest object is looked at besides.
        assert_eq!(selected(&collected, Selection::Newest), [log_object(1)]);
        assert!((59..=60).contains(&heads(&world)));
        let sample = collected.facts.sample;
        assert_eq!((sample.method, sample.eligible), (SampleMethod::Random, 500));
        assert_eq!(sample.population, Population::Counted(500));
        assert_eq!((sample.selected(), sample.sealed), (59, 59));
        assert!(collected.samples.iter().map(|it| it.index).eq(0..60));
        // A sample of the newest would lie within an hour.
        let spread = collected.samples.iter().filter(|it| it.named_at < now() - hours(2)).count();
        assert!(spread > 30, "{spread}");
    }

    #[test]
    fn the_sample_is_what_the_documented_rule_draws() {
        let world = World::holding((1..=100).map(log_object));
        let collected = collect(&world, trail("main"));
        let rank = |key: &String| {
            let arn = "arn:aws:cloudtrail:us-east-1:000000000001:trail/main";
            trailseal_model::hash::number_of(&["7", arn, "object", key])
        };
        let mut keys: Vec<String> = (1..=100).map(log_object).collect();
        keys.sort_by_key(rank);
        assert_eq!(selected(&collected, Selection::Random), keys[..59]);
    }

    #[test]
    fn the_same_seed_draws_the_same_objects_and_another_one_others() {
        let world = World::holding((1..=500).map(log_object));
        let drawn = |seed| {
            let collected = collect_by(&world, CollectSettings { seed, ..settings() });
            collected.samples.into_iter().map(|it| it.key).collect::<Vec<_>>()
        };
        assert_eq!(drawn(7), drawn(7));
        assert_ne!(drawn(7), drawn(8));
    }

    #[test]
    fn what_vanished_is_replaced_and_logged() {
        let mut world = World::holding((1..=300).map(log_object));
        for it in 1..=100 {
            world.objects.insert(log_object(3 * it), Object::Vanished);
        }
        let sample = collect(&world, trail("main")).facts.sample;
        assert_eq!((sample.selected(), sample.sealed), (59, 59));
        assert!(sample.replaced > 5, "{}", sample.replaced);
        // A bucket that is being emptied does not keep the audit busy.
        world.objects.values_mut().for_each(|it| *it = Object::Vanished);
        let sample = collect(&world, trail("main")).facts.sample;
        assert_eq!(sample.selected(), 0);
        assert!(sample.replaced <= 119);
    }

    #[test]
    fn the_cells_that_hold_objects_are_counted_and_hashed() {
        let below = |it| log_object_of("", account(it), "us-east-1", 5).replacen('/', "/o-1/", 1);
        let world = World::holding([below(2)]);
        let collected = collect(&world, of_organization(trail("main")));
        let mut digest = KeysDigest::default();
        digest.add(&below(2));
        let [cell] = collected.clusters.as_slice() else { panic!("one cell holds an object") };
        assert_eq!((cell.account, cell.objects, cell.is_whole), (account(2), 1, true));
        assert_eq!((cell.used, cell.day), (ClusterUse::Counted, None));
        assert_eq!(cell.sha256, Some(digest.finish()));
        assert_eq!(cell.prefix, "AWSLogs/o-1/000000000002/CloudTrail/us-east-1/");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

        #[test]
        fn a_small_population_is_examined_whole_and_a_larger_one_by_the_seed_alone(
            objects in 0i64..140,
            sample_size in 1u32..90,
            seed in any::<u64>(),
            page_size in 1usize..60,
        ) {
            let thresholds = Thresholds { sample_size, ..Thresholds::DEFAULT };
            let drawn = |page_size: Option<usize>| {
                let mut world = World::holding((1..=objects).map(log_object));
                world.page_size = page_size.unwrap_or(world.page_size);
                let settings = CollectSettings { thresholds, seed, ..settings() };
                let collected = collect_by(&world, settings);
                // The newest object is looked at besides, where it was not drawn.
                let of_window = collected.samples.iter();
                let of_window = of_window.filter(|it| it.selection != Selection::History);
                assert!(of_window.count() <= sample_size as usize + 1);
                let statistical = collected.samples.iter().filter(|it| it.selection.is_statistical());
                let keys: Vec<String> = statistical.map(|it| it.key.clone()).collect();
                (keys, collected.facts.sample)
            };
            let (keys, sample) = drawn(None);
            let distinct: BTreeSet<&String> = keys.iter().collect();
            let count = usize::try_from(objects).unwrap().min(sample_size as usize);
            prop_assert_eq!((keys.len(), distinct.len()), (count, count));
            prop_assert_eq!(sample.population, Population::Counted(objects.unsigned_abs()));
            let expected = match objects {
                0 => SampleMethod::Nothing,
                _ if objects <= i64::from(sample_size) => SampleMethod::All,
                _ => SampleMethod::Random,
            };
            prop_assert_eq!(sample.method, expected);
            // How S3 divides the listing into pages does not matter.
            prop_assert_eq!(&drawn(Some(page_size)).0, &keys);
        }
    }

    #[test]
    fn members_are_looked_for_in_their_enabled_regions_only() {
        let listed = |regions: EnabledRegions| {
            let (world, gaps) = (World::new(), GapLedger::default());
            let collector = Collector::new(&world, &gaps, settings());
            let work = work(of_organization(multi_region()));
            let members = members();
            let whole = collect_whole(&collector, &gaps, &members, &regions, work);
            block_on(whole).evidence.window.lists
        };
        assert_eq!(listed(EnabledRegions::default()), 2 * 34);
        let mut set = RegionSet::default();
        set.insert(region("us-east-1"));
        assert_eq!(listed(EnabledRegions(BTreeMap::from([(account(1), set)]))), 1 + 34);
    }
}

mod census {
    use super::*;

    fn found(collected: &JudgedTrail) -> Vec<(String, Option<jiff::Timestamp>, NewestLog)> {
        let named = |it: &Target| format!("{} {}", it.account, it.region);
        let mut found: Vec<_> =
            collected.census.iter().map(|it| (named(&it.0), it.1, it.2)).collect();
        found.sort();
        found
    }

    fn ago(minutes: i64) -> jiff::Timestamp {
        now() - SignedDuration::from_mins(minutes)
    }

    #[test]
    fn the_newest_object_of_each_cell_is_looked_at_beside_the_sample() {
        let in_europe = |it| log_object_of("", account(1), "eu-west-1", it);
        let mut world = World::holding((1..=200).map(log_object).chain((9..=30).map(in_europe)));
        world.objects.insert(in_europe(9), Object::Found(aes256()));
        let collected = collect(&world, multi_region());
        assert_eq!(
            found(&collected),
            [
                ("000000000001 eu-west-1".to_owned(), Some(ago(9)), NewestLog::Deviation),
                ("000000000001 us-east-1".to_owned(), Some(ago(1)), NewestLog::Sealed),
            ]
        );
        // It fails the trail, whether it was drawn or not.
        assert_eq!(collected.facts.sample.newest_deviation().unwrap().key, in_europe(9));
    }

    #[test]
    fn all_objects_of_the_newest_minute_count() {
        let twin = log_object(1).replace("abcdefgh", "zzzzzzzz");
        let mut world = World::holding((1..=200).map(log_object));
        world.objects.insert(twin.clone(), Object::Found(aes256()));
        let collected = collect(&world, trail("main"));
        assert_eq!(found(&collected)[0].2, NewestLog::Deviation);
        assert_eq!(selected(&collected, Selection::Newest), [log_object(1), twin]);
    }

    #[test]
    fn cells_without_objects_are_said_to_have_none() {
        let world = World::holding([log_object(5)]);
        let collected = collect(&world, multi_region());
        assert_eq!(
            found(&collected),
            [
                ("000000000001 eu-west-1".to_owned(), None, NewestLog::Missing),
                ("000000000001 us-east-1".to_owned(), Some(ago(5)), NewestLog::Sealed),
            ]
        );
    }

    #[test]
    fn what_is_older_than_a_switch_is_called_so() {
        let in_europe = |it| log_object_of("", account(1), "eu-west-1", it);
        let mut world = World::holding([log_object(5), in_europe(100)]);
        world.objects.insert(in_europe(100), Object::Found(aes256()));
        let collected = collect(&world, multi_region());
        assert_eq!(found(&collected)[0].2, NewestLog::Older);
    }
}

mod switch {
    use super::*;

    /// An object each half hour; those of the last `sealed` half hours are sealed.
    fn switched(objects: i64, sealed: i64) -> World {
        let mut world = World::holding((1..=objects).map(half_hour));
        for it in sealed + 1..=objects {
            world.objects.insert(half_hour(it), Object::Found(aes256()));
        }
        world
    }

    fn half_hour(number: i64) -> String {
        log_object(number * 30)
    }

    #[test]
    fn a_clean_switch_is_found_and_the_sample_drawn_again_from_what_is_newer() {
        let world = switched(300, 100);
        let collected = collect(&world, trail("main"));
        let sample = &collected.facts.sample;
        assert_eq!(sample.key_changed_at, Some(now() - SignedDuration::from_mins(101 * 30)));
        assert_eq!((sample.population, sample.eligible), (Population::Counted(300), 100));
        assert_eq!((sample.selected(), sample.sealed, sample.deviations()), (59, 59, 0));
        assert!(sample.left_population > 0);
        let random = selected(&collected, Selection::Random);
        assert!(random.iter().all(|it| **it > *half_hour(101)));
        assert_eq!(selected(&collected, Selection::FirstDraw).len(), 59);
        let probes = selected(&collected, Selection::KeyChange).len();
        assert!((1..=9).contains(&probes), "{probes}");
        assert!(heads(&world) <= 1 + 59 + 9 + 59);
    }

    #[test]
    fn what_is_left_is_examined_whole_where_it_is_small() {
        let world = switched(300, 20);
        let collected = collect(&world, trail("main"));
        let sample = &collected.facts.sample;
        assert_eq!((sample.method, sample.eligible), (SampleMethod::All, 20));
        assert_eq!((sample.selected(), sample.sealed), (20, 20));
    }

    #[test]
    fn a_switch_of_the_key_is_one_too() {
        let mut world = switched(300, 100);
        let old = "arn:aws:kms:us-east-1:000000000001:key/0";
        let unsealed =
            |it: &&mut Object| matches!(it, Object::Found(head) if head.kms_key_id.is_none());
        world.objects.values_mut().filter(unsealed).for_each(|it| *it = Object::Found(under(old)));
        let collected = collect(&world, trail("main"));
        let sample = &collected.facts.sample;
        assert_eq!((sample.eligible, sample.deviations()), (100, 0));
        assert!(results(&collected).contains(&SampleResult::PreviousKey));
    }

    #[test]
    fn interleaved_objects_are_deviations_and_nothing_is_drawn_again() {
        let mut world = World::holding((1..=300).map(half_hour));
        for it in (1..=300).filter(|it| it % 3 == 0) {
            world.objects.insert(half_hour(it), Object::Found(aes256()));
        }
        let collected = collect(&world, trail("main"));
        let sample = &collected.facts.sample;
        assert!(sample.deviations() > 5);
        assert_eq!((sample.key_changed_at, sample.left_population), (None, 0));
        assert_eq!(selected(&collected, Selection::KeyChange), [""; 0]);
    }

    #[test]
    fn a_deviation_after_the_switch_is_found_in_the_second_draw() {
        let mut world = switched(300, 100);
        for it in (1..=100).filter(|it| it % 2 == 0) {
            world.objects.insert(half_hour(it), Object::Found(aes256()));
        }
        let sample = collect(&world, trail("main")).facts.sample;
        assert!(sample.deviations() > 0);
    }
}

mod in_two_stages {
    use super::*;

    const DAY: i64 = 24 * 60;

    /// So many accounts of the organization, ten of whose cells are drawn within this many calls.
    fn drawn(world: &World, accounts: u64, budget: u32) -> JudgedTrail {
        let thresholds =
            Thresholds { listing_budget: budget, sample_size: 10, ..Thresholds::DEFAULT };
        let settings = CollectSettings { thresholds, ..settings() };
        let audited = (1..=accounts).map(account).collect();
        let members = &Members { audited, ..members() };
        collect_with(world, settings, members, of_organization(trail("main"))).0
    }

    /// An object of each of these accounts on each day.
    fn daily(accounts: impl Iterator<Item = u64>) -> World {
        let keys = accounts.flat_map(|it| (0..7).map(move |day| object_of(it, day * DAY + 60)));
        World::holding(keys)
    }

    fn object_of(number: u64, minutes_ago: i64) -> String {
        log_object_of("", account(number), "us-east-1", minutes_ago).replacen('/', "/o-1/", 1)
    }

    #[test]
    fn random_cells_are_drawn_and_a_random_object_in_each() {
        let world = daily(1..=90);
        let collected = drawn(&world, 90, 100);
        let sample = &collected.facts.sample;
        assert_eq!((sample.method, sample.frame.clusters), (SampleMethod::Clusters, 90 * 7));
        assert_eq!((sample.frame.drawn, sample.frame.empty), (10, 0));
        assert_eq!((sample.selected(), sample.sealed, sample.lists), (10, 10, 10));
        assert_eq!(sample.census_lists, 90);
        assert_eq!(selected(&collected, Selection::Cluster).len(), 10);
        // Of the newest objects, which are all sealed, the newest is kept as evidence.
        assert_eq!(selected(&collected, Selection::Newest).len(), 1);
        assert!(
            collected.clusters.iter().all(|it| it.used == ClusterUse::Drawn && it.objects == 1)
        );
        assert!(collected.clusters.iter().all(|it| it.day.is_some() && it.sha256.is_some()));
        assert!(collected.clusters.iter().map(|it| it.index).eq(0..10));
    }

    /// An object of each of so many accounts on each of the last days.
    fn lately(accounts: u64, days: i64) -> World {
        let keys =
            (1..=accounts).flat_map(|it| (0..days).map(move |day| object_of(it, day * DAY + 60)));
        World::holding(keys)
    }

    #[test]
    fn empty_cells_are_noted_and_drawn_again() {
        let collected = drawn(&lately(90, 2), 90, 100);
        let sample = &collected.facts.sample;
        assert_eq!((sample.selected(), sample.sealed), (10, 10));
        assert!(sample.frame.empty > 5, "{:?}", sample.frame);
        assert_eq!(sample.frame.drawn, 10 + sample.frame.empty);
        let empty = collected.clusters.iter().filter(|it| it.used == ClusterUse::Empty);
        assert_eq!(empty.count(), sample.frame.empty as usize);
    }

    #[test]
    fn where_calls_run_out_fewer_are_drawn() {
        let collected = drawn(&lately(200, 1), 200, 30);
        let sample = &collected.facts.sample;
        assert_eq!((sample.method, sample.lists), (SampleMethod::Clusters, 30));
        assert!(sample.selected() < 10 && sample.frame.empty > 15, "{:?}", sample.frame);
    }

    #[test]
    fn an_empty_frame_comes_to_an_end() {
        let mut world = World::holding((0..600).map(|it| format!("{}x{it:04}", folder())));
        world.page_size = 1;
        let collected = drawn(&world, 1, 10_000);
        assert_eq!(collected.facts.sample.selected(), 0);
    }

    fn folder() -> String {
        "AWSLogs/o-1/000000000001/CloudTrail/us-east-1/2026/11/19/".to_owned()
    }

    #[test]
    fn cells_that_are_known_to_be_empty_are_not_drawn() {
        // Too many pages of one account to be counted; the other has none.
        let mut world = World::holding((0..7 * 48).map(|it| object_of(1, it * 30 + 5)));
        world.page_size = 2;
        let collected = drawn(&world, 2, 100);
        let sample = &collected.facts.sample;
        assert_eq!((sample.method, sample.frame.clusters), (SampleMethod::Clusters, 7));
        assert!(sample.lists <= 100);
        assert!(sample.sealed > 0, "{sample:?} {:?}", collected.clusters);
    }

    #[test]
    fn of_a_day_with_too_many_pages_the_first_object_after_a_random_minute_is_taken() {
        let mut world = World::holding((0..7 * 288).map(|it| object_of(1, it * 5 + 5)));
        world.page_size = 1;
        let collected = drawn(&world, 1, 100);
        let sample = &collected.facts.sample;
        assert!(sample.lists <= 100, "{}", sample.lists);
        assert!(sample.sealed > 2, "{}", sample.sealed);
        assert!(collected.clusters.iter().any(|it| !it.is_whole && it.sha256.is_none()));
        // Not always the first objects of a day.
        let late = |it: &&Sample| it.key.contains("T1") || it.key.contains("T2");
        assert!(collected.samples.iter().any(|it| late(&it)));
    }

    /// What the census of such a trail says, by account.
    fn census(collected: &JudgedTrail) -> BTreeMap<u64, NewestLog> {
        collected.census.iter().map(|it| (it.0.account.number(), it.2)).collect()
    }

    #[test]
    fn the_census_looks_into_every_cell_however_many_there_are() {
        let mut world = daily((1..=90).filter(|it| *it != 7));
        world.objects.insert(object_of(9, 60), Object::Found(aes256()));
        // More than a page, the newest of which is not on the first.
        world.page_size = 5;
        let collected = drawn(&world, 90, 100);
        let census = census(&collected);
        assert_eq!(census.len(), 90);
        assert_eq!((census[&7], census[&9]), (NewestLog::Missing, NewestLog::Deviation));
        assert!(census.iter().all(|it| [7, 9].contains(it.0) || *it.1 == NewestLog::Sealed));
        assert_eq!(collected.facts.sample.deviations(), 1);
        assert_eq!(collected.facts.sample.frame.clusters, 89 * 7);
    }

    #[test]
    fn what_the_census_could_not_list_is_of_the_frame_and_proves_nothing() {
        let world = daily(1..=90).refusing(|it| match it {
            Call::List(_, prefix) => prefix.contains("/000000000005/"),
            _ => false,
        });
        let collected = drawn(&world, 90, 100);
        assert_eq!(census(&collected)[&5], NewestLog::Unlisted);
        let sample = &collected.facts.sample;
        assert_eq!((sample.frame.clusters, sample.gaps.len()), (90 * 7, 1));
    }

    #[test]
    fn a_refused_cell_counts_as_an_object_that_could_not_be_read() {
        let world = daily(1..=90).refusing(|it| match it {
            Call::List(_, prefix) => prefix.contains("/2026/11/15/"),
            _ => false,
        });
        let collected = drawn(&world, 90, 100);
        let sample = &collected.facts.sample;
        assert_eq!((sample.unreadable, sample.gaps.len()), (1, 1));
        assert_eq!(collected.clusters.last().unwrap().used, ClusterUse::Unlisted);
    }

    #[test]
    fn a_denied_listing_is_asked_once_here_too() {
        let world = daily(1..=90).refusing(|it| it.operation() == Operation::ListObjectsV2);
        let collected = drawn(&world, 90, 100);
        assert_eq!(world.count(Operation::ListObjectsV2), 1);
        assert_eq!(collected.facts.sample.gaps.len(), 1);
    }

    #[test]
    fn after_a_switch_cells_are_drawn_again_from_what_is_newer() {
        let mut world = daily(1..=185);
        for it in 1..=185 {
            for day in 4..7 {
                world.objects.insert(object_of(it, day * DAY + 60), Object::Found(aes256()));
            }
        }
        let collected = drawn(&world, 185, 200);
        let sample = &collected.facts.sample;
        let key_changed_at = now() - SignedDuration::from_mins(4 * DAY + 60);
        assert_eq!(sample.key_changed_at, Some(key_changed_at));
        assert_eq!((sample.selected(), sample.sealed, sample.deviations()), (10, 10, 0));
        assert_eq!(selected(&collected, Selection::FirstDraw).len(), 10);
        let random = collected.samples.iter().filter(|it| it.selection == Selection::Cluster);
        let times: Vec<_> = random.map(|it| it.named_at).collect();
        assert!(times.len() == 10 && times.iter().all(|it| *it > key_changed_at), "{times:?}");
    }

    #[test]
    fn the_same_seed_draws_the_same_cells() {
        let keys = || {
            let collected = drawn(&daily(1..=90), 90, 100);
            collected.samples.into_iter().map(|it| it.key).collect::<Vec<_>>()
        };
        assert_eq!(keys(), keys());
    }

    #[test]
    fn a_trail_without_a_key_ends_with_the_first_object() {
        let mut world = daily(1..=90);
        world.objects.values_mut().for_each(|it| *it = Object::Found(aes256()));
        let thresholds = Thresholds { listing_budget: 100, sample_size: 10, ..Thresholds::DEFAULT };
        let settings = CollectSettings { thresholds, ..settings() };
        let audited = (1..=90).map(account).collect();
        let members = &Members { audited, ..members() };
        let (collected, _) = collect_with(&world, settings, members, of_organization(keyless()));
        assert_eq!(heads(&world), 1);
        assert_eq!(collected.facts.sample.deviations(), 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

        #[test]
        fn the_budget_is_never_exceeded_and_the_sample_never_larger_than_asked(
            accounts in 1u64..60,
            holding in 1u64..60,
            budget in 0u32..80,
            page_size in 1usize..4,
            unsealed_from in 0i64..9,
        ) {
            let mut world = daily((1..=accounts).filter(|it| it % holding == 0));
            world.page_size = page_size;
            for it in 1..=accounts {
                for day in unsealed_from..7 {
                    let key = object_of(it, day * DAY + 60);
                    if let Some(object) = world.objects.get_mut(&key) {
                        *object = Object::Found(aes256());
                    }
                }
            }
            let collected = drawn(&world, accounts, budget);
            let TrailFacts { sample, history, prefixes, .. } = collected.facts;
            prop_assert!(sample.lists <= budget);
            // The oldest one, a dozen halvings and a dozen probes, and a few cells to begin with.
            prop_assert!(history.lists <= 4 + 12 + 12);
            let listed = world.count(Operation::ListObjectsV2);
            let of_prefixes = prefixes.map_or(0, |it| it.lists);
            let expected = sample.lists + sample.census_lists + history.lists + of_prefixes;
            prop_assert_eq!(listed, expected as usize);
            prop_assert!(sample.selected() <= 10);
            prop_assert!(sample.sealed <= sample.tested);
        }
    }
}

fn hours(count: i64) -> SignedDuration {
    SignedDuration::from_hours(count)
}
