//! The cause of one gap: the policy, role, resource, API or setting that kept the answer away.

use trailseal_model::{
    Arn, BucketFacts, CauseKind, Denial, DenyingPolicy, Gap, GapClass, Operation, Reason,
    denied_action,
};

use super::board::CauseKey;
use super::{Identity, Run, key};

/// AWS's codes for a refusal that no permission would change.
const REFUSALS: &[&str] = &[
    "CloudTrailARNInvalidException",
    "InsufficientDependencyServiceAccessPermissionException",
    "NoManagementAccountSLRExistsException",
    "NotOrganizationManagementAccountException",
    "OperationNotPermittedException",
    "UnsupportedOperationException",
];

/// Whether the caller asks, whatever role is assumed in members.
pub(super) const fn is_asked_by_caller(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::GetCallerIdentity
            | Operation::AssumeRole
            | Operation::ListAccounts
            | Operation::DescribeOrganization
            | Operation::ListRoots
            | Operation::ListOrganizationalUnitsForParent
            | Operation::ListAccountsForParent
            | Operation::ListTagsForResource
            | Operation::PutObject
    )
}

/// What keeps the answer away.
pub(super) fn key(run: &Run<'_>, gap: &Gap) -> CauseKey {
    if let Some(key) = of_opening(run, gap).or_else(|| of_outsider(run, gap)) {
        return key;
    }
    match gap.class {
        GapClass::DeniedByScp
        | GapClass::DeniedByRcp
        | GapClass::DeniedByIdentityPolicy
        | GapClass::DeniedByResourcePolicy
        | GapClass::DeniedByVpcEndpointPolicy => of_denial(run, gap),
        GapClass::Denied => of_untold_denial(run, gap),
        GapClass::RoleNotAssumable => role(role_name(run, gap), gap.class.as_str()),
        GapClass::NotShown => {
            let trail = gap.subject.as_deref().unwrap_or("trail");
            CauseKey::new(CauseKind::Trail, trail, gap.class.as_str())
        }
        GapClass::KeyInvalidState => of_key_state(run, gap),
        GapClass::NotFound => of_absence(run, gap),
        class => match class_of_api(class) {
            Some(aspect) => CauseKey::new(CauseKind::Api, gap.operation.as_str(), aspect),
            None => key_of_class(class),
        },
    }
}

/// The cause of a class that is the same for every operation and account.
pub(super) fn key_of_class(class: GapClass) -> CauseKey {
    let (kind, subject) = match class {
        GapClass::StsNotActive => (CauseKind::Setting, "AWS_REGION"),
        GapClass::ThrottledOut => (CauseKind::Setting, "rate_share"),
        GapClass::Timeout
        | GapClass::Dns
        | GapClass::Tls
        | GapClass::Proxy
        | GapClass::Connection => (CauseKind::Run, "network"),
        GapClass::ClockSkew => (CauseKind::Run, "clock"),
        GapClass::ExpiredCredentials => (CauseKind::Run, "credentials"),
        GapClass::Deadline => (CauseKind::Run, "deadline"),
        GapClass::Cancelled => (CauseKind::Run, "run"),
        // What loses nothing; and classes that have a subject of their own, where no gap names it.
        class => (CauseKind::Api, class.as_str()),
    };
    CauseKey::new(kind, subject, class.as_str())
}

/// The classes that are one operation's own trouble, with the word for it.
const fn class_of_api(class: GapClass) -> Option<&'static str> {
    match class {
        // A circuit opens after repeated server errors.
        GapClass::ServerError | GapClass::CircuitOpen => Some(GapClass::ServerError.as_str()),
        GapClass::MalformedAnswer | GapClass::Panic | GapClass::NotSubscribed => {
            Some(class.as_str())
        }
        _ => None,
    }
}

fn role(name: String, aspect: &'static str) -> CauseKey {
    CauseKey::new(CauseKind::Role, name, aspect)
}

/// The name of the role that could not be assumed.
fn role_name(run: &Run<'_>, gap: &Gap) -> String {
    let named = gap.subject.as_deref().and_then(|arn| arn.split_once(":role/"));
    let name = named.and_then(|(_, path)| path.rsplit('/').next()).filter(|it| !it.is_empty());
    name.unwrap_or(run.context.role_name).to_owned()
}

/// Denials of AssumeRole that no missing role explains.
fn of_opening(run: &Run<'_>, gap: &Gap) -> Option<CauseKey> {
    let message = gap.message.as_deref().filter(|_| gap.operation == Operation::AssumeRole)?;
    if message.to_ascii_lowercase().contains("may not be assumed by root") {
        return Some(role(run.identity(gap).name(), "is_root"));
    }
    let (subject, aspect) = match denied_action(message)? {
        "sts:TagSession" => ("session_tags", "session_tags_refused"),
        "sts:SetSourceIdentity" => ("source_identity", "source_identity_refused"),
        _ => return None,
    };
    Some(CauseKey::new(CauseKind::Setting, subject, aspect))
}

/// Whatever is refused of a key outside the organization follows from where the key is.
fn of_outsider(run: &Run<'_>, gap: &Gap) -> Option<CauseKey> {
    let is_denied = gap.class == GapClass::Denied || gap.class.as_str().starts_with("denied_by_");
    let is_about_key =
        gap.operation.service() == "kms" && (is_denied || gap.class == GapClass::NotFound);
    let named = gap.subject.as_deref().filter(|_| is_about_key)?;
    key::stranger(run.facts, named).map(key::outside)
}

fn of_denial(run: &Run<'_>, gap: &Gap) -> CauseKey {
    let denial = gap.message.as_deref().and_then(Denial::read);
    let policy = denial.map_or_else(|| policy_of_class(gap.class), |it| it.policy);
    let is_explicit = denial.is_none_or(|it| it.is_explicit);
    let arn = denial.and_then(|it| it.arn).map(|arn| template(arn, gap));
    let denying = |words: &str, denies, allows| {
        let aspect = if is_explicit { denies } else { allows };
        let subject = arn.clone().unwrap_or_else(|| words.to_owned());
        CauseKey::new(CauseKind::DenyingPolicy, subject, aspect)
    };
    let of_identity = |what: &str, denies, allows| {
        denying(&format!("{what} of {}", run.identity(gap).name()), denies, allows)
    };
    match policy {
        DenyingPolicy::ServiceControl => {
            denying("service control policy", "denied_by_scp", "not_allowed_by_scp")
        }
        DenyingPolicy::ResourceControl => {
            denying("resource control policy", "denied_by_rcp", "not_allowed_by_rcp")
        }
        DenyingPolicy::VpcEndpoint => denying(
            "VPC endpoint policy",
            "denied_by_vpc_endpoint_policy",
            "not_allowed_by_vpc_endpoint_policy",
        ),
        DenyingPolicy::Boundary => of_identity(
            "permissions boundary",
            "denied_by_permissions_boundary",
            "not_allowed_by_permissions_boundary",
        ),
        DenyingPolicy::Session => of_identity(
            "session policy",
            "denied_by_session_policy",
            "not_allowed_by_session_policy",
        ),
        DenyingPolicy::Identity if is_explicit && denial.is_some() => {
            let aspect = "denied_by_identity_policy";
            match &arn {
                Some(arn) => CauseKey::new(CauseKind::DenyingPolicy, arn.as_str(), aspect),
                None => role(run.identity(gap).name(), aspect),
            }
        }
        DenyingPolicy::Identity => role(run.identity(gap).name(), "permission_missing"),
        DenyingPolicy::RoleTrust => role(role_name(run, gap), GapClass::RoleNotAssumable.as_str()),
        DenyingPolicy::Resource => of_resource(run, gap, true),
    }
}

/// The kind of policy that a class of gaps speaks of, where the message does not tell.
const fn policy_of_class(class: GapClass) -> DenyingPolicy {
    match class {
        GapClass::DeniedByScp => DenyingPolicy::ServiceControl,
        GapClass::DeniedByRcp => DenyingPolicy::ResourceControl,
        GapClass::DeniedByVpcEndpointPolicy => DenyingPolicy::VpcEndpoint,
        GapClass::DeniedByResourcePolicy => DenyingPolicy::Resource,
        _ => DenyingPolicy::Identity,
    }
}

/// A policy of IAM that each account has from one template is one policy: its account is left out.
fn template(arn: &str, gap: &Gap) -> String {
    let account = gap.account.map(|it| format!(":iam::{it}:policy/"));
    match account {
        Some(account) if arn.contains(&account) => arn.replacen(&account, ":iam::*:policy/", 1),
        _ => arn.to_owned(),
    }
}

/// A resource that refuses, by its own policy or without a reason.
fn of_resource(run: &Run<'_>, gap: &Gap, is_by_policy: bool) -> CauseKey {
    let pick = |by_policy, untold| if is_by_policy { by_policy } else { untold };
    let denied = GapClass::Denied.as_str();
    match (gap.operation.service(), gap.subject.as_deref()) {
        ("s3", Some(subject)) => {
            let bucket = subject.split('/').next().unwrap_or(subject);
            CauseKey::new(CauseKind::Bucket, bucket, pick("denied_by_bucket_policy", denied))
        }
        ("kms", Some(named)) => {
            let key = key::canonical(run.facts, named);
            CauseKey::new(CauseKind::Key, key, pick("denied_by_key_policy", denied))
        }
        (_, Some(arn)) if arn.contains(":eventdatastore/") => {
            let aspect = pick("denied_by_store_policy", denied);
            CauseKey::new(CauseKind::EventDataStore, arn, aspect)
        }
        _ => role(run.identity(gap).name(), pick("denied_by_resource_policy", denied)),
    }
}

fn of_untold_denial(run: &Run<'_>, gap: &Gap) -> CauseKey {
    if gap.code.as_deref().is_some_and(|code| REFUSALS.contains(&code)) {
        return CauseKey::new(CauseKind::Api, gap.operation.as_str(), "refused");
    }
    match run.identity(gap) {
        Identity::Caller(caller) if is_asked_by_caller(gap.operation) => role(caller, "denied"),
        _ => of_resource(run, gap, false),
    }
}

fn of_key_state(run: &Run<'_>, gap: &Gap) -> CauseKey {
    let named = gap.subject.as_deref().unwrap_or("key");
    let aspect = Arn::new(named)
        .map_or(Reason::KeyStateUnknown.as_str(), |arn| key::state_aspect(run.facts, &arn));
    CauseKey::new(CauseKind::Key, key::canonical(run.facts, named), aspect)
}

/// What does not exist: of a bucket that is gone its objects, else the thing itself.
fn of_absence(run: &Run<'_>, gap: &Gap) -> CauseKey {
    let aspect = gap.class.as_str();
    match (gap.operation.service(), gap.subject.as_deref()) {
        ("s3", Some(subject)) => {
            let bucket = subject.split('/').next().unwrap_or(subject);
            let is_gone = run.facts.buckets.get(bucket).is_some_and(BucketFacts::is_gone);
            let aspect = if is_gone { Reason::BucketGone.as_str() } else { aspect };
            CauseKey::new(CauseKind::Bucket, bucket, aspect)
        }
        ("kms", Some(named)) => {
            CauseKey::new(CauseKind::Key, key::canonical(run.facts, named), aspect)
        }
        (_, Some(arn)) if arn.contains(":trail/") => CauseKey::new(CauseKind::Trail, arn, aspect),
        (_, Some(arn)) if arn.contains(":eventdatastore/") => {
            CauseKey::new(CauseKind::EventDataStore, arn, aspect)
        }
        _ => CauseKey::new(CauseKind::Api, gap.operation.as_str(), aspect),
    }
}
