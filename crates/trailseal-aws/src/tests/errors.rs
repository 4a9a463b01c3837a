//! Refusals as people met them: one row a case, with its class and the advice that fits its cause.

use trailseal_model::question::{
    DescribeTrails, GetEventSelectors, ListAccounts, ListGrants, OpenAccount,
};
use trailseal_model::{Arn, Gap, GapClass, Operation, ask};

use super::{Fake, Reply, aws, member, target};

const ROLE: &str = "arn:aws:iam::111122223333:role/TrailsealAudit";

/// The gap of this operation, refused so.
async fn refused(operation: Operation, status: u16, code: &'static str, message: &str) -> Gap {
    let is_sts = operation == Operation::AssumeRole;
    let message = message.to_owned();
    let fake = Fake::new(move |seen, _| match seen.operation.as_str() {
        "AssumeRole" if is_sts => Some(Reply::query_error(status, code, &message)),
        "AssumeRole" | "GetCallerIdentity" => None,
        _ => Some(Reply::json_error(status, code, &message)),
    });
    let aws = aws(&fake).await;
    let here = target("eu-central-1");
    let trail = Arn::new("arn:aws:cloudtrail:eu-central-1:111122223333:trail/main").unwrap();
    let key = Arn::new("arn:aws:kms:eu-central-1:111122223333:key/1").unwrap();
    let gap = match operation {
        Operation::AssumeRole => ask(&aws, OpenAccount { account: member() }).await.unwrap_err(),
        Operation::ListAccounts => ask(&aws, ListAccounts).await.unwrap_err(),
        Operation::DescribeTrails => ask(&aws, DescribeTrails { target: here }).await.unwrap_err(),
        Operation::GetEventSelectors => {
            ask(&aws, GetEventSelectors { trail: trail.clone(), asked_in: here }).await.unwrap_err()
        }
        Operation::ListGrants => {
            ask(&aws, ListGrants { key: key.clone(), asked_in: here }).await.unwrap_err()
        }
        other => panic!("no row asks {other}"),
    };
    assert_eq!((gap.attempts, gap.http_status), (1, Some(status)), "{gap:?}");
    gap
}

fn denied(action: &str, end: &str) -> String {
    format!(
        "User: arn:aws:sts::111122223333:assumed-role/TrailsealAudit/nightly is not authorized to perform: {action} on resource: {ROLE} {end}"
    )
}

/// Operation, HTTP status, code and message; the class, and what the advice must say.
type Row = (Operation, u16, &'static str, String, GapClass, &'static [&'static str]);

/// Where a policy is named.
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn refused_by_policies() -> Vec<Row> {
    use GapClass as Class;
    use Operation::{DescribeTrails, GetEventSelectors, ListGrants};
    let scp = "with an explicit deny in a service control policy: arn:aws:organizations::999900001111:policy/o-exampleorgid/service_control_policy/p-5e6f7a8b";
    let access = "AccessDeniedException";
    vec![
        (
            DescribeTrails,
            400,
            access,
            denied("cloudtrail:DescribeTrails", "with an explicit deny in a VPC endpoint policy"),
            Class::DeniedByVpcEndpointPolicy,
            &["cloudtrail:DescribeTrails", "policy of the VPC endpoint"],
        ),
        (
            GetEventSelectors,
            400,
            access,
            denied(
                "cloudtrail:GetEventSelectors",
                "because no permissions boundary allows the cloudtrail:GetEventSelectors action",
            ),
            Class::DeniedByIdentityPolicy,
            &["cloudtrail:GetEventSelectors", "permissions boundary of the audit role"],
        ),
        (
            GetEventSelectors,
            400,
            access,
            denied(
                "cloudtrail:GetEventSelectors",
                "with an explicit deny in a session policy: arn:aws:iam::aws:policy/SecurityAudit",
            ),
            Class::DeniedByIdentityPolicy,
            &["session policy arn:aws:iam::aws:policy/SecurityAudit"],
        ),
        (
            ListGrants,
            400,
            access,
            denied(
                "kms:ListGrants",
                "because no identity-based policy allows the kms:ListGrants action",
            ),
            Class::DeniedByIdentityPolicy,
            &["allow kms:ListGrants in the policy of the audit role"],
        ),
        (
            ListGrants,
            400,
            access,
            denied("kms:ListGrants", "with an explicit deny in a resource control policy"),
            Class::DeniedByRcp,
            &["kms:ListGrants", "resource control policy"],
        ),
        (
            DescribeTrails,
            400,
            access,
            denied("cloudtrail:DescribeTrails", scp),
            Class::DeniedByScp,
            &["cloudtrail:DescribeTrails", "p-5e6f7a8b", "eu-central-1"],
        ),
    ]
}

/// Where none is.
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn refused_otherwise() -> Vec<Row> {
    use GapClass as Class;
    use Operation::{AssumeRole, DescribeTrails, ListAccounts};
    let no_sign_up =
        "You are not subscribed to this service. Please go to http://aws.amazon.com to subscribe.";
    let unsubscribed = "The AWS Access Key Id needs a subscription for the service";
    let sts = "STS is not activated in this region for account:999900001111. Your account administrator can activate STS in this region using the IAM Console.";
    let access = "AccessDeniedException";
    vec![
        (
            DescribeTrails,
            401,
            "OptInRequired",
            no_sign_up.to_owned(),
            Class::NotSubscribed,
            &["sign-up", "service and Region are available", "AWS Support"],
        ),
        (
            DescribeTrails,
            400,
            "SubscriptionRequiredException",
            unsubscribed.to_owned(),
            Class::NotSubscribed,
            &["sign-up", "AWS Support"],
        ),
        (
            AssumeRole,
            403,
            "RegionDisabledException",
            sts.to_owned(),
            Class::StsNotActive,
            &["activate STS in us-east-1", "the caller's account", "AWS_REGION"],
        ),
        (
            AssumeRole,
            403,
            "AccessDenied",
            "Roles may not be assumed by root accounts.".to_owned(),
            Class::RoleNotAssumable,
            &["the root user cannot assume roles", "role or an IAM user"],
        ),
        (
            AssumeRole,
            403,
            "AccessDenied",
            denied("sts:TagSession", ""),
            Class::RoleNotAssumable,
            &["allow sts:TagSession", "caller's policy", "trust policy", "drop --session-tag"],
        ),
        (
            AssumeRole,
            403,
            "AccessDenied",
            denied(
                "sts:SetSourceIdentity",
                "because no identity-based policy allows the sts:SetSourceIdentity action",
            ),
            Class::DeniedByIdentityPolicy,
            &["allow sts:SetSourceIdentity", "trust policy", "drop --source-identity"],
        ),
        (
            AssumeRole,
            403,
            "AccessDenied",
            denied("sts:AssumeRole", ""),
            Class::RoleNotAssumable,
            &["deploy the audit role"],
        ),
        (
            AssumeRole,
            403,
            "AccessDenied",
            denied(
                "sts:AssumeRole",
                "because no permissions boundary allows the sts:AssumeRole action",
            ),
            Class::DeniedByIdentityPolicy,
            &["sts:AssumeRole", "permissions boundary of the caller"],
        ),
        (
            ListAccounts,
            400,
            access,
            "You don't have permissions to access this resource.".to_owned(),
            Class::Denied,
            &["management account", "delegated administrator", "--accounts-file"],
        ),
    ]
}

#[tokio::test(start_paused = true)]
async fn every_refusal_has_its_class_and_advice() {
    for (operation, status, code, message, class, parts) in
        refused_by_policies().into_iter().chain(refused_otherwise())
    {
        let gap = refused(operation, status, code, &message).await;
        assert_eq!(gap.class, class, "{operation} {code} {message}");
        let advice = gap.what_to_do();
        for part in parts {
            assert!(advice.contains(part), "{operation} {code}: {advice}");
        }
        assert!(!advice.starts_with("nothing") && !advice.contains("docs/"), "{advice}");
    }
}
