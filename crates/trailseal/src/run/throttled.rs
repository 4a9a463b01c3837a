//! Which rate limits AWS enforced, so that the reader knows whose quota was too small.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use trailseal_model::{AccountId, LimitScope, Operation, Region};
use trailseal_record::v1::ThrottledKey;

/// Limits that are named in the record.
const NAMED: usize = 20;
/// Limits that are counted at the same time, so that a run with very many stays small.
const COUNTED: usize = 4096;

type Key = (Operation, Option<AccountId>, Option<Region>);

/// Throttles, counted by whose quota it was.
#[derive(Debug, Default)]
pub(crate) struct Throttled(Mutex<HashMap<Key, u64>>);

impl Throttled {
    /// Counts one throttled request.
    pub(crate) fn count(
        &self,
        operation: Operation,
        account: Option<AccountId>,
        region: Option<Region>,
    ) {
        let quota = operation.quota();
        let key = match quota.scope {
            LimitScope::Caller => (quota.shared_with, None, None),
            LimitScope::Account => (quota.shared_with, account, None),
            LimitScope::RegionStatus | LimitScope::BucketPrefix => {
                (quota.shared_with, account, region)
            }
        };
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= COUNTED && !counts.contains_key(&key) {
            // Misra and Gries: who is counted often stays, and nobody by more than one throttle in
            // so many too low.
            counts.retain(|_, count| {
                *count -= 1;
                *count > 0
            });
            return;
        }
        *counts.entry(key).or_default() += 1;
    }

    /// The limits that were met most often, the most often first.
    pub(crate) fn most(&self) -> Vec<ThrottledKey> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = |(key, count): (&Key, &u64)| {
            let (operation, account, region) = *key;
            ThrottledKey { operation, account, region, throttles: *count }
        };
        let mut keys: Vec<ThrottledKey> = counts.iter().map(key).collect();
        keys.sort_by_key(|it| {
            (Reverse(it.throttles), it.operation.as_str(), it.account, it.region.map(Region::name))
        });
        keys.truncate(NAMED);
        keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(
        operation: Operation,
        account: Option<u64>,
        region: Option<&str>,
        n: u64,
    ) -> ThrottledKey {
        let account = account.and_then(AccountId::new);
        ThrottledKey { operation, account, region: region.and_then(Region::new), throttles: n }
    }

    #[test]
    fn throttles_are_counted_by_who_pays() {
        let throttled = Throttled::default();
        let region = Region::new("eu-west-1");
        let count =
            |operation, account| throttled.count(operation, AccountId::new(account), region);
        (0..14).for_each(|_| count(Operation::DescribeTrails, 1));
        (0..3).for_each(|it| count(Operation::AssumeRole, it));
        count(Operation::GetCallerIdentity, 4);
        (0..2).for_each(|_| count(Operation::ListRegions, 7));
        count(Operation::ListObjectsV2, 9);
        assert_eq!(
            throttled.most(),
            [
                key(Operation::DescribeTrails, Some(1), Some("eu-west-1"), 14),
                key(Operation::AssumeRole, None, None, 4),
                key(Operation::ListRegions, Some(7), None, 2),
                key(Operation::HeadObject, Some(9), Some("eu-west-1"), 1),
            ]
        );
    }

    #[test]
    fn very_many_limits_do_not_hide_the_one_that_matters() {
        let throttled = Throttled::default();
        let region = Region::new("eu-west-1");
        for it in 0..50_000 {
            throttled.count(Operation::DescribeTrails, AccountId::new(100 + it), region);
            if it % 100 == 0 {
                throttled.count(Operation::ListAccounts, None, region);
            }
        }
        assert_eq!(throttled.most()[0].operation, Operation::ListAccounts);
        assert!(throttled.most()[0].throttles >= 480);
        assert_eq!(throttled.most().len(), NAMED);
        assert!(throttled.0.lock().unwrap().len() <= COUNTED);
    }
}
