//! What could not be read: what to grant, or to remove.

use std::collections::BTreeSet;

use serde_json::json;
use trailseal_model::{
    Fix, FixActor, FixPlace, FixStep, GapCause, GapClass, GapKind, Operation, Partition,
};

use super::case::Case;
use super::statement::{grants, step};

/// The key could not be read; these operations read it.
pub(super) fn of_key(case: &Case<'_>, usual: &[Operation]) -> Fix {
    let resource = case.key_arn().map_or_else(|| "*".to_owned(), ToString::to_string);
    reading(case, usual, &case.key_words(), case.key_place(), &resource)
}

/// The bucket could not be read.
pub(super) fn of_bucket(case: &Case<'_>, usual: &[Operation]) -> Fix {
    reading(case, usual, &case.bucket_words(), case.bucket_place(), &bucket_arn(case))
}

/// The logs in the bucket could not be listed or read.
pub(super) fn of_logs(case: &Case<'_>, usual: &[Operation]) -> Fix {
    let what = format!("the logs of {} in {}", case.thing(), case.bucket_words());
    reading(case, usual, &what, case.bucket_place(), &bucket_arn(case))
}

/// The subject itself could not be read.
pub(super) fn of_subject(case: &Case<'_>, usual: &[Operation]) -> Fix {
    reading(case, usual, &case.thing(), case.subject_place(), "*")
}

fn bucket_arn(case: &Case<'_>) -> String {
    let partition = case.trail.map_or(Partition::Aws, |trail| trail.description.arn.partition());
    format!("arn:{partition}:s3:::{}", case.bucket_name().unwrap_or("*"))
}

/// What keeps an operation from answering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Obstacle {
    /// The audit role's own policies, as far as AWS says.
    OwnPolicy,
    /// A policy of the organization.
    OrganizationPolicy(&'static str),
    /// Another thing, or the caller's own rights: the model's advice says what to do.
    Other(GapClass),
}

/// What the caller does itself, and not the audit role.
const fn is_of_caller(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::GetCallerIdentity
            | Operation::AssumeRole
            | Operation::ListAccounts
            | Operation::DescribeOrganization
            | Operation::ListRoots
            | Operation::ListOrganizationalUnitsForParent
            | Operation::ListAccountsForParent
            | Operation::ListTagsForResource
    )
}

impl Obstacle {
    const fn of(kind: &GapKind) -> Self {
        match kind.class {
            class if is_of_caller(kind.operation) => Self::Other(class),
            GapClass::Denied | GapClass::DeniedByIdentityPolicy => Self::OwnPolicy,
            GapClass::DeniedByScp => Self::OrganizationPolicy("service control policy"),
            GapClass::DeniedByRcp => Self::OrganizationPolicy("resource control policy"),
            other => Self::Other(other),
        }
    }

    const fn actor(self) -> FixActor {
        match self {
            Self::OwnPolicy => FixActor::AccountAdministrator,
            Self::OrganizationPolicy(_) => FixActor::OrganizationAdministrator,
            Self::Other(class) => match class {
                GapClass::DeniedByResourcePolicy
                | GapClass::RoleNotAssumable
                | GapClass::KeyInvalidState
                | GapClass::NotSubscribed
                | GapClass::NotFound
                | GapClass::NotShown => FixActor::AccountAdministrator,
                GapClass::ServerError | GapClass::CircuitOpen => FixActor::Aws,
                _ => FixActor::TrailsealOperator,
            },
        }
    }
}

/// The fix for what `usual` reads, or the operations of the finding's gaps where it has some. The first
/// gap's obstacle decides; gaps of one finding nearly always share it.
fn reading(
    case: &Case<'_>,
    usual: &[Operation],
    what: &str,
    place: FixPlace,
    resource: &str,
) -> Fix {
    let kinds = case.finding.gaps().iter().filter_map(|it| case.facts.gap_kinds.get(*it));
    let kinds: Vec<&GapKind> = kinds.collect();
    let obstacle = kinds.first().map_or(Obstacle::OwnPolicy, |kind| Obstacle::of(kind));
    let of_same = kinds.iter().filter(|kind| Obstacle::of(kind) == obstacle);
    let failed: Vec<Operation> = of_same.map(|kind| kind.operation).collect();
    let operations = if failed.is_empty() { usual } else { failed.as_slice() };
    let is_of_no_place = |it: &Operation| is_of_caller(*it) && *it != Operation::AssumeRole;
    let place = if operations.iter().any(is_of_no_place) { FixPlace::default() } else { place };
    let names: BTreeSet<&str> = operations.iter().map(|it| it.as_str()).collect();
    let names = names.into_iter().collect::<Vec<_>>().join(" and ");
    let actions: BTreeSet<&str> = operations.iter().filter_map(|it| it.iam_action()).collect();
    let list = actions.iter().copied().collect::<Vec<_>>().join(" and ");
    let (change, steps) = match obstacle {
        Obstacle::OwnPolicy => (
            format!("allow the audit role {list} for {what}{}", account_words(what, &place)),
            grant_steps(case, &actions, resource, &place),
        ),
        Obstacle::OrganizationPolicy(kind) => (
            format!(
                "exempt {list} from the {kind} that denies it for {what}{}",
                account_words(what, &place)
            ),
            vec![step(
                format!("the NotAction list of the statement of the {kind} that denies"),
                &json!(actions),
            )],
        ),
        Obstacle::Other(class) => {
            let operation = operations.first().copied().unwrap_or(Operation::DescribeTrails);
            let advice = GapCause { class, operation, code: None, message: None }.what_to_do(&[]);
            (
                format!("{advice} ({names} for {what}{} failed)", account_words(what, &place)),
                Vec::new(),
            )
        }
    };
    let is_untold = kinds.iter().any(|kind| kind.class == GapClass::Denied);
    let first = (is_untold && obstacle == Obstacle::OwnPolicy).then(|| {
        "find out which policy denies it, because AWS does not say: the audit role's, the resource's or the organization's".to_owned()
    });
    Fix { change, actor: obstacle.actor(), place, steps, first, ..case.general() }
}

/// The account, where it is not named already.
fn account_words(what: &str, place: &FixPlace) -> String {
    let account = place.account.map(|it| it.to_string()).filter(|it| !what.contains(it));
    account.map(|it| format!(", in account {it}")).unwrap_or_default()
}

/// One statement for each kind of resource: S3's actions on objects name objects.
fn grant_steps(
    case: &Case<'_>,
    actions: &BTreeSet<&str>,
    resource: &str,
    place: &FixPlace,
) -> Vec<FixStep> {
    let account = place.account.map(|it| format!(" in account {it}")).unwrap_or_default();
    let into = format!("the policy of the audit role{account}");
    let of = |is_wanted: &dyn Fn(&str) -> bool, resource: &str| {
        let wanted: BTreeSet<&str> = actions.iter().copied().filter(|it| is_wanted(it)).collect();
        (!wanted.is_empty()).then(|| step(into.as_str(), &grants(&wanted, resource)))
    };
    let prefix = case.trail.and_then(|trail| trail.description.prefix.as_deref());
    let prefix = prefix.map(|it| format!("{it}/")).unwrap_or_default();
    let objects = format!("{}/{prefix}AWSLogs/*", bucket_arn(case));
    let is_of_all = |action: &str| {
        let is_of_resource = action.starts_with("kms:") || action.starts_with("s3:");
        !is_of_resource || action == "s3:ListAllMyBuckets"
    };
    let is_of_objects = |action: &str| action == "s3:GetObject";
    let steps = [
        of(&|it| !is_of_all(it) && !is_of_objects(it), resource),
        of(&is_of_objects, &objects),
        of(&is_of_all, "*"),
    ];
    steps.into_iter().flatten().collect()
}
