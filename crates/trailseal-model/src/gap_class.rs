//! The kinds of failure of a call, and which of them is worse.

use crate::word_enum::word_enum;

word_enum! {
    /// The kind of failure of a call, as far as AWS's answer shows.
    pub enum GapClass {
        /// A service control policy of the organization denies it.
        DeniedByScp = "denied_by_scp",
        /// A resource control policy of the organization denies it.
        DeniedByRcp = "denied_by_rcp",
        /// The role's own policies, a boundary or a session policy do not allow it.
        DeniedByIdentityPolicy = "denied_by_identity_policy",
        /// The policy of the resource (bucket, key, role) does not allow it.
        DeniedByResourcePolicy = "denied_by_resource_policy",
        /// The policy of the VPC endpoint that the request goes through does not allow it.
        DeniedByVpcEndpointPolicy = "denied_by_vpc_endpoint_policy",
        /// AWS denies the call and gives no reason.
        Denied = "denied",
        /// The audit role is missing, or does not trust the caller.
        RoleNotAssumable = "role_not_assumable",
        /// AWS refuses an organization trail's ARN in a member account
        /// (CloudTrailARNInvalidException): a member receives no status of it, whatever its role allows.
        NotTold = "not_told",
        /// STS is not active in the Region for the caller's account, so that no role can be assumed.
        StsNotActive = "sts_not_active",
        /// The account has not enabled the Region.
        RegionDisabled = "region_disabled",
        /// The account's sign-up with AWS is not complete, or does not include the service or Region.
        NotSubscribed = "not_subscribed",
        /// The account is suspended, closed, or not activated yet.
        AccountNotActive = "account_not_active",
        /// KMS refuses because of the key's state (KMSInvalidStateException).
        KeyInvalidState = "key_invalid_state",
        /// The resource does not exist.
        NotFound = "not_found",
        /// ListTrails names the trail, but DescribeTrails shows it in no Region.
        NotShown = "not_shown",
        /// AWS kept throttling.
        ThrottledOut = "throttled_out",
        /// The call was not made, because AWS kept failing in this place.
        CircuitOpen = "circuit_open",
        /// No answer in time.
        Timeout = "timeout",
        /// The name of the endpoint could not be resolved.
        Dns = "dns",
        /// The TLS handshake failed.
        Tls = "tls",
        /// The proxy refused.
        Proxy = "proxy",
        /// The connection could not be opened, or broke.
        Connection = "connection",
        /// This machine's clock is wrong.
        ClockSkew = "clock_skew",
        /// AWS answered with a server error.
        ServerError = "server_error",
        /// The credentials expired or are not valid.
        ExpiredCredentials = "expired_credentials",
        /// The answer is not one that this program understands.
        MalformedAnswer = "malformed_answer",
        /// The deadline of the run passed before the call was made.
        Deadline = "deadline",
        /// The run was interrupted before the call was made.
        Cancelled = "cancelled",
        /// A bug in this program; the rest of the run is valid.
        Panic = "panic",
    }
}

impl GapClass {
    /// Whether a retry can help. Every other failure is final.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::ThrottledOut | Self::Timeout | Self::Dns | Self::Connection | Self::ServerError
        )
    }

    /// Every class, the worst first: of several gaps of one operation, place and subject the ledger
    /// keeps the worst. A bug and an answer that is none come first, for they put other answers in
    /// doubt; then what the caller or a policy refuses, which does not pass by itself; then what may
    /// pass; then what was not asked; and last what loses nothing.
    pub const WORST_FIRST: &'static [Self] = &[
        Self::Panic,
        Self::MalformedAnswer,
        Self::ExpiredCredentials,
        Self::ClockSkew,
        Self::StsNotActive,
        Self::RoleNotAssumable,
        Self::DeniedByScp,
        Self::DeniedByRcp,
        Self::DeniedByVpcEndpointPolicy,
        Self::DeniedByResourcePolicy,
        Self::DeniedByIdentityPolicy,
        Self::Denied,
        Self::NotSubscribed,
        Self::KeyInvalidState,
        Self::NotFound,
        Self::NotShown,
        Self::Tls,
        Self::Proxy,
        Self::Dns,
        Self::Connection,
        Self::Timeout,
        Self::ServerError,
        Self::ThrottledOut,
        Self::CircuitOpen,
        Self::Deadline,
        Self::Cancelled,
        Self::NotTold,
        Self::AccountNotActive,
        Self::RegionDisabled,
    ];

    /// The place in [`Self::WORST_FIRST`]: 0 is the worst.
    #[must_use]
    pub fn rank(self) -> usize {
        Self::WORST_FIRST.iter().position(|class| *class == self).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_one_rank() {
        for class in GapClass::ALL {
            let count = GapClass::WORST_FIRST.iter().filter(|it| *it == class).count();
            assert_eq!(count, 1, "{class}");
        }
        assert_eq!(GapClass::WORST_FIRST.len(), GapClass::ALL.len());
    }

    #[test]
    fn a_denial_is_never_retried() {
        for class in GapClass::ALL {
            if class.as_str().starts_with("denied") || *class == GapClass::RoleNotAssumable {
                assert!(!class.is_retryable(), "{class}");
            }
        }
    }
}
