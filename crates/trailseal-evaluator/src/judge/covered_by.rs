//! Which trails cover each account and Region.

use trailseal_model::{Arn, CoveredBy, OrganizationFacts, Target};

use super::cover::{Candidates, covering};

/// The trails that cover each row of the coverage, in its order: those that `account-covered` counts.
/// Of what the user left out and of what is not in use, none.
#[must_use]
pub fn covered_by(facts: &OrganizationFacts) -> CoveredBy {
    let candidates = Candidates::new(facts);
    CoveredBy::of_rows(facts.coverage.rows().map(|(account, row)| {
        if row.outcome.is_left_out() {
            return Vec::new();
        }
        let target = Target { account, region: row.region };
        let trails = covering(facts, &candidates, target, row);
        trails.map(|it| it.description.arn.clone()).collect::<Vec<Arn>>()
    }))
}
