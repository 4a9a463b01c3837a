//! The least-privilege IAM policies, from the one list of operations.

use std::collections::BTreeSet;

use anyhow::Result;
use serde_json::{Value, json};
use trailseal_model::{Operation, Purpose};

use super::schema::pretty;

/// The role that `--role-name` means unless told otherwise.
const ROLE: &str = "arn:*:iam::*:role/TrailsealAudit";

/// Where CloudTrail's objects lie, with or without a prefix: no other object's head is read.
const LOG_OBJECTS: &str = "arn:*:s3:::*/AWSLogs/*";

/// What the role in each audited account needs.
pub(super) fn audit_role() -> Result<String> {
    policy(&member_statements())
}

/// What the caller needs: its own account is read with its own credentials, every other one
/// through the audit role.
pub(super) fn caller() -> Result<String> {
    let mut statements = vec![
        allow("ListTheOrganization", &actions(|it| it.service() == "organizations"), "*"),
        allow("OpenMemberAccounts", &actions(|it| it == Operation::AssumeRole), ROLE),
    ];
    statements.extend(member_statements());
    policy(&statements)
}

fn member_statements() -> Vec<Value> {
    let in_a_member = |it: Operation| !matches!(it.service(), "organizations" | "sts");
    let reads_objects = |it: Operation| it.iam_action() == Some("s3:GetObject");
    vec![
        allow(
            "ReadTrailsKeysAndBuckets",
            &actions(|it| in_a_member(it) && !reads_objects(it)),
            "*",
        ),
        allow("ReadTheHeadsOfLogObjects", &actions(reads_objects), LOG_OBJECTS),
        json!({
            "Sid": "NeverReadASealedLog",
            "Effect": "Deny",
            "Action": "kms:Decrypt",
            "Resource": "*",
        }),
    ]
}

/// The IAM actions of the audit operations that `wanted` picks, sorted.
fn actions(wanted: impl Fn(Operation) -> bool) -> BTreeSet<&'static str> {
    let audit = Operation::ALL.iter().copied().filter(|it| it.purpose() == Purpose::Audit);
    audit.filter(|it| wanted(*it)).filter_map(Operation::iam_action).collect()
}

fn allow(sid: &str, actions: &BTreeSet<&str>, resource: &str) -> Value {
    json!({ "Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource })
}

fn policy(statements: &[Value]) -> Result<String> {
    pretty(&json!({ "Version": "2012-10-17", "Statement": statements }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(policy: &str) -> BTreeSet<String> {
        let policy: Value = serde_json::from_str(policy).unwrap();
        let statements = policy["Statement"].as_array().unwrap();
        let allows = statements.iter().filter(|it| it["Effect"] == "Allow");
        let actions = allows.flat_map(|it| it["Action"].as_array().unwrap());
        actions.map(|it| it.as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn the_caller_may_do_what_auditing_needs_and_no_more() {
        let needed = actions(|_| true).iter().map(ToString::to_string).collect();
        assert_eq!(allowed(&caller().unwrap()), needed);
    }

    #[test]
    fn the_audit_role_neither_lists_the_organization_nor_assumes_roles_nor_writes() {
        let allowed = allowed(&audit_role().unwrap());
        assert!(allowed.contains("cloudtrail:DescribeTrails"));
        for it in &allowed {
            let (service, action) = it.split_once(':').unwrap();
            assert!(!["organizations", "sts"].contains(&service), "{it}");
            assert!(
                ["Describe", "Get", "List"].iter().any(|start| action.starts_with(start)),
                "{it}"
            );
        }
    }
}
