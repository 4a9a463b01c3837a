//! Tables of events: what is done after what, and that the order of answers changes nothing.

mod skipped;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use trailseal_model::{
    AccountId, Arn, BucketOwner, Delivery, GapClass, Outcome, OwnerSearch, Scope, Target,
};

use crate::settings::{AuditError, AuditSettings, Audited};
use world::{World, account, of_organization, region, run, settings, trail};

/// Answers come in the order of the questions.
fn in_order(world: &World, settings: &AuditSettings) -> (Vec<String>, Audited) {
    run(world, settings, |_| 0).expect("an audit")
}

fn position(done: &[String], what: &str) -> usize {
    let found = done.iter().position(|label| label == what);
    found.unwrap_or_else(|| panic!("{what} was not done: {done:#?}"))
}

fn count(done: &[String], what: &str) -> usize {
    done.iter().filter(|label| label.starts_with(what)).count()
}

/// Each of them is done, the former before the latter.
fn comes_before(done: &[String], former: &str, latter: &str) {
    assert!(position(done, former) < position(done, latter), "{former} before {latter}");
}

mod population {
    use super::*;

    fn error(world: &World, settings: &AuditSettings) -> AuditError {
        run(world, settings, |_| 0).expect_err("no audit")
    }

    fn without_accounts() -> World {
        World { accounts: 0, refuses: refuse_accounts, ..World::default() }
    }

    fn refuse_accounts(label: &str) -> Option<GapClass> {
        (label == "ListAccounts").then_some(GapClass::Denied)
    }

    #[test]
    fn no_member_is_asked_before_all_accounts_are_listed() {
        let (done, audited) = in_order(&World::default(), &settings());
        assert_eq!(done[0], "ListAccounts");
        assert_eq!(count(&done, "OpenAccount"), 3);
        assert_eq!(audited.facts.accounts.len(), 3);
    }

    #[test]
    fn what_the_scope_names_must_be_there() {
        let stranger = [account(77)].into();
        let scope = Scope { accounts: stranger, ..Scope::default() };
        let unknown = error(&World::default(), &AuditSettings { scope, ..settings() });
        assert!(
            matches!(unknown, AuditError::UnknownAccounts(accounts) if accounts == [account(77)])
        );
        let mut archive = settings();
        archive.collect.log_archive_accounts = vec![account(78)];
        let unknown = error(&World::default(), &archive);
        assert!(matches!(unknown, AuditError::UnknownLogArchives(_)));
        let scope =
            Scope { organizational_units: ["ou-nowhere".to_owned()].into(), ..Scope::default() };
        let unknown = error(&World::default(), &AuditSettings { scope, ..settings() });
        assert!(matches!(unknown, AuditError::UnknownUnits(_)));
    }

    #[test]
    fn without_a_list_there_is_no_audit_unless_the_user_declares_the_accounts() {
        assert!(matches!(error(&without_accounts(), &settings()), AuditError::NoDirectory(_)));
        let declared = in_order(&World::default(), &settings()).1.facts.accounts;
        let settings = AuditSettings { declared_accounts: declared, ..settings() };
        let (done, audited) = in_order(&without_accounts(), &settings);
        comes_before(&done, "DescribeOrganization", "OpenAccount 1");
        assert_eq!(audited.facts.accounts.len(), 3);
        assert!(audited.facts.population_source.is_self_declared());
    }
}

mod trails {
    use super::*;

    #[test]
    fn a_trail_is_read_when_all_targets_of_its_owner_are_and_waits_for_no_other_account() {
        let trails = vec![trail(2, "own", Some("logs"))];
        let buckets = BTreeMap::from([("logs".to_owned(), 2)]);
        let world = World { trails, buckets, ..World::default() };
        // The questions of account 2 are answered first, those of the others last.
        let gaps = trailseal_model::GapLedger::default();
        let settings = settings();
        let (mut scheduler, mut under_way) =
            crate::Scheduler::begin(&settings, &gaps, &trailseal_model::NoEvents);
        let mut examined = false;
        for _ in 0..40 {
            let is_first = |work: &crate::Work| {
                let label = world::label(work);
                !["1 ", "3 "].iter().any(|other| format!("{label} ").contains(&format!(" {other}")))
            };
            let Some(next) = under_way.iter().position(is_first) else { break };
            let next = under_way.remove(next);
            examined |= world::label(&next) == "ExamineObjects own";
            under_way.extend(scheduler.on(world.answer(&next)).expect("it goes on"));
        }
        assert!(examined);
        assert!(under_way.iter().any(|work| world::label(work).starts_with("OpenAccount")));
    }

    #[test]
    fn an_organization_trail_s_objects_wait_for_all_targets() {
        let trails = vec![of_organization(trail(1, "main", Some("logs")))];
        let buckets = BTreeMap::from([("logs".to_owned(), 1)]);
        let world = World { trails, buckets, ..World::default() };
        let (done, audited) = run(&world, &settings(), |under_way| under_way - 1).unwrap();
        for number in 1..=3 {
            let described = format!("DescribeTrails {number} eu-west-1");
            comes_before(&done, &described, "ExamineObjects main");
        }
        assert_eq!(count(&done, "ExamineObjects"), 1);
        assert_eq!(audited.facts.trails[0].seen_from.len(), 3);
    }

    #[test]
    fn a_trail_whose_owner_cannot_be_read_is_collected_from_its_shadows() {
        fn refuse(label: &str) -> Option<GapClass> {
            (label == "OpenAccount 1").then_some(GapClass::RoleNotAssumable)
        }
        let trails = vec![of_organization(trail(1, "main", None))];
        let world = World { trails, refuses: refuse, ..World::default() };
        let (done, audited) = in_order(&world, &settings());
        assert_eq!((count(&done, "ReadTrail"), count(&done, "ExamineObjects")), (1, 0));
        assert_eq!(audited.facts.trails.len(), 1);
        assert_eq!(audited.facts.coverage.totals()[&Outcome::NotEvaluated], 2);
    }

    #[test]
    fn a_trail_that_is_named_and_never_shown_makes_its_home_partial() {
        fn refuse(label: &str) -> Option<GapClass> {
            (label == "DescribeTrails 2 us-east-1").then_some(GapClass::Denied)
        }
        let trails = vec![trail(2, "own", None)];
        let world = World { trails, refuses: refuse, ..World::default() };
        let (done, audited) = in_order(&world, &settings());
        assert_eq!(count(&done, "ReadTrail"), 0);
        let classes: Vec<GapClass> = audited.gaps.iter().map(|gap| gap.class).collect();
        assert_eq!(classes, [GapClass::Denied, GapClass::NotShown]);
        let target = Target { account: account(2), region: region("us-east-1") };
        let coverage = &audited.facts.coverage;
        assert!(!coverage.of_target(target).expect("a row").answered_trails());
    }

    #[test]
    fn a_target_keeps_the_request_id_of_its_call_whether_answered_or_refused() {
        fn refuse(label: &str) -> Option<GapClass> {
            let is_refused = ["DescribeTrails 2 us-east-1", "OpenAccount 3"].contains(&label);
            is_refused.then_some(GapClass::Denied)
        }
        let world = World { refuses: refuse, ..World::default() };
        let (_, audited) = in_order(&world, &settings());
        let of = |number, name| {
            let target = Target { account: account(number), region: region(name) };
            audited.facts.coverage.request_id(target)
        };
        assert_eq!(of(1, "eu-west-1").as_deref(), Some("DescribeTrails 1 eu-west-1"));
        assert_eq!(of(2, "us-east-1").as_deref(), Some("refused DescribeTrails 2 us-east-1"));
        assert_eq!(of(3, "us-east-1"), None);
    }

    #[test]
    fn what_list_trails_names_is_kept_for_each_account_where_it_answered() {
        fn refuse(label: &str) -> Option<GapClass> {
            (label == "ListTrails 3").then_some(GapClass::Denied)
        }
        let trails = vec![trail(2, "two", None), trail(2, "one", None)];
        let world = World { trails, refuses: refuse, ..World::default() };
        let (_, audited) = in_order(&world, &settings());
        let listed = audited.facts.listed_trails.iter().map(|(account, trails)| {
            let names: Vec<&str> = trails.iter().map(Arn::resource).collect();
            (account.number(), names.join(" "))
        });
        let listed: Vec<(u64, String)> = listed.collect();
        assert_eq!(listed, [(1, String::new()), (2, "trail/one trail/two".to_owned())]);
    }
}

mod members {
    use super::*;

    fn organization(accounts: u64, refuses: fn(&str) -> Option<GapClass>) -> World {
        let trails = vec![of_organization(trail(1, "main", None))];
        World { accounts, trails, refuses, ..World::default() }
    }

    #[test]
    fn the_five_lowest_members_are_asked_first_and_the_others_after_them() {
        let (done, audited) = in_order(&organization(9, |_| None), &settings());
        let asked: Vec<&String> =
            done.iter().filter(|label| label.starts_with("AskMember")).collect();
        assert_eq!(asked[0], "AskMember main 2 us-east-1");
        assert_eq!(asked.len(), 8);
        assert_eq!(audited.facts.trails[0].members.count(Delivery::Never), 8);
    }

    #[test]
    fn where_aws_refuses_all_of_the_first_the_others_are_left_out() {
        fn refuse(label: &str) -> Option<GapClass> {
            label.starts_with("AskMember").then_some(GapClass::NotTold)
        }
        let (done, audited) = in_order(&organization(9, refuse), &settings());
        assert_eq!(count(&done, "AskMember"), 5);
        assert_eq!(audited.facts.trails[0].members.count(Delivery::NotTold), 5);
    }
}

mod buckets {
    use super::*;

    /// A trail of account 1 that delivers to the bucket of this account.
    fn delivering_to(owner: u64, accounts: u64) -> World {
        World {
            accounts,
            trails: vec![trail(1, "main", Some("logs"))],
            buckets: BTreeMap::from([("logs".to_owned(), owner)]),
            ..World::default()
        }
    }

    #[test]
    fn the_trail_s_own_account_costs_one_question() {
        let (done, audited) = in_order(&delivering_to(1, 3), &settings());
        assert_eq!((count(&done, "FindBucketOwner"), count(&done, "ListBuckets")), (1, 0));
        assert_eq!(audited.facts.buckets["logs"].owner.account(), Some(account(1)));
    }

    #[test]
    fn a_bucket_of_another_account_is_looked_for_when_every_target_is_read() {
        let (done, audited) = in_order(&delivering_to(3, 3), &settings());
        comes_before(&done, "DescribeTrails 3 eu-west-1", "HeadBucket logs 1");
        comes_before(&done, "HeadBucket logs 1", "ListBuckets 1");
        comes_before(&done, "ListBuckets 3", "HeadBucket logs 3");
        comes_before(&done, "HeadBucket logs 3", "ExamineObjects main");
        assert_eq!(audited.facts.buckets["logs"].owner.account(), Some(account(3)));
        assert_eq!(audited.facts.buckets["logs"].search, OwnerSearch::default());
    }

    #[test]
    fn an_account_whose_id_is_in_the_name_is_asked_before_others() {
        let name = "logs-000000000003";
        let world = World {
            trails: vec![trail(1, "main", Some(name))],
            buckets: BTreeMap::from([(name.to_owned(), 3)]),
            ..World::default()
        };
        let (done, _) = in_order(&world, &settings());
        comes_before(
            &done,
            "FindBucketOwner logs-000000000003 1",
            "FindBucketOwner logs-000000000003 3",
        );
        assert_eq!(count(&done, "ListBuckets"), 0);
    }

    #[test]
    fn a_bucket_that_is_gone_is_looked_for_nowhere() {
        let world = World { buckets: BTreeMap::new(), ..delivering_to(3, 3) };
        let (done, audited) = in_order(&world, &settings());
        assert_eq!((count(&done, "HeadBucket"), count(&done, "ListBuckets")), (1, 0));
        assert!(audited.facts.buckets["logs"].is_gone());
    }

    #[test]
    fn a_bucket_of_no_account_has_the_counts_of_the_search_and_its_refusals() {
        fn refuse(label: &str) -> Option<GapClass> {
            (label == "ListBuckets 2").then_some(GapClass::Denied)
        }
        let world = World { refuses: refuse, ..delivering_to(77, 4) };
        let (done, audited) = in_order(&world, &settings());
        assert_eq!(count(&done, "ListBuckets"), 4);
        let bucket = &audited.facts.buckets["logs"];
        let expected = OwnerSearch { answered: 3, refused: 1, ..OwnerSearch::default() };
        assert_eq!(bucket.search, expected);
        assert!(matches!(bucket.owner, BucketOwner::Unread(_)));
    }

    #[test]
    fn one_search_serves_all_trails_of_an_owner() {
        let trails = ["one", "two"].map(|name| trail(1, name, Some("logs"))).into();
        let world = World { trails, ..delivering_to(1, 2) };
        let (done, audited) = in_order(&world, &settings());
        assert_eq!((count(&done, "FindBucketOwner"), count(&done, "HeadBucket")), (1, 1));
        assert_eq!(audited.facts.trails.len(), 2);
        assert_eq!(count(&done, "ExamineObjects"), 2);
    }
}

#[test]
fn an_operation_that_fails_alike_in_the_five_lowest_accounts_is_asked_once_from_then_on() {
    fn refuse(label: &str) -> Option<GapClass> {
        label.starts_with("ListTrails").then_some(GapClass::Timeout)
    }
    let world = World { accounts: 9, refuses: refuse, ..World::default() };
    let (done, _) = in_order(&world, &settings());
    assert_eq!(count(&done, "AskOnce"), 1);
    comes_before(&done, "AskOnce ListTrails", "ListTrails 9");
    comes_before(&done, "ListTrails 5", "AskOnce ListTrails");
}

/// What fails, by the first digit of a label's hash: everything that can be refused may be.
fn sometimes(label: &str) -> Option<GapClass> {
    let is_refusable = !["ListAccounts", "ReadTrail"].iter().any(|name| label.starts_with(name));
    let number = u64::from_str_radix(&trailseal_model::hash::short_hash(&[label])[..2], 16);
    (is_refusable && number.expect("hexadecimal") < 24).then_some(GapClass::Denied)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    /// Whatever order answers come in: the same facts and findings, every question asked once, and
    /// every planned target and every trail settled.
    #[test]
    fn the_order_of_answers_changes_nothing(
        picks in proptest::collection::vec(any::<prop::sample::Index>(), 400),
    ) {
        let trails = vec![
            of_organization(trail(1, "main", Some("archive"))),
            trail(2, "own", Some("archive")),
            trail(4, "elsewhere", Some("nowhere")),
            trail(5, "gone", Some("gone")),
            trail(6, "plain", None),
        ];
        let buckets = BTreeMap::from([("archive".to_owned(), 7), ("nowhere".to_owned(), 77)]);
        let world = World { accounts: 9, trails, buckets, refuses: sometimes, ..World::default() };
        let (_, expected) = in_order(&world, &settings());
        let mut picks = picks.into_iter().cycle();
        let picked = |under_way: usize| picks.next().map_or(0, |pick| pick.index(under_way));
        let (done, audited) = run(&world, &settings(), picked).expect("an audit");
        // The searches of two owners for one bucket share the answer of HeadBucket.
        let once: BTreeSet<&String> = done.iter().collect();
        let heads = once.iter().filter(|label| label.starts_with("HeadBucket")).count();
        prop_assert_eq!(once.len() - heads, done.len() - count(&done, "HeadBucket"));
        prop_assert_eq!(audited.facts.coverage.rows().count(), 18);
        let ids = |audited: &Audited| -> BTreeSet<String> {
            audited.gaps.iter().map(trailseal_model::Gap::stable_id).collect()
        };
        prop_assert_eq!(ids(&audited), ids(&expected));
        let findings = |audited: &Audited| -> Vec<String> {
            let words = audited.findings.iter().map(|finding| {
                format!("{} {:?} {}", finding.control(), finding.subject(), finding.status())
            });
            words.collect()
        };
        prop_assert_eq!(findings(&audited), findings(&expected));
        let owners = |audited: &Audited| -> Vec<(String, Option<AccountId>, OwnerSearch)> {
            let buckets = audited.facts.buckets.values();
            buckets.map(|it| (it.name.clone(), it.owner.account(), it.search)).collect()
        };
        prop_assert_eq!(owners(&audited), owners(&expected));
    }
}
