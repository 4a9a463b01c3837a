//! Asks each account a few questions, at most [`MOST`], and notes what it answers or lacks.

use std::collections::BTreeMap;

use futures::StreamExt as _;
use trailseal_fanout::{Access, OpenedAccount, guarded, open_account};
use trailseal_model::question::{DescribeTrails, ListEventDataStores, ListTrails};
use trailseal_model::{
    Account, AccountId, Answers, Event, EventSink, Gap, GapClass, Operation, Outcome, Partition,
    Reading, Region, RegionStatus, Scope, Target, TrailDescription, TrailListed, ask,
};

/// Calls for one account at most: AssumeRole, ListRegions, DescribeTrails, ListEventDataStores, and two
/// of DescribeKey, ListObjectsV2, ListBuckets and ListTrails. A further role that is tried there, and
/// what is asked again after a throttle or a failure, comes on top.
pub(super) const MOST: u8 = 6;

/// One account, with what it answered; every account has exactly one.
#[derive(Debug)]
pub(super) struct AccountRow {
    pub(super) account: Account,
    pub(super) standing: Standing,
    /// Calls that were made for it.
    pub(super) spent: u8,
}

/// What became of an account.
#[derive(Debug)]
pub(super) enum Standing {
    /// It is suspended, closed or not activated yet: nothing is asked there.
    NotInUse,
    /// The user left it out.
    LeftOut,
    /// It could not be opened, or its probe is a bug.
    Unreachable(Box<Gap>),
    /// It was asked.
    Reached(Box<Reached>),
}

/// The answers of an account.
#[derive(Debug)]
pub(super) struct Reached {
    /// All its Regions; the partition's table unless it lists them.
    pub(super) regions: Vec<RegionStatus>,
    /// Whether it lists its Regions.
    pub(super) lists_regions: bool,
    /// What a scan reads there.
    pub(super) targets: Vec<Target>,
    /// The Region that was asked; `None` where no Region is in scope.
    pub(super) looked_in: Option<Region>,
    /// The trails that this Region shows.
    pub(super) trails: Result<Vec<TrailDescription>, Box<Gap>>,
    /// The number of event data stores in this Region.
    pub(super) stores: Result<u64, Box<Gap>>,
    /// The trails that the account lists in all its Regions; `None` where no call was left for it.
    pub(super) listed: Option<Result<Vec<TrailListed>, Box<Gap>>>,
}

impl Reached {
    /// Whether the account has enabled a Region, as far as is known.
    pub(super) fn is_enabled(&self, region: Region) -> bool {
        self.regions.iter().any(|status| status.region == region && status.is_enabled)
    }

    /// The number of Regions that it has enabled.
    pub(super) fn enabled(&self) -> u64 {
        self.regions.iter().filter(|status| status.is_enabled).count() as u64
    }
}

impl AccountRow {
    /// The answers, if it was asked.
    pub(super) fn reached(&self) -> Option<&Reached> {
        match &self.standing {
            Standing::Reached(reached) => Some(reached),
            Standing::NotInUse | Standing::LeftOut | Standing::Unreachable(_) => None,
        }
    }

    /// The number of calls that are left for it.
    pub(super) const fn room(&self) -> u8 {
        MOST.saturating_sub(self.spent)
    }
}

/// The row of an account, of rows that are sorted by id.
pub(super) fn row_of(rows: &[AccountRow], account: AccountId) -> Option<&AccountRow> {
    let index = rows.binary_search_by_key(&account, |row| row.account.id).ok()?;
    rows.get(index)
}

/// How accounts are probed.
pub(super) struct Probe<'a, A> {
    pub(super) answers: &'a A,
    pub(super) scope: &'a Scope,
    pub(super) partition: Partition,
    pub(super) caller: AccountId,
    /// Accounts that are asked at the same time.
    pub(super) at_once: usize,
    pub(super) events: &'a dyn EventSink,
}

impl<A: Answers> Probe<'_, A> {
    /// Opens every account in use and in scope, and looks into one of its Regions.
    pub(super) async fn accounts(&self, accounts: &[Account]) -> Vec<AccountRow> {
        let asked = accounts.iter().map(|account| self.guarded_row(account));
        let mut rows: Vec<AccountRow> =
            futures::stream::iter(asked).buffer_unordered(self.at_once).collect().await;
        rows.sort_by_key(|row| row.account.id);
        rows
    }

    /// A panic loses one account, and that account has its row all the same.
    async fn guarded_row(&self, account: &Account) -> AccountRow {
        match guarded(self.row(account)).await {
            Ok(row) => row,
            Err(panicked) => {
                let gap = Gap::new(GapClass::Panic, Operation::AssumeRole).at(account.id, None);
                let gap = Box::new(gap.saying(&panicked.message));
                let standing = Standing::Unreachable(gap);
                AccountRow { account: account.clone(), standing, spent: MOST }
            }
        }
    }

    async fn row(&self, account: &Account) -> AccountRow {
        let opened = open_account(self.answers, account, self.scope, self.partition).await;
        let of_role = u8::from(account.id != self.caller);
        let (standing, spent) = match &opened.access {
            Access::NotActive => (Standing::NotInUse, 0),
            Access::Excluded => (Standing::LeftOut, 0),
            Access::Failed(gap) => (Standing::Unreachable(Box::new(gap.clone())), of_role),
            Access::Open => {
                let (reached, spent) = self.look(opened).await;
                (Standing::Reached(Box::new(reached)), spent + of_role)
            }
        };
        AccountRow { account: account.clone(), standing, spent }
    }

    /// One Region of an opened account.
    async fn look(&self, opened: OpenedAccount) -> (Reached, u8) {
        let targets = opened.targets(self.scope);
        let account = opened.account;
        self.events.emit(&Event::AccountOpened { account, targets: 1 });
        let mut spent = 1;
        let mut reached = Reached {
            regions: opened.regions,
            lists_regions: opened.lists_regions,
            looked_in: self.best(&targets),
            targets,
            trails: Ok(Vec::new()),
            stores: Ok(0),
            listed: None,
        };
        if let Some(region) = reached.looked_in {
            let target = Target { account, region };
            let (trails, stores) =
                futures::join!(ask(self.answers, DescribeTrails { target }), self.stores(target));
            reached.trails = trails.map(|answer| answer.value).map_err(Box::new);
            spent += 1 + u8::from(stores.is_some());
            reached.stores = stores.unwrap_or(Ok(0));
            // Whether a Region is disabled that refuses the session is found out with another call.
            let is_refused = [reached.trails.as_ref().err(), reached.stores.as_ref().err()]
                .into_iter()
                .flatten()
                .any(|gap| gap.class == GapClass::RegionDisabled);
            spent += u8::from(is_refused);
            let outcome = Outcome::Evaluated;
            self.events.emit(&Event::TargetSettled { target, outcome });
        }
        (reached, spent)
    }

    /// The number of event data stores in a target; `None` where only skipped controls need them.
    async fn stores(&self, target: Target) -> Option<Result<u64, Box<Gap>>> {
        if !Reading::Stores.is_asked(&self.scope.skipped_controls) {
            return None;
        }
        let stores = ask(self.answers, ListEventDataStores { target }).await;
        Some(stores.map(|answer| answer.value.len() as u64).map_err(Box::new))
    }

    /// The Region that shows most of an account: the partition's default one, else one that every
    /// account has, else the first in scope.
    fn best(&self, targets: &[Target]) -> Option<Region> {
        let regions = || targets.iter().map(|target| target.region);
        let default = self.partition.default_region();
        regions()
            .find(|region| *region == default)
            .or_else(|| regions().find(|region| !region.is_opt_in()))
            .or_else(|| regions().next())
    }

    /// Asks every account that has a call left for the trails of all its Regions.
    pub(super) async fn trail_lists(&self, rows: &mut [AccountRow]) {
        let with_room = rows.iter().filter(|row| row.reached().is_some() && row.room() > 0);
        let asked = with_room.map(|row| self.guarded_list(row.account.id));
        let lists: Vec<_> =
            futures::stream::iter(asked).buffer_unordered(self.at_once).collect().await;
        let mut lists: BTreeMap<AccountId, _> = lists.into_iter().collect();
        for row in rows {
            if let Some(list) = lists.remove(&row.account.id)
                && let Standing::Reached(reached) = &mut row.standing
            {
                reached.listed = Some(list);
                row.spent += 1;
            }
        }
    }

    async fn guarded_list(
        &self,
        account: AccountId,
    ) -> (AccountId, Result<Vec<TrailListed>, Box<Gap>>) {
        let listed = guarded(ask(self.answers, ListTrails { account })).await;
        let listed = listed.unwrap_or_else(|panicked| {
            let gap = Gap::new(GapClass::Panic, Operation::ListTrails).at(account, None);
            Err(gap.saying(&panicked.message))
        });
        (account, listed.map(|answer| answer.value).map_err(Box::new))
    }
}

#[cfg(test)]
mod tests {
    use trailseal_model::{AccountState, AnyAnswer, AnyQuestion, AnyResult, BoxFuture, NoEvents};

    use super::*;

    /// Opens every account but the one with id 3, and has a bug in the one with id 2.
    struct Fake;

    impl Answers for Fake {
        fn answer(&self, question: AnyQuestion) -> BoxFuture<'_, AnyResult> {
            Box::pin(async move {
                match &question {
                    AnyQuestion::OpenAccount(open) if open.account.number() == 3 => {
                        Err(question.gap(GapClass::RoleNotAssumable))
                    }
                    AnyQuestion::DescribeTrails(asked) => {
                        assert_ne!(asked.target.account.number(), 2, "a bug");
                        Err(question.gap(GapClass::Denied))
                    }
                    AnyQuestion::OpenAccount(_) => {
                        let gap = question.gap(GapClass::Denied);
                        let evidence = trailseal_model::Evidence {
                            operation: gap.operation,
                            account: gap.account,
                            region: None,
                            at: jiff::Timestamp::UNIX_EPOCH,
                            request_id: None,
                            attempts: 1,
                            throttles: 0,
                        };
                        let value = AnyAnswer::OpenAccount(None);
                        Ok(trailseal_model::Answer { value, evidence })
                    }
                    _ => Err(question.gap(GapClass::Denied)),
                }
            })
        }

        fn ask_once(&self, _: Operation) {}
    }

    #[tokio::test]
    async fn every_account_has_one_row_also_after_a_panic() {
        let accounts: Vec<Account> = (1..=5)
            .filter_map(AccountId::new)
            .map(|id| {
                let is_suspended = id.number() == 5;
                let state =
                    if is_suspended { AccountState::Suspended } else { AccountState::Active };
                Account { id, name: String::new(), state, ou_path: None }
            })
            .collect();
        let scope = Scope {
            excluded_accounts: AccountId::new(4).into_iter().collect(),
            ..Scope::default()
        };
        let probe = Probe {
            answers: &Fake,
            scope: &scope,
            partition: Partition::Aws,
            caller: accounts[0].id,
            at_once: 2,
            events: &NoEvents,
        };
        let mut rows = probe.accounts(&accounts).await;
        probe.trail_lists(&mut rows).await;
        let shown: Vec<String> = rows
            .iter()
            .map(|row| match &row.standing {
                Standing::NotInUse => format!("not in use {}", row.spent),
                Standing::LeftOut => format!("left out {}", row.spent),
                Standing::Unreachable(gap) => format!("{} {}", gap.class, row.spent),
                Standing::Reached(_) => format!("reached {}", row.spent),
            })
            .collect();
        let expected =
            ["reached 4", "panic 6", "role_not_assumable 1", "left out 0", "not in use 0"];
        assert_eq!(shown, expected);
    }
}
