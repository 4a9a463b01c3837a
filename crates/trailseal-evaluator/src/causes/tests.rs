//! What causes are found for made-up facts, and what holds for any.

mod cases;
mod properties;

use std::collections::BTreeMap;

use trailseal_model::{
    AccountId, Causes, Finding, Gap, GapLedger, Gaps, OrganizationFacts, Partition,
};

use super::{CauseContext, causes};
use crate::judge::judge;
use crate::test_support::account;

pub(super) const CALLER: &str = "arn:aws:sts::000000000001:assumed-role/Auditor/run-1";

/// What these facts and gaps have as causes, with the findings.
pub(super) fn of(facts: &OrganizationFacts, gaps: &Gaps) -> (Vec<Finding>, Causes) {
    let findings = judge(facts);
    let causes = with(facts, &findings, gaps);
    (findings, causes)
}

/// The causes of these findings and gaps, for a caller in account 1.
pub(super) fn with(facts: &OrganizationFacts, findings: &[Finding], gaps: &Gaps) -> Causes {
    let other_roles: BTreeMap<AccountId, String> =
        BTreeMap::from([(account(3), "OtherAudit".to_owned())]);
    let context = CauseContext {
        partition: Partition::Aws,
        caller_arn: CALLER,
        caller_account: account(1),
        role_name: "TrailsealAudit",
        other_roles: &other_roles,
    };
    causes(facts, findings, gaps, &context)
}

/// These gaps, with ids in this order.
pub(super) fn ledger(gaps: impl IntoIterator<Item = Gap>) -> Gaps {
    let ledger = GapLedger::default();
    for gap in gaps {
        ledger.record(gap);
    }
    ledger.into_gaps()
}
