//! The answer for each account, from all findings: are its logs sealed?

use std::collections::BTreeMap;

use trailseal_model::{
    AccountId, AccountSealing, Arn, ControlId, Finding, LogPrefix, LogsSealed, OrganizationFacts,
    Status, Subject, TrailFacts, Verdict, verdicts,
};

use super::account::is_judged;
use super::cover::{Candidates, Recorder, recorders};
use super::recorded::Trails;
use crate::age::corroborate;

/// One answer for each account of the organization, sorted by account. `findings` are those that
/// [`judge()`](super::judge()) made of the same facts.
#[must_use]
pub fn account_sealing(facts: &OrganizationFacts, findings: &[Finding]) -> Vec<AccountSealing> {
    let verdicts = verdicts(findings);
    let candidates = Candidates::new(facts);
    let trails = Trails::new(facts, &candidates, &verdicts);
    let covered = findings.iter().filter(|it| it.control() == ControlId::AccountCovered);
    let mut answers: Vec<AccountSealing> = covered
        .filter_map(|finding| {
            let Subject::Account(account) = *finding.subject() else { return None };
            let is_judged = facts.account(account).is_some_and(|it| is_judged(facts, it));
            Some(if is_judged {
                of_account(facts, &trails, account, finding.status())
            } else {
                not_judged(facts, account)
            })
        })
        .collect();
    answers.sort_by_key(|it| it.account);
    answers
}

fn of_account(
    facts: &OrganizationFacts,
    trails: &Trails<'_>,
    account: AccountId,
    covered: Status,
) -> AccountSealing {
    let recorders = recorders(facts, trails.candidates, account);
    let is_complete = lists_every_trail(facts, account);
    let logs_sealed = answer(covered, &recorders, trails.verdicts, is_complete);
    let recorded = trails.of(account, covered, &recorders);
    let arns = recorders.iter().map(|it| it.trail.description.arn.clone());
    let mut recorded_by: Vec<Arn> = arns.collect();
    recorded_by.sort();
    AccountSealing {
        logs_sealed: Some(logs_sealed),
        recorded_by_sealed_trail: Some(recorded.by_sealed_trail),
        other_trails: Some(recorded.other_trails),
        other_trails_unknown_regions: recorded.unknown_regions,
        recorded_by,
        log_prefix: log_prefix(trails.candidates, &recorders, account),
        ..not_judged(facts, account)
    }
}

/// An account without an answer.
fn not_judged(facts: &OrganizationFacts, account: AccountId) -> AccountSealing {
    AccountSealing {
        account,
        logs_sealed: None,
        recorded_by_sealed_trail: None,
        other_trails: None,
        other_trails_unknown_regions: 0,
        listed_trails: facts.listed_trails.get(&account).cloned().unwrap_or_default(),
        recorded_by: Vec::new(),
        log_prefix: None,
    }
}

/// Whether the buckets of the organization trails hold a folder of the account; the worst of them. A
/// trail that is known to log for the account should have delivered something.
fn log_prefix(
    candidates: &Candidates<'_>,
    recorders: &[Recorder<'_>],
    account: AccountId,
) -> Option<LogPrefix> {
    let of_trail = |trail: &&TrailFacts| {
        let prefixes = trail.prefixes.as_ref().filter(|it| it.is_whole)?;
        let logs = |it: &Recorder<'_>| it.is_known && std::ptr::eq(it.trail, *trail);
        // That the trail logs says something of a listing only if the two describe one time.
        let status = trail.status.iter().find(|it| it.0 == trail.description.home_region);
        let status = status.and_then(|it| it.1.known()).map(|it| &it.evidence);
        let is_of_one_time =
            status.zip(prefixes.listed_by.as_ref()).is_some_and(|it| corroborate(it.0, it.1));
        Some(match prefixes.without.binary_search(&account) {
            Err(_) => LogPrefix::Found,
            Ok(_) if is_of_one_time && recorders.iter().any(logs) => LogPrefix::Missing,
            Ok(_) => LogPrefix::Absent,
        })
    };
    candidates.of_organization().iter().filter_map(of_trail).max()
}

/// Whether the trails of every target were listed: another one may hide where they were not.
fn lists_every_trail(facts: &OrganizationFacts, account: AccountId) -> bool {
    let mut rows = facts.coverage.of_account(account).iter();
    rows.all(|it| it.outcome.is_left_out() || it.trails_listed)
}

/// An unsealed trail counts only where it is known to log for the account, and a sealed account
/// needs that of every one. Where coverage was not judged, nothing is proven.
fn answer(
    covered: Status,
    recorders: &[Recorder<'_>],
    verdicts: &BTreeMap<&Arn, Verdict>,
    is_complete: bool,
) -> LogsSealed {
    let of = |it: &Recorder<'_>| {
        verdicts.get(&it.trail.description.arn).copied().unwrap_or(Verdict::Unproven)
    };
    match covered {
        Status::Fail => LogsSealed::NotCovered,
        Status::NotProven | Status::NotApplicable => LogsSealed::Unproven,
        Status::Pass if recorders.iter().any(|it| it.is_known && of(it) == Verdict::Unsealed) => {
            LogsSealed::Unsealed
        }
        Status::Pass => {
            let is_sealed = |it: &Recorder<'_>| it.is_known && of(it) == Verdict::Sealed;
            let all = !recorders.is_empty() && recorders.iter().all(is_sealed);
            if all && is_complete { LogsSealed::Sealed } else { LogsSealed::Unproven }
        }
    }
}
