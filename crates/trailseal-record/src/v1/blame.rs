//! Which controls fail for an account, a trail or an event data store, and what is behind that.

use std::collections::{BTreeMap, BTreeSet};

use trailseal_model::{AccountId, Arn, CauseIndex, Causes, ControlId, Finding, Status, Subject};

use super::position::CauseRank;

/// The failed and not proven controls of one account, trail or store.
#[derive(Debug, Clone, Default)]
pub(super) struct Shortfall {
    failing: BTreeSet<ControlId>,
    not_proven: BTreeSet<ControlId>,
    /// The places of the primary causes among the causes, the gravest first.
    causes: BTreeSet<usize>,
}

/// Every shortfall of an audit, and its causes in the record's order.
#[derive(Debug)]
pub(super) struct Shortfalls<'a> {
    of_accounts: BTreeMap<AccountId, Shortfall>,
    of_resources: BTreeMap<&'a Arn, Shortfall>,
    cause_ids: Vec<String>,
}

/// The order of the causes in the record: the place of each, by its index among [`Causes::all`].
pub(super) fn gravest_first(causes: &Causes) -> Vec<CauseIndex> {
    let mut order: Vec<CauseIndex> = (0..causes.all.len()).map(CauseIndex::new).collect();
    order.sort_by_cached_key(|index| {
        let cause = &causes.all[index.get()];
        let findings = cause.effect.failed + cause.effect.not_proven;
        CauseRank::new(cause.severity, findings, cause.effect.gaps, cause.stable_id())
    });
    order
}

impl<'a> Shortfalls<'a> {
    /// What the findings say; an account's own are those of its trails and stores too.
    pub(super) fn of(findings: &'a [Finding], causes: &Causes, order: &[CauseIndex]) -> Self {
        let mut places = vec![0; order.len()];
        for (place, index) in order.iter().enumerate() {
            places[index.get()] = place;
        }
        let cause_ids = order.iter().map(|index| causes.all[index.get()].stable_id()).collect();
        let mut all =
            Self { of_accounts: BTreeMap::new(), of_resources: BTreeMap::new(), cause_ids };
        for (number, finding) in findings.iter().enumerate() {
            if !matches!(finding.status(), Status::Fail | Status::NotProven) {
                continue;
            }
            let blame = causes.of_findings.get(number).and_then(Option::as_ref);
            let cause = blame.and_then(|blame| places.get(blame.primary.get()).copied());
            if let Some(account) = finding.subject().account() {
                all.of_accounts.entry(account).or_default().add(finding, cause);
            }
            if let Subject::Trail(arn) | Subject::EventDataStore(arn) = finding.subject() {
                all.of_resources.entry(arn).or_default().add(finding, cause);
            }
        }
        all
    }

    pub(super) fn of_account(&self, account: AccountId) -> ShortfallWords {
        self.words(self.of_accounts.get(&account))
    }

    pub(super) fn of_resource(&self, arn: &Arn) -> ShortfallWords {
        self.words(self.of_resources.get(arn))
    }

    fn words(&self, shortfall: Option<&Shortfall>) -> ShortfallWords {
        let Some(Shortfall { failing, not_proven, causes }) = shortfall else {
            return ShortfallWords::default();
        };
        ShortfallWords {
            failing_controls: failing.iter().copied().collect(),
            not_proven_controls: not_proven.iter().copied().collect(),
            cause_ids: causes.iter().map(|place| self.cause_ids[*place].clone()).collect(),
        }
    }
}

/// A shortfall as the lines have it.
#[derive(Debug, Default)]
pub(super) struct ShortfallWords {
    pub(super) failing_controls: Vec<ControlId>,
    pub(super) not_proven_controls: Vec<ControlId>,
    pub(super) cause_ids: Vec<String>,
}

impl Shortfall {
    fn add(&mut self, finding: &Finding, cause: Option<usize>) {
        let controls = match finding.status() {
            Status::Fail => &mut self.failing,
            Status::NotProven => &mut self.not_proven,
            Status::Pass | Status::NotApplicable => return,
        };
        controls.insert(finding.control());
        self.causes.extend(cause);
    }
}
