//! The organization's accounts.

use futures::{Stream, StreamExt as _};
use trailseal_model::question::ListAccounts;
use trailseal_model::{Answers, Gap, ask};

use crate::ports::AccountPage;

/// The accounts of the directory, then the gap that ended it where it could not be listed whole: the
/// population is known to be incomplete then.
pub fn pages(answers: &impl Answers) -> impl Stream<Item = Result<AccountPage, Gap>> {
    let listed = async {
        match ask(answers, ListAccounts).await {
            Err(gap) => vec![Err(gap)],
            Ok(answer) => {
                let mut listed = answer.value;
                let ended_by = listed.ended_by.take();
                [Ok(listed.into())].into_iter().chain(ended_by.map(Err)).collect()
            }
        }
    };
    futures::stream::once(listed).map(futures::stream::iter).flatten()
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use trailseal_model::{Account, AccountId, AccountState, AccountsListed, AnyAnswer, GapClass};

    use super::*;
    use crate::test_support::Fake;

    fn listed(ended_by: Option<Gap>) -> AnyAnswer {
        let id = AccountId::new(1).unwrap();
        let name = String::new();
        let accounts = vec![Account { id, name, state: AccountState::Active, ou_path: None }];
        AnyAnswer::ListAccounts(AccountsListed { accounts, organization: None, ended_by })
    }

    fn check(answer: &Result<AnyAnswer, GapClass>, expected: &[Result<usize, GapClass>]) {
        let directory = Fake(|question: trailseal_model::AnyQuestion| {
            answer.clone().map_err(|class| question.gap(class))
        });
        let got: Vec<Result<usize, GapClass>> = block_on(
            pages(&directory)
                .map(|page| page.map(|page| page.accounts.len()).map_err(|gap| gap.class))
                .collect(),
        );
        assert_eq!(got, expected);
    }

    #[test]
    fn a_part_of_the_directory_comes_before_the_gap_that_ended_it() {
        check(&Ok(listed(None)), &[Ok(1)]);
        let gap = Gap::new(GapClass::Denied, trailseal_model::Operation::ListAccounts);
        check(&Ok(listed(Some(gap))), &[Ok(1), Err(GapClass::Denied)]);
        check(&Err(GapClass::Denied), &[Err(GapClass::Denied)]);
    }
}
