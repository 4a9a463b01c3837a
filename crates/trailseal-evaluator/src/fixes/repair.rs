//! What to change in a key policy so that it answers CloudTrail as it should: a change is proposed only
//! where the changed policy, simulated, does.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use trailseal_key_policy::{
    Binding, CloudTrailDelivery, Decision, KeyPolicy, RequestContext, StatementId, binding,
    evaluate,
};
use trailseal_model::{FixStep, TrailDescription};

use super::statement::{describes, seals, source_arns, step};

/// What the policy has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goal {
    /// Let CloudTrail encrypt logs of the trail.
    Seal,
    /// Let CloudTrail describe the key.
    Describe,
    /// Let CloudTrail use the key for no stranger's trail.
    Scope,
}

/// A key policy, and the trail for which it is judged.
pub(super) struct PolicyCase<'a> {
    /// The policy, as GetKeyPolicy printed it.
    pub(super) text: &'a str,
    /// The trail's deliveries.
    pub(super) delivery: CloudTrailDelivery<'a>,
    /// The trail.
    pub(super) trail: &'a TrailDescription,
    /// Every trail whose logs are encrypted with the key.
    pub(super) trails: Vec<&'a TrailDescription>,
}

/// A policy's document while it is changed.
struct Draft {
    document: Value,
    changed: BTreeMap<usize, StatementId>,
    /// How many statements there were.
    original: usize,
}

/// What a policy answers, as far as a repair depends on it.
enum Answer {
    Good,
    /// No statement allows it for certain.
    Missing,
    /// This statement denies it, or may.
    Denied(StatementId),
    /// This statement lets a stranger's trail in, or may.
    Open(StatementId),
}

impl PolicyCase<'_> {
    /// The statements to change and to add, proven by simulating the policy with them; `None` where no
    /// such change was found.
    pub(super) fn repair(&self, goal: Goal, policy_words: &str) -> Option<Vec<FixStep>> {
        let mut draft = Draft::of(self.text)?;
        let could_seal = matches!(self.answer(&draft, Goal::Seal)?, Answer::Good);
        // Each round changes another statement, or ends.
        for _ in 0..=2 * draft.original {
            match self.answer(&draft, goal)? {
                Answer::Good => break,
                Answer::Missing => {
                    let added = if goal == Goal::Describe { describes } else { seals };
                    draft.add(added(&[self.trail]))?;
                }
                Answer::Denied(statement) => draft.exempt(&statement, self.trail)?,
                Answer::Open(statement) => draft.bind(&statement, &self.trails)?,
            }
        }
        let is_good = matches!(self.answer(&draft, goal)?, Answer::Good);
        let still_seals = !could_seal || matches!(self.answer(&draft, Goal::Seal)?, Answer::Good);
        (is_good && still_seals).then(|| draft.steps(policy_words))
    }

    fn answer(&self, draft: &Draft, goal: Goal) -> Option<Answer> {
        let policy = KeyPolicy::parse(&draft.document.to_string()).ok()?;
        let request = match goal {
            Goal::Scope => return Some(self.scope(&policy)),
            Goal::Seal => RequestContext::cloudtrail_delivery(&self.delivery),
            Goal::Describe => RequestContext::cloudtrail_describes_key(&self.delivery),
        };
        Some(match evaluate(&policy, &request) {
            Decision::Allow { .. } => Answer::Good,
            Decision::Deny { statement } => Answer::Denied(statement),
            Decision::Unknown { statement, .. } if draft.denies(&statement) => {
                Answer::Denied(statement)
            }
            Decision::NotAllowed | Decision::Unknown { .. } => Answer::Missing,
        })
    }

    fn scope(&self, policy: &KeyPolicy) -> Answer {
        match binding(policy, &self.delivery) {
            Binding::SourceArn | Binding::EncryptionContext => Answer::Good,
            Binding::Account { statement }
            | Binding::Nothing { statement }
            | Binding::Unknown { statement, .. } => Answer::Open(statement),
        }
    }
}

impl Draft {
    fn of(text: &str) -> Option<Self> {
        let mut document: Value = serde_json::from_str(text).ok()?;
        let statements = document.get_mut("Statement")?;
        if statements.is_object() {
            *statements = json!([statements.take()]);
        }
        let original = statements.as_array()?.len();
        Some(Self { document, changed: BTreeMap::new(), original })
    }

    fn statements(&self) -> &[Value] {
        let statements = self.document.get("Statement").and_then(Value::as_array);
        statements.map_or(&[], Vec::as_slice)
    }

    fn statements_mut(&mut self) -> Option<&mut Vec<Value>> {
        self.document.get_mut("Statement")?.as_array_mut()
    }

    fn denies(&self, statement: &StatementId) -> bool {
        let effect = self.statements().get(statement.index).and_then(|it| it.get("Effect"));
        effect.and_then(Value::as_str) == Some("Deny")
    }

    /// The statement, to be changed; `None` for one that was changed before, which did not help.
    fn open(&mut self, statement: &StatementId) -> Option<&mut Map<String, Value>> {
        if statement.index >= self.original
            || self.changed.insert(statement.index, statement.clone()).is_some()
        {
            return None;
        }
        self.statements_mut()?.get_mut(statement.index)?.as_object_mut()
    }

    /// Adds a statement; `None` where one like it is there already and did not help.
    fn add(&mut self, mut statement: Value) -> Option<()> {
        let sid = statement.get("Sid").and_then(Value::as_str)?.to_owned();
        let added = self.statements().get(self.original..)?;
        let is_same = |it: &Value| it.get("Action") == statement.get("Action");
        if added.iter().any(is_same) {
            return None;
        }
        let taken: BTreeSet<&str> = self.statements().iter().filter_map(sid_of).collect();
        let free = std::iter::once(sid.clone()).chain((2..).map(|number| format!("{sid}{number}")));
        let sid = free.into_iter().find(|it| !taken.contains(it.as_str()))?;
        statement["Sid"] = json!(sid);
        self.statements_mut()?.push(statement);
        Some(())
    }

    /// Takes CloudTrail's request for the trail out of a statement that denies it.
    fn exempt(&mut self, statement: &StatementId, trail: &TrailDescription) -> Option<()> {
        let condition = condition_of(self.open(statement)?)?;
        let mut is_listed = false;
        for (operator, keys) in condition.iter_mut() {
            let operator = operator.to_ascii_lowercase();
            if !operator.starts_with("stringnot") && !operator.starts_with("arnnot") {
                continue;
            }
            for (key, values) in keys.as_object_mut()? {
                let own = match key.to_ascii_lowercase().as_str() {
                    "aws:sourcearn" => trail.arn.to_string(),
                    "aws:sourceaccount" => trail.owner.to_string(),
                    _ => continue,
                };
                append(values, &own);
                is_listed = true;
            }
        }
        if !is_listed {
            // The requests of services, which no organization and no network of ours has.
            let exemption = json!("false");
            put(condition, "BoolIfExists", "aws:PrincipalIsAWSService", exemption)?;
        }
        Some(())
    }

    /// Binds a statement for CloudTrail alone to these trails. One that serves others too cannot be
    /// bound without taking something from them.
    fn bind(&mut self, statement: &StatementId, trails: &[&TrailDescription]) -> Option<()> {
        let opened = self.open(statement)?;
        if !is_for_cloudtrail_alone(opened.get("Principal")?) {
            return None;
        }
        put(condition_of(opened)?, "StringEquals", "aws:SourceArn", source_arns(trails))
    }

    fn steps(&self, policy_words: &str) -> Vec<FixStep> {
        let changed = self.changed.values().filter_map(|statement| {
            let into = format!("{policy_words}, instead of {statement}");
            Some(step(into, self.statements().get(statement.index)?))
        });
        let added = self.statements().iter().skip(self.original);
        let added = added.map(|it| step(format!("{policy_words}, as one more statement"), it));
        changed.chain(added).collect()
    }
}

fn sid_of(statement: &Value) -> Option<&str> {
    statement.get("Sid")?.as_str()
}

/// The conditions of a statement, made where it has none.
fn condition_of(statement: &mut Map<String, Value>) -> Option<&mut Map<String, Value>> {
    statement.entry("Condition").or_insert_with(|| json!({})).as_object_mut()
}

/// Sets a condition key, whose name counts in any letter case, under an operator.
fn put(condition: &mut Map<String, Value>, operator: &str, key: &str, value: Value) -> Option<()> {
    let keys = condition.entry(operator).or_insert_with(|| json!({})).as_object_mut()?;
    keys.retain(|name, _| !name.eq_ignore_ascii_case(key));
    keys.insert(key.to_owned(), value);
    Some(())
}

/// Adds a text to one text or a list of them.
fn append(values: &mut Value, text: &str) {
    match values {
        Value::Array(list) => list.push(json!(text)),
        one => *one = json!([one.take(), text]),
    }
}

fn is_for_cloudtrail_alone(principal: &Value) -> bool {
    let Some(principal) = principal.as_object().filter(|it| it.len() == 1) else { return false };
    match principal.get("Service") {
        Some(Value::String(service)) => service == "cloudtrail.amazonaws.com",
        Some(Value::Array(services)) => {
            services.iter().all(|it| it.as_str() == Some("cloudtrail.amazonaws.com"))
        }
        _ => false,
    }
}
