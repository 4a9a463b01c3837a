//! Organizations.

mod accounts;
mod email;
mod page;
#[cfg(test)]
mod tests;
mod tree;

use super::{Answer, Call, Context, Operation, Payer, Quota};
use crate::wire::fault::Fault;
use crate::world::account::AccountId;
use crate::world::{Organization, World};

/// Organizations user guide, "Quotas and service limits", the part that holds for each account. The
/// part that holds for a whole organization is a little higher and is not kept.
const fn quota(bucket: &'static str, per_second: u32, burst: u32) -> Quota {
    Quota { bucket, per_second, burst, payer: Payer::Account }
}

const fn operation(
    name: &'static str,
    action: &'static str,
    (per_second, burst): (u32, u32),
    resource: fn(&World, &Call<'_>) -> String,
    answer: Answer,
) -> Operation {
    let quota = quota(action, per_second, burst);
    Operation { name, action: Some(action), is_read: true, quota, resource, answer }
}

/// Its operations.
pub const OPERATIONS: &[Operation] = &[
    operation(
        "ListAccounts",
        "organizations:ListAccounts",
        (8, 12),
        everything,
        accounts::list_accounts,
    ),
    operation(
        "ListAccountsForParent",
        "organizations:ListAccountsForParent",
        (5, 8),
        |world, call| arn_of(world, call, "ParentId"),
        accounts::list_accounts_for_parent,
    ),
    operation(
        "DescribeAccount",
        "organizations:DescribeAccount",
        (20, 30),
        |world, call| arn_of(world, call, "AccountId"),
        accounts::describe_account,
    ),
    operation(
        "ListDelegatedAdministrators",
        "organizations:ListDelegatedAdministrators",
        (5, 8),
        everything,
        accounts::list_delegated_administrators,
    ),
    operation(
        "ListDelegatedServicesForAccount",
        "organizations:ListDelegatedServicesForAccount",
        (5, 8),
        |world, call| arn_of(world, call, "AccountId"),
        accounts::list_delegated_services,
    ),
    operation(
        "DescribeOrganization",
        "organizations:DescribeOrganization",
        (1, 2),
        everything,
        tree::describe_organization,
    ),
    operation("ListRoots", "organizations:ListRoots", (1, 2), everything, tree::list_roots),
    operation(
        "ListOrganizationalUnitsForParent",
        "organizations:ListOrganizationalUnitsForParent",
        (5, 8),
        |world, call| arn_of(world, call, "ParentId"),
        tree::list_units,
    ),
    operation(
        "DescribeOrganizationalUnit",
        "organizations:DescribeOrganizationalUnit",
        (2, 2),
        |world, call| arn_of(world, call, "OrganizationalUnitId"),
        tree::describe_unit,
    ),
    operation(
        "ListChildren",
        "organizations:ListChildren",
        (6, 10),
        |world, call| arn_of(world, call, "ParentId"),
        tree::list_children,
    ),
    operation(
        "ListParents",
        "organizations:ListParents",
        (5, 8),
        |world, call| arn_of(world, call, "ChildId"),
        tree::list_parents,
    ),
    operation(
        "ListTagsForResource",
        "organizations:ListTagsForResource",
        (10, 15),
        |world, call| arn_of(world, call, "ResourceId"),
        tree::list_tags,
    ),
];

/// What AWS's messages name where an operation is about no single thing.
fn everything(_: &World, _: &Call<'_>) -> String {
    "*".to_owned()
}

/// The ARN of the account, unit or root that a parameter names.
fn arn_of(world: &World, call: &Call<'_>, parameter: &str) -> String {
    let Some(organization) = world.organization() else { return String::new() };
    let id = call.text(parameter).unwrap_or_default();
    let kind = match id {
        id if id.starts_with("r-") => "root",
        id if id.starts_with("ou-") => "ou",
        _ => "account",
    };
    arn(world, organization, kind, id)
}

fn arn(world: &World, organization: &Organization, kind: &str, id: &str) -> String {
    let (partition, management) = (world.partition(), organization.management);
    format!("arn:{partition}:organizations::{management}:{kind}/{}/{id}", organization.id)
}

/// The caller's organization.
fn membership<'a>(context: &Context<'a>, call: &Call<'_>) -> Result<&'a Organization, Fault> {
    let is_member = context.world.account(call.session.account).is_some();
    context.world.organization().filter(|_| is_member).ok_or_else(|| {
        let message = "Your account is not a member of an organization.";
        Fault::new(400, "AWSOrganizationsNotInUseException", message)
    })
}

/// The organization, for its management account and for accounts that administer something in it:
/// which service is delegated to them makes no difference here.
fn administration<'a>(context: &Context<'a>, call: &Call<'_>) -> Result<&'a Organization, Fault> {
    let organization = membership(context, call)?;
    let caller = call.session.account;
    let may = organization.management == caller || is_delegated(organization, caller);
    may.then_some(organization).ok_or_else(|| {
        let message = "You don't have permissions to access this resource.";
        Fault::new(400, "AccessDeniedException", message)
    })
}

fn is_delegated(organization: &Organization, account: AccountId) -> bool {
    organization.delegated.iter().any(|it| it.0 == account)
}

/// An input that is not accepted, with the reason and the words of the API reference.
fn invalid(reason: &'static str, message: &str) -> Fault {
    Fault::new(400, "InvalidInputException", message).element("Reason", reason)
}

/// A text that must be there and look like this.
fn required<'a>(
    call: &'a Call<'_>,
    parameter: &str,
    fits: fn(&str) -> bool,
) -> Result<&'a str, Fault> {
    let text = call.text(parameter).ok_or_else(|| {
        invalid("INPUT_REQUIRED", "You must include a value for all required parameters.")
    })?;
    let text = Some(text).filter(|it| fits(it));
    text.ok_or_else(|| {
        invalid("INVALID_PATTERN", "You provided a value that does not match the required pattern.")
    })
}

fn is_account(text: &str) -> bool {
    text.parse::<AccountId>().is_ok()
}

fn is_root(text: &str) -> bool {
    text.strip_prefix("r-").is_some_and(|it| is_word(it, 4))
}

fn is_unit(text: &str) -> bool {
    let parts = text.strip_prefix("ou-").and_then(|it| it.split_once('-'));
    parts.is_some_and(|(root, own)| is_word(root, 4) && is_word(own, 8))
}

fn is_word(text: &str, least: usize) -> bool {
    let fits = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit();
    (least..=32).contains(&text.len()) && text.bytes().all(fits)
}
