//! What to change so that a finding or a gap goes away: one type for every report.
//!
//! A fix is made once, where the facts are known, and only its words travel. It never points to a file
//! that only the program's repository has, and its commands are limited to what cannot stop the delivery
//! of logs.

use crate::account::AccountId;
use crate::region::Region;
use crate::word_enum::word_enum;

word_enum! {
    /// Who can make a change.
    pub enum FixActor {
        /// An administrator of the account that the fix names.
        AccountAdministrator = "account_administrator",
        /// Who maintains the organization's policies, in its management account.
        OrganizationAdministrator = "organization_administrator",
        /// Who runs this program and keeps its configuration.
        TrailsealOperator = "trailseal_operator",
        /// AWS, whose service failed.
        Aws = "aws",
    }
}

/// Where a change is made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FixPlace {
    /// The account; `None` where the change is made in several, or in none.
    pub account: Option<AccountId>,
    /// The Region; `None` for what has none.
    pub region: Option<Region>,
    /// What is changed: an ARN, a bucket's name, a role's name, a policy's id, a setting's name.
    pub resource: Option<String>,
}

/// One thing to do. Steps are done in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FixStep {
    /// A command of the AWS CLI, ready for a POSIX shell of the place's account. Only commands that
    /// cannot stop the delivery of logs are made.
    Command(String),
    /// A part of a policy, as JSON, to be reviewed and merged by hand.
    Statement {
        /// Where it goes, such as `the NotAction list of the statement that denies`.
        into: String,
        /// The JSON, indented by two blanks.
        json: String,
    },
    /// Lines of a file of this program's user.
    Setting {
        /// `trailseal.toml`, `exceptions.toml`, or `command line`.
        file: String,
        /// The lines, or the flags.
        text: String,
    },
}

/// What to change, where and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What to do: one order without its full stop, which names the thing to change.
    pub change: String,
    /// Who can do it.
    pub actor: FixActor,
    /// Where.
    pub place: FixPlace,
    /// How, in order; empty where people have to decide.
    pub steps: Vec<FixStep>,
    /// What to do before, one order without its full stop; `None` where nothing.
    pub first: Option<String>,
    /// What is better afterwards, one clause without its full stop.
    pub brings: String,
    /// What can go wrong, or whom it affects, one clause without its full stop; `None` where nothing.
    pub risks: Option<String>,
}
