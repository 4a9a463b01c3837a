//! A whole organization under a storm: whatever fails, every target is accounted for, every loss
//! has its gap, and what could be read is judged as without faults.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use trailseal_model::controls::CONTROLS;
use trailseal_sim::Simulator;
use trailseal_sim::scenario::Scenario;
use trailseal_sim::state::{LoggedCall, RandomFaultSettings};
use trailseal_sim::world::account::Account;
use trailseal_sim::world::region::Region;

use super::{rows, scanned_in, start};

const ORGANIZATION: &str = include_str!("chaos.toml");

const ORGANIZATION_TRAIL: &str = "
[[organization_trail]]
case = \"organization-sealed\"
control_tower = true
";

/// Few objects a trail: the storm is about calls, and most of them would be heads.
const FLAGS: &[&str] = &["--sample-size", "14", "--tolerable-rate", "0.2"];

/// Of simulated time: a storm costs some, and not for ever.
const LONGEST: Duration = Duration::from_mins(5);

type Row = BTreeMap<String, String>;

/// An organization, and how long the storm lasts there.
#[derive(Debug, Clone, Copy)]
struct Storm {
    /// Of the organization and of the random faults.
    seed: u64,
    /// Accounts that roles open, beside few that are always there.
    teams: u32,
    /// Accounts without the role.
    strays: u32,
    /// Whether the caller is the delegated administrator of an organization with a trail of its own.
    has_organization_trail: bool,
    /// How often a request that is struck fails; five times is given up.
    fail_times: u32,
}

impl Storm {
    fn scenario(self) -> Scenario {
        let Self { seed, teams, strays, .. } = self;
        let mut text = ORGANIZATION.to_owned();
        for (word, value) in [("SEED", seed), ("TEAMS", teams.into()), ("STRAYS", strays.into())] {
            text = text.replace(&format!("\"{word}\""), &value.to_string());
        }
        if self.has_organization_trail {
            text = format!("caller = \"delegated\"\n{text}{ORGANIZATION_TRAIL}");
        }
        let mut scenario = Scenario::from_toml(&text, start()).unwrap();
        scenario.random_faults = RandomFaultSettings {
            latency_ms: 20,
            jitter_ms: 40,
            throttles: 0.05,
            server_errors: 0.02,
            resets: 0.01,
            hangs: 0.005,
            truncations: 0.002,
            denials: 0.03,
            fail_times: self.fail_times,
        };
        scenario
    }
}

/// A call's operation, the account in whose session it was made (of AssumeRole the account that it
/// opens), and the Region.
type Call = (String, String, String);

/// What happened at the simulator.
#[derive(Default)]
struct CallLog {
    answered: BTreeSet<Call>,
    denied: BTreeSet<Call>,
    failed: BTreeSet<Call>,
}

impl CallLog {
    fn new(calls: Vec<LoggedCall>) -> Self {
        let mut seen = Self::default();
        for LoggedCall { operation, account, region, resource, status, code, .. } in calls {
            let opened = (operation == "AssumeRole").then(|| resource.split(':').nth(4));
            let account = opened.flatten().map_or(account, str::to_owned);
            let call = (operation, account, region.to_owned());
            if status == 200 {
                seen.answered.insert(call);
                continue;
            }
            if code.starts_with("AccessDenied") {
                seen.denied.insert(call.clone());
            }
            seen.failed.insert(call);
        }
        seen
    }

    fn answers(&self, operation: &str, account: &str, region: &str) -> bool {
        self.answered.contains(&(operation.into(), account.into(), region.into()))
    }
}

/// One scan: what there is, what happened, what was reported.
struct Scan {
    scenario: Scenario,
    seen: CallLog,
    coverage: BTreeMap<(String, String), Row>,
    accounts: Vec<Row>,
    findings: BTreeMap<(String, String), Row>,
    gaps: BTreeMap<String, Row>,
    exit_code: u8,
    wrong: Vec<String>,
}

impl Scan {
    async fn under(storm: Storm) -> Self {
        let scenario = storm.scenario();
        let simulator = Arc::new(Simulator::of(&scenario));
        let log = &simulator.state().log;
        log.keep(usize::MAX);
        let (_guard, scanned) = scanned_in(&simulator, &scenario, FLAGS).await;
        let mut wrong = Vec::new();
        let report = log.report();
        wrong.extend(report.repeated_denials.first.iter().map(|it| format!("asked again: {it}")));
        wrong.extend(report.unusable_accounts.first.iter().map(|it| format!("not in use: {it}")));
        assert_eq!(report.writes, 0, "{storm:?}");
        let mut keyed = |file: &str, key: &dyn Fn(&Row) -> (String, String)| {
            let mut all = BTreeMap::new();
            for row in rows(&scanned.folder, file) {
                if let Some(twice) = all.insert(key(&row), row) {
                    wrong.push(format!("twice in {file}: {twice:?}"));
                }
            }
            all
        };
        let subject = |row: &Row| (row["control_id"].clone(), row["resource_arn"].clone());
        let findings = keyed("findings.csv", &subject);
        let target = |row: &Row| (row["account_id"].clone(), row["region"].clone());
        let coverage = keyed("coverage.csv", &target);
        let gaps = keyed("gaps.csv", &|row| (row["gap_id"].clone(), String::new()));
        Self {
            scenario,
            seen: CallLog::new(log.calls()),
            coverage,
            accounts: rows(&scanned.folder, "accounts.csv"),
            findings,
            gaps: gaps.into_iter().map(|(id, row)| (id.0, row)).collect(),
            exit_code: scanned.exit_code,
            wrong,
        }
    }
}

impl Scan {
    fn wrong(&mut self, what: String) {
        self.wrong.push(what);
    }

    /// Whether ListAccounts broke off: the run then knows that accounts are missing.
    fn is_population_whole(&self) -> bool {
        self.gaps.values().all(|it| it["operation"] != "ListAccounts")
    }

    /// What must have become of a target, from the calls alone.
    fn outcome(&self, account: &Account, region: Region) -> &'static str {
        let (id, name) = (account.id.to_string(), region.name());
        let is_caller = account.id == self.scenario.access.caller;
        let listings = ["DescribeTrails", "ListEventDataStores"];
        let read = listings.iter().filter(|it| self.seen.answers(it, &id, name)).count();
        let is_opened =
            is_caller || self.seen.answered.iter().any(|it| it.0 == "AssumeRole" && it.1 == id);
        match read {
            _ if !account.state.is_usable() => "account_not_active",
            _ if !is_opened => "not_evaluated",
            _ if !account.regions.is_enabled(region) => self.of_disabled(&id, name),
            0 => "not_evaluated",
            2 if !self.misses_a_trail(&id, name) => "evaluated",
            _ => "partial",
        }
    }

    /// A refused token says that the Region is disabled only once the session is seen to work.
    fn of_disabled(&self, account: &str, region: &str) -> &'static str {
        let probe = |it: &&Call| it.0 == "GetCallerIdentity" && it.1 == account;
        let is_unknown = self.seen.failed.iter().any(|it| probe(&it))
            && self.gaps.values().any(|it| {
                let is_here = it["account_id"] == account && it["region"] == region;
                is_here && it["message"].contains("GetCallerIdentity")
            });
        if is_unknown { "not_evaluated" } else { "region_disabled" }
    }

    /// Whether ListTrails names a trail with its home there that no Region showed.
    fn misses_a_trail(&self, account: &str, home: &str) -> bool {
        let place = format!(":{home}:{account}:trail/");
        let not_shown = self.gaps.values().filter(|it| it["class"] == "not_shown");
        not_shown.into_iter().any(|it| it["subject"].contains(&place))
    }

    /// Every account has every Region of the partition once, with what became of it.
    fn check_coverage(&mut self) {
        let partition = self.scenario.parts.partition;
        let is_whole = self.is_population_whole();
        let mut planned = 0;
        for account in self.scenario.parts.accounts.clone() {
            let id = account.id.to_string();
            if !is_whole && !self.accounts.iter().any(|it| it["account_id"] == id) {
                continue;
            }
            for region in partition.regions() {
                planned += 1;
                let expected = self.outcome(&account, region);
                let found = self.coverage.get(&(id.clone(), region.name().to_owned()));
                let found = found.map_or("nothing", |it| &it["outcome"]);
                if found != expected {
                    self.wrong(format!("{id} {region} is {found}, not {expected}"));
                }
            }
        }
        if planned != self.coverage.len() {
            self.wrong(format!("{} targets, not {planned}", self.coverage.len()));
        }
    }

    /// The sums of each account are those of its targets.
    fn check_sums(&mut self) {
        let columns = [
            ("regions_evaluated", "evaluated"),
            ("regions_partial", "partial"),
            ("regions_not_evaluated", "not_evaluated"),
            ("regions_excluded", "excluded"),
            ("regions_disabled", "region_disabled"),
            ("regions_not_active", "account_not_active"),
        ];
        let mut counted: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for row in self.coverage.values() {
            *counted.entry((&row["account_id"], &row["outcome"])).or_default() += 1;
        }
        let mut wrong = Vec::new();
        for row in &self.accounts {
            let id = &*row["account_id"];
            let count = |outcome| counted.get(&(id, outcome)).copied().unwrap_or_default();
            let total: usize = columns.iter().map(|it| count(it.1)).sum();
            let is_sum = row["regions_total"] == total.to_string();
            let are_same = columns.iter().all(|it| row[it.0] == count(it.1).to_string());
            if !is_sum || !are_same {
                wrong.push(format!("sums of {row:?}"));
            }
        }
        self.wrong.extend(wrong);
    }

    /// What is lost has a gap that says why, and no gap is made up.
    fn check_gaps(&mut self) {
        let mut wrong = Vec::new();
        for row in self.coverage.values().filter(|it| is_lost(it)) {
            let gap = self.gaps.get(&row["gap_id"]);
            let is_right = gap.is_some_and(|it| {
                let is_here = it["region"] == row["region"] || it["operation"] == "AssumeRole";
                let is_its = it["account_id"] == row["account_id"] && is_here;
                is_its && it["class"] == row["reason_code"]
            });
            if !is_right {
                wrong.push(format!("lost by {gap:?}: {row:?}"));
            }
        }
        let caller = self.scenario.access.caller.to_string();
        let call = |it: &Row| -> Call {
            let account = match &*it["account_id"] {
                "" => caller.clone(),
                id => id.to_owned(),
            };
            (it["operation"].clone(), account, it["region"].clone())
        };
        for gap in self.gaps.values().filter(|it| it["attempts"] != "0") {
            // Where the Region is disabled, the token is refused before the call is looked at.
            let is_refused = gap["message"].contains("security token included");
            if !self.seen.failed.contains(&call(gap)) && !is_refused {
                wrong.push(format!("nothing failed: {gap:?}"));
            }
        }
        let told: BTreeSet<Call> = self.gaps.values().map(call).collect();
        for denied in self.seen.denied.difference(&told) {
            let is_made_good = match &*denied.0 {
                // The partition's table of Regions is probed instead; a refusal that names the
                // bucket's Region is an answer.
                "ListRegions" | "HeadBucket" => true,
                // The delegated administrator sees the organization trail as its owner does.
                "GetTrailStatus" => self.seen.answers("GetTrailStatus", &caller, &denied.2),
                _ => false,
            };
            if !is_made_good {
                wrong.push(format!("denied and no gap: {denied:?}"));
            }
        }
        self.wrong.extend(wrong);
    }

    /// Passes and failures rest on calls that were answered.
    fn check_evidence(&mut self) {
        let answered: BTreeSet<&str> = self.seen.answered.iter().map(|it| &*it.0).collect();
        let proven = self.findings.values().filter(|it| ["pass", "fail"].contains(&&*it["status"]));
        let is_bare = |it: &&Row| {
            let mut calls = it["evidence_api"].split(';');
            !calls.all(|call| answered.contains(call))
        };
        let bare: Vec<_> =
            proven.filter(is_bare).map(|it| format!("no evidence: {it:?}")).collect();
        self.wrong.extend(bare);
    }
}

fn is_lost(target: &Row) -> bool {
    ["partial", "not_evaluated"].contains(&&*target["outcome"])
}

/// Who has to do with a subject: a gap elsewhere explains nothing of it.
#[derive(Default)]
struct Kin {
    /// By the ARN of a trail or event data store: its owner, and those of its key and bucket.
    accounts: BTreeMap<String, BTreeSet<String>>,
    /// The account and the Regions that show a trail, by its ARN; a store is in its own.
    shown_in: BTreeMap<String, (String, Vec<String>)>,
    /// The ARN of the organization trail, which every member shows.
    organization_trail: Option<String>,
}

impl Kin {
    fn of(scenario: &Scenario) -> Self {
        let parts = &scenario.parts;
        let mut kin = Self::default();
        let owner_of = |arn: &str| arn.split(':').nth(4).map(str::to_owned);
        for trail in &parts.trails {
            let bucket = parts.buckets.iter().find(|it| it.name == trail.bucket);
            let mut accounts: BTreeSet<_> = [trail.owner.to_string()].into();
            accounts.extend(bucket.map(|it| it.owner.to_string()));
            accounts.extend(trail.key.as_deref().and_then(owner_of));
            accounts.extend(scenario.access.log_archive.map(|it| it.to_string()));
            let owner = parts.accounts.iter().find(|it| it.id == trail.owner);
            let is_shown = |it: &Region| {
                let is_enabled = owner.is_none_or(|owner| owner.regions.is_enabled(*it));
                *it == trail.home || trail.is_multi_region && is_enabled
            };
            let regions = parts.partition.regions().filter(is_shown);
            let regions = regions.map(|it| it.name().to_owned()).collect();
            kin.shown_in.insert(trail.arn(), (trail.owner.to_string(), regions));
            kin.accounts.insert(trail.arn(), accounts);
            if trail.is_organization {
                kin.organization_trail = Some(trail.arn());
            }
        }
        for store in &parts.stores {
            let mut accounts: BTreeSet<_> = [store.owner.to_string()].into();
            accounts.extend(store.key.as_deref().and_then(owner_of));
            let regions = vec![store.region.name().to_owned()];
            kin.shown_in.insert(store.arn(), (store.owner.to_string(), regions));
            kin.accounts.insert(store.arn(), accounts);
        }
        kin
    }

    /// Whose gaps can bear on this subject. What covers an account can be the organization's.
    fn of_subject(&self, subject: &str) -> BTreeSet<String> {
        let mut accounts = self.accounts.get(subject).cloned();
        if accounts.is_none() {
            let trail = self.organization_trail.as_ref().and_then(|it| self.accounts.get(it));
            accounts = trail.cloned();
        }
        let mut accounts = accounts.unwrap_or_default();
        if !subject.starts_with("arn:") {
            accounts.insert(subject.to_owned());
        }
        accounts
    }
}

impl Scan {
    /// What is judged is judged as without faults; what is not proven has a gap that bears on it,
    /// and what nobody saw was shown nowhere.
    fn check_truth(&mut self) {
        let kin = Kin::of(&self.scenario);
        let is_whole = self.is_population_whole();
        let mut found = self.findings.clone();
        let mut wrong = Vec::new();
        for row in &self.scenario.expected {
            let subject = row.subject.to_string();
            let told =
                format!("{} {} of {subject} should be {}", row.case, row.control, row.status);
            let Some(finding) = found.remove(&(row.control.to_owned(), subject.clone())) else {
                if self.is_shown(&kin, &subject) || is_whole && !kin.accounts.contains_key(&subject)
                {
                    wrong.push(format!("{told}, and there is none"));
                }
                continue;
            };
            if finding["status"] == row.status {
                continue;
            }
            let accounts = kin.of_subject(&subject);
            // A member's gap names the trail. Of accounts that were not listed nothing is known,
            // wherever they come in.
            let bears = |id: &str| {
                self.gaps.get(id).is_some_and(|it| {
                    accounts.contains(&it["account_id"])
                        || it["subject"] == subject
                        || it["operation"] == "ListAccounts"
                })
            };
            let is_explained =
                finding["status"] == "not_proven" && finding["gap_ids"].split(';').any(bears);
            if !is_explained {
                let gaps: Vec<_> =
                    finding["gap_ids"].split(';').filter_map(|it| self.gaps.get(it)).collect();
                wrong.push(format!("{told}: {finding:?}\n    {gaps:?}"));
            }
        }
        wrong.extend(found.into_values().map(|it| format!("of nothing: {it:?}")));
        self.wrong.extend(wrong);
    }

    /// Whether an answer showed the trail or event data store.
    fn is_shown(&self, kin: &Kin, subject: &str) -> bool {
        let operation =
            if subject.contains(":trail/") { "DescribeTrails" } else { "ListEventDataStores" };
        let Some((owner, regions)) = kin.shown_in.get(subject) else { return false };
        let is_listed = self.accounts.iter().any(|it| it["account_id"] == *owner);
        if kin.organization_trail.as_deref() == Some(subject) {
            return self.seen.answered.iter().any(|it| it.0 == operation);
        }
        // Of an account that was not listed only what reaches others is judged.
        is_listed && regions.iter().any(|it| self.seen.answers(operation, owner, it))
    }

    fn check_exit_code(&mut self) {
        let of_control =
            |it: &Row| CONTROLS.iter().find(|control| control.id.as_str() == it["control_id"]);
        let essential = |it: &&Row| of_control(it).is_some_and(|it| it.essential);
        let findings = self.findings.values();
        let fails = findings.clone().any(|it| it["status"] == "fail" && it["severity"] == "high");
        let mut unproven = findings.filter(essential).filter(|it| it["status"] == "not_proven");
        let lost = self.coverage.values().any(is_lost);
        let is_incomplete = lost || unproven.next().is_some() || !self.is_population_whole();
        let expected = u8::from(fails) + if is_incomplete { 3 } else { 0 };
        if self.exit_code != expected {
            self.wrong(format!("exit code {}, not {expected}", self.exit_code));
        }
    }
}

/// Scans under the storm, and compares all that there is to compare.
async fn check(storm: Storm) -> Scan {
    let begun = Instant::now();
    let mut scan = Scan::under(storm).await;
    assert!(begun.elapsed() < LONGEST, "{storm:?} took {:?}", begun.elapsed());
    scan.check_coverage();
    scan.check_sums();
    scan.check_gaps();
    scan.check_evidence();
    scan.check_truth();
    scan.check_exit_code();
    let wrong = &scan.wrong;
    assert!(wrong.is_empty(), "{storm:?}: {} rows\n{}", wrong.len(), wrong.join("\n"));
    scan
}

/// What a failure is called that was asked again as often as anything is.
const RETRIED: [&str; 5] =
    ["circuit_open", "connection", "server_error", "throttled_out", "timeout"];

impl Scan {
    fn retried(&self) -> BTreeSet<&str> {
        let classes = self.gaps.values().map(|it| &*it["class"]);
        classes.filter(|it| RETRIED.contains(it)).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn a_storm_over_300_accounts_costs_only_what_is_denied() {
    let passing = Storm { seed: 1, teams: 275, strays: 20, fail_times: 1, ..LASTING };
    let scan = check(passing).await;
    assert_eq!(scan.accounts.len(), 300);
    assert_eq!(scan.retried(), [].into(), "what passes is made good");
}

const LASTING: Storm =
    Storm { seed: 5, teams: 56, strays: 4, has_organization_trail: false, fail_times: 9 };

#[tokio::test(start_paused = true)]
async fn a_storm_that_lasts_loses_nothing_unsaid_and_proves_nothing_unseen() {
    let scan = check(LASTING).await;
    assert!(scan.is_population_whole());
    assert_eq!(scan.retried(), RETRIED.into());
    let cut_short = check(Storm { seed: 3, ..LASTING }).await;
    assert!(!cut_short.is_population_whole(), "a page of accounts was lost");
    assert!(cut_short.accounts.len() < scan.accounts.len());
}

#[tokio::test(start_paused = true)]
async fn a_storm_over_an_organization_trail_is_told_apart_for_each_member() {
    check(Storm { seed: 9, teams: 29, has_organization_trail: true, ..LASTING }).await;
    check(Storm { seed: 4, teams: 29, has_organization_trail: true, fail_times: 2, ..LASTING })
        .await;
}
