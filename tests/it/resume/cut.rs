//! A scan that is cut off anywhere, and continued.

use std::collections::BTreeMap;

use trailseal_model::{AnyQuestion, AnyResult, GapClass, Operation};

use super::{Ended, calls, count, cut_off, resumed};

/// Requests behind answers, by operation.
fn requests(records: &[(AnyQuestion, AnyResult)]) -> BTreeMap<Operation, u64> {
    let mut requests = BTreeMap::new();
    for (question, result) in records {
        let attempts = match result {
            Ok(answer) => answer.evidence.attempts,
            Err(gap) => gap.attempts,
        };
        *requests.entry(question.operation()).or_default() += u64::from(attempts);
    }
    requests
}

/// Asked again in any case, or only where a session is needed.
const ASKED_AGAIN: [Operation; 3] =
    [Operation::GetCallerIdentity, Operation::ListAccounts, Operation::AssumeRole];

#[tokio::test(start_paused = true)]
async fn wherever_a_scan_is_cut_its_reports_are_the_same_and_nothing_is_asked_twice() {
    let whole = Ended::of("small", &[]).await;
    let records = whole.records();
    let manifest = whole.journal().manifest().clone();
    let expected = whole.reports();
    assert!(records.len() > 200, "{}", records.len());
    for cut in (0..=records.len()).step_by(50).chain([1, records.len()]) {
        let around = tempfile::tempdir().unwrap();
        let kept = &records[..cut];
        let out = cut_off(around.path(), &manifest, kept).await;
        let (simulator, scanned) = resumed(&whole.scenario, &out, &["--keep-journal"]).await;
        assert_eq!(scanned.unwrap().exit_code, whole.scanned.exit_code, "cut after {cut}");
        let found = super::reports(&out);
        for (name, report) in &expected {
            assert!(found[name] == *report, "cut after {cut}: {name} differs");
        }
        assert_eq!(found.len(), expected.len());
        let (calls, answered) = (calls(&simulator), requests(kept));
        for operation in Operation::ALL.iter().filter(|it| !ASKED_AGAIN.contains(it)) {
            let known = answered.get(operation).copied().unwrap_or_default();
            let missing = count(&whole.calls, *operation) - known;
            assert_eq!(count(&calls, *operation), missing, "cut after {cut}: {operation}");
        }
        let lists = count(&whole.calls, Operation::ListAccounts);
        assert_eq!(count(&calls, Operation::ListAccounts), lists, "cut after {cut}");
        let most = count(&whole.calls, Operation::AssumeRole);
        assert!(count(&calls, Operation::AssumeRole) <= most, "cut after {cut}");
        if cut == records.len() {
            assert_eq!(count(&calls, Operation::AssumeRole), 0, "every answer is there");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_may_pass_by_itself_is_asked_again_and_other_gaps_only_if_they_are_named() {
    let whole = Ended::of("small", &[]).await;
    let mut records = whole.records();
    let manifest = whole.journal().manifest().clone();
    let mut at =
        (0..records.len()).filter(|at| matches!(records[*at].0, AnyQuestion::DescribeTrails(_)));
    let (denied, throttled) = (at.next().unwrap(), at.next().unwrap());
    for (at, class) in [(denied, GapClass::Denied), (throttled, GapClass::ThrottledOut)] {
        let gap = records[at].0.gap(class);
        records[at].1 = Err(gap);
    }
    for (flags, expected) in [(&[][..], 1), (&["--ask-again", "denied"][..], 2)] {
        let around = tempfile::tempdir().unwrap();
        let out = cut_off(around.path(), &manifest, &records).await;
        let (simulator, scanned) = resumed(&whole.scenario, &out, flags).await;
        let scanned = scanned.unwrap();
        assert_eq!(count(&calls(&simulator), Operation::DescribeTrails), expected);
        let is_whole = scanned.exit_code == whole.scanned.exit_code;
        assert_eq!(is_whole, expected == 2, "{}", scanned.summary);
    }
}
