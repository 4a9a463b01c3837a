//! Who asks for what, and what is known of the request.

use std::collections::BTreeMap;

use crate::arn::arn_parts;

/// What is known of one condition key in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContextValue {
    /// The request has the key with exactly these values; without any value it counts as absent.
    Known(Vec<String>),
    /// The request has the key with one value, which is one of these.
    OneOf(Vec<Possibility>),
    /// The request has the key with these values at least, and perhaps with others.
    AtLeast(Vec<String>),
    /// The request does not have the key.
    Absent,
    /// Nothing is known, not even whether the request has the key.
    Unknown,
}

/// One value that a condition key may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Possibility {
    /// This value.
    Exact(String),
    /// Any value that starts so, this one included.
    StartsWith(String),
    /// This moment, in seconds since 1970; how the request writes it is not known.
    Moment(i64),
    /// Some IPv4 address.
    AnyIpv4,
    /// Some IPv6 address.
    AnyIpv6,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// An AWS service, as itself, by its principal (`cloudtrail.amazonaws.com`).
    Service(String),
    /// A user or role of this account that the policy does not name, with nothing but what the key
    /// policy gives.
    Someone {
        /// The account's id.
        account: String,
    },
    /// The same, to which the account's own policies hand on whatever the key policy gives the
    /// account.
    Delegate {
        /// The account's id.
        account: String,
    },
    /// An identity of which nothing is known, not even its account.
    Anyone,
    /// A user, role or session by its ARN, with nothing but what the key policy gives.
    Identity {
        /// The ARN, of IAM or STS.
        arn: String,
    },
}

impl Caller {
    /// The account of an identity.
    pub(crate) fn account(&self) -> Option<&str> {
        match self {
            Self::Service(_) | Self::Anyone => None,
            Self::Someone { account } | Self::Delegate { account } => Some(account),
            Self::Identity { arn } => arn_parts(arn).map(|it| it[4]),
        }
    }
}

/// Condition keys that IAM documents for requests of users, of roles and their sessions, or made in
/// the name of one, and so for none of a service in its own name.
pub(crate) const ABSENT_OF_SERVICES: &[&str] = &[
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:username",
    "aws:AssumedRoot",
    "aws:FederatedProvider",
    "aws:TokenIssueTime",
    "aws:SignInSessionArn",
    "aws:MultiFactorAuthAge",
    "aws:MultiFactorAuthPresent",
    "aws:ChatbotSourceArn",
    "aws:Ec2InstanceSourceVpc",
    "aws:Ec2InstanceSourcePrivateIPv4",
    "aws:SourceIdentity",
    "ec2:RoleDelivery",
    "ec2:SourceInstanceArn",
    "glue:RoleAssumedBy",
    "glue:CredentialIssuingService",
    "codebuild:BuildArn",
    "codebuild:ProjectArn",
    "lambda:SourceFunctionArn",
    "ssm:SourceInstanceArn",
    "identitystore:UserId",
    "aws:CalledVia",
    "aws:CalledViaFirst",
    "aws:CalledViaLast",
    "aws:TagKeys",
];

/// A request on a KMS key.
///
/// A condition key of which nothing was said is [`ContextValue::Unknown`]. Condition keys match in
/// any case, those of the encryption context too (KMS developer guide, *AWS KMS condition keys*,
/// "Case sensitivity of the encryption context condition").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestContext {
    caller: Caller,
    action: String,
    key_arn: String,
    values: BTreeMap<String, ContextValue>,
    /// What is known of all keys that start so; a later entry takes precedence.
    families: Vec<(String, ContextValue)>,
}

impl RequestContext {
    /// A request of `service` (`cloudtrail.amazonaws.com`) for `action` (`kms:GenerateDataKey`) on
    /// the key, in its own name. What IAM documents of such a request is in the table of the crate's
    /// documentation.
    #[must_use]
    pub fn of_service(service: &str, action: &str, key_arn: &str) -> Self {
        let mut context = Self::of(Caller::Service(service.to_owned()), action, key_arn)
            .with("aws:PrincipalIsAWSService", ContextValue::one("true"))
            .with("aws:PrincipalServiceName", ContextValue::one(service))
            .with("aws:PrincipalServiceNamesList", ContextValue::AtLeast(vec![service.to_owned()]));
        for key in ABSENT_OF_SERVICES {
            context = context.with(key, ContextValue::Absent);
        }
        for family in ["aws:PrincipalTag/", "aws:RequestTag/"] {
            context = context.without_family(family);
        }
        context
    }

    /// A request of an identity of some account, which makes it itself or has a service make it in
    /// its name.
    ///
    /// Known are its account and, as far as the caller is, its ARN; that it is no service, so that
    /// it brings nothing of what services bring (IAM user guide, *AWS global condition context
    /// keys*); and that KMS is reached over TLS only (KMS developer guide, *Infrastructure
    /// security*). Its organization is not known.
    #[must_use]
    pub fn of_identity(caller: Caller, action: &str, key_arn: &str) -> Self {
        let account = caller.account().map_or(ContextValue::Unknown, ContextValue::one);
        let arn = principal_arn(&caller, key_arn);
        let mut context = Self::of(caller, action, key_arn)
            .with("kms:CallerAccount", account.clone())
            .with("aws:PrincipalAccount", account)
            .with("aws:PrincipalArn", arn)
            .with("aws:PrincipalIsAWSService", ContextValue::one("false"))
            .with("aws:SecureTransport", ContextValue::one("true"));
        for key in [
            "aws:PrincipalServiceName",
            "aws:PrincipalServiceNamesList",
            "aws:SourceAccount",
            "aws:SourceArn",
            "aws:SourceOrgID",
            "aws:SourceOrgPaths",
        ] {
            context = context.with(key, ContextValue::Absent);
        }
        context
    }

    /// Of every request, the key tells its owner and, because KMS is asked in the key's Region, the
    /// Region (IAM user guide, *AWS global condition context keys*).
    fn of(caller: Caller, action: &str, key_arn: &str) -> Self {
        let context = Self {
            caller,
            action: action.to_owned(),
            key_arn: key_arn.to_owned(),
            values: BTreeMap::new(),
            families: Vec::new(),
        };
        match arn_parts(key_arn) {
            Some([_, _, _, region, account, _]) => context
                .with("aws:ResourceAccount", ContextValue::one(account))
                .with("aws:RequestedRegion", ContextValue::one(region)),
            None => context,
        }
    }

    /// The same caller, asking for something else of the key.
    pub(crate) fn asking(mut self, action: &str) -> Self {
        action.clone_into(&mut self.action);
        self
    }

    /// The same request, with this said of a condition key.
    #[must_use]
    pub fn with(mut self, key: &str, value: ContextValue) -> Self {
        let value = match value {
            ContextValue::Known(values) if values.is_empty() => ContextValue::Absent,
            ContextValue::OneOf(values) if values.is_empty() => ContextValue::Unknown,
            value => value,
        };
        self.values.insert(key.to_ascii_lowercase(), value);
        self
    }

    /// The same request, without any condition key that starts so, but for those of which something
    /// else is said.
    #[must_use]
    pub fn without_family(self, start: &str) -> Self {
        self.with_family(start, ContextValue::Absent)
    }

    /// The same request, with this said of every condition key that starts so, but for those of
    /// which something else is said.
    pub(crate) fn with_family(mut self, start: &str, value: ContextValue) -> Self {
        self.families.push((start.to_ascii_lowercase(), value));
        self
    }

    /// Who asks.
    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The action, with its prefix.
    pub(crate) fn action(&self) -> &str {
        &self.action
    }

    /// The key.
    pub(crate) fn key_arn(&self) -> &str {
        &self.key_arn
    }

    /// What is known of a condition key, in whatever case it is written.
    pub(crate) fn value(&self, key: &str) -> &ContextValue {
        let key = key.to_ascii_lowercase();
        let of_family = || self.families.iter().rev().find(|it| key.starts_with(&it.0));
        let value = self.values.get(&key).or_else(|| of_family().map(|it| &it.1));
        value.unwrap_or(&ContextValue::Unknown)
    }
}

impl ContextValue {
    /// One value, known.
    #[must_use]
    pub fn one(value: &str) -> Self {
        Self::Known(vec![value.to_owned()])
    }
}

/// The `aws:PrincipalArn` of an identity: a role's for its sessions, with a path that a session's
/// own ARN does not show.
fn principal_arn(caller: &Caller, key_arn: &str) -> ContextValue {
    match (caller, arn_parts(key_arn), caller.account()) {
        (Caller::Identity { arn }, ..) if arn.split(':').nth(2) == Some("iam") => {
            ContextValue::one(arn)
        }
        (_, Some([_, partition, ..]), Some(account)) => {
            let of =
                |service| Possibility::StartsWith(format!("arn:{partition}:{service}::{account}:"));
            ContextValue::OneOf(vec![of("iam"), of("sts")])
        }
        _ => ContextValue::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_value_is_no_value() {
        let context = RequestContext::of_service("s", "kms:Decrypt", "k");
        let context = context.with("a", ContextValue::Known(Vec::new()));
        assert_eq!(context.value("A"), &ContextValue::Absent);
        let context = context.with("A", ContextValue::OneOf(Vec::new()));
        assert_eq!(context.value("a"), &ContextValue::Unknown);
    }

    #[test]
    fn what_is_said_of_one_key_or_said_last_takes_precedence() {
        let context = RequestContext::of_service("s", "kms:Decrypt", "k")
            .with("x:a", ContextValue::one("1"))
            .without_family("X:")
            .with_family("x:b", ContextValue::one("2"));
        assert_eq!(context.value("x:A"), &ContextValue::one("1"));
        assert_eq!(context.value("x:c"), &ContextValue::Absent);
        assert_eq!(context.value("x:bb"), &ContextValue::one("2"));
        assert_eq!(context.value("y"), &ContextValue::Unknown);
    }
}
