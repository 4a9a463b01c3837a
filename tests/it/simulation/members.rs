//! What the members of an organization are told of its trail, which trails cover what, whose folders
//! lie in its bucket, and what ListTrails knows that no Region shows.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use trailseal_sim::Simulator;
use trailseal_sim::scenario::Scenario;
use trailseal_sim::state::{Effect, Rule, Spoken};
use trailseal_sim::world::bucket::ExtraObject;
use trailseal_sim::world::trail::Seal;
use trailseal_tests::sim::scan;

use super::{of_text, rows, scanned_in};

type Row = BTreeMap<String, String>;

/// An organization with this trail, and these accounts beside the three that every one has: name and
/// case.
fn organization(case: &str, accounts: &[(&str, &str)]) -> Scenario {
    let accounts = accounts
        .iter()
        .map(|(name, case)| format!("[[account]]\nname = \"{name}\"\ncase = \"{case}\"\n"));
    let accounts = accounts.collect::<Vec<_>>().concat();
    let text = format!("seed = 3\n[[organization_trail]]\ncase = \"{case}\"\n{accounts}");
    of_text(&text)
}

/// What a scan left, and how often GetTrailStatus was asked.
struct MemberScan {
    _folder: tempfile::TempDir,
    reports: std::path::PathBuf,
    statuses: u64,
    exit_code: u8,
}

impl MemberScan {
    async fn of(scenario: &Scenario, flags: &[&str]) -> Self {
        let simulator = Arc::new(Simulator::of(scenario));
        let (folder, scanned) = scanned_in(&simulator, scenario, flags).await;
        let log = simulator.state().log.report();
        assert_eq!(log.repeated_denials.first, [""; 0], "what is denied is asked once");
        let statuses = log.operations.iter().filter(|it| it.operation == "GetTrailStatus");
        let statuses = statuses.map(|it| it.calls).sum();
        Self { _folder: folder, reports: scanned.folder, statuses, exit_code: scanned.exit_code }
    }

    fn rows(&self, file: &str) -> Vec<Row> {
        rows(Path::new(&self.reports), file)
    }

    /// The organization trail's row.
    fn trail(&self) -> Row {
        let mut rows = self.rows("trails.csv").into_iter();
        rows.find(|it| it["is_organization_trail"] == "true").unwrap()
    }

    /// The finding of `trail-delivering` for the organization trail.
    fn delivering(&self) -> Row {
        let arn = self.trail()["trail_arn"].clone();
        let mut rows = self.rows("findings.csv").into_iter();
        rows.find(|it| it["control_id"] == "trail-delivering" && it["resource_arn"] == arn).unwrap()
    }

    /// One column of `accounts.csv`, by name.
    fn of_accounts(&self, column: &str) -> BTreeMap<String, String> {
        let rows = self.rows("accounts.csv").into_iter();
        rows.map(|it| (it["account_name"].clone(), it[column].clone())).collect()
    }
}

fn named(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test(start_paused = true)]
async fn members_are_asked_nowhere_at_home_or_everywhere() {
    let scenario = organization("organization-sealed", &[("shop", "no-trail")]);
    // The owner has 17 Regions, and there are three members.
    for (flags, statuses, asked) in [
        (&["--member-status", "off"][..], 17, "0"),
        (&[], 17 + 3, "3"),
        (&["--member-status", "home"], 17 + 3, "3"),
        (&["--member-status", "all"], 17 + 3 * 17, "51"),
    ] {
        let seen = MemberScan::of(&scenario, flags).await;
        assert_eq!(
            (seen.statuses, &*seen.trail()["members_asked"]),
            (statuses, asked),
            "{flags:?}"
        );
        assert_eq!(seen.trail()["members_delivering"], asked);
        let told =
            seen.rows("coverage.csv").into_iter().filter(|it| !it["member_delivery"].is_empty());
        assert_eq!(told.count().to_string(), asked);
        assert_eq!(seen.delivering()["status"], "pass");
        let word = if asked == "0" { "" } else { "delivering" };
        let expected = [("Management", ""), ("Log Archive", word), ("Audit", word), ("shop", word)];
        assert_eq!(seen.of_accounts("member_delivery"), named(&expected));
    }
    let simulator = Arc::new(Simulator::of(&scenario));
    let flags = ["--member-status", "some"];
    let wrong = scan(&simulator, &flags, Path::new("never-made")).await;
    let problem = wrong.unwrap_err().to_string();
    assert!(
        problem.contains("--member-status") && problem.contains("`some` is not off, home or all"),
        "{problem}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_member_that_is_refused_fails_the_trail_and_is_named() {
    let scenario = organization("organization-member-refused", &[]);
    let audit = scenario.parts.accounts.iter().find(|it| &*it.name == "Audit").unwrap().id;
    let seen = MemberScan::of(&scenario, &[]).await;
    let finding = seen.delivering();
    assert_eq!((&*finding["status"], &*finding["status_reason"]), ("fail", "delivery_error"));
    assert!(finding["observed"].contains(&audit.to_string()), "{}", finding["observed"]);
    assert_eq!(seen.trail()["member_problems"], "delivery_error=1");
    assert_eq!(seen.of_accounts("member_delivery")["Audit"], "delivery_error");
    assert_eq!(seen.of_accounts("log_prefix")["Audit"], "missing");
    assert_eq!(seen.exit_code, 1);
    // Nobody else is told.
    let seen = MemberScan::of(&scenario, &["--member-status", "off"]).await;
    assert_eq!((&*seen.delivering()["status"], seen.exit_code), ("pass", 0));
}

#[tokio::test(start_paused = true)]
async fn a_member_that_does_not_tell_is_a_gap_and_no_pass() {
    let scenario = organization("organization-sealed", &[("shop", "access-status-denied")]);
    let shop = scenario.parts.accounts.iter().find(|it| &*it.name == "shop").unwrap().id;
    let seen = MemberScan::of(&scenario, &[]).await;
    let finding = seen.delivering();
    assert_eq!((&*finding["status"], &*finding["status_reason"]), ("not_proven", "unread"));
    let arn = seen.trail()["trail_arn"].clone();
    let gaps = seen.rows("gaps.csv");
    let of_trail: Vec<&Row> = gaps.iter().filter(|it| it["subject"] == arn).collect();
    assert_eq!(of_trail.len(), 1, "{of_trail:?}");
    assert_eq!(of_trail[0]["account_id"], shop.to_string());
    assert_eq!(finding["gap_ids"], of_trail[0]["gap_id"]);
    assert_eq!(seen.of_accounts("member_delivery")["shop"], "unread");
    assert_eq!(seen.exit_code, 3);
}

#[tokio::test(start_paused = true)]
async fn a_member_that_cannot_be_read_is_not_asked_and_its_coverage_says_so() {
    let accounts = [("lost", "access-role-missing"), ("mute", "access-cloudtrail-denied")];
    let seen = MemberScan::of(&organization("organization-sealed", &accounts), &[]).await;
    assert_eq!(seen.trail()["members_asked"], "2");
    assert_eq!(seen.delivering()["status"], "pass");
    assert_eq!(seen.exit_code, 3, "the run is incomplete all the same");
    let lost = seen.rows("coverage.csv").into_iter().filter(|it| it["account_name"] == "lost");
    assert!(lost.clone().all(|it| it["outcome"] == "not_evaluated"));
    // The owner's trail covers it even so, wherever it may have a Region.
    let arn = seen.trail()["trail_arn"].clone();
    assert!(lost.clone().count() > 0 && lost.into_iter().all(|it| it["covered_by"] == arn));
}

#[tokio::test(start_paused = true)]
async fn every_target_names_the_trails_that_cover_it() {
    let accounts =
        [("shop", "trail-every-region"), ("old", "trail-stopped"), ("gone", "access-closed")];
    let seen = MemberScan::of(&organization("organization-sealed", &accounts), &[]).await;
    let trails = seen.rows("trails.csv");
    let arn = |owner: &str| {
        let mut owned = trails.iter().filter(|it| it["account_name"] == owner);
        owned.next().unwrap()["trail_arn"].clone()
    };
    let (organization, own) = (arn("Management"), arn("shop"));
    let mut both = [organization.clone(), own];
    both.sort();
    for row in seen.rows("coverage.csv") {
        let expected = match (&*row["account_name"], &*row["outcome"]) {
            ("shop", "evaluated") => both.join(";"),
            // Its own trail does not log.
            (_, "evaluated") => organization.clone(),
            _ => String::new(),
        };
        assert_eq!(row["covered_by"], expected, "{} {}", row["account_name"], row["region"]);
    }
}

#[tokio::test(start_paused = true)]
async fn folders_in_the_bucket_are_compared_with_the_accounts_both_ways() {
    let accounts = [("gone", "access-closed")];
    let mut scenario = organization("organization-member-silent", &accounts);
    let (organization, bucket) = {
        let parts = &scenario.parts;
        let trail = parts.trails.iter().find(|it| it.is_organization).unwrap();
        (parts.organization.as_ref().unwrap().id.clone(), trail.bucket.clone())
    };
    let bucket = scenario.parts.buckets.iter_mut().find(|it| it.name == bucket).unwrap();
    let extra = |key: String| ExtraObject { key: key.into(), size: 9, seal: Seal::Aes256 };
    bucket.extra.extend([
        extra("AWSLogs/222222222222/CloudTrail/of-a-trail-of-its-own".to_owned()),
        extra(format!("AWSLogs/{organization}/000000000012/CloudTrail/left-long-ago")),
        extra(format!("AWSLogs/{organization}/notes/readme.txt")),
    ]);
    bucket.extra.sort_by(|one, other| one.key.cmp(&other.key));
    let seen = MemberScan::of(&scenario, &[]).await;
    let trail = seen.trail();
    assert_eq!(trail["unlisted_prefixes"], "000000000012");
    assert_eq!((&*trail["account_prefixes"], &*trail["accounts_without_prefix"]), ("2", "1"));
    let expected = [
        ("Management", "found"),
        ("Log Archive", "found"),
        ("Audit", "missing"),
        // Not in use, and not judged.
        ("gone", ""),
    ];
    assert_eq!(seen.of_accounts("log_prefix"), named(&expected));
    assert_eq!(seen.of_accounts("member_delivery")["Audit"], "never_delivered");
    // That nothing arrives is shown, and no failure.
    assert_eq!((&*seen.delivering()["status"], seen.exit_code), ("pass", 0));
    let lists = seen.rows("sampling.csv")[0]["prefix_lists"].clone();
    assert_eq!(lists, "1");
    let page = std::fs::read_to_string(seen.reports.join("report.html")).unwrap();
    assert!(
        page.contains("folders of accounts that are not in the list of accounts: 000000000012")
    );
}

#[tokio::test(start_paused = true)]
async fn a_trail_that_is_listed_and_never_shown_is_a_gap_and_one_that_is_not_listed_means_nothing()
{
    let cases = ["trail-listed-and-never-shown", "access-list-trails-denied"];
    let accounts = cases.map(|case| (case, case));
    let scenario = organization("organization-sealed", &accounts);
    let hidden = scenario.parts.trails.iter().find(|it| it.is_never_described).unwrap();
    let (arn, owner, home) = (hidden.arn(), hidden.owner.to_string(), hidden.home.to_string());
    let seen = MemberScan::of(&scenario, &[]).await;
    let gaps = seen.rows("gaps.csv");
    let not_shown: Vec<&Row> = gaps.iter().filter(|it| it["class"] == "not_shown").collect();
    assert_eq!(not_shown.len(), 1, "{not_shown:?}");
    assert_eq!((&*not_shown[0]["subject"], &*not_shown[0]["operation"]), (&*arn, "ListTrails"));
    let partial: Vec<Row> =
        seen.rows("coverage.csv").into_iter().filter(|it| it["outcome"] == "partial").collect();
    assert_eq!(partial.len(), 1, "{partial:?}");
    assert_eq!((&*partial[0]["account_id"], &*partial[0]["region"]), (&*owner, &*home));
    assert_eq!(partial[0]["gap_id"], not_shown[0]["gap_id"]);
    assert_eq!(seen.exit_code, 3);
    // Whose list is denied has a gap, and everything that was seen of it is judged.
    let denied =
        gaps.iter().filter(|it| it["operation"] == "ListTrails" && it["class"] != "not_shown");
    assert_eq!(denied.count(), 1);
    let answers = seen.of_accounts("logs_sealed");
    assert_eq!(answers["access-list-trails-denied"], "sealed");
    assert_eq!(answers["trail-listed-and-never-shown"], "unproven");
}

#[tokio::test(start_paused = true)]
async fn once_aws_refused_the_five_lowest_members_no_other_is_asked() {
    let names: Vec<String> = (0..6).map(|it| format!("shop-{it}")).collect();
    let accounts: Vec<(&str, &str)> = names.iter().map(|it| (&**it, "no-trail")).collect();
    let scenario = organization("organization-members-refuse", &accounts);
    let owner = scenario.parts.trails.iter().find(|it| it.is_organization).unwrap().owner;
    let members = scenario.parts.accounts.iter().map(|it| it.id).filter(|it| *it != owner);
    let mut members: Vec<String> = members.map(|it| it.to_string()).collect();
    members.sort();
    // Log Archive, Audit and six more; the owner has 17 Regions.
    for (flags, places) in [(&[][..], 1), (&["--member-status", "all"], 17)] {
        let seen = MemberScan::of(&scenario, flags).await;
        assert_eq!((members.len(), seen.statuses), (8, 17 + 5 * places), "{flags:?}");
        let finding = seen.delivering();
        assert_eq!((&*finding["status"], &*finding["gap_ids"]), ("pass", ""));
        assert!(finding["observed"].contains("AWS refused the status"), "{}", finding["observed"]);
        let gaps = seen.rows("gaps.csv");
        let refused = gaps.iter().filter(|it| it["class"] == "not_told");
        let mut refused: Vec<&str> = refused.map(|it| &*it["account_id"]).collect();
        refused.sort_unstable();
        refused.dedup();
        assert_eq!(refused, members[..5], "whose listing came first does not matter");
        let told =
            seen.rows("accounts.csv").into_iter().filter(|it| !it["member_delivery"].is_empty());
        let told: Vec<String> = told.map(|it| it["member_delivery"].clone()).collect();
        assert_eq!(told, vec!["not_told"; 8]);
        assert_eq!(seen.exit_code, 0);
        let sarif = std::fs::read_to_string(seen.reports.join("trailseal.sarif")).unwrap();
        assert!(!sarif.contains("\"reason\":\"not_told\""), "nothing is lost by it");
    }
}

#[tokio::test(start_paused = true)]
async fn where_one_of_the_lowest_members_is_told_all_are_asked() {
    let names: Vec<String> = (0..6).map(|it| format!("shop-{it}")).collect();
    let accounts: Vec<(&str, &str)> = names.iter().map(|it| (&**it, "no-trail")).collect();
    let scenario = organization("organization-sealed", &accounts);
    let owner = scenario.parts.trails.iter().find(|it| it.is_organization).unwrap().owner;
    let members = scenario.parts.accounts.iter().map(|it| it.id).filter(|it| *it != owner);
    let mut members: Vec<_> = members.collect();
    members.sort();
    let simulator = Arc::new(Simulator::of(&scenario));
    for account in members.iter().skip(1) {
        simulator.state().faults.add(Rule {
            service: None,
            operation: Some("GetTrailStatus".into()),
            account: Some(*account),
            region: None,
            resource_contains: None,
            skip: 0,
            times: None,
            effect: Effect::Answer(Spoken {
                status: 400,
                code: "CloudTrailARNInvalidException".into(),
                message: "AccountID in ARN is wrong".into(),
                headers: BTreeMap::new(),
            }),
        });
    }
    let (_folder, scanned) = scanned_in(&simulator, &scenario, &[]).await;
    let trails = rows(&scanned.folder, "trails.csv");
    let trail = trails.iter().find(|it| it["is_organization_trail"] == "true").unwrap();
    assert_eq!(trail["members_asked"], "8");
    assert_eq!(trail["member_problems"], "not_told=7");
}
