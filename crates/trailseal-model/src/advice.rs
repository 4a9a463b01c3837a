//! What to do about a gap. The only place where such advice is made, for every report: it depends on
//! the class, and on the operation, AWS's code and what AWS's message names.

use crate::denial::{Denial, DenyingPolicy, denied_action};
use crate::gap_class::GapClass;
use crate::operation::Operation;

/// Why an operation gave no answer, as far as advice depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GapCause<'a> {
    /// The kind of failure.
    pub class: GapClass,
    /// What was tried.
    pub operation: Operation,
    /// AWS's error code, verbatim.
    pub code: Option<&'a str>,
    /// AWS's or the transport's message, verbatim.
    pub message: Option<&'a str>,
}

impl<'a> GapCause<'a> {
    /// What the reader of the report should do. `regions` are those with the same cause: advice about
    /// a policy or STS names them.
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
                "allow {} in the policy of the VPC endpoint that the scan goes through, or run it where requests do not go through that endpoint",
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

    /// Whose policies decide: opening accounts and reading the organization is the caller's work.
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

    /// Denials of AssumeRole that no missing role explains.
    fn about_opening_accounts(&self) -> Option<String> {
        if self.operation != Operation::AssumeRole {
            return None;
        }
        let message = self.message?;
        if message.to_ascii_lowercase().contains("may not be assumed by root") {
            let advice = "do not run as the root user, which cannot assume roles: run as a role or an IAM user";
            return Some(advice.to_owned());
        }
        let flag = match denied_action(message)? {
            "sts:TagSession" => "--session-tag",
            "sts:SetSourceIdentity" => "--source-identity",
            _ => return None,
        };
        let action = self.action();
        Some(format!(
            "allow {action} in the caller's policy and in the role's trust policy, or drop {flag}"
        ))
    }

    fn about_organization_policy(&self, kind: &str, place: &str) -> String {
        let action = self.action();
        match self.denial() {
            Some(Denial { is_explicit: false, .. }) => format!(
                "allow {action} in the {kind} of the account and of each unit that holds it: one of these levels does not allow it{place}"
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
                format!("remove the deny of {action} from the permissions boundary{named} of {who}")
            }
            (DenyingPolicy::Boundary, false) => {
                format!("allow {action} in the permissions boundary{named} of {who}")
            }
            (DenyingPolicy::Session, true) => format!(
                "open the session of {who} without session policy{named}, or with one that does not deny {action}"
            ),
            (DenyingPolicy::Session, false) => format!(
                "open the session of {who} without a session policy, or with one that allows {action}"
            ),
            (_, true) if named.is_empty() => {
                format!("remove the deny of {action} from the policy of {who}")
            }
            (_, true) => format!("remove the deny of {action} from policy{named} of {who}"),
            (_, false) => format!("add {action} to the policy of {who}"),
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
                "see the message: AWS refuses {} here for a reason that is no missing permission",
                self.operation
            ),
            (Operation::ListAccounts, _) => format!(
                "run from the management account or a delegated administrator, as an identity that may call {action}, or list the accounts in --accounts-file"
            ),
            _ if who == "the caller" => format!(
                "check the caller's policy for {action}, and run from the management account or a delegated administrator"
            ),
            _ => format!(
                "check for {action} in the policy of {who}, the resource's policy and the organization's policies"
            ),
        }
    }
}

impl GapClass {
    /// What to do where nothing but the class is known; a gap's own advice says more.
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
                "allow the action in the policy of the VPC endpoint that the scan goes through"
            }
            Self::Denied => {
                "check the role's policy, the resource's policy and the organization's policies for this action"
            }
            Self::RoleNotAssumable => {
                "deploy the audit role to this account, or fix its trust policy and external id"
            }
            Self::NotTold => {
                "nothing: AWS does not tell members the status of an organization trail; the status in the account that owns the trail is used"
            }
            Self::StsNotActive => {
                "activate STS in the Region in the caller's account, or set AWS_REGION to a Region where STS is active"
            }
            Self::RegionDisabled => "nothing, unless the Region should be enabled",
            Self::NotSubscribed => {
                "complete the account's sign-up with AWS; the service or Region may also not be available to the account: contact AWS Support if the error persists"
            }
            Self::AccountNotActive => "nothing, unless the account should be in use",
            Self::KeyInvalidState => {
                "look up the key's state in KMS, make the key usable again, and run again"
            }
            Self::NotFound => "check whether it was deleted while the audit ran",
            Self::NotShown => {
                "read the trail's home Region: run again, and if it persists check what denies cloudtrail:DescribeTrails there"
            }
            Self::ThrottledOut => "lower --rate-share or run at a quieter time",
            Self::CircuitOpen => "run again later; AWS kept failing here, as the message says",
            Self::Timeout => "run again; if it persists, check the network path to the endpoint",
            Self::Dns => "check name resolution and AWS_ENDPOINT_URL",
            Self::Tls => {
                "name the proxy's or endpoint's root certificate in AWS_CA_BUNDLE, or check SSL_CERT_FILE and SSL_CERT_DIR"
            }
            Self::Proxy => "check HTTPS_PROXY, NO_PROXY and the proxy itself",
            Self::Connection => "check the network path to the endpoint and AWS_ENDPOINT_URL",
            Self::ClockSkew => {
                "set this machine's clock by NTP; AWS refuses what is 5 minutes off, S3 what is 15"
            }
            Self::ServerError => "run again later; AWS failed here",
            Self::ExpiredCredentials => "renew the caller's credentials and run again",
            Self::MalformedAnswer => {
                "see the message: a proxy or portal may have answered instead of AWS; if nothing explains it, report it to the maintainers with the request id"
            }
            Self::Deadline => "run again; this run ended before the request was made",
            Self::Cancelled => "run again; this run ended early",
            Self::Panic => "report it to the maintainers; the rest of the run is valid",
        }
    }
}

#[cfg(test)]
mod tests;
