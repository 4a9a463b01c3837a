//! Failed findings that share an alert: those with the same cause and the same subject.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use trailseal_model::{AccountId, ControlId, Reason, Region, Severity, SubjectKind};
use trailseal_record::v1::FindingLine;

/// How many findings and subjects an alert lists; it counts all.
pub(crate) const LISTED: usize = 100;

/// The failures of one cause with one subject.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    /// The finding of the gravest control: the alert's rule and fingerprint.
    pub(crate) gravest: Failure,
    /// The other controls that fail, in their order.
    pub(crate) also_fails: BTreeSet<ControlId>,
    /// Controls that are not proven for the same cause.
    pub(crate) not_proven: BTreeSet<ControlId>,
    pub(crate) cause_id: Option<String>,
    /// What accepts it; empty where nothing does.
    pub(crate) exceptions: BTreeSet<String>,
    /// The first of its findings.
    pub(crate) finding_ids: Vec<String>,
    pub(crate) findings: u64,
    pub(crate) consequences: Consequences,
}

/// Failures of other subjects that follow from the same cause.
#[derive(Debug, Clone, Default)]
pub(crate) struct Consequences {
    /// By control: how many subjects, and the names of the first.
    pub(crate) controls: BTreeMap<ControlId, (u64, Vec<String>)>,
    /// The first subjects: ARNs, or ids of accounts.
    pub(crate) subjects: Vec<String>,
    pub(crate) total: u64,
}

/// What an alert says of a failed finding.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) control: ControlId,
    pub(crate) finding_id: String,
    pub(crate) reason: Reason,
    pub(crate) kind: SubjectKind,
    pub(crate) subject: String,
    pub(crate) name: String,
    pub(crate) account: Option<AccountId>,
    pub(crate) region: Option<Region>,
    pub(crate) message: String,
    pub(crate) expected: String,
    pub(crate) observed: String,
}

impl From<&FindingLine> for Failure {
    fn from(finding: &FindingLine) -> Self {
        Self {
            control: finding.control_id,
            finding_id: finding.finding_id.clone(),
            reason: finding.status_reason,
            kind: finding.resource_type,
            subject: finding.resource_arn.clone(),
            name: finding.resource_name.clone(),
            account: finding.account_id,
            region: finding.region,
            message: finding.message.clone(),
            expected: finding.expected.clone(),
            observed: finding.observed.clone(),
        }
    }
}

impl Failure {
    pub(crate) fn severity(&self) -> Severity {
        self.control.entry().severity
    }

    /// The smaller, the graver.
    fn rank(&self) -> (Reverse<Severity>, ControlId) {
        (Reverse(self.severity()), self.control)
    }
}

/// The cause, or the finding itself where the record names none; and the subject.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct GroupKey {
    pub(crate) cause: String,
    pub(crate) subject: String,
}

/// Failures that share neither alert nor anything else with what exceptions accept, or all that they
/// accept.
///
/// The record has the gravest findings first, so what finds no room is never graver than what is kept.
#[derive(Debug)]
pub(crate) struct Failures {
    limit: usize,
    pub(crate) groups: BTreeMap<GroupKey, Group>,
    accounts: usize,
    /// By the severity of their gravest finding.
    pub(crate) dropped: BTreeMap<Severity, Dropped>,
    /// Hashes of the keys of what was dropped, so that each alert is counted once.
    dropped_keys: HashMap<u64, Severity>,
    is_folded: bool,
}

/// Alerts for which no room was left, and their findings.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Dropped {
    pub(crate) alerts: u64,
    pub(crate) findings: u64,
}

impl Failures {
    /// Room for this many subjects that are accounts and as many others, so that the alert into which
    /// accounts are folded has a place.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            groups: BTreeMap::new(),
            accounts: 0,
            dropped: BTreeMap::new(),
            dropped_keys: HashMap::new(),
            is_folded: false,
        }
    }

    /// Takes a finding that failed.
    pub(crate) fn add(&mut self, finding: &FindingLine) {
        let failure = Failure::from(finding);
        let key = GroupKey::of(finding);
        if let Some(group) = self.groups.get_mut(&key) {
            group.add(failure);
            group.exceptions.extend(finding.exception_ids.iter().cloned());
            return;
        }
        let is_account = failure.kind == SubjectKind::Account;
        let others = self.groups.len() - self.accounts;
        if (if is_account { self.accounts } else { others }) >= self.limit {
            self.drop_finding(&key, failure.severity());
            return;
        }
        self.accounts += usize::from(is_account);
        self.groups.insert(key, Group::new(failure, finding));
    }

    fn drop_finding(&mut self, key: &GroupKey, severity: Severity) {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let known = self.dropped_keys.len();
        let severity = *self.dropped_keys.entry(hasher.finish()).or_insert(severity);
        let dropped = self.dropped.entry(severity).or_default();
        dropped.alerts += u64::from(self.dropped_keys.len() > known);
        dropped.findings += 1;
    }

    /// Takes a finding that is not proven, where a failure of the same cause and subject has an alert.
    pub(crate) fn absorb(&mut self, finding: &FindingLine) -> bool {
        let group = self.groups.get_mut(&GroupKey::of(finding));
        let is_absorbed = group.is_some() && finding.cause_id.is_some();
        if let Some(group) = group.filter(|_| is_absorbed) {
            group.not_proven.insert(finding.control_id);
        }
        is_absorbed
    }

    /// Whether this is the first call.
    pub(crate) const fn begin_folding(&mut self) -> bool {
        !std::mem::replace(&mut self.is_folded, true)
    }
}

impl GroupKey {
    fn of(finding: &FindingLine) -> Self {
        let cause = finding.cause_id.as_ref().unwrap_or(&finding.finding_id);
        Self { cause: cause.clone(), subject: finding.resource_arn.clone() }
    }
}

impl Group {
    fn new(gravest: Failure, finding: &FindingLine) -> Self {
        Self {
            finding_ids: vec![gravest.finding_id.clone()],
            gravest,
            also_fails: BTreeSet::new(),
            not_proven: BTreeSet::new(),
            cause_id: finding.cause_id.clone(),
            exceptions: finding.exception_ids.iter().cloned().collect(),
            findings: 1,
            consequences: Consequences::default(),
        }
    }

    fn add(&mut self, failure: Failure) {
        self.findings += 1;
        if self.finding_ids.len() < LISTED {
            self.finding_ids.push(failure.finding_id.clone());
        }
        let other = if failure.rank() < self.gravest.rank() {
            std::mem::replace(&mut self.gravest, failure)
        } else {
            failure
        };
        self.also_fails.insert(other.control);
    }

    /// Every control that fails.
    pub(crate) fn controls(&self) -> impl Iterator<Item = ControlId> + Clone + '_ {
        std::iter::once(self.gravest.control).chain(self.also_fails.iter().copied())
    }
}
