//! Opening an account: its session, and which of its Regions will be read.

use trailseal_model::question::{ListRegions, OpenAccount};
use trailseal_model::{
    Account, AccountId, Answers, Coverage, CoverageRow, Gap, GapClass, GapId, Outcome, Partition,
    Region, RegionStatus, Scope, Target, ask,
};

/// What can be done in an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// Its Regions can be read.
    Open,
    /// It is not in use; nothing was asked.
    NotActive,
    /// The user left it out; nothing was asked.
    Excluded,
    /// It could not be opened.
    Failed(Gap),
}

/// An account with all its Regions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedAccount {
    /// The account.
    pub account: AccountId,
    /// What can be done there.
    pub access: Access,
    /// Every Region it has, whether enabled or not; never empty.
    pub regions: Vec<RegionStatus>,
    /// Whether the account listed them itself; else they are the partition's table.
    pub lists_regions: bool,
}

/// Opens an account and asks for its Regions. Where the Regions cannot be asked for, the
/// partition's whole table stands in and is probed; that loses nothing, so it is no gap.
pub async fn open_account(
    answers: &impl Answers,
    account: &Account,
    scope: &Scope,
    partition: Partition,
) -> OpenedAccount {
    let id = account.id;
    if !account.state.is_audited() {
        return OpenedAccount::with_table(id, Access::NotActive, partition);
    }
    if !scope.includes(account) {
        return OpenedAccount::with_table(id, Access::Excluded, partition);
    }
    if let Err(gap) = ask(answers, OpenAccount { account: id }).await {
        return OpenedAccount::with_table(id, Access::Failed(gap), partition);
    }
    match ask(answers, ListRegions { account: id }).await {
        Ok(answer) if !answer.value.is_empty() => OpenedAccount {
            account: id,
            access: Access::Open,
            regions: answer.value,
            lists_regions: true,
        },
        Ok(_) | Err(_) => OpenedAccount::with_table(id, Access::Open, partition),
    }
}

impl OpenedAccount {
    /// The account with the partition's table of Regions.
    #[must_use]
    pub fn with_table(account: AccountId, access: Access, partition: Partition) -> Self {
        let regions = partition.regions().into_iter();
        let regions = regions.map(|region| RegionStatus { region, is_enabled: true }).collect();
        Self { account, access, regions, lists_regions: false }
    }

    /// The targets that will be read.
    #[must_use]
    pub fn targets(&self, scope: &Scope) -> Vec<Target> {
        if self.access != Access::Open {
            return Vec::new();
        }
        let enabled = self.regions.iter().filter(|it| it.is_enabled).map(|it| it.region);
        enabled
            .filter(|it| scope.includes_region(*it))
            .map(|region| Target { account: self.account, region })
            .collect()
    }

    /// Plans every Region of the account in the coverage; `gap` names [`Access::Failed`]'s.
    pub fn plan(&self, coverage: &mut Coverage, scope: &Scope, gap: Option<GapId>) {
        let row = |it: &RegionStatus| match &self.access {
            Access::NotActive => settled(it.region, Outcome::AccountNotActive, None, None),
            Access::Open if !it.is_enabled => {
                settled(it.region, Outcome::RegionDisabled, None, None)
            }
            Access::Excluded => settled(it.region, Outcome::Excluded, None, None),
            _ if !scope.includes_region(it.region) => {
                settled(it.region, Outcome::Excluded, None, None)
            }
            Access::Failed(failure) => {
                settled(it.region, Outcome::NotEvaluated, gap, Some(failure.class))
            }
            Access::Open => CoverageRow::planned(it.region),
        };
        coverage.plan(self.account, self.regions.iter().map(row));
    }
}

fn settled(
    region: Region,
    outcome: Outcome,
    gap: Option<GapId>,
    reason: Option<GapClass>,
) -> CoverageRow {
    let mut row = CoverageRow::with(region, outcome, reason);
    row.gap = gap;
    row
}

/// What a failed listing makes of its target: a Region that turns out to be disabled is not a
/// target that was missed.
#[must_use]
pub const fn outcome_of_failure(class: GapClass) -> Outcome {
    match class {
        GapClass::RegionDisabled => Outcome::RegionDisabled,
        _ => Outcome::NotEvaluated,
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use trailseal_model::{AccountState, AnyAnswer, AnyQuestion};

    use super::*;
    use crate::test_support;

    #[derive(Default)]
    struct Fake {
        open: Option<GapClass>,
        regions: Option<Vec<RegionStatus>>,
    }

    impl Fake {
        fn answer(&self, question: &AnyQuestion) -> Result<AnyAnswer, Gap> {
            match question {
                AnyQuestion::OpenAccount(_) => match self.open {
                    Some(class) => Err(question.gap(class)),
                    None => Ok(AnyAnswer::OpenAccount(None)),
                },
                other => match &self.regions {
                    Some(regions) => Ok(AnyAnswer::ListRegions(regions.clone())),
                    None => Err(other.gap(GapClass::Denied)),
                },
            }
        }
    }

    fn check(fake: &Fake, state: AccountState, expected: &[(Outcome, usize)], targets: usize) {
        check_in(&Scope::default(), fake, state, expected, targets);
    }

    fn check_in(
        scope: &Scope,
        fake: &Fake,
        state: AccountState,
        expected: &[(Outcome, usize)],
        targets: usize,
    ) {
        let id = AccountId::new(1).unwrap();
        let account = Account { id, name: String::new(), state, ou_path: None };
        let answers = test_support::Fake(|question| fake.answer(&question));
        let opened = block_on(open_account(&answers, &account, scope, Partition::Aws));
        let mut coverage = Coverage::default();
        opened.plan(&mut coverage, scope, None);
        let totals = coverage.totals();
        for (outcome, count) in expected {
            assert_eq!(totals[outcome], *count as u64, "{outcome}");
        }
        assert_eq!(opened.targets(scope).len(), targets);
    }

    #[test]
    fn what_cannot_list_its_regions_is_probed_everywhere() {
        check(&Fake::default(), AccountState::Active, &[(Outcome::NotEvaluated, 34)], 34);
        let empty = Fake { regions: Some(vec![]), ..Fake::default() };
        check(&empty, AccountState::Active, &[(Outcome::NotEvaluated, 34)], 34);
    }

    #[test]
    fn disabled_regions_have_their_row_and_are_not_read() {
        let of = |name: &str, is_enabled| RegionStatus {
            region: Region::new(name).unwrap(),
            is_enabled,
        };
        let regions = Some(vec![of("us-east-1", true), of("af-south-1", false)]);
        let fake = Fake { regions, ..Fake::default() };
        let expected = [(Outcome::NotEvaluated, 1), (Outcome::RegionDisabled, 1)];
        check(&fake, AccountState::Active, &expected, 1);
    }

    #[test]
    fn what_cannot_be_opened_or_is_not_active_still_has_every_row() {
        let fake = Fake { open: Some(GapClass::RoleNotAssumable), ..Fake::default() };
        check(&fake, AccountState::Active, &[(Outcome::NotEvaluated, 34)], 0);
        check(&fake, AccountState::Suspended, &[(Outcome::AccountNotActive, 34)], 0);
    }
    #[test]
    fn what_the_user_left_out_has_its_row_and_is_not_read() {
        let region = |name: &str| Region::new(name).unwrap();
        let one_region = Scope { regions: [region("eu-west-1")].into(), ..Scope::default() };
        let expected = [(Outcome::NotEvaluated, 1), (Outcome::Excluded, 33)];
        check_in(&one_region, &Fake::default(), AccountState::Active, &expected, 1);
        let lost = Fake { open: Some(GapClass::RoleNotAssumable), ..Fake::default() };
        check_in(&one_region, &lost, AccountState::Active, &expected, 0);
        let other = Scope { accounts: [AccountId::new(2).unwrap()].into(), ..Scope::default() };
        check_in(&other, &lost, AccountState::Active, &[(Outcome::Excluded, 34)], 0);
        let expected = [(Outcome::AccountNotActive, 34)];
        check_in(&other, &lost, AccountState::Suspended, &expected, 0);
        let disabled = Fake {
            regions: Some(vec![
                RegionStatus { region: region("af-south-1"), is_enabled: false },
                RegionStatus { region: region("us-east-1"), is_enabled: true },
            ]),
            ..Fake::default()
        };
        let expected = [(Outcome::RegionDisabled, 1), (Outcome::Excluded, 1)];
        check_in(&one_region, &disabled, AccountState::Active, &expected, 0);
    }
}
