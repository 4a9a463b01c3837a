//! What is asked of AWS, and where.

use trailseal_fanout::QuotaKey;
use trailseal_model::{AccountId, Gap, GapClass, Operation, Region};

use crate::circuit::Site;
use crate::classify::Diagnosis;

/// What is asked, and where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ask<'a> {
    pub(crate) operation: Operation,
    /// Whose session is used; `None` for the caller's own directory calls.
    pub(crate) account: Option<AccountId>,
    pub(crate) region: Region,
    pub(crate) subject: Option<&'a str>,
    pub(crate) patience: Patience,
}

/// How often an endpoint that cannot be reached is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    /// As often as anything else.
    Usual,
    /// Twice, so that a run that cannot begin fails fast.
    Short,
}

impl<'a> Ask<'a> {
    /// An operation of one account in one Region.
    pub(crate) const fn new(operation: Operation, account: AccountId, region: Region) -> Self {
        let account = Some(account);
        Self { operation, account, region, subject: None, patience: Patience::Usual }
    }

    /// An operation of the caller's own, whatever its account.
    pub(crate) const fn by_caller(operation: Operation, region: Region) -> Self {
        Self { operation, account: None, region, subject: None, patience: Patience::Usual }
    }

    /// The same, on this trail, key, bucket or object.
    pub(crate) const fn on(self, subject: &'a str) -> Self {
        Self { subject: Some(subject), ..self }
    }

    /// The gap in place of the answer.
    pub(crate) fn gap(&self, class: GapClass) -> Gap {
        Gap {
            account: self.account,
            region: Some(self.region),
            subject: self.subject.map(Into::into),
            ..Gap::new(class, self.operation)
        }
    }

    /// The gap for an answer that lacks what it must have.
    pub(crate) fn malformed(&self, problem: &str) -> Gap {
        self.gap(GapClass::MalformedAnswer).saying(problem)
    }

    pub(crate) const fn quota_key(&self) -> QuotaKey<'a> {
        QuotaKey { account: self.account, region: Some(self.region), object: self.subject }
    }

    /// Where its failures are counted. The caller's own calls have no circuit: everything depends on
    /// them, so they are tried as often as the budget allows.
    pub(crate) fn site(&self) -> Option<Site> {
        self.account.map(|it| (it, self.region, self.operation))
    }

    /// The gap of a request that was not sent, because others before it failed.
    pub(crate) fn kept_back(&self, class: GapClass) -> Gap {
        self.gap(GapClass::CircuitOpen).saying(&format!(
            "not asked: {} kept failing in this account and Region ({class})",
            self.operation
        ))
    }

    pub(crate) fn attempts(&self, diagnosis: Diagnosis) -> u8 {
        match (diagnosis.class(self.region), self.patience) {
            _ if !diagnosis.is_retryable() => 1,
            (
                GapClass::Timeout | GapClass::Dns | GapClass::Connection | GapClass::Proxy,
                Patience::Short,
            ) => 2,
            _ => 5,
        }
    }
}
