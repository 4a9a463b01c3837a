//! The answer for each account, from all findings: are its logs sealed?

use std::collections::HashMap;

use trailseal_model::{
    AccountId, AccountSealing, Arn, ControlId, Finding, LogsSealed, OrganizationFacts, Status,
    Subject, Verdict, verdict,
};

use super::account::{Candidates, recorders};

/// One answer for each account of the organization, sorted by account. `findings` are those that
/// [`judge()`](super::judge()) made of the same facts.
#[must_use]
pub fn account_sealing(facts: &OrganizationFacts, findings: &[Finding]) -> Vec<AccountSealing> {
    let verdicts = verdicts(findings);
    let candidates = Candidates::new(facts);
    let covered = findings.iter().filter(|it| it.control() == ControlId::AccountCovered);
    let mut answers: Vec<AccountSealing> = covered
        .filter_map(|finding| {
            let Subject::Account(account) = *finding.subject() else { return None };
            let is_judged = finding.status() != Status::NotApplicable;
            let recorders =
                if is_judged { recorders(facts, &candidates, account) } else { Vec::new() };
            let mut recorded_by: Vec<Arn> =
                recorders.iter().map(|it| it.description.arn.clone()).collect();
            recorded_by.sort();
            let is_every_trail_known = lists_every_trail(facts, account);
            let logs_sealed =
                answer(finding.status(), &recorded_by, &verdicts, is_every_trail_known);
            Some(AccountSealing { account, logs_sealed, recorded_by })
        })
        .collect();
    answers.sort_by_key(|it| it.account);
    answers
}

/// Whether the trails of every target were listed: another one may hide where they were not.
fn lists_every_trail(facts: &OrganizationFacts, account: AccountId) -> bool {
    let mut rows = facts.coverage.of_account(account).iter();
    rows.all(|it| it.outcome.is_left_out() || it.trails_listed)
}

fn verdicts(findings: &[Finding]) -> HashMap<&Arn, Verdict> {
    let mut by_trail: HashMap<&Arn, Vec<&Finding>> = HashMap::new();
    for finding in findings {
        if let Subject::Trail(arn) = finding.subject() {
            by_trail.entry(arn).or_default().push(finding);
        }
    }
    by_trail.into_iter().map(|(arn, findings)| (arn, verdict(findings))).collect()
}

fn answer(
    covered: Status,
    recorded_by: &[Arn],
    verdicts: &HashMap<&Arn, Verdict>,
    is_every_trail_known: bool,
) -> Option<LogsSealed> {
    match covered {
        Status::NotApplicable => None,
        Status::Fail => Some(LogsSealed::NotCovered),
        Status::NotProven => Some(LogsSealed::Unproven),
        Status::Pass => {
            let of = |it: &Arn| verdicts.get(it).copied().unwrap_or(Verdict::Unproven);
            let is_any = |verdict| recorded_by.iter().any(|it| of(it) == verdict);
            Some(if is_any(Verdict::Unsealed) {
                LogsSealed::Unsealed
            } else if is_any(Verdict::Unproven) || recorded_by.is_empty() || !is_every_trail_known {
                LogsSealed::Unproven
            } else {
                LogsSealed::Sealed
            })
        }
    }
}
