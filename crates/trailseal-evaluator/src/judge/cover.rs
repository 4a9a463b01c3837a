//! What trails do for a target, one account in one Region: which of them can record it, and whether they do.

use std::collections::HashMap;

use trailseal_model::{
    AccountId, Answer, CoverageRow, DescribedFrom, GapId, ManagementEvents, Observed,
    OrganizationFacts, Outcome, Reason, Region, Target, TrailFacts, TrailStatus,
};

/// Which trails can cover an account.
pub(crate) struct Candidates<'a> {
    own: HashMap<AccountId, Vec<&'a TrailFacts>>,
    organization: Vec<&'a TrailFacts>,
}

impl<'a> Candidates<'a> {
    pub(crate) fn new(facts: &'a OrganizationFacts) -> Self {
        let mut own: HashMap<AccountId, Vec<&TrailFacts>> = HashMap::new();
        for trail in &facts.trails {
            own.entry(trail.description.owner).or_default().push(trail);
        }
        let is_of_organization = |it: &&TrailFacts| it.description.is_organization_trail;
        Self { own, organization: facts.trails.iter().filter(is_of_organization).collect() }
    }

    /// The organization's.
    pub(super) fn of_organization(&self) -> &[&'a TrailFacts] {
        &self.organization
    }

    pub(crate) fn of(&self, account: AccountId) -> impl Iterator<Item = &'a TrailFacts> {
        let own = self.own.get(&account).into_iter().flatten().copied();
        let others = self.organization.iter().copied();
        own.chain(others.filter(move |it| it.description.owner != account))
    }
}

/// Whether one trail, or all of them together, record one target.
pub(crate) enum Cover<'a> {
    Covered(&'a TrailFacts),
    Unproven(Reason, Option<GapId>),
    Uncovered,
}

/// Every trail that covers a target.
pub(super) fn covering<'a>(
    facts: &'a OrganizationFacts,
    candidates: &Candidates<'a>,
    target: Target,
    row: &CoverageRow,
) -> impl Iterator<Item = &'a TrailFacts> {
    let covers = move |it: &&TrailFacts| matches!(cover(facts, it, target, row), Cover::Covered(_));
    candidates.of(target.account).filter(covers)
}

/// What one trail does for a target: it must reach it, record reads and writes, log there, and be
/// shown by it where it was read.
pub(crate) fn cover<'a>(
    facts: &OrganizationFacts,
    trail: &'a TrailFacts,
    target: Target,
    row: &CoverageRow,
) -> Cover<'a> {
    match reach(facts, trail, target) {
        Cover::Covered(_) => {}
        other => return other,
    }
    match &trail.management_events {
        None => return Cover::Unproven(Reason::SelectorsUnread, None),
        Some(Observed::Unread(gap)) => {
            return Cover::Unproven(Reason::SelectorsUnread, Some(*gap));
        }
        Some(Observed::Known(answer)) => match &answer.value {
            ManagementEvents::NotUnderstood(_) => {
                return Cover::Unproven(Reason::SelectorsNotUnderstood, None);
            }
            ManagementEvents::Recorded { read: true, write: true, .. } => {}
            ManagementEvents::Recorded { .. } => return Cover::Uncovered,
        },
    }
    match logging(facts, trail, target) {
        Cover::Covered(_) => {}
        other => return other,
    }
    if row.answered_trails() && !is_shown(trail, target) {
        return Cover::Unproven(Reason::TrailNotShown, None);
    }
    Cover::Covered(trail)
}

/// Whether the trail is one of the target's at all, whatever it records and whether it logs.
pub(crate) fn reach<'a>(
    facts: &OrganizationFacts,
    trail: &'a TrailFacts,
    target: Target,
) -> Cover<'a> {
    let description = &trail.description;
    let is_in_doubt = trail.described_from == DescribedFrom::DisagreeingShadows;
    if !is_in_doubt && !description.is_multi_region && target.region != description.home_region {
        return Cover::Uncovered;
    }
    let home = Target { account: target.account, region: description.home_region };
    if target.account != description.owner && home.region.is_opt_in() {
        // A member without the trail's opt-in home Region sends nothing from anywhere.
        match facts.coverage.of_target(home).map(|it| (it.outcome, it.gap)) {
            Some((Outcome::Evaluated | Outcome::Partial, _)) => {}
            Some((Outcome::RegionDisabled, _)) | None => return Cover::Uncovered,
            Some((_, gap)) => return Cover::Unproven(Reason::CoverageUnread, gap),
        }
    }
    if is_in_doubt {
        return Cover::Unproven(Reason::ShadowsDisagree, None);
    }
    Cover::Covered(trail)
}

/// Whether a trail reaches every Region of an account that was read and not left out.
pub(crate) fn reaches_account(
    facts: &OrganizationFacts,
    trail: &TrailFacts,
    account: AccountId,
) -> bool {
    let rows = facts.coverage.of_account(account).iter();
    let mut read = rows.filter(|row| !row.outcome.is_left_out() && row.trails_listed);
    read.all(|row| {
        let target = Target { account, region: row.region };
        matches!(reach(facts, trail, target), Cover::Covered(_))
    })
}

/// Whether the trail logs for the target: its own status there, else its owner's at home. A Region
/// where nothing could be read, as under a policy that denies whole Regions, does not take away what
/// home says.
pub(crate) fn logging<'a>(
    facts: &OrganizationFacts,
    trail: &'a TrailFacts,
    target: Target,
) -> Cover<'a> {
    match status_for(facts, trail, target) {
        Some(Observed::Known(answer)) if answer.value.is_logging => Cover::Covered(trail),
        Some(Observed::Known(_)) => Cover::Uncovered,
        Some(Observed::Unread(gap)) => Cover::Unproven(Reason::StatusUnread, Some(*gap)),
        None => Cover::Unproven(Reason::StatusUnread, None),
    }
}

/// The status that tells whether the trail logs for the target.
pub(super) fn status_for<'a>(
    facts: &OrganizationFacts,
    trail: &'a TrailFacts,
    target: Target,
) -> Option<&'a Observed<Answer<TrailStatus>>> {
    let in_region = |region: Region| trail.status.iter().find(|it| it.0 == region);
    let is_own = target.account == trail.description.owner;
    let is_read = facts.coverage.of_target(target).is_some_and(|it| it.trails_listed);
    let there = in_region(target.region).filter(|it| is_own && (is_read || it.1.known().is_some()));
    if there.is_none() && is_own && is_read && trail.description.is_multi_region {
        // The Region is enabled, and yet there is no status: what goes for home need not go for it.
        return None;
    }
    there.or_else(|| in_region(trail.description.home_region)).map(|it| &it.1)
}

/// Whether the target shows the trail.
pub(crate) fn is_shown(trail: &TrailFacts, target: Target) -> bool {
    let seen = trail.seen_from.binary_search_by_key(&target.account, |it| it.0);
    seen.is_ok_and(|it| trail.seen_from[it].1.contains(target.region))
}

/// A trail that records something of an account, or may.
pub(super) struct Recorder<'a> {
    pub(super) trail: &'a TrailFacts,
    /// Whether it is known to reach the account and to log there.
    pub(super) is_known: bool,
}

/// The trails that record something of an account, in the order of the candidates.
pub(super) fn recorders<'a>(
    facts: &'a OrganizationFacts,
    candidates: &Candidates<'a>,
    account: AccountId,
) -> Vec<Recorder<'a>> {
    let rows = facts.coverage.of_account(account);
    let recorder = |trail: &'a TrailFacts| {
        let mut is_any = false;
        for row in rows.iter().filter(|it| !it.outcome.is_left_out()) {
            let target = Target { account, region: row.region };
            match (reach(facts, trail, target), logging(facts, trail, target)) {
                (Cover::Covered(_), Cover::Covered(_)) => {
                    return Some(Recorder { trail, is_known: true });
                }
                (Cover::Uncovered, _) | (_, Cover::Uncovered) => {}
                _ => is_any = true,
            }
        }
        is_any.then_some(Recorder { trail, is_known: false })
    };
    candidates.of(account).filter_map(recorder).collect()
}
