//! The organization's accounts, page by page.

use futures::{Stream, StreamExt as _};
use trailseal_model::{Account, Event, EventSink, Gap, GapClass, Operation, Organization};

use crate::ports::{AccountPage, Directory};

/// The accounts of the organization, as far as they could be listed.
#[derive(Debug, Default)]
pub struct ListedAccounts {
    /// Every account of every page.
    pub accounts: Vec<Account>,
    /// The organization, where an account's ARN tells.
    pub organization: Option<Organization>,
    /// Why there may be more.
    pub failure: Option<Gap>,
}

/// Lists the accounts of the organization; each page is progress.
pub async fn list_accounts<D: Directory>(
    directory: &D,
    progress: &dyn EventSink,
) -> ListedAccounts {
    let mut listed = ListedAccounts::default();
    let mut pages = std::pin::pin!(pages(directory));
    while let Some(page) = pages.next().await {
        match page {
            Ok(page) => {
                progress.emit(&Event::AccountsListed { count: page.accounts.len() });
                listed.organization = listed.organization.or(page.organization);
                listed.accounts.extend(page.accounts);
            }
            Err(gap) => listed.failure = Some(gap),
        }
    }
    listed
}

/// Every page of the directory, as it arrives. After an error the stream ends: the population is
/// known to be incomplete then.
fn pages<D: Directory>(directory: &D) -> impl Stream<Item = Result<AccountPage, Gap>> {
    let start = Some(Next { token: None, seen: 0 });
    futures::stream::unfold(start, move |next| async move {
        let next = next?;
        match directory.list_accounts(next.token.clone()).await {
            Err(gap) => Some((Err(gap), None)),
            Ok(page) if page.next_token.is_some() && page.next_token == next.token => {
                Some((Err(repeated()), None))
            }
            Ok(page) => {
                let following = page
                    .next_token
                    .clone()
                    .filter(|_| next.seen < MAX_PAGES)
                    .map(|token| Next { token: Some(token), seen: next.seen + 1 });
                if following.is_none() && page.next_token.is_some() {
                    return Some((Err(repeated()), None));
                }
                Some((Ok(page), following))
            }
        }
    })
}

struct Next {
    token: Option<String>,
    seen: u32,
}

/// An organization holds at most 50,000 accounts; with empty pages between them this is still far
/// from any real directory, and ends one that runs in circles.
const MAX_PAGES: u32 = 50_000;

fn repeated() -> Gap {
    Gap::new(GapClass::MalformedAnswer, Operation::ListAccounts)
        .saying("the directory's pages run in circles: the same NextToken came again")
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use trailseal_model::{AccountId, AccountState, NoEvents};

    use super::*;

    /// Pages by token: token `n` is page `n`.
    type Given = Result<(Vec<u64>, Option<&'static str>), GapClass>;
    struct Pages(Vec<Given>);

    impl Directory for Pages {
        async fn list_accounts(&self, token: Option<String>) -> Result<AccountPage, Gap> {
            let index = token.map_or(0, |it| it.parse().unwrap());
            let page = self.0[index].clone();
            let (accounts, next) = page.map_err(|it| Gap::new(it, Operation::ListAccounts))?;
            let accounts = accounts.into_iter().map(account).collect();
            let next_token = next.map(str::to_owned);
            Ok(AccountPage { accounts, organization: None, next_token })
        }
    }

    fn account(number: u64) -> Account {
        Account {
            id: AccountId::new(number).unwrap(),
            name: String::new(),
            state: AccountState::Active,
            ou_path: None,
        }
    }

    fn check(given: Vec<Given>, expected: usize, failure: Option<GapClass>) {
        let listed = block_on(list_accounts(&Pages(given), &NoEvents));
        assert_eq!(
            (listed.accounts.len(), listed.failure.map(|gap| gap.class)),
            (expected, failure)
        );
    }

    #[test]
    fn empty_pages_with_a_token_are_followed() {
        check(
            vec![Ok((vec![1, 2], Some("1"))), Ok((vec![], Some("2"))), Ok((vec![3], None))],
            3,
            None,
        );
    }

    #[test]
    fn a_failure_midway_ends_the_stream_with_its_gap() {
        check(vec![Ok((vec![1], Some("1"))), Err(GapClass::Denied)], 1, Some(GapClass::Denied));
    }

    #[test]
    fn a_token_that_repeats_does_not_run_forever() {
        check(
            vec![Ok((vec![1], Some("1"))), Ok((vec![2], Some("1")))],
            1,
            Some(GapClass::MalformedAnswer),
        );
    }
}
