//! Denials in AWS's words (IAM user guide, "Troubleshoot access denied error messages").

use crate::service::Call;
use crate::wire::Input;
use crate::wire::fault::Fault;
use crate::world::World;
use crate::world::denial::{Denial, PolicyKind};

/// The first denial of the world that binds this call.
#[must_use]
pub fn denied(world: &World, call: &Call<'_>, resource: &str) -> Option<Fault> {
    let denial = binding(world, call, call.operation.action?, resource)?;
    let policy_arn = denial.policy_arn.as_deref();
    let fault = denied_by(denial.kind, denial.is_explicit, policy_arn, call, resource);
    Some(with_bucket_region(world, call, fault))
}

/// S3 shows every caller where a bucket is.
pub(crate) fn with_bucket_region(world: &World, call: &Call<'_>, fault: Fault) -> Fault {
    let bucket = match &call.input {
        Input::S3(request) => request.bucket.as_deref().and_then(|name| world.bucket(name)),
        Input::Json(_) | Input::Query(_) => None,
    };
    match bucket {
        Some(bucket) => fault.header("x-amz-bucket-region", bucket.region.name()),
        None => fault,
    }
}

/// The first denial of the world that binds an action of this call's caller.
#[must_use]
pub fn binding<'a>(
    world: &'a World,
    call: &Call<'_>,
    action: &str,
    resource: &str,
) -> Option<&'a Denial> {
    let account = call.session.account;
    world.denials().iter().find(|it| {
        let is_exempt = it.kind == PolicyKind::ServiceControl && world.is_management(account);
        !is_exempt && it.binds(account, call.region, action, resource)
    })
}

/// A denial of the operation's action by this kind of policy.
#[must_use]
pub fn denied_by(
    kind: PolicyKind,
    is_explicit: bool,
    policy_arn: Option<&str>,
    call: &Call<'_>,
    resource: &str,
) -> Fault {
    let action = call.operation.action.unwrap_or_default();
    denied_action(kind, is_explicit, policy_arn, action, call, resource)
}

/// A denial of this action, which the operation needs, by this kind of policy.
pub(crate) fn denied_action(
    kind: PolicyKind,
    is_explicit: bool,
    policy_arn: Option<&str>,
    action: &str,
    call: &Call<'_>,
    resource: &str,
) -> Fault {
    let is_s3 = matches!(call.input, Input::S3(_));
    let code = match &call.input {
        Input::Json(_) => "AccessDeniedException",
        Input::Query(_) | Input::S3(_) => "AccessDenied",
    };
    // REST JSON answers 403 where JSON 1.1 answers 400.
    let is_json11 = matches!(call.input, Input::Json(_)) && !action.starts_with("account:");
    let status = if is_json11 { 400 } else { 403 };
    let on = match resource {
        "" => String::new(),
        // S3 alone puts the resource in quotes.
        it if is_s3 => format!(" on resource: \"{it}\""),
        it => format!(" on resource: {it}"),
    };
    let Some(name) = policy_name(kind) else {
        // STS names the resource even where it tells no reason.
        let on = if matches!(call.input, Input::Query(_)) { &*on } else { "" };
        let message = if is_s3 {
            "Access Denied".to_owned()
        } else {
            format!("User: {} is not authorized to perform: {action}{on}", call.session.arn)
        };
        return Fault::new(status, code, message);
    };
    let why = if is_explicit {
        let policy = policy_arn.map(|it| format!(": {it}")).unwrap_or_default();
        format!("with an explicit deny in {} {name}{policy}", article(name))
    } else {
        format!("because no {name} allows the {action} action")
    };
    let arn = &call.session.arn;
    Fault::new(
        status,
        code,
        format!("User: {arn} is not authorized to perform: {action}{on} {why}"),
    )
}

fn article(name: &str) -> &'static str {
    if name.starts_with('i') { "an" } else { "a" }
}

const fn policy_name(kind: PolicyKind) -> Option<&'static str> {
    Some(match kind {
        PolicyKind::ServiceControl => "service control policy",
        PolicyKind::ResourceControl => "resource control policy",
        PolicyKind::Identity => "identity-based policy",
        PolicyKind::Resource => "resource-based policy",
        PolicyKind::Boundary => "permissions boundary",
        PolicyKind::Session => "session policy",
        PolicyKind::Endpoint => "VPC endpoint policy",
        PolicyKind::Untold => return None,
    })
}
