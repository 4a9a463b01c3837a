//! What holds for any facts at all, consistent or not.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use trailseal_model::{
    Arn, BucketFacts, BucketOwner, BucketPresence, Cause, CauseKind, Causes, ControlId, Finding,
    Gap, GapClass, Gaps, KeyPresence, MemberDelivery, Observed, Operation, OrganizationFacts,
    Status, Subject, TrailFacts,
};

use super::{ledger, of, with};
use crate::causes::key::canonical;
use crate::judge::judge;
use crate::judge::tests::properties::{nearly_sealed_facts, some_facts};
use crate::test_support::{KEY, account, delivered, evidence, known, region};

/// How many gaps the findings of made-up facts can name.
const NAMED: usize = 10;

fn a_message() -> impl Strategy<Value = Option<String>> {
    let who = "User: arn:aws:sts::000000000002:assumed-role/TrailsealAudit/run is not authorized to perform:";
    let scp = "arn:aws:organizations::000000000001:policy/o-a/service_control_policy/p-1";
    let endings = [
        format!("with an explicit deny in a service control policy: {scp}"),
        "with an explicit deny in a service control policy".to_owned(),
        "because no service control policy allows the x action".to_owned(),
        "because no identity-based policy allows the x action".to_owned(),
        "with an explicit deny in a permissions boundary: arn:aws:iam::000000000002:policy/b"
            .to_owned(),
        "because no session policy allows the x action".to_owned(),
        "because no resource-based policy allows the x action".to_owned(),
        "with an explicit deny in a VPC endpoint policy".to_owned(),
        String::new(),
    ];
    let actions =
        ["cloudtrail:DescribeTrails", "kms:DescribeKey", "sts:TagSession", "s3:GetObject"];
    option::of((select(actions.to_vec()), select(endings.to_vec())))
        .prop_map(move |said| said.map(|(action, ending)| format!("{who} {action} {ending}")))
}

fn a_gap() -> impl Strategy<Value = Gap> {
    let subjects = [
        KEY,
        "arn:aws:kms:us-east-1:000000000077:key/strange",
        "logs/AWSLogs/x.json.gz",
        "arn:aws:iam::000000000002:role/TrailsealAudit",
        "arn:aws:cloudtrail:us-east-1:000000000001:trail/main",
        "=HYPERLINK(\"x\")",
    ];
    let place =
        (option::weighted(0.9, 1..4u64), option::of(select(vec!["us-east-1", "eu-west-1"])));
    let what =
        (select(GapClass::ALL), select(Operation::ALL), option::of(select(subjects.to_vec())));
    (what, place, a_message()).prop_map(|((class, operation, subject), place, message)| Gap {
        account: place.0.map(account),
        region: place.1.map(region),
        subject: subject.map(Into::into),
        message: message.map(Into::into),
        ..Gap::new(class, operation)
    })
}

/// Gaps, each of its own place, so that each has an id of its own: those that findings can name, and more.
fn some_gaps() -> impl Strategy<Value = Vec<Gap>> {
    vec(a_gap(), NAMED..NAMED + 12).prop_map(|gaps| {
        let distinct = |(place, gap): (usize, Gap)| {
            let subject = gap.subject.as_deref().unwrap_or_default();
            gap.clone().on(&format!("{subject}/{place}"))
        };
        gaps.into_iter().enumerate().map(distinct).collect()
    })
}

fn any_facts() -> impl Strategy<Value = OrganizationFacts> {
    prop_oneof![2 => some_facts(), 1 => nearly_sealed_facts()]
}

/// The causes of each finding and gap by their stable ids, the primary one first.
type ById = BTreeMap<String, Vec<String>>;

fn by_id(findings: &[Finding], gaps: &Gaps, causes: &Causes) -> ById {
    let id = |cause: &Cause| cause.stable_id();
    let of_findings = findings.iter().enumerate().filter_map(|(place, finding)| {
        let (primary, further) = causes.of_finding(place)?;
        let further: BTreeSet<String> = further.map(id).collect();
        let all = std::iter::once(id(primary)).chain(further).collect();
        Some((finding.stable_id(), all))
    });
    let of_gaps = gaps.with_ids().map(|(gap_id, gap)| {
        let cause = causes.of_gap(gap_id).expect("every gap has a cause");
        (gap.stable_id(), vec![id(cause)])
    });
    of_findings.chain(of_gaps).collect()
}

fn is_open(finding: &Finding) -> bool {
    matches!(finding.status(), Status::Fail | Status::NotProven)
}

/// The key that the cause is about, usable as far as the cause goes.
fn use_again(facts: &mut OrganizationFacts, cause: &Cause) {
    for presence in facts.keys.values_mut() {
        let Observed::Known(answer) = presence else { continue };
        let KeyPresence::Exists(key) = &mut answer.value else { continue };
        if key.arn.as_str() != cause.subject {
            continue;
        }
        match cause.aspect {
            "not_symmetric" => key.spec = "SYMMETRIC_DEFAULT".to_owned(),
            "material_expired" => key.valid_to = None,
            _ => (key.state, key.deletion_date) = ("Enabled".to_owned(), None),
        }
    }
}

/// The trail delivers wherever it logs.
fn deliver(trail: &mut TrailFacts) {
    trail.members = MemberDelivery::default();
    for (_, status) in &mut trail.status {
        let Observed::Known(answer) = status else { continue };
        if answer.value.is_logging {
            answer.value = delivered(5);
        }
    }
}

/// A bucket whose owner is who it should be.
fn owned(bucket: &mut BucketFacts) {
    let owner = bucket.configured_owner.unwrap_or(account(1));
    bucket.owner = BucketOwner::Account(owner, evidence());
}

/// The facts with what one cause is about put right; `None` where this test cannot.
fn mended(facts: &OrganizationFacts, cause: &Cause) -> Option<OrganizationFacts> {
    let mut facts = facts.clone();
    match (cause.kind, cause.aspect) {
        (
            CauseKind::Key,
            "disabled" | "pending_deletion" | "not_symmetric" | "material_expired",
        ) => {
            use_again(&mut facts, cause);
            // What follows from the key's state is mended with the next delivery.
            let OrganizationFacts { trails, keys, .. } = &mut facts;
            let is_it = |named: &Arn| {
                let known = keys.get(named).and_then(Observed::known);
                known.is_some_and(|it| matches!(&it.value, KeyPresence::Exists(key) if key.arn.as_str() == cause.subject))
            };
            let of_key = trails.iter_mut().filter(|it| it.key.as_ref().is_some_and(is_it));
            of_key.for_each(deliver);
        }
        (CauseKind::Key, "rotation_off") => {
            let before = facts.clone();
            for (named, rotation) in &mut facts.key_rotations {
                let is_it = canonical(&before, named.as_str()) == cause.subject;
                if let Observed::Known(answer) = rotation
                    && is_it
                {
                    answer.value.is_enabled = true;
                }
            }
        }
        (CauseKind::Trail, "not_logging") => {
            for trail in &mut facts.trails {
                if trail.description.arn.as_str() != cause.subject {
                    continue;
                }
                for (_, status) in &mut trail.status {
                    let Observed::Known(answer) = status else { continue };
                    answer.value.is_logging = true;
                }
                // Where nothing arrived because of it, and for members, the next delivery mends it.
                deliver(trail);
            }
        }
        (CauseKind::Setting, "bucket_owner_unknown") => {
            owned(facts.buckets.get_mut(&cause.subject)?);
        }
        (CauseKind::Bucket, "bucket_gone") => {
            let bucket = facts.buckets.get_mut(&cause.subject)?;
            bucket.presence = known(BucketPresence::Exists(Some(region("us-east-1"))));
            owned(bucket);
            // The errors that follow from it end with the next delivery.
            let name = Some(&cause.subject);
            let trails = facts.trails.iter_mut();
            trails.filter(|it| it.description.bucket.as_ref() == name).for_each(deliver);
        }
        _ => return None,
    }
    Some(facts)
}

/// Controls whose answer the change of [`mended`] gives at once: others wait for new logs.
const AT_ONCE: &[ControlId] = &[
    ControlId::KeyUsable,
    ControlId::TrailDelivering,
    ControlId::AccountCovered,
    ControlId::KeyRotationEnabled,
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_open_finding_and_every_gap_has_one_primary_cause(
        facts in any_facts(),
        gaps in some_gaps(),
    ) {
        let gaps = ledger(gaps);
        let (findings, causes) = of(&facts, &gaps);
        prop_assert_eq!(causes.of_findings.len(), findings.len());
        prop_assert_eq!(causes.of_gaps.len(), gaps.len());
        for (place, finding) in findings.iter().enumerate() {
            prop_assert_eq!(is_open(finding), causes.of_finding(place).is_some());
            let Some(blame) = &causes.of_findings[place] else { continue };
            let further: BTreeSet<_> = blame.further.iter().collect();
            prop_assert_eq!(further.len(), blame.further.len());
            prop_assert!(!further.contains(&blame.primary));
        }
        for (id, _) in gaps.with_ids() {
            prop_assert!(causes.of_gap(id).is_some());
        }
        let ids: BTreeSet<String> = causes.all.iter().map(Cause::stable_id).collect();
        prop_assert_eq!(ids.len(), causes.all.len());
    }

    #[test]
    fn the_effects_add_up_to_what_there_is(facts in any_facts(), gaps in some_gaps()) {
        let gaps = ledger(gaps);
        let (findings, causes) = of(&facts, &gaps);
        let count = |status| findings.iter().filter(|it| it.status() == status).count() as u64;
        let sum = |of: fn(&Cause) -> u64| causes.all.iter().map(of).sum::<u64>();
        prop_assert_eq!(sum(|it| it.effect.failed), count(Status::Fail));
        prop_assert_eq!(sum(|it| it.effect.not_proven), count(Status::NotProven));
        prop_assert_eq!(sum(|it| it.effect.gaps), gaps.len() as u64);
        let further = causes.of_findings.iter().flatten().map(|it| it.further.len() as u64);
        prop_assert_eq!(sum(|it| it.effect.also_blocks), further.sum::<u64>());
        for cause in &causes.all {
            let effect = &cause.effect;
            prop_assert!(effect.mended <= effect.failed + effect.not_proven);
            let total = effect.failed + effect.not_proven + effect.gaps + effect.also_blocks;
            prop_assert!(total > 0, "{} affects nothing", cause.title);
        }
    }

    #[test]
    fn a_cause_is_as_grave_as_the_gravest_finding_that_it_keeps_from_passing(
        facts in any_facts(),
        gaps in some_gaps(),
    ) {
        let (findings, causes) = of(&facts, &ledger(gaps));
        for (place, finding) in findings.iter().enumerate() {
            let Some((primary, further)) = causes.of_finding(place) else { continue };
            let severity = finding.control().entry().severity;
            prop_assert!(std::iter::once(primary).chain(further).all(|it| it.severity >= severity));
        }
        prop_assert!(causes.all.is_sorted_by(|one, other| one.severity >= other.severity));
    }

    #[test]
    fn nothing_depends_on_the_order_of_findings_or_gaps(
        facts in any_facts(),
        gaps in some_gaps(),
        seed in any::<u64>(),
    ) {
        let (named, more) = gaps.split_at(NAMED);
        let all = ledger(named.iter().chain(more).cloned());
        let (findings, causes) = of(&facts, &all);
        let mut shuffled = findings.clone();
        let keyed = |it: &Finding| {
            trailseal_model::hash::number_of(&[&seed.to_string(), &it.stable_id()])
        };
        shuffled.sort_by_key(keyed);
        let others = ledger(named.iter().chain(more.iter().rev()).cloned());
        let again = with(&facts, &shuffled, &others);
        prop_assert_eq!(&causes.all, &again.all);
        prop_assert_eq!(by_id(&findings, &all, &causes), by_id(&shuffled, &others, &again));
    }

    #[test]
    fn every_cause_has_its_words_and_its_fix(facts in any_facts(), gaps in some_gaps()) {
        let (_, causes) = of(&facts, &ledger(gaps));
        for cause in &causes.all {
            let texts = [&cause.title, &cause.fact, &cause.fix.change, &cause.fix.brings];
            for text in texts {
                prop_assert!(!text.is_empty(), "{cause:?}");
            }
            for text in [&cause.title, &cause.fix.change, &cause.fix.brings] {
                prop_assert!(!text.ends_with('.'), "{text}");
                prop_assert!(!text.contains('\n'), "{text}");
            }
            for step in &cause.fix.steps {
                if let trailseal_model::FixStep::Statement { json, .. } = step {
                    prop_assert!(serde_json::from_str::<serde_json::Value>(json).is_ok(), "{json}");
                }
            }
        }
    }

    #[test]
    fn a_fix_promises_no_more_than_judging_again_gives(facts in any_facts(), gaps in some_gaps()) {
        let gaps = ledger(gaps);
        let (findings, causes) = of(&facts, &gaps);
        for cause in &causes.all {
            let Some(facts) = mended(&facts, cause) else { continue };
            let after = judge(&facts);
            let after: BTreeMap<(ControlId, &Subject), Status> =
                after.iter().map(|it| ((it.control(), it.subject()), it.status())).collect();
            for (place, finding) in findings.iter().enumerate() {
                let Some((primary, mut further)) = causes.of_finding(place) else { continue };
                let is_promised = primary == cause && further.next().is_none();
                // Of a key that is to be deleted KMS does not tell whether it rotates.
                let is_told = finding.control() != ControlId::KeyRotationEnabled
                    || cause.aspect == "rotation_off";
                if !is_promised || !is_told || !AT_ONCE.contains(&finding.control()) {
                    continue;
                }
                let status = after[&(finding.control(), finding.subject())];
                // What was not proven can be judged then, and may turn out to be wrong.
                let is_kept = match finding.status() {
                    Status::Fail => status == Status::Pass,
                    _ => status != Status::NotProven,
                };
                prop_assert!(is_kept, "{status} of {finding:?} after {}", cause.title);
            }
        }
    }
}
