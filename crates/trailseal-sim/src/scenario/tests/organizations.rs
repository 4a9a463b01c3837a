use std::collections::HashSet;

use proptest::prelude::*;

use super::super::{Scenario, Shape};
use super::{Control, Status, has, ready, start, truth};
use crate::world::World;
use crate::world::denial::Accounts;

fn scenario(text: &str) -> Scenario {
    Scenario::from_toml(text, start()).unwrap()
}

/// The number of the account with this name.
fn account(scenario: &Scenario, name: &str) -> String {
    let mut accounts = scenario.parts.accounts.iter();
    accounts.find(|it| &*it.name == name).unwrap().id.to_string()
}

/// The ARN of the first trail of the account with this name.
fn trail(scenario: &Scenario, name: &str) -> String {
    let owner = account(scenario, name);
    let mut trails = scenario.parts.trails.iter();
    trails.find(|it| it.owner.to_string() == owner).unwrap().arn()
}

#[test]
fn the_demo_shows_every_control_passing_and_failing() {
    let demo = ready("demo");
    for control in Control::ALL {
        for status in [Status::Pass, Status::Fail] {
            assert!(has(&demo, control, status), "{control:?} {status:?}");
        }
    }
    let truth = truth(&demo);
    let covered = |name: &str| truth[&(&*account(&demo, name), "account-covered")];
    for (name, expected) in [
        ("shop-production", "pass"),
        ("Bottega & Figli <legacy>", "fail"),
        ("bottega-webshop", "fail"),
        ("bottega-erp", "not_proven"),
        ("bottega-archive", "pass"),
        ("campaign-2024", "not_applicable"),
    ] {
        assert_eq!(covered(name), expected, "{name}");
    }
    let surprise = trail(&demo, "catalogue-production");
    assert_eq!(truth[&(&*surprise, "trail-kms-encrypted")], "pass");
    assert_eq!(truth[&(&*surprise, "log-objects-sealed")], "fail");
    let sandbox = trail(&demo, "sandbox-omar");
    assert_eq!(truth[&(&*sandbox, "trail-delivering")], "not_proven");
}

#[test]
fn the_landing_zone_is_laid_out_as_control_tower_does() {
    let zone = ready("landing-zone");
    let organization = zone.parts.organization.as_ref().unwrap();
    let audit = account(&zone, "Audit");
    assert_eq!(zone.access.caller.to_string(), audit);
    assert_eq!(zone.parts.users[0].account, zone.access.caller);
    assert!(organization.delegated.iter().any(|it| it.0 == zone.access.caller));
    let trail = zone.parts.trails.iter().find(|it| it.is_organization).unwrap();
    assert_eq!(trail.prefix.as_ref(), Some(&organization.id));
    let bucket = zone.parts.buckets.iter().find(|it| it.name == trail.bucket).unwrap();
    assert_eq!(Some(bucket.owner), zone.access.log_archive);
    let key = zone.parts.keys.iter().find(|it| Some(&*it.arn()) == trail.key.as_deref()).unwrap();
    assert_eq!((key.account, key.region), (organization.management, bucket.region));
    let truth = truth(&zone);
    for control in Control::ALL.iter().take(12) {
        assert_eq!(truth[&(&*trail.arn(), control.id())], "pass", "{control:?}");
    }
    let own = self::trail(&zone, "tracking-production");
    assert_eq!(truth[&(&*own, "trail-delivering")], "not_proven");
}

#[test]
fn partitions_have_names_of_their_own() {
    for (name, partition) in [("china", "aws-cn"), ("govcloud", "aws-us-gov")] {
        let scenario = ready(name);
        let parts = &scenario.parts;
        for trail in &parts.trails {
            let prefix = format!("arn:{partition}:cloudtrail:");
            assert!(trail.arn().starts_with(&prefix), "{}", trail.arn());
        }
        for key in &parts.keys {
            assert!(!key.policy.contains("arn:aws:iam"), "{}", key.policy);
        }
    }
    assert_eq!(ready("standalone").access.log_archive, None);
}

#[test]
fn a_member_that_nothing_is_delegated_to_may_call_too() {
    let text = "seed = 1\ncaller = \"member\"\n[organization]\nstatus = true\nstate = false\n";
    let scenario = scenario(text);
    let organization = scenario.parts.organization.as_ref().unwrap();
    assert!(organization.delegated.is_empty());
    assert_ne!(scenario.access.caller, organization.management);
    assert!(organization.shows_status && !organization.shows_state);
    let trusts = |it: &crate::world::account::Account| it.roles[0].trusts.clone();
    assert!(scenario.parts.accounts.iter().all(|it| trusts(it) == [scenario.access.caller]));
}

#[test]
fn another_account_changes_no_id() {
    let one = "seed = 1\n[[account]]\nname = \"a\"\ncase = \"key-ok\"\n";
    let two = format!("{one}[[account]]\nname = \"b\"\n[[account]]\nname = \"a\"\n");
    let (one, two) = (scenario(one), scenario(&two));
    let old: Vec<_> = one.parts.accounts.iter().map(|it| it.id).collect();
    let new: HashSet<_> = two.parts.accounts.iter().map(|it| it.id).collect();
    assert!(old.iter().all(|it| new.contains(it)));
    assert_eq!(new.len(), 6);
    assert_eq!(one.parts.keys[0].arn(), two.parts.keys[0].arn());
    let other = scenario("seed = 2\n[[account]]\nname = \"a\"\ncase = \"key-ok\"\n");
    assert_ne!(other.parts.accounts[0].id, one.parts.accounts[0].id);
}

#[test]
fn accounts_that_are_denied_the_same_share_a_denial() {
    let text = "seed = 1\n[[population]]\nname = \"a\"\naccounts = 60\n\
                cases = { access-kms-denied = 1, access-s3-denied = 2, no-trail = 1 }\n";
    let scenario = scenario(text);
    let numbers: Vec<_> = scenario
        .parts
        .denials
        .iter()
        .map(|it| match &it.accounts {
            Accounts::All => 0,
            Accounts::These(these) => these.len(),
        })
        .collect();
    assert_eq!(numbers, [15, 30]);
    let world = World::new(scenario.parts);
    let denied = world.accounts().iter().filter(|account| {
        let home = world.partition().global_region();
        world.denials()[0].binds(account.id, home, "kms:DescribeKey", "")
    });
    assert_eq!(denied.count(), 15);
}

#[test]
fn a_large_landing_zone_has_a_trail_in_every_tenth_account() {
    let scenario = Scenario::bench(10_000, 34, Shape::LandingZone, start()).unwrap();
    let parts = &scenario.parts;
    assert_eq!(parts.accounts.len(), 10_000);
    assert_eq!(parts.trails.len(), 1 + 999);
    let regions = parts.partition.regions().filter(|it| parts.accounts[0].regions.is_enabled(*it));
    assert_eq!(regions.count(), 34);
    assert_eq!(scenario.expected.len(), 10_000 + 12 * 1_000);
    assert!(parts.denials.is_empty());
}

#[test]
fn the_most_work_is_a_trail_in_every_account() {
    let scenario = Scenario::bench(103, 17, Shape::Worst, start()).unwrap();
    assert_eq!((scenario.parts.accounts.len(), scenario.parts.trails.len()), (103, 100));
    assert_eq!(scenario.parts.stores.len(), 100);
    let error = Scenario::bench(103, 16, Shape::Worst, start()).unwrap_err();
    assert!(error.message.contains("from 17 to 34"), "{error}");
}

proptest! {
    #[test]
    fn every_seed_gives_accounts_of_twelve_digits_and_no_two_the_same(seed in 0u32..u32::MAX) {
        let text = format!(
            "seed = {seed}\n[[population]]\nname = \"a\"\naccounts = 40\ncases = {{ key-ok = 1 }}\n"
        );
        let scenario = scenario(&text);
        let ids: HashSet<_> = scenario.parts.accounts.iter().map(|it| it.id.to_string()).collect();
        prop_assert_eq!(ids.len(), 43);
        prop_assert!(ids.iter().all(|it| it.len() == 12 && !it.starts_with('0')));
        let buckets: HashSet<_> = scenario.parts.buckets.iter().map(|it| &it.name).collect();
        prop_assert_eq!(buckets.len(), 40);
    }
}
