//! The policies in the text of a scenario.

use std::sync::Arc;

use toml::Spanned;

use super::Access;
use super::draft::{Build, Result};
use super::file::AccountAccessFile;
use super::policies::{self, Policies, RolePolicies};
use crate::policy::{Policy, PolicyError, TrustPolicy};
use crate::world::account::AccountId;

/// Gives the policies of the file to the caller and to the role of every account.
pub(super) fn apply(build: &mut Build<'_>, access: &Access) -> Result<()> {
    let file = &build.file.access;
    let mut policies = Policies {
        caller: read(build, "caller_policy", file.caller_policy.as_ref(), Policy::new)?,
        role: role_policies(build, file.role_policy.as_ref(), file.trust_policy.as_ref())?,
        ..Policies::default()
    };
    for one in &file.account {
        let account = account(build, one)?;
        let AccountAccessFile { role_policy, trust_policy, .. } = one.get_ref();
        if role_policy.is_none() && trust_policy.is_none() {
            return Err(build.wrong(one, "it has neither `role_policy` nor `trust_policy`"));
        }
        let role = role_policies(build, role_policy.as_ref(), trust_policy.as_ref())?;
        policies::check_role(&build.builder.parts, account, &access.role_name)
            .map_err(|error| build.wrong(one, error.to_string()))?;
        if policies.accounts.insert(account, role).is_some() {
            return Err(build.wrong(one, format!("account {account} has policies already")));
        }
    }
    let parts = &mut build.builder.parts;
    policies::apply(parts, access.caller, &access.role_name, &policies)
        .map_err(|error| super::ScenarioError { line: 0, message: error.to_string() })
}

fn role_policies(
    build: &Build<'_>,
    policy: Option<&Spanned<String>>,
    trust: Option<&Spanned<String>>,
) -> Result<RolePolicies> {
    Ok(RolePolicies {
        policy: read(build, "role_policy", policy, Policy::new)?,
        trust: read(build, "trust_policy", trust, TrustPolicy::new)?,
    })
}

/// The policy with this text.
fn read<T>(
    build: &Build<'_>,
    name: &str,
    text: Option<&Spanned<String>>,
    new: fn(&str) -> std::result::Result<T, PolicyError>,
) -> Result<Option<Arc<T>>> {
    let Some(text) = text else { return Ok(None) };
    let policy = new(text.get_ref());
    policy
        .map(|policy| Some(Arc::new(policy)))
        .map_err(|error| build.wrong(text, error.within(&format!("`{name}`")).to_string()))
}

/// The account that policies are for.
fn account(build: &Build<'_>, one: &Spanned<AccountAccessFile>) -> Result<AccountId> {
    let AccountAccessFile { duty, id, name, .. } = one.get_ref();
    match (duty, id, name) {
        (Some(duty), None, None) => Ok(build.on_duty(*duty)),
        (None, Some(id), None) => id.parse().map_err(|message: String| build.wrong(one, message)),
        (None, None, Some(name)) => {
            let accounts = build.builder.parts.accounts.iter();
            let mut named = accounts.filter(|account| *account.name == **name);
            match (named.next(), named.next()) {
                (Some(account), None) => Ok(account.id),
                (None, _) => Err(build.wrong(one, format!("there is no account `{name}`"))),
                (Some(_), Some(_)) => {
                    let message = format!("several accounts are named `{name}`: give `id`");
                    Err(build.wrong(one, message))
                }
            }
        }
        _ => Err(build.wrong(one, "it has not exactly one of `duty`, `id` and `name`")),
    }
}
