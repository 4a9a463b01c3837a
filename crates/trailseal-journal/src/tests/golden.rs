//! The journals in `golden/`, one for each version of the format that was released: this program still
//! reads every answer of each.
//!
//! A journal of a released version never changes. That of the version being made is written anew with
//! `JOURNAL_GOLDEN=write cargo test -p trailseal-journal golden`.

use std::fs;
use std::path::PathBuf;

use trailseal_model::question::*;
use trailseal_model::{
    Account, AccountState, AccountsListed, Arn, BucketPresence, DecryptGrant, Gap, HeaderProblem,
    KeyFacts, KeyManager, KeyPresence, KeyRotation, ManagementEvents, ObjectHead, ObjectsListed,
    Organization, Question, Reader, RegionStatus, StoreDescription, StoreListed, TrailDescription,
    TrailListed, TrailStatus, Unit, Want,
};

use super::*;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join("1.0")
}

fn answered<Q: Question>(question: Q, answer: Q::Answer) -> (AnyQuestion, AnyResult) {
    let evidence = Evidence {
        operation: Q::OPERATION,
        account: Some(account(12)),
        region: Region::new("eu-central-1"),
        at: "2026-11-30T23:59:59.123456789Z".parse().unwrap(),
        request_id: Some("4442587FB7D0A2F9".into()),
        attempts: 255,
        throttles: 1,
    };
    (question.into(), Ok(Answer { value: Q::to_any(answer), evidence }))
}

fn target() -> Target {
    Target { account: account(111_122_223_333), region: Region::new("eu-west-1").unwrap() }
}

fn reader() -> Reader {
    Reader { target: target(), expected_owner: Some(account(0)) }
}

fn arn(rest: &str) -> Arn {
    Arn::new(&format!("arn:aws:kms:eu-west-1:111122223333:{rest}")).unwrap()
}

#[expect(clippy::unnecessary_wraps, reason = "short for a field that is there")]
fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// What the golden journal holds: every question once, and gaps.
fn results() -> Vec<(AnyQuestion, AnyResult)> {
    let mut results = directory();
    results.extend(trails());
    results.extend(keys());
    results.extend(buckets());
    for (number, class) in (100..).zip(GapClass::ALL) {
        if crate::record::is_kept(*class) {
            let question = buckets_of(number);
            let gap = Gap {
                http_status: Some(403),
                code: Some("AccessDenied".into()),
                request_id: Some("r".into()),
                attempts: 5,
                throttles: 4,
                ..question.gap(*class).saying("User: x is not authorized \u{1f512}\n")
            };
            results.push((question, Err(gap)));
        }
    }
    results
}

fn directory() -> Vec<(AnyQuestion, AnyResult)> {
    let unit = Unit { id: "ou-a1b2-c3d4e5f6".to_owned(), name: "Pr\u{f6}d \"x\"".to_owned() };
    let parent = || "r-a1b2".to_owned();
    let organization =
        Organization { id: "o-a1b2c3d4e5".to_owned(), management_account: account(1) };
    let accounts = AccountState::ALL.iter().map(|state| Account {
        id: account(2),
        name: String::new(),
        state: *state,
        ou_path: some("o-a1b2c3d4e5/r-a1b2/"),
    });
    let listed = AccountsListed {
        accounts: accounts.collect(),
        organization: Some(organization.clone()),
        ended_by: Some(AnyQuestion::from(ListAccounts).gap(GapClass::ThrottledOut)),
    };
    let tags = [("a".to_owned(), "b".to_owned()), (String::new(), "\u{0}".to_owned())];
    let regions = ["eu-west-1", "xx-north-9"].map(|name| RegionStatus {
        region: Region::new(name).unwrap(),
        is_enabled: name == "eu-west-1",
    });
    vec![
        answered(OpenAccount { account: account(1) }, Some(arn("role/Audit"))),
        answered(OpenAccount { account: account(2) }, None),
        answered(ListAccounts, listed),
        answered(DescribeOrganization, organization),
        answered(ListRoots, vec![unit.clone()]),
        answered(ListOrganizationalUnitsForParent { parent: parent() }, vec![unit]),
        answered(ListAccountsForParent { parent: parent() }, vec![account(999_999_999_999)]),
        answered(ListTagsForResource { account: account(1) }, tags.into()),
        answered(ListRegions { account: account(1) }, regions.to_vec()),
    ]
}

fn trails() -> Vec<(AnyQuestion, AnyResult)> {
    let trail = TrailDescription {
        arn: arn("trail/main"),
        name: "main".to_owned(),
        home_region: Region::new("eu-west-1").unwrap(),
        owner: account(111_122_223_333),
        bucket: some("logs"),
        prefix: None,
        kms_key_id: some("alias/x"),
        is_multi_region: true,
        is_organization_trail: false,
        includes_global_service_events: true,
        log_file_validation: false,
        has_custom_event_selectors: true,
        has_insight_selectors: false,
        sns_topic_arn: None,
        log_group_arn: some("arn:x"),
    };
    let status = TrailStatus {
        is_logging: true,
        latest_delivery: Some("2026-11-30T23:00:00Z".parse().unwrap()),
        latest_delivery_error: Some("NoSuchBucket".into()),
        latest_attempt: None,
        latest_success: Some("1970-01-01T00:00:00Z".parse().unwrap()),
    };
    let recorded = ManagementEvents::Recorded {
        read: true,
        write: false,
        excluded_sources: vec!["kms.amazonaws.com".to_owned()],
    };
    let not_understood = ManagementEvents::NotUnderstood("ReadWriteType is `New`".to_owned());
    let listed = TrailListed { arn: arn("trail/main"), home_region: target().region };
    let store_listed = StoreListed { arn: arn("eventdatastore/1"), name: "lake".to_owned() };
    let store = StoreDescription {
        status: some("ENABLED"),
        kms_key_id: None,
        is_multi_region: true,
        is_organization_store: false,
        retention_days: Some(u32::MAX),
    };
    let (trail_arn, asked_in) = (|| arn("trail/main"), target());
    vec![
        answered(DescribeTrails { target: target() }, vec![trail]),
        answered(ListTrails { account: account(1) }, vec![listed]),
        answered(GetTrailStatus { trail: trail_arn(), asked_in }, status),
        answered(GetEventSelectors { trail: trail_arn(), asked_in }, recorded),
        answered(GetEventSelectors { trail: arn("trail/2"), asked_in }, not_understood),
        answered(ListEventDataStores { target: target() }, vec![store_listed]),
        answered(GetEventDataStore { store: arn("eventdatastore/1"), asked_in }, store),
    ]
}

fn keys() -> Vec<(AnyQuestion, AnyResult)> {
    let asked_in = target();
    let described = |number: u8, presence| {
        answered(DescribeKey { key: arn(&format!("key/{number}")), asked_in }, presence)
    };
    let exists = |manager| {
        KeyPresence::Exists(KeyFacts {
            arn: arn("key/1"),
            manager,
            state: "PendingDeletion".to_owned(),
            spec: "SYMMETRIC_DEFAULT".to_owned(),
            usage: String::new(),
            origin: some("EXTERNAL"),
            is_multi_region: true,
            replica_of: Some(arn("key/0")),
            deletion_date: Some("2026-12-24T18:00:00.5Z".parse().unwrap()),
            valid_to: None,
            refused_for_state: None,
        })
    };
    let context = [("aws:cloudtrail:arn".to_owned(), "x".to_owned())];
    let grant = DecryptGrant {
        id: "g".to_owned(),
        grantee: "AROAEXAMPLE".to_owned(),
        gives_decrypt: true,
        gives_re_encrypt: false,
        context_equals: None,
        context_includes: Some(context.into()),
    };
    let key = || arn("key/1");
    vec![
        described(1, exists(KeyManager::Customer)),
        described(2, exists(KeyManager::Aws)),
        described(3, exists(KeyManager::Unknown)),
        described(4, KeyPresence::InvalidState("it is pending import".to_owned())),
        described(5, KeyPresence::Gone),
        answered(GetKeyPolicy { key: key(), asked_in }, "{\"Statement\":[]}\n".into()),
        answered(ListGrants { key: key(), asked_in }, [grant].into()),
        answered(
            GetKeyRotationStatus { key: key(), asked_in },
            KeyRotation { is_enabled: true, period_days: Some(365) },
        ),
    ]
}

fn buckets() -> Vec<(AnyQuestion, AnyResult)> {
    let bucket = || "logs".to_owned();
    let heads = |account_number, presence| {
        answered(HeadBucket { bucket: bucket(), account: account(account_number) }, presence)
    };
    let list = |want, start_after| {
        let listed = ObjectsListed {
            keys: vec!["AWSLogs/\u{1f4a5}.json.gz".to_owned()],
            folders: vec!["AWSLogs/1/".to_owned()],
            next: some("AWSLogs/10"),
        };
        let prefix = "AWSLogs/".to_owned();
        let question =
            ListObjects { reader: reader(), bucket: bucket(), prefix, start_after, want };
        answered(question, listed)
    };
    let head = |key: &str, not_understood| {
        let head = ObjectHead {
            version_id: some("null"),
            last_modified: Some("2026-11-30T22:00:00Z".parse().unwrap()),
            size: Some(u64::MAX),
            etag: some("d41d8cd9"),
            algorithm: some("aws:kms:dsse"),
            kms_key_id: some(arn("key/1").as_str()),
            customer_algorithm: None,
            bucket_key: Some(false),
            not_understood,
        };
        let question = HeadObject { reader: reader(), bucket: bucket(), key: key.to_owned() };
        answered(question, Some(head))
    };
    let date = "last-modified";
    let gone = HeadObject {
        reader: Reader { expected_owner: None, ..reader() },
        bucket: bucket(),
        key: "gone".to_owned(),
    };
    vec![
        answered(ListBuckets { account: account(1) }, vec![bucket(), String::new()]),
        heads(1, BucketPresence::Exists(Region::new("us-gov-west-1"))),
        heads(2, BucketPresence::Exists(None)),
        heads(3, BucketPresence::Gone),
        list(Want::Names, None),
        list(Want::First, some("AWSLogs/0")),
        list(Want::Folders, some("")),
        head("1", None),
        head("2", Some(HeaderProblem::Missing(ObjectHead::KEY_ID))),
        head("3", Some(HeaderProblem::NotUnderstood(date, "yesterday".to_owned()))),
        head("4", Some(HeaderProblem::IsAlias(ObjectHead::KEY_ID, "alias/x".to_owned()))),
        answered(gone, None),
    ]
}

fn write_anew(folder: &Path) {
    if folder.exists() {
        fs::remove_dir_all(folder).unwrap();
    }
    fs::create_dir_all(folder.parent().unwrap()).unwrap();
    let results = results();
    // An answer of the first process that the second one replaces, and a segment for each.
    let replaced = results[0].0.gap(GapClass::Timeout);
    write(folder, &[(results[0].0.clone(), Err(replaced))], None);
    write(folder, &results, Some(EndReason::Complete));
}

#[test]
fn the_golden_journal_of_this_format_is_read_whole() {
    if std::env::var_os("JOURNAL_GOLDEN").is_some_and(|word| word == "write") {
        write_anew(&folder());
    }
    let journal = Journal::read(&folder()).unwrap();
    assert_eq!(journal.damages(), &[]);
    assert_eq!(*journal.manifest(), manifest());
    assert_eq!((journal.epochs(), journal.end()), (2, Some(EndReason::Complete)));
    let results = results();
    assert_eq!((journal.len(), journal.questions()), (results.len() + 1, results.len()));
    for (question, result) in &results {
        assert_eq!(journal.get(question).as_ref(), Some(result), "{question:?}");
    }
    assert_eq!(journal.records().skip(1).collect::<Vec<_>>(), results);
}

#[test]
fn the_golden_journal_has_every_question_and_class() {
    let results = results();
    for operation in AnyQuestion::OPERATIONS {
        let is_there = |(question, result): &(AnyQuestion, AnyResult)| {
            question.operation() == *operation && result.is_ok()
        };
        assert!(results.iter().any(is_there), "{operation}");
    }
}

/// What this program writes today is what the golden journal has: an older program reads it too.
#[test]
fn the_lines_of_the_format_do_not_change() {
    let out = tempfile::tempdir().unwrap();
    let now = out.path().join(FOLDER);
    write_anew(&now);
    let lines = |folder: &Path| Journal::read(folder).unwrap().lines();
    assert_eq!(lines(&now), lines(&folder()));
}
