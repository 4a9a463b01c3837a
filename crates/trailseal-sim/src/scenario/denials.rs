//! Service control policies of a scenario, and what they change in the truth.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::draft::{Build, Result};
use super::file::DenialFile;
use super::truth::{Control, Status};
use crate::world::account::{Account, AccountId};
use crate::world::denial::{Accounts, Denial, PolicyKind, matches_action};
use crate::world::region::RegionSet;
use crate::world::trail::Trail;

/// Adds the denials of the file.
pub(super) fn deny(build: &mut Build<'_>) -> Result<()> {
    for denial in &build.file.denial {
        let regions = regions(build, denial)?;
        let unit = build.unit(denial.unit.as_ref())?;
        let accounts = bound(build, unit);
        check(build, denial, &accounts, regions)?;
        if denial.actions.iter().any(|it| matches_action(it, "cloudtrail:GetTrailStatus")) {
            doubt(build, &accounts, regions);
        }
        let accounts = match unit {
            // SCPs never bind the management account, and a short rule is quick to look through.
            None => Accounts::All,
            Some(_) => Accounts::These(accounts.into_iter().collect()),
        };
        let arn = denial.policy.as_ref().map(|it| policy_arn(build, it));
        build.builder.parts.denials.push(Denial {
            kind: PolicyKind::ServiceControl,
            is_explicit: true,
            policy_arn: arn,
            accounts,
            regions,
            actions: denial.actions.iter().map(|it| it.as_str().into()).collect(),
            resource: "".into(),
        });
    }
    Ok(())
}

fn policy_arn(build: &Build<'_>, id: &str) -> Box<str> {
    let parts = &build.builder.parts;
    let organization = parts.organization.as_ref().map_or("", |it| &it.id);
    let (partition, management) = (parts.partition, build.builder.well_known.management);
    format!(
        "arn:{partition}:organizations::{management}:policy/{organization}/service_control_policy/{id}"
    )
    .into()
}

fn regions(build: &Build<'_>, denial: &DenialFile) -> Result<RegionSet> {
    let (names, is_except) = match (&denial.regions, &denial.except_regions) {
        (Some(names), None) => (names, false),
        (None, Some(names)) => (names, true),
        _ => {
            let message = "a denial has either `regions` or `except_regions`".to_owned();
            return Err(super::ScenarioError { line: 0, message });
        }
    };
    let set = build.region_set(names.get_ref())?;
    let others = || build.builder.parts.partition.regions().filter(|it| !set.contains(*it));
    Ok(if is_except { others().collect() } else { set })
}

/// The accounts that a policy on this unit binds.
fn bound(build: &Build<'_>, unit: Option<u32>) -> BTreeSet<AccountId> {
    let parts = &build.builder.parts;
    let units = parts.organization.as_ref().map(|it| &it.units[..]).unwrap_or_default();
    let is_below = |account: &&Account| {
        let Some(unit) = unit else { return true };
        let mut place = account.unit;
        while let Some(index) = place {
            if index == unit {
                return true;
            }
            place = units.get(index as usize).and_then(|it| it.parent);
        }
        false
    };
    let management = build.builder.well_known.management;
    let bound = parts.accounts.iter().filter(is_below).map(|it| it.id);
    bound.filter(|it| *it != management).collect()
}

/// The truth of a case is known where its own Regions stay readable; other denials are refused.
fn check(
    build: &Build<'_>,
    denial: &DenialFile,
    accounts: &BTreeSet<AccountId>,
    regions: RegionSet,
) -> Result<()> {
    let parts = &build.builder.parts;
    let trails = parts.trails.iter().map(|it| (it.owner, it.home));
    let keys = parts.keys.iter().map(|it| (it.account, it.region));
    let buckets = parts.buckets.iter().map(|it| (it.owner, it.region));
    let stores = parts.stores.iter().map(|it| (it.owner, it.region));
    let mut places = trails.chain(keys).chain(buckets).chain(stores);
    let hidden = places.find(|it| accounts.contains(&it.0) && regions.contains(it.1));
    let global = parts.partition.global_region();
    let region = hidden.map(|it| it.1).or(regions.contains(global).then_some(global));
    let Some(region) = region else { return Ok(()) };
    let message = format!("the truth is not known where {region} is denied: a case lives there");
    let names = denial.regions.as_ref().or(denial.except_regions.as_ref());
    Err(match names {
        Some(names) => build.wrong(names, message),
        None => super::ScenarioError { line: 0, message },
    })
}

/// A trail of every Region whose status cannot be read in some is not proven to deliver.
fn doubt(build: &mut Build<'_>, accounts: &BTreeSet<AccountId>, regions: RegionSet) {
    let parts = &build.builder.parts;
    let states: HashMap<_, _> = parts.accounts.iter().map(|it| (it.id, it.regions)).collect();
    let is_doubted = |it: &&Trail| {
        let states = states.get(&it.owner).copied().unwrap_or_default();
        let mut denied = regions.iter().filter(|it| it.partition() == parts.partition);
        it.is_multi_region
            && accounts.contains(&it.owner)
            && denied.any(|region| states.is_enabled(region))
    };
    let doubted: HashSet<String> = parts.trails.iter().filter(is_doubted).map(Trail::arn).collect();
    for row in &mut build.builder.expected {
        let is_delivering = row.control == Control::TrailDelivering.id();
        if is_delivering && row.status == Status::Pass.word() && doubted.contains(&*row.subject) {
            row.status = Status::NotProven.word();
        }
    }
}
