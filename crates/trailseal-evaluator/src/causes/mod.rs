//! Finds the one thing to change behind each failed or not proven finding and each gap.
//!
//! A cause is known by its kind, its subject and what is wrong with it, so it is the same in every run
//! and in whatever order findings and gaps arrive. The ranks that decide which of several causes is a
//! finding's primary one are fixed:
//!
//! 1. what the finding's own fact shows (the key of `key-usable`), or what that fact follows from (the
//!    disabled key behind a delivery error);
//! 2. other facts that would keep the same finding from passing;
//! 3. gaps, by the rank of their class and then by the cause's id.
//!
//! Where a finding is not proven because something was not read, the gaps come first.

mod account;
mod assemble;
mod board;
mod fact;
mod finding_fix;
mod gap;
mod gap_fix;
mod key;
mod objects;
mod own_fix;
mod parts;
mod region_deny;
mod shown;
mod store;
mod title;
mod trail;
mod view;

use std::collections::{BTreeMap, HashMap};

use trailseal_model::{
    AccountId, Arn, Causes, ControlId, Finding, Gap, GapId, Gaps, KeyPresence, OrganizationFacts,
    Partition, Status, StoreFacts, Subject, Target, TrailFacts,
};

use self::account::AccountCauses;
use self::board::{Blockers, Board, CauseKey};
use self::view::TrailView;

/// What causes and fixes name beyond the facts.
#[derive(Debug, Clone, Copy)]
pub struct CauseContext<'a> {
    /// The partition, for ARNs.
    pub partition: Partition,
    /// The caller's ARN.
    pub caller_arn: &'a str,
    /// The caller's account.
    pub caller_account: AccountId,
    /// The role assumed in members.
    pub role_name: &'a str,
    /// Members that were opened with another role, and its name.
    pub other_roles: &'a BTreeMap<AccountId, String>,
}

/// Every cause of a run. `findings` are those that [`judge()`](crate::judge()) made of the same facts.
#[must_use]
pub fn causes(
    facts: &OrganizationFacts,
    findings: &[Finding],
    gaps: &Gaps,
    context: &CauseContext<'_>,
) -> Causes {
    let run = Run::new(facts, findings, gaps, context);
    let mut board = Board::default();
    for (_, gap) in gaps.with_ids() {
        board.add_gap(gap::key(&run, gap), gap.class);
    }
    let accounts = AccountCauses::new(facts, findings);
    for finding in findings {
        let is_open = matches!(finding.status(), Status::Fail | Status::NotProven);
        let blockers = is_open.then(|| blockers(&run, &accounts, finding));
        board.add_finding(blockers);
    }
    assemble::causes(&run, board)
}

/// What keeps a failed or not proven finding from passing; never empty.
fn blockers(run: &Run<'_>, accounts: &AccountCauses<'_>, finding: &Finding) -> Blockers {
    let mut blockers = match finding.subject() {
        Subject::Trail(arn) => match TrailView::of(run, arn) {
            Some(view) => trail::blockers(&view, finding),
            None => Blockers::default(),
        },
        Subject::Account(account) => accounts.blockers(run, finding, *account),
        Subject::EventDataStore(arn) => store::blockers(run, arn, finding),
    };
    if blockers.is_empty() {
        blockers.push(CauseKey::of_subject(finding.subject(), finding.reason()), finding);
    }
    blockers
}

/// Everything that a cause can be found in.
struct Run<'a> {
    facts: &'a OrganizationFacts,
    findings: &'a [Finding],
    gaps: &'a Gaps,
    context: &'a CauseContext<'a>,
    by_subject: HashMap<(ControlId, &'a Subject), &'a Finding>,
    trails: HashMap<&'a Arn, &'a TrailFacts>,
    stores: HashMap<&'a Arn, &'a StoreFacts>,
    /// By which ARN the facts name a key, by the one that DescribeKey printed.
    keys: HashMap<&'a str, &'a Arn>,
}

impl<'a> Run<'a> {
    fn new(
        facts: &'a OrganizationFacts,
        findings: &'a [Finding],
        gaps: &'a Gaps,
        context: &'a CauseContext<'a>,
    ) -> Self {
        let by_subject = findings.iter().map(|it| ((it.control(), it.subject()), it)).collect();
        let trails = facts.trails.iter().map(|it| (&it.description.arn, it)).collect();
        let stores = facts.stores.iter().map(|it| (&it.arn, it)).collect();
        let mut keys = HashMap::new();
        for (named, answer) in &facts.keys {
            let printed = match answer.known().map(|it| &it.value) {
                Some(KeyPresence::Exists(key)) => &key.arn,
                _ => named,
            };
            keys.entry(printed.as_str()).or_insert(named);
        }
        Self { facts, findings, gaps, context, by_subject, trails, stores, keys }
    }

    /// By which ARN the facts name the key with this one.
    fn key_named(&self, arn: &str) -> Option<&'a Arn> {
        self.keys.get(arn).copied()
    }

    /// What DescribeKey found for the key with this ARN.
    fn presence(&self, arn: &str) -> Option<&'a KeyPresence> {
        let answer = self.facts.keys.get(self.key_named(arn)?)?.known()?;
        Some(&answer.value)
    }

    /// One trail.
    fn trail(&self, arn: &Arn) -> Option<&'a TrailFacts> {
        self.trails.get(arn).copied()
    }

    /// The finding of one control and subject.
    fn finding(&self, control: ControlId, subject: &Subject) -> Option<&'a Finding> {
        self.by_subject.get(&(control, subject)).copied()
    }

    /// The gap where the trails of a target should have been listed.
    fn gap_of_target(&self, target: Target) -> Option<GapId> {
        self.facts.coverage.of_target(target).and_then(|row| row.gap)
    }

    /// Who asks in an account: the caller in its own account and of the directory, else the audit role.
    /// The session's name is left out, because every run has another.
    fn identity(&self, gap: &Gap) -> Identity {
        let is_caller = gap.account.is_none_or(|it| it == self.context.caller_account)
            || gap::is_asked_by_caller(gap.operation);
        if is_caller {
            return Identity::Caller(identity_arn(self.context.caller_arn));
        }
        let other = gap.account.and_then(|it| self.context.other_roles.get(&it));
        Identity::Role(other.map_or(self.context.role_name, String::as_str).to_owned())
    }
}

/// Who asked.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Identity {
    /// The caller, by the ARN of its role or user.
    Caller(String),
    /// The audit role, by its name: it is deployed from one template everywhere.
    Role(String),
}

impl Identity {
    fn name(self) -> String {
        match self {
            Self::Caller(arn) => arn,
            Self::Role(name) => name,
        }
    }
}

/// The ARN of the role behind an assumed session; every other ARN as it is.
fn identity_arn(arn: &str) -> String {
    let session = arn.split_once(":assumed-role/").and_then(|(head, rest)| {
        let role = rest.split('/').next()?;
        Some(format!("{}:role/{role}", head.replacen(":sts:", ":iam:", 1)))
    });
    session.unwrap_or_else(|| arn.to_owned())
}

#[cfg(test)]
mod tests;
