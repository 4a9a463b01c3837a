//! Rows that ask for something come first.

use trailseal_model::{RecordedBySealed, Verdict};
use trailseal_record::fixture;
use trailseal_record::v1::Line;

use super::pack::{column, pack, with};
use crate::Table;

#[test]
fn failed_findings_come_first_then_what_is_not_proven_then_the_rest() {
    let statuses = column(&pack(fixture::lines()), Table::Findings, "status");
    let mut seen = statuses.clone();
    seen.dedup();
    assert_eq!(seen, ["fail", "not_proven", "pass", "not_applicable"]);
}

#[test]
fn within_a_status_the_gravest_findings_come_first() {
    let files = pack(fixture::lines());
    let rows = column(&files, Table::Findings, "status").into_iter().zip(column(
        &files,
        Table::Findings,
        "severity",
    ));
    let failed: Vec<String> =
        rows.filter(|(status, _)| status == "fail").map(|(_, severity)| severity).collect();
    assert_eq!(failed, ["high", "high", "medium", "low"]);
}

#[test]
fn accounts_that_ask_for_something_come_first() {
    let files = pack(fixture::lines());
    let ids = column(&files, Table::Accounts, "account_id");
    // Account 2 has failures, 4 and 5 are not proven.
    let expected = [2, 4, 5, 1, 3].map(|number| fixture::id(number).to_string());
    assert_eq!(ids, expected);
}

#[test]
fn an_account_that_no_sealed_trail_records_asks_for_something_without_failures_of_its_own() {
    let lines = with!(Account, |account| {
        account.failing_controls.clear();
        account.not_proven_controls.clear();
        account.recorded_by_sealed_trail = match account.account_id.number() {
            1 => Some(RecordedBySealed::Unproven),
            3 => Some(RecordedBySealed::NotCovered),
            4 => Some(RecordedBySealed::No),
            _ => Some(RecordedBySealed::Yes),
        };
    });
    let expected = [3, 4, 1, 2, 5].map(|number| fixture::id(number).to_string());
    assert_eq!(column(&pack(lines), Table::Accounts, "account_id"), expected);
}

#[test]
fn unsealed_trails_come_first() {
    let mut lines = fixture::lines();
    let mut unproven = fixture::trail(1, "new");
    unproven.verdict = Verdict::Unproven;
    lines.push(Line::Trail(Box::new(unproven)));
    let names = column(&pack(lines), Table::Trails, "name");
    assert_eq!(names, ["old", "new", "audit"]);
}

#[test]
fn event_data_stores_that_fail_come_first() {
    let mut lines = fixture::lines();
    let mut sealed = fixture::store();
    sealed.event_data_store_arn =
        fixture::arn("arn:aws:cloudtrail:us-east-1:000000000001:eventdatastore/0");
    sealed.account_id = fixture::id(1);
    sealed.failing_controls.clear();
    lines.push(Line::EventDataStore(Box::new(sealed)));
    let arns = column(&pack(lines), Table::EventDataStores, "account_id");
    assert_eq!(arns, ["000000000002", "000000000001"]);
}

#[test]
fn causes_are_in_the_record_s_order_the_gravest_first() {
    let files = pack(fixture::lines());
    assert_eq!(column(&files, Table::Causes, "failed")[0], "2");
    let in_record = fixture::settled(fixture::lines()).into_iter().filter_map(|line| match line {
        Line::Cause(cause) => Some(cause.cause_id),
        _ => None,
    });
    assert_eq!(column(&files, Table::Causes, "cause_id"), in_record.collect::<Vec<_>>());
}
