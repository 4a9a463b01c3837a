//! What to do about a gap. Every report takes the advice from here: it depends on the class, the
//! operation, AWS's code and what AWS's message names.

use crate::denial::{Denial, DenyingPolicy, denied_action};
use crate::gap_class::GapClass;
use crate::operation::Operation;

/// Why an operation failed, as far as advice depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GapCause<'a> {
    /// The kind of failure.
    pub class: GapClass,
    /// The operation that failed.
    pub operation: Operation,
    /// AWS's error code, verbatim.
    pub code: Option<&'a str>,
    /// AWS's or the transport's message, verbatim.
    pub message: Option<&'a str>,
}

impl<'a> GapCause<'a> {
    /// What to do, as an order without its full stop. `regions` are those with the same cause: advice
    /// about a policy or STS names them.
    #[must_use]
    pub fn what_to_do(&self, regions: &[&str]) -> String {
        if let Some(advice) = self.about_opening_accounts() {
            return advice;
        }
        let place =
            if regions.is_empty() { String::new() } else { format!(" in {}", regions.join(", ")) };
        match self.class {
            GapClass::DeniedByScp => {
                self.about_organization_policy("service control policy", &place)
            }
            GapClass::DeniedByRcp => {
                self.about_organization_policy("resource control policy", &place)
            }
            GapClass::DeniedByIdentityPolicy => self.about_own_policy(),
            GapClass::DeniedByResourcePolicy => self.about_resource_policy(),
            GapClass::DeniedByVpcEndpointPolicy => format!(
                "allow {} in the policy of the VPC endpoint that the scan uses, or run the scan where requests do not use that endpoint",
                self.action()
            ),
            GapClass::Denied => self.about_untold_denial(),
            GapClass::StsNotActive => format!(
                "activate STS{place} in the caller's account (IAM console, Account settings), or set AWS_REGION to a Region where STS is active"
            ),
            class => class.what_to_do().to_owned(),
        }
    }

    /// The ARN of the policy that denied it, where AWS names one: gaps of one class, operation and
    /// policy have one cause, whatever their accounts and Regions.
    #[must_use]
    pub fn policy(&self) -> Option<&'a str> {
        self.denial().and_then(|denial| denial.arn)
    }

    fn denial(&self) -> Option<Denial<'a>> {
        self.message.and_then(Denial::read)
    }

    /// The IAM action to allow: the one that AWS names, else the operation's.
    fn action(&self) -> &'a str {
        let own = self.operation.iam_action().unwrap_or_else(|| self.operation.as_str());
        self.message.and_then(denied_action).unwrap_or(own)
    }

    /// Whose policies decide: the caller opens accounts and reads the organization, the audit role reads
    /// everything else.
    const fn who(&self) -> &'static str {
        match self.operation {
            Operation::GetCallerIdentity
            | Operation::AssumeRole
            | Operation::ListAccounts
            | Operation::DescribeOrganization
            | Operation::ListRoots
            | Operation::ListOrganizationalUnitsForParent
            | Operation::ListAccountsForParent
            | Operation::ListTagsForResource
            | Operation::PutObject => "the caller",
            _ => "the audit role",
        }
    }

    /// Denials of AssumeRole for another reason than a missing role.
    fn about_opening_accounts(&self) -> Option<String> {
        if self.operation != Operation::AssumeRole {
            return None;
        }
        let message = self.message?;
        if message.to_ascii_lowercase().contains("may not be assumed by root") {
            let advice = "run as a role or an IAM user: the root user cannot assume roles";
            return Some(advice.to_owned());
        }
        let flag = match denied_action(message)? {
            "sts:TagSession" => "--session-tag",
            "sts:SetSourceIdentity" => "--source-identity",
            _ => return None,
        };
        let action = self.action();
        Some(format!(
            "allow {action} in the caller's policy and in the trust policy of the audit role, or drop {flag}"
        ))
    }

    fn about_organization_policy(&self, kind: &str, place: &str) -> String {
        let action = self.action();
        match self.denial() {
            Some(Denial { is_explicit: false, .. }) => format!(
                "allow {action} in a {kind} at every level from the root to the account: one level does not allow it{place}"
            ),
            denial => match denial.and_then(|it| it.id()) {
                Some(id) => {
                    format!("exempt {action} from {kind} {id}, which denies it{place}")
                }
                None => format!("exempt {action} from the {kind} that denies it{place}"),
            },
        }
    }

    fn about_own_policy(&self) -> String {
        let (action, who) = (self.action(), self.who());
        let denial = self.denial();
        let policy = denial.map_or(DenyingPolicy::Identity, |it| it.policy);
        let is_explicit = denial.is_some_and(|it| it.is_explicit);
        let named = denial.and_then(|it| it.arn).map(|arn| format!(" {arn}")).unwrap_or_default();
        match (policy, is_explicit) {
            (DenyingPolicy::Boundary, true) => {
                format!(
                    "remove the denial of {action} from the permissions boundary{named} of {who}"
                )
            }
            (DenyingPolicy::Boundary, false) => {
                format!("allow {action} in the permissions boundary{named} of {who}")
            }
            (DenyingPolicy::Session, true) => format!(
                "open the session of {who} without session policy{named}, or remove the denial of {action} from it"
            ),
            (DenyingPolicy::Session, false) => format!(
                "open the session of {who} without a session policy, or allow {action} in it"
            ),
            (_, true) if named.is_empty() => {
                format!("remove the denial of {action} from the policy of {who}")
            }
            (_, true) => format!("remove the denial of {action} from policy{named} of {who}"),
            (_, false) => format!("allow {action} in the policy of {who}"),
        }
    }

    fn about_resource_policy(&self) -> String {
        let action = self.action();
        let resource = match self.operation.service() {
            "s3" => "the bucket's policy",
            "kms" => "the key's policy",
            _ => "the resource's own policy",
        };
        if self.denial().is_some_and(|it| it.is_explicit) {
            format!("exempt the audit role from the statement of {resource} that denies {action}")
        } else {
            format!("allow the audit role {action} in {resource}")
        }
    }

    fn about_untold_denial(&self) -> String {
        let (action, who) = (self.action(), self.who());
        match (self.operation, self.code.unwrap_or_default()) {
            (
                _,
                "CloudTrailARNInvalidException"
                | "InsufficientDependencyServiceAccessPermissionException"
                | "NoManagementAccountSLRExistsException"
                | "NotOrganizationManagementAccountException"
                | "OperationNotPermittedException"
                | "UnsupportedOperationException",
            ) => format!(
                "read AWS's message: AWS refuses {} for another reason than a missing permission",
                self.operation
            ),
            (Operation::ListAccounts, _) => format!(
                "run from the management account or a delegated administrator, as an identity that is allowed {action}, or list the accounts in --accounts-file"
            ),
            _ if self.operation.service() == "organizations" => format!(
                "allow {action} in the policy of the caller, and run from the management account or a delegated administrator"
            ),
            _ => format!(
                "find what denies {action}: check the policy of {who}, the resource's policy and the organization's policies"
            ),
        }
    }
}

impl GapClass {
    /// What to do where only the class is known; [`GapCause::what_to_do`] names more.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "a table: one sentence for each class")]
    pub const fn what_to_do(self) -> &'static str {
        match self {
            Self::DeniedByScp => {
                "exempt the audit role's action from the service control policy that denies it"
            }
            Self::DeniedByRcp => {
                "exempt the audit role's action from the resource control policy that denies it"
            }
            Self::DeniedByIdentityPolicy => {
                "allow the action in the audit role's policies, boundary and session policy"
            }
            Self::DeniedByResourcePolicy => {
                "allow the audit role the action in the resource's own policy"
            }
            Self::DeniedByVpcEndpointPolicy => {
                "allow the action in the policy of the VPC endpoint that the scan uses"
            }
            Self::Denied => {
                "find what denies the action: check the role's policy, the resource's policy and the organization's policies"
            }
            Self::RoleNotAssumable => {
                "deploy the audit role to this account, or correct its trust policy and external id"
            }
            Self::NotTold => {
                "nothing: AWS does not show members the status of an organization trail, so the status in the trail's own account is used"
            }
            Self::StsNotActive => {
                "activate STS in the Region in the caller's account, or set AWS_REGION to a Region where STS is active"
            }
            Self::RegionDisabled => "nothing, unless the Region should be enabled",
            Self::NotSubscribed => {
                "complete the account's sign-up with AWS; if the error persists, ask AWS Support whether the service and Region are available to the account"
            }
            Self::AccountNotActive => "nothing, unless the account should be in use",
            Self::KeyInvalidState => {
                "check the key's state in KMS, make the key usable again, and scan again"
            }
            Self::NotFound => "check whether the resource was deleted during the scan",
            Self::NotShown => {
                "scan again; if no Region shows the trail, check what denies cloudtrail:DescribeTrails in its home Region"
            }
            Self::ThrottledOut => "lower --rate-share, or scan at a quieter time",
            Self::CircuitOpen => "scan again later: AWS kept failing here, as the message shows",
            Self::Timeout => {
                "scan again; if the call times out again, check the network path to the endpoint"
            }
            Self::Dns => "check name resolution and AWS_ENDPOINT_URL",
            Self::Tls => {
                "set AWS_CA_BUNDLE to the root certificate of the proxy or endpoint, or check SSL_CERT_FILE and SSL_CERT_DIR"
            }
            Self::Proxy => "check HTTPS_PROXY, NO_PROXY and the proxy itself",
            Self::Connection => "check the network path to the endpoint and AWS_ENDPOINT_URL",
            Self::ClockSkew => {
                "set this machine's clock by NTP: AWS refuses requests that are 5 minutes off, S3 those that are 15 minutes off"
            }
            Self::ServerError => "scan again later: AWS failed here",
            Self::ExpiredCredentials => "renew the caller's credentials, and scan again",
            Self::MalformedAnswer => {
                "read the message: a proxy or portal may have answered instead of AWS; if nothing explains it, report it to the maintainers with the request id"
            }
            Self::Deadline => {
                "scan again with more time (--deadline): this run ended before the request was made"
            }
            Self::Cancelled => "scan again: this run was interrupted before the request was made",
            Self::Panic => {
                "report it to the maintainers: it is a bug, and the rest of the run is valid"
            }
        }
    }
}

#[cfg(test)]
mod tests;
