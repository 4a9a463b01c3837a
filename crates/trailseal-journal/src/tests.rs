use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures::executor::block_on;
use trailseal_model::question::{DescribeTrails, ListBuckets};
use trailseal_model::{
    AccountId, Answer, AnyAnswer, AnyQuestion, AnyResult, Evidence, GapClass, Operation, Region,
    Target,
};

use super::*;

mod any;
mod damaged;
mod golden;
mod journaled;
mod round_trip;
mod writing;

fn manifest() -> RunManifest {
    RunManifest {
        format: FormatVersion::CURRENT,
        tool_version: "0.1.0".to_owned(),
        run_id: "run-1".to_owned(),
        started_at: "2026-11-30T10:00:00Z".parse().unwrap(),
        simulation: None,
        endpoints: Vec::new(),
        caller_arn: "arn:aws:sts::111122223333:assumed-role/Audit/me".to_owned(),
        caller_account: "111122223333".parse().unwrap(),
        partition: trailseal_model::Partition::Aws,
        seed: u64::MAX,
        arguments: vec!["scan".to_owned()],
        asked: [("regions".to_owned(), "eu-west-1".to_owned())].into(),
        judged: [].into(),
        run: [].into(),
        files: [("exceptions".to_owned(), "a\n\"b\"\u{1f512}\n".to_owned())].into(),
        configuration_sha256: None,
    }
}

fn account(number: u64) -> AccountId {
    AccountId::new(number).unwrap()
}

fn buckets_of(number: u64) -> AnyQuestion {
    ListBuckets { account: account(number) }.into()
}

#[expect(clippy::unnecessary_wraps, reason = "what a question results in")]
fn answer_of(question: &AnyQuestion, names: &[&str]) -> AnyResult {
    let evidence = Evidence {
        operation: question.operation(),
        account: Some(account(1)),
        region: None,
        at: "2026-11-30T10:00:01.5Z".parse().unwrap(),
        request_id: Some("r-1".into()),
        attempts: 2,
        throttles: 0,
    };
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    Ok(Answer { value: AnyAnswer::ListBuckets(names), evidence })
}

/// A writer that waits for a machine that is busy with other tests.
fn begin(folder: &Path) -> Writer {
    Writer::begin(folder, &manifest()).unwrap().with_patience(Duration::from_mins(2))
}

fn write(folder: &Path, results: &[(AnyQuestion, AnyResult)], end: Option<EndReason>) {
    let writer = begin(folder);
    for (question, result) in results {
        block_on(writer.append(question, result));
    }
    if let Some(end) = end {
        writer.seal(end).unwrap();
    }
}

#[test]
fn what_one_process_wrote_the_next_one_reads() {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join(FOLDER);
    let (one, other) = (buckets_of(1), buckets_of(2));
    let region = Region::new("eu-west-1").unwrap();
    let denied: AnyQuestion =
        DescribeTrails { target: Target { account: account(1), region } }.into();
    let gap: AnyResult = Err(denied.gap(GapClass::DeniedByScp).saying("no"));
    let results = [
        (one.clone(), answer_of(&one, &["logs"])),
        (denied.clone(), gap.clone()),
        (other.clone(), Err(other.gap(GapClass::Cancelled))),
    ];
    write(&folder, &results, Some(EndReason::Cancelled));
    let journal = Journal::read(&folder).unwrap();
    assert_eq!(journal.damages(), &[]);
    assert_eq!((journal.len(), journal.epochs()), (2, 1));
    assert_eq!(journal.end(), Some(EndReason::Cancelled));
    assert_eq!(journal.get(&one), Some(answer_of(&one, &["logs"])));
    assert_eq!(journal.get(&denied), Some(gap));
    assert_eq!(journal.get(&other), None);
    assert_eq!(*journal.manifest(), manifest());

    write(&folder, &[(one.clone(), answer_of(&one, &["later"]))], None);
    let journal = Arc::new(Journal::read(&folder).unwrap());
    assert_eq!(journal.get(&one), Some(answer_of(&one, &["later"])));
    assert_eq!((journal.epochs(), journal.end()), (2, None));
}
