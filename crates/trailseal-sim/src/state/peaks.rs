//! How fast calls came, limit by limit: the proof that no published quota was exceeded.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use serde::Serialize;

use super::limits::{Allowance, Buckets, nanoseconds};
use super::shards::{HashedMap, Shards};
use crate::service::Quota;

/// The fastest that came against one published limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Peak {
    /// The limit, by the name that the operations it covers share.
    pub limit: &'static str,
    /// Requests a second that AWS publishes.
    pub per_second: u32,
    /// Requests at once.
    pub burst: u32,
    /// Calls of every payer.
    pub calls: u64,
    /// Calls of the payer with the most: with rate and burst they say how long a run takes at least.
    pub most_of_a_payer: u32,
    /// The most calls of one payer in any one second of simulated time.
    pub most_in_a_second: u32,
    /// Whose they were.
    pub payer: String,
    /// The end of that second.
    #[serde(serialize_with = "super::as_text")]
    pub at: Timestamp,
    /// Calls that came faster than the published rate and burst allow; 0 is the proof.
    pub exceeded: u64,
}

/// Calls of one payer at one time.
#[derive(Debug)]
struct Event {
    at: u64,
    payer: u64,
    calls: u32,
}

#[derive(Debug, Clone, Copy, Default)]
struct Window {
    calls: u32,
    /// The number of the payer's newest event, counted from the first there ever was.
    newest: u64,
}

/// Every payer's calls of the last second, in the order of their times.
#[derive(Debug, Default)]
struct Part {
    events: VecDeque<Event>,
    /// Events that are gone.
    gone: u64,
    windows: HashedMap<Window>,
    /// Every payer's calls. A payer's hash is of one limit only.
    totals: HashedMap<u32>,
    peaks: BTreeMap<&'static str, Peak>,
}

const SECOND: u64 = 1_000_000_000;

impl Part {
    fn forget_before(&mut self, now: u64) {
        // An event of the future is left from before the clock was set back.
        let is_over = |it: &Event| it.at + SECOND <= now || it.at > now + SECOND;
        while let Some(event) = self.events.pop_front_if(|it| is_over(it)) {
            self.gone += 1;
            if let Some(window) = self.windows.get_mut(&event.payer) {
                window.calls -= event.calls;
                if window.calls == 0 {
                    self.windows.remove(&event.payer);
                }
            }
        }
    }

    /// Counts a call; returns how many the payer made in the last second.
    fn count(&mut self, payer: u64, now: u64) -> u32 {
        self.forget_before(now);
        let number = self.gone + self.events.len() as u64;
        let window = self.windows.entry(payer).or_default();
        let newest = window.newest.checked_sub(self.gone).filter(|_| window.calls > 0);
        let newest = newest.and_then(|it| self.events.get_mut(usize::try_from(it).ok()?));
        window.calls += 1;
        match newest {
            Some(event) if event.at == now => event.calls += 1,
            _ => {
                window.newest = number;
                self.events.push_back(Event { at: now, payer, calls: 1 });
            }
        }
        window.calls
    }
}

/// The peaks so far.
#[derive(Debug, Default)]
pub struct Peaks {
    parts: Shards<Part>,
    published: Buckets,
}

impl Peaks {
    /// Notes a call; who pays is only asked when there is a new peak.
    pub(crate) fn note(
        &self,
        quota: Quota,
        payer: u64,
        now: Timestamp,
        who: impl FnOnce() -> String,
    ) {
        let is_within = self.published.take(Allowance::published(quota), payer, now);
        let mut part = self.parts.of(payer);
        let calls = part.count(payer, nanoseconds(now));
        let total = part.totals.entry(payer).or_default();
        *total += 1;
        let total = *total;
        let peak = part.peaks.entry(quota.bucket).or_insert_with(|| Peak {
            limit: quota.bucket,
            per_second: quota.per_second,
            burst: quota.burst,
            calls: 0,
            most_of_a_payer: 0,
            most_in_a_second: 0,
            payer: String::new(),
            at: now,
            exceeded: 0,
        });
        peak.calls += 1;
        peak.most_of_a_payer = peak.most_of_a_payer.max(total);
        peak.exceeded += u64::from(!is_within);
        if calls > peak.most_in_a_second {
            (peak.most_in_a_second, peak.payer, peak.at) = (calls, who(), now);
        }
    }

    /// Every limit that was called against, by name.
    #[must_use]
    pub fn report(&self) -> Vec<Peak> {
        let mut all: BTreeMap<&'static str, Peak> = BTreeMap::new();
        for part in self.parts.each() {
            for (limit, peak) in &part.peaks {
                let Some(sum) = all.get_mut(limit) else {
                    all.insert(limit, peak.clone());
                    continue;
                };
                let (calls, exceeded) = (sum.calls + peak.calls, sum.exceeded + peak.exceeded);
                let most = sum.most_of_a_payer.max(peak.most_of_a_payer);
                // Of equal peaks the first counts, and of those the lesser name.
                let rank = |it: &Peak| (u32::MAX - it.most_in_a_second, it.at, it.payer.clone());
                if rank(peak) < rank(sum) {
                    *sum = peak.clone();
                }
                (sum.calls, sum.exceeded, sum.most_of_a_payer) = (calls, exceeded, most);
            }
        }
        all.into_values().collect()
    }

    /// Forgets everything.
    pub(super) fn clear(&self) {
        self.parts.each().for_each(|mut it| *it = Part::default());
        self.published.clear();
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::service::Payer;

    const QUOTA: Quota =
        Quota { bucket: "test", per_second: 10, burst: 10, payer: Payer::RegionStatus };

    fn peak(times: impl IntoIterator<Item = (u64, i64)>) -> Peak {
        let start: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let peaks = Peaks::default();
        for (payer, milliseconds) in times {
            let now = start + SignedDuration::from_millis(milliseconds);
            peaks.note(QUOTA, payer << 40, now, || payer.to_string());
        }
        peaks.report().remove(0)
    }

    #[test]
    fn a_second_is_counted_wherever_it_begins() {
        let steady = peak((0..100).map(|it| (1, it * 100)));
        assert_eq!((steady.calls, steady.most_in_a_second, steady.exceeded), (100, 10, 0));
        let burst = peak((0..5).map(|_| (1, 0)).chain((0..10).map(|it| (1, 900 + it * 10))));
        assert_eq!((burst.most_in_a_second, burst.exceeded), (15, 0));
        let fast = peak((0..30).map(|it| (1, it * 10)));
        assert_eq!((fast.most_in_a_second, fast.exceeded), (30, 18));
    }

    #[test]
    fn payers_are_counted_apart_and_the_fastest_is_named() {
        let mut times: Vec<_> =
            (0..10).flat_map(|it| [(1, it * 200), (2, it * 50), (66, it * 300)]).collect();
        times.sort_by_key(|it| it.1);
        let found = peak(times);
        assert_eq!((found.calls, found.most_in_a_second, &*found.payer), (30, 10, "2"));
        assert_eq!(found.most_of_a_payer, 10);
        assert_eq!(found.exceeded, 0);
    }

    #[test]
    fn calls_at_one_time_take_one_place_and_old_ones_none() {
        let start: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let mut part = Part::default();
        for _ in 0..1000 {
            part.count(1, nanoseconds(start));
        }
        assert_eq!((part.events.len(), part.windows.len()), (1, 1));
        assert_eq!(part.count(2, nanoseconds(start) + SECOND), 1);
        assert_eq!((part.events.len(), part.windows.len()), (1, 1));
        assert_eq!(part.count(2, nanoseconds(start)), 2, "another thread came late");
        assert_eq!(part.count(2, nanoseconds(start) - 60 * SECOND), 1, "the clock was set back");
    }
}
