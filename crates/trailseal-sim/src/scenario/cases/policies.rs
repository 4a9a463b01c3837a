//! Cases about what the key policy lets CloudTrail do.

use serde_json::{Value, json};

use super::super::policy::{
    CONTEXT, Facts, by_both, by_context, by_source, cloudtrail, describe, document, documented,
    encrypt, owner, readers, with_conditions, with_statement,
};
use super::super::truth::Control::{
    KeyPolicyAllowsCloudtrail, KeyPolicyDescribeKey, KeyPolicyScoped,
};
use super::super::truth::Status::{Fail, NotApplicable, NotProven};
use super::super::truth::{FAILING, NOTHING_GRANTED, ONLY_DESCRIBED, SEALED, UNREAD_POLICY};
use super::{Case, FilledAccount, ONE_REGION};

/// A policy that lets CloudTrail seal.
pub(super) fn granting(place: &mut FilledAccount<'_>, policy: fn(&Facts<'_>) -> String) {
    place.trail(|it| it.policy = policy);
}

/// A policy that stopped letting CloudTrail seal two days ago: delivery fails since then.
fn refusing(place: &mut FilledAccount<'_>, policy: fn(&Facts<'_>) -> String) {
    place.trail(|it| {
        it.policy = policy;
        it.fail_for(48);
    });
}

/// The policy of a trail that delivers all the time, whatever the policy seems to say.
fn delivering(place: &mut FilledAccount<'_>, policy: fn(&Facts<'_>) -> String) {
    place.trail(|it| {
        it.policy = policy;
        it.deliver_often();
    });
}

/// A condition on a key whose value in CloudTrail's calls AWS does not document.
fn unknown(facts: &Facts<'_>) -> String {
    let mut condition = by_both(facts);
    condition["StringEquals"]["kms:ViaService"] = format!("s3.{}.amazonaws.com", facts.home).into();
    with_conditions(facts, &condition, &by_source(facts))
}

fn denying(facts: &Facts<'_>, principal: &Value, condition: &Value) -> String {
    let statement = json!({
        "Effect": "Deny",
        "Principal": principal,
        "Action": "kms:GenerateDataKey*",
        "Resource": "*",
        "Condition": condition,
    });
    with_statement(facts, statement)
}

/// Encryption and description in one statement under the encryption context, as the
/// CloudFormation and Terraform samples of many guides have it.
fn one_statement(facts: &Facts<'_>) -> Value {
    cloudtrail(&json!(["kms:GenerateDataKey*", "kms:DescribeKey"]), &by_context(facts))
}

pub(super) const CASES: &[Case] = &[
    Case {
        id: "policy-none-for-cloudtrail",
        about: "The policy speaks of the account only, not of CloudTrail.",
        build: |it| refusing(it, |facts| document(&[owner(facts), readers(facts)])),
        trails: &[FAILING.but(NOTHING_GRANTED)],
        ..ONE_REGION
    },
    Case {
        id: "policy-no-conditions",
        about: "CloudTrail may seal and describe for everybody's trails.",
        build: |it| granting(it, |facts| with_conditions(facts, &json!({}), &json!({}))),
        trails: &[SEALED.but(&[(KeyPolicyScoped, Fail)])],
        ..ONE_REGION
    },
    Case {
        id: "policy-no-source-arn",
        about: "CloudTrail is bound by the account's encryption context, not by aws:SourceArn.",
        build: |it| granting(it, |facts| with_conditions(facts, &by_context(facts), &json!({}))),
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "policy-no-context",
        about: "CloudTrail is bound by aws:SourceArn, not by the encryption context.",
        build: |it| {
            granting(it, |facts| with_conditions(facts, &by_source(facts), &by_source(facts)));
        },
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "policy-source-account-only",
        about: "CloudTrail is bound by aws:SourceAccount only, which AWS does not recommend.",
        build: |it| {
            granting(it, |facts| {
                let account = facts.trail_account.to_string();
                let condition = json!({ "StringEquals": { "aws:SourceAccount": account } });
                with_conditions(facts, &condition, &condition)
            });
        },
        trails: &[SEALED.but(&[(KeyPolicyScoped, Fail)])],
        ..ONE_REGION
    },
    Case {
        id: "policy-other-accounts-context",
        about: "The encryption context is another account's: nothing is granted for this trail.",
        build: |it| {
            refusing(it, |facts| {
                let context = facts.context(facts.stranger);
                let condition = json!({ "StringLike": { CONTEXT: context } });
                with_conditions(facts, &condition, &json!({}))
            });
        },
        trails: &[FAILING.but(ONLY_DESCRIBED)],
        ..ONE_REGION
    },
    Case {
        id: "policy-other-trails-source-arn",
        about: "aws:SourceArn is another trail's, for sealing and describing.",
        build: |it| {
            refusing(it, |facts| documented(&Facts { trail_arn: &facts.other_trail(), ..*facts }));
        },
        trails: &[FAILING.but(NOTHING_GRANTED)],
        ..ONE_REGION
    },
    Case {
        id: "policy-wildcard-in-string-equals",
        about: "StringEquals never expands the wildcard in aws:SourceArn.",
        build: |it| {
            refusing(it, |facts| {
                let arn = facts.context(facts.trail_account);
                let condition = json!({ "StringEquals": { "aws:SourceArn": arn } });
                with_conditions(facts, &condition, &json!({}))
            });
        },
        trails: &[FAILING.but(ONLY_DESCRIBED)],
        ..ONE_REGION
    },
    Case {
        id: "policy-wildcard-in-string-like",
        about: "StringLike expands the wildcard in aws:SourceArn: every trail of the account.",
        build: |it| {
            granting(it, |facts| {
                let arn = facts.context(facts.trail_account);
                let condition = json!({ "StringLike": { "aws:SourceArn": arn } });
                with_conditions(facts, &condition, &condition)
            });
        },
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "policy-wildcard-in-arn-like",
        about: "ArnLike expands wildcards, and ArnEquals does the same.",
        build: |it| {
            granting(it, |facts| {
                let arn = facts.context(facts.trail_account);
                let like = json!({ "ArnLike": { "aws:SourceArn": arn } });
                with_conditions(facts, &like, &json!({ "ArnEquals": { "aws:SourceArn": arn } }))
            });
        },
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "policy-other-partition",
        about: "aws:SourceArn has another partition's name in it.",
        build: |it| {
            refusing(it, |facts| {
                let other = if facts.partition == "aws" { "aws-us-gov" } else { "aws" };
                let arn = facts.trail_arn.replacen(facts.partition, other, 1);
                let condition = json!({ "StringEquals": { "aws:SourceArn": arn } });
                with_conditions(facts, &condition, &json!({}))
            });
        },
        trails: &[FAILING.but(ONLY_DESCRIBED)],
        ..ONE_REGION
    },
    Case {
        id: "policy-explicit-deny",
        about: "Another statement denies sealing to CloudTrail.",
        build: |it| {
            refusing(it, |facts| {
                denying(facts, &json!({ "Service": "cloudtrail.amazonaws.com" }), &json!({}))
            });
        },
        trails: &[FAILING.but(ONLY_DESCRIBED)],
        ..ONE_REGION
    },
    Case {
        id: "policy-deny-all-but",
        about: "A Deny with NotPrincipal leaves only the account out, so it meets CloudTrail.",
        build: |it| {
            refusing(it, |facts| {
                let statement = json!({
                    "Effect": "Deny",
                    "NotPrincipal": { "AWS": facts.root(facts.key_account) },
                    "Action": "kms:GenerateDataKey*",
                    "Resource": "*",
                });
                with_statement(facts, statement)
            });
        },
        trails: &[FAILING.but(ONLY_DESCRIBED)],
        ..ONE_REGION
    },
    Case {
        id: "policy-deny-not-services",
        about: "A Deny for everybody leaves AWS's services out by aws:PrincipalIsAWSService.",
        build: |it| {
            granting(it, |facts| {
                let condition = json!({ "BoolIfExists": { "aws:PrincipalIsAWSService": "false" } });
                denying(facts, &json!("*"), &condition)
            });
        },
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "policy-wildcard-principal",
        about: "Everybody may seal and describe, bound by aws:SourceArn; CloudTrail is one of them.",
        build: |it| {
            granting(it, |facts| {
                let statement = json!({
                    "Effect": "Allow",
                    "Principal": "*",
                    "Action": ["kms:GenerateDataKey*", "kms:DescribeKey"],
                    "Resource": "*",
                    "Condition": by_source(facts),
                });
                document(&[owner(facts), statement, readers(facts)])
            });
        },
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "policy-odd-case-and-arrays",
        about: "Letter case that IAM ignores, and lists of one.",
        build: |it| {
            granting(it, |facts| {
                let statement = json!({
                    "Effect": "Allow",
                    "Principal": { "Service": ["cloudtrail.amazonaws.com"] },
                    "Action": ["KMS:generatedatakey*", "kms:DESCRIBEKEY"],
                    "Resource": ["*"],
                    "Condition": { "StringEquals": { "AWS:SOURCEARN": [facts.trail_arn] } },
                });
                document(&[owner(facts), statement, readers(facts)])
            });
        },
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "policy-single-statement",
        about: "One statement, not in a list, gives everything to the account and to CloudTrail.",
        build: |it| {
            granting(it, |facts| {
                let mut statement = owner(facts);
                statement["Principal"]["Service"] = json!("cloudtrail.amazonaws.com");
                json!({ "Version": "2012-10-17", "Statement": statement }).to_string()
            });
        },
        trails: &[SEALED.but(&[(KeyPolicyScoped, Fail)])],
        ..ONE_REGION
    },
    Case {
        id: "policy-describe-under-context",
        about: "DescribeKey is granted under the encryption context only, which it never has.",
        build: |it| {
            granting(it, |facts| document(&[owner(facts), one_statement(facts), readers(facts)]));
        },
        trails: &[SEALED.but(&[(KeyPolicyDescribeKey, Fail)])],
        ..ONE_REGION
    },
    Case {
        id: "policy-describe-twice",
        about: "DescribeKey is granted under the encryption context, and once more without it.",
        build: |it| {
            granting(it, |facts| {
                let describe = describe(&json!({}));
                document(&[owner(facts), one_statement(facts), describe])
            });
        },
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "policy-no-describe",
        about: "CloudTrail may seal, and nothing lets it describe the key.",
        build: |it| {
            granting(it, |facts| {
                document(&[owner(facts), encrypt(&by_both(facts)), readers(facts)])
            });
        },
        trails: &[SEALED.but(&[(KeyPolicyDescribeKey, Fail)])],
        ..ONE_REGION
    },
    Case {
        id: "policy-without-plaintext-only",
        about: "Only GenerateDataKeyWithoutPlaintext is granted, which does not seal logs.",
        build: |it| {
            refusing(it, |facts| {
                let action = json!("kms:GenerateDataKeyWithoutPlaintext");
                let sealing = cloudtrail(&action, &by_both(facts));
                document(&[owner(facts), sealing, describe(&by_source(facts)), readers(facts)])
            });
        },
        trails: &[FAILING.but(ONLY_DESCRIBED)],
        ..ONE_REGION
    },
    Case {
        id: "policy-other-resource",
        about: "The statement for sealing speaks of another key.",
        build: |it| {
            refusing(it, |facts| {
                let (partition, home, account) = (facts.partition, facts.home, facts.key_account);
                let mut sealing = encrypt(&by_both(facts));
                let id = "00000000-0000-4000-8000-000000000000";
                sealing["Resource"] =
                    format!("arn:{partition}:kms:{home}:{account}:key/{id}").into();
                document(&[owner(facts), sealing, describe(&by_source(facts)), readers(facts)])
            });
        },
        trails: &[FAILING.but(ONLY_DESCRIBED)],
        ..ONE_REGION
    },
    Case {
        id: "policy-malformed",
        about: "What comes as the policy is not JSON: it says nothing that could be judged.",
        build: |it| {
            granting(it, |facts| documented(facts).replacen("\"Effect\" :", "\"Effect\"", 1));
        },
        trails: &[SEALED.but(UNREAD_POLICY)],
        ..ONE_REGION
    },
    Case {
        id: "policy-unknown-and-delivering",
        about: "Sealing depends on kms:ViaService, which is not known; logs encrypted with the key keep arriving.",
        build: |it| delivering(it, unknown),
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "policy-unknown-and-stale",
        about: "Sealing depends on kms:ViaService, which is not known, and nothing arrived for five hours.",
        build: |it| {
            it.trail(|it| {
                it.policy = unknown;
                it.deliveries.until = Some(it.near.hours_ago(5));
            });
        },
        trails: &[SEALED.but(&[(KeyPolicyAllowsCloudtrail, NotProven)])],
        ..ONE_REGION
    },
    Case {
        id: "policy-contradicted",
        about: "The policy denies sealing, and logs under the key arrive all the time.",
        build: |it| delivering(it, |facts| document(&[owner(facts), describe(&json!({}))])),
        trails: &[
            SEALED.but(&[(KeyPolicyAllowsCloudtrail, NotProven), (KeyPolicyScoped, NotApplicable)])
        ],
        ..ONE_REGION
    },
];
