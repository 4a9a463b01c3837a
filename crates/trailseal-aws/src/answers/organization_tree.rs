//! The tree of the organization, and the tags of its accounts, asked with the caller's own
//! credentials as the directory is.

use std::collections::BTreeMap;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_organizations::Config;
use aws_sdk_organizations::operation::describe_organization::DescribeOrganizationOutput;
use aws_sdk_organizations::operation::list_accounts_for_parent::ListAccountsForParentOutput;
use aws_sdk_organizations::operation::list_organizational_units_for_parent::ListOrganizationalUnitsForParentOutput;
use aws_sdk_organizations::operation::list_roots::ListRootsOutput;
use aws_sdk_organizations::operation::list_tags_for_resource::ListTagsForResourceOutput;
use trailseal_model::question::{
    AnswerTo, DescribeOrganization, ListAccountsForParent, ListOrganizationalUnitsForParent,
    ListRoots, ListTagsForResource,
};
use trailseal_model::{AccountId, Answer, Gap, Operation, Organization, Unit};

use super::read::{Page, account_id, listed, present, present_owned, read_pages};
use crate::Aws;
use crate::ask::Ask;
use crate::call::Unread;
use crate::failure::Failure;

/// The most that Organizations gives at once.
const PAGE: i32 = 20;

impl AnswerTo<DescribeOrganization> for Aws {
    async fn answer_to(&self, _: DescribeOrganization) -> Result<Answer<Organization>, Gap> {
        let region = self.default_region();
        let ask = Ask::by_caller(Operation::DescribeOrganization, region);
        let client = self.clients.organizations(region);
        let send = |credentials: SharedCredentialsProvider| {
            let config = Config::builder().credentials_provider(credentials);
            client.describe_organization().customize().config_override(config).send()
        };
        let read = |output: Result<_, &Failure>| read_organization(&output?);
        self.call(&ask, send, read).await
    }
}

impl AnswerTo<ListRoots> for Aws {
    async fn answer_to(&self, _: ListRoots) -> Result<Answer<Vec<Unit>>, Gap> {
        let region = self.default_region();
        let ask = Ask::by_caller(Operation::ListRoots, region);
        let listing = read_pages(&ask, async |token| {
            let client = self.clients.organizations(region);
            let request = client.list_roots().max_results(PAGE).set_next_token(token);
            let send = |credentials: SharedCredentialsProvider| {
                let config = Config::builder().credentials_provider(credentials);
                request.clone().customize().config_override(config).send()
            };
            let read = |output: Result<_, &Failure>| read_roots(&output?);
            self.call(&ask, send, read).await
        });
        listing.await?.whole()
    }
}

impl AnswerTo<ListOrganizationalUnitsForParent> for Aws {
    async fn answer_to(
        &self,
        question: ListOrganizationalUnitsForParent,
    ) -> Result<Answer<Vec<Unit>>, Gap> {
        let region = self.default_region();
        let operation = Operation::ListOrganizationalUnitsForParent;
        let ask = Ask::by_caller(operation, region).on(&question.parent);
        let listing = read_pages(&ask, async |token| {
            let client = self.clients.organizations(region);
            let request = client
                .list_organizational_units_for_parent()
                .parent_id(&question.parent)
                .max_results(PAGE)
                .set_next_token(token);
            let send = |credentials: SharedCredentialsProvider| {
                let config = Config::builder().credentials_provider(credentials);
                request.clone().customize().config_override(config).send()
            };
            let read = |output: Result<_, &Failure>| read_units(&output?);
            self.call(&ask, send, read).await
        });
        listing.await?.whole()
    }
}

impl AnswerTo<ListAccountsForParent> for Aws {
    async fn answer_to(
        &self,
        question: ListAccountsForParent,
    ) -> Result<Answer<Vec<AccountId>>, Gap> {
        let region = self.default_region();
        let operation = Operation::ListAccountsForParent;
        let ask = Ask::by_caller(operation, region).on(&question.parent);
        let listing = read_pages(&ask, async |token| {
            let client = self.clients.organizations(region);
            let request = client
                .list_accounts_for_parent()
                .parent_id(&question.parent)
                .max_results(PAGE)
                .set_next_token(token);
            let send = |credentials: SharedCredentialsProvider| {
                let config = Config::builder().credentials_provider(credentials);
                request.clone().customize().config_override(config).send()
            };
            let read = |output: Result<_, &Failure>| read_members(&output?);
            self.call(&ask, send, read).await
        });
        listing.await?.whole()
    }
}

impl AnswerTo<ListTagsForResource> for Aws {
    async fn answer_to(
        &self,
        question: ListTagsForResource,
    ) -> Result<Answer<BTreeMap<String, String>>, Gap> {
        let region = self.default_region();
        let account = question.account.to_string();
        let ask = Ask::by_caller(Operation::ListTagsForResource, region).on(&account);
        let listing = read_pages(&ask, async |token| {
            let client = self.clients.organizations(region);
            let request =
                client.list_tags_for_resource().resource_id(&account).set_next_token(token);
            let send = |credentials: SharedCredentialsProvider| {
                let config = Config::builder().credentials_provider(credentials);
                request.clone().customize().config_override(config).send()
            };
            let read = |output: Result<_, &Failure>| read_tags(&output?);
            self.call(&ask, send, read).await
        });
        Ok(listing.await?.whole()?.map(BTreeMap::from_iter))
    }
}

fn read_organization(output: &DescribeOrganizationOutput) -> Result<Organization, Unread> {
    let said = output.organization().ok_or("DescribeOrganization without Organization")?;
    Ok(Organization {
        id: read_id("an organization", "o-", said.id())?,
        management_account: account_id(said.master_account_id())?,
    })
}

fn read_roots(output: &ListRootsOutput) -> Result<Page<Unit>, Unread> {
    let roots = output.roots.as_deref();
    let roots = listed(roots, output.next_token(), "ListRoots without Roots")?;
    if roots.is_empty() && present(output.next_token()).is_none() {
        return Err("ListRoots names no root, and every organization has one".into());
    }
    let units = roots.iter().map(|it| read_unit("a root", "r-", it.id(), it.name()));
    Ok(Page {
        items: units.collect::<Result<_, _>>()?,
        next_token: present_owned(output.next_token()),
    })
}

fn read_units(output: &ListOrganizationalUnitsForParentOutput) -> Result<Page<Unit>, Unread> {
    let units = output.organizational_units.as_deref();
    let without = "ListOrganizationalUnitsForParent without OrganizationalUnits";
    let units = listed(units, output.next_token(), without)?;
    let units =
        units.iter().map(|it| read_unit("an organizational unit", "ou-", it.id(), it.name()));
    Ok(Page {
        items: units.collect::<Result<_, _>>()?,
        next_token: present_owned(output.next_token()),
    })
}

fn read_unit(
    what: &str,
    prefix: &str,
    id: Option<&str>,
    name: Option<&str>,
) -> Result<Unit, Unread> {
    let id = read_id(what, prefix, id)?;
    Ok(Unit { id, name: name.unwrap_or_default().to_owned() })
}

/// An id must be one: paths are made and taken apart by these prefixes.
fn read_id(what: &str, prefix: &str, id: Option<&str>) -> Result<String, Unread> {
    let id = present(id).ok_or_else(|| format!("{what} without Id"))?;
    if !id.starts_with(prefix) || id.contains('/') {
        return Err(format!("`{id}` is not the id of {what}").into());
    }
    Ok(id.to_owned())
}

fn read_members(output: &ListAccountsForParentOutput) -> Result<Page<AccountId>, Unread> {
    let accounts = output.accounts.as_deref();
    let without = "ListAccountsForParent without Accounts";
    let accounts = listed(accounts, output.next_token(), without)?;
    let accounts = accounts.iter().map(|it| account_id(it.id()));
    Ok(Page {
        items: accounts.collect::<Result<_, _>>()?,
        next_token: present_owned(output.next_token()),
    })
}

fn read_tags(output: &ListTagsForResourceOutput) -> Result<Page<(String, String)>, Unread> {
    let tags = output.tags.as_deref();
    let tags = listed(tags, output.next_token(), "ListTagsForResource without Tags")?;
    let tags = tags.iter().map(|it| {
        // A tag's value may be empty, its key may not.
        let key = present_owned(Some(it.key())).ok_or("a tag without Key")?;
        Ok::<_, Unread>((key, it.value().to_owned()))
    });
    let items = tags.collect::<Result<_, _>>()?;
    Ok(Page { items, next_token: present_owned(output.next_token()) })
}
