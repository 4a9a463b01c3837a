//! When the files of one kind come: a number a day, for ever, by arithmetic alone.
//!
//! Files are numbered from the epoch on. Their names and their times both grow with the number, so
//! every question about time is a search over numbers and none needs a list.

use crate::draw::Draw;

/// Seconds.
pub(super) const DAY: i64 = 86_400;
/// More would leave the numbers that times are computed with.
const MOST_PER_DAY: i64 = 10_000_000;
/// The least and, with what is drawn, the most that a file comes after the time its name shows.
const LEAST_DELAY: i64 = 10;
const DRAWN_DELAY: i64 = 40;
const SPREAD: i64 = 40;

/// The timetable of one kind of file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Schedule {
    draw: Draw,
    per_day: i64,
    /// How far the first file of a day is from midnight, as a part of the pause between two.
    shift: i64,
    /// Names show multiples of this number of seconds.
    step: i64,
}

/// Where a file stands among those whose names show the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    /// The second that its name shows.
    pub(super) named: i64,
    /// How many come before it.
    pub(super) rank: i64,
    /// How many there are.
    pub(super) of: i64,
}

impl Schedule {
    /// A number of files a day, at least one, with times in steps of a number of seconds.
    pub(super) fn new(draw: Draw, per_day: u32, step: i64) -> Self {
        let shift = i64::try_from(draw.word("shift").below(DAY.unsigned_abs())).unwrap_or_default();
        Self { draw, per_day: i64::from(per_day).clamp(1, MOST_PER_DAY), shift, step }
    }

    /// The first number that is due at this second or later.
    pub(super) fn first_due(&self, second: i64) -> i64 {
        -(self.shift - second * self.per_day).div_euclid(DAY)
    }

    /// What the name of this file shows.
    pub(super) fn moment(&self, number: i64) -> Moment {
        let due = (number * DAY + self.shift).div_euclid(self.per_day);
        let named = due.div_euclid(self.step) * self.step;
        let first = self.first_due(named);
        Moment { named, rank: number - first, of: self.first_due(named + self.step) - first }
    }

    /// The second at which this file was delivered: `LastModified`.
    pub(super) fn delivered(&self, number: i64) -> i64 {
        let Moment { named, rank, of } = self.moment(number);
        let drawn = self.draw.number(named.unsigned_abs()).below(DRAWN_DELAY.unsigned_abs());
        named + LEAST_DELAY + i64::try_from(drawn).unwrap_or_default() + SPREAD * rank / of
    }

    /// The first number that was delivered at this second or later.
    pub(super) fn first_delivered(&self, second: i64) -> i64 {
        let low = self.first_due(second - LEAST_DELAY - DRAWN_DELAY - SPREAD);
        let high = self.first_due(second + self.step);
        first(low, high, |number| self.delivered(number) >= second)
    }
}

/// The first number from `low` on that passes, where all after it pass too; `high` if none before
/// it does.
pub(super) fn first(low: i64, high: i64, mut passes: impl FnMut(i64) -> bool) -> i64 {
    let (mut low, mut high) = (low, high.max(low));
    while low < high {
        let middle = low + (high - low) / 2;
        if passes(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_its_number_of_files_at_growing_times() {
        for (per_day, step) in [(1, 300), (24, 1), (24, 300), (100, 300), (288, 300), (1000, 300)] {
            let schedule = Schedule::new(Draw::new(3).number(u64::from(per_day)), per_day, step);
            let day = 20_777 * DAY;
            let numbers = schedule.first_due(day)..schedule.first_due(day + DAY);
            assert_eq!(numbers.end - numbers.start, i64::from(per_day));
            let pause = DAY / i64::from(per_day);
            for number in numbers {
                let (moment, next) = (schedule.moment(number), schedule.moment(number + 1));
                assert_eq!(moment.named % step, 0);
                assert!(moment.rank < moment.of && (day - step..day + DAY).contains(&moment.named));
                assert!((next.named - moment.named - pause).abs() <= step, "{per_day} {moment:?}");
                let (at, then) = (schedule.delivered(number), schedule.delivered(number + 1));
                assert!((10..90).contains(&(at - moment.named)), "{per_day} {moment:?} {at}");
                assert!(at <= then);
                let first = schedule.first_delivered(at);
                assert!(first <= number && schedule.delivered(first) == at);
                assert!(schedule.first_delivered(at + 1) > number);
            }
        }
    }
}
