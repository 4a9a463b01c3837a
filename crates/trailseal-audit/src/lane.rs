//! Work of one kind that waits for room.

use std::collections::VecDeque;

use trailseal_fanout::{LowestFirst, Sign};
use trailseal_model::AccountId;

/// Begins work in the order it came, so many at a time.
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
