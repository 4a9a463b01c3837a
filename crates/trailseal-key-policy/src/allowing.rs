//! One statement that allows: who comes to decrypt a log by it, and by which requests.

use crate::arn::arn_parts;
use crate::cloudtrail::CloudTrailDelivery;
use crate::context::{ContextValue, Possibility, RequestContext};
use crate::evaluate::{applies, denied};
use crate::grants::{LEADING, Operations};
use crate::policy::{KeyPolicy, Statement};
use crate::truth::{Truth, Why};
use crate::way::Way;

impl Way {
    /// Every form in which a caller can make the request, so that one that is allowed is enough.
    pub(crate) fn requests(
        self,
        caller: &RequestContext,
        delivery: &CloudTrailDelivery<'_>,
        operations: &[Operations],
    ) -> Vec<RequestContext> {
        let request = caller.clone().asking(self.action());
        match self {
            // S3 shows nobody a log's data key, and sends KMS the trail's encryption context itself.
            Self::Decrypt | Self::ReEncryptFrom => {
                let request = request.with("kms:ViaService", via_service(delivery.key_arn));
                request.with_log_contexts(delivery).to_vec()
            }
            Self::CreateGrant => {
                let request = directly(request);
                operations.iter().flat_map(|it| it.requests(&request, delivery)).collect()
            }
            Self::PutKeyPolicy => {
                let request = directly(request).without_log_context();
                let with = |bypass| {
                    let bypass = ContextValue::one(bypass);
                    request.clone().with("kms:BypassPolicyLockoutSafetyCheck", bypass)
                };
                ["false", "true"].map(with).to_vec()
            }
        }
    }
}

/// A request that the caller makes itself, through no service.
fn directly(request: RequestContext) -> RequestContext {
    request.with("kms:ViaService", ContextValue::Absent)
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
pub(crate) struct Allowing<'a> {
    pub(crate) policy: &'a KeyPolicy,
    pub(crate) statement: &'a Statement,
    pub(crate) delivery: &'a CloudTrailDelivery<'a>,
    /// Whether a condition of the policy speaks of the caller's address.
    pub(crate) names_addresses: bool,
    /// What a grant may give, as the caller chooses.
    pub(crate) operations: Vec<Operations>,
    /// To whom, beside the caller.
    pub(crate) grantees: Vec<RequestContext>,
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
            if way == Way::CreateGrant {
                return self.lets_grant(caller);
            }
            let requests = way.requests(caller, self.delivery, &self.operations);
            Truth::any(requests.iter().map(|it| self.answers(it)))
        }))
    }

    /// Whether the caller may create a grant that leads to decryption. What the policy denies, no
    /// grant gives, but the caller chooses the grantee: only what is denied to any identity at all
    /// makes the grant worthless.
    pub(crate) fn lets_grant(&self, caller: &RequestContext) -> Truth {
        let gives = |way: Way| {
            let grantees = self.grantees.iter().chain(std::iter::once(caller));
            let requests = grantees.flat_map(|it| way.requests(it, self.delivery, &[]));
            Truth::all(requests.map(|it| denied(self.policy, &it))).negated()
        };
        let worth = LEADING.map(|(_, way)| (way, gives(way)));
        let request = caller.clone().asking(Way::CreateGrant.action());
        let request = request.with("kms:ViaService", ContextValue::Absent);
        Truth::any(self.operations.iter().map(|operations| {
            let leading = worth.iter().filter(|it| operations.leading.contains(&it.0));
            let requests = operations.requests(&request, self.delivery);
            let allowed = Truth::any(requests.iter().map(|it| self.answers(it)));
            Truth::all([allowed, Truth::any(leading.map(|it| it.1.clone()))])
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
