//! The requests by which somebody comes to decrypt a log.
//!
//! Beside kms:Decrypt, kms:ReEncryptFrom turns the data key to another KMS key; kms:CreateGrant gives
//! any identity kms:Decrypt; kms:PutKeyPolicy changes who may (KMS developer guide, *AWS KMS
//! permissions*, *Grants in AWS KMS*).

use crate::cloudtrail::CloudTrailDelivery;
use crate::context::{ContextValue, Possibility, RequestContext};
use crate::evaluate::{applies, can_apply_to, denied};
use crate::pattern::arn_parts;
use crate::policy::{KeyPolicy, Statement};
use crate::truth::{Truth, Why};

/// One of the actions that lead to decryption.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// kms:Decrypt.
    Decrypt,
    /// kms:ReEncryptFrom.
    ReEncryptFrom,
    /// kms:CreateGrant, of a grant that gives kms:Decrypt or kms:ReEncryptFrom.
    CreateGrant,
    /// kms:PutKeyPolicy.
    PutKeyPolicy,
}

/// The way that is found first is shown.
const WAYS: [Way; 4] = [Way::Decrypt, Way::ReEncryptFrom, Way::CreateGrant, Way::PutKeyPolicy];

/// What a caller can choose for the operations of a grant that leads to decryption: no more than
/// that, or all there are.
const GRANTED: &[&[&str]] = &[
    &["Decrypt"],
    &["ReEncryptFrom"],
    &[
        "Decrypt",
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyWithoutPlaintext",
        "ReEncryptFrom",
        "ReEncryptTo",
        "CreateGrant",
        "RetireGrant",
        "DescribeKey",
        "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext",
    ],
];

impl Way {
    /// The action, with its prefix.
    #[must_use]
    pub const fn action(self) -> &'static str {
        match self {
            Self::Decrypt => "kms:Decrypt",
            Self::ReEncryptFrom => "kms:ReEncryptFrom",
            Self::CreateGrant => "kms:CreateGrant",
            Self::PutKeyPolicy => "kms:PutKeyPolicy",
        }
    }

    /// Those of which a statement may speak at all.
    pub(crate) fn of(statement: &Statement) -> Vec<Self> {
        let ways = WAYS.into_iter();
        ways.filter(|it| can_apply_to(&statement.action, it.action())).collect()
    }

    /// Every form in which a caller can make the request, so that one that is allowed is enough.
    pub(crate) fn requests(
        self,
        caller: &RequestContext,
        delivery: &CloudTrailDelivery<'_>,
    ) -> Vec<RequestContext> {
        let request = caller.clone().asking(self.action());
        match self {
            // S3 shows nobody a log's data key, and sends KMS the trail's encryption context itself.
            Self::Decrypt | Self::ReEncryptFrom => {
                let via = via_service(delivery.key_arn);
                vec![request.with_log_context(delivery).with("kms:ViaService", via)]
            }
            Self::CreateGrant => grants(&directly(request), delivery),
            Self::PutKeyPolicy => {
                let bypass = ContextValue::one("false");
                let request = directly(request).without_log_context();
                vec![request.with("kms:BypassPolicyLockoutSafetyCheck", bypass)]
            }
        }
    }
}

/// A request that the caller makes itself, through no service.
fn directly(request: RequestContext) -> RequestContext {
    request.with("kms:ViaService", ContextValue::Absent)
}

/// Grants to whom the caller likes, with a constraint for these logs or without one.
fn grants(request: &RequestContext, delivery: &CloudTrailDelivery<'_>) -> Vec<RequestContext> {
    let request = request.clone().with("kms:GrantIsForAWSResource", ContextValue::one("false"));
    let of = |operations: &&[&str]| {
        let operations = operations.iter().map(|it| (*it).to_owned()).collect();
        let request = request.clone().with("kms:GrantOperations", ContextValue::Known(operations));
        let unbound = request.clone().without_log_context();
        let bound = request.with_log_context(delivery);
        [
            unbound.with("kms:GrantConstraintType", ContextValue::Absent),
            bound.with("kms:EncryptionAlgorithm", ContextValue::Absent),
        ]
    };
    GRANTED.iter().flat_map(of).collect()
}

/// Only of these partitions AWS documents how the name is written.
fn via_service(key_arn: &str) -> ContextValue {
    match arn_parts(key_arn) {
        Some(["arn", "aws" | "aws-us-gov", _, region, ..]) => {
            ContextValue::one(&format!("s3.{region}.amazonaws.com"))
        }
        _ => ContextValue::Unknown,
    }
}

/// One statement that allows, with the policy in which it is.
#[derive(Clone, Copy)]
pub(crate) struct Allowing<'a> {
    pub(crate) policy: &'a KeyPolicy,
    pub(crate) statement: &'a Statement,
    pub(crate) delivery: &'a CloudTrailDelivery<'a>,
    /// Whether a condition of the policy speaks of the caller's address.
    pub(crate) names_addresses: bool,
}

impl Allowing<'_> {
    /// Whether the statement lets the caller decrypt in any of these ways, and the policy does not
    /// deny it.
    pub(crate) fn lets(&self, caller: &RequestContext, ways: &[Way]) -> Option<(Way, Option<Why>)> {
        let mut doubt = None;
        for way in ways {
            match self.lets_by(caller, *way) {
                Truth::Yes => return Some((*way, None)),
                Truth::No => {}
                Truth::Unknown(why) => doubt = doubt.or(Some((*way, Some(why)))),
            }
        }
        doubt
    }

    /// Whether the statement allows the request, and the policy does not deny it.
    pub(crate) fn answers(&self, request: &RequestContext) -> Truth {
        let allows = applies(self.statement, request, self.policy.version);
        Truth::all([allows, denied(self.policy, request).negated()])
    }

    fn lets_by(&self, caller: &RequestContext, way: Way) -> Truth {
        // A key's policy is changed from its own account only (KMS API reference, *PutKeyPolicy*).
        let owner = arn_parts(self.delivery.key_arn).map(|it| it[4]);
        if way == Way::PutKeyPolicy && caller.caller().account() != owner {
            return Truth::No;
        }
        let callers = self.at_addresses(caller);
        Truth::any(callers.iter().map(|caller| {
            let requests = way.requests(caller, self.delivery);
            let allowed = Truth::any(requests.iter().map(|it| self.answers(it)));
            // What the policy denies, no grant gives.
            let is_denied = match way {
                Way::CreateGrant => {
                    let reading = Way::Decrypt.requests(caller, self.delivery);
                    Truth::all(reading.iter().map(|it| denied(self.policy, it)))
                }
                _ => Truth::No,
            };
            Truth::all([allowed, is_denied.negated()])
        }))
    }

    /// From where a caller can come: from any address of IPv4 or IPv6, or through an endpoint, where
    /// the request may have none.
    fn at_addresses(&self, caller: &RequestContext) -> Vec<RequestContext> {
        if !self.names_addresses {
            return vec![caller.clone()];
        }
        let at = |address| caller.clone().with("aws:SourceIp", ContextValue::OneOf(vec![address]));
        vec![at(Possibility::AnyIpv4), at(Possibility::AnyIpv6), caller.clone()]
    }
}
