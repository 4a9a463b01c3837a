//! What policies deny: organization policies, boundaries, and the roles' own.

use super::account::AccountId;
use super::region::{Region, RegionSet};

/// The kind of policy that denies, as AWS's message names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyKind {
    /// A service control policy. It does not bind the management account.
    ServiceControl,
    /// A resource control policy.
    ResourceControl,
    /// The caller's own policies.
    Identity,
    /// The resource's policy.
    Resource,
    /// A permissions boundary.
    Boundary,
    /// The session's policy.
    Session,
    /// A VPC endpoint's policy.
    Endpoint,
    /// AWS gives no reason.
    Untold,
}

/// Accounts that a rule binds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accounts {
    /// Every one.
    All,
    /// These.
    These(Vec<AccountId>),
}

impl Accounts {
    /// Whether the rule binds this account.
    #[must_use]
    pub fn contain(&self, account: AccountId) -> bool {
        match self {
            Self::All => true,
            Self::These(these) => these.contains(&account),
        }
    }
}

/// One denial. Every matching call is refused with AWS's words for that kind of policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// The kind of policy.
    pub kind: PolicyKind,
    /// Whether a statement denies it, rather than none allowing it.
    pub is_explicit: bool,
    /// The policy's ARN, where the message shows one.
    pub policy_arn: Option<Box<str>>,
    /// The accounts whose sessions it binds.
    pub accounts: Accounts,
    /// The Regions.
    pub regions: RegionSet,
    /// IAM actions, `*` and `?` as in policies, letter case ignored.
    pub actions: Box<[Box<str>]>,
    /// Only for resources that contain this text; empty is all.
    pub resource: Box<str>,
}

impl Denial {
    /// Whether it denies this action there.
    #[must_use]
    pub fn binds(&self, account: AccountId, region: Region, action: &str, resource: &str) -> bool {
        self.accounts.contain(account)
            && self.regions.contains(region)
            && resource.contains(&*self.resource)
            && self.actions.iter().any(|it| matches_action(it, action))
    }
}

/// IAM's wildcards, letter case ignored.
#[must_use]
pub fn matches_action(pattern: &str, action: &str) -> bool {
    fn matches(pattern: &[u8], text: &[u8]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (Some((b'*', rest)), _) => {
                matches(rest, text) || text.split_first().is_some_and(|it| matches(pattern, it.1))
            }
            (Some((b'?', rest)), Some((_, text))) => matches(rest, text),
            (Some((left, rest)), Some((right, text))) => {
                left.eq_ignore_ascii_case(right) && matches(rest, text)
            }
            _ => false,
        }
    }
    matches(pattern.as_bytes(), action.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_match_as_in_policies() {
        for (pattern, action, expected) in [
            ("*", "kms:DescribeKey", true),
            ("kms:*", "kms:DescribeKey", true),
            ("KMS:describe*", "kms:DescribeKey", true),
            ("kms:Describe???", "kms:DescribeKey", true),
            ("kms:Describe", "kms:DescribeKey", false),
            ("cloudtrail:*", "kms:DescribeKey", false),
        ] {
            assert_eq!(matches_action(pattern, action), expected, "{pattern} {action}");
        }
    }
}
