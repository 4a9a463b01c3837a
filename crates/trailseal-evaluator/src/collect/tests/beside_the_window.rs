//! What lies beside the window: older logs, and the newest digest.

use jiff::SignedDuration;
use trailseal_model::Sample;

use super::*;

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

fn ago(minutes: i64) -> jiff::Timestamp {
    now() - SignedDuration::from_mins(minutes)
}

fn selected(collected: &JudgedTrail, selection: Selection) -> Vec<&Sample> {
    collected.samples.iter().filter(|it| it.selection == selection).collect()
}

mod history {
    use super::*;

    /// A log every twelve hours for so many days; those of the last `sealed` days are sealed.
    fn years(days: i64, sealed: i64) -> World {
        let mut world = World::holding((1..=2 * days).map(|it| log_object(it * 12 * HOUR)));
        for it in 2 * sealed + 1..=2 * days {
            world.objects.insert(log_object(it * 12 * HOUR), Object::Found(aes256()));
        }
        world
    }

    #[test]
    fn where_the_oldest_is_sealed_a_dozen_others_confirm_it() {
        let world = years(700, 700);
        let collected = collect(&world, trail("main"));
        let history = &collected.facts.history;
        assert_eq!(history.oldest, Some(ago(700 * DAY)));
        assert_eq!(history.sealed_since, history.oldest);
        assert_eq!((history.lists, history.unreadable), (13, 0));
        assert!((10..=13).contains(&history.examined), "{}", history.examined);
        assert_eq!(history.deviating, []);
        let probes = selected(&collected, Selection::History);
        assert_eq!(probes.len(), history.examined as usize);
        let spread = probes.iter().filter(|it| it.named_at < ago(350 * DAY)).count();
        assert!(spread > 2, "{spread}");
        // They are no part of the window's sample.
        assert_eq!(collected.facts.sample.selected(), 14);
        assert!(collected.samples.iter().map(|it| it.index).eq(0..14 + history.examined));
    }

    #[test]
    fn the_day_since_which_all_are_sealed_is_found_by_halving() {
        let collected = collect(&years(700, 200), trail("main"));
        let history = &collected.facts.history;
        let since = history.sealed_since.unwrap();
        assert!(ago(201 * DAY) <= since && since <= ago(199 * DAY), "{since}");
        assert!(history.deviating.iter().all(|it| it.class == DeviationClass::SseS3));
        assert!(history.lists <= 1 + 12 + 12);
        // What is older than the window says nothing of it.
        let sample = &collected.facts.sample;
        assert_eq!((sample.deviations(), sample.sealed), (0, 14));
    }

    #[test]
    fn where_a_later_one_deviates_no_day_is_named() {
        let mut world = years(400, 400);
        for it in (1..=800).filter(|it| it % 3 == 0) {
            world.objects.insert(log_object(it * 12 * HOUR), Object::Found(aes256()));
        }
        let collected = collect(&world, trail("main"));
        assert_eq!(collected.facts.history.sealed_since, None);
        assert!(!collected.facts.history.deviating.is_empty());
    }

    #[test]
    fn a_switch_inside_the_window_is_part_of_the_history() {
        let collected = collect(&years(7, 3), trail("main"));
        let history = &collected.facts.history;
        let count: u32 = history.deviating.iter().map(|it| it.count).sum();
        assert_eq!(count, 8);
        assert_eq!(history.sealed_since, Some(ago(3 * DAY)));
        assert_eq!((history.examined, collected.facts.sample.deviations()), (0, 0));
    }

    #[test]
    fn without_older_logs_the_window_is_the_history() {
        let world = World::holding([log_object(5)]);
        let collected = collect(&world, trail("main"));
        let history = &collected.facts.history;
        assert_eq!((history.oldest, history.sealed_since), (Some(ago(5)), Some(ago(5))));
        assert!(history.oldest_read_by.is_some());
        assert_eq!(world.count(Operation::HeadObject), 1);
    }

    #[test]
    fn logs_of_another_region_are_found_where_the_home_region_has_none() {
        let world = World::holding([log_object_of("", account(1), "eu-west-1", 5)]);
        let history = collect(&world, multi_region()).facts.history;
        assert_eq!(history.oldest, Some(ago(5)));
    }

    #[test]
    fn a_refusal_ends_it_and_a_bucket_that_refused_is_not_asked_again() {
        let world = years(700, 700).refusing(|it| match it {
            Call::Head(_, key) => *key < log_object(8 * DAY),
            _ => false,
        });
        let collected = collect(&world, trail("main"));
        let history = &collected.facts.history;
        assert_eq!((history.oldest_read_by.as_ref(), history.sealed_since), (None, None));
        assert_eq!((history.unreadable, history.gaps.len()), (1, 1));

        let world = years(700, 700).refusing(|it| it.operation() == Operation::HeadObject);
        let history = collect(&world, trail("main")).facts.history;
        assert_eq!((world.count(Operation::HeadObject), history.gaps.len()), (1, 1));
    }

    #[test]
    fn a_trail_without_a_key_has_none() {
        let mut world = World::holding([log_object(5), log_object(300 * DAY)]);
        world.objects.values_mut().for_each(|it| *it = Object::Found(aes256()));
        let collected = collect(&world, keyless());
        assert_eq!(collected.facts.history, trailseal_model::HistorySample::default());
        assert_eq!(collected.samples.len(), 1);
    }
}

mod digests {
    use super::*;

    fn validated(name: &str) -> TrailDescription {
        TrailDescription { log_file_validation: true, ..trail(name) }
    }

    /// The key of a digest of this trail.
    fn digest(name: &str, minutes_ago: i64) -> String {
        let at = jiff::tz::Offset::UTC.to_datetime(ago(minutes_ago));
        let (day, second) = (at.strftime("%Y/%m/%d"), at.strftime("%Y%m%dT%H%M%SZ"));
        format!(
            "AWSLogs/000000000001/CloudTrail-Digest/us-east-1/{day}/000000000001_CloudTrail-Digest_us-east-1_{name}_us-east-1_{second}.json.gz"
        )
    }

    fn found(world: &World, description: TrailDescription) -> Option<(String, SampleResult)> {
        let collected = collect(world, description);
        let newest = collected.facts.digest.newest;
        assert_eq!(
            selected_keys(&collected.samples),
            newest.iter().map(|it| &*it.key).collect::<Vec<_>>()
        );
        newest.map(|it| (it.key, it.result))
    }

    fn selected_keys(samples: &[Sample]) -> Vec<&str> {
        let of = samples.iter().filter(|it| it.selection == Selection::Digest);
        of.map(|it| it.key.as_str()).collect()
    }

    #[test]
    fn the_newest_one_of_the_trail_itself_is_looked_at() {
        let mut world = World::holding((1..=100).map(|it| digest("main", it * HOUR)));
        world.objects.insert(digest("other", 1), Object::Found(aes256()));
        world.objects.insert(digest("main", 2 * HOUR), Object::Found(aes256()));
        world.page_size = 40;
        let newest = Some((digest("main", HOUR), SampleResult::Pass));
        assert_eq!(found(&world, validated("main")), newest);
        let other = Some((digest("other", 1), SampleResult::Deviation));
        assert_eq!(found(&world, validated("other")), other);
        // It says nothing of the logs.
        let sample = collect(&world, validated("other")).facts.sample;
        assert_eq!((sample.deviations(), sample.method), (0, SampleMethod::Nothing));
    }

    #[test]
    fn without_validation_or_key_none_is_looked_for() {
        let world = World::holding([digest("main", HOUR)]);
        assert_eq!(found(&world, trail("main")), None);
        assert_eq!(found(&world, TrailDescription { kms_key_id: None, ..validated("main") }), None);
        let is_digest =
            |it: &Call| matches!(it, Call::List(_, prefix) if prefix.contains("Digest"));
        assert!(!world.calls().iter().any(is_digest));
    }

    #[test]
    fn none_in_the_window_is_none() {
        let world = World::holding([digest("main", 9 * DAY)]);
        assert_eq!(found(&world, validated("main")), None);
        assert!(collect(&world, validated("main")).facts.digest.listed_by.is_some());
    }

    #[test]
    fn a_refusal_is_a_gap() {
        let world = World::holding([log_object(5), digest("main", HOUR)])
            .refusing(|it| matches!(it, Call::List(_, prefix) if prefix.contains("Digest")));
        let facts = collect(&world, validated("main")).facts;
        assert_eq!((facts.digest.gaps.len(), facts.sample.gaps.len()), (1, 0));
    }
}
