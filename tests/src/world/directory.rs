//! Accounts, the tree they stand in, sessions and Regions.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use trailseal_fanout::{
    AccountPage, Directory, MemberPage, OrganizationTree, RegionListing, RegionStatus, Retries,
    Sessions, Unit, UnitPage,
};
use trailseal_model::{Account, AccountId, Gap, GapClass, Operation, Organization};

use super::World;
use crate::plan::{Listing, ORGANIZATION, Plan, ROOT};

impl World {
    fn organization() -> Organization {
        Organization { id: ORGANIZATION.to_owned(), management_account: Plan::account(0) }
    }

    /// A call of the caller's own to Organizations.
    async fn ask(&self, operation: Operation, subject: &str) -> Result<(), Gap> {
        self.hold(operation).await;
        self.wait(operation, subject).await;
        let named = |gap: Gap| if subject.is_empty() { gap } else { gap.on(subject) };
        self.faults.meet(operation).map_err(named)
    }
}

impl Directory for World {
    async fn list_accounts(&self, token: Option<String>) -> Result<AccountPage, Gap> {
        self.wait(Operation::ListAccounts, &token).await;
        self.faults.meet(Operation::ListAccounts)?;
        let refused = |code: &str| Gap {
            code: Some(code.into()),
            ..Gap::new(GapClass::Denied, Operation::ListAccounts)
        };
        match self.plan.directory {
            Listing::Open => {}
            Listing::Closed => return Err(refused("AccessDeniedException")),
            Listing::Standalone => return Err(refused("AWSOrganizationsNotInUseException")),
        }
        let from: u64 = token.and_then(|it| it.parse().ok()).unwrap_or_default();
        let to = (from + 20).min(self.plan.accounts);
        let account = |number| Account {
            id: Plan::account(number),
            name: format!("account {number}"),
            state: self.plan.state(number),
            ou_path: self.plan.has_paths.then(|| Plan::path(number)),
        };
        Ok(AccountPage {
            accounts: (from..to).map(account).collect(),
            organization: Some(Self::organization()),
            next_token: (to < self.plan.accounts).then(|| to.to_string()),
        })
    }
}

impl OrganizationTree for World {
    async fn describe_organization(&self) -> Result<Organization, Gap> {
        self.ask(Operation::DescribeOrganization, "").await?;
        Ok(Self::organization())
    }

    async fn list_roots(&self, _token: Option<String>) -> Result<UnitPage, Gap> {
        self.ask(Operation::ListRoots, "").await?;
        Ok(UnitPage { units: vec![unit(ROOT)], next_token: None })
    }

    async fn list_units(&self, parent: &str, _token: Option<String>) -> Result<UnitPage, Gap> {
        self.ask(Operation::ListOrganizationalUnitsForParent, parent).await?;
        let units = match parent {
            ROOT => (1..6).map(|it| unit(&format!("ou-made-{it}"))).collect(),
            "ou-made-5" => vec![unit("ou-made-6")],
            _ => Vec::new(),
        };
        Ok(UnitPage { units, next_token: None })
    }

    async fn list_accounts_in(
        &self,
        parent: &str,
        token: Option<String>,
    ) -> Result<MemberPage, Gap> {
        self.ask(Operation::ListAccountsForParent, parent).await?;
        let end = format!("/{parent}/");
        let here = (0..self.plan.accounts).filter(|it| Plan::path(*it).ends_with(&end));
        let here: Vec<AccountId> = here.map(Plan::account).collect();
        let from: usize = token.and_then(|it| it.parse().ok()).unwrap_or_default();
        let to = (from + 20).min(here.len());
        let next_token = (to < here.len()).then(|| to.to_string());
        Ok(MemberPage { accounts: here[from..to].to_vec(), next_token })
    }

    async fn account_tags(&self, account: AccountId) -> Result<BTreeMap<String, String>, Gap> {
        self.ask(Operation::ListTagsForResource, &account.to_string()).await?;
        let owner = ("owner".to_owned(), format!("team {}", Self::number(account)));
        Ok(BTreeMap::from([owner, ("secret".to_owned(), "not asked for".to_owned())]))
    }
}

fn unit(id: &str) -> Unit {
    Unit { id: id.to_owned(), name: format!("Unit {id}") }
}

impl Retries for World {
    fn ask_once(&self, operation: Operation) {
        self.asked_once.lock().expect("no panic while it is held").push(operation);
    }
}

impl Sessions for World {
    async fn open(&self, account: AccountId) -> Result<(), Gap> {
        self.wait(Operation::AssumeRole, account).await;
        self.opened.fetch_add(1, Ordering::SeqCst);
        if account == Plan::account(self.plan.caller) {
            return Ok(());
        }
        self.session(account)?;
        self.faults.meet(Operation::AssumeRole).map_err(|it| it.at(account, None))
    }
}

impl RegionListing for World {
    async fn list_regions(&self, account: AccountId) -> Result<Vec<RegionStatus>, Gap> {
        self.call(Operation::ListRegions, Self::at_home(account), "").await?;
        let of = |region| RegionStatus { region, is_enabled: true };
        Ok(self.regions.iter().copied().map(of).collect())
    }
}
