//! Terraform, for the AWS provider.

use super::caller::CallerKind;
use super::cloudformation::{CALLER_POLICY, EXTERNAL_ID, description, how_to_deploy};
use super::hcl::{Value, block};
use super::node::Node;
use super::request::{IamRequest, Recipient};

/// Terraform reaches one account with one provider, so that the role of members needs other words.
const MEMBER: &[&str] = &[
    "The audit role of a member account. Apply it in each of them. New accounts get it by themselves only",
    "from a StackSet with automatic deployment: `trailseal iam --for member --format cloudformation`.",
];

fn configuration(recipient: Recipient, blocks: &[String]) -> String {
    let comments = match recipient {
        Recipient::Member => MEMBER,
        _ => how_to_deploy(recipient),
    };
    let comments = comments.iter().map(|line| format!("# {line}\n"));
    comments.collect::<String>() + &blocks.join("\n")
}

fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

fn word(word: &str) -> Value {
    Value::Word(word.to_owned())
}

/// The configuration of a role.
pub(super) fn role(request: &IamRequest, policy: Node, trust: Node) -> String {
    let mut blocks = Vec::new();
    if request.external_id.is_some() {
        let attributes = [
            ("description", text(EXTERNAL_ID)),
            ("type", word("string")),
            ("sensitive", word("true")),
        ];
        blocks.push(block("variable \"external_id\"", &attributes));
    }
    let role = [
        ("name", text(request.role.name())),
        ("path", text(request.role.path())),
        ("description", text(description(request.recipient))),
        ("max_session_duration", word("3600")),
        ("assume_role_policy", Value::Json(trust)),
    ];
    blocks.push(block("resource \"aws_iam_role\" \"trailseal_audit\"", &role));
    let inside = [
        ("name", text(request.role.name())),
        ("role", word("aws_iam_role.trailseal_audit.id")),
        ("policy", Value::Json(policy)),
    ];
    blocks.push(block("resource \"aws_iam_role_policy\" \"trailseal_audit\"", &inside));
    configuration(request.recipient, &blocks)
}

/// The configuration of the caller's policy.
pub(super) fn caller(request: &IamRequest, policy: Node) -> String {
    let managed = [
        ("name", text(CALLER_POLICY)),
        ("description", text(description(request.recipient))),
        ("policy", Value::Json(policy)),
    ];
    let (resource, attribute) = match request.caller.kind() {
        CallerKind::Role => ("aws_iam_role_policy_attachment", "role"),
        CallerKind::User => ("aws_iam_user_policy_attachment", "user"),
    };
    let attached = [
        (attribute, text(request.caller.name())),
        ("policy_arn", word("aws_iam_policy.trailseal_caller.arn")),
    ];
    let blocks = [
        block("resource \"aws_iam_policy\" \"trailseal_caller\"", &managed),
        block(&format!("resource \"{resource}\" \"trailseal_caller\""), &attached),
    ];
    configuration(request.recipient, &blocks)
}
