//! What objects show, each by itself, among the others of their trail, and beside other trails.

mod alone;
mod groups;

use std::collections::BTreeMap;

use jiff::Timestamp;
use trailseal_model::{
    AccountState, DeviationClass, HeaderProblem, KeyManager, KeyPresence, Population, SampleMethod,
    SampleResult, TrailDescription,
};

use super::*;
use crate::examined_object::{HeadAnswer, HistorySearch, WindowListing};
use crate::object_name::AccountRegion;
use crate::test_support::{
    KEY, account, answers, arn, evidence, key, known, member, region, time, trail, window,
};
use trailseal_model::ObjectHead;

/// Another key of the same account.
const OTHER: &str = "arn:aws:kms:us-east-1:000000000001:key/99999999-0000";

fn kms(key: &str) -> ObjectHead {
    let (algorithm, kms_key_id) = (Some("aws:kms".to_owned()), Some(key.to_owned()));
    ObjectHead { algorithm, kms_key_id, ..ObjectHead::default() }
}

fn aes256() -> ObjectHead {
    ObjectHead { algorithm: Some("AES256".to_owned()), ..ObjectHead::default() }
}

fn at(minute: i64) -> Timestamp {
    time("2026-11-18T00:00:00Z") + SignedDuration::from_mins(minute)
}

fn object_in(name: &str, minute: i64, head: ObjectHead, selection: Selection) -> ExaminedObject {
    ExaminedObject {
        key: format!("{minute} {selection}"),
        named_at: at(minute),
        account_region: AccountRegion { account: account(1), region: region(name) },
        selection,
        answer: HeadAnswer::Found(Box::new(head), evidence()),
    }
}

/// An object of the window, which is examined whole.
fn object(minute: i64, head: ObjectHead) -> ExaminedObject {
    object_in("us-east-1", minute, head, Selection::All)
}

/// The evidence of a window that was examined whole, with these objects.
fn evidence_of(expected: ExpectedKey, objects: &[ExaminedObject]) -> ObjectEvidence {
    let count = objects.iter().filter(|it| is_of_window(it.selection)).count() as u64;
    let window = WindowListing {
        population: Population::Counted(count),
        eligible: count,
        method: SampleMethod::All,
        listed_by: Some(evidence()),
        ..WindowListing::nothing(window())
    };
    let oldest = objects.iter().map(|it| it.named_at).min();
    let history = HistorySearch {
        was_made: expected.is_named,
        oldest,
        oldest_read_by: Some(evidence()),
        listed_by: Some(evidence()),
        ..HistorySearch::default()
    };
    let nothing = ObjectEvidence::nothing(expected, window.window, Vec::new());
    ObjectEvidence { window, history, ..nothing }
}

fn expected_key(trail: &TrailDescription) -> ExpectedKey {
    let is_named = trail.kms_key_id.is_some();
    ExpectedKey { is_named, arn: answers(trail.clone()).expected_key, is_of_aws: false }
}

type Class = (SampleResult, Option<DeviationClass>);

const PASS: Class = (SampleResult::Pass, None);

fn deviation(class: DeviationClass) -> Class {
    (SampleResult::Deviation, Some(class))
}

fn shown(judged: &JudgedObjects) -> Vec<Class> {
    judged.classes.iter().map(|it| (it.result, it.deviation)).collect()
}
