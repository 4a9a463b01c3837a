//! What a policy answers to a request.

use crate::arn::arn_parts;
use crate::context::{Possibility, RequestContext};
use crate::pattern::{Case, Fit, arn_like, wildcard};
use crate::policy::{Effect, KeyPolicy, Part, Statement, StatementId, Version, has_variable};
use crate::principal::principal_applies;
use crate::truth::{Truth, Why};

/// What a key policy answers to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// A statement allows it for certain, and none can deny it.
    Allow {
        /// The first that does.
        statement: StatementId,
    },
    /// A statement denies it for certain, whatever others say.
    Deny {
        /// The first that does.
        statement: StatementId,
    },
    /// No statement allows it, for certain.
    NotAllowed,
    /// It depends on what is not known.
    Unknown {
        /// The statement on which it depends: one that may deny goes before one that may allow.
        statement: StatementId,
        /// What is not known.
        why: Why,
    },
}

/// Answers for a request by the key policy alone: an explicit deny goes before any allow, and what
/// nothing allows is denied (IAM user guide, *Policy evaluation logic*). To a service, no
/// identity-based policy applies; what those of an account add, [`crate::Caller`] says. A statement that may deny makes an allow unknown; one that may allow counts only where
/// none does for certain.
#[must_use]
pub fn evaluate(policy: &KeyPolicy, context: &RequestContext) -> Decision {
    let mut allow = None;
    let mut perhaps_allow = None;
    let mut perhaps_deny = None;
    for statement in &policy.statements {
        match (statement.effect, applies(statement, context, policy.version)) {
            (_, Truth::No) => {}
            (Effect::Deny, Truth::Yes) => {
                return Decision::Deny { statement: statement.id.clone() };
            }
            (Effect::Allow, Truth::Yes) => allow = allow.or(Some(statement)),
            (Effect::Deny, Truth::Unknown(why)) => {
                perhaps_deny = perhaps_deny.or(Some((statement, why)));
            }
            (Effect::Allow, Truth::Unknown(why)) => {
                perhaps_allow = perhaps_allow.or(Some((statement, why)));
            }
        }
    }
    match (allow, perhaps_deny, perhaps_allow) {
        (Some(statement), None, _) => Decision::Allow { statement: statement.id.clone() },
        (Some(_), Some((statement, why)), _) | (None, _, Some((statement, why))) => {
            Decision::Unknown { statement: statement.id.clone(), why }
        }
        (None, _, None) => Decision::NotAllowed,
    }
}

/// Whether a statement speaks of the request.
pub(crate) fn applies(statement: &Statement, context: &RequestContext, version: Version) -> Truth {
    if let Some(why) = &statement.unclear {
        return Truth::Unknown(why.clone());
    }
    let conditions = match &statement.conditions {
        Ok(conditions) => Truth::all(conditions.iter().map(|it| it.holds(context, version))),
        Err(why) => Truth::Unknown(why.clone()),
    };
    let odd = &statement.odd;
    let action = speaks_of(&statement.action, context.action());
    let resource = resource_applies(&statement.resource, context, version);
    Truth::all([
        principal_applies(statement, context),
        action.unless_ignored(&Truth::No, odd.action.as_ref()),
        resource.unless_ignored(&Truth::No, odd.resource.as_ref()),
        conditions.unless_ignored(&Truth::Yes, odd.conditions.as_ref()),
    ])
}

/// Whether any statement denies the request.
pub(crate) fn denied(policy: &KeyPolicy, context: &RequestContext) -> Truth {
    let denials = policy.statements.iter().filter(|it| it.effect == Effect::Deny);
    Truth::any(denials.map(|it| applies(it, context, policy.version)))
}

/// Whether a statement with these actions may speak of this one.
pub(crate) fn can_apply_to(part: &Part<String>, action: &str) -> bool {
    speaks_of(part, action) != Truth::No
}

/// A statement without Action or Resource has no effect (KMS developer guide, *Creating a key
/// policy*).
fn speaks_of(part: &Part<String>, action: &str) -> Truth {
    match part {
        Part::Missing => Truth::No,
        Part::Unclear(why) => Truth::Unknown(why.clone()),
        Part::Only(list) => Truth::any(list.iter().map(|it| is_action(it, action))),
        Part::AllBut(list) => Truth::any(list.iter().map(|it| is_action(it, action))).negated(),
    }
}

/// The prefix and the name match in any case, the name also by wildcards (IAM user guide, *IAM JSON
/// policy elements: Action*). A text that is no action, such as `kms=Decrypt`, matches none; how far
/// a wildcard without a prefix reaches, AWS does not say.
fn is_action(pattern: &str, action: &str) -> Truth {
    let unknown = || Truth::Unknown(Why::Pattern(pattern.to_owned()));
    if pattern == "*" {
        return Truth::Yes;
    }
    let (Some((prefix, name)), Some((action_prefix, action_name))) =
        (pattern.split_once(':'), action.split_once(':'))
    else {
        let is_plain = !pattern.contains(['*', '?']) && !pattern.contains("${");
        return if is_plain { Truth::No } else { unknown() };
    };
    let action_name = Possibility::Exact(action_name.to_owned());
    let is_name = wildcard(name, &action_name, Case::Ignored);
    if pattern.contains("${") || prefix.contains(['*', '?']) {
        unknown()
    } else {
        (prefix.eq_ignore_ascii_case(action_prefix) && is_name == Fit::Yes).into()
    }
}

fn resource_applies(part: &Part<String>, context: &RequestContext, version: Version) -> Truth {
    let is_any = |list: &[String]| {
        Truth::any(list.iter().map(|it| is_resource(it, context.key_arn(), version)))
    };
    match part {
        Part::Missing => Truth::No,
        Part::Unclear(why) => Truth::Unknown(why.clone()),
        Part::Only(list) => is_any(list),
        // What is no ARN is no key; whether it therefore leaves out none, AWS does not say.
        Part::AllBut(list) => {
            match (is_any(list), list.iter().find(|it| arn_parts(it).is_none())) {
                (Truth::No, Some(pattern)) => Truth::Unknown(Why::Pattern(pattern.clone())),
                (is_any, _) => is_any.negated(),
            }
        }
    }
}

/// `"*"` is this key (KMS developer guide, *Creating a key policy*); an ARN is compared part by
/// part, so that an alias never is the key (IAM user guide, *IAM JSON policy elements: Resource*). A
/// pattern with fewer parts is open: how AWS completes it is documented for other policies only.
fn is_resource(pattern: &str, key_arn: &str, version: Version) -> Truth {
    let unknown = || Truth::Unknown(Why::Pattern(pattern.to_owned()));
    if pattern == "*" {
        return Truth::Yes;
    }
    if has_variable(pattern, version) {
        return Truth::Unknown(Why::PolicyVariable(pattern.to_owned()));
    }
    if !pattern.starts_with("arn:") || !key_arn.starts_with("arn:") {
        return unknown();
    }
    let key = Possibility::Exact(key_arn.to_owned());
    match arn_like(pattern, &key) {
        Fit::Yes => Truth::Yes,
        Fit::No => Truth::No,
        Fit::Open => unknown(),
    }
}
