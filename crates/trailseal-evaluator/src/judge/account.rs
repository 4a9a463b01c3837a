//! `account-covered`: every enabled Region of the account is recorded by a trail.
//!
//! Source: CloudTrail user guide, "Understanding multi-Region trails and opt-in Regions" and
//! "Creating a trail for an organization". Judged from the facts of each trail's owner, so it does
//! not depend on having read the covered account.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::SignedDuration;
use trailseal_model::{
    Account, AccountId, ControlId, CoverageRow, DescribedFrom, Evidence, Finding, GapId,
    ManagementEvents, Observed, Operation, OrganizationFacts, Outcome, Proof, Reason, Region,
    Subject, Target, TrailFacts,
};

use super::sentences::unread_words;

const CONTROL: ControlId = ControlId::AccountCovered;
/// How many trails a sentence names.
const NAMED: usize = 3;
const EXPECTED: &str = "every enabled Region recorded, reads and writes, by a trail that logs";

/// One finding for every account, in use or not.
pub(super) fn judge_all(facts: &OrganizationFacts) -> Vec<Finding> {
    let candidates = Candidates::new(facts);
    facts.accounts.iter().map(|it| covered(facts, &candidates, it)).collect()
}

/// Which trails can cover an account.
pub(super) struct Candidates<'a> {
    own: HashMap<AccountId, Vec<&'a TrailFacts>>,
    organization: Vec<&'a TrailFacts>,
}

impl<'a> Candidates<'a> {
    pub(super) fn new(facts: &'a OrganizationFacts) -> Self {
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

    fn of(&self, account: AccountId) -> impl Iterator<Item = &'a TrailFacts> {
        let own = self.own.get(&account).into_iter().flatten().copied();
        let others = self.organization.iter().copied();
        own.chain(others.filter(move |it| it.description.owner != account))
    }
}

/// Whether one trail, or all of them together, record one target.
enum Cover<'a> {
    Covered(&'a TrailFacts),
    Unproven(Reason, Option<GapId>),
    Uncovered,
}

fn covered(facts: &OrganizationFacts, candidates: &Candidates<'_>, account: &Account) -> Finding {
    let subject = Subject::Account(account.id);
    if !account.state.is_audited() {
        return Finding::not_applicable(CONTROL, subject, Reason::AccountNotActive)
            .saying(format!("The account is not in use: {}.", account.state));
    }
    let rows = facts.coverage.of_account(account.id);
    if !facts.scope.includes(account) || all_excluded(rows) {
        return Finding::not_applicable(CONTROL, subject, Reason::Excluded)
            .saying("The account was left out of this run.".to_owned());
    }
    let mut sum = Sum::default();
    for row in rows.iter().filter(|it| !it.outcome.is_left_out()) {
        let target = Target { account: account.id, region: row.region };
        match best(facts, candidates, target, row) {
            Cover::Covered(trail) => sum.covering(trail),
            Cover::Uncovered if row.trails_listed => {
                sum.uncovered.push(*row);
                sum.falling_short(facts, candidates, target);
            }
            Cover::Uncovered => sum.unproven(Reason::CoverageUnread, [row.gap], row.region),
            Cover::Unproven(reason, _) => {
                sum.unproven(reason, causes(facts, candidates, target, row), row.region);
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
fn cover<'a>(
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
        Observed::Unread(gap) => return Cover::Unproven(Reason::SelectorsUnread, Some(*gap)),
        Observed::Known(answer) => match &answer.value {
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
    if row.trails_listed && !is_shown(trail, target) {
        return Cover::Unproven(Reason::TrailNotShown, None);
    }
    Cover::Covered(trail)
}

/// Whether the trail is one of the target's at all, whatever it records and whether it logs.
fn reach<'a>(facts: &OrganizationFacts, trail: &'a TrailFacts, target: Target) -> Cover<'a> {
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

/// Whether the trail logs for the target: its own status there, else its owner's at home. A Region
/// where nothing could be read, as under a policy that denies whole Regions, does not take away what
/// home says.
fn logging<'a>(facts: &OrganizationFacts, trail: &'a TrailFacts, target: Target) -> Cover<'a> {
    let in_region = |region: Region| trail.status.iter().find(|it| it.0 == region);
    let is_own = target.account == trail.description.owner;
    let is_read = facts.coverage.of_target(target).is_some_and(|it| it.trails_listed);
    let there = in_region(target.region).filter(|it| is_own && (is_read || it.1.known().is_some()));
    if there.is_none() && is_own && is_read && trail.description.is_multi_region {
        // The Region is enabled, and yet there is no status: what goes for home need not go for it.
        return Cover::Unproven(Reason::StatusUnread, None);
    }
    match there.or_else(|| in_region(trail.description.home_region)).map(|it| &it.1) {
        Some(Observed::Known(answer)) if answer.value.is_logging => Cover::Covered(trail),
        Some(Observed::Known(_)) => Cover::Uncovered,
        Some(Observed::Unread(gap)) => Cover::Unproven(Reason::StatusUnread, Some(*gap)),
        None => Cover::Unproven(Reason::StatusUnread, None),
    }
}

fn is_shown(trail: &TrailFacts, target: Target) -> bool {
    let seen = trail.seen_from.binary_search_by_key(&target.account, |it| it.0);
    seen.is_ok_and(|it| trail.seen_from[it].1.contains(target.region))
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
    match trail.management_events.known().map(|it| &it.value) {
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

/// Whether the user left every Region out that the account has.
fn all_excluded(rows: &[CoverageRow]) -> bool {
    rows.iter().any(|it| it.outcome == Outcome::Excluded)
        && rows.iter().all(|it| it.outcome.is_left_out())
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

/// What the Regions of one account come to together.
#[derive(Default)]
struct Sum<'a> {
    covered: usize,
    by: BTreeMap<&'a str, &'a TrailFacts>,
    uncovered: Vec<CoverageRow>,
    /// Trails that record a part of what they should, each with what it does.
    falling_short: BTreeMap<&'a str, BTreeSet<String>>,
    reason: Option<Reason>,
    unproven_in: Vec<Region>,
    gaps: BTreeSet<GapId>,
    /// Whether something is not proven without a gap.
    is_open_without_gap: bool,
}

impl<'a> Sum<'a> {
    fn covering(&mut self, trail: &'a TrailFacts) {
        self.covered += 1;
        self.by.insert(trail.description.arn.as_str(), trail);
    }

    fn falling_short(
        &mut self,
        facts: &OrganizationFacts,
        candidates: &Candidates<'a>,
        target: Target,
    ) {
        for trail in candidates.of(target.account) {
            if let Some(what) = shortfall(facts, trail, target) {
                let arn = trail.description.arn.as_str();
                self.falling_short.entry(arn).or_default().insert(what);
            }
        }
    }

    /// The trails that fall short, the first few by name.
    fn short_words(&self) -> String {
        if self.falling_short.is_empty() {
            return "no trail of the account or its organization was seen there".to_owned();
        }
        let named = self.falling_short.iter().take(NAMED).map(|(arn, what)| {
            let what: Vec<&str> = what.iter().map(String::as_str).collect();
            format!("{arn} {}", what.join(" and "))
        });
        let named = named.collect::<Vec<_>>().join("; ");
        match self.falling_short.len().saturating_sub(NAMED) {
            0 => named,
            more => format!("{named}; and {more} more fall short"),
        }
    }

    fn unproven(
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

    fn finding(self, facts: &OrganizationFacts, subject: Subject) -> Finding {
        if let Some(first) = self.uncovered.first() {
            let account = subject.account();
            let proof = self.uncovered[1..]
                .iter()
                .fold(Proof::of(&read(facts, account, first)), |proof, it| {
                    proof.and(&read(facts, account, it))
                });
            let names = names(self.uncovered.iter().map(|it| it.region));
            return Finding::fail(CONTROL, subject, Reason::NotCovered, &proof)
                .saying(format!(
                    "No trail records reads and writes in {} that the account has enabled: {}.",
                    regions(self.uncovered.len()),
                    self.short_words()
                ))
                .comparing(EXPECTED, format!("not recorded: {names}; {}", self.short_words()));
        }
        let proof = self.proof();
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
        if self.is_open_without_gap { finding } else { finding.by_gaps_alone() }
    }

    /// What shows that the covering trails record, and that they log.
    fn proof(&self) -> Option<Proof> {
        let calls = self.by.values().flat_map(|trail| {
            let selectors = trail.management_events.known().map(|it| &it.evidence);
            let home = trail.status.iter().find(|it| it.0 == trail.description.home_region);
            let status = home.and_then(|it| it.1.known()).map(|it| &it.evidence);
            selectors.into_iter().chain(status)
        });
        calls.fold(None, |proof: Option<Proof>, it| {
            Some(proof.map_or_else(|| Proof::of(it), |proof| proof.and(it)))
        })
    }

    fn shown(&self) -> String {
        let trails = self.by.iter().map(|(arn, trail)| {
            let excluded = match trail.management_events.known().map(|it| &it.value) {
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

/// The call that showed a target's trails; its request id is not kept for every target.
fn read(facts: &OrganizationFacts, account: Option<AccountId>, row: &CoverageRow) -> Evidence {
    Evidence {
        operation: Operation::DescribeTrails,
        account,
        region: Some(row.region),
        at: facts.as_of + SignedDuration::from_millis(i64::from(row.finished)),
        request_id: None,
        attempts: row.api_calls,
        throttles: row.throttles,
    }
}

/// A number of Regions as people write it.
fn regions(count: usize) -> String {
    if count == 1 { "1 Region".to_owned() } else { format!("{count} Regions") }
}

fn names(regions: impl Iterator<Item = Region>) -> String {
    regions.map(Region::name).collect::<Vec<_>>().join(", ")
}
