//! What keeps an account from being covered: a trail that falls short, or that there is none.

use std::collections::BTreeSet;

use trailseal_model::{
    AccountId, Arn, CauseKind, ControlId, CoverageRow, Finding, GapId, ManagementEvents,
    OrganizationFacts, Reason, Status, Subject, Target, TrailFacts,
};

use super::Run;
use super::board::{Blockers, CauseKey, Origin};
use super::gap;
use crate::judge::cover::{Candidates, Cover, cover, is_shown, logging, reach};

/// From this number of accounts without any trail on, an organization trail is the one change for all.
const MANY: usize = 2;

/// Which trails could cover accounts, and whether many accounts have none.
pub(super) struct AccountCauses<'a> {
    candidates: Candidates<'a>,
    /// Whether many accounts have no trail, and the organization has none for them.
    is_organization_bare: bool,
}

/// What one account's Regions lack, each once and sorted.
#[derive(Default)]
struct Lacks {
    fails: BTreeSet<(CauseKey, Origin)>,
    open: BTreeSet<(CauseKey, Origin)>,
    gaps: BTreeSet<GapId>,
}

impl<'a> AccountCauses<'a> {
    pub(super) fn new(facts: &'a OrganizationFacts, findings: &[Finding]) -> Self {
        let candidates = Candidates::new(facts);
        let is_failed = |it: &&Finding| {
            it.control() == ControlId::AccountCovered && it.status() == Status::Fail
        };
        let failed = findings.iter().filter(is_failed).filter_map(|it| it.subject().account());
        let bare = failed.filter(|account| candidates.of(*account).next().is_none()).count();
        Self { is_organization_bare: bare >= MANY, candidates }
    }

    /// The causes of one failed or not proven finding of an account.
    pub(super) fn blockers(
        &self,
        run: &Run<'_>,
        finding: &Finding,
        account: AccountId,
    ) -> Blockers {
        let gaps_first = finding.status() == Status::NotProven;
        let gaps = finding.gaps().to_vec();
        if finding.is_by_gaps_alone() {
            return Blockers { gaps, gaps_first, ..Blockers::default() };
        }
        let mut lacks = Lacks { gaps: gaps.into_iter().collect(), ..Lacks::default() };
        let rows = run.facts.coverage.of_account(account);
        for row in rows.iter().filter(|row| !row.outcome.is_left_out()) {
            self.add_row(run, finding, Target { account, region: row.region }, row, &mut lacks);
        }
        let facts = lacks.fails.into_iter().chain(lacks.open).collect();
        Blockers { facts, gaps: lacks.gaps.into_iter().collect(), gaps_first }
    }

    fn add_row(
        &self,
        run: &Run<'_>,
        finding: &Finding,
        target: Target,
        row: &CoverageRow,
        lacks: &mut Lacks,
    ) {
        let of_trail = |trail| (trail, cover(run.facts, trail, target, row));
        let covers: Vec<_> = self.candidates.of(target.account).map(of_trail).collect();
        if covers.iter().any(|it| matches!(it.1, Cover::Covered(_))) {
            return;
        }
        let mut is_open = false;
        for (trail, cover) in &covers {
            if let Cover::Unproven(reason, gap) = cover {
                is_open = true;
                lacks.add_doubt(run, finding, trail, *reason, *gap);
            }
        }
        if is_open {
            return;
        }
        if row.trails_listed {
            let trails = covers.iter().map(|it| it.0);
            let shortfall = self.shortfall(run.facts, finding, target, trails);
            lacks.open.extend(shortfall.iter().filter_map(|it| not_shown(run, it, target, row)));
            lacks.fails.extend(shortfall);
        } else if let Some(gap) = row.gap {
            lacks.gaps.insert(gap);
        } else if let Some(class) = row.reason {
            lacks.open.insert((gap::key_of_class(class), Origin::Own));
        }
    }

    /// What the trail lacks that needs the fewest changes to cover a target: one of the organization's
    /// before one of the account's own, because a change of that one mends all members. Without any
    /// trail, the account itself.
    fn shortfall<'t>(
        &self,
        facts: &OrganizationFacts,
        finding: &Finding,
        target: Target,
        trails: impl Iterator<Item = &'t TrailFacts>,
    ) -> Vec<(CauseKey, Origin)> {
        let of_trail = |trail: &'t TrailFacts| (trail, shortfalls(facts, trail, target));
        let nearest = trails.map(of_trail).filter(|it| !it.1.is_empty()).min_by_key(|it| {
            let description = &it.0.description;
            (!description.is_organization_trail, it.1.len(), description.arn.clone())
        });
        let Some((trail, aspects)) = nearest else {
            return vec![self.bare(facts, finding, target)];
        };
        let cause = |aspect: &'static str| {
            let arn = &trail.description.arn;
            let origin = if aspect == Reason::NotLogging.as_str() {
                let subject = Subject::Trail(arn.clone());
                let control = ControlId::TrailDelivering;
                Origin::Finding(control, Status::Fail, Reason::NotLogging, subject)
            } else {
                Origin::Own
            };
            (CauseKey::new(CauseKind::Trail, arn.as_str(), aspect), origin)
        };
        aspects.into_iter().map(cause).collect()
    }

    fn bare(
        &self,
        facts: &OrganizationFacts,
        finding: &Finding,
        target: Target,
    ) -> (CauseKey, Origin) {
        let aspect = Reason::NotCovered.as_str();
        if self.is_organization_bare {
            let organization = facts.organization.as_ref();
            let subject = organization.map_or("organization", |it| it.id.as_str());
            return (CauseKey::new(CauseKind::Account, subject, aspect), Origin::Own);
        }
        let subject = target.account.to_string();
        (CauseKey::new(CauseKind::Account, subject, aspect), Origin::from(finding))
    }
}

/// What is not known even when the trail has what it lacks: a target that was read does not show it,
/// although the trail reaches there.
fn not_shown(
    run: &Run<'_>,
    (lacking, _): &(CauseKey, Origin),
    target: Target,
    row: &CoverageRow,
) -> Option<(CauseKey, Origin)> {
    let trail = run.trail(&Arn::new(&lacking.subject)?)?;
    let reaches = matches!(reach(run.facts, trail, target), Cover::Covered(_));
    let is_missing = reaches && row.answered_trails() && !is_shown(trail, target);
    let subject = Subject::Account(target.account);
    let reason = Reason::TrailNotShown;
    is_missing.then(|| {
        let origin = Origin::Finding(ControlId::AccountCovered, Status::NotProven, reason, subject);
        (CauseKey::new(CauseKind::Trail, lacking.subject.as_str(), reason.as_str()), origin)
    })
}

impl Lacks {
    /// Something about a trail that may cover a target is not known.
    fn add_doubt(
        &mut self,
        run: &Run<'_>,
        finding: &Finding,
        trail: &TrailFacts,
        reason: Reason,
        gap: Option<GapId>,
    ) {
        let description = &trail.description;
        let home = Target { account: description.owner, region: description.home_region };
        let is_in_doubt = reason == Reason::ShadowsDisagree;
        let behind = gap.or_else(|| is_in_doubt.then(|| run.gap_of_target(home)).flatten());
        if let Some(gap) = behind {
            self.gaps.insert(gap);
            return;
        }
        let key = if reason == Reason::SelectorsUnread {
            CauseKey::new(CauseKind::Setting, "skip_controls", reason.as_str())
        } else {
            CauseKey::new(CauseKind::Trail, description.arn.as_str(), reason.as_str())
        };
        self.open.insert((key, Origin::from(finding)));
    }
}

/// Everything that a trail lacks to cover a target.
fn shortfalls(facts: &OrganizationFacts, trail: &TrailFacts, target: Target) -> Vec<&'static str> {
    let description = &trail.description;
    let mut aspects = Vec::new();
    if matches!(reach(facts, trail, target), Cover::Uncovered) {
        let is_elsewhere = !description.is_multi_region && target.region != description.home_region;
        aspects.push(if is_elsewhere { "records_one_region" } else { "home_region_not_enabled" });
    }
    if let Some(ManagementEvents::Recorded { read, write, .. }) =
        trail.recorded_events().map(|answer| &answer.value)
        && !(*read && *write)
    {
        aspects.push("events_not_recorded");
    }
    if matches!(logging(facts, trail, target), Cover::Uncovered) {
        aspects.push(Reason::NotLogging.as_str());
    }
    aspects
}
