//! The owners of buckets are found without a word from the user, and at what cost.

use std::collections::BTreeMap;
use std::sync::Arc;

use trailseal_sim::Simulator;
use trailseal_sim::scenario::Scenario;
use trailseal_sim::world::account::AccountId;
use trailseal_sim::world::bucket::Readers;
use trailseal_sim::world::denial::{Accounts, Denial, PolicyKind};
use trailseal_sim::world::region::RegionSet;

use super::{cost, fair, of_text, rows, scanned_in};

type Row = BTreeMap<String, String>;

/// A scenario with the trail of `whose`, which delivers to the bucket `acme-trail-logs` of `owner`.
struct World {
    scenario: Scenario,
    trail: String,
}

impl World {
    /// An organization with these accounts beside management, log archive and audit: each with its
    /// name, case and unit.
    fn of(keys: &str, tables: &str, accounts: &[(&str, &str, &str)]) -> Scenario {
        let units: std::collections::BTreeSet<&str> = accounts.iter().map(|it| it.2).collect();
        let units = units.into_iter().filter(|it| !it.is_empty());
        let units: Vec<String> =
            units.map(|name| format!("[[unit]]\nname = \"{name}\"\n")).collect();
        let units = units.concat();
        let account = |(name, case, unit): &(&str, &str, &str)| {
            let unit = if unit.is_empty() { String::new() } else { format!("unit = \"{unit}\"\n") };
            format!("[[account]]\nname = \"{name}\"\ncase = \"{case}\"\n{unit}")
        };
        let accounts: String = accounts.iter().map(account).collect();
        let mut scenario = of_text(&format!("seed = 3\n{keys}\n{units}{accounts}{tables}"));
        // Nobody says where the logs are.
        scenario.access.log_archive = None;
        scenario
    }

    fn new(mut scenario: Scenario, whose: &str, owner: &str, bucket: &str) -> Self {
        let owner = id(&scenario, owner);
        let of = id(&scenario, whose);
        let parts = &mut scenario.parts;
        let trail = parts.trails.iter_mut().find(|it| it.owner == of).unwrap();
        let made = parts.buckets.iter_mut().find(|it| it.name == trail.bucket).unwrap();
        let name: Box<str> = bucket.replace("OWNER", &owner.to_string()).into();
        (made.name, made.owner, made.readers) = (name.clone(), owner, Readers::OwnerOnly);
        trail.bucket = name;
        let trail = trail.arn().clone();
        Self { scenario, trail }
    }

    async fn scanned(&self, flags: &[&str]) -> OwnerSearch {
        let simulator = Arc::new(Simulator::of(&self.scenario));
        simulator.state().log.keep(cost::KEPT);
        let (guard, scanned) = scanned_in(&simulator, &self.scenario, flags).await;
        let log = simulator.state().log.report();
        assert_eq!(log.repeated_denials.first, [""; 0], "what is denied is asked once");
        let names: BTreeMap<String, String> = self
            .scenario
            .parts
            .accounts
            .iter()
            .map(|it| (it.id.to_string(), it.name.to_string()))
            .collect();
        let asked = simulator.state().log.calls().into_iter();
        let asked = asked.filter(|it| it.operation == "ListBuckets");
        let asked: Vec<String> = asked.map(|it| names[&it.account].clone()).collect();
        let of_trail = |row: &Row| {
            row["resource_arn"] == self.trail && row["control_id"] == "trail-delivering"
        };
        let findings = rows(&scanned.folder, "findings.csv");
        let delivering = findings.into_iter().find(of_trail).unwrap();
        let trails = rows(&scanned.folder, "trails.csv");
        let trail = trails.into_iter().find(|it| it["trail_arn"] == self.trail).unwrap();
        let gaps = rows(&scanned.folder, "gaps.csv");
        drop(guard);
        OwnerSearch {
            asked,
            delivering,
            trail,
            gaps,
            highest_concurrency: log.highest_concurrency,
            exit_code: scanned.exit_code,
        }
    }
}

/// The account of this name; an unknown one is a stranger.
fn id(scenario: &Scenario, name: &str) -> AccountId {
    let found = scenario.parts.accounts.iter().find(|it| &*it.name == name);
    found.map_or_else(|| AccountId::new(999_999_999_999).unwrap(), |it| it.id)
}

/// The scenario under a service control policy that denies these actions to these accounts.
fn denying(mut scenario: Scenario, actions: &[&str], names: &[&str]) -> Scenario {
    let mut accounts: Vec<AccountId> = names.iter().map(|it| id(&scenario, it)).collect();
    accounts.sort_unstable();
    scenario.parts.denials.push(Denial {
        kind: PolicyKind::ServiceControl,
        is_explicit: true,
        policy_arn: None,
        accounts: Accounts::These(accounts),
        regions: RegionSet::ALL,
        actions: actions.iter().map(|it| Box::from(*it)).collect(),
        resource: "".into(),
    });
    scenario
}

struct OwnerSearch {
    /// Whose buckets were listed, in that order.
    asked: Vec<String>,
    /// The finding of `trail-delivering`.
    delivering: Row,
    trail: Row,
    gaps: Vec<Row>,
    highest_concurrency: usize,
    exit_code: u8,
}

impl OwnerSearch {
    #[track_caller]
    fn is_sealed(&self) {
        assert_eq!(self.delivering["status"], "pass", "{}", self.delivering["observed"]);
        assert_eq!(self.trail["verdict"], "sealed");
        assert_eq!(self.gaps, []);
    }

    #[track_caller]
    fn is_unknown(&self, counts: &str) {
        let status = (&*self.delivering["status"], &*self.delivering["status_reason"]);
        assert_eq!(status, ("not_proven", "bucket_owner_unknown"));
        assert_eq!(self.trail["verdict"], "unproven");
        assert_eq!(self.trail["bucket_owner_account_id"], "");
        let observed = &self.delivering["observed"];
        assert!(observed.contains(counts), "{observed}");
    }
}

const ORGANIZATION_TRAIL: &str = "[[organization_trail]]\ncase = \"organization-sealed\"\n";
const BUCKET: &str = "acme-trail-logs";

/// Everything that is judged and read of a scenario, with the log-archive account named or not.
async fn judged(mut scenario: Scenario, is_named: bool) -> (Vec<Row>, Vec<Row>, Vec<Row>, u8) {
    if !is_named {
        scenario.access.log_archive = None;
    }
    let simulator = Arc::new(Simulator::of(&scenario));
    let (_folder, scanned) = scanned_in(&simulator, &scenario, &["--seed", "1"]).await;
    let columns = |file: &str, wanted: &[&str]| -> Vec<Row> {
        let mut rows = rows(&scanned.folder, file);
        for row in &mut rows {
            row.retain(|name, _| wanted.contains(&name.as_str()));
        }
        rows
    };
    let findings = ["control_id", "resource_arn", "account_id", "status", "status_reason"];
    let trails = ["trail_arn", "verdict", "bucket_owner_account_id", "samples_sealed"];
    let gaps = ["operation", "account_id", "region", "subject", "class"];
    (
        columns("findings.csv", &findings),
        columns("trails.csv", &trails),
        columns("gaps.csv", &gaps),
        scanned.exit_code,
    )
}

#[tokio::test(start_paused = true)]
async fn naming_the_log_archive_changes_nothing_that_is_judged() {
    for name in ["landing-zone", "small"] {
        let named = judged(fair(name), true).await;
        let unnamed = judged(fair(name), false).await;
        assert!(!named.0.is_empty() && !named.1.is_empty());
        assert_eq!(named, unnamed, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_bucket_in_the_account_that_is_named_for_logs_takes_one_question_more() {
    let accounts =
        [("shop", "no-trail", ""), ("Platform Logs", "no-trail", ""), ("catalog", "no-trail", "")];
    let scenario = World::of("", ORGANIZATION_TRAIL, &accounts);
    let mut world = World::new(scenario, "Management", "Platform Logs", BUCKET);
    // The account of the ready-made name has nothing to do with it.
    let archive = id(&world.scenario, "Log Archive");
    let archive = world.scenario.parts.accounts.iter_mut().find(|it| it.id == archive);
    archive.unwrap().name = "blog".into();
    let seen = world.scanned(&[]).await;
    seen.is_sealed();
    assert_eq!(seen.asked, ["Management", "Platform Logs"]);
    assert_eq!(
        seen.trail["bucket_owner_account_id"],
        id(&world.scenario, "Platform Logs").to_string()
    );
    assert_eq!(seen.exit_code, 0);
}

#[tokio::test(start_paused = true)]
async fn a_bucket_with_its_owner_s_id_in_the_name_takes_one_question_more() {
    let scenario = World::of("", ORGANIZATION_TRAIL, &[("shop", "no-trail", "")]);
    let world = World::new(scenario, "Management", "shop", "trail-OWNER-eu");
    let seen = world.scanned(&[]).await;
    seen.is_sealed();
    assert_eq!(seen.asked, ["Management", "shop"]);
}

#[tokio::test(start_paused = true)]
async fn a_member_s_bucket_in_the_management_account_is_found_by_a_delegated_administrator() {
    let scenario = World::of(
        "caller = \"delegated\"",
        "",
        &[("shop", "trail-every-region", ""), ("misc", "no-trail", "")],
    );
    let world = World::new(scenario, "shop", "Management", BUCKET);
    let seen = world.scanned(&[]).await;
    seen.is_sealed();
    assert_eq!(seen.asked, ["shop", "Management"]);
}

#[tokio::test(start_paused = true)]
async fn an_account_that_may_not_list_its_buckets_is_a_gap_if_it_may_be_the_owner() {
    let accounts =
        [("vault", "no-trail", ""), ("shop", "no-trail", ""), ("cellar", "no-trail", "")];
    let scenario = || {
        let scenario = World::of("", ORGANIZATION_TRAIL, &accounts);
        denying(scenario, &["s3:ListAllMyBuckets"], &["vault", "cellar"])
    };
    let world = World::new(scenario(), "Management", "vault", BUCKET);
    let seen = world.scanned(&[]).await;
    seen.is_unknown("4 accounts answered ListBuckets without it, 2 accounts refused ListBuckets");
    // The objects of the bucket are beside the point here.
    let refused: Vec<&Row> =
        seen.gaps.iter().filter(|it| it["operation"] == "ListBuckets").collect();
    assert_eq!(refused.len(), 2, "{:?}", seen.gaps);
    assert!(refused.iter().all(|it| it["class"] == "denied_by_scp"));
    let first = refused.iter().min_by_key(|it| it["account_id"].clone()).unwrap();
    assert_eq!(seen.delivering["gap_ids"], first["gap_id"]);
    assert_eq!(seen.exit_code, 3);
    // Where the owner is another account, nothing came of the refusals.
    let world = World::new(scenario(), "Management", "shop", BUCKET);
    let seen = world.scanned(&[]).await;
    seen.is_sealed();
    assert_eq!(seen.exit_code, 0);
}

#[tokio::test(start_paused = true)]
async fn an_owner_outside_the_organization_stays_unknown() {
    let accounts = [("shop", "no-trail", ""), ("lost", "access-role-missing", "")];
    let world = World::new(
        World::of("", ORGANIZATION_TRAIL, &accounts),
        "Management",
        "a stranger",
        BUCKET,
    );
    let seen = world.scanned(&[]).await;
    seen.is_unknown("(4 accounts answered ListBuckets without it, 1 account could not be opened)");
    assert_eq!(seen.asked.len(), 4);
    // One that is not in use is not asked, and not counted.
    let accounts = [("shop", "no-trail", ""), ("gone", "access-closed", "")];
    let world = World::new(
        World::of("", ORGANIZATION_TRAIL, &accounts),
        "Management",
        "a stranger",
        BUCKET,
    );
    let seen = world.scanned(&[]).await;
    seen.is_unknown(
        "none of the accounts that were asked owns the bucket 'acme-trail-logs' (4 accounts answered",
    );
}

#[tokio::test(start_paused = true)]
async fn a_limited_run_asks_likely_accounts_only_whatever_it_leaves_out() {
    let accounts = [
        ("shop", "trail-every-region", ""),
        ("misc", "no-trail", "Workloads"),
        ("vault", "no-trail", "Security"),
    ];
    let scenario = || World::of("", "", &accounts);
    let shop = id(&scenario(), "shop").to_string();
    let flags = ["--accounts", &shop];
    let world = World::new(scenario(), "shop", "misc", BUCKET);
    let seen = world.scanned(&flags).await;
    seen.is_unknown("1 account not asked because the run is limited");
    assert!(!seen.asked.contains(&"misc".to_owned()), "{:?}", seen.asked);
    // The whole run finds it.
    world.scanned(&[]).await.is_sealed();
    // By its name, and by its unit's.
    for (owner, expected) in [
        ("Log Archive", &["shop", "Management", "Log Archive"][..]),
        ("Audit", &[]),
        ("vault", &[]),
    ] {
        let seen = World::new(scenario(), "shop", owner, BUCKET).scanned(&flags).await;
        seen.is_sealed();
        assert!(seen.asked.iter().zip(expected).all(|it| it.0 == it.1));
        assert!(!seen.asked.contains(&"misc".to_owned()), "{:?}", seen.asked);
    }
}

#[tokio::test(start_paused = true)]
async fn the_search_goes_on_where_the_tree_of_units_cannot_be_read() {
    let accounts = [("misc", "no-trail", "Security"), ("Platform Logs", "no-trail", "")];
    for owner in ["misc", "Platform Logs"] {
        let scenario = World::of("caller = \"delegated\"", ORGANIZATION_TRAIL, &accounts);
        let denied = ["organizations:ListRoots", "organizations:ListOrganizationalUnitsForParent"];
        let scenario = denying(scenario, &denied, &["Audit"]);
        let seen = World::new(scenario, "Management", owner, BUCKET).scanned(&[]).await;
        assert_eq!(seen.delivering["status"], "pass", "{}", seen.delivering["observed"]);
        assert_eq!(seen.trail["verdict"], "sealed");
        let operations: Vec<&str> = seen.gaps.iter().map(|it| &*it["operation"]).collect();
        assert_eq!(operations, ["ListRoots"]);
    }
}

#[tokio::test(start_paused = true)]
async fn who_owns_it_and_has_the_highest_id_of_sixty_is_found_under_the_limits() {
    let crowd = "[[population]]\nname = \"team\"\naccounts = 60\ncases = { no-trail = 1 }\n";
    let mut scenario = World::of("", crowd, &[("shop", "trail-every-region", "")]);
    scenario.random_faults.latency_ms = 20;
    let ids = scenario.parts.accounts.iter().filter(|it| it.name.starts_with("team"));
    let last = ids.max_by_key(|it| it.id.number()).unwrap().name.to_string();
    let world = World::new(scenario, "shop", &last, BUCKET);
    let seen = world.scanned(&["--max-in-flight", "12"]).await;
    seen.is_sealed();
    assert_eq!(seen.highest_concurrency, 12);
    // Management, log archive and audit by their names, then by id.
    let mut asked = seen.asked.clone();
    asked.sort();
    asked.dedup();
    assert_eq!(asked.len(), seen.asked.len(), "nobody is asked twice");
    assert_eq!(seen.asked[..4], ["shop", "Management", "Log Archive", "Audit"]);
    assert_eq!(asked.len(), 4 + 60);
}
