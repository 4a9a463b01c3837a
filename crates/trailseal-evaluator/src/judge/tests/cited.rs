//! Which calls the findings of trails cite.

use trailseal_model::{DigestSample, Evidence};

use super::*;
use crate::test_support::key;

/// A call with this request id.
fn call(id: &str) -> Evidence {
    Evidence { request_id: Some(id.into()), ..evidence() }
}

fn called<T>(id: &str, value: T) -> Observed<Answer<T>> {
    Observed::Known(Answer { value, evidence: call(id) })
}

/// Facts of one sealed trail whose every answer has a request id of its own.
fn facts() -> Facts {
    Facts::sealed().with(|facts| {
        let name = |answer: &mut Evidence, id: &str| answer.request_id = Some(id.into());
        for key in facts.keys.values_mut() {
            if let Observed::Known(answer) = key {
                name(&mut answer.evidence, "key");
            }
        }
        for policy in facts.key_policies.values_mut() {
            if let Observed::Known(answer) = policy {
                name(&mut answer.evidence, "policy");
            }
        }
        for grants in facts.key_grants.values_mut() {
            if let Observed::Known(answer) = grants {
                name(&mut answer.evidence, "grants");
            }
        }
        for rotation in facts.key_rotations.values_mut() {
            if let Observed::Known(answer) = rotation {
                name(&mut answer.evidence, "rotation");
            }
        }
        for bucket in facts.buckets.values_mut() {
            if let Observed::Known(answer) = &mut bucket.presence {
                name(&mut answer.evidence, "head-bucket");
            }
        }
        let trail = &mut facts.trails[0];
        name(&mut trail.described_by, "trail");
        trail.sample.listed_by = Some(call("list"));
        trail.digest.listed_by = Some(call("list-digests"));
        trail.history.listed_by = Some(call("list-history"));
    })
}

/// Expects the control's finding, as its status and reason, to cite these request ids, sorted.
#[track_caller]
fn check(facts: &OrganizationFacts, control: ControlId, expected: &str) {
    let findings = judge(facts);
    let finding = findings.iter().find(|it| it.control() == control).expect("a finding");
    let mut ids: Vec<&str> =
        finding.evidence().iter().filter_map(|call| call.request_id.as_deref()).collect();
    ids.sort_unstable();
    let got = format!("{} {}: {}", finding.status(), finding.reason(), ids.join(" "));
    assert_eq!(got, expected);
}

#[test]
fn a_usable_key_cites_where_its_bucket_is() {
    check(&facts().build(), ControlId::KeyUsable, "pass usable: head-bucket key");
}

#[test]
fn readers_cite_the_policy_and_the_grants() {
    check(&facts().build(), ControlId::KeyReadersLimited, "pass readers_limited: grants policy");
    let unknown = POLICY.replace(
        "\"Statement\": {",
        r#""Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000077:role/a"},
            "Action": "kms:Decrypt", "Resource": "*",
            "Condition": {"StringEquals": {"aws:PrincipalTag/team": "a"}}}, {"#,
    );
    let (unknown, _) = unknown.rsplit_once('}').expect("the policy's end");
    let in_doubt =
        facts().policy_is(Some(called("policy", format!("{unknown}] }}").as_str().into())));
    let in_doubt = in_doubt.build();
    check(&in_doubt, ControlId::KeyReadersLimited, "not_proven readers_unknown: grants policy");
}

#[test]
fn what_does_not_apply_cites_why() {
    let keyless = facts().names_key(None).build();
    check(&keyless, ControlId::KeyUsable, "not_applicable no_kms_key: trail");
    let of_aws = facts().with(|facts| {
        let mut described = key(KEY);
        described.manager = KeyManager::Aws;
        facts.keys.insert(arn(KEY), called("key", KeyPresence::Exists(described)));
    });
    let of_aws = of_aws.build();
    check(&of_aws, ControlId::KeyRotationEnabled, "not_applicable aws_managed: key");
    let gone = facts().key_is(called("key", KeyPresence::Gone)).build();
    check(&gone, ControlId::KeyCustomerManaged, "not_applicable key_gone: key");
    let refusing = POLICY.replace("kms:GenerateDataKey*", "kms:Encrypt");
    let refusing = facts().policy_is(Some(called("policy", refusing.as_str().into()))).build();
    check(&refusing, ControlId::KeyPolicyScoped, "not_applicable not_granted: policy");
}

#[test]
fn a_key_that_is_to_be_deleted_cites_its_description() {
    let pending = facts().with(|facts| {
        let mut described = key(KEY);
        described.state = "PendingDeletion".to_owned();
        facts.keys.insert(arn(KEY), called("key", KeyPresence::Exists(described)));
    });
    let pending = pending.build();
    check(&pending, ControlId::KeyRotationEnabled, "not_proven pending_deletion: key");
}

#[test]
fn a_key_of_a_stranger_cites_the_trail_that_names_it() {
    let foreign = facts().names_key(Some(FOREIGN_KEY)).build();
    check(&foreign, ControlId::KeyCustomerManaged, "not_proven outside_organization: trail");
}

#[test]
fn a_delivery_that_is_not_proven_cites_each_status() {
    let statuses = [
        ("us-east-1", called("home", delivered(3000))),
        ("eu-west-1", called("far", delivered(5))),
    ];
    let stale = facts().status(statuses).build();
    check(&stale, ControlId::TrailDelivering, "not_proven delivery_stale: far home");
}

#[test]
fn deviating_logs_cite_the_newest_of_each_way_and_the_listing() {
    let with_ids = |count: usize| {
        facts().trail(|trail| {
            let mut sample = deviating(DeviationClass::WrongKey);
            sample.listed_by = Some(call("list"));
            let first = sample.deviating[0].clone();
            sample.deviating = (0..count)
                .map(|number| {
                    let mut other = first.clone();
                    other.newest.evidence = Some(call(&format!("head-{number}")));
                    other
                })
                .collect();
            trail.sample = sample;
        })
    };
    let two = with_ids(2).build();
    check(&two, ControlId::LogObjectsSealed, "fail wrong_key: head-0 head-1 list");
    let many = with_ids(40).build();
    let findings = judge(&many);
    let of_logs = findings.iter().find(|it| it.control() == ControlId::LogObjectsSealed);
    assert_eq!(of_logs.expect("a finding").evidence().len(), 1 + 9 + 1);
}

#[test]
fn logs_and_digests_that_are_not_proven_cite_what_was_read() {
    let empty = facts().trail(|trail| {
        trail.sample = LogSample::nothing(window());
        trail.sample.population = Population::Counted(0);
        trail.sample.listed_by = Some(call("list"));
        trail.description.log_file_validation = true;
        trail.digest = DigestSample {
            newest: None,
            listed_by: Some(call("list-digests")),
            is_cut: false,
            gaps: Vec::new(),
        };
    });
    let empty = empty.build();
    check(&empty, ControlId::LogObjectsSealed, "not_proven no_objects: list");
    check(&empty, ControlId::DigestObjectsSealed, "not_proven no_digest: list-digests");
}

#[test]
fn older_logs_that_deviate_cite_the_object_and_the_listing() {
    let deviating = facts().trail(|trail| {
        trail.history.deviating = deviating(DeviationClass::SseS3).deviating;
        trail.history.deviating[0].newest.evidence = Some(call("head"));
    });
    let deviating = deviating.build();
    check(&deviating, ControlId::HistorySealed, "fail sse_s3: head list-history");
}
