//! Who a reader is, and how that is said.

use std::fmt;

use crate::principal::{Named, named};

/// Who a principal is, under the conditions of its statement.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// Anybody with an AWS account.
    Everybody,
    /// Anybody of another organization, by its id.
    OtherOrganization(String),
    /// Every identity of a kind, whatever its IAM policies say.
    Whole {
        /// Of which accounts.
        accounts: Accounts,
        /// Which identities.
        kind: Kind,
    },
    /// Some identities, whom the conditions choose.
    Part {
        /// Of which accounts.
        accounts: Accounts,
        /// Whether an administrator of any of these accounts can give an identity what the
        /// conditions ask for, such as a role's name.
        is_creatable: bool,
    },
    /// Whom the IAM policies of this account choose.
    Account(String),
    /// This user, role or session.
    Identity {
        /// Its account.
        account: String,
        /// Its ARN.
        arn: String,
    },
    /// An identity that was deleted, by its unique id.
    Deleted(String),
    /// An AWS service, as itself.
    Service(String),
    /// A principal of another kind.
    Other(String),
}

/// Accounts of which identities read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Accounts {
    /// Every account of the organization.
    Organization,
    /// One, by its id.
    One(String),
    /// Several members of the organization.
    Several {
        /// Their ids, in order.
        ids: Vec<String>,
        /// The unit in which all of them are, if there is one below the root.
        unit: Option<String>,
    },
}

/// An account of the organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its id.
    pub account: String,
    /// Its path of units, `o-…/r-…/ou-…/`, if it is known.
    pub path: Option<String>,
}

/// Which identities of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Users, roles and all others, but for those that a condition leaves out.
    Identity,
    /// Roles, with their sessions.
    Role,
    /// Roles of IAM Identity Center, whatever their permission set.
    IdentityCenterRole,
    /// Users.
    User,
    /// Users that a federation token names.
    FederatedUser,
    /// The root user.
    Root,
}

/// How many account ids are spelled out.
const SHOWN: usize = 5;

impl Who {
    /// Who a grantee of a grant is, as KMS prints it: the ARN of an identity, or a service.
    #[must_use]
    pub fn of_grantee(grantee: &str) -> Self {
        let is_service = grantee.contains(".amazonaws.com") && !grantee.contains(['*', ':', '/']);
        match named(grantee) {
            Named::Account(account) => Self::Account(account.to_owned()),
            Named::Identity(account) => {
                Self::Identity { account: account.to_owned(), arn: grantee.to_owned() }
            }
            Named::Deleted(id) => Self::Deleted(id.to_owned()),
            Named::Unheard if is_service => Self::Service(grantee.to_owned()),
            Named::Unheard => Self::Other(grantee.to_owned()),
        }
    }
}

impl Accounts {
    /// Members of the organization with their paths of units, at least one.
    pub(crate) fn of(members: &[Member]) -> Self {
        if let [Member { account, .. }] = members {
            return Self::One(account.clone());
        }
        let mut ids: Vec<String> = members.iter().map(|it| it.account.clone()).collect();
        ids.sort();
        Self::Several { ids, unit: common_unit(members) }
    }
}

/// The lowest unit in which all of them are.
fn common_unit(members: &[Member]) -> Option<String> {
    let mut common: Option<Vec<&str>> = None;
    for Member { path, .. } in members {
        let units: Vec<&str> = path.as_deref()?.split('/').collect();
        common = Some(match common {
            None => units,
            Some(common) => {
                let same = common.iter().zip(&units).take_while(|it| it.0 == it.1);
                same.map(|it| *it.0).collect()
            }
        });
    }
    let units = common.unwrap_or_default();
    units.into_iter().rfind(|it| it.starts_with("ou-")).map(str::to_owned)
}

impl fmt::Display for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Organization => f.write_str("the organization"),
            Self::One(account) => write!(f, "account {account}"),
            Self::Several { ids, unit } => {
                write!(f, "{} accounts", ids.len())?;
                if let Some(unit) = unit {
                    write!(f, " under {unit}")?;
                }
                let shown: Vec<&str> = ids.iter().take(SHOWN).map(String::as_str).collect();
                let more = if ids.len() > SHOWN { ", …" } else { "" };
                write!(f, " ({}{more})", shown.join(", "))
            }
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Identity => "identity",
            Self::Role => "role",
            Self::IdentityCenterRole => "IAM Identity Center role",
            Self::User => "user",
            Self::FederatedUser => "federated user",
            Self::Root => "root user",
        })
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everybody => f.write_str("everybody"),
            Self::OtherOrganization(id) => write!(f, "every identity of the organization {id}"),
            Self::Whole { accounts, kind } => write!(f, "every {kind} of {accounts}"),
            Self::Part { accounts, is_creatable } => {
                write!(f, "some identities of {accounts}")?;
                if *is_creatable {
                    f.write_str(
                        ", by a name or tag that an administrator of any of these accounts can give",
                    )?;
                }
                Ok(())
            }
            Self::Account(account) => {
                write!(f, "the identities that account {account} chooses")
            }
            Self::Identity { arn, .. } => f.write_str(arn),
            Self::Deleted(id) => write!(f, "the deleted {id}"),
            Self::Service(name) => write!(f, "the service {name}"),
            Self::Other(name) => write!(f, "`{name}`"),
        }
    }
}
