//! `account-covered`: every enabled Region of the account is recorded by a trail.
//!
//! Source: CloudTrail user guide, "Understanding multi-Region trails and opt-in Regions" and
//! "Creating a trail for an organization". Judged from the facts of each trail's owner, so it does
//! not depend on having read the covered account.

use trailseal_model::{
    Account, CoverageRow, Finding, GapId, OrganizationFacts, Outcome, Reason, Subject, Target,
};

use super::account_sum::{CONTROL, Sum};
use super::cover::{Candidates, Cover, cover};

/// One finding for every account, in use or not.
pub(super) fn judge_all(facts: &OrganizationFacts) -> Vec<Finding> {
    let candidates = Candidates::new(facts);
    facts.accounts.iter().map(|it| covered(facts, &candidates, it)).collect()
}

/// Whether the account is in use and in scope.
pub(super) fn is_judged(facts: &OrganizationFacts, account: &Account) -> bool {
    account.state.is_audited()
        && facts.scope.includes(account)
        && !all_excluded(facts.coverage.of_account(account.id))
}

fn covered(facts: &OrganizationFacts, candidates: &Candidates<'_>, account: &Account) -> Finding {
    let subject = Subject::Account(account.id);
    if facts.scope.skipped_controls.contains(&CONTROL) {
        return Finding::skipped(CONTROL, subject);
    }
    if !account.state.is_audited() {
        return Finding::not_applicable(CONTROL, subject, Reason::AccountNotActive)
            .saying(format!("The account is not in use: {}.", account.state));
    }
    if !is_judged(facts, account) {
        return Finding::not_applicable(CONTROL, subject, Reason::Excluded)
            .saying("The account was left out of this run.".to_owned());
    }
    let mut sum = Sum::default();
    let rows = facts.coverage.of_account(account.id);
    for row in rows.iter().filter(|it| !it.outcome.is_left_out()) {
        let target = Target { account: account.id, region: row.region };
        match best(facts, candidates, target, row) {
            Cover::Covered(trail) => sum.covering(facts, trail, target),
            Cover::Uncovered if row.trails_listed => {
                sum.uncovered.push((target, *row));
                sum.falling_short(facts, candidates, target);
            }
            Cover::Uncovered => sum.unproven(Reason::CoverageUnread, [row.gap], row.region),
            Cover::Unproven(reason, _) => {
                sum.unproven(reason, causes(facts, candidates, target, row), row.region);
                for trail in candidates.of(account.id) {
                    if let Cover::Unproven(..) = cover(facts, trail, target, row) {
                        sum.doubting(facts, trail, (target, row));
                    }
                }
            }
        }
    }
    sum.finding(facts, subject)
}

/// The best that any trail does for a target.
fn best<'a>(
    facts: &OrganizationFacts,
    candidates: &Candidates<'a>,
    target: Target,
    row: &CoverageRow,
) -> Cover<'a> {
    let mut best = Cover::Uncovered;
    for trail in candidates.of(target.account) {
        match cover(facts, trail, target, row) {
            Cover::Covered(trail) => return Cover::Covered(trail),
            unproven @ Cover::Unproven(..) if matches!(best, Cover::Uncovered) => best = unproven,
            Cover::Unproven(..) | Cover::Uncovered => {}
        }
    }
    best
}

/// What keeps each trail that may record a target from being shown to: its gap, or none.
fn causes<'a>(
    facts: &'a OrganizationFacts,
    candidates: &'a Candidates<'_>,
    target: Target,
    row: &'a CoverageRow,
) -> impl Iterator<Item = Option<GapId>> + 'a {
    let cause = move |trail| match cover(facts, trail, target, row) {
        Cover::Unproven(_, gap) => Some(gap),
        Cover::Covered(_) | Cover::Uncovered => None,
    };
    candidates.of(target.account).filter_map(cause)
}

/// Whether the user left every Region out that the account has.
fn all_excluded(rows: &[CoverageRow]) -> bool {
    rows.iter().any(|it| it.outcome == Outcome::Excluded)
        && rows.iter().all(|it| it.outcome.is_left_out())
}
