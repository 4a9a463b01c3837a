//! When this program last made a call that CloudTrail records, by account and Region.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::account::AccountId;
use crate::evidence::Evidence;
use crate::operation::Operation;
use crate::question::AnyAnswer;
use crate::region::Region;
use crate::target::Target;

/// How many entries an account's table grows by.
const STEP: usize = 8;

/// The newest answered call in each account and Region that every trail which covers them must have
/// recorded. Four bytes for each of them: there can be hundreds of thousands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LastCalls {
    /// Seconds since 1970, by the Region's index; 0 where no call was answered.
    accounts: BTreeMap<AccountId, Vec<u32>>,
}

impl LastCalls {
    /// Whether a call of this operation is an event that every trail which covers its account and
    /// Region must have recorded.
    ///
    /// HeadBucket, ListObjectsV2 and HeadObject are data events (S3 user guide, "Amazon S3 CloudTrail
    /// events"), which trails record only if they are told to. A trail may exclude the events of KMS
    /// and cover the Region nevertheless. Organizations and Account Management are global services, and
    /// AssumeRole is recorded in the Region of the STS endpoint, which no answer names. An operation that
    /// is not listed here does not count, which only makes the time older.
    #[must_use]
    pub const fn counts(operation: Operation) -> bool {
        matches!(
            operation,
            Operation::DescribeTrails
                | Operation::ListTrails
                | Operation::GetTrailStatus
                | Operation::GetEventSelectors
                | Operation::ListEventDataStores
                | Operation::GetEventDataStore
                | Operation::ListBuckets
        )
    }

    /// Takes in an answer. No event data store at all may be how a Region is read that does not know
    /// the operation, so such an answer shows no event.
    pub fn note(&mut self, answer: &AnyAnswer, evidence: &Evidence) {
        let is_empty =
            matches!(answer, AnyAnswer::ListEventDataStores(stores) if stores.is_empty());
        let (Some(account), Some(region)) = (evidence.account, evidence.region) else { return };
        let Ok(second) = u32::try_from(evidence.at.as_second()) else { return };
        if is_empty || !Self::counts(evidence.operation) {
            return;
        }
        let seconds = self.accounts.entry(account).or_default();
        let index = region.index();
        if seconds.len() <= index {
            let wanted = (index + 1).next_multiple_of(STEP);
            seconds.reserve_exact(wanted - seconds.len());
            seconds.resize(wanted, 0);
        }
        seconds[index] = seconds[index].max(second);
    }

    /// When the last call was answered in a target, to the second, UTC; `None` if none was.
    #[must_use]
    pub fn of_target(&self, target: Target) -> Option<Timestamp> {
        self.of(target.account, target.region)
    }

    fn of(&self, account: AccountId, region: Region) -> Option<Timestamp> {
        let second = *self.accounts.get(&account)?.get(region.index())?;
        Timestamp::from_second(i64::from(second)).ok().filter(|_| second > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::region::Partition;

    fn evidence(operation: Operation, account: u64, region: Region, at: &str) -> Evidence {
        Evidence {
            operation,
            account: AccountId::new(account),
            region: Some(region),
            at: at.parse().unwrap(),
            request_id: None,
            attempts: 1,
            throttles: 0,
        }
    }

    #[test]
    fn the_newest_call_of_a_target_is_kept_whatever_the_order() {
        let regions = Partition::Aws.regions();
        let (first, last) = (regions[0], regions[regions.len() - 1]);
        let mut calls = LastCalls::default();
        let mut note = |operation, region, at: &str| {
            calls.note(&AnyAnswer::DescribeTrails(Vec::new()), &evidence(operation, 7, region, at));
        };
        note(Operation::DescribeTrails, last, "2026-11-20T12:00:05.900Z");
        note(Operation::GetTrailStatus, last, "2026-11-20T12:00:03Z");
        // Data events, a service that trails may exclude, and a global one.
        note(Operation::HeadBucket, last, "2026-11-20T13:00:00Z");
        note(Operation::ListObjectsV2, last, "2026-11-20T13:00:00Z");
        note(Operation::HeadObject, first, "2026-11-20T13:00:00Z");
        note(Operation::DescribeKey, last, "2026-11-20T13:00:00Z");
        note(Operation::ListRegions, first, "2026-11-20T13:00:00Z");
        let at = |account, region| {
            let account = AccountId::new(account).unwrap();
            calls.of_target(Target { account, region }).map(|it| it.to_string())
        };
        assert_eq!(at(7, last).unwrap(), "2026-11-20T12:00:05Z");
        assert_eq!(at(7, first), None);
        assert_eq!(at(8, last), None);
    }

    #[test]
    fn an_empty_list_of_stores_shows_no_event() {
        let region = Partition::Aws.default_region();
        let evidence = evidence(Operation::ListEventDataStores, 7, region, "2026-11-20T12:00:00Z");
        let mut calls = LastCalls::default();
        calls.note(&AnyAnswer::ListEventDataStores(Vec::new()), &evidence);
        assert_eq!(calls, LastCalls::default());
    }

    #[test]
    fn a_region_takes_four_bytes() {
        let mut calls = LastCalls::default();
        let regions = Partition::Aws.regions();
        for region in &regions {
            let evidence = evidence(Operation::DescribeTrails, 7, *region, "2026-11-20T12:00:00Z");
            calls.note(&AnyAnswer::DescribeTrails(Vec::new()), &evidence);
        }
        let kept: usize = calls.accounts.values().map(Vec::capacity).sum();
        assert!(kept * size_of::<u32>() <= regions.len() * 5, "{kept}");
    }
}
