//! The policies of the caller and of the audit role, for scenarios that have some.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::Scenario;
use crate::policy::{Policy, PolicyError, TrustPolicy};
use crate::world::Parts;
use crate::world::account::{AccountId, Role};

/// The policies of the caller and of the audit role. What is left out is as it was: a user or role
/// without an identity policy may do everything that no denial of the scenario forbids, and a role
/// without a trust policy trusts the caller's account under the scenario's external id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policies {
    /// The identity policy of the user that calls.
    pub caller: Option<Arc<Policy>>,
    /// The audit role's policies in every account.
    pub role: RolePolicies,
    /// The audit role's policies in single accounts; each takes precedence over the one above.
    pub accounts: BTreeMap<AccountId, RolePolicies>,
}

/// The policies of a role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RolePolicies {
    /// Its identity policy.
    pub policy: Option<Arc<Policy>>,
    /// Its trust policy.
    pub trust: Option<Arc<TrustPolicy>>,
}

impl Policies {
    /// With this identity policy of the caller.
    ///
    /// # Errors
    /// The text is no identity policy, or has something that is not simulated.
    pub fn caller(mut self, policy: &str) -> Result<Self, PolicyError> {
        self.caller = Some(Arc::new(Policy::new(policy)?));
        Ok(self)
    }

    /// With this identity policy of the audit role in every account.
    ///
    /// # Errors
    /// The text is no identity policy, or has something that is not simulated.
    pub fn role(mut self, policy: &str) -> Result<Self, PolicyError> {
        self.role.policy = Some(Arc::new(Policy::new(policy)?));
        Ok(self)
    }

    /// With this trust policy of the audit role in every account.
    ///
    /// # Errors
    /// The text is no trust policy, or has something that is not simulated.
    pub fn trust(mut self, policy: &str) -> Result<Self, PolicyError> {
        self.role.trust = Some(Arc::new(TrustPolicy::new(policy)?));
        Ok(self)
    }

    /// With this identity policy of the audit role in one account.
    ///
    /// # Errors
    /// The text is no identity policy, or has something that is not simulated.
    pub fn role_in(mut self, account: AccountId, policy: &str) -> Result<Self, PolicyError> {
        let policy = Policy::new(policy)?;
        self.accounts.entry(account).or_default().policy = Some(Arc::new(policy));
        Ok(self)
    }

    /// With this trust policy of the audit role in one account.
    ///
    /// # Errors
    /// The text is no trust policy, or has something that is not simulated.
    pub fn trust_in(mut self, account: AccountId, policy: &str) -> Result<Self, PolicyError> {
        let policy = TrustPolicy::new(policy)?;
        self.accounts.entry(account).or_default().trust = Some(Arc::new(policy));
        Ok(self)
    }
}

impl Scenario {
    /// Gives these policies to the caller and to the audit role of every account. The scenario's
    /// truth stays that of an audit that may do everything it asks for.
    ///
    /// # Errors
    /// A single account that policies are for has no audit role.
    pub fn apply(&mut self, policies: &Policies) -> Result<(), PolicyError> {
        apply(&mut self.parts, self.access.caller, &self.access.role_name, policies)
    }
}

/// Whether the account has the audit role.
pub(super) fn check_role(
    parts: &Parts,
    account: AccountId,
    role_name: &str,
) -> Result<(), PolicyError> {
    let found = parts.accounts.iter().find(|it| it.id == account);
    if found.is_some_and(|it| it.roles.iter().any(|role| *role.name == *role_name)) {
        return Ok(());
    }
    Err(PolicyError::new(format!("account {account} has no role `{role_name}`")))
}

pub(super) fn apply(
    parts: &mut Parts,
    caller: AccountId,
    role_name: &str,
    policies: &Policies,
) -> Result<(), PolicyError> {
    for account in policies.accounts.keys() {
        check_role(parts, *account, role_name)?;
    }
    if let Some(policy) = &policies.caller {
        for user in parts.users.iter_mut().filter(|user| user.account == caller) {
            user.policy = Some(policy.clone());
        }
    }
    // Accounts that shared a list of roles still do, unless they have policies of their own.
    let mut changed: HashMap<*const Role, Arc<[Role]>> = HashMap::new();
    for account in &mut parts.accounts {
        let own = policies.accounts.get(&account.id);
        account.roles = match own {
            Some(own) => with(&account.roles, role_name, &[&policies.role, own]),
            None => changed
                .entry(account.roles.as_ptr())
                .or_insert_with(|| with(&account.roles, role_name, &[&policies.role]))
                .clone(),
        };
    }
    Ok(())
}

/// The roles with these policies, the later over the earlier ones.
fn with(roles: &[Role], role_name: &str, policies: &[&RolePolicies]) -> Arc<[Role]> {
    let mut roles = roles.to_vec();
    for role in roles.iter_mut().filter(|role| *role.name == *role_name) {
        for RolePolicies { policy, trust } in policies {
            role.policy = policy.clone().or(role.policy.take());
            role.trust = trust.clone().or(role.trust.take());
        }
    }
    roles.into()
}
