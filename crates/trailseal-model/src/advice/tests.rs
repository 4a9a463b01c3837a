//! Advice by cause: one row a case.

use super::*;

/// The advice for this failure in ap-south-2.
fn advice(class: GapClass, operation: Operation, code: &str, message: &str) -> String {
    let code = Some(code).filter(|it| !it.is_empty());
    let message = Some(message).filter(|it| !it.is_empty());
    GapCause { class, operation, code, message }.what_to_do(&["ap-south-2"])
}

/// A message of IAM about this action, with this end.
fn denied(action: &str, end: &str) -> String {
    format!(
        "User: arn:aws:sts::444455556666:assumed-role/TrailsealAudit/run is not authorized to perform: {action} on resource: * {end}"
    )
}

const SCP: &str =
    "arn:aws:organizations::111122223333:policy/o-a1b2c3d4e5/service_control_policy/p-77aa88bb";

#[test]
fn policies_of_the_organization_are_named_with_action_and_regions() {
    let action = "cloudtrail:GetEventSelectors";
    let cases = [
        (
            GapClass::DeniedByScp,
            format!("with an explicit deny in a service control policy: {SCP}"),
            "exempt cloudtrail:GetEventSelectors from service control policy p-77aa88bb, which denies it in ap-south-2",
        ),
        (
            GapClass::DeniedByScp,
            "with an explicit deny in a service control policy".to_owned(),
            "exempt cloudtrail:GetEventSelectors from the service control policy that denies it in ap-south-2",
        ),
        (
            GapClass::DeniedByScp,
            "because no service control policy allows the cloudtrail:GetEventSelectors action"
                .to_owned(),
            "allow cloudtrail:GetEventSelectors in a service control policy at every level from the root to the account: one level does not allow it in ap-south-2",
        ),
        (
            GapClass::DeniedByRcp,
            "with an explicit deny in a resource control policy: arn:aws:organizations::111122223333:policy/o-a/resource_control_policy/p-rr".to_owned(),
            "exempt cloudtrail:GetEventSelectors from resource control policy p-rr, which denies it in ap-south-2",
        ),
    ];
    for (class, end, expected) in cases {
        let found = advice(class, Operation::GetEventSelectors, "", &denied(action, &end));
        assert_eq!(found, expected);
    }
    let message =
        denied(action, &format!("with an explicit deny in a service control policy: {SCP}"));
    let cause = GapCause {
        class: GapClass::DeniedByScp,
        operation: Operation::GetEventSelectors,
        code: None,
        message: Some(&message),
    };
    assert_eq!(cause.policy(), Some(SCP));
    assert!(cause.what_to_do(&["a", "b"]).ends_with("which denies it in a, b"));
    assert!(cause.what_to_do(&[]).ends_with("which denies it"));
}

#[test]
fn the_identitys_own_policies_are_told_apart() {
    let class = GapClass::DeniedByIdentityPolicy;
    let policy = "arn:aws:iam::aws:policy/ViewOnlyAccess";
    for (end, expected) in [
        (
            "because no permissions boundary allows the kms:ListGrants action",
            "allow kms:ListGrants in the permissions boundary of the audit role",
        ),
        (
            "with an explicit deny in a permissions boundary: arn:aws:iam::444455556666:policy/edge",
            "remove the denial of kms:ListGrants from the permissions boundary arn:aws:iam::444455556666:policy/edge of the audit role",
        ),
        (
            "because no session policy allows the kms:ListGrants action",
            "open the session of the audit role without a session policy, or allow kms:ListGrants in it",
        ),
        (
            &format!("with an explicit deny in a session policy: {policy}"),
            "open the session of the audit role without session policy arn:aws:iam::aws:policy/ViewOnlyAccess, or remove the denial of kms:ListGrants from it",
        ),
        (
            "because no identity-based policy allows the kms:ListGrants action",
            "allow kms:ListGrants in the policy of the audit role",
        ),
        (
            "with an explicit deny in an identity-based policy",
            "remove the denial of kms:ListGrants from the policy of the audit role",
        ),
    ] {
        let message = denied("kms:ListGrants", end);
        assert_eq!(
            advice(class, Operation::ListGrants, "AccessDeniedException", &message),
            expected
        );
    }
    let message =
        denied("organizations:ListAccounts", "because no identity-based policy allows it");
    let found = advice(class, Operation::ListAccounts, "AccessDeniedException", &message);
    assert_eq!(found, "allow organizations:ListAccounts in the policy of the caller");
}

#[test]
fn endpoints_and_resources_are_named() {
    let end = "with an explicit deny in a VPC endpoint policy";
    let message = denied("cloudtrail:DescribeTrails", end);
    let class = GapClass::DeniedByVpcEndpointPolicy;
    let found = advice(class, Operation::DescribeTrails, "AccessDeniedException", &message);
    assert!(found.contains("cloudtrail:DescribeTrails"), "{found}");
    assert!(found.contains("policy of the VPC endpoint"), "{found}");

    let class = GapClass::DeniedByResourcePolicy;
    let message = denied("s3:ListBucket", "because no resource-based policy allows it");
    let found = advice(class, Operation::ListObjectsV2, "AccessDenied", &message);
    assert_eq!(found, "allow the audit role s3:ListBucket in the bucket's policy");
    let message = denied("kms:DescribeKey", "with an explicit deny in a resource-based policy");
    let found = advice(class, Operation::DescribeKey, "AccessDeniedException", &message);
    let expected =
        "exempt the audit role from the statement of the key's policy that denies kms:DescribeKey";
    assert_eq!(found, expected);
}

#[test]
fn accounts_that_do_not_open_have_advice_for_their_reason() {
    let role = GapClass::RoleNotAssumable;
    let operation = Operation::AssumeRole;
    let root = "Roles may not be assumed by root accounts.";
    let found = advice(role, operation, "AccessDenied", root);
    assert!(found.contains("root user") && found.contains("IAM user"), "{found}");
    for (action, flag) in
        [("sts:TagSession", "--session-tag"), ("sts:SetSourceIdentity", "--source-identity")]
    {
        let expected = format!(
            "allow {action} in the caller's policy and in the trust policy of the audit role, or drop {flag}"
        );
        let by_identity = "because no identity-based policy allows it";
        assert_eq!(advice(role, operation, "AccessDenied", &denied(action, "")), expected);
        let class = GapClass::DeniedByIdentityPolicy;
        let found = advice(class, operation, "AccessDenied", &denied(action, by_identity));
        assert_eq!(found, expected);
    }
    let found = advice(role, operation, "AccessDenied", &denied("sts:AssumeRole", ""));
    assert!(found.starts_with("deploy the audit role"), "{found}");
    let message = "STS is not activated in this region for account:444455556666.";
    let code = "RegionDisabledException";
    let found = advice(GapClass::StsNotActive, operation, code, message);
    for part in ["activate STS in ap-south-2", "the caller's account", "AWS_REGION"] {
        assert!(found.contains(part), "{found}");
    }
}

#[test]
fn refusals_of_the_directory_lead_to_another_caller() {
    let message = "You don't have permissions to access this resource.";
    let code = "AccessDeniedException";
    let found = advice(GapClass::Denied, Operation::ListAccounts, code, message);
    for part in ["management account", "delegated administrator", "--accounts-file"] {
        assert!(found.contains(part), "{found}");
    }
    let found = advice(GapClass::Denied, Operation::ListRoots, code, message);
    assert!(found.contains("organizations:ListRoots"), "{found}");
}

#[test]
fn no_advice_points_to_a_file_that_only_the_repository_has() {
    for class in GapClass::ALL {
        for operation in Operation::ALL {
            for message in [
                "",
                "because no session policy allows it",
                "explicit deny in a VPC endpoint policy",
            ] {
                let found = advice(*class, *operation, "AccessDeniedException", message);
                assert!(!found.is_empty() && !found.contains("docs/"), "{class}: {found}");
                assert!(!found.ends_with('.') && !found.contains("  "), "{class}: {found}");
            }
        }
        assert!(!class.what_to_do().contains("docs/"), "{class}");
    }
}

#[test]
fn advice_for_denials_names_the_action() {
    let classes = GapClass::ALL.iter().filter(|it| it.as_str().starts_with("denied"));
    for class in classes {
        for operation in Operation::ALL {
            let Some(action) = operation.iam_action() else { continue };
            let found = advice(*class, *operation, "AccessDeniedException", "");
            assert!(found.contains(action), "{class} {operation}: {found}");
        }
    }
}
