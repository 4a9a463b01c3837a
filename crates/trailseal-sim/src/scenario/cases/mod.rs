//! The ready-made cases: one account each, with what an audit must say of it.
//!
//! Every row is written by hand from AWS's documentation and from the product's promises. Where the
//! promises leave two readings open, the row's sentence says which one it takes.

mod access;
mod account;
mod grants;
mod key_answers;
mod keys;
mod objects;
mod organization;
mod policies;
mod readers;
mod status;
mod trails;

use super::filled_account::FilledAccount;
use super::truth::{Row, Status};

pub use organization::{Auditor, ORGANIZATION_CASES, OrganizationCase};

/// A ready-made case: what is in one account, and what an audit must say of it.
#[derive(Debug)]
pub struct Case {
    /// Its id.
    pub id: &'static str,
    /// What is special about it, in one sentence.
    pub about: &'static str,
    /// Fills the account.
    pub build: fn(&mut FilledAccount<'_>),
    /// A row for each trail in the order they are made; further ones can be seen by nobody.
    pub trails: &'static [Row],
    /// `account-covered`, where no organization trail covers the account; it is not applicable to
    /// an account that is not in use, which nothing else is said of.
    pub covered: Status,
    /// `event-data-store-kms-encrypted` for each store in the order they are made; further ones
    /// can be seen by nobody.
    pub stores: &'static [Status],
    /// Where the case makes sense.
    pub needs: Needs,
}

/// Where a case makes sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Anywhere.
    Nothing,
    /// In an organization.
    Organization,
    /// In the partition `aws`.
    Commercial,
}

/// Cases of one kind.
#[derive(Debug)]
pub struct Group {
    /// What they are about.
    pub name: &'static str,
    /// The cases.
    pub cases: &'static [Case],
}

/// Every case by group.
pub const GROUPS: &[Group] = &[
    Group { name: "Keys", cases: keys::CASES },
    Group { name: "Keys: what KMS leaves out", cases: key_answers::CASES },
    Group { name: "Key policies: CloudTrail", cases: policies::CASES },
    Group { name: "Key policies: readers", cases: readers::CASES },
    Group { name: "Grants", cases: grants::CASES },
    Group { name: "Trails", cases: trails::CASES },
    Group { name: "Trails: status and selectors", cases: status::CASES },
    Group { name: "Delivered objects", cases: objects::CASES },
    Group { name: "Access", cases: access::CASES },
    Group { name: "Accounts, Regions, stores and names", cases: account::CASES },
];

/// Every case.
pub fn all() -> impl Iterator<Item = &'static Case> {
    GROUPS.iter().flat_map(|it| it.cases)
}

/// The case with this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Case> {
    all().find(|it| it.id == id)
}

/// The case of an account with nothing in it.
pub(super) const NO_TRAIL: &Case = &trails::NO_TRAIL;

/// What most rows begin with: an account whose trail records its home Region only, so that the
/// other Regions are not covered.
const ONE_REGION: Case = Case {
    id: "",
    about: "",
    build: |_| {},
    trails: &[],
    covered: Status::Fail,
    stores: &[],
    needs: Needs::Nothing,
};

/// What the rows of trails that record every Region begin with.
const EVERY_REGION: Case = Case { covered: Status::Pass, ..ONE_REGION };

/// What the rows of accounts that are not in use begin with.
const NOT_IN_USE: Case = Case { covered: Status::NotApplicable, ..ONE_REGION };
