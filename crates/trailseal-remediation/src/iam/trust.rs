//! Whom a role trusts: the caller, in its account, in its organization, with the external id.

use super::node::Node;
use super::policy::marking;
use super::request::IamRequest;
use super::statement::{Condition, Statement};

/// The statements of the trust policy.
///
/// The principal is the caller's account, and a condition names the caller: if its role is deleted and
/// made again, the trust still holds, whereas IAM turns a role that is the principal itself into a
/// unique id when it is deleted. Source: IAM user guide, "AWS JSON policy elements: Principal".
pub(super) fn statements(request: &IamRequest) -> Vec<Statement> {
    let caller = &request.caller;
    let root = format!("arn:{}:iam::{}:root", caller.partition(), caller.account());
    let mut conditions =
        vec![Condition::new("ArnEquals", "aws:PrincipalArn", Node::text(caller.arn().as_str()))];
    if let Some(organization) = &request.organization {
        let organization = Node::text(organization);
        conditions.push(Condition::new("StringEquals", "aws:PrincipalOrgID", organization));
    }
    let marked = Statement {
        sid: "MarkSessions".to_owned(),
        is_allow: true,
        principal: Some(root.clone()),
        actions: marking(request),
        resources: Vec::new(),
        conditions: conditions.clone(),
    };
    // Of these three actions only sts:AssumeRole has the external id in its context.
    if let Some(id) = &request.external_id {
        let id = Node::ExternalId(id.0.clone());
        conditions.push(Condition::new("StringEquals", "sts:ExternalId", id));
    }
    let mut statements = vec![Statement {
        sid: "LetTheCallerIn".to_owned(),
        actions: vec!["sts:AssumeRole"],
        conditions,
        ..marked.clone()
    }];
    if !marked.actions.is_empty() {
        statements.push(marked);
    }
    statements
}
