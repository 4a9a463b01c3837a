//! Two answers for an account that a refused listing does not blur: whether sealed trails record it,
//! and what is known of every other trail that does.

use std::collections::{BTreeMap, HashSet};

use trailseal_model::{
    AccountId, Arn, CoverageRow, OrganizationFacts, OtherTrailsAnswer, RecordedBySealed, Status,
    Target, TrailFacts, Verdict,
};

use super::cover::{Candidates, Cover, Recorder, cover};

/// What every account is judged with.
pub(super) struct Trails<'a> {
    facts: &'a OrganizationFacts,
    pub(super) candidates: &'a Candidates<'a>,
    pub(super) verdicts: &'a BTreeMap<&'a Arn, Verdict>,
    /// Every trail that was described somewhere.
    described: HashSet<&'a Arn>,
}

/// The answers for one account.
pub(super) struct Recorded {
    pub(super) by_sealed_trail: RecordedBySealed,
    pub(super) other_trails: OtherTrailsAnswer,
    /// The number of Regions whose trails are not known from any list.
    pub(super) unknown_regions: u32,
}

/// What the trails do for one Region of an account.
struct RegionRecorded<'a> {
    /// The sealed trails that cover it.
    by_sealed: Vec<&'a TrailFacts>,
    /// Whether it is known that no sealed trail covers it.
    is_without_sealed: bool,
}

impl<'a> Trails<'a> {
    pub(super) fn new(
        facts: &'a OrganizationFacts,
        candidates: &'a Candidates<'a>,
        verdicts: &'a BTreeMap<&'a Arn, Verdict>,
    ) -> Self {
        let described = facts.trails.iter().map(|trail| &trail.description.arn).collect();
        Self { facts, candidates, verdicts, described }
    }

    /// The answers for an account that is judged. `covered` is what `account-covered` says of it, and
    /// `recorders` are the trails that record something of it, or may.
    pub(super) fn of(
        &self,
        account: AccountId,
        covered: Status,
        recorders: &[Recorder<'a>],
    ) -> Recorded {
        let rows = self.facts.coverage.of_account(account);
        let rows: Vec<&CoverageRow> =
            rows.iter().filter(|row| !row.outcome.is_left_out()).collect();
        let names_all = self.names_described_trails(account);
        let is_listed = |row: &CoverageRow| row.trails_listed || names_all;
        let regions = rows.iter().map(|row| self.of_region(account, row, is_listed(row)));
        let regions: Vec<RegionRecorded<'_>> = regions.collect();
        let is_sealed = !regions.is_empty() && regions.iter().all(|it| !it.by_sealed.is_empty());
        let by_sealed_trail = match covered {
            Status::Fail => RecordedBySealed::NotCovered,
            Status::Pass if is_sealed => RecordedBySealed::Yes,
            Status::Pass if regions.iter().any(|it| it.is_without_sealed) => RecordedBySealed::No,
            Status::Pass | Status::NotProven | Status::NotApplicable => RecordedBySealed::Unproven,
        };
        let counted = match by_sealed_trail {
            RecordedBySealed::Yes => sealing_trails(&regions),
            _ => HashSet::new(),
        };
        let others = recorders.iter().filter(|it| !counted.contains(&it.trail.description.arn));
        let unlisted = rows.iter().filter(|row| !is_listed(row)).count();
        let unknown = (unlisted > 0).then_some(OtherTrailsAnswer::Unknown);
        let worst = others.map(|other| self.of_other(other)).chain(unknown).max();
        Recorded {
            by_sealed_trail,
            other_trails: worst.unwrap_or(OtherTrailsAnswer::None),
            unknown_regions: u32::try_from(unlisted).unwrap_or(u32::MAX),
        }
    }

    /// Whether ListTrails answered for the account, and each trail that it names was described. A
    /// trail that is only named may record any Region.
    fn names_described_trails(&self, account: AccountId) -> bool {
        let named = self.facts.listed_trails.get(&account);
        named.is_some_and(|named| named.iter().all(|trail| self.described.contains(trail)))
    }

    fn of_region(
        &self,
        account: AccountId,
        row: &CoverageRow,
        is_listed: bool,
    ) -> RegionRecorded<'a> {
        let target = Target { account, region: row.region };
        let (mut by_sealed, mut is_without_sealed) = (Vec::new(), is_listed);
        for trail in self.candidates.of(account) {
            let verdict = self.verdict(trail);
            match cover(self.facts, trail, target, row) {
                Cover::Uncovered => {}
                Cover::Covered(trail) if verdict == Verdict::Sealed => by_sealed.push(trail),
                // It may turn out to be sealed, or to cover the Region.
                Cover::Covered(_) | Cover::Unproven(..) => {
                    is_without_sealed &= verdict == Verdict::Unsealed;
                }
            }
        }
        is_without_sealed &= by_sealed.is_empty();
        RegionRecorded { by_sealed, is_without_sealed }
    }

    /// An unsealed trail counts only where it is known to log for the account.
    fn of_other(&self, other: &Recorder<'_>) -> OtherTrailsAnswer {
        match self.verdict(other.trail) {
            Verdict::Unsealed if other.is_known => OtherTrailsAnswer::Unsealed,
            Verdict::Sealed if other.is_known => OtherTrailsAnswer::Sealed,
            Verdict::Unsealed | Verdict::Sealed | Verdict::Unproven => OtherTrailsAnswer::Unproven,
        }
    }

    fn verdict(&self, trail: &TrailFacts) -> Verdict {
        self.verdicts.get(&trail.description.arn).copied().unwrap_or(Verdict::Unproven)
    }
}

/// The sealed trails that make the answer: one that covers every Region, an organization's before an
/// account's own, else all of them together.
fn sealing_trails<'a>(regions: &[RegionRecorded<'a>]) -> HashSet<&'a Arn> {
    let covers_all = |trail: &&&'a TrailFacts| {
        let is_it = |other: &&TrailFacts| other.description.arn == trail.description.arn;
        regions.iter().all(|region| region.by_sealed.iter().any(&is_it))
    };
    let rank = |trail: &&&'a TrailFacts| {
        let description = &trail.description;
        (!description.is_organization_trail, &description.arn)
    };
    let first = regions.first().into_iter().flat_map(|region| &region.by_sealed);
    if let Some(one) = first.filter(covers_all).min_by_key(rank) {
        return HashSet::from([&one.description.arn]);
    }
    let all = regions.iter().flat_map(|region| &region.by_sealed);
    all.map(|trail| &trail.description.arn).collect()
}
