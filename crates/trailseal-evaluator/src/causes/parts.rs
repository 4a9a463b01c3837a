//! What fixes of causes are put together from.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use trailseal_model::{Effect, Fix, FixActor, FixPlace, FixStep, Gap, denied_action};

use super::Identity;
use super::shown::Shown;
use super::title::counted;

/// What the gaps of a cause need beside the fix of the finding that shows it.
pub(super) fn steps_beside(shown: &Shown<'_>) -> Vec<FixStep> {
    if shown.key.aspect != "outside_organization" {
        return Vec::new();
    }
    vec![key_statement(shown)]
}

/// What is better afterwards: only findings without another cause are promised.
pub(super) fn brings(effect: &Effect) -> String {
    let findings =
        |count: u64| counted(usize::try_from(count).unwrap_or(usize::MAX), "finding", "findings");
    let Effect { failed, not_proven, mended, gaps, also_blocks, .. } = *effect;
    let mut clauses = Vec::new();
    if mended > 0 {
        clauses.push(format!("nothing else keeps {} from passing", findings(mended)));
    }
    let shared = failed + not_proven - mended + also_blocks;
    if shared > 0 {
        clauses.push(format!("of {} one cause of several is gone", findings(shared)));
    }
    if gaps > 0 {
        let gaps = usize::try_from(gaps).unwrap_or(usize::MAX);
        clauses.push(format!("{} can be answered", counted(gaps, "request", "requests")));
    }
    clauses.join(", and ")
}

/// The fix with everything that can be said without the case.
pub(super) fn plain(shown: &Shown<'_>, change: impl Into<String>, actor: FixActor) -> Fix {
    let (account, region) = (shown.account(), shown.region());
    let place = FixPlace { account, region, resource: Some(shown.key.subject.clone()) };
    Fix {
        change: change.into(),
        actor,
        place,
        steps: Vec::new(),
        first: None,
        brings: brings(&shown.effect),
        risks: None,
    }
}

/// Every action that was denied, sorted: those that AWS names, else the operations' own.
pub(super) fn actions(gaps: &[&Gap]) -> BTreeSet<String> {
    let action = |gap: &&Gap| {
        let named = gap.message.as_deref().and_then(denied_action);
        named.or_else(|| gap.operation.iam_action()).unwrap_or(gap.operation.as_str()).to_owned()
    };
    gaps.iter().map(action).collect()
}

/// A few words for actions: all of up to three, else how many.
pub(super) fn action_words(actions: &BTreeSet<String>) -> String {
    if actions.len() <= 3 {
        return actions.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    }
    counted(actions.len(), "action", "actions")
}

/// JSON as people read it.
pub(super) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// A statement that allows the denied actions, for a policy that takes a resource.
pub(super) fn allow(shown: &Shown<'_>, into: impl Into<String>, resources: &Value) -> FixStep {
    let actions = actions(&shown.gaps);
    let json = json!({ "Effect": "Allow", "Action": actions, "Resource": resources });
    FixStep::Statement { into: into.into(), json: pretty(&json) }
}

/// Who has to be let in by a resource's policy: the audit role of each account that was refused.
fn readers(shown: &Shown<'_>) -> Vec<String> {
    let partition = shown.run.context.partition;
    let reader = |gap: &&Gap| match shown.run.identity(gap) {
        Identity::Caller(arn) => Some(arn),
        Identity::Role(name) => Some(format!("arn:{partition}:iam::{}:role/{name}", gap.account?)),
    };
    shown.gaps.iter().filter_map(reader).collect::<BTreeSet<String>>().into_iter().collect()
}

/// Lets in who was refused, by the key's own policy.
pub(super) fn key_statement(shown: &Shown<'_>) -> FixStep {
    let json = json!({
        "Effect": "Allow",
        "Principal": { "AWS": readers(shown) },
        "Action": actions(&shown.gaps),
        "Resource": "*",
    });
    FixStep::Statement { into: "the key policy".to_owned(), json: pretty(&json) }
}

/// Lets in who was refused, by the bucket's own policy.
pub(super) fn bucket_statement(shown: &Shown<'_>) -> FixStep {
    let json = json!({
        "Effect": "Allow",
        "Principal": { "AWS": readers(shown) },
        "Action": actions(&shown.gaps),
        "Resource": bucket_arns(shown),
    });
    FixStep::Statement { into: "the bucket policy".to_owned(), json: pretty(&json) }
}

/// The bucket and its objects.
pub(super) fn bucket_arns(shown: &Shown<'_>) -> Value {
    let (partition, bucket) = (shown.run.context.partition, &shown.key.subject);
    json!([format!("arn:{partition}:s3:::{bucket}"), format!("arn:{partition}:s3:::{bucket}/*")])
}

/// Flags or a command of this program.
pub(super) fn flags(text: &str) -> FixStep {
    FixStep::Setting { file: "command line".to_owned(), text: text.to_owned() }
}

/// Lines of the program's file of settings.
pub(super) fn setting(text: &str) -> FixStep {
    FixStep::Setting { file: "trailseal.toml".to_owned(), text: text.to_owned() }
}
