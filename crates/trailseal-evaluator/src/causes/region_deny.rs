//! A policy of the organization that denies reads, such as one that denies whole Regions.
//!
//! AWS Control Tower has two controls that deny Regions. The configurable one, `CT.MULTISERVICE.PV.1`,
//! has a parameter `ExemptedActions`; the landing zone's own has none, and an edit of its policy by hand
//! is drift. A denial names the policy, and not what made it.
//!
//! Sources: AWS Control Tower user guide, "Configure the Region deny control"; AWS Control Catalog API
//! reference, "ControlParameter".
//!
//! What is exempted are actions and never a role's name: an administrator of any member account could
//! create a role of that name and be exempted with it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::{SignedDuration, tz::Offset};
use serde_json::json;
use trailseal_model::{AccountId, Fix, FixActor, FixStep, Loss, Operation, Region};

use super::parts::{action_words, actions, plain, pretty};
use super::shown::Shown;
use super::title::counted_words;

/// How long the proposed exception holds.
const DAYS: i64 = 90;

/// What to change in a policy that denies reads for certain.
pub(super) fn fix(shown: &Shown<'_>) -> Fix {
    let actions = actions(&shown.gaps);
    let (policy, words) = (policy_words(shown), action_words(&actions));
    let is_scp = shown.key.aspect == "denied_by_scp";
    let denies_regions = is_scp && denies_some_regions_only(shown);
    let change = format!("exempt {words} from {policy}, which denies {}", counted_words(shown));
    let mut fix = plain(shown, change, FixActor::OrganizationAdministrator);
    let management = shown.run.facts.organization.as_ref().map(|it| it.management_account);
    fix.place.account = fix.place.account.or(management);
    let list = if denies_regions { "NotAction list" } else { "exempted actions" };
    fix.steps.push(FixStep::Statement {
        into: format!(
            "the {list} of the statement of {policy} that denies, if the policy is one of your own"
        ),
        json: pretty(&json!(actions)),
    });
    if denies_regions {
        fix.steps.push(FixStep::Statement {
            into: "the parameters of control CT.MULTISERVICE.PV.1 (ExemptedActions), if AWS Control Tower's configurable Region deny control made the policy; its other parameters keep their values".to_owned(),
            json: pretty(&json!([{ "key": "ExemptedActions", "value": actions }])),
        });
        fix.first = Some(
            "find out what made the policy, because the denial does not tell: a statement with the Sid GRREGIONDENY is the landing zone's own Region deny control, CTMULTISERVICEPV1 the configurable one".to_owned(),
        );
    } else {
        fix.first = Some(
            "review the statement that denies: add the actions to its NotAction list, or take them from its Action list".to_owned(),
        );
    }
    fix.steps.extend(exception(shown));
    fix.risks = Some(risks(denies_regions));
    fix
}

fn risks(denies_regions: bool) -> String {
    let mut risks = "every identity that may call these actions can call them where they were denied; exempt no role by its name, because an administrator of any member account could create a role of that name".to_owned();
    if denies_regions {
        risks.push_str("; the landing zone's own Region deny control has no documented exemptions, and an edit by hand is drift: accept its gaps in exceptions.toml instead");
    }
    risks
}

/// The policy by its id, where AWS names it.
fn policy_words(shown: &Shown<'_>) -> String {
    let kind = if shown.key.aspect == "denied_by_rcp" {
        "resource control policy"
    } else {
        "service control policy"
    };
    match trailseal_model::Arn::new(&shown.key.subject) {
        Some(arn) => {
            let id = arn.resource().rsplit('/').next().unwrap_or_default();
            format!("{kind} {id}")
        }
        None => format!("the {kind}"),
    }
}

/// Whether an account that is denied in some Regions was listed in another one.
fn denies_some_regions_only(shown: &Shown<'_>) -> bool {
    let denied: BTreeSet<(AccountId, Region)> =
        shown.gaps.iter().filter_map(|gap| Some((gap.account?, gap.region?))).collect();
    let accounts: BTreeSet<AccountId> = denied.iter().map(|it| it.0).collect();
    accounts.iter().any(|account| {
        let rows = shown.run.facts.coverage.of_account(*account);
        rows.iter().any(|row| row.trails_listed && !denied.contains(&(*account, row.region)))
    })
}

/// An entry of the file of exceptions, for who cannot or will not change the policy. A list of accounts
/// that is not whole is never accepted, so the entry has no operation that lists them.
fn exception(shown: &Shown<'_>) -> Option<FixStep> {
    let is_accepted = |it: &&Operation| it.loss() != Loss::Population;
    let operations: Vec<&str> =
        shown.effect.operations.iter().filter(is_accepted).map(|it| it.as_str()).collect();
    let class = shown.gaps.first()?.class;
    if operations.is_empty() {
        return None;
    }
    let regions: BTreeSet<&str> =
        shown.gaps.iter().filter_map(|gap| gap.region).map(Region::name).collect();
    let expiry = shown.run.facts.as_of + SignedDuration::from_hours(24 * DAYS);
    let expiry = Offset::UTC.to_datetime(expiry).date();
    let list = |values: &mut dyn Iterator<Item = &str>| {
        values.map(|it| format!("\"{it}\"")).collect::<Vec<_>>().join(", ")
    };
    let mut text = format!("[[gaps]]\nclass = \"{class}\"\n");
    if !regions.is_empty() {
        let _ = writeln!(text, "regions = [{}]", list(&mut regions.into_iter()));
    }
    let _ = writeln!(text, "operations = [{}]", list(&mut operations.into_iter()));
    let reason = format!("{} denies reads of CloudTrail there", policy_words(shown));
    let _ = writeln!(
        text,
        "owner = \"<who owns the risk>\"\napprover = \"<who accepts it>\"\nreason = {}\nticket = \"<ticket>\"\nexpiry = \"{expiry}\"",
        quoted(&reason)
    );
    Some(FixStep::Setting { file: "exceptions.toml".to_owned(), text })
}

/// A TOML string: the policy's name is AWS's word, and may hold anything.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter if letter.is_control() => quoted.push(' '),
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}
