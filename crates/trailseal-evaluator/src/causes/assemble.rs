//! Turns what was collected into causes: what each affects, its words, its fix, and their order.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use trailseal_model::{
    AccountId, Arn, Blame, Cause, CauseIndex, Causes, ControlId, Effect, Finding, Gap, GapClass,
    Loss, Operation, Region, Severity, Status, Subject,
};

use super::board::{Board, CauseKey, Origin};
use super::shown::Shown;
use super::{Run, fact, finding_fix, gap_fix, own_fix, title};

/// What one cause collects while findings and gaps are counted.
#[derive(Default)]
struct Tally<'a> {
    effect: Effect,
    accounts: BTreeSet<AccountId>,
    regions: BTreeSet<Region>,
    controls: BTreeSet<ControlId>,
    resources: BTreeSet<Arn>,
    operations: BTreeSet<Operation>,
    severity: Option<Severity>,
    finding: Option<&'a Finding>,
    further: Option<&'a Finding>,
    gaps: Vec<&'a Gap>,
}

/// The causes, the gravest first, with what each finding and gap has.
pub(super) fn causes(run: &Run<'_>, board: Board) -> Causes {
    let mut tallies: Vec<Tally<'_>> = Vec::new();
    tallies.resize_with(board.drafts.len(), Tally::default);
    for (place, gap) in board.of_gaps.iter().zip(run.gaps.iter()) {
        tallies[*place].add_gap(gap);
    }
    for (places, finding) in board.of_findings.iter().zip(run.findings) {
        let Some((primary, further)) = places.as_ref().and_then(|it| it.split_first()) else {
            continue;
        };
        tallies[*primary].add_finding(finding, further.is_empty());
        for place in further {
            tallies[*place].add_further(finding);
        }
    }
    let Board { drafts, of_findings, of_gaps, .. } = board;
    let made = drafts.into_iter().zip(tallies).enumerate().map(|(place, (draft, tally))| {
        let cause = cause(tally.finish(run, draft.key, draft.origin));
        (cause.stable_id(), place, cause)
    });
    let mut made: Vec<(String, usize, Cause)> = made.collect();
    made.sort_by(|(one_id, _, one), (other_id, _, other)| {
        let size = |cause: &Cause| {
            let Effect { failed, not_proven, gaps, also_blocks, .. } = cause.effect;
            Reverse((cause.severity, failed, not_proven, gaps, also_blocks))
        };
        size(one).cmp(&size(other)).then_with(|| one_id.cmp(other_id))
    });
    let mut moved = vec![0; made.len()];
    for (to, (_, from, _)) in made.iter().enumerate() {
        moved[*from] = to;
    }
    let index = |place: &usize| CauseIndex::new(moved[*place]);
    let blame = |places: &Vec<usize>| {
        let (primary, further) = places.split_first()?;
        let mut further: Vec<CauseIndex> = further.iter().map(index).collect();
        further.sort_unstable();
        Some(Blame { primary: index(primary), further })
    };
    let of_findings = of_findings.iter().map(|it| it.as_ref().and_then(blame)).collect();
    let of_gaps = of_gaps.iter().map(index).collect();
    Causes { all: made.into_iter().map(|it| it.2).collect(), of_findings, of_gaps }
}

fn cause(shown: Shown<'_>) -> Cause {
    let fix = match &shown.origin {
        Origin::Finding(..) => finding_fix::fix(&shown),
        Origin::Own => own_fix::fix(&shown),
        Origin::Gap => gap_fix::fix(&shown),
    };
    let (account, region) = (shown.account(), shown.region());
    let (title, fact) = (title::title(&shown), fact::fact(&shown));
    let Shown { key: CauseKey { kind, subject, aspect }, effect, severity, .. } = shown;
    Cause { kind, subject, aspect, account, region, title, fact, severity, effect, fix }
}

impl<'a> Tally<'a> {
    fn add_gap(&mut self, gap: &'a Gap) {
        self.effect.gaps += 1;
        self.accounts.extend(gap.account);
        self.regions.extend(gap.region);
        self.operations.insert(gap.operation);
        self.severity = self.severity.max(Some(severity_of(gap)));
        self.gaps.push(gap);
    }

    fn add_finding(&mut self, finding: &'a Finding, is_only: bool) {
        match finding.status() {
            Status::Fail => self.effect.failed += 1,
            _ => self.effect.not_proven += 1,
        }
        self.effect.mended += u64::from(is_only);
        self.accounts.extend(finding.subject().account());
        self.controls.insert(finding.control());
        if let Subject::Trail(arn) | Subject::EventDataStore(arn) = finding.subject() {
            self.regions.extend(arn.region());
            self.resources.insert(arn.clone());
        }
        self.severity = self.severity.max(Some(finding.control().entry().severity));
        graver(&mut self.finding, finding);
    }

    fn add_further(&mut self, finding: &'a Finding) {
        self.effect.also_blocks += 1;
        self.severity = self.severity.max(Some(finding.control().entry().severity));
        graver(&mut self.further, finding);
    }

    fn finish(mut self, run: &'a Run<'a>, key: CauseKey, origin: Origin) -> Shown<'a> {
        let mut effect = self.effect;
        effect.accounts = self.accounts.into_iter().collect();
        effect.regions = self.regions.into_iter().collect();
        effect.controls = self.controls.into_iter().collect();
        effect.resources = self.resources.into_iter().collect();
        effect.operations = self.operations.into_iter().collect();
        self.gaps.sort_by_key(|gap| {
            (gap.class.rank(), gap.account, gap.region, gap.operation, gap.subject.as_deref())
        });
        let severity = self.severity.unwrap_or(Severity::Note);
        let finding = self.finding.or(self.further);
        Shown { run, key, origin, effect, finding, gaps: self.gaps, severity }
    }
}

/// Keeps the graver of two findings: a failure, the higher severity, the earlier control and subject.
fn graver<'a>(kept: &mut Option<&'a Finding>, finding: &'a Finding) {
    let rank = |it: &'a Finding| {
        let (control, is_failure) = (it.control(), it.status() == Status::Fail);
        (!is_failure, Reverse(control.entry().severity), control, it.subject())
    };
    if kept.is_none_or(|kept| rank(finding) < rank(kept)) {
        *kept = Some(finding);
    }
}

/// How bad a gap is by itself, whatever findings it keeps from being proven: what was not listed may hide
/// a trail, and what loses nothing is information.
fn severity_of(gap: &Gap) -> Severity {
    match (gap.class, gap.operation.loss()) {
        (GapClass::NotTold | GapClass::RegionDisabled | GapClass::AccountNotActive, _) => {
            Severity::Note
        }
        (_, Loss::Population | Loss::Account | Loss::Target) => Severity::Medium,
        (_, Loss::Leg | Loss::CrossCheck | Loss::Publication) => Severity::Low,
        (_, Loss::Nothing | Loss::Description) => Severity::Note,
    }
}
