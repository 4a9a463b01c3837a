//! Findings: one judgement of one control on one subject.

use crate::account::AccountId;
use crate::arn::Arn;
use crate::controls::ControlId;
use crate::evidence::{Evidence, Proof};
use crate::gap::GapId;
use crate::hash::short_hash;
use crate::reason::Reason;
use crate::word_enum::word_enum;

word_enum! {
    /// The outcome of a control.
    pub enum Status {
        /// Shown to be right.
        Pass = "pass",
        /// Shown to be wrong.
        Fail = "fail",
        /// Not shown: never to be read as a pass.
        NotProven = "not_proven",
        /// The control has no meaning for this subject.
        NotApplicable = "not_applicable",
    }
}

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A trail, by its ARN.
    Trail(Arn),
    /// An account.
    Account(AccountId),
    /// An event data store, by its ARN.
    EventDataStore(Arn),
}

impl Subject {
    /// The text that stands for the subject in ids: an ARN or a twelve-digit account id.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Trail(arn) | Self::EventDataStore(arn) => arn.to_string(),
            Self::Account(account) => account.to_string(),
        }
    }

    /// The account that answers for the subject.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::Trail(arn) | Self::EventDataStore(arn) => arn.account(),
            Self::Account(account) => Some(*account),
        }
    }
}

/// One judgement. Its fields are private so that a pass or a fail can only be made with a proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    control: ControlId,
    subject: Subject,
    status: Status,
    reason: Reason,
    message: String,
    expected: String,
    observed: String,
    evidence: Vec<Evidence>,
    gaps: Vec<GapId>,
    is_by_gaps_alone: bool,
}

impl Finding {
    /// Shown to be right, by this proof.
    #[must_use]
    pub fn pass(control: ControlId, subject: Subject, reason: Reason, proof: &Proof) -> Self {
        Self::shown(control, subject, Status::Pass, reason, proof)
    }

    /// Shown to be wrong, by this proof.
    #[must_use]
    pub fn fail(control: ControlId, subject: Subject, reason: Reason, proof: &Proof) -> Self {
        Self::shown(control, subject, Status::Fail, reason, proof)
    }

    /// Not shown, because of these gaps (none where nothing failed, but the facts do not suffice).
    #[must_use]
    pub fn not_proven(
        control: ControlId,
        subject: Subject,
        reason: Reason,
        gaps: Vec<GapId>,
    ) -> Self {
        Self { gaps, ..Self::blank(control, subject, Status::NotProven, reason) }
    }

    /// The control has no meaning here.
    #[must_use]
    pub fn not_applicable(control: ControlId, subject: Subject, reason: Reason) -> Self {
        Self::blank(control, subject, Status::NotApplicable, reason)
    }

    /// The user left the control out of the run, so nothing is said of the subject.
    #[must_use]
    pub fn skipped(control: ControlId, subject: Subject) -> Self {
        Self::not_applicable(control, subject, Reason::Skipped)
            .saying("The control was left out of this run (--skip-control).")
    }

    fn shown(
        control: ControlId,
        subject: Subject,
        status: Status,
        reason: Reason,
        proof: &Proof,
    ) -> Self {
        let evidence = proof.calls().to_vec();
        Self { evidence, ..Self::blank(control, subject, status, reason) }
    }

    const fn blank(control: ControlId, subject: Subject, status: Status, reason: Reason) -> Self {
        Self {
            control,
            subject,
            status,
            reason,
            message: String::new(),
            expected: String::new(),
            observed: String::new(),
            evidence: Vec::new(),
            gaps: Vec::new(),
            is_by_gaps_alone: false,
        }
    }

    /// The same finding, with the word that each of its causes is one of its gaps: what it names is
    /// all that keeps it from being proven. Only then can accepting the gaps accept the finding.
    #[must_use]
    pub fn by_gaps_alone(mut self) -> Self {
        self.is_by_gaps_alone = self.status == Status::NotProven && !self.gaps.is_empty();
        self
    }

    /// The same finding with its sentence for people.
    #[must_use]
    pub fn saying(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// The same finding with what should be and what is.
    #[must_use]
    pub fn comparing(mut self, expected: impl Into<String>, observed: impl Into<String>) -> Self {
        self.expected = expected.into();
        self.observed = observed.into();
        self
    }

    /// The same finding with further evidence shown beside it; it proves nothing by itself.
    #[must_use]
    pub fn showing(mut self, evidence: &Evidence) -> Self {
        self.evidence.push(evidence.clone());
        self
    }

    /// The same finding with each of these calls shown beside it.
    #[must_use]
    pub fn showing_all<'a>(self, calls: impl IntoIterator<Item = &'a Evidence>) -> Self {
        calls.into_iter().fold(self, Self::showing)
    }

    /// The control.
    #[must_use]
    pub const fn control(&self) -> ControlId {
        self.control
    }

    /// The subject.
    #[must_use]
    pub const fn subject(&self) -> &Subject {
        &self.subject
    }

    /// The status.
    #[must_use]
    pub const fn status(&self) -> Status {
        self.status
    }

    /// The reason.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        self.reason
    }

    /// Whether the user left its control out of the run.
    #[must_use]
    pub fn is_skipped(&self) -> bool {
        self.reason == Reason::Skipped
    }

    /// One sentence for people.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What should be.
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.expected
    }

    /// What is.
    #[must_use]
    pub fn observed(&self) -> &str {
        &self.observed
    }

    /// The calls behind it; never empty for a pass or a fail.
    #[must_use]
    pub fn evidence(&self) -> &[Evidence] {
        &self.evidence
    }

    /// What could not be read.
    #[must_use]
    pub fn gaps(&self) -> &[GapId] {
        &self.gaps
    }

    /// Whether nothing but its gaps keeps it from being proven.
    #[must_use]
    pub const fn is_by_gaps_alone(&self) -> bool {
        self.is_by_gaps_alone
    }

    /// A stable id: equal in every run for the same control and subject.
    #[must_use]
    pub fn stable_id(&self) -> String {
        short_hash(&[self.control.as_str(), &self.subject.key()])
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::operation::Operation;

    fn subject() -> Subject {
        Subject::Trail(Arn::new("arn:aws:cloudtrail:us-east-1:111111111111:trail/t").unwrap())
    }

    fn proof() -> Proof {
        Proof::of(&Evidence {
            operation: Operation::DescribeTrails,
            account: None,
            region: None,
            at: Timestamp::UNIX_EPOCH,
            request_id: None,
            attempts: 1,
            throttles: 0,
        })
    }

    #[test]
    fn an_id_depends_on_control_and_subject_only() {
        let pass = Finding::pass(ControlId::KeyUsable, subject(), Reason::Usable, &proof());
        let fail = Finding::fail(ControlId::KeyUsable, subject(), Reason::Disabled, &proof());
        assert_eq!(pass.stable_id(), fail.saying("words").stable_id());
    }
}
