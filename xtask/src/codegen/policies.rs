//! The policies that `trailseal iam` prints for made-up names, and the page of all actions.

use std::collections::BTreeSet;

use anyhow::{Context, Result, anyhow};
use trailseal_model::{Loss, Operation, Purpose, Served};
use trailseal_remediation::iam::{
    Caller, ExternalId, Format, IamRequest, Recipient, RoleName, document,
};

use super::pages::{code, page};

/// Made up, as in AWS's own examples.
const CALLER: &str = "arn:aws:iam::111122223333:role/TrailsealCaller";
const ORGANIZATION: &str = "o-a1b2c3d4e5";

fn request(recipient: Recipient) -> Result<IamRequest> {
    let caller = Caller::parse(CALLER).map_err(|error| anyhow!(error))?;
    Ok(IamRequest {
        external_id: Some(ExternalId("EXAMPLE".to_owned())),
        organization: Some(ORGANIZATION.to_owned()),
        has_accounts_file: true,
        reads_account_tags: true,
        ..IamRequest::new(recipient, caller, RoleName("TrailsealAudit".to_owned()))
    })
}

fn printed(recipient: Recipient) -> Result<String> {
    document(&request(recipient)?, Format::Json).context("there is no policy")
}

/// What the role in each audited account needs.
pub(super) fn audit_role() -> Result<String> {
    printed(Recipient::Member)
}

/// What the caller needs, of everything that settings can ask for.
pub(super) fn caller() -> Result<String> {
    printed(Recipient::Caller)
}

/// Every action, who gets it, and what is missing without it.
pub(super) fn actions() -> String {
    let operations = Operation::ALL.iter().copied();
    let audit = operations.filter(|operation| operation.purpose() == Purpose::Audit);
    let actions: BTreeSet<&str> = audit.filter_map(Operation::iam_action).collect();
    let rows = actions.into_iter().map(|action| {
        let operations: Vec<Operation> =
            Operation::ALL.iter().copied().filter(|it| it.iam_action() == Some(action)).collect();
        let served: BTreeSet<Served> = operations.iter().flat_map(|it| it.serves()).collect();
        let is_of_caller =
            operations.iter().all(|it| matches!(it.service(), "organizations" | "sts"));
        let losses: BTreeSet<&str> = operations.iter().map(|it| lost(*it)).collect();
        [
            code(action),
            operations.iter().map(|it| code(it.as_str())).collect::<Vec<_>>().join(", "),
            if is_of_caller { "caller" } else { "caller, audit role" }.to_owned(),
            served.iter().map(|it| shown(*it)).collect::<Vec<_>>().join(", "),
            losses.into_iter().collect::<Vec<_>>().join("; "),
        ]
    });
    page(
        "Permissions",
        "Every IAM action that a scan uses. Where only controls need it, a scan that skips all of \
         them does not ask, and `trailseal iam` leaves the action out. \
         [Permissions](../operations/permissions.md) says how to deploy the policies.",
        ["Action", "Operations", "In the policy of", "Needed for", "Without it is lost"],
        rows,
    )
}

fn shown(served: Served) -> String {
    match served {
        Served::Groundwork(groundwork) => groundwork.as_str().replace('_', " "),
        Served::Control(control) => format!("[{control}](../controls/{control}.md)"),
    }
}

const fn lost(operation: Operation) -> &'static str {
    match operation.loss() {
        _ if matches!(operation, Operation::DescribeOrganization) => {
            "with a file of accounts, the organization's id: log objects of organization trails cannot be looked for"
        }
        Loss::Population => "the population, and so the scan, unless a file names the accounts",
        Loss::Account => "the account: all its Regions are `not_evaluated`",
        Loss::Nothing => "nothing: every Region of the partition is probed instead",
        Loss::Target => {
            "that listing of the Region: it is `partial`, or `not_evaluated` if both fail"
        }
        Loss::Leg => "the controls that need it: `not_proven`",
        Loss::Description => "names, tags or places of accounts",
        Loss::CrossCheck => "a check of other answers",
        Loss::Publication => "a published copy of the reports",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_its_row() {
        let page = actions();
        for operation in Operation::ALL.iter().filter(|it| it.purpose() == Purpose::Audit) {
            if let Some(action) = operation.iam_action() {
                assert_eq!(page.matches(&format!("| `{action}` |")).count(), 1, "{action}");
            }
        }
        assert!(!page.contains("s3:PutObject"));
    }
}
