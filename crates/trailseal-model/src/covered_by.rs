//! Which trails cover each target.

use std::collections::HashMap;

use crate::arn::Arn;

/// Which trails cover each target, in the order of the coverage's rows. Targets that the same trails
/// cover share one list: there can be hundreds of thousands, and most have the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CoveredBy {
    lists: Vec<Box<[Arn]>>,
    of_rows: Vec<u32>,
}

impl CoveredBy {
    /// The trails of each row, which are sorted here.
    pub fn of_rows(rows: impl IntoIterator<Item = Vec<Arn>>) -> Self {
        let mut known: HashMap<Vec<Arn>, u32> = HashMap::new();
        let mut covered = Self::default();
        for mut trails in rows {
            trails.sort();
            let list = known.get(&trails).copied().unwrap_or_else(|| {
                let new = u32::try_from(covered.lists.len()).expect("fewer lists than rows");
                covered.lists.push(trails.as_slice().into());
                known.insert(trails, new);
                new
            });
            covered.of_rows.push(list);
        }
        covered
    }

    /// The ARNs of the trails that cover the number-th row, sorted; of no row none.
    #[must_use]
    pub fn row(&self, number: usize) -> &[Arn] {
        self.of_rows.get(number).map_or(&[], |it| &self.lists[*it as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_are_covered_alike_share_a_list() {
        let trail = |name: &str| {
            Arn::new(&format!("arn:aws:cloudtrail:us-east-1:000000000001:trail/{name}")).unwrap()
        };
        let (one, two) = (trail("one"), trail("two"));
        let rows = [
            vec![one.clone()],
            vec![two.clone(), one.clone()],
            vec![],
            vec![one.clone(), two.clone()],
        ];
        let covered = CoveredBy::of_rows(rows);
        assert_eq!(covered.lists.len(), 3);
        assert_eq!(covered.row(0), std::slice::from_ref(&one));
        assert_eq!(covered.row(1), [one.clone(), two.clone()]);
        assert_eq!(covered.row(2), []);
        assert_eq!(covered.row(3), covered.row(1));
        assert_eq!(covered.row(4), []);
    }
}
