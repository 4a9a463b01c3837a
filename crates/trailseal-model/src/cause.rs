//! Why something failed, is not proven or could not be read: the one thing to change.

use crate::account::AccountId;
use crate::arn::Arn;
use crate::controls::{ControlId, Severity};
use crate::fix::Fix;
use crate::gap::GapId;
use crate::hash::short_hash;
use crate::operation::Operation;
use crate::region::Region;
use crate::word_enum::word_enum;

word_enum! {
    /// The kind of thing that a cause is about.
    pub enum CauseKind {
        /// A KMS key: its state, its kind, its policy or its grants.
        Key = "key",
        /// An S3 bucket, or what is in it.
        Bucket = "bucket",
        /// A trail.
        Trail = "trail",
        /// A CloudTrail Lake event data store.
        EventDataStore = "event_data_store",
        /// A policy that denies requests: of the organization, a boundary, a session or an endpoint.
        DenyingPolicy = "denying_policy",
        /// The audit role or the caller: missing, refused, or without a permission.
        Role = "role",
        /// An account or Region that no trail records.
        Account = "account",
        /// An API of AWS that failed, or does not answer what was asked.
        Api = "api",
        /// A setting of this program.
        Setting = "setting",
        /// The run itself: its deadline, its network, its credentials, its clock.
        Run = "run",
        /// Nothing is wrong yet: something has to happen first, such as a delivery.
        Time = "time",
    }
}

/// One thing to change, with everything that it affects.
#[derive(Debug, Clone, PartialEq)]
pub struct Cause {
    /// The kind of thing.
    pub kind: CauseKind,
    /// The thing: an ARN, a bucket's name, a policy's ARN or kind, a role's name, an account id, an
    /// operation, a setting. Depends on facts alone, not on order or run.
    pub subject: String,
    /// What is wrong with it, in one word: a reason, a class of gaps, or another stable word.
    pub aspect: &'static str,
    /// The account that owns the thing, where one does.
    pub account: Option<AccountId>,
    /// The Region of the thing, where it has one.
    pub region: Option<Region>,
    /// One line for people, such as `KMS key 1234… is disabled`, without its full stop.
    pub title: String,
    /// The fact that decides, verbatim where AWS said it: a statement, a key state, a header, a message.
    pub fact: String,
    /// How bad its effect is: the highest severity of the findings that it keeps from passing.
    pub severity: Severity,
    /// What it affects.
    pub effect: Effect,
    /// What to change.
    pub fix: Fix,
}

impl Cause {
    /// A stable id: equal in every run for the same thing and what is wrong with it.
    #[must_use]
    pub fn stable_id(&self) -> String {
        short_hash(&["cause", self.kind.as_str(), &self.subject, self.aspect])
    }
}

/// What a cause affects. Findings and gaps count where it is their primary cause.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Effect {
    /// Findings that failed.
    pub failed: u64,
    /// Findings that are not proven.
    pub not_proven: u64,
    /// Calls without an answer.
    pub gaps: u64,
    /// Of the failed and not proven findings those that have no other blocker: all that the fix promises.
    pub mended: u64,
    /// Findings that it blocks besides their primary cause.
    pub also_blocks: u64,
    /// The accounts of these findings and gaps, sorted.
    pub accounts: Vec<AccountId>,
    /// Their Regions, sorted by name.
    pub regions: Vec<Region>,
    /// The controls of the findings, in the order of the controls.
    pub controls: Vec<ControlId>,
    /// The trails and event data stores among the findings' subjects, sorted.
    pub resources: Vec<Arn>,
    /// The operations of the gaps, in the order of the operations.
    pub operations: Vec<Operation>,
}

/// Names one cause of one run: its place among [`Causes::all`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CauseIndex(u32);

impl CauseIndex {
    /// Of the cause with this place.
    #[must_use]
    pub fn new(index: usize) -> Self {
        Self(u32::try_from(index).expect("fewer than four billion causes"))
    }

    /// The place.
    #[must_use]
    pub const fn get(self) -> usize {
        self.0 as usize
    }
}

/// The causes of one finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blame {
    /// The one that comes first: a failure's own cause, or the worst of several.
    pub primary: CauseIndex,
    /// What else has to change before the finding can pass; sorted, without the primary one.
    pub further: Vec<CauseIndex>,
}

/// Every cause of a run, and which findings and gaps each is behind.
#[derive(Debug, Clone, Default)]
pub struct Causes {
    /// The causes, the gravest first: by severity, then by what they affect, then by id.
    pub all: Vec<Cause>,
    /// For each finding, in the order of the findings: `None` for one that passes or is not applicable.
    pub of_findings: Vec<Option<Blame>>,
    /// For each gap, by the place of its id.
    pub of_gaps: Vec<CauseIndex>,
}

impl Causes {
    /// The cause of a gap.
    #[must_use]
    pub fn of_gap(&self, gap: GapId) -> Option<&Cause> {
        self.of_gaps.get(gap.index()).and_then(|index| self.all.get(index.get()))
    }

    /// The primary cause of the finding at this place, and the further ones.
    #[must_use]
    pub fn of_finding(&self, place: usize) -> Option<(&Cause, impl Iterator<Item = &Cause>)> {
        let blame = self.of_findings.get(place)?.as_ref()?;
        let further = blame.further.iter().filter_map(|index| self.all.get(index.get()));
        Some((self.all.get(blame.primary.get())?, further))
    }
}
