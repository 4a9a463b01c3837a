//! No operation is called more often than `docs/operations/cost.md` says. What a scan may cost
//! follows from the simulated world, not from what the scan saw of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use trailseal::bounds;
use trailseal_model::{Operation, Purpose, Thresholds};
use trailseal_sim::Simulator;
use trailseal_sim::scenario::Scenario;
use trailseal_sim::state::LoggedCall;
use trailseal_sim::world::Parts;
use trailseal_sim::world::account::{Account, AccountId};
use trailseal_sim::world::denial::matches_action;
use trailseal_sim::world::trail::Trail;

use super::{fair, scanned_in, start};

const PAGE: &str = include_str!("../../../docs/operations/cost.md");
const ORGANIZATION: &str = include_str!("cost.toml");

fn count<T>(items: impl Iterator<Item = T>) -> u64 {
    items.count() as u64
}

fn distinct<T: Ord>(items: impl Iterator<Item = T>) -> u64 {
    items.collect::<BTreeSet<_>>().len() as u64
}

fn in_use(parts: &Parts) -> impl Iterator<Item = &Account> {
    parts.accounts.iter().filter(|it| it.state.is_usable())
}

/// Whether an account may not list its Regions: the audit then meets some that refuse its session.
fn hides_regions(parts: &Parts, account: &Account) -> bool {
    let denials = parts.denials.iter().filter(|it| it.accounts.contain(account.id));
    let mut hidden = denials.flat_map(|it| &it.actions);
    hidden.any(|it| matches_action(it, "account:ListRegions"))
}

/// The calls for all grants of a key, which is one for a key that has none or does not exist.
fn grant_pages(parts: &Parts, key_arn: &str) -> u64 {
    let key = parts.keys.iter().find(|key| key.arn() == key_arn);
    let grants = key.map_or(0, |key| key.grants.len() as u64);
    grants.div_ceil(bounds::GRANTS_A_PAGE).max(1)
}

/// The Regions of an account that are asked: all of the partition where it may not list its own.
fn regions_of(parts: &Parts, account: &Account) -> u64 {
    let is_hidden = hides_regions(parts, account);
    count(parts.partition.regions().filter(|it| is_hidden || account.regions.is_enabled(*it)))
}

/// The accounts and Regions in which a trail delivers.
fn cells_of(parts: &Parts, trail: &Trail) -> u64 {
    let covers = |it: &&Account| trail.is_organization || it.id == trail.owner;
    let covered = in_use(parts).filter(covers);
    covered.map(|it| if trail.is_multi_region { regions_of(parts, it) } else { 1 }).sum()
}

/// The accounts that are asked first for a trail's bucket.
fn asked_first(scenario: &Scenario, trail: &Trail) -> impl Iterator<Item = AccountId> {
    [trail.owner].into_iter().chain(scenario.access.log_archive)
}

/// Whether the owner of a trail's bucket has to be looked for in other accounts.
fn misses_owner(scenario: &Scenario, trail: &Trail) -> bool {
    let owner = owner_of(scenario, trail);
    asked_first(scenario, trail).all(|it| Some(it) != owner)
}

fn owner_of(scenario: &Scenario, trail: &Trail) -> Option<AccountId> {
    scenario.parts.buckets.iter().find(|it| it.name == trail.bucket).map(|it| it.owner)
}

/// In whose sessions a bucket is looked at: in its owner's; where that is not among those who are asked
/// first, before that in one of the accounts whose trails deliver there, and where it is nobody of the
/// organization, in the trail's.
fn readers_of<'a>(
    scenario: &'a Scenario,
    trail: &'a Trail,
) -> impl Iterator<Item = (AccountId, &'a str)> {
    let owner = owner_of(scenario, trail);
    let is_in_use = in_use(&scenario.parts).any(|it| Some(it.id) == owner);
    let mut readers = vec![owner.filter(|_| is_in_use).unwrap_or(trail.owner)];
    if misses_owner(scenario, trail) {
        let same = scenario.parts.trails.iter().filter(|it| it.bucket == trail.bucket);
        readers.extend(same.map(|it| it.owner).min());
    }
    readers.into_iter().map(|it| (it, &*trail.bucket))
}

/// The most calls of an operation that a scan of this scenario may make, without options that ask
/// for more.
#[expect(clippy::too_many_lines, reason = "one arm for each operation")]
fn most(operation: Operation, scenario: &Scenario) -> u64 {
    let parts = &scenario.parts;
    let units = parts.organization.as_ref().map_or(0, |it| 1 + it.units.len() as u64);
    let trails = || parts.trails.iter();
    let opened = count(in_use(parts));
    let thresholds = Thresholds::DEFAULT;
    let (size, budget) = (u64::from(thresholds.sample_size), u64::from(thresholds.listing_budget));
    match operation {
        Operation::GetCallerIdentity => {
            1 + count(in_use(parts).filter(|account| hides_regions(parts, account)))
        }
        Operation::ListAccounts => {
            let empty = parts.organization.as_ref().map_or(0, |it| it.empty_page_every as usize);
            let empty = parts.accounts.len().checked_div(empty).unwrap_or_default() as u64;
            count(parts.accounts.iter()).div_ceil(bounds::ACCOUNTS_A_PAGE) + empty
        }
        Operation::ListRoots => units.min(1),
        Operation::ListOrganizationalUnitsForParent => units,
        Operation::ListAccountsForParent => {
            let has_paths = parts.organization.as_ref().is_none_or(|it| it.shows_paths);
            if has_paths { 0 } else { units }
        }
        Operation::AssumeRole => opened - 1,
        Operation::ListRegions | Operation::ListTrails => opened,
        Operation::DescribeTrails | Operation::ListEventDataStores => {
            in_use(parts).map(|it| regions_of(parts, it)).sum()
        }
        Operation::GetTrailStatus => {
            let of_owner = |it: &Trail| Trail { is_organization: false, ..it.clone() };
            let of_members = |it: &Trail| if it.is_organization { opened - 1 } else { 0 };
            trails().map(|it| cells_of(parts, &of_owner(it)) + of_members(it)).sum()
        }
        Operation::GetEventSelectors => count(trails()),
        Operation::GetEventDataStore => parts.stores.len() as u64,
        Operation::DescribeKey => {
            let of_stores = parts.stores.iter().map(|it| &it.key);
            distinct(trails().map(|it| &it.key).chain(of_stores).flatten())
        }
        Operation::ListGrants => {
            let keys: BTreeSet<_> = trails().filter_map(|it| it.key.as_ref()).collect();
            keys.into_iter().map(|key| grant_pages(parts, key)).sum()
        }
        Operation::GetKeyPolicy | Operation::GetKeyRotationStatus => {
            distinct(trails().filter_map(|it| it.key.as_ref()))
        }
        Operation::ListBuckets => {
            let is_sought = trails().any(|it| misses_owner(scenario, it));
            let first = distinct(trails().flat_map(|it| asked_first(scenario, it)));
            if is_sought { opened } else { first }
        }
        Operation::HeadBucket => distinct(trails().flat_map(|it| readers_of(scenario, it))),
        Operation::ListObjectsV2 => {
            let folders = count(parts.accounts.iter()).div_ceil(bounds::FOLDERS_A_PAGE);
            let of_trail = |it: &Trail| {
                let folders = if it.is_organization { folders } else { 0 };
                bounds::lists_of_a_trail(budget) + cells_of(parts, it) + folders
            };
            trails().map(of_trail).sum()
        }
        Operation::HeadObject => {
            let fixed = bounds::heads_of_a_trail(size);
            let of_trail = |it| fixed + bounds::HEADS_OF_AN_ACCOUNT_REGION * cells_of(parts, it);
            trails().map(of_trail).sum()
        }
        // Asked only with an option, or where there is no directory.
        _ => 0,
    }
}

/// Where an answer to the same question is asked for only once. Of the others, lists come in pages
/// and log objects are looked at for each trail.
const fn is_asked_once(operation: Operation) -> bool {
    !matches!(
        operation,
        Operation::ListAccounts
            | Operation::ListGrants
            | Operation::ListObjectsV2
            | Operation::HeadObject
    )
}

/// What was called more often than the page says.
pub(super) fn excess(scenario: &Scenario, simulator: &Simulator) -> Vec<String> {
    let mut excess = Vec::new();
    let of_run = simulator.state().log.report().operations;
    for it in of_run {
        let operation = it.operation.parse::<Operation>().ok().unwrap();
        let most = most(operation, scenario);
        if it.calls > most {
            excess.push(format!("{operation}: {} calls, at most {most} are stated", it.calls));
        }
    }
    let mut seen = BTreeSet::new();
    for it in simulator.state().log.calls() {
        let operation = it.operation.parse::<Operation>().ok().unwrap();
        let LoggedCall { operation: name, account, region, resource, .. } = it;
        // A key is described once, whoever wants to know.
        let of_key = operation.service() == "kms";
        let asked_in = if of_key { Default::default() } else { (account, region) };
        let question = (name, asked_in, resource);
        if is_asked_once(operation) && !seen.insert(question.clone()) {
            excess.push(format!("asked twice: {question:?}"));
        }
    }
    excess
}

/// So many calls are kept of a scan.
pub(super) const KEPT: usize = 100_000;

async fn scanned(scenario: &Scenario) -> Arc<Simulator> {
    let simulator = Arc::new(Simulator::of(scenario));
    simulator.state().log.keep(KEPT);
    scanned_in(&simulator, scenario, &["--seed", "1"]).await;
    simulator
}

fn calls(simulator: &Simulator, operation: Operation) -> u64 {
    let operations = simulator.state().log.report().operations;
    operations.iter().filter(|it| it.operation == operation.as_str()).map(|it| it.calls).sum()
}

#[tokio::test(start_paused = true)]
async fn more_trails_cost_no_more_calls_about_their_key_and_bucket() {
    let mut scenario = Scenario::from_toml(ORGANIZATION, start()).unwrap();
    let before = scanned(&scenario).await;
    let trails = &mut scenario.parts.trails;
    let single = trails.iter().position(|it| it.is_multi_region && !it.is_organization).unwrap();
    for number in 0..4 {
        let name = format!("another-{number}").into();
        let another = Trail { name, ..trails[single].clone() };
        trails.push(another);
    }
    let after = scanned(&scenario).await;
    assert_eq!(excess(&scenario, &after), [""; 0]);
    let more = |operation| calls(&after, operation) - calls(&before, operation);
    for operation in Operation::ALL.iter().copied() {
        let expected = match operation {
            Operation::GetTrailStatus => 4 * 17,
            Operation::GetEventSelectors => 4,
            Operation::ListObjectsV2 | Operation::HeadObject => continue,
            _ => 0,
        };
        assert_eq!(more(operation), expected, "{operation}");
    }
}

#[tokio::test(start_paused = true)]
async fn looking_for_an_owner_costs_one_call_for_each_account_that_is_asked_and_one_for_the_bucket()
{
    let mut scenario = Scenario::from_toml(ORGANIZATION, start()).unwrap();
    let opened = count(in_use(&scenario.parts));
    let named = scanned(&scenario).await;
    scenario.access.log_archive = None;
    // The bucket's name has its owner's id.
    let unnamed = scanned(&scenario).await;
    // The bucket is nobody's in the organization.
    let trail = scenario.parts.trails.iter().find(|it| it.is_organization).unwrap();
    let (bucket, archive) = (trail.bucket.clone(), owner_of(&scenario, trail));
    let bucket = scenario.parts.buckets.iter_mut().find(|it| it.name == bucket).unwrap();
    bucket.owner = AccountId::new(999_999_999_999).unwrap();
    let nowhere = scanned(&scenario).await;
    for simulator in [&unnamed, &nowhere] {
        assert_eq!(excess(&scenario, simulator), [""; 0]);
    }
    for operation in Operation::ALL.iter().copied() {
        assert_eq!(calls(&unnamed, operation), calls(&named, operation), "{operation}");
    }
    assert!(calls(&named, Operation::ListBuckets) < opened && archive.is_some());
    assert_eq!(calls(&nowhere, Operation::ListBuckets), opened);
    assert_eq!(calls(&nowhere, Operation::HeadBucket), calls(&named, Operation::HeadBucket));
}

/// The trail of each kind, as the page names it, and its bucket.
fn kinds(scenario: &Scenario) -> Vec<(String, String)> {
    let parts = &scenario.parts;
    let kind = |it: &Trail| {
        let owner = parts.accounts.iter().find(|account| account.id == it.owner).unwrap();
        let kind = if it.is_organization { "organization-sealed" } else { &owner.name };
        (kind.to_owned(), it.bucket.to_string())
    };
    parts.trails.iter().map(kind).collect()
}

#[tokio::test(start_paused = true)]
async fn the_page_says_what_the_log_objects_of_each_kind_of_trail_cost() {
    let scenario = Scenario::from_toml(ORGANIZATION, start()).unwrap();
    let simulator = scanned(&scenario).await;
    assert_eq!(excess(&scenario, &simulator), [""; 0]);
    let mut by_bucket: BTreeMap<String, [u32; 2]> = BTreeMap::new();
    for it in simulator.state().log.calls() {
        let place = ["ListObjectsV2", "HeadObject"].iter().position(|name| *name == it.operation);
        let resource = it.resource.strip_prefix("arn:aws:s3:::").unwrap_or_default();
        let bucket = resource.split('/').next().unwrap_or_default();
        if let Some(place) = place {
            by_bucket.entry(bucket.to_owned()).or_default()[place] += 1;
        }
    }
    let measured = kinds(&scenario).into_iter().map(|(kind, bucket)| {
        let [lists, heads] = by_bucket[&bucket];
        format!("| `{kind}` | {lists} | {heads} |")
    });
    let rows = PAGE.lines().filter(|it| it.ends_with(" |") && it.matches('|').count() == 5);
    let stated: BTreeSet<&str> = rows.skip(2).filter_map(|it| it.get(it.find("| `")?..)).collect();
    let measured: BTreeSet<String> = measured.collect();
    assert_eq!(stated, measured.iter().map(String::as_str).collect());
}

#[test]
fn the_page_has_a_row_for_every_operation_that_audits_and_names_the_same_numbers() {
    for operation in Operation::ALL.iter().filter(|it| it.purpose() == Purpose::Audit) {
        let row = format!("\n| `{operation}` |");
        assert_eq!(PAGE.matches(&row).count(), 1, "{operation}");
    }
    let Thresholds { sample_size, listing_budget, .. } = Thresholds::DEFAULT;
    let beside = bounds::heads_of_a_trail(u64::from(sample_size));
    let lists = bounds::lists_of_a_trail(u64::from(listing_budget));
    for number in [beside, lists, u64::from(sample_size), u64::from(listing_budget)] {
        assert!(PAGE.contains(&format!("**{number}**")), "{number}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_excess_is_noticed() {
    let mut scenario = fair("standalone");
    let simulator = scanned(&scenario).await;
    assert_eq!(excess(&scenario, &simulator), [""; 0]);
    // As if one trail less had been there to ask about, and no key.
    scenario.parts.trails.clear();
    let excess = excess(&scenario, &simulator).join("\n");
    for operation in ["GetTrailStatus: 17 calls", "GetEventSelectors: 1 calls", "HeadObject: "] {
        assert!(excess.contains(operation), "{excess}");
    }
}
