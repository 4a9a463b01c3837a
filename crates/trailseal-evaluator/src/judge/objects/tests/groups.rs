//! Objects of trails that deliver under one prefix.

use trailseal_model::{ControlId, DescribedFrom, Finding, NewestLog, Observed};

use super::*;
use crate::examined_object::Newest;
use crate::judge::judge;
use crate::test_support::{Facts, gap};

const SHARED: &str = "not_proven shared_prefix";

/// The trail `main`, and `sibling` with the other key, beside these changes.
struct World {
    trails: [TrailAnswers; 2],
    keys: BTreeMap<Arn, Observed<Answer<KeyPresence>>>,
}

impl World {
    fn new() -> Self {
        let sibling = TrailDescription { kms_key_id: Some(OTHER.to_owned()), ..trail("sibling") };
        let keys = [KEY, OTHER].map(|it| (arn(it), known(KeyPresence::Exists(key(it)))));
        let mut main = trail("main");
        main.log_file_validation = true;
        Self { trails: [answers(main), answers(sibling)], keys: keys.into() }
    }

    fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    fn sibling(self, change: impl FnOnce(&mut TrailDescription)) -> Self {
        let mut description = self.trails[1].description.clone();
        change(&mut description);
        self.with(|it| it.trails[1] = answers(description))
    }

    fn managed_by_aws(self, named: &str) -> Self {
        let mut of_aws = key(named);
        of_aws.manager = KeyManager::Aws;
        self.with(|it| drop(it.keys.insert(arn(named), known(KeyPresence::Exists(of_aws)))))
    }

    /// What the objects of `main` show.
    fn judged(&self, objects: &[ExaminedObject]) -> JudgedObjects {
        let evidence = evidence_of(expected_key(&self.trails[0].description), objects);
        self.judged_by(evidence, objects)
    }

    fn judged_by(&self, evidence: ObjectEvidence, objects: &[ExaminedObject]) -> JudgedObjects {
        let accounts = [1, 2].map(|it| member(it, AccountState::Active));
        let trails: Vec<&TrailAnswers> = self.trails.iter().collect();
        let judge = ObjectJudge::new(&trails, &self.keys, &accounts, Thresholds::DEFAULT);
        judge.judge(0, evidence, objects.to_vec())
    }

    /// Status and reason of this control for `main` with these objects.
    fn finding(&self, control: ControlId, objects: &[ExaminedObject]) -> String {
        let judged = self.judged(objects).facts;
        let facts = Facts::sealed().with(|facts| {
            let [main, sibling] = self.trails.clone();
            facts.trails[0].description = main.description;
            facts.trails[0].described_from = main.described_from;
            facts.trails[0].key = main.key;
            (facts.trails[0].sample, facts.trails[0].history) = (judged.sample, judged.history);
            facts.trails[0].digest = judged.digest;
            facts.trails.push(crate::test_support::trail_facts(sibling.description));
            facts.trails[1].described_from = sibling.described_from;
            facts.keys = self.keys.clone();
        });
        let facts = facts.build();
        let is_wanted =
            |it: &&Finding| it.control() == control && it.subject().key().ends_with("trail/main");
        let findings = judge(&facts);
        let finding = findings.iter().find(is_wanted).unwrap();
        format!("{} {}", finding.status(), finding.reason().as_str())
    }
}

const GROUP: Class = (SampleResult::SharedPrefixKey, None);

#[test]
fn each_key_of_the_group_is_right_for_logs_of_its_keyed_trails() {
    let objects = [object(0, kms(KEY)), object(9, kms(OTHER)), object(10, kms(KEY))];
    let judged = World::new().judged(&objects);
    assert_eq!(shown(&judged), [PASS, GROUP, PASS]);
    let sample = judged.facts.sample;
    assert_eq!((sample.tested, sample.sealed, sample.deviations()), (3, 3, 0));
    let newest: Vec<NewestLog> = judged.newest_logs.iter().map(|it| it.2).collect();
    assert_eq!(newest, [NewestLog::Sealed]);
    let control = ControlId::LogObjectsSealed;
    assert_eq!(World::new().finding(control, &objects), "pass all_sealed");
    // Nothing but the sibling's, and a bare id of its key.
    assert_eq!(shown(&World::new().judged(&[object(0, kms("99999999-0000"))])), [GROUP]);
}

#[test]
fn a_key_of_the_group_is_right_at_any_age() {
    let old = |head| object_in("us-east-1", -90 * 24 * 60, head, Selection::History);
    // Alone, and beside logs of the window under the trail's own key.
    for objects in [vec![old(kms(OTHER))], vec![object(0, kms(KEY)), old(kms(OTHER))]] {
        let judged = World::new().judged(&objects);
        assert_eq!(shown(&judged).last(), Some(&GROUP));
        let history = &judged.facts.history;
        assert_eq!((history.deviating.len(), history.sealed_since), (0, history.oldest));
        assert_eq!(World::new().finding(ControlId::HistorySealed, &objects), "pass history_sealed");
    }
    // Older than a clean change to the trail's own key, inside the window.
    let objects = [object(0, kms(OTHER)), object(60, kms(KEY))];
    let judged = World::new().judged(&objects);
    assert_eq!(shown(&judged), [GROUP, PASS]);
    assert_eq!(judged.facts.sample.left_population, 0);
    assert_eq!(World::new().finding(ControlId::HistorySealed, &objects), "pass history_sealed");
    // What nothing explains stays what it is.
    let objects = [old(kms(OTHER)), old(aes256())];
    assert_eq!(shown(&World::new().judged(&objects))[1], deviation(DeviationClass::SseS3));
    assert_eq!(World::new().finding(ControlId::HistorySealed, &objects), SHARED);
}

#[test]
fn a_digest_tells_its_trail_so_a_siblings_key_is_wrong() {
    let digest = |head| object_in("us-east-1", 30, head, Selection::Digest);
    let objects = [object(0, kms(KEY)), object(9, kms(OTHER)), digest(kms(OTHER))];
    let judged = World::new().judged(&objects);
    assert_eq!(shown(&judged), [PASS, GROUP, deviation(DeviationClass::WrongKey)]);
    let newest = judged.facts.digest.newest.unwrap();
    assert_eq!(newest.deviation, Some(DeviationClass::WrongKey));
    let control = ControlId::DigestObjectsSealed;
    assert_eq!(World::new().finding(control, &objects), "fail wrong_key");
    // The logs are not the worse for that.
    assert_eq!(World::new().finding(ControlId::LogObjectsSealed, &objects), "pass all_sealed");
    assert_eq!(World::new().finding(ControlId::HistorySealed, &objects), "pass history_sealed");
}

#[test]
fn what_is_older_than_a_clean_change_is_set_aside_beside_a_siblings_key() {
    let objects = [object(0, aes256()), object(1, kms(OTHER)), object(60, kms(KEY))];
    let before = (SampleResult::PreEnablement, Some(DeviationClass::SseS3));
    assert_eq!(shown(&World::new().judged(&objects)), [before, GROUP, PASS]);
    // Interleaved logs of the sibling hide when the trail's own key came.
    let objects = [object(0, aes256()), object(60, kms(KEY)), object(61, kms(OTHER))];
    let aes = deviation(DeviationClass::SseS3);
    assert_eq!(shown(&World::new().judged(&objects)), [aes, PASS, GROUP]);
}

#[test]
fn what_no_key_of_the_group_explains_stays_a_deviation() {
    let log_objects =
        |world: World, head| world.finding(ControlId::LogObjectsSealed, &[object(0, head)]);
    let third = "arn:aws:kms:us-east-1:000000000001:key/33333333-0000";
    assert_eq!(log_objects(World::new(), kms(third)), SHARED);
    for head in [aes256(), ObjectHead::default()] {
        assert_eq!(log_objects(World::new(), head), SHARED);
    }
    let unread = World::new().sibling(|it| it.kms_key_id = Some("alias/unread".to_owned()));
    assert_eq!(log_objects(unread, kms(OTHER)), SHARED);
    // Nor does a key of a trail that delivers elsewhere.
    let elsewhere = World::new().sibling(|it| it.prefix = Some("x".to_owned()));
    assert_eq!(log_objects(elsewhere, kms(OTHER)), "fail wrong_key");
}

#[test]
fn a_siblings_key_that_was_not_described_is_right_by_its_arn() {
    let unread = World::new().with(|it| {
        it.keys.insert(arn(OTHER), Observed::Unread(gap(0)));
    });
    assert_eq!(shown(&unread.judged(&[object(0, kms(OTHER))])), [GROUP]);
}

#[test]
fn a_trail_without_a_key_passes_by_no_key_of_the_group() {
    let keyless = World::new().with(|it| {
        let description = TrailDescription { kms_key_id: None, ..trail("main") };
        it.trails[0] = answers(description);
    });
    let objects = [object(0, kms(OTHER))];
    assert_eq!(shown(&keyless.judged(&objects)), [deviation(DeviationClass::WrongKey)]);
    assert_eq!(keyless.finding(ControlId::LogObjectsSealed, &objects), SHARED);
}

#[test]
fn a_key_of_aws_seals_nothing_for_a_whole_group() {
    let log_objects = |world: World| {
        world.finding(ControlId::LogObjectsSealed, &[object(0, kms(KEY)), object(1, kms(OTHER))])
    };
    assert_eq!(log_objects(World::new()), "pass all_sealed");
    assert_eq!(log_objects(World::new().managed_by_aws(OTHER)), SHARED);
    let in_doubt =
        World::new().with(|it| it.trails[1].described_from = DescribedFrom::DisagreeingShadows);
    assert_eq!(log_objects(in_doubt), SHARED);
    assert_eq!(log_objects(World::new().managed_by_aws(KEY)), SHARED);
}

#[test]
fn the_census_knows_the_keys_of_the_group() {
    let mut evidence = evidence_of(expected_key(&trail("main")), &[]);
    let cluster = |number| AccountRegion { account: account(number), region: region("us-east-1") };
    let found = |head: ObjectHead| {
        Newest::of(&HeadAnswer::Found(Box::new(head), crate::test_support::evidence()))
    };
    for (number, newest) in [
        (1, found(kms(KEY))),
        (2, found(kms(OTHER))),
        (3, found(aes256())),
        (4, Newest::Unread),
        (5, Newest::Unlisted),
        (6, Newest::Missing),
    ] {
        evidence.census.add(cluster(number), Some(at(0)), newest);
    }
    let judged = World::new().judged_by(evidence, &[]);
    let newest: Vec<NewestLog> = judged.newest_logs.iter().map(|it| it.2).collect();
    let expected = [
        NewestLog::Sealed,
        NewestLog::Sealed,
        NewestLog::Deviation,
        NewestLog::Unreadable,
        NewestLog::Unlisted,
        NewestLog::Missing,
    ];
    assert_eq!(newest, expected);
}
