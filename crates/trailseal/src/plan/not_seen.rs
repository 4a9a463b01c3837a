//! What a scan with these settings does not show, and what a plan cannot find out. Pure.

use super::counts::Counts;
use super::probe::{AccountRow, MOST, Reached};
use super::resources::{BucketAnswer, BucketRow};
use super::seen::{Found, Seen};
use super::words::{counted, first};

/// Something that a scan with these settings does not show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NotSeen {
    /// A word for it.
    pub(super) kind: &'static str,
    /// How many accounts, Regions, buckets or keys.
    pub(super) count: u64,
    /// One sentence, without its full stop.
    pub(super) text: String,
}

/// What is true of every scan and of every plan.
const ALWAYS: [(&str, &str); 3] = [
    (
        "other_regions",
        "Other Regions: this plan reads one Region of each account; a policy that denies another one \
         shows only in the scan",
    ),
    (
        "log_content",
        "The content of logs, which is never read, and their copies in CloudWatch Logs, replicas and \
         archives",
    ),
    (
        "other_policies",
        "Who can decrypt by IAM policies, SCPs and RCPs: only key policies and grants are evaluated",
    ),
];

/// Everything that applies here.
pub(super) fn not_seen(found: Found<'_>, seen: &Seen, population: &Counts) -> Vec<NotSeen> {
    let mut all = of_accounts(population);
    all.extend(of_scope_and_list(seen, population));
    all.extend(of_regions(found));
    all.extend(of_resources(found));
    all.push(of_hidden_trails(seen));
    all.retain(|entry| entry.count > 0);
    all.extend(ALWAYS.map(|(kind, text)| entry(kind, 1, text.to_owned())));
    all
}

const fn entry(kind: &'static str, count: u64, text: String) -> NotSeen {
    NotSeen { kind, count, text }
}

/// `1 account is`, `2 accounts are`.
fn with_verb(count: u64, noun: &str, [one, several]: [&str; 2]) -> String {
    format!("{} {}", counted(count, noun), if count == 1 { one } else { several })
}

fn of_accounts(population: &Counts) -> Vec<NotSeen> {
    let is = ["is", "are"];
    let unreachable = population.unreachable.len() as u64;
    let whose = if unreachable == 1 { "its" } else { "their" };
    let not_in_use = population.listed - population.in_use;
    vec![
        entry(
            "unreachable_accounts",
            unreachable,
            format!(
                "{} cannot be opened: {whose} own trails, keys and buckets are not read",
                counted(unreachable, "account")
            ),
        ),
        entry(
            "accounts_not_in_use",
            not_in_use,
            format!(
                "{} suspended, closed or not activated yet, so not asked",
                with_verb(not_in_use, "account", is)
            ),
        ),
        entry(
            "excluded_accounts",
            population.excluded,
            format!(
                "{} left out by --accounts, --exclude-account or --ou: every report is SCOPED",
                with_verb(population.excluded, "account", is)
            ),
        ),
    ]
}

fn of_scope_and_list(seen: &Seen, population: &Counts) -> Vec<NotSeen> {
    let regions = &seen.asked.scope.regions;
    let names: Vec<&str> = regions.iter().map(|region| region.name()).collect();
    let verb = if names.len() == 1 { "is" } else { "are" };
    let mut all = vec![entry(
        "scoped_regions",
        names.len() as u64,
        format!("Only {} {verb} judged: every report is SCOPED", names.join(", ")),
    )];
    let skipped = &seen.asked.scope.skipped_controls;
    let names: Vec<&str> = skipped.iter().map(|control| control.as_str()).collect();
    all.push(entry(
        "skipped_controls",
        names.len() as u64,
        format!("Skipped controls: {}; every report is SCOPED", names.join(", ")),
    ));
    if !population.is_complete {
        let text = "ListAccounts ended early: accounts are missing from this plan";
        all.push(entry("list_incomplete", 1, text.to_owned()));
    }
    if population.source.is_self_declared() {
        let text = "The accounts come from --accounts-file: only you vouch that none is missing";
        all.push(entry("self_declared", 1, text.to_owned()));
    }
    all
}

fn of_regions(found: Found<'_>) -> Vec<NotSeen> {
    let reached = || found.rows.iter().filter_map(AccountRow::reached);
    let disabled = |reached: &Reached| reached.regions.len() as u64 - reached.enabled();
    let listing = reached().filter(|reached| reached.lists_regions);
    let disabled: u64 = listing.map(disabled).sum();
    let unlisted = reached().filter(|reached| !reached.lists_regions).count() as u64;
    let whose = if unlisted == 1 { "its" } else { "their" };
    vec![
        entry(
            "disabled_regions",
            disabled,
            format!(
                "{} disabled (account x Region), so not asked",
                with_verb(disabled, "Region", ["is", "are"])
            ),
        ),
        entry(
            "regions_not_listed",
            unlisted,
            format!(
                "{} may not list {whose} Regions: every Region of the partition is tried",
                counted(unlisted, "account")
            ),
        ),
    ]
}

fn of_resources(found: Found<'_>) -> Vec<NotSeen> {
    let named = |is: fn(&BucketAnswer) -> bool| -> Vec<&str> {
        let rows = found.buckets.iter().filter(|row: &&BucketRow| is(&row.answer));
        rows.map(|row| row.bucket.as_str()).collect()
    };
    let gone = named(|answer| matches!(answer, BucketAnswer::Gone));
    let lost = named(|answer| matches!(answer, BucketAnswer::OwnerUnknown(_)));
    let unasked = found.keys.iter().filter(|row| row.answer.is_none()).count() as u64;
    vec![
        entry(
            "buckets_gone",
            gone.len() as u64,
            format!(
                "{} not exist: {}",
                with_verb(gone.len() as u64, "bucket", ["does", "do"]),
                first(&gone)
            ),
        ),
        entry(
            "bucket_owners",
            lost.len() as u64,
            format!(
                "{} no owner among the accounts that this plan could ask; a scan asks every \
                 account, and --log-archive-account names one to ask at once: {}",
                with_verb(lost.len() as u64, "bucket", ["has", "have"]),
                first(&lost)
            ),
        ),
        entry(
            "keys_not_asked",
            unasked,
            format!(
                "{} not read: this plan reads one key of an account, and makes at most {MOST} calls \
                 for each account",
                with_verb(unasked, "key", ["was", "were"])
            ),
        ),
    ]
}

/// Trails that may be there: an account's list was refused, or no call was left for it.
fn of_hidden_trails(seen: &Seen) -> NotSeen {
    let accounts = seen.opened.iter().filter(|account| account.hidden_trails > 0);
    let trails: u64 = accounts.clone().map(|account| account.hidden_trails).sum();
    let accounts = accounts.count() as u64;
    let text = format!(
        "{} did not list the names of all trails: `at most` counts {} there, the number that \
         CloudTrail allows in the other Regions",
        counted(accounts, "account"),
        counted(trails, "more trail"),
    );
    entry("trails_not_listed", accounts, text)
}
