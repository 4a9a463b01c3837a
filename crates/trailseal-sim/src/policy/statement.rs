//! One statement of a policy (IAM user guide, "IAM JSON policy elements").

use super::condition::{Condition, Context, conditions};
use super::error::PolicyError;
use super::json::Json;
use super::pattern::{arn_parts, matches_action, matches_arn};
use super::principal::{Principal, principals};

/// Where a policy is attached, which decides what its statements consist of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// To a user or a role: it names resources.
    Identity,
    /// To a role as its trust policy: it names principals.
    Trust,
}

/// What a statement does where it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Allow,
    Deny,
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) id: Option<Box<str>>,
    pub(super) effect: Effect,
    actions: Patterns,
    /// Trust policies have none: they are about their role.
    resources: Option<Patterns>,
    /// Identity policies have none: they are about whom they are attached to.
    pub(super) principals: Vec<Principal>,
    conditions: Vec<Condition>,
}

/// The patterns of `Action` or `Resource`, or of the element with `Not` in front.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Patterns {
    is_negated: bool,
    patterns: Vec<Box<str>>,
}

impl Patterns {
    fn contain(&self, matches: impl Fn(&str) -> bool) -> bool {
        self.patterns.iter().any(|pattern| matches(pattern)) != self.is_negated
    }
}

impl Statement {
    pub(super) fn new(value: &Json, kind: Kind) -> Result<Self, PolicyError> {
        let members = value.members().ok_or_else(|| wrong("it is no object"))?;
        let known: &[&str] = match kind {
            Kind::Identity => {
                &["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"]
            }
            Kind::Trust => &["Sid", "Effect", "Action", "NotAction", "Principal", "Condition"],
        };
        if let Some((name, _)) = members.iter().find(|member| !known.contains(&&*member.0)) {
            let policy = match kind {
                Kind::Identity => "an identity policy",
                Kind::Trust => "a trust policy",
            };
            return Err(wrong(format!("`{name}` is no element of {policy}")));
        }
        let element =
            |name: &str| members.iter().find(|member| member.0 == name).map(|member| &member.1);
        let effect = match element("Effect").and_then(Json::text) {
            Some("Allow") => Effect::Allow,
            Some("Deny") => Effect::Deny,
            _ => return Err(wrong("`Effect` is neither `Allow` nor `Deny`")),
        };
        let actions = patterns(element, "Action", check_action)?;
        let resources = match kind {
            Kind::Identity => Some(patterns(element, "Resource", check_resource)?),
            Kind::Trust => None,
        };
        let principals = match kind {
            Kind::Identity => Vec::new(),
            Kind::Trust => {
                principals(element("Principal").ok_or_else(|| wrong("`Principal` is missing"))?)?
            }
        };
        let conditions = element("Condition").map(conditions).transpose()?.unwrap_or_default();
        let id = element("Sid").map(statement_id).transpose()?;
        Ok(Self { id, effect, actions, resources, principals, conditions })
    }

    /// Whether it is about this action, and its conditions are met.
    pub(super) fn is_about(&self, action: &str, context: &dyn Context) -> bool {
        self.actions.contain(|pattern| matches_action(pattern, action))
            && self.conditions.iter().all(|condition| condition.is_met(context))
    }

    /// Whether it is about this resource; `*` stands for an action that is about none.
    pub(super) fn covers(&self, resource: &str) -> bool {
        let covers = |it: &Patterns| it.contain(|pattern| matches_arn(pattern, resource));
        self.resources.as_ref().is_none_or(covers)
    }
}

fn wrong(message: impl Into<String>) -> PolicyError {
    PolicyError::new(message)
}

/// The patterns of an element, or of the one with `Not` in front.
fn patterns<'a>(
    element: impl Fn(&str) -> Option<&'a Json>,
    name: &str,
    check: fn(&str) -> Result<(), PolicyError>,
) -> Result<Patterns, PolicyError> {
    let negated = format!("Not{name}");
    let (is_negated, value) = match (element(name), element(&negated)) {
        (Some(value), None) => (false, value),
        (None, Some(value)) => (true, value),
        (None, None) => return Err(wrong(format!("`{name}` is missing"))),
        (Some(_), Some(_)) => return Err(wrong(format!("it has both `{name}` and `{negated}`"))),
    };
    let name = if is_negated { &negated } else { name };
    let patterns = value.texts().ok_or_else(|| wrong(format!("`{name}` is no list of texts")))?;
    patterns.iter().try_for_each(|pattern| check(pattern))?;
    Ok(Patterns { is_negated, patterns })
}

/// `*`, or a service's prefix without wildcards and an action's name.
fn check_action(pattern: &str) -> Result<(), PolicyError> {
    let is_service = |it: u8| it.is_ascii_alphanumeric() || it == b'-';
    let is_name = |it: u8| it.is_ascii_alphanumeric() || b"*?".contains(&it);
    let fits = |text: &str, is_it: &dyn Fn(u8) -> bool| !text.is_empty() && text.bytes().all(is_it);
    let is_action = pattern
        .split_once(':')
        .is_some_and(|(service, name)| fits(service, &is_service) && fits(name, &is_name));
    if pattern == "*" || is_action {
        return Ok(());
    }
    Err(wrong(format!("`{pattern}` is no action")))
}

/// `*`, or an ARN of six parts whose service has no wildcards.
fn check_resource(pattern: &str) -> Result<(), PolicyError> {
    let is_arn = arn_parts(pattern).is_some_and(|[_, _, service, .., resource]| {
        !service.is_empty() && !service.contains(['*', '?']) && !resource.is_empty()
    });
    if pattern == "*" || is_arn {
        return Ok(());
    }
    Err(wrong(format!("`{pattern}` is neither `*` nor an ARN")))
}

/// IAM takes letters and digits.
fn statement_id(value: &Json) -> Result<Box<str>, PolicyError> {
    let id = value.text().filter(|id| id.bytes().all(|it| it.is_ascii_alphanumeric()));
    id.map(Into::into).ok_or_else(|| wrong("`Sid` has other characters than letters and digits"))
}
