//! Which controls fail for an account, a trail or an event data store, and what is behind that.

use std::collections::{BTreeMap, BTreeSet};

use trailseal_model::{AccountId, Arn, CauseIndex, Causes, ControlId, Finding, Status, Subject};

use super::cause::EffectLine;
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
        CauseRank::new(cause.severity, &EffectLine::from(&cause.effect), cause.stable_id())
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

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use trailseal_model::{
        Blame, Cause, CauseKind, Effect, Evidence, Fix, FixActor, FixPlace, Operation, Proof,
        Reason, Severity,
    };

    use super::*;
    use crate::fixture;

    fn cause(aspect: &'static str, severity: Severity, failed: u64) -> Cause {
        Cause {
            kind: CauseKind::Key,
            subject: "key".to_owned(),
            aspect,
            account: None,
            region: None,
            title: String::new(),
            fact: String::new(),
            severity,
            effect: Effect { failed, ..Effect::default() },
            fix: Fix {
                change: String::new(),
                actor: FixActor::Aws,
                place: FixPlace::default(),
                steps: Vec::new(),
                first: None,
                brings: String::new(),
                risks: None,
            },
        }
    }

    fn blame(primary: usize) -> Blame {
        Blame { primary: CauseIndex::new(primary), further: Vec::new() }
    }

    fn proof() -> Proof {
        Proof::of(&Evidence {
            operation: Operation::DescribeKey,
            account: None,
            region: None,
            at: Timestamp::UNIX_EPOCH,
            request_id: None,
            attempts: 1,
            throttles: 0,
        })
    }

    #[test]
    fn an_account_has_what_its_trails_lack_and_each_trail_only_its_own() {
        let (one, two) = (fixture::trail_arn(1, "one"), fixture::trail_arn(1, "two"));
        let fail = |arn: &Arn, control| {
            Finding::fail(control, Subject::Trail(arn.clone()), Reason::Disabled, &proof())
        };
        let findings = [
            fail(&two, ControlId::TrailDelivering),
            fail(&one, ControlId::KeyUsable),
            Finding::not_proven(
                ControlId::AccountCovered,
                Subject::Account(fixture::id(1)),
                Reason::CoverageUnread,
                Vec::new(),
            ),
            Finding::pass(
                ControlId::TrailKmsEncrypted,
                Subject::Trail(one.clone()),
                Reason::KmsKeySet,
                &proof(),
            ),
        ];
        let causes = Causes {
            all: vec![
                cause("light", Severity::Low, 9),
                cause("grave", Severity::High, 1),
                cause("graver", Severity::High, 2),
            ],
            of_findings: vec![Some(blame(0)), Some(blame(1)), Some(blame(2)), None],
            of_gaps: Vec::new(),
        };
        let order = gravest_first(&causes);
        assert_eq!(order, [2, 1, 0].map(CauseIndex::new));
        let id = |place: usize| causes.all[place].stable_id();
        let shortfalls = Shortfalls::of(&findings, &causes, &order);
        let account = shortfalls.of_account(fixture::id(1));
        assert_eq!(account.failing_controls, [ControlId::KeyUsable, ControlId::TrailDelivering]);
        assert_eq!(account.not_proven_controls, [ControlId::AccountCovered]);
        assert_eq!(account.cause_ids, [id(2), id(1), id(0)]);
        let trail = shortfalls.of_resource(&one);
        assert_eq!(trail.failing_controls, [ControlId::KeyUsable]);
        assert_eq!((trail.not_proven_controls, trail.cause_ids), (Vec::new(), vec![id(1)]));
        assert!(shortfalls.of_account(fixture::id(2)).cause_ids.is_empty());
    }
}
