//! Puts an organization together, account by account. Every id is drawn from the seed and from
//! what it is for, so that another account changes none.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::Expected;
use super::setup::{Setup, Surroundings};
use super::truth::Status;
use crate::draw::Draw;
use crate::world::Parts;
use crate::world::account::{AccountId, RegionStates, Role};
use crate::world::denial::{Accounts, Denial, PolicyKind};
use crate::world::region::{Partition, Region, RegionSet};

/// An organization in the making.
#[derive(Debug)]
pub struct Builder {
    pub(super) parts: Parts,
    pub(super) expected: Vec<Expected>,
    pub(super) well_known: WellKnown,
    /// The role that the audit opens in most accounts.
    pub(super) roles: Arc<[Role]>,
    pub(super) regions: RegionStates,
    /// The organization trail that covers every active account that has its home Region enabled:
    /// others send it nothing (CloudTrail user guide, "Creating a trail for an organization").
    pub(super) covered: Option<Cover>,
    /// What is denied, and to which accounts: those that are denied the same share a denial, so
    /// that a request has few to look through.
    denied: Vec<(Denial, Vec<AccountId>)>,
    taken: HashSet<AccountId>,
}

/// What an organization trail does for accounts.
#[derive(Debug)]
pub(super) struct Cover {
    /// The trail's case.
    pub(super) case: Arc<str>,
    /// Its home Region.
    pub(super) home: Region,
    /// `pass` where it covers them, `not_proven` where that is unknown.
    pub(super) status: Status,
}

/// The accounts that cases refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WellKnown {
    /// The organization's management account.
    pub management: AccountId,
    /// The account that keeps logs.
    pub log_archive: AccountId,
    /// The account that looks after security.
    pub audit: AccountId,
    /// An account outside the organization.
    pub stranger: AccountId,
}

impl Builder {
    /// An empty world.
    #[must_use]
    pub fn new(seed: u64, start: Timestamp, partition: Partition) -> Self {
        let mut taken = HashSet::new();
        let mut draw = |name| account_id(seed, &mut taken, name, 0);
        let well_known = WellKnown {
            management: draw("management"),
            log_archive: draw("log-archive"),
            audit: draw("audit"),
            stranger: draw("stranger"),
        };
        Self {
            parts: Parts {
                seed,
                start,
                partition,
                organization: None,
                accounts: Vec::new(),
                users: Vec::new(),
                trails: Vec::new(),
                keys: Vec::new(),
                buckets: Vec::new(),
                stores: Vec::new(),
                denials: Vec::new(),
            },
            expected: Vec::new(),
            well_known,
            roles: Arc::from([]),
            regions: RegionStates::default(),
            covered: None,
            denied: Vec::new(),
            taken,
        }
    }

    /// A draw from the seed for this purpose.
    pub(super) fn draw(&self, purpose: &str) -> Draw {
        draw(self.parts.seed, purpose)
    }

    /// A number that no account has yet, for the account of this name and index.
    pub(super) fn account_id(&mut self, name: &str, index: u64) -> AccountId {
        account_id(self.parts.seed, &mut self.taken, name, index)
    }

    /// What a case in this account may refer to.
    pub(super) fn surroundings(&self, account: AccountId) -> Surroundings {
        let partition = self.parts.partition;
        let names: &[&str] = match partition.name() {
            "aws-cn" => &["cn-northwest-1", "cn-north-1"],
            "aws-us-gov" => &["us-gov-west-1", "us-gov-east-1"],
            _ => &["us-east-1", "eu-west-1", "ap-southeast-2"],
        };
        let region = |index: usize| {
            let name = names.get(index).unwrap_or(&names[0]);
            Region::new(name).unwrap_or(partition.global_region())
        };
        Surroundings {
            start: self.parts.start,
            partition,
            regions: [region(0), region(1), region(2)],
            account,
            log_archive: self.well_known.log_archive,
            audit: self.well_known.audit,
            stranger: self.well_known.stranger,
        }
    }

    /// A sealed trail in the making, the account's next one.
    pub(super) fn setup(&self, account: AccountId, index: usize) -> Setup {
        let draw = self.draw("trail").number(account.number()).number(index as u64);
        Setup::new(self.surroundings(account), index, draw)
    }

    pub(super) fn expect_trail(&mut self, arn: &str, row: super::truth::Row, case: &Arc<str>) {
        let arn: Arc<str> = arn.into();
        for control in super::truth::Row::controls() {
            let (status, case) = (row.status(*control), case.clone());
            self.expected.push(Expected::new(arn.clone(), *control, status, case));
        }
    }

    /// Takes these actions from an account's audit role, everywhere and without a word in a policy.
    pub(super) fn lack(&mut self, actions: &[&str], account: AccountId) {
        self.deny(denial(PolicyKind::Identity, false, actions, RegionSet::ALL), account);
    }

    /// Denies something to an account.
    pub(super) fn deny(&mut self, denial: Denial, account: AccountId) {
        match self.denied.iter_mut().find(|it| it.0 == denial) {
            Some(same) => same.1.push(account),
            None => self.denied.push((denial, vec![account])),
        }
    }

    /// The organization as it is now, and the truth, in order.
    pub(super) fn finish(mut self) -> (Parts, Vec<Expected>) {
        for (denial, accounts) in self.denied {
            let accounts = Accounts::These(accounts);
            self.parts.denials.push(Denial { accounts, ..denial });
        }
        self.expected.sort_unstable();
        (self.parts, self.expected)
    }
}

/// A denial without a subject yet.
pub(super) fn denial(
    kind: PolicyKind,
    is_explicit: bool,
    actions: &[&str],
    regions: RegionSet,
) -> Denial {
    Denial {
        kind,
        is_explicit,
        policy_arn: None,
        accounts: Accounts::These(Vec::new()),
        regions,
        actions: actions.iter().map(|it| (*it).into()).collect(),
        resource: "".into(),
    }
}

fn draw(seed: u64, purpose: &str) -> Draw {
    Draw::new(seed).word("scenario").word(purpose)
}

fn account_id(seed: u64, taken: &mut HashSet<AccountId>, name: &str, index: u64) -> AccountId {
    let mut draw = draw(seed, "account").word(name).number(index);
    loop {
        let number = 100_000_000_000 + draw.below(900_000_000_000);
        if let Some(id) = AccountId::new(number).filter(|it| taken.insert(*it)) {
            return id;
        }
        draw = draw.number(index);
    }
}
