//! What the Regions of one account show together, and in which words.

use std::collections::{BTreeMap, BTreeSet};

use trailseal_model::{
    ControlId, CoverageRow, Finding, GapId, ManagementEvents, OrganizationFacts, Proof, Reason,
    Region, Subject, Target, TrailFacts,
};

use super::calls::{Calls, listing};
use super::cover::{Candidates, Cover, logging, reach};
use super::sentences::unread_words;

pub(super) const CONTROL: ControlId = ControlId::AccountCovered;
/// How many trails a sentence names.
const NAMED: usize = 3;
const EXPECTED: &str = "every enabled Region recorded, reads and writes, by a trail that logs";

/// A trail that records a part of what it should.
#[derive(Default)]
struct Short {
    /// What it does record.
    what: BTreeSet<String>,
    /// What shows it.
    calls: Calls,
}

/// What the Regions of one account show together. The calls that its finding cites are at most one for
/// each Region that is not recorded, and for each trail its description, its selectors and its status
/// in each Region; of trails that record or may record only a part, for those that are named.
#[derive(Default)]
pub(super) struct Sum<'a> {
    covered: usize,
    by: BTreeMap<&'a str, &'a TrailFacts>,
    pub(super) uncovered: Vec<(Target, CoverageRow)>,
    /// Trails that record a part of what they should, each with what it does.
    falling_short: BTreeMap<&'a str, Short>,
    reason: Option<Reason>,
    unproven_in: Vec<Region>,
    gaps: BTreeSet<GapId>,
    /// What shows that the covering trails record, and that they log.
    covering: Calls,
    /// Trails of which it is not proven whether they cover a Region, with what was read of each.
    in_doubt: BTreeMap<&'a str, Calls>,
    /// Whether something is not proven without a gap.
    is_open_without_gap: bool,
}

impl<'a> Sum<'a> {
    pub(super) fn covering(
        &mut self,
        facts: &OrganizationFacts,
        trail: &'a TrailFacts,
        target: Target,
    ) {
        self.covered += 1;
        self.covering.add_trail(facts, trail, target);
        self.by.insert(trail.description.arn.as_str(), trail);
    }

    pub(super) fn falling_short(
        &mut self,
        facts: &OrganizationFacts,
        candidates: &Candidates<'a>,
        target: Target,
    ) {
        for trail in candidates.of(target.account) {
            if let Some(what) = shortfall(facts, trail, target) {
                let arn = trail.description.arn.as_str();
                let short = self.falling_short.entry(arn).or_default();
                short.what.insert(what);
                short.calls.add_trail(facts, trail, target);
            }
        }
    }

    /// The trails that fall short, the first few by name.
    fn short_words(&self) -> String {
        if self.falling_short.is_empty() {
            return "no trail of the account or its organization was seen there".to_owned();
        }
        let named = self.falling_short.iter().take(NAMED).map(|(arn, short)| {
            let what: Vec<&str> = short.what.iter().map(String::as_str).collect();
            format!("{arn} {}", what.join(" and "))
        });
        let named = named.collect::<Vec<_>>().join("; ");
        match self.falling_short.len().saturating_sub(NAMED) {
            0 => named,
            more => format!("{named}; and {more} more fall short"),
        }
    }

    pub(super) fn unproven(
        &mut self,
        reason: Reason,
        causes: impl IntoIterator<Item = Option<GapId>>,
        region: Region,
    ) {
        self.reason.get_or_insert(reason);
        for cause in causes {
            self.is_open_without_gap |= cause.is_none();
            self.gaps.extend(cause);
        }
        self.unproven_in.push(region);
    }

    /// What was read of a trail that may cover the target.
    pub(super) fn doubting(
        &mut self,
        facts: &OrganizationFacts,
        trail: &'a TrailFacts,
        (target, row): (Target, &CoverageRow),
    ) {
        let calls = self.in_doubt.entry(trail.description.arn.as_str()).or_default();
        if row.answered_trails() {
            calls.add(&listing(facts, target, row));
        }
        calls.add_trail(facts, trail, target);
    }

    pub(super) fn finding(self, facts: &OrganizationFacts, subject: Subject) -> Finding {
        if let Some(first) = self.uncovered.first() {
            let mut calls = Calls::default();
            for (target, row) in &self.uncovered {
                calls.add(&listing(facts, *target, row));
            }
            self.falling_short.values().take(NAMED).for_each(|short| calls.add_all(&short.calls));
            let proof =
                calls.proof().unwrap_or_else(|| Proof::of(&listing(facts, first.0, &first.1)));
            let names = names(self.uncovered.iter().map(|(target, _)| target.region));
            return Finding::fail(CONTROL, subject, Reason::NotCovered, &proof)
                .saying(format!(
                    "No trail records reads and writes in {} that the account has enabled: {}.",
                    regions(self.uncovered.len()),
                    self.short_words()
                ))
                .comparing(EXPECTED, format!("not recorded: {names}; {}", self.short_words()));
        }
        let proof = self.covering.proof();
        if let (None, Some(proof)) = (self.reason, proof) {
            return Finding::pass(CONTROL, subject, Reason::Covered, &proof)
                .saying(format!(
                    "A trail records reads and writes in {} of the account: every one that is enabled, or may be, and was not left out.",
                    regions(self.covered)
                ))
                .comparing(EXPECTED, self.shown());
        }
        let reason = self.reason.unwrap_or(Reason::CoverageUnread);
        let names = names(self.unproven_in.iter().copied());
        let first = self.unproven_in.first().map_or("its Regions", |it| it.name());
        let gaps: Vec<GapId> = self.gaps.iter().copied().collect();
        let why = if gaps.is_empty() {
            String::new()
        } else {
            format!(" ({})", unread_words(facts, &gaps))
        };
        let finding = Finding::not_proven(CONTROL, subject, reason, gaps)
            .saying(format!(
                "Whether a trail records {} of the account is not proven: of {first}, {}{why}.",
                regions(self.unproven_in.len()),
                doubt(reason)
            ))
            .comparing(EXPECTED, format!("not proven: {names}"));
        let mut calls = Calls::default();
        self.in_doubt.values().take(NAMED).for_each(|of_trail| calls.add_all(of_trail));
        let finding = finding.showing_all(calls.iter());
        if self.is_open_without_gap { finding } else { finding.by_gaps_alone() }
    }

    fn shown(&self) -> String {
        let trails = self.by.iter().map(|(arn, trail)| {
            let excluded = match trail.recorded_events().map(|answer| &answer.value) {
                Some(ManagementEvents::Recorded { excluded_sources, .. })
                    if !excluded_sources.is_empty() =>
                {
                    format!(" (without {})", excluded_sources.join(", "))
                }
                _ => String::new(),
            };
            format!("{arn}{excluded}")
        });
        format!("recorded by {}", trails.collect::<Vec<_>>().join("; "))
    }
}

/// A number of Regions as people write it.
fn regions(count: usize) -> String {
    if count == 1 { "1 Region".to_owned() } else { format!("{count} Regions") }
}

fn names(regions: impl Iterator<Item = Region>) -> String {
    regions.map(Region::name).collect::<Vec<_>>().join(", ")
}

/// Why a trail does not cover a target that it might: what it does record is said of it.
fn shortfall(facts: &OrganizationFacts, trail: &TrailFacts, target: Target) -> Option<String> {
    let description = &trail.description;
    if let Cover::Uncovered = reach(facts, trail, target) {
        let home = description.home_region;
        let is_elsewhere = !description.is_multi_region && target.region != home;
        return Some(if is_elsewhere {
            format!("records {home} only")
        } else {
            format!("has its home in {home}, which the account has not enabled")
        });
    }
    match trail.recorded_events().map(|answer| &answer.value) {
        Some(ManagementEvents::Recorded { read: true, write: false, .. }) => {
            return Some("records reads only".to_owned());
        }
        Some(ManagementEvents::Recorded { read: false, write: true, .. }) => {
            return Some("records writes only".to_owned());
        }
        Some(ManagementEvents::Recorded { read: false, write: false, .. }) => {
            return Some("records no management events".to_owned());
        }
        _ => {}
    }
    match logging(facts, trail, target) {
        Cover::Uncovered => Some("does not log there".to_owned()),
        Cover::Covered(_) | Cover::Unproven(..) => None,
    }
}

/// What keeps Regions from being shown to be recorded.
const fn doubt(reason: Reason) -> &'static str {
    match reason {
        Reason::SelectorsUnread => {
            "the event selectors of a trail that may record it were not read"
        }
        Reason::SelectorsNotUnderstood => {
            "the event selectors of a trail that may record it narrow its events in a way that is not understood"
        }
        Reason::StatusUnread => "whether a trail that may record it logs was not read",
        Reason::TrailNotShown => {
            "a trail that should record it was not among the trails listed there"
        }
        Reason::ShadowsDisagree => {
            "the accounts that show a trail which may record it contradict each other"
        }
        _ => "its trails were not all listed, or whether it is enabled is not known",
    }
}
