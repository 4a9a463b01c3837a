//! Work of one kind that waits for room.

use std::collections::VecDeque;

use trailseal_fanout::{LowestFirst, Sign};
use trailseal_model::AccountId;

/// Begins work in the order it came, a limited number at a time.
#[derive(Debug)]
pub(crate) struct Lane<T> {
    waiting: VecDeque<T>,
    in_flight: usize,
    room: usize,
}

impl<T> Lane<T> {
    /// A lane for at most `room` at a time.
    pub(crate) fn new(room: usize) -> Self {
        Self { waiting: VecDeque::new(), in_flight: 0, room: room.max(1) }
    }

    pub(crate) fn push(&mut self, work: T) {
        self.waiting.push_back(work);
    }

    /// The next that may begin.
    pub(crate) fn begin(&mut self) -> Option<T> {
        if self.in_flight >= self.room {
            return None;
        }
        let next = self.waiting.pop_front()?;
        self.in_flight += 1;
        Some(next)
    }

    /// One of those that began has ended.
    pub(crate) fn end_one(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// Whether nothing waits and nothing is in flight.
    pub(crate) fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.in_flight == 0
    }
}

/// Work that no essential control needs: the accounts with the lowest ids first, so that what fails
/// everywhere is soon asked once only (see [`LowestFirst`]).
#[derive(Debug)]
pub(crate) struct LowestFirstLane<T> {
    order: LowestFirst<T>,
    in_flight: usize,
    unsettled: usize,
    room: usize,
    has_ended: bool,
    was_asked_once: bool,
}

impl<T> LowestFirstLane<T> {
    /// A lane for at most `room` at a time.
    pub(crate) fn new(room: usize) -> Self {
        let order = LowestFirst::default();
        let (in_flight, unsettled, has_ended, was_asked_once) = (0, 0, false, false);
        Self { order, in_flight, unsettled, room: room.max(1), has_ended, was_asked_once }
    }

    pub(crate) fn push(&mut self, account: AccountId, work: T) {
        self.unsettled += 1;
        self.order.arrive(account, work);
    }

    /// No more work will come.
    pub(crate) fn end(&mut self) {
        if !self.has_ended {
            self.has_ended = true;
            self.order.end();
        }
    }

    /// The next that may begin.
    pub(crate) fn begin(&mut self) -> Option<T> {
        if self.in_flight >= self.room {
            return None;
        }
        let next = self.order.take_ready()?;
        self.in_flight += 1;
        Some(next)
    }

    /// One of those that began has ended, and what it shows of the operation.
    pub(crate) fn settle(&mut self, account: AccountId, sign: Sign) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.unsettled = self.unsettled.saturating_sub(1);
        self.order.settle(account, sign);
    }

    /// True once: when the operation is to be asked without retries from now on.
    pub(crate) fn becomes_asked_once(&mut self) -> bool {
        let begins = self.order.is_asked_once() && !self.was_asked_once;
        self.was_asked_once |= begins;
        begins
    }

    /// Whether all work has come and ended.
    pub(crate) fn is_over(&self) -> bool {
        self.has_ended && self.unsettled == 0
    }
}

#[cfg(test)]
mod tests {
    use trailseal_model::GapClass;

    use super::*;

    fn account(number: u64) -> AccountId {
        AccountId::new(number).unwrap()
    }

    #[test]
    fn no_more_begin_than_there_is_room_for() {
        for (room, expected) in [(0, 1), (1, 1), (3, 3)] {
            let mut lane = Lane::new(room);
            (0..5).for_each(|number| lane.push(number));
            let begun: Vec<u32> = std::iter::from_fn(|| lane.begin()).collect();
            assert_eq!(begun, (0..expected).collect::<Vec<_>>());
            lane.end_one();
            assert_eq!(lane.begin(), Some(expected));
            assert!(!lane.is_idle());
        }
    }

    #[test]
    fn one_at_a_time_comes_to_an_end_and_says_once_that_it_is_asked_once() {
        for room in [0, 1, 3] {
            let mut lane = LowestFirstLane::new(room);
            (1..=9).rev().for_each(|number| lane.push(account(number), number));
            lane.end();
            let (mut begun, mut once) = (Vec::new(), 0);
            let mut in_flight = Vec::new();
            while !lane.is_over() {
                in_flight.extend(std::iter::from_fn(|| lane.begin()));
                assert!(in_flight.len() <= room.max(1));
                let number = in_flight.remove(0);
                lane.settle(account(number), Sign::Failed(GapClass::ServerError));
                once += usize::from(lane.becomes_asked_once());
                begun.push(number);
            }
            assert_eq!((begun.len(), once), (9, 1));
            // The first is tried ahead, before it is known which accounts are the lowest.
            assert!(begun[1..6].iter().all(|number| *number <= 5), "{begun:?}");
        }
    }

    #[test]
    fn what_works_waits_for_one_answer_and_not_for_the_end() {
        let mut lane = LowestFirstLane::new(8);
        (1..=4).for_each(|number| lane.push(account(number), number));
        assert_eq!(std::iter::from_fn(|| lane.begin()).count(), 1);
        lane.settle(account(1), Sign::Answered);
        assert_eq!(std::iter::from_fn(|| lane.begin()).count(), 3);
        assert!(!lane.is_over());
    }
}
