//! Whose folders lie in an organization trail's bucket.

use trailseal_model::AccountPrefixes;

use super::*;

/// A log object of this account below the organization's folder.
fn below(number: u64) -> String {
    log_object_of("", account(number), "us-east-1", 5).replacen('/', "/o-1/", 1)
}

/// Members with these numbers; of each, whether it is in use.
fn organization(numbers: impl Iterator<Item = (u64, bool)>) -> Members {
    let (mut audited, mut all) = (Vec::new(), BTreeSet::new());
    for (number, is_in_use) in numbers {
        all.insert(account(number));
        audited.extend(is_in_use.then(|| account(number)));
    }
    Members { audited, all, ..members() }
}

fn collected(world: &World, members: &Members) -> (Option<AccountPrefixes>, Vec<Gap>) {
    let description = of_organization(trail("main"));
    let (collected, gaps) = collect_with(world, settings(), members, description);
    (collected.facts.prefixes, gaps)
}

fn folder_lists(world: &World) -> usize {
    let root = |it: &Call| matches!(it, Call::List(_, prefix) if prefix == "AWSLogs/o-1/");
    world.calls_of(Operation::ListObjectsV2).iter().filter(|it| root(it)).count()
}

#[test]
fn folders_are_compared_with_the_accounts_both_ways() {
    let stray = ["AWSLogs/o-1/notes/readme", "AWSLogs/o-1/12345/x", "AWSLogs/o-1/loose"];
    // Elsewhere in the bucket: another organization's, and one of a trail of its own.
    let elsewhere = ["AWSLogs/o-2/000000000008/x".to_owned(), log_object(5)];
    let held = [1, 3, 7, 77].map(below).into_iter().chain(stray.map(str::to_owned));
    let world = World::holding(held.chain(elsewhere));
    let members =
        organization([(1, true), (2, true), (3, false), (4, false), (6, true)].into_iter());
    let prefixes = collected(&world, &members).0.unwrap();
    let expected = AccountPrefixes {
        root: "AWSLogs/o-1/".to_owned(),
        found: 2,
        // Of those that are not in use nothing is expected.
        without: vec![account(2), account(6)],
        unlisted: vec![account(7), account(77)],
        others: 2,
        listed_by: prefixes.listed_by.clone(),
        lists: 1,
        is_whole: true,
        gap: None,
    };
    assert!(prefixes.listed_by.is_some());
    assert_eq!(prefixes, expected);
    assert_eq!(folder_lists(&world), 1);
}

#[test]
fn many_accounts_come_in_pages() {
    let mut world = World::holding((1..=10).map(below));
    world.page_size = 4;
    let prefixes = collected(&world, &organization((1..=10).map(|it| (it, true)))).0.unwrap();
    assert_eq!((prefixes.found, prefixes.lists, prefixes.is_whole), (10, 3, true));
    assert_eq!((prefixes.without, prefixes.unlisted), (vec![], vec![]));
}

#[test]
fn who_fills_the_bucket_with_folders_ends_the_listing_and_nothing_is_said_to_be_missing() {
    let mut world = World::holding((1..=60).map(below));
    world.page_size = 1;
    let prefixes = collected(&world, &organization([(1, true), (99, true)].into_iter())).0.unwrap();
    assert_eq!((prefixes.lists, prefixes.is_whole, prefixes.found), (50, false, 1));
    assert_eq!((prefixes.without.len(), prefixes.unlisted.len()), (0, 49));
    assert_eq!(prefixes.gap, None);
}

#[test]
fn a_refusal_is_a_gap_and_what_was_refused_to_the_sample_is_not_asked_again() {
    let is_list_of = |prefix: &'static str| move |it: &Call| matches!(it, Call::List(_, it) if it.starts_with(prefix));
    let root = |it: &Call| matches!(it, Call::List(_, it) if it == "AWSLogs/o-1/");
    let world = World::holding([below(1)]).refusing(root);
    let (prefixes, gaps) = collected(&world, &members());
    let prefixes = prefixes.unwrap();
    assert_eq!((prefixes.is_whole, prefixes.gap.is_some()), (false, true));
    assert_eq!(prefixes.without, []);
    assert_eq!(gaps.len(), 1);
    let world = World::holding([below(1)]).refusing(is_list_of("AWSLogs/o-1/"));
    assert_eq!(collected(&world, &members()).0, None);
    assert_eq!(folder_lists(&world), 0);
}

#[test]
fn nobody_looks_for_a_trail_of_one_account() {
    let world = World::holding([log_object(5)]);
    assert_eq!(collect(&world, trail("main")).facts.prefixes, None);
    assert_eq!(folder_lists(&world), 0);
}
