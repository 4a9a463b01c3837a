//! The first rows of a list, the worst first, and how many it has in all.

use crate::text::number;

/// Collects rows of several ranks, 0 the worst, and keeps as many of each as can be shown.
#[derive(Debug)]
pub(crate) struct Ranked<T> {
    limit: usize,
    ranks: Vec<Vec<T>>,
    total: u64,
}

impl<T> Ranked<T> {
    pub(crate) const fn new(limit: usize) -> Self {
        Self { limit, ranks: Vec::new(), total: 0 }
    }

    /// Counts a row; makes and keeps it if it may be shown.
    pub(crate) fn push(&mut self, rank: usize, make: impl FnOnce() -> T) {
        self.total += 1;
        while self.ranks.len() <= rank {
            self.ranks.push(Vec::new());
        }
        let before: usize = self.ranks[..=rank].iter().map(Vec::len).sum();
        if before < self.limit {
            self.ranks[rank].push(make());
        }
    }

    /// The rows to show: by rank, within one in the order they came.
    pub(crate) fn finish(self) -> Shown<T> {
        let rows: Vec<T> = self.ranks.into_iter().flatten().take(self.limit).collect();
        Shown { rows, total: self.total }
    }
}

/// Rows that are shown, and how many exist.
#[derive(Debug)]
pub(crate) struct Shown<T> {
    pub(crate) rows: Vec<T>,
    pub(crate) total: u64,
}

impl<T> Shown<T> {
    /// How many are not shown.
    pub(crate) const fn left_out(&self) -> u64 {
        self.total - self.rows.len() as u64
    }

    /// The same for people, if there are any.
    pub(crate) fn rest(&self) -> Option<String> {
        let left_out = self.left_out();
        (left_out > 0).then(|| number(left_out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_come_first_and_the_rest_is_counted() {
        let mut list = Ranked::new(3);
        for (rank, row) in [(2, "c1"), (1, "b1"), (2, "c2"), (0, "a1"), (2, "c3"), (1, "b2")] {
            list.push(rank, || row);
        }
        let shown = list.finish();
        assert_eq!(shown.rows, ["a1", "b1", "b2"]);
        assert_eq!((shown.total, shown.left_out()), (6, 3));
    }

    #[test]
    fn a_row_that_cannot_be_shown_is_not_made() {
        let mut list = Ranked::new(1);
        list.push(0, || 1);
        list.push(0, || unreachable!("there is no room"));
        list.push(1, || unreachable!("there is no room behind it"));
        assert_eq!(list.finish().left_out(), 2);
    }

    #[test]
    fn nothing_is_nothing() {
        let shown = Ranked::<u8>::new(3).finish();
        assert!(shown.rows.is_empty());
        assert_eq!((shown.total, shown.left_out()), (0, 0));
    }
}
