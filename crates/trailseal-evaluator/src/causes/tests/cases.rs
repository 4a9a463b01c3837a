//! Single cases: what is one cause, and what it asks for.

use trailseal_model::{
    Arn, BucketOwner, BucketPresence, Cause, CauseKind, Causes, ControlId, CoverageRow, Delivery,
    DeviationClass, Finding, FixActor, FixStep, Gap, GapClass, GapLedger, Gaps, KeyManager,
    LogSample, Observed, Operation, Organization, OrganizationFacts, Outcome, Status, Subject,
    Target,
};

use super::{CALLER, ledger, of, with};
use crate::judge::judge;
use crate::test_support::{
    Facts, KEY, POLICY, account, arn, delivered, deviating, known, member, region, store_facts,
    trail_facts, window,
};

const MAIN: &str = "arn:aws:cloudtrail:us-east-1:000000000001:trail/main";
const SCP: &str =
    "arn:aws:organizations::000000000009:policy/o-a1b2c3d4e5/service_control_policy/p-rgdeny01";

/// Causes as `kind subject aspect: failed+not_proven+gaps, mended`, the gravest first. Accounts without
/// any Region, as those of small made-up facts are, are left out.
fn lines(causes: &Causes) -> Vec<String> {
    let line = |cause: &Cause| {
        let effect = &cause.effect;
        format!(
            "{} {} {}: {}+{}+{}, {}",
            cause.kind,
            cause.subject,
            cause.aspect,
            effect.failed,
            effect.not_proven,
            effect.gaps,
            effect.mended
        )
    };
    causes.all.iter().filter(|it| it.aspect != "coverage_unread").map(line).collect()
}

#[track_caller]
fn check(facts: Facts, expected: &[&str]) -> Causes {
    let (_, causes) = of(&facts.build(), &Gaps::default());
    assert_eq!(lines(&causes), expected);
    causes
}

fn cause_of<'a>(findings: &[Finding], causes: &'a Causes, control: ControlId) -> &'a Cause {
    let place = findings.iter().position(|it| it.control() == control).expect("a finding");
    causes.of_finding(place).expect("an open finding").0
}

fn failing() -> trailseal_model::TrailStatus {
    let error = Some("AccessDenied".into());
    trailseal_model::TrailStatus { latest_delivery_error: error, ..delivered(2000) }
}

mod consequences {
    use super::*;

    #[test]
    fn a_disabled_key_is_behind_the_delivery_error_too() {
        let facts = Facts::sealed()
            .key(|it| it.state = "Disabled".to_owned())
            .status([("us-east-1", known(failing()))]);
        let causes = check(facts, &[&format!("key {KEY} disabled: 2+0+0, 2")]);
        let cause = &causes.all[0];
        assert_eq!(
            cause.title,
            "KMS key '11111111-2222' of account 000000000001 in us-east-1 is disabled"
        );
        assert_eq!(cause.fact, "KeyState Disabled");
        assert_eq!(cause.account, Some(account(1)));
        assert_eq!(cause.effect.controls, [ControlId::KeyUsable, ControlId::TrailDelivering]);
        assert_eq!(cause.effect.resources, [arn(MAIN)]);
    }

    #[test]
    fn two_facts_of_one_key_are_two_causes_and_neither_hides_the_other() {
        let open = POLICY.replace("\"Condition\": {\"StringEquals\": {", "\"X\": {\"Y\": {");
        let open = open.replace(",\n        \"X\"", ",\n        \"Sid\": \"open\", \"X\"");
        let (open, _) = open.split_once(",\n        \"Sid\"").unwrap();
        let facts = Facts::sealed()
            .key(|it| it.state = "Disabled".to_owned())
            .policy_is(Some(known(format!("{open}}}}}").as_str().into())));
        let causes = check(
            facts,
            &[&format!("key {KEY} disabled: 1+0+0, 1"), &format!("key {KEY} not_scoped: 1+0+0, 1")],
        );
        let scoped = causes.all.last().expect("two causes");
        assert!(scoped.fact.contains("\"Service\":\"cloudtrail.amazonaws.com\""));
    }

    #[test]
    fn a_finding_with_two_facts_against_it_is_promised_to_neither() {
        let facts = Facts::sealed().key(|it| {
            it.state = "Disabled".to_owned();
            it.spec = "RSA_2048".to_owned();
        });
        let causes = check(
            facts,
            &[
                &format!("key {KEY} disabled: 1+0+0, 0"),
                &format!("key {KEY} not_symmetric: 0+0+0, 0"),
            ],
        );
        let spec = causes.all.last().expect("two causes");
        assert_eq!(spec.effect.also_blocks, 1);
        assert_eq!(spec.fact, "KeySpec RSA_2048, KeyUsage ENCRYPT_DECRYPT");
    }

    #[test]
    fn a_trail_without_a_key_is_behind_its_objects() {
        let facts = Facts::sealed().names_key(None).objects(deviating(DeviationClass::SseS3));
        check(facts, &[&format!("trail {MAIN} no_kms_key: 2+0+0, 2")]);
    }

    #[test]
    fn a_key_of_aws_is_behind_its_objects() {
        let facts = Facts::sealed()
            .key(|it| it.manager = KeyManager::Aws)
            .objects(deviating(DeviationClass::AwsManagedKey));
        check(facts, &[&format!("key {KEY} aws_managed: 2+0+0, 2")]);
    }

    #[test]
    fn a_bucket_that_is_gone_is_behind_delivery_and_objects() {
        let facts = Facts::sealed()
            .bucket(|it| it.presence = known(BucketPresence::Gone))
            .status([("us-east-1", known(failing()))])
            .objects(LogSample::nothing(window()))
            .trail(|it| it.history.oldest_read_by = None);
        check(facts, &["bucket logs bucket_gone: 1+3+0, 4"]);
    }

    #[test]
    fn objects_that_deviate_in_one_way_are_one_cause() {
        let facts = Facts::sealed().objects(deviating(DeviationClass::SseS3)).trail(|it| {
            it.history.deviating = deviating(DeviationClass::SseS3).deviating;
        });
        let causes = check(facts, &["bucket logs sse_s3: 2+0+0, 2"]);
        assert!(causes.all[0].fact.contains("s3://logs/AWSLogs/object"), "{}", causes.all[0].fact);
        let facts = Facts::sealed().trail(|it| {
            it.history.deviating = deviating(DeviationClass::SseS3).deviating;
        });
        check(facts, &["bucket logs older_logs_deviate: 1+0+0, 1"]);
    }

    #[test]
    fn what_is_not_there_yet_waits_for_time_unless_a_fact_keeps_it_away() {
        let quiet = |facts: Facts| {
            let never = trailseal_model::TrailStatus { latest_delivery: None, ..delivered(1) };
            facts.status([("us-east-1", known(never))]).objects(LogSample {
                population: trailseal_model::Population::Counted(0),
                method: trailseal_model::SampleMethod::All,
                ..LogSample::nothing(window())
            })
        };
        check(quiet(Facts::sealed()), &[&format!("time {MAIN} never_delivered: 0+2+0, 2")]);
        check(
            quiet(Facts::sealed()).key(|it| it.state = "Disabled".to_owned()),
            &[&format!("key {KEY} disabled: 1+2+0, 3")],
        );
    }

    #[test]
    fn an_error_that_nothing_explains_is_the_bucket_s() {
        let facts = Facts::sealed().status([("us-east-1", known(failing()))]);
        let causes = check(facts, &["bucket logs delivery_error: 1+0+0, 1"]);
        assert!(causes.all[0].fact.contains("AccessDenied"));
    }
}

mod settings {
    use super::*;

    #[test]
    fn an_unknown_owner_is_a_setting_before_it_is_a_gap() {
        let facts = Facts::sealed().bucket(|it| it.owner = BucketOwner::NotFound);
        check(facts, &["setting logs bucket_owner_unknown: 0+1+0, 1"]);
    }

    #[test]
    fn a_key_outside_the_organization_is_one_decision_with_all_that_follows() {
        let key = "arn:aws:kms:us-east-1:000000000077:key/strange";
        let denied = Gap::new(GapClass::DeniedByResourcePolicy, Operation::DescribeKey)
            .at(account(1), Some(region("us-east-1")))
            .on(key);
        let ledger = GapLedger::default();
        let gap = ledger.record(denied);
        let facts = Facts::sealed()
            .names_key(Some(key))
            .key_is(Observed::Unread(gap))
            .rotation_is(Some(Observed::Unread(gap)))
            .with(|facts| facts.key_policies.clear())
            .build();
        let (_, causes) = of(&facts, &ledger.into_gaps());
        assert_eq!(lines(&causes), ["setting 000000000077 outside_organization: 0+7+1, 7"]);
        let statement = causes.all[0].fix.steps.iter().find_map(|step| match step {
            FixStep::Statement { json, .. } => Some(json),
            _ => None,
        });
        let statement = statement.expect("the key policy has to let the reader in");
        assert!(statement.contains("arn:aws:iam::000000000001:role/Auditor"), "{statement}");
    }

    #[test]
    fn a_replica_s_rotation_is_its_primary_s_cause() {
        let primary = "arn:aws:kms:us-west-2:000000000001:key/11111111-2222";
        let off = trailseal_model::KeyRotation { is_enabled: false, period_days: None };
        let facts = Facts::sealed()
            .key(|it| it.replica_of = Arn::new(primary))
            .rotation_is(Some(known(off)));
        check(facts, &[&format!("key {primary} rotation_off: 1+0+0, 1")]);
    }

    #[test]
    fn a_store_without_a_key_is_the_store() {
        let facts = Facts::sealed().with(|facts| facts.stores.push(store_facts(STORE, None)));
        check(facts, &[&format!("event_data_store {STORE} no_kms_key: 1+0+0, 1")]);
    }

    use crate::test_support::STORE;
}

mod accounts {
    use super::*;

    const ORGANIZATION: &str = "o-a1b2c3d4e5";

    /// Members 1 to 4, whose Regions were all read.
    fn members(mut facts: OrganizationFacts) -> OrganizationFacts {
        let active = trailseal_model::AccountState::Active;
        facts.accounts = (1..=4).map(|it| member(it, active)).collect();
        for number in 1..=4 {
            let rows = ["eu-west-1", "us-east-1"]
                .map(|name| CoverageRow::with(region(name), Outcome::Evaluated, None));
            facts.coverage.plan(account(number), rows);
        }
        facts.organization =
            Some(Organization { id: ORGANIZATION.to_owned(), management_account: account(1) });
        facts
    }

    /// `main` as a multi-Region trail of the organization, which every target shows.
    fn of_organization(facts: &mut OrganizationFacts) {
        let main = &mut facts.trails[0];
        (main.description.is_multi_region, main.description.is_organization_trail) = (true, true);
        let regions: trailseal_model::RegionSet = {
            let mut set = trailseal_model::RegionSet::default();
            set.insert(region("eu-west-1"));
            set.insert(region("us-east-1"));
            set
        };
        main.seen_from = (1..=4).map(|it| (account(it), regions)).collect();
        main.status.insert(0, (region("eu-west-1"), known(delivered(10))));
    }

    fn causes_of(facts: &OrganizationFacts) -> (Vec<Finding>, Causes) {
        of(facts, &Gaps::default())
    }

    #[test]
    fn an_organization_trail_that_does_not_log_is_the_one_cause_of_all_members() {
        let mut facts = members(Facts::sealed().build());
        of_organization(&mut facts);
        for (_, status) in &mut facts.trails[0].status {
            *status = known(trailseal_model::TrailStatus { is_logging: false, ..delivered(10) });
        }
        let (findings, causes) = causes_of(&facts);
        assert_eq!(lines(&causes), [format!("trail {MAIN} not_logging: 5+0+0, 5")]);
        assert_eq!(causes.all[0].effect.accounts, [1, 2, 3, 4].map(account));
        let primary = cause_of(&findings, &causes, ControlId::AccountCovered);
        assert_eq!(primary.kind, CauseKind::Trail);
    }

    #[test]
    fn an_organization_trail_of_one_region_lacks_one_thing_for_all() {
        let mut facts = members(Facts::sealed().build());
        of_organization(&mut facts);
        facts.trails[0].description.is_multi_region = false;
        let (_, causes) = causes_of(&facts);
        assert_eq!(lines(&causes), [format!("trail {MAIN} records_one_region: 4+0+0, 4")]);
        assert_eq!(causes.all[0].fix.change, format!("make trail {MAIN} a multi-Region trail"));
    }

    #[test]
    fn many_accounts_without_a_trail_need_one_organization_trail() {
        let mut facts = members(Facts::sealed().build());
        facts.trails.clear();
        let (_, causes) = causes_of(&facts);
        assert_eq!(lines(&causes), [format!("account {ORGANIZATION} not_covered: 4+0+0, 4")]);
        let fix = &causes.all[0].fix;
        assert_eq!(fix.actor, FixActor::OrganizationAdministrator);
        assert_eq!(fix.place.account, Some(account(1)));
    }

    #[test]
    fn one_account_without_a_trail_is_its_own_cause() {
        let mut facts = members(Facts::sealed().build());
        facts.trails = (1..=3)
            .map(|number| {
                let mut description = crate::test_support::trail("own");
                description.owner = account(number);
                description.arn =
                    arn(&format!("arn:aws:cloudtrail:us-east-1:00000000000{number}:trail/own"));
                description.is_multi_region = true;
                let mut trail = trail_facts(description);
                let both = facts_regions();
                trail.seen_from = vec![(account(number), both)];
                trail.status.insert(0, (region("eu-west-1"), known(delivered(10))));
                trail
            })
            .collect();
        let findings: Vec<Finding> = judge(&facts)
            .into_iter()
            .filter(|it| it.control() == ControlId::AccountCovered)
            .collect();
        let causes = with(&facts, &findings, &Gaps::default());
        assert_eq!(lines(&causes), ["account 000000000004 not_covered: 1+0+0, 1"]);
        assert_eq!(causes.all[0].title, "Account 000000000004 has no trail");
    }

    fn facts_regions() -> trailseal_model::RegionSet {
        let mut set = trailseal_model::RegionSet::default();
        set.insert(region("eu-west-1"));
        set.insert(region("us-east-1"));
        set
    }

    #[test]
    fn an_uncovered_account_with_an_unread_region_is_promised_to_neither_change() {
        let mut facts = members(Facts::sealed().build());
        facts.trails.clear();
        let ledger = GapLedger::default();
        let gap = ledger.record(
            Gap::new(GapClass::Timeout, Operation::DescribeTrails)
                .at(account(4), Some(region("us-west-2"))),
        );
        let mut row = CoverageRow::with(region("us-west-2"), Outcome::NotEvaluated, None);
        row.gap = Some(gap);
        let mut coverage = trailseal_model::Coverage::default();
        for number in 1..=4 {
            let read = ["eu-west-1", "us-east-1"]
                .map(|name| CoverageRow::with(region(name), Outcome::Evaluated, None));
            let unread = (number == 4).then_some(row);
            coverage.plan(account(number), read.into_iter().chain(unread));
        }
        facts.coverage = coverage;
        let (_, causes) = of(&facts, &ledger.into_gaps());
        assert_eq!(
            lines(&causes),
            [
                format!("account {ORGANIZATION} not_covered: 4+0+0, 3"),
                "run network timeout: 0+0+1, 0".to_owned(),
            ]
        );
        assert_eq!(causes.all[1].effect.also_blocks, 1);
    }

    #[test]
    fn a_member_that_does_not_log_is_the_trail_s_cause() {
        let mut facts = members(Facts::sealed().build());
        of_organization(&mut facts);
        let off = trailseal_model::TrailStatus { is_logging: false, ..delivered(10) };
        let target = Target { account: account(3), region: region("us-east-1") };
        facts.trails[0].members.add(target, Delivery::NotLogging, known(off));
        let (_, causes) = causes_of(&facts);
        assert_eq!(lines(&causes), [format!("trail {MAIN} not_logging: 1+0+0, 1")]);
    }
}

mod gaps {
    use super::*;

    fn denied(number: u64, name: &str, operation: Operation, ending: &str) -> Gap {
        let action = operation.iam_action().unwrap();
        let class = match ending {
            it if it.contains("service control") => GapClass::DeniedByScp,
            _ => GapClass::DeniedByIdentityPolicy,
        };
        let who = format!("arn:aws:sts::00000000000{number}:assumed-role/TrailsealAudit/run-1");
        Gap::new(class, operation)
            .at(account(number), Some(region(name)))
            .saying(&format!("User: {who} is not authorized to perform: {action} {ending}"))
    }

    /// Two members whose trails and stores a policy denies in two of three Regions.
    fn region_deny() -> (OrganizationFacts, Gaps) {
        let mut facts = Facts::sealed().build();
        let ending = format!("with an explicit deny in a service control policy: {SCP}");
        let mut gaps = Vec::new();
        for number in [2, 3] {
            let rows = ["eu-west-1", "us-east-1", "us-west-2"].map(|name| {
                let is_denied = name != "us-east-1";
                let outcome = if is_denied { Outcome::NotEvaluated } else { Outcome::Evaluated };
                CoverageRow::with(region(name), outcome, None)
            });
            facts.coverage.plan(account(number), rows);
            for name in ["eu-west-1", "us-west-2"] {
                for operation in [Operation::DescribeTrails, Operation::ListEventDataStores] {
                    gaps.push(denied(number, name, operation, &ending));
                }
            }
        }
        (facts, ledger(gaps))
    }

    fn only(facts: &OrganizationFacts, gaps: &Gaps) -> Cause {
        let causes = with(facts, &[], gaps);
        assert_eq!(causes.all.len(), 1, "{:?}", lines(&causes));
        causes.all.into_iter().next().unwrap()
    }

    #[test]
    fn a_policy_that_denies_regions_is_one_cause_that_exempts_actions() {
        let (facts, gaps) = region_deny();
        let cause = only(&facts, &gaps);
        assert_eq!((cause.kind, cause.subject.as_str()), (CauseKind::DenyingPolicy, SCP));
        assert_eq!(cause.aspect, "denied_by_scp");
        let title =
            "Service control policy p-rgdeny01 denies 8 requests in 2 accounts and 2 Regions";
        assert_eq!(cause.title, title);
        assert!(cause.fact.ends_with(SCP), "{}", cause.fact);
        assert_eq!(cause.effect.accounts, [2, 3].map(account));
        assert_eq!(cause.effect.regions, ["eu-west-1", "us-west-2"].map(region));
        let fix = &cause.fix;
        assert_eq!(fix.actor, FixActor::OrganizationAdministrator);
        let [
            FixStep::Statement { into, json },
            FixStep::Statement { into: parameter, json: value },
            FixStep::Setting { file, text },
        ] = fix.steps.as_slice()
        else {
            panic!("{:?}", fix.steps)
        };
        assert!(into.starts_with("the NotAction list"), "{into}");
        let actions = ["cloudtrail:DescribeTrails", "cloudtrail:ListEventDataStores"];
        assert_eq!(serde_json::from_str::<Vec<String>>(json).unwrap(), actions);
        assert!(parameter.contains("CT.MULTISERVICE.PV.1"), "{parameter}");
        let expected = serde_json::json!([{ "key": "ExemptedActions", "value": actions }]);
        assert_eq!(serde_json::from_str::<serde_json::Value>(value).unwrap(), expected);
        assert_eq!(file, "exceptions.toml");
        // The program's own test reads the same file as exceptions.
        assert_eq!(text, include_str!("region-deny-exception.toml"));
        let all = format!("{fix:?}");
        assert!(!all.contains("TrailsealAudit"), "a role's name is never exempted: {all}");
        assert!(all.contains("GRREGIONDENY") && all.contains("drift"), "{all}");
    }

    #[test]
    fn a_policy_that_denies_everywhere_is_no_region_deny() {
        let (mut facts, gaps) = region_deny();
        facts.coverage = trailseal_model::Coverage::default();
        let steps = only(&facts, &gaps).fix.steps;
        assert_eq!(steps.len(), 2, "{steps:?}");
        assert!(!format!("{steps:?}").contains("CT.MULTISERVICE"));
    }

    #[test]
    fn a_policy_that_aws_does_not_name_is_one_of_its_kind() {
        let facts = Facts::sealed().build();
        let ending = "with an explicit deny in a service control policy";
        let gaps = [2, 3].map(|it| denied(it, "eu-west-1", Operation::DescribeTrails, ending));
        let cause = only(&facts, &ledger(gaps));
        assert_eq!(cause.subject, "service control policy");
    }

    #[test]
    fn a_role_from_one_template_is_one_cause_however_many_accounts_lack_it() {
        let facts = Facts::sealed().build();
        let gap = |number: u64| {
            let arn = format!("arn:aws:iam::00000000000{number}:role/TrailsealAudit");
            Gap::new(GapClass::RoleNotAssumable, Operation::AssumeRole)
                .at(account(number), None)
                .on(&arn)
        };
        let cause = only(&facts, &ledger([2, 3].map(gap)));
        assert_eq!((cause.kind, cause.subject.as_str()), (CauseKind::Role, "TrailsealAudit"));
        assert_eq!(cause.effect.accounts, [2, 3].map(account));
        assert!(
            format!("{:?}", cause.fix.steps).contains("arn:aws:iam::000000000001:role/Auditor")
        );
    }

    #[test]
    fn missing_permissions_are_the_identity_s_that_asked() {
        let facts = Facts::sealed().build();
        let ending = "because no identity-based policy allows the x action";
        let subject = |number, operation| {
            only(&facts, &ledger([denied(number, "eu-west-1", operation, ending)])).subject
        };
        assert_eq!(subject(2, Operation::DescribeTrails), "TrailsealAudit");
        assert_eq!(subject(3, Operation::DescribeTrails), "OtherAudit");
        let caller = "arn:aws:iam::000000000001:role/Auditor";
        assert_eq!(subject(1, Operation::DescribeTrails), caller);
        assert_eq!(subject(2, Operation::ListAccounts), caller);
        assert!(!CALLER.starts_with(caller), "the session's name is left out");
    }

    #[test]
    fn a_boundary_that_each_account_has_from_one_template_is_one_policy() {
        let facts = Facts::sealed().build();
        let gap = |number: u64| {
            let ending = format!(
                "with an explicit deny in a permissions boundary: arn:aws:iam::00000000000{number}:policy/audit/Limits"
            );
            denied(number, "eu-west-1", Operation::DescribeTrails, &ending)
        };
        let cause = only(&facts, &ledger([2, 3].map(gap)));
        assert_eq!(cause.subject, "arn:aws:iam::*:policy/audit/Limits");
        assert_eq!(
            cause.title,
            "Permissions boundary Limits denies 2 requests in 2 accounts and 1 Region"
        );
    }

    #[test]
    fn a_refused_head_is_the_bucket_s_whatever_the_object() {
        let facts = Facts::sealed().build();
        let gap = |key: &str| {
            Gap::new(GapClass::Denied, Operation::HeadObject)
                .at(account(2), Some(region("us-east-1")))
                .on(&format!("logs/{key}"))
        };
        let cause = only(&facts, &ledger(["a", "b"].map(gap)));
        assert_eq!((cause.kind, cause.subject.as_str()), (CauseKind::Bucket, "logs"));
    }

    #[test]
    fn the_run_the_network_and_aws_itself_are_one_cause_each() {
        let facts = Facts::sealed().build();
        let check = |class, expected: &str| {
            let gap = |number| {
                Gap::new(class, Operation::DescribeTrails)
                    .at(account(number), Some(region("eu-west-1")))
            };
            let cause = only(&facts, &ledger([2, 3].map(gap)));
            let found = format!("{} {} {}", cause.kind, cause.subject, cause.aspect);
            assert_eq!(found, expected);
            cause
        };
        check(GapClass::Deadline, "run deadline deadline");
        check(GapClass::Tls, "run network tls");
        check(GapClass::ThrottledOut, "setting rate_share throttled_out");
        check(GapClass::CircuitOpen, "api DescribeTrails server_error");
        check(GapClass::ServerError, "api DescribeTrails server_error");
        let nothing = check(GapClass::RegionDisabled, "api region_disabled region_disabled");
        assert_eq!(nothing.severity, trailseal_model::Severity::Note);
        assert_eq!(nothing.fix.brings, "nothing is lost as it is");
    }

    #[test]
    fn a_refusal_for_the_key_s_state_is_the_cause_that_the_key_has_already() {
        let facts = Facts::sealed().key(|it| it.state = "Disabled".to_owned()).build();
        let gaps = ledger([Gap::new(GapClass::KeyInvalidState, Operation::ListGrants)
            .at(account(1), Some(region("us-east-1")))
            .on(KEY)]);
        let (_, causes) = of(&facts, &gaps);
        assert_eq!(lines(&causes), [format!("key {KEY} disabled: 1+0+1, 1")]);
    }

    #[test]
    fn of_several_gaps_the_worst_class_is_the_primary_cause() {
        let ledger = GapLedger::default();
        let record = |class, name: &str| {
            let gap = Gap::new(class, Operation::GetTrailStatus).on(MAIN);
            ledger.record(gap.at(account(1), Some(region(name))))
        };
        let slow = record(GapClass::ThrottledOut, "eu-west-1");
        let late = record(GapClass::Deadline, "us-east-1");
        let facts = Facts::sealed()
            .status([("eu-west-1", Observed::Unread(slow)), ("us-east-1", Observed::Unread(late))])
            .build();
        let (findings, causes) = of(&facts, &ledger.into_gaps());
        let primary = cause_of(&findings, &causes, ControlId::TrailDelivering);
        assert_eq!(primary.aspect, "throttled_out");
        let main = Subject::Trail(arn(MAIN));
        let place = findings
            .iter()
            .position(|it| it.control() == ControlId::TrailDelivering && *it.subject() == main);
        let (_, further) = causes.of_finding(place.unwrap()).unwrap();
        assert_eq!(further.map(|it| it.aspect).collect::<Vec<_>>(), ["deadline"]);
        let of_gaps = causes.all.iter().filter(|it| it.effect.gaps > 0);
        assert!(of_gaps.clone().count() == 2 && of_gaps.clone().all(|it| it.effect.mended == 0));
    }
}

#[test]
fn what_passes_has_no_cause() {
    let (findings, causes) = of(&Facts::sealed().build(), &Gaps::default());
    assert!(findings.iter().all(|it| it.status() != Status::Fail));
    assert!(
        causes
            .of_findings
            .iter()
            .zip(&findings)
            .all(|(blame, finding)| { blame.is_some() == (finding.status() == Status::NotProven) })
    );
}
