//! What to change: every cause with its fix, the gravest first.

use std::collections::HashMap;

use trailseal_model::{AccountId, Arn, FixActor};
use trailseal_record::v1::{CauseLine, EffectLine, FixLine, FixStepLine};

use crate::lists::{Names, Who};
use crate::ranked::{Ranked, Shown};
use crate::text::{Block, block, counted, cut, last_part, number};
use crate::words::{self, Mark};

/// How many causes the page shows.
pub(crate) const MAX_ROWS: usize = 50;
/// How many of them are open.
pub(crate) const MAX_OPEN: usize = 10;
/// How many causes the head of the page names.
pub(crate) const MAX_IN_HEAD: usize = 3;
/// How many accounts of one cause it names.
const MAX_ACCOUNTS: usize = 30;
/// How many trails and stores.
const MAX_RESOURCES: usize = 10;
/// How many steps of one fix.
const MAX_STEPS: usize = 10;

/// A cause, named beside what it is behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CauseLink {
    /// Its id, if the page shows it.
    pub(crate) anchor: Option<String>,
    pub(crate) title: String,
}

/// Adds up causes, which come the gravest first.
#[derive(Debug)]
pub(crate) struct CauseTotals {
    links: HashMap<String, CauseLink>,
    rows: Ranked<Row>,
    sums: Sums,
}

/// What all causes together are behind.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sums {
    pub(crate) failed: u64,
    pub(crate) not_proven: u64,
    pub(crate) gaps: u64,
}

#[derive(Debug)]
struct Row {
    cause: Cause,
    account: Option<AccountId>,
    accounts: Vec<AccountId>,
    resources: Vec<Arn>,
}

/// One cause as the page shows it.
#[derive(Debug)]
pub(crate) struct Cause {
    pub(crate) id: String,
    pub(crate) is_open: bool,
    pub(crate) severity: Mark,
    pub(crate) title: String,
    pub(crate) subject: String,
    pub(crate) fact: Block,
    /// Such as `2 failed, 1 not proven in 1 account`.
    pub(crate) brief: String,
    /// Name and value of what it affects.
    pub(crate) effect: Vec<(&'static str, String)>,
    pub(crate) controls: Vec<&'static str>,
    pub(crate) operations: Vec<&'static str>,
    pub(crate) regions: Vec<String>,
    pub(crate) accounts: Vec<Who>,
    pub(crate) account_total: u64,
    pub(crate) resources: Vec<Resource>,
    pub(crate) more_resources: usize,
    pub(crate) fix: Fix,
}

/// A trail or store that a cause affects.
#[derive(Debug)]
pub(crate) struct Resource {
    pub(crate) name: String,
    pub(crate) account: String,
    /// The trail's place on the page, if it is shown there.
    pub(crate) anchor: Option<usize>,
}

/// What to change.
#[derive(Debug)]
pub(crate) struct Fix {
    pub(crate) change: String,
    pub(crate) actor: &'static str,
    pub(crate) account: Option<Who>,
    pub(crate) region: Option<String>,
    pub(crate) resource: Option<String>,
    pub(crate) first: Option<String>,
    pub(crate) steps: Vec<Step>,
    pub(crate) more_steps: usize,
    pub(crate) brings: String,
    /// Findings that no other cause keeps from passing, such as `2 of 3`.
    pub(crate) promise: Option<String>,
    pub(crate) risks: Option<String>,
}

/// One thing to do.
#[derive(Debug)]
pub(crate) struct Step {
    /// What to do with the text, without its colon.
    pub(crate) order: String,
    pub(crate) text: Block,
}

/// The section.
#[derive(Debug)]
pub(crate) struct Causes {
    pub(crate) shown: Shown<Cause>,
    pub(crate) sums: Sums,
}

impl CauseTotals {
    pub(crate) fn new() -> Self {
        Self { links: HashMap::new(), rows: Ranked::new(MAX_ROWS), sums: Sums::default() }
    }

    pub(crate) fn add(&mut self, line: &CauseLine) {
        let effect = &line.effect;
        self.sums.failed += effect.failed;
        self.sums.not_proven += effect.not_proven;
        self.sums.gaps += effect.gaps;
        let place = self.links.len();
        let anchor = (place < MAX_ROWS).then(|| cut(&line.cause_id));
        let title = cut(&line.title);
        self.links.insert(line.cause_id.clone(), CauseLink { anchor, title });
        self.rows.push(0, || Row {
            cause: Cause::of(line, place < MAX_OPEN),
            account: line.fix.account_id,
            accounts: effect.accounts.iter().take(MAX_ACCOUNTS).copied().collect(),
            resources: effect.resources.iter().take(MAX_RESOURCES).cloned().collect(),
        });
    }

    /// The causes with these ids; an id that the record has no cause for is left as it is.
    pub(crate) fn links<'a>(&self, ids: impl IntoIterator<Item = &'a String>) -> Vec<CauseLink> {
        ids.into_iter().map(|id| self.link(id)).collect()
    }

    pub(crate) fn link(&self, id: &str) -> CauseLink {
        let unknown = || CauseLink { anchor: None, title: cut(id) };
        self.links.get(id).cloned().unwrap_or_else(unknown)
    }

    /// The section; `trail` gives a trail's place on the page.
    pub(crate) fn finish(self, names: &Names, trail: impl Fn(&Arn) -> Option<usize>) -> Causes {
        let Shown { rows, total } = self.rows.finish();
        let rows = rows.into_iter().map(|row| row.named(names, &trail)).collect();
        Causes { shown: Shown { rows, total }, sums: self.sums }
    }
}

impl Row {
    fn named(self, names: &Names, trail: &impl Fn(&Arn) -> Option<usize>) -> Cause {
        let Self { mut cause, account, accounts, resources } = self;
        cause.accounts = accounts.into_iter().map(|id| names.who(id)).collect();
        cause.fix.account = account.map(|id| names.who(id));
        cause.resources = resources
            .iter()
            .map(|arn| Resource {
                name: cut(last_part(arn.as_str())),
                account: arn.account().map(|id| id.to_string()).unwrap_or_default(),
                anchor: trail(arn),
            })
            .collect();
        cause
    }
}

impl Cause {
    fn of(line: &CauseLine, is_open: bool) -> Self {
        let effect = &line.effect;
        Self {
            id: cut(&line.cause_id),
            is_open,
            severity: words::severity(line.severity),
            title: cut(&line.title),
            subject: cut(&line.subject),
            fact: block(&line.fact),
            brief: brief(effect),
            effect: numbers(effect),
            controls: effect.controls.iter().map(|control| control.as_str()).collect(),
            operations: effect.operations.iter().map(|operation| operation.as_str()).collect(),
            regions: effect.regions.iter().map(ToString::to_string).collect(),
            accounts: Vec::new(),
            account_total: effect.accounts.len() as u64,
            resources: Vec::new(),
            more_resources: effect.resources.len().saturating_sub(MAX_RESOURCES),
            fix: Fix::of(&line.fix, effect),
        }
    }
}

impl Causes {
    /// The causes that the head of the page names.
    pub(crate) fn first(&self) -> &[Cause] {
        let count = self.shown.rows.len().min(MAX_IN_HEAD);
        &self.shown.rows[..count]
    }

    /// How many more the head leaves out.
    pub(crate) fn beyond_first(&self) -> u64 {
        self.shown.total - self.first().len() as u64
    }
}

/// Such as `2 failed, 1 not proven in 1 account`.
fn brief(effect: &EffectLine) -> String {
    let parts = [
        (effect.failed > 0).then(|| counted(effect.failed, "failed finding", "failed findings")),
        (effect.not_proven > 0)
            .then(|| counted(effect.not_proven, "finding not proven", "findings not proven")),
        (effect.gaps > 0)
            .then(|| counted(effect.gaps, "call without an answer", "calls without an answer")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let mut text = if parts.is_empty() { "no finding".to_owned() } else { parts.join(", ") };
    if !effect.accounts.is_empty() {
        text.push_str(" in ");
        text.push_str(&counted(effect.accounts.len() as u64, "account", "accounts"));
    }
    text
}

fn numbers(effect: &EffectLine) -> Vec<(&'static str, String)> {
    let counts = [
        ("Failed findings", effect.failed),
        ("Findings not proven", effect.not_proven),
        ("Findings that it also blocks", effect.also_blocks),
        ("Calls without an answer", effect.gaps),
    ];
    let present = counts.into_iter().filter(|(_, count)| *count > 0);
    present.map(|(name, count)| (name, number(count))).collect()
}

impl Fix {
    fn of(line: &FixLine, effect: &EffectLine) -> Self {
        let optional = |text: &Option<String>| text.as_deref().map(cut);
        Self {
            change: sentence(&line.change),
            actor: actor(line.actor),
            account: None,
            region: line.region.map(|region| region.to_string()),
            resource: optional(&line.resource),
            first: line.first.as_deref().map(sentence),
            steps: line.steps.iter().take(MAX_STEPS).map(|step| Step::of(step, line)).collect(),
            more_steps: line.steps.len().saturating_sub(MAX_STEPS),
            brings: cut(&line.brings),
            promise: promise(effect),
            risks: optional(&line.risks),
        }
    }
}

const fn actor(actor: FixActor) -> &'static str {
    match actor {
        FixActor::AccountAdministrator => "an administrator of the account",
        FixActor::OrganizationAdministrator => "who maintains the organization's policies",
        FixActor::TrailsealOperator => "who runs Trailseal",
        FixActor::Aws => "AWS",
    }
}

/// Of the findings behind the cause those that no other cause keeps from passing, such as `2 of 3`:
/// all that the fix alone promises. `None` where the cause is behind no finding.
fn promise(effect: &EffectLine) -> Option<String> {
    let all = effect.failed + effect.not_proven;
    (all > 0).then(|| format!("{} of {}", number(effect.mended), number(all)))
}

/// An order as a sentence without its full stop.
fn sentence(order: &str) -> String {
    let text = cut(order);
    match text.chars().next() {
        Some(first) if first.is_ascii_lowercase() => {
            format!("{}{}", first.to_ascii_uppercase(), &text[1..])
        }
        _ => text,
    }
}

impl Step {
    fn of(step: &FixStepLine, fix: &FixLine) -> Self {
        let (order, text) = match step {
            FixStepLine::Command { command } => (place(fix), command),
            FixStepLine::Statement { into, json } => {
                (cut(&format!("Review, then add to {into}")), json)
            }
            FixStepLine::Setting { file, text } if file == "command line" => {
                ("Add to the command line".to_owned(), text)
            }
            FixStepLine::Setting { file, text } => (cut(&format!("Add to {file}")), text),
        };
        Self { order, text: block(text) }
    }
}

fn place(fix: &FixLine) -> String {
    match fix.account_id {
        Some(account) => format!("Run with credentials of account {account}"),
        None => "Run".to_owned(),
    }
}

/// The first few of what can be long, for a cell of a table.
#[derive(Debug, Clone, Default)]
pub(crate) struct CauseLinks {
    pub(crate) rows: Vec<CauseLink>,
    pub(crate) more: usize,
}

impl CauseLinks {
    /// How many causes one cell links.
    const MAX: usize = 3;

    pub(crate) fn of<'a>(
        causes: &CauseTotals,
        ids: impl ExactSizeIterator<Item = &'a String>,
    ) -> Self {
        let more = ids.len().saturating_sub(Self::MAX);
        Self { rows: causes.links(ids.take(Self::MAX)), more }
    }
}
