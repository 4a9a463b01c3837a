//! CloudFormation templates.

use super::caller::CallerKind;
use super::node::Node;
use super::request::{IamRequest, Recipient};
use super::yaml::yaml;

/// What a reader must know before deploying the role, as comments.
pub(super) const fn how_to_deploy(recipient: Recipient) -> &'static [&'static str] {
    match recipient {
        Recipient::Caller => &[
            "Attaches the policy to the role or user that runs `trailseal scan`. Its explicit deny of",
            "kms:Decrypt binds whatever else that principal does: give the scan a principal of its own.",
        ],
        Recipient::Member => &[
            "The audit role of member accounts. Deploy it as a service-managed StackSet with automatic",
            "deployment, so that new accounts get it; one Region is enough, because IAM is global. A StackSet",
            "does not reach the management account: deploy the role of `trailseal iam --for management` there.",
        ],
        Recipient::Management => &[
            "The audit role of the management account, which service-managed StackSets do not reach: deploy",
            "it there as a stack of its own. It is not needed if scans run from the management account.",
        ],
        Recipient::LogArchive => &[
            "The audit role of the account that owns the buckets of trails. It has the same name as in other",
            "accounts: leave this account out of the StackSet with the role of member accounts.",
        ],
    }
}

/// What a role or policy is for, in its description.
pub(super) const fn description(recipient: Recipient) -> &'static str {
    match recipient {
        Recipient::Caller => "Trailseal: the caller of a scan, read-only",
        Recipient::Member => "Trailseal: the audit role of a member account, read-only",
        Recipient::Management => "Trailseal: the audit role of the management account, read-only",
        Recipient::LogArchive => "Trailseal: the audit role of the log archive, read-only",
    }
}

/// The name of the policy that callers get.
pub(super) const CALLER_POLICY: &str = "TrailsealCaller";

/// What an external id is, for those who are asked for its value.
pub(super) const EXTERNAL_ID: &str =
    "External id of the scan (--external-id); the role asks callers for it";

fn template(recipient: Recipient, entries: Vec<(&str, Node)>) -> String {
    let comments = how_to_deploy(recipient).iter().map(|line| format!("# {line}\n"));
    let mut all = vec![
        ("AWSTemplateFormatVersion".to_owned(), Node::text("2010-09-09")),
        ("Description".to_owned(), Node::text(description(recipient))),
    ];
    all.extend(entries.into_iter().map(|(key, value)| (key.to_owned(), value)));
    comments.collect::<String>() + &yaml(&Node::Map(all))
}

/// The template of a role.
pub(super) fn role(request: &IamRequest, policy: Node, trust: Node) -> String {
    let mut entries = Vec::new();
    if request.external_id.is_some() {
        // Source: STS API reference, `AssumeRole`, `ExternalId`.
        let parameter = Node::map([
            ("Type", Node::text("String")),
            ("Description", Node::text(EXTERNAL_ID)),
            ("NoEcho", Node::word("true")),
            ("MinLength", Node::word("2")),
            ("MaxLength", Node::word("1224")),
            ("AllowedPattern", Node::text("[\\w+=,.@:/-]*")),
        ]);
        entries.push(("Parameters", Node::map([("ExternalId", parameter)])));
    }
    let inside =
        Node::map([("PolicyName", Node::text(request.role.name())), ("PolicyDocument", policy)]);
    let properties = Node::map([
        ("RoleName", Node::text(request.role.name())),
        ("Path", Node::text(request.role.path())),
        ("Description", Node::text(description(request.recipient))),
        ("MaxSessionDuration", Node::word("3600")),
        ("AssumeRolePolicyDocument", trust),
        ("Policies", Node::List(vec![inside])),
    ]);
    let role = Node::map([("Type", Node::text("AWS::IAM::Role")), ("Properties", properties)]);
    entries.push(("Resources", Node::map([("AuditRole", role)])));
    let output = Node::map([
        ("Description", Node::text("The role that scans assume")),
        ("Value", Node::word("!GetAtt AuditRole.Arn")),
    ]);
    entries.push(("Outputs", Node::map([("RoleArn", output)])));
    template(request.recipient, entries)
}

/// The template of the caller's policy.
pub(super) fn caller(request: &IamRequest, policy: Node) -> String {
    let attached = match request.caller.kind() {
        CallerKind::Role => "Roles",
        CallerKind::User => "Users",
    };
    let properties = Node::map([
        ("ManagedPolicyName", Node::text(CALLER_POLICY)),
        ("Description", Node::text(description(request.recipient))),
        ("PolicyDocument", policy),
        (attached, Node::list([request.caller.name()])),
    ]);
    let resource =
        Node::map([("Type", Node::text("AWS::IAM::ManagedPolicy")), ("Properties", properties)]);
    let resources = Node::map([("CallerPolicy", resource)]);
    template(request.recipient, vec![("Resources", resources)])
}
