//! The organization's tree of units: their names, and where accounts stand that came without a path.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use futures::StreamExt as _;
use trailseal_model::{AccountId, Gap, GapClass, Operation};

use crate::ports::{OrganizationTree, Unit};

/// What a walk over the tree found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    /// The names of the root and units, by id.
    pub names: BTreeMap<String, String>,
    /// Where accounts stand, `o-…/r-…/ou-…/`; empty if that was not asked for.
    pub paths: BTreeMap<AccountId, String>,
    /// What could not be read of it.
    pub gaps: Vec<Gap>,
}

/// Whether a walk also asks which accounts stand under each unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TreeDepth {
    /// The units' names are enough: accounts came with their paths.
    Units,
    /// Accounts too.
    Accounts,
}

/// Units asked about at the same time; the quotas are 5 calls a second.
const IN_FLIGHT: usize = 4;
/// Units nest five deep below the root.
const MAX_DEPTH: usize = 8;

/// Walks the whole tree, level by level. What cannot be read is a gap, and the rest goes on.
pub async fn walk_tree<P: OrganizationTree>(
    ports: &P,
    organization: &str,
    depth: TreeDepth,
) -> Tree {
    let mut tree = Tree::default();
    let roots = pages(Operation::ListRoots, organization, |token| async {
        ports.list_roots(token).await.map(|it| (it.units, it.next_token))
    });
    let (roots, gap) = roots.await;
    tree.gaps.extend(gap);
    let below = format!("{organization}/");
    let mut level = tree.enter(roots, &below);
    for _ in 0..MAX_DEPTH {
        if level.is_empty() {
            break;
        }
        let read = level.into_iter().map(|place| read(ports, place, depth));
        let mut read = futures::stream::iter(read).buffered(IN_FLIGHT);
        let mut next = Vec::new();
        while let Some(found) = read.next().await {
            tree.gaps.extend(found.gaps);
            for account in found.accounts {
                tree.paths.insert(account, found.place.clone());
            }
            next.extend(tree.enter(found.units, &found.place));
        }
        level = next;
    }
    tree
}

impl Tree {
    /// Notes units below a place; returns the places of those that are new.
    fn enter(&mut self, units: Vec<Unit>, below: &str) -> Vec<String> {
        let new = units.into_iter().filter_map(|it| {
            let place = format!("{below}{}/", it.id);
            self.names.insert(it.id, it.name).is_none().then_some(place)
        });
        new.collect()
    }

    /// Every unit that has an account below it, or a name.
    #[must_use]
    pub fn units(&self) -> BTreeSet<&str> {
        let of_paths = self.paths.values().flat_map(|it| it.split('/'));
        self.names.keys().map(String::as_str).chain(of_paths).collect()
    }
}

/// What stands directly below one place.
struct Found {
    place: String,
    units: Vec<Unit>,
    accounts: Vec<AccountId>,
    gaps: Vec<Gap>,
}

async fn read<P: OrganizationTree>(ports: &P, place: String, depth: TreeDepth) -> Found {
    let parent = place.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
    let units = pages(Operation::ListOrganizationalUnitsForParent, &parent, |token| async {
        ports.list_units(&parent, token).await.map(|it| (it.units, it.next_token))
    });
    let (units, no_units) = units.await;
    let (accounts, no_accounts) = match depth {
        TreeDepth::Units => (Vec::new(), None),
        TreeDepth::Accounts => {
            let accounts = pages(Operation::ListAccountsForParent, &parent, |token| async {
                ports.list_accounts_in(&parent, token).await.map(|it| (it.accounts, it.next_token))
            });
            accounts.await
        }
    };
    Found { place, units, accounts, gaps: no_units.into_iter().chain(no_accounts).collect() }
}

/// Everything on all pages, up to the first failure.
async fn pages<T, F>(
    operation: Operation,
    parent: &str,
    ask: impl Fn(Option<String>) -> F,
) -> (Vec<T>, Option<Gap>)
where
    F: Future<Output = Result<(Vec<T>, Option<String>), Gap>>,
{
    let (mut all, mut token) = (Vec::new(), None);
    let mut seen = BTreeSet::new();
    loop {
        match ask(token).await {
            Err(gap) => return (all, Some(gap)),
            Ok((items, next)) => {
                all.extend(items);
                let Some(next) = next else { return (all, None) };
                if !seen.insert(next.clone()) {
                    let gap = Gap::new(GapClass::MalformedAnswer, operation).on(parent);
                    return (
                        all,
                        Some(gap.saying("its pages run in circles: a NextToken came again")),
                    );
                }
                token = Some(next);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use trailseal_model::Organization;

    use super::*;
    use crate::ports::{MemberPage, UnitPage};

    /// A root with two units, one of which has a unit of its own; each unit holds one account, and
    /// every list comes in pages of one.
    #[derive(Default)]
    struct Fake {
        denied: Option<&'static str>,
    }

    impl Fake {
        fn refuse(&self, parent: &str, operation: Operation) -> Result<(), Gap> {
            let gap = || Gap::new(GapClass::Denied, operation).on(parent);
            if self.denied == Some(parent) { Err(gap()) } else { Ok(()) }
        }
    }

    fn page(units: &[&str], token: Option<&str>) -> UnitPage {
        let index: usize = token.map_or(0, |it| it.parse().unwrap());
        let unit = |id: &&str| Unit { id: (*id).to_owned(), name: format!("name of {id}") };
        let next_token = (index + 1 < units.len()).then(|| (index + 1).to_string());
        UnitPage { units: units.get(index).map(unit).into_iter().collect(), next_token }
    }

    impl OrganizationTree for Fake {
        async fn describe_organization(&self) -> Result<Organization, Gap> {
            Err(Gap::new(GapClass::Denied, Operation::DescribeOrganization))
        }

        async fn list_roots(&self, token: Option<String>) -> Result<UnitPage, Gap> {
            self.refuse("root", Operation::ListRoots)?;
            Ok(page(&["r-1"], token.as_deref()))
        }

        async fn list_units(&self, parent: &str, token: Option<String>) -> Result<UnitPage, Gap> {
            self.refuse(parent, Operation::ListOrganizationalUnitsForParent)?;
            let below: &[&str] = match parent {
                "r-1" => &["ou-a", "ou-b"],
                "ou-a" => &["ou-c"],
                _ => &[],
            };
            Ok(page(below, token.as_deref()))
        }

        async fn list_accounts_in(
            &self,
            parent: &str,
            _token: Option<String>,
        ) -> Result<MemberPage, Gap> {
            let number = parent.bytes().last().map_or(0, u64::from);
            Ok(MemberPage {
                accounts: AccountId::new(number).into_iter().collect(),
                next_token: None,
            })
        }

        async fn account_tags(&self, _: AccountId) -> Result<BTreeMap<String, String>, Gap> {
            Ok(BTreeMap::new())
        }
    }

    fn walk(fake: &Fake, depth: TreeDepth) -> Tree {
        block_on(walk_tree(fake, "o-1", depth))
    }

    #[test]
    fn every_unit_is_named_and_every_account_placed() {
        let tree = walk(&Fake::default(), TreeDepth::Accounts);
        assert_eq!(tree.names.len(), 4);
        assert_eq!(tree.names["ou-c"], "name of ou-c");
        let paths: Vec<&str> = tree.paths.values().map(String::as_str).collect();
        assert_eq!(paths, ["o-1/r-1/", "o-1/r-1/ou-a/", "o-1/r-1/ou-b/", "o-1/r-1/ou-a/ou-c/"]);
        assert_eq!(tree.gaps, []);
    }

    #[test]
    fn pages_that_run_in_circles_are_a_gap() {
        let turns = ["a", "b", "a"].into_iter();
        let turns = std::sync::Mutex::new(turns);
        let ask = |_| {
            let next = turns.lock().unwrap().next().map(str::to_owned);
            async { Ok((vec![1], next)) }
        };
        let (all, gap) = block_on(pages(Operation::ListRoots, "o-1", ask));
        assert_eq!((all.len(), gap.unwrap().class), (3, GapClass::MalformedAnswer));
    }

    #[test]
    fn accounts_are_not_asked_for_in_vain() {
        let tree = walk(&Fake::default(), TreeDepth::Units);
        assert_eq!((tree.names.len(), tree.paths.len()), (4, 0));
    }

    #[test]
    fn what_cannot_be_read_is_a_gap_and_the_rest_goes_on() {
        let check = |denied: &'static str, names: usize| {
            let tree = walk(&Fake { denied: Some(denied) }, TreeDepth::Accounts);
            assert_eq!((tree.names.len(), tree.gaps.len()), (names, 1), "{denied}");
        };
        check("root", 0);
        check("r-1", 1);
        check("ou-a", 3);
    }
}
