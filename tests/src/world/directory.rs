//! Accounts, the tree they are in, and their Regions.

use std::collections::BTreeMap;

use trailseal_model::{
    Account, AccountId, AccountsListed, Answer, AnyAnswer, AnyQuestion, AnyResult, Gap, GapClass,
    Operation, Organization, RegionStatus, Unit,
};

use super::World;
use crate::plan::{Listing, ORGANIZATION, Plan, ROOT};

/// Accounts on one page of Organizations.
const PAGE: u64 = 20;

impl World {
    fn organization() -> Organization {
        Organization { id: ORGANIZATION.to_owned(), management_account: Plan::account(0) }
    }

    /// The accounts, as far as they can be listed: each page is a request of its own.
    pub(super) async fn accounts(&self, question: &AnyQuestion) -> AnyResult {
        let mut listed = AccountsListed::default();
        let mut evidence = self.first_page(question).await?;
        listed.organization = Some(Self::organization());
        for number in 0..self.plan.accounts {
            if number > 0 && number % PAGE == 0 {
                match self.request(question).await {
                    Ok(later) => evidence = later,
                    Err(gap) => {
                        listed.ended_by = Some(gap);
                        break;
                    }
                }
            }
            listed.accounts.push(Account {
                id: Plan::account(number),
                name: format!("account {number}"),
                state: self.plan.state(number),
                ou_path: self.plan.has_paths.then(|| Plan::path(number)),
            });
        }
        Ok(Answer { value: AnyAnswer::ListAccounts(listed), evidence })
    }

    async fn first_page(&self, question: &AnyQuestion) -> Result<trailseal_model::Evidence, Gap> {
        let evidence = self.request(question).await?;
        let refused = |code: &str| Gap {
            code: Some(code.into()),
            ..Gap::new(GapClass::Denied, Operation::ListAccounts)
        };
        match self.plan.directory {
            Listing::Open => Ok(evidence),
            Listing::Closed => Err(refused("AccessDeniedException")),
            Listing::Standalone => Err(refused("AWSOrganizationsNotInUseException")),
        }
    }

    /// Requests that a listing takes.
    pub(super) fn pages(&self, question: &AnyQuestion) -> u64 {
        match question {
            AnyQuestion::ListAccountsForParent(question) => {
                let accounts = self.accounts_in(&question.parent).len() as u64;
                accounts.div_ceil(PAGE).max(1)
            }
            _ => 1,
        }
    }

    pub(super) fn of_directory(&self, question: &AnyQuestion) -> Option<AnyAnswer> {
        Some(match question {
            AnyQuestion::OpenAccount(_) => AnyAnswer::OpenAccount(None),
            AnyQuestion::DescribeOrganization(_) => {
                AnyAnswer::DescribeOrganization(Self::organization())
            }
            AnyQuestion::ListRoots(_) => AnyAnswer::ListRoots(vec![unit(ROOT)]),
            AnyQuestion::ListOrganizationalUnitsForParent(question) => {
                let units = match &*question.parent {
                    ROOT => (1..6).map(|it| unit(&format!("ou-made-{it}"))).collect(),
                    "ou-made-5" => vec![unit("ou-made-6")],
                    _ => Vec::new(),
                };
                AnyAnswer::ListOrganizationalUnitsForParent(units)
            }
            AnyQuestion::ListAccountsForParent(question) => {
                AnyAnswer::ListAccountsForParent(self.accounts_in(&question.parent))
            }
            AnyQuestion::ListTagsForResource(question) => {
                let team = format!("team {}", Self::number(question.account));
                AnyAnswer::ListTagsForResource(BTreeMap::from([
                    ("owner".to_owned(), team),
                    ("secret".to_owned(), "not asked for".to_owned()),
                ]))
            }
            AnyQuestion::ListRegions(_) => {
                let of = |region| RegionStatus { region, is_enabled: true };
                AnyAnswer::ListRegions(self.regions.iter().copied().map(of).collect())
            }
            _ => return None,
        })
    }

    fn accounts_in(&self, parent: &str) -> Vec<AccountId> {
        let end = format!("/{parent}/");
        let here = (0..self.plan.accounts).filter(|number| Plan::path(*number).ends_with(&end));
        here.map(Plan::account).collect()
    }
}

fn unit(id: &str) -> Unit {
    Unit { id: id.to_owned(), name: format!("Unit {id}") }
}
