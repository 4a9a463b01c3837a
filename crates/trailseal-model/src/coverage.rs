//! What happened to every target of the organization.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::account::AccountId;
use crate::gap::GapId;
use crate::gap_class::GapClass;
use crate::last_calls::LastCalls;
use crate::member_delivery::Delivery;
use crate::region::Region;
use crate::request_ids::RequestIds;
use crate::target::Target;
use crate::word_enum::word_enum;

word_enum! {
    /// What became of listing one target.
    pub enum Outcome {
        /// Its listings were read.
        Evaluated = "evaluated",
        /// One of its listings failed.
        Partial = "partial",
        /// It was not read.
        NotEvaluated = "not_evaluated",
        /// The user left it out.
        Excluded = "excluded",
        /// The account has not enabled the Region.
        RegionDisabled = "region_disabled",
        /// The account is not in use.
        AccountNotActive = "account_not_active",
    }
}

impl Outcome {
    /// Whether the target has nothing to do with what is judged, or nothing can be there.
    #[must_use]
    pub const fn is_left_out(self) -> bool {
        matches!(self, Self::Excluded | Self::RegionDisabled | Self::AccountNotActive)
    }

    /// Whether something of the target is missing that the user did not ask to leave out.
    #[must_use]
    pub const fn is_incomplete(self) -> bool {
        matches!(self, Self::Partial | Self::NotEvaluated)
    }
}

word_enum! {
    /// What the newest log object of a target came to; the worst last.
    pub enum NewestLog {
        /// The window holds none.
        Missing = "none",
        /// Sealed under the trail's key.
        Sealed = "sealed",
        /// Older than the last change of encryption or key.
        Older = "older",
        /// Its encryption could not be read.
        Unreadable = "unreadable",
        /// The window could not be listed.
        Unlisted = "unlisted",
        /// Not sealed under the trail's key.
        Deviation = "deviation",
    }
}

/// One target's row, packed: there can be hundreds of thousands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CoverageRow {
    /// The Region; the account is the key it is kept under.
    pub region: Region,
    /// What became of it.
    pub outcome: Outcome,
    /// Why, where it was not simply evaluated.
    pub reason: Option<GapClass>,
    /// The gap behind it.
    pub gap: Option<GapId>,
    /// Whether its trails were listed, all of them: only then does it show that there is no other.
    pub trails_listed: bool,
    /// Whether its trails were listed, and yet one is missing of which another list tells.
    pub misses_trail: bool,
    /// How many trails were seen.
    pub trails_found: u16,
    /// How many event data stores were listed.
    pub stores_found: u16,
    /// Requests made for the listing.
    pub api_calls: u8,
    /// How many of them were throttled.
    pub throttles: u8,
    /// When its listing began, in milliseconds after the run's start.
    pub started: u32,
    /// When it ended.
    pub finished: u32,
    /// What the newest log object came to; `None` where no trail was looked for.
    pub newest_log: Option<NewestLog>,
    /// When it was delivered, by its name, in minutes since 1970; 0 if there is none.
    newest_log_minute: u32,
    /// How delivery of organization trails goes there, as the member is told; the worst of several
    /// trails. `None` where it was not asked.
    pub member_delivery: Option<Delivery>,
    settled: bool,
}

impl CoverageRow {
    /// A row for a Region whose work has not come to an end: it counts as not evaluated.
    #[must_use]
    pub const fn planned(region: Region) -> Self {
        Self {
            region,
            outcome: Outcome::NotEvaluated,
            reason: Some(GapClass::Cancelled),
            gap: None,
            trails_listed: false,
            misses_trail: false,
            trails_found: 0,
            stores_found: 0,
            api_calls: 0,
            throttles: 0,
            started: 0,
            finished: 0,
            newest_log: None,
            newest_log_minute: 0,
            member_delivery: None,
            settled: false,
        }
    }

    /// A row with its outcome.
    #[must_use]
    pub const fn with(region: Region, outcome: Outcome, reason: Option<GapClass>) -> Self {
        let trails_listed = matches!(outcome, Outcome::Evaluated);
        Self { outcome, reason, trails_listed, settled: true, ..Self::planned(region) }
    }

    /// Whether DescribeTrails answered there, with all trails or not: what it does not show, it does
    /// not have or does not tell of.
    #[must_use]
    pub const fn answered_trails(&self) -> bool {
        self.trails_listed || self.misses_trail
    }

    /// When the newest log object was delivered, by its name.
    #[must_use]
    pub fn newest_log_at(&self) -> Option<Timestamp> {
        let since = SignedDuration::from_mins(i64::from(self.newest_log_minute));
        Timestamp::from_duration(since).ok().filter(|_| self.newest_log_minute > 0)
    }
}

/// Every target once. A planned target that nothing settles stays `not_evaluated`, so a fault
/// anywhere, a panic included, cannot make one disappear.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    accounts: BTreeMap<AccountId, Box<[CoverageRow]>>,
    last_calls: LastCalls,
    /// Of DescribeTrails.
    request_ids: RequestIds,
}

impl Coverage {
    /// Plans an account's Regions. An account that is planned already stays as it is.
    pub fn plan(&mut self, account: AccountId, rows: impl IntoIterator<Item = CoverageRow>) {
        self.accounts.entry(account).or_insert_with(|| {
            let mut rows: Vec<CoverageRow> = rows.into_iter().collect();
            rows.sort_by_key(|it| it.region);
            rows.dedup_by_key(|it| it.region);
            rows.into_boxed_slice()
        });
    }

    /// Settles one planned target. The first outcome stands; a target that was not planned is
    /// refused, and so is a second outcome. What was noted of delivery stays: trails do not wait for
    /// everything that settles a target.
    pub fn settle(&mut self, account: AccountId, row: CoverageRow) -> bool {
        match self.row_mut(Target { account, region: row.region }) {
            Some(planned) if !planned.settled => {
                let CoverageRow { newest_log, newest_log_minute, member_delivery, .. } = *planned;
                *planned = CoverageRow {
                    settled: true,
                    newest_log,
                    newest_log_minute,
                    member_delivery,
                    ..row
                };
                true
            }
            Some(_) | None => false,
        }
    }

    /// Makes an evaluated target partial, because a trail of it turned out to be missing. Every
    /// other outcome stands.
    pub fn miss_trail(&mut self, target: Target, reason: GapClass, gap: GapId) -> bool {
        let Some(row) = self.row_mut(target) else { return false };
        row.misses_trail |= row.trails_listed;
        row.trails_listed = false;
        if row.outcome != Outcome::Evaluated {
            return false;
        }
        (row.outcome, row.reason, row.gap) = (Outcome::Partial, Some(reason), Some(gap));
        true
    }

    /// Notes the newest log object that one trail delivered for a target. Of several trails' the
    /// newest one stands, of equally new ones the worst. A target that was not planned is left out.
    pub fn note_newest_log(&mut self, target: Target, at: Option<Timestamp>, found: NewestLog) {
        let Some(row) = self.row_mut(target) else { return };
        let minutes = at.map(|it| it.duration_since(Timestamp::UNIX_EPOCH).as_mins());
        let minute = minutes.and_then(|it| u32::try_from(it).ok()).unwrap_or_default();
        if (minute, Some(found)) > (row.newest_log_minute, row.newest_log) {
            (row.newest_log_minute, row.newest_log) = (minute, Some(found));
        }
    }

    /// Notes how the delivery of one organization trail goes for a target; of several trails the worst
    /// stands. A target that was not planned is left out.
    pub fn note_member_delivery(&mut self, target: Target, delivery: Delivery) {
        if let Some(row) = self.row_mut(target) {
            row.member_delivery = row.member_delivery.max(Some(delivery));
        }
    }

    /// Notes the request id of a target's DescribeTrails. A target that was not planned is left out.
    pub fn note_request_id(&mut self, target: Target, id: &str) {
        let rows = self.accounts.get(&target.account);
        let Some((rows, index)) = rows.zip(self.index_of(target)) else { return };
        self.request_ids.keep(target, index, rows.len(), id);
    }

    /// The request id of a target's DescribeTrails, if AWS sent one.
    #[must_use]
    pub fn request_id(&self, target: Target) -> Option<String> {
        self.request_ids.of(target, self.index_of(target)?)
    }

    /// Keeps when each target last answered a call that CloudTrail records.
    pub fn keep_last_calls(&mut self, calls: LastCalls) {
        self.last_calls = calls;
    }

    /// When a target last answered a call that CloudTrail records, to the second, UTC; `None` if it
    /// answered none.
    #[must_use]
    pub fn last_management_call_at(&self, target: Target) -> Option<Timestamp> {
        self.last_calls.of_target(target)
    }

    /// Which row of its account a target has.
    fn index_of(&self, target: Target) -> Option<usize> {
        let rows = self.accounts.get(&target.account)?;
        rows.binary_search_by_key(&target.region, |row| row.region).ok()
    }

    fn row_mut(&mut self, target: Target) -> Option<&mut CoverageRow> {
        let index = self.index_of(target)?;
        self.accounts.get_mut(&target.account)?.get_mut(index)
    }

    /// Every row, sorted by account, then Region.
    pub fn rows(&self) -> impl Iterator<Item = (AccountId, &CoverageRow)> {
        self.accounts.iter().flat_map(|(account, rows)| rows.iter().map(move |it| (*account, it)))
    }

    /// One account's rows, sorted by Region.
    #[must_use]
    pub fn of_account(&self, account: AccountId) -> &[CoverageRow] {
        self.accounts.get(&account).map_or(&[], |it| it)
    }

    /// One target's row.
    #[must_use]
    pub fn of_target(&self, target: Target) -> Option<&CoverageRow> {
        self.of_account(target.account).get(self.index_of(target)?)
    }

    /// How many targets came to each outcome.
    #[must_use]
    pub fn totals(&self) -> BTreeMap<Outcome, u64> {
        let mut totals: BTreeMap<Outcome, u64> = Outcome::ALL.iter().map(|it| (*it, 0)).collect();
        for (_, row) in self.rows() {
            *totals.entry(row.outcome).or_default() += 1;
        }
        totals
    }

    /// How many targets were planned.
    #[must_use]
    pub fn population(&self) -> u64 {
        self.accounts.values().map(|it| it.len() as u64).sum()
    }

    /// Whether there is no target, or one that is missing.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.is_incomplete_but_for(|_, _| false)
    }

    /// The same, where some missing targets are accepted. That there is no target never is.
    pub fn is_incomplete_but_for(
        &self,
        is_accepted: impl Fn(AccountId, &CoverageRow) -> bool,
    ) -> bool {
        self.population() == 0
            || self.accounts.values().any(|it| it.is_empty())
            || self.rows().any(|(id, row)| row.outcome.is_incomplete() && !is_accepted(id, row))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::region::Partition;

    fn regions(count: usize) -> Vec<Region> {
        Partition::Aws.regions().into_iter().take(count).collect()
    }

    #[test]
    fn what_was_noted_of_delivery_before_a_target_is_settled_stays() {
        let target = Target {
            account: AccountId::new(1).unwrap(),
            region: Region::new("us-east-1").unwrap(),
        };
        let mut coverage = Coverage::default();
        coverage.plan(target.account, [CoverageRow::planned(target.region)]);
        coverage.note_member_delivery(target, Delivery::ALL[0]);
        coverage.note_newest_log(target, None, NewestLog::Deviation);
        assert!(
            coverage
                .settle(target.account, CoverageRow::with(target.region, Outcome::Evaluated, None))
        );
        let row = coverage.of_target(target).unwrap();
        assert_eq!(row.outcome, Outcome::Evaluated);
        assert_eq!(row.member_delivery, Some(Delivery::ALL[0]));
        assert_eq!(row.newest_log, Some(NewestLog::Deviation));
    }

    proptest! {
        #[test]
        fn sums_equal_the_population_whatever_is_settled(
            plans in proptest::collection::vec((0u64..20, 0usize..34), 0..20),
            settled in proptest::collection::vec((0u64..25, 0usize..34, 0usize..6), 0..200),
        ) {
            let mut coverage = Coverage::default();
            for (account, count) in plans {
                let rows = regions(count).into_iter().map(CoverageRow::planned);
                coverage.plan(AccountId::new(account).unwrap(), rows);
            }
            let population = coverage.population();
            for (account, region, outcome) in settled {
                let row = CoverageRow::with(regions(34)[region], Outcome::ALL[outcome], None);
                coverage.settle(AccountId::new(account).unwrap(), row);
            }
            prop_assert_eq!(coverage.population(), population);
            prop_assert_eq!(coverage.totals().values().sum::<u64>(), population);
        }
    }

    #[test]
    fn the_first_outcome_stands() {
        let mut coverage = Coverage::default();
        let account = AccountId::new(7).unwrap();
        let region = regions(1)[0];
        coverage.plan(account, [CoverageRow::planned(region)]);
        assert!(coverage.is_incomplete());
        assert!(coverage.settle(account, CoverageRow::with(region, Outcome::Evaluated, None)));
        assert!(!coverage.settle(account, CoverageRow::with(region, Outcome::NotEvaluated, None)));
        assert!(!coverage.is_incomplete());
    }

    #[test]
    fn only_what_was_evaluated_becomes_partial() {
        let ledger = crate::gap::GapLedger::default();
        let gap = ledger.record(crate::gap::Gap::new(
            GapClass::NotShown,
            crate::operation::Operation::ListTrails,
        ));
        let account = AccountId::new(7).unwrap();
        let check = |outcome, expected| {
            let region = regions(1)[0];
            let mut coverage = Coverage::default();
            coverage.plan(account, [CoverageRow::with(region, outcome, None)]);
            let target = Target { account, region };
            coverage.miss_trail(target, GapClass::NotShown, gap);
            assert_eq!(coverage.of_target(target).unwrap().outcome, expected);
        };
        check(Outcome::Evaluated, Outcome::Partial);
        for outcome in [Outcome::NotEvaluated, Outcome::Excluded, Outcome::RegionDisabled] {
            check(outcome, outcome);
        }
    }

    #[test]
    fn the_newest_log_of_several_trails_stands_and_of_equals_the_worst() {
        let account = AccountId::new(7).unwrap();
        let region = regions(1)[0];
        let mut coverage = Coverage::default();
        coverage.plan(account, [CoverageRow::planned(region)]);
        let target = Target { account, region };
        let mut check = |minute: Option<i64>, found, expected: (Option<i64>, NewestLog)| {
            let at = |it: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_mins(it);
            coverage.note_newest_log(target, minute.map(at), found);
            let row = coverage.of_target(target).unwrap();
            assert_eq!(
                (row.newest_log_at(), row.newest_log),
                (expected.0.map(at), Some(expected.1))
            );
        };
        check(None, NewestLog::Missing, (None, NewestLog::Missing));
        check(Some(7), NewestLog::Sealed, (Some(7), NewestLog::Sealed));
        check(Some(6), NewestLog::Deviation, (Some(7), NewestLog::Sealed));
        check(Some(7), NewestLog::Unreadable, (Some(7), NewestLog::Unreadable));
        check(None, NewestLog::Unlisted, (Some(7), NewestLog::Unreadable));
        check(Some(9), NewestLog::Sealed, (Some(9), NewestLog::Sealed));
        let elsewhere = Target { account: AccountId::new(8).unwrap(), region };
        coverage.note_newest_log(elsewhere, None, NewestLog::Missing);
        assert_eq!(coverage.population(), 1);
    }

    #[test]
    fn the_worst_delivery_of_several_trails_stands() {
        let target = Target { account: AccountId::new(7).unwrap(), region: regions(1)[0] };
        let mut coverage = Coverage::default();
        coverage.plan(target.account, [CoverageRow::planned(target.region)]);
        for delivery in [Delivery::Delivering, Delivery::Error, Delivery::Unread] {
            coverage.note_member_delivery(target, delivery);
        }
        assert_eq!(coverage.of_target(target).unwrap().member_delivery, Some(Delivery::Error));
    }

    #[test]
    fn a_row_that_misses_a_trail_was_answered_all_the_same() {
        let ledger = crate::gap::GapLedger::default();
        let gap = ledger.record(crate::gap::Gap::new(
            GapClass::NotShown,
            crate::operation::Operation::ListTrails,
        ));
        for (outcome, answered) in [(Outcome::Evaluated, true), (Outcome::NotEvaluated, false)] {
            let target = Target { account: AccountId::new(7).unwrap(), region: regions(1)[0] };
            let mut coverage = Coverage::default();
            coverage.plan(target.account, [CoverageRow::with(target.region, outcome, None)]);
            assert_eq!(coverage.of_target(target).unwrap().answered_trails(), answered);
            for _ in 0..2 {
                coverage.miss_trail(target, GapClass::NotShown, gap);
                let row = coverage.of_target(target).unwrap();
                assert_eq!((row.trails_listed, row.answered_trails()), (false, answered));
            }
        }
    }

    #[test]
    fn a_planned_target_keeps_the_request_id_of_its_call() {
        let mut coverage = Coverage::default();
        let account = AccountId::new(7).unwrap();
        coverage.plan(account, regions(3).into_iter().map(CoverageRow::planned));
        let target = |number: usize| Target { account, region: regions(4)[number] };
        let id = "0a1b2c3d-4e5f-6789-abcd-ef0123456789";
        coverage.note_request_id(target(1), id);
        coverage.note_request_id(target(2), "another");
        coverage.note_request_id(target(3), id);
        let of = |number| coverage.request_id(target(number));
        assert_eq!(of(1).as_deref(), Some(id));
        assert_eq!(of(2).as_deref(), Some("another"));
        assert_eq!([of(0), of(3)], [None, None]);
    }

    #[test]
    fn nothing_at_all_is_incomplete() {
        assert!(Coverage::default().is_incomplete());
        let mut coverage = Coverage::default();
        coverage.plan(AccountId::new(1).unwrap(), []);
        assert!(coverage.is_incomplete());
    }

    #[test]
    fn a_row_stays_small() {
        assert!(size_of::<CoverageRow>() <= 32);
    }
}
