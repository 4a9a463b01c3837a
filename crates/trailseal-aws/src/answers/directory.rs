//! The organization's accounts.

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_organizations::Config;
use aws_sdk_organizations::operation::list_accounts::ListAccountsOutput;
use aws_sdk_organizations::types;
use trailseal_model::question::{AnswerTo, ListAccounts};
use trailseal_model::{
    Account, AccountState, AccountsListed, Answer, Arn, Event, Gap, Operation, Organization,
};

use super::read::{Listing, Page, account_id, listed, present, present_owned, read_pages};
use crate::Aws;
use crate::ask::Ask;
use crate::call::Unread;
use crate::failure::Failure;

/// The most that Organizations gives at once.
const PAGE: i32 = 20;

/// The accounts of one page.
struct Listed {
    accounts: Vec<Account>,
    organization: Option<Organization>,
}

impl AnswerTo<ListAccounts> for Aws {
    async fn answer_to(&self, _: ListAccounts) -> Result<Answer<AccountsListed>, Gap> {
        let region = self.default_region();
        let ask = Ask::by_caller(Operation::ListAccounts, region);
        let listing = read_pages(&ask, async |token| {
            let request = self
                .clients
                .organizations(region)
                .list_accounts()
                .max_results(PAGE)
                .set_next_token(token);
            let send = |credentials: SharedCredentialsProvider| {
                let config = Config::builder().credentials_provider(credentials);
                request.clone().customize().config_override(config).send()
            };
            let read = |output: Result<_, &Failure>| read_page(&output?);
            let page = self.call(&ask, send, read).await?;
            let count = page.value.items.iter().map(|listed| listed.accounts.len()).sum();
            self.channel.events.emit(&Event::AccountsListed { count });
            Ok(page)
        });
        listing.await.map(put_together)
    }
}

fn put_together(listing: Listing<Listed>) -> Answer<AccountsListed> {
    let Listing { rows, ended_by } = listing;
    rows.map(|pages| {
        let mut all = AccountsListed { ended_by, ..AccountsListed::default() };
        for page in pages {
            all.accounts.extend(page.accounts);
            all.organization = all.organization.or(page.organization);
        }
        all
    })
}

fn read_page(output: &ListAccountsOutput) -> Result<Page<Listed>, Unread> {
    let accounts = output.accounts.as_deref();
    let accounts = listed(accounts, output.next_token(), "ListAccounts without Accounts")?;
    let listed = Listed {
        accounts: accounts.iter().map(read_account).collect::<Result<_, _>>()?,
        organization: accounts.iter().find_map(|it| read_organization(it.arn()?)),
    };
    Ok(Page { items: vec![listed], next_token: present_owned(output.next_token()) })
}

fn read_account(account: &types::Account) -> Result<Account, Unread> {
    let state = account.state().map(types::AccountState::as_str);
    let status = account.status().map(types::AccountStatus::as_str);
    Ok(Account {
        id: account_id(account.id())?,
        name: account.name().unwrap_or_default().to_owned(),
        state: AccountState::from_answer(present(state), present(status)),
        ou_path: account.paths().first().and_then(|it| read_path(it)),
    })
}

/// `o-…/r-…/ou-…/<account>/` without the account.
fn read_path(path: &str) -> Option<String> {
    let path = path.trim_end_matches('/');
    let last = path.rsplit('/').next()?;
    let is_account = last.parse::<trailseal_model::AccountId>().is_ok();
    let parents = if is_account { path.strip_suffix(last)? } else { path };
    let parents = parents.trim_end_matches('/');
    (!parents.is_empty()).then(|| format!("{parents}/"))
}

/// `arn:<partition>:organizations::<management account>:account/<organization>/<account>`.
fn read_organization(arn: &str) -> Option<Organization> {
    let arn = Arn::new(arn)?;
    let mut parts = arn.resource().split('/');
    let is_account = arn.service() == "organizations" && parts.next() == Some("account");
    let id = parts.next().filter(|it| is_account && it.starts_with("o-"))?;
    Some(Organization { id: id.to_owned(), management_account: arn.account()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_is_cut_off_its_path() {
        let check = |path: &str, expected: Option<&str>| {
            assert_eq!(read_path(path).as_deref(), expected, "{path}");
        };
        check("o-a/r-b/ou-c/123456789012/", Some("o-a/r-b/ou-c/"));
        check("o-a/r-b/123456789012", Some("o-a/r-b/"));
        check("o-a/r-b/ou-c/", Some("o-a/r-b/ou-c/"));
        check("", None);
    }

    #[test]
    fn an_account_arn_names_organization_and_management_account() {
        let arn = "arn:aws:organizations::111122223333:account/o-exampleorgid/444455556666";
        let organization = read_organization(arn).unwrap();
        assert_eq!(organization.id, "o-exampleorgid");
        assert_eq!(organization.management_account.to_string(), "111122223333");
        assert_eq!(read_organization("arn:aws:iam::111122223333:root"), None);
    }

    #[test]
    fn a_malformed_account_id_is_not_dropped() {
        let account = types::Account::builder().id("12").state(types::AccountState::Active).build();
        let output = ListAccountsOutput::builder().accounts(account).build();
        assert!(matches!(read_page(&output), Err(Unread::Malformed(_))));
    }

    #[test]
    fn the_retired_status_is_only_the_fallback() {
        let account = types::Account::builder().id("111122223333");
        let closed = account
            .clone()
            .state(types::AccountState::Closed)
            .status(types::AccountStatus::Suspended)
            .build();
        assert_eq!(read_account(&closed).unwrap().state, AccountState::Closed);
        let suspended = account.status(types::AccountStatus::Suspended).build();
        assert_eq!(read_account(&suspended).unwrap().state, AccountState::Suspended);
    }
}
