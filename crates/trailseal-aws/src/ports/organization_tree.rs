//! The tree of the organization, and the tags of its accounts, asked with the caller's own
//! credentials as the directory is.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_organizations::Config;
use aws_sdk_organizations::operation::describe_organization::DescribeOrganizationOutput;
use aws_sdk_organizations::operation::list_accounts_for_parent::ListAccountsForParentOutput;
use aws_sdk_organizations::operation::list_organizational_units_for_parent::ListOrganizationalUnitsForParentOutput;
use aws_sdk_organizations::operation::list_roots::ListRootsOutput;
use aws_sdk_organizations::operation::list_tags_for_resource::ListTagsForResourceOutput;
use trailseal_fanout::{MemberPage, OrganizationTree, Unit, UnitPage};
use trailseal_model::{AccountId, Gap, Operation, Organization};

use super::read::{Page, Pages, account_id, listed, present, present_owned};
use crate::Aws;
use crate::ask::Ask;
use crate::call::Unread;
use crate::failure::Failure;

/// The most that Organizations gives at once.
const PAGE: i32 = 20;

impl OrganizationTree for Aws {
    async fn describe_organization(&self) -> Result<Organization, Gap> {
        let region = self.default_region();
        let ask = Ask::by_caller(Operation::DescribeOrganization, region);
        let client = self.clients.organizations(region);
        let send = |credentials: SharedCredentialsProvider| {
            let config = Config::builder().credentials_provider(credentials);
            client.describe_organization().customize().config_override(config).send()
        };
        let read = |output: Result<_, &Failure>| read_organization(&output?);
        self.call(&ask, send, read).await.map(|it| it.value)
    }

    async fn list_roots(&self, token: Option<String>) -> Result<UnitPage, Gap> {
        let region = self.default_region();
        let ask = Ask::by_caller(Operation::ListRoots, region);
        let client = self.clients.organizations(region);
        let request = client.list_roots().max_results(PAGE).set_next_token(token);
        let send = |credentials: SharedCredentialsProvider| {
            let config = Config::builder().credentials_provider(credentials);
            request.clone().customize().config_override(config).send()
        };
        let read = |output: Result<_, &Failure>| read_roots(&output?);
        self.call(&ask, send, read).await.map(|it| it.value)
    }

    async fn list_units(&self, parent: &str, token: Option<String>) -> Result<UnitPage, Gap> {
        let region = self.default_region();
        let operation = Operation::ListOrganizationalUnitsForParent;
        let ask = Ask::by_caller(operation, region).on(parent);
        let request = self
            .clients
            .organizations(region)
            .list_organizational_units_for_parent()
            .parent_id(parent)
            .max_results(PAGE)
            .set_next_token(token);
        let send = |credentials: SharedCredentialsProvider| {
            let config = Config::builder().credentials_provider(credentials);
            request.clone().customize().config_override(config).send()
        };
        let read = |output: Result<_, &Failure>| read_units(&output?);
        self.call(&ask, send, read).await.map(|it| it.value)
    }

    async fn list_accounts_in(
        &self,
        parent: &str,
        token: Option<String>,
    ) -> Result<MemberPage, Gap> {
        let region = self.default_region();
        let ask = Ask::by_caller(Operation::ListAccountsForParent, region).on(parent);
        let request = self
            .clients
            .organizations(region)
            .list_accounts_for_parent()
            .parent_id(parent)
            .max_results(PAGE)
            .set_next_token(token);
        let send = |credentials: SharedCredentialsProvider| {
            let config = Config::builder().credentials_provider(credentials);
            request.clone().customize().config_override(config).send()
        };
        let read = |output: Result<_, &Failure>| read_members(&output?);
        self.call(&ask, send, read).await.map(|it| it.value)
    }

    async fn account_tags(&self, account: AccountId) -> Result<BTreeMap<String, String>, Gap> {
        let region = self.default_region();
        let account = account.to_string();
        let ask = Ask::by_caller(Operation::ListTagsForResource, region).on(&account);
        let mut pages = Pages::new();
        loop {
            let request = self
                .clients
                .organizations(region)
                .list_tags_for_resource()
                .resource_id(&account)
                .set_next_token(pages.token());
            let send = |credentials: SharedCredentialsProvider| {
                let config = Config::builder().credentials_provider(credentials);
                request.clone().customize().config_override(config).send()
            };
            let read = |output: Result<_, &Failure>| read_tags(&output?);
            let page = self.call(&ask, send, read).await?;
            match pages.add(&ask, page)? {
                ControlFlow::Break(whole) => return Ok(whole.value.into_iter().collect()),
                ControlFlow::Continue(unfinished) => pages = unfinished,
            }
        }
    }
}

fn read_organization(output: &DescribeOrganizationOutput) -> Result<Organization, Unread> {
    let said = output.organization().ok_or("DescribeOrganization without Organization")?;
    Ok(Organization {
        id: read_id("an organization", "o-", said.id())?,
        management_account: account_id(said.master_account_id())?,
    })
}

fn read_roots(output: &ListRootsOutput) -> Result<UnitPage, Unread> {
    let roots = output.roots.as_deref();
    let roots = listed(roots, output.next_token(), "ListRoots without Roots")?;
    if roots.is_empty() && present(output.next_token()).is_none() {
        return Err("ListRoots names no root, and every organization has one".into());
    }
    let units = roots.iter().map(|it| read_unit("a root", "r-", it.id(), it.name()));
    Ok(UnitPage {
        units: units.collect::<Result<_, _>>()?,
        next_token: present_owned(output.next_token()),
    })
}

fn read_units(output: &ListOrganizationalUnitsForParentOutput) -> Result<UnitPage, Unread> {
    let units = output.organizational_units.as_deref();
    let without = "ListOrganizationalUnitsForParent without OrganizationalUnits";
    let units = listed(units, output.next_token(), without)?;
    let units =
        units.iter().map(|it| read_unit("an organizational unit", "ou-", it.id(), it.name()));
    Ok(UnitPage {
        units: units.collect::<Result<_, _>>()?,
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

fn read_members(output: &ListAccountsForParentOutput) -> Result<MemberPage, Unread> {
    let accounts = output.accounts.as_deref();
    let without = "ListAccountsForParent without Accounts";
    let accounts = listed(accounts, output.next_token(), without)?;
    let accounts = accounts.iter().map(|it| account_id(it.id()));
    Ok(MemberPage {
        accounts: accounts.collect::<Result<_, _>>()?,
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
