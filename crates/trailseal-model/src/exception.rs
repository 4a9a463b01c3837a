//! Findings and gaps that somebody answers for until a day: they stay as they are, are shown with
//! who accepted them, and leave the exit code.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use crate::account::AccountId;
use crate::controls::ControlId;
use crate::facts::OrganizationFacts;
use crate::finding::{Finding, Status};
use crate::gap::Gap;
use crate::gap_class::GapClass;
use crate::hash::short_hash;
use crate::operation::{Loss, Operation};
use crate::reason::Reason;
use crate::region::Region;
use crate::word_enum::word_enum;

word_enum! {
    /// What an exception is about.
    pub enum ExceptionKind {
        /// One finding.
        Finding = "finding",
        /// Gaps of one class.
        Gap = "gap",
    }
}

word_enum! {
    /// What became of an exception in a run.
    pub enum ExceptionState {
        /// It covers something.
        InForce = "in_force",
        /// Its last day is over: it has no effect.
        Expired = "expired",
        /// It covers nothing of this run.
        Unmatched = "unmatched",
    }
}

/// Who accepted it, why, and until when. Nothing of it may be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Who answers for it.
    pub owner: String,
    /// Who accepted it.
    pub approver: String,
    /// Why it is accepted.
    pub reason: String,
    /// Where that was decided.
    pub ticket: String,
    /// When it was accepted, if the file says so.
    pub approved_at: Option<Date>,
    /// The last day on which it holds, in UTC.
    pub expiry: Date,
}

/// What an exception covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Covers {
    /// A finding.
    Finding(CoveredFinding),
    /// Gaps.
    Gaps(CoveredGaps),
}

/// One finding with one status. The status is named, so that who accepts that something is not
/// proven has not accepted that it fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoveredFinding {
    /// The control.
    pub control: ControlId,
    /// The ARN of the trail or event data store, or the account's id.
    pub subject: String,
    /// `fail` or `not_proven`.
    pub status: Status,
    /// Only with this reason.
    pub status_reason: Option<Reason>,
}

/// Gaps of one class. Empty lists limit nothing, and at least one list is not empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoveredGaps {
    /// The class.
    pub class: GapClass,
    /// Only in these accounts, and in those of the next list.
    pub accounts: Vec<AccountId>,
    /// Only in accounts below these roots or units.
    pub organizational_units: Vec<String>,
    /// Only in these Regions.
    pub regions: Vec<Region>,
    /// Only of these operations.
    pub operations: Vec<Operation>,
}

/// One entry of the user's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// Its number among the entries of its kind, from 1.
    pub entry: u32,
    /// What it covers.
    pub covers: Covers,
    /// Who answers for it.
    pub approval: Approval,
}

impl Exception {
    /// What it is about.
    #[must_use]
    pub const fn kind(&self) -> ExceptionKind {
        match self.covers {
            Covers::Finding(_) => ExceptionKind::Finding,
            Covers::Gaps(_) => ExceptionKind::Gap,
        }
    }

    /// A stable id: it hangs on what is covered, not on who accepted it or until when.
    #[must_use]
    pub fn stable_id(&self) -> String {
        match &self.covers {
            Covers::Finding(it) => {
                let reason = it.status_reason.map_or("", Reason::as_str);
                let (control, status) = (it.control.as_str(), it.status.as_str());
                short_hash(&["exception", "finding", control, &it.subject, status, reason])
            }
            Covers::Gaps(it) => {
                let accounts = canonical(it.accounts.iter().map(ToString::to_string));
                let units = canonical(it.organizational_units.iter().cloned());
                let regions = canonical(it.regions.iter().map(ToString::to_string));
                let operations = canonical(it.operations.iter().map(ToString::to_string));
                let class = it.class.as_str();
                short_hash(&["exception", "gap", class, &accounts, &units, &regions, &operations])
            }
        }
    }

    /// Whether its last day was over at this time.
    #[must_use]
    pub fn is_expired(&self, at: Timestamp) -> bool {
        self.approval.expiry < Offset::UTC.to_datetime(at).date()
    }

    /// How people find it again: `gap 2 (SEC-12)`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {} ({})", self.kind(), self.entry, self.approval.ticket)
    }

    pub(super) fn covers_finding(&self, finding: &Finding) -> bool {
        let Covers::Finding(covered) = &self.covers else { return false };
        covered.is_about(finding)
            && covered.status == finding.status()
            && covered.status_reason.is_none_or(|it| it == finding.reason())
    }

    pub(super) fn covers_gap(&self, gap: &Gap, facts: &OrganizationFacts) -> bool {
        let Covers::Gaps(covered) = &self.covers else { return false };
        covered.has(gap, facts)
    }
}

impl CoveredFinding {
    /// Whether the finding is of this control and subject, whatever it says.
    pub(super) fn is_about(&self, finding: &Finding) -> bool {
        self.control == finding.control() && self.subject == finding.subject().key()
    }
}

impl CoveredGaps {
    /// An account whose place is not known lies under no unit, and a list of accounts that is not
    /// whole is never accepted: nobody knows what is missing from it.
    fn has(&self, gap: &Gap, facts: &OrganizationFacts) -> bool {
        self.class == gap.class
            && gap.operation.loss() != Loss::Population
            && (self.operations.is_empty() || self.operations.contains(&gap.operation))
            && (self.regions.is_empty() || gap.region.is_some_and(|it| self.regions.contains(&it)))
            && self.has_account(gap.account, facts)
    }

    fn has_account(&self, account: Option<AccountId>, facts: &OrganizationFacts) -> bool {
        if self.accounts.is_empty() && self.organizational_units.is_empty() {
            return true;
        }
        let Some(account) = account else { return false };
        let path = facts.account(account).and_then(|it| it.ou_path.as_deref());
        self.accounts.contains(&account)
            || path.is_some_and(|path| {
                path.split('/').any(|it| self.organizational_units.iter().any(|unit| unit == it))
            })
    }
}

fn canonical(values: impl Iterator<Item = String>) -> String {
    let mut values: Vec<String> = values.collect();
    values.sort_unstable();
    values.dedup();
    values.join(",")
}
