//! Policy documents, and what they decide (IAM user guide, "Policy evaluation logic").

use super::condition::Context;
use super::error::PolicyError;
use super::json::Json;
use super::principal::{Caller, Named};
use super::statement::{Effect, Kind, Statement};

/// What is asked for.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The action, such as `kms:DescribeKey`.
    pub action: &'a str,
    /// The ARN of the resource; `*` for an action that is about none.
    pub resource: &'a str,
    /// What the request says of itself.
    pub context: &'a dyn Context,
}

/// What an identity policy decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// A statement allows it and none denies it.
    Allowed,
    /// A statement denies it.
    Denied,
    /// No statement is about it.
    Unmentioned,
}

/// The policy of a user or a role: what it may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    statements: Vec<Statement>,
}

impl Policy {
    /// The policy with this text, a JSON document.
    ///
    /// # Errors
    /// The text is no policy, or has something that is not simulated.
    pub fn new(text: &str) -> Result<Self, PolicyError> {
        Ok(Self { statements: statements(text, Kind::Identity)? })
    }

    /// What it decides.
    #[must_use]
    pub fn decide(&self, asked: &Asked<'_>) -> Decision {
        let mut decision = Decision::Unmentioned;
        for statement in &self.statements {
            if statement.covers(asked.resource) && statement.is_about(asked.action, asked.context) {
                match statement.effect {
                    Effect::Deny => return Decision::Denied,
                    Effect::Allow => decision = Decision::Allowed,
                }
            }
        }
        decision
    }
}

/// What a trust policy decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// The caller itself is trusted.
    Itself,
    /// The caller's account is trusted, whose own policies decide.
    Account,
    /// A statement denies it.
    Denied,
    /// No statement names the caller.
    Unmentioned,
}

/// The trust policy of a role: who may assume it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustPolicy {
    statements: Vec<Statement>,
}

impl TrustPolicy {
    /// The policy with this text, a JSON document.
    ///
    /// # Errors
    /// The text is no trust policy, or has something that is not simulated.
    pub fn new(text: &str) -> Result<Self, PolicyError> {
        Ok(Self { statements: statements(text, Kind::Trust)? })
    }

    /// What it decides of this action for this caller.
    #[must_use]
    pub fn decide(&self, caller: &Caller<'_>, action: &str, context: &dyn Context) -> Trust {
        let mut trust = None;
        for statement in &self.statements {
            let named = statement.principals.iter().filter_map(|it| it.names(caller)).max();
            if named.is_none() || !statement.is_about(action, context) {
                continue;
            }
            if statement.effect == Effect::Deny {
                return Trust::Denied;
            }
            trust = trust.max(named);
        }
        match trust {
            Some(Named::Directly) => Trust::Itself,
            Some(Named::ByAccount) => Trust::Account,
            None => Trust::Unmentioned,
        }
    }
}

/// The statements of a document.
fn statements(text: &str, kind: Kind) -> Result<Vec<Statement>, PolicyError> {
    let document: Json = serde_json::from_str(text)
        .map_err(|error| PolicyError::new(format!("it is no JSON: {error}")))?;
    let members = document.members().ok_or_else(|| PolicyError::new("it is no JSON object"))?;
    if has_variable(&document) {
        return Err(PolicyError::new("policy variables (`${`) are not simulated"));
    }
    let mut statements = Vec::new();
    for (name, value) in members {
        match &**name {
            "Version" if matches!(value.text(), Some("2012-10-17" | "2008-10-17")) => {}
            "Version" => {
                return Err(PolicyError::new("`Version` is neither `2012-10-17` nor `2008-10-17`"));
            }
            "Id" => {}
            "Statement" => {
                for (number, statement) in (1..).zip(value.one_or_many()) {
                    let statement = Statement::new(statement, kind)
                        .map_err(|error| error.within(&format!("statement {number}")))?;
                    statements.push(statement);
                }
            }
            _ => return Err(PolicyError::new(format!("`{name}` is no element of a policy"))),
        }
    }
    check_ids(&statements)?;
    if statements.is_empty() {
        return Err(PolicyError::new("it has no statement"));
    }
    Ok(statements)
}

/// IAM refuses a policy with two statements of the same id.
fn check_ids(statements: &[Statement]) -> Result<(), PolicyError> {
    let mut ids = std::collections::HashSet::new();
    let mut named = statements.iter().filter_map(|statement| statement.id.as_deref());
    match named.find(|id| !ids.insert(*id)) {
        Some(id) => Err(PolicyError::new(format!("two statements have the `Sid` {id}"))),
        None => Ok(()),
    }
}

fn has_variable(value: &Json) -> bool {
    match value {
        Json::Text(text) => text.contains("${"),
        Json::List(values) => values.iter().any(has_variable),
        Json::Object(members) => {
            members.iter().any(|(name, value)| name.contains("${") || has_variable(value))
        }
        Json::Other => false,
    }
}
