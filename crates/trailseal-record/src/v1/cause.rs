//! The line of a cause, with its fix.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use trailseal_model::{
    AccountId, Arn, Cause, CauseKind, ControlId, Effect, Fix, FixActor, FixStep, Operation, Region,
    Severity,
};

/// One thing to change, with everything that it affects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CauseLine {
    /// Stable for kind, subject and aspect.
    pub cause_id: String,
    /// The kind of thing.
    pub kind: CauseKind,
    /// The thing: an ARN, a bucket's name, a policy's ARN or kind, a role's name, an account id, an
    /// operation, a setting.
    pub subject: String,
    /// What is wrong with it, in one word.
    pub aspect: String,
    /// The account that owns the thing, where one does.
    pub account_id: Option<AccountId>,
    /// The Region of the thing, where it has one.
    pub region: Option<Region>,
    /// One line for people, without its full stop.
    pub title: String,
    /// The fact that decides, verbatim where AWS said it.
    pub fact: String,
    /// The highest severity of the findings that it keeps from passing.
    pub severity: Severity,
    /// What it affects.
    pub effect: EffectLine,
    /// What to change.
    pub fix: FixLine,
}

/// What a cause affects. Findings and gaps count where it is their primary cause.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EffectLine {
    /// Findings that failed.
    pub failed: u64,
    /// Findings that are not proven.
    pub not_proven: u64,
    /// Calls without an answer.
    pub gaps: u64,
    /// Of the failed and not proven findings those that have no other blocker: all that the fix
    /// promises.
    pub mended: u64,
    /// Findings that it blocks besides their primary cause.
    pub also_blocks: u64,
    /// The accounts of these findings and gaps, sorted.
    pub accounts: Vec<AccountId>,
    /// Their Regions, sorted by name.
    pub regions: Vec<Region>,
    /// The controls of the findings, in the order of the controls.
    pub controls: Vec<ControlId>,
    /// The trails and event data stores among the findings' subjects, sorted.
    pub resources: Vec<Arn>,
    /// The operations of the gaps, in the order of the operations.
    pub operations: Vec<Operation>,
}

/// What to change, where and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FixLine {
    /// What to do: one order without its full stop.
    pub change: String,
    /// Who can do it.
    pub actor: FixActor,
    /// The account to change; `null` where there are several, or none.
    pub account_id: Option<AccountId>,
    /// The Region to change; `null` for what has none.
    pub region: Option<Region>,
    /// What is changed: an ARN, a bucket's name, a role's name, a policy's id, a setting's name.
    pub resource: Option<String>,
    /// How, in order; empty where people have to decide.
    pub steps: Vec<FixStepLine>,
    /// What to do before; `null` where nothing.
    pub first: Option<String>,
    /// What is better afterwards.
    pub brings: String,
    /// What can go wrong, or whom it affects; `null` where nothing.
    pub risks: Option<String>,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum FixStepLine {
    /// A command of the AWS CLI, ready for a POSIX shell of the place's account.
    Command {
        /// The command.
        command: String,
    },
    /// A part of a policy, to be reviewed and merged by hand.
    Statement {
        /// Where it goes.
        into: String,
        /// The JSON.
        json: String,
    },
    /// Lines of a file of this program's user.
    Setting {
        /// `trailseal.toml`, `exceptions.toml`, or `command line`.
        file: String,
        /// The lines, or the flags.
        text: String,
    },
}

impl FixLine {
    /// The commands among the steps, in order.
    pub fn commands(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().filter_map(|step| match step {
            FixStepLine::Command { command } => Some(command.as_str()),
            FixStepLine::Statement { .. } | FixStepLine::Setting { .. } => None,
        })
    }
}

impl From<&Cause> for CauseLine {
    fn from(cause: &Cause) -> Self {
        Self {
            cause_id: cause.stable_id(),
            kind: cause.kind,
            subject: cause.subject.clone(),
            aspect: cause.aspect.to_owned(),
            account_id: cause.account,
            region: cause.region,
            title: cause.title.clone(),
            fact: cause.fact.clone(),
            severity: cause.severity,
            effect: EffectLine::from(&cause.effect),
            fix: FixLine::from(&cause.fix),
        }
    }
}

impl From<&Effect> for EffectLine {
    fn from(effect: &Effect) -> Self {
        let Effect {
            failed,
            not_proven,
            gaps,
            mended,
            also_blocks,
            accounts,
            regions,
            controls,
            resources,
            operations,
        } = effect.clone();
        Self {
            failed,
            not_proven,
            gaps,
            mended,
            also_blocks,
            accounts,
            regions,
            controls,
            resources,
            operations,
        }
    }
}

impl From<&Fix> for FixLine {
    fn from(fix: &Fix) -> Self {
        let Fix { change, actor, place, steps, first, brings, risks } = fix.clone();
        Self {
            change,
            actor,
            account_id: place.account,
            region: place.region,
            resource: place.resource,
            steps: steps.into_iter().map(FixStepLine::from).collect(),
            first,
            brings,
            risks,
        }
    }
}

impl From<FixStep> for FixStepLine {
    fn from(step: FixStep) -> Self {
        match step {
            FixStep::Command(command) => Self::Command { command },
            FixStep::Statement { into, json } => Self::Statement { into, json },
            FixStep::Setting { file, text } => Self::Setting { file, text },
        }
    }
}
