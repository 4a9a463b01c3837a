//! The key's policy and grants: what CloudTrail may do, and who may decrypt.

use std::collections::BTreeSet;

use serde_json::Value;
use trailseal_key_policy::{
    Binding, Decision, KeyPolicy, RequestContext, StatementId, binding, evaluate,
};
use trailseal_model::{
    AccountId, ControlId, Fix, FixStep, Observed, Operation, OrganizationFacts, Reason, TrailFacts,
};

use super::case::{Case, lists_all_users, may_serve_stores};
use super::repair::{Goal, PolicyCase};
use super::statement::{describes, readers, seals, seals_store, step};
use super::unread;
use crate::judge::PolicyRead;

/// What PutKeyPolicy does to everything else in the policy.
const RISK: &str = "PutKeyPolicy replaces the whole policy, and what depends on a statement that is left out loses access to the key";

/// What to do before a policy is changed.
const KEEP: &str =
    "read the present policy with `aws kms get-key-policy`, and keep every other statement of it";

/// What the policy of the key, or its grants, lack.
pub(super) fn of_policy(case: &Case<'_>) -> Fix {
    let is_of_readers = case.finding.control() == ControlId::KeyReadersLimited;
    match case.reason() {
        Reason::Unread if is_of_readers => {
            unread::of_key(case, &[Operation::GetKeyPolicy, Operation::ListGrants])
        }
        Reason::Unread => unread::of_key(case, &[Operation::GetKeyPolicy]),
        Reason::OutsideOrganization => outside(case),
        Reason::PolicyMalformed => malformed(case),
        Reason::Contradiction => Fix { place: case.key_place(), ..case.general() },
        _ if is_of_readers => of_readers(case),
        _ => of_cloudtrail(case),
    }
}

fn policy_text<'a>(facts: &'a OrganizationFacts, trail: &TrailFacts) -> Option<&'a str> {
    let policy = facts.key_policies.get(trail.key.as_ref()?)?;
    policy.known().map(|answer| &*answer.value)
}

fn outside(case: &Case<'_>) -> Fix {
    let account = case.key_place().account;
    let account =
        account.map_or_else(|| "another account".to_owned(), |it| format!("account {it}"));
    Fix {
        change: format!(
            "let the owner of {account} judge the policy of {}, because it can be read in that account only; or give {} a key of the organization",
            case.key_words(),
            case.thing()
        ),
        place: case.key_place(),
        ..case.general()
    }
}

fn malformed(case: &Case<'_>) -> Fix {
    let text = case.trail.and_then(|trail| policy_text(case.facts, trail));
    let problem = text.and_then(|text| KeyPolicy::parse(text).err());
    let problem = problem.map(|problem| format!(": {problem}")).unwrap_or_default();
    Fix {
        change: format!("put a valid policy on {}{problem}", case.key_words()),
        place: case.key_place(),
        steps: of_all_trails(case, "the new policy, beside the statement that administers the key"),
        risks: Some(RISK.to_owned()),
        ..case.general()
    }
}

/// What CloudTrail may do with the key, or may do for too many.
fn of_cloudtrail(case: &Case<'_>) -> Fix {
    let goal = match case.finding.control() {
        ControlId::KeyPolicyDescribeKey => Goal::Describe,
        ControlId::KeyPolicyScoped => Goal::Scope,
        _ => Goal::Seal,
    };
    let policy_words = format!("the policy of {}", case.key_words());
    let read = case.trail.and_then(|trail| PolicyRead::of_trail(case.facts, trail));
    let deciding = match case.reason() {
        // What allows it where it never applies decides, and no request shows that.
        Reason::GrantDead => Some(case.finding.observed().to_owned()),
        _ => read.as_ref().and_then(|read| deciding_words(read, goal)),
    };
    let of_statement = deciding.map(|words| format!("; now {words}")).unwrap_or_default();
    let repaired = read.as_ref().and_then(|read| repaired(case, read, goal, &policy_words));
    let has_all = goal != Goal::Scope || lists_all_users(case.facts);
    let is_proven = repaired.is_some() && has_all;
    let steps = repaired.unwrap_or_else(|| {
        let into = format!("{policy_words}, to compare with what it grants CloudTrail");
        of_all_trails(case, &into)
    });
    let general = case.general();
    let brings = if is_proven {
        general.brings.clone()
    } else {
        format!("{}, if nothing else in the policy is against it", general.brings)
    };
    let trails = match case.trails_of_key().len() {
        1 => "1 trail".to_owned(),
        several => format!("{several} trails"),
    };
    let stores = if may_serve_stores(case) {
        "; an event data store that uses the key needs its own statement without aws:SourceArn, which CloudTrail does not send for it"
    } else {
        ""
    };
    let risks = match goal {
        Goal::Scope => format!(
            "a trail whose ARN is missing from aws:SourceArn can no longer deliver its logs; the statement names the {trails} that this run found{stores}; {RISK}"
        ),
        Goal::Seal | Goal::Describe => RISK.to_owned(),
    };
    Fix {
        change: format!("{} for {} in {policy_words}{of_statement}", order(goal), case.thing()),
        place: case.key_place(),
        steps,
        first: Some(if has_all {
            KEEP.to_owned()
        } else {
            format!(
                "list every trail that uses the key, because this run did not read all of the organization; {KEEP}"
            )
        }),
        brings,
        risks: Some(risks),
        ..general
    }
}

/// What CloudTrail needs for every trail of the key.
fn of_all_trails(case: &Case<'_>, into: &str) -> Vec<FixStep> {
    let trails: Vec<_> = case.trails_of_key().into_iter().map(|it| &it.description).collect();
    if trails.is_empty() {
        return Vec::new();
    }
    vec![step(into, &seals(&trails)), step(into, &describes(&trails))]
}

const fn order(goal: Goal) -> &'static str {
    match goal {
        Goal::Seal => "let cloudtrail.amazonaws.com call kms:GenerateDataKey*",
        Goal::Describe => {
            "let cloudtrail.amazonaws.com call kms:DescribeKey, without a condition on the encryption context,"
        }
        Goal::Scope => "bind what cloudtrail.amazonaws.com may do by aws:SourceArn",
    }
}

fn repaired(
    case: &Case<'_>,
    read: &PolicyRead<'_>,
    goal: Goal,
    policy_words: &str,
) -> Option<Vec<FixStep>> {
    let trail = case.trail?;
    let trails = case.trails_of_key();
    if goal == Goal::Scope && may_serve_stores(case) {
        // What is bound to trails refuses the requests for a store, and they are not simulated.
        return None;
    }
    let policy = PolicyCase {
        text: policy_text(case.facts, trail)?,
        delivery: read.delivery.simulated(),
        trail: &trail.description,
        trails: trails.into_iter().map(|trail| &trail.description).collect(),
    };
    policy.repair(goal, policy_words)
}

/// What decides now, such as `statement 2 (`Deny`) denies it`.
fn deciding_words(read: &PolicyRead<'_>, goal: Goal) -> Option<String> {
    let delivery = read.delivery.simulated();
    let request = match goal {
        Goal::Scope => return scope_words(&binding(&read.policy, &delivery)),
        Goal::Seal => RequestContext::cloudtrail_delivery(&delivery),
        Goal::Describe => RequestContext::cloudtrail_describes_key(&delivery),
    };
    match evaluate(&read.policy, &request) {
        Decision::Allow { .. } => None,
        Decision::Deny { statement } => Some(format!("{statement} denies it")),
        Decision::NotAllowed => Some("no statement allows it".to_owned()),
        Decision::Unknown { statement, why } => Some(unknown_words(&statement, &why)),
    }
}

fn scope_words(binding: &Binding) -> Option<String> {
    match binding {
        Binding::SourceArn | Binding::EncryptionContext => None,
        Binding::Account { statement } => {
            Some(format!("nothing but the account of the trail binds {statement}"))
        }
        Binding::Nothing { statement } => Some(format!("nothing binds {statement}")),
        Binding::Unknown { statement, why } => Some(unknown_words(statement, why)),
    }
}

fn unknown_words(statement: &StatementId, why: &trailseal_key_policy::Why) -> String {
    format!("it depends on {statement}: {why}")
}

/// Who may decrypt.
fn of_readers(case: &Case<'_>) -> Fix {
    let (key, observed) = (case.key_words(), case.finding.observed());
    let now = if observed.is_empty() { String::new() } else { format!("; now: {observed}") };
    let policy_words = format!("the policy of {key}, instead of what gives decryption to others");
    let statement: Option<Value> = case.key_arn().map(readers);
    // The statement that is replaced may be the only one that lets CloudTrail use the key.
    let mut steps = of_all_trails(
        case,
        &format!("the policy of {key}, unless another statement lets CloudTrail use the key"),
    );
    if may_serve_stores(case) {
        let into = format!("the policy of {key}, if an event data store uses the key");
        steps.extend(seals_store().iter().map(|it| step(into.clone(), it)));
    }
    steps.extend(statement.iter().map(|it| step(policy_words.clone(), it)));
    let general = case.general();
    let change = match case.reason() {
        Reason::OutsiderReads => format!(
            "take decryption with {key} from accounts outside the organization{}{now}",
            trusted_words(case)
        ),
        Reason::WholeAccountReads => format!(
            "name the roles that read the logs in the policy of {key}, instead of whole accounts{now}"
        ),
        Reason::EverybodyReads => {
            format!("let only named readers decrypt with {key}{now}")
        }
        _ => format!(
            "name the readers in the policy and grants of {key}, instead of what cannot be determined{now}"
        ),
    };
    let grants = case.named_key().and_then(|named| case.facts.key_grants.get(named));
    let has_grants = grants.and_then(Observed::known).is_some_and(|it| !it.value.is_empty());
    let by_grant = if has_grants {
        "; a grant is revoked with kms:RevokeGrant, not in the policy"
    } else {
        ""
    };
    Fix {
        change,
        place: case.key_place(),
        steps,
        first: Some(
            "list who reads the logs today, and name each of these roles; check which statement lets CloudTrail use the key"
                .to_owned(),
        ),
        risks: Some(format!(
            "readers that are not named lose access to the logs{by_grant}; delivery stops if no statement is left that lets CloudTrail use the key; {RISK}"
        )),
        ..general
    }
}

/// How outsiders that are meant to read are named in the configuration: accounts that what was observed
/// names, and that are not of the organization.
fn trusted_words(case: &Case<'_>) -> String {
    let facts = case.facts;
    let own = case.key_place().account;
    let is_outsider = |id: &AccountId| facts.account(*id).is_none() && own != Some(*id);
    let named: BTreeSet<AccountId> =
        accounts_of(case.finding.observed()).into_iter().filter(is_outsider).collect();
    if named.is_empty() {
        return String::new();
    }
    let accounts = facts.trusted_readers.iter().chain(&named);
    let accounts: BTreeSet<String> = accounts.map(|it| format!("\"{it}\"")).collect();
    let accounts = accounts.into_iter().collect::<Vec<_>>().join(", ");
    format!(
        "; if they are meant to read the logs, set trusted_readers = [{accounts}] in trailseal.toml"
    )
}

/// The accounts that a sentence about readers names: those of ARNs, and those behind the word `account`.
/// What is quoted, such as the name of a statement, and the digits of a grant's id name none.
fn accounts_of(sentence: &str) -> Vec<AccountId> {
    const DIGITS: usize = 12;
    let unquoted: String = sentence.split('`').step_by(2).collect::<Vec<_>>().join(" ");
    let named = ["account ", "iam::", "sts::"].into_iter().flat_map(|before| {
        unquoted.match_indices(before).map(|(place, _)| &unquoted[place + before.len()..])
    });
    let id = |rest: &str| {
        let digits = rest.get(..DIGITS)?;
        let is_longer = rest[DIGITS..].starts_with(|it: char| it.is_ascii_alphanumeric());
        digits.parse().ok().filter(|_| !is_longer)
    };
    named.filter_map(id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_accounts_are_read_as_accounts() {
        let sentence = "every identity of account 111122223333 by statement 1 (`Allow-999999999999`); arn:aws:iam::444455556666:role/x by grant 0000777788889999aaaa; account 1234567890123";
        let found: Vec<String> = accounts_of(sentence).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["111122223333", "444455556666"]);
    }
}
