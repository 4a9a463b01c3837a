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
    /// These, sorted: a denial is looked at with every request.
    These(Vec<AccountId>),
}

impl Accounts {
    /// Whether the rule binds this account.
    #[must_use]
    pub fn contain(&self, account: AccountId) -> bool {
        match self {
            Self::All => true,
            Self::These(these) => these.binary_search(&account).is_ok(),
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
    matches(pattern.as_bytes(), action.as_bytes(), |left, right| left.eq_ignore_ascii_case(&right))
}

/// IAM's wildcards, as in ARNs and StringLike.
#[must_use]
pub fn matches_text(pattern: &str, text: &str) -> bool {
    matches(pattern.as_bytes(), text.as_bytes(), |left, right| *left == right)
}

/// After a mismatch only the newest `*` can take one more, so the time is at most the product of
/// the lengths, whatever the pattern.
fn matches(pattern: &[u8], text: &[u8], is_same: fn(&u8, u8) -> bool) -> bool {
    let (mut at_pattern, mut at_text) = (0, 0);
    let mut star = None;
    while let Some(right) = text.get(at_text) {
        match pattern.get(at_pattern) {
            Some(b'*') => {
                at_pattern += 1;
                star = Some((at_pattern, at_text));
                continue;
            }
            Some(left) if *left == b'?' || is_same(left, *right) => {
                at_pattern += 1;
                at_text += 1;
                continue;
            }
            _ => {}
        }
        let Some((behind, from)) = star else { return false };
        (at_pattern, at_text) = (behind, from + 1);
        star = Some((behind, at_text));
    }
    pattern[at_pattern..].iter().all(|it| *it == b'*')
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
            ("*:*Key", "kms:DescribeKey", true),
            ("*s*e*Key?", "kms:DescribeKey", false),
            ("kms:DescribeKey*", "kms:DescribeKey", true),
            ("", "kms:DescribeKey", false),
        ] {
            assert_eq!(matches_action(pattern, action), expected, "{pattern} {action}");
        }
        assert!(matches_text("o-*", "o-example") && !matches_text("O-*", "o-example"));
    }
}
