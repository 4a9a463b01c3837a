//! The organization's tree of units: their names, and where accounts stand that came without a path.

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt as _;
use trailseal_model::question::{
    ListAccountsForParent, ListOrganizationalUnitsForParent, ListRoots,
};
use trailseal_model::{AccountId, Answers, Gap, Question, Unit, ask};

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
pub async fn walk_tree(answers: &impl Answers, organization: &str, depth: TreeDepth) -> Tree {
    let mut tree = Tree::default();
    let (roots, gap) = rows(answers, ListRoots).await;
    tree.gaps.extend(gap);
    let below = format!("{organization}/");
    let mut level = tree.enter(roots, &below);
    for _ in 0..MAX_DEPTH {
        if level.is_empty() {
            break;
        }
        let read = level.into_iter().map(|place| read(answers, place, depth));
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

async fn read(answers: &impl Answers, place: String, depth: TreeDepth) -> Found {
    let parent = place.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
    let below = ListOrganizationalUnitsForParent { parent: parent.clone() };
    let (units, no_units) = rows(answers, below).await;
    let (accounts, no_accounts) = match depth {
        TreeDepth::Units => (Vec::new(), None),
        TreeDepth::Accounts => rows(answers, ListAccountsForParent { parent }).await,
    };
    Found { place, units, accounts, gaps: no_units.into_iter().chain(no_accounts).collect() }
}

/// What a listing names; nothing and a gap where it could not be read.
async fn rows<Q: Question<Answer = Vec<T>>, T>(
    answers: &impl Answers,
    question: Q,
) -> (Vec<T>, Option<Gap>) {
    match ask(answers, question).await {
        Ok(answer) => (answer.value, None),
        Err(gap) => (Vec::new(), Some(gap)),
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use trailseal_model::{AnyAnswer, AnyQuestion, GapClass};

    use super::*;
    use crate::test_support::Fake;

    /// A root with two units, one of which has a unit of its own; each holds one account.
    fn answer(question: AnyQuestion, denied: &str) -> Result<AnyAnswer, Gap> {
        let gap = question.gap(GapClass::Denied);
        let is_of_units = !matches!(question, AnyQuestion::ListAccountsForParent(_));
        if is_of_units && gap.subject.as_deref().unwrap_or("root") == denied {
            return Err(gap);
        }
        let units = |ids: &[&str]| -> Vec<Unit> {
            ids.iter()
                .map(|id| Unit { id: (*id).to_owned(), name: format!("name of {id}") })
                .collect()
        };
        match question {
            AnyQuestion::ListRoots(_) => Ok(AnyAnswer::ListRoots(units(&["r-1"]))),
            AnyQuestion::ListOrganizationalUnitsForParent(question) => {
                let below: &[&str] = match &*question.parent {
                    "r-1" => &["ou-a", "ou-b"],
                    "ou-a" => &["ou-c"],
                    _ => &[],
                };
                Ok(AnyAnswer::ListOrganizationalUnitsForParent(units(below)))
            }
            AnyQuestion::ListAccountsForParent(question) => {
                let number = question.parent.bytes().last().map_or(0, u64::from);
                let accounts = AccountId::new(number).into_iter().collect();
                Ok(AnyAnswer::ListAccountsForParent(accounts))
            }
            other => Err(other.gap(GapClass::NotFound)),
        }
    }

    fn walk(denied: &str, depth: TreeDepth) -> Tree {
        block_on(walk_tree(&Fake(|question| answer(question, denied)), "o-1", depth))
    }

    #[test]
    fn every_unit_is_named_and_every_account_placed() {
        let tree = walk("", TreeDepth::Accounts);
        assert_eq!(tree.names.len(), 4);
        assert_eq!(tree.names["ou-c"], "name of ou-c");
        let paths: Vec<&str> = tree.paths.values().map(String::as_str).collect();
        assert_eq!(paths, ["o-1/r-1/", "o-1/r-1/ou-a/", "o-1/r-1/ou-b/", "o-1/r-1/ou-a/ou-c/"]);
        assert_eq!(tree.gaps, []);
    }

    #[test]
    fn accounts_are_not_asked_for_in_vain() {
        let tree = walk("", TreeDepth::Units);
        assert_eq!((tree.names.len(), tree.paths.len()), (4, 0));
    }

    #[test]
    fn what_cannot_be_read_is_a_gap_and_the_rest_goes_on() {
        let check = |denied: &'static str, names: usize| {
            let tree = walk(denied, TreeDepth::Accounts);
            assert_eq!((tree.names.len(), tree.gaps.len()), (names, 1), "{denied}");
        };
        check("root", 0);
        check("r-1", 1);
        check("ou-a", 3);
    }
}
