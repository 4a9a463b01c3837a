//! Objects of one trail that nothing else delivers beside.

use super::*;

/// Judges objects of the trail `main`, with nothing listed beside them.
fn judged(expected: ExpectedKey, objects: Vec<ExaminedObject>) -> JudgedObjects {
    let trail = answers(trail("main"));
    let accounts = [1, 2].map(|it| member(it, AccountState::Active));
    let trails = [&trail];
    let judge = ObjectJudge::new(&trails, &BTreeMap::new(), &accounts, Thresholds::DEFAULT);
    judge.judge(0, evidence_of(expected, &objects), objects)
}

/// Objects oldest first, as people think of them; they are judged in the opposite order, which
/// does not matter.
#[track_caller]
fn check_objects(mut objects: Vec<ExaminedObject>, expected: &[Class]) {
    objects.reverse();
    let mut found = shown(&judged(expected_key(&trail("main")), objects));
    found.reverse();
    assert_eq!(found, expected);
}

#[track_caller]
fn check(heads: &[(i64, ObjectHead)], expected: &[Class]) {
    let objects = heads.iter().map(|(minute, head)| object(*minute, head.clone()));
    check_objects(objects.collect(), expected);
}

#[test]
fn each_kind_of_encryption_has_its_class() {
    let with = |algorithm: Option<&str>| ObjectHead {
        algorithm: algorithm.map(str::to_owned),
        ..ObjectHead::default()
    };
    let customer =
        ObjectHead { customer_algorithm: Some("AES256".to_owned()), ..ObjectHead::default() };
    let dsse = ObjectHead { algorithm: Some("aws:kms:dsse".to_owned()), ..kms(KEY) };
    let foreign = "arn:aws:kms:us-east-1:000000000077:key/1";
    let of_a_member = "arn:aws:kms:us-east-1:000000000002:key/1";
    let managed = "arn:aws:kms:us-east-1:000000000001:alias/aws/s3";
    let unreadable = (SampleResult::Unreadable, None);
    for (head, expected) in [
        (kms(KEY), PASS),
        (kms("11111111-2222"), PASS),
        (dsse, PASS),
        (with(None), deviation(DeviationClass::None)),
        (customer, deviation(DeviationClass::SseC)),
        (aes256(), deviation(DeviationClass::SseS3)),
        (kms(managed), deviation(DeviationClass::AwsManagedKey)),
        (kms(foreign), deviation(DeviationClass::ForeignKey)),
        (kms(of_a_member), deviation(DeviationClass::WrongKey)),
        (kms(OTHER), deviation(DeviationClass::WrongKey)),
        (kms("arn:aws:kms:us-east-1:000000000001:alias/logs"), unreadable),
        (with(Some("aws:kms")), unreadable),
        (with(Some("aws:new")), unreadable),
    ] {
        check(&[(0, head)], &[expected]);
    }
}

#[test]
fn an_older_log_and_a_digest_have_the_same_classes_as_a_log_of_the_window() {
    let foreign = "arn:aws:kms:us-east-1:000000000077:key/1";
    let of_a_member = "arn:aws:kms:us-east-1:000000000002:key/1";
    for selection in [Selection::History, Selection::Digest] {
        let one = |head| vec![object_in("us-east-1", 0, head, selection)];
        check_objects(one(kms(KEY)), &[PASS]);
        check_objects(one(kms(foreign)), &[deviation(DeviationClass::ForeignKey)]);
        check_objects(one(kms(of_a_member)), &[deviation(DeviationClass::WrongKey)]);
        check_objects(one(aes256()), &[deviation(DeviationClass::SseS3)]);
    }
}

#[test]
fn an_unreadable_object_names_the_header_that_keeps_it_so() {
    let with = |algorithm: &str, key: Option<&str>| ObjectHead {
        algorithm: Some(algorithm.to_owned()),
        kms_key_id: key.map(str::to_owned),
        ..ObjectHead::default()
    };
    let alias = "arn:aws:kms:us-east-1:000000000001:alias/logs";
    let date = HeaderProblem::NotUnderstood("last-modified", "yesterday".to_owned());
    let dated = ObjectHead { not_understood: Some(date.clone()), ..kms(KEY) };
    let other = |value: &str| {
        HeaderProblem::NotUnderstood("x-amz-server-side-encryption", value.to_owned())
    };
    let key = "x-amz-server-side-encryption-aws-kms-key-id";
    let unreadable = SampleResult::Unreadable;
    for (head, result, problem) in [
        (with("aws:kms", None), unreadable, Some(HeaderProblem::Missing(key))),
        (with("aws:kms:dsse", None), unreadable, Some(HeaderProblem::Missing(key))),
        (
            with("aws:kms", Some(alias)),
            unreadable,
            Some(HeaderProblem::IsAlias(key, alias.to_owned())),
        ),
        (with("AWS:KMS", Some(KEY)), unreadable, Some(other("AWS:KMS"))),
        (with("aes256", None), unreadable, Some(other("aes256"))),
        (with("aws:fsx-new", None), unreadable, Some(other("aws:fsx-new"))),
        (dated, SampleResult::Pass, Some(date)),
        (kms(KEY), SampleResult::Pass, None),
        (aes256(), SampleResult::Deviation, None),
    ] {
        let one = object(0, head.clone());
        let judged = judged(expected_key(&trail("main")), vec![one.clone()]);
        let row = sample("logs", one, judged.classes[0], 0);
        assert_eq!((row.result, &row.header_problem), (result, &problem), "{head:?}");
    }
    let shown = HeaderProblem::Missing(key).to_string();
    assert_eq!(shown, format!("the header {key} is missing"));
}

#[test]
fn objects_before_a_clean_change_leave_the_population() {
    let before = (SampleResult::PreEnablement, Some(DeviationClass::SseS3));
    check(
        &[(0, aes256()), (10, aes256()), (60, kms(KEY)), (70, kms(KEY))],
        &[before, before, PASS, PASS],
    );
    check(
        &[(0, kms(OTHER)), (60, kms(KEY))],
        &[(SampleResult::PreviousKey, Some(DeviationClass::WrongKey)), PASS],
    );
}

#[test]
fn objects_of_another_region_may_be_a_few_minutes_late_and_those_of_the_same_may_not() {
    let late = |name, minute| {
        let east = "us-east-1";
        let of = |name, minute, head| object_in(name, minute, head, Selection::All);
        vec![
            of(name, 0, aes256()),
            of(east, 60, kms(KEY)),
            of(name, minute, aes256()),
            of(east, 80, kms(KEY)),
        ]
    };
    let before = (SampleResult::PreEnablement, Some(DeviationClass::SseS3));
    let wrong = deviation(DeviationClass::SseS3);
    check_objects(late("eu-west-1", 75), &[before, PASS, before, PASS]);
    check_objects(late("eu-west-1", 76), &[wrong, PASS, wrong, PASS]);
    check_objects(late("us-east-1", 61), &[wrong, PASS, wrong, PASS]);
}

#[test]
fn interleaved_or_newer_objects_are_deviations() {
    let aes = deviation(DeviationClass::SseS3);
    check(&[(0, kms(KEY)), (60, aes256())], &[PASS, aes]);
    check(
        &[(0, aes256()), (60, kms(KEY)), (120, aes256()), (180, kms(KEY))],
        &[aes, PASS, aes, PASS],
    );
    let wrong = deviation(DeviationClass::WrongKey);
    check(&[(0, kms(KEY)), (60, kms(OTHER)), (120, kms(KEY))], &[PASS, wrong, PASS]);
    check(
        &[(0, kms(OTHER)), (60, kms(KEY)), (120, kms(OTHER))],
        &[wrong, PASS, deviation(DeviationClass::PreviousKey)],
    );
    check(&[(0, aes256()), (60, aes256())], &[aes; 2]);
}

#[test]
fn without_a_resolved_key_a_sealed_object_proves_nothing() {
    let unresolved = ExpectedKey { is_named: true, arn: None, is_of_aws: false };
    let objects = vec![object(0, kms(KEY)), object(1, aes256())];
    let unreadable = (SampleResult::Unreadable, None);
    let found = shown(&judged(unresolved, objects));
    assert_eq!(found, [unreadable, deviation(DeviationClass::SseS3)]);
}

#[test]
fn a_key_that_aws_manages_seals_nothing_whoever_described_it() {
    let of_aws = ExpectedKey { is_of_aws: true, ..expected_key(&trail("main")) };
    let managed = deviation(DeviationClass::AwsManagedKey);
    assert_eq!(shown(&judged(of_aws, vec![object(0, kms(KEY))])), [managed]);
    // The trail's own DescribeKey was refused, and that of another one was not.
    let mut described = key(KEY);
    described.manager = KeyManager::Aws;
    let keys = BTreeMap::from([(arn(KEY), known(KeyPresence::Exists(described)))]);
    let trail = answers(trail("main"));
    let trails = [&trail];
    let judge = ObjectJudge::new(&trails, &keys, &[], Thresholds::DEFAULT);
    let objects = vec![object(0, kms(KEY))];
    let evidence = evidence_of(expected_key(&trail.description), &objects);
    assert_eq!(shown(&judge.judge(0, evidence, objects)), [managed]);
}

#[test]
fn sealed_since_needs_every_later_log_sealed() {
    let history = |heads: &[(i64, ObjectHead)], since: i64| {
        let objects: Vec<ExaminedObject> = heads
            .iter()
            .map(|(minute, head)| object_in("us-east-1", *minute, head.clone(), Selection::History))
            .collect();
        let expected = expected_key(&trail("main"));
        let mut evidence = evidence_of(expected, &objects);
        evidence.history.since = Some(at(since));
        let trail = answers(trail("main"));
        let trails = [&trail];
        let judge = ObjectJudge::new(&trails, &BTreeMap::new(), &[], Thresholds::DEFAULT);
        judge.judge(0, evidence, objects).facts.history
    };
    let sealed = history(&[(0, kms(KEY)), (60, kms(KEY))], 0);
    assert_eq!((sealed.sealed_since, sealed.examined), (Some(at(0)), 2));
    let since = history(&[(0, aes256()), (60, kms(KEY))], 60);
    assert_eq!((since.sealed_since, since.deviating.len()), (Some(at(60)), 1));
    let later = history(&[(0, aes256()), (60, kms(KEY)), (90, aes256())], 60);
    assert_eq!(later.sealed_since, None);
}
