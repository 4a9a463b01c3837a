//! How long a policy may be.

use super::error::IamError;
use super::json::json;
use super::node::Node;

/// The most characters of a managed policy, of the policies inside a role together, and of a trust
/// policy, without whitespace. Source: IAM user guide, "IAM and AWS STS quotas"; the last can be raised.
pub(super) const MANAGED: usize = 6_144;
pub(super) const IN_ROLE: usize = 10_240;
pub(super) const TRUST: usize = 2_048;

/// Refuses a policy that IAM would refuse.
pub(super) fn check(document: &'static str, policy: &Node, most: usize) -> Result<(), IamError> {
    let length = json(policy).chars().filter(|it| !it.is_whitespace()).count();
    if length > most { Err(IamError::TooLong { document, length, most }) } else { Ok(()) }
}
